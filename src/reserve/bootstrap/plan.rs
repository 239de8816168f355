//! The layout of one triangle's simulation: which cells come, and when they are paid.

use super::super::development::Cells;

/// A cell to come: the development of `origin` from `age` to the next; the last age leads to the
/// tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Future {
    pub origin: usize,
    pub age: usize,
    /// Periods from the latest diagonal of the triangle: 0 is the coming one. An origin that lags
    /// behind the diagonal catches up in the coming period.
    pub step: usize,
    /// The first cell of its origin.
    pub first: bool,
}

/// Future cells, origin by origin; with a tail each origin has a cell more, in the period after the
/// last age. An origin period is `lag` development periods long.
pub fn future_cells(cells: Cells<'_>, lag: usize, with_tail: bool) -> Vec<Future> {
    let last = if with_tail { cells.ages } else { cells.ages.saturating_sub(1) };
    let latest = |origin: usize| Some((origin, cells.latest_age(origin)?));
    let observed = || (0..cells.origins).filter_map(latest);
    let diagonal = observed().map(|(origin, age)| origin * lag + age).max().unwrap_or(0);
    let mut all = Vec::new();
    for (origin, latest) in observed() {
        all.extend((latest..last).map(|age| Future {
            origin,
            age,
            step: (origin * lag + age).saturating_sub(diagonal),
            first: age == latest,
        }));
    }
    all
}
