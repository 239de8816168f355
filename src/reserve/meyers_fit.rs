//! Meyers' models on many triangles: chains on all threads, posteriors put together.

use super::fitted::{Fitted, each, usable};
use super::meyers::{Data, Length, Model, Trace};
use super::mixing::mixing;
use super::status::Status;
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::random::entity_id;

/// Chains whose R-hat exceeds this disagree (Meyers's own bound).
const MIXED: f64 = 1.05;

/// Fits `model` to every triangle of `values`, with premiums by triangle and origin; `names` are
/// those by which streams know the triangles.
///
/// Columns: `draws` (simulated totals), `logelr`, `special` (γ or ρ), `alpha`, `beta`, `sigma` and
/// their standard deviations with `_error`, `r_hat` (the largest) and `effective_size` (the smallest
/// of any parameter).
#[expect(clippy::too_many_arguments, reason = "one entry for all triangles")]
pub fn meyers(
    values: &[f64],
    origins: usize,
    ages: usize,
    premium: &[f64],
    names: &[String],
    model: Model,
    length: Length,
    seed: u64,
    control: &Control,
) -> Result<Fitted> {
    // What each triangle gives the sampler.
    let mut data: Vec<Option<Data>> = Vec::new();
    let mut told = Vec::new();
    each(values, origins, ages, false, |triangle, cells, one| {
        let premium = &premium[triangle * origins..(triangle + 1) * origins];
        for (origin, premium) in premium.iter().enumerate() {
            if !usable(*premium) {
                one.tell(Status::NoExposure, Some(origin), None);
            }
            if cells.latest_age(origin).is_none() && one.worst() < Status::NotFinite {
                one.tell(Status::EmptyOrigin, Some(origin), None);
            }
        }
        let mut refused = Vec::new();
        let found = if one.worst().has_ultimates() {
            let found = Data::new(model, cells, premium, |origin, age| refused.push((origin, age)));
            if found.is_none() {
                one.tell(Status::TooFewCells, None, None);
            }
            found
        } else {
            None
        };
        for (origin, age) in refused {
            one.tell(Status::CellsLeftOut, Some(origin), Some(age));
        }
        told.push(std::mem::take(&mut one.findings));
        data.push(found);
    });
    let chains = length.chains as u64;
    let traces = run_blocks(0..data.len() as u64 * chains, control, |(): &mut (), block| {
        let at = (block / chains) as usize;
        Ok(data[at].as_ref().map_or_else(Trace::default, |data| {
            let entity = entity_id(&names[at]);
            data.run(length, seed, entity, block % chains, || control.is_cancelled())
        }))
    })?
    .complete()?;
    if control.is_cancelled() {
        return Err(crate::error::Error::Cancelled);
    }
    Ok(each(values, origins, ages, true, |triangle, _, one| {
        one.findings = std::mem::take(&mut told[triangle]);
        let traces = &traces[triangle * length.chains..(triangle + 1) * length.chains];
        let posterior = data[triangle].as_ref().map(|data| Posterior::new(data, traces, origins));
        let width = 2 + origins + 2 * ages;
        let nothing = || Posterior {
            draws: vec![f64::NAN; length.chains * length.draws],
            mean: vec![f64::NAN; width],
            error: vec![f64::NAN; width],
            r_hat: f64::NAN,
            size: f64::NAN,
            ultimate: vec![f64::NAN; origins],
            variance: vec![f64::NAN; origins],
            of_mean: vec![f64::NAN; origins],
            total_variance: f64::NAN,
            total_of_mean: f64::NAN,
        };
        let found = posterior.unwrap_or_else(nothing);
        one.ultimate.copy_from_slice(&found.ultimate);
        for origin in 0..origins {
            one.parameter[origin] = found.of_mean[origin];
            one.process[origin] = (found.variance[origin] - found.of_mean[origin]).max(0.0);
        }
        one.total_parameter = found.total_of_mean;
        one.total_process = (found.total_variance - found.total_of_mean).max(0.0);
        if found.r_hat > MIXED {
            one.tell(Status::NotMixed, None, None);
        }
        one.column("draws", &[found.draws.len()], found.draws);
        for (error, values) in [(false, &found.mean), (true, &found.error)] {
            let name = |plain, with_error| if error { with_error } else { plain };
            let (alpha, beta) = (2 + origins, 2 + origins + ages);
            one.number(name("logelr", "logelr_error"), values[0]);
            one.number(name("special", "special_error"), values[1]);
            one.column(name("alpha", "alpha_error"), &[origins], values[2..alpha].to_vec());
            one.column(name("beta", "beta_error"), &[ages], values[alpha..beta].to_vec());
            one.column(name("sigma", "sigma_error"), &[ages], values[beta..].to_vec());
        }
        one.number("r_hat", found.r_hat);
        one.number("effective_size", found.size);
    }))
}

struct Posterior {
    draws: Vec<f64>,
    mean: Vec<f64>,
    error: Vec<f64>,
    r_hat: f64,
    size: f64,
    ultimate: Vec<f64>,
    variance: Vec<f64>,
    /// Variance of the mean given the parameters.
    of_mean: Vec<f64>,
    total_variance: f64,
    total_of_mean: f64,
}

impl Posterior {
    fn new(data: &Data, traces: &[Trace], origins: usize) -> Self {
        let width = data.width();
        let column = |values: fn(&Trace) -> &Vec<f64>, width: usize, at: usize| -> Vec<Vec<f64>> {
            traces
                .iter()
                .map(|trace| values(trace).iter().skip(at).step_by(width).copied().collect())
                .collect()
        };
        let moments = |chains: &[Vec<f64>]| {
            let n = chains.iter().map(Vec::len).sum::<usize>() as f64;
            let mean = chains.iter().flatten().sum::<f64>() / n;
            let squares: f64 = chains.iter().flatten().map(|x| (x - mean).powi(2)).sum();
            (mean, squares / (n - 1.0))
        };
        let (mut mean, mut error) = (Vec::new(), Vec::new());
        let (mut r_hat, mut size) = (1.0f64, f64::INFINITY);
        for at in 0..width {
            let chains = column(|trace| &trace.parameters, width, at);
            let (m, v) = moments(&chains);
            mean.push(m);
            error.push(v.sqrt());
            if v > 0.0 {
                let (r, n) = mixing(&chains);
                r_hat = r_hat.max(r);
                size = size.min(n);
            }
        }
        let (mut ultimate, mut variance, mut of_mean) = (Vec::new(), Vec::new(), Vec::new());
        for origin in 0..origins {
            let expected = moments(&column(|trace| &trace.mean, origins, origin));
            // The mean given the parameters has less noise than the simulated values.
            ultimate.push(expected.0);
            of_mean.push(expected.1);
            variance.push(moments(&column(|trace| &trace.ultimate, origins, origin)).1);
        }
        let totals = |values: fn(&Trace) -> &Vec<f64>| -> Vec<Vec<f64>> {
            let sum = |trace| values(trace).chunks_exact(origins).map(|d| d.iter().sum()).collect();
            traces.iter().map(sum).collect()
        };
        let draws = totals(|trace| &trace.ultimate);
        Self {
            mean,
            error,
            r_hat,
            size,
            ultimate,
            variance,
            of_mean,
            total_variance: moments(&draws).1,
            total_of_mean: moments(&totals(|trace| &trace.mean)).1,
            draws: draws.into_iter().flatten().collect(),
        }
    }
}
