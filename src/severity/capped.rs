//! Capped: min(X, limit), with the mass of everything above at the limit.

use serde::{Deserialize, Serialize};

use super::{Family, Severity, nested, no_parameter};
use crate::error::{Faults, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capped {
    pub base: Box<Severity>,
    pub limit: f64,
}

impl Capped {
    pub fn new(base: Severity, limit: f64) -> Result<Self> {
        Self { base: Box::new(base), limit }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Capped", "limit", self.limit);
        faults.take(self.base.check())?;
        faults.finish()?;
        Ok(self)
    }
}

impl Family for Capped {
    fn sf(&self, x: f64) -> f64 {
        if x >= self.limit { 0.0 } else { self.base.sf(x) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x >= self.limit { 1.0 } else { self.base.cdf(x) }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x >= self.limit { 0.0 } else { self.base.pdf(x) }
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x >= self.limit { f64::NEG_INFINITY } else { self.base.log_sf(x) }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x >= self.limit { f64::NEG_INFINITY } else { self.base.log_pdf(x) }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let mut all = vec![0.0];
        let base = self.base.sf_derivatives(x.min(self.limit));
        all.extend(base.into_iter().map(|d| if x >= self.limit { 0.0 } else { d }));
        all
    }

    fn isf(&self, q: f64) -> f64 {
        self.base.isf(q).min(self.limit)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.base.quantile(p).min(self.limit)
    }

    fn moment(&self, k: u32) -> f64 {
        self.base.limited_moment(k, self.limit)
    }

    fn limited_moment(&self, k: u32, d: f64) -> f64 {
        self.base.limited_moment(k, d.min(self.limit))
    }

    fn excess(&self, d: f64) -> f64 {
        self.base.layer_mean((self.limit - d).max(0.0), d)
    }

    fn lev(&self, d: f64) -> f64 {
        self.base.lev(d.min(self.limit))
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        self.base.layer_mean(limit.min(self.limit - attachment).max(0.0), attachment)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        (low.min(self.limit), high.min(self.limit))
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        self.base.breaks(into);
        into.push(self.limit);
    }

    fn sf_in_place(&self, x: &mut [f64]) {
        if x.iter().all(|x| *x < self.limit) {
            self.base.sf_in_place(x);
        } else {
            for x in x {
                *x = self.sf(*x);
            }
        }
    }

    fn sample(&self, u: &mut [f64]) {
        self.base.sample(u);
        for x in u {
            *x = x.min(self.limit);
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("limit".to_owned(), self.limit)];
        all.extend(nested(&[("base", &self.base)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        match name.split_once('.') {
            None if name == "limit" => {
                Capped { limit: value, ..self.clone() }.validated().map(Into::into)
            }
            Some(("base", rest)) => {
                Capped::new(self.base.with_parameter(rest, value)?, self.limit).map(Into::into)
            }
            _ => Err(no_parameter("Capped", name, &self.parameters())),
        }
    }
}
