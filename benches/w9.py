"""W9: a million policies, simulated and rated.

Sixteen coverages of the library, own limits, deductibles and shares. First 10,000 years of gross
losses, whose mean is checked against the closed form; a second process does it all from a Parquet
file and tells its peak memory (goals: under 10 s, under 1 GB, rated in under 1 s). Then the rate of
each policy: beside kebao, the same quadrature of a lognormal layer in NumPy and SciPy.

    python benches/w9.py [--policies 1000000] [--years 10000]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

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


@cache
def columns(policies: int) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    limit = np.exp(rng.uniform(np.log(2e5), np.log(2e7), policies))
    return {
        "risk_id": [f"P{k:07}" for k in range(policies)],
        "coverage": [COVERAGES[k % len(COVERAGES)] for k in range(policies)],
        "exposure": np.where(rng.random(policies) < 0.1, 2.0, 1.0) * 0.2,
        "limit": limit,
        "deductible": 0.01 * limit,
        "share": rng.choice([0.5, 0.8, 1.0], policies),
    }


@cache
def book(policies: int) -> Any:
    import kebao as kb

    return kb.Portfolio(columns(policies))


@cache
def pure(policies: int) -> float:
    """Closed-form mean."""
    return float(book(policies).rate()["pure"].sum())


def simulated(policies: int, years: int, threads: int) -> Callable[[], Any]:
    import kebao as kb

    risks = book(policies)
    return lambda: kb.simulate(risks, years=years, seed=1, threads=threads).annual()


def mean(annual: np.ndarray) -> Answer:
    return {"mean": Number(annual.mean(), annual.std() / np.sqrt(len(annual)))}


def alone(path: Path, years: int) -> dict[str, float]:
    """All steps in this process: seconds of each, and the peak memory."""
    import kebao as kb

    told: dict[str, float] = {}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = call()
        told[name] = time.perf_counter() - start
        return result

    risks = timed("read", lambda: kb.Portfolio(path))
    rates = timed("rated", risks.rate)
    exact = float(rates["pure"].sum())
    del rates
    annual = timed("simulated", lambda: kb.simulate(risks, years=years, seed=1).annual())
    told["peak, MB"] = peak()
    told["errors from the closed form"] = float(
        (annual.mean() - exact) / (annual.std() / np.sqrt(years))
    )
    return told


def peak() -> float:
    """Largest resident memory of this process so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What the kernel tells of resources counts the parent's memory in.
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 2**10
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def remark(policies: int, years: int) -> str:
    """The same from a file, in a process of its own."""
    import kebao as kb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.parquet"
        kb.Table.of("book", columns(policies)).to_parquet(path)
        command = [sys.executable, __file__, "--book", str(path), "--years", str(years)]
        run = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    told = json.loads(run.stdout)
    peak, z = told.pop("peak, MB"), told.pop("errors from the closed form")
    steps = ", ".join(f"{step} in {seconds:.2f} s" for step, seconds in told.items())
    return (
        f"from Parquet, all threads: {steps}; peak memory {peak:,.0f} MB; "
        f"{abs(z):.1f} SE from the closed form"
    )


#: A coverage of one lognormal, for the rates: uncertain scale, no events.
RATED = """
id = "bench.rated"
name = "Rated"
name_zh = "1"
sector = "rated"
version = "1"
as_of = "2026-11-21"
currency = "CNY"
process = "claims"
trigger = "occurrence"
development = "motor_cn_short"
[exposure]
base = "policies"
unit = "policy-year"
counted = false
annual = true
[frequency]
family = "poisson"
mean = 0.01
cv_of_mean = 0.3
status = "expert"
source = "bench"
[severity]
basis = "amount"
cv_of_scale = 0.4
status = "expert"
source = "bench"
[severity.distribution]
family = "LogNormal"
mu = 11.0
sigma = 1.8
[terms]
deductible = 1e4
limit = 1e7
share = 1.0
[relativities]
[stages]
status = "expert"
source = "bench"
research = { frequency = 1.0, severity = 1.0 }
transformation = { frequency = 1.0, severity = 1.0 }
industrialisation = { frequency = 1.0, severity = 1.0 }
"""


def rated(policies: int) -> Callable[[], Any]:
    import kebao as kb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rated.toml"
        path.write_text(RATED, encoding="utf-8")
        of_one = columns(policies) | {"coverage": ["bench.rated"] * policies}
        risks = kb.Portfolio(of_one, sectors=[folder])
    return lambda: risks.rate(threads=1)["pure"]


def rated_by_numpy(policies: int) -> Callable[[], Any]:
    """E s · [LEV(top / s) − LEV(deductible / s)] by the 32-point Gauss-Hermite rule."""
    from scipy.special import ndtr

    data = columns(policies)
    exposure, limit, low, share = (
        np.asarray(data[name]) for name in ("exposure", "limit", "deductible", "share")
    )
    mu, sigma, variance = 11.0, 1.8, np.log1p(0.4**2)
    places, weights = np.polynomial.hermite_e.hermegauss(32)
    weights = weights / weights.sum()
    whole = np.exp(mu + 0.5 * sigma**2)

    def limited(x: np.ndarray) -> np.ndarray:
        z = (np.log(x) - mu) / sigma
        return whole * ndtr(z - sigma) + x * ndtr(-z)

    def call() -> np.ndarray:
        cost = np.zeros(policies)
        for place, weight in zip(places, weights, strict=True):
            s = np.exp(np.sqrt(variance) * place - 0.5 * variance)
            cost += weight * s * (limited((low + limit) / s) - limited(low / s))
        return 0.01 * exposure * share * cost

    return call


def cost(pure: np.ndarray) -> Answer:
    return {"sum": Number(pure.sum()), "largest": Number(pure.max())}


def workloads(quick: bool = False) -> list[Workload]:
    policies, years = (20_000, 5_000) if quick else (1_000_000, 10_000)
    return [
        Workload(
            "W9",
            f"{policies:,} policies, {years:,} years of gross losses",
            [
                Contender("kebao", partial(simulated, policies, years, threads), mean, threads)
                for threads in (1, 2)
            ],
            exact={"mean": Number(pure(policies))},
            remark=partial(remark, policies, years),
        ),
        Workload(
            "W9",
            f"{policies:,} policies rated",
            [
                Contender("kebao", partial(rated, policies), cost),
                Contender("numpy", partial(rated_by_numpy, policies), cost, needs=("scipy",)),
            ],
            tolerance=1e-6,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policies", type=int, default=1_000_000)
    parser.add_argument("--years", type=int, default=10_000)
    parser.add_argument("--book", type=Path, help="a Parquet file; else one is made")
    options = parser.parse_args()
    if options.book:
        print(json.dumps(alone(options.book, options.years)))
    else:
        print(remark(options.policies, options.years))


if __name__ == "__main__":
    main()
