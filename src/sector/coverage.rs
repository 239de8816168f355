//! What a coverage file says, as types. [`Coverage::from_toml`] reads it, [`Coverage::to_toml`]
//! writes it back.

use super::credibility::{Posterior, beta_binomial, gamma_poisson};
use crate::error::{Error, Issue, Result};
use crate::severity::Severity;
use serde::{Serialize, Serializer};

/// How well a group of parameters is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Computed from a public data set.
    Measured,
    /// Read from a named public page.
    Published,
    /// Arithmetic on measured or published numbers.
    Derived,
    /// A prior without a source.
    Expert,
}

impl Status {
    pub(super) const NAMES: [(&'static str, Self); 4] = [
        ("measured", Self::Measured),
        ("published", Self::Published),
        ("derived", Self::Derived),
        ("expert", Self::Expert),
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
}

/// Which of the loss processes a coverage follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Process {
    /// Counts per exposure × severity.
    Claims,
}

/// A coverage: one file of the library.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// `prefix.name`, such as `uav.tpl`.
    pub id: String,
    pub name: String,
    /// Name in Chinese.
    pub name_zh: String,
    pub sector: String,
    /// Version of the parameters.
    pub version: String,
    /// Date of the parameters, ISO.
    pub as_of: String,
    pub currency: String,
    pub process: Process,
    pub trigger: String,
    /// Id of the development pattern.
    pub development: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// Groups of factors that describe the same thing: a risk may state one of each group.
    pub alternatives: Vec<Vec<String>>,
    pub exposure: Exposure,
    pub frequency: Frequency,
    pub severity: SeverityModel,
    /// Usual terms, for orientation: a book states its own.
    pub terms: Terms,
    pub stages: StageEffects,
    #[serde(serialize_with = "factors_as_map")]
    pub relativities: Vec<Factor>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub systemic: Vec<Systemic>,
}

/// The base to which the frequency refers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exposure {
    pub base: String,
    pub unit: String,
    /// Units are things insured one by one (vehicles, launches), so that a systemic event strikes a
    /// number of them; otherwise exposure is a measure (revenue) and the risk is struck as a whole.
    pub counted: bool,
    /// Exposure is in unit-years; otherwise it counts units in the term (launches, subjects).
    pub annual: bool,
}

/// The law of the number of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FrequencyFamily {
    /// Poisson given the year.
    Poisson,
    /// Poisson with a gamma multiplier of mean 1 and shape `mixing_shape`, common to all risks of
    /// the coverage in a year.
    NegativeBinomial,
    /// At most one claim per unit.
    Bernoulli,
}

impl FrequencyFamily {
    pub(super) const NAMES: [(&'static str, Self); 3] = [
        ("poisson", Self::Poisson),
        ("negative_binomial", Self::NegativeBinomial),
        ("bernoulli", Self::Bernoulli),
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
}

/// How often: ground-up claims per unit, all relativities 1, stage industrialisation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frequency {
    pub family: FrequencyFamily,
    pub mean: f64,
    /// Parameter uncertainty: cv of a lognormal multiplier with mean 1.
    pub cv_of_mean: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixing_shape: Option<f64>,
    pub status: Status,
    pub source: String,
}

/// What the severity distribution measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// An amount in the currency of the file.
    Amount,
    /// A fraction of the sum insured, at most 1.
    FractionOfSumInsured,
}

impl Basis {
    pub(super) const NAMES: [(&'static str, Self); 2] =
        [("amount", Self::Amount), ("fraction_of_sum_insured", Self::FractionOfSumInsured)];

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, s)| *s == self).map_or("", |(n, _)| n)
    }
}

/// How much: the ground-up loss min(m · X, cap), X from `distribution` and m the product of
/// relativities, stage and parameter multiplier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeverityModel {
    pub basis: Basis,
    /// Largest possible loss, applied after all multipliers; with a fraction basis at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<f64>,
    /// Parameter uncertainty: cv of a lognormal multiplier of the loss with mean 1.
    pub cv_of_scale: f64,
    pub status: Status,
    pub source: String,
    pub distribution: Severity,
}

/// Usual policy terms, in the order deductible, limit, share, annual aggregate limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Terms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum_insured: Option<f64>,
    pub deductible: f64,
    pub limit: f64,
    pub share: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate_limit: Option<f64>,
}

/// A rating factor: multipliers by level, on frequency, on severity or on both.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    pub name: String,
    pub levels: Vec<String>,
    /// Multiplier of the frequency at each level.
    pub frequency: Vec<f64>,
    /// Multiplier of the loss at each level.
    pub severity: Vec<f64>,
    pub status: Status,
    pub source: String,
}

/// Effect of a life-cycle stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StageEffect {
    pub frequency: f64,
    pub severity: f64,
}

/// Effects of the three life-cycle stages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageEffects {
    pub status: Status,
    pub source: String,
    pub research: StageEffect,
    pub transformation: StageEffect,
    pub industrialisation: StageEffect,
}

/// Two shape parameters of a beta distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pair {
    pub a: f64,
    pub b: f64,
}

impl Pair {
    pub fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }
}

/// An event that strikes all risks sharing a value of an accumulation key.
///
/// Events of one name, key and rate in several coverages are one physical event: they arrive
/// together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Systemic {
    pub event: String,
    /// Accumulation key; empty strikes the whole book.
    pub key: String,
    /// Poisson arrivals a year, for each value of the key.
    pub annual_rate: f64,
    /// Probability that a risk of the key is struck, drawn per event.
    pub share_hit: Pair,
    /// Fraction of the limit (or sum insured) lost, drawn per event.
    pub damage: Pair,
    pub status: Status,
    pub source: String,
}

impl Coverage {
    pub fn factor(&self, name: &str) -> Option<&Factor> {
        self.relativities.iter().find(|f| f.name == name)
    }

    /// The file this coverage would be read from.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|e| Error::numeric(&self.id, e.to_string()))
    }

    /// The coverage after own experience: `failures` claims in `exposure` units at base relativities.
    ///
    /// Bernoulli: the prior is the beta distribution of the file's mean and cv; otherwise the gamma
    /// one. A file without uncertainty cannot learn and is refused.
    pub fn update(&self, failures: f64, exposure: f64) -> Result<(Self, Posterior)> {
        let (mean, cv) = (self.frequency.mean, self.frequency.cv_of_mean);
        let certain = |why: &str| {
            Issue::new("no_uncertainty", &self.id, "frequency.cv_of_mean")
                .value(cv)
                .allowed(why)
                .into_error()
        };
        if cv <= 0.0 {
            return Err(certain("a number > 0, for experience to change the mean"));
        }
        let posterior = if self.frequency.family == FrequencyFamily::Bernoulli {
            let size = (1.0 - mean) / (mean * cv * cv) - 1.0;
            if size <= 0.0 {
                return Err(certain("small enough for a beta prior: cv² < (1 − mean) / mean"));
            }
            beta_binomial(mean * size, (1.0 - mean) * size, failures, exposure)?
        } else {
            gamma_poisson(mean, cv, failures, exposure)?
        };
        let mut updated = self.clone();
        updated.frequency.mean = posterior.mean;
        updated.frequency.cv_of_mean = posterior.cv;
        updated.frequency.status = Status::Derived;
        updated.frequency.source = format!(
            "{}; updated by {failures} claims in {exposure} {}",
            self.frequency.source, self.exposure.unit
        );
        Ok((updated, posterior))
    }

    /// Status and source of every group of parameters: what, status, source.
    pub fn sources(&self) -> Vec<(String, Status, String)> {
        let mut rows = vec![
            ("frequency".to_owned(), self.frequency.status, self.frequency.source.clone()),
            ("severity".to_owned(), self.severity.status, self.severity.source.clone()),
            ("stages".to_owned(), self.stages.status, self.stages.source.clone()),
        ];
        rows.extend(
            self.relativities
                .iter()
                .map(|f| (format!("relativities.{}", f.name), f.status, f.source.clone())),
        );
        rows.extend(
            self.systemic
                .iter()
                .map(|s| (format!("systemic.{}", s.event), s.status, s.source.clone())),
        );
        rows
    }
}

fn factors_as_map<S: Serializer>(
    factors: &[Factor],
    to: S,
) -> std::result::Result<S::Ok, S::Error> {
    let levels = |factor: &Factor, values: &[f64]| -> toml::Table {
        factor.levels.iter().cloned().zip(values.iter().map(|v| toml::Value::Float(*v))).collect()
    };
    to.collect_map(factors.iter().map(|f| {
        let mut table = toml::Table::new();
        table.insert("status".to_owned(), f.status.name().into());
        table.insert("source".to_owned(), f.source.clone().into());
        for (name, values) in [("frequency", &f.frequency), ("severity", &f.severity)] {
            if values.iter().any(|v| *v != 1.0) {
                table.insert(name.to_owned(), toml::Value::Table(levels(f, values)));
            }
        }
        if !table.contains_key("frequency") && !table.contains_key("severity") {
            table.insert("frequency".to_owned(), toml::Value::Table(levels(f, &f.frequency)));
        }
        (&f.name, table)
    }))
}
