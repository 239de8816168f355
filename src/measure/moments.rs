//! Mean, standard deviation and their standard errors.

use crate::exec::reduce::{Sum, column};

/// Values mapped at a time, so that the terms stay in cache.
const CHUNK: usize = 4096;

/// Sample moments of annual results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    pub count: usize,
    pub mean: f64,
    /// Standard deviation of one year (n − 1 in the denominator).
    pub sd: f64,
    pub skewness: f64,
    /// Standard error of `sd`, from the sample's own fourth moment.
    pub sd_error: f64,
}

impl Moments {
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        if values.is_empty() {
            return Self {
                count: 0,
                mean: f64::NAN,
                sd: f64::NAN,
                skewness: f64::NAN,
                sd_error: f64::NAN,
            };
        }
        let mean = fixed_sum(values, |x| x) / n;
        let m2 = fixed_sum(values, |x| (x - mean) * (x - mean)) / n;
        let m3 = fixed_sum(values, |x| (x - mean).powi(3)) / n;
        let m4 = fixed_sum(values, |x| (x - mean).powi(4)) / n;
        let variance = if values.len() > 1 { m2 * n / (n - 1.0) } else { f64::NAN };
        let sd = variance.sqrt();
        Self {
            count: values.len(),
            mean,
            sd,
            skewness: if m2 > 0.0 { m3 / (m2 * m2.sqrt()) } else { 0.0 },
            sd_error: if sd > 0.0 {
                ((m4 - m2 * m2).max(0.0) / n).sqrt() / (2.0 * sd)
            } else {
                0.0
            },
        }
    }

    /// Standard error of the mean.
    pub fn standard_error(&self) -> f64 {
        self.sd / (self.count as f64).sqrt()
    }
}

/// Σ f(x), compensated, in an order that depends on the values' positions only.
fn fixed_sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut total = Sum::default();
    let mut terms = Vec::with_capacity(CHUNK);
    for chunk in values.chunks(CHUNK) {
        terms.clear();
        terms.extend(chunk.iter().map(|x| f(*x)));
        total.merge(column(&terms));
    }
    total.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_known_sample() {
        let m = Moments::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(m.mean, 5.0);
        assert!((m.sd - (32.0f64 / 7.0).sqrt()).abs() < 1e-15);
        // m₂ = 4, m₃ = 42/8
        assert!((m.skewness - 42.0 / 8.0 / 8.0).abs() < 1e-15);
    }

    #[test]
    fn the_sum_keeps_what_plain_addition_loses() {
        let mut values = vec![0.1; 1_000_000];
        values[0] = 1e16;
        assert!((fixed_sum(&values, |x| x) - (1e16 + 99_999.9)).abs() <= 16.0);
    }
}
