"""Reserving methods beside the chain ladder: published results, identities, independent routes."""

import csv
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kebao as kb

GOLD = Path(__file__).parent / "gold"


def gold(name):
    return json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))


def triangle(name):
    name, _, measure = name.partition("_")
    loaded = kb.datasets.load(name)
    return loaded[measure] if measure else loaded


GENINS_PREMIUM = [1e7 + 4e5 * year for year in range(10)]


def staircase(n, seed, grow=2.0):
    rng = np.random.default_rng(seed)
    values = rng.gamma(grow, 100.0, (n, n)).cumsum(axis=1)
    values[np.add.outer(np.arange(n), np.arange(n)) >= n] = np.nan
    return values


# Bornhuetter-Ferguson, Benktander, Cape Cod


@pytest.mark.parametrize("name", ["genins", "raa", "abc", "mw2008"])
def test_with_its_own_ultimates_as_prior_it_is_the_chain_ladder(name):
    tri = triangle(name)
    ladder = kb.ChainLadder().fit(tri)
    bf = kb.BornhuetterFerguson(prior=ladder.ultimate_).fit(tri)
    np.testing.assert_allclose(bf.ultimate_, ladder.ultimate_, rtol=1e-13)
    ratio = ladder.ultimate_ / np.arange(1.0, len(ladder.ultimate_) + 1)
    exposed = kb.BornhuetterFerguson(prior=ratio).fit(tri, exposure=np.arange(1.0, len(ratio) + 1))
    np.testing.assert_allclose(exposed.ultimate_, ladder.ultimate_, rtol=1e-13)
    alone = kb.CapeCod(decay=0.0).fit(tri, exposure=1.0)
    np.testing.assert_allclose(alone.ultimate_, ladder.ultimate_, rtol=1e-12)


def test_benktander_goes_from_the_prior_to_the_chain_ladder():
    tri = triangle("genins")
    ladder = kb.ChainLadder().fit(tri)
    bf = kb.BornhuetterFerguson(prior=0.6, prior_cv=0.1, prior_correlation=0.3)
    bf.fit(tri, exposure=9e6)
    one = kb.Benktander(prior=0.6, prior_cv=0.1, prior_correlation=0.3, iterations=1)
    one.fit(tri, exposure=9e6)
    np.testing.assert_array_equal(one.ultimate_, bf.ultimate_)
    np.testing.assert_array_equal(one.standard_error_, bf.standard_error_)
    none = kb.Benktander(prior=0.6, iterations=0).fit(tri, exposure=9e6)
    np.testing.assert_allclose(none.ultimate_, 5.4e6, rtol=1e-12)
    # Credibility form: (1 - p^n) chain ladder + p^n prior.
    for n in (2, 3, 10, 40):
        gb = kb.Benktander(prior=0.6, iterations=n).fit(tri, exposure=9e6)
        p = 1 - gb.emerged_
        expected = (1 - p**n) * ladder.ultimate_ + p**n * 5.4e6
        np.testing.assert_allclose(gb.ultimate_, expected, rtol=1e-10)
    # In the limit the chain ladder, with the errors of the over-dispersed Poisson model.
    many = kb.Benktander(prior=0.6, prior_cv=0.1, iterations=100_000).fit(tri, exposure=9e6)
    odp = kb.ODP().fit(tri)
    np.testing.assert_allclose(many.ultimate_, ladder.ultimate_, rtol=1e-11)
    np.testing.assert_allclose(many.standard_error_, odp.standard_error_, rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(many.parameter_error_, odp.parameter_error_, rtol=1e-8, atol=1e-6)
    assert many.total_standard_error_ == pytest.approx(odp.total_standard_error_, rel=1e-8)


def poisson_fit(values):
    """Fisher scoring of the ODP model; log effects (origins, later ages), covariance, phi."""
    n = len(values)
    increments = np.diff(values, axis=1, prepend=0.0)
    origin, age = np.nonzero(~np.isnan(increments))
    y = increments[origin, age]
    x = np.zeros((len(y), 2 * n - 1))
    x[np.arange(len(y)), origin] = 1
    later = age > 0
    x[np.nonzero(later)[0], n + age[later] - 1] = 1
    mu = np.maximum(y, 1.0)
    for _ in range(100):
        beta = np.linalg.solve(x.T @ (mu[:, None] * x), x.T @ (mu * (np.log(mu) + (y - mu) / mu)))
        mu = np.exp(x @ beta)
    phi = ((y - mu) ** 2 / mu).sum() / (len(y) - 2 * n + 1)
    return beta, phi * np.linalg.inv(x.T @ (mu[:, None] * x)), phi


@pytest.mark.parametrize("name", ["genins", "mw2008"])
def test_bf_errors_are_those_of_alai_merz_and_wuthrich(name):
    tri = triangle(name)
    values, n = tri.values, len(tri.origins)
    beta, covariance, phi = poisson_fit(values)
    prior = 1.1 * kb.ChainLadder().fit(tri).ultimate_
    cv, rho = 0.07, 0.4
    bf = kb.BornhuetterFerguson(prior=prior, prior_cv=cv, prior_correlation=rho).fit(tri)

    # The pattern gamma = exp(b) / sum exp(b) and its covariance from the Fisher information.
    def still_to_come(b):
        gamma = np.exp(np.concatenate([[0.0], b]))
        gamma /= gamma.sum()
        return np.array([gamma[n - i :].sum() for i in range(n)])

    later = beta[n:]
    step = 1e-5
    jacobian = np.column_stack(
        [
            (still_to_come(later + step * e) - still_to_come(later - step * e)) / (2 * step)
            for e in np.eye(n - 1)
        ]
    )
    left = still_to_come(later)
    of_pattern = jacobian @ covariance[n:, n:] @ jacobian.T
    correlation = np.full((n, n), rho) + (1 - rho) * np.eye(n)
    of_prior = cv**2 * np.outer(prior, prior) * correlation
    parameter = np.outer(prior, prior) * of_pattern + np.outer(left, left) * of_prior
    np.testing.assert_allclose(bf.ibnr_, prior * left, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(bf.process_error_, np.sqrt(phi * prior * left), rtol=1e-8, atol=1e-3)
    np.testing.assert_allclose(
        bf.parameter_error_, np.sqrt(np.diag(parameter)), rtol=1e-6, atol=1e-2
    )
    total = parameter.sum() + (phi * prior * left).sum()
    assert bf.total_standard_error_ == pytest.approx(math.sqrt(total), rel=1e-6)


def test_cape_cod_agrees_with_the_published_example():
    with (GOLD / "tri_cc_sample.csv").open() as file:
        rows = list(csv.DictReader(file))
    cells = {key: [] for key in ("origin", "age", "loss")}
    premium = {}
    for row in rows:
        if row["measure"] == "loss":
            cells["origin"].append(int(row["origin"]))
            cells["age"].append(int(row["dev_age_months"]))
            cells["loss"].append(float(row["cumulative"]))
        else:
            premium[int(row["origin"])] = float(row["cumulative"])
    tri = kb.Triangle.from_long(cells, origin="origin", development="age", values="loss")
    expected = gold("capecod")
    cc = kb.CapeCod(decay=0.75, trend=0.07, tail=1 / 0.85).fit(tri, exposure=premium)
    np.testing.assert_allclose(cc.ultimate_, expected["ultimate"], rtol=1e-9)
    np.testing.assert_allclose(cc.ibnr_, expected["ibnr"], rtol=1e-9)
    np.testing.assert_allclose(cc.trended_loss_ratio_, expected["trended_apriori"], rtol=1e-9)
    np.testing.assert_allclose(cc.loss_ratio_, expected["detrended_apriori"], rtol=1e-9)
    assert cc.total_ibnr_ == pytest.approx(expected["total_ibnr"], rel=1e-9)
    assert round(cc.total_ibnr_) == 17052
    to_ultimate = 1 / np.array(cc.pattern().cumulative)
    np.testing.assert_allclose(to_ultimate, expected["cdf"][: len(to_ultimate)], rtol=1e-9)


def test_cape_cod_errors_by_numerical_differentiation():
    tri = triangle("genins")
    values, n = tri.values, 10
    exposure = np.array(GENINS_PREMIUM)
    decay, trend = 0.8, 0.03
    cc = kb.CapeCod(decay=decay, trend=trend).fit(tri, exposure=exposure)
    odp = kb.ODP().fit(tri)
    phi = odp.dispersion_
    factors = kb.ChainLadder().fit(tri).development_factors_[:-1]
    starts = np.array([values[: n - 1 - k, k].sum() for k in range(n - 1)])
    log_variance = phi * (factors - 1) / (factors * starts)
    latest = tri.latest
    weights = decay ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    level = (1 + trend) ** np.arange(n - 1, -1, -1.0)

    def reserve(log_f, c):
        z = np.exp(-np.array([log_f[n - 1 - i :].sum() for i in range(n)]))
        ratio = (weights @ (level * c)) / (weights @ (exposure * z))
        return (1 - z) * exposure * ratio / level

    log_f = np.log(factors)
    np.testing.assert_allclose(cc.ibnr_, reserve(log_f, latest), rtol=1e-11, atol=1e-6)
    step = 1e-6
    by_f = np.column_stack(
        [
            (reserve(log_f + step * e, latest) - reserve(log_f - step * e, latest)) / (2 * step)
            for e in np.eye(n - 1)
        ]
    )
    by_c = np.column_stack(
        [(reserve(log_f, latest + e) - reserve(log_f, latest - e)) / 2 for e in np.eye(n)]
    )
    c_variance = phi * cc.emerged_ * cc.ultimate_
    covariance = by_f @ np.diag(log_variance) @ by_f.T + by_c @ np.diag(c_variance) @ by_c.T
    np.testing.assert_allclose(
        cc.parameter_error_, np.sqrt(np.diag(covariance)), rtol=1e-6, atol=1e-2
    )
    assert cc.total_parameter_error_ == pytest.approx(math.sqrt(covariance.sum()), rel=1e-6)
    np.testing.assert_allclose(cc.process_error_, np.sqrt(phi * cc.ibnr_), rtol=1e-9)


def test_macks_bornhuetter_ferguson_by_its_formulas():
    tri = triangle("raa")
    n = 10
    increments = np.diff(tri.values, axis=1, prepend=0.0)
    prior = np.linspace(15_000, 25_000, n)
    cv, rho = 0.1, 0.5
    bf = kb.BornhuetterFerguson(prior=prior, prior_cv=cv, prior_correlation=rho, model="mack").fit(
        tri
    )
    y = np.array([increments[: n - k, k].sum() / prior[: n - k].sum() for k in range(n)])
    s2 = np.array(
        [
            ((increments[: n - k, k] - prior[: n - k] * y[k]) ** 2 / prior[: n - k]).sum()
            / (n - 1 - k)
            for k in range(n - 1)
        ]
    )
    s2 = np.append(s2, min(s2[-1] ** 2 / s2[-2], s2[-1], s2[-2]))
    y /= y.sum()
    z = np.cumsum(y)
    of_y = s2 / np.array([prior[: n - k].sum() for k in range(n)])
    reserve, process, parameter, spread, share = [], [], [], [], []
    for i in range(n):
        a = n - 1 - i
        reserve.append(prior[i] * (1 - z[a]))
        process.append(prior[i] * s2[a + 1 :].sum())
        var_z = min(of_y[: a + 1].sum(), of_y[a + 1 :].sum())
        se = cv * prior[i]
        parameter.append((prior[i] ** 2 + se**2) * var_z + se**2 * (1 - z[a]) ** 2)
        spread.append(math.sqrt(var_z))
        share.append(z[a])
    np.testing.assert_allclose(bf.ibnr_, reserve, rtol=1e-11, atol=1e-8)
    np.testing.assert_allclose(bf.process_error_, np.sqrt(process), rtol=1e-11)
    np.testing.assert_allclose(bf.parameter_error_, np.sqrt(parameter), rtol=1e-9, atol=1e-6)
    total = sum(process) + sum(parameter)
    for i in range(n):
        for k in range(i + 1, n):
            of_prior = rho * cv**2 * prior[i] * prior[k]
            common = 0.0
            if share[i] < 1 - 1e-12:
                both = math.sqrt(share[k] * (1 - share[i]) / (share[i] * (1 - share[k])))
                common = both * spread[i] * spread[k]
            total += 2 * (
                common * (prior[i] * prior[k] + of_prior)
                + of_prior * (1 - share[i]) * (1 - share[k])
            )
    assert bf.total_standard_error_ == pytest.approx(math.sqrt(total), rel=1e-9)


def test_a_tail_leaves_more_to_come():
    tri = triangle("genins")
    short = kb.BornhuetterFerguson(prior=5e6).fit(tri)
    for model in ("odp", "mack"):
        bf = kb.BornhuetterFerguson(prior=5e6, tail=1.05, model=model).fit(tri)
        assert bf.emerged_[0] == pytest.approx(1 / 1.05, rel=1e-12)
        assert bf.ibnr_[0] == pytest.approx(5e6 * (1 - 1 / 1.05), rel=1e-10)
        assert bf.total_ibnr_ > short.total_ibnr_


# Clark


@pytest.mark.parametrize("key", sorted(gold("clark")["results"]))
@pytest.mark.parametrize("information", ["observed", "expected"])
def test_clark_agrees_with_the_reference(key, information):
    kind, growth, last = key.split("|")
    expected = gold("clark")["results"][key]
    options = {"growth": growth, "last_age": float(last), "information": information}
    tri = triangle("genins")
    if kind == "LDF":
        fit = kb.ClarkLDF(**options).fit(tri)
    else:
        fit = kb.ClarkCapeCod(**options).fit(tri, exposure=GENINS_PREMIUM)
        assert fit.loss_ratio_ == pytest.approx(expected["elr"], rel=1e-7)
    # The reference stops a few 1e-7 short of the top; see the next test.
    assert fit.omega_ == pytest.approx(expected["omega"], rel=3e-7)
    assert fit.theta_ == pytest.approx(expected["theta"], rel=3e-7)
    assert fit.scale_ == pytest.approx(expected["scale"], rel=3e-7)
    np.testing.assert_allclose(fit.ibnr_, expected["reserve"], rtol=3e-7)
    np.testing.assert_allclose(fit.process_error_, expected["process_se"], rtol=3e-7)
    of = expected[f"{information}_info"]
    np.testing.assert_allclose(fit.parameter_error_, of["parameter_se"], rtol=3e-5)
    assert fit.total_ibnr_ == pytest.approx(expected["total_reserve"], rel=3e-7)
    assert fit.total_process_error_ == pytest.approx(expected["total_process_se"], rel=3e-7)
    assert fit.total_parameter_error_ == pytest.approx(of["total_parameter_se"], rel=3e-5)


@pytest.mark.parametrize("name", ["genins", "raa", "mw2008"])
@pytest.mark.parametrize("growth", ["loglogistic", "weibull"])
def test_clark_is_at_the_top_of_the_likelihood(name, growth):
    optimize = pytest.importorskip("scipy.optimize")
    tri = triangle(name)
    n = len(tri.origins)
    increments = np.diff(tri.values, axis=1, prepend=0.0)
    x = np.concatenate([[0.0], np.arange(12, 12 * n + 1, 12) - 6.0])
    seen = ~np.isnan(increments)

    def curve(log_omega, log_theta):
        with np.errstate(divide="ignore"):
            u = np.exp(log_omega) * (np.log(x) - log_theta)
        return 1 / (1 + np.exp(-u)) if growth == "loglogistic" else -np.expm1(-np.exp(u))

    def loss(p):
        g = curve(*p)
        ultimate = np.array([tri.latest[i] / g[n - i] for i in range(n)])
        mu = np.outer(ultimate, np.diff(g))
        with np.errstate(all="ignore"):
            return -np.where(seen, increments * np.log(mu) - mu, 0.0).sum() / 1e6

    best = optimize.minimize(
        loss,
        [0.3, 3.5],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000},
    )
    fit = kb.ClarkLDF(growth=growth).fit(tri)
    ours = [math.log(fit.omega_), math.log(fit.theta_)]
    assert loss(ours) <= best.fun + 1e-12 * abs(best.fun)
    np.testing.assert_allclose(ours, best.x, atol=2e-5)
    assert fit.status_ == "ok"


# Generalised linear models


@pytest.mark.parametrize("key", sorted(gold("odp_glm")["results"]))
def test_glm_agrees_with_the_reference(key):
    name, kind = key.split("|")
    expected = gold("odp_glm")["results"][key]
    fit = (kb.ODP() if kind == "odp" else kb.GammaGLM()).fit(triangle(name))
    if "error" in expected:  # a column sum below zero has no Poisson mean
        assert fit.status_ == "not_positive"
        assert np.isnan(fit.total_ibnr_)
        return
    assert fit.dispersion_ == pytest.approx(expected["phi"], rel=1e-10)
    for ours, field in (
        (fit.ibnr_, "reserve"),
        (fit.standard_error_, "se"),
        (fit.process_error_, "process_se"),
        (fit.parameter_error_, "parameter_se"),
    ):
        np.testing.assert_allclose(ours, expected[field], rtol=1e-9, atol=1e-6)
    total = expected["total"]
    assert fit.total_ibnr_ == pytest.approx(total["reserve"], rel=1e-10)
    assert fit.total_standard_error_ == pytest.approx(total["se"], rel=1e-9)
    assert fit.total_process_error_ == pytest.approx(total["process_se"], rel=1e-9)
    assert fit.total_parameter_error_ == pytest.approx(total["parameter_se"], rel=1e-9)


@given(st.integers(3, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_odp_reserves_are_those_of_the_chain_ladder(n, seed):
    tri = kb.Triangle.from_wide(staircase(n, seed))
    odp, ladder = kb.ODP().fit(tri), kb.ChainLadder().fit(tri)
    np.testing.assert_allclose(odp.ultimate_, ladder.ultimate_, rtol=1e-9)
    np.testing.assert_allclose(odp.development_factors_, ladder.development_factors_, rtol=1e-9)
    # Fitted means keep the sums of rows and columns.
    increments = np.diff(tri.values, axis=1, prepend=0.0)
    fitted = np.where(np.isnan(increments), np.nan, odp.fitted_)
    np.testing.assert_allclose(np.nansum(fitted, axis=1), np.nansum(increments, axis=1), rtol=1e-9)


def test_odp_takes_a_zero_column_and_negative_increments():
    values = staircase(6, 3)
    values[:, 5] = values[:, 4]
    values[0, 5] = values[0, 4]
    odp = kb.ODP().fit(kb.Triangle.from_wide(values))
    assert odp.status_ == "cells_left_out"
    np.testing.assert_allclose(
        odp.ultimate_, kb.ChainLadder().fit(kb.Triangle.from_wide(values)).ultimate_, rtol=1e-10
    )
    values[1, 2] = values[1, 1] - 5.0
    values[1, 3:5] = values[1, 2] + np.array([50.0, 80.0])
    fit = kb.ODP().fit(kb.Triangle.from_wide(values))
    np.testing.assert_allclose(
        fit.ultimate_, kb.ChainLadder().fit(kb.Triangle.from_wide(values)).ultimate_, rtol=1e-10
    )


# Munich chain ladder


@pytest.mark.parametrize("variant", ["paper_sigma01", "default"])
def test_munich_agrees_with_the_paper_and_r(variant):
    expected = gold("munich")[variant]
    options = {"last_sigma": 0.1} if variant == "paper_sigma01" else {}
    munich = kb.MunichChainLadder(**options).fit(kb.datasets.load("mcl"))
    assert munich.paid_correlation_ == pytest.approx(expected["lambdaP"], rel=1e-12)
    assert munich.incurred_correlation_ == pytest.approx(expected["lambdaI"], rel=1e-12)
    np.testing.assert_allclose(munich.paid_projection_, expected["MCLPaid"], rtol=1e-11)
    np.testing.assert_allclose(munich.incurred_projection_, expected["MCLIncurred"], rtol=1e-11)
    by_origin = expected["summary"]["ByOrigin"]
    np.testing.assert_allclose(
        munich.paid_ultimate_, [row["Ult. Paid"] for row in by_origin], rtol=1e-11
    )
    np.testing.assert_allclose(
        munich.ultimate_, [row["Ult. Incurred"] for row in by_origin], rtol=1e-11
    )
    assert munich.total_ultimate_ == pytest.approx(
        expected["summary"]["Totals"][1]["Incurred"], rel=1e-11
    )
    assert munich.paid_ultimate_.sum() == pytest.approx(
        expected["summary"]["Totals"][1]["Paid"], rel=1e-11
    )
    if "qf" in expected:
        np.testing.assert_allclose(munich.paid_to_incurred_, expected["qf"], rtol=1e-12)
        # The last rho has one ratio; no projection needs it, and the programs extend it apart.
        np.testing.assert_allclose(munich.paid_rho_[:-1], expected["rhoPsigma"][:-1], rtol=1e-11)
        np.testing.assert_allclose(munich.incurred_rho_[:-1], expected["rhoIP"][:-1], rtol=1e-11)
    if variant == "default":
        other = gold("munich")["chainladder_python_0_10_1"]
        np.testing.assert_allclose(munich.paid_ultimate_, other["ultimate_paid"], rtol=1e-11)
        np.testing.assert_allclose(munich.ultimate_, other["ultimate_incurred"], rtol=1e-11)


# Mack's tests


@pytest.mark.parametrize("name", sorted(gold("mack_tests")["results"]))
def test_macks_tests_agree_with_r(name):
    expected = gold("mack_tests")["results"][name]
    tests = kb.MackTests().fit(triangle(name))
    correlation, calendar = expected["dfCor"], expected["cyEff"]
    assert tests.correlation_ == pytest.approx(correlation["T"], rel=1e-12)
    assert tests.correlation_variance_ == pytest.approx(correlation["Var"], rel=1e-12)
    assert tests.correlation_bound_ == pytest.approx(correlation["range"][1], rel=1e-12)
    assert tests.calendar_ == calendar["Z"]
    assert tests.calendar_mean_ == pytest.approx(calendar["E"], rel=1e-13)
    assert tests.calendar_variance_ == pytest.approx(calendar["Var"], rel=1e-12)
    np.testing.assert_allclose(tests.calendar_range_, calendar["range"], rtol=1e-12)


# Incremental additive


def test_additive_by_its_sums():
    tri = triangle("genins")
    n, exposure = 10, np.array(GENINS_PREMIUM)
    increments = np.diff(tri.values, axis=1, prepend=0.0)
    fit = kb.IncrementalAdditive().fit(tri, exposure=exposure)
    base = np.array([exposure[: n - k].sum() for k in range(n)])
    m = np.array([increments[: n - k, k].sum() for k in range(n)]) / base
    s2 = [
        (exposure[: n - k] * (increments[: n - k, k] / exposure[: n - k] - m[k]) ** 2).sum()
        / (n - k - 1)
        for k in range(n - 1)
    ]
    s2 = np.append(s2, min(s2[-1] ** 2 / s2[-2], s2[-1], s2[-2]))
    np.testing.assert_allclose(fit.incremental_ratio_, m, rtol=1e-12)
    for i in range(n):
        later = slice(n - i, n)
        assert fit.ibnr_[i] == pytest.approx(exposure[i] * m[later].sum(), rel=1e-11, abs=1e-6)
        process = exposure[i] * s2[later].sum()
        parameter = exposure[i] ** 2 * (s2[later] / base[later]).sum()
        assert fit.standard_error_[i] == pytest.approx(math.sqrt(process + parameter), rel=1e-10)
    passing = np.array([exposure[n - k :].sum() for k in range(n)])
    total = (passing * s2 + passing**2 * s2 / base).sum()
    assert fit.total_standard_error_ == pytest.approx(math.sqrt(total), rel=1e-10)
    # A trend that is in the data is taken out exactly.
    flat = np.outer(1.05 ** np.arange(6), [50.0, 30.0, 10.0, 5.0, 3.0, 2.0]).cumsum(axis=1)
    values = np.where(np.add.outer(np.arange(6), np.arange(6)) >= 6, np.nan, flat)
    exact = kb.IncrementalAdditive(trend=0.05).fit(kb.Triangle.from_wide(values), exposure=1.0)
    np.testing.assert_allclose(exact.ultimate_, flat[:, -1], rtol=1e-12)


# Paid and incurred


def chain_by_kriging(paid, incurred, sigma, tau):
    """Ultimates and their covariance: all logs jointly normal around means linear in (Phi, Psi)."""
    n = len(paid)
    j = n - 1
    noise = 2 * j + 1
    trend, shock = np.zeros((2, n, n, 2 * j + 1)), np.zeros((2, n, n, n * noise))
    for i in range(n):
        mean, error = np.zeros(2 * j + 1), np.zeros(n * noise)
        for k in range(n):
            mean[k] = 1
            error[i * noise + k] = sigma[k]
            trend[0, i, k], shock[0, i, k] = mean, error
        trend[1, i, j], shock[1, i, j] = mean, error
        for k in range(j - 1, -1, -1):
            mean[n + k] = 1
            error[i * noise + n + k] = tau[k]
            trend[1, i, k], shock[1, i, k] = mean, error
    seen = [(0, i, k) for i in range(n) for k in range(n - i)]
    seen += [(1, i, k) for i in range(n) for k in range(min(n - i, j))]
    y = np.log([(paid if which == 0 else incurred)[i, k] for which, i, k in seen])
    x, e = np.array([trend[cell] for cell in seen]), np.array([shock[cell] for cell in seen])
    inverse = np.linalg.inv(e @ e.T)
    spread = np.linalg.inv(x.T @ inverse @ x)
    theta = spread @ x.T @ inverse @ y
    ahead, own = trend[0, :, j], shock[0, :, j]
    gain = own @ e.T @ inverse
    mean = ahead @ theta + gain @ (y - x @ theta)
    left = ahead - gain @ x
    covariance = own @ own.T - gain @ (e @ own.T) + left @ spread @ left.T
    value = np.exp(mean + np.diag(covariance) / 2)
    return value, np.outer(value, value) * np.expm1(covariance)


def paid_and_incurred(n=6, seed=11):
    rng = np.random.default_rng(seed)
    ultimate = rng.lognormal(8, 0.3, n)
    paid, incurred = np.empty((n, n)), np.empty((n, n))
    share = 1 - 0.6 ** np.arange(1, n + 1)
    for k in range(n):
        paid[:, k] = ultimate * share[k] / share[-1] * rng.lognormal(0, 0.08 * (n - 1 - k) / n, n)
        incurred[:, k] = ultimate * rng.lognormal(0.1, 0.06 * (n - 1 - k) / n, n)
    incurred[:, -1] = paid[:, -1] = ultimate
    future = np.add.outer(np.arange(n), np.arange(n)) >= n
    paid[future] = incurred[future] = np.nan
    return paid, incurred


def both(paid, incurred):
    n = len(paid)
    at = [(i, k) for i in range(n) for k in range(n) if not np.isnan(paid[i, k])]
    data = {
        "origin": [2001 + i for i, _ in at],
        "age": [12 * (k + 1) for _, k in at],
        "paid": [paid[cell] for cell in at],
        "incurred": [incurred[cell] for cell in at],
    }
    return kb.Triangle.from_long(
        data, origin="origin", development="age", values=["paid", "incurred"]
    )


def test_the_paid_incurred_chain_is_the_exact_posterior():
    paid, incurred = paid_and_incurred()
    sigma, tau = [0.3, 0.2, 0.1, 0.06, 0.04], [0.2, 0.1, 0.08, 0.05, 0.03]
    chain = kb.PaidIncurredChain(paid_sigma=sigma, incurred_sigma=tau).fit(both(paid, incurred))
    assert chain.status_ == "ok"
    mean, covariance = chain_by_kriging(paid, incurred, [0.5, *sigma], tau)
    np.testing.assert_allclose(chain.ultimate_, mean, rtol=1e-10)
    np.testing.assert_allclose(
        chain.standard_error_[1:], np.sqrt(np.diag(covariance))[1:], rtol=1e-8
    )
    assert chain.total_standard_error_ == pytest.approx(
        math.sqrt(covariance[1:, 1:].sum()), rel=1e-8
    )


def test_limits_of_the_paid_incurred_chain():
    paid, incurred = paid_and_incurred(seed=5)
    n = len(paid)
    sigma = np.array([0.3, 0.2, 0.1, 0.06, 0.04])
    tri = both(paid, incurred)
    # Incurred that tell nothing: the log-normal chain ladder of paid (Hertig 1985).
    chain = kb.PaidIncurredChain(paid_sigma=sigma, incurred_sigma=[1e4] * 5).fit(tri)
    links = np.log(paid[:, 1:] / paid[:, :-1])
    phi = np.nanmean(links, axis=0)
    count = (~np.isnan(links)).sum(axis=0)
    for i in range(n):
        later = slice(n - 1 - i, n - 1)
        variance = (sigma[later] ** 2 * (1 + 1 / count[later])).sum()
        expected = tri["paid"].latest[i] * math.exp(phi[later].sum() + variance / 2)
        assert chain.ultimate_[i] == pytest.approx(expected, rel=1e-6)
        error = expected * math.sqrt(math.expm1(variance))
        assert chain.standard_error_[i] == pytest.approx(error, rel=1e-6, abs=1e-6)
    # Paid that tell nothing: incurred alone.
    tau = np.array([0.2, 0.1, 0.08, 0.05, 0.03])
    chain = kb.PaidIncurredChain(paid_sigma=[1e4] * 5, incurred_sigma=tau).fit(tri)
    links = np.log(incurred[:, :-1] / incurred[:, 1:])
    psi = np.nanmean(links, axis=0)
    for i in range(n):
        later = slice(n - 1 - i, n - 1)
        variance = (tau[later] ** 2 * (1 + 1 / count[later])).sum()
        expected = tri["incurred"].latest[i] * math.exp(-psi[later].sum() + variance / 2)
        assert chain.ultimate_[i] == pytest.approx(expected, rel=1e-5)


def test_the_chain_goes_on_to_incurred_when_not_settled():
    chain = kb.PaidIncurredChain().fit(kb.datasets.load("mcl"))
    assert chain.status_ == "not_settled"
    assert chain.ultimate_[0] == pytest.approx(2174.0, rel=1e-12)
    assert chain.standard_error_[0] == pytest.approx(0.0, abs=1e-3)
    # Between the two chain ladders, more certain than paid alone.
    paid = kb.Mack(tail=2174 / 2131).fit(kb.datasets.load("mcl")["paid"])
    assert chain.total_standard_error_ < paid.total_standard_error_


def test_case_outstanding_recovers_constant_ratios():
    n, pay, stand = 5, 0.6, 0.5
    paid, case = np.empty((n, n)), np.empty((n, n))
    for i in range(n):
        paid[i, 0], case[i, 0] = 10.0 * (i + 1), 100.0 * (i + 1)
        for k in range(1, n):
            paid[i, k] = paid[i, k - 1] + pay * case[i, k - 1]
            case[i, k] = stand * case[i, k - 1]
    whole = paid[:, -1] + case[:, -1]
    incurred = paid + case
    future = np.add.outer(np.arange(n), np.arange(n)) >= n
    paid[future] = incurred[future] = np.nan
    fit = kb.CaseOutstanding().fit(both(paid, incurred))
    assert fit.status_ == "ok"
    np.testing.assert_allclose(fit.ultimate_, whole, rtol=1e-12)
    np.testing.assert_allclose(fit.paid_ratio_, [pay] * 4 + [1.0], rtol=1e-12)
    np.testing.assert_allclose(fit.case_ratio_, [stand] * 4 + [0.0], rtol=1e-12)


# Berquist and Sherman (1977), exhibits for medical malpractice: accident year, calendar year, paid,
# incurred, reported, closed.
MEDICAL = """
1969 1969 125000 2897000 782 33 1970 1970 43000 4828000 665 5 1971 1971 295000 5455000 928 50
1972 1972 50000 8732000 1049 6 1973 1973 213000 11228000 1109 21 1974 1974 172000 8706000 1054 21
1975 1975 210000 12928000 1156 18 1976 1976 209000 15791000 1211 15 1969 1970 406000 5160000 912 72
1970 1971 529000 10707000 1006 49 1971 1972 1147000 11941000 1470 141
1972 1973 786000 18633000 1629 68 1973 1974 833000 19967000 1448 60
1974 1975 1587000 33459000 1487 69 1975 1976 1565000 48904000 1520 48
1969 1971 1443000 10714000 1157 156 1970 1972 2016000 16907000 1304 155
1971 1973 2479000 20733000 1954 234 1972 1974 3810000 32143000 2074 246
1973 1975 3599000 50143000 1659 119 1974 1976 6267000 63477000 1845 182
1969 1972 2986000 15228000 1500 294 1970 1973 3641000 22840000 1605 255
1971 1974 5071000 30928000 2151 352 1972 1975 9771000 57196000 2284 390
1973 1976 11292000 73733000 2216 339 1969 1973 4467000 16611000 1414 380
1970 1974 7523000 26211000 1535 440 1971 1975 11399000 42395000 1953 525
1972 1976 18518000 61163000 2183 661 1969 1974 8179000 20899000 1256 491
1970 1975 14295000 31970000 1365 610 1971 1976 17707000 48377000 1665 609
1969 1975 12638000 22892000 1189 656 1970 1976 18983000 32216000 1311 772
1969 1976 15815000 23506000 1097 738
"""
MEASURES = ["paid", "incurred", "reported", "closed"]


def medical():
    rows = np.array(MEDICAL.split(), dtype=float).reshape(-1, 6)
    data = {"origin": rows[:, 0].astype(int), "age": (rows[:, 1] - rows[:, 0] + 1).astype(int) * 12}
    data |= {name: rows[:, 2 + at] for at, name in enumerate(MEASURES)}
    return kb.Triangle.from_long(data, origin="origin", development="age", values=MEASURES)


def test_berquist_sherman_on_their_own_triangle():
    tri = medical()
    fit = kb.BerquistSherman(trend=0.15).fit(tri)
    # Sums as in the tests of chainladder (Python).
    assert np.nansum(fit.adjusted_["incurred"].values) == pytest.approx(1126985253.661, abs=1e-2)
    assert np.nansum(fit.adjusted_["paid"].values) == pytest.approx(182046766.054, abs=1e-2)
    assert np.nansum(fit.adjusted_["closed"].values) == pytest.approx(8798.982, abs=1e-2)
    flat = kb.BerquistSherman().fit(tri)
    assert np.nansum(flat.adjusted_["incurred"].values) == pytest.approx(1407473237.41, abs=1e-2)
    # The latest diagonal stands.
    for name in MEASURES:
        np.testing.assert_allclose(fit.adjusted_[name].latest, tri[name].latest, rtol=1e-12)
    np.testing.assert_array_equal(
        fit.ultimate_, kb.ChainLadder().fit(fit.adjusted_["incurred"]).ultimate_
    )
    paid = kb.BerquistSherman(trend=0.15, basis="paid").fit(tri)
    assert paid.total_ultimate_ != fit.total_ultimate_
    assert kb.Mack().fit(fit.adjusted_["paid"]).total_standard_error_ > 0


def test_measures_are_asked_for_by_name():
    for method in (
        kb.MunichChainLadder(incurred="incured"),
        kb.PaidIncurredChain(incurred="incured"),
        kb.CaseOutstanding(incurred="incured"),
    ):
        with pytest.raises(kb.errors.InputError, match="did you mean 'incurred'"):
            method.fit(kb.datasets.load("mcl"))
    with pytest.raises(kb.errors.InputError, match="a triangle with several measures"):
        kb.MunichChainLadder().fit(triangle("genins"))


# Calendar-year trend


def test_calendar_trend_by_least_squares():
    tri = kb.datasets.load("abc")
    n = len(tri.origins)
    increments = np.diff(tri.values, axis=1, prepend=0.0)
    exposure = np.linspace(1.0, 2.0, n)
    fit = kb.CalendarTrend(origin=["1981"], development=[24, 48], calendar=["1984"]).fit(
        tri, exposure=exposure
    )

    def row(i, k):
        x = np.zeros(7)
        x[1 if i >= 4 else 0] = 1
        for step in range(k):
            x[2 + (step >= 1) + (step >= 3)] += 1
        for step in range(i + k):
            x[5 + (step >= 7)] += 1
        return x

    cells = [(i, k) for i in range(n) for k in range(n - i)]
    x = np.array([row(*cell) for cell in cells])
    y = np.log([increments[i, k] / exposure[i] for i, k in cells])
    b, squares, *_ = np.linalg.lstsq(x, y, rcond=None)
    s2 = squares[0] / (len(y) - 7)
    covariance = s2 * np.linalg.inv(x.T @ x)
    np.testing.assert_allclose(fit.level_, b[:2], rtol=1e-9)
    np.testing.assert_allclose(fit.development_trend_, b[2:5], rtol=1e-8)
    np.testing.assert_allclose(fit.calendar_trend_, b[5:], rtol=1e-8)
    np.testing.assert_allclose(
        fit.calendar_trend_error_, np.sqrt(np.diag(covariance))[5:], rtol=1e-8
    )
    future = [(i, k) for i in range(n) for k in range(n - i, n)]
    f = np.array([row(*cell) for cell in future])
    spread = f @ covariance @ f.T + s2 * np.eye(len(f))
    mean = exposure[[i for i, _ in future]] * np.exp(f @ b + np.diag(spread) / 2)
    joint = np.outer(mean, mean) * np.expm1(spread)
    assert fit.total_ibnr_ == pytest.approx(mean.sum(), rel=1e-9)
    assert fit.total_standard_error_ == pytest.approx(math.sqrt(joint.sum()), rel=1e-9)
    for i in range(1, n):
        own = np.array([cell[0] == i for cell in future])
        assert fit.ibnr_[i] == pytest.approx(mean[own].sum(), rel=1e-8)
        error = math.sqrt(joint[np.ix_(own, own)].sum())
        assert fit.standard_error_[i] == pytest.approx(error, rel=1e-8)


def test_an_exact_calendar_trend_is_found():
    n = 6
    grow = 0.08
    k = np.arange(n)
    amounts = 100 * np.exp(-0.5 * k + grow * np.add.outer(k, k))
    whole = amounts.cumsum(axis=1)
    values = np.where(np.add.outer(k, k) >= n, np.nan, whole)
    fit = kb.CalendarTrend().fit(kb.Triangle.from_wide(values))
    assert fit.calendar_trend_[0] == pytest.approx(grow, rel=1e-9)
    np.testing.assert_allclose(fit.ultimate_, whole[:, -1], rtol=1e-9)
    with pytest.raises(kb.errors.InputError, match="did you mean '1984'"):
        kb.CalendarTrend(calendar=["19984"]).fit(kb.datasets.load("abc"))


# Counts


def test_nowcast_limits_and_negative_binomial():
    tri = kb.Triangle.from_wide([[40, 60, 62], [50, 75, np.nan], [30, np.nan, np.nan]])
    exposure = np.array([100.0, 120.0, 90.0])
    ladder = kb.ChainLadder().fit(tri)
    alone = kb.Nowcast().fit(tri)
    np.testing.assert_allclose(alone.ultimate_, ladder.ultimate_, rtol=1e-13)
    np.testing.assert_allclose(
        kb.Nowcast(shape=0.0).fit(tri, exposure=exposure).ultimate_, ladder.ultimate_, rtol=1e-12
    )
    cape = kb.CapeCod().fit(tri, exposure=exposure)
    exposed = kb.Nowcast(shape=math.inf).fit(tri, exposure=exposure)
    np.testing.assert_allclose(exposed.ultimate_, cape.ultimate_, rtol=1e-12)
    assert exposed.frequency_ == pytest.approx(cape.trended_loss_ratio_[0], rel=1e-12)
    # The posterior by quadrature over the mean of the origin.
    k = 5.0
    fit = kb.Nowcast(shape=k).fit(tri, exposure=exposure)
    nu, z, c = fit.frequency_ * 90.0, fit.emerged_[2], 30.0
    mean = np.linspace(1e-3, 300.0, 400_001)
    weight = np.exp((k - 1) * np.log(mean) - k * mean / nu + c * np.log(mean) - mean * z)
    posterior = (mean * weight).sum() / weight.sum()
    second = (mean**2 * weight).sum() / weight.sum()
    assert fit.ibnr_[2] == pytest.approx((1 - z) * posterior, rel=1e-6)
    variance = (1 - z) * posterior + (1 - z) ** 2 * (second - posterior**2)
    assert fit.process_error_[2] == pytest.approx(math.sqrt(variance), rel=1e-5)
    assert fit.predictive_shape_[2] == k + c
    with pytest.raises(kb.errors.InputError, match="needs an exposure"):
        kb.Nowcast(shape=3.0).fit(tri)


def test_nowcast_errors_cover_simulated_truth():
    rng = np.random.default_rng(7)
    n, exposure = 8, np.linspace(200.0, 400.0, 8)
    delay = np.array([0.4, 0.25, 0.15, 0.08, 0.05, 0.04, 0.02, 0.01])
    z = []
    for _ in range(400):
        mean = exposure * 0.3 * rng.gamma(8.0, 1 / 8.0, n)
        counts = np.array([rng.multinomial(rng.poisson(m), delay) for m in mean])
        whole = counts.sum()
        values = counts.cumsum(axis=1).astype(float)
        values[np.add.outer(np.arange(n), np.arange(n)) >= n] = np.nan
        fit = kb.Nowcast().fit(kb.Triangle.from_wide(values), exposure=exposure)
        z.append((whole - fit.total_ultimate_) / fit.total_standard_error_)
    assert abs(np.mean(z)) < 0.2
    assert 0.85 < np.std(z) < 1.15


def test_frequency_times_severity_by_its_parts():
    tri = medical()
    fit = kb.FrequencySeverity(amount="paid", count="closed").fit(tri)
    counts = kb.Mack().fit(tri["closed"])
    average = kb.Mack().fit(kb.Triangle.from_wide(tri["paid"].values / tri["closed"].values))
    np.testing.assert_allclose(fit.count_, counts.ultimate_, rtol=1e-13)
    np.testing.assert_allclose(fit.severity_, average.ultimate_, rtol=1e-13)
    np.testing.assert_allclose(fit.ultimate_, counts.ultimate_ * average.ultimate_, rtol=1e-13)
    n, s, vn, vs = fit.count_, fit.severity_, counts.parameter_error_, average.parameter_error_
    parameter = np.sqrt((n * vs) ** 2 + (s * vn) ** 2 + (vn * vs) ** 2)
    np.testing.assert_allclose(fit.parameter_error_, parameter, rtol=1e-12)
    # With certain counts the total is Mack's of the averages, weighted by counts.
    certain = np.outer([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 3.0])
    future = np.add.outer(np.arange(4), np.arange(4)) >= 4
    costs = staircase(4, 8) * certain
    certain[future] = np.nan
    data = both(costs, certain)
    fit = kb.FrequencySeverity(amount="paid", count="incurred").fit(data)
    mack = kb.Mack().fit(kb.Triangle.from_wide(costs / certain))
    weight = np.array([3.0, 6.0, 9.0, 12.0])
    f, e = mack.development_factors_[:3], mack.development_factor_errors_[:3]
    shared = [(e[3 - i :] ** 2 / f[3 - i :] ** 2).sum() for i in range(4)]
    amount = weight * mack.ultimate_
    own = ((weight * mack.parameter_error_) ** 2).sum()
    cross = sum(2 * amount[i] * amount[k] * shared[i] for i in range(4) for k in range(i + 1, 4))
    assert fit.total_parameter_error_ == pytest.approx(math.sqrt(own + cross), rel=1e-9)


def test_frequency_severity_nowcasts_the_counts():
    tri = medical()
    origins = len(tri.origins)
    exposure = np.linspace(900.0, 1_100.0, origins)
    options = {"amount": "paid", "count": "closed"}
    plain = kb.FrequencySeverity(**options).fit(tri)
    alone = kb.FrequencySeverity(**options, shape=0.0).fit(tri, exposure=exposure)
    np.testing.assert_allclose(alone.ultimate_, plain.ultimate_, rtol=1e-12)
    fit = kb.FrequencySeverity(**options, shape=4.0).fit(tri, exposure=exposure)
    now = kb.Nowcast(shape=4.0).fit(tri["closed"], exposure=exposure)
    average = kb.Mack().fit(kb.Triangle.from_wide(tri["paid"].values / tri["closed"].values))
    np.testing.assert_allclose(fit.count_, now.ultimate_, rtol=1e-13)
    np.testing.assert_allclose(fit.count_error_, now.standard_error_, rtol=1e-13)
    np.testing.assert_allclose(fit.ultimate_, now.ultimate_ * average.ultimate_, rtol=1e-13)
    # Were the averages known, the total would have the error of the counts, weighted by them.
    flat = np.full((origins, origins), 7.0)
    flat[np.isnan(tri["closed"].values)] = np.nan
    level = np.arange(1.0, origins + 1)[:, None]
    data = both(tri["closed"].values * flat * level, tri["closed"].values)
    known = kb.FrequencySeverity(amount="paid", count="incurred", shape=4.0)
    known.fit(data, exposure=exposure)
    covariance = now._column("covariance")
    weight = 7.0 * level[:, 0]
    expected = math.sqrt(weight @ covariance @ weight)
    assert known.total_parameter_error_ == pytest.approx(expected, rel=1e-9)
    assert np.diag(covariance) == pytest.approx(now.parameter_error_**2, rel=1e-12)
    assert covariance.sum() == pytest.approx(now.total_parameter_error_**2, rel=1e-12)
    with pytest.raises(kb.errors.InputError, match="needs an exposure"):
        kb.FrequencySeverity(**options, shape=3.0).fit(tri)


# Meyers' models: illustrative insurer of CAS Monograph 8, 2nd edition, tables 2.1 to 2.3.

PREMIUM = [5812, 4908, 5454, 5165, 5214, 5230, 4992, 5466, 5226, 4962]
PAID = [
    [952, 1529, 2813, 3647, 3724, 3832, 3899, 3907, 3911, 3912],
    [849, 1564, 2202, 2432, 2468, 2487, 2513, 2526, 2531],
    [983, 2211, 2830, 3832, 4039, 4065, 4102, 4155],
    [1657, 2685, 3169, 3600, 3900, 4320, 4332],
    [932, 1940, 2626, 3332, 3368, 3491],
    [1162, 2402, 2799, 2996, 3034],
    [1478, 2980, 3945, 4714],
    [1240, 2080, 2607],
    [1326, 2412],
    [1413],
]
INCURRED = [
    [1722, 3830, 3603, 3835, 3873, 3895, 3918, 3918, 3917, 3917],
    [1581, 2192, 2528, 2533, 2528, 2530, 2534, 2541, 2538],
    [1834, 3009, 3488, 4000, 4105, 4087, 4112, 4170],
    [2305, 3473, 3713, 4018, 4295, 4334, 4343],
    [1832, 2625, 3086, 3493, 3521, 3563],
    [2289, 3160, 3154, 3204, 3190],
    [2881, 4254, 4841, 5176],
    [2489, 2956, 3382],
    [2541, 3307],
    [2203],
]
# Tables 7.2 and 8.2: estimates and standard errors by accident year, then the total.
CSR_TABLE = {
    "estimate": [3912, 2566, 4139, 4292, 3516, 3332, 4971, 3323, 3756, 3790],
    "se": [0, 113, 189, 215, 192, 235, 426, 407, 742, 1416],
    "total": (37597, 2401),
}
CAY_TABLE = {
    "estimate": [3917, 2547, 4107, 4308, 3547, 3329, 5285, 3790, 4180, 4183],
    "se": [0, 65, 127, 144, 133, 152, 296, 323, 621, 1373],
    "total": (39193, 1859),
}


def ragged(rows):
    values = np.full((len(rows), len(rows[0])), np.nan)
    for at, row in enumerate(rows):
        values[at, : len(row)] = row
    return kb.Triangle.from_wide(values)


@pytest.mark.parametrize("name", ["CSR", "CCL"])
def test_meyers_models_agree_with_the_monograph(name):
    rows, table = (PAID, CSR_TABLE) if name == "CSR" else (INCURRED, CAY_TABLE)
    fit = getattr(kb, name)(draws=8000, seed=2).fit(ragged(rows), exposure=PREMIUM)
    assert fit.status_ == "ok"
    assert fit.r_hat_ < 1.02
    assert fit.effective_sample_size_ > 500
    # Stan there, with a prior of a reparametrised to keep clear of zero, which leaves the sigmas
    # of the last ages some percent larger than those of the stated prior, as the next test does.
    error = np.array(table["se"])
    assert (np.abs(fit.ultimate_ - table["estimate"]) <= 0.12 * error + 1).all()
    np.testing.assert_allclose(fit.standard_error_[1:], error[1:], rtol=0.18)
    estimate, total = table["total"]
    assert fit.total_ultimate_ == pytest.approx(estimate, abs=0.08 * total)
    assert fit.total_standard_error_ == pytest.approx(total, rel=0.1)
    assert fit.quantile(0.5) < fit.quantile(0.95)
    if name == "CSR":
        assert fit.gamma_ == pytest.approx(0.0446, abs=0.003)
        assert fit.gamma_error_ == pytest.approx(0.0282, rel=0.1)
        assert fit.logelr_ == pytest.approx(-0.3956, abs=0.003)
        assert fit.sigma_[0] == pytest.approx(0.2817, abs=0.01)
    else:
        assert fit.rho_ == pytest.approx(0.1709, abs=0.025)
        assert fit.rho_error_ == pytest.approx(0.2071, rel=0.1)


def test_the_sampler_agrees_with_random_walk_metropolis():
    rows = [row[:5] for row in INCURRED[:5]]
    rows = [row[: 5 - at] for at, row in enumerate(rows)]
    n = 5
    fit = kb.CCL(draws=20_000, seed=9).fit(ragged(rows), exposure=PREMIUM[:5])
    cells = [(w, d) for d in range(n) for w in range(n - d)]
    y = np.array([math.log(rows[w][d] / PREMIUM[w]) for w, d in cells])
    x = np.zeros((len(cells), 2 * n - 1))
    for at, (w, d) in enumerate(cells):
        x[at, 0] = 1
        if w:
            x[at, w] = 1
        if d < n - 1:
            x[at, n + d] = 1
    common = 10 * x @ x.T
    mean = -0.4 * x[:, 0]
    starts = np.cumsum([0, *[n - d for d in range(n)]])

    def density(p):
        """ln a, atanh rho: all linear parameters integrated out."""
        if (p[:n] > 0).any():
            return -np.inf
        rho = math.tanh(p[n])
        variance = np.exp(p[:n])[::-1].cumsum()[::-1]
        matrix = common.copy()
        for d in range(n):
            own = slice(starts[d], starts[d + 1])
            step = np.eye(n - d) + rho * np.eye(n - d, k=-1)
            matrix[own, own] += variance[d] * step @ step.T
        root = np.linalg.cholesky(matrix)
        z = np.linalg.solve(root, y - mean)
        # Beta(2, 2) and the Jacobian give 1 - rho^2 each.
        return -z @ z / 2 - np.log(np.diag(root)).sum() + p[:n].sum() + 2 * math.log(1 - rho**2)

    rng = np.random.default_rng(1)
    at = np.array([-3.0, -4.0, -5.0, -6.0, -7.0, 0.1])
    now = density(at)
    step, kept = 0.5 * np.eye(n + 1), []
    for sweep in range(40_000):
        to = at + step @ rng.standard_normal(n + 1)
        value = density(to)
        if math.log(rng.random()) < value - now:
            at, now = to, value
        kept.append(at)
        if sweep in {2000, 5000}:
            step = np.linalg.cholesky(np.cov(np.array(kept[sweep // 2 :]).T)) * 2.38 / math.sqrt(6)
    kept = np.array(kept[8000:])
    sigma = np.sqrt(np.exp(kept[:, :n])[:, ::-1].cumsum(axis=1)[:, ::-1])
    np.testing.assert_allclose(fit.sigma_, sigma.mean(axis=0), rtol=0.06)
    assert fit.rho_ == pytest.approx(np.tanh(kept[:, n]).mean(), abs=0.03)
    assert fit.rho_error_ == pytest.approx(np.tanh(kept[:, n]).std(), rel=0.06)


def test_meyers_draws_are_a_function_of_the_seed_alone():
    tri = ragged(PAID)
    options = {"draws": 200, "warmup": 50}
    one = kb.CSR(seed=3, threads=1, **options).fit(tri, exposure=PREMIUM)
    two = kb.CSR(seed=3, threads=2, **options).fit(tri, exposure=PREMIUM)
    np.testing.assert_array_equal(one.draws_, two.draws_)
    other = kb.CSR(seed=4, **options).fit(tri, exposure=PREMIUM)
    assert not np.array_equal(one.draws_, other.draws_)
    few = kb.CSR(seed=3, draws=8, warmup=0).fit(tri, exposure=PREMIUM)
    assert few.status_ in {"not_mixed", "ok"}
    with pytest.raises(kb.errors.InputError, match="2 faults"):
        kb.CCL(draws=0, thin=0).fit(tri, exposure=PREMIUM)


# Batches and bad input


def test_fitted_methods_survive_a_pickle():
    tri = triangle("genins")
    for method in (
        kb.CapeCod(decay=0.8).fit(tri, exposure=GENINS_PREMIUM),
        kb.ClarkCapeCod().fit(tri, exposure=GENINS_PREMIUM),
        kb.ODP().fit(tri),
        kb.MunichChainLadder().fit(kb.datasets.load("mcl")),
        kb.BerquistSherman(trend=0.15).fit(medical()),
        kb.CSR(draws=40, warmup=10).fit(tri, exposure=GENINS_PREMIUM),
    ):
        again = pickle.loads(pickle.dumps(method))
        np.testing.assert_array_equal(again.ultimate_, method.ultimate_)
        assert again.status_ == method.status_


def test_a_selection_is_replayed():
    tri = triangle("genins")
    selection = kb.Selection(average="simple", tail=1.05)
    short = kb.BornhuetterFerguson(prior=5e6, average="simple", tail=1.05).fit(tri)
    long = kb.BornhuetterFerguson(prior=5e6, selection=selection).fit(tri)
    np.testing.assert_array_equal(short.ultimate_, long.ultimate_)
    np.testing.assert_array_equal(
        short.development_factors_,
        kb.ChainLadder(selection=selection).fit(tri).development_factors_,
    )


def segments():
    columns = {"name": [], "origin": [], "age": [], "loss": []}
    for name in ("genins", "raa", "mw2008"):
        cells = kb.datasets.load(name).to_dict()
        shift = int(min(cells["origin"])) - 2001
        keep = (cells["age"] <= 108) & (cells["origin"].astype(int) - shift < 2010)
        columns["name"] += [name] * int(keep.sum())
        columns["origin"] += (cells["origin"][keep].astype(int) - shift).tolist()
        columns["age"] += cells["age"][keep].tolist()
        columns["loss"] += cells["loss"][keep].tolist()
    columns["name"] += ["single"] * 2
    columns["origin"] += [2001, 2002]
    columns["age"] += [24, 12]
    columns["loss"] += [5.0, 6.0]
    return kb.Triangle.from_long(
        columns, origin="origin", development="age", values="loss", by="name"
    )


METHODS = {
    "bf": (lambda: kb.BornhuetterFerguson(prior=0.7, prior_cv=0.1), True),
    "bf_mack": (lambda: kb.BornhuetterFerguson(prior=0.7, model="mack"), True),
    "benktander": (lambda: kb.Benktander(prior=0.7), True),
    "cape_cod": (lambda: kb.CapeCod(decay=0.8), True),
    "additive": (lambda: kb.IncrementalAdditive(), True),
    "clark_ldf": (lambda: kb.ClarkLDF(), False),
    "clark_cape_cod": (lambda: kb.ClarkCapeCod(), True),
    "odp": (lambda: kb.ODP(), False),
    "gamma": (lambda: kb.GammaGLM(), False),
    "tests": (lambda: kb.MackTests(), False),
    "trend": (lambda: kb.CalendarTrend(), True),
    "nowcast": (lambda: kb.Nowcast(), True),
    "csr": (lambda: kb.CSR(draws=40, warmup=10, thin=1), True),
    "ccl": (lambda: kb.CCL(draws=40, warmup=10, thin=1), True),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_batch_equals_one_by_one_and_a_bad_segment_stands_alone(name):
    make, exposed = METHODS[name]
    tri = segments()
    exposure = np.repeat([[7e6], [2e4], [4e6], [10.0]], 9, axis=1)
    batch = make()
    batch.fit(tri, exposure=exposure) if exposed else batch.fit(tri)
    assert len(batch.status_) == 4
    assert batch.status_[3] != "ok"
    for at, (label,) in enumerate(tri.segments[:-1]):
        alone = make()
        one = tri.segment(label)
        alone.fit(one, exposure=exposure[at]) if exposed else alone.fit(one)
        np.testing.assert_array_equal(batch.ultimate_[at], alone.ultimate_)
        assert np.isfinite(alone.ultimate_).all()
        assert alone.status_ == batch.status_[at]
        if name != "tests":
            np.testing.assert_array_equal(batch.standard_error_[at], alone.standard_error_)
            assert batch.total_standard_error_[at] == alone.total_standard_error_
    assert repr(batch)
    assert batch.to_dict()["origin"].size == 40


def test_bad_exposure_of_a_segment_is_its_own_finding():
    tri = segments()
    exposure = np.ones((4, 9))
    exposure[1, 3] = 0.0
    exposure[2, 4] = np.nan
    for make, exposed in METHODS.values():
        if not exposed:
            continue
        fit = make().fit(tri, exposure=exposure)
        assert fit.status_[1] == "no_exposure"
        assert np.isnan(fit.ultimate_[1, 3])
        assert fit.status_[2] == "no_exposure"
        assert {
            (f["segment"], f["origin"]) for f in fit.findings_ if f["status"] == "no_exposure"
        } >= {(tri.segments[1], "2004"), (tri.segments[2], "2005")}
        assert fit.status_[0] != "no_exposure"
        assert np.isfinite(fit.ultimate_[0]).all()


@pytest.mark.parametrize(
    ("exposure", "told"),
    [
        (None, "exposure must be a number > 0 for each of 10 origins"),
        ([1.0] * 9, "10 values, one an origin, 2001 to 2010, got 9 values"),
        ([1.0] * 9 + [0.0], "exposure of origin 2010 must be a number > 0, got 0"),
        ([1.0, -2.0] + [1.0] * 8, "exposure of origin 2002 must be a number > 0, got -2"),
        ([1.0, np.nan] + [1.0] * 8, "exposure of origin 2002 must be a number > 0, got nothing"),
        ([1.0, np.inf] + [1.0] * 8, "exposure of origin 2002 must be a number > 0, got inf"),
        ({str(2001 + k): 1.0 for k in range(9)}, "exposure of origin 2010"),
        ({**{2001 + k: 1.0 for k in range(10)}, 2099: 1.0}, "origin '2099'"),
        (["much"] * 10, "not_a_number"),
        (np.ones((3, 10)), "wrong_length"),
    ],
)
def test_bad_exposure_is_named(exposure, told):
    tri = triangle("genins")
    for method in (kb.CapeCod(), kb.IncrementalAdditive(), kb.ClarkCapeCod()):
        with pytest.raises(kb.errors.InputError) as caught:
            method.fit(tri, exposure=exposure)
        assert told in str(caught.value)


def test_all_bad_origins_are_told_at_once():
    with pytest.raises(kb.errors.InputError, match="3 faults"):
        kb.CapeCod().fit(triangle("genins"), exposure=[0.0, -1.0, np.nan] + [1.0] * 7)
    with pytest.raises(kb.errors.InputError, match="did you mean '2001'"):
        kb.CapeCod().fit(triangle("genins"), exposure={"20001": 1.0})


def test_exposure_comes_in_many_forms():
    tri = triangle("genins")
    expected = kb.CapeCod().fit(tri, exposure=GENINS_PREMIUM).ultimate_
    labels = [str(2001 + k) for k in range(10)]
    forms = [
        tuple(GENINS_PREMIUM),
        np.array(GENINS_PREMIUM),
        dict(zip(labels, GENINS_PREMIUM, strict=True)),
        dict(zip(map(int, labels), GENINS_PREMIUM, strict=True)),
        [f"{premium / 1e6}m" for premium in GENINS_PREMIUM],
        kb.Triangle.from_wide(np.array(GENINS_PREMIUM)[:, None], first_origin=2001),
    ]
    pandas = pytest.importorskip("pandas")
    forms.append(pandas.Series(GENINS_PREMIUM))
    forms.append(pandas.Series(GENINS_PREMIUM, index=labels))
    forms.append(pandas.Series(GENINS_PREMIUM, index=pandas.period_range("2001", "2010", freq="Y")))
    for form in forms:
        np.testing.assert_allclose(kb.CapeCod().fit(tri, exposure=form).ultimate_, expected)


CELLS = st.one_of(
    st.floats(0.1, 1e6),
    st.sampled_from([0.0, -1.0, float("nan"), 1e300, 5e-324]),
)
NUMBERS = {"ok", "links_left_out", "zero_latest", "non_positive_factor", "cells_left_out"}


@given(st.integers(1, 6), st.integers(1, 6), st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_comes_gets_a_status(origins, ages, data):
    cells = data.draw(st.lists(CELLS, min_size=origins * ages, max_size=origins * ages))
    tri = kb.Triangle.from_wide(np.reshape(cells, (origins, ages)))
    for name, (make, exposed) in METHODS.items():
        fit = make()
        fit.fit(tri, exposure=100.0) if exposed else fit.fit(tri)
        if fit.status_ in NUMBERS and name != "tests":
            assert np.isfinite(fit.ultimate_).all(), name
            assert np.isfinite(fit.total_standard_error_), name
        elif fit.status_ != "ok":
            assert fit.findings_, name
        assert repr(fit)
