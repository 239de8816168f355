"""R4: the bootstrap of R3 on 200 triangles, totals."""

from __future__ import annotations

from contest import Contender, Workload
from r3 import OUTCOMES, answer, kebao_run, numba_run

TRIANGLES = 200


def workload(quick: bool = False) -> Workload:
    """The answer is that of the last triangle, or the first: all are the same data."""
    n, lines = (1_000, 5) if quick else (OUTCOMES, TRIANGLES)
    return Workload(
        "R4",
        f"ODP bootstrap, {n:,} outcomes of each of {lines} triangles: totals",
        [
            Contender("kebao", lambda: kebao_run("total", 1, n, lines), answer),
            Contender("kebao, 2 threads", lambda: kebao_run("total", 2, n, lines), answer, 2),
            Contender("numba", lambda: numba_run(n, lines), answer, needs=("numba",)),
        ],
    )
