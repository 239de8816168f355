//! Sector loss models as data: one TOML file a coverage, a source for every parameter.
//!
//! A [`Coverage`] says how often (frequency, its uncertainty, its mixing), how much (severity), what
//! changes both (rating factors, life-cycle stage) and what strikes many risks at once (systemic
//! events by accumulation key). The [`Library`] holds the shipped coverages and the user's own.

mod coverage;
mod credibility;
mod fields;
mod library;
mod read;

pub use coverage::{
    Basis, Coverage, Exposure, Factor, Frequency, FrequencyFamily, Pair, Process, SeverityModel,
    StageEffect, StageEffects, Status, Systemic, Terms,
};
pub use credibility::{Posterior, beta_binomial, gamma_poisson, jeffreys};
pub use library::{Library, Pattern};
