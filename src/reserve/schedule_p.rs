//! Triangles from Schedule P of the NAIC annual statement, as published by the Casualty Actuarial
//! Society and packaged as `cas-schedule-p`: a row per company, line, accident year and age.

use super::build::{Columns, Timing};
use super::build::{Entry, Grid, Record, Rows, reconcile, sort_segments};
use super::period::Grain;
use super::triangle::Triangle;
use crate::error::{Faults, Issue, Result};
use crate::portfolio::{Cell, RawTable};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Accident years of a Schedule P triangle.
const YEARS: i32 = 10;

/// Which part of the data to use.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleP {
    /// Lines of business; all when empty.
    pub lines: Vec<String>,
    /// Year of the annual statement: the ten accident years up to it are used.
    pub as_of: i32,
    /// Leave out what later statements tell, so that a method sees what was known.
    pub hold_out: bool,
    /// A segment for each company and line instead of each line.
    pub by_company: bool,
    /// A company whose cumulative paid loss falls by more than this share from one year to the
    /// next is left out of its line: its portfolio was restated or transferred.
    pub largest_fall: f64,
}

struct Row {
    index: usize,
    origin: i32,
    age: i32,
    paid: f64,
    known: bool,
}

/// Builds paid and incurred triangles (incurred without bulk and IBNR reserves).
///
/// Companies are judged by what was known at `as_of` only. Rows left out carry a reason:
/// `other_line`, `other_years`, `after_as_of`, or for a whole company in a line `no_loss`,
/// `missing_cell`, `negative_paid`, `paid_falls`.
pub fn schedule_p(table: &RawTable, options: &ScheduleP) -> Result<Triangle> {
    let mut faults = Faults::new();
    faults.fraction("Schedule P", "largest_fall", options.largest_fall);
    faults.check((1900..=2200).contains(&options.as_of), || {
        Issue::new("out_of_range", "Schedule P", "as_of")
            .value(options.as_of)
            .allowed("the year of an annual statement")
    });
    let mut find = |name: &str| {
        let found = table.index(name);
        if found.is_none() {
            let known = table.names().iter().map(String::as_str);
            faults.push(Issue::unknown(table.origin(), "column", name, known));
        }
        found.unwrap_or_default()
    };
    let [company_at, line_at, statement_at, origin_at, age_at, paid_at, incurred_at, bulk_at] = [
        "company_code",
        "line_of_business",
        "statement_year",
        "accident_year",
        "development_age",
        "cum_paid_loss",
        "incurred_loss",
        "bulk_loss",
    ]
    .map(&mut find);
    faults.finish()?;

    let mut record = Record::default();
    let mut known_lines = BTreeSet::new();
    let mut groups: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    let mut amounts = vec![f64::NAN; table.rows() * 2];
    let first = options.as_of - YEARS + 1;
    for row in 0..table.rows() {
        let text = |at: usize| match table.cell(at, row) {
            Cell::Text(text) => text.to_owned(),
            Cell::Number(value) => value.to_string(),
            Cell::Empty => String::new(),
        };
        let number = |at: usize, record: &mut Record| match table.cell(at, row) {
            Cell::Number(value) if value.is_finite() => value,
            cell => {
                let value = match cell {
                    Cell::Text(text) => text.to_owned(),
                    _ => "an empty cell".to_owned(),
                };
                record.fault(table, row, &table.names()[at], "not_a_number", &value, "a number");
                f64::NAN
            }
        };
        let before = record.rejected();
        let (statement, origin) =
            (number(statement_at, &mut record), number(origin_at, &mut record));
        let (age, paid) = (number(age_at, &mut record), number(paid_at, &mut record));
        let incurred = number(incurred_at, &mut record) - number(bulk_at, &mut record);
        let line = text(line_at);
        known_lines.insert(line.clone());
        amounts[row * 2] = paid;
        amounts[row * 2 + 1] = incurred;
        if record.rejected() > before {
            continue;
        }
        let (statement, origin, age) = (statement as i32, origin as i32, age as i32);
        let aside = if !options.lines.is_empty() && !options.lines.contains(&line) {
            Some(("line_of_business", "other_line"))
        } else if !(first..=options.as_of).contains(&origin) {
            Some(("accident_year", "other_years"))
        } else if !(1..=YEARS).contains(&age) {
            Some(("development_age", "other_ages"))
        } else {
            None
        };
        if let Some((field, reason)) = aside {
            record.reject(row, field, reason, "");
            continue;
        }
        let known = statement <= options.as_of;
        groups.entry((line, text(company_at))).or_default().push(Row {
            index: row,
            origin,
            age,
            paid,
            known,
        });
    }
    let mut faults = Faults::new();
    for line in &options.lines {
        faults.check(known_lines.contains(line), || {
            Issue::unknown(table.origin(), "line", line, known_lines.iter().map(String::as_str))
        });
    }
    faults.finish()?;

    let mut segments: Vec<Vec<String>> = Vec::new();
    let mut numbers: HashMap<Vec<String>, usize> = HashMap::new();
    let mut entries = Vec::new();
    for ((line, company), rows) in groups {
        let reason = screen(&rows, options);
        let labels = if options.by_company { vec![line, company.clone()] } else { vec![line] };
        for row in rows {
            let reason = reason.or((options.hold_out && !row.known).then_some("after_as_of"));
            if let Some(reason) = reason {
                record.reject(row.index, "company_code", reason, &company);
                continue;
            }
            let next = segments.len();
            let segment = *numbers.entry(labels.clone()).or_insert_with(|| {
                segments.push(labels.clone());
                next
            });
            entries.push(Entry {
                row: row.index,
                segment,
                origin: row.origin,
                age: row.age * 12,
                valued: None,
            });
        }
    }
    sort_segments(&mut segments, &mut entries);
    let by: &[&str] = if options.by_company {
        &["line_of_business", "company_code"]
    } else {
        &["line_of_business"]
    };
    let columns = Columns {
        origin: "accident_year".to_owned(),
        development: Timing::Age { column: "development_age".to_owned(), months: 12 },
        values: vec!["paid".to_owned(), "incurred".to_owned()],
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        origin_grain: Grain::Year,
        development_grain: Grain::Year,
        reject: false,
        refuse_falls: false,
        ..Columns::default()
    };
    let rows = Rows { entries, segments, amounts, record };
    let Some(grid) = Grid::over(&rows, &columns) else {
        rows.record.faults.finish()?;
        return Err(Issue::new("no_rows", table.origin(), "as_of")
            .value(options.as_of)
            .allowed("a statement year of the data")
            .into_error());
    };
    grid.fits(table, &columns)?;
    let mut triangle = grid.triangle(&rows, &columns, f64::NAN);
    triangle.cumulative = true;
    for entry in &rows.entries {
        for measure in 0..2 {
            let cell = &mut triangle.values[grid.at(entry, measure, 2)];
            let amount = rows.amounts[entry.row * 2 + measure];
            *cell = if cell.is_nan() { amount } else { *cell + amount };
        }
    }
    triangle.reconciliation = reconcile(table, rows, &columns)?;
    triangle.note_decreases();
    Ok(triangle)
}

/// Why a company is left out of its line, if it is.
fn screen(rows: &[Row], options: &ScheduleP) -> Option<&'static str> {
    let mut paid: BTreeMap<(i32, i32), f64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.known) {
        paid.insert((row.origin, row.age), row.paid);
    }
    if paid.values().all(|value| *value == 0.0) {
        return Some("no_loss");
    }
    let origins: BTreeSet<i32> = paid.keys().map(|key| key.0).collect();
    let complete = origins.iter().all(|origin| {
        (1..=options.as_of - origin + 1).all(|age| paid.contains_key(&(*origin, age)))
    });
    if !complete {
        return Some("missing_cell");
    }
    if paid.values().any(|value| *value < 0.0) {
        return Some("negative_paid");
    }
    let falls = paid.iter().any(|((origin, age), value)| {
        let next = paid.get(&(*origin, age + 1));
        next.is_some_and(|next| *next < *value * (1.0 - options.largest_fall))
    });
    falls.then_some("paid_falls")
}
