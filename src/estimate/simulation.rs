//! Years of losses, only those that count.
//!
//! Gaps between years that have a loss are geometric, so a run costs by its losses, not by its years:
//! 10⁹ years of frequency 0.01 are 10⁷ losses. With control variates the difference to the total and
//! to the count, whose means are exact, is taken out by regression on the same run (Glasserman 2004,
//! 4.1; the bias is of order 1/n).

use super::Job;
use super::report::{Estimate, Method, Tally};
use super::thinned::Thinned;
use crate::error::Result;
use crate::exec::run_blocks;
use crate::frequency::Count;
use crate::numeric::dispatch::{self, Kernel};
use crate::random::{Purpose, Stream};

/// Losses that a block is expected to hold.
const BLOCK_LOSSES: f64 = 65_536.0;
/// Years of a block at least, and at most.
const BLOCK_YEARS: (f64, f64) = (1.0, 1e12);
/// Losses drawn at a time.
const TILE: usize = 1024;

/// Sums over years for means, variances and the regression.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    tally: Tally,
    /// Of S, N, S², N², SN, fS, fN.
    controls: [f64; 7],
}

#[derive(Debug, Default)]
struct Scratch {
    counts: Vec<u32>,
    loss: Vec<f64>,
    uniforms: Vec<f64>,
}

pub(super) fn run(job: &Job<'_>, model: &Thinned, with_controls: bool) -> Result<Estimate> {
    let density = model.count.mean().max(1e-300);
    let width = (BLOCK_LOSSES / density).clamp(BLOCK_YEARS.0, BLOCK_YEARS.1).floor() as u64;
    let blocks = job.years.div_ceil(width);
    let work = |scratch: &mut Scratch, block: u64| {
        let years = width.min(job.years - block * width);
        block_sums(job, model, block, years, scratch)
    };
    let parts = run_blocks(0..blocks, job.control, work)?.complete()?;
    let mut all = Sums::default();
    for part in &parts {
        all.tally.merge(&part.tally);
        all.controls.iter_mut().zip(part.controls).for_each(|(sum, term)| *sum += term);
    }
    // Years without a loss bring zeros.
    all.tally.n = job.years;
    let method = if with_controls { Method::Control } else { Method::Simulation };
    let reached = model.count.mean();
    let reason = format!("{reached:.3e} losses a year are above 0");
    let plain = all.tally.estimate(method, 1.0, job.years, reason);
    let steady = model.has_variance() || job.target.bounded();
    Ok(if with_controls && steady { controlled(plain, &all, model) } else { plain })
}

/// f − β·(C − E C) with β from the run itself.
fn controlled(plain: Estimate, all: &Sums, model: &Thinned) -> Estimate {
    let n = all.tally.n as f64;
    let [s, c, ss, cc, sc, fs, fc] = all.controls.map(|sum| sum / n);
    let f = all.tally.mean();
    let (var_s, var_c, cov_sc) = (ss - s * s, cc - c * c, sc - s * c);
    let (cov_fs, cov_fc) = (fs - f * s, fc - f * c);
    let total = model.mean.is_finite() && model.has_variance();
    // 2 × 2 normal equations; one control where the other has no variance or tells nothing new.
    let determinant = var_s * var_c - cov_sc * cov_sc;
    let (beta_s, beta_c) = if total && determinant > 1e-9 * var_s * var_c {
        (
            (cov_fs * var_c - cov_fc * cov_sc) / determinant,
            (cov_fc * var_s - cov_fs * cov_sc) / determinant,
        )
    } else if total && var_s > 0.0 {
        (cov_fs / var_s, 0.0)
    } else if !total && var_c > 0.0 {
        (0.0, cov_fc / var_c)
    } else {
        (0.0, 0.0)
    };
    let gap_s = if total { s - model.mean } else { 0.0 };
    let value = f - beta_s * gap_s - beta_c * (c - model.count.mean());
    let variance = all.tally.variance();
    let explained = (beta_s * cov_fs + beta_c * cov_fc).clamp(0.0, variance);
    let standard_error = ((variance - explained) / n).sqrt();
    let controls = if total { "total and count" } else { "count" };
    Estimate {
        value,
        standard_error,
        variance_factor: plain.variance_factor * variance / (variance - explained),
        reason: format!(
            "{}; {controls} as controls explain {:.1}% of the variance",
            plain.reason,
            100.0 * explained / variance
        ),
        ..plain
    }
}

fn block_sums(
    job: &Job<'_>,
    model: &Thinned,
    block: u64,
    years: u64,
    scratch: &mut Scratch,
) -> Result<Sums> {
    let losses = busy_years(job, model, block, years, scratch);
    scratch.loss.resize(losses, 0.0);
    let mut stream = Stream::new(job.seed, Purpose::Severity, 0, block);
    for tile in scratch.loss.chunks_mut(TILE) {
        job.control.check()?;
        stream.fill(tile);
        model.sample(tile);
    }
    let mut sums = Sums::default();
    let mut rest = scratch.loss.as_slice();
    for count in &scratch.counts {
        let (year, after) = rest.split_at(*count as usize);
        rest = after;
        let (s, c) = (year.iter().fold(0.0, |sum, x| sum + x), f64::from(*count));
        let f = job.target.of(s);
        sums.tally.add(f, f * f);
        let terms = [s, c, s * s, c * c, s * c, f * s, f * c];
        sums.controls.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    Ok(sums)
}

/// Counts of the years of a block that have losses; how many losses these are.
fn busy_years(
    job: &Job<'_>,
    model: &Thinned,
    block: u64,
    years: u64,
    scratch: &mut Scratch,
) -> usize {
    scratch.counts.clear();
    let mut gaps = Stream::new(job.seed, Purpose::Count, 0, block);
    let mut counts = Stream::new(job.seed, Purpose::Auxiliary, 0, block);
    // ln P(N = 0): a gap is ⌊ln U / ln p₀⌋; p₀ = 0 leaves none.
    let scale = 1.0 / libm::log1p(-model.busy);
    let busy = model.busy * years as f64;
    let batch = ((busy + 6.0 * busy.sqrt()) as usize).clamp(16, 4 * TILE);
    let (mut year, mut losses) = (0u64, 0usize);
    loop {
        scratch.uniforms.resize(batch, 0.0);
        gaps.fill(&mut scratch.uniforms);
        dispatch::run(Gaps(&mut scratch.uniforms, scale));
        let before = scratch.counts.len();
        let mut ended = false;
        for gap in &scratch.uniforms {
            if *gap >= (years - year) as f64 {
                ended = true;
                break;
            }
            year += *gap as u64 + 1;
            scratch.counts.push(0);
            if year >= years {
                ended = true;
                break;
            }
        }
        let new = scratch.counts.len() - before;
        scratch.uniforms.resize(new, 0.0);
        counts.fill(&mut scratch.uniforms);
        for (count, u) in scratch.counts[before..].iter_mut().zip(&scratch.uniforms) {
            *count = model.count_of(*u) as u32;
            losses += *count as usize;
        }
        if ended {
            return losses;
        }
    }
}

/// Uniforms to whole gaps.
struct Gaps<'a>(&'a mut [f64], f64);

impl Kernel for Gaps<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for u in self.0 {
            *u = (crate::numeric::kernel::ln_lane(*u) * self.1).floor();
        }
    }
}
