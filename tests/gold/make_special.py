"""Writes special.csv: special functions to 17 digits, from mpmath alone.

python tests/gold/make_special.py     (some minutes; the same file every time)

Every row is `function,a,b,x,value`; a, b and x are doubles, exactly as read. Distribution functions
come from mpmath's own incomplete functions for moderate parameters and, for large ones, from
quadrature of the density with 50 digits; where both are possible they are compared. Inverses need
no root finding: a double x is mapped to its probability, that is rounded to a double, and x is
corrected by Newton's and Halley's steps for the rounding.
"""

import csv
import random
from pathlib import Path

import mpmath as mp

mp.mp.dps = 50
TINY = mp.mpf(10) ** -300
rng = random.Random(20260101)
rows = []


def ln_gamma_density(a, x):
    """Logarithm of x^a e^-x / Gamma(a+1)."""
    return a * mp.log(x) - x - mp.loggamma(a + 1)


def ln_beta_density(a, b, x):
    """Logarithm of x^a (1-x)^b / B(a, b)."""
    ln_b = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    return a * mp.log(x) + b * mp.log1p(-x) - ln_b


def tail(ln_f, x, sign, scale, end):
    """Integral of exp(ln_f) from x to `end`, in steps of `scale` until nothing is left."""
    top = ln_f(x)
    total, low = mp.mpf(0), x
    while True:
        high = low + sign * scale
        if (end - high) * sign <= 0:
            high = end
        # In units of the panel: quad stops at an absolute error.
        width = high - low
        part = abs(width) * mp.quad(
            lambda t, low=low, width=width: mp.exp(ln_f(low + width * t) - top), [0, 1]
        )
        total += part
        if high == end or part < total * mp.mpf(10) ** -38:
            return total * mp.exp(top)
        low, scale = high, scale * mp.mpf("1.3")


def gamma_tails(a, x):
    """P(a, x) and Q(a, x)."""
    a, x = mp.mpf(a), mp.mpf(x)
    if a <= 300:
        q = mp.gammainc(a, x, mp.inf, regularized=True)
        p = mp.gammainc(a, 0, x, regularized=True)
        return p, q
    constant = mp.loggamma(a)

    def ln_f(t):
        return (a - 1) * mp.log(t) - t - constant

    scale = 3 / (abs((a - 1) / x - 1) + mp.sqrt(a) / x)
    if x < a:
        p = tail(ln_f, x, -1, scale, mp.mpf(0))
        return p, 1 - p
    q = tail(ln_f, x, 1, scale, mp.inf)
    return 1 - q, q


def beta_tails(a, b, x):
    """I_x(a, b) and its complement."""
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    if max(a, b) <= 300:
        with mp.workdps(80):
            p = mp.betainc(a, b, 0, x, regularized=True)
            q = mp.betainc(b, a, 0, 1 - x, regularized=True)
        return p, q
    ln_b = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    upper = x > a / (a + b)
    if (b if upper else a) < 2:
        # The density may be infinite at the end: substitute away its power.
        c, d, y = (b, a, 1 - x) if upper else (a, b, x)
        part = mp.quad(
            lambda t: mp.exp((d - 1) * mp.log1p(-y * t ** (1 / c))), mp.linspace(0, 1, 9)
        )
        small = part * y**c / c * mp.exp(-ln_b)
    else:

        def ln_f(t):
            return (a - 1) * mp.log(t) + (b - 1) * mp.log1p(-t) - ln_b

        slope = abs((a - 1) / x - (b - 1) / (1 - x))
        scale = 3 / (slope + mp.sqrt(abs(a - 1) / x**2 + abs(b - 1) / (1 - x) ** 2))
        small = tail(ln_f, x, 1 if upper else -1, scale, mp.mpf(1 if upper else 0))
    return (1 - small, small) if upper else (small, 1 - small)


def write(function, a, b, x, value):
    """One row, if doubles can hold the value."""
    if TINY < abs(value) < 1 / TINY:
        rows.append([function, repr(float(a)), repr(float(b)), repr(float(x)), mp.nstr(value, 22)])


def inverse(function, a, b, x, p, density, slope):
    """The row of the double next to `p`: x moved by the rounding, to second order.

    `density` is dp/dx at x and `slope` its logarithmic derivative.
    """
    if not TINY < p < 1 or not density:
        return
    rounded = float(p)
    if rounded == 1.0:
        return
    step = (mp.mpf(rounded) - p) / density
    exact = mp.mpf(x) + step * (1 - step * slope / 2)
    if abs(step * slope) < mp.mpf(10) ** -8:
        write(function, a, b, rounded, exact)


def gamma_points(a, count):
    """Doubles across the support, dense at the middle, out to 1e-300 on both sides."""
    points = []
    if a >= 20:
        for _ in range(count):
            z = rng.choice([rng.uniform(-37, 37), rng.uniform(-4, 4), rng.uniform(-0.1, 0.1)])
            root = 1 - 1 / (9 * a) + z / (3 * a**0.5)  # Wilson and Hilferty
            if root > 0.05:
                points.append(a * root**3)
        points += [a, a - 1 / 3, a * (1 + 1e-15), a + 1]
    else:
        lowest = max(-300.0, -300 / a)
        for _ in range(count):
            points.append(
                rng.choice(
                    [
                        10 ** rng.uniform(lowest, 0),
                        rng.uniform(0, 2 * a + 3),
                        rng.uniform(0, 700),
                        a + rng.uniform(-0.05, 0.05) * a,
                    ]
                )
            )
    return [x for x in points if x > 0]


def gammas():
    """Rows of the gamma distribution."""
    shapes = [1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3.3, 7, 9.99, 15.2, 40, 120, 299.5]
    shapes += [1e3, 3.9e3, 4.1e3, 2.5e4, 1e6, 1.3e7, 1e9]
    for a in shapes:
        for x in gamma_points(a, 24):
            p, q = gamma_tails(a, x)
            write("gamma_p", a, 0, x, p)
            write("gamma_q", a, 0, x, q)
            density = a / mp.mpf(x) * mp.exp(ln_gamma_density(mp.mpf(a), mp.mpf(x)))
            slope = (mp.mpf(a) - 1) / x - 1
            inverse("gamma_p_inv", a, 0, x, p, density, slope)
            inverse("gamma_q_inv", a, 0, x, q, -density, slope)
    for a in [0, 1e-3, 0.5, 1, 2, 5.5, 9.5, 10, 14.9, 30, 123.4, 1e4, 1e6, 1e9]:
        for x in gamma_points(a or 1, 26):
            write("poisson_density", a, 0, x, mp.exp(ln_gamma_density(mp.mpf(a), mp.mpf(x))))


def betas():
    """Rows of the beta distribution."""
    pairs = [(1e-3, 1e-3), (1e-3, 2), (0.05, 0.7), (0.5, 0.5), (0.6, 14), (1, 60), (1.5, 8)]
    pairs += [(2, 2), (200, 2), (9.9, 10.1), (30, 7), (250, 290), (0.5, 1e4), (3, 1e6)]
    pairs += [
        (2.5, 1e9),
        (0.3, 1e9),
        (800, 1e7),
        (3e3, 5e3),
        (5e3, 4.5e3),
        (1e6, 1e6),
        (1e5, 1e9),
        (1e9, 1e9),
    ]
    for first, second in pairs:
        for a, b in {(first, second), (second, first)}:
            mean = a / (a + b)
            sd = (mean * b / (a + b) / (a + b + 1)) ** 0.5
            points = []
            for _ in range(14):
                points.append(mean + sd * rng.uniform(-4, 4))
                points.append(mean + sd * rng.uniform(-30, 36))
                points.append(mean * (1 + rng.uniform(-1e-3, 1e-3) * sd / mean))
                points.append(10 ** rng.uniform(max(-300 / a, -60), 0))
                points.append(1 - 10 ** rng.uniform(-15, 0))
            kept = [x for x in points if 0 < x < 1]
            for x in kept[:: 2 if max(a, b) > 300 else 1]:
                ln_density = ln_beta_density(mp.mpf(a), mp.mpf(b), mp.mpf(x))
                if ln_density < -720:
                    continue
                p, q = beta_tails(a, b, x)
                write("beta_i", a, b, x, p)
                write("beta_c", a, b, x, q)
                density = mp.exp(ln_density) / (mp.mpf(x) * (1 - mp.mpf(x)))
                slope = (mp.mpf(a) - 1) / x - (mp.mpf(b) - 1) / (1 - mp.mpf(x))
                inverse("beta_i_inv", a, b, x, p, density, slope)
                inverse("beta_c_inv", a, b, x, q, -density, slope)


def normals():
    """Rows of the normal distribution."""
    points = [rng.uniform(-37, 37) for _ in range(250)] + [rng.uniform(-2, 2) for _ in range(100)]
    points += (
        [rng.uniform(-8, 37) for _ in range(150)]
        + [rng.gauss(0, 1e-3) for _ in range(20)]
        + [0.0, 1.0, -1.0, 1.767, 4.0407, 37.0]
    )
    for z in points:
        q = mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2
        write("norm_sf", 0, 0, z, q)
        density = mp.npdf(z)
        inverse("normal_isf", 0, 0, z, q, -density, -mp.mpf(z))


def crosscheck():
    """Quadrature and mpmath's own functions agree where both can be had."""
    for a, x in [(500.0, 430.0), (1000.0, 1100.0), (4000.0, 4400.0)]:
        p, q = gamma_tails(a, x)
        other = mp.gammainc(a, x, mp.inf, regularized=True)
        assert abs(q / other - 1) < mp.mpf(10) ** -25, (a, x, q, other)
    for a, b, x in [
        (400.0, 350.0, 0.45),
        (400.0, 3.0, 0.98),
        (500.0, 0.5, 0.9999),
        (0.5, 500.0, 1e-5),
    ]:
        p, q = beta_tails(a, b, x)
        with mp.workdps(200):
            other = mp.betainc(a, b, 0, x, regularized=True)
        assert abs(p / other - 1) < mp.mpf(10) ** -25, (a, b, x, p, other)


if __name__ == "__main__":
    crosscheck()
    normals()
    gammas()
    betas()
    with (Path(__file__).parent / "special.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["function", "a", "b", "x", "value"])
        writer.writerows(rows)
