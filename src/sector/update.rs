//! A coverage after own experience: counts and losses.

use super::coverage::{Basis, Coverage, Frequency, FrequencyFamily, SeverityModel, Status};
use super::credibility::{Posterior, beta_binomial, gamma_poisson};
use crate::error::{Faults, Issue, Result};
use crate::severity::{Family, Scaled};

impl Coverage {
    /// The coverage after own experience: `failures` claims in `exposure` units at base relativities.
    ///
    /// Bernoulli: the prior is the beta distribution of the file's mean and cv; otherwise the gamma
    /// one. A file without uncertainty cannot learn and is refused.
    pub fn update(&self, failures: f64, exposure: f64) -> Result<(Self, Posterior)> {
        let Some(frequency) = &self.frequency else {
            return Err(Issue::new("no_frequency", &self.id, "process")
                .value("index")
                .allowed("claims, maturity or credit, whose frequency can learn")
                .hint("an index learns from its history: kebao.sectors.burn")
                .into_error());
        };
        let (mean, cv) = (frequency.mean, frequency.cv_of_mean);
        let certain = |why: &str| {
            Issue::new("no_uncertainty", &self.id, "frequency.cv_of_mean")
                .value(cv)
                .allowed(why)
                .into_error()
        };
        if cv <= 0.0 {
            return Err(certain("a number > 0, for experience to change the mean"));
        }
        let posterior = if frequency.family == FrequencyFamily::Bernoulli {
            let size = (1.0 - mean) / (mean * cv * cv) - 1.0;
            if size <= 0.0 {
                return Err(certain("small enough for a beta prior: cv² < (1 − mean) / mean"));
            }
            beta_binomial(mean * size, (1.0 - mean) * size, failures, exposure)?
        } else {
            gamma_poisson(mean, cv, failures, exposure)?
        };
        let mut updated = self.clone();
        updated.frequency = Some(Frequency {
            mean: posterior.mean,
            cv_of_mean: posterior.cv,
            status: Status::Derived,
            source: format!(
                "{}; updated by {failures} claims in {exposure} {}",
                frequency.source, self.exposure.unit
            ),
            ..frequency.clone()
        });
        Ok((updated, posterior))
    }

    /// The coverage after own losses, from the ground up at base relativities (fractions of the sum
    /// insured where the basis is one).
    ///
    /// Bühlmann credibility of the scale m, prior mean 1 and cv τ: Z = n/(n + K), K = (1 + τ²) Var X /
    /// (τ E X)², X the severity limited at the cap; m becomes Z x̄/E X + 1 − Z with variance τ²(1 − Z)
    /// (Klugman, Panjer and Willmot, *Loss Models*, 18.5).
    pub fn update_severity(&self, losses: &[f64]) -> Result<(Self, Posterior)> {
        let mut faults = Faults::new();
        let Some(model) = &self.severity else {
            return Err(Issue::new("no_severity", &self.id, "process")
                .value("index")
                .allowed("claims, maturity or credit, whose severity can learn")
                .into_error());
        };
        let top = if model.basis == Basis::FractionOfSumInsured { 1.0 } else { f64::INFINITY };
        for (k, loss) in losses.iter().enumerate() {
            faults.check(*loss >= 0.0 && loss.is_finite() && *loss <= top, || {
                Issue::new("out_of_range", "update", format!("losses[{k}]")).value(loss).allowed(
                    if top == 1.0 {
                        "a fraction of the sum insured"
                    } else {
                        "a finite number ≥ 0"
                    },
                )
            });
        }
        let tau = model.cv_of_scale;
        faults.check(tau > 0.0, || {
            Issue::new("no_uncertainty", &self.id, "severity.cv_of_scale")
                .value(tau)
                .allowed("a number > 0, for experience to change the scale")
        });
        let cap = model.cap.unwrap_or(top);
        let x = &model.distribution;
        let (m1, m2) = if cap.is_finite() {
            (x.lev(cap), x.limited_moment(2, cap))
        } else {
            (x.moment(1), x.moment(2))
        };
        faults.check(m2.is_finite(), || {
            Issue::new("infinite_variance", &self.id, "severity.cap")
                .value("missing")
                .allowed("a cap: credibility needs a variance")
        });
        faults.finish()?;
        let n = losses.len() as f64;
        let seen = if losses.is_empty() { m1 } else { losses.iter().sum::<f64>() / n };
        let k = (1.0 + tau * tau) * (m2 - m1 * m1) / (tau * tau * m1 * m1);
        let credibility = n / (n + k);
        let mean = credibility * seen / m1 + 1.0 - credibility;
        let cv = tau * (1.0 - credibility).sqrt() / mean;
        let mut updated = self.clone();
        let source = format!("{}; updated by {} losses", model.source, losses.len());
        let distribution = Scaled::new(x.clone(), mean)?.into();
        let status = Status::Derived;
        let model =
            SeverityModel { distribution, cv_of_scale: cv, status, source, ..model.clone() };
        updated.severity = Some(model);
        Ok((updated, Posterior { mean, cv, credibility }))
    }
}
