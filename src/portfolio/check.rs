//! The account of a book: what came in, what is used, what was rejected and why.

use crate::error::Issue;
use crate::numeric::format_amount;
use std::fmt;

/// A row that is not used.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Reject {
    /// Line of the file (header included), or index of the row in the frame.
    pub row: u64,
    /// Empty when the row has none.
    pub risk_id: String,
    pub issues: Vec<Issue>,
}

/// Rows in = used + rejected, and the same for the sums insured.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Check {
    pub origin: String,
    pub currency: String,
    pub rows_in: usize,
    pub rows_used: usize,
    pub rows_rejected: usize,
    /// Sum of the readable cells of `sum_insured`, as they stand in the file.
    pub sum_insured_in: f64,
    pub sum_insured_used: f64,
    pub sum_insured_rejected: f64,
    pub rejects: Vec<Reject>,
    /// Choices made for the reader, each with its count: defaults used, columns not used.
    pub notes: Vec<String>,
}

impl Check {
    /// True when every row is used.
    pub fn is_clean(&self) -> bool {
        self.rejects.is_empty()
    }

    /// All faults, in the order of the rows.
    pub fn issues(&self) -> Vec<Issue> {
        self.rejects.iter().flat_map(|r| r.issues.iter().cloned()).collect()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} rows in = {} used + {} rejected",
            self.origin, self.rows_in, self.rows_used, self.rows_rejected
        )?;
        write!(
            f,
            "sum insured {} {} = {} used + {} rejected",
            self.currency,
            format_amount(self.sum_insured_in),
            format_amount(self.sum_insured_used),
            format_amount(self.sum_insured_rejected)
        )?;
        for issue in self.rejects.iter().flat_map(|r| &r.issues) {
            write!(f, "\n  - {issue}")?;
        }
        for note in &self.notes {
            write!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}
