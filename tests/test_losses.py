"""Loss tables from files and frames, results by group, comparisons, and files of standards."""

from __future__ import annotations

import json
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import kebao as kb
from kebao.errors import InputError

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "examples" / "greater-bay" / "policies.csv"

WHOLE = """
    qs:   30% quota share
    risk: 3m xs 1m per risk on net of qs, aal 12m
    cat:  8m xs 2m on net of qs, risk, 1 @ 100%, premium 1m
    sl:   20m xs 10m annual on net of qs, risk, cat
"""


def rows(years: int = 9000, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = 8 * years
    sector = rng.choice(["chips", "space", "drones"], n)
    return {
        "year": np.sort(rng.integers(1, years + 1, n)),
        "time": rng.integers(0, 100, n) / 100,
        "event": rng.integers(0, 6, n),
        "risk_id": np.char.add(sector.astype(str), rng.integers(0, 4, n).astype(str)),
        "sector": sector,
        "loss": rng.lognormal(13, 1.4, n),
    }


@pytest.fixture(scope="module")
def table() -> dict[str, np.ndarray]:
    return rows()


@pytest.fixture(scope="module")
def programme() -> kb.Programme:
    return kb.Programme.from_text(WHOLE)


@pytest.fixture(scope="module")
def result(programme: kb.Programme, table: dict[str, np.ndarray]) -> kb.Result:
    return programme.apply(kb.LossTable(table, years=9000))


def test_any_arrow_table_in_any_order_gives_the_same_bits(programme, table, result):
    pandas, polars, pyarrow = map(pytest.importorskip, ("pandas", "polars", "pyarrow"))
    shuffled = np.random.default_rng(1).permutation(len(table["year"]))
    frame = polars.DataFrame(table)
    frames = [
        pandas.DataFrame(table),
        frame,
        frame.with_columns(polars.col("sector", "risk_id").cast(polars.Categorical)),
        frame.cast({"year": polars.Int16, "event": polars.UInt8}),
        pyarrow.table(table).combine_chunks(),
        {name: column[shuffled] for name, column in table.items()},
        polars.concat([frame[5000:], frame[:5000]], rechunk=False),
    ]
    for data in frames:
        assert programme.apply(kb.LossTable(data, years=9000)).digest == result.digest


@pytest.mark.parametrize("row_group_size", [997, 8192, 10**6])
@pytest.mark.parametrize("inside", ["sorted", "shuffled", "by year"])
def test_a_scanned_file_gives_the_same_bits(
    tmp_path, programme, table, result, row_group_size, inside
):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    order = np.arange(len(table["year"]))
    rng = np.random.default_rng(4)
    if inside == "shuffled":
        # Row groups in order of years, rows within them not.
        order = np.concatenate(
            [rng.permutation(part) for part in np.split(order, range(997, len(order), 997))]
        )
    columns = {name: column[order] for name, column in table.items()}
    path = tmp_path / "losses.parquet"
    parquet.write_table(pyarrow.table(columns), path, row_group_size=row_group_size)
    scanned = kb.LossTable.scan(path, years=9000)
    assert len(scanned) == len(order)
    for threads in (1, 2):
        assert programme.apply(scanned, threads=threads).digest == result.digest
    assert programme.apply(path, years=9000).digest == result.digest
    told = programme.apply(scanned).explain("cat", year=17).table.to_dict()
    assert told == result.explain("cat", year=17).table.to_dict()


def test_a_year_that_spans_row_groups(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"year": [1, 2, 2, 2, 2, 2, 2, 5], "loss": [1.0, 2, 3, 4, 5, 6, 7, 8]}
    path = tmp_path / "losses.parquet"
    parquet.write_table(pyarrow.table(columns), path, row_group_size=2)
    out = kb.Programme.from_text("xl: 2 xs 3, aal 5").apply(path, years=6)
    assert out.gross.tolist() == [1, 27, 0, 0, 8, 0]
    assert out.ceded("xl").tolist() == [0, 5, 0, 0, 2, 0]


def test_faults_of_a_scanned_file_are_all_told(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"year": [1, 1, 2, 3], "loss": [1.0, -2.0, float("nan"), 4.0]}
    path = tmp_path / "losses.parquet"
    parquet.write_table(pyarrow.table(columns), path, row_group_size=1)
    with pytest.raises(InputError) as caught:
        kb.Programme.from_text("xl: 2 xs 3").apply(path, years=3)
    assert [issue.object for issue in caught.value.issues] == [
        "losses.parquet row 1",
        "losses.parquet row 2",
    ]
    parquet.write_table(pyarrow.table({"year": [1, 3], "loss": [1.0, 4.0]}), path)
    with pytest.raises(InputError, match="year"):
        kb.Programme.from_text("xl: 2 xs 3").apply(path, years=2)


def test_bad_cells_keep_their_places():
    pyarrow = pytest.importorskip("pyarrow")
    data = pyarrow.table({"year": [1, None, 3], "loss": ["5m", "x", None]})
    with pytest.raises(InputError) as caught:
        kb.LossTable(data, years=3)
    assert {(issue.object, issue.field) for issue in caught.value.issues} == {
        ("losses row 1", "year"),
        ("losses row 1", "loss"),
        ("losses row 2", "loss"),
    }


def test_results_by_group_are_sums_of_rows(result, table):
    """Gross by group against NumPy; ceded of groups adds up to that of the treaties."""
    names, sector = np.unique(table["sector"], return_inverse=True)
    annual = np.zeros((3, 9000))
    np.add.at(annual, (sector, table["year"] - 1), table["loss"])
    by = result.by("sector")
    assert by["sector"] == names.tolist()
    np.testing.assert_allclose(by["expected_loss"], annual.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(by["sd"], annual.std(axis=1, ddof=1), rtol=1e-9)
    np.testing.assert_allclose(by["standard_error"], by["sd"] / 9000**0.5, rtol=1e-12)
    for groups in (by, result.by("risk")):
        assert groups["ceded"].sum() == pytest.approx(result.total_ceded.mean(), rel=1e-9)
        for treaty in result.programme.names:
            total = groups[f"ceded.{treaty}"].sum()
            assert total == pytest.approx(result.ceded(treaty).mean(), rel=1e-9)
    risks = result.by("risk")
    assert risks["risk"] == sorted(set(table["risk_id"].tolist()))
    with pytest.raises(InputError, match="did you mean 'sector'"):
        result.by("sectr")


@pytest.mark.parametrize("of", ["net", "gross", "ceded", "cat"])
def test_allocations_add_up_to_the_tail_mean(result, of):
    annual = {"net": result.net, "gross": result.gross, "ceded": result.total_ceded}
    values = np.sort(annual[of] if of in annual else result.ceded(of))
    level, n = 0.99, len(values)
    want = values[-round(n * (1 - level)) :].mean()
    for to in ("sector", "risk"):
        parts = result.allocate("tvar", level, to=to, of=of)
        assert parts["allocated"].sum() == pytest.approx(want, rel=1e-9)
        assert parts["share"].sum() == pytest.approx(1, rel=1e-12)
        assert (parts["standard_error"] > 0).all()
    with pytest.raises(InputError, match="level"):
        result.allocate("tvar", 1.0)
    with pytest.raises(InputError, match="tvar"):
        result.allocate("var", 0.9)


def test_allocated_by_hand():
    losses = {
        "year": [1, 1, 2, 2, 3, 4],
        "loss": [30, 10, 8, 22, 5, 50],
        "risk_id": ["a", "b", "a", "b", "a", "b"],
    }
    result = kb.Programme.from_text("xl: 20 xs 100").apply(losses, years=4)
    # The worst half: years 4 (50 of b) and 1 (30 of a, 10 of b).
    half = result.allocate("tvar", 0.5, to="risk")
    assert half["allocated"].tolist() == [15.0, 30.0]
    # Of the worst 0.375 · 4 = 1.5 years, the second counts a half.
    part = result.allocate("tvar", 0.625, to="risk")
    np.testing.assert_allclose(part["allocated"], [15 / 1.5, (50 + 5) / 1.5])


def test_errors_of_allocations_are_the_spread_of_repeated_runs():
    programme = kb.Programme.from_text("xl: 20m xs 10m")
    runs = [
        programme.apply(kb.LossTable(rows(2000, seed), years=2000)).allocate("tvar", 0.95)
        for seed in range(40)
    ]
    values = np.array([run["allocated"] for run in runs])
    told = np.array([run["standard_error"] for run in runs]).mean(axis=0)
    ratio = told / values.std(axis=0, ddof=1)
    assert ((ratio > 0.6) & (ratio < 1.6)).all(), ratio


def test_events_add_up(result):
    events = result.events()
    assert np.isin(events["year"], np.arange(9000)).all()
    for name, annual in (("gross", result.gross), ("ceded.cat", result.ceded("cat"))):
        total = np.bincount(events["year"], events[name], minlength=9000)
        np.testing.assert_allclose(total, annual, rtol=1e-9, atol=1e-3)


def test_what_if_pairs_the_years(result):
    dearer = kb.Programme.from_text(WHOLE.replace("8m xs 2m", "10m xs 2m"))
    found = result.what_if({"wider": dearer, "same": result.programme})
    cells = {
        (row["programme"], row["amount"], row["measure"]): row for row in found if row["measure"]
    }
    other = dearer.apply(kb.LossTable(rows(), years=9000))
    mean = cells["wider", "net", "mean"]
    paired = other.net - result.net
    assert mean["difference"] == pytest.approx(paired.mean(), rel=1e-9)
    assert mean["standard_error"] == pytest.approx(paired.std(ddof=1) / 9000**0.5, rel=1e-9)
    tail = cells["wider", "net", "tvar_99"]
    assert tail["base"] == pytest.approx(result.table.row("net")["tvar_99"], rel=1e-9)
    assert tail["standard_error"] < result.table.row("net")["tvar_99_se"]
    assert all(
        row["difference"] == 0 and row["standard_error"] == 0
        for key, row in cells.items()
        if key[0] == "same"
    )


def test_ord_tables_have_the_columns_of_the_standard(result):
    dated = [
        "Period", "PeriodWeight", "EventId", "Year", "Month", "Day", "Hour", "Minute", "SummaryId",
    ]  # fmt: skip
    columns = {
        "SPLT": [*dated, "SampleId", "Loss", "ImpactedExposure"],
        "MPLT": [
            *dated, "SampleType", "ChanceOfLoss", "MeanLoss", "SDLoss", "MaxLoss",
            "FootprintExposure", "MeanImpactedExposure", "MaxImpactedExposure",
        ],
        "SELT": ["EventId", "SummaryId", "SampleId", "Loss", "ImpactedExposure"],
        "EPT": ["SummaryId", "EPCalc", "EPType", "ReturnPeriod", "Loss"],
        "PALT": ["SummaryId", "SampleType", "MeanLoss", "SDLoss"],
    }  # fmt: skip
    for name, want in columns.items():
        assert result.ord(name).columns == want
    palt = result.ord("PALT").to_dict()
    assert palt["MeanLoss"] == [pytest.approx(result.net.mean())]
    ept = result.ord("EPT", of="gross")
    at = (ept["EPType"] == 3) & (ept["ReturnPeriod"] == 100)
    assert ept["Loss"][at].item() == np.sort(result.gross)[8910 - 1]
    oep = (ept["EPType"] == 1) & (ept["ReturnPeriod"] == 100)
    largest = np.sort(result.largest_gross)[8910 - 1]
    assert ept["Loss"][oep].item() == pytest.approx(largest, rel=1e-12)
    with pytest.raises(InputError, match="SPLT"):
        result.ord("SPTL")


def test_an_splt_comes_back_as_it_went(result, programme):
    splt = result.ord("SPLT", of="gross")
    again = kb.LossTable.from_ord(splt, periods=9000)
    one = kb.Programme.from_text("cat: 8m xs 2m, 1 @ 100%, premium 1m")
    want = one.apply(kb.LossTable(rows(), years=9000))
    got = one.apply(again)
    np.testing.assert_allclose(got.gross, want.gross, rtol=1e-12)
    np.testing.assert_allclose(got.ceded("cat"), want.ceded("cat"), rtol=1e-9, atol=1e-6)


def test_samples_of_an_splt_are_years():
    splt = {
        "Period": [1, 1, 2, 2],
        "PeriodWeight": [0.5] * 4,
        "EventId": [4, 4, 6, 6],
        "SampleId": [1, 2, 1, -1],
        "Loss": [10.0, 20.0, 30.0, 99.0],
        "Month": [3, 3, 12, 12],
        "Day": [1, 1, 31, 31],
    }
    table = kb.LossTable.from_ord(splt, periods=2)
    assert table.years == 4
    result = kb.Programme.from_text("xl: 9 xs 15").apply(table)
    assert result.gross.tolist() == [10, 30, 20, 0]
    assert result.ceded("xl").tolist() == [0, 9, 5, 0]
    with pytest.raises(InputError, match="PeriodWeight"):
        kb.LossTable.from_ord({**splt, "PeriodWeight": [0.5, 0.5, 0.3, 0.5]}, periods=2)
    with pytest.raises(InputError, match="Period"):
        kb.LossTable.from_ord({**splt, "Period": [1, 1, 2, 7]}, periods=2)


def test_oed_files_round_trip(tmp_path):
    programme = kb.Programme.from_text(
        """
        qs:  40% quota share
        pr:  5m xs 2m per risk on net of qs, placed 80%
        cat: 20m xs 10m on net of qs, pr, reinstatements 100%, 50%, premium 2m
        """,
        currency="CNY",
    )
    programme.to_oed(tmp_path)
    again = kb.Programme.from_oed(tmp_path / "ReinsInfo.csv", tmp_path / "ReinsScope.csv")
    assert again == programme
    with pytest.raises(InputError, match="commission"):
        kb.Programme.from_text("qs: 40% quota share, commission 20%", premium="9m").to_oed(tmp_path)


#: Cases of the Oasis LMF reinsurance documentation's kinds, losses by location, worked by hand.
OED_CASES = [
    # A quota share of 10 % placed in full: 10 % of every location.
    ("1,1,1,0.1,0,0,0,0,1,1,QS", [500.0, 1500.0, 3000.0], 500.0),
    # Per risk 1000 xs 500 on each location, placed 50 %: (0 + 1000 + 1000) / 2.
    ("1,1,1,1,1000,500,0,0,0.5,1,PR", [500.0, 1500.0, 3000.0], 1000.0),
    # The same with an occurrence limit of 1500 on the event.
    ("1,1,1,1,1000,500,1500,0,0.5,1,PR", [500.0, 1500.0, 3000.0], 750.0),
    # Catastrophe 2000 xs 1500 on the sum 5000, 80 % ceded, 75 % placed: 2000 · 0.6.
    ("1,1,1,0.8,0,0,2000,1500,0.75,1,CXL", [500.0, 1500.0, 3000.0], 1200.0),
]


@pytest.mark.parametrize(("line", "losses", "want"), OED_CASES)
def test_oed_treaties_worked_by_hand(tmp_path, line, losses, want):
    head = (
        "ReinsNumber,ReinsLayerNumber,ReinsName,CededPercent,RiskLimit,RiskAttachment,OccLimit,"
        "OccAttachment,PlacedPercent,InuringPriority,ReinsType"
    )
    path = tmp_path / "info.csv"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    programme = kb.Programme.from_oed(path)
    table = {"year": [1] * 3, "event": [1] * 3, "risk_id": ["A", "B", "C"], "loss": losses}
    assert programme.apply(table, years=1).total_ceded.tolist() == [want]


def test_inuring_priorities_worked_by_hand(tmp_path):
    """20 % of each location; 1000 xs 400 of each net one; 900 xs 600 of the event left."""
    path = tmp_path / "info.csv"
    path.write_text(
        "ReinsNumber,ReinsName,CededPercent,RiskLimit,RiskAttachment,OccLimit,OccAttachment,"
        "PlacedPercent,InuringPriority,ReinsType\n"
        "1,qs,0.2,0,0,0,0,1,1,QS\n2,pr,1,1000,400,0,0,1,2,PR\n3,cat,1,0,0,900,600,1,3,CXL\n",
        encoding="utf-8",
    )
    table = {"year": [1] * 2, "event": [1] * 2, "risk_id": ["A", "B"], "loss": [1000.0, 2500.0]}
    out = kb.Programme.from_oed(path).apply(table, years=1)
    # Net of the quota share 800 and 2000; per risk 400 and 1000; left 400 + 1000 = 1400.
    assert [out.ceded(name)[0] for name in ("qs", "pr", "cat")] == [700.0, 1400.0, 800.0]


def test_programme_files_agree_with_their_schema(programme):
    jsonschema = pytest.importorskip("jsonschema")
    schema = kb.Programme.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    journey = kb.Programme.from_text(
        """
        qs:  40% quota share, commission 27.5%, loss ratio cap 300%
        xl1: 20m xs 10m on net of qs, unlimited @ 100%, pro rata time, premium 2m
        sl:  stop loss 40% xs 80% on net of qs, xl1
        """,
        premium="90m",
    )
    for one in (programme, journey):
        jsonschema.validate(json.loads(one.to_json()), schema)
        assert kb.Programme.from_toml(one.to_toml()) == one
        assert kb.Programme.from_json(one.to_json()) == one
    for bad in (
        {"treaties": []},
        {"treaties": [{"limit": 5}]},
        {"treaties": [{"name": "a", "x": 1}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def _recomputed(sheets: dict[str, list[list[object]]]) -> dict[tuple[str, str], float]:
    """Cells of the formulas, worked out anew: MIN, MAX, SUM, IF, sums and products."""
    done: dict[tuple[str, str], float] = {}

    def value(sheet: str, name: str) -> object:
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", name.replace("$", "")).groups()
        if (sheet, name) not in done:
            cell = sheets[sheet][int(row) - 1][ord(column) - 65]
            if isinstance(cell, str) and cell.startswith("="):
                done[sheet, name] = work_out(sheet, cell[1:])
            else:
                return cell
        return done[sheet, name]

    def cells(sheet: str, first: str, last: str) -> list[object]:
        column = re.match(r"\$?([A-Z]+)", first).group(1)
        rows = range(
            int(re.search(r"\d+", first).group()), int(re.search(r"\d+", last).group()) + 1
        )
        return [value(sheet, f"{column}{row}") for row in rows]

    def work_out(sheet: str, text: str) -> float:
        text = re.sub(
            r"SUM\((\$?[A-Z]+\$?\d+):(\$?[A-Z]+\$?\d+)\)",
            lambda m: repr(
                sum(x for x in cells(sheet, *m.groups()) if isinstance(x, (int, float)))
            ),
            text,
        )
        text = re.sub(
            r"(?:(\w+)!)?\$?([A-Z]+)\$?(\d+)\b",
            lambda m: repr(value(m[1] or sheet, f"{m[2]}{m[3]}")),
            text,
        )
        functions = {"MIN": min, "MAX": max, "IF": lambda a, b, c: b if a else c}
        return float(eval(text, {"__builtins__": {}}, functions))

    for sheet, table in sheets.items():
        for i, row in enumerate(table):
            for j, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    name = f"{chr(65 + j)}{i + 1}"
                    done[sheet, name] = value(sheet, name)
    return done


@pytest.mark.parametrize(
    "text",
    [
        "xl: 10 xs 10, reinstatements 100%, 50%, premium 2, placed 80%",
        "xl: 10 xs 10, 3 @ 100%, pro rata time, premium 2, aad 4, franchise 12",
        "xl: 10 xs 10, unlimited @ 75%, premium 2",
        "xl: unlimited xs 10, aad 3, aal 17",
        "xl: 40 xs 20 annual, placed 50%",
        "xl: 10 xs 10, 2 @ 100%, prepaid, premium 2",
        "xl: 10 xs 10, indexed 3%, 1 @ 100%, premium 2",
        "xl: 12 xs 10, stability 4% beyond 10% paid 20%, 50%, 30%",
        "xl: 10 xs 10, term 3 years, term deductible 12, term limit 30",
        "xl: 30 xs 5, corridor 75% from 10% to 30%, premium 90",
        "xl: surplus of 3 lines, retention 20",
        "xl: variable quota share 20% to 30, 40% to 90",
        "xl: 10 xs 10 per risk, event franchise 12, aal 25",
        "xl: 10 xs 10 per risk, event limit 8, 2 @ 100%, premium 2",
        "xl: 10 xs 20, drop to 10 from event 2 over 12, aal 18",
        "xl: 10 xs 20, top and drop to 10 from event 2 over 12",
        "xl: 10 xs 10, from event 3 over 12, placed 90%",
        "xl: 30 xs 20, hours 2400, aad 4",
        "a: 10 xs 10, no reinstatements\nxl: 10 xs 0 on backup of a, aad 1",
        "xl: 10 xs 10, risks attaching, aal 25, placed 50%",
        "xl: 10 xs 10, claims made, 1 @ 100%, premium 2",
    ],
)
def test_the_workbook_works_the_year_out_again(tmp_path, text):
    openpyxl = pytest.importorskip("openpyxl")
    losses = {
        "year": [1] * 3 + [2] * 5,
        "event": [1, 2, 3, 1, 2, 3, 4, 5],
        "time": [0.2, 0.3, 0.8, 0.1, 0.25, 0.5, 0.625, 0.9],
        "loss": [18.0, 5, 15, 11, 25, 14, 31, 19],
        "risk_id": ["a", "b", "a", "a", "b", "a", "a", "b"],
        "sum_insured": [40.0, 60, 40, 40, 60, 40, 40, 60],
        "inception": [0, 1, 1, 1, 2, 1, 2, 2],
        "reported": [1, 2, 3, 2, 2, 3, 2, 3],
    }
    result = kb.Programme.from_text(text).apply(losses, years=3, horizon=3)
    told = result.explain("xl", year=1)
    assert told.table["ceded_so_far"][-1] == pytest.approx(result.ceded("xl")[1], rel=1e-12)
    path = tmp_path / "explain.xlsx"
    told.to_excel(path)
    live, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.rows] for sheet in live}
    found = _recomputed(sheets)
    steps = [name for sheet, name in found if sheet == "explain"]
    by_treaty_year = "attaching" in text or "claims" in text
    assert len(steps) >= (2 if by_treaty_year else 4) * len(told.table)
    for (sheet, name), value in found.items():
        assert value == pytest.approx(cached[sheet][name].value, abs=1e-9), (sheet, name)


def test_amounts_and_years_beyond_all_bounds_are_refused():
    """More years than memory, and sums beyond the largest number, are faults and no crash."""
    programme = kb.Programme.from_text("a: 10 xs 1, aal 5\nb: unlimited xs 3 on net of a")
    for source in (
        {"year": [1], "loss": [1.0]},
        kb.Aggregate(kb.Poisson(mean=1), kb.LogNormal(mu=0, sigma=1)),
    ):
        with pytest.raises(kb.InputError, match="fit into memory"):
            programme.apply(source, years=10**15, seed=1)
    for losses in ([1e308], [1.7e308, 1.7e308]):
        with pytest.raises(kb.NumericError, match="too large"):
            programme.apply({"year": [1] * len(losses), "loss": losses}, years=1)
    net = programme.apply({"year": [1], "loss": [1e300]}, years=1)
    assert net.net + net.total_ceded == 1e300


def test_an_executor_changes_nothing():
    programme = kb.Programme.from_text("xl: 20m xs 5m, 1 @ 100%, premium 2m")
    book = kb.Portfolio(BOOK)
    want = programme.apply(kb.simulate(book, years=5000, seed=7))
    with ThreadPoolExecutor(2) as threads:
        losses = kb.simulate(book, years=5000, seed=7, executor=threads)
    got = programme.apply(losses)
    assert got.digest == want.digest
    assert got.by("sector").to_dict() == want.by("sector").to_dict()
    assert got.seed == 7


def test_an_executor_of_processes_changes_nothing():
    import multiprocessing

    programme = kb.Programme.from_text("xl: 20m xs 5m")
    launch = kb.sectors["space.launch"].update(failures=2, exposure=31)
    arguments = {"years": 4500, "seed": 9, "sectors": [launch, "ic.*"], "parameters": "off"}
    book = kb.Portfolio(BOOK)
    want = programme.apply(kb.simulate(book, **arguments)).digest
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as processes:
        losses = kb.simulate(book, executor=processes, **arguments)
    assert programme.apply(losses).digest == want


def test_a_scanned_file_knows_its_sectors(tmp_path):
    """Streamed row group by row group, results by sector are those of the whole table."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = rows(4000) | {"cause": np.random.default_rng(5).choice(["a", "b"], 32_000)}
    path = tmp_path / "sectors.parquet"
    parquet.write_table(pyarrow.table(columns), path, row_group_size=3000)
    programme = kb.Programme.from_text(WHOLE)
    streamed = kb.LossTable.scan(path, years=4000)
    assert type(streamed._core).__name__ == "LossScan"
    assert streamed.groups == ["sector"]
    whole = programme.apply(kb.LossTable(columns, years=4000))
    result = programme.apply(streamed)
    assert result.digest == whole.digest
    for group in ("sector", "risk", "cause"):
        one, two = result.by(group), whole.by(group)
        assert list(one[group]) == list(two[group])
        assert one["net"] == pytest.approx(two["net"], rel=1e-12)
        assert one["ceded_se"] == pytest.approx(two["ceded_se"], rel=1e-9)
    kept = programme.apply(streamed, keep=("sector",))
    assert kept.by("sector")["net"] == pytest.approx(whole.by("sector")["net"], rel=1e-12)
    # Without ids each row is a risk of its own: the file is then read whole.
    bare = {name: column for name, column in columns.items() if name != "risk_id"}
    parquet.write_table(pyarrow.table(bare), path, row_group_size=3000)
    assert type(kb.LossTable.scan(path, years=4000)._core).__name__ == "LossTable"


def test_an_selt_with_its_periods():
    """Two samples of three events; event 7 happens in periods 1 and 3, 8 in 3, 9 never."""
    selt = {
        "EventId": [7, 7, 8, 9, 7], "SummaryId": [1, 1, 1, 1, 1], "SampleId": [1, 2, 1, 1, -1],
        "Loss": [5.0, 6.0, 2.0, 1.0, 99.0],
    }  # fmt: skip
    occurrence = {"EventId": [7, 8, 7], "Period": [1, 3, 3], "Month": [1, 7, 3], "Day": [1, 2, 9]}
    table = kb.LossTable.from_ord(selt, periods=3, occurrence=occurrence)
    assert (len(table), table.years) == (5, 6)
    result = kb.Programme.from_text("a: 4 xs 1").apply(table)
    assert result.gross.tolist() == [5, 0, 7, 6, 0, 6]
    assert result.ceded("a").tolist() == [4, 0, 5, 4, 0, 4]
    bad = {"EventId": [7], "Period": [4]}
    with pytest.raises(InputError) as caught:
        kb.LossTable.from_ord({"EventId": [7], "Los": [1.0]}, periods=3, occurrence=bad)
    assert {issue.field for issue in caught.value.issues} == {"Loss", "Period"}


BAD = [
    ({"year": [1, 2], "loss": [-1.0, 2.0]}, {("losses row 0", "loss")}),
    (
        {"year": [1, 2], "loss": [np.nan, np.inf]},
        {("losses row 0", "loss"), ("losses row 1", "loss")},
    ),
    ({"year": [0, 9], "loss": [1.0, 1.0]}, {("losses row 1", "year")}),
    ({"year": [1, 2], "loss": [1.0, 1.0], "time": [0.5, 1.5]}, {("losses row 1", "time")}),
    ({"year": [1, 1], "loss": [1.0, 1.0], "event": [3, None]}, {("losses row 1", "event")}),
    # Cells that cannot be read and years out of range in one breath.
    (
        {"year": [1, 9, "x"], "loss": ["y", 1.0, -5.0]},
        {("losses row 0", "loss"), ("losses row 1", "year"), ("losses row 2", "year"),
         ("losses row 2", "loss")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "faults"), BAD)
def test_every_fault_of_a_table_has_its_place(columns, faults):
    polars = pytest.importorskip("polars")
    for table in (columns, polars.DataFrame(columns, strict=False)):
        mixed = any(isinstance(cell, str) for column in columns.values() for cell in column)
        if mixed and table is not columns:
            continue
        with pytest.raises(InputError) as caught:
            kb.LossTable(table, years=(0, 3) if 0 in columns["year"] else 3)
        assert {(issue.object, issue.field) for issue in caught.value.issues} == faults


def test_rows_in_any_order_are_taken_and_faults_of_structure_refused():
    programme = kb.Programme.from_text("a: 10 xs 5")
    table = {"year": [3, 1, 2], "loss": [9.0, 7.0, 20.0]}
    assert programme.apply(table, years=3).ceded("a").tolist() == [2, 10, 4]
    for text, code in (
        ("a: 5 xs 1 on net of b\nb: 5 xs 1 on net of a", "cycle"),
        ("a: 5 xs 1 on net of bb\nb: 5 xs 1", "unknown_name"),
        ("a: 60% quota share\nb: 60% quota share", "over_ceded"),
        ("a: unlimited xs 1, 2 @ 100%", "reinstatement_without_limit"),
    ):
        with pytest.raises(InputError) as caught:
            kb.Programme.from_text(text)
        assert code in {issue.code for issue in caught.value.issues}, text
    with pytest.raises(InputError, match="shares_do_not_sum"):
        kb.Pool.from_toml('members = [{name = "a", share = 0.5}, {name = "b", share = 0.6}]\n')
