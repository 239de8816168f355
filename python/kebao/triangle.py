"""The triangle: origin by development, by segment and measure."""

from __future__ import annotations

import difflib
import html
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from . import _kebao
from ._show import cell, html_table, text
from .errors import InputError, Issue

__all__ = ["Triangle"]

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
        decreasing: str = "note",
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
            values=names(values),
            by=names(by),
            grain=grain,
            development_grain=development_grain or grain,
            as_of=None if as_of is None else str(as_of),
            errors=errors,
            decreasing=decreasing,
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
        return self._of(self._core.select(names(measure)))

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
