//! Logarithmic series: P(N = k) = pᵏ / (−k ln(1 − p)), k ≥ 1.

use libm::{exp, log, log1p};
use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Panjer, ZeroModified, moments, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{complex_ln1p, gauss_legendre, log1pmx};
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logarithmic {
    pub p: f64,
}

impl Logarithmic {
    pub fn new(p: f64) -> Result<Self> {
        Self { p }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(self.p > 0.0 && self.p < 1.0, || {
            Issue::new("out_of_range", "Logarithmic", "p")
                .value(self.p)
                .allowed("a number between 0 and 1")
        });
        faults.finish()?;
        Ok(self)
    }

    /// −ln(1 − p).
    fn norm(&self) -> f64 {
        -log1p(-self.p)
    }

    fn mean_less_one(&self) -> f64 {
        let odds = self.p / (1.0 - self.p);
        -log1pmx(odds) / log1p(odds)
    }

    /// Σ_{j>k} pʲ/j.
    fn rest(&self, k: f64) -> f64 {
        let decay = -log(self.p);
        if decay > 0.02 {
            let (mut term, mut sum, mut j) = (exp(-(k + 1.0) * decay), 0.0, k + 1.0);
            while term / j > 1e-18 * sum {
                sum += term / j;
                term *= self.p;
                j += 1.0;
            }
            return sum;
        }
        // ∫ e^{−(k+1)s}/(1 − e^{−s}) ds over s > −ln p, in y = ln s.
        let (low, high) = (log(decay), log(decay + 800.0 / (k + 1.0)));
        let panels = ((high - low) * 2.0).ceil().max(1.0);
        let width = (high - low) / panels;
        (0..panels as u32)
            .map(|i| {
                let from = low + f64::from(i) * width;
                gauss_legendre(from, from + width, |y| {
                    let s = exp(y);
                    s * exp(-(k + 1.0) * s) / -libm::expm1(-s)
                })
            })
            .sum()
    }
}

impl Count for Logarithmic {
    fn pmf(&self, k: u64) -> f64 {
        if k == 0 { 0.0 } else { exp(k as f64 * log(self.p)) / (k as f64 * self.norm()) }
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        if k == 0 {
            return f64::NEG_INFINITY;
        }
        k as f64 * log(self.p) - log(k as f64 * self.norm())
    }

    fn sf(&self, k: u64) -> f64 {
        if k == 0 { 1.0 } else { self.rest(k as f64) / self.norm() }
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        moments::factorial(self.cumulants())
    }

    fn cumulants(&self) -> [f64; 4] {
        let mean = 1.0 + self.mean_less_one();
        if self.p < 0.5 {
            return moments::by_summation(self, mean, 150);
        }
        let odds = self.p / (1.0 - self.p);
        let m = odds / self.norm();
        let raw = [m, m * odds, 2.0 * m * odds * odds, 6.0 * m * odds * odds * odds];
        moments::cumulants(moments::to_log(raw))
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        // E z^N = ln(1 − pz)/ln(1 − p) = 1 + ln(1 − w p/(1 − p))/ln(1 − p)
        complex_ln1p(complex_ln1p(-w * (self.p / (1.0 - self.p))) / -self.norm())
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        // ln((1 − p + pv) − pv z): a logarithmic of its own above 0.
        let none = log1p(-self.p * (1.0 - v)) / -self.norm();
        let p = self.p * v / (1.0 - self.p * (1.0 - v));
        if p <= 0.0 {
            return super::Poisson::new(0.0).map(Into::into);
        }
        let positive = log1p(p / (1.0 - p)) / self.norm();
        ZeroModified::with_positive(Self::new(p)?.into(), none, positive).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        Some(Panjer { a: self.p, b: -self.p, class: 1 })
    }

    /// Kemp (1981), "Efficient generation of logarithmically distributed pseudo-random variables",
    /// Applied Statistics 30(3), algorithm LK.
    fn draw(&self, stream: &mut Stream) -> u64 {
        let v = stream.uniform();
        if v >= self.p {
            return 1;
        }
        let q = -libm::expm1(-self.norm() * stream.uniform());
        if v <= q * q {
            ((1.0 + log(v) / log(q)) as u64).max(1)
        } else if v <= q {
            2
        } else {
            1
        }
    }

    plain_parameters!(Logarithmic { p });

    fn score(&self, n: u64) -> Vec<f64> {
        vec![n as f64 / self.p - 1.0 / ((1.0 - self.p) * self.norm())]
    }
}
