"""S1: a column of losses of every severity family, beside NumPy's generator.

NumPy draws by the quickest way its `Generator` offers: its own method where it has one, otherwise
the transform of one of its variates. Both return a fresh array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contest import Answer, Contender, Number, Workload


def _families() -> list[tuple[str, Any, Callable[[Any, int], Any]]]:
    import numpy as np

    import kebao as kb

    def mixture(r: Any, n: int) -> Any:
        first = r.random(n) < 0.3
        return np.where(first, r.lognormal(12.6, 1.7, n), 1e5 * r.standard_gamma(2.0, n))

    def piecewise(r: Any, n: int) -> Any:
        # −ln S is linear in ln x between the thresholds.
        hazard = r.standard_exponential(n)
        at = np.log([1e5, 3e5, 2e6])
        known = np.cumsum([0.0, 0.9 * (at[1] - at[0]), 1.4 * (at[2] - at[1])])
        slope = 1 / np.array([0.9, 1.4, 2.2])
        piece = np.searchsorted(known, hazard) - 1
        return np.exp(at[piece] + slope[piece] * (hazard - known[piece]))

    def mbbefd(u: Any) -> Any:
        odds = np.minimum((1 - u) / np.maximum(u, 1e-300), 39)
        return np.minimum(np.log1p(0.75 / (0.25 * 39) * odds) / np.log(4), 1)

    def spliced(r: Any, n: int) -> Any:
        # NumPy has no truncated lognormal: it is drawn again where it is too large.
        x = r.lognormal(12.6, 1.7, n)
        while (over := np.flatnonzero(x > 5e6)).size:
            x[over] = r.lognormal(12.6, 1.7, over.size)
        tail = np.flatnonzero(r.random(n) < 0.049)
        x[tail] = 5e6 * (1.0 + r.pareto(1.4, tail.size))
        return np.minimum(x, 5e8)

    seen, share = np.random.default_rng(0).lognormal(12.6, 1.7, (2, 1000))
    share /= share.sum()
    return [
        ("LogNormal", kb.LogNormal(12.6, 1.7), lambda r, n: r.lognormal(12.6, 1.7, n)),
        ("Exponential", kb.Exponential(3e5), lambda r, n: r.exponential(3e5, n)),
        ("Weibull", kb.Weibull(0.7, 2e5), lambda r, n: 2e5 * r.weibull(0.7, n)),
        ("Pareto", kb.Pareto(1.4, 5e6), lambda r, n: 5e6 * (1.0 + r.pareto(1.4, n))),
        ("Lomax", kb.Lomax(1.4, 5e6), lambda r, n: 5e6 * r.pareto(1.4, n)),
        (
            "GPD",
            kb.GPD(0.3, 3e5, 1e5),
            lambda r, n: 1e5 + 1e6 * np.expm1(0.3 * r.standard_exponential(n)),
        ),
        (
            "GEV",
            kb.GEV(0.3, 4e5, 1e5),
            lambda r, n: 4e5 + 1e5 / 0.3 * (r.standard_exponential(n) ** -0.3 - 1.0),
        ),
        ("Frechet", kb.Frechet(1.8, 3e5), lambda r, n: 3e5 * r.weibull(1.8, n) ** -1.0),
        ("Burr", kb.Burr(1.7, 1.3, 2e5), lambda r, n: 2e5 * r.pareto(1.7, n) ** (1.0 / 1.3)),
        (
            "LogLogistic",
            kb.LogLogistic(2.4, 3e5),
            lambda r, n: 3e5 * np.exp(r.logistic(0.0, 1.0 / 2.4, n)),
        ),
        ("Gamma", kb.Gamma(2.5, 3e5), lambda r, n: 3e5 * r.standard_gamma(2.5, n)),
        ("InverseGamma", kb.InverseGamma(2.6, 5e5), lambda r, n: 5e5 / r.standard_gamma(2.6, n)),
        ("InverseGaussian", kb.InverseGaussian(3e5, 2e5), lambda r, n: r.wald(3e5, 2e5, n)),
        (
            "GB2",
            kb.GB2(3.0, 2.0, 3e5),
            lambda r, n: 3e5 * r.standard_gamma(2.0, n) / r.standard_gamma(3.0, n),
        ),
        (
            "LogGamma",
            kb.LogGamma(2.5, 3.1, 1e4),
            lambda r, n: 1e4 * np.exp(r.standard_gamma(2.5, n) / 3.1),
        ),
        ("LogT", kb.LogT(12, 0.9, 5), lambda r, n: np.exp(12 + 0.9 * r.standard_t(5, n))),
        ("Uniform", kb.Uniform(1e5, 4e5), lambda r, n: r.uniform(1e5, 4e5, n)),
        ("Beta", kb.Beta(1.5, 8.0), lambda r, n: r.beta(1.5, 8.0, n)),
        (
            "LogPareto",
            kb.LogPareto(9, 12, 1e5),
            lambda r, n: 1e5 * np.exp(12 * np.expm1(r.standard_exponential(n) / 9)),
        ),
        (
            "MixedErlang",
            kb.MixedErlang([0.5, 0.0, 0.2, 0.3], 1e5),
            lambda r, n: 1e5 * r.standard_gamma(r.choice([1, 3, 4], n, p=[0.5, 0.2, 0.3])),
        ),
        (
            "PiecewisePareto",
            kb.PiecewisePareto([1e5, 3e5, 2e6], [0.9, 1.4, 2.2]),
            piecewise,
        ),
        (
            "Empirical",
            kb.Empirical(seen, weights=share),
            lambda r, n: r.choice(seen, n, p=share),
        ),
        (
            "MBBEFD",
            kb.MBBEFD(0.25, 40),
            lambda r, n: mbbefd(r.random(n)),
        ),
        (
            "Maximum",
            kb.Maximum([kb.LogNormal(12.6, 1.7), kb.Weibull(0.8, 4e5)]),
            lambda r, n: np.maximum(r.lognormal(12.6, 1.7, n), 4e5 * r.weibull(0.8, n)),
        ),
        (
            "Spliced, capped",
            kb.Spliced(
                kb.LogNormal(12.6, 1.7), kb.Pareto(1.4, 5e6), threshold=5e6, tail_weight=0.049
            ).capped(5e8),
            spliced,
        ),
        (
            "Mixture",
            kb.Mixture([kb.LogNormal(12.6, 1.7), kb.Gamma(2.0, 1e5)], [0.3, 0.7]),
            mixture,
        ),
    ]


def told(losses: Any) -> Answer:
    """The mean logarithm, which exists in every family, and its standard error."""
    import numpy as np

    logarithm = np.log(losses)
    error = float(logarithm.std() / np.sqrt(len(logarithm)))
    return {"mean of ln X": Number(float(logarithm.mean()), error)}


def ours(severity: Any, size: int) -> Callable[[], Any]:
    return lambda: severity.sample(size, seed=1)


def numpys(draw: Callable[[Any, int], Any], size: int) -> Callable[[], Any]:
    import numpy as np

    generator = np.random.default_rng(1)
    return lambda: draw(generator, size)


def workloads(quick: bool = False) -> list[Workload]:
    size = 20_000 if quick else 200_000
    return [
        Workload(
            "S1",
            f"{size:,} losses, {name}",
            [
                Contender("kebao", lambda severity=severity: ours(severity, size), told),
                Contender("numpy Generator", lambda draw=draw: numpys(draw, size), told),
            ],
        )
        for name, severity, draw in _families()
    ]
