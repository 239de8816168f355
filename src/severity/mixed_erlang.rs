//! Mixed Erlang: with probability `weights[i]` a gamma of shape i + 1, all of one scale.
//!
//! Dense among positive distributions, and a phase-type distribution (Tijms 1994, *Stochastic Models*,
//! theorem 3.9.1; Willmot and Woo 2007, North American Actuarial Journal 11(2), 99–115).

use serde::{Deserialize, Serialize};

use super::solve::invert;
use super::{Family, Gamma, QuantileTable, Severity, no_parameter};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixedErlang {
    pub weights: Vec<f64>,
    pub scale: f64,
}

impl MixedErlang {
    pub fn new(weights: Vec<f64>, scale: f64) -> Result<Self> {
        Self { weights, scale }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("MixedErlang", "scale", self.scale);
        check_weights(&mut faults, "MixedErlang", &self.weights);
        faults.finish()?;
        Ok(self)
    }

    fn parts(&self) -> impl Iterator<Item = (f64, Gamma)> + '_ {
        self.weights
            .iter()
            .enumerate()
            .filter(|(_, w)| **w > 0.0)
            .map(|(i, w)| (*w, Gamma { shape: (i + 1) as f64, scale: self.scale }))
    }

    fn sum(&self, f: impl Fn(&Gamma) -> f64) -> f64 {
        self.parts().map(|(w, gamma)| w * f(&gamma)).sum()
    }
}

/// Weights must be at least 0 and add up to 1.
pub(super) fn check_weights(faults: &mut Faults, object: &str, weights: &[f64]) -> bool {
    let sum: f64 = weights.iter().sum();
    let fine = weights.iter().all(|w| *w >= 0.0) && (sum - 1.0).abs() < 1e-9;
    faults.check(fine, || {
        Issue::new("out_of_range", object, "weights")
            .value(format!("{weights:?}"))
            .allowed("numbers ≥ 0 that add up to 1")
    })
}

impl Family for MixedErlang {
    fn sf(&self, x: f64) -> f64 {
        self.sum(|g| g.sf(x)).min(1.0)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sum(|g| g.cdf(x)).min(1.0)
    }

    fn pdf(&self, x: f64) -> f64 {
        self.sum(|g| g.pdf(x))
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let by_scale = x * self.pdf(x) / self.scale;
        vec![if by_scale.is_finite() { by_scale } else { 0.0 }]
    }

    fn isf(&self, q: f64) -> f64 {
        let (low, high) =
            self.parts().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), (_, g)| {
                let x = g.isf(q);
                (low.min(x), high.max(x))
            });
        invert(self, q, true, low, high)
    }

    fn quantile(&self, p: f64) -> f64 {
        let (low, high) =
            self.parts().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), (_, g)| {
                let x = g.quantile(p);
                (low.min(x), high.max(x))
            });
        invert(self, p, false, low, high)
    }

    fn moment(&self, k: u32) -> f64 {
        self.sum(|g| g.moment(k))
    }

    fn excess(&self, d: f64) -> f64 {
        self.sum(|g| g.excess(d))
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        self.sum(|g| g.excess_moment(k, d))
    }

    fn lev(&self, d: f64) -> f64 {
        self.sum(|g| g.lev(d))
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        self.sum(|g| g.layer_mean(limit, attachment))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let unit = Self { scale: 1.0, weights: self.weights.clone() };
        QuantileTable::of(unit.into()).sample(u);
        for x in u {
            *x *= self.scale;
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        vec![("scale".to_owned(), self.scale)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        if name != "scale" {
            return Err(no_parameter("MixedErlang", name, &self.parameters()));
        }
        Ok(Self { scale: value, ..self.clone() }.into())
    }
}
