"""The risk adjustment for non-financial risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _kebao
from ..errors import InputError, Issue
from .curve import Curve


@dataclass(frozen=True)
class RiskAdjustment:
    """A risk adjustment with the error of its simulation.

    Attributes
    ----------
    value, standard_error : float
    method : str
    level : float
        Of VaR or TVaR.
    """

    value: float
    standard_error: float
    method: str
    level: float


def risk_adjustment(outcomes: Any, *, method: str = "var", level: float = 0.75) -> RiskAdjustment:
    """VaR or TVaR of simulated reserves less their mean.

    Parameters
    ----------
    outcomes : array, or a fitted bootstrap
        Reserves, undiscounted or present values; of a bootstrap the sum of its segments.
    method : {"var", "tvar"}
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    RiskAdjustment

    Examples
    --------
    >>> from kebao.balance import risk_adjustment
    >>> risk_adjustment([1.0, 2.0, 3.0, 4.0], level=0.75).value
    0.5
    """
    if method not in {"var", "tvar"}:
        allowed = "one of var, tvar; for the cost of capital see cost_of_capital"
        issue = Issue("unknown_name", "risk_adjustment", "method", f"'{method}'", allowed)
        raise InputError(issues=[issue])
    values = getattr(outcomes, "portfolio_", outcomes)
    array = np.ascontiguousarray(values, dtype=float)
    issues = []
    if array.ndim != 1:
        hint = "sum the segments first: bootstrap.portfolio_"
        shape = f"shape {array.shape}"
        issues.append(
            Issue(
                "wrong_shape", "risk_adjustment", "outcomes", shape, "one number an outcome", hint
            )
        )
    issues += [
        Issue("not_finite", "risk_adjustment", f"outcomes[{at}]", str(array.flat[at]), "an amount")
        for at in np.flatnonzero(~np.isfinite(array))[:10]
    ]
    if issues:
        raise InputError(issues=issues)
    value, error = _kebao.risk_margin(array, level, method == "tvar")
    return RiskAdjustment(value, error, method, level)


def cost_of_capital(
    capital: Sequence[float], *, rate: float = 0.06, curve: Curve | None = None
) -> float:
    """Cost of the capital held over the run-off: rate × sum of capital(t) P(t + 1).

    Parameters
    ----------
    capital : sequence of float
        Capital at the start of each year, such as a multiple of the one-year errors of
        `MerzWuthrich.total_cdr_by_year_`, or today's in proportion to `CashFlows.outstanding`.
    rate : float
        Annual cost above the riskless rate; 6 % in Solvency II (Delegated Regulation 2015/35,
        article 39).
    curve : Curve, optional
        Discounts the costs, paid at the end of each year.

    Examples
    --------
    >>> from kebao.balance import Curve, cost_of_capital
    >>> round(cost_of_capital([100, 40], rate=0.06, curve=Curve.flat(0.03)), 4)
    8.0875
    """
    held = [float(value) for value in capital]
    return _kebao.cost_of_capital(held, rate, None if curve is None else curve._core)
