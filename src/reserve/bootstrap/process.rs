//! Process variance: an amount around its mean.

use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::kernel::{exp, ln};
use crate::random::{GammaScratch, LANES, Lanes, Stream};

/// Distribution of a future amount around its mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Process {
    #[default]
    Gamma,
    /// φ times a Poisson count of mean |m| / φ.
    OverdispersedPoisson,
    LogNormal,
    /// The mean itself: parameter error alone.
    None,
}

impl Process {
    pub const ALL: [(&str, Self); 4] = [
        ("gamma", Self::Gamma),
        ("odp", Self::OverdispersedPoisson),
        ("lognormal", Self::LogNormal),
        ("none", Self::None),
    ];
}

/// What a negative mean means to distributions of positive amounts; the mean is kept by all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Negatives {
    /// The mirror image: −X with X of mean |m|.
    #[default]
    Mirror,
    /// X of mean |m|, moved down by 2 |m|: skewed to the right as all others.
    Shift,
    /// No variance: the mean itself.
    Mean,
}

impl Negatives {
    pub const ALL: [(&str, Self); 3] =
        [("mirror", Self::Mirror), ("shift", Self::Shift), ("mean", Self::Mean)];
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    shape: Vec<f64>,
    gamma: GammaScratch,
}

/// Replaces each mean by an amount of that mean and of the given variance; returns how many means
/// were negative. Column c of `mean` takes the draws of column `first` + c.
pub(super) fn apply(
    process: Process,
    negatives: Negatives,
    lanes: &Lanes,
    first: usize,
    mean: &mut [f64],
    variance: &[f64],
    scratch: &mut Scratch,
) -> u64 {
    let Scratch { shape, gamma } = scratch;
    shape.resize(mean.len(), 0.0);
    let below = dispatch::run(Prepare { process, mean, variance, out: shape });
    match process {
        Process::None => return below,
        Process::Gamma => lanes.gamma(first, shape, gamma),
        Process::LogNormal => lanes.normal(first, shape),
        Process::OverdispersedPoisson => counts(lanes, first, shape),
    }
    dispatch::run(Finish { process, negatives, mean, variance, draw: shape });
    below
}

/// φ |m| of each cell.
pub(super) struct Spreads<'a> {
    pub scale: &'a [f64],
    pub mean: &'a [f64],
    pub variance: &'a mut [f64],
}

impl Kernel for Spreads<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let columns = self.variance.as_chunks_mut::<LANES>().0.iter_mut();
        let means = self.mean.as_chunks::<LANES>().0;
        for ((variance, mean), scale) in columns.zip(means).zip(self.scale) {
            for lane in 0..LANES {
                variance[lane] = scale * mean[lane].abs();
            }
        }
    }
}

/// Shapes m² / v for gamma and Poisson; counts negative means.
struct Prepare<'a> {
    process: Process,
    mean: &'a [f64],
    variance: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Prepare<'_> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        let below = self.mean.iter().map(|m| u64::from(*m < 0.0)).sum();
        if matches!(self.process, Process::Gamma | Process::OverdispersedPoisson) {
            for ((out, m), v) in self.out.iter_mut().zip(self.mean).zip(self.variance) {
                *out = if *v > 0.0 { *m * *m / *v } else { 1.0 };
            }
        }
        below
    }
}

fn counts(lanes: &Lanes, first: usize, mean: &mut [f64]) {
    for (at, value) in mean.iter_mut().enumerate() {
        let outcome = lanes.block.wrapping_mul(LANES as u64).wrapping_add((at % LANES) as u64);
        let column = (first + at / LANES) as u64;
        let stream = Stream::new(lanes.seed, lanes.purpose, lanes.entity, outcome);
        // Beyond what columns take: each count has a tile of its own.
        *value = stream.at((1 << 40) + column * LANES as u64).poisson(*value) as f64;
    }
}

struct Finish<'a> {
    process: Process,
    negatives: Negatives,
    mean: &'a mut [f64],
    variance: &'a [f64],
    draw: &'a [f64],
}

impl Kernel for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let normal = self.process == Process::LogNormal;
        for ((m, v), draw) in self.mean.iter_mut().zip(self.variance).zip(self.draw) {
            let size = (*m).abs();
            let amount = if normal {
                let s2 = ln(1.0 + *v / (size * size));
                size * exp(s2.sqrt() * *draw - 0.5 * s2)
            } else {
                *v / size * *draw
            };
            let below = match self.negatives {
                Negatives::Mirror => -amount,
                Negatives::Shift => amount - 2.0 * size,
                Negatives::Mean => *m,
            };
            let drawn = if *m < 0.0 { below } else { amount };
            *m = if (*v > 0.0) && (size > 0.0) { drawn } else { *m };
        }
    }
}
