"""W4: ten thousand policies in sixteen sectors through a whole programme.

Every policy has terms of its own: sum insured, deductible, expected claims. Claims are negative
binomial by sector, severities lognormal; one systemic event a sector strikes the policies of its
accumulation key. The programme: a quota share, three covers per risk with annual limits, three per
event with reinstatements, an annual cover and a stop loss; annual limits are used in date order.
Asked for: mean and 99.5 % TVaR of the annual gross and net. Beside kebao, the same model written by
hand in Numba, fused and parallel over years. A second part asks for the gross alone, which needs
neither treaties nor dates: sums of a year's claims and shocks.
"""

# ruff: noqa: NPY002 - the generator that Numba compiles
from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

SECTORS, POLICIES = 16, 624
MU, SIGMA = 12.0, 1.5
SHAPE = 4.0
KEYS, EVENT_RATE, SHARE, DAMAGE = 4, 0.05, (2.0, 38.0), (2.0, 6.0)
#: Claims a policy and year, by sector, for an exposure of 1.
RATES = [0.005 + 0.002 * k for k in range(SECTORS)]
#: Limit and attachment of the covers per risk and per event, and the annual limits of the latter.
RISK = ((1e6, 1e6), (2e6, 2e6), (3e6, 4e6))
EVENT = ((10e6, 5e6, 30e6), (20e6, 15e6, 40e6), (40e6, 35e6, 80e6))
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
sum_insured = 1e7
deductible = 1e4
limit = 1e7
share = 1.0
[relativities]
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


@cache
def policies() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits, deductibles and exposures; a site is the number of the policy modulo 4."""
    rng = np.random.default_rng(4)
    count = SECTORS * POLICIES
    return (
        rng.choice([2e6, 5e6, 1e7, 2e7], count),
        rng.choice([1e4, 2e4, 5e4], count),
        rng.choice([0.5, 1.0, 1.5], count),
    )


@cache
def book() -> Any:
    import kebao as kb

    limits, deductibles, exposures = policies()
    rows = range(SECTORS * POLICIES)
    with tempfile.TemporaryDirectory() as folder:
        for k, rate in enumerate(RATES):
            text = SECTOR.format(
                k=k, rate=rate, shape=SHAPE, mu=MU, sigma=SIGMA,
                event=EVENT_RATE, share=SHARE, damage=DAMAGE,
            )  # fmt: skip
            (Path(folder) / f"s{k}.toml").write_text(text, encoding="utf-8")
        return kb.Portfolio(
            {
                "risk_id": [f"P{i}" for i in rows],
                "coverage": [f"bench.s{i // POLICIES}" for i in rows],
                "sum_insured": limits,
                "limit": limits,
                "deductible": deductibles,
                "exposure": exposures,
                "key.site": [f"{i // POLICIES}-{i % KEYS}" for i in rows],
            },
            sectors=[folder],
        )


def kebao_call(years: int, threads: int) -> Callable[[], Any]:
    import kebao as kb

    risks, programme = book(), kb.Programme.from_text(PROGRAMME)

    def call() -> Any:
        result = programme.apply(risks, years=years, seed=4, threads=threads, progress=False)
        return result.gross, result.net

    return call


def kebao_gross(years: int, threads: int) -> Callable[[], Any]:
    import kebao as kb

    risks = book()
    return lambda: (kb.simulate(risks, years=years, seed=4, threads=threads).annual(),)


def rates() -> tuple[np.ndarray, np.ndarray]:
    """Expected claims of each sector, and cumulative shares of the policies of each."""
    each = (np.repeat(RATES, POLICIES) * policies()[2]).reshape(SECTORS, POLICIES)
    means = each.sum(axis=1)
    return means, np.cumsum(each, axis=1) / means[:, None]


def numba_gross(years: int, threads: int) -> Callable[[], Any]:
    import numba

    numba.set_num_threads(threads)
    limits, deductibles, _ = policies()
    means, cumulative = rates()

    @numba.njit
    def one_year(means, cumulative, limits, deductibles):
        total = 0.0
        for k in range(SECTORS):
            count = np.random.poisson(means[k] * np.random.gamma(SHAPE, 1.0 / SHAPE))
            for _ in range(count):
                policy = np.searchsorted(cumulative[k], np.random.random(), side="right")
                policy += k * POLICIES
                x = math.exp(MU + SIGMA * np.random.normal(0.0, 1.0))
                total += min(max(x - deductibles[policy], 0.0), limits[policy])
            for key in range(KEYS):
                for _ in range(np.random.poisson(EVENT_RATE)):
                    share = np.random.beta(SHARE[0], SHARE[1])
                    damage = np.random.beta(DAMAGE[0], DAMAGE[1])
                    for policy in range(k * POLICIES + key, (k + 1) * POLICIES, KEYS):
                        if np.random.random() < share:
                            limit = limits[policy]
                            total += min(max(damage * limit - deductibles[policy], 0.0), limit)
        return total

    @numba.njit(parallel=True)
    def kernel(means, cumulative, limits, deductibles, gross, parts):
        years = len(gross)
        for part in numba.prange(parts):
            np.random.seed(part)
            for year in range(years * part // parts, years * (part + 1) // parts):
                gross[year] = one_year(means, cumulative, limits, deductibles)

    def call() -> Any:
        gross = np.empty(years)
        kernel(means, cumulative, limits, deductibles, gross, 64)
        return (gross,)

    call()
    return call


def numba_call(years: int, threads: int) -> Callable[[], Any]:
    import numba

    numba.set_num_threads(threads)
    limits, deductibles, _ = policies()
    means, cumulative = rates()
    risk, event = np.array(RISK), np.array(EVENT)

    @numba.njit(inline="always")
    def layer(x, limit, attachment):
        return min(max(x - attachment, 0.0), limit)

    @numba.njit
    def one_year(means, cumulative, limits, deductibles, time, loss, number):
        rows, events = 0, 0
        for k in range(SECTORS):
            count = np.random.poisson(means[k] * np.random.gamma(SHAPE, 1.0 / SHAPE))
            for _ in range(count):
                policy = np.searchsorted(cumulative[k], np.random.random(), side="right")
                policy += k * POLICIES
                x = math.exp(MU + SIGMA * np.random.normal(0.0, 1.0))
                x = min(max(x - deductibles[policy], 0.0), limits[policy])
                if x > 0.0:
                    time[rows], loss[rows], number[rows] = np.random.random(), x, events
                    rows, events = rows + 1, events + 1
            for key in range(KEYS):
                for _ in range(np.random.poisson(EVENT_RATE)):
                    share = np.random.beta(SHARE[0], SHARE[1])
                    damage = np.random.beta(DAMAGE[0], DAMAGE[1])
                    when = np.random.random()
                    for policy in range(k * POLICIES + key, (k + 1) * POLICIES, KEYS):
                        if np.random.random() < share:
                            limit = limits[policy]
                            x = min(max(damage * limit - deductibles[policy], 0.0), limit)
                            if x > 0.0:
                                time[rows], loss[rows], number[rows] = when, x, events
                                rows += 1
                    events += 1
        return rows

    @numba.njit(parallel=True)
    def kernel(means, cumulative, limits, deductibles, risk, event, gross, net, parts):
        years = len(gross)
        for part in numba.prange(parts):
            np.random.seed(part)
            time, loss = np.empty(20_000), np.empty(20_000)
            number, left = np.empty(20_000, dtype=np.int64), np.empty(20_000)
            per, cat = np.empty(3), np.empty(3)
            for year in range(years * part // parts, years * (part + 1) // parts):
                rows = one_year(means, cumulative, limits, deductibles, time, loss, number)
                order = np.argsort(time[:rows], kind="mergesort")
                total, ceded = 0.0, 0.0
                per[:] = 0.0
                for at in range(rows):
                    x = loss[order[at]]
                    total += x
                    ceded += 0.25 * x
                    rest = 0.75 * x
                    for j in range(3):
                        paid = min(layer(0.75 * x, risk[j, 0], risk[j, 1]), 40e6 - per[j])
                        per[j] += paid
                        rest -= paid
                    left[at] = rest
                ceded += per.sum()
                cat[:] = 0.0
                at = 0
                while at < rows:
                    one = 0.0
                    which = number[order[at]]
                    while at < rows and number[order[at]] == which:
                        one += left[at]
                        at += 1
                    for j in range(3):
                        cat[j] += layer(one, event[j, 0], event[j, 1])
                for j in range(3):
                    ceded += min(cat[j], event[j, 2])
                ceded += layer(total - ceded, 60e6, 90e6)
                ceded += layer(total - ceded, 100e6, 150e6)
                gross[year], net[year] = total, total - ceded

    def call() -> Any:
        gross, net = np.empty(years), np.empty(years)
        kernel(means, cumulative, limits, deductibles, risk, event, gross, net, 64)
        return gross, net

    call()
    return call


def told(result: tuple[np.ndarray, ...]) -> Answer:
    """Means and TVaR at 99.5 %, each with its standard error."""
    answer = {}
    for name, values in zip(("gross", "net"), result, strict=False):
        n = len(values)
        answer[f"{name} mean"] = Number(values.mean(), values.std() / math.sqrt(n))
        k = math.ceil(0.995 * n)
        part = np.partition(values, k - 1)
        tail = part[k - 1 :]
        tvar = part[k - 1] + (tail - part[k - 1]).sum() / (0.005 * n)
        spread = tail.var() + 0.995 * (tvar - part[k - 1]) ** 2
        answer[f"{name} TVaR"] = Number(tvar, math.sqrt(spread / (0.005 * n)))
    return answer


def workloads(quick: bool = False) -> list[Workload]:
    years = 5_000 if quick else 100_000
    parts = {
        f"10,000 policies through nine treaties, {years:,} years": (kebao_call, numba_call),
        f"the same, gross alone, {years:,} years": (kebao_gross, numba_gross),
    }
    found = []
    for title, (ours, theirs) in parts.items():
        contenders = [
            Contender(name, partial(made, years, threads), told, threads, needs)
            for threads in (1, 2)
            for name, made, needs in (("kebao", ours, ()), ("Numba by hand", theirs, ("numba",)))
        ]
        found.append(Workload("W4", title, contenders))
    return found
