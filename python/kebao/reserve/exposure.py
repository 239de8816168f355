"""Values by origin (exposures, priors) as people have them: one number, a list, labels, a frame."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import _kebao
from ..errors import InputError, Issue
from ..triangle import Triangle
from .estimator import Floats


def by_origin(
    values: Any, triangle: Triangle, method: str, field: str, *, default: float | None = None
) -> Floats:
    """Values by segment and origin, in one row after another; NaN where nothing is given.

    One number stands for every origin. Without segments, a sequence has one value an origin; with
    several, it has a row a segment. A mapping or series goes by origin label, with several segments
    by segment label first. A triangle of one measure gives its latest values.
    """
    segments, origins = len(triangle.segments), len(triangle.origins)
    issues: list[Issue] = []
    if values is None:
        if default is not None:
            return np.full(segments * origins, default)
        allowed = f"a number > 0 for each of {origins} origins"
        raise InputError(issues=[Issue("missing", method, field, allowed=allowed)])
    if isinstance(values, Triangle):
        result = _of_triangle(values, triangle, method, field, issues)
    elif _labelled(values):
        result = _of_mapping(_mapping(values), triangle, method, field, issues)
    else:
        result = _of_array(values, triangle, method, field, issues)
    if issues:
        raise InputError(issues=issues)
    return np.ascontiguousarray(result, dtype=np.float64).ravel()


def _of_triangle(
    values: Triangle, triangle: Triangle, method: str, field: str, issues: list[Issue]
) -> Any:
    if len(values.measures) != 1:
        names = ", ".join(values.measures)
        hint = f"choose one of {names}"
        issues.append(Issue("ambiguous", method, field, names, "a triangle of one measure", hint))
    if values.segments != triangle.segments or values.origins != triangle.origins:
        allowed = "a triangle with the same segments and origins"
        issues.append(Issue("wrong_shape", method, field, str(values.shape), allowed))
    return values.latest


def _labelled(values: Any) -> bool:
    if isinstance(values, Mapping):
        return True
    # A pandas series whose index is not just positions.
    index = getattr(values, "index", None)
    return index is not None and not callable(index) and type(index).__name__ != "RangeIndex"


def _mapping(values: Any) -> dict[Any, Any]:
    return dict(values.items())


def _of_mapping(
    values: dict[Any, Any], triangle: Triangle, method: str, field: str, issues: list[Issue]
) -> Any:
    segments = triangle.segments
    if len(segments) == 1 and not any(isinstance(item, Mapping) for item in values.values()):
        return _row(values, triangle.origins, method, field, issues)
    known = {"/".join(labels): at for at, labels in enumerate(segments)}
    result = np.full((len(segments), len(triangle.origins)), np.nan)
    for key, row in values.items():
        name = "/".join(map(str, key)) if isinstance(key, tuple) else str(key)
        at = known.get(name)
        if at is None:
            issues.append(_unknown("segment", name, list(known), method, field))
        elif isinstance(row, Mapping) or _labelled(row):
            result[at] = _row(_mapping(row), triangle.origins, method, field, issues, name)
        else:
            numbers = _numbers(row, method, field, issues)
            if numbers.size not in (1, len(triangle.origins)):
                allowed = f"{len(triangle.origins)} values, one an origin"
                place = f"{field} of {name}"
                issues.append(
                    Issue("wrong_length", method, place, f"{numbers.size} values", allowed)
                )
            else:
                result[at] = numbers
    return result


def _row(
    values: dict[Any, Any],
    origins: list[str],
    method: str,
    field: str,
    issues: list[Issue],
    segment: str = "",
) -> Floats:
    result = np.full(len(origins), np.nan)
    known = {label: at for at, label in enumerate(origins)}
    for key, value in values.items():
        label = str(getattr(key, "year", key)) if str(key) not in known else str(key)
        at = known.get(label)
        if at is None:
            place = f"{field} of {segment}" if segment else field
            issues.append(_unknown("origin", str(key), origins, method, place))
        else:
            result[at] = _number(value, method, f"{field} of origin {label}", issues)
    return result


def _of_array(values: Any, triangle: Triangle, method: str, field: str, issues: list[Issue]) -> Any:
    segments, origins = len(triangle.segments), len(triangle.origins)
    numbers = _numbers(values, method, field, issues)
    wanted = (origins,) if segments == 1 else (segments, origins)
    if numbers.ndim == 0:
        return np.full((segments, origins), float(numbers))
    if numbers.shape not in (wanted, (segments, origins)):
        shape = " × ".join(map(str, numbers.shape))
        names = f"one an origin, {triangle.origins[0]} to {triangle.origins[-1]}"
        what = f"{origins} values, {names}"
        if segments > 1:
            what = f"{segments} rows (segments) of {what}"
        issues.append(Issue("wrong_length", method, field, f"{shape} values", what))
    return numbers


def _numbers(values: Any, method: str, field: str, issues: list[Issue]) -> Floats:
    if isinstance(values, str):
        return np.asarray(_number(values, method, field, issues))
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        flat = np.asarray(values, dtype=object)
        read = [
            _number(item, method, f"{field}[{at}]", issues) for at, item in enumerate(flat.flat)
        ]
        return np.reshape(read, flat.shape)


def _number(value: Any, method: str, field: str, issues: list[Issue]) -> float:
    if value is None:
        return float("nan")
    try:
        number: Any = _kebao.parse_amount(value) if isinstance(value, str) else value
        return float(number)
    except (TypeError, ValueError):
        issues.append(Issue("not_a_number", method, field, repr(value), "a number"))
        return float("nan")


def _unknown(kind: str, name: str, known: list[str], method: str, field: str) -> Issue:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else ""
    allowed = f"{kind}s {known[0]} to {known[-1]}" if known else f"known {kind}s"
    return Issue(f"unknown_{kind}", method, field, f"{kind} '{name}'", allowed, hint)
