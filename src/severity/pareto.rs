//! Pareto (type I): S(x) = (scale / x)^alpha for x ≥ scale.

use libm::{expm1, log, log1p, pow};
use serde::{Deserialize, Serialize};

use super::{Family, plain_parameters, shifted};
use crate::error::{Faults, Result};
use crate::numeric::kernel::pareto_in_place;
use crate::numeric::survival::pareto_sf_in_place;
use crate::numeric::{Double, Hazard};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pareto {
    pub alpha: f64,
    pub scale: f64,
}

impl Pareto {
    pub fn new(alpha: f64, scale: f64) -> Result<Self> {
        Self { alpha, scale }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Pareto", "alpha", self.alpha);
        faults.positive("Pareto", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    /// ∫ S over (a, a + l), a ≥ scale: a·S(a)·y·expm1c((1 − α) y), y = ln(1 + l/a); exact through α = 1.
    fn tail_layer(&self, limit: f64, attachment: f64) -> f64 {
        let y = log1p(limit / attachment);
        let t = (1.0 - self.alpha) * y;
        let ratio = if t == 0.0 { 1.0 } else { expm1(t) / t };
        attachment * self.sf(attachment) * y * ratio
    }
}

impl Pareto {
    /// From mean m and coefficient of variation c: alpha = 1 + √(1 + 1/c²), scale = m (alpha − 1) / alpha.
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Pareto", "mean", mean);
        faults.positive("Pareto", "cv", cv);
        faults.finish()?;
        let root = (1.0 + 1.0 / (cv * cv)).sqrt();
        Self::new(1.0 + root, mean * (root / (1.0 + root)))
    }
}

impl Family for Pareto {
    fn sf(&self, x: f64) -> f64 {
        if x <= self.scale {
            return 1.0;
        }
        Hazard(Double::ln_ratio(x, self.scale).times(self.alpha)).sf()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.scale {
            0.0
        } else {
            -expm1(-self.alpha * log1p((x - self.scale) / self.scale))
        }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x < self.scale { 0.0 } else { self.alpha * self.sf(x) / x }
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x <= self.scale { 0.0 } else { -self.alpha * log(x / self.scale) }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x < self.scale { f64::NEG_INFINITY } else { log(self.alpha / x) + self.log_sf(x) }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > self.scale && x < f64::INFINITY) {
            return vec![0.0; 2];
        }
        let s = self.sf(x);
        vec![-s * log(x / self.scale), s * self.alpha / self.scale]
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale * Hazard::of_sf(q).0.over(self.alpha).exp_value()
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * Hazard::of_cdf(p).0.over(self.alpha).exp_value()
    }

    fn moment(&self, k: u32) -> f64 {
        let k = f64::from(k);
        if self.alpha <= k {
            f64::INFINITY
        } else {
            pow(self.scale, k) * self.alpha / (self.alpha - k)
        }
    }

    fn excess(&self, d: f64) -> f64 {
        if self.alpha <= 1.0 {
            return f64::INFINITY;
        }
        if d <= self.scale {
            return self.moment(1) - d;
        }
        d * self.sf(d) / (self.alpha - 1.0)
    }

    fn variance(&self) -> f64 {
        let a = self.alpha;
        if a <= 2.0 {
            return f64::INFINITY;
        }
        let unit = self.scale / (a - 1.0);
        unit * unit * a / (a - 2.0)
    }

    fn skewness(&self) -> f64 {
        let a = self.alpha;
        if a <= 3.0 {
            return f64::INFINITY;
        }
        2.0 * (1.0 + a) / (a - 3.0) * ((a - 2.0) / a).sqrt()
    }

    /// dᵏ S(d) k! / ((α − 1) … (α − k)) beyond the scale; below it the binomial theorem, all terms > 0.
    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        if self.alpha <= f64::from(k) {
            return f64::INFINITY;
        }
        let beyond = |k: u32, d: f64| {
            (1..=k).fold(self.sf(d), |m, i| m * d * f64::from(i) / (self.alpha - f64::from(i)))
        };
        if d >= self.scale {
            beyond(k, d)
        } else {
            shifted(k, self.scale - d.max(0.0), |j| beyond(j, self.scale))
        }
    }

    fn lev(&self, d: f64) -> f64 {
        if d <= self.scale {
            return d;
        }
        if d == f64::INFINITY {
            return self.moment(1);
        }
        self.scale + self.tail_layer(d - self.scale, self.scale)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        let top = attachment + limit;
        if top <= self.scale {
            return limit;
        }
        if top == f64::INFINITY {
            return self.excess(attachment);
        }
        let below = (self.scale - attachment).max(0.0);
        below + self.tail_layer(limit - below, attachment.max(self.scale))
    }

    fn support(&self) -> (f64, f64) {
        (self.scale, f64::INFINITY)
    }

    fn sf_in_place(&self, x: &mut [f64]) {
        pareto_sf_in_place(x, self.alpha, self.scale);
    }

    fn sample(&self, u: &mut [f64]) {
        pareto_in_place(u, self.alpha, self.scale);
    }

    plain_parameters!(Pareto { alpha, scale });
}
