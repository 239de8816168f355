//! Mixture: with probability `weights[i]` the loss comes from `parts[i]`.

use serde::{Deserialize, Serialize};

use super::mixed_erlang::check_weights;
use super::parameters::{part_parameters, with_part_parameter};
use super::solve::invert;
use super::{Family, QuantileTable, Severity};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixture {
    pub parts: Vec<Severity>,
    pub weights: Vec<f64>,
}

impl Mixture {
    pub fn new(parts: Vec<Severity>, weights: Vec<f64>) -> Result<Self> {
        Self { parts, weights }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        for part in &self.parts {
            faults.take(part.check())?;
        }
        faults.check(self.weights.len() == self.parts.len() && !self.parts.is_empty(), || {
            Issue::new("out_of_range", "Mixture", "weights")
                .value(self.weights.len())
                .allowed(format!("one for each of {} parts", self.parts.len()))
        });
        check_weights(&mut faults, "Mixture", &self.weights);
        faults.finish()?;
        Ok(self)
    }

    fn used(&self) -> impl Iterator<Item = (f64, &Severity)> {
        self.weights.iter().copied().zip(&self.parts).filter(|(w, _)| *w > 0.0)
    }

    fn sum(&self, f: impl Fn(&Severity) -> f64) -> f64 {
        self.used().map(|(w, part)| w * f(part)).sum()
    }

    fn range(&self, f: impl Fn(&Severity) -> f64) -> (f64, f64) {
        self.used()
            .map(|(_, part)| f(part))
            .fold((f64::INFINITY, 0.0), |(low, high), x| (f64::min(low, x), f64::max(high, x)))
    }
}

impl Family for Mixture {
    fn sf(&self, x: f64) -> f64 {
        self.sum(|part| part.sf(x)).min(1.0)
    }

    fn sf_in_place(&self, x: &mut [f64]) {
        const TILE: usize = 256;
        for x in x.chunks_mut(TILE) {
            let (mut sums, mut of_part) = ([0.0; TILE], [0.0; TILE]);
            let (sums, of_part) = (&mut sums[..x.len()], &mut of_part[..x.len()]);
            for (weight, part) in self.used() {
                of_part.copy_from_slice(x);
                part.sf_in_place(of_part);
                sums.iter_mut().zip(&*of_part).for_each(|(sum, s)| *sum += weight * s);
            }
            x.iter_mut().zip(sums).for_each(|(x, sum)| *x = sum.min(1.0));
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sum(|part| part.cdf(x)).min(1.0)
    }

    fn pdf(&self, x: f64) -> f64 {
        self.sum(|part| part.pdf(x))
    }

    fn log_sf(&self, x: f64) -> f64 {
        log_sum(self.used().map(|(w, part)| libm::log(w) + part.log_sf(x)))
    }

    fn log_pdf(&self, x: f64) -> f64 {
        log_sum(self.used().map(|(w, part)| libm::log(w) + part.log_pdf(x)))
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let parts = self.weights.iter().zip(&self.parts);
        parts.flat_map(|(w, part)| part.sf_derivatives(x).into_iter().map(move |d| w * d)).collect()
    }

    fn isf(&self, q: f64) -> f64 {
        // Heavy weights aside, a part reaches q where its own survival is q / weight at least.
        let (low, high) = self.range(|part| part.isf(q));
        invert(self, q, true, low, high)
    }

    fn quantile(&self, p: f64) -> f64 {
        let (low, high) = self.range(|part| part.quantile(p));
        invert(self, p, false, low, high)
    }

    fn moment(&self, k: u32) -> f64 {
        self.sum(|part| part.moment(k))
    }

    /// Within the parts, and between them.
    fn variance(&self) -> f64 {
        let mean = self.moment(1);
        if !mean.is_finite() {
            return f64::INFINITY;
        }
        self.sum(|part| part.variance() + (part.mean() - mean) * (part.mean() - mean))
    }

    fn excess(&self, d: f64) -> f64 {
        self.sum(|part| part.excess(d))
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        self.sum(|part| part.excess_moment(k, d))
    }

    fn lev(&self, d: f64) -> f64 {
        self.sum(|part| part.lev(d))
    }

    fn limited_moment(&self, k: u32, d: f64) -> f64 {
        self.sum(|part| part.limited_moment(k, d))
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        self.sum(|part| part.layer_mean(limit, attachment))
    }

    fn support(&self) -> (f64, f64) {
        (self.range(|part| part.support().0).0, self.range(|part| part.support().1).1)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        for part in &self.parts {
            part.breaks(into);
        }
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::of(self.clone().into()).sample(u);
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        part_parameters(&self.parts)
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        let parts = with_part_parameter("Mixture", &self.parts, name, value)?;
        Self::new(parts, self.weights.clone()).map(Into::into)
    }
}

/// ln Σ e^terms without underflow.
fn log_sum(terms: impl Iterator<Item = f64>) -> f64 {
    let terms: Vec<f64> = terms.collect();
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return top;
    }
    top + libm::log(terms.iter().map(|t| libm::exp(t - top)).sum::<f64>())
}
