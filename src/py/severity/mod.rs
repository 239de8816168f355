//! Severity distributions as Python classes.

mod families;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

pub use families::*;

use super::convert::{Amount, Order, Seed, Size, hash, map, repr, reserve};
use super::watch::watched;
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;
use crate::random::{Purpose, Stream};
use crate::severity::{self, Family, Severity as Core};

/// A distribution of the size of one loss.
///
/// Every family has `mean`, `sd`, `variance`, `cv`, `skewness` and the methods below; survival
/// probabilities (`sf`, `isf`) keep their digits in the far tail where `cdf` cannot. Amounts may be
/// text: `"500m"`, `"5亿"`. Moments that do not exist are `inf`.
#[pyclass(frozen, subclass, module = "kebao", name = "Severity", eq)]
#[derive(PartialEq)]
pub struct Severity {
    pub core: Core,
}

#[pymethods]
impl Severity {
    /// P(X > x); a number or an array.
    fn sf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| self.core.sf(x))
    }

    /// P(X ≤ x); a number or an array.
    fn cdf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| self.core.cdf(x))
    }

    /// Density of the continuous part; a number or an array.
    fn pdf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| self.core.pdf(x))
    }

    /// ln P(X > x), also where P(X > x) underflows; a number or an array.
    fn log_sf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| self.core.log_sf(x))
    }

    /// ln of the density; a number or an array.
    fn log_pdf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| self.core.log_pdf(x))
    }

    /// ∂ P(X > x) / ∂ parameter, by name as in `parameters`.
    ///
    /// >>> import kebao as kb
    /// >>> kb.Exponential(mean=2.0).sf_derivatives(2.0)
    /// {'mean': 0.18393972058572117}
    fn sf_derivatives<'py>(&self, py: Python<'py>, x: Amount) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for ((name, _), value) in
            self.core.parameters().into_iter().zip(self.core.sf_derivatives(x.0))
        {
            all.set_item(name, value)?;
        }
        Ok(all)
    }

    /// Smallest x with P(X ≤ x) ≥ p; NaN outside [0, 1].
    fn quantile<'py>(&self, p: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(p, |p| self.core.quantile(p))
    }

    /// Smallest x with P(X > x) ≤ q: the quantile for tails, exact down to q = 1e-300.
    fn isf<'py>(&self, q: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(q, |q| self.core.isf(q))
    }

    /// Limited expected value E min(X, limit).
    fn lev<'py>(&self, limit: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(limit, |d| self.core.lev(d))
    }

    /// Expected loss to the layer `limit` xs `attachment`.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layer_mean(&self, limit: Amount, attachment: Amount) -> PyResult<f64> {
        layer(limit, attachment)?;
        Ok(self.core.layer_mean(limit.0, attachment.0))
    }

    /// E min(X, limit)ᵏ, k up to 100; exists whatever the tail.
    fn limited_moment(&self, k: Order, limit: Amount) -> PyResult<f64> {
        let k = self.order(k)?;
        let mut faults = Faults::new();
        faults.positive(self.core.family(), "limit", limit.0);
        faults.finish()?;
        Ok(self.core.limited_moment(k, limit.0))
    }

    /// Variance of the loss to the layer `limit` xs `attachment`.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layer_variance(&self, limit: Amount, attachment: Amount) -> PyResult<f64> {
        layer(limit, attachment)?;
        let layer = self.core.clone();
        Ok(crate::severity::Layered::new(layer, limit.0, attachment.0)?.variance())
    }

    /// E Xᵏ, k up to 100; `inf` where it does not exist.
    fn moment(&self, k: Order) -> PyResult<f64> {
        let k = self.order(k)?;
        Ok(self.core.moment(k))
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
        self.core.variance().sqrt()
    }

    /// Coefficient of variation: standard deviation over mean.
    #[getter]
    fn cv(&self) -> f64 {
        let mean = self.core.mean();
        if mean == f64::INFINITY { mean } else { self.core.variance().sqrt() / mean }
    }

    /// Third central moment over the cube of the standard deviation.
    #[getter]
    fn skewness(&self) -> f64 {
        self.core.skewness()
    }

    /// Smallest and largest possible loss.
    #[getter]
    fn support(&self) -> (f64, f64) {
        self.core.support()
    }

    /// Numeric parameters by name, those of parts with a dot: `base.tail.alpha`.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for (name, value) in self.core.parameters() {
            all.set_item(name, value)?;
        }
        Ok(all)
    }

    /// The same distribution with one parameter changed.
    fn with_parameter<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        value: f64,
    ) -> PyResult<Bound<'py, Self>> {
        to_python(py, self.core.with_parameter(name, value)?)
    }

    /// `size` independent losses from the keyed stream of `seed`; a larger sample begins with them.
    #[pyo3(signature = (size, *, seed))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        size: Size,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let size = size.0;
        let mut losses = reserve("Severity.sample", "size", size)?;
        let control = Control::new(Some(1));
        let work = || {
            let mut stream = Stream::new(seed.0, Purpose::Severity, 0, 0);
            while losses.len() < size {
                if control.is_cancelled() {
                    return Err(Error::Cancelled);
                }
                // Memory is touched as it is needed, so that an interrupt is heard.
                let from = losses.len();
                losses.resize(size.min(from + 1024), 0.0);
                stream.fill(&mut losses[from..]);
                self.core.sample(&mut losses[from..]);
            }
            Ok(losses)
        };
        let losses = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
        Ok(PyArray1::from_vec(py, losses))
    }

    /// min(X, limit).
    fn capped<'py>(&self, py: Python<'py>, limit: Amount) -> PyResult<Bound<'py, Self>> {
        to_python(py, severity::Capped::new(self.core.clone(), limit.0)?.into())
    }

    /// factor · X.
    fn scaled<'py>(&self, py: Python<'py>, factor: Amount) -> PyResult<Bound<'py, Self>> {
        to_python(py, severity::Scaled::new(self.core.clone(), factor.0)?.into())
    }

    /// min(max(X − attachment, 0), limit): what a layer pays of one loss.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layered<'py>(
        &self,
        py: Python<'py>,
        limit: Amount,
        attachment: Amount,
    ) -> PyResult<Bound<'py, Self>> {
        to_python(py, severity::Layered::new(self.core.clone(), limit.0, attachment.0)?.into())
    }

    /// X given low < X ≤ high.
    #[pyo3(signature = (low=Amount(0.0), high=Amount(f64::INFINITY)))]
    fn truncated<'py>(
        &self,
        py: Python<'py>,
        low: Amount,
        high: Amount,
    ) -> PyResult<Bound<'py, Self>> {
        to_python(py, severity::Truncated::new(self.core.clone(), low.0, high.0)?.into())
    }

    /// X + shift.
    fn shifted<'py>(&self, py: Python<'py>, shift: Amount) -> PyResult<Bound<'py, Self>> {
        to_python(py, severity::Shifted::new(self.core.clone(), shift.0)?.into())
    }

    /// What remains after a deductible: `kind` "ordinary" pays max(X − deductible, 0), "franchise"
    /// pays all of X where it exceeds the deductible.
    #[pyo3(signature = (deductible, *, kind="ordinary"))]
    fn deducted<'py>(
        &self,
        py: Python<'py>,
        deductible: Amount,
        kind: &str,
    ) -> PyResult<Bound<'py, Self>> {
        let base = self.core.clone();
        let made = match kind {
            "ordinary" => severity::Layered::new(base, f64::INFINITY, deductible.0)?.into(),
            "franchise" => severity::Franchise::new(base, deductible.0)?.into(),
            other => {
                let known = ["ordinary", "franchise"];
                return Err(Issue::unknown("deducted", "kind", other, known).into_error().into());
            }
        };
        to_python(py, made)
    }

    /// A severity from what describes one elsewhere: a frozen `scipy.stats` distribution, or any object
    /// with a method `cdf` (and `sf`, if it has it).
    ///
    /// Known scipy families become the family of the same formula; anything else is tabulated as a
    /// piecewise Pareto whose survival probabilities agree to 1e-6 between its nodes.
    #[staticmethod]
    fn of(distribution: Like) -> PyResult<Py<Self>> {
        Python::attach(|py| Ok(to_python(py, distribution.0)?.unbind()))
    }

    /// The JSON form, read back by `Severity.from_json`.
    fn to_json(&self) -> String {
        self.core.to_json()
    }

    /// A severity from its JSON form; all faults are told at once.
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, Self>> {
        to_python(py, Core::from_json(text)?)
    }

    fn __repr__(&self) -> String {
        serde_json::to_value(&self.core)
            .map_or_else(|_| self.core.family().to_owned(), |v| repr(&v))
    }

    fn __hash__(&self) -> u64 {
        hash(&self.core.to_json())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.core.to_json(),)))
    }
}

impl Severity {
    fn order(&self, Order(k): Order) -> Result<u32> {
        if k <= 100 {
            return Ok(k);
        }
        let issue = Issue::new("out_of_range", self.core.family(), "k").value(k);
        Err(issue.allowed("a whole number from 0 to 100").into_error())
    }
}

/// A severity, or what `Severity.of` accepts.
pub struct Like(pub Core);

impl<'py> FromPyObject<'_, 'py> for Like {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(severity) = object.cast::<Severity>() {
            return Ok(Self(severity.get().core.clone()));
        }
        let foreign =
            object.py().import("kebao._foreign")?.getattr("severity")?.call1((object,))?;
        Ok(Self(foreign.cast::<Severity>()?.get().core.clone()))
    }
}

/// A layer must have a limit above 0 and an attachment of at least 0.
pub fn layer(limit: Amount, attachment: Amount) -> Result<()> {
    let mut faults = Faults::new();
    faults.limit("layer", "limit", limit.0);
    faults.non_negative("layer", "attachment", attachment.0);
    faults.finish()
}
