//! Resampled triangles, for methods that the bootstrap does not know.

use super::odp::{Address, Scratch};
use super::{BATCH, Options, Resampling, Simulator, Triangles, simulator};
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::random::LANES;
use crate::reserve::mack::{Method, fit};

/// The resampled triangles of one triangle, outcome × origin × age: those that a bootstrap of the same
/// options projects. Empty when the triangle has no model.
pub fn pseudo_triangles(
    triangles: Triangles<'_>,
    triangle: usize,
    method: &Method,
    resampling: &Resampling,
    options: &Options,
    control: &Control,
) -> Result<Vec<f64>> {
    let Triangles { values, origins, ages, entities, .. } = triangles;
    let basis = fit(values, origins, ages, method);
    if triangle >= basis.triangles {
        return Ok(Vec::new());
    }
    let Ok(Simulator::Odp(model)) =
        simulator(triangle, triangles, &basis, method, resampling, options)
    else {
        return Ok(Vec::new());
    };
    let entity = entities.get(triangle).copied().unwrap_or(triangle as u64);
    let resample = if options.synchronised { 0 } else { entity };
    let size = origins * ages;
    let work = |scratch: &mut Scratch, batch: u64| {
        let from = batch as usize * BATCH;
        let outcomes = BATCH.min(options.simulations - from);
        let mut all = vec![f64::NAN; outcomes * size];
        for first in (0..outcomes).step_by(LANES) {
            let block = ((from + first) / LANES) as u64;
            model.resample(Address { seed: options.seed, entity, resample, block }, scratch);
            let lanes = LANES.min(outcomes - first);
            for (lane, own) in all[first * size..].chunks_exact_mut(size).take(lanes).enumerate() {
                for (to, cell) in own.iter_mut().zip(&scratch.cumulative) {
                    *to = cell[lane];
                }
            }
        }
        Ok(all)
    };
    let batches = options.simulations.div_ceil(BATCH) as u64;
    Ok(run_blocks(0..batches, control, work)?.complete()?.concat())
}
