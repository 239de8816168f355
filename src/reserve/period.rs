//! Origin and development periods, and dates as precise as they are written.

use crate::error::{Issue, Result};
use crate::portfolio::{Cell, Date};

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Grain {
    #[default]
    Year,
    Half,
    Quarter,
    Month,
}

impl Grain {
    pub const NAMES: [&str; 4] = ["Y", "H", "Q", "M"];

    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Y" => Self::Year,
            "H" => Self::Half,
            "Q" => Self::Quarter,
            "M" => Self::Month,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "Y",
            Self::Half => "H",
            Self::Quarter => "Q",
            Self::Month => "M",
        }
    }

    pub fn months(self) -> i32 {
        match self {
            Self::Year => 12,
            Self::Half => 6,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }

    /// `2024`, `2024H1`, `2024Q3`, `2024-07` for the period numbered `period` from year 0.
    pub fn label(self, period: i32) -> String {
        let month = period * self.months();
        let (year, within) = (month.div_euclid(12), month.rem_euclid(12));
        match self {
            Self::Year => format!("{year}"),
            Self::Half => format!("{year}H{}", within / 6 + 1),
            Self::Quarter => format!("{year}Q{}", within / 3 + 1),
            Self::Month => format!("{year}-{:02}", within + 1),
        }
    }
}

/// Number of the period that a label such as `2024`, `2024H1`, `2024Q3` or `2024-07` names.
pub fn period_of(label: &str, grain: Grain) -> Result<i32> {
    let found = When::parse(label.trim()).and_then(|when| when.period(grain));
    // A bare number of up to three digits is a year too: the first origin of an example.
    let year = || {
        label.trim().parse::<i32>().ok().filter(|y| grain == Grain::Year && (0..1000).contains(y))
    };
    found.or_else(year).ok_or_else(|| {
        Issue::new("not_a_date", "Triangle", "origin")
            .value(format!("'{label}'"))
            .allowed(format!("a period of grain {}", grain.name()))
            .into_error()
    })
}

/// A span of days: a day, a month, a quarter, a half-year or a year, as it was written.
///
/// Days are numbered 32 · month + day with months counted from year 0: ordered, with gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    first: i32,
    last: i32,
}

const DAYS: i32 = 32;

impl When {
    fn months(first: i32, count: i32) -> Self {
        Self { first: first * DAYS + 1, last: (first + count - 1) * DAYS + 31 }
    }

    #[cfg(test)]
    fn day(year: i32, month: i32, day: i32) -> Self {
        let at = (year * 12 + month - 1) * DAYS + day;
        Self { first: at, last: at }
    }

    pub fn first_month(self) -> i32 {
        self.first.div_euclid(DAYS)
    }

    pub fn last_month(self) -> i32 {
        self.last.div_euclid(DAYS)
    }

    /// Sorts by the beginning, then by the end.
    pub fn key(self) -> (i32, i32) {
        (self.first, self.last)
    }

    /// Whether all of `self` is before all of `other`.
    pub fn is_before(self, other: Self) -> bool {
        self.last < other.first
    }

    /// Whether any of `self` is after the end of `limit`.
    pub fn is_after(self, limit: Self) -> bool {
        self.last > limit.last
    }

    /// The period that holds it; `None` when it is wider than one period.
    pub fn period(self, grain: Grain) -> Option<i32> {
        let period = self.first_month().div_euclid(grain.months());
        (self.last_month().div_euclid(grain.months()) == period).then_some(period)
    }

    /// Reads a cell: a year (2024), 202407 or 20240731 as a number or text, `2024H1`, `2024Q3`,
    /// `2024-07`, or a day in any form that [`Date`] reads.
    pub fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Number(value) if value.fract() == 0.0 && value.abs() < 1e9 => {
                Self::parse(&format!("{value}"))
            }
            Cell::Empty | Cell::Number(_) => None,
            Cell::Text(text) => Self::parse(text.trim()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str| -> Option<i32> {
            (!part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        if !text.is_ascii() {
            return None;
        }
        if let Some(date) = Date::parse(text) {
            let (year, month, day) = date.ymd();
            let at = (year * 12 + month - 1) * DAYS + day;
            return Some(Self { first: at, last: at });
        }
        let (year, rest) = text.split_at_checked(4)?;
        let year = digits(year)? * 12;
        let part = |count: i32, months: i32, part: &str| {
            let number = digits(part)?;
            (1..=count)
                .contains(&number)
                .then(|| Self::months(year + (number - 1) * months, months))
        };
        let bare = rest.len();
        let rest = rest.trim_start_matches([' ', '-', '/', '.']);
        match rest.as_bytes().first() {
            None => (text.len() == 4).then(|| Self::months(year, 12)),
            Some(b'H' | b'h') => part(2, 6, &rest[1..]),
            Some(b'Q' | b'q') => part(4, 3, &rest[1..]),
            // Without a separator a month has two digits: 202407.
            Some(_) if rest.len() == 2 || rest.len() < bare => part(12, 1, rest),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_as_precise_as_they_are_written() {
        let read = |text: &str| When::read(Cell::Text(text));
        assert_eq!(read("2024"), Some(When::months(2024 * 12, 12)));
        assert_eq!(When::read(Cell::Number(2024.0)), read("2024"));
        assert_eq!(read("2024Q3"), Some(When::months(2024 * 12 + 6, 3)));
        assert_eq!(read("2024-Q3"), read("2024q3"));
        assert_eq!(read("2024H2"), Some(When::months(2024 * 12 + 6, 6)));
        assert_eq!(read("2024-07"), Some(When::months(2024 * 12 + 6, 1)));
        assert_eq!(When::read(Cell::Number(202407.0)), read("2024-07"));
        assert_eq!(read("2024-07-31"), Some(When::day(2024, 7, 31)));
        for text in
            ["", "24", "2024Q5", "2024H0", "2024-13", "2024-02-30", "soon", "20241", "年2024"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2024").and_then(|when| when.period(Grain::Quarter)), None);
        let label =
            |text, grain: Grain| read(text).and_then(|w| w.period(grain)).map(|p| grain.label(p));
        assert_eq!(label("2024-08-15", Grain::Quarter).as_deref(), Some("2024Q3"));
        assert_eq!(label("2024-08-15", Grain::Half).as_deref(), Some("2024H2"));
        assert_eq!(label("2024-08-15", Grain::Month).as_deref(), Some("2024-08"));
        assert_eq!(label("2024-08-15", Grain::Year).as_deref(), Some("2024"));
    }

    #[test]
    fn before_means_wholly_before() {
        let read = |text: &str| When::read(Cell::Text(text)).unwrap();
        assert!(read("2023").is_before(read("2024-01-01")));
        assert!(!read("2024").is_before(read("2024-05-05")));
        assert!(read("2024-05-04").is_before(read("2024-05-05")));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,10}", number in any::<f64>()) {
            let _ = When::read(Cell::Text(&text));
            let _ = When::read(Cell::Number(number));
        }
    }
}
