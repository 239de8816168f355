//! Quantiles of a beta distribution, fast: cubic between exact nodes.
//!
//! Inverting the incomplete beta function costs microseconds, and systemic events need it by the
//! million. The survival probability is cut at powers of two from either end, each octave in equal
//! cells; inside a cell Hermite's cubic through the exact values and slopes of its ends is used.

use crate::error::Result;
use crate::severity::{Beta, Family, Severity};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Cells an octave, as a power of two.
const CELL_BITS: u32 = 4;
/// Octaves below ½ that are interpolated; further out the quantile is computed.
const OCTAVES: usize = 10;
const NODES: usize = (OCTAVES << CELL_BITS) + 1;

/// Values and slopes by probability, from either end.
#[derive(Debug)]
struct Nodes {
    /// By survival probability.
    upper: Vec<(f64, f64)>,
    /// By distribution function.
    lower: Vec<(f64, f64)>,
}

/// Nodes by the bits of both shapes.
type Known = HashMap<(u64, u64), Option<Arc<Nodes>>>;

/// Values of a beta distribution by survival probability; relative error below 10⁻⁶.
#[derive(Debug, Clone)]
pub(super) struct BetaQuantile {
    partial: Beta,
    total_loss: f64,
    /// None where the density is too steep for slopes.
    nodes: Option<Arc<Nodes>>,
}

impl BetaQuantile {
    pub fn new(a: f64, b: f64, total_loss: f64) -> Result<Self> {
        static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
        let partial = Beta::new(a, b, 0.0)?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let nodes = known
            .entry((a.to_bits(), b.to_bits()))
            .or_insert_with(|| Nodes::new(&partial).map(Arc::new))
            .clone();
        Ok(Self { partial, total_loss, nodes })
    }

    /// The value exceeded with probability `q`.
    pub fn isf(&self, q: f64) -> f64 {
        if self.total_loss > 0.0 {
            if q < self.total_loss {
                return 1.0;
            }
            return self.part((q - self.total_loss) / (1.0 - self.total_loss));
        }
        self.part(q)
    }

    fn part(&self, q: f64) -> f64 {
        let Some(nodes) = &self.nodes else { return self.partial.isf(q) };
        let (t, nodes) = if q < 0.5 { (q, &nodes.upper) } else { (1.0 - q, &nodes.lower) };
        let bits = t.to_bits();
        let octave = (bits >> 52) as i64 - 1023 + OCTAVES as i64 + 1;
        if !(0..OCTAVES as i64).contains(&octave) {
            return self.partial.isf(q);
        }
        let rest = bits << 12;
        let cell = (octave as usize) << CELL_BITS | (rest >> (64 - CELL_BITS)) as usize;
        let within = (rest << CELL_BITS >> 12) as f64 / (1u64 << 52) as f64;
        let width = f64::from_bits((bits >> 52) << 52) / f64::from(1u32 << CELL_BITS);
        let ((x0, d0), (x1, d1)) = (nodes[cell], nodes[cell + 1]);
        let (d0, d1) = (d0 * width, d1 * width);
        let rise = x1 - x0;
        x0 + within
            * (d0 + within * ((3.0 * rise - 2.0 * d0 - d1) + within * (d0 + d1 - 2.0 * rise)))
    }

    /// Turns survival probabilities into values, in place.
    pub fn sample(&self, u: &mut [f64]) {
        for u in u {
            *u = self.isf(*u);
        }
    }
}

impl Nodes {
    fn new(beta: &Beta) -> Option<Self> {
        let side = |value: &dyn Fn(f64) -> f64, sign: f64| -> Option<Vec<(f64, f64)>> {
            (0..NODES)
                .map(|i| {
                    let octave = (i >> CELL_BITS) as i32 - OCTAVES as i32 - 1;
                    let cell = (i % (1 << CELL_BITS)) as f64 / f64::from(1u32 << CELL_BITS);
                    let x = value((1.0 + cell) * 2f64.powi(octave));
                    let slope = sign / beta.pdf(x);
                    (x > 0.0 && x < 1.0 && slope.is_finite()).then_some((x, slope))
                })
                .collect()
        };
        Some(Self {
            upper: side(&|q| beta.isf(q), -1.0)?,
            lower: side(&|p| beta.quantile(p), 1.0)?,
        })
    }
}

/// A severity, with the fast quantile where it is a beta.
#[derive(Debug, Clone)]
pub(super) enum Sampler {
    Beta(BetaQuantile),
    Other(Severity),
}

impl Sampler {
    pub fn new(severity: &Severity) -> Result<Self> {
        Ok(match severity {
            Severity::Beta(Beta { a, b, total_loss }) => {
                Self::Beta(BetaQuantile::new(*a, *b, *total_loss)?)
            }
            other => Self::Other(other.clone()),
        })
    }

    /// Turns survival probabilities into losses, in place.
    pub fn sample(&self, u: &mut [f64]) {
        match self {
            Self::Beta(beta) => beta.sample(u),
            Self::Other(severity) => severity.sample(u),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn the_cubic_agrees_with_the_quantile() {
        for (a, b, total) in [
            (1.0, 60.0, 0.0),
            (1.5, 8.0, 0.0),
            (1.2, 150.0, 0.0),
            (4.0, 3.0, 0.83),
            (0.6, 0.7, 0.1),
            (0.05, 0.01, 0.0),
        ] {
            let fast = BetaQuantile::new(a, b, total).unwrap();
            let exact = Beta::new(a, b, total).unwrap();
            let mut stream = Stream::new(1, Purpose::Auxiliary, 1, 0);
            let edges = (1..60).flat_map(|k| {
                let t = 2f64.powi(-k);
                [t, t * (1.0 - 1e-12), 1.0 - t]
            });
            let draws: Vec<f64> = (0..3_000).map(|_| stream.uniform()).chain(edges).collect();
            for q in draws {
                let (x, y) = (fast.isf(q), exact.isf(q));
                assert!((x - y).abs() <= 1e-6 * y, "Beta({a}, {b}, {total}) at {q}: {x} {y}");
            }
        }
    }
}
