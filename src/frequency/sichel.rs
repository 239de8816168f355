//! Sichel: the mean of the Poisson is generalised inverse Gaussian.
//!
//! The mixing variable is `mean`·X with E X = 1 and density ∝ x^{order−1} exp(−(κx + 1/(κx))/(2·dispersion)),
//! κ = K_{order+1}(1/dispersion)/K_order(1/dispersion) (Rigby, Stasinopoulos and Akantziliotou 2008,
//! Computational Statistics & Data Analysis 53: SICHEL(μ, σ, ν)). Order −½ is the Poisson–inverse Gaussian.

use serde::{Deserialize, Serialize};

use super::finite::Finite;
use super::gig::Gig;
use super::sums::Cache;
use super::{C64, Count, Frequency, count_mean, no_parameter, score_by_differences};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{bessel_k_step, complex_ln1p, ln_bessel_k_ratio};
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sichel {
    pub mean: f64,
    pub dispersion: f64,
    pub order: f64,
    #[serde(skip)]
    table: Cache<Finite>,
    #[serde(skip)]
    step: Cache<f64>,
}

impl Sichel {
    pub fn new(mean: f64, dispersion: f64, order: f64) -> Result<Self> {
        let (table, step) = (Cache::default(), Cache::default());
        Self { mean, dispersion, order, table, step }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        count_mean(&mut faults, "Sichel", "mean", self.mean);
        faults.positive("Sichel", "mean", self.mean);
        for (field, value, most) in
            [("dispersion", self.dispersion, 1e6), ("order", self.order.abs(), 100.0)]
        {
            let low = if field == "order" { 0.0 } else { 1e-12 };
            faults.check((low..=most).contains(&value), || {
                Issue::new("out_of_range", "Sichel", field).value(value).allowed(
                    if field == "order" {
                        "a number from -100 to 100"
                    } else {
                        "a number from 1e-12 to 1e6"
                    },
                )
            });
        }
        faults.finish()?;
        Ok(self)
    }

    /// κ.
    fn step(&self) -> f64 {
        *self.step.get(|| bessel_k_step(self.order, 1.0 / self.dispersion))
    }

    fn gig(&self) -> Gig {
        let (step, half) = (self.step(), 0.5 / self.dispersion);
        Gig { order: self.order, b: half * step / self.mean, c: half * self.mean / step }
    }

    fn both(&self, k: u64) -> (f64, f64) {
        self.gig().both(k, self.mean, self.table.get(|| self.gig().table()))
    }

    /// E Xʲ = K_{order+j}/(κʲ K_order), j = 1..4.
    fn mixing_moments(&self) -> [f64; 4] {
        let (step, mut product) = (self.step(), 1.0);
        [0.0, 1.0, 2.0, 3.0].map(|j| {
            product *= bessel_k_step(self.order + j, 1.0 / self.dispersion) / step;
            product
        })
    }
}

impl Count for Sichel {
    fn pmf(&self, k: u64) -> f64 {
        self.gig().pmf(k as f64)
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        self.gig().ln_pmf(k as f64)
    }

    fn sf(&self, k: u64) -> f64 {
        self.both(k).1
    }

    fn cdf(&self, k: u64) -> f64 {
        self.both(k).0
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let [_, m2, m3, m4] = self.mixing_moments();
        let m = self.mean;
        let second = m2 - 1.0;
        let third = m3 - 3.0 * m2 + 2.0;
        let fourth = m4 - 4.0 * m3 - 3.0 * m2 * m2 + 12.0 * m2 - 6.0;
        [m, m * m * second, m * m * m * third, m * m * m * m * fourth]
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        let z = 1.0 / self.dispersion;
        let u = -w * (2.0 * self.dispersion * self.mean / self.step());
        if u.norm() < 1e-4 {
            let [c1, c2, c3, c4] = self.factorial_cumulants();
            return w * (c1 + w * (c2 / 2.0 + w * (c3 / 6.0 + w * (c4 / 24.0))));
        }
        ln_bessel_k_ratio(self.order, z, u) - complex_ln1p(u) * (0.5 * self.order)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        if self.mean * v == 0.0 {
            return super::Poisson::new(0.0).map(Into::into);
        }
        Self::new(self.mean * v, self.dispersion, self.order).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let mean = self.gig().draw(stream);
        stream.poisson(mean)
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        vec![
            ("mean".into(), self.mean),
            ("dispersion".into(), self.dispersion),
            ("order".into(), self.order),
        ]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "mean" => Self::new(value, self.dispersion, self.order),
            "dispersion" => Self::new(self.mean, value, self.order),
            "order" => Self::new(self.mean, self.dispersion, value),
            _ => return Err(no_parameter("Sichel", name, &self.parameters())),
        }
        .map(Into::into)
    }

    fn score(&self, n: u64) -> Vec<f64> {
        score_by_differences(self, n)
    }
}
