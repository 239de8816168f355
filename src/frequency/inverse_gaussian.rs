//! Poisson–inverse Gaussian: the mean of the Poisson is inverse Gaussian with `mean` and `shape`.
//!
//! Variance mean + mean³/shape. Heavier than the negative binomial of the same variance (Willmot 1987,
//! Scandinavian Actuarial Journal).

use serde::{Deserialize, Serialize};

use super::finite::Finite;
use super::gig::Gig;
use super::sums::Cache;
use super::{C64, Count, Frequency, count_mean, no_parameter};
use crate::error::{Faults, Issue, Result};
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoissonInverseGaussian {
    pub mean: f64,
    pub shape: f64,
    #[serde(skip)]
    table: Cache<Finite>,
}

/// Counts reached by recurrence; larger ones by integrals.
const DIRECT: u64 = 256;

impl PoissonInverseGaussian {
    pub fn new(mean: f64, shape: f64) -> Result<Self> {
        Self { mean, shape, table: Cache::default() }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let family = "PoissonInverseGaussian";
        count_mean(&mut faults, family, "mean", self.mean);
        faults.positive(family, "mean", self.mean);
        faults.positive(family, "shape", self.shape);
        if faults.is_empty() {
            let ratio = self.mean / self.shape;
            faults.check((1e-14..=1e14).contains(&ratio), || {
                Issue::new("out_of_range", family, "shape")
                    .value(self.shape)
                    .allowed("a number from mean·1e-14 to mean·1e14")
                    .hint("beyond, the count is a Poisson, or nearly always 0")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    fn gig(&self) -> Gig {
        Gig { order: -0.5, b: self.shape / (2.0 * self.mean * self.mean), c: 0.5 * self.shape }
    }

    /// E[Λ | N = k] = (k + 1) p(k + 1)/p(k) for k = 0, 1, …: that of an inverse Gaussian, then by the
    /// recurrence of the Bessel functions of half-integer order, whose terms are positive.
    fn posterior_means(&self) -> impl Iterator<Item = f64> + '_ {
        let root = (1.0 + 2.0 * self.mean * (self.mean / self.shape)).sqrt();
        let first = self.mean / root;
        // 1/z with z = √(s² + 2m²s)/m.
        let step = first / self.shape;
        let mut ratio = 1.0;
        (0..).map(move |k: u32| {
            if k > 0 {
                ratio = 1.0 / ratio + f64::from(2 * k - 1) * step;
            }
            first * ratio
        })
    }

    /// ln p(0) and the ratios of probabilities from there.
    fn ln_pmf_by_ratios(&self, k: u64) -> f64 {
        let root = (1.0 + 2.0 * self.mean * (self.mean / self.shape)).sqrt();
        let (mut log, mut product) = (-2.0 * self.mean / (1.0 + root), 1.0f64);
        for (mean, next) in self.posterior_means().zip(1..=k) {
            product *= mean / next as f64;
            if !(1e-200..1e200).contains(&product) {
                log += libm::log(product);
                product = 1.0;
            }
        }
        log + libm::log(product)
    }

    fn both(&self, k: u64) -> (f64, f64) {
        self.gig().both(k, self.mean, self.table.get(|| self.gig().table()))
    }
}

impl Count for PoissonInverseGaussian {
    fn pmf(&self, k: u64) -> f64 {
        self.gig().pmf(k as f64)
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        if k > DIRECT { self.gig().ln_pmf(k as f64) } else { self.ln_pmf_by_ratios(k) }
    }

    fn sf(&self, k: u64) -> f64 {
        self.both(k).1
    }

    fn cdf(&self, k: u64) -> f64 {
        self.both(k).0
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        // Cumulants of the inverse Gaussian: (2j − 3)!! m^{2j−1}/s^{j−1}.
        let (m, q) = (self.mean, self.mean * self.mean / self.shape);
        [m, m * q, 3.0 * m * q * q, 15.0 * m * q * q * q]
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        // (s/m)(1 − √(1 − 2m²w/s))
        let root = (-w * (2.0 * self.mean * (self.mean / self.shape)) + 1.0).sqrt();
        w * (2.0 * self.mean) / (root + 1.0)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        if self.mean * v == 0.0 {
            return super::Poisson::new(0.0).map(Into::into);
        }
        Self::new(self.mean * v, self.shape * v).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let mean = self.gig().draw(stream);
        stream.poisson(mean)
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        vec![("mean".into(), self.mean), ("shape".into(), self.shape)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "mean" => Self::new(value, self.shape),
            "shape" => Self::new(self.mean, value),
            _ => return Err(no_parameter("PoissonInverseGaussian", name, &self.parameters())),
        }
        .map(Into::into)
    }

    /// From the posterior means of the mixing variable Λ and of 1/Λ.
    fn score(&self, n: u64) -> Vec<f64> {
        let (m, s) = (self.mean, self.shape);
        let (up, before) = if n > DIRECT {
            let (here, k) = (self.pmf(n), n as f64);
            ((k + 1.0) * self.pmf(n + 1) / here, k * here / self.pmf(n - 1))
        } else {
            self.posterior_means()
                .take(n as usize + 1)
                .fold((f64::NAN, f64::NAN), |two, mean| (mean, two.0))
        };
        let down = if n > 0 {
            1.0 / before
        } else {
            // E e^{−Λ}/Λ over E e^{−Λ}: the posterior is inverse Gaussian of mean m/√(1 + 2m²/s).
            1.0 / up + 1.0 / s
        };
        vec![s * (up - m) / (m * m * m), 0.5 / s - f64::midpoint(up / (m * m) - 2.0 / m, down)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_the_integrals() {
        for (mean, shape) in
            [(0.1, 3.0), (2.0, 0.5), (30.0, 1e-3), (40.0, 1e6), (1e-6, 1.0), (5.0, 1e13)]
        {
            let count = PoissonInverseGaussian::new(mean, shape).unwrap();
            for k in [0, 1, 2, 7, 40, 255, 256] {
                let (short, long) = (count.ln_pmf_by_ratios(k), count.gig().ln_pmf(k as f64));
                assert!(
                    (short - long).abs() <= 4e-13 * (1.0 + long.abs()),
                    "{mean} {shape} {k}: {short} {long}"
                );
            }
            let means: Vec<f64> = count.posterior_means().take(40).collect();
            for (k, mean) in means.iter().enumerate() {
                let p = |k: usize| count.gig().ln_pmf(k as f64);
                let expected = (k + 1) as f64 * libm::exp(p(k + 1) - p(k));
                assert!((mean / expected - 1.0).abs() < 1e-12 * (1.0 + p(k).abs()), "{k}");
            }
        }
    }

    #[test]
    fn scores_on_both_sides_of_the_recurrence_are_derivatives() {
        for (mean, shape) in [(200.0, 900.0), (3.0, 0.7)] {
            let count = PoissonInverseGaussian::new(mean, shape).unwrap();
            for n in [0, 1, 3, 255, 256, 257, 300] {
                let ln = |mean: f64, shape: f64| {
                    PoissonInverseGaussian::new(mean, shape).unwrap().gig().ln_pmf(n as f64)
                };
                let by = |h: f64| {
                    [
                        (ln(mean * (1.0 + h), shape) - ln(mean * (1.0 - h), shape))
                            / (2.0 * h * mean),
                        (ln(mean, shape * (1.0 + h)) - ln(mean, shape * (1.0 - h)))
                            / (2.0 * h * shape),
                    ]
                };
                for (score, slope) in count.score(n).iter().zip(by(1e-5)) {
                    assert!(
                        (score - slope).abs() < 1e-6 * (1.0 + slope.abs()),
                        "{n}: {score} {slope}"
                    );
                }
            }
        }
    }
}
