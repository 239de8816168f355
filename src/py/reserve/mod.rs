//! Triangles and reserving methods for Python.

mod methods;
mod models;

pub use methods::{
    MethodFit, bornhuetter_ferguson, cape_cod, clark, increment_glm, incremental_additive,
    mack_tests, munich,
};
pub use models::{
    berquist_sherman, case_outstanding, frequency_severity, meyers, nowcast, paid_incurred,
    trend_family,
};
mod bootstrap;
mod individual;
mod one_year;

pub use bootstrap::{BootstrapFit, bootstrap_triangles, run_bootstrap, tail_measures};
pub use individual::simulate_individual_claims;
pub use one_year::{OneYearFit, run_one_year};

use numpy::{IntoPyArray, PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

mod algebra;

pub use algebra::{
    score_lognormal, score_sample, triangle_combine, triangle_first, triangle_from_parts,
    triangle_on_level, triangle_period, triangle_scaled, triangle_to_grain, triangle_trended,
    triangle_valued_at,
};

use super::frame::{arrow_batches, raw_table};
use crate::error::{Faults, Issue, Result};
use crate::reserve::{
    self, Columns, Duplicates, Fit, Grain, Method, Mse, ScheduleP, Selection, Timing,
};

type Shaped<'py> = PyResult<Bound<'py, PyArrayDyn<f64>>>;

fn shaped<'py>(py: Python<'py>, values: Vec<f64>, shape: &[usize]) -> Shaped<'py> {
    values.into_pyarray(py).reshape(shape.to_vec())
}

/// Origin × development by segment and measure.
#[pyclass(frozen, name = "Triangle", module = "kebao._kebao")]
pub struct PyTriangle(pub(super) reserve::Triangle);

impl PyTriangle {
    /// Methods take one measure at a time.
    fn one_measure(&self, faults: &mut Faults, method: &str) {
        let measures = &self.0.measures;
        faults.check(measures.len() == 1, || {
            let first = measures.first().map_or("", String::as_str);
            let known = measures.join(", ");
            Issue::new("ambiguous", method, "triangle")
                .value(format!("{} measures", measures.len()))
                .allowed("a triangle of one measure")
                .hint(format!("choose one, such as triangle['{first}'], of {known}"))
        });
    }
}

fn grain(object: &str, field: &str, name: &str) -> Result<Grain> {
    let unknown = || Issue::unknown(object, field, name, Grain::NAMES).into_error();
    Grain::from_name(name).ok_or_else(unknown)
}

#[expect(clippy::too_many_arguments, reason = "one place for what both builders share")]
fn columns(
    object: &str,
    origin: String,
    development: Timing,
    values: Vec<String>,
    by: Vec<String>,
    grains: (&str, &str),
    errors: &str,
    decreasing: &str,
) -> Result<Columns> {
    let mut faults = Faults::new();
    let origin_grain = faults.take(grain(object, "grain", grains.0))?;
    let development_grain = faults.take(grain(object, "development_grain", grains.1))?;
    faults.check(["raise", "reject"].contains(&errors), || {
        Issue::unknown(object, "errors", errors, ["raise", "reject"])
    });
    faults.check(["note", "refuse"].contains(&decreasing), || {
        Issue::unknown(object, "decreasing", decreasing, ["note", "refuse"])
    });
    faults.finish()?;
    Ok(Columns {
        origin,
        development,
        values,
        by,
        origin_grain: origin_grain.unwrap_or_default(),
        development_grain: development_grain.unwrap_or_default(),
        reject: errors == "reject",
        refuse_falls: decreasing == "refuse",
        ..Columns::default()
    })
}

#[pymethods]
impl PyTriangle {
    #[staticmethod]
    #[pyo3(signature = (data, *, origin, valuation, values, by, grain, development_grain, as_of, errors, decreasing, claim, states, count))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
    fn from_claims(
        data: &Bound<'_, PyAny>,
        origin: String,
        valuation: String,
        values: Vec<String>,
        by: Vec<String>,
        grain: &str,
        development_grain: &str,
        as_of: Option<&str>,
        errors: &str,
        decreasing: &str,
        claim: Option<String>,
        states: Vec<String>,
        count: Option<String>,
    ) -> PyResult<Self> {
        let py = data.py();
        let timing = Timing::Valuation(valuation);
        let grains = (grain, development_grain);
        let mut columns =
            columns("from_claims", origin, timing, values, by, grains, errors, decreasing)?;
        if claim.is_none() && (count.is_some() || !states.is_empty()) {
            let issue = Issue::new("missing", "from_claims", "claim")
                .allowed("the column that tells claims apart, for states and count");
            return Err(issue.into_error().into());
        }
        (columns.claim, columns.states, columns.count) = (claim, states, count);
        if let Some((schema, batches)) = arrow_batches(data)?
            && let Some(triangle) =
                py.detach(|| reserve::from_clean_claims(&schema, &batches, &columns, as_of))
        {
            return Ok(Self(triangle));
        }
        let table = raw_table(data, "claims")?;
        Ok(Self(py.detach(|| reserve::from_claims(&table, &columns, as_of))?))
    }

    #[staticmethod]
    #[pyo3(signature = (data, *, origin, development, valuation, values, cumulative, by, grain, development_grain, unit, duplicates, errors, decreasing))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
    fn from_long(
        data: &Bound<'_, PyAny>,
        origin: String,
        development: Option<String>,
        valuation: Option<String>,
        values: Vec<String>,
        cumulative: bool,
        by: Vec<String>,
        grain: &str,
        development_grain: &str,
        unit: &str,
        duplicates: &str,
        errors: &str,
        decreasing: &str,
    ) -> PyResult<Self> {
        let object = "from_long";
        let mut faults = Faults::new();
        faults.check(["months", "periods"].contains(&unit), || {
            Issue::unknown(object, "unit", unit, ["months", "periods"])
        });
        faults.check(["refuse", "sum"].contains(&duplicates), || {
            Issue::unknown(object, "duplicates", duplicates, ["refuse", "sum"])
        });
        let months = match unit {
            "periods" => Grain::from_name(development_grain).map_or(1, Grain::months),
            _ => 1,
        };
        let timing = match (development, valuation) {
            (Some(column), None) => Timing::Age { column, months },
            (None, Some(column)) => Timing::Valuation(column),
            _ => {
                faults.push(
                    Issue::new("contradiction", object, "development, valuation")
                        .allowed("exactly one of the two columns"),
                );
                Timing::default()
            }
        };
        faults.finish().map_err(PyErr::from)?;
        let grains = (grain, development_grain);
        let columns = columns(object, origin, timing, values, by, grains, errors, decreasing)?;
        let table = raw_table(data, "cells")?;
        let duplicates = if duplicates == "sum" { Duplicates::Sum } else { Duplicates::Refuse };
        Ok(Self(reserve::from_long(&table, &columns, cumulative, duplicates)?))
    }

    #[staticmethod]
    fn from_wide(
        values: PyReadonlyArray2<'_, f64>,
        measure: &str,
        grain: &str,
        first_origin: i32,
        cumulative: bool,
    ) -> PyResult<Self> {
        let array = values.as_array();
        let (origins, ages) = array.dim();
        let values = array.iter().copied().collect();
        let grain = self::grain("from_wide", "grain", grain)?;
        let triangle = reserve::Triangle::from_wide(
            measure,
            grain,
            first_origin,
            origins,
            ages,
            cumulative,
            values,
        )?;
        Ok(Self(triangle))
    }

    #[staticmethod]
    #[pyo3(signature = (data, *, lines, as_of, hold_out, by_company, largest_fall))]
    fn from_schedule_p(
        data: &Bound<'_, PyAny>,
        lines: Vec<String>,
        as_of: i32,
        hold_out: bool,
        by_company: bool,
        largest_fall: f64,
    ) -> PyResult<Self> {
        let table = raw_table(data, "Schedule P")?;
        let options = ScheduleP { lines, as_of, hold_out, by_company, largest_fall };
        Ok(Self(data.py().detach(|| reserve::schedule_p(&table, &options))?))
    }

    #[getter]
    fn index(&self) -> Vec<String> {
        self.0.index.clone()
    }

    #[getter]
    fn segments(&self) -> Vec<Vec<String>> {
        self.0.segments.clone()
    }

    #[getter]
    fn measures(&self) -> Vec<String> {
        self.0.measures.clone()
    }

    #[getter]
    fn origins(&self) -> Vec<String> {
        self.0.origin_labels()
    }

    #[getter]
    fn ages<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        self.0.age_months().into_pyarray(py)
    }

    #[getter]
    fn shape(&self) -> (usize, usize, usize, usize) {
        (self.0.segments.len(), self.0.measures.len(), self.0.origins, self.0.ages)
    }

    #[getter]
    fn grain(&self) -> (&'static str, &'static str) {
        (self.0.origin_grain.name(), self.0.development_grain.name())
    }

    #[getter]
    fn cumulative(&self) -> bool {
        self.0.cumulative
    }

    /// Segment × measure × origin × age.
    fn values<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        let (s, m, o, a) = self.shape();
        shaped(py, self.0.shown(), &[s, m, o, a])
    }

    /// Segment × measure × origin.
    fn latest<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        let (s, m, o, _) = self.shape();
        shaped(py, self.0.latest(), &[s, m, o])
    }

    /// Segment × measure × origin × (ages − 1).
    fn link_ratios<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        let (s, m, o, a) = self.shape();
        shaped(py, self.0.link_ratios(), &[s, m, o, a.saturating_sub(1)])
    }

    fn with_cumulative(&self, cumulative: bool) -> Self {
        let mut triangle = self.0.clone();
        triangle.cumulative = cumulative;
        Self(triangle)
    }

    fn as_of(&self, diagonals: usize) -> Self {
        Self(self.0.as_of(diagonals))
    }

    fn select(&self, measures: Vec<String>) -> PyResult<Self> {
        let mut faults = Faults::new();
        let mut found = Vec::new();
        for name in &measures {
            match self.0.measures.iter().position(|measure| measure == name) {
                Some(at) => found.push(at),
                None => faults.push(Issue::unknown(
                    "Triangle",
                    "measure",
                    name,
                    self.0.measures.iter().map(String::as_str),
                )),
            }
        }
        faults.finish().map_err(PyErr::from)?;
        Ok(Self(self.0.select(&found)))
    }

    fn pick(&self, segments: Vec<usize>) -> PyResult<Self> {
        if let Some(at) = segments.iter().find(|at| **at >= self.0.segments.len()) {
            let issue = Issue::new("out_of_range", "Triangle", "segment")
                .value(at)
                .allowed(format!("below {}", self.0.segments.len()));
            return Err(issue.into_error().into());
        }
        Ok(Self(self.0.pick(&segments)))
    }

    /// Rows, used, rejected, counts by reason, amounts by measure, and decreasing cells.
    fn reconciliation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let record = &self.0.reconciliation;
        let all = PyDict::new(py);
        all.set_item("rows", record.rows)?;
        all.set_item("used", record.used)?;
        all.set_item("rejected", record.rejected())?;
        let amounts = PyDict::new(py);
        for (measure, sum) in self.0.measures.iter().zip(&record.amounts) {
            amounts.set_item(measure, (sum.total, sum.used, sum.rejected))?;
        }
        all.set_item("amounts", amounts)?;
        all.set_item("decreasing", record.decreasing.len())?;
        Ok(all)
    }

    /// Row, reason, field and value of each row left out, as columns.
    fn rejects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rejects = &self.0.reconciliation.rejects;
        let all = PyDict::new(py);
        let rows: Vec<i64> = rejects.iter().map(|reject| reject.row as i64).collect();
        all.set_item("row", rows.into_pyarray(py))?;
        all.set_item("reason", rejects.iter().map(|reject| reject.reason).collect::<Vec<_>>())?;
        all.set_item("field", rejects.iter().map(|reject| &*reject.field).collect::<Vec<_>>())?;
        all.set_item("value", rejects.iter().map(|reject| &*reject.value).collect::<Vec<_>>())?;
        Ok(all)
    }

    /// Place, value before and value of each cell below the one before it.
    fn decreasing(&self) -> Vec<(String, f64, f64)> {
        let place = |cell: &reserve::Decrease| {
            let place = self.0.place(cell.segment, cell.measure, cell.origin, cell.age);
            (place, cell.from, cell.to)
        };
        self.0.reconciliation.decreasing.iter().map(place).collect()
    }

    /// Applies chain ladder, or Mack when `mse` is given.
    #[pyo3(signature = (method, selection, mse))]
    fn fit(
        &self,
        py: Python<'_>,
        method: &str,
        selection: &PySelection,
        mse: Option<&str>,
    ) -> PyResult<ReserveFit> {
        let triangle = &self.0;
        let mut faults = Faults::new();
        self.one_measure(&mut faults, method);
        let development = faults.take(selection.0.resolve(method, triangle))?;
        let kinds = [("mack", Mse::Mack), ("independence", Mse::Independence)];
        let errors = mse.map(|mse| named(&mut faults, method, "mse", mse, &kinds));
        faults.finish().map_err(PyErr::from)?;
        let method = Method { development: development.unwrap_or_default(), errors };
        let run = || reserve::fit(&triangle.values, triangle.origins, triangle.ages, &method);
        // Letting others run costs more than a small triangle takes.
        let fit = if triangle.values.len() < 10_000 { run() } else { py.detach(run) };
        Ok(ReserveFit { fit, origins: triangle.origin_labels(), ages: triangle.age_months() })
    }
}

/// Standardised residuals of the links: segment × origin × (ages − 1).
#[pyfunction]
pub fn triangle_residuals<'py>(
    py: Python<'py>,
    triangle: &PyTriangle,
    fit: &ReserveFit,
    selection: &PySelection,
) -> Shaped<'py> {
    let development = selection.0.resolve("residuals", &triangle.0)?;
    let (s, _, o, a) = triangle.shape();
    let found = reserve::residuals(&triangle.0.values, &fit.fit, &development);
    shaped(py, found, &[s, o, a.saturating_sub(1)])
}

/// Judgement on development, read once.
#[pyclass(frozen, name = "Selection", module = "kebao._kebao")]
pub struct PySelection(pub Selection);

#[pymethods]
impl PySelection {
    /// Reads the JSON form; `object` is what messages call it.
    #[new]
    fn new(object: &str, json: &str) -> PyResult<Self> {
        let value = serde_json::from_str(json).unwrap_or_default();
        Ok(Self(Selection::read(object, &value)?))
    }
}

fn named<T: Copy + Default>(
    faults: &mut Faults,
    object: &str,
    field: &str,
    value: &str,
    known: &[(&str, T)],
) -> T {
    let found = known.iter().find(|(name, _)| *name == value);
    if found.is_none() {
        let names = known.iter().map(|(name, _)| *name);
        faults.push(Issue::unknown(object, field, value, names));
    }
    found.map(|(_, item)| *item).unwrap_or_default()
}

/// A fitted method, by segment. Arrays drop the segment axis when there is one segment.
#[pyclass(frozen, module = "kebao._kebao")]
#[derive(Clone)]
pub struct ReserveFit {
    fit: Fit,
    origins: Vec<String>,
    ages: Vec<i32>,
}

impl ReserveFit {
    fn by<'py>(&self, py: Python<'py>, values: &[f64], width: usize) -> Shaped<'py> {
        if self.fit.triangles == 1 {
            shaped(py, values.to_vec(), &[width])
        } else {
            shaped(py, values.to_vec(), &[self.fit.triangles, width])
        }
    }

    fn one<'py>(py: Python<'py>, values: &[f64]) -> PyResult<Bound<'py, PyAny>> {
        if let [value] = values {
            return Ok(value.into_pyobject(py)?.into_any());
        }
        Ok(values.to_vec().into_pyarray(py).into_any())
    }
}

macro_rules! columns {
    ($($name:ident: $width:ident),*; $($total:ident),*) => {
        #[pymethods]
        impl ReserveFit {
            $(#[getter]
            fn $name<'py>(&self, py: Python<'py>) -> Shaped<'py> {
                self.by(py, &self.fit.$name, self.fit.$width)
            })*

            $(#[getter]
            fn $total<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                Self::one(py, &self.fit.$total)
            })*

            #[getter]
            fn status(&self) -> Vec<&'static str> {
                self.fit.status.iter().map(|status| status.name()).collect()
            }

            /// Segment, status, origin and age (months) of each finding.
            #[getter]
            fn findings(&self) -> Vec<(usize, &'static str, Option<String>, Option<i32>)> {
                self.fit
                    .findings
                    .iter()
                    .map(|finding| {
                        let origin = finding.origin.and_then(|at| self.origins.get(at).cloned());
                        let age = finding.age.and_then(|at| self.ages.get(at).copied());
                        (finding.triangle, finding.status.name(), origin, age)
                    })
                    .collect()
            }

            #[getter]
            fn ibnr<'py>(&self, py: Python<'py>) -> Shaped<'py> {
                let pairs = self.fit.ultimate.iter().zip(&self.fit.latest);
                let ibnr: Vec<f64> = pairs.map(|(ultimate, latest)| ultimate - latest).collect();
                self.by(py, &ibnr, self.fit.origins)
            }

            #[getter]
            fn total_ibnr<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let pairs = self.fit.total_ultimate.iter().zip(&self.fit.total_latest);
                let ibnr: Vec<f64> = pairs.map(|(ultimate, latest)| ultimate - latest).collect();
                Self::one(py, &ibnr)
            }

            /// Cumulative share of the ultimate at each age.
            #[getter]
            fn emerged<'py>(&self, py: Python<'py>) -> Shaped<'py> {
                let factors = self.fit.factor.chunks_exact(self.fit.ages.max(1));
                let shares: Vec<f64> = factors.flat_map(reserve::emerged).collect();
                self.by(py, &shares, self.fit.ages)
            }
        }
    };
}

columns!(
    latest: origins, ultimate: origins, process_error: origins, parameter_error: origins,
    standard_error: origins, factor: ages, factor_error: ages, sigma: ages;
    total_latest, total_ultimate, total_process_error, total_parameter_error, total_standard_error
);
