//! Derivatives of the probabilities on a grid to every parameter: one more transform each.
//!
//! With Φ = P(φ): ∂g = back(P′(φ) ∂φ) for a parameter of the severity and back(∂P(φ)) for one of the
//! count. ∂φ transforms the derivative of the severity's masses, by central differences of fourth order
//! of exactly integrated masses: relative error about 1e-11.

use super::Aggregate;
use super::fft::{PADDED, Spectra};
use super::grid::{Discretisation, Grid, discretise};
use super::slope::{log_slope, parameter_slope};
use crate::error::Result;
use crate::exec::Control;
use crate::frequency::Count;
use crate::numeric::C64;
use crate::severity::{Family, Severity};

/// The derivative to one parameter.
#[derive(Debug, Clone)]
pub struct Derivative {
    /// `severity.…` or `frequency.…`.
    pub parameter: String,
    pub value: f64,
    /// ∂ P(S = kh).
    pub pmf: Vec<f64>,
    /// ∂ E S; NaN or infinite where the mean is.
    pub mean: f64,
}

/// Relative step of a parameter.
const STEP: f64 = 1e-3;

/// Derivatives to all parameters that can be moved up and down.
pub fn derivatives(aggregate: &Aggregate, grid: Grid) -> Result<Vec<Derivative>> {
    let Aggregate { frequency, severity } = aggregate;
    let how = Discretisation::MeanPreserving;
    let control = Control::default();
    let on_grid = |severity: &Severity| discretise(severity, grid, how, &control);
    let spectra = Spectra::new(grid.buckets, PADDED);
    let minus_one = |mut spectrum: Vec<C64>| {
        spectrum.iter_mut().for_each(|z| *z -= 1.0);
        spectrum
    };
    let w = minus_one(spectra.forward(on_grid(severity)?)?);
    let total: Vec<C64> = w.iter().map(|w| frequency.ln_pgf(*w).exp()).collect();
    let mut found = Vec::new();
    for (name, value) in severity.parameters() {
        let step = if value == 0.0 { STEP } else { STEP * value.abs() };
        let moved = |k: f64| severity.with_parameter(&name, value + k * step);
        let (Ok(a), Ok(b), Ok(c), Ok(d)) = (moved(-2.0), moved(-1.0), moved(1.0), moved(2.0))
        else {
            continue;
        };
        let masses = [on_grid(&a)?, on_grid(&b)?, on_grid(&c)?, on_grid(&d)?];
        let slope: Vec<f64> = (0..grid.buckets)
            .map(|k| four_points(masses.each_ref().map(|m| m[k])) / step)
            .collect();
        let mut spectrum = spectra.forward(slope)?;
        for ((z, w), total) in spectrum.iter_mut().zip(&w).zip(&total) {
            *z *= log_slope(frequency, *w) * total;
        }
        found.push(Derivative {
            parameter: format!("severity.{name}"),
            value,
            pmf: spectra.back(spectrum)?,
            mean: frequency.mean() * four_points([&a, &b, &c, &d].map(Severity::mean)) / step,
        });
    }
    for (name, value) in frequency.parameters() {
        let Ok(moved) = parameter_slope(frequency, &name, value) else { continue };
        let spectrum = w.iter().zip(&total).map(|(w, total)| moved.slope(*w) * total).collect();
        found.push(Derivative {
            parameter: format!("frequency.{name}"),
            value,
            pmf: spectra.back(spectrum)?,
            mean: moved.mean_slope() * severity.mean(),
        });
    }
    Ok(found)
}

/// f′ h from f at −2h, −h, h, 2h.
fn four_points([a, b, c, d]: [f64; 4]) -> f64 {
    (8.0 * (c - b) - (d - a)) / 12.0
}
