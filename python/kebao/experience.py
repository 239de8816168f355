"""Pooled experience: counts and losses of many insurers, kept as append-only Parquet.

A store is a folder. Each `Store.append` writes one new file and never touches another, so that what
was recorded stays; a correction is a further row with negative numbers. polars, DuckDB and pyarrow
read the folder as one table (``duckdb.sql("from 'store/*.parquet'")``). A row is one group of
exposure, such as an insurer's coverage in a region and year:

| column | kind | meaning |
|---|---|---|
| ``coverage`` | text | id of the coverage |
| ``insurer``, ``region`` | text | who and where; may be empty |
| ``year`` | whole number | year of exposure |
| ``exposure`` | number | units of the coverage's base, at base relativities |
| ``claims`` | number | claims from the ground up |
| ``losses`` | number | their amount from the ground up, in ``currency`` |
| ``currency`` | text | ISO code |
| ``source`` | text | where the row comes from |
| ``recorded`` | text | when it was appended, ISO, UTC |
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from . import sectors
from .credibility import BuhlmannStraub, buhlmann_straub
from .errors import InputError, Issue
from .table import Table

__all__ = ["COLUMNS", "Store"]

#: Columns a row must have, and those that may be left out with what then stands there.
REQUIRED = ("coverage", "year", "exposure", "claims", "source")
OPTIONAL: dict[str, Any] = {"insurer": "", "region": "", "losses": 0.0, "currency": "CNY"}
COLUMNS = (
    "coverage", "insurer", "region", "year", "exposure", "claims", "losses", "currency", "source",
    "recorded",
)  # fmt: skip


class Store:
    """A folder of experience.

    Parameters
    ----------
    path : path
        The folder; made by the first `append`.

    Examples
    --------
    >>> import kebao as kb, tempfile
    >>> store = kb.experience.Store(tempfile.mkdtemp())
    >>> store.append({"coverage": ["uav.tpl"] * 2, "insurer": ["A", "B"], "year": [2025] * 2,
    ...               "exposure": [900, 1600], "claims": [4, 11], "source": ["return 2025"] * 2})
    2
    >>> store.totals("uav.tpl")
    (2500.0, 15.0, 0.0)
    >>> store.update("uav.tpl").frequency_mean
    0.006
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)

    def append(self, rows: Mapping[str, Sequence[Any]] | Any) -> int:
        """Add rows as one new file.

        Parameters
        ----------
        rows : mapping of columns, or any frame with ``to_dict``
            ``coverage, year, exposure, claims, source``, and ``insurer, region, losses, currency``
            where known.

        Returns
        -------
        int
            Rows added.

        Raises
        ------
        InputError
            With every fault; nothing is written then.
        """
        columns = _columns(rows)
        issues = [
            Issue("missing_column", "experience", name, "no such column")
            for name in REQUIRED
            if name not in columns
        ]
        known = set(REQUIRED) | set(OPTIONAL)
        issues += [
            Issue("unknown_column", "experience", name, "no such column is known")
            for name in columns
            if name not in known
        ]
        size = len(next(iter(columns.values()), []))
        issues += [
            Issue("unequal_lengths", "experience", name, f"{len(values)} values", f"{size} values")
            for name, values in columns.items()
            if len(values) != size
        ]
        if issues or not size:
            issues = issues or [Issue("empty", "experience", "", "no rows", "at least one row")]
            raise InputError(issues=issues)
        whole = {name: [value] * size for name, value in OPTIONAL.items()} | columns
        issues = [issue for row in range(size) for issue in _faults(whole, row)]
        if issues:
            raise InputError(issues=issues)
        now = datetime.now(UTC)
        whole["recorded"] = [now.isoformat(timespec="seconds")] * size
        kinds: dict[str, Any] = {"year": _year, "exposure": float, "claims": float, "losses": float}
        table = Table.of(
            "experience",
            {name: [kinds.get(name, _text)(value) for value in whole[name]] for name in COLUMNS},
        )
        self.path.mkdir(parents=True, exist_ok=True)
        name = f"{now:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.parquet"
        table.to_parquet(self.path / name, metadata={"kebao.experience": "1"})
        return size

    def read(self) -> Any:
        """All rows as a polars frame, or a pyarrow table where polars is not at hand."""
        files = sorted(str(file) for file in self.path.glob("*.parquet"))
        if not files:
            hint = "append rows first"
            raise InputError(issues=[Issue("empty", str(self.path), "", "no rows", hint=hint)])
        try:
            import polars as pl

            return pl.read_parquet(files)
        except ImportError:
            import pyarrow.parquet as pq

            return pq.read_table(files)

    def rows(self, coverage: str | None = None) -> list[dict[str, Any]]:
        """Rows as dicts, of one coverage or of all."""
        frame = self.read()
        rows: list[dict[str, Any]] = (
            frame.to_dicts() if hasattr(frame, "to_dicts") else frame.to_pylist()
        )
        return [row for row in rows if coverage in (None, row["coverage"])]

    def totals(self, coverage: str) -> tuple[float, float, float]:
        """Exposure, claims and losses of a coverage; losses in one currency."""
        rows = self.rows(coverage)
        currencies = sorted({str(row["currency"]) for row in rows if row["losses"] != 0})
        if len(currencies) > 1:
            found, hint = ", ".join(currencies), "sum the rows of each currency"
            issue = Issue("mixed", "experience", "currency", found, "one currency", hint)
            raise InputError(issues=[issue])
        return (
            sum(row["exposure"] for row in rows),
            sum(row["claims"] for row in rows),
            sum(row["losses"] for row in rows),
        )

    def update(
        self, coverage: sectors.Coverage | str, *, insurer: str | None = None
    ) -> sectors.Coverage:
        """The coverage after the claims of the store, of all insurers or of one."""
        found = sectors._find(coverage) if isinstance(coverage, str) else coverage
        if not isinstance(found, sectors.Coverage):
            issue = Issue("wrong_type", "experience", "coverage", repr(coverage), "a coverage")
            raise InputError(issues=[issue])
        rows = [r for r in self.rows(found.id) if insurer in (None, r["insurer"])]
        return found.update(
            failures=sum(row["claims"] for row in rows),
            exposure=sum(row["exposure"] for row in rows),
        )

    def credibility(
        self, coverage: str, *, by: str = "insurer", within: str | None = None
    ) -> BuhlmannStraub:
        """Claim rates of insurers or regions, each year an observation.

        A year of a group is one observation, in however many rows it came; years that corrections
        bring to nothing, neither exposure nor claims, are left out.

        Parameters
        ----------
        coverage : str
            Its id.
        by : {"insurer", "region"}
            Groups.
        within : {"insurer", "region"}, optional
            Classes the groups are in, which makes it hierarchical.
        """
        groups = ("insurer", "region")
        issues = [
            Issue("unknown_name", "experience", field, repr(value), "one of insurer, region")
            for field, value in (("by", by), ("within", within))
            if value not in groups and (field == "by" or value is not None)
        ]
        if issues:
            raise InputError(issues=issues)
        # A year of a group is one observation, in however many rows it came, corrections included.
        years: dict[tuple[str, str, int], list[float]] = {}
        for row in self.rows(coverage):
            key = ("" if within is None else row[within], row[by], row["year"])
            sums = years.setdefault(key, [0.0, 0.0])
            sums[0] += row["exposure"]
            sums[1] += row["claims"]
        seen = {key: sums for key, sums in years.items() if sums != [0.0, 0.0]}
        return buhlmann_straub(
            [group for _, group, _ in seen],
            [exposure for exposure, _ in seen.values()],
            [claims for _, claims in seen.values()],
            classes=None if within is None else [outer for outer, _, _ in seen],
        )

    def __repr__(self) -> str:
        files = list(self.path.glob("*.parquet"))
        return f"Store({str(self.path)!r}): {len(files)} files"


def _columns(rows: Any) -> dict[str, list[Any]]:
    if isinstance(rows, Mapping):
        return {str(name): list(values) for name, values in rows.items()}
    if hasattr(rows, "columns"):
        return {str(name): list(rows[name]) for name in rows.columns}
    raise InputError(issues=[Issue("not_a_table", "experience", "", type(rows).__name__)])


def _faults(columns: Mapping[str, Sequence[Any]], row: int) -> list[Issue]:
    place, issues = f"experience row {row}", []
    coverage = columns["coverage"][row]
    if coverage not in sectors.names():
        try:
            sectors._find(str(coverage))
            issues.append(Issue("unknown_name", place, "coverage", f"'{coverage}'"))
        except InputError as error:
            issues += [Issue(i.code, place, "coverage", i.value, "", i.hint) for i in error.issues]
    for name in ("exposure", "claims", "losses", "year"):
        value = columns[name][row]
        if isinstance(value, bool) or not _finite(value):
            issues.append(Issue("wrong_type", place, name, repr(value), "a finite number"))
        elif name == "year" and float(value) != int(float(value)):
            issues.append(Issue("out_of_range", place, name, repr(value), "a whole year"))
    if not _text(columns["source"][row]).strip():
        issues.append(Issue("missing_value", place, "source", "", "where the row comes from"))
    return issues


def _text(value: Any) -> str:
    """Text of a cell; what is missing is empty."""
    missing = value is None or (isinstance(value, float) and value != value)
    return "" if missing else str(value)


def _year(value: Any) -> int:
    return int(float(value))


def _finite(value: Any) -> bool:
    try:
        return abs(float(value)) < float("inf")
    except (TypeError, ValueError):
        return False
