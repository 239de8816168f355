//! A pool as data, and its faults.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::special_reserve::Rule;
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::parse_amount;
use crate::treaty::Programme;

/// A number, or an amount in words: `"20m"`, `"40%"`.
pub(super) fn amount<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(number) => Ok(number),
        Written::Text(text) => parse_amount(&text)
            .ok_or_else(|| de::Error::custom(format!("'{text}' is not an amount such as 4m, 30%"))),
    }
}

fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<f64>, D::Error> {
    amount(deserializer).map(Some)
}

fn unlimited() -> f64 {
    f64::INFINITY
}

/// What the insured bears of each loss of a risk.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Insured {
    #[serde(deserialize_with = "amount")]
    pub retention: f64,
    /// Of what is above the retention.
    #[serde(deserialize_with = "amount")]
    pub share: f64,
}

/// A member's line: several, not joint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub name: String,
    #[serde(deserialize_with = "amount")]
    pub share: f64,
    /// Most of one risk's sum insured.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub maximum_line: Option<f64>,
    /// Probability of default in a year.
    #[serde(default, deserialize_with = "amount")]
    pub default_probability: f64,
    /// Fraction of its losses that it pays in default.
    #[serde(default, deserialize_with = "amount")]
    pub recovery: f64,
}

/// A band of the year's loss, in units of the pool's `band_unit`, and the parties that share it; what
/// they leave is the members'.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    #[serde(default, deserialize_with = "amount")]
    pub from: f64,
    #[serde(
        default = "unlimited",
        deserialize_with = "amount",
        skip_serializing_if = "is_infinite"
    )]
    pub to: f64,
    pub shares: BTreeMap<String, f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_infinite(value: &f64) -> bool {
    value.is_infinite()
}

/// Above a loss of the year, some parties stop paying, and new business stops for some years.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breaker {
    /// In units of `band_unit`.
    #[serde(deserialize_with = "amount")]
    pub above: f64,
    /// Parties of the bands that pay nothing above it.
    #[serde(default)]
    pub stops: Vec<String>,
    /// Years without cover after a year above it: their losses are the insured's.
    #[serde(default)]
    pub suspends: u32,
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Premium of a year.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub premium: Option<f64>,
    /// Fraction of the premium that goes to expenses and commission.
    #[serde(default, deserialize_with = "amount")]
    pub expenses: f64,
    /// What bands are measured in: an amount such as the premium, the fund or the loans outstanding.
    #[serde(default, deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub band_unit: Option<f64>,
    #[serde(default)]
    pub insured: Insured,
    pub members: Vec<Member>,
    /// Wording of treaties on the pool's losses after the insured's part and the overflow.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reinsurance: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circuit_breaker: Option<Breaker>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_reserve: Option<Rule>,
}

/// Names that a member or a band's party may not have.
const TAKEN: &[&str] = &["insured", "facultative", "unpaid", "total", "gross"];

impl Pool {
    /// Reads a pool.
    ///
    /// # Errors
    /// What cannot be read, with its line; then all faults at once.
    pub fn from_toml(text: &str) -> Result<Self> {
        let pool: Self = toml::from_str(text).map_err(|error| unreadable(&error))?;
        pool.check()?;
        Ok(pool)
    }

    /// # Errors
    /// As for [`Pool::from_toml`].
    pub fn from_json(text: &str) -> Result<Self> {
        let pool: Self = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        pool.check()?;
        Ok(pool)
    }

    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::numeric("pool", error.to_string()))
    }

    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::numeric("pool", error.to_string()))
    }

    /// Bands are measured in this: `band_unit`, else amounts.
    pub fn unit(&self) -> f64 {
        self.band_unit.unwrap_or(1.0)
    }

    /// The reinsurance, on what the insured and the facultative market leave.
    pub(super) fn programme(&self) -> Result<Option<Programme>> {
        if self.reinsurance.trim().is_empty() {
            return Ok(None);
        }
        Programme::from_text(&self.reinsurance, self.currency.as_deref(), self.premium).map(Some)
    }

    fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        if let Some(premium) = self.premium {
            faults.positive("pool", "premium", premium);
        }
        if let Some(unit) = self.band_unit {
            faults.positive("pool", "band_unit", unit);
        }
        faults.fraction("pool", "expenses", self.expenses);
        faults.non_negative("pool.insured", "retention", self.insured.retention);
        faults.fraction("pool.insured", "share", self.insured.share);
        self.check_members(&mut faults);
        self.check_bands(&mut faults);
        if let Some(rule) = &self.special_reserve {
            rule.check("pool.special_reserve", &mut faults);
            faults.check(self.premium.is_some(), || {
                Issue::new("missing_premium", "pool", "premium")
                    .value("not stated")
                    .hint("the special reserve accrues from profits and premiums: state it")
            });
        }
        faults.take(self.programme())?;
        faults.finish()
    }

    fn check_members(&self, faults: &mut Faults) {
        faults.check(!self.members.is_empty(), || {
            Issue::new("empty_pool", "pool", "members").value("none").allowed("at least one")
        });
        for (at, member) in self.members.iter().enumerate() {
            let place = format!("pool.{}", member.name);
            let again = self.members[..at].iter().any(|other| other.name == member.name);
            faults.check(!again && !TAKEN.contains(&member.name.as_str()), || {
                Issue::new("duplicate_name", &place, "name")
                    .value(format!("'{}'", member.name))
                    .allowed(format!("unique, and none of {}", TAKEN.join(", ")))
            });
            faults.fraction(&place, "share", member.share);
            if let Some(line) = member.maximum_line {
                faults.positive(&place, "maximum_line", line);
            }
            faults.fraction(&place, "default_probability", member.default_probability);
            faults.fraction(&place, "recovery", member.recovery);
        }
        let total: f64 = self.members.iter().map(|member| member.share).sum();
        faults.check(self.members.is_empty() || (total - 1.0).abs() < 1e-9, || {
            Issue::new("shares_do_not_sum", "pool", "members, share")
                .value(format!("{}%", total * 100.0))
                .allowed("shares that sum to 100%")
        });
    }

    fn check_bands(&self, faults: &mut Faults) {
        let mut below = 0.0;
        for (at, band) in self.bands.iter().enumerate() {
            let place = format!("pool.bands[{at}]");
            faults.non_negative(&place, "from", band.from);
            faults.check(band.to > band.from, || {
                Issue::new("out_of_order", &place, "to").value(band.to).allowed("above `from`")
            });
            faults.check(band.from >= below, || {
                Issue::new("overlap", &place, "from")
                    .value(band.from)
                    .allowed(format!("{below} or more, where the band before ends"))
            });
            below = band.to;
            let mut total = 0.0;
            for (party, share) in &band.shares {
                faults.fraction(&place, &format!("shares.{party}"), *share);
                let member = self.members.iter().any(|member| &member.name == party);
                faults.check(!member && party != "facultative" && party != "unpaid", || {
                    Issue::new("member_in_band", &place, format!("shares.{party}"))
                        .value("a member or a party of its own")
                        .hint("members share what the bands leave, by their lines: leave it out")
                });
                total += share;
            }
            faults.check(total <= 1.0 + 1e-9, || {
                Issue::new("over_placed", &place, "shares")
                    .value(format!("{}%", total * 100.0))
                    .allowed("at most 100%; the members take the rest")
            });
        }
        if let Some(breaker) = &self.circuit_breaker {
            let place = "pool.circuit_breaker";
            faults.positive(place, "above", breaker.above);
            let known =
                || self.bands.iter().flat_map(|band| band.shares.keys().map(String::as_str));
            for name in &breaker.stops {
                if !known().any(|party| party == name) {
                    faults.push(Issue::unknown(place, "stops", name, known()));
                }
            }
        }
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    Issue::new("unreadable", "pool", "").value(error.to_string().trim()).into_error()
}
