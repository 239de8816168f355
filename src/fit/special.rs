//! Logarithms of tail probabilities with their derivatives in argument and shape.

use libm::{exp, expm1, lgamma, log, log1p};

use super::jet::{Jet, Two};
use crate::numeric::{digamma, legendre_20, ln_norm_sf, mills};

/// ψ′(a), a > 0 (Abramowitz and Stegun 6.4.12).
pub fn trigamma(a: f64) -> f64 {
    let (mut x, mut shift) = (a, 0.0);
    while x < 10.0 {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = 1.0 / 6.0
        - y * (1.0 / 30.0
            - y * (1.0 / 42.0
                - y * (1.0 / 30.0 - y * (5.0 / 66.0 - y * (691.0 / 2730.0 - y * (7.0 / 6.0))))));
    shift + 1.0 / x + 0.5 * y + y / x * series
}

/// ln Γ(a) of a jet.
pub fn ln_gamma<const N: usize>(a: Jet<N>) -> Jet<N> {
    a.map(lgamma(a.v), digamma(a.v), trigamma(a.v))
}

/// ln P(Z > z) of a jet; the derivative is minus the hazard 1/mills, whose own is h (h − z).
pub fn ln_normal_tail<const N: usize>(z: Jet<N>) -> Jet<N> {
    let hazard = if z.v > -30.0 { 1.0 / mills(z.v) } else { 0.0 };
    z.map(ln_norm_sf(z.v), -hazard, -hazard * (hazard - z.v))
}

/// ln(1 + p)/p with two derivatives, p > −1.
pub fn log1p_ratio(p: f64) -> (f64, f64, f64) {
    if p.abs() < 0.1 {
        // Σ (−p)ᵏ/(k + 1) and its derivatives.
        let (mut g, mut g1, mut g2) = (0.0, 0.0, 0.0);
        for k in (0..24).rev() {
            let k = f64::from(k);
            let sign = if k % 2.0 == 0.0 { 1.0 } else { -1.0 };
            g2 = g2 * p + sign * (k + 2.0) * (k + 1.0) / (k + 3.0);
            g1 = g1 * p - sign * (k + 1.0) / (k + 2.0);
            g = g * p + sign / (k + 1.0);
        }
        return (g, g1, g2);
    }
    let r = 1.0 / (1.0 + p);
    let g = log1p(p) / p;
    let g1 = (r - g) / p;
    (g, g1, (-r * r - 2.0 * g1) / p)
}

/// ln of the lower and upper regularised incomplete gamma functions P, Q in (a, t), z = eᵗ.
///
/// The tail away from the mode is one integral in s = ln T, T gamma(a): its first two moments give
/// the derivatives in the shape, ∂ ln P/∂a = E(ln T | T < z) − ψ(a) and ∂² ln P/∂a² =
/// Var(ln T | T < z) − ψ′(a), which is differentiation of the integral under its sign. Lower tails of
/// small shapes have the series with positive terms instead (Abramowitz and Stegun 6.5.29).
pub fn ln_gamma_tails(a: f64, t: f64) -> (Two, Two) {
    let z = exp(t);
    let lower = z < a + 1.0;
    let sign = if lower { -1.0 } else { 1.0 };
    // ∫ of the density over the density at t, and the mean and variance of ln T on that side.
    let (whole, mean, variance) =
        if lower && a < 60.0 { lower_series(a, t, z) } else { beyond(a, t, z, sign) };
    let (psi, psi1) = (digamma(a), trigamma(a));
    let near = tail(
        a * t - z - lgamma(a) + log(whole),
        mean - psi,
        variance - psi1,
        -sign / whole,
        (a, z, t - psi),
    );
    let far = complement(near);
    if lower { (near, far) } else { (far, near) }
}

fn beyond(a: f64, t: f64, z: f64, sign: f64) -> (f64, f64, f64) {
    // h is the way from ln z into the tail; the exponent is a convex function of it.
    let slope = sign * (z - a);
    let edge = |v: f64| {
        let root = (slope * slope + 2.0 * z * v).sqrt();
        // The form without cancellation for either sign of the slope.
        if slope >= 0.0 { 2.0 * v / (slope + root) } else { (root - slope) / z }
    };
    let (mut whole, mut first, mut second, mut from) = (0.0, 0.0, 0.0, 0.0);
    for v in [50.0 / 9.0, 200.0 / 9.0, 50.0] {
        let (centre, half) = (0.5 * (from + edge(v)), 0.5 * (edge(v) - from));
        for (node, weight) in legendre_20() {
            let h = centre + half * node;
            let f = half * weight * exp(-(z * expm1(sign * h) - sign * a * h));
            whole += f;
            first += f * h;
            second += f * h * h;
        }
        from = edge(v);
    }
    let mean = first / whole;
    (whole, t + sign * mean, second / whole - mean * mean)
}

/// Σ zⁿ / (a (a + 1) … (a + n)) with its logarithmic derivatives in a.
fn lower_series(a: f64, t: f64, z: f64) -> (f64, f64, f64) {
    let (mut term, mut h1, mut h2) = (1.0 / a, 1.0 / a, 1.0 / (a * a));
    let (mut sum, mut first, mut second, mut n) = (term, term * h1, term * (h1 * h1 + h2), a);
    for _ in 0..10_000 {
        n += 1.0;
        term *= z / n;
        h1 += 1.0 / n;
        h2 += 1.0 / (n * n);
        let bend = term * (h1 * h1 + h2);
        sum += term;
        first += term * h1;
        second += bend;
        if bend < second * 1e-17 {
            break;
        }
    }
    let mean = first / sum;
    (sum, t - mean, second / sum - mean * mean)
}

/// A tail in (a, t) from its value, its derivatives in a and its derivative in t.
fn tail(v: f64, x: f64, xx: f64, y: f64, (a, z, slope): (f64, f64, f64)) -> Two {
    Two { v, x, xx, y, xy: y * (slope - x), yy: y * (a - z - y) }
}

/// ln(1 − e^f) of a function f of two variables.
fn complement(f: Two) -> Two {
    let odds = -exp(f.v) / expm1(f.v);
    let bend = odds * (1.0 + odds);
    Two {
        v: if f.v > -0.69 { log(-expm1(f.v)) } else { log1p(-exp(f.v)) },
        x: -odds * f.x,
        y: -odds * f.y,
        xx: -odds * f.xx - bend * f.x * f.x,
        xy: -odds * f.xy - bend * f.x * f.y,
        yy: -odds * f.yy - bend * f.y * f.y,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::gamma_pq;

    #[test]
    fn psi_functions_at_known_points() {
        // −γ, π²/6, and at 1/2: −γ − 2 ln 2, π²/2.
        let (euler, pi) = (0.577_215_664_901_532_860_6, std::f64::consts::PI);
        assert!((digamma(1.0) + euler).abs() < 1e-15);
        assert!((digamma(0.5) + euler + 2.0 * std::f64::consts::LN_2).abs() < 2e-15);
        assert!((trigamma(1.0) - pi * pi / 6.0).abs() < 1e-14);
        assert!((trigamma(0.5) - pi * pi / 2.0).abs() < 1e-14);
    }

    #[test]
    fn tails_agree_with_the_incomplete_gamma_functions() {
        for a in [0.03, 0.4, 1.0, 2.7, 30.0, 900.0, 2e4] {
            for ratio in [1e-6, 0.01, 0.3, 0.9, 0.99, 1.0, 1.01, 1.2, 3.0, 20.0] {
                let z: f64 = a * ratio;
                let (p, q) = gamma_pq(a, z);
                let (ln_p, ln_q) = ln_gamma_tails(a, z.ln());
                let worst = |ln: f64, p: f64| if p > 1e-290 { (ln - p.ln()).abs() } else { 0.0 };
                let scale = 1e-13 * (10.0 + a);
                assert!(worst(ln_p.v, p) < scale, "{a} {z}: {} {}", ln_p.v, p.ln());
                assert!(worst(ln_q.v, q) < scale, "{a} {z}: {} {}", ln_q.v, q.ln());
            }
        }
    }

    #[test]
    fn derivatives_of_the_tails() {
        for (a, t) in [(0.4, -1.0), (0.4, 1.0), (3.0, 0.5), (3.0, 2.0), (60.0, 4.0), (60.0, 4.2)] {
            let pick = |which: usize, a: f64, t: f64| {
                let (p, q) = ln_gamma_tails(a, t);
                if which == 0 { p } else { q }
            };
            for which in [0, 1] {
                let f = pick(which, a, t);
                let h = 1e-4;
                let da = |s: f64| pick(which, a + s * h, t);
                let dt = |s: f64| pick(which, a, t + s * h);
                let close = |x: f64, y: f64| {
                    assert!((x - y).abs() < 2e-6 * (1.0 + x.abs()), "{a} {t} {x} {y}");
                };
                close(f.x, (da(1.0).v - da(-1.0).v) / (2.0 * h));
                close(f.y, (dt(1.0).v - dt(-1.0).v) / (2.0 * h));
                close(f.xx, (da(1.0).x - da(-1.0).x) / (2.0 * h));
                close(f.xy, (da(1.0).y - da(-1.0).y) / (2.0 * h));
                close(f.yy, (dt(1.0).y - dt(-1.0).y) / (2.0 * h));
            }
        }
    }

    #[test]
    fn the_ratio_is_smooth_through_zero() {
        for p in [-0.0999, 0.0999] {
            let (near, far) = (log1p_ratio(p), log1p_ratio(p * 1.002));
            assert!((near.0 - far.0).abs() < 2e-4 && (near.2 - far.2).abs() < 2e-3);
        }
        assert_eq!(log1p_ratio(0.0), (1.0, -0.5, 2.0 / 3.0));
        let exact = log1p(0.09) / 0.09;
        assert!((log1p_ratio(0.09).0 - exact).abs() < 1e-15);
    }
}
