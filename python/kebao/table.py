"""Tables of results: they print, and go wherever tables go."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from . import _kebao
from ._text import amount

__all__ = ["Table", "to_excel"]

Formulas = Sequence[tuple[int, int, str, float]]


class Table:
    """Named columns of equal length.

    Any frame library takes it through the Arrow stream protocol: ``pl.DataFrame(table)``,
    ``pa.table(table)``, ``duckdb.sql("from table")``; `to_pandas` and `to_polars` do it for you.

    Examples
    --------
    >>> table = Table.of("layers", {"treaty": ["xl1", "xl2"], "expected_loss": [2.5e6, 4e5]})
    >>> table
    treaty  expected_loss
    xl1              2.5m
    xl2              400k
    >>> table["expected_loss"].sum().item(), table.row("xl2")["expected_loss"]
    (2900000.0, 400000.0)
    """

    __slots__ = ("_core",)
    _core: _kebao.Table

    def __init__(self, core: _kebao.Table) -> None:
        self._core = core

    @classmethod
    def of(cls, name: str, columns: Mapping[str, Sequence[Any]]) -> Self:
        """Make a table from columns of numbers or texts."""
        return cls(_kebao.Table(name, {key: list(values) for key, values in columns.items()}))

    @property
    def name(self) -> str:
        """Name of the table."""
        return self._core.name

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self._core.columns

    def __len__(self) -> int:
        return len(self._core)

    def __getitem__(self, column: str) -> Any:
        return self._core[column]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Rows as dicts of plain Python values."""
        columns = {name: list(self[name]) for name in self.columns}
        for i in range(len(self)):
            yield {name: _plain(values[i]) for name, values in columns.items()}

    def row(self, key: str) -> dict[str, Any]:
        """Find the first row whose first column is ``key``.

        Raises
        ------
        KeyError
            If there is none.
        """
        first = self.columns[0]
        for row in self:
            if row[first] == key:
                return row
        raise KeyError(f"{self.name}: no {first} '{key}'; there are {', '.join(self[first])}")

    def to_dict(self) -> dict[str, list[Any]]:
        """Columns as lists of plain Python values."""
        return {name: [_plain(value) for value in self[name]] for name in self.columns}

    def to_pandas(self) -> Any:
        """Convert to a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.to_dict())

    def to_polars(self) -> Any:
        """Convert to a polars data frame."""
        import polars as pl

        return pl.DataFrame(self)

    def to_arrow(self) -> Any:
        """Convert to a pyarrow table."""
        import pyarrow as pa

        return pa.table(self)

    def to_parquet(self, path: str | Path, *, metadata: Mapping[str, str] | None = None) -> None:
        """Write a Parquet file, whole or not at all."""
        self._core.write_parquet(path, metadata=dict(metadata or {}))

    def to_excel(self, path: str | Path) -> None:
        """Write an Excel file with this table as its only sheet."""
        to_excel(path, [self])

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._core.__arrow_c_stream__(requested_schema)

    def _cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        numeric = [not isinstance(self[name], list) for name in self.columns]
        rows = [[_cell(value, name) for name, value in row.items()] for row in self]
        return self.columns, rows, numeric

    def __repr__(self) -> str:
        head, rows, numeric = self._cells()
        widths = [max([len(name), *(len(row[j]) for row in rows)]) for j, name in enumerate(head)]

        def line(cells: Sequence[str]) -> str:
            parts = [
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(cells, widths, numeric)
            ]
            return "  ".join(parts).rstrip()

        return "\n".join([line(head), *map(line, rows)])

    def _repr_html_(self) -> str:
        head, rows, numeric = self._cells()
        align = ["right" if number else "left" for number in numeric]

        def cells(tag: str, row: Sequence[str]) -> str:
            return "".join(
                f'<{tag} style="text-align:{side}">{html.escape(cell)}</{tag}>'
                for cell, side in zip(row, align)
            )

        body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
        return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"


def to_excel(path: str | Path, sheets: Sequence[Table | tuple[Table, Formulas]]) -> None:
    """Write tables as the sheets of one workbook.

    Parameters
    ----------
    path : str or Path
        The ``.xlsx`` file.
    sheets : sequence of Table or (Table, formulas)
        Formulas are ``(row, column, "=A2+B2", cached value)``, rows counted from the first of the
        data; Excel shows the cached value until it recalculates.
    """
    pairs = [sheet if isinstance(sheet, tuple) else (sheet, ()) for sheet in sheets]
    _kebao.write_sheets(path, [(table._core, list(formulas)) for table, formulas in pairs])


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


#: Columns that are shares, rates or probabilities.
_FRACTIONS = ("prob_", "rate", "share")


def _cell(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "–"
    if name.startswith(_FRACTIONS) or name.endswith("_rate"):
        return f"{value:.4%}" if abs(value) < 1e-3 else f"{value:.2%}"
    if name in {"z_score", "elasticity", "cv"}:
        return f"{value:.2f}"
    return f"{value:.3g}" if 0 < abs(value) < 1e-3 else amount(value, 4)
