//! From losses to prices: what a programme costs, exactly where that is possible, and what it is worth.
//!
//! | file | idea |
//! |---|---|
//! | `summary` | a run of a programme as numbers with errors |
//! | `exact` | the same without simulation, or the reason why not |
//! | `sensitivity` | derivatives of expected results to the parameters of the losses |
//! | `quote` | technical premiums |

mod exact;
mod quote;
mod sensitivity;
mod summary;

pub use exact::{ExactRow, exact};
pub use quote::{Capital, Loadings, Measure, Quote, quote};
pub use sensitivity::{Sensitivity, sensitivity};
pub use summary::{LEVELS, Row, TailRow, annual, curves, groups, summarise, variance};
