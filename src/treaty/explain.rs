//! One treaty in one year, step by step.

use std::ops::Range;

use serde::Serialize;

use super::apply::{Annuals, Scratch};
use super::layer::sum;
use super::plan::{Options, Plan};
use super::programme::Programme;
use super::terms::{Basis, Unit};
use super::units::Units;
use crate::error::{Issue, Result};
use crate::exec::Control;
use crate::losses::{BLOCK_YEARS, LossBlock, Source};

/// What one occurrence went through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Number of the occurrence in the year, from 1: a risk, an event, or the year itself.
    pub occurrence: usize,
    /// Fraction of the year; none when the losses carry no date.
    pub time: Option<f64>,
    pub subject_loss: f64,
    /// After franchise, layer and event limit.
    pub layer_recovery: f64,
    pub after_aad: f64,
    pub after_aal: f64,
    /// Annual capacity left; none when there is no bound.
    pub remaining: Option<f64>,
    pub reinstated: f64,
    /// For the reinsurers' part.
    pub reinstatement_premium: f64,
    /// Paid by the reinsurers: after share, co-participation and placing.
    pub ceded: f64,
    pub ceded_so_far: f64,
}

/// A treaty's year, and the numbers it was computed with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub treaty: String,
    pub wording: String,
    pub basis: Basis,
    pub participation: f64,
    /// Premium for 100 %, where known.
    pub premium: Option<f64>,
    pub subject_premium: Option<f64>,
    pub steps: Vec<Step>,
}

/// Explains what `treaty` does in year `year` of a block (0 is the block's first).
///
/// # Errors
/// An unknown treaty, a year outside the block, and those of [`Plan::apply`].
pub fn explain(
    programme: &Programme,
    treaty: &str,
    block: &LossBlock,
    year: usize,
) -> Result<Explanation> {
    let index = programme.index(treaty)?;
    if year >= block.years() {
        return Err(Issue::new("out_of_range", "explain", "year")
            .value(year)
            .allowed(format!("below {}", block.years()))
            .into_error());
    }
    let block = &one_year(block, year);
    // By row, so that the subject of the treaty is at hand.
    let options = Options { largest_events: true, ..Options::default() };
    let mut plan = Plan::new(programme, options)?;
    plan.single = false;
    for step in &mut plan.steps {
        step.by_row = step.basis != Basis::Annual;
    }
    let (mut scratch, mut annuals) = (Scratch::default(), Annuals::default());
    plan.apply(block, None, &mut scratch, &mut annuals)?;
    let Some(step) = plan.steps.iter().find(|step| step.treaty == index) else {
        return Err(Issue::new("unknown_name", "explain", "treaty").value(treaty).into_error());
    };
    let wording = &programme.treaties()[index];
    let mut explanation = Explanation {
        treaty: treaty.to_owned(),
        wording: wording.to_string(),
        basis: step.basis,
        participation: step.participation,
        premium: step.premiums.treaty,
        subject_premium: step.premiums.subject,
        steps: Vec::new(),
    };
    debug_assert!(wording.unit == Unit::Amount || step.basis == Basis::Annual);

    let mut units = Units::default();
    units.of(block);
    let spans = units.spans(step.basis, block);
    let (losses, dates): (Vec<f64>, Vec<usize>) = if step.basis == Basis::Annual {
        let inuring: f64 = step.net_of.iter().map(|&t| annuals.treaties[t].ceded[0]).sum();
        (vec![(annuals.gross[0] - inuring).max(0.0)], Vec::new())
    } else {
        let mut rows = block.loss.clone();
        for &named in &step.net_of {
            for (row, ceded) in rows.iter_mut().zip(&scratch.by_row[named]) {
                *row = (*row - ceded).max(0.0);
            }
        }
        spans.year(0).map(|unit| (sum(&rows[spans.rows(unit)]), spans.first_row(unit))).unzip()
    };
    let mut recoveries: Vec<f64> = losses.iter().map(|&x| step.layer.recovery(x)).collect();
    if step.event_limit < f64::INFINITY {
        units.cap_events(&spans, step.event_limit, &mut recoveries);
    }
    let terms = step.annual;
    let (mut total, mut paid, mut so_far) = (0.0_f64, 0.0, 0.0);
    for (at, (&subject_loss, &layer_recovery)) in losses.iter().zip(&recoveries).enumerate() {
        let time = dates.get(at).and_then(|&row| block.time.get(row)).copied();
        let before = (total - terms.deductible).max(0.0);
        total += layer_recovery;
        let after_aad = (total - terms.deductible).max(0.0) - before;
        let now = terms.recovery(total);
        let charge = step.reinstatement.as_ref().map_or(0.0, |r| {
            let left = if r.pro_rata_time { 1.0 - time.unwrap_or(0.0) } else { 1.0 };
            step.participation * r.premium * r.charge(paid, now) * left
        });
        let reinstated =
            step.reinstatement.as_ref().map_or(0.0, |r| r.reinstated(now) - r.reinstated(paid));
        let ceded = step.participation * (now - paid);
        so_far += ceded;
        explanation.steps.push(Step {
            occurrence: at + 1,
            time,
            subject_loss,
            layer_recovery,
            after_aad,
            after_aal: now - paid,
            remaining: Some(step.capacity() - now).filter(|left| left.is_finite()),
            reinstated,
            reinstatement_premium: charge,
            ceded,
            ceded_so_far: so_far,
        });
        paid = now;
    }
    Ok(explanation)
}

/// The same for year `year` (from 0) of a source.
///
/// # Errors
/// Those of [`explain`] and of the source.
pub fn explain_source<S: Source>(
    programme: &Programme,
    treaty: &str,
    source: &S,
    year: u64,
) -> Result<Explanation> {
    if year >= source.years() {
        return Err(Issue::new("out_of_range", "explain", "year")
            .value(year)
            .allowed(format!("below {}", source.years()))
            .into_error());
    }
    let size = BLOCK_YEARS as u64;
    let mut block = LossBlock::default();
    source.fill(year / size, &Control::default(), &mut S::Scratch::default(), &mut block)?;
    explain(programme, treaty, &block, (year % size) as usize)
}

fn cut<T: Copy>(column: &[T], rows: &Range<usize>) -> Vec<T> {
    column.get(rows.clone()).map_or_else(Vec::new, <[T]>::to_vec)
}

/// A block that holds one year of another.
fn one_year(block: &LossBlock, year: usize) -> LossBlock {
    let rows = block.year(year);
    LossBlock {
        first_year: block.first_year + year as u64,
        offsets: vec![0, rows.len() as u32],
        loss: cut(&block.loss, &rows),
        event: cut(&block.event, &rows),
        time: cut(&block.time, &rows),
        risk: cut(&block.risk, &rows),
        cause: cut(&block.cause, &rows),
    }
}
