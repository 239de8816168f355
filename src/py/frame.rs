//! Tables of the user's: any Arrow frame, a mapping of columns, or a path to CSV or Parquet.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyMapping;
use pyo3_arrow::input::AnyRecordBatch;

use crate::error::Issue;
use crate::portfolio::{Column, RawTable, from_batches, read_path};

/// The batches of a table in Arrow's form; `None` when it comes in another.
pub fn arrow_batches(data: &Bound<'_, PyAny>) -> PyResult<Option<(Arc<Schema>, Vec<RecordBatch>)>> {
    if !(data.hasattr("__arrow_c_stream__")? || data.hasattr("__arrow_c_array__")?) {
        return Ok(None);
    }
    // A frame that needs a package it does not have falls through to its columns.
    let Ok(stream) = data.extract::<AnyRecordBatch>() else { return Ok(None) };
    let (batches, schema) = stream.into_table()?.into_inner();
    Ok(Some((schema, batches)))
}

/// Reads whatever the user calls a table; `name` is what messages call it.
pub fn raw_table(data: &Bound<'_, PyAny>, name: &str) -> PyResult<RawTable> {
    if let Ok(path) = data.extract::<PathBuf>() {
        return Ok(data.py().detach(|| read_path(&path))?);
    }
    if let Some((schema, batches)) = arrow_batches(data)? {
        return Ok(from_batches(name, &schema, &batches)?);
    }
    let mapping = data.cast::<PyMapping>();
    let names: Vec<String> = if let Ok(mapping) = mapping {
        mapping.keys()?.iter().map(|key| key.str()?.extract()).collect::<PyResult<_>>()?
    } else if data.hasattr("columns")? {
        data.getattr("columns")?
            .try_iter()?
            .map(|key| key?.str()?.extract())
            .collect::<PyResult<_>>()?
    } else {
        let kind = data.get_type().name()?.to_string();
        let issue = Issue::new("not_a_table", name, "").value(kind).allowed(
            "an Arrow table (pandas, polars, pyarrow, DuckDB), a mapping of columns, or a path",
        );
        return Err(issue.into_error().into());
    };
    let mut columns = Vec::with_capacity(names.len());
    for column in names {
        let values = column_of(&data.get_item(&column)?)?;
        columns.push((column, values));
    }
    Ok(RawTable::new(name, columns)?)
}

fn column_of(values: &Bound<'_, PyAny>) -> PyResult<Column> {
    let numpy = values.py().import("numpy")?;
    let array = numpy.call_method1("asarray", (values,))?;
    let kind: String = array.getattr("dtype")?.getattr("kind")?.extract()?;
    if matches!(kind.as_str(), "f" | "i" | "u" | "b") {
        let array = array.call_method1("astype", ("float64",))?;
        let array: PyReadonlyArray1<'_, f64> = array.extract()?;
        return Ok(Column::Number(array.as_array().to_vec()));
    }
    if kind == "M" {
        let days =
            array.call_method1("astype", ("datetime64[D]",))?.call_method1("astype", ("str",))?;
        let days: Vec<String> = days.call_method0("tolist")?.extract()?;
        return Ok(Column::Text(
            days.into_iter().map(|day| (day != "NaT").then_some(day)).collect(),
        ));
    }
    let mut cells = Vec::new();
    let mut all_numbers = true;
    for value in array.try_iter()? {
        let value = value?;
        if value.is_none() {
            cells.push(None);
            continue;
        }
        all_numbers &= value.extract::<f64>().is_ok();
        cells.push(Some(value.str()?.extract::<String>()?));
    }
    if all_numbers {
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let numbers = cells.into_iter().map(|text| number(text).unwrap_or(f64::NAN));
        return Ok(Column::Number(numbers.collect()));
    }
    Ok(Column::Text(cells.into_iter().collect()))
}
