//! Delaporte: the mean of the Poisson is `shift` + Gamma(`shape`, `scale`); a Poisson and a negative
//! binomial count together.
//!
//! (Delaporte 1959, Quelques problèmes de statistique mathématique posés par l'assurance automobile;
//! the parameters α, β, λ of the R package Delaporte are shape, scale, shift.)

use serde::{Deserialize, Serialize};

use super::sums::peak_sum;
use super::{
    C64, Count, Frequency, MOST, NegativeBinomial, Poisson, count_mean, plain_parameters,
    score_by_differences,
};
use crate::error::{Faults, Issue, Result};
use crate::numeric::complex_ln1p;
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delaporte {
    pub shape: f64,
    pub scale: f64,
    pub shift: f64,
}

impl Delaporte {
    pub fn new(shape: f64, scale: f64, shift: f64) -> Result<Self> {
        Self { shape, scale, shift }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Delaporte", "shape", self.shape);
        faults.positive("Delaporte", "scale", self.scale);
        count_mean(&mut faults, "Delaporte", "shift", self.shift);
        if faults.is_empty() {
            faults.check(self.shape * self.scale <= MOST, || {
                Issue::new("out_of_range", "Delaporte", "scale")
                    .value(self.scale)
                    .allowed("shape · scale at most 9e15")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    fn parts(&self) -> (Poisson, NegativeBinomial) {
        let mean = self.shape * self.scale;
        (Poisson { mean: self.shift }, NegativeBinomial { mean, shape: self.shape })
    }

    /// Σ P(Poisson = i) · f(k − i), f the probability or a tail of the negative binomial.
    fn convolve(&self, k: u64, f: impl Fn(&NegativeBinomial, u64) -> f64) -> f64 {
        let (poisson, mixed) = self.parts();
        if self.shift == 0.0 {
            return f(&mixed, k);
        }
        let term = |i: f64| {
            let i = i as u64;
            poisson.pmf(i) * f(&mixed, k - i)
        };
        if k == 0 {
            return term(0.0);
        }
        // The negative binomial falls from 0 in a step of its own when its shape is small.
        let last = k as f64;
        let (r, b, l) = (self.shape, self.scale, self.shift);
        // Terms i and i + 1 are equal where l(1 + b)(k − i) = b(i + 1)(k − i − 1 + r).
        let (half, product) = {
            let (p, q) = (l * (1.0 + b) / b, last - 1.0 + r);
            (0.5 * (q - 1.0 + p), p * last - q)
        };
        let gap = half * half - product;
        let peak = if gap > 0.0 { product / (half + half.signum() * gap.sqrt()) } else { half };
        let peak = if peak.is_finite() { peak.clamp(0.0, last - 1.0) } else { 0.0 };
        let x = (last - peak).max(1.0);
        let curvature = 1.0 / (peak + 1.0) + r / (x * (x + r));
        term(last) + peak_sum(0.0, last - 1.0, peak, 1.0 / curvature.sqrt(), term)
    }
}

impl Count for Delaporte {
    fn pmf(&self, k: u64) -> f64 {
        self.convolve(k, super::Count::pmf)
    }

    fn sf(&self, k: u64) -> f64 {
        if k as f64 > self.mean() {
            return self.convolve(k, super::Count::sf) + self.parts().0.sf(k);
        }
        1.0 - self.cdf(k)
    }

    fn cdf(&self, k: u64) -> f64 {
        if k as f64 > self.mean() {
            return 1.0 - self.sf(k);
        }
        self.convolve(k, super::Count::cdf)
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let (m, q) = (self.shape * self.scale, self.scale);
        [m + self.shift, m * q, 2.0 * m * q * q, 6.0 * m * q * q * q]
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        w * self.shift - complex_ln1p(-w * self.scale) * self.shape
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        if self.scale * v == 0.0 {
            return Poisson::new(self.shift * v).map(Into::into);
        }
        Self::new(self.shape, self.scale * v, self.shift * v).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let mean = self.shift + stream.gamma(self.shape) * self.scale;
        stream.poisson(mean)
    }

    plain_parameters!(Delaporte { shape, scale, shift });

    fn score(&self, n: u64) -> Vec<f64> {
        score_by_differences(self, n)
    }
}
