//! Reserving: triangles, development, and what is still to come, with its error.
//!
//! Kernels take many triangles at once and give each a [`Status`] and the cells at fault.

mod additive;
mod algebra;
mod apriori;
mod berquist_sherman;
mod bf_mack;
mod bootstrap;
mod build;
mod case;
mod claims;
mod clark;
mod counts;
mod curve;
mod development;
mod exposure;
mod fitted;
mod glm;
pub mod individual;
mod ledger;
mod links;
mod mack;
mod mack_tests;
mod meyers;
mod meyers_fit;
mod mixing;
mod munich;
mod one_year;
mod paid_incurred;
mod pattern;
mod period;
mod rereserve;
mod residuals;
mod schedule_p;
mod score;
mod selection;
mod status;
mod tail;
mod trend_family;
mod triangle;

pub use additive::additive;
pub use algebra::{Operation, Parts, Trend};
pub use apriori::{Expected, apriori};
pub use berquist_sherman::{Claims, berquist_sherman};
pub use bf_mack::{Priors, bornhuetter_mack};
pub use bootstrap::{
    Adjustment, Counts, FactorError, Future, Keep, Negatives, Options as BootstrapOptions, Process,
    Projection, Resampling, Residuals, Simulated, Triangles, bootstrap, pseudo_triangles,
};
pub use build::{Columns, Duplicates, Timing, from_claims, from_long};
pub use case::case_outstanding;
pub use clark::{Clark, Growth, clark};
pub use counts::{frequency_severity, nowcast};
pub use development::{Average, Cells, Choice, Credibility, Development, Given, Sigma};
pub use exposure::{Change, on_level};
pub use fitted::{Column, Fitted};
pub use glm::glm;
pub use ledger::from_clean_claims;
pub use links::Links;
pub use mack::{Fit, Method, Mse, fit};
pub use mack_tests::mack_tests;
pub use meyers::{Length, Model};
pub use meyers_fit::meyers;
pub use munich::munich;
pub use one_year::{OneYear, one_year};
pub use paid_incurred::{Sigmas, paid_incurred};
pub use pattern::emerged;
pub use period::{Grain, period_of};
pub use rereserve::next_diagonals;
pub use residuals::residuals;
pub use schedule_p::{ScheduleP, schedule_p};
pub use score::{Score, lognormal, sampled};
pub use selection::Selection;
pub use status::{Finding, Status};
pub use tail::{Curve, Span, TAIL_PERIODS, Tail};
pub use trend_family::{Trends, trend_family};
pub use triangle::{Amounts, Decrease, Reconciliation, Reject, Triangle};
