//! Measures of annual results: quantiles, tail means, exceedance curves, each with its error.
//!
//! Conventions: q(p) = inf{x : F(x) ≥ p}; TVaR(p) = (1/(1−p)) ∫ₚ¹ q(u) du with the atom at q(p) split;
//! on n equally likely outcomes both are those of the empirical distribution function.

mod curve;
mod distortion;
mod histogram;
mod moments;
mod natural;
mod spectral;
mod tail;
mod units;
mod variance;

pub use curve::{CurvePoint, exceedance_curve};
pub use distortion::Distortion;
pub use histogram::Histogram;
pub use moments::Moments;
pub use natural::natural;
pub use spectral::{Ties, Weighted, premium_bounds, spectral};
pub use tail::{Estimate, Tail};
pub use units::{Units, finite};
pub use variance::{VarianceSplit, two_level_split, variance_split};
