"""Index history: burn with detrending, fitted law, basis risk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _kebao

__all__ = ["BasisRisk", "Burn", "basis_risk", "burn"]


@dataclass(frozen=True)
class Burn:
    """Historical burn of a payout function, as it was and moved to the level of a year.

    Attributes
    ----------
    payouts, detrended : array
        Payout of each year, part of the sum insured: as it was; on the trend's level of `year`.
    mean, mean_error, detrended_mean, detrended_error : float
        Their means with standard errors.
    fitted_mean, predictive_mean : float
        Mean payout of the normal law fitted around the trend: parameters certain; with the standard
        error of the level.
    slope, slope_error, level, sd : float
        The trend by least squares, and the deviation from it.
    """

    payouts: NDArray[np.float64]
    detrended: NDArray[np.float64]
    mean: float
    mean_error: float
    detrended_mean: float
    detrended_error: float
    fitted_mean: float
    predictive_mean: float
    slope: float
    slope_error: float
    level: float
    sd: float


@dataclass(frozen=True)
class BasisRisk:
    """How far an index payout is from the loss it stands for.

    Attributes
    ----------
    mean, sd : float
        Of loss - payout.
    correlation : float
        Between the two.
    unpaid, unneeded : float
        P(loss > 0, payout = 0) and P(loss = 0, payout > 0).
    shortfall : float
        E (loss - payout)+ over E loss.
    """

    mean: float
    sd: float
    correlation: float
    unpaid: float
    unneeded: float
    shortfall: float


def burn(
    years: Sequence[float],
    values: Sequence[float],
    payout: Mapping[str, Any],
    *,
    year: float,
) -> Burn:
    """Price an index cover from its history.

    Parameters
    ----------
    years, values : sequence of float
        The history of the index.
    payout : mapping
        As in a file: ``{"kind": "linear", "strike": 0.93, "exit": 0.8}``.
    year : float
        Year to whose level the history is moved.

    Returns
    -------
    Burn

    Examples
    --------
    >>> import kebao as kb
    >>> years = range(2000, 2010)
    >>> index = [1.02, 0.97, 0.90, 1.05, 0.99, 0.95, 1.00, 0.91, 0.98, 0.94]
    >>> payout = {"kind": "linear", "strike": 0.93, "exit": 0.8}
    >>> found = kb.sectors.burn(years, index, payout, year=2010)
    >>> found.detrended_mean > found.mean, round(found.slope, 4)
    (True, -0.0048)
    """
    numbers, payouts, detrended = _kebao.index_burn(
        [float(t) for t in years], [float(x) for x in values], json.dumps(dict(payout)), float(year)
    )
    return Burn(payouts, detrended, **numbers)


def basis_risk(loss: Sequence[float], payout: Sequence[float]) -> BasisRisk:
    """Compare losses with the payouts of the same years.

    Parameters
    ----------
    loss, payout : sequence of float
        In one unit, one a year (or simulated year).

    Examples
    --------
    >>> import kebao as kb
    >>> kb.sectors.basis_risk([0, 10, 4, 0], [0, 6, 0, 2]).unpaid
    0.25
    """
    return BasisRisk(*_kebao.basis_risk([float(x) for x in loss], [float(x) for x in payout]))
