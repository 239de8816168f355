"""Tables go out to every frame library and into files, and come back the same."""

import datetime
import math

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kebao as kb
from kebao.table import to_excel

COLUMNS = {
    "treaty": ["xl1", "再保险 <b>&", ""],
    "expected_loss": [2.5e6, math.nan, math.inf],
    "count": [1, -2, 2**53],
}


@pytest.fixture
def table():
    return kb.Table.of("layers", COLUMNS)


def same(got, want):
    return all(a == b or (a != a and b != b) for a, b in zip(got, want, strict=True))


def test_arrow_to_pandas_polars_pyarrow_and_duckdb(table):
    layers = table
    frames = [
        layers.to_polars().to_dict(as_series=False),
        pl.DataFrame(layers).to_dict(as_series=False),
        layers.to_arrow().to_pydict(),
        pa.table(layers).to_pydict(),
        pa.RecordBatchReader.from_stream(layers).read_all().to_pydict(),
        {name: column.tolist() for name, column in layers.to_pandas().items()},
        {name: column.tolist() for name, column in duckdb.sql("from layers").fetchnumpy().items()},
        layers.to_dict(),
    ]
    for frame in frames:
        assert list(frame) == list(COLUMNS)
        for name, values in COLUMNS.items():
            assert same(frame[name], values), name
    schema = pa.table(table).schema
    assert [schema.field(i).type for i in range(3)] == [pa.string(), pa.float64(), pa.int64()]
    assert isinstance(table.to_pandas(), pd.DataFrame)


def test_a_stream_can_be_taken_twice(table):
    assert pa.table(table).num_rows == pa.table(table).num_rows == 3


def test_columns_and_rows(table):
    assert table.name == "layers"
    assert table.columns == list(COLUMNS)
    assert len(table) == 3
    assert isinstance(table["count"], np.ndarray)
    assert table["count"].dtype == np.int64
    assert table.row("xl1") == {"treaty": "xl1", "expected_loss": 2.5e6, "count": 1}
    assert [row["count"] for row in table] == COLUMNS["count"]
    with pytest.raises(KeyError, match="xl9"):
        table.row("xl9")
    with pytest.raises(kb.InputError, match="did you mean 'expected_loss'"):
        table["expected_los"]
    assert "2.5m" in repr(table)
    html = table._repr_html_()
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html


def test_numpy_columns_and_empty_tables():
    table = kb.Table.of("t", {"x": np.array([1.5, 2.5]), "n": np.array([1, 2], dtype=np.int32)})
    assert pa.table(table).schema.types == [pa.float64(), pa.int64()]
    empty = kb.Table.of("t", {"x": []})
    assert len(empty) == 0
    assert pa.table(empty).num_rows == 0
    assert empty.to_dict() == {"x": []}
    assert repr(empty) == "x"


def test_unequal_columns_are_refused_at_once():
    with pytest.raises(kb.InputError, match=r"t: y must be 2 values.*got 1 values"):
        kb.Table.of("t", {"x": [1, 2], "y": [1.0], "z": ["a", "b"]})
    for bad in [[None], [object()], [datetime.date(2026, 1, 1)], ["a", 1]]:
        with pytest.raises((TypeError, kb.InputError)):
            kb.Table.of("t", {"x": bad})


def test_parquet(table, tmp_path):
    path = tmp_path / "layers.parquet"
    table.to_parquet(path, metadata={"seed": "7", "名": "值"})
    back = pq.read_table(path)
    for name, values in COLUMNS.items():
        assert same(back.column(name).to_pylist(), values)
    assert back.schema.metadata[b"seed"] == b"7"
    assert back.schema.metadata["名".encode()] == "值".encode()
    assert pl.read_parquet(path).height == 3
    assert duckdb.sql(f"select sum(count) from '{path}'").fetchall()[0][0] == sum(COLUMNS["count"])
    table.to_parquet(str(path))  # again, over itself
    assert [file.name for file in tmp_path.iterdir()] == ["layers.parquet"]
    with pytest.raises(kb.FileError) as caught:
        table.to_parquet(tmp_path / "nowhere" / "x.parquet")
    assert "nowhere" in caught.value.filename


def test_excel(table, tmp_path):
    path = tmp_path / "layers.xlsx"
    table.to_excel(path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet.title == "layers"
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(COLUMNS)
    assert rows[1] == ("xl1", 2.5e6, 1)
    assert rows[2] == ("再保险 <b>&", None, -2)
    assert rows[3] == (None, "unlimited", 2**53)
    assert [file.name for file in tmp_path.iterdir()] == ["layers.xlsx"]
    with pytest.raises(kb.FileError, match="nowhere"):
        table.to_excel(tmp_path / "nowhere" / "x.xlsx")


def test_a_workbook_of_sheets_and_live_formulas(table, tmp_path):
    path = tmp_path / "book.xlsx"
    other = kb.Table.of("a/name: [much] too long for a sheet?", {"x": [1.5, 2.5, 0.0]})
    to_excel(path, [table, (other, [(2, 0, "=A2+A3", 4.0)])])
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 2
    assert len(book.sheetnames[1]) <= 31
    assert book.worksheets[1]["A4"].value == "=A2+A3"
    values = openpyxl.load_workbook(path, data_only=True)
    assert values.worksheets[1]["A4"].value == 4.0
    for sheets in [[table, table], []]:
        try:
            to_excel(tmp_path / "other.xlsx", sheets)
        except kb.KebaoError:
            assert not (tmp_path / "other.xlsx").exists()
    assert not list(tmp_path.glob("*.part"))
