//! Gamma–Pareto: the index of a Pareto tail above a known threshold.

use serde::{Deserialize, Serialize};

use super::improper;
use crate::error::{Faults, Issue, Result};
use crate::numeric::{gamma_p_inv, gamma_pq, gamma_q_inv};
use crate::random::Stream;
use crate::severity::{LogPareto, Pareto, Severity};

/// Index ~ Gamma(`shape`, `rate`), of losses that are Pareto above `threshold`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GammaPareto {
    pub shape: f64,
    pub rate: f64,
    pub threshold: f64,
}

impl GammaPareto {
    pub fn new(shape: f64, rate: f64, threshold: f64) -> Result<Self> {
        Self { shape, rate, threshold }.validated()
    }

    pub fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("GammaPareto", "shape", self.shape);
        faults.non_negative("GammaPareto", "rate", self.rate);
        faults.positive("GammaPareto", "threshold", self.threshold);
        faults.finish()?;
        Ok(self)
    }

    pub fn from_mean_cv(mean: f64, cv: f64, threshold: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("GammaPareto", "mean", mean);
        faults.positive("GammaPareto", "cv", cv);
        faults.finish()?;
        let shape = 1.0 / (cv * cv);
        Self::new(shape, shape / mean, threshold)
    }

    /// Gamma(shape + n, rate + Σ ln(x/threshold) + Σ ln(c/threshold)): `losses` known, `censored` only
    /// known to be at least so large (a limit, an open claim).
    pub fn update(&self, losses: &[f64], censored: &[f64]) -> Result<Self> {
        let mut faults = Faults::new();
        for (field, values) in [("losses", losses), ("censored", censored)] {
            for (row, x) in values.iter().enumerate() {
                faults.check(x.is_finite() && *x >= self.threshold, || {
                    Issue::new("out_of_range", "GammaPareto.update", field)
                        .value(format!("{x} in row {row}"))
                        .allowed(format!("amounts from the threshold {} up", self.threshold))
                });
            }
        }
        faults.finish()?;
        let logs = |xs: &[f64]| xs.iter().map(|x| libm::log(x / self.threshold)).sum::<f64>();
        let rate = self.rate + logs(losses) + logs(censored);
        Self::new(self.shape + losses.len() as f64, rate, self.threshold)
    }

    fn proper(&self) -> Result<()> {
        if self.rate > 0.0 {
            Ok(())
        } else {
            Err(improper("GammaPareto", "update it with losses above the threshold"))
        }
    }

    pub fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    pub fn variance(&self) -> f64 {
        self.shape / (self.rate * self.rate)
    }

    /// P(index ≤ x); at x = 1 the probability that the losses have no finite mean.
    pub fn cdf(&self, x: f64) -> Result<f64> {
        self.proper()?;
        Ok(gamma_pq(self.shape, x * self.rate).0)
    }

    pub fn quantile(&self, p: f64) -> Result<f64> {
        self.proper()?;
        Ok(gamma_p_inv(self.shape, p) / self.rate)
    }

    pub fn isf(&self, q: f64) -> Result<f64> {
        self.proper()?;
        Ok(gamma_q_inv(self.shape, q) / self.rate)
    }

    /// The next loss: log-Pareto, without a finite mean whatever the data.
    pub fn predictive(&self) -> Result<Severity> {
        self.proper()?;
        LogPareto::new(self.shape, self.rate, self.threshold).map(Into::into)
    }

    pub fn draw(&self, stream: &mut Stream) -> Result<Severity> {
        let alpha = (stream.gamma(self.shape) / self.rate).max(f64::MIN_POSITIVE);
        Pareto::new(alpha, self.threshold).map(Into::into)
    }
}
