//! Poisson: P(N = k) = e^{−mean} meanᵏ / k!.

use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Panjer, count_mean, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{gamma_pq, ln_poisson_density, poisson_density};
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poisson {
    pub mean: f64,
}

impl Poisson {
    pub fn new(mean: f64) -> Result<Self> {
        Self { mean }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        count_mean(&mut faults, "Poisson", "mean", self.mean);
        faults.finish()?;
        Ok(self)
    }
}

impl Count for Poisson {
    fn pmf(&self, k: u64) -> f64 {
        if self.mean == 0.0 {
            return if k == 0 { 1.0 } else { 0.0 };
        }
        poisson_density(k as f64, self.mean)
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        ln_poisson_density(k as f64, self.mean)
    }

    fn sf(&self, k: u64) -> f64 {
        gamma_pq(k as f64 + 1.0, self.mean).0
    }

    fn cdf(&self, k: u64) -> f64 {
        gamma_pq(k as f64 + 1.0, self.mean).1
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        [self.mean, 0.0, 0.0, 0.0]
    }

    fn skewness(&self) -> f64 {
        1.0 / self.mean.sqrt()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        w * self.mean
    }

    fn ln_pgf_in_place(&self, re: &mut [f64], im: &mut [f64]) {
        for column in [re, im] {
            column.iter_mut().for_each(|part| *part *= self.mean);
        }
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.mean * v).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        Some(Panjer { a: 0.0, b: self.mean, class: 0 })
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        stream.poisson(self.mean)
    }

    plain_parameters!(Poisson { mean });

    fn score(&self, n: u64) -> Vec<f64> {
        vec![n as f64 / self.mean - 1.0]
    }
}
