//! The incomplete gamma functions and their inverses, for any shape from 1e-300 to 1e300.
//!
//! Written here because the popular crates lose the tails (a quantile 190 orders of magnitude off) and
//! because everything goes through `libm`, which gives the same bits on every platform. Prefactors
//! follow Loader (2000), "Fast and accurate computation of binomial probabilities", with exponents
//! carried in two doubles; large shapes are integrated, for their density is smooth on the scale of
//! its own spread.

use libm::{exp, expm1, lgamma, log, log1p, pow, sqrt, tgamma};

use super::double::{Double, deviance};
use super::quadrature::tail_integral;
use super::roots::invert_log;

const SQRT_2PI: f64 = 2.506_628_274_631_000_502_42;
const EULER: f64 = 0.577_215_664_901_532_860_61;
/// Above this shape the density is integrated: series and fractions need √shape terms.
const INTEGRATE_FROM: f64 = 4e3;
/// Beyond this a distribution is a step, as far as doubles can tell.
pub(super) const HUGE: f64 = 1e100;

/// `ln(1 + u) − u` without cancellation.
pub fn log1pmx(u: f64) -> f64 {
    if !(-0.4..=0.6).contains(&u) {
        return log1p(u) - u;
    }
    // ln(1+u) = 2 atanh(r), r = u/(2+u); 2r − u = −r·u.
    let r = u / (2.0 + u);
    let y = r * r;
    let (mut sum, mut power, mut k) = (0.0, y, 3.0);
    loop {
        let term = power / k;
        sum += term;
        if term <= sum * 1e-17 {
            break;
        }
        power *= y;
        k += 2.0;
    }
    r * (2.0 * sum - u)
}

/// Γ(a+1) over Stirling's formula √(2π a) (a/e)^a.
pub(super) fn stirling_ratio(a: f64) -> f64 {
    if a < 10.0 {
        return factorial(a) / (pow(a, a) * exp(-a) * sqrt(a) * SQRT_2PI);
    }
    exp(stirling_series(a))
}

/// Stirling's series ln Γ(a+1) − (a+½) ln a + a − ½ ln 2π, a ≥ 10.
pub(super) fn stirling_series(a: f64) -> f64 {
    const C: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360360.0,
        1.0 / 156.0,
        -3617.0 / 122400.0,
    ];
    let b = 1.0 / (a * a);
    C.iter().rev().fold(0.0, |sum, c| sum * b + c) / a
}

/// ln Γ(1 + a) for a ≥ 0, to full relative accuracy also where it is small.
pub fn ln_gamma_1p(a: f64) -> f64 {
    if a < 1.0 { ln_factorial(a) } else { lgamma(1.0 + a) }
}

/// Γ(a+1), without the rounding of a + 1.
fn factorial(a: f64) -> f64 {
    if a < 1e-18 { 1.0 } else { a * tgamma(a) }
}

/// ln Γ(a+1) for a < 1, to full relative accuracy also where it is small.
pub(super) fn ln_factorial(a: f64) -> f64 {
    let shifted = 1.0 + a;
    let lost = a - (shifted - 1.0);
    // ψ(1 + a), near enough to carry the rounding of 1 + a.
    let digamma = -EULER + a * (1.645 - a * (1.202 - a * 0.98) / (1.0 + 0.85 * a));
    lgamma(shifted) + digamma * lost
}

/// `x^a e^{−x} / Γ(a+1)`, the Poisson probability of a real count `a`.
pub fn poisson_density(a: f64, x: f64) -> f64 {
    if a.is_nan() || x.is_nan() || a < 0.0 || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return if a == 0.0 { 1.0 } else { 0.0 };
    }
    if a < 10.0 {
        if x > 1500.0 {
            return 0.0;
        }
        // Factors in this order neither overflow nor underflow before the product does.
        let half = exp(-0.5 * x);
        return pow(x, a) * half / factorial(a) * half;
    }
    if a > HUGE || x > HUGE {
        return if a == x && a < f64::INFINITY { 1.0 / (SQRT_2PI * sqrt(a)) } else { 0.0 };
    }
    if x < 1e-100 {
        return 0.0;
    }
    deviance(a, Double::new(x)).exp_neg() / (stirling_ratio(a) * SQRT_2PI * sqrt(a))
}

/// ln of [`poisson_density`], also where that underflows.
pub fn ln_poisson_density(a: f64, x: f64) -> f64 {
    if a.is_nan() || x.is_nan() || a < 0.0 || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return if a == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if a < 10.0 {
        return (if a == 0.0 { 0.0 } else { a * log(x) - lgamma(a + 1.0) }) - x;
    }
    if a > HUGE || !(1e-100..=HUGE).contains(&x) {
        return log(poisson_density(a, x));
    }
    let d = deviance(a, Double::new(x));
    -d.hi - (d.lo + log(stirling_ratio(a) * SQRT_2PI * sqrt(a)))
}

/// Regularised lower and upper incomplete gamma functions (P, Q), each to full relative accuracy.
pub fn gamma_pq(a: f64, x: f64) -> (f64, f64) {
    if a.is_nan() || x.is_nan() || a <= 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    if a > HUGE {
        return if x < a { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    if a > INTEGRATE_FROM {
        let tail = a * poisson_density(a, x) * density_integral(a, x);
        return if x < a { (tail, 1.0 - tail) } else { (1.0 - tail, tail) };
    }
    if a < 1.0 && x < 1.1 {
        let q = small_shape_upper(a, x);
        // The series of P has positive terms: relative accuracy where P is small.
        let p = if q > 0.5 { poisson_density(a, x) * lower_series(a, x) } else { 1.0 - q };
        return (p, q);
    }
    if x < a + 1.0 {
        let p = poisson_density(a, x) * lower_series(a, x);
        (p, 1.0 - p)
    } else {
        let q = poisson_density(a, x) * a * upper_fraction(a, x);
        (1.0 - q, q)
    }
}

/// ∫ of the density away from the median, over x times the density at x.
fn density_integral(a: f64, x: f64) -> f64 {
    // ln f(x + h) − ln f(x) = (a−1) (ln(1 + u) − u) − u (x − a + 1), u = h/x.
    let slope = (x - a) + 1.0;
    let sign = if x < a { -1.0 } else { 1.0 };
    tail_integral(sign * slope, a - 1.0, if x < a { 1.0 } else { f64::INFINITY }, |h| {
        let u = sign * h;
        u * slope - (a - 1.0) * log1pmx(u)
    })
}

/// Σ xⁿ / ((a+1)…(a+n)).
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    loop {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-17 {
            return sum;
        }
    }
}

/// Legendre's continued fraction of Γ(a, x) x^{−a} eˣ, by Lentz's method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        if d.abs() < TINY {
            d = TINY;
        }
        c = b + an / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 3e-17 + f64::EPSILON / 2.0 {
            break;
        }
    }
    h
}

/// Q(a, x) for a < 1 and small x, where `1 − P` would cancel.
fn small_shape_upper(a: f64, x: f64) -> f64 {
    let exponent = a * log(x) - ln_factorial(a);
    let (mut sum, mut power, mut n) = (0.0, 1.0, 0.0);
    loop {
        n += 1.0;
        power *= -x / n;
        let term = power / (a + n);
        sum += term;
        if term.abs() <= f64::abs(sum) * 1e-17 {
            break;
        }
    }
    -expm1(exponent) - exp(exponent) * a * sum
}

/// x with Q(a, x) = q.
pub fn gamma_q_inv(a: f64, q: f64) -> f64 {
    gamma_inverse(a, 1.0 - q, q)
}

/// x with P(a, x) = p.
pub fn gamma_p_inv(a: f64, p: f64) -> f64 {
    gamma_inverse(a, p, 1.0 - p)
}

fn gamma_inverse(a: f64, p: f64, q: f64) -> f64 {
    if a.is_nan() || a <= 0.0 || !(0.0..=1.0).contains(&p) || !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    // The smaller of the two is the one given exactly.
    if p == 0.0 {
        return 0.0;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    if a > HUGE {
        return a;
    }
    let upper = q < 0.5;
    let guess = {
        // Wilson and Hilferty (1931); for small results the first term of the series of P.
        let z = if upper { super::normal_isf(q) } else { -super::normal_isf(p) };
        let t = 1.0 / (9.0 * a);
        let cube = 1.0 - t + z * sqrt(t);
        let wilson = a * cube * cube * cube;
        let small = exp((log(p) + lgamma(a + 1.0)) / a);
        if cube > 0.2 && wilson > 0.1 * a && !(a < 1.0 && small < 0.2) { wilson } else { small }
    };
    if guess == 0.0 {
        // Below the smallest number.
        return 0.0;
    }
    invert_log(guess, if upper { q } else { p }, upper, |x| {
        let (lower, higher) = gamma_pq(a, x);
        // x·pdf = a·x^a e^{−x}/Γ(a+1)
        (if upper { higher } else { lower }, a * poisson_density(a, x))
    })
}
