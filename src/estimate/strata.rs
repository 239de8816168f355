//! Simulation stratified on the count of losses.
//!
//! E f = Σ P(N in stratum) E[f | stratum]; the stratum without losses is exact. A tenth of the years
//! tells the spread in each stratum, the others are shared out by probability × spread (Neyman 1934).

use super::Job;
use super::report::{Estimate, Method, Tally};
use super::thinned::Thinned;
use crate::error::Result;
use crate::exec::run_blocks;
use crate::frequency::Count;
use crate::random::{Purpose, Stream};

/// Counts lowest..=highest.
#[derive(Debug, Clone, Copy)]
struct Stratum {
    lowest: u64,
    highest: u64,
    probability: f64,
}

/// At most about this many.
const STRATA: f64 = 48.0;
/// Draws of a block.
const BLOCK: u64 = 4096;
/// Draws of a stratum at least.
const LEAST: u64 = 64;

pub(super) fn run(job: &Job<'_>, model: &Thinned) -> Result<Estimate> {
    let strata = strata(model);
    let pilot_years = (job.years / 10 / strata.len() as u64).max(LEAST);
    let pilot = draw(job, model, &strata, &vec![pilot_years; strata.len()], 0)?;
    // A stratum without spread in the pilot may still have some.
    let floor = 1e-3 * pilot.iter().map(|t| t.variance().sqrt()).fold(0.0, f64::max);
    let weights: Vec<f64> = strata
        .iter()
        .zip(&pilot)
        .map(|(stratum, tally)| stratum.probability * tally.variance().sqrt().max(floor))
        .collect();
    let whole: f64 = weights.iter().sum();
    let left = job.years.saturating_sub(pilot_years * strata.len() as u64) as f64;
    let shares: Vec<u64> = weights
        .iter()
        .map(|w| if whole > 0.0 { ((left * w / whole) as u64).max(LEAST) } else { LEAST })
        .collect();
    let drawn = draw(job, model, &strata, &shares, 1)?;

    let (mut value, mut variance, mut plain) = (0.0, 0.0, 0.0);
    let (mut hits, mut squares) = (0, 0.0);
    for (stratum, tally) in strata.iter().zip(&drawn) {
        let p = stratum.probability;
        value += p * tally.mean();
        variance += p * p * tally.variance() / tally.n as f64;
        plain += p * tally.plain / tally.n as f64;
        hits += tally.hits;
        squares += (p / tally.n as f64).powi(2) * tally.squares;
    }
    let years = pilot_years * strata.len() as u64 + shares.iter().sum::<u64>();
    let plain = (plain - value * value).max(0.0);
    let busiest = weights.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |x| x.0);
    Ok(Estimate {
        method: Method::Stratified,
        value,
        standard_error: variance.sqrt(),
        bound: f64::NAN,
        years,
        hits,
        variance_factor: plain / years as f64 / variance,
        effective: if squares > 0.0 { value * value / squares } else { 0.0 },
        reason: format!(
            "{} strata of counts of 1 and more, most years to {}..{}",
            strata.len(),
            strata[busiest].lowest,
            strata[busiest].highest
        ),
    })
}

/// Counts from 1 on in groups of about equal weight n P(N = n), small counts by themselves.
fn strata(model: &Thinned) -> Vec<Stratum> {
    let mut found = Vec::new();
    let mean = model.count.mean();
    let last = model.most();
    let (mut lowest, mut weight, mut n) = (1, 0.0, 0);
    while n < last {
        n += 1;
        weight += n as f64 * model.count.pmf(n) / mean;
        if weight >= 1.0 / STRATA || n == last {
            let above = if n == last { 0.0 } else { model.count.sf(n) };
            let probability = model.count.sf(lowest - 1) - above;
            found.push(Stratum { lowest, highest: n, probability });
            (lowest, weight) = (n + 1, 0.0);
        } else if n < 4 {
            let probability = model.count.pmf(n);
            found.push(Stratum { lowest, highest: n, probability });
            (lowest, weight) = (n + 1, 0.0);
        }
    }
    found.retain(|stratum| stratum.probability > 0.0);
    found
}

/// Draws of each stratum; `round` 0 is the pilot.
fn draw(
    job: &Job<'_>,
    model: &Thinned,
    strata: &[Stratum],
    years: &[u64],
    round: u64,
) -> Result<Vec<Tally>> {
    // Blocks of all strata, one after the other.
    let blocks: Vec<(usize, u64)> = years
        .iter()
        .enumerate()
        .flat_map(|(h, years)| (0..years.div_ceil(BLOCK)).map(move |block| (h, block)))
        .collect();
    let tables: Vec<Vec<f64>> = strata.iter().map(|stratum| table(model, *stratum)).collect();
    let work = |loss: &mut Vec<f64>, index: u64| {
        let (h, block) = blocks[index as usize];
        let entity = 2 * h as u64 + round;
        let mut counts = Stream::new(job.seed, Purpose::Count, 1 + entity, block);
        let mut sizes = Stream::new(job.seed, Purpose::Severity, 1 + entity, block);
        let mut tally = Tally::default();
        for _ in 0..BLOCK.min(years[h] - block * BLOCK) {
            job.control.check()?;
            let count = if tables[h].len() == 1 {
                strata[h].lowest
            } else {
                let u = counts.uniform();
                strata[h].lowest + tables[h].partition_point(|total| *total < u) as u64
            };
            loss.resize(count as usize, 0.0);
            sizes.fill(loss);
            model.sample(loss);
            let f = job.target.of(loss.iter().fold(0.0, |sum, x| sum + x));
            tally.add(f, f * f);
        }
        Ok((h, tally))
    };
    let parts = run_blocks(0..blocks.len() as u64, job.control, work)?.complete()?;
    let mut tallies = vec![Tally::default(); strata.len()];
    for (h, tally) in &parts {
        tallies[*h].merge(tally);
    }
    Ok(tallies)
}

/// Cumulative probabilities of the counts within a stratum.
fn table(model: &Thinned, stratum: Stratum) -> Vec<f64> {
    let mut total = 0.0;
    let mut table: Vec<f64> = (stratum.lowest..=stratum.highest)
        .map(|n| {
            total += model.count.pmf(n) / stratum.probability;
            total
        })
        .collect();
    if let Some(last) = table.last_mut() {
        *last = f64::INFINITY;
    }
    table
}
