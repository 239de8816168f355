//! The largest loss integrated out.
//!
//! Asmussen and Kroese (2006, Adv. Appl. Prob. 38(2)): by symmetry P(S > x) = E[N S̄(max(M, x − S′))],
//! M and S′ the largest and the sum of the other N − 1 losses. Written with a size-biased count Ñ,
//! P(Ñ = n) = n P(N = n)/E N, this is E N · E S̄(max(M, x − S′)), exact where Ñ = 1, with bounded
//! relative error for heavy tails. The same with ∫ S̄ gives E(S − a)₊, also where losses have no
//! variance. Losses with atoms share the place of the largest: an atom at M counts 1/(1 + ties).

use super::report::{Estimate, Method, Tally};
use super::thinned::Thinned;
use super::{Job, Target};
use crate::error::Result;
use crate::exec::run_blocks;
use crate::frequency::Count;
use crate::random::{Purpose, Stream};

const BLOCK: u64 = 4096;

pub(super) fn run(job: &Job<'_>, model: &Thinned) -> Result<Estimate> {
    let counts = model.size_biased();
    let mean = model.count.mean();
    let work = |loss: &mut Vec<f64>, block: u64| {
        let mut count = Stream::new(job.seed, Purpose::Count, 0, block);
        let mut sizes = Stream::new(job.seed, Purpose::Severity, 0, block);
        let mut tally = Tally::default();
        for _ in 0..BLOCK.min(job.years - block * BLOCK) {
            job.control.check()?;
            let u = count.uniform();
            // The other losses of a year seen from one of its losses.
            let others = counts.partition_point(|total| *total < u);
            loss.resize(others, 0.0);
            sizes.fill(loss);
            model.sample(loss);
            let value = given_others(job.target, model, loss);
            tally.add(value, value);
        }
        Ok(tally)
    };
    let parts = run_blocks(0..job.years.div_ceil(BLOCK), job.control, work)?.complete()?;
    let tally = Tally::total(&parts);
    let reason = format!(
        "the largest of {mean:.3e} losses a year integrated out; single losses bring {:.3}% exactly",
        100.0 * mean * given_others(job.target, model, &[]) * counts[0] / (mean * tally.mean())
    );
    let mut found = tally.estimate(Method::Conditional, mean, job.years, reason);
    // For a probability f² = f; E f² of a layer is not met on the way.
    if let Target::Layer { .. } = job.target {
        found.variance_factor = f64::NAN;
    }
    Ok(found)
}

/// E[f(S′ + X); X the largest] given the other losses.
fn given_others(target: Target, model: &Thinned, others: &[f64]) -> f64 {
    let (mut sum, mut most, mut ties) = (0.0, 0.0f64, 0.0);
    for x in others {
        sum += x;
        if *x > most {
            (most, ties) = (*x, 1.0);
        } else if *x == most {
            ties += 1.0;
        }
    }
    // An atom at M, shared with those that are there already.
    let atom = if most > 0.0 {
        ((model.sf(most.next_down()) - model.sf(most)) / (1.0 + ties)).max(0.0)
    } else {
        0.0
    };
    let at_tie = if atom > 0.0 { atom * target.of(sum + most) } else { 0.0 };
    at_tie
        + match target {
            Target::Exceeds(x) => model.sf(most.max(x - sum)),
            Target::Layer { limit, attachment } => {
                let above = excess(model, sum, most, attachment);
                if limit == f64::INFINITY {
                    above
                } else {
                    above - excess(model, sum, most, attachment + limit)
                }
            }
        }
}

/// E[(S′ + X − d)₊; X > M].
fn excess(model: &Thinned, sum: f64, most: f64, d: f64) -> f64 {
    if d - sum > most {
        model.excess(d - sum)
    } else {
        (sum + most - d) * model.sf(most) + model.excess(most)
    }
}
