//! Years with parameters drawn from their posterior, as a Python class.

use numpy::PyArray1;
use pyo3::prelude::*;

use super::convert::{Seed, Threads, Years, control, hash, reserve};
use super::credibility::{BetaBernoulli, GammaPareto, GammaPoisson, NormalInverseGamma, parse};
use super::frequency::Frequency;
use super::severity::Severity;
use super::watch::watched;
use crate::credibility::{
    CountModel, SizeModel, SizePosterior, UncertainAggregate as CoreAggregate, UncertainSampler,
};
use crate::error::{Issue, Result};
use crate::exec::run_blocks;
use crate::frequency::Count;
use crate::losses::{LossBlock, Source};

/// A count of losses, each with a severity, whose parameters are drawn once a year.
///
/// `frequency` is a Frequency, a GammaPoisson (times `exposure`) or a BetaBernoulli (`exposure`
/// trials); `severity` a Severity, a GammaPareto or a NormalInverseGamma. To cap or layer what is drawn,
/// give the Severity around one Pareto or LogNormal, and the posterior of its parameters as
/// `severity_posterior`. All losses of a year share its parameters.
///
/// >>> import kebao as kb
/// >>> rate = kb.credibility.GammaPoisson.jeffreys().update(claims=2, exposure=40)
/// >>> index = kb.credibility.GammaPareto(3, 2, threshold="1m").update(("3m", "12m"))
/// >>> loss = kb.credibility.UncertainAggregate(
/// ...     rate,
/// ...     kb.Pareto(1, "1m").capped("50m"),
/// ...     exposure=25,
/// ...     severity_posterior=index,
/// ... )
/// >>> loss.expected_count
/// 1.5625
/// >>> bool(abs(loss.sample(20_000, seed=1).mean() / loss.mean - 1) < 0.05)
/// True
#[pyclass(frozen, module = "kebao.credibility", name = "UncertainAggregate")]
pub struct UncertainAggregate {
    pub core: CoreAggregate,
}

#[pymethods]
impl UncertainAggregate {
    #[new]
    #[pyo3(signature = (frequency, severity, *, exposure=1.0, severity_posterior=None))]
    fn new(
        frequency: &Bound<'_, PyAny>,
        severity: &Bound<'_, PyAny>,
        exposure: f64,
        severity_posterior: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let wrong = |field: &str, allowed: &str, got: &Bound<'_, PyAny>| -> PyErr {
            let kind = got.get_type().to_string();
            Issue::new("wrong_type", "UncertainAggregate", field)
                .value(kind)
                .allowed(allowed)
                .into_error()
                .into()
        };
        let count = if let Ok(known) = frequency.cast::<Frequency>() {
            CountModel::Known(known.get().core.clone())
        } else if let Ok(rate) = frequency.cast::<GammaPoisson>() {
            CountModel::Rate(rate.get().core.clone())
        } else if let Ok(beta) = frequency.cast::<BetaBernoulli>() {
            CountModel::Probability(beta.get().core.clone())
        } else {
            return Err(wrong(
                "frequency",
                "a Frequency, GammaPoisson or BetaBernoulli",
                frequency,
            ));
        };
        let posterior = |object: &Bound<'_, PyAny>| {
            if let Ok(index) = object.cast::<GammaPareto>() {
                Some(SizePosterior::Pareto(index.get().core.clone()))
            } else {
                let normal = object.cast::<NormalInverseGamma>().ok()?;
                Some(SizePosterior::LogNormal(normal.get().core.clone()))
            }
        };
        let size = match (severity.cast::<Severity>(), severity_posterior) {
            (Ok(known), None) => SizeModel::known(known.get().core.clone()),
            (Ok(known), Some(given)) => SizeModel {
                template: known.get().core.clone(),
                posterior: Some(posterior(given).ok_or_else(|| {
                    wrong("severity_posterior", "a GammaPareto or NormalInverseGamma", given)
                })?),
            },
            (Err(_), _) => SizeModel::uncertain(posterior(severity).ok_or_else(|| {
                wrong("severity", "a Severity, GammaPareto or NormalInverseGamma", severity)
            })?)?,
        };
        Ok(Self { core: CoreAggregate::new(count, size, exposure)? })
    }

    /// Expected loss of a year; `inf` where the size of a loss has no limit and its parameters are drawn.
    #[getter]
    fn mean(&self) -> PyResult<f64> {
        Ok(self.core.mean()?)
    }

    #[getter]
    fn expected_count(&self) -> PyResult<f64> {
        Ok(self.core.predictive_count()?.mean())
    }

    /// The exact distribution of the number of losses in a year.
    #[getter]
    fn frequency<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Frequency>> {
        super::frequency::to_python(py, self.core.predictive_count()?)
    }

    /// The distribution of one loss, over all that its parameters may be; those of a year share them.
    #[getter]
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Severity>> {
        super::severity::to_python(py, self.core.size.predictive()?)
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
        drop(reserve::<f64>("UncertainAggregate.sample", "years", room)?);
        let sampler = UncertainSampler::new(self.core.clone(), years, seed.0, false)?;
        let control = control(threads);
        let totals = |rows: &mut LossBlock, block: u64| -> Result<Vec<f64>> {
            sampler.fill(block, &control, &mut (), rows)?;
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
    fn to_json(&self) -> String {
        serde_json::to_string(&self.core).unwrap_or_default()
    }

    /// From the JSON form.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let core: CoreAggregate = parse("UncertainAggregate", text)?;
        Ok(Self { core: core.validated()? })
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().core == self.core)
    }

    fn __hash__(&self) -> u64 {
        hash(&self.to_json())
    }

    fn __repr__(&self) -> PyResult<String> {
        let count = self.core.predictive_count()?;
        Ok(format!(
            "UncertainAggregate: {} counts of mean {}, {} losses{}, expected loss of a year {}",
            count.family(),
            count.mean(),
            self.core.size.template.family(),
            if self.core.size.posterior.is_some() { " of uncertain parameters" } else { "" },
            self.core.mean().map_or_else(|_| "by simulation only".to_owned(), |m| m.to_string()),
        ))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json(),)))
    }
}
