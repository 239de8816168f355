"""What the reserving methods share: choices by name, `fit`, and results read from the fit."""

from __future__ import annotations

import difflib
import html
import inspect
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .. import _kebao
from .._show import cell, html_table, text
from ..errors import InputError, Issue
from ..triangle import Triangle
from .pattern import Pattern

Floats = NDArray[np.float64]


class Choices:
    """Choices by keyword that can be read, changed and shown: the contract of scikit-learn."""

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

    def _call(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value != defaults[name].default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"


class Estimator(Choices):
    """What the estimators share: parameters, and results read from the fit."""

    _fit: _kebao.ReserveFit | None = None
    _triangle: Triangle | None = None

    def _check(self, triangle: Triangle) -> None:
        if not isinstance(triangle, Triangle):
            kind = type(triangle).__name__
            raise InputError(
                issues=[Issue("wrong_type", type(self).__name__, "triangle", kind, "a kb.Triangle")]
            )

    def _run(self, triangle: Triangle, selection: _kebao.Selection, mse: str | None) -> Self:
        self._check(triangle)
        self._fit = triangle._core.fit(type(self).__name__, selection, mse)
        self._triangle = triangle
        return self

    def __getstate__(self) -> dict[str, Any]:
        """The choices and the triangle; the fit follows from them to the bit."""
        state = {name: value for name, value in vars(self).items() if not is_core(value)}
        state["_was_fitted"] = self._triangle is not None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        fitted = state.pop("_was_fitted", False)
        vars(self).update(state)
        if fitted:
            self._fit_again()

    def _fit_again(self) -> None:
        """Fit to the triangle that came with the pickle; methods with more arguments say how."""
        fit: Any = getattr(self, "fit", None)
        if fit is not None:
            fit(self._fitted_triangle)

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

        ``falling_age`` (a factor below one), ``links_left_out``, ``zero_latest``,
        ``sigma_reverted``, ``non_positive_factor``: all values stand, look at the cells.
        ``errors_undefined``, ``not_a_staircase``: ultimates stand, some errors are NaN.
        ``tail_undefined``, ``no_factor``, ``empty_origin``, ``no_links``, ``not_finite``,
        ``empty``: some ultimates are NaN.
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


def is_core(value: Any) -> bool:
    """Whether a value is a result of the core, which is not pickled."""
    return type(value).__module__ == _kebao.__name__
