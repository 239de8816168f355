//! Pools: parties who share losses, compiled into one programme of treaties.
//!
//! A year's losses go through the parties in this order, each on what those before it leave:
//!
//! ```text
//! insured's retention and share → facultative overflow → reinsurance → bands of the year → members
//! ```
//!
//! Members are liable severally and not jointly: a line is the member's share of each risk up to its
//! maximum line, what exceeds the lines goes to the facultative market, and what a member in default
//! does not pay nobody else pays for it.

mod data;
mod groups;
mod settle;
mod special_reserve;
mod subsidy;

pub use data::{Band, Breaker, Insured, Member, Pool};
pub use groups::{settle_by, settle_events};
pub use settle::{Party, Settlement, settle};
pub use special_reserve::{Rule, SpecialReserve, Trigger, When, run as special_reserve};
pub use subsidy::{OverCap, Policy, Rationing, Subsidy, Supported};
