//! Results as tables, and tables as files: one way out for every number.

mod parquet;
mod table;
mod workbook;

pub use parquet::write_parquet;
pub use table::{Column, Table, Values};
pub use workbook::write_workbook;
