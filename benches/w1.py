"""W1: a layer with reinstatements over simulated years.

A million years of Poisson(10) × LogNormal(10, 2), 4m xs 1m per event with two reinstatements at
100 % of a premium of 1m. Asked for: VaR and TVaR at 99.5 % of the net annual loss (gross less
recoveries), the expected recovery and the expected reinstatement premium, of which the last two
are known exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

MEAN, MU, SIGMA = 10.0, 10.0, 2.0
LIMIT, ATTACHMENT, PREMIUM, REINSTATEMENTS = 4e6, 1e6, 1e6, 2
CAPACITY = (1 + REINSTATEMENTS) * LIMIT
LEVEL = 0.995

# By FFT, mean-preserving, 2^18 buckets, steps of 1000 and finer; standard deviations likewise.
EXACT = {"recovery": Number(370_927.72), "reinstatement": Number(92_674.0994)}


@dataclass(frozen=True)
class Years:
    """What each contender's timed call returns."""

    net: Any
    var: float
    tvar: float
    recovery: float
    premium: float


def var_tvar(values: np.ndarray, level: float) -> tuple[float, float]:
    """The order statistic at ⌈n p⌉ and the mean of the worst share 1 − p; no full sort."""
    n = len(values)
    k = math.ceil(n * level - 1e-9)
    part = np.partition(values, k - 1)
    var = part[k - 1]
    return float(var), float(var + (part[k:] - var).sum() / (n * (1.0 - level)))


def answer(years: Years) -> Answer:
    """The four numbers with standard errors.

    Errors of VaR from order statistics, of TVaR by Manistre and Hancock (2005), of the means from
    the standard deviations of the recovery, 989,213.67, and of the premium, exactly 1/4 of the
    recovery but for its cap at two limits.
    """
    net = np.asarray(years.net.total().draws if hasattr(years.net, "total") else years.net)
    n = len(net)
    half = 1.96 * math.sqrt(n * LEVEL * (1.0 - LEVEL))
    low, high = max(0, int(n * LEVEL - half)), min(n - 1, int(n * LEVEL + half) + 1)
    part = np.partition(net, [low, high])
    tail = net[net > years.var]
    spread = tail.var() + LEVEL * (years.tvar - years.var) ** 2
    return {
        "VaR 99.5%": Number(years.var, (part[high] - part[low]) / 3.92),
        "TVaR 99.5%": Number(years.tvar, math.sqrt(spread / (n * (1.0 - LEVEL)))),
        "recovery": Number(years.recovery, 989_213.67 / math.sqrt(n)),
        "reinstatement": Number(years.premium, 989_213.67 / 4.0 / math.sqrt(n)),
    }


def treaty(gross: np.ndarray, layered: np.ndarray) -> Years:
    """Annual terms and risk measures by whole-column operations, in place."""
    ceded = np.minimum(layered, CAPACITY, out=layered)
    net = np.subtract(gross, ceded, out=gross)
    premium = PREMIUM * np.minimum(ceded, REINSTATEMENTS * LIMIT).mean() / LIMIT
    return Years(net, *var_tvar(net, LEVEL), float(ceded.mean()), float(premium))


def _kebao(years: int, threads: int) -> Contender:
    def prepare() -> Callable[[], Any]:
        import kebao as kb

        programme = kb.Programme.from_text("xl: 4m xs 1m, 2 @ 100%, premium 1m")
        losses = kb.Aggregate(kb.Poisson(mean=MEAN), kb.LogNormal(mu=MU, sigma=SIGMA))

        def call() -> Any:
            result = programme.apply(losses, years=years, seed=1, threads=threads, progress=False)
            return list(result.table)

        return call

    def told(table: list[dict[str, Any]]) -> Answer:
        rows = {row["treaty"]: row for row in table}
        net, xl = rows["net"], rows["xl"]
        return {
            "VaR 99.5%": Number(net["var_99_5"], net["var_99_5_se"]),
            "TVaR 99.5%": Number(net["tvar_99_5"], net["tvar_99_5_se"]),
            "recovery": Number(xl["expected_loss"], xl["standard_error"]),
            "reinstatement": Number(xl["reinstatement_premium"], xl["reinstatement_premium_se"]),
        }

    return Contender("kebao", prepare, told, threads=threads)


def numpy_plain(years: int) -> Callable[[], Years]:
    """What one writes first: whole columns, the default generator."""

    def call() -> Years:
        rng = np.random.default_rng(1)
        counts = rng.poisson(MEAN, years)
        losses = rng.lognormal(MU, SIGMA, counts.sum())
        year = np.repeat(np.arange(years), counts)
        gross = np.bincount(year, losses, minlength=years)
        layers = np.clip(losses - ATTACHMENT, 0.0, LIMIT)
        return treaty(gross, np.bincount(year, layers, minlength=years))

    return call


def numpy_blocks(years: int, block: int = 8192) -> Callable[[], Years]:
    """The fastest found: blocks that stay in cache, SFC64, counts by inversion, all in place.

    Segment sums come from `np.add.reduceat` over two columns at once; empty years are set to zero,
    for which reduceat would return the next row.
    """
    k = np.arange(80)
    cdf = np.cumsum(np.exp(k * math.log(MEAN) - MEAN - [math.lgamma(i + 1.0) for i in k]))

    def call() -> Years:
        rng = np.random.Generator(np.random.SFC64(1))
        gross, layered = np.empty(years), np.empty(years)
        room = np.empty((2, int(block * MEAN * 1.2) + 200))
        for first in range(0, years, block):
            size = min(block, years - first)
            counts = np.searchsorted(cdf, rng.random(size))
            ends = np.cumsum(counts)
            rows = int(ends[-1])
            losses, layers = room[0, : rows + 1], room[1, : rows + 1]
            rng.standard_normal(out=losses)
            np.multiply(losses, SIGMA, out=losses)
            np.add(losses, MU, out=losses)
            np.exp(losses, out=losses)
            np.subtract(losses, ATTACHMENT, out=layers)
            np.clip(layers, 0.0, LIMIT, out=layers)
            starts = ends - counts
            np.add.reduceat(losses, starts, out=gross[first : first + size])
            np.add.reduceat(layers, starts, out=layered[first : first + size])
            # The last segment must not take the spare row with it.
            last = slice(int(starts[-1]), rows)
            gross[first + size - 1] = losses[last].sum()
            layered[first + size - 1] = layers[last].sum()
            empty = np.flatnonzero(counts == 0)
            gross[first + empty] = 0.0
            layered[first + empty] = 0.0
        return treaty(gross, layered)

    return call


def numba_years(years: int, threads: int) -> Callable[[], Years]:
    """One fused pass a block: xoshiro256+ and a ziggurat of our own, as Numba has none inlined."""
    import numba

    k = np.arange(80)
    cdf = np.cumsum(np.exp(k * math.log(MEAN) - MEAN - [math.lgamma(i + 1.0) for i in k]))
    cdf[-1] = 2.0
    guide = np.searchsorted(cdf, np.arange(1024) / 1024.0)
    edges, heights = ziggurat()
    block = 8192

    @numba.njit(inline="always")
    def next_word(s):
        word = s[0] + s[3]
        t = s[1] << np.uint64(17)
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = (s[3] << np.uint64(45)) | (s[3] >> np.uint64(19))
        return word

    @numba.njit(inline="always")
    def uniform(s):
        return (next_word(s) >> np.uint64(11)) * 1.1102230246251565e-16

    @numba.njit
    def slow(s, edges, heights, i, x):
        """The wedge or the tail of layer `i`; NaN asks for another try."""
        if i == 0:
            while True:
                a = -math.log(1.0 - uniform(s)) / edges[1]
                if -2.0 * math.log(1.0 - uniform(s)) > a * a:
                    return edges[1] + a
        y = heights[i] + uniform(s) * (heights[i + 1] - heights[i])
        return x if y < math.exp(-0.5 * x * x) else math.nan

    @numba.njit(inline="always")
    def normal(s, edges, heights):
        while True:
            word = next_word(s)
            i = np.int64((word >> np.uint64(1)) & np.uint64(255))
            x = (word >> np.uint64(11)) * 1.1102230246251565e-16 * edges[i]
            if x >= edges[i + 1]:
                x = slow(s, edges, heights, i, x)
                if x != x:
                    continue
            return -x if word & np.uint64(512) else x

    def body(gross, layered, seed, cdf, guide, edges, heights):
        years = gross.shape[0]
        for number in numba.prange((years + block - 1) // block):
            s = np.empty(4, np.uint64)
            z = np.uint64(seed) + np.uint64(number) * np.uint64(0x632BE59BD9B4E019)
            for j in range(4):
                z += np.uint64(0x9E3779B97F4A7C15)
                w = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                w = (w ^ (w >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                s[j] = w ^ (w >> np.uint64(31))
            for year in range(number * block, min(years, (number + 1) * block)):
                u = uniform(s)
                count = guide[np.int64(u * 1024.0)]
                while cdf[count] < u:
                    count += 1
                total, layer = 0.0, 0.0
                for _ in range(count):
                    loss = math.exp(MU + SIGMA * normal(s, edges, heights))
                    total += loss
                    layer += min(max(loss - ATTACHMENT, 0.0), LIMIT)
                gross[year] = total
                layered[year] = layer

    compiled = numba.njit(body, parallel=threads > 1)

    def call() -> Years:
        if threads > 1:
            numba.set_num_threads(threads)
        gross, layered = np.empty(years), np.empty(years)
        compiled(gross, layered, 1, cdf, guide, edges, heights)
        return treaty(gross, layered)

    compiled(np.empty(1), np.empty(1), 1, cdf, guide, edges, heights)
    return call


def ziggurat() -> tuple[np.ndarray, np.ndarray]:
    """Edges and heights of 256 layers of equal area under e^{−x²/2} (Marsaglia and Tsang 2000).

    Layer 0 holds the tail: its edge is the width of a rectangle of the same area.
    """
    r, area = 3.6541528853610088, 0.00492867323399
    edges, heights = np.zeros(257), np.zeros(257)
    edges[0], edges[1] = area / math.exp(-0.5 * r * r), r
    for i in range(2, 256):
        height = math.exp(-0.5 * edges[i - 1] ** 2) + area / edges[i - 1]
        edges[i] = math.sqrt(-2.0 * math.log(height))
    heights[:] = np.exp(-0.5 * edges**2)
    heights[0] = 0.0
    return edges, heights


def prospicio_years(years: int) -> Callable[[], Years]:
    from prospicio.aggregate import simulate_events
    from prospicio.distributions import Lognormal, Poisson
    from prospicio.reinsurance import Layer, Tower

    rates = [1.0] * REINSTATEMENTS
    layer = Layer("xl", LIMIT, ATTACHMENT, premium=PREMIUM, reinstatement_rates=rates)
    tower = Tower([layer])

    def call() -> Years:
        events = simulate_events(Poisson(MEAN), Lognormal(MU, SIGMA), years, 1)
        result = tower.apply(events)
        net, ceded, premium = (
            result.select("kind", [kind]) for kind in ("net", "ceded", "reinstatement_premium")
        )
        return Years(net, net.var(LEVEL), net.tvar(LEVEL), ceded.mean(), premium.mean())

    return call


def pal_years(years: int) -> Callable[[], Years]:
    from pal import config, distributions
    from pal.contracts import XoL
    from pal.frequency_severity import FrequencySeverityModel

    config.n_sims = years
    layer = XoL(
        "xl", LIMIT, ATTACHMENT, PREMIUM,
        reinstatement_cost=[1.0] * REINSTATEMENTS, aggregate_limit=CAPACITY,
    )  # fmt: skip

    def call() -> Years:
        rng = np.random.default_rng(1)
        model = FrequencySeverityModel(
            distributions.Poisson(MEAN), distributions.LogNormal(MU, SIGMA)
        )
        losses = model.generate(years, rng)
        result = layer.apply(losses)
        ceded = result.recoveries.aggregate()
        net = losses.aggregate() - ceded
        premium = result.reinstatement_premium.mean()
        return Years(net.values, *var_tvar(net.values, LEVEL), float(ceded.mean()), float(premium))

    return call


def workload(quick: bool = False) -> Workload:
    years = 20_000 if quick else 1_000_000
    return Workload(
        "W1",
        f"{years:,} years of Poisson(10) × LogNormal(10, 2), 4m xs 1m per event, two "
        "reinstatements at 100%: net VaR and TVaR 99.5%, recovery, reinstatement premium",
        [
            _kebao(years, 1),
            _kebao(years, 2),
            Contender("numpy", lambda: numpy_plain(years), answer),
            Contender("numpy in blocks", lambda: numpy_blocks(years), answer),
            Contender("numba", lambda: numba_years(years, 1), answer, needs=("numba",)),
            Contender("numba", lambda: numba_years(years, 2), answer, 2, needs=("numba",)),
            Contender("prospicio", lambda: prospicio_years(years), answer, needs=("prospicio",)),
            Contender("PAL", lambda: pal_years(years), answer, needs=("pal",)),
        ],
        EXACT,
    )
