//! Derivatives of each treaty's expected loss to the parameters of an aggregate.
//!
//! Severity parameters: the run is repeated with the parameter moved up and down by a little, with
//! the same draws; because losses are inverse survival functions of their uniforms the years move
//! smoothly and their paired differences give the standard error. Frequency parameters: counts
//! jump, so the score estimator E[f(S) ∂ ln P(N)/∂θ] is used on the run itself (Glynn 1990, CACM 33(10)).

use std::collections::HashMap;

use super::summary::mean_of;
use crate::aggregate::{Aggregate, Sampler, SamplerScratch};
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::frequency::Count;
use crate::losses::{Source, TailWeight};
use crate::measure::{Estimate, Moments};
use crate::severity::Family;
use crate::treaty::{Outcome, Plan, run};

/// One derivative with its standard error.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// A treaty, `gross` or `net`.
    pub name: String,
    /// `frequency.mean`, `severity.base.tail.alpha`, …
    pub parameter: String,
    pub value: f64,
    pub derivative: f64,
    pub standard_error: f64,
    /// Relative change of the expected loss per relative change of the parameter.
    pub elasticity: f64,
    pub method: &'static str,
}

/// Relative step of a parameter: its bias is of the second order in it.
const STEP: f64 = 0.01;

/// All derivatives; `base` is the outcome of the same plan, aggregate, years and seed.
pub fn sensitivity(
    plan: &Plan,
    base: &Outcome,
    aggregate: &Aggregate,
    seed: u64,
    control: &Control,
) -> Result<Vec<Sensitivity>> {
    let years = base.years;
    let mut found = Vec::new();
    for (name, value) in aggregate.severity.parameters() {
        let step = if value == 0.0 { STEP } else { STEP * value.abs() };
        let moved = |to: f64| -> Result<Outcome> {
            let severity = aggregate.severity.with_parameter(&name, to)?;
            let aggregate = Aggregate::new(aggregate.frequency.clone(), severity);
            run(plan, &Sampler::new(aggregate, years, seed, plan.needs_time())?, control)
        };
        let (up, down) = (moved(value + step)?, moved(value - step)?);
        for (((target, f), (_, u)), (_, d)) in
            columns(base).into_iter().zip(columns(&up)).zip(columns(&down))
        {
            let slopes: Vec<f64> = u.iter().zip(d).map(|(u, d)| (u - d) / (2.0 * step)).collect();
            let moments = Moments::of(&slopes);
            let mean = Moments::of(f).mean;
            let derivative = judged(base, target, &moments);
            found.push(Sensitivity {
                name: target.to_owned(),
                parameter: format!("severity.{name}"),
                value,
                derivative: derivative.value,
                standard_error: derivative.standard_error,
                elasticity: derivative.value * value / mean,
                method: "common draws",
            });
        }
    }
    let sampler = Sampler::new(aggregate.clone(), years, seed, false)?;
    let counts =
        run_blocks(0..sampler.blocks(), control, |scratch: &mut SamplerScratch, block| {
            Ok(sampler.counts(block, scratch))
        })?
        .complete()?
        .concat();
    // Counts repeat: one score for each value.
    let mut values = counts.clone();
    values.sort_unstable();
    values.dedup();
    let scores = aggregate.frequency.scores(&values);
    for ((name, value), scores) in aggregate.frequency.parameters().into_iter().zip(scores) {
        let table: HashMap<u64, f64> = values.iter().copied().zip(scores).collect();
        for (target, f) in columns(base) {
            let mean = Moments::of(f).mean;
            // The score has mean zero, so centring changes nothing but the variance.
            let terms: Vec<f64> =
                f.iter().zip(&counts).map(|(f, n)| (f - mean) * table[n]).collect();
            let moments = Moments::of(&terms);
            let derivative = judged(base, target, &moments);
            found.push(Sensitivity {
                name: target.to_owned(),
                parameter: format!("frequency.{name}"),
                value,
                derivative: derivative.value,
                standard_error: derivative.standard_error,
                elasticity: derivative.value * value / mean,
                method: "score",
            });
        }
    }
    Ok(found)
}

/// A derivative with the error that the weight of its target allows; none where there is no mean.
fn judged(base: &Outcome, target: &str, moments: &Moments) -> Estimate {
    let found = Estimate { value: moments.mean, standard_error: moments.standard_error() };
    match base.weight(target) {
        TailWeight::NoMean => Estimate { value: f64::NAN, standard_error: f64::NAN },
        weight => mean_of(weight, found),
    }
}

fn columns(outcome: &Outcome) -> Vec<(&str, &[f64])> {
    let treaties = outcome.treaties.iter().map(|t| (t.name.as_str(), t.ceded.as_slice()));
    treaties.chain([("gross", outcome.gross.as_slice()), ("net", outcome.net.as_slice())]).collect()
}
