"""The triangle: origin by development, by segment and measure."""

from __future__ import annotations

import difflib
import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from . import _kebao
from ._show import cell, html_table, text
from ._triangle_input import (
    MONTHS,
    bermuda_cells,
    by_origin,
    chainladder_parts,
    melted,
    refuse,
    years,
)
from .errors import InputError, Issue
from .table import Table

if TYPE_CHECKING:
    from ._triangle_plot import TrianglePlot

__all__ = ["Triangle"]

Floats = NDArray[np.float64]


class Triangle:
    """Losses by origin period and development age, by segment and measure.

    Made by `from_claims`, `from_long`, `from_wide`, `from_schedule_p`, `from_chainladder` or
    `from_bermuda`. A cell without a value is missing, never zero. Every row that came in was used
    or is among the `rejects`. Triangles add, subtract, multiply and divide cell by cell, over the
    cells that both have, and with numbers or a number by origin: ``tri["paid"] / tri["count"]``.

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
        decreasing: str = "note",
        claim: str | None = None,
        states: Sequence[str] | str = (),
        count: str | None = None,
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
        decreasing : {"note", "refuse"}
            What to do with cumulative cells below the one before, which recoveries explain: list
            them in `decreasing`, or refuse the data.
        claim : str, optional
            Column that tells claims apart, for ``states`` and ``count``.
        states : str or sequence of str
            Those of ``values`` that say where a claim stands after the transaction, such as its
            case reserve, rather than what was booked: each counts by its change since the claim's
            transaction before.
        count : str, optional
            Name of a measure to add: the number of claims, each counted at its first transaction.

        Returns
        -------
        Triangle

        Raises
        ------
        InputError
            Missing columns, or faults with ``errors="raise"``; all of them are listed.

        Examples
        --------
        >>> import kebao as kb
        >>> book = {
        ...     "claim": [1, 1, 2],
        ...     "accident": ["2022-03-01", "2022-03-01", "2023-05-20"],
        ...     "booked": ["2022-04-01", "2023-06-30", "2023-06-01"],
        ...     "paid": [0.0, 60.0, 10.0],
        ...     "case": [100.0, 30.0, 20.0],
        ... }
        >>> tri = kb.Triangle.from_claims(
        ...     book, origin="accident", valuation="booked", values=["paid", "case"],
        ...     claim="claim", states="case", count="claims",
        ... )
        >>> (tri["paid"] + tri["case"]).values
        array([[100.,  90.],
               [ 30.,  nan]])
        >>> tri["claims"].latest
        array([1., 1.])
        """
        core = _kebao.Triangle.from_claims(
            data,
            origin=origin,
            valuation=valuation,
            values=names(values),
            by=names(by),
            grain=grain,
            development_grain=development_grain or grain,
            as_of=None if as_of is None else str(as_of),
            errors=errors,
            decreasing=decreasing,
            claim=claim,
            states=names(states),
            count=count,
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
        decreasing: str = "note",
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
        by, grain, development_grain, errors, decreasing
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
            values=names(values),
            cumulative=cumulative,
            by=names(by),
            grain=grain,
            development_grain=development_grain or grain,
            unit=unit,
            duplicates=duplicates,
            errors=errors,
            decreasing=decreasing,
        )
        return cls._of(core)

    @classmethod
    def from_wide(
        cls,
        values: Any,
        *,
        first_origin: int | str | None = None,
        cumulative: bool = True,
        measure: str = "loss",
        grain: str = "Y",
        development_grain: str | None = None,
        origin: str | None = None,
    ) -> Self:
        """Take an array or a frame with a row for each origin and a column for each age.

        Parameters
        ----------
        values : array_like of shape (origins, ages), or frame
            NaN where nothing is observed. A frame has its origins in the index or in a column, and
            ages in months as the names of the other columns.
        first_origin : int or str, optional
            The first origin period of an array: its label, such as ``"2024Q3"``, or its number (the
            year, or for finer grains periods since year 0); 1 by default.
        cumulative : bool
            Whether values are running totals or increments.
        measure : str
            What the values are called.
        grain, development_grain : {"Y", "H", "Q", "M"}
            Length of origin and development periods, the same by default.
        origin : str, optional
            Column of a frame that holds the origins; the index by default, or the first column
            where there is none.

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
        development = development_grain or grain
        if hasattr(values, "columns"):
            if first_origin is not None:
                allowed = "for arrays; the frame names its origins"
                raise refuse("contradiction", "from_wide", "first_origin", allowed=allowed)
            long = melted(values, origin)
            return cls.from_long(
                long,
                origin="origin",
                development="age",
                values=["value"],
                cumulative=cumulative,
                grain=grain,
                development_grain=development,
            ).renamed(value=measure)
        try:
            array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.empty(0)
        if array.ndim != 2:
            allowed = "numbers in two dimensions, origin by age"
            raise refuse("wrong_shape", "from_wide", "values", allowed=allowed)
        first = 1 if first_origin is None else first_origin
        if isinstance(first, str):
            first = _kebao.triangle_period(first, grain)
        if development == grain:
            core = _kebao.Triangle.from_wide(array, measure, grain, first, cumulative)
            return cls._of(core)
        months = MONTHS.get(development, 12)
        return cls.from_parts(
            array[None, None],
            measures=[measure],
            grain=grain,
            development_grain=development,
            first_origin=first,
            first_age=months,
            cumulative=cumulative,
        )

    @classmethod
    def from_parts(
        cls,
        values: Any,
        *,
        measures: Sequence[str] | str,
        index: Sequence[str] | str = (),
        segments: Sequence[Sequence[str]] = ((),),
        grain: str = "Y",
        development_grain: str | None = None,
        first_origin: int | str = 1,
        first_age: int | None = None,
        cumulative: bool = True,
    ) -> Self:
        """Put a triangle together from values in four dimensions and their labels.

        Parameters
        ----------
        values : array_like of shape (segments, measures, origins, ages)
            NaN where nothing is observed.
        measures, index, segments : sequences
            Names of the measures and index columns; labels of each segment, one for each index
            column.
        grain, development_grain : {"Y", "H", "Q", "M"}
            Length of origin and development periods, the same by default.
        first_origin : int or str
            The first origin period, by number or label.
        first_age : int, optional
            The first age in months; one development period by default.
        cumulative : bool
            Whether values are running totals or increments.

        Returns
        -------
        Triangle
        """
        development = development_grain or grain
        if isinstance(first_origin, str):
            first_origin = _kebao.triangle_period(first_origin, grain)
        core = _kebao.triangle_from_parts(
            np.ascontiguousarray(values, dtype=np.float64),
            index=names(index),
            segments=[names(labels) for labels in segments],
            measures=names(measures),
            grains=(grain, development),
            first_origin=first_origin,
            first_age=MONTHS.get(development, 12) if first_age is None else first_age,
            cumulative=cumulative,
        )
        return cls._of(core)

    @classmethod
    def from_chainladder(cls, triangle: Any, *, missing: str = "nan") -> Self:
        """Take a triangle of the package chainladder, or any object with the same attributes.

        Read are ``values`` (or ``set_backend("numpy").values``), ``index``, ``columns``, ``odims``,
        ``ddims``, ``origin_grain``, ``development_grain``, ``is_cumulative`` and ``nan_triangle``.

        Parameters
        ----------
        triangle : chainladder.Triangle
        missing : {"nan", "zero"}
            What a cell without a value within the triangle is: missing, or nothing paid. That
            package keeps no difference between the two.

        Returns
        -------
        Triangle
        """
        return cls.from_parts(**chainladder_parts(triangle, missing))

    @classmethod
    def from_bermuda(
        cls, triangle: Any, *, values: Sequence[str] | str = (), by: Sequence[str] | str = ()
    ) -> Self:
        """Take a triangle of the package bermuda, or any object with the same cells.

        Each of ``triangle.cells`` has ``period_start``, ``period_end``, ``evaluation_date``,
        ``values`` (amounts by field) and ``metadata`` (attributes, and ``details`` by name). The
        grains are those of the periods and of the steps between evaluations.

        Parameters
        ----------
        triangle : bermuda.Triangle
        values : str or sequence of str
            Fields to take; all numbers by default.
        by : str or sequence of str
            Metadata that tells segments apart: attributes or names in ``details``.

        Returns
        -------
        Triangle
        """
        return cls.from_long(**bermuda_cells(triangle, names(values), names(by)))

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
            lines=names(lines),
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
        rejects = self._core.rejects()
        # The first reason of each row counts.
        _, first = np.unique(rejects["row"], return_index=True)
        found = rejects["reason"]
        reasons = Counter(map(found.__getitem__, np.sort(first).tolist()))
        record["reasons"] = dict(reasons)
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
        return self._of(self._core.select(names(measure)))

    def renamed(self, **measures: str) -> Self:
        """The same triangle with other names of measures, given as ``old="new"``."""
        for name in measures:
            if name not in self.measures:
                known = ", ".join(self.measures)
                raise refuse("unknown_name", "Triangle", "measure", f"'{name}'", f"one of {known}")
        return self._made(self._core.values(), [measures.get(n, n) for n in self.measures])

    def _made(self, values: Floats, measures: list[str]) -> Self:
        """A triangle shaped as this one with other values."""
        first_origin, first_age = _kebao.triangle_first(self._core)
        grain, development = self._core.grain
        return self.from_parts(
            values,
            measures=measures,
            index=self.index,
            segments=self._core.segments,
            grain=grain,
            development_grain=development,
            first_origin=first_origin,
            first_age=first_age,
            cumulative=self.is_cumulative,
        )

    def __reduce__(self) -> Any:
        first_origin, first_age = _kebao.triangle_first(self._core)
        # Running totals, so that no digit is lost by differences.
        parts = {
            "values": self._core.with_cumulative(True).values(),
            "measures": self.measures,
            "index": self.index,
            "segments": self._core.segments,
            "grain": self._core.grain[0],
            "development_grain": self._core.grain[1],
            "first_origin": first_origin,
            "first_age": first_age,
        }
        return (restored, (type(self), parts, self.is_cumulative))

    def __eq__(self, other: object) -> bool:
        """Equal labels and cumulative values; missing cells are equal."""
        if not isinstance(other, Triangle):
            return NotImplemented
        mine, theirs = self.cumulative().__reduce__()[1][1], other.cumulative().__reduce__()[1][1]
        same = np.array_equal(mine.pop("values"), theirs.pop("values"), equal_nan=True)
        return bool(same and mine == theirs and self.is_cumulative == other.is_cumulative)

    __hash__ = None  # type: ignore[assignment]

    def _combined(self, other: Any, operation: str) -> Self:
        if isinstance(other, Triangle):
            return self._of(_kebao.triangle_combine(self._core, other._core, operation))
        if operation in "+-":
            return NotImplemented
        factors = by_origin(self, other)
        if operation == "/":
            with np.errstate(divide="ignore"):
                factors = 1.0 / factors
        return self._of(_kebao.triangle_scaled(self._core, factors))

    def __add__(self, other: Any) -> Self:
        return self._combined(other, "+")

    def __sub__(self, other: Any) -> Self:
        return self._combined(other, "-")

    def __mul__(self, other: Any) -> Self:
        return self._combined(other, "*")

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Self:
        return self._combined(other, "/")

    #: NumPy leaves ``array * triangle`` to the triangle.
    __array_ufunc__ = None

    def to_grain(self, grain: str, development_grain: str | None = None) -> Self:
        """The same losses by longer periods.

        A cell is the sum of the origins within it at the cell's valuation; it is missing when one
        of those that had begun is missing. Development periods that are not yet over are left out.

        Parameters
        ----------
        grain, development_grain : {"Y", "H", "Q", "M"}
            Length of origin and development periods, the same by default.

        Returns
        -------
        Triangle
        """
        return self._of(_kebao.triangle_to_grain(self._core, grain, development_grain or grain))

    def trend(self, rate: float, *, by: str = "origin") -> Self:
        """Amounts at the level of the latest period.

        Parameters
        ----------
        rate : float
            Yearly rate, 0.03 for three per cent.
        by : {"origin", "valuation"}
            Whether all amounts of an origin move to the level of the last origin, or each increment
            from its valuation to the latest one.

        Returns
        -------
        Triangle
        """
        return self._of(_kebao.triangle_trended(self._core, float(rate), by))

    def on_level(
        self, changes: Mapping[str, float], *, term: float = 1.0, written: bool = False
    ) -> Floats:
        """On-level factors of the origins: today's rate level over that of the premium.

        Each change reaches policies from its date on, which are written evenly and earn evenly
        over their term; the mean level of each origin period is integrated exactly (parallelogram
        method; Werner and Modlin 2016, Basic Ratemaking, ch. 5).

        Parameters
        ----------
        changes : mapping of str to float
            Rate changes by date, such as ``{"2023-07-01": 0.05}``.
        term : float
            Term of the policies in years.
        written : bool
            Whether the premium is taken as written, not as earned, in the origin period.

        Returns
        -------
        ndarray of shape (origins,)
            Multiply the premium by these.

        Examples
        --------
        >>> import kebao as kb
        >>> tri = kb.Triangle.from_wide([[1, 2], [1, float("nan")]], first_origin=2023)
        >>> tri.on_level({"2023-07-01": 0.10}).round(4)
        array([1.0862, 1.0113])
        """
        pairs = [(years(date), float(rate)) for date, rate in changes.items()]
        return _kebao.triangle_on_level(self._core, pairs, float(term), written)

    @property
    def plot(self) -> TrianglePlot:
        """Plots: ``development``, ``growth``, ``link_ratios``."""
        from ._triangle_plot import TrianglePlot

        return TrianglePlot(self)

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

    def as_of(self, date: str | int | None = None, *, diagonals: int | None = None) -> Self:
        """The triangle as it stood at a date, or some development periods ago.

        Parameters
        ----------
        date : str or int, optional
            A valuation, such as ``2024``, ``"2024Q3"`` or ``"2024-09-30"``; periods that end later
            are missing.
        diagonals : int, optional
            Number of latest diagonals to leave out.

        Returns
        -------
        Triangle
        """
        if (date is None) == (diagonals is None):
            allowed = "exactly one of the two"
            raise refuse("contradiction", "as_of", "date, diagonals", allowed=allowed)
        if diagonals is None:
            return self._of(_kebao.triangle_valued_at(self._core, str(date)))
        if diagonals < 0:
            raise refuse("out_of_range", "as_of", "diagonals", str(diagonals), "0 or more")
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

    def to_table(self) -> Table:
        """The columns of `to_dict` as a `Table`, which any Arrow consumer takes."""
        return Table.of("triangle", self.to_dict())

    def to_wide(self) -> dict[str, Any]:
        """Index columns, ``measure``, ``origin`` and a column for each age, named by its months."""
        segments, measures, origins, _ = self.shape
        columns: dict[str, Any] = {}
        for at, name in enumerate(self.index):
            columns[name] = np.repeat([s[at] for s in self.segments], measures * origins)
        columns["measure"] = np.tile(np.repeat(self.measures, origins), segments)
        columns["origin"] = np.tile(self.origins, segments * measures)
        values = self._core.values().reshape(-1, len(self.ages))
        columns.update({str(age): values[:, at] for at, age in enumerate(self.ages.tolist())})
        return columns

    def _squeeze(self, array: Floats) -> Floats:
        axes = tuple(axis for axis in (0, 1) if array.shape[axis] == 1)
        return array.squeeze(axes)

    def _rows(self) -> list[list[str]]:
        pairs = zip(self.origins, self.values, strict=True)
        return [[name, *map(cell, row)] for name, row in pairs]

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
        table += [
            [name, *map(cell, row)] for name, row in zip(self.origins, self.values, strict=True)
        ]
        return f"{self._title()}\n{text(table)}"

    def _repr_html_(self) -> str:
        title = f"<p>{html.escape(self._title())}</p>"
        if self.shape[:2] != (1, 1):
            return title
        rows = [["origin", *map(str, self.ages)]]
        rows += [
            [name, *map(cell, row)] for name, row in zip(self.origins, self.values, strict=True)
        ]
        return title + html_table(rows)


def names(value: Iterable[str] | str) -> list[str]:
    """One name or several, as a list."""
    return [value] if isinstance(value, str) else [str(name) for name in value]


def restored(kind: type[Triangle], parts: dict[str, Any], cumulative: bool) -> Triangle:
    """A triangle from its pickle."""
    triangle = kind.from_parts(**parts)
    return triangle if cumulative else triangle.incremental()
