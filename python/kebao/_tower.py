"""A programme drawn to scale, as SVG text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from ._svg import PALETTE
from ._text import amount

if TYPE_CHECKING:
    from .treaty import Programme, Treaty

_FONT = "system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK SC',sans-serif"
_HEIGHT = 300
_TOP = 34
_PANEL = 260
_GAP = 78
_LOG_FROM = 40
"""Largest boundary over smallest from which the axis is logarithmic."""


@dataclass
class _Box:
    treaty: Treaty
    low: float
    high: float
    colour: str
    lane: int = 0
    lanes: int = 1


@dataclass
class _Panel:
    title: str
    slices: list[Treaty] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    ratio: bool = False

    @property
    def bounds(self) -> list[float]:
        edges = {edge for box in self.boxes for edge in (box.low, box.high)}
        return sorted(edge for edge in edges if 0 < edge < math.inf)

    @property
    def reach(self) -> list[float]:
        """What the axis must reach: the bounds, and some room for covers without a limit."""
        room = [1.3 * box.low for box in self.boxes if math.isinf(box.high)]
        return self.bounds + [edge for edge in room if edge > 0]


def tower(programme: Programme) -> str:
    """Draw the programme: layers to scale, quota shares as vertical slices, annual covers beside.

    Covers per risk and per event share one axis, annual covers have their own. The axis is
    logarithmic when its boundaries span more than a factor of forty. What is not placed, or kept by
    co-participation, is hatched.

    Parameters
    ----------
    programme : Programme

    Returns
    -------
    str
        One ``<svg>`` element that takes its ink from the surrounding text.
    """
    panels = _panels(programme)
    mark = "h" + sha256(str(programme).encode()).hexdigest()[:8]
    scales: dict[tuple[bool, bool], Callable[[float], float]] = {}
    for kind in {(_annual(panel), panel.ratio) for panel in panels}:
        same = [panel for panel in panels if (_annual(panel), panel.ratio) == kind]
        scales[kind] = _scale([edge for panel in same for edge in panel.reach])
    parts = []
    left = _GAP - 10
    for panel in panels:
        parts.append(_draw(panel, left, scales[_annual(panel), panel.ratio], mark))
        left += _PANEL + _GAP
    width, height = left - _GAP + 14, _TOP + _HEIGHT + 30
    unit = f", {programme.currency}" if programme.currency else ""
    title = escape(f"Programme of {len(programme)} treaties{unit}: {', '.join(programme.names)}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'style="max-width:100%;height:auto" role="img" aria-label="{title}" '
        f'font-family="{_FONT}" font-size="11" fill="currentColor"><title>{title}</title>'
        f'<defs><pattern id="{mark}" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V6" stroke="currentColor" '
        'stroke-opacity=".35"/></pattern></defs>' + "".join(parts) + "</svg>"
    )


def _annual(panel: _Panel) -> bool:
    return bool(panel.boxes) and panel.boxes[0].treaty.basis == "annual"


def _panels(programme: Programme) -> list[_Panel]:
    """Covers of one basis on one subject stand in one panel, in the order of the programme."""
    shares = {treaty.name: treaty for treaty in programme.treaties if treaty.is_proportional}
    panels: dict[tuple[object, ...], _Panel] = {}
    drawn: set[str] = set()
    colours = {t.name: PALETTE[i % len(PALETTE)] for i, t in enumerate(programme.treaties)}
    for treaty in programme.treaties:
        if treaty.is_proportional:
            continue
        slices = tuple(name for name in treaty.net_of if name in shares)
        if treaty.basis == "annual":
            slices = ()
        key = (treaty.basis, treaty.unit, slices)
        basis = {"risk": "per risk", "event": "per event", "annual": "per year"}[treaty.basis]
        ratio = treaty.unit == "loss_ratio"
        panel = panels.setdefault(
            key, _Panel(basis + (", loss ratio" if ratio else ""), ratio=ratio)
        )
        panel.slices = [shares[name] for name in slices]
        drawn.update(slices)
        low = float(treaty.attachment)
        panel.boxes.append(_Box(treaty, low, low + float(treaty.limit), colours[treaty.name]))
    rest = [share for name, share in shares.items() if name not in drawn]
    found = list(panels.values())
    if rest:
        found.insert(0, _Panel("every risk", rest))
    # Annual covers stand to the right of the others.
    found.sort(key=_annual)
    for panel in found:
        _lanes(panel.boxes)
    return found


def _lanes(boxes: list[_Box]) -> None:
    """Puts covers that overlap side by side; a cover that overlaps none keeps the whole width."""
    together: list[_Box] = []
    ends: list[float] = []
    for box in sorted(boxes, key=lambda box: (box.low, box.high)):
        if all(end <= box.low * (1 + 1e-12) for end in ends):
            together, ends = [], []
        free = (lane for lane, end in enumerate(ends) if end <= box.low * (1 + 1e-12))
        box.lane = next(free, len(ends))
        ends[box.lane : box.lane + 1] = [box.high]
        together.append(box)
        for other in together:
            other.lanes = len(ends)


def _scale(bounds: Sequence[float]) -> Callable[[float], float]:
    """From an amount to the height of the axis it stands at, in pixels from the top."""
    top = max(bounds, default=1.0) * 1.04
    low = min(bounds, default=1.0)
    if top / low <= _LOG_FROM:
        return lambda value: _TOP + _HEIGHT * (1 - min(value, top) / top)
    # A tenth of the axis stands for what lies under the smallest boundary.
    span = math.log(top / low)

    def height(value: float) -> float:
        if value <= low:
            return _TOP + _HEIGHT * (1 - 0.1 * value / low)
        return _TOP + _HEIGHT * 0.9 * (1 - math.log(min(value, top) / low) / span)

    return height


def _draw(panel: _Panel, left: float, y: Callable[[float], float], mark: str) -> str:
    bottom, right = _TOP + _HEIGHT, left + _PANEL
    unit = (lambda v: f"{v * 100:g}%") if panel.ratio else amount
    out = [
        f'<text x="{left}" y="{_TOP - 18}" font-weight="600">{panel.title}</text>',
        f'<path d="M{left} {_TOP}V{bottom}H{right}" fill="none" stroke="currentColor" '
        'stroke-opacity=".6"/>',
    ]
    last = float(bottom)
    out.append(_text(left - 6, bottom + 4, "0", "end"))
    for edge in panel.bounds:
        at = y(edge)
        out.append(f'<path d="M{left - 4} {at:.1f}H{left}" stroke="currentColor"/>')
        if last - at >= 11:
            out.append(_text(left - 6, at + 4, unit(edge), "end"))
            last = at
    x = float(left)
    for share in panel.slices:
        width = _taken(share) * (right - x)
        out.append(_rect(x, _TOP, width, _HEIGHT, "#777777"))
        label = f"{share.name}  {float(share.share) * 100:g}%"
        if float(share.placed) < 1:
            label += f", placed {float(share.placed) * 100:g}%"
        middle = _TOP + _HEIGHT / 2
        turn = f' transform="rotate(-90 {x + width / 2:.1f} {middle})"' if width < 60 else ""
        out.append(_text(x + width / 2, middle + 4, label, "middle", turn))
        x += width
    for box in panel.boxes:
        lane = (right - x) / box.lanes
        out.append(_cover(box, x + box.lane * lane, lane, y, unit, mark))
    return "".join(out)


def _cover(
    box: _Box,
    x: float,
    width: float,
    y: Callable[[float], float],
    unit: Callable[[float], str],
    mark: str,
) -> str:
    treaty = box.treaty
    top = _TOP if math.isinf(box.high) else y(box.high)
    bottom = y(box.low)
    height = max(bottom - top, 1.5)
    taken = _taken(treaty) * width
    out = [_rect(x, top, taken, height, box.colour)]
    if taken < width * 0.999:
        out.append(
            f'<rect x="{x + taken:.1f}" y="{top:.1f}" width="{width - taken:.1f}" '
            f'height="{height:.1f}" fill="url(#{mark})" stroke="currentColor" '
            'stroke-opacity=".35" stroke-dasharray="3 2"/>'
        )
    limit = "unlimited" if math.isinf(float(treaty.limit)) else unit(float(treaty.limit))
    cover = f"{limit} xs {unit(float(treaty.attachment))}"
    # Without its subject, the first comma of the wording is where the terms begin.
    terms = str(replace(treaty, net_of=())).partition(", ")[2]
    lines = [f"{treaty.name}  {cover}", *([terms] if terms else [])]
    room = int(width / 6.2)
    lines = [line if len(line) <= room else line[: max(room - 1, 1)] + "…" for line in lines]
    lines = lines[: max(1, int(height // 13))]
    middle = (top + bottom) / 2
    # A cover too thin for its name carries it on top.
    first = middle + 4 - 6.5 * (len(lines) - 1) if height >= 11 else top - 3
    full = f"<title>{escape(str(treaty))}</title>"
    for row, line in enumerate(lines):
        weight = ' font-weight="600"' if row == 0 else ' opacity=".8"'
        out.append(_text(x + width / 2, first + 13 * row, line, "middle", weight))
    return f"<g>{full}{''.join(out)}</g>"


def _taken(treaty: Treaty) -> float:
    kept = 1 - float(treaty.co_participation)
    return float(treaty.share) * kept * float(treaty.placed)


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}" fill-opacity=".22" stroke="{colour}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
