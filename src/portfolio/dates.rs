//! Calendar days, enough for inception and expiry.

use std::fmt;

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

impl Date {
    /// Reads `2026-01-31`, `2026/1/31` or `20260131`; a time of day after a space or `T` is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let day = text.trim().split([' ', 'T']).next()?;
        let digits = |part: &str| -> Option<i32> {
            (!part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        let mut parts = day.split(['-', '/', '.']);
        let (year, month, day) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(y), Some(m), Some(d), None) if y.len() == 4 => {
                (digits(y)?, digits(m)?, digits(d)?)
            }
            (Some(all), None, None, None) if all.len() == 8 && all.is_ascii() => {
                (digits(&all[..4])?, digits(&all[4..6])?, digits(&all[6..])?)
            }
            _ => return None,
        };
        Self::from_ymd(year, month, day)
    }

    /// `None` when there is no such day.
    pub fn from_ymd(year: i32, month: i32, day: i32) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + i32::from(leap),
            _ => return None,
        };
        if !(1..=length).contains(&day) || !(1..=9999).contains(&year) {
            return None;
        }
        // Days from civil: the year begins in March, so that the leap day is the last one.
        let y = year - i32::from(month <= 2);
        let era = y.div_euclid(400);
        let of_era = y.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Some(Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
    }

    /// Year, month, day.
    pub fn ymd(self) -> (i32, i32, i32) {
        let z = i64::from(self.0) + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        ((year + era * 400 + i64::from(month <= 2)) as i32, month as i32, day as i32)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        assert_eq!(Date::parse("1970-01-01"), Some(Date(0)));
        assert_eq!(Date::parse("2000-03-01"), Some(Date(11_017)));
        assert_eq!(Date::parse("20261121"), Date::parse("2026/11/21 10:00:00"));
        for text in
            ["", "2026-02-29", "2026-13-01", "21-11-2026", "soon", "2026-1", "２０２６-01-01"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn writing_then_reading_is_the_identity(day in -700_000i32..2_900_000) {
            prop_assert_eq!(Date::parse(&Date(day).to_string()), Some(Date(day)));
        }

        #[test]
        fn never_panics(text in "\\PC{0,12}") {
            let _ = Date::parse(&text);
        }
    }
}
