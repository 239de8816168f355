//! Sector loss models as data: one TOML file a coverage, a source for every parameter.
//!
//! A [`Coverage`] says how often (frequency, its uncertainty, its mixing), how much (severity), what
//! changes both (rating factors, life-cycle stage) and what strikes many risks at once (systemic
//! events by accumulation key). It follows one of four loss [`process`]es. The [`Library`] holds the
//! shipped coverages and the user's own; [`schema()`] is the schema of their files.

mod burn;
mod coverage;
mod credibility;
mod learning;
mod library;
mod payout;
pub mod process;
mod read;
mod schema;
mod update;
mod vasicek;

pub use burn::{BasisRisk, Burn, Trend, basis_risk, burn, trend};
pub use coverage::{
    Basis, Coverage, Exposure, Factor, Frequency, FrequencyFamily, Pair, Provenance, SCHEMA,
    SeverityModel, StageEffect, StageEffects, Status, Systemic, Terms, Trigger,
};
pub use credibility::{Posterior, beta_binomial, gamma_poisson, jeffreys};
pub use learning::{Attempts, LearningCurve, Survival};
pub use library::{Library, Pattern, SectorName, sector_names};
pub use payout::{Payout, Tier};
pub use process::{Cost, LossProcess, Process};
pub use schema::schema;
pub use vasicek::Vasicek;
