//! A Python class for each severity family, and its constructor.

use pyo3::PyClass;
use pyo3::prelude::*;

use super::super::convert::{Amount, map};
use super::{Like, Severity};
use crate::error::Result;
use crate::severity::{self, Family, Severity as Core};

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
    /// Generalised extreme value (Jenkinson 1955): Gumbel for shape 0, a finite end for shape < 0.
    ///
    /// P(X ≤ x) = exp(−(1 + shape (x − location)/scale)^(−1/shape)); what lies below 0 is at 0. The
    /// shape is −c of scipy's `genextreme`.
    GEV;
    /// Fréchet (inverse Weibull): P(X ≤ x) = exp(−(x/scale)^−shape).
    Frechet;
    /// Burr XII: S(x) = (1 + (x/scale)^gamma)^−alpha.
    Burr;
    /// Log-logistic: S(x) = 1 / (1 + (x/scale)^shape).
    LogLogistic;
    /// Inverse Gaussian of this mean, variance mean³/shape.
    InverseGaussian;
    /// Inverse gamma: scale/X is a standard gamma of this shape.
    InverseGamma;
    /// Generalised beta of the second kind (McDonald 1984): (X/scale)^gamma is the odds of a
    /// beta(tau, alpha); beta prime for gamma 1.
    GB2;
    /// Log-gamma: ln(X/scale) is a gamma of this shape and rate; support from `scale`.
    LogGamma;
    /// Log-Pareto: S(x) = (1 + ln(x/scale)/rate)^−shape, x ≥ scale: a Pareto whose index is Gamma(shape, rate).
    ///
    /// No moment exists, whatever the parameters; limited layers have an expected loss.
    ///
    /// >>> import kebao as kb
    /// >>> kb.LogPareto(shape=3, rate=2, scale=1e6).mean
    /// inf
    LogPareto;
    /// Log-t: (ln X − mu)/sigma is Student's t with `df` degrees of freedom. No moment exists.
    LogT;
    /// Uniform between `low` and `high`.
    Uniform;
    /// Mixed Erlang: with probability `weights[i]` a gamma of shape i + 1, all of one scale.
    MixedErlang;
    /// Between thresholds a Pareto of its own alpha each (Riegel 2018).
    PiecewisePareto;
    /// The values with their probabilities, and nothing between.
    Empirical;
    /// Beta damage ratio on [0, 1], with the probability `total_loss` of exactly 1.
    Beta;
    /// MBBEFD damage ratio on [0, 1] (Bernegger 1997): mass 1/g at total loss.
    MBBEFD;
    /// A body below `threshold`, a tail above it with probability `tail_weight`.
    ///
    /// Body and tail are conditioned on their side of the threshold (Klugman, Panjer and Willmot,
    /// Loss Models, 5.2.6).
    Spliced;
    /// With probability `weights[i]` the loss comes from `parts[i]`.
    Mixture;
    /// The largest of independent losses.
    Maximum;
    /// The smallest of independent losses.
    Minimum;
    /// X given low < X ≤ high.
    Truncated;
    /// X + shift.
    Shifted;
    /// X where it exceeds the deductible, nothing otherwise.
    Franchise;
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
    GEV(shape: f64, location: Amount, scale: Amount);
    Frechet(shape: f64, scale: Amount), from_mean_cv;
    Burr(alpha: f64, gamma: f64, scale: Amount);
    LogLogistic(shape: f64, scale: Amount), from_mean_cv;
    InverseGaussian(mean: Amount, shape: Amount), from_mean_cv;
    InverseGamma(shape: f64, scale: Amount), from_mean_cv;
    GB2(alpha: f64, tau: f64, scale: Amount, gamma: f64 = 1.0);
    LogGamma(shape: f64, rate: f64, scale: Amount = Amount(1.0)), from_mean_cv;
    LogPareto(shape: f64, rate: f64, scale: Amount);
    LogT(mu: f64, sigma: f64, df: f64);
    Uniform(low: Amount, high: Amount), from_mean_cv;
    LogNormal(mu: f64, sigma: f64), from_mean_cv;
    Pareto(alpha: f64, scale: Amount), from_mean_cv;
    Gamma(shape: f64, scale: Amount), from_mean_cv;
    Beta(a: f64, b: f64, total_loss: Amount = Amount(0.0)), from_mean_cv;
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
    #[pyo3(signature = (body, tail, *, threshold, tail_weight=None))]
    fn new(body: Like, tail: Like, threshold: Amount, tail_weight: Option<Amount>) -> New<Self> {
        let made_of = match tail_weight {
            Some(weight) => severity::Spliced::new(body.0, tail.0, threshold.0, weight.0),
            None => severity::Spliced::continuous(body.0, tail.0, threshold.0),
        };
        made(Self, made_of)
    }

    /// Any number of pieces joined at ascending thresholds, each conditioned on its own stretch.
    ///
    /// `weights` are the probabilities of the pieces; without them the density is continuous at every
    /// threshold. The result is a splice of splices.
    #[staticmethod]
    #[pyo3(signature = (pieces, *, thresholds, weights=None))]
    fn of_pieces(
        py: Python<'_>,
        pieces: Vec<Like>,
        thresholds: Vec<Amount>,
        weights: Option<Vec<f64>>,
    ) -> PyResult<Bound<'_, Severity>> {
        let thresholds: Vec<f64> = thresholds.into_iter().map(|t| t.0).collect();
        let pieces = pieces.into_iter().map(|piece| piece.0).collect();
        to_python(py, severity::Spliced::of(pieces, &thresholds, weights.as_deref())?)
    }
}

#[pymethods]
impl MixedErlang {
    #[new]
    fn new(weights: Vec<f64>, scale: Amount) -> New<Self> {
        made(Self, severity::MixedErlang::new(weights, scale.0))
    }
}

#[pymethods]
impl PiecewisePareto {
    /// From an alpha for each threshold, or from the survival probability at each and the last alpha.
    #[new]
    #[pyo3(signature = (thresholds, alphas=None, *, survival=None, alpha=None))]
    fn new(
        thresholds: Vec<Amount>,
        alphas: Option<Vec<f64>>,
        survival: Option<Vec<f64>>,
        alpha: Option<f64>,
    ) -> New<Self> {
        let thresholds: Vec<f64> = thresholds.into_iter().map(|t| t.0).collect();
        let core = match (survival, alpha) {
            (Some(survival), Some(alpha)) if alphas.is_none() => {
                severity::PiecewisePareto::through(thresholds, survival, alpha)
            }
            _ => severity::PiecewisePareto::new(thresholds, &alphas.unwrap_or_default()),
        };
        made(Self, core)
    }
}

#[pymethods]
impl Empirical {
    /// Values in any order with `weights` in proportion (all equal by default), or ascending with the
    /// probability to exceed each.
    #[new]
    #[pyo3(signature = (values, weights=None, *, survival=None))]
    fn new(values: Vec<f64>, weights: Option<Vec<f64>>, survival: Option<Vec<f64>>) -> New<Self> {
        let core = match survival {
            Some(survival) if weights.is_none() => severity::Empirical::through(values, survival),
            _ => severity::Empirical::new(&values, weights.as_deref()),
        };
        made(Self, core)
    }
}

#[pymethods]
impl Mixture {
    #[new]
    fn new(parts: Vec<Like>, weights: Vec<f64>) -> New<Self> {
        made(Self, severity::Mixture::new(cores(parts), weights))
    }
}

#[pymethods]
impl Maximum {
    #[new]
    fn new(parts: Vec<Like>) -> New<Self> {
        made(Self, severity::Maximum::new(cores(parts)))
    }
}

#[pymethods]
impl Minimum {
    #[new]
    fn new(parts: Vec<Like>) -> New<Self> {
        made(Self, severity::Minimum::new(cores(parts)))
    }
}

fn cores(parts: Vec<Like>) -> Vec<Core> {
    parts.into_iter().map(|part| part.0).collect()
}

#[pymethods]
impl Truncated {
    #[new]
    #[pyo3(signature = (base, low=Amount(0.0), high=Amount(f64::INFINITY)))]
    fn new(base: Like, low: Amount, high: Amount) -> New<Self> {
        made(Self, severity::Truncated::new(base.0, low.0, high.0))
    }
}

#[pymethods]
impl Shifted {
    #[new]
    fn new(base: Like, shift: Amount) -> New<Self> {
        made(Self, severity::Shifted::new(base.0, shift.0))
    }
}

#[pymethods]
impl Franchise {
    #[new]
    fn new(base: Like, deductible: Amount) -> New<Self> {
        made(Self, severity::Franchise::new(base.0, deductible.0))
    }
}

#[pymethods]
impl Capped {
    #[new]
    fn new(base: Like, limit: Amount) -> New<Self> {
        made(Self, severity::Capped::new(base.0, limit.0))
    }
}

#[pymethods]
impl Layered {
    #[new]
    #[pyo3(signature = (base, limit, attachment=Amount(0.0)))]
    fn new(base: Like, limit: Amount, attachment: Amount) -> New<Self> {
        made(Self, severity::Layered::new(base.0, limit.0, attachment.0))
    }
}

#[pymethods]
impl Piecewise {
    #[new]
    fn new(base: Like, knots: Vec<f64>, slopes: Vec<f64>) -> New<Self> {
        made(Self, severity::Piecewise::new(base.0, knots, slopes))
    }
}

#[pymethods]
impl Scaled {
    #[new]
    fn new(base: Like, factor: Amount) -> New<Self> {
        made(Self, severity::Scaled::new(base.0, factor.0))
    }
}
