//! The simulator for Python.

use std::sync::Arc;

use arrow_array::RecordBatch;
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::PyTable;

use super::convert::{Seed, Threads, Years};
use super::portfolio::PyPortfolio;
use super::sector::PyLibrary;
use super::watch::watched;
use crate::error::Issue;
use crate::exec::{Control, run_blocks};
use crate::losses::{BLOCK_YEARS, LossBlock, Source, StoredLosses};
use crate::measure::{two_level_split, variance_split};
use crate::portfolio::Portfolio;
use crate::sector::Library;
use crate::simulate::{
    CommonFactor, Options, Parameters, Scratch, Simulator, annual_losses, loss_table,
};

/// How uncertain parameters are drawn, by name.
pub fn mode(name: &str, inner: u64) -> crate::error::Result<Parameters> {
    match name {
        "per_year" => Ok(Parameters::PerYear),
        "off" => Ok(Parameters::Off),
        "two_level" => Ok(Parameters::TwoLevel { inner }),
        other => {
            let known = ["per_year", "off", "two_level"];
            Err(Issue::unknown("simulate", "parameters", other, known).into_error())
        }
    }
}

/// The losses of a book: made when asked for.
#[pyclass(frozen, name = "Simulation", module = "kebao._kebao")]
pub struct PySimulation {
    pub core: Arc<Simulator>,
    pub book: Arc<Portfolio>,
    pub library: Arc<Library>,
    pub threads: Option<usize>,
    /// Losses that were drawn elsewhere.
    pub stored: Option<Arc<StoredLosses>>,
}

/// The columns of a block: offsets, loss, event, time, risk, cause.
type Columns<'py> = (
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<u32>>,
    Bound<'py, PyArray1<u16>>,
);

#[pymethods]
impl PySimulation {
    #[new]
    #[pyo3(signature = (book, *, library, partial, years, seed, parameters, inner, common, systemic, threads))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
    fn new(
        py: Python<'_>,
        book: &PyPortfolio,
        library: &PyLibrary,
        partial: bool,
        years: Years,
        seed: Seed,
        parameters: &str,
        inner: u64,
        common: Vec<(String, Vec<(String, f64)>)>,
        systemic: bool,
        threads: Option<Threads>,
    ) -> PyResult<Self> {
        let years = years.0;
        let parameters = mode(parameters, inner)?;
        let common: Vec<CommonFactor> =
            common.into_iter().map(|(name, sectors)| CommonFactor { name, sectors }).collect();
        let options = Options { years, seed: seed.0, parameters, systemic, partial };
        let core =
            py.detach(|| Simulator::new(&book.core, &library.core, options)?.with_common(&common))?;
        Ok(Self {
            core: Arc::new(core),
            book: book.core.clone(),
            library: library.core.clone(),
            threads: threads.map(|threads| threads.0),
            stored: None,
        })
    }

    /// Number of blocks of years.
    #[getter]
    fn blocks(&self) -> u64 {
        self.core.blocks()
    }

    /// Draws some blocks: offsets, loss, event, time, risk and cause of each.
    fn draw<'py>(&self, py: Python<'py>, first: u64, last: u64) -> PyResult<Vec<Columns<'py>>> {
        let control = Control::new(self.threads);
        let work = || {
            let draw = |scratch: &mut Scratch, number: u64| {
                let mut block = LossBlock::default();
                self.core.fill(number, &control, scratch, &mut block)?;
                Ok(block)
            };
            run_blocks(first..last.min(self.core.blocks()), &control, draw)?.complete()
        };
        let blocks = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
        let arrays = |block: LossBlock| {
            (
                PyArray1::from_vec(py, block.offsets),
                PyArray1::from_vec(py, block.loss),
                PyArray1::from_vec(py, block.event),
                PyArray1::from_vec(py, block.time),
                PyArray1::from_vec(py, block.risk),
                PyArray1::from_vec(py, block.cause),
            )
        };
        Ok(blocks.into_iter().map(arrays).collect())
    }

    /// The same simulation with all its blocks at hand.
    fn with_blocks(&self, blocks: Vec<Columns<'_>>) -> PyResult<Self> {
        let blocks = blocks
            .into_iter()
            .map(|(offsets, loss, event, time, risk, cause)| {
                Ok(LossBlock {
                    first_year: 0,
                    offsets: offsets.to_vec()?,
                    loss: loss.to_vec()?,
                    event: event.to_vec()?,
                    time: time.to_vec()?,
                    risk: risk.to_vec()?,
                    cause: cause.to_vec()?,
                    ..LossBlock::default()
                })
            })
            .collect::<PyResult<Vec<LossBlock>>>()?;
        let stored = StoredLosses::new(self.core.as_ref(), blocks)?;
        Ok(Self {
            core: self.core.clone(),
            book: self.book.clone(),
            library: self.library.clone(),
            threads: self.threads,
            stored: Some(Arc::new(stored)),
        })
    }

    #[getter]
    fn years(&self) -> u64 {
        self.core.years()
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.core.options().seed
    }

    #[getter]
    fn currency(&self) -> &str {
        self.core.currency()
    }

    /// Risks that are simulated.
    #[getter]
    fn risks(&self) -> usize {
        self.core.risks()
    }

    #[getter]
    fn causes(&self) -> Vec<String> {
        self.core.causes().to_vec()
    }

    /// Expected annual loss of each risk in closed form, before annual aggregate limits.
    fn expected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rows = py.detach(|| self.core.expected())?;
        let all = PyDict::new(py);
        all.set_item("risk_id", self.core.risk_ids())?;
        let column = |part: fn(&crate::simulate::Expected) -> f64| {
            PyArray1::from_iter(py, rows.iter().map(part))
        };
        all.set_item("claims", column(|e| e.claims))?;
        all.set_item("attritional", column(|e| e.attritional))?;
        all.set_item("systemic", column(|e| e.systemic))?;
        let limited = PyArray1::from_iter(py, rows.iter().map(|e| e.aggregate_limited));
        all.set_item("aggregate_limited", limited)?;
        Ok(all)
    }

    /// Process, parameter and systemic variance of the gross loss of a year, from two further runs
    /// with the same draws: (part, variance, standard error).
    #[pyo3(signature = (*, progress=None))]
    fn variance(
        &self,
        py: Python<'_>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<(&'static str, f64, f64)>> {
        let control = Control::new(self.threads);
        let options = *self.core.options();
        let run = |parameters, systemic| {
            let options = Options { parameters, systemic, ..options };
            annual_losses(&self.core.changed(&self.book, &self.library, options)?, &control)
        };
        let work = || {
            let all = annual_losses(&self.core, &control)?;
            let fixed = run(Parameters::Off, options.systemic)?;
            let attritional = run(Parameters::Off, false)?;
            let block = (all.len() / 16).clamp(1, BLOCK_YEARS);
            let v = variance_split(&all, &fixed, &attritional, block);
            let mut rows = vec![
                ("process", v.process, v.process_error),
                ("parameter", v.parameter, v.parameter_error),
                ("systemic", v.systemic, v.systemic_error),
            ];
            if let Parameters::TwoLevel { inner } = options.parameters {
                let [process, parameter] = two_level_split(&all, inner as usize);
                rows.push(("given_parameters", process.0, process.1));
                rows.push(("between_parameters", parameter.0, parameter.1));
            }
            Ok(rows)
        };
        watched(py, progress, &control, work, |py, _| Ok(py.None()))
    }

    /// Total loss of each year.
    #[pyo3(signature = (*, progress=None))]
    fn annual<'py>(
        &self,
        py: Python<'py>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let control = Control::new(self.threads);
        let work = || annual_losses(&self.core, &control);
        let years = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        Ok(PyArray1::from_vec(py, years))
    }

    /// Every row as an Arrow table.
    #[pyo3(signature = (*, progress=None))]
    fn table(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<PyTable> {
        let control = Control::new(self.threads);
        let work = || loss_table(&self.core, &control);
        let batches = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        let schema = batches
            .first()
            .map_or_else(|| Arc::new(arrow_schema::Schema::empty()), RecordBatch::schema);
        PyTable::try_new(batches, schema)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let table = self.table(py, None)?.into_pyobject(py)?;
        table.call_method1("__arrow_c_stream__", (requested_schema,))
    }
}
