//! Individual claims for Python.

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::super::convert::{Amount, Seed};
use super::super::sector::PyLibrary;
use super::super::severity::Severity;
use super::super::watch::watched;
use super::shaped;
use crate::error::{Faults, Issue};
use crate::exec::Control;
use crate::reserve::individual::{Choices, Columns, Model, origins, reported, simulate_claims};

/// Choices that are names or numbers.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct ClaimChoices {
    simulations: i64,
    seed: Seed,
    keep: bool,
    threads: Option<usize>,
    tail_years: f64,
    case_cv: Option<f64>,
    limit: Option<Amount>,
    sum_insured: Option<Amount>,
    uncertain: bool,
    reported: Vec<f64>,
    paid: Vec<f64>,
}

/// Columns of claims and of origins.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct ClaimColumns {
    claim: Vec<String>,
    origin: Vec<String>,
    open: Vec<bool>,
    paid: Vec<f64>,
    case: Vec<f64>,
    origins: Vec<String>,
    exposure: Vec<f64>,
    ages: Vec<f64>,
}

/// Simulates what is still to be paid for known and unknown claims.
#[pyfunction]
#[pyo3(signature = (library, coverage, severity, columns, choices, progress=None))]
pub fn simulate_individual_claims<'py>(
    py: Python<'py>,
    library: &PyLibrary,
    coverage: &str,
    severity: Option<PyRef<'py, Severity>>,
    columns: ClaimColumns,
    choices: ClaimChoices,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let mut faults = Faults::new();
    faults.check(choices.simulations >= 1, || {
        Issue::new("out_of_range", "IndividualClaims", "n")
            .value(choices.simulations)
            .allowed("a whole number ≥ 1")
    });
    let law = Choices {
        severity: severity.map(|severity| severity.core.clone()),
        limit: choices.limit.map(|amount| amount.0),
        sum_insured: choices.sum_insured.map(|amount| amount.0),
        case_cv: choices.case_cv,
        tail_years: choices.tail_years,
        uncertain: choices.uncertain,
    };
    let coverage = faults.take(library.core.get(coverage).cloned())?;
    let shares = (&choices.reported[..], &choices.paid[..]);
    let model = match &coverage {
        Some(coverage) => faults.take(Model::of(coverage, shares, &law))?,
        None => None,
    };
    let periods = faults.take(origins(&columns.origins, &columns.exposure, &columns.ages))?;
    let labels = columns.origins;
    let rows = Columns {
        claim: columns.claim,
        origin: columns.origin,
        open: columns.open,
        paid: columns.paid,
        case: columns.case,
    };
    let claims = match (&model, &periods) {
        (Some(model), Some(periods)) => {
            faults.take(reported(rows, &labels, periods, model, law.case_cv.is_some()))?
        }
        _ => None,
    };
    faults.finish().map_err(PyErr::from)?;
    let (Some(model), Some(periods), Some(claims)) = (model, periods, claims) else {
        return Ok(PyDict::new(py));
    };
    let control = Control::new(choices.threads);
    let size = (choices.simulations as usize, choices.seed.0);
    let work = || {
        let expected = model.expected(&claims, &periods);
        let done = simulate_claims(&model, &claims, &periods, size, choices.keep, &control)?;
        Ok((expected, done))
    };
    let (expected, done) = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;

    let all = PyDict::new(py);
    let n = done.simulations;
    for (name, values) in [
        ("rbns", done.reported),
        ("ibnr", done.unreported),
        ("count", done.count),
        ("by_year", done.by_year),
    ] {
        let rows = values.len() / n.max(1);
        all.set_item(name, shaped(py, values, &[rows, n])?)?;
    }
    for (name, values) in [
        ("expected_rbns", expected.reported),
        ("expected_ibnr", expected.unreported),
        ("expected_count", expected.count),
        ("expected_by_year", expected.by_year),
    ] {
        all.set_item(name, PyArray1::from_vec(py, values))?;
    }
    all.set_item("beyond", done.beyond)?;
    let claims = &done.claims;
    let whole = |part: fn(&crate::reserve::individual::Settled) -> i64| {
        PyArray1::from_iter(py, claims.iter().map(part))
    };
    let real = |part: fn(&crate::reserve::individual::Settled) -> f64| {
        PyArray1::from_iter(py, claims.iter().map(part))
    };
    all.set_item("simulation", whole(|claim| claim.outcome.into()))?;
    all.set_item("origin", whole(|claim| claim.origin.into()))?;
    all.set_item("row", whole(|claim| claim.row.map_or(-1, i64::from)))?;
    all.set_item("amount", real(|claim| claim.amount))?;
    all.set_item("reported", real(|claim| claim.reported))?;
    all.set_item("settled", real(|claim| claim.settled))?;
    Ok(all)
}
