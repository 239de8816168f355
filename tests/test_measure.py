"""Measures of annual losses: identities, closed forms, both memory orders, bad input."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

import kebao as kb
from kebao.errors import InputError

DISTORTIONS = [
    kb.Distortion.mean(),
    kb.Distortion.tvar(0.9),
    kb.Distortion.proportional_hazard(0.6),
    kb.Distortion.wang(0.4),
    kb.Distortion.dual(2.5),
    kb.Distortion.cost_of_capital(0.08),
]


@pytest.fixture(scope="module")
def losses() -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.lognormal(1.0, 1.2, (20_000, 6)) * (rng.random((20_000, 6)) < 0.4)


def test_tail_measures_are_those_of_the_empirical_distribution(losses: np.ndarray) -> None:
    column = losses[:, 0]
    ordered = np.sort(column)
    for level in (0.5, 0.9, 0.9955):
        place = int(np.ceil(len(column) * level - 1e-9))
        assert kb.measure.var(column, level).value == ordered[place - 1]
        above = ordered[place:].sum() + ordered[place - 1] * (place - len(column) * level)
        want = above / (len(column) * (1 - level))
        assert_allclose(kb.measure.tvar(column, level).value, want, rtol=1e-12)
        found = kb.measure.spectral(column, kb.Distortion.tvar(level))
        assert_allclose(found.value, want, rtol=1e-12)


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=repr)
def test_a_spectral_measure_is_the_integral_of_distorted_survival(
    losses: np.ndarray, distortion: kb.Distortion
) -> None:
    column = np.sort(losses[:500, 1])
    survival = 1 - np.arange(len(column)) / len(column)
    g = np.array([distortion.g(s) for s in survival])
    want = (g * np.diff(column, prepend=0.0)).sum()
    assert_allclose(kb.measure.spectral(column, distortion).value, want, rtol=1e-12)
    assert pickle.loads(pickle.dumps(distortion)) == distortion


def test_wang_prices_a_lognormal_by_a_shift_of_its_mean() -> None:
    # Wang (2000): the transform of lognormal(mu, sigma) is lognormal(mu + shift sigma, sigma).
    n = 400_000
    losses = np.exp(2.0 + 0.5 * stats.norm.ppf((np.arange(n) + 0.5) / n))
    found = kb.measure.spectral(losses, kb.Distortion.wang(0.3))
    assert_allclose(found.value, np.exp(2.0 + 0.5 * 0.3 + 0.125), rtol=2e-5)
    # The influence function: sd of ∫ g'(S)(1{X > y} − S) dy.
    u = np.linspace(0, 1, 200_001)[1:-1]
    x = np.exp(2.0 + 0.5 * stats.norm.ppf(u))
    slope = np.exp(0.3 * stats.norm.ppf(u) - 0.045)
    influence = integrate.cumulative_trapezoid(slope, x, initial=0)
    assert_allclose(found.standard_error * np.sqrt(n), influence.std(), rtol=0.02)


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=repr)
@pytest.mark.parametrize("ties", ["linear", "lifted"])
def test_shares_add_up_in_either_memory_order(
    losses: np.ndarray, distortion: kb.Distortion, ties: str
) -> None:
    by_year = kb.measure.allocate(losses, distortion, ties=ties, threads=1)
    by_unit = kb.measure.allocate(np.asfortranarray(losses), distortion, ties=ties, threads=2)
    named = kb.measure.allocate({str(i): losses[:, i] for i in range(6)}, distortion, ties=ties)
    for other in (by_unit, named):
        assert list(by_year["unit"]) == list(other["unit"])
        assert (by_year["value"] == other["value"]).all()
        assert (by_year["standard_error"] == other["standard_error"]).all() or (
            np.isnan(by_year["standard_error"]).all()
        )
    values = by_year["value"]
    assert_allclose(values[:-1].sum(), values[-1], rtol=1e-10)
    total = kb.measure.spectral(losses.sum(axis=1), distortion)
    assert_allclose(values[-1], total.value, rtol=1e-10)


def test_co_tvar_is_the_mean_of_the_worst_years(losses: np.ndarray) -> None:
    found = kb.measure.allocate(losses, "tvar", 0.99)
    total = losses.sum(axis=1)
    worst = np.argsort(total)[-200:]
    assert_allclose(found["value"][:-1], losses[worst].mean(axis=0), rtol=1e-12)


def test_premium_bounds_hold_the_measures(losses: np.ndarray) -> None:
    reference, unit = losses.sum(axis=1), losses[:, 0]
    for distortion in DISTORTIONS[1:5]:
        premium = kb.measure.spectral(reference, distortion).value
        low, high = kb.measure.premium_bounds(reference, unit, premium, levels=300)
        assert low * 0.995 <= kb.measure.spectral(unit, distortion).value <= high * 1.005
    with pytest.raises(InputError, match="from the mean to the largest loss"):
        kb.measure.premium_bounds(reference, unit, 0.1)


def test_curves_have_intervals(losses: np.ndarray) -> None:
    curve = kb.measure.exceedance_curve(losses[:, 0], (10, 100, 10**6))
    assert list(curve["return_period"]) == [10, 100]
    assert (curve["low"] <= curve["loss"]).all()
    assert (curve["loss"] <= curve["high"]).all()


def test_faults_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        kb.measure.allocate([[1.0]], "tvra", ties="none")
    assert len(caught.value.issues) == 3
    for bad in ([], [1.0, np.nan], [np.inf]):
        with pytest.raises(InputError):
            kb.measure.tvar(bad, 0.9)
    with pytest.raises(InputError, match="probability"):
        kb.measure.var([1.0], 1.0)
    with pytest.raises(InputError, match="shape"):
        kb.measure.var([[1.0]], 0.5)
    with pytest.raises(InputError, match="exponent"):
        kb.Distortion.proportional_hazard(2.0)
