//! Symmetric positive definite systems of the size of a triangle: factor, solve, invert.

/// The Cholesky factor L of a symmetric positive definite matrix, A = L Lᵀ, in rows.
#[derive(Debug, Clone)]
pub struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

/// A pivot below this share of its diagonal element is rounding noise.
const SINGULAR: f64 = 1e-13;

impl Cholesky {
    /// Factors `matrix` (size × size in rows; the lower half is read); `None` unless it is
    /// positive definite to rounding.
    pub fn new(matrix: &[f64], size: usize) -> Option<Self> {
        let mut lower = matrix.to_vec();
        for row in 0..size {
            for column in 0..=row {
                let mut sum = lower[row * size + column];
                for k in 0..column {
                    sum -= lower[row * size + k] * lower[column * size + k];
                }
                if row == column {
                    let floor = SINGULAR * matrix[row * size + row].abs();
                    if !(sum > floor && sum.is_finite()) {
                        return None;
                    }
                    lower[row * size + row] = sum.sqrt();
                } else {
                    lower[row * size + column] = sum / lower[column * size + column];
                }
            }
        }
        Some(Self { size, lower })
    }

    /// x with A x = b, in place.
    pub fn solve(&self, b: &mut [f64]) {
        for row in 0..self.size {
            let known: f64 = (0..row).map(|k| self.lower[row * self.size + k] * b[k]).sum();
            b[row] = (b[row] - known) / self.lower[row * self.size + row];
        }
        self.solve_transposed(b);
    }

    /// x with Lᵀ x = b, in place: a draw with covariance A⁻¹ from standard normals.
    pub fn solve_transposed(&self, b: &mut [f64]) {
        for row in (0..self.size).rev() {
            let known: f64 =
                (row + 1..self.size).map(|k| self.lower[k * self.size + row] * b[k]).sum();
            b[row] = (b[row] - known) / self.lower[row * self.size + row];
        }
    }

    /// ln det A.
    pub fn ln_determinant(&self) -> f64 {
        let diagonal = (0..self.size).map(|row| self.lower[row * self.size + row]);
        2.0 * diagonal.map(libm::log).sum::<f64>()
    }

    /// A⁻¹ in rows.
    pub fn inverse(&self) -> Vec<f64> {
        let mut inverse = vec![0.0; self.size * self.size];
        let mut column = vec![0.0; self.size];
        for at in 0..self.size {
            column.fill(0.0);
            column[at] = 1.0;
            self.solve(&mut column);
            for row in 0..self.size {
                inverse[row * self.size + at] = column[row];
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_factor_solution_and_inverse() {
        // L = [[2], [6, 1], [-8, 5, 3]] by hand.
        let matrix = [4.0, 12.0, -16.0, 12.0, 37.0, -43.0, -16.0, -43.0, 98.0];
        let factor = Cholesky::new(&matrix, 3).unwrap();
        let mut x = [4.0 + 24.0 - 48.0, 12.0 + 74.0 - 129.0, -16.0 - 86.0 + 294.0];
        factor.solve(&mut x);
        for (x, want) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((x - want).abs() < 1e-12);
        }
        let inverse = factor.inverse();
        for row in 0..3 {
            for column in 0..3 {
                let product: f64 =
                    (0..3).map(|k| matrix[row * 3 + k] * inverse[k * 3 + column]).sum();
                assert!((product - f64::from(u8::from(row == column))).abs() < 1e-11);
            }
        }
        assert!(Cholesky::new(&[1.0, 1.0, 1.0, 1.0], 2).is_none());
        assert!(Cholesky::new(&[f64::NAN], 1).is_none());
    }
}
