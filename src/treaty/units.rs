//! What one loss of a cover is, in rows: a risk, an event.

use std::ops::Range;

use super::layer::sum;
use super::terms::Basis;
use crate::losses::LossBlock;
use crate::numeric::dispatch::{self, Kernel};

/// Boundaries of events and risks in a block.
#[derive(Debug, Default)]
pub struct Units {
    events: Bounds,
    risks: Bounds,
}

#[derive(Debug, Default)]
struct Bounds {
    /// First row of each unit, and the end; empty when each row is a unit.
    rows: Vec<u32>,
    /// First unit of each year, and the end.
    years: Vec<u32>,
}

/// Units of one basis.
#[derive(Clone, Copy)]
pub(super) struct Spans<'a> {
    rows: &'a [u32],
    years: &'a [u32],
}

impl Units {
    /// Finds the boundaries: events by their number, risks by the risk within the event.
    pub(super) fn of(&mut self, block: &LossBlock) {
        if block.event.is_empty() {
            self.events.rows.clear();
            self.risks.rows.clear();
            return;
        }
        let event = |row: usize| block.event[row] != block.event[row - 1];
        self.events.fill(block, event);
        if !block.risk.is_empty() && !dispatch::run(AllDiffer(&block.event, &block.risk)) {
            self.risks.fill(block, |row| event(row) || block.risk[row] != block.risk[row - 1]);
        } else {
            self.risks.rows.clear();
        }
    }

    pub(super) fn spans<'a>(&'a self, basis: Basis, block: &'a LossBlock) -> Spans<'a> {
        let bounds = if basis == Basis::Risk { &self.risks } else { &self.events };
        if bounds.rows.is_empty() {
            Spans { rows: &[], years: &block.offsets }
        } else {
            Spans { rows: &bounds.rows, years: &bounds.years }
        }
    }

    /// Caps the recoveries of each event, in proportion.
    pub(super) fn cap_events(&self, spans: &Spans<'_>, limit: f64, recoveries: &mut [f64]) {
        if self.events.rows.is_empty() {
            for recovery in recoveries {
                *recovery = recovery.min(limit);
            }
            return;
        }
        self.each_event(spans, recoveries, &[], |recoveries, _| {
            super::event_limit::cap(recoveries, limit);
        });
    }

    /// Calls `f` with the recoveries and losses of the units of each event.
    pub(super) fn each_event(
        &self,
        spans: &Spans<'_>,
        recoveries: &mut [f64],
        losses: &[f64],
        mut f: impl FnMut(&mut [f64], &[f64]),
    ) {
        let units = recoveries.len();
        let none: &[f64] = &[];
        let mut visit = |range: Range<usize>| {
            let of_event = losses.get(range.clone()).unwrap_or(none);
            f(&mut recoveries[range], of_event);
        };
        if self.events.rows.is_empty() {
            (0..units).for_each(|unit| visit(unit..unit + 1));
            return;
        }
        let mut first = 0;
        for &end in &self.events.rows[1..] {
            let mut last = first;
            while last < units && spans.first_row(last) < end as usize {
                last += 1;
            }
            visit(first..last);
            first = last;
        }
    }
}

/// Whether every row differs from the one before in event or risk: the rule, told without a branch.
struct AllDiffer<'a>(&'a [u32], &'a [u32]);

impl Kernel for AllDiffer<'_> {
    type Output = bool;

    #[inline(always)]
    #[expect(clippy::needless_bitwise_bool, reason = "read in vectors")]
    fn run(self) -> bool {
        let Self(event, risk) = self;
        let events = event.iter().zip(event.get(1..).unwrap_or(&[]));
        let risks = risk.iter().zip(risk.get(1..).unwrap_or(&[]));
        events.zip(risks).fold(true, |ok, ((a, b), (c, d))| ok & ((a != b) | (c != d)))
    }
}

impl Bounds {
    /// One pass; leaves `rows` empty when every row turns out to be a unit.
    fn fill(&mut self, block: &LossBlock, starts: impl Fn(usize) -> bool) {
        self.years.clear();
        // What the block before left is written over.
        self.rows.resize(block.rows(), 0);
        let mut units = 0;
        for year in 0..block.years() {
            self.years.push(units as u32);
            let range = block.year(year);
            if range.is_empty() {
                continue;
            }
            self.rows[units] = range.start as u32;
            units += 1;
            // Without a branch: a row that goes on with its unit is written over.
            for row in range.start + 1..range.end {
                self.rows[units] = row as u32;
                units += usize::from(starts(row));
            }
        }
        if units == block.rows() {
            self.rows.clear();
        } else {
            self.years.push(units as u32);
            self.rows.truncate(units);
            self.rows.push(block.rows() as u32);
        }
    }
}

impl Spans<'_> {
    pub(super) fn is_rows(&self) -> bool {
        self.rows.is_empty()
    }

    /// Units of a year.
    pub(super) fn year(&self, year: usize) -> Range<usize> {
        self.years[year] as usize..self.years[year + 1] as usize
    }

    pub(super) fn first_row(&self, unit: usize) -> usize {
        if self.rows.is_empty() { unit } else { self.rows[unit] as usize }
    }

    pub(super) fn rows(&self, unit: usize) -> Range<usize> {
        if self.rows.is_empty() {
            unit..unit + 1
        } else {
            self.rows[unit] as usize..self.rows[unit + 1] as usize
        }
    }

    /// Sums of a row column by unit; the column itself when each row is a unit.
    pub(super) fn sums<'b>(&self, rows: &'b [f64], buffer: &'b mut Vec<f64>) -> &'b [f64] {
        self.sums_unless(false, rows, buffer)
    }

    /// The same; `summed` says that the buffer holds them already.
    #[inline(always)]
    pub(super) fn sums_unless<'b>(
        &self,
        summed: bool,
        rows: &'b [f64],
        buffer: &'b mut Vec<f64>,
    ) -> &'b [f64] {
        if self.rows.is_empty() {
            return rows;
        }
        if summed {
            return buffer;
        }
        buffer.clear();
        buffer.extend(self.rows.windows(2).map(|bounds| {
            let (first, end) = (bounds[0] as usize, bounds[1] as usize);
            if end - first == 1 { rows[first] } else { sum(&rows[first..end]) }
        }));
        buffer
    }
}
