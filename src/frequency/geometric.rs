//! Geometric: P(N = k) = mᵏ/(1 + m)^{k+1}, the negative binomial of shape 1.

use libm::{exp, log, log1p};
use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Panjer, count_mean, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::complex_ln1p;
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geometric {
    pub mean: f64,
}

impl Geometric {
    pub fn new(mean: f64) -> Result<Self> {
        Self { mean }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        count_mean(&mut faults, "Geometric", "mean", self.mean);
        faults.finish()?;
        Ok(self)
    }

    /// ln(m/(1 + m)), negative.
    fn ln_ratio(&self) -> f64 {
        if self.mean < 1.0 { log(self.mean) - log1p(self.mean) } else { -log1p(1.0 / self.mean) }
    }
}

impl Count for Geometric {
    fn pmf(&self, k: u64) -> f64 {
        exp(self.ln_pmf(k))
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        let first = -log1p(self.mean);
        if k == 0 { first } else { k as f64 * self.ln_ratio() + first }
    }

    fn sf(&self, k: u64) -> f64 {
        exp((k as f64 + 1.0) * self.ln_ratio())
    }

    fn cdf(&self, k: u64) -> f64 {
        -libm::expm1((k as f64 + 1.0) * self.ln_ratio())
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let m = self.mean;
        [m, m * m, 2.0 * m * m * m, 6.0 * m * m * m * m]
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        -complex_ln1p(-w * self.mean)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.mean * v).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        Some(Panjer { a: self.mean / (1.0 + self.mean), b: 0.0, class: 0 })
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        (stream.exponential() / -self.ln_ratio()) as u64
    }

    plain_parameters!(Geometric { mean });

    fn score(&self, n: u64) -> Vec<f64> {
        vec![(n as f64 / self.mean - 1.0) / (1.0 + self.mean)]
    }
}
