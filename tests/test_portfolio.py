"""Books from every kind of table, and what is said of bad ones."""

from pathlib import Path

import pytest

import kebao as kb
from kebao.errors import FileError, InputError

EXAMPLE = Path(__file__).parents[1] / "examples" / "greater-bay" / "policies.csv"


def test_one_book_from_every_kind_of_table(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    frame = polars.read_csv(EXAMPLE, infer_schema_length=None)
    parquet = tmp_path / "policies.parquet"
    frame.write_parquet(parquet)
    tables = {
        "polars": frame,
        "pandas": pandas.read_csv(EXAMPLE),
        "pyarrow": pyarrow.table(frame),
        "duckdb": duckdb.sql(f"select * from '{parquet}'"),
        "dict": frame.to_dict(as_series=False),
        "parquet": parquet,
    }
    book = kb.Portfolio(EXAMPLE)
    for name, table in tables.items():
        other = kb.Portfolio(table)
        assert len(other) == len(book), name
        for column in book.columns:
            ours, theirs = list(book[column]), list(other[column])
            assert all(a == b or (a != a and b != b) for a, b in zip(ours, theirs, strict=True)), (
                name,
                column,
            )


def test_the_example_book_reconciles() -> None:
    book = kb.Portfolio(EXAMPLE)
    check = book.check()
    assert check
    assert not check.issues
    assert check.rows_in == check.rows_used == len(book) > 3000
    assert len({coverage for coverage in book["coverage"]}) >= 8
    assert f"{check.rows_in:,} rows in = {check.rows_used:,} used + 0 rejected" in repr(book)


def test_every_fault_has_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "risk_id,coverage,limit,share,caac_class\n"
        "A,uav.tpl,1m,30,light\n"
        "A,uav.tlp,-1,1,light\n"
        "B,uav.tpl,ten,1,lihgt\n"
        "C,uav.tpl,1m,0.5,light\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        kb.Portfolio(path)
    found = {(issue.object, issue.field): issue for issue in caught.value.issues}
    assert found["bad.csv line 2", "share"].hint == "did you mean 0.3 (30%)?"
    assert found["bad.csv line 3", "coverage"].hint == "did you mean 'uav.tpl'?"
    assert found["bad.csv line 3", "limit"].code == "out_of_range"
    assert found["bad.csv line 3", "risk_id"].code == "duplicate_risk"
    assert found["bad.csv line 4", "limit"].code == "not_a_number"
    assert found["bad.csv line 4", "caac_class"].hint == "did you mean 'light'?"
    lenient = kb.Portfolio(path, strict=False)
    check = lenient.check()
    assert (check.rows_in, check.rows_used, check.rows_rejected) == (4, 1, 3)
    assert [row for row, _, _ in check.rejects] == [2, 3, 4]
    assert not check
    assert len(check.issues) == len(caught.value.issues)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"risk_id": [], "coverage": [], "limit": []}, "empty_book"),
        ({"risk_id": ["A"], "coverage": ["uav.tpl"]}, "missing_column"),
        ({"risk_id": ["A"], "coverage": ["uav.tpl"], "limt": [1.0]}, "unknown_column"),
        (
            {
                "risk_id": ["A", "B"],
                "coverage": ["uav.tpl"] * 2,
                "limit": [1e6] * 2,
                "currency": ["CNY", "USD"],
            },
            "mixed_currencies",
        ),
        (12, "not_a_table"),
    ],
)
def test_a_table_that_is_no_book(data: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        kb.Portfolio(data)
    assert code in {issue.code for issue in caught.value.issues}


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere"):
        kb.Portfolio(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and no more")
    with pytest.raises(FileError, match="Parquet"):
        kb.Portfolio(broken)
