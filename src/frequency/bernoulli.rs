//! Bernoulli: one loss with probability `p`, else none.

use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Panjer, plain_parameters};
use crate::error::{Faults, Result};
use crate::numeric::complex_ln1p;
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bernoulli {
    pub p: f64,
}

impl Bernoulli {
    pub fn new(p: f64) -> Result<Self> {
        Self { p }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.fraction("Bernoulli", "p", self.p);
        faults.finish()?;
        Ok(self)
    }
}

/// Cumulants of one trial.
pub(super) fn trial(p: f64) -> [f64; 4] {
    let q = 1.0 - p;
    let v = p * q;
    [p, v, v * (q - p), v * (1.0 - 6.0 * v)]
}

impl Count for Bernoulli {
    fn pmf(&self, k: u64) -> f64 {
        match k {
            0 => 1.0 - self.p,
            1 => self.p,
            _ => 0.0,
        }
    }

    fn sf(&self, k: u64) -> f64 {
        if k == 0 { self.p } else { 0.0 }
    }

    fn largest(&self) -> Option<u64> {
        Some(1)
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let p = self.p;
        [p, -p * p, 2.0 * p * p * p, -6.0 * p * p * p * p]
    }

    fn cumulants(&self) -> [f64; 4] {
        trial(self.p)
    }

    fn skewness(&self) -> f64 {
        (1.0 - 2.0 * self.p) / self.variance().sqrt()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        complex_ln1p(w * self.p)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.p * v).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        let a = -self.p / (1.0 - self.p);
        (self.p < 1.0).then_some(Panjer { a, b: -2.0 * a, class: 0 })
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        u64::from(stream.uniform() < self.p)
    }

    plain_parameters!(Bernoulli { p });

    fn score(&self, n: u64) -> Vec<f64> {
        vec![if n == 0 { -1.0 / (1.0 - self.p) } else { 1.0 / self.p }]
    }
}
