//! One treaty in one year, step by step.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::annual::Annual;
use super::apply::{Annuals, Scratch};
use super::attaching::Piece;
use super::layer::{Layer, sum};
use super::occurrence::before_annual_terms;
use super::plan::{Options, Plan, Resolved};
use super::programme::Programme;
use super::reinstatement::Reinstatements;
use super::terms::{Basis, Unit};
use super::units::Units;
use crate::error::{Issue, Result};
use crate::exec::Control;
use crate::losses::{LossBlock, Source};

/// What one occurrence went through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Number of the occurrence in the year, from 1: a risk, an event, or the year itself.
    pub occurrence: usize,
    /// Year of the run, from 0, whose treaty pays; where that is not the year of the loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treaty_year: Option<usize>,
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
    /// The numbers that the steps follow from; what is unlimited or absent is left out.
    pub terms: BTreeMap<String, f64>,
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
    let bind = |plan: Plan| {
        if plan.needs_risks() { plan.for_risks(&[], &[], &[]) } else { Ok(plan) }
    };
    explain_in(programme, treaty, (block, year), Options::default(), &bind)
}

/// The same, the years of the block before this one being those of its run; `bind` tells the plan
/// what it needs to know of the risks.
fn explain_in(
    programme: &Programme,
    treaty: &str,
    (block, year): (&LossBlock, usize),
    options: Options,
    bind: &dyn Fn(Plan) -> Result<Plan>,
) -> Result<Explanation> {
    let index = programme.index(treaty)?;
    if year >= block.years() {
        return Err(Issue::new("out_of_range", "explain", "year")
            .value(year)
            .allowed(format!("below {}", block.years()))
            .into_error());
    }
    let before = block;
    let block = &one_year(block, year);
    // By row, so that the subject of the treaty is at hand.
    let options = Options { largest_events: true, ..options };
    let mut plan = bind(Plan::new(programme, options)?)?;
    plan.tower = false;
    for step in &mut plan.steps {
        step.by_row |= step.basis != Basis::Annual;
    }
    let (mut scratch, mut annuals) = (Scratch::default(), Annuals::default());
    if plan.carries() {
        let mut earlier = LossBlock::default();
        before.copy_years(0..year, &mut earlier);
        plan.apply(&earlier, &mut scratch, &mut annuals)?;
    }
    let mut carried = scratch.carried.get(index).copied().unwrap_or(0.0);
    let mut treaty_years = scratch.treaty_years.get(index).cloned().unwrap_or_default();
    plan.apply(block, &mut scratch, &mut annuals)?;
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
        terms: BTreeMap::from([("participation".to_owned(), step.participation)]),
        steps: Vec::new(),
    };
    debug_assert!(wording.unit == Unit::Amount || step.basis == Basis::Annual);

    let mut units = Units::default();
    units.of(block);
    let spans = units.spans(step.basis, block);
    let factor = plan.index(step, block.first_year);
    let subject = || {
        let mut rows = block.loss.clone();
        for &named in &step.net_of {
            for (row, ceded) in rows.iter_mut().zip(&scratch.by_row[named]) {
                *row = (*row - ceded).max(0.0);
            }
        }
        plan.scale(step, block, &mut rows);
        rows
    };
    if step.is_attaching() {
        let (mut pieces, _) = plan.pieces(step, &subject(), block, &units, 0);
        if plan.year_of_run(block.first_year) == 0 {
            treaty_years.clear();
        }
        treaty_years.resize(plan.horizon() as usize, 0.0);
        plan.annual_of_pieces(step, &mut pieces, &mut treaty_years);
        explanation.steps = of_pieces(step, &pieces, |unit| spans.first_row(unit), block);
        return Ok(explanation);
    }
    let (losses, dates): (Vec<f64>, Vec<usize>) = if step.basis == Basis::Annual {
        let inuring: f64 = step.net_of.iter().map(|&t| annuals.treaties[t].ceded[0]).sum();
        (vec![(annuals.gross[0] - inuring).max(0.0) / factor], Vec::new())
    } else {
        let rows = subject();
        spans.year(0).map(|unit| (sum(&rows[spans.rows(unit)]), spans.first_row(unit))).unzip()
    };
    let mut recoveries: Vec<f64> = losses.iter().map(|&x| step.layer.recovery(x)).collect();
    if step.basis != Basis::Annual {
        before_annual_terms(step, block, &spans, &losses, &scratch.shortfalls, &mut recoveries);
    }
    if step.event_franchise > 0.0 {
        units.each_event(&spans, &mut recoveries, &losses, |recoveries, losses| {
            super::event_limit::franchise(recoveries, losses, step.event_franchise);
        });
    }
    if step.event_limit < f64::INFINITY {
        units.cap_events(&spans, step.event_limit, &mut recoveries);
    }
    let terms = plan.annual_terms(step, block.first_year, &mut carried);
    let capacity = if step.basis == Basis::Annual {
        terms.recovery(step.layer.limit)
    } else {
        terms.capacity()
    };
    explanation.terms = numbers(step, &terms, capacity, factor);
    let (mut total, mut paid, mut so_far) = (0.0_f64, 0.0, 0.0);
    for (at, (&subject_loss, &layer_recovery)) in losses.iter().zip(&recoveries).enumerate() {
        let time = dates.get(at).and_then(|&row| block.time.get(row)).copied();
        let before = (total - terms.deductible).max(0.0);
        total += layer_recovery;
        let after_aad = (total - terms.deductible).max(0.0) - before;
        let now = terms.recovery(total);
        let charge = step.reinstatement.as_ref().map_or(0.0, |r| {
            let left = if r.pro_rata_time { 1.0 - time.unwrap_or(0.0) } else { 1.0 };
            let charge = if r.prepaid {
                if at == 0 { r.of_year(0.0) / r.premium } else { 0.0 }
            } else {
                r.charge(paid, now) * left
            };
            step.participation * r.premium * charge
        });
        let reinstated =
            step.reinstatement.as_ref().map_or(0.0, |r| r.reinstated(now) - r.reinstated(paid));
        let ceded = step.participation * (now - paid) * factor;
        so_far += ceded;
        explanation.steps.push(Step {
            occurrence: at + 1,
            treaty_year: None,
            time,
            subject_loss: subject_loss * factor,
            layer_recovery: layer_recovery * factor,
            after_aad: after_aad * factor,
            after_aal: (now - paid) * factor,
            remaining: Some((capacity - now) * factor).filter(|left| left.is_finite()),
            reinstated: reinstated * factor,
            reinstatement_premium: charge,
            ceded,
            ceded_so_far: so_far,
        });
        paid = now;
    }
    Ok(explanation)
}

/// The steps of a cover by treaty year: one a piece.
fn of_pieces(
    step: &Resolved,
    pieces: &[Piece],
    first_row: impl Fn(usize) -> usize,
    block: &LossBlock,
) -> Vec<Step> {
    let capacity = step.of_treaty_year(f64::INFINITY);
    let mut ceded_so_far = 0.0;
    let of = |(at, piece): (usize, &Piece)| {
        let (before, after) = (piece.so_far - piece.layered, piece.so_far);
        let aad = |x: f64| (x - step.annual.deductible).max(0.0);
        let (from, to) = (step.of_treaty_year(before), step.of_treaty_year(after));
        let ceded = step.participation * piece.paid;
        ceded_so_far += ceded;
        let reinstatement = step.reinstatement.as_ref();
        let charge = reinstatement.map_or(0.0, |r| match (r.prepaid, at) {
            (false, _) => r.premium * r.charge(from, to),
            (true, 0) => r.of_year(0.0),
            (true, _) => 0.0,
        });
        Step {
            occurrence: piece.unit + 1,
            treaty_year: Some(piece.year),
            time: block.time.get(first_row(piece.unit)).copied(),
            subject_loss: piece.loss,
            layer_recovery: piece.layered,
            after_aad: aad(after) - aad(before),
            after_aal: piece.paid,
            remaining: Some(capacity - to).filter(|left| left.is_finite()),
            reinstated: reinstatement.map_or(0.0, |r| r.reinstated(to) - r.reinstated(from)),
            reinstatement_premium: step.participation * charge,
            ceded,
            ceded_so_far,
        }
    };
    pieces.iter().enumerate().map(of).collect()
}

/// The same for year `year` (from 0) of a source, in runs of `horizon` years.
///
/// # Errors
/// Those of [`explain`] and of the source.
pub fn explain_source<S: Source>(
    programme: &Programme,
    treaty: &str,
    source: &S,
    year: u64,
    horizon: Option<u64>,
) -> Result<Explanation> {
    if year >= source.years() {
        return Err(Issue::new("out_of_range", "explain", "year")
            .value(year)
            .allowed(format!("below {}", source.years()))
            .into_error());
    }
    let options = Options { horizon, ..Options::default() };
    let plan = Plan::new(programme, options)?;
    // Terms of years need the run from its first year on.
    let first = if plan.carries() { year - plan.year_of_run(year) } else { year };
    let (mut block, mut years, mut part) = Default::default();
    let mut scratch = S::Scratch::default();
    for number in source.block_of(first)..=source.block_of(year) {
        source.fill(number, &Control::default(), &mut scratch, &mut block)?;
        let span = source.span(number);
        let from = first.max(span.start) - span.start;
        let to = (year + 1).min(span.end) - span.start;
        LossBlock::copy_years(&block, from as usize..to as usize, &mut part);
        part.first_year = span.start + from;
        LossBlock::append(&mut years, &part);
    }
    let bind = |plan: Plan| Ok(plan.bind(source)?.into_owned());
    explain_in(programme, treaty, (&years, (year - first) as usize), options, &bind)
}

/// What a spreadsheet needs to work the steps out again, in the money of the year: indexed amounts have
/// grown by `factor`. Where recoveries do not follow from the loss of their row alone, the terms of
/// the layer are left out.
fn numbers(step: &Resolved, annual: &Annual, capacity: f64, factor: f64) -> BTreeMap<String, f64> {
    let of_each_loss = step.event_limit == f64::INFINITY
        && step.event_franchise == 0.0
        && step.counted.is_none()
        && step.window.is_none()
        && step.backup_of.is_none();
    let mut amounts = vec![
        ("annual_deductible", annual.deductible),
        ("annual_limit", annual.limit),
        ("term_deductible_left", annual.left_deductible),
        ("term_limit_left", annual.left_limit),
        ("capacity", capacity),
    ];
    if of_each_loss {
        let Layer { limit, attachment, franchise } = step.layer;
        amounts.extend([("limit", limit), ("attachment", attachment), ("franchise", franchise)]);
    }
    if let Some(corridor) = &annual.corridor {
        amounts.extend([("corridor_from", corridor.from), ("corridor_to", corridor.to)]);
    }
    let mut terms: BTreeMap<String, f64> = amounts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value * factor))
        .filter(|(_, value)| value.is_finite())
        .collect();
    terms.insert("participation".to_owned(), step.participation);
    if let Some(corridor) = &annual.corridor {
        terms.insert("corridor_share".to_owned(), corridor.share);
    }
    if let Some(reinstatement) = &step.reinstatement {
        terms.insert("reinstated_limit".to_owned(), reinstatement.limit * factor);
        terms.insert("premium".to_owned(), reinstatement.premium);
        terms.insert("pro_rata_time".to_owned(), f64::from(reinstatement.pro_rata_time));
        terms.insert("prepaid".to_owned(), f64::from(reinstatement.prepaid));
        match &reinstatement.terms {
            Reinstatements::Unlimited { unlimited } => {
                terms.insert("unlimited_rate".to_owned(), *unlimited);
            }
            Reinstatements::Rates(rates) => {
                for (number, rate) in (1..).zip(rates) {
                    terms.insert(format!("rate_{number}"), *rate);
                }
            }
        }
    }
    terms
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
        inception: cut(&block.inception, &rows),
        reported: cut(&block.reported, &rows),
    }
}
