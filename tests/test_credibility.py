"""Thin data: posteriors against scipy, quadrature and their own coverage."""

import pickle

import numpy as np
import pytest
from scipy import stats

import kebao as kb
from kebao.credibility import (
    BetaBernoulli,
    GammaPareto,
    GammaPoisson,
    NormalInverseGamma,
    UncertainAggregate,
    exposure_needed,
    zero_claims,
)

LOSSES = [2e5, 9e4, 4e6, 7e5, 1.2e6]


def test_posteriors_agree_with_scipy():
    rate = GammaPoisson(4, 200).update(3, 80)
    theirs = stats.gamma(7, scale=1 / 280)
    assert rate.interval(0.9) == pytest.approx(theirs.interval(0.9), rel=1e-12)
    assert rate.cdf(0.03) == pytest.approx(theirs.cdf(0.03), rel=1e-12)
    assert (rate.mean, rate.sd) == pytest.approx((theirs.mean(), theirs.std()))
    beta = BetaBernoulli.jeffreys().update(0, 31)
    theirs = stats.beta(0.5, 31.5)
    assert beta.interval() == pytest.approx(theirs.interval(0.95), rel=1e-10)
    assert (beta.mean, beta.sd) == pytest.approx((theirs.mean(), theirs.std()))
    index = GammaPareto(2, 1, threshold="1m").update(["2m", "5m"], censored=["8m"])
    theirs = stats.gamma(4, scale=1 / (1 + np.log(80)))
    assert index.quantile(0.1) == pytest.approx(theirs.ppf(0.1), rel=1e-12)
    assert index.cdf(1) == pytest.approx(theirs.cdf(1), rel=1e-12)


def test_the_lognormal_posterior_is_that_of_the_classical_intervals():
    logs = np.log(LOSSES)
    n, m, s = len(logs), logs.mean(), logs.std(ddof=1)
    flat = NormalInverseGamma.flat().update(LOSSES)
    t = stats.t(n - 1)
    width = t.ppf(0.975) * s / n**0.5
    assert flat.mu_interval() == pytest.approx((m - width, m + width), rel=1e-11)
    chi2 = stats.chi2(n - 1)
    sigma = s * np.sqrt((n - 1) / chi2.ppf([0.975, 0.025]))
    assert flat.sigma_interval() == pytest.approx(tuple(sigma), rel=1e-11)
    spread = s * (1 + 1 / n) ** 0.5
    for x in [1e4, 5e5, 1e9]:
        exact = t.sf((np.log(x) - m) / spread)
        assert flat.predictive().sf(x) == pytest.approx(exact, rel=1e-10)
    assert np.log(flat.predictive().quantile(0.99)) == pytest.approx(m + spread * t.ppf(0.99))


def test_predictive_distributions():
    rate = GammaPoisson(7, 280)
    assert rate.predictive(140) == kb.NegativeBinomial(3.5, 7)
    assert BetaBernoulli(1, 9).predictive() == kb.Bernoulli(0.1)
    assert BetaBernoulli(1, 9).predictive(30) == kb.BetaBinomial(30, 1, 9)
    index = GammaPareto(6, 4, threshold=1e6)
    assert index.predictive() == kb.LogPareto(6, 4, "1m")
    assert index.predictive().mean == np.inf
    # The average over draws of the index.
    draws = index.sample(200_000, seed=3)
    for x in [2e6, 1e8]:
        sf = (x / 1e6) ** -draws
        error = sf.std() / len(draws) ** 0.5
        assert abs(sf.mean() - index.predictive().sf(x)) < 4 * error
    normal = NormalInverseGamma.flat().update(LOSSES)
    mu, sigma = normal.sample(200_000, seed=4).T
    sf = stats.norm.sf((np.log(5e6) - mu) / sigma)
    assert abs(sf.mean() - normal.predictive().sf(5e6)) < 4 * sf.std() / len(sf) ** 0.5


def test_records_without_claims():
    bound = zero_claims(100)
    assert bound.rule_of_three == pytest.approx(-np.log(0.05) / 100, rel=1e-14)
    assert bound.jeffreys == pytest.approx(stats.chi2(1).ppf(0.95) / 200, rel=1e-12)
    needed = exposure_needed(0.01)
    assert zero_claims(needed.rule_of_three).rule_of_three == pytest.approx(0.01)
    assert zero_claims(needed.jeffreys).jeffreys == pytest.approx(0.01)
    with pytest.raises(kb.InputError, match="exposure"):
        zero_claims(0)


def test_uncertain_years():
    rate = GammaPoisson.jeffreys().update(2, 40)
    index = GammaPareto(3, 2, threshold="1m").update(["3m", "12m"])
    template = kb.Pareto(1, "1m").capped("50m")
    loss = UncertainAggregate(rate, template, exposure=25, severity_posterior=index)
    assert loss.frequency == kb.NegativeBinomial(2.5 / 40 * 25, 2.5)
    # The expected loss is that of the predictive distributions.
    exact = loss.expected_count * index.predictive().capped("50m").mean
    assert loss.mean == pytest.approx(exact, rel=1e-9)
    years = 60_000
    totals = loss.sample(years, seed=9)
    assert abs(totals.mean() - exact) < 4.5 * totals.std() / years**0.5
    np.testing.assert_array_equal(totals, loss.sample(years, seed=9, threads=1))
    np.testing.assert_array_equal(totals[:5000], loss.sample(5000, seed=9))
    # Shared parameters spread the years more than independent predictive losses do.
    independent = kb.Aggregate(loss.frequency, index.predictive().capped("50m"))
    assert totals.std() > 1.02 * independent.sd
    programme = kb.Programme.from_text("xl: 10m xs 5m, 1 @ 100%, premium 1m")
    result = programme.apply(loss, years=20_000, seed=9, progress=False)
    np.testing.assert_allclose(result.gross[:100], totals[:100], rtol=1e-14)
    bare = UncertainAggregate(kb.Poisson(2), index)
    assert bare.mean == np.inf
    assert bare.sample(10, seed=1).shape == (10,)
    trials = UncertainAggregate(BetaBernoulli(1, 9), kb.Gamma(2, 1), exposure=12)
    assert trials.expected_count == pytest.approx(1.2)
    sizes = NormalInverseGamma.flat().update(LOSSES)
    capped = UncertainAggregate(
        kb.Poisson(2), kb.LogNormal(0, 1).capped("10m"), severity_posterior=sizes
    )
    assert capped.severity == sizes.predictive().capped("10m")
    body = kb.LogNormal(0, 1)
    spliced = kb.Spliced(body, kb.Pareto(2, 1e6), threshold=1e6, tail_weight=0.1)
    conditioned = UncertainAggregate(kb.Poisson(1), spliced, severity_posterior=sizes)
    with pytest.raises(kb.NumericError, match="simulate it"):
        _ = conditioned.mean
    draws = capped.sample(40_000, seed=2)
    assert abs(draws.mean() - capped.mean) < 4.5 * draws.std() / 200


def test_copies_and_faults():
    for x in [
        GammaPoisson(4, 200),
        BetaBernoulli(1, 9),
        GammaPareto(3, 2, "1m"),
        NormalInverseGamma(12, 2, 3, 4),
        UncertainAggregate(GammaPoisson(4, 200), kb.Gamma(2, 1), exposure=3),
    ]:
        copy = pickle.loads(pickle.dumps(x))
        assert copy == x
        assert hash(copy) == hash(x)
    with pytest.raises(kb.InputError) as caught:
        GammaPoisson(-1, -1)
    assert len(caught.value.issues) == 2
    with pytest.raises(kb.NumericError, match="improper"):
        GammaPoisson.jeffreys().interval()
    with pytest.raises(kb.NumericError, match="improper"):
        NormalInverseGamma.flat().update([1e6]).predictive()
    with pytest.raises(kb.InputError, match="at most the number of trials"):
        BetaBernoulli(1, 1).update(3, 2)
    with pytest.raises(kb.InputError, match="from the threshold"):
        GammaPareto(3, 2, "1m").update([5e5])
    with pytest.raises(kb.InputError, match="around one Pareto or LogNormal"):
        UncertainAggregate(kb.Poisson(1), kb.Gamma(1, 1), severity_posterior=GammaPareto(3, 2, 1))
    with pytest.raises(kb.InputError, match="wrong_type"):
        UncertainAggregate(3, kb.Gamma(1, 1))


@pytest.mark.slow
def test_jeffreys_intervals_cover():
    # Brown, Cai and DasGupta (2001), Statistical Science 16(2): on average over rates Jeffreys'
    # intervals cover what they say; parameters here are spread over a wide range.
    rng = np.random.default_rng(6)
    n = 4000
    rates = rng.uniform(0.5, 20, n)
    counts = rng.poisson(rates)
    prior = GammaPoisson.jeffreys()
    ends = np.array([prior.update(k, 1).interval(0.9) for k in counts])
    cover = np.mean((ends[:, 0] <= rates) & (rates <= ends[:, 1]))
    assert abs(cover - 0.9) < 0.015
    # With parameters drawn from the prior itself the coverage is exact.
    prior = NormalInverseGamma(12, 2, 3, 4)
    hits = 0
    for mu, sigma in prior.sample(n, seed=8):
        posterior = prior.update(np.exp(mu + sigma * rng.standard_normal(5)))
        low, high = posterior.sigma_interval(0.8)
        hits += low <= sigma <= high
    assert abs(hits / n - 0.8) < 4 * (0.16 / n) ** 0.5
