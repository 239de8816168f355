//! Severity distributions as Python classes.

use numpy::PyArray1;
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Amount, Seed, hash, map, repr, reserve};
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

    /// Variance of the loss to the layer `limit` xs `attachment`.
    #[pyo3(signature = (limit, attachment=Amount(0.0)))]
    fn layer_variance(&self, limit: Amount, attachment: Amount) -> PyResult<f64> {
        layer(limit, attachment)?;
        let mean = self.core.layer_mean(limit.0, attachment.0);
        Ok((self.core.layer_moment2(limit.0, attachment.0) - mean * mean).max(0.0))
    }

    /// E Xᵏ, k up to 100; `inf` where it does not exist.
    fn moment(&self, k: u32) -> PyResult<f64> {
        if k > 100 {
            let issue = Issue::new("out_of_range", self.core.family(), "k").value(k);
            return Err(issue.allowed("a whole number from 0 to 100").into_error().into());
        }
        Ok(self.core.moment(k))
    }

    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    #[getter]
    fn variance(&self) -> f64 {
        self.core.variance()
    }

    #[getter]
    fn sd(&self) -> f64 {
        self.core.variance().sqrt()
    }

    #[getter]
    fn cv(&self) -> f64 {
        self.core.variance().sqrt() / self.core.mean()
    }

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
        size: usize,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
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

/// A layer must have a limit above 0 and an attachment of at least 0.
pub fn layer(limit: Amount, attachment: Amount) -> Result<()> {
    let mut faults = Faults::new();
    faults.limit("layer", "limit", limit.0);
    faults.non_negative("layer", "attachment", attachment.0);
    faults.finish()
}

/// A class for each family of the list; `to_python` picks the one that belongs to a severity.
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[pyclass(frozen, extends = Severity, module = "kebao")]
        pub struct $name;)*

        /// The Python object of the right class.
        pub fn to_python(py: Python<'_>, core: Core) -> PyResult<Bound<'_, Severity>> {
            match core {
                $(Core::$name(_) => {
                    let made = PyClassInitializer::from(Severity { core }).add_subclass($name);
                    Ok(Bound::new(py, made)?.into_super())
                })*
            }
        }
    };
}

classes! {
    /// Lognormal: ln X is normal with mean `mu` and standard deviation `sigma`.
    ///
    /// >>> import kebao as kb
    /// >>> kb.LogNormal(mu=10, sigma=2).layer_mean("4m", "1m").__round__(4)
    /// 37093.0883
    LogNormal;
    /// Pareto (type I): S(x) = (scale / x)^alpha for x ≥ scale. The mean is infinite for alpha ≤ 1.
    Pareto;
    /// Gamma: mean shape · scale, variance shape · scale².
    Gamma;
    /// Exponential: S(x) = e^(−x/mean).
    Exponential;
    /// Weibull: S(x) = exp(−(x/scale)^shape); heavy-tailed for shape < 1.
    Weibull;
    /// Lomax (Pareto type II from 0): S(x) = (1 + x/scale)^−alpha. The mean is infinite for alpha ≤ 1.
    Lomax;
    /// Generalised Pareto beyond a threshold: S(x) = (1 + shape (x − threshold)/scale)^(−1/shape).
    ///
    /// Exponential for shape 0; the mean is infinite for shape ≥ 1, the largest loss finite for
    /// shape < 0 (Pickands 1975).
    GPD;
    /// Beta damage ratio on [0, 1], with the probability `total_loss` of exactly 1.
    Beta;
    /// MBBEFD damage ratio on [0, 1] (Bernegger 1997): mass 1/g at total loss.
    MBBEFD;
    /// A body below `threshold`, a tail above it with probability `tail_weight`.
    ///
    /// Body and tail are conditioned on their side of the threshold (Klugman, Panjer and Willmot,
    /// Loss Models, 5.2.6).
    Spliced;
    /// min(X, limit), with the mass of everything above at the limit.
    Capped;
    /// min(max(X − attachment, 0), limit): what a layer pays of one loss.
    Layered;
    /// Σ slope · layer of X between knots: a continuous non-decreasing piecewise linear map.
    Piecewise;
    /// factor · X.
    Scaled;
}

type New<T> = PyResult<PyClassInitializer<T>>;

fn made<T: PyClass<BaseType = Severity>>(class: T, core: Result<impl Into<Core>>) -> New<T> {
    Ok(PyClassInitializer::from(Severity { core: core?.into() }).add_subclass(class))
}

#[pymethods]
impl LogNormal {
    #[new]
    fn new(mu: f64, sigma: f64) -> New<Self> {
        made(Self, severity::LogNormal::new(mu, sigma))
    }

    /// The lognormal with this mean and coefficient of variation.
    #[staticmethod]
    fn from_mean_cv(py: Python<'_>, mean: Amount, cv: Amount) -> PyResult<Bound<'_, Severity>> {
        to_python(py, severity::LogNormal::from_mean_cv(mean.0, cv.0)?.into())
    }
}

#[pymethods]
impl Pareto {
    #[new]
    fn new(alpha: f64, scale: Amount) -> New<Self> {
        made(Self, severity::Pareto::new(alpha, scale.0))
    }
}

#[pymethods]
impl Gamma {
    #[new]
    fn new(shape: f64, scale: Amount) -> New<Self> {
        made(Self, severity::Gamma::new(shape, scale.0))
    }

    /// The gamma with this mean and coefficient of variation.
    #[staticmethod]
    fn from_mean_cv(py: Python<'_>, mean: Amount, cv: Amount) -> PyResult<Bound<'_, Severity>> {
        to_python(py, severity::Gamma::from_mean_cv(mean.0, cv.0)?.into())
    }
}

/// A parameter as it comes from Python.
trait Number {
    fn number(self) -> f64;
}

impl Number for f64 {
    fn number(self) -> f64 {
        self
    }
}

impl Number for Amount {
    fn number(self) -> f64 {
        self.0
    }
}

/// Constructors from plain numbers, and from mean and coefficient of variation where these fix all.
macro_rules! plain {
    ($($name:ident($($argument:ident: $kind:ty $(= $default:expr)?),*) $(, $from_mean_cv:ident)?;)*) => {
        $(#[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = ($($argument $(= $default)?),*))]
            fn new($($argument: $kind),*) -> New<Self> {
                made(Self, severity::$name::new($($argument.number()),*))
            }
            $(
            /// The distribution of this family with this mean and coefficient of variation.
            #[staticmethod]
            fn $from_mean_cv(
                py: Python<'_>,
                mean: Amount,
                cv: Amount,
            ) -> PyResult<Bound<'_, Severity>> {
                to_python(py, severity::$name::$from_mean_cv(mean.0, cv.0)?.into())
            })?
        })*
    };
}

plain! {
    Exponential(mean: Amount);
    Weibull(shape: f64, scale: Amount), from_mean_cv;
    Lomax(alpha: f64, scale: Amount), from_mean_cv;
    GPD(shape: f64, scale: Amount, threshold: Amount = Amount(0.0));
}

#[pymethods]
impl Beta {
    #[new]
    #[pyo3(signature = (a, b, total_loss=Amount(0.0)))]
    fn new(a: f64, b: f64, total_loss: Amount) -> New<Self> {
        made(Self, severity::Beta::new(a, b, total_loss.0))
    }
}

#[pymethods]
impl MBBEFD {
    #[new]
    fn new(b: f64, g: f64) -> New<Self> {
        made(Self, severity::MBBEFD::new(b, g))
    }

    /// The Swiss Re curves: c = 1.5, 2, 3, 4 for Y1–Y4, 5 for Lloyd's (Bernegger 1997, section 4.3).
    #[staticmethod]
    fn swiss_re(py: Python<'_>, c: f64) -> PyResult<Bound<'_, Severity>> {
        to_python(py, severity::MBBEFD::swiss_re(c)?.into())
    }

    /// Exposure curve G(x): share of the risk premium for losses up to x of the sum insured.
    #[pyo3(name = "exposure_curve")]
    fn exposure_curve<'py>(
        self_: PyRef<'py, Self>,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mean = self_.as_super().core.mean();
        map(x, |x| self_.as_super().core.lev(x.clamp(0.0, 1.0)) / mean)
    }
}

#[pymethods]
impl Spliced {
    #[new]
    #[pyo3(signature = (body, tail, *, threshold, tail_weight))]
    fn new(
        body: PyRef<'_, Severity>,
        tail: PyRef<'_, Severity>,
        threshold: Amount,
        tail_weight: Amount,
    ) -> New<Self> {
        let (body, tail) = (body.core.clone(), tail.core.clone());
        made(Self, severity::Spliced::new(body, tail, threshold.0, tail_weight.0))
    }
}

#[pymethods]
impl Capped {
    #[new]
    fn new(base: PyRef<'_, Severity>, limit: Amount) -> New<Self> {
        made(Self, severity::Capped::new(base.core.clone(), limit.0))
    }
}

#[pymethods]
impl Layered {
    #[new]
    #[pyo3(signature = (base, limit, attachment=Amount(0.0)))]
    fn new(base: PyRef<'_, Severity>, limit: Amount, attachment: Amount) -> New<Self> {
        made(Self, severity::Layered::new(base.core.clone(), limit.0, attachment.0))
    }
}

#[pymethods]
impl Piecewise {
    #[new]
    fn new(base: PyRef<'_, Severity>, knots: Vec<f64>, slopes: Vec<f64>) -> New<Self> {
        made(Self, severity::Piecewise::new(base.core.clone(), knots, slopes))
    }
}

#[pymethods]
impl Scaled {
    #[new]
    fn new(base: PyRef<'_, Severity>, factor: Amount) -> New<Self> {
        made(Self, severity::Scaled::new(base.core.clone(), factor.0))
    }
}
