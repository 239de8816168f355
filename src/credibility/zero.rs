//! What a record without claims says of the rate.

use super::{GammaPoisson, level};
use crate::error::{Faults, Result};

/// Upper bounds of the rate after no claims, per unit of exposure.
#[derive(Debug, Clone, PartialEq)]
pub struct ZeroClaims {
    /// Posterior mean under Jeffreys' prior, 1/(2e).
    pub mean: f64,
    /// −ln(1 − level)/e: at the bound such a record has probability 1 − level; about 3/e at 95 %
    /// (Hanley and Lippman-Hand 1983, JAMA 249(13)).
    pub rule_of_three: f64,
    /// Posterior quantile under Jeffreys' prior: that of χ²(1)/(2e).
    pub jeffreys: f64,
}

/// Bounds of the rate after `exposure` without a claim.
pub fn zero_claims(exposure: f64, at: f64) -> Result<ZeroClaims> {
    let mut faults = Faults::new();
    faults.positive("zero_claims", "exposure", exposure);
    level(&mut faults, "zero_claims", at);
    faults.finish()?;
    let posterior = GammaPoisson::jeffreys().update(0.0, exposure)?;
    Ok(ZeroClaims {
        mean: posterior.mean(),
        rule_of_three: -libm::log1p(-at) / exposure,
        jeffreys: posterior.isf(1.0 - at)?,
    })
}

/// Exposure without a claim that bounds the rate by `rate`: by the rule of three, and under Jeffreys' prior.
pub fn exposure_needed(rate: f64, at: f64) -> Result<(f64, f64)> {
    let mut faults = Faults::new();
    faults.positive("exposure_needed", "rate", rate);
    faults.finish()?;
    let one = zero_claims(1.0, at)?;
    Ok((one.rule_of_three / rate, one.jeffreys / rate))
}
