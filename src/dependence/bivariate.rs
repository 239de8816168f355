//! The bivariate normal and t distribution functions.

use crate::error::{Error, Result};
use crate::numeric::{adaptive, normal_isf, t_isf};

/// Absolute error that is let pass.
const TOLERANCE: f64 = 1e-10;

/// C(u, v) of the t copula, or of the Gaussian for `df` = ∞; u, v in (0, 1).
///
/// Plackett (1954) gives ∂C/∂ρ for the normal, Dunnett and Sobel (1955) for t; integrated down from
/// ρ = 1, where C = min(u, v), in φ = arccos ρ:
///
/// C = min(u, v) − (1/2π) ∫ (1 + q/df)^(−df/2) dφ, q = (h − k)²/sin²φ + hk/cos²(φ/2).
///
/// # Errors
/// If the quadrature cannot promise 1e-10.
pub(super) fn joint(u: f64, v: f64, rho: f64, df: f64) -> Result<f64> {
    if rho < 0.0 {
        return Ok((u - joint(u, 1.0 - v, -rho, df)?).max(0.0));
    }
    let (u, v) = (u.clamp(f64::MIN_POSITIVE, 1.0), v.clamp(f64::MIN_POSITIVE, 1.0));
    if u == 1.0 || v == 1.0 {
        return Ok(u.min(v));
    }
    let quantile = |p: f64| if df == f64::INFINITY { -normal_isf(p) } else { -t_isf(p, df) };
    let (h, k) = (quantile(u), quantile(v));
    let density = |phi: f64| {
        let (sine, half) = (libm::sin(phi), libm::cos(0.5 * phi));
        let gap = (h - k) / sine;
        let q = if h == k { 0.0 } else { gap * gap } + h * k / (half * half);
        if df == f64::INFINITY {
            libm::exp(-0.5 * q)
        } else {
            libm::exp(-0.5 * df * libm::log1p(q / df))
        }
    };
    let (integral, error) = adaptive(0.0, libm::acos(rho), 1e-13, density);
    let twice_pi = 2.0 * std::f64::consts::PI;
    if !(error / twice_pi <= TOLERANCE) {
        return Err(Error::numeric("copula", format!("the cdf is only known to {error:.1e}")));
    }
    Ok((u.min(v) - integral / twice_pi).max(0.0))
}
