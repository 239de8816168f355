//! The four loss processes, one file each, behind one trait.
//!
//! | process | a year of a unit | file |
//! |---|---|---|
//! | claims | counts × severity | [`claims`](Claims) |
//! | maturity | success or failure of a staged project, its spend at the stop × severity | [`maturity`](Maturity) |
//! | index | payout of an index that obeys common factors | [`index`](Index) |
//! | credit | default by common factors × loss given default, less recoveries | [`credit`](Credit) |
//!
//! A process says when a risk is hit and by how much of its severity; who calls it draws the severity,
//! applies the year's multipliers and the policy terms. Every draw is keyed by the risk or by the
//! common factor, so what a risk loses does not depend on who else is in the book.

mod claims;
mod credit;
mod index;
mod maturity;
mod thin;

pub use claims::{Claims, unit_lognormal};
pub use credit::Credit;
pub(in crate::sector) use credit::Loans;
pub use index::{Index, Marginal};
pub use maturity::{Insured, Maturity, Phase, Project};
pub use thin::Octaves;

use crate::error::Result;
use crate::random::{Purpose, Stream, entity_id};
use crate::sector::coverage::Provenance;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which of the loss processes a coverage follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Process {
    /// Counts per exposure × severity.
    Claims,
    /// Success or failure of a staged project; the sum insured follows what was spent.
    Maturity,
    /// Payout function of an index.
    Index,
    /// Default × loss given default, with common factors.
    Credit,
}

/// A common factor and the share of a unit's variance it explains: the squared loading of a Gaussian
/// copula. Factors of one name and key value are one factor, in whichever coverages they appear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Loading {
    /// Name of the factor, such as `economy` or `weather`.
    pub factor: String,
    /// Accumulation key whose values have a factor each; empty: one for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Share of the variance, below 1 in sum.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
}

impl Loading {
    /// The factor of a value of its key, in the streams.
    pub fn entity(&self, value: &str) -> u64 {
        let value = if self.key.is_empty() { "" } else { value };
        entity_id(&format!("factor|{}|{value}", self.factor))
    }
}

/// Policy terms of one claim, in the order deductible, limit, share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClaimTerms {
    pub deductible: f64,
    pub limit: f64,
    pub share: f64,
}

impl ClaimTerms {
    #[inline(always)]
    pub fn apply(self, loss: f64) -> f64 {
        self.share * (loss - self.deductible).max(0.0).min(self.limit)
    }
}

/// A risk as its process sees it.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// Its number in the streams.
    pub entity: u64,
    /// Its common factors in the streams, one a loading.
    pub factors: &'a [u64],
    /// Claims a year, or the probability of one trial, all multipliers 1.
    pub rate: f64,
    /// Trials a year where each unit fails at most once.
    pub trials: u64,
    /// Units that a payout of an index is paid for.
    pub units: f64,
    /// Multiplies the severity: relativities, stage, sum insured.
    pub scale: f64,
    /// Largest ground-up loss of a unit.
    pub ceiling: f64,
    pub terms: ClaimTerms,
}

/// One hit: the ground-up loss of a unit is min(`part` · X · scale, ceiling), X the severity (1 where
/// the process takes none); after terms it counts `times`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strike {
    /// Year of the block.
    pub year: u16,
    /// Elapsed part of the covered time, in [0, 1).
    pub time: f64,
    pub part: f64,
    pub times: f64,
}

/// What the years of a block do to all risks of a coverage.
#[derive(Debug)]
pub struct YearState<'a> {
    pub seed: u64,
    pub block: u64,
    /// Frequency multiplier of each year: uncertain mean, mixing.
    pub frequency: &'a Octaves,
    /// Standard normal score of the uncertain index of each year; empty when certain.
    pub shift: &'a [f64],
    /// Normals of the common factors met so far, by factor.
    pub factors: &'a mut HashMap<u64, Vec<f64>>,
    /// Probabilities by class of risk, for processes that share them.
    pub classes: &'a mut HashMap<(u64, Vec<u64>), Octaves>,
}

impl YearState<'_> {
    pub fn years(&self) -> usize {
        self.frequency.multiplier.len()
    }

    /// Normals of a common factor, one a year.
    fn factor(&mut self, entity: u64) -> &[f64] {
        let (seed, block, years) = (self.seed, self.block, self.years());
        self.factors.entry(entity).or_insert_with(|| {
            let mut z = vec![0.0; years];
            Stream::new(seed, Purpose::Dependence, entity, block).fill(&mut z);
            crate::numeric::kernel::normal_isf_in_place(&mut z);
            z
        })
    }
}

/// Expected claims and cost of a risk in a year, after terms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    pub claims: f64,
    pub loss: f64,
}

/// A loss process with its parameters.
pub trait LossProcess: std::fmt::Debug + Send + Sync {
    /// Adds the hits of one risk in the years of a block.
    fn draw(&self, unit: &Unit<'_>, years: &mut YearState<'_>, out: &mut Vec<Strike>);

    /// Expected claims and cost without simulation; parameters drawn anew each year, or certain.
    fn expected(&self, unit: &Unit<'_>, uncertain: bool) -> Result<Cost>;

    /// Common factors it obeys.
    fn loadings(&self) -> &[Loading] {
        &[]
    }

    /// Whether a hit costs a draw of the severity.
    fn takes_severity(&self) -> bool {
        true
    }
}

/// Status and source of single parameters, where they differ from those of their group.
pub type Sources = IndexMap<String, Provenance>;
