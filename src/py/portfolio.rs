//! The book for Python.

use std::sync::Arc;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Threads, control};
use super::errors::issue_list;
use super::frame::raw_table;
use super::sector::PyLibrary;
use super::simulate::mode;
use super::table::PyTable;
use crate::output::{Table, Values};
use crate::portfolio::{Options, Portfolio};
use crate::simulate;

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
            "interest" => numbers(&book.interest),
            "stage_after" => {
                let names: Vec<Option<&str>> =
                    book.stage_change.iter().map(|c| c.map(|(s, _)| s.name())).collect();
                Some(names.into_pyobject(py)?.into_any())
            }
            "stage_date" => {
                let dates: Vec<Option<String>> =
                    book.stage_change.iter().map(|c| c.map(|(_, d)| d.to_string())).collect();
                Some(dates.into_pyobject(py)?.into_any())
            }
            "risk_id" => Some(book.risk_id.into_pyobject(py)?.into_any()),
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
                    "object_id" => Some(&book.object_id),
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
        let used = [
            ("stage_after", self.core.stage_change.iter().any(Option::is_some)),
            ("stage_date", self.core.stage_change.iter().any(Option::is_some)),
            ("object_id", !self.core.object_id.levels.is_empty()),
            ("interest", self.core.interest.iter().any(|x| *x != 1.0)),
        ];
        let fixed = fixed.into_iter().chain(used.into_iter().filter(|u| u.1).map(|u| u.0));
        let factors = self.core.factors.iter().map(|l| l.name.clone());
        let keys = self.core.keys.iter().map(|l| format!("key.{}", l.name));
        fixed.map(str::to_owned).chain(factors).chain(keys).collect()
    }

    /// Expected claims and losses of each risk without simulation, and its technical premium.
    #[pyo3(signature = (*, parameters, systemic, loss_ratio, threads=None))]
    fn rate(
        &self,
        py: Python<'_>,
        parameters: &str,
        systemic: bool,
        loss_ratio: f64,
        threads: Option<Threads>,
    ) -> PyResult<PyTable> {
        let options = simulate::Options {
            parameters: mode(parameters, 1)?,
            systemic,
            ..simulate::Options::new(1, 0)
        };
        let control = control(threads);
        let book = &self.core;
        let table = py.detach(|| {
            let rows = simulate::rate(book, &self.library.core, &options, &control)?;
            let column = |f: &dyn Fn(&simulate::Expected) -> f64| rows.iter().map(f).collect();
            let coverage = book.coverage.code.iter().map(|code| code.unwrap_or_default()).collect();
            let limited = rows.iter().map(|e| i64::from(e.aggregate_limited));
            Ok::<_, crate::error::Error>(
                Table::new("rates")
                    .with("risk_id", Values::Text(book.risk_id.clone()))
                    .with("coverage", Values::Label(coverage, book.coverage.levels.clone()))
                    .float("claims", column(&|e| e.claims))
                    .float("attritional", column(&|e| e.attritional))
                    .float("systemic", column(&|e| e.systemic))
                    .float("pure", column(&simulate::Expected::total))
                    .float("technical", column(&|e| e.total() / loss_ratio))
                    .integer("aggregate_limited", limited.collect()),
            )
        })?;
        Ok(PyTable { core: table })
    }

    /// Every value of every key under every event that strikes it.
    fn accumulations(&self, level: f64) -> PyResult<PyTable> {
        let options = simulate::Options::new(1, 0);
        let rows = simulate::accumulations(&self.core, &self.library.core, &options, level)?;
        let text = |f: fn(&simulate::Accumulation) -> &String| {
            rows.iter().map(|r| f(r).clone()).collect::<Vec<String>>()
        };
        let float =
            |f: fn(&simulate::Accumulation) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
        let table = Table::new("accumulations")
            .text("event", text(|r| &r.event))
            .text("key", text(|r| &r.key))
            .text("value", text(|r| &r.value))
            .float("annual_rate", float(|r| r.annual_rate))
            .integer("risks", rows.iter().map(|r| r.risks as i64).collect())
            .float("exposed_limit", float(|r| r.exposed_limit))
            .float("event_loss", float(|r| r.event_loss))
            .float("scenario_loss", float(|r| r.scenario_loss))
            .float("expected_loss", float(|r| r.expected_loss));
        Ok(PyTable { core: table })
    }

    /// Loss of each risk when the risks with these values of keys are struck.
    #[pyo3(signature = (keys, *, all, share_hit, damage))]
    fn scenario<'py>(
        &self,
        py: Python<'py>,
        keys: Vec<(String, Vec<String>)>,
        all: bool,
        share_hit: f64,
        damage: f64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let scenario = simulate::Scenario { keys, all, share_hit, damage };
        let options = simulate::Options::new(1, 0);
        let losses = simulate::scenario(&self.core, &self.library.core, &options, &scenario)?;
        Ok(PyArray1::from_vec(py, losses))
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
