"""Aggregates against characteristic functions, Panjer's recursion and their own samples."""

import copy
import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest
from scipy import stats

import kebao as kb

SEVERITY = kb.LogNormal(12, 1.5).capped("50m")
MODELS = [
    kb.Aggregate(kb.Poisson(3), SEVERITY),
    kb.Aggregate(kb.NegativeBinomial(12, 1.5), SEVERITY),
    kb.Aggregate(kb.Bernoulli(0.2), SEVERITY),
    kb.Aggregate(kb.Poisson(0.05), kb.Gamma(0.7, 1e5)),
]


def panjer(frequency, f, n):
    """Probabilities of the compound on the grid of f (Panjer 1981)."""
    mean = frequency.mean
    if isinstance(frequency, kb.Poisson):
        a, b, start = 0.0, mean, np.exp(mean * (f[0] - 1))
    else:
        r = frequency.parameters["shape"]
        a = mean / (r + mean)
        b, start = (r - 1) * a, (1 - mean / r * (f[0] - 1)) ** -r
    g = np.zeros(n)
    g[0] = start
    j = np.arange(1, n)
    for k in range(1, n):
        g[k] = np.sum((a + b * j[:k] / k) * f[1 : k + 1] * g[k - 1 :: -1][:k]) / (1 - a * f[0])
    return g


@pytest.mark.parametrize("frequency", [kb.Poisson(3), kb.NegativeBinomial(5, 1.5)])
def test_the_grid_agrees_with_panjer(frequency):
    severity = kb.Gamma(2, 10)
    n, h = 1024, 0.5
    # Mean-preserving discretisation, from limited expected values by scipy.
    x = h * np.arange(n + 1)
    gamma = stats.gamma(2, scale=10)
    lev = 20 * stats.gamma(3, scale=10).cdf(x) + x * gamma.sf(x)
    layer = np.diff(lev) / h
    f = -np.diff(np.r_[1.0, layer])
    g = panjer(frequency, f, n)
    model = kb.Aggregate(frequency, severity).fft(log2=10, step=h)
    np.testing.assert_allclose(model.cdf(x[:-1]), np.cumsum(g), atol=1e-11)
    assert model.errors["numerical"] < 1e-9
    k = int(np.searchsorted(np.cumsum(g), 0.9))
    assert model.quantile(0.9) == pytest.approx(k * h)


def test_a_total_with_a_known_distribution():
    """Poisson sums of exponentials: mixed chi-squares, P(S > x) = Σ P(N = n) Q(n, x)."""
    model = kb.Aggregate(kb.Poisson(4), kb.Gamma(1, 100)).fft(log2=18, step=0.05)
    n = np.arange(1, 120)
    for x in [10, 400, 1500]:
        exact = np.sum(stats.poisson(4).pmf(n) * stats.gamma(n, scale=100).sf(x))
        assert model.sf(x) == pytest.approx(exact, rel=1e-3)
        value, low, high = model.bracketed_quantile(1 - exact)
        assert low <= x * (1 + 1e-9)
        assert high >= x * (1 - 1e-9)
        assert low <= value <= high
    assert model.tvar(0.0) == pytest.approx(400, rel=1e-9)
    excess = np.sum(
        stats.poisson(4).pmf(n)
        * (
            100 * n * stats.gamma(n + 1, scale=100).sf(500)
            - 500 * stats.gamma(n, scale=100).sf(500)
        )
    )
    assert model.layer_mean("unlimited", 500) == pytest.approx(excess, rel=1e-6)
    assert model.lev(500) == pytest.approx(400 - excess, rel=1e-6)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.frequency.__class__.__name__)
def test_moments_follow_from_the_parts(model):
    n, x = model.frequency, model.severity
    assert model.mean == pytest.approx(n.mean * x.mean)
    variance = n.mean * x.variance + n.variance * x.mean**2
    assert model.variance == pytest.approx(variance, rel=1e-12)
    assert model.sd == pytest.approx(variance**0.5)
    assert model.cv == pytest.approx(variance**0.5 / model.mean)
    third = (
        n.mean * x.skewness * x.sd**3
        + 3 * n.variance * x.mean * x.variance
        + n.skewness * n.sd**3 * x.mean**3
    )
    assert model.skewness == pytest.approx(third / variance**1.5, rel=1e-12)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.frequency.__class__.__name__)
def test_samples(model):
    years = 100_000
    totals = model.sample(years, seed=17)
    assert abs(totals.mean() - model.mean) < 4 * model.sd / years**0.5
    deviations = (totals - totals.mean()) ** 2
    assert abs(deviations.mean() - model.variance) < 4 * deviations.std() / years**0.5
    for p in [0.5, 0.9, 0.99]:
        q = model.quantile(p)
        # The share of years up to the quantile, within 4 standard errors and the width of a step.
        high = model.cdf(q + model.errors["step"])
        assert (totals <= q).mean() < high + 4 * (p * (1 - p) / years) ** 0.5
        assert (totals <= q + model.errors["step"]).mean() > p - 4 * (p * (1 - p) / years) ** 0.5
    for threads in [1, 2, 4]:
        np.testing.assert_array_equal(model.sample(years, seed=17, threads=threads), totals)
    np.testing.assert_array_equal(model.sample(12_345, seed=17), totals[:12_345])
    assert (model.sample(1000, seed=18) != totals[:1000]).any()


def test_copies_equal_their_originals():
    for model in MODELS:
        copies = [pickle.loads(pickle.dumps(model, protocol)) for protocol in range(2, 6)]
        copies += [copy.copy(model), copy.deepcopy(model), kb.Aggregate.from_json(model.to_json())]
        for other in copies:
            assert other == model
            assert hash(other) == hash(model)
            assert other.severity == model.severity
            assert other.frequency == model.frequency
            assert repr(other) == repr(model)
    assert len(set(MODELS)) == len(MODELS)
    assert MODELS[0] != 1


def test_shapes():
    model = MODELS[0]
    assert type(model.cdf("1m")) is float
    assert model.cdf(np.array([1e6])).shape == (1,)
    assert model.sf(np.ones((2, 3))[:, ::2]).shape == (2, 2)
    assert model.cdf(-1) == 0
    np.testing.assert_allclose(model.cdf([1e5, 1e6]) + model.sf([1e5, 1e6]), 1)


def test_faults():
    bad = """{"frequency": {"family": "Poisson", "mean": -1},
              "severity": {"family": "Gamma", "shape": 0, "scale": -2}}"""
    with pytest.raises(kb.InputError, match="3 faults"):
        kb.Aggregate.from_json(bad)
    for text in ["", "{}", "[1]", '{"frequency":{"family":"Poisson","mean":1}}']:
        with pytest.raises(kb.InputError):
            kb.Aggregate.from_json(text)
    model = MODELS[0]
    for p in [-0.1, 1.0, np.nan]:
        with pytest.raises(kb.InputError, match=r"a probability in \[0, 1\)"):
            model.quantile(p)
    with pytest.raises(kb.InputError, match="log2"):
        model.fft(log2=60)
    with pytest.raises(kb.InputError, match="step"):
        model.fft(step=-1)
    with pytest.raises(kb.NumericError, match="beyond the grid"):
        model.fft(log2=14, step=1000).quantile(0.9999)
    with pytest.raises(kb.InputError, match="seed"):
        model.sample(10, seed=-1)
    with pytest.raises(kb.InputError, match=r"Aggregate\.sample: years"):
        model.sample(2**62, seed=1)
    with pytest.raises(kb.NumericError, match="too many"):
        kb.Aggregate(kb.Poisson(1e8), SEVERITY).sample(10, seed=1)


def test_nothing_happens_without_losses():
    model = kb.Aggregate(kb.Poisson(0), kb.Pareto(0.9, 1))
    assert model.mean == 0
    assert (model.sample(5000, seed=0) == 0).all()
    assert model.sample(0, seed=0).shape == (0,)
    assert model.quantile(0.99) == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_within_100_ms_and_keeps_what_is_done(threads):
    sent = []

    def interrupt():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    model = kb.Aggregate(kb.Poisson(20), kb.MBBEFD.swiss_re(3))
    whole = model.sample(10_000, seed=3)
    timer = threading.Timer(0.3, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        model.sample(20_000_000, seed=3, threads=threads)
    assert time.monotonic() - sent[0] < 0.1
    partial = caught.value.partial
    assert 0 < len(partial) < 20_000_000
    assert len(partial) % 4096 == 0
    n = min(len(partial), len(whole))
    np.testing.assert_array_equal(partial[:n], whole[:n])
    timer.join()


def test_progress():
    seen = []
    MODELS[0].sample(40_960, seed=1, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (10, 10)


@pytest.mark.parametrize("log2", [15, 16, 18, 19])
@pytest.mark.parametrize(
    ("frequency", "generating"),
    [
        (kb.Poisson(mean=20.0), lambda z: np.exp(20.0 * (z - 1.0))),
        (kb.NegativeBinomial(mean=20.0, shape=2.5), lambda z: (1.0 - 8.0 * (z - 1.0)) ** -2.5),
    ],
    ids=["poisson", "negative binomial"],
)
def test_transforms_of_every_length_are_those_of_numpy(frequency, generating, log2):
    # Short ones are one transform, long ones go by rows and columns.
    severity = stats.gamma(2.0, scale=300.0)
    step = 40_000.0 / 2**log2
    mass = -np.diff(severity.sf(step * (np.arange(2**log2 + 1) - 0.5)), prepend=1.0)[1:]
    # Zeros behind, so that nothing comes around.
    expected = np.fft.irfft(generating(np.fft.rfft(mass, 8 * 2**log2)))[: 2**log2]
    model = kb.Aggregate(frequency, kb.Gamma(shape=2.0, scale=300.0))
    found = [
        model.fft(log2=log2, step=step, discretisation="rounding", threads=threads).pmf[1]
        for threads in (1, 2, 3)
    ]
    # The tilt amplifies rounding by up to e⁶ at the end of the grid.
    assert np.abs(found[0] - expected).max() < 5e-14
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
