//! Claim counts: how many losses a year brings.
//!
//! A family is a file that implements [`Count`] plus one line in the list [`frequencies!`].

mod bernoulli;
mod negative_binomial;
mod poisson;
mod table;

use num_complex::Complex;
use serde::{Deserialize, Serialize};

pub use bernoulli::Bernoulli;
pub use negative_binomial::NegativeBinomial;
pub use poisson::Poisson;
pub use table::CountTable;

use crate::error::{Error, Issue, Result};

type C64 = Complex<f64>;

/// What a count family gives.
pub trait Count {
    /// P(N = k).
    fn pmf(&self, k: u64) -> f64;

    fn mean(&self) -> f64;

    fn variance(&self) -> f64;

    fn skewness(&self) -> f64;

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

    fn parameters(&self) -> Vec<(&'static str, f64)>;

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency>;

    /// d ln P(N = n) / d parameter, for each of [`Count::parameters`]: the score.
    fn score(&self, n: u64) -> Vec<f64>;
}

/// One list makes the enum, its JSON tags, the dispatch and, in `py`, the Python classes.
macro_rules! frequencies {
    ($apply:ident) => {
        $apply! { Poisson, NegativeBinomial, Bernoulli }
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
        self.inner().thinned(v)
    }
    fn parameters(&self) -> Vec<(&'static str, f64)> {
        self.inner().parameters()
    }
    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        self.inner().with_parameter(name, value)
    }
    fn score(&self, n: u64) -> Vec<f64> {
        self.inner().score(n)
    }
}

impl Frequency {
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

/// `ln(1 + w)` without cancellation: ½ ln1p(2 Re w + |w|²) + i·atan2(Im w, 1 + Re w).
pub(crate) fn complex_ln1p(w: C64) -> C64 {
    C64::new(0.5 * libm::log1p(2.0 * w.re + w.norm_sqr()), libm::atan2(w.im, 1.0 + w.re))
}

fn no_parameter(family: &str, name: &str, known: &[(&'static str, f64)]) -> Error {
    Issue::unknown(family, "parameter", name, known.iter().map(|(n, _)| *n)).into_error()
}

#[cfg(test)]
mod tests;
