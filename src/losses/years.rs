//! Losses of consecutive years as they lie in memory.

use std::ops::Range;

/// Losses of consecutive years and nothing else: each row is an event.
#[derive(Debug, Clone, Copy)]
pub struct Years<'a> {
    /// Index of the first year, from 0.
    pub first_year: u64,
    /// Rows of year `y` are `offsets[y]..offsets[y + 1]`; one more entry than years.
    pub offsets: &'a [u32],
    pub loss: &'a [f64],
}

/// Losses that [`Years::windows`] hands out together.
pub const WINDOW: usize = 8;

/// All bits of the first n places of a window, none of the others.
static FIRST: [[u64; WINDOW]; WINDOW + 1] = {
    let mut masks = [[0; WINDOW]; WINDOW + 1];
    let mut n = 1;
    while n <= WINDOW {
        masks[n] = masks[n - 1];
        masks[n][n - 1] = u64::MAX;
        n += 1;
    }
    masks
};

impl<'a> Years<'a> {
    pub fn years(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Rows of one year.
    #[inline(always)]
    pub fn rows(&self, year: usize) -> Range<usize> {
        self.offsets[year] as usize..self.offsets[year + 1] as usize
    }

    /// Losses of one year.
    #[inline(always)]
    pub fn of(&self, year: usize) -> &'a [f64] {
        &self.loss[self.rows(year)]
    }

    /// Losses of one year, [`WINDOW`] at a time, with zeros after the last.
    ///
    /// Years have as many losses as chance will: a loop over what is left of them would be guessed
    /// wrong in most years, which costs more than to add zeros.
    #[inline(always)]
    pub fn windows(&self, year: usize, mut each: impl FnMut([f64; WINDOW])) {
        let rows = self.rows(year);
        let (mut left, mut from) = (rows.len(), &self.loss[rows.start..]);
        let mut end = [0.0; WINDOW];
        while left > 0 {
            let here = left.min(WINDOW);
            let window = if let Some(window) = from.first_chunk::<WINDOW>() {
                window
            } else {
                end[..here].copy_from_slice(&from[..here]);
                &end
            };
            // What follows the year belongs to others.
            let keep = &FIRST[here];
            each(std::array::from_fn(|at| f64::from_bits(window[at].to_bits() & keep[at])));
            from = from.get(WINDOW..).unwrap_or(&[]);
            left -= here;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_the_losses_of_a_year_and_zeros() {
        let counts = [0, 1, 7, 8, 9, 0, 16, 17, 40, 3];
        let mut offsets = vec![0];
        for count in counts {
            offsets.push(offsets[offsets.len() - 1] + count);
        }
        let loss: Vec<f64> = (0..offsets[counts.len()]).map(|i| f64::from(i) + 1.0).collect();
        let years = Years { first_year: 0, offsets: &offsets, loss: &loss };
        for (year, count) in counts.iter().enumerate() {
            let mut all = Vec::new();
            years.windows(year, |window| all.extend(window));
            assert_eq!(all.len(), (*count as usize).next_multiple_of(WINDOW));
            let (losses, zeros) = all.split_at(*count as usize);
            assert_eq!(losses, years.of(year));
            assert!(zeros.iter().all(|x| *x == 0.0));
        }
    }
}
