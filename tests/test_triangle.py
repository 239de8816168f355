"""Triangles: from frames and other packages, their algebra, grains, trends and rates."""

import datetime
import pickle
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kebao as kb

GENINS = kb.datasets.load("genins")
NAN = float("nan")


def test_wide_frames_of_pandas_and_polars():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = GENINS.to_pandas()
    again = kb.Triangle.from_wide(frame, measure="loss")
    assert again == GENINS
    flat = frame.reset_index()
    assert kb.Triangle.from_wide(flat, origin="origin") == GENINS
    flat.columns = [str(name) for name in flat.columns]
    assert kb.Triangle.from_wide(polars.from_pandas(flat)) == GENINS
    increments = pandas.DataFrame(GENINS.incremental().values, GENINS.origins, GENINS.ages)
    tri = kb.Triangle.from_wide(increments, cumulative=False)
    np.testing.assert_allclose(tri.cumulative().values, GENINS.values, rtol=1e-14)
    with pytest.raises(kb.InputError, match="did you mean 'origin'"):
        kb.Triangle.from_wide(flat, origin="orign")
    flat.loc[0, "12"] = np.nan
    flat["24"] = flat["24"].astype(object)
    flat.loc[1, "24"] = "lots"
    with pytest.raises(kb.InputError, match="lots"):
        kb.Triangle.from_wide(flat, origin="origin")


def test_arrays_with_labels_and_different_grains():
    tri = kb.Triangle.from_wide(
        [[1, 2, 3, 4], [5, NAN, NAN, NAN]], first_origin="2023Q4", grain="Q"
    )
    assert tri.origins == ["2023Q4", "2024Q1"]
    mixed = kb.Triangle.from_wide(
        [[1, 2, 3, 4], [5, NAN, NAN, NAN]], first_origin=2023, development_grain="Q"
    )
    assert mixed.ages.tolist() == [3, 6, 9, 12]
    with pytest.raises(kb.InputError, match="period of grain Q"):
        kb.Triangle.from_wide([[1.0]], first_origin="soon", grain="Q")


# What chainladder asks of pandas is deprecated there.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["raa", "clrd", "quarterly"])
def test_triangles_of_chainladder(name):
    cl = pytest.importorskip("chainladder")
    theirs = cl.load_sample(name)
    ours = kb.Triangle.from_chainladder(theirs)
    values = theirs.set_backend("numpy").values
    assert ours.shape == values.shape
    np.testing.assert_array_equal(ours._core.values(), values)
    assert ours.origins == [str(period) for period in theirs.origin]
    assert ours.ages.tolist() == theirs.ddims.tolist()
    if name == "clrd":
        assert ours.index == ["GRNAME", "LOB"]
        paid = ours["CumPaidLoss"].segment("Adriatic Ins Co", "othliab")
        expected = theirs.loc["Adriatic Ins Co", "othliab"]["CumPaidLoss"]
        np.testing.assert_array_equal(paid.values, expected.set_backend("numpy").values[0, 0])
    if name == "raa":
        expected = cl.Chainladder().fit(theirs).ultimate_.values.ravel()
        np.testing.assert_allclose(kb.ChainLadder().fit(ours).ultimate_, expected, rtol=1e-12)
        back = kb.Triangle.from_chainladder(theirs.cum_to_incr())
        assert not back.is_cumulative
        np.testing.assert_allclose(back.cumulative().values, ours.values)
    with pytest.raises(kb.InputError, match="from_chainladder"):
        kb.Triangle.from_chainladder({"values": 1})


def bermuda(by=("line",)):
    """Cells as the package bermuda has them."""
    day = datetime.date
    cells = []
    for line, scale in (("drone", 1.0), ("chip", 10.0)):
        for year in (2021, 2022):
            for age in (1, 2):
                if year + age <= 2023:
                    cells.append(
                        types.SimpleNamespace(
                            period_start=day(year, 1, 1),
                            period_end=day(year, 12, 31),
                            evaluation_date=day(year + age - 1, 12, 31),
                            values={"paid_loss": scale * age * (year - 2000), "earned": 5.0},
                            metadata=types.SimpleNamespace(country="CN", details={"line": line}),
                        )
                    )
    return types.SimpleNamespace(cells=cells)


def test_triangles_of_bermuda():
    tri = kb.Triangle.from_bermuda(bermuda(), by=["line", "country"])
    assert tri.measures == ["paid_loss", "earned"]
    assert tri.segments == [("chip", "CN"), ("drone", "CN")]
    assert tri._core.grain == ("Y", "Y")
    drone = tri["paid_loss"].segment("drone", "CN")
    np.testing.assert_array_equal(drone.values, [[21, 42], [22, NAN]])
    with pytest.raises(kb.InputError, match="duplicate_cell"):
        kb.Triangle.from_bermuda(bermuda())
    with pytest.raises(kb.InputError, match="from_bermuda"):
        kb.Triangle.from_bermuda(3)


def test_triangles_survive_pickles():
    lines = {"line": ["a", "a", "b"], "year": [2020, 2021, 2021], "age": [12, 12, 12],
             "paid": [0.1, 0.2, 0.3], "open": [1.0, 2.0, 3.0]}  # fmt: skip
    tri = kb.Triangle.from_long(
        lines, origin="year", development="age", values=["paid", "open"], by="line"
    )
    for each in (tri, tri.incremental(), GENINS, GENINS.incremental()):
        thawed = pickle.loads(pickle.dumps(each))
        assert thawed == each
        assert repr(thawed) == repr(each)
    assert GENINS != GENINS * 2.0
    assert GENINS != 3


def test_arithmetic_is_that_of_the_cells():
    a, b = GENINS, GENINS * 3.0
    np.testing.assert_allclose((a + b).values, 4 * a.values)
    np.testing.assert_allclose((b - a).values, 2 * a.values)
    ratio = b / a
    np.testing.assert_allclose(ratio.values[ratio.mask], 3.0)
    per = np.arange(1.0, 11.0)
    np.testing.assert_allclose((a / per).values, a.values / per[:, None])
    np.testing.assert_allclose((per * a).values, a.values * per[:, None])
    by_label = dict(zip(a.origins, per, strict=True))
    np.testing.assert_allclose((a * by_label).values, (a * per).values)
    np.testing.assert_allclose(
        (a.incremental() + a.incremental()).cumulative().values, 2 * a.values
    )
    for call in (
        lambda: a * [1.0, 2.0],
        lambda: a * "x",
        lambda: a.incremental() / a,
        lambda: a + a.to_grain("Y").renamed(loss="x").as_of(diagonals=1).to_grain("Q"),
        lambda: a * {"2001": 1.0},
        lambda: a / 0.0,
    ):
        with pytest.raises(kb.InputError):
            call()
    with pytest.raises(TypeError):
        _ = a + 1


def quarterly(seed=3):
    rng = np.random.default_rng(seed)
    rows = 400
    start = np.datetime64("2020-01-01")
    origin = start + rng.integers(0, 3 * 365, rows)
    booked = np.minimum(origin + rng.integers(0, 600, rows), np.datetime64("2022-12-31"))
    return {"origin": origin, "booked": booked, "paid": rng.gamma(2.0, 50.0, rows)}


def test_coarser_grains_are_those_of_the_transactions():
    data = quarterly()
    months = kb.Triangle.from_claims(
        data, origin="origin", valuation="booked", values="paid", grain="M", as_of="2022-12-31"
    )
    for grain, development in (("Q", "Q"), ("H", "Q"), ("Y", "Q"), ("Y", "Y"), ("Q", "M")):
        expected = kb.Triangle.from_claims(
            data, origin="origin", valuation="booked", values="paid", grain=grain,
            development_grain=development, as_of="2022-12-31",
        )  # fmt: skip
        coarse = months.to_grain(grain, development)
        assert coarse.shape == expected.shape
        np.testing.assert_allclose(coarse.values, expected.values, rtol=1e-12)
    with pytest.raises(kb.InputError, match="whole periods"):
        GENINS.to_grain("Q")


def test_trends_and_dates():
    up = GENINS.trend(0.05)
    power = 1.05 ** np.arange(9, -1, -1)
    np.testing.assert_allclose(up.values, GENINS.values * power[:, None], rtol=1e-13)
    calendar = GENINS.trend(0.05, by="valuation").incremental().values
    left = 9 - np.add.outer(np.arange(10), np.arange(10))
    expected = GENINS.incremental().values * 1.05**left
    np.testing.assert_allclose(calendar, expected, rtol=1e-10)
    past = GENINS.as_of(diagonals=2)
    assert GENINS.as_of(int(GENINS.origins[-1]) - 2) == past
    for bad in ({}, {"date": 2020, "diagonals": 1}, {"date": "soon"}, {"diagonals": -1}):
        with pytest.raises(kb.InputError):
            GENINS.as_of(**bad)
    with pytest.raises(kb.InputError, match="did you mean 'valuation'"):
        GENINS.trend(0.1, by="valuaton")


def test_claims_count_once_and_case_reserves_by_their_change():
    data = {
        "claim": ["a", "a", "a", "b", "b", "c"],
        "accident": ["2021-03-01"] * 3 + ["2021-08-01"] * 2 + ["2022-02-02"],
        "booked": [
            *("2022-05-01", "2021-04-01", "2023-01-01"),
            *("2021-09-01", "2022-01-10", "2022-03-01"),
        ],
        "paid": [40.0, 0.0, 60.0, 0.0, 5.0, 1.0],
        "case": [60.0, 100.0, 0.0, 20.0, 0.0, 9.0],
    }  # fmt: skip
    options = {"origin": "accident", "valuation": "booked", "values": ["paid", "case"]}
    tri = kb.Triangle.from_claims(data, claim="claim", states="case", count="claims", **options)
    np.testing.assert_array_equal(tri["case"].values, [[120, 60, 0], [9, 9, NAN]])
    np.testing.assert_array_equal(tri["paid"].values, [[0, 45, 105], [1, 1, NAN]])
    np.testing.assert_array_equal(tri["claims"].values, [[2, 2, 2], [1, 1, NAN]])
    incurred = tri["paid"] + tri["case"]
    np.testing.assert_array_equal(incurred.values, [[120, 105, 105], [10, 10, NAN]])
    # Totals of the changes reconcile.
    total, used, rejected = tri.reconciliation["amounts"]["case"]
    assert (total, used, rejected) == (9.0, 9.0, 0.0)
    with pytest.raises(kb.InputError, match="for states and count"):
        kb.Triangle.from_claims(data, count="claims", **options)
    with pytest.raises(kb.InputError, match="did you mean 'case'"):
        kb.Triangle.from_claims(data, claim="claim", states="cas", **options)
    data["claim"][4] = None
    with pytest.raises(kb.InputError, match="identifier"):
        kb.Triangle.from_claims(data, claim="claim", count="claims", **options)
    kept = kb.Triangle.from_claims(data, claim="claim", count="claims", errors="reject", **options)
    assert kept.reconciliation["used"] == 5


LABELS = ["chip", "drone", "芯片", "x" * 20]


@given(st.integers(1, 60), st.integers(0, 2**32 - 1), st.sampled_from("YHQM"), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_short_way_gives_the_bits_of_the_long_way(rows, seed, grain, dates):
    pa = pytest.importorskip("pyarrow")
    rng = np.random.default_rng(seed)
    origin = np.datetime64("2019-06-15") + rng.integers(0, 900, rows)
    booked = origin + rng.integers(0, 700, rows)
    data = {
        "line": rng.choice(LABELS, rows).tolist(),
        "code": rng.integers(1, 3, rows),
        "origin": origin if dates else origin.astype(str).tolist(),
        "booked": booked if dates else booked.astype(str).tolist(),
        "paid": rng.normal(10.0, 5.0, rows),
    }
    options = {"origin": "origin", "valuation": "booked", "values": "paid", "grain": grain}
    options |= {"development_grain": "Q" if grain == "Y" else grain, "by": ["line", "code"]}
    # Columns of NumPy go the long way, Arrow the short one.
    long = kb.Triangle.from_claims(data, **options)
    for table in (
        pa.table(data),
        pa.Table.from_batches(pa.table(data).to_batches(max_chunksize=7)),
        pa.table(data | {"line": pa.array(data["line"]).dictionary_encode()}),
    ):
        short = kb.Triangle.from_claims(table, **options)
        assert short == long
        assert short.reconciliation == long.reconciliation
        then = {"as_of": str(booked[0]), **options}
        then_short = kb.Triangle.from_claims(table, **then)
        then_long = kb.Triangle.from_claims(data, **then)
        assert then_short == then_long
        assert then_short.reconciliation == then_long.reconciliation
        for name, column in then_long.rejects.items():
            np.testing.assert_array_equal(then_short.rejects[name], column)
    # A faulty row is told the same whichever way the table came.
    data["paid"][rows // 2] = np.nan
    for table in (data, pa.table(data)):
        with pytest.raises(kb.InputError, match="not_a_number"):
            kb.Triangle.from_claims(table, **options)


def test_wide_and_arrow_exports():
    wide = GENINS.to_wide()
    np.testing.assert_array_equal(
        np.column_stack([wide[str(a)] for a in GENINS.ages]), GENINS.values
    )
    frame = pytest.importorskip("polars").DataFrame(GENINS.to_table())
    again = kb.Triangle.from_long(frame, origin="origin", development="age", values="loss")
    assert again == GENINS


def test_parts_that_do_not_fit_are_all_told():
    with pytest.raises(kb.InputError) as caught:
        kb.Triangle.from_parts(
            np.ones((2, 2, 1, 1)), measures=["a", "a"], index=["by"], segments=[["x"], ["x"]],
            first_age=0, first_origin=-5,
        )  # fmt: skip
    codes = sorted(issue.code for issue in caught.value.issues)
    assert codes == ["duplicate_column", "duplicate_segment", "out_of_range", "out_of_range"]
    with pytest.raises(kb.InputError, match="not_finite"):
        kb.Triangle.from_parts(np.full((1, 1, 1, 1), np.inf), measures="a")


def bad_batch():
    """A sound triangle among one of each fault; the same ten cells each."""
    sound = GENINS.values[:4, :4].copy()
    sound[np.add.outer(range(4), range(4)) > 3] = np.nan
    zero, negative, single, empty, low, gap = (sound.copy() for _ in range(6))
    zero[:, 0] = np.where(np.isnan(zero[:, 0]), NAN, 0.0)
    negative[0, 0] = -5.0
    single[np.add.outer(range(4), range(4)) != 3] = np.nan
    empty[:] = np.nan
    low[0, 2] = low[0, 1] - 1000.0
    gap[2, :] = np.nan
    names = ["sound", "zero", "negative", "single", "empty", "low", "gap", "sound again"]
    values = np.stack([sound, zero, negative, single, empty, low, gap, sound])[:, None]
    return kb.Triangle.from_parts(
        values, measures="paid", index="case", segments=[[name] for name in names],
        first_origin=2001,
    )  # fmt: skip


def test_one_bad_triangle_never_sinks_another():
    tri = bad_batch()
    mack = kb.Mack().fit(tri)
    status = dict(zip([s for (s,) in tri.segments], mack.status_, strict=True))
    assert status == {
        "sound": "ok",
        "zero": "no_factor",
        "negative": "links_left_out",
        "single": "no_links",
        "empty": "empty",
        "low": "ok",
        "gap": "empty_origin",
        "sound again": "ok",
    }
    told = {(f["segment"][0], f["status"], f["origin"], f["age"]) for f in mack.findings_}
    assert ("zero", "no_factor", None, 12) in told
    assert {("zero", "links_left_out", str(year), 12) for year in (2001, 2002, 2003)} <= told
    assert ("negative", "links_left_out", "2001", 12) in told
    assert ("gap", "empty_origin", "2003", None) in told
    # Falls are named with their amounts.
    falls = {place.split(",")[0]: (before, after) for place, before, after in tri.decreasing}
    values = tri.segment("low").values
    assert falls["low"] == (values[0, 1], values[0, 2])
    for at, (name,) in enumerate(tri.segments):
        alone = kb.Mack().fit(tri.segment(name))
        assert alone.status_ == mack.status_[at]
        np.testing.assert_array_equal(alone.ultimate_, mack.ultimate_[at])
        np.testing.assert_array_equal(alone.total_standard_error_, mack.total_standard_error_[at])
    assert np.isfinite(mack.total_standard_error_[[0, 2, 5, 7]]).all()
    assert np.isnan(mack.total_standard_error_[[1, 3, 4, 6]]).all()
