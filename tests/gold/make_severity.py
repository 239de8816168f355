"""Writes severity.json: distribution functions, quantiles and layers to the last bit, from mpmath alone.

python tests/gold/make_severity.py     (some minutes; the same file every time)

Every family and every transform, at least 300 points for each function. A model is a set of columns:

    x, cdf, sf       the functions at a double
    isf, quantile    the exact inverse at the double next to sf and next to cdf; null where that double
                     says too little (1 − 1e-17 is 1)
    attachment, limit, layer_mean
    atoms            [x, P(X > x), P(X ≥ x)]: what lies between the two has the quantile x

Numbers are rounded once, from 60 digits. Layer means are closed forms, or integrals panel by panel where
there is none; the closed forms are themselves held against the integral.
"""

# ruff: noqa: E501
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mpmath as mp

mp.mp.dps = 60
M = mp.mpf
TINY = M(10) ** -290
LEVELS = sorted(
    {
        10.0**-e
        for e in (
            300,
            285,
            265,
            250,
            225,
            200,
            175,
            150,
            125,
            100,
            85,
            70,
            60,
            50,
            40,
            30,
            25,
            20,
            17,
        )
    }
    | {
        10.0**-e
        for e in (15, 14, 13.5, 13, 12, 11, 10, 9, 8, 7.5, 7, 6.5, 6, 5.5, 5, 4.5, 4, 3.5, 3)
    }
    | {10.0**-e for e in (2.7, 2.5, 2.3, 2)}
    | {k / 40 for k in range(1, 40)}
    | {0.99, 0.995}
)
LOWER = [10.0**-e for e in (2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50, 75, 100)]


@dataclass
class Law:
    """P(X ≤ x) and P(X > x) of a family, and the integral of the latter between two points."""

    model: dict[str, Any]
    pair: Callable[[Any], tuple[Any, Any]]
    integral: Callable[[Any, Any], Any] | None = None
    low: Any = 0
    high: Any = mp.inf
    atoms: list[float] = field(default_factory=list)
    kinks: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        inside, self.low, self.high = self.pair, M(self.low), M(self.high)

        def everywhere(x):
            if x < self.low:
                return M(0), M(1)
            return (M(1), M(0)) if x >= self.high else inside(x)

        self.pair = everywhere

    def area(self, a, b):
        """∫ S over (a, b)."""
        total = M(0)
        if a < self.low:
            total, a = min(b, self.low) - a, self.low
        b = min(b, self.high)
        if a >= b:
            return total
        return total + (self.integral or self.by_quadrature)(a, b)

    def by_quadrature(self, a, b):
        """Panel by panel between kinks, each as long as the tail is steep."""
        cuts = [a, *sorted(M(k) for k in {*self.kinks, *self.atoms} if a < k < b), b]
        return sum((self.panels(*ends) for ends in zip(cuts, cuts[1:])), M(0))

    def panels(self, a, b):
        with mp.workdps(36):
            sum_, x = M(0), a
            whole, near = self.pair(a)[1], a + (b - a) * M(10) ** -12
            slope = (1 - self.pair(near)[1] / whole) / (near - a)
            step = min(max(a, (b - a) / 1000), 2 / max(slope, 1 / (b - a)))
            while x < b:
                width = min(step, b - x)
                start = self.pair(x)[1]
                # In units of the panel: quad stops at an absolute error.
                part = mp.quad(
                    lambda t, x=x, width=width, start=start: (
                        self.pair(min(x + width * t, b * (1 - M(10) ** -34)))[1] / start
                    ),
                    [0, 1],
                    method="gauss-legendre",
                )
                sum_ += part * width * start
                if part * width * start < sum_ * M(10) ** -28:
                    break
                x, step = x + width, min(step * M("1.3"), x + width)
            return sum_


def phi(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def gammas(a, x):
    return mp.gammainc(a, 0, x, regularized=True), mp.gammainc(a, x, mp.inf, regularized=True)


def betas(a, b, u):
    """I and its complement at the odds u."""
    x, y = u / (1 + u), 1 / (1 + u)
    return mp.betainc(a, b, 0, x, regularized=True), mp.betainc(b, a, 0, y, regularized=True)


def of_hazard(h):
    return -mp.expm1(-h), mp.exp(-h)


def by_parts(pair, moment):
    """∫ S = b S(b) − a S(a) + ∫ x dF, the last from its own two tails."""

    def integral(a, b):
        start, end = moment(a), moment(b)
        inner = end[0] - start[0] if end[0] < start[1] else start[1] - end[1]
        return b * pair(b)[1] - a * pair(a)[1] + inner

    return integral


def closed(family, low=0, high=mp.inf, /, **parameters):
    """Decorates the making of a law of plain parameters."""

    def made(pair, integral=None):
        model = {"family": family} | {k: float(v) for k, v in parameters.items()}
        return Law(model, pair, integral, low, high)

    return made


def numbers(*values):
    return [M(float(v)) for v in values]


def lognormal(mu, sigma):
    m, s = numbers(mu, sigma)
    tails = lambda z: (phi(z), phi(-z))
    pair = lambda x: tails((mp.log(x) - m) / s) if x > 0 else (M(0), M(1))
    mean = mp.exp(m + s * s / 2)
    moment = lambda x: [mean * t for t in tails((mp.log(x) - m) / s - s)]
    return closed("LogNormal", mu=mu, sigma=sigma)(pair, by_parts(pair, moment))


def exponential(mean):
    (m,) = numbers(mean)
    pair = lambda x: of_hazard(x / m)
    return closed("Exponential", mean=mean)(
        pair, lambda a, b: m * pair(a)[1] * -mp.expm1(-(b - a) / m)
    )


def weibull(shape, scale):
    k, s = numbers(shape, scale)
    pair = lambda x: of_hazard((x / s) ** k)

    def integral(a, b):
        return s / k * (mp.gammainc(1 / k, (a / s) ** k) - mp.gammainc(1 / k, (b / s) ** k))

    return closed("Weibull", shape=shape, scale=scale)(pair, integral)


def pareto(alpha, scale):
    k, s = numbers(alpha, scale)
    pair = lambda x: of_hazard(k * mp.log(x / s))
    integral = lambda a, b: (a * pair(a)[1] - b * pair(b)[1]) / (k - 1)
    return closed("Pareto", scale, alpha=alpha, scale=scale)(pair, integral)


def lomax(alpha, scale):
    k, s = numbers(alpha, scale)
    pair = lambda x: of_hazard(k * mp.log1p(x / s))
    integral = lambda a, b: ((a + s) * pair(a)[1] - (b + s) * pair(b)[1]) / (k - 1)
    return closed("Lomax", alpha=alpha, scale=scale)(pair, integral)


def log_pareto(shape, rate, scale):
    k, r, s = numbers(shape, rate, scale)
    pair = lambda x: of_hazard(k * mp.log1p(mp.log(x / s) / r))
    return closed("LogPareto", scale, shape=shape, rate=rate, scale=scale)(pair)


def gpd(shape, scale, threshold):
    c, s, t = numbers(shape, scale, threshold)
    high = t - s / c if c < 0 else mp.inf
    pair = lambda x: of_hazard(mp.log1p(c * (x - t) / s) / c if c else (x - t) / s)
    # S dx = −σ S^(−ξ) dS
    integral = lambda a, b: s / (1 - c) * (pair(a)[1] ** (1 - c) - pair(b)[1] ** (1 - c))
    return closed("GPD", threshold, high, shape=shape, scale=scale, threshold=threshold)(
        pair, integral
    )


def gev(shape, location, scale):
    c, m, s = numbers(shape, location, scale)
    end = m - s / c if c else None
    low, high = (max(end, 0) if c > 0 else 0), (end if c < 0 else mp.inf)

    def pair(x):
        z = (x - m) / s
        t = mp.exp(-mp.log1p(c * z) / c if c else -z) if 1 + c * z > 0 else mp.inf
        return of_hazard(t)[::-1]

    return closed("GEV", low, high, shape=shape, location=location, scale=scale)(pair)


def frechet(shape, scale):
    k, s = numbers(shape, scale)
    pair = lambda x: of_hazard((x / s) ** -k)[::-1] if x > 0 else (M(0), M(1))

    def integral(a, b):
        t = [(x / s) ** -k for x in (a, b)]
        with mp.workdps(int(65 - 2 * mp.log10(t[1]) if t[1] < 1 else 65)):
            inner = s * mp.gammainc(1 - 1 / k, t[1], t[0])
            return b * -mp.expm1(-t[1]) - a * -mp.expm1(-t[0]) + inner

    return closed("Frechet", shape=shape, scale=scale)(pair, integral)


def of_odds(made, alpha, tau, scale, gamma):
    """A loss whose power is a beta prime: all the Burr kind."""

    def pair(x):
        u = (x / scale) ** gamma
        if alpha == tau == 1:
            return u / (1 + u), 1 / (1 + u)
        return of_hazard(alpha * mp.log1p(u)) if tau == 1 else betas(tau, alpha, u)

    def moment(x):
        return [mean * t for t in betas(tau + 1 / gamma, alpha - 1 / gamma, (x / scale) ** gamma)]

    if alpha * gamma <= 1:
        return made(pair)
    mean = scale * mp.beta(tau + 1 / gamma, alpha - 1 / gamma) / mp.beta(tau, alpha)
    return made(pair, by_parts(pair, moment))


def burr(alpha, gamma, scale):
    a, g, s = numbers(alpha, gamma, scale)
    return of_odds(closed("Burr", alpha=alpha, gamma=gamma, scale=scale), a, M(1), s, g)


def loglogistic(shape, scale):
    k, s = numbers(shape, scale)
    return of_odds(closed("LogLogistic", shape=shape, scale=scale), M(1), M(1), s, k)


def gb2(alpha, tau, scale, gamma):
    a, t, s, g = numbers(alpha, tau, scale, gamma)
    return of_odds(closed("GB2", alpha=alpha, tau=tau, scale=scale, gamma=gamma), a, t, s, g)


def gamma(shape, scale):
    k, s = numbers(shape, scale)
    pair = lambda x: gammas(k, x / s)
    moment = lambda x: [k * s * t for t in gammas(k + 1, x / s)]
    return closed("Gamma", shape=shape, scale=scale)(pair, by_parts(pair, moment))


def inverse_gamma(shape, scale):
    k, s = numbers(shape, scale)
    pair = lambda x: gammas(k, s / x)[::-1] if x > 0 else (M(0), M(1))
    made = closed("InverseGamma", shape=shape, scale=scale)
    if k <= 1:
        return made(pair)
    moment = lambda x: [s / (k - 1) * t for t in gammas(k - 1, s / x)[::-1]]
    return made(pair, by_parts(pair, moment))


def inverse_gaussian(mean, shape):
    m, k = numbers(mean, shape)

    def tails(x, sign):
        r = mp.sqrt(k / x)
        a, b = r * (x / m - 1), r * (x / m + 1)
        with mp.workdps(140):
            other = sign * mp.exp(2 * k / m) * phi(-b)
            return phi(a) + other, phi(-a) - other

    pair = lambda x: tails(x, 1) if x > 0 else (M(0), M(1))
    moment = lambda x: [m * t for t in tails(x, -1)]
    return closed("InverseGaussian", mean=mean, shape=shape)(pair, by_parts(pair, moment))


def loggamma(shape, rate, scale):
    k, r, s = numbers(shape, rate, scale)
    pair = lambda x: gammas(k, r * mp.log(x / s))
    mean = s * (r / (r - 1)) ** k
    moment = lambda x: [mean * t for t in gammas(k, (r - 1) * mp.log(x / s))]
    made = closed("LogGamma", scale, shape=shape, rate=rate, scale=scale)
    return made(pair, by_parts(pair, moment))


def logt(mu, sigma, df):
    m, s, n = numbers(mu, sigma, df)

    def pair(x):
        if x <= 0:
            return M(0), M(1)
        z = (mp.log(x) - m) / s
        inside, outside = betas(M(1) / 2, n / 2, z * z / n)
        both = (1 + inside) / 2, outside / 2
        return both if z > 0 else both[::-1]

    return closed("LogT", mu=mu, sigma=sigma, df=df)(pair)


def uniform(low, high):
    a, b = numbers(low, high)
    pair = lambda x: ((x - a) / (b - a), (b - x) / (b - a))
    integral = lambda x, y: (y - x) * (pair(x)[1] + pair(y)[1]) / 2
    return closed("Uniform", low, high, low=low, high=high)(pair, integral)


def beta(a, b, total_loss):
    p, q, w = numbers(a, b, total_loss)

    def odds(x):
        return x / (1 - x)

    def pair(x):
        below, above = betas(p, q, odds(x))
        return (1 - w) * below, w + (1 - w) * above

    def moment(x):
        if x >= 1:
            return (1 - w) * p / (p + q), M(0)
        return [(1 - w) * p / (p + q) * t for t in betas(p + 1, q, odds(x))]

    at = lambda x: pair(x) if x < 1 else (M(1), w)
    law = closed("Beta", 0, 1, a=a, b=b, total_loss=total_loss)(pair, by_parts(at, moment))
    law.atoms = [1.0] if total_loss else []
    return law


def mbbefd(b, g):
    c, k = numbers(b, g)

    def pair(x):
        odds = (k - 1) * (x if c == 1 else c * mp.expm1(-x * mp.log(c)) / (1 - c))
        return odds / (1 + odds), 1 / (1 + odds)

    def curve(x):
        if c == 1:
            return mp.log1p((k - 1) * x) / (k - 1)
        rate = mp.log(c)
        if k * c == 1:
            return mp.expm1(x * rate) / rate
        return (1 - c) / ((1 - k * c) * rate) * mp.log1p((1 - k * c) * mp.expm1(x * rate) / (1 - c))

    law = closed("MBBEFD", 0, 1, b=b, g=g)(pair, lambda x, y: curve(y) - curve(x))
    law.atoms = [1.0]
    return law


def mixed(family, parts, weights, extra):
    w = numbers(*weights)

    def pair(x):
        both = [p.pair(x) for p in parts]
        return tuple(sum(v * b[i] for v, b in zip(w, both)) for i in (0, 1))

    def integral(a, b):
        return sum(v * p.area(a, b) for v, p in zip(w, parts))

    law = Law({"family": family} | extra, pair, integral)
    law.low, law.high = min(p.low for p in parts), max(p.high for p in parts)
    law.atoms = [x for p in parts for x in p.atoms]
    law.kinks = [x for p in parts for x in p.kinks]
    return law


def mixed_erlang(weights, scale):
    parts = [(w, gamma(i + 1, scale)) for i, w in enumerate(weights) if w]
    extra = {"weights": weights, "scale": scale}
    return mixed("MixedErlang", [p for _, p in parts], [w for w, _ in parts], extra)


def mixture(parts, weights):
    extra = {"parts": [p.model for p in parts], "weights": weights}
    return mixed("Mixture", parts, weights, extra)


def piecewise_pareto(thresholds, survival, alpha):
    t, s, (last,) = numbers(*thresholds), numbers(*survival), numbers(alpha)
    index = [mp.log(s[j] / s[j + 1]) / mp.log(t[j + 1] / t[j]) for j in range(len(t) - 1)] + [last]

    def pair(x):
        j = max(i for i, v in enumerate(t) if v <= x)
        h = index[j] * mp.log(x / t[j]) - mp.log(s[j])
        return of_hazard(h)

    def integral(a, b):
        total = M(0)
        for j, k in enumerate(index):
            x, y = max(a, t[j]), min(b, t[j + 1] if j + 1 < len(t) else mp.inf)
            if x < y:
                total += s[j] * t[j] ** k * (x ** (1 - k) - y ** (1 - k)) / (k - 1)
        return total

    model = {"family": "PiecewisePareto", "thresholds": thresholds, "survival": survival}
    return Law(model | {"alpha": alpha}, pair, integral, t[0], kinks=thresholds)


def empirical(values, survival):
    s = [M(1), *numbers(*survival)]

    def pair(x):
        above = s[sum(v <= x for v in values)]
        return 1 - above, above

    def integral(a, b):
        cuts = [a, *[M(v) for v in values if a < v < b], b]
        return sum((y - x) * pair(x)[1] for x, y in zip(cuts, cuts[1:]))

    model = {"family": "Empirical", "values": values, "survival": survival}
    return Law(model, pair, integral, values[0], values[-1], atoms=values)


def capped(base, limit):
    model = {"family": "Capped", "base": base.model, "limit": limit}
    return Law(model, base.pair, base.area, base.low, limit, [limit], base.kinks)


def layered(base, attachment, limit):
    model = {"family": "Layered", "base": base.model, "attachment": attachment}
    if limit is not None:
        model["limit"] = limit
    a = M(attachment)
    pair, area = lambda x: base.pair(x + a), lambda x, y: base.area(x + a, y + a)
    high = min(base.high - a, M(limit) if limit is not None else mp.inf)
    atoms = [0.0] * (base.low < a) + [limit] * (limit is not None)
    return Law(model, pair, area, 0, high, atoms)


def franchise(base, deductible):
    d = M(deductible)
    model = {"family": "Franchise", "base": base.model, "deductible": deductible}

    def area(a, b):
        below = max(min(b, d) - a, M(0))
        return below * base.pair(d)[1] + (base.area(max(a, d), b) if b > d else 0)

    return Law(model, lambda x: base.pair(max(x, d)), area, 0, base.high, [0.0], [deductible])


def truncated(base, low, high):
    model = {"family": "Truncated", "base": base.model, "low": low}
    if high is not None:
        model["high"] = high
    above = M(0) if high is None else base.pair(M(high))[1]
    below = base.pair(M(low))
    mass = below[1] - above

    def pair(x):
        b, s = base.pair(x)
        return (b - below[0]) / mass if b < below[1] else (below[1] - s) / mass, (s - above) / mass

    integral = lambda a, b: (base.area(a, b) - (b - a) * above) / mass
    top = min(base.high, mp.inf if high is None else M(high))
    return Law(model, pair, integral, max(base.low, M(low)), top)


def shifted(base, shift):
    c = M(shift)
    model = {"family": "Shifted", "base": base.model, "shift": shift}
    pair, area = lambda x: base.pair(x - c), lambda a, b: base.area(a - c, b - c)
    return Law(model, pair, area, base.low + c, base.high + c)


def scaled(base, factor):
    f = M(factor)
    model = {"family": "Scaled", "base": base.model, "factor": factor}
    pair, area = lambda x: base.pair(x / f), lambda a, b: f * base.area(a / f, b / f)
    return Law(model, pair, area, base.low * f, base.high * f)


def piecewise(base, knots, slopes):
    """Rising everywhere, or flat on one piece, where it has an atom."""
    model = {"family": "Piecewise", "base": base.model, "knots": knots, "slopes": slopes}
    k, s = numbers(*knots), numbers(*slopes)
    paid = [M(0)]
    for j in range(len(k) - 1):
        paid.append(paid[-1] + s[j] * (k[j + 1] - k[j]))

    def pair(y):
        """At the largest loss that pays no more than y."""
        for j in reversed(range(len(k))):
            if s[j] and y >= paid[j]:
                return base.pair(k[j] + (y - paid[j]) / s[j])
        raise ValueError(y)

    def area(a, b):
        total = M(0)
        for j in range(len(k)):
            x, y = max(a, paid[j]), min(b, paid[j + 1] if j + 1 < len(k) else mp.inf)
            if s[j] and x < y:
                total += s[j] * base.area(k[j] + (x - paid[j]) / s[j], k[j] + (y - paid[j]) / s[j])
        return total

    atoms = [float(paid[j]) for j in range(len(k)) if not s[j]]
    return Law(model, pair, area, 0, mp.inf, atoms, [float(p) for p in paid[1:]])


def spliced(body, tail, threshold, tail_weight):
    t, w = numbers(threshold, tail_weight)
    model = {"family": "Spliced", "body": body.model, "tail": tail.model}
    (below, above), beyond = body.pair(t), tail.pair(t)[1]

    def pair(x):
        if x >= t:
            s = w * tail.pair(x)[1] / beyond
            return 1 - s, s
        c, s = body.pair(x)
        return (1 - w) * c / below, w + (1 - w) * (s - above) / below

    def integral(a, b):
        total = M(0)
        if a < t:
            end = min(b, t)
            total = (end - a) * w + (1 - w) * (body.area(a, end) - (end - a) * above) / below
        return total + (w * tail.area(max(a, t), b) / beyond if b > t else 0)

    model |= {"threshold": threshold, "tail_weight": tail_weight}
    kinks = [threshold, *body.kinks, *tail.kinks]
    return Law(model, pair, integral, body.low, tail.high, kinks=kinks)


def extreme(family, parts):
    upper = family == "Maximum"

    def pair(x):
        both = [p.pair(x) for p in parts]
        if not upper:
            both = [b[::-1] for b in both]
        whole = mp.fprod(b[0] for b in both)
        # 1 − Π from what is missing in each, so that no tail is lost.
        logs = [mp.log1p(-b[1]) if b[1] < 0.5 else mp.log(b[0]) for b in both if b[0] > 0]
        rest = -mp.expm1(mp.fsum(logs)) if whole > 0 else M(1)
        return (whole, rest) if upper else (rest, whole)

    low = (max if upper else min)(p.low for p in parts)
    kinks = [float(p.low) for p in parts if p.low > low]
    return Law({"family": family, "parts": [p.model for p in parts]}, pair, None, low, kinks=kinks)


def models() -> list[Law]:
    """Five of each family and of each transform, easy and hard."""
    wide = lognormal(12.6, 1.7)
    tail = pareto(1.4, 5e6)
    two = spliced(wide, tail, 5e6, 0.049)
    # fmt: off
    return [
        *[lognormal(*p) for p in [(10, 2), (0.3, 0.2), (12.6, 1.7), (2, 4.5), (5, 0.9)]],
        *[exponential(m) for m in [3e5, 0.7, 1.3, 2e-3, 40.0]],
        *[weibull(*p) for p in [(0.4, 2e5), (0.9, 3.0), (2.5, 1e4), (8.0, 0.7), (1.5, 9.0)]],
        *[pareto(*p) for p in [(1.4, 5e6), (0.8, 3.0), (3.3, 0.1), (40.0, 7.0), (2.2, 1e3), (5.0, 0.3)]],
        *[lomax(*p) for p in [(1.3, 4e5), (0.9, 2.0), (5.0, 0.3), (60.0, 11.0), (2.5, 7e4)]],
        *[gpd(*p) for p in [(0.7, 3e5, 1e5), (-0.2, 3e5, 0), (1e-7, 2, 1), (0.05, 3, 10), (0, 5, 1), (1.3, 2, 0)]],
        *[gev(*p) for p in [(0.3, 4e5, 1e5), (-0.1, 40, 1), (0, 60, 2), (1.1, 5, 3), (0.5, 100, 4)]],
        *[frechet(*p) for p in [(1.8, 3e5), (0.7, 2), (6, 0.01), (30, 5), (3, 1e3)]],
        *[burr(*p) for p in [(1.7, 1.3, 2e5), (0.4, 3, 2), (9, 0.7, 5), (2, 12, 1), (3.5, 2, 1e4)]],
        *[loglogistic(*p) for p in [(2.4, 3e5), (0.9, 2), (7, 0.1), (25, 3), (4, 1e3)]],
        *[gamma(*p) for p in [(0.4, 2e5), (2.5, 3), (9, 1e4), (120, 0.1), (1, 7)]],
        *[inverse_gamma(*p) for p in [(2.6, 5e5), (0.8, 2), (12, 30), (90, 1e4), (5, 1)]],
        *[inverse_gaussian(*p) for p in [(3e5, 2e5), (3, 300), (2, 0.05), (7, 9), (10, 40)]],
        *[gb2(*p) for p in [(2.2, 0.8, 3e5, 1.4), (3, 2, 5, 1), (0.9, 6, 2, 1), (20, 15, 1, 0.5), (1.5, 1.5, 1e3, 3)]],
        *[loggamma(*p) for p in [(2.5, 3.1, 1e4), (0.6, 1.5, 1), (8, 12, 2), (30, 20, 1), (1, 5, 3)]],
        *[log_pareto(*p) for p in [(9, 12, 1e5), (30, 4, 2), (60, 20, 1), (100, 50, 7e5), (25, 1.5, 1e-3), (200, 90, 3)]],
        *[logt(*p) for p in [(12, 0.9, 5), (1, 0.3, 30), (3, 0.1, 2.5), (0, 1, 400), (5, 2, 60)]],
        *[uniform(*p) for p in [(1e5, 4e5), (0, 1), (3, 3.5), (0.1, 700), (10, 11), (0, 1e6), (2, 9)]],
        *[mixed_erlang(*p) for p in [([0.5, 0.0, 0.2, 0.3], 1e5), ([0.1, 0.9], 2.0), ([0.0, 0.0, 1.0], 0.3),
                                     ([0.9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1], 7.0), ([0.25] * 4, 1.0)]],
        *[piecewise_pareto(*p) for p in [([1e5, 3e5, 2e6], [1.0, 0.4, 0.03], 2.2), ([1.0, 2.0], [1.0, 0.9], 0.8),
                                         ([5.0, 50.0, 500.0, 5e3], [1.0, 0.1, 1e-3, 1e-7], 6.0), ([7.0], [1.0], 1.4),
                                         ([10.0, 11.0], [1.0, 0.25], 3.0), ([1.0, 100.0], [1.0, 0.5], 12.0)]],
        empirical([float(k * k) for k in range(1, 81)], [1 - k / 80 for k in range(1, 80)] + [0.0]),
        empirical([1e5, 3e5, 7e5, 2e6], [0.5, 1e-3, 1e-12, 0.0]),
        empirical([k**1.5 for k in range(1, 31)], [0.7**k for k in range(1, 30)] + [0.0]),
        empirical([0.0, 1.0, 1.5, 40.0, 1e12], [0.9, 0.5, 1e-6, 1e-200, 0.0]),
        empirical([0.1 * k for k in range(160)], [0.9**k for k in range(1, 160)] + [0.0]),
        empirical([1.7**k for k in range(120)], [0.01**k for k in range(1, 120)] + [0.0]),
        *[beta(*p) for p in [(2, 2, 0.83), (0.6, 14, 0), (2, 5, 0.1), (30, 2, 0), (0.5, 0.5, 1e-4), (8, 3, 0)]],
        *[mbbefd(*p) for p in [(12.6, 4.2), (0.25, 4.0), (1.0, 40.0), (0.2, 990.0), (1e-3, 1e9), (5.0, 1e14)]],
        two,
        spliced(gamma(0.8, 1e5), lomax(1.6, 1e6), 4e5, 0.2),
        spliced(weibull(0.7, 2e5), gpd(0.4, 2e6, 1e6), 1e6, 0.01),
        spliced(spliced(wide, truncated(lomax(1.6, 1e6), 0.0, 6e6), 4e5, 0.45), tail, 6e6, 0.035),
        spliced(lognormal(2, 0.5), frechet(3, 12), 10.0, 0.3),
        mixture([wide, gamma(2.0, 1e5)], [0.3, 0.7]),
        mixture([exponential(3e4), pareto(1.4, 5e6)], [0.99, 0.01]),
        mixture([gamma(40, 1.0), gamma(3, 900.0)], [0.5, 0.5]),
        mixture([lognormal(1, 0.2), lognormal(4, 1.5), weibull(0.7, 30.0)], [0.2, 0.3, 0.5]),
        mixture([inverse_gaussian(5, 9), burr(2, 1.5, 30.0)], [0.8, 0.2]),
        extreme("Maximum", [wide, weibull(0.8, 4e5)]),
        extreme("Maximum", [exponential(2.0), exponential(3.0), exponential(0.5)]),
        extreme("Maximum", [lomax(2.5, 1e4), lognormal(9, 1)]),
        extreme("Maximum", [frechet(3, 7.0), loglogistic(4, 9.0)]),
        extreme("Maximum", [gpd(0.4, 2.0, 0.0), weibull(2, 1.0)]),
        extreme("Maximum", [wide, pareto(3.4, 5e4)]),
        extreme("Minimum", [wide, pareto(1.4, 5e6)]),
        extreme("Minimum", [exponential(2.0), weibull(0.5, 3.0)]),
        extreme("Minimum", [lomax(2.5, 1e4), lognormal(9, 1)]),
        extreme("Minimum", [frechet(1.3, 7.0), loglogistic(2, 9.0)]),
        extreme("Minimum", [weibull(0.3, 1e3), gpd(0.8, 2.0, 0.0), lognormal(1, 3)]),
        capped(two, 5e8), capped(wide, 1e40), capped(gamma(0.4, 2e5), 1e8), capped(weibull(0.9, 3.0), 1e3), capped(lomax(5, 0.3), 1e9),
        layered(two, 1e6, None), layered(wide, 2e5, None), layered(pareto(1.4, 5e6), 1e7, 1e70), layered(gamma(2.5, 3), 5.0, 900.0),
        layered(exponential(40.0), 10.0, 5000.0), layered(lognormal(5, 0.9), 1e4, 1e5), layered(frechet(1.8, 3e5), 1e5, None),
        franchise(wide, 2e5), franchise(gamma(2.5, 3), 2.0), franchise(lomax(2.5, 7e4), 1e3), franchise(loglogistic(4, 1e3), 500.0), franchise(exponential(40.0), 0.5),
        truncated(wide, 1e5, 3e6), truncated(wide, 1e5, None), truncated(pareto(1.4, 5e6), 0.0, 1e12), truncated(gamma(2.5, 3), 20.0, None),
        truncated(lomax(2.5, 7e4), 1e3, 1e9), truncated(weibull(0.9, 3.0), 0.0, 40.0), truncated(lognormal(5, 0.9), 1e4, None),
        shifted(wide, 5e4), shifted(pareto(1.4, 5e6), -4e6), shifted(gamma(2.5, 3), 7.0), shifted(weibull(0.9, 3.0), 100.0), shifted(lomax(2.5, 7e4), 0.1),
        scaled(two, 0.6), scaled(wide, 1.03), scaled(gamma(9, 1e4), 1e-6), scaled(inverse_gaussian(7, 9), 3.7), scaled(beta(0.6, 14, 0.0), 1e8),
        piecewise(two, [0.0, 1e6, 5e6, 9e6], [0.6, 0.0, 0.3, 0.6]), piecewise(wide, [0.0, 1e5], [0.0, 1.0]),
        piecewise(lomax(2.5, 7e4), [0.0, 1e5, 1e6], [1.0, 0.5, 0.25]), piecewise(gamma(2.5, 3), [0.0, 5.0], [0.3, 1.0]),
        piecewise(exponential(40.0), [0.0, 20.0, 30.0], [1.0, 0.0, 1.0]),
    ]
    # fmt: on


def search(law, level, upper):
    """A double near the level, by halving ln(x − low)."""
    low, a, b = law.low, -300.0, 290.0
    if law.high < mp.inf:
        b = float(mp.log10(law.high - low))
    with mp.workdps(20):
        for _ in range(30):
            middle = (a + b) / 2
            below, above = law.pair(low + M(10) ** middle)
            if (above > level) if upper else (below < level):
                a = middle
            else:
                b = middle
    x = float(low + M(10) ** M(b))
    return x if low < x < law.high and -299 < b < 289 else None


def solve(law, x, here, target, upper):
    """The exact quantile at a double near the probability of x, by chords of the logarithm of a tail."""
    index = 1 if upper else 0
    h = M(10) ** -22
    low, high = law.pair(x * (1 - h)), law.pair(x * (1 + h))
    small = 0 if here[0] < here[1] else 1
    density = abs(high[small] - low[small]) / (2 * x * h)
    if density == 0:
        return None
    # From the smaller tail.
    wanted = target if index == small else 1 - M(target)
    if not 0 < wanted < 1:
        return None
    slope = density / here[small] * (-1 if small else 1)
    root = x
    for step in range(60):
        there = here if step == 0 else law.pair(root)
        error = mp.log(there[small] / wanted)
        if step == 0 and abs(error) > 0.2:
            return None
        move = error / slope
        root -= move
        if not law.low < root < law.high:
            return None
        if abs(move) < abs(root) * M(10) ** -24:
            return root
    return None


def points(law):
    flat = law.model["family"] == "Empirical"
    xs = {search(law, level, True) for level in LEVELS} | {search(law, p, False) for p in LOWER}
    rows = []
    if flat:
        # On the steps, before, after and between.
        values = law.atoms
        xs = {*values, *(math.nextafter(v, math.inf) for v in values)}
        xs |= {(a + b) / 2 for a, b in zip(values, values[1:])}
    for x in sorted(
        x for x in xs if x is not None and 1e-290 < x < 1e290 and (flat or x not in law.atoms)
    ):
        here = law.pair(M(x))
        if not (0 < here[0] < 1 and 0 < here[1] < 1):
            continue
        q, p = float(here[1]), float(here[0])
        near = any(abs(x / k - 1) < 1e-9 for k in [*law.kinks, *law.atoms] if k)
        isf = None if near or flat or not 1e-305 < q < 1 else solve(law, M(x), here, q, True)
        quantile = None if near or flat or not 1e-305 < p < 1 else solve(law, M(x), here, p, False)
        rows.append((x, here[0], here[1], isf, quantile))
    return rows


def layers(law, rows):
    """Layers from thin to wide, from the body to the far tail."""
    found = []
    at = [r[0] for r in rows if r[2] < M("0.995")]
    if not at:
        return found
    picks = sorted({at[round(i * (len(at) - 1) / 13)] for i in range(14)})
    for x in picks:
        for width in (1e-5, 0.02, 0.3, 2.0, 60.0):
            limit = x * width
            if not limit > 0:
                continue
            a, b = M(x), M(x) + M(limit)
            mean = law.area(a, b)
            if mean > TINY:
                found.append((x, limit, mean))
    return found


def number(x):
    return (
        "null"
        if x is None
        else repr(float(x)).replace("e+", "e").replace(".0e", "e").removesuffix(".0")
    )


def column(values):
    return "[" + ",".join(number(v) for v in values) + "]"


def record(law):
    rows = points(law)
    found = layers(law, rows)
    if law.integral is not None:
        # The closed form against the integral.
        for x, limit, mean in found[2 :: max(1, len(found) // 2)]:
            again = law.__class__.area(
                Law(law.model, law.pair, None, law.low, law.high, law.atoms, law.kinks),
                M(x),
                M(x) + M(limit),
            )
            assert abs(again / mean - 1) < M(10) ** -20, (law.model, x, limit, mean, again)
    parts = [f'"severity":{json.dumps(law.model)}']
    names = ("x", "cdf", "sf", "isf", "quantile")
    parts += [f'"{n}":{column(r[i] for r in rows)}' for i, n in enumerate(names)]
    names = ("attachment", "limit", "layer_mean")
    parts += [f'"{n}":{column(r[i] for r in found)}' for i, n in enumerate(names)]
    atoms = []
    for x in law.atoms:
        above = law.pair(M(x))[1]
        before = M(1) if x <= law.low else law.pair(M(x) * (1 - M(10) ** -50))[1]
        atoms.append(f"[{number(x)},{number(above)},{number(before)}]")
    parts.append(f'"atoms":[{",".join(atoms)}]')
    return "{" + ",\n ".join(parts) + "}", len(rows), len(found)


def main():
    text, counts = [], {}
    for law in models():
        line, rows, found = record(law)
        text.append(line)
        family = law.model["family"]
        before = counts.get(family, (0, 0))
        counts[family] = (before[0] + rows, before[1] + found)
        print(family, *counts[family], flush=True)
    path = Path(__file__).with_name("severity.json")
    path.write_text("[\n" + ",\n".join(text) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
