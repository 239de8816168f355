//! A loss table that the user brings: rows in any order, sorted once.

use std::collections::HashMap;
use std::ops::Range;

use super::{Groups, LossBlock, Source};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;

/// Columns of a loss table, a row per loss. Optional columns are empty when unknown.
#[derive(Debug, Clone, Default)]
pub struct LossColumns {
    /// Label of the year, such as 2026 or the number of a simulated period.
    pub year: Vec<i64>,
    /// Loss, ≥ 0.
    pub loss: Vec<f64>,
    /// Losses of one year with one event id and cause are one event.
    pub event: Vec<i64>,
    /// Fraction of the year, in [0, 1).
    pub time: Vec<f64>,
    /// Index of the risk.
    pub risk: Vec<u32>,
    /// Index of the cause; 0 is the attritional cause.
    pub cause: Vec<u16>,
}

/// A validated loss table, sorted by year, date, event, cause and risk.
#[derive(Debug, Clone, Default)]
pub struct LossTable {
    years: u64,
    first_year: i64,
    /// Index of the year of each row, ascending.
    year: Vec<u64>,
    loss: Vec<f64>,
    /// Number of the event in the table, ascending with the rows.
    event: Vec<u64>,
    time: Vec<f64>,
    risk: Vec<u32>,
    cause: Vec<u16>,
    groups: Vec<Groups>,
    causes: Vec<String>,
}

/// Faults told one by one for a column; the rest are counted.
const TOLD: usize = 1000;

impl LossTable {
    /// Checks and sorts the rows. `years` are the labels of all years, with or without losses:
    /// `1..100_001` for 100,000 simulated periods.
    ///
    /// Rows of one event share its first date. Without dates, events stand in the order in which
    /// they first appear.
    ///
    /// # Errors
    /// Every fault with its row (from 0): columns of different lengths, years outside `years`,
    /// losses that are negative or not finite, times outside [0, 1).
    pub fn new(columns: LossColumns, years: Range<i64>) -> Result<Self> {
        check(&columns, &years)?;
        let LossColumns { year, loss, event, time, risk, cause } = columns;
        let index = |label: i64| (i128::from(label) - i128::from(years.start)) as u64;

        // Events: numbered by year, id and cause; dated by their first row.
        let mut numbers: HashMap<(i64, i64, u16), usize> = HashMap::new();
        let mut first: Vec<(f64, usize)> = Vec::new();
        let mut number = Vec::with_capacity(event.len());
        for (row, &id) in event.iter().enumerate() {
            let key = (year[row], id, cause.get(row).copied().unwrap_or(0));
            let at = *numbers.entry(key).or_insert_with(|| {
                first.push((f64::INFINITY, row));
                first.len() - 1
            });
            first[at].0 = first[at].0.min(time.get(row).copied().unwrap_or(0.0));
            number.push(at);
        }
        let date = |row: usize| match number.get(row) {
            Some(&at) => first[at].0,
            None => time.get(row).copied().unwrap_or(0.0),
        };
        // With dates the order must not depend on the order of the input, without them it is that order.
        let dated = !time.is_empty();
        let rank = |row: usize| match number.get(row) {
            Some(_) if dated => (event[row], u64::from(cause.get(row).copied().unwrap_or(0))),
            Some(&at) => (0, first[at].1 as u64),
            None if dated => (0, u64::from(cause.get(row).copied().unwrap_or(0))),
            None => (0, row as u64),
        };
        let mut order: Vec<usize> = (0..loss.len()).collect();
        order.sort_by(|&a, &b| {
            (year[a].cmp(&year[b]))
                .then_with(|| date(a).total_cmp(&date(b)))
                .then_with(|| rank(a).cmp(&rank(b)))
                .then_with(|| risk.get(a).cmp(&risk.get(b)))
                .then_with(|| loss[a].total_cmp(&loss[b]))
        });

        let pick = |present: bool| if present { order.as_slice() } else { &[] };
        let mut event = Vec::with_capacity(number.len());
        for (at, &row) in pick(!number.is_empty()).iter().enumerate() {
            let same = at > 0 && number[order[at - 1]] == number[row];
            let last = event.last().copied().unwrap_or(0);
            event.push(if at == 0 { 0 } else { last + u64::from(!same) });
        }
        Ok(Self {
            years: (i128::from(years.end) - i128::from(years.start)) as u64,
            first_year: years.start,
            year: order.iter().map(|&row| index(year[row])).collect(),
            loss: order.iter().map(|&row| loss[row]).collect(),
            event,
            time: pick(dated).iter().map(|&row| date(row)).collect(),
            risk: pick(!risk.is_empty()).iter().map(|&row| risk[row]).collect(),
            cause: pick(!cause.is_empty()).iter().map(|&row| cause[row]).collect(),
            groups: Vec::new(),
            causes: Vec::new(),
        })
    }

    /// Adds partitions of the risks.
    ///
    /// # Errors
    /// A risk without a group.
    pub fn with_groups(mut self, groups: Vec<Groups>) -> Result<Self> {
        let mut faults = Faults::new();
        let risks = self.risk.iter().max().map_or(0, |risk| *risk as usize + 1);
        for partition in &groups {
            let inside = partition.of_risk.iter().all(|g| usize::from(*g) < partition.names.len());
            faults.check(inside && partition.of_risk.len() >= risks, || {
                Issue::new("missing_groups", "losses", &partition.label)
                    .value(format!("{} risks have a group", partition.of_risk.len()))
                    .allowed(format!("a group for each of {risks} risks"))
            });
        }
        faults.finish()?;
        self.groups = groups;
        Ok(self)
    }

    /// Names the causes; index 0 is the attritional cause.
    #[must_use]
    pub fn with_causes(mut self, causes: Vec<String>) -> Self {
        self.causes = causes;
        self
    }

    /// Label of the first year.
    pub fn first_year(&self) -> i64 {
        self.first_year
    }

    pub fn rows(&self) -> usize {
        self.loss.len()
    }

    /// Rows of a run of years, by index from 0.
    fn rows_of(&self, years: Range<u64>) -> Range<usize> {
        let start = self.year.partition_point(|year| *year < years.start);
        let stop = self.year.partition_point(|year| *year < years.end);
        start..stop
    }

    fn cut(&self, years: Range<u64>, out: &mut LossBlock) -> Result<()> {
        fn copy<T: Copy>(from: &[T], rows: &Range<usize>, to: &mut Vec<T>) {
            to.extend_from_slice(from.get(rows.clone()).unwrap_or(&[]));
        }
        out.clear();
        out.first_year = years.start;
        let rows = self.rows_of(years.clone());
        if u32::try_from(rows.len()).is_err() {
            return Err(Error::numeric("losses", "more than 4 billion rows in 4096 years"));
        }
        let mut row = rows.start;
        out.offsets.push(0);
        for year in years {
            while row < rows.end && self.year[row] == year {
                row += 1;
            }
            out.offsets.push((row - rows.start) as u32);
        }
        copy(&self.loss, &rows, &mut out.loss);
        copy(&self.time, &rows, &mut out.time);
        copy(&self.risk, &rows, &mut out.risk);
        copy(&self.cause, &rows, &mut out.cause);
        let events = self.event.get(rows).unwrap_or(&[]);
        let base = events.first().copied().unwrap_or(0);
        out.event.extend(events.iter().map(|event| (event - base) as u32));
        Ok(())
    }

    /// One year as a block of its own, by index from 0.
    pub fn year(&self, year: u64) -> Result<LossBlock> {
        let mut block = LossBlock::default();
        self.cut(year..year.saturating_add(1), &mut block)?;
        Ok(block)
    }
}

impl Source for LossTable {
    type Scratch = ();

    fn years(&self) -> u64 {
        self.years
    }

    fn fill(&self, block: u64, _: &Control, (): &mut (), out: &mut LossBlock) -> Result<()> {
        let first = block * super::BLOCK_YEARS as u64;
        self.cut(first..first + self.block_years(block) as u64, out)
    }

    fn groups(&self) -> &[Groups] {
        &self.groups
    }

    fn causes(&self) -> &[String] {
        &self.causes
    }
}

fn check(columns: &LossColumns, years: &Range<i64>) -> Result<()> {
    let LossColumns { year, loss, event, time, risk, cause } = columns;
    let mut faults = Faults::new();
    let rows = loss.len();
    faults.check(years.start < years.end, || {
        Issue::new("out_of_range", "losses", "years")
            .value(format!("{} to {}", years.start, years.end))
            .allowed("at least one year")
    });
    let lengths = [
        ("year", year.len(), true),
        ("event", event.len(), false),
        ("time", time.len(), false),
        ("risk", risk.len(), false),
        ("cause", cause.len(), false),
    ];
    for (field, length, needed) in lengths {
        faults.check(length == rows || (!needed && length == 0), || {
            Issue::new("length_mismatch", "losses", field)
                .value(format!("{length} rows"))
                .allowed(format!("as long as loss, {rows} rows"))
        });
    }
    column(&mut faults, "year", year, "a year of the table", |y| years.contains(y));
    column(&mut faults, "loss", loss, "a finite number ≥ 0", |x| x.is_finite() && *x >= 0.0);
    column(&mut faults, "time", time, "a fraction of the year in [0, 1)", |t| {
        (0.0..1.0).contains(t)
    });
    faults.finish()
}

fn column<T: std::fmt::Display>(
    faults: &mut Faults,
    field: &str,
    values: &[T],
    allowed: &str,
    ok: impl Fn(&T) -> bool,
) {
    let mut bad = 0;
    for (row, value) in values.iter().enumerate() {
        if !ok(value) {
            bad += 1;
            if bad <= TOLD {
                let place = format!("losses, row {row}");
                faults.push(Issue::new("out_of_range", place, field).value(value).allowed(allowed));
            }
        }
    }
    if bad > TOLD {
        let rest = format!("{} more rows", bad - TOLD);
        faults.push(Issue::new("out_of_range", "losses", field).value(rest).allowed(allowed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_sorted_and_events_kept_together() {
        let columns = LossColumns {
            year: vec![2, 1, 2, 2, 1],
            loss: vec![1.0, 2.0, 3.0, 4.0, 5.0],
            event: vec![7, 7, 9, 7, 8],
            time: vec![0.6, 0.5, 0.3, 0.2, 0.5],
            ..LossColumns::default()
        };
        let table = LossTable::new(columns, 1..5).unwrap();
        let mut block = LossBlock::default();
        table.fill(0, &Control::default(), &mut (), &mut block).unwrap();
        assert_eq!(block.offsets, [0, 2, 5, 5, 5]);
        assert_eq!(block.loss, [2.0, 5.0, 1.0, 4.0, 3.0]);
        assert_eq!(block.event, [0, 1, 2, 2, 3]);
        assert_eq!(block.time, [0.5, 0.5, 0.2, 0.2, 0.3]);
        assert_eq!(table.year(1).unwrap().loss, [1.0, 4.0, 3.0]);
    }

    #[test]
    fn undated_events_stand_as_they_came() {
        let columns = LossColumns {
            year: vec![1, 1, 1],
            loss: vec![1.0, 2.0, 3.0],
            event: vec![9, 4, 9],
            ..LossColumns::default()
        };
        let block = LossTable::new(columns, 1..2).unwrap().year(0).unwrap();
        assert_eq!((block.loss, block.event), (vec![1.0, 3.0, 2.0], vec![0, 0, 1]));
        assert!(block.time.is_empty());
    }

    #[test]
    fn every_bad_cell_is_told_with_its_row() {
        let columns = LossColumns {
            year: vec![1, 9, 1],
            loss: vec![-1.0, 2.0, f64::NAN],
            time: vec![0.0, 1.0, 0.5],
            event: vec![1],
            ..LossColumns::default()
        };
        let text = LossTable::new(columns, 1..3).unwrap_err().to_string();
        for part in [
            "event must be as long as loss, 3 rows, got 1 rows",
            "losses, row 1: year must be a year of the table, got 9",
            "losses, row 0: loss must be a finite number ≥ 0, got -1",
            "losses, row 2: loss",
            "losses, row 1: time",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(LossTable::new(LossColumns::default(), 5..5).is_err());
    }

    proptest! {
        /// With dates, the order of the input does not matter.
        #[test]
        fn any_order_gives_the_same_table(
            rows in prop::collection::vec((0i64..9000, 0u32..100, 0i64..3, 0u32..4, 0u32..50), 0..40),
        ) {
            let table = |rows: &[(i64, u32, i64, u32, u32)]| {
                let columns = LossColumns {
                    year: rows.iter().map(|r| r.0 % 3 * 3000).collect(),
                    loss: rows.iter().map(|r| f64::from(r.1)).collect(),
                    event: rows.iter().map(|r| r.2).collect(),
                    risk: rows.iter().map(|r| r.3).collect(),
                    time: rows.iter().map(|r| f64::from(r.4) / 50.0).collect(),
                    cause: Vec::new(),
                };
                LossTable::new(columns, 0..9000).unwrap()
            };
            let forth = table(&rows);
            let back = table(&rows.iter().rev().copied().collect::<Vec<_>>());
            let mut total = 0;
            for number in 0..forth.blocks() {
                let (mut a, mut b) = (LossBlock::default(), LossBlock::default());
                forth.fill(number, &Control::default(), &mut (), &mut a).unwrap();
                back.fill(number, &Control::default(), &mut (), &mut b).unwrap();
                prop_assert_eq!(&a.loss, &b.loss);
                prop_assert_eq!(&a.event, &b.event);
                prop_assert_eq!(&a.risk, &b.risk);
                prop_assert_eq!(&a.time, &b.time);
                total += a.rows();
            }
            prop_assert_eq!(total, rows.len());
        }
    }
}
