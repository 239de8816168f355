"""F1: one million losses, each with its own limit, fitted by maximum likelihood.

Contenders start from the same two columns, the loss seen and whether it was cut off, and hand back
parameters. scipy minimises over its own `CensoredData`; the NumPy version searches over whole
columns, known losses by their sums alone (BFGS with the analytic score, a simplex for the gamma).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

SEED = 20_260


def losses(family: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """LossData cut off at limits that differ from row to row, and which were."""
    rng = np.random.default_rng(SEED)
    whole = rng.lognormal(10.0, 1.5, rows) if family == "LogNormal" else rng.gamma(0.8, 5e4, rows)
    limit = rng.uniform(5e4, 4e5, rows)
    return np.minimum(whole, limit), whole >= limit


def _kebao(family: str, rows: int) -> Callable[[], Any]:
    import kebao as kb

    seen, cut = losses(family, rows)

    def fit() -> Any:
        fits = kb.fit.severity(seen, censored=cut, families=family, replicates=0)
        return list(fits.best.parameters.values())

    return fit


def _scipy(family: str, rows: int) -> Callable[[], Any]:
    from scipy import stats

    seen, cut = losses(family, rows)

    def fit() -> Any:
        data = stats.CensoredData.right_censored(seen, cut)
        if family == "LogNormal":
            sigma, _, scale = stats.lognorm.fit(data, floc=0)
            return [math.log(scale), sigma]
        shape, _, scale = stats.gamma.fit(data, floc=0)
        return [shape, scale]

    return fit


def _numpy(family: str, rows: int) -> Callable[[], Any]:
    from scipy import optimize, special

    seen, cut = losses(family, rows)

    def lognormal() -> Any:
        logs, over = np.log(seen[~cut]), np.log(seen[cut])
        n = len(logs)
        total, squares = logs.sum(), (logs * logs).sum()

        def lost(theta: np.ndarray) -> tuple[float, np.ndarray]:
            mu, sigma = theta[0], math.exp(theta[1])
            z = (over - mu) / sigma
            tail = special.log_ndtr(-z)
            hazard = np.exp(-0.5 * z * z - 0.9189385332046727 - tail)
            square = (squares - 2 * mu * total + n * mu * mu) / sigma**2
            value = -0.5 * square - n * theta[1] + tail.sum()
            score = np.array(
                [
                    (total - n * mu) / sigma**2 + hazard.sum() / sigma,
                    square - n + (z * hazard).sum(),
                ]
            )
            return -value / rows, -score / rows

        found = optimize.minimize(
            lost, [logs.mean(), 0.0], jac=True, method="BFGS", options={"gtol": 1e-9}
        )
        return [found.x[0], math.exp(found.x[1])]

    def gamma() -> Any:
        known, over = seen[~cut], seen[cut]
        n, total, logs = len(known), known.sum(), np.log(known).sum()

        def lost(theta: np.ndarray) -> float:
            shape, scale = math.exp(theta[0]), math.exp(theta[1])
            value = (shape - 1) * logs - total / scale
            value -= n * (math.lgamma(shape) + shape * theta[1])
            value += np.log(special.gammaincc(shape, over / scale)).sum()
            return -value / rows

        options = {"xatol": 1e-7, "fatol": 1e-13}
        found = optimize.minimize(
            lost, [0.0, math.log(known.mean())], method="Nelder-Mead", options=options
        )
        return np.exp(found.x).tolist()

    return lognormal if family == "LogNormal" else gamma


def _answer(parameters: list[float]) -> Answer:
    return {f"parameter {i + 1}": Number(float(p)) for i, p in enumerate(parameters)}


def workloads(quick: bool = False) -> list[Workload]:
    """Lognormal and gamma, 20,000 losses with scipy, a million without (it takes minutes)."""
    found = []
    for rows in (2_000,) if quick else (20_000, 1_000_000):
        makers = {"kebao": _kebao, "numpy": _numpy} | ({"scipy": _scipy} if rows < 100_000 else {})
        for family in ("LogNormal", "Gamma"):
            contenders = [
                Contender(name, partial(make, family, rows), _answer, needs=needs)
                for name, make in makers.items()
                for needs in [() if name == "kebao" else ("scipy",)]
            ]
            title = f"{family} fitted to {rows:,} losses, each with its own limit"
            found.append(Workload("F1", title, contenders, tolerance=1e-3))
    return found
