//! Posteriors of thin data as Python classes.

use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Amount, Seed, Size, Trials, hash, reserve};
use super::frequency::Frequency;
use super::severity::Severity;
use super::table::PyTable;
use crate::credibility::{
    self, BetaBernoulli as CoreBeta, GammaPareto as CorePareto, GammaPoisson as CorePoisson,
    NormalInverseGamma as CoreNormal,
};
use crate::error::{Error, Faults, Issue, Result};
use crate::output::Table;
use crate::random::{Purpose, Stream};
use crate::severity::Family;

pub(super) fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| Issue::new("bad_json", name, "json").value(e.to_string()).into_error())
}

/// The posterior's probability on each side of an interval of this level.
fn outside(level: f64) -> Result<f64> {
    let mut faults = Faults::new();
    faults.check(level > 0.0 && level < 1.0, || {
        Issue::new("out_of_range", "interval", "level")
            .value(level)
            .allowed("a probability between 0 and 1")
    });
    faults.finish()?;
    Ok(0.5 * (1.0 - level))
}

/// Draws by `one` from the stream (seed, Parameter, 0, 0).
fn draws<T>(size: Size, seed: Seed, one: impl Fn(&mut Stream) -> Result<T>) -> Result<Vec<T>> {
    let size = size.0;
    let mut values = reserve("sample", "size", size)?;
    let mut stream = Stream::new(seed.0, Purpose::Parameter, 0, 0);
    for _ in 0..size {
        values.push(one(&mut stream)?);
    }
    Ok(values)
}

/// Equality, hash, pickling and text of a class around a `core` with plain fields.
macro_rules! plain {
    ($class:ident, $core:ty, $name:literal, $($field:ident),*; $($methods:tt)*) => {
        #[pymethods]
        impl $class {
            $($methods)*

            $(#[getter]
            fn $field(&self) -> f64 {
                self.core.$field
            })*

            fn to_json(&self) -> String {
                serde_json::to_string(&self.core).unwrap_or_default()
            }

            /// From the JSON form; all faults are told at once.
            #[staticmethod]
            fn from_json(text: &str) -> PyResult<Self> {
                let core: $core = parse($name, text)?;
                Ok(Self { core: core.validated()? })
            }

            fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
                other.cast::<Self>().is_ok_and(|other| other.get().core == self.core)
            }

            fn __hash__(&self) -> u64 {
                hash(&self.to_json())
            }

            fn __repr__(&self) -> String {
                let fields = [$(format!("{}={}", stringify!($field), self.core.$field)),*];
                format!("{}({})", $name, fields.join(", "))
            }

            fn __reduce__<'py>(
                &self,
                py: Python<'py>,
            ) -> PyResult<(Bound<'py, PyAny>, (String,))> {
                Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json(),)))
            }
        }
    };
}

/// The rate of claims per unit of exposure, Gamma(`shape`, `rate`): mean shape/rate, cv 1/√shape.
///
/// A prior worth `rate` units of exposure; claims are Poisson given the rate (Klugman, Panjer and
/// Willmot, Loss Models, 15.3).
///
/// >>> from kebao.credibility import GammaPoisson
/// >>> posterior = GammaPoisson(shape=4, rate=200).update(claims=3, exposure=80)
/// >>> posterior.mean, posterior.credibility(0)
/// (0.025, 0.0)
/// >>> posterior.predictive(exposure=120)
/// NegativeBinomial(mean=3, shape=7)
#[pyclass(frozen, module = "kebao.credibility", name = "GammaPoisson")]
pub struct GammaPoisson {
    pub(super) core: CorePoisson,
}

plain! { GammaPoisson, CorePoisson, "GammaPoisson", shape, rate;
    #[new]
    fn new(shape: f64, rate: f64) -> PyResult<Self> {
        Ok(Self { core: CorePoisson::new(shape, rate)? })
    }

    /// A prior of this mean and coefficient of variation.
    #[staticmethod]
    fn from_mean_cv(mean: f64, cv: f64) -> PyResult<Self> {
        Ok(Self { core: CorePoisson::from_mean_cv(mean, cv)? })
    }

    /// Jeffreys' prior Gamma(½, 0): improper until it is updated with exposure.
    #[staticmethod]
    fn jeffreys() -> Self {
        Self { core: CorePoisson::jeffreys() }
    }

    /// Gamma(shape + claims, rate + exposure).
    fn update(&self, claims: f64, exposure: f64) -> PyResult<Self> {
        Ok(Self { core: self.core.update(claims, exposure)? })
    }

    /// Expected value; `inf` where it does not exist.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Standard deviation.
    #[getter]
    fn sd(&self) -> f64 {
        self.core.variance().sqrt()
    }

    /// Coefficient of variation: standard deviation over mean.
    #[getter]
    fn cv(&self) -> f64 {
        1.0 / self.core.shape.sqrt()
    }

    /// Bühlmann's Z: the weight of so much exposure against this prior.
    fn credibility(&self, exposure: f64) -> f64 {
        self.core.credibility(exposure)
    }

    /// P(rate ≤ x).
    fn cdf(&self, x: f64) -> PyResult<f64> {
        Ok(self.core.cdf(x)?)
    }

    fn quantile(&self, p: f64) -> PyResult<f64> {
        Ok(self.core.quantile(p)?)
    }

    /// Equal-tailed credible interval.
    #[pyo3(signature = (level=0.95))]
    fn interval(&self, level: f64) -> PyResult<(f64, f64)> {
        let q = outside(level)?;
        Ok((self.core.quantile(q)?, self.core.isf(q)?))
    }

    /// Claims of so much future exposure: a NegativeBinomial.
    #[pyo3(signature = (exposure=1.0))]
    fn predictive<'py>(
        &self,
        py: Python<'py>,
        exposure: f64,
    ) -> PyResult<Bound<'py, Frequency>> {
        super::frequency::to_python(py, self.core.predictive(exposure)?)
    }

    /// Draws of the rate from the keyed stream of `seed`.
    #[pyo3(signature = (size, *, seed))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        size: Size,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_vec(py, draws(size, seed, |stream| Ok(self.core.draw(stream)))?))
    }
}

/// The probability of failure of a trial, Beta(`a`, `b`): launches, tape-outs, trial phases.
///
/// >>> from kebao.credibility import BetaBernoulli
/// >>> round(BetaBernoulli.jeffreys().update(failures=13, trials=311).mean, 6)
/// 0.043269
#[pyclass(frozen, module = "kebao.credibility", name = "BetaBernoulli")]
pub struct BetaBernoulli {
    pub(super) core: CoreBeta,
}

plain! { BetaBernoulli, CoreBeta, "BetaBernoulli", a, b;
    #[new]
    fn new(a: f64, b: f64) -> PyResult<Self> {
        Ok(Self { core: CoreBeta::new(a, b)? })
    }

    /// A prior of this mean, worth so many trials.
    #[staticmethod]
    fn from_mean_trials(mean: f64, trials: f64) -> PyResult<Self> {
        Ok(Self { core: CoreBeta::from_mean_trials(mean, trials)? })
    }

    /// Jeffreys' prior Beta(½, ½).
    #[staticmethod]
    fn jeffreys() -> Self {
        Self { core: CoreBeta::jeffreys() }
    }

    /// Beta(a + failures, b + trials − failures).
    fn update(&self, failures: f64, trials: f64) -> PyResult<Self> {
        Ok(Self { core: self.core.update(failures, trials)? })
    }

    /// Expected value; `inf` where it does not exist.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Standard deviation.
    #[getter]
    fn sd(&self) -> f64 {
        self.core.variance().sqrt()
    }

    /// Coefficient of variation: standard deviation over mean.
    #[getter]
    fn cv(&self) -> f64 {
        self.core.variance().sqrt() / self.core.mean()
    }

    /// The weight of so many trials against this prior.
    fn credibility(&self, trials: f64) -> f64 {
        self.core.credibility(trials)
    }

    /// P(probability ≤ x).
    fn cdf(&self, x: f64) -> f64 {
        self.core.cdf(x)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.core.quantile(p)
    }

    /// Equal-tailed credible interval.
    #[pyo3(signature = (level=0.95))]
    fn interval(&self, level: f64) -> PyResult<(f64, f64)> {
        let q = outside(level)?;
        Ok((self.core.quantile(q), self.core.isf(q)))
    }

    /// Failures among future trials: a BetaBinomial, or a Bernoulli.
    #[pyo3(signature = (trials=Trials(1)), text_signature = "($self, trials=1)")]
    fn predictive<'py>(&self, py: Python<'py>, trials: Trials) -> PyResult<Bound<'py, Frequency>> {
        super::frequency::to_python(py, self.core.predictive(trials.0)?)
    }

    /// Draws of the probability from the keyed stream of `seed`.
    #[pyo3(signature = (size, *, seed))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        size: Size,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        Ok(PyArray1::from_vec(py, draws(size, seed, |stream| Ok(self.core.draw(stream)))?))
    }
}

/// The index of a Pareto tail above `threshold`, Gamma(`shape`, `rate`).
///
/// The next loss is LogPareto: without a finite mean, whatever the data. `cdf(1)` is the
/// probability that the index itself allows none.
///
/// >>> from kebao.credibility import GammaPareto
/// >>> posterior = GammaPareto(shape=4, rate=2, threshold="1m").update(("2m", "9m"), censored=("5m",))
/// >>> posterior.predictive().mean
/// inf
#[pyclass(frozen, module = "kebao.credibility", name = "GammaPareto")]
pub struct GammaPareto {
    pub(super) core: CorePareto,
}

pub(super) fn amounts(values: Vec<Amount>) -> Vec<f64> {
    values.into_iter().map(|x| x.0).collect()
}

plain! { GammaPareto, CorePareto, "GammaPareto", shape, rate, threshold;
    #[new]
    fn new(shape: f64, rate: f64, threshold: Amount) -> PyResult<Self> {
        Ok(Self { core: CorePareto::new(shape, rate, threshold.0)? })
    }

    /// A prior of the index with this mean and coefficient of variation.
    #[staticmethod]
    fn from_mean_cv(mean: f64, cv: f64, threshold: Amount) -> PyResult<Self> {
        Ok(Self { core: CorePareto::from_mean_cv(mean, cv, threshold.0)? })
    }

    /// Adds losses above the threshold; `censored` ones are only known to be at least so large.
    #[pyo3(signature = (losses, *, censored=vec![]))]
    fn update(&self, losses: Vec<Amount>, censored: Vec<Amount>) -> PyResult<Self> {
        Ok(Self { core: self.core.update(&amounts(losses), &amounts(censored))? })
    }

    /// Expected value; `inf` where it does not exist.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Standard deviation.
    #[getter]
    fn sd(&self) -> f64 {
        self.core.variance().sqrt()
    }

    /// Coefficient of variation: standard deviation over mean.
    #[getter]
    fn cv(&self) -> f64 {
        1.0 / self.core.shape.sqrt()
    }

    /// P(index ≤ x).
    fn cdf(&self, x: f64) -> PyResult<f64> {
        Ok(self.core.cdf(x)?)
    }

    fn quantile(&self, p: f64) -> PyResult<f64> {
        Ok(self.core.quantile(p)?)
    }

    /// Equal-tailed credible interval.
    #[pyo3(signature = (level=0.95))]
    fn interval(&self, level: f64) -> PyResult<(f64, f64)> {
        let q = outside(level)?;
        Ok((self.core.quantile(q)?, self.core.isf(q)?))
    }

    /// The next loss: a LogPareto.
    fn predictive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        super::severity::to_python(py, self.core.predictive()?)
    }

    /// Draws of the index from the keyed stream of `seed`.
    #[pyo3(signature = (size, *, seed))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        size: Size,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let one = |stream: &mut Stream| Ok(self.core.draw(stream)?.parameters()[0].1);
        Ok(PyArray1::from_vec(py, draws(size, seed, one)?))
    }
}

/// μ and σ² of lognormal losses: σ² ~ InverseGamma(`alpha`, `beta`), μ | σ² ~ Normal(`mu`, σ²/`kappa`).
///
/// The logarithm of the next loss is Student-t with 2·alpha degrees of freedom: no moment of the loss
/// itself exists, whatever the data (Gelman et al., Bayesian Data Analysis, 3.3).
///
/// >>> from kebao.credibility import NormalInverseGamma
/// >>> posterior = NormalInverseGamma.flat().update([2e5, 9e4, 4e6, 7e5])
/// >>> posterior.predictive().mean
/// inf
#[pyclass(frozen, module = "kebao.credibility", name = "NormalInverseGamma")]
pub struct NormalInverseGamma {
    pub(super) core: CoreNormal,
}

plain! { NormalInverseGamma, CoreNormal, "NormalInverseGamma", mu, kappa, alpha, beta;
    #[new]
    fn new(mu: f64, kappa: f64, alpha: f64, beta: f64) -> PyResult<Self> {
        Ok(Self { core: CoreNormal::new(mu, kappa, alpha, beta)? })
    }

    /// The flat prior ∝ 1/σ²: improper until two different losses are known.
    #[staticmethod]
    fn flat() -> Self {
        Self { core: CoreNormal::flat() }
    }

    /// The posterior after these losses.
    fn update(&self, losses: Vec<Amount>) -> PyResult<Self> {
        Ok(Self { core: self.core.update(&amounts(losses))? })
    }

    /// Equal-tailed credible interval of μ.
    #[pyo3(signature = (level=0.95))]
    fn mu_interval(&self, level: f64) -> PyResult<(f64, f64)> {
        let q = outside(level)?;
        Ok((self.core.mu_quantile(q)?, self.core.mu_quantile(1.0 - q)?))
    }

    /// Equal-tailed credible interval of σ.
    #[pyo3(signature = (level=0.95))]
    fn sigma_interval(&self, level: f64) -> PyResult<(f64, f64)> {
        let q = outside(level)?;
        Ok((self.core.sigma_quantile(q)?, self.core.sigma_quantile(1.0 - q)?))
    }

    /// Degrees of freedom, centre and scale of the Student-t that ln of the next loss is.
    fn student(&self) -> PyResult<(f64, f64, f64)> {
        Ok(self.core.student()?)
    }

    /// The next loss: a LogT.
    fn predictive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        super::severity::to_python(py, self.core.predictive()?)
    }

    /// Draws of (μ, σ) from the keyed stream of `seed`, a row each.
    #[pyo3(signature = (size, *, seed))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        size: Size,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let one = |stream: &mut Stream| {
            Ok(self.core.draw(stream)?.parameters().into_iter().map(|(_, x)| x).collect())
        };
        let rows: Vec<Vec<f64>> = draws(size, seed, one)?;
        PyArray2::from_vec2(py, &rows)
            .map_err(|e| Error::numeric("NormalInverseGamma.sample", e.to_string()).into())
    }
}

/// (posterior mean, rule of three, Jeffreys' bound) of a rate after `exposure` without a claim.
#[pyfunction]
#[pyo3(signature = (exposure, *, level=0.95))]
pub fn zero_claims(exposure: f64, level: f64) -> PyResult<(f64, f64, f64)> {
    let bound = credibility::zero_claims(exposure, level)?;
    Ok((bound.mean, bound.rule_of_three, bound.jeffreys))
}

/// Exposure without a claim that bounds a rate: (by the rule of three, under Jeffreys' prior).
#[pyfunction]
#[pyo3(signature = (rate, *, level=0.95))]
pub fn exposure_needed(rate: f64, level: f64) -> PyResult<(f64, f64)> {
    Ok(credibility::exposure_needed(rate, level)?)
}

/// Credibility estimates of groups: structure by name, classes, groups.
#[pyfunction]
pub fn buhlmann_straub(
    py: Python<'_>,
    classes: Vec<String>,
    groups: Vec<String>,
    weights: Vec<f64>,
    amounts: Vec<f64>,
) -> PyResult<(Bound<'_, PyDict>, PyTable, PyTable)> {
    let rows = classes.into_iter().zip(groups).zip(weights).zip(amounts);
    let observed: Vec<credibility::Observed> = rows
        .map(|(((class, group), weight), amount)| credibility::Observed {
            class,
            group,
            weight,
            amount,
        })
        .collect();
    let found = credibility::buhlmann_straub(&observed)?;
    let all = PyDict::new(py);
    all.set_item("collective", found.collective)?;
    all.set_item("within", found.within)?;
    all.set_item("between_groups", found.between_groups)?;
    all.set_item("between_classes", found.between_classes)?;
    let classes = Table::new("classes")
        .text("class", found.classes.iter().map(|c| c.0.clone()).collect())
        .float("credibility", found.classes.iter().map(|c| c.1).collect())
        .float("estimate", found.classes.iter().map(|c| c.2).collect());
    let float = |f: fn(&credibility::GroupEstimate) -> f64| found.groups.iter().map(f).collect();
    let groups = Table::new("groups")
        .text("group", found.groups.iter().map(|g| g.group.clone()).collect())
        .text("class", found.groups.iter().map(|g| g.class.clone()).collect())
        .float("weight", float(|g| g.weight))
        .float("own", float(|g| g.own))
        .float("credibility", float(|g| g.credibility))
        .float("complement", float(|g| g.complement))
        .float("estimate", float(|g| g.estimate));
    Ok((all, PyTable { core: classes }, PyTable { core: groups }))
}
