//! Predictive distributions by resampling: the over-dispersed Poisson bootstrap and Mack's.
//!
//! Many triangles at once. A block is 64 outcomes of one triangle; its draws are those of the
//! triangle's entity and the block, so an outcome has the same bits for any number of threads,
//! outcomes and other triangles.

mod dependence;
mod mack;
mod odp;
mod plan;
mod process;
mod pseudo;
mod refit;
mod residual;
mod result;

pub use mack::FactorError;
pub use odp::Counts;
pub use plan::{Future, future_cells};
pub use process::{Negatives, Process};
pub use pseudo::pseudo_triangles;
pub use refit::Projection;
pub use residual::{Adjustment, Residuals};
pub use result::{Keep, Simulated};

use mack::{Basis, MackModel};
use odp::{Address, Odp};
use refit::Fixed;
use residual::{Fault, Model};
use result::Part;

use super::development::Cells;
use super::mack::{Fit, Method, fit};
use super::status::{Finding, Status};
use super::tail::Tail;
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::random::LANES;

/// What both bootstraps are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Outcomes.
    pub simulations: usize,
    pub seed: u64,
    pub process: Process,
    pub negatives: Negatives,
    pub keep: Keep,
    /// One resampling for all triangles: cells at the same place draw the same residual.
    pub synchronised: bool,
    /// Rank correlation between the totals of the triangles, triangle × triangle.
    pub correlation: Option<Vec<f64>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            simulations: 10_000,
            seed: 0,
            process: Process::Gamma,
            negatives: Negatives::Mirror,
            keep: Keep::Origins,
            synchronised: false,
            correlation: None,
        }
    }
}

/// The model that is resampled.
#[derive(Debug, Clone, PartialEq)]
pub enum Resampling {
    /// Over-dispersed Poisson increments.
    Odp { residuals: Residuals, projection: Projection },
    /// Mack's link ratios.
    Mack { errors: FactorError, centre: bool },
}

/// Triangles as [`fit`] takes them, with the entity of each by which streams know it.
#[derive(Debug, Clone, Copy)]
pub struct Triangles<'a> {
    pub values: &'a [f64],
    pub origins: usize,
    pub ages: usize,
    pub entities: &'a [u64],
    /// Development periods in an origin period.
    pub lag: usize,
}

/// Outcomes that one thread works on before it looks up.
const BATCH: usize = 8 * LANES;

enum Simulator<'a> {
    Odp(Box<Odp<'a>>),
    Mack(Box<MackModel<'a>>),
}

impl Simulator<'_> {
    fn future(&self) -> &[Future] {
        match self {
            Self::Odp(model) => &model.future,
            Self::Mack(model) => &model.future,
        }
    }
}

/// Simulates every triangle; those without a model have a status and NaN.
pub fn bootstrap(
    triangles: Triangles<'_>,
    method: &Method,
    resampling: &Resampling,
    options: &Options,
    control: &Control,
) -> Result<Simulated> {
    let Triangles { values, origins, ages, entities, .. } = triangles;
    let mut basis = fit(values, origins, ages, method);
    let mut faults = Vec::new();
    let models: Vec<Option<Simulator<'_>>> = (0..basis.triangles)
        .map(|triangle| {
            let model = simulator(triangle, triangles, &basis, method, resampling, options);
            model.map_err(|fault| faults.extend(fault.map(|status| (triangle, status)))).ok()
        })
        .collect();
    let batches = options.simulations.div_ceil(BATCH);
    let work = |scratch: &mut result::Scratch, at: u64| {
        let (triangle, batch) = (at as usize / batches, at as usize % batches);
        let from = batch * BATCH;
        let outcomes = BATCH.min(options.simulations - from);
        let Some(model) = &models[triangle] else { return Ok(Part::default()) };
        let entity = entities.get(triangle).copied().unwrap_or(triangle as u64);
        let resample = if options.synchronised { 0 } else { entity };
        let mut part = Part::new(origins, model.future(), outcomes, options.keep);
        for first in (0..outcomes).step_by(LANES) {
            let lanes = LANES.min(outcomes - first);
            let block = ((from + first) / LANES) as u64;
            let address = Address { seed: options.seed, entity, resample, block };
            let (counts, cells) = match model {
                Simulator::Odp(model) => {
                    (model.block(address, lanes, &mut scratch.odp), &scratch.odp.mean)
                }
                Simulator::Mack(model) => {
                    (model.block(address, lanes, &mut scratch.mack), &scratch.mack.increment)
                }
            };
            part.take(model.future(), cells, first, lanes, counts);
        }
        Ok(part)
    };
    let parts = run_blocks(0..(models.len() * batches) as u64, control, work)?.complete()?;
    let no_scale = vec![f64::NAN; ages];
    let scale = |model: &Option<Simulator<'_>>| match model {
        Some(Simulator::Odp(model)) => model.model.scale.clone(),
        _ => no_scale.clone(),
    };
    let mut all = Simulated {
        simulations: options.simulations,
        triangles: models.len(),
        origins,
        scale: models.iter().flat_map(scale).collect(),
        future: models
            .iter()
            .map(|m| m.as_ref().map_or(&[][..], Simulator::future).to_vec())
            .collect(),
        ..Simulated::default()
    };
    drop(models);
    for (triangle, status) in faults {
        basis.status[triangle] = basis.status[triangle].max(status);
        basis.findings.push(Finding { triangle, status, origin: None, age: None });
    }
    basis.findings.sort_by_key(|finding| finding.triangle);
    all.basis = basis;
    let mut all = all.assemble(&parts, batches, options.keep);
    drop(parts);
    if let Some(correlation) = &options.correlation {
        all.correlate(correlation, options.seed)?;
    }
    Ok(all)
}

/// The model of one triangle, or the status that tells why there is none.
fn simulator<'a>(
    triangle: usize,
    triangles: Triangles<'a>,
    basis: &'a Fit,
    method: &'a Method,
    resampling: &'a Resampling,
    options: &Options,
) -> std::result::Result<Simulator<'a>, Option<Status>> {
    let Triangles { values, origins, ages, lag, .. } = triangles;
    let size = origins * ages;
    let cells = Cells { origins, ages, values: &values[triangle * size..(triangle + 1) * size] };
    if !basis.status[triangle].has_ultimates() || ages == 0 {
        return Err(None);
    }
    let links = triangle * ages..(triangle + 1) * ages;
    let factor = &basis.factor[links.clone()];
    let development = &method.development;
    let future = future_cells(cells, lag, development.tail != Tail::None);
    match resampling {
        Resampling::Odp { residuals, projection } => {
            let known = &factor[..ages - 1];
            let model = Model::new(cells, known, residuals).map_err(|fault| match fault {
                Fault::NoFreedom | Fault::NoLeverage => Some(Status::ErrorsUndefined),
            })?;
            let future_scale = future.iter().map(|cell| model.scale[(cell.age + 1).min(ages - 1)]);
            Ok(Simulator::Odp(Box::new(Odp {
                cells,
                latest_age: (0..origins).map(|origin| cells.latest_age(origin)).collect(),
                future_scale: future_scale.collect(),
                model,
                fitted: factor,
                fixed: Fixed::new(cells, development),
                development,
                future,
                projection: projection.of(triangle, origins),
                process: options.process,
                negatives: options.negatives,
            })))
        }
        Resampling::Mack { errors, centre } => {
            let parts = Basis {
                cells,
                development,
                factor,
                factor_error: &basis.factor_error[links.clone()],
                sigma: &basis.sigma[links],
                links: Fixed::links(cells, development).0,
                future,
            };
            let sound = |values: &[f64]| values.iter().all(|value| value.is_finite());
            if !sound(parts.factor_error) || !sound(parts.sigma) {
                return Err(Some(Status::ErrorsUndefined));
            }
            MackModel::new(parts, *errors, options.process, options.negatives, *centre)
                .map(|model| Simulator::Mack(Box::new(model)))
                .ok_or(Some(Status::ErrorsUndefined))
        }
    }
}
