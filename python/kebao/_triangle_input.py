"""Triangles of other packages, and wide frames, as the parts of a triangle."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, Issue

if TYPE_CHECKING:
    from .triangle import Triangle

Floats = NDArray[np.float64]

MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}


def refuse(code: str, where: str, field: str, value: str = "", allowed: str = "") -> InputError:
    """The error that tells one fault."""
    return InputError(issues=[Issue(code, where, field, value, allowed)])


def by_origin(triangle: Triangle, factors: Any) -> Floats:
    """One number, one by origin (array or mapping by label), or one by segment and origin."""
    if isinstance(factors, Mapping):
        lost = [origin for origin in triangle.origins if origin not in factors]
        if lost:
            raise refuse("missing", "Triangle", "factors", allowed=f"a number for {lost[0]}")
        factors = [factors[origin] for origin in triangle.origins]
    try:
        return np.ravel(np.asarray(factors, dtype=np.float64))
    except (TypeError, ValueError) as cause:
        kind = type(factors).__name__
        allowed = "a triangle, a number, or numbers by origin"
        raise refuse("wrong_type", "Triangle", "factors", kind, allowed) from cause


def years(date: Any) -> float:
    """A date as a time in years, the first of January 2024 as 2024.0."""
    try:
        day = np.datetime64(str(date), "D")
    except ValueError as cause:
        allowed = "dates such as 2024-07-01"
        raise refuse("not_a_date", "on_level", "changes", f"'{date}'", allowed) from cause
    year = day.astype("datetime64[Y]")
    start, end = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    return float(int(year.astype(int)) + 1970 + (day - start) / (end - start))


def melted(frame: Any, origin: str | None) -> dict[str, list[Any]]:
    """The cells of a frame by origin and age."""
    columns = list(frame.columns)
    if origin is not None and origin not in columns:
        near = difflib.get_close_matches(origin, [str(name) for name in columns], n=1)
        hint = f"did you mean '{near[0]}'?" if near else ""
        allowed = f"one of {', '.join(map(str, columns))}"
        raise InputError(
            issues=[Issue("unknown_name", "from_wide", "origin", f"'{origin}'", allowed, hint)]
        )
    if origin is None and not hasattr(frame, "index"):
        origin = columns[0]
    labels = list(frame.index if origin is None else frame[origin])
    cells: dict[str, list[Any]] = {"origin": [], "age": [], "value": []}
    for age in columns:
        if age == origin:
            continue
        cells["origin"] += [str(label) for label in labels]
        cells["age"] += [str(age)] * len(labels)
        values = list(frame[age])
        if any(isinstance(value, str) for value in values):
            values = [None if value is None else str(value) for value in values]
        cells["value"] += values
    # What is no number is left for the core to refuse.
    with contextlib.suppress(ValueError):
        cells["age"] = [float(age) for age in cells["age"]]
    if not any(isinstance(value, str) for value in cells["value"]):
        numbers = [np.nan if value is None else value for value in cells["value"]]
        cells["value"] = np.array(numbers, dtype=np.float64)  # type: ignore[assignment]
    return cells


def bermuda_cells(triangle: Any, fields: list[str], by: list[str]) -> dict[str, Any]:
    """The arguments of `Triangle.from_long` for bermuda's cells."""
    try:
        cells = list(triangle.cells)
        starts = [np.datetime64(cell.period_start, "D") for cell in cells]
        ends = [np.datetime64(cell.period_end, "D") for cell in cells]
        dates = [np.datetime64(cell.evaluation_date, "D") for cell in cells]
        if not fields:
            found = dict.fromkeys(name for cell in cells for name in cell.values)
            fields = [
                name for name in found if all(np.ndim(c.values.get(name)) == 0 for c in cells)
            ]
        columns: dict[str, Any] = {
            "origin": [str(day) for day in starts],
            "valuation": [str(day) for day in dates],
            **{name: [number(cell.values.get(name)) for cell in cells] for name in fields},
        }
        for name in by:
            columns[name] = [str(described(cell.metadata, name)) for cell in cells]
    except (AttributeError, TypeError, ValueError) as cause:
        allowed = f"a bermuda triangle of numbers ({cause})"
        kind = type(triangle).__name__
        raise refuse("wrong_type", "from_bermuda", "triangle", kind, allowed) from cause

    def grain(months: Iterable[int]) -> str:
        step = int(np.gcd.reduce(np.array(sorted(set(months)) or [12])))
        return next(name for name, length in MONTHS.items() if step % length == 0)

    def month(days: list[Any]) -> NDArray[np.int64]:
        return np.array([day.astype("datetime64[M]").astype(int) for day in days], dtype=np.int64)

    lengths = month(ends) - month(starts) + 1
    return {
        "data": columns,
        "origin": "origin",
        "valuation": "valuation",
        "values": fields,
        "by": by,
        "grain": grain(lengths.tolist()),
        "development_grain": grain((month(dates) - month(starts) + 1).tolist()),
    }


def number(value: Any) -> float:
    """A field of a cell; absent is missing."""
    return np.nan if value is None else float(value)


def described(metadata: Any, name: str) -> Any:
    """An attribute of the metadata, or one of its details."""
    details = getattr(metadata, "details", None) or {}
    return details[name] if name in details else getattr(metadata, name)


def chainladder_parts(triangle: Any, missing: str) -> dict[str, Any]:
    """The arguments of `Triangle.from_parts` for a triangle of chainladder."""
    if missing not in ("nan", "zero"):
        raise refuse("unknown_name", "from_chainladder", "missing", missing, "nan or zero")
    try:
        plain = triangle.set_backend("numpy") if hasattr(triangle, "set_backend") else triangle
        values = np.array(plain.values, dtype=np.float64)
        inside = ~np.isnan(np.asarray(plain.nan_triangle, dtype=np.float64))
        labels = np.asarray(plain.index, dtype=object).astype(str)
        index = [str(name) for name in plain.index.columns]
        months = np.asarray(plain.odims).astype("datetime64[M]").astype(int) + 1970 * 12
        ages = np.asarray(plain.ddims)
        grains = [
            {"S": "H", "2Q": "H"}.get(str(g), str(g))
            for g in (plain.origin_grain, plain.development_grain)
        ]
        measures = [str(name) for name in plain.columns]
        cumulative = bool(plain.is_cumulative)
    except (AttributeError, TypeError, ValueError) as cause:
        kind = type(triangle).__name__
        allowed = f"a chainladder triangle by origin and age ({cause})"
        raise refuse("wrong_type", "from_chainladder", "triangle", kind, allowed) from cause
    if missing == "zero":
        values[np.isnan(values) & inside] = 0.0
    values[..., ~inside] = np.nan
    if len(labels) == 1:
        index, labels = [], np.empty((1, 0), dtype=str)
    return {
        "values": values,
        "measures": measures,
        "index": index,
        "segments": labels.tolist(),
        "grain": grains[0],
        "development_grain": grains[1],
        "first_origin": int(months[0]) // MONTHS.get(grains[0], 12),
        "first_age": int(ages[0]),
        "cumulative": cumulative,
    }
