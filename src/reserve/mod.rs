//! Reserving: triangles, development, and what is still to come, with its error.
//!
//! Kernels take many triangles at once and give each a [`Status`] and the cells at fault.

mod development;
mod mack;
mod status;
mod tail;

pub use development::{Average, Cells, Development};
pub use mack::{Fit, Method, Mse, Sigma, fit};
pub use status::{Finding, Status};
pub use tail::{TAIL_PERIODS, Tail};
