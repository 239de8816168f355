"""W3: Panjer's recursion, Poisson(500) with a severity of 2^14 points on 2^15 buckets.

Nearly all of the work is sums over earlier values, 4 · 10^8 terms. The rival in Numba is the loop
as one writes it, compiled; NumPy takes the sums as dot products; actuar runs where R has it
(Debian: r-cran-actuar). All start from logarithms: e^-500 does not underflow, its products do.
"""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

MEAN = 500.0
LEVEL = 0.99


@cache
def severity(points: int) -> np.ndarray:
    """A decreasing severity on 1, …, points; its mean keeps the total within the grid."""
    k = np.arange(points + 1, dtype=float)
    masses = np.exp(-k / 12.0) + 1e-6
    masses[0] = 0.0
    return masses / masses.sum()


def answer_of(pmf: np.ndarray) -> Answer:
    cumulative = np.cumsum(pmf)
    return {
        "P(S <= 6000)": Number(float(cumulative[6000])),
        "P(S = 9000)": Number(float(pmf[9000])),
    }


def _kebao(points: int, log2: int) -> Callable[[], Any]:
    import kebao as kb

    masses = severity(points)
    one = kb.Empirical(np.arange(1.0, points + 1), weights=masses[1:])
    loss = kb.Aggregate(kb.Poisson(MEAN), one)

    def call() -> np.ndarray:
        return loss.panjer(log2=log2, step=1.0, discretisation="rounding").pmf[1]

    return call


def _numpy(points: int, log2: int) -> Callable[[], Any]:
    weighted = np.arange(points + 1) * severity(points)

    def call() -> np.ndarray:
        size = 1 << log2
        past = np.zeros(size)
        past[-1] = math.exp(-MEAN)
        for k in range(1, size):
            terms = min(k, points)
            first = size - k
            past[first - 1] = MEAN / k * (weighted[1 : terms + 1] @ past[first : first + terms])
        return past[::-1]

    return call


def _numba(points: int, log2: int) -> Callable[[], Any]:
    import numba

    masses = severity(points)

    @numba.njit
    def recursion(masses: np.ndarray, size: int) -> np.ndarray:
        pmf = np.zeros(size)
        pmf[0] = math.exp(-MEAN)
        for k in range(1, size):
            total = 0.0
            for j in range(1, min(k, len(masses) - 1) + 1):
                total += j * masses[j] * pmf[k - j]
            pmf[k] = MEAN / k * total
        return pmf

    recursion(masses[:4], 8)
    return lambda: recursion(masses, 1 << log2)


ACTUAR = """
suppressMessages(library(actuar))
points <- {points}
masses <- exp(-(0:points) / 12) + 1e-6
masses[1] <- 0
masses <- masses / sum(masses)
least <- Inf
for (i in 1:{repeats}) {{
  clock <- system.time(cumulative <- suppressWarnings(aggregateDist("recursive",
    model.freq = "poisson", model.sev = masses, lambda = {mean}, maxit = {size} - 1, tol = 0)))
  least <- min(least, clock["user.self"] + clock["sys.self"])
}}
cat(format(c(least, cumulative(6000), cumulative(9000) - cumulative(8999)), digits = 17))
"""


def _actuar(points: int, log2: int) -> Callable[[], Any]:
    script = ACTUAR.format(points=points, size=1 << log2, mean=MEAN, repeats=3)

    def call() -> list[float]:
        run = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
        return [float(word) for word in run.stdout.split()]

    return call


def told_by_actuar(found: list[float]) -> Answer:
    return {"P(S <= 6000)": Number(found[1]), "P(S = 9000)": Number(found[2])}


def workload(quick: bool) -> Workload:
    points, log2 = (1 << 11, 14) if quick else (1 << 14, 15)
    return Workload(
        "W3",
        f"Panjer: Poisson(500), {points:,} severity points, 2^{log2} buckets",
        [
            Contender("kebao", lambda: _kebao(points, log2), answer_of),
            Contender("numpy", lambda: _numpy(points, log2), answer_of),
            Contender("numba", lambda: _numba(points, log2), answer_of, needs=("numba",)),
            Contender(
                "actuar",
                lambda: _actuar(points, log2),
                told_by_actuar,
                told=lambda found: found[0],
                needs_r=("actuar",),
            ),
        ],
        tolerance=1e-9,
    )
