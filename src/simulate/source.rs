//! The simulator: a block of years at a time.

use super::attritional::{self, Claims};
use super::model::{self, CoverageModel, Options};
use super::order::{Rows, Sorter};
use super::process;
use super::systemic::{self, Arrivals, EventModel};
use super::years::Years;
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;
use crate::losses::{BLOCK_YEARS, Groups, LossBlock, Parts, Source};
use crate::portfolio::{Labels, Portfolio};
use crate::random::entity_id;
use crate::sector::{Library, Process};

/// A factor that several sectors obey, and the sd of the logarithm it adds to the frequency of each.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonFactor {
    pub name: String,
    pub sectors: Vec<(String, f64)>,
}

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
    pub(super) library: Library,
    risk_ids: Vec<String>,
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
        let (mut events, mut causes) = (Vec::new(), Vec::new());
        if options.systemic {
            (events, causes) = systemic::build(book, library, &models)?;
        }
        causes.insert(0, "attritional".to_owned());
        let limited = book.aggregate_limit.iter().any(|l| l.is_finite());
        Ok(Self {
            options,
            models,
            events,
            causes,
            groups: vec![groups(&book.sector), groups(&book.coverage)],
            sums_insured: book.sum_insured.clone(),
            renewals: model::renewals(book),
            aggregate_limits: limited.then(|| book.aggregate_limit.clone()),
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
    years: Years,
    claims: Claims,
    process: process::Work,
    arrivals: Arrivals,
    rows: Rows,
    sorter: Sorter,
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
        out.clear();
        out.first_year = block * BLOCK_YEARS as u64;
        self.draw(block, control, scratch)?;
        let Scratch { rows, sorter, .. } = scratch;
        let limits = self.aggregate_limits.as_deref();
        sorter.finish(rows, self.block_years(block), limits, control, out)
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
        part.clear();
        part.first_year = block * BLOCK_YEARS as u64;
        self.draw(block, control, scratch)?;
        let Scratch { rows, sorter, .. } = scratch;
        let limits = self.aggregate_limits.as_deref();
        let sizes = (self.block_years(block), part_rows);
        sorter.parts(rows, sizes, limits, control, part, each)
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
    /// Draws the rows of a block, in no order.
    fn draw(&self, block: u64, control: &Control, scratch: &mut Scratch) -> Result<()> {
        let address = (self.options.seed, block);
        scratch.rows.clear();
        scratch.process.clear();
        for model in &self.models {
            scratch.years.draw(model, self.options.seed, block, self.options.parameters);
            if model.process != Process::Claims {
                let state = (self.options.parameters, &scratch.years);
                process::draw(model, state, address, &mut scratch.process, &mut scratch.rows);
                control.check()?;
                continue;
            }
            attritional::draw(
                model,
                &scratch.years,
                address,
                &mut scratch.claims,
                &mut scratch.rows,
                control,
            )?;
        }
        for event in &self.events {
            control.check()?;
            systemic::draw(event, address, &mut scratch.arrivals, &mut scratch.rows);
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
