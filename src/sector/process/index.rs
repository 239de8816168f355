//! Index: a payout function of an index that obeys common factors.
//!
//! The index of a unit has score Σ √ρₖ Fₖ + √(1 − Σ ρₖ) e, its value is the quantile of the marginal
//! at the score's probability (a Gaussian copula over units, spatial correlation by the factors of
//! region and key). A normal index known from n detrended years has an uncertain mean, standard error
//! sd/√n, common to all units in a year; its predictive law is normal with sd √(1 + 1/n).

use super::claims::unit_lognormal;
use super::{Cost, Loading, LossProcess, Sources, Strike, Unit, YearState};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{adaptive, exp, kernel, ln, norm_cdf, norm_pdf, normal_mean};
use crate::random::{Purpose, Stream};
use crate::sector::coverage::Status;
use crate::sector::payout::Payout;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The law of one unit's index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Marginal {
    /// Normal, such as a year's generation over its expectation.
    Normal {
        mean: f64,
        #[schemars(extend("exclusiveMinimum" = 0))]
        sd: f64,
        /// Years the mean was estimated from; its standard error is sd/√years. Absent: certain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 2.0))]
        history_years: Option<f64>,
    },
    /// Negative binomial number of trigger days; frequency relativities multiply its mean.
    Count {
        #[schemars(extend("exclusiveMinimum" = 0))]
        mean: f64,
        /// Shape of the gamma mixing: small is clustered.
        #[schemars(extend("exclusiveMinimum" = 0))]
        shape: f64,
        /// Parameter uncertainty: cv of a lognormal multiplier of the mean.
        #[schemars(range(min = 0.0))]
        cv_of_mean: f64,
    },
    /// Each of the given (detrended) values equally likely, in ascending order: historical burn.
    Empirical { values: Vec<f64> },
}

/// An index cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub marginal: Marginal,
    pub payout: Payout,
    /// Common factors: shares of the variance of the index score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Loading>,
    pub status: Status,
    pub source: String,
    #[serde(default, skip_serializing_if = "Sources::is_empty")]
    pub sources: Sources,
}

/// Score beyond which nothing is left to integrate.
const FAR: f64 = 9.0;
/// Days beyond which a count is not followed.
const MOST_DAYS: usize = 10_000;

impl Index {
    pub(in crate::sector) fn check(&self, path: &str, faults: &mut Faults) {
        super::credit::check_loadings(&self.factors, path, faults);
        self.payout.check(&format!("{path}.payout"), faults);
        if let Marginal::Empirical { values } = &self.marginal {
            let ascending = values.windows(2).all(|w| w[0] <= w[1]);
            let finite = !values.is_empty() && values.iter().all(|v| v.is_finite());
            faults.check(finite && ascending, || {
                Issue::new("out_of_range", format!("{path}.marginal"), "values")
                    .value(format!("{} values", values.len()))
                    .allowed("at least one finite number, in ascending order")
            });
        }
    }

    /// Whether frequency relativities have a meaning.
    pub fn scales_with_rate(&self) -> bool {
        matches!(self.marginal, Marginal::Count { .. })
    }

    /// The index at a score, its mean multiplied by `rate`, with the score of the uncertain mean.
    fn value(&self, z: f64, rate: f64, shift: f64) -> f64 {
        match &self.marginal {
            Marginal::Normal { mean, sd, history_years } => {
                mean + sd * z + history_years.map_or(0.0, |n| sd / n.sqrt() * shift)
            }
            Marginal::Count { mean, shape, cv_of_mean } => {
                let (mu, sigma) = unit_lognormal(*cv_of_mean);
                days(mean * rate * exp(mu + sigma * shift), *shape, norm_cdf(z))
            }
            Marginal::Empirical { values } => {
                let n = values.len();
                let k = (norm_cdf(z) * n as f64) as usize;
                values[k.min(n - 1)]
            }
        }
    }

    /// E f(index) over the index and, when asked, over its uncertain parameters.
    pub fn mean_of(&self, rate: f64, uncertain: bool, f: impl Fn(f64) -> f64) -> f64 {
        match &self.marginal {
            Marginal::Normal { mean, sd, history_years } => {
                let more = if uncertain { history_years.map_or(0.0, |n| 1.0 / n) } else { 0.0 };
                let sd = sd * (1.0 + more).sqrt();
                let mut cuts: Vec<f64> =
                    self.payout.breaks().into_iter().map(|x| (x - mean) / sd).collect();
                cuts.extend([-FAR, FAR]);
                cuts.retain(|z| z.abs() <= FAR);
                cuts.sort_by(f64::total_cmp);
                cuts.windows(2)
                    .map(|w| {
                        // A jump belongs to the side that is met inside the panel.
                        adaptive(w[0], w[1], 1e-12, |z| f(mean + sd * z) * norm_pdf(z)).0
                    })
                    .sum()
            }
            Marginal::Count { mean, shape, cv_of_mean } => {
                let at = |m: f64| {
                    let mean = mean * rate * m;
                    let (mut probability, mut below, mut sum) = (none(mean, *shape), 0.0, 0.0);
                    for day in 0..MOST_DAYS {
                        sum += probability * f(day as f64);
                        below += probability;
                        if 1.0 - below < 1e-15 {
                            break;
                        }
                        probability *= next(mean, *shape, day);
                    }
                    sum
                };
                if uncertain && *cv_of_mean > 0.0 {
                    let (mu, sigma) = unit_lognormal(*cv_of_mean);
                    normal_mean(|z| at(exp(mu + sigma * z)))
                } else {
                    at(1.0)
                }
            }
            Marginal::Empirical { values } => {
                values.iter().map(|x| f(*x)).sum::<f64>() / values.len() as f64
            }
        }
    }

    /// Expected payout per unit of the sum insured.
    pub fn mean_payout(&self, uncertain: bool) -> f64 {
        self.mean_of(1.0, uncertain, |x| self.payout.at(x))
    }

    /// Probability of a payout.
    pub fn trigger_probability(&self, uncertain: bool) -> f64 {
        self.mean_of(1.0, uncertain, |x| f64::from(u8::from(self.payout.at(x) > 0.0)))
    }
}

/// P(no day) of a negative binomial.
fn none(mean: f64, shape: f64) -> f64 {
    exp(-shape * ln(1.0 + mean / shape))
}

/// P(day + 1) / P(day).
fn next(mean: f64, shape: f64, day: usize) -> f64 {
    (shape + day as f64) / (day as f64 + 1.0) * (mean / (mean + shape))
}

/// Smallest number of days with distribution function ≥ u.
fn days(mean: f64, shape: f64, u: f64) -> f64 {
    let mut probability = none(mean, shape);
    let mut below = probability;
    let mut day = 0;
    while below < u && day < MOST_DAYS && probability > 0.0 {
        probability *= next(mean, shape, day);
        below += probability;
        day += 1;
    }
    day as f64
}

impl LossProcess for Index {
    fn draw(&self, unit: &Unit<'_>, years: &mut YearState<'_>, out: &mut Vec<Strike>) {
        let n = years.years();
        let mut z = vec![0.0; n];
        Stream::new(years.seed, Purpose::Index, unit.entity, years.block).fill(&mut z);
        kernel::normal_isf_in_place(&mut z);
        let own: f64 = 1.0 - self.factors.iter().map(|l| l.share).sum::<f64>();
        let own = own.sqrt();
        z.iter_mut().for_each(|z| *z *= own);
        for (loading, &entity) in self.factors.iter().zip(unit.factors) {
            let weight = loading.share.sqrt();
            z.iter_mut().zip(years.factor(entity)).for_each(|(z, f)| *z += weight * f);
        }
        for (year, z) in z.iter().enumerate() {
            let shift = years.shift.get(year).copied().unwrap_or(f64::NAN);
            // Without a drawn parameter the multiplier must be 1 and the mean the file's.
            let index = if shift.is_nan() {
                self.certain(*z, unit.rate)
            } else {
                self.value(*z, unit.rate, shift)
            };
            let part = self.payout.at(index);
            if part > 0.0 {
                // Settled when the period is over.
                out.push(Strike { year: year as u16, time: 1.0 - 1e-6, part, times: unit.units });
            }
        }
    }

    fn expected(&self, unit: &Unit<'_>, uncertain: bool) -> Result<Cost> {
        let mean = |f: &dyn Fn(f64) -> f64| self.mean_of(unit.rate, uncertain, f);
        let paid = |x: f64| unit.terms.apply((self.payout.at(x) * unit.scale).min(unit.ceiling));
        let claims = mean(&|x| f64::from(u8::from(self.payout.at(x) > 0.0)));
        Ok(Cost { claims: claims * unit.units, loss: mean(&paid) * unit.units })
    }

    fn loadings(&self) -> &[Loading] {
        &self.factors
    }

    fn takes_severity(&self) -> bool {
        false
    }
}

impl Index {
    /// The index at a score with the parameters of the file.
    fn certain(&self, z: f64, rate: f64) -> f64 {
        match &self.marginal {
            Marginal::Normal { mean, sd, .. } => mean + sd * z,
            Marginal::Count { mean, shape, .. } => days(mean * rate, *shape, norm_cdf(z)),
            Marginal::Empirical { .. } => self.value(z, rate, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(sd: f64, strike: f64, exit: f64) -> Index {
        Index {
            marginal: Marginal::Normal { mean: 1.0, sd, history_years: None },
            payout: Payout::Linear { strike, exit },
            factors: Vec::new(),
            status: Status::Expert,
            source: "test".to_owned(),
            sources: Sources::default(),
        }
    }

    /// Wind N(1, 0.06), 93/80: 2.766 % of the sum insured, triggered 12.2 %; solar N(1, 0.035),
    /// 96/88: 2.753 %, 12.7 %. By hand: (K−X)⁻¹ σ [G(k) − G(x)], G(z) = zΦ(z) + φ(z).
    #[test]
    fn wind_and_solar_by_hand() {
        let g = |z: f64| z * norm_cdf(z) + norm_pdf(z);
        for (sd, strike, exit, mean, trigger) in
            [(0.06, 0.93, 0.80, 0.02766, 0.122), (0.035, 0.96, 0.88, 0.02753, 0.127)]
        {
            let index = normal(sd, strike, exit);
            let got = index.mean_payout(false);
            let exact = sd / (strike - exit) * (g((strike - 1.0) / sd) - g((exit - 1.0) / sd));
            assert!((got / exact - 1.0).abs() < 1e-12, "{got} {exact}");
            assert!((got - mean).abs() < 5e-6, "{got}");
            assert!((index.trigger_probability(false) - trigger).abs() < 5e-4);
        }
    }

    #[test]
    fn days_are_negative_binomial() {
        let n = 200_000;
        let draws: Vec<f64> =
            (0..n).map(|i| days(0.7, 1.5, (f64::from(i) + 0.5) / f64::from(n))).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let square = draws.iter().map(|d| d * d).sum::<f64>() / f64::from(n);
        assert!((mean - 0.7).abs() < 1e-3, "{mean}");
        assert!((square - mean * mean - (0.7 + 0.49 / 1.5)).abs() < 5e-3);
    }
}
