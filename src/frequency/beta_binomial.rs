//! Beta-binomial: a binomial whose probability is drawn from Beta(a, b).

use serde::{Deserialize, Serialize};

use super::binomial::whole;
use super::finite::Finite;
use super::sums::Cache;
use super::{
    Bernoulli, Binomial, C64, CompoundCount, Count, Frequency, moments, no_parameter,
    score_by_differences,
};
use crate::error::{Faults, Issue, Result};
use crate::numeric::beta_density;
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetaBinomial {
    pub n: u64,
    pub a: f64,
    pub b: f64,
    #[serde(skip)]
    table: Cache<Finite>,
}

/// Most trials: the probabilities are kept as a table.
const MOST: u64 = 1 << 20;

impl BetaBinomial {
    pub fn new(n: u64, a: f64, b: f64) -> Result<Self> {
        Self { n, a, b, table: Cache::default() }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(self.n <= MOST, || {
            Issue::new("out_of_range", "BetaBinomial", "n")
                .value(self.n)
                .allowed("a whole number up to 1,048,576")
                .hint(
                    "among more trials a NegativeBinomial of the same mean and variance is as good",
                )
        });
        for (field, value) in [("a", self.a), ("b", self.b)] {
            faults.check((1e-300..=1e15).contains(&value), || {
                Issue::new("out_of_range", "BetaBinomial", field)
                    .value(value)
                    .allowed("a number from 1e-300 to 1e15")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    fn table(&self) -> &Finite {
        self.table.get(|| Finite::new((0..=self.n).map(|k| self.density(k)).collect(), 0.0))
    }

    /// C(n, k) B(a + k, b + n − k)/B(a, b), every factor times the same powers of x and 1 − x.
    fn density(&self, k: u64) -> f64 {
        let (n, a, b) = (self.n as f64, self.a, self.b);
        let (above, below) = (a + k as f64, b + (n - k as f64));
        let (x, y) = (above / (n + a + b), below / (n + a + b));
        let trials = Binomial { n: self.n, p: x };
        if self.n == 0 {
            return 1.0;
        }
        trials.pmf(k) * beta_density(a, b, x, y) / beta_density(above, below, x, y)
    }
}

impl Count for BetaBinomial {
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
        Some(self.n)
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        // E N(N − 1)…(N − j + 1) = n…(n − j + 1) a…(a + j − 1)/((a + b)…)
        let mut raw = [0.0; 4];
        let mut product = 1.0;
        for (j, raw) in raw.iter_mut().enumerate() {
            let j = j as f64;
            product *= (self.n as f64 - j) * (self.a + j) / (self.a + self.b + j);
            *raw = product;
        }
        moments::to_log(raw)
    }

    fn cumulants(&self) -> [f64; 4] {
        let [_, _, third, fourth] = moments::by_summation(self, self.mean(), self.n);
        [self.mean(), self.variance(), third, fourth]
    }

    fn mean(&self) -> f64 {
        self.n as f64 * (self.a / (self.a + self.b))
    }

    fn variance(&self) -> f64 {
        let (n, s) = (self.n as f64, self.a + self.b);
        n * (self.a / s) * (self.b / s) * ((s + n) / (s + 1.0))
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        self.table().ln_pgf(w)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        CompoundCount::new(self.clone().into(), Bernoulli::new(v)?.into()).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let p = stream.beta(self.a, self.b);
        stream.binomial(self.n, p)
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        vec![("n".into(), self.n as f64), ("a".into(), self.a), ("b".into(), self.b)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name {
            "n" => Self::new(whole("BetaBinomial", value)?, self.a, self.b),
            "a" => Self::new(self.n, value, self.b),
            "b" => Self::new(self.n, self.a, value),
            _ => return Err(no_parameter("BetaBinomial", name, &self.parameters())),
        }
        .map(Into::into)
    }

    /// For `n`, which is whole, NaN.
    fn score(&self, n: u64) -> Vec<f64> {
        score_by_differences(self, n)
    }
}
