"""Fits against published results, R's parametrisations and scipy."""

import math

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

import kebao as kb

#: Danish fire losses of 1980 to 1990 above 10 million kroner of 1985, in millions, in order of
#: date: 109 of the 2,167 of Copenhagen Re that McNeil (1997) analyses.
DANISH_FIRE = [
    11.37482, 26.21464, 14.12208, 11.71303, 12.46559, 17.56955, 13.62079, 21.96193, 263.25037,
    19.07028, 19.47291, 34.14155, 20.96986, 12.89515, 56.22543, 10.2228, 14.6789, 50.06553,
    10.17802, 10.82045, 24.97027, 11.89061, 20.04994, 65.70749, 27.26259, 15.92628, 22.25823,
    10.01112, 10.0723, 12.63181, 13.34816, 11.43159, 11.12347, 11.62304, 14.29319, 13.62304,
    18.64648, 15.81152, 19.1623, 18.84817, 22.13757, 16.3, 46.5, 10.5, 12.225, 14.239,
    57.41064, 14.3, 13.5, 10.7, 19.4, 12.054, 16.44166, 29.02604, 12.53616, 18.32208, 10.27001,
    17.06847, 17.74349, 23.28386, 11.13173, 12.52319, 32.46753, 29.03711, 18.55288, 16.88312,
    27.82931, 12.05937, 11.59555, 16.41526, 18.42413, 38.15439, 27.33807, 11.80124, 25.28838,
    10.20408, 20.45253, 47.01952, 24.57853, 15.88287, 25.95386, 10.8252, 31.0559, 24.55546,
    42.09145, 14.39458, 20.86367, 14.39458, 10.13717, 12.80186, 16.08806, 152.41321, 14.01355,
    12.7011, 11.68501, 32.38781, 10.58425, 18.62828, 10.99835, 12.37624, 15.28465, 10.18482,
    13.20132, 20.82673, 14.85149, 144.65759, 28.63036, 19.26568, 17.73927,
]  # fmt: skip


def fitted(family, data=None, **known):
    return kb.fit.severity(data, families=family, replicates=0, **known)[family]


@pytest.mark.parametrize(
    ("threshold", "count", "shape", "scale", "error"),
    [(10.0, 109, 0.497, 6.98, 0.14), (20.0, 36, 0.684, 9.63, 0.28)],
)
def test_danish_fire(threshold, count, shape, scale, error):
    """McNeil 1997, ASTIN Bulletin 27(1), 117–137; Embrechts, Klüppelberg and Mikosch 1997, 6.5."""
    fits = kb.fit.severity(
        DANISH_FIRE, families=["GPD", "Pareto"], threshold=threshold, replicates=0
    )
    gpd = fits["GPD"]
    assert len(DANISH_FIRE) == 109
    assert fits.losses.rows_used == count
    assert gpd.parameters["shape"] == pytest.approx(shape, abs=5e-4)
    assert gpd.parameters["scale"] == pytest.approx(scale, abs=6e-3)
    assert gpd.standard_errors["shape"] == pytest.approx(error, abs=5.1e-3)
    # By the expected information, σ √(2 (1 + ξ)/n) (Smith 1987), the scale's is close to that.
    expected = gpd.parameters["scale"] * math.sqrt(2 * (1 + gpd.parameters["shape"]) / count)
    assert gpd.standard_errors["scale"] == pytest.approx(expected, rel=0.1)
    low, high = gpd.interval("shape")
    assert low < shape < high


def test_the_price_of_a_danish_layer():
    """P(X > x) = N_u/n (1 + ξ (x − u)/β)^(−1/ξ) with n = 2167 (McNeil 1997, equation 4)."""
    gpd = fitted("GPD", DANISH_FIRE, threshold=10.0)
    # His quantile 0.999 is about 93 for the threshold of 10 (figure 10: 94 within its interval).
    q = 0.001 * 2167 / 109
    quantile = gpd.severity.isf(q)
    xi, beta = gpd.parameters["shape"], gpd.parameters["scale"]
    assert quantile == pytest.approx(10 + beta / xi * (q**-xi - 1), rel=1e-12)
    assert 85 < quantile < 105


#: Densities as the documentation of actuar 3.3 and fitdistrplus writes them, and the same here.
R = {
    "dpareto(x, shape, scale)": (
        lambda x: 2.5 * 7.0**2.5 / (x + 7.0) ** 3.5,
        kb.Lomax(alpha=2.5, scale=7.0),
    ),
    "dpareto1(x, shape, min)": (
        lambda x: 2.5 * 1.5**2.5 / x**3.5,
        kb.Pareto(alpha=2.5, scale=1.5),
    ),
    "dburr(x, shape1, shape2, scale)": (
        lambda x: 2.0 * 3.0 * (x / 7) ** 3 / (x * (1 + (x / 7) ** 3) ** 3),
        kb.Burr(alpha=2.0, gamma=3.0, scale=7.0),
    ),
    "dtrbeta(x, shape1, shape2, shape3, scale)": (
        lambda x: 3.0 * (x / 7) ** 6 / (x * (1 + (x / 7) ** 3) ** 4.5) / special.beta(2.5, 2.0),
        kb.GB2(alpha=2.5, gamma=3.0, tau=2.0, scale=7.0),
    ),
    "dllogis(x, shape, scale)": (
        lambda x: 3.0 * (x / 7) ** 3 / (x * (1 + (x / 7) ** 3) ** 2),
        kb.LogLogistic(shape=3.0, scale=7.0),
    ),
    "dinvgamma(x, shape, scale)": (
        lambda x: (7 / x) ** 2.5 * np.exp(-7 / x) / (x * math.gamma(2.5)),
        kb.InverseGamma(shape=2.5, scale=7.0),
    ),
    "dinvweibull(x, shape, scale)": (
        lambda x: 2.5 * (7 / x) ** 2.5 * np.exp(-((7 / x) ** 2.5)) / x,
        kb.Frechet(shape=2.5, scale=7.0),
    ),
    "dlgamma(x, shapelog, ratelog)": (
        lambda x: 3.0**2.5 * np.log(x) ** 1.5 / (math.gamma(2.5) * x**4),
        kb.LogGamma(shape=2.5, rate=3.0),
    ),
    "dinvgauss(x, mean, shape)": (
        lambda x: np.sqrt(5 / (2 * np.pi * x**3)) * np.exp(-5 * (x - 7) ** 2 / (2 * x * 49)),
        kb.InverseGaussian(mean=7.0, shape=5.0),
    ),
    "dgamma(x, shape, rate)": (
        lambda x: 0.2**2.5 * x**1.5 * np.exp(-0.2 * x) / math.gamma(2.5),
        kb.Gamma(shape=2.5, scale=1 / 0.2),
    ),
    "dweibull(x, shape, scale)": (
        lambda x: 1.5 / 7 * (x / 7) ** 0.5 * np.exp(-((x / 7) ** 1.5)),
        kb.Weibull(shape=1.5, scale=7.0),
    ),
    "dlnorm(x, meanlog, sdlog)": (
        lambda x: np.exp(-((np.log(x) - 2) ** 2) / 0.5) / (x * 0.5 * np.sqrt(2 * np.pi)),
        kb.LogNormal(mu=2.0, sigma=0.5),
    ),
}


@pytest.mark.parametrize("name", R)
def test_the_parametrisations_of_r(name):
    density, ours = R[name]
    x = np.array([1.6, 2.0, 3.5, 7.0, 19.0, 80.0])
    np.testing.assert_allclose(ours.pdf(x), density(x), rtol=1e-12)


def test_a_gev_as_scipy():
    x = stats.genextreme.rvs(-0.25, loc=100, scale=20, size=800, random_state=1)
    fit = fitted("GEV", x)
    theirs = stats.genextreme.fit(x, -0.2, loc=95, scale=15)
    ours = fit.parameters
    np.testing.assert_allclose([-ours["shape"], ours["location"], ours["scale"]], theirs, rtol=2e-3)
    assert fit.log_likelihood >= stats.genextreme.logpdf(x, *theirs).sum() - 1e-9
    assert fit.status == "converged"
    # Expected information of the location is 1.3 n/σ² or so; errors are of its order.
    assert 0.5 < fit.standard_errors["location"] / (20 / math.sqrt(800)) < 1.5


def test_a_student_t_of_logarithms_as_scipy():
    x = np.exp(2 + 0.5 * stats.t.rvs(4, size=1500, random_state=2))
    fit = fitted("LogT", x)
    df, mu, sigma = stats.t.fit(np.log(x))
    found = fit.parameters
    np.testing.assert_allclose(
        [found["mu"], found["sigma"], found["df"]], [mu, sigma, df], rtol=2e-3
    )
    assert fit.log_likelihood == pytest.approx(
        (stats.t.logpdf(np.log(x), found["df"], found["mu"], found["sigma"]) - np.log(x)).sum(),
        rel=1e-11,
    )
    light = fitted("LogT", np.exp(stats.norm.rvs(size=300, random_state=3) * 0.3))
    assert light.status in {"converged", "boundary"}


def test_damage_ratios():
    rng = np.random.default_rng(4)
    partial = rng.beta(0.8, 3.0, 450)
    fit = fitted("Beta", np.concatenate([partial, np.ones(50)]))
    a, b, _, _ = stats.beta.fit(partial, floc=0, fscale=1)
    np.testing.assert_allclose([fit.parameters["a"], fit.parameters["b"]], [a, b], rtol=1e-4)
    severity = fit.severity
    assert severity == kb.Beta(fit.parameters["a"], fit.parameters["b"], 0.1)
    likelihood = np.log(severity.pdf(partial)).sum() + 50 * math.log(0.1)
    assert fit.log_likelihood == pytest.approx(likelihood, rel=1e-11)
    assert any("share" in note for note in fit.notes)
    none = fitted("Beta", partial)
    assert none.severity.sf(np.nextafter(1, 0)) < 1e-6
    assert fitted("Beta", [0.2, 0.5, 1.7]).status == "failed"


def test_an_exposure_curve_from_damage_ratios():
    truth = kb.MBBEFD(b=0.6, g=20.0)
    x = truth.sample(4000, seed=5)
    assert (x == 1).mean() == pytest.approx(0.05, abs=0.015)
    fit = fitted("MBBEFD", x)

    def lost(theta):
        b, g = np.exp(theta[0]), 1 + np.exp(theta[1])
        part = x[x < 1]
        # Bernegger 1997, equation 3.4.
        top = (b - 1) * (g - 1) * np.log(b) * b ** (1 - part)
        density = top / ((g - 1) * b ** (1 - part) + 1 - g * b) ** 2
        return -(np.log(density).sum() + (x == 1).sum() * -np.log(g))

    found = optimize.minimize(lost, [math.log(0.7), math.log(15)], method="Nelder-Mead",
                              options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000})  # fmt: skip
    b, g = math.exp(found.x[0]), 1 + math.exp(found.x[1])
    assert fit.parameters["b"] == pytest.approx(b, rel=1e-4)
    assert fit.parameters["g"] == pytest.approx(g, rel=1e-4)
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    low, high = fit.interval("g")
    assert 1 < low < 20 < high


def test_a_generalised_beta_of_the_second_kind():
    truth = kb.GB2(alpha=1.5, tau=0.8, scale=1000.0, gamma=2.0)
    x = truth.sample(3000, seed=6)
    fit = fitted("GB2", x)
    assert fit.status == "converged"
    burr = fitted("Burr", x)
    # The Burr is the family's member of tau 1: its likelihood is no higher.
    assert fit.log_likelihood >= burr.log_likelihood

    def lost(theta):
        a, t, s, g = np.exp(theta)
        u = (x / s) ** g
        logs = np.log(g) + t * np.log(u) - np.log(x) - (a + t) * np.log1p(u)
        return -(logs - special.betaln(a, t)).sum()

    best = np.log([fit.parameters[k] for k in ("alpha", "tau", "scale", "gamma")])
    assert -lost(best) == pytest.approx(fit.log_likelihood, rel=1e-11)
    for way in (optimize.approx_fprime(best, lost, 1e-6), optimize.approx_fprime(best, lost, 3e-6)):
        assert np.abs(way).max() < 0.1
    found = optimize.minimize(lost, best + 0.05, method="BFGS")
    assert found.fun >= -fit.log_likelihood - 1e-6
    hessian = optimize.approx_fprime(best, lambda at: optimize.approx_fprime(at, lost, 1e-4), 1e-4)
    errors = np.sqrt(np.diag(np.linalg.inv((hessian + hessian.T) / 2))) * np.exp(best)
    np.testing.assert_allclose(list(fit.standard_errors.values()), errors, rtol=0.05)


def test_further_families_with_limits_and_deductibles():
    """Truncation and censoring enter the generic densities as they enter the others."""
    truth = kb.GEV(0.3, 4e3, 1.5e3)
    x = truth.sample(3000, seed=7)
    x = x[x > 3000]
    fit = fitted("GEV", x, deductible=3000, limit=15_000)
    for name, value in truth.parameters.items():
        low, high = fit.interval(name, level=0.999)
        assert low < value < high, name
    seen = np.minimum(x, 15_000)
    severity = fit.severity
    known = seen < 15_000
    plain = severity.log_pdf(seen[known]).sum() + (~known).sum() * severity.log_sf(15_000)
    plain -= len(x) * severity.log_sf(3000)
    assert fit.log_likelihood == pytest.approx(plain, rel=1e-11)


def test_no_family_can_be_told_from_nothing():
    """All censored, one loss, equal, negative and missing losses: never a number in silence."""
    every = kb._kebao.fit_families()[1]
    one = kb.fit.severity([0.4], families=every, replicates=0)
    for fit in one:
        assert fit.status == "failed" or len(fit.parameters) == 1, fit.family
    same = kb.fit.severity([0.4] * 20, families=every, replicates=0)
    for fit in same:
        assert fit.status != "converged" or len(fit.parameters) == 1, fit.family
        assert fit.status == "converged" or fit.reason
    with pytest.raises(kb.InputError, match="all_censored"):
        kb.fit.severity([5.0, 6.0], censored=[True, True], families=every)
    with pytest.raises(kb.InputError) as caught:
        kb.fit.severity([math.nan, -3.0, 2.0], families=every)
    assert len(caught.value.issues) == 2


def test_densities_of_fits_integrate_to_one():
    lognormal = kb.LogNormal(3, 1.2).sample(200, seed=8)
    # Its limit in the family.
    assert fitted("GB2", lognormal).status == "boundary"
    x = kb.GB2(alpha=2.0, tau=0.7, scale=30.0, gamma=1.5).sample(2000, seed=8)
    for family in ("GB2", "GEV", "LogT"):
        severity = fitted(family, x).severity
        top = severity.isf(1e-6)
        grid = severity.isf(np.array([0.99, 0.5, 1e-2, 1e-4]))
        area, _ = integrate.quad(severity.pdf, 0, top, points=grid, limit=500)
        assert area + severity.sf(top) + severity.cdf(0) == pytest.approx(1, abs=1e-6)
