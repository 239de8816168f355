"""One number by many methods, from Python."""

import math
import pickle

import numpy as np
import pytest
from scipy import stats

import kebao as kb


@pytest.fixture(scope="module")
def loss() -> kb.Aggregate:
    return kb.Aggregate(kb.Poisson(3), kb.Pareto(1.2, 1e4).capped(2e5))


def test_methods_agree_with_a_plain_simulation(loss: kb.Aggregate) -> None:
    """NumPy draws the same model, independently."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(3, 400_000)
    sizes = np.minimum(1e4 * rng.random(counts.sum()) ** (-1 / 1.2), 2e5)
    totals = np.bincount(np.repeat(np.arange(counts.size), counts), sizes, counts.size)
    layer = np.clip(totals - 2e5, 0, 3e5)
    mean, error = layer.mean(), layer.std() / math.sqrt(layer.size)
    table = kb.compare_methods(loss, limit=3e5, attachment="200k", years=50_000, seed=3)
    assert list(table["method"]) == list(kb.solvers.METHODS)
    for value, own, bound in zip(
        table["value"], table["standard_error"], table["bound"], strict=True
    ):
        spread = math.hypot(error, bound / 4 if math.isnan(own) else own)
        assert abs(value - mean) < 4 * spread
    one = kb.evaluate(loss, limit=3e5, attachment=2e5)
    assert one.method == "fft"
    low, high = one.interval
    assert low <= one.value <= high
    assert "fft" in repr(one)
    assert "bound" in one.reason


def test_exceedance_of_one_loss_is_closed() -> None:
    one = kb.Aggregate(kb.Bernoulli(0.2), kb.LogNormal(10, 2))
    found = kb.evaluate(one, exceeds=1e6, method="sobol")
    assert found.method == "closed"
    assert found.value == pytest.approx(0.2 * stats.lognorm(2, scale=np.exp(10)).sf(1e6), rel=1e-13)


def test_gradients(loss: kb.Aggregate) -> None:
    table = kb.sensitivity(loss, limit=3e5, attachment=2e5, years=40_000, seed=2)
    assert np.nanmax(np.abs(table["z_score"])) < 4
    rows = dict(zip(table["parameter"], table["derivative"], strict=True))
    step = 0.01

    def at(mean: float) -> float:
        moved = kb.Aggregate(kb.Poisson(mean), loss.severity)
        return kb.evaluate(moved, limit=3e5, attachment=2e5).value

    difference = (at(3 + step) - at(3 - step)) / (2 * step)
    assert rows["frequency.mean"] == pytest.approx(difference, rel=1e-3)
    value = kb.evaluate(loss, limit=3e5, attachment=2e5).value
    assert rows["share"] == pytest.approx(value, rel=1e-4)


def test_what_a_short_grid_leaves_out_is_allocated_too() -> None:
    one = kb.Aggregate(kb.Poisson(2), kb.Pareto(1.8, 1000))
    other = kb.Aggregate(kb.Poisson(5), kb.LogNormal(6, 1))
    lines = kb.Lines({"heavy": one, "light": other}, mixing=0.3)
    short = lines.fft(log2=10, step=50)
    assert short.errors["truncated_mass"] > 1e-3
    for p in (0.9, 0.99):
        parts = kb.measure.allocate(short, "tvar", p)
        assert sum(parts["value"]) == pytest.approx(short.tvar(p), rel=1e-6)
        assert sum(parts["value"]) == pytest.approx(lines.fft(log2=18, step=50).tvar(p), rel=1e-3)
    none = kb.Lines({"no mean": kb.Aggregate(kb.Poisson(1), kb.Pareto(0.9, 1000)), "light": other})
    parts = kb.measure.allocate(none.fft(log2=10, step=50), "tvar", 0.9)
    assert next(iter(parts["value"])) == np.inf
    assert np.isfinite(list(parts["value"])[1])


def test_faults_are_all_told(loss: kb.Aggregate) -> None:
    with pytest.raises(kb.InputError) as told:
        kb.evaluate(loss, limit=-1, attachment=-2, years=1, precision=3)
    assert {issue.field for issue in told.value.issues} == {
        "limit",
        "attachment",
        "years",
        "precision",
    }
    with pytest.raises(kb.InputError, match="sobol"):
        kb.evaluate(loss, limit=1, method="sobel")
    with pytest.raises(kb.InputError, match="exceeds"):
        kb.evaluate(loss, limit=1, exceeds=2)
    with pytest.raises(kb.InputError, match="rounding"):
        loss.fft(discretisation="round")
    with pytest.raises(kb.NumericError, match="evaluate by fft"):
        kb.Aggregate(kb.NeymanA(2, 1), kb.Gamma(2, 1)).panjer()
    row = kb.compare_methods(
        kb.Aggregate(kb.NeymanA(2, 1), kb.Gamma(2, 1)), exceeds=10, methods=["panjer", "fft"]
    )
    assert row["reason"][0].startswith("refused")
    assert math.isnan(row["value"][0])


def test_panjer_keeps_the_tail(loss: kb.Aggregate) -> None:
    """Poisson sums of exponentials far out, against the series of gamma survival functions."""
    one = kb.Aggregate(kb.Poisson(2), kb.Exponential(1.0))
    found = one.panjer(log2=13, step=0.02, discretisation="upper")
    below = one.panjer(log2=13, step=0.02, discretisation="lower")
    n = np.arange(1, 200)
    for x in (40.0, 80.0, 120.0):
        exact = float(stats.poisson(2).pmf(n) @ stats.gamma(n).sf(x))
        at = int(x / 0.02)
        high, low = (g.pmf[1][at + 1 :].sum() for g in (found, below))
        assert low * (1 - 1e-9) <= exact <= high * (1 + 1e-9)
        assert high < 2.5 * low
    assert found.errors["numerical"] < 1e-12


def test_lines_against_simulation() -> None:
    one = kb.Aggregate(kb.Poisson(2), kb.Gamma(2, 500))
    two = kb.Aggregate(kb.Poisson(0.5), kb.LogNormal(7, 1).capped(2e4))
    lines = kb.Lines(
        {"ai": one, "cloud": two}, shock_rate=0.3, shock_shares={"ai": 0.9}, mixing=0.5
    )
    rng = np.random.default_rng(4)
    years = 300_000
    factor = rng.gamma(2, 0.5, years)
    shocks = rng.binomial(rng.poisson(0.3, years), 0.9)

    def totals(counts, draw):
        return np.bincount(np.repeat(np.arange(years), counts), draw(counts.sum()), years)

    a = totals(rng.poisson(2 * factor) + shocks, lambda n: rng.gamma(2, 500, n))
    b = totals(rng.poisson(0.5 * factor), lambda n: np.minimum(rng.lognormal(7, 1, n), 2e4))
    total = a + b
    assert lines.mean == pytest.approx(total.mean(), rel=0.01)
    assert lines.sd == pytest.approx(total.std(), rel=0.02)
    assert lines.correlation[0, 1] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=0.01)
    for p in (0.9, 0.99):
        within = 4 * math.sqrt(p / ((1 - p) * years))
        assert lines.sf(np.quantile(total, p)) == pytest.approx(1 - p, rel=within)
    exact = kb.measure.allocate(lines, "tvar", 0.99)
    sample = kb.measure.allocate({"ai": a, "cloud": b}, "tvar", 0.99)
    assert exact["value"].sum() == pytest.approx(lines.tvar(0.99), rel=1e-6)
    for value, drawn, error in zip(
        exact["value"], sample["value"], sample["standard_error"], strict=False
    ):
        assert abs(value - drawn) < 4.5 * error
    assert pickle.loads(pickle.dumps(lines)) == lines
    assert "shock" in repr(lines)
    with pytest.raises(kb.InputError, match="cloud"):
        kb.Lines({"cloud": one}, shock_rate=0.1, shock_shares={"clout": 1})


def test_net_and_ceded_against_simulation(loss: kb.Aggregate) -> None:
    both = kb.Bivariate(loss, limit=1e5, attachment=5e4, share=0.8, log2=(9, 8))
    rng = np.random.default_rng(5)
    years = 200_000
    counts = rng.poisson(3, years)
    sizes = np.minimum(1e4 * rng.random(counts.sum()) ** (-1 / 1.2), 2e5)
    part = 0.8 * np.clip(sizes - 5e4, 0, 1e5)
    year = np.repeat(np.arange(years), counts)
    ceded = np.bincount(year, part, years)
    net = np.bincount(year, sizes - part, years)
    assert both.net_mean == pytest.approx(net.mean(), rel=0.02)
    assert both.ceded_mean == pytest.approx(ceded.mean(), rel=0.03)
    assert both.correlation == pytest.approx(np.corrcoef(net, ceded)[0, 1], abs=0.02)
    share = np.mean((net <= 1e5) & (ceded <= 5e4))
    assert both.cdf(1e5, 5e4) == pytest.approx(share, abs=0.02)
    assert both.pmf.sum() + both.truncated_mass == pytest.approx(1, abs=1e-9)
    assert both.pmf.shape == (both.net.size, both.ceded.size)
    errors = both.errors
    assert abs(errors["net_mean_error"]) < 1e-4
    assert abs(errors["ceded_mean_error"]) < 1e-4
    short = kb.Bivariate(loss, limit=1e5, attachment=5e4, share=0.8, log2=(7, 7), steps=(1e3, 1e3))
    on_plane = (short.pmf.sum(axis=1) * short.net).sum()
    assert short.errors["net_mean_error"] == pytest.approx(on_plane / short.net_mean - 1, rel=1e-9)
    assert short.errors["net_mean_error"] < -0.01 < 0 < short.errors["truncated_mass"]


def test_streams_in_any_order() -> None:
    rng = np.random.default_rng(6)
    years = rng.lognormal(10, 2, 50_000)
    years[:20_000] = 0.0
    whole, cut = kb.measure.Histogram(), kb.measure.Histogram()
    whole.add(years)
    for part in np.array_split(years[::-1], 13):
        one = kb.measure.Histogram()
        one.add(np.ascontiguousarray(part))
        cut.merge(one)
    for p in (0.3, 0.9, 0.999):
        assert whole.quantile(p) == cut.quantile(p)
        low, high = whole.quantile(p)
        exact = np.quantile(years, p, method="inverted_cdf")
        assert low <= exact <= high
        low, high = whole.tvar(p)
        assert low <= kb.measure.tvar(years, p).value * (1 + 1e-12) <= high * (1 + 1e-9)
    low, high = whole.exceedance(1e5)
    assert low <= (years > 1e5).mean() <= high
    with pytest.raises(kb.InputError, match="amounts"):
        whole.add(np.array([-1.0]))
    with pytest.raises(kb.InputError, match="years"):
        kb.measure.Histogram().quantile(0.5)


@pytest.mark.slow
def test_intervals_cover(loss: kb.Aggregate) -> None:
    """95% intervals of each simulation hold the exact value in 95% of 400 seeds."""
    exact = kb.evaluate(loss, limit=3e5, attachment=2e5, method="fft").value
    for method in ("simulation", "control", "stratified", "sobol", "conditional", "importance"):
        held = 0
        for seed in range(400):
            low, high = kb.evaluate(
                loss, limit=3e5, attachment=2e5, method=method, years=4_000, seed=seed
            ).interval
            held += low <= exact <= high
        # Sixteen scramblings have a t distribution, not a normal one.
        wanted = 0.93 if method == "sobol" else 0.95
        assert abs(held / 400 - wanted) < 3.5 * math.sqrt(0.05 * 0.95 / 400), (method, held)
