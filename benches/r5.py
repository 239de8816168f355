"""R5: the one-year view of Merz and Wüthrich, 10 × 10 and 40 × 40.

kebao computes every future year; the others the coming one. The answer is the error of the total,
1,778,967.66 for Taylor and Ashe (1983).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload


def large(size: int = 40) -> np.ndarray:
    """A staircase of plausible numbers, the same everywhere."""
    rng = np.random.default_rng(40)
    pattern = np.exp(-np.arange(size) / 6)
    mean = 1e6 * pattern / pattern.sum()
    values = rng.gamma(25.0, mean / 25.0, (size, size)).cumsum(axis=1)
    values[np.add.outer(np.arange(size), np.arange(size)) >= size] = np.nan
    return values


def numpy_view(c: np.ndarray) -> float:
    """Merz and Wüthrich (2008), results 3.2 and 3.3, by whole columns where they are."""
    n = len(c)
    sums = np.array([c[: n - 1 - k, k].sum() for k in range(n - 1)])
    f = np.array([c[: n - 1 - k, k + 1].sum() for k in range(n - 1)]) / sums
    s2 = np.empty(n - 1)
    for k in range(n - 2):
        start, end = c[: n - 1 - k, k], c[: n - 1 - k, k + 1]
        s2[k] = (start * (end / start - f[k]) ** 2).sum() / (n - k - 2)
    s2[-1] = min(s2[-2] ** 2 / s2[-3], s2[-2], s2[-3])
    q = s2 / f**2
    diagonal = c[np.arange(n - 1, 0, -1), np.arange(n - 1)]
    share = (diagonal / (sums + diagonal)) ** 2 * q
    # Sums over later ages.
    phi = np.append(np.cumsum((share / diagonal)[::-1])[::-1][1:], 0.0)
    late = np.append(np.cumsum((share / sums)[::-1])[::-1][1:], 0.0)
    ultimate = diagonal * np.cumprod(f[::-1])[::-1]
    own = ultimate**2 * (q / diagonal + phi + q / sums + late)
    younger = np.append(0.0, np.cumsum(ultimate)[:-1])
    both = phi + q / (sums + diagonal) + diagonal / (sums + diagonal) * q / sums + late
    return float(np.sqrt(own.sum() + 2 * (ultimate * younger * both).sum()))


def _scalar_view(c):
    n = c.shape[0]
    f, s2, sums = np.empty(n - 1), np.empty(n - 1), np.empty(n - 1)
    for k in range(n - 1):
        start, end = 0.0, 0.0
        for i in range(n - 1 - k):
            start += c[i, k]
            end += c[i, k + 1]
        f[k], sums[k] = end / start, start
        squares = 0.0
        for i in range(n - 1 - k):
            squares += c[i, k] * (c[i, k + 1] / c[i, k] - f[k]) ** 2
        if n - 2 - k > 0:
            s2[k] = squares / (n - 2 - k)
        else:
            s2[k] = min(s2[k - 1] ** 2 / s2[k - 2], min(s2[k - 1], s2[k - 2]))
    ultimate = np.empty(n - 1)
    product, younger = 1.0, 0.0
    for k in range(n - 2, -1, -1):
        product *= f[k]
        ultimate[k] = c[n - 1 - k, k] * product
        younger += ultimate[k]
    phi, late, total = 0.0, 0.0, 0.0
    for k in range(n - 2, -1, -1):
        d = c[n - 1 - k, k]
        q = s2[k] / f[k] ** 2
        both = sums[k] + d
        younger -= ultimate[k]
        total += ultimate[k] ** 2 * (q / d + phi + q / sums[k] + late)
        total += 2 * ultimate[k] * younger * (phi + q / both + d / both * q / sums[k] + late)
        phi += (d / both) ** 2 * q / d
        late += (d / both) ** 2 * q / sums[k]
    return np.sqrt(total)


def _values(size: int) -> np.ndarray:
    import kebao as kb

    return kb.datasets.load("genins").values if size == 10 else large(size)


def _kebao(size: int) -> Callable[[], Any]:
    import kebao as kb

    triangle = kb.Triangle.from_wide(_values(size))
    view = kb.MerzWuthrich()
    return lambda: view.fit(triangle).total_cdr_


def _numpy(size: int) -> Callable[[], Any]:
    values = _values(size)
    return lambda: numpy_view(values)


def _numba(size: int) -> Callable[[], Any]:
    import numba

    values = _values(size)
    compiled = numba.njit(_scalar_view)
    compiled(values)
    return lambda: compiled(values)


def _answer(error: Any) -> Answer:
    return {"one-year error": Number(float(error))}


def workloads(quick: bool = False) -> list[Workload]:
    """The triangles are small already: nothing is smaller when `quick`."""
    exact = {10: {"one-year error": Number(1_778_967.66)}, 40: {}}
    return [
        Workload(
            "R5",
            f"Merz and Wüthrich, one {size} × {size} triangle: error of next year's total",
            [
                Contender("kebao", lambda size=size: _kebao(size), _answer),
                Contender("numpy", lambda size=size: _numpy(size), _answer),
                Contender("numba", lambda size=size: _numba(size), _answer, needs=("numba",)),
            ],
            exact[size],
            tolerance=1e-8,
        )
        for size in (10, 40)
    ]
