//! Running sums over the probabilities of a grid, kept at the start of each tile of buckets.
//!
//! P(S ≤ kh) and E min(S, kh) follow by adding up at most a tile; full columns of both would cost
//! more time to write than they ever save.

use crate::error::Result;
use crate::exec::{Control, run_blocks};

/// Buckets between two sums that are kept.
const TILE: usize = 128;
/// Tiles added up side by side.
const TOGETHER: usize = 8;
/// Buckets that a thread takes at a time.
const PIECE: usize = 1 << 17;

/// Sums at the start of a tile.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    /// P(S < start).
    below: f64,
    /// E min(S, start).
    limited: f64,
}

/// Sums over the first buckets of a tile.
#[derive(Debug, Clone, Copy, Default)]
struct Within {
    /// Their probability,
    sum: f64,
    /// and the sum of its values on the way.
    sums: f64,
}

/// Sums over the probabilities of 0, h, 2h, …; every method is given the same probabilities.
#[derive(Debug, Clone)]
pub(super) struct Running {
    step: f64,
    starts: Vec<Start>,
    /// P(S < end of the grid).
    total: f64,
}

impl Running {
    pub fn new(pmf: &[f64], step: f64, control: &Control) -> Result<Self> {
        let pieces = pmf.len().div_ceil(PIECE);
        let of = |(): &mut (), piece: u64| {
            let from = piece as usize * PIECE;
            Ok(Within::each(&pmf[from..pmf.len().min(from + PIECE)]))
        };
        let mut starts = Vec::with_capacity(pmf.len().div_ceil(TILE));
        let mut now = Start::default();
        let tiles = run_blocks(0..pieces as u64, control, of)?.complete()?;
        for (tile, within) in tiles.iter().flatten().enumerate() {
            starts.push(now);
            now = now.after(within, TILE.min(pmf.len() - tile * TILE), step);
        }
        Ok(Self { step, starts, total: now.below })
    }

    /// P(S ≥ end of the grid).
    pub fn beyond(&self) -> f64 {
        (1.0 - self.total).max(0.0)
    }

    /// P(S ≤ kh), k less than the number of buckets.
    pub fn cdf(&self, pmf: &[f64], k: usize) -> f64 {
        let tile = k / TILE;
        self.starts[tile].below + Within::of(&pmf[tile * TILE..=k]).sum
    }

    /// E min(S, kh), k less than the number of buckets.
    pub fn lev(&self, pmf: &[f64], k: usize) -> f64 {
        let tile = k / TILE;
        let before = &pmf[tile * TILE..k];
        self.starts[tile].after(&Within::of(before), before.len(), self.step).limited
    }

    /// The first bucket at which the running sum reaches p.
    pub fn first(&self, pmf: &[f64], p: f64) -> Option<usize> {
        // Rounding may have left the sum an ulp under a level that it reaches.
        let p = p - 1e-15;
        let tile = self.starts.partition_point(|start| start.below < p).saturating_sub(1);
        for (tile, start) in self.starts.iter().enumerate().skip(tile) {
            let mut within = Within::default();
            for (k, q) in pmf.iter().enumerate().skip(tile * TILE).take(TILE) {
                within.next(*q);
                if start.below + within.sum >= p {
                    return Some(k);
                }
            }
        }
        None
    }
}

impl Within {
    /// Of each tile. A sum waits for the one before it, but tiles do not wait for each other.
    fn each(pmf: &[f64]) -> Vec<Self> {
        let mut all = Vec::with_capacity(pmf.len().div_ceil(TILE));
        let (groups, rest) = pmf.as_chunks::<{ TOGETHER * TILE }>();
        for group in groups {
            let mut tiles = [Self::default(); TOGETHER];
            for k in 0..TILE {
                for (t, within) in tiles.iter_mut().enumerate() {
                    within.next(group[t * TILE + k]);
                }
            }
            all.extend(tiles);
        }
        all.extend(rest.chunks(TILE).map(Self::of));
        all
    }

    fn of(buckets: &[f64]) -> Self {
        let mut within = Self::default();
        buckets.iter().for_each(|p| within.next(*p));
        within
    }

    #[inline(always)]
    fn next(&mut self, p: f64) {
        self.sum += p;
        self.sums += self.sum;
    }
}

impl Start {
    /// The sums after some more buckets.
    fn after(self, within: &Within, buckets: usize, step: f64) -> Self {
        Self {
            below: self.below + within.sum,
            limited: self.limited + step * (buckets as f64 * (1.0 - self.below) - within.sums),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_a_triangle() {
        // P(S = k) ∝ 1, 2, …, n: P(S ≤ k) = (k + 1)(k + 2)/(n (n + 1)).
        let n = 1000;
        let whole = f64::from(n) * f64::from(n + 1);
        let pmf: Vec<f64> = (1..=n).map(|k| 2.0 * f64::from(k) / whole).collect();
        let running = Running::new(&pmf, 3.0, &Control::default()).unwrap();
        assert!((running.total - 1.0).abs() < 1e-14);
        let mut limited = 0.0;
        for k in 0..n {
            let at = k as usize;
            let cdf = f64::from(k + 1) * f64::from(k + 2) / whole;
            assert!((running.cdf(&pmf, at) - cdf).abs() < 1e-14, "{k}");
            assert!((running.lev(&pmf, at) - limited).abs() < 1e-10, "{k}");
            limited += 3.0 * (1.0 - cdf);
            assert_eq!(running.first(&pmf, cdf), Some(at));
            assert_eq!(
                running.first(&pmf, cdf + 1e-9),
                if k + 1 < n { Some(at + 1) } else { None }
            );
        }
        assert_eq!(running.first(&pmf, 0.0), Some(0));
    }
}
