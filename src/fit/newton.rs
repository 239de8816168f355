//! Maximisation of a log-likelihood with its exact gradient and Hessian.

/// Most parameters of a model.
pub const MOST: usize = 8;

/// Value, gradient and Hessian of a log-likelihood in its unconstrained coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    pub value: f64,
    pub gradient: [f64; MOST],
    pub hessian: [[f64; MOST]; MOST],
}

impl Evaluation {
    /// Outside the domain.
    pub fn impossible() -> Self {
        Self { value: f64::NEG_INFINITY, gradient: [0.0; MOST], hessian: [[0.0; MOST]; MOST] }
    }

    fn is_finite(&self, n: usize) -> bool {
        self.value.is_finite()
            && (0..n).all(|i| {
                self.gradient[i].is_finite() && self.hessian[i][..n].iter().all(|h| h.is_finite())
            })
    }
}

/// Where the maximisation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    pub at: Vec<f64>,
    pub evaluation: Evaluation,
    pub converged: bool,
    pub iterations: u32,
}

/// Cholesky factor of a symmetric matrix; `None` unless it is positive definite to rounding.
pub fn cholesky(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let rest = a[i][j] - dot;
            if i == j {
                if !(rest > 1e-13 * a[i][i].abs() && rest > 0.0) {
                    return None;
                }
                l[i][i] = rest.sqrt();
            } else {
                l[i][j] = rest / l[j][j];
            }
        }
    }
    Some(l)
}

/// x with A x = b from the Cholesky factor of A.
pub fn solve(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let n = l.len();
    let mut y = b.to_vec();
    for i in 0..n {
        let dot: f64 = (0..i).map(|k| l[i][k] * y[k]).sum();
        y[i] = (y[i] - dot) / l[i][i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| l[k][i] * y[k]).sum();
        y[i] = (y[i] - dot) / l[i][i];
    }
    y
}

/// Inverse of a positive definite matrix.
pub fn inverse(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let l = cholesky(a)?;
    let n = a.len();
    Some(
        (0..n)
            .map(|i| {
                let unit: Vec<f64> = (0..n).map(|j| f64::from(u8::from(i == j))).collect();
                solve(&l, &unit)
            })
            .collect(),
    )
}

/// Newton's method with Levenberg's damping: every step goes up.
///
/// `free` lists the coordinates that may move. Converged when the Newton decrement, the squared
/// distance to the maximum in standard errors, is below 1e-13; one more step squares it.
pub fn maximise(start: &[f64], free: &[usize], evaluate: &dyn Fn(&[f64]) -> Evaluation) -> Optimum {
    const LIMIT: u32 = 200;
    let all = start.len();
    let mut at = start.to_vec();
    let mut now = evaluate(&at);
    let mut damping = 0.0_f64;
    let mut converged = false;
    let mut iterations = 0;
    if !now.is_finite(all) {
        return Optimum { at, evaluation: Evaluation::impossible(), converged, iterations };
    }
    while iterations < LIMIT && !free.is_empty() {
        iterations += 1;
        let gradient: Vec<f64> = free.iter().map(|i| now.gradient[*i]).collect();
        let step = loop {
            let matrix: Vec<Vec<f64>> = free
                .iter()
                .map(|i| {
                    free.iter()
                        .map(|j| {
                            let h = -now.hessian[*i][*j];
                            if i == j {
                                h + damping * (h.abs() + 1e-3 * now.value.abs().max(1.0))
                            } else {
                                h
                            }
                        })
                        .collect()
                })
                .collect();
            if let Some(l) = cholesky(&matrix) {
                break Some(solve(&l, &gradient));
            }
            damping = (damping * 4.0).max(1e-3);
            if damping > 1e12 {
                break None;
            }
        };
        let Some(mut step) = step else { break };
        let decrement: f64 = step.iter().zip(&gradient).map(|(s, g)| s * g).sum();
        // Coordinates are logarithms or of order one: longer steps only overflow.
        let longest = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        if longest > 2.0 {
            step.iter_mut().for_each(|s| *s *= 2.0 / longest);
        }
        let mut next_at = at.clone();
        for (i, s) in free.iter().zip(&step) {
            next_at[*i] += s;
        }
        let next = evaluate(&next_at);
        let rounding = 1e-14 * now.value.abs();
        let up = next.is_finite(all) && next.value >= now.value - rounding;
        if up {
            (at, now) = (next_at, next);
            damping = if damping < 1e-6 { 0.0 } else { damping * 0.1 };
        }
        if decrement <= 1e-13 && damping == 0.0 {
            converged = up || decrement <= 1e-16;
            break;
        }
        if !up {
            damping = (damping * 8.0).max(1e-4);
            if damping > 1e14 {
                break;
            }
        }
    }
    converged |= free.is_empty();
    Optimum { at, evaluation: now, converged, iterations }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −(1 − x)² − 100 (y − x²)²: a curved ridge.
    fn ridge(p: &[f64]) -> Evaluation {
        let (x, y) = (p[0], p[1]);
        let mut e = Evaluation::impossible();
        let r = y - x * x;
        e.value = -(1.0 - x).powi(2) - 100.0 * r * r;
        e.gradient[0] = 2.0 * (1.0 - x) + 400.0 * r * x;
        e.gradient[1] = -200.0 * r;
        e.hessian[0][0] = -2.0 + 400.0 * (y - 3.0 * x * x);
        e.hessian[0][1] = 400.0 * x;
        e.hessian[1][0] = 400.0 * x;
        e.hessian[1][1] = -200.0;
        e
    }

    #[test]
    fn climbs_a_curved_ridge() {
        let top = maximise(&[-1.2, 1.0], &[0, 1], &ridge);
        assert!(
            top.converged && (top.at[0] - 1.0).abs() < 1e-10 && (top.at[1] - 1.0).abs() < 1e-10
        );
        let held = maximise(&[0.5, 9.0], &[1], &ridge);
        assert!(held.converged && held.at[0] == 0.5 && (held.at[1] - 0.25).abs() < 1e-12);
    }

    #[test]
    fn inverts_and_refuses() {
        let a = vec![vec![4.0, 2.0], vec![2.0, 3.0]];
        let inverse = inverse(&a).unwrap();
        assert!((inverse[0][0] - 0.375).abs() < 1e-15 && (inverse[0][1] + 0.25).abs() < 1e-15);
        assert!(cholesky(&[vec![1.0, 1.0], vec![1.0, 1.0]]).is_none());
    }
}
