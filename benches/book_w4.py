"""W4: a book of ten thousand policies through a whole programme, 100,000 years.

Sixteen sectors of 624 policies, negative binomial claims with lognormal severities, one systemic
event a sector that strikes its accumulation key; a quota share, three covers per risk, four per
event or year, and a stop loss. Asked for: mean and 99.5 % TVaR of the annual gross and net. Beside
it the same model written by hand in Numba, fused and parallel over years, in the same run.

    python benches/book_w4.py [--years 100000] [--threads 2] [--json out.json]
"""

# ruff: noqa: NPY002 - the generator that Numba compiles
from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SECTORS, POLICIES = 16, 624
MU, SIGMA = 12.0, 1.5
LIMIT, DEDUCTIBLE = 1e7, 1e4
SHAPE = 4.0
KEYS, EVENT_RATE, SHARE, DAMAGE = 4, 0.05, (2.0, 38.0), (2.0, 6.0)
#: Claims a policy and year, by sector.
RATES = [0.005 + 0.002 * k for k in range(SECTORS)]
PROGRAMME = """
    qs: 25% quota share
    r1: 1m xs 1m per risk on net of qs, aal 40m
    r2: 2m xs 2m per risk on net of qs, aal 40m
    r3: 3m xs 4m per risk on net of qs, aal 40m
    c1: 10m xs 5m on net of qs, r1, r2, r3, 2 @ 100%, premium 1m
    c2: 20m xs 15m on net of qs, r1, r2, r3, 1 @ 100%, premium 1m
    c3: 40m xs 35m on net of qs, r1, r2, r3, 1 @ 100%, premium 1m
    ag: 60m xs 90m annual on net of qs, r1, r2, r3, c1, c2, c3
    sl: 100m xs 150m annual on net of qs, r1, r2, r3, c1, c2, c3, ag
"""
SECTOR = """
id = "bench.s{k}"
name = "Sector {k}"
name_zh = "{k}"
sector = "s{k}"
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
family = "negative_binomial"
mean = {rate}
cv_of_mean = 0.0
mixing_shape = {shape}
status = "expert"
source = "bench"
[severity]
basis = "amount"
cv_of_scale = 0.0
status = "expert"
source = "bench"
[severity.distribution]
family = "LogNormal"
mu = {mu}
sigma = {sigma}
[terms]
sum_insured = {limit}
deductible = {deductible}
limit = {limit}
share = 1.0
[stages]
status = "expert"
source = "bench"
research = {{ frequency = 1.0, severity = 1.0 }}
transformation = {{ frequency = 1.0, severity = 1.0 }}
industrialisation = {{ frequency = 1.0, severity = 1.0 }}
[[systemic]]
event = "shock{k}"
key = "site"
annual_rate = {event}
share_hit = {{ a = {share[0]}, b = {share[1]} }}
damage = {{ a = {damage[0]}, b = {damage[1]} }}
status = "expert"
source = "bench"
"""


def told(gross: np.ndarray, net: np.ndarray) -> dict[str, tuple[float, float]]:
    """Means and TVaR at 99.5 %, each with its standard error."""
    answer = {}
    for name, values in (("gross", gross), ("net", net)):
        n = len(values)
        answer[f"{name} mean"] = (values.mean(), values.std() / math.sqrt(n))
        k = math.ceil(0.995 * n)
        part = np.partition(values, k - 1)
        tail = part[k - 1 :]
        tvar = part[k - 1] + (tail - part[k - 1]).sum() / (0.005 * n)
        spread = tail.var() + 0.995 * (tvar - part[k - 1]) ** 2
        answer[f"{name} TVaR"] = (tvar, math.sqrt(spread / (0.005 * n)))
    return answer


def kebao_call(years: int, threads: int, folder: Path) -> Callable[[], Any]:
    import kebao as kb

    for k, rate in enumerate(RATES):
        text = SECTOR.format(
            k=k, rate=rate, shape=SHAPE, mu=MU, sigma=SIGMA, limit=LIMIT, deductible=DEDUCTIBLE,
            event=EVENT_RATE, share=SHARE, damage=DAMAGE,
        )  # fmt: skip
        (folder / f"s{k}.toml").write_text(text, encoding="utf-8")
    rows = range(SECTORS * POLICIES)
    book = kb.Portfolio(
        {
            "risk_id": [f"P{i}" for i in rows],
            "coverage": [f"bench.s{i // POLICIES}" for i in rows],
            "sum_insured": [LIMIT] * len(rows),
            "limit": [LIMIT] * len(rows),
            "deductible": [DEDUCTIBLE] * len(rows),
            "exposure": [1.0] * len(rows),
            "key.site": [f"{i // POLICIES}-{i % KEYS}" for i in rows],
        },
        sectors=[str(folder)],
    )
    programme = kb.Programme.from_text(PROGRAMME)

    def call() -> Any:
        result = programme.apply(book, years=years, seed=4, threads=threads, progress=False)
        return result.gross, result.net

    return call


def numba_call(years: int, threads: int) -> Callable[[], Any]:
    import numba

    numba.set_num_threads(threads)
    rates = np.array(RATES)

    @numba.njit(inline="always")
    def layer(x, limit, attachment):
        return min(max(x - attachment, 0.0), limit)

    @numba.njit
    def one_year(rates, loss, event):
        rows, events = 0, 0
        for k in range(SECTORS):
            count = np.random.poisson(POLICIES * rates[k] * np.random.gamma(SHAPE, 1.0 / SHAPE))
            for _ in range(count):
                x = math.exp(MU + SIGMA * np.random.normal(0.0, 1.0))
                x = min(max(x - DEDUCTIBLE, 0.0), LIMIT)
                if x > 0.0:
                    loss[rows], event[rows] = x, events
                    rows, events = rows + 1, events + 1
            for _ in range(np.random.poisson(EVENT_RATE * KEYS)):
                share, damage = (
                    np.random.beta(SHARE[0], SHARE[1]),
                    np.random.beta(DAMAGE[0], DAMAGE[1]),
                )
                x = min(max(damage * LIMIT - DEDUCTIBLE, 0.0), LIMIT)
                for _ in range(np.random.binomial(POLICIES // KEYS, share)):
                    loss[rows], event[rows] = x, events
                    rows += 1
                events += 1
        return rows, events

    @numba.njit(parallel=True)
    def kernel(rates, gross, net, parts):
        years = len(gross)
        for part in numba.prange(parts):
            np.random.seed(part)
            loss, event = np.empty(20_000), np.empty(20_000, dtype=np.int64)
            left = np.empty(20_000)
            for year in range(years * part // parts, years * (part + 1) // parts):
                rows, _ = one_year(rates, loss, event)
                total, ceded = 0.0, 0.0
                per = np.zeros(3)
                for row in range(rows):
                    total += loss[row]
                    ceded += 0.25 * loss[row]
                    rest = 0.75 * loss[row]
                    # Events in date order: drawn rows are exchangeable.
                    for j, (limit, over) in enumerate(((1e6, 1e6), (2e6, 2e6), (3e6, 4e6))):
                        paid = min(layer(0.75 * loss[row], limit, over), 40e6 - per[j])
                        per[j] += paid
                        rest -= paid
                    left[row] = rest
                ceded += per.sum()
                cat = np.zeros(3)
                row = 0
                while row < rows:
                    one = 0.0
                    number = event[row]
                    while row < rows and event[row] == number:
                        one += left[row]
                        row += 1
                    cat[0] += layer(one, 10e6, 5e6)
                    cat[1] += layer(one, 20e6, 15e6)
                    cat[2] += layer(one, 40e6, 35e6)
                ceded += min(cat[0], 30e6) + min(cat[1], 40e6) + min(cat[2], 80e6)
                ceded += layer(total - ceded, 60e6, 90e6)
                ceded += layer(total - ceded, 100e6, 150e6)
                gross[year], net[year] = total, total - ceded

    def call() -> Any:
        gross, net = np.empty(years), np.empty(years)
        kernel(rates, gross, net, 64)
        return gross, net

    return call


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    seconds: dict[str, float] = {}
    answers = {}
    with tempfile.TemporaryDirectory() as folder:
        calls = {
            "kebao": kebao_call(options.years, options.threads, Path(folder)),
            "numba": numba_call(options.years, options.threads),
        }
        for name, call in calls.items():
            call()
            tries = []
            for _ in range(options.tries):
                start = time.perf_counter()
                years = call()
                tries.append(time.perf_counter() - start)
            seconds[name], answers[name] = min(tries), told(*years)
            print(f"{name:8} {seconds[name]:8.3f} s", flush=True)
    for key, (value, error) in answers["kebao"].items():
        other, spread = answers["numba"][key]
        score = (value - other) / math.hypot(error, spread)
        print(f"{key:12} {value:16,.0f} {other:16,.0f}  {score:+.1f} SE")
        assert abs(score) < 4.5, key
    ratio = seconds["numba"] / seconds["kebao"]
    print(f"numba / kebao {ratio:.2f}")
    if options.json:
        options.json.write_text(json.dumps({"seconds": seconds, "ratio": ratio}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
