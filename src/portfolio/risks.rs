//! The validated book: one entry per risk in every column.

use super::check::Check;
use super::dates::Date;
use std::collections::HashMap;
use std::sync::Arc;

/// Life-cycle stage of a risk; scales frequency and severity.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Research,
    Transformation,
    #[default]
    Industrialisation,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Research, Self::Transformation, Self::Industrialisation];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::Transformation => "transformation",
            Self::Industrialisation => "industrialisation",
        }
    }
}

/// A column of names, coded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    pub name: String,
    /// Distinct values, in order of first appearance.
    pub levels: Vec<String>,
    /// Index into `levels` for each risk; `None` where the cell is empty. Without any, it is empty too.
    pub code: Vec<Option<u32>>,
}

impl Labels {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn push(&mut self, index: &mut HashMap<String, u32>, value: Option<&str>) {
        let code = value.map(|value| {
            index.get(value).copied().unwrap_or_else(|| {
                let next = self.levels.len() as u32;
                self.levels.push(value.to_owned());
                index.insert(value.to_owned(), next);
                next
            })
        });
        self.code.push(code);
    }

    /// Index of the value of risk `risk` in `levels`.
    pub fn code(&self, risk: usize) -> Option<u32> {
        self.code.get(risk).copied().flatten()
    }

    /// Value of risk `risk`.
    pub fn get(&self, risk: usize) -> Option<&str> {
        self.code(risk).map(|code| self.levels[code as usize].as_str())
    }
}

/// Risks as columns. Amounts are in [`Portfolio::currency`]; shares are fractions.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    pub currency: String,
    pub risk_id: Arc<[String]>,
    /// Full id of the coverage, such as `uav.tpl`.
    pub coverage: Labels,
    pub sector: Labels,
    /// Units of the coverage's exposure base; 1 where the book says nothing.
    pub exposure: Vec<f64>,
    /// Amount at risk in one claim of one unit; NaN where not stated.
    pub sum_insured: Vec<f64>,
    pub deductible: Vec<f64>,
    /// Limit per claim: as stated, else the sum insured.
    pub limit: Vec<f64>,
    pub aggregate_limit: Vec<f64>,
    /// Insurer's share of the loss after deductible and limit.
    pub share: Vec<f64>,
    pub stage: Vec<Stage>,
    /// Stage from a date within the term on, for risks that change it.
    pub stage_change: Vec<Option<(Stage, Date)>>,
    pub inception: Vec<Option<Date>>,
    pub expiry: Vec<Option<Date>>,
    /// What is insured, where several risks insure parts of one thing: they share its claims.
    pub object_id: Labels,
    /// The risk's part of the ground-up loss of the object.
    pub interest: Vec<f64>,
    /// Rating factors.
    pub factors: Vec<Labels>,
    /// Accumulation keys, named without the prefix `key.`.
    pub keys: Vec<Labels>,
    pub(super) check: Check,
}

impl Portfolio {
    pub fn len(&self) -> usize {
        self.risk_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.risk_id.is_empty()
    }

    /// Rows in = used + rejected, the rejects with their reasons, and the defaults used.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// The name by which the streams know the insured thing: of the object, else of the risk.
    pub fn object(&self, risk: usize) -> &str {
        self.object_id.get(risk).unwrap_or(&self.risk_id[risk])
    }

    /// Full id of the coverage of a risk.
    pub fn coverage_of(&self, risk: usize) -> &str {
        self.coverage.get(risk).unwrap_or("")
    }
}
