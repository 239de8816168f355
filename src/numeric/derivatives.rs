//! Derivatives of incomplete gamma and beta functions by their parameters.
//!
//! For a density whose logarithm has ∂/∂a = T(x) − E T with T rising, ∂S/∂a = ∫ S dT over (x, ∞)
//! + (T(x) − E T) S(x): above the mean of T both terms are positive; below it the same with F.

use libm::{exp, log, log1p};

use super::quadrature::adaptive;
use super::{beta_pq, gamma_pq};

/// ψ(x) = d ln Γ / dx, x > 0: upwards by ψ(x + 1) = ψ(x) + 1/x to the asymptotic series.
pub fn digamma(x: f64) -> f64 {
    if !(x > 0.0) {
        return f64::NAN;
    }
    let (mut x, mut less) = (x, 0.0);
    while x < 10.0 {
        less += 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = y
        * (1.0 / 12.0
            - y * (1.0 / 120.0
                - y * (1.0 / 252.0
                    - y * (1.0 / 240.0 - y * (1.0 / 132.0 - y * (691.0 / 32760.0 - y / 12.0))))));
    log(x) - 0.5 / x - series - less
}

/// ∂Q(a, x)/∂a of the regularised upper incomplete gamma function.
pub fn gamma_q_by_shape(a: f64, x: f64) -> f64 {
    if !(x > 0.0 && x < f64::INFINITY && a > 0.0) {
        return if x == 0.0 || x == f64::INFINITY { 0.0 } else { f64::NAN };
    }
    let gap = log(x) - digamma(a);
    let (p, q) = gamma_pq(a, x);
    if gap > 0.0 {
        // ∫ Q(a, t)/t dt over (x, ∞), in t = x e^s; the tail is gone 750 beyond max(a, x).
        let end = log1p((x.max(a) * 2.0 + 750.0 - x).max(x) / x);
        return gap * q + adaptive(0.0, end, 1e-14, |s| gamma_pq(a, x * exp(s)).1).0;
    }
    // ∫ P(a, t)/t dt over (0, x): P falls as t^a towards 0, in the end to P/a.
    lower(a, x, |t| gamma_pq(a, t).0) - gap * p
}

/// ∫ F(t)/t dt over (0, x), F behaving as tᵃ towards 0.
fn lower(a: f64, x: f64, f: impl Fn(f64) -> f64) -> f64 {
    // Far down F is a power to the last digit.
    let reach = (45.0 / a).clamp(1.0, 60.0);
    let rest = f(x * exp(-reach)) / a;
    rest + adaptive(0.0, reach, 1e-14, |s| f(x * exp(-s))).0
}

/// ∂/∂a and ∂/∂b of 1 − I_x(a, b), y = 1 − x given apart.
pub fn beta_c_by_parameters(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if !(x > 0.0 && y > 0.0) {
        return (0.0, 0.0);
    }
    // By symmetry 1 − I_x(a, b) = I_y(b, a).
    (by_first(a, b, x, y), -by_first(b, a, y, x))
}

/// ∂/∂a of 1 − I_x(a, b).
fn by_first(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let ln_x = if x < 0.5 { log(x) } else { log1p(-y) };
    let gap = ln_x - (digamma(a) - digamma(a + b));
    let (p, q) = beta_pq(a, b, x, y);
    if gap > 0.0 {
        // ∫ (1 − I_t)/t dt over (x, 1), in 1 − t = y e^−s.
        let f = |s: f64| {
            let rest = y * exp(-s);
            beta_pq(a, b, 1.0 - rest, rest).1 * rest / (1.0 - rest)
        };
        let reach = (45.0 / (b + 1.0)).clamp(0.5, 45.0);
        return gap * q + adaptive(0.0, reach, 1e-14, f).0;
    }
    lower(a, x, |t| beta_pq(a, b, t, 1.0 - t).0) - gap * p
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_mpmath() {
        for (x, exact) in [
            (1.0, -0.577_215_664_901_532_9),
            (0.3, -3.502_524_222_200_132_8),
            (25.0, 3.198_742_512_851_974_008_3),
        ] {
            assert!((digamma(x) / exact - 1.0).abs() < 1e-14, "{x}");
        }
        let slope = |f: &dyn Fn(f64) -> f64, v: f64| {
            // Eighth-order central difference.
            let h = 0.02 * v / (1.0 + v / 50.0);
            let d = |k: f64| f(v + k * h) - f(v - k * h);
            (0.8 * d(1.0) - 0.2 * d(2.0) + 4.0 / 105.0 * d(3.0) - d(4.0) / 280.0) / h
        };
        for (a, x) in
            [(0.3, 0.01), (0.3, 4.0), (2.5, 1.0), (2.5, 9.0), (400.0, 350.0), (400.0, 480.0)]
        {
            let by = slope(&|a| gamma_pq(a, x).1, a);
            assert!((gamma_q_by_shape(a, x) - by).abs() < 1e-8 * by.abs() + 1e-12, "{a} {x} {by}");
        }
        for (a, b, x) in
            [(0.4, 3.0, 0.01), (2.0, 5.0, 0.6), (7.0, 0.5, 0.9), (3.0, 3.0, 0.2), (60.0, 80.0, 0.5)]
        {
            let (by_a, by_b) = beta_c_by_parameters(a, b, x, 1.0 - x);
            let (ea, eb) = (
                slope(&|a| beta_pq(a, b, x, 1.0 - x).1, a),
                slope(&|b| beta_pq(a, b, x, 1.0 - x).1, b),
            );
            assert!((by_a - ea).abs() < 1e-8 * ea.abs() + 1e-12, "{a} {b} {x}: {by_a} {ea}");
            assert!((by_b - eb).abs() < 1e-8 * eb.abs() + 1e-12, "{a} {b} {x}: {by_b} {eb}");
        }
    }
}
