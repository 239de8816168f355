//! Numbers without a domain: special functions, sums, roots, quadrature, amounts as people write them.

mod amount;
pub mod dispatch;
pub mod kernel;

pub use amount::{format_amount, parse_amount};
pub use kernel::{exp, ln, normal_isf};
