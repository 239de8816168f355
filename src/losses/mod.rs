//! The losses that everything above exchanges: blocks of consecutive years, as columns.
//!
//! A [`Source`] makes them (a compound distribution, a simulated portfolio, a table the user brought);
//! treaties and measures read them. A block is the unit of randomness, of parallelism and of
//! reduction: its content depends on the seed and its number only, so any packing of blocks onto
//! threads or machines gives the same bits.

mod arrow;
mod cells;
mod checks;
mod dates;
mod labels;
mod ord;
mod order;
mod scan;
mod stored;
mod table;
mod years;

pub use arrow::{COLUMNS, Read, read};
pub use ord::{Given, read_elt, read_ord};
pub use scan::LossScan;
pub use stored::StoredLosses;
pub use table::{LossColumns, LossTable};
pub use years::Years;

use std::ops::Range;

use crate::error::{Issue, Result};
use crate::exec::Control;

/// Years in a block. Part of "stream v1": changing it changes every simulated result.
pub const BLOCK_YEARS: usize = 4096;

/// Losses of a run of consecutive years, rows sorted by year, then time, then event.
///
/// Optional columns are empty when the source does not know them: without `event` each row is an
/// event of its own; without `time` rows are in date order but undated; without `risk` each row is
/// a risk of its own.
#[derive(Debug, Clone, Default)]
pub struct LossBlock {
    /// Index of the first year of the block, from 0.
    pub first_year: u64,
    /// Rows of year `y` are `offsets[y]..offsets[y + 1]`; one more entry than years.
    pub offsets: Vec<u32>,
    /// Loss to the insurer after the terms of the policy, in the currency of the source; ≥ 0.
    pub loss: Vec<f64>,
    /// Number of the event within the block: equal for all rows of one event, which are adjacent.
    pub event: Vec<u32>,
    /// Fraction of the year, in [0, 1).
    pub time: Vec<f64>,
    /// Index of the risk in the portfolio.
    pub risk: Vec<u32>,
    /// Index into the source's list of causes; 0 is the attritional cause.
    pub cause: Vec<u16>,
    /// Years from that of the loss to that in which its policy began; ≤ 0.
    pub inception: Vec<i16>,
    /// Years from that of the loss to that in which it was reported; ≥ 0.
    pub reported: Vec<i16>,
}

impl LossBlock {
    /// Empties the block, keeping its buffers.
    pub fn clear(&mut self) {
        self.first_year = 0;
        self.offsets.clear();
        self.loss.clear();
        self.event.clear();
        self.time.clear();
        self.risk.clear();
        self.cause.clear();
        self.inception.clear();
        self.reported.clear();
    }

    pub fn years(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    pub fn rows(&self) -> usize {
        self.loss.len()
    }

    /// Its losses alone.
    pub fn plain(&self) -> Years<'_> {
        Years { first_year: self.first_year, offsets: &self.offsets, loss: &self.loss }
    }

    /// Copies some consecutive years of the block into `out`, keeping its buffers.
    pub fn copy_years(&self, years: Range<usize>, out: &mut Self) {
        let rows = self.offsets[years.start] as usize..self.offsets[years.end] as usize;
        out.clear();
        out.first_year = self.first_year + years.start as u64;
        let first = self.offsets[years.start];
        out.offsets.extend(self.offsets[years.start..=years.end].iter().map(|o| o - first));
        out.loss.extend_from_slice(&self.loss[rows.clone()]);
        copy_known(&self.event, &rows, &mut out.event);
        copy_known(&self.time, &rows, &mut out.time);
        copy_known(&self.risk, &rows, &mut out.risk);
        copy_known(&self.cause, &rows, &mut out.cause);
        copy_known(&self.inception, &rows, &mut out.inception);
        copy_known(&self.reported, &rows, &mut out.reported);
    }

    /// Hands itself out in parts of whole years, in order, each of about `rows` rows.
    fn in_parts(
        &self,
        rows: usize,
        control: &Control,
        part: &mut Self,
        each: &mut dyn FnMut(&Self) -> Result<()>,
    ) -> Result<()> {
        if self.rows() <= 2 * rows {
            return each(self);
        }
        let mut first = 0;
        while first < self.years() {
            control.check()?;
            let enough = self.offsets[first] as usize + rows;
            let end = self.offsets.partition_point(|offset| (*offset as usize) <= enough);
            let end = end.saturating_sub(1).clamp(first + 1, self.years());
            self.copy_years(first..end, part);
            each(part)?;
            first = end;
        }
        Ok(())
    }

    /// Adds one year of another block, whose optional columns are the same.
    pub fn push_year(&mut self, from: &Self, year: usize) {
        let rows = from.year(year);
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.loss.extend_from_slice(&from.loss[rows.clone()]);
        copy_known(&from.event, &rows, &mut self.event);
        copy_known(&from.time, &rows, &mut self.time);
        copy_known(&from.risk, &rows, &mut self.risk);
        copy_known(&from.cause, &rows, &mut self.cause);
        copy_known(&from.inception, &rows, &mut self.inception);
        copy_known(&from.reported, &rows, &mut self.reported);
        self.offsets.push(self.loss.len() as u32);
    }

    /// Adds the years of the block that follows; events keep apart.
    pub fn append(&mut self, next: &Self) {
        if self.offsets.is_empty() {
            self.clone_from(next);
            return;
        }
        let rows = self.offsets.last().copied().unwrap_or(0);
        self.offsets.extend(next.offsets.iter().skip(1).map(|offset| offset + rows));
        let events = self.event.iter().max().map_or(0, |last| last + 1);
        self.event.extend(next.event.iter().map(|event| event + events));
        self.loss.extend_from_slice(&next.loss);
        self.time.extend_from_slice(&next.time);
        self.risk.extend_from_slice(&next.risk);
        self.cause.extend_from_slice(&next.cause);
        self.inception.extend_from_slice(&next.inception);
        self.reported.extend_from_slice(&next.reported);
    }

    /// Rows of one year of the block.
    pub fn year(&self, year: usize) -> Range<usize> {
        self.offsets[year] as usize..self.offsets[year + 1] as usize
    }
}

/// Whether so many numbers fit into memory, asked before they are made.
///
/// # Errors
/// They do not.
pub fn room(place: &str, numbers: u64) -> Result<()> {
    let fits =
        usize::try_from(numbers).is_ok_and(|n| Vec::<f64>::new().try_reserve_exact(n).is_ok());
    if fits {
        return Ok(());
    }
    let gigabytes = numbers as f64 * 8e-9;
    Err(Issue::new("out_of_memory", place, "years")
        .value(format!("what must be kept of them is {gigabytes:.0} GB"))
        .allowed("as many as fit into memory")
        .into_error())
}

/// How heavy losses are: which of their moments exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum TailWeight {
    /// Mean and variance, as far as is known.
    #[default]
    Light,
    /// A mean, but no variance: a sample's standard error tells nothing of the error of its mean.
    NoVariance,
    /// No mean either.
    NoMean,
}

impl TailWeight {
    /// The weight of losses with these moments.
    pub fn of(mean: f64, variance: f64) -> Self {
        if !mean.is_finite() {
            Self::NoMean
        } else if !variance.is_finite() {
            Self::NoVariance
        } else {
            Self::Light
        }
    }
}

/// An optional column is either whole or empty.
fn copy_known<T: Copy>(column: &[T], rows: &Range<usize>, out: &mut Vec<T>) {
    if !column.is_empty() {
        out.extend_from_slice(&column[rows.clone()]);
    }
}

/// A partition of the risks into named groups, such as sectors or coverages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// What the groups are: `sector`, `coverage`.
    pub label: String,
    pub names: Vec<String>,
    /// Group of each risk, by [`LossBlock::risk`].
    pub of_risk: Vec<u16>,
}

/// Working memory of [`Source::parts`].
#[derive(Debug, Default)]
pub struct Parts<S> {
    pub scratch: S,
    pub block: LossBlock,
    pub part: LossBlock,
}

/// Something that yields losses by blocks of consecutive years: [`BLOCK_YEARS`] each, but for the last,
/// unless it says otherwise.
pub trait Source: Sync {
    /// Working memory of one thread.
    type Scratch: Default + Send;

    /// Number of simulated (or recorded) years.
    fn years(&self) -> u64;

    /// Fills `out` with block number `block`, a function of the source and of `block` only.
    ///
    /// A source whose block may take long asks [`Control::check`] every few milliseconds and leaves
    /// the block with its error.
    fn fill(
        &self,
        block: u64,
        control: &Control,
        scratch: &mut Self::Scratch,
        out: &mut LossBlock,
    ) -> Result<()>;

    /// Groups by which results may be asked for; none by default.
    fn groups(&self) -> &[Groups] {
        &[]
    }

    /// Ids of the risks, by [`LossBlock::risk`]; empty when they have none.
    fn risk_ids(&self) -> &[String] {
        &[]
    }

    /// Sum insured of each risk, by [`LossBlock::risk`]; empty when unknown.
    fn sums_insured(&self) -> &[f64] {
        &[]
    }

    /// Date at which each risk's policy begins and is renewed, as a fraction of the year, by
    /// [`LossBlock::risk`]; NaN when the risk does not say, empty when none does.
    fn renewals(&self) -> &[f64] {
        &[]
    }

    /// Names of the causes; index 0 is the attritional cause.
    fn causes(&self) -> &[String] {
        &[]
    }

    /// Hands out block `block` in parts of whole years, in order, each of about `rows` rows: what is
    /// done with a part finds it in the cache. Events are numbered within the part.
    ///
    /// # Errors
    /// Those of [`Source::fill`] and of `each`.
    fn parts(
        &self,
        block: u64,
        rows: usize,
        control: &Control,
        work: &mut Parts<Self::Scratch>,
        each: &mut dyn FnMut(&LossBlock) -> Result<()>,
    ) -> Result<()> {
        let Parts { scratch, block: whole, part } = work;
        self.fill(block, control, scratch, whole)?;
        whole.in_parts(rows, control, part, each)
    }

    /// How heavy one loss is; light where the source does not know, as of a table.
    fn tail_weight(&self) -> TailWeight {
        TailWeight::Light
    }

    /// Losses of block `block` as they lie in memory, where the source holds them and each row is an
    /// event; `offsets` is working memory.
    fn held<'a>(&'a self, _block: u64, _offsets: &'a mut Vec<u32>) -> Option<Years<'a>> {
        None
    }

    fn blocks(&self) -> u64 {
        self.years().div_ceil(BLOCK_YEARS as u64)
    }

    /// Years of block `block`. Blocks follow each other without a gap.
    fn span(&self, block: u64) -> Range<u64> {
        let first = block * BLOCK_YEARS as u64;
        first..self.years().min(first + BLOCK_YEARS as u64)
    }

    /// The block of a year.
    fn block_of(&self, year: u64) -> u64 {
        year / BLOCK_YEARS as u64
    }

    /// Number of years in block `block`.
    fn block_years(&self, block: u64) -> usize {
        let span = self.span(block);
        span.end.saturating_sub(span.start) as usize
    }
}
