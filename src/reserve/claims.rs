//! Transactions by claim: levels turned into changes, and claims counted.

use super::build::{Columns, Rows};
use crate::error::{Faults, Issue, Result};
use crate::portfolio::{Cell, RawTable};
use std::collections::HashMap;

/// Turns the levels of `columns.states` into changes and adds the count; returns the columns that
/// the rows have now.
pub(super) fn by_claim(table: &RawTable, rows: &mut Rows, columns: &Columns) -> Result<Columns> {
    let Some(name) = &columns.claim else { return Ok(columns.clone()) };
    let mut faults = Faults::new();
    let known = table.names().iter().map(String::as_str);
    let claim_at = table.index(name);
    faults.check(claim_at.is_some(), || Issue::unknown(table.origin(), "column", name, known));
    let mut states = Vec::new();
    for state in &columns.states {
        match columns.values.iter().position(|value| value == state) {
            Some(at) => states.push(at),
            None => {
                let known = columns.values.iter().map(String::as_str);
                faults.push(Issue::unknown("from_claims", "states", state, known));
            }
        }
    }
    if let Some(count) = &columns.count {
        faults.check(!columns.values.contains(count), || {
            Issue::new("duplicate_column", "from_claims", "count")
                .value(format!("'{count}'"))
                .allowed("a name that no value has")
        });
    }
    faults.finish()?;
    let Some(claim_at) = claim_at else { return Ok(columns.clone()) };

    // Entries of each claim in date order; on the same day, in the order of the table.
    let number = |row: usize| match table.cell(claim_at, row) {
        Cell::Text(text) => Some(text.to_owned()),
        Cell::Number(value) => Some(value.to_string()),
        Cell::Empty => None,
    };
    let mut claims: HashMap<(usize, String), Vec<usize>> = HashMap::new();
    let mut nameless = Vec::new();
    for (at, entry) in rows.entries.iter().enumerate() {
        match number(entry.row) {
            Some(claim) => claims.entry((entry.segment, claim)).or_default().push(at),
            None => nameless.push(at),
        }
    }
    for at in &nameless {
        let row = rows.entries[*at].row;
        rows.record.fault(table, row, name, "missing", "an empty cell", "the claim's identifier");
    }
    let old = columns.values.len();
    let new = old + usize::from(columns.count.is_some());
    let mut amounts = vec![f64::NAN; table.rows() * new];
    for row in 0..table.rows() {
        amounts[row * new..row * new + old]
            .copy_from_slice(&rows.amounts[row * old..(row + 1) * old]);
        if new > old {
            amounts[row * new + old] = 0.0;
        }
    }
    for mut claim in claims.into_values() {
        let when = |at: &usize| rows.entries[*at].valued.map(super::period::When::key);
        claim.sort_by(|a, b| when(a).cmp(&when(b)).then(a.cmp(b)));
        for state in &states {
            let mut before = 0.0;
            for at in &claim {
                let amount = &mut amounts[rows.entries[*at].row * new + state];
                let level = *amount;
                *amount -= before;
                before = level;
            }
        }
        if new > old
            && let Some(first) = claim.first()
        {
            amounts[rows.entries[*first].row * new + old] = 1.0;
        }
    }
    rows.amounts = amounts;
    let mut at = 0;
    rows.entries.retain(|_| {
        at += 1;
        nameless.binary_search(&(at - 1)).is_err()
    });
    let mut columns = columns.clone();
    columns.values.extend(columns.count.clone());
    Ok(columns)
}
