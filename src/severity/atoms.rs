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
    if other == at || !may_have(base) {
        return at;
    }
    let (here, there) = (base.sf(at), base.sf(other));
    let change = SMOOTH * here.max(there) + 4.0 * base.pdf(at) * (other - at).abs();
    if (here - there).abs() > change { other } else { at }
}

/// Whether `base` may have atoms, as far as its kind tells: what is not known to be without them may.
pub(super) fn may_have(base: &Severity) -> bool {
    match base {
        Severity::LogNormal(_)
        | Severity::LogPareto(_)
        | Severity::Pareto(_)
        | Severity::Gamma(_)
        | Severity::Exponential(_)
        | Severity::Weibull(_)
        | Severity::Lomax(_)
        | Severity::GPD(_)
        | Severity::GEV(_)
        | Severity::Frechet(_)
        | Severity::Burr(_)
        | Severity::LogLogistic(_)
        | Severity::InverseGaussian(_)
        | Severity::InverseGamma(_)
        | Severity::GB2(_)
        | Severity::LogGamma(_)
        | Severity::LogT(_)
        | Severity::Uniform(_)
        | Severity::MixedErlang(_) => false,
        Severity::Scaled(of) => may_have(&of.base),
        Severity::Shifted(of) => may_have(&of.base),
        Severity::Truncated(of) => may_have(&of.base),
        Severity::Mixture(of) => of.parts.iter().any(may_have),
        Severity::Spliced(of) => may_have(&of.body) || may_have(&of.tail),
        _ => true,
    }
}
