"""Triangles and reserving methods.

A method is an estimator: choices by keyword, ``fit(triangle)`` returns it fitted, and what was
estimated ends in an underscore. A triangle of many segments is fitted in one call; every segment
has its own status, and none can affect another.
"""

from __future__ import annotations

import difflib
import html
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from . import _kebao
from .errors import InputError, Issue

__all__ = ["ChainLadder", "Mack", "Pattern", "Triangle"]

Floats = NDArray[np.float64]


class Triangle:
    """Losses by origin period and development age, by segment and measure.

    Made by `from_claims`, `from_long`, `from_wide` or `from_schedule_p`. A cell without a value
    is missing, never zero. Every row that came in was used or is among the `rejects`.

    Examples
    --------
    >>> import kebao as kb
    >>> claims = {
    ...     "accident_date": ["2022-03-01", "2022-08-15", "2023-05-20"],
    ...     "as_at": ["2022-12-31", "2023-06-30", "2023-12-31"],
    ...     "paid": [100.0, 50.0, 80.0],
    ... }
    >>> tri = kb.Triangle.from_claims(
    ...     claims, origin="accident_date", valuation="as_at", values=["paid"]
    ... )
    >>> tri["paid"]
    Triangle of paid, cumulative: 2 origins 2022-2023 (Y) x 2 ages 12-24 months
            12   24
    2022   100  150
    2023    80    .
    """

    __slots__ = ("_core",)
    _core: _kebao.Triangle

    def __init__(self) -> None:
        allowed = "made by Triangle.from_claims, from_long, from_wide or from_schedule_p"
        raise InputError(issues=[Issue("no_constructor", "Triangle", allowed=allowed)])

    @classmethod
    def _of(cls, core: _kebao.Triangle) -> Self:
        triangle = object.__new__(cls)
        triangle._core = core
        return triangle

    @classmethod
    def from_claims(
        cls,
        data: Any,
        *,
        origin: str,
        valuation: str,
        values: Sequence[str] | str,
        by: Sequence[str] | str = (),
        grain: str = "Y",
        development_grain: str | None = None,
        as_of: str | int | None = None,
        errors: str = "raise",
    ) -> Self:
        """Sum transactions into a cumulative triangle.

        The list is taken to be complete up to ``as_of``: an age without a transaction keeps the
        value of the age before, and ages that begin later are missing. Ages are labelled by the end
        of their period, also when the latest one has only partly elapsed.

        Parameters
        ----------
        data : frame, mapping or path
            One row a transaction: any Arrow table (pandas, polars, pyarrow, DuckDB), a mapping of
            columns, or a CSV or Parquet file.
        origin, valuation : str
            Columns of dates: when the claim arose, and when the amount was booked. Dates may be
            days, months (2024-07), quarters (2024Q3), half-years (2024H2) or years.
        values : str or sequence of str
            Columns of amounts booked; text such as ``"1.2m"`` is read as an amount.
        by : str or sequence of str
            Columns that tell segments apart.
        grain : {"Y", "H", "Q", "M"}
            Length of origin periods.
        development_grain : {"Y", "H", "Q", "M"}, optional
            Length of development periods; that of the origins by default.
        as_of : date, optional
            Valuation of the triangle, the latest in the data by default. Later rows are set aside
            with the reason ``after_as_of``.
        errors : {"raise", "reject"}
            Refuse the data and list all faults, or leave rows at fault out and list them in
            `rejects`.

        Returns
        -------
        Triangle

        Raises
        ------
        InputError
            Missing columns, or faults with ``errors="raise"``; all of them are listed.
        """
        core = _kebao.Triangle.from_claims(
            data,
            origin=origin,
            valuation=valuation,
            values=_names(values),
            by=_names(by),
            grain=grain,
            development_grain=development_grain or grain,
            as_of=None if as_of is None else str(as_of),
            errors=errors,
        )
        return cls._of(core)

    @classmethod
    def from_long(
        cls,
        data: Any,
        *,
        origin: str,
        development: str | None = None,
        valuation: str | None = None,
        values: Sequence[str] | str,
        cumulative: bool = True,
        by: Sequence[str] | str = (),
        grain: str = "Y",
        development_grain: str | None = None,
        unit: str = "months",
        duplicates: str = "refuse",
        errors: str = "raise",
    ) -> Self:
        """Arrange rows that are cells of a triangle.

        Parameters
        ----------
        data : frame, mapping or path
            One row a cell, as for `from_claims`.
        origin : str
            Column of origin periods or dates.
        development, valuation : str
            Column of ages, or of valuation dates: one of the two.
        values : str or sequence of str
            Columns of amounts; an empty cell is missing.
        cumulative : bool
            Whether amounts are running totals or increments.
        by, grain, development_grain, errors
            As for `from_claims`.
        unit : {"months", "periods"}
            What ages count: 12, 24, 36 or 1, 2, 3.
        duplicates : {"refuse", "sum"}
            What to do when a cell has more than one row.

        Returns
        -------
        Triangle

        Raises
        ------
        InputError
            Missing columns, or faults with ``errors="raise"``: duplicate cells, a valuation before
            its origin, text in a number, ages off the grid, gaps in increments; all are listed.

        Examples
        --------
        >>> import kebao as kb
        >>> cells = {"year": [2022, 2022, 2023], "age": [1, 2, 1], "paid": [10, 15, 12]}
        >>> tri = kb.Triangle.from_long(
        ...     cells, origin="year", development="age", values="paid", unit="periods"
        ... )
        >>> tri.latest
        array([15., 12.])
        """
        core = _kebao.Triangle.from_long(
            data,
            origin=origin,
            development=development,
            valuation=valuation,
            values=_names(values),
            cumulative=cumulative,
            by=_names(by),
            grain=grain,
            development_grain=development_grain or grain,
            unit=unit,
            duplicates=duplicates,
            errors=errors,
        )
        return cls._of(core)

    @classmethod
    def from_wide(
        cls,
        values: Any,
        *,
        first_origin: int = 1,
        cumulative: bool = True,
        measure: str = "loss",
        grain: str = "Y",
    ) -> Self:
        """Take an array with a row for each origin and a column for each age.

        Parameters
        ----------
        values : array_like of shape (origins, ages)
            NaN where nothing is observed.
        first_origin : int
            Number of the first origin period: the year, or for finer grains periods since year 0.
        cumulative : bool
            Whether values are running totals or increments.
        measure : str
            What the values are called.
        grain : {"Y", "H", "Q", "M"}
            Length of origin and development periods.

        Returns
        -------
        Triangle

        Examples
        --------
        >>> import kebao as kb
        >>> nan = float("nan")
        >>> kb.Triangle.from_wide([[10, 15, 16], [12, 17, nan], [11, nan, nan]]).latest
        array([16., 17., 11.])
        """
        try:
            array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.ndim != 2:
            allowed = "numbers in two dimensions, origin by age"
            raise InputError(issues=[Issue("wrong_shape", "from_wide", "values", allowed=allowed)])
        core = _kebao.Triangle.from_wide(array, measure, grain, first_origin, cumulative)
        return cls._of(core)

    @classmethod
    def from_schedule_p(
        cls,
        source: Any = None,
        *,
        lines: Sequence[str] | str = (),
        as_of: int = 2007,
        hold_out: bool = True,
        by_company: bool = False,
        largest_fall: float = 0.25,
    ) -> Self:
        """Paid and incurred triangles of US insurers from Schedule P of the annual statement.

        The data of the Casualty Actuarial Society hold full squares of ten accident years and ten
        ages. Companies are judged by what the statement of ``as_of`` shows, and left out of a line
        for the reasons ``no_loss``, ``missing_cell``, ``negative_paid`` and ``paid_falls``; each of
        their rows is among the `rejects`. Incurred losses are without bulk and IBNR reserves; both
        measures are net of reinsurance, in thousands of US dollars.

        Parameters
        ----------
        source : path or frame, optional
            Table ``mart_reserving_model_training``; that of the package ``cas-schedule-p`` by
            default.
        lines : str or sequence of str
            Lines of business, such as ``"other_liability"``; all by default.
        as_of : int
            Year of the statement; the ten accident years up to it are used.
        hold_out : bool
            Leave out what later statements tell. ``False`` gives the same companies with their
            outcomes, to test a method against.
        by_company : bool
            A segment for each company and line instead of each line.
        largest_fall : float
            Share by which cumulative paid losses of a company may fall within a year.

        Returns
        -------
        Triangle

        Notes
        -----
        Meyers and Shi (2011), Loss reserving data pulled from NAIC Schedule P, Casualty Actuarial
        Society.
        """
        if source is None:
            try:
                import cas_schedule_p
            except ModuleNotFoundError as missing:
                hint = "pip install cas-schedule-p, or give the table as source"
                raise InputError(
                    issues=[Issue("missing_package", "from_schedule_p", "source", hint=hint)]
                ) from missing
            source = cas_schedule_p.path("mart_reserving_model_training")
        core = _kebao.Triangle.from_schedule_p(
            source,
            lines=_names(lines),
            as_of=as_of,
            hold_out=hold_out,
            by_company=by_company,
            largest_fall=largest_fall,
        )
        return cls._of(core)

    @property
    def measures(self) -> list[str]:
        """Names of the measures."""
        return self._core.measures

    @property
    def index(self) -> list[str]:
        """Names of the columns that tell segments apart."""
        return self._core.index

    @property
    def segments(self) -> list[tuple[str, ...]]:
        """Labels of the segments, one for each index column."""
        return [tuple(labels) for labels in self._core.segments]

    @property
    def origins(self) -> list[str]:
        """Labels of the origin periods."""
        return self._core.origins

    @property
    def ages(self) -> NDArray[np.int32]:
        """Development ages in months."""
        return self._core.ages

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of segments, measures, origins and ages."""
        return self._core.shape

    @property
    def is_cumulative(self) -> bool:
        """Whether values are shown as running totals."""
        return self._core.cumulative

    @property
    def values(self) -> Floats:
        """Values by (segment, measure, origin, age), without the first axes of length one."""
        return self._squeeze(self._core.values())

    @property
    def mask(self) -> NDArray[np.bool_]:
        """True where a value is observed; shaped as `values`."""
        return ~np.isnan(self.values)

    @property
    def latest(self) -> Floats:
        """Latest cumulative value of each origin."""
        return self._squeeze(self._core.latest())

    @property
    def link_ratios(self) -> Floats:
        """Ratios of neighbouring cumulative values, one age fewer than `values`."""
        return self._squeeze(self._core.link_ratios())

    @property
    def reconciliation(self) -> dict[str, Any]:
        """Rows that came in, were used and were rejected, by reason, and amounts by measure.

        Keys: ``rows, used, rejected, reasons, amounts, decreasing``. ``amounts`` gives (total,
        used, rejected) for each measure.
        """
        record = self._core.reconciliation()
        reasons: dict[str, int] = {}
        seen: set[int] = set()
        rejects = self._core.rejects()
        for row, reason in zip(rejects["row"].tolist(), rejects["reason"], strict=True):
            if row not in seen:
                seen.add(row)
                reasons[reason] = reasons.get(reason, 0) + 1
        record["reasons"] = reasons
        return record

    @property
    def rejects(self) -> dict[str, Any]:
        """Rows left out, as columns ``row, reason, field, value``; rows count from 0.

        A row with several faults appears once for each.
        """
        return self._core.rejects()

    @property
    def decreasing(self) -> list[tuple[str, float, float]]:
        """Cumulative cells below the one before: place, value before, value."""
        return self._core.decreasing()

    def __getitem__(self, measure: str | list[str]) -> Self:
        return self._of(self._core.select(_names(measure)))

    def segment(self, *labels: str) -> Self:
        """The triangle of one segment.

        Parameters
        ----------
        *labels : str
            A label for each index column.

        Returns
        -------
        Triangle
        """
        known = self.segments
        if labels not in known:
            names = [", ".join(segment) for segment in known]
            wanted = ", ".join(map(str, labels))
            near = difflib.get_close_matches(wanted, names, n=1)
            hint = f"did you mean '{near[0]}'?" if near else ""
            shown = ", ".join(names[:20]) + (" ..." if len(names) > 20 else "")
            raise InputError(
                issues=[
                    Issue(
                        "unknown_name",
                        "Triangle",
                        "segment",
                        f"'{wanted}'",
                        f"one of {shown}",
                        hint,
                    )
                ]
            )
        return self._of(self._core.pick([known.index(labels)]))

    def cumulative(self) -> Self:
        """The same triangle, shown as running totals."""
        return self._of(self._core.with_cumulative(True))

    def incremental(self) -> Self:
        """The same triangle, shown as increments."""
        return self._of(self._core.with_cumulative(False))

    def as_of(self, *, diagonals: int) -> Self:
        """The triangle as it stood some development periods ago.

        Parameters
        ----------
        diagonals : int
            Number of latest diagonals to leave out.

        Returns
        -------
        Triangle
        """
        if diagonals < 0:
            raise InputError(
                issues=[Issue("out_of_range", "as_of", "diagonals", str(diagonals), "0 or more")]
            )
        return self._of(self._core.as_of(diagonals))

    def to_dict(self) -> dict[str, Any]:
        """Observed cells as columns: index columns, ``origin``, ``age``, then one a measure."""
        values = self._core.values()
        segment, origin, age = np.nonzero((~np.isnan(values)).any(axis=1))
        labels = np.array(self._core.segments, dtype=object).reshape(len(values), -1)
        columns: dict[str, Any] = {
            name: labels[segment, at].astype(str) for at, name in enumerate(self.index)
        }
        columns["origin"] = np.array(self.origins)[origin]
        columns["age"] = self.ages[age]
        for at, name in enumerate(self.measures):
            columns[name] = values[segment, at, origin, age]
        return columns

    def to_pandas(self) -> Any:
        """A pandas frame: origin by age for a single triangle, else the columns of `to_dict`."""
        import pandas

        if self.shape[:2] == (1, 1):
            index = pandas.Index(self.origins, name="origin")
            return pandas.DataFrame(
                self.values, index=index, columns=pandas.Index(self.ages, name="age")
            )
        return pandas.DataFrame(self.to_dict())

    def to_polars(self) -> Any:
        """A polars frame of the columns of `to_dict`."""
        import polars

        return polars.DataFrame(self.to_dict())

    def _squeeze(self, array: Floats) -> Floats:
        axes = tuple(axis for axis in (0, 1) if array.shape[axis] == 1)
        return array.squeeze(axes)

    def _title(self) -> str:
        segments, _, origins, ages = self.shape
        grain = "".join(dict.fromkeys(self._core.grain))
        labels = self.origins
        form = "cumulative" if self.is_cumulative else "incremental"
        title = f"Triangle of {', '.join(self.measures)}, {form}: "
        if segments > 1:
            title += f"{segments} segments by {', '.join(self.index)} x "
        months = self.ages
        return title + (
            f"{origins} origins {labels[0]}-{labels[-1]} ({grain})"
            f" x {ages} ages {months[0]}-{months[-1]} months"
        )

    def __repr__(self) -> str:
        if self.shape[:2] != (1, 1):
            return self._title()
        table = [["", *map(str, self.ages)]]
        table += [[name, *map(_cell, row)] for name, row in zip(self.origins, self.values)]
        return f"{self._title()}\n{_text(table)}"

    def _repr_html_(self) -> str:
        title = f"<p>{html.escape(self._title())}</p>"
        if self.shape[:2] != (1, 1):
            return title
        rows = [["origin", *map(str, self.ages)]]
        rows += [[name, *map(_cell, row)] for name, row in zip(self.origins, self.values)]
        return title + _html(rows)


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
        return tuple(share - earlier for share, earlier in zip(self.cumulative, before))

    @property
    def mean_term(self) -> float:
        """Mean time in years from the start of the origin period to payment.

        Each share is placed in the middle of its period; what remains after the last age, at that
        age.
        """
        start = 2 * self.ages[0] - self.ages[1] if len(self.ages) > 1 else 0
        edges = (max(start, 0), *self.ages)
        middles = [(low + high) / 2 for low, high in zip(edges, edges[1:])]
        paid = sum(share * at for share, at in zip(self.incremental, middles))
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

    def _run(self, triangle: Triangle, *choices: Any) -> Self:
        if not isinstance(triangle, Triangle):
            kind = type(triangle).__name__
            raise InputError(
                issues=[Issue("wrong_type", type(self).__name__, "triangle", kind, "a kb.Triangle")]
            )
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
        stand, look at the cells. ``errors_undefined``: ultimates stand, some errors are NaN.
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
        for labels, shares in zip(triangle.segments, np.atleast_2d(self._result.emerged)):
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
        """Results as columns: index columns, ``origin`` (the last of a segment is ``total``), values."""
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
            [str(row[0]), *map(_cell, row[1:])] for row in zip(*columns.values(), strict=True)
        ]

    def __repr__(self) -> str:
        table = self._table()
        if table is not None:
            return f"{self._call()}: {self.status_}\n{_text(table)}"
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
        return f"<p>{html.escape(self._call())}: {self.status_}</p>{_html(table)}"


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


def _names(value: Iterable[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else [str(name) for name in value]


def _cells(exclude: Iterable[tuple[str, int]] | None) -> list[tuple[str, int]] | None:
    return None if exclude is None else [(str(origin), int(age)) for origin, age in exclude]


def _cell(value: float) -> str:
    if np.isnan(value):
        return "."
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.4g}"


def _text(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:]))
        for row in rows
    )


def _html(rows: list[list[str]]) -> str:
    def line(cells: list[str], tag: str) -> str:
        first = f"<th>{html.escape(cells[0])}</th>"
        rest = "".join(
            f'<{tag} style="text-align:right">{html.escape(c)}</{tag}>' for c in cells[1:]
        )
        return f"<tr>{first}{rest}</tr>"

    head, *body = rows
    inner = "".join(line(row, "td") for row in body)
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{inner}</tbody></table>"
