//! The treaty as data: every clause a field, absent clauses at their defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::account::{Profit, Swing};
use super::attaching::Attaches;
use super::corridor::Corridor;
use super::nth_event::{Drop, NthEvent};
use super::proportional::Band;
use super::reinstatement::Reinstatements;
use super::stability::Stability;

/// An amount that may be without bound. Written `"unlimited"` in files.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Limit {
    Amount(f64),
    #[default]
    Unlimited,
}

impl Limit {
    /// The amount; infinite when unlimited.
    pub fn amount(self) -> f64 {
        match self {
            Self::Amount(amount) => amount,
            Self::Unlimited => f64::INFINITY,
        }
    }

    pub fn is_unlimited(self) -> bool {
        self == Self::Unlimited
    }
}

impl From<f64> for Limit {
    fn from(amount: f64) -> Self {
        if amount == f64::INFINITY { Self::Unlimited } else { Self::Amount(amount) }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Amount(amount) => serializer.serialize_f64(*amount),
            Self::Unlimited => serializer.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Amount(f64),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Amount(amount) => Ok(amount.into()),
            Written::Word(word) if word == "unlimited" => Ok(Self::Unlimited),
            Written::Word(word) => Err(de::Error::custom(format!("'{word}' is not a limit"))),
        }
    }
}

/// What one loss of the cover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The loss of one risk in one event.
    Risk,
    /// The sum of a year's losses with one event and cause.
    #[default]
    Event,
    /// The sum of the year.
    Annual,
}

/// What limit and attachment are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    #[default]
    Amount,
    /// Fractions of the subject premium.
    LossRatio,
}

/// How reinstatement premium is prorated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProRata {
    #[default]
    Amount,
    /// As to amount and as to the time left in the period.
    Time,
}

/// One treaty. Amounts are for 100 %, in the currency of the programme; shares and rates are fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Treaty {
    pub name: String,
    /// Treaties whose recoveries are taken off the gross losses to make the subject; none: gross.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub net_of: Vec<String>,
    pub basis: Basis,
    /// Ceded share of the cover, in (0, 1].
    #[serde(skip_serializing_if = "is_one")]
    pub share: f64,
    /// Width of the layer.
    pub limit: Limit,
    pub attachment: f64,
    #[serde(skip_serializing_if = "is_default")]
    pub unit: Unit,
    #[serde(skip_serializing_if = "is_default")]
    pub franchise: f64,
    /// Most that one event recovers, of a cover per risk.
    #[serde(skip_serializing_if = "is_default")]
    pub event_limit: Limit,
    /// Annual aggregate deductible.
    #[serde(skip_serializing_if = "is_default")]
    pub aad: f64,
    /// Annual aggregate limit; with reinstatements, (1 + N) limits unless this is lower.
    #[serde(skip_serializing_if = "is_default")]
    pub aal: Limit,
    /// `None`: the limit is there for every event, at no further premium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reinstatements: Option<Reinstatements>,
    #[serde(skip_serializing_if = "is_default")]
    pub pro_rata: ProRata,
    /// Share of the treaty that found reinsurers, in (0, 1].
    #[serde(skip_serializing_if = "is_one")]
    pub placed: f64,
    /// Share of each recovery that the cedant keeps, in [0, 1).
    #[serde(skip_serializing_if = "is_default")]
    pub co_participation: f64,
    /// Most that a year recovers, as a multiple of the treaty's premium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_ratio_cap: Option<f64>,
    /// Ceding commission, a fraction of the ceded premium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commission: Option<f64>,
    /// Premium for 100 % of the treaty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium: Option<f64>,
    /// The same as a fraction of the subject premium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Surplus: lines that are ceded above the retention, of each risk's sum insured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<f64>,
    /// Retention of a surplus: one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<f64>,
    /// Table of lines: retentions of the sectors or coverages that have their own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub retentions: BTreeMap<String, f64>,
    /// Variable quota share: ceded shares by band of sum insured, ascending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// Ceded shares of the risks that are covered, by id; empty: all are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub risks: BTreeMap<String, f64>,
    /// Treaty whose recoveries lost to its used-up annual limit are the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_of: Option<String>,
    /// Events below it recover nothing, of a cover per risk.
    #[serde(skip_serializing_if = "is_default")]
    pub event_franchise: f64,
    /// The cover starts with a later event of the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_event: Option<NthEvent>,
    /// The attachment drops after the first events of the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop: Option<Drop>,
    /// Hours within which events of one cause are one occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// Years of a term that share the term's deductible and limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<u32>,
    /// Deductible of the term, after the annual terms.
    #[serde(skip_serializing_if = "is_default")]
    pub term_deductible: f64,
    /// Most that a term recovers.
    #[serde(skip_serializing_if = "is_default")]
    pub term_limit: Limit,
    /// Yearly growth of all amounts of the treaty, from the first year of a run of years.
    #[serde(skip_serializing_if = "is_default")]
    pub indexed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// Which losses belong to a year of the treaty; `None`: those that occur in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attaches: Option<Attaches>,
    /// The treaty years that one event strikes share one retention and one limit.
    #[serde(skip_serializing_if = "is_default")]
    pub interlocking: bool,
    /// Reinstatement premium is paid in advance, whatever is used.
    #[serde(skip_serializing_if = "is_default")]
    pub prepaid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corridor: Option<Corridor>,
    /// Sliding scale: points (loss ratio, commission), loss ratios descending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sliding: Vec<(f64, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profit_commission: Option<Profit>,
    /// Years for which a deficit is carried forward; 0 is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deficit_carried: Option<u32>,
    /// Years for which a credit of the sliding scale is carried forward; 0 is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_carried: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swing: Option<Swing>,
    /// Share of the premium that comes back after a year without recovery.
    #[serde(skip_serializing_if = "is_default")]
    pub no_claims_bonus: f64,
}

impl Default for Treaty {
    fn default() -> Self {
        Self {
            name: String::new(),
            net_of: Vec::new(),
            basis: Basis::default(),
            share: 1.0,
            limit: Limit::default(),
            attachment: 0.0,
            unit: Unit::default(),
            franchise: 0.0,
            event_limit: Limit::default(),
            aad: 0.0,
            aal: Limit::default(),
            reinstatements: None,
            pro_rata: ProRata::default(),
            placed: 1.0,
            co_participation: 0.0,
            loss_ratio_cap: None,
            commission: None,
            premium: None,
            rate: None,
            lines: None,
            retention: None,
            retentions: BTreeMap::new(),
            bands: Vec::new(),
            risks: BTreeMap::new(),
            backup_of: None,
            event_franchise: 0.0,
            from_event: None,
            drop: None,
            hours: None,
            term: None,
            term_deductible: 0.0,
            term_limit: Limit::default(),
            indexed: 0.0,
            stability: None,
            attaches: None,
            interlocking: false,
            prepaid: false,
            corridor: None,
            sliding: Vec::new(),
            profit_commission: None,
            deficit_carried: None,
            credit_carried: None,
            swing: None,
            no_claims_bonus: 0.0,
        }
    }
}

impl Treaty {
    /// `share` of every risk.
    pub fn quota_share(name: impl Into<String>, share: f64) -> Self {
        Self { name: name.into(), basis: Basis::Risk, share, ..Self::default() }
    }

    /// `limit xs attachment` on `basis`.
    pub fn excess(name: impl Into<String>, basis: Basis, limit: f64, attachment: f64) -> Self {
        Self { name: name.into(), basis, limit: limit.into(), attachment, ..Self::default() }
    }

    /// `limit xs attachment` on the year, both as fractions of the subject premium.
    pub fn stop_loss(name: impl Into<String>, limit: f64, attachment: f64) -> Self {
        Self { unit: Unit::LossRatio, ..Self::excess(name, Basis::Annual, limit, attachment) }
    }

    /// A share of every risk with no layer: its premium is that share of the subject premium.
    pub fn is_proportional(&self) -> bool {
        self.basis == Basis::Risk
            && self.limit.is_unlimited()
            && self.attachment == 0.0
            && !self.by_sum_insured()
            && self.risks.is_empty()
    }

    /// A surplus or a variable quota share: its share depends on the sum insured of the risk.
    pub fn by_sum_insured(&self) -> bool {
        self.lines.is_some() || !self.bands.is_empty()
    }

    /// Whether its years are those of policies or of reports, not those of losses.
    pub fn is_attaching(&self) -> bool {
        self.attaches.is_some_and(|attaches| attaches != Attaches::LossesOccurring)
    }

    /// Whether what one year leaves over matters to the next.
    pub fn is_carried(&self) -> bool {
        self.indexed != 0.0 || self.deficit_carried.is_some() || self.credit_carried.is_some()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_one(value: &f64) -> bool {
    *value == 1.0
}
