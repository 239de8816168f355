"""Writes layers.json: moments of layers to 17 digits, from mpmath alone.

python tests/gold/make_layers.py

Every value is an integral of the survival function, by quadrature with 40 digits: the layer mean
∫ S(a + y) dy and the second moment 2 ∫ y S(a + y) dy over (0, limit), for ordinary, thin and remote
layers and for layers without a limit.
"""

import json
from pathlib import Path

import mpmath as mp

mp.mp.dps = 40
m = mp.mpf
inf = float("inf")


class LogNormal:
    def __init__(self, mu, sigma):
        self.json = {"family": "LogNormal", "mu": mu, "sigma": sigma}
        self.mu, self.sigma = m(mu), m(sigma)
        self.breaks, self.top = [mp.exp(self.mu)], mp.inf

    def sf(self, x):
        return mp.erfc((mp.log(x) - self.mu) / self.sigma / mp.sqrt(2)) / 2


class Pareto:
    def __init__(self, alpha, scale):
        self.json = {"family": "Pareto", "alpha": alpha, "scale": scale}
        self.alpha, self.scale = m(alpha), m(scale)
        self.breaks, self.top = [self.scale], mp.inf

    def sf(self, x):
        return (self.scale / x) ** self.alpha if x > self.scale else m(1)


class Gamma:
    def __init__(self, shape, scale):
        self.json = {"family": "Gamma", "shape": shape, "scale": scale}
        self.shape, self.scale = m(shape), m(scale)
        self.breaks, self.top = [self.shape * self.scale], mp.inf

    def sf(self, x):
        return mp.gammainc(self.shape, x / self.scale, mp.inf, regularized=True)


class Beta:
    def __init__(self, a, b, total_loss=0.0):
        self.json = {"family": "Beta", "a": a, "b": b, "total_loss": total_loss}
        self.a, self.b, self.w = m(a), m(b), m(total_loss)
        self.breaks, self.top = [self.a / (self.a + self.b)], m(1)

    def sf(self, x):
        if x >= 1:
            return m(0)
        q = mp.betainc(self.b, self.a, 0, 1 - x, regularized=True)
        return self.w + (1 - self.w) * q


class MBBEFD:
    def __init__(self, b, g):
        self.json = {"family": "MBBEFD", "b": b, "g": g}
        self.b, self.g = m(b), m(g)
        self.breaks, self.top = [], m(1)

    def sf(self, x):
        if x >= 1:
            return m(0)
        if self.b == 1:
            return 1 / (1 + (self.g - 1) * x)
        return (1 - self.b) / ((self.g - 1) * self.b ** (1 - x) + 1 - self.g * self.b)


class Spliced:
    def __init__(self, body, tail, threshold, tail_weight):
        self.json = {"family": "Spliced", "body": body.json, "tail": tail.json}
        self.json |= {"threshold": threshold, "tail_weight": tail_weight}
        self.body, self.tail, self.t, self.w = body, tail, m(threshold), m(tail_weight)
        self.breaks, self.top = [*body.breaks, *tail.breaks, self.t], tail.top

    def sf(self, x):
        if x >= self.t:
            return self.w * self.tail.sf(x) / self.tail.sf(self.t) if self.w else m(0)
        above = self.body.sf(self.t)
        return self.w + (1 - self.w) * (self.body.sf(x) - above) / (1 - above)


class Capped:
    def __init__(self, base, limit):
        self.json = {"family": "Capped", "limit": limit, "base": base.json}
        self.base, self.limit = base, m(limit)
        self.breaks, self.top = [*base.breaks, self.limit], min(self.limit, base.top)

    def sf(self, x):
        return self.base.sf(x) if x < self.limit else m(0)


def integral(x, k, limit, attachment):
    """k ∫ y^(k-1) S(a + y) dy over (0, limit)."""
    a = m(attachment)
    top = min(x.top - a, m(limit)) if limit < inf or x.top < mp.inf else mp.inf
    if top <= 0:
        return m(0)
    inner = sorted({b - a for b in x.breaks if 0 < b - a < top})
    points = [m(0), *inner]
    # Panels that double, so that the rule follows S from the attachment outwards.
    step = max(a, *x.breaks, m("1e-3")) / 64
    if hasattr(x, "sigma"):
        step = min(step, max(a, mp.exp(x.mu)) * x.sigma / 8)
    end = points[-1]
    while True:
        if top < mp.inf and end + step >= top:
            points.append(top)
            break
        end += step
        points.append(end)
        step *= m("1.6")
        if top == mp.inf and end**k * x.sf(a + end) < x.sf(a) * m(10) ** -24 * max(a, 1) ** k:
            points += [] if isinstance(x, (LogNormal, Gamma)) else [mp.inf]
            break
        if len(points) > 900:
            raise ValueError("does not end")
    total = m(0)
    for low, high in zip(points, points[1:]):
        if high == mp.inf:
            break
        width = high - low
        unit = x.sf(a + low) or m(1)

        def f(s, low=low, width=width, unit=unit):
            y = low + width * s
            return y ** (k - 1) * x.sf(a + y) / unit

        # At 0 a survival function may start with a power.
        rule = "tanh-sinh" if a + low == 0 else "gauss-legendre"
        total += k * width * unit * mp.quad(f, [0, 1], method=rule)
        if (
            total
            and k * width * unit * high ** (k - 1) < total * m(10) ** -25
            and top < mp.inf
            and high < top
        ):
            # Nothing of a falling S is left.
            rest = (top - high) * top ** (k - 1) * k * x.sf(a + high)
            if rest < total * m(10) ** -22:
                break
    return total


def main():
    lognormal, pareto = LogNormal(12.6, 1.7), Pareto(1.4, 5e6)
    spliced = Spliced(lognormal, pareto, 5e6, 0.049)
    light = Spliced(LogNormal(10.0, 0.5), Pareto(2.7, 1e5), 1e6, 1e-9)
    closed = Spliced(LogNormal(10.0, 0.7), Pareto(2.7, 1e5), 2e6, 0.0)
    layers = {
        LogNormal(10.0, 2.0): [
            (4e6, 1e6),
            (1e3, 0.0),
            (1e8, 1e9),
            (1e10, 1e14),
            (1.0, 1e9),
            (1e-3, 1e9),
            (1e-7, 12345.678),
            (1e30, 1e20),
            (inf, 1e6),
            (inf, 1e12),
            (inf, 1e25),
            (inf, 10.0),
        ],
        LogNormal(13.0, 0.01): [
            (1e4, 4.4e5),
            (1e3, 4.5e5),
            (1e5, 5e5),
            (inf, 4.4e5),
            (inf, 4.6e5),
            (inf, 5e5),
        ],
        LogNormal(0.0, 1e-4): [(1e-3, 1.0), (inf, 1.0), (inf, 0.9999), (inf, 1.0003)],
        pareto: [(1e6, 0.0), (1e7, 1e6), (1e7, 1e8), (1.0, 1e12), (1e9, 1e15), (1e-3, 1e9)],
        Pareto(1.0, 1.0): [(99.0, 1.0), (1e-9, 1e9), (1e12, 0.5)],
        Gamma(0.4, 2e5): [
            (1e5, 0.0),
            (1e5, 1e4),
            (1.0, 3e6),
            (1e6, 2e7),
            (inf, 1e6),
            (inf, 5e7),
            (inf, 1e8),
            (inf, 100.0),
        ],
        Gamma(9.0, 1e4): [(1e5, 5e4), (1e-2, 1e5), (1e6, 1e6), (inf, 1e5), (inf, 3e6)],
        Gamma(250.0, 1.0): [
            (50.0, 230.0),
            (1e-6, 250.0),
            (100.0, 500.0),
            (inf, 260.0),
            (inf, 600.0),
        ],
        Beta(2.0, 2.0, 0.83): [(0.5, 0.0), (0.1, 0.4), (1e-9, 0.5), (0.01, 0.99), (inf, 0.9)],
        Beta(0.6, 14.0): [
            (0.1, 0.0),
            (0.2, 0.1),
            (1e-6, 0.3),
            (0.05, 0.9),
            (1e-4, 0.9999),
            (inf, 0.3),
            (inf, 0.9),
            (inf, 0.9999),
        ],
        Beta(5.0, 120.0): [(0.02, 0.03), (0.1, 0.5), (inf, 0.2), (inf, 0.7)],
        MBBEFD(12.648, 4.2207): [(0.5, 0.0), (0.1, 0.8), (1e-7, 0.3), (1e-3, 0.999), (inf, 0.6)],
        MBBEFD(1.0, 4.0): [(0.5, 0.1), (1e-6, 0.5), (inf, 0.3)],
        MBBEFD(0.25, 4.0): [(0.5, 0.1), (1e-6, 0.5), (inf, 0.3)],
        MBBEFD(0.24659696, 992.27471561): [(0.01, 0.0), (0.5, 0.01), (1e-7, 0.99), (inf, 0.2)],
        MBBEFD(0.2500000001, 4.0): [(0.5, 0.1), (inf, 0.3)],
        MBBEFD(1.0000000001, 4.0): [(0.5, 0.1), (inf, 0.3)],
        spliced: [
            (1e6, 0.0),
            (4e6, 1e6),
            (1e7, 1e6),
            (1.0, 4e6),
            (1e-3, 6e6),
            (5e8, 5e6),
            (1e9, 1e12),
        ],
        light: [
            (1e4, 1e4),
            (1e6, 1e5),
            (1.0, 9e5),
            (1e6, 1e6),
            (1e5, 8e5),
            (1e9, 1e8),
            (inf, 5e5),
            (inf, 1e8),
        ],
        closed: [(1e5, 1e4), (1e5, 1e6), (1.0, 1.5e6), (1e4, 1.99e6), (inf, 1.9e6)],
        Capped(spliced, 5e8): [
            (1e6, 0.0),
            (1e8, 1e8),
            (1e9, 1e6),
            (10.0, 4.99e8),
            (inf, 1e6),
            (inf, 4e8),
        ],
    }
    rows = []
    for x, wanted in layers.items():
        for limit, attachment in wanted:
            heavy = limit == inf and x.top == mp.inf and not isinstance(x, (LogNormal, Gamma))
            for k in (1, 2):
                if heavy:
                    # The Pareto tail beyond 1e30 in closed form.
                    alpha = x.tail.alpha
                    value = integral(x, k, 1e30, attachment)
                    at = m(1e30) + m(attachment)
                    s = x.sf(at)
                    value += (
                        at * s / (alpha - 1)
                        if k == 1
                        else 2 * s * at * (at / (alpha - 2) - m(attachment) / (alpha - 1))
                    )
                else:
                    value = integral(x, k, limit, attachment)
                if m(10) ** -290 < value < m(10) ** 290:
                    rows.append(
                        {
                            "severity": x.json,
                            "k": k,
                            "limit": None if limit == inf else limit,
                            "attachment": attachment,
                            "value": float(value),
                        }
                    )
    text = ",\n".join(json.dumps(row) for row in rows)
    (Path(__file__).parent / "layers.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
