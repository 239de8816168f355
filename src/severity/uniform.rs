//! Uniform between `low` and `high`.

use serde::{Deserialize, Serialize};

use super::{Family, columns, plain_parameters};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uniform {
    pub low: f64,
    pub high: f64,
}

impl Uniform {
    pub fn new(low: f64, high: f64) -> Result<Self> {
        Self { low, high }.validated()
    }

    /// From mean m and coefficient of variation c ≤ 1/√3: m (1 ∓ √3 c).
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Uniform", "mean", mean);
        let spread = 3f64.sqrt() * cv;
        faults.check(cv > 0.0 && spread <= 1.0 + 1e-12, || {
            Issue::new("out_of_range", "Uniform", "cv").value(cv).allowed("in (0, 0.577]")
        });
        faults.finish()?;
        Self::new((mean * (1.0 - spread)).max(0.0), mean * (1.0 + spread))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("Uniform", "low", self.low);
        faults.check(self.high.is_finite() && self.high > self.low, || {
            Issue::new("out_of_range", "Uniform", "high")
                .value(self.high)
                .allowed("a finite number above low")
        });
        faults.finish()?;
        Ok(self)
    }

    fn width(&self) -> f64 {
        self.high - self.low
    }
}

impl Family for Uniform {
    fn sf(&self, x: f64) -> f64 {
        ((self.high - x) / self.width()).clamp(0.0, 1.0)
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width()).clamp(0.0, 1.0)
    }

    fn pdf(&self, x: f64) -> f64 {
        if x > self.low && x < self.high { 1.0 / self.width() } else { 0.0 }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > self.low && x < self.high) {
            return vec![0.0; 2];
        }
        vec![self.sf(x) / self.width(), self.cdf(x) / self.width()]
    }

    fn isf(&self, q: f64) -> f64 {
        (self.high - q * self.width()).max(self.low)
    }

    fn quantile(&self, p: f64) -> f64 {
        (self.low + p * self.width()).min(self.high)
    }

    /// (highᵏ⁺¹ − lowᵏ⁺¹) / ((k + 1) (high − low)), summed so that nothing cancels.
    fn moment(&self, k: u32) -> f64 {
        let ratio = self.low / self.high;
        let sum = (0..=k).fold(0.0, |s, _| s * ratio + 1.0);
        libm::pow(self.high, f64::from(k)) * sum / f64::from(k + 1)
    }

    fn variance(&self) -> f64 {
        self.width() * self.width() / 12.0
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn excess(&self, d: f64) -> f64 {
        if d <= self.low {
            return 0.5 * (self.low + self.high) - d;
        }
        let left = (self.high - d).max(0.0);
        0.5 * left * (left / self.width())
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        let below = (self.low - attachment).clamp(0.0, limit.max(0.0));
        let from = attachment.max(self.low);
        let width = (limit - below).min(self.high - from);
        if width <= 0.0 {
            return below;
        }
        below + width * ((self.high - from) - 0.5 * width) / self.width()
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn sample(&self, u: &mut [f64]) {
        columns::affine(u, -self.width(), self.high);
    }

    plain_parameters!(Uniform { low, high });
}
