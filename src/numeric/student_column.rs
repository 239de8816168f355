//! Survival function of Student's t over columns, for copulas: a polynomial made once for each number
//! of degrees of freedom.

use super::dispatch::{self, Kernel};
use super::kernel::{exp_lane, ln_1p_lane};
use super::{t_pdf, t_sf};

/// Terms of the polynomial; with them it is right to the last digits for any number of degrees.
const TERMS: usize = 24;
/// Middle of the map of [0, ∞) to [−1, 1], as for Mills' ratio of the normal.
const MIDDLE: f64 = 4.0;
/// Exponent beyond which a probability is not a number that anyone needs.
const DEEP: f64 = 700.0;

/// P(T > x) for columns of x.
///
/// With q = x²/df and w = x/√(1 + q), P(T > x) (1 + q)^(df/2) (w + 4) is analytic in w on the whole
/// half-line and nearly a polynomial in (w − 4)/(w + 4); for df → ∞ it is that of the normal. Relative
/// error below 4e-15 (4 + |ln P|), for df from 0.1 on; the same bits at every instruction set.
#[derive(Debug, Clone)]
pub struct StudentColumn {
    df: f64,
    /// Largest w.
    reach: f64,
    /// Coefficients of powers of the mapped w, lowest first.
    coefficients: [f64; TERMS],
}

impl StudentColumn {
    /// Of `df` > 0 degrees of freedom.
    pub fn new(df: f64) -> Self {
        let reach = libm::sqrt(-df * libm::expm1(-2.0 * DEEP / df));
        let peak = t_pdf(0.0, df);
        let values: Vec<f64> = (0..TERMS)
            .map(|i| {
                let s = node(1, i);
                // The inverse of `mapped`.
                let w = MIDDLE * reach * (1.0 + s) / (reach + 2.0 * MIDDLE - s * reach);
                let square = w * w / (1.0 - w * w / df);
                let x = libm::sqrt(square);
                let ratio = if x > 0.0 { t_sf(x, df) / t_pdf(x, df) } else { 0.5 / peak };
                (w + MIDDLE) * ratio * peak / libm::sqrt(1.0 + square / df)
            })
            .collect();
        Self { df, reach, coefficients: powers(&values) }
    }

    /// Replaces each x by P(T > x).
    pub fn sf_in_place(&self, x: &mut [f64]) {
        dispatch::run(Survival { law: self, x });
    }
}

/// T_n at Chebyshev point i, its angle reduced exactly.
fn node(n: usize, i: usize) -> f64 {
    let steps = n * (2 * i + 1) % (4 * TERMS);
    libm::cos(std::f64::consts::PI * steps as f64 / (2 * TERMS) as f64)
}

/// Coefficients of powers of the polynomial through values at Chebyshev points.
fn powers(values: &[f64]) -> [f64; TERMS] {
    let mut c = [0.0; TERMS];
    let (mut before, mut now) = ([0.0; TERMS], [0.0; TERMS]);
    before[0] = 1.0;
    now[1] = 1.0;
    for n in 0..TERMS {
        let sum: f64 = (0..TERMS).map(|i| values[i] * node(n, i)).sum();
        let weight = sum * if n == 0 { 1.0 } else { 2.0 } / TERMS as f64;
        if n > 10 && weight.abs() < 4e-16 {
            break; // what follows is rounding
        }
        for (c, t) in c.iter_mut().zip(&before) {
            *c += weight * t;
        }
        let mut next = [0.0; TERMS];
        for k in 0..TERMS {
            next[k] = if k > 0 { 2.0 * now[k - 1] } else { 0.0 } - before[k];
        }
        (before, now) = (now, next);
    }
    c
}

struct Survival<'a> {
    law: &'a StudentColumn,
    x: &'a mut [f64],
}

impl Kernel for Survival<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let StudentColumn { df, reach, coefficients: c } = self.law;
        let (precision, half, reach) = (1.0 / df, 0.5 * df, *reach);
        let stretch = (reach + 2.0 * MIDDLE) / reach;
        for x in self.x {
            let q = (*x * *x) * precision;
            let w = x.abs() / (1.0 + q).sqrt();
            let w = if w < reach { w } else { reach };
            let reciprocal = 1.0 / (w + MIDDLE);
            let s = (w * stretch - MIDDLE) * reciprocal;
            let s2 = s * s;
            let (mut even, mut odd) = (c[TERMS - 2], c[TERMS - 1]);
            for k in (0..TERMS / 2 - 1).rev() {
                even = even * s2 + c[2 * k];
                odd = odd * s2 + c[2 * k + 1];
            }
            let ratio = (even + s * odd) * reciprocal;
            let tail = ratio * exp_lane(-half * ln_1p_lane(q));
            *x = if *x < 0.0 { 1.0 - tail } else { tail };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::dispatch::{available, run_at};
    use crate::numeric::norm_sf;

    fn column(df: f64, x: &[f64]) -> Vec<f64> {
        let mut values = x.to_vec();
        StudentColumn::new(df).sf_in_place(&mut values);
        values
    }

    #[test]
    fn it_is_the_exact_survival_function_everywhere() {
        let grid: Vec<f64> = (0..400).map(|i| 1e-3 * 1.05_f64.powi(i) - 1e-3).collect();
        for df in [0.1, 0.5, 1.0, 2.0, 3.3, 4.5, 10.0, 30.0, 200.0, 1400.0, 1e4, 1e6] {
            let negative: Vec<f64> = grid.iter().map(|x| -x).collect();
            let (upper, lower) = (column(df, &grid), column(df, &negative));
            for ((x, up), low) in grid.iter().zip(upper).zip(lower) {
                let exact = t_sf(*x, df);
                if exact < 1e-300 {
                    assert!(up < 1e-295);
                    continue;
                }
                let error = (up / exact - 1.0).abs();
                assert!(error < 4e-15 * (4.0 - exact.ln()), "{df} {x}: {error:e}");
                assert!((low - (1.0 - exact)).abs() < 5e-15, "{df} {x}");
            }
        }
    }

    #[test]
    fn two_degrees_have_a_closed_form_and_many_are_normal() {
        // P(T₂ > x) = ½ (1 − x/√(2 + x²)) = 1/((2 + x²) (1 + x/√(2 + x²))).
        let x = [0.0, 0.3, 1.0, 7.0, 1e4];
        for (x, p) in x.iter().zip(column(2.0, &x)) {
            let r = x / (2.0 + x * x).sqrt();
            let exact = 1.0 / ((2.0 + x * x) * (1.0 + r));
            assert!((p / exact - 1.0).abs() < 2e-14, "{x}");
        }
        for (x, p) in x[..4].iter().zip(column(1e12, &x)) {
            assert!((p / norm_sf(*x) - 1.0).abs() < 1e-8, "{x}");
        }
    }

    #[test]
    fn every_level_gives_the_same_bits_and_nan_passes() {
        let law = StudentColumn::new(4.5);
        let x: Vec<f64> = (0..777).map(|i| 0.05 * f64::from(i) - 19.0).collect();
        let mut base = x.clone();
        law.sf_in_place(&mut base);
        for level in available() {
            let mut other = x.clone();
            run_at(level, Survival { law: &law, x: &mut other });
            assert!(base.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
        let odd = column(4.5, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
        assert!(odd[0].is_nan() && odd[1] == 0.0 && odd[2] == 1.0, "{odd:?}");
    }
}
