//! The JSON Schema of a programme file, made from the list of clauses.

use serde_json::{Value, json};

use super::clause::CLAUSES;
use super::parts::COVER;

/// Draft 2020-12; amounts may be numbers or text such as `20m`, as everywhere.
pub fn schema() -> Value {
    let amount = |about: &str| json!({"$ref": "#/$defs/amount", "description": about});
    let mut fields = serde_json::Map::new();
    for field in COVER {
        let value = match *field {
            "name" => {
                json!({"type": "string", "description": "one word that starts with a letter"})
            }
            "net_of" => json!({
                "description": "treaties whose recoveries are taken off the gross losses",
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            }),
            "basis" => choice(&["risk", "event", "annual"], "what one loss of the cover is"),
            "unit" => choice(&["amount", "loss_ratio"], "of limit and attachment"),
            "share" => amount("ceded share of the cover"),
            "limit" => amount("most that is recovered from one loss; `unlimited` without bound"),
            _ => amount("loss from which the layer pays"),
        };
        fields.insert((*field).to_owned(), value);
    }
    for clause in CLAUSES {
        for field in clause.fields {
            if fields.contains_key(*field) {
                continue;
            }
            let about = format!("{} (`{}`)", clause.about, clause.form);
            let value = match *field {
                "reinstatements" => json!({
                    "description": about,
                    "anyOf": [
                        {"type": "array", "items": {"$ref": "#/$defs/amount"}},
                        {
                            "type": "object",
                            "properties": {"unlimited": {"$ref": "#/$defs/amount"}},
                            "required": ["unlimited"],
                            "additionalProperties": false,
                        },
                    ],
                }),
                "attaches" => {
                    choice(&["losses_occurring", "risks_attaching", "claims_made"], &about)
                }
                "prepaid" | "interlocking" => json!({"type": "boolean", "description": about}),
                "pro_rata" => choice(&["amount", "time"], &about),
                name if SIMPLE.contains(&name) => amount(&about),
                // Clauses of several parts, which the reader checks in full.
                _ => json!({"description": about}),
            };
            fields.insert((*field).to_owned(), value);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "kebao programme",
        "type": "object",
        "properties": {
            "currency": {"type": ["string", "null"], "description": "of all amounts"},
            "premium": {"$ref": "#/$defs/amount", "description": "gross premium"},
            "treaties": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": fields,
                    "required": ["name"],
                    "additionalProperties": false,
                },
            },
        },
        "required": ["treaties"],
        "additionalProperties": false,
        "$defs": {
            "amount": {
                "description": "a number, or text such as 20m, 5亿, 30%, unlimited, free",
                "type": ["number", "string", "null"],
            },
        },
    })
}

/// Fields that are one amount, share or rate.
const SIMPLE: [&str; 11] = [
    "aad",
    "aal",
    "placed",
    "co_participation",
    "franchise",
    "event_limit",
    "loss_ratio_cap",
    "commission",
    "premium",
    "rate",
    "event_franchise",
];

fn choice(known: &[&str], about: &str) -> Value {
    json!({"enum": known, "description": about})
}
