//! Log-gamma: ln(X / scale) is a gamma of this shape and rate; support from `scale`.
//!
//! Hogg and Klugman 1984, *Loss Distributions*, 5.2; a Pareto of alpha = rate for shape 1.

use libm::{exp, log, log1p};
use serde::{Deserialize, Serialize};

use super::{Family, QuantileTable, closed_or, integrate, lev_by_quadrature, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::kernel::exp_in_place;
use crate::numeric::{
    Double, brent, gamma_p_inv, gamma_pq, gamma_q_by_shape, gamma_q_inv, poisson_density,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGamma {
    pub shape: f64,
    pub rate: f64,
    #[serde(default = "one")]
    pub scale: f64,
}

fn one() -> f64 {
    1.0
}

impl LogGamma {
    pub fn new(shape: f64, rate: f64, scale: f64) -> Result<Self> {
        Self { shape, rate, scale }.validated()
    }

    /// From mean m > 1 and coefficient of variation c, for losses from 1 on (scale 1):
    /// ln(1 − 1/(r − 1)²) / ln(1 − 1/r) = ln(1 + c²) / ln m, shape = −ln m / ln(1 − 1/r).
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(mean > 1.0 && mean < f64::INFINITY, || {
            Issue::new("out_of_range", "LogGamma", "mean")
                .value(mean)
                .allowed("a finite number > 1, for losses start at 1")
        });
        faults.positive("LogGamma", "cv", cv);
        faults.finish()?;
        let target = log1p(cv * cv) / log(mean);
        let gap = |t: f64| {
            // r − 1 = 1 + above.
            let above = exp(t);
            let less = -log(above) - log(above + 2.0) + 2.0 * log1p(above);
            let less =
                if above > 1.0 { -log1p(-1.0 / ((1.0 + above) * (1.0 + above))) } else { less };
            log(less / -log1p(-1.0 / (2.0 + above)) / target)
        };
        let rate = 2.0 + exp(brent(-700.0, 80.0, 1e-15, gap).unwrap_or(f64::NAN));
        Self::new(-log(mean) / log1p(-1.0 / rate), rate, 1.0)
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("LogGamma", "shape", self.shape);
        faults.positive("LogGamma", "rate", self.rate);
        faults.positive("LogGamma", "scale", self.scale);
        faults.finish()?;
        Ok(self)
    }

    /// ln(x / scale) ≥ 0.
    fn y(&self, x: f64) -> f64 {
        let near = x < 2.0 * self.scale;
        if near {
            log1p((x - self.scale).max(0.0) / self.scale)
        } else {
            Double::ln_ratio(x, self.scale).hi
        }
    }
}

impl Family for LogGamma {
    fn sf(&self, x: f64) -> f64 {
        if x <= self.scale { 1.0 } else { gamma_pq(self.shape, self.rate * self.y(x)).1 }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.scale { 0.0 } else { gamma_pq(self.shape, self.rate * self.y(x)).0 }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= self.scale || x == f64::INFINITY {
            return 0.0;
        }
        let y = self.y(x);
        self.shape * poisson_density(self.shape, self.rate * y) / y / x
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > self.scale && x < f64::INFINITY) {
            return vec![0.0; 3];
        }
        let (y, density) = (self.y(x), x * self.pdf(x));
        vec![
            gamma_q_by_shape(self.shape, self.rate * y),
            -density * y / self.rate,
            density / self.scale,
        ]
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale * exp(gamma_q_inv(self.shape, q) / self.rate)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * exp(gamma_p_inv(self.shape, p) / self.rate)
    }

    /// scaleᵏ (1 − k/rate)^−shape.
    fn moment(&self, k: u32) -> f64 {
        let k = f64::from(k);
        if self.rate <= k {
            return if k == 0.0 { 1.0 } else { f64::INFINITY };
        }
        libm::pow(self.scale, k) * exp(-self.shape * log1p(-k / self.rate))
    }

    fn excess(&self, d: f64) -> f64 {
        if self.rate <= 1.0 {
            return f64::INFINITY;
        }
        if d <= self.scale {
            return self.moment(1) - d.max(0.0);
        }
        let all = self.moment(1) * gamma_pq(self.shape, (self.rate - 1.0) * self.y(d)).1;
        closed_or(all - d * self.sf(d), all, || {
            // E (X − d)₊ / d = ∫ (e^s − 1) dF over the logarithm, which has a light tail.
            let q = self.sf(d);
            let end = self.isf((q * 1e-30).max(f64::MIN_POSITIVE)).min(f64::MAX);
            integrate(self, d, end - d, |x, _| self.sf(x))
        })
    }

    fn lev(&self, d: f64) -> f64 {
        if d <= self.scale {
            return d.max(0.0);
        }
        if d == f64::INFINITY {
            return self.moment(1);
        }
        if self.rate <= 1.001 {
            return lev_by_quadrature(self, d);
        }
        let y = self.y(d);
        self.moment(1) * gamma_pq(self.shape, (self.rate - 1.0) * y).0 + d * self.sf(d)
    }

    fn support(&self) -> (f64, f64) {
        (self.scale, f64::INFINITY)
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::gamma(self.shape).sample(u);
        for x in u.iter_mut() {
            *x /= self.rate;
        }
        exp_in_place(u);
        for x in u {
            *x *= self.scale;
        }
    }

    plain_parameters!(LogGamma { shape, rate, scale });
}
