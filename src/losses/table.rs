//! A loss table that the user brings: rows in any order, sorted once.

use std::ops::Range;

use super::checks::{check, rising};
use super::order::{Sorter, Year};
use super::{Groups, LossBlock, Parts, Source, Years};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;

/// Columns of a loss table, a row per loss. Optional columns are empty when unknown.
#[derive(Debug, Clone, Default)]
pub struct LossColumns {
    /// Label of the year, such as 2026 or the number of a simulated period.
    pub year: Vec<i64>,
    /// Loss, ≥ 0.
    pub loss: Vec<f64>,
    /// Losses of one year with one event id and cause are one event.
    pub event: Vec<i64>,
    /// Fraction of the year, in [0, 1).
    pub time: Vec<f64>,
    /// Index of the risk.
    pub risk: Vec<u32>,
    /// Index of the cause; 0 is the attritional cause.
    pub cause: Vec<u16>,
    /// Label of the year in which the policy began.
    pub inception: Vec<i64>,
    /// Label of the year in which the loss was reported.
    pub reported: Vec<i64>,
}

/// A validated loss table, sorted by year, date, event, cause and risk.
#[derive(Debug, Clone, Default)]
pub struct LossTable {
    first_year: i64,
    /// Rows of year `y` are `offsets[y]..offsets[y + 1]`; one more entry than years.
    offsets: Vec<u64>,
    /// First year of each block, and the number of years.
    spans: Vec<u64>,
    loss: Vec<f64>,
    /// Number of the event within the year; empty when every row is an event of its own.
    event: Vec<u32>,
    time: Vec<f64>,
    risk: Vec<u32>,
    cause: Vec<u16>,
    /// Years from that of the loss to those of its policy and of its report.
    inception: Vec<i16>,
    reported: Vec<i16>,
    groups: Vec<Groups>,
    sums_insured: Vec<f64>,
    causes: Vec<String>,
    risk_ids: Vec<String>,
}

/// Rows of a block, about: what a treaty needs at once stays in the cache.
const BLOCK_ROWS: u64 = 1 << 15;

impl LossTable {
    /// Checks and sorts the rows. `years` are the labels of all years, with or without losses:
    /// `1..100_001` for 100,000 simulated periods.
    ///
    /// Rows of one event share its first date. Without dates, events stand in the order in which
    /// they first appear.
    ///
    /// # Errors
    /// Every fault with its row (from 0): columns of different lengths, years outside `years`,
    /// losses that are negative or not finite, times outside [0, 1).
    pub fn new(columns: LossColumns, years: Range<i64>) -> Result<Self> {
        Self::placed(columns, years, &|row| format!("losses, row {row}"))
    }

    /// The same; `place` tells where a row stands.
    pub fn placed(
        columns: LossColumns,
        years: Range<i64>,
        place: &dyn Fn(usize) -> String,
    ) -> Result<Self> {
        Ok(Self::placed_with(columns, years, place)?.0)
    }

    /// The same, and the buffers of years and events, to be used again.
    pub(super) fn placed_with(
        columns: LossColumns,
        years: Range<i64>,
        place: &dyn Fn(usize) -> String,
    ) -> Result<(Self, Vec<i64>, Vec<i64>)> {
        check(&columns, &years, place)?;
        super::room("losses", (i128::from(years.end) - i128::from(years.start) + 1) as u64)?;
        let (columns, offsets) = by_year(columns, &years);
        let first_year = years.start;
        let (inception, reported) = (
            since(&columns.inception, &offsets, first_year),
            since(&columns.reported, &offsets, first_year),
        );
        let LossColumns { year, loss, event, time, risk, cause, .. } = columns;
        let mut table =
            Self { first_year, loss, time, risk, cause, inception, reported, ..Self::default() };
        table.arrange(&event, &offsets);
        table.spans = spans(&offsets);
        table.offsets = offsets;
        Ok((table, year, event))
    }

    /// Puts the rows of each year in order.
    fn arrange(&mut self, event: &[i64], offsets: &[u64]) {
        fn permute<T: Copy>(column: &mut [T], order: &[usize], spare: &mut Vec<T>) {
            if !column.is_empty() {
                spare.clear();
                spare.extend(order.iter().map(|&row| column[row]));
                column.copy_from_slice(spare);
            }
        }
        fn part<'a, T>(column: &'a mut [T], rows: &Range<usize>) -> &'a mut [T] {
            column.get_mut(rows.clone()).unwrap_or_default()
        }
        let mut since: Vec<i16> = Vec::new();
        let mut sorter = Sorter::default();
        let (mut numbers, mut small): (Vec<f64>, Vec<u32>) = Default::default();
        let mut smaller: Vec<u16> = Vec::new();
        // Events are numbered from the first year on that has one of several rows.
        let mut alone = true;
        for bounds in offsets.windows(2) {
            let rows = bounds[0] as usize..bounds[1] as usize;
            if self.stand_alone(event, &rows) {
                if !alone {
                    self.event.extend(0..rows.len() as u32);
                }
                continue;
            }
            if alone && !event.is_empty() {
                alone = false;
                self.event.reserve_exact(event.len());
                for before in offsets.windows(2).take_while(|before| before[0] < bounds[0]) {
                    self.event.extend(0..(before[1] - before[0]) as u32);
                }
            }
            let time = part(&mut self.time, &rows);
            let risk = part(&mut self.risk, &rows);
            let cause = part(&mut self.cause, &rows);
            let loss = part(&mut self.loss, &rows);
            let event = event.get(rows.clone()).unwrap_or(&[]);
            let year = Year { event, cause, time, risk, loss };
            let in_order = sorter.arrange(year);
            let dates = !event.is_empty() && !time.is_empty();
            if in_order {
                self.event.extend((0..event.len()).map(|row| sorter.event(row)));
                if dates && !sorter.alone() {
                    numbers.clear();
                    numbers.extend((0..loss.len()).map(|row| sorter.date(year, row)));
                    time.copy_from_slice(&numbers);
                }
            } else {
                let order = &sorter.order;
                if !event.is_empty() {
                    self.event.extend(order.iter().map(|&row| sorter.event(row)));
                }
                if !time.is_empty() {
                    numbers.clear();
                    numbers.extend(order.iter().map(|&row| sorter.date(year, row)));
                    time.copy_from_slice(&numbers);
                }
                permute(risk, order, &mut small);
                permute(cause, order, &mut smaller);
                permute(loss, order, &mut numbers);
                permute(part(&mut self.inception, &rows), order, &mut since);
                permute(part(&mut self.reported, &rows), order, &mut since);
            }
        }
        let single = |w: &[u64]| {
            let numbers = self.event.get(w[0] as usize..w[1] as usize).unwrap_or(&[]);
            numbers.windows(2).all(|pair| pair[0] != pair[1])
        };
        if alone || offsets.windows(2).all(single) {
            self.event = Vec::new();
        }
    }

    /// Whether the rows of a year are events of their own that stand in order: ids that rise, and
    /// dates that rise too where there are dates.
    fn stand_alone(&self, event: &[i64], rows: &Range<usize>) -> bool {
        let times = self.time.get(rows.clone()).unwrap_or(&[]);
        !event.is_empty() && rising(&event[rows.clone()], true) && rising(times, true)
    }

    /// Adds partitions of the risks.
    ///
    /// # Errors
    /// A risk without a group.
    pub fn with_groups(mut self, groups: Vec<Groups>) -> Result<Self> {
        let mut faults = Faults::new();
        let risks = self.risk.iter().max().map_or(0, |risk| *risk as usize + 1);
        for partition in &groups {
            let inside = partition.of_risk.iter().all(|g| usize::from(*g) < partition.names.len());
            faults.check(inside && partition.of_risk.len() >= risks, || {
                Issue::new("missing_groups", "losses", &partition.label)
                    .value(format!("{} risks have a group", partition.of_risk.len()))
                    .allowed(format!("a group for each of {risks} risks"))
            });
        }
        faults.finish()?;
        self.groups = groups;
        Ok(self)
    }

    /// Adds the sum insured of each risk.
    #[must_use]
    pub fn with_sums_insured(mut self, sums_insured: Vec<f64>) -> Self {
        self.sums_insured = sums_insured;
        self
    }

    /// Names the causes; index 0 is the attritional cause.
    #[must_use]
    pub fn with_causes(mut self, causes: Vec<String>) -> Self {
        self.causes = causes;
        self
    }

    /// Names the risks; without names they are numbered.
    #[must_use]
    pub fn with_risk_ids(mut self, ids: Vec<String>) -> Self {
        self.risk_ids = ids;
        self
    }

    /// Label of the first year.
    pub fn first_year(&self) -> i64 {
        self.first_year
    }

    pub fn rows(&self) -> usize {
        self.loss.len()
    }

    fn cut(&self, years: Range<u64>, out: &mut LossBlock) -> Result<()> {
        fn copy<T: Copy>(from: &[T], rows: &Range<usize>, to: &mut Vec<T>) {
            to.extend_from_slice(from.get(rows.clone()).unwrap_or(&[]));
        }
        out.clear();
        out.first_year = years.start;
        let Some(offsets) = self.offsets.get(years.start as usize..=years.end as usize) else {
            return Err(Error::numeric("losses", "no such years"));
        };
        let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
        if u32::try_from(last - first).is_err() {
            return Err(Error::numeric("losses", "more than 4 billion rows in one block"));
        }
        out.offsets.extend(offsets.iter().map(|offset| (offset - first) as u32));
        let rows = first as usize..last as usize;
        copy(&self.loss, &rows, &mut out.loss);
        copy(&self.time, &rows, &mut out.time);
        copy(&self.risk, &rows, &mut out.risk);
        copy(&self.cause, &rows, &mut out.cause);
        copy(&self.event, &rows, &mut out.event);
        copy(&self.inception, &rows, &mut out.inception);
        copy(&self.reported, &rows, &mut out.reported);
        number_events(out);
        Ok(())
    }

    /// All years as one block, without copying.
    pub(super) fn into_block(self, out: &mut LossBlock) -> Result<()> {
        if u32::try_from(self.loss.len()).is_err() {
            return Err(Error::numeric("losses", "more than 4 billion rows in one block"));
        }
        out.offsets = self.offsets.iter().map(|offset| *offset as u32).collect();
        out.loss = self.loss;
        out.event = self.event;
        out.time = self.time;
        out.risk = self.risk;
        out.cause = self.cause;
        out.inception = self.inception;
        out.reported = self.reported;
        number_events(out);
        Ok(())
    }

    /// One year as a block of its own, by index from 0.
    pub fn year(&self, year: u64) -> Result<LossBlock> {
        self.block(year..year.saturating_add(1))
    }

    /// A run of years as a block, by index from 0.
    pub fn block(&self, years: Range<u64>) -> Result<LossBlock> {
        let mut block = LossBlock::default();
        self.cut(years, &mut block)?;
        Ok(block)
    }
}

impl Source for LossTable {
    type Scratch = ();

    fn years(&self) -> u64 {
        self.offsets.len().saturating_sub(1) as u64
    }

    fn fill(&self, block: u64, _: &Control, (): &mut (), out: &mut LossBlock) -> Result<()> {
        self.cut(self.span(block), out)
    }

    fn parts(
        &self,
        block: u64,
        rows: usize,
        control: &Control,
        work: &mut Parts<()>,
        each: &mut dyn FnMut(&LossBlock) -> Result<()>,
    ) -> Result<()> {
        let span = self.span(block);
        let mut first = span.start;
        while first < span.end {
            control.check()?;
            let offsets = &self.offsets[first as usize..=span.end as usize];
            let enough = offsets[0] + rows as u64;
            let years = offsets.partition_point(|offset| *offset <= enough).saturating_sub(1);
            let end = first + (years as u64).clamp(1, span.end - first);
            self.cut(first..end, &mut work.part)?;
            each(&work.part)?;
            first = end;
        }
        Ok(())
    }

    fn held<'a>(&'a self, block: u64, offsets: &'a mut Vec<u32>) -> Option<Years<'a>> {
        let span = self.span(block);
        let bounds = self.offsets.get(span.start as usize..=span.end as usize)?;
        let (first, last) = (*bounds.first()?, *bounds.last()?);
        if !self.event.is_empty() || u32::try_from(last - first).is_err() {
            return None;
        }
        offsets.clear();
        offsets.extend(bounds.iter().map(|offset| (offset - first) as u32));
        let loss = self.loss.get(first as usize..last as usize)?;
        Some(Years { first_year: span.start, offsets, loss })
    }

    fn blocks(&self) -> u64 {
        self.spans.len().saturating_sub(1) as u64
    }

    fn span(&self, block: u64) -> Range<u64> {
        self.spans[block as usize]..self.spans[block as usize + 1]
    }

    fn block_of(&self, year: u64) -> u64 {
        self.spans.partition_point(|first| *first <= year).saturating_sub(1) as u64
    }

    fn groups(&self) -> &[Groups] {
        &self.groups
    }

    fn sums_insured(&self) -> &[f64] {
        &self.sums_insured
    }

    fn causes(&self) -> &[String] {
        &self.causes
    }

    fn risk_ids(&self) -> &[String] {
        &self.risk_ids
    }
}

/// Events numbered within each year become events numbered within the block.
fn number_events(block: &mut LossBlock) {
    if block.event.is_empty() {
        return;
    }
    let mut base = 0;
    for year in 0..block.years() {
        let rows = block.year(year);
        let (mut last, mut number) = (None, base);
        for event in &mut block.event[rows] {
            if last.is_some_and(|last| last != *event) {
                number += 1;
            }
            last = Some(*event);
            *event = number;
        }
        base = number + u32::from(last.is_some());
    }
}

/// Rows sorted by year, in the order in which they came, and the first row of each year.
fn by_year(columns: LossColumns, years: &Range<i64>) -> (LossColumns, Vec<u64>) {
    let index = |label: i64| (i128::from(label) - i128::from(years.start)) as usize;
    let count = index(years.end);
    let year = &columns.year;
    let mut offsets = vec![0u64; count + 1];
    if rising(year, false) {
        let (mut row, mut next) = (0, 0);
        while let Some(&label) = year.get(row) {
            offsets[next..=index(label)].fill(row as u64);
            next = index(label) + 1;
            row += run(&year[row..]);
        }
        offsets[next..].fill(row as u64);
        return (columns, offsets);
    }
    for &label in year {
        offsets[index(label) + 1] += 1;
    }
    for at in 0..count {
        offsets[at + 1] += offsets[at];
    }
    let mut next = offsets.clone();
    let mut order = vec![0usize; year.len()];
    for (row, &label) in year.iter().enumerate() {
        let place = &mut next[index(label)];
        order[*place as usize] = row;
        *place += 1;
    }
    fn pick<T: Copy>(column: Vec<T>, order: &[usize]) -> Vec<T> {
        if column.is_empty() { column } else { order.iter().map(|&row| column[row]).collect() }
    }
    let LossColumns { loss, event, time, risk, cause, inception, reported, .. } = columns;
    let columns = LossColumns {
        year: Vec::new(),
        loss: pick(loss, &order),
        event: pick(event, &order),
        time: pick(time, &order),
        risk: pick(risk, &order),
        cause: pick(cause, &order),
        inception: pick(inception, &order),
        reported: pick(reported, &order),
    };
    (columns, offsets)
}

/// Labels of years, sorted by year of loss, as years since the year of the loss.
fn since(labels: &[i64], offsets: &[u64], first_year: i64) -> Vec<i16> {
    let mut out = Vec::with_capacity(labels.len());
    for (year, rows) in offsets.windows(2).enumerate() {
        let label = first_year + year as i64;
        let of_year = labels.get(rows[0] as usize..rows[1] as usize).unwrap_or(&[]);
        out.extend(of_year.iter().map(|other| (other - label) as i16));
    }
    out
}

/// Length of the run of equal values at the start of a sorted column.
fn run(sorted: &[i64]) -> usize {
    let mut reach = 1;
    while sorted.get(reach).is_some_and(|value| *value == sorted[0]) {
        reach *= 2;
    }
    let low = reach / 2;
    low + sorted[low..reach.min(sorted.len())].partition_point(|value| *value == sorted[0])
}

/// Blocks of whole years with about [`BLOCK_ROWS`] rows, and not too many years.
fn spans(offsets: &[u64]) -> Vec<u64> {
    let years = offsets.len() - 1;
    let mut spans = vec![0];
    let mut first = 0;
    while first < years {
        let enough = offsets[first] + BLOCK_ROWS;
        let end = first + offsets[first..=years].partition_point(|offset| *offset <= enough);
        first = end.saturating_sub(1).clamp(first + 1, (first + 4 * super::BLOCK_YEARS).min(years));
        spans.push(first as u64);
    }
    spans
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
