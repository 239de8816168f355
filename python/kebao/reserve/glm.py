"""Generalised linear models of the increments."""

from __future__ import annotations

from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .method import MethodWithErrors


class ODP(MethodWithErrors):
    """Over-dispersed Poisson model of the increments: a factor for each origin and each age.

    ln E[X] = a(origin) + b(age), Var[X] = dispersion x mean. The reserves are those of the chain
    ladder with volume weights; the errors are those of the model. Increments may be negative as
    long as the sum of every origin and every age is positive; an age whose increments are all zero
    keeps a mean of zero (``cells_left_out``).

    Notes
    -----
    Renshaw and Verrall (1998), A stochastic model underlying the chain-ladder technique, BAJ 4(4).
    England and Verrall (1999), Analytic and bootstrap estimates of prediction errors in claims
    reserving, IME 25(3). The dispersion is Pearson's.

    Examples
    --------
    >>> import kebao as kb
    >>> odp = kb.ODP().fit(kb.datasets.load("genins"))
    >>> odp.total_ibnr_, odp.total_standard_error_
    (18680855.6..., 2945646.2...)
    """

    _power = 1.0

    def __init__(self) -> None:
        pass

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
            The triangle has several measures.
        """
        self._check(triangle)
        return self._with(_kebao.increment_glm, triangle, self._power)

    @property
    def dispersion_(self) -> Any:
        """Pearson's estimate of the ratio of Var[X] to the variance function."""
        return self._column("dispersion")

    @property
    def fitted_(self) -> Floats:
        """Mean increment of every cell, past and future, origin x age."""
        return self._column("fitted")

    @property
    def residuals_(self) -> Floats:
        """Pearson residual of every observed increment, not divided by the dispersion."""
        return self._column("residual")


class GammaGLM(ODP):
    """Gamma model of the increments: as `ODP` with Var[X] = dispersion x mean squared.

    Notes
    -----
    Mack (1991), A simple parametric model for rating automobile insurance or estimating IBNR claims
    reserves, ASTIN Bulletin 21(1); England and Verrall (2002), Stochastic claims reserving in
    general insurance, BAJ 8(3).

    Examples
    --------
    >>> import kebao as kb
    >>> kb.GammaGLM().fit(kb.datasets.load("genins")).total_ibnr_
    18085772.4...
    """

    _power = 2.0
