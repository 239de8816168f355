//! Log-Pareto: S(x) = (1 + ln(x/scale)/rate)^{−shape}, x ≥ scale: a Pareto whose index is
//! Gamma(shape, rate).
//!
//! Its tail is slower than any power, so that no moment exists whatever the parameters (Cormann and
//! Reiss 2009, "Generalizing the Pareto to the log-Pareto model", Extremes 12): only limited layers
//! have an expected loss.

use libm::{exp, expm1, log, log1p};
use serde::{Deserialize, Serialize};

use super::{Family, columns, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{Double, Hazard, adaptive};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPareto {
    pub shape: f64,
    pub rate: f64,
    pub scale: f64,
}

impl LogPareto {
    pub fn new(shape: f64, rate: f64, scale: f64) -> Result<Self> {
        Self { shape, rate, scale }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("LogPareto", "shape", self.shape);
        faults.positive("LogPareto", "rate", self.rate);
        faults.positive("LogPareto", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    /// ln(1 + ln(x/scale)/rate) ≥ 0.
    fn depth(&self, x: f64) -> f64 {
        let gap = (x - self.scale) / self.scale;
        let y = if gap < 0.5 { log1p(gap.max(0.0)) } else { log(x / self.scale) };
        log1p(y / self.rate)
    }

    /// The loss whose −ln S is this.
    fn at(&self, hazard: Double) -> f64 {
        let depth = hazard.over(self.shape);
        let y = if depth.hi < 0.1 {
            Double::new(depth.exp_m1())
        } else {
            depth.exp().add(Double::new(-1.0))
        };
        self.scale * y.times(self.rate).exp_value()
    }
}

impl Family for LogPareto {
    fn sf(&self, x: f64) -> f64 {
        if x <= self.scale { 1.0 } else { exp(-self.shape * self.depth(x)) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.scale { 0.0 } else { -expm1(-self.shape * self.depth(x)) }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x < self.scale {
            return 0.0;
        }
        self.shape / (self.rate * x) * exp(-(self.shape + 1.0) * self.depth(x))
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(Hazard::of_sf(q).0)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(Hazard::of_cdf(p).0)
    }

    fn moment(&self, _: u32) -> f64 {
        f64::INFINITY
    }

    fn excess(&self, _: f64) -> f64 {
        f64::INFINITY
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        if limit == f64::INFINITY {
            return limit;
        }
        let certain = (self.scale - attachment).clamp(0.0, limit);
        let (from, width) = (attachment.max(self.scale), limit - certain);
        if width <= 0.0 {
            return certain;
        }
        // x = from·eʸ: an exponential times a power of a line.
        let (start, end) = (self.depth(from), log1p(width / from));
        let whole = self.rate * exp(start);
        let part = adaptive(0.0, end, 1e-15, |y| exp(y - self.shape * log1p(y / whole))).0;
        certain + from * exp(-self.shape * start) * part
    }

    fn support(&self) -> (f64, f64) {
        (self.scale, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        columns::tiles(u, |tile| {
            columns::ln(tile);
            columns::times(tile, -1.0 / self.shape);
            columns::exp_m1(tile);
            columns::times(tile, self.rate);
            columns::exp(tile);
            columns::times(tile, self.scale);
        });
    }

    plain_parameters!(LogPareto { shape, rate, scale });
}
