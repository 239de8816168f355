//! Years whose parameters are drawn from their posterior, one draw a year.
//!
//! All losses of a year share that year's parameters, which makes them dependent: the totals spread
//! more than those of independent draws from the predictive distributions, with the same mean.

use serde::{Deserialize, Serialize};

use super::{BetaBernoulli, GammaPareto, GammaPoisson, NormalInverseGamma};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;
use crate::frequency::{Count, Frequency};
use crate::losses::{BLOCK_YEARS, LossBlock, Source, TailWeight};
use crate::random::{Purpose, Stream};
use crate::severity::{Family, Severity};

/// A count whose parameters are known, or drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CountModel {
    Known(Frequency),
    Rate(GammaPoisson),
    Probability(BetaBernoulli),
}

/// The posterior of a severity's parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SizePosterior {
    Pareto(GammaPareto),
    LogNormal(NormalInverseGamma),
}

/// A severity whose parameters are known, or drawn: then `template` is what is done with the draw,
/// such as a cap, around the one Pareto or lognormal in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizeModel {
    pub template: Severity,
    pub posterior: Option<SizePosterior>,
}

/// A count of losses, each with a severity, their parameters uncertain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UncertainAggregate {
    pub count: CountModel,
    pub size: SizeModel,
    /// Exposure of a year for a rate, trials for a probability.
    pub exposure: f64,
}

impl UncertainAggregate {
    pub fn new(count: CountModel, size: SizeModel, exposure: f64) -> Result<Self> {
        Self { count, size, exposure }.validated()
    }

    pub fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("UncertainAggregate", "exposure", self.exposure);
        match &self.count {
            CountModel::Known(_) => {}
            CountModel::Rate(posterior) => {
                faults.take(posterior.clone().validated())?;
            }
            CountModel::Probability(posterior) => {
                faults.take(posterior.clone().validated())?;
                super::whole(&mut faults, "UncertainAggregate", "exposure", self.exposure);
            }
        }
        faults.finish()?;
        self.predictive_count()?;
        // One draw, so that a template that does not fit is told here.
        self.size.drawn(&mut Stream::new(0, Purpose::Parameter, 0, 0))?;
        Ok(self)
    }

    /// The predictive distribution of the number of losses in a year: exact.
    pub fn predictive_count(&self) -> Result<Frequency> {
        match &self.count {
            CountModel::Known(frequency) => Ok(frequency.clone()),
            CountModel::Rate(posterior) => posterior.predictive(self.exposure),
            CountModel::Probability(posterior) => posterior.predictive(self.exposure as u64),
        }
    }

    /// Expected loss of a year; `inf` where a posterior leaves the size of a loss without a limit: no
    /// moment of a log-Pareto or log-t exists.
    pub fn mean(&self) -> Result<f64> {
        let count = self.predictive_count()?.mean();
        if count == 0.0 {
            return Ok(0.0);
        }
        let size = self.size.predictive()?.mean();
        Ok(count * size)
    }

    fn draw_count(&self, parameter: &mut Stream, counts: &mut Stream) -> u64 {
        match &self.count {
            CountModel::Known(frequency) => frequency.draw(counts),
            CountModel::Rate(posterior) => {
                counts.poisson(posterior.draw(parameter) * self.exposure)
            }
            CountModel::Probability(posterior) => {
                counts.binomial(self.exposure as u64, posterior.draw(parameter))
            }
        }
    }
}

impl SizeModel {
    pub fn known(severity: Severity) -> Self {
        Self { template: severity, posterior: None }
    }

    /// The bare distribution whose parameters are drawn.
    pub fn uncertain(posterior: SizePosterior) -> Result<Self> {
        let mut stream = Stream::new(0, Purpose::Parameter, 0, 0);
        let template = posterior.draw(&mut stream)?;
        Ok(Self { template, posterior: Some(posterior) })
    }

    /// What one loss is, over all that its parameters may be: the template around the predictive
    /// distribution of the posterior. Exact for one loss; those of a year are not independent. Refused
    /// where the template conditions on its parts (splices, truncation): there it would not be exact.
    pub fn predictive(&self) -> Result<Severity> {
        let Some(posterior) = &self.posterior else { return Ok(self.template.clone()) };
        let (family, predictive) = match posterior {
            SizePosterior::Pareto(posterior) => ("Pareto", posterior.predictive()?),
            SizePosterior::LogNormal(posterior) => ("LogNormal", posterior.predictive()?),
        };
        let broken = |e: serde_json::Error| Error::numeric("UncertainAggregate", e.to_string());
        let mut tree = serde_json::to_value(&self.template).map_err(broken)?;
        if let Some(other) = conditioning(&tree, family) {
            return Err(Error::numeric(
                "UncertainAggregate",
                format!("no closed form of a {other} with uncertain parameters: simulate it"),
            ));
        }
        replace(&mut tree, family, &serde_json::to_value(&predictive).map_err(broken)?);
        Severity::from_json(&tree.to_string())
    }

    /// The severity of one year; `None` where it is the template itself.
    fn drawn(&self, stream: &mut Stream) -> Result<Option<Severity>> {
        let Some(posterior) = &self.posterior else { return Ok(None) };
        self.placed(posterior.draw(stream)?).map(Some)
    }

    /// The template with the parameters of `drawn`.
    fn placed(&self, drawn: Severity) -> Result<Severity> {
        if self.template.family() == drawn.family() {
            return Ok(drawn);
        }
        let mut severity = self.template.clone();
        for (name, value) in drawn.parameters() {
            severity = severity.with_parameter(&SizePosterior::place(&severity, &name)?, value)?;
        }
        Ok(severity)
    }
}

/// Transforms that are functions of the loss, or mix others: a posterior passes through them.
const PASSED: [&str; 7] =
    ["Capped", "Layered", "Scaled", "Piecewise", "Shifted", "Franchise", "Mixture"];

/// The first family around `inner` through which a posterior does not pass.
fn conditioning(tree: &serde_json::Value, inner: &str) -> Option<String> {
    use serde_json::Value;
    match tree {
        Value::Object(fields) => {
            let name = fields.get("family").and_then(Value::as_str);
            let nested = fields.values().any(|part| part.is_object() || part.is_array());
            match name {
                Some(name) if name == inner => None,
                Some(name) if nested && !PASSED.contains(&name) => Some(name.to_owned()),
                _ => fields.values().find_map(|part| conditioning(part, inner)),
            }
        }
        Value::Array(parts) => parts.iter().find_map(|part| conditioning(part, inner)),
        _ => None,
    }
}

/// Puts `new` in the place of every severity of `family`.
fn replace(tree: &mut serde_json::Value, family: &str, new: &serde_json::Value) {
    use serde_json::Value;
    match tree {
        Value::Object(fields) if fields.get("family").and_then(Value::as_str) == Some(family) => {
            *tree = new.clone();
        }
        Value::Object(fields) => fields.values_mut().for_each(|part| replace(part, family, new)),
        Value::Array(parts) => parts.iter_mut().for_each(|part| replace(part, family, new)),
        _ => {}
    }
}

impl SizePosterior {
    fn draw(&self, stream: &mut Stream) -> Result<Severity> {
        match self {
            Self::Pareto(posterior) => posterior.draw(stream),
            Self::LogNormal(posterior) => posterior.draw(stream),
        }
    }

    /// The one parameter of a nested severity that ends in `.name`.
    fn place(severity: &Severity, name: &str) -> Result<String> {
        let ending = format!(".{name}");
        let parameters = severity.parameters();
        let mut found = parameters.iter().filter(|(full, _)| full.ends_with(&ending));
        match (found.next(), found.next()) {
            (Some((full, _)), None) => Ok(full.clone()),
            (first, _) => {
                let known: Vec<&str> = parameters.iter().map(|(n, _)| n.as_str()).collect();
                let what = if first.is_some() { "several" } else { "none" };
                Err(Issue::new("out_of_range", "UncertainAggregate", "severity")
                    .value(format!("{what} ending in '{ending}' among {}", known.join(", ")))
                    .allowed("a severity around one Pareto or LogNormal")
                    .into())
            }
        }
    }
}

/// Draws mapped at a time.
const TILE: usize = 1024;
/// Losses a block may hold.
const MAX_ROWS: f64 = 2e8;

/// The years of an uncertain aggregate, as a source of losses.
///
/// Block b draws parameters from stream (seed, Parameter, 0, b), counts from (seed, Count, 0, b) and
/// losses from (seed, Severity, 0, b), each in order of year.
#[derive(Debug)]
pub struct UncertainSampler {
    model: UncertainAggregate,
    years: u64,
    seed: u64,
    dated: bool,
}

impl UncertainSampler {
    pub fn new(model: UncertainAggregate, years: u64, seed: u64, dated: bool) -> Result<Self> {
        let mean = model.predictive_count()?.mean();
        if mean * BLOCK_YEARS as f64 > MAX_ROWS {
            let reason = format!("{mean} losses a year are too many to simulate one by one");
            return Err(Error::numeric("UncertainAggregate.sample", reason));
        }
        Ok(Self { model, years, seed, dated })
    }
}

impl Source for UncertainSampler {
    type Scratch = ();

    fn years(&self) -> u64 {
        self.years
    }

    fn tail_weight(&self) -> TailWeight {
        let severity = &self.model.size.template;
        TailWeight::of(severity.mean(), severity.variance())
    }

    fn fill(&self, block: u64, control: &Control, (): &mut (), out: &mut LossBlock) -> Result<()> {
        out.clear();
        out.first_year = block * BLOCK_YEARS as u64;
        out.offsets.push(0);
        let stream = |purpose| Stream::new(self.seed, purpose, 0, block);
        let mut parameter = stream(Purpose::Parameter);
        let (mut counts, mut sizes) = (stream(Purpose::Count), stream(Purpose::Severity));
        for _ in 0..self.block_years(block) {
            control.check()?;
            let severity = self.model.size.drawn(&mut parameter)?;
            let count = self.model.draw_count(&mut parameter, &mut counts);
            let from = out.loss.len();
            let end = (from as u64).saturating_add(count);
            if end as f64 > 4.0 * MAX_ROWS {
                return Err(Error::numeric(
                    "UncertainAggregate.sample",
                    format!("a year drew {count} losses: too many to simulate one by one"),
                ));
            }
            out.loss.resize(end as usize, 0.0);
            let losses = &mut out.loss[from..];
            for tile in losses.chunks_mut(TILE) {
                control.check()?;
                sizes.fill(tile);
                severity.as_ref().unwrap_or(&self.model.size.template).sample(tile);
            }
            out.offsets.push(end as u32);
        }
        if self.dated {
            out.time.resize(out.loss.len(), 0.0);
            stream(Purpose::Time).fill(&mut out.time);
            for year in 0..out.years() {
                let range = out.year(year);
                out.time[range].sort_unstable_by(f64::total_cmp);
            }
        }
        Ok(())
    }
}
