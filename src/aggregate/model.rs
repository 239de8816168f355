//! What a grid may hold: one compound sum, or lines that share causes.

use super::fft::{Scheme, compound};
use super::grid::{Discretisation, Grid, discretise};
use super::{Aggregate, Lines, panjer};
use crate::error::{Error, Result};
use crate::exec::Control;
use crate::frequency::Count;
use crate::severity::Family;

/// How probabilities on a grid are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Solver {
    #[default]
    Fft,
    Panjer,
}

#[derive(Debug, Clone)]
pub(super) enum Model {
    One(Aggregate),
    Lines(Lines),
}

impl Model {
    pub fn mean(&self) -> f64 {
        match self {
            Self::One(aggregate) => aggregate.mean(),
            Self::Lines(lines) => lines.mean(),
        }
    }

    pub fn sd(&self) -> f64 {
        match self {
            Self::One(aggregate) => aggregate.sd(),
            Self::Lines(lines) => lines.sd(),
        }
    }

    /// Expected losses of a year.
    pub fn count(&self) -> f64 {
        match self {
            Self::One(aggregate) => aggregate.frequency.mean(),
            Self::Lines(lines) => (0..lines.lines.len()).map(|j| lines.count(j)).sum(),
        }
    }

    /// The largest loss that can occur.
    pub fn largest(&self) -> f64 {
        self.severities().map(|(severity, _)| severity.support().1).fold(0.0, f64::max)
    }

    /// What one loss of a year exceeds with an expected number of `rare`.
    pub fn exceeded(&self, rare: f64) -> f64 {
        self.severities()
            .map(|(severity, n)| severity.isf((rare / n.max(rare)).min(0.5)))
            .fold(0.0, f64::max)
    }

    fn severities(&self) -> Box<dyn Iterator<Item = (&crate::severity::Severity, f64)> + '_> {
        match self {
            Self::One(one) => Box::new(std::iter::once((&one.severity, one.frequency.mean()))),
            Self::Lines(lines) => Box::new(
                lines
                    .lines
                    .iter()
                    .enumerate()
                    .map(|(j, line)| (&line.aggregate.severity, lines.count(j))),
            ),
        }
    }

    /// Probabilities on the grid by transform.
    pub fn transform(
        &self,
        grid: Grid,
        how: Discretisation,
        scheme: Scheme,
        control: &Control,
    ) -> Result<Vec<f64>> {
        match self {
            Self::One(Aggregate { frequency, severity }) => {
                compound(frequency, discretise(severity, grid, how, control)?, scheme, control)
            }
            Self::Lines(lines) => lines.pmf(grid, how, scheme, control),
        }
    }

    /// Probabilities on the grid by recursion.
    pub fn recursion(
        &self,
        grid: Grid,
        how: Discretisation,
        control: &Control,
    ) -> Result<Vec<f64>> {
        match self {
            Self::One(Aggregate { frequency, severity }) => {
                panjer::compound(frequency, &discretise(severity, grid, how, control)?, control)
            }
            Self::Lines(_) => Err(Error::numeric(
                "Lines.panjer",
                "the total over lines has no recursion; evaluate by fft",
            )),
        }
    }
}
