//! Observations of losses: what is known of each, and which rows cannot be used.

use crate::error::{Faults, Issue, Result};

/// Columns as they come; an empty column is absent.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Ground-up loss of each row, or the lower end of its group.
    pub lower: Vec<f64>,
    /// Upper end of each group; `inf` for "at least lower". Absent for single losses.
    pub upper: Vec<f64>,
    /// Smaller losses would not be in the data.
    pub deductible: Vec<f64>,
    /// Ground-up amount at which the loss stops being seen.
    pub limit: Vec<f64>,
    /// The loss is at least its amount: an open claim.
    pub censored: Vec<bool>,
    pub weight: Vec<f64>,
}

/// Rows that a likelihood can use, as columns.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    pub lower: Vec<f64>,
    /// Equal to `lower` where the loss is known, `inf` where it is only known to be larger.
    pub upper: Vec<f64>,
    /// Left truncation point of each row, 0 for none; empty when no row has one.
    pub entry: Vec<f64>,
    /// Where the row would have been cut off, `inf` for nowhere; empty when no row has one.
    pub limit: Vec<f64>,
    /// Empty when all weights are 1.
    pub weight: Vec<f64>,
    pub rows_in: usize,
    /// Rows that are not above the threshold asked for.
    pub below: usize,
    /// Row number and fault of each row left out.
    pub rejected: Vec<(usize, Issue)>,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen {
    Exactly(f64),
    AtLeast(f64),
    Between(f64, f64),
}

impl Sample {
    /// Reads the columns; a faulty row is refused, or left out and listed when not `strict`.
    pub fn new(columns: Columns, strict: bool) -> Result<Self> {
        let rows = columns.lower.len();
        let mut faults = Faults::new();
        for (name, length) in [
            ("upper", columns.upper.len()),
            ("deductible", columns.deductible.len()),
            ("limit", columns.limit.len()),
            ("censored", columns.censored.len()),
            ("weights", columns.weight.len()),
        ] {
            faults.check(length == 0 || length == rows, || {
                Issue::new("unequal_lengths", "data", name)
                    .value(format!("{length} values"))
                    .allowed(format!("{rows} values, one for each loss"))
            });
        }
        faults.check(rows > 0, || {
            Issue::new("empty", "data", "").allowed("at least one loss").value("no rows")
        });
        faults.finish()?;
        let mut faults = Faults::new();
        let mut sample = Self { rows_in: rows, ..Self::default() };
        let at =
            |column: &[f64], row: usize, default: f64| column.get(row).copied().unwrap_or(default);
        sample.lower.reserve(rows);
        sample.upper.reserve(rows);
        for row in 0..rows {
            let (low, entry) = (columns.lower[row], at(&columns.deductible, row, 0.0));
            let (limit, weight) =
                (at(&columns.limit, row, f64::INFINITY), at(&columns.weight, row, 1.0));
            let open = columns.censored.get(row).copied().unwrap_or(false);
            let high = if open { f64::INFINITY } else { at(&columns.upper, row, low) };
            if let Some(issue) = fault(low, high, entry, limit, weight) {
                let issue = Issue { object: format!("data row {row}"), ..issue };
                if strict {
                    faults.push(issue);
                } else {
                    sample.rejected.push((row, issue));
                }
                continue;
            }
            // A group that begins below the deductible is seen from there.
            let low = low.max(if high > low { entry } else { 0.0 });
            let (low, high) = if low >= limit {
                (limit, f64::INFINITY)
            } else if high > limit {
                (low, f64::INFINITY)
            } else {
                (low, high)
            };
            sample.lower.push(low);
            sample.upper.push(high);
            if !columns.deductible.is_empty() {
                sample.entry.push(entry);
            }
            if !columns.limit.is_empty() {
                sample.limit.push(limit);
            }
            if !columns.weight.is_empty() {
                sample.weight.push(weight);
            }
        }
        faults.finish()?;
        sample.check()?;
        Ok(sample)
    }

    /// What no family could be fitted to.
    fn check(&self) -> Result<()> {
        if self.lower.is_empty() {
            let shown = self.rejected.first().map(|(_, i)| i.to_string()).unwrap_or_default();
            return Err(Issue::new("empty", "data", "")
                .value(format!("{} rows, all rejected; first: {shown}", self.rows_in))
                .allowed("at least one loss that can be used")
                .into_error());
        }
        if !(self.total() > 0.0) {
            return Err(Issue::new("out_of_range", "data", "weights")
                .value("no weight above 0")
                .allowed("some weight above 0")
                .into_error());
        }
        if self.upper.iter().all(|u| *u == f64::INFINITY) {
            return Err(Issue::new("all_censored", "data", "censored")
                .value(format!("{} rows, every one censored", self.lower.len()))
                .allowed("at least one loss that is known")
                .hint("a likelihood without a known loss grows for ever; use a prior instead")
                .into_error());
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.lower.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    pub fn entry(&self, row: usize) -> f64 {
        self.entry.get(row).copied().unwrap_or(0.0)
    }

    pub fn limit(&self, row: usize) -> f64 {
        self.limit.get(row).copied().unwrap_or(f64::INFINITY)
    }

    pub fn weight(&self, row: usize) -> f64 {
        self.weight.get(row).copied().unwrap_or(1.0)
    }

    pub fn seen(&self, row: usize) -> Seen {
        let (low, high) = (self.lower[row], self.upper[row]);
        if high == low {
            Seen::Exactly(low)
        } else if high == f64::INFINITY {
            Seen::AtLeast(low)
        } else {
            Seen::Between(low, high)
        }
    }

    /// Sum of the weights.
    pub fn total(&self) -> f64 {
        if self.weight.is_empty() {
            self.len() as f64
        } else {
            crate::exec::reduce::sum(&self.weight)
        }
    }

    pub fn censored(&self) -> usize {
        self.upper.iter().filter(|u| **u == f64::INFINITY).count()
    }

    pub fn grouped(&self) -> usize {
        self.lower.iter().zip(&self.upper).filter(|(l, u)| l < u && u.is_finite()).count()
    }

    /// The smallest truncation point: what every comparison with the data is conditional on.
    pub fn lowest_entry(&self) -> f64 {
        self.entry.iter().copied().reduce(f64::min).unwrap_or(0.0)
    }

    /// What exceeds `threshold`, as seen by one who sees nothing else: rows known or censored up to
    /// it, and groups that begin below it, are counted in `below`.
    pub fn exceeding(&self, threshold: f64) -> Result<Self> {
        let mut out = Self {
            rows_in: self.rows_in,
            rejected: self.rejected.clone(),
            below: self.below,
            ..Self::default()
        };
        for row in 0..self.len() {
            let inside = match self.seen(row) {
                Seen::Exactly(x) | Seen::AtLeast(x) => x > threshold,
                Seen::Between(low, _) => low >= threshold,
            };
            if !inside {
                out.below += 1;
                continue;
            }
            out.lower.push(self.lower[row]);
            out.upper.push(self.upper[row]);
            out.entry.push(self.entry(row).max(threshold));
            if !self.limit.is_empty() {
                out.limit.push(self.limit(row));
            }
            if !self.weight.is_empty() {
                out.weight.push(self.weight(row));
            }
        }
        if out.is_empty() {
            return Err(Issue::new("empty", "data", "threshold")
                .value(threshold)
                .allowed("below at least one loss")
                .into_error());
        }
        out.check()?;
        Ok(out)
    }

    /// Known losses in ascending order.
    pub fn known(&self) -> Vec<f64> {
        let mut all: Vec<f64> = (0..self.len())
            .filter_map(|row| match self.seen(row) {
                Seen::Exactly(x) => Some(x),
                _ => None,
            })
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }
}

fn fault(low: f64, high: f64, entry: f64, limit: f64, weight: f64) -> Option<Issue> {
    let issue = |code, field: &str, value: f64, allowed: &str| {
        Some(Issue::new(code, "", field).value(value).allowed(allowed))
    };
    if !(0.0..f64::INFINITY).contains(&low) {
        return issue("out_of_range", "loss", low, "a finite number above 0");
    }
    if !(high >= low) {
        return issue("out_of_range", "upper", high, "at least the lower end");
    }
    if low == 0.0 && high == 0.0 {
        return issue("out_of_range", "loss", low, "above 0").map(|i| {
            i.hint("a claim that cost nothing belongs to the frequency, not to the severity")
        });
    }
    if low == 0.0 && high == f64::INFINITY {
        return issue("out_of_range", "loss", low, "above 0 where the loss is censored");
    }
    if !(0.0..f64::INFINITY).contains(&entry) {
        return issue("out_of_range", "deductible", entry, "a finite number of at least 0");
    }
    let beyond = if high == low || high == f64::INFINITY { low } else { high };
    if entry > 0.0 && beyond <= entry {
        return issue("out_of_range", "loss", beyond, "above its deductible")
            .map(|i| i.hint("losses are ground-up; for amounts paid use basis=\"payment\""));
    }
    if !(limit > entry) {
        return issue("out_of_range", "limit", limit, "above the deductible");
    }
    if !(0.0..f64::INFINITY).contains(&weight) {
        return issue("out_of_range", "weights", weight, "a finite number of at least 0");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn codes(error: Error) -> Vec<String> {
        match error {
            Error::Input(issues) => issues.iter().map(ToString::to_string).collect(),
            other => vec![other.to_string()],
        }
    }

    #[test]
    fn every_faulty_row_is_told_or_left_out() {
        let columns = || Columns {
            lower: vec![5.0, f64::NAN, -1.0, 0.0, 2.0, f64::INFINITY, 9.0],
            deductible: vec![0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 1.0],
            limit: vec![f64::INFINITY, 9.0, 9.0, 9.0, 9.0, 9.0, 8.0],
            ..Columns::default()
        };
        let told = codes(Sample::new(columns(), true).unwrap_err());
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told[3].contains("data row 4") && told[3].contains("deductible"));
        let sample = Sample::new(columns(), false).unwrap();
        assert_eq!(sample.rows_in, sample.len() + sample.rejected.len());
        assert_eq!(sample.seen(0), Seen::Exactly(5.0));
        assert_eq!(sample.seen(1), Seen::AtLeast(8.0));
    }

    #[test]
    fn all_censored_and_empty_are_refused() {
        let open =
            Columns { lower: vec![1.0, 2.0], censored: vec![true, true], ..Columns::default() };
        assert!(codes(Sample::new(open, false).unwrap_err())[0].contains("all_censored"));
        assert!(codes(Sample::new(Columns::default(), false).unwrap_err())[0].contains("empty"));
        let bad = Columns { lower: vec![0.0], ..Columns::default() };
        assert!(codes(Sample::new(bad, false).unwrap_err())[0].contains("all rejected"));
        let short = Columns { lower: vec![1.0, 2.0], weight: vec![1.0], ..Columns::default() };
        assert!(codes(Sample::new(short, true).unwrap_err())[0].contains("unequal_lengths"));
    }
}
