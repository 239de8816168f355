//! Expected annual losses without simulation.

use super::model::{CoverageModel, Parameters, Risk};
use super::source::Simulator;
use super::years::unit_lognormal;
use crate::error::Result;
use crate::losses::Source;
use crate::numeric::{exp, normal_mean};
use crate::sector::{FrequencyFamily, Systemic};
use crate::severity::{Beta, Family, LogNormal};

/// Expected annual loss of one risk, before any annual aggregate limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expected {
    /// Expected number of claims from the ground up.
    pub claims: f64,
    /// Expected loss from claims.
    pub attritional: f64,
    /// Expected loss from systemic events.
    pub systemic: f64,
    /// The risk has an annual aggregate limit, which these numbers do not see: they are upper bounds.
    pub aggregate_limited: bool,
}

impl Expected {
    pub fn total(&self) -> f64 {
        self.attritional + self.systemic
    }
}

impl Simulator {
    /// Expected annual loss of each risk, in the order of the book.
    ///
    /// Claims: E N · E[share · layer(min(s r X, cap))], the layer by the closed form of the severity,
    /// the expectation over the scale s by the 32-point Gauss–Hermite rule. Systemic: annual rate ×
    /// covered part of the year × units × E q × E[share · layer(d × at stake)]. Annual aggregate
    /// limits are left out and flagged.
    pub fn expected(&self) -> Result<Vec<Expected>> {
        let mut all = vec![Expected::default(); self.risk_ids().len()];
        for model in &self.models {
            let coverage = self.library.get(&model.id)?;
            for risk in &model.risks {
                let cost = &mut all[risk.index as usize];
                cost.claims = self.claims(model, risk)?;
                cost.attritional = cost.claims * self.claim(model, risk);
                if self.options.systemic {
                    for event in &coverage.systemic {
                        cost.systemic += struck(event, risk)?;
                    }
                }
                cost.aggregate_limited = self.has_aggregate_limit(risk.index as usize);
            }
        }
        Ok(all)
    }

    fn claims(&self, model: &CoverageModel, risk: &Risk) -> Result<f64> {
        if model.family != FrequencyFamily::Bernoulli {
            return Ok(risk.rate);
        }
        let uncertain = self.options.parameters == Parameters::PerYear && model.cv_of_mean > 0.0;
        let probability = if uncertain {
            // E min(1, p m) = p E min(m, 1/p), m lognormal.
            let (mu, sigma) = unit_lognormal(model.cv_of_mean);
            risk.rate * LogNormal::new(mu, sigma)?.lev(1.0 / risk.rate)
        } else {
            risk.rate.min(1.0)
        };
        Ok(probability * risk.trials as f64)
    }

    /// Expected cost of one claim to the insurer.
    fn claim(&self, model: &CoverageModel, risk: &Risk) -> f64 {
        let top = (risk.terms.deductible + risk.terms.limit).min(risk.ceiling);
        let width = top - risk.terms.deductible;
        if width <= 0.0 {
            return 0.0;
        }
        let at = |s: f64| {
            let scale = s * risk.scale;
            scale * model.distribution.layer_mean(width / scale, risk.terms.deductible / scale)
        };
        let mean = if self.options.parameters == Parameters::PerYear && model.cv_of_scale > 0.0 {
            let (mu, sigma) = unit_lognormal(model.cv_of_scale);
            normal_mean(|z| at(exp(mu + sigma * z)))
        } else {
            at(1.0)
        };
        risk.terms.share * mean
    }
}

fn struck(event: &Systemic, risk: &Risk) -> Result<f64> {
    let damage = Beta::new(event.damage.a, event.damage.b, 0.0)?;
    let (stake, terms) = (risk.at_stake, risk.terms);
    let width = terms.limit.min(stake - terms.deductible);
    if width <= 0.0 {
        return Ok(0.0);
    }
    let cost = stake * damage.layer_mean(width / stake, terms.deductible / stake);
    let rate = event.annual_rate * risk.window.span;
    Ok(rate * risk.units * event.share_hit.mean() * terms.share * cost)
}
