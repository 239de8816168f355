//! Whether the columns of a loss table are sound: questions about whole columns, answered in one
//! pass without a branch, and every fault with its row where they are not.

#![expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch, so that it is read in vectors"
)]

use std::ops::Range;

use super::LossColumns;
use super::arrow::{NO_NUMBER, NO_YEAR};
use crate::error::{Faults, Issue, Result};
use crate::numeric::dispatch::{self, Kernel};

/// Faults told one by one for a column; the rest are counted.
pub(super) const TOLD: usize = 1000;

/// Whether all values are in `[low, high)`.
pub(super) fn within(values: &[i64], low: i64, high: i64) -> bool {
    struct Within<'a>(&'a [i64], i64, i64);
    impl Kernel for Within<'_> {
        type Output = bool;
        #[inline(always)]
        fn run(self) -> bool {
            let Self(values, low, high) = self;
            values.iter().fold(true, |ok, x| ok & (*x >= low) & (*x < high))
        }
    }
    dispatch::run(Within(values, low, high))
}

/// Whether all amounts are finite and not negative.
pub(super) fn amounts(values: &[f64]) -> bool {
    struct Amounts<'a>(&'a [f64]);
    impl Kernel for Amounts<'_> {
        type Output = bool;
        #[inline(always)]
        fn run(self) -> bool {
            self.0.iter().fold(true, |ok, x| ok & (*x >= 0.0) & (*x < f64::INFINITY))
        }
    }
    dispatch::run(Amounts(values))
}

/// Whether each value is above the one before, or as high where `strictly` is not asked for.
pub(super) fn rising<T: PartialOrd + Copy>(values: &[T], strictly: bool) -> bool {
    struct Rising<'a, T>(&'a [T], bool);
    impl<T: PartialOrd + Copy> Kernel for Rising<'_, T> {
        type Output = bool;
        #[inline(always)]
        fn run(self) -> bool {
            let Self(values, strictly) = self;
            let pairs = values.iter().zip(values.get(1..).unwrap_or(&[]));
            if strictly {
                pairs.fold(true, |ok, (a, b)| ok & (a < b))
            } else {
                pairs.fold(true, |ok, (a, b)| ok & (a <= b))
            }
        }
    }
    dispatch::run(Rising(values, strictly))
}

/// Columns of one length, years among `years`, amounts and dates in range.
///
/// # Errors
/// Every fault with its row; cells that could not be read are told elsewhere.
pub(super) fn check(
    columns: &LossColumns,
    years: &Range<i64>,
    place: &dyn Fn(usize) -> String,
) -> Result<()> {
    let LossColumns { year, loss, event, time, risk, cause, inception, reported } = columns;
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
        ("inception", inception.len(), false),
        ("reported", reported.len(), false),
    ];
    for (field, length, needed) in lengths {
        faults.check(length == rows || (!needed && length == 0), || {
            Issue::new("length_mismatch", "losses", field)
                .value(format!("{length} rows"))
                .allowed(format!("as long as loss, {rows} rows"))
        });
    }
    let faults_of = &mut faults;
    // Sound columns, the rule, are told in one pass without a branch.
    let sound = within(year, years.start, years.end) && amounts(loss);
    let (labels, losses): (&[i64], &[f64]) = if sound { (&[], &[]) } else { (year, loss) };
    column(faults_of, place, "year", labels, "a year of the table", |y| {
        years.contains(y) || *y == NO_YEAR
    });
    column(faults_of, place, "loss", losses, "a finite number ≥ 0", |x| {
        (x.is_finite() && *x >= 0.0) || unread(*x)
    });
    column(faults_of, place, "time", time, "a fraction of the year in [0, 1)", |t| {
        (0.0..1.0).contains(t) || unread(*t)
    });
    let far = i64::from(i16::MAX);
    let dates: [(&str, &[i64], &str, Range<i64>); 2] = [
        ("inception", inception, "a date no later than the year of the loss", -far..1),
        ("reported", reported, "a date no earlier than the year of the loss", 0..far),
    ];
    for (field, dates, allowed, within) in dates {
        let pairs: Vec<Dated> = dates.iter().zip(year).map(|(d, y)| Dated(*d, *y)).collect();
        column(faults_of, place, field, &pairs, allowed, |Dated(date, year)| {
            let unread = *date == NO_YEAR || *year == NO_YEAR;
            unread || date.checked_sub(*year).is_some_and(|years| within.contains(&years))
        });
    }
    faults.finish()
}

/// Whether the cell could not be read, which is told elsewhere.
fn unread(number: f64) -> bool {
    number.to_bits() == NO_NUMBER.to_bits()
}

/// The year of a date, beside that of the loss.
struct Dated(i64, i64);

impl std::fmt::Display for Dated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, of a loss in {}", self.0, self.1)
    }
}

fn column<T: std::fmt::Display>(
    faults: &mut Faults,
    place: &dyn Fn(usize) -> String,
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
                faults.push(
                    Issue::new("out_of_range", place(row), field).value(value).allowed(allowed),
                );
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

    #[test]
    fn columns_are_judged_as_their_parts_are() {
        let years: Vec<i64> = (0..100).collect();
        assert!(within(&years, 0, 100) && !within(&years, 0, 99) && !within(&years, 1, 100));
        assert!(rising(&years, true) && rising(&[1, 1, 2], false) && !rising(&[1, 1, 2], true));
        assert!(!rising(&[0.1, f64::NAN, 0.3], false) && rising::<f64>(&[], true));
        assert!(amounts(&[0.0, 1e300]));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let mut losses = vec![1.0; 37];
            losses[29] = bad;
            assert!(!amounts(&losses));
        }
    }
}
