//! What a programme is applied to.

use std::sync::Arc;

use pyo3::prelude::*;

use super::aggregate::Aggregate as PyAggregate;
use super::convert::Seed;
use super::losses::{PyLossScan, PyLossTable};
use super::simulate::PySimulation;
use super::uncertain::UncertainAggregate as PyUncertain;
use crate::aggregate::{Aggregate, Sampler};
use crate::credibility::UncertainAggregate;
use crate::error::{Error, Issue, Result};
use crate::exec::Control;
use crate::losses::{LossScan, LossTable, StoredLosses};
use crate::output::Table;
use crate::portfolio::Portfolio;
use crate::pricing;
use crate::sector::Library;
use crate::simulate::Simulator;
use crate::treaty::{Outcome, Plan};

/// Where the losses come from: kept, because any year can be made again.
#[derive(Clone)]
pub enum Origin {
    Aggregate {
        aggregate: Aggregate,
        years: u64,
        seed: u64,
    },
    Uncertain {
        aggregate: UncertainAggregate,
        years: u64,
        seed: u64,
    },
    Simulation {
        simulator: Arc<Simulator>,
        book: Arc<Portfolio>,
        library: Arc<Library>,
    },
    Table(Arc<LossTable>),
    Scan(Arc<LossScan>),
    /// Drawn elsewhere, from the origin beside it.
    Stored(Arc<StoredLosses>, Box<Origin>),
}

/// Does something with the source behind an origin, whatever its type.
macro_rules! with_source {
    ($origin:expr, $plan:expr, |$source:ident| $work:expr) => {
        match $origin {
            Origin::Aggregate { aggregate, years, seed } => {
                let source = Sampler::new(aggregate.clone(), *years, *seed, $plan.needs_time())?;
                let $source = &source;
                $work
            }
            Origin::Uncertain { aggregate, years, seed } => {
                let dated = $plan.needs_time();
                let source = $crate::credibility::UncertainSampler::new(
                    aggregate.clone(),
                    *years,
                    *seed,
                    dated,
                )?;
                let $source = &source;
                $work
            }
            Origin::Simulation { simulator, .. } => {
                let $source = simulator.as_ref();
                $work
            }
            Origin::Table(table) => {
                let $source = table.as_ref();
                $work
            }
            Origin::Scan(scan) => {
                let $source = scan.as_ref();
                $work
            }
            Origin::Stored(losses, _) => {
                let $source = losses.as_ref();
                $work
            }
        }
    };
}

impl Origin {
    /// What a programme is applied to: an aggregate (`years` and `seed` needed), a simulated book, a
    /// loss table or a file of losses.
    pub fn of(source: &Bound<'_, PyAny>, years: Option<u64>, seed: Option<Seed>) -> PyResult<Self> {
        let simulated = || -> Result<(u64, u64)> {
            let missing =
                |field| Issue::new("missing", "apply", field).allowed("given for an Aggregate");
            let years = years.filter(|n| *n > 0).ok_or_else(|| Error::from(missing("years")))?;
            Ok((years, seed.ok_or_else(|| Error::from(missing("seed")))?.0))
        };
        Ok(if let Ok(aggregate) = source.cast::<PyAggregate>() {
            let (years, seed) = simulated()?;
            Origin::Aggregate { aggregate: aggregate.get().core.clone(), years, seed }
        } else if let Ok(aggregate) = source.cast::<PyUncertain>() {
            let (years, seed) = simulated()?;
            Origin::Uncertain { aggregate: aggregate.get().core.clone(), years, seed }
        } else if let Ok(simulation) = source.cast::<PySimulation>() {
            let simulation = simulation.get();
            let drawn = Origin::Simulation {
                simulator: simulation.core.clone(),
                book: simulation.book.clone(),
                library: simulation.library.clone(),
            };
            match &simulation.stored {
                Some(stored) => Origin::Stored(stored.clone(), Box::new(drawn)),
                None => drawn,
            }
        } else if let Ok(scan) = source.cast::<PyLossScan>() {
            Origin::Scan(scan.get().core.clone())
        } else {
            Origin::Table(source.cast::<PyLossTable>()?.get().core.clone())
        })
    }

    /// Where stored losses were drawn from; itself for the others.
    pub fn drawn(&self) -> &Self {
        if let Self::Stored(_, drawn) = self { drawn } else { self }
    }

    pub fn run(&self, plan: &Plan, control: &Control) -> Result<Outcome> {
        Ok(self.run_with_groups(plan, &[], control)?.0)
    }

    /// The same, with means of groups from the same pass.
    pub fn run_with_groups(
        &self,
        plan: &Plan,
        by: &[String],
        control: &Control,
    ) -> Result<(Outcome, Vec<(String, Table)>)> {
        let run = with_source!(self, plan, |source| {
            pricing::run_with_groups(plan, source, by, control)
        });
        match (self, run) {
            // A run stops at the first fault; a file is then read to its end to tell them all.
            (Self::Scan(scan), Err(Error::Input(issues))) => {
                scan.check()?;
                Err(Error::Input(issues))
            }
            (_, run) => run,
        }
    }
}

pub(super) use with_source;
