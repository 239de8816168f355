"""W8: 10^9 years of a rare layer, simulated: P(S > 20m) at a frequency of 0.01.

kebao draws the gaps between years that have a loss; the rival does the same in NumPy, in blocks. A
simulation year by year would need 10^9 counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

RATE, ALPHA, SCALE, AMOUNT = 0.01, 1.3, 1e6, 20e6


def _kebao(years: int) -> Callable[[], Any]:
    import kebao as kb

    loss = kb.Aggregate(kb.Poisson(RATE), kb.Pareto(ALPHA, SCALE))

    def call() -> tuple[float, float]:
        found = kb.evaluate(
            loss, exceeds=AMOUNT, method="simulation", years=years, seed=5, threads=1
        )
        return found.value, found.standard_error

    return call


def _numpy(years: int) -> Callable[[], Any]:
    rng = np.random.default_rng(5)
    block = 20_000_000

    def call() -> tuple[float, float]:
        hits = 0
        for first in range(0, years, block):
            size = min(block, years - first)
            losses = rng.poisson(RATE * size)
            place = rng.integers(0, size, losses)
            loss = SCALE * rng.random(losses) ** (-1.0 / ALPHA)
            _, year = np.unique(place, return_inverse=True)
            hits += int((np.bincount(year, loss) > AMOUNT).sum())
        share = hits / years
        return share, float(np.sqrt(share / years))

    return call


def workload(quick: bool) -> Workload:
    years = 10_000_000 if quick else 1_000_000_000

    def answer(found: tuple[float, float]) -> Answer:
        return {"P(S > 20m)": Number(*found)}

    return Workload(
        "W8",
        f"{years:,} years of frequency {RATE}, simulated sparsely",
        [
            Contender("kebao", lambda: _kebao(years), answer),
            Contender("numpy", lambda: _numpy(years), answer),
        ],
    )
