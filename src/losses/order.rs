//! Rows of one year, in the order in which treaties see them: by date, event, cause, risk and loss.

use std::cmp::Ordering;

/// Columns of one year; the optional ones are empty when unknown.
#[derive(Clone, Copy)]
pub(super) struct Year<'a> {
    pub event: &'a [i64],
    pub cause: &'a [u16],
    pub time: &'a [f64],
    pub risk: &'a [u32],
    pub loss: &'a [f64],
}

impl Year<'_> {
    fn name(&self, row: usize) -> (i64, u16) {
        (self.event[row], self.cause.get(row).copied().unwrap_or(0))
    }
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    /// Number of the event of each row; events stand in the order of their names.
    number: Vec<u32>,
    /// Date and first row of each event.
    events: Vec<(f64, usize)>,
    by_name: Vec<usize>,
    /// Places of the rows, when they do not stand in order.
    pub order: Vec<usize>,
}

impl Sorter {
    /// Finds the events and the order. Says whether rows stand in order as they are.
    pub fn arrange(&mut self, year: Year<'_>) -> bool {
        if year.event.is_empty() && year.time.is_empty() {
            return true;
        }
        self.find_events(year);
        let mut order = std::mem::take(&mut self.order);
        let this = &*self;
        let compare = |a: usize, b: usize| {
            (this.date(year, a).total_cmp(&this.date(year, b)))
                .then_with(|| this.rank(year, a).cmp(&this.rank(year, b)))
                .then_with(|| year.risk.get(a).cmp(&year.risk.get(b)))
                .then_with(|| year.loss[a].total_cmp(&year.loss[b]))
        };
        // Undated rows of one event stay as they came, but for the order of risk and loss.
        let in_order = (1..year.loss.len()).all(|row| compare(row - 1, row) != Ordering::Greater);
        if !in_order {
            order.clear();
            order.extend(0..year.loss.len());
            order.sort_by(|&a, &b| compare(a, b));
        }
        self.order = order;
        in_order
    }

    /// Date of a row: the first date of its event.
    pub fn date(&self, year: Year<'_>, row: usize) -> f64 {
        match self.number.get(row) {
            Some(&at) => self.events[at as usize].0,
            None => year.time.get(row).copied().unwrap_or(0.0),
        }
    }

    /// Event of a row, within the year.
    pub fn event(&self, row: usize) -> u32 {
        self.number[row]
    }

    /// Whether every row is an event of its own.
    pub fn alone(&self) -> bool {
        self.events.len() == self.number.len()
    }

    /// With dates the order must not depend on the order of the input, without them it is that order.
    fn rank(&self, year: Year<'_>, row: usize) -> (i64, u64) {
        let cause = u64::from(year.cause.get(row).copied().unwrap_or(0));
        match (self.number.get(row), year.time.is_empty()) {
            (Some(_), false) => (year.event[row], cause),
            (Some(&at), true) => (0, self.events[at as usize].1 as u64),
            (None, false) => (0, cause),
            (None, true) => (0, row as u64),
        }
    }

    fn find_events(&mut self, year: Year<'_>) {
        self.number.clear();
        self.events.clear();
        let rows = year.event.len();
        let known = (1..rows).all(|row| year.name(row - 1) <= year.name(row));
        if known {
            for row in 0..rows {
                self.place(year, row, row.checked_sub(1));
            }
            return;
        }
        self.by_name.clear();
        self.by_name.extend(0..rows);
        self.by_name.sort_unstable_by_key(|&row| (year.name(row), row));
        self.number.resize(rows, 0);
        let by_name = std::mem::take(&mut self.by_name);
        for (at, &row) in by_name.iter().enumerate() {
            self.place(year, row, at.checked_sub(1).map(|before| by_name[before]));
        }
        self.by_name = by_name;
    }

    /// Puts a row into the event of the one before it by name, or into a new one.
    fn place(&mut self, year: Year<'_>, row: usize, before: Option<usize>) {
        if before.is_none_or(|before| year.name(before) != year.name(row)) {
            self.events.push((f64::INFINITY, row));
        }
        let at = self.events.len() - 1;
        self.events[at].0 = self.events[at].0.min(year.time.get(row).copied().unwrap_or(0.0));
        if row == self.number.len() {
            self.number.push(at as u32);
        } else {
            self.number[row] = at as u32;
        }
    }
}
