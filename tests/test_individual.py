"""Individual claims: closed forms, independent integrals, identities, keyed draws, bad input."""

import math
import pickle

import numpy as np
import pytest
from scipy import integrate, stats

import kebao as kb
from kebao import balance

SETTINGS = {
    "bio.clinical_trial": {},
    "nev.tpl": {},
    "uav.hull": {"sum_insured": 2e4},
    "space.inorbit": {"sum_insured": 3e8},
    "cyber.first_party": {"limit": 5e6},
}


def some_claims(scale=50_000.0, seed=3, rows=60, origins=(2022, 2023, 2024, 2025)):
    rng = np.random.default_rng(seed)
    return {
        "claim": [f"c{row}" for row in range(rows)],
        "origin": rng.choice(origins, rows).tolist(),
        "open": (rng.uniform(size=rows) < 0.6).tolist(),
        "paid": np.where(rng.uniform(size=rows) < 0.5, 0.0, rng.gamma(1, scale, rows)).tolist(),
    }


def ages(origins=(2022, 2023, 2024, 2025)):
    return {origin: 12 * (2026 - origin) for origin in origins}


def book(name):
    """Exposure at which about twenty claims an origin are expected."""
    return dict.fromkeys(ages(), max(20.0 / kb.sectors[name].frequency_mean, 100.0).__round__())


def plain(tmp_path, name="bio.clinical_trial", **changes):
    """A coverage with some lines of its file changed."""
    lines = kb.sectors[name].to_toml().splitlines()
    for key, value in changes.items():
        at = [i for i, line in enumerate(lines) if line.split("=")[0].strip() == key]
        assert at, key
        for i in at:
            lines[i] = f"{key} = {value}"
    path = tmp_path / "coverage.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return kb.sectors.read(path)


@pytest.mark.parametrize("name", sorted(SETTINGS))
@pytest.mark.parametrize("uncertain", [True, False])
def test_means_are_those_without_simulation(name, uncertain):
    mean = kb.sectors[name].severity_mean
    paid = 0.3 * mean * SETTINGS[name].get("sum_insured", 1.0)
    fit = kb.IndividualClaims(name, n=8_000, seed=5, uncertain=uncertain, **SETTINGS[name]).fit(
        some_claims(paid), exposure=book(name), ages=ages()
    )
    expected = fit.expected_
    n = fit.totals_.size
    for part, values in (
        ("rbns", fit.rbns_by_origin_),
        ("ibnr", fit.ibnr_by_origin_),
        ("count", fit.count_by_origin_),
    ):
        rows = np.vstack([values, values.sum(axis=0)])
        error = rows.std(axis=1, ddof=1) / math.sqrt(n)
        difference = np.abs(rows.mean(axis=1) - np.array(expected[part]))
        assert (difference <= 4.8 * error + 1e-9 * rows.max()).all(), (part, difference, error)
    np.testing.assert_allclose(fit.cash_flows_.sum(axis=0), fit.totals_, rtol=1e-9)
    assert fit.expected_cash_flows_.sum() == pytest.approx(expected["total"][-1], rel=1e-12)
    error = fit.cash_flows_.std(axis=1, ddof=1) / math.sqrt(n)
    late = np.abs(fit.cash_flows_.mean(axis=1) - fit.expected_cash_flows_)
    assert (late <= 4.8 * error + 1e-9 * fit.total_).all()
    assert fit.simulation_error_ < 0.05 * fit.total_


def test_means_are_those_of_independent_integrals():
    """Frequency by the posterior of a lognormal prior, sizes by lognormal layers, with scipy."""
    coverage = kb.sectors["bio.clinical_trial"]
    parameters = coverage.parameters
    claims = some_claims()
    exposure = dict(zip(ages(), (9_000, 11_000, 8_000, 12_000), strict=True))
    fit = kb.IndividualClaims(coverage, n=64).fit(claims, exposure=exposure, ages=ages())
    rate, cv, shape = coverage.frequency_mean, coverage.frequency_cv, 2.0
    reported = np.minimum(np.maximum.accumulate(coverage.pattern.reported_cumulative), 1)
    emerged = np.array([reported[month // 12 - 1] for month in ages().values()])
    seen = np.array([claims["origin"].count(origin) for origin in ages()])
    nu = rate * np.array(list(exposure.values()))
    s2 = math.log(1 + cv**2)

    def weight(m):
        prior = stats.lognorm.pdf(m, math.sqrt(s2), scale=math.exp(-s2 / 2))
        k = shape / (shape + nu * m * emerged)
        return prior * stats.nbinom.pmf(seen, shape, k).prod()

    def unreported(m):
        return (1 - emerged) * nu * m * (shape + seen) / (shape + nu * m * emerged)

    total = integrate.quad(weight, 0, 10, points=(0.5, 1, 2), limit=400)[0]
    count = np.array(
        [
            integrate.quad(lambda m, i=i: weight(m) * unreported(m)[i], 0, 10, limit=400)[0]
            for i in range(4)
        ]
    )
    np.testing.assert_allclose(fit.expected_["count"][:-1], count / total, rtol=1e-5)

    severity = parameters["severity"]
    mu, sigma, cap = 11.0021, 1.3, severity["cap"]
    scale2 = math.log(1 + severity["cv_of_scale"] ** 2)

    def lev(x, s):
        """E min(s X, x) of a lognormal X."""
        if x == 0:
            return 0.0
        d = (math.log(x / s) - mu) / sigma
        mean = s * math.exp(mu + sigma**2 / 2)
        return mean * stats.norm.cdf(d - sigma) + x * stats.norm.sf(d)

    def mean_above(paid, s):
        """E(min(s X, cap) - paid | s X > paid)."""
        above = stats.norm.sf((math.log(paid / s) - mu) / sigma) if paid > 0 else 1.0
        return (lev(cap, s) - lev(paid, s)) / above

    def over_scale(paid):
        def part(z):
            s = math.exp(math.sqrt(scale2) * z - scale2 / 2)
            return stats.norm.pdf(z) * mean_above(paid, s)

        return integrate.quad(part, -8, 8, limit=200)[0]

    each = over_scale(0.0)
    np.testing.assert_allclose(fit.expected_["ibnr"][:-1], count / total * each, rtol=1e-5)
    rbns = dict.fromkeys(ages(), 0.0)
    for origin, is_open, paid in zip(claims["origin"], claims["open"], claims["paid"], strict=True):
        if is_open:
            rbns[origin] += over_scale(paid)
    np.testing.assert_allclose(fit.expected_["rbns"][:-1], list(rbns.values()), rtol=1e-6)


def test_what_is_as_expected_goes_on_by_the_pattern():
    """With claims reported and open as the pattern has it, cash flows are its increments."""
    coverage = kb.sectors["nev.tpl"]
    pattern = coverage.pattern
    paid, reported = np.array(pattern.paid_cumulative), np.array(pattern.reported_cumulative)
    claims = 1_000  # expected of each origin: shares are in thousandths
    exposure = claims / coverage.frequency_mean
    known = {2023: 2, 2024: 1, 2025: 0}
    size = 80_000.0
    columns = {"origin": [], "open": [], "paid": [], "case": []}
    for origin, age in known.items():
        r, p = round(claims * reported[age]), round(claims * paid[age])
        columns["origin"] += [origin] * r
        columns["open"] += [True] * (r - p) + [False] * p
        columns["paid"] += [0.0] * (r - p) + [size] * p
        columns["case"] += [size] * (r - p) + [np.nan] * p
    fit = kb.IndividualClaims(
        coverage, n=64, case_cv=0.0, severity=kb.Empirical([size]), uncertain=False, tail_years=5
    ).fit(columns, exposure=dict.fromkeys(known, exposure), ages=[36, 24, 12])
    shares = np.concatenate([paid, 1 - (1 - paid[-1]) * np.arange(4, -1, -1) / 5])
    expected = np.zeros(14)
    for age in known.values():
        later = np.diff(shares[age:])
        expected[: len(later)] += claims * size * later
    np.testing.assert_allclose(fit.expected_cash_flows_, expected, rtol=1e-9, atol=1e-3)


def test_counts_are_those_of_the_nowcast():
    """Without uncertain parameters the unreported are negative binomial with shape k + C."""
    claims = some_claims()
    fit = kb.IndividualClaims("bio.clinical_trial", n=40_000, seed=9, uncertain=False).fit(
        claims, exposure=dict.fromkeys(ages(), 9_000), ages=ages()
    )
    for at, origin in enumerate(ages()):
        mean = fit.expected_["count"][at]
        if mean == 0:
            assert (fit.count_by_origin_[at] == 0).all()
            continue
        law = kb.NegativeBinomial(mean=mean, shape=2.0 + claims["origin"].count(origin))
        top = int(fit.count_by_origin_[at].max()) + 1
        observed = np.bincount(fit.count_by_origin_[at].astype(int), minlength=top)
        expected = 40_000 * np.array([law.pmf(k) for k in range(top)])
        common = expected > 20
        chi2 = ((observed - expected)[common] ** 2 / expected[common]).sum()
        assert chi2 < stats.chi2.isf(1e-6, common.sum())


def test_every_claim_sums_and_dates_follow_the_pattern():
    fit = kb.IndividualClaims("bio.clinical_trial", n=3_000, seed=2, keep="claims").fit(
        some_claims(), exposure=dict.fromkeys(ages(), 9_000), ages=ages()
    )
    claims = fit.claims_
    for known, values in ((True, fit.rbns_by_origin_), (False, fit.ibnr_by_origin_)):
        own = (claims["row"] >= 0) == known
        sums = np.zeros_like(values)
        np.add.at(sums, (claims["origin"][own], claims["simulation"][own]), claims["amount"][own])
        np.testing.assert_allclose(sums, values, rtol=1e-9, atol=1e-6)
    assert (claims["reported"] <= claims["settled"]).all()
    assert (np.diff(claims["simulation"]) >= 0).all()
    # Of the unreported of the last origin, the share reported within the first year.
    own = (claims["row"] < 0) & (claims["origin"] == 3)
    pattern = np.minimum(kb.sectors["bio.clinical_trial"].pattern.reported_cumulative, 1)
    share = (pattern[1] - pattern[0]) / (1 - pattern[0])
    seen = (claims["reported"][own] < 1).mean()
    assert seen == pytest.approx(share, abs=4.5 * math.sqrt(share * (1 - share) / own.sum()))
    with pytest.raises(AttributeError, match="keep"):
        _ = (
            kb.IndividualClaims("nev.tpl", n=8)
            .fit({"origin": [], "open": [], "paid": []}, exposure={1: 10}, ages=[12])
            .claims_
        )


def test_gross_is_ceded_plus_net_and_closed_claims_use_up_terms():
    claims = some_claims(rows=30)
    claims["paid"][0], claims["open"][0], claims["origin"][0] = 900_000.0, False, 2025
    fit = kb.IndividualClaims("bio.clinical_trial", n=500, seed=4, keep="claims").fit(
        claims, exposure=dict.fromkeys(ages(), 9_000), ages=ages()
    )
    programme = kb.Programme.from_text("xl: 400k xs 200k, aad 300k, aal 2m")
    net = balance.net_reserves(programme, fit)
    np.testing.assert_allclose(net.gross, fit.by_origin_, rtol=1e-9)
    assert (net.gross == net.ceded + net.net).all()
    # The same by hand: all claims of an outcome and origin, ultimate and paid.
    columns = fit.to_claims()

    def ceded(losses):
        layer = np.clip(losses - 200_000, 0, 400_000).sum()
        return min(max(layer - 300_000, 0.0), 2_000_000)

    for outcome, origin in ((0, 3), (17, 3), (499, 0), (250, 2)):
        own = (columns["simulation"] == outcome) & (columns["origin"] == origin)
        by_hand = ceded(columns["ultimate"][own]) - ceded(columns["paid"][own])
        assert net.ceded[origin, outcome] == pytest.approx(by_hand, rel=1e-12, abs=1e-6)
    flows = balance.CashFlows(np.arange(len(fit.cash_flows_)) + 0.5, fit.cash_flows_)
    np.testing.assert_allclose(flows.total, fit.totals_, rtol=1e-9)


def test_draws_belong_to_the_claim_the_origin_and_the_outcome():
    claims = some_claims()
    exposure = dict.fromkeys(ages(), 9_000)
    choices = {"seed": 8, "keep": "claims", "uncertain": False}
    long = kb.IndividualClaims("bio.clinical_trial", n=700, threads=2, **choices)
    short = kb.IndividualClaims("bio.clinical_trial", n=300, threads=1, **choices)
    long.fit(claims, exposure=exposure, ages=ages())
    short.fit(claims, exposure=exposure, ages=ages())
    assert (long.by_origin_[:, :300] == short.by_origin_).all()
    assert (long.cash_flows_[:, :300] == short.cash_flows_).all()
    # Another claim in another origin changes nothing elsewhere.
    more = {name: [*values] for name, values in claims.items()}
    for name, value in (("claim", "new"), ("origin", 2023), ("open", True), ("paid", 1e4)):
        more[name].insert(0, value)
    other = kb.IndividualClaims("bio.clinical_trial", n=300, **choices)
    other.fit(more, exposure=exposure, ages=ages())
    same = np.array([0, 2, 3])
    assert (other.ibnr_by_origin_[same] == short.ibnr_by_origin_[same]).all()
    np.testing.assert_allclose(other.rbns_by_origin_[same], short.rbns_by_origin_[same], rtol=1e-12)
    assert (other.by_origin_[1] != short.by_origin_[1]).all()
    again = kb.IndividualClaims("bio.clinical_trial", n=300, **{**choices, "seed": 9})
    assert (again.fit(claims, exposure=exposure, ages=ages()).totals_ != short.totals_).all()


def test_ranks_of_a_simulated_truth_are_uniform(tmp_path):
    """Lives drawn from the prior, cut at a date and predicted (Talts et al. 2018): the truth is an
    outcome like any other."""
    coverage = plain(tmp_path, cv_of_scale=0.0)
    whole = kb.IndividualClaims(coverage, n=200, seed=1, keep="claims").fit(
        {"origin": [], "open": [], "paid": []}, exposure={1: 6_000, 2: 9_000}, ages=[0, 0]
    )
    lives, cut = whole.claims_, np.array([3.0, 1.0])
    ranks = []
    for truth in range(200):
        own = lives["simulation"] == truth
        origin, at = lives["origin"][own], cut[lives["origin"][own]]
        settled, amount = lives["settled"][own], lives["amount"][own]
        known = lives["reported"][own] <= at
        is_open = known & (settled > at)
        columns = {
            "origin": (origin[known] + 1).tolist(),
            "open": is_open[known].tolist(),
            "paid": np.where(is_open, 0.0, amount)[known].tolist(),
        }
        fit = kb.IndividualClaims(coverage, n=128, seed=100 + truth).fit(
            columns, exposure={1: 6_000, 2: 9_000}, ages=12 * cut
        )
        ranks.append((fit.totals_ < amount[settled > at].sum()).mean())
    assert stats.kstest(ranks, "uniform").pvalue > 1e-4


def test_case_estimates_are_kept_in_the_mean():
    claims = some_claims() | {"case": np.full(60, 30_000.0)}
    claims["origin"][0], claims["open"][0], claims["case"][0] = 2022, True, np.nan
    fit = kb.IndividualClaims("bio.clinical_trial", n=20_000, seed=1, case_cv=0.5).fit(
        claims, exposure=dict.fromkeys(ages(), 9_000), ages=ages()
    )
    opened = np.array(claims["open"]) & (np.array(claims["origin"]) == 2024)
    assert fit.expected_["rbns"][2] == pytest.approx(30_000 * opened.sum())
    sd = 0.5 * 30_000 * math.sqrt(opened.sum())
    assert fit.rbns_by_origin_[2].std() == pytest.approx(sd, rel=0.05)
    assert fit.rbns_[2] == pytest.approx(30_000 * opened.sum(), abs=5 * sd / math.sqrt(20_000))


def test_paid_beyond_the_severity_is_counted():
    claims = {"origin": [1, 1], "open": [True, True], "paid": [2e6, 1e3]}
    fit = kb.IndividualClaims("bio.clinical_trial", n=64).fit(claims, exposure={1: 900}, ages=[12])
    assert fit.beyond_ == 1
    assert np.isfinite(fit.totals_).all()


def test_all_faults_are_told_at_once():
    claims = {
        "claim": ["a", "a", "b"],
        "origin": [2024, 2025, 2052],
        "open": [True, True, False],
        "paid": [-1.0, 3.0, math.inf],
        "case": [10.0, math.nan, math.nan],
    }
    with pytest.raises(kb.InputError) as caught:
        kb.IndividualClaims("bio.clinical_trial", n=0, limit=-1).fit(
            claims, exposure={2024: -5, 2025: 0}, ages=[24, -1]
        )
    fields = {issue.field for issue in caught.value.issues}
    assert fields >= {"n", "limit", "exposure", "age"}
    with pytest.raises(kb.InputError) as caught:
        kb.IndividualClaims("bio.clinical_trial").fit(
            claims, exposure={2024: 5, 2025: 0}, ages=[24, 12]
        )
    told = {(issue.object.split(", ")[-1], issue.field) for issue in caught.value.issues}
    assert told >= {("row 0", "paid"), ("row 1", "claim"), ("row 2", "origin"), ("row 2", "paid")}
    assert any("2025" in issue.hint for issue in caught.value.issues)
    assert "case_cv" in {issue.field for issue in caught.value.issues}
    with pytest.raises(kb.InputError, match=r"open.*\n.*paid|paid.*\n.*open"):
        kb.IndividualClaims("uav.hull").fit({"origin": [1]}, exposure={1: 2}, ages=[12])
    with pytest.raises(kb.InputError, match="sum_insured"):
        kb.IndividualClaims("space.inorbit").fit(
            {"origin": [], "open": [], "paid": []}, exposure={1: 2}, ages=[12]
        )
    with pytest.raises(kb.InputError, match="finite mean"):
        kb.IndividualClaims("uav.hull", severity=kb.Pareto(alpha=0.9, scale=1e4)).fit(
            {"origin": [], "open": [], "paid": []}, exposure={1: 2}, ages=[12]
        )
    with pytest.raises(kb.InputError, match="process claims"):
        kb.IndividualClaims("credit.tech_loan").fit(
            {"origin": [], "open": [], "paid": []}, exposure={1: 2}, ages=[12]
        )
    falling = type("P", (), {"paid_cumulative": [0.5, 1.1, 0.9], "reported_cumulative": [1, 1, 1]})
    with pytest.raises(kb.InputError, match="recoveries"):
        kb.IndividualClaims("uav.hull", pattern=falling).fit(
            {"origin": [], "open": [], "paid": []}, exposure={1: 2}, ages=[12]
        )
    with pytest.raises(kb.InputError, match="exposure"):
        kb.IndividualClaims("space.inorbit", sum_insured=1e8).fit(
            {"origin": [1, 1], "open": [True, True], "paid": [0, 0]}, exposure={1: 1}, ages=[12]
        )
    nothing = {"origin": [], "open": [], "paid": []}
    with pytest.raises(kb.InputError, match="exposure must be a mapping"):
        kb.IndividualClaims("nev.tpl").fit(nothing, exposure=[1, 2], ages=[12, 24])
    with pytest.raises(kb.InputError) as caught:
        kb.IndividualClaims("nev.tpl", keep="all").fit(
            {**nothing, "paid": ["x"]}, exposure={1: "many"}, ages=[]
        )
    fields = {issue.field for issue in caught.value.issues}
    assert fields >= {"keep", "paid", "exposure", "ages"}
    with pytest.raises(AttributeError, match="not fitted"):
        _ = kb.IndividualClaims("uav.hull").totals_


def test_choices_and_frames():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    claims = some_claims()
    fits = [
        kb.IndividualClaims("nev.tpl", n=128, seed=3).fit(
            table, exposure=dict.fromkeys(ages(), 200), ages=list(ages().values())
        )
        for table in (claims, pandas.DataFrame(claims), polars.DataFrame(claims))
    ]
    assert (fits[0].totals_ == fits[1].totals_).all()
    assert (fits[0].totals_ == fits[2].totals_).all()
    fit = fits[0]
    assert fit.get_params()["n"] == 128
    assert fit.set_params(n=64).n == 64
    sklearn = pytest.importorskip("sklearn.base")
    assert sklearn.clone(kb.IndividualClaims("uav.tpl", n=5)).n == 5
    again = pickle.loads(pickle.dumps(fit))
    assert (again.totals_ == fit.totals_).all()
    table = fit.to_table()
    assert table["reserve"][-1] == pytest.approx(fit.total_)
    assert fit.distribution("ibnr")["origin"][-1] == "total"
    assert fit.quantile(0.9)["var"][0] >= np.median(fit.totals_)
    assert "IndividualClaims(coverage='nev.tpl'" in repr(fit)
    with pytest.raises(kb.InputError, match="part"):
        fit.distribution("case")
