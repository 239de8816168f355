//! What the models accept: the words of the book, and how each cell is read.

use super::dates::Date;
use super::risks::Stage;
use super::table::{Cell, RawTable};
use crate::error::Issue;
use crate::numeric::parse_amount;
use std::borrow::Cow;

/// The words a book may use, as the sector library knows them.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    pub coverages: Vec<CoverageRules>,
}

/// What one coverage asks of a risk.
#[derive(Debug, Clone, Default)]
pub struct CoverageRules {
    /// `prefix.name`, such as `uav.tpl`.
    pub id: String,
    pub sector: String,
    pub currency: String,
    /// What one unit of exposure is.
    pub unit: String,
    /// Losses are fractions of the sum insured, so each risk must state one.
    pub needs_sum_insured: bool,
    /// Each unit is one trial (a launch): exposure must be a whole number.
    pub needs_whole_exposure: bool,
    /// Rating factors and their levels.
    pub factors: Vec<(String, Vec<String>)>,
    /// Factors of which a risk may state one only.
    pub alternatives: Vec<Vec<String>>,
    /// Accumulation keys its systemic events strike.
    pub keys: Vec<String>,
}

impl CoverageRules {
    pub fn factor(&self, name: &str) -> Option<&[String]> {
        self.factors.iter().find(|(n, _)| n == name).map(|(_, levels)| levels.as_slice())
    }
}

impl Vocabulary {
    /// The coverage meant by the two cells: a full id, or the part after the dot beside its sector.
    pub(super) fn find(&self, coverage: &str, sector: Option<&str>) -> Option<usize> {
        self.coverages.iter().position(|c| c.id == coverage).or_else(|| {
            let sector = sector?;
            self.coverages.iter().position(|c| {
                let (prefix, name) = c.id.split_once('.').unwrap_or(("", &c.id));
                name == coverage && (sector == c.sector || sector == prefix)
            })
        })
    }

    pub(super) fn is_factor(&self, name: &str) -> bool {
        self.coverages.iter().any(|c| c.factor(name).is_some())
    }
}

/// How strictly a book is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Any fault is an error (default); otherwise rows at fault are rejected and listed.
    pub strict: bool,
    /// Currency of a book without a column `currency`.
    pub currency: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { strict: true, currency: "CNY".to_owned() }
    }
}

/// Columns every book may have besides rating factors and `key.*`.
pub(super) const COLUMNS: [&str; 18] = [
    "risk_id",
    "sector",
    "coverage",
    "exposure",
    "sum_insured",
    "deductible",
    "limit",
    "aggregate_limit",
    "share",
    "stage",
    "inception",
    "expiry",
    "currency",
    "stage_after",
    "stage_date",
    "exposure_unit",
    "object_id",
    "interest",
];

/// Accepted spellings of the life-cycle stage.
pub(super) fn stage(text: &str) -> Option<Stage> {
    Some(match text.to_lowercase().as_str() {
        "research" | "rd" | "r&d" | "研发" => Stage::Research,
        "transformation" | "成果转化" | "转化" => Stage::Transformation,
        "industrialisation" | "industrialization" | "产业化" => Stage::Industrialisation,
        _ => return None,
    })
}

/// What a number must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Range {
    /// finite, > 0
    Positive,
    /// finite, ≥ 0
    NonNegative,
    /// > 0, `inf` for unlimited
    Limit,
    /// (0, 1]
    Share,
}

impl Range {
    const fn allowed(self) -> &'static str {
        match self {
            Self::Positive => "a finite number > 0",
            Self::NonNegative => "a finite number ≥ 0",
            Self::Limit => "a number > 0 (empty or inf for unlimited)",
            Self::Share => "a fraction in (0, 1]",
        }
    }

    fn holds(self, x: f64) -> bool {
        match self {
            Self::Positive => x.is_finite() && x > 0.0,
            Self::NonNegative => x.is_finite() && x >= 0.0,
            Self::Limit => x > 0.0,
            Self::Share => x > 0.0 && x <= 1.0,
        }
    }
}

/// A row, with the faults found so far.
pub(super) struct Row<'a> {
    pub table: &'a RawTable,
    pub number: usize,
    pub issues: Vec<Issue>,
}

impl Row<'_> {
    pub fn place(&self) -> String {
        self.table.place(self.number)
    }

    pub fn fault(&mut self, code: &'static str, column: &str) -> &mut Issue {
        self.issues.push(Issue::new(code, self.place(), column));
        let last = self.issues.len() - 1;
        &mut self.issues[last]
    }

    /// A number or an amount in words; `None` when empty or at fault.
    pub fn number(&mut self, column: &str, cell: Cell<'_>, range: Range) -> Option<f64> {
        let value = match cell {
            Cell::Empty => return None,
            Cell::Number(x) => Some(x),
            Cell::Text(text) => parse_amount(text),
        };
        let shown = || match cell {
            Cell::Text(text) => format!("'{text}'"),
            Cell::Number(x) => x.to_string(),
            Cell::Empty => String::new(),
        };
        let Some(x) = value else {
            let issue = self.fault("not_a_number", column);
            issue.value = shown();
            "a number or an amount such as 40m, 5亿, 30%".clone_into(&mut issue.allowed);
            return None;
        };
        if range.holds(x) {
            return Some(x);
        }
        let issue = self.fault("out_of_range", column);
        issue.value = shown();
        range.allowed().clone_into(&mut issue.allowed);
        if range == Range::Share && x > 1.0 && x <= 100.0 {
            issue.hint = format!("did you mean {} ({x}%)?", x / 100.0);
        } else if x < 0.0 && range.holds(-x) {
            issue.hint = format!("did you mean {}?", -x);
        }
        None
    }

    pub fn date(&mut self, column: &str, cell: Cell<'_>) -> Option<Date> {
        let shown = match cell {
            Cell::Empty => return None,
            Cell::Text(text) => match Date::parse(text) {
                Some(date) => return Some(date),
                None => format!("'{text}'"),
            },
            Cell::Number(x) => match Date::parse(&x.to_string()) {
                Some(date) => return Some(date),
                None => x.to_string(),
            },
        };
        let issue = self.fault("not_a_date", column);
        issue.value = shown;
        "a day such as 2026-01-31".clone_into(&mut issue.allowed);
        None
    }
}

/// The text of a cell that names something; whole numbers are written without a point.
pub(super) fn text(cell: Cell<'_>) -> Option<Cow<'_, str>> {
    match cell {
        Cell::Empty => None,
        Cell::Text(text) => Some(Cow::Borrowed(text)),
        Cell::Number(x) => Some(Cow::Owned(x.to_string())),
    }
}
