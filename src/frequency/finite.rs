//! Counts given by their probabilities, and what follows from a table of probabilities.

use serde::{Deserialize, Serialize};

use super::sums::Cache;
use super::{Binomial, C64, CompoundCount, Count, Frequency, moments, no_parameter};
use crate::error::{Faults, Issue, Result};
use crate::numeric::complex_ln1p;
use crate::random::Stream;

/// Probabilities of 0, 1, 2, … with their sums from both ends.
#[derive(Debug)]
pub(super) struct Finite {
    pub pmf: Vec<f64>,
    pub cdf: Vec<f64>,
    pub sf: Vec<f64>,
}

impl Finite {
    /// `beyond` is the probability of counts that the table does not hold.
    pub fn new(pmf: Vec<f64>, beyond: f64) -> Self {
        let mut total = 0.0;
        let cdf = pmf.iter().map(|p| {
            total += p;
            total
        });
        let cdf = cdf.collect();
        let mut above = beyond;
        let mut sf: Vec<f64> = pmf
            .iter()
            .rev()
            .map(|p| {
                let here = above;
                above += p;
                here
            })
            .collect();
        sf.reverse();
        Self { pmf, cdf, sf }
    }

    pub fn pmf(&self, k: u64) -> f64 {
        at(&self.pmf, k, 0.0)
    }

    pub fn cdf(&self, k: u64) -> f64 {
        at(&self.cdf, k, 1.0)
    }

    pub fn sf(&self, k: u64) -> f64 {
        at(&self.sf, k, 0.0)
    }

    /// ln E z^N from E z^N = 1 + w Σ P(N > k) zᵏ, which keeps its digits where w is small.
    pub fn ln_pgf(&self, w: C64) -> C64 {
        let z = w + 1.0;
        let sum = self.sf.iter().rev().fold(C64::default(), |sum, sf| sum * z + sf);
        complex_ln1p(w * sum)
    }

    pub fn mean(&self) -> f64 {
        self.sf.iter().sum()
    }

    pub fn last(&self) -> u64 {
        self.pmf.len().saturating_sub(1) as u64
    }
}

fn at(table: &[f64], k: u64, beyond: f64) -> f64 {
    usize::try_from(k).ok().and_then(|k| table.get(k).copied()).unwrap_or(beyond)
}

/// The count whose probabilities of 0, 1, 2, … are given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmpiricalCount {
    pub probabilities: Vec<f64>,
    #[serde(skip)]
    table: Cache<Finite>,
}

/// Longest table of probabilities.
const LONGEST: usize = 1 << 20;
/// Thinned table by table up to this length: the work is its square.
const THIN: usize = 1 << 11;

impl EmpiricalCount {
    pub fn new(probabilities: Vec<f64>) -> Result<Self> {
        Self { probabilities, table: Cache::default() }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let issue = |value: String| {
            Issue::new("out_of_range", "EmpiricalCount", "probabilities").value(value)
        };
        let n = self.probabilities.len();
        faults.check((1..=LONGEST).contains(&n), || {
            issue(format!("{n} numbers")).allowed("1 to 1,048,576 probabilities")
        });
        for (k, p) in self.probabilities.iter().enumerate() {
            faults.check((0.0..=1.0).contains(p), || {
                issue(format!("{p} at {k}")).allowed("probabilities in [0, 1]")
            });
        }
        let total: f64 = self.probabilities.iter().sum();
        faults.check(!faults.is_empty() || (total - 1.0).abs() <= 1e-9, || {
            issue(format!("a sum of {total}")).allowed("probabilities that sum to 1")
        });
        faults.finish()?;
        Ok(self)
    }

    fn table(&self) -> &Finite {
        self.table.get(|| {
            let total: f64 = self.probabilities.iter().sum();
            Finite::new(self.probabilities.iter().map(|p| p / total).collect(), 0.0)
        })
    }
}

impl Count for EmpiricalCount {
    fn pmf(&self, k: u64) -> f64 {
        self.table().pmf(k)
    }

    fn sf(&self, k: u64) -> f64 {
        self.table().sf(k)
    }

    fn cdf(&self, k: u64) -> f64 {
        self.table().cdf(k)
    }

    fn largest(&self) -> Option<u64> {
        let last = self.probabilities.iter().rposition(|p| *p > 0.0);
        Some(last.unwrap_or(0) as u64)
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        moments::factorial(self.cumulants())
    }

    fn cumulants(&self) -> [f64; 4] {
        let table = self.table();
        moments::by_summation(self, table.mean(), table.last())
    }

    fn mean(&self) -> f64 {
        self.table().mean()
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        self.table().ln_pgf(w)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        if self.probabilities.len() > THIN {
            let kept = super::Bernoulli::new(v)?;
            return CompoundCount::new(self.clone().into(), kept.into()).map(Into::into);
        }
        let mut thin = vec![0.0; self.probabilities.len()];
        for (n, p) in self.table().pmf.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let kept = Binomial::new(n as u64, v)?;
            for (k, thin) in thin.iter_mut().enumerate().take(n + 1) {
                *thin += p * kept.pmf(k as u64);
            }
        }
        Self::new(thin).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let u = stream.uniform();
        let cdf = &self.table().cdf;
        cdf.partition_point(|c| *c < u).min(cdf.len() - 1) as u64
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        Vec::new()
    }

    fn with_parameter(&self, name: &str, _: f64) -> Result<Frequency> {
        Err(no_parameter("EmpiricalCount", name, &[]))
    }

    fn score(&self, _: u64) -> Vec<f64> {
        Vec::new()
    }
}
