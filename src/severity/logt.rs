//! Log-t: (ln X − mu) / sigma is Student's t with `df` degrees of freedom; no moment exists.
//!
//! The predictive distribution of a lognormal whose parameters are known from few losses (normal–
//! inverse-gamma posterior; Bernardo and Smith 1994, *Bayesian Theory*, 5.2.1).

use libm::exp;
use serde::{Deserialize, Serialize};

use super::{Family, QuantileTable, lev_by_quadrature, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{ln_less, t_isf, t_pdf, t_sf};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogT {
    pub mu: f64,
    pub sigma: f64,
    pub df: f64,
}

impl LogT {
    pub fn new(mu: f64, sigma: f64, df: f64) -> Result<Self> {
        Self { mu, sigma, df }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.finite("LogT", "mu", self.mu);
        faults.positive("LogT", "sigma", self.sigma);
        faults.positive("LogT", "df", self.df);
        faults.finish()?;
        Ok(self)
    }

    fn z(&self, x: f64) -> f64 {
        ln_less(x, self.mu) / self.sigma
    }
}

impl Family for LogT {
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { t_sf(self.z(x), self.df) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { t_sf(-self.z(x), self.df) }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            0.0
        } else {
            t_pdf(self.z(x), self.df) / (self.sigma * x)
        }
    }

    fn isf(&self, q: f64) -> f64 {
        exp(self.mu + self.sigma * t_isf(q, self.df))
    }

    fn quantile(&self, p: f64) -> f64 {
        exp(self.mu - self.sigma * t_isf(p, self.df))
    }

    fn moment(&self, k: u32) -> f64 {
        if k == 0 { 1.0 } else { f64::INFINITY }
    }

    fn excess(&self, _: f64) -> f64 {
        f64::INFINITY
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY { d } else { lev_by_quadrature(self, d) }
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::of(self.clone().into()).sample(u);
    }

    plain_parameters!(LogT { mu, sigma, df });
}
