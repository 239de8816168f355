//! What is fitted again to every resampled triangle, lane by lane.

use super::super::development::{Cells, Choice, Development};
use super::super::links::Links;
use super::super::tail::Tail;
use crate::random::LANES;

/// How the future follows from a resampled triangle.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Projection {
    /// From the resampled latest value by the resampled factors.
    #[default]
    ChainLadder,
    /// A prior ultimate by the resampled pattern.
    BornhuetterFerguson {
        /// By triangle and origin.
        prior: Vec<f64>,
        /// Coefficient of variation of a gamma factor on each prior, drawn by origin.
        cv: f64,
    },
    /// Loss ratios of the resampled triangle, weighted by used-up exposure and decay^distance.
    CapeCod {
        /// By triangle and origin.
        exposure: Vec<f64>,
        decay: f64,
        /// Growth of the loss ratio from an origin to the next.
        trend: f64,
    },
    /// Means that another method found for the resampled triangles: by triangle, then by future
    /// cell and outcome.
    Given { means: Vec<Vec<f64>> },
}

pub(super) type Lane = [f64; LANES];

/// The links of each age, when they are the same for every resampled triangle.
#[derive(Debug, Clone, Default)]
pub(super) struct Fixed(pub Vec<Vec<usize>>);

impl Fixed {
    /// `None` where a selection depends on the ratios, or is no ratio of sums.
    pub fn new(cells: Cells<'_>, development: &Development) -> Option<Self> {
        let volume = Choice { last: development.all.last, ..Choice::default() };
        let plain = development.all == volume
            && development.by_age.is_empty()
            && development.weights.iter().all(|weight| *weight == 0.0 || *weight == 1.0);
        plain.then(|| Self::links(cells, development))
    }

    /// The links that have a weight, by age.
    pub fn links(cells: Cells<'_>, development: &Development) -> Self {
        let used = |age: usize| {
            let usable = |origin: &usize| {
                let at = origin * cells.ages + age;
                let (start, end) = (cells.values[at], cells.values[at + 1]);
                let weight = development.weight(cells.ages, *origin, age);
                !start.is_nan() && !end.is_nan() && start > 0.0 && weight > 0.0
            };
            let found = (0..cells.origins).rev().filter(usable);
            found.take(development.choice(age).last.unwrap_or(usize::MAX)).collect()
        };
        Self((0..cells.ages.saturating_sub(1)).map(used).collect())
    }

    /// Ratios of sums over the lanes of `cumulative` (origin × age); returns how many lanes had no
    /// factor and took that of `fitted`.
    #[inline(always)]
    pub fn factors(
        &self,
        cumulative: &[Lane],
        ages: usize,
        fitted: &[f64],
        factors: &mut [Lane],
    ) -> u64 {
        let mut replaced = 0;
        for (age, (origins, factor)) in self.0.iter().zip(factors).enumerate() {
            let (mut starts, mut ends) = ([0.0; LANES], [0.0; LANES]);
            for origin in origins {
                let at = origin * ages + age;
                let (start, end) = (&cumulative[at], &cumulative[at + 1]);
                for lane in 0..LANES {
                    starts[lane] += start[lane];
                    ends[lane] += end[lane];
                }
            }
            for lane in 0..LANES {
                let ratio = ends[lane] / starts[lane];
                let sound = (starts[lane] > 0.0) && (ratio > 0.0) && (ratio < f64::MAX);
                replaced += u64::from(!sound);
                factor[lane] = if sound { ratio } else { fitted[age] };
            }
        }
        replaced
    }
}

/// Working memory of [`any_factors`].
#[derive(Debug, Default)]
pub(super) struct AnyScratch {
    links: Links,
    values: Vec<f64>,
}

/// The same for any selection, with the tail last: each lane is a triangle of its own.
pub(super) fn any_factors(
    cumulative: &[Lane],
    (origins, ages): (usize, usize),
    lanes: usize,
    development: &Development,
    fitted: &[f64],
    factors: &mut [Lane],
    scratch: &mut AnyScratch,
) -> u64 {
    let AnyScratch { links, values } = scratch;
    let mut replaced = 0;
    for lane in 0..lanes {
        values.clear();
        values.extend(cumulative.iter().map(|cell| cell[lane]));
        let own = links.factors(Cells { origins, ages, values }, development);
        for ((factor, own), fitted) in factors.iter_mut().zip(own).zip(fitted) {
            let sound = *own > 0.0 && own.is_finite();
            replaced += u64::from(!sound);
            factor[lane] = if sound { *own } else { *fitted };
        }
    }
    replaced
}

/// The tail that follows from the factors of each lane; a curve that cannot be fitted takes
/// `fitted`.
pub(super) fn tails(
    tail: Tail,
    factors: &[Lane],
    fitted: f64,
    lanes: usize,
    out: &mut Lane,
) -> u64 {
    out.fill(fitted);
    if !matches!(tail, Tail::Curve { .. }) {
        return 0;
    }
    let mut replaced = 0;
    let mut own = Vec::with_capacity(factors.len());
    for lane in 0..lanes {
        own.clear();
        own.extend(factors.iter().map(|factor| factor[lane]));
        let factor = tail.resolve(&own, &[], &[]).factor;
        if factor.is_finite() && factor > 0.0 {
            out[lane] = factor;
        } else {
            replaced += 1;
        }
    }
    replaced
}
