//! Lognormal: ln X is normal with mean `mu` and standard deviation `sigma`.

use libm::{exp, log};
use serde::{Deserialize, Serialize};

use super::{Family, excess_by_quadrature, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::kernel::lognormal_in_place;
use crate::numeric::survival::lognormal_sf_in_place;
use crate::numeric::{Double, ln_less, ln_norm_sf, mills, norm_cdf, norm_pdf, norm_sf, normal_isf};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogNormal {
    pub mu: f64,
    pub sigma: f64,
}

impl LogNormal {
    pub fn new(mu: f64, sigma: f64) -> Result<Self> {
        Self { mu, sigma }.validated()
    }

    /// From mean m and coefficient of variation c: σ² = ln(1 + c²), μ = ln m − σ²/2.
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("LogNormal", "mean", mean);
        faults.positive("LogNormal", "cv", cv);
        faults.finish()?;
        let sigma2 = libm::log1p(cv * cv);
        Self::new(log(mean) - 0.5 * sigma2, sigma2.sqrt())
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.finite("LogNormal", "mu", self.mu);
        faults.positive("LogNormal", "sigma", self.sigma);
        faults.finish()?;
        Ok(self)
    }

    fn z(&self, x: f64) -> f64 {
        ln_less(x, self.mu) / self.sigma
    }

    /// P(Z > side · z(x)); far out, z to two doubles: its rounding would be magnified z² times.
    fn tail(&self, x: f64, side: f64) -> f64 {
        let z = side * self.z(x);
        if !(z > 5.0 && z < 40.0) {
            return norm_sf(z);
        }
        let z = Double::new(x).ln().add(Double::new(-self.mu)).over(side * self.sigma);
        norm_sf(z.hi) * (1.0 - z.lo / mills(z.hi))
    }
}

impl Family for LogNormal {
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { self.tail(x, 1.0) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { self.tail(x, -1.0) }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { norm_pdf(self.z(x)) / (self.sigma * x) }
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { ln_norm_sf(self.z(x)) }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        let z = self.z(x);
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        -0.5 * z * z - 0.918_938_533_204_672_8 - log(self.sigma) - log(x)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 2];
        }
        let z = self.z(x);
        let density = norm_pdf(z) / self.sigma;
        vec![density, density * z]
    }

    fn isf(&self, q: f64) -> f64 {
        match q {
            0.0 => f64::INFINITY,
            1.0 => 0.0,
            _ => exp(self.mu + self.sigma * normal_isf(q)),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        match p {
            0.0 => 0.0,
            1.0 => f64::INFINITY,
            _ => exp(self.mu - self.sigma * normal_isf(p)),
        }
    }

    fn moment(&self, k: u32) -> f64 {
        let k = f64::from(k);
        exp(k * self.mu + 0.5 * k * k * self.sigma * self.sigma)
    }

    fn excess(&self, d: f64) -> f64 {
        if d <= 0.0 {
            return self.moment(1);
        }
        let z = self.z(d);
        let all = self.moment(1) * norm_sf(z - self.sigma);
        let excess = all - d * norm_sf(z);
        // Far out, and for a narrow distribution everywhere, both terms are nearly equal.
        if excess > 0.1 * all { excess } else { excess_by_quadrature(self, d) }
    }

    /// (e^σ² − 1) (E X)².
    fn variance(&self) -> f64 {
        let mean = self.moment(1);
        libm::expm1(self.sigma * self.sigma) * mean * mean
    }

    /// (e^σ² + 2) √(e^σ² − 1).
    fn skewness(&self) -> f64 {
        let growth = libm::expm1(self.sigma * self.sigma);
        (growth + 3.0) * growth.sqrt()
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY {
            return self.moment(1);
        }
        if d <= 0.0 {
            return 0.0;
        }
        let z = self.z(d);
        let below = if z - self.sigma < -2.0 {
            // E X · φ(z − σ) = d φ(z): the mean overflows long before what is below the limit.
            d * norm_pdf(z) * mills(self.sigma - z)
        } else {
            self.moment(1) * norm_cdf(z - self.sigma)
        };
        below + d * norm_sf(z)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sf_in_place(&self, x: &mut [f64]) {
        lognormal_sf_in_place(x, self.mu, self.sigma);
    }

    fn sample(&self, u: &mut [f64]) {
        lognormal_in_place(u, self.mu, self.sigma);
    }

    plain_parameters!(LogNormal { mu, sigma });
}
