//! Shifted: X + shift.

use serde::{Deserialize, Serialize};

use super::atoms::across;
use super::{Family, Severity, nested, no_parameter, shifted};
use crate::error::{Faults, Issue, Result};
use crate::numeric::Double;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shifted {
    pub base: Box<Severity>,
    pub shift: f64,
}

impl Shifted {
    pub fn new(base: Severity, shift: f64) -> Result<Self> {
        Self { base: Box::new(base), shift }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let whole = faults.take(self.base.check())?.is_some();
        if faults.finite("Shifted", "shift", self.shift) && whole {
            let least = self.base.support().0;
            faults.check(least + self.shift >= 0.0, || {
                Issue::new("out_of_range", "Shifted", "shift")
                    .value(self.shift)
                    .allowed(format!("at least {}, for losses are not negative", -least))
            });
        }
        faults.finish()?;
        Ok(self)
    }
}

impl Shifted {
    /// x − shift, and the probability that its rounding skips: next to the least loss that is all there
    /// is.
    fn less(&self, x: f64) -> (f64, f64) {
        let at = Double::sum(x, -self.shift);
        // Everything up to half a step above x rounds to it.
        let end = at.hi + 0.5 * (x.next_up() - x);
        let last = |most: f64, y: f64| if y + self.shift <= x { most.max(y) } else { most };
        let least = if at.hi + self.shift <= x { at.hi } else { at.hi.next_down() };
        let other = [at.hi.next_up(), end.next_down(), end].into_iter().fold(least, last);
        if x.is_finite() && across(&self.base, at.hi, other) != at.hi {
            return (other, 0.0);
        }
        let lost = if at.lo == 0.0 { 0.0 } else { at.lo * self.base.pdf(at.hi) };
        (at.hi, if lost.is_finite() { lost } else { 0.0 })
    }
}

impl Family for Shifted {
    fn sf(&self, x: f64) -> f64 {
        let (at, lost) = self.less(x);
        (self.base.sf(at) - lost).clamp(0.0, 1.0)
    }

    fn cdf(&self, x: f64) -> f64 {
        let (at, lost) = self.less(x);
        (self.base.cdf(at) + lost).clamp(0.0, 1.0)
    }

    fn pdf(&self, x: f64) -> f64 {
        self.base.pdf(x - self.shift)
    }

    fn log_sf(&self, x: f64) -> f64 {
        self.base.log_sf(x - self.shift)
    }

    fn log_pdf(&self, x: f64) -> f64 {
        self.base.log_pdf(x - self.shift)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let mut all = vec![self.pdf(x)];
        all.extend(self.base.sf_derivatives(x - self.shift));
        all
    }

    fn isf(&self, q: f64) -> f64 {
        (self.base.isf(q) + self.shift).max(0.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        (self.base.quantile(p) + self.shift).max(0.0)
    }

    fn moment(&self, k: u32) -> f64 {
        self.excess_moment(k, 0.0)
    }

    fn variance(&self) -> f64 {
        self.base.variance()
    }

    fn skewness(&self) -> f64 {
        self.base.skewness()
    }

    fn excess(&self, d: f64) -> f64 {
        self.excess_moment(1, d)
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        let beyond = d.max(0.0) - self.shift;
        if k == 0 {
            return 1.0;
        }
        if beyond >= 0.0 {
            return self.base.excess_moment(k, beyond);
        }
        shifted(k, -beyond, |j| self.base.moment(j))
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        let below = (self.shift - attachment).max(0.0);
        if limit <= below {
            return limit.max(0.0);
        }
        below + self.base.layer_mean(limit - below, (attachment - self.shift).max(0.0))
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        ((low + self.shift).max(0.0), high + self.shift)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        let from = into.len();
        self.base.breaks(into);
        for x in &mut into[from..] {
            *x += self.shift;
        }
    }

    fn sample(&self, u: &mut [f64]) {
        self.base.sample(u);
        for x in u {
            *x = (*x + self.shift).max(0.0);
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("shift".to_owned(), self.shift)];
        all.extend(nested(&[("base", &self.base)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        match name.split_once('.') {
            None if name == "shift" => Self::new((*self.base).clone(), value).map(Into::into),
            Some(("base", rest)) => {
                Self::new(self.base.with_parameter(rest, value)?, self.shift).map(Into::into)
            }
            _ => Err(no_parameter("Shifted", name, &self.parameters())),
        }
    }
}
