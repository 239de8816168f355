"""Reserving methods.

A method is an estimator: choices by keyword, ``fit(triangle)`` returns it fitted, and what was
estimated ends in an underscore. A triangle of many segments is fitted in one call; every segment
has its own status, and none can affect another.
"""

from __future__ import annotations

import difflib
import html
import inspect
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from . import _kebao
from ._show import cell, html_table, text
from .errors import InputError, Issue
from .triangle import Triangle

__all__ = ["ChainLadder", "Mack", "MerzWuthrich", "Pattern"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """How much of an ultimate amount has emerged by each age.

    Attributes
    ----------
    ages : tuple of int
        Ages in months from the start of the origin period.
    cumulative : tuple of float
        Share of the ultimate at each age.
    source : str
        Where the pattern comes from.

    Examples
    --------
    >>> import kebao as kb
    >>> pattern = kb.ChainLadder().fit(kb.datasets.load("ukmotor")).pattern()
    >>> [round(share, 3) for share in pattern.cumulative[:3]]
    [0.304, 0.574, 0.736]
    """

    ages: tuple[int, ...]
    cumulative: tuple[float, ...]
    source: str = ""

    @property
    def incremental(self) -> tuple[float, ...]:
        """Share that emerges between an age and the one before; what is left comes after."""
        before = (0.0, *self.cumulative[:-1])
        return tuple(
            share - earlier for share, earlier in zip(self.cumulative, before, strict=True)
        )

    @property
    def mean_term(self) -> float:
        """Mean time in years from the start of the origin period to payment.

        Each share is placed in the middle of its period; what remains after the last age, at that
        age.
        """
        start = 2 * self.ages[0] - self.ages[1] if len(self.ages) > 1 else 0
        edges = (max(start, 0), *self.ages)
        middles = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
        paid = sum(share * at for share, at in zip(self.incremental, middles, strict=True))
        return (paid + (1 - self.cumulative[-1]) * self.ages[-1]) / 12


class _Method:
    """What the estimators share: parameters, and results read from the fit."""

    _fit: _kebao.ReserveFit | None = None
    _triangle: Triangle | None = None

    @classmethod
    def _parameters(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The choices made, by name.

        Parameters
        ----------
        deep : bool
            Accepted for the sake of scikit-learn.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **params: Any) -> Self:
        """Change choices.

        Parameters
        ----------
        **params
            As in the constructor.

        Returns
        -------
        self
        """
        known = self._parameters()
        issues = []
        for name in params:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else ""
                allowed = f"one of {', '.join(known)}"
                kind = type(self).__name__
                issues.append(Issue("unknown_name", kind, "parameter", f"'{name}'", allowed, hint))
        if issues:
            raise InputError(issues=issues)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def _check(self, triangle: Triangle) -> None:
        if not isinstance(triangle, Triangle):
            kind = type(triangle).__name__
            raise InputError(
                issues=[Issue("wrong_type", type(self).__name__, "triangle", kind, "a kb.Triangle")]
            )

    def _run(self, triangle: Triangle, *choices: Any) -> Self:
        self._check(triangle)
        self._fit = triangle._core.fit(type(self).__name__, *choices)
        self._triangle = triangle
        return self

    @property
    def _result(self) -> _kebao.ReserveFit:
        if self._fit is None:
            raise AttributeError(f"this {type(self).__name__} is not fitted; call fit(triangle)")
        return self._fit

    @property
    def _fitted_triangle(self) -> Triangle:
        if self._triangle is None:
            raise AttributeError(f"this {type(self).__name__} is not fitted; call fit(triangle)")
        return self._triangle

    @property
    def latest_(self) -> Floats:
        """Latest value of each origin."""
        return self._result.latest

    @property
    def ultimate_(self) -> Floats:
        """Projected ultimate of each origin."""
        return self._result.ultimate

    @property
    def ibnr_(self) -> Floats:
        """Ultimate less latest: the reserve for paid, the IBNR for incurred losses."""
        return self._result.ibnr

    @property
    def development_factors_(self) -> Floats:
        """Factor from each age to the next; the last one is the tail."""
        return self._result.factor

    @property
    def total_latest_(self) -> Any:
        """Sum of `latest_`; by segment when there are several."""
        return self._result.total_latest

    @property
    def total_ultimate_(self) -> Any:
        """Sum of `ultimate_`; by segment when there are several."""
        return self._result.total_ultimate

    @property
    def total_ibnr_(self) -> Any:
        """Sum of `ibnr_`; by segment when there are several."""
        return self._result.total_ibnr

    @property
    def status_(self) -> Any:
        """Outcome: ``"ok"`` or the worst finding; a list when there are several segments.

        ``links_left_out``, ``zero_latest``, ``sigma_reverted``, ``non_positive_factor``: all values
        stand, look at the cells. ``errors_undefined``, ``not_a_staircase``: ultimates stand, some
        errors are NaN. ``tail_undefined``, ``no_factor``, ``empty_origin``, ``no_links``,
        ``not_finite``, ``empty``: some ultimates are NaN.
        """
        status = self._result.status
        return status[0] if len(status) == 1 else status

    @property
    def findings_(self) -> list[dict[str, Any]]:
        """Reasons for the status, each with ``segment, status, origin, age``."""
        segments = self._fitted_triangle.segments
        return [
            {"segment": segments[at], "status": status, "origin": origin, "age": age}
            for at, status, origin, age in self._result.findings
        ]

    def pattern(self, *, source: str = "") -> Pattern | list[Pattern]:
        """Share of the ultimate that has emerged by each age: 1 / (product of later factors).

        Parameters
        ----------
        source : str
            Provenance to carry along; the method and triangle by default.

        Returns
        -------
        Pattern, or list of Pattern when there are several segments
        """
        triangle = self._fitted_triangle
        ages = tuple(triangle.ages.tolist())
        patterns = []
        for labels, shares in zip(
            triangle.segments, np.atleast_2d(self._result.emerged), strict=True
        ):
            of = ", ".join((*labels, *triangle.measures))
            span = f"{triangle.origins[0]}-{triangle.origins[-1]}"
            made = source or f"{type(self).__name__} on {of}, origins {span}"
            patterns.append(Pattern(ages, tuple(shares.tolist()), made))
        return patterns[0] if len(patterns) == 1 else patterns

    def _by_origin(self) -> dict[str, Floats]:
        return {"latest": self.latest_, "ultimate": self.ultimate_, "ibnr": self.ibnr_}

    def _totals(self) -> dict[str, Any]:
        return {
            "latest": self.total_latest_,
            "ultimate": self.total_ultimate_,
            "ibnr": self.total_ibnr_,
        }

    def to_dict(self) -> dict[str, Any]:
        """Results as columns: index columns, ``origin``, values; ``total`` ends a segment."""
        triangle = self._fitted_triangle
        segments, origins = len(triangle.segments), [*triangle.origins, "total"]
        columns: dict[str, Any] = {}
        for at, name in enumerate(triangle.index):
            columns[name] = np.repeat([labels[at] for labels in triangle.segments], len(origins))
        columns["origin"] = np.tile(origins, segments)
        totals = self._totals()
        for name, values in self._by_origin().items():
            total = np.reshape(totals[name], (segments, 1))
            columns[name] = np.hstack([values.reshape(segments, -1), total]).ravel()
        return columns

    def to_pandas(self) -> Any:
        """The columns of `to_dict` as a pandas frame."""
        import pandas

        return pandas.DataFrame(self.to_dict())

    def to_polars(self) -> Any:
        """The columns of `to_dict` as a polars frame."""
        import polars

        return polars.DataFrame(self.to_dict())

    def _call(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value != defaults[name].default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _table(self) -> list[list[str]] | None:
        if self._fit is None or len(self._fitted_triangle.segments) > 1:
            return None
        columns = self.to_dict()
        rows = [list(columns)]
        return rows + [
            [item if isinstance(item, str) else cell(item) for item in row]
            for row in zip(*columns.values(), strict=True)
        ]

    def __repr__(self) -> str:
        table = self._table()
        if table is not None:
            return f"{self._call()}: {self.status_}\n{text(table)}"
        if self._fit is None:
            return self._call()
        counts: dict[str, int] = {}
        for status in self._fit.status:
            counts[status] = counts.get(status, 0) + 1
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        return f"{self._call()}: {len(self._fit.status)} segments, {told}"

    def _repr_html_(self) -> str:
        table = self._table()
        if table is None:
            return f"<p>{html.escape(repr(self))}</p>"
        return f"<p>{html.escape(self._call())}: {self.status_}</p>{html_table(table)}"


class ChainLadder(_Method):
    """Chain ladder: each origin develops from its latest value by averaged link ratios.

    C(i, k+1) = f(k) C(i, k) with f(k) the average of the ratios C(i, k+1) / C(i, k), weighted by
    C(i, k) to the power 1 (volume), 0 (simple) or 2 (regression).

    Parameters
    ----------
    average : {"volume", "simple", "regression"}
        Weights of the ratios.
    n : int, optional
        Use only the latest n links of each age.
    exclude : sequence of (str, int), optional
        Links left out, by origin and the age in months where the link starts.
    tail : float or {"exponential", "inverse_power"}, optional
        Development after the last age: a factor, or a curve through f(k) - 1 continued for 100
        ages. The inverse power curve is that of Sherman (1984), PCAS 71.

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
    ) -> None:
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail

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
        return self._run(
            triangle, self.average, self.n, _cells(self.exclude), self.tail, None, None
        )


class Mack(ChainLadder):
    """Chain ladder with the standard errors of Mack, by origin and in total.

    Under E[C(k+1)] = f(k) C(k) and Var[C(k+1)] = sigma(k)^2 C(k)^(2 - alpha), with independent
    origins, the mean squared error of an ultimate is the process variance plus the variance of the
    estimated factors; the total includes the covariance that origins have by sharing factors.

    Parameters
    ----------
    average : {"volume", "simple", "regression"}
        Weights of the ratios: alpha is 1, 0 or 2.
    n, exclude
        As for `ChainLadder`.
    tail : float, {"exponential", "inverse_power"} or (factor, standard_error, sigma), optional
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
    ) -> None:
        super().__init__(average=average, n=n, exclude=exclude, tail=tail)
        self.sigma = sigma
        self.mse = mse

    def fit(self, triangle: Triangle) -> Self:
        """Fit to every segment of a triangle of one measure; as for `ChainLadder`."""
        return self._run(
            triangle, self.average, self.n, _cells(self.exclude), self.tail, self.sigma, self.mse
        )

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


class MerzWuthrich(_Method):
    """The one-year view: how far next year's ultimate may lie from this year's.

    The claims development result of the coming year is the ultimate estimated now less that
    estimated in a year; its mean is zero, and `cdr_` is the root of its mean squared error. Volume
    weights and Mack's sigma; every cell up to the latest diagonal must be observed and positive,
    else the status is ``not_a_staircase``.

    Notes
    -----
    Merz and Wuethrich (2008), Modelling the claims development result for solvency purposes, CAS
    E-Forum, Fall 2008.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.MerzWuthrich().fit(kb.datasets.load("genins")).total_cdr_
    1778967.663357...
    """

    _one_year: _kebao.OneYearFit | None = None

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
        self._one_year = triangle._core.one_year(type(self).__name__)
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
        return self._view.cdr

    @property
    def total_cdr_(self) -> Any:
        """Standard error of the sum; by segment when there are several."""
        return self._view.total_cdr

    @property
    def standard_error_(self) -> Floats:
        """Mack's standard error of each origin, over all years to come."""
        return self._result.standard_error

    @property
    def total_standard_error_(self) -> Any:
        """Mack's standard error of the sum."""
        return self._result.total_standard_error

    def _by_origin(self) -> dict[str, Floats]:
        return {**super()._by_origin(), "cdr": self.cdr_, "standard_error": self.standard_error_}

    def _totals(self) -> dict[str, Any]:
        return {
            **super()._totals(),
            "cdr": self.total_cdr_,
            "standard_error": self.total_standard_error_,
        }


def _cells(exclude: Iterable[tuple[str, int]] | None) -> list[tuple[str, int]] | None:
    return None if exclude is None else [(str(origin), int(age)) for origin, age in exclude]
