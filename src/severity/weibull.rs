//! Weibull: S(x) = exp(−(x / scale)^shape).

use libm::{log, pow, tgamma};
use serde::{Deserialize, Serialize};

use super::{Family, closed_or, columns, excess_by_quadrature, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{Double, Hazard, brent, gamma_pq, ln_gamma_1p};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weibull {
    pub shape: f64,
    pub scale: f64,
}

impl Weibull {
    pub fn new(shape: f64, scale: f64) -> Result<Self> {
        Self { shape, scale }.validated()
    }

    /// From mean m and coefficient of variation c: Γ(1 + 2/k) / Γ(1 + 1/k)² = 1 + c², scale = m / Γ(1 + 1/k).
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Weibull", "mean", mean);
        faults.positive("Weibull", "cv", cv);
        faults.finish()?;
        // In t = ln(1/shape); ln(1 + c²) is about π²/6 · e^(2t) for a narrow distribution.
        let target = libm::log1p(cv * cv);
        let gap = |t: f64| {
            let e = libm::exp(t);
            log((ln_gamma_1p(2.0 * e) - 2.0 * ln_gamma_1p(e)) / target)
        };
        let shape = libm::exp(-brent(-35.0, 6.0, 1e-15, gap).unwrap_or(f64::NAN));
        Self::new(shape, mean * libm::exp(-ln_gamma_1p(1.0 / shape)))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Weibull", "shape", self.shape);
        faults.positive("Weibull", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    /// ln(x / scale)^shape.
    fn log_hazard(&self, x: f64) -> Double {
        Double::ln_ratio(x, self.scale).times(self.shape)
    }

    fn hazard(&self, x: f64) -> Hazard {
        Hazard(self.log_hazard(x.max(0.0)).exp())
    }

    fn at(&self, hazard: Hazard) -> f64 {
        self.scale * hazard.0.ln().over(self.shape).exp_value()
    }
}

impl Family for Weibull {
    fn sf(&self, x: f64) -> f64 {
        self.hazard(x).sf()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.hazard(x).cdf()
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return 0.0;
        }
        let h = self.hazard(x);
        let rate = self.shape * (h.0.hi / x);
        if h.0.hi > 800.0 { 0.0 } else { rate * h.sf() }
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -pow(x / self.scale, self.shape) }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.scale;
        log(self.shape / self.scale) + (self.shape - 1.0) * log(z) - pow(z, self.shape)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let h = self.hazard(x);
        if !(h.0.hi > 0.0 && h.0.hi < 800.0) {
            return vec![0.0; 2];
        }
        let slope = h.sf() * h.0.hi;
        vec![-slope * log(x / self.scale), slope * self.shape / self.scale]
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(Hazard::of_sf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(Hazard::of_cdf(p))
    }

    fn moment(&self, k: u32) -> f64 {
        let k = f64::from(k);
        pow(self.scale, k) * tgamma(1.0 + k / self.shape)
    }

    /// m² (Γ(1 + 2/k) / Γ(1 + 1/k)² − 1).
    fn variance(&self) -> f64 {
        let (m, e) = (self.moment(1), 1.0 / self.shape);
        m * m * libm::expm1(ln_gamma_1p(2.0 * e) - 2.0 * ln_gamma_1p(e))
    }

    fn excess(&self, d: f64) -> f64 {
        if d <= 0.0 {
            return self.moment(1);
        }
        let all = self.moment(1) * gamma_pq(1.0 + 1.0 / self.shape, self.hazard(d).0.hi).1;
        closed_or(all - d * self.sf(d), all, || excess_by_quadrature(self, d))
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY {
            return self.moment(1);
        }
        let body = gamma_pq(1.0 + 1.0 / self.shape, self.hazard(d).0.hi).0;
        if body == 0.0 { d * self.sf(d) } else { self.moment(1) * body + d * self.sf(d) }
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let (root, scale) = (1.0 / self.shape, self.scale);
        columns::tiles(u, |tile| {
            columns::ln(tile);
            columns::times(tile, -1.0);
            columns::power(tile, root, scale);
        });
    }

    plain_parameters!(Weibull { shape, scale });
}
