//! Gamma–Poisson: the rate of claims per unit of exposure.

use serde::{Deserialize, Serialize};

use super::{improper, whole};
use crate::error::{Faults, Result};
use crate::frequency::{Frequency, NegativeBinomial};
use crate::numeric::{gamma_p_inv, gamma_pq, gamma_q_inv};
use crate::random::Stream;

/// Claims per unit of exposure ~ Gamma(`shape`, `rate`): mean shape/rate, cv 1/√shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GammaPoisson {
    pub shape: f64,
    /// Exposure that the prior is worth; 0 is the flat end.
    pub rate: f64,
}

impl GammaPoisson {
    pub fn new(shape: f64, rate: f64) -> Result<Self> {
        Self { shape, rate }.validated()
    }

    pub fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("GammaPoisson", "shape", self.shape);
        faults.non_negative("GammaPoisson", "rate", self.rate);
        faults.finish()?;
        Ok(self)
    }

    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("GammaPoisson", "mean", mean);
        faults.positive("GammaPoisson", "cv", cv);
        faults.finish()?;
        let shape = 1.0 / (cv * cv);
        Self::new(shape, shape / mean)
    }

    /// Jeffreys' prior of a Poisson rate, improper: Gamma(½, 0).
    pub fn jeffreys() -> Self {
        Self { shape: 0.5, rate: 0.0 }
    }

    /// Gamma(shape + claims, rate + exposure). Claims are Poisson given the rate.
    pub fn update(&self, claims: f64, exposure: f64) -> Result<Self> {
        let mut faults = Faults::new();
        whole(&mut faults, "GammaPoisson.update", "claims", claims);
        faults.non_negative("GammaPoisson.update", "exposure", exposure);
        faults.check(!(claims > 0.0 && exposure == 0.0), || {
            crate::error::Issue::new("out_of_range", "GammaPoisson.update", "exposure")
                .value(exposure)
                .allowed("a number > 0 where there are claims")
        });
        faults.finish()?;
        Self::new(self.shape + claims, self.rate + exposure)
    }

    fn proper(&self) -> Result<()> {
        if self.rate > 0.0 {
            Ok(())
        } else {
            Err(improper("GammaPoisson", "update it with exposure"))
        }
    }

    pub fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    pub fn variance(&self) -> f64 {
        self.shape / (self.rate * self.rate)
    }

    /// Bühlmann's Z of so much exposure: its weight against this prior.
    pub fn credibility(&self, exposure: f64) -> f64 {
        exposure / (self.rate + exposure)
    }

    pub fn cdf(&self, x: f64) -> Result<f64> {
        self.proper()?;
        Ok(gamma_pq(self.shape, x * self.rate).0)
    }

    pub fn quantile(&self, p: f64) -> Result<f64> {
        self.proper()?;
        Ok(gamma_p_inv(self.shape, p) / self.rate)
    }

    /// The upper quantile, P(rate > x) = q.
    pub fn isf(&self, q: f64) -> Result<f64> {
        self.proper()?;
        Ok(gamma_q_inv(self.shape, q) / self.rate)
    }

    /// Claims of so much future exposure: negative binomial of mean shape·e/rate and this shape.
    pub fn predictive(&self, exposure: f64) -> Result<Frequency> {
        self.proper()?;
        NegativeBinomial::new(self.mean() * exposure, self.shape).map(Into::into)
    }

    pub fn draw(&self, stream: &mut Stream) -> f64 {
        stream.gamma(self.shape) / self.rate
    }
}
