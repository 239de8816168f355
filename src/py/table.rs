//! Tables of results, and files of them.

use std::collections::HashMap;
use std::path::PathBuf;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use pyo3_arrow::PyTable as ArrowTable;

use super::watch::detached;
use crate::error::{Faults, Issue, Result};
use crate::output::{Table, Values, write_parquet, write_workbook};

/// A table of named columns, open to every frame library by the Arrow stream protocol.
#[pyclass(frozen, name = "Table", module = "kebao._kebao")]
pub struct PyTable {
    pub core: Table,
}

#[pymethods]
impl PyTable {
    /// From columns by name: numbers, whole numbers or text.
    #[new]
    fn new(name: String, columns: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut table = Table::new(name);
        let mut faults = Faults::new();
        for (key, values) in columns {
            let key: String = key.extract()?;
            table = if let Ok(values) = values.extract::<Vec<i64>>() {
                table.integer(&key, values)
            } else if let Ok(values) = values.extract::<Vec<f64>>() {
                table.float(&key, values)
            } else {
                table.text(&key, values.extract()?)
            };
        }
        for column in &table.columns {
            faults.check(column.values.len() == table.rows(), || {
                Issue::new("unequal_lengths", &table.name, &column.name)
                    .value(format!("{} values", column.values.len()))
                    .allowed(format!("{} values, as many as the first column has", table.rows()))
            });
        }
        faults.finish()?;
        Ok(Self { core: table })
    }

    #[getter]
    fn name(&self) -> &str {
        &self.core.name
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.core.columns.iter().map(|c| c.name.clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.core.rows()
    }

    /// One column: an array of numbers, or a list of texts.
    fn __getitem__<'py>(&self, py: Python<'py>, column: &str) -> PyResult<Bound<'py, PyAny>> {
        let found = self.core.columns.iter().find(|c| c.name == column);
        let Some(found) = found else {
            let known = self.core.columns.iter().map(|c| c.name.as_str());
            return Err(Issue::unknown(self.core.name.clone(), "column", column, known)
                .into_error()
                .into());
        };
        Ok(match &found.values {
            Values::Float(values) => PyArray1::from_slice(py, values).into_any(),
            Values::Integer(values) => PyArray1::from_slice(py, values).into_any(),
            Values::Text(values) => PyList::new(py, values.iter())?.into_any(),
            Values::Label(codes, names) => {
                let names = names.iter().map(|name| PyString::new(py, name)).collect::<Vec<_>>();
                PyList::new(py, codes.iter().map(|code| names.get(*code as usize)))?.into_any()
            }
        })
    }

    /// The Arrow stream of the table, for pandas, polars, pyarrow, DuckDB.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let batch = self.core.to_batch()?;
        let schema = batch.schema();
        let table = ArrowTable::try_new(vec![batch], schema)?.into_pyobject(py)?;
        table.call_method1("__arrow_c_stream__", (requested_schema,))
    }

    /// Writes a Parquet file, whole or not at all.
    #[pyo3(signature = (path, *, metadata=None))]
    fn write_parquet(
        &self,
        py: Python<'_>,
        path: PathBuf,
        metadata: Option<HashMap<String, String>>,
    ) -> PyResult<()> {
        detached(py, || write_parquet(&path, [self.core.to_batch()], metadata.unwrap_or_default()))
    }
}

/// Live formulas of a sheet: (row, column, formula, cached value), rows from the first of the data.
type Formulas = Vec<(u32, u16, String, f64)>;

/// Writes tables as the sheets of an Excel workbook, each with its live formulas.
#[pyfunction]
pub fn write_sheets(
    py: Python<'_>,
    path: PathBuf,
    sheets: Vec<(PyRef<'_, PyTable>, Formulas)>,
) -> PyResult<()> {
    let sheets: Vec<(Table, Formulas)> =
        sheets.into_iter().map(|(table, formulas)| (table.core.clone(), formulas)).collect();
    detached(py, || -> Result<()> { write_workbook(&path, &sheets) })
}
