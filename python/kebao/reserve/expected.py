"""What a chain ladder expected of the time since it was fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, Issue
from ..table import Table
from ..triangle import Triangle

if TYPE_CHECKING:
    from .chain_ladder import ChainLadder


def actual_against_expected(method: ChainLadder, later: Triangle) -> Table:
    """Expected and actual development of each origin since the fit."""
    then = method._fitted_triangle.cumulative()
    issues = []
    if then.shape[:2] != (1, 1):
        issues.append(Issue("ambiguous", "actual_against_expected", "fit", allowed="one segment"))
    if later.shape[:2] != (1, 1):
        allowed = "one segment of one measure"
        issues.append(Issue("ambiguous", "actual_against_expected", "later", allowed=allowed))
    if then._core.grain != later._core.grain:
        allowed = "the grains of the triangle fitted"
        issues.append(Issue("different_grain", "actual_against_expected", "later", allowed=allowed))
    if issues:
        raise InputError(issues=issues)
    factors, values = method.development_factors_, later.cumulative().values
    column = {age: at for at, age in enumerate(then.ages.tolist())}
    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for origin, before in zip(then.origins, then.values, strict=True):
        known = np.flatnonzero(~np.isnan(before))
        if origin not in later.origins or not len(known):
            continue
        now = values[later.origins.index(origin)]
        start = int(known[-1])
        for at in np.flatnonzero(~np.isnan(now))[::-1]:
            end = column.get(int(later.ages[at]))
            if end is None:
                continue
            if end > start:
                expected = before[start] * (np.prod(factors[start:end]) - 1)
                actual = now[at] - before[start]
                found = (origin, int(then.ages[start]), int(then.ages[end]), float(expected),
                         float(actual), float(actual - expected))  # fmt: skip
                for name, value in zip(COLUMNS, found, strict=True):
                    rows[name].append(value)
            break
    return Table.of("actual against expected", rows)


COLUMNS = ("origin", "from_age", "to_age", "expected", "actual", "difference")
