//! Log-logistic: S(x) = 1 / (1 + (x / scale)^shape), the Burr of alpha 1.

use serde::{Deserialize, Serialize};

use super::{Burr, Family, columns, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{Double, brent};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLogistic {
    pub shape: f64,
    pub scale: f64,
}

impl LogLogistic {
    pub fn new(shape: f64, scale: f64) -> Result<Self> {
        Self { shape, scale }.validated()
    }

    /// From mean m and coefficient of variation c: 1 + c² = tan(b) / b with b = π / shape < π/2.
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("LogLogistic", "mean", mean);
        faults.positive("LogLogistic", "cv", cv);
        faults.check(!(cv.is_finite() && cv < 1e-6), || {
            Issue::new("out_of_range", "LogLogistic", "cv").value(cv).allowed("at least 1e-6")
        });
        faults.finish()?;
        // tan(b)/b − 1 without its cancellation for small b.
        let rest = |b: f64| {
            let b2 = b * b;
            if b < 0.02 {
                b2 / 3.0 * (1.0 + 0.4 * b2 * (1.0 + 17.0 / 42.0 * b2))
            } else {
                libm::tan(b) / b - 1.0
            }
        };
        let gap = |b: f64| libm::log(rest(b)) - 2.0 * libm::log(cv);
        let top = std::f64::consts::FRAC_PI_2.next_down();
        let b = brent(1e-7, top, 1e-16, gap).unwrap_or(f64::NAN);
        Self::new(std::f64::consts::PI / b, mean * libm::sin(b) / b)
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("LogLogistic", "shape", self.shape);
        faults.positive("LogLogistic", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    fn burr(&self) -> Burr {
        Burr { alpha: 1.0, gamma: self.shape, scale: self.scale }
    }
}

impl Family for LogLogistic {
    fn sf(&self, x: f64) -> f64 {
        self.burr().sf(x)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.burr().cdf(x)
    }

    fn pdf(&self, x: f64) -> f64 {
        self.burr().pdf(x)
    }

    fn log_sf(&self, x: f64) -> f64 {
        self.burr().log_sf(x)
    }

    fn log_pdf(&self, x: f64) -> f64 {
        self.burr().log_pdf(x)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        self.burr().sf_derivatives(x).split_off(1)
    }

    fn isf(&self, q: f64) -> f64 {
        // ((1 − q) / q)^(1/shape), the odds known to one rounding.
        let odds = Double::sum(1.0, -q).over(q);
        self.scale * odds.ln().over(self.shape).exp_value()
    }

    fn quantile(&self, p: f64) -> f64 {
        let odds = Double::new(p).div(Double::sum(1.0, -p));
        if p >= 1.0 {
            return f64::INFINITY;
        }
        self.scale * odds.ln().over(self.shape).exp_value()
    }

    fn moment(&self, k: u32) -> f64 {
        self.burr().moment(k)
    }

    fn excess(&self, d: f64) -> f64 {
        self.burr().excess(d)
    }

    fn lev(&self, d: f64) -> f64 {
        self.burr().lev(d)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let (root, scale) = (1.0 / self.shape, self.scale);
        columns::tiles(u, |tile| {
            for u in tile.iter_mut() {
                *u = (1.0 - *u) / *u;
            }
            columns::power(tile, root, scale);
        });
    }

    plain_parameters!(LogLogistic { shape, scale });
}
