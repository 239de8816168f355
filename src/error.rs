//! The one error type: every fault names the object, the field, the value, what is allowed and how
//! to mend it, and all faults of an input are reported together.

use std::fmt;

/// What most functions of the crate return.
pub type Result<T> = std::result::Result<T, Error>;

/// One fault of an input.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Issue {
    /// Stable identifier of the kind of fault, such as `out_of_range`; messages may change, codes not.
    pub code: &'static str,
    /// Path of the object at fault: `LogNormal`, `programme.xl1`, `book.csv`.
    pub object: String,
    /// Field, parameter or column.
    pub field: String,
    /// The value found, as text; empty when the field is missing.
    pub value: String,
    /// The values that would be accepted.
    pub allowed: String,
    /// How to mend it ("did you mean …"); may be empty.
    pub hint: String,
}

impl Issue {
    pub fn new(code: &'static str, object: impl Into<String>, field: impl Into<String>) -> Self {
        Self { code, object: object.into(), field: field.into(), ..Self::default() }
    }

    #[must_use]
    pub fn value(mut self, value: impl fmt::Display) -> Self {
        self.value = value.to_string();
        self
    }

    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = allowed.into();
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// A name that is not among `known`: lists them and suggests the nearest.
    pub fn unknown<'a>(
        object: impl Into<String>,
        field: impl Into<String>,
        value: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let issue = Self::new("unknown_name", object, field)
            .value(format!("'{value}'"))
            .allowed(format!("one of {}", known.join(", ")));
        match nearest(value, known.iter().copied()) {
            Some(name) => issue.hint(format!("did you mean '{name}'?")),
            None => issue,
        }
    }

    /// Wraps the single issue into an error.
    pub fn into_error(self) -> Error {
        Error::Input(vec![self])
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.object.is_empty(), self.field.is_empty()) {
            (false, false) => write!(f, "{}: {}", self.object, self.field)?,
            (false, true) => f.write_str(&self.object)?,
            _ => f.write_str(&self.field)?,
        }
        match (self.allowed.is_empty(), self.value.is_empty()) {
            (false, false) => write!(f, " must be {}, got {}", self.allowed, self.value)?,
            (false, true) => write!(f, " must be {}", self.allowed)?,
            (true, false) => write!(f, ": {}", self.value)?,
            (true, true) => {}
        }
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        write!(f, " [{}]", self.code)
    }
}

/// Why a computation was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input is at fault; every fault found is listed.
    #[error("{}", list(.0))]
    Input(Vec<Issue>),
    /// The number asked for cannot be computed to the promised accuracy, or does not exist.
    #[error("{object}: {reason}")]
    Numeric { object: String, reason: String },
    /// The user interrupted.
    #[error("interrupted")]
    Cancelled,
    /// A file could not be read or written.
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
}

impl Error {
    pub fn numeric(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Numeric { object: object.into(), reason: reason.into() }
    }

    pub fn file(path: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self::File { path: path.into(), reason: reason.to_string() }
    }

    /// The issues of an input error; empty for the others.
    pub fn issues(&self) -> &[Issue] {
        match self {
            Self::Input(issues) => issues,
            _ => &[],
        }
    }
}

impl From<Issue> for Error {
    fn from(issue: Issue) -> Self {
        issue.into_error()
    }
}

fn list(issues: &[Issue]) -> String {
    match issues {
        [] => "invalid input".to_owned(),
        [one] => one.to_string(),
        many => {
            let mut text = format!("{} faults:", many.len());
            for issue in many.iter().take(MAX_LISTED) {
                text.push_str("\n  - ");
                text.push_str(&issue.to_string());
            }
            if many.len() > MAX_LISTED {
                text.push_str("\n  … and ");
                text.push_str(&(many.len() - MAX_LISTED).to_string());
                text.push_str(" more");
            }
            text
        }
    }
}

/// Faults spelt out in a message; all of them are in [`Error::issues`].
const MAX_LISTED: usize = 50;

/// Gathers faults so that all are reported at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Issue>);

impl Faults {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, issue: Issue) {
        self.0.push(issue);
    }

    /// Records `issue()` unless `ok`; returns `ok`.
    pub fn check(&mut self, ok: bool, issue: impl FnOnce() -> Issue) -> bool {
        if !ok {
            self.0.push(issue());
        }
        ok
    }

    /// Keeps the value of a result and collects its faults; other errors pass through.
    pub fn take<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::Input(issues)) => {
                self.0.extend(issues);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn issues(&self) -> &[Issue] {
        &self.0
    }

    /// `Ok` when nothing was recorded.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Input(self.0)) }
    }

    /// A parameter that must be finite and greater than zero.
    pub fn positive(&mut self, object: &str, field: &str, value: f64) -> bool {
        self.range(object, field, value, value.is_finite() && value > 0.0, "a finite number > 0")
    }

    /// A parameter that must be finite.
    pub fn finite(&mut self, object: &str, field: &str, value: f64) -> bool {
        self.range(object, field, value, value.is_finite(), "a finite number")
    }

    /// A parameter that must be finite and not negative.
    pub fn non_negative(&mut self, object: &str, field: &str, value: f64) -> bool {
        self.range(object, field, value, value.is_finite() && value >= 0.0, "a finite number ≥ 0")
    }

    /// A limit: positive, `inf` means unlimited.
    pub fn limit(&mut self, object: &str, field: &str, value: f64) -> bool {
        self.range(object, field, value, value > 0.0, "a number > 0 (inf for unlimited)")
    }

    /// A share, rate or probability: a fraction in [0, 1]; `30` gets the hint `0.3`.
    pub fn fraction(&mut self, object: &str, field: &str, value: f64) -> bool {
        let ok = (0.0..=1.0).contains(&value);
        self.check(ok, || {
            let issue = Issue::new("out_of_range", object, field)
                .value(value)
                .allowed("a fraction in [0, 1]");
            if value > 1.0 && value <= 100.0 {
                issue.hint(format!("did you mean {} ({value}%)?", value / 100.0))
            } else {
                issue
            }
        })
    }

    fn range(&mut self, object: &str, field: &str, value: f64, ok: bool, allowed: &str) -> bool {
        self.check(ok, || Issue::new("out_of_range", object, field).value(value).allowed(allowed))
    }
}

/// The name in `known` nearest to `value`, if one is near enough to suggest.
pub fn nearest<'a>(value: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let value = value.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&value, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told_at_once_with_hints() {
        let mut faults = Faults::new();
        faults.positive("Pareto", "alpha", -1.0);
        faults.fraction("xl1", "placed", 30.0);
        faults.push(Issue::unknown("book.csv", "column", "limt", ["limit", "share"]));
        let text = faults.finish().unwrap_err().to_string();
        assert!(text.starts_with("3 faults:"));
        assert!(text.contains("Pareto: alpha must be a finite number > 0, got -1"));
        assert!(text.contains("did you mean 0.3 (30%)?"));
        assert!(text.contains("did you mean 'limit'?"));
    }

    #[test]
    fn a_far_name_is_not_suggested() {
        assert_eq!(nearest("zzz", ["limit", "share"]), None);
        assert_eq!(nearest("Poison", ["Poisson", "Bernoulli"]), Some("Poisson"));
    }
}
