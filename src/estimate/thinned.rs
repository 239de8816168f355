//! The losses that are above zero, and the years that have one.

use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::frequency::{Count, Frequency};
use crate::random::Stream;
use crate::severity::{Family, Severity};

/// An aggregate without its losses of zero.
#[derive(Debug)]
pub(super) struct Thinned {
    pub count: Frequency,
    severity: Severity,
    /// P(X > 0).
    pub positive: f64,
    /// P(N ≥ 1).
    pub busy: f64,
    /// E S.
    pub mean: f64,
    /// P(N ≤ k | N ≥ 1) for k = 1, 2, …; the last is above every uniform.
    some: Vec<f64>,
}

/// Counts of a year that are simulated one by one.
const MOST: f64 = 1e6;
/// Probability that a table of counts may leave out.
const NEGLIGIBLE: f64 = 1e-17;
/// Entries of that table.
const ENTRIES: usize = 1 << 20;

impl Thinned {
    pub fn new(aggregate: &Aggregate) -> Result<Self> {
        let positive = aggregate.severity.sf(0.0);
        let count = aggregate.frequency.thinned(positive)?;
        let (mean, sd) = (count.mean(), count.variance().sqrt());
        if !(mean <= MOST) {
            return Err(Error::numeric(
                "estimate",
                format!("{mean:.3e} losses a year are too many to simulate; evaluate by fft"),
            ));
        }
        let busy = count.sf(0);
        let mut some = Vec::new();
        let (mut total, mut k) = (0.0, 0u64);
        loop {
            if some.len() == ENTRIES {
                return Err(Error::numeric(
                    "estimate",
                    format!(
                        "{:.1e} of the years have more than {ENTRIES} losses, too many to simulate; \
                         evaluate by fft",
                        count.sf(k)
                    ),
                ));
            }
            k += 1;
            let p = count.pmf(k) / busy;
            total += p;
            some.push(total);
            let far = k as f64 > mean && p * (sd + 1.0) < NEGLIGIBLE;
            if far && count.sf(k) < NEGLIGIBLE || count.largest() == Some(k) {
                break;
            }
        }
        if let Some(last) = some.last_mut() {
            *last = f64::INFINITY;
        }
        Ok(Self {
            count,
            severity: aggregate.severity.clone(),
            positive,
            busy,
            mean: aggregate.mean(),
            some,
        })
    }

    /// P(X > x | X > 0).
    pub fn sf(&self, x: f64) -> f64 {
        self.severity.sf(x) / self.positive
    }

    /// E[(X − d)₊ | X > 0].
    pub fn excess(&self, d: f64) -> f64 {
        self.severity.excess(d) / self.positive
    }

    /// Turns uniforms into losses above 0.
    pub fn sample(&self, u: &mut [f64]) {
        for u in u.iter_mut() {
            *u *= self.positive;
        }
        self.severity.sample(u);
    }

    /// The count of a year that has losses, from a uniform.
    #[inline]
    pub fn count_of(&self, u: f64) -> u64 {
        let mut k = if self.some.len() > 64 {
            self.some.partition_point(|total| *total < u).saturating_sub(1)
        } else {
            0
        };
        while self.some[k] < u {
            k += 1;
        }
        k as u64 + 1
    }

    /// The largest count of the table; more have no probability to speak of.
    pub fn most(&self) -> u64 {
        self.some.len() as u64
    }

    /// Counts with probability n P(N = n)/E N: those of a year seen from one of its losses.
    pub fn size_biased(&self) -> Vec<f64> {
        let mean = self.count.mean();
        let mut total = 0.0;
        let mut table: Vec<f64> = (1..=self.some.len() as u64)
            .map(|k| {
                total += k as f64 * self.count.pmf(k) / mean;
                total
            })
            .collect();
        if let Some(last) = table.last_mut() {
            *last = f64::INFINITY;
        }
        table
    }

    /// Whether one loss, so the total, has a variance.
    pub fn has_variance(&self) -> bool {
        self.severity.variance().is_finite()
    }
}

/// Uniforms from a stream, a tile at a time.
pub(super) struct Uniforms {
    stream: Stream,
    tile: [f64; 256],
    next: usize,
}

impl Uniforms {
    pub fn new(stream: Stream) -> Self {
        Self { stream, tile: [0.0; 256], next: 256 }
    }

    #[inline(always)]
    pub fn next(&mut self) -> f64 {
        if self.next == 256 {
            self.stream.fill(&mut self.tile);
            self.next = 0;
        }
        self.next += 1;
        self.tile[self.next - 1]
    }
}
