"""Unearned premium and premium deficiency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _kebao
from ..errors import InputError, Issue
from ..table import Table


def unearned_premium(
    premium: Any,
    *,
    inception: Any = None,
    expiry: Any = None,
    at: Any = None,
    elapsed: Any = None,
    used: Any = None,
    expected: Any = None,
    risk: Sequence[float] | None = None,
) -> NDArray[np.float64]:
    """Premium of the part of each policy that is still to run.

    Earned by time, unless by use (``used`` of ``expected`` kilometres, flight hours, subjects) or
    by risk (``risk``).

    Parameters
    ----------
    premium : array
    inception, expiry, at : dates, optional
        First day of cover, the day after its last, and the day of valuation, as NumPy takes them.
    elapsed : array, optional
        Share of the term that has run, instead of dates.
    used, expected : array, optional
        Use so far, and over the whole term.
    risk : sequence of float, optional
        Cumulative share of the expected losses at equal steps of the term, ending at 1: a launch
        policy might have ``[0.7, 0.8, 0.9, 1.0]``.

    Returns
    -------
    array

    Examples
    --------
    >>> from kebao.balance import unearned_premium
    >>> unearned_premium([365.0], inception="2026-01-01", expiry="2027-01-01", at="2026-04-11")
    array([265.])
    >>> unearned_premium([100.0], elapsed=[0.25], risk=[0.7, 0.8, 0.9, 1.0]).round(9)
    array([30.])
    """
    amounts = np.atleast_1d(np.asarray(premium, dtype=float))
    if elapsed is None:
        if inception is None or expiry is None or at is None:
            issue = Issue("missing", "unearned_premium", "inception, expiry, at", "", "all three")
            raise InputError(issues=[issue])
        start, end, now = (
            np.asarray(day, dtype="datetime64[D]") for day in (inception, expiry, at)
        )
        term = (end - start) / np.timedelta64(1, "D")
        if not np.all(term > 0):
            issue = Issue("out_of_range", "unearned_premium", "expiry", "", "after the inception")
            raise InputError(issues=[issue])
        elapsed = (now - start) / np.timedelta64(1, "D") / term
    return _kebao.unearned_premium(
        amounts.tolist(),
        np.broadcast_to(np.asarray(elapsed, dtype=float), amounts.shape).tolist(),
        _column(used, amounts.shape),
        _column(expected, amounts.shape),
        None if risk is None else [float(share) for share in risk],
    )


def _column(values: Any, shape: tuple[int, ...]) -> list[float] | None:
    if values is None:
        return None
    return list(np.broadcast_to(np.asarray(values, dtype=float), shape).tolist())


def premium_deficiency(
    groups: Sequence[str],
    *,
    unearned: Sequence[float],
    expected_claims: Sequence[float],
    claims_expenses: Sequence[float] | float = 0.0,
    maintenance: Sequence[float] | float = 0.0,
    deferred_costs: Sequence[float] | float = 0.0,
) -> Table:
    """Premium deficiency by group: expected outgo above the unearned premium, never below zero.

    The outgo is expected claims (discounted if investment income is counted), claims expenses and
    maintenance; deferred acquisition costs reduce what is there. Groups do not make up for each
    other.

    Examples
    --------
    >>> from kebao.balance import premium_deficiency
    >>> premium_deficiency(["launch", "cyber"], unearned=[100, 80], expected_claims=[130, 40])
    group   unearned  outgo  deficiency
    launch       100    130          30
    cyber         80     40           0
    total        180    170          30
    """
    count = len(groups)
    columns = {
        "unearned": unearned,
        "expected_claims": expected_claims,
        "claims_expenses": claims_expenses,
        "maintenance": maintenance,
        "deferred_costs": deferred_costs,
    }
    issues, arrays = [], {}
    for name, values in columns.items():
        try:
            arrays[name] = np.broadcast_to(np.asarray(values, dtype=float), (count,))
        except ValueError:
            allowed = f"{count} numbers, one for each group"
            issues.append(Issue("wrong_shape", "premium_deficiency", name, "", allowed))
    if issues:
        raise InputError(issues=issues)
    outgo = arrays["expected_claims"] + arrays["claims_expenses"] + arrays["maintenance"]
    missing = [
        _kebao.premium_deficiency(*each)
        for each in zip(
            arrays["unearned"].tolist(),
            arrays["deferred_costs"].tolist(),
            outgo.tolist(),
            strict=True,
        )
    ]
    totals = {"unearned": arrays["unearned"], "outgo": outgo, "deficiency": np.array(missing)}
    return Table.of(
        "premium_deficiency",
        {
            "group": [*groups, "total"],
            **{name: [*each.tolist(), float(each.sum())] for name, each in totals.items()},
        },
    )
