"""Copulas, rearranged samples, correlation matrices: published values, SciPy, slow references."""

import hashlib
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy import integrate, special, stats

import kebao as kb

FAMILIES = [
    kb.GaussianCopula([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]]),
    kb.TCopula([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]], df=4.5),
    kb.GroupedTCopula(np.full((3, 3), 0.4) + 0.6 * np.eye(3), groups=[0, 0, 1], df=[3, 9]),
    kb.ClaytonCopula(2.0, dim=3),
    kb.ClaytonCopula(-0.5),
    kb.GumbelCopula(1.7, dim=3),
    kb.FrankCopula(6.0, dim=3),
    kb.FrankCopula(-6.0),
    kb.JoeCopula(2.5, dim=3),
    kb.NestedCopula("Clayton", (0.7, [0, (2.0, [1, 2])])),
    kb.NestedCopula("gumbel", (1.2, [1, (2.0, [0, 2])])),
    kb.NestedCopula("Frank", (1.0, [0, (5.0, [1, 2])])),
    kb.NestedCopula("Joe", (1.3, [(1.5, [0, 3]), (3.0, [1, 2])])),
    kb.EmpiricalCopula([[1, 8], [2, 9], [4, 4], [5, 2], [9, 9.5]]),
    kb.EmpiricalCopula([[1, 8], [2, 9], [4, 4], [5, 2], [9, 9.5]], smoothing="beta"),
    kb.IndependenceCopula(3),
    kb.ComonotoneCopula(2),
]
named = pytest.mark.parametrize("copula", FAMILIES, ids=lambda c: repr(c)[:40])


@named
def test_margins_are_uniform_and_nothing_is_on_the_edge(copula):
    u = copula.sample(30_000, seed=5)
    assert u.shape == (30_000, copula.dim)
    assert u.flags.f_contiguous
    assert u.min() > 0.0
    assert u.max() < 1.0
    for column in u.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4


@named
def test_a_sample_depends_on_copula_and_seed_alone(copula):
    one = copula.sample(2000, seed=11, threads=1)
    assert (copula.sample(2000, seed=11, threads=4) == one).all()
    assert (copula.sample(777, seed=11) == one[:777]).all()
    assert (copula.sample(2000, seed=12) != one).any()
    assert copula.sample(0, seed=1).shape == (0, copula.dim)


@named
def test_pickle_json_equality_repr(copula):
    again = pickle.loads(pickle.dumps(copula))
    assert again == copula
    assert type(again) is type(copula)
    assert hash(again) == hash(copula)
    assert kb.Copula.from_json(copula.to_json()) == copula
    assert copula.parameters.keys() == json.loads(copula.to_json()).keys() - {"family"}
    assert repr(copula).startswith(type(copula).__name__)


@named
def test_kendall_spearman_and_corners_against_the_sample(copula):
    n, batches = 2000, 25
    u = copula.sample(n * batches, seed=3)
    for i in range(copula.dim):
        for j in range(i):
            parts = [u[at * n : (at + 1) * n, [i, j]] for at in range(batches)]
            rho = [12 * np.mean((p[:, 0] - 0.5) * (p[:, 1] - 0.5)) for p in parts]
            near(rho, copula.spearman_rho(i, j))
            try:
                tau = copula.kendall_tau(i, j)
            except kb.NumericError:
                continue
            near([stats.kendalltau(*p.T).statistic for p in parts], tau)
    for corner in (0.05, 0.3, 0.8):
        try:
            exact = copula.cdf(np.full(copula.dim, corner))
        except kb.NumericError:
            continue
        share = (u <= corner).all(axis=1).mean()
        assert abs(share - exact) <= 4 * np.sqrt(exact * (1 - exact) / len(u)) + 1e-12


def near(values, exact):
    """The mean of the values is the exact one within four standard errors."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(np.mean(values) - exact) <= 4 * error + 1e-9


# Pinned: a change means that stored results change, "stream v2".
DIGESTS = """
import hashlib, json
import kebao as kb
made = {
    "Gaussian": kb.GaussianCopula([[1, .5, .2], [.5, 1, -.3], [.2, -.3, 1]]),
    "t": kb.TCopula([[1, .5, .2], [.5, 1, -.3], [.2, -.3, 1]], df=4.5),
    "grouped": kb.GroupedTCopula([[1, .4], [.4, 1]], groups=[0, 1], df=[3, 9]),
    "Clayton": kb.ClaytonCopula(2.0, dim=3),
    "Clayton-": kb.ClaytonCopula(-0.5),
    "Gumbel": kb.GumbelCopula(1.7, dim=3),
    "Frank": kb.FrankCopula(6.0, dim=3),
    "Joe": kb.JoeCopula(2.5, dim=3),
    "nested Clayton": kb.NestedCopula("Clayton", (0.7, [0, (2.0, [1, 2])])),
    "nested Gumbel": kb.NestedCopula("Gumbel", (1.2, [0, (2.0, [1, 2])])),
    "nested Frank": kb.NestedCopula("Frank", (1.0, [0, (5.0, [1, 2])])),
    "nested Joe": kb.NestedCopula("Joe", (1.3, [0, (3.0, [1, 2])])),
    "empirical": kb.EmpiricalCopula([[1, 8], [2, 9], [4, 4], [5, 2], [9, 9.5]]),
    "beta": kb.EmpiricalCopula([[1, 8], [2, 9], [4, 4], [5, 2], [9, 9.5]], smoothing="beta"),
}
def sha(array):
    return hashlib.sha256(array.tobytes("F")).hexdigest()
digest = {name: sha(c.sample(20_000, seed=2026, threads=THREADS)) for name, c in made.items()}
x = {"a": kb.LogNormal(1, 2).sample(5000, seed=1), "b": kb.Lomax(2, 3).sample(5000, seed=2)}
more = {"reorder": kb.dependence.reorder(x, made["t"].__class__(0.5, 4), seed=5, threads=THREADS),
        "Iman-Conover": kb.dependence.iman_conover(x, 0.4, seed=5, threads=THREADS)}
digest |= {name: sha(c.samples) for name, c in more.items()}
print(json.dumps(digest))
"""
PINNED = {
    "Gaussian": "77c3904aee786222",
    "t": "e6c91cf55b61a9e8",
    "grouped": "2d84e8bdc5bc4a19",
    "Clayton": "3cf229464ade3dc3",
    "Clayton-": "73413ef2903f108a",
    "Gumbel": "884f6b5b5684309e",
    "Frank": "9d5bb749aa3fdb9c",
    "Joe": "1b2506ac88a154e7",
    "nested Clayton": "033fec17567fefdf",
    "nested Gumbel": "947d55650b443c19",
    "nested Frank": "6bc244417763f7e6",
    "nested Joe": "3ab16ab4e18327ed",
    "empirical": "7ce004291900a9ce",
    "beta": "3fb895ef6ac5a5bb",
    "reorder": "777e596035fbbd42",
    "Iman-Conover": "47a39c42e07b5b0c",
}


def test_digests_over_threads_and_instruction_sets():
    for level, threads in (("avx512", 1), ("avx2", 2), ("sse2", 3)):
        run = subprocess.run(
            [sys.executable, "-c", DIGESTS.replace("THREADS", str(threads))],
            env=os.environ | {"KEBAO_ISA": level},
            capture_output=True,
            text=True,
            check=True,
        )
        found = {name: digest[:16] for name, digest in json.loads(run.stdout).items()}
        assert found == PINNED, (level, found)


def test_gold_values_at_one_half():
    gaussian, t = kb.GaussianCopula(0.5), kb.TCopula(0.5, df=5)
    assert gaussian.spearman_rho() == pytest.approx(0.4825837395, abs=5e-11)
    assert gaussian.kendall_tau() == pytest.approx(1 / 3, rel=1e-14)
    assert t.kendall_tau() == pytest.approx(1 / 3, rel=1e-14)
    assert t.tail_dependence() == pytest.approx((0.20703125, 0.20703125), rel=1e-13)
    assert gaussian.tail_dependence() == (0.0, 0.0)
    # Embrechts, McNeil and Straumann 2002, table 1: t with 4 and 10 degrees, correlation 0.5, 0.9.
    for df, rho, published in ((2, 0.5, 0.39), (4, 0.5, 0.25), (4, 0.9, 0.63), (10, 0.5, 0.08)):
        assert round(kb.TCopula(rho, df).tail_dependence()[0], 2) == published


def test_the_bivariate_cdf_against_scipy():
    for rho in (-0.95, -0.3, 0.0, 0.5, 0.99):
        for u, v in ((0.1, 0.2), (0.5, 0.5), (0.001, 0.3), (0.9, 0.99)):
            cov = [[1, rho], [rho, 1]]
            h = special.ndtri([u, v])
            exact = stats.multivariate_normal.cdf(h, cov=cov, abseps=1e-12, releps=1e-12)
            assert kb.GaussianCopula(rho).cdf([u, v]) == pytest.approx(exact, abs=1e-9)
            # Given the mixing variable t is normal.
            df = 3.5
            x = stats.t.ppf([u, v], df)

            def given(w, x=x, cov=cov, df=df):
                density = stats.chi2.pdf(w, df)
                return density * stats.multivariate_normal.cdf(x * np.sqrt(w / df), cov=cov)

            if rho in (-0.3, 0.5):
                exact = integrate.quad(given, 0, 60, limit=200)[0]
                assert kb.TCopula(rho, df).cdf([u, v]) == pytest.approx(exact, abs=1e-6)


def test_spearman_of_t_by_the_double_integral_of_its_cdf():
    copula = kb.TCopula(0.6, df=3)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    u, w = 0.5 + 0.5 * nodes, 0.5 * weights
    grid = np.stack(np.meshgrid(u, u, indexing="ij"), axis=-1).reshape(-1, 2)
    double = (np.outer(w, w).ravel() * copula.cdf(grid)).sum()
    assert copula.spearman_rho() == pytest.approx(12 * double - 3, abs=2e-4)


def test_archimedean_copulas_in_plain_formulas():
    u = np.array([0.3, 0.6, 0.85])
    clayton, gumbel, frank, joe = 2.0, 1.7, 6.0, 2.5
    plain = {
        kb.ClaytonCopula(clayton, 3): ((u**-clayton).sum() - 2) ** (-1 / clayton),
        kb.GumbelCopula(gumbel, 3): np.exp(-(((-np.log(u)) ** gumbel).sum() ** (1 / gumbel))),
        kb.FrankCopula(frank, 3): -np.log1p(np.expm1(-frank * u).prod() / np.expm1(-frank) ** 2)
        / frank,
        kb.JoeCopula(joe, 3): 1 - (1 - (1 - (1 - u) ** joe).prod()) ** (1 / joe),
    }
    for copula, exact in plain.items():
        assert copula.cdf(u) == pytest.approx(exact, rel=1e-13)
        assert copula.cdf([0.4, 1.0, 1.0]) == 0.4
        assert copula.cdf([0.4, 0.0, 1.0]) == 0.0
        assert np.isnan(copula.cdf([0.4, np.nan, 1.0]))


def test_limits_of_parameters_are_the_limits():
    u = [0.3, 0.6]
    for near_independence in (
        kb.ClaytonCopula(1e-13),
        kb.GumbelCopula(1.0),
        kb.FrankCopula(0.0),
        kb.JoeCopula(1.0),
        kb.GaussianCopula(0.0),
    ):
        assert near_independence.cdf(u) == pytest.approx(0.18, rel=1e-10)
        assert abs(near_independence.kendall_tau()) < 1e-12
    for near_one in (
        kb.ClaytonCopula(5e4),
        kb.GumbelCopula(5e4),
        kb.JoeCopula(5e4),
        kb.FrankCopula(700),
        kb.GaussianCopula(1.0),
        kb.TCopula(1.0, 3),
    ):
        assert near_one.cdf(u) == pytest.approx(0.3, abs=1e-4)
        sample = near_one.sample(2000, seed=1)
        assert np.abs(sample[:, 0] - sample[:, 1]).max() < 0.05
    opposite = kb.ClaytonCopula(-1.0).sample(500, seed=1)
    np.testing.assert_allclose(opposite.sum(axis=1), 1.0, atol=1e-9)
    assert kb.TCopula(0.5, df=1e9).cdf(u) == pytest.approx(kb.GaussianCopula(0.5).cdf(u), abs=1e-8)


@pytest.mark.parametrize("kind", [kb.ClaytonCopula, kb.GumbelCopula, kb.FrankCopula, kb.JoeCopula])
def test_from_kendall_tau(kind):
    for tau in (0.0, 0.05, 0.5, 0.95):
        assert kind.from_kendall_tau(tau, dim=4).kendall_tau() == pytest.approx(tau, abs=1e-9)
    with pytest.raises(kb.InputError, match="tau"):
        kind.from_kendall_tau(1.5)


def test_elliptical_copulas_from_rank_correlations():
    assert kb.GaussianCopula.from_kendall_tau(1 / 3).parameters["correlation"][0][1] == (
        pytest.approx(0.5)
    )
    assert kb.GaussianCopula.from_spearman_rho(0.4825837395).kendall_tau() == (
        pytest.approx(1 / 3, abs=1e-9)
    )
    tau = [[1, 0.2, 0.4], [0.2, 1, 0.1], [0.4, 0.1, 1]]
    copula = kb.TCopula.from_kendall_tau(tau, df=4)
    assert [copula.kendall_tau(0, j) for j in (1, 2)] == pytest.approx([0.2, 0.4])


def higham(a, steps=4000):
    """Alternating projections with Dykstra's correction, as plainly as possible."""
    y, s = a.copy(), np.zeros_like(a)
    for _ in range(steps):
        r = y - s
        values, vectors = np.linalg.eigh(r)
        x = (vectors * np.maximum(values, 0)) @ vectors.T
        s = x - r
        y = x.copy()
        np.fill_diagonal(y, 1.0)
    return y


def test_nearest_correlation_against_an_independent_implementation():
    rng = np.random.default_rng(8)
    for size in (3, 6, 12):
        a = np.eye(size)
        while np.linalg.eigvalsh(a).min() > -0.1:
            a = rng.uniform(-1, 1, (size, size))
            a = 0.5 * (a + a.T)
            np.fill_diagonal(a, 1.0)
        found = kb.dependence.nearest_correlation(a)
        np.testing.assert_allclose(found.matrix, higham(a), atol=1e-8)
        assert found.distance == pytest.approx(np.linalg.norm(found.matrix - a), rel=1e-12)
        assert np.linalg.eigvalsh(found.matrix).min() > -1e-14
        assert (np.diag(found.matrix) == 1.0).all()
        with pytest.raises(kb.InputError, match="repair"):
            kb.GaussianCopula(a)
        repaired = kb.GaussianCopula(a, repair=True)
        assert repaired.repair_distance == pytest.approx(found.distance, rel=1e-9)
        u = repaired.sample(20_000, seed=1)
        assert np.corrcoef(special.ndtri(u).T) == pytest.approx(found.matrix, abs=0.04)
    good = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    same = kb.dependence.nearest_correlation(good)
    np.testing.assert_allclose(same.matrix, good, atol=1e-14)
    assert kb.GaussianCopula(good, repair=True).repair_distance == 0.0


def test_reordering_keeps_margins_and_takes_ranks():
    rng = np.random.default_rng(3)
    margins = {"a": rng.lognormal(1, 2, 3000), "b": rng.pareto(1.5, 3000), "c": -rng.random(3000)}
    copula = kb.TCopula(np.full((3, 3), 0.6) + 0.4 * np.eye(3), df=3)
    found = kb.dependence.reorder(margins, copula, seed=21)
    u = copula.sample(3000, seed=21)
    for at, (name, values) in enumerate(margins.items()):
        assert (np.sort(found[name]) == np.sort(values)).all()
        assert (np.argsort(found[name]) == np.argsort(u[:, at])).all()
    np.testing.assert_allclose(found.spearman, stats.spearmanr(u).statistic, atol=1e-12)
    np.testing.assert_allclose(found.pearson, np.corrcoef(found.samples.T), atol=1e-12)
    assert found.gap < 0.05
    assert found.table.columns == ["a", "b", "target", "spearman", "pearson"]
    assert "3,000 rows of 3 columns" in repr(found)
    assert np.asarray(found).shape == (3000, 3)
    assert found.total == pytest.approx(found.samples.sum(axis=1))


class Vine:
    """As much of pyvinecopulib's Vinecop, before version 1, as is used."""

    def __init__(self):
        self.seeds = None

    def simulate(self, n, qrng=False, num_threads=1, seeds=()):
        self.seeds = list(seeds)
        rng = np.random.default_rng(self.seeds)
        z = rng.standard_normal((n, 2))
        return special.ndtr(np.column_stack([z[:, 0], 0.8 * z[:, 0] + 0.6 * z[:, 1]]))


def test_samples_of_others_are_taken():
    x = np.random.default_rng(1).lognormal(size=(2000, 2))
    vine = Vine()
    found = kb.dependence.reorder(x, vine, seed=2**63 + 5)
    assert len(vine.seeds) == 3
    assert found.spearman[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.4), abs=0.05)
    again = kb.dependence.reorder(x, Vine(), seed=2**63 + 5)
    assert (again.samples == found.samples).all()
    array = kb.dependence.reorder(x, vine.simulate(2000, seeds=[4]), seed=1)
    assert array.target is None
    assert np.isnan(array.gap)
    # Ties of the pattern are broken at random, not by row: here nothing but ties.
    tied = kb.dependence.reorder(x, np.zeros((2000, 2)), seed=1)
    assert abs(tied.spearman[0, 1]) < 0.1


def test_pyvinecopulib_itself():
    pv = pytest.importorskip("pyvinecopulib")
    vine = pv.Vinecop(d=3)
    x = np.random.default_rng(1).lognormal(size=(2000, 3))
    found = kb.dependence.reorder(x, vine, seed=1)
    assert np.abs(found.spearman - np.eye(3)).max() < 0.1
    assert (kb.dependence.reorder(x, vine, seed=1).samples == found.samples).all()
    assert (kb.dependence.reorder(x, vine, seed=2).samples != found.samples).any()


def test_iman_conover_on_normal_margins_hits_the_target():
    target = np.array([[1, 0.7, -0.2], [0.7, 1, 0.1], [-0.2, 0.1, 1]])
    x = np.random.default_rng(4).standard_normal((20_000, 3))
    by_scores = kb.dependence.iman_conover(x, target, seed=9, scores=True)
    assert by_scores.gap < 2e-3
    np.testing.assert_allclose(np.corrcoef(by_scores.samples.T), target, atol=2e-3)
    by_ranks = kb.dependence.iman_conover(np.exp(3 * x), target, seed=9)
    assert by_ranks.gap < 5e-3
    np.testing.assert_allclose(stats.spearmanr(by_ranks.samples).statistic, target, atol=5e-3)
    assert (np.sort(by_ranks.samples, axis=0) == np.sort(np.exp(3 * x), axis=0)).all()
    assert (kb.dependence.iman_conover(x, target, seed=10).samples != by_scores.samples).any()


def test_iman_conover_with_ties_and_zeros_tells_what_was_reached():
    rng = np.random.default_rng(5)
    n = 10_000
    rare = np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(size=n))
    other = rng.lognormal(size=n)
    found = kb.dependence.iman_conover({"rare": rare, "other": other}, 0.95, seed=2)
    reached = stats.spearmanr(found["rare"], found["other"]).statistic
    assert found.spearman[0, 1] == pytest.approx(reached, abs=1e-12)
    assert reached < 0.6  # of 0.95: no order of these rows has more
    assert found.gap == pytest.approx(0.95 - reached)
    constant = kb.dependence.iman_conover({"zero": np.zeros(50), "b": np.arange(50)}, 0.5, seed=1)
    assert np.isnan(constant.spearman[0, 1])
    assert np.isnan(constant.pearson[0, 1])


def test_iman_conover_repairs_what_is_no_correlation():
    a = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    x = np.random.default_rng(5).random((500, 3))
    with pytest.raises(kb.InputError, match="positive semidefinite"):
        kb.dependence.iman_conover(x, a, seed=1)
    found = kb.dependence.iman_conover(x, a, seed=1, repair=True)
    assert found.target_distance == pytest.approx(kb.dependence.nearest_correlation(a).distance)
    # A Spearman matrix may ask for normal scores that no matrix gives; that is told apart.
    assert found.score_distance > 0.0
    assert found.gap < 0.05


def test_correlations_against_scipy():
    rng = np.random.default_rng(6)
    x = np.round(rng.standard_normal((400, 3)) @ rng.standard_normal((3, 3)), 1)
    np.testing.assert_allclose(
        kb.dependence.correlation(x), stats.spearmanr(x).statistic, atol=1e-13
    )
    np.testing.assert_allclose(
        kb.dependence.correlation(x, "pearson"), np.corrcoef(x.T), atol=1e-13
    )
    tau = kb.dependence.correlation(x, "kendall")
    for i in range(3):
        for j in range(3):
            exact = stats.kendalltau(x[:, i], x[:, j]).statistic
            assert tau[i, j] == pytest.approx(exact, abs=1e-13)


def test_a_tree_couples_totals():
    n = 4000
    lines = {name: kb.Exponential(1 + at).sample(n, seed=at) for at, name in enumerate("abcd")}
    one, free = kb.ComonotoneCopula(2), kb.IndependenceCopula(2)
    # b and c move as one, a and the sum of both as well: then all three are sorted together.
    found = kb.dependence.aggregate(lines, (free, ["d", (one, ["a", (one, ["b", "c"])])]), seed=3)
    for name, values in lines.items():
        assert (np.sort(found[name]) == np.sort(values)).all()
    total = np.sort(found["a"] + found["b"] + found["c"])
    assert total == pytest.approx(sum(np.sort(lines[name]) for name in "abc"))
    assert abs(found.spearman[0, 3]) < 0.08
    # Totals of groups have the ranks of the node's copula, groups keep their own dependence.
    pair = kb.GumbelCopula(3)
    tree = (kb.ClaytonCopula(2), [(pair, [0, 1]), (pair, [2, 3])])
    found = kb.dependence.aggregate(np.column_stack(list(lines.values())), tree, seed=3)
    groups = found.samples[:, :2].sum(axis=1), found.samples[:, 2:].sum(axis=1)
    assert stats.kendalltau(*groups).statistic == pytest.approx(0.5, abs=0.03)
    assert stats.kendalltau(*found.samples[:, :2].T).statistic == pytest.approx(2 / 3, abs=0.03)
    other = kb.dependence.aggregate(np.column_stack(list(lines.values())), tree, seed=3, threads=2)
    assert (other.samples == found.samples).all()


def faults(call):
    with pytest.raises(kb.InputError) as caught:
        call()
    return caught.value.issues


def test_bad_input_is_told_all_at_once():
    bad = [[0.9, 1.5, 0.2], [0.3, 1.0, np.nan], [0.1, 0.0, 1.0]]
    issues = faults(lambda: kb.GaussianCopula(bad))
    assert {issue.field for issue in issues} >= {
        "correlation[0, 0]",
        "correlation[0, 1]",
        "correlation[1, 2]",
        "correlation[0, 2]",
    }
    assert len(faults(lambda: kb.GroupedTCopula(0.5, groups=[0, 3], df=[0.0, -1, np.inf]))) == 4
    assert len(faults(lambda: kb.NestedCopula("Joe", (3, [0, (2, [0, 5])])))) >= 3
    assert "Gumbel" in str(faults(lambda: kb.NestedCopula("Gumble", (3, [0, 1])))[0])
    for call in (
        lambda: kb.GaussianCopula([[1, 0.5], [0.5]]),
        lambda: kb.GaussianCopula("x"),
        lambda: kb.TCopula(0.5, df=np.nan),
        lambda: kb.ClaytonCopula(-0.5, dim=3),
        lambda: kb.ClaytonCopula(np.inf),
        lambda: kb.GumbelCopula(2, dim=1),
        lambda: kb.EmpiricalCopula([[1, 2], [np.nan, 3]]),
        lambda: kb.EmpiricalCopula([[1, 2], [2, 3]], smoothing="gamma"),
        lambda: kb.NestedCopula("Joe", [1, 2]),
        lambda: kb.GaussianCopula(0.5).kendall_tau(0, 2),
        lambda: kb.GaussianCopula(0.5).cdf([0.5]),
        lambda: kb.GaussianCopula(0.5).sample(10**17, seed=1),
        lambda: kb.dependence.reorder(np.ones((5, 2)), kb.GaussianCopula(np.eye(3)), seed=1),
        lambda: kb.dependence.reorder(np.ones((5, 2)), np.ones((4, 2)), seed=1),
        lambda: kb.dependence.reorder(np.ones((5, 2)), "Gaussian", seed=1),
        lambda: kb.dependence.reorder([[1, np.inf], [2, 3]], kb.GaussianCopula(0.5), seed=1),
        lambda: kb.dependence.reorder({"a": [1, 2], "b": [1]}, kb.GaussianCopula(0.5), seed=1),
        lambda: kb.dependence.iman_conover(np.ones((5, 2)), np.eye(3), seed=1),
        lambda: kb.dependence.iman_conover(np.random.rand(2, 3), np.eye(3), seed=1),  # noqa: NPY002
        lambda: kb.dependence.iman_conover(np.ones((5, 2)), 2.0, seed=1),
        lambda: kb.dependence.correlation(np.ones((5, 2)), "pearsn"),
        lambda: kb.dependence.correlation(np.ones((0, 2))),
        lambda: kb.dependence.nearest_correlation([[1, 2, 3]]),
        lambda: kb.dependence.nearest_correlation([[1, 2], [3, 1]]),
        lambda: kb.dependence.nearest_correlation([[1, np.nan], [np.nan, 1]]),
        lambda: kb.dependence.aggregate(np.ones((5, 2)), (kb.GaussianCopula(0.5), [0, 0]), seed=1),
        lambda: kb.dependence.aggregate(np.ones((5, 2)), [1], seed=1),
        lambda: kb.dependence.aggregate({"a": [1, 2]}, (kb.GaussianCopula(0.5), ["b"]), seed=1),
        lambda: kb.Copula.from_json("{}"),
    ):
        assert faults(call)
    with pytest.raises(kb.NumericError, match="no closed form"):
        kb.GaussianCopula(np.eye(3)).cdf([0.5, 0.5, 0.5])
    deep = (1.0, [0, 1])
    for _ in range(2000):
        deep = (1.0, [deep, 2])
    assert faults(lambda: kb.NestedCopula("Joe", deep))


def test_digest_of_array_order_does_not_matter():
    # Rows by rows and columns by columns are the same samples.
    x = np.random.default_rng(1).random((100, 3))
    copula = kb.GaussianCopula(np.full((3, 3), 0.5) + 0.5 * np.eye(3))
    a = kb.dependence.reorder(np.ascontiguousarray(x), copula, seed=1).samples
    b = kb.dependence.reorder(np.asfortranarray(x), copula, seed=1).samples
    assert hashlib.sha256(a.tobytes()).digest() == hashlib.sha256(b.tobytes()).digest()
