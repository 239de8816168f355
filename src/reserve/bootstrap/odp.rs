//! One block of the over-dispersed Poisson bootstrap: 64 triangles side by side.

use super::super::development::{Cells, Development};
use super::super::tail::Tail;
use super::plan::Future;
use super::process::{self, Negatives, Process};
use super::refit::{AnyScratch, Fixed, Lane, Projection, any_factors, tails};
use super::residual::Model;
use crate::numeric::dispatch::{self, Kernel};
use crate::random::{GammaScratch, LANES, Lanes, Purpose};

/// All that the blocks of one triangle share.
#[derive(Debug)]
pub(super) struct Odp<'a> {
    pub cells: Cells<'a>,
    pub latest_age: Vec<Option<usize>>,
    pub model: Model,
    /// Development factors by link, the tail last.
    pub fitted: &'a [f64],
    pub fixed: Option<Fixed>,
    pub development: &'a Development,
    pub future: Vec<Future>,
    /// φ of each future cell.
    pub future_scale: Vec<f64>,
    pub projection: OwnProjection<'a>,
    pub process: Process,
    pub negatives: Negatives,
}

/// [`Projection`] of one triangle.
#[derive(Debug, Clone, Copy)]
pub(super) enum OwnProjection<'a> {
    ChainLadder,
    BornhuetterFerguson {
        prior: &'a [f64],
        cv: f64,
    },
    CapeCod {
        exposure: &'a [f64],
        decay: f64,
        trend: f64,
    },
    /// By future cell and outcome.
    Given {
        means: &'a [f64],
    },
}

impl Projection {
    pub(super) fn of(&self, triangle: usize, origins: usize) -> OwnProjection<'_> {
        let range = triangle * origins..(triangle + 1) * origins;
        match self {
            Self::ChainLadder => OwnProjection::ChainLadder,
            Self::BornhuetterFerguson { prior, cv } => {
                OwnProjection::BornhuetterFerguson { prior: &prior[range], cv: *cv }
            }
            Self::CapeCod { exposure, decay, trend } => {
                OwnProjection::CapeCod { exposure: &exposure[range], decay: *decay, trend: *trend }
            }
            Self::Given { means } => {
                OwnProjection::Given { means: means.get(triangle).map_or(&[], Vec::as_slice) }
            }
        }
    }
}

/// Where a block's draws are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address {
    pub seed: u64,
    pub entity: u64,
    /// Entity of the resampling: that of all segments when they are synchronised.
    pub resample: u64,
    pub block: u64,
}

/// Rare events of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Future means below zero.
    pub negative_means: u64,
    /// Resampled cumulative values at zero or below, on the latest diagonal.
    pub negative_latest: u64,
    /// Development factors that could not be had, and took the fitted value.
    pub factors_replaced: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.negative_means += other.negative_means;
        self.negative_latest += other.negative_latest;
        self.factors_replaced += other.factors_replaced;
    }
}

/// Working memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    uniform: Vec<f64>,
    pub cumulative: Vec<Lane>,
    factors: Vec<Lane>,
    share: Vec<Lane>,
    ratio: Vec<Lane>,
    pub mean: Vec<f64>,
    variance: Vec<f64>,
    any: AnyScratch,
    process: process::Scratch,
    gamma: GammaScratch,
}

impl Odp<'_> {
    /// Fills `scratch.cumulative` with 64 resampled triangles.
    pub fn resample(&self, address: Address, scratch: &mut Scratch) {
        let Address { seed, resample, block, .. } = address;
        let columns = self.model.increments.len();
        scratch.uniform.resize(columns * LANES, 0.0);
        Lanes { seed, purpose: Purpose::Bootstrap, entity: resample, block, columns }
            .uniform(0, &mut scratch.uniform);
        scratch.cumulative.resize(self.cells.origins * self.cells.ages, [f64::NAN; LANES]);
        dispatch::run(Resample { of: self, scratch });
    }

    /// Fills `scratch.mean` with the projection of resampled triangles.
    fn means(&self, address: Address, lanes: usize, scratch: &mut Scratch) -> Counts {
        let Address { seed, entity, block, .. } = address;
        let mut counts = Counts::default();
        let (origins, ages) = (self.cells.origins, self.cells.ages);
        self.resample(address, scratch);

        scratch.factors.resize(ages, [1.0; LANES]);
        if let Some(fixed) = &self.fixed {
            counts.factors_replaced += dispatch::run(Factors { of: self, fixed, scratch });
            if self.development.tail != Tail::None {
                let mut tail = [1.0; LANES];
                let known = &scratch.factors[..ages - 1];
                let fitted = self.fitted[ages - 1];
                counts.factors_replaced +=
                    tails(self.development.tail, known, fitted, lanes, &mut tail);
                scratch.factors[ages - 1] = tail;
            }
        } else {
            counts.factors_replaced += any_factors(
                &scratch.cumulative,
                (origins, ages),
                lanes,
                self.development,
                self.fitted,
                &mut scratch.factors,
                &mut scratch.any,
            );
        }

        match self.projection {
            OwnProjection::Given { .. } => {}
            OwnProjection::ChainLadder => dispatch::run(Project { of: self, scratch }),
            OwnProjection::BornhuetterFerguson { prior, cv } => {
                scratch.ratio.resize(origins, [0.0; LANES]);
                for (ratio, prior) in scratch.ratio.iter_mut().zip(prior) {
                    ratio.fill(*prior);
                }
                if cv > 0.0 {
                    let lanes = Lanes {
                        seed,
                        purpose: Purpose::Parameter,
                        entity,
                        block,
                        columns: origins,
                    };
                    let shape = 1.0 / (cv * cv);
                    for (origin, ratio) in scratch.ratio.iter_mut().enumerate() {
                        let mut draw = [shape; LANES];
                        lanes.gamma(origin, &mut draw, &mut scratch.gamma);
                        for lane in 0..LANES {
                            ratio[lane] *= draw[lane] / shape;
                        }
                    }
                }
                dispatch::run(Spread { of: self, scratch });
            }
            OwnProjection::CapeCod { exposure, decay, trend } => {
                dispatch::run(CapeCod { of: self, exposure, decay, trend, scratch });
                dispatch::run(Spread { of: self, scratch });
            }
        }
        for origin in 0..origins {
            if let Some(age) = self.latest_age[origin] {
                let latest = &scratch.cumulative[origin * ages + age];
                counts.negative_latest +=
                    latest[..lanes].iter().filter(|value| **value <= 0.0).count() as u64;
            }
        }
        counts
    }

    /// Fills `scratch.mean` with the future cells of 64 outcomes, of which `lanes` are wanted.
    pub fn block(&self, address: Address, lanes: usize, scratch: &mut Scratch) -> Counts {
        let Address { seed, entity, block, .. } = address;
        scratch.mean.resize(self.future.len() * LANES, 0.0);
        let mut counts = match self.projection {
            OwnProjection::Given { means } => {
                let outcomes = means.len().checked_div(self.future.len()).unwrap_or(0);
                let first = block as usize * LANES;
                scratch.mean.fill(f64::NAN);
                let rows = means.chunks_exact(outcomes.max(1));
                for (to, from) in scratch.mean.chunks_exact_mut(LANES).zip(rows) {
                    if let Some(from) = from.get(first..first + lanes) {
                        to[..lanes].copy_from_slice(from);
                    }
                }
                Counts::default()
            }
            _ => self.means(address, lanes, scratch),
        };

        scratch.variance.resize(scratch.mean.len(), 0.0);
        let Scratch { mean, variance, process, .. } = scratch;
        dispatch::run(process::Spreads { scale: &self.future_scale, mean, variance });
        let columns = self.future.len();
        let draws = Lanes { seed, purpose: Purpose::Process, entity, block, columns };
        counts.negative_means +=
            process::apply(self.process, self.negatives, &draws, 0, mean, variance, process);
        counts
    }
}

/// Resampled increments, summed along the ages.
struct Resample<'a, 'b> {
    of: &'a Odp<'b>,
    scratch: &'a mut Scratch,
}

impl Kernel for Resample<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let ages = self.of.cells.ages;
        let model = &self.of.model;
        let (pool, count) = (&model.pool[..], model.pool.len() as f64);
        let Scratch { uniform, cumulative, .. } = self.scratch;
        // Values that no increment leads to stand as observed.
        for (cell, value) in cumulative.iter_mut().zip(self.of.cells.values) {
            cell.fill(*value);
        }
        for (cell, uniform) in model.increments.iter().zip(uniform.as_chunks::<LANES>().0) {
            let spread = (cell.fitted.abs() * model.scale[cell.age]).sqrt();
            let mut drawn = [0.0; LANES];
            for lane in 0..LANES {
                let at = (uniform[lane] * count) as u32 as usize;
                drawn[lane] = pool.get(at).copied().unwrap_or(0.0);
            }
            let at = cell.origin * ages + cell.age;
            let before = if cell.age == 0 { [0.0; LANES] } else { cumulative[at - 1] };
            let value = &mut cumulative[at];
            for lane in 0..LANES {
                value[lane] = before[lane] + (cell.fitted + spread * drawn[lane]);
            }
        }
    }
}

struct Factors<'a, 'b> {
    of: &'a Odp<'b>,
    fixed: &'a Fixed,
    scratch: &'a mut Scratch,
}

impl Kernel for Factors<'_, '_> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        let Scratch { cumulative, factors, .. } = self.scratch;
        self.fixed.factors(cumulative, self.of.cells.ages, self.of.fitted, factors)
    }
}

/// Chain ladder means of the future increments.
struct Project<'a, 'b> {
    of: &'a Odp<'b>,
    scratch: &'a mut Scratch,
}

impl Kernel for Project<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Scratch { cumulative, factors, mean, .. } = self.scratch;
        let ages = self.of.cells.ages;
        let mut current = [0.0; LANES];
        for (cell, mean) in self.of.future.iter().zip(mean.as_chunks_mut::<LANES>().0) {
            if cell.first {
                current = cumulative[cell.origin * ages + cell.age];
            }
            let factor = &factors[cell.age];
            for lane in 0..LANES {
                let next = current[lane] * factor[lane];
                mean[lane] = next - current[lane];
                current[lane] = next;
            }
        }
    }
}

/// Means from prior ultimates, `scratch.ratio` by origin, along the resampled pattern.
struct Spread<'a, 'b> {
    of: &'a Odp<'b>,
    scratch: &'a mut Scratch,
}

impl Kernel for Spread<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        shares(self.of, self.scratch);
        let Scratch { share, ratio, mean, .. } = self.scratch;
        for (cell, mean) in self.of.future.iter().zip(mean.as_chunks_mut::<LANES>().0) {
            let (from, to) = (&share[cell.age], &share[cell.age + 1]);
            let prior = &ratio[cell.origin];
            for lane in 0..LANES {
                mean[lane] = prior[lane] * (to[lane] - from[lane]);
            }
        }
    }
}

/// Share of the ultimate at each age, and 1 after the tail.
#[inline(always)]
fn shares(of: &Odp<'_>, scratch: &mut Scratch) {
    let ages = of.cells.ages;
    let Scratch { factors, share, .. } = scratch;
    share.resize(ages + 1, [1.0; LANES]);
    share[ages].fill(1.0);
    for age in (0..ages).rev() {
        let next = share[age + 1];
        for lane in 0..LANES {
            share[age][lane] = next[lane] / factors[age][lane];
        }
    }
}

/// Prior ultimates by Cape Cod: exposure times the loss ratio of the resampled triangle.
struct CapeCod<'a, 'b> {
    of: &'a Odp<'b>,
    exposure: &'a [f64],
    decay: f64,
    trend: f64,
    scratch: &'a mut Scratch,
}

impl Kernel for CapeCod<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        shares(self.of, self.scratch);
        let Scratch { cumulative, share, ratio, .. } = self.scratch;
        let (origins, ages) = (self.of.cells.origins, self.of.cells.ages);
        ratio.resize(origins, [0.0; LANES]);
        for i in 0..origins {
            let (mut losses, mut used) = ([0.0; LANES], [0.0; LANES]);
            for j in 0..origins {
                let Some(age) = self.of.latest_age[j] else { continue };
                let distance = i.abs_diff(j) as i32;
                let weight = self.decay.powi(distance);
                // What a loss of origin j would be at the level of origin i.
                let level = (1.0 + self.trend).powi(i as i32 - j as i32);
                let latest = &cumulative[j * ages + age];
                for lane in 0..LANES {
                    losses[lane] += latest[lane] * (level * weight);
                    used[lane] += self.exposure[j] * share[age][lane] * weight;
                }
            }
            for lane in 0..LANES {
                ratio[i][lane] = self.exposure[i] * losses[lane] / used[lane];
            }
        }
    }
}
