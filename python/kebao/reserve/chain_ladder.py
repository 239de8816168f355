"""Chain ladder and Mack's errors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from .. import _kebao
from ..errors import InputError, Issue
from ..table import Table
from ..triangle import Triangle
from .estimator import Estimator, Floats
from .expected import actual_against_expected
from .plot import MethodPlot
from .selection import Selection, core_of
from .workpaper import write


class ChainLadder(Estimator):
    """Chain ladder: each origin develops from its latest value by averaged link ratios.

    C(i, k+1) = f(k) C(i, k) with f(k) an average of the ratios C(i, k+1) / C(i, k), by default
    weighted by C(i, k).

    Parameters
    ----------
    average : {"volume", "simple", "regression", "geometric", "median", "medial"}
        How the ratios of an age are averaged; see `Selection`.
    n : int, optional
        Use only the latest n links of each age.
    exclude : sequence of (str, int), optional
        Links left out, by origin and the age in months where the link starts.
    tail : float or str, optional
        Development after the last age: a factor, or a curve by name; see `Selection`.
    selection : Selection, optional
        All of these and more as one object, instead of them.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.ChainLadder().fit(kb.datasets.load("genins")).total_ibnr_
    18680855.611924...
    """

    def __init__(
        self,
        *,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail
        self.selection = selection

    def _selection(self, sigma: str = "mack") -> _kebao.Selection:
        """What `selection` says, or the short form."""
        kind = type(self).__name__
        if self.selection is None:
            return core_of(kind, self.average, self.n, self.exclude, self.tail, sigma)
        if not isinstance(self.selection, Selection):
            found = type(self.selection).__name__
            issue = Issue("wrong_type", kind, "selection", found, "a kb.Selection")
            raise InputError(issues=[issue])
        others = (self.average, self.n, self.exclude, self.tail, sigma)
        if others != ("volume", None, None, None, "mack"):
            allowed = "without average, n, exclude, tail and sigma, which it holds"
            raise InputError(issues=[Issue("contradiction", kind, "selection", "", allowed)])
        return self.selection._core

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
            A choice is not one, or the triangle has several measures. What the numbers of a
            triangle do not allow is told by ``status_`` and ``findings_`` instead.
        """
        return self._run(triangle, self._selection(), None)

    def actual_against_expected(self, later: Triangle) -> Table:
        """Development since the fit, against what the factors expected.

        Parameters
        ----------
        later : Triangle
            The same segment at a later valuation, origins by the same labels.

        Returns
        -------
        Table
            Columns ``origin, from_age, to_age, expected, actual, difference``, a row for each
            origin that has developed since.

        Examples
        --------
        >>> import kebao as kb
        >>> raa = kb.datasets.load("raa")
        >>> then = kb.ChainLadder().fit(raa.as_of(diagonals=1))
        >>> table = then.actual_against_expected(raa)
        >>> print(table["origin"][1], table["expected"][1].round(2), table["actual"][1])
        1982 46.92 535.0
        """
        return actual_against_expected(self, later)

    @property
    def residuals_(self) -> Floats:
        """Standardised residuals of the links, (F - f) sqrt(C^alpha) / sigma, by origin and age."""
        triangle = self._fitted_triangle
        sigma = getattr(self, "sigma", "mack")
        core = self._selection(sigma)
        fit = triangle._core.fit(type(self).__name__, core, "mack")
        found = _kebao.triangle_residuals(triangle._core, fit, core)
        return found[0] if len(found) == 1 else found

    @property
    def plot(self) -> MethodPlot:
        """Plots: ``development``, ``residuals``, ``actual_against_expected``."""
        return MethodPlot(self)

    def to_excel(self, path: str | Path) -> None:
        """Write a workbook with live formulas and their values: triangle, factors, results.

        Parameters
        ----------
        path : str or Path
            The ``.xlsx`` file.
        """
        write(path, self)


class Mack(ChainLadder):
    """Chain ladder with the standard errors of Mack, by origin and in total.

    Under E[C(k+1)] = f(k) C(k) and Var[C(k+1)] = sigma(k)^2 C(k)^(2 - alpha), with independent
    origins, the mean squared error of an ultimate is the process variance plus the variance of the
    estimated factors; the total includes the covariance that origins have by sharing factors.

    Parameters
    ----------
    average : {"volume", "simple", "regression", "geometric", "median", "medial"}
        How the ratios of an age are averaged: alpha is 1 or 0, 2 for regression; see `Selection`.
    n, exclude, selection
        As for `ChainLadder`.
    tail : float, str or (factor, standard_error, sigma), optional
        Development after the last age. Unless given, its standard error and sigma are read off
        log-linear lines through those of the links, at the age where the curve through f(k) - 1
        has the height of the tail.
    sigma : {"mack", "log-linear"}
        How sigma of an age with a single link is had: min(s(k-1)^4 / s(k-2)^2, s(k-1)^2, s(k-2)^2)
        for its square, or log-linear extrapolation; the latter falls back on the former, with the
        status ``sigma_reverted``, where its slope is not significant at 5%.
    mse : {"mack", "independence"}
        Mack's formula, or with the product of the errors of successive factors added.

    Notes
    -----
    Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve
    estimates, ASTIN Bulletin 23(2). Mack (1999), The standard error of chain ladder reserve
    estimates: recursive calculation and inclusion of a tail factor, ASTIN Bulletin 29(2).
    Buchwalder, Buehlmann, Merz and Wuethrich (2006), The mean square error of prediction in the
    chain ladder reserving method, ASTIN Bulletin 36(2), for ``mse="independence"``.

    Examples
    --------
    >>> import kebao as kb
    >>> mack = kb.Mack().fit(kb.datasets.load("genins"))
    >>> mack.total_standard_error_
    2447094.860834...
    >>> mack.status_
    'ok'
    """

    def __init__(
        self,
        *,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        sigma: str = "mack",
        mse: str = "mack",
        selection: Selection | None = None,
    ) -> None:
        super().__init__(average=average, n=n, exclude=exclude, tail=tail, selection=selection)
        self.sigma = sigma
        self.mse = mse

    def fit(self, triangle: Triangle) -> Self:
        """Fit to every segment of a triangle of one measure; as for `ChainLadder`."""
        return self._run(triangle, self._selection(self.sigma), self.mse)

    @property
    def process_error_(self) -> Floats:
        """Standard deviation of the process of each origin."""
        return self._result.process_error

    @property
    def parameter_error_(self) -> Floats:
        """Standard error of the estimated mean of each origin."""
        return self._result.parameter_error

    @property
    def standard_error_(self) -> Floats:
        """Root mean squared error of prediction of each origin."""
        return self._result.standard_error

    @property
    def development_factor_errors_(self) -> Floats:
        """Standard error of each development factor, the tail last."""
        return self._result.factor_error

    @property
    def sigma_(self) -> Floats:
        """Sigma of each age, the tail last."""
        return self._result.sigma

    @property
    def total_process_error_(self) -> Any:
        """Process error of the sum of all origins; by segment when there are several."""
        return self._result.total_process_error

    @property
    def total_parameter_error_(self) -> Any:
        """Parameter error of the sum, with the covariance between origins."""
        return self._result.total_parameter_error

    @property
    def total_standard_error_(self) -> Any:
        """Root mean squared error of prediction of the sum."""
        return self._result.total_standard_error

    def _by_origin(self) -> dict[str, Floats]:
        return {
            **super()._by_origin(),
            "process_error": self.process_error_,
            "parameter_error": self.parameter_error_,
            "standard_error": self.standard_error_,
        }

    def _totals(self) -> dict[str, Any]:
        return {
            **super()._totals(),
            "process_error": self.total_process_error_,
            "parameter_error": self.total_parameter_error_,
            "standard_error": self.total_standard_error_,
        }
