"""Counts beyond the Poisson: against scipy, mpmath, slow sums and simulation."""

import pickle

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

import kebao as kb

NB = kb.NegativeBinomial
FAMILIES = [
    kb.Binomial(25, 0.3),
    kb.Binomial(7, 0.99),
    kb.Geometric(0.2),
    kb.Geometric(30),
    kb.Logarithmic(0.2),
    kb.Logarithmic(0.97),
    kb.BetaBinomial(40, 0.7, 3.5),
    kb.EmpiricalCount([0.05, 0.1, 0.15, 0.2, 0.25, 0.15, 0.06, 0.03, 0.01]),
    kb.ZeroModified(kb.Poisson(2), 0.6),
    kb.ZeroModified(kb.Logarithmic(0.5), 0.1),
    kb.ZeroTruncated(NB(1, 2.5)),
    kb.MixedPoisson([0.5, 3, 40], [0.7, 0.25, 0.05]),
    kb.PoissonInverseGaussian(2, 0.8),
    kb.PoissonInverseGaussian(30, 200),
    kb.Sichel(4, 0.9, 1.3),
    kb.Sichel(4, 2, -2.6),
    kb.Delaporte(0.4, 6, 2),
    kb.Delaporte(9, 0.2, 11),
    kb.NeymanA(2, 5),
    kb.NeymanA(30, 0.1),
    kb.CompoundCount(kb.Poisson(3), kb.Logarithmic(0.6)),
    kb.CompoundCount(kb.Binomial(5, 0.4), kb.Geometric(2)),
]
names = [repr(f) for f in FAMILIES]

SCIPY = [
    (kb.Binomial(25, 0.3), stats.binom(25, 0.3)),
    (kb.Binomial(10**6, 1e-4), stats.binom(10**6, 1e-4)),
    (kb.Geometric(30), stats.geom(1 / 31, loc=-1)),
    (kb.Logarithmic(0.97), stats.logser(0.97)),
    (kb.BetaBinomial(40, 0.7, 3.5), stats.betabinom(40, 0.7, 3.5)),
    (kb.Poisson(40), stats.poisson(40)),
    (NB(12, 1.5), stats.nbinom(1.5, 1.5 / 13.5)),
]


@pytest.mark.parametrize(("ours", "theirs"), SCIPY, ids=[repr(x) for x, _ in SCIPY])
def test_agrees_with_scipy(ours, theirs):
    mean, variance, skewness, kurtosis = theirs.stats("mvsk")
    assert ours.mean == pytest.approx(mean, rel=1e-12)
    assert ours.variance == pytest.approx(variance, rel=1e-9)
    assert ours.skewness == pytest.approx(skewness, rel=1e-7)
    assert ours.kurtosis == pytest.approx(kurtosis, rel=1e-5)
    k = np.unique(np.round(mean + np.sqrt(variance) * np.linspace(-3, 6, 40)))
    k = k[k >= 0]
    np.testing.assert_allclose(ours.pmf(k), theirs.pmf(k), rtol=1e-9)
    np.testing.assert_allclose(ours.log_pmf(k), theirs.logpmf(k), rtol=1e-9)
    np.testing.assert_allclose(ours.cdf(k + 0.5), theirs.cdf(k), rtol=1e-9)
    # scipy's logser has no survival function of its own.
    atol = 1e-13 if isinstance(ours, kb.Logarithmic) else 0
    np.testing.assert_allclose(ours.sf(k), theirs.sf(k), rtol=1e-9, atol=atol)
    p = np.array([1e-9, 0.01, 0.3, 0.5, 0.77, 0.99, 1 - 1e-9])
    np.testing.assert_array_equal(ours.quantile(p), theirs.ppf(p))


def test_tails_agree_with_mpmath():
    mp.mp.dps = 40

    def regularised(a, b, x):
        return mp.betainc(a, b, 0, x, regularized=True)

    def poisson(m, k, step):
        m, j = mp.mpf(m), k
        term = mp.e ** (j * mp.log(m) - m - mp.loggamma(j + 1))
        total = mp.mpf(0)
        while j >= 0 and term > total * mp.mpf(10) ** -20:
            total += term
            term *= m / (j + 1) if step > 0 else j / m
            j += step
        return float(total)

    for m, k in [(0.3, 40), (40, 150), (1e4, 12_000), (1e9, 1_000_300_000)]:
        assert kb.Poisson(m).sf(k) == pytest.approx(poisson(m, k + 1, 1), rel=1e-12)
    for m, k in [(40, 7), (1e4, 8000), (1e9, 999_800_000)]:
        assert kb.Poisson(m).cdf(k) == pytest.approx(poisson(m, k, -1), rel=1e-12)
    for m, r, k in [(12, 1.5, 400), (3, 0.2, 900), (1e4, 50, 30_000), (0.01, 1e-3, 5000)]:
        m, r = mp.mpf(m), mp.mpf(r)
        exact = regularised(k + 1, r, m / (m + r))
        assert NB(float(m), float(r)).sf(k) == pytest.approx(float(exact), rel=1e-11)
    for n, p, k in [(25, 0.3, 20), (1000, 0.01, 80), (10**6, 1e-4, 300)]:
        exact = regularised(k + 1, n - k, mp.mpf(p))
        assert kb.Binomial(n, p).sf(k) == pytest.approx(float(exact), rel=1e-12)
    for p, k in [(0.2, 30), (0.97, 500), (1 - 1e-9, 10**8), (1 - 1e-9, 10**10)]:
        q = mp.mpf(p)
        rest = mp.quad(
            lambda t, k=k: mp.e ** (-(k + 1) * t) / -mp.expm1(-t), [-mp.log(q), 1e-6, 1, 40]
        )
        assert kb.Logarithmic(p).sf(k) == pytest.approx(float(rest / -mp.log(1 - q)), rel=1e-11)


def test_mixtures_agree_with_quadrature_of_their_definition():
    mp.mp.dps = 25

    def mixed(k, density):
        peak = max(k, 1)
        points = [0, peak / 20, peak / 3, peak, 3 * peak, 20 * peak + 100, mp.inf]
        log = mp.loggamma(k + 1)
        return mp.quad(lambda x: mp.e ** (k * mp.log(x) - x - log) * density(x), points)

    mean, shape = 2.0, 0.8
    pig = kb.PoissonInverseGaussian(mean, shape)
    for k in [0, 1, 7, 60]:
        exact = mixed(
            k,
            lambda x: (
                mp.sqrt(shape / (2 * mp.pi * x**3))
                * mp.e ** (-shape * (x - mean) ** 2 / (2 * mean**2 * x))
            ),
        )
        assert pig.pmf(k) == pytest.approx(float(exact), rel=1e-10)
    mean, dispersion, order = 4.0, 0.9, 1.3
    z = 1 / mp.mpf(dispersion)
    step = mp.besselk(order + 1, z) / mp.besselk(order, z)
    norm = (step / mean) ** order / (2 * mp.besselk(order, z))
    sichel = kb.Sichel(mean, dispersion, order)
    for k in [0, 3, 50]:
        exact = mixed(
            k,
            lambda x: (
                norm * x ** (order - 1) * mp.e ** (-z / 2 * (step * x / mean + mean / (step * x)))
            ),
        )
        assert sichel.pmf(k) == pytest.approx(float(exact), rel=1e-10)
    # The Delaporte as the sum that it is, with 40 digits.
    shape, scale, shift = 0.4, 6, 2
    delaporte = kb.Delaporte(shape, scale, shift)
    for k in [0, 1, 9, 120]:
        exact = mp.fsum(
            mp.e ** (-shift)
            * mp.mpf(shift) ** i
            / mp.factorial(i)
            * mp.binomial(k - i + shape - 1, k - i)
            * mp.mpf(scale) ** (k - i)
            / mp.mpf(1 + scale) ** (k - i + shape)
            for i in range(k + 1)
        )
        assert delaporte.pmf(k) == pytest.approx(float(exact), rel=1e-12)


def test_published_values():
    # Klugman, Panjer and Willmot, Loss Models, 4th ed., example 6.6: β = 0.5, r = 2.5.
    base = NB(1.25, 2.5)
    truncated, modified = kb.ZeroTruncated(base), kb.ZeroModified(base, 0.6)
    assert [round(truncated.pmf(k), 6) for k in (1, 2, 3)] == [0.474651, 0.276880, 0.138440]
    assert [round(modified.pmf(k), 6) for k in (1, 2, 3)] == [0.189860, 0.110752, 0.055376]
    a, b, kind = modified.panjer()
    assert (round(a, 12), round(b, 12), kind) == (round(1 / 3, 12), 0.5, 1)


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_thinning_keeps_a_filter_s_distribution(f):
    v = 0.13
    thin = f.thinned(v)
    k = np.arange(600)
    p = f.pmf(k)
    for j in [0, 1, 2, 6]:
        exact = np.sum(p * stats.binom.pmf(j, k, v))
        assert thin.pmf(j) == pytest.approx(exact, rel=1e-9, abs=1e-14)
    assert thin.mean == pytest.approx(v * f.mean, rel=1e-12)
    # A remote attachment: the probability of any loss is v·mean to the last digits.
    far = f.thinned(1e-9)
    assert far.sf(0) == pytest.approx(1e-9 * f.mean, rel=1e-7)
    assert f.thinned(0).mean == 0
    assert f.thinned(1).mean == pytest.approx(f.mean, rel=1e-12)


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_generating_functions(f):
    k = np.arange(4000)
    p = f.pmf(k)
    z = np.array([0.3, -0.9, 0.6 + 0.7j, np.exp(1j)])
    np.testing.assert_allclose(f.pgf(z), (p * z[:, None] ** k).sum(axis=1), rtol=1e-11, atol=1e-12)
    assert f.pgf(1.0) == 1.0
    assert type(f.pgf(0.5)) is float
    assert type(f.pgf(0.5j)) is complex
    assert f.pgf(np.array([0.5])).dtype == float
    assert f.log_pgf(-1e-13) == pytest.approx(-1e-13 * f.mean, rel=1e-9)


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_fft_of_an_aggregate_has_the_closed_moments(f):
    severity = kb.Gamma(2, 3)
    loss = kb.Aggregate(f, severity)
    mean = f.mean * 6
    variance = f.mean * 18 + f.variance * 36
    assert loss.mean == pytest.approx(mean, rel=1e-12)
    assert loss.variance == pytest.approx(variance, rel=1e-11)
    grid = loss.fft(log2=14)
    assert grid.errors["mean_error"] < 1e-6
    assert grid.errors["numerical"] < 1e-10
    # ∫ (1 − F) of the square, on the grid.
    step = grid.errors["step"]
    x = (np.arange(grid.errors["buckets"] - 1) + 0.5) * step
    second = np.sum(2 * x * grid.sf(x)) * step
    assert second - mean**2 == pytest.approx(variance, rel=2e-5, abs=step**2)


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_samples(f):
    n = 100_000
    sample = f.sample(n, seed=11).astype(float)
    assert abs(sample.mean() - f.mean) < 4.5 * f.sd / n**0.5
    deviations = (sample - sample.mean()) ** 2
    assert abs(deviations.mean() - f.variance) < 4.5 * deviations.std() / n**0.5
    for k in [0, 1, 3]:
        p = f.pmf(k)
        assert abs(np.mean(sample == k) - p) <= 4.5 * (p * (1 - p) / n) ** 0.5 + 1e-12
    np.testing.assert_array_equal(f.sample(5000, seed=0), f.sample(9000, seed=0)[:5000])


@pytest.mark.parametrize(
    "f",
    [
        kb.Binomial(10**12, 1e-3),
        kb.Geometric(1e9),
        kb.PoissonInverseGaussian(1e9, 1e9),
        kb.Sichel(1e6, 0.5, -1.5),
        kb.Delaporte(100, 1e6, 1e9),
        kb.NeymanA(1e9, 1),
        kb.ZeroModified(kb.Poisson(1e9), 0.3),
        kb.MixedPoisson([1e9, 2e9], [0.5, 0.5]),
    ],
    ids=repr,
)
def test_wide_counts_are_drawn_one_by_one(f):
    n = 20_000
    sample = f.sample(n, seed=3).astype(float)
    assert abs(sample.mean() - f.mean) < 4.5 * f.sd / n**0.5
    ranks = np.sort(f.cdf(sample[:2000]))
    atoms = isinstance(f, kb.ZeroModified)
    assert atoms or stats.kstest(ranks, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_simulated_aggregates_agree(f):
    loss = kb.Aggregate(f, kb.Gamma(2, 3))
    totals = loss.sample(40_000, seed=5)
    assert abs(totals.mean() - loss.mean) < 4.5 * loss.sd / 200


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_copies(f):
    copy = pickle.loads(pickle.dumps(f))
    assert type(copy) is type(f)
    assert copy == f
    assert hash(copy) == hash(f)
    assert eval(repr(f), {name: getattr(kb, name) for name in dir(kb)}) == f
    assert kb.Frequency.from_json(f.to_json()) == f


@pytest.mark.parametrize("f", FAMILIES, ids=names)
def test_scores_are_derivatives(f):
    parameters = f.parameters
    score = f.score(2)
    assert set(score) == set(parameters)
    if isinstance(f, kb.Delaporte | kb.NeymanA | kb.PoissonInverseGaussian | kb.Sichel):
        for name, value in parameters.items():
            h = 1e-4 * abs(value)
            up, down = (type(f)(**{**parameters, name: value + s}) for s in (h, -h))
            slope = (up.log_pmf(2) - down.log_pmf(2)) / (2 * h)
            assert score[name] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_faults():
    with pytest.raises(kb.InputError, match="n must be"):
        kb.Binomial(2.5, 0.1)
    with pytest.raises(kb.InputError, match="n must be"):
        kb.Binomial(-1, 0.1)
    with pytest.raises(kb.InputError, match="sum to 1"):
        kb.MixedPoisson([1, 2], [0.5, 0.4])
    with pytest.raises(kb.InputError, match="one weight for each"):
        kb.MixedPoisson([1, 2], [1])
    with pytest.raises(kb.InputError, match="NegativeBinomial of the same"):
        kb.BetaBinomial(10**8, 1, 2)
    with pytest.raises(kb.InputError, match="too_large"):
        kb.CompoundCount(kb.Poisson(1e6), kb.Poisson(1e6))
    with pytest.raises(kb.InputError, match="always 0"):
        kb.ZeroTruncated(kb.Poisson(0))
    for mean in [np.nan, -1, 1e20, np.inf]:
        with pytest.raises(kb.InputError, match="mean"):
            kb.Geometric(mean)
    assert kb.Poisson(3).quantile(np.nan) != kb.Poisson(3).quantile(np.nan)
