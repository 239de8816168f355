//! Poisson: P(N = k) = e^{−mean} meanᵏ / k!.

use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, no_parameter};
use crate::error::{Faults, Result};
use crate::numeric::poisson_density;

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
        faults.non_negative("Poisson", "mean", self.mean);
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

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean
    }

    fn skewness(&self) -> f64 {
        1.0 / self.mean.sqrt()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        w * self.mean
    }

    fn ln_pgf_in_place(&self, re: &mut [f64], im: &mut [f64]) {
        for part in re.iter_mut().chain(im) {
            *part *= self.mean;
        }
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.mean * v).map(Into::into)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("mean", self.mean)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "mean" => Self::new(value).map(Into::into),
            _ => Err(no_parameter("Poisson", name, &self.parameters())),
        }
    }

    fn score(&self, n: u64) -> Vec<f64> {
        vec![n as f64 / self.mean - 1.0]
    }
}
