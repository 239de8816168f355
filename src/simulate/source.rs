//! The simulator: a block of years at a time.

use super::attritional::{self, Claims};
use super::model::{self, CoverageModel, Options};
use super::order::Sorter;
use super::process;
use super::rows::{self, BINS, Rows, Sink, Totals};
use super::systemic::{self, Arrivals, EventModel};
use super::term;
use super::years::Years;
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;
use crate::losses::{BLOCK_YEARS, Groups, LossBlock, Parts, Source};
use crate::portfolio::{Labels, Portfolio};
use crate::random::entity_id;
use crate::sector::{Library, Process};
use std::sync::Arc;

/// A factor that several sectors obey, and the sd of the logarithm it adds to the frequency of each.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonFactor {
    pub name: String,
    pub sectors: Vec<(String, f64)>,
}

/// Rows expected of a block above which it is drawn more than once, some years at a time; they take 24
/// bytes each on every thread.
const TILE_ROWS: f64 = 8e6;
const MOST_TILES: f64 = 16.0;
/// What is done with rows in order, and the number of years of the block they reach to.
type Then<'a> = dyn FnMut(&mut LossBlock, usize) -> Result<()> + 'a;

/// Rows summed at a time.
const PART_ROWS: usize = 1 << 13;

/// A book under its sector models, simulated block by block.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(super) options: Options,
    pub(super) models: Vec<CoverageModel>,
    events: Vec<EventModel>,
    causes: Vec<String>,
    groups: Vec<Groups>,
    /// By risk; NaN where the book does not say.
    sums_insured: Vec<f64>,
    /// By risk, as a fraction of the year; NaN where the book does not say, empty when it never does.
    renewals: Vec<f64>,
    /// By risk; none when no risk has one.
    aggregate_limits: Option<Vec<f64>>,
    /// Parts in which the years of a block are drawn, so that their rows fit in memory.
    tiles: usize,
    pub(super) library: Library,
    risk_ids: Arc<[String]>,
    currency: String,
    common: Vec<CommonFactor>,
}

impl Simulator {
    /// # Errors
    ///
    /// No years, a coverage of the book that the library lacks, or an exposure so large that a block
    /// of years would not fit in memory.
    pub fn new(book: &Portfolio, library: &Library, options: Options) -> Result<Self> {
        let models = model::build(book, library, &options)?;
        let (mut events, mut causes, mut rows) = (Vec::new(), Vec::new(), 0.0);
        if options.systemic {
            (events, causes, rows) = systemic::build(book, library, &models)?;
        }
        rows += models.iter().map(CoverageModel::claims).sum::<f64>() * BLOCK_YEARS as f64;
        causes.insert(0, "attritional".to_owned());
        let limited = book.aggregate_limit.iter().any(|l| l.is_finite());
        Ok(Self {
            options,
            models,
            events,
            causes,
            groups: vec![groups(&book.sector), groups(&book.coverage)],
            sums_insured: book.sum_insured.clone(),
            renewals: term::renewals(book),
            aggregate_limits: limited.then(|| book.aggregate_limit.clone()),
            tiles: (rows / TILE_ROWS).ceil().clamp(1.0, MOST_TILES) as usize,
            library: library.clone(),
            risk_ids: book.risk_id.clone(),
            currency: book.currency.clone(),
            common: Vec::new(),
        })
    }

    /// Ties sectors to common factors: in each year the claim frequency of every coverage of the sector
    /// is multiplied by exp(sd · Z − sd²/2), Z the year's standard normal of the factor, so that means
    /// stay. Sectors under one factor have a Gaussian copula; several factors make any correlation.
    ///
    /// # Errors
    ///
    /// A sector that the library lacks, or an sd that is not ≥ 0.
    pub fn with_common(mut self, factors: &[CommonFactor]) -> Result<Self> {
        self.common = factors.to_vec();
        let mut faults = Faults::new();
        let sectors: Vec<&str> =
            self.library.coverages().iter().map(|c| c.sector.as_str()).collect();
        for factor in factors {
            let entity = entity_id(&format!("common|{}", factor.name));
            for (sector, sd) in &factor.sectors {
                let path = format!("common.{}", factor.name);
                faults.non_negative(&path, sector, *sd);
                if !sectors.contains(&sector.as_str()) {
                    let mut known = sectors.clone();
                    known.sort_unstable();
                    known.dedup();
                    faults.push(Issue::unknown(&path, "sector", sector, known));
                }
                for model in &mut self.models {
                    if self.library.get(&model.id)?.sector == *sector {
                        model.common.push((entity, *sd));
                    }
                }
            }
        }
        faults.finish()?;
        Ok(self)
    }

    /// The same factors with other options.
    ///
    /// # Errors
    ///
    /// As [`Simulator::new`].
    pub fn changed(&self, book: &Portfolio, library: &Library, options: Options) -> Result<Self> {
        Self::new(book, library, options)?.with_common(&self.common)
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Number of risks that are simulated: all of the book unless [`Options::partial`].
    pub fn risks(&self) -> usize {
        self.models.iter().map(|m| m.risks.len()).sum()
    }

    pub fn currency(&self) -> &str {
        &self.currency
    }

    pub(super) fn has_aggregate_limit(&self, risk: usize) -> bool {
        self.aggregate_limits.as_ref().is_some_and(|l| l[risk].is_finite())
    }
}

fn reserve(out: &mut LossBlock, rows: usize) {
    out.loss.reserve(rows);
    out.time.reserve(rows);
    out.event.reserve(rows);
    out.risk.reserve(rows);
    out.cause.reserve(rows);
}

fn groups(labels: &Labels) -> Groups {
    Groups {
        label: labels.name.clone(),
        names: labels.levels.clone(),
        of_risk: labels.code.iter().map(|c| c.unwrap_or(0) as u16).collect(),
    }
}

/// Working memory of one thread, kept from block to block.
#[derive(Debug, Default)]
pub struct Scratch {
    draws: Draws,
    rows: Rows,
    sorter: Sorter,
    totals: Totals,
}

/// That of the draws.
#[derive(Debug, Default)]
struct Draws {
    years: Years,
    claims: Claims,
    process: process::Work,
    arrivals: Arrivals,
}

impl Source for Simulator {
    type Scratch = Scratch;

    fn years(&self) -> u64 {
        self.options.years
    }

    fn fill(
        &self,
        block: u64,
        control: &Control,
        scratch: &mut Scratch,
        out: &mut LossBlock,
    ) -> Result<()> {
        self.in_order(block, control, scratch, out, None)
    }

    fn parts(
        &self,
        block: u64,
        part_rows: usize,
        control: &Control,
        work: &mut Parts<Scratch>,
        each: &mut dyn FnMut(&LossBlock) -> Result<()>,
    ) -> Result<()> {
        let Parts { scratch, part, .. } = work;
        let last = self.block_years(block);
        let mut then = |part: &mut LossBlock, done: usize| {
            if part.rows() >= part_rows || done == last {
                each(part)?;
                part.clear();
                part.first_year = block * BLOCK_YEARS as u64 + done as u64;
            }
            Ok(())
        };
        self.in_order(block, control, scratch, part, Some(&mut then))
    }

    fn groups(&self) -> &[Groups] {
        &self.groups
    }

    fn sums_insured(&self) -> &[f64] {
        &self.sums_insured
    }

    fn renewals(&self) -> &[f64] {
        &self.renewals
    }

    fn causes(&self) -> &[String] {
        &self.causes
    }

    fn risk_ids(&self) -> &[String] {
        &self.risk_ids
    }
}

impl Simulator {
    /// Adds the rows of a block to `out` in order, some years at a time. `then` sees and may empty it
    /// after each of them, with the number of years done; without it everything is kept.
    fn in_order(
        &self,
        block: u64,
        control: &Control,
        scratch: &mut Scratch,
        out: &mut LossBlock,
        mut then: Option<&mut Then<'_>>,
    ) -> Result<()> {
        let Scratch { draws, rows, sorter, .. } = scratch;
        let (years, limits) = (self.block_years(block), self.aggregate_limits.as_deref());
        out.clear();
        out.first_year = block * BLOCK_YEARS as u64;
        sorter.begin(limits);
        for tile in 0..self.tiles {
            let step = BINS.div_ceil(self.tiles);
            let bins = tile * step..((tile + 1) * step).min(rows::bins(years));
            if bins.is_empty() {
                break;
            }
            rows.clear(bins.clone());
            self.draw(block, control, draws, rows)?;
            if then.is_none() {
                reserve(out, rows.len());
            }
            for bin in bins {
                control.check()?;
                sorter.bin(rows, bin, years, limits, out)?;
                rows.release(bin);
                if let Some(then) = &mut then {
                    then(out, years.min(rows::first_year(bin + 1)))?;
                }
            }
        }
        Ok(())
    }

    /// Total loss of each year of a block.
    pub(super) fn totals(
        &self,
        block: u64,
        control: &Control,
        work: &mut Parts<Scratch>,
    ) -> Result<Vec<f64>> {
        let years = self.block_years(block);
        if self.aggregate_limits.is_none() {
            // Nothing asks for an order.
            let Scratch { draws, totals, .. } = &mut work.scratch;
            totals.years.fill(0.0);
            self.draw(block, control, draws, totals)?;
            return Ok(totals.years[..years].to_vec());
        }
        let mut all = Vec::with_capacity(years);
        self.parts(block, PART_ROWS, control, work, &mut |part| {
            all.extend((0..part.years()).map(|y| part.loss[part.year(y)].iter().sum::<f64>()));
            Ok(())
        })?;
        Ok(all)
    }

    /// Draws the losses of a block, in no order.
    fn draw<S: Sink>(
        &self,
        block: u64,
        control: &Control,
        draws: &mut Draws,
        sink: &mut S,
    ) -> Result<()> {
        let address = (self.options.seed, block);
        draws.process.clear();
        for model in &self.models {
            draws.years.draw(model, self.options.seed, block, self.options.parameters);
            let years = &draws.years;
            if model.process == Process::Claims {
                attritional::draw(model, years, address, &mut draws.claims, sink, control)?;
            } else {
                let state = (self.options.parameters, years);
                process::draw(model, state, address, &mut draws.process, sink);
                control.check()?;
            }
        }
        for event in &self.events {
            control.check()?;
            systemic::draw(event, &self.models, address, &mut draws.arrivals, sink);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
#[path = "process_tests.rs"]
mod process_tests;
