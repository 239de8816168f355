//! A plan applied to a block of losses: one column a treaty, no allocation per year.

use super::attaching::TreatyYears;
use super::layer::{Layer, band, largest, sum, sum_of};
use super::plan::{Plan, Resolved};
use super::share::to_the_places_of;
use super::terms::Basis;
use super::tower;
use super::units::{Spans, Units};
use crate::error::{Error, Issue, Result};
use crate::losses::LossBlock;

/// Annual columns of a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annuals {
    pub gross: Vec<f64>,
    /// Gross less all ceded: `ceded + net = gross` to the last bit, ceded summed in any order.
    pub net: Vec<f64>,
    /// By treaty, as in the programme.
    pub treaties: Vec<TreatyAnnuals>,
    /// Largest event of the year; empty unless asked for.
    pub largest_gross: Vec<f64>,
    /// Largest event net of the covers per risk and per event (not of annual covers).
    pub largest_net: Vec<f64>,
}

/// Annual columns of one treaty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TreatyAnnuals {
    pub ceded: Vec<f64>,
    pub reinstatement_premium: Vec<f64>,
    /// Years with a recovery.
    pub attached: u64,
    /// Years in which the annual capacity was used up; never, when there is no annual capacity.
    pub exhausted: u64,
}

impl Annuals {
    /// The columns that are wanted.
    pub(super) fn columns(&self) -> impl Iterator<Item = &[f64]> {
        let first = [&self.gross, &self.net, &self.largest_gross, &self.largest_net];
        first
            .into_iter()
            .chain(self.treaties.iter().flat_map(|t| [&t.ceded, &t.reinstatement_premium]))
            .filter(|column| !column.is_empty())
            .map(Vec::as_slice)
    }

    /// Empties the columns and makes room for `years` and `treaties`.
    pub(super) fn reset(&mut self, years: usize, treaties: usize, events: bool) {
        let zero = |column: &mut Vec<f64>, wanted: bool| {
            column.clear();
            column.resize(if wanted { years } else { 0 }, 0.0);
        };
        zero(&mut self.gross, true);
        zero(&mut self.net, true);
        zero(&mut self.largest_gross, events);
        zero(&mut self.largest_net, events);
        self.treaties.resize_with(treaties, TreatyAnnuals::default);
        for treaty in &mut self.treaties {
            zero(&mut treaty.ceded, true);
            zero(&mut treaty.reinstatement_premium, true);
            (treaty.attached, treaty.exhausted) = (0, 0);
        }
    }
}

/// Working memory of one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) units: Units,
    /// Subject losses by row.
    pub(super) subject: Vec<f64>,
    /// Subject losses by unit of the basis.
    pub(super) losses: Vec<f64>,
    /// Recoveries by unit.
    pub(super) recoveries: Vec<f64>,
    /// Ceded amounts by treaty and row, of the treaties where later ones want them.
    pub(super) by_row: Vec<Vec<f64>>,
    /// The same by event, of the covers per event that nobody wants row by row.
    pub(super) by_event: Vec<Vec<f64>>,
    /// Recoveries lost to used-up limits, by treaty and unit, of the treaties that are backed up.
    pub(super) shortfalls: Vec<Vec<f64>>,
    /// Annual recoveries of the term so far, by treaty.
    pub(super) carried: Vec<f64>,
    /// The same by treaty year, of the treaties whose years are not those of the losses.
    pub(super) treaty_years: Vec<TreatyYears>,
}

impl Resolved {
    /// Records one year: `recovery` for 100 %, after annual terms.
    #[inline(always)]
    pub(super) fn book(
        &self,
        out: &mut TreatyAnnuals,
        year: usize,
        gross: f64,
        recovery: f64,
        exhausted: bool,
    ) {
        out.ceded[year] = to_the_places_of(gross, self.participation * recovery);
        out.attached += u64::from(recovery > 0.0);
        out.exhausted += u64::from(exhausted);
    }

    /// Most that a year recovers for 100 %; infinite when there is no such amount.
    pub fn capacity(&self) -> f64 {
        match self.basis {
            Basis::Annual => self.annual.recovery(self.layer.limit),
            _ => self.annual.capacity(),
        }
    }
}

impl Plan {
    /// Applies the programme to a block.
    ///
    /// A treaty's recoveries are given back to events in date order, and within an event to its rows
    /// in proportion to their subject loss, wherever they are needed.
    ///
    /// # Errors
    /// A gross loss that is not finite; dates missing where reinstatements are pro rata as to time.
    pub fn apply(&self, block: &LossBlock, scratch: &mut Scratch, out: &mut Annuals) -> Result<()> {
        self.check(block)?;
        let years = block.years();
        let events = self.options.largest_events;
        out.reset(years, self.names.len(), events);
        if block.event.is_empty() && self.tower {
            return tower::apply(self, block, out);
        }
        let Scratch {
            units,
            subject,
            losses,
            recoveries,
            by_row,
            by_event,
            shortfalls,
            carried,
            treaty_years,
        } = scratch;
        units.of(block);
        by_row.resize_with(self.names.len(), Vec::new);
        by_event.resize_with(self.names.len(), Vec::new);
        shortfalls.resize_with(self.names.len(), Vec::new);
        carried.resize(self.names.len(), 0.0);
        treaty_years.resize_with(self.names.len(), Vec::new);

        for year in 0..years {
            out.gross[year] = gross_of(block, year)?;
        }
        // The largest net event of a tower is found by way of its rows here.
        let events_by_row = events && self.tower;
        // What `subject` and `losses` hold: treaties on one subject share it.
        let mut held: Option<&[usize]> = None;
        let mut summed: Option<(&[usize], Basis)> = None;
        for step in &self.steps {
            let target = &mut std::mem::take(&mut by_row[step.treaty]);
            let occurrence = step.basis != Basis::Annual || step.is_attaching();
            let scaled = occurrence && (step.cession.is_some() || step.indexed != 0.0);
            let rows: &[f64] =
                if !scaled && (step.net_of.is_empty() || !(occurrence || step.by_row)) {
                    &block.loss
                } else {
                    if held != Some(&step.net_of) {
                        net_rows(&block.loss, &step.net_of, by_row, subject);
                    }
                    held = (!scaled).then_some(&step.net_of);
                    if scaled {
                        self.scale(step, block, subject);
                    }
                    subject
                };
            let carried = &mut carried[step.treaty];
            if occurrence {
                let wanted = step.by_row || events_by_row;
                let of_event = &mut by_event[step.treaty];
                of_event.clear();
                let key = (step.net_of.as_slice(), step.basis);
                let work = Work {
                    rows,
                    losses,
                    summed: !scaled && summed == Some(key),
                    recoveries,
                    target: wanted.then_some(&mut *target),
                    // Always, so that the largest net event does not depend on what else is wanted.
                    of_event: (events && step.basis == Basis::Event && step.is_plain())
                        .then_some(of_event),
                };
                if !step.is_attaching() {
                    summed = (!scaled).then_some(key);
                }
                if step.is_attaching() {
                    let years = &mut treaty_years[step.treaty];
                    self.attaching(step, work, block, units, years, out);
                } else if step.is_plain() {
                    self.occurrences(step, work, block, units, out);
                } else {
                    self.year_by_year(step, work, block, units, shortfalls, carried, out);
                }
            } else {
                self.annual(step, rows, block, target, carried, out);
            }
            by_row[step.treaty] = std::mem::take(target);
        }
        for year in 0..years {
            let ceded: f64 = out.treaties.iter().map(|treaty| treaty.ceded[year]).sum();
            out.net[year] = out.gross[year] - ceded;
        }
        if events {
            self.largest_events(block, units, (by_row, by_event), subject, losses, out);
        }
        Ok(())
    }

    fn check(&self, block: &LossBlock) -> Result<()> {
        if self.needs_time() && block.time.is_empty() && block.rows() > 0 {
            return Err(Issue::new("missing_column", "losses", "time")
                .value("absent")
                .allowed("the date of each event, as a fraction of the year")
                .hint("a treaty is `pro rata time`, or has an hours clause")
                .into_error());
        }
        for step in self.steps.iter().filter(|step| step.is_attaching() && block.rows() > 0) {
            self.check_dates(step, block)?;
        }
        for step in self.steps.iter().filter(|step| step.cession.is_some()) {
            let outside = |risk: &u32| *risk as usize >= step.shares.len();
            if block.rows() > 0 && (block.risk.is_empty() || block.risk.iter().any(outside)) {
                return Err(Issue::new("missing_column", "losses", "risk_id, sum_insured")
                    .value("absent, or of a risk that is not known")
                    .allowed("a risk in every row, with a sum insured where the share follows it")
                    .hint(format!("'{}' cedes by risk", self.names[step.treaty]))
                    .into_error());
            }
        }
        Ok(())
    }

    fn occurrences(
        &self,
        step: &Resolved,
        work: Work<'_>,
        block: &LossBlock,
        units: &Units,
        out: &mut Annuals,
    ) {
        let spans = units.spans(step.basis, block);
        let Work { rows, losses: buffer, summed, recoveries, target, of_event } = work;
        let losses: &[f64] = spans.sums_unless(summed, rows, buffer);
        let time = step.reinstatement.as_ref().filter(|r| r.pro_rata_time);
        let columns = &mut out.treaties[step.treaty];
        let of_year = step.reinstatement.as_ref().filter(|r| !r.pro_rata_time);
        let by_unit = target.is_some() || of_event.is_some();
        if !by_unit && step.event_limit == f64::INFINITY && time.is_none() {
            for year in 0..block.years() {
                let recovered = layered(&step.layer, &losses[spans.year(year)]);
                let recovery = step.annual.recovery(recovered);
                let exhausted = recovery >= step.capacity();
                step.book(columns, year, out.gross[year], recovery, exhausted);
                if let Some(reinstatement) = of_year {
                    columns.reinstatement_premium[year] =
                        step.participation * reinstatement.of_year(recovery);
                }
            }
            return;
        }
        step.layer.recoveries(losses, recoveries);
        if step.event_limit < f64::INFINITY {
            units.cap_events(&spans, step.event_limit, recoveries);
        }
        for year in 0..block.years() {
            let range = spans.year(year);
            let parts = &mut recoveries[range.clone()];
            let total = sum(parts);
            let recovery = step.annual.recovery(total);
            step.annual.attribute(parts, total, self.options.attribution);
            let exhausted = recovery >= step.capacity();
            step.book(columns, year, out.gross[year], recovery, exhausted);
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
        }
        if let Some(of_event) = of_event {
            of_event.extend(recoveries.iter().map(|paid| step.participation * paid));
        }
    }

    pub(super) fn annual(
        &self,
        step: &Resolved,
        rows: &[f64],
        block: &LossBlock,
        target: &mut Vec<f64>,
        carried: &mut f64,
        out: &mut Annuals,
    ) {
        target.clear();
        for year in 0..block.years() {
            let gross = out.gross[year];
            let inuring: f64 =
                step.net_of.iter().map(|&named| out.treaties[named].ceded[year]).sum();
            let subject = (gross - inuring).max(0.0);
            let index = self.index(step, block, year);
            let annual = self.annual_terms(step, block, year, carried);
            let layered = step.layer.recovery(subject / index);
            let recovery = annual.recovery(layered);
            *carried += annual.of_year(layered);
            let exhausted = recovery >= annual.recovery(step.layer.limit);
            let recovery = recovery * index;
            let columns = &mut out.treaties[step.treaty];
            step.book(columns, year, gross, recovery, exhausted);
            if step.by_row {
                let losses = &rows[block.year(year)];
                let total = sum(losses);
                let ratio = if total > 0.0 { step.participation * recovery / total } else { 0.0 };
                target.extend(losses.iter().map(|row| ratio * row));
            }
        }
    }

    fn largest_events(
        &self,
        block: &LossBlock,
        units: &Units,
        (by_row, by_event): (&[Vec<f64>], &[Vec<f64>]),
        net: &mut Vec<f64>,
        events: &mut Vec<f64>,
        out: &mut Annuals,
    ) {
        let covers = self.steps.iter().filter(|s| s.basis != Basis::Annual);
        let (by_rows, by_events): (Vec<usize>, Vec<usize>) =
            covers.map(|s| s.treaty).partition(|treaty| by_event[*treaty].is_empty());
        less_ceded(&block.loss, &by_rows, by_row, net);
        let spans = units.spans(Basis::Event, block);
        let gross: &[f64] = spans.sums(&block.loss, events);
        for year in 0..block.years() {
            out.largest_gross[year] = largest(&gross[spans.year(year)]);
        }
        let net: &mut [f64] = if spans.is_rows() {
            net
        } else {
            spans.sums_unless(false, net, events);
            events
        };
        for treaty in by_events {
            for (net, ceded) in net.iter_mut().zip(&by_event[treaty]) {
                *net -= ceded;
            }
        }
        for year in 0..block.years() {
            out.largest_net[year] = largest(&net[spans.year(year)]);
        }
    }
}

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

/// Losses less the ceded amounts of some treaties, row by row, never below zero.
fn net_rows(loss: &[f64], named: &[usize], by_row: &[Vec<f64>], out: &mut Vec<f64>) {
    less_ceded(loss, named, by_row, out);
    for row in out {
        *row = if *row > 0.0 { *row } else { 0.0 };
    }
}

/// Losses less the ceded amounts of some treaties, row by row.
fn less_ceded(loss: &[f64], named: &[usize], by_row: &[Vec<f64>], out: &mut Vec<f64>) {
    out.clear();
    out.extend_from_slice(loss);
    for &treaty in named {
        for (row, ceded) in out.iter_mut().zip(&by_row[treaty]) {
            *row -= ceded;
        }
    }
}

fn gross_of(block: &LossBlock, year: usize) -> Result<f64> {
    let gross = sum(&block.loss[block.year(year)]);
    if gross.is_finite() { Ok(gross) } else { Err(not_finite(block, year)) }
}

#[cold]
pub(super) fn not_finite(block: &LossBlock, year: usize) -> Error {
    Error::numeric(
        format!("year {}", block.first_year + year as u64),
        "the gross loss is not a finite number; cap the severity, as in `.capped(\"500m\")`",
    )
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
