//! The sector library for Python.

use std::path::PathBuf;
use std::sync::Arc;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{Issue, Result};
use crate::sector::{
    self, Attempts, Basis, Coverage, LearningCurve, Library, Payout, Survival, Vasicek,
};
use crate::severity::Family;

/// Id, status, source, paid and reported cumulative shares.
type PatternRow = (String, String, String, Vec<f64>, Vec<f64>);

/// Coverages by id; changing one makes a new library.
#[pyclass(frozen, from_py_object, name = "Library", module = "kebao._kebao")]
#[derive(Clone)]
pub struct PyLibrary {
    pub core: Arc<Library>,
}

impl PyLibrary {
    fn of(core: Library) -> Self {
        Self { core: Arc::new(core) }
    }
}

#[pymethods]
impl PyLibrary {
    /// The coverages that come with kebao.
    #[staticmethod]
    fn shipped() -> PyResult<Self> {
        Ok(Self::of(Library::shipped()?))
    }

    fn names(&self) -> Vec<String> {
        self.core.names().into_iter().map(str::to_owned).collect()
    }

    /// A coverage as JSON text.
    fn json(&self, id: &str) -> PyResult<String> {
        Ok(serde_json::to_string(self.core.get(id)?).unwrap_or_default())
    }

    /// A coverage as the TOML file it would be read from.
    fn toml(&self, id: &str) -> PyResult<String> {
        Ok(self.core.get(id)?.to_toml()?)
    }

    /// Groups of parameters of a coverage: what, status, source.
    fn sources(&self, id: &str) -> PyResult<Vec<(String, String, String)>> {
        let rows = self.core.get(id)?.sources();
        Ok(rows.into_iter().map(|(what, s, source)| (what, s.name().to_owned(), source)).collect())
    }

    /// The development pattern of a coverage: id, status, source, paid, reported.
    fn pattern(&self, id: &str) -> PyResult<Option<PatternRow>> {
        let coverage = self.core.get(id)?;
        Ok(self.core.pattern(&coverage.development).cloned().map(|p| {
            let status = p.status.name().to_owned();
            (p.id, status, p.source, p.paid_cumulative, p.reported_cumulative)
        }))
    }

    /// Mean severity from the ground up, of the distribution alone.
    fn mean_severity(&self, id: &str) -> PyResult<f64> {
        let coverage = self.core.get(id)?;
        Ok(match (&coverage.severity, &coverage.index) {
            (Some(severity), _) => severity.distribution.mean(),
            (None, Some(index)) => index.mean_payout(true) / index.trigger_probability(true),
            (None, None) => f64::NAN,
        })
    }

    /// The chance of a payout of an index in a period; the mean frequency of the other processes.
    fn mean_frequency(&self, id: &str) -> PyResult<f64> {
        let coverage = self.core.get(id)?;
        Ok(match (&coverage.frequency, &coverage.index) {
            (Some(frequency), _) => frequency.mean,
            (None, Some(index)) => index.trigger_probability(true),
            (None, None) => f64::NAN,
        })
    }

    /// The losses exceeded with given probabilities by one claim (fractions of the sum insured where
    /// the basis is one), the cap applied.
    fn exceeded(&self, id: &str, probabilities: Vec<f64>) -> PyResult<Vec<f64>> {
        let coverage = self.core.get(id)?;
        let Some(severity) = &coverage.severity else { return Ok(Vec::new()) };
        let top = if coverage.basis() == Basis::Amount { f64::INFINITY } else { 1.0 };
        let top = severity.cap.unwrap_or(top);
        Ok(probabilities.into_iter().map(|p| severity.distribution.isf(p).min(top)).collect())
    }

    /// Parts of the sum insured an index pays at given values.
    fn payouts(&self, id: &str, values: Vec<f64>) -> PyResult<Vec<f64>> {
        let index = self.core.get(id)?.index.as_ref();
        Ok(values.into_iter().map(|x| index.map_or(f64::NAN, |i| i.payout.at(x))).collect())
    }

    /// With one parameter of a coverage changed, given as TOML text.
    fn with_parameter(&self, id: &str, path: &str, value: &str) -> PyResult<Self> {
        let bad = |e: toml::de::Error| {
            Issue::new("bad_value", format!("{id}.{path}"), "value")
                .value(e.message().to_owned())
                .into_error()
        };
        let mut table: toml::Table = format!("value = {value}").parse().map_err(bad)?;
        let new = table.remove("value").unwrap_or(toml::Value::Boolean(false));
        let changed = self.core.get(id)?.with_parameter(path, new)?;
        let mut core = (*self.core).clone();
        core.add(changed)?;
        Ok(Self::of(core))
    }

    /// The coverage after own losses: library, posterior of the scale (mean, cv), credibility.
    fn update_severity(&self, id: &str, losses: Vec<f64>) -> PyResult<(Self, f64, f64, f64)> {
        let (coverage, p) = self.core.get(id)?.update_severity(&losses)?;
        let mut core = (*self.core).clone();
        core.add(coverage)?;
        Ok((Self::of(core), p.mean, p.cv, p.credibility))
    }

    /// The coverages whose id matches any pattern.
    fn select(&self, patterns: Vec<String>) -> PyResult<Self> {
        Ok(Self::of(self.core.select(patterns.iter().map(String::as_str))?))
    }

    /// With the coverage of the file added, or put in the place of the one of its id.
    fn with_file(&self, path: PathBuf) -> PyResult<(Self, String)> {
        let mut core = (*self.core).clone();
        let id = core.add_file(&path)?;
        Ok((Self::of(core), id))
    }

    /// With the coverage of a TOML text added, or put in the place of the one of its id.
    fn with_toml(&self, origin: &str, text: &str) -> PyResult<(Self, String)> {
        let coverage = Coverage::from_toml(origin, text)?;
        let id = coverage.id.clone();
        let mut core = (*self.core).clone();
        core.add(coverage)?;
        Ok((Self::of(core), id))
    }

    /// The coverage after own experience: library, posterior mean, cv, credibility.
    fn update(&self, id: &str, failures: f64, exposure: f64) -> PyResult<(Self, f64, f64, f64)> {
        let updated: Result<_> = (|| {
            let (coverage, posterior) = self.core.get(id)?.update(failures, exposure)?;
            let mut core = (*self.core).clone();
            core.add(coverage)?;
            Ok((core, posterior))
        })();
        let (core, p) = updated?;
        Ok((Self::of(core), p.mean, p.cv, p.credibility))
    }
}

/// JSON Schema of a coverage file.
#[pyfunction]
pub fn coverage_schema() -> String {
    sector::schema().to_string()
}

/// Sectors: id, name in English and in Chinese.
#[pyfunction]
pub fn sector_names() -> PyResult<Vec<(String, String, String)>> {
    Ok(sector::sector_names()?.into_iter().map(|s| (s.id, s.name, s.name_zh)).collect())
}

/// Numbers by name, payouts, detrended payouts.
type Burned<'py> = (Bound<'py, PyDict>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// Historical burn of a payout function given as JSON: numbers by name, payouts, detrended payouts.
#[pyfunction]
pub fn index_burn<'py>(
    py: Python<'py>,
    years: Vec<f64>,
    values: Vec<f64>,
    payout: &str,
    year: f64,
) -> PyResult<Burned<'py>> {
    let payout: Payout = serde_json::from_str(payout)
        .map_err(|e| Issue::new("bad_value", "burn", "payout").value(e.to_string()).into_error())?;
    let burn = sector::burn(&years, &values, &payout, year)?;
    let all = PyDict::new(py);
    for (name, value) in [
        ("mean", burn.mean),
        ("mean_error", burn.mean_error),
        ("detrended_mean", burn.detrended_mean),
        ("detrended_error", burn.detrended_error),
        ("fitted_mean", burn.fitted_mean),
        ("predictive_mean", burn.predictive_mean),
        ("slope", burn.trend.slope),
        ("slope_error", burn.trend.slope_error),
        ("level", burn.trend.level),
        ("sd", burn.trend.sd),
    ] {
        all.set_item(name, value)?;
    }
    Ok((all, PyArray1::from_vec(py, burn.payouts), PyArray1::from_vec(py, burn.detrended)))
}

/// Mean and sd of loss − payout, correlation, P(unpaid), P(unneeded), shortfall.
#[pyfunction]
pub fn basis_risk(loss: Vec<f64>, payout: Vec<f64>) -> PyResult<[f64; 6]> {
    let b = sector::basis_risk(&loss, &payout)?;
    Ok([b.mean, b.sd, b.correlation, b.unpaid, b.unneeded, b.shortfall])
}

/// The large homogeneous loan portfolio: quantiles, exceedance probabilities and layer means.
#[pyclass(frozen, name = "Vasicek", module = "kebao._kebao")]
pub struct PyVasicek {
    core: Vasicek,
}

#[pymethods]
impl PyVasicek {
    #[new]
    #[pyo3(signature = (*, pd, lgd, rho))]
    fn new(pd: f64, lgd: f64, rho: f64) -> PyResult<Self> {
        Ok(Self { core: Vasicek::new(pd, lgd, rho)? })
    }

    /// Expected loss share, PD × LGD.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Loss share not exceeded with probability `p`.
    fn quantile(&self, p: f64) -> f64 {
        self.core.quantile(p)
    }

    /// P(loss share > x).
    fn sf(&self, x: f64) -> f64 {
        self.core.sf(x)
    }

    /// Expected loss share in the band `limit` xs `attachment`.
    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        self.core.layer_mean(limit, attachment)
    }
}

/// Failure probability of attempt n: p₁ n⁻ᵇ, by maximum likelihood from classes of attempts.
#[pyclass(frozen, name = "LearningCurve", module = "kebao._kebao")]
pub struct PyLearningCurve {
    core: LearningCurve,
}

#[pymethods]
impl PyLearningCurve {
    /// From classes (first attempt, last attempt, failures, trials); `inf` for an open class.
    #[staticmethod]
    fn fit(classes: Vec<(f64, f64, f64, f64)>) -> PyResult<Self> {
        let classes: Vec<Attempts> = classes
            .into_iter()
            .map(|(first, last, failures, trials)| Attempts { first, last, failures, trials })
            .collect();
        Ok(Self { core: LearningCurve::fit(&classes)? })
    }

    /// Failure probability of the first attempt.
    #[getter]
    fn first(&self) -> f64 {
        self.core.first
    }

    /// Exponent of learning.
    #[getter]
    fn rate(&self) -> f64 {
        self.core.rate
    }

    /// Pearson's χ² over the classes.
    #[getter]
    fn chi_square(&self) -> f64 {
        self.core.chi_square
    }

    /// Degrees of freedom of χ².
    #[getter]
    fn degrees(&self) -> usize {
        self.core.degrees
    }

    /// Failure probability of attempt `n`.
    fn at(&self, n: f64) -> f64 {
        self.core.at(n)
    }

    /// Mean, cv and credibility after own attempts, the curve being worth `weight` attempts.
    #[pyo3(signature = (n, *, weight, failures, attempts))]
    fn posterior(
        &self,
        n: f64,
        weight: f64,
        failures: f64,
        attempts: f64,
    ) -> PyResult<(f64, f64, f64)> {
        let p = self.core.posterior(n, weight, failures, attempts)?;
        Ok((p.mean, p.cv, p.credibility))
    }
}

/// Weibull survival of a satellite, from its first-year failure probability and shape.
#[pyclass(frozen, name = "Survival", module = "kebao._kebao")]
pub struct PySurvival {
    core: Survival,
}

#[pymethods]
impl PySurvival {
    #[new]
    #[pyo3(signature = (*, first_year, shape))]
    fn new(first_year: f64, shape: f64) -> PyResult<Self> {
        Ok(Self { core: Survival::from_first_year(first_year, shape)? })
    }

    /// P(alive after `years`).
    fn at(&self, years: f64) -> f64 {
        self.core.at(years)
    }

    /// P(fails between `start` and `end`, alive at `start`).
    fn failure(&self, start: f64, end: f64) -> f64 {
        self.core.failure(start, end)
    }

    /// P(launch or first `years` in orbit lost), `launch` being the launch failure probability.
    #[pyo3(signature = (launch, years=1.0))]
    fn launch_plus(&self, launch: f64, years: f64) -> f64 {
        self.core.launch_plus(launch, years)
    }
}
