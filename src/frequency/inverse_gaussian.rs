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

    fn both(&self, k: u64) -> (f64, f64) {
        self.gig().both(k, self.mean, self.table.get(|| self.gig().table()))
    }
}

impl Count for PoissonInverseGaussian {
    fn pmf(&self, k: u64) -> f64 {
        self.gig().pmf(k as f64)
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        self.gig().ln_pmf(k as f64)
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
        let here = self.pmf(n);
        let up = (n as f64 + 1.0) * self.pmf(n + 1) / here;
        let down = if n > 0 {
            self.pmf(n - 1) / (n as f64 * here)
        } else {
            // E e^{−Λ}/Λ over E e^{−Λ}: the posterior is inverse Gaussian of mean m/√(1 + 2m²/s).
            let mean = m / (1.0 + 2.0 * m * (m / s)).sqrt();
            1.0 / mean + 1.0 / s
        };
        vec![s * (up - m) / (m * m * m), 0.5 / s - f64::midpoint(up / (m * m) - 2.0 / m, down)]
    }
}
