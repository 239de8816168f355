//! Numbers without a domain: special functions, sums, roots, quadrature, amounts as people write them.

mod amount;

pub use amount::{format_amount, parse_amount};
