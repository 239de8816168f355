//! Running sums over the probabilities of a grid, kept at the start of each tile of buckets.
//!
//! P(S ≤ kh) and E min(S, kh) follow by adding up at most a tile; full columns of both would cost
//! more time to write than they ever save.

/// Buckets between two sums that are kept.
const TILE: usize = 128;

/// Sums at the start of a tile.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    /// P(S < start).
    below: f64,
    /// E min(S, start).
    limited: f64,
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
    pub fn new(pmf: &[f64], step: f64) -> Self {
        let mut starts = Vec::with_capacity(pmf.len().div_ceil(TILE));
        let mut now = Start::default();
        for tile in pmf.chunks(TILE) {
            starts.push(now);
            for p in tile {
                now.next(*p, step);
            }
        }
        Self { step, starts, total: now.below }
    }

    /// P(S ≥ end of the grid).
    pub fn beyond(&self) -> f64 {
        (1.0 - self.total).max(0.0)
    }

    /// P(S ≤ kh), k less than the number of buckets.
    pub fn cdf(&self, pmf: &[f64], k: usize) -> f64 {
        let tile = k / TILE;
        let mut total = self.starts[tile].below;
        for p in &pmf[tile * TILE..=k] {
            total += p;
        }
        total
    }

    /// E min(S, kh), k less than the number of buckets.
    pub fn lev(&self, pmf: &[f64], k: usize) -> f64 {
        let tile = k / TILE;
        let mut now = self.starts[tile];
        for p in &pmf[tile * TILE..k] {
            now.next(*p, self.step);
        }
        now.limited
    }

    /// The first bucket at which the running sum reaches p.
    pub fn first(&self, pmf: &[f64], p: f64) -> Option<usize> {
        // Rounding may have left the sum an ulp under a level that it reaches.
        let p = p - 1e-15;
        let tile = self.starts.partition_point(|start| start.below < p).saturating_sub(1);
        let mut total = self.starts.get(tile)?.below;
        for (k, q) in pmf.iter().enumerate().skip(tile * TILE) {
            total += q;
            if total >= p {
                return Some(k);
            }
        }
        None
    }
}

impl Start {
    #[inline(always)]
    fn next(&mut self, p: f64, step: f64) {
        self.below += p;
        self.limited += step * (1.0 - self.below);
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
        let running = Running::new(&pmf, 3.0);
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
