//! The complex exponential over columns, for characteristic functions.

use super::dispatch::{self, Kernel};
use super::kernel::exp_lane;

/// e^{re + i im} of each element, in place.
///
/// Absolute error, relative to the modulus, at most 4e-16 for |im| up to 1e6; the same bits at every
/// instruction set. Larger angles, also infinite ones (whose result is NaN), go through `libm`.
///
/// # Panics
/// If the columns differ in length.
pub fn exp_complex_in_place(re: &mut [f64], im: &mut [f64]) {
    assert_eq!(re.len(), im.len(), "two columns of one length");
    dispatch::run(ExpComplex { re, im });
}

/// Kernel of [`exp_complex_in_place`], to run at a chosen level.
pub struct ExpComplex<'a> {
    pub re: &'a mut [f64],
    pub im: &'a mut [f64],
}

/// Largest angle whose reduction is exact enough: n < 2²⁰ makes n · [`PI_2`]`[0]` exact.
const LARGEST: f64 = 1e6;
/// π/2 in three parts, the first two of 33 bits (fdlibm, `e_rem_pio2.c`).
const PI_2: [f64; 3] =
    [1.57079632673412561417e+00, 6.07710050630396597660e-11, 2.02226624879595063154e-21];

impl Kernel for ExpComplex<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let usual = |x: &f64| u64::from(x.abs() <= LARGEST);
        let all = self.im.iter().map(usual).sum::<u64>() == self.im.len() as u64;
        if all {
            for (re, im) in self.re.iter_mut().zip(self.im.iter_mut()) {
                let modulus = exp_lane(*re);
                let (sin, cos) = sin_cos_lane(*im);
                (*re, *im) = (modulus * cos, modulus * sin);
            }
        } else {
            for (re, im) in self.re.iter_mut().zip(self.im.iter_mut()) {
                let modulus = exp_lane(*re);
                let (sin, cos) =
                    if im.abs() <= LARGEST { sin_cos_lane(*im) } else { libm::sincos(*im) };
                (*re, *im) = (modulus * cos, modulus * sin);
            }
        }
    }
}

/// Sine and cosine by the kernels of fdlibm (`k_sin.c`, `k_cos.c`, Sun 1993) on |r| ≤ π/4.
#[inline(always)]
pub(crate) fn sin_cos_lane(x: f64) -> (f64, f64) {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = x * std::f64::consts::FRAC_2_PI + ROUND;
    let n = shifted - ROUND;
    let quadrant = shifted.to_bits();
    let r = ((x - n * PI_2[0]) - n * PI_2[1]) - n * PI_2[2];

    let z = r * r;
    let w = z * z;
    let sine = {
        let low = 8.33333333332248946124e-03
            + z * (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06);
        let high = -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10;
        r + (z * r) * (-1.66666666666666324348e-01 + z * (low + (z * w) * high))
    };
    let cosine = {
        let low = 4.16666666666666019037e-02
            + z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05);
        let high = -2.75573143513906633035e-07
            + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11);
        let half = 0.5 * z;
        let whole = 1.0 - half;
        whole + (((1.0 - whole) - half) + w * (low + (z * w) * high))
    };
    // An odd quadrant swaps them; the second bit turns the sine, the sum of both bits the cosine.
    let odd = quadrant & 1 == 1;
    let (s, c) = if odd { (cosine, sine) } else { (sine, cosine) };
    let turn_sine = (quadrant & 2) << 62;
    let turn_cosine = (quadrant.wrapping_add(1) & 2) << 62;
    (f64::from_bits(s.to_bits() ^ turn_sine), f64::from_bits(c.to_bits() ^ turn_cosine))
}

#[cfg(test)]
#[expect(clippy::approx_constant, reason = "tables of references")]
mod tests {
    use super::*;
    use crate::numeric::dispatch::{available, run_at};

    /// Angle, cosine and sine by mpmath with 60 digits.
    const CIRCLE: [(f64, f64, f64); 20] = [
        (0.0, 1.0, 0.0),
        (1e-08, 0.99999999999999995, 1.0000000000000000043e-8),
        (0.5, 0.87758256189037271612, 0.47942553860420300027),
        (0.7853981633974483, 0.70710678118654754605, 0.70710678118654750275),
        (0.7853981633974484, 0.70710678118654746755, 0.70710678118654758126),
        (1.0, 0.5403023058681397174, 0.84147098480789650665),
        (1.5707963267948966, 6.1232339957367658861e-17, 1.0),
        (2.0, -0.416146836547142387, 0.9092974268256816954),
        (3.0, -0.98999249660044545727, 0.1411200080598672221),
        (3.141592653589793, -1.0, 1.2246467991473531772e-16),
        (-3.5, -0.9364566872907963377, 0.35078322768961984812),
        (5.0, 0.28366218546322626447, -0.95892427466313846889),
        (-6.283185307179586, 1.0, 2.4492935982947063545e-16),
        (10.0, -0.83907152907645245226, -0.5440211108893698134),
        (-100.0, 0.8623188722876839341, 0.50636564110975879366),
        (355.0, -0.99999999954565898017, -0.000030144353359488449214),
        (12345.678, 0.71011935871606277365, -0.70408131375338158541),
        (-99999.5, -0.85988273092227107438, -0.51049161507477981364),
        (750000.25, 0.018172125013902394265, 0.99983487330282649174),
        (999999.75, 0.82104099428020374271, -0.57086923696357508755),
    ];

    fn one(re: f64, im: f64) -> (f64, f64) {
        let (mut re, mut im) = ([re], [im]);
        exp_complex_in_place(&mut re, &mut im);
        (re[0], im[0])
    }

    #[test]
    fn against_sixty_digit_references() {
        for (angle, cosine, sine) in CIRCLE {
            let (re, im) = one(0.0, angle);
            let error = (re - cosine).abs().max((im - sine).abs());
            assert!(error <= 1.6e-16, "{angle}: {error:e}");
        }
    }

    #[test]
    fn angles_beyond_the_reduction_and_nonsense() {
        for angle in [1.5e6, -3e9, 1e22] {
            let (sine, cosine) = libm::sincos(angle);
            assert_eq!(one(0.0, angle), (cosine, sine));
        }
        assert!(one(0.0, f64::INFINITY).0.is_nan());
        assert!(one(0.0, f64::NAN).1.is_nan());
        assert_eq!(one(-800.0, 1.0), (0.0, 0.0));
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for odd in [0.5, 1e7] {
            let at = |level| {
                let mut re: Vec<f64> = (0..300).map(|i| 0.01 * f64::from(i) - 2.0).collect();
                let mut im: Vec<f64> = (0..300).map(|i| 1.7 * f64::from(i) - 200.0).collect();
                im[7] = odd;
                run_at(level, ExpComplex { re: &mut re, im: &mut im });
                re.into_iter().chain(im).map(f64::to_bits).collect::<Vec<_>>()
            };
            let mut levels = available();
            let first = levels.next().map(at);
            assert!(levels.all(|level| Some(at(level)) == first));
        }
    }
}
