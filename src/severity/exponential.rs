//! Exponential: S(x) = e^(−x/mean).

use libm::{expm1, log};
use serde::{Deserialize, Serialize};

use super::{Family, columns, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{Double, Hazard};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exponential {
    pub mean: f64,
}

impl Exponential {
    pub fn new(mean: f64) -> Result<Self> {
        Self { mean }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Exponential", "mean", self.mean);
        faults.finish()?;
        Ok(self)
    }

    fn hazard(&self, x: f64) -> Hazard {
        Hazard(Double::ratio(x.max(0.0), self.mean))
    }
}

impl Family for Exponential {
    fn sf(&self, x: f64) -> f64 {
        if x == f64::INFINITY { 0.0 } else { self.hazard(x).sf() }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x == f64::INFINITY { 1.0 } else { self.hazard(x).cdf() }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.sf(x) / self.mean }
    }

    fn log_sf(&self, x: f64) -> f64 {
        -(x.max(0.0) / self.mean)
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { -x / self.mean - log(self.mean) }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let z = x.max(0.0) / self.mean;
        vec![if z < 800.0 { z * self.sf(x) / self.mean } else { 0.0 }]
    }

    fn isf(&self, q: f64) -> f64 {
        self.mean * Hazard::of_sf(q).0.hi
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mean * Hazard::of_cdf(p).0.hi
    }

    fn moment(&self, k: u32) -> f64 {
        (1..=k).fold(1.0, |m, i| m * f64::from(i) * self.mean)
    }

    fn variance(&self) -> f64 {
        self.mean * self.mean
    }

    fn skewness(&self) -> f64 {
        2.0
    }

    fn excess(&self, d: f64) -> f64 {
        if d <= 0.0 { self.mean } else { self.mean * self.sf(d) }
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        self.sf(d) * self.moment(k)
    }

    fn lev(&self, d: f64) -> f64 {
        self.mean * self.cdf(d)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        self.mean * self.sf(attachment) * -expm1(-limit / self.mean)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let scale = -self.mean;
        columns::tiles(u, |tile| {
            columns::ln(tile);
            columns::times(tile, scale);
        });
    }

    plain_parameters!(Exponential { mean });
}
