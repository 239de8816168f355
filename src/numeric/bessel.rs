//! The modified Bessel function of the second kind, by its integral over the path of steepest descent.
//!
//! K_ν(z) = ½ ∫ e^{−z cosh t + νt} dt. Along the horizontal line through the saddle sinh t₀ = ν/z the
//! exponent is ν t₀ − S cosh s − ν (sinh s − s) with S = √(z² + ν²), whose real part is concave: the
//! trapezoidal rule converges exponentially (Trefethen and Weideman 2014, SIAM Review 56(3)).

use libm::{sinh, sqrt};

use super::complex::{C64, complex_ln1p, expm1_less};

/// ∫ exp(−B (eˢ − 1 − s) − C (e^{−s} − 1 + s)) ds over the line, B, C ≥ 0, B + C > 0.
pub fn saddle_integral(b: f64, c: f64) -> f64 {
    let h = step(b + c, 0.2);
    let f = |s: f64| libm::exp(-b * expm1_less(s) - c * expm1_less(-s));
    let mut sum = 1.0;
    for sign in [1.0, -1.0] {
        for i in 1..MOST {
            let term = f(sign * h * f64::from(i));
            sum += term;
            if term < 1e-18 * sum {
                break;
            }
        }
    }
    h * sum
}

/// Terms to each side: what decays like e^{−s/2} at the widest step needs 400.
const MOST: i32 = 100_000;

/// Two fifths of the width of the peak, at most `most`: the integrand is bounded in |Im s| < π/2.
fn step(curvature: f64, most: f64) -> f64 {
    (0.4 / sqrt(curvature)).min(most)
}

/// ln K_ν(z√(1 + u)) − ln K_ν(z) for real z > 0 and Re u ≥ 0; |ν| counts.
pub fn ln_bessel_k_ratio(order: f64, z: f64, u: C64) -> C64 {
    let v = order.abs();
    let s0 = libm::hypot(z, v);
    let s1 = ((u + 1.0) * (z * z) + v * v).sqrt();
    let gap = u * (z * z) / (s1 + s0);
    // ν asinh(ν/z) = ν ln((ν + S)/z)
    let shift = complex_ln1p(gap / (v + s0)) - complex_ln1p(u) * 0.5;
    let peak = if v == 0.0 { C64::default() } else { shift * v };
    peak - gap + (line_integral(v, s1) / line_integral(v, C64::new(s0, 0.0))).ln()
}

/// ∫ exp(−S (cosh s − 1) − ν (sinh s − s)) ds.
fn line_integral(v: f64, s: C64) -> C64 {
    // The phase of S, up to π/4, leaves half of the strip.
    let h = step(s.re, 0.11);
    let mut sum = C64::new(1.0, 0.0);
    for sign in [1.0, -1.0] {
        for i in 1..MOST {
            let x = sign * h * f64::from(i);
            let half = sinh(0.5 * x);
            // sinh x − x, as the odd part of e^x − 1 − x
            let odd = 0.5 * (expm1_less(x) - expm1_less(-x));
            let term = (-s * (2.0 * half * half) - v * odd).exp();
            sum += term;
            if term.norm() < 1e-18 * sum.norm() {
                break;
            }
        }
    }
    sum * h
}

/// K_{ν+1}(z)/K_ν(z), z > 0.
pub fn bessel_k_step(order: f64, z: f64) -> f64 {
    let (v0, v1) = (order.abs(), (order + 1.0).abs());
    let (s0, s1) = (libm::hypot(z, v0), libm::hypot(z, v1));
    let line = |v: f64, s: f64| line_integral(v, C64::new(s, 0.0)).re;
    // S₁ − S₀ = (v₁² − v₀²)/(S₁ + S₀)
    let gap = (v1 - v0) * (v1 + v0) / (s1 + s0);
    let logs = v1 * libm::asinh(v1 / z) - v0 * libm::asinh(v0 / z) - gap;
    libm::exp(logs) * line(v1, s1) / line(v0, s0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath `besselk` with 40 digits.
    #[test]
    fn agrees_with_mpmath() {
        for (order, z, ratio) in [
            (0.0, 1.0, 1.429625398260401758),
            (-0.5, 3.0, 1.0),
            (2.5, 0.01, 500.00333322332596284),
            (-3.2, 7.0, 0.70110016843920049969),
            (40.0, 0.001, 80000.000012820512818),
            (-7.25, 1e4, 0.99932526153631347887),
        ] {
            let got = bessel_k_step(order, z);
            assert!((got / ratio - 1.0).abs() < 5e-14, "{order} {z}: {got}");
        }
        for (order, z, u, log) in [
            (0.5, 2.0, (3.0, 4.0), (-2.8279534417212056825, -2.0167089830982714426)),
            (-2.5, 10.0, (0.1, -0.3), (-0.63549588599593959286, 1.5177723382670077933)),
            (7.0, 0.3, (100.0, 50.0), (-16.901239176496952111, -1.7841737773868908226)),
            (-30.0, 5.0, (1e-6, 2e-6), (-0.000015213906847901107261, -0.000030427738687864885084)),
            (0.0, 1e4, (0.5, -2.0), (-4142.3646909854617765, 2.7161615576069383899)),
        ] {
            let got = ln_bessel_k_ratio(order, z, C64::new(u.0, u.1));
            let error = (got - C64::new(log.0, log.1)).im.rem_euclid(std::f64::consts::TAU);
            let turn = error.min(std::f64::consts::TAU - error);
            assert!((got.re - log.0).abs() < 2e-14 + 1e-15 * log.0.abs(), "{order} {z}: {got}");
            assert!(turn < 2e-14 + 1e-15 * z, "{order} {z}: {got}");
        }
    }
}
