"""Claim counts against scipy and mpmath, and at the Python border."""

import copy
import pickle

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

import kebao as kb

ALL = [
    (kb.Poisson(0.3), stats.poisson(0.3)),
    (kb.Poisson(40), stats.poisson(40)),
    (kb.Poisson(5e6), stats.poisson(5e6)),
    (kb.NegativeBinomial(12, 1.5), stats.nbinom(1.5, 1.5 / 13.5)),
    (kb.NegativeBinomial(3, 0.2), stats.nbinom(0.2, 0.2 / 3.2)),
    (kb.NegativeBinomial(900, 250), stats.nbinom(250, 250 / 1150)),
    (kb.Bernoulli(0.04), stats.bernoulli(0.04)),
]
names = [repr(ours) for ours, _ in ALL]


@pytest.mark.parametrize(("ours", "theirs"), ALL, ids=names)
def test_agrees_with_scipy(ours, theirs):
    mean, variance, skewness = theirs.stats("mvs")
    assert ours.mean == pytest.approx(mean, rel=1e-14)
    assert ours.variance == pytest.approx(variance, rel=1e-12)
    assert ours.sd == pytest.approx(variance**0.5, rel=1e-12)
    assert ours.cv == pytest.approx(variance**0.5 / mean, rel=1e-12)
    assert ours.skewness == pytest.approx(skewness, rel=1e-10)
    k = np.unique(np.r_[0, 1, 2, np.round(mean + np.sqrt(variance) * np.linspace(-3, 5, 41))])
    k = k[k >= 0]
    # scipy's Poisson loses digits for large means: exp of a difference of numbers of size `mean`.
    np.testing.assert_allclose(
        ours.pmf(k), theirs.pmf(k), rtol=1e-10 + 1e-15 * mean * np.log(mean + 2)
    )


def test_probabilities_agree_with_mpmath():
    mp.mp.dps = 50
    for mean, k in [
        (0.3, 100),
        (40, 0),
        (1e4, 9000),
        (1e9, 1_000_100_000),
        (1e9, 999_000_000),
        (700, 200),
    ]:
        exact = mp.exp(k * mp.log(mp.mpf(mean)) - mp.mpf(mean) - mp.loggamma(k + 1))
        assert kb.Poisson(mean).pmf(k) == pytest.approx(float(exact), rel=1e-14)
    for mean, shape, k in [
        (12, 1.5, 0),
        (12, 1.5, 400),
        (3, 0.2, 7),
        (0.01, 1e-3, 5),
        (1e4, 50, 8000),
        (12, 1e10, 20),
        (12, 1e16, 20),
        (1e6, 1e4, 1_030_000),
    ]:
        m, r = mp.mpf(mean), mp.mpf(shape)
        choose = mp.loggamma(k + r) - mp.loggamma(r) - mp.loggamma(k + 1)
        exact = mp.exp(choose + r * mp.log(r / (r + m)) + k * mp.log(m / (r + m)))
        assert kb.NegativeBinomial(mean, shape).pmf(k) == pytest.approx(float(exact), rel=1e-12)


def test_pmf_takes_numbers_and_arrays():
    x = kb.Poisson(2)
    assert type(x.pmf(1)) is float
    assert x.pmf([0.5, -1, np.inf, 2**70]).tolist() == [0, 0, 0, 0]
    assert np.isnan(x.pmf(np.nan))
    assert x.pmf(np.array([3])).shape == (1,)
    assert x.pmf(np.arange(6).reshape(2, 3)[:, ::2]).shape == (2, 2)


@pytest.mark.parametrize(("x", "theirs"), ALL, ids=names)
def test_copies_equal_their_originals(x, theirs):
    copies = [pickle.loads(pickle.dumps(x, protocol)) for protocol in range(2, 6)]
    copies += [copy.copy(x), copy.deepcopy(x), kb.Frequency.from_json(x.to_json())]
    copies.append(eval(repr(x), {name: getattr(kb, name) for name in dir(kb)}))
    for other in copies:
        assert type(other) is type(x)
        assert other == x
        assert hash(other) == hash(x)
    assert x != kb.Poisson(0.31)
    assert kb.Poisson(0.0) == kb.Poisson(-0.0)
    assert hash(kb.Poisson(0.0)) == hash(kb.Poisson(-0.0))


@pytest.mark.parametrize(("x", "theirs"), ALL, ids=names)
def test_samples(x, theirs):
    n = 100_000
    sample = x.sample(n, seed=2**64 - 1)
    assert sample.dtype == np.uint64
    assert abs(sample.mean() - x.mean) < 4 * x.sd / n**0.5
    deviations = (sample - sample.mean()) ** 2
    assert abs(deviations.mean() - x.variance) < 4 * deviations.std() / n**0.5
    np.testing.assert_array_equal(x.sample(5000, seed=0), x.sample(10_000, seed=0)[:5000])
    with pytest.raises(kb.InputError, match="seed"):
        x.sample(1, seed=-1)


def test_thinning_keeps_the_family():
    assert kb.Poisson(10).thinned(0.2) == kb.Poisson(2)
    assert kb.NegativeBinomial(10, 3).thinned(0.2) == kb.NegativeBinomial(2, 3)
    assert kb.Bernoulli(0.5).thinned(0.2) == kb.Bernoulli(0.1)


def test_faults():
    with pytest.raises(kb.InputError) as caught:
        kb.NegativeBinomial(-1, 0)
    assert [(i.object, i.field) for i in caught.value.issues] == [
        ("NegativeBinomial", "mean"),
        ("NegativeBinomial", "shape"),
    ]
    for p in [-0.1, 1.1, np.nan, 30]:
        with pytest.raises(kb.InputError, match=r"Bernoulli: p must be a fraction in \[0, 1\]"):
            kb.Bernoulli(p)
    with pytest.raises(kb.InputError):
        kb.Poisson(np.inf)
    with pytest.raises(kb.InputError, match=r"Frequency\.sample: size"):
        kb.Poisson(1).sample(2**62, seed=1)
