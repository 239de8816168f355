//! Simulating an aggregate by blocks of years.

use super::Aggregate;
use crate::error::{Error, Result};
use crate::exec::Control;
use crate::frequency::{Count, CountTable};
use crate::losses::{BLOCK_YEARS, LossBlock, Source, TailWeight};
use crate::random::{Purpose, Stream};
use crate::severity::Family;

/// Draws mapped at a time, so that they stay in the first cache.
const TILE: usize = 2048;
/// Rows a block, or all years if they are fewer, may hold: more would not fit a machine.
const MAX_ROWS: f64 = 2e8;

/// The years of an aggregate, as a source of losses.
///
/// Block b of entity e draws its counts from stream (seed, Count, e, b), one uniform a year, and
/// its losses in order of year from stream (seed, Severity, e, b).
#[derive(Debug)]
pub struct Sampler {
    aggregate: Aggregate,
    counts: CountTable,
    years: u64,
    seed: u64,
    entity: u64,
    dated: bool,
}

/// Buffers of one thread.
#[derive(Debug, Default)]
pub struct SamplerScratch {
    uniforms: Vec<f64>,
    counts: Vec<u64>,
}

impl Sampler {
    /// `dated` adds the time of each loss in its year, for terms that depend on it.
    pub fn new(aggregate: Aggregate, years: u64, seed: u64, dated: bool) -> Result<Self> {
        let rows = aggregate.frequency.mean() * years.min(BLOCK_YEARS as u64) as f64;
        if rows > MAX_ROWS {
            return Err(Error::numeric(
                "Aggregate.simulate",
                format!(
                    "{} losses a year are too many to simulate one by one; evaluate by fft, or model the excess only",
                    aggregate.frequency.mean()
                ),
            ));
        }
        let counts = CountTable::new(&aggregate.frequency);
        Ok(Self { aggregate, counts, years, seed, entity: 0, dated })
    }

    pub fn aggregate(&self) -> &Aggregate {
        &self.aggregate
    }

    /// Counts of the years of a block, without its losses.
    pub fn counts(&self, block: u64, scratch: &mut SamplerScratch) -> Vec<u64> {
        self.draw_counts(block, scratch);
        scratch.counts[..self.block_years(block)].to_vec()
    }

    fn draw_counts(&self, block: u64, scratch: &mut SamplerScratch) {
        // The whole block is drawn even if it is the last and short: years are a prefix.
        scratch.uniforms.resize(BLOCK_YEARS, 0.0);
        scratch.counts.resize(BLOCK_YEARS, 0);
        let mut stream = Stream::new(self.seed, Purpose::Count, self.entity, block);
        self.counts.draw(&mut stream, &mut scratch.uniforms, &mut scratch.counts);
    }
}

impl Source for Sampler {
    type Scratch = SamplerScratch;

    fn years(&self) -> u64 {
        self.years
    }

    fn tail_weight(&self) -> TailWeight {
        TailWeight::of(self.aggregate.severity.mean(), self.aggregate.severity.variance())
    }

    fn fill(
        &self,
        block: u64,
        control: &Control,
        scratch: &mut SamplerScratch,
        out: &mut LossBlock,
    ) -> Result<()> {
        let mut loss = std::mem::take(&mut out.loss);
        out.clear();
        out.first_year = block * BLOCK_YEARS as u64;
        self.draw_counts(block, scratch);
        let years = self.block_years(block);
        let mut rows = 0u64;
        out.offsets.push(0);
        for count in &scratch.counts[..years] {
            rows += count;
            out.offsets.push(u32::try_from(rows).map_err(|_| {
                Error::numeric("Aggregate.simulate", "more than 4 billion losses in one block")
            })?);
        }
        // Every row is written: those of the block before need no zeros.
        loss.resize(rows as usize, 0.0);
        let mut stream = Stream::new(self.seed, Purpose::Severity, self.entity, block);
        for tile in loss.chunks_mut(TILE) {
            control.check()?;
            stream.fill(tile);
            self.aggregate.severity.sample(tile);
        }
        out.loss = loss;
        if self.dated {
            out.time.resize(rows as usize, 0.0);
            Stream::new(self.seed, Purpose::Time, self.entity, block).fill(&mut out.time);
            for year in 0..years {
                control.check()?;
                let range = out.year(year);
                out.time[range].sort_unstable_by(f64::total_cmp);
            }
        }
        Ok(())
    }
}
