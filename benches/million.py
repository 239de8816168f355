"""A million policies: 10,000 years of losses, and the closed-form rate of each.

Sixteen coverages, own limits, deductibles and shares, read from a Parquet file. Told: wall and
processor seconds of each step and the peak memory of the process. Goals: simulated in under 10 s
and 1 GB, rated in under 1 s.

    python benches/million.py [--policies 1000000] [--years 10000] [--json out.json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

#: Coverages whose claims are rare enough for a book of a million policies.
COVERAGES = [
    "ai.training_data_ip",
    "cyber.data_liability",
    "ic.chip_quality_liability",
    "bci.implant_liability",
    "robot.tpl",
    "uav.tpl",
    "uav.logistics",
    "nev.adas_liability",
    "bio.clinical_trial",
    "bio.product_liability",
    "ai.output_liability",
    "ip.infringement_liability",
    "ip.enforcement_cost",
    "talent.key_person",
    "space.tpl",
    "rd.product_rd_liability",
]


def write(path: Path, policies: int) -> None:
    """The book as a Parquet file."""
    import kebao as kb

    rng = np.random.default_rng(1)
    limit = np.exp(rng.uniform(np.log(2e5), np.log(2e7), policies))
    kb.Table.of(
        "book",
        {
            "risk_id": [f"P{k:07}" for k in range(policies)],
            "coverage": [COVERAGES[k % len(COVERAGES)] for k in range(policies)],
            "exposure": np.where(rng.random(policies) < 0.1, 2.0, 1.0) * 0.2,
            "limit": limit,
            "deductible": 0.01 * limit,
            "share": rng.choice([0.5, 0.8, 1.0], policies),
        },
    ).to_parquet(path)


def run(path: str, years: int, out: Any) -> None:
    """All steps in a process of its own, so that its peak memory is theirs."""
    import kebao as kb

    told: dict[str, float] = {}

    def timed(name: str, call: Any) -> Any:
        wall, processor = time.perf_counter(), time.process_time()
        result = call()
        told[f"{name} wall"] = time.perf_counter() - wall
        told[f"{name} cpu"] = time.process_time() - processor
        return result

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    book = timed("read, s", lambda: kb.Portfolio(path))
    told["after read, MB"] = peak()
    rates = timed("rate, s", book.rate)
    told["after rate, MB"] = peak()
    pure = float(rates["pure"].sum())
    del rates
    losses = timed("prepare, s", lambda: kb.simulate(book, years=years, seed=1))
    annual = timed("simulate, s", losses.annual)
    told["peak, MB"] = peak()
    told["mean / closed form"] = float(annual.mean()) / pure
    told["z"] = float((annual.mean() - pure) / (annual.std() / np.sqrt(years)))
    out.send(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policies", type=int, default=1_000_000)
    parser.add_argument("--years", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.parquet"
        writer = multiprocessing.get_context("spawn").Process(
            target=write, args=(path, options.policies)
        )
        writer.start()
        writer.join()
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=run, args=(str(path), options.years, theirs)
        )
        process.start()
        told = ours.recv()
        process.join()
    print(f"{options.policies:,} policies, {options.years:,} years")
    for name, value in told.items():
        print(f"  {name:<20}{value:12.3f}")
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
