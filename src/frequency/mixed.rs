//! Mixed Poisson with a discrete mixing distribution: scenarios, each with a mean of its own.

use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Poisson, count_mean, no_parameter};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{complex_expm1, complex_ln1p};
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixedPoisson {
    pub means: Vec<f64>,
    pub weights: Vec<f64>,
}

impl MixedPoisson {
    pub fn new(means: Vec<f64>, weights: Vec<f64>) -> Result<Self> {
        Self { means, weights }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let (means, weights) = (self.means.len(), self.weights.len());
        faults.check(means == weights && means > 0, || {
            Issue::new("wrong_length", "MixedPoisson", "weights")
                .value(format!("{weights} weights for {means} means"))
                .allowed("one weight for each mean")
        });
        for mean in &self.means {
            count_mean(&mut faults, "MixedPoisson", "means", *mean);
        }
        for weight in &self.weights {
            faults.fraction("MixedPoisson", "weights", *weight);
        }
        let total: f64 = self.weights.iter().sum();
        faults.check(!faults.is_empty() || (total - 1.0).abs() <= 1e-9, || {
            Issue::new("out_of_range", "MixedPoisson", "weights")
                .value(format!("a sum of {total}"))
                .allowed("weights that sum to 1")
        });
        faults.finish()?;
        Ok(self)
    }

    /// Σ weight · f(mean), weights summing to 1.
    fn mix(&self, f: impl Fn(f64) -> f64) -> f64 {
        let total: f64 = self.weights.iter().sum();
        self.means.iter().zip(&self.weights).map(|(m, w)| w * f(*m)).sum::<f64>() / total
    }
}

impl Count for MixedPoisson {
    fn pmf(&self, k: u64) -> f64 {
        self.mix(|mean| Poisson { mean }.pmf(k))
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        let logs = self.means.iter().zip(&self.weights).filter(|(_, w)| **w > 0.0);
        let logs: Vec<f64> =
            logs.map(|(mean, w)| libm::log(*w) + Poisson { mean: *mean }.ln_pmf(k)).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            return most;
        }
        let total: f64 = self.weights.iter().sum();
        most + libm::log(logs.iter().map(|l| libm::exp(l - most)).sum::<f64>() / total)
    }

    fn sf(&self, k: u64) -> f64 {
        self.mix(|mean| Poisson { mean }.sf(k))
    }

    fn cdf(&self, k: u64) -> f64 {
        self.mix(|mean| Poisson { mean }.cdf(k))
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        // The cumulants of the mixing distribution.
        let mean = self.mix(|m| m);
        let central = |j: i32| self.mix(|m| (m - mean).powi(j));
        let second = central(2);
        [mean, second, central(3), central(4) - 3.0 * second * second]
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        let total: f64 = self.weights.iter().sum();
        let terms = self.means.iter().zip(&self.weights);
        complex_ln1p(terms.map(|(m, p)| complex_expm1(w * m) * (p / total)).sum())
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        let means = self.means.iter().map(|m| m * v).collect();
        Self::new(means, self.weights.clone()).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let mut left = stream.uniform() * self.weights.iter().sum::<f64>();
        let mut mean = 0.0;
        for (m, w) in self.means.iter().zip(&self.weights).filter(|(_, w)| **w > 0.0) {
            mean = *m;
            left -= w;
            if left <= 0.0 {
                break;
            }
        }
        stream.poisson(mean)
    }

    /// The means; weights cannot move one by one.
    fn parameters(&self) -> Vec<(String, f64)> {
        self.means.iter().enumerate().map(|(i, m)| (format!("means.{i}"), *m)).collect()
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        let index = name.strip_prefix("means.").and_then(|i| i.parse::<usize>().ok());
        let mut changed = self.clone();
        match index.and_then(|i| changed.means.get_mut(i)) {
            Some(mean) => *mean = value,
            None => return Err(no_parameter("MixedPoisson", name, &self.parameters())),
        }
        changed.validated().map(Into::into)
    }

    fn score(&self, n: u64) -> Vec<f64> {
        let (all, total) = (self.ln_pmf(n), self.weights.iter().sum::<f64>());
        let parts = self.means.iter().zip(&self.weights);
        parts
            .map(|(mean, w)| {
                let share = w / total * libm::exp(Poisson { mean: *mean }.ln_pmf(n) - all);
                share * (n as f64 / mean - 1.0)
            })
            .collect()
    }
}
