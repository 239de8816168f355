//! Loss tables from Arrow columns of any type.

#![allow(clippy::cast_lossless, reason = "one rule for integers of all widths")]

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema};

use super::cells::{Cell, cell, numeric, texts, whole};
use super::checks::TOLD;
use super::dates::{days, year_of_day, year_of_number, year_of_text};
use super::{Groups, LossColumns};
use crate::error::{Error, Faults, Issue, Result, nearest};
use crate::numeric::parse_amount;

/// Names of the columns that are read; `risk` stands for `risk_id` too.
pub const COLUMNS: [&str; 11] = [
    "year",
    "time",
    "event",
    "cause",
    "risk_id",
    "sector",
    "coverage",
    "sum_insured",
    "inception",
    "reported",
    "loss",
];

/// What stands for a cell that could not be read, until its fault is told.
pub(super) const NO_YEAR: i64 = i64::MIN;
/// A NaN that no file holds.
pub(super) const NO_NUMBER: f64 = f64::from_bits(0x7ff8_6b65_6261_6f00);

/// A loss table as it was read.
#[derive(Debug, Clone, Default)]
pub struct Read {
    pub columns: LossColumns,
    pub groups: Vec<Groups>,
    pub causes: Vec<String>,
    /// Columns that were found.
    pub names: Vec<String>,
    /// Ids of the risks, where they were given.
    pub risk_ids: Vec<String>,
    /// Sum insured of each risk, where it was given.
    pub sums_insured: Vec<f64>,
}

/// Reads the columns of a loss table; `place` tells where a row stands.
///
/// # Errors
/// Missing columns and every cell that is not what its column wants, with its place; then also those
/// that are readable and out of range, `years` being the labels of all years.
pub fn read(
    origin: &str,
    schema: &Schema,
    batches: &[RecordBatch],
    years: &Range<i64>,
    place: &dyn Fn(usize) -> String,
) -> Result<Read> {
    read_in(LossColumns::default(), origin, schema, batches, years, place)
}

/// The same in buffers that were used before.
pub(super) fn read_in(
    spare: LossColumns,
    origin: &str,
    schema: &Schema,
    batches: &[RecordBatch],
    years: &Range<i64>,
    place: &dyn Fn(usize) -> String,
) -> Result<Read> {
    let mut faults = Faults::new();
    let find = |name: &str| {
        let (index, _) = schema.column_with_name(name)?;
        let parts = batches.iter().map(|batch| batch.column(index)).collect();
        Some(Reader { name: name.to_owned(), parts, place })
    };
    for needed in ["year", "loss"] {
        faults.check(schema.column_with_name(needed).is_some(), || {
            let issue = Issue::new("missing_column", origin, needed)
                .value("absent")
                .allowed(format!("a column of that name; {} are known", COLUMNS.join(", ")));
            let others = schema.fields().iter().map(|field| field.name().as_str());
            match nearest(needed, others) {
                Some(name) => issue.hint(format!("is it '{name}'? rename it")),
                None => issue,
            }
        });
    }
    let LossColumns { year, loss, event, .. } = spare;
    let year = find("year").map_or_else(Vec::new, |column| column.whole_in(year, &mut faults));
    let loss = find("loss").map_or_else(Vec::new, |column| column.numbers_in(loss, &mut faults));
    let time = find("time").map_or_else(Vec::new, |column| column.numbers(&mut faults));
    let event = find("event").map_or_else(Vec::new, |column| column.ids(event, &mut faults));
    let mut dated = |name: &str| find(name).map_or_else(Vec::new, |c| c.years(&mut faults));
    let (inception, reported) = (dated("inception"), dated("reported"));
    let (cause, causes) = find("cause").map_or_else(Default::default, |c| c.labels(&mut faults));
    let mut parts: Vec<(String, Vec<u32>, Vec<String>)> = Vec::new();
    for label in ["sector", "coverage"] {
        if let Some(column) = find(label) {
            let (index, names) = column.labels(&mut faults);
            parts.push((label.to_owned(), index, names));
        }
    }
    let risk = find("risk_id").or_else(|| find("risk")).map(|column| column.labels(&mut faults));
    let small = |names: usize| u16::try_from(names).is_ok();
    let labels = parts.iter().map(|(label, _, names)| (label.as_str(), names.len()));
    for (label, names) in labels.chain([("cause", causes.len())]) {
        faults.check(small(names), || {
            Issue::new("too_many_labels", origin, label).allowed("at most 65,535 different labels")
        });
    }
    let sums = find("sum_insured").map(|column| column.numbers(&mut faults));
    if !faults.is_empty() {
        // Cells that are readable are judged in the same breath.
        if year.len() == loss.len() {
            let columns =
                LossColumns { year, loss, time, inception, reported, ..Default::default() };
            faults.take(super::checks::check(&columns, years, place))?;
        }
        return Err(faults.finish().err().unwrap_or(Error::Cancelled));
    }
    let (risk, risk_ids) = risk.map_or((None, Vec::new()), |(risk, ids)| (Some(risk), ids));
    // Without a risk id every row is a risk of its own.
    let risk = risk.or_else(|| sums.is_some().then(|| (0..loss.len() as u32).collect()));
    let (risk, groups, risk_ids) = partitions(loss.len(), risk, risk_ids, parts);
    let sums_insured = sums.map_or(Ok(Vec::new()), |sums| by_risk(place, &risk, &sums))?;
    let cause = cause.into_iter().map(|index| index as u16).collect();
    let known = |name: &&String| COLUMNS.contains(&name.as_str()) || name.as_str() == "risk";
    let names = schema.fields().iter().map(|field| field.name()).filter(known).cloned().collect();
    let columns = LossColumns { year, loss, event, time, risk, cause, inception, reported };
    Ok(Read { columns, groups, causes, names, risk_ids, sums_insured })
}

/// The sum insured of each risk, which all its rows must state alike.
fn by_risk(place: &dyn Fn(usize) -> String, risk: &[u32], sums: &[f64]) -> Result<Vec<f64>> {
    let mut faults = Faults::new();
    let mut known = vec![f64::NAN; risk.iter().max().map_or(0, |last| *last as usize + 1)];
    for (row, (risk, sum)) in risk.iter().zip(sums).enumerate() {
        let issue = || Issue::new("bad_cell", place(row), "sum_insured").value(sum);
        if !(sum.is_finite() && *sum > 0.0) {
            faults.push(issue().allowed("a finite number > 0"));
            continue;
        }
        let slot = &mut known[*risk as usize];
        if slot.is_nan() {
            *slot = *sum;
        } else if *slot != *sum {
            faults.push(issue().allowed(format!("{slot}, as in another row of the same risk")));
        }
    }
    faults.finish()?;
    Ok(known)
}

/// Risks numbered by id, sector and coverage, so that each has one group in every partition.
fn partitions(
    rows: usize,
    risk: Option<Vec<u32>>,
    ids: Vec<String>,
    parts: Vec<(String, Vec<u32>, Vec<String>)>,
) -> (Vec<u32>, Vec<Groups>, Vec<String>) {
    if parts.is_empty() {
        return (risk.unwrap_or_default(), Vec::new(), ids);
    }
    // Without a risk id every row is a risk of its own.
    let id = |row: usize| risk.as_ref().map_or(row as u32, |risk| risk[row]);
    let key = |row: usize| -> (u32, [u32; 2]) {
        let part = |at: usize| parts.get(at).map_or(0, |(_, index, _)| index[row]);
        (id(row), [part(0), part(1)])
    };
    let mut known: HashMap<(u32, [u32; 2]), u32> = HashMap::new();
    for row in 0..rows {
        known.entry(key(row)).or_default();
    }
    let mut sorted: Vec<(u32, [u32; 2])> = known.keys().copied().collect();
    sorted.sort_unstable();
    for (number, key) in sorted.iter().enumerate() {
        known.insert(*key, number as u32);
    }
    let groups = parts
        .iter()
        .enumerate()
        .map(|(part, (label, _, names))| Groups {
            label: label.clone(),
            names: names.clone(),
            of_risk: sorted.iter().map(|(_, group)| group[part] as u16).collect(),
        })
        .collect();
    let ids = sorted.iter().filter_map(|(id, _)| ids.get(*id as usize).cloned()).collect();
    ((0..rows).map(|row| known[&key(row)]).collect(), groups, ids)
}

/// One column in its parts.
pub(super) struct Reader<'a> {
    pub name: String,
    pub parts: Vec<&'a ArrayRef>,
    pub place: &'a dyn Fn(usize) -> String,
}

impl Reader<'_> {
    fn rows(&self) -> usize {
        self.parts.iter().map(Array::len).sum()
    }

    pub fn numbers(&self, faults: &mut Faults) -> Vec<f64> {
        self.numbers_in(Vec::new(), faults)
    }

    pub fn numbers_in(&self, mut out: Vec<f64>, faults: &mut Faults) -> Vec<f64> {
        out.clear();
        out.reserve_exact(self.rows());
        for part in &self.parts {
            let start = out.len();
            macro_rules! fast {
                ($kind:ty) => {
                    if let Some(values) = part.as_primitive_opt::<$kind>() {
                        if values.null_count() == 0 {
                            out.extend(values.values().iter().map(|v| *v as f64));
                        }
                    }
                };
            }
            numeric!(part, fast);
            if out.len() == start && !part.is_empty() {
                out.extend(self.cells(part, start, ("a number", NO_NUMBER), faults, |cell| {
                    match cell {
                        Cell::Number(x) if !x.is_nan() => Some(x),
                        Cell::Text(text) => parse_amount(text),
                        _ => None,
                    }
                }));
            }
        }
        out
    }

    pub fn whole(&self, faults: &mut Faults) -> Vec<i64> {
        self.whole_in(Vec::new(), faults)
    }

    pub fn whole_in(&self, mut out: Vec<i64>, faults: &mut Faults) -> Vec<i64> {
        out.clear();
        out.reserve_exact(self.rows());
        for part in &self.parts {
            let start = out.len();
            macro_rules! fast {
                ($kind:ty) => {
                    if let Some(values) = part.as_primitive_opt::<$kind>() {
                        if values.null_count() == 0 && part.data_type().is_integer() {
                            out.extend(values.values().iter().map(|v| *v as i64));
                        }
                    }
                };
            }
            numeric!(part, fast);
            if out.len() == start && !part.is_empty() {
                out.extend(self.cells(part, start, ("a whole number", NO_YEAR), faults, |cell| {
                    match cell {
                        Cell::Number(x) if whole(x) => Some(x as i64),
                        Cell::Text(text) => text.parse().ok(),
                        _ => None,
                    }
                }));
            }
        }
        out
    }

    /// Years of dates.
    fn years(&self, faults: &mut Faults) -> Vec<i64> {
        let allowed = ("a date such as 2026-07-01 or 2026.5", NO_YEAR);
        let mut out = Vec::with_capacity(self.rows());
        for part in &self.parts {
            let start = out.len();
            let days = days(part);
            let mut row = 0;
            out.extend(self.cells(part, start, allowed, faults, |cell| {
                row += 1;
                match (&days, cell) {
                    (Some(days), _) => days[row - 1].map(year_of_day),
                    (None, Cell::Number(x)) => year_of_number(x),
                    (None, Cell::Text(text)) => year_of_text(text),
                    (None, Cell::Empty) => None,
                }
            }));
        }
        out
    }

    /// Event ids: whole numbers as they are, anything else numbered in the order of its text.
    fn ids(&self, out: Vec<i64>, faults: &mut Faults) -> Vec<i64> {
        let integers = self.parts.iter().all(|part| part.data_type().is_integer());
        let all_whole = || {
            self.parts.iter().all(|part| {
                let cells = texts(part);
                (0..part.len()).all(|row| matches!(cell(&cells, row), Cell::Number(x) if whole(x)))
            })
        };
        if integers || all_whole() {
            return self.whole_in(out, faults);
        }
        self.labels(faults).0.into_iter().map(i64::from).collect()
    }

    /// Index of each cell among the sorted labels, and the labels.
    pub fn labels(&self, faults: &mut Faults) -> (Vec<u32>, Vec<String>) {
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut numbers: HashMap<i64, u32> = HashMap::new();
        let mut out: Vec<u32> = Vec::with_capacity(self.rows());
        for part in &self.parts {
            let start = out.len();
            macro_rules! fast {
                ($kind:ty) => {
                    if let Some(values) = part.as_primitive_opt::<$kind>() {
                        if values.null_count() == 0 && part.data_type().is_integer() {
                            out.extend(values.values().iter().map(|v| {
                                *numbers.entry(*v as i64).or_insert_with(|| {
                                    let next = known.len() as u32;
                                    *known.entry(v.to_string()).or_insert(next)
                                })
                            }));
                        }
                    }
                };
            }
            numeric!(part, fast);
            if out.len() == start && !part.is_empty() {
                let allowed = ("a label; leave the column out if unknown", 0);
                out.extend(self.cells(part, start, allowed, faults, |cell| {
                    let next = known.len() as u32;
                    match cell {
                        Cell::Text(text) => Some(match known.get(text) {
                            Some(number) => *number,
                            None => *known.entry(text.to_owned()).or_insert(next),
                        }),
                        Cell::Number(x) => Some(*known.entry(x.to_string()).or_insert(next)),
                        Cell::Empty => None,
                    }
                }));
            }
        }
        let sorted: BTreeMap<String, u32> = known.into_iter().collect();
        let mut place = vec![0; sorted.len()];
        for (at, number) in sorted.values().enumerate() {
            place[*number as usize] = at as u32;
        }
        for index in &mut out {
            *index = place.get(*index as usize).copied().unwrap_or(0);
        }
        (out, sorted.into_keys().collect())
    }

    /// Cell by cell, for the types and the gaps that need it; `missing` stands for a bad cell.
    fn cells<T: Copy>(
        &self,
        part: &ArrayRef,
        start: usize,
        (allowed, missing): (&str, T),
        faults: &mut Faults,
        mut read: impl FnMut(Cell<'_>) -> Option<T>,
    ) -> Vec<T> {
        let texts = texts(part);
        let mut told = 0;
        (0..part.len())
            .map(|row| {
                let cell = cell(&texts, row);
                read(cell).unwrap_or_else(|| {
                    told += 1;
                    let value = match cell {
                        Cell::Empty => "nothing".to_owned(),
                        Cell::Number(x) => x.to_string(),
                        Cell::Text(text) => format!("'{text}'"),
                    };
                    if told <= TOLD {
                        let issue = Issue::new("bad_cell", (self.place)(start + row), &self.name);
                        faults.push(issue.value(value).allowed(allowed));
                    }
                    missing
                })
            })
            .collect()
    }
}

/// One column of whole numbers.
pub(super) fn whole_column(
    schema: &Schema,
    batches: &[RecordBatch],
    name: &str,
    faults: &mut Faults,
) -> Vec<i64> {
    let Some((index, _)) = schema.column_with_name(name) else { return Vec::new() };
    let parts = batches.iter().map(|batch| batch.column(index)).collect();
    Reader { name: name.to_owned(), parts, place: &|row| format!("row {row}") }.whole(faults)
}
