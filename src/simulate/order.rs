//! Rows of a block, put in order of year, date and event.
//!
//! Rows are drawn risk by risk and wanted by date. They go into bins of some years as they come, so
//! that a bin fits the cache; a bin is then sorted by its date.

use super::rows::{ALONE, BIN_BITS, Bin, Moment, Row, Rows, TIME_BITS, first_year};
use crate::error::{Error, Result};
use crate::losses::LossBlock;

/// Slices of a bin, at most, as a power of two.
const MOST_BITS: u32 = 16;
/// Working memory of the sort and of the annual aggregates.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    /// Where the next row of each slice of time goes.
    places: Vec<u32>,
    sorted: Vec<Row>,
    /// Year last seen (+ 1) and amount used, of each risk.
    used: Vec<(u32, f64)>,
}

impl Sorter {
    /// Forgets what was used of annual aggregate limits.
    pub fn begin(&mut self, aggregate_limits: Option<&[f64]>) {
        self.used.clear();
        self.used.resize(aggregate_limits.map_or(0, <[f64]>::len), (0, 0.0));
    }

    /// Adds the rows of a bin, up to the last of `years`.
    pub fn bin(
        &mut self,
        rows: &Rows,
        bin: usize,
        years: usize,
        aggregate_limits: Option<&[f64]>,
        out: &mut LossBlock,
    ) -> Result<()> {
        let of_bin = first_year(bin)..years.min(first_year(bin + 1));
        self.sort(&rows.bins[bin]);
        if of_bin.end & ((1 << BIN_BITS) - 1) != 0 {
            let end = self.sorted.partition_point(|r| r.when.year() < years);
            self.sorted.truncate(end);
        }
        if let Some(limits) = aggregate_limits {
            self.limit(limits);
        }
        let sorted = &self.sorted;
        let base = out.loss.len();
        if base + sorted.len() >= u32::MAX as usize {
            return Err(Error::numeric("simulate", "more than 2³² losses in 4,096 years"));
        }
        if out.offsets.is_empty() {
            out.offsets.push(0);
        }
        let mut end = 0;
        for year in of_bin {
            end += sorted[end..].partition_point(|r| r.when.year() <= year);
            out.offsets.push((base + end) as u32);
        }
        let (mut number, mut previous) =
            (out.event.last().map_or(0, |last| last + 1), Row::default().key());
        let cause = |event: u32| rows.causes.get(event as usize).copied().unwrap_or(0);
        let new = base + sorted.len();
        out.loss.resize(new, 0.0);
        out.time.resize(new, 0.0);
        out.risk.resize(new, 0);
        out.cause.resize(new, 0);
        out.event.resize(new, 0);
        let (amounts, times) = (&mut out.loss[base..], &mut out.time[base..]);
        let (risks, causes) = (&mut out.risk[base..], &mut out.cause[base..]);
        let columns = amounts.iter_mut().zip(times).zip(risks).zip(causes);
        let mut first = true;
        for (((((loss, time), risk), of_cause), event), row) in
            columns.zip(&mut out.event[base..]).zip(sorted)
        {
            (*loss, *time, *risk) = (row.loss, row.when.time(), row.risk);
            *of_cause = cause(row.event);
            number += u32::from(!first & ((row.event == ALONE) | (row.key() != previous)));
            (first, previous) = (false, row.key());
            *event = number;
        }
        Ok(())
    }

    /// Annual aggregate limits in date order; rows that get nothing are dropped.
    fn limit(&mut self, limits: &[f64]) {
        let used = &mut self.used;
        self.sorted.retain_mut(|row| {
            let limit = limits[row.risk as usize];
            if limit == f64::INFINITY {
                return true;
            }
            let used = &mut used[row.risk as usize];
            let year = row.when.year() as u32 + 1;
            if used.0 != year {
                *used = (year, 0.0);
            }
            row.loss = row.loss.min(limit - used.1);
            used.1 += row.loss.max(0.0);
            row.loss > 0.0
        });
    }

    /// Copies the rows of a bin into `sorted`, by time, then event, then as drawn: counted into
    /// slices of time of a row or less, then by insertion.
    fn sort(&mut self, rows: &Bin) {
        // One slice a row to two, and no more than the cache holds.
        let bits = (rows.len().max(1).ilog2() + 1).clamp(4, MOST_BITS);
        // The moment within the bin, its leading bits.
        let slice = |when: Moment| {
            (when.0 << (64 - TIME_BITS - BIN_BITS) >> (64 - bits)) as usize & ((1 << bits) - 1)
        };
        self.places.clear();
        self.places.resize(1 << bits, 0);
        for row in rows.chunks().flatten() {
            self.places[slice(row.when)] += 1;
        }
        let mut total = 0;
        for place in &mut self.places {
            (*place, total) = (total, total + *place);
        }
        self.sorted.resize(rows.len(), Row::default());
        for row in rows.chunks().flatten() {
            let place = &mut self.places[slice(row.when)];
            self.sorted[*place as usize] = *row;
            *place += 1;
        }
        let sorted = &mut self.sorted;
        // Rows crowded into a few slices are rare; sort them all if they are not.
        let mut moves = 0;
        for i in 1..sorted.len() {
            let (before, row) = (sorted[i - 1], sorted[i]);
            if before.when < row.when || before.key() <= row.key() {
                continue;
            }
            let mut j = i;
            while j > 0 && sorted[j - 1].key() > row.key() {
                sorted[j] = sorted[j - 1];
                j -= 1;
            }
            sorted[j] = row;
            moves += i - j;
            if moves > 16 * sorted.len() {
                sorted.sort_by_key(Row::key);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};
    use crate::simulate::rows::{SHARED, Sink, bins};
    use proptest::prelude::*;

    fn finish(rows: &Rows, years: usize, limits: Option<&[f64]>) -> LossBlock {
        let (mut out, mut sorter) = (LossBlock::default(), Sorter::default());
        sorter.begin(limits);
        (0..bins(years)).for_each(|bin| sorter.bin(rows, bin, years, limits, &mut out).unwrap());
        out
    }

    proptest! {
        #[test]
        fn rows_come_out_in_order_and_complete(
            cells in proptest::collection::vec((0usize..5, 0usize..4, 1f64..9.0, 0u32..3, 0u32..4), 0..60),
        ) {
            let mut rows = Rows::default();
            rows.causes.extend([1, 2, 3]);
            for &(year, time, loss, risk, event) in &cells {
                let event = if event == 3 { ALONE } else { event };
                rows.push(Moment::new(year, time as f64 / 4.0), loss, risk, event);
            }
            let out = finish(&rows, 4, None);
            prop_assert_eq!(out.years(), 4);
            let want: f64 = cells.iter().filter(|c| c.0 < 4).map(|c| c.2).sum();
            prop_assert!((out.loss.iter().sum::<f64>() - want).abs() < 1e-9);
            for year in 0..4 {
                let rows = out.year(year);
                for i in rows.clone().skip(1) {
                    prop_assert!(out.time[i] >= out.time[i - 1]);
                    prop_assert!(out.event[i] == out.event[i - 1] || out.event[i] == out.event[i - 1] + 1);
                }
                prop_assert_eq!(rows.len(), cells.iter().filter(|c| c.0 == year).count());
            }
        }
    }

    /// Bins large enough for the radix sort, spread out and crowded into one moment.
    #[test]
    fn large_bins_are_sorted_too() {
        for crowd in [1.0, 1e-7] {
            let mut stream = Stream::new(3, Purpose::Auxiliary, 1, 0);
            let mut rows = Rows::default();
            let mut want: Vec<Moment> = (0..50_000)
                .map(|i| {
                    let (year, time) = (i % 40, stream.uniform() * crowd);
                    rows.push(Moment::new(year, time), 1.0, 0, ALONE);
                    Moment::new(year, time)
                })
                .collect();
            want.sort_unstable();
            let out = finish(&rows, 40, None);
            let got =
                (0..40).flat_map(|y| out.time[out.year(y)].iter().map(move |t| Moment::new(y, *t)));
            assert!(got.eq(want));
        }
    }

    #[test]
    fn the_annual_aggregate_is_used_in_date_order() {
        let mut rows = Rows::default();
        rows.causes.extend([0, 0, 0, 1]);
        rows.push(Moment::new(1, 0.5), 4.0, 0, ALONE);
        rows.push(Moment::new(0, 0.9), 7.0, 0, ALONE);
        rows.push(Moment::new(0, 0.1), 5.0, 0, 3);
        rows.push(Moment::new(0, 0.1), 6.0, 1, 3);
        rows.push(Moment::new(0, 0.95), 1.0, 0, ALONE);
        let out = finish(&rows, 3, Some(&[10.0, f64::INFINITY]));
        assert_eq!(out.loss, [5.0, 6.0, 5.0, 4.0]);
        assert_eq!(out.event, [0, 0, 1, 2]);
        assert_eq!(out.cause, [1, 1, 0, 0]);
        assert_eq!(out.offsets, [0, 3, 4, 4]);
    }

    #[test]
    fn rows_of_one_thing_and_moment_are_one_event() {
        let mut rows = Rows::default();
        for (time, risk, event) in [
            (0.5, 0, SHARED),
            (0.5, 1, SHARED + 1),
            (0.5, 2, SHARED),
            (0.5, 3, ALONE),
            (0.5, 4, ALONE),
            (0.7, 0, SHARED),
            (0.7, 2, SHARED),
        ] {
            rows.push(Moment::new(3, time), 1.0, risk, event);
        }
        let out = finish(&rows, 4, None);
        assert_eq!(out.risk, [0, 2, 1, 3, 4, 0, 2]);
        assert_eq!(out.event, [0, 0, 1, 2, 3, 4, 4]);
        assert_eq!(out.cause, [0; 7]);
    }
}
