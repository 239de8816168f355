//! Reserving methods of two measures, of counts, and by sampling, for Python.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyAny;

use super::super::convert::{Seed, Threads, control};
use super::methods::{MethodFit, at_least, by_origin, chain, measure, per_period};
use super::{PySelection, PyTriangle, named};
use crate::error::{Faults, Issue};
use crate::py::watch::{detached, watched};
use crate::reserve::{self, Claims, Finding, Fitted, Length, Model, Sigmas, Trends, Triangle};

type Values<'py> = PyReadonlyArray1<'py, f64>;

/// Merz and Wüthrich's paid–incurred chain.
#[pyfunction]
#[pyo3(signature = (triangle, method, paid, incurred, paid_sigma, incurred_sigma))]
pub fn paid_incurred(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    paid: &str,
    incurred: &str,
    paid_sigma: Option<Vec<f64>>,
    incurred_sigma: Option<Vec<f64>>,
) -> PyResult<MethodFit> {
    let triangle = &triangle.0;
    let mut faults = Faults::new();
    let paid = measure(&mut faults, triangle, method, "paid", paid);
    let incurred = measure(&mut faults, triangle, method, "incurred", incurred);
    for (field, sigma) in [("paid_sigma", &paid_sigma), ("incurred_sigma", &incurred_sigma)] {
        for value in sigma.iter().flatten() {
            at_least(&mut faults, method, field, *value, 0.0, 1e6);
        }
    }
    faults.finish().map_err(PyErr::from)?;
    let (paid, incurred) = (paid.unwrap_or_default(), incurred.unwrap_or_default());
    let sigmas = Sigmas { paid: paid_sigma, incurred: incurred_sigma };
    let (origins, ages) = (triangle.origins, triangle.ages);
    let fitted =
        detached(py, || Ok(reserve::paid_incurred(&paid, &incurred, origins, ages, &sigmas)))?;
    Ok(MethodFit::new(triangle, fitted))
}

/// Case outstanding development.
#[pyfunction]
pub fn case_outstanding(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    paid: &str,
    incurred: &str,
    last_ratio: f64,
) -> PyResult<MethodFit> {
    let triangle = &triangle.0;
    let mut faults = Faults::new();
    let paid = measure(&mut faults, triangle, method, "paid", paid);
    let incurred = measure(&mut faults, triangle, method, "incurred", incurred);
    at_least(&mut faults, method, "last_ratio", last_ratio, 0.0, 1e6);
    faults.finish().map_err(PyErr::from)?;
    let (paid, incurred) = (paid.unwrap_or_default(), incurred.unwrap_or_default());
    let (origins, ages) = (triangle.origins, triangle.ages);
    let fitted = detached(py, || {
        Ok(reserve::case_outstanding(&paid, &incurred, origins, ages, last_ratio))
    })?;
    Ok(MethodFit::new(triangle, fitted))
}

type Told = (usize, &'static str, Option<String>, Option<i32>);

/// Berquist and Sherman's adjustments: the adjusted triangle (paid, incurred, reported, closed) and
/// what was found.
#[pyfunction]
pub fn berquist_sherman(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    measures: [String; 4],
    trend: f64,
    basis: &str,
) -> PyResult<(PyTriangle, Vec<Told>)> {
    let triangle = &triangle.0;
    let mut faults = Faults::new();
    let fields = ["paid", "incurred", "reported", "closed"];
    let found: Vec<_> = fields
        .iter()
        .zip(&measures)
        .map(|(field, name)| measure(&mut faults, triangle, method, field, name))
        .collect();
    let per_origin = per_period(&mut faults, triangle, method, trend);
    named(&mut faults, method, "basis", basis, &[("incurred", ()), ("paid", ())]);
    faults.finish().map_err(PyErr::from)?;
    let mut found = found.into_iter().map(|values| values.unwrap_or_default().into_owned());
    let mut next = || found.next().unwrap_or_default();
    let claims = Claims { paid: next(), incurred: next(), reported: next(), closed: next() };
    let (origins, ages) = (triangle.origins, triangle.ages);
    let periods =
        (triangle.origin_grain.months() / triangle.development_grain.months()).max(1) as usize;
    let trend = libm::pow(per_origin, 1.0 / periods as f64);
    let (adjusted, findings) = detached(py, || {
        let counts = reserve::fit(&claims.reported, origins, ages, &reserve::Method::default());
        Ok(reserve::berquist_sherman(&claims, origins, ages, (trend, periods), &counts.ultimate))
    })?;
    let at: Vec<usize> = measures
        .iter()
        .filter_map(|name| triangle.measures.iter().position(|measure| measure == name))
        .collect();
    let mut result = triangle.select(&at);
    let size = origins * ages;
    let columns = [&adjusted.paid, &adjusted.incurred, &adjusted.reported, &adjusted.closed];
    result.values.clear();
    for segment in 0..triangle.segments.len() {
        for column in columns {
            result.values.extend_from_slice(&column[segment * size..(segment + 1) * size]);
        }
    }
    let told = |finding: &Finding| {
        let origin = finding.origin.map(|at| triangle.origin_label(at));
        let age = finding.age.map(|at| triangle.age_month(at));
        (finding.triangle, finding.status.name(), origin, age)
    };
    Ok((PyTriangle(result), findings.iter().map(told).collect()))
}

/// Barnett and Zehnwirth's probabilistic trend family; groups by origin, development step and
/// calendar step.
#[pyfunction]
#[pyo3(signature = (triangle, method, exposure, origin, development, calendar))]
pub fn trend_family(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    exposure: Values<'_>,
    origin: Option<Vec<String>>,
    development: Option<Vec<i32>>,
    calendar: Option<Vec<String>>,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let exposure = by_origin(&mut faults, triangle_, method, "exposure", &exposure, false);
    let labels = triangle_.origin_labels();
    let periods =
        (triangle_.origin_grain.months() / triangle_.development_grain.months()).max(1) as usize;
    let mut break_at = |field: &str, names: &[String], known: &[String]| -> Vec<usize> {
        let mut found = Vec::new();
        for name in names {
            match known.iter().position(|label| label == name) {
                Some(at) => found.push(at),
                None => {
                    let known = known.iter().map(String::as_str);
                    faults.push(Issue::unknown(method, field, name, known));
                }
            }
        }
        found
    };
    // A group ends where a break is.
    let groups = |length: usize, breaks: &[usize]| -> Vec<usize> {
        (0..length).map(|at| breaks.iter().filter(|b| **b <= at && **b > 0).count()).collect()
    };
    let levels = break_at("origin", &origin.unwrap_or_default(), &labels);
    let level = groups(triangle_.origins, &levels);
    let steps = triangle_.ages.saturating_sub(1);
    let development = match development {
        // A trend of its own for every step.
        None => (0..steps).collect(),
        Some(ages) => {
            let months: Vec<String> =
                triangle_.age_months().iter().map(ToString::to_string).collect();
            let names: Vec<String> = ages.iter().map(ToString::to_string).collect();
            groups(steps, &break_at("development", &names, &months))
        }
    };
    // Calendar trends change at the first diagonal of an origin period.
    let breaks: Vec<usize> = break_at("calendar", &calendar.unwrap_or_default(), &labels)
        .into_iter()
        .map(|at| at * periods)
        .collect();
    let diagonals = triangle_.origins * periods;
    let calendar = groups(diagonals.saturating_sub(1), &breaks);
    faults.finish().map_err(PyErr::from)?;
    let trends = Trends { level, development, calendar, per_origin: periods };
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    let fitted =
        detached(py, || Ok(reserve::trend_family(values, origins, ages, &exposure, &trends)))?;
    Ok(MethodFit::new(triangle_, fitted))
}

/// Reported counts to all counts.
#[pyfunction]
#[pyo3(signature = (triangle, method, exposure, shape, selection))]
pub fn nowcast(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    exposure: Option<Values<'_>>,
    shape: Option<f64>,
    selection: &PySelection,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let exposure = exposure
        .map(|values| by_origin(&mut faults, triangle_, method, "exposure", &values, false));
    shape_needs_exposure(&mut faults, method, shape, exposure.is_some());
    let chain = chain(&mut faults, triangle_, method, selection)?;
    faults.finish().map_err(PyErr::from)?;
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    let fitted = detached(py, || {
        Ok(reserve::nowcast(values, origins, ages, &chain, exposure.as_deref(), shape))
    })?;
    Ok(MethodFit::new(triangle_, fitted))
}

fn shape_needs_exposure(faults: &mut Faults, method: &str, shape: Option<f64>, has: bool) {
    let Some(shape) = shape else { return };
    at_least(faults, method, "shape", shape, 0.0, f64::INFINITY);
    faults.check(has || shape == 0.0, || {
        Issue::new("contradiction", method, "shape")
            .value(shape)
            .hint("a shape needs an exposure to lean on: fit(triangle, exposure=…)")
    });
}

/// Counts times average costs, counts by chain ladder or nowcast.
#[pyfunction]
#[pyo3(signature = (triangle, method, amount, count, selection, exposure=None, shape=None))]
#[expect(clippy::too_many_arguments, reason = "one call from the face a fit")]
pub fn frequency_severity(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    amount: &str,
    count: &str,
    selection: &PySelection,
    exposure: Option<Values<'_>>,
    shape: Option<f64>,
) -> PyResult<MethodFit> {
    let triangle = &triangle.0;
    let mut faults = Faults::new();
    let exposure =
        exposure.map(|values| by_origin(&mut faults, triangle, method, "exposure", &values, false));
    shape_needs_exposure(&mut faults, method, shape, exposure.is_some());
    let amounts = measure(&mut faults, triangle, method, "amount", amount);
    let counts = measure(&mut faults, triangle, method, "count", count);
    let chain = chain(&mut faults, triangle, method, selection)?;
    faults.finish().map_err(PyErr::from)?;
    let (amounts, counts) = (amounts.unwrap_or_default(), counts.unwrap_or_default());
    let (origins, ages) = (triangle.origins, triangle.ages);
    let fitted = detached(py, || {
        let size = (origins, ages);
        let exposure = exposure.as_deref();
        Ok(reserve::frequency_severity(&amounts, &counts, size, &chain, exposure, shape))
    })?;
    Ok(MethodFit::new(triangle, fitted))
}

/// Meyers' models by their sampler.
#[pyfunction]
#[pyo3(signature = (triangle, method, exposure, chains, warmup, draws, thin, seed, threads, progress))]
#[expect(clippy::too_many_arguments, reason = "one call from the face a fit")]
pub fn meyers(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    exposure: Values<'_>,
    chains: i64,
    warmup: i64,
    draws: i64,
    thin: i64,
    seed: Seed,
    threads: Option<Threads>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<MethodFit> {
    let triangle_: &Triangle = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let premium = by_origin(&mut faults, triangle_, method, "exposure", &exposure, false);
    for (field, value, low, high) in [
        ("chains", chains, 1.0, 1000.0),
        ("warmup", warmup, 0.0, 1e7),
        ("draws", draws, 4.0, 1e7),
        ("thin", thin, 1.0, 1e4),
    ] {
        at_least(&mut faults, method, field, value as f64, low, high);
    }
    faults.finish().map_err(PyErr::from)?;
    let length = Length {
        chains: chains as usize,
        warmup: warmup as usize,
        draws: (draws as usize).div_ceil(chains as usize),
        thin: thin as usize,
    };
    let model =
        if method == "CSR" { Model::ChangingSettlementRate } else { Model::CorrelatedChainLadder };
    let names: Vec<String> =
        triangle_.segments.iter().map(|labels| labels.join("\u{1f}")).collect();
    let control = control(threads);
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    let work = || {
        reserve::meyers(values, origins, ages, &premium, &names, model, length, seed.0, &control)
    };
    let fitted: Fitted = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
    Ok(MethodFit::new(triangle_, fitted))
}
