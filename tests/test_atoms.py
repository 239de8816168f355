"""Atoms keep their amount and their probability through every transform, draw and inverse."""

import math

import numpy as np
import pytest
from scipy import stats

import kebao as kb


def within(sample, mean, sd):
    assert abs(np.mean(sample) - mean) < 4.5 * sd / math.sqrt(len(sample))


@pytest.mark.parametrize(
    ("count", "values"),
    [
        (kb.EmpiricalCount([0.5, 0, 0.5]), {0: 0.5, 2: 0.5}),
        (kb.EmpiricalCount([0.9, 0, 0, 0.1]), {0: 0.9, 3: 0.1}),
        (kb.ZeroModified(kb.EmpiricalCount([0, 0, 1.0]), 0.5), {0: 0.5, 2: 0.5}),
        (kb.CompoundCount(kb.Bernoulli(0.3), kb.EmpiricalCount([0, 0, 0, 1.0])), {0: 0.7, 3: 0.3}),
        (kb.ZeroTruncated(kb.BetaBinomial(1, 0.3, 0.5)), {1: 1.0}),
    ],
)
def test_counts_with_gaps_are_drawn_where_they_are(count, values):
    drawn = count.sample(100_000, seed=1)
    found, times = np.unique(drawn, return_counts=True)
    assert found.tolist() == list(values)
    p = np.array(list(values.values()))
    assert (np.abs(times / 1e5 - p) <= 4.5 * np.sqrt(p * (1 - p) / 1e5)).all()
    loss = kb.Aggregate(count, kb.Exponential(10))
    within(loss.sample(100_000, seed=2), loss.mean, loss.sd)


def test_drawn_atoms_are_the_atoms():
    half = kb.Mixture([kb.Exponential(1), kb.Empirical([2.0])], [0.5, 0.5])
    drawn = half.sample(200_000, seed=5)
    within(drawn == 2.0, 0.5, 0.5)
    assert half.quantile(0.6) == 2.0
    franchise = half.deducted(2, kind="franchise")
    within(franchise.sample(200_000, seed=5), franchise.mean, franchise.sd)
    layer = half.layered(5, 2)
    within(layer.sample(200_000, seed=5) > 0, layer.sf(0.0), 0.3)
    capped = kb.Mixture(
        [kb.LogNormal(13, 1.5).capped(1e6), kb.LogNormal(15, 1).capped(1e6)], [0.8, 0.2]
    )
    drawn = capped.sample(100_000, seed=1)
    share = 0.8 * stats.norm.sf((math.log(1e6) - 13) / 1.5) + 0.2 * stats.norm.sf(
        math.log(1e6) - 15
    )
    assert drawn.max() == 1e6
    within(drawn == 1e6, share, math.sqrt(share * (1 - share)))
    one = kb.Mixture([kb.Exponential(1).capped(2), kb.Exponential(3)], [0.5, 0.5])
    assert one.quantile(one.cdf(2.0) - 0.01) == 2.0


def test_every_method_agrees_where_losses_have_atoms():
    # A Poisson number of losses of exactly 10 beside small ones.
    loss = kb.Aggregate(
        kb.Poisson(6), kb.Mixture([kb.Exponential(0.01), kb.Empirical([10.0])], [0.5, 0.5])
    )
    exact = stats.poisson(3).sf(3)  # above 35: four tens or more, the small ones make 0.03
    for method in ("simulation", "control", "stratified", "sobol", "conditional"):
        found = kb.evaluate(loss, exceeds=35.0, method=method, years=100_000, seed=3)
        assert found.value == pytest.approx(exact, abs=4.5 * found.standard_error + 1e-6), method
    scaled = kb.Aggregate(kb.Poisson(6), kb.Empirical([30.04]).scaled(2.17))
    found = kb.evaluate(
        scaled, exceeds=7.5 * 30.04 * 2.17, method="conditional", years=100_000, seed=1
    )
    assert found.value == pytest.approx(stats.poisson(6).sf(7), abs=4.5 * found.standard_error)


def test_rounding_does_not_part_an_atom_from_its_amount():
    rng = np.random.default_rng(3)
    for _ in range(400):
        v, f = np.round(rng.uniform(1, 99, 2), 2)
        base = kb.Empirical([v, v + 1000.0])
        for made in (base.scaled(f), base.shifted(f), base.layered(1e6, f / 100)):
            x = made.quantile(0.25)
            assert made.cdf(x) == pytest.approx(0.5), (v, f, made)
            assert made.cdf(np.nextafter(x, 0)) == 0.0, (v, f, made)
            assert made.sf(x) == pytest.approx(0.5)
    scaled = kb.Empirical([30.04, 1030.04]).scaled(2.17)
    x = scaled.quantile(0.25)
    assert scaled.deducted(x, kind="franchise").mean == pytest.approx(0.5 * 1030.04 * 2.17)


def test_quantiles_of_atoms_undo_their_probabilities():
    for n in (7, 10, 100):
        one = kb.Empirical(np.arange(1.0, n + 1))
        amounts = np.arange(1.0, n)
        assert [one.quantile(p) for p in one.cdf(amounts)] == amounts.tolist()
        assert [one.quantile(k / n) for k in range(1, n)] == amounts.tolist()
    assert one.capped(90).quantile(0.8) == 80
    spliced = kb.Spliced(kb.Uniform(0, 1), kb.Uniform(10, 20), threshold=5, tail_weight=0.5)
    assert spliced.quantile(0.5) == pytest.approx(1.0)
    assert spliced.quantile(0.5 + 1e-9) >= 10
    assert kb.Spliced(kb.Uniform(0, 1), kb.Uniform(10, 20), threshold=5, tail_weight=1).quantile(
        0.25
    ) == pytest.approx(12.5)
    counted = kb.measure.Histogram()
    counted.add(np.arange(1.0, 101.0))
    for p in (0.07, 0.14, 0.55):
        low, high = counted.quantile(p)
        assert low <= round(100 * p) <= high
    assert counted.exceedance(-1.0) == (1.0, 1.0)


def test_variances_of_layers():
    assert kb.Pareto(0.5, 1).layer_variance(math.inf, 5.0) == math.inf
    assert kb.Pareto(0.5, 1).cv == math.inf
    assert kb.Exponential(1).shifted(1e9).layer_variance(1e12) == pytest.approx(1)
    assert kb.Uniform(1e6, 1e6 + 1).layer_variance(2e6) == pytest.approx(1 / 12)
    tight = kb.LogNormal(20, 1e-7)
    assert tight.layer_variance(1e12) == pytest.approx(tight.variance)


def test_far_tails_of_the_inverse_gaussian():
    import mpmath as mp

    mp.mp.dps = 60
    for mean, shape, x in [(1, 20, 69.07755), (1, 20, 300.0), (1, 200, 20.0)]:
        r = mp.sqrt(mp.mpf(shape) / x)
        z = mp.mpf(x) / mean
        exact = mp.log(
            mp.ncdf(-r * (z - 1)) - mp.exp(2 * mp.mpf(shape) / mean) * mp.ncdf(-r * (z + 1))
        )
        assert kb.InverseGaussian(mean, shape).log_sf(x) == pytest.approx(float(exact), abs=1e-9)


def test_a_table_of_many_losses_is_layered_where_it_is_asked():
    losses = np.random.default_rng(3).lognormal(10, 1, 50_000)
    table = kb.Empirical(losses)
    for attachment, limit in [(0, 1e4), (2e4, 1e3), (5e4, 1e-3), (1e9, 1e9), (3e4, math.inf)]:
        plain = np.clip(losses - attachment, 0, limit).mean()
        assert table.layer_mean(limit, attachment) == pytest.approx(plain, rel=1e-12)
    at = np.quantile(losses, 0.7)
    assert table.lev(at) == pytest.approx(np.minimum(losses, at).mean(), rel=1e-12)
    assert table.lev(math.inf) == pytest.approx(losses.mean(), rel=1e-12)
    # The mean of the total on a grid of 2^16 steps: as many layers as steps, each of a few losses.
    total = kb.Aggregate(kb.Poisson(mean=3), table).fft(log2=16)
    assert total.mean == pytest.approx(3 * losses.mean(), rel=1e-9)
