//! Gamma: density x^(shape−1) e^(−x/scale) / (Γ(shape) scale^shape).

use libm::{lgamma, log};
use serde::{Deserialize, Serialize};

use super::{Family, QuantileTable, excess_by_quadrature, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{gamma_p_inv, gamma_pq, gamma_q_by_shape, gamma_q_inv, poisson_density};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gamma {
    pub shape: f64,
    pub scale: f64,
}

impl Gamma {
    pub fn new(shape: f64, scale: f64) -> Result<Self> {
        Self { shape, scale }.validated()
    }

    /// From mean m and coefficient of variation c: shape = 1/c², scale = m c².
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Gamma", "mean", mean);
        faults.positive("Gamma", "cv", cv);
        faults.finish()?;
        Self::new(1.0 / (cv * cv), mean * cv * cv)
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Gamma", "shape", self.shape);
        faults.positive("Gamma", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }
}

impl Family for Gamma {
    fn sf(&self, x: f64) -> f64 {
        gamma_pq(self.shape, x / self.scale).1
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_pq(self.shape, x / self.scale).0
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { self.shape * poisson_density(self.shape, x / self.scale) / x }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.scale;
        (self.shape - 1.0) * log(z) - z - lgamma(self.shape) - log(self.scale)
    }

    fn log_sf(&self, x: f64) -> f64 {
        let (below, above) = gamma_pq(self.shape, x / self.scale);
        match above {
            q if below < 0.5 => libm::log1p(-below) + 0.0 * q,
            q if q > 1e-280 => log(q),
            // The first terms of the expansion for large x: density · scale (1 + (shape − 1) / z …).
            _ => {
                let z = x / self.scale;
                self.log_pdf(x) + log(self.scale) + log(z / (z - self.shape + 1.0))
            }
        }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 2];
        }
        let z = x / self.scale;
        vec![gamma_q_by_shape(self.shape, z), x * self.pdf(x) / self.scale]
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale * gamma_q_inv(self.shape, q)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * gamma_p_inv(self.shape, p)
    }

    fn moment(&self, k: u32) -> f64 {
        (0..k).fold(1.0, |m, i| m * self.scale * (self.shape + f64::from(i)))
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    fn skewness(&self) -> f64 {
        2.0 / self.shape.sqrt()
    }

    fn excess(&self, d: f64) -> f64 {
        let (a, x) = (self.shape, d / self.scale);
        if x <= 0.0 {
            return self.moment(1);
        }
        // (a − x) Q(a, x) + a·x^a e^{−x}/Γ(a+1), from Q(a+1) = Q(a) + x^a e^{−x}/Γ(a+1).
        let all = a * gamma_pq(a + 1.0, x).1;
        let excess = (a - x) * gamma_pq(a, x).1 + a * poisson_density(a, x);
        if excess > 0.1 * all { self.scale * excess } else { excess_by_quadrature(self, d) }
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY {
            return self.moment(1);
        }
        let x = d / self.scale;
        self.moment(1) * gamma_pq(self.shape + 1.0, x).0 + d * gamma_pq(self.shape, x).1
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::gamma(self.shape).sample(u);
        for x in u {
            *x *= self.scale;
        }
    }

    plain_parameters!(Gamma { shape, scale });
}
