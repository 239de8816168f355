//! Reserving: triangles, development, and what is still to come, with its error.
//!
//! Kernels take many triangles at once and give each a [`Status`] and the cells at fault.

mod bootstrap;
mod build;
mod development;
mod mack;
mod one_year;
mod pattern;
mod period;
mod rereserve;
mod schedule_p;
mod status;
mod tail;
mod triangle;

pub use bootstrap::{
    Adjustment, Counts, FactorError, Future, Keep, Negatives, Options as BootstrapOptions, Process,
    Projection, Resampling, Residuals, Simulated, Triangles, bootstrap,
};
pub use build::{Columns, Duplicates, Timing, from_claims, from_long};
pub use development::{Average, Cells, Development};
pub use mack::{Fit, Method, Mse, Sigma, fit};
pub use one_year::{OneYear, one_year};
pub use pattern::emerged;
pub use period::Grain;
pub use rereserve::next_diagonals;
pub use schedule_p::{ScheduleP, schedule_p};
pub use status::{Finding, Status};
pub use tail::{TAIL_PERIODS, Tail};
pub use triangle::{Amounts, Decrease, Reconciliation, Reject, Triangle};
