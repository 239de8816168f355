//! Bernoulli: one loss with probability `p`, else none.

use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, complex_ln1p, no_parameter};
use crate::error::{Faults, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bernoulli {
    pub p: f64,
}

impl Bernoulli {
    pub fn new(p: f64) -> Result<Self> {
        Self { p }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.fraction("Bernoulli", "p", self.p);
        faults.finish()?;
        Ok(self)
    }
}

impl Count for Bernoulli {
    fn pmf(&self, k: u64) -> f64 {
        match k {
            0 => 1.0 - self.p,
            1 => self.p,
            _ => 0.0,
        }
    }

    fn mean(&self) -> f64 {
        self.p
    }

    fn variance(&self) -> f64 {
        self.p * (1.0 - self.p)
    }

    fn skewness(&self) -> f64 {
        (1.0 - 2.0 * self.p) / self.variance().sqrt()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        complex_ln1p(w * self.p)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.p * v).map(Into::into)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("p", self.p)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "p" => Self::new(value).map(Into::into),
            _ => Err(no_parameter("Bernoulli", name, &self.parameters())),
        }
    }

    fn score(&self, n: u64) -> Vec<f64> {
        vec![if n == 0 { -1.0 / (1.0 - self.p) } else { 1.0 / self.p }]
    }
}
