//! One number by many methods, as Python asks it.

use std::time::Instant;

use pyo3::prelude::*;

use super::aggregate::Aggregate;
use super::convert::{Amount, Seed, Threads, Years, control};
use super::table::PyTable;
use super::watch::watched;
use crate::error::{Error, Issue, Result};
use crate::estimate::{Estimate, Job, Method, Target};
use crate::output::Table;

/// A number, its error, how it was found and why so.
///
/// `standard_error` is that of a simulation, `bound` the largest error of a method without randomness;
/// the other of the two is NaN.
#[pyclass(frozen, get_all, module = "kebao", name = "Evaluation")]
pub struct Evaluation {
    /// The expected loss, or the probability.
    value: f64,
    /// Standard error of a simulation; NaN without one.
    standard_error: f64,
    /// Largest error of a method without randomness; NaN otherwise.
    bound: f64,
    /// Name of the method; under ``auto`` the one that was chosen.
    method: String,
    /// Years, or points, that were drawn.
    years: u64,
    /// Draws that contributed.
    hits: u64,
    /// Variance of plain simulation of as many years over the variance of this method.
    variance_factor: f64,
    /// Effective number of contributions, (Σ w)²/Σ w².
    effective: f64,
    /// Years of this method whose standard error is 1% of the value.
    years_for_1pct: f64,
    /// What was done, and why.
    reason: String,
}

impl From<Estimate> for Evaluation {
    fn from(found: Estimate) -> Self {
        Self {
            value: found.value,
            standard_error: found.standard_error,
            bound: found.bound,
            method: found.method.name().to_owned(),
            years: found.years,
            hits: found.hits,
            variance_factor: found.variance_factor,
            effective: found.effective,
            years_for_1pct: found.years_for_1pct(),
            reason: found.reason,
        }
    }
}

#[pymethods]
impl Evaluation {
    /// (low, high): 95% interval of a simulation, or the bounds of a method without randomness.
    #[getter]
    fn interval(&self) -> (f64, f64) {
        let half = if self.standard_error.is_nan() {
            self.bound
        } else {
            1.959_963_984_540_054 * self.standard_error
        };
        (self.value - half, self.value + half)
    }

    fn __repr__(&self) -> String {
        let error = if self.standard_error.is_nan() {
            format!("± at most {:.2e}", self.bound)
        } else {
            format!("± {:.2e} (standard error)", self.standard_error)
        };
        format!("{:.8e} {error}\n  {}: {}", self.value, self.method, self.reason)
    }
}

fn method(name: &str) -> Result<Method> {
    Method::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| {
        Issue::unknown("evaluate", "method", name, Method::ALL.iter().map(|m| m.name()))
            .into_error()
    })
}

fn target(
    limit: Option<Amount>,
    attachment: Option<Amount>,
    exceeds: Option<Amount>,
) -> Result<Target> {
    match (exceeds, limit, attachment) {
        (Some(x), None, None) => Ok(Target::Exceeds(x.0)),
        (Some(_), ..) => Err(Issue::new("contradiction", "evaluate", "exceeds")
            .value("both a layer and an amount to exceed")
            .allowed("limit and attachment, or exceeds")
            .into()),
        (None, limit, attachment) => Ok(Target::Layer {
            limit: limit.map_or(f64::INFINITY, |x| x.0),
            attachment: attachment.map_or(0.0, |x| x.0),
        }),
    }
}

/// An expected annual layer, or a probability, of an aggregate by one method.
#[pyfunction]
#[pyo3(signature = (loss, *, limit, attachment, exceeds, method, years, seed, precision, threads, progress))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn evaluate(
    py: Python<'_>,
    loss: PyRef<'_, Aggregate>,
    limit: Option<Amount>,
    attachment: Option<Amount>,
    exceeds: Option<Amount>,
    method: &str,
    years: Years,
    seed: Seed,
    precision: f64,
    threads: Option<Threads>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Evaluation> {
    let years = years.0;
    let method = self::method(method)?;
    let target = target(limit, attachment, exceeds)?;
    let (aggregate, control) = (&loss.core, control(threads));
    let job = Job { aggregate, target, years, seed: seed.0, precision, control: &control };
    let found = watched(py, progress, &control, || job.run(method), |py, _| Ok(py.None()))?;
    Ok(found.into())
}

/// The same by many methods, a row each; a refusal is a row with its reason.
#[pyfunction]
#[pyo3(signature = (loss, *, limit, attachment, exceeds, methods, years, seed, precision, threads, progress))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn evaluate_all(
    py: Python<'_>,
    loss: PyRef<'_, Aggregate>,
    limit: Option<Amount>,
    attachment: Option<Amount>,
    exceeds: Option<Amount>,
    methods: Vec<String>,
    years: Years,
    seed: Seed,
    precision: f64,
    threads: Option<Threads>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyTable> {
    let years = years.0;
    let methods: Vec<Method> = methods.iter().map(|m| method(m)).collect::<Result<_>>()?;
    let target = target(limit, attachment, exceeds)?;
    let (aggregate, control) = (&loss.core, control(threads));
    let job = Job { aggregate, target, years, seed: seed.0, precision, control: &control };
    let work = || {
        methods
            .iter()
            .map(|method| {
                let start = Instant::now();
                let found = match job.run(*method) {
                    Err(Error::Numeric { reason, .. }) => Estimate {
                        method: *method,
                        value: f64::NAN,
                        standard_error: f64::NAN,
                        bound: f64::NAN,
                        years: 0,
                        hits: 0,
                        variance_factor: f64::NAN,
                        effective: f64::NAN,
                        reason: format!("refused: {reason}"),
                    },
                    other => other?,
                };
                Ok((found, start.elapsed().as_secs_f64()))
            })
            .collect::<Result<Vec<_>>>()
    };
    let rows = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
    let column =
        |f: &dyn Fn(&Estimate) -> f64| rows.iter().map(|(row, _)| f(row)).collect::<Vec<_>>();
    let names = rows.iter().zip(&methods).map(|((row, _), asked)| match *asked {
        Method::Auto => format!("auto ({})", row.method.name()),
        asked => asked.name().to_owned(),
    });
    let core = Table::new("evaluations")
        .text("method", names.collect())
        .float("value", column(&|e| e.value))
        .float("standard_error", column(&|e| e.standard_error))
        .float("bound", column(&|e| e.bound))
        .float("variance_factor", column(&|e| e.variance_factor))
        .float("effective", column(&|e| e.effective))
        .integer("years", rows.iter().map(|(e, _)| e.years as i64).collect())
        .float("years_for_1pct", column(&Estimate::years_for_1pct))
        .float("seconds", rows.iter().map(|(_, seconds)| *seconds).collect())
        .text("reason", rows.iter().map(|(e, _)| e.reason.clone()).collect());
    Ok(PyTable { core })
}

/// Derivatives to every parameter, on a grid and by simulation.
#[pyfunction]
#[pyo3(signature = (loss, *, limit, attachment, exceeds, years, seed, threads, progress))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn evaluate_sensitivity(
    py: Python<'_>,
    loss: PyRef<'_, Aggregate>,
    limit: Option<Amount>,
    attachment: Option<Amount>,
    exceeds: Option<Amount>,
    years: Years,
    seed: Seed,
    threads: Option<Threads>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyTable> {
    let years = years.0;
    let target = target(limit, attachment, exceeds)?;
    let (aggregate, control) = (&loss.core, control(threads));
    let job = Job { aggregate, target, years, seed: seed.0, precision: 1e-3, control: &control };
    let rows = watched(py, progress, &control, || job.sensitivity(), |py, _| Ok(py.None()))?;
    let score = |row: &crate::estimate::Sensitivity| {
        (row.simulated.value - row.exact) / row.simulated.standard_error.hypot(row.bound)
    };
    let core = Table::new("sensitivity")
        .text("parameter", rows.iter().map(|r| r.parameter.clone()).collect())
        .float("value", rows.iter().map(|r| r.value).collect())
        .float("derivative", rows.iter().map(|r| r.exact).collect())
        .float("bound", rows.iter().map(|r| r.bound).collect())
        .float("simulated", rows.iter().map(|r| r.simulated.value).collect())
        .float("standard_error", rows.iter().map(|r| r.simulated.standard_error).collect())
        .float("z_score", rows.iter().map(score).collect())
        .text("estimator", rows.iter().map(|r| r.estimator.to_owned()).collect());
    Ok(PyTable { core })
}
