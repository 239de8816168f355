//! Inverse Gaussian: density √(shape / (2π x³)) exp(−shape (x − mean)² / (2 mean² x)).

use libm::{exp, log, sqrt};
use serde::{Deserialize, Serialize};

use super::{Family, QuantileTable, closed_or, excess_by_quadrature, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{self, Double, invert_log, mills, norm_pdf, normal_isf};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseGaussian {
    pub mean: f64,
    pub shape: f64,
}

impl InverseGaussian {
    pub fn new(mean: f64, shape: f64) -> Result<Self> {
        Self { mean, shape }.validated()
    }

    /// From mean m and coefficient of variation c: shape = m / c².
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("InverseGaussian", "mean", mean);
        faults.positive("InverseGaussian", "cv", cv);
        faults.finish()?;
        Self::new(mean, mean / (cv * cv))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("InverseGaussian", "mean", self.mean);
        faults.positive("InverseGaussian", "shape", self.shape);
        faults.finish()?;
        Ok(self)
    }

    fn phi(&self) -> Double {
        Double::ratio(self.shape, self.mean)
    }

    /// (cdf, sf, x · density).
    fn all(&self, x: f64) -> (f64, f64, f64) {
        numeric::inverse_gaussian(Double::ratio(x, self.mean), self.phi())
    }

    fn invert(&self, target: f64, upper: bool) -> f64 {
        if target == 0.0 {
            return if upper { f64::INFINITY } else { 0.0 };
        }
        if target == 1.0 {
            return if upper { 0.0 } else { f64::INFINITY };
        }
        // The lognormal of the same two moments.
        let sigma2 = libm::log1p(self.mean / self.shape);
        let z = if upper { normal_isf(target) } else { -normal_isf(target) };
        let guess = exp((sqrt(sigma2) * z - 0.5 * sigma2).clamp(-300.0, 300.0));
        let phi = self.phi();
        self.mean
            * invert_log(guess, target, upper, |u| {
                let (p, q, slope) = numeric::inverse_gaussian(Double::new(u), phi);
                (if upper { q } else { p }, slope)
            })
    }
}

impl Family for InverseGaussian {
    fn sf(&self, x: f64) -> f64 {
        self.all(x).1
    }

    fn cdf(&self, x: f64) -> f64 {
        self.all(x).0
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY { 0.0 } else { self.all(x).2 / x }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = (x - self.mean) / self.mean;
        0.5 * log(self.shape / x)
            - log(x)
            - 0.918_938_533_204_672_8
            - 0.5 * (self.shape / x) * z * z
    }

    fn log_sf(&self, x: f64) -> f64 {
        let (below, above, _) = self.all(x);
        if below < 0.5 {
            return libm::log1p(-below);
        }
        if above > 1e-280 {
            return log(above);
        }
        // φ(rz)(M(rz) − M(ry)) in logarithms, M Mills' ratio.
        let r = sqrt(self.shape / x);
        let (z, y) = ((x - self.mean) / self.mean, (x + self.mean) / self.mean);
        let gap = mills(r * z) - mills(r * y);
        log(norm_pdf(0.0)) - 0.5 * (r * z) * (r * z) + log(gap)
    }

    /// ∂S/∂mean = 2 shape/mean² e^(2φ) Φ(−ry), ∂S/∂shape = φ(rz) (r/shape − 2 M(ry)/mean).
    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 2];
        }
        let r = sqrt(self.shape / x);
        let (z, y) = ((x - self.mean) / self.mean, (x + self.mean) / self.mean);
        let (peak, ratio) = (norm_pdf(r * z), mills(r * y));
        vec![
            2.0 * (self.shape / self.mean) / self.mean * peak * ratio,
            peak * (r / self.shape - 2.0 * ratio / self.mean),
        ]
    }

    fn isf(&self, q: f64) -> f64 {
        if q > 0.5 { self.invert(1.0 - q, false) } else { self.invert(q, true) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p > 0.5 { self.invert(1.0 - p, true) } else { self.invert(p, false) }
    }

    /// meanᵏ Σ (k − 1 + i)! / (i! (k − 1 − i)!) (mean / (2 shape))ⁱ over i < k (Tweedie 1957).
    fn moment(&self, k: u32) -> f64 {
        if k == 0 {
            return 1.0;
        }
        let half = 0.5 * (self.mean / self.shape);
        let (mut sum, mut term) = (0.0, 1.0);
        for i in 0..k {
            sum += term;
            let (i, k) = (f64::from(i), f64::from(k));
            term *= half * (k + i) * (k - 1.0 - i) / (i + 1.0);
        }
        libm::pow(self.mean, f64::from(k)) * sum
    }

    fn variance(&self) -> f64 {
        self.mean * self.mean * (self.mean / self.shape)
    }

    fn skewness(&self) -> f64 {
        3.0 * sqrt(self.mean / self.shape)
    }

    fn excess(&self, d: f64) -> f64 {
        if d <= 0.0 {
            return self.mean;
        }
        let lev = self.lev(d);
        closed_or(self.mean - lev, self.mean, || excess_by_quadrature(self, d))
    }

    /// mean (Φ(rz) − e^(2φ) Φ(−ry)) + d S(d).
    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY {
            return self.mean;
        }
        let (below, above, _) = self.all(d);
        let r = sqrt(self.shape / d);
        let (z, y) = ((d - self.mean) / self.mean, (d + self.mean) / self.mean);
        let reflected = norm_pdf(r * z) * mills(r * y);
        self.mean * (below - 2.0 * reflected) + d * above
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let unit = Self { mean: 1.0, shape: self.shape / self.mean };
        QuantileTable::of(unit.into()).sample(u);
        for x in u {
            *x *= self.mean;
        }
    }

    plain_parameters!(InverseGaussian { mean, shape });
}
