//! Triangles from their parts, arithmetic, grains, trends; on-level factors and scores.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArrayDyn};
use pyo3::prelude::*;

use super::{PyTriangle, grain as grain_of};
use crate::error::{Faults, Issue};
use crate::reserve::{self, Change, Operation, Parts, Score, Trend};

type Pair<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// From values by segment, measure, origin and age.
#[pyfunction]
#[pyo3(signature = (values, *, index, segments, measures, grains, first_origin, first_age, cumulative))]
#[expect(clippy::too_many_arguments, reason = "keyword-only, filled by the face")]
pub fn triangle_from_parts(
    values: PyReadonlyArrayDyn<'_, f64>,
    index: Vec<String>,
    segments: Vec<Vec<String>>,
    measures: Vec<String>,
    grains: (String, String),
    first_origin: i32,
    first_age: i32,
    cumulative: bool,
) -> PyResult<PyTriangle> {
    let array = values.as_array();
    let &[s, m, origins, ages] = array.shape() else {
        let issue = Issue::new("wrong_shape", "Triangle", "values");
        return Err(issue.allowed("four dimensions").into_error().into());
    };
    let mut faults = Faults::new();
    faults.check((s, m) == (segments.len(), measures.len()), || {
        Issue::new("wrong_shape", "Triangle", "values")
            .value(format!("{s} segments, {m} measures"))
            .allowed(format!("{} segments, {} measures", segments.len(), measures.len()))
    });
    let origin_grain = faults.take(grain_of("Triangle", "grain", &grains.0))?.unwrap_or_default();
    let development_grain =
        faults.take(grain_of("Triangle", "development_grain", &grains.1))?.unwrap_or_default();
    faults.finish().map_err(PyErr::from)?;
    let parts = Parts {
        index,
        segments,
        measures,
        origin_grain,
        development_grain,
        first_origin,
        origins,
        first_age,
        ages,
        cumulative,
        values: array.iter().copied().collect(),
    };
    Ok(PyTriangle(reserve::Triangle::assemble(parts)?))
}

/// Number of the first origin period, counted from year 0, and the first age.
#[pyfunction]
pub fn triangle_first(triangle: &PyTriangle) -> (i32, i32) {
    (triangle.0.first_origin, triangle.0.first_age)
}

/// Number of the origin period with a label, counted from year 0.
#[pyfunction]
pub fn triangle_period(label: &str, grain: &str) -> PyResult<i32> {
    Ok(reserve::period_of(label, grain_of("Triangle", "grain", grain)?)?)
}

/// Cell by cell with another triangle.
#[pyfunction]
pub fn triangle_combine(
    triangle: &PyTriangle,
    other: &PyTriangle,
    operation: &str,
) -> PyResult<PyTriangle> {
    let operation = match operation {
        "+" => Operation::Add,
        "-" => Operation::Subtract,
        "*" => Operation::Multiply,
        _ => Operation::Divide,
    };
    Ok(PyTriangle(triangle.0.with(&other.0, operation)?))
}

/// Values times a factor, one by origin, or one by segment and origin.
#[pyfunction]
pub fn triangle_scaled(
    triangle: &PyTriangle,
    factors: PyReadonlyArray1<'_, f64>,
) -> PyResult<PyTriangle> {
    let factors: Vec<f64> = factors.as_array().iter().copied().collect();
    let (origins, segments) = (triangle.0.origins, triangle.0.segments.len());
    let mut faults = Faults::new();
    faults.check([1, origins, origins * segments].contains(&factors.len()), || {
        Issue::new("wrong_shape", "Triangle", "factors")
            .value(format!("{} numbers", factors.len()))
            .allowed(format!("1, {origins} by origin, or {segments} × {origins} by segment"))
    });
    faults.check(factors.iter().all(|factor| factor.is_finite()), || {
        Issue::new("not_finite", "Triangle", "factors").allowed("finite numbers")
    });
    faults.finish().map_err(PyErr::from)?;
    Ok(PyTriangle(triangle.0.scaled(&factors)))
}

#[pyfunction]
pub fn triangle_valued_at(triangle: &PyTriangle, date: &str) -> PyResult<PyTriangle> {
    Ok(PyTriangle(triangle.0.valued_at(date)?))
}

#[pyfunction]
pub fn triangle_to_grain(
    triangle: &PyTriangle,
    origin: &str,
    development: &str,
) -> PyResult<PyTriangle> {
    let mut faults = Faults::new();
    let origin = faults.take(grain_of("to_grain", "grain", origin))?;
    let development = faults.take(grain_of("to_grain", "development_grain", development))?;
    faults.finish().map_err(PyErr::from)?;
    Ok(PyTriangle(triangle.0.coarser(origin.unwrap_or_default(), development.unwrap_or_default())?))
}

#[pyfunction]
pub fn triangle_trended(triangle: &PyTriangle, rate: f64, by: &str) -> PyResult<PyTriangle> {
    let by = match by {
        "origin" => Trend::Origin,
        "valuation" => Trend::Valuation,
        _ => {
            let issue = Issue::unknown("trend", "by", by, ["origin", "valuation"]);
            return Err(issue.into_error().into());
        }
    };
    Ok(PyTriangle(triangle.0.trended(rate, by)?))
}

/// On-level factors of the origins, from (time in years, change) pairs.
#[pyfunction]
pub fn triangle_on_level<'py>(
    py: Python<'py>,
    triangle: &PyTriangle,
    changes: Vec<(f64, f64)>,
    term: f64,
    written: bool,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let changes: Vec<Change> =
        changes.into_iter().map(|(time, rate)| Change { time, rate }).collect();
    let (grain, first) = (triangle.0.origin_grain, triangle.0.first_origin);
    let factors = reserve::on_level(&changes, grain, first, triangle.0.origins, term, written)?;
    Ok(factors.into_pyarray(py))
}

fn pairs(py: Python<'_>, scores: impl Iterator<Item = Score>) -> Pair<'_> {
    let (crps, pit): (Vec<f64>, Vec<f64>) = scores.map(|each| (each.crps, each.pit)).unzip();
    (crps.into_pyarray(py), pit.into_pyarray(py))
}

/// CRPS and PIT of lognormal forecasts with the given means and standard deviations.
#[pyfunction]
pub fn score_lognormal<'py>(
    py: Python<'py>,
    mean: PyReadonlyArray1<'_, f64>,
    sd: PyReadonlyArray1<'_, f64>,
    outcome: PyReadonlyArray1<'_, f64>,
) -> Pair<'py> {
    let (mean, sd, outcome) = (mean.as_array(), sd.as_array(), outcome.as_array());
    let each = mean.iter().zip(sd).zip(outcome);
    pairs(py, each.map(|((mean, sd), outcome)| reserve::lognormal(*mean, *sd, *outcome)))
}

/// CRPS and PIT of samples, a row each.
#[pyfunction]
pub fn score_sample<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray2<'_, f64>,
    outcome: PyReadonlyArray1<'_, f64>,
) -> Pair<'py> {
    let (samples, outcome) = (samples.as_array(), outcome.as_array());
    let each = samples.rows().into_iter().zip(outcome);
    pairs(py, each.map(|(row, outcome)| reserve::sampled(&row.to_vec(), *outcome)))
}
