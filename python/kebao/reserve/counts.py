"""Claim counts seen through the reporting delay, and frequency times severity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .exposure import by_origin
from .method import MethodWithErrors
from .selection import Selection


class Nowcast(MethodWithErrors):
    """How many claims have happened, from those reported so far.

    Each claim is reported by an age with a probability estimated from the triangle; the number of
    claims of an origin is Poisson with a gamma-distributed mean. Given C reported, the unreported
    are negative binomial: their mean leans on exposure and on C by credibility. Without exposure
    each origin stands on its own, and `ultimate_` is the chain ladder of the counts.

    Parameters
    ----------
    shape : float, optional
        Gamma shape of the means of origins with equal exposure: 0 trusts the counts alone, infinity
        the exposure alone. Estimated by moments unless given.
    average, n, exclude, tail, selection
        Development factors of the counts, as for `ChainLadder`.

    Notes
    -----
    Lawless (1994), Adjustments for reporting delays and the prediction of occurred but not reported
    events, Canadian Journal of Statistics 22(1). Unreported claims of an origin:
    ``kb.NegativeBinomial(mean=ibnr_[i], shape=predictive_shape_[i])``.

    Examples
    --------
    >>> import kebao as kb
    >>> reported = kb.Triangle.from_wide([[40, 60, 62], [50, 75, None], [30, None, None]])
    >>> now = kb.Nowcast().fit(reported, exposure=[100, 120, 90])
    >>> now.ibnr_.round(1)
    array([ 0. ,  2.4, 19.5])
    """

    def __init__(
        self,
        *,
        shape: float | None = None,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        self.shape = shape
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail
        self.selection = selection

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle of cumulative reported counts.

        Parameters
        ----------
        triangle : Triangle
        exposure : float, sequence, mapping, series or Triangle, optional
            Exposure by origin; forms as for `BornhuetterFerguson`.

        Returns
        -------
        self

        Raises
        ------
        InputError
            As for `BornhuetterFerguson`.
        """
        self._check(triangle, exposure)
        name = type(self).__name__
        return self._with(
            _kebao.nowcast,
            triangle,
            None if exposure is None else by_origin(exposure, triangle, name, "exposure"),
            self.shape,
            self._selection(),
        )

    @property
    def frequency_(self) -> Any:
        """Claims per unit of exposure; NaN without exposure."""
        return self._column("frequency")

    @property
    def shape_(self) -> Any:
        """Gamma shape of the means of the origins, given or estimated."""
        return self._column("shape")

    @property
    def predictive_shape_(self) -> Floats:
        """Shape of the negative binomial number of unreported claims of each origin."""
        return self._column("predictive_shape")

    @property
    def emerged_(self) -> Floats:
        """Probability that a claim has been reported, by origin."""
        return self._column("emerged")


class FrequencySeverity(MethodWithErrors):
    """Number of claims times average cost.

    Average costs are developed by chain ladder; counts too or, with ``exposure`` in `fit`, by
    `Nowcast`: through the reporting delay, with credibility between exposure and reported counts.

    Parameters
    ----------
    amount, count : str
        Names of the measures: amounts, and the counts that they belong to (closed counts for paid,
        reported counts for incurred amounts).
    shape : float, optional
        Of the nowcast, as for `Nowcast`.
    average, n, exclude, tail, selection
        Development factors of both, as for `ChainLadder`.

    Notes
    -----
    Friedland (2010), Estimating unpaid claims using basic techniques, CAS, chapter 11. Errors:
    Mack's, or those of the nowcast, of counts and averages, taken as independent of each other.

    Examples
    --------
    >>> import kebao as kb
    >>> data = {
    ...     "origin": [2021, 2021, 2022],
    ...     "age": [12, 24, 12],
    ...     "paid": [1000.0, 1800.0, 1300.0],
    ...     "closed": [10.0, 15.0, 12.0],
    ... }
    >>> tri = kb.Triangle.from_long(
    ...     data, origin="origin", development="age", values=["paid", "closed"]
    ... )
    >>> fitted = kb.FrequencySeverity(count="closed").fit(tri)
    >>> fitted.count_[1], fitted.severity_[1].round(1), fitted.ultimate_[1]
    (np.float64(18.0), np.float64(130.0), np.float64(2340.0))
    """

    def __init__(
        self,
        *,
        amount: str = "paid",
        count: str = "count",
        shape: float | None = None,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        self.amount = amount
        self.count = count
        self.shape = shape
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail
        self.selection = selection

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle with both measures.

        Parameters
        ----------
        triangle : Triangle
        exposure : float, sequence, mapping, series or Triangle, optional
            Exposure by origin; forms as for `BornhuetterFerguson`.

        Returns
        -------
        self

        Raises
        ------
        InputError
            A measure is missing, or a choice is not one.
        """
        self._check(triangle, exposure)
        name = type(self).__name__
        fitted = _kebao.frequency_severity(
            triangle._core,
            name,
            self.amount,
            self.count,
            self._selection(),
            None if exposure is None else by_origin(exposure, triangle, name, "exposure"),
            self.shape,
        )
        return self._keep(triangle[self.amount], fitted)

    @property
    def count_(self) -> Floats:
        """Ultimate number of claims of each origin."""
        return self._column("count")

    @property
    def count_error_(self) -> Floats:
        """Standard error of each number."""
        return self._column("count_error")

    @property
    def severity_(self) -> Floats:
        """Ultimate average cost of each origin."""
        return self._column("severity")

    @property
    def severity_error_(self) -> Floats:
        """Standard error of each average."""
        return self._column("severity_error")
