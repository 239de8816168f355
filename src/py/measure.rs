//! Measures of samples as Python sees them.

use numpy::{
    AllowTypeChange, PyArrayLike1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::prelude::*;

use super::convert::{Threads, Years, control};
use super::table::PyTable;
use super::watch::detached;
use crate::error::{Error, Faults, Issue, Result};
use crate::measure::{self, Distortion as Core, Estimate, Tail, Ties, Units, exceedance_curve};
use crate::output::Table;

/// How much a unit of risk costs, by how remote it is: a concave distortion of survival probabilities.
///
/// Made by `tvar`, `proportional_hazard`, `wang`, `dual`, `cost_of_capital` and `mean`; the measure of a
/// loss is ∫ g(S(x)) dx.
///
/// Examples
/// --------
/// >>> import kebao as kb
/// >>> kb.Distortion.wang(0.5).g(0.01)
/// 0.03389...
/// >>> kb.Distortion.tvar(0.5).g(0.25)
/// 0.5
#[pyclass(frozen, eq, module = "kebao", name = "Distortion")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distortion {
    pub core: Core,
}

impl Distortion {
    fn made(core: Core) -> PyResult<Self> {
        Ok(Self { core: core.validated()? })
    }

    fn named(&self) -> (&'static str, Option<f64>) {
        match self.core {
            Core::Mean => ("mean", None),
            Core::Tvar { level } => ("tvar", Some(level)),
            Core::ProportionalHazard { exponent } => ("proportional_hazard", Some(exponent)),
            Core::Wang { shift } => ("wang", Some(shift)),
            Core::Dual { exponent } => ("dual", Some(exponent)),
            Core::CostOfCapital { rate } => ("cost_of_capital", Some(rate)),
        }
    }
}

#[pymethods]
impl Distortion {
    /// g(s) = s: the mean.
    #[staticmethod]
    fn mean() -> Self {
        Self { core: Core::Mean }
    }

    /// g(s) = min(s / (1 − level), 1): the mean of the worst share 1 − level of years.
    #[staticmethod]
    fn tvar(level: f64) -> PyResult<Self> {
        Self::made(Core::Tvar { level })
    }

    /// g(s) = s^exponent, exponent in (0, 1]: proportional hazard (Wang 1995).
    #[staticmethod]
    fn proportional_hazard(exponent: f64) -> PyResult<Self> {
        Self::made(Core::ProportionalHazard { exponent })
    }

    /// g(s) = Φ(Φ⁻¹(s) + shift), shift ≥ 0 (Wang 2000, eq. 3).
    #[staticmethod]
    fn wang(shift: f64) -> PyResult<Self> {
        Self::made(Core::Wang { shift })
    }

    /// g(s) = 1 − (1 − s)^exponent, exponent ≥ 1: the mean of the largest of so many years.
    #[staticmethod]
    fn dual(exponent: f64) -> PyResult<Self> {
        Self::made(Core::Dual { exponent })
    }

    /// g(s) = (s + rate) / (1 + rate) for s > 0: capital up to the largest loss, at a yearly rate.
    #[staticmethod]
    fn cost_of_capital(rate: f64) -> PyResult<Self> {
        Self::made(Core::CostOfCapital { rate })
    }

    /// The distorted probability of a survival probability in [0, 1].
    fn g(&self, s: f64) -> f64 {
        self.core.g(s)
    }

    fn __repr__(&self) -> String {
        let (name, parameter) = self.named();
        format!("Distortion.{name}({})", parameter.map_or_else(String::new, |x| x.to_string()))
    }

    fn __hash__(&self) -> u64 {
        crate::random::entity_id(&self.__repr__())
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, pyo3::types::PyTuple>)> {
        let (name, parameter) = self.named();
        let arguments = pyo3::types::PyTuple::new(py, parameter)?;
        Ok((py.get_type::<Self>().getattr(name)?, arguments))
    }
}

/// A column of annual losses without NaN.
fn pair(found: Estimate) -> (f64, f64) {
    (found.value, found.standard_error)
}

/// (value, standard error) of VaR and of TVaR of annual losses, by level.
#[pyfunction]
pub fn measure_tails(
    py: Python<'_>,
    losses: PyReadonlyArray1<'_, f64>,
    levels: Vec<f64>,
) -> PyResult<Vec<[(f64, f64); 2]>> {
    let values = losses.as_slice()?;
    let mut faults = Faults::new();
    measure::finite(&mut faults, "measure", "losses", values);
    for level in &levels {
        faults.check((0.0..1.0).contains(level), || {
            Issue::new("out_of_range", "measure", "level")
                .value(level)
                .allowed("a probability in [0, 1)")
        });
    }
    faults.finish()?;
    detached(py, || {
        let tail = Tail::new(values, levels.iter().copied().fold(1.0, f64::min));
        Ok(levels.iter().map(|p| [pair(tail.var(*p)), pair(tail.tvar(*p))]).collect())
    })
}

/// (value, standard error) of a spectral measure of annual losses.
#[pyfunction]
pub fn measure_spectral(
    py: Python<'_>,
    losses: PyReadonlyArray1<'_, f64>,
    distortion: PyRef<'_, Distortion>,
) -> PyResult<(f64, f64)> {
    let (values, core) = (losses.as_slice()?, distortion.core);
    let mut faults = Faults::new();
    measure::finite(&mut faults, "measure", "losses", values);
    faults.finish()?;
    detached(py, || Ok(pair(measure::spectral(values, &core))))
}

/// Least and largest price of `losses` among the measures that price `reference` at `premium`.
#[pyfunction]
pub fn measure_bounds(
    py: Python<'_>,
    reference: PyReadonlyArray1<'_, f64>,
    losses: PyReadonlyArray1<'_, f64>,
    premium: f64,
    levels: usize,
) -> PyResult<(f64, f64)> {
    let (reference, values) = (reference.as_slice()?, losses.as_slice()?);
    let mut faults = Faults::new();
    measure::finite(&mut faults, "premium_bounds", "reference", reference);
    measure::finite(&mut faults, "premium_bounds", "losses", values);
    faults.check((2..=100_000).contains(&levels), || {
        Issue::new("out_of_range", "premium_bounds", "levels")
            .value(levels)
            .allowed("a whole number from 2 to 100,000")
    });
    faults.finish()?;
    let found = detached(py, || Ok(measure::premium_bounds(reference, values, premium, levels)))?;
    found.ok_or_else(|| {
        Issue::new("out_of_range", "premium_bounds", "premium")
            .value(premium)
            .allowed("an amount from the mean to the largest loss of the reference")
            .into_error()
            .into()
    })
}

/// Exceedance curve of annual totals or maxima.
#[pyfunction]
pub fn measure_curve(
    py: Python<'_>,
    losses: PyReadonlyArray1<'_, f64>,
    return_periods: Vec<f64>,
) -> PyResult<PyTable> {
    let values = losses.as_slice()?;
    let mut faults = Faults::new();
    measure::finite(&mut faults, "exceedance_curve", "losses", values);
    faults.finish()?;
    let points = detached(py, || Ok(exceedance_curve(values, &return_periods)))?;
    let column = |f: fn(&measure::CurvePoint) -> f64| points.iter().map(f).collect::<Vec<_>>();
    let core = Table::new("exceedance curve")
        .float("return_period", column(|p| p.return_period))
        .float("loss", column(|p| p.loss))
        .float("low", column(|p| p.low))
        .float("high", column(|p| p.high))
        .float("tvar", column(|p| p.tvar));
    Ok(PyTable { core })
}

/// Shares of the units of a measure of their total: `unit, mean, value, standard_error, share`.
#[pyfunction]
#[pyo3(signature = (losses, names, distortion, *, lifted, threads))]
pub fn measure_allocation(
    py: Python<'_>,
    losses: PyReadonlyArray2<'_, f64>,
    names: Vec<String>,
    distortion: PyRef<'_, Distortion>,
    lifted: bool,
    threads: Option<Threads>,
) -> PyResult<PyTable> {
    let (years, width) = (losses.shape()[0], losses.shape()[1]);
    let by_year = losses.is_c_contiguous();
    let values = losses.as_slice()?;
    let units = Units { values, years, width, by_year };
    let core = distortion.core;
    let ties = if lifted { Ties::Lifted } else { Ties::Linear };
    let control = control(threads);
    let found = detached(py, || units.allocate(&core, ties, &control))?;
    let total = found.last().map_or(f64::NAN, |whole| whole.value);
    if names.len() + 1 != found.len() {
        return Err(Error::numeric("allocate", "as many names as columns are needed").into());
    }
    let core = Table::new("allocation")
        .text("unit", names.into_iter().chain(["total".to_owned()]).collect())
        .float("value", found.iter().map(|e| e.value).collect())
        .float("standard_error", found.iter().map(|e| e.standard_error).collect())
        .float("share", found.iter().map(|e| e.value / total).collect());
    Ok(PyTable { core })
}

/// Annual losses of a stream, counted by size: quantiles within 0.1%, whatever the order of its parts.
///
/// Examples
/// --------
/// >>> import numpy as np
/// >>> import kebao as kb
/// >>> stream = kb.measure.Histogram()
/// >>> stream.add(np.arange(1.0, 1001.0))
/// >>> low, high = stream.quantile(0.99)
/// >>> low <= 990 <= high
/// True
/// >>> len(stream)
/// 1000
#[pyclass(module = "kebao.measure", name = "Histogram")]
#[derive(Default)]
pub struct Histogram {
    core: measure::Histogram,
}

#[pymethods]
impl Histogram {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Counts annual losses; refused as a whole if one is negative or not finite.
    fn add(&mut self, losses: PyArrayLike1<'_, f64, AllowTypeChange>) -> PyResult<()> {
        match losses.as_slice() {
            Ok(losses) => Ok(self.core.add(losses)?),
            // Not one after the other in memory.
            Err(_) => Ok(self.core.add(&losses.as_array().to_vec())?),
        }
    }

    /// Counts years without a loss.
    fn add_zeros(&mut self, years: Years) {
        let years = years.0;
        self.core.add_zeros(years);
    }

    /// Adds the counts of another.
    fn merge(&mut self, other: PyRef<'_, Self>) {
        self.core.merge(&other.core);
    }

    /// (low, high): bounds of inf{x : F(x) ≥ p}, 0.1% apart at most.
    fn quantile(&self, p: f64) -> PyResult<(f64, f64)> {
        self.level(p)?;
        Ok(self.core.quantile(p))
    }

    /// (low, high): bounds of the mean of the worst share 1 − p.
    fn tvar(&self, p: f64) -> PyResult<(f64, f64)> {
        self.level(p)?;
        Ok(self.core.tvar(p))
    }

    /// (low, high): bounds of the share of years above an amount.
    fn exceedance(&self, amount: super::convert::Amount) -> (f64, f64) {
        let (low, high) = self.core.above(amount.0);
        let count = self.core.count() as f64;
        (low as f64 / count, high as f64 / count)
    }

    /// (low, high): bounds of the mean.
    #[getter]
    fn mean(&self) -> (f64, f64) {
        self.core.mean()
    }

    fn __len__(&self) -> usize {
        self.core.count() as usize
    }

    fn __repr__(&self) -> String {
        format!("Histogram({} years in {} cells)", self.core.count(), self.core.cells())
    }
}

impl Histogram {
    fn level(&self, p: f64) -> Result<()> {
        let mut faults = Faults::new();
        faults.check((0.0..1.0).contains(&p), || {
            Issue::new("out_of_range", "Histogram", "p").value(p).allowed("a probability in [0, 1)")
        });
        faults.check(self.core.count() > 0, || {
            Issue::new("empty", "Histogram", "losses")
                .value("no years")
                .allowed("at least one year")
        });
        faults.finish()
    }
}
