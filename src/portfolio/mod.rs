//! The book: risks as validated columns, read from CSV, Parquet or any Arrow table.
//!
//! [`RawTable`] is what a file or a frame says; [`Portfolio`] is what the models rely on. Nothing is
//! dropped in silence: the [`Check`] of a portfolio counts the rows that came in, were used and were
//! rejected, with a reason for each cell at fault.

mod arrow;
mod check;
mod dates;
mod layout;
mod read;
mod risks;
mod rules;
mod table;
mod words;

pub use arrow::{from_batches, from_parquet};
pub use check::{Check, Reject};
pub use dates::Date;
pub use risks::{Labels, Portfolio, Stage};
pub use rules::{CoverageRules, Options, Vocabulary};
pub use table::{Cell, Column, RawTable, Texts, read_csv, read_path};
