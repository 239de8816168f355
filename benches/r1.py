"""R1: Mack with all errors on one 10 × 10 triangle (Taylor and Ashe 1983).

The answer is the standard error of the total reserve, 2,447,094.86 as published (Mack 1993).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

EXACT = {"standard error": Number(2_447_094.86)}


def numpy_mack(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Ultimates, errors by origin and in total by whole-column operations (Mack 1999)."""
    n = len(values)
    seen = ~np.isnan(values)
    start, end = values[:, :-1], values[:, 1:]
    linked = seen[:, 1:]
    weight = np.where(linked, start, 0.0)
    total = weight.sum(axis=0)
    factor = np.where(linked, end, 0.0).sum(axis=0) / total
    ratio = np.where(linked, end / start, factor)
    freedom = np.maximum(linked.sum(axis=0) - 1, 1)
    variance = (weight * (ratio - factor) ** 2).sum(axis=0) / freedom
    variance[-1] = min(variance[-2] ** 2 / variance[-3], variance[-2], variance[-3])
    spread = variance / total
    current = np.where(seen, values, 0.0)[np.arange(n), n - 1 - np.arange(n)]
    process, parameter, shared = np.zeros(n), np.zeros(n), 0.0
    for k in range(n - 1):
        rows = slice(n - 1 - k, n)
        value, growth = current[rows], factor[k] ** 2
        process[rows] = growth * process[rows] + variance[k] * value
        parameter[rows] = growth * parameter[rows] + spread[k] * value**2
        shared = growth * shared + spread[k] * value.sum() ** 2
        current[rows] = value * factor[k]
    return current, np.sqrt(process + parameter), math.sqrt(process.sum() + shared)


def _scalar_mack(values, ultimate, error):
    n = values.shape[0]
    factor, variance, total = np.empty(n - 1), np.empty(n - 1), np.empty(n - 1)
    for k in range(n - 1):
        weight, sums = 0.0, 0.0
        for i in range(n - 1 - k):
            weight += values[i, k]
            sums += values[i, k + 1]
        factor[k], total[k] = sums / weight, weight
        squares = 0.0
        for i in range(n - 1 - k):
            squares += values[i, k] * (values[i, k + 1] / values[i, k] - factor[k]) ** 2
        if n - 2 - k > 0:
            variance[k] = squares / (n - 2 - k)
        else:
            a, b = variance[k - 1], variance[k - 2]
            variance[k] = min(a * a / b, min(a, b))
    everything, shared = 0.0, 0.0
    process, parameter = np.zeros(n), np.zeros(n)
    for k in range(n - 1):
        growth, sums = factor[k] ** 2, 0.0
        spread = variance[k] / total[k]
        for i in range(n - 1 - k, n):
            if i == n - 1 - k:
                ultimate[i] = values[i, k]
            value = ultimate[i]
            sums += value
            process[i] = growth * process[i] + variance[k] * value
            parameter[i] = growth * parameter[i] + spread * value * value
            ultimate[i] = value * factor[k]
        shared = growth * shared + spread * sums * sums
    ultimate[0] = values[0, n - 1]
    for i in range(n):
        error[i] = math.sqrt(process[i] + parameter[i])
        everything += process[i]
    return math.sqrt(everything + shared)


def _triangle() -> Any:
    import kebao as kb

    return kb.datasets.load("genins")


def _kebao() -> Callable[[], Any]:
    import kebao as kb

    mack, triangle = kb.Mack(), _triangle()
    return lambda: mack.fit(triangle).total_standard_error_


def _numpy() -> Callable[[], Any]:
    values = _triangle().values
    return lambda: numpy_mack(values)[2]


def _numba() -> Callable[[], Any]:
    import numba

    values = _triangle().values
    compiled = numba.njit(_scalar_mack)
    ultimate, error = np.empty(len(values)), np.empty(len(values))
    compiled(values, ultimate, error)
    return lambda: compiled(values, ultimate, error)


def _prospicio() -> Callable[[], Any]:
    from prospicio import reserving

    cells = _triangle().to_dict()
    theirs = reserving.Triangle.from_long(
        [int(origin) for origin in cells["origin"]],
        cells["age"].tolist(),
        cells["loss"].tolist(),
    )
    mack = reserving.Mack(sigma_interpolation="mack")
    return lambda: mack.fit(theirs, "values").total_standard_error


def _chainladder() -> Callable[[], Any]:
    import chainladder as cl

    sample = cl.load_sample("genins")

    def fit() -> Any:
        developed = cl.Development(sigma_interpolation="mack").fit_transform(sample)
        return np.asarray(cl.MackChainladder().fit(developed).total_mack_std_err_).ravel()[0]

    return fit


def _answer(error: Any) -> Answer:
    return {"standard error": Number(float(error))}


def workload(quick: bool = False) -> Workload:
    """The triangle is small already: nothing is smaller when `quick`."""
    return Workload(
        "R1",
        "Mack with all errors, one 10 × 10 triangle (Taylor and Ashe): error of the total reserve",
        [
            Contender("kebao", _kebao, _answer),
            Contender("numpy", _numpy, _answer),
            Contender("numba", _numba, _answer, needs=("numba",)),
            Contender("prospicio", _prospicio, _answer, needs=("prospicio",)),
            Contender("chainladder", _chainladder, _answer, needs=("chainladder",)),
        ],
        EXACT,
        tolerance=1e-8,
    )
