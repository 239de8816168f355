//! What each event costs each treaty: a row an event, for those who ask for every event.

use super::apply::{Annuals, Scratch};
use super::plan::Plan;
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::losses::{LossBlock, Source};

/// Amounts by event, in the order of the source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// Index of the year, from 0.
    pub year: Vec<u64>,
    /// Number of the event in the source, from 1.
    pub event: Vec<u64>,
    /// Fraction of the year; empty when the source has no dates.
    pub time: Vec<f64>,
    pub cause: Vec<u16>,
    pub gross: Vec<f64>,
    /// By treaty, as in the programme; annual covers are given back to events too.
    pub ceded: Vec<Vec<f64>>,
}

#[derive(Default)]
struct Memory<S> {
    source: S,
    block: LossBlock,
    scratch: Scratch,
    annuals: Annuals,
}

/// Every event of a source under a plan.
///
/// # Errors
/// Those of the source and of [`Plan::apply`]; an interrupt.
pub fn events<S: Source>(plan: &Plan, source: &S, control: &Control) -> Result<Events> {
    let plan = plan.bind(source)?.by_row();
    let together = plan.in_order(source);
    let treaties = plan.names().len();
    let block = |memory: &mut Memory<S::Scratch>, number: u64, found: &mut Events| -> Result<()> {
        let Memory { source: from, block, scratch, annuals } = memory;
        source.fill(number, control, from, block)?;
        plan.apply(block, scratch, annuals)?;
        let first = source.span(number).start;
        for year in 0..block.years() {
            let rows = block.year(year);
            for row in rows.clone() {
                let same = row > rows.start
                    && !block.event.is_empty()
                    && block.event[row] == block.event[row - 1];
                if !same {
                    found.year.push(first + year as u64);
                    found.time.extend(block.time.get(row));
                    found.cause.extend(block.cause.get(row));
                    found.gross.push(0.0);
                    found.ceded.iter_mut().for_each(|column| column.push(0.0));
                }
                let add = |column: &mut Vec<f64>, amount: f64| {
                    if let Some(last) = column.last_mut() {
                        *last += amount;
                    }
                };
                add(&mut found.gross, block.loss[row]);
                for (column, ceded) in found.ceded.iter_mut().zip(&scratch.by_row) {
                    add(column, ceded.get(row).copied().unwrap_or(0.0));
                }
            }
        }
        Ok(())
    };
    let work = |memory: &mut Memory<S::Scratch>, number: u64| {
        let mut found = Events { ceded: vec![Vec::new(); treaties], ..Events::default() };
        for number in together[number as usize].clone() {
            block(memory, number, &mut found)?;
        }
        Ok(found)
    };
    let parts = run_blocks(0..together.len() as u64, control, work)?.complete()?;
    let mut all = Events { ceded: vec![Vec::new(); treaties], ..Events::default() };
    for mut part in parts {
        all.year.append(&mut part.year);
        all.time.append(&mut part.time);
        all.cause.append(&mut part.cause);
        all.gross.append(&mut part.gross);
        for (column, more) in all.ceded.iter_mut().zip(&mut part.ceded) {
            column.append(more);
        }
    }
    all.event = (1..=all.year.len() as u64).collect();
    Ok(all)
}

impl Events {
    /// Keeps the events of the first `years` years.
    pub fn truncate(&mut self, years: u64) {
        let rows = self.year.partition_point(|year| *year < years);
        self.year.truncate(rows);
        self.event.truncate(rows);
        self.time.truncate(rows);
        self.cause.truncate(rows);
        self.gross.truncate(rows);
        self.ceded.iter_mut().for_each(|column| column.truncate(rows));
    }

    /// What all treaties pay, by event.
    pub fn all_ceded(&self) -> Vec<f64> {
        (0..self.gross.len()).map(|i| self.ceded.iter().map(|column| column[i]).sum()).collect()
    }
}
