"""One line on stderr that tells how far a run is."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from kebao._text import amount

_EVERY = 0.2


class Progress:
    """A progress callback: share done, rate and time left, on one line that is wiped at the end.

    Parameters
    ----------
    years : int
        What the whole run amounts to; blocks done are told in years.
    label : str
        What is going on.
    stream : TextIO, optional
        Where to write; stderr by default.
    show : bool, optional
        Write or be silent; by default write if the stream is a terminal.

    Examples
    --------
    >>> import io
    >>> screen = io.StringIO()
    >>> progress = Progress(200_000, stream=screen, show=True)
    >>> progress(0, 100); progress(50, 100)
    >>> "50%" in progress.line(50, 100, elapsed=2.0), "ETA 2.0 s" in progress.line(50, 100, 2.0)
    (True, True)
    """

    def __init__(
        self,
        years: int,
        *,
        label: str = "simulating",
        stream: TextIO | None = None,
        show: bool | None = None,
    ) -> None:
        self.years = years
        self.label = label
        self.stream = stream if stream is not None else sys.stderr
        self.show = self.stream.isatty() if show is None else show
        self._start = time.monotonic()
        self._last = -_EVERY
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` blocks are done."""
        elapsed = time.monotonic() - self._start
        if not self.show or total <= 0 or (elapsed - self._last < _EVERY and done < total):
            return
        self._last = elapsed
        text = self.line(done, total, elapsed)
        self.stream.write("\r" + text.ljust(self._width))
        self.stream.flush()
        self._width = len(text)

    def line(self, done: int, total: int, elapsed: float) -> str:
        """The text shown after ``elapsed`` seconds."""
        share = min(1.0, done / total)
        years = self.years * share
        text = f"{self.label} {share:4.0%}  {years:,.0f} of {self.years:,} years"
        if share > 0 and elapsed > 0:
            left = elapsed / share - elapsed
            text += f"  {amount(years / elapsed)} years/s  ETA {_time(left)}"
        return text

    def close(self) -> None:
        """Wipe the line."""
        if self.show and self._width:
            self.stream.write("\r" + " " * self._width + "\r")
            self.stream.flush()
            self._width = 0


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
