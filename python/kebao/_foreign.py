"""Severities of other packages: frozen scipy.stats distributions, and anything with a ``cdf``."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import kebao._kebao as core
from kebao.errors import InputError, Issue

#: Largest relative error of a tabulated survival probability halfway between nodes.
TOLERANCE = 1e-6
MOST_NODES = 20_000
#: Survival probabilities below this follow the last slope.
SMALLEST = 1e-12


def severity(distribution: Any) -> core.Severity:
    """The severity that a foreign distribution describes."""
    family = getattr(getattr(distribution, "dist", None), "name", None)
    if family is not None and hasattr(distribution, "args"):
        known = _KNOWN.get(family)
        if known is not None:
            parse = distribution.dist._parse_args
            shapes, loc, scale = parse(*distribution.args, **distribution.kwds)
            return known(tuple(float(x) for x in shapes), float(loc), float(scale))
    if callable(getattr(distribution, "cdf", None)):
        return _tabulated(distribution)
    allowed = "a severity, a frozen scipy.stats distribution or an object with a method cdf"
    raise _refused(type(distribution).__name__, allowed)


def _at(made: core.Severity, loc: float) -> core.Severity:
    return made if loc == 0.0 else made.shifted(loc)


def _scaled(make: Callable[..., core.Severity]) -> Callable[..., core.Severity]:
    """A family whose last parameter is the scale; scipy's ``loc`` shifts it."""
    return lambda shapes, loc, scale: _at(make(*shapes, scale), loc)


def _uniform(_: tuple[float, ...], loc: float, scale: float) -> core.Severity:
    return core.Uniform(loc, loc + scale)


def _beta(shapes: tuple[float, ...], loc: float, scale: float) -> core.Severity:
    made: core.Severity = core.Beta(*shapes)
    return _at(made if scale == 1.0 else made.scaled(scale), loc)


_KNOWN: dict[str, Callable[[tuple[float, ...], float, float], core.Severity]] = {
    "beta": _beta,
    "betaprime": _scaled(lambda a, b, scale: core.GB2(b, a, scale)),
    "burr12": _scaled(lambda c, d, scale: core.Burr(d, c, scale)),
    "expon": _scaled(core.Exponential),
    "fisk": _scaled(core.LogLogistic),
    "gamma": _scaled(core.Gamma),
    "genextreme": lambda shapes, loc, scale: core.GEV(-shapes[0], loc, scale),
    "genpareto": lambda shapes, loc, scale: core.GPD(shapes[0], scale, loc),
    "gumbel_r": lambda _, loc, scale: core.GEV(0.0, loc, scale),
    "invgamma": _scaled(core.InverseGamma),
    "invgauss": _scaled(lambda mu, scale: core.InverseGaussian(mu * scale, scale)),
    "invweibull": _scaled(core.Frechet),
    "lognorm": _scaled(lambda s, scale: core.LogNormal(math.log(scale), s)),
    "lomax": _scaled(core.Lomax),
    "pareto": _scaled(core.Pareto),
    "uniform": _uniform,
    "weibull_min": _scaled(core.Weibull),
}


def _tabulated(distribution: Any) -> core.Severity:
    """A piecewise Pareto through survival probabilities, halved until it agrees between nodes."""
    survival = getattr(distribution, "sf", None)

    def sf(x: float) -> float:
        value = float(survival(x)) if callable(survival) else 1.0 - float(distribution.cdf(x))
        if not 0.0 <= value <= 1.0:
            raise _refused(f"{value} at {x:g}", "probabilities from cdf and sf")
        return value

    if sf(-1e-300) < 1.0 - 1e-12:
        raise _refused("losses below 0", "losses of at least 0")
    low, high = _edge(sf, 1.0 - 1e-9), _edge(sf, SMALLEST)
    if not (0.0 < low < high and sf(high) > 0.0):
        raise _refused("jumps only", "a distribution with a density; kb.Empirical for atoms")
    ratio = (high / low) ** (1.0 / 64)
    nodes = [(low, 1.0)] + [(x, sf(x)) for x in (low * ratio**i for i in range(1, 65))]
    done = [nodes[0]]
    waiting = nodes[:0:-1]
    while waiting:
        (a, s), (b, t) = done[-1], waiting[-1]
        middle = math.sqrt(a * b)
        exact = sf(middle)
        if (
            t > 0.0 and abs(math.sqrt(s * t) / max(exact, 1e-300) - 1.0) <= TOLERANCE
        ) or b / a < 1 + 1e-9:
            done.append(waiting.pop())
        else:
            waiting.append((middle, exact))
        if len(done) + len(waiting) > MOST_NODES:
            raise _refused("too rough", f"a survival function that {MOST_NODES} nodes describe")
    thresholds: list[float] = []
    probabilities: list[float] = []
    for x, s in done:
        if s > 0.0 and (not probabilities or s <= probabilities[-1]):
            thresholds.append(x)
            probabilities.append(s)
    (a, b), (s, t) = thresholds[-2:], probabilities[-2:]
    alpha = math.log(s / t) / math.log(b / a)
    fields = {"thresholds": thresholds, "survival": probabilities, "alpha": max(alpha, 1e-6)}
    return core.Severity.from_json(json.dumps({"family": "PiecewisePareto", **fields}))


def _edge(sf: Callable[[float], float], q: float) -> float:
    """X with sf(x) near q, by halving on the scale of the logarithm."""
    low, high = 1e-12, 1e30
    for _ in range(200):
        middle = math.sqrt(low * high)
        if sf(middle) > q:
            low = middle
        else:
            high = middle
        if high / low < 1.0 + 1e-9:
            break
    return low


def _refused(value: str, allowed: str) -> InputError:
    issue = Issue("not_a_severity", "severity", "distribution", value=value, allowed=allowed)
    return InputError(issues=[issue])
