//! Claims of single risks.

use super::model::{CoverageModel, Risk, Terms};
use super::order::{ALONE, Rows};
use super::years::Years;
use crate::losses::BLOCK_YEARS;
use crate::random::{Purpose, Stream};
use crate::sector::FrequencyFamily;

/// Claims drawn before their severities are sampled together.
const BATCH: usize = 1 << 14;

/// Claims of several risks of one coverage, waiting for their severities.
#[derive(Debug, Default)]
pub(super) struct Claims {
    year: Vec<u32>,
    time: Vec<f64>,
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
) {
    for (place, risk) in model.risks.iter().enumerate() {
        let start = claims.time.len();
        match model.family {
            FrequencyFamily::Bernoulli => trials(risk, years, seed, block, claims),
            _ => arrivals(risk, years, seed, block, claims),
        }
        let end = claims.time.len();
        if end > start {
            claims.size.resize(end, 0.0);
            Stream::new(seed, Purpose::Severity, risk.entity, block)
                .fill(&mut claims.size[start..]);
            claims.ends.push((place, end));
        }
        if end >= BATCH {
            settle(model, years, claims, rows);
        }
    }
    settle(model, years, claims, rows);
}

/// Poisson arrivals over the block, each given a year in proportion to its multiplier.
fn arrivals(risk: &Risk, years: &Years, seed: u64, block: u64, claims: &mut Claims) {
    let mean = risk.rate * years.total();
    let count = Stream::new(seed, Purpose::Count, risk.entity, block).poisson(mean) as usize;
    if count == 0 {
        return;
    }
    let start = claims.time.len();
    claims.time.resize(start + count, 0.0);
    let times = &mut claims.time[start..];
    Stream::new(seed, Purpose::Time, risk.entity, block).fill(times);
    for time in times {
        let (year, within) = years.locate(*time);
        claims.year.push(year as u32);
        *time = risk.window.at(within);
    }
}

/// One trial per unit and year: candidates at the largest probability of the block are found by
/// geometric jumps and kept with the ratio of the year's probability to it.
fn trials(risk: &Risk, years: &Years, seed: u64, block: u64, claims: &mut Claims) {
    let probability = |m: f64| (risk.rate * m).min(1.0);
    let largest = probability(years.largest);
    let all = risk.trials.saturating_mul(BLOCK_YEARS as u64);
    if largest <= 0.0 || all == 0 {
        return;
    }
    let mut stream = Stream::new(seed, Purpose::Count, risk.entity, block);
    let mut times = Stream::new(seed, Purpose::Time, risk.entity, block);
    let hazard = -libm::log1p(-largest);
    let mut trial = 0u64;
    loop {
        // With probability 1 every trial is a candidate: the hazard is infinite and the jump 0.
        let jump = stream.exponential() / hazard;
        if jump >= (all - trial) as f64 {
            return;
        }
        trial += jump as u64;
        let year = (trial / risk.trials) as usize;
        if stream.uniform() * largest < probability(years.frequency[year]) {
            claims.year.push(year as u32);
            claims.time.push(risk.window.at(times.uniform()));
        }
        trial += 1;
        if trial >= all {
            return;
        }
    }
}

/// Samples the severities of the waiting claims and applies the policy terms.
fn settle(model: &CoverageModel, years: &Years, claims: &mut Claims, rows: &mut Rows) {
    model.sampler.sample(&mut claims.size);
    let mut start = 0;
    for &(place, end) in &claims.ends {
        let risk = &model.risks[place];
        let (scale, ceiling) = (risk.scale, risk.ceiling);
        let terms: Terms = risk.terms;
        for i in start..end {
            let year = claims.year[i] as usize;
            let ground_up = (claims.size[i] * scale * years.severity[year]).min(ceiling);
            let loss = terms.apply(ground_up);
            if loss > 0.0 {
                rows.push(year, claims.time[i], loss, risk.index, ALONE, 0);
            }
        }
        start = end;
    }
    claims.year.clear();
    claims.time.clear();
    claims.size.clear();
    claims.ends.clear();
}
