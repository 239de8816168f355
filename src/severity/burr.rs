//! Burr (type XII): S(x) = (1 + (x / scale)^gamma)^−alpha.

use libm::{log, log1p, pow};
use serde::{Deserialize, Serialize};

use super::{Family, GB2, columns, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::{Double, Hazard};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burr {
    pub alpha: f64,
    pub gamma: f64,
    pub scale: f64,
}

impl Burr {
    pub fn new(alpha: f64, gamma: f64, scale: f64) -> Result<Self> {
        Self { alpha, gamma, scale }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Burr", "alpha", self.alpha);
        faults.positive("Burr", "gamma", self.gamma);
        faults.positive("Burr", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    fn gb2(&self) -> GB2 {
        GB2 { alpha: self.alpha, tau: 1.0, scale: self.scale, gamma: self.gamma }
    }

    /// (x / scale)^gamma.
    fn power(&self, x: f64) -> Double {
        Double::ln_ratio(x.max(0.0), self.scale).times(self.gamma).exp()
    }

    fn hazard(&self, x: f64) -> Hazard {
        Hazard(self.power(x).ln_1p().times(self.alpha))
    }

    fn at(&self, hazard: Hazard) -> f64 {
        let u = hazard.0.over(self.alpha).exp_m1();
        self.scale * Double::new(u).ln().over(self.gamma).exp_value()
    }
}

impl Family for Burr {
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
        self.alpha * self.gamma / (1.0 + 1.0 / self.power(x).hi) * (self.sf(x) / x)
    }

    fn log_sf(&self, x: f64) -> f64 {
        -self.alpha * ln_1p_power(x / self.scale, self.gamma)
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.scale;
        log(self.alpha * self.gamma / self.scale) + (self.gamma - 1.0) * log(z)
            - (self.alpha + 1.0) * ln_1p_power(z, self.gamma)
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 3];
        }
        let density = x * self.pdf(x);
        vec![
            self.sf(x) * (self.log_sf(x) / self.alpha),
            -density / self.gamma * log(x / self.scale),
            density / self.scale,
        ]
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(Hazard::of_sf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(Hazard::of_cdf(p))
    }

    fn moment(&self, k: u32) -> f64 {
        self.gb2().moment(k)
    }

    fn excess(&self, d: f64) -> f64 {
        self.gb2().excess(d)
    }

    fn lev(&self, d: f64) -> f64 {
        self.gb2().lev(d)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        let (power, root, scale) = (-1.0 / self.alpha, 1.0 / self.gamma, self.scale);
        columns::tiles(u, |tile| {
            columns::ln(tile);
            columns::times(tile, power);
            columns::exp_m1(tile);
            columns::power(tile, root, scale);
        });
    }

    plain_parameters!(Burr { alpha, gamma, scale });
}

/// ln(1 + z^g) without overflow.
pub(super) fn ln_1p_power(z: f64, g: f64) -> f64 {
    if z <= 0.0 {
        return 0.0;
    }
    if z > 1.0 { g * log(z) + log1p(pow(z, -g)) } else { log1p(pow(z, g)) }
}
