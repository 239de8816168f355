//! Credit: default × loss given default, under common factors.
//!
//! A unit defaults when Σ √ρₖ Fₖ + √(1 − Σ ρₖ) e falls below Φ⁻¹(p m): p from the file times
//! relativities, m the year's multiplier, Fₖ the common factors (Vasicek 2002, *Loan portfolio value*,
//! with one; Li 2000, *On default correlation*, with several). Over the factors the probability is
//! p m, so the mean does not depend on the loadings. A default is a claim unless it is cured within
//! the waiting period; the claim costs the severity, and a part of what was paid is recovered.

use super::claims::{claim_cost, expected_probability};
use super::{Cost, Loading, LossProcess, Octaves, Sources, Strike, Unit, YearState};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{norm_cdf, normal_isf};
use crate::random::{Purpose, Stream};
use crate::sector::coverage::{Pair, Status};
use crate::severity::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a credit coverage adds to default frequency and loss given default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// Common factors: squared asset correlations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Loading>,
    /// Days from default to claim.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub waiting_days: f64,
    /// Share of defaults cured within the waiting period.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub cure: f64,
    /// Share of a claim recovered later, a beta distribution; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Pair>,
    /// Years from claim to recovery.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub recovery_years: f64,
    pub status: Status,
    pub source: String,
    #[serde(default, skip_serializing_if = "Sources::is_empty")]
    pub sources: Sources,
}

/// The shares of variance of common factors, which must leave something to the unit itself.
pub(super) fn check_loadings(factors: &[Loading], path: &str, faults: &mut Faults) {
    let sum: f64 = factors.iter().map(|l| l.share).sum();
    faults.check(sum < 1.0 || sum.is_nan(), || {
        Issue::new("out_of_range", path, "factors.share").value(sum).allowed("below 1 in sum")
    });
}

impl Credit {
    pub(in crate::sector) fn check(&self, path: &str, faults: &mut Faults) {
        check_loadings(&self.factors, path, faults);
    }
}

/// Credit with the frequency and severity of its coverage.
#[derive(Debug, Clone)]
pub(in crate::sector) struct Loans {
    pub credit: Credit,
    pub cv_of_mean: f64,
    pub cv_of_scale: f64,
    pub severity: Severity,
}

impl LossProcess for Loans {
    fn draw(&self, unit: &Unit<'_>, years: &mut YearState<'_>, out: &mut Vec<Strike>) {
        let key = (unit.rate.to_bits(), unit.factors.to_vec());
        if !years.classes.contains_key(&key) {
            let mut common = vec![0.0; years.years()];
            let mut own = 1.0;
            for (loading, &entity) in self.credit.factors.iter().zip(unit.factors) {
                own -= loading.share;
                let weight = loading.share.sqrt();
                common.iter_mut().zip(years.factor(entity)).for_each(|(c, f)| *c += weight * f);
            }
            let (own, uncured) = (own.sqrt(), 1.0 - self.credit.cure);
            let probability = years.frequency.multiplier.iter().zip(&common).map(|(m, f)| {
                let p = unit.rate * m;
                let given = if p < 1.0 { norm_cdf((-normal_isf(p) - f) / own) } else { 1.0 };
                uncured * given
            });
            let octaves = Octaves::new(probability.collect());
            years.classes.insert(key.clone(), octaves);
        }
        let mut counts = Stream::new(years.seed, Purpose::Count, unit.entity, years.block);
        let mut times = Stream::new(years.seed, Purpose::Time, unit.entity, years.block);
        let mut recoveries = Stream::new(years.seed, Purpose::Credit, unit.entity, years.block);
        years.classes[&key].thin(1.0, unit.trials, &mut counts, |year| {
            let kept = self.credit.recovery.map_or(1.0, |r| 1.0 - recoveries.beta(r.a, r.b));
            out.push(Strike { year: year as u16, time: times.uniform(), part: 1.0, times: kept });
            true
        });
    }

    fn expected(&self, unit: &Unit<'_>, uncertain: bool) -> Result<Cost> {
        let (cv_m, cv_s) = if uncertain { (self.cv_of_mean, self.cv_of_scale) } else { (0.0, 0.0) };
        let defaults = expected_probability(unit.rate, cv_m)? * unit.trials as f64;
        let claims = defaults * (1.0 - self.credit.cure);
        let kept = 1.0 - self.credit.recovery.map_or(0.0, Pair::mean);
        Ok(Cost { claims, loss: claims * kept * claim_cost(&self.severity, cv_s, unit, 1.0) })
    }

    fn loadings(&self) -> &[Loading] {
        &self.credit.factors
    }
}
