//! Thin data: conjugate posteriors, what they predict, and the years of a model whose parameters are
//! drawn from them.
//!
//! | data | parameter | prior and posterior | predictive |
//! |---|---|---|---|
//! | claims over exposure | rate | Gamma, [`GammaPoisson`] | negative binomial |
//! | failures among trials | probability | Beta, [`BetaBernoulli`] | beta-binomial |
//! | losses above a threshold | Pareto index | Gamma, [`GammaPareto`] | log-Pareto: no moment exists |
//! | losses | μ, σ² of their logarithm | normal–inverse-gamma, [`NormalInverseGamma`] | log-t: no moment exists |
//!
//! (Klugman, Panjer and Willmot, *Loss Models*, 4th ed., 15.3; Gelman et al., *Bayesian Data Analysis*,
//! 3rd ed., 2.6, 3.3.) A rate of 0 or shapes near 0 are the flat ends of a prior; such a posterior is
//! refused where it is still improper.

mod buhlmann;
mod index;
mod lognormal;
mod proportion;
mod rate;
mod uncertain;
mod zero;

pub use buhlmann::{Credibility, GroupEstimate, Observed, buhlmann_straub};
pub use index::GammaPareto;
pub use lognormal::NormalInverseGamma;
pub use proportion::BetaBernoulli;
pub use rate::GammaPoisson;
pub use uncertain::{CountModel, SizeModel, SizePosterior, UncertainAggregate, UncertainSampler};
pub use zero::{ZeroClaims, exposure_needed, zero_claims};

use crate::error::{Error, Faults, Issue};

/// A level of probability inside (0, 1).
fn level(faults: &mut Faults, object: &str, value: f64) {
    faults.check(value > 0.0 && value < 1.0, || {
        Issue::new("out_of_range", object, "level")
            .value(value)
            .allowed("a probability between 0 and 1")
    });
}

/// A count of claims: whole and not negative.
fn whole(faults: &mut Faults, object: &str, field: &str, value: f64) {
    faults.check(value.is_finite() && value >= 0.0 && value.fract() == 0.0, || {
        Issue::new("out_of_range", object, field).value(value).allowed("a whole number ≥ 0")
    });
}

/// Why a posterior does not answer yet.
fn improper(object: &str, needs: &str) -> Error {
    Error::numeric(object, format!("still improper: {needs}"))
}

#[cfg(test)]
mod tests;
