//! Programmes, and what they do to losses.

use numpy::PyArray1;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::Amount;
use super::losses::PyLossTable;
use super::watch::watched;
use crate::error::{Error, Issue, Result};
use crate::exec::Control;
use crate::losses::{Groups, Source};
use crate::treaty::{
    self, Attribution, CLAUSES, Explanation, Options, Outcome, Plan, Programme, UNSUPPORTED,
};

/// A checked reinsurance programme.
#[pyclass(frozen, eq, name = "Programme", module = "kebao._kebao")]
#[derive(PartialEq)]
pub struct PyProgramme {
    pub core: Programme,
}

#[pymethods]
impl PyProgramme {
    #[staticmethod]
    #[pyo3(signature = (text, *, currency=None, premium=None))]
    fn from_text(text: &str, currency: Option<&str>, premium: Option<Amount>) -> PyResult<Self> {
        let core = Programme::from_text(text, currency, premium.map(|amount| amount.0))?;
        Ok(Self { core })
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        Ok(Self { core: Programme::from_json(text)? })
    }

    #[staticmethod]
    fn from_toml(text: &str) -> PyResult<Self> {
        Ok(Self { core: Programme::from_toml(text)? })
    }

    fn to_json(&self) -> PyResult<String> {
        Ok(self.core.to_json()?)
    }

    fn to_toml(&self) -> PyResult<String> {
        Ok(self.core.to_toml()?)
    }

    fn __str__(&self) -> String {
        self.core.to_string()
    }

    /// Canonical wording of each treaty.
    #[getter]
    fn wordings(&self) -> Vec<String> {
        self.core.treaties().iter().map(ToString::to_string).collect()
    }

    /// Subject and treaty premium for 100 % of each treaty, None where the programme does not say.
    #[getter]
    fn premiums(&self) -> Vec<(Option<f64>, Option<f64>)> {
        self.core.premiums().iter().map(|known| (known.subject, known.treaty)).collect()
    }

    /// Warnings as (code, treaties, message, fix).
    fn diagnose(&self) -> Vec<(String, Vec<String>, String, String)> {
        let all = self.core.diagnose().into_iter();
        all.map(|d| (d.code.to_owned(), d.treaties, d.message, d.fix)).collect()
    }

    fn __hash__(&self) -> PyResult<u64> {
        Ok(crate::random::entity_id(&self.core.to_json()?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.core.to_json()?,)))
    }
}

/// Checks one treaty given as JSON: its canonical JSON and its wording.
#[pyfunction]
pub fn treaty_terms(text: &str) -> PyResult<(String, String)> {
    let treaty = treaty::Treaty::from_json(text)?;
    Ok((treaty.to_json()?, treaty.to_string()))
}

/// The clauses of the wording as (example, meaning, fields), and those not supported yet.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "a table")]
pub fn clauses() -> (Vec<(String, String, Vec<String>)>, Vec<String>) {
    let row = |clause: &treaty::Clause| {
        let fields = clause.fields.iter().map(ToString::to_string).collect();
        (clause.form.to_owned(), clause.about.to_owned(), fields)
    };
    (CLAUSES.iter().map(row).collect(), UNSUPPORTED.iter().map(ToString::to_string).collect())
}

/// Annual columns of a programme applied to losses.
#[pyclass(frozen, name = "Outcome", module = "kebao._kebao")]
pub struct PyOutcome {
    pub core: Outcome,
}

#[pymethods]
impl PyOutcome {
    #[getter]
    fn years(&self) -> u64 {
        self.core.years
    }

    /// Whether the run was stopped before its last year.
    #[getter]
    fn interrupted(&self) -> bool {
        self.core.interrupted
    }

    #[getter]
    fn treaties(&self) -> Vec<String> {
        self.core.treaties.iter().map(|treaty| treaty.name.clone()).collect()
    }

    #[getter]
    fn gross<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.gross)
    }

    /// Gross less all ceded; `total_ceded + net == gross` to the last bit.
    #[getter]
    fn net<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.net)
    }

    #[getter]
    fn total_ceded<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_vec(py, self.core.ceded())
    }

    /// Largest event of each year, gross; empty unless asked for.
    #[getter]
    fn largest_gross<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.largest_gross)
    }

    /// The same net of the covers per risk and per event.
    #[getter]
    fn largest_net<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.core.largest_net)
    }

    fn ceded<'py>(&self, py: Python<'py>, treaty: &str) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_slice(py, &self.columns(treaty)?.ceded))
    }

    fn reinstatement_premium<'py>(
        &self,
        py: Python<'py>,
        treaty: &str,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_slice(py, &self.columns(treaty)?.reinstatement_premium))
    }

    /// Years with a recovery, and years in which the annual capacity was used up.
    fn counts(&self, treaty: &str) -> PyResult<(u64, u64)> {
        let columns = self.columns(treaty)?;
        Ok((columns.attached, columns.exhausted))
    }

    /// What the groups are, and their names; None unless asked for.
    #[getter]
    fn groups(&self) -> Option<(String, Vec<String>)> {
        self.core.groups.as_ref().map(|groups| (groups.label.clone(), groups.names.clone()))
    }

    /// Gross, ceded and net of one group, by index.
    fn group<'py>(&self, py: Python<'py>, group: usize) -> PyResult<Bound<'py, PyDict>> {
        let columns = self.core.groups.as_ref().and_then(|groups| groups.columns.get(group));
        let columns = columns.ok_or_else(|| PyIndexError::new_err("no such group"))?;
        let all = PyDict::new(py);
        all.set_item("gross", PyArray1::from_slice(py, &columns.gross))?;
        all.set_item("ceded", PyArray1::from_slice(py, &columns.ceded))?;
        all.set_item("net", PyArray1::from_slice(py, &columns.net))?;
        Ok(all)
    }

    /// SHA-256 of the annual columns.
    #[getter]
    fn digest(&self) -> String {
        self.core.digest()
    }
}

impl PyOutcome {
    fn columns(&self, treaty: &str) -> Result<&treaty::TreatyColumns> {
        self.core.treaties.iter().find(|columns| columns.name == treaty).ok_or_else(|| {
            let names = self.core.treaties.iter().map(|columns| columns.name.as_str());
            Issue::unknown("outcome", "treaty", treaty, names).into_error()
        })
    }
}

/// What to compute beside the annual columns, from Python's words.
pub fn options(
    groups: &[Groups],
    by: Option<&str>,
    largest_events: bool,
    attribution: &str,
    horizon: Option<u64>,
) -> Result<Options> {
    let groups = by
        .map(|by| {
            groups.iter().position(|partition| partition.label == by).ok_or_else(|| {
                let known = groups.iter().map(|partition| partition.label.as_str());
                Issue::unknown("apply", "by", by, known).into_error()
            })
        })
        .transpose()?;
    let attribution = match attribution {
        "event_order" => Attribution::EventOrder,
        "pro_rata" => Attribution::ProRata,
        other => {
            let known = ["event_order", "pro_rata"];
            return Err(Issue::unknown("apply", "attribution", other, known).into_error());
        }
    };
    Ok(Options { largest_events, groups, attribution, horizon })
}

/// Applies a programme to any source, watched: the GIL released, progress told, Ctrl-C heard.
pub fn apply_source<S: Source>(
    py: Python<'_>,
    programme: &Programme,
    source: &S,
    options: Options,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyOutcome> {
    let plan = Plan::new(programme, options)?;
    let control = Control::new(threads);
    let work = || treaty::run(&plan, source, &control);
    let core = watched(py, progress, &control, work, |py, core| {
        Ok(Py::new(py, PyOutcome { core })?.into_any())
    })?;
    Ok(PyOutcome { core })
}

/// Applies a programme to a loss table.
#[pyfunction]
#[pyo3(signature = (programme, losses, *, by=None, largest_events=true, attribution="event_order", horizon=None, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn apply(
    py: Python<'_>,
    programme: PyRef<'_, PyProgramme>,
    losses: PyRef<'_, PyLossTable>,
    by: Option<&str>,
    largest_events: bool,
    attribution: &str,
    horizon: Option<u64>,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyOutcome> {
    let options = options(losses.core.groups(), by, largest_events, attribution, horizon)?;
    apply_source(py, &programme.core, &losses.core, options, threads, progress)
}

/// Explains one treaty in one year (by index from 0) of a source, as JSON.
pub fn explain_source<S: Source>(
    programme: &Programme,
    source: &S,
    treaty: &str,
    year: u64,
) -> Result<String> {
    let explanation: Explanation = treaty::explain_source(programme, treaty, source, year, None)?;
    serde_json::to_string(&explanation).map_err(|e| Error::numeric("explain", e.to_string()))
}

/// Explains one treaty in one year of a loss table, as JSON.
#[pyfunction]
pub fn explain(
    programme: PyRef<'_, PyProgramme>,
    losses: PyRef<'_, PyLossTable>,
    treaty: &str,
    year: u64,
) -> PyResult<String> {
    Ok(explain_source(&programme.core, &losses.core, treaty, year)?)
}
