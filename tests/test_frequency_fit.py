"""Counts fitted with exposure: published fits, scipy's optimiser, coverage."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

import kebao as kb

# Bortkiewicz (1898): deaths by horse kick, 200 corps-years.
KICKS = np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1])
# Simar (1976), Annals of Statistics 4: accident claims of 9461 policies.
CLAIMS = np.repeat(np.arange(8), [7840, 1317, 239, 42, 14, 4, 4, 1])


def test_published_fits():
    kicks = kb.fit.frequency(KICKS)
    assert kicks["Poisson"].parameters["rate"] == pytest.approx(0.61, rel=1e-12)
    assert kicks["Poisson"].standard_errors["rate"] == pytest.approx((0.61 / 200) ** 0.5, rel=1e-6)
    assert kicks.best.family == "Poisson"
    claims = kb.fit.frequency(CLAIMS)
    negative, inverse = claims["NegativeBinomial"], claims["PoissonInverseGaussian"]
    assert negative.parameters["rate"] == pytest.approx(2028 / 9461, rel=1e-9)

    def loss(t):
        return -stats.nbinom.logpmf(CLAIMS, np.exp(t), np.exp(t) / (np.exp(t) + 2028 / 9461)).sum()

    found = optimize.minimize_scalar(loss, bracket=(-1, 0), options={"xtol": 1e-10})
    assert negative.parameters["shape"] == pytest.approx(np.exp(found.x), rel=1e-5)
    assert negative.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    # Willmot (1987): the inverse Gaussian mixture fits these data better than the gamma.
    assert inverse.log_likelihood > negative.log_likelihood + 3
    assert claims.dispersion[2] < 1e-10


def test_agrees_with_a_plain_optimiser():
    rng = np.random.default_rng(4)
    exposure = rng.uniform(0.1, 3, 400)
    counts = rng.poisson(0.8 * exposure * rng.gamma(1.3, 1 / 1.3, 400))

    def loss(t):
        mean, shape = np.exp(t[0]) * exposure, np.exp(t[1])
        return -stats.nbinom.logpmf(counts, shape, shape / (shape + mean)).sum()

    found = optimize.minimize(loss, [0, 0], method="BFGS", options={"gtol": 1e-7})
    fit = kb.fit.frequency(counts, exposure=exposure, families=["NegativeBinomial"]).best
    np.testing.assert_allclose(list(fit.parameters.values()), np.exp(found.x), rtol=1e-4)
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    errors = np.exp(found.x) * np.sqrt(np.diag(found.hess_inv))
    np.testing.assert_allclose(list(fit.standard_errors.values()), errors, rtol=0.05)
    # Profile likelihood by hand.
    low, high = fit.intervals()["rate"]
    for end in (low, high):
        best = optimize.minimize_scalar(
            lambda s, end=end: loss([np.log(end), s]), bracket=(-1, 1), options={"xtol": 1e-10}
        )
        assert 2 * (best.fun - found.fun) == pytest.approx(3.841459, abs=1e-3)
    assert fit.frequency(2.5) == kb.NegativeBinomial(
        2.5 * fit.parameters["rate"], fit.parameters["shape"]
    )


def test_modified_zeros():
    rng = np.random.default_rng(8)
    exposure = rng.choice([0.5, 1.0, 2.0], 3000)
    counts = rng.poisson(1.4 * exposure) * (rng.uniform(size=3000) < 0.7)
    fits = kb.fit.frequency(counts, exposure=exposure)
    fit = fits["ZeroModifiedPoisson"]
    assert fits.best.family == "ZeroModifiedPoisson"
    for name, value in (("rate", 1.4), ("exposed", 0.7)):
        assert abs(fit.parameters[name] - value) < 4 * fit.standard_errors[name]
    one = fit.frequency(1.0)
    assert one.pmf(0) == pytest.approx(
        1 - fit.parameters["exposed"] * -np.expm1(-fit.parameters["rate"])
    )
    assert fit.expected(6)[0] == pytest.approx(fits.observed[0], rel=0.02)
    assert fit.expected(6).sum() == pytest.approx(3000, rel=1e-12)
    assert "ZeroModifiedPoisson" in repr(fits)
    assert set(fits.table["family"]) >= {"Poisson", "ZeroModifiedPoisson"}


def test_binomial_and_geometric():
    fit = kb.fit.frequency([2, 0, 1], exposure=[30, 20, 50], families="Binomial").best
    assert fit.parameters["p"] == pytest.approx(0.03, rel=1e-9)
    assert fit.standard_errors["p"] == pytest.approx((0.03 * 0.97 / 100) ** 0.5, rel=1e-5)
    fit = kb.fit.frequency([2, 0, 1, 5], families="Geometric").best
    assert fit.parameters["rate"] == pytest.approx(2, rel=1e-9)


def test_what_does_not_fit_says_why():
    fits = kb.fit.frequency([0, 0, 0], exposure=10)
    assert len(fits) == 0
    assert "zero_claims" in fits.refused["Poisson"]
    with pytest.raises(kb.NumericError, match="no losses"):
        _ = fits.best
    even = kb.fit.frequency([2] * 50)
    assert even["NegativeBinomial"].status.startswith("boundary")
    assert np.isnan(even["NegativeBinomial"].standard_errors["shape"])
    assert even["NegativeBinomial"].intervals()["shape"][1] == np.inf
    assert even["PoissonInverseGaussian"].intervals()["shape"][1] == np.inf
    with pytest.raises(kb.InputError) as caught:
        kb.fit.frequency([1, -2, 0.5], exposure=[1, np.nan, 2])
    assert len(caught.value.issues) == 3
    with pytest.raises(kb.InputError, match="did you mean 'Poisson'"):
        kb.fit.frequency([1, 2], families="Poison")
    with pytest.raises(kb.InputError, match="exposure"):
        kb.fit.frequency([1, 2], exposure=[1, 0])
    assert len(kb.fit.frequency([3], families=["Poisson", "NegativeBinomial"])) == 1


@pytest.mark.parametrize("family", ["PoissonInverseGaussian", "NegativeBinomial"])
def test_ends_of_profile_intervals_lose_what_chi_squared_allows(family):
    # The other parameter is searched by SciPy.
    rng = np.random.default_rng(7)
    exposure = rng.uniform(0.5, 2.0, 60)
    counts = rng.poisson(1.2 * exposure * rng.gamma(1.0, 1.0, 60))
    fit = kb.fit.frequency(counts, exposure=exposure, families=[family]).fits[0]

    def lost(rate, shape):
        # The shape of an inverse Gaussian grows with the mean.
        made = {
            "PoissonInverseGaussian": lambda m: kb.PoissonInverseGaussian(m, shape * m),
            "NegativeBinomial": lambda m: kb.NegativeBinomial(m, shape),
        }[family]
        logs = [made(rate * e).log_pmf(int(k)) for k, e in zip(counts, exposure, strict=True)]
        return 2.0 * (fit.log_likelihood - sum(logs))

    best = fit.parameters
    assert lost(**best) == pytest.approx(0.0, abs=1e-9)
    for name, ends in fit.intervals(0.95).items():
        other = "shape" if name == "rate" else "rate"
        for end in ends:
            near = optimize.minimize_scalar(
                lambda t, name=name, other=other, end=end: lost(
                    **{name: end, other: best[other] * math.exp(t)}
                ),
                bracket=(-0.2, 0.2),
            )
            assert near.fun == pytest.approx(stats.chi2(1).ppf(0.95), abs=1e-6)


@pytest.mark.slow
def test_profile_intervals_cover():
    rng = np.random.default_rng(1)
    hits = {"rate": 0, "shape": 0}
    n = 300
    for _ in range(n):
        exposure = rng.uniform(0.5, 2, 150)
        counts = rng.poisson(0.9 * exposure * rng.gamma(1.5, 1 / 1.5, 150))
        fit = kb.fit.frequency(counts, exposure=exposure, families=["NegativeBinomial"]).fits[0]
        for name, (low, high) in fit.intervals(0.9).items():
            hits[name] += low <= {"rate": 0.9, "shape": 1.5}[name] <= high
    for count in hits.values():
        assert abs(count / n - 0.9) < 4 * (0.09 / n) ** 0.5 + 0.015
