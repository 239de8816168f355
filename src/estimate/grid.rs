//! Without randomness: closed forms, and the compound distribution on a grid.

use super::report::{Estimate, Method};
use super::{Job, Target};
use crate::aggregate::{Discretisation, GridDistribution, Solver};
use crate::error::{Error, Result};
use crate::frequency::Count;
use crate::severity::Family;

/// Buckets, as powers of 2: transforms, and recursions, whose cost grows with the square.
const FFT: u32 = 16;
const PANJER: u32 = 13;

/// What needs no method: means that are known, totals that cannot be.
pub(super) fn closed(job: &Job<'_>) -> Result<Option<Estimate>> {
    let certain = |value: f64, why: &str| {
        Ok(Some(Estimate::certain(Method::Closed, value, 0.0, why.to_owned())))
    };
    let mean = job.aggregate.mean();
    if mean == 0.0 {
        return certain(0.0, "no losses");
    }
    let most = job.aggregate.severity.support().1;
    let busiest = job.aggregate.frequency.largest().map_or(f64::INFINITY, |n| n as f64);
    if most * busiest <= job.target.start() {
        return certain(0.0, "the total cannot reach it");
    }
    match job.target {
        Target::Layer { limit: f64::INFINITY, .. } if mean == f64::INFINITY => {
            certain(f64::INFINITY, "the expected value is infinite: losses have no mean")
        }
        Target::Layer { limit: f64::INFINITY, attachment: 0.0 } => {
            certain(mean, "expected count × expected loss")
        }
        Target::Layer { limit, attachment } if busiest <= 1.0 => {
            let severity = &job.aggregate.severity;
            let one = if limit == f64::INFINITY {
                severity.excess(attachment)
            } else {
                severity.layer_mean(limit, attachment)
            };
            certain(job.aggregate.frequency.mean() * one, "at most one loss a year")
        }
        Target::Exceeds(x) if busiest <= 1.0 => {
            let value = job.aggregate.frequency.mean() * job.aggregate.severity.sf(x);
            certain(value, "at most one loss a year")
        }
        Target::Exceeds(0.0) => {
            let thinned = job.aggregate.frequency.thinned(job.aggregate.severity.sf(0.0))?;
            certain(thinned.sf(0), "a year with a loss above 0")
        }
        _ => Ok(None),
    }
}

pub(super) fn no_closed_form(job: &Job<'_>) -> Error {
    let what = match job.target {
        Target::Layer { .. } => "an annual layer of several losses",
        Target::Exceeds(_) => "the probability that several losses exceed an amount",
    };
    Error::numeric("estimate", format!("{what} has no closed form; use fft"))
}

/// By transform or recursion, with a bound of the error.
pub(super) fn run(job: &Job<'_>, method: Method) -> Result<Estimate> {
    let (solver, log2) =
        if method == Method::Panjer { (Solver::Panjer, PANJER) } else { (Solver::Fft, FFT) };
    match job.target {
        Target::Exceeds(x) => exceeds(job, method, solver, log2, x),
        Target::Layer { limit, attachment } => layer(job, method, solver, log2, limit, attachment),
    }
}

/// A grid that reaches what is asked, no farther than the total does.
fn made(
    job: &Job<'_>,
    solver: Solver,
    log2: u32,
    how: Discretisation,
    end: f64,
) -> Result<GridDistribution> {
    GridDistribution::reaching(job.aggregate, end, log2, solver, how, job.control)
}

/// A transform that reaches what is asked.
pub(super) fn covering(job: &Job<'_>, log2: u32) -> Result<GridDistribution> {
    made(job, Solver::Fft, log2, Discretisation::MeanPreserving, end(job))
}

/// The total that a target looks at, and where the grid may end at the latest.
fn end(job: &Job<'_>) -> f64 {
    let aggregate = job.aggregate;
    let wanted = match job.target {
        Target::Layer { limit, attachment } if limit.is_finite() => attachment + limit,
        target => target.start(),
    };
    // Beyond this there is next to nothing: 40 standard deviations, or all losses at their largest.
    let most = aggregate.severity.support().1
        * aggregate.frequency.largest().map_or(f64::INFINITY, |n| n as f64);
    let spread = aggregate.mean() + 40.0 * aggregate.sd();
    let far =
        if spread.is_finite() { spread.max(aggregate.severity.isf(1e-15)) } else { f64::INFINITY };
    wanted.min(most).min(far.max(job.target.start()))
}

/// Severities rounded down and up give bounds of the probability.
fn exceeds(job: &Job<'_>, method: Method, solver: Solver, log2: u32, x: f64) -> Result<Estimate> {
    let grid = made(job, solver, log2, Discretisation::MeanPreserving, x)?;
    let bracket = grid.bracketed_sf(x)?;
    let numerical = grid.report().numerical;
    let value = bracket.value.max(0.0);
    let bound = (bracket.high - value).max(value - bracket.low).max(0.0) + numerical;
    let reason = format!(
        "between {:.6e} and {:.6e} by severities rounded down and up on 2^{log2} steps of {:.4e}; \
         numerical error {numerical:.0e}",
        bracket.low, bracket.high, grid.grid.step
    );
    Ok(Estimate::certain(method, value, bound, reason))
}

/// The error of the mean-preserving grid is of second order in the step, so each doubling of the step
/// multiplies it by four; where it is seen to, the difference of the finest two bounds the error, and
/// elsewhere severities rounded down and up do.
fn layer(
    job: &Job<'_>,
    method: Method,
    solver: Solver,
    log2: u32,
    limit: f64,
    attachment: f64,
) -> Result<Estimate> {
    let end = end(job);
    let at = |log2: u32, how| made(job, solver, log2, how, end);
    let smooth = Discretisation::MeanPreserving;
    let grids = [at(log2, smooth)?, at(log2 - 1, smooth)?, at(log2 - 2, smooth)?];
    let [value, twice, four_times] = grids.each_ref().map(|g| g.layer_mean(limit, attachment));
    let (step, before) = ((value - twice).abs(), (twice - four_times).abs());
    let numerical = grids[0].report().numerical * limit.min(end);
    let mut reason = format!("2^{log2} steps of {:.4e}", grids[0].grid.step);
    let settled = step <= 1e-13 * value.abs() || before >= 2.5 * step;
    let bound = if settled {
        reason.push_str(&format!("; twice the step differs by {step:.1e}"));
        step
    } else {
        // Without a limit the mean is exact, and more below the attachment is less above it.
        let rounded = [
            at(log2, Discretisation::Lower)?.layer_mean(limit, attachment),
            at(log2, Discretisation::Upper)?.layer_mean(limit, attachment),
        ];
        let (low, high) = (rounded[0].min(rounded[1]), rounded[0].max(rounded[1]));
        reason.push_str(&format!(
            "; the step is too coarse to tell its error: between {low:.6e} and {high:.6e} by \
             severities rounded down and up"
        ));
        (high - value).max(value - low)
    };
    reason.push_str(&format!("; numerical error {numerical:.0e}"));
    Ok(Estimate::certain(method, value, bound + numerical, reason))
}
