"""Fits to data at the edges: censored, weightless, grouped with open ends, atoms, no zeros."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

import kebao as kb


def test_counts_without_zeros_do_not_leave_probability():
    fits = kb.fit.frequency([7, 5, 9, 6, 11, 8, 4, 10, 7, 6])
    assert all(fit.log_likelihood < 0 for fit in fits.fits)
    assert len(fits.table) > 0
    exposure = [0.1] * 10 + [5.0] * 20
    counts = [0] * 9 + [1, *(np.random.default_rng(5).binomial(8, 0.5, 20) + 1)]
    for fit in kb.fit.frequency(counts, exposure=exposure).fits:
        for e in (0.1, 5.0):
            if not (fit.family == "Binomial" and e % 1):
                assert fit.frequency(e).pmf(np.arange(400)).sum() == pytest.approx(1, abs=1e-6)


def test_a_splice_leaves_out_thresholds_above_open_losses():
    x = kb.Spliced(kb.LogNormal(2, 0.8), kb.Pareto(2.5, 20), threshold=20, tail_weight=0.1).sample(
        3000, seed=1
    )
    rng = np.random.default_rng(5)
    ends = rng.uniform(9, 18, x.size)
    open_ = (rng.random(x.size) < 0.3) & (ends < x)
    data = kb.fit.LossData(np.where(open_, ends, x), censored=open_)
    with pytest.raises(kb.KebaoError):
        kb.fit.splice(data, candidates=[x.min() / 2, 20.0], tail="Pareto")


def test_total_losses_are_a_step_of_both_distributions():
    rng = np.random.default_rng(11)
    x = np.r_[rng.beta(0.7, 2, 150), np.ones(50)]
    good = kb.fit.severity(x, families=["Beta"], replicates=99, seed=1)["Beta"].goodness
    # The distance is that of the losses below 1, three quarters of all.
    a, b, *_ = stats.beta.fit(x[x < 1], floc=0, fscale=1)
    part = stats.kstest(x[x < 1], stats.beta(a, b).cdf).statistic
    assert good.ks == pytest.approx(0.75 * part, rel=1e-3)
    assert math.isfinite(good.ad)
    assert good.ad_p > 0.01


def test_chi_squared_counts_what_no_group_holds():
    fits = kb.fit.severity(
        lower=[0, 1, 2, 4],
        upper=[1, 2, 4, 8],
        weights=[40, 25, 25, 10],
        families=["Exponential"],
        replicates=0,
    )
    edges, seen = np.array([0, 1, 2, 4, 8, np.inf]), np.array([40, 25, 25, 10, 0])

    def expected(mean):
        return 100 * -np.diff(np.exp(-edges / mean))

    def likelihood(mean):
        return -(seen[:4] * np.log(expected(mean)[:4] / 100)).sum()

    mean = optimize.minimize_scalar(likelihood, bounds=(1, 4), method="bounded").x
    chi2 = ((seen - expected(mean)) ** 2 / expected(mean)).sum()
    good = fits["Exponential"].goodness
    assert good.chi2 == pytest.approx(chi2, rel=1e-4)
    assert good.chi2_p == pytest.approx(stats.chi2(3).sf(chi2), rel=1e-4)


@pytest.mark.parametrize(
    "columns", [{"censored": [True] + [False] * 4}, {"weights": [0, 1, 1, 1, 1]}]
)
def test_the_scale_of_a_pareto_is_the_least_known_loss(columns):
    fit = kb.fit.severity([3.0, 10, 12, 15, 30], families="Pareto", replicates=0, **columns)
    fit = fit["Pareto"]
    x = np.array([10.0, 12, 15, 30])
    alpha = 4 / np.log(x / 10).sum()
    assert fit.severity.support[0] == 10
    assert fit.parameters["alpha"] == pytest.approx(alpha)
    assert fit.log_likelihood == pytest.approx(stats.pareto(alpha, scale=10).logpdf(x).sum())
