//! Triangles from rows: cells of a long table, or transactions.

use super::period::{Grain, When};
use super::triangle::{Amounts, MAX_CELLS, Reconciliation, Reject, Triangle, cumulate, gap_issue};
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::parse_amount;
use crate::portfolio::{Cell, RawTable};
use std::collections::HashMap;

/// What to do with a second row of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    #[default]
    Refuse,
    Sum,
}

/// What the columns mean, and what to do with rows at fault.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub origin: String,
    /// Column of valuation dates, or of ages.
    pub development: Timing,
    pub values: Vec<String>,
    /// Index columns that tell segments apart.
    pub by: Vec<String>,
    pub origin_grain: Grain,
    pub development_grain: Grain,
    /// Leave rows at fault out and list them, instead of refusing the whole.
    pub reject: bool,
    /// Refuse cumulative values that fall, which are only noted otherwise.
    pub refuse_falls: bool,
    /// Column that tells claims apart; needed for `states` and `count`.
    pub claim: Option<String>,
    /// Those of `values` that state where a claim stands, such as its case reserve; in date order
    /// each counts by its change.
    pub states: Vec<String>,
    /// Name of a measure to add: claims, each counted once, at its first transaction.
    pub count: Option<String>,
}

/// How a row says when it is valued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timing {
    /// A column of dates.
    Valuation(String),
    /// A column of ages, in units of so many months.
    Age { column: String, months: i32 },
}

impl Default for Timing {
    fn default() -> Self {
        Self::Valuation(String::new())
    }
}

/// One usable row.
pub(super) struct Entry {
    pub row: usize,
    pub segment: usize,
    /// Origin period.
    pub origin: i32,
    /// Age at the end of the development period, in months.
    pub age: i32,
    /// Valuation, by month.
    pub valued: Option<When>,
}

pub(super) struct Rows {
    pub entries: Vec<Entry>,
    pub segments: Vec<Vec<String>>,
    /// Row-major: row × measure; NaN in rows that are not used.
    pub amounts: Vec<f64>,
    pub record: Record,
}

/// Faults and rejects, row by row.
#[derive(Default)]
pub(super) struct Record {
    pub faults: Faults,
    rejects: Vec<Reject>,
}

impl Record {
    pub fn fault(
        &mut self,
        table: &RawTable,
        row: usize,
        field: &str,
        reason: &'static str,
        value: &str,
        allowed: &str,
    ) {
        let issue = Issue::new(reason, table.place(row), field).value(value).allowed(allowed);
        self.faults.push(issue);
        self.reject(row, field, reason, value);
    }

    pub fn rejected(&self) -> usize {
        self.rejects.len()
    }

    pub fn reject(&mut self, row: usize, field: &str, reason: &'static str, value: &str) {
        let (field, value) = (field.to_owned(), value.to_owned());
        self.rejects.push(Reject { row, reason, field, value });
    }
}

/// Builds a triangle whose rows are cells: values at an age, cumulative or incremental.
pub fn from_long(
    table: &RawTable,
    columns: &Columns,
    cumulative: bool,
    duplicates: Duplicates,
) -> Result<Triangle> {
    let mut rows = read(table, columns, false)?;
    let Some(grid) = Grid::over(&rows, columns) else { return nothing(table, rows, columns) };
    grid.fits(table, columns)?;
    let measures = columns.values.len();
    let mut triangle = grid.triangle(&rows, columns, f64::NAN);
    triangle.cumulative = cumulative;
    let step = columns.development_grain.months();
    let mut seen: HashMap<(usize, i32, i32), usize> = HashMap::new();
    let entries = std::mem::take(&mut rows.entries);
    for entry in entries {
        if (entry.age - grid.first_age) % step != 0 || entry.age <= 0 {
            let hint = if entry.age < step { "; are these ages counted in periods?" } else { "" };
            let allowed = format!(
                "an age of {} months plus a multiple of {step}{hint}",
                if grid.first_age > 0 { grid.first_age } else { step }
            );
            rows.record.fault(
                table,
                entry.row,
                columns.timing(),
                "age_off_grid",
                &entry.age.to_string(),
                &allowed,
            );
            continue;
        }
        let first = *seen.entry((entry.segment, entry.origin, entry.age)).or_insert(entry.row);
        if first != entry.row && duplicates == Duplicates::Refuse {
            let mut cell = triangle.segments[entry.segment].join(", ");
            if !cell.is_empty() {
                cell.push_str(", ");
            }
            let label = columns.origin_grain.label(entry.origin);
            cell.push_str(&["origin ", &label, ", age ", &entry.age.to_string()].concat());
            let allowed = format!("the only row of its cell; {} has it too", table.place(first));
            rows.record.fault(table, entry.row, "", "duplicate_cell", &cell, &allowed);
            continue;
        }
        for measure in 0..measures {
            let amount = rows.amounts[entry.row * measures + measure];
            let at = grid.at(&entry, measure, measures);
            let cell = &mut triangle.values[at];
            if !amount.is_nan() {
                *cell = if cell.is_nan() { amount } else { *cell + amount };
            }
        }
        rows.entries.push(entry);
    }
    if !cumulative {
        let size = triangle.ages;
        for at in 0..triangle.values.len() / size.max(1) {
            if cumulate(&mut triangle.values[at * size..(at + 1) * size]).is_some() {
                let (measure, origin) = (at / triangle.origins % measures, at % triangle.origins);
                let segment = at / triangle.origins / measures;
                let row = &triangle.values[at * size..(at + 1) * size];
                let age = row.iter().position(|value| value.is_nan()).unwrap_or_default();
                rows.record.faults.push(gap_issue(
                    table.origin(),
                    &triangle.place(segment, measure, origin, age),
                ));
            }
        }
    }
    triangle.reconciliation = reconcile(table, rows, columns)?;
    triangle.note_decreases();
    if columns.refuse_falls {
        refuse_falls(table, &triangle)?;
    }
    Ok(triangle)
}

/// Builds a cumulative triangle whose rows are transactions, summed by origin and age.
///
/// The list of transactions is taken to be complete up to `as_of` (the latest valuation in it when
/// `None`), so that an age without a transaction holds what the age before held, and ages whose
/// period starts after that date are not observed. Rows valued after `as_of` are set aside as
/// `after_as_of`, which is not a fault.
pub fn from_claims(table: &RawTable, columns: &Columns, as_of: Option<&str>) -> Result<Triangle> {
    let mut rows = read(table, columns, true)?;
    let counted;
    let columns = if columns.claim.is_some() {
        counted = super::claims::by_claim(table, &mut rows, columns)?;
        &counted
    } else {
        columns
    };
    let limit = match as_of {
        None => None,
        Some(text) => Some(When::read(Cell::Text(text)).ok_or_else(|| {
            Issue::new("not_a_date", "from_claims", "as_of")
                .value(format!("'{text}'"))
                .allowed("a date such as 2024, 2024Q3, 2024-09 or 2024-09-30")
        })?),
    };
    if let Some(limit) = limit {
        let Rows { entries, record, .. } = &mut rows;
        entries.retain(|entry| {
            let keep = entry.valued.is_none_or(|valued| !valued.is_after(limit));
            if !keep {
                record.reject(entry.row, columns.timing(), "after_as_of", "");
            }
            keep
        });
    }
    let Some(mut grid) = Grid::over(&rows, columns) else { return nothing(table, rows, columns) };
    let valued = rows.entries.iter().filter_map(|entry| entry.valued);
    let latest = limit.into_iter().chain(valued).map(When::last_month).max().unwrap_or_default();
    let step = columns.development_grain.months();
    grid.first_age = step;
    let first_month = grid.first_origin * columns.origin_grain.months();
    grid.ages = ((latest - first_month).div_euclid(step) + 1).max(1) as usize;
    grid.fits(table, columns)?;
    let mut triangle = grid.triangle(&rows, columns, 0.0);
    triangle.cumulative = true;
    let measures = columns.values.len();
    for entry in &rows.entries {
        for measure in 0..measures {
            let amount = rows.amounts[entry.row * measures + measure];
            triangle.values[grid.at(entry, measure, measures)] += amount;
        }
    }
    for (at, row) in triangle.values.chunks_exact_mut(grid.ages).enumerate() {
        let start = first_month + (at % grid.origins) as i32 * columns.origin_grain.months();
        let observed = ((latest - start).div_euclid(step) + 1).max(0) as usize;
        cumulate(row);
        row[observed.min(grid.ages)..].fill(f64::NAN);
    }
    triangle.reconciliation = reconcile(table, rows, columns)?;
    triangle.note_decreases();
    if columns.refuse_falls {
        refuse_falls(table, &triangle)?;
    }
    Ok(triangle)
}

impl Columns {
    pub(super) fn timing(&self) -> &str {
        match &self.development {
            Timing::Valuation(column) | Timing::Age { column, .. } => column,
        }
    }
}

/// Reads and judges every row; every fault of every row is recorded.
fn read(table: &RawTable, columns: &Columns, transactions: bool) -> Result<Rows> {
    let mut missing = Faults::new();
    let mut find = |name: &str| {
        let found = table.index(name);
        if found.is_none() {
            let known = table.names().iter().map(String::as_str);
            missing.push(Issue::unknown(table.origin(), "column", name, known));
        }
        found.unwrap_or_default()
    };
    let origin_at = find(&columns.origin);
    let timing_at = find(columns.timing());
    let values_at: Vec<usize> = columns.values.iter().map(|name| find(name)).collect();
    let by_at: Vec<usize> = columns.by.iter().map(|name| find(name)).collect();
    if columns.values.is_empty() {
        missing
            .push(Issue::new("missing", table.origin(), "values").allowed("at least one column"));
    }
    missing.finish()?;

    let mut record = Record::default();
    let mut dates: [HashMap<String, Option<When>>; 2] = Default::default();
    let mut segments: Vec<Vec<String>> = Vec::new();
    let mut numbers: HashMap<Vec<String>, usize> = HashMap::new();
    let mut entries = Vec::with_capacity(table.rows());
    let mut amounts = vec![f64::NAN; table.rows() * values_at.len()];
    let broken: HashMap<usize, &Issue> =
        table.broken().iter().map(|(row, issue)| (*row, issue)).collect();
    for row in 0..table.rows() {
        let before = record.rejects.len();
        if let Some(issue) = broken.get(&row) {
            record.faults.push((*issue).clone());
            record.reject(row, "", issue.code, &issue.value);
        }
        let mut when = |cache: usize, at: usize, name: &str, record: &mut Record| {
            let cell = table.cell(at, row);
            let when = match cell {
                Cell::Text(text) => match dates[cache].get(text) {
                    Some(known) => *known,
                    None => *dates[cache].entry(text.to_owned()).or_insert(When::read(cell)),
                },
                _ => When::read(cell),
            };
            if when.is_none() {
                let allowed = "a date such as 2024, 2024Q3, 2024-09 or 2024-09-30";
                record.fault(table, row, name, "not_a_date", &show(cell), allowed);
            }
            when
        };
        let origin = when(0, origin_at, &columns.origin, &mut record);
        let period = origin.and_then(|origin| {
            let period = origin.period(columns.origin_grain);
            if period.is_none() {
                too_coarse(
                    &mut record,
                    table,
                    row,
                    &columns.origin,
                    origin_at,
                    columns.origin_grain,
                );
            }
            period
        });
        let mut valued = None;
        let age = match &columns.development {
            Timing::Valuation(name) => {
                let valuation = when(1, timing_at, name, &mut record);
                valued = valuation;
                let start = period.map(|period| period * columns.origin_grain.months());
                match (valuation, origin, start) {
                    (Some(valuation), Some(origin), Some(start)) => {
                        let step = columns.development_grain.months();
                        let age = |month: i32| ((month - start).div_euclid(step) + 1) * step;
                        let (first, last) =
                            (age(valuation.first_month()), age(valuation.last_month()));
                        if valuation.is_before(origin) {
                            let value = show(table.cell(timing_at, row));
                            let allowed = format!(
                                "on or after {} {}",
                                columns.origin,
                                show(table.cell(origin_at, row))
                            );
                            record.fault(
                                table,
                                row,
                                name,
                                "valuation_before_origin",
                                &value,
                                &allowed,
                            );
                            None
                        } else if first == last {
                            Some(last)
                        } else {
                            too_coarse(
                                &mut record,
                                table,
                                row,
                                name,
                                timing_at,
                                columns.development_grain,
                            );
                            None
                        }
                    }
                    _ => None,
                }
            }
            Timing::Age { column, months } => {
                let cell = table.cell(timing_at, row);
                let age = number(cell).map(|age| age * f64::from(*months));
                let whole =
                    age.filter(|age| age.fract() == 0.0 && age.abs() < 1e6).map(|age| age as i32);
                if whole.is_none() {
                    record.fault(
                        table,
                        row,
                        column,
                        "not_an_age",
                        &show(cell),
                        "a whole number of periods",
                    );
                }
                whole
            }
        };
        for (measure, (at, name)) in values_at.iter().zip(&columns.values).enumerate() {
            let cell = table.cell(*at, row);
            match number(cell) {
                Some(value) if value.is_finite() => {
                    amounts[row * values_at.len() + measure] = value;
                }
                // A cell may be missing from a triangle; a transaction without an amount is at fault.
                None if cell == Cell::Empty && !transactions => {}
                _ => record.fault(table, row, name, "not_a_number", &show(cell), "a finite number"),
            }
        }
        if record.rejects.len() > before {
            continue;
        }
        let labels: Vec<String> = by_at.iter().map(|at| show(table.cell(*at, row))).collect();
        let next = segments.len();
        let segment = if let Some(known) = numbers.get(&labels) {
            *known
        } else {
            segments.push(labels.clone());
            numbers.insert(labels, next);
            next
        };
        if let (Some(origin), Some(age)) = (period, age) {
            entries.push(Entry { row, segment, origin, age, valued });
        }
    }
    sort_segments(&mut segments, &mut entries);
    Ok(Rows { entries, segments, amounts, record })
}

/// Segments in alphabetical order, whatever the order of the rows.
pub(super) fn sort_segments(segments: &mut Vec<Vec<String>>, entries: &mut [Entry]) {
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by(|a, b| segments[*a].cmp(&segments[*b]));
    let mut place = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new;
    }
    *segments = order.into_iter().map(|old| segments[old].clone()).collect();
    for entry in entries {
        entry.segment = place[entry.segment];
    }
}

fn too_coarse(
    record: &mut Record,
    table: &RawTable,
    row: usize,
    name: &str,
    at: usize,
    grain: Grain,
) {
    let value = show(table.cell(at, row));
    let allowed = format!("within one period of grain {}", grain.name());
    record.fault(table, row, name, "too_coarse", &value, &allowed);
}

fn number(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Number(value) => Some(value),
        Cell::Text(text) => parse_amount(text),
        Cell::Empty => None,
    }
}

fn show(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => "an empty cell".to_owned(),
        Cell::Number(value) => value.to_string(),
        Cell::Text(text) => format!("'{text}'").trim_matches('\'').to_owned(),
    }
}

/// Extent of a triangle.
pub(super) struct Grid {
    first_origin: i32,
    origins: usize,
    first_age: i32,
    ages: usize,
    step: i32,
    segments: usize,
}

impl Grid {
    /// The smallest grid that holds all rows; `None` without rows.
    pub fn over(rows: &Rows, columns: &Columns) -> Option<Self> {
        let step = columns.development_grain.months();
        let first_origin = rows.entries.iter().map(|entry| entry.origin).min()?;
        let last_origin = rows.entries.iter().map(|entry| entry.origin).max()?;
        // Ages count from the first whole one; an age off the grid is a fault found later.
        let ages = || rows.entries.iter().map(|entry| entry.age).filter(|age| *age > 0);
        let whole = ages().filter(|age| age % step == 0).min();
        let first_age = whole.or_else(|| ages().min()).unwrap_or(step);
        let last_age = ages().max().unwrap_or(step);
        Some(Self {
            first_origin,
            origins: (last_origin - first_origin) as usize + 1,
            first_age,
            ages: ((last_age - first_age).max(0) / step) as usize + 1,
            step,
            segments: rows.segments.len(),
        })
    }

    pub fn fits(&self, table: &RawTable, columns: &Columns) -> Result<()> {
        let cells = [self.origins, self.ages, self.segments, columns.values.len()]
            .iter()
            .try_fold(1usize, |product, n| product.checked_mul(*n));
        if cells.is_some_and(|cells| cells <= MAX_CELLS) {
            return Ok(());
        }
        Err(Issue::new("too_large", table.origin(), "")
            .value(format!(
                "{} origins from {}, {} ages, {} segments",
                self.origins,
                columns.origin_grain.label(self.first_origin),
                self.ages,
                self.segments
            ))
            .allowed(format!("at most {MAX_CELLS} cells"))
            .hint("is a date wrong, or the grain too fine?")
            .into_error())
    }

    pub fn triangle(&self, rows: &Rows, columns: &Columns, fill: f64) -> Triangle {
        Triangle {
            index: columns.by.clone(),
            segments: rows.segments.clone(),
            measures: columns.values.clone(),
            origin_grain: columns.origin_grain,
            development_grain: columns.development_grain,
            first_origin: self.first_origin,
            origins: self.origins,
            first_age: self.first_age,
            ages: self.ages,
            values: vec![fill; self.segments * columns.values.len() * self.origins * self.ages],
            ..Triangle::default()
        }
    }

    pub fn at(&self, entry: &Entry, measure: usize, measures: usize) -> usize {
        let origin = (entry.origin - self.first_origin) as usize;
        let age = ((entry.age - self.first_age) / self.step) as usize;
        ((entry.segment * measures + measure) * self.origins + origin) * self.ages + age
    }
}

pub(super) fn reconcile(table: &RawTable, rows: Rows, columns: &Columns) -> Result<Reconciliation> {
    let Rows { entries, amounts, record, .. } = rows;
    if !columns.reject {
        record.faults.finish().map_err(explain)?;
    }
    let measures = columns.values.len();
    let mut used = vec![false; table.rows()];
    for entry in &entries {
        used[entry.row] = true;
    }
    let mut sums = vec![Amounts::default(); measures];
    for (row, used) in used.iter().enumerate() {
        for (measure, sum) in sums.iter_mut().enumerate() {
            let amount = amounts[row * measures + measure];
            if !amount.is_nan() {
                sum.total += amount;
                *(if *used { &mut sum.used } else { &mut sum.rejected }) += amount;
            }
        }
    }
    Ok(Reconciliation {
        rows: table.rows(),
        used: entries.len(),
        amounts: sums,
        rejects: record.rejects,
        decreasing: Vec::new(),
    })
}

fn explain(error: Error) -> Error {
    match error {
        Error::Input(mut issues) => {
            if let Some(last) = issues.last_mut().filter(|issue| issue.hint.is_empty()) {
                "errors='reject' leaves such rows out and lists them in .rejects"
                    .clone_into(&mut last.hint);
            }
            Error::Input(issues)
        }
        other => other,
    }
}

fn refuse_falls(table: &RawTable, triangle: &Triangle) -> Result<()> {
    let mut faults = Faults::new();
    for fall in &triangle.reconciliation.decreasing {
        let place = triangle.place(fall.segment, fall.measure, fall.origin, fall.age);
        faults.push(
            Issue::new("decreasing", table.origin(), place)
                .value(fall.to)
                .allowed(format!("at least {}, the value of the age before", fall.from)),
        );
    }
    faults.finish()
}

/// No usable row: the faults if there are any, else an empty table is refused.
fn nothing(table: &RawTable, rows: Rows, columns: &Columns) -> Result<Triangle> {
    if !columns.reject {
        rows.record.faults.finish().map_err(explain)?;
    }
    Err(Issue::new("no_rows", table.origin(), "")
        .value(format!("none of {} rows is usable", table.rows()))
        .allowed("at least one usable row")
        .into_error())
}
