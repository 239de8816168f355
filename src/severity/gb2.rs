//! Generalised beta of the second kind: (X / scale)^gamma = B / (1 − B), B beta(tau, alpha).
//!
//! McDonald 1984, Econometrica 52(3), 647–663, with his a, b, p, q = gamma, scale, tau, alpha; the
//! transformed beta of Klugman, Panjer and Willmot (*Loss Models*, A.2.1.1); beta prime for gamma = 1.

use libm::{exp, lgamma, log, pow, tgamma};
use serde::{Deserialize, Serialize};

use super::{
    Family, QuantileTable, closed_or, excess_by_quadrature, lev_by_quadrature, plain_parameters,
};
use crate::error::{Faults, Result};
use crate::numeric::{Double, beta_c_by_parameters, beta_density, beta_inv, beta_pq};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GB2 {
    pub alpha: f64,
    pub tau: f64,
    pub scale: f64,
    #[serde(default = "one")]
    pub gamma: f64,
}

fn one() -> f64 {
    1.0
}

impl GB2 {
    pub fn new(alpha: f64, tau: f64, scale: f64, gamma: f64) -> Result<Self> {
        Self { alpha, tau, scale, gamma }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("GB2", "alpha", self.alpha);
        faults.positive("GB2", "tau", self.tau);
        faults.positive("GB2", "scale", self.scale);
        faults.positive("GB2", "gamma", self.gamma);
        faults.finish()?;
        Ok(self)
    }

    /// The beta variable at x and its complement.
    fn beta(&self, x: f64) -> (f64, f64) {
        let u = Double::ln_ratio(x, self.scale).times(self.gamma).exp_value();
        if u > 1.0 {
            let v = 1.0 / u;
            (1.0 / (1.0 + v), v / (1.0 + v))
        } else {
            (u / (1.0 + u), 1.0 / (1.0 + u))
        }
    }

    fn at(&self, (b, rest): (f64, f64)) -> f64 {
        if rest == 0.0 {
            return f64::INFINITY;
        }
        self.scale * Double::new(b / rest).ln().over(self.gamma).exp_value()
    }
}

/// Γ(a + h) / Γ(a).
fn gamma_ratio(a: f64, h: f64) -> f64 {
    if a.max(a + h) < 150.0 { tgamma(a + h) / tgamma(a) } else { exp(lgamma(a + h) - lgamma(a)) }
}

impl Family for GB2 {
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 1.0;
        }
        let (b, rest) = self.beta(x);
        beta_pq(self.tau, self.alpha, b, rest).1
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let (b, rest) = self.beta(x);
        beta_pq(self.tau, self.alpha, b, rest).0
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return 0.0;
        }
        let (b, rest) = self.beta(x);
        self.gamma * beta_density(self.tau, self.alpha, b, rest) / x
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < f64::INFINITY) {
            return vec![0.0; 4];
        }
        let (b, rest) = self.beta(x);
        let (by_tau, by_alpha) = beta_c_by_parameters(self.tau, self.alpha, b, rest);
        let density = x * self.pdf(x);
        vec![by_alpha, by_tau, density / self.scale, -density / self.gamma * log(x / self.scale)]
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(beta_inv(self.tau, self.alpha, 1.0 - q, q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(beta_inv(self.tau, self.alpha, p, 1.0 - p))
    }

    fn moment(&self, k: u32) -> f64 {
        let h = f64::from(k) / self.gamma;
        if k == 0 {
            return 1.0;
        }
        if self.alpha <= h {
            return f64::INFINITY;
        }
        if self.gamma == 1.0 {
            return (0..k)
                .map(f64::from)
                .fold(1.0, |m, i| m * (self.scale * (self.tau + i) / (self.alpha - 1.0 - i)));
        }
        pow(self.scale, f64::from(k)) * gamma_ratio(self.tau, h) * gamma_ratio(self.alpha, -h)
    }

    fn excess(&self, d: f64) -> f64 {
        let h = 1.0 / self.gamma;
        if self.alpha <= h || d <= 0.0 {
            return self.moment(1);
        }
        let (b, rest) = self.beta(d);
        let all = self.moment(1) * beta_pq(self.tau + h, self.alpha - h, b, rest).1;
        closed_or(all - d * self.sf(d), all, || excess_by_quadrature(self, d))
    }

    fn lev(&self, d: f64) -> f64 {
        let h = 1.0 / self.gamma;
        if d == f64::INFINITY || d <= 0.0 {
            return if d <= 0.0 { 0.0 } else { self.moment(1) };
        }
        if self.alpha <= h * 1.001 {
            return lev_by_quadrature(self, d);
        }
        let (b, rest) = self.beta(d);
        self.moment(1) * beta_pq(self.tau + h, self.alpha - h, b, rest).0 + d * self.sf(d)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::beta(self.tau, self.alpha).sample_odds(u, self.gamma, self.scale);
    }

    plain_parameters!(GB2 { alpha, tau, scale, gamma });
}
