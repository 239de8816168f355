//! How losses move together: copulas, rank reordering, correlation matrices.
//!
//! A family is a file that implements [`Family`] plus one line in the list [`copulas!`]; the list makes
//! the enum, its JSON form, the dispatch and, in `py`, the Python classes. Samples come from keyed
//! streams in blocks of [`ROWS`] rows: the same bits for any number of threads and any instruction set, and
//! a larger sample begins with a smaller one.

mod archimedean;
mod bivariate;
mod correlation;
mod elliptical;
mod empirical;
mod family;
mod frailty;
mod generator;
mod iman_conover;
mod inner;
mod limits;
mod mixing;
mod nearest;
mod nested;
mod ranks;
mod reorder;
mod sample;
mod tree;

pub use archimedean::{ClaytonCopula, FrankCopula, GumbelCopula, JoeCopula};
pub use correlation::Correlation;
pub use elliptical::{GaussianCopula, GroupedTCopula, TCopula};
pub use empirical::{EmpiricalCopula, Smoothing};
pub use family::Family;
pub use generator::Generator;
pub use iman_conover::{Rearranged, Target, iman_conover};
pub use limits::{ComonotoneCopula, IndependenceCopula};
pub use nearest::{Nearest, nearest_correlation};
pub use nested::{Child, NestedCopula, Node};
pub use ranks::{Ties, kendall_tau, order, pearson, spearman};
pub use reorder::{by_uniforms, check_columns};
pub use sample::{Draws, ROWS, Scratch, entity, sample};
pub use tree::{Branch, Tree, aggregate};

use serde::{Deserialize, Serialize};

use crate::error::{Issue, Result};

/// One list makes the enum, its JSON tags, the dispatch and, in `py`, the Python classes.
macro_rules! copulas {
    ($apply:ident) => {
        $apply! {
            GaussianCopula,
            TCopula,
            GroupedTCopula,
            ClaytonCopula,
            GumbelCopula,
            FrankCopula,
            JoeCopula,
            NestedCopula,
            EmpiricalCopula,
            IndependenceCopula,
            ComonotoneCopula,
        }
    };
}

macro_rules! make_enum {
    ($($name:ident),* $(,)?) => {
        /// Any copula.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "family")]
        pub enum Copula {
            $(#[allow(missing_docs, reason = "named after the family")] $name($name),)*
        }

        impl Copula {
            /// Names of all families, in the order of the list.
            pub const FAMILIES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Name of the family.
            pub fn family(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            fn inner(&self) -> &dyn Family {
                match self { $(Self::$name(family) => family,)* }
            }

            /// The same copula, its parameters checked and what follows from them at hand.
            fn validated(self) -> Result<Self> {
                match self { $(Self::$name(family) => family.validated().map(Self::$name),)* }
            }
        }

        $(impl From<$name> for Copula {
            fn from(family: $name) -> Self { Self::$name(family) }
        })*
    };
}
copulas!(make_enum);

impl Copula {
    /// Number of components.
    pub fn dim(&self) -> usize {
        self.inner().dim()
    }

    /// P(U₁ ≤ u₁, …), `u` of length [`dim`](Self::dim); clipped to the unit cube, NaN for NaN.
    ///
    /// # Errors
    /// Where there is no closed form.
    pub fn cdf(&self, u: &[f64]) -> Result<f64> {
        if u.len() != self.dim() {
            return Err(Issue::new("wrong_shape", self.family(), "u")
                .value(format!("{} numbers", u.len()))
                .allowed(format!("{} probabilities", self.dim()))
                .into_error());
        }
        if u.iter().any(|u| u.is_nan()) {
            return Ok(f64::NAN);
        }
        let u: Vec<f64> = u.iter().map(|u| u.clamp(0.0, 1.0)).collect();
        if u.contains(&0.0) {
            return Ok(0.0);
        }
        let inside: Vec<f64> = u.iter().copied().filter(|u| *u < 1.0).collect();
        match inside.as_slice() {
            [] => Ok(1.0),
            [one] => Ok(*one),
            _ => self.inner().cdf(&u),
        }
    }

    /// Kendall's τ of components i and j.
    ///
    /// # Errors
    /// Where it is not known.
    pub fn kendall_tau(&self, i: usize, j: usize) -> Result<f64> {
        self.pair(i, j)?;
        if i == j { Ok(1.0) } else { self.inner().kendall_tau(i, j) }
    }

    /// Spearman's ρ of components i and j.
    ///
    /// # Errors
    /// Where it is not known.
    pub fn spearman_rho(&self, i: usize, j: usize) -> Result<f64> {
        self.pair(i, j)?;
        if i == j { Ok(1.0) } else { self.inner().spearman_rho(i, j) }
    }

    /// Coefficients (lower, upper) of tail dependence of components i and j.
    ///
    /// # Errors
    /// Where they are not known.
    pub fn tail_dependence(&self, i: usize, j: usize) -> Result<(f64, f64)> {
        self.pair(i, j)?;
        if i == j { Ok((1.0, 1.0)) } else { self.inner().tail_dependence(i, j) }
    }

    fn pair(&self, i: usize, j: usize) -> Result<()> {
        let dim = self.dim();
        let mut faults = crate::error::Faults::new();
        for (field, at) in [("i", i), ("j", j)] {
            faults.check(at < dim, || {
                Issue::new("out_of_range", self.family(), field)
                    .value(at)
                    .allowed(format!("a component from 0 to {}", dim - 1))
            });
        }
        faults.finish()
    }

    /// Reads the JSON form and checks every parameter in it.
    ///
    /// # Errors
    /// All faults of the parameters.
    pub fn from_json(text: &str) -> Result<Self> {
        let copula: Self = serde_json::from_str(text).map_err(|e| {
            Issue::new("bad_json", "copula", "json").value(e.to_string()).into_error()
        })?;
        copula.validated()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
