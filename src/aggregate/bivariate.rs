//! Net and ceded of a year together: one layer or share of every loss, both totals on one grid.
//!
//! A loss x becomes the point (x − c(x), c(x)) of a plane; its mass is spread over the four grid
//! points around so that both means are kept, and the plane is compounded by a two-dimensional
//! transform (Homer and Clark 2003, CAS Forum; Mildenhall 2005). Tilting both directions keeps what
//! lies beyond the grid from wrapping around, up to e⁻⁹ of it.

use num_complex::Complex;
use realfft::RealFftPlanner;
use rustfft::FftPlanner;

use super::Aggregate;
use super::fft::{failed, generate, tilt};
use super::grid::Grid;
use crate::error::{Error, Faults, Issue, Result};
use crate::frequency::Count;
use crate::severity::{Family, Severity};

type C64 = Complex<f64>;

/// What is ceded of one loss: share · min(max(x − attachment, 0), limit).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cession {
    pub share: f64,
    pub attachment: f64,
    /// Infinite for a quota share.
    pub limit: f64,
}

impl Cession {
    pub fn new(share: f64, attachment: f64, limit: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(share > 0.0 && share <= 1.0, || {
            Issue::new("out_of_range", "Bivariate", "share")
                .value(share)
                .allowed("a fraction above 0, at most 1")
        });
        faults.non_negative("Bivariate", "attachment", attachment);
        faults.check(limit > 0.0, || {
            Issue::new("out_of_range", "Bivariate", "limit").value(limit).allowed("above 0")
        });
        faults.finish()?;
        Ok(Self { share, attachment, limit })
    }

    fn of(&self, x: f64) -> f64 {
        self.share * (x - self.attachment).max(0.0).min(self.limit)
    }

    /// E c(X).
    fn mean(&self, severity: &Severity) -> f64 {
        self.share
            * if self.limit == f64::INFINITY {
                severity.excess(self.attachment)
            } else {
                severity.layer_mean(self.limit, self.attachment)
            }
    }
}

/// Joint probabilities of (net, ceded).
#[derive(Debug, Clone)]
pub struct Bivariate {
    pub net: Grid,
    pub ceded: Grid,
    /// By net, then ceded.
    pub pmf: Vec<f64>,
    /// P(net or ceded beyond its grid).
    pub truncated_mass: f64,
    /// E net and E ceded in closed form.
    pub exact_means: (f64, f64),
}

/// θ times the length, in both directions.
const TILT: f64 = 9.0;
/// Largest plane.
const MOST_LOG2: u32 = 24;
/// Points of a loss for each step of the finer grid.
const FINE: f64 = 2.0;

impl Bivariate {
    /// `log2` buckets of each, as powers of 2, on grids chosen for the model unless `steps` say.
    pub fn new(
        aggregate: &Aggregate,
        cession: Cession,
        log2: (u32, u32),
        steps: Option<(f64, f64)>,
    ) -> Result<Self> {
        if log2.0 + log2.1 > MOST_LOG2 {
            return Err(Issue::new("out_of_range", "Bivariate", "log2")
                .value(format!("{} + {}", log2.0, log2.1))
                .allowed(format!("a sum of at most {MOST_LOG2}"))
                .into());
        }
        let (net, ceded) = match steps {
            Some((net, ceded)) => (Grid::new(net, log2.0)?, Grid::new(ceded, log2.1)?),
            None => automatic(aggregate, cession, log2)?,
        };
        let mut plane = spread(&aggregate.severity, cession, net, ceded);
        compound(&aggregate.frequency, &mut plane, net.buckets, ceded.buckets)?;
        let truncated_mass = (1.0 - plane.iter().sum::<f64>()).max(0.0);
        let n = aggregate.frequency.mean();
        let ceded_mean = n * cession.mean(&aggregate.severity);
        let net_mean = aggregate.mean() - ceded_mean;
        Ok(Self { net, ceded, pmf: plane, truncated_mass, exact_means: (net_mean, ceded_mean) })
    }

    /// Probabilities of the net total.
    pub fn net_pmf(&self) -> Vec<f64> {
        self.pmf.chunks(self.ceded.buckets).map(|row| row.iter().sum()).collect()
    }

    /// Probabilities of the ceded total.
    pub fn ceded_pmf(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.ceded.buckets];
        for row in self.pmf.chunks(self.ceded.buckets) {
            sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
        }
        sums
    }

    /// E g(net, ceded) over the grid.
    pub fn expect(&self, g: impl Fn(f64, f64) -> f64) -> f64 {
        let rows = self.pmf.chunks(self.ceded.buckets).enumerate();
        rows.map(|(i, row)| {
            let net = i as f64 * self.net.step;
            row.iter().enumerate().map(|(j, p)| p * g(net, j as f64 * self.ceded.step)).sum::<f64>()
        })
        .sum()
    }

    /// Means on the grid less the exact ones, relative to these; 0 where nothing is expected.
    pub fn mean_errors(&self) -> (f64, f64) {
        let error = |found: f64, exact: f64| if exact == 0.0 { found } else { found / exact - 1.0 };
        let (net, ceded) = self.exact_means;
        (error(self.expect(|x, _| x), net), error(self.expect(|_, y| y), ceded))
    }

    /// Correlation of net and ceded.
    pub fn correlation(&self) -> f64 {
        let (n, c) = (self.expect(|n, _| n), self.expect(|_, c| c));
        let covariance = self.expect(|x, y| (x - n) * (y - c));
        let spread = self.expect(|x, _| (x - n) * (x - n)) * self.expect(|_, y| (y - c) * (y - c));
        covariance / spread.sqrt()
    }

    /// P(net ≤ x and ceded ≤ y).
    pub fn cdf(&self, x: f64, y: f64) -> f64 {
        if x < 0.0 || y < 0.0 {
            return 0.0;
        }
        let places = |x: f64, grid: Grid| {
            ((x / grid.step * (1.0 + 1e-14)) as usize).saturating_add(1).min(grid.buckets)
        };
        let (rows, columns) = (places(x, self.net), places(y, self.ceded));
        let rows = self.pmf.chunks(self.ceded.buckets).take(rows);
        rows.map(|row| row[..columns].iter().sum::<f64>()).sum()
    }

    /// E[ceded | net = ih] by net bucket; NaN where the probability is lost in rounding.
    pub fn ceded_given_net(&self) -> Vec<f64> {
        let rows = self.pmf.chunks(self.ceded.buckets);
        rows.map(|row| {
            let all: f64 = row.iter().sum();
            let first: f64 = row.iter().enumerate().map(|(j, p)| j as f64 * p).sum();
            if all > 1e-14 { self.ceded.step * first / all } else { f64::NAN }
        })
        .collect()
    }
}

/// Grids that hold nearly all of each total: mean and 10 standard deviations, or a large loss.
fn automatic(aggregate: &Aggregate, cession: Cession, log2: (u32, u32)) -> Result<(Grid, Grid)> {
    let severity = &aggregate.severity;
    let n = aggregate.frequency.mean();
    let rare = severity.isf((1e-7 / n.max(1e-7)).min(0.5)).min(severity.support().1);
    let range = |part: &dyn Fn(f64) -> f64, mean: f64| {
        let second: f64 =
            (0..64).map(|i| part(severity.isf((f64::from(i) + 0.5) / 64.0)).powi(2)).sum();
        let typical = if mean.is_finite() { n * mean } else { n * part(rare) };
        (typical + 10.0 * (n * second / 64.0).sqrt()).max(typical + part(rare))
    };
    let ceded = cession.mean(severity);
    let net = range(&|x| x - cession.of(x), severity.mean() - ceded);
    let ceded = range(&|x| cession.of(x), ceded);
    let grid = |range: f64, log2: u32| {
        Grid::new((range / (1u64 << log2) as f64).max(f64::MIN_POSITIVE), log2)
    };
    Ok((grid(net, log2.0)?, grid(ceded, log2.1)?))
}

/// Masses of one loss on the plane; what lies beyond it is left out.
fn spread(severity: &Severity, cession: Cession, net: Grid, ceded: Grid) -> Vec<f64> {
    let mut plane = vec![0.0; net.buckets * ceded.buckets];
    let knots = knots(severity, cession, net, ceded);
    // p_k = A_{k−1}/h_{k−1} − A_k/h_k, A_k = ∫ S over the interval after knot k.
    let mut before = 1.0;
    for pair in knots.windows(2) {
        let (x, width) = (pair[0], pair[1] - pair[0]);
        let after = severity.layer_mean(width, x) / width;
        let c = cession.of(x);
        put(&mut plane, net, ceded, (x - c, c), (before - after).max(0.0));
        before = after;
    }
    plane
}

/// Losses at which the mass is gathered: the kinks of the cession among equal steps.
fn knots(severity: &Severity, cession: Cession, net: Grid, ceded: Grid) -> Vec<f64> {
    let step = net.step.min(ceded.step / cession.share) / FINE;
    // The losses whose net, or ceded, leaves the plane.
    let by_net = match cession {
        Cession { share: 1.0, limit: f64::INFINITY, .. } => f64::INFINITY,
        Cession { share, attachment, limit: f64::INFINITY } => {
            (net.end() - attachment).max(0.0) / (1.0 - share) + attachment
        }
        Cession { share, limit, .. } => net.end() + share * limit,
    };
    let ceded_full = cession.share * cession.limit;
    let by_ceded = if ceded_full < ceded.end() {
        f64::INFINITY
    } else {
        cession.attachment + ceded.end() / cession.share
    };
    let end = by_net.min(by_ceded).min(severity.support().1 + 2.0 * step);
    let count = ((end / step).ceil() as usize).clamp(2, 1 << 22);
    let mut knots: Vec<f64> = (0..=count).map(|k| k as f64 * step).collect();
    for kink in [cession.attachment, cession.attachment + cession.limit, severity.support().1] {
        if kink.is_finite() && kink < count as f64 * step {
            knots.push(kink);
        }
    }
    knots.sort_unstable_by(f64::total_cmp);
    knots.dedup_by(|b, a| *b - *a <= 1e-9 * step);
    knots
}

/// Spreads a mass over the four points around it, keeping both means.
fn put(plane: &mut [f64], net: Grid, ceded: Grid, (x, y): (f64, f64), mass: f64) {
    let (u, v) = (x / net.step, y / ceded.step);
    let (i, j) = (u as usize, v as usize);
    let (a, b) = (u - i as f64, v - j as f64);
    for (di, p) in [(0, 1.0 - a), (1, a)] {
        for (dj, q) in [(0, 1.0 - b), (1, b)] {
            if p * q > 0.0 && i + di < net.buckets && j + dj < ceded.buckets {
                plane[(i + di) * ceded.buckets + j + dj] += mass * p * q;
            }
        }
    }
}

/// The compound of a plane, in place.
fn compound(
    frequency: &crate::frequency::Frequency,
    plane: &mut [f64],
    rows: usize,
    columns: usize,
) -> Result<()> {
    let bytes = 16 * rows * (columns / 2 + 1);
    let theta = (TILT / rows as f64, TILT / columns as f64);
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (planner.plan_fft_forward(columns), planner.plan_fft_inverse(columns));
    let mut planner = FftPlanner::<f64>::new();
    let (down, up) = (planner.plan_fft_forward(rows), planner.plan_fft_inverse(rows));
    let half = columns / 2 + 1;

    // By frequency of the ceded, then net: the second transform runs along memory.
    let mut turned: Vec<C64> = Vec::new();
    turned.try_reserve_exact(rows * half).map_err(|_| {
        Error::numeric("Bivariate", format!("a plane of {bytes} bytes does not fit in memory"))
    })?;
    turned.resize(rows * half, C64::default());
    let mut spectrum = vec![C64::default(); half];
    for (i, row) in plane.chunks_mut(columns).enumerate() {
        tilt(row, -theta.1, libm::exp(-theta.0 * i as f64));
        forward.process(row, &mut spectrum).map_err(failed)?;
        for (j, value) in spectrum.iter().enumerate() {
            turned[j * rows + i] = *value;
        }
    }
    for column in turned.chunks_mut(rows) {
        down.process(column);
        for tile in column.chunks_mut(super::fft::TILE) {
            generate(frequency, tile);
        }
        up.process(column);
    }
    let scale = 1.0 / (rows * columns) as f64;
    for (i, row) in plane.chunks_mut(columns).enumerate() {
        for (j, value) in spectrum.iter_mut().enumerate() {
            *value = turned[j * rows + i];
        }
        super::fft::real_ends(&mut spectrum);
        inverse.process(&mut spectrum, row).map_err(failed)?;
        tilt(row, theta.1, scale * libm::exp(theta.0 * i as f64));
    }
    Ok(())
}
