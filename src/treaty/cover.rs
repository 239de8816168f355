//! A plain cover per risk or per event over the years of a block: a layer of each loss, then the terms
//! of the year.

use super::annual::Attribution;
use super::apply::TreatyAnnuals;
use super::layer::{Layer, band, largest, sum, sum_of};
use super::plan::Resolved;
use super::units::{Spans, Units};
use crate::losses::LossBlock;
use crate::numeric::dispatch::Kernel;

/// What a cover reads and what it leaves.
pub(super) struct Work<'a> {
    pub(super) rows: &'a [f64],
    pub(super) losses: &'a mut Vec<f64>,
    /// Whether `losses` holds the sums of the rows already.
    pub(super) summed: bool,
    pub(super) recoveries: &'a mut Vec<f64>,
    pub(super) target: Option<&'a mut Vec<f64>>,
    pub(super) of_event: Option<&'a mut Vec<f64>>,
}

/// Recoveries of units given back to their rows, in proportion to their losses.
#[inline(always)]
pub(super) fn to_rows(
    participation: f64,
    rows: &[f64],
    losses: &[f64],
    recoveries: &[f64],
    spans: Spans<'_>,
    target: &mut Vec<f64>,
) {
    target.clear();
    if spans.is_rows() {
        target.extend(recoveries.iter().map(|r| participation * r));
        return;
    }
    for (unit, (&recovery, &loss)) in recoveries.iter().zip(losses).enumerate() {
        let ratio = if recovery > 0.0 { participation * recovery / loss } else { 0.0 };
        target.extend(rows[spans.rows(unit)].iter().map(|row| ratio * row));
    }
}

/// Sum of a year's layer recoveries.
#[inline(always)]
pub(super) fn layered(layer: &Layer, losses: &[f64]) -> f64 {
    if layer.franchise > layer.attachment {
        sum_of(losses, |x| layer.recovery(x))
    } else {
        let Layer { limit, attachment, .. } = *layer;
        sum_of(losses, |x| band(x, limit, attachment))
    }
}

/// A cover whose occurrences stand for themselves.
pub(super) struct Cover<'a> {
    pub step: &'a Resolved,
    pub work: Work<'a>,
    pub block: &'a LossBlock,
    pub units: &'a Units,
    pub gross: &'a [f64],
    pub columns: &'a mut TreatyAnnuals,
    pub attribution: Attribution,
}

impl Kernel for Cover<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { step, work, block, units, gross, columns, attribution } = self;
        let spans = units.spans(step.basis, block);
        let Work { rows, losses: buffer, summed, recoveries, target, of_event } = work;
        let losses: &[f64] = spans.sums_unless(summed, rows, buffer);
        let time = step.reinstatement.as_ref().filter(|r| r.pro_rata_time);
        let of_year = step.reinstatement.as_ref().filter(|r| !r.pro_rata_time);
        let by_unit = target.is_some() || of_event.is_some();
        let capacity = step.capacity();
        if !by_unit && step.event_limit == f64::INFINITY && time.is_none() {
            for year in 0..block.years() {
                let losses = &losses[spans.year(year)];
                let reached = largest(losses) > step.layer.attachment;
                let recovered = if reached { layered(&step.layer, losses) } else { 0.0 };
                let recovery = step.annual.recovery(recovered);
                step.book(columns, year, gross[year], recovery, recovery >= capacity);
                if let Some(reinstatement) = of_year {
                    columns.reinstatement_premium[year] =
                        step.participation * reinstatement.of_year(recovery);
                }
            }
            return;
        }
        // Where rows are units, what they recover is worked out in its place.
        let in_place = spans.is_rows() && of_event.is_none();
        let (recoveries, target) = match target {
            Some(target) if in_place => (target, None),
            target => (recoveries, target),
        };
        step.layer.recoveries(losses, recoveries);
        if step.event_limit < f64::INFINITY {
            units.cap_events(&spans, step.event_limit, recoveries);
        }
        for year in 0..block.years() {
            let range = spans.year(year);
            let parts = &mut recoveries[range.clone()];
            let total = sum(parts);
            let recovery = step.annual.recovery(total);
            step.annual.attribute(parts, total, attribution);
            step.book(columns, year, gross[year], recovery, recovery >= capacity);
            let premium = match (of_year, time) {
                (Some(reinstatement), _) => reinstatement.of_year(recovery),
                (None, Some(reinstatement)) => {
                    let dates = range.clone().map(|unit| block.time[spans.first_row(unit)]);
                    reinstatement.of_events(parts.iter().copied().zip(dates))
                }
                (None, None) => continue,
            };
            columns.reinstatement_premium[year] = step.participation * premium;
        }
        if let Some(target) = target {
            to_rows(step.participation, rows, losses, recoveries, spans, target);
        } else if in_place && step.participation != 1.0 {
            recoveries.iter_mut().for_each(|recovery| *recovery *= step.participation);
        }
        if let Some(of_event) = of_event {
            of_event.extend(recoveries.iter().map(|paid| step.participation * paid));
        }
    }
}
