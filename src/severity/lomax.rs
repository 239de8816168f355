//! Lomax (Pareto type II from 0): S(x) = (1 + x / scale)^−alpha.

use libm::{log, log1p};
use serde::{Deserialize, Serialize};

use super::{Family, columns, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{Double, Hazard, expm1_over};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lomax {
    pub alpha: f64,
    pub scale: f64,
}

impl Lomax {
    pub fn new(alpha: f64, scale: f64) -> Result<Self> {
        Self { alpha, scale }.validated()
    }

    /// From mean m and coefficient of variation c > 1: alpha = 2c² / (c² − 1), scale = m (alpha − 1).
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Lomax", "mean", mean);
        faults.check(cv.is_finite() && cv > 1.0, || {
            Issue::new("out_of_range", "Lomax", "cv").value(cv).allowed("a finite number > 1")
        });
        faults.finish()?;
        let less = (cv - 1.0) * (cv + 1.0);
        Self::new(2.0 * cv * cv / less, mean * (1.0 + 2.0 / less))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Lomax", "alpha", self.alpha);
        faults.positive("Lomax", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    fn hazard(&self, x: f64) -> Hazard {
        Hazard(Double::ratio(x.max(0.0), self.scale).ln_1p().times(self.alpha))
    }

    fn at(&self, hazard: Hazard) -> f64 {
        self.scale * hazard.0.over(self.alpha).exp_m1()
    }
}

impl Family for Lomax {
    fn sf(&self, x: f64) -> f64 {
        self.hazard(x).sf()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.hazard(x).cdf()
    }

    fn pdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.alpha * (self.sf(x) / (self.scale + x)) }
    }

    fn log_sf(&self, x: f64) -> f64 {
        -self.alpha * log1p(x.max(0.0) / self.scale)
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        log(self.alpha / self.scale) - (self.alpha + 1.0) * log1p(x / self.scale)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 2];
        }
        let s = self.sf(x);
        vec![-s * log1p(x / self.scale), s * (self.alpha / self.scale) * (x / (self.scale + x))]
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(Hazard::of_sf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(Hazard::of_cdf(p))
    }

    /// scaleᵏ k! / ((α − 1) … (α − k)).
    fn moment(&self, k: u32) -> f64 {
        self.excess_moment(k, 0.0)
    }

    fn variance(&self) -> f64 {
        let a = self.alpha;
        if a <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.scale / (a - 1.0);
        mean * mean * (a / (a - 2.0))
    }

    fn skewness(&self) -> f64 {
        let a = self.alpha;
        if a <= 3.0 { f64::INFINITY } else { 2.0 * (1.0 + a) / (a - 3.0) * ((a - 2.0) / a).sqrt() }
    }

    fn excess(&self, d: f64) -> f64 {
        self.excess_moment(1, d)
    }

    /// (X − d)₊ is Lomax of scale + d, with probability S(d).
    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        if self.alpha <= f64::from(k) {
            return f64::INFINITY;
        }
        let scale = self.scale + d.max(0.0);
        (1..=k).fold(self.sf(d), |m, i| m * (f64::from(i) * scale / (self.alpha - f64::from(i))))
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    /// (scale + a) S(a) y expm1((1 − α) y) / ((1 − α) y), y = ln(1 + l / (scale + a)): exact through α = 1.
    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        if limit == f64::INFINITY {
            return self.excess(attachment);
        }
        let scale = self.scale + attachment;
        let y = log1p(limit / scale);
        scale * self.sf(attachment) * y * expm1_over((1.0 - self.alpha) * y)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let (power, scale) = (-1.0 / self.alpha, self.scale);
        columns::tiles(u, |tile| {
            columns::ln(tile);
            columns::times(tile, power);
            columns::exp_m1(tile);
            columns::times(tile, scale);
        });
    }

    plain_parameters!(Lomax { alpha, scale });
}
