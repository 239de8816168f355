//! Counts of amounts by size, for streams too long to keep.
//!
//! A cell is a share of 2⁻¹⁰ of a power of 2, so every amount is known within 0.1%; counts add up
//! exactly, so what a histogram says does not depend on how the stream was cut or in which order its
//! parts came.

use super::tail::rank;
use crate::error::{Faults, Issue, Result};

/// Bits of the mantissa that tell cells apart.
const BITS: u32 = 10;
const SHIFT: u32 = 52 - BITS;

/// Amounts ≥ 0 by cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    zeros: u64,
    /// Amounts above zero by the high bits of their double, from the lowest cell to the highest.
    lowest: u64,
    cells: Vec<u64>,
    count: u64,
}

impl Histogram {
    /// Adds amounts.
    ///
    /// # Errors
    /// Amounts that are negative or not finite: their number and the first of them; nothing is added.
    pub fn add(&mut self, amounts: &[f64]) -> Result<()> {
        let bad = |x: &f64| !(*x >= 0.0 && x.is_finite());
        if let Some(first) = amounts.iter().position(bad) {
            let all = amounts.iter().filter(|x| bad(x)).count();
            let mut faults = Faults::new();
            faults.push(
                Issue::new("out_of_range", "Histogram", format!("amounts[{first}]"))
                    .value(amounts[first])
                    .allowed("a finite amount of at least 0")
                    .hint(format!("{all} such amounts in all")),
            );
            return faults.finish();
        }
        let positive = amounts.iter().filter(|x| **x > 0.0).map(|x| cell(*x));
        if let (Some(low), Some(high)) = (positive.clone().min(), positive.clone().max()) {
            self.reach(low, high);
            for cell in positive {
                self.cells[(cell - self.lowest) as usize] += 1;
            }
        }
        self.zeros += amounts.iter().filter(|x| **x == 0.0).count() as u64;
        self.count += amounts.len() as u64;
        Ok(())
    }

    /// Adds years without losses.
    pub fn add_zeros(&mut self, zeros: u64) {
        self.zeros = self.zeros.saturating_add(zeros);
        self.count = self.count.saturating_add(zeros);
    }

    /// Makes room for the cells low..=high.
    fn reach(&mut self, low: u64, high: u64) {
        if self.cells.is_empty() {
            self.lowest = low;
        }
        if low < self.lowest {
            let more = (self.lowest - low) as usize;
            self.cells.splice(0..0, std::iter::repeat_n(0, more));
            self.lowest = low;
        }
        let wanted = (high - self.lowest + 1) as usize;
        self.cells.resize(wanted.max(self.cells.len()), 0);
    }

    /// Adds another histogram.
    pub fn merge(&mut self, other: &Self) {
        if !other.cells.is_empty() {
            self.reach(other.lowest, other.lowest + other.cells.len() as u64 - 1);
            let shift = (other.lowest - self.lowest) as usize;
            for (cell, count) in self.cells[shift..].iter_mut().zip(&other.cells) {
                *cell += count;
            }
        }
        self.zeros += other.zeros;
        self.count += other.count;
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn cells(&self) -> usize {
        self.counts().filter(|(_, count)| *count > 0).count()
    }

    /// Cells with their counts, ascending; zeros are cell 0.
    fn counts(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> {
        let cells = self.cells.iter().enumerate().map(|(k, n)| (self.lowest + k as u64, *n));
        std::iter::once((0, self.zeros)).chain(cells)
    }

    /// The smallest and largest amount that the quantile q(p) can be.
    pub fn quantile(&self, p: f64) -> (f64, f64) {
        let rank = rank(self.count as usize, p) as u64;
        let mut below = 0;
        for (cell, count) in self.counts() {
            below += count;
            if below >= rank {
                return edges(cell);
            }
        }
        (f64::NAN, f64::NAN)
    }

    /// Bounds of the number of amounts above x.
    pub fn above(&self, x: f64) -> (u64, u64) {
        if x < 0.0 {
            return (self.count, self.count);
        }
        let at = if x > 0.0 { cell(x) } else { 0 };
        let surely: u64 = self.counts().filter(|(cell, _)| *cell > at).map(|(_, n)| n).sum();
        // The lowest amount of a cell is below or at x; zero is a cell of one amount.
        let here: u64 =
            self.counts().filter(|(cell, _)| *cell == at && at > 0).map(|(_, n)| n).sum();
        (surely, surely + here)
    }

    /// Bounds of the mean.
    pub fn mean(&self) -> (f64, f64) {
        let (mut low, mut high) = (0.0, 0.0);
        for (cell, count) in self.counts() {
            let (from, to) = edges(cell);
            low += from * count as f64;
            high += to * count as f64;
        }
        (low / self.count as f64, high / self.count as f64)
    }

    /// Bounds of TVaR(p): both ends of every cell above the quantile, the atom split.
    pub fn tvar(&self, p: f64) -> (f64, f64) {
        let weight = (1.0 - p) * self.count as f64;
        let (mut left, mut low, mut high) = (weight, 0.0, 0.0);
        for (cell, count) in self.counts().rev() {
            let taken = left.min(count as f64);
            let (from, to) = edges(cell);
            low += from * taken;
            high += to * taken;
            left -= taken;
            if left <= 0.0 {
                break;
            }
        }
        (low / weight, high / weight)
    }
}

fn cell(x: f64) -> u64 {
    x.to_bits() >> SHIFT
}

/// The smallest and largest amount of a cell.
fn edges(cell: u64) -> (f64, f64) {
    if cell == 0 {
        return (0.0, 0.0);
    }
    (f64::from_bits(cell << SHIFT), f64::from_bits(((cell + 1) << SHIFT) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Tail;
    use crate::random::{Purpose, Stream};
    use crate::severity::{Family, LogNormal};

    #[test]
    fn bounds_hold_and_parts_do_not_matter() {
        let mut amounts = vec![0.0; 30_000];
        Stream::new(3, Purpose::Severity, 0, 0).fill(&mut amounts);
        LogNormal::new(10.0, 2.0).unwrap().sample(&mut amounts);
        amounts[..10_000].fill(0.0);
        let mut whole = Histogram::default();
        whole.add(&amounts).unwrap();
        let mut parts = Histogram::default();
        for part in amounts.rchunks(777) {
            let mut one = Histogram::default();
            one.add(part).unwrap();
            parts.merge(&one);
        }
        assert_eq!(whole, parts);
        assert_eq!(whole.count(), 30_000);
        let tail = Tail::new(&amounts, 0.0);
        for p in [0.2, 0.5, 0.9, 0.999] {
            let (low, high) = whole.quantile(p);
            let exact = tail.var(p).value;
            assert!(low <= exact && exact <= high && high <= low * 1.001, "{p}: {low} {high}");
            let (low, high) = whole.tvar(p);
            let exact = tail.tvar(p).value;
            assert!(low <= exact * (1.0 + 1e-12) && exact <= high * (1.0 + 1e-12), "{p}");
        }
        let above = amounts.iter().filter(|x| **x > 1e5).count() as u64;
        let (low, high) = whole.above(1e5);
        assert!(low <= above && above <= high);
        assert_eq!(whole.above(0.0), (20_000, 20_000));
        let mean = amounts.iter().sum::<f64>() / 30_000.0;
        assert!(whole.mean().0 <= mean && mean <= whole.mean().1);
        let mut zeros = Histogram::default();
        zeros.add_zeros(5);
        assert_eq!(zeros.quantile(0.99), (0.0, 0.0));
    }

    #[test]
    fn bad_amounts_are_told_and_not_added() {
        let mut empty = Histogram::default();
        let error = empty.add(&[1.0, -2.0, f64::NAN]).unwrap_err().to_string();
        assert!(error.contains("amounts[1]") && error.contains("2 such"), "{error}");
        assert_eq!(empty.count(), 0);
    }
}
