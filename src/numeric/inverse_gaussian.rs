//! The inverse Gaussian distribution of mean 1: (F, S, x · density), each to full relative accuracy.
//!
//! S(x) = Φ(−r(x − 1)) − e^(2φ) Φ(−r(x + 1)), r² = φ/x (Shuster 1968, JASA 63(324), 1514–1516), is
//! φ(r(x − 1)) (M(r(x − 1)) − M(r(x + 1))) with Mills' ratio M: nothing overflows, and where the two
//! are close their difference is ∫ e^(−t²/2 − at) (1 − e^(−ct)) dt.

use libm::{exp, expm1, sqrt};

use super::double::Double;
use super::quadrature::adaptive;
use super::{mills, norm_pdf};

/// (P(X ≤ x), P(X > x), x · density) at u = x / mean with φ = shape / mean.
pub(crate) fn inverse_gaussian(u: Double, phi: Double) -> (f64, f64, f64) {
    if u.hi <= 0.0 {
        return (0.0, 1.0, 0.0);
    }
    if u.hi == f64::INFINITY {
        return (1.0, 0.0, 0.0);
    }
    let r = sqrt(phi.hi / u.hi);
    let less = u.add(Double::new(-1.0));
    // φ (u − 1)² / (2u), the exponent of both.
    let exponent = phi.mul(less).mul(less).div(u).times(0.5);
    let peak = if exponent.hi < 800.0 { exponent.exp_neg() * norm_pdf(0.0) } else { 0.0 };
    let density = r * peak;
    let (a, b) = (r * less.hi, r * (u.hi + 1.0));
    if a < 0.0 {
        let below = peak * (mills(-a) + mills(b));
        if below < 0.5 {
            return (below, 1.0 - below, density);
        }
    }
    let above = peak * mills_gap(a, b, 2.0 * r);
    (1.0 - above, above, density)
}

/// M(a) − M(b), b = a + width.
fn mills_gap(a: f64, b: f64, width: f64) -> f64 {
    let (first, second) = (mills(a), mills(b));
    if second < 0.3 * first {
        return first - second;
    }
    let end = (if a > 5.0 { 45.0 / a } else { 10.0 - a.min(0.0) }).min(10.0 - a.min(0.0));
    adaptive(0.0, end, 1e-15, |t| exp(-t * (0.5 * t + a)) * -expm1(-width * t)).0
}
