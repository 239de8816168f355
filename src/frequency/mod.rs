//! Claim counts: how many losses a year brings.
//!
//! A family is a file that implements [`Count`] plus one line in the list [`frequencies!`].
//! Conventions: P(N > k) is the primary scale of the upper tail; generating functions are functions of
//! w = z − 1 and come as logarithms, stable where z is near 1; `thinned` is in closed form.

mod bernoulli;
mod beta_binomial;
mod binomial;
mod compound;
mod delaporte;
mod finite;
pub mod fit;
mod geometric;
mod gig;
mod inverse_gaussian;
mod logarithmic;
mod mixed;
mod moments;
mod negative_binomial;
mod neyman;
mod poisson;
mod sichel;
mod sums;
mod table;
mod zero;

use serde::{Deserialize, Serialize};

pub use bernoulli::Bernoulli;
pub use beta_binomial::BetaBinomial;
pub use binomial::{Binomial, whole};
pub use compound::CompoundCount;
pub use delaporte::Delaporte;
pub use finite::EmpiricalCount;
pub use geometric::Geometric;
pub use inverse_gaussian::PoissonInverseGaussian;
pub use logarithmic::Logarithmic;
pub use mixed::MixedPoisson;
pub use negative_binomial::NegativeBinomial;
pub use neyman::NeymanA;
pub use poisson::Poisson;
pub use sichel::Sichel;
pub use table::CountTable;
pub use zero::{ZeroModified, ZeroTruncated};

use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::C64;
use crate::random::Stream;

/// Largest mean: beyond it the counts are not whole doubles.
pub const MOST: f64 = 9.0e15;

/// Panjer's (a, b, class): p(k) = (a + b/k) p(k − 1) for k > class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panjer {
    pub a: f64,
    pub b: f64,
    /// 0: the recursion starts from p(0); 1: from p(1).
    pub class: u8,
}

/// What a count family gives.
pub trait Count {
    /// P(N = k).
    fn pmf(&self, k: u64) -> f64;

    /// ln P(N = k), also where the probability underflows if the family knows better.
    fn ln_pmf(&self, k: u64) -> f64 {
        libm::log(self.pmf(k))
    }

    /// P(N > k).
    fn sf(&self, k: u64) -> f64;

    /// P(N ≤ k); override where `1 − sf` would cancel.
    fn cdf(&self, k: u64) -> f64 {
        1.0 - self.sf(k)
    }

    /// The largest count that can occur.
    fn largest(&self) -> Option<u64> {
        None
    }

    /// The first four factorial cumulants: derivatives of ln E z^N at z = 1.
    fn factorial_cumulants(&self) -> [f64; 4];

    /// Mean, variance, third and fourth cumulant; override where these would cancel.
    fn cumulants(&self) -> [f64; 4] {
        moments::cumulants(self.factorial_cumulants())
    }

    fn mean(&self) -> f64 {
        self.cumulants()[0]
    }

    fn variance(&self) -> f64 {
        self.cumulants()[1]
    }

    /// Third central moment over sd³.
    fn skewness(&self) -> f64 {
        let [_, variance, third, _] = self.cumulants();
        third / (variance * variance.sqrt())
    }

    /// ln E z^N as a function of w = z − 1, |z| ≤ 1: stable where z is near 1.
    fn ln_pgf(&self, w: C64) -> C64;

    /// [`Count::ln_pgf`] of a column, its real and imaginary parts in place.
    fn ln_pgf_in_place(&self, re: &mut [f64], im: &mut [f64]) {
        for (re, im) in re.iter_mut().zip(im) {
            let log = self.ln_pgf(C64::new(*re, *im));
            (*re, *im) = (log.re, log.im);
        }
    }

    /// The count of the losses that pass a filter with probability `v`, each independently.
    fn thinned(&self, v: f64) -> Result<Frequency>;

    /// Panjer's recursion, where the family has one.
    fn panjer(&self) -> Option<Panjer> {
        None
    }

    /// One count, by as many draws as it takes: for counts too wide for a [`CountTable`].
    fn draw(&self, stream: &mut Stream) -> u64;

    fn parameters(&self) -> Vec<(String, f64)>;

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency>;

    /// d ln P(N = n) / d parameter, for each of [`Count::parameters`]: the score.
    fn score(&self, n: u64) -> Vec<f64>;

    /// Scores of many counts: a column for each parameter.
    fn scores(&self, counts: &[u64]) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::with_capacity(counts.len()); self.parameters().len()];
        for n in counts {
            for (column, score) in columns.iter_mut().zip(self.score(*n)) {
                column.push(score);
            }
        }
        columns
    }
}

/// One list makes the enum, its JSON tags, the dispatch and, in `py`, the Python classes.
macro_rules! frequencies {
    ($apply:ident) => {
        $apply! {
            Poisson,
            NegativeBinomial,
            Bernoulli,
            Binomial,
            Geometric,
            Logarithmic,
            BetaBinomial,
            EmpiricalCount,
            ZeroModified,
            ZeroTruncated,
            MixedPoisson,
            PoissonInverseGaussian,
            Sichel,
            Delaporte,
            NeymanA,
            CompoundCount,
        }
    };
}

macro_rules! make_enum {
    ($($name:ident),* $(,)?) => {
        /// Any claim count distribution.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "family")]
        pub enum Frequency {
            $(#[allow(missing_docs, reason = "named after the family")] $name($name),)*
        }

        impl Frequency {
            /// Names of all families, in the order of the list.
            pub const FAMILIES: &'static [&'static str] = &[$(stringify!($name)),*];

            pub fn family(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            fn inner(&self) -> &dyn Count {
                match self { $(Self::$name(family) => family,)* }
            }

            fn check(&self) -> Result<()> {
                match self { $(Self::$name(family) => family.clone().validated().map(|_| ()),)* }
            }
        }

        $(impl From<$name> for Frequency {
            fn from(family: $name) -> Self { Self::$name(family) }
        })*
    };
}
frequencies!(make_enum);

impl Count for Frequency {
    fn pmf(&self, k: u64) -> f64 {
        self.inner().pmf(k)
    }
    fn ln_pmf(&self, k: u64) -> f64 {
        self.inner().ln_pmf(k)
    }
    fn sf(&self, k: u64) -> f64 {
        self.inner().sf(k)
    }
    fn cdf(&self, k: u64) -> f64 {
        self.inner().cdf(k)
    }
    fn largest(&self) -> Option<u64> {
        self.inner().largest()
    }
    fn factorial_cumulants(&self) -> [f64; 4] {
        self.inner().factorial_cumulants()
    }
    fn cumulants(&self) -> [f64; 4] {
        self.inner().cumulants()
    }
    fn mean(&self) -> f64 {
        self.inner().mean()
    }
    fn variance(&self) -> f64 {
        self.inner().variance()
    }
    fn skewness(&self) -> f64 {
        self.inner().skewness()
    }
    fn ln_pgf(&self, w: C64) -> C64 {
        self.inner().ln_pgf(w)
    }
    fn ln_pgf_in_place(&self, re: &mut [f64], im: &mut [f64]) {
        self.inner().ln_pgf_in_place(re, im);
    }
    fn thinned(&self, v: f64) -> Result<Frequency> {
        let mut faults = Faults::new();
        faults.fraction("thinned", "v", v);
        faults.finish()?;
        self.inner().thinned(v)
    }
    fn panjer(&self) -> Option<Panjer> {
        self.inner().panjer()
    }
    fn draw(&self, stream: &mut Stream) -> u64 {
        self.inner().draw(stream)
    }
    fn parameters(&self) -> Vec<(String, f64)> {
        self.inner().parameters()
    }
    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        self.inner().with_parameter(name, value)
    }
    fn score(&self, n: u64) -> Vec<f64> {
        self.inner().score(n)
    }
    fn scores(&self, counts: &[u64]) -> Vec<Vec<f64>> {
        self.inner().scores(counts)
    }
}

impl Frequency {
    /// The smallest k with P(N ≤ k) ≥ p, `inf` where there is none.
    pub fn quantile(&self, p: f64) -> f64 {
        self.first(p, |k| self.cdf(k) >= p)
    }

    /// The smallest k with P(N > k) ≤ q, `inf` where there is none.
    pub fn isf(&self, q: f64) -> f64 {
        self.first(1.0 - q, |k| self.sf(k) <= q)
    }

    /// The smallest k that has a property that all above it have as well; p its level.
    fn first(&self, p: f64, reached: impl Fn(u64) -> bool) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        if reached(0) {
            return 0.0;
        }
        let most = self.largest();
        let mut high = (self.mean() as u64).max(1);
        let mut low = 0;
        let mut step = (self.variance().sqrt() as u64).max(1);
        while !reached(high) {
            if most.is_some_and(|most| high >= most) {
                break;
            }
            if high > 1 << 62 {
                return f64::INFINITY;
            }
            (low, high) = (high, high.saturating_add(step));
            step = step.saturating_mul(2);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if reached(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high as f64
    }

    /// Fourth central moment over variance², less 3.
    pub fn kurtosis(&self) -> f64 {
        let [_, variance, _, fourth] = self.cumulants();
        fourth / (variance * variance)
    }

    /// Reads the JSON form and checks every parameter in it.
    pub fn from_json(text: &str) -> Result<Self> {
        let frequency: Self = serde_json::from_str(text).map_err(|e| {
            Issue::new("bad_json", "frequency", "json").value(e.to_string()).into_error()
        })?;
        frequency.check()?;
        Ok(frequency)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn no_parameter(family: &str, name: &str, known: &[(String, f64)]) -> Error {
    Issue::unknown(family, "parameter", name, known.iter().map(|(n, _)| n.as_str())).into_error()
}

/// A mean of a count: finite, not negative, and small enough for counts to be whole doubles.
fn count_mean(faults: &mut Faults, family: &str, field: &str, mean: f64) {
    if faults.non_negative(family, field, mean) {
        faults.check(mean <= MOST, || {
            Issue::new("out_of_range", family, field)
                .value(mean)
                .allowed("at most 9e15")
                .hint("larger counts are not whole doubles")
        });
    }
}

/// Scores by central differences of ln P(N = n) with Richardson's extrapolation, one-sided at the end
/// of a range: a column for each parameter.
fn scores_by_differences(family: &dyn Count, counts: &[u64]) -> Vec<Vec<f64>> {
    let column = |(name, value): (String, f64)| -> Vec<f64> {
        let h = 1e-3 * if value == 0.0 { 1.0 } else { value.abs() };
        let steps = [-4.0, -2.0, -1.0, -0.2, -0.1, 0.1, 0.2, 1.0, 2.0, 4.0];
        let moved = steps.map(|step| family.with_parameter(&name, value + step * h).ok());
        let slope = |n: &u64| {
            let at = moved.each_ref().map(|f| f.as_ref().map_or(f64::NAN, |f| f.ln_pmf(*n)));
            let [d4, d2, d1, e2, e1, f1, f2, u1, u2, u4] = at;
            let central = |up: f64, down: f64, step: f64| (up - down) / (2.0 * step * h);
            let (one, two) = (central(u1, d1, 1.0), central(u2, d2, 2.0));
            let four = central(u4, d4, 4.0);
            let (first, second) = ((4.0 * one - two) / 3.0, (4.0 * two - four) / 3.0);
            let best = (16.0 * first - second) / 15.0;
            if best.is_finite() {
                return best;
            }
            let here = family.ln_pmf(*n);
            let up = (4.0 * f1 - 3.0 * here - f2) / (0.2 * h);
            if up.is_finite() { up } else { (3.0 * here + e2 - 4.0 * e1) / (0.2 * h) }
        };
        counts.iter().map(slope).collect()
    };
    family.parameters().into_iter().map(column).collect()
}

/// The score of one count by [`scores_by_differences`].
fn score_by_differences(family: &dyn Count, n: u64) -> Vec<f64> {
    scores_by_differences(family, &[n]).into_iter().map(|column| column[0]).collect()
}

/// Implements `parameters` and `with_parameter` for a family whose fields are all numbers.
macro_rules! plain_parameters {
    ($name:ident { $($field:ident),* }) => {
        fn parameters(&self) -> Vec<(String, f64)> {
            vec![$((stringify!($field).to_owned(), self.$field)),*]
        }
        fn with_parameter(
            &self,
            name: &str,
            value: f64,
        ) -> crate::error::Result<super::Frequency> {
            let mut changed = self.clone();
            match name {
                $(stringify!($field) => changed.$field = value,)*
                _ => return Err(super::no_parameter(stringify!($name), name, &self.parameters())),
            }
            changed.validated().map(Into::into)
        }
    };
}
use plain_parameters;

/// Parameters of a part, under its name.
fn nested(part: &str, frequency: &Frequency) -> Vec<(String, f64)> {
    frequency.parameters().into_iter().map(|(n, value)| (format!("{part}.{n}"), value)).collect()
}

#[cfg(test)]
mod tests;
