//! Mean, standard deviation and their standard errors.

use crate::exec::reduce::{Sum, sum};
use crate::numeric::dispatch::{self, Kernel};

/// Values added up plainly, in lanes; the sums of chunks are added with their errors.
const CHUNK: usize = 1024;
const LANES: usize = 16;

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
        let mean = sum(values) / n;
        let mut powers = [Sum::default(); 3];
        for chunk in values.chunks(CHUNK) {
            let terms = dispatch::run(Powers(chunk, mean));
            powers.iter_mut().zip(terms).for_each(|(sum, term)| sum.add(term));
        }
        let [m2, m3, m4] = powers.map(|sum| sum.value() / n);
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

/// Σ (x − mean)ᵏ for k = 2, 3, 4, in an order that depends on the values' positions only.
struct Powers<'a>(&'a [f64], f64);

impl Kernel for Powers<'_> {
    type Output = [f64; 3];

    #[inline(always)]
    fn run(self) -> [f64; 3] {
        let Self(values, mean) = self;
        let (mut two, mut three, mut four) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (rows, rest) = values.as_chunks::<LANES>();
        let powers = |x: f64| {
            let d = x - mean;
            let d2 = d * d;
            (d2, d2 * d, d2 * d2)
        };
        for row in rows {
            for lane in 0..LANES {
                let (d2, d3, d4) = powers(row[lane]);
                two[lane] += d2;
                three[lane] += d3;
                four[lane] += d4;
            }
        }
        for (lane, x) in rest.iter().enumerate() {
            let (d2, d3, d4) = powers(*x);
            two[lane] += d2;
            three[lane] += d3;
            four[lane] += d4;
        }
        [two, three, four].map(|lanes| lanes.iter().sum())
    }
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
        let total = Moments::of(&values).mean * 1e6;
        assert!((total - (1e16 + 99_999.9)).abs() <= 16.0);
    }
}
