//! Aggregates as Python classes.

use std::sync::OnceLock;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Amount, Log2, Seed, Threads, Years, control, hash, map, repr, reserve};
use super::frequency::Frequency;
use super::severity::{Like, Severity, layer};
use super::watch::{detached, watched};
use crate::aggregate::{
    Aggregate as Core, Discretisation, Grid, GridDistribution, Sampler, SamplerScratch, Solver,
};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::frequency::Count;
use crate::losses::{LossBlock, Source};

/// The total loss of a year: a count of losses, each with a severity.
///
/// Moments are closed forms; `cdf`, `quantile`, `tvar` and `lev` come from an FFT on a grid chosen for
/// the model (2^16 buckets), whose errors are in `errors`; `fft` makes other grids, `sample` simulates.
#[pyclass(frozen, subclass, module = "kebao", name = "Aggregate")]
pub struct Aggregate {
    pub core: Core,
    grid: OnceLock<GridDistribution>,
}

type Column<'py> = Bound<'py, PyArray1<f64>>;

/// Buckets of the grid that the object keeps for itself.
const LOG2: u32 = 16;

impl Aggregate {
    pub fn from_core(core: Core) -> Self {
        Self { core, grid: OnceLock::new() }
    }

    fn grid(&self, py: Python<'_>) -> PyResult<&GridDistribution> {
        if let Some(grid) = self.grid.get() {
            return Ok(grid);
        }
        let made = detached(py, || GridDistribution::automatic(&self.core, LOG2))?;
        Ok(self.grid.get_or_init(|| made))
    }

    fn on_grid(
        &self,
        py: Python<'_>,
        solver: Solver,
        Log2(log2): Log2,
        step: Option<Amount>,
        discretisation: &str,
        threads: Option<Threads>,
    ) -> PyResult<Self> {
        let how = DISCRETISATIONS.iter().find(|(name, _)| *name == discretisation);
        let Some((_, how)) = how.copied() else {
            let known = DISCRETISATIONS.iter().map(|(name, _)| *name);
            let issue = Issue::unknown("Aggregate", "discretisation", discretisation, known);
            return Err(issue.into_error().into());
        };
        let control = control(threads);
        let work = || match step {
            Some(step) => {
                let grid = Grid::new(step.0, log2)?;
                GridDistribution::by(&self.core, grid, solver, how, &control)
            }
            None => GridDistribution::automatic_by(&self.core, log2, solver, how, &control),
        };
        let long = if solver == Solver::Panjer { LONG_RECURSION } else { LONG_TRANSFORM };
        let grid = gridded(py, log2 >= long, &control, work)?;
        let made = Self::from_core(self.core.clone());
        let _ = made.grid.set(grid);
        Ok(made)
    }
}

/// Grids, as powers of 2, that may take longer than a user waits who wants to stop.
const LONG_RECURSION: u32 = 14;
pub const LONG_TRANSFORM: u32 = 20;

/// Makes a grid, under watch if that takes `long`.
pub fn gridded(
    py: Python<'_>,
    long: bool,
    control: &Control,
    work: impl FnOnce() -> Result<GridDistribution> + Send,
) -> PyResult<GridDistribution> {
    if long { watched(py, None, control, work, |py, _| Ok(py.None())) } else { detached(py, work) }
}

const DISCRETISATIONS: [(&str, Discretisation); 4] = [
    ("mean_preserving", Discretisation::MeanPreserving),
    ("rounding", Discretisation::Rounding),
    ("lower", Discretisation::Lower),
    ("upper", Discretisation::Upper),
];

/// The error report of a grid as a dict.
pub fn errors<'py>(py: Python<'py>, grid: &GridDistribution) -> PyResult<Bound<'py, PyDict>> {
    let report = grid.report();
    let all = PyDict::new(py);
    all.set_item("step", report.step)?;
    all.set_item("buckets", report.buckets)?;
    all.set_item("truncated_mass", report.truncated_mass)?;
    all.set_item("numerical", report.numerical)?;
    all.set_item("mean_error", report.mean_error)?;
    all.set_item("sd_error", report.sd_error)?;
    all.set_item("verdict", report.verdict())?;
    Ok(all)
}

#[pymethods]
impl Aggregate {
    #[new]
    fn new(frequency: PyRef<'_, Frequency>, severity: Like) -> Self {
        Self::from_core(Core::new(frequency.core.clone(), severity.0))
    }

    /// Distribution of the number of losses.
    #[getter]
    fn frequency<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Frequency>> {
        super::frequency::to_python(py, self.core.frequency.clone())
    }

    /// Distribution of one loss.
    #[getter]
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        super::severity::to_python(py, self.core.severity.clone())
    }

    /// Expected value; `inf` where it does not exist.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Variance; `inf` where it does not exist.
    #[getter]
    fn variance(&self) -> f64 {
        self.core.variance()
    }

    /// Standard deviation.
    #[getter]
    fn sd(&self) -> f64 {
        self.core.sd()
    }

    /// Coefficient of variation: standard deviation over mean.
    #[getter]
    fn cv(&self) -> f64 {
        let mean = self.core.mean();
        if mean == f64::INFINITY { mean } else { self.core.sd() / mean }
    }

    /// Third central moment over the cube of the standard deviation.
    #[getter]
    fn skewness(&self) -> f64 {
        self.core.skewness()
    }

    /// P(S ≤ x); a number or an array.
    fn cdf<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let grid = self.grid(py)?;
        map(x, |x| grid.cdf(x))
    }

    /// P(S > x); a number or an array.
    fn sf<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let grid = self.grid(py)?;
        map(x, |x| grid.sf(x))
    }

    /// inf{x : F(x) ≥ p}; refused beyond the end of the grid.
    fn quantile(&self, py: Python<'_>, p: f64) -> PyResult<f64> {
        Ok(self.grid(py)?.quantile(p)?)
    }

    /// Mean of the worst share 1 − p of years.
    fn tvar(&self, py: Python<'_>, p: f64) -> PyResult<f64> {
        Ok(self.grid(py)?.tvar(p)?)
    }

    /// E min(S, limit).
    fn lev(&self, py: Python<'_>, limit: Amount) -> PyResult<f64> {
        Ok(self.grid(py)?.lev(limit.0))
    }

    /// Expected loss to the annual layer `limit` xs `attachment`.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layer_mean(&self, py: Python<'_>, limit: Amount, attachment: Amount) -> PyResult<f64> {
        layer(limit, attachment)?;
        Ok(self.grid(py)?.layer_mean(limit.0, attachment.0))
    }

    /// The aggregate of what an occurrence layer takes of each loss.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layered(&self, limit: Amount, attachment: Amount) -> PyResult<Self> {
        Ok(Self::from_core(self.core.layered(limit.0, attachment.0)?))
    }

    /// The same model on a grid of 2^`log2` buckets, `step` apart (chosen for the model by default).
    ///
    /// `discretisation` puts the severity on the grid: `mean_preserving` (Gerber 1982), `rounding`, or
    /// `lower` and `upper`, which bound every probability. The probabilities are the same for any
    /// number of `threads` (all of the machine by default).
    #[pyo3(
        signature = (*, log2=Log2(LOG2), step=None, discretisation="mean_preserving", threads=None),
        text_signature = "($self, *, log2=16, step=None, discretisation='mean_preserving', threads=None)"
    )]
    fn fft(
        &self,
        py: Python<'_>,
        log2: Log2,
        step: Option<Amount>,
        discretisation: &str,
        threads: Option<Threads>,
    ) -> PyResult<Self> {
        self.on_grid(py, Solver::Fft, log2, step, discretisation, threads)
    }

    /// The same by Panjer's recursion: relative accuracy far out, at a cost that grows with the square
    /// of the buckets. Refused for counts without an (a, b) recursion, and where it is unstable.
    #[pyo3(
        signature = (*, log2=Log2(12), step=None, discretisation="mean_preserving"),
        text_signature = "($self, *, log2=12, step=None, discretisation='mean_preserving')"
    )]
    fn panjer(
        &self,
        py: Python<'_>,
        log2: Log2,
        step: Option<Amount>,
        discretisation: &str,
    ) -> PyResult<Self> {
        self.on_grid(py, Solver::Panjer, log2, step, discretisation, Some(Threads(1)))
    }

    /// Probabilities of the grid: its amounts and P(S = amount).
    #[getter]
    fn pmf<'py>(&self, py: Python<'py>) -> PyResult<(Column<'py>, Column<'py>)> {
        let grid = self.grid(py)?;
        let amounts = (0..grid.grid.buckets).map(|k| k as f64 * grid.grid.step).collect();
        Ok((PyArray1::from_vec(py, amounts), PyArray1::from_slice(py, grid.pmf())))
    }

    /// Errors of the grid: `step`, `buckets`, `truncated_mass`, `numerical`, `mean_error`, `sd_error`,
    /// `verdict`.
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        errors(py, self.grid(py)?)
    }

    /// (value, low, high): the quantile between rigorous bounds from severities rounded down and up.
    fn bracketed_quantile(&self, py: Python<'_>, p: f64) -> PyResult<(f64, f64, f64)> {
        let grid = self.grid(py)?;
        let bracket = detached(py, || grid.bracketed_quantiles(&[p]))?[0];
        Ok((bracket.value, bracket.low, bracket.high))
    }

    /// Annual totals of `years` simulated years.
    #[pyo3(signature = (years, *, seed, threads=None, progress=None))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        years: Years,
        seed: Seed,
        threads: Option<Threads>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let years = years.0;
        let room = usize::try_from(years).unwrap_or(usize::MAX);
        drop(reserve::<f64>("Aggregate.sample", "years", room)?);
        let sampler = Sampler::new(self.core.clone(), years, seed.0, false)?;
        let control = control(threads);
        let totals = |scratch: &mut (SamplerScratch, LossBlock), block: u64| -> Result<Vec<f64>> {
            let (scratch, rows) = scratch;
            sampler.fill(block, &control, scratch, rows)?;
            Ok((0..rows.years())
                .map(|y| rows.loss[rows.year(y)].iter().fold(0.0, |sum, x| sum + x))
                .collect())
        };
        let work = || run_blocks(0..sampler.blocks(), &control, totals);
        let run = watched(py, progress, &control, work, |py, run| {
            Ok(PyArray1::from_vec(py, run.done.concat()).into_any().unbind())
        })?;
        Ok(PyArray1::from_vec(py, run.done.concat()))
    }

    /// The JSON form, from which `from_json` makes an equal object.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.core)
            .map_err(|e| Error::numeric("Aggregate", e.to_string()).into())
    }

    /// An aggregate from its JSON form; all faults are told at once.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|e| {
            Error::from(Issue::new("bad_json", "Aggregate", "json").value(e.to_string()))
        })?;
        let part = |name: &str| value.get(name).map_or_else(String::new, ToString::to_string);
        let mut faults = Faults::new();
        let frequency = faults.take(crate::frequency::Frequency::from_json(&part("frequency")))?;
        let severity = faults.take(crate::severity::Severity::from_json(&part("severity")))?;
        faults.finish()?;
        match (frequency, severity) {
            (Some(frequency), Some(severity)) => {
                Ok(Self::from_core(Core::new(frequency, severity)))
            }
            _ => Err(Error::numeric("Aggregate", "no faults and no parts").into()),
        }
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().core == self.core)
    }

    fn __hash__(&self) -> PyResult<u64> {
        Ok(hash(&self.to_json()?))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let name = |value: serde_json::Result<serde_json::Value>| {
            value.map_or_else(|_| String::new(), |v| repr(&v))
        };
        let mut text = format!(
            "Aggregate({}, {})\n  mean {}   sd {}   cv {:.3}   skewness {:.3}",
            name(serde_json::to_value(&self.core.frequency)),
            name(serde_json::to_value(&self.core.severity)),
            short(self.core.mean()),
            short(self.core.sd()),
            self.core.sd() / self.core.mean(),
            self.core.skewness(),
        );
        match self.grid(py) {
            Ok(grid) => {
                text.push_str("\n ");
                for p in [0.5, 0.9, 0.99, 0.995] {
                    let value =
                        grid.quantile(p).map_or_else(|_| "beyond the grid".to_owned(), short);
                    text.push_str(&format!(" {}% {value}  ", p * 100.0));
                }
                let report = grid.report();
                text.push_str(&format!(
                    "\n  grid 2^{} × {}: {}",
                    report.buckets.ilog2(),
                    short(report.step),
                    report.verdict()
                ));
            }
            Err(error) => text.push_str(&format!("\n  no grid: {error}")),
        }
        text.push_str(&format!("\n  expected losses a year {}", self.core.frequency.mean()));
        text
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json()?,)))
    }
}

/// Four significant digits with k, m, bn or tn.
fn short(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let units = [(1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k")];
    let unit = units.into_iter().find(|(scale, _)| rounded.abs() >= *scale);
    let (scale, name) = unit.unwrap_or((1.0, ""));
    let scaled: f64 = format!("{:.3e}", rounded / scale).parse().unwrap_or(rounded);
    format!("{scaled}{name}")
}
