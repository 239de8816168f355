"""W2: the annual recovery of a layer by FFT.

Poisson(10) × LogNormal(10, 2), 4m xs 1m per event: discretise the layered severity, compound it,
and read E min(S, 12m), the 99.5 % quantile and TVaR off the grid, on 2^16 and on 2^20 buckets. The
expectation is known exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from contest import Answer, Contender, Number, Workload

MEAN, MU, SIGMA = 10.0, 10.0, 2.0
LIMIT, ATTACHMENT, CAPACITY, LEVEL = 4e6, 1e6, 12e6, 0.995
#: Steps below the limit: the grid ends at 32 limits.
PER_LIMIT = 32

EXACT = {"recovery": Number(370_927.72005)}


@dataclass(frozen=True)
class Layer:
    """What each contender's timed call returns."""

    recovery: float
    var: float
    tvar: float


def answer(layer: Layer) -> Answer:
    """The expectation; quantiles lie on the grid of their method and are not compared."""
    return {"recovery": Number(layer.recovery)}


def kebao_fft(log2: int) -> Callable[[], Layer]:
    """The grid chosen by hand, so that all contenders work on the same one."""
    import kebao as kb

    model = kb.Aggregate(kb.Poisson(mean=MEAN), kb.LogNormal(mu=MU, sigma=SIGMA))
    layered = model.layered(LIMIT, ATTACHMENT)
    step = LIMIT * PER_LIMIT / 2**log2

    def call() -> Layer:
        grid = layered.fft(log2=log2, step=step)
        return Layer(grid.layer_mean(CAPACITY), grid.quantile(LEVEL), grid.tvar(LEVEL))

    return call


def numpy_fft(log2: int) -> Callable[[], Layer]:
    """SciPy's normal distribution function and real FFT, mean-preserving, padded to twice."""
    from scipy import fft
    from scipy.special import ndtr

    size, step = 2**log2, LIMIT * PER_LIMIT / 2**log2
    mean = np.exp(MU + SIGMA**2 / 2)

    def call() -> Layer:
        # Only the points below the limit carry severity.
        points = ATTACHMENT + step * np.arange(size // PER_LIMIT + 1)
        z = (np.log(points) - MU) / SIGMA
        excess = mean * ndtr(SIGMA - z) - points * ndtr(-z)
        area = excess[:-1] - excess[1:]
        severity = np.zeros(2 * size)
        severity[0] = 1 - area[0] / step
        severity[1 : len(area)] = (area[:-1] - area[1:]) / step
        severity[len(area)] = area[-1] / step
        pmf = fft.irfft(np.exp(MEAN * (fft.rfft(severity) - 1)), 2 * size)[:size]
        amounts = step * np.arange(size)
        recovery = float(pmf @ np.minimum(amounts, CAPACITY))
        k = int(np.searchsorted(np.cumsum(pmf), LEVEL))
        beyond = float(pmf[k:] @ (amounts[k:] - amounts[k]))
        return Layer(recovery, float(amounts[k]), float(amounts[k]) + beyond / (1 - LEVEL))

    return call


def aggregate_fft(log2: int) -> Callable[[], Layer]:
    """The package `aggregate` on the same grid."""
    from aggregate import build

    step = LIMIT * PER_LIMIT / 2**log2
    text = (
        f"agg W2 {MEAN} claims {LIMIT:.0f} xs {ATTACHMENT:.0f} "
        f"sev {np.exp(MU)} * lognorm {SIGMA} ! poisson"
    )

    def call() -> Layer:
        found = build(text, log2=log2, bs=step, padding=1, update=True)
        pmf = found.density_df.p_total.to_numpy()
        amounts = found.density_df.index.to_numpy()
        recovery = float(pmf @ np.minimum(amounts, CAPACITY))
        return Layer(recovery, float(found.q(LEVEL)), float(found.tvar(LEVEL)))

    return call


def workload(quick: bool = False) -> list[Workload]:
    """The two sizes; the small one alone when quick."""
    sizes = (16,) if quick else (16, 20)
    return [
        Workload(
            f"W2 2^{log2}",
            f"aggregate by FFT, 2^{log2} buckets",
            [
                Contender("kebao", lambda n=log2: kebao_fft(n), answer),
                Contender("numpy + scipy", lambda n=log2: numpy_fft(n), answer, needs=("scipy",)),
                Contender(
                    "aggregate", lambda n=log2: aggregate_fft(n), answer, needs=("aggregate",)
                ),
            ],
            exact=EXACT,
            # The discretisation of the limit and of the lognormal at these steps.
            tolerance=1e-6,
        )
        for log2 in sizes
    ]
