"""Thin data: conjugate posteriors, what they predict, and years with uncertain parameters.

>>> import kebao as kb
>>> rate = kb.credibility.GammaPoisson.from_mean_cv(0.02, 0.5).update(claims=3, exposure=80)
>>> rate.mean
0.025
>>> kb.credibility.zero_claims(120).rule_of_three.__round__(6)
0.024964
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import _kebao
from ._kebao import (
    BetaBernoulli,
    GammaPareto,
    GammaPoisson,
    NormalInverseGamma,
    UncertainAggregate,
)
from .errors import InputError, Issue
from .table import Table

__all__ = [
    "BetaBernoulli",
    "BuhlmannStraub",
    "ExposureNeeded",
    "GammaPareto",
    "GammaPoisson",
    "NormalInverseGamma",
    "UncertainAggregate",
    "ZeroClaims",
    "buhlmann_straub",
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


@dataclass(frozen=True)
class BuhlmannStraub:
    """Credibility estimates of groups, and of the classes they are in.

    Attributes
    ----------
    collective : float
        Mean of all.
    within, between_groups, between_classes : float
        Structure: variance of an observation of weight 1 within a group, between groups of a class,
        between classes (0 where there is one).
    classes, groups : Table
        ``credibility`` and ``estimate`` of each; for groups also ``weight``, ``own`` rate and the
        ``complement`` it is mixed with.
    """

    collective: float
    within: float
    between_groups: float
    between_classes: float
    classes: Table
    groups: Table

    def __repr__(self) -> str:
        return (
            f"Buhlmann-Straub: collective {self.collective:.4g}, variance within {self.within:.4g},"
            f" between groups {self.between_groups:.4g}, between classes"
            f" {self.between_classes:.4g}\n{self.groups!r}"
        )


def buhlmann_straub(
    groups: Sequence[Any],
    weights: Sequence[float],
    amounts: Sequence[float],
    *,
    classes: Sequence[Any] | None = None,
) -> BuhlmannStraub:
    """Estimate the rates of groups from their own and each other's experience.

    Parameters
    ----------
    groups : sequence
        Group of each observation: sector, region or insurer.
    weights : sequence of float
        Exposure of each observation, > 0.
    amounts : sequence of float
        Claims or losses of each; the rate is amount over weight.
    classes : sequence, optional
        Class of each observation, which makes the model hierarchical (Jewell).

    Returns
    -------
    BuhlmannStraub
        Estimators of Buehlmann and Gisler (2005), *A Course in Credibility Theory*, 4.8 and 6.6;
        groups reproduce the total.

    Examples
    --------
    >>> found = buhlmann_straub([1, 1, 2, 2, 2], [50, 60, 100, 110, 105],
    ...                         [10_000, 13_000, 18_000, 21_000, 17_000])
    >>> round(found.within, 2), round(found.between_groups, 2)
    (17830.69, 380.9)
    >>> found.groups["credibility"].round(2).tolist()
    [0.7, 0.87]
    """
    texts = [str(group) for group in groups]
    labels = [""] * len(texts) if classes is None else [str(name) for name in classes]
    columns = (texts, labels, weights, amounts)
    if len({len(column) for column in columns}) > 1:
        sizes = ", ".join(str(len(column)) for column in columns)
        raise InputError(issues=[Issue("length_mismatch", "buhlmann_straub", "groups", sizes)])
    numbers = ([float(w) for w in weights], [float(a) for a in amounts])
    structure, of_classes, of_groups = _kebao.buhlmann_straub(labels, texts, *numbers)
    return BuhlmannStraub(**structure, classes=Table(of_classes), groups=Table(of_groups))
