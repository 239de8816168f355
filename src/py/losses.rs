//! Loss tables from whatever the user calls a table.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use pyo3_arrow::input::AnyRecordBatch;

use super::convert::Year;
use super::frame::raw_table;
use super::watch::detached;
use crate::error::{Error, Faults, Result};
use crate::losses::{Given, LossScan, LossTable, Read, Source, read, read_elt, read_ord};
use crate::portfolio::{Cell, RawTable};

/// What a file or a frame says, as Arrow.
fn batch(table: &RawTable) -> Result<RecordBatch> {
    let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = Default::default();
    for (index, name) in table.names().iter().enumerate() {
        let cells = || (0..table.rows()).map(|row| table.cell(index, row));
        let numbers = cells().all(|cell| !matches!(cell, Cell::Text(_)));
        let (kind, array): (DataType, ArrayRef) = if numbers {
            let number = |cell| if let Cell::Number(x) = cell { Some(x) } else { None };
            (DataType::Float64, Arc::new(cells().map(number).collect::<Float64Array>()))
        } else {
            let text = |cell| match cell {
                Cell::Text(text) => Some(text.to_owned()),
                Cell::Number(x) => Some(x.to_string()),
                Cell::Empty => None,
            };
            (DataType::Utf8, Arc::new(cells().map(text).collect::<StringArray>()))
        };
        fields.push(Field::new(name, kind, true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|e| Error::numeric("losses", e.to_string()))
}

impl PyLossTable {
    fn of(found: Read, first: i64, last: i64, place: &dyn Fn(usize) -> String) -> Result<Self> {
        let Read { columns, groups, causes, names, risk_ids, sums_insured } = found;
        let core = LossTable::placed(columns, first..last.saturating_add(1), place)?;
        let core = core.with_groups(groups)?.with_causes(causes).with_risk_ids(risk_ids);
        let core = core.with_sums_insured(sums_insured);
        Ok(Self { core: Arc::new(core), names })
    }
}

/// A Parquet file of losses, read row group by row group at each run.
#[pyclass(frozen, name = "LossScan", module = "kebao._kebao")]
pub struct PyLossScan {
    pub core: Arc<LossScan>,
}

#[pymethods]
impl PyLossScan {
    /// None when the file is not sorted by year, so that only reading it whole will do.
    #[staticmethod]
    #[pyo3(signature = (path, *, first, last))]
    fn open(py: Python<'_>, path: PathBuf, first: i64, last: i64) -> PyResult<Option<Self>> {
        let found = detached(py, || LossScan::open(&path, first..last.saturating_add(1)))?;
        Ok(found.map(|core| Self { core: Arc::new(core) }))
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

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.core.columns()
    }

    /// Partitions that results can be asked by.
    #[getter]
    fn groups(&self) -> Vec<String> {
        self.core.groups().iter().map(|groups| groups.label.clone()).collect()
    }
}

/// Losses by year, and where known by event, date, risk and cause.
#[pyclass(frozen, name = "LossTable", module = "kebao._kebao")]
pub struct PyLossTable {
    pub core: Arc<LossTable>,
    names: Vec<String>,
}

#[pymethods]
impl PyLossTable {
    /// `first` and `last` are the labels of the first and the last year, with or without losses.
    #[new]
    #[pyo3(signature = (data, *, first, last))]
    fn new(py: Python<'_>, data: &Bound<'_, PyAny>, first: i64, last: i64) -> PyResult<Self> {
        let is_path = data.extract::<PathBuf>().is_ok();
        let arrow = data.hasattr("__arrow_c_stream__")? || data.hasattr("__arrow_c_array__")?;
        if arrow && !is_path {
            // A frame that needs a package it does not have falls through to its columns.
            if let Ok(stream) = data.extract::<AnyRecordBatch>() {
                let (batches, schema) = stream.into_table()?.into_inner();
                return detached(py, || {
                    let place = |row: usize| format!("losses row {row}");
                    let years = first..last.saturating_add(1);
                    let found = read("losses", &schema, &batches, &years, &place)?;
                    Self::of(found, first, last, &place)
                });
            }
        }
        let table = raw_table(data, "losses")?;
        detached(py, || {
            let mut faults = Faults::new();
            for (_, issue) in table.broken() {
                faults.push(issue.clone());
            }
            faults.finish()?;
            let batch = batch(&table)?;
            let place = |row: usize| table.place(row);
            let schema = batch.schema();
            let years = first..last.saturating_add(1);
            let found = read(table.origin(), &schema, &[batch], &years, &place)?;
            Self::of(found, first, last, &place)
        })
    }

    /// An SPLT or an MPLT: the table, its samples, and the rows of statistics left out.
    #[staticmethod]
    fn from_ord(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        periods: i64,
    ) -> PyResult<(Self, i64, usize)> {
        let table = raw_table(data, "losses")?;
        detached(py, || {
            let batch = batch(&table)?;
            let place = |row: usize| table.place(row);
            let schema = batch.schema();
            let (read, samples, left_out) =
                read_ord(table.origin(), &schema, &[batch], periods, &place)?;
            let made = Self::of(read, 1, samples * periods, &place)?;
            Ok((made, samples, left_out))
        })
    }

    /// An SELT or an MELT with the periods of its events.
    #[staticmethod]
    fn from_elt(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        occurrence: &Bound<'_, PyAny>,
        periods: i64,
    ) -> PyResult<(Self, i64, usize)> {
        let (table, when) = (raw_table(data, "losses")?, raw_table(occurrence, "occurrence")?);
        detached(py, || {
            let (rows, periods_of) = (batch(&table)?, batch(&when)?);
            let place = |row: usize| table.place(row);
            let place_of = |row: usize| when.place(row);
            let (schema, schema_of) = (rows.schema(), periods_of.schema());
            let given = |origin, schema, batches, place| Given { origin, schema, batches, place };
            let (read, samples, left_out) = read_elt(
                &given(table.origin(), &schema, std::slice::from_ref(&rows), &place),
                &given(when.origin(), &schema_of, std::slice::from_ref(&periods_of), &place_of),
                periods,
            )?;
            let row = |row: usize| format!("{} occurrence {row}", table.origin());
            let made = Self::of(read, 1, samples * periods, &row)?;
            Ok((made, samples, left_out))
        })
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
    fn year<'py>(&self, py: Python<'py>, year: Year) -> PyResult<Bound<'py, PyDict>> {
        let block = self.core.year(year.0)?;
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
