//! Franchise: X where it exceeds the deductible, nothing otherwise.

use serde::{Deserialize, Serialize};

use super::{Family, Severity, nested, no_parameter};
use crate::error::{Faults, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Franchise {
    pub base: Box<Severity>,
    pub deductible: f64,
}

impl Franchise {
    pub fn new(base: Severity, deductible: f64) -> Result<Self> {
        Self { base: Box::new(base), deductible }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("Franchise", "deductible", self.deductible);
        faults.take(self.base.check())?;
        faults.finish()?;
        Ok(self)
    }

    fn pays(&self, x: f64) -> f64 {
        if x > self.deductible { x } else { 0.0 }
    }
}

impl Family for Franchise {
    fn sf(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { self.base.sf(x.max(self.deductible)) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.base.cdf(x.max(self.deductible)) }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= self.deductible { 0.0 } else { self.base.pdf(x) }
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.base.log_sf(x.max(self.deductible)) }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let inside = x >= 0.0 && x <= self.deductible;
        let mut all = vec![if inside { -self.base.pdf(self.deductible) } else { 0.0 }];
        all.extend(self.base.sf_derivatives(if x < 0.0 { x } else { x.max(self.deductible) }));
        all
    }

    fn isf(&self, q: f64) -> f64 {
        if self.base.sf(self.deductible) <= q { 0.0 } else { self.base.isf(q) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if self.base.cdf(self.deductible) >= p { 0.0 } else { self.base.quantile(p) }
    }

    fn moment(&self, k: u32) -> f64 {
        self.excess_moment(k, 0.0)
    }

    fn excess(&self, d: f64) -> f64 {
        self.excess_moment(1, d)
    }

    /// Below the deductible E (c + Y)ᵏ of Y = X − deductible where X exceeds it.
    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        let d = d.max(0.0);
        if k == 0 {
            return 1.0;
        }
        if d >= self.deductible {
            return self.base.excess_moment(k, d);
        }
        let c = self.deductible - d;
        let (mut total, mut binomial) = (0.0, 1.0);
        for j in 0..=k {
            let part = if j == 0 {
                self.base.sf(self.deductible)
            } else {
                self.base.excess_moment(j, self.deductible)
            };
            total += binomial * libm::pow(c, f64::from(k - j)) * part;
            binomial *= f64::from(k - j) / f64::from(j + 1);
        }
        total
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        let below = (self.deductible - attachment).clamp(0.0, limit);
        let all = below * self.base.sf(self.deductible);
        if limit <= below {
            return all;
        }
        all + self.base.layer_mean(limit - below, attachment.max(self.deductible))
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        (self.pays(low), self.pays(high))
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        self.base.breaks(into);
        into.push(self.deductible);
    }

    fn sample(&self, u: &mut [f64]) {
        self.base.sample(u);
        for x in u {
            *x = self.pays(*x);
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("deductible".to_owned(), self.deductible)];
        all.extend(nested(&[("base", &self.base)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        match name.split_once('.') {
            None if name == "deductible" => Self::new((*self.base).clone(), value).map(Into::into),
            Some(("base", rest)) => {
                Self::new(self.base.with_parameter(rest, value)?, self.deductible).map(Into::into)
            }
            _ => Err(no_parameter("Franchise", name, &self.parameters())),
        }
    }
}
