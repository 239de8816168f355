//! Losses from a heavier tail, weighted back.
//!
//! Hazard-rate twisting (Juneja and Shahabuddin 2002, ACM TOMACS 12(2)): S̄ₜ = S̄^(1−t), sampled as the
//! loss of survival probability U^(1/(1−t)), with likelihood ratio Π S̄ᵗ/(1 − t). One draw in ten is
//! left untwisted and all are weighted by the mixture (Hesterberg 1995), so no weight exceeds 10. Years
//! without a loss are not drawn. A pilot tries twists and takes the one of least variance.

use super::Job;
use super::report::{Estimate, Method, Tally};
use super::thinned::Thinned;
use crate::error::{Error, Result};
use crate::exec::run_blocks;
use crate::numeric::ln;
use crate::random::{Purpose, Stream};

/// Share of draws left as they are.
const DEFENSIVE: f64 = 0.1;
/// Twists that the pilot tries.
const TWISTS: [f64; 10] = [0.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.87, 0.93, 0.97];
/// Draws of the pilot for each, and of a block.
const PILOT: u64 = 4096;
const BLOCK: u64 = 4096;
/// Contributions that an estimate rests on at least, in effective number.
const EFFECTIVE: f64 = 100.0;

pub(super) fn run(job: &Job<'_>, model: &Thinned) -> Result<Estimate> {
    let pilot_years = PILOT.min(job.years / 20).max(64);
    let pilots: Vec<Tally> = TWISTS
        .iter()
        .enumerate()
        .map(|(place, t)| draw(job, model, *t, pilot_years, 1 + place as u64))
        .collect::<Result<_>>()?;
    let spread = |tally: &Tally| {
        if tally.hits >= 10 { tally.variance() / tally.mean().powi(2) } else { f64::INFINITY }
    };
    let best = (0..TWISTS.len())
        .min_by(|a, b| spread(&pilots[*a]).total_cmp(&spread(&pilots[*b])))
        .unwrap_or(0);
    let t = TWISTS[best];
    let used = pilot_years * TWISTS.len() as u64;
    let years = job.years.saturating_sub(used).max(pilot_years);
    let tally = draw(job, model, t, years, 0)?;
    let effective = tally.effective();
    if effective < EFFECTIVE {
        return Err(Error::numeric(
            "estimate",
            format!(
                "importance sampling rests on {effective:.0} effective contributions of {years} \
                 (at least {EFFECTIVE} are needed); draw more years, or use conditional"
            ),
        ));
    }
    let reason = format!(
        "survival to the power {:.2} with {:.0}% untwisted, chosen by a pilot of {used} draws; \
         effective contributions {effective:.0}",
        1.0 - t,
        100.0 * DEFENSIVE
    );
    Ok(tally.estimate(Method::Importance, model.busy, years + used, reason))
}

fn draw(job: &Job<'_>, model: &Thinned, t: f64, years: u64, entity: u64) -> Result<Tally> {
    let work = |loss: &mut Vec<f64>, block: u64| {
        let stream = |purpose| Stream::new(job.seed, purpose, entity, block);
        let mut counts = stream(Purpose::Count);
        let mut choices = stream(Purpose::Auxiliary);
        let mut sizes = stream(Purpose::Severity);
        let mut tally = Tally::default();
        for _ in 0..BLOCK.min(years - block * BLOCK) {
            job.control.check()?;
            let count = model.count_of(counts.uniform());
            let twisted = choices.uniform() >= DEFENSIVE;
            loss.resize(count as usize, 0.0);
            sizes.fill(loss);
            // ln of the product of survival probabilities.
            let mut log = 0.0;
            for u in loss.iter_mut() {
                let own = ln(*u);
                if twisted && t > 0.0 {
                    *u = crate::numeric::exp(own / (1.0 - t));
                    log += own / (1.0 - t);
                } else {
                    log += own;
                }
            }
            // Twisted over plain density: Π (1 − t) S̄^(−t).
            let over = crate::numeric::exp(count as f64 * ln(1.0 - t) - t * log);
            let weight = 1.0 / (DEFENSIVE + (1.0 - DEFENSIVE) * over);
            model.sample(loss);
            let f = job.target.of(loss.iter().fold(0.0, |sum, x| sum + x));
            tally.add(weight * f, weight * f * f);
        }
        Ok(tally)
    };
    let parts = run_blocks(0..years.div_ceil(BLOCK), job.control, work)?.complete()?;
    Ok(Tally::total(&parts))
}
