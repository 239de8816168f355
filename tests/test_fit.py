"""Fits of severities against textbooks, scipy, second solvers and simulation."""

import itertools
import math

import mpmath as mp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import optimize, stats

import kebao as kb

#: Klugman, Panjer and Willmot, Loss Models, data set B.
DATA_SET_B = [
    27, 82, 115, 126, 155, 161, 243, 294, 340, 384,
    457, 680, 855, 877, 974, 1193, 1340, 1884, 2558, 15743,
]  # fmt: skip
#: Loss Models, data set C.
DATA_SET_C = {
    "lower": [0, 7_500, 17_500, 32_500, 67_500, 125_000, 300_000],
    "upper": [7_500, 17_500, 32_500, 67_500, 125_000, 300_000, math.inf],
    "weights": [99, 42, 29, 28, 17, 9, 3],
}


def fitted(family, data=None, **known):
    return kb.fit.severity(data, families=family, replicates=0, **known)[family]


def test_loss_models():
    exponential = fitted("Exponential", DATA_SET_B)
    assert exponential.parameters["mean"] == pytest.approx(1424.4, abs=0.05)
    assert exponential.log_likelihood == pytest.approx(-165.23, abs=0.005)
    gamma = fitted("Gamma", DATA_SET_B)
    assert gamma.parameters["shape"] == pytest.approx(0.55616, abs=5e-6)
    assert gamma.parameters["scale"] == pytest.approx(2561.1, abs=0.05)
    assert gamma.log_likelihood == pytest.approx(-162.29, abs=0.005)
    # Censored at 250.
    censored = fitted("Exponential", DATA_SET_B, limit=250)
    assert censored.parameters["mean"] == pytest.approx(594.14, abs=0.005)
    # The same information as censored flags, and as groups.
    low = np.minimum(DATA_SET_B, 250)
    flagged = fitted("Exponential", low, censored=low == 250)
    assert flagged.parameters["mean"] == pytest.approx(censored.parameters["mean"], rel=1e-12)
    grouped = fitted("Exponential", **DATA_SET_C)
    assert grouped.parameters["mean"] == pytest.approx(29_721, abs=0.5)
    assert grouped.log_likelihood == pytest.approx(-406.03, abs=0.005)


def test_lognormal_is_closed():
    logs = np.log(DATA_SET_B)
    fit = fitted("LogNormal", DATA_SET_B)
    n, sigma = len(logs), logs.std()
    assert fit.parameters["mu"] == pytest.approx(logs.mean(), rel=1e-13)
    assert fit.parameters["sigma"] == pytest.approx(sigma, rel=1e-12)
    assert fit.standard_errors["mu"] == pytest.approx(sigma / math.sqrt(n), rel=1e-12)
    assert fit.standard_errors["sigma"] == pytest.approx(sigma / math.sqrt(2 * n), rel=1e-11)
    assert fit.aic == pytest.approx(4 - 2 * fit.log_likelihood)
    assert fit.bic == pytest.approx(2 * math.log(20) - 2 * fit.log_likelihood)


SCIPY = {
    "LogNormal": (stats.lognorm, lambda p: (p["sigma"], 0, math.exp(p["mu"]))),
    "Gamma": (stats.gamma, lambda p: (p["shape"], 0, p["scale"])),
    "Weibull": (stats.weibull_min, lambda p: (p["shape"], 0, p["scale"])),
    "Exponential": (stats.expon, lambda p: (0, p["mean"])),
    "Lomax": (stats.lomax, lambda p: (p["alpha"], 0, p["scale"])),
    "Burr": (stats.burr12, lambda p: (p["gamma"], p["alpha"], 0, p["scale"])),
    "LogLogistic": (stats.fisk, lambda p: (p["shape"], 0, p["scale"])),
    "InverseGaussian": (
        stats.invgauss,
        lambda p: (p["mean"] / p["shape"], 0, p["shape"]),
    ),
    "InverseGamma": (stats.invgamma, lambda p: (p["shape"], 0, p["scale"])),
    "Frechet": (stats.invweibull, lambda p: (p["shape"], 0, p["scale"])),
}
AVAILABLE = [name for name in SCIPY if name in kb._kebao.fit_families()[1]]


@pytest.mark.parametrize("family", ["LogNormal", "Gamma", "Weibull", "Exponential"])
def test_censored_data_as_scipy(family):
    rng = np.random.default_rng(7)
    x = rng.gamma(0.7, 900.0, 400)
    censored = x > 800
    seen = np.minimum(x, 800.0)
    law, arguments = SCIPY[family]
    data = stats.CensoredData.right_censored(seen, censored)
    theirs = law.fit(data, floc=0)
    ours = fitted(family, seen, censored=censored)
    ours_ = np.array(arguments(ours.parameters))
    # Their simplex stops at 1e-4.
    np.testing.assert_allclose(ours_, theirs, rtol=2e-3, atol=1e-12)

    def value(theta):
        frozen = law(*theta)
        return frozen.logpdf(seen[~censored]).sum() + frozen.logsf(seen[censored]).sum()

    assert ours.log_likelihood == pytest.approx(value(ours_), rel=1e-11)
    assert ours.log_likelihood >= value(theirs) - 1e-9


def plain_likelihood(family, theta, low, high, entry, weight):
    """Log-likelihood by scipy's distribution functions."""
    law, arguments = SCIPY[family]
    frozen = law(*arguments(theta))
    exact = low == high
    value = np.empty(len(low))
    value[exact] = frozen.logpdf(low[exact])
    value[~exact] = np.log(frozen.sf(low[~exact]) - frozen.sf(high[~exact]))
    return float(np.sum(weight * (value - frozen.logsf(entry))))


def mixed_sample():
    """Deductibles, limits, weights and groups together."""
    rng = np.random.default_rng(3)
    low = rng.lognormal(6, 1.3, 250)
    entry = rng.choice([0.0, 50.0, 120.0], 250)
    low, entry = low[low > entry + 1], entry[low > entry + 1]
    high = low.copy()
    over = low > 3000
    low[over], high[over] = 3000.0, math.inf
    groups = np.arange(len(low)) % 5 == 0
    groups &= ~over & (entry == 0)
    low[groups], high[groups] = 0.8 * low[groups], 1.5 * low[groups]
    weight = rng.uniform(0.5, 2.0, len(low))
    return low, high, entry, weight


@pytest.mark.parametrize("family", AVAILABLE)
def test_mixed_information_against_a_second_solver(family):
    low, high, entry, weight = mixed_sample()
    ours = fitted(family, lower=low, upper=high, deductible=entry, weights=weight)
    if ours.status == "boundary":
        pytest.skip(ours.reason)
    names = list(ours.parameters)
    at = plain_likelihood(family, ours.parameters, low, high, entry, weight)
    assert ours.log_likelihood == pytest.approx(at, rel=1e-10)

    def lost(z):
        theta = {
            name: value if name == "mu" else math.exp(value)
            for name, value in zip(names, z, strict=True)
        }
        with np.errstate(all="ignore"):
            value = -plain_likelihood(family, theta, low, high, entry, weight)
        return value if math.isfinite(value) else 1e10

    best = np.array([v if n == "mu" else math.log(v) for n, v in ours.parameters.items()])
    start = best + 0.2
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000, "maxfev": 4000}
    found = optimize.minimize(lost, start, method="Nelder-Mead", options=options)
    assert ours.log_likelihood >= -found.fun - 1e-7
    np.testing.assert_allclose(best, found.x, atol=2e-4)
    # The information matrix by differences of the plain likelihood.
    n, h = len(best), 1e-3
    information = np.empty((n, n))
    for i, j in itertools.product(range(n), repeat=2):
        e, f = np.eye(n)[i] * h, np.eye(n)[j] * h
        corners = lost(best + e + f) - lost(best + e - f) - lost(best - e + f) + lost(best - e - f)
        information[i, j] = corners / (4 * h * h)
    slope = np.array([1.0 if n == "mu" else v for n, v in ours.parameters.items()])
    expected = np.linalg.inv(information) * np.outer(slope, slope)
    np.testing.assert_allclose(ours.covariance, expected, rtol=2e-4)
    errors = list(ours.standard_errors.values())
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), errors, rtol=1e-12)


def test_scores_vanish_in_forty_digits():
    """The gamma likelihood with truncation and censoring, differentiated by mpmath."""
    mp.mp.dps = 40
    x = [120.0, 260.0, 340.0, 700.0, 175.0, 1500.0, 410.0, 520.0]
    fit = fitted("Gamma", x, deductible=50, limit=1000)

    def likelihood(a, scale):
        log_sf = lambda d: mp.log(mp.gammainc(a, mp.mpf(d) / scale, mp.inf, regularized=True))  # noqa: E731
        value = mp.mpf(0)
        for loss in x:
            if loss >= 1000:
                value += log_sf(1000)
            else:
                z = mp.mpf(loss) / scale
                value += (a - 1) * mp.log(z) - z - mp.loggamma(a) - mp.log(scale)
            value -= log_sf(50)
        return value

    a, scale = mp.mpf(fit.parameters["shape"]), mp.mpf(fit.parameters["scale"])
    assert abs(float(likelihood(a, scale)) / fit.log_likelihood - 1) < 1e-13
    score = [
        mp.diff(lambda t: likelihood(a * mp.e**t, scale), 0),
        mp.diff(lambda t: likelihood(a, scale * mp.e**t), 0),
    ]
    assert max(abs(s) for s in score) < 1e-10
    hessian = mp.matrix(2, 2)
    for i, j in itertools.product(range(2), repeat=2):
        order = (2 * (i == 0) * (j == 0) + (i != j), 2 * (i == 1) * (j == 1) + (i != j))
        hessian[i, j] = mp.diff(
            lambda s, t: likelihood(a * mp.e**s, scale * mp.e**t), (0, 0), order
        )
    covariance = (-hessian) ** -1
    exact = float(a * mp.sqrt(covariance[0, 0]))
    assert fit.standard_errors["shape"] == pytest.approx(exact, rel=1e-10)


def test_large_samples_keep_their_digits():
    """Compressed columns: the censored lognormal score of every loss, summed apart."""
    rng = np.random.default_rng(5)
    x = rng.lognormal(10, 2, 200_000)
    limit = rng.lognormal(12, 1, 200_000)
    fit = fitted("LogNormal", x, limit=limit)
    assert any("compressed" in note for note in fit.notes)
    mu, sigma = fit.parameters["mu"], fit.parameters["sigma"]
    z = (np.log(np.minimum(x, limit)) - mu) / sigma
    known = x < limit
    hazard = np.exp(stats.norm.logpdf(z) - stats.norm.logsf(z))
    score = np.array([
        np.where(known, z, hazard).sum() / sigma,
        np.where(known, z * z - 1, z * hazard).sum() / sigma,
    ])  # fmt: skip
    errors = np.array(list(fit.standard_errors.values()))
    # In units of the standard error.
    assert np.abs(score * errors).max() < 1e-7
    plain = np.where(
        known, stats.norm.logpdf(z) - np.log(sigma) - np.log(x), stats.norm.logsf(z)
    ).sum()
    assert fit.log_likelihood == pytest.approx(plain, rel=1e-12)


def test_intervals():
    fit = fitted("Gamma", DATA_SET_B)
    low, high = fit.interval("shape", level=0.9)
    # At the ends the best likelihood is lower by half the quantile of chi-squared.
    x = np.array(DATA_SET_B, dtype=float)
    for shape in (low, high):
        scale = x.mean() / shape
        value = stats.gamma.logpdf(x, shape, scale=scale).sum()
        assert 2 * (fit.log_likelihood - value) == pytest.approx(stats.chi2.ppf(0.9, 1), rel=1e-6)
    z = stats.norm.ppf(0.95)
    error = fit.standard_errors["shape"] / fit.parameters["shape"]
    wald = fit.interval("shape", level=0.9, method="wald")
    np.testing.assert_allclose(wald, fit.parameters["shape"] * np.exp([-z * error, z * error]))
    with pytest.raises(kb.InputError, match="did you mean 'shape'"):
        fit.interval("shap")
    with pytest.raises(kb.InputError, match="level"):
        fit.interval("shape", level=95)


def test_delta_method():
    fit = fitted("LogNormal", DATA_SET_B)
    mu, sigma = fit.parameters.values()
    n = len(DATA_SET_B)
    mean = fit.mean()
    assert mean.value == pytest.approx(math.exp(mu + sigma**2 / 2))
    error = mean.value * math.sqrt(sigma**2 / n + sigma**4 / (2 * n))
    assert mean.standard_error == pytest.approx(error, rel=1e-7)
    z = stats.norm.ppf(0.99)
    quantile = fit.quantile(0.99)
    error = quantile.value * sigma * math.sqrt(1 / n + z * z / (2 * n))
    assert quantile.standard_error == pytest.approx(error, rel=1e-7)
    assert fit.lev(1e12).standard_error == pytest.approx(mean.standard_error, rel=1e-3)
    layer = fit.layer_mean(1000, 500)
    assert layer.value == pytest.approx(fit.lev(1500).value - fit.lev(500).value)


def test_every_container_holds_losses():
    reference = fitted("LogNormal", DATA_SET_B).parameters
    for data in (
        np.array(DATA_SET_B),
        np.array(DATA_SET_B, dtype=np.float32),
        tuple(DATA_SET_B),
        pd.Series(DATA_SET_B),
        pl.Series(DATA_SET_B),
        pa.array(DATA_SET_B),
        pa.chunked_array([DATA_SET_B[:7], DATA_SET_B[7:]]),
        [str(x) for x in DATA_SET_B],
    ):
        assert fitted("LogNormal", data).parameters == reference
    assert len(kb.fit.LossData(["27", "1.5k", "2m"])) == 3


def test_payments_are_losses_above_the_deductible():
    paid = np.array(DATA_SET_B) + 0.0
    ground_up = fitted("LogNormal", paid + 100, deductible=100, limit=1100)
    payment = fitted("LogNormal", paid, deductible=100, limit=1000, basis="payment")
    assert payment.parameters == ground_up.parameters


def test_bad_rows_are_told_or_counted():
    data = [5.0, float("nan"), -1.0, 0.0, 7.0, None, 11.0]
    with pytest.raises(kb.InputError) as caught:
        kb.fit.LossData(data)
    assert [issue.object for issue in caught.value.issues] == [
        f"data row {row}" for row in (1, 2, 3, 5)
    ]
    assert "frequency" in caught.value.issues[2].hint
    losses = kb.fit.LossData(data, strict=False)
    assert (losses.rows_in, losses.rows_used, losses.rows_rejected) == (7, 3, 4)
    assert [row for row, _ in losses.rejects] == [1, 2, 3, 5]
    assert "7 rows in = 3 used + 4 rejected" in repr(losses)
    above = losses.above(6.0)
    assert (above.rows_in, above.rows_used, above.rows_below, above.rows_rejected) == (7, 2, 1, 4)


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"data": []}, "at least one loss"),
        ({"data": [1, 2], "censored": [True, True]}, "all_censored"),
        ({"data": [1, 2], "deductible": [3, 0]}, "above its deductible"),
        ({"data": [5, 6], "deductible": 3, "limit": 2}, "limit"),
        ({"data": [1, 2], "weights": [1]}, "unequal_lengths"),
        ({"data": [1, 2], "weights": [0, 0]}, "weight"),
        ({"data": [[1, 2], [3, 4]]}, "one column of numbers"),
        ({"data": [1, object()]}, "one column of numbers"),
        ({"lower": [1, 2]}, "lower and upper|upper"),
        ({"lower": [3], "upper": [2]}, "at least the lower end"),
        ({"data": [1], "lower": [1], "upper": [2]}, "lower and upper"),
        ({"data": [1, 2], "basis": "paid"}, "ground_up"),
        ({"data": [1, 2], "families": ["LogNormall"]}, "did you mean 'LogNormal'"),
        ({"data": [1, 2], "criterion": "hqic"}, "aic"),
        ({"data": [1, 2], "method": "guess", "replicates": -1}, "likelihood(.|\n)*replicates"),
        ({"data": [1, 2], "threshold": -1}, "threshold"),
        ({"data": [1, 2], "threshold": 5}, "below at least one loss"),
    ],
)
def test_bad_input_is_told(known, message):
    with pytest.raises(kb.InputError, match=message):
        kb.fit.severity(**known)


def test_degenerate_data_are_flagged():
    one = kb.fit.severity([5.0])
    assert one.best.family == "Exponential"
    assert all(
        fit.status == "failed" and "not identifiable" in fit.reason
        for fit in one
        if fit.family != "Exponential"
    )
    assert "failed" in repr(one)
    constant = kb.fit.severity([3.0] * 50, families=["Gamma", "LogNormal"])
    with pytest.raises(kb.NumericError, match="all known losses are equal"):
        _ = constant.best
    with pytest.raises(kb.NumericError):
        _ = constant["Gamma"].severity
    assert constant.to_pandas()["status"].tolist() == ["failed", "failed"]
    # Nothing but a tail: the likelihood grows as the shape falls to 0.
    tail = kb.fit.severity(
        [60, 110, 340, 900, 75, 1500], families="Gamma", deductible=50, limit=1000, replicates=0
    )
    assert tail.best.status == "boundary"
    assert "shape → 0" in tail.best.reason
    # A light tail: the Lomax runs to the exponential, and says so.
    light = kb.fit.severity(np.arange(1, 40), families=["Lomax", "Exponential"], replicates=0)
    assert light["Lomax"].status == "boundary"
    assert "exponential" in light["Lomax"].reason
    assert math.isnan(light["Lomax"].standard_errors["alpha"])
    assert light["Lomax"].severity.mean == pytest.approx(
        light["Exponential"].severity.mean, rel=1e-3
    )


def test_the_comparison():
    fits = kb.fit.severity(DATA_SET_B, replicates=49, seed=3)
    table = fits.to_pandas()
    assert table["family"][0] == fits.best.family
    usable = table[table["status"] == "converged"]["aic"].to_numpy()
    assert (np.diff(usable) >= 0).all()
    assert {"ks", "ks_p", "ad", "ad_p", "bic", "parameters", "mean_se"} <= set(table.columns)
    assert table["ks_p"].between(0, 1).all()
    assert fits.to_polars().shape[0] == len(fits)
    again = kb.fit.severity(DATA_SET_B, replicates=49, seed=3, threads=1)
    assert [f.goodness.ad_p for f in fits] == [f.goodness.ad_p for f in again]
    bounds = fits.parameters().to_pandas().dropna()
    assert ((bounds["low"] < bounds["estimate"]) & (bounds["estimate"] < bounds["high"])).all()
    levs = fits.limited_expected_values([100, 1000, 20_000]).to_pandas()
    x = np.array(DATA_SET_B)
    np.testing.assert_allclose(
        levs["empirical"], [np.minimum(x, d).mean() for d in levs["limit"]], rtol=1e-12
    )
    assert levs["Gamma"][1] == pytest.approx(fits["Gamma"].severity.lev(1000))
    assert "20 rows in = 20 used" in repr(fits)
    assert "<table>" in fits._repr_html_()
    with pytest.raises(KeyError, match="was not fitted"):
        _ = fits["Cauchy"]


def test_truncated_limited_expected_values_are_conditional():
    x = np.array([60.0, 90, 150, 400, 900])
    fits = kb.fit.severity(x, families="Exponential", deductible=50, replicates=0)
    levs = fits.limited_expected_values([200.0])
    assert levs["empirical"][0] == pytest.approx((60 + 90 + 150 + 200 + 200) / 5)
    mean = fits.best.parameters["mean"]
    # Without memory: the exponential above 50 begins again.
    assert mean == pytest.approx(x.mean() - 50)
    assert levs["Exponential"][0] == pytest.approx(50 + mean * -math.expm1(-150 / mean))


def test_groups_have_a_chi_squared():
    fits = kb.fit.severity(families=["LogNormal", "Exponential"], **DATA_SET_C)
    good = fits["LogNormal"].goodness
    severity = fits["LogNormal"].severity
    edges = np.array([*DATA_SET_C["lower"], math.inf])
    expected = 227 * -np.diff(severity.sf(edges))
    observed = np.array(DATA_SET_C["weights"])
    chi2 = ((observed - expected) ** 2 / expected).sum()
    assert good.chi2 == pytest.approx(chi2, rel=1e-9)
    assert good.chi2_freedom == 4
    assert good.chi2_p == pytest.approx(stats.chi2.sf(chi2, 4), rel=1e-9)
    assert "χ²" in repr(fits)
    assert fits.limited_expected_values([7_500.0])["empirical"][0] == pytest.approx(
        (99 * 3_750 + 128 * 7_500) / 227
    )


def test_distances_are_scipys():
    x = np.array(DATA_SET_B, dtype=float)
    fit = fitted("Gamma", x)
    law = stats.gamma(fit.parameters["shape"], scale=fit.parameters["scale"])
    assert fit.goodness.ks == pytest.approx(stats.kstest(x, law.cdf).statistic, rel=1e-9)
    u = law.cdf(np.sort(x))
    n = len(u)
    i = np.arange(1, n + 1)
    ad = -n - np.mean((2 * i - 1) * (np.log(u) + np.log1p(-u[::-1])))
    assert fit.goodness.ad == pytest.approx(ad, rel=1e-9)
    assert math.isnan(fit.goodness.ks_p)


def test_p_values_with_censoring_are_uniform_enough():
    """Of a right model, p-values below a half come half of the time."""
    rng = np.random.default_rng(0)
    low = 0
    for k in range(60):
        x = rng.weibull(0.8, 60) * 100
        c = rng.exponential(250, 60)
        fits = kb.fit.severity(
            np.minimum(x, c), censored=c < x, families="Weibull", replicates=39, seed=k
        )
        low += fits.best.goodness.ad_p <= 0.5
    assert abs(low - 30) < 4 * math.sqrt(15)


def test_peaks_over_a_threshold():
    truth = kb.GPD(shape=0.5, scale=7.0, threshold=10.0)
    x = np.concatenate([np.linspace(0.5, 10, 500), truth.sample(800, seed=2)])
    fits = kb.fit.severity(x, threshold=10.0, replicates=0)
    gpd = fits["GPD"]
    theirs = stats.genpareto.fit(x[x > 10] - 10, floc=0)
    assert gpd.parameters["shape"] == pytest.approx(theirs[0], abs=2e-4)
    assert gpd.parameters["scale"] == pytest.approx(theirs[2], rel=2e-4)
    # Asymptotic errors (Smith 1987): (1 + xi)/sqrt(n).
    assert gpd.standard_errors["shape"] == pytest.approx(1.5 / math.sqrt(800), rel=0.1)
    assert gpd.severity.support[0] == 10.0
    assert fits.losses.rows_below == 500
    pareto = fits["Pareto"]
    hill = 800 / np.log(x[x > 10] / 10).sum()
    assert pareto.parameters["alpha"] == pytest.approx(hill, rel=1e-12)
    table = kb.fit.thresholds(x, at=[10.0, 15.0])
    assert table["hill_alpha"][0] == pytest.approx(hill, rel=1e-12)
    assert table["shape"][0] == pytest.approx(gpd.parameters["shape"], rel=1e-9)


def test_a_finite_end():
    """Uniform losses: the shape of their GPD tends to -1, where no errors exist."""
    x = np.linspace(0.01, 1.0, 200)
    gpd = kb.fit.severity(x, families="GPD", threshold=0.0, replicates=0)["GPD"]
    assert gpd.status in {"boundary", "failed"}
    assert gpd.reason


def test_splice():
    truth = kb.Spliced(kb.LogNormal(10, 1), kb.Pareto(1.5, 1e5), threshold=1e5, tail_weight=0.1)
    x = truth.sample(4000, seed=9)
    fit = kb.fit.splice(x, tail="Pareto", threshold=1e5)
    above = x[x > 1e5]
    assert fit.tail_weight.value == pytest.approx(len(above) / 4000)
    assert fit.tail["alpha"].value == pytest.approx(len(above) / np.log(above / 1e5).sum())
    below = x[x <= 1e5]

    def lost(theta):
        z = (np.log(below) - theta[0]) / math.exp(theta[1])
        top = (math.log(1e5) - theta[0]) / math.exp(theta[1])
        return -(stats.norm.logpdf(z) - theta[1] - stats.norm.logcdf(top)).sum()

    found = optimize.minimize(lost, [10.0, 0.0], method="BFGS", options={"gtol": 1e-8})
    assert fit.body["mu"].value == pytest.approx(found.x[0], abs=1e-5)
    assert fit.body["sigma"].value == pytest.approx(math.exp(found.x[1]), abs=1e-5)
    severity = fit.severity
    assert fit.log_likelihood == pytest.approx(np.log(severity.pdf(x)).sum(), rel=1e-10)
    assert severity.cdf(1e300) == pytest.approx(1)
    chosen = kb.fit.splice(x, tail="GPD")
    assert chosen.log_likelihood == max(chosen.tried["log_likelihood"])
    assert 2e4 < kb.fit.splice(x, threshold="mean_excess").threshold < 5e5
    with pytest.raises(kb.InputError, match="GPD or Pareto"):
        kb.fit.splice(x, tail="Gamma", threshold=1e5)
    with pytest.raises(kb.InputError, match="mean_excess"):
        kb.fit.splice(x, threshold="best")


def test_methods_without_a_likelihood():
    # Loss Models: moments of a Pareto (Lomax) on data set B.
    lomax = kb.fit.severity(DATA_SET_B, families="Lomax", method="moments").best
    assert lomax.parameters["alpha"] == pytest.approx(2.442, abs=5e-4)
    assert lomax.parameters["scale"] == pytest.approx(2053.985, abs=5e-3)
    assert math.isnan(lomax.standard_errors["alpha"])
    weibull = kb.fit.severity(
        DATA_SET_B, families="Weibull", method="percentiles", percentiles=[0.2, 0.7]
    ).best
    # Smoothed percentiles of twenty losses: places 4.2 and 14.7.
    assert weibull.severity.quantile(0.2) == pytest.approx(126 + 0.2 * 29)
    assert weibull.severity.quantile(0.7) == pytest.approx(877 + 0.7 * 97)
    with pytest.raises(kb.InputError, match="complete data"):
        kb.fit.severity(DATA_SET_B, limit=500, families="Gamma", method="moments")


def test_mean_excess_is_of_the_tail():
    x = np.array(DATA_SET_B, dtype=float)
    table = kb.fit.mean_excess(x, at=[100.0, 500.0])
    for row in table:
        over = x[x > row["threshold"]] - row["threshold"]
        assert row["mean_excess"] == pytest.approx(over.mean())
        assert row["standard_error"] == pytest.approx(over.std(ddof=1) / math.sqrt(len(over)))


def test_mixtures():
    x = np.concatenate([
        kb.LogNormal(1, 0.7).sample(1400, seed=1),
        kb.LogNormal(4, 0.5).sample(600, seed=2),
    ])  # fmt: skip
    fit = kb.fit.mixture(x)
    (m1, m2), (s1, s2), w = (
        [part["mu"] for part in fit.parts],
        [part["sigma"] for part in fit.parts],
        fit.weights,
    )
    density = w[0] * stats.lognorm.pdf(x, s1, scale=math.exp(m1))
    density += w[1] * stats.lognorm.pdf(x, s2, scale=math.exp(m2))
    assert fit.log_likelihood == pytest.approx(np.log(density).sum(), rel=1e-11)
    # EM's fixed point: each part is the weighted lognormal of its responsibilities.
    share = w[1] * stats.lognorm.pdf(x, s2, scale=math.exp(m2)) / density
    assert w[1] == pytest.approx(share.mean(), rel=1e-8)
    assert m2 == pytest.approx((share * np.log(x)).sum() / share.sum(), rel=1e-8)
    assert fit.table["weight_se"][1] == pytest.approx(math.sqrt(0.3 * 0.7 / 2000), rel=0.1)
    with pytest.raises(kb.NumericError, match="identifiable"):
        kb.fit.mixture([1.0, 2.0, 3.0])
    with pytest.raises(kb.InputError, match="parts"):
        kb.fit.mixture(x, parts=9)
    erlang = kb.fit.mixture(kb.Gamma(3, 2.0).sample(2000, seed=4), family="Erlang", parts=4)
    assert erlang.parts[0]["shape"] == 3.0
    assert len(erlang.parts) == 1
    assert erlang.parts[0]["scale"] == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("kind", ["qq", "survival", "mean_excess"])
def test_pictures(kind):
    pytest.importorskip("matplotlib").use("agg")
    import matplotlib.pyplot as plt

    fits = kb.fit.severity(DATA_SET_B, deductible=20, limit=5000, replicates=0)
    axes = getattr(fits.plot, kind)(families=["LogNormal", "Gamma"])
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert {"LogNormal", "Gamma"} <= set(labels)
    plt.close("all")


@pytest.mark.slow
@pytest.mark.parametrize("family", ["LogNormal", "Gamma", "Weibull"])
def test_coverage_of_the_intervals(family):
    """95% intervals of thin, truncated and censored data hold the truth about 95% of the time."""
    truth = {
        "LogNormal": kb.LogNormal(6.0, 1.2),
        "Gamma": kb.Gamma(0.8, 900.0),
        "Weibull": kb.Weibull(0.7, 600.0),
    }[family]
    runs, hits = 1000, {"profile": 0, "wald": 0}
    for seed in range(runs):
        x = truth.sample(80, seed=seed)
        x = x[x > 50.0]
        fit = fitted(family, x, deductible=50, limit=2000)
        for (name, value), method in itertools.product(truth.parameters.items(), hits):
            low, high = fit.interval(name, method=method)
            hits[method] += low <= value <= high
    size = runs * len(truth.parameters)
    share = {method: count / size for method, count in hits.items()}
    # Both parameters of one run go together: count runs for the error.
    error = math.sqrt(0.95 * 0.05 / runs)
    assert abs(share["profile"] - 0.95) < 4 * error, share
    assert share["wald"] > 0.90, share
