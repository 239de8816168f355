//! A TOML table read field by field, so that all its faults are told at once.

use crate::error::{Faults, Issue};
use toml::{Table, Value};

/// One table, its path in messages, and the fields not read yet.
pub(super) struct Fields<'a> {
    pub path: String,
    table: Option<&'a Table>,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub fn new(path: impl Into<String>, table: &'a Table) -> Self {
        Self { path: path.into(), table: Some(table), asked: Vec::new() }
    }

    pub fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.table.and_then(|t| t.get(name))
    }

    fn required(&mut self, name: &'static str, faults: &mut Faults) -> Option<&'a Value> {
        let value = self.value(name);
        // A missing table is told once, not once a field.
        if value.is_none() && self.table.is_some() {
            faults.push(Issue::new("missing_field", &self.path, name).value("missing"));
        }
        value
    }

    fn wrong(&self, name: &str, value: &Value, allowed: &str, faults: &mut Faults) {
        faults.push(
            Issue::new("wrong_type", &self.path, name)
                .value(value.to_string().trim().to_owned())
                .allowed(allowed),
        );
    }

    pub fn text(&mut self, name: &'static str, faults: &mut Faults) -> String {
        match self.required(name, faults) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
            Some(Value::Datetime(date)) => date.to_string(),
            Some(other) => {
                self.wrong(name, other, "a text", faults);
                String::new()
            }
            None => String::new(),
        }
    }

    pub fn optional_text(&mut self, name: &'static str, faults: &mut Faults) -> String {
        match self.value(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                self.wrong(name, other, "a text", faults);
                String::new()
            }
            None => String::new(),
        }
    }

    pub fn flag(&mut self, name: &'static str, faults: &mut Faults) -> bool {
        match self.required(name, faults) {
            Some(Value::Boolean(flag)) => *flag,
            Some(other) => {
                self.wrong(name, other, "true or false", faults);
                false
            }
            None => false,
        }
    }

    /// A number within the range; NaN when missing or at fault.
    pub fn number(&mut self, name: &'static str, range: Range, faults: &mut Faults) -> f64 {
        match self.required(name, faults) {
            Some(value) => self.in_range(name, value, range, faults),
            None => f64::NAN,
        }
    }

    pub fn optional_number(
        &mut self,
        name: &'static str,
        range: Range,
        faults: &mut Faults,
    ) -> Option<f64> {
        self.value(name).map(|value| self.in_range(name, value, range, faults))
    }

    pub fn in_range(&self, name: &str, value: &Value, range: Range, faults: &mut Faults) -> f64 {
        let Some(x) = number(value) else {
            self.wrong(name, value, "a number", faults);
            return f64::NAN;
        };
        let ok = match range {
            Range::Positive => faults.positive(&self.path, name, x),
            Range::NonNegative => faults.non_negative(&self.path, name, x),
            Range::Limit => faults.limit(&self.path, name, x),
            Range::Fraction => faults.fraction(&self.path, name, x),
        };
        if ok { x } else { f64::NAN }
    }

    pub fn one_of<T: Copy>(
        &mut self,
        name: &'static str,
        known: &[(&str, T)],
        faults: &mut Faults,
    ) -> Option<T> {
        let value = self.required(name, faults)?;
        let Value::String(text) = value else {
            self.wrong(name, value, "a text", faults);
            return None;
        };
        let found = known.iter().find(|(n, _)| n == text).map(|(_, t)| *t);
        if found.is_none() {
            let names = known.iter().map(|(n, _)| *n);
            faults.push(Issue::unknown(&self.path, name, text, names));
        }
        found
    }

    /// A table below this one; an empty one, told as missing, when there is none.
    pub fn table(&mut self, name: &'static str, faults: &mut Faults) -> Fields<'a> {
        let path = format!("{}.{name}", self.path);
        let table = match self.required(name, faults) {
            Some(Value::Table(table)) => Some(table),
            Some(other) => {
                self.wrong(name, other, "a table", faults);
                None
            }
            None => None,
        };
        Fields { path, table, asked: Vec::new() }
    }

    /// Tables of a list such as `[[systemic]]`; none when the list is missing.
    pub fn tables(&mut self, name: &'static str, faults: &mut Faults) -> Vec<Fields<'a>> {
        let items = match self.value(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.as_slice(),
            Some(other) => {
                self.wrong(name, other, "a list of tables", faults);
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for (i, item) in items.iter().enumerate() {
            match item {
                Value::Table(table) => {
                    found.push(Fields::new(format!("{}.{name}[{i}]", self.path), table));
                }
                other => self.wrong(name, other, "a list of tables", faults),
            }
        }
        found
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.table.into_iter().flat_map(Table::iter)
    }

    /// Tells the fields nobody asked for.
    pub fn finish(self, faults: &mut Faults) {
        let Some(table) = self.table else { return };
        for name in table.keys().filter(|name| !self.asked.contains(&name.as_str())) {
            faults.push(Issue::unknown(&self.path, "field", name, self.asked.iter().copied()));
        }
    }
}

/// What a number must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Range {
    Positive,
    NonNegative,
    Limit,
    Fraction,
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(x) => Some(*x),
        Value::Integer(x) => Some(*x as f64),
        Value::String(text) => crate::numeric::parse_amount(text),
        _ => None,
    }
}
