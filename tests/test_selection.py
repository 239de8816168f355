"""Selections as data: replayed by hand in NumPy, by SciPy's regression, and through a file."""

import copy
import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone

import kebao as kb

RAA = kb.datasets.load("raa")
VALUES = RAA.values
RATIOS = RAA.link_ratios


def factors(**choices):
    return kb.ChainLadder(selection=kb.Selection(**choices)).fit(RAA).development_factors_


def links(age):
    """Starts and ratios of the links of one age, oldest first."""
    known = ~np.isnan(RATIOS[:, age])
    return VALUES[known, age], RATIOS[known, age]


@pytest.mark.parametrize(
    ("choices", "by_hand"),
    [
        ({"average": "simple"}, lambda c, f: f.mean()),
        ({"average": "volume"}, lambda c, f: (c * f).sum() / c.sum()),
        ({"average": "regression"}, lambda c, f: (c**2 * f).sum() / (c**2).sum()),
        ({"average": "geometric"}, lambda c, f: np.exp(np.log(f).mean())),
        ({"average": "median"}, lambda c, f: np.median(f)),
        ({"average": "medial"}, lambda c, f: np.sort(f)[1:-1].mean() if len(f) > 2 else f.mean()),
        ({"average": "simple", "n": 3}, lambda c, f: f[-3:].mean()),
        (
            {"average": "volume", "drop_high": 2},
            lambda c, f: (
                (c * f)[np.argsort(f)[:-2]].sum() / c[np.argsort(f)[:-2]].sum()
                if len(f) > 2
                else (c * f).sum() / c.sum()
            ),
        ),
    ],
)
def test_averages_by_hand(choices, by_hand):
    expected = [by_hand(*links(age)) for age in range(9)]
    np.testing.assert_allclose(factors(**choices)[:-1], expected, rtol=1e-13)


def test_weights_and_exclusions_are_one_thing():
    excluded = factors(exclude=[("1982", 12), ("1984", 24)])
    weighted = factors(weights=[("1982", 12, 0.0), ("1984", 24, 0)])
    np.testing.assert_array_equal(excluded, weighted)
    half = factors(average="simple", weights=[("1982", 12, 0.5)])
    _, f = links(0)
    w = np.where(np.arange(9) == 1, 0.5, 1.0)
    assert half[0] == pytest.approx((w * f).sum() / w.sum(), rel=1e-14)


def test_a_diagonal_is_left_out():
    chosen = factors(exclude_diagonals=["1990"])
    at = np.add.outer(np.arange(10), np.arange(9))
    for age in range(8):
        use = ~np.isnan(RATIOS[:, age]) & (at[:, age] != 8)
        expected = (VALUES[use, age] * RATIOS[use, age]).sum() / VALUES[use, age].sum()
        assert chosen[age] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("average", "alpha"), [("simple", 0), ("volume", 1), ("regression", 2)])
def test_weighted_errors_are_those_of_weighted_least_squares(average, alpha):
    rng = np.random.default_rng(5)
    own = rng.uniform(0.2, 3.0, 9)
    weights = [(RAA.origins[i], 12, float(w)) for i, w in enumerate(own)]
    mack = kb.Mack(selection=kb.Selection(average=average, weights=weights)).fit(RAA)
    start, ratio = links(0)
    # Regression through the origin of C(k+1) on C(k) with weights w C^(alpha - 2).
    w = own * start ** (alpha - 2.0)
    f = (w * start * start * ratio).sum() / (w * start**2).sum()
    s2 = (w * (start * ratio - f * start) ** 2).sum() / (len(ratio) - 1)
    assert mack.development_factors_[0] == pytest.approx(f, rel=1e-12)
    assert mack.sigma_[0] == pytest.approx(np.sqrt(s2), rel=1e-12)
    expected = np.sqrt(s2 / (w * start**2).sum())
    assert mack.development_factor_errors_[0] == pytest.approx(expected, rel=1e-12)


def test_given_factors_blend_and_carry_their_error():
    plain = kb.Mack().fit(RAA)
    f, e = plain.development_factors_[0], plain.development_factor_errors_[0]

    def fit(**choices):
        mack = kb.Mack(selection=kb.Selection(**choices)).fit(RAA)
        assert mack.status_ == "ok"
        return mack.development_factors_[0], mack.development_factor_errors_[0]

    assert fit(factors={12: 2.5}) == (2.5, pytest.approx(e))
    assert fit(factors={12: (2.5, 0.3)}) == (2.5, pytest.approx(0.3))
    value, error = fit(factors={12: (2.5, 0.3)}, credibility=0.4)
    assert value == pytest.approx(0.4 * f + 0.6 * 2.5)
    assert error == pytest.approx(np.hypot(0.4 * e, 0.6 * 0.3))
    # Normal prior and normal likelihood: precisions add.
    value, error = fit(factors={12: (2.5, 0.3)}, credibility="precision")
    assert 1 / error**2 == pytest.approx(1 / e**2 + 1 / 0.3**2, rel=1e-12)
    assert value == pytest.approx((f / e**2 + 2.5 / 0.3**2) * error**2, rel=1e-12)
    by_age = fit(factors={12: 2.5, 24: 1.5}, credibility={24: 0.5})
    assert by_age[0] == 2.5


def test_a_given_factor_mends_an_age_without_links():
    cells = [[1.0, np.nan, 4.0], [2.0, np.nan, np.nan], [3.0, np.nan, np.nan]]
    tri = kb.Triangle.from_wide(cells)
    assert kb.ChainLadder().fit(tri).status_ == "no_links"
    picks = kb.Selection(factors={12: 2.0, 24: 1.5})
    fitted = kb.ChainLadder(selection=picks).fit(tri)
    np.testing.assert_allclose(fitted.ultimate_, [4.0, 6.0, 9.0])


def test_trimming_keeps_the_spread_of_the_process():
    medial = kb.Mack(average="medial").fit(RAA)
    _, f = links(0)
    middle = np.sort(f)[1:-1].mean()
    sigma = np.sqrt(((f - middle) ** 2).sum() / (len(f) - 1))
    assert medial.sigma_[0] == pytest.approx(sigma, rel=1e-12)
    assert medial.development_factor_errors_[0] == pytest.approx(sigma / np.sqrt(len(f) - 2))


def test_the_error_of_a_median_holds_for_many_normal_ratios():
    rng = np.random.default_rng(11)
    n, errors, medians = 41, [], []
    for _ in range(400):
        ratio = rng.normal(1.5, 0.1, n)
        cells = np.column_stack([np.ones(n), ratio])
        mack = kb.Mack(average="median").fit(kb.Triangle.from_wide(np.vstack([cells, [1, np.nan]])))
        medians.append(mack.development_factors_[0])
        errors.append(mack.development_factor_errors_[0])
    assert np.std(medians) == pytest.approx(np.mean(errors), rel=0.12)


@pytest.mark.filterwarnings("ignore")
def test_tails_agree_with_chainladder():
    cl = pytest.importorskip("chainladder")
    theirs = cl.Development().fit_transform(cl.load_sample("raa"))

    def tail(**choices):
        return factors(**choices)[-1]

    for curve in ("exponential", "inverse_power", "weibull"):
        fitted = cl.TailCurve(curve=curve).fit(theirs)
        expected = np.prod(np.asarray(fitted.ldf_.values)[0, 0, 0, 9:])
        assert tail(tail=curve) == pytest.approx(expected, rel=1e-9)
    bondy = cl.TailBondy().fit(theirs)
    assert tail(tail="bondy") == pytest.approx(bondy.tail_.iloc[0, 0], rel=1e-9)


def test_the_generalized_bondy_tail_is_the_least_squares_of_scipy():
    from scipy.optimize import least_squares

    f = np.log(factors()[:-1])
    k = np.arange(len(f))
    fit = least_squares(lambda p: f - p[0] * p[1] ** k, [f[0], 0.5], xtol=1e-15, ftol=1e-15)
    level, b = fit.x
    expected = np.exp(level * b ** k[-1] * b / (1 - b))
    assert factors(tail="generalized_bondy")[-1] == pytest.approx(expected, rel=1e-7)


def test_the_clark_tail_is_the_likelihood_of_scipy():
    """Increments of the average development, shared out by a loglogistic curve (Clark 2003)."""
    from scipy.optimize import minimize

    developed = np.cumprod(np.concatenate([[1.0], factors()[:-1]]))
    increments = np.diff(developed, prepend=0.0)
    x = np.arange(11) - 0.5
    x[0] = 0.0

    def grown(age, p):
        return age ** np.exp(p[0]) / (age ** np.exp(p[0]) + np.exp(p[1]) ** np.exp(p[0]))

    def loss(p):
        curve = grown(x, p)
        return -(increments * np.log(np.diff(curve) / curve[-1])).sum()

    options = {"xatol": 1e-12, "fatol": 1e-15, "maxiter": 4000}
    best = minimize(loss, [0.3, 1.0], method="Nelder-Mead", options=options).x
    expected = grown(9.5 + 100, best) / grown(9.5, best)
    assert factors(tail="clark")[-1] == pytest.approx(expected, rel=1e-7)
    short = factors(tail={"curve": "clark", "periods": 10})[-1]
    assert short == pytest.approx(grown(9.5 + 10, best) / grown(9.5, best), rel=1e-7)
    # Replayed in the bootstrap, and with errors in Mack.
    boot = kb.ODPBootstrap(n=200, seed=1, tail="clark").fit(kb.datasets.load("genins"))
    assert np.isfinite(boot.totals_).all()
    mack = kb.Mack(tail="clark").fit(kb.datasets.load("genins"))
    assert (
        mack.total_standard_error_ > kb.Mack().fit(kb.datasets.load("genins")).total_standard_error_
    )


def test_sherman_is_the_least_squares_of_scipy():
    from scipy.optimize import minimize_scalar

    y = np.log(factors()[:-1] - 1)
    k = np.arange(1, 10)

    def line(c):
        slope, intercept = np.polyfit(np.log(k + c), y, 1)
        return slope, intercept, ((y - intercept - slope * np.log(k + c)) ** 2).sum()

    best = minimize_scalar(lambda t: line(np.exp(t) - 1)[2], bounds=(-6, 6), method="bounded")
    slope, intercept, cost = line(np.exp(best.x) - 1)
    chosen = factors(tail={"curve": "sherman", "periods": 50})[-1]
    ages = np.arange(10, 60)
    expected = np.prod(1 + np.exp(intercept) * (ages + np.exp(best.x) - 1) ** slope)
    assert chosen == pytest.approx(expected, rel=2e-3), cost


def test_the_part_of_the_factors_and_the_length_of_a_tail():
    f = factors()[:-1]
    k = np.arange(1, 10)
    use = slice(2, 8)
    slope, intercept = np.polyfit(k[use], np.log(f[use] - 1), 1)
    expected = np.prod(1 + np.exp(intercept + slope * np.arange(10, 15)))
    tail = {"curve": "exponential", "from": 36, "to": 96, "periods": 5}
    assert factors(tail=tail)[-1] == pytest.approx(expected, rel=1e-12)


PICKS = kb.Selection(
    average="medial",
    n=6,
    by_age={12: "volume", 24: {"average": "simple", "n": 3}},
    exclude=[("1982", 12)],
    exclude_diagonals=["1988"],
    weights=[("1983", 24, 0.5)],
    factors={36: (1.3, 0.05), 48: 1.15},
    credibility={36: "precision", 48: 0.5},
    sigma="log-linear",
    tail={"curve": "weibull", "from": 24},
)


def test_a_selection_survives_files_pickles_and_clones(tmp_path):
    path = tmp_path / "picks.json"
    PICKS.to_json(path)
    fitted = kb.Mack(selection=PICKS).fit(RAA)
    for other in (
        kb.Selection.from_json(path),
        kb.Selection.from_dict(json.loads(json.dumps(PICKS.to_dict()))),
        pickle.loads(pickle.dumps(PICKS)),
        copy.deepcopy(PICKS),
        eval(repr(PICKS), {"Selection": kb.Selection}),
    ):
        assert other == PICKS
        assert hash(other) == hash(PICKS)
        again = kb.Mack(selection=other).fit(RAA)
        np.testing.assert_array_equal(again.standard_error_, fitted.standard_error_)
    copied = clone(kb.Mack(selection=PICKS, mse="independence"))
    assert copied.selection == PICKS
    assert copied.mse == "independence"
    thawed = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(thawed.standard_error_, fitted.standard_error_)
    assert repr(thawed) == repr(fitted)
    assert PICKS.replace(n=None).to_dict().get("n") is None
    with pytest.raises(AttributeError, match="does not change"):
        PICKS.average = "volume"


def test_an_empty_selection_is_the_default():
    plain, chosen = kb.Mack().fit(RAA), kb.Mack(selection=kb.Selection()).fit(RAA)
    np.testing.assert_array_equal(plain.standard_error_, chosen.standard_error_)
    for name in kb.Mack().get_params():
        assert name in kb.Mack(selection=PICKS).get_params()


def codes(call):
    with pytest.raises(kb.InputError) as caught:
        call()
    return sorted(issue.code for issue in caught.value.issues), str(caught.value)


def test_all_faults_of_a_selection_are_told():
    found, text = codes(
        lambda: kb.Selection(
            average="volum",
            n=0,
            drop_high=-1,
            by_age={"x": "volume", 12: "simpel"},
            exclude=[("1982",)],
            weights=[("1982", 12, -1.0)],
            factors={12: -2.0, 24: 1.5},
            credibility=1.4,
            tail="wiebull",
        )
    )
    assert len(found) == 10
    assert "did you mean 'volume'" in text
    assert "did you mean 'weibull'" in text
    found, text = codes(lambda: kb.Selection(credibility=0.5))
    assert found == ["contradiction"]
    found, text = codes(lambda: kb.Selection(factors={12: 1.5}, credibility="precision"))
    assert found == ["missing"]
    found, text = codes(lambda: kb.Selection.from_dict({"avrage": "volume"}))
    assert "did you mean 'average'" in text
    picks = kb.Selection(
        exclude=[("1999", 12)],
        exclude_diagonals=["2000"],
        by_age={13: "simple"},
        factors={120: 1.1},
    )
    found, text = codes(lambda: kb.Mack(selection=picks).fit(RAA))
    assert found == ["unknown_age", "unknown_age", "unknown_cell", "unknown_diagonal"]
    found, text = codes(lambda: kb.Mack(selection=PICKS, average="simple").fit(RAA))
    assert found == ["contradiction"]
    found, text = codes(lambda: kb.Mack(selection="volume").fit(RAA))
    assert found == ["wrong_type"]
    for bad in (float("nan"), float("inf"), [1.0, 2.0], {"curve": "weibull", "periods": 0}, "no"):
        assert codes(lambda tail=bad: kb.Selection(tail=tail))[0]
