//! Binomial: losses among `n` independent chances of probability `p` each.

use libm::{exp, log, log1p};
use serde::{Deserialize, Serialize};

use super::bernoulli::trial;
use super::{C64, Count, Frequency, MOST, Panjer, no_parameter};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{beta_pq, complex_ln1p, digamma, ln_poisson_density, poisson_density};
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binomial {
    pub n: u64,
    pub p: f64,
}

impl Binomial {
    pub fn new(n: u64, p: f64) -> Result<Self> {
        Self { n, p }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        trials(&mut faults, "Binomial", self.n);
        faults.fraction("Binomial", "p", self.p);
        faults.finish()?;
        Ok(self)
    }
}

/// A number of trials that is a whole double.
pub(super) fn trials(faults: &mut Faults, family: &str, n: u64) {
    faults.check(n as f64 <= MOST, || {
        Issue::new("out_of_range", family, "n").value(n).allowed("a whole number up to 9e15")
    });
}

/// The number of trials from a parameter, which must be whole.
pub fn whole(family: &str, value: f64) -> Result<u64> {
    let ok = (0.0..=MOST).contains(&value) && value.fract() == 0.0;
    if !ok {
        return Err(Issue::new("out_of_range", family, "n")
            .value(value)
            .allowed("a whole number ≥ 0")
            .into());
    }
    Ok(value as u64)
}

impl Count for Binomial {
    fn pmf(&self, k: u64) -> f64 {
        let (n, p) = (self.n as f64, self.p);
        let q = 1.0 - p;
        match k {
            _ if k > self.n => 0.0,
            0 if k == self.n => 1.0,
            0 => exp(n * log1p(-p)),
            _ if k == self.n => exp(n * log(p)),
            _ => {
                // pois(k; np)·pois(n − k; nq)/pois(n; n)
                let k = k as f64;
                let rest = poisson_density(n - k, n * q) / poisson_density(n, n);
                poisson_density(k, n * p) * rest
            }
        }
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        let (n, p) = (self.n as f64, self.p);
        match k {
            _ if k > self.n => f64::NEG_INFINITY,
            0 if k == self.n => 0.0,
            0 => n * log1p(-p),
            _ if k == self.n => n * log(p),
            _ => {
                let k = k as f64;
                let rest = ln_poisson_density(n - k, n * (1.0 - p)) - ln_poisson_density(n, n);
                ln_poisson_density(k, n * p) + rest
            }
        }
    }

    fn sf(&self, k: u64) -> f64 {
        if k >= self.n {
            return 0.0;
        }
        if k == 0 {
            return -libm::expm1(self.n as f64 * log1p(-self.p));
        }
        beta_pq(k as f64 + 1.0, (self.n - k) as f64, self.p, 1.0 - self.p).0
    }

    fn cdf(&self, k: u64) -> f64 {
        if k >= self.n {
            return 1.0;
        }
        beta_pq(k as f64 + 1.0, (self.n - k) as f64, self.p, 1.0 - self.p).1
    }

    fn largest(&self) -> Option<u64> {
        Some(self.n)
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let (n, p) = (self.n as f64, self.p);
        [n * p, -n * p * p, 2.0 * n * p * p * p, -6.0 * n * p * p * p * p]
    }

    fn cumulants(&self) -> [f64; 4] {
        trial(self.p).map(|c| c * self.n as f64)
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        if self.n == 0 { C64::default() } else { complex_ln1p(w * self.p) * self.n as f64 }
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.n, self.p * v).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        let a = -self.p / (1.0 - self.p);
        (self.p < 1.0).then_some(Panjer { a, b: -(self.n as f64 + 1.0) * a, class: 0 })
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        stream.binomial(self.n, self.p)
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        vec![("n".to_owned(), self.n as f64), ("p".to_owned(), self.p)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "n" => Self::new(whole("Binomial", value)?, self.p).map(Into::into),
            "p" => Self::new(self.n, value).map(Into::into),
            _ => Err(no_parameter("Binomial", name, &self.parameters())),
        }
    }

    /// `n` is whole: its score is that of ln Γ in place of ln n!.
    fn score(&self, k: u64) -> Vec<f64> {
        let (n, p, k) = (self.n as f64, self.p, k as f64);
        if k > n {
            return vec![f64::NAN, f64::NAN];
        }
        // ψ(n + 1) − ψ(n − k + 1) = Σ 1/j
        let first = n - k + 1.0;
        let whole = if k < 64.0 {
            (0..k as u64).map(|i| 1.0 / (first + i as f64)).sum()
        } else {
            digamma(n + 1.0) - digamma(first)
        };
        let failures = if n > k { (n - k) / (1.0 - p) } else { 0.0 };
        vec![whole + log1p(-p), if k > 0.0 { k / p - failures } else { -failures }]
    }
}
