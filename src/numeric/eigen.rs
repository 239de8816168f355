//! Eigenvalues and eigenvectors of a symmetric matrix.

/// A = Σ λ v vᵀ of a symmetric matrix: values in no order, vectors of length 1 as rows.
#[derive(Debug, Clone)]
pub struct SymmetricEigen {
    pub values: Vec<f64>,
    /// Row k is the vector of `values[k]`.
    pub vectors: Vec<f64>,
}

impl SymmetricEigen {
    /// Of `matrix`, size × size; both halves are read and must agree.
    ///
    /// Householder's reduction to a tridiagonal matrix, then implicit QL: `tred2` and `tql2` of
    /// EISPACK (Bowdler, Martin, Reinsch and Wilkinson 1968, Numerische Mathematik 11).
    pub fn new(matrix: &[f64], size: usize) -> Self {
        let mut vectors = matrix.to_vec();
        let (mut d, mut e) = (vec![0.0; size], vec![0.0; size]);
        if size > 0 {
            tridiagonal(&mut vectors, size, &mut d, &mut e);
            diagonal(&mut vectors, size, &mut d, &mut e);
        }
        Self { values: d, vectors }
    }

    /// Σ f(λ) v vᵀ.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let n = self.values.len();
        let mut sum = vec![0.0; n * n];
        for (value, vector) in self.values.iter().zip(self.vectors.chunks(n.max(1))) {
            let weight = f(*value);
            if weight == 0.0 {
                continue;
            }
            for (row, a) in sum.chunks_mut(n).zip(vector) {
                let scaled = weight * a;
                for (cell, b) in row.iter_mut().zip(vector) {
                    *cell += scaled * b;
                }
            }
        }
        sum
    }

    /// The least eigenvalue; `inf` for an empty matrix.
    pub fn least(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Rows of `v` are columns of the transformation.
fn tridiagonal(v: &mut [f64], n: usize, d: &mut [f64], e: &mut [f64]) {
    for j in 0..n {
        d[j] = v[j * n + n - 1];
    }
    for i in (1..n).rev() {
        let scale: f64 = d[..i].iter().map(|x| x.abs()).sum();
        let mut h = 0.0;
        if scale == 0.0 {
            e[i] = d[i - 1];
            for j in 0..i {
                d[j] = v[j * n + i - 1];
                v[j * n + i] = 0.0;
                v[i * n + j] = 0.0;
            }
        } else {
            for x in &mut d[..i] {
                *x /= scale;
                h += *x * *x;
            }
            let f = d[i - 1];
            let g = if f > 0.0 { -h.sqrt() } else { h.sqrt() };
            e[i] = scale * g;
            h -= f * g;
            d[i - 1] = f - g;
            e[..i].fill(0.0);
            for j in 0..i {
                let f = d[j];
                v[i * n + j] = f;
                let mut g = e[j] + v[j * n + j] * f;
                for k in j + 1..i {
                    g += v[j * n + k] * d[k];
                    e[k] += v[j * n + k] * f;
                }
                e[j] = g;
            }
            let mut f = 0.0;
            for j in 0..i {
                e[j] /= h;
                f += e[j] * d[j];
            }
            let half = f / (h + h);
            for j in 0..i {
                e[j] -= half * d[j];
            }
            for j in 0..i {
                let (f, g) = (d[j], e[j]);
                for k in j..i {
                    v[j * n + k] -= f * e[k] + g * d[k];
                }
                d[j] = v[j * n + i - 1];
                v[j * n + i] = 0.0;
            }
        }
        d[i] = h;
    }
    for i in 0..n - 1 {
        v[i * n + n - 1] = v[i * n + i];
        v[i * n + i] = 1.0;
        let h = d[i + 1];
        if h != 0.0 {
            for k in 0..=i {
                d[k] = v[(i + 1) * n + k] / h;
            }
            for j in 0..=i {
                let g: f64 = (0..=i).map(|k| v[(i + 1) * n + k] * v[j * n + k]).sum();
                for k in 0..=i {
                    v[j * n + k] -= g * d[k];
                }
            }
        }
        v[(i + 1) * n..=(i + 1) * n + i].fill(0.0);
    }
    for j in 0..n {
        d[j] = v[j * n + n - 1];
        v[j * n + n - 1] = 0.0;
    }
    v[n * n - 1] = 1.0;
    e[0] = 0.0;
}

/// Sweeps after which an eigenvalue is taken as it is; three are usual.
const SWEEPS: usize = 60;

fn diagonal(v: &mut [f64], n: usize, d: &mut [f64], e: &mut [f64]) {
    e.rotate_left(1);
    e[n - 1] = 0.0;
    let (mut shift, mut largest) = (0.0, 0.0_f64);
    for l in 0..n {
        largest = largest.max(d[l].abs() + e[l].abs());
        let small = f64::EPSILON * largest;
        let m = (l..n).find(|m| e[*m].abs() <= small).unwrap_or(n - 1);
        for _ in 0..SWEEPS {
            if m == l || e[l].abs() <= small {
                break;
            }
            let g = d[l];
            let p = (d[l + 1] - g) / (2.0 * e[l]);
            let r = libm::hypot(p, 1.0).copysign(p);
            d[l] = e[l] / (p + r);
            d[l + 1] = e[l] * (p + r);
            let next = d[l + 1];
            let h = g - d[l];
            for x in &mut d[l + 2..n] {
                *x -= h;
            }
            shift += h;
            let mut p = d[m];
            let (mut c, mut c2, mut c3) = (1.0, 1.0, 1.0);
            let (mut s, mut s2) = (0.0, 0.0);
            let start = e[l + 1];
            for i in (l..m).rev() {
                (c3, c2, s2) = (c2, c, s);
                let g = c * e[i];
                let h = c * p;
                let r = libm::hypot(p, e[i]);
                e[i + 1] = s * r;
                s = e[i] / r;
                c = p / r;
                p = c * d[i] - s * g;
                d[i + 1] = h + s * (c * g + s * d[i]);
                let (low, high) = v.split_at_mut((i + 1) * n);
                for (a, b) in low[i * n..].iter_mut().zip(&mut high[..n]) {
                    (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
                }
            }
            p = -s * s2 * c3 * start * e[l] / next;
            e[l] = s * p;
            d[l] = c * p;
        }
        d[l] += shift;
        e[l] = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_difference_has_known_eigenvalues() {
        // 2 on the diagonal, −1 beside it: λ_k = 2 − 2 cos(kπ/(n + 1)).
        let n = 12;
        let cell = |i: usize, j: usize| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let matrix: Vec<f64> = (0..n * n).map(|at| cell(at / n, at % n)).collect();
        let eigen = SymmetricEigen::new(&matrix, n);
        let mut values = eigen.values.clone();
        values.sort_by(f64::total_cmp);
        for (k, value) in values.iter().enumerate() {
            let angle = std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64;
            assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-14);
        }
        for (made, given) in eigen.map(|x| x).iter().zip(&matrix) {
            assert!((made - given).abs() < 1e-14);
        }
    }

    #[test]
    fn vectors_are_orthonormal_also_where_values_coincide() {
        // All correlations ½: eigenvalues ½ (n − 1 times) and (n + 1)/2.
        let n = 9;
        let matrix: Vec<f64> =
            (0..n * n).map(|at| if at / n == at % n { 1.0 } else { 0.5 }).collect();
        let eigen = SymmetricEigen::new(&matrix, n);
        assert!((eigen.least() - 0.5).abs() < 1e-14);
        for a in 0..n {
            for b in 0..n {
                let dot: f64 =
                    (0..n).map(|k| eigen.vectors[a * n + k] * eigen.vectors[b * n + k]).sum();
                assert!((dot - f64::from(u8::from(a == b))).abs() < 1e-14);
            }
        }
        assert_eq!(SymmetricEigen::new(&[3.0], 1).values, [3.0]);
        assert_eq!(SymmetricEigen::new(&[], 0).least(), f64::INFINITY);
    }
}
