//! Fitted counts.

use std::sync::Arc;

use numpy::{AllowTypeChange, PyArrayLike1};
use pyo3::prelude::*;

use super::frequency::Frequency;
use super::watch::detached;
use crate::frequency::fit::{CountFamily, CountFit, Counts, fit_counts, profile_intervals};

/// One family fitted to counts; `kebao.fit.frequency` makes it.
#[pyclass(frozen, name = "CountFit", module = "kebao._kebao")]
pub struct PyCountFit {
    core: CountFit,
    data: Arc<Counts>,
}

#[pymethods]
impl PyCountFit {
    #[getter]
    fn family(&self) -> &'static str {
        self.core.family.name()
    }

    #[getter]
    fn names(&self) -> Vec<&'static str> {
        self.core.family.parameters().to_vec()
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.core.parameters.clone()
    }

    #[getter]
    fn standard_errors(&self) -> Vec<f64> {
        self.core.standard_errors.clone()
    }

    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.core.log_likelihood
    }

    #[getter]
    fn aic(&self) -> f64 {
        self.core.aic()
    }

    #[getter]
    fn bic(&self) -> f64 {
        self.core.bic()
    }

    #[getter]
    fn status(&self) -> &str {
        &self.core.status
    }

    /// Profile-likelihood interval of each parameter.
    fn intervals(&self, py: Python<'_>, level: f64) -> PyResult<Vec<(f64, f64)>> {
        detached(py, || profile_intervals(&self.core, &self.data, level))
    }

    /// The count of so much exposure.
    fn frequency<'py>(&self, py: Python<'py>, exposure: f64) -> PyResult<Bound<'py, Frequency>> {
        let made = self.core.family.frequency(&self.core.parameters, exposure)?;
        super::frequency::to_python(py, made)
    }

    /// Expected numbers of observations with 0, 1, …, `most` or more losses.
    fn expected(&self, py: Python<'_>, most: u64) -> PyResult<Vec<f64>> {
        detached(py, || self.data.expected(&self.core, most.min(1 << 20)))
    }
}

/// What was fitted to: observations, claims, exposure, dispersion test, and a fit or reason by family.
type Fitted =
    (usize, f64, f64, (f64, f64, f64), Vec<f64>, Vec<(String, Option<Py<PyCountFit>>, String)>);

/// Fits each family; one that does not fit gives its reason.
#[pyfunction]
pub fn fit_frequency<'py>(
    py: Python<'py>,
    counts: PyArrayLike1<'py, f64, AllowTypeChange>,
    exposure: PyArrayLike1<'py, f64, AllowTypeChange>,
    families: Vec<String>,
) -> PyResult<Fitted> {
    let counts: Vec<f64> = counts.as_array().to_vec();
    let exposure: Vec<f64> = exposure.as_array().to_vec();
    let data = Arc::new(detached(py, || Counts::new(&counts, &exposure))?);
    let mut all = Vec::new();
    for name in families {
        let family = CountFamily::from_name(&name)?;
        match py.detach(|| fit_counts(family, &data)) {
            Ok(core) => {
                let fit = Py::new(py, PyCountFit { core, data: data.clone() })?;
                all.push((name, Some(fit), String::new()));
            }
            Err(error) => all.push((name, None, error.to_string())),
        }
    }
    let most = counts.iter().copied().fold(0.0, f64::max).min(1000.0) as u64;
    let observed = data.observed(most);
    Ok((data.observations, data.claims, data.exposure, data.dispersion(), observed, all))
}
