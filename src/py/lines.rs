//! Lines with common causes, and net and ceded together, as Python sees them.

use std::sync::OnceLock;

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::aggregate::{Aggregate, LONG_TRANSFORM, gridded};
use super::convert::{Amount, Log2, Threads, control, hash, map};
use super::measure::Distortion;
use super::table::PyTable;
use super::watch::detached;
use crate::aggregate::{
    Bivariate as CoreBivariate, Cession, GridDistribution, Line, Lines as Core, Shock,
};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;
use crate::output::Table;

/// The total over lines that share what makes them bad.
///
/// Parameters
/// ----------
/// lines : dict of str to Aggregate
///     Each line's own losses, by name.
/// shock_rate : float, default 0
///     Events a year that may strike every line.
/// shock_shares : dict of str to float, optional
///     Probability that an event brings a line a loss; 0 for lines that are not named.
/// mixing : float, default 0
///     Variance b of a common gamma factor of mean 1 on the means of Poisson counts.
///
/// Notes
/// -----
/// The transform of the total is exp{Σ ln Pⱼ(φⱼ) + λ₀(Πⱼ(1 − qⱼ + qⱼφⱼ) − 1)}, with mixing the first
/// sum becomes −(1/b) ln(1 + b Σ λⱼ(1 − φⱼ)) (Wang 1998, PCAS 85). Cov(Nⱼ, Nₖ) = λ₀qⱼqₖ + bλⱼλₖ.
///
/// Examples
/// --------
/// >>> import kebao as kb
/// >>> one = kb.Aggregate(kb.Poisson(2), kb.Gamma(2, 500))
/// >>> lines = kb.Lines({"ai": one, "cloud": one}, shock_rate=0.1, shock_shares={"ai": 1, "cloud": 1})
/// >>> lines.mean, round(float(lines.correlation[0, 1]), 4)
/// (4200.0, 0.0317)
/// >>> round(lines.quantile(0.99) / lines.mean, 2)
/// 2.75
#[pyclass(frozen, module = "kebao", name = "Lines")]
pub struct Lines {
    core: Core,
    grid: OnceLock<GridDistribution>,
}

/// Buckets of the grid that the object keeps for itself.
const LOG2: u32 = 15;

impl Lines {
    fn made(core: Core) -> Self {
        Self { core, grid: OnceLock::new() }
    }

    fn grid(&self, py: Python<'_>) -> PyResult<&GridDistribution> {
        if let Some(grid) = self.grid.get() {
            return Ok(grid);
        }
        let made = detached(py, || {
            GridDistribution::of_lines(&self.core, LOG2, None, &Control::default())
        })?;
        Ok(self.grid.get_or_init(|| made))
    }

    fn names(&self) -> Vec<String> {
        self.core.lines.iter().map(|line| line.name.clone()).collect()
    }

    fn matrix<'py>(py: Python<'py>, rows: &[Vec<f64>]) -> PyResult<Bound<'py, PyArray2<f64>>> {
        Ok(PyArray2::from_vec2(py, rows)?)
    }
}

#[pymethods]
impl Lines {
    #[new]
    #[pyo3(signature = (lines, *, shock_rate=0.0, shock_shares=None, mixing=0.0))]
    fn new(
        lines: &Bound<'_, PyDict>,
        shock_rate: f64,
        shock_shares: Option<&Bound<'_, PyDict>>,
        mixing: f64,
    ) -> PyResult<Self> {
        let mut found = Vec::new();
        for (name, aggregate) in lines {
            let aggregate = aggregate.cast::<Aggregate>().map_err(|_| {
                Error::from(
                    Issue::new("wrong_type", "Lines", "lines")
                        .value(aggregate.get_type().to_string())
                        .allowed("a dict of name to Aggregate"),
                )
            })?;
            found.push(Line { name: name.extract()?, aggregate: aggregate.get().core.clone() });
        }
        let mut shares = vec![0.0; found.len()];
        let mut faults = Faults::new();
        for (name, share) in shock_shares.into_iter().flatten() {
            let name: String = name.extract()?;
            match found.iter().position(|line| line.name == name) {
                Some(place) => shares[place] = share.extract()?,
                None => {
                    let known = found.iter().map(|line| line.name.as_str());
                    faults.push(Issue::unknown("Lines", "shock_shares", &name, known));
                }
            }
        }
        faults.finish()?;
        let shock = (shock_rate != 0.0 || shock_shares.is_some())
            .then_some(Shock { rate: shock_rate, shares });
        Ok(Self::made(Core::new(found, shock, mixing)?))
    }

    /// Expected value; `inf` where it does not exist.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Standard deviation, the common causes included.
    #[getter]
    fn sd(&self) -> f64 {
        self.core.sd()
    }

    /// Covariances of the lines' totals: (lines, lines).
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        Self::matrix(py, &self.core.covariance())
    }

    /// Correlations of the lines' totals: (lines, lines).
    #[getter]
    fn correlation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let mut rows = self.core.covariance();
        let sd: Vec<f64> = rows.iter().enumerate().map(|(j, row)| row[j].sqrt()).collect();
        for (j, row) in rows.iter_mut().enumerate() {
            row.iter_mut().zip(&sd).for_each(|(x, sd_k)| *x /= sd[j] * sd_k);
        }
        Self::matrix(py, &rows)
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

    /// Expected loss to the annual layer `limit` xs `attachment`.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layer_mean(&self, py: Python<'_>, limit: Amount, attachment: Amount) -> PyResult<f64> {
        super::severity::layer(limit, attachment)?;
        Ok(self.grid(py)?.layer_mean(limit.0, attachment.0))
    }

    /// The same lines on a grid of 2^`log2` buckets, `step` apart (chosen for the model by default).
    ///
    /// The probabilities are the same for any number of `threads` (all of the machine by default).
    #[pyo3(
        signature = (*, log2=Log2(LOG2), step=None, threads=None),
        text_signature = "($self, *, log2=16, step=None, threads=None)"
    )]
    fn fft(
        &self,
        py: Python<'_>,
        log2: Log2,
        step: Option<Amount>,
        threads: Option<Threads>,
    ) -> PyResult<Self> {
        let (log2, step, control) = (log2.0, step.map(|step| step.0), control(threads));
        let work = || GridDistribution::of_lines(&self.core, log2, step, &control);
        let grid = gridded(py, log2 >= LONG_TRANSFORM, &control, work)?;
        let made = Self::made(self.core.clone());
        let _ = made.grid.set(grid);
        Ok(made)
    }

    /// Errors of the grid: `step`, `buckets`, `truncated_mass`, `numerical`, `mean_error`, `sd_error`,
    /// `verdict`.
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        super::aggregate::errors(py, self.grid(py)?)
    }

    /// The natural allocation of a measure: line, mean, value, and share of the whole.
    ///
    /// aⱼ = Σₓ E[Xⱼ | S = x] (g(S(x−)) − g(S(x))) (Mildenhall and Major 2022, 14.3), exact on the grid;
    /// the parts add up to the measure. What lies beyond the grid is one cell.
    fn _allocate(&self, py: Python<'_>, distortion: PyRef<'_, Distortion>) -> PyResult<PyTable> {
        let grid = self.grid(py)?;
        let core = distortion.core;
        let means = self.core.means();
        let values = detached(py, || {
            let parts = self.core.contributions(grid.grid)?;
            Ok::<_, Error>(crate::measure::natural(&core, grid.pmf(), &parts, &means))
        })?;
        let whole: f64 = values.iter().sum();
        let core = Table::new("allocation")
            .text("line", self.names())
            .float("mean", means)
            .float("value", values.clone())
            .float("share", values.iter().map(|v| v / whole).collect());
        Ok(PyTable { core })
    }

    /// The JSON form, from which `from_json` makes an equal object.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.core).map_err(|e| Error::numeric("Lines", e.to_string()).into())
    }

    /// Lines from their JSON form; all faults are told at once.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        Ok(Self::made(Core::from_json(text)?))
    }

    fn __len__(&self) -> usize {
        self.core.lines.len()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().core == self.core)
    }

    fn __hash__(&self) -> PyResult<u64> {
        Ok(hash(&self.to_json()?))
    }

    fn __repr__(&self) -> String {
        let shock = self
            .core
            .shock
            .as_ref()
            .map_or_else(String::new, |shock| format!(", shock {} a year", shock.rate));
        let mixing = if self.core.mixing > 0.0 {
            format!(", mixing {}", self.core.mixing)
        } else {
            String::new()
        };
        format!(
            "Lines({}{shock}{mixing})\n  mean {:.6}   sd {:.6}",
            self.names().join(", "),
            self.core.mean(),
            self.core.sd()
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json()?,)))
    }
}

/// Net and ceded of a year together, on a plane of probabilities.
///
/// Parameters
/// ----------
/// loss : Aggregate
/// limit, attachment : amount
///     The layer of each loss that is ceded; without a limit all above the attachment.
/// share : float, default 1
///     Ceded share of that layer.
/// log2 : (int, int), default (9, 9)
///     Buckets of net and of ceded, as powers of 2; their sum at most 24.
/// steps : (amount, amount), optional
///     Steps of both grids; chosen for the model by default.
///
/// Examples
/// --------
/// >>> import kebao as kb
/// >>> loss = kb.Aggregate(kb.Poisson(3), kb.Pareto(1.5, 100).capped(2000))
/// >>> both = kb.Bivariate(loss, limit=700, attachment=300)
/// >>> abs(both.net_mean + both.ceded_mean - loss.mean) < 1e-9 * loss.mean
/// True
/// >>> 0 < both.correlation < 1
/// True
#[pyclass(frozen, module = "kebao", name = "Bivariate")]
pub struct Bivariate {
    core: CoreBivariate,
}

#[pymethods]
impl Bivariate {
    #[new]
    #[pyo3(signature = (loss, *, limit=None, attachment=Amount(0.0), share=1.0, log2=(Log2(9), Log2(9)), steps=None))]
    fn new(
        py: Python<'_>,
        loss: PyRef<'_, Aggregate>,
        limit: Option<Amount>,
        attachment: Amount,
        share: f64,
        log2: (Log2, Log2),
        steps: Option<(Amount, Amount)>,
    ) -> PyResult<Self> {
        let limit = limit.map_or(f64::INFINITY, |limit| limit.0);
        let cession = Cession::new(share, attachment.0, limit)?;
        let steps = steps.map(|(net, ceded)| (net.0, ceded.0));
        let aggregate = &loss.core;
        let core = detached(py, || -> Result<_> {
            CoreBivariate::new(aggregate, cession, (log2.0.0, log2.1.0), steps)
        })?;
        Ok(Self { core })
    }

    /// Joint probabilities: (net buckets, ceded buckets).
    #[getter]
    fn pmf<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let shape = [self.core.net.buckets, self.core.ceded.buckets];
        PyArray1::from_slice(py, &self.core.pmf).reshape(shape)
    }

    /// Amounts of the net buckets.
    #[getter]
    fn net<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let grid = self.core.net;
        PyArray1::from_vec(py, (0..grid.buckets).map(|k| k as f64 * grid.step).collect())
    }

    /// Amounts of the ceded buckets.
    #[getter]
    fn ceded<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let grid = self.core.ceded;
        PyArray1::from_vec(py, (0..grid.buckets).map(|k| k as f64 * grid.step).collect())
    }

    /// Expected net in closed form.
    #[getter]
    fn net_mean(&self) -> f64 {
        self.core.exact_means.0
    }

    /// Expected ceded in closed form.
    #[getter]
    fn ceded_mean(&self) -> f64 {
        self.core.exact_means.1
    }

    /// Correlation of net and ceded on the grid.
    #[getter]
    fn correlation(&self) -> f64 {
        self.core.correlation()
    }

    /// P(net or ceded beyond its grid).
    #[getter]
    fn truncated_mass(&self) -> f64 {
        self.core.truncated_mass
    }

    /// Errors of the plane: `net_step`, `ceded_step`, `truncated_mass`, and by how much of the exact
    /// one the means on the plane, `net_mean_error` and `ceded_mean_error`, differ.
    ///
    /// The steps keep both means, so what differs is what lies beyond the plane: a mean error close
    /// to 0 says that nothing of weight does.
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (net, ceded) = self.core.mean_errors();
        let errors = PyDict::new(py);
        errors.set_item("net_step", self.core.net.step)?;
        errors.set_item("ceded_step", self.core.ceded.step)?;
        errors.set_item("truncated_mass", self.core.truncated_mass)?;
        errors.set_item("net_mean_error", net)?;
        errors.set_item("ceded_mean_error", ceded)?;
        Ok(errors)
    }

    /// P(net ≤ x and ceded ≤ y).
    fn cdf(&self, net: Amount, ceded: Amount) -> f64 {
        self.core.cdf(net.0, ceded.0)
    }

    /// E[ceded | net] at the net buckets; NaN where the probability is lost in rounding.
    fn ceded_given_net<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_vec(py, self.core.ceded_given_net())
    }

    fn __repr__(&self) -> String {
        format!(
            "Bivariate({} × {} buckets): E net {:.6}, E ceded {:.6}, correlation {:.4}, P(beyond) {:.1e}",
            self.core.net.buckets,
            self.core.ceded.buckets,
            self.core.exact_means.0,
            self.core.exact_means.1,
            self.core.correlation(),
            self.core.truncated_mass
        )
    }
}
