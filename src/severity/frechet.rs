//! Fréchet (inverse Weibull): P(X ≤ x) = exp(−(x / scale)^−shape).

use libm::{log, pow, tgamma};
use serde::{Deserialize, Serialize};

use super::{
    Family, closed_or, columns, excess_by_quadrature, lev_by_quadrature, plain_parameters,
};
use crate::error::{Faults, Result};
use crate::numeric::{Double, Hazard, brent, gamma_pq, ln_gamma_1p};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frechet {
    pub shape: f64,
    pub scale: f64,
}

impl Frechet {
    pub fn new(shape: f64, scale: f64) -> Result<Self> {
        Self { shape, scale }.validated()
    }

    /// From mean m and coefficient of variation c: Γ(1 − 2/k) / Γ(1 − 1/k)² = 1 + c², k > 2,
    /// scale = m / Γ(1 − 1/k).
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Frechet", "mean", mean);
        faults.positive("Frechet", "cv", cv);
        faults.finish()?;
        // 1/k = ½ (1 − rest), both to their last digit, between 0 and ½.
        let target = libm::log1p(cv * cv);
        let both = |t: f64| (0.5 / (1.0 + libm::exp(-t)), 1.0 / (1.0 + libm::exp(t)));
        let gap = |t: f64| {
            let (inverse, rest) = both(t);
            let second = if rest > 0.5 {
                ln_gamma_1p(-2.0 * inverse)
            } else {
                ln_gamma_1p(rest) - log(rest)
            };
            log((second - 2.0 * ln_gamma_1p(-inverse)) / target)
        };
        let inverse = both(brent(-35.0, 700.0, 1e-15, gap).unwrap_or(f64::NAN)).0;
        Self::new(1.0 / inverse, mean * libm::exp(-ln_gamma_1p(-inverse)))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Frechet", "shape", self.shape);
        faults.positive("Frechet", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    /// −ln P(X ≤ x).
    fn reverse(&self, x: f64) -> Hazard {
        Hazard(Double::ln_ratio(x, self.scale).times(-self.shape).exp())
    }

    fn at(&self, reverse: Hazard) -> f64 {
        self.scale * reverse.0.ln().over(-self.shape).exp_value()
    }
}

impl Family for Frechet {
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { self.reverse(x).cdf() }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { self.reverse(x).sf() }
    }

    fn pdf(&self, x: f64) -> f64 {
        let t = self.reverse(x).0.hi;
        if x <= 0.0 || t > 800.0 { 0.0 } else { self.shape * (t / x) * self.cdf(x) }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.scale;
        log(self.shape / self.scale) - (self.shape + 1.0) * log(z) - pow(z, -self.shape)
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let t = self.reverse(x);
        if t.0.hi < 1e-290 { -self.shape * log(x / self.scale) } else { t.log_cdf() }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let t = if x > 0.0 { self.reverse(x).0.hi } else { f64::INFINITY };
        if !(t > 0.0 && t < 800.0) {
            return vec![0.0; 2];
        }
        let slope = t * self.cdf(x);
        vec![-slope * log(x / self.scale), slope * self.shape / self.scale]
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(Hazard::of_cdf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(Hazard::of_sf(p))
    }

    fn moment(&self, k: u32) -> f64 {
        let k = f64::from(k);
        if self.shape <= k {
            return f64::INFINITY;
        }
        pow(self.scale, k) * tgamma(1.0 - k / self.shape)
    }

    fn excess(&self, d: f64) -> f64 {
        if self.shape <= 1.0 || d <= 0.0 {
            return self.moment(1);
        }
        let all = self.moment(1) * gamma_pq(1.0 - 1.0 / self.shape, self.reverse(d).0.hi).0;
        closed_or(all - d * self.sf(d), all, || excess_by_quadrature(self, d))
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY || d <= 0.0 {
            return if d <= 0.0 { 0.0 } else { self.moment(1) };
        }
        if self.shape <= 1.0 {
            return lev_by_quadrature(self, d);
        }
        self.moment(1) * gamma_pq(1.0 - 1.0 / self.shape, self.reverse(d).0.hi).1 + d * self.sf(d)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let (power, scale) = (-1.0 / self.shape, self.scale);
        columns::tiles(u, |tile| {
            columns::ln_hazard_of_cdf(tile);
            columns::times(tile, power);
            crate::numeric::kernel::exp_in_place(tile);
            columns::times(tile, scale);
        });
    }

    plain_parameters!(Frechet { shape, scale });
}
