//! Measures of annual results: quantiles, tail means, exceedance curves, each with its error.
//!
//! Conventions: q(p) = inf{x : F(x) ≥ p}; TVaR(p) = (1/(1−p)) ∫ₚ¹ q(u) du with the atom at q(p) split;
//! on n equally likely outcomes both are those of the empirical distribution function.

mod curve;
mod moments;
mod tail;
mod variance;

pub use curve::{CurvePoint, exceedance_curve};
pub use moments::Moments;
pub use tail::{Estimate, Tail};
pub use variance::{VarianceSplit, variance_split};
