//! Inverse gamma: scale / X is a standard gamma of this shape; S(x) = P(shape, scale / x).

use serde::{Deserialize, Serialize};

use super::{
    Family, QuantileTable, closed_or, excess_by_quadrature, lev_by_quadrature, plain_parameters,
};
use crate::error::{Faults, Result};
use crate::numeric::{gamma_p_inv, gamma_pq, gamma_q_by_shape, gamma_q_inv, poisson_density};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseGamma {
    pub shape: f64,
    pub scale: f64,
}

impl InverseGamma {
    pub fn new(shape: f64, scale: f64) -> Result<Self> {
        Self { shape, scale }.validated()
    }

    /// From mean m and coefficient of variation c: shape = 2 + 1/c², scale = m (shape − 1).
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("InverseGamma", "mean", mean);
        faults.positive("InverseGamma", "cv", cv);
        faults.finish()?;
        let precision = 1.0 / (cv * cv);
        Self::new(2.0 + precision, mean * (1.0 + precision))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("InverseGamma", "shape", self.shape);
        faults.positive("InverseGamma", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }
}

impl Family for InverseGamma {
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_pq(self.shape, self.scale / x).0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_pq(self.shape, self.scale / x).1 }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { self.shape * poisson_density(self.shape, self.scale / x) / x }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 2];
        }
        vec![-gamma_q_by_shape(self.shape, self.scale / x), x * self.pdf(x) / self.scale]
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale / gamma_p_inv(self.shape, q)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale / gamma_q_inv(self.shape, p)
    }

    /// scaleᵏ / ((shape − 1) … (shape − k)).
    fn moment(&self, k: u32) -> f64 {
        if self.shape <= f64::from(k) && k > 0 {
            return f64::INFINITY;
        }
        (1..=k).fold(1.0, |m, i| m * (self.scale / (self.shape - f64::from(i))))
    }

    fn variance(&self) -> f64 {
        if self.shape <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.moment(1);
        mean * mean / (self.shape - 2.0)
    }

    fn excess(&self, d: f64) -> f64 {
        if self.shape <= 1.0 || d <= 0.0 {
            return self.moment(1);
        }
        let all = self.moment(1) * gamma_pq(self.shape - 1.0, self.scale / d).0;
        closed_or(all - d * self.sf(d), all, || excess_by_quadrature(self, d))
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY || d <= 0.0 {
            return if d <= 0.0 { 0.0 } else { self.moment(1) };
        }
        if self.shape <= 1.0 {
            return lev_by_quadrature(self, d);
        }
        self.moment(1) * gamma_pq(self.shape - 1.0, self.scale / d).1 + d * self.sf(d)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::gamma(self.shape).sample_lower(u);
        for x in u {
            *x = self.scale / *x;
        }
    }

    plain_parameters!(InverseGamma { shape, scale });
}
