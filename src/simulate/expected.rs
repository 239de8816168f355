//! Expected annual losses without simulation.

use super::model::{Parameters, Risk};
use super::source::Simulator;
use crate::error::Result;
use crate::losses::Source;
use crate::sector::Systemic;
use crate::severity::{Beta, Family};

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
    /// Claims: by the closed form of their [process](crate::sector::process). Systemic: annual rate ×
    /// covered part of the year × units × E q × E[share · layer(d × at stake)]. Annual aggregate
    /// limits are left out and flagged.
    pub fn expected(&self) -> Result<Vec<Expected>> {
        let mut all = vec![Expected::default(); self.risk_ids().len()];
        for model in &self.models {
            let coverage = self.library.get(&model.id)?;
            for risk in &model.risks {
                let cost = &mut all[risk.index as usize];
                let uncertain = self.options.parameters != Parameters::Off;
                let of_claims = model.law.expected(&risk.unit(), uncertain)?;
                cost.claims += of_claims.claims;
                cost.attritional += of_claims.loss;
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
}

pub(super) fn struck(event: &Systemic, risk: &Risk) -> Result<f64> {
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
