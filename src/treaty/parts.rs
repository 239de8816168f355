//! Programmes from structured data (JSON, TOML, Python objects), every fault with its field.

use serde_json::{Map, Value};

use super::account::{Profit, Swing};
use super::clause::CLAUSES;
use super::corridor::Corridor;
use super::nth_event::{Drop, NthEvent};
use super::programme::Programme;
use super::proportional::Band;
use super::stability::Stability;
use super::terms::Treaty;
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::parse_amount;

/// Fields of a treaty that are not clauses of [`CLAUSES`].
pub(super) const COVER: &[&str] = &[
    "name",
    "net_of",
    "backup_of",
    "basis",
    "share",
    "limit",
    "attachment",
    "unit",
    "lines",
    "bands",
];

/// Reads `{currency, premium, treaties: [{name, …}]}`. Amounts may be text (`"20m"`, `"unlimited"`).
pub(super) fn read(value: Value) -> Result<Programme> {
    let mut faults = Faults::new();
    let Value::Object(mut top) = value else {
        return Err(wrong("programme", "", &value, "a table with `treaties`").into_error());
    };
    let keys = ["currency", "premium", "treaties"];
    for key in top.keys().filter(|key| !keys.contains(&key.as_str())) {
        faults.push(Issue::unknown("programme", "field", key, keys));
    }
    let currency = match top.remove("currency") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(other) => {
            faults.push(wrong("programme", "currency", &other, "text such as CNY"));
            None
        }
    };
    let premium = top
        .remove("premium")
        .filter(|value| !value.is_null())
        .and_then(|value| number("programme", "premium", &value, &mut faults));
    let listed = match top.remove("treaties") {
        Some(Value::Array(listed)) => listed,
        None => Vec::new(),
        Some(other) => {
            faults.push(wrong("programme", "treaties", &other, "a list of treaties"));
            Vec::new()
        }
    };
    let mut treaties = Vec::with_capacity(listed.len());
    for (index, value) in listed.into_iter().enumerate() {
        let Value::Object(fields) = value else {
            let place = format!("programme.treaties[{index}]");
            faults.push(wrong(&place, "", &value, "a table of fields"));
            continue;
        };
        let place = match fields.get("name") {
            Some(Value::String(name)) => format!("programme.{name}"),
            _ => format!("programme.treaties[{index}]"),
        };
        treaties.extend(treaty(&place, fields, &mut faults));
    }
    if faults.is_empty() {
        return Programme::new(treaties, currency, premium);
    }
    let place = |treaty: usize| format!("programme.{}", treaties[treaty].name);
    // Names of treaties that could not be read are not known here, so links are not judged.
    for issue in super::programme::faults(&treaties, premium, &place) {
        if !matches!(issue.code, "unknown_name" | "empty_programme") {
            faults.push(issue);
        }
    }
    faults.finish()?;
    Err(Error::numeric("programme", "could not be read"))
}

impl Treaty {
    /// Reads one treaty from JSON and checks its own terms; names of other treaties are not judged.
    ///
    /// # Errors
    /// All faults at once.
    pub fn from_json(text: &str) -> Result<Self> {
        let unreadable = |error: String| Issue::new("unreadable", "treaty", "").value(error);
        let value: Value =
            serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
        let Value::Object(fields) = value else {
            return Err(wrong("treaty", "", &value, "a table of fields").into_error());
        };
        let mut faults = Faults::new();
        let place = match fields.get("name") {
            Some(Value::String(name)) => format!("treaty {name}"),
            _ => "treaty".to_owned(),
        };
        let treaty = treaty(&place, fields, &mut faults);
        if let Some(treaty) = &treaty {
            super::programme::terms(treaty, &place, &mut faults);
            super::programme::own_name(treaty, &place, &mut faults);
        }
        faults.finish()?;
        treaty.ok_or_else(|| unreadable("no treaty".to_owned()).into_error())
    }

    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::numeric("treaty", error.to_string()))
    }
}

fn treaty(place: &str, fields: Map<String, Value>, faults: &mut Faults) -> Option<Treaty> {
    let before = faults.issues().len();
    let mut clean = Map::new();
    for (field, value) in fields {
        let field = field.as_str();
        if value.is_null() {
            continue;
        }
        let known = || {
            let clauses = CLAUSES.iter().flat_map(|clause| clause.fields).copied();
            let mut fields: Vec<&str> = COVER.iter().copied().chain(clauses).collect();
            fields.dedup();
            fields
        };
        let value = match field {
            "name" | "backup_of" => text(place, field, value, faults),
            "net_of" => match value {
                Value::String(_) => Some(Value::Array(vec![value])),
                Value::Array(names) => {
                    let names: Vec<Option<Value>> =
                        names.into_iter().map(|name| text(place, field, name, faults)).collect();
                    names.into_iter().collect::<Option<Vec<Value>>>().map(Value::Array)
                }
                other => {
                    faults.push(wrong(place, field, &other, "a list of names"));
                    None
                }
            },
            "basis" => choice(place, field, value, &["risk", "event", "annual"], faults),
            "unit" => choice(place, field, value, &["amount", "loss_ratio"], faults),
            "pro_rata" => choice(place, field, value, &["amount", "time"], faults),
            "reinstatements" => reinstatements(place, value, faults),
            "attaches" => {
                let known = ["losses_occurring", "risks_attaching", "claims_made"];
                choice(place, field, value, &known, faults)
            }
            "prepaid" | "interlocking" => match value {
                Value::Bool(_) => Some(value),
                other => {
                    faults.push(wrong(place, field, &other, "true or false"));
                    None
                }
            },
            "retentions" | "risks" | "bands" | "from_event" | "drop" | "stability" | "corridor"
            | "sliding" | "profit_commission" | "swing" => {
                let value = plain(value);
                let readable = readable(field, &value);
                if let Some(form) = readable {
                    faults.push(wrong(place, field, &value, form));
                    None
                } else {
                    Some(value)
                }
            }
            "term" | "deficit_carried" | "credit_carried" => number(place, field, &value, faults)
                .and_then(|years| {
                    let whole = years.fract() == 0.0 && (0.0..=10_000.0).contains(&years);
                    faults.check(whole, || wrong(place, field, &value, "a whole number of years"));
                    whole.then(|| Value::from(years as u32))
                }),
            "limit" | "event_limit" | "aal" | "term_limit" => number(place, field, &value, faults)
                .map(|limit| match limit {
                    f64::INFINITY => Value::from("unlimited"),
                    limit => Value::from(limit),
                }),
            _ if known().contains(&field) => number(place, field, &value, faults).map(Value::from),
            _ => {
                faults.push(Issue::unknown(place, "field", field, known()));
                None
            }
        };
        if let Some(value) = value {
            clean.insert(field.to_owned(), value);
        }
    }
    if faults.issues().len() > before {
        return None;
    }
    match serde_json::from_value(Value::Object(clean)) {
        Ok(treaty) => Some(treaty),
        Err(error) => {
            faults.push(Issue::new("unreadable", place, "").value(error));
            None
        }
    }
}

/// Amounts in words inside a table or list, as numbers.
fn plain(value: Value) -> Value {
    match value {
        Value::String(text) => match parse_amount(&text) {
            Some(f64::INFINITY) => Value::from("unlimited"),
            Some(number) => Value::from(number),
            None => Value::String(text),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
        other => other,
    }
}

/// The form of a field that is a table or list, when the value does not have it.
fn readable(field: &str, value: &Value) -> Option<&'static str> {
    fn is<T: serde::de::DeserializeOwned>(value: &Value) -> bool {
        serde_json::from_value::<T>(value.clone()).is_ok()
    }
    let (ok, form) = match field {
        "retentions" => (
            is::<std::collections::BTreeMap<String, f64>>(value),
            "a table of amounts by sector or coverage",
        ),
        "risks" => (
            is::<std::collections::BTreeMap<String, f64>>(value),
            "a table of ceded shares by risk",
        ),
        "bands" => (is::<Vec<Band>>(value), "a list of {up_to, share}"),
        "from_event" => (is::<NthEvent>(value), "{number, over}"),
        "drop" => (is::<Drop>(value), "{to, number, over, top}"),
        "stability" => (is::<Stability>(value), "{rate, beyond, pattern}"),
        "corridor" => (is::<Corridor>(value), "{share, from, to}"),
        "sliding" => (is::<Vec<(f64, f64)>>(value), "a list of [loss ratio, commission]"),
        "profit_commission" => (is::<Profit>(value), "{share, after}"),
        _ => (is::<Swing>(value), "{minimum, maximum, load}"),
    };
    (!ok).then_some(form)
}

fn reinstatements(place: &str, value: Value, faults: &mut Faults) -> Option<Value> {
    let field = "reinstatements";
    let mut rate = |value: &Value| match value {
        Value::String(text) if text.eq_ignore_ascii_case("free") => Some(0.0),
        value => number(place, field, value, faults),
    };
    match &value {
        Value::Array(rates) => {
            let rates: Vec<Option<f64>> = rates.iter().map(&mut rate).collect();
            rates.into_iter().collect::<Option<Vec<f64>>>().map(Value::from)
        }
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("unlimited") => {
            let rate = rate(&fields["unlimited"])?;
            Some(Value::Object(Map::from_iter([("unlimited".to_owned(), Value::from(rate))])))
        }
        other => {
            let allowed = "a rate for each, such as [1.0, 0.5], or {unlimited: 1.0}";
            faults.push(wrong(place, field, other, allowed));
            None
        }
    }
}

fn number(place: &str, field: &str, value: &Value, faults: &mut Faults) -> Option<f64> {
    let found = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => parse_amount(text),
        _ => None,
    };
    if found.is_none() {
        faults.push(wrong(place, field, value, "a number, or an amount such as 4m, 5亿, 30%"));
    }
    found
}

fn text(place: &str, field: &str, value: Value, faults: &mut Faults) -> Option<Value> {
    if value.is_string() {
        return Some(value);
    }
    faults.push(wrong(place, field, &value, "text"));
    None
}

fn choice(
    place: &str,
    field: &str,
    value: Value,
    known: &[&str],
    faults: &mut Faults,
) -> Option<Value> {
    match value.as_str() {
        Some(text) if known.contains(&text) => Some(value),
        Some(text) => {
            faults.push(Issue::unknown(place, field, text, known.iter().copied()));
            None
        }
        None => {
            faults.push(wrong(place, field, &value, &format!("one of {}", known.join(", "))));
            None
        }
    }
}

fn wrong(place: &str, field: &str, value: &Value, allowed: &str) -> Issue {
    Issue::new("wrong_type", place, field).value(value).allowed(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_file_is_told() {
        let text = r#"{"premum": 1, "premium": "x", "treaties": [
            {"name": "a", "limit": "20mm", "attachment": true, "basis": "evnt", "limt": 3},
            {"name": "b", "limit": -5, "placed": 30},
            {"name": "c", "net_of": 3, "reinstatements": ["free", "100%", "many"]}, 7]}"#;
        let issues = Programme::from_json(text).unwrap_err().issues().to_vec();
        let told: Vec<(&str, &str)> =
            issues.iter().map(|issue| (issue.object.as_str(), issue.field.as_str())).collect();
        for fault in [
            ("programme", "field"),
            ("programme", "premium"),
            ("programme.a", "limit"),
            ("programme.a", "attachment"),
            ("programme.a", "basis"),
            ("programme.a", "field"),
            ("programme.b", "limit"),
            ("programme.b", "placed"),
            ("programme.c", "net_of"),
            ("programme.c", "reinstatements"),
            ("programme.treaties[3]", ""),
        ] {
            assert!(told.contains(&fault), "{fault:?} {told:?}");
        }
        assert_eq!(told.len(), 11);
    }

    #[test]
    fn amounts_may_be_text() {
        let text = r#"{"premium": "90m", "treaties": [{"name": "xl", "net_of": null, "limit": "unlimited",
            "attachment": "10m", "placed": "75%"},
            {"name": "b", "net_of": "xl", "limit": 5, "reinstatements": {"unlimited": "100%"}}]}"#;
        let programme = Programme::from_json(text).unwrap();
        assert_eq!(
            programme.to_string(),
            "xl: unlimited xs 10m, placed 75%\nb: 5 xs 0 on net of xl, unlimited @ 100%"
        );
        assert_eq!(programme.premium(), Some(90e6));
    }
}
