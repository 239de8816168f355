//! Reserving: triangles, development, and what is still to come, with its error.
//!
//! Kernels take many triangles at once and give each a [`Status`] and the cells at fault.

mod algebra;
mod bootstrap;
mod build;
mod claims;
mod curve;
mod development;
mod exposure;
mod ledger;
mod links;
mod mack;
mod one_year;
mod pattern;
mod period;
mod rereserve;
mod residuals;
mod schedule_p;
mod score;
mod selection;
mod status;
mod tail;
mod triangle;

pub use algebra::{Operation, Parts, Trend};
pub use bootstrap::{
    Adjustment, Counts, FactorError, Future, Keep, Negatives, Options as BootstrapOptions, Process,
    Projection, Resampling, Residuals, Simulated, Triangles, bootstrap,
};
pub use build::{Columns, Duplicates, Timing, from_claims, from_long};
pub use development::{Average, Cells, Choice, Credibility, Development, Given, Sigma};
pub use exposure::{Change, on_level};
pub use ledger::from_clean_claims;
pub use links::Links;
pub use mack::{Fit, Method, Mse, fit};
pub use one_year::{OneYear, one_year};
pub use pattern::emerged;
pub use period::{Grain, period_of};
pub use rereserve::next_diagonals;
pub use residuals::residuals;
pub use schedule_p::{ScheduleP, schedule_p};
pub use score::{Score, lognormal, sampled};
pub use selection::Selection;
pub use status::{Finding, Status};
pub use tail::{Curve, Span, TAIL_PERIODS, Tail};
pub use triangle::{Amounts, Decrease, Reconciliation, Reject, Triangle};
