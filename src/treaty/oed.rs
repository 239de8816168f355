//! Programmes as OED 5 reinsurance files, ReinsInfo and ReinsScope (Open Exposure Data 5.0.0).
//!
//! OED orders treaties by inuring priority: a treaty sees what those of lower priorities leave. A
//! programme can be said so when every treaty is net of exactly the treaties of earlier levels.
//! CededPercent is the ceded share, PlacedPercent the placed one, TreatyShare what co-participation
//! leaves. RiskLimit and RiskAttachment are the layer of a cover per risk and OccLimit its event
//! limit; OccLimit and OccAttachment the layer of a cover per event; AggLimit and AggAttachment its
//! annual terms, or the layer of an annual cover. Limits of 0 are unlimited.

use std::collections::BTreeMap;

use serde_json::Value;

use super::programme::Programme;
use super::reinstatement::Reinstatements;
use super::terms::{Basis, Limit, Treaty, Unit};
use crate::error::{Error, Faults, Issue, Result};

/// Columns of ReinsInfo that are written.
const INFO: [&str; 21] = [
    "ReinsNumber",
    "ReinsLayerNumber",
    "ReinsName",
    "ReinsPeril",
    "CededPercent",
    "RiskLimit",
    "RiskAttachment",
    "OccLimit",
    "OccAttachment",
    "AggLimit",
    "AggAttachment",
    "PlacedPercent",
    "ReinsCurrency",
    "InuringPriority",
    "ReinsType",
    "Reinstatement",
    "ReinstatementCharge",
    "ReinsPremium",
    "TreatyShare",
    "RiskLevel",
    "OEDVersion",
];

/// Columns of ReinsScope that narrow a treaty to a part of the portfolio.
const FILTERS: [&str; 10] = [
    "PortNumber",
    "AccNumber",
    "PolNumber",
    "LocGroup",
    "LocNumber",
    "CedantName",
    "ProducerName",
    "LOB",
    "CountryCode",
    "ReinsTag",
];

/// Fields of a treaty that OED can say.
const SAID: [&str; 15] = [
    "name",
    "net_of",
    "basis",
    "share",
    "limit",
    "attachment",
    "unit",
    "event_limit",
    "aad",
    "aal",
    "reinstatements",
    "placed",
    "co_participation",
    "premium",
    "pro_rata",
];

const UNLIMITED: f64 = 0.0;

impl Programme {
    /// The two files as CSV text: ReinsInfo and ReinsScope (all of portfolio 1).
    ///
    /// # Errors
    /// Every clause that OED has no column for, and inuring that is not by priority.
    pub fn to_oed(&self) -> Result<(String, String)> {
        let mut faults = Faults::new();
        let levels = self.levels(&mut faults);
        let mut info = vec![INFO.join(",")];
        let mut scope = vec!["ReinsNumber,PortNumber,CededPercent,OEDVersion".to_owned()];
        for (index, treaty) in self.treaties().iter().enumerate() {
            let place = format!("programme.{}", treaty.name);
            cannot_say(treaty, &place, &mut faults);
            let cells = row(self, treaty, index + 1, levels[index] + 1, &place, &mut faults);
            info.push(INFO.iter().map(|name| cells[name].clone()).collect::<Vec<_>>().join(","));
            scope.push(format!("{},1,1,5.0.0", index + 1));
        }
        faults.finish()?;
        Ok((info.join("\n") + "\n", scope.join("\n") + "\n"))
    }

    /// Inuring level of each treaty, from 0.
    fn levels(&self, faults: &mut Faults) -> Vec<usize> {
        let net_of = self.net_of();
        let mut levels = vec![0; net_of.len()];
        for index in self.order() {
            levels[index] = net_of[index].iter().map(|other| levels[*other] + 1).max().unwrap_or(0);
        }
        for (index, treaty) in self.treaties().iter().enumerate() {
            for (other, below) in self.treaties().iter().enumerate() {
                let named = net_of[index].contains(&other);
                faults.check(named == (levels[other] < levels[index]), || {
                    Issue::new("not_in_oed", format!("programme.{}", treaty.name), "net_of")
                        .value(if named { "named" } else { "not named" })
                        .allowed("net of all treaties of earlier inuring levels, and of no others")
                        .hint(format!("about '{}'", below.name))
                });
            }
        }
        levels
    }

    /// Reads ReinsInfo and, where there is one, ReinsScope.
    ///
    /// # Errors
    /// Every fault with its line: unknown types, cells that are not numbers, layers of one number
    /// that differ, and scopes that cover a part of the portfolio only.
    pub fn from_oed(info: &str, scope: Option<&str>, premium: Option<f64>) -> Result<Self> {
        let mut faults = Faults::new();
        let lines = table("ReinsInfo", info)?;
        let mut found: Vec<(i64, Treaty)> = Vec::new();
        let mut currency: Option<String> = None;
        for (number, cells) in lines.iter().enumerate() {
            let line = Line { place: format!("ReinsInfo line {}", number + 2), cells };
            if let Some(text) = line.text("ReinsCurrency") {
                if currency.as_ref().is_some_and(|known| *known != text) {
                    faults.push(
                        Issue::new("mixed_currencies", &line.place, "ReinsCurrency").value(text),
                    );
                } else {
                    currency = Some(text);
                }
            }
            if let Some((priority, treaty)) = read(&line, &mut faults) {
                found.push((priority, treaty));
            }
        }
        if let Some(scope) = scope {
            for (number, cells) in table("ReinsScope", scope)?.iter().enumerate() {
                let line = Line { place: format!("ReinsScope line {}", number + 2), cells };
                for filter in FILTERS.iter().skip(1) {
                    if let Some(value) = line.text(filter) {
                        faults.push(
                            Issue::new("not_supported", &line.place, *filter)
                                .value(value)
                                .allowed("empty: a treaty covers the whole portfolio")
                                .hint("apply a programme of its own to that part of the book"),
                        );
                    }
                }
            }
        }
        faults.finish()?;
        let names: Vec<(i64, String)> =
            found.iter().map(|(priority, treaty)| (*priority, treaty.name.clone())).collect();
        let treaties = found
            .into_iter()
            .map(|(priority, mut treaty)| {
                let earlier = names.iter().filter(|(other, _)| *other < priority);
                treaty.net_of = earlier.map(|(_, name)| name.clone()).collect();
                treaty
            })
            .collect();
        Self::new(treaties, currency, premium)
    }
}

fn cannot_say(treaty: &Treaty, place: &str, faults: &mut Faults) {
    let mut problem = |field: &str, why: &str| {
        faults.push(Issue::new("not_in_oed", place, field).value(why));
    };
    if let Ok(Value::Object(fields)) = serde_json::to_value(treaty) {
        for field in fields.keys().filter(|field| !SAID.contains(&field.as_str())) {
            problem(field, "OED has no column for it");
        }
    }
    if treaty.unit == Unit::LossRatio {
        problem("unit", "OED states amounts, not loss ratios");
    }
    if treaty.pro_rata != super::terms::ProRata::Amount {
        problem("pro_rata", "OED has no column for it");
    }
    if matches!(treaty.reinstatements, Some(Reinstatements::Unlimited { .. })) {
        problem("reinstatements", "OED states a number of them");
    }
}

fn row(
    programme: &Programme,
    treaty: &Treaty,
    number: usize,
    priority: usize,
    place: &str,
    faults: &mut Faults,
) -> BTreeMap<&'static str, String> {
    let amount = |limit: Limit| if limit.is_unlimited() { UNLIMITED } else { limit.amount() };
    let mut cells: BTreeMap<&'static str, String> =
        INFO.iter().map(|name| (*name, String::new())).collect();
    let mut set = |name: &'static str, value: String| {
        cells.insert(name, value);
    };
    set("ReinsNumber", number.to_string());
    set("ReinsLayerNumber", "1".to_owned());
    set("ReinsName", treaty.name.clone());
    set("ReinsPeril", "AA1".to_owned());
    set("CededPercent", treaty.share.to_string());
    set("PlacedPercent", treaty.placed.to_string());
    set("TreatyShare", (1.0 - treaty.co_participation).to_string());
    set("InuringPriority", priority.to_string());
    set("ReinsCurrency", programme.currency().unwrap_or_default().to_owned());
    set("OEDVersion", "5.0.0".to_owned());
    set("ReinsPremium", treaty.premium.map_or_else(String::new, |p| p.to_string()));
    let zero = ["RiskLimit", "RiskAttachment", "OccLimit", "OccAttachment"];
    for name in zero.into_iter().chain(["AggLimit", "AggAttachment"]) {
        set(name, "0".to_owned());
    }
    if let Some(Reinstatements::Rates(rates)) = &treaty.reinstatements {
        let rates: Vec<String> = rates.iter().map(ToString::to_string).collect();
        set("Reinstatement", rates.len().to_string());
        set("ReinstatementCharge", rates.join(";"));
    }
    let (limit, attachment) = (amount(treaty.limit).to_string(), treaty.attachment.to_string());
    if treaty.basis == Basis::Annual {
        set("ReinsType", "AXL".to_owned());
        set("AggLimit", limit);
        set("AggAttachment", attachment);
        faults.check(treaty.aad == 0.0 && treaty.aal.is_unlimited(), || {
            Issue::new("not_in_oed", place, "aal").value("annual terms of an annual cover")
        });
        return cells;
    }
    set("AggLimit", amount(treaty.aal).to_string());
    set("AggAttachment", treaty.aad.to_string());
    if treaty.basis == Basis::Event {
        set("ReinsType", "CXL".to_owned());
        set("OccLimit", limit);
        set("OccAttachment", attachment);
    } else {
        set("ReinsType", if treaty.is_proportional() { "QS" } else { "PR" }.to_owned());
        set("RiskLevel", "LOC".to_owned());
        set("RiskLimit", limit);
        set("RiskAttachment", attachment);
        set("OccLimit", amount(treaty.event_limit).to_string());
    }
    cells
}

struct Line<'a> {
    place: String,
    cells: &'a BTreeMap<String, String>,
}

impl Line<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let cell = self.cells.get(&name.to_lowercase())?.trim();
        (!cell.is_empty() && cell != "n/a").then(|| cell.to_owned())
    }

    fn number(&self, name: &str, default: f64, faults: &mut Faults) -> f64 {
        let Some(text) = self.text(name) else { return default };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => number,
            _ => {
                faults.push(
                    Issue::new("bad_cell", &self.place, name).value(text).allowed("a number"),
                );
                default
            }
        }
    }
}

fn read(line: &Line<'_>, faults: &mut Faults) -> Option<(i64, Treaty)> {
    let limit = |amount: f64| if amount == 0.0 { Limit::Unlimited } else { Limit::Amount(amount) };
    let mut number = |name: &str, default: f64| line.number(name, default, faults);
    let (risk, event) = (number("RiskLimit", 0.0), number("OccLimit", 0.0));
    let (over, of_event) = (number("RiskAttachment", 0.0), number("OccAttachment", 0.0));
    let (aggregate, aad) = (number("AggLimit", 0.0), number("AggAttachment", 0.0));
    let mut treaty = Treaty {
        share: number("CededPercent", 1.0),
        placed: number("PlacedPercent", 1.0),
        // 1 − 0.9 is not 0.1 in binary; twelve decimals are.
        co_participation: ((1.0 - number("TreatyShare", 1.0)) * 1e12).round() / 1e12,
        ..Treaty::default()
    };
    let priority = number("InuringPriority", 1.0) as i64;
    let id = number("ReinsNumber", 0.0) as i64;
    let layer = number("ReinsLayerNumber", 1.0) as i64;
    let premium = number("ReinsPremium", 0.0);
    let count = number("Reinstatement", -1.0);
    treaty.premium = (premium > 0.0).then_some(premium);
    let name = line.text("ReinsName").unwrap_or_default();
    treaty.name = word(&name).unwrap_or_else(|| format!("r{id}_{layer}"));
    let charges = line.text("ReinstatementCharge").unwrap_or_default();
    if count >= 0.0 || !charges.is_empty() {
        let rates: Vec<Option<f64>> = charges
            .split(';')
            .filter(|text| !text.trim().is_empty())
            .map(|text| text.trim().parse().ok())
            .collect();
        let rates = rates.into_iter().collect::<Option<Vec<f64>>>();
        match rates {
            Some(rates) if count < 0.0 || rates.len() == count as usize => {
                treaty.reinstatements = Some(Reinstatements::Rates(rates));
            }
            Some(rates) if rates.len() <= 1 => {
                let rate = rates.first().copied().unwrap_or(0.0);
                treaty.reinstatements = Some(Reinstatements::Rates(vec![rate; count as usize]));
            }
            _ => faults.push(
                Issue::new("bad_cell", &line.place, "ReinstatementCharge")
                    .value(&charges)
                    .allowed(format!("{count} rates separated by semicolons")),
            ),
        }
    }
    for field in ["OccFranchiseDed", "OccReverseFranchise"] {
        let value = line.number(field, 0.0, faults);
        faults.check(value == 0.0, || {
            Issue::new("not_supported", &line.place, field).value(value).allowed("0")
        });
    }
    let kind = line.text("ReinsType").unwrap_or_default();
    match kind.as_str() {
        "QS" => {
            treaty.basis = Basis::Risk;
            treaty.limit = limit(risk);
            treaty.event_limit = limit(event);
        }
        "PR" => {
            treaty.basis = Basis::Risk;
            treaty.limit = limit(risk);
            treaty.attachment = over;
            treaty.event_limit = limit(event);
        }
        "CXL" => {
            treaty.basis = Basis::Event;
            treaty.limit = limit(event);
            treaty.attachment = of_event;
        }
        "AXL" => {
            treaty.basis = Basis::Annual;
            treaty.limit = limit(aggregate);
            treaty.attachment = aad;
        }
        "SS" | "FAC" => {
            faults.push(
                Issue::new("not_supported", &line.place, "ReinsType")
                    .value(kind)
                    .allowed("QS, PR, CXL or AXL")
                    .hint("its shares stand in the scope, risk by risk: give them with the book"),
            );
            return None;
        }
        _ => {
            let known = ["QS", "PR", "CXL", "AXL"];
            faults.push(Issue::unknown(&line.place, "ReinsType", &kind, known));
            return None;
        }
    }
    if treaty.basis != Basis::Annual {
        treaty.aal = limit(aggregate);
        treaty.aad = aad;
    }
    Some((priority, treaty))
}

/// A name of a treaty from a name of people; none when nothing is left of it.
fn word(name: &str) -> Option<String> {
    let text: String =
        name.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    text.chars().next().is_some_and(char::is_alphabetic).then_some(text)
}

/// Rows of a CSV text by lower-case column name.
fn table(file: &str, text: &str) -> Result<Vec<BTreeMap<String, String>>> {
    let fail = |e: csv::Error| Error::file(file, e);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> =
        reader.headers().map_err(fail)?.iter().map(str::to_lowercase).collect();
    let key = "reinsnumber";
    if !names.iter().any(|name| name.trim_start_matches('\u{feff}') == key) {
        return Err(Issue::new("missing_column", file, "ReinsNumber").value("absent").into_error());
    }
    reader
        .records()
        .map(|record| {
            let record = record.map_err(fail)?;
            let cells = record.iter().map(str::to_owned);
            Ok(names.iter().cloned().zip(cells).collect())
        })
        .collect()
}

#[cfg(test)]
#[path = "oed_tests.rs"]
mod tests;
