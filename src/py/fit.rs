//! Fitting severities.

use numpy::{PyArray1, PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::convert::{Replicates, Seed, Threads, control};
use super::errors::issue_list;
use super::severity::{Severity, to_python};
use super::table::PyTable;
use super::watch::{detached, watched};
use crate::error::{Faults, Issue, Result};
use crate::fit::{self, Columns, Fit, FitFamily, Matching, Sample};
use crate::output::Table;
use crate::severity::{Family, Severity as Core};

/// Losses as a likelihood sees them: known, censored, grouped, truncated, weighted.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct LossSample {
    core: Sample,
}

type Column<'py> = Option<PyReadonlyArray1<'py, f64>>;

fn values(column: Option<PyReadonlyArray1<'_, f64>>) -> Vec<f64> {
    column.map_or_else(Vec::new, |c| c.as_array().iter().copied().collect())
}

#[pymethods]
impl LossSample {
    #[new]
    #[pyo3(signature = (lower, upper=None, *, deductible=None, limit=None, censored=None, weights=None, strict=true))]
    #[expect(clippy::too_many_arguments, reason = "one argument a column")]
    fn new(
        py: Python<'_>,
        lower: PyReadonlyArray1<'_, f64>,
        upper: Column<'_>,
        deductible: Column<'_>,
        limit: Column<'_>,
        censored: Option<PyReadonlyArray1<'_, bool>>,
        weights: Column<'_>,
        strict: bool,
    ) -> PyResult<Self> {
        let columns = Columns {
            lower: values(Some(lower)),
            upper: values(upper),
            deductible: values(deductible),
            limit: values(limit),
            censored: censored.map_or_else(Vec::new, |c| c.as_array().iter().copied().collect()),
            weight: values(weights),
        };
        let core = detached(py, || Sample::new(columns, strict))?;
        Ok(Self { core })
    }

    #[getter]
    fn rows_in(&self) -> usize {
        self.core.rows_in
    }

    #[getter]
    fn rows_used(&self) -> usize {
        self.core.len()
    }

    /// Rows that are not above the threshold asked for.
    #[getter]
    fn rows_below(&self) -> usize {
        self.core.below
    }

    /// What exceeds a threshold.
    fn above(&self, py: Python<'_>, threshold: f64) -> PyResult<Self> {
        let mut faults = Faults::new();
        faults.non_negative("data", "threshold", threshold);
        faults.finish()?;
        Ok(Self { core: detached(py, || self.core.exceeding(threshold))? })
    }

    #[getter]
    fn censored(&self) -> usize {
        self.core.censored()
    }

    #[getter]
    fn grouped(&self) -> usize {
        self.core.grouped()
    }

    /// Whether rows have deductibles, weights.
    #[getter]
    fn truncated(&self) -> bool {
        self.core.entry.iter().any(|d| *d > 0.0)
    }

    #[getter]
    fn total_weight(&self) -> f64 {
        self.core.total()
    }

    #[getter]
    fn lowest_entry(&self) -> f64 {
        self.core.lowest_entry()
    }

    /// Row numbers and faults of the rows left out.
    #[getter]
    fn rejects<'py>(&self, py: Python<'py>) -> PyResult<Vec<(usize, Bound<'py, PyAny>)>> {
        let issues: Vec<Issue> = self.core.rejected.iter().map(|(_, i)| i.clone()).collect();
        let list: Bound<'py, PyList> = issue_list(py, &issues)?;
        let rows = self.core.rejected.iter().map(|(row, _)| *row);
        Ok(rows.zip(list.iter()).collect())
    }

    /// Known losses in ascending order.
    fn known<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_vec(py, self.core.known())
    }

    /// Kaplan–Meier: places of the steps and the survival after each.
    #[expect(clippy::type_complexity, reason = "two columns")]
    fn kaplan_meier<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>)> {
        let steps = detached(py, || Ok(fit::kaplan_meier(&self.core, false)))?;
        Ok((PyArray1::from_vec(py, steps.x), PyArray1::from_vec(py, steps.survival)))
    }

    /// Limited expected values: of the data, and of each distribution on the same condition.
    fn limited_expected_values(
        &self,
        py: Python<'_>,
        limits: Vec<f64>,
        fitted: Vec<(String, PyRef<'_, Severity>)>,
    ) -> PyResult<PyTable> {
        let fitted: Vec<(String, Core)> =
            fitted.into_iter().map(|(name, s)| (name, s.core.clone())).collect();
        let core = detached(py, || {
            let from = self.core.lowest_entry();
            let empirical: Vec<f64> = if self.core.grouped() > 0 {
                let reach =
                    |d: &f64| if from > 0.0 { f64::NAN } else { fit::grouped_lev(&self.core, *d) };
                limits.iter().map(reach).collect()
            } else {
                let steps = fit::kaplan_meier(&self.core, false);
                limits.iter().map(|d| steps.lev(*d)).collect()
            };
            let mut table = Table::new("limited_expected_values")
                .float("limit", limits.clone())
                .float("empirical", empirical);
            for (name, severity) in &fitted {
                let column = limits.iter().map(|d| fit::conditional_lev(severity, from, *d));
                table = table.float(name, column.collect());
            }
            Ok(table)
        })?;
        Ok(PyTable { core })
    }

    /// Mean excess above each threshold.
    fn mean_excess(&self, py: Python<'_>, thresholds: Vec<f64>) -> PyResult<PyTable> {
        let rows = detached(py, || Ok(fit::mean_excess(&self.core, &thresholds)))?;
        let column = |f: fn(&fit::MeanExcess) -> f64| rows.iter().map(f).collect();
        let core = Table::new("mean_excess")
            .float("threshold", column(|r| r.threshold))
            .float("losses_above", column(|r| r.count))
            .float("mean_excess", column(|r| r.value))
            .float("standard_error", column(|r| r.standard_error));
        Ok(PyTable { core })
    }

    /// One family fitted by maximum likelihood.
    #[pyo3(signature = (family, fixed=None))]
    fn fit(&self, py: Python<'_>, family: &str, fixed: Option<f64>) -> PyResult<SeverityFit> {
        let family = FitFamily::from_name(family)?;
        check_fixed(family, fixed)?;
        let core = detached(py, || Ok(Fit::maximum_likelihood(family, &self.core, fixed)))?;
        Ok(SeverityFit { core })
    }

    /// One family by matching percentiles, or, without any, moments.
    #[pyo3(signature = (family, percentiles=None))]
    fn matched(
        &self,
        py: Python<'_>,
        family: &str,
        percentiles: Option<Vec<f64>>,
    ) -> PyResult<SeverityFit> {
        let family = FitFamily::from_name(family)?;
        let matching = percentiles.map_or(Matching::Moments, Matching::Percentiles);
        let core = detached(py, || fit::matched(family, &self.core, &matching))?;
        Ok(SeverityFit { core })
    }

    /// Thresholds worth trying: known losses in the upper half.
    fn candidates(&self, most: usize, least: usize) -> Vec<f64> {
        fit::candidates(&self.core, most, least)
    }

    /// A generalised Pareto distribution above each threshold.
    fn thresholds(&self, py: Python<'_>, thresholds: Vec<f64>) -> PyResult<PyTable> {
        let rows = detached(py, || Ok(fit::threshold_table(&self.core, &thresholds)))?;
        let column = |f: fn(&fit::ThresholdRow) -> f64| rows.iter().map(f).collect();
        let core = Table::new("thresholds")
            .float("threshold", column(|r| r.threshold))
            .float("losses_above", column(|r| r.above))
            .float("shape", column(|r| r.shape))
            .float("shape_se", column(|r| r.shape_se))
            .float("scale", column(|r| r.scale))
            .float("scale_se", column(|r| r.scale_se))
            .float("modified_scale", column(|r| r.modified_scale))
            .float("modified_scale_se", column(|r| r.modified_scale_se))
            .float("hill_alpha", column(|r| r.hill))
            .text("status", rows.iter().map(|r| r.status.name().to_owned()).collect())
            .text("reason", rows.iter().map(|r| r.status.reason().to_owned()).collect());
        Ok(PyTable { core })
    }

    /// Where the mean excess becomes straight.
    fn mean_excess_threshold(&self, py: Python<'_>, thresholds: Vec<f64>) -> PyResult<f64> {
        detached(py, || fit::mean_excess_threshold(&self.core, &thresholds))
    }

    /// The likeliest splice of a body and a tail.
    fn splice(
        &self,
        py: Python<'_>,
        body: &str,
        tail: &str,
        thresholds: Vec<f64>,
    ) -> PyResult<SpliceFit> {
        let (body, tail) = (FitFamily::from_name(body)?, FitFamily::from_name(tail)?);
        let core = detached(py, || fit::splice(&self.core, body, tail, &thresholds))?;
        Ok(SpliceFit { core })
    }

    /// A mixture of lognormals (`LogNormal`) or Erlangs (`Erlang`).
    fn mixture(&self, py: Python<'_>, family: &str, parts: usize) -> PyResult<MixtureFit> {
        let core =
            detached(py, || match family {
                "LogNormal" => fit::lognormal_mixture(&self.core, parts),
                "Erlang" => fit::erlang_mixture(&self.core, parts),
                _ => Err(Issue::unknown("mixture", "family", family, ["LogNormal", "Erlang"])
                    .into_error()),
            })?;
        Ok(MixtureFit { core })
    }
}

/// A body and a tail fitted beside each other.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct SpliceFit {
    core: fit::SpliceFit,
}

#[pymethods]
impl SpliceFit {
    #[getter]
    fn threshold(&self) -> f64 {
        self.core.threshold
    }

    /// P(X > threshold) and its standard error.
    #[getter]
    fn tail_weight(&self) -> (f64, f64) {
        (self.core.tail_weight, self.core.tail_weight_se)
    }

    #[getter]
    fn body(&self) -> SeverityFit {
        SeverityFit { core: self.core.body.clone() }
    }

    #[getter]
    fn tail(&self) -> SeverityFit {
        SeverityFit { core: self.core.tail.clone() }
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

    /// The splice as a distribution.
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        to_python(py, self.core.severity()?)
    }

    /// Log-likelihood at each threshold tried.
    fn tried(&self) -> PyTable {
        let (u, value) = self.core.tried.iter().copied().unzip();
        PyTable { core: Table::new("splices").float("threshold", u).float("log_likelihood", value) }
    }
}

/// A mixture fitted by EM.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct MixtureFit {
    core: fit::MixtureFit,
}

#[pymethods]
impl MixtureFit {
    #[getter]
    fn weights(&self) -> Vec<f64> {
        self.core.weights.clone()
    }

    /// (mu, sigma) of lognormals, (shape, scale) of Erlangs.
    #[getter]
    fn parts(&self) -> Vec<(f64, f64)> {
        self.core.parts.clone()
    }

    #[getter]
    fn weight_errors(&self) -> Vec<f64> {
        self.core.weight_se.clone()
    }

    #[getter]
    fn part_errors(&self) -> Vec<(f64, f64)> {
        self.core.part_se.clone()
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

    /// The mixture as a distribution.
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        to_python(py, self.core.severity()?)
    }

    #[getter]
    fn converged(&self) -> bool {
        self.core.converged
    }

    #[getter]
    fn iterations(&self) -> u32 {
        self.core.iterations
    }
}

fn check_fixed(family: FitFamily, fixed: Option<f64>) -> Result<()> {
    let mut faults = Faults::new();
    if let (Some(value), Some(name)) = (fixed, family.fixed_name()) {
        match family {
            FitFamily::Pareto => faults.positive(family.name(), name, value),
            _ => faults.non_negative(family.name(), name, value),
        };
    }
    faults.finish()
}

/// One family fitted to one sample.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct SeverityFit {
    core: Fit,
}

#[pymethods]
impl SeverityFit {
    #[getter]
    fn family(&self) -> &'static str {
        self.core.family.name()
    }

    /// `converged`, `boundary` or `failed`.
    #[getter]
    fn status(&self) -> &'static str {
        self.core.status.name()
    }

    #[getter]
    fn reason(&self) -> &str {
        self.core.status.reason()
    }

    #[getter]
    fn names(&self) -> Vec<&'static str> {
        self.core.names()
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.core.natural()
    }

    #[getter]
    fn standard_errors(&self) -> Vec<f64> {
        self.core.standard_errors()
    }

    /// Covariance of the estimates; none where the information matrix has no inverse.
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray2<f64>>>> {
        let Some(rows) = self.core.natural_covariance() else { return Ok(None) };
        Ok(Some(PyArray2::from_vec2(py, &rows)?))
    }

    /// Threshold of a GPD, scale of a Pareto; none for the others.
    #[getter]
    fn fixed(&self) -> Option<(&'static str, f64)> {
        self.core.family.fixed_name().map(|name| (name, self.core.fixed))
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

    /// Sum of the weights of the observations used.
    #[getter]
    fn observations(&self) -> f64 {
        self.core.observations
    }

    #[getter]
    fn iterations(&self) -> u32 {
        self.core.iterations
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.core.notes.clone()
    }

    /// The fitted distribution.
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        to_python(py, self.core.severity()?)
    }

    /// Interval of a parameter by its profile likelihood.
    fn profile(&self, py: Python<'_>, parameter: &str, level: f64) -> PyResult<(f64, f64)> {
        let number = self.core.parameter(parameter)?;
        check_level(level)?;
        detached(py, || Ok(self.core.profile(number, level)))
    }

    /// Interval of a parameter by the normal approximation.
    fn wald(&self, parameter: &str, level: f64) -> PyResult<(f64, f64)> {
        let number = self.core.parameter(parameter)?;
        check_level(level)?;
        Ok(self.core.wald(number, level))
    }

    /// Mean with its standard error.
    fn mean(&self) -> PyResult<(f64, f64)> {
        Ok(self.core.delta(&Core::mean)?)
    }

    /// Limited expected value with its standard error.
    fn lev(&self, limit: f64) -> PyResult<(f64, f64)> {
        Ok(self.core.delta(&|s| s.lev(limit))?)
    }

    /// Layer mean with its standard error.
    fn layer_mean(&self, limit: f64, attachment: f64) -> PyResult<(f64, f64)> {
        Ok(self.core.delta(&|s| s.layer_mean(limit, attachment))?)
    }

    /// Quantile with its standard error.
    fn quantile(&self, p: f64) -> PyResult<(f64, f64)> {
        Ok(self.core.delta(&|s| s.quantile(p))?)
    }

    /// Distances to the data and their p-values from `replicates` simulated samples.
    #[pyo3(signature = (sample, replicates, seed, threads=None, progress=None))]
    fn goodness<'py>(
        &self,
        py: Python<'py>,
        sample: PyRef<'_, LossSample>,
        replicates: Replicates,
        seed: Seed,
        threads: Option<Threads>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<GoodnessOfFit> {
        let control = control(threads);
        let data = &sample.core;
        let work = || fit::goodness(&self.core, data, replicates.0, seed.0, &control);
        let found = watched(py, progress, &control, work, |py, _| Ok(py.None()))?;
        Ok(GoodnessOfFit {
            ks: found.ks,
            ad: found.ad,
            ks_p: found.ks_p,
            ad_p: found.ad_p,
            replicates: found.replicates,
            failures: found.failures,
            chi2: found.chi2,
            chi2_freedom: found.chi2_freedom,
            chi2_p: found.chi2_p,
        })
    }
}

fn check_level(level: f64) -> Result<()> {
    let mut faults = Faults::new();
    faults.check(level > 0.0 && level < 1.0, || {
        Issue::new("out_of_range", "interval", "level").value(level).allowed("a fraction in (0, 1)")
    });
    faults.finish()
}

/// Kolmogorov–Smirnov and Anderson–Darling (or, for groups, χ²) with p-values.
#[pyclass(frozen, get_all, module = "kebao._kebao")]
pub struct GoodnessOfFit {
    ks: f64,
    ad: f64,
    ks_p: f64,
    ad_p: f64,
    replicates: u64,
    failures: u64,
    chi2: f64,
    chi2_freedom: f64,
    chi2_p: f64,
}

/// Families of `families="auto"`, and all that can be fitted.
#[pyfunction]
pub fn fit_families() -> (Vec<&'static str>, Vec<&'static str>) {
    let names = |all: Vec<FitFamily>| all.into_iter().map(FitFamily::name).collect();
    (names(FitFamily::auto()), names(FitFamily::all_available()))
}
