//! Loss tables from whatever the user calls a table.

use std::collections::BTreeMap;
use std::sync::Arc;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::frame::raw_table;
use super::watch::detached;
use crate::error::{Faults, Issue, Result};
use crate::losses::{Groups, LossColumns, LossTable, Source};
use crate::portfolio::{Cell, RawTable};

/// Losses by year, and where known by event, date, risk and cause.
#[pyclass(frozen, name = "LossTable", module = "kebao._kebao")]
pub struct PyLossTable {
    pub core: Arc<LossTable>,
    names: Vec<String>,
}

const COLUMNS: [&str; 8] =
    ["year", "time", "event", "cause", "risk_id", "sector", "coverage", "loss"];

#[pymethods]
impl PyLossTable {
    /// `first` and `last` are the labels of the first and the last year, with or without losses.
    #[new]
    #[pyo3(signature = (data, *, first, last))]
    fn new(py: Python<'_>, data: &Bound<'_, PyAny>, first: i64, last: i64) -> PyResult<Self> {
        let table = raw_table(data, "losses")?;
        let (core, names) = detached(py, || read(&table, first, last))?;
        Ok(Self { core: Arc::new(core), names })
    }

    #[getter]
    fn years(&self) -> u64 {
        self.core.years()
    }

    #[getter]
    fn first_year(&self) -> i64 {
        self.core.first_year()
    }

    #[getter]
    fn rows(&self) -> usize {
        self.core.rows()
    }

    /// Columns that were read.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Partitions that results can be asked by: `sector`, `coverage`.
    #[getter]
    fn groups(&self) -> Vec<String> {
        self.core.groups().iter().map(|groups| groups.label.clone()).collect()
    }

    /// Rows of one year, by index from 0, in the order in which treaties see them.
    fn year<'py>(&self, py: Python<'py>, year: u64) -> PyResult<Bound<'py, PyDict>> {
        let block = self.core.year(year)?;
        let rows = PyDict::new(py);
        rows.set_item("loss", PyArray1::from_vec(py, block.loss))?;
        if !block.event.is_empty() {
            rows.set_item("event", PyArray1::from_vec(py, block.event))?;
        }
        if !block.time.is_empty() {
            rows.set_item("time", PyArray1::from_vec(py, block.time))?;
        }
        if !block.risk.is_empty() {
            rows.set_item("risk", PyArray1::from_vec(py, block.risk))?;
        }
        Ok(rows)
    }
}

/// A raw table as a loss table, and the columns that were read.
pub fn read(table: &RawTable, first: i64, last: i64) -> Result<(LossTable, Vec<String>)> {
    let mut faults = Faults::new();
    for (_, issue) in table.broken() {
        faults.push(issue.clone());
    }
    let find = |name: &str| {
        table.index(name).map(|column| Reader { table, column, name: name.to_owned() })
    };
    for needed in ["year", "loss"] {
        faults.check(table.index(needed).is_some(), || {
            let issue = Issue::new("missing_column", table.origin(), needed)
                .value("absent")
                .allowed(format!("a column of that name; {} are known", COLUMNS.join(", ")));
            let others = table.names().iter().map(String::as_str);
            match crate::error::nearest(needed, others) {
                Some(name) => issue.hint(format!("is it '{name}'? rename it")),
                None => issue,
            }
        });
    }
    let year = find("year").map_or_else(Vec::new, |column| column.whole(&mut faults));
    let loss = find("loss").map_or_else(Vec::new, |column| column.numbers(&mut faults));
    let time = find("time").map_or_else(Vec::new, |column| column.numbers(&mut faults));
    let event = find("event").map_or_else(Vec::new, |column| column.ids(&mut faults));
    let (cause, causes) = find("cause").map_or_else(Default::default, |c| c.labels(&mut faults));
    let risk = find("risk_id").or_else(|| find("risk"));
    let mut parts: Vec<(String, Vec<u32>, Vec<String>)> = Vec::new();
    for label in ["sector", "coverage"] {
        if let Some(column) = find(label) {
            let (index, names) = column.labels(&mut faults);
            parts.push((label.to_owned(), index, names));
        }
    }
    let risk = risk.map(|column| column.labels(&mut faults).0);
    let small = |names: usize| u16::try_from(names).is_ok();
    for (label, _, names) in &parts {
        faults.check(small(names.len()), || too_many(table, label));
    }
    faults.check(small(causes.len()), || too_many(table, "cause"));
    faults.finish()?;
    let (risk, groups) = partitions(table.rows(), risk, parts);
    let cause = cause.into_iter().map(|index| index as u16).collect();
    let columns = LossColumns { year, loss, event, time, risk, cause };
    let core = LossTable::new(columns, first..last.saturating_add(1))?.with_groups(groups)?;
    let known = |name: &&String| COLUMNS.contains(&name.as_str()) || name.as_str() == "risk";
    let names = table.names().iter().filter(known).cloned().collect();
    Ok((core.with_causes(causes), names))
}

fn too_many(table: &RawTable, label: &str) -> Issue {
    Issue::new("too_many_labels", table.origin(), label).allowed("at most 65,535 different labels")
}

/// Risks numbered by id, sector and coverage, so that each has one group in every partition.
fn partitions(
    rows: usize,
    risk: Option<Vec<u32>>,
    parts: Vec<(String, Vec<u32>, Vec<String>)>,
) -> (Vec<u32>, Vec<Groups>) {
    if parts.is_empty() {
        return (risk.unwrap_or_default(), Vec::new());
    }
    // Without a risk id every row is a risk of its own.
    let id = |row: usize| risk.as_ref().map_or(row as u32, |risk| risk[row]);
    let key = |row: usize| -> (u32, Vec<u32>) {
        (id(row), parts.iter().map(|(_, index, _)| index[row]).collect())
    };
    let mut known: BTreeMap<(u32, Vec<u32>), u32> = (0..rows).map(|row| (key(row), 0)).collect();
    for (number, slot) in known.values_mut().enumerate() {
        *slot = number as u32;
    }
    let groups = parts
        .iter()
        .enumerate()
        .map(|(part, (label, _, names))| Groups {
            label: label.clone(),
            names: names.clone(),
            of_risk: known.keys().map(|(_, group)| group[part] as u16).collect(),
        })
        .collect();
    ((0..rows).map(|row| known[&key(row)]).collect(), groups)
}

struct Reader<'a> {
    table: &'a RawTable,
    column: usize,
    name: String,
}

impl Reader<'_> {
    fn cells<T: Default>(
        &self,
        faults: &mut Faults,
        allowed: &str,
        read: impl Fn(&Cell<'_>) -> Option<T>,
    ) -> Vec<T> {
        (0..self.table.rows())
            .map(|row| {
                let cell = self.table.cell(self.column, row);
                read(&cell).unwrap_or_else(|| {
                    let value = match cell {
                        Cell::Empty => "nothing".to_owned(),
                        Cell::Number(x) => x.to_string(),
                        Cell::Text(text) => format!("'{text}'"),
                    };
                    let issue = Issue::new("bad_cell", self.table.place(row), &self.name);
                    faults.push(issue.value(value).allowed(allowed));
                    T::default()
                })
            })
            .collect()
    }

    fn numbers(&self, faults: &mut Faults) -> Vec<f64> {
        self.cells(faults, "a number", |cell| match cell {
            Cell::Number(x) => Some(*x),
            Cell::Text(text) => crate::numeric::parse_amount(text),
            Cell::Empty => None,
        })
    }

    fn whole(&self, faults: &mut Faults) -> Vec<i64> {
        self.cells(faults, "a whole number", |cell| match cell {
            Cell::Number(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some(*x as i64),
            Cell::Text(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// Event ids: whole numbers as they are, anything else numbered in the order of its text.
    fn ids(&self, faults: &mut Faults) -> Vec<i64> {
        let whole =
            |cell: Cell<'_>| matches!(cell, Cell::Number(x) if x.fract() == 0.0 && x.abs() < 9e15);
        if (0..self.table.rows()).all(|row| whole(self.table.cell(self.column, row))) {
            return self.whole(faults);
        }
        self.labels(faults).0.into_iter().map(i64::from).collect()
    }

    /// Index of each cell among the sorted labels, and the labels.
    fn labels(&self, faults: &mut Faults) -> (Vec<u32>, Vec<String>) {
        let texts =
            self.cells(faults, "a label; leave the column out if unknown", |cell| match cell {
                Cell::Number(x) => Some(x.to_string()),
                Cell::Text(text) => Some((*text).to_owned()),
                Cell::Empty => None,
            });
        let mut known: BTreeMap<&str, u32> = texts.iter().map(|text| (text.as_str(), 0)).collect();
        for (number, slot) in known.values_mut().enumerate() {
            *slot = number as u32;
        }
        let index = texts.iter().map(|text| known[text.as_str()]).collect();
        (index, known.keys().map(|text| (*text).to_owned()).collect())
    }
}
