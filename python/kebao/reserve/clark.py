"""Growth curves by maximum likelihood: Clark's LDF and Cape Cod methods."""

from __future__ import annotations

import math
from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .exposure import by_origin
from .method import MethodWithErrors


class _Clark(MethodWithErrors):
    def __init__(
        self,
        *,
        growth: str = "loglogistic",
        last_age: float = math.inf,
        information: str = "observed",
    ) -> None:
        self.growth = growth
        self.last_age = last_age
        self.information = information

    def _clark(self, triangle: Triangle, exposure: Floats | None) -> Self:
        return self._with(
            _kebao.clark, triangle, self.growth, exposure, self.last_age, self.information
        )

    @property
    def omega_(self) -> Any:
        """Shape of the growth curve."""
        return self._column("omega")

    @property
    def theta_(self) -> Any:
        """Scale of the growth curve, in months."""
        return self._column("theta")

    @property
    def scale_(self) -> Any:
        """Ratio of variance to mean of the increments."""
        return self._column("scale")

    @property
    def growth_(self) -> Floats:
        """Share of the ultimate at each age, by the curve (before any cut at ``last_age``)."""
        return self._column("growth")


class ClarkLDF(_Clark):
    """A growth curve fitted to the increments, with an ultimate of its own for each origin.

    Increments are over-dispersed Poisson with mean U (G(x) - G(x')), x the average age of the
    losses: the age less half an origin period.

    Parameters
    ----------
    growth : {"loglogistic", "weibull"}
        G(x) = x^omega / (x^omega + theta^omega), or 1 - exp(-(x / theta)^omega).
    last_age : float
        Age in months at which development ends; infinite unless the heavy tail of the curve is cut.
    information : {"observed", "expected"}
        Second derivatives of the likelihood for the parameter errors: as they are at the maximum
        (Clark), or their expectation.

    Notes
    -----
    Clark (2003), LDF curve-fitting and stochastic reserving: a maximum likelihood approach, CAS
    Forum, Fall 2003. ``process_error_`` is the root of scale x reserve; ``parameter_error_`` is by
    the delta method.

    Examples
    --------
    >>> import kebao as kb
    >>> clark = kb.ClarkLDF(last_age=240).fit(kb.datasets.load("genins"))
    >>> clark.total_ibnr_, clark.omega_
    (28925037.06248741, 1.4355...)
    """

    def fit(self, triangle: Triangle) -> Self:
        """Fit to every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle

        Returns
        -------
        self

        Raises
        ------
        InputError
            A choice is not one, or the triangle has several measures.
        """
        self._check(triangle)
        return self._clark(triangle, None)


class ClarkCapeCod(_Clark):
    """A growth curve and one loss ratio, fitted together to the increments.

    As `ClarkLDF`, with U = exposure x loss ratio for every origin: three parameters in all, and so
    a smaller parameter error.

    Parameters
    ----------
    growth, last_age, information
        As for `ClarkLDF`.

    Examples
    --------
    >>> import kebao as kb
    >>> premium = [1e7 + 4e5 * year for year in range(10)]
    >>> clark = kb.ClarkCapeCod(last_age=240).fit(kb.datasets.load("genins"), exposure=premium)
    >>> clark.loss_ratio_, clark.total_standard_error_
    (0.5970..., 3402727.6341...)
    """

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle of one measure; exposure as for `CapeCod`."""
        self._check(triangle, exposure)
        return self._clark(triangle, by_origin(exposure, triangle, type(self).__name__, "exposure"))

    @property
    def loss_ratio_(self) -> Any:
        """Ultimate over exposure, the same for every origin."""
        return self._column("loss_ratio")
