"""The one-year view of Merz and Wüthrich: next year, and every year after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from .. import _kebao
from ..table import Table
from ..triangle import Triangle
from .chain_ladder import ChainLadder
from .estimator import Floats
from .selection import Selection


class MerzWuthrich(ChainLadder):
    """The one-year view: how far next year's ultimate may lie from this year's.

    The claims development result of the coming year is the ultimate estimated now less that
    estimated in a year; its mean is zero, and `cdr_` is the root of its mean squared error.
    `cdr_by_year_` has the same for every year until run-off, as seen today; the squares of its
    total add up, to first order, to Mack's. Volume weights and Mack's sigma; every cell up to the
    latest diagonal must be observed and positive, else the status is ``not_a_staircase``.

    Parameters
    ----------
    average, n, exclude, sigma, selection
        As for `Mack`. A factor other than that of all links by volume is learned from a volume
        (sigma / standard_error)^2 that it has today.
    tail : float, str or (factor, standard_error, sigma), optional
        Development after the last age, as for `Mack`: one age more, in the year after the last,
        learned as the other factors are.

    Notes
    -----
    Merz and Wuethrich (2008), Modelling the claims development result for solvency purposes, CAS
    E-Forum, Fall 2008. Merz and Wuethrich (2014), Claims run-off uncertainty: the full picture,
    Swiss Finance Institute research paper 14-69. Tail and selections: a convention of kebao.

    Examples
    --------
    >>> import kebao as kb
    >>> view = kb.MerzWuthrich().fit(kb.datasets.load("genins"))
    >>> view.total_cdr_
    1778967.663357...
    >>> view.total_cdr_by_year_[:3].round()
    array([1778968., 1177727.,  885178.])
    """

    _one_year: _kebao.OneYearFit | None = None

    def __init__(
        self,
        *,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        sigma: str = "mack",
        selection: Selection | None = None,
    ) -> None:
        super().__init__(average=average, n=n, exclude=exclude, tail=tail, selection=selection)
        self.sigma = sigma

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
        core = self._selection(self.sigma)
        self._one_year = _kebao.run_one_year(triangle._core, type(self).__name__, core)
        self._fit, self._triangle = self._one_year.mack, triangle
        return self

    @property
    def _view(self) -> _kebao.OneYearFit:
        if self._one_year is None:
            raise AttributeError("this MerzWuthrich is not fitted; call fit(triangle)")
        return self._one_year

    @property
    def cdr_(self) -> Floats:
        """Standard error of next year's claims development result of each origin."""
        return _first(self._view.cdr[:, 0])

    @property
    def total_cdr_(self) -> Any:
        """Standard error of the sum; by segment when there are several."""
        totals = self._view.total_cdr[:, 0]
        return totals.item() if len(totals) == 1 else totals

    @property
    def cdr_by_year_(self) -> Floats:
        """Standard errors of the result of every future year, year × origin."""
        return _first(self._view.cdr)

    @property
    def total_cdr_by_year_(self) -> Floats:
        """Standard error of the sum in every future year."""
        return _first(self._view.total_cdr)

    @property
    def standard_error_(self) -> Floats:
        """Mack's standard error of each origin, over all years to come."""
        return self._result.standard_error

    @property
    def total_standard_error_(self) -> Any:
        """Mack's standard error of the sum."""
        return self._result.total_standard_error

    def by_year(self) -> Table:
        """Standard error of the total in every future year, and the share of it run off by then."""
        totals = np.atleast_2d(self.total_cdr_by_year_)
        columns: dict[str, list[Any]] = {}
        if len(totals) > 1:
            names = [", ".join(labels) for labels in self._fitted_triangle.segments]
            columns["segment"] = [name for name in names for _ in range(totals.shape[1])]
        columns["year"] = [str(year + 1) for _ in totals for year in range(totals.shape[1])]
        columns["cdr"] = totals.ravel().tolist()
        squares = np.cumsum(totals**2, axis=1)
        columns["cumulative"] = np.sqrt(squares).ravel().tolist()
        return Table.of("cdr", columns)

    def _by_origin(self) -> dict[str, Floats]:
        return {**super()._by_origin(), "cdr": self.cdr_, "standard_error": self.standard_error_}

    def _totals(self) -> dict[str, Any]:
        return {
            **super()._totals(),
            "cdr": self.total_cdr_,
            "standard_error": self.total_standard_error_,
        }


def _first(values: Floats) -> Floats:
    return values[0] if len(values) == 1 else values
