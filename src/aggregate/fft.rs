//! Compounding by FFT with zero padding and exponential tilting.
//!
//! Grübel and Hermesmeier (1999, ASTIN Bulletin 29(2)); Embrechts and Frei (2009). Tilting by
//! e^{−θk} damps what wraps around; too much of it amplifies rounding, so θN = 6 on a grid padded
//! to twice its length, and a second tilt measures the numerical error.

use std::sync::{Arc, Mutex, OnceLock};

use num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::error::{Error, Result};
use crate::frequency::{Count, Frequency};
use crate::numeric::kernel::exp_in_place;

type C64 = Complex<f64>;

/// θN of the result and of the check.
pub(super) const TILT: f64 = 6.0;
pub(super) const CHECK_TILT: f64 = 9.0;

/// Plans are costly (50 ms at 2²⁰), so the process keeps them.
fn planner() -> &'static Mutex<RealFftPlanner<f64>> {
    static PLANNER: OnceLock<Mutex<RealFftPlanner<f64>>> = OnceLock::new();
    PLANNER.get_or_init(|| Mutex::new(RealFftPlanner::new()))
}

type Plans = (Arc<dyn RealToComplex<f64>>, Arc<dyn ComplexToReal<f64>>);

fn plans(length: usize) -> Plans {
    let mut planner = planner().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    (planner.plan_fft_forward(length), planner.plan_fft_inverse(length))
}

/// Probabilities of the compound on the grid of `severity` (its length is the number of buckets).
///
/// `shift` moves every severity point up by one step: one spectrum serves lower and upper bounds.
pub(super) fn compound(
    frequency: &Frequency,
    severity: &[f64],
    tilt: f64,
    shift: bool,
) -> Result<Vec<f64>> {
    let n = severity.len();
    let padded = 2 * n;
    let theta = tilt / padded as f64;
    let (forward, inverse) = plans(padded);

    // e^{−θk} for all k, then again for the way back.
    let mut damp: Vec<f64> = (0..n).map(|k| -theta * k as f64).collect();
    exp_in_place(&mut damp);
    let mut values = vec![0.0; padded];
    for ((value, p), d) in values.iter_mut().zip(severity).zip(&damp) {
        *value = p * d;
    }
    let mut spectrum = forward.make_output_vec();
    forward
        .process(&mut values, &mut spectrum)
        .map_err(|e| Error::numeric("fft", e.to_string()))?;

    let mut modulus = vec![0.0; spectrum.len()];
    for (j, z) in spectrum.iter_mut().enumerate() {
        if shift {
            let angle = -std::f64::consts::TAU * j as f64 / padded as f64;
            *z *= C64::from_polar(libm::exp(-theta), angle);
        }
        let log = frequency.ln_pgf(*z - 1.0);
        modulus[j] = log.re;
        z.im = log.im;
    }
    exp_in_place(&mut modulus);
    for (z, r) in spectrum.iter_mut().zip(&modulus) {
        let (sin, cos) = libm::sincos(z.im);
        *z = C64::new(r * cos, r * sin);
    }
    // Both ends of a real spectrum are real; rounding may have left dust.
    if let Some(first) = spectrum.first_mut() {
        first.im = 0.0;
    }
    if let Some(last) = spectrum.last_mut() {
        last.im = 0.0;
    }
    inverse
        .process(&mut spectrum, &mut values)
        .map_err(|e| Error::numeric("fft", e.to_string()))?;
    values.truncate(n);
    let scale = 1.0 / padded as f64;
    for (value, d) in values.iter_mut().zip(&damp) {
        *value *= scale / d;
    }
    Ok(values)
}
