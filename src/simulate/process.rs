//! Losses of the processes that say themselves when a risk is hit.

use super::model::{CoverageModel, Parameters};
use super::rows::{Moment, Sink};
use super::years::Years;
use crate::losses::BLOCK_YEARS;
use crate::numeric::kernel;
use crate::random::{Purpose, Stream, entity_id};
use crate::sector::process::{Octaves, Strike, YearState};
use std::collections::HashMap;

/// Working memory: what is common to the risks of a block.
#[derive(Debug, Default)]
pub(super) struct Work {
    strikes: Vec<Strike>,
    size: Vec<f64>,
    shift: Vec<f64>,
    /// Of the block, for all coverages.
    factors: HashMap<u64, Vec<f64>>,
    classes: HashMap<(u64, Vec<u64>), Octaves>,
}

impl Work {
    pub fn clear(&mut self) {
        self.factors.clear();
    }
}

/// Draws the losses of all risks of the coverage.
pub(super) fn draw<S: Sink>(
    model: &CoverageModel,
    (parameters, years): (Parameters, &Years),
    (seed, block): (u64, u64),
    work: &mut Work,
    rows: &mut S,
) {
    work.classes.clear();
    work.shift.clear();
    if parameters != Parameters::Off {
        work.shift.resize(BLOCK_YEARS, 0.0);
        let name = entity_id(&format!("{}/index", model.id));
        parameters.uniforms(seed, name, block, &mut work.shift);
        kernel::normal_isf_in_place(&mut work.shift);
    }
    let mut state = YearState {
        seed,
        block,
        frequency: &years.trials,
        shift: &work.shift,
        factors: &mut work.factors,
        classes: &mut work.classes,
    };
    for risk in &model.risks {
        work.strikes.clear();
        model.law.draw(&risk.unit(), &mut state, &mut work.strikes);
        work.size.clear();
        work.size.resize(work.strikes.len(), 1.0);
        if let Some(sampler) = &model.sampler {
            Stream::new(seed, Purpose::Severity, risk.entity, block).fill(&mut work.size);
            sampler.sample(&mut work.size);
        }
        for (strike, size) in work.strikes.iter().zip(&work.size) {
            let year = usize::from(strike.year);
            let ground_up =
                (size * strike.part * (years.severity[year] * risk.scale)).min(risk.ceiling);
            let loss = strike.times * risk.terms.apply(ground_up);
            if loss > 0.0 {
                let when = Moment::new(year, risk.window.at(strike.time));
                rows.push(when, loss, risk.index, risk.event);
            }
        }
    }
}
