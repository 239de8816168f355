"""Triangles and Mack from Python: published results, a second route in NumPy, and bad input."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kebao as kb

GOLD = Path(__file__).parent / "gold"
AVERAGES = {"alpha0": "simple", "alpha1": "volume", "alpha2": "regression"}
VARIANTS = {
    "Independence": {"mse": "independence"},
    "tail1.05": {"tail": 1.05},
    "tailTRUE": {"tail": "exponential"},
    # Five diagonals hold four links of each origin.
    "last5diagonals_weights": {"n": 4},
}


def published(name):
    return json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))["results"]


def triangle(name):
    name, _, measure = name.partition("_")
    loaded = kb.datasets.load(name)
    return loaded[measure] if measure else loaded


@pytest.mark.parametrize("key", sorted(published("mack")))
def test_mack_agrees_with_r(key):
    name, sigma, alpha, *variant = key.split("|")
    expected = published("mack")[key]
    mack = kb.Mack(
        average=AVERAGES[alpha], sigma=sigma.lower(), **(VARIANTS[variant[0]] if variant else {})
    ).fit(triangle(name))
    for field, values in {
        "latest": mack.latest_,
        "ultimate": mack.ultimate_,
        "ibnr": mack.ibnr_,
        "process_se": mack.process_error_,
        "parameter_se": mack.parameter_error_,
        "mack_se": mack.standard_error_,
        "f": mack.development_factors_,
        "f_se": mack.development_factor_errors_,
        "sigma": mack.sigma_,
    }.items():
        published_values = expected[field]
        np.testing.assert_allclose(
            values[: len(published_values)], published_values, rtol=2e-12, atol=1e-9
        )
    total = expected["total"]
    assert mack.total_ibnr_ == pytest.approx(total["ibnr"], rel=1e-12)
    assert mack.total_standard_error_ == pytest.approx(total["mack_se"], rel=1e-12)
    assert mack.total_latest_ == total["latest"]
    assert mack.total_ultimate_ == pytest.approx(total["ultimate"], rel=1e-12)
    assert mack.total_process_error_ == pytest.approx(total["process_se"], rel=1e-12)
    assert mack.total_parameter_error_ == pytest.approx(total["parameter_se"], rel=1e-12)
    reverts = {"mcl_paid|alpha0", "mcl_paid|alpha1", "ukmotor|alpha1", "ukmotor|alpha2"}
    reverts |= {f"mcl_incurred|alpha{alpha}" for alpha in range(3)}
    reverted = sigma == "log-linear" and f"{name}|{alpha}" in reverts
    falls = (mack.development_factors_ < 1).any()
    told = "falling_age" if falls else "ok"
    assert mack.status_ == ("sigma_reverted" if reverted else told)
    ages = {found["age"] for found in mack.findings_ if found["status"] == "falling_age"}
    assert len(ages) == (mack.development_factors_ < 1).sum()


@pytest.mark.parametrize("name", sorted(set(published("merz_wuthrich")) - {"mw2014"}))
def test_the_one_year_view_agrees_with_r(name):
    expected = published("merz_wuthrich")[name]
    view = kb.MerzWuthrich().fit(triangle(name))
    np.testing.assert_allclose(view.cdr_, expected["cdr_by_year_by_origin"][0], rtol=2e-12)
    assert view.total_cdr_ == pytest.approx(expected["total_cdr1"], rel=1e-12)
    assert view.total_standard_error_ == pytest.approx(expected["total_mack"], rel=1e-12)
    assert view.to_pandas()["cdr"].iloc[-1] == view.total_cdr_


def slow_mack(values):
    """Mack (1993) with alpha = 1 by the sums of the paper, for a full triangle."""
    n = len(values)
    f, s2, column = np.ones(n), np.zeros(n), np.zeros(n)
    for k in range(n - 1):
        start, end = values[: n - 1 - k, k], values[: n - 1 - k, k + 1]
        column[k] = start.sum()
        f[k] = end.sum() / column[k]
        if k < n - 2:
            s2[k] = (start * (end / start - f[k]) ** 2).sum() / (n - k - 2)
    s2[n - 2] = min(s2[n - 3] ** 2 / s2[n - 4], s2[n - 3], s2[n - 4])
    full = values.copy()
    for k in range(n - 1):
        unknown = np.isnan(full[:, k + 1])
        full[unknown, k + 1] = full[unknown, k] * f[k]
    ultimate = full[:, -1]
    mse = np.zeros(n)
    total = 0.0
    for i in range(1, n):
        ages = range(n - 1 - i, n - 1)
        mse[i] = ultimate[i] ** 2 * sum(
            s2[k] / f[k] ** 2 * (1 / full[i, k] + 1 / column[k]) for k in ages
        )
        shared = sum(2 * s2[k] / f[k] ** 2 / column[k] for k in ages)
        total += mse[i] + ultimate[i] * ultimate[i + 1 :].sum() * shared
    return ultimate, np.sqrt(mse), np.sqrt(total)


@given(st.integers(4, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_mack_agrees_with_the_sums_of_the_paper(n, seed):
    rng = np.random.default_rng(seed)
    values = rng.gamma(2.0, 100.0, (n, n)).cumsum(axis=1)
    values[np.add.outer(np.arange(n), np.arange(n)) >= n] = np.nan
    ultimate, error, total = slow_mack(values)
    mack = kb.Mack().fit(kb.Triangle.from_wide(values))
    np.testing.assert_allclose(mack.ultimate_, ultimate, rtol=1e-11)
    np.testing.assert_allclose(mack.standard_error_, error, rtol=1e-9)
    assert mack.total_standard_error_ == pytest.approx(total, rel=1e-9)


CELLS = st.one_of(
    st.floats(0.1, 1e6),
    st.sampled_from([0.0, -1.0, float("nan"), 1e300, 5e-324]),
)


@given(st.integers(1, 6), st.integers(1, 6), st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_comes_gets_a_status(origins, ages, data):
    cells = data.draw(st.lists(CELLS, min_size=origins * ages, max_size=origins * ages))
    tri = kb.Triangle.from_wide(np.reshape(cells, (origins, ages)))
    for average in AVERAGES.values():
        mack = kb.Mack(average=average, tail="inverse_power").fit(tri)
        if mack.status_ in {"ok", "links_left_out", "zero_latest", "non_positive_factor"}:
            assert np.isfinite(mack.ultimate_).all()
            assert np.isfinite(mack.total_standard_error_)
        else:
            assert mack.findings_
        assert repr(mack)
        assert mack._repr_html_()


def transactions():
    return {
        "line": ["drone", "drone", "drone", "chip", "chip"],
        "accident": ["2021-02-01", "2021-11-30", "2022-06-01", "2021-05-05", "2022-01-01"],
        "as_at": ["2021-06-30", "2022-03-31", "2022-07-01", "2023-01-15", "2022-12-31"],
        "paid": [100.0, 40.0, 70.0, 500.0, 300.0],
        "incurred": [150.0, 60.0, 70.0, 800.0, 300.0],
    }


def from_claims(data, **options):
    return kb.Triangle.from_claims(
        data, origin="accident", valuation="as_at", values=["paid", "incurred"], **options
    )


def test_transactions_become_cells_and_amounts_reconcile():
    tri = from_claims(transactions(), by="line")
    assert tri.shape == (2, 2, 2, 3)
    assert tri.segments == [("chip",), ("drone",)]
    nan = np.nan
    np.testing.assert_array_equal(
        tri["paid"].segment("drone").values, [[100, 140, 140], [70, 70, nan]]
    )
    np.testing.assert_array_equal(
        tri["paid"].segment("chip").values, [[0, 0, 500], [300, 300, nan]]
    )
    record = tri.reconciliation
    assert (record["rows"], record["used"], record["rejected"]) == (5, 5, 0)
    assert record["amounts"]["paid"] == (1010.0, 1010.0, 0.0)
    assert tri["paid"].latest.sum() == 1010.0
    np.testing.assert_array_equal(
        tri["paid"].segment("drone").incremental().values, [[100, 40, 0], [70, 0, nan]]
    )


def test_finer_grains_and_an_earlier_valuation():
    tri = from_claims(transactions(), grain="Y", development_grain="Q", as_of="2022-07-31")
    assert tri.ages.tolist() == [3, 6, 9, 12, 15, 18, 21]
    np.testing.assert_array_equal(tri["paid"].values[0], [0, 100, 100, 100, 140, 140, 140])
    np.testing.assert_array_equal(tri["paid"].values[1, :4], [0, 0, 70, np.nan])
    record = tri.reconciliation
    assert record["reasons"] == {"after_as_of": 2}
    assert record["used"] + record["rejected"] == record["rows"]
    total, used, rejected = record["amounts"]["paid"]
    assert total == used + rejected == 1010.0
    quarters = from_claims(transactions(), grain="Q")
    assert quarters.origins[:4] == ["2021Q1", "2021Q2", "2021Q3", "2021Q4"]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "columns", "csv", "parquet"])
def test_any_table_gives_the_same_triangle(kind, tmp_path):
    plain = transactions()
    expected = from_claims(plain, by="line").values
    pa = pytest.importorskip("pyarrow")
    if kind == "pandas":
        pandas = pytest.importorskip("pandas")
        table = pandas.DataFrame(plain)
        table["as_at"] = pandas.to_datetime(table["as_at"])
    elif kind == "polars":
        table = pytest.importorskip("polars").DataFrame(plain)
    elif kind == "pyarrow":
        table = pa.table(plain)
    elif kind == "columns":
        table = {name: np.array(column) for name, column in plain.items()}
        table["as_at"] = table["as_at"].astype("datetime64[s]")
    elif kind == "csv":
        table = tmp_path / "claims.csv"
        rows = zip(*plain.values(), strict=True)
        lines = [",".join(plain), *(",".join(map(str, row)) for row in rows)]
        table.write_text("\n".join(lines), encoding="utf-8")
    else:
        import pyarrow.parquet

        table = tmp_path / "claims.parquet"
        pyarrow.parquet.write_table(pa.table(plain), table)
    np.testing.assert_array_equal(from_claims(table, by="line").values, expected)


def broken():
    data = transactions()
    data["as_at"][0] = "2020-12-31"
    data["accident"][1] = "soon"
    data["paid"] = ["100", "40", "lots", "500", "300"]
    return data


def test_all_faults_are_told_at_once():
    with pytest.raises(kb.errors.InputError) as caught:
        from_claims(broken())
    codes = sorted(issue.code for issue in caught.value.issues)
    assert codes == ["not_a_date", "not_a_number", "valuation_before_origin"]
    text = str(caught.value)
    assert "claims row 0: as_at must be on or after accident 2021-02-01, got 2020-12-31" in text
    assert "claims row 2: paid must be a finite number, got lots" in text
    assert "errors='reject'" in text


def test_rows_at_fault_can_be_left_out_and_are_listed():
    tri = from_claims(broken(), errors="reject")
    assert tri.reconciliation["used"] == 2
    assert tri.rejects["row"].tolist() == [0, 1, 2]
    assert tri.rejects["reason"] == ["valuation_before_origin", "not_a_date", "not_a_number"]
    assert tri.rejects["value"] == ["2020-12-31", "soon", "lots"]
    assert tri["paid"].latest.sum() == 800.0
    total, used, rejected = tri.reconciliation["amounts"]["incurred"]
    assert total == used + rejected


def test_unknown_columns_and_choices_are_named():
    with pytest.raises(kb.errors.InputError, match="did you mean 'accident'"):
        kb.Triangle.from_claims(transactions(), origin="acident", valuation="as_at", values="paid")
    with pytest.raises(kb.errors.InputError, match="one of Y, H, Q, M"):
        from_claims(transactions(), grain="W")
    with pytest.raises(kb.errors.InputError, match="not_a_table"):
        from_claims(3)
    with pytest.raises(kb.errors.InputError, match="no_rows"):
        from_claims({name: [] for name in transactions()})
    with pytest.raises(kb.errors.InputError, match="choose one, such as"):
        kb.Mack().fit(from_claims(transactions()))
    with pytest.raises(kb.errors.InputError, match="3 faults"):
        kb.Mack(average="volum", n=0, tail=-1.0).fit(kb.datasets.load("raa"))
    with pytest.raises(kb.errors.InputError, match="did you mean 'genins'"):
        kb.datasets.load("genin")
    with pytest.raises(kb.errors.InputError, match="did you mean 'average'"):
        kb.Mack().set_params(averag="simple")
    with pytest.raises(AttributeError, match="call fit"):
        _ = kb.Mack().ultimate_


def long(**columns):
    options = {key: columns.pop(key) for key in list(columns) if key in OPTIONS}
    return kb.Triangle.from_long(
        columns, origin="origin", development="age", values="loss", **options
    )


OPTIONS = {"cumulative", "decreasing", "duplicates", "errors", "unit", "by"}


def test_duplicate_cells_are_refused_by_name_or_summed_on_demand():
    cells = {"origin": [2021, 2021, 2021], "age": [12, 24, 24], "loss": [1.0, 2.0, 3.0]}
    with pytest.raises(kb.errors.InputError, match="origin 2021, age 24") as caught:
        long(**cells)
    assert caught.value.issues[0].code == "duplicate_cell"
    np.testing.assert_array_equal(long(**cells, duplicates="sum").values, [[1, 5]])
    kept = long(**cells, errors="reject")
    np.testing.assert_array_equal(kept.values, [[1, 2]])
    assert kept.rejects["row"].tolist() == [2]


def test_ages_in_periods_and_off_the_grid():
    cells = {"origin": [2021, 2021, 2022], "age": [1, 2, 1], "loss": [1.0, 2.0, 3.0]}
    assert long(**cells, unit="periods").ages.tolist() == [12, 24]
    with pytest.raises(kb.errors.InputError, match="counted in periods"):
        long(**cells)


def test_increments_cumulate_and_gaps_are_told():
    cells = {"origin": [2021, 2021, 2022], "age": [12, 24, 12], "loss": [1.0, 2.0, 3.0]}
    tri = long(**cells, cumulative=False)
    np.testing.assert_array_equal(tri.values, [[1, 2], [3, np.nan]])
    np.testing.assert_array_equal(tri.cumulative().values, [[1, 3], [3, np.nan]])
    cells["age"] = [12, 36, 12]
    with pytest.raises(kb.errors.InputError, match="gap"):
        long(**cells, cumulative=False)


def test_a_fall_is_noted_and_missing_is_not_zero():
    tri = kb.Triangle.from_wide([[10, 9, 12], [np.nan, 8, np.nan], [5, np.nan, np.nan]])
    assert tri.decreasing == [("loss, origin 1, age 24", 10.0, 9.0)]
    assert tri.mask.sum() == 5
    assert tri.latest.tolist() == [12, 8, 5]
    with pytest.raises(kb.errors.InputError, match="not_finite"):
        kb.Triangle.from_wide([[np.inf]])
    with pytest.raises(kb.errors.InputError, match="first_origin"):
        kb.Triangle.from_wide([[1.0]], first_origin=2**31 - 1)


def test_a_fall_can_be_refused():
    cells = {"origin": [2021, 2021], "age": [12, 24], "loss": [5.0, 4.0]}
    assert long(**cells).decreasing == [("loss, origin 2021, age 24", 5.0, 4.0)]
    with pytest.raises(kb.errors.InputError, match="at least 5, the value of the age before"):
        long(**cells, decreasing="refuse")


ANYTHING = st.one_of(
    st.none(),
    st.integers(1900, 2100),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates().map(str),
    st.sampled_from(["2021", "2021Q2", "2021-05", "12", "24", "1.5m", "-3", "nan"]),
)


@given(
    st.lists(st.tuples(*[ANYTHING] * 4), max_size=6),
    st.sampled_from("YHQM"),
    st.sampled_from(["raise", "reject"]),
)
@settings(max_examples=300, deadline=None)
def test_no_table_of_cells_makes_it_panic(rows, grain, errors):
    columns = zip(*rows, strict=True) if rows else [[]] * 4
    data = dict(zip(["origin", "at", "loss", "by"], map(list, columns), strict=True))
    options = {"by": "by", "grain": grain, "errors": errors, "values": "loss", "origin": "origin"}
    for build in (
        lambda: kb.Triangle.from_claims(data, valuation="at", **options),
        lambda: kb.Triangle.from_long(data, development="at", **options),
        lambda: kb.Triangle.from_long(data, valuation="at", cumulative=False, **options),
    ):
        issues, tri = [], None
        try:
            tri = build()
        except kb.errors.InputError as error:
            issues = error.issues
        if tri is None:
            assert issues
            continue
        record = tri.reconciliation
        assert record["used"] + record["rejected"] == len(rows)
        assert sum(record["reasons"].values()) == record["rejected"]
        assert kb.Mack().fit(tri).status_


def test_batch_equals_one_by_one_and_a_bad_segment_stands_alone():
    names = ["genins", "raa", "mw2008"]
    columns = {"name": [], "origin": [], "age": [], "loss": []}
    for name in names:
        cells = kb.datasets.load(name).to_dict()
        shift = int(min(cells["origin"])) - 2001
        keep = (cells["age"] <= 108) & (cells["origin"].astype(int) - shift < 2010)
        columns["name"] += [name] * int(keep.sum())
        columns["origin"] += (cells["origin"][keep].astype(int) - shift).tolist()
        columns["age"] += cells["age"][keep].tolist()
        columns["loss"] += cells["loss"][keep].tolist()
    columns["name"] += ["single"] * 2
    columns["origin"] += [2001, 2002]
    columns["age"] += [24, 12]
    columns["loss"] += [5.0, 6.0]
    tri = long(**columns, by="name")
    assert tri.shape == (4, 1, 9, 9)
    batch = kb.Mack().fit(tri)
    assert batch.status_[-1] in {"no_links", "empty_origin"}
    assert np.isnan(batch.total_ibnr_[-1])
    assert {f["segment"] for f in batch.findings_} >= {("single",)}
    for at, (name,) in enumerate(tri.segments[:-1]):
        alone = kb.Mack().fit(tri.segment(name))
        np.testing.assert_array_equal(batch.standard_error_[at], alone.standard_error_)
        assert batch.total_standard_error_[at] == alone.total_standard_error_


def test_exclusions_and_as_of():
    raa = kb.datasets.load("raa")
    ratios = raa.link_ratios[:, 0]
    kept = np.arange(9) != 1
    values = raa.values
    expected = values[:9, 1][kept].sum() / values[:9, 0][kept].sum()
    fitted = kb.ChainLadder(exclude=[("1982", 12)]).fit(raa)
    assert fitted.development_factors_[0] == pytest.approx(expected, rel=1e-14)
    assert ratios[1] == pytest.approx(4285 / 106)
    past = raa.as_of(diagonals=1)
    assert past.mask.sum() == raa.mask.sum() - 10
    assert np.isnan(past.values[0, 9])


def test_pattern_is_the_inverse_of_the_factors():
    fitted = kb.ChainLadder(tail=1.02).fit(kb.datasets.load("genins"))
    pattern = fitted.pattern()
    np.testing.assert_allclose(
        pattern.cumulative[0] * np.prod(fitted.development_factors_), 1.0, rtol=1e-14
    )
    np.testing.assert_allclose(
        fitted.latest_[::-1] / fitted.ultimate_[::-1], pattern.cumulative, rtol=1e-13
    )
    assert sum(pattern.incremental) == pytest.approx(1 / 1.02)
    assert 0 < pattern.mean_term < 10
    assert "ChainLadder on loss" in pattern.source


def test_estimators_have_the_contract_of_scikit_learn():
    mack = kb.Mack(average="simple", tail=1.1)
    assert mack.get_params()["average"] == "simple"
    assert repr(mack) == "Mack(average='simple', tail=1.1)"
    copy = kb.Mack(**mack.get_params())
    assert repr(copy.set_params(tail=None)) == "Mack(average='simple')"
    fitted = mack.fit(kb.datasets.load("raa"))
    assert fitted is mack
    frame = mack.to_pandas()
    assert frame["origin"].iloc[-1] == "total"
    assert frame["standard_error"].iloc[-1] == mack.total_standard_error_
    assert pickle.loads(pickle.dumps(copy)).get_params() == copy.get_params()


def test_schedule_p_accounts_for_every_row():
    pytest.importorskip("cas_schedule_p")
    lines = ["other_liability", "products_liability"]
    known = kb.Triangle.from_schedule_p(lines=lines)
    square = kb.Triangle.from_schedule_p(lines=lines, hold_out=False)
    assert known.shape == square.shape == (2, 2, 10, 10)
    record = known.reconciliation
    assert record["rows"] == record["used"] + record["rejected"] == 149_550
    assert sum(record["reasons"].values()) == record["rejected"]
    total, used, rejected = record["amounts"]["paid"]
    assert total == pytest.approx(used + rejected, rel=1e-12)
    # The outcomes belong to the same companies, and what was known is part of them.
    np.testing.assert_array_equal(known.values[known.mask], square.values[known.mask])
    assert square.mask.all()
    assert known.mask[0, 0].sum() == 55
    mack = kb.Mack().fit(known["paid"])
    assert mack.status_ == ["ok", "ok"]
    outcome = square["paid"].values[:, :, -1].sum(axis=1)
    z = (outcome - mack.total_ultimate_) / mack.total_standard_error_
    assert (np.abs(z) < 5).all()
    with pytest.raises(kb.errors.InputError, match="did you mean 'other_liability'"):
        kb.Triangle.from_schedule_p(lines="other_liabilty")


def test_schedule_p_numbers_are_those_of_the_file():
    csp = pytest.importorskip("cas_schedule_p")
    duckdb = pytest.importorskip("duckdb")
    path = csp.path("mart_reserving_model_training")
    tri = kb.Triangle.from_schedule_p(lines="commercial_auto", by_company=True, largest_fall=1.0)
    rows = duckdb.sql(
        f"select company_code, accident_year, development_age, cum_paid_loss from '{path}' "
        "where line_of_business = 'commercial_auto' and accident_year between 1998 and 2007 "
        "and statement_year <= 2007"
    ).fetchall()
    values = tri["paid"].values
    at = {code: row for row, (_, code) in enumerate(tri.segments)}
    known = [row for row in rows if row[0] in at]
    assert len(known) == tri.reconciliation["used"] > 5000
    for code, year, age, paid in known:
        assert values[at[code], year - 1998, age - 1] == paid
