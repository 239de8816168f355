"""Measures of annual losses: VaR, TVaR, spectral measures, exceedance curves, allocation.

Conventions: the quantile is inf{x : F(x) ≥ p}; TVaR(p) is the mean of the quantiles above p, atoms
split; on n years both are those of the empirical distribution. Each number comes with its standard
error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _kebao
from ._kebao import Distortion, Histogram, Lines
from .errors import InputError, Issue
from .table import Table

__all__ = [
    "Estimate",
    "Histogram",
    "allocate",
    "exceedance_curve",
    "premium_bounds",
    "spectral",
    "tvar",
    "var",
]

RETURN_PERIODS = (2, 5, 10, 20, 50, 100, 200, 250, 500, 1000)


class Estimate(NamedTuple):
    """A number and its standard error."""

    value: float
    standard_error: float


def _column(losses: ArrayLike, field: str = "losses") -> Any:
    values = np.ascontiguousarray(losses, dtype=np.float64)
    if values.ndim != 1:
        allowed = "one number a year"
        found = f"shape {values.shape}"
        raise InputError(issues=[Issue("wrong_shape", "measure", field, found, allowed)])
    return values


def var(losses: ArrayLike, level: float) -> Estimate:
    """Value at risk: the smallest loss that a share ``level`` of years does not exceed.

    Parameters
    ----------
    losses : array of shape (years,)
        Annual losses.
    level : float
        Probability in [0, 1).

    Returns
    -------
    Estimate
        The quantile x₍⌈np⌉₎, and half the width of its interval by order statistics over 1.96.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.measure.var([0, 0, 0, 5, 9], 0.8).value
    5.0
    """
    return Estimate(*_kebao.measure_tails(_column(losses), [level])[0][0])


def tvar(losses: ArrayLike, level: float) -> Estimate:
    """Tail value at risk: the mean of the worst share ``1 − level`` of years.

    Parameters
    ----------
    losses : array of shape (years,)
        Annual losses.
    level : float
        Probability in [0, 1).

    Returns
    -------
    Estimate
        With the standard error of Manistre and Hancock (2005, eq. 5).

    Examples
    --------
    >>> import kebao as kb
    >>> kb.measure.tvar([0, 0, 0, 100], 0.5).value
    50.0
    """
    return Estimate(*_kebao.measure_tails(_column(losses), [level])[0][1])


def spectral(losses: ArrayLike, distortion: Distortion) -> Estimate:
    """Mean of the losses with distorted probabilities: ∫ g(S(x)) dx.

    Parameters
    ----------
    losses : array of shape (years,)
        Annual losses.
    distortion : Distortion
        For example ``kb.Distortion.wang(0.3)``.

    Returns
    -------
    Estimate
        The error is that of the influence function; NaN for a measure that weighs the largest loss
        of all (`Distortion.cost_of_capital`), which no sample knows.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.measure.spectral([1, 2, 3, 4], kb.Distortion.dual(2)).value
    3.125
    """
    return Estimate(*_kebao.measure_spectral(_column(losses), distortion))


def exceedance_curve(losses: ArrayLike, return_periods: Sequence[float] = RETURN_PERIODS) -> Table:
    """Loss by return period, with 95% intervals.

    Parameters
    ----------
    losses : array of shape (years,)
        Annual totals for the aggregate curve (AEP), annual maxima for the occurrence curve (OEP).
    return_periods : sequence of float
        In years, above 1; longer ones than the sample are left out.

    Returns
    -------
    Table
        ``return_period, loss, low, high, tvar``.
    """
    return Table(_kebao.measure_curve(_column(losses), list(map(float, return_periods))))


def premium_bounds(
    reference: ArrayLike, losses: ArrayLike, premium: float, *, levels: int = 200
) -> tuple[float, float]:
    """Least and largest price of a loss, by all measures that price a reference at ``premium``.

    Parameters
    ----------
    reference, losses : array of shape (years,)
        Annual losses of what has a price, and of what is to be priced.
    premium : float
        Price of the reference, from its mean to its largest loss.
    levels : int
        TVaR levels tried: 0, 1/levels, ….

    Returns
    -------
    tuple of float
        Reached by mixtures of two TVaRs (Mildenhall and Major 2022, 7.6).
    """
    found = _kebao.measure_bounds(_column(reference, "reference"), _column(losses), premium, levels)
    return found


def allocate(
    losses: Mapping[str, ArrayLike] | ArrayLike | Lines,
    measure: Distortion | str = "tvar",
    level: float | None = None,
    *,
    ties: str = "linear",
    threads: int | None = None,
) -> Table:
    """Natural allocation of a measure of the total to its units.

    The share of a unit is E[X φ(F(total))], the derivative of the measure in the unit's size
    (Tasche 1999); shares add up to the whole.

    Parameters
    ----------
    losses : mapping of names to arrays, array of shape (years, units), or Lines
        Annual losses of each unit: line, policy, layer, cause. Of `kebao.Lines` the allocation is
        exact on their grid, E[Xⱼ | total] by transform, with columns ``line, mean, value, share``.
    measure : Distortion or "tvar"
        What is allocated.
    level : float, optional
        Level of TVaR, when ``measure`` is its name.
    ties : {"linear", "lifted"}
        Years with equal totals share their weight (linear), or each has that of its own place,
        earlier years first (lifted; Mildenhall and Major 2022, 14.3).
    threads : int, optional
        The result does not depend on it.

    Returns
    -------
    Table
        ``unit, value, standard_error, share``, the last row the total.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.measure.allocate({"a": [0, 1, 4], "b": [1, 1, 6]}, "tvar", 0.5)["value"].round(6)
    array([3.      , 4.333333, 7.333333])
    """
    issues = []
    if isinstance(measure, str):
        if measure != "tvar":
            hint = "or a kb.Distortion"
            issues.append(
                Issue("unknown_name", "allocate", "measure", repr(measure), "'tvar'", hint)
            )
        if level is None:
            issues.append(Issue("missing", "allocate", "level", "none", "a probability in [0, 1)"))
    elif level is not None:
        allowed = "none: the distortion has its own"
        issues.append(Issue("unexpected", "allocate", "level", str(level), allowed))
    if ties not in ("linear", "lifted"):
        issues.append(Issue("unknown_name", "allocate", "ties", repr(ties), "'linear' or 'lifted'"))
    if isinstance(losses, Lines):
        if issues:
            raise InputError(issues=issues)
        exact = Distortion.tvar(level or 0.0) if isinstance(measure, str) else measure
        return Table(losses._allocate(exact))
    if isinstance(losses, Mapping):
        names = [str(name) for name in losses]
        columns = [np.asarray(column, dtype=np.float64) for column in losses.values()]
        shapes = {column.shape for column in columns}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            allowed = "one number a year for each unit, as many for all"
            found = ", ".join(map(str, sorted(shapes)))
            issues.append(Issue("wrong_shape", "allocate", "losses", found, allowed))
            raise InputError(issues=issues)
        table = np.empty((len(columns[0]), len(columns)), order="F")
        for at, column in enumerate(columns):
            table[:, at] = column
    else:
        table = np.asarray(losses, dtype=np.float64)
        if table.ndim != 2:
            allowed = "an array of shape (years, units)"
            issues.append(
                Issue("wrong_shape", "allocate", "losses", f"shape {table.shape}", allowed)
            )
        elif not (table.flags.c_contiguous or table.flags.f_contiguous):
            table = np.ascontiguousarray(table)
        names = [str(at) for at in range(table.shape[-1])]
    if issues:
        raise InputError(issues=issues)
    distortion = Distortion.tvar(level or 0.0) if isinstance(measure, str) else measure
    lifted = ties == "lifted"
    return Table(
        _kebao.measure_allocation(table, names, distortion, lifted=lifted, threads=threads)
    )
