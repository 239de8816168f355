//! Years of dates: `2026`, `2026.5`, `2026-07-01`, Arrow dates and timestamps.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

const SECONDS: i64 = 86_400;

/// Days since 1970 of the cells of a column of dates; none for other columns.
pub(super) fn days(array: &ArrayRef) -> Option<Vec<Option<i64>>> {
    macro_rules! days {
        ($kind:ty, $a_day:expr) => {{
            let values = array.as_primitive_opt::<$kind>()?;
            let day =
                |row| values.is_valid(row).then(|| i64::from(values.value(row)).div_euclid($a_day));
            Some((0..array.len()).map(day).collect())
        }};
    }
    match array.data_type() {
        DataType::Date32 => days!(Date32Type, 1),
        DataType::Date64 => days!(Date64Type, SECONDS * 1000),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => days!(TimestampSecondType, SECONDS),
            TimeUnit::Millisecond => days!(TimestampMillisecondType, SECONDS * 1000),
            TimeUnit::Microsecond => days!(TimestampMicrosecondType, SECONDS * 1_000_000),
            TimeUnit::Nanosecond => days!(TimestampNanosecondType, SECONDS * 1_000_000_000),
        },
        _ => None,
    }
}

/// The Gregorian year of a day since 1970.
pub(super) fn year_of_day(day: i64) -> i64 {
    // Counted from 1 March of year 0, so that a leap day ends its year.
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    era * 400 + year + i64::from(of_year >= 306)
}

/// The year of a date in text: `2026-07-01`, `2026/7/1`, `2026`, `2026.5`.
pub(super) fn year_of_text(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<f64>() {
        return year_of_number(number);
    }
    let mut parts = text.get(..10).unwrap_or(text).split(['-', '/']);
    let mut part = || parts.next().and_then(|part| part.parse::<i64>().ok());
    let (year, month, day) = (part()?, part()?, part()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(year)
}

/// The year of a date as a number, such as 2026.5.
pub(super) fn year_of_number(number: f64) -> Option<i64> {
    (number.abs() < 9e15).then(|| number.floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_of_days_and_texts() {
        for (day, year) in [(0, 1970), (-1, 1969), (11_016, 2000), (11_322, 2000), (11_323, 2001)] {
            assert_eq!(year_of_day(day), year, "{day}");
        }
        assert_eq!(year_of_text("2026-07-01"), Some(2026));
        assert_eq!(year_of_text("2026-07-01T12:00"), Some(2026));
        assert_eq!(year_of_text("2026/7/1"), Some(2026));
        assert_eq!(year_of_text("2026.5"), Some(2026));
        assert_eq!(year_of_text("-0.25"), Some(-1));
        assert_eq!(year_of_text("2026-13-01"), None);
        assert_eq!(year_of_text("soon"), None);
    }
}
