//! Gamma: density x^(shape−1) e^(−x/scale) / (Γ(shape) scale^shape).

use serde::{Deserialize, Serialize};

use super::{Family, QuantileTable, excess_by_quadrature, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{gamma_p_inv, gamma_pq, gamma_q_inv, poisson_density};

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
