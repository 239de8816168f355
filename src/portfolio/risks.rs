//! The validated book: one entry per risk in every column.

use super::check::{Check, Reject};
use super::dates::Date;
use super::rules::{COLUMNS, Options, Range, Row, Vocabulary, text};
use super::table::{Cell, RawTable};
use super::words::{find_coverage, read_change, read_stage};
use crate::error::{Error, Issue, Result, nearest};
use std::collections::HashMap;

/// Life-cycle stage of a risk; scales frequency and severity.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Research,
    Transformation,
    #[default]
    Industrialisation,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Research, Self::Transformation, Self::Industrialisation];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::Transformation => "transformation",
            Self::Industrialisation => "industrialisation",
        }
    }
}

/// A column of names, coded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    pub name: String,
    /// Distinct values, in order of first appearance.
    pub levels: Vec<String>,
    /// Index into `levels` for each risk; `None` where the cell is empty.
    pub code: Vec<Option<u32>>,
}

impl Labels {
    fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    fn push(&mut self, index: &mut HashMap<String, u32>, value: Option<String>) {
        let code = value.map(|value| {
            *index.entry(value).or_insert_with_key(|value| {
                self.levels.push(value.clone());
                (self.levels.len() - 1) as u32
            })
        });
        self.code.push(code);
    }

    /// Value of risk `risk`.
    pub fn get(&self, risk: usize) -> Option<&str> {
        self.code[risk].map(|code| self.levels[code as usize].as_str())
    }
}

/// Risks as columns. Amounts are in [`Portfolio::currency`]; shares are fractions.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    pub currency: String,
    pub risk_id: Vec<String>,
    /// Full id of the coverage, such as `uav.tpl`.
    pub coverage: Labels,
    pub sector: Labels,
    /// Units of the coverage's exposure base; 1 where the book says nothing.
    pub exposure: Vec<f64>,
    /// Amount at risk in one claim of one unit; NaN where not stated.
    pub sum_insured: Vec<f64>,
    pub deductible: Vec<f64>,
    /// Limit per claim: as stated, else the sum insured.
    pub limit: Vec<f64>,
    pub aggregate_limit: Vec<f64>,
    /// Insurer's share of the loss after deductible and limit.
    pub share: Vec<f64>,
    pub stage: Vec<Stage>,
    /// Stage from a date within the term on, for risks that change it.
    pub stage_change: Vec<Option<(Stage, Date)>>,
    pub inception: Vec<Option<Date>>,
    pub expiry: Vec<Option<Date>>,
    /// What is insured, where several risks insure parts of one thing: they share its claims.
    pub object_id: Vec<Option<String>>,
    /// The risk's part of the ground-up loss of the object.
    pub interest: Vec<f64>,
    /// Rating factors.
    pub factors: Vec<Labels>,
    /// Accumulation keys, named without the prefix `key.`.
    pub keys: Vec<Labels>,
    check: Check,
}

/// Which column of the raw table holds what.
struct Layout {
    fixed: [Option<usize>; COLUMNS.len()],
    factors: Vec<(String, usize)>,
    keys: Vec<(String, usize)>,
}

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
    object_id: Option<String>,
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
            ..Self::default()
        };
        let mut check = Check {
            origin: table.origin().to_owned(),
            currency,
            rows_in: table.rows(),
            ..Check::default()
        };
        let mut coding = Coding::new(&book);
        let mut first_seen: HashMap<String, usize> = HashMap::new();
        let mut broken = table.broken().iter().peekable();
        let (mut at_base, mut not_used) = (0usize, 0usize);
        for row in 0..table.rows() {
            let place = table.place(row);
            let mut faults = Row { place: &place, issues: Vec::new() };
            while let Some((_, issue)) = broken.next_if(|(r, _)| *r == row) {
                faults.issues.push(issue.clone());
            }
            let risk_id = layout.fixed[0].and_then(|c| text(table.cell(c, row)));
            let risk = if faults.issues.is_empty() {
                read_row(table, row, &layout, words, &book.currency, &mut faults)
            } else {
                None
            };
            if let Some(id) = &risk_id {
                match first_seen.get(id) {
                    Some(&first) => {
                        let issue = faults.fault("duplicate_risk", "risk_id");
                        issue.value = format!("'{id}'");
                        issue.allowed =
                            format!("unique; it is first used at {}", table.place(first));
                    }
                    None => {
                        first_seen.insert(id.clone(), row);
                    }
                }
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
                        book.factors[k].push(&mut coding.factors[k], level);
                    }
                    for (k, (_, column)) in layout.keys.iter().enumerate() {
                        book.keys[k].push(&mut coding.keys[k], text(table.cell(*column, row)));
                    }
                    book.coverage.push(&mut coding.coverage, Some(rules.id.clone()));
                    book.sector.push(&mut coding.sector, Some(rules.sector.clone()));
                    book.push(risk);
                }
                _ => {
                    check.rows_rejected += 1;
                    check.sum_insured_rejected += sum_insured;
                    check.rejects.push(Reject {
                        row: table.row_number(row),
                        risk_id: risk_id.unwrap_or_default(),
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
        Ok(book)
    }

    pub fn len(&self) -> usize {
        self.risk_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.risk_id.is_empty()
    }

    /// Rows in = used + rejected, the rejects with their reasons, and the defaults used.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// The name by which the streams know the insured thing: of the object, else of the risk.
    pub fn object(&self, risk: usize) -> &str {
        self.object_id[risk].as_deref().unwrap_or(&self.risk_id[risk])
    }

    /// Full id of the coverage of a risk.
    pub fn coverage_of(&self, risk: usize) -> &str {
        self.coverage.get(risk).unwrap_or("")
    }

    fn push(&mut self, risk: Risk) {
        self.risk_id.push(risk.risk_id);
        self.exposure.push(risk.exposure);
        self.sum_insured.push(risk.sum_insured);
        self.deductible.push(risk.deductible);
        self.limit.push(risk.limit);
        self.aggregate_limit.push(risk.aggregate_limit);
        self.share.push(risk.share);
        self.stage.push(risk.stage);
        self.stage_change.push(risk.stage_change);
        self.object_id.push(risk.object_id);
        self.interest.push(risk.interest);
        self.inception.push(risk.inception);
        self.expiry.push(risk.expiry);
    }
}

/// Codes of the names met so far.
struct Coding {
    coverage: HashMap<String, u32>,
    sector: HashMap<String, u32>,
    factors: Vec<HashMap<String, u32>>,
    keys: Vec<HashMap<String, u32>>,
}

impl Coding {
    fn new(book: &Portfolio) -> Self {
        Self {
            coverage: HashMap::new(),
            sector: HashMap::new(),
            factors: vec![HashMap::new(); book.factors.len()],
            keys: vec![HashMap::new(); book.keys.len()],
        }
    }
}

fn layout(table: &RawTable, words: &Vocabulary, notes: &mut Vec<String>) -> Result<Layout> {
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
fn currency(
    table: &RawTable,
    column: Option<usize>,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut empty = 0;
    for row in 0..table.rows() {
        match column.and_then(|c| text(table.cell(c, row))) {
            Some(code) if !found.iter().any(|(c, _)| *c == code) => found.push((code, row)),
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

fn read_row(
    table: &RawTable,
    row: usize,
    layout: &Layout,
    words: &Vocabulary,
    currency: &str,
    faults: &mut Row<'_>,
) -> Option<Risk> {
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
    check_factors(table, row, layout, rules, faults);
    Some(Risk {
        risk_id: risk_id?,
        coverage: coverage?,
        exposure,
        sum_insured: sum_insured.unwrap_or(f64::NAN),
        deductible,
        limit: limit.or(sum_insured).unwrap_or(f64::INFINITY),
        aggregate_limit: aggregate.unwrap_or(f64::INFINITY),
        share,
        stage,
        stage_change,
        object_id: text(cell(16)),
        interest,
        inception,
        expiry,
    })
}

fn check_factors(
    table: &RawTable,
    row: usize,
    layout: &Layout,
    rules: &super::CoverageRules,
    faults: &mut Row<'_>,
) {
    let mut stated: Vec<&str> = Vec::new();
    for (name, column) in &layout.factors {
        let (Some(levels), Some(level)) = (rules.factor(name), text(table.cell(*column, row)))
        else {
            continue;
        };
        stated.push(name);
        if !levels.contains(&level) {
            let known = levels.iter().map(String::as_str);
            faults.issues.push(Issue::unknown(faults.place, name.as_str(), &level, known));
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
