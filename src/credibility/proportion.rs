//! Beta–Bernoulli: the probability of failure of one trial, such as a launch or a tape-out.

use serde::{Deserialize, Serialize};

use super::whole;
use crate::error::{Faults, Issue, Result};
use crate::frequency::{self, Bernoulli, Frequency};
use crate::numeric::{beta_inv, beta_pq};
use crate::random::Stream;

/// Failures per trial ~ Beta(`a`, `b`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetaBernoulli {
    pub a: f64,
    pub b: f64,
}

impl BetaBernoulli {
    pub fn new(a: f64, b: f64) -> Result<Self> {
        Self { a, b }.validated()
    }

    pub fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("BetaBernoulli", "a", self.a);
        faults.positive("BetaBernoulli", "b", self.b);
        faults.finish()?;
        Ok(self)
    }

    /// Jeffreys' prior Beta(½, ½).
    pub fn jeffreys() -> Self {
        Self { a: 0.5, b: 0.5 }
    }

    /// From a mean in (0, 1) and what the prior is worth in trials, a + b.
    pub fn from_mean_trials(mean: f64, trials: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(mean > 0.0 && mean < 1.0, || {
            Issue::new("out_of_range", "BetaBernoulli", "mean")
                .value(mean)
                .allowed("between 0 and 1")
        });
        faults.positive("BetaBernoulli", "trials", trials);
        faults.finish()?;
        Self::new(mean * trials, (1.0 - mean) * trials)
    }

    /// Beta(a + failures, b + trials − failures).
    pub fn update(&self, failures: f64, trials: f64) -> Result<Self> {
        let mut faults = Faults::new();
        whole(&mut faults, "BetaBernoulli.update", "failures", failures);
        whole(&mut faults, "BetaBernoulli.update", "trials", trials);
        faults.check(!(failures > trials), || {
            Issue::new("out_of_range", "BetaBernoulli.update", "failures")
                .value(failures)
                .allowed(format!("at most the number of trials, {trials}"))
        });
        faults.finish()?;
        Self::new(self.a + failures, self.b + (trials - failures))
    }

    pub fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    pub fn variance(&self) -> f64 {
        let n = self.a + self.b;
        (self.a / n) * (self.b / n) / (n + 1.0)
    }

    /// Weight of so many trials against this prior.
    pub fn credibility(&self, trials: f64) -> f64 {
        trials / (self.a + self.b + trials)
    }

    pub fn cdf(&self, x: f64) -> f64 {
        beta_pq(self.a, self.b, x, 1.0 - x).0
    }

    pub fn quantile(&self, p: f64) -> f64 {
        beta_inv(self.a, self.b, p, 1.0 - p).0
    }

    pub fn isf(&self, q: f64) -> f64 {
        beta_inv(self.a, self.b, 1.0 - q, q).0
    }

    /// Failures among future trials.
    pub fn predictive(&self, trials: u64) -> Result<Frequency> {
        if trials == 1 {
            return Bernoulli::new(self.mean()).map(Into::into);
        }
        frequency::BetaBinomial::new(trials, self.a, self.b).map(Into::into)
    }

    pub fn draw(&self, stream: &mut Stream) -> f64 {
        stream.beta(self.a, self.b)
    }
}
