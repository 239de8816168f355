"""Small charts as SVG text, without a dependency.

They take their ink from the surrounding text (`currentColor`), so they read on light and dark
grounds and on paper. Series differ in colour (Okabe and Ito's palette, 2008, safe for colour-blind
readers) and in dash pattern. Each chart has a title for screen readers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from kebao._text import amount, percent

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "12 4")

_FONT = "system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK SC',sans-serif"


@dataclass(frozen=True)
class Line:
    """A line of a chart, with an optional band from ``low`` to ``high``."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


class Picture(str):
    """An SVG that shows itself in a notebook and saves itself.

    Examples
    --------
    >>> picture = Picture(exceedance([Line("AEP", [2, 10], [1.0, 2.0])], title="Annual loss"))
    >>> picture
    Picture(Annual loss)
    """

    def save(self, path: str | Path) -> Path:
        """Write the SVG file."""
        path = Path(path)
        path.write_text(self, encoding="utf-8")
        return path

    def _repr_svg_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self)
        return f"Picture({unescape(found.group(1)) if found else ''})"


@dataclass(frozen=True)
class _Frame:
    """The plotting area and the maps from data to picture."""

    left: float
    top: float
    right: float
    bottom: float
    x: Callable[[float], float]
    y: Callable[[float], float]


def exceedance(
    lines: Sequence[Line],
    *,
    title: str,
    unit: str = "",
    width: int = 640,
    height: int = 320,
) -> str:
    """Draw loss against return period, the latter on a logarithmic axis.

    Parameters
    ----------
    lines : sequence of Line
        ``x`` is the return period in years (above 1), ``y`` the loss, ``low`` and ``high`` the
        confidence band.
    title : str
        Told by screen readers and shown above the chart.
    unit : str
        Currency of the loss.
    width, height : int
        Size in pixels; the chart scales with its container.

    Returns
    -------
    str
        An ``<svg>`` element.

    Examples
    --------
    >>> chart = exceedance([Line("AEP", [2, 10, 100], [1e6, 5e6, 2e7])], title="Annual loss")
    >>> chart[:4], chart.count("<path")
    ('<svg', 1)
    """
    periods = [period for line in lines for period in line.x if period > 0]
    top = max((v for line in lines for v in (*line.y, *line.high) if math.isfinite(v)), default=1)
    first, last = min(periods, default=1.0), max(periods, default=10.0)
    if last <= first:
        last = first * 10
    y_ticks = nice_ticks(top)
    frame = _frame(width, height, (math.log10(first), math.log10(last)), y_ticks[-1], log_x=True)
    parts = [*_y_axis(frame, y_ticks, unit)]
    for period in _periods(first, last):
        label = f"{period:,.0f}"
        parts += _x_tick(frame, frame.x(period), label)
    parts.append(_text((frame.left + frame.right) / 2, frame.bottom + 34, "return period (years)"))
    parts += _lines(frame, lines)
    parts += _legend(frame, [line.name for line in lines])
    return _document(width, height, title, parts)


def fan(
    x: Sequence[float],
    bands: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    middle: Sequence[float],
    *,
    title: str,
    unit: str = "",
    x_label: str = "",
    width: int = 640,
    height: int = 320,
) -> str:
    """Draw nested bands around a middle line, the widest band first.

    Parameters
    ----------
    x : sequence of float
        Positions, such as years.
    bands : sequence of (name, low, high)
        The bands, from wide to narrow.
    middle : sequence of float
        The line in the middle, such as the mean.
    title, unit, x_label : str
        What the chart, its amounts and its horizontal axis are.
    width, height : int
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    top = max((v for _, _, high in bands for v in high), default=max(middle, default=1.0))
    y_ticks = nice_ticks(top)
    first, last = min(x, default=0.0), max(x, default=1.0)
    frame = _frame(width, height, (first, last if last > first else first + 1), y_ticks[-1])
    parts = [*_y_axis(frame, y_ticks, unit)]
    step = max(1, math.ceil(len(x) / 10))
    for value in list(x)[::step]:
        parts += _x_tick(frame, frame.x(value), f"{value:g}")
    if x_label:
        parts.append(_text((frame.left + frame.right) / 2, frame.bottom + 34, x_label))
    for position, (name, low, high) in enumerate(bands):
        strength = 0.18 + 0.5 * position / max(1, len(bands))
        parts.append(_band(frame, x, low, high, PALETTE[0], strength, name))
    parts.append(_path(frame, x, middle, PALETTE[1], "", "mean"))
    return _document(width, height, title, parts)


def bars(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    *,
    title: str,
    unit: str = "",
    share: bool = False,
    width: int = 640,
) -> str:
    """Draw horizontal bars, each split into named parts.

    Parameters
    ----------
    rows : sequence of (label, {part: value})
        The bars from top to bottom; negative parts count as nothing.
    title, unit : str
        What the chart and its amounts are.
    share : bool
        The values are fractions, written as percentages.
    width : int
        Width in pixels; the height follows from the number of bars.

    Returns
    -------
    str
        An ``<svg>`` element.

    Examples
    --------
    >>> chart = bars([("cyber", {"ceded": 4e6, "net": 2e6})], title="Expected loss by sector")
    >>> chart.count("<rect") == 2 + 2  # two parts, two marks in the legend
    True
    """
    names = list(dict.fromkeys(name for _, parts in rows for name in parts))
    longest = max((_advance(label) for label, _ in rows), default=0.0)
    left, thick, gap = min(16 + 7.2 * longest, width * 0.4), 18, 8
    top = 52 if len(names) > 1 else 30
    height = top + len(rows) * (thick + gap) + 10
    room = width - left - 90
    most = max((sum(max(v, 0.0) for v in parts.values()) for _, parts in rows), default=1.0) or 1.0
    write = percent if share else amount
    parts: list[str] = []
    for index, (label, values) in enumerate(rows):
        y = top + index * (thick + gap)
        parts.append(_text(left - 8, y + thick - 5, label, anchor="end"))
        x = left
        for name, value in values.items():
            span = room * max(value, 0.0) / most
            colour = PALETTE[names.index(name) % len(PALETTE)]
            hover = escape(f"{label}, {name}: {write(value)} {unit}".strip())
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{span:.1f}" height="{thick}" '
                f'fill="{colour}"><title>{hover}</title></rect>'
            )
            x += span
        if not share:
            total = amount(sum(values.values()))
            parts.append(_text(x + 6, y + thick - 5, total, anchor="start"))
    if len(names) > 1:
        x = left
        for index, name in enumerate(names):
            colour = PALETTE[index % len(PALETTE)]
            parts.append(f'<rect x="{x:.1f}" y="30" width="11" height="11" fill="{colour}"/>')
            parts.append(_text(x + 16, 40, name, anchor="start"))
            x += 34 + 7.2 * _advance(name)
    return _document(width, height, title, parts)


def nice_ticks(top: float, wanted: int = 5) -> list[float]:
    """Round marks from 0 to at least ``top``.

    Examples
    --------
    >>> nice_ticks(47)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    """
    if not math.isfinite(top) or top <= 0:
        return [0.0, 1.0]
    rough = top / wanted
    scale = 10.0 ** math.floor(math.log10(rough))
    step = scale * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * scale >= rough * 0.999)
    return [step * index for index in range(math.ceil(top / step * 0.999) + 1)]


def _periods(first: float, last: float) -> list[float]:
    """1, 2, 5, 10, … between two return periods; only powers of ten when they span much."""
    decades = range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1)
    factors = (1, 2, 5) if math.log10(last / first) <= 3.5 else (1,)
    marks = [factor * 10.0**decade for decade in decades for factor in factors]
    return [mark for mark in marks if first * 0.999 <= mark <= last * 1.001]


def _advance(text: str) -> float:
    """Width of a text in Latin letters; Chinese ones count twice."""
    return sum(2.0 if ord(letter) > 0x2E80 else 1.0 for letter in text)


def _frame(
    width: int, height: int, x: tuple[float, float], y_top: float, *, log_x: bool = False
) -> _Frame:
    left, top, right, bottom = 62.0, 48.0, width - 16.0, height - 44.0

    def across(value: float) -> float:
        at = math.log10(value) if log_x else value
        return left + (right - left) * (at - x[0]) / (x[1] - x[0])

    def up(value: float) -> float:
        return bottom - (bottom - top) * min(value, y_top) / y_top

    return _Frame(left, top, right, bottom, across, up)


def _y_axis(frame: _Frame, ticks: Sequence[float], unit: str) -> list[str]:
    parts = []
    for tick in ticks:
        y = frame.y(tick)
        parts.append(
            f'<line x1="{frame.left}" x2="{frame.right}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="currentColor" stroke-opacity="{0.5 if tick == 0 else 0.13}"/>'
        )
        parts.append(_text(frame.left - 6, y + 4, amount(tick), anchor="end"))
    if unit:
        parts.append(_text(frame.left - 6, frame.top - 12, unit, anchor="end"))
    return parts


def _x_tick(frame: _Frame, x: float, label: str) -> list[str]:
    return [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{frame.top}" y2="{frame.bottom + 4}" '
        'stroke="currentColor" stroke-opacity="0.13"/>',
        _text(x, frame.bottom + 17, label),
    ]


def _lines(frame: _Frame, lines: Sequence[Line]) -> list[str]:
    parts = []
    for index, line in enumerate(lines):
        if len(line.low) and len(line.high):
            colour = PALETTE[index % len(PALETTE)]
            parts.append(_band(frame, line.x, line.low, line.high, colour, 0.18, line.name))
    for index, line in enumerate(lines):
        colour, dash = PALETTE[index % len(PALETTE)], DASHES[index % len(DASHES)]
        parts.append(_path(frame, line.x, line.y, colour, dash, line.name))
    return parts


def _path(
    frame: _Frame, x: Sequence[float], y: Sequence[float], colour: str, dash: str, name: str
) -> str:
    pattern = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="M{_points(frame, zip(x, y, strict=True))}" fill="none" stroke="{colour}" '
        f'stroke-width="2" stroke-linejoin="round"{pattern}><title>{escape(name)}</title></path>'
    )


def _band(
    frame: _Frame,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    colour: str,
    strength: float,
    name: str,
) -> str:
    there = zip(x, high, strict=True)
    back = zip(reversed(x), reversed(low), strict=True)
    return (
        f'<polygon points="{_points(frame, [*there, *back])}" fill="{colour}" '
        f'fill-opacity="{strength:.2f}"><title>{escape(name)}</title></polygon>'
    )


def _points(frame: _Frame, pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(
        f"{frame.x(x):.1f},{frame.y(max(y, 0.0)):.1f}" for x, y in pairs if math.isfinite(y)
    )


def _legend(frame: _Frame, names: Sequence[str]) -> list[str]:
    parts, x = [], frame.left
    for index, name in enumerate(names):
        colour, dash = PALETTE[index % len(PALETTE)], DASHES[index % len(DASHES)]
        pattern = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<line x1="{x:.1f}" x2="{x + 26:.1f}" y1="34" y2="34" stroke="{colour}" '
            f'stroke-width="2"{pattern}/>'
        )
        parts.append(_text(x + 32, 38, name, anchor="start"))
        x += 52 + 7.2 * _advance(name)
    return parts


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _document(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    heading = (
        f'<text x="4" y="16" font-size="13" font-weight="600">{escape(title)}</text>'
        if title
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}" style="width:100%;max-width:{width}px;height:auto" '
        f'font-family="{_FONT}" font-size="11.5" fill="currentColor">'
        f"<title>{escape(title)}</title>{heading}{''.join(parts)}</svg>"
    )
