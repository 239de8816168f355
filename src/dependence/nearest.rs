//! The nearest correlation matrix.

use crate::error::{Error, Result};
use crate::exec::Control;
use crate::numeric::SymmetricEigen;

/// A correlation matrix and how far it is from the one that was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// In rows: positive semidefinite, unit diagonal.
    pub values: Vec<f64>,
    /// Frobenius norm of the difference.
    pub distance: f64,
    /// Projections that were made.
    pub iterations: usize,
}

/// Relative change of an iteration below which it ends.
const TOLERANCE: f64 = 1e-12;
const MOST_ITERATIONS: usize = 20_000;

/// The correlation matrix nearest to the symmetric `matrix` in the Frobenius norm.
///
/// Alternating projections onto the positive semidefinite matrices and those of unit diagonal with
/// Dykstra's correction (Higham 2002, IMA Journal of Numerical Analysis 22, algorithm 3.3), then scaled to
/// a unit diagonal, so that no negative eigenvalue is left.
///
/// # Errors
/// When cancelled, or when it does not converge.
pub fn nearest_correlation(matrix: &[f64], size: usize, control: &Control) -> Result<Nearest> {
    let mut unit = matrix.to_vec();
    let mut correction = vec![0.0; size * size];
    for iterations in 1..=MOST_ITERATIONS {
        control.check()?;
        let shifted: Vec<f64> = unit.iter().zip(&correction).map(|(y, s)| y - s).collect();
        let projected = SymmetricEigen::new(&shifted, size).map(|value| value.max(0.0));
        for ((s, x), r) in correction.iter_mut().zip(&projected).zip(&shifted) {
            *s = x - r;
        }
        let mut change = 0.0;
        for (at, (y, x)) in unit.iter_mut().zip(&projected).enumerate() {
            let next = if at % (size + 1) == 0 { 1.0 } else { *x };
            change += (next - *y) * (next - *y);
            *y = next;
        }
        let norm: f64 = unit.iter().map(|y| y * y).sum();
        let gap: f64 = unit.iter().zip(&projected).map(|(y, x)| (y - x) * (y - x)).sum();
        if !norm.is_finite() {
            break;
        }
        if change.max(gap) <= TOLERANCE * TOLERANCE * norm {
            let values = scaled(&projected, size);
            let distance =
                values.iter().zip(matrix).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
            return Ok(Nearest { values, distance, iterations });
        }
    }
    Err(Error::numeric("nearest_correlation", "the projections do not converge"))
}

fn scaled(values: &[f64], size: usize) -> Vec<f64> {
    let root: Vec<f64> = (0..size).map(|i| values[i * (size + 1)].max(0.0).sqrt()).collect();
    let mut scaled = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..size {
            let value = 0.5 * (values[i * size + j] + values[j * size + i]) / (root[i] * root[j]);
            scaled[i * size + j] = if i == j { 1.0 } else { value.clamp(-1.0, 1.0) };
        }
    }
    scaled
}
