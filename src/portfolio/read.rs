//! A raw table, read row by row into a validated book.

use super::check::{Check, Reject};
use super::dates::Date;
use super::layout::{Layout, currency, layout};
use super::risks::{Labels, Portfolio, Stage};
use super::rules::{Options, Range, Row, Vocabulary, text};
use super::table::{Cell, RawTable};
use super::words::{find_coverage, read_change, read_stage};
use crate::error::{Error, Issue, Result};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// The good values of one row.
#[expect(clippy::struct_field_names, reason = "named as the columns")]
struct Risk {
    risk_id: String,
    coverage: usize,
    exposure: f64,
    sum_insured: f64,
    deductible: f64,
    limit: f64,
    aggregate_limit: f64,
    share: f64,
    stage: Stage,
    stage_change: Option<(Stage, Date)>,
    interest: f64,
    inception: Option<Date>,
    expiry: Option<Date>,
}

impl Portfolio {
    /// Validates a raw table against the words the sector library knows.
    ///
    /// Required columns: `risk_id`, `coverage` (a full id, or the part after the dot beside a column
    /// `sector`), and `sum_insured` or `limit`. Others and their defaults: `exposure` 1, `deductible`
    /// 0, `limit` the sum insured, `aggregate_limit` unlimited, `share` 1, `stage` industrialisation.
    ///
    /// # Errors
    ///
    /// A fault of the whole table (missing or misspelt column, mixed currencies, no rows) always; a
    /// fault of a row when [`Options::strict`], all of them at once.
    pub fn new(table: &RawTable, words: &Vocabulary, options: &Options) -> Result<Self> {
        let mut notes = Vec::new();
        let layout = layout(table, words, &mut notes)?;
        if table.rows() == 0 {
            return Err(Issue::new("empty_book", table.origin(), "")
                .value("no rows")
                .allowed("at least one risk")
                .into());
        }
        let currency = currency(table, layout.fixed[12], options, &mut notes)?;
        let mut book = Self {
            currency: currency.clone(),
            coverage: Labels::new("coverage"),
            sector: Labels::new("sector"),
            factors: layout.factors.iter().map(|(name, _)| Labels::new(name)).collect(),
            keys: layout.keys.iter().map(|(name, _)| Labels::new(name)).collect(),
            object_id: Labels::new("object_id"),
            ..Self::default()
        };
        book.reserve(table.rows());
        let mut ids = Vec::with_capacity(table.rows());
        let mut check = Check {
            origin: table.origin().to_owned(),
            currency,
            rows_in: table.rows(),
            ..Check::default()
        };
        let mut coding = Coding::new(&book);
        let repeated = repeated(table, layout.fixed[0]);
        let mut broken = table.broken().iter().peekable();
        let (mut at_base, mut not_used) = (0usize, 0usize);
        for row in 0..table.rows() {
            let mut faults = Row { table, number: row, issues: Vec::new() };
            while let Some((_, issue)) = broken.next_if(|(r, _)| *r == row) {
                faults.issues.push(issue.clone());
            }
            let risk_id = || layout.fixed[0].and_then(|c| text(table.cell(c, row)));
            let risk = if faults.issues.is_empty() {
                read_row(&layout, words, &book.currency, &mut faults)
            } else {
                None
            };
            if let Some(first) = repeated.get(&row) {
                let issue = faults.fault("duplicate_risk", "risk_id");
                issue.value = format!("'{}'", risk_id().unwrap_or_default());
                issue.allowed = format!("unique; it is first used at {}", table.place(*first));
            }
            let sum_insured = layout.fixed[4]
                .and_then(|c| match table.cell(c, row) {
                    Cell::Number(x) => Some(x),
                    Cell::Text(text) => crate::numeric::parse_amount(text),
                    Cell::Empty => None,
                })
                .filter(|x| x.is_finite())
                .unwrap_or(0.0);
            check.sum_insured_in += sum_insured;
            match risk {
                Some(risk) if faults.issues.is_empty() => {
                    check.rows_used += 1;
                    check.sum_insured_used += sum_insured;
                    let rules = &words.coverages[risk.coverage];
                    for (k, (name, column)) in layout.factors.iter().enumerate() {
                        let level = text(table.cell(*column, row));
                        let known = rules.factor(name).is_some();
                        at_base += usize::from(known && level.is_none());
                        not_used += usize::from(!known && level.is_some());
                        let level = level.filter(|_| known);
                        book.factors[k].push(&mut coding.factors[k], level.as_deref());
                    }
                    for (k, (_, column)) in layout.keys.iter().enumerate() {
                        let value = text(table.cell(*column, row));
                        book.keys[k].push(&mut coding.keys[k], value.as_deref());
                    }
                    if let Some(column) = layout.fixed[16] {
                        let object = text(table.cell(column, row));
                        book.object_id.push(&mut coding.object, object.as_deref());
                    }
                    book.coverage.push(&mut coding.coverage, Some(&rules.id));
                    book.sector.push(&mut coding.sector, Some(&rules.sector));
                    book.push(&risk);
                    ids.push(risk.risk_id);
                }
                _ => {
                    check.rows_rejected += 1;
                    check.sum_insured_rejected += sum_insured;
                    check.rejects.push(Reject {
                        row: table.row_number(row),
                        risk_id: risk_id().unwrap_or_default().into_owned(),
                        issues: faults.issues,
                    });
                }
            }
        }
        if options.strict && !check.is_clean() {
            return Err(Error::Input(check.issues()));
        }
        if check.rows_used == 0 {
            let mut issues = check.issues();
            issues.push(Issue::new("empty_book", table.origin(), "").value("no row is usable"));
            return Err(Error::Input(issues));
        }
        if at_base > 0 {
            notes.push(format!(
                "{at_base} empty rating factors are read as their base (relativity 1)"
            ));
        }
        if not_used > 0 {
            notes.push(format!("{not_used} rating factors do not apply to the risk's coverage"));
        }
        check.notes = notes;
        book.check = check;
        book.risk_id = ids.into();
        Ok(book)
    }

    fn reserve(&mut self, rows: usize) {
        let Self { exposure, sum_insured, deductible, limit, aggregate_limit, share, .. } = self;
        for column in [exposure, sum_insured, deductible, limit, aggregate_limit, share] {
            column.reserve_exact(rows);
        }
        self.interest.reserve_exact(rows);
    }

    fn push(&mut self, risk: &Risk) {
        self.exposure.push(risk.exposure);
        self.sum_insured.push(risk.sum_insured);
        self.deductible.push(risk.deductible);
        self.limit.push(risk.limit);
        self.aggregate_limit.push(risk.aggregate_limit);
        self.share.push(risk.share);
        self.stage.push(risk.stage);
        self.stage_change.push(risk.stage_change);
        self.interest.push(risk.interest);
        self.inception.push(risk.inception);
        self.expiry.push(risk.expiry);
    }
}

/// Rows whose id another row has used before, with the first of them.
fn repeated(table: &RawTable, column: Option<usize>) -> HashMap<usize, usize> {
    let Some(column) = column else { return HashMap::new() };
    let id = |row: usize| text(table.cell(column, row));
    let state = RandomState::new();
    let mut rows: Vec<(u64, usize)> =
        (0..table.rows()).filter_map(|row| id(row).map(|id| (state.hash_one(&*id), row))).collect();
    rows.sort_unstable();
    let mut found = HashMap::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut first: HashMap<Cow<'_, str>, usize> = HashMap::new();
        for (_, row) in group {
            let Some(id) = id(*row) else { continue };
            let before = *first.entry(id).or_insert(*row);
            if before != *row {
                found.insert(*row, before);
            }
        }
    }
    found
}

/// Codes of the names met so far.
struct Coding {
    coverage: HashMap<String, u32>,
    sector: HashMap<String, u32>,
    object: HashMap<String, u32>,
    factors: Vec<HashMap<String, u32>>,
    keys: Vec<HashMap<String, u32>>,
}

impl Coding {
    fn new(book: &Portfolio) -> Self {
        Self {
            coverage: HashMap::new(),
            sector: HashMap::new(),
            object: HashMap::new(),
            factors: vec![HashMap::new(); book.factors.len()],
            keys: vec![HashMap::new(); book.keys.len()],
        }
    }
}

fn read_row(
    layout: &Layout,
    words: &Vocabulary,
    currency: &str,
    faults: &mut Row<'_>,
) -> Option<Risk> {
    let (table, row) = (faults.table, faults.number);
    let cell = |k: usize| layout.fixed[k].map_or(Cell::Empty, |c| table.cell(c, row));
    let risk_id = text(cell(0));
    if risk_id.is_none() {
        faults.fault("missing_value", "risk_id").allowed = String::from("a unique name");
    }
    let coverage = find_coverage(text(cell(2)), text(cell(1)), words, faults);
    let exposure = faults.number("exposure", cell(3), Range::Positive).unwrap_or(1.0);
    let sum_insured = faults.number("sum_insured", cell(4), Range::Positive);
    let deductible = faults.number("deductible", cell(5), Range::NonNegative).unwrap_or(0.0);
    let limit = faults.number("limit", cell(6), Range::Limit);
    let aggregate = faults.number("aggregate_limit", cell(7), Range::Limit);
    let share = faults.number("share", cell(8), Range::Share).unwrap_or(1.0);
    let stage = read_stage("stage", cell(9), faults).unwrap_or_default();
    let interest = faults.number("interest", cell(17), Range::Share).unwrap_or(1.0);
    let inception = faults.date("inception", cell(10));
    let expiry = faults.date("expiry", cell(11));
    if let (Some(from), Some(to)) = (inception, expiry)
        && to <= from
    {
        let issue = faults.fault("dates_reversed", "expiry");
        issue.value = to.to_string();
        issue.allowed = format!("after the inception {from}");
    }
    let stage_change = read_change(
        (cell(13), faults.date("stage_date", cell(14))),
        (stage, inception, expiry),
        faults,
    );
    let readable = faults.issues.iter().all(|i| i.field != "sum_insured" && i.field != "limit");
    if readable && sum_insured.is_none() && !limit.is_some_and(f64::is_finite) {
        let issue = faults.fault("missing_value", "sum_insured");
        "a sum insured or a finite limit".clone_into(&mut issue.allowed);
    }
    if let Some(sum_insured) = sum_insured
        && deductible >= sum_insured
    {
        let issue = faults.fault("deductible_too_high", "deductible");
        issue.value = deductible.to_string();
        issue.allowed = format!("below the sum insured {sum_insured}");
    }
    let rules = &words.coverages[coverage?];
    if let Some(unit) = text(cell(15)).filter(|unit| {
        // What stands in brackets only explains the unit.
        let head = rules.unit.split(" (").next().unwrap_or_default();
        *unit != rules.unit && unit != head
    }) {
        let issue = faults.fault("wrong_unit", "exposure_unit");
        issue.value = format!("'{unit}'");
        issue.allowed = format!("'{}', the unit of {}", rules.unit, rules.id);
        "convert the exposure to that unit".clone_into(&mut issue.hint);
    }
    if rules.currency != currency {
        let issue = faults.fault("currency_mismatch", "currency");
        issue.value = format!("'{currency}'");
        issue.allowed = format!("'{}', the currency of {}", rules.currency, rules.id);
        "convert the amounts at a dated rate first".clone_into(&mut issue.hint);
    }
    if rules.needs_sum_insured && sum_insured.is_none() && readable && limit.is_some() {
        let issue = faults.fault("missing_value", "sum_insured");
        issue.allowed = format!("stated: losses of {} are fractions of it", rules.id);
    }
    if rules.needs_whole_exposure && exposure.fract() != 0.0 {
        let issue = faults.fault("out_of_range", "exposure");
        issue.value = exposure.to_string();
        issue.allowed = format!("a whole number of units of {}", rules.id);
    }
    check_factors(layout, rules, faults);
    Some(Risk {
        risk_id: risk_id?.into_owned(),
        coverage: coverage?,
        exposure,
        sum_insured: sum_insured.unwrap_or(f64::NAN),
        deductible,
        limit: limit.or(sum_insured).unwrap_or(f64::INFINITY),
        aggregate_limit: aggregate.unwrap_or(f64::INFINITY),
        share,
        stage,
        stage_change,
        interest,
        inception,
        expiry,
    })
}

fn check_factors(layout: &Layout, rules: &super::CoverageRules, faults: &mut Row<'_>) {
    let (table, row) = (faults.table, faults.number);
    let mut stated: Vec<&str> = Vec::new();
    for (name, column) in &layout.factors {
        let (Some(levels), Some(level)) = (rules.factor(name), text(table.cell(*column, row)))
        else {
            continue;
        };
        stated.push(name);
        if !levels.iter().any(|known| **known == *level) {
            let known = levels.iter().map(String::as_str);
            faults.issues.push(Issue::unknown(faults.place(), name.as_str(), &level, known));
        }
    }
    for group in &rules.alternatives {
        let both: Vec<&str> =
            stated.iter().copied().filter(|n| group.iter().any(|g| g == n)).collect();
        if both.len() > 1 {
            let issue = faults.fault("alternatives", both[1]);
            issue.value = format!("given together with {}", both[0]);
            issue.allowed = format!("one of {} for a risk", group.join(", "));
            "their relativities describe the same thing and must not be multiplied"
                .clone_into(&mut issue.hint);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
