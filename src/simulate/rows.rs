//! Losses as they are drawn: kept as rows, in bins of some years, or only summed.

use crate::losses::BLOCK_YEARS;
use std::ops::Range;

/// The event of a row that is an event of its own.
pub(super) const ALONE: u32 = u32::MAX;
/// Events from here on are claims of one thing that several risks insure, by the number of the thing:
/// its rows of one moment are one event. Below are systemic events.
pub(super) const SHARED: u32 = 1 << 31;

/// Years in a bin, as a power of two.
pub(super) const BIN_BITS: u32 = 5;
pub(super) const BINS: usize = BLOCK_YEARS >> BIN_BITS;
/// Bits of a [`Moment`] that hold the time within the year.
pub(super) const TIME_BITS: u32 = 52;
/// Rows of a chunk of a bin.
const CHUNK: usize = 1 << 10;

/// What takes the losses as they are drawn.
pub(super) trait Sink {
    /// Counts further systemic events of a cause in; the number of the first of them.
    fn arrive(&mut self, events: usize, cause: u16) -> u32;

    fn push(&mut self, when: Moment, loss: f64, risk: u32, event: u32);
}

/// A moment of the block: year above, time of the year in units of 2⁻⁵² below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Moment(pub u64);

impl Moment {
    /// `time` in [0, 1), [`LAST`](super::years::LAST) at most.
    #[inline(always)]
    pub fn new(year: usize, time: f64) -> Self {
        // The mantissa of 1 + time is the time.
        let time = (1.0 + time).to_bits() & ((1 << TIME_BITS) - 1);
        Self((year as u64) << TIME_BITS | time)
    }

    #[inline(always)]
    pub fn year(self) -> usize {
        (self.0 >> TIME_BITS) as usize
    }

    #[inline(always)]
    pub fn time(self) -> f64 {
        f64::from_bits(1f64.to_bits() | (self.0 & ((1 << TIME_BITS) - 1))) - 1.0
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    pub when: Moment,
    pub loss: f64,
    pub risk: u32,
    pub event: u32,
}

impl Row {
    #[inline(always)]
    pub fn key(&self) -> (Moment, u32) {
        (self.when, self.event)
    }
}

/// Rows of some years of a block as they are drawn, in chunks, so that what is done with can be used
/// for what comes.
#[derive(Debug)]
pub(super) struct Rows {
    pub bins: Vec<Bin>,
    /// Chunks that are empty.
    spare: Vec<Vec<Row>>,
    /// Years that are kept.
    first: usize,
    years: usize,
    /// Cause of each systemic event, by number.
    pub causes: Vec<u16>,
}

#[derive(Debug, Default)]
pub(super) struct Bin {
    full: Vec<Vec<Row>>,
    /// The chunk that is being filled.
    open: Vec<Row>,
}

impl Bin {
    pub fn chunks(&self) -> impl Iterator<Item = &[Row]> {
        self.full.iter().chain([&self.open]).map(Vec::as_slice)
    }

    pub fn len(&self) -> usize {
        self.chunks().map(<[Row]>::len).sum()
    }
}

impl Default for Rows {
    fn default() -> Self {
        let mut bins = Vec::new();
        bins.resize_with(BINS, Bin::default);
        Self { bins, spare: Vec::new(), first: 0, years: BLOCK_YEARS, causes: Vec::new() }
    }
}

impl Rows {
    /// Empties it for the bins in a range.
    pub fn clear(&mut self, bins: Range<usize>) {
        (0..BINS).for_each(|bin| self.release(bin));
        self.causes.clear();
        self.first = bins.start << BIN_BITS;
        self.years = bins.len() << BIN_BITS;
    }

    pub fn len(&self) -> usize {
        self.bins.iter().map(Bin::len).sum()
    }

    /// Forgets the rows of a bin.
    pub fn release(&mut self, bin: usize) {
        let Bin { full, open } = &mut self.bins[bin];
        open.clear();
        full.iter_mut().for_each(Vec::clear);
        self.spare.append(full);
    }

    #[cold]
    fn turn(&mut self, bin: usize) {
        let next = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
        let Bin { full, open } = &mut self.bins[bin];
        full.push(std::mem::replace(open, next));
    }
}

impl Sink for Rows {
    fn arrive(&mut self, events: usize, cause: u16) -> u32 {
        let number = self.causes.len();
        self.causes.resize(number + events, cause);
        number as u32
    }

    #[inline(always)]
    fn push(&mut self, when: Moment, loss: f64, risk: u32, event: u32) {
        let year = when.year();
        if year.wrapping_sub(self.first) >= self.years {
            return;
        }
        let bin = (year >> BIN_BITS) % BINS;
        let open = &mut self.bins[bin].open;
        open.push(Row { when, loss, risk, event });
        if open.len() >= CHUNK {
            self.turn(bin);
        }
    }
}

/// Sums of the years of a block, in the order of the draws: nothing is kept, nothing sorted.
#[derive(Debug)]
pub(super) struct Totals {
    pub years: Vec<f64>,
}

impl Default for Totals {
    fn default() -> Self {
        Self { years: vec![0.0; BLOCK_YEARS] }
    }
}

impl Sink for Totals {
    fn arrive(&mut self, _: usize, _: u16) -> u32 {
        0
    }

    #[inline(always)]
    fn push(&mut self, when: Moment, loss: f64, _: u32, _: u32) {
        if let Some(year) = self.years.get_mut(when.year()) {
            *year += loss;
        }
    }
}

/// Bins of the first years of a block.
pub(super) fn bins(years: usize) -> usize {
    years.div_ceil(1 << BIN_BITS)
}

/// First year of a bin.
pub(super) fn first_year(bin: usize) -> usize {
    bin << BIN_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_outside_of_the_window_are_left_to_others() {
        let mut rows = Rows::default();
        rows.clear(1..3);
        for year in 0..200 {
            for k in 0..40 {
                rows.push(Moment::new(year, f64::from(k) / 40.0), 1.0, 0, ALONE);
            }
        }
        assert_eq!(rows.len(), 64 * 40);
        rows.clear(0..1);
        assert_eq!((rows.len(), rows.spare.len()), (0, 2));
    }
}
