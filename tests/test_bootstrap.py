"""Bootstraps and the one-year view: published results, analytic errors, identities, bad input."""

import json
from pathlib import Path

import numpy as np
import pytest

import kebao as kb

GOLD = Path(__file__).parent / "gold"


def published(name):
    return json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))


def genins():
    return kb.datasets.load("genins")


@pytest.fixture(scope="module")
def boot():
    return kb.ODPBootstrap(n=20_000, seed=11, keep="cells").fit(genins())


# ── the over-dispersed Poisson bootstrap ────────────────────────────────────────────────────────


def test_scale_and_mean_agree_with_the_published_ones(boot):
    exact = published("odp_bootstrap")["exact"]
    np.testing.assert_allclose(boot.scale_, exact["phi"], rtol=1e-12)
    # The resampled mean is a little above the chain ladder's: seven programs measured it.
    measured = published("odp_bootstrap")["measured_total"]
    others = [each for name, each in measured.items() if "no adjustment" not in name]
    means = [each["mean"] for each in others]
    error = 4 * boot.simulation_error_ + 0.005 * np.mean(means)
    assert min(means) - error < boot.total_ibnr_ < max(means) + error
    sds = [each["sd"] for each in others]
    assert 0.97 * min(sds) < boot.total_standard_error_ < 1.03 * max(sds)
    quantiles = boot.quantile([0.5, 0.75, 0.95, 0.995])
    names = ("q50", "q75", "q95", "q995")
    for name, var, error in zip(names, quantiles["var"], quantiles["var_se"], strict=True):
        values = [each[name] for each in others if name in each]
        # Others ran 10,000 outcomes: their own error is about √2 of ours.
        assert min(values) - 6 * error < var < max(values) + 6 * error


def test_errors_agree_with_the_analytic_ones_of_the_model(boot):
    exact = published("odp_glm")["results"]["genins|odp"]
    analytic = np.array(exact["se"][1:]) / np.array(exact["reserve"][1:])
    simulated = boot.standard_error_[1:] / boot.ibnr_[1:]
    np.testing.assert_allclose(simulated, analytic, rtol=0.08)
    table = published("odp_bootstrap")["published"]["england_verrall_cv_pct"]
    np.testing.assert_allclose(100 * simulated[1:], table["bootstrap"][1:], rtol=0.06)
    own = published("odp_bootstrap")["exact"]
    assert kb.ODP().fit(genins()).total_standard_error_ == pytest.approx(
        own["analytic_total_se"], rel=1e-11
    )
    cells = int((~np.isnan(genins().values)).sum())
    parameters = sum(genins().shape[2:]) - 1
    assert (cells, parameters) == (own["n_obs"], own["n_params"])
    assert np.sqrt(cells / (cells - parameters)) == pytest.approx(own["dof_factor"], rel=1e-14)


def test_the_monograph_s_distribution_is_within_its_band():
    """Shapland (2016), figure 5.14, with groups of ages of its own: 5 % for other residuals."""
    table = published("odp_bootstrap")["published"]["shapland_odp_T_A"]
    fit = kb.ODPBootstrap(n=20_000, seed=3, adjustment="hat").fit(genins())
    total = fit.quantile([0.5, 0.75, 0.95, 0.99])
    for name, value in zip(("p50", "p75", "p95", "p99"), total["var"], strict=True):
        assert value == pytest.approx(table["total"][name], rel=0.05)
    assert fit.total_ibnr_ == pytest.approx(table["total"]["mean"], rel=0.02)
    assert fit.total_standard_error_ == pytest.approx(table["total"]["se"], rel=0.05)
    np.testing.assert_allclose(fit.ibnr_[1:], table["mean"], rtol=0.05)


def test_process_and_parameter_variance_add_up(boot):
    exact = published("odp_glm")["results"]["genins|odp"]["total"]
    alone = kb.ODPBootstrap(n=20_000, seed=11, process="none").fit(genins())
    assert alone.total_standard_error_ == pytest.approx(exact["parameter_se"], rel=0.06)
    process = np.sqrt(boot.total_standard_error_**2 - alone.total_standard_error_**2)
    assert process == pytest.approx(exact["process_se"], rel=0.1)


def test_everything_sums_to_the_reserve(boot):
    total = boot.totals_
    np.testing.assert_allclose(boot.by_origin_.sum(axis=0), total, rtol=1e-12)
    np.testing.assert_allclose(boot.cash_flows_.sum(axis=0), total, rtol=1e-12)
    np.testing.assert_allclose(boot.cells_.sum(axis=0), total, rtol=1e-12)
    np.testing.assert_allclose(boot.by_origin_.mean(axis=1), boot.ibnr_, rtol=1e-12)
    np.testing.assert_allclose(boot.by_origin_.std(axis=1, ddof=1), boot.standard_error_, rtol=1e-9)
    assert boot.portfolio_ == pytest.approx(total)
    # Calendar periods are diagonals.
    for origin, age, period in boot.future_:
        assert int(origin) - 2001 + age // 12 - 10 == period


def test_the_chain_ladder_below_is_mack_s(boot):
    mack = kb.Mack().fit(genins())
    assert boot.basis_.total_ibnr == pytest.approx(mack.total_ibnr_, rel=1e-14)
    np.testing.assert_allclose(boot.latest_, mack.latest_)


def test_an_outcome_depends_on_seed_segment_and_number_alone():
    short = kb.ODPBootstrap(n=100, seed=3, keep="cells", threads=1).fit(genins())
    long = kb.ODPBootstrap(n=3_001, seed=3, keep="cells", threads=3).fit(genins())
    assert (short.cells_ == long.cells_[:, :100]).all()
    other = kb.ODPBootstrap(n=100, seed=4, keep="cells").fit(genins())
    assert (other.totals_ != short.totals_).all()
    mack = kb.MackBootstrap(n=3_001, seed=3, threads=1).fit(genins())
    again = kb.MackBootstrap(n=640, seed=3, threads=2).fit(genins())
    assert (mack.totals_[:640] == again.totals_).all()


def two_lines(scale=1.0):
    first = genins().values
    rows = []
    for line, values in (("a", first), ("b", first * scale)):
        for origin in range(10):
            for age in range(10 - origin):
                rows.append((line, 2001 + origin, 12 * (age + 1), values[origin, age]))
    names = ("line", "origin", "age", "paid")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return kb.Triangle.from_long(
        columns, origin="origin", development="age", values=["paid"], by="line"
    )


def test_segments_are_independent_synchronised_or_correlated():
    both = two_lines()
    apart = kb.ODPBootstrap(n=5_000, seed=1).fit(both)
    assert apart.totals_.shape == (2, 5_000)
    assert abs(np.corrcoef(apart.totals_)[0, 1]) < 0.06
    one = kb.ODPBootstrap(n=5_000, seed=1).fit(both.segment("b"))
    assert (one.totals_ == apart.totals_[1]).all()
    # Two equal triangles that draw the same residuals have the same parameter error.
    together = kb.ODPBootstrap(n=5_000, seed=1, synchronised=True, process="none").fit(both)
    np.testing.assert_allclose(together.totals_[0], together.totals_[1], rtol=1e-12)
    mixed = kb.ODPBootstrap(n=5_000, seed=1, correlation=[[1, 0.6], [0.6, 1]]).fit(both)
    ranks = np.argsort(np.argsort(mixed.totals_, axis=1), axis=1)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(0.6, abs=0.03)
    for at in range(2):
        assert (np.sort(mixed.totals_[at]) == np.sort(apart.totals_[at])).all()
        np.testing.assert_allclose(mixed.by_origin_[at].sum(axis=0), mixed.totals_[at], rtol=1e-12)
    assert mixed.portfolio_.std() > apart.portfolio_.std()


def plain_bootstrap(values, n, rng, simple=False):
    """England and Verrall (2002) step by step in NumPy, without process."""
    size = len(values)
    seen = ~np.isnan(values)

    def ladder(c):
        factors = np.empty((len(c), size - 1))
        for k in range(size - 1):
            start, end = c[:, : size - 1 - k, k], c[:, : size - 1 - k, k + 1]
            if simple:
                # A link that starts at zero or below has no ratio.
                ratios = np.where(start > 0, end / start, np.nan)
                factors[:, k] = np.nanmean(ratios, axis=1)
            else:
                factors[:, k] = end.sum(axis=1) / start.sum(axis=1)
        return factors

    f = ladder(values[None])[0]
    fitted = np.full_like(values, np.nan)
    for i in range(size):
        fitted[i, size - 1 - i] = values[i, size - 1 - i]
        for k in range(size - 2 - i, -1, -1):
            fitted[i, k] = fitted[i, k + 1] / f[k]
    m = np.diff(fitted, axis=1, prepend=0.0)
    x = np.diff(values, axis=1, prepend=0.0)
    r = ((x - m) / np.sqrt(np.abs(m)))[seen]
    cells = seen.sum()
    pool = r * np.sqrt(cells / (cells - 2 * size + 1))
    corners = np.zeros_like(seen)
    corners[0, size - 1] = corners[size - 1, 0] = True
    pool = pool[~corners[seen]]
    draw = np.zeros((n, size, size))
    draw[:, seen] = m[seen] + np.sqrt(np.abs(m[seen])) * rng.choice(pool, (n, cells))
    c = np.where(seen, draw.cumsum(axis=2), np.nan)
    g = ladder(c)
    return sum(
        c[:, i, size - 1 - i] * (g[:, size - 1 - i :].prod(axis=1) - 1) for i in range(1, size)
    )


@pytest.mark.parametrize("name", ["genins", "ukmotor"])
@pytest.mark.parametrize("average", ["volume", "simple"])
def test_parameter_error_agrees_with_the_steps_of_the_paper(name, average):
    """Simple averages of genins have resampled links that start near zero, hence heavy tails: a
    quantile of few outcomes says little, and each is held against the errors of both."""
    triangle = kb.datasets.load(name)
    n = 40_000
    plain = plain_bootstrap(triangle.values, n, np.random.default_rng(5), average == "simple")
    boot = kb.ODPBootstrap(n=n, seed=5, process="none", average=average).fit(triangle)
    levels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    ours = boot.quantile(levels)
    theirs = np.quantile(plain, levels)
    error = np.sqrt(2) * np.array(ours["var_se"])
    assert (np.abs(np.array(ours["var"]) - theirs) < 4.5 * error).all()
    # Between the 5 % and the 95 % quantile, to a few percent.
    spread = [np.diff(np.quantile(each, [0.05, 0.95])).item() for each in (plain, boot.totals_)]
    assert spread[1] == pytest.approx(spread[0], rel=0.03)


def test_any_method_projects_the_resampled_triangles():
    tri = genins()
    premium = np.linspace(6.5e6, 8e6, 10)
    known = {"n": 700, "seed": 6, "process": "none", "keep": "cells"}
    ladder = kb.ODPBootstrap(**known).fit(tri)
    own = kb.ODPBootstrap(**known, method=kb.ChainLadder()).fit(tri)
    np.testing.assert_allclose(own.cells_, ladder.cells_, rtol=1e-9, atol=1e-6)
    assert own.outcomes_replaced_ == 0
    cape = kb.ODPBootstrap(**known, method="cape_cod", decay=0.8).fit(tri, exposure=premium)
    own = kb.ODPBootstrap(**known, method=kb.CapeCod(decay=0.8)).fit(tri, exposure=premium)
    np.testing.assert_allclose(own.cells_, cape.cells_, rtol=1e-9, atol=1e-6)
    prior = kb.ODPBootstrap(**known, method="bornhuetter_ferguson", prior=0.7)
    prior.fit(tri, exposure=premium)
    own = kb.ODPBootstrap(**known, method=kb.BornhuetterFerguson(prior=0.7))
    own.fit(tri, exposure=premium)
    np.testing.assert_allclose(own.cells_, prior.cells_, rtol=1e-9, atol=1e-6)
    tail = kb.ODPBootstrap(**known, tail=1.05).fit(tri)
    own = kb.ODPBootstrap(**known, tail=1.05, method=kb.ChainLadder(tail=1.05)).fit(tri)
    np.testing.assert_allclose(own.cells_, tail.cells_, rtol=1e-9, atol=1e-6)
    with pytest.raises(kb.InputError, match="tail"):
        kb.ODPBootstrap(n=64, method=kb.ChainLadder(tail=1.05)).fit(tri)


def test_a_method_in_the_bootstrap_has_process_and_segments_of_its_own():
    tri = genins()
    premium = np.linspace(6.5e6, 8e6, 10)
    # Benktander lies between the two others, in mean and in error.
    fits = [
        kb.ODPBootstrap(n=4_000, seed=6, method=method).fit(tri, exposure=premium)
        for method in (
            kb.BornhuetterFerguson(prior=0.9),
            kb.Benktander(prior=0.9, iterations=2),
            kb.CapeCod(decay=0.0),
        )
    ]
    errors = [fit.total_standard_error_ for fit in fits]
    assert errors[0] < errors[1] < errors[2]
    gb = kb.Benktander(prior=0.9, iterations=2).fit(tri, exposure=premium)
    assert fits[1].total_ibnr_ == pytest.approx(gb.total_ibnr_, rel=0.02)
    assert fits[1].total_standard_error_ == pytest.approx(gb.total_standard_error_, rel=0.06)
    both = two_lines(2.0)
    apart = kb.ODPBootstrap(n=500, seed=1, method=kb.ChainLadder()).fit(both)
    one = kb.ODPBootstrap(n=500, seed=1, method=kb.ChainLadder()).fit(both.segment("b"))
    assert (one.totals_ == apart.totals_[1]).all()
    clark = kb.ODPBootstrap(n=300, seed=1, method=kb.ClarkLDF(), tail=1.2)
    with pytest.raises(kb.InputError, match="tail"):
        kb.ODPBootstrap(n=300, seed=1, method=kb.ClarkLDF()).fit(tri)
    clark.fit(tri)
    fitted = kb.ClarkLDF().fit(tri)
    assert clark.total_ibnr_ == pytest.approx(fitted.total_ibnr_, rel=0.1)
    assert clark.outcomes_replaced_ <= 15


@pytest.mark.parametrize("process", ["gamma", "odp", "lognormal"])
@pytest.mark.parametrize("name", ["genins", "raa"])
def test_processes_have_the_same_two_moments(process, name):
    triangle = kb.datasets.load(name)
    fit = kb.ODPBootstrap(n=20_000, seed=2, process=process).fit(triangle)
    gamma = kb.ODPBootstrap(n=20_000, seed=2).fit(triangle)
    error = 5 * fit.simulation_error_
    assert abs(fit.total_ibnr_ - gamma.total_ibnr_) < error
    assert fit.total_standard_error_ == pytest.approx(gamma.total_standard_error_, rel=0.05)


def test_adjustments_differ_as_they_should():
    by = {
        name: kb.ODPBootstrap(n=10_000, seed=4, adjustment=name).fit(genins()).total_standard_error_
        for name in ("dof", "hat", "none")
    }
    measured = published("odp_bootstrap")["measured_total"]
    none = next(each["sd"] for name, each in measured.items() if "no adjustment" in name)
    assert by["none"] == pytest.approx(none, rel=0.04)
    hat = [
        measured["ibnr (hat, centred)"]["sd"],
        measured["chainladder-python (hat_adj=True)"]["sd"],
    ]
    assert by["hat"] == pytest.approx(np.mean(hat), rel=0.04)


def test_zones_have_scales_of_their_own():
    zones = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    fit = kb.ODPBootstrap(n=2_000, seed=4, zones=zones).fit(genins())
    assert len(set(fit.scale_.tolist())) == 2
    # England and Verrall (2006): N / (N - p) times the mean squared residual of the zone; over all
    # cells that is φ again.
    counts = np.array([10 - age for age in range(10)])
    phi = (fit.scale_ * counts).sum() / counts.sum()
    assert phi == pytest.approx(52601.36, rel=1e-6)


def test_bornhuetter_ferguson_and_cape_cod_are_refitted():
    tri = genins()
    premium = np.linspace(6.5e6, 8e6, 10)
    ladder = kb.ChainLadder().fit(tri)
    share = np.array(ladder.pattern().cumulative)[::-1]
    bf = kb.ODPBootstrap(n=10_000, seed=6, method="bornhuetter_ferguson", prior=0.7)
    bf.fit(tri, exposure=premium)
    expected = (0.7 * premium * (1 - share)).sum()
    assert bf.total_ibnr_ == pytest.approx(expected, rel=0.02)
    free = kb.ODPBootstrap(n=10_000, seed=6).fit(tri)
    assert bf.total_standard_error_ < free.total_standard_error_
    unsure = kb.ODPBootstrap(
        n=10_000, seed=6, method="bornhuetter_ferguson", prior=0.7, prior_cv=0.2
    ).fit(tri, exposure=premium)
    assert unsure.total_standard_error_ > bf.total_standard_error_
    # A prior equal to the chain ladder's ultimates has its mean.
    own = kb.ODPBootstrap(n=20_000, seed=6, method="bornhuetter_ferguson", prior=1.0)
    own.fit(tri, exposure=ladder.ultimate_)
    assert own.total_ibnr_ == pytest.approx(ladder.total_ibnr_, rel=0.02)
    cape = kb.ODPBootstrap(n=10_000, seed=6, method="cape_cod").fit(tri, exposure=premium)
    ratio = tri.latest.sum() / (premium * share).sum()
    assert cape.total_ibnr_ == pytest.approx((ratio * premium * (1 - share)).sum(), rel=0.02)
    # With decay 0 every origin stands on itself: the chain ladder, outcome by outcome.
    alone = kb.ODPBootstrap(n=500, seed=6, method="cape_cod", decay=0.0, process="none")
    alone.fit(tri, exposure=premium)
    plain = kb.ODPBootstrap(n=500, seed=6, process="none").fit(tri)
    np.testing.assert_allclose(alone.totals_, plain.totals_, rtol=1e-9)


def test_selections_and_tails_are_replayed():
    tri = genins()
    last = kb.ODPBootstrap(n=4_000, seed=8, last=5).fit(tri)
    assert last.basis_.total_ibnr == pytest.approx(kb.Mack(n=5).fit(tri).total_ibnr_)
    tail = kb.ODPBootstrap(n=4_000, seed=8, tail=1.05, keep="cells").fit(tri)
    plain = kb.ODPBootstrap(n=4_000, seed=8).fit(tri)
    # What was left to come, and 5 % of the ultimate.
    expected = plain.basis_.total_ultimate * 0.05 + plain.basis_.total_ibnr
    assert tail.basis_.total_ibnr == pytest.approx(expected)
    assert tail.total_ibnr_ == pytest.approx(expected, rel=0.02)
    assert len(tail.cash_flows_) == 10
    curve = kb.ODPBootstrap(n=1_000, seed=8, tail="exponential").fit(tri)
    assert curve.basis_.total_ibnr == pytest.approx(
        kb.Mack(tail="exponential").fit(tri).total_ibnr_
    )
    assert np.isfinite(curve.totals_).all()


def test_a_weighted_selection_equals_the_short_way():
    tri = genins()
    short = kb.ODPBootstrap(n=300, seed=8, process="none").fit(tri)
    weights = {(str(2001 + i), 12): 2.0 for i in range(9)}
    try:
        selection = kb.Selection(weights=weights)
    except kb.InputError:
        selection = kb.Selection(weights=[(o, a, w) for (o, a), w in weights.items()])
    slow = kb.ODPBootstrap(n=300, seed=8, process="none", selection=selection).fit(tri)
    np.testing.assert_allclose(slow.totals_, short.totals_, rtol=1e-10)


def test_negative_increments_are_counted_and_keep_the_mean():
    values = genins().values.copy()
    values[0, 9] = values[0, 8] * 0.93
    tri = kb.Triangle.from_wide(values)
    fits = {
        policy: kb.ODPBootstrap(n=10_000, seed=9, negatives=policy, keep="cells").fit(tri)
        for policy in ("mirror", "shift", "mean")
    }
    counts = {policy: fit.counts_["negative_means"] for policy, fit in fits.items()}
    assert counts["mirror"] == counts["shift"] == counts["mean"] > 10_000
    means = [fit.total_ibnr_ for fit in fits.values()]
    np.testing.assert_allclose(means, means[0], rtol=0.01)
    last = {policy: fit.cells_[-1] for policy, fit in fits.items()}
    skew = {k: ((v - v.mean()) ** 3).mean() / v.std() ** 3 for k, v in last.items()}
    assert skew["shift"] > skew["mirror"]


def test_a_ragged_triangle_and_bad_triangles_have_a_status():
    values = genins().values.copy()
    values[0, :3] = np.nan
    values[2, 4] = np.nan
    ragged = kb.ODPBootstrap(n=1_000, seed=1).fit(kb.Triangle.from_wide(values))
    assert ragged.status_ == "ok"
    assert np.isfinite(ragged.totals_).all()
    tiny = kb.ODPBootstrap(n=100, seed=1).fit(kb.Triangle.from_wide([[1.0, 2.0], [1.5, np.nan]]))
    assert tiny.status_ == "errors_undefined"
    assert np.isnan(tiny.totals_).all()
    zero = kb.ODPBootstrap(n=100, seed=1).fit(kb.Triangle.from_wide(np.zeros((4, 4))))
    assert zero.status_ != "ok"
    everything = kb.Triangle.from_wide(np.full((3, 3), np.nan))
    for method in (kb.ODPBootstrap(n=10), kb.MackBootstrap(n=10), kb.MerzWuthrich()):
        assert method.fit(everything).status_ == "empty"
        assert repr(method)


def test_all_faults_of_a_bootstrap_are_told_at_once():
    with pytest.raises(kb.InputError) as caught:
        kb.ODPBootstrap(
            n=0, adjustment="dofs", process="gama", keep="all", zones=[0], method="bf"
        ).fit(genins())
    fields = {issue.field for issue in caught.value.issues}
    assert fields >= {"n", "adjustment", "process", "keep", "zones", "method"}
    assert any("did you mean 'gamma'" in issue.hint for issue in caught.value.issues)
    with pytest.raises(kb.InputError, match="exposure"):
        kb.ODPBootstrap(n=10, method="cape_cod").fit(genins())
    bad = [[1, 0.99, -0.99], [0.99, 1, 0.99], [-0.99, 0.99, 1]]
    three = kb.Triangle.from_long(
        {
            "line": ["a"] * 6 + ["b"] * 6 + ["c"] * 6,
            "origin": [2001, 2001, 2001, 2002, 2002, 2003] * 3,
            "age": [12, 24, 36, 12, 24, 12] * 3,
            "v": [10.0, 15, 16, 12, 17, 11, 10, 14, 16, 12, 17, 11, 9, 15, 16, 12, 17, 11],
        },
        origin="origin",
        development="age",
        values=["v"],
        by="line",
    )
    with pytest.raises(kb.InputError, match="positive definite"):
        kb.ODPBootstrap(n=64, correlation=bad).fit(three)
    with pytest.raises(kb.InputError, match="correlation"):
        kb.ODPBootstrap(n=64, correlation=[[1, 2], [3, 4]]).fit(genins())
    with pytest.raises(AttributeError, match="keep"):
        _ = kb.ODPBootstrap(n=64, keep="total").fit(genins()).by_origin_
    with pytest.raises(AttributeError, match="not fitted"):
        _ = kb.ODPBootstrap().totals_


def test_results_go_into_tables_and_pictures(boot):
    table = boot.distribution()
    assert table["origin"][-1] == "total"
    assert table["mean"][-1] == pytest.approx(boot.total_ibnr_)
    assert table["q99.5_se"][-1] > 0
    assert len(boot.cash_flows()) == 9
    frame = boot.to_pandas()
    assert frame["ibnr"].iloc[-1] == pytest.approx(boot.total_ibnr_)
    assert "total" in repr(boot)
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = boot.plot.fan()
    assert len(axes.collections) == 4
    assert boot.plot.histogram().get_xlabel() == "reserve"
    # Sums of cash flows drawn are those of the reserve: the last median is the total's.
    assert axes.lines[0].get_ydata()[-1] == pytest.approx(np.median(boot.totals_))


# ── Mack's bootstrap ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["genins", "raa", "abc"])
@pytest.mark.parametrize("factors", ["resampled", "normal"])
def test_the_bootstrap_of_mack_agrees_with_his_errors(name, factors):
    triangle = kb.datasets.load(name)
    mack = kb.Mack(mse="independence").fit(triangle)
    fit = kb.MackBootstrap(n=20_000, seed=3, factors=factors, centre=True).fit(triangle)
    error = 5 * fit.simulation_error_
    assert abs(fit.total_ibnr_ - mack.total_ibnr_) < error + 0.002 * mack.total_ibnr_
    assert fit.total_standard_error_ == pytest.approx(mack.total_standard_error_, rel=0.06)
    sound = mack.standard_error_ > 0.02 * mack.total_standard_error_
    np.testing.assert_allclose(fit.standard_error_[sound], mack.standard_error_[sound], rtol=0.12)


def test_mack_with_a_tail():
    tri = genins()
    mack = kb.Mack(tail=(1.05, 0.02, 71.0)).fit(tri)
    fit = kb.MackBootstrap(n=20_000, seed=3, tail=(1.05, 0.02, 71.0)).fit(tri)
    assert fit.total_ibnr_ == pytest.approx(mack.total_ibnr_, rel=0.01)
    assert fit.total_standard_error_ == pytest.approx(mack.total_standard_error_, rel=0.05)


# ── the one-year view ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(set(published("merz_wuthrich")["results"]) - {"mw2014"}))
def test_every_future_year_agrees_with_r(name):
    expected = published("merz_wuthrich")["results"][name]
    base, _, measure = name.partition("_")
    triangle = kb.datasets.load(base)
    view = kb.MerzWuthrich().fit(triangle[measure] if measure else triangle)
    years = expected["cdr_by_year_by_origin"]
    np.testing.assert_allclose(view.cdr_by_year_[: len(years)], years, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(view.total_cdr_by_year_, expected["cdr_by_year_total"], rtol=1e-9)
    # The years together are Mack's error, to first order.
    together = np.sqrt((view.total_cdr_by_year_**2).sum())
    assert together == pytest.approx(view.total_standard_error_, rel=2e-3)
    assert view.by_year()["cumulative"][-1] == pytest.approx(together)
    if name == "mw2008":  # as table 4 of the paper prints them, to its last digit
        assert view.total_cdr_ == pytest.approx(81_080, abs=1)
        assert view.total_standard_error_ == pytest.approx(108_401, abs=1)


@pytest.mark.parametrize("tail", [(1.05, 0.02, 71.0), 1.03, "exponential", (1.02, 0.01, 0.0)])
def test_with_a_tail_the_years_together_are_mack_s_error(tail):
    view = kb.MerzWuthrich(tail=tail).fit(genins())
    assert view.status_ == "ok"
    assert len(view.total_cdr_by_year_) == 10
    together = np.sqrt((view.total_cdr_by_year_**2).sum())
    assert together == pytest.approx(
        kb.Mack(tail=tail).fit(genins()).total_standard_error_, rel=5e-3
    )


@pytest.mark.parametrize("choices", [{"average": "simple"}, {"average": "regression"}, {"n": 5}])
def test_with_a_selection_the_years_together_are_mack_s_error(choices):
    view = kb.MerzWuthrich(**choices).fit(genins())
    together = np.sqrt((view.total_cdr_by_year_**2).sum())
    mack = kb.Mack(**choices).fit(genins()).total_standard_error_
    assert together == pytest.approx(mack, rel=2e-2)


def test_the_actuary_in_the_box_agrees_with_merz_and_wuthrich():
    tri = genins()
    fit = kb.MackBootstrap(n=20_000, seed=12, keep="cells", centre=True).fit(tri)
    box = fit.rereserve()
    view = kb.MerzWuthrich().fit(tri)
    assert box.failed == 0
    assert box.total_sd == pytest.approx(view.total_cdr_, rel=0.05)
    np.testing.assert_allclose(box.sd[1:], view.cdr_[1:], rtol=0.12)
    assert abs(box.total.mean()) < 5 * box.total_sd / np.sqrt(20_000) + 0.01 * view.total_cdr_
    assert box.quantile(0.995)["var"][0] > 2 * box.total_sd
    assert box.distribution()["origin"][-1] == "total"


def test_rereserving_takes_any_method_and_needs_cells(boot):
    tail = boot.rereserve(kb.ChainLadder(tail=1.02))
    plain = boot.rereserve()
    assert tail.total_sd == pytest.approx(1.02 * plain.total_sd, rel=1e-6)
    assert "ChainLadder(tail=1.02)" in repr(tail)
    with pytest.raises(kb.InputError, match="keep"):
        kb.ODPBootstrap(n=64).fit(genins()).rereserve()


# ── coverage ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_intervals_cover_simulated_truth():
    """Triangles of a known over-dispersed Poisson model: is the truth below a quantile often?"""
    rng = np.random.default_rng(2026)
    size, phi, count = 10, 40.0, 600
    level = np.linspace(3_000, 5_000, size)
    pattern = np.array([30, 24, 16, 10, 7, 5, 3.5, 2.2, 1.4, 0.9])
    mean = np.outer(level, pattern / pattern.sum())
    draws = phi * rng.poisson(mean / phi, size=(count, size, size))
    seen = np.add.outer(np.arange(size), np.arange(size)) < size
    truth = np.where(seen, 0, draws).sum(axis=(1, 2))
    below = []
    for at in range(count):
        values = np.where(seen, draws[at].cumsum(axis=1), np.nan)
        fit = kb.ODPBootstrap(n=1_000, seed=at).fit(kb.Triangle.from_wide(values))
        below.append((fit.totals_ < truth[at]).mean())
    below = np.array(below)
    for p in (0.1, 0.25, 0.5, 0.75, 0.9, 0.95):
        share, error = (below <= p).mean(), np.sqrt(p * (1 - p) / count)
        assert abs(share - p) < 4 * error + 0.02, (p, share)
