"""R1: Mack with all errors on one 10 x 10 triangle (Taylor and Ashe 1983).

Beside kebao, a strong NumPy version, the same sums compiled by Numba, and the packages chainladder
and prospicio where they are installed. The answer is the standard error of the total reserve.
"""

from __future__ import annotations

import importlib.util
import math
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

Row = dict[str, Any]


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


def best(call: Callable[[], object], *, budget: float = 0.3) -> float:
    """Seconds a call, the best of five batches."""
    start = time.perf_counter()
    call()
    once = max(time.perf_counter() - start, 1e-7)
    count = max(1, min(20_000, int(budget / 5 / once)))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(count):
            call()
        times.append((time.perf_counter() - start) / count)
    return min(times)


def r1() -> list[Row]:
    """Time every contender; a row each with ``workload, contender, seconds, answer``."""
    import kebao as kb

    triangle = kb.datasets.load("genins")
    values = triangle.values
    rows: list[Row] = []

    def row(contender: str, seconds: float, answer: float) -> None:
        rows.append(
            {"workload": "R1", "contender": contender, "seconds": seconds, "answer": float(answer)}
        )

    mack = kb.Mack()
    row("kebao", best(lambda: mack.fit(triangle)), mack.fit(triangle).total_standard_error_)
    row("numpy", best(lambda: numpy_mack(values)), numpy_mack(values)[2])
    if importlib.util.find_spec("numba"):
        import numba

        compiled = numba.njit(_scalar_mack)
        ultimate, error = np.empty(len(values)), np.empty(len(values))
        answer = compiled(values, ultimate, error)
        row("numba", best(lambda: compiled(values, ultimate, error)), answer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if importlib.util.find_spec("chainladder"):
            import chainladder as cl

            sample = cl.load_sample("genins")

            def fit() -> Any:
                developed = cl.Development(sigma_interpolation="mack").fit_transform(sample)
                return cl.MackChainladder().fit(developed)

            answer = float(np.asarray(fit().total_mack_std_err_).ravel()[0])
            row("chainladder", best(fit), answer)
        if importlib.util.find_spec("prospicio"):
            from prospicio import reserving

            cells = triangle.to_dict()
            theirs = reserving.Triangle.from_long(
                [int(origin) for origin in cells["origin"]],
                cells["age"].tolist(),
                cells["loss"].tolist(),
            )
            peer = reserving.Mack(sigma_interpolation="mack")
            answer = peer.fit(theirs, "values").total_standard_error
            row("prospicio", best(lambda: peer.fit(theirs, "values")), answer)
    return rows


if __name__ == "__main__":
    for each in r1():
        print(f"{each['contender']:12} {each['seconds'] * 1e6:10.2f} µs  {each['answer']:.6f}")
