//! What a bootstrap keeps: outcomes by total, origin, calendar period and cell.

use super::odp::{self, Counts};
use super::plan::Future;
use super::{dependence, mack};
use crate::error::Result;
use crate::measure::Moments;
use crate::random::LANES;
use crate::reserve::mack::Fit;

/// How much of every outcome is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Keep {
    /// The total of each triangle.
    Total,
    /// Origins and calendar periods too.
    #[default]
    Origins,
    /// Every future cell too.
    Cells,
}

impl Keep {
    pub const ALL: [(&str, Self); 3] =
        [("total", Self::Total), ("origins", Self::Origins), ("cells", Self::Cells)];
}

/// Predictive distributions, as outcomes; columns are triangle-major, outcomes last.
#[derive(Debug, Clone, Default)]
pub struct Simulated {
    pub simulations: usize,
    pub triangles: usize,
    pub origins: usize,
    /// Calendar periods to come.
    pub steps: usize,
    /// The chain ladder below, with the status and findings of the bootstrap.
    pub basis: Fit,
    /// By triangle and age: the scale φ of the over-dispersed Poisson model; empty for Mack's.
    pub scale: Vec<f64>,
    /// By triangle.
    pub future: Vec<Vec<Future>>,
    pub counts: Vec<Counts>,
    /// By triangle and outcome: the reserve.
    pub total: Vec<f64>,
    /// By triangle, origin and outcome.
    pub by_origin: Vec<f64>,
    /// By triangle, period and outcome: cash flows.
    pub by_step: Vec<f64>,
    /// For each triangle, by future cell and outcome.
    pub cells: Vec<Vec<f64>>,
    /// Mean and standard deviation by triangle and origin.
    pub mean: Vec<f64>,
    pub sd: Vec<f64>,
}

/// Working memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub odp: odp::Scratch,
    pub mack: mack::Scratch,
}

/// Some consecutive outcomes of one triangle.
#[derive(Debug, Default)]
pub(super) struct Part {
    outcomes: usize,
    total: Vec<f64>,
    by_origin: Vec<f64>,
    by_step: Vec<f64>,
    cells: Vec<f64>,
    counts: Counts,
}

/// Number of periods to come.
pub(super) fn steps(future: &[Future]) -> usize {
    future.iter().map(|cell| cell.step + 1).max().unwrap_or(0)
}

impl Part {
    pub fn new(origins: usize, future: &[Future], outcomes: usize, keep: Keep) -> Self {
        let columns =
            |wanted: bool, count: usize| vec![0.0; if wanted { count * outcomes } else { 0 }];
        Self {
            outcomes,
            total: vec![0.0; outcomes],
            by_origin: columns(true, origins),
            by_step: columns(keep >= Keep::Origins, steps(future)),
            cells: columns(keep >= Keep::Cells, future.len()),
            counts: Counts::default(),
        }
    }

    /// Adds the 64 outcomes of a block, of which `lanes` count, from outcome `first` of the part.
    pub fn take(
        &mut self,
        future: &[Future],
        block: &[f64],
        first: usize,
        lanes: usize,
        counts: Counts,
    ) {
        self.counts.add(counts);
        let add = |to: &mut [f64], column: usize, from: &[f64]| {
            let to = &mut to[column * self.outcomes + first..][..lanes];
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        };
        let mut origin = usize::MAX;
        let mut sum = [0.0; LANES];
        let mut close = |origin: usize, sum: &[f64]| {
            if origin != usize::MAX {
                add(&mut self.by_origin, origin, sum);
                add(&mut self.total, 0, sum);
            }
        };
        for (cell, values) in future.iter().zip(block.as_chunks::<LANES>().0) {
            if cell.origin != origin {
                close(origin, &sum);
                (origin, sum) = (cell.origin, [0.0; LANES]);
            }
            for lane in 0..LANES {
                sum[lane] += values[lane];
            }
        }
        close(origin, &sum);
        if !self.by_step.is_empty() {
            for (cell, values) in future.iter().zip(block.as_chunks::<LANES>().0) {
                add(&mut self.by_step, cell.step, values);
            }
        }
        if !self.cells.is_empty() {
            for (at, values) in block.as_chunks::<LANES>().0.iter().enumerate() {
                self.cells[at * self.outcomes + first..][..lanes].copy_from_slice(&values[..lanes]);
            }
        }
    }
}

impl Simulated {
    /// Puts the parts together: `parts` are triangle-major, `batches` a triangle.
    pub(super) fn assemble(mut self, parts: &[Part], batches: usize, keep: Keep) -> Self {
        let n = self.simulations;
        self.steps = self.future.iter().map(|future| steps(future)).max().unwrap_or(0);
        let width =
            |wanted: bool, count: usize| if wanted { self.triangles * count * n } else { 0 };
        self.total = vec![f64::NAN; width(true, 1)];
        self.by_origin = vec![f64::NAN; width(keep >= Keep::Origins, self.origins)];
        self.by_step = vec![0.0; width(keep >= Keep::Origins, self.steps)];
        self.mean = vec![f64::NAN; self.triangles * self.origins];
        self.sd = vec![f64::NAN; self.triangles * self.origins];
        for triangle in 0..self.triangles {
            let parts = &parts[triangle * batches..(triangle + 1) * batches];
            let mut counts = Counts::default();
            for part in parts {
                counts.add(part.counts);
            }
            self.counts.push(counts);
            let mut cells =
                vec![0.0; if keep >= Keep::Cells { self.future[triangle].len() * n } else { 0 }];
            let known = parts.first().is_some_and(|part| part.outcomes > 0);
            if !known {
                if keep >= Keep::Origins {
                    let width = self.steps * n;
                    self.by_step[triangle * width..][..width].fill(f64::NAN);
                }
                self.cells.push(cells);
                continue;
            }
            let place = |to: &mut [f64], from: fn(&Part) -> &[f64]| {
                if to.is_empty() {
                    return;
                }
                let mut first = 0;
                for part in parts {
                    for (column, values) in from(part).chunks_exact(part.outcomes).enumerate() {
                        to[column * n + first..][..part.outcomes].copy_from_slice(values);
                    }
                    first += part.outcomes;
                }
            };
            place(&mut self.total[triangle * n..(triangle + 1) * n], |part| &part.total);
            if keep >= Keep::Origins {
                let width = self.origins * n;
                place(&mut self.by_origin[triangle * width..][..width], |part| &part.by_origin);
                let width = self.steps * n;
                place(&mut self.by_step[triangle * width..][..width], |part| &part.by_step);
            }
            place(&mut cells, |part| &part.cells);
            self.cells.push(cells);
            for origin in 0..self.origins {
                let (mean, sd) = moments(parts, origin);
                self.mean[triangle * self.origins + origin] = mean;
                self.sd[triangle * self.origins + origin] = sd;
            }
        }
        self
    }

    /// Gives the triangles the rank correlations of their totals.
    pub(super) fn correlate(&mut self, correlation: &[f64], seed: u64) -> Result<()> {
        let n = self.simulations;
        let totals: Vec<&[f64]> = self.total.chunks_exact(n.max(1)).collect();
        let orders = dependence::orders(&totals, correlation, seed)?;
        let mut spare = vec![0.0; n];
        let mut permute = |columns: &mut [f64], order: &[u32]| {
            for column in columns.chunks_exact_mut(n.max(1)) {
                for (to, from) in spare.iter_mut().zip(order) {
                    *to = column[*from as usize];
                }
                column.copy_from_slice(&spare);
            }
        };
        for (triangle, order) in orders.iter().enumerate() {
            permute(&mut self.total[triangle * n..(triangle + 1) * n], order);
            for (columns, count) in
                [(&mut self.by_origin, self.origins), (&mut self.by_step, self.steps)]
            {
                if !columns.is_empty() {
                    permute(&mut columns[triangle * count * n..][..count * n], order);
                }
            }
            permute(&mut self.cells[triangle], order);
        }
        Ok(())
    }

    /// Outcome by outcome, the sum over all triangles.
    pub fn portfolio(&self) -> Vec<f64> {
        let n = self.simulations;
        let mut sum = vec![0.0; n];
        for total in self.total.chunks_exact(n.max(1)) {
            for (sum, total) in sum.iter_mut().zip(total) {
                *sum += total;
            }
        }
        sum
    }

    /// Moments of the total of a triangle.
    pub fn total_moments(&self, triangle: usize) -> Moments {
        let n = self.simulations;
        Moments::of(&self.total[triangle * n..(triangle + 1) * n])
    }
}

/// Mean and standard deviation of an origin over the parts, in their order.
fn moments(parts: &[Part], origin: usize) -> (f64, f64) {
    let values = || {
        parts
            .iter()
            .flat_map(move |part| &part.by_origin[origin * part.outcomes..][..part.outcomes])
    };
    let n: f64 = parts.iter().map(|part| part.outcomes as f64).sum();
    let mean = values().sum::<f64>() / n;
    let squares: f64 = values().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}
