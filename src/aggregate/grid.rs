//! Grids, and severities put on them.

use super::model::Model;
use crate::error::{Faults, Issue, Result};
use crate::exec::{Control, run_each};
use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::legendre_20;
use crate::severity::{Family, Severity};

/// Equally spaced amounts 0, step, …, (buckets − 1)·step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub step: f64,
    pub buckets: usize,
}

/// Largest grid: transforms twice as long still fit comfortably in memory.
pub(super) const MAX_LOG2: u32 = 24;
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
    pub(super) fn automatic(model: &Model, log2: u32) -> Result<Self> {
        let grid = Self::new(1.0, log2)?;
        let high = model.largest();
        let one = model.exceeded(BEYOND);
        let mean = model.mean();
        let typical = if mean.is_finite() { mean } else { model.count() * one };
        let sd = model.sd();
        let spread = if sd.is_finite() { 12.0 * sd } else { 0.0 };
        let range = (typical + spread).max(typical + one).max(f64::MIN_POSITIVE);
        Self::new(aligned(range / grid.buckets as f64, high), log2)
    }

    /// A grid that ends a little beyond `end`, with a limit of the severity on it if that is within.
    pub(super) fn reaching(model: &Model, end: f64, log2: u32) -> Result<Self> {
        let grid = Self::new(1.0, log2)?;
        let (high, buckets) = (model.largest(), grid.buckets as f64);
        let step = end / (buckets - 2.0);
        // A limit within the range is put on the grid; it may cost a few of the last buckets.
        Self::new(if high < end { high / (high / step).floor().max(1.0) } else { step }, log2)
    }

    /// The same number of buckets over about twice the range.
    pub(super) fn widened(self, model: &Model) -> Self {
        Self { step: aligned(2.0 * self.step, model.largest()), ..self }
    }

    /// About the same range in 2^`log2` buckets.
    pub(super) fn over_the_same_range(self, log2: u32, model: &Model) -> Self {
        let buckets = 1 << log2;
        let step = self.end() / buckets as f64;
        Self { step: aligned(step, model.largest()), buckets }
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
///
/// # Errors
/// [`Error::Cancelled`](crate::error::Error::Cancelled) when `control` was told to stop.
pub fn discretise(
    severity: &Severity,
    grid: Grid,
    how: Discretisation,
    control: &Control,
) -> Result<Vec<f64>> {
    let (h, n) = (grid.step, grid.buckets);
    match how {
        Discretisation::MeanPreserving => mean_preserving(severity, h, n, control),
        Discretisation::Rounding => between(severity, n, |k| (k as f64 + 0.5) * h, control),
        // P(kh ≤ X < (k+1)h) at kh: survival just below each point.
        Discretisation::Lower => {
            between(severity, n, |k| ((k + 1) as f64 * h).next_down(), control)
        }
        // P((k−1)h < X ≤ kh) at kh.
        Discretisation::Upper => between(severity, n, |k| k as f64 * h, control),
    }
}

/// P(x_{k−1} < X ≤ x_k), with x₋₁ below every loss.
fn between(
    severity: &Severity,
    n: usize,
    point: impl Fn(usize) -> f64 + Sync,
    control: &Control,
) -> Result<Vec<f64>> {
    let mut p = vec![0.0; n];
    let pieces = p.chunks_mut(PIECE).enumerate().collect();
    run_each(pieces, control, |(): &mut (), (piece, p): (usize, &mut [f64])| {
        for (number, tile) in p.chunks_mut(TILE).enumerate() {
            let first = piece * PIECE + number * TILE;
            tile.iter_mut().enumerate().for_each(|(k, p)| *p = point(first + k));
            severity.sf_in_place(tile);
        }
        Ok(())
    })?;
    dispatch::run(Differences { areas: &mut p, h: 1.0 });
    Ok(p)
}

/// f₀ = 1 − A₀/h, f_k = (A_{k−1} − A_k)/h with A_k = ∫ S over the k-th interval.
fn mean_preserving(severity: &Severity, h: f64, n: usize, control: &Control) -> Result<Vec<f64>> {
    let (mut p, used) = areas(severity, h, n, control)?;
    // The first interval without an area still takes from the one before it.
    dispatch::run(Differences { areas: &mut p[..n.min(used + 1)], h });
    Ok(p)
}

/// Turns A_k into (A_{k−1} − A_k)/h, at least 0, with A₋₁ = h.
struct Differences<'a> {
    areas: &'a mut [f64],
    h: f64,
}

impl Kernel for Differences<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { areas, h } = self;
        // A tile and the area before it, apart from what they become.
        let mut before = [h; TILE + 1];
        for tile in areas.chunks_mut(TILE) {
            before[1..=tile.len()].copy_from_slice(tile);
            for (p, pair) in tile.iter_mut().zip(before.array_windows::<2>()) {
                let difference = (pair[0] - pair[1]) / h;
                *p = if difference > 0.0 { difference } else { 0.0 };
            }
            before[0] = before[tile.len()];
        }
    }
}

/// ∫ S over each interval (kh, (k + 1)h), and how many of them may have one.
fn areas(severity: &Severity, h: f64, n: usize, control: &Control) -> Result<(Vec<f64>, usize)> {
    let mut areas = vec![0.0; n];
    let top = severity.support().1;
    // Intervals that begin below the largest loss; the others have no area.
    let used = if top < h * n as f64 { ((top / h).ceil() as usize).min(n) } else { n };
    let near = used.min(NEAR_ZERO);
    // Far from 0 and from any kink S is smooth on the scale of a step.
    let pieces = areas[near..used].chunks_mut(PIECE).enumerate().collect();
    run_each(pieces, control, |(): &mut (), (piece, areas): (usize, &mut [f64])| {
        let first = near + piece * PIECE;
        for (number, tile) in areas.chunks_mut(TILE).enumerate() {
            from_midpoints(severity, first + number * TILE, h, tile);
        }
        Ok(())
    })?;
    for (k, area) in areas[..near].iter_mut().enumerate() {
        let low = k as f64 * h;
        let smooth = if k == 0 { None } else { twenty_points(severity, low, h) };
        *area = smooth.unwrap_or_else(|| severity.layer_mean(h, low));
    }
    let mut breaks = Vec::new();
    severity.breaks(&mut breaks);
    for x in breaks {
        // The midpoints of these intervals reach over the kink.
        let first = (x / h - (REACH + 1) as f64).max(near as f64) as usize;
        let last = ((x / h).max(0.0) as usize).saturating_add(REACH + 1).min(used.max(1) - 1);
        for k in first..=last {
            let low = k as f64 * h;
            let smooth =
                if (low..=low + h).contains(&x) { None } else { twenty_points(severity, low, h) };
            areas[k] = smooth.unwrap_or_else(|| severity.layer_mean(h, low));
        }
    }
    Ok((areas, used))
}

/// Intervals next to 0 where a severity may bend on the scale of a step.
const NEAR_ZERO: usize = 64;
/// Intervals worked on while their points stay in the first-level cache.
const TILE: usize = 256;
/// Intervals that a thread takes at a time.
const PIECE: usize = 1 << 16;

/// Midpoints to each side of an interval that its area is made from,
const REACH: usize = 4;
/// with the weights that integrate polynomials of degree 9 exactly, from the centre outwards:
/// error 1.06e-5 h¹⁰ S⁽¹⁰⁾, relative to the area of order 1e-5 (h/x)¹⁰.
const WEIGHTS: [f64; REACH + 1] = [
    41_208_059.0 / 46_448_640.0,
    3_629_953.0 / 58_060_800.0,
    -801_973.0 / 116_121_600.0,
    49_879.0 / 58_060_800.0,
    -27_859.0 / 464_486_400.0,
];

/// ∫ S over the intervals from number `first` on, each from its own midpoint and those around it.
fn from_midpoints(severity: &Severity, first: usize, h: f64, areas: &mut [f64]) {
    let mut points = [0.0; TILE + 2 * REACH];
    let points = &mut points[..areas.len() + 2 * REACH];
    let low = first as f64 + 0.5 - REACH as f64;
    for (i, point) in points.iter_mut().enumerate() {
        *point = (low + i as f64) * h;
    }
    severity.sf_in_place(points);
    dispatch::run(Weighted { points, h, areas });
}

/// Areas of intervals from S at the midpoints of those around each.
struct Weighted<'a> {
    points: &'a [f64],
    h: f64,
    areas: &'a mut [f64],
}

impl Kernel for Weighted<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { points, h, areas } = self;
        for (area, s) in areas.iter_mut().zip(points.array_windows::<{ 2 * REACH + 1 }>()) {
            let pairs = [s[3] + s[5], s[2] + s[6], s[1] + s[7], s[0] + s[8]];
            let outer = (WEIGHTS[1] * pairs[0] + WEIGHTS[2] * pairs[1])
                + (WEIGHTS[3] * pairs[2] + WEIGHTS[4] * pairs[3]);
            *area = h * (WEIGHTS[0] * s[4] + outer);
        }
    }
}

/// ∫ S over (low, low + h) by the 20-point Gauss rule on both halves, where it agrees with the same
/// rule on the whole.
fn twenty_points(severity: &Severity, low: f64, h: f64) -> Option<f64> {
    let mut points = [0.0; 60];
    let panels = [(low, 0.5 * h), (low + 0.5 * h, 0.5 * h), (low, h)];
    for (points, (low, width)) in points.as_chunks_mut::<20>().0.iter_mut().zip(panels) {
        for (point, (x, _)) in points.iter_mut().zip(legendre_20()) {
            *point = low + 0.5 * width * (1.0 + x);
        }
    }
    severity.sf_in_place(&mut points);
    let mut sums = [0.0; 3];
    for (sum, values) in sums.iter_mut().zip(points.as_chunks::<20>().0) {
        *sum = values.iter().zip(legendre_20()).map(|(value, (_, weight))| value * weight).sum();
    }
    let (halves, whole) = (0.25 * h * (sums[0] + sums[1]), 0.5 * h * sums[2]);
    ((halves - whole).abs() <= 1e-14 * h).then_some(halves)
}
