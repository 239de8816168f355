//! The choice of a method, and its reason.

use super::report::{Estimate, Method};
use super::{Job, grid};
use crate::error::{Error, Result};
use crate::frequency::Count;

/// Counts beyond which the largest loss says little about the year.
const FEW: f64 = 1000.0;

/// The grid if its bound is within the precision; else what suits the tail; the rest by simulation
/// with controls.
pub(super) fn run(job: &Job<'_>) -> Result<Estimate> {
    let refused = match grid::run(job, Method::Fft) {
        Ok(found) if found.relative_error() <= job.precision => {
            let why = format!(
                "auto: fft, its bound is {:.1e} of the value; {}",
                found.relative_error(),
                found.reason
            );
            return Ok(Estimate { reason: why, ..found });
        }
        Ok(found) => format!("fft leaves a bound of {:.1e} of the value", found.relative_error()),
        Err(Error::Cancelled) => return Err(Error::Cancelled),
        Err(error) => format!("fft refused ({error})"),
    };
    let model = job.thinned()?;
    let few = model.count.mean() <= FEW;
    let mut choices = vec![if few { Method::Conditional } else { Method::Control }];
    if few {
        choices.push(Method::Control);
    }
    let mut best: Option<Estimate> = None;
    for method in choices {
        let found = job.run(method)?;
        let better = best.as_ref().is_none_or(|b| {
            found.relative_error() < b.relative_error() || b.relative_error().is_nan()
        });
        if better {
            best = Some(found);
        }
        if best.as_ref().is_some_and(|b| b.relative_error() <= job.precision) {
            break;
        }
    }
    let best = best.ok_or_else(|| Error::numeric("estimate", "no method was tried"))?;
    let why = format!("auto: {}, because {refused}; {}", best.method.name(), best.reason);
    Ok(Estimate { reason: why, ..best })
}
