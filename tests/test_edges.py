"""Inputs at the edges of what is accepted: right there, or refused with the field and its range."""

import math

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import kebao as kb
from kebao import balance

GENINS = kb.datasets.load("genins")
TRIAL = {"exposure": {2023: 900.0, 2024: 1000.0}, "ages": {2023: 36, 2024: 24}}


@pytest.mark.parametrize(
    ("family", "outer", "inner"),
    [
        ("Frank", 0.5, 38),
        ("Frank", 3, 100),
        ("Clayton", 1, 400),
        ("Clayton", 1, 1e4),
        ("Joe", 2, 90),
    ],
)
def test_margins_of_nested_copulas_are_uniform(family, outer, inner):
    sample = np.asarray(
        kb.NestedCopula(family, (outer, [0, (inner, [1, 2])])).sample(20_000, seed=1)
    )
    for column in sample.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4
    # The components of the inner node have the inner dependence.
    pair = kb.FrankCopula if family == "Frank" else getattr(kb, f"{family}Copula")
    tau = stats.kendalltau(sample[:4000, 1], sample[:4000, 2]).statistic
    assert tau == pytest.approx(pair(inner).kendall_tau(), abs=0.02)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: kb.NestedCopula("Joe", (1.1, [0, (300, [1, 2])])), "theta"),
        (lambda: kb.NestedCopula("Frank", (0.01, [0, (700, [1, 2])])), "theta"),
        (lambda: kb.TCopula(0.6, 1e150), "df"),
        (lambda: kb.JoeCopula(1e16), "theta"),
        (
            lambda: balance.CashFlows.from_pattern(
                kb.ChainLadder().fit(GENINS).pattern(), {12.0: 1.0}, tail_years=1e12
            ),
            "tail_years",
        ),
        (
            lambda: kb.IndividualClaims("bio.clinical_trial", tail_years=1e18).fit(
                {"origin": [], "open": [], "paid": []}, **TRIAL
            ),
            "tail_years",
        ),
        (
            lambda: kb.ODPBootstrap(method="cape_cod", n=10).fit(GENINS, exposure=[0.0] * 10),
            "exposure of segment 0",
        ),
        (lambda: balance.risk_adjustment(np.ones((2, 5)), level=0.9), "outcomes"),
        (lambda: balance.risk_adjustment([1.0, math.nan, 3.0], level=0.9), "outcomes[1]"),
    ],
)
def test_what_cannot_be_done_is_refused(make, field):
    with pytest.raises(kb.InputError) as told:
        make()
    assert [issue.field for issue in told.value.issues] == [field]


def test_sums_that_were_not_kept_are_not_zeros():
    boot = kb.ODPBootstrap(n=50, seed=7, keep="total").fit(GENINS)
    for ask in (
        lambda: balance.CashFlows.from_bootstrap(boot),
        boot.cash_flows,
        boot.distribution,
        boot.plot.fan,
    ):
        with pytest.raises(AttributeError, match="keep='origins'"):
            ask()
    kept = kb.ODPBootstrap(n=50, seed=7).fit(GENINS)
    flows = balance.CashFlows.from_bootstrap(kept)
    np.testing.assert_allclose(flows.total, boot.totals_)


def test_net_reserves_of_any_table():
    programme = kb.Programme.from_text("xl: 5m xs 2m")
    claims = {"simulation": [0, 0], "origin": [0, 1], "ultimate": [9e6, 3e6], "paid": [4e6, 0.0]}
    for table in (claims, pa.table(claims)):
        net = balance.net_reserves(programme, table, simulations=1, origins=["a", "b"])
        assert net.ceded.ravel().tolist() == [3e6, 1e6]
    bad = claims | {"simulation": [0, math.nan], "origin": [0.7, 1]}
    with pytest.raises(kb.InputError) as told:
        balance.net_reserves(programme, bad, simulations=4, origins=["a", "b"])
    assert {(i.object, i.field) for i in told.value.issues} == {
        ("claims, row 1", "simulation"),
        ("claims, row 0", "origin"),
    }
    text = claims | {"origin": ["a", "b"]}
    with pytest.raises(kb.InputError, match="origin"):
        balance.net_reserves(programme, text, simulations=1, origins=["a", "b"])


def test_individual_claims_do_not_shift_or_overrun():
    line = kb.IndividualClaims("bio.clinical_trial", n=200)
    claims = {"origin": [2023], "open": [True], "paid": [1.0]}
    for exposure, ages, field in [
        ({2023: 900, 2024: None}, {2023: 36, 2024: 24}, "exposure"),
        ({2023: 900, "2023": 900}, {2023: 36}, "exposure"),
        ({2023: 900}, {2023: 0}, "age"),
    ]:
        with pytest.raises(kb.InputError) as told:
            line.fit(claims, exposure=exposure, ages=ages)
        assert field in {issue.field for issue in told.value.issues}
    # The limit holds for paid and outstanding together, with a case estimate too.
    one = {"origin": [2023, 2023], "open": [True, True], "paid": [90e3, 0.0], "case": [50e3, 300e3]}
    for cv in (0.0, 0.4):
        made = kb.IndividualClaims(
            "bio.clinical_trial", n=40_000, limit=1e5, case_cv=cv, seed=3, keep="claims"
        ).fit(one, exposure={2023: 900}, ages={2023: 36})
        rows = made.to_claims()
        known = np.asarray(rows["ultimate"])[np.asarray(rows["paid"]) > 0]
        assert known.max() <= 1e5 * (1 + 1e-12)
        sigma = math.sqrt(math.log1p(cv**2))

        def limited(case, most, sigma=sigma):
            if sigma == 0:
                return min(case, most)
            draws = stats.lognorm(sigma, scale=case * math.exp(-(sigma**2) / 2))
            return draws.expect(lambda x: np.minimum(x, most), lb=0, epsabs=1e-6)

        exact = limited(50e3, 10e3) + limited(300e3, 100e3)
        assert made.expected_["rbns"][0] == pytest.approx(exact, rel=1e-6)


def test_pooled_experience_by_year_with_corrections(tmp_path):
    rows = {
        "coverage": ["uav.tpl"] * 8,
        "year": [2024, 2025] * 4,
        "insurer": ["A", "A", "A", "A", "B", "B", "B", "B"],
        "region": ["n", "n", "s", "s"] * 2,
        "exposure": [500.0, 700.0, 400.0, 300.0, 600.0, 500.0, 800.0, 400.0],
        "claims": [2, 5, 4, 1, 6, 3, 9, 5],
        "source": ["returns"] * 8,
    }
    pooled = kb.experience.Store(tmp_path / "one")
    pooled.append(rows)
    by_year = {
        "coverage": ["uav.tpl"] * 4,
        "year": [2024, 2025] * 2,
        "insurer": ["A", "A", "B", "B"],
        "exposure": [900.0, 1000.0, 1400.0, 900.0],
        "claims": [6, 6, 15, 8],
        "source": ["returns"] * 4,
    }
    same = kb.experience.Store(tmp_path / "two")
    same.append(by_year)
    one, two = pooled.credibility("uav.tpl"), same.credibility("uav.tpl")
    assert one.between_groups == pytest.approx(two.between_groups, rel=1e-12)
    # A correction is a further row with negative numbers.
    wrong = {name: values[:1] for name, values in by_year.items()} | {"year": [2026]}
    same.append(wrong)
    same.append(wrong | {"exposure": [-900.0], "claims": [-6], "source": ["correction"]})
    assert same.credibility("uav.tpl").between_groups == pytest.approx(
        two.between_groups, rel=1e-12
    )
    with pytest.raises(kb.InputError, match="insurer, region"):
        same.credibility("uav.tpl", by="insurr")
    with pytest.raises(kb.InputError) as told:
        same.append(wrong | {"source": [None], "year": [2024.9]})
    assert {issue.field for issue in told.value.issues} == {"source", "year"}
    for currency in ("CNY", "USD"):
        same.append(wrong | {"losses": [5.0], "currency": [currency]})
    with pytest.raises(kb.InputError, match="CNY, USD"):
        same.totals("uav.tpl")


def test_a_triangle_that_is_run_off_has_a_year_of_nothing():
    done = kb.Triangle.from_parts(
        np.array([[[[5.0], [6.0], [7.0]]]]),
        measures="loss",
        index="name",
        segments=[["done"]],
        first_origin=2020,
    )
    fit = kb.MerzWuthrich().fit(done)
    assert (fit.total_cdr_, fit.total_ibnr_, fit.status_) == (0.0, 0.0, "ok")
    assert fit.cdr_.tolist() == [0.0, 0.0, 0.0]
    assert repr(fit).startswith("MerzWuthrich(): ok")


def test_what_is_due_at_once_is_outstanding():
    flows = balance.CashFlows([0.0, 0.5, 1.0], [100.0, 50.0, 25.0])
    assert flows.outstanding().tolist() == [175.0]
    assert balance.CashFlows([0.0], [100.0]).outstanding().tolist() == [100.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_reserves_that_are_no_numbers_are_not_dropped(bad):
    with pytest.raises(kb.InputError, match="reserves"):
        balance.split_into_claims([[bad, 1e6]], kb.LogNormal(10, 1))
    with pytest.raises(kb.InputError, match="paid_ulae"):
        balance.ulae(paid_ulae=bad, paid=100.0, case=10.0, ibnr=5.0)


def test_correlations_of_what_is_tiny_or_huge():
    x = np.array([1.0, 2.0, 3.0, 5.0]) * 5e-324
    y = np.array([1.0, 3.0, 2.0, 5.0])
    found = kb.dependence.correlation(np.column_stack([x, y]), "pearson")[0, 1]
    assert found == pytest.approx(np.corrcoef([1, 2, 3, 5], y)[0, 1], rel=1e-12)
    with pytest.raises(kb.KebaoError):
        kb.dependence.nearest_correlation([[1, 1e200], [1e200, 1]])


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("n", lambda: kb.GaussianCopula(0.5).sample(-1, seed=1)),
        ("component", lambda: kb.GaussianCopula(0.5).kendall_tau(0, -1)),
        ("component", lambda: kb.TCopula(0.5, 4).tail_dependence(-1, 0)),
        ("size", lambda: kb.LogNormal(0, 1).sample(-1, seed=1)),
        ("size", lambda: kb.Poisson(3).sample(-(2**70), seed=1)),
        ("years", lambda: kb.Aggregate(kb.Poisson(3), kb.LogNormal(0, 1)).sample(-5, seed=1)),
        ("years", lambda: kb.measure.Histogram().add_zeros(-1)),
        ("threads", lambda: kb.GaussianCopula(0.5).sample(10, seed=1, threads=-1)),
        ("seed", lambda: kb.GaussianCopula(0.5).sample(10, seed=-1)),
        ("log2", lambda: kb.Aggregate(kb.Poisson(3), kb.LogNormal(0, 1)).fft(log2=-1)),
        ("k", lambda: kb.LogNormal(0, 1).moment(-1)),
        ("n", lambda: kb.Poisson(3).score(-1)),
        ("dim", lambda: kb.ClaytonCopula(2.0, dim=-2)),
        ("dim", lambda: kb.JoeCopula.from_kendall_tau(0.3, dim=-2)),
        ("trials", lambda: kb.credibility.BetaBernoulli.jeffreys().predictive(-1)),
        ("size", lambda: kb.credibility.BetaBernoulli.jeffreys().sample(-1, seed=1)),
    ],
)
def test_counts_below_zero_are_bad_input_and_no_overflow(field, call):
    with pytest.raises(kb.InputError, match=rf"{field} must be a whole number from 0 to .*, got -"):
        call()


def test_a_histogram_counts_what_can_be_read_as_numbers():
    strided, plain = kb.measure.Histogram(), kb.measure.Histogram()
    strided.add(np.arange(10)[::2])
    plain.add([0, 2, 4, 6, 8])
    assert len(strided) == len(plain) == 5
    assert strided.mean == plain.mean
