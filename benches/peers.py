"""`make bench`: kebao beside NumPy, Numba and the peers that are installed, in one run.

For each workload a line per contender: its time (processor time on one thread, the wall on more),
its ratio to kebao, and whether its answer agrees.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import contest
import r1
import w1
import w2
from contest import Row


def rows(only: str, quick: bool) -> list[Row]:
    """Run what was asked for."""
    found: list[Row] = []
    budget, least = (0.2, 1) if quick else (2.0, 5)
    jobs = [w1.workload(quick), *w2.workload(quick)]
    for job in jobs:
        if job.name.lower().startswith(only):
            print(f"{job.name}: {job.title} …", file=sys.stderr, flush=True)
            found += contest.run(job, budget=budget, least=least)
    if "r1".startswith(only):
        print("R1: Mack with all errors, 10 × 10 …", file=sys.stderr, flush=True)
        told = r1.r1()
        base = told[0]["seconds"]
        for line in told:
            row = Row("R1", line["contender"], seconds=line["seconds"])
            row.ratio = row.seconds / base
            gap = abs(line["answer"] / told[0]["answer"] - 1)
            row.agrees = gap < 1e-9
            row.agreement = "agrees" if row.agrees else f"DIFFERS by {gap:.1e}"
            found.append(row)
    return found


def table(found: list[Row]) -> str:
    """The rows for reading."""
    lines = [f"{'workload':<10}{'contender':<28}{'clock':>6}{'seconds':>12}{'ratio':>9}  agreement"]
    for row in found:
        time = "" if math.isnan(row.seconds) else f"{row.seconds:.3g}"
        ratio = "" if math.isnan(row.ratio) else f"{row.ratio:.2f}"
        lines.append(
            f"{row.workload:<10}{row.contender:<28}{row.clock:>6}{time:>12}{ratio:>9}"
            f"  {row.agreement}"
        )
    return "\n".join(lines)


def main() -> int:
    """Run and print; the exit code is 1 when an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="w1, w2 or r1")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    options = parser.parse_args()
    found = rows(options.only.lower(), options.quick)
    print(f"\ninstruction set {os.environ.get('KEBAO_ISA', 'as detected')}; ratio: time of a "
          "contender over that of kebao on the same clock\n")  # fmt: skip
    print(table(found))
    if options.json:
        text = json.dumps([asdict(row) for row in found], indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 1 if any(row.agrees is False for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
