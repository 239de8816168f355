//! Correlation matrices: all their faults at once, and a factor that also singular ones have.

use super::nearest::nearest_correlation;
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;
use crate::numeric::SymmetricEigen;

/// Half the difference that rounding may leave between the halves, and on the diagonal.
const ROUNDING: f64 = 1e-10;
/// An eigenvalue down to its negative is one of rounding.
const SEMIDEFINITE: f64 = 1e-10;
/// Pivots of Cholesky's method below this are left to the eigenvectors.
const PIVOT: f64 = 1e-9;

/// A positive semidefinite matrix with unit diagonal, and its lower factor L, L Lᵀ = R.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    size: usize,
    values: Vec<f64>,
    lower: Vec<f64>,
}

impl Correlation {
    /// Checks shape, symmetry, diagonal, bounds, and that no eigenvalue is negative.
    ///
    /// # Errors
    /// All faults at once; a matrix that is not positive semidefinite gets the distance to the nearest
    /// that is.
    pub fn new(rows: &[Vec<f64>], object: &str) -> Result<Self> {
        let values = checked(rows, object)?;
        Self::semidefinite(values, rows.len()).or_else(|values| {
            let least = SymmetricEigen::new(&values, rows.len()).least();
            let nearest = nearest_correlation(&values, rows.len(), &Control::default())?;
            Err(Issue::new("not_positive_semidefinite", object, "correlation")
                .value(format!("least eigenvalue {least:.3e}"))
                .allowed("a positive semidefinite matrix")
                .hint(format!(
                    "the nearest one is {:.3e} away (Frobenius): repair=True takes it",
                    nearest.distance
                ))
                .into_error())
        })
    }

    /// As [`new`](Self::new), but takes the nearest correlation matrix where needed, and the
    /// Frobenius distance to it.
    ///
    /// # Errors
    /// Faults of shape, symmetry, diagonal and bounds.
    pub fn repaired(rows: &[Vec<f64>], object: &str) -> Result<(Self, f64)> {
        let values = checked(rows, object)?;
        match Self::semidefinite(values, rows.len()) {
            Ok(found) => Ok((found, 0.0)),
            Err(values) => {
                let nearest = nearest_correlation(&values, rows.len(), &Control::default())?;
                let lower = factor(&nearest.values, rows.len());
                Ok((Self { size: rows.len(), values: nearest.values, lower }, nearest.distance))
            }
        }
    }

    /// Hands the matrix back if it has a negative eigenvalue.
    fn semidefinite(values: Vec<f64>, size: usize) -> std::result::Result<Self, Vec<f64>> {
        if let Some(lower) = cholesky(&values, size) {
            return Ok(Self { size, values, lower });
        }
        if SymmetricEigen::new(&values, size).least() < -SEMIDEFINITE {
            return Err(values);
        }
        let lower = factor(&values, size);
        Ok(Self { size, values, lower })
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.size + j]
    }

    /// The lower triangular factor, in rows.
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    pub fn rows(&self) -> Vec<Vec<f64>> {
        self.values.chunks(self.size.max(1)).map(<[f64]>::to_vec).collect()
    }
}

/// The matrix in rows, exactly symmetric with exact ones.
fn checked(rows: &[Vec<f64>], object: &str) -> Result<Vec<f64>> {
    let size = rows.len();
    let mut faults = Faults::new();
    let field = "correlation";
    faults.check(size >= 2, || {
        Issue::new("wrong_shape", object, field)
            .value(format!("{size} rows"))
            .allowed("a square matrix of at least 2 rows")
    });
    for (i, row) in rows.iter().enumerate() {
        faults.check(row.len() == size, || {
            Issue::new("wrong_shape", object, format!("{field}[{i}]"))
                .value(format!("{} columns", row.len()))
                .allowed(format!("{size}, as the matrix has rows"))
        });
    }
    let square = faults.is_empty();
    for (i, row) in rows.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            let name = || format!("{field}[{i}, {j}]");
            if i == j {
                faults.check((value - 1.0).abs() <= ROUNDING, || {
                    Issue::new("out_of_range", object, name()).value(value).allowed("1")
                });
            } else if !(value.abs() <= 1.0 + ROUNDING) {
                faults.push(
                    Issue::new("out_of_range", object, name()).value(value).allowed("in [−1, 1]"),
                );
            } else if square && j > i && rows[j][i].abs() <= 1.0 {
                faults.check((value - rows[j][i]).abs() <= ROUNDING, || {
                    Issue::new("not_symmetric", object, name())
                        .value(value)
                        .allowed(format!("{}, as at [{j}, {i}]", rows[j][i]))
                });
            }
        }
    }
    faults.finish()?;
    let mut values = vec![0.0; size * size];
    for i in 0..size {
        values[i * size + i] = 1.0;
        for j in 0..i {
            let mean = (0.5 * (rows[i][j] + rows[j][i])).clamp(-1.0, 1.0);
            values[i * size + j] = mean;
            values[j * size + i] = mean;
        }
    }
    Ok(values)
}

/// Cholesky's factor, unless a pivot is too small to be trusted.
pub(super) fn cholesky(values: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut lower = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]).sum();
            let rest = values[i * size + j] - known;
            lower[i * size + j] = if i > j {
                rest / lower[j * size + j]
            } else if rest > PIVOT {
                rest.sqrt()
            } else {
                return None;
            };
        }
    }
    Some(lower)
}

/// A lower triangular L with L Lᵀ = the positive semidefinite part: the R of a QR decomposition of the root
/// of the eigenvalues times the eigenvectors.
fn factor(values: &[f64], size: usize) -> Vec<f64> {
    let eigen = SymmetricEigen::new(values, size);
    let mut root = eigen.vectors;
    for (row, value) in root.chunks_mut(size).zip(&eigen.values) {
        let scale = value.max(0.0).sqrt();
        row.iter_mut().for_each(|x| *x *= scale);
    }
    // Householder, column by column.
    for k in 0..size {
        let norm = (k..size).map(|i| root[i * size + k] * root[i * size + k]).sum::<f64>().sqrt();
        if norm == 0.0 {
            continue;
        }
        let alpha = if root[k * size + k] > 0.0 { -norm } else { norm };
        let mut v: Vec<f64> = (k..size).map(|i| root[i * size + k]).collect();
        v[0] -= alpha;
        let square: f64 = v.iter().map(|x| x * x).sum();
        for j in k..size {
            let dot: f64 = v.iter().enumerate().map(|(i, x)| x * root[(k + i) * size + j]).sum();
            let twice = 2.0 * dot / square;
            for (i, x) in v.iter().enumerate() {
                root[(k + i) * size + j] -= twice * x;
            }
        }
    }
    let mut lower = vec![0.0; size * size];
    for i in 0..size {
        for k in 0..=i {
            // Signs so that the diagonal is not negative.
            let sign = if root[k * size + k] < 0.0 { -1.0 } else { 1.0 };
            lower[i * size + k] = sign * root[k * size + i];
        }
    }
    // Rows of length 1, as rounding and clipped eigenvalues leave them nearly.
    for row in lower.chunks_mut(size) {
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
    lower
}
