"""W7: VaR, TVaR and co-TVaR at 99% of 1,000,000 years of 50 units.

Losses are the same array for all: lognormal units with a common factor. Rivals give the shares;
kebao gives their standard errors as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

LEVEL = 0.99


@cache
def losses(years: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    common = rng.standard_normal((years, 1))
    return np.exp(0.6 * common + 1.2 * rng.standard_normal((years, 50)))


def _kebao(years: int, threads: int) -> Callable[[], Any]:
    import kebao as kb

    table = losses(years)

    def call() -> Any:
        found = kb.measure.allocate(table, "tvar", LEVEL, threads=threads)
        return found["value"][0], found["value"][-1]

    return call


def _numpy(years: int) -> Callable[[], Any]:
    table = losses(years)
    place = int(np.ceil(years * LEVEL)) - 1

    def call() -> Any:
        total = table.sum(axis=1)
        var = np.partition(total, place)[place]
        above = total > var
        # The atom at VaR has the weight that is left.
        rest = years * (1 - LEVEL) - above.sum()
        shares = (table[above].sum(axis=0) + rest * table[total == var][0]) / (years * (1 - LEVEL))
        return shares[0], shares.sum()

    return call


def _numba(years: int) -> Callable[[], Any]:
    import numba

    table = losses(years)
    place = int(np.ceil(years * LEVEL)) - 1

    @numba.njit
    def totals(table, out):
        for year in range(table.shape[0]):
            total = 0.0
            for unit in range(table.shape[1]):
                total += table[year, unit]
            out[year] = total

    @numba.njit
    def shares(table, total, var, out):
        above = 0
        at = 0
        for year in range(len(total)):
            if total[year] > var:
                above += 1
                for unit in range(table.shape[1]):
                    out[unit] += table[year, unit]
            elif total[year] == var:
                at = year
        tail = len(total) * (1 - LEVEL)
        for unit in range(table.shape[1]):
            out[unit] = (out[unit] + (tail - above) * table[at, unit]) / tail

    total = np.empty(years)

    def call() -> Any:
        totals(table, total)
        found = np.zeros(table.shape[1])
        shares(table, total, np.partition(total, place)[place], found)
        return found[0], found.sum()

    call()
    return call


def _answer(found: Any) -> Answer:
    return {"co-TVaR of the first": Number(float(found[0])), "TVaR": Number(float(found[1]))}


def workloads(quick: bool = False) -> list[Workload]:
    """One size; a tenth of it when `quick`."""
    years = 100_000 if quick else 1_000_000
    return [
        Workload(
            "W7",
            f"TVaR and co-TVaR at 99% of {years:,} years of 50 units",
            [
                Contender("kebao", lambda: _kebao(years, 1), _answer),
                Contender("kebao", lambda: _kebao(years, 2), _answer, threads=2),
                Contender("numpy", lambda: _numpy(years), _answer),
                Contender("numba", lambda: _numba(years), _answer, needs=("numba",)),
            ],
            tolerance=1e-10,
        )
    ]
