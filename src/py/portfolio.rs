//! The book for Python.

use std::sync::Arc;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::errors::issue_list;
use super::frame::raw_table;
use super::sector::PyLibrary;
use crate::portfolio::{Options, Portfolio};

/// Risks as validated columns, with the library that gave them meaning.
#[pyclass(frozen, name = "Portfolio", module = "kebao._kebao")]
pub struct PyPortfolio {
    pub core: Arc<Portfolio>,
    pub library: PyLibrary,
}

#[pymethods]
impl PyPortfolio {
    #[new]
    #[pyo3(signature = (data, *, library, strict, currency))]
    fn new(
        data: &Bound<'_, PyAny>,
        library: PyLibrary,
        strict: bool,
        currency: String,
    ) -> PyResult<Self> {
        let table = raw_table(data, "portfolio")?;
        let words = library.core.vocabulary();
        let core = Portfolio::new(&table, &words, &Options { strict, currency })?;
        Ok(Self { core: Arc::new(core), library })
    }

    fn __len__(&self) -> usize {
        self.core.len()
    }

    #[getter]
    fn currency(&self) -> &str {
        &self.core.currency
    }

    #[getter]
    fn library(&self) -> PyLibrary {
        self.library.clone()
    }

    /// The account of the rows, and each fault with its row.
    fn check<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let check = self.core.check();
        let all = PyDict::new(py);
        all.set_item("origin", &check.origin)?;
        all.set_item("currency", &check.currency)?;
        all.set_item("rows_in", check.rows_in)?;
        all.set_item("rows_used", check.rows_used)?;
        all.set_item("rows_rejected", check.rows_rejected)?;
        all.set_item("sum_insured_in", check.sum_insured_in)?;
        all.set_item("sum_insured_used", check.sum_insured_used)?;
        all.set_item("sum_insured_rejected", check.sum_insured_rejected)?;
        all.set_item("notes", &check.notes)?;
        let mut rejects = Vec::new();
        for reject in &check.rejects {
            rejects.push((reject.row, &reject.risk_id, issue_list(py, &reject.issues)?));
        }
        all.set_item("rejects", rejects)?;
        all.set_item("text", check.to_string())?;
        Ok(all)
    }

    /// A column: an array of numbers, or a list of texts with `None` where empty.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let book = &self.core;
        let numbers = |values: &[f64]| Some(PyArray1::from_slice(py, values).into_any());
        Ok(match name {
            "exposure" => numbers(&book.exposure),
            "sum_insured" => numbers(&book.sum_insured),
            "deductible" => numbers(&book.deductible),
            "limit" => numbers(&book.limit),
            "aggregate_limit" => numbers(&book.aggregate_limit),
            "share" => numbers(&book.share),
            "risk_id" => Some((&book.risk_id).into_pyobject(py)?.into_any()),
            "stage" => {
                let names: Vec<&str> = book.stage.iter().map(|s| s.name()).collect();
                Some(names.into_pyobject(py)?.into_any())
            }
            "inception" | "expiry" => {
                let dates = if name == "expiry" { &book.expiry } else { &book.inception };
                let dates: Vec<Option<String>> =
                    dates.iter().map(|d| d.map(|d| d.to_string())).collect();
                Some(dates.into_pyobject(py)?.into_any())
            }
            _ => {
                let labels = match name {
                    "coverage" => Some(&book.coverage),
                    "sector" => Some(&book.sector),
                    _ => match name.strip_prefix("key.") {
                        Some(key) => book.keys.iter().find(|l| l.name == key),
                        None => book.factors.iter().find(|l| l.name == name),
                    },
                };
                match labels {
                    Some(labels) => {
                        let texts: Vec<Option<&str>> =
                            (0..book.len()).map(|risk| labels.get(risk)).collect();
                        Some(texts.into_pyobject(py)?.into_any())
                    }
                    None => None,
                }
            }
        })
    }

    /// Names of the columns, rating factors and keys that the book states.
    #[getter]
    fn columns(&self) -> Vec<String> {
        let fixed = [
            "risk_id",
            "sector",
            "coverage",
            "exposure",
            "sum_insured",
            "deductible",
            "limit",
            "aggregate_limit",
            "share",
            "stage",
            "inception",
            "expiry",
        ];
        let factors = self.core.factors.iter().map(|l| l.name.clone());
        let keys = self.core.keys.iter().map(|l| format!("key.{}", l.name));
        fixed.into_iter().map(str::to_owned).chain(factors).chain(keys).collect()
    }

    /// By coverage, in order of first appearance: id, risks, exposure, sum of limits.
    fn summary(&self) -> Vec<(String, usize, f64, f64)> {
        let book = &self.core;
        let mut rows: Vec<(String, usize, f64, f64)> =
            book.coverage.levels.iter().map(|id| (id.clone(), 0, 0.0, 0.0)).collect();
        for risk in 0..book.len() {
            if let Some(code) = book.coverage.code[risk] {
                let row = &mut rows[code as usize];
                row.1 += 1;
                row.2 += book.exposure[risk];
                row.3 += book.limit[risk];
            }
        }
        rows
    }
}
