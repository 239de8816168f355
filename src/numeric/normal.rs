//! The normal distribution function and its relatives.

use libm::{erfc, exp, fma, log, log1p};

const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// √½ − fl(√½): the digits of √½ that a double leaves out.
const SQRT_HALF_LOW: f64 = -4.833_646_656_726_456_7e-17;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_741_78;

/// P(Z > z), to full relative accuracy down to the smallest numbers.
pub fn norm_sf(z: f64) -> f64 {
    if z < 1.0 {
        return 0.5 * erfc(z * SQRT_HALF);
    }
    // The rounding of z/√2 would cost z² ulps; carry it and correct to first order.
    let x = z * SQRT_HALF;
    let lost = fma(z, SQRT_HALF, -x) + z * SQRT_HALF_LOW;
    // erfc(x + d) ≈ erfc(x) − 2/√π e^{−x²} d ≈ erfc(x)·exp(−2xd) in the tail, where it matters.
    let tail = 0.5 * erfc(x);
    if z > 3.0 {
        tail * exp(-2.0 * x * lost)
    } else {
        tail - norm_pdf(z) * lost * std::f64::consts::SQRT_2
    }
}

/// P(Z ≤ z).
pub fn norm_cdf(z: f64) -> f64 {
    norm_sf(-z)
}

/// Density of the standard normal.
pub fn norm_pdf(z: f64) -> f64 {
    exp(-0.5 * z * z - LN_SQRT_2PI)
}

/// ln P(Z > z), also where P(Z > z) underflows.
pub fn ln_norm_sf(z: f64) -> f64 {
    if z < 35.0 {
        return if z < -1.0 { log1p(-norm_sf(-z)) } else { log(norm_sf(z)) };
    }
    // Mills' ratio by its asymptotic series.
    let y = 1.0 / (z * z);
    let series = 1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y)));
    -0.5 * z * z - log(z) - LN_SQRT_2PI + log(series)
}
