//! Negative binomial as a gamma mixture: N | G ~ Poisson(mean·G), G ~ Gamma(shape, mean 1).
//!
//! Variance mean + mean²/shape. Large shapes go to the Poisson, also numerically.

use libm::{exp, log1p};
use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, complex_ln1p, no_parameter};
use crate::error::{Faults, Result};
use crate::numeric::poisson_density;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeBinomial {
    pub mean: f64,
    pub shape: f64,
}

impl NegativeBinomial {
    pub fn new(mean: f64, shape: f64) -> Result<Self> {
        Self { mean, shape }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("NegativeBinomial", "mean", self.mean);
        faults.positive("NegativeBinomial", "shape", self.shape);
        faults.finish()?;
        Ok(self)
    }
}

impl Count for NegativeBinomial {
    fn pmf(&self, k: u64) -> f64 {
        let (m, r) = (self.mean, self.shape);
        if m == 0.0 {
            return if k == 0 { 1.0 } else { 0.0 };
        }
        if k == 0 {
            return exp(-r * log1p(m / r));
        }
        // P(k) = r/(r+k) · Poisson-like density of a binomial: use ratios of Poisson densities,
        // pois(k; x)·pois(r; y)/pois(r+k; x+y) with x/(x+y) = m/(m+r), which keep their digits.
        let k = k as f64;
        if r > 1e15 {
            return poisson_density(k, m);
        }
        let n = r + k;
        let x = n * (m / (m + r));
        let y = n * (r / (m + r));
        r / n * poisson_density(k, x) * poisson_density(r, y) / poisson_density(n, n)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean + self.mean * self.mean / self.shape
    }

    fn skewness(&self) -> f64 {
        let q = self.mean / self.shape;
        (1.0 + 2.0 * q) / (self.mean * (1.0 + q)).sqrt()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        complex_ln1p(-w * (self.mean / self.shape)) * -self.shape
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.mean * v, self.shape).map(Into::into)
    }

    fn parameters(&self) -> Vec<(&'static str, f64)> {
        vec![("mean", self.mean), ("shape", self.shape)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "mean" => Self::new(value, self.shape).map(Into::into),
            "shape" => Self::new(self.mean, value).map(Into::into),
            _ => Err(no_parameter("NegativeBinomial", name, &self.parameters())),
        }
    }

    fn score(&self, n: u64) -> Vec<f64> {
        let (m, r) = (self.mean, self.shape);
        let count = n as f64;
        // ψ(r + n) − ψ(r) = Σ 1/(r + i)
        let digammas: f64 = (0..n).map(|i| 1.0 / (r + i as f64)).sum();
        vec![(count - m) / m * (r / (r + m)), digammas - log1p(m / r) + (m - count) / (r + m)]
    }
}
