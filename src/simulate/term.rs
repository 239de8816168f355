//! When in the year a risk is covered, and in which stage of its life cycle.

use super::years::LAST;
use crate::portfolio::{Date, Portfolio, Stage};

/// The part of the year in which a risk is covered, wrapping at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub start: f64,
    pub span: f64,
}

impl Window {
    #[inline(always)]
    pub fn covers(self, time: f64) -> bool {
        let since = time - self.start;
        (if since < 0.0 { since + 1.0 } else { since }) < self.span
    }

    /// The moment at a fraction of the covered part.
    #[inline(always)]
    pub fn at(self, fraction: f64) -> f64 {
        let time = self.start + self.span * fraction;
        (if time >= 1.0 { time - 1.0 } else { time }).min(LAST)
    }
}

/// A part of the period in one stage of the life cycle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub stage: Stage,
    pub window: Window,
    /// Its share of the period.
    pub weight: f64,
}

/// The period of a risk, in two where its stage changes.
pub(super) fn parts(book: &Portfolio, risk: usize) -> impl Iterator<Item = Part> {
    let (whole, stage) = (window(book, risk), book.stage[risk]);
    let all = Part { stage, window: whole, weight: 1.0 };
    let Some((after, date)) = book.stage_change[risk] else {
        return [Some(all), None].into_iter().flatten();
    };
    let start = book.inception[risk].map_or_else(|| new_year(date), |from| from.0);
    // The simulated year stands for the whole term, however long it is.
    let term = match (book.inception[risk], book.expiry[risk]) {
        (Some(from), Some(to)) => to.0.saturating_sub(from.0).max(1),
        _ => YEAR,
    };
    let weight = (f64::from(date.0 - start) / f64::from(term)).clamp(0.0, 1.0);
    let turn = whole.at(weight);
    let before = Window { span: whole.span * weight, ..whole };
    let rest = Window { start: turn, span: whole.span * (1.0 - weight) };
    let part = |stage, window, weight| (weight > 0.0).then_some(Part { stage, window, weight });
    [part(stage, before, weight), part(after, rest, 1.0 - weight)].into_iter().flatten()
}

const YEAR: i32 = 365;

fn window(book: &Portfolio, risk: usize) -> Window {
    let whole = Window { start: 0.0, span: 1.0 };
    let (Some(from), Some(to)) = (book.inception[risk], book.expiry[risk]) else { return whole };
    let days = to.0.saturating_sub(from.0);
    if days >= YEAR {
        // A year that is cut in two begins at its inception.
        return if book.stage_change[risk].is_some() {
            Window { start: of_year(from), span: 1.0 }
        } else {
            whole
        };
    }
    Window { start: of_year(from), span: f64::from(days.max(1)) / f64::from(YEAR) }
}

/// A date as a fraction of its year.
fn of_year(date: Date) -> f64 {
    f64::from((date.0 - new_year(date)).clamp(0, YEAR - 1)) / f64::from(YEAR)
}

fn new_year(date: Date) -> i32 {
    let (year, _, _) = date.ymd();
    Date::from_ymd(year, 1, 1).map_or(date.0, |d| d.0)
}

/// Date at which each risk's policy is renewed; none when no risk has an inception.
pub(super) fn renewals(book: &Portfolio) -> Vec<f64> {
    if book.inception.iter().all(Option::is_none) {
        return Vec::new();
    }
    book.inception.iter().map(|date| date.map_or(f64::NAN, of_year)).collect()
}
