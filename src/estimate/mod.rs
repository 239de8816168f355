//! One number of an aggregate by many methods, each with its error: E min((S − a)₊, l) or P(S > x).
//!
//! | file | method | good for |
//! |---|---|---|
//! | `grid` | closed form, FFT, Panjer | almost everything; error bounds |
//! | `simulation` | years of losses that reach the layer, sparse where most years are empty; control variates with exact means | a check that supposes nothing |
//! | `strata` | simulation stratified on the count | low frequencies |
//! | `sobol` | scrambled Sobol points, largest loss first | smooth problems, few losses |
//! | `conditional` | the largest loss integrated out (Asmussen and Kroese 2006) | heavy tails, far out |
//! | `importance` | losses drawn from a heavier tail and weighted back | far layers |
//! | `auto` | chooses one of these and says why | |
//! | `sensitivity` | derivatives to every parameter, on the grid and by simulation | |
//!
//! Losses of zero are thinned away first: a layer that one loss in a thousand reaches costs a
//! thousandth.

mod auto;
mod conditional;
mod grid;
mod importance;
mod report;
mod sensitivity;
mod simulation;
mod sobol;
mod strata;
mod target;
mod thinned;

pub use report::{Estimate, Method};
pub use sensitivity::Sensitivity;
pub use target::Target;

use crate::aggregate::Aggregate;
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;
use thinned::Thinned;

/// What a method is asked.
#[derive(Debug)]
pub struct Job<'a> {
    pub aggregate: &'a Aggregate,
    pub target: Target,
    /// Simulated years, or points.
    pub years: u64,
    pub seed: u64,
    /// Relative error that `auto` looks for.
    pub precision: f64,
    pub control: &'a Control,
}

impl Job<'_> {
    /// Evaluates by `method`.
    ///
    /// # Errors
    /// Bad parameters, all at once; a method that cannot answer to its promised accuracy, with the
    /// reason.
    pub fn run(&self, method: Method) -> Result<Estimate> {
        let mut faults = Faults::new();
        faults.take(self.target.check())?;
        faults.check(self.years >= 100, || {
            Issue::new("out_of_range", "estimate", "years")
                .value(self.years)
                .allowed("at least 100, so that an error can be told")
        });
        faults.check(self.precision > 0.0 && self.precision < 1.0, || {
            Issue::new("out_of_range", "estimate", "precision")
                .value(self.precision)
                .allowed("a relative error between 0 and 1")
        });
        faults.finish()?;
        if let Some(known) = grid::closed(self)? {
            return Ok(known);
        }
        match method {
            Method::Auto => return auto::run(self),
            Method::Closed => return Err(grid::no_closed_form(self)),
            Method::Fft | Method::Panjer => return grid::run(self, method),
            _ => {}
        }
        let model = self.thinned()?;
        let found = match method {
            Method::Conditional => return conditional::run(self, &model),
            Method::Stratified => strata::run(self, &model),
            Method::Sobol => sobol::run(self, &model),
            Method::Importance => importance::run(self, &model),
            _ => simulation::run(self, &model, method == Method::Control),
        }?;
        // Only conditioning integrates the tail out; the spread of draws from it means nothing.
        let steady = model.has_variance() || self.target.bounded();
        Ok(if steady { found } else { found.without_variance() })
    }

    fn thinned(&self) -> Result<Thinned> {
        Thinned::new(self.aggregate)
    }
}

#[cfg(test)]
mod tests;
