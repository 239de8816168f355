//! Atoms of a loss that was scaled, shifted or layered: rounding must not part a probability from its
//! amount.
//!
//! A transform gives an atom v the rounded amount T(v), but what it turns back from that amount may be a
//! step below v. So the base is asked at the largest argument whose rounded image is not above the
//! amount, where an atom lies between; elsewhere a step is nothing, and the nearest argument is kept.

use super::{Family, Severity};

/// A smooth loss changes by less than this share of itself in a step.
const SMOOTH: f64 = 1e-9;

/// `other` if an atom of `base` lies between it and its neighbour `at`, else `at`.
pub(super) fn across(base: &Severity, at: f64, other: f64) -> f64 {
    if other == at {
        return at;
    }
    let (here, there) = (base.sf(at), base.sf(other));
    let change = SMOOTH * here.max(there) + 4.0 * base.pdf(at) * (other - at).abs();
    if (here - there).abs() > change { other } else { at }
}

/// Whether `base` may have atoms.
pub(super) fn may_have(base: &Severity) -> bool {
    let mut breaks = Vec::new();
    base.breaks(&mut breaks);
    !breaks.is_empty()
}
