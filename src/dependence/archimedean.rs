//! Clayton, Gumbel, Frank and Joe copulas of any dimension.

use serde::{Deserialize, Serialize};

use super::frailty::{couple, ln_frailty, negative_clayton};
use super::limits::check_dim;
use super::{Draws, Family, Generator, Scratch};
use crate::error::{Faults, Result};

macro_rules! archimedean {
    ($($(#[$doc:meta])* $name:ident, $generator:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub theta: f64,
            pub dim: usize,
        }

        impl $name {
            /// # Errors
            /// All faults of the parameters.
            pub fn new(theta: f64, dim: usize) -> Result<Self> {
                Self { theta, dim }.validated()
            }

            /// The copula with this Kendall's τ.
            ///
            /// # Errors
            /// If no θ has it.
            pub fn from_kendall_tau(tau: f64, dim: usize) -> Result<Self> {
                let theta = Generator::$generator.from_kendall_tau(tau, dim, stringify!($name))?;
                Self::new(theta, dim)
            }

            pub(super) fn validated(self) -> Result<Self> {
                let mut faults = Faults::new();
                check_dim(&mut faults, stringify!($name), self.dim);
                Generator::$generator.check(&mut faults, stringify!($name), self.theta, self.dim);
                faults.finish().map(|()| self)
            }
        }

        impl Family for $name {
            fn dim(&self) -> usize {
                self.dim
            }

            fn fill(
                &self,
                draws: &Draws,
                columns: &mut [&mut [f64]],
                scratch: &mut Scratch,
            ) -> Result<()> {
                fill(Generator::$generator, self.theta, draws, columns, scratch);
                Ok(())
            }

            fn cdf(&self, u: &[f64]) -> Result<f64> {
                Ok(Generator::$generator.cdf(self.theta, u))
            }

            fn kendall_tau(&self, _: usize, _: usize) -> Result<f64> {
                Ok(Generator::$generator.kendall_tau(self.theta))
            }

            fn spearman_rho(&self, _: usize, _: usize) -> Result<f64> {
                Generator::$generator.spearman_rho(self.theta)
            }

            fn tail_dependence(&self, _: usize, _: usize) -> Result<(f64, f64)> {
                Ok(Generator::$generator.tail_dependence(self.theta))
            }
        }
    )*};
}

archimedean! {
    /// Clayton's copula: (Σ uᵢ^−θ − d + 1)^(−1/θ); dependence in the lower tail.
    ClaytonCopula, Clayton;
    /// Gumbel's copula: exp(−(Σ (−ln uᵢ)^θ)^(1/θ)); dependence in the upper tail.
    GumbelCopula, Gumbel;
    /// Frank's copula: no tail dependence, symmetric.
    FrankCopula, Frank;
    /// Joe's copula: strong dependence in the upper tail.
    JoeCopula, Joe;
}

fn fill(
    generator: Generator,
    theta: f64,
    draws: &Draws,
    columns: &mut [&mut [f64]],
    scratch: &mut Scratch,
) {
    for (at, column) in columns.iter_mut().enumerate() {
        draws.uniform(at, column);
    }
    if generator.is_independent(theta) {
        return;
    }
    let rows = columns.first().map_or(0, |column| column.len());
    if theta < 0.0 && generator == Generator::Clayton {
        let (first, rest) = columns.split_at_mut(1);
        return negative_clayton(theta, first[0], rest[0]);
    }
    let ln_v = &mut scratch.columns(1, rows)[0];
    ln_frailty(generator, theta.abs(), draws, columns.len(), ln_v);
    for column in columns.iter_mut() {
        couple(generator, theta.abs(), column, ln_v);
    }
    if theta < 0.0 {
        // Frank: (U, 1 − V) has −θ.
        columns[1].iter_mut().for_each(|v| *v = 1.0 - *v);
    }
}
