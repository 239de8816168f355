"""Writes severity.json: distribution functions, quantiles and layers to 17 digits, from mpmath alone.

python tests/gold/make_severity.py     (some minutes; the same file every time)

For each model: `points`, rows of x, cdf, sf, q, isf, where q is the double next to sf (or, in the lower
half, where the survival probability is near 1, the double next to cdf, and the last column is the
quantile at that probability); and `layers`, rows of limit, attachment, mean. SciPy only proposes where
to look: every number is a formula of the distribution in 60 digits, quantiles by Newton's step from a
double to the exact place of the rounded probability.
"""

# ruff: noqa: E501
import json
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import stats

mp.mp.dps = 60
M = mp.mpf
LEVELS = sorted(
    [
        10.0**-e
        for e in (300, 250, 200, 150, 100, 70, 50, 30, 20, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2.5, 2)
    ]
    + [
        10.0**-e
        for e in (285, 225, 175, 125, 85, 60, 40, 25, 17, 13.5, 11, 9, 7.5, 6.5, 5.5, 4.5, 3.5)
    ]
    + [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8]
    + [0.85, 0.9, 0.95, 0.98, 0.99]
    + [
        10.0**-e
        for e in (290, 265, 240, 210, 190, 165, 140, 115, 95, 78, 65, 55, 45, 35, 28, 22, 16, 14)
    ]
)
LOWER = [10.0**-e for e in (2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50, 75, 100)]


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


def lognormal(x, mu, sigma):
    z = (mp.log(x) - mu) / sigma
    return phi(z), phi(-z)


def exponential(x, mean):
    return of_hazard(x / mean)


def weibull(x, shape, scale):
    return of_hazard((x / scale) ** shape)


def pareto(x, alpha, scale):
    return of_hazard(alpha * mp.log(x / scale))


def lomax(x, alpha, scale):
    return of_hazard(alpha * mp.log1p(x / scale))


def gpd(x, shape, scale, threshold):
    z = (x - threshold) / scale
    if 1 + shape * z <= 0:
        return M(1), M(0)
    return of_hazard(mp.log1p(shape * z) / shape if shape else z)


def gev(x, shape, location, scale):
    z = (x - location) / scale
    if 1 + shape * z <= 0:
        return (M(0), M(1)) if shape > 0 else (M(1), M(0))
    t = (1 + shape * z) ** (-1 / shape) if shape else mp.exp(-z)
    return mp.exp(-t), -mp.expm1(-t)


def frechet(x, shape, scale):
    t = (x / scale) ** -shape
    return mp.exp(-t), -mp.expm1(-t)


def burr(x, alpha, gamma, scale):
    return of_hazard(alpha * mp.log1p((x / scale) ** gamma))


def loglogistic(x, shape, scale):
    u = (x / scale) ** shape
    return u / (1 + u), 1 / (1 + u)


def gamma(x, shape, scale):
    return gammas(shape, x / scale)


def inverse_gamma(x, shape, scale):
    return gammas(shape, scale / x)[::-1]


def inverse_gaussian(x, mean, shape):
    r = mp.sqrt(shape / x)
    a, b = r * (x / mean - 1), r * (x / mean + 1)
    with mp.workdps(120):
        reflected = mp.exp(2 * shape / mean) * phi(-b)
        return phi(a) + reflected, phi(-a) - reflected


def gb2(x, alpha, tau, scale, gamma):
    return betas(tau, alpha, (x / scale) ** gamma)


def loggamma(x, shape, rate, scale):
    return gammas(shape, rate * mp.log(x / scale))


def logt(x, mu, sigma, df):
    z = (mp.log(x) - mu) / sigma
    inside, outside = betas(M(1) / 2, df / 2, z * z / df)
    return ((1 + inside) / 2, outside / 2) if z > 0 else (outside / 2, (1 + inside) / 2)


def uniform(x, low, high):
    return (x - low) / (high - low), (high - x) / (high - low)


# family, formula, parameters, the SciPy distribution that proposes points and is measured beside.
MODELS = [
    (
        "LogNormal",
        lognormal,
        "mu sigma",
        [(10, 2), (0.3, 0.2), (12.6, 1.7), (2, 4.5), (5, 0.9)],
        lambda m, s: stats.lognorm(s, scale=np.exp(m)),
    ),
    (
        "Exponential",
        exponential,
        "mean",
        [(3e5,), (0.7,), (1.3,), (2e-3,), (40.0,)],
        lambda m: stats.expon(scale=m),
    ),
    (
        "Weibull",
        weibull,
        "shape scale",
        [(0.4, 2e5), (0.9, 3.0), (2.5, 1e4), (8.0, 0.7), (1.5, 9.0)],
        lambda k, s: stats.weibull_min(k, scale=s),
    ),
    (
        "Pareto",
        pareto,
        "alpha scale",
        [(1.4, 5e6), (0.8, 3.0), (3.3, 0.1), (40.0, 7.0), (2.2, 1e3)],
        lambda a, s: stats.pareto(a, scale=s),
    ),
    (
        "Lomax",
        lomax,
        "alpha scale",
        [(1.3, 4e5), (0.9, 2.0), (5.0, 0.3), (60.0, 11.0), (2.5, 7e4)],
        lambda a, s: stats.lomax(a, scale=s),
    ),
    (
        "GPD",
        gpd,
        "shape scale threshold",
        [(0.7, 3e5, 1e5), (-0.2, 3e5, 0.0), (1e-7, 2.0, 1.0), (0.05, 3.0, 10.0), (0.0, 5.0, 1.0)],
        lambda c, s, t: stats.genpareto(c, scale=s, loc=t),
    ),
    (
        "GEV",
        gev,
        "shape location scale",
        [(0.3, 4e5, 1e5), (-0.1, 40.0, 1.0), (0.0, 60.0, 2.0), (1.1, 5.0, 3.0), (0.5, 100.0, 4.0)],
        lambda c, m, s: stats.genextreme(-c, loc=m, scale=s),
    ),
    (
        "Frechet",
        frechet,
        "shape scale",
        [(1.8, 3e5), (0.7, 2.0), (6.0, 0.01), (30.0, 5.0), (3.0, 1e3)],
        lambda k, s: stats.invweibull(k, scale=s),
    ),
    (
        "Burr",
        burr,
        "alpha gamma scale",
        [(1.7, 1.3, 2e5), (0.4, 3.0, 2.0), (9.0, 0.7, 5.0), (2.0, 12.0, 1.0), (3.5, 2.0, 1e4)],
        lambda a, g, s: stats.burr12(g, a, scale=s),
    ),
    (
        "LogLogistic",
        loglogistic,
        "shape scale",
        [(2.4, 3e5), (0.9, 2.0), (7.0, 0.1), (25.0, 3.0), (4.0, 1e3)],
        lambda k, s: stats.fisk(k, scale=s),
    ),
    (
        "Gamma",
        gamma,
        "shape scale",
        [(0.4, 2e5), (2.5, 3.0), (9.0, 1e4), (120.0, 0.1), (1.0, 7.0)],
        lambda a, s: stats.gamma(a, scale=s),
    ),
    (
        "InverseGamma",
        inverse_gamma,
        "shape scale",
        [(2.6, 5e5), (0.8, 2.0), (12.0, 30.0), (90.0, 1e4), (5.0, 1.0)],
        lambda a, s: stats.invgamma(a, scale=s),
    ),
    (
        "InverseGaussian",
        inverse_gaussian,
        "mean shape",
        [(3e5, 2e5), (3.0, 300.0), (2.0, 0.05), (7.0, 9.0), (10.0, 40.0)],
        lambda m, s: stats.invgauss(m / s, scale=s),
    ),
    (
        "GB2",
        gb2,
        "alpha tau scale gamma",
        [
            (2.2, 0.8, 3e5, 1.4),
            (3.0, 2.0, 5.0, 1.0),
            (0.9, 6.0, 2.0, 1.0),
            (20.0, 15.0, 1.0, 0.5),
            (1.5, 1.5, 1e3, 3.0),
        ],
        lambda a, t, s, g: stats.betaprime(t, a, scale=s) if g == 1 else None,
    ),
    (
        "LogGamma",
        loggamma,
        "shape rate scale",
        [(2.5, 3.1, 1e4), (0.6, 1.5, 1.0), (8.0, 12.0, 2.0), (30.0, 20.0, 1.0), (1.0, 5.0, 3.0)],
        lambda *_: None,
    ),
    (
        "LogT",
        logt,
        "mu sigma df",
        [(12.0, 0.9, 5.0), (1.0, 0.3, 30.0), (3.0, 0.1, 2.5), (0.0, 1.0, 400.0), (5.0, 2.0, 60.0)],
        lambda *_: None,
    ),
    (
        "Uniform",
        uniform,
        "low high",
        [(1e5, 4e5), (0.0, 1.0), (3.0, 3.5), (0.1, 700.0), (10.0, 11.0), (0.0, 1e6)],
        lambda a, b: stats.uniform(a, b - a),
    ),
]


def proposals(pair, frozen, low):
    """Doubles spread over both tails."""
    found = set()
    for level, upper in [(q, True) for q in LEVELS] + [(p, False) for p in LOWER]:
        x = None
        if frozen is not None:
            with np.errstate(all="ignore"):
                x = float(frozen.isf(level) if upper else frozen.ppf(level))
            near = x > 0 and np.isfinite(x)
            if near:
                got = pair(M(x))[1 if upper else 0]
                near = got > 0 and abs(mp.log(got / level)) < 2
            x = x if near else None
        if x is None:
            x = search(pair, level, upper, low)
        if x is not None and 1e-290 < x < 1e290:
            found.add(x)
    return sorted(found)


def search(pair, level, upper, low):
    """A double near the level by halving on the scale of ln(x − low)."""
    a, b = -300.0, 290.0
    with mp.workdps(20):
        for _ in range(26):
            middle = (a + b) / 2
            below, above = pair(M(low) + M(10) ** middle)
            if (above > level) if upper else (below < level):
                a = middle
            else:
                b = middle
    x = low + 10.0**b
    return x if x > low and -299 < b < 289 else None


def inverse(pair, x, p, index):
    """The exact quantile at the double next to p."""
    q = float(p)
    if not 1e-305 < q < 1.0:
        return None
    h = M(10) ** -22
    slope = (pair(x * (1 + h))[index] - pair(x * (1 - h))[index]) / (2 * x * h)
    if slope == 0:
        return None
    return q, x - (p - M(q)) / slope


def layer(pair, low, limit, attachment):
    """The integral of the survival function, panel by panel, each as long as the tail is steep."""
    total, a = M(0), M(attachment)
    top = a + M(limit)
    if a < low:
        total, a = M(min(low, top)) - a, M(low)
    if a >= top:
        return total
    with mp.workdps(32):
        whole = pair(a)[1]
        near = a * (1 + M(10) ** -12)
        # Where the hazard would use up one unit, and no further than doubling x.
        step = min(a, 2 / max((1 - pair(near)[1] / whole) / (near - a), 1 / (top - a)))
        sum_, x = M(0), a
        while x < top:
            width = min(step, top - x)
            start = pair(x)[1]
            if start == 0:
                break
            # In units of the panel: quad stops at an absolute error.
            part = mp.quad(
                lambda t, x=x, width=width, start=start: pair(x + width * t)[1] / start, [0, 1]
            )
            sum_ += part * width * start
            if part * width * start < sum_ * M(10) ** -28:
                break
            x, step = x + width, min(step * M("1.3"), x + width)
        return total + sum_


def main():
    models = []
    for family, formula, names, sets, scipy in MODELS:
        count = 0
        for values in sets:
            exact = [M(float(v)) for v in values]
            frozen = scipy(*[float(v) for v in values])
            names_of = names.split()
            low = {
                "Pareto": values[-1],
                "LogGamma": values[-1],
                "GPD": values[-1],
                "Uniform": values[0],
            }.get(family, 0.0)

            def pair(x, formula=formula, exact=exact):
                return formula(x, *exact)

            points = []
            for x in proposals(pair, frozen, float(low)):
                if x <= low or (family == "Uniform" and x >= values[1]):
                    continue
                below, above = pair(M(x))
                if not (isinstance(below, mp.mpf) and 0 < below < 1 and 0 < above < 1):
                    continue
                upper = above <= 0.9
                got = inverse(pair, M(x), above if upper else below, 1 if upper else 0)
                if got is None:
                    continue
                q, root = got
                points.append(
                    [
                        repr(x),
                        mp.nstr(below, 20),
                        mp.nstr(above, 20),
                        repr(q),
                        mp.nstr(root, 20),
                        upper,
                    ]
                )
            count += len(points)
            layers = []
            at = [float(p[0]) for p in points if 1e-60 < float(p[2]) < 0.99]
            for i in np.linspace(0, len(at) - 1, 5).astype(int):
                for width in (0.01, 3.0):
                    limit = at[i] * width
                    mean = layer(pair, float(low), limit, at[i])
                    if mean > M(10) ** -290:
                        layers.append([repr(limit), repr(at[i]), mp.nstr(mean, 20)])
            model = {"family": family} | dict(zip(names_of, map(float, values), strict=True))
            models.append({"severity": model, "points": points, "layers": layers})
        print(family, count, flush=True)
    lines = []
    for model in models:
        points = ",\n   ".join(
            f"[{', '.join(map(str, p[:5]))}, {str(p[5]).lower()}]" for p in model["points"]
        )
        layers = ",\n   ".join(f"[{', '.join(row)}]" for row in model["layers"])
        lines.append(
            f' {{"severity": {json.dumps(model["severity"])},\n  "points": [\n   {points}],\n  "layers": [\n   {layers}]}}'
        )
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    Path(__file__).with_name("severity.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
