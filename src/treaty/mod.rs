//! Reinsurance treaties and programmes of them: what they say, and what they pay.
//!
//! One mechanism covers them all. A [`Treaty`] takes a subject (the gross losses, or the net of named
//! treaties), cuts it per risk, per event or per year, applies a franchise and a layer, then its
//! annual terms, and pays the placed share of what is left:
//!
//! ```text
//! subject → ceded share of the risk → franchise → layer → event franchise and limit
//!         → annual deductible → annual limit → corridor → term of years → participation
//! ```
//!
//! A quota share is a share of every risk with no layer; a stop loss is a layer on the year. Every
//! amount of a treaty is stated for 100 %: before the ceded share, co-participation and the placed
//! share are applied.
//!
//! ```
//! use _kebao::treaty::Programme;
//! let programme = Programme::from_text(
//!     "qs:  40% quota share, commission 27.5%
//!      xl1: 20m xs 10m on net of qs, 2 @ 100%",
//!     Some("CNY"),
//!     Some(90e6),
//! )?;
//! assert_eq!(programme.treaties()[1].attachment, 10e6);
//! # Ok::<(), _kebao::error::Error>(())
//! ```
//!
//! | file | idea |
//! |---|---|
//! | `terms` | the treaty as data |
//! | `layer`, `share`, `annual`, `reinstatement`, `event_limit`, `proportional`, `nth_event`, `hours`, `stability`, `term`, `corridor`, `attaching` | a clause each: small pure kernels |
//! | `account` | premium and commission that follow the losses |
//! | `clause` | the list of clauses: words, fields, meaning |
//! | `wording` | text to programme and back |
//! | `programme`, `diagnose` | the graph, its faults and its warnings |
//! | `plan`, `apply`, `cover`, `occurrence`, `run` | compiled, applied to a block, run over a source |
//! | `tower` | the same in one pass for layers on the gross losses |
//! | `unbounded` | who pays of a loss without bound: whose amounts have no variance |
//! | `shares` | what groups of risks bear, year by year weighted |
//! | `oed`, `schema` | programmes in files |
//! | `explain` | one year step by step |

mod account;
mod annual;
mod apply;
mod attaching;
mod clause;
mod clause_faults;
mod corridor;
mod cover;
mod diagnose;
mod event_limit;
mod events;
mod explain;
mod hours;
mod layer;
mod nth_event;
mod occurrence;
mod oed;
mod parts;
mod plan;
pub mod pool;
mod premium;
mod programme;
mod proportional;
mod reader;
mod reinstatement;
mod run;
mod schema;
mod share;
mod shares;
mod stability;
mod term;
mod terms;
mod tower;
mod unbounded;
mod units;
mod wording;

pub use account::{Account, Profit, Swing, account};
pub use annual::{Annual, Attribution};
pub use apply::{Annuals, Scratch, TreatyAnnuals};
pub use attaching::Attaches;
pub use clause::{CLAUSES, Clause, UNSUPPORTED};
pub use corridor::Corridor;
pub use diagnose::Diagnostic;
pub use events::{Events, events};
pub use explain::{Explanation, Step, explain, explain_source};
pub use layer::Layer;
pub use nth_event::{Drop, NthEvent};
pub use plan::{Options, Plan, Resolved};
pub use programme::Programme;
pub use proportional::{Band, Cession, surplus};
pub use reinstatement::{Reinstatement, Reinstatements};
pub use run::{Outcome, TreatyColumns, run, run_and_gather};
pub use schema::schema;
pub use shares::{By, Share, Weighted, shares};
pub use stability::Stability;
pub use term::Term;
pub use terms::{Basis, Limit, ProRata, Treaty, Unit};
pub use unbounded::Part;
