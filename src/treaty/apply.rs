//! A plan applied to a block of losses: one column a treaty, no allocation per year.

use super::attaching::TreatyYears;
use super::cover::{Cover, Work};
use super::layer::{largest, sum};
use super::plan::{Plan, Resolved};
use super::share::to_the_places_of;
use super::terms::Basis;
use super::tower::{self, LessAll, Totals};
use super::units::Units;
use crate::error::{Error, Issue, Result};
use crate::losses::{LossBlock, Years};
use crate::numeric::dispatch::{self, Kernel};

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

    /// Makes room for `years` and `treaties`, with zeros everywhere.
    pub(super) fn reset(&mut self, years: usize, treaties: usize, events: bool) {
        self.resize(years, treaties, events);
        let Self { gross, net, treaties, largest_gross, largest_net } = self;
        for column in [gross, net, largest_gross, largest_net] {
            column.fill(0.0);
        }
        treaties.iter_mut().for_each(TreatyAnnuals::clear);
    }

    /// The same with whatever the columns held before, for those who write all of them.
    pub(super) fn resize(&mut self, years: usize, treaties: usize, events: bool) {
        let Self { gross, net, treaties: columns, largest_gross, largest_net } = self;
        gross.resize(years, 0.0);
        net.resize(years, 0.0);
        for column in [largest_gross, largest_net] {
            column.resize(if events { years } else { 0 }, 0.0);
        }
        columns.resize_with(treaties, TreatyAnnuals::default);
        for treaty in columns {
            treaty.ceded.resize(years, 0.0);
            treaty.reinstatement_premium.resize(years, 0.0);
        }
    }
}

impl TreatyAnnuals {
    /// Zeros everywhere.
    pub(super) fn clear(&mut self) {
        self.ceded.fill(0.0);
        self.reinstatement_premium.fill(0.0);
        (self.attached, self.exhausted) = (0, 0);
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
        if block.event.is_empty() && self.tower {
            return tower::apply(self, block.plain(), out);
        }
        let events = self.options.largest_events;
        out.reset(block.years(), self.names.len(), events);
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

        let Annuals { gross, net: largest, .. } = &mut *out;
        dispatch::run(Totals { losses: block.plain(), gross, largest, layer: None });
        if let Some(year) = gross.iter().position(|x| too_large(*x)) {
            return Err(not_finite(block.first_year + year as u64));
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
                        less_ceded(&block.loss, &step.net_of, by_row, 0.0, subject);
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
                    let Annuals { gross, treaties, .. } = &mut *out;
                    let columns = &mut treaties[step.treaty];
                    let attribution = self.options.attribution;
                    let cover = Cover { step, work, block, units, gross, columns, attribution };
                    dispatch::run(cover);
                } else {
                    self.year_by_year(step, work, block, units, shortfalls, carried, out);
                }
            } else {
                self.annual(step, rows, block.plain(), target, carried, out);
            }
            by_row[step.treaty] = std::mem::take(target);
        }
        let Annuals { gross, net, treaties, .. } = &mut *out;
        dispatch::run(LessAll { gross, treaties, net });
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

    pub(super) fn annual(
        &self,
        step: &Resolved,
        rows: &[f64],
        losses: Years<'_>,
        target: &mut Vec<f64>,
        carried: &mut f64,
        out: &mut Annuals,
    ) {
        target.clear();
        for year in 0..losses.years() {
            let gross = out.gross[year];
            let inuring: f64 =
                step.net_of.iter().map(|&named| out.treaties[named].ceded[year]).sum();
            let subject = (gross - inuring).max(0.0);
            let number = losses.first_year + year as u64;
            let index = self.index(step, number);
            let annual = self.annual_terms(step, number, carried);
            let layered = step.layer.recovery(subject / index);
            let recovery = annual.recovery(layered);
            *carried += annual.of_year(layered);
            let exhausted = recovery >= annual.recovery(step.layer.limit);
            let recovery = recovery * index;
            let columns = &mut out.treaties[step.treaty];
            step.book(columns, year, gross, recovery, exhausted);
            if step.by_row {
                let of_year = &rows[losses.rows(year)];
                let total = sum(of_year);
                let ratio = if total > 0.0 { step.participation * recovery / total } else { 0.0 };
                target.extend(of_year.iter().map(|row| ratio * row));
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
        less_ceded(&block.loss, &by_rows, by_row, f64::NEG_INFINITY, net);
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

/// Losses less the ceded amounts of some treaties, row by row, and no less than `least`.
fn less_ceded(loss: &[f64], named: &[usize], by_row: &[Vec<f64>], least: f64, out: &mut Vec<f64>) {
    out.resize(loss.len(), 0.0);
    dispatch::run(LessCeded { loss, named, by_row, least, out });
}

/// Rows at a time, which stay in the nearest cache.
const ROWS: usize = 512;

struct LessCeded<'a> {
    loss: &'a [f64],
    named: &'a [usize],
    by_row: &'a [Vec<f64>],
    least: f64,
    out: &'a mut [f64],
}

impl Kernel for LessCeded<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let parts = self.out.chunks_mut(ROWS).zip(self.loss.chunks(ROWS));
        for (number, (out, loss)) in parts.enumerate() {
            out.copy_from_slice(loss);
            for &treaty in self.named {
                let ceded = self.by_row[treaty].get(number * ROWS..).unwrap_or(&[]);
                for (row, ceded) in out.iter_mut().zip(ceded) {
                    *row -= ceded;
                }
            }
            for row in out {
                *row = if *row > self.least { *row } else { self.least };
            }
        }
    }
}

/// Whether sums of a year's amounts may overflow.
pub(super) fn too_large(gross: f64) -> bool {
    gross.is_nan() || gross > f64::MAX / 8.0
}

#[cold]
pub(super) fn not_finite(year: u64) -> Error {
    Error::numeric(
        format!("year {year}"),
        "the gross loss is too large for a number; cap the severity, as in `.capped(\"500m\")`",
    )
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
