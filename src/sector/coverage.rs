//! What a coverage file says, as types: the schema of the file is made from them. Reading is
//! [`Coverage::from_toml`], writing [`Coverage::to_toml`].

use super::process::{
    Claims, Credit, Index, Loans, LossProcess, Maturity, Process, Project, Sources,
};
use crate::error::{Error, Result};
use crate::portfolio::Stage;
use crate::severity::Severity;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the schema that this release reads and writes.
pub const SCHEMA: u32 = 1;

/// How well a parameter is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Expert => "expert",
        }
    }
}

/// Status and source of one parameter, where they differ from those of its group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    pub status: Status,
    pub source: String,
}

/// What makes a claim fall into a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The loss occurs in the period.
    Occurrence,
    /// The claim is first made in the period.
    ClaimsMade,
    /// The outcome at the end of a project or fund.
    Maturity,
    /// The value of an index over the period.
    Index,
    /// A default in the period.
    Credit,
}

/// A coverage: one file of the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Version of the schema the file is written in.
    #[serde(default = "current")]
    pub schema: u32,
    /// `prefix.name`, such as `uav.tpl`.
    pub id: String,
    /// Name in English.
    pub name: String,
    /// Name in Chinese.
    pub name_zh: String,
    pub sector: String,
    /// Version of the parameters.
    pub version: String,
    /// Date of the parameters and of their money, ISO.
    #[schemars(extend("format" = "date"))]
    pub as_of: String,
    /// ISO code of all amounts.
    pub currency: String,
    pub process: Process,
    pub trigger: Trigger,
    /// Id of the reporting and payment pattern.
    pub development: String,
    /// How the risk is usually shared and reinsured.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub structure: String,
    /// What a reader should know, such as what was changed in review.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Groups of factors that describe the same thing and must not be multiplied: a risk may state one
    /// of each group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Vec<String>>,
    pub exposure: Exposure,
    /// How often; for claims, maturity and credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// How much; for claims, maturity and credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<SeverityModel>,
    /// Phases of the project; for maturity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maturity: Option<Maturity>,
    /// Index and payout; for index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Index>,
    /// Common factors, waiting period and recoveries; for credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
    /// Usual terms, for orientation: a book states its own.
    pub terms: Terms,
    /// Shares of the loss that others than the insurer bear: `government`, `bank`, `insured`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub shares: IndexMap<String, f64>,
    pub stages: StageEffects,
    #[serde(default, with = "factors", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "IndexMap<String, FactorTable>")]
    pub relativities: Vec<Factor>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systemic: Vec<Systemic>,
}

fn current() -> u32 {
    SCHEMA
}

/// The base to which the frequency refers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Poisson => "poisson",
            Self::NegativeBinomial => "negative_binomial",
            Self::Bernoulli => "bernoulli",
        }
    }
}

/// How often: ground-up claims per unit, all relativities 1, stage of effect 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    pub family: FrequencyFamily,
    /// Claims a unit; for Bernoulli the probability of one.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub mean: f64,
    /// Parameter uncertainty: cv of a lognormal multiplier with mean 1.
    #[schemars(range(min = 0.0))]
    pub cv_of_mean: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub mixing_shape: Option<f64>,
    pub status: Status,
    pub source: String,
    #[serde(default, skip_serializing_if = "Sources::is_empty")]
    pub sources: Sources,
}

/// What the severity distribution measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// An amount in the currency of the file.
    Amount,
    /// A fraction of the sum insured, at most 1.
    FractionOfSumInsured,
}

impl Basis {
    pub fn name(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::FractionOfSumInsured => "fraction_of_sum_insured",
        }
    }
}

/// How much: the ground-up loss min(m · X, cap), X from `distribution` and m the product of
/// relativities, stage and parameter multiplier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityModel {
    pub basis: Basis,
    /// Largest possible loss, applied after all multipliers; with a fraction basis at most 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub cap: Option<f64>,
    /// Parameter uncertainty: cv of a lognormal multiplier of the loss with mean 1.
    #[schemars(range(min = 0.0))]
    pub cv_of_scale: f64,
    pub status: Status,
    pub source: String,
    #[serde(default, skip_serializing_if = "Sources::is_empty")]
    pub sources: Sources,
    #[schemars(with = "Distribution")]
    pub distribution: Severity,
}

/// A severity: its family and the parameters of that family.
#[derive(JsonSchema)]
#[schemars(extend("x-kebao" = "severity"))]
#[allow(dead_code, reason = "stands for `Severity` in the schema")]
struct Distribution {
    family: String,
}

/// Usual policy terms, in the order deductible, limit, share, annual aggregate limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub sum_insured: Option<f64>,
    #[schemars(range(min = 0.0))]
    pub deductible: f64,
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub limit: f64,
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub aggregate_limit: Option<f64>,
    /// Stage of a usual policy: one at which the frequency and severity of the file are met.
    #[serde(default, skip_serializing_if = "is_last")]
    pub stage: Stage,
    /// Units of exposure of a usual policy.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub exposure: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_last(stage: &Stage) -> bool {
    *stage == Stage::default()
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_one(x: &f64) -> bool {
    *x == 1.0
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

/// A rating factor as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorTable {
    pub status: Status,
    pub source: String,
    /// Multiplier of the frequency by level.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub frequency: IndexMap<String, Relativity>,
    /// Multiplier of the loss by level.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub severity: IndexMap<String, Relativity>,
}

/// A multiplier, 1 at the base.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relativity(#[schemars(extend("exclusiveMinimum" = 0))] pub f64);

/// Effect of a life-cycle stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageEffect {
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub frequency: f64,
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub severity: f64,
}

/// Effects of the three life-cycle stages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageEffects {
    pub status: Status,
    pub source: String,
    pub research: StageEffect,
    pub transformation: StageEffect,
    pub industrialisation: StageEffect,
}

/// Two shape parameters of a beta distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub a: f64,
    #[schemars(extend("exclusiveMinimum" = 0))]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Systemic {
    pub event: String,
    /// Accumulation key, or several joined by `+` whose values must all agree; empty strikes the whole
    /// book.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Poisson arrivals a year, for each value of the key.
    #[schemars(range(min = 0.0))]
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

    /// Its loss process, ready to draw and to expect.
    pub fn law(&self) -> Result<Box<dyn LossProcess>> {
        let incomplete = || Error::numeric(&self.id, "incomplete coverage");
        if let Some(index) = &self.index {
            return Ok(Box::new(index.clone()));
        }
        if let Some(claims) = self.claims() {
            return Ok(Box::new(claims));
        }
        let frequency = self.frequency.as_ref().ok_or_else(incomplete)?;
        let model = self.severity.as_ref().ok_or_else(incomplete)?;
        let (cv_of_mean, cv_of_scale) = (frequency.cv_of_mean, model.cv_of_scale);
        let severity = model.distribution.clone();
        Ok(match (&self.maturity, &self.credit) {
            (Some(maturity), _) => {
                Box::new(Project::new(maturity, cv_of_mean, cv_of_scale, severity))
            }
            (_, Some(credit)) => {
                Box::new(Loans { credit: credit.clone(), cv_of_mean, cv_of_scale, severity })
            }
            _ => return Err(incomplete()),
        })
    }

    /// Counts and severities, where that is its process.
    pub fn claims(&self) -> Option<Claims> {
        let (frequency, model) = (self.frequency.as_ref()?, self.severity.as_ref()?);
        (self.process == Process::Claims).then(|| Claims {
            family: frequency.family,
            cv_of_mean: frequency.cv_of_mean,
            cv_of_scale: model.cv_of_scale,
            severity: model.distribution.clone(),
        })
    }

    /// What the severity measures; an index pays fractions of the sum insured.
    pub fn basis(&self) -> Basis {
        self.severity.as_ref().map_or(Basis::FractionOfSumInsured, |s| s.basis)
    }

    /// Whether each unit is one trial, so that exposure counts.
    pub fn is_bernoulli(&self) -> bool {
        self.frequency.as_ref().is_some_and(|f| f.family == FrequencyFamily::Bernoulli)
    }

    /// Status and source of every parameter: what, status, source. A group whose parameters share them
    /// is one row; a parameter with its own is another.
    pub fn sources(&self) -> Vec<(String, Status, String)> {
        let mut rows = Vec::new();
        let mut group = |name: &str, status: Status, source: &str, own: &Sources| {
            rows.push((name.to_owned(), status, source.to_owned()));
            rows.extend(
                own.iter().map(|(p, s)| (format!("{name}.{p}"), s.status, s.source.clone())),
            );
        };
        let none = Sources::default();
        if let Some(f) = &self.frequency {
            group("frequency", f.status, &f.source, &f.sources);
        }
        if let Some(s) = &self.severity {
            group("severity", s.status, &s.source, &s.sources);
        }
        if let Some(m) = &self.maturity {
            group("maturity", m.status, &m.source, &m.sources);
        }
        if let Some(i) = &self.index {
            group("index", i.status, &i.source, &i.sources);
        }
        if let Some(c) = &self.credit {
            group("credit", c.status, &c.source, &c.sources);
        }
        if let Some(status) = self.terms.status {
            group("terms", status, &self.terms.source, &none);
        }
        group("stages", self.stages.status, &self.stages.source, &none);
        for f in &self.relativities {
            group(&format!("relativities.{}", f.name), f.status, &f.source, &none);
        }
        for s in &self.systemic {
            group(&format!("systemic.{}", s.event), s.status, &s.source, &none);
        }
        rows
    }
}

/// Factors are a table by name in the file and columns in memory.
mod factors {
    use super::{Factor, FactorTable, Relativity};
    use indexmap::IndexMap;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(factors: &[Factor], to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(factors.iter().map(|f| {
            let used = |values: &[f64]| values.iter().any(|v| *v != 1.0);
            let levels = |values: &[f64], wanted: bool| -> IndexMap<String, Relativity> {
                if !wanted {
                    return IndexMap::new();
                }
                f.levels.iter().cloned().zip(values.iter().map(|v| Relativity(*v))).collect()
            };
            let severity = used(&f.severity);
            let table = FactorTable {
                status: f.status,
                source: f.source.clone(),
                frequency: levels(&f.frequency, used(&f.frequency) || !severity),
                severity: levels(&f.severity, severity),
            };
            (&f.name, table)
        }))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Factor>, D::Error> {
        let tables = IndexMap::<String, FactorTable>::deserialize(from)?;
        Ok(tables.into_iter().map(|(name, table)| of(name, table)).collect())
    }

    /// A level that one side does not list counts 1 there; the reader has told of it.
    fn of(name: String, table: FactorTable) -> Factor {
        let mut levels: Vec<String> = table.frequency.keys().cloned().collect();
        for level in table.severity.keys() {
            if !levels.contains(level) {
                levels.push(level.clone());
            }
        }
        let column = |from: &IndexMap<String, Relativity>| -> Vec<f64> {
            levels.iter().map(|l| from.get(l).map_or(1.0, |r| r.0)).collect()
        };
        let (frequency, severity) = (column(&table.frequency), column(&table.severity));
        Factor { name, levels, frequency, severity, status: table.status, source: table.source }
    }
}
