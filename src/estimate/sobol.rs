//! Scrambled Sobol points: the count first, then the losses from the largest down.
//!
//! Directions after Joe and Kuo (2008, SIAM J. Sci. Comput. 30(5)); random linear scrambling with a
//! digital shift (Matoušek 1998, J. Complexity 14), so that every point is uniform and the spread over
//! independent scramblings is an error. Given n losses their survival probabilities in ascending order
//! are W₁ = 1 − (1 − U₁)^(1/n), then the same of the rest, so the first dimensions carry what matters.
//! Dimensions beyond the table are plain draws.

use sobol::Sobol;
use sobol::params::JoeKuoD6;

use super::Job;
use super::report::{Estimate, Method};
use super::thinned::{Thinned, Uniforms};
use crate::error::Result;
use crate::exec::run_blocks;
use crate::random::{Purpose, Stream};

/// Dimensions of Sobol points: the count and the largest losses.
const DIMENSIONS: usize = 32;
/// Independent scramblings.
const REPLICATES: u64 = 16;
const BITS: usize = 52;

/// What one scrambling found: means of f, f², the total and f × total.
#[derive(Debug, Clone, Copy, Default)]
struct Means {
    f: f64,
    ff: f64,
    s: f64,
    ss: f64,
    fs: f64,
    hits: u64,
}

pub(super) fn run(job: &Job<'_>, model: &Thinned) -> Result<Estimate> {
    // Whole powers of 2 keep the balance of the points.
    let log2 = (job.years / REPLICATES).max(2).ilog2();
    let directions = directions();
    let work = |(): &mut (), replicate: u64| one(job, model, &directions, replicate, 1 << log2);
    let parts = run_blocks(0..REPLICATES, job.control, work)?.complete()?;
    let r = REPLICATES as f64;
    let mean = |get: fn(&Means) -> f64| parts.iter().map(get).sum::<f64>() / r;
    let (f, s) = (mean(|m| m.f), mean(|m| m.s));
    let controlled = model.has_variance();
    let variance_s = mean(|m| m.ss) - s * s;
    let beta =
        if controlled && variance_s > 0.0 { (mean(|m| m.fs) - f * s) / variance_s } else { 0.0 };
    // The total has an exact mean given that there is a loss.
    let exact = model.mean / model.busy;
    let gap = |m: &Means| if beta == 0.0 { 0.0 } else { beta * (m.s - exact) };
    let values: Vec<f64> = parts.iter().map(|m| model.busy * (m.f - gap(m))).collect();
    let value = values.iter().sum::<f64>() / r;
    let spread = values.iter().map(|v| (v - value).powi(2)).sum::<f64>() / (r - 1.0);
    let standard_error = (spread / r).sqrt();
    let years = REPLICATES << log2;
    let plain = (model.busy * mean(|m| m.ff) - value * value).max(0.0);
    Ok(Estimate {
        method: Method::Sobol,
        value,
        standard_error,
        bound: f64::NAN,
        years,
        hits: parts.iter().map(|m| m.hits).sum(),
        variance_factor: plain / years as f64 / (standard_error * standard_error),
        effective: f64::NAN,
        reason: format!(
            "{REPLICATES} scramblings of 2^{log2} points in {DIMENSIONS} dimensions, given a loss{}",
            if controlled { "; the total as control" } else { "" }
        ),
    })
}

fn one(
    job: &Job<'_>,
    model: &Thinned,
    directions: &[Vec<u64>],
    replicate: u64,
    points: u64,
) -> Result<Means> {
    let mut stream = Stream::new(job.seed, Purpose::Auxiliary, 1 + replicate, 0);
    let scrambled: Vec<Vec<u64>> = directions.iter().map(|d| scramble(d, &mut stream)).collect();
    let mut point: Vec<u64> = directions.iter().map(|_| word(&mut stream)).collect();
    let mut beyond = Uniforms::new(Stream::new(job.seed, Purpose::Severity, 1 + replicate, 1));
    let (mut loss, mut sums) = (Vec::new(), Means::default());
    for index in 0..points {
        job.control.check()?;
        if index > 0 {
            let changed = index.trailing_zeros() as usize;
            point.iter_mut().zip(&scrambled).for_each(|(x, d)| *x ^= d[changed]);
        }
        let count = model.count_of(unit(point[0]));
        loss.clear();
        // ln of 1 − the survival probability of the loss before.
        let mut passed = 0.0;
        for k in 0..count {
            let u = match point.get(k as usize + 1) {
                Some(x) => unit(*x),
                None => beyond.next(),
            };
            passed += libm::log1p(-u) / (count - k) as f64;
            loss.push(-libm::expm1(passed));
        }
        model.sample(&mut loss);
        let s = loss.iter().fold(0.0, |sum, x| sum + x);
        let f = job.target.of(s);
        sums.hits += u64::from(f != 0.0);
        sums.f += f;
        sums.ff += f * f;
        sums.s += s;
        sums.ss += s * s;
        sums.fs += f * s;
    }
    let n = points as f64;
    Ok(Means {
        f: sums.f / n,
        ff: sums.ff / n,
        s: sums.s / n,
        ss: sums.ss / n,
        fs: sums.fs / n,
        hits: sums.hits,
    })
}

/// Directions of each dimension as numbers of [`BITS`] bits, in the order of the Gray code.
fn directions() -> Vec<Vec<u64>> {
    let all = Sobol::<u64>::init_direction_vals(DIMENSIONS, 64, &JoeKuoD6::minimal());
    all.into_iter()
        .map(|dimension| dimension.into_iter().take(BITS).map(|d| d >> (64 - BITS)).collect())
        .collect()
}

/// Each direction times one random lower triangular matrix of bits.
fn scramble(directions: &[u64], stream: &mut Stream) -> Vec<u64> {
    // Row i (from the highest bit): ones on the diagonal, random bits before it.
    let rows: Vec<u64> = (0..BITS)
        .map(|i| {
            let diagonal = 1u64 << (BITS - 1 - i);
            let higher = !(diagonal | (diagonal - 1)) & ((1 << BITS) - 1);
            (word(stream) & higher) | diagonal
        })
        .collect();
    directions
        .iter()
        .map(|d| rows.iter().fold(0, |out, row| (out << 1) | u64::from((row & d).count_ones() & 1)))
        .collect()
}

/// [`BITS`] random bits.
fn word(stream: &mut Stream) -> u64 {
    (stream.uniform() * (1u64 << BITS) as f64) as u64
}

/// The middle of the cell of a point.
fn unit(x: u64) -> f64 {
    (x as f64 + 0.5) / (1u64 << BITS) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrambled_points_are_a_net() {
        // Every dimension has one point in each of 2^10 cells; the first two one in each square of 2^5 × 2^5.
        let mut stream = Stream::new(5, Purpose::Auxiliary, 1, 0);
        let scrambled: Vec<_> = directions().iter().map(|d| scramble(d, &mut stream)).collect();
        let mut point: Vec<u64> = scrambled.iter().map(|_| word(&mut stream)).collect();
        let mut cells = vec![vec![0u32; 1024]; DIMENSIONS];
        let mut squares = vec![0u32; 1024];
        for index in 0..1024u64 {
            if index > 0 {
                let changed = index.trailing_zeros() as usize;
                point.iter_mut().zip(&scrambled).for_each(|(x, d)| *x ^= d[changed]);
            }
            for (cells, x) in cells.iter_mut().zip(&point) {
                cells[(unit(*x) * 1024.0) as usize] += 1;
            }
            squares[(unit(point[0]) * 32.0) as usize * 32 + (unit(point[1]) * 32.0) as usize] += 1;
        }
        assert!(cells.iter().flatten().all(|n| *n == 1));
        assert!(squares.iter().all(|n| *n == 1));
    }
}
