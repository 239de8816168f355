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
fn sin_cos_lane(x: f64) -> (f64, f64) {
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
