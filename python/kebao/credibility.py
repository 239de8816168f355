"""Thin data: conjugate posteriors, what they predict, and years with uncertain parameters.

>>> import kebao as kb
>>> rate = kb.credibility.GammaPoisson.from_mean_cv(0.02, 0.5).update(claims=3, exposure=80)
>>> rate.mean
0.025
>>> kb.credibility.zero_claims(120).rule_of_three.__round__(6)
0.024964
"""

from __future__ import annotations

from typing import NamedTuple

from . import _kebao
from ._kebao import (
    BetaBernoulli,
    GammaPareto,
    GammaPoisson,
    NormalInverseGamma,
    UncertainAggregate,
)

__all__ = [
    "BetaBernoulli",
    "ExposureNeeded",
    "GammaPareto",
    "GammaPoisson",
    "NormalInverseGamma",
    "UncertainAggregate",
    "ZeroClaims",
    "exposure_needed",
    "zero_claims",
]


class ZeroClaims(NamedTuple):
    """What a record without claims says of the rate, per unit of exposure."""

    mean: float
    """Posterior mean under Jeffreys' prior, 1/(2e)."""
    rule_of_three: float
    """−ln(1 − level)/e, about 3/e at 95%: the classical upper bound."""
    jeffreys: float
    """Upper quantile of the posterior under Jeffreys' prior."""


class ExposureNeeded(NamedTuple):
    """Exposure without a claim that bounds a rate."""

    rule_of_three: float
    jeffreys: float


def zero_claims(exposure: float, *, level: float = 0.95) -> ZeroClaims:
    """Bound the rate after ``exposure`` without a claim.

    Parameters
    ----------
    exposure : float
        Units of exposure observed, > 0.
    level : float
        Probability of the bounds.

    Returns
    -------
    ZeroClaims
        ``mean``, ``rule_of_three`` (Hanley and Lippman-Hand 1983, JAMA 249(13)), ``jeffreys``.

    Examples
    --------
    >>> zero_claims(100).jeffreys.__round__(6)
    0.019207
    """
    return ZeroClaims(*_kebao.zero_claims(exposure, level=level))


def exposure_needed(rate: float, *, level: float = 0.95) -> ExposureNeeded:
    """Find the exposure without a claim after which the bound of the rate is ``rate``.

    Examples
    --------
    >>> round(exposure_needed(0.01).rule_of_three, 1)
    299.6
    """
    return ExposureNeeded(*_kebao.exposure_needed(rate, level=level))
