//! Truncated: X given low < X ≤ high.

use serde::{Deserialize, Serialize};

use super::integral::layer_moment_by_quadrature;
use super::{Family, Severity, integrate, nested, no_parameter, shifted};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truncated {
    pub base: Box<Severity>,
    #[serde(default)]
    pub low: f64,
    /// `None` is infinity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl Truncated {
    /// A `high` of infinity truncates from below only.
    pub fn new(base: Severity, low: f64, high: f64) -> Result<Self> {
        let high = (high != f64::INFINITY).then_some(high);
        Self { base: Box::new(base), low, high }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let whole = faults.take(self.base.check())?.is_some();
        let low = faults.non_negative("Truncated", "low", self.low);
        let high = faults.check(self.high() > self.low, || {
            Issue::new("out_of_range", "Truncated", "high")
                .value(self.high())
                .allowed("a number above low")
        });
        if whole && low && high {
            faults.check(self.mass() > 0.0, || {
                Issue::new("out_of_range", "Truncated", "low")
                    .value(self.low)
                    .allowed("such that losses between low and high are possible")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    fn high(&self) -> f64 {
        self.high.unwrap_or(f64::INFINITY)
    }

    /// P(low < X ≤ high).
    fn mass(&self) -> f64 {
        self.between(self.low, self.high())
    }

    /// P(a < X ≤ b) from the tail in which both are smaller, or where they are nearly the same, from
    /// the density.
    fn between(&self, a: f64, b: f64) -> f64 {
        let above = self.base.sf(a);
        let (tail, other) = if above < 0.5 {
            (above, self.base.sf(b))
        } else {
            (self.base.cdf(b), self.base.cdf(a))
        };
        let difference = tail - other;
        if difference > 0.03 * tail || !(b > a) {
            return difference;
        }
        let area = self.base_mass(a, b - a);
        // What the density does not have, the base has in atoms.
        if (area - difference).abs() <= 1e-12 * tail { area } else { difference }
    }

    fn base_mass(&self, a: f64, width: f64) -> f64 {
        integrate(self.base.as_ref(), a, width, |x, _| self.base.pdf(x))
    }

    /// ∫ S over a layer that loses nearly all to what is cut off above: by parts,
    /// E min(X − a, width) of what lies between a and high, without a difference.
    fn near_high(&self, a: f64, width: f64) -> f64 {
        let high = self.high();
        let top = if width < high - a { a + width } else { high };
        let difference = self.base.sf(a) - self.base.sf(top);
        if (self.base_mass(a, width) - difference).abs() > 1e-12 * self.base.sf(a) {
            return integrate(self, a, width, |x, _| self.sf(x));
        }
        let inside = integrate(self.base.as_ref(), a, width, |x, y| y * self.base.pdf(x));
        (inside + width * self.between(top, high)) / self.mass()
    }
}

impl Family for Truncated {
    fn sf(&self, x: f64) -> f64 {
        match x {
            x if x < self.low => 1.0,
            x if x >= self.high() => 0.0,
            x => (self.between(x, self.high()) / self.mass()).clamp(0.0, 1.0),
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        match x {
            x if x < self.low => 0.0,
            x if x >= self.high() => 1.0,
            x => (self.between(self.low, x) / self.mass()).clamp(0.0, 1.0),
        }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= self.low || x >= self.high() { 0.0 } else { self.base.pdf(x) / self.mass() }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x <= self.low || x >= self.high() {
            return f64::NEG_INFINITY;
        }
        self.base.log_pdf(x) - libm::log(self.mass())
    }

    fn log_sf(&self, x: f64) -> f64 {
        if self.high.is_some() || x < self.low {
            return libm::log(self.sf(x));
        }
        self.base.log_sf(x) - self.base.log_sf(self.low)
    }

    fn isf(&self, q: f64) -> f64 {
        let (low, high) = self.support();
        if q >= 0.5 {
            return self.quantile(1.0 - q);
        }
        let above = self.base.sf(self.high());
        self.base.isf(above + q * self.mass()).clamp(low, high)
    }

    fn quantile(&self, p: f64) -> f64 {
        let (low, high) = self.support();
        let below = self.base.cdf(self.low);
        if below > 0.5 {
            // From the upper tail, where the probabilities have their digits.
            let above = self.base.sf(self.high());
            return self.base.isf((above + (1.0 - p) * self.mass()).min(1.0)).clamp(low, high);
        }
        self.base.quantile((below + p * self.mass()).min(1.0)).clamp(low, high)
    }

    fn moment(&self, k: u32) -> f64 {
        shifted(k, self.low, |j| self.beyond(j, self.low))
    }

    fn excess(&self, d: f64) -> f64 {
        self.excess_moment(1, d)
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        if k == 0 {
            return 1.0;
        }
        if d >= self.low {
            return self.beyond(k, d);
        }
        shifted(k, self.low - d.max(0.0), |j| self.beyond(j, self.low))
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        let below = (self.low - attachment).max(0.0);
        if limit <= below {
            return limit.max(0.0);
        }
        let from = attachment.max(self.low);
        let width = (limit - below).min(self.high() - from);
        if width <= 0.0 {
            return below;
        }
        if width == f64::INFINITY {
            return below + self.beyond(1, from);
        }
        let whole = self.base.layer_mean(width, from);
        let less = width * self.base.sf(self.high());
        if less < 0.5 * whole {
            return below + (whole - less) / self.mass();
        }
        below + self.near_high(from, width)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        (low.max(self.low), high.min(self.high()))
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        self.base.breaks(into);
        into.push(self.low);
        into.extend(self.high);
    }

    fn sample(&self, u: &mut [f64]) {
        if self.base.cdf(self.low) == 0.0 && self.high.is_none() {
            return self.base.sample(u);
        }
        let above = self.base.sf(self.high());
        let (mass, (low, high)) = (self.mass(), self.support());
        for q in u.iter_mut() {
            *q = above + *q * mass;
        }
        self.base.sample(u);
        for x in u {
            *x = x.clamp(low, high);
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("low".to_owned(), self.low)];
        all.extend(self.high.map(|high| ("high".to_owned(), high)));
        all.extend(nested(&[("base", &self.base)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        let mut changed = self.clone();
        match name.split_once('.') {
            None if name == "low" => changed.low = value,
            None if name == "high" => changed.high = Some(value),
            Some(("base", rest)) => changed.base = Box::new(self.base.with_parameter(rest, value)?),
            _ => return Err(no_parameter("Truncated", name, &self.parameters())),
        }
        changed.validated().map(Into::into)
    }
}

impl Truncated {
    /// E (X − d)₊ᵏ, d ≥ low.
    fn beyond(&self, k: u32, d: f64) -> f64 {
        match self.high {
            None => self.base.excess_moment(k, d) / self.mass(),
            Some(high) if d < high => {
                layer_moment_by_quadrature(self, k, high.min(self.base.support().1) - d, d)
            }
            Some(_) => 0.0,
        }
    }
}
