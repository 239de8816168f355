//! Negative binomial as a gamma mixture: N | G ~ Poisson(mean·G), G ~ Gamma(shape, mean 1).
//!
//! Variance mean + mean²/shape. Large shapes go to the Poisson, also numerically.

use libm::{exp, log, log1p};
use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Panjer, count_mean, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{
    beta_pq, complex_ln1p, gamma_pq, ln_poisson_density, log1pmx, poisson_density,
};
use crate::random::Stream;

/// Above this shape the count is a Poisson, for all that doubles can tell.
const POISSON: f64 = 1e60;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeBinomial {
    pub mean: f64,
    pub shape: f64,
}

impl NegativeBinomial {
    pub fn new(mean: f64, shape: f64) -> Result<Self> {
        Self { mean, shape }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        count_mean(&mut faults, "NegativeBinomial", "mean", self.mean);
        faults.positive("NegativeBinomial", "shape", self.shape);
        if faults.is_empty() {
            faults.check(self.variance().is_finite(), || {
                Issue::new("out_of_range", "NegativeBinomial", "shape")
                    .value(self.shape)
                    .allowed("a shape whose variance mean + mean²/shape is a double")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    /// ln P(N = 0) = −r ln(1 + m/r).
    fn ln_none(&self) -> f64 {
        let (m, r) = (self.mean, self.shape);
        let odds = m / r;
        -r * if odds.is_finite() { log1p(odds) } else { log(m) - log(r) }
    }

    /// r/n and the two means of the product of Poisson probabilities below.
    fn means(&self, k: f64) -> (f64, f64, f64) {
        let (m, r) = (self.mean, self.shape);
        let n = r + k;
        (n, n * (m / (m + r)), n * (r / (m + r)))
    }

    /// P(N ≤ k), P(N > k).
    fn both(&self, k: u64) -> (f64, f64) {
        let (m, r) = (self.mean, self.shape);
        if m == 0.0 {
            return (1.0, 0.0);
        }
        if r > POISSON {
            let (p, q) = gamma_pq(k as f64 + 1.0, m);
            return (q, p);
        }
        if k == 0 {
            return (self.pmf(0), -libm::expm1(self.ln_none()));
        }
        beta_pq(r, k as f64 + 1.0, r / (r + m), m / (r + m))
    }
}

impl Count for NegativeBinomial {
    fn pmf(&self, k: u64) -> f64 {
        let (m, r) = (self.mean, self.shape);
        if m == 0.0 {
            return if k == 0 { 1.0 } else { 0.0 };
        }
        if k == 0 {
            return exp(self.ln_none());
        }
        // P(k) = r/(r+k) · Poisson-like density of a binomial: use ratios of Poisson densities,
        // pois(k; x)·pois(r; y)/pois(r+k; x+y) with x/(x+y) = m/(m+r), which keep their digits.
        let k = k as f64;
        if r > POISSON {
            return poisson_density(k, m);
        }
        let (n, x, y) = self.means(k);
        r / n * poisson_density(k, x) * poisson_density(r, y) / poisson_density(n, n)
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        let (m, r) = (self.mean, self.shape);
        if m == 0.0 {
            return if k == 0 { 0.0 } else { f64::NEG_INFINITY };
        }
        if k == 0 {
            return self.ln_none();
        }
        let k = k as f64;
        if r > POISSON {
            return ln_poisson_density(k, m);
        }
        let (n, x, y) = self.means(k);
        let parts = ln_poisson_density(r, y) - ln_poisson_density(n, n);
        ln_poisson_density(k, x) + (parts + log(r / n))
    }

    fn sf(&self, k: u64) -> f64 {
        self.both(k).1
    }

    fn cdf(&self, k: u64) -> f64 {
        self.both(k).0
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let (m, q) = (self.mean, self.mean / self.shape);
        [m, m * q, 2.0 * m * q * q, 6.0 * m * q * q * q]
    }

    fn variance(&self) -> f64 {
        self.mean + self.mean * self.mean / self.shape
    }

    fn skewness(&self) -> f64 {
        let q = self.mean / self.shape;
        (1.0 + 2.0 * q) / (self.mean * (1.0 + q)).sqrt()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        complex_ln1p(-w * (self.mean / self.shape)) * -self.shape
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.mean * v, self.shape).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        let a = self.mean / (self.mean + self.shape);
        Some(Panjer { a, b: (self.shape - 1.0) * a, class: 0 })
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let g = stream.gamma(self.shape) / self.shape;
        stream.poisson(self.mean * g)
    }

    plain_parameters!(NegativeBinomial { mean, shape });

    fn score(&self, n: u64) -> Vec<f64> {
        let (m, r) = (self.mean, self.shape);
        let count = n as f64;
        let gap = count - m;
        // ψ(r + n) − ψ(r) − ln(1 + m/r) − (n − m)/(r + m), with ln(1 + n/r) taken out of both parts.
        let shape = rising_digamma(r, count) + log1pmx(gap / (r + m));
        vec![gap / m * (r / (r + m)), shape]
    }
}

/// ψ(r + n) − ψ(r) − ln(1 + n/r) ≥ 0, to full relative accuracy.
fn rising_digamma(r: f64, n: f64) -> f64 {
    if r < 20.0 {
        // ψ(x) − ln x = ψ(x + 1) − ln(x + 1) + ln(1 + 1/x) − 1/x
        let up = |x: f64| -log1pmx(1.0 / x);
        return rising_digamma(r + 1.0, n) + up(r) - up(r + n);
    }
    // ψ(x) − ln x = −1/(2x) − 1/(12x²) + 1/(120x⁴) − 1/(252x⁶) + 1/(240x⁸), of r + n less that of r.
    let (s, t) = (1.0 / r, 1.0 / (r + n));
    let first = s * t * n; // 1/r − 1/(r + n)
    let even = |c: f64, k: i32| {
        let mut sum = 0.0;
        for j in 0..k {
            sum += libm::pow(s, f64::from(j)) * libm::pow(t, f64::from(k - 1 - j));
        }
        c * sum * first
    };
    0.5 * first + even(1.0 / 12.0, 2) - even(1.0 / 120.0, 4) + even(1.0 / 252.0, 6)
        - even(1.0 / 240.0, 8)
}
