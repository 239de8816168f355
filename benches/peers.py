"""kebao beside strong NumPy and Numba versions and the peers that install, in one run.

`make bench` runs all of it; `python benches/peers.py --only w1 --quick` a part, on small sizes.
Contenders on one thread are timed by processor time, on more by the wall; the least of several runs
counts. `times kebao` is a contender's time over kebao's on the same clock.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import platform
import sys
from pathlib import Path

# Libraries of the contenders keep to one thread, unless a contender asks for more.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"

import contest  # noqa: E402

#: Every file here named by a letter and a number is a workload.
WORKLOADS = sorted(path.stem for path in Path(__file__).parent.glob("[a-z][0-9]*.py"))


def made(name: str, quick: bool) -> list[contest.Workload]:
    """The workloads of a file: its `workload(quick)`, or its list `workloads(quick)`."""
    module = importlib.import_module(name)
    many = getattr(module, "workloads", None)
    return list(many(quick)) if many else [module.workload(quick)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=WORKLOADS, help="one workload")
    parser.add_argument("--quick", action="store_true", help="small sizes, few runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there as well")
    options = parser.parse_args(arguments)

    print(about())
    rows: list[contest.Row] = []
    for name in WORKLOADS:
        if options.only in (None, name):
            for workload in made(name, options.quick):
                print(f"\n{workload.name}  {workload.title}")
                print(HEADER)
                budget, least = (0.1, 2) if options.quick else (2.0, 5)
                for row in contest.run(workload, budget=budget, least=least):
                    rows.append(row)
                    print(line(row))
                if workload.remark:
                    print(f"  {workload.remark()}")
    if options.json:
        options.json.write_text(json.dumps(as_data(rows), indent=1), encoding="utf-8")
    return 1 if any(row.agrees is False and row.contender == "kebao" for row in rows) else 0


def about() -> str:
    """Versions and the machine, as the figures depend on them."""
    import numpy as np

    import kebao as kb

    level = getattr(kb._kebao, "instruction_set", lambda: "unknown")()
    return (
        f"kebao {kb.__version__} with {level} · Python {platform.python_version()} · "
        f"NumPy {np.__version__} · {os.cpu_count()} cores · load {os.getloadavg()[0]:.1f}"
    )


HEADER = f"  {'contender':22}{'threads':>8}{'clock':>7}{'time':>11}{'times kebao':>13}   answer"


def line(row: contest.Row) -> str:
    if math.isnan(row.seconds):
        return f"  {row.contender:22}{'–':>8}{'–':>7}{'–':>11}{'–':>13}   {row.agreement}"
    told = ", ".join(f"{name} {number(value.value)}" for name, value in row.answer.items())
    return (
        f"  {row.contender:22}{row.threads:>8}{row.clock:>7}{duration(row.seconds):>11}"
        f"{row.ratio:>13.3g}   {told}: {row.agreement}"
    )


def number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 1e7 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def as_data(rows: list[contest.Row]) -> dict[str, object]:
    return {
        "about": about(),
        "rows": [
            {
                "workload": row.workload,
                "contender": row.contender,
                "threads": row.threads,
                "clock": row.clock,
                "seconds": None if math.isnan(row.seconds) else row.seconds,
                "times_kebao": None if math.isnan(row.ratio) else row.ratio,
                "answer": {
                    name: {"value": each.value, "standard_error": each.error}
                    for name, each in row.answer.items()
                },
                "agrees": row.agrees,
                "agreement": row.agreement,
            }
            for row in rows
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
