//! kebao prices science-and-technology insurance.
//!
//! The house, from the ground up; a room uses only rooms on lower floors (`tests/architecture.rs`
//! reads the imports and says so):
//!
//! | floor | rooms |
//! |---|---|
//! | 0 | [`error`] |
//! | 1 | [`numeric`], [`random`], [`output`] |
//! | 2 | [`severity`], [`frequency`] |
//! | 3 | [`exec`], [`losses`], [`aggregate`], [`credibility`], [`dependence`] |
//! | 4 | [`estimate`], [`fit`], [`measure`], [`portfolio`], [`sector`] |
//! | 5 | [`simulate`], [`treaty`] |
//! | 6 | [`pricing`], [`reserve`], [`balance`] |
//! | 7 | `py`, the bindings, behind the feature `python` |

pub mod aggregate;
pub mod balance;
pub mod credibility;
pub mod dependence;
pub mod error;
pub mod estimate;
pub mod exec;
pub mod fit;
pub mod frequency;
pub mod losses;
pub mod measure;
pub mod numeric;
pub mod output;
pub mod portfolio;
pub mod pricing;
#[cfg(feature = "python")]
mod py;
pub mod random;
pub mod reserve;
pub mod sector;
pub mod severity;
pub mod simulate;
pub mod treaty;
