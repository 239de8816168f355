//! The one-year view for Python.

use pyo3::prelude::*;

use super::{PySelection, PyTriangle, ReserveFit, Shaped, shaped};
use crate::error::Faults;
use crate::reserve::{self, Fit};

/// Standard errors of claims development results.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct OneYearFit {
    years: usize,
    cdr: Vec<f64>,
    total_cdr: Vec<f64>,
    mack: ReserveFit,
}

/// The view of Merz and Wüthrich of the coming year and of every year after.
#[pyfunction]
pub fn run_one_year(
    triangle: PyRef<'_, PyTriangle>,
    method: &str,
    selection: PyRef<'_, PySelection>,
) -> PyResult<OneYearFit> {
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let development = faults.take(selection.0.resolve(method, &triangle.0))?.unwrap_or_default();
    faults.finish().map_err(PyErr::from)?;
    let core = &triangle.0;
    let all = reserve::one_year(&core.values, core.origins, core.ages, &development);
    let fit = Fit { status: all.status, findings: all.findings, ..all.mack };
    let mack = ReserveFit { fit, origins: core.origin_labels(), ages: core.age_months() };
    Ok(OneYearFit { years: all.years, cdr: all.cdr, total_cdr: all.total_cdr, mack })
}

#[pymethods]
impl OneYearFit {
    /// Segment × year × origin.
    #[getter]
    fn cdr<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        let fit = &self.mack.fit;
        shaped(py, self.cdr.clone(), &[fit.triangles, self.years, fit.origins])
    }

    /// Segment × year.
    #[getter]
    fn total_cdr<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        shaped(py, self.total_cdr.clone(), &[self.mack.fit.triangles, self.years])
    }

    /// The Mack fit below, with the status and findings of the one-year view.
    #[getter]
    fn mack(&self) -> ReserveFit {
        self.mack.clone()
    }
}
