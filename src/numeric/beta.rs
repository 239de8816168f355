//! The incomplete beta function and its inverse.

use libm::{exp, lgamma, log, log1p, pow, sqrt, tgamma};

use super::gamma::{deviance, stirling_error};
use super::roots::invert_log;

/// `x^a y^b / B(a, b)` with y = 1 − x given apart, so that neither end loses digits.
pub fn beta_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 || y <= 0.0 {
        return 0.0;
    }
    let n = a + b;
    if a >= 10.0 && b >= 10.0 {
        // Loader's saddle-point form: relative accuracy at any size.
        let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
        let spread = sqrt(a / n * b / std::f64::consts::TAU);
        return spread * exp(stirling - deviance(a, n * x) - deviance(b, n * y));
    }
    if n < 100.0 {
        return pow(x, a) * pow(y, b) * (tgamma(n) / tgamma(a) / tgamma(b));
    }
    // One parameter is small, the other large: ln Γ(n) − ln Γ(large) by Stirling's formula.
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    let ratio = (large - 0.5) * log1p(small / large) + small * log(n) - small + stirling_error(n)
        - stirling_error(large);
    let ln_x = if x < 0.5 { log(x) } else { log1p(-y) };
    let ln_y = if y < 0.5 { log(y) } else { log1p(-x) };
    exp(a * ln_x + b * ln_y + ratio - lgamma(small))
}

/// Regularised incomplete beta functions (I_x(a, b), 1 − I_x(a, b)), y = 1 − x.
pub fn beta_pq(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if a.is_nan() || b.is_nan() || x.is_nan() || y.is_nan() || a <= 0.0 || b <= 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let density = beta_density(a, b, x, y);
    if x <= (a + 1.0) / (a + b + 2.0) {
        let p = density / a * fraction(a, b, x);
        (p, 1.0 - p)
    } else {
        let q = density / b * fraction(b, a, y);
        (1.0 - q, q)
    }
}

/// The continued fraction 26.5.8 of Abramowitz and Stegun, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (ab, ap, am) = (a + b, a + 1.0, a - 1.0);
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - ab * x / ap);
    let mut h = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((am + 2.0 * m) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (ab + m) * x / ((a + 2.0 * m) * (ap + 2.0 * m));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON / 2.0 {
            break;
        }
    }
    h
}

/// (x, 1 − x) with I_x(a, b) = p, where q = 1 − p is given apart: each to full relative accuracy.
pub fn beta_inv(a: f64, b: f64, p: f64, q: f64) -> (f64, f64) {
    if a.is_nan() || b.is_nan() || a <= 0.0 || b <= 0.0 || !(p >= 0.0 && q >= 0.0) {
        return (f64::NAN, f64::NAN);
    }
    if p == 0.0 {
        return (0.0, 1.0);
    }
    if q == 0.0 {
        return (1.0, 0.0);
    }
    // Solve in whichever of x and 1 − x is small, from whichever of p and q is small.
    let half = beta_pq(a, b, 0.5, 0.5).0;
    let lower = p < half;
    let (a, b, p, q) = if lower { (a, b, p, q) } else { (b, a, q, p) };
    let upper = q < p;
    let ln_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
    let guess = exp((log(p) + log(a) + ln_beta) / a).clamp(1e-300, 0.5);
    let x = invert_log(guess, log(if upper { q } else { p }), upper, |x| {
        // The bracket may try beyond the support; there the answer is known.
        let y = 1.0 - x;
        if y <= 0.0 {
            return (if upper { 0.0 } else { 1.0 }, 1.0);
        }
        let (low, high) = beta_pq(a, b, x, y);
        (if upper { high } else { low }, beta_density(a, b, x, y) / y)
    });
    if lower { (x, 1.0 - x) } else { (1.0 - x, x) }
}
