//! Empirical: the values with their probabilities, and nothing between.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Family, Severity, no_parameter};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empirical {
    /// Ascending.
    pub values: Vec<f64>,
    /// P(X > value), descending to 0.
    pub survival: Vec<f64>,
}

impl Empirical {
    /// Values in any order; `weights` in proportion, all equal if `None`.
    pub fn new(values: &[f64], weights: Option<&[f64]>) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(!values.is_empty(), || {
            Issue::new("out_of_range", "Empirical", "values")
                .value("none")
                .allowed("at least one loss")
        });
        if let Some(bad) = values.iter().position(|v| !(v.is_finite() && *v >= 0.0)) {
            faults.push(
                Issue::new("out_of_range", "Empirical", format!("values[{bad}]"))
                    .value(values[bad])
                    .allowed("a finite number ≥ 0"),
            );
        }
        if let Some(weights) = weights {
            let total: f64 = weights.iter().sum();
            faults.check(
                weights.len() == values.len()
                    && weights.iter().all(|w| *w >= 0.0)
                    && total > 0.0
                    && total.is_finite(),
                || {
                    Issue::new("out_of_range", "Empirical", "weights")
                        .value(format!("{} weights", weights.len()))
                        .allowed("a number ≥ 0 for each value, not all 0")
                },
            );
        }
        faults.finish()?;
        let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
        let mut order: Vec<usize> = (0..values.len()).filter(|i| weight(*i) > 0.0).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let total: f64 = order.iter().map(|i| weight(*i)).sum();
        let (mut all, mut survival) = (Vec::new(), Vec::new());
        // From the top down, so that small survival probabilities keep their digits.
        let mut above = 0.0;
        for i in order.into_iter().rev() {
            let value = values[i] + 0.0;
            if all.last() != Some(&value) {
                all.push(value);
                survival.push(above / total);
            }
            above += weight(i);
        }
        all.reverse();
        survival.reverse();
        Self { values: all, survival }.validated()
    }

    /// Ascending values with the probability to exceed each.
    pub fn through(values: Vec<f64>, survival: Vec<f64>) -> Result<Self> {
        Self { values, survival }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let ascending = !self.values.is_empty()
            && self.values.iter().all(|v| v.is_finite() && *v >= 0.0)
            && self.values.windows(2).all(|w| w[0] < w[1]);
        faults.check(ascending, || {
            Issue::new("out_of_range", "Empirical", "values")
                .allowed("ascending finite numbers ≥ 0")
        });
        let falling = self.survival.len() == self.values.len()
            && self.survival.iter().all(|s| (0.0..1.0).contains(s))
            && self.survival.windows(2).all(|w| w[0] > w[1])
            && self.survival.last() == Some(&0.0);
        faults.check(falling, || {
            Issue::new("out_of_range", "Empirical", "survival")
                .allowed("one probability for each value, descending to 0")
        });
        faults.finish()?;
        Ok(self)
    }

    /// (value, probability) of the values in a range of places.
    fn atoms(&self, places: Range<usize>) -> impl Iterator<Item = (f64, f64)> + '_ {
        places.map(|at| (self.values[at], self.above(at) - self.above(at + 1)))
    }

    /// Probability of the values from a place on.
    fn above(&self, place: usize) -> f64 {
        if place == 0 { 1.0 } else { self.survival[place - 1] }
    }

    /// `amount` with the probability of the values from a place on; without them nothing, also of an
    /// infinite amount.
    fn beyond(&self, place: usize, amount: f64) -> f64 {
        if place < self.values.len() { self.above(place) * amount } else { 0.0 }
    }

    /// The place of the first value above `x`.
    fn after(&self, x: f64) -> usize {
        self.values.partition_point(|v| *v <= x)
    }

    fn mean_of(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.atoms(0..self.values.len()).map(|(v, p)| p * f(v)).sum()
    }
}

impl Family for Empirical {
    fn sf(&self, x: f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        self.above(self.after(x))
    }

    fn pdf(&self, _: f64) -> f64 {
        0.0
    }

    fn sf_derivatives(&self, _: f64) -> Vec<f64> {
        Vec::new()
    }

    fn isf(&self, q: f64) -> f64 {
        // 1 − p is known to the spacing of numbers next to 1, and so are shares that were summed.
        let rounding = if q > 1e-12 && q < 1.0 { 2.0 * f64::EPSILON } else { 0.0 };
        let place = self.survival.partition_point(|s| *s > q + rounding);
        // At q = 1 nothing need be exceeded, but losses start at the least of them.
        self.values[place.min(self.values.len() - 1)]
    }

    fn moment(&self, k: u32) -> f64 {
        self.mean_of(|v| libm::pow(v, f64::from(k)))
    }

    fn variance(&self) -> f64 {
        let mean = self.moment(1);
        self.mean_of(|v| (v - mean) * (v - mean))
    }

    fn skewness(&self) -> f64 {
        let (mean, variance) = (self.moment(1), self.variance());
        self.mean_of(|v| (v - mean) * (v - mean) * (v - mean)) / (variance * variance.sqrt())
    }

    fn excess(&self, d: f64) -> f64 {
        self.atoms(self.after(d)..self.values.len()).map(|(v, p)| p * (v - d)).sum()
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        self.mean_of(|v| libm::pow((v - d.max(0.0)).max(0.0), f64::from(k)))
    }

    fn lev(&self, d: f64) -> f64 {
        let place = self.after(d);
        self.atoms(0..place).map(|(v, p)| p * v).sum::<f64>() + self.beyond(place, d)
    }

    fn limited_moment(&self, k: u32, d: f64) -> f64 {
        self.mean_of(|v| libm::pow(v.min(d.max(0.0)), f64::from(k)))
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        let limit = limit.max(0.0);
        // A grid asks for as many layers as it has steps: each looks at the values in it alone.
        let inside = self.after(attachment)..self.after(attachment + limit);
        let partial: f64 = self.atoms(inside.clone()).map(|(v, p)| p * (v - attachment)).sum();
        partial + self.beyond(inside.end, limit)
    }

    fn support(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        into.extend(&self.values);
    }

    fn sample(&self, u: &mut [f64]) {
        let n = self.values.len();
        if u.len() < n / 4 || n < 8 {
            return u.iter_mut().for_each(|u| *u = self.isf(*u));
        }
        // Where the answer for the upper end of each bucket lies; that of any u in it is not before.
        let buckets = n as f64;
        let first: Vec<usize> = (1..=n)
            .map(|k| self.survival.partition_point(|s| *s > k as f64 / buckets * (1.0 + 1e-15)))
            .collect();
        for u in u {
            let mut place = first[((*u * buckets) as usize).min(n - 1)];
            while place < n - 1 && self.survival[place] > *u {
                place += 1;
            }
            *u = self.values[place];
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        Vec::new()
    }

    fn with_parameter(&self, name: &str, _: f64) -> Result<Severity> {
        Err(no_parameter("Empirical", name, &[]))
    }
}
