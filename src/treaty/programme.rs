//! The programme: treaties as a directed graph, each on gross or on the net of others.

use serde::{Deserialize, Serialize};

use super::premium::{Premiums, premiums};
use super::reinstatement::Reinstatements;
use super::terms::{Basis, Limit, ProRata, Treaty, Unit};
use super::wording::{is_name, is_reserved};
use crate::error::{Error, Faults, Issue, Result};

/// A reinsurance programme: sound by construction, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub struct Programme {
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    premium: Option<f64>,
    treaties: Vec<Treaty>,
}

impl TryFrom<serde_json::Value> for Programme {
    type Error = Error;

    fn try_from(value: serde_json::Value) -> Result<Self> {
        super::parts::read(value)
    }
}

impl Programme {
    /// `premium` is the gross premium that rates and loss ratios refer to.
    ///
    /// # Errors
    /// All faults of all treaties at once.
    pub fn new(
        treaties: Vec<Treaty>,
        currency: Option<String>,
        premium: Option<f64>,
    ) -> Result<Self> {
        let place = |treaty: usize| format!("programme.{}", treaties[treaty].name);
        let found = faults(&treaties, premium, &place);
        if found.is_empty() {
            Ok(Self { currency, premium, treaties })
        } else {
            Err(Error::Input(found))
        }
    }

    pub fn treaties(&self) -> &[Treaty] {
        &self.treaties
    }

    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// Gross premium.
    pub fn premium(&self) -> Option<f64> {
        self.premium
    }

    pub fn index(&self, name: &str) -> Result<usize> {
        self.treaties.iter().position(|treaty| treaty.name == name).ok_or_else(|| {
            Issue::unknown(
                "programme",
                "treaty",
                name,
                self.treaties.iter().map(|t| t.name.as_str()),
            )
            .into_error()
        })
    }

    /// Indices of the treaties that each treaty is net of.
    pub fn net_of(&self) -> Vec<Vec<usize>> {
        links(&self.treaties)
    }

    /// An order in which each treaty comes after those it is net of; as written where that allows.
    pub fn order(&self) -> Vec<usize> {
        order(&self.net_of()).0
    }

    /// Premiums by treaty.
    pub fn premiums(&self) -> Vec<Premiums> {
        premiums(&self.treaties, &self.order(), &self.net_of(), self.premium)
    }

    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::numeric("programme", e.to_string()))
    }

    pub fn from_json(text: &str) -> Result<Self> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|e| unreadable(&e))?;
        Self::try_from(value)
    }

    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|e| Error::numeric("programme", e.to_string()))
    }

    pub fn from_toml(text: &str) -> Result<Self> {
        let value: serde_json::Value = toml::from_str(text).map_err(|e| unreadable(&e))?;
        Self::try_from(value)
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    Issue::new("unreadable", "programme", "").value(error.to_string().trim()).into_error()
}

fn links(treaties: &[Treaty]) -> Vec<Vec<usize>> {
    let find = |name: &String| treaties.iter().position(|treaty| &treaty.name == name);
    let of = |treaty: &Treaty| -> Vec<usize> { treaty.net_of.iter().filter_map(find).collect() };
    treaties
        .iter()
        .map(|treaty| match treaty.backup_of.as_ref().and_then(find) {
            // What a treaty could not pay is in what is left after it.
            Some(named) => [of(&treaties[named]), vec![named]].concat(),
            None => of(treaty),
        })
        .collect()
}

/// Topological order, and the treaties left over because they stand in or behind a circle.
fn order(net_of: &[Vec<usize>]) -> (Vec<usize>, Vec<usize>) {
    let mut done = Vec::with_capacity(net_of.len());
    let mut left: Vec<usize> = (0..net_of.len()).collect();
    while let Some(at) = left.iter().position(|&i| net_of[i].iter().all(|j| done.contains(j))) {
        done.push(left.remove(at));
    }
    (done, left)
}

/// All faults of a list of treaties; `place` names a treaty in the messages.
pub(super) fn faults(
    treaties: &[Treaty],
    premium: Option<f64>,
    place: &dyn Fn(usize) -> String,
) -> Vec<Issue> {
    let mut faults = Faults::new();
    if let Some(premium) = premium {
        faults.positive("programme", "premium", premium);
    }
    faults.check(!treaties.is_empty(), || {
        Issue::new("empty_programme", "programme", "treaties")
            .value("none")
            .allowed("at least one treaty")
    });
    for (index, treaty) in treaties.iter().enumerate() {
        terms(treaty, &place(index), &mut faults);
        names(treaties, index, &place(index), &mut faults);
    }
    let net_of = links(treaties);
    let (sorted, circle) = order(&net_of);
    for &index in &circle {
        if let Some(path) = cycle(&net_of, index) {
            let names: Vec<&str> = path.iter().map(|&i| treaties[i].name.as_str()).collect();
            faults.push(
                Issue::new("cycle", place(index), "net_of")
                    .value(names.join(" → "))
                    .allowed("free of circles")
                    .hint("a treaty cannot be net of itself: drop one of these"),
            );
        }
    }
    if circle.is_empty() && faults.is_empty() {
        let all = premiums(treaties, &sorted, &net_of, premium);
        for (index, known) in all.iter().enumerate() {
            if let Some(subject) = known.subject.filter(|subject| *subject <= 0.0) {
                faults.push(
                    Issue::new("no_premium_left", place(index), "subject premium")
                        .value(subject)
                        .allowed("> 0 after the premiums of the treaties it is net of")
                        .hint("lower their shares or premiums"),
                );
            }
        }
    }
    over_ceded(treaties, place, &mut faults);
    faults.finish().err().map_or_else(Vec::new, |error| match error {
        Error::Input(issues) => issues,
        _ => Vec::new(),
    })
}

/// The circle through `index`, if it stands in one, told once: by its first member.
fn cycle(net_of: &[Vec<usize>], index: usize) -> Option<Vec<usize>> {
    fn walk(net_of: &[Vec<usize>], path: &mut Vec<usize>, start: usize) -> bool {
        let last = path[path.len() - 1];
        for &next in &net_of[last] {
            if next == start {
                path.push(next);
                return true;
            }
            if !path.contains(&next) {
                path.push(next);
                if walk(net_of, path, start) {
                    return true;
                }
                path.pop();
            }
        }
        false
    }
    let mut path = vec![index];
    let found = walk(net_of, &mut path, index);
    (found && path.iter().all(|&other| other >= index)).then_some(path)
}

pub(super) fn own_name(treaty: &Treaty, place: &str, faults: &mut Faults) {
    faults.check(is_name(&treaty.name) && !is_reserved(&treaty.name), || {
        Issue::new("invalid_name", place, "name")
            .value(format!("'{}'", treaty.name))
            .allowed("one word that starts with a letter and is not a word of the wording")
    });
}

fn names(treaties: &[Treaty], index: usize, place: &str, faults: &mut Faults) {
    let treaty = &treaties[index];
    own_name(treaty, place, faults);
    faults.check(treaties[..index].iter().all(|other| other.name != treaty.name), || {
        Issue::new("duplicate_name", place, "name")
            .value(format!("'{}'", treaty.name))
            .allowed("unique")
            .hint(format!("call it '{}_2'", treaty.name))
    });
    if let Some(name) = &treaty.backup_of {
        let others = treaties.iter().map(|t| t.name.as_str()).filter(|n| *n != treaty.name);
        match treaties.iter().find(|other| &other.name == name) {
            None => faults.push(Issue::unknown(place, "on backup of", name, others)),
            Some(other) => backup(treaty, other, place, faults),
        }
    }
    for (at, name) in treaty.net_of.iter().enumerate() {
        let others = treaties.iter().map(|t| t.name.as_str()).filter(|n| *n != treaty.name);
        match treaties.iter().find(|other| &other.name == name) {
            None => faults.push(Issue::unknown(place, "on net of", name, others)),
            Some(other) if other.basis == Basis::Annual && treaty.basis != Basis::Annual => {
                let unit = if treaty.basis == Basis::Risk { "risk" } else { "event" };
                faults.push(
                    Issue::new("occurrence_on_annual", place, "on net of")
                        .value(format!("'{name}', an annual cover"))
                        .allowed(format!("made of covers per risk or per event, as it works per {unit}"))
                        .hint(format!(
                            "an annual recovery belongs to no {unit}: make '{}' annual, or '{name}' net of it",
                            treaty.name
                        )),
                );
            }
            Some(_) => {}
        }
        faults.check(!treaty.net_of[..at].contains(name), || {
            Issue::new("repeated_name", place, "on net of")
                .value(format!("'{name}' twice"))
                .allowed("each treaty once")
        });
    }
}

/// A backup stands behind an occurrence cover with an annual limit, unit by unit.
fn backup(treaty: &Treaty, other: &Treaty, place: &str, faults: &mut Faults) {
    let mut refuse = |bad: bool, value: &str, fix: &str| {
        faults.check(!bad, || {
            Issue::new("backup_of_what", place, "on backup of")
                .value(format!("'{}', {value}", other.name))
                .hint(fix)
        });
    };
    let limited = !other.aal.is_unlimited()
        || matches!(other.reinstatements, Some(Reinstatements::Rates(_)))
        || other.loss_ratio_cap.is_some()
        || !other.term_limit.is_unlimited()
        || other.drop.is_some_and(|drop| drop.top);
    refuse(!limited, "which has no annual limit to use up", "give it reinstatements or `aal`");
    refuse(other.basis == Basis::Annual, "an annual cover", "write the layer above it");
    refuse(other.basis != treaty.basis, "which works on another basis", "give both one basis");
    refuse(other.is_attaching(), "whose years are not those of the losses", "drop that clause");
    refuse(other.backup_of.is_some(), "a backup itself", "back up the treaty it stands behind");
    refuse(
        other.indexed != 0.0 || other.corridor.is_some(),
        "which is indexed or has a corridor",
        "drop that clause",
    );
}

/// Largest reinstatement rate or loss ratio that is taken for what it says.
const MAX_RATE: f64 = 20.0;

pub(super) fn terms(treaty: &Treaty, place: &str, faults: &mut Faults) {
    let layered = !treaty.limit.is_unlimited() || treaty.attachment > 0.0;
    faults.limit(place, "limit", treaty.limit.amount());
    faults.non_negative(place, "attachment", treaty.attachment);
    faults.non_negative(place, "franchise", treaty.franchise);
    faults.limit(place, "event_limit", treaty.event_limit.amount());
    faults.non_negative(place, "aad", treaty.aad);
    faults.limit(place, "aal", treaty.aal.amount());
    for (field, share) in [("share", treaty.share), ("placed", treaty.placed)] {
        if share > 1.0 && share <= 2.0 {
            faults.push(
                Issue::new(
                    if field == "placed" { "over_placed" } else { "over_ceded" },
                    place,
                    field,
                )
                .value(format!("{}%", share * 100.0))
                .allowed("at most 100%")
                .hint("sign the lines down to 100%"),
            );
        } else if faults.fraction(place, field, share) {
            faults.check(share > 0.0, || {
                Issue::new("out_of_range", place, field)
                    .value(share)
                    .allowed("a fraction in (0, 1]")
            });
        }
    }
    if faults.fraction(place, "co_participation", treaty.co_participation) {
        faults.check(treaty.co_participation < 1.0, || {
            Issue::new("out_of_range", place, "co_participation").value(1).allowed("less than 1")
        });
    }
    if let Some(rate) = treaty.commission {
        faults.fraction(place, "commission", rate);
    }
    if let Some(premium) = treaty.premium {
        faults.positive(place, "premium", premium);
    }
    if let Some(rate) = treaty.rate
        && faults.positive(place, "rate", rate)
    {
        faults.fraction(place, "rate", rate);
    }
    let mut multiple = |field: &str, rate: f64, low: bool| {
        let ok = rate <= MAX_RATE && if low { rate >= 0.0 } else { rate > 0.0 };
        faults.check(ok, || {
            let issue = Issue::new("out_of_range", place, field).value(rate);
            let issue = issue.allowed(format!("a rate up to {MAX_RATE}"));
            if rate > MAX_RATE { issue.hint(format!("did you mean {rate}%?")) } else { issue }
        });
    };
    if let Some(cap) = treaty.loss_ratio_cap {
        multiple("loss_ratio_cap", cap, false);
    }
    for rate in treaty.reinstatements.iter().flat_map(Reinstatements::rates) {
        multiple("reinstatements", *rate, true);
    }
    if treaty.unit == Unit::LossRatio {
        multiple("attachment", treaty.attachment, true);
        if let Limit::Amount(limit) = treaty.limit {
            multiple("limit", limit, false);
        }
    }
    contradictions(treaty, layered, place, faults);
    super::clause_faults::check(treaty, place, faults);
}

/// Clauses that each make sense and together do not.
fn contradictions(treaty: &Treaty, layered: bool, place: &str, faults: &mut Faults) {
    let annual = treaty.basis == Basis::Annual;
    let mut refuse = |bad: bool, code: &'static str, field: &str, value: &str, fix: &str| {
        faults.check(!bad, || Issue::new(code, place, field).value(value).hint(fix));
    };
    let reinstated = treaty.reinstatements.is_some();
    refuse(
        reinstated && !annual && treaty.limit.is_unlimited(),
        "reinstatement_without_limit",
        "reinstatements",
        "there is no limit to reinstate",
        "give the layer a limit, or use `aal`",
    );
    refuse(
        annual && reinstated,
        "annual_reinstatement",
        "reinstatements",
        "an annual cover has one limit for the year",
        "drop them, or make the layer per event",
    );
    refuse(
        annual && (treaty.aad > 0.0 || !treaty.aal.is_unlimited()),
        "annual_terms_on_annual",
        "aad, aal",
        "an annual cover has its limit and attachment for that",
        "write them as `limit xs attachment annual`",
    );
    refuse(
        treaty.pro_rata == ProRata::Time && !reinstated,
        "time_without_reinstatement",
        "pro_rata",
        "there is no reinstatement premium to prorate",
        "add `1 @ 100%` or drop `pro rata time`",
    );
    refuse(
        treaty.unit == Unit::LossRatio && !annual,
        "loss_ratio_per_event",
        "unit",
        "a layer of loss ratios works on the year",
        "make it annual, or state amounts",
    );
    refuse(
        !treaty.event_limit.is_unlimited() && treaty.basis != Basis::Risk,
        "event_limit_not_per_risk",
        "event_limit",
        "only a cover per risk has an event limit beside its own",
        "set `limit`, or make the cover per risk",
    );
    refuse(
        treaty.premium.is_some() && treaty.rate.is_some(),
        "premium_and_rate",
        "premium, rate",
        "both are stated",
        "state one of them",
    );
    refuse(
        treaty.is_proportional() && (treaty.premium.is_some() || treaty.rate.is_some()),
        "premium_of_quota_share",
        "premium, rate",
        "a quota share takes its share of the subject premium",
        "drop it; use `commission` for what comes back",
    );
    let capacity = match (&treaty.reinstatements, treaty.limit) {
        (Some(terms), Limit::Amount(limit)) => terms.capacity(limit),
        _ => f64::INFINITY,
    };
    refuse(
        layered && reinstated && treaty.aal.amount() < treaty.limit.amount(),
        "aal_below_limit",
        "aal",
        "the annual limit is below the limit it would reinstate",
        "raise `aal` or drop the reinstatements",
    );
    refuse(
        treaty.aal.amount().is_finite() && treaty.aal.amount() > capacity,
        "aal_above_capacity",
        "aal",
        "the annual limit is above (1 + reinstatements) × limit",
        "lower `aal` or add reinstatements",
    );
}

/// Quota shares of one subject may not cede more than all of it.
fn over_ceded(treaties: &[Treaty], place: &dyn Fn(usize) -> String, faults: &mut Faults) {
    for (index, treaty) in treaties.iter().enumerate() {
        let same = |other: &&Treaty| other.is_proportional() && other.net_of == treaty.net_of;
        let first = treaties.iter().position(|other| same(&other)) == Some(index);
        if !treaty.is_proportional() || !first {
            continue;
        }
        let shares: Vec<&Treaty> = treaties.iter().filter(same).collect();
        let total: f64 = shares.iter().map(|t| super::premium::participation(t)).sum();
        if shares.len() > 1 && total > 1.0 + 1e-9 {
            let names: Vec<&str> = shares.iter().map(|t| t.name.as_str()).collect();
            faults.push(
                Issue::new("over_ceded", place(index), "share")
                    .value(format!("{}% with {}", total * 100.0, names.join(", ")))
                    .allowed("at most 100% of one subject")
                    .hint("lower the shares, or put one on the net of the other"),
            );
        }
    }
}

#[cfg(test)]
#[path = "programme_tests.rs"]
mod tests;
