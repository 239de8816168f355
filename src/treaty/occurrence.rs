//! Covers per risk or per event whose recoveries depend on more than one loss of one year: on the
//! number or the dates of events, on another treaty, on other years.

use super::annual::Annual;
use super::apply::Annuals;
use super::cover::{Work, to_rows};
use super::layer::sum;
use super::plan::{Plan, Resolved};
use super::units::{Spans, Units};
use super::{hours, stability};
use crate::losses::LossBlock;

impl Plan {
    /// Index by which the amounts of a treaty have grown in a year of the source.
    pub(super) fn index(&self, step: &Resolved, year: u64) -> f64 {
        if step.indexed == 0.0 {
            return 1.0;
        }
        stability::index(step.indexed, self.year_of_run(year))
    }

    /// Annual terms of a year, with what its term of years has left; a new term begins afresh.
    pub(super) fn annual_terms(&self, step: &Resolved, year: u64, carried: &mut f64) -> Annual {
        let Some(term) = step.term else { return step.annual };
        if self.year_of_run(year).is_multiple_of(term.years) {
            *carried = 0.0;
        }
        term.left(step.annual, *carried)
    }

    /// Rows as the treaty sees them: its share of each risk, in the money of the run's first year.
    pub(super) fn scale(&self, step: &Resolved, block: &LossBlock, rows: &mut [f64]) {
        if step.cession.is_some() {
            for (row, risk) in rows.iter_mut().zip(&block.risk) {
                *row *= step.shares[*risk as usize];
            }
        }
        if step.indexed != 0.0 {
            for year in 0..block.years() {
                let index = self.index(step, block.first_year + year as u64);
                for row in &mut rows[block.year(year)] {
                    *row /= index;
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one thread's memory")]
    pub(super) fn year_by_year(
        &self,
        step: &Resolved,
        work: Work<'_>,
        block: &LossBlock,
        units: &Units,
        shortfalls: &mut [Vec<f64>],
        carried: &mut f64,
        out: &mut Annuals,
    ) {
        let spans = units.spans(step.basis, block);
        let Work { rows, losses: buffer, summed, recoveries, target, .. } = work;
        let losses: &[f64] = spans.sums_unless(summed, rows, buffer);
        before_annual_terms(step, block, &spans, losses, shortfalls, recoveries);
        if step.event_franchise > 0.0 {
            units.each_event(&spans, recoveries, losses, |recoveries, losses| {
                super::event_limit::franchise(recoveries, losses, step.event_franchise);
            });
        }
        if step.event_limit < f64::INFINITY {
            units.cap_events(&spans, step.event_limit, recoveries);
        }
        let mut shortfall = std::mem::take(&mut shortfalls[step.treaty]);
        shortfall.clear();
        let columns = &mut out.treaties[step.treaty];
        for year in 0..block.years() {
            let range = spans.year(year);
            let number = block.first_year + year as u64;
            let index = self.index(step, number);
            let annual = self.annual_terms(step, number, carried);
            let parts = &mut recoveries[range.clone()];
            let total = sum(parts);
            let recovery = annual.recovery(total);
            *carried += annual.of_year(total);
            if step.backed_up {
                shortfall.extend_from_slice(parts);
                let unlimited =
                    Annual { limit: f64::INFINITY, left_limit: f64::INFINITY, ..annual };
                let attribution = self.options().attribution;
                unlimited.attribute(&mut shortfall[range.clone()], total, attribution);
            }
            annual.attribute(parts, total, self.options().attribution);
            if step.backed_up {
                for (left, paid) in shortfall[range.clone()].iter_mut().zip(parts.iter()) {
                    *left = (*left - paid).max(0.0);
                }
            }
            if let Some(reinstatement) = &step.reinstatement {
                let premium = if reinstatement.pro_rata_time {
                    let dates = range.clone().map(|unit| block.time[spans.first_row(unit)]);
                    reinstatement.of_events(parts.iter().copied().zip(dates))
                } else {
                    reinstatement.of_year(recovery)
                };
                columns.reinstatement_premium[year] = step.participation * premium;
            }
            for part in parts {
                *part *= index;
            }
            let exhausted = recovery >= annual.capacity();
            step.book(columns, year, out.gross[year], recovery * index, exhausted);
        }
        shortfalls[step.treaty] = shortfall;
        if let Some(target) = target {
            to_rows(step.participation, rows, losses, recoveries, spans, target);
        }
    }
}

/// Recoveries of the units of a block, before event and annual terms.
pub(super) fn before_annual_terms(
    step: &Resolved,
    block: &LossBlock,
    spans: &Spans<'_>,
    losses: &[f64],
    shortfalls: &[Vec<f64>],
    recoveries: &mut Vec<f64>,
) {
    if let Some(named) = step.backup_of {
        step.layer.recoveries(&shortfalls[named], recoveries);
        return;
    }
    if step.counted.is_none() && step.window.is_none() {
        step.layer.recoveries(losses, recoveries);
        return;
    }
    recoveries.clear();
    let (mut events, mut sums, mut paid) = (Vec::new(), Vec::new(), Vec::new());
    for year in 0..block.years() {
        let range = spans.year(year);
        let of_year = &losses[range.clone()];
        let Some(window) = step.window else {
            of_counted(step, of_year, recoveries);
            continue;
        };
        events.clear();
        events.extend(range.clone().map(|unit| {
            let row = spans.first_row(unit);
            (block.time[row], block.cause.get(row).copied().unwrap_or(0), losses[unit])
        }));
        let occurrence = hours::occurrences(&events, window, |loss| step.layer.recovery(loss));
        sums.clear();
        sums.resize(occurrence.iter().max().map_or(0, |last| last + 1), 0.0);
        for (at, loss) in occurrence.iter().zip(of_year) {
            sums[*at] += loss;
        }
        paid.clear();
        of_counted(step, &sums, &mut paid);
        // Within an occurrence, recoveries belong to its events in proportion to their losses.
        recoveries.extend(
            occurrence.iter().zip(of_year).map(|(at, loss)| {
                if paid[*at] > 0.0 { loss * (paid[*at] / sums[*at]) } else { 0.0 }
            }),
        );
    }
}

/// Recoveries of a year's occurrences, of which the first may have no or another cover.
fn of_counted(step: &Resolved, losses: &[f64], out: &mut Vec<f64>) {
    match &step.counted {
        Some(counted) => counted.recoveries(losses, out),
        None => out.extend(losses.iter().map(|&loss| step.layer.recovery(loss))),
    }
}
