"""Discount curves."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from .. import _kebao
from ..errors import InputError, Issue


class Curve:
    """A discount curve of annual rates.

    Between the given times the forward rate is constant; before the first the spot rate is, after
    the last the last forward rate.

    Examples
    --------
    >>> from kebao.balance import Curve
    >>> curve = Curve.from_spot([1, 2, 5], [0.02, 0.022, 0.025])
    >>> round(curve.discount(2), 6), round(curve.forward(1, 2), 6)
    (0.957411, 0.024004)
    """

    __slots__ = ("_core",)
    _core: _kebao.Curve

    def __init__(self, core: _kebao.Curve) -> None:
        self._core = core

    @classmethod
    def flat(cls, rate: float) -> Self:
        """Make a curve of one annual rate."""
        return cls(_kebao.Curve.from_spot([1.0], [rate]))

    @classmethod
    def from_spot(cls, times: Sequence[float], rates: Sequence[float]) -> Self:
        """Make a curve from annual spot rates at times in years: P(t) = (1 + rate)^-t."""
        return cls(_kebao.Curve.from_spot(_floats(times), _floats(rates)))

    @classmethod
    def from_forward(cls, times: Sequence[float], rates: Sequence[float]) -> Self:
        """Make a curve from annual forward rates, each from the time before to its own."""
        return cls(_kebao.Curve.from_forward(_floats(times), _floats(rates)))

    @classmethod
    def from_csv(cls, path: str | Path, *, kind: str = "spot") -> Self:
        """Read columns ``time`` (years) and ``rate`` (a fraction) of a CSV file.

        Parameters
        ----------
        path : str or Path
        kind : {"spot", "forward"}
            What the rates are.

        Raises
        ------
        InputError
            With every cell that is not a number, and its row.
        """
        makers = {"spot": cls.from_spot, "forward": cls.from_forward}
        if kind not in makers:
            allowed = "one of spot, forward"
            raise InputError(issues=[Issue("unknown_name", "Curve", "kind", f"'{kind}'", allowed)])
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        columns: dict[str, list[float]] = {"time": [], "rate": []}
        issues = []
        for number, row in enumerate(rows, start=2):
            for name, values in columns.items():
                try:
                    values.append(float(row[name]))
                except (KeyError, TypeError, ValueError):
                    value, place = row.get(name), f"{Path(path).name}, row {number}"
                    issues.append(Issue("not_a_number", place, name, repr(value), "a number"))
        if issues:
            raise InputError(issues=issues)
        return makers[kind](columns["time"], columns["rate"])

    def discount(self, time: Any) -> Any:
        """Price now of 1 at a time in years, or at each of an array."""
        return self._core.discount(time)

    def spot(self, time: Any) -> Any:
        """Annual spot rate to a time, or to each of an array."""
        return self._core.spot(time)

    def forward(self, start: float, end: float) -> float:
        """Annual forward rate between two times."""
        return self._core.forward(start, end)

    def __repr__(self) -> str:
        told = ", ".join(f"{t} y {self.spot(t):.3%}" for t in (1, 5, 10))
        return f"Curve({told})"


def _floats(values: Sequence[float]) -> list[float]:
    return [float(value) for value in values]
