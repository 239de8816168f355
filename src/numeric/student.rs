//! Student's t distribution, both tails to full relative accuracy.
//!
//! Through the incomplete beta function in ν/(ν + z²) and z²/(ν + z²), each formed apart, so that the
//! median keeps its digits too (the popular form loses half of them there).

use super::{beta_density, beta_inv, beta_pq};

/// ν/(ν + z²) and z²/(ν + z²).
fn parts(z: f64, df: f64) -> (f64, f64) {
    let w = (z / df.sqrt()) * (z / df.sqrt());
    if w > 1.0 {
        (1.0 / w / (1.0 + 1.0 / w), 1.0 / (1.0 + 1.0 / w))
    } else {
        (1.0 / (1.0 + w), w / (1.0 + w))
    }
}

/// P(T > z).
pub fn t_sf(z: f64, df: f64) -> f64 {
    if z.is_nan() {
        return z;
    }
    let (x, y) = parts(z, df);
    let both = beta_pq(0.5 * df, 0.5, x, y);
    if z >= 0.0 { 0.5 * both.0 } else { 0.5 + 0.5 * both.1 }
}

/// Density of T.
pub fn t_pdf(z: f64, df: f64) -> f64 {
    let near = 1e-8 * df.sqrt().min(1.0);
    let z = if z.abs() < near { near } else { z };
    let (x, y) = parts(z, df);
    beta_density(0.5 * df, 0.5, x, y) / z.abs()
}

/// z with P(T > z) = q.
pub fn t_isf(q: f64, df: f64) -> f64 {
    if q > 0.5 {
        return -upper(1.0 - q, 2.0 * q - 1.0, df);
    }
    upper(q, 1.0 - 2.0 * q, df)
}

/// z ≥ 0 with P(T > z) = q ≤ ½ and P(|T| < z) = inside.
fn upper(q: f64, inside: f64, df: f64) -> f64 {
    let (x, y) = beta_inv(0.5 * df, 0.5, 2.0 * q, inside);
    if x == 0.0 { f64::INFINITY } else { libm::sqrt(y / x) * df.sqrt() }
}
