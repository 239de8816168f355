//! Programmes as OED 5 reinsurance files, ReinsInfo and ReinsScope (Open Exposure Data 5.0.0).
//!
//! OED orders treaties by inuring priority: a treaty sees what those of lower priorities leave. A
//! programme can be said so when every treaty is net of exactly the treaties of earlier levels.
//! CededPercent is the ceded share, PlacedPercent the placed one, TreatyShare what co-participation
//! leaves. RiskLimit and RiskAttachment are the layer of a cover per risk and OccLimit its event
//! limit; OccLimit and OccAttachment the layer of a cover per event; AggLimit and AggAttachment its
//! annual terms, or the layer of an annual cover. Limits of 0 are unlimited.
//!
//! Of surplus shares (SS) and facultative covers (FAC) the scope names the risks, one a line, with
//! CededPercent of a surplus: they become treaties `for risks`. A risk is called by its location, or
//! its policy or account where that is all there is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::attaching::Attaches;
use super::programme::Programme;
use super::reinstatement::Reinstatements;
use super::terms::{Basis, Limit, Treaty, Unit};
use crate::error::{Error, Faults, Issue, Result};

/// Columns of ReinsInfo that are written.
const INFO: [&str; 22] = [
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
    "AttachmentBasis",
    "OEDVersion",
];

/// Columns of ReinsScope that name one risk, the narrowest first.
const RISKS: [&str; 3] = ["LocNumber", "PolNumber", "AccNumber"];

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
const SAID: [&str; 17] = [
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
    "attaches",
    "risks",
];

const UNLIMITED: f64 = 0.0;

impl Programme {
    /// The two files as CSV text: ReinsInfo and ReinsScope (of portfolio 1).
    ///
    /// # Errors
    /// Every clause that OED has no column for, and inuring that is not by priority.
    pub fn to_oed(&self) -> Result<(String, String)> {
        let mut faults = Faults::new();
        let levels = self.levels(&mut faults);
        let mut info = vec![INFO.join(",")];
        let columns = "ReinsNumber,PortNumber,LocNumber,CededPercent,OEDVersion";
        let mut scope = vec![columns.to_owned()];
        for (index, treaty) in self.treaties().iter().enumerate() {
            let place = format!("programme.{}", treaty.name);
            cannot_say(treaty, &place, &mut faults);
            let cells = row(self, treaty, index + 1, levels[index] + 1, &place, &mut faults);
            info.push(INFO.iter().map(|name| cells[name].clone()).collect::<Vec<_>>().join(","));
            if treaty.risks.is_empty() {
                scope.push(format!("{},1,,1,5.0.0", index + 1));
            }
            for (risk, share) in &treaty.risks {
                scope.push(format!("{},1,{},{share},5.0.0", index + 1, quoted(risk)));
            }
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
        let mut found: Vec<(i64, String, Treaty)> = Vec::new();
        let mut shares = match scope {
            Some(scope) => scopes(scope, &mut faults)?,
            None => BTreeMap::new(),
        };
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
            if let Some((priority, mut treaty)) = read(&line, &mut faults) {
                let number = line.text("ReinsNumber").unwrap_or_default();
                let kind = line.text("ReinsType").unwrap_or_default();
                let by_risk = matches!(kind.as_str(), "SS" | "FAC");
                treaty.risks = shares.get(&number).cloned().unwrap_or_default();
                if kind == "SS" {
                    // The shares of a surplus are those of the scope, that of a cover the info's.
                    treaty.share = 1.0;
                } else {
                    treaty.risks.values_mut().for_each(|share| *share = 1.0);
                }
                faults.check(!by_risk || !treaty.risks.is_empty(), || {
                    Issue::new("missing_scope", &line.place, "ReinsType")
                        .value(&kind)
                        .allowed("a cover whose scope names its risks")
                });
                found.push((priority, number, treaty));
            }
        }
        for (_, number, _) in &found {
            shares.remove(number);
        }
        for number in shares.keys() {
            faults.push(
                Issue::new("unknown_name", "ReinsScope", "ReinsNumber")
                    .value(number)
                    .allowed("the number of a treaty in ReinsInfo"),
            );
        }
        faults.finish()?;
        let names: Vec<(i64, String)> =
            found.iter().map(|(priority, _, treaty)| (*priority, treaty.name.clone())).collect();
        let treaties = found
            .into_iter()
            .map(|(priority, _, mut treaty)| {
                let earlier = names.iter().filter(|(other, _)| *other < priority);
                treaty.net_of = earlier.map(|(_, name)| name.clone()).collect();
                treaty
            })
            .collect();
        Self::new(treaties, currency, premium)
    }
}

/// Shares of the risks that ReinsScope names, by number of the treaty; empty for whole portfolios.
fn scopes(text: &str, faults: &mut Faults) -> Result<BTreeMap<String, BTreeMap<String, f64>>> {
    let mut shares: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for (number, cells) in table("ReinsScope", text)?.iter().enumerate() {
        let line = Line { place: format!("ReinsScope line {}", number + 2), cells };
        let of = shares.entry(line.text("ReinsNumber").unwrap_or_default()).or_default();
        let named = RISKS.iter().find_map(|column| line.text(column));
        for filter in FILTERS.iter().filter(|filter| !RISKS.contains(filter)).skip(1) {
            if let Some(value) = line.text(filter) {
                faults.push(
                    Issue::new("not_supported", &line.place, *filter)
                        .value(value)
                        .allowed("empty: a scope is the whole portfolio, or names its risks")
                        .hint("name the risks of that part of the book, a line each"),
                );
            }
        }
        if let Some(risk) = named {
            let share = line.number("CededPercent", 1.0, faults);
            faults.check(of.insert(risk.clone(), share).is_none(), || {
                Issue::new("repeated_name", &line.place, "LocNumber").value(&risk).allowed("once")
            });
        }
    }
    Ok(shares)
}

/// A cell of CSV.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
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
    let basis = match treaty.attaches.unwrap_or_default() {
        Attaches::LossesOccurring => "LO",
        Attaches::RisksAttaching => "RA",
        Attaches::ClaimsMade => "CM",
    };
    set("AttachmentBasis", basis.to_owned());
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
        let ones = treaty.risks.values().all(|share| *share == 1.0);
        faults.check(ones, || {
            let issue = Issue::new("not_in_oed", place, "risks").value("shares of a layer");
            issue.allowed("1 for each risk: the info states one share for all")
        });
        set("ReinsType", "CXL".to_owned());
        set("OccLimit", limit);
        set("OccAttachment", attachment);
    } else {
        let whole = treaty.limit.is_unlimited() && treaty.attachment == 0.0;
        // Shares of single risks are surplus shares, covers of single risks facultative.
        let kind = match (whole, treaty.risks.is_empty()) {
            (true, true) => "QS",
            (true, false) => "SS",
            (false, true) => "PR",
            (false, false) => "FAC",
        };
        faults.check(kind != "SS" || treaty.share == 1.0, || {
            let issue = Issue::new("not_in_oed", place, "share").value(treaty.share);
            issue.allowed("1: the scope states the share of each risk")
        });
        let ones = treaty.risks.values().all(|share| *share == 1.0);
        faults.check(kind != "FAC" || ones, || {
            let issue = Issue::new("not_in_oed", place, "risks").value("shares of a layer");
            issue.allowed("1 for each risk: the info states one share for all")
        });
        set("ReinsType", kind.to_owned());
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
    let basis = line.text("AttachmentBasis");
    treaty.attaches = match basis.as_deref() {
        None | Some("LO") => None,
        Some("RA") => Some(Attaches::RisksAttaching),
        Some("CM") => Some(Attaches::ClaimsMade),
        Some(other) => {
            faults.push(Issue::unknown(&line.place, "AttachmentBasis", other, ["LO", "RA", "CM"]));
            None
        }
    };
    let kind = line.text("ReinsType").unwrap_or_default();
    match kind.as_str() {
        "QS" | "SS" => {
            treaty.basis = Basis::Risk;
            treaty.limit = limit(risk);
            treaty.event_limit = limit(event);
        }
        "PR" | "FAC" => {
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
        _ => {
            let known = ["QS", "SS", "PR", "FAC", "CXL", "AXL"];
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
