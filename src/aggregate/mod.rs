//! The total of a year: a count of losses, each with a severity.
//!
//! One model, several ways to evaluate it: moments in closed form, the distribution on a grid by FFT
//! or Panjer's recursion with a report of its errors and with derivatives, net and ceded together,
//! lines with common causes, and simulation ([`Sampler`]).

mod bivariate;
mod derivative;
mod distribution;
mod fft;
mod grid;
mod lines;
mod long;
mod model;
mod panjer;
mod running;
mod sampler;
mod slope;

pub use bivariate::{Bivariate, Cession};
pub use derivative::{Derivative, derivatives};
pub use distribution::{Bracket, ErrorReport, GridDistribution};
pub use grid::{Discretisation, Grid, discretise};
pub use lines::{Line, Lines, Shock};
pub use model::Solver;
pub use sampler::{Sampler, SamplerScratch};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::frequency::{Count, Frequency};
use crate::severity::{Family, Layered, Severity};

/// A compound distribution: S = X₁ + … + X_N.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    pub frequency: Frequency,
    pub severity: Severity,
}

impl Aggregate {
    pub fn new(frequency: Frequency, severity: Severity) -> Self {
        Self { frequency, severity }
    }

    /// E S = E N · E X.
    pub fn mean(&self) -> f64 {
        let n = self.frequency.mean();
        if n == 0.0 { 0.0 } else { n * self.severity.mean() }
    }

    /// Var S = E N · Var X + Var N · (E X)².
    pub fn variance(&self) -> f64 {
        let n = self.frequency.mean();
        if n == 0.0 {
            return 0.0;
        }
        let mean = self.severity.mean();
        let variance = self.severity.variance();
        if variance.is_finite() {
            n * variance + self.frequency.variance() * mean * mean
        } else {
            f64::INFINITY
        }
    }

    pub fn sd(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Third central moment over sd³; κ₃ = E N·μ₃(X) + 3 Var N·E X·Var X + μ₃(N)·(E X)³.
    pub fn skewness(&self) -> f64 {
        let (vx, sx) = (self.severity.variance(), self.severity.skewness());
        if !sx.is_finite() {
            return sx;
        }
        let (n, vn) = (self.frequency.mean(), self.frequency.variance());
        let third_n = self.frequency.skewness() * vn * vn.sqrt();
        let mean = self.severity.mean();
        let third = n * sx * vx * vx.sqrt() + 3.0 * vn * mean * vx + third_n * mean.powi(3);
        third / self.variance().powf(1.5)
    }

    /// What an occurrence layer takes of each loss, as an aggregate of its own.
    pub fn layered(&self, limit: f64, attachment: f64) -> Result<Self> {
        let severity = Layered::new(self.severity.clone(), limit, attachment)?.into();
        Ok(Self { frequency: self.frequency.clone(), severity })
    }
}

#[cfg(test)]
mod tests;
