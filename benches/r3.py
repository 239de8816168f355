"""R3: bootstrap of the over-dispersed Poisson model (Taylor and Ashe 1983).

One triangle with 10,000 outcomes: the total reserve alone, and every future cell. The answers are
mean and standard deviation of the total reserve.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

OUTCOMES = 10_000
#: Part by which programs differ, that resample the corners or correct the bias in other ways.
CONVENTION = 0.01


def _values() -> np.ndarray:
    import kebao as kb

    return kb.datasets.load("genins").values


def model(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Fitted increments, the pool of residuals and the scale (England and Verrall 1999)."""
    n = len(values)
    f = [values[: n - 1 - k, k + 1].sum() / values[: n - 1 - k, k].sum() for k in range(n - 1)]
    fitted = np.full_like(values, np.nan)
    for i in range(n):
        fitted[i, n - 1 - i] = values[i, n - 1 - i]
        for k in range(n - 2 - i, -1, -1):
            fitted[i, k] = fitted[i, k + 1] / f[k]
    m = np.diff(fitted, axis=1, prepend=0.0)
    x = np.diff(values, axis=1, prepend=0.0)
    seen = ~np.isnan(values)
    cells, parameters = seen.sum(), 2 * n - 1
    r = ((x - m) / np.sqrt(np.abs(m)))[seen]
    scale = (r**2).sum() / (cells - parameters)
    rows, columns = np.nonzero(seen)
    corner = ((rows == 0) & (columns == n - 1)) | ((rows == n - 1) & (columns == 0))
    return m, r[~corner] * np.sqrt(cells / (cells - parameters)), scale


def numpy_bootstrap(
    m: np.ndarray, pool: np.ndarray, scale: float, n: int, rng: np.random.Generator
) -> np.ndarray:
    """All outcomes at once, whole columns of them at a time; increments of every future cell."""
    size = len(m)
    seen = ~np.isnan(m)
    draw = np.where(seen, m, 0.0) + np.sqrt(np.abs(np.where(seen, m, 0.0))) * rng.choice(
        pool, (n, size, size)
    )
    c = np.cumsum(draw, axis=2)
    future = []
    f = [
        c[:, : size - 1 - k, k + 1].sum(axis=1) / c[:, : size - 1 - k, k].sum(axis=1)
        for k in range(size - 1)
    ]
    for i in range(1, size):
        current = c[:, i, size - 1 - i]
        for k in range(size - 1 - i, size - 1):
            later = current * f[k]
            future.append(later - current)
            current = later
    mean = np.array(future)
    return np.sign(mean) * rng.gamma(np.maximum(np.abs(mean), 1e-9) / scale, scale)


def _loops(m, pool, scale, n, rng):
    size = m.shape[0]
    count = pool.shape[0]
    total = np.zeros(n)
    cells = np.empty((size * (size - 1) // 2, n))
    c = np.empty((size, size))
    f = np.empty(size - 1)
    for b in range(n):
        for i in range(size):
            running = 0.0
            for k in range(size - i):
                running += m[i, k] + np.sqrt(abs(m[i, k])) * pool[int(rng.random() * count)]
                c[i, k] = running
        for k in range(size - 1):
            starts, ends = 0.0, 0.0
            for i in range(size - 1 - k):
                starts += c[i, k]
                ends += c[i, k + 1]
            f[k] = ends / starts
        at = 0
        for i in range(1, size):
            current = c[i, size - 1 - i]
            for k in range(size - 1 - i, size - 1):
                later = current * f[k]
                mean = later - current
                if mean != 0.0:
                    amount = rng.standard_gamma(abs(mean) / scale) * scale
                    amount = amount if mean > 0.0 else -amount
                else:
                    amount = 0.0
                cells[at, b] = amount
                total[b] += amount
                at += 1
                current = later
    return total, cells


def kebao_run(keep: str, threads: int, n: int, lines: int = 1) -> Callable[[], Any]:
    import kebao as kb

    triangle = kb.datasets.load("genins") if lines == 1 else _many(lines)
    boot = kb.ODPBootstrap(n=n, seed=1, keep=keep, threads=threads)
    return lambda: boot.fit(triangle)._boot.total[0]


def _many(lines: int) -> Any:
    import kebao as kb

    values = _values()
    origin, age = np.nonzero(~np.isnan(values))
    return kb.Triangle.from_long(
        {
            "line": np.repeat([f"l{at:03}" for at in range(lines)], len(origin)).tolist(),
            "origin": np.tile(2001 + origin, lines).tolist(),
            "age": np.tile(12 * (age + 1), lines).tolist(),
            "paid": np.tile(values[origin, age], lines).tolist(),
        },
        origin="origin",
        development="age",
        values=["paid"],
        by="line",
    )


def _numpy(n: int) -> Callable[[], Any]:
    values = _values()
    rng = np.random.default_rng(1)
    return lambda: numpy_bootstrap(*model(values), n, rng).sum(axis=0)


def numba_run(n: int, lines: int = 1) -> Callable[[], Any]:
    import numba

    values = _values()
    compiled = numba.njit(_loops)
    compiled(*model(values), 2, np.random.default_rng(1))

    def run() -> Any:
        for line in range(lines):
            total, _ = compiled(*model(values), n, np.random.default_rng(1 + line))
        return total

    return run


def _chainladder(n: int) -> Callable[[], Any]:
    import chainladder as cl

    sample = cl.load_sample("genins")

    def run() -> Any:
        many = cl.BootstrapODPSample(n_sims=n, random_state=1).fit_transform(sample)
        return np.asarray(cl.Chainladder().fit(many).ibnr_.sum("origin").values).ravel()

    return run


def _prospicio(n: int) -> Callable[[], Any]:
    from prospicio import reserving

    import kebao as kb

    cells = kb.datasets.load("genins").to_dict()
    theirs = reserving.Triangle.from_long(
        [int(origin) for origin in cells["origin"]],
        cells["age"].tolist(),
        cells["loss"].tolist(),
    )

    def run() -> Any:
        fit = reserving.OdpBootstrap(n_sims=n, seed=1).fit(theirs, "values")
        return np.asarray(fit.reserves.draw_matrix()).sum(axis=1)

    return run


def answer(total: Any) -> Answer:
    values = np.asarray(total, dtype=float)
    n = len(values)
    mean, sd = float(values.mean()), float(values.std())
    return {
        "mean": Number(mean, float(np.hypot(sd / np.sqrt(n), CONVENTION * mean))),
        "sd": Number(sd, float(np.hypot(sd / np.sqrt(n), 0.03 * sd))),
    }


def _only_mean(total: Any) -> Answer:
    """For a program whose outcomes have no process variance."""
    return {"mean": answer(total)["mean"]}


def workload(quick: bool = False) -> Workload:
    """Totals, and beside them all cells."""
    n = 1_000 if quick else OUTCOMES
    return Workload(
        "R3",
        f"ODP bootstrap, {n:,} outcomes of one 10 × 10 triangle: totals, and all cells",
        [
            Contender("kebao", lambda: kebao_run("total", 1, n), answer),
            Contender("kebao cells", lambda: kebao_run("cells", 1, n), answer),
            Contender("numpy", lambda: _numpy(n), answer),
            Contender("numba", lambda: numba_run(n), answer, needs=("numba",)),
            Contender("prospicio", lambda: _prospicio(n), answer, needs=("prospicio",)),
            Contender("chainladder", lambda: _chainladder(n), _only_mean, needs=("chainladder",)),
        ],
    )
