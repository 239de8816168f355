//! Rows of a block, put in order of year, date and event.

use super::years::moment;
use crate::error::{Error, Result};
use crate::losses::{BLOCK_YEARS, LossBlock};

/// The event of a row that is an event of its own.
pub(super) const ALONE: u32 = u32::MAX;

/// Rows as they are drawn, in no order.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Year of the block + time.
    when: Vec<f64>,
    loss: Vec<f64>,
    risk: Vec<u32>,
    event: Vec<u32>,
    cause: Vec<u16>,
}

impl Rows {
    pub fn clear(&mut self) {
        self.when.clear();
        self.loss.clear();
        self.risk.clear();
        self.event.clear();
        self.cause.clear();
    }

    #[inline(always)]
    pub fn push(&mut self, year: usize, time: f64, loss: f64, risk: u32, event: u32, cause: u16) {
        self.when.push(moment(year, time));
        self.loss.push(loss);
        self.risk.push(risk);
        self.event.push(event);
        self.cause.push(cause);
    }
}

/// Working memory of the sort and of the annual aggregates.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    ends: Vec<u32>,
    order: Vec<u32>,
    /// Year last seen (+ 1) and amount used, of each risk.
    used: Vec<(u32, f64)>,
}

impl Sorter {
    /// Fills `out` with the rows of the first `years` years, annual aggregate limits applied.
    pub fn finish(
        &mut self,
        rows: &Rows,
        years: usize,
        aggregate_limits: Option<&[f64]>,
        out: &mut LossBlock,
    ) -> Result<()> {
        let n = rows.when.len();
        if n >= u32::MAX as usize {
            return Err(Error::numeric("simulate", "more than 2³² losses in 4,096 years"));
        }
        self.sort(rows);
        if let Some(limits) = aggregate_limits {
            self.used.clear();
            self.used.resize(limits.len(), (0, 0.0));
        }
        out.offsets.push(0);
        let mut events = 0u32;
        let mut previous = ALONE;
        for &row in &self.order {
            let row = row as usize;
            let when = rows.when[row];
            let year = when as usize;
            if year >= years {
                break;
            }
            let mut loss = rows.loss[row];
            if let Some(limits) = aggregate_limits {
                let risk = rows.risk[row] as usize;
                let limit = limits[risk];
                if limit.is_finite() {
                    let used = &mut self.used[risk];
                    if used.0 != year as u32 + 1 {
                        *used = (year as u32 + 1, 0.0);
                    }
                    loss = loss.min(limit - used.1);
                    if loss <= 0.0 {
                        continue;
                    }
                    used.1 += loss;
                }
            }
            while out.offsets.len() <= year {
                out.offsets.push(out.loss.len() as u32);
            }
            let event = rows.event[row];
            if event == ALONE || event != previous {
                events += 1;
            }
            previous = event;
            out.loss.push(loss);
            out.event.push(events - 1);
            out.time.push(when - year as f64);
            out.risk.push(rows.risk[row]);
            out.cause.push(rows.cause[row]);
        }
        while out.offsets.len() <= years {
            out.offsets.push(out.loss.len() as u32);
        }
        Ok(())
    }

    /// Counting sort by fine slices of time, then each slice by (time, event, row).
    fn sort(&mut self, rows: &Rows) {
        let n = rows.when.len();
        let slices = (n / BLOCK_YEARS).clamp(1, 512).next_power_of_two();
        let slice = |when: f64| (when * slices as f64) as usize;
        self.ends.clear();
        self.ends.resize(BLOCK_YEARS * slices + 1, 0);
        for &when in &rows.when {
            self.ends[slice(when) + 1] += 1;
        }
        let mut total = 0;
        for end in &mut self.ends {
            total += *end;
            *end = total;
        }
        self.order.clear();
        self.order.resize(n, 0);
        // `ends[s]` starts as the first place of slice s and moves to its end.
        for (row, &when) in rows.when.iter().enumerate() {
            let place = &mut self.ends[slice(when)];
            self.order[*place as usize] = row as u32;
            *place += 1;
        }
        let key = |row: u32| (rows.when[row as usize], rows.event[row as usize]);
        let mut start = 0;
        for &end in &self.ends {
            let part = &mut self.order[start..end as usize];
            if part.len() > 1 {
                // Stable, so rows of one event stay in the order they were drawn.
                part.sort_by(|&a, &b| {
                    let ((ta, ea), (tb, eb)) = (key(a), key(b));
                    ta.total_cmp(&tb).then(ea.cmp(&eb))
                });
            }
            start = end as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_come_out_in_order_and_complete(
            cells in proptest::collection::vec((0usize..5, 0usize..4, 1f64..9.0, 0u32..3, 0u32..4), 0..60),
        ) {
            let mut rows = Rows::default();
            for &(year, time, loss, risk, event) in &cells {
                let event = if event == 3 { ALONE } else { event };
                rows.push(year, time as f64 / 4.0, loss, risk, event, 0);
            }
            let mut out = LossBlock::default();
            Sorter::default().finish(&rows, 4, None, &mut out).unwrap();
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

    #[test]
    fn the_annual_aggregate_is_used_in_date_order() {
        let mut rows = Rows::default();
        rows.push(1, 0.5, 4.0, 0, ALONE, 0);
        rows.push(0, 0.9, 7.0, 0, ALONE, 0);
        rows.push(0, 0.1, 5.0, 0, 3, 1);
        rows.push(0, 0.1, 6.0, 1, 3, 1);
        rows.push(0, 0.95, 1.0, 0, ALONE, 0);
        let mut out = LossBlock::default();
        Sorter::default().finish(&rows, 3, Some(&[10.0, f64::INFINITY]), &mut out).unwrap();
        assert_eq!(out.loss, [5.0, 6.0, 5.0, 4.0]);
        assert_eq!(out.event, [0, 0, 1, 2]);
        assert_eq!(out.offsets, [0, 3, 4, 4]);
    }
}
