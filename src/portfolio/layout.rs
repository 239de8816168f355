//! What the columns of a table mean, and the currency of its amounts.

use super::rules::{COLUMNS, Options, Vocabulary, text};
use super::table::RawTable;
use crate::error::{Error, Issue, Result, nearest};

/// Which column of the raw table holds what.
pub(super) struct Layout {
    pub fixed: [Option<usize>; COLUMNS.len()],
    /// Name and column.
    pub factors: Vec<(String, usize)>,
    pub keys: Vec<(String, usize)>,
}

pub(super) fn layout(
    table: &RawTable,
    words: &Vocabulary,
    notes: &mut Vec<String>,
) -> Result<Layout> {
    let mut issues = Vec::new();
    let fixed = COLUMNS.map(|name| table.index(name));
    let (mut factors, mut keys, mut unused) = (Vec::new(), Vec::new(), Vec::new());
    let factor_names: Vec<&str> =
        words.coverages.iter().flat_map(|c| c.factors.iter().map(|(n, _)| n.as_str())).collect();
    let known_keys: Vec<String> =
        words.coverages.iter().flat_map(|c| c.keys.iter().map(|k| format!("key.{k}"))).collect();
    for (column, name) in table.names().iter().enumerate() {
        if COLUMNS.contains(&name.as_str()) {
            continue;
        }
        if let Some(key) = name.strip_prefix("key.") {
            if !known_keys.iter().any(|k| k == name) {
                match nearest(name, known_keys.iter().map(String::as_str)) {
                    Some(near) if table.index(near).is_none() => {
                        issues.push(misspelt(table, name, near));
                        continue;
                    }
                    _ => notes.push(format!("no systemic event strikes column {name}")),
                }
            }
            keys.push((key.to_owned(), column));
        } else if words.is_factor(name) {
            factors.push((name.clone(), column));
        } else {
            let candidates = COLUMNS
                .into_iter()
                .chain(factor_names.iter().copied())
                .chain(known_keys.iter().map(String::as_str));
            let candidates = candidates.filter(|c| table.index(c).is_none());
            match nearest(&name.replace(' ', "_"), candidates) {
                Some(near) => issues.push(misspelt(table, name, near)),
                None => unused.push(name.as_str()),
            }
        }
    }
    if !unused.is_empty() {
        notes.push(format!("columns not used: {}", unused.join(", ")));
    }
    let taken = |name: &str| issues.iter().any(|i: &Issue| i.hint.contains(&format!("'{name}'")));
    let mut missing: Vec<Issue> = ["risk_id", "coverage"]
        .into_iter()
        .filter(|name| table.index(name).is_none() && !taken(name))
        .map(|name| Issue::new("missing_column", table.origin(), name).value("no such column"))
        .collect();
    if fixed[4].is_none() && fixed[6].is_none() && !taken("sum_insured") && !taken("limit") {
        missing.push(
            Issue::new("missing_column", table.origin(), "sum_insured")
                .value("no such column")
                .hint(
                    "a risk needs a sum insured or a limit: give a column 'sum_insured' or 'limit'",
                ),
        );
    }
    issues.extend(missing);
    if issues.is_empty() { Ok(Layout { fixed, factors, keys }) } else { Err(Error::Input(issues)) }
}

fn misspelt(table: &RawTable, name: &str, near: &str) -> Issue {
    Issue::new("unknown_column", table.origin(), name)
        .value("no such column is known")
        .hint(format!("did you mean '{near}'?"))
}

/// The one currency of the book.
pub(super) fn currency(
    table: &RawTable,
    column: Option<usize>,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut empty = 0;
    for row in 0..table.rows() {
        match column.and_then(|c| text(table.cell(c, row))) {
            Some(code) if !found.iter().any(|(c, _)| *c == code) => {
                found.push((code.into_owned(), row));
            }
            Some(_) => {}
            None => empty += 1,
        }
    }
    match found.len() {
        0 => {
            notes.push(format!("no currency is stated: {} assumed", options.currency));
            Ok(options.currency.clone())
        }
        1 => {
            let code = found.swap_remove(0).0;
            if empty > 0 {
                notes.push(format!("{empty} rows without a currency are read as {code}"));
            }
            Ok(code)
        }
        _ => {
            let list: Vec<String> = found
                .iter()
                .map(|(c, row)| format!("{c} (first at {})", table.place(*row)))
                .collect();
            Err(Issue::new("mixed_currencies", table.origin(), "currency")
                .value(list.join(", "))
                .allowed("one currency in a book")
                .hint("convert the amounts at a dated rate first")
                .into())
        }
    }
}
