//! Quantiles of a beta distribution, fast: cubic between exact nodes.

use crate::error::Result;
use crate::severity::{Beta, Family};

/// Cells of equal survival probability.
const CELLS: usize = 1024;
/// Cells at either end where the quantile is computed, not interpolated: it is steep there.
const EXACT: usize = 24;

/// Values of a beta distribution by survival probability; relative error below 10⁻⁷.
#[derive(Debug, Clone)]
pub(super) struct BetaQuantile {
    beta: Beta,
    /// Value and derivative by cell width, at each node.
    nodes: Vec<(f64, f64)>,
}

impl BetaQuantile {
    pub fn new(a: f64, b: f64) -> Result<Self> {
        let beta = Beta::new(a, b, 0.0)?;
        let width = 1.0 / CELLS as f64;
        let node = |i: usize| {
            let x = beta.isf(i as f64 * width);
            (x, -width / beta.pdf(x))
        };
        let nodes = (EXACT..=CELLS - EXACT).map(node).collect();
        Ok(Self { beta, nodes })
    }

    /// The value exceeded with probability `q`.
    pub fn isf(&self, q: f64) -> f64 {
        let place = q * CELLS as f64;
        let cell = place as usize;
        if !(EXACT..CELLS - EXACT).contains(&cell) {
            return self.beta.isf(q);
        }
        let t = place - cell as f64;
        let ((x0, d0), (x1, d1)) = (self.nodes[cell - EXACT], self.nodes[cell - EXACT + 1]);
        // Hermite's cubic through both values and slopes.
        let rise = x1 - x0;
        x0 + t * (d0 + t * ((3.0 * rise - 2.0 * d0 - d1) + t * (d0 + d1 - 2.0 * rise)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn the_cubic_agrees_with_the_quantile() {
        for (a, b) in [(1.0, 60.0), (1.5, 8.0), (2.0, 4.0), (1.2, 150.0), (4.0, 3.0), (0.6, 0.7)] {
            let fast = BetaQuantile::new(a, b).unwrap();
            let exact = Beta::new(a, b, 0.0).unwrap();
            let mut stream = Stream::new(1, Purpose::Auxiliary, 1, 0);
            let worst = (0..20_000)
                .map(|_| stream.uniform())
                .map(|q| (fast.isf(q) / exact.isf(q) - 1.0).abs())
                .fold(0.0, f64::max);
            assert!(worst < 1e-7, "Beta({a}, {b}): {worst}");
        }
    }
}
