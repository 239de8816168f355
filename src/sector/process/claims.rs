//! Claims: counts per exposure × severity.

use super::{Cost, LossProcess, Strike, Unit, YearState};
use crate::error::Result;
use crate::numeric::{exp, ln, normal_mean};
use crate::random::{Purpose, Stream};
use crate::sector::coverage::FrequencyFamily;
use crate::severity::{Family, LogNormal, Severity};

/// Counts and severities of a coverage.
#[derive(Debug, Clone)]
pub struct Claims {
    pub family: FrequencyFamily,
    pub cv_of_mean: f64,
    pub cv_of_scale: f64,
    pub severity: Severity,
}

/// Parameters μ, σ of a lognormal with mean 1 and the given cv.
pub fn unit_lognormal(cv: f64) -> (f64, f64) {
    let variance = ln(1.0 + cv * cv);
    (-0.5 * variance, variance.sqrt())
}

/// E min(1, p m), m lognormal with mean 1: p E min(m, 1/p).
pub(super) fn expected_probability(rate: f64, cv: f64) -> Result<f64> {
    if cv > 0.0 && rate > 0.0 {
        let (mu, sigma) = unit_lognormal(cv);
        Ok(rate * LogNormal::new(mu, sigma)?.lev(1.0 / rate))
    } else {
        Ok(rate.min(1.0))
    }
}

/// E over the uncertain scale s of the terms of min(s · `part` · scale · X, ceiling).
///
/// The layer by the closed form of the severity, the scale by the 32-point Gauss–Hermite rule.
pub(super) fn claim_cost(severity: &Severity, cv_of_scale: f64, unit: &Unit<'_>, part: f64) -> f64 {
    let terms = unit.terms;
    let top = (terms.deductible + terms.limit).min(unit.ceiling);
    let width = top - terms.deductible;
    if width <= 0.0 || part <= 0.0 {
        return 0.0;
    }
    let at = |s: f64| {
        let scale = s * unit.scale * part;
        scale * severity.layer_mean(width / scale, terms.deductible / scale)
    };
    let mean = if cv_of_scale > 0.0 {
        let (mu, sigma) = unit_lognormal(cv_of_scale);
        normal_mean(|z| at(exp(mu + sigma * z)))
    } else {
        at(1.0)
    };
    terms.share * mean
}

impl Claims {
    /// Expected number of claims.
    pub fn claims(&self, unit: &Unit<'_>, uncertain: bool) -> Result<f64> {
        let cv = if uncertain { self.cv_of_mean } else { 0.0 };
        Ok(if self.family == FrequencyFamily::Bernoulli {
            expected_probability(unit.rate, cv)? * unit.trials as f64
        } else {
            unit.rate
        })
    }
}

impl LossProcess for Claims {
    /// Plainly; the simulator has a quicker way to the same law.
    fn draw(&self, unit: &Unit<'_>, years: &mut YearState<'_>, out: &mut Vec<Strike>) {
        let mut counts = Stream::new(years.seed, Purpose::Count, unit.entity, years.block);
        let mut times = Stream::new(years.seed, Purpose::Time, unit.entity, years.block);
        let mut hit = |year: usize| {
            let (year, time) = (year as u16, times.uniform());
            out.push(Strike { year, time, part: 1.0, times: 1.0 });
            true
        };
        if self.family == FrequencyFamily::Bernoulli {
            years.frequency.thin(unit.rate, unit.trials, &mut counts, hit);
        } else {
            for (year, m) in years.frequency.multiplier.iter().enumerate() {
                (0..counts.poisson(unit.rate * m)).all(|_| hit(year));
            }
        }
    }

    fn expected(&self, unit: &Unit<'_>, uncertain: bool) -> Result<Cost> {
        let claims = self.claims(unit, uncertain)?;
        let cv = if uncertain { self.cv_of_scale } else { 0.0 };
        Ok(Cost { claims, loss: claims * claim_cost(&self.severity, cv, unit, 1.0) })
    }
}
