//! Grids, and severities put on them.

use crate::aggregate::Aggregate;
use crate::error::{Faults, Issue, Result};
use crate::frequency::Count;
use crate::severity::{Family, Severity};

/// Equally spaced amounts 0, step, …, (buckets − 1)·step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub step: f64,
    pub buckets: usize,
}

/// Largest grid: transforms twice as long still fit comfortably in memory.
const MAX_LOG2: u32 = 24;
/// Probability of a single larger loss that the automatic range may leave beyond its end.
const BEYOND: f64 = 1e-9;

impl Grid {
    /// `log2` buckets of 2^log2.
    pub fn new(step: f64, log2: u32) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Grid", "step", step);
        faults.check((4..=MAX_LOG2).contains(&log2), || {
            Issue::new("out_of_range", "Grid", "log2")
                .value(log2)
                .allowed("a whole number from 4 to 24")
        });
        faults.finish()?;
        Ok(Self { step, buckets: 1 << log2 })
    }

    /// A step that covers the aggregate and puts a limit of the severity on the grid.
    pub fn automatic(aggregate: &Aggregate, log2: u32) -> Result<Self> {
        let grid = Self::new(1.0, log2)?;
        let n = aggregate.frequency.mean();
        let high = aggregate.severity.support().1;
        let one = aggregate.severity.isf((BEYOND / n.max(BEYOND)).min(0.5));
        let typical =
            if aggregate.severity.mean().is_finite() { aggregate.mean() } else { n * one };
        let sd = aggregate.sd();
        let spread = if sd.is_finite() { 12.0 * sd } else { 0.0 };
        let range = (typical + spread).max(typical + one).max(f64::MIN_POSITIVE);
        Self::new(aligned(range / grid.buckets as f64, high), log2)
    }

    /// The same number of buckets over about twice the range.
    pub(super) fn widened(self, aggregate: &Aggregate) -> Self {
        Self { step: aligned(2.0 * self.step, aggregate.severity.support().1), ..self }
    }

    /// Amount at the upper end.
    pub fn end(&self) -> f64 {
        self.step * self.buckets as f64
    }
}

/// A step of at least about `step` that puts the largest loss, an atom where there is a limit, on a
/// grid point.
fn aligned(step: f64, high: f64) -> f64 {
    if high.is_finite() && high > step { high / (high / step).floor() } else { step }
}

/// How the mass of an interval is put on grid points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discretisation {
    /// Keeps the mean of every interval (Gerber 1982): larger in convex order.
    MeanPreserving,
    /// Mass within half a step of a point.
    Rounding,
    /// Everything down to the point below: a stochastic lower bound.
    Lower,
    /// Everything up to the point above: a stochastic upper bound.
    Upper,
}

/// Probabilities of the severity on the grid; what falls beyond its end is left out, not moved.
pub fn discretise(severity: &Severity, grid: Grid, how: Discretisation) -> Vec<f64> {
    let (h, n) = (grid.step, grid.buckets);
    match how {
        Discretisation::MeanPreserving => mean_preserving(severity, h, n),
        Discretisation::Rounding => {
            let mut above = 1.0;
            (0..n)
                .map(|k| {
                    let next = severity.sf((k as f64 + 0.5) * h);
                    let p = above - next;
                    above = next;
                    p
                })
                .collect()
        }
        Discretisation::Lower => {
            // P(kh ≤ X < (k+1)h) at kh: survival just below each point.
            let below =
                |k: usize| if k == 0 { 1.0 } else { severity.sf((k as f64 * h).next_down()) };
            let mut above = 1.0;
            (0..n)
                .map(|k| {
                    let next = below(k + 1);
                    let p = above - next;
                    above = next;
                    p
                })
                .collect()
        }
        Discretisation::Upper => {
            // P((k−1)h < X ≤ kh) at kh.
            let mut above = severity.sf(0.0);
            std::iter::once(1.0 - above)
                .chain((1..n).map(|k| {
                    let next = severity.sf(k as f64 * h);
                    let p = above - next;
                    above = next;
                    p
                }))
                .collect()
        }
    }
}

/// f₀ = 1 − A₀/h, f_k = (A_{k−1} − A_k)/h with A_k = ∫ S over the k-th interval.
fn mean_preserving(severity: &Severity, h: f64, n: usize) -> Vec<f64> {
    let mut breaks = Vec::new();
    severity.breaks(&mut breaks);
    let mut rough = vec![false; n];
    for x in breaks {
        let k = x / h;
        for cell in [k - 1.0, k, k + 1.0] {
            if cell >= 0.0 && (cell as usize) < n {
                rough[cell as usize] = true;
            }
        }
    }
    let top = severity.support().1;
    let area = |k: usize| {
        let low = k as f64 * h;
        if low >= top {
            0.0
        } else if k < NEAR_ZERO || rough[k] {
            severity.layer_mean(h, low)
        } else {
            // Far from 0 and from any kink S is smooth on the scale of a step.
            three_points(low, h, |x| severity.sf(x))
        }
    };
    let mut last = h;
    (0..n)
        .map(|k| {
            let next = area(k);
            let p = (last - next) / h;
            last = next;
            p.max(0.0)
        })
        .collect()
}

/// Intervals next to 0 where a severity may bend on the scale of a step.
const NEAR_ZERO: usize = 64;

/// ∫ f over (low, low + h), the three-point Gauss rule: error of order (h/low)⁶.
fn three_points(low: f64, h: f64, f: impl Fn(f64) -> f64) -> f64 {
    const X: f64 = 0.774_596_669_241_483_4;
    let (centre, half) = (low + 0.5 * h, 0.5 * h);
    half * (5.0 * (f(centre - half * X) + f(centre + half * X)) + 8.0 * f(centre)) / 9.0
}
