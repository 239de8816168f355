//! Programmes, and what they do to losses.

use pyo3::prelude::*;

use super::convert::Amount;
use crate::error::{Issue, Result};
use crate::treaty::{self, Attribution, CLAUSES, Options, Programme, UNSUPPORTED};

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

    /// ReinsInfo and ReinsScope of OED 5, as CSV text.
    fn to_oed(&self) -> PyResult<(String, String)> {
        Ok(self.core.to_oed()?)
    }

    #[staticmethod]
    #[pyo3(signature = (info, scope=None, *, premium=None))]
    fn from_oed(info: &str, scope: Option<&str>, premium: Option<Amount>) -> PyResult<Self> {
        Ok(Self { core: Programme::from_oed(info, scope, premium.map(|amount| amount.0))? })
    }

    /// The JSON Schema of a programme file.
    #[staticmethod]
    fn schema() -> String {
        treaty::schema().to_string()
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

/// What to compute beside the annual columns, from Python's words.
pub fn options(attribution: &str, horizon: Option<u64>) -> Result<Options> {
    let attribution = match attribution {
        "event_order" => Attribution::EventOrder,
        "pro_rata" => Attribution::ProRata,
        other => {
            let known = ["event_order", "pro_rata"];
            return Err(Issue::unknown("apply", "attribution", other, known).into_error());
        }
    };
    Ok(Options { attribution, horizon, largest_events: false })
}
