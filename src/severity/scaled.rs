//! Scaled: factor · X, for currency, trend and relativities.

use serde::{Deserialize, Serialize};

use super::atoms::{across, may_have};
use super::{Family, Severity, nested, no_parameter};
use crate::error::{Faults, Result};
use crate::numeric::Double;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaled {
    pub base: Box<Severity>,
    pub factor: f64,
}

impl Scaled {
    pub fn new(base: Severity, factor: f64) -> Result<Self> {
        Self { base: Box::new(base), factor }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Scaled", "factor", self.factor);
        faults.take(self.base.check())?;
        faults.finish()?;
        Ok(self)
    }
}

impl Scaled {
    /// x / factor, on the right side of an atom.
    fn back(&self, x: f64) -> f64 {
        let (at, factor) = (x / self.factor, self.factor);
        let other = if factor * at.next_up() <= x {
            at.next_up()
        } else if factor * at > x {
            at.next_down()
        } else {
            at
        };
        across(&self.base, at, other)
    }

    /// x / factor, and what its rounding loses: next to a finite end that is all there is.
    fn over(&self, x: f64) -> (f64, f64) {
        let at = self.back(x);
        if at >= self.base.support().1 || self.base.support().1 == f64::INFINITY {
            return (at, 0.0);
        }
        let exact = Double::new(x).over(self.factor);
        let lost = (exact.hi - at) + exact.lo;
        (at, if lost * self.base.pdf(at) * 0.0 == 0.0 { lost } else { 0.0 })
    }
}

impl Family for Scaled {
    fn sf(&self, x: f64) -> f64 {
        let (at, lost) = self.over(x);
        let s = self.base.sf(at);
        if lost == 0.0 { s } else { (s - lost * self.base.pdf(at)).clamp(0.0, 1.0) }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (at, lost) = self.over(x);
        let p = self.base.cdf(at);
        if lost == 0.0 { p } else { (p + lost * self.base.pdf(at)).clamp(0.0, 1.0) }
    }

    fn pdf(&self, x: f64) -> f64 {
        self.base.pdf(x / self.factor) / self.factor
    }

    fn log_sf(&self, x: f64) -> f64 {
        self.base.log_sf(x / self.factor)
    }

    fn log_pdf(&self, x: f64) -> f64 {
        self.base.log_pdf(x / self.factor) - libm::log(self.factor)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let slope = x / self.factor * self.pdf(x);
        let mut all = vec![if slope.is_finite() { slope } else { 0.0 }];
        all.extend(self.base.sf_derivatives(x / self.factor));
        all
    }

    fn isf(&self, q: f64) -> f64 {
        self.factor * self.base.isf(q)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.factor * self.base.quantile(p)
    }

    fn moment(&self, k: u32) -> f64 {
        libm::pow(self.factor, f64::from(k)) * self.base.moment(k)
    }

    fn variance(&self) -> f64 {
        self.factor * self.factor * self.base.variance()
    }

    fn skewness(&self) -> f64 {
        self.base.skewness()
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        libm::pow(self.factor, f64::from(k)) * self.base.excess_moment(k, d / self.factor)
    }

    fn excess(&self, d: f64) -> f64 {
        self.factor * self.base.excess(d / self.factor)
    }

    fn lev(&self, d: f64) -> f64 {
        self.factor * self.base.lev(d / self.factor)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        let (at, lost) = self.over(attachment);
        let mean = self.base.layer_mean(limit / self.factor, at);
        let skipped = if lost == 0.0 {
            0.0
        } else {
            lost * (self.base.sf(at) - self.base.sf(at + limit / self.factor))
        };
        self.factor * (mean - skipped).max(0.0)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        (low * self.factor, high * self.factor)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        let from = into.len();
        self.base.breaks(into);
        for x in &mut into[from..] {
            *x *= self.factor;
        }
    }

    fn sf_in_place(&self, x: &mut [f64]) {
        if may_have(&self.base) {
            x.iter_mut().for_each(|x| *x = self.sf(*x));
            return;
        }
        for x in x.iter_mut() {
            *x /= self.factor;
        }
        self.base.sf_in_place(x);
    }

    fn sample(&self, u: &mut [f64]) {
        self.base.sample(u);
        for x in u {
            *x *= self.factor;
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("factor".to_owned(), self.factor)];
        all.extend(nested(&[("base", &self.base)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        match name.split_once('.') {
            None if name == "factor" => Scaled::new((*self.base).clone(), value).map(Into::into),
            Some(("base", rest)) => {
                Scaled::new(self.base.with_parameter(rest, value)?, self.factor).map(Into::into)
            }
            _ => Err(no_parameter("Scaled", name, &self.parameters())),
        }
    }
}
