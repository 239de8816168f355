//! Complex ln(1 + w) and e^w − 1, which keep their digits where w is small.

use libm::{atan2, cos, exp, expm1, hypot, log, log1p, sin};
use num_complex::Complex;

pub type C64 = Complex<f64>;

/// `ln(1 + w)`: ½ ln1p(2 Re w + |w|²) + i·atan2(Im w, 1 + Re w).
pub fn complex_ln1p(w: C64) -> C64 {
    let re = 1.0 + w.re;
    if w.re.abs().max(w.im.abs()) > 1e100 {
        return C64::new(log(hypot(re, w.im)), atan2(w.im, re));
    }
    let square = if w.re > -0.5 || w.im.abs() > 0.5 {
        log1p(2.0 * w.re + w.norm_sqr())
    } else {
        // Next to −1 the sum above cancels, while 1 + Re w is exact.
        log(re * re + w.im * w.im)
    };
    C64::new(0.5 * square, atan2(w.im, re))
}

/// `e^w − 1`: (e^a − 1) cos b − 2 sin²(b/2) + i·e^a sin b.
pub fn complex_expm1(w: C64) -> C64 {
    let half = sin(0.5 * w.im);
    C64::new(expm1(w.re) * cos(w.im) - 2.0 * half * half, exp(w.re) * sin(w.im))
}

/// `e^x − 1 − x` ≥ 0, to full relative accuracy.
pub fn expm1_less(x: f64) -> f64 {
    if x.abs() >= 0.5 {
        return expm1(x) - x;
    }
    // x²/2 (1 + x/3 (1 + x/4 (…)))
    let mut inner = 1.0;
    for k in (3..20).rev() {
        inner = 1.0 + inner * x / f64::from(k);
    }
    0.5 * x * x * inner
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath with 50 digits.
    #[test]
    fn small_and_awkward_arguments_keep_their_digits() {
        let close = |a: C64, b: C64| assert!((a - b).norm() <= 3e-16 * b.norm(), "{a} {b}");
        close(
            complex_ln1p(C64::new(1e-12, -2e-12)),
            C64::new(1.0000000000015e-12, -1.999999999998e-12),
        );
        close(complex_expm1(C64::new(-1e-9, 3e-9)), C64::new(-1.000000004e-9, 2.999999997e-9));
        // Next to the branch point the modulus must not be lost: |1 + w| = 1e-8.
        let near = complex_ln1p(C64::new(-1.0, 1e-8));
        close(near, C64::new(-18.420680743952367, std::f64::consts::FRAC_PI_2));
        assert!((expm1_less(1e-5) / 5.000016666708333e-11 - 1.0).abs() < 3e-16);
        assert!((expm1_less(-0.3) / 0.040818220681717866 - 1.0).abs() < 3e-16);
    }
}
