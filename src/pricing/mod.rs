//! From losses to prices: what a programme costs, exactly where that is possible, and what it is worth.
//!
//! | file | idea |
//! |---|---|
//! | `summary` | a run of a programme as numbers with errors |
//! | `exact`, `exact_year` | the same without simulation, or the reason why not |
//! | `allocate` | means and tail means by sector, coverage, cause and risk |
//! | `compare` | programmes under common random numbers |
//! | `ord` | tables of the Open Results Data standard |
//! | `sensitivity` | derivatives of expected results to the parameters of the losses |
//! | `quote` | technical premiums |

mod allocate;
mod compare;
mod exact;
mod exact_year;
mod ord;
mod quote;
mod sensitivity;
mod summary;

pub use allocate::{allocate, find, groups, names, run_with_groups};
pub use compare::{Change, changes};
pub use exact::{ExactRow, exact};
pub use ord::{ORD_TABLES, event_table, ord};
pub use quote::{Capital, Loadings, Measure, Quote, quote};
pub use sensitivity::{Sensitivity, sensitivity};
pub use summary::{
    LEVELS, Row, TailRow, annual, curves, mean_of, notes, sd_of, summarise, variance,
};
