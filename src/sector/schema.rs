//! The schema of a coverage file, made from the types, and the check of a file against it.
//!
//! The types of [`coverage`](super::coverage) are written once; schemars turns them into JSON Schema,
//! editors and the docs read that, and so does the check here, which tells every fault of a file with
//! its place and a hint.

use super::coverage::Coverage;
use crate::error::{Error, Faults, Issue};
use crate::numeric::parse_amount;
use crate::portfolio::Date;
use crate::severity::Severity;
use serde_json::{Map, Value as Json, json};
use std::sync::LazyLock;
use toml::Value;

static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    Json::from(settings.into_generator().into_root_schema_for::<Coverage>())
});

/// JSON Schema (draft 2020-12) of a coverage file. Amounts may be numbers or text such as `20m`.
pub fn schema() -> Json {
    let mut schema = SCHEMA.clone();
    public(&mut schema);
    if let Json::Object(root) = &mut schema {
        root.insert("title".to_owned(), json!("kebao coverage"));
    }
    schema
}

/// Numbers may be written as amounts; the families of severities are listed.
fn public(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            if map.remove("x-kebao").is_some()
                && let Some(Json::Object(properties)) = map.get_mut("properties")
            {
                properties.insert("family".to_owned(), json!({"enum": Severity::FAMILIES}));
                return;
            }
            if is_number(map) {
                let about = map.remove("description");
                map.remove("format");
                map.insert("type".to_owned(), json!("number"));
                let number = Json::Object(std::mem::take(map));
                let text = json!({"type": "string", "pattern": "[0-9]"});
                map.insert("anyOf".to_owned(), json!([number, text]));
                if let Some(about) = about {
                    map.insert("description".to_owned(), about);
                }
                return;
            }
            map.values_mut().for_each(public);
        }
        Json::Array(items) => items.iter_mut().for_each(public),
        _ => {}
    }
}

fn is_number(schema: &Map<String, Json>) -> bool {
    kind(schema) == Some("number")
}

/// The type of a schema, `null` aside.
fn kind(schema: &Map<String, Json>) -> Option<&str> {
    match schema.get("type")? {
        Json::String(name) => Some(name),
        Json::Array(names) => names.iter().filter_map(Json::as_str).find(|n| *n != "null"),
        _ => None,
    }
}

/// Checks a file against the schema; amounts in words become numbers, dates text.
pub(super) fn check(path: &str, table: &mut Value, faults: &mut Faults) {
    at(path, "", &SCHEMA, table, faults);
}

/// A part of the file named by its table and the field in it.
fn at(path: &str, field: &str, schema: &Json, value: &mut Value, faults: &mut Faults) {
    let Some(schema) = resolve(schema) else { return };
    if schema.get("x-kebao").is_some() {
        distribution(path, value, faults);
        return;
    }
    if let Some(names) = names(schema) {
        one_of(path, field, value, &names, faults);
        return;
    }
    if let Some(Json::Array(variants)) = schema.get("oneOf") {
        tagged(&place(path, field), variants, value, faults);
        return;
    }
    let Some(kind) = kind(schema) else { return };
    match kind {
        "object" => {
            let here = place(path, field);
            let shown = shown(value);
            match value {
                Value::Table(table) => object(&here, schema, table, faults),
                _ => wrong(path, field, &shown, "a table", faults),
            }
        }
        "array" => array(path, field, schema, value, faults),
        "number" | "integer" => number(path, field, schema, value, faults),
        "boolean" => {
            if !value.is_bool() {
                wrong(path, field, &shown(value), "true or false", faults);
            }
        }
        _ => text(path, field, schema, value, faults),
    }
}

fn place(path: &str, field: &str) -> String {
    if field.is_empty() { path.to_owned() } else { format!("{path}.{field}") }
}

/// Follows a reference, or the one alternative that is not null.
fn resolve(schema: &Json) -> Option<&Map<String, Json>> {
    let map = schema.as_object()?;
    if let Some(Json::String(name)) = map.get("$ref") {
        return resolve(SCHEMA.pointer(name.trim_start_matches('#'))?);
    }
    if let Some(Json::Array(parts)) = map.get("anyOf") {
        return parts.iter().find(|p| p.get("type") != Some(&json!("null"))).and_then(resolve);
    }
    Some(map)
}

/// The words of an enumeration.
fn names(schema: &Map<String, Json>) -> Option<Vec<&str>> {
    if let Some(Json::Array(words)) = schema.get("enum") {
        return words.iter().map(Json::as_str).collect();
    }
    let Some(Json::Array(variants)) = schema.get("oneOf") else { return None };
    let mut found = Vec::new();
    for variant in variants {
        match (variant.get("const"), variant.get("enum")) {
            (Some(Json::String(name)), _) => found.push(name.as_str()),
            (_, Some(Json::Array(words))) => found.extend(words.iter().filter_map(Json::as_str)),
            _ => return None,
        }
    }
    Some(found)
}

fn one_of(path: &str, field: &str, value: &Value, names: &[&str], faults: &mut Faults) {
    match value {
        Value::String(word) if names.contains(&word.as_str()) => {}
        Value::String(word) => {
            faults.push(Issue::unknown(path, field, word, names.iter().copied()));
        }
        other => wrong(path, field, &shown(other), "a text", faults),
    }
}

/// The variant whose tag the table carries.
fn tagged(path: &str, variants: &[Json], value: &mut Value, faults: &mut Faults) {
    let Value::Table(table) = value else {
        wrong(path, "", &shown(value), "a table", faults);
        return;
    };
    let tag = |variant: &Json| {
        variant.pointer("/properties/kind/const").and_then(Json::as_str).map(str::to_owned)
    };
    let known: Vec<String> = variants.iter().filter_map(tag).collect();
    match table.get("kind") {
        Some(Value::String(name)) => {
            match variants.iter().find(|v| tag(v).as_ref() == Some(name)) {
                Some(Json::Object(schema)) => object(path, schema, table, faults),
                _ => faults.push(Issue::unknown(
                    path,
                    "kind",
                    name,
                    known.iter().map(String::as_str),
                )),
            }
        }
        _ => faults.push(
            Issue::new("missing_field", path, "kind")
                .value("missing")
                .hint(format!("one of {}", known.join(", "))),
        ),
    }
}

fn object(path: &str, schema: &Map<String, Json>, table: &mut toml::Table, faults: &mut Faults) {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&empty);
    let required = schema.get("required").and_then(Json::as_array);
    for name in required.into_iter().flatten().filter_map(Json::as_str) {
        if !table.contains_key(name) {
            faults.push(Issue::new("missing_field", path, name).value("missing"));
        }
    }
    let rest = schema.get("additionalProperties");
    for (name, value) in table.iter_mut() {
        match (properties.get(name), rest) {
            (Some(known), _) => at(path, name, known, value, faults),
            (None, Some(other @ Json::Object(_))) => at(path, name, other, value, faults),
            (None, Some(Json::Bool(false))) => {
                let known = properties.keys().map(String::as_str);
                faults.push(Issue::unknown(path, "field", name, known));
            }
            _ => {}
        }
    }
}

fn array(
    path: &str,
    field: &str,
    schema: &Map<String, Json>,
    value: &mut Value,
    faults: &mut Faults,
) {
    let shown = shown(value);
    let Value::Array(items) = value else {
        wrong(path, field, &shown, "a list", faults);
        return;
    };
    if let Some(item) = schema.get("items") {
        for (i, value) in items.iter_mut().enumerate() {
            at(path, &format!("{field}[{i}]"), item, value, faults);
        }
    }
}

fn number(
    path: &str,
    field: &str,
    schema: &Map<String, Json>,
    value: &mut Value,
    faults: &mut Faults,
) {
    let x = match value {
        Value::Float(x) => Some(*x),
        Value::Integer(x) => Some(*x as f64),
        Value::String(word) => parse_amount(word),
        _ => None,
    };
    let Some(x) = x else {
        wrong(path, field, &shown(value), "a number", faults);
        return;
    };
    if kind(schema) == Some("integer") {
        faults.check(x.fract() == 0.0 && x >= 0.0, || {
            Issue::new("out_of_range", path, field).value(x).allowed("a whole number")
        });
        return;
    }
    *value = Value::Float(x);
    let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
    let above = bound("exclusiveMinimum").is_some();
    match (above, bound("minimum"), bound("maximum")) {
        // An unlimited limit is the one infinite number a file may hold.
        (true, ..) if field.ends_with("limit") => faults.limit(path, field, x),
        (true, ..) => faults.positive(path, field, x),
        (_, Some(0.0), Some(1.0)) => faults.fraction(path, field, x),
        (_, Some(0.0), None) => faults.non_negative(path, field, x),
        (_, Some(low), None) => faults.check(x.is_finite() && x >= low, || {
            Issue::new("out_of_range", path, field).value(x).allowed(format!("at least {low}"))
        }),
        _ => faults.finite(path, field, x),
    };
}

fn text(
    path: &str,
    field: &str,
    schema: &Map<String, Json>,
    value: &mut Value,
    faults: &mut Faults,
) {
    if let Value::Datetime(date) = value {
        *value = Value::String(date.to_string());
    }
    let Value::String(word) = value else {
        wrong(path, field, &shown(value), "a text", faults);
        return;
    };
    // What may be left out may be empty.
    if word.trim().is_empty() && !["note", "structure", "key", "source"].contains(&field) {
        wrong(path, field, "''", "a text", faults);
    } else if schema.get("format") == Some(&json!("date")) && Date::parse(word).is_none() {
        wrong(path, field, &format!("'{word}'"), "a day such as 2026-01-31", faults);
    }
}

fn shown(value: &Value) -> String {
    value.to_string().trim().to_owned()
}

fn wrong(path: &str, field: &str, value: &str, allowed: &str, faults: &mut Faults) {
    faults.push(Issue::new("wrong_type", path, field).value(value).allowed(allowed));
}

/// The parameters of a severity, which its family checks.
fn distribution(path: &str, value: &Value, faults: &mut Faults) {
    match value.get("family") {
        Some(Value::String(family)) if !Severity::FAMILIES.contains(&family.as_str()) => {
            let known = Severity::FAMILIES.iter().copied();
            faults.push(Issue::unknown(path, "distribution.family", family, known));
            return;
        }
        Some(Value::String(_)) => {}
        _ => {
            faults.push(Issue::new("missing_field", path, "distribution.family").value("missing"));
            return;
        }
    }
    let bad = |text: String| Issue::new("bad_value", path, "distribution").value(text);
    let json = match serde_json::to_string(value) {
        Ok(json) => json,
        Err(e) => return faults.push(bad(e.to_string())),
    };
    match Severity::from_json(&json) {
        Ok(_) => {}
        Err(Error::Input(issues)) => {
            for mut issue in issues {
                issue.object = format!("{path}.distribution: {}", issue.object);
                faults.push(issue);
            }
        }
        Err(error) => faults.push(bad(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_lists_processes_families_and_bounds() {
        let schema = schema();
        let text = schema.to_string();
        for part in ["maturity", "LogNormal", "cv_of_mean", "per_day", "exclusiveMinimum"] {
            assert!(text.contains(part), "{part}");
        }
        assert!(!text.contains("x-kebao"));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert!(schema["required"].as_array().unwrap().iter().any(|n| n == "exposure"));
    }
}
