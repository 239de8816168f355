"""Where simulation and grids are known to go wrong, a test for each trap.

Expected values are exact ones by mpmath, closed forms, or limits that two models must share.
"""

import math
import time

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

import kebao as kb

mp.mp.dps = 40
LAYER = kb.LogNormal(10, 2).layered("4m", "1m")


def lognormal_layer(mu, sigma, limit, attachment):
    """E min((X − a)₊, l) = E(X − a)₊ − E(X − a − l)₊ with 40 digits."""

    def excess(d):
        z = (mp.log(d) - mu) / sigma
        upper = mp.ncdf(sigma - z) * mp.exp(mp.mpf(mu) + mp.mpf(sigma) ** 2 / 2)
        return upper - mp.mpf(d) * mp.ncdf(-z)

    return float(excess(mp.mpf(attachment)) - excess(mp.mpf(attachment) + mp.mpf(limit)))


@pytest.mark.parametrize(("limit", "attachment"), [(1e10, 1e14), (1, 1e9), (1e3, 1e12)])
def test_far_and_thin_layers_are_not_a_difference_of_limited_means(limit, attachment):
    exact = lognormal_layer(10, 2, limit, attachment)
    assert kb.LogNormal(10, 2).layer_mean(limit, attachment) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("q", [1e-300, 1e-100, 1e-20, 1e-16, 0.5 - 1e-10, 0.5 + 1e-10])
def test_quantiles_are_asked_by_survival(q):
    normal = mp.sqrt(2) * mp.erfinv(1 - 2 * mp.mpf(q)) if q > 1e-20 else None
    for model in (kb.LogNormal(0, 1), kb.Gamma(0.7, 3), kb.Beta(2, 5), kb.Pareto(1.5, 2)):
        x = model.isf(q)
        assert model.sf(x) == pytest.approx(q, rel=2e-12)
    if normal is not None:
        assert math.log(kb.LogNormal(0, 1).isf(q)) == pytest.approx(float(normal), abs=1e-14)


def test_pareto_next_to_the_indices_where_moments_end():
    near = [kb.Pareto(1 + e, 1.0).layer_mean(50, 2) for e in (-1e-9, 0.0, 1e-9)]
    assert near[1] == pytest.approx(math.log(26), rel=1e-14)  # ∫ dx/x from 2 to 52
    assert near[0] > near[1] > near[2]
    # d/dα of ∫ x^−α from 2 to 52 at α = 1 is −∫ ln x / x.
    slope = (math.log(52) ** 2 - math.log(2) ** 2) / 2
    assert near[0] - near[2] == pytest.approx(2e-9 * slope, rel=1e-5)
    half = kb.Pareto(0.5, 1.0)
    assert half.layer_mean(7, 9) == pytest.approx(2 * (4 - 3), rel=1e-14)  # ∫ x^−½
    assert half.mean == math.inf
    assert kb.Pareto(1.5, 1).variance == math.inf
    assert np.isfinite(half.sample(1_000_000, seed=1)).all()
    loss = kb.Aggregate(kb.Poisson(2), kb.Pareto(1.5, 1))
    found = kb.evaluate(loss, attachment=3, method="simulation", years=10_000)
    assert math.isnan(found.standard_error)
    assert "infinite" in found.reason


@pytest.mark.parametrize("shape", [1e10, 1e13, 1e16])
def test_negative_binomials_that_are_nearly_poisson(shape):
    near, limit = kb.NegativeBinomial(50, shape), kb.Poisson(50)
    k = np.arange(120)
    np.testing.assert_allclose(near.pmf(k), limit.pmf(k), rtol=2e-14 + 3000 / shape)
    one = kb.Gamma(2, 100)
    a, b = (kb.Aggregate(n, one).fft(log2=12, step=10) for n in (near, limit))
    x = np.array([5e3, 1e4, 1.5e4])
    np.testing.assert_allclose(a.sf(x), b.sf(x), rtol=1e-11 + 3000 / shape)


def test_underdispersed_counts_are_not_fitted_with_an_endless_shape():
    counts = np.array([4, 5, 5, 5, 6, 5, 4, 6, 5, 5])  # variance below the mean
    fit = kb.fit.frequency(counts, families=["Poisson", "NegativeBinomial"])
    assert type(fit.best.frequency()) is kb.Poisson
    assert fit.best.frequency().mean == pytest.approx(5)
    status = dict(zip(fit.table["family"], fit.table["status"], strict=True))
    assert status["Poisson"] == "converged"
    assert "Poisson" in status["NegativeBinomial"]


def test_a_billion_claims():
    many = kb.Poisson(1e9)
    drawn = many.sample(4000, seed=1)
    assert drawn.dtype.kind in "iu"
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(1e9, abs=4 * math.sqrt(1e9 / 4000))
    assert drawn.std() == pytest.approx(math.sqrt(1e9), rel=4 / math.sqrt(8000))
    normal = stats.kstest((drawn - 1e9) / math.sqrt(1e9), "norm")
    assert normal.pvalue > 1e-4
    loss = kb.Aggregate(many, kb.Gamma(2, 100))
    # Steps that reach the total are far above one loss and would spread it.
    with pytest.raises(kb.NumericError, match="too coarse for a total of sd"):
        loss.quantile(0.99)
    fewer = kb.Aggregate(kb.Poisson(1e5), kb.Gamma(2, 100))
    with pytest.raises(kb.NumericError, match=r"use fft\(log2="):
        fewer.quantile(0.99)
    fine = fewer.fft(log2=21)
    assert fine.errors["sd_error"] < 0.01
    assert fine.errors["verdict"].startswith("ok")
    z = (fine.quantile(0.99) - fewer.mean) / fewer.sd
    assert z == pytest.approx(stats.norm.ppf(0.99), abs=0.03)
    with pytest.raises(kb.NumericError, match="too many"):
        loss.sample(10, seed=1)


def test_starts_that_underflow():
    # P(N = 0) = e^−5000. Poisson(5000) × gamma(2, 1): mean 10000, variance 30000.
    loss = kb.Aggregate(kb.Poisson(5000), kb.Gamma(2, 1))
    fft = loss.fft(log2=14, step=1)
    recursion = loss.panjer(log2=14, step=1)
    x = np.arange(9300.0, 10700.0, 50)
    np.testing.assert_allclose(recursion.cdf(x), fft.cdf(x), atol=1e-9)
    amounts, masses = recursion.pmf
    assert masses.sum() == pytest.approx(1, abs=1e-10)
    assert (amounts * masses).sum() == pytest.approx(10_000, rel=1e-10)
    # Where the transform has only noise, the recursion keeps its places.
    assert recursion.pmf[1][7000] > 0
    assert recursion.pmf[1][7000] < 1e-60


def test_a_heavy_tail_does_not_come_round_again():
    # P(S ≥ Nh) of Pareto 1.1 would be folded into the grid.
    loss = kb.Aggregate(kb.Poisson(1), kb.Pareto(1.1, 1))
    short = loss.fft(log2=10, step=0.5)
    long = loss.fft(log2=20, step=0.5)
    assert short.errors["truncated_mass"] == pytest.approx(long.sf(511.5), rel=1e-6)
    assert short.errors["truncated_mass"] > 1e-3
    x = np.array([5.0, 50.0, 400.0])
    np.testing.assert_allclose(short.sf(x), long.sf(x), rtol=1e-9)


def test_the_error_of_the_transform_is_told_and_true():
    loss = kb.Aggregate(kb.NegativeBinomial(5, 1.5), kb.Gamma(2, 10))
    fft, recursion = loss.fft(log2=12, step=0.5), loss.panjer(log2=12, step=0.5)
    gap = np.abs(fft.pmf[1] - recursion.pmf[1]).max()
    assert gap <= 10 * fft.errors["numerical"] + 1e-16
    assert fft.errors["numerical"] < 1e-9


def test_lognormals_whose_mean_is_never_sampled():
    wide = kb.LogNormal(5, 6)
    assert wide.mean == pytest.approx(math.exp(23), rel=1e-14)
    sample = wide.sample(100_000, seed=3)
    assert sample.mean() < 0.5 * wide.mean  # so it must come from the formula
    assert wide.layer_mean(1e6, 1e6) == pytest.approx(lognormal_layer(5, 6, 1e6, 1e6), rel=1e-12)
    loss = kb.Aggregate(kb.Poisson(3), wide)
    assert loss.mean == pytest.approx(3 * wide.mean)
    found = kb.evaluate(loss, limit=1e6, attachment=1e6)
    drawn = kb.evaluate(loss, limit=1e6, attachment=1e6, method="conditional", years=100_000)
    assert found.value == pytest.approx(drawn.value, abs=4 * drawn.standard_error + found.bound)


def test_nothing_happens():
    for count in (kb.Poisson(0), kb.Poisson(1e-12), kb.Binomial(5, 0.0)):
        loss = kb.Aggregate(count, kb.LogNormal(10, 2).capped(1e6))
        sample = loss.sample(5000, seed=1)
        assert (sample == 0).all()
        assert kb.measure.tvar(sample, 0.99).value == 0
        assert kb.measure.var(sample, 0.99).value == 0
        assert loss.quantile(0.99) == 0
        assert loss.tvar(0.5) == pytest.approx(2 * loss.mean)
    programme = kb.Programme.from_text("xl: 4m xs 1m, 2 @ 100%, premium 1m")
    none = kb.Aggregate(kb.Poisson(0), LAYER)
    for row in programme.apply(none, years=1000, seed=1, progress=False).table:
        assert row["expected_loss"] == 0
        assert row["tvar_99_5"] == 0


def test_years_without_rows_among_others():
    # Sums over segments that are empty take the next row in some libraries.
    table = {"year": [3, 3, 8], "loss": [1.5e6, 3e6, 9e6]}
    programme = kb.Programme.from_text("xl: 4m xs 1m")
    result = programme.apply(table, years=9, progress=False)
    assert result.gross.tolist() == [0, 0, 4.5e6, 0, 0, 0, 0, 9e6, 0]
    assert result.ceded("xl").tolist() == [0, 0, 2.5e6, 0, 0, 0, 0, 4e6, 0]


def test_tail_means_split_atoms():
    x = np.repeat([0.0, 100.0], [900, 100])
    assert kb.measure.var(x, 0.9).value == 0
    assert kb.measure.tvar(x, 0.9).value == pytest.approx(100)
    assert kb.measure.tvar(x, 0.8).value == pytest.approx(50)
    loss = kb.Aggregate(kb.Bernoulli(0.1), kb.Empirical([100.0]))
    assert loss.fft(log2=8, step=1).tvar(0.8) == pytest.approx(50, rel=1e-9)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
def test_losses_that_are_not_amounts_are_named(bad):
    programme = kb.Programme.from_text("xl: 4m xs 1m")
    with pytest.raises(kb.InputError) as told:
        programme.apply({"year": [1, 2], "loss": [1.0, bad]}, years=2, progress=False)
    (issue,) = told.value.issues
    assert issue.field == "loss"
    assert "row 1" in str(issue)


def test_small_numbers_are_not_slow():
    # Tilts and recursions pass through what is too small for full precision.
    def seconds(mean):
        loss = kb.Aggregate(kb.Poisson(mean), kb.Gamma(2, 1))
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            loss.panjer(log2=13, step=1)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(3000) < 8 * seconds(30)


def test_a_year_of_a_million_claims():
    loss = kb.Aggregate(kb.Poisson(1e6), kb.Gamma(4, 25))
    year = loss.sample(3, seed=5)
    assert np.abs(year - loss.mean).max() < 5 * loss.sd
    found = kb.evaluate(loss, limit=1e6, attachment=loss.mean, method="simulation", years=100)
    exact = loss.sd / math.sqrt(2 * math.pi)
    assert found.value == pytest.approx(exact, abs=4 * found.standard_error)


def test_seeds():
    one = kb.LogNormal(0, 1)
    ends = [one.sample(5, seed=seed) for seed in (0, 1, 2**64 - 1)]
    assert len({tuple(draws) for draws in ends}) == 3
    assert (one.sample(5, seed=0) == ends[0]).all()
    for seed in (-1, 2**64):
        with pytest.raises((kb.InputError, OverflowError, ValueError), match="seed"):
            one.sample(5, seed=seed)


def test_reinstatements_at_their_ends():
    def paid(text, *losses):
        table = {"year": [1] * len(losses), "loss": list(losses)}
        result = kb.Programme.from_text(text).apply(table, years=1, progress=False)
        return float(result.ceded("xl")[0])

    text = "xl: 4m xs 1m, 1 @ 100%, premium 1m"
    assert paid(text, 5e6, 5e6) == 8e6  # used up to the last unit
    assert paid(text, 5e6, 5e6, 5e6) == 8e6
    assert paid("xl: unlimited xs 1m", 1e15) == 1e15 - 1e6
    assert paid("xl: 4m xs 0", 3e6, 5e6) == 7e6
    assert paid("xl: 4m xs 1m", *[5e6] * 50) == 200e6  # as often as it takes
    assert paid("xl: 4m xs 1m, no reinstatements", *[5e6] * 50) == 4e6


def test_triangles_with_a_column_of_zeros_and_tiny_ones():
    nan = math.nan
    first = np.array([[0, 5, 6], [0, 7, nan], [0, nan, nan]])
    tri = kb.Triangle.from_parts(
        first[None, None], measures="loss", index="name", segments=[["zero"]], first_origin=2020
    )
    fit = kb.ChainLadder().fit(tri)
    # 5/0 is said, not carried on as infinite; the origins that do not need it keep their values.
    assert fit.status_ == "no_factor"
    assert fit.ultimate_[:2] == pytest.approx([6, 7 * 6 / 5])
    assert np.isnan(fit.ultimate_[2])
    two = kb.Triangle.from_parts(
        np.array([[[[100.0, 150.0], [110.0, nan]]]]),
        measures="loss",
        index="name",
        segments=[["tiny"]],
        first_origin=2020,
    )
    # Three cells for three parameters leave no residual to draw from.
    drawn = kb.ODPBootstrap(n=100, seed=1).fit(two)
    assert drawn.status_ == "errors_undefined"
    assert not np.isfinite(drawn.standard_error_).any()


def test_copulas_at_their_limits():
    dep = kb.dependence
    bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    with pytest.raises(kb.InputError, match="nearest"):
        kb.GaussianCopula(bad)
    mended = dep.nearest_correlation(bad)
    assert np.linalg.eigvalsh(mended.matrix).min() > -1e-12
    assert mended.distance > 0.1
    u = kb.TCopula(np.array([[1, 0.5], [0.5, 1]]), 1.0).sample(20_000, seed=1)
    assert stats.kstest(u[:, 0], "uniform").pvalue > 1e-4
    assert kb.ClaytonCopula(1e-12).kendall_tau() == pytest.approx(5e-13, rel=1e-6)
    for copula in (kb.ClaytonCopula(1e-9), kb.GumbelCopula(1.0), kb.FrankCopula(1e-9)):
        u = copula.sample(50_000, seed=2)
        assert abs(stats.spearmanr(u).statistic) < 4 / math.sqrt(50_000)
        assert copula.cdf([0.3, 0.7]) == pytest.approx(0.21, abs=1e-8)
