//! Reserving methods beside the chain ladder, for Python.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyAny;

use super::{PySelection, PyTriangle, ReserveFit, named, shaped};
use crate::error::{Faults, Issue, Result};
use crate::py::watch::detached;
use crate::reserve::{
    self, Clark, Column, Expected, Fitted, Growth, Method, Mse, Priors, Tail, Triangle,
};

/// A fitted method with the columns that only it has.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct MethodFit {
    reserve: ReserveFit,
    columns: Vec<Column>,
}

#[pymethods]
impl MethodFit {
    /// Results by origin and in total.
    #[getter]
    fn reserve(&self) -> ReserveFit {
        self.reserve.clone()
    }

    /// A column by its name; the segment axis is dropped when there is one segment.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let column = self.columns.iter().find(|column| column.name == name).ok_or_else(|| {
            let known = self.columns.iter().map(|column| column.name);
            PyErr::from(Issue::unknown("MethodFit", "column", name, known).into_error())
        })?;
        let triangles = self.reserve.fit.triangles;
        if column.shape.is_empty() {
            return ReserveFit::one(py, &column.values);
        }
        let mut shape = if triangles == 1 { Vec::new() } else { vec![triangles] };
        shape.extend(&column.shape);
        Ok(shaped(py, column.values.clone(), &shape)?.into_any())
    }
}

impl MethodFit {
    pub(super) fn new(triangle: &Triangle, fitted: Fitted) -> Self {
        let reserve = ReserveFit {
            fit: fitted.fit,
            origins: triangle.origin_labels(),
            ages: triangle.age_months(),
        };
        Self { reserve, columns: fitted.columns }
    }
}

type Values<'py> = PyReadonlyArray1<'py, f64>;

/// What is done by origin: values for each triangle and origin. With one triangle, values that
/// cannot be used are faults; with several, they are findings of their triangles.
pub(super) fn by_origin(
    faults: &mut Faults,
    triangle: &Triangle,
    method: &str,
    field: &str,
    values: &Values<'_>,
    zero: bool,
) -> Vec<f64> {
    let values: Vec<f64> = values.as_array().iter().copied().collect();
    let wanted = triangle.segments.len() * triangle.origins;
    faults.check(values.len() == wanted, || {
        Issue::new("wrong_length", method, field)
            .value(format!("{} values", values.len()))
            .allowed(format!("{wanted} values, one an origin"))
    });
    if triangle.segments.len() == 1 {
        for (origin, value) in values.iter().enumerate().take(triangle.origins) {
            let sound = value.is_finite() && (*value > 0.0 || (zero && *value == 0.0));
            faults.check(sound, || {
                let shown = if value.is_nan() { "nothing".to_owned() } else { value.to_string() };
                let allowed = if zero { "a number ≥ 0" } else { "a number > 0" };
                let place = format!("{field} of origin {}", triangle.origin_label(origin));
                Issue::new("out_of_range", method, place).value(shown).allowed(allowed)
            });
        }
    }
    values
}

pub(super) fn at_least(
    faults: &mut Faults,
    method: &str,
    field: &str,
    value: f64,
    low: f64,
    high: f64,
) {
    faults.check(value >= low && value <= high, || {
        let allowed = if high == f64::INFINITY {
            format!("a number ≥ {low}")
        } else {
            format!("a number in [{low}, {high}]")
        };
        Issue::new("out_of_range", method, field).value(value).allowed(allowed)
    });
}

/// The selection on this triangle, with Mack's errors.
pub(super) fn chain(
    faults: &mut Faults,
    triangle: &Triangle,
    method: &str,
    selection: &PySelection,
) -> Result<Method> {
    let development = faults.take(selection.0.resolve(method, triangle))?.unwrap_or_default();
    Ok(Method { development, errors: Some(Mse::Mack) })
}

fn run(
    py: Python<'_>,
    triangle: &Triangle,
    faults: Faults,
    work: impl FnOnce() -> Fitted + Send,
) -> PyResult<MethodFit> {
    faults.finish().map_err(PyErr::from)?;
    let fitted = detached(py, || Result::Ok(work()))?;
    Ok(MethodFit::new(triangle, fitted))
}

/// Bornhuetter–Ferguson and Benktander; `model` is `odp` or `mack`. Prior ultimates are `prior` times
/// `exposure`, if any.
#[pyfunction]
#[pyo3(signature = (triangle, method, prior, exposure, error, correlation, iterations, model, selection))]
#[expect(clippy::too_many_arguments, reason = "one call from the face a fit")]
pub fn bornhuetter_ferguson(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    prior: Values<'_>,
    exposure: Option<Values<'_>>,
    error: Values<'_>,
    correlation: f64,
    iterations: i64,
    model: &str,
    selection: &PySelection,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let own = named(&mut faults, method, "model", model, &[("odp", false), ("mack", true)]);
    let mut ultimate = by_origin(&mut faults, triangle_, method, "prior", &prior, !own);
    if let Some(exposure) = exposure {
        let exposure = by_origin(&mut faults, triangle_, method, "exposure", &exposure, false);
        for (ultimate, exposure) in ultimate.iter_mut().zip(exposure) {
            *ultimate = if exposure > 0.0 { *ultimate * exposure } else { f64::NAN };
        }
    }
    let error = by_origin(&mut faults, triangle_, method, "prior_cv", &error, true);
    at_least(&mut faults, method, "prior_correlation", correlation, 0.0, 1.0);
    at_least(&mut faults, method, "iterations", iterations as f64, 0.0, 1e6);
    let chain = chain(&mut faults, triangle_, method, selection)?;
    let error: Vec<f64> = error.iter().zip(&ultimate).map(|(cv, mean)| cv * mean).collect();
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    if own {
        let factor = match chain.development.tail {
            Tail::None => 1.0,
            Tail::Constant { factor, .. } => factor,
            _ => {
                faults.push(
                    Issue::new("out_of_range", method, "tail")
                        .allowed("a factor, with model='mack'"),
                );
                1.0
            }
        };
        let priors = Priors { ultimate: &ultimate, error: &error, correlation, tail: factor };
        return run(py, triangle_, faults, || {
            reserve::bornhuetter_mack(values, origins, ages, &priors)
        });
    }
    let iterations = u32::try_from(iterations).unwrap_or_default();
    let expected = Expected::Prior { ultimate: &ultimate, error: &error, correlation, iterations };
    run(py, triangle_, faults, || reserve::apriori(values, origins, ages, &chain, &expected))
}

/// Generalised Cape Cod; `trend` is the yearly rate.
#[pyfunction]
#[pyo3(signature = (triangle, method, exposure, decay, trend, selection))]
pub fn cape_cod(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    exposure: Values<'_>,
    decay: f64,
    trend: f64,
    selection: &PySelection,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let exposure = by_origin(&mut faults, triangle_, method, "exposure", &exposure, false);
    at_least(&mut faults, method, "decay", decay, 0.0, 1.0);
    let trend = per_period(&mut faults, triangle_, method, trend);
    let chain = chain(&mut faults, triangle_, method, selection)?;
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    let expected = Expected::CapeCod { exposure: &exposure, decay, trend };
    run(py, triangle_, faults, || reserve::apriori(values, origins, ages, &chain, &expected))
}

/// Factor from one origin period to the next, of a yearly rate.
pub(super) fn per_period(
    faults: &mut Faults,
    triangle: &Triangle,
    method: &str,
    trend: f64,
) -> f64 {
    let sound = trend > -1.0 && trend.is_finite() && trend.abs() < 10.0;
    faults.check(sound, || {
        Issue::new("out_of_range", method, "trend")
            .value(trend)
            .allowed("a yearly rate as a fraction, such as 0.03")
    });
    libm::pow(1.0 + trend.max(-0.99), f64::from(triangle.origin_grain.months()) / 12.0)
}

/// The incremental additive method.
#[pyfunction]
#[pyo3(signature = (triangle, method, exposure, trend, n))]
pub fn incremental_additive(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    exposure: Values<'_>,
    trend: f64,
    n: Option<i64>,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let exposure = by_origin(&mut faults, triangle_, method, "exposure", &exposure, false);
    let trend = per_period(&mut faults, triangle_, method, trend);
    if let Some(n) = n {
        at_least(&mut faults, method, "n", n as f64, 1.0, f64::INFINITY);
    }
    let last = n.map(|n| n.max(1) as usize);
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    run(py, triangle_, faults, || reserve::additive(values, origins, ages, &exposure, trend, last))
}

/// Clark's methods: LDF without exposure, Cape Cod with.
#[pyfunction]
#[pyo3(signature = (triangle, method, growth, exposure, last_age, information))]
pub fn clark(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    growth: &str,
    exposure: Option<Values<'_>>,
    last_age: f64,
    information: &str,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let curves = [("loglogistic", Growth::LogLogistic), ("weibull", Growth::Weibull)];
    let growth = named(&mut faults, method, "growth", growth, &curves);
    let kinds = [("observed", false), ("expected", true)];
    let expected_information = named(&mut faults, method, "information", information, &kinds);
    let exposure = exposure
        .map(|values| by_origin(&mut faults, triangle_, method, "exposure", &values, false));
    let period = f64::from(triangle_.origin_grain.months());
    // Losses of a whole origin period arise in its middle, on average.
    let average = |age: f64| if age >= period { age - period / 2.0 } else { age / 2.0 };
    let ages: Vec<f64> = triangle_.age_months().into_iter().map(f64::from).map(average).collect();
    let oldest = f64::from(triangle_.age_months().last().copied().unwrap_or(0));
    faults.check(last_age >= oldest, || {
        Issue::new("out_of_range", method, "last_age")
            .value(last_age)
            .allowed(format!("months, at least the oldest age {oldest}; inf for no end"))
    });
    let how = Clark {
        growth,
        exposure: exposure.as_deref(),
        average_age: &ages,
        last_age: average(last_age),
        expected_information,
    };
    run(py, triangle_, faults, || {
        reserve::clark(&triangle_.values, triangle_.origins, triangle_.ages, &how)
    })
}

/// Generalised linear model of the increments with variance φ μ^power.
#[pyfunction]
pub fn increment_glm(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    power: f64,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    at_least(&mut faults, method, "power", power, 1.0, 3.0);
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    run(py, triangle_, faults, || reserve::glm(values, origins, ages, power))
}

/// Mack's tests of the chain ladder's assumptions.
#[pyfunction]
pub fn mack_tests(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    correlation_level: f64,
    calendar_level: f64,
) -> PyResult<MethodFit> {
    let triangle_ = &triangle.0;
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    at_least(&mut faults, method, "correlation_level", correlation_level, 0.0, 0.999_999);
    at_least(&mut faults, method, "calendar_level", calendar_level, 0.0, 0.999_999);
    let (values, origins, ages) = (&triangle_.values, triangle_.origins, triangle_.ages);
    let levels = (correlation_level, calendar_level);
    run(py, triangle_, faults, || reserve::mack_tests(values, origins, ages, levels))
}

/// One measure of several, by its name.
pub(super) fn measure<'a>(
    faults: &mut Faults,
    triangle: &'a Triangle,
    method: &str,
    field: &str,
    name: &str,
) -> Option<std::borrow::Cow<'a, [f64]>> {
    let names = triangle.measures.iter().map(String::as_str);
    let at = names.clone().position(|measure| measure == name);
    if at.is_none() {
        let hint = "name the measures, such as paid='paid', incurred='incurred'";
        faults.push(match triangle.measures.len() {
            0 | 1 => Issue::new("missing", method, field)
                .value(format!("'{name}'"))
                .allowed("a triangle with several measures")
                .hint(hint),
            _ => Issue::unknown(method, field, name, names),
        });
    }
    at.map(|at| triangle.select(&[at]).values.into())
}

/// Munich chain ladder: the fits of paid and of incurred.
#[pyfunction]
#[pyo3(signature = (triangle, method, paid, incurred, basis, last_sigma, selection))]
#[expect(clippy::too_many_arguments, reason = "one call from the face a fit")]
pub fn munich(
    py: Python<'_>,
    triangle: &PyTriangle,
    method: &str,
    paid: &str,
    incurred: &str,
    basis: &str,
    last_sigma: Option<(f64, f64)>,
    selection: &PySelection,
) -> PyResult<(MethodFit, MethodFit)> {
    let triangle = &triangle.0;
    let mut faults = Faults::new();
    let paid = measure(&mut faults, triangle, method, "paid", paid);
    let incurred = measure(&mut faults, triangle, method, "incurred", incurred);
    named(&mut faults, method, "basis", basis, &[("incurred", ()), ("paid", ())]);
    if let Some((one, two)) = last_sigma {
        at_least(&mut faults, method, "last_sigma", one.min(two), 0.0, f64::INFINITY);
    }
    let chain = chain(&mut faults, triangle, method, selection)?;
    faults.finish().map_err(PyErr::from)?;
    let (paid, incurred) = (paid.unwrap_or_default(), incurred.unwrap_or_default());
    let (origins, ages) = (triangle.origins, triangle.ages);
    let (paid, incurred) =
        detached(py, || Ok(reserve::munich(&paid, &incurred, origins, ages, &chain, last_sigma)))?;
    Ok((MethodFit::new(triangle, paid), MethodFit::new(triangle, incurred)))
}
