//! What groups of the risks bear: sums over years, each year with a weight.
//!
//! Equal weights make means, weights on the worst years make tail means: results by sector, by risk
//! and by cause, and the allocation of a tail mean, are one computation. Nothing is kept by year, so
//! that memory is that of the groups.

use super::apply::{Annuals, Scratch};
use super::plan::Plan;
use super::run::PART_ROWS;
use crate::error::{Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::losses::{LossBlock, Source};

/// What rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Risk,
    Cause,
    /// One of the source's partitions of the risks.
    Groups(usize),
}

/// Σ w x and Σ w x² over years, x being the amount of the year.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Weighted {
    pub sum: f64,
    pub squares: f64,
}

impl Weighted {
    fn add(&mut self, weight: f64, x: f64) {
        self.sum += weight * x;
        self.squares += weight * x * x;
    }

    fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.squares += other.squares;
    }
}

/// One group under one set of weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Share {
    pub gross: Weighted,
    pub ceded: Weighted,
    pub net: Weighted,
    /// By treaty, as in the programme.
    pub treaties: Vec<Weighted>,
}

#[derive(Default)]
struct Memory<S> {
    source: S,
    block: LossBlock,
    part: LossBlock,
    years: Vec<usize>,
    scratch: Scratch,
    annuals: Annuals,
    gathering: Gathering,
}

/// Working memory of one year's amounts by group.
#[derive(Default)]
pub(super) struct Gathering {
    /// Gross and each treaty of the groups struck in the year at hand.
    amounts: Vec<f64>,
    struck: Vec<u32>,
    is_struck: Vec<bool>,
}

impl Gathering {
    /// Adds one year of an applied block, under each set of sums its weight.
    pub fn year<S: Source>(
        &mut self,
        (part, year): (&LossBlock, usize),
        by_row: &[Vec<f64>],
        source: &S,
        by: By,
        weights: &[f64],
        sums: &mut [Vec<Share>],
    ) -> Result<()> {
        let Self { amounts, struck, is_struck } = self;
        let width = 1 + by_row.len();
        struck.clear();
        for row in part.year(year) {
            let group = group(part, source, by, row)?;
            let first = group as usize * width;
            if amounts.len() < first + width {
                amounts.resize(first + width, 0.0);
                is_struck.resize(group as usize + 1, false);
            }
            if !std::mem::replace(&mut is_struck[group as usize], true) {
                struck.push(group);
            }
            let amounts = &mut amounts[first..first + width];
            amounts[0] += part.loss[row];
            for (amount, ceded) in amounts[1..].iter_mut().zip(by_row) {
                *amount += ceded.get(row).copied().unwrap_or(0.0);
            }
        }
        for &group in &*struck {
            is_struck[group as usize] = false;
            let first = group as usize * width;
            let amounts = &mut amounts[first..first + width];
            let ceded: f64 = amounts[1..].iter().sum();
            for (sums, &weight) in sums.iter_mut().zip(weights) {
                if weight == 0.0 {
                    continue;
                }
                if sums.len() <= group as usize {
                    sums.resize(group as usize + 1, Share::default());
                }
                let share = &mut sums[group as usize];
                share.treaties.resize(width - 1, Weighted::default());
                share.gross.add(weight, amounts[0]);
                share.ceded.add(weight, ceded);
                share.net.add(weight, amounts[0] - ceded);
                for (treaty, amount) in share.treaties.iter_mut().zip(&amounts[1..]) {
                    treaty.add(weight, *amount);
                }
            }
            amounts.fill(0.0);
        }
        Ok(())
    }
}

/// Groups that a source names.
pub(super) fn known<S: Source>(source: &S, by: By) -> usize {
    match by {
        By::Risk => source.risk_ids().len(),
        By::Cause => source.causes().len(),
        By::Groups(index) => source.groups().get(index).map_or(0, |groups| groups.names.len()),
    }
}

/// Adds the sums of further years.
pub(super) fn merge(total: &mut [Vec<Share>], part: &[Vec<Share>]) {
    for (total, part) in total.iter_mut().zip(part) {
        if total.len() < part.len() {
            total.resize(part.len(), Share::default());
        }
        for (total, part) in total.iter_mut().zip(part) {
            total.merge(part);
        }
    }
}

/// Blocks whose sums are held at a time.
const CHUNK: u64 = 32;

/// Sums by group for each set of weights; an empty set weighs every year 1.
///
/// # Errors
/// Those of the source and of [`Plan::apply`]; rows without the column that is grouped by.
pub fn shares<S: Source>(
    plan: &Plan,
    source: &S,
    by: By,
    weights: &[&[f64]],
    control: &Control,
) -> Result<Vec<Vec<Share>>> {
    let plan = plan.bind(source)?.by_row();
    let sequence = plan.knows_its_year();
    let together = plan.in_order(source);
    let known = known(source, by);
    let blank = |groups: usize| vec![vec![Share::default(); groups]; weights.len()];
    let mut total = blank(known);
    let block =
        |memory: &mut Memory<S::Scratch>, number: u64, sums: &mut Vec<Vec<Share>>| -> Result<()> {
            let span = source.span(number);
            let weight = |set: &[f64], year: u64| match set {
                [] => 1.0,
                set => set.get(year as usize).copied().unwrap_or(0.0),
            };
            // Where years hang together, all are applied.
            let wanted = |year: u64| sequence || weights.iter().any(|set| weight(set, year) != 0.0);
            if !span.clone().any(wanted) {
                return Ok(());
            }
            let Memory { source: from, block, part, years, scratch, annuals, gathering } = memory;
            source.fill(number, control, from, block)?;
            let mut flush = |part: &mut LossBlock, years: &mut Vec<usize>| -> Result<()> {
                plan.apply(part, scratch, annuals)?;
                let mut of_year = vec![0.0; weights.len()];
                for (at, year) in years.iter().enumerate() {
                    for (to, set) in of_year.iter_mut().zip(weights) {
                        *to = weight(set, span.start + *year as u64);
                    }
                    gathering.year((part, at), &scratch.by_row, source, by, &of_year, sums)?;
                }
                part.clear();
                years.clear();
                Ok(())
            };
            part.clear();
            years.clear();
            for year in 0..block.years() {
                if wanted(span.start + year as u64) {
                    part.push_year(block, year);
                    years.push(year);
                    if years.len() == 1 {
                        part.first_year = span.start + year as u64;
                    }
                    if part.rows() >= PART_ROWS {
                        flush(part, years)?;
                    }
                }
            }
            if !years.is_empty() {
                flush(part, years)?;
            }
            Ok(())
        };
    let work = |memory: &mut Memory<S::Scratch>, number: u64| {
        let mut sums = blank(known);
        for number in together[number as usize].clone() {
            block(memory, number, &mut sums)?;
        }
        Ok(sums)
    };
    let all = together.len() as u64;
    for first in (0..all).step_by(CHUNK as usize) {
        let blocks = first..(first + CHUNK).min(all);
        for part in run_blocks(blocks, control, work)?.complete()? {
            merge(&mut total, &part);
        }
    }
    Ok(total)
}

impl Share {
    fn merge(&mut self, other: &Self) {
        self.gross.merge(other.gross);
        self.ceded.merge(other.ceded);
        self.net.merge(other.net);
        if self.treaties.len() < other.treaties.len() {
            self.treaties.resize(other.treaties.len(), Weighted::default());
        }
        for (to, from) in self.treaties.iter_mut().zip(&other.treaties) {
            to.merge(*from);
        }
    }
}

fn group<S: Source>(block: &LossBlock, source: &S, by: By, row: usize) -> Result<u32> {
    let missing = |field: &str| {
        let issue = Issue::new("missing_column", "losses", field).value("absent");
        issue.allowed(format!("a {field} in every row")).into_error()
    };
    match by {
        By::Cause => {
            block.cause.get(row).map(|cause| u32::from(*cause)).ok_or_else(|| missing("cause"))
        }
        By::Risk => block.risk.get(row).copied().ok_or_else(|| missing("risk_id")),
        By::Groups(index) => {
            let groups = source.groups().get(index).ok_or_else(|| missing("sector"))?;
            let risk = block.risk.get(row).ok_or_else(|| missing("risk_id"))?;
            let group = groups.of_risk.get(*risk as usize);
            group.map(|group| u32::from(*group)).ok_or_else(|| missing(&groups.label))
        }
    }
}
