"""W2: the model of W1 by FFT, the layer and the gross loss, discretisation included.

The layer's annual recovery before annual terms on 2^16 and 2^20 buckets: from it the expected
recovery within the annual limit of three times 4m and the expected reinstatement premium, both
known to ten digits. The gross loss on a grid long enough for its tail: E min(S, 20m), which depends
on the way of discretising, so peers need only agree to two digits.

Contenders take the same step; peers that round instead of keeping the mean are less exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload
from w1 import ATTACHMENT, CAPACITY, LIMIT, MEAN, MU, PREMIUM, REINSTATEMENTS, SIGMA

EXACT = {"recovery": Number(370_927.7200), "reinstatement": Number(92_674.0994)}
CAP = 20e6


def of_layer(recovery: float, reinstated: float) -> Answer:
    """From E min(S, 12m) and E min(S, 8m)."""
    return {"recovery": Number(recovery), "reinstatement": Number(PREMIUM * reinstated / LIMIT)}


def capped(pmf: np.ndarray, step: float, caps: list[float]) -> list[float]:
    """E min(S, cap) for each cap; what the grid leaves out counts as the cap."""
    amounts = step * np.arange(len(pmf))
    return [float(cap - np.maximum(cap - amounts, 0.0) @ pmf) for cap in caps]


def caps_of(layer: bool) -> list[float]:
    return [CAPACITY, REINSTATEMENTS * LIMIT] if layer else [CAP]


def told(layer: bool) -> Callable[[list[float]], Answer]:
    def answer(values: list[float]) -> Answer:
        return of_layer(*values) if layer else {"E min(S, 20m)": Number(values[0])}

    return answer


def _kebao(threads: int, layer: bool, log2: int, step: float) -> Callable[[], Any]:
    import kebao as kb

    gross = kb.Aggregate(kb.Poisson(mean=MEAN), kb.LogNormal(mu=MU, sigma=SIGMA))

    def call() -> list[float]:
        losses = gross.layered("4m", "1m") if layer else gross
        annual = losses.fft(log2=log2, step=step, threads=threads)
        return [annual.lev(cap) for cap in caps_of(layer)]

    return call


def mean_preserving(layer: bool, buckets: int, step: float) -> np.ndarray:
    """Probabilities of a loss on the grid from limited expected values, by whole columns."""
    from scipy.special import ndtr

    size = min(buckets, round(LIMIT / step)) if layer else buckets
    start = ATTACHMENT if layer else 0.0
    amounts = start + step * np.arange(size + 1)
    with np.errstate(divide="ignore"):
        z = (np.log(amounts) - MU) / SIGMA
    limited = math.exp(MU + 0.5 * SIGMA**2) * ndtr(z - SIGMA) + amounts * ndtr(-z)
    area = np.diff(limited) / step
    pmf = np.zeros(buckets)
    pmf[0] = 1.0 - area[0]
    pmf[1:size] = -np.diff(area)
    if size < buckets:
        pmf[size] = area[-1]
    return pmf


def numpy_fft(layer: bool, log2: int, step: float) -> Callable[[], list[float]]:
    """As one writes it: no padding, as next to nothing lies beyond the grid."""

    def call() -> list[float]:
        pmf = mean_preserving(layer, 1 << log2, step)
        total = np.fft.irfft(np.exp(MEAN * (np.fft.rfft(pmf) - 1.0)), 1 << log2)
        return capped(total, step, caps_of(layer))

    return call


def numpy_real(layer: bool, log2: int, step: float) -> Callable[[], list[float]]:
    """The complex exponential from its real parts, which NumPy has in SIMD; in place."""

    def call() -> list[float]:
        spectrum = np.fft.rfft(mean_preserving(layer, 1 << log2, step))
        modulus = np.exp(MEAN * (spectrum.real - 1.0))
        angle = MEAN * spectrum.imag
        np.multiply(modulus, np.cos(angle), out=spectrum.real)
        np.multiply(modulus, np.sin(angle), out=spectrum.imag)
        return capped(np.fft.irfft(spectrum, 1 << log2), step, caps_of(layer))

    return call


def numba_fft(layer: bool, log2: int, step: float) -> Callable[[], list[float]]:
    """Loops by Numba, transforms by NumPy, as Numba has none."""
    import numba

    mean = math.exp(MU + 0.5 * SIGMA**2)

    @numba.njit
    def limited(x):
        if x <= 0.0:
            return 0.0
        z = (math.log(x) - MU) / SIGMA
        return mean * 0.5 * math.erfc((SIGMA - z) * math.sqrt(0.5)) + x * 0.5 * math.erfc(
            z * math.sqrt(0.5)
        )

    @numba.njit
    def discrete(start, size, step, pmf):
        pmf[:] = 0.0
        last, area = limited(start), 1.0
        for k in range(size):
            now = limited(start + step * (k + 1))
            pmf[k] = area - (now - last) / step
            area, last = (now - last) / step, now
        if size < len(pmf):
            pmf[size] = area

    @numba.njit
    def generate(spectrum):
        for i in range(len(spectrum)):
            z = spectrum[i]
            modulus, angle = math.exp(MEAN * (z.real - 1.0)), MEAN * z.imag
            spectrum[i] = complex(modulus * math.cos(angle), modulus * math.sin(angle))

    buckets = 1 << log2
    size = min(buckets, round(LIMIT / step)) if layer else buckets
    start = ATTACHMENT if layer else 0.0

    def call() -> list[float]:
        pmf = np.empty(buckets)
        discrete(start, size, step, pmf)
        spectrum = np.fft.rfft(pmf)
        generate(spectrum)
        return capped(np.fft.irfft(spectrum, buckets), step, caps_of(layer))

    call()
    return call


def prospicio_fft(layer: bool, log2: int, step: float) -> Callable[[], list[float]]:
    from prospicio.aggregate import fft
    from prospicio.distributions import Grid, Lognormal, Poisson
    from prospicio.reinsurance import Layer, Tower

    rates = [1.0] * REINSTATEMENTS
    tower = Tower([Layer("xl", LIMIT, ATTACHMENT, premium=PREMIUM, reinstatement_rates=rates)])

    def call() -> list[float]:
        if layer:
            # The grid need not go beyond the top of the layer.
            points = round((ATTACHMENT + LIMIT) / step) + 2
            severity, _ = Grid.local_moment(Lognormal(MU, SIGMA), step, points)
            grids = tower.on_grid(Poisson(MEAN), severity, 1 << log2)
            premium = grids.expected_reinstatement_premium[0]
            return [grids.ceded[0].mean(), premium * LIMIT / PREMIUM]
        severity, _ = Grid.local_moment(Lognormal(MU, SIGMA), step, 1 << log2)
        return [fft(Poisson(MEAN), severity, 1 << log2)[0].lev(CAP)]

    return call


def aggregate_fft(layer: bool, log2: int, step: float) -> Callable[[], list[float]]:
    from aggregate import build

    cession = " occurrence ceded to 4000000 xs 1000000" if layer else ""
    text = f"agg W2 10 claims sev exp(10) * lognorm 2{cession} poisson"

    def call() -> list[float]:
        made = build(text, log2=log2, bs=step, normalize=False)
        return capped(made.density_df.p_total.to_numpy(), step, caps_of(layer))

    return call


def gemact_fft(layer: bool, log2: int, step: float) -> Callable[[], list[float]]:
    import twiggy
    from gemact.lossmodel import Frequency, Layer, LossModel, PolicyStructure, Severity

    twiggy.quick_setup(min_level=twiggy.levels.ERROR)
    terms = {"n_reinst": REINSTATEMENTS, "reinst_percentage": 1.0}
    cover = Layer(cover=LIMIT, deductible=ATTACHMENT, **terms) if layer else Layer()
    nodes = round(LIMIT / step) + 1 if layer else 1 << log2

    def call() -> list[float]:
        model = LossModel(
            frequency=Frequency(dist="poisson", par={"mu": MEAN}),
            severity=Severity(dist="lognormal", par={"scale": math.exp(MU), "shape": SIGMA}),
            policystructure=PolicyStructure(layers=cover),
            aggr_loss_dist_method="fft",
            n_aggr_dist_nodes=1 << log2,
            sev_discr_method="localmoments",
            n_sev_discr_nodes=nodes,
            sev_discr_step=step,
        )
        if not layer:
            return [float(np.ravel(model.dist[0].lev(CAP))[0])]
        recovery = float(model.mean())
        # The pure premium P solves P (1 + reinstated limits) = recovery.
        reinstated = recovery / float(model.pure_premium_dist[0]) - 1.0
        return [recovery, reinstated * LIMIT]

    return call


RIVALS: list[tuple[str, Callable[..., Callable[[], Any]], tuple[str, ...]]] = [
    ("numpy and scipy", numpy_fft, ("scipy",)),
    ("numpy, real parts", numpy_real, ("scipy",)),
    ("numba and numpy", numba_fft, ("numba",)),
    ("prospicio", prospicio_fft, ("prospicio",)),
    ("aggregate", aggregate_fft, ("aggregate",)),
    ("gemact", gemact_fft, ("gemact",)),
]


def workloads(quick: bool = False) -> list[Workload]:
    sizes = [(14, 1600.0, 800e3)] if quick else [(16, 400.0, 200e3), (20, 25.0, 12_500.0)]
    made = []
    for log2, fine, coarse in sizes:
        for layer, step in ((True, fine), (False, coarse)):
            # Only long transforms are shared between threads.
            contenders = [
                Contender(
                    "kebao",
                    partial(_kebao, threads, layer, log2, step),
                    told(layer),
                    threads=threads,
                )
                for threads in ((1, 2) if log2 >= 18 else (1,))
            ]
            contenders += [
                Contender(name, partial(make, layer, log2, step), told(layer), needs=needs)
                for name, make, needs in RIVALS
            ]
            what = "4m xs 1m per event" if layer else "gross"
            made.append(
                Workload(
                    "W2",
                    "FFT of Poisson(10) × LogNormal(10, 2), "
                    f"{what}, 2^{log2} buckets of {step:,.0f}",
                    contenders,
                    EXACT if layer else {},
                    tolerance=1e-5 if layer else 1e-2,
                )
            )
    return made
