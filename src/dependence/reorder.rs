//! Coupling samples by rearranging them: each keeps its values, only their rows change.

use super::ranks::{Ties, enough, order};
use crate::error::{Faults, Issue, Result};
use crate::exec::{Control, run_blocks};

/// Every value finite, columns of one length, two rows at least.
///
/// # Errors
/// The first fault of each column.
pub fn check_columns(columns: &[&[f64]], object: &str, field: &str) -> Result<()> {
    let mut faults = Faults::new();
    let rows = columns.first().map_or(0, |column| column.len());
    for (at, column) in columns.iter().enumerate() {
        if let Some(row) = column.iter().position(|x| !x.is_finite()) {
            faults.push(
                Issue::new("not_finite", object, format!("{field}[{row}, {at}]"))
                    .value(column[row])
                    .allowed("a finite number"),
            );
        }
        faults.check(column.len() == rows, || {
            Issue::new("wrong_shape", object, format!("{field}[:, {at}]"))
                .value(column.len())
                .allowed(format!("{rows} rows, as the first column has"))
        });
    }
    faults.finish()?;
    enough(rows, object)
}

/// Rearranges each margin so that its ranks are those of the same column of `pattern`; ties of the pattern
/// are broken at random.
///
/// # Errors
/// When cancelled; shapes that differ.
pub fn by_uniforms(
    margins: &[&[f64]],
    pattern: &[&[f64]],
    seed: u64,
    entity: u64,
    control: &Control,
) -> Result<Vec<Vec<f64>>> {
    check_columns(margins, "reorder", "samples")?;
    check_columns(pattern, "reorder", "copula")?;
    let shape = |columns: &[&[f64]]| (columns[0].len(), columns.len());
    if shape(margins) != shape(pattern) {
        return Err(Issue::new("wrong_shape", "reorder", "copula")
            .value(format!("{:?}", shape(pattern)))
            .allowed(format!("{:?}, as the samples", shape(margins)))
            .into_error());
    }
    let run = run_blocks(0..margins.len() as u64, control, |(): &mut (), at| {
        let rows = order(pattern[at as usize], Ties { seed, entity, column: at })?;
        control.check()?;
        Ok(place(margins[at as usize], &rows))
    })?;
    run.complete()
}

/// The k-th smallest value in row `rows[k]`.
pub(super) fn place(values: &[f64], rows: &[u32]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut placed = vec![0.0; values.len()];
    for (row, value) in rows.iter().zip(sorted) {
        placed[*row as usize] = value;
    }
    placed
}
