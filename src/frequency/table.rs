//! Counts by inversion of a table, with a guide that makes it one or two comparisons a draw.

use super::{Count, Frequency};
use crate::random::Stream;

/// Entries of the guide (Chen and Asau 1974): more than the usual number of counts.
const GUIDE: usize = 1024;
/// Tables up to this length, and of families whose probabilities take long; wider counts are drawn one by one.
const MAX_TABLE: usize = 1 << 20;
const MAX_SLOW: usize = 1 << 14;
/// Probability that may be left out above and below the table: under the resolution of a uniform.
const NEGLIGIBLE: f64 = 1e-18;
/// Half the spacing of uniforms below 1.
const RESOLUTION: f64 = 1.1e-16;

/// Draws counts, one uniform a year where a table can be made; monotone in that uniform.
#[derive(Debug, Clone)]
pub enum CountTable {
    Table {
        first: u64,
        cdf: Vec<f64>,
        guide: Vec<u32>,
    },
    /// The family itself, for counts too wide for a table.
    Sequential(Frequency),
}

impl CountTable {
    pub fn new(frequency: &Frequency) -> Self {
        let (mean, sd) = (frequency.mean(), frequency.variance().sqrt());
        if 60.0 * sd > 100.0 * MAX_TABLE as f64 {
            return Self::Sequential(frequency.clone());
        }
        let quick = matches!(
            frequency,
            Frequency::Poisson(_)
                | Frequency::NegativeBinomial(_)
                | Frequency::Bernoulli(_)
                | Frequency::Binomial(_)
                | Frequency::Geometric(_)
                | Frequency::Logarithmic(_)
                | Frequency::BetaBinomial(_)
                | Frequency::EmpiricalCount(_)
                | Frequency::CompoundCount(_)
        );
        let longest = if quick { MAX_TABLE } else { MAX_SLOW };
        let mut first = (mean - 12.0 * sd).max(0.0).floor() as u64;
        while first > 0 && frequency.cdf(first) > NEGLIGIBLE {
            first = first.saturating_sub(sd.ceil() as u64 + 1);
        }
        let (mut cdf, mut total, mut k) = (Vec::new(), 0.0, first);
        loop {
            let p = frequency.pmf(k);
            total += p;
            cdf.push(total);
            k += 1;
            // Where a probability is small there may be more above it: a later mode, a long tail.
            let above = |k: u64| k as f64 > mean && frequency.sf(k - 1) < RESOLUTION;
            if p * (sd + 1.0) < NEGLIGIBLE && above(k) {
                break;
            }
            if cdf.len() > longest {
                return Self::Sequential(frequency.clone());
            }
        }
        if let Some(last) = cdf.last_mut() {
            *last = f64::INFINITY;
        }
        let mut j = 0;
        let guide = (0..GUIDE)
            .map(|i| {
                let u = i as f64 / GUIDE as f64;
                while cdf[j] < u {
                    j += 1;
                }
                j as u32
            })
            .collect();
        Self::Table { first, cdf, guide }
    }

    /// Draws one count for each of the first `years` positions of `stream`.
    ///
    /// Position y of the stream decides year y of a table; wider counts take the stream in sequence.
    pub fn draw(&self, stream: &mut Stream, uniforms: &mut [f64], counts: &mut [u64]) {
        match self {
            Self::Table { first, cdf, guide } => {
                stream.fill(uniforms);
                for (count, u) in counts.iter_mut().zip(uniforms) {
                    let mut j = guide[(*u * GUIDE as f64) as usize] as usize;
                    while cdf[j] < *u {
                        j += 1;
                    }
                    *count = first + j as u64;
                }
            }
            Self::Sequential(frequency) => {
                for count in counts {
                    *count = frequency.draw(stream);
                }
            }
        }
    }
}
