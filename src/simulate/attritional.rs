//! Claims of single risks.

use super::model::{CoverageModel, Risk};
use super::order::{ALONE, Moment, Rows};
use super::years::Years;
use crate::error::Result;
use crate::exec::Control;
use crate::random::{Purpose, Stream};
use crate::sector::FrequencyFamily;

/// Claims drawn before their severities are sampled together.
const BATCH: usize = 1 << 12;

/// Claims of several risks of one coverage, waiting for their severities.
#[derive(Debug, Default)]
pub(super) struct Claims {
    when: Vec<Moment>,
    /// Uniforms, to become moments.
    uniform: Vec<f64>,
    /// Severity multiplier of the year.
    scale: Vec<f64>,
    /// Survival probabilities, then losses.
    size: Vec<f64>,
    /// Risk of the coverage and end of its claims.
    ends: Vec<(usize, usize)>,
}

/// Draws the claims of all risks of the coverage.
pub(super) fn draw(
    model: &CoverageModel,
    years: &Years,
    (seed, block): (u64, u64),
    claims: &mut Claims,
    rows: &mut Rows,
    control: &Control,
) -> Result<()> {
    for (place, risk) in model.risks.iter().enumerate() {
        let start = claims.when.len();
        match model.family {
            FrequencyFamily::Bernoulli => trials(risk, years, seed, block, claims),
            _ => arrivals(risk, years, seed, block, claims),
        }
        let end = claims.when.len();
        if end > start {
            claims.size.resize(end, 0.0);
            Stream::new(seed, Purpose::Severity, risk.entity, block)
                .fill(&mut claims.size[start..]);
            claims.ends.push((place, end));
        }
        if end >= BATCH {
            settle(model, claims, rows);
            control.check()?;
        }
    }
    settle(model, claims, rows);
    Ok(())
}

/// Poisson arrivals over the block, each given a year in proportion to its multiplier.
fn arrivals(risk: &Risk, years: &Years, seed: u64, block: u64, claims: &mut Claims) {
    let mean = risk.rate * years.total;
    let count = Stream::new(seed, Purpose::Count, risk.entity, block).poisson(mean) as usize;
    if count == 0 {
        return;
    }
    let start = claims.when.len();
    claims.uniform.resize(count, 0.0);
    Stream::new(seed, Purpose::Time, risk.entity, block).fill(&mut claims.uniform);
    claims.when.resize(start + count, Moment::default());
    claims.scale.resize(start + count, 1.0);
    let places = claims.when[start..].iter_mut().zip(&mut claims.scale[start..]);
    let whole = risk.window.span == 1.0;
    for ((when, scale), u) in places.zip(&claims.uniform) {
        let (year, within, severity) = years.locate(*u);
        *when = Moment::new(year, if whole { within } else { risk.window.at(within) });
        *scale = severity;
    }
}

/// One trial per unit and year. In each group of years with like multipliers, candidates at the
/// group's largest probability are found by geometric jumps and kept with the ratio of the year's
/// probability to it.
fn trials(risk: &Risk, years: &Years, seed: u64, block: u64, claims: &mut Claims) {
    let probability = |m: f64| (risk.rate * m).min(1.0);
    let mut stream = Stream::new(seed, Purpose::Count, risk.entity, block);
    let mut times = Stream::new(seed, Purpose::Time, risk.entity, block);
    for (largest, group) in years.groups() {
        let largest = probability(largest);
        let all = risk.trials.saturating_mul(group.len() as u64);
        if largest <= 0.0 || all == 0 {
            continue;
        }
        // With probability 1 every trial is a candidate: the hazard is infinite and the jump 0.
        let hazard = -libm::log1p(-largest);
        let mut trial = 0u64;
        loop {
            let jump = stream.exponential() / hazard;
            if jump >= (all - trial) as f64 {
                break;
            }
            trial += jump as u64;
            let year = usize::from(group[(trial / risk.trials) as usize]);
            if stream.uniform() * largest < probability(years.frequency[year]) {
                claims.when.push(Moment::new(year, risk.window.at(times.uniform())));
                claims.scale.push(years.severity[year]);
            }
            trial += 1;
            if trial >= all {
                break;
            }
        }
    }
}

/// Samples the severities of the waiting claims and applies the policy terms.
fn settle(model: &CoverageModel, claims: &mut Claims, rows: &mut Rows) {
    if let Some(sampler) = &model.sampler {
        sampler.sample(&mut claims.size);
    }
    let mut start = 0;
    for &(place, end) in &claims.ends {
        let risk = &model.risks[place];
        let (unit, ceiling, index) = (risk.scale, risk.ceiling, risk.index);
        let terms = risk.terms;
        let sizes = claims.size[start..end].iter().zip(&claims.scale[start..end]);
        for ((size, scale), when) in sizes.zip(&claims.when[start..end]) {
            let loss = terms.apply((size * (scale * unit)).min(ceiling));
            if loss > 0.0 {
                rows.push(*when, loss, index, ALONE);
            }
        }
        start = end;
    }
    claims.when.clear();
    claims.scale.clear();
    claims.size.clear();
    claims.ends.clear();
}
