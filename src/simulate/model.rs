//! The book and the sector files, turned into rates, scales and terms.

use super::quantile::Sampler;
use crate::error::{Faults, Issue, Result};
use crate::losses::BLOCK_YEARS;
use crate::portfolio::{Date, Portfolio, Stage};
use crate::random::entity_id;
use crate::sector::{Basis, Coverage, FrequencyFamily, Library};
use crate::severity::Severity;
use std::collections::HashMap;

/// Whether the parameters of the sector files are certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parameters {
    /// Drawn anew in every simulated year: the predictive distribution.
    #[default]
    PerYear,
    /// The files' means.
    Off,
}

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub years: u64,
    pub seed: u64,
    pub parameters: Parameters,
    /// With systemic events (default) or claims alone.
    pub systemic: bool,
    /// Leave out the risks whose coverage the library lacks (default: refuse them).
    pub partial: bool,
}

impl Options {
    pub fn new(years: u64, seed: u64) -> Self {
        Self { years, seed, parameters: Parameters::PerYear, systemic: true, partial: false }
    }
}

/// Expected claims in a block above which memory, not patience, is the limit.
const MAX_BLOCK_CLAIMS: f64 = 5e7;

/// Policy terms of one claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub deductible: f64,
    pub limit: f64,
    pub share: f64,
}

impl Terms {
    #[inline(always)]
    pub fn apply(self, loss: f64) -> f64 {
        self.share * (loss - self.deductible).max(0.0).min(self.limit)
    }
}

/// The part of the year in which a risk is covered, wrapping at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub start: f64,
    pub span: f64,
}

impl Window {
    #[inline(always)]
    pub fn covers(self, time: f64) -> bool {
        let since = time - self.start;
        (if since < 0.0 { since + 1.0 } else { since }) < self.span
    }

    /// The moment at a fraction of the covered part.
    #[inline(always)]
    pub fn at(self, fraction: f64) -> f64 {
        let time = self.start + self.span * fraction;
        (if time >= 1.0 { time - 1.0 } else { time }).min(super::years::LAST)
    }
}

/// One risk, ready to be simulated.
#[derive(Debug, Clone)]
pub(super) struct Risk {
    /// Index in the portfolio.
    pub index: u32,
    /// Its number in the streams.
    pub entity: u64,
    /// Claims a year with all multipliers 1; for Bernoulli the probability of each unit.
    pub rate: f64,
    /// Trials a year (Bernoulli).
    pub trials: u64,
    /// Multiplies the distribution: relativities, stage, and the sum insured of a fraction.
    pub scale: f64,
    /// Largest ground-up loss.
    pub ceiling: f64,
    pub terms: Terms,
    pub window: Window,
    /// Units a systemic event can strike while the risk is covered; 1 when struck as a whole.
    pub units: f64,
    /// What a systemic event damages: the limit, or the sum insured.
    pub at_stake: f64,
}

/// One coverage with its risks.
#[derive(Debug, Clone)]
pub(super) struct CoverageModel {
    pub id: String,
    pub family: FrequencyFamily,
    pub cv_of_mean: f64,
    pub cv_of_scale: f64,
    pub mixing_shape: Option<f64>,
    pub distribution: Severity,
    pub sampler: Sampler,
    pub risks: Vec<Risk>,
}

/// Coverages in the order of the library, those with risks only.
pub(super) fn build(
    book: &Portfolio,
    library: &Library,
    options: &Options,
) -> Result<Vec<CoverageModel>> {
    let mut faults = Faults::new();
    faults.check(options.years > 0, || {
        Issue::new("out_of_range", "simulate", "years").value(0).allowed("a whole number > 0")
    });
    let known: Vec<&str> = library.names();
    let mut of_level = vec![None; book.coverage.levels.len()];
    for (level, id) in book.coverage.levels.iter().enumerate() {
        match library.coverages().iter().position(|c| c.id == *id) {
            Some(k) => of_level[level] = Some(k),
            None if options.partial => {}
            None => {
                let issue = Issue::unknown("simulate", "coverage", id, known.iter().copied());
                faults
                    .push(issue.hint("select its sector too, or leave its risks out of the book"));
            }
        }
    }
    faults.finish()?;
    let mut models: Vec<CoverageModel> =
        library.coverages().iter().map(empty).collect::<Result<_>>()?;
    let relativities: Vec<Relativities> =
        library.coverages().iter().map(|c| Relativities::new(book, c)).collect();
    let mut expected = 0.0;
    for risk in 0..book.len() {
        let Some(k) = book.coverage.code[risk].and_then(|level| of_level[level as usize]) else {
            continue;
        };
        let built = one(book, risk, &library.coverages()[k], &relativities[k]);
        expected += built.rate * built.trials as f64;
        models[k].risks.push(built);
    }
    if expected * BLOCK_YEARS as f64 > MAX_BLOCK_CLAIMS {
        return Err(Issue::new("too_many_claims", "simulate", "exposure")
            .value(format!("{expected:.0} expected claims a year"))
            .allowed(format!("at most {:.0}", MAX_BLOCK_CLAIMS / BLOCK_YEARS as f64))
            .hint("is an exposure in the wrong unit?")
            .into());
    }
    models.retain(|m| !m.risks.is_empty());
    if models.is_empty() {
        return Err(Issue::new("empty_book", "simulate", "sectors")
            .value("no risk of the book has a coverage of these sectors")
            .into());
    }
    Ok(models)
}

fn empty(coverage: &Coverage) -> Result<CoverageModel> {
    Ok(CoverageModel {
        id: coverage.id.clone(),
        family: coverage.frequency.family,
        cv_of_mean: coverage.frequency.cv_of_mean,
        cv_of_scale: coverage.severity.cv_of_scale,
        mixing_shape: coverage.frequency.mixing_shape,
        sampler: Sampler::new(&coverage.severity.distribution)?,
        distribution: coverage.severity.distribution.clone(),
        risks: Vec::new(),
    })
}

/// Multipliers of frequency and severity for each level of each factor column of the book.
struct Relativities {
    /// Column of the book → pairs by level of that column.
    columns: Vec<(usize, Vec<(f64, f64)>)>,
}

impl Relativities {
    fn new(book: &Portfolio, coverage: &Coverage) -> Self {
        let mut columns = Vec::new();
        for (column, labels) in book.factors.iter().enumerate() {
            let Some(factor) = coverage.factor(&labels.name) else { continue };
            let index: HashMap<&str, usize> =
                factor.levels.iter().enumerate().map(|(i, l)| (l.as_str(), i)).collect();
            let pairs = labels.levels.iter().map(|level| {
                index
                    .get(level.as_str())
                    .map_or((1.0, 1.0), |&i| (factor.frequency[i], factor.severity[i]))
            });
            columns.push((column, pairs.collect()));
        }
        Self { columns }
    }

    fn of(&self, book: &Portfolio, risk: usize) -> (f64, f64) {
        self.columns.iter().fold((1.0, 1.0), |(f, s), (column, pairs)| {
            match book.factors[*column].code[risk] {
                Some(level) => {
                    let (rf, rs) = pairs[level as usize];
                    (f * rf, s * rs)
                }
                None => (f, s),
            }
        })
    }
}

fn one(book: &Portfolio, risk: usize, coverage: &Coverage, relativities: &Relativities) -> Risk {
    let stage = match book.stage[risk] {
        Stage::Research => coverage.stages.research,
        Stage::Transformation => coverage.stages.transformation,
        Stage::Industrialisation => coverage.stages.industrialisation,
    };
    let (frequency, severity) = relativities.of(book, risk);
    let (frequency, severity) = (frequency * stage.frequency, severity * stage.severity);
    let exposure = book.exposure[risk];
    let bernoulli = coverage.frequency.family == FrequencyFamily::Bernoulli;
    let per_unit = coverage.frequency.mean * frequency;
    let sum_insured = book.sum_insured[risk];
    let fraction = coverage.severity.basis == Basis::FractionOfSumInsured;
    let unit = if fraction { sum_insured } else { 1.0 };
    let cap = coverage.severity.cap.unwrap_or(if fraction { 1.0 } else { f64::INFINITY });
    let window = window(book, risk);
    let limit = book.limit[risk];
    let in_force = if coverage.exposure.annual { window.span } else { 1.0 };
    Risk {
        index: risk as u32,
        entity: entity_id(&book.risk_id[risk]),
        rate: if bernoulli { per_unit } else { per_unit * exposure },
        trials: if bernoulli { exposure as u64 } else { 1 },
        scale: unit * severity,
        ceiling: unit * cap,
        terms: Terms { deductible: book.deductible[risk], limit, share: book.share[risk] },
        window,
        units: if coverage.exposure.counted { exposure / in_force } else { 1.0 },
        at_stake: if limit.is_finite() { limit } else { sum_insured },
    }
}

const YEAR: i32 = 365;

fn window(book: &Portfolio, risk: usize) -> Window {
    let whole = Window { start: 0.0, span: 1.0 };
    let (Some(from), Some(to)) = (book.inception[risk], book.expiry[risk]) else { return whole };
    let days = to.0.saturating_sub(from.0);
    if days >= YEAR {
        return whole;
    }
    Window { start: of_year(from), span: f64::from(days.max(1)) / f64::from(YEAR) }
}

/// A date as a fraction of its year.
fn of_year(date: Date) -> f64 {
    let (year, _, _) = date.ymd();
    let new_year = Date::from_ymd(year, 1, 1).map_or(date.0, |d| d.0);
    f64::from((date.0 - new_year).clamp(0, YEAR - 1)) / f64::from(YEAR)
}

/// Date at which each risk's policy is renewed; none when no risk has an inception.
pub(super) fn renewals(book: &Portfolio) -> Vec<f64> {
    if book.inception.iter().all(Option::is_none) {
        return Vec::new();
    }
    book.inception.iter().map(|date| date.map_or(f64::NAN, of_year)).collect()
}
