//! Running blocks on threads: cancel, progress, and results that do not know how many there were.

mod blocks;
mod pool;
pub mod reduce;

pub use blocks::{Control, Run, run_blocks, run_each};
pub use pool::default_threads;
