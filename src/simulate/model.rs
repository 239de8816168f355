//! The book and the sector files, turned into rates, scales and terms.

use super::quantile::Sampler;
use super::rows::{ALONE, SHARED};
use super::term::{Part, Window, parts};
use crate::error::{Faults, Issue, Result};
use crate::losses::BLOCK_YEARS;
use crate::portfolio::{Portfolio, Stage};
use crate::random::{Purpose, Stream, entity_id};
use crate::sector::process::{ClaimTerms, Unit};
use crate::sector::{Basis, Coverage, FrequencyFamily, Library, LossProcess, Process};
use std::collections::HashMap;
use std::sync::Arc;

/// Whether the parameters of the sector files are certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parameters {
    /// Drawn anew in every simulated year: the predictive distribution.
    #[default]
    PerYear,
    /// The files' means.
    Off,
    /// Drawn once for each `inner` consecutive years: outer draws of the parameters, inner years.
    TwoLevel { inner: u64 },
}

impl Parameters {
    /// Uniforms of a named parameter, one a year of the block.
    pub(super) fn uniforms(self, seed: u64, name: u64, block: u64, out: &mut [f64]) {
        let Self::TwoLevel { inner } = self else {
            Stream::new(seed, Purpose::Parameter, name, block).fill(out);
            return;
        };
        let size = BLOCK_YEARS as u64;
        let mut last = (u64::MAX, 0.0);
        for (year, u) in (block * size..).zip(out) {
            let draw = year / inner.max(1);
            if draw != last.0 {
                let stream = Stream::new(seed, Purpose::Parameter, name, draw / size);
                last = (draw, stream.at(draw % size).uniform());
            }
            *u = last.1;
        }
    }
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

/// Expected claims in a block above which something must be wrong.
const MAX_BLOCK_CLAIMS: f64 = 1e9;

/// One risk, ready to be simulated.
#[derive(Debug, Clone)]
pub(super) struct Risk {
    /// Index in the portfolio.
    pub index: u32,
    /// What its claims are in the order of events: alone, or of a thing that others insure too.
    pub event: u32,
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
    pub terms: ClaimTerms,
    pub window: Window,
    /// Units a systemic event can strike while the risk is covered; 1 when struck as a whole.
    pub units: f64,
    /// What a systemic event damages: the limit, or the sum insured.
    pub at_stake: f64,
    /// Units of exposure of its part of the period.
    pub exposure: f64,
    /// Common factors of its process, in the streams.
    pub factors: Box<[u64]>,
}

impl Risk {
    pub fn unit(&self) -> Unit<'_> {
        Unit {
            entity: self.entity,
            factors: &self.factors,
            rate: self.rate,
            trials: self.trials,
            units: self.exposure,
            scale: self.scale,
            ceiling: self.ceiling,
            terms: self.terms,
        }
    }
}

/// One coverage with its risks.
#[derive(Debug, Clone)]
pub(super) struct CoverageModel {
    pub id: String,
    /// Its process; claims are drawn in batches, the others by it.
    pub law: Arc<dyn LossProcess>,
    pub process: Process,
    pub family: FrequencyFamily,
    pub cv_of_mean: f64,
    pub cv_of_scale: f64,
    pub mixing_shape: Option<f64>,
    /// Factors common to sectors, in the streams, and the sd of the logarithm they add.
    pub common: Vec<(u64, f64)>,
    /// None where a hit is no draw of a severity.
    pub sampler: Option<Sampler>,
    pub risks: Vec<Risk>,
}

impl CoverageModel {
    /// Whether its units are trials, not sources of arrivals.
    pub fn has_trials(&self) -> bool {
        self.process != Process::Claims || self.family == FrequencyFamily::Bernoulli
    }

    /// Expected claims a year.
    pub fn claims(&self) -> f64 {
        self.risks.iter().map(|r| r.rate * r.trials as f64).sum()
    }
}

/// A book and the coverages of its risks.
pub(super) struct Build<'a> {
    book: &'a Portfolio,
    library: &'a Library,
    /// Coverage of the library by level of the book's column.
    of_level: Vec<Option<usize>>,
    relativities: Vec<Relativities>,
}

impl<'a> Build<'a> {
    pub fn new(book: &'a Portfolio, library: &'a Library, options: &Options) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(options.years > 0, || {
            Issue::new("out_of_range", "simulate", "years").value(0).allowed("a whole number > 0")
        });
        if let Parameters::TwoLevel { inner } = options.parameters {
            faults.check(inner > 0, || {
                Issue::new("out_of_range", "simulate", "inner")
                    .value(0)
                    .allowed("a whole number > 0")
            });
        }
        let known: Vec<&str> = library.names();
        let mut of_level = vec![None; book.coverage.levels.len()];
        for (level, id) in book.coverage.levels.iter().enumerate() {
            match library.coverages().iter().position(|c| c.id == *id) {
                Some(k) => of_level[level] = Some(k),
                None if options.partial => {}
                None => {
                    let issue = Issue::unknown("simulate", "coverage", id, known.iter().copied());
                    faults.push(
                        issue.hint("select its sector too, or leave its risks out of the book"),
                    );
                }
            }
        }
        faults.finish()?;
        let relativities = library.coverages().iter().map(|c| Relativities::new(book, c)).collect();
        Ok(Self { book, library, of_level, relativities })
    }

    fn coverage(&self, risk: usize) -> Option<usize> {
        self.book.coverage.code[risk].and_then(|level| self.of_level[level as usize])
    }

    /// The parts of a risk with the place of its coverage, not known to the streams.
    pub fn risks_unnamed(&self, risk: usize) -> impl Iterator<Item = (usize, Risk)> {
        self.coverage(risk).into_iter().flat_map(move |k| {
            let coverage = &self.library.coverages()[k];
            parts(self.book, risk)
                .map(move |part| (k, one(self.book, risk, part, coverage, &self.relativities[k])))
        })
    }
}

/// Coverages in the order of the library, those with risks only.
pub(super) fn build(
    book: &Portfolio,
    library: &Library,
    options: &Options,
) -> Result<Vec<CoverageModel>> {
    let build = Build::new(book, library, options)?;
    let mut models: Vec<CoverageModel> =
        library.coverages().iter().map(empty).collect::<Result<_>>()?;
    for risk in 0..book.len() {
        let id = book.object(risk);
        for (first, (k, mut built)) in (0..).zip(build.risks_unnamed(risk)) {
            built.entity =
                if first == 0 { entity_id(id) } else { entity_id(&format!("{id}|stage")) };
            built.factors = build.relativities[k].factors(book, risk);
            models[k].risks.push(built);
        }
    }
    let expected: f64 = models.iter().map(CoverageModel::claims).sum();
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

pub(super) fn empty(coverage: &Coverage) -> Result<CoverageModel> {
    let (frequency, severity) = (coverage.frequency.as_ref(), coverage.severity.as_ref());
    Ok(CoverageModel {
        id: coverage.id.clone(),
        law: coverage.law()?.into(),
        process: coverage.process,
        family: frequency.map_or(FrequencyFamily::Bernoulli, |f| f.family),
        cv_of_mean: frequency.map_or(0.0, |f| f.cv_of_mean),
        cv_of_scale: severity.map_or(0.0, |s| s.cv_of_scale),
        mixing_shape: frequency.and_then(|f| f.mixing_shape),
        common: Vec::new(),
        sampler: severity.map(|s| Sampler::new(&s.distribution)).transpose()?,
        risks: Vec::new(),
    })
}

/// Multipliers of frequency and severity for each level of each factor column of the book.
struct Relativities {
    /// Column of the book → pairs by level of that column.
    columns: Vec<(usize, Vec<(f64, f64)>)>,
    /// Common factors: by level of their key's column, and of a risk without a value.
    factors: Vec<(Option<usize>, Vec<u64>, u64)>,
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
        let loadings = coverage.index.iter().flat_map(|i| &i.factors);
        let loadings = loadings.chain(coverage.credit.iter().flat_map(|c| &c.factors));
        let factors = loadings.map(|loading| {
            let key = book.keys.iter().position(|k| k.name == loading.key);
            let levels = key.map_or(&[][..], |k| book.keys[k].levels.as_slice());
            let entities = levels.iter().map(|value| loading.entity(value)).collect();
            (key, entities, loading.entity(""))
        });
        Self { columns, factors: factors.collect() }
    }

    fn factors(&self, book: &Portfolio, risk: usize) -> Box<[u64]> {
        let one = |(key, levels, none): &(Option<usize>, Vec<u64>, u64)| {
            key.and_then(|k| book.keys[k].code[risk]).map_or(*none, |level| levels[level as usize])
        };
        self.factors.iter().map(one).collect()
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

fn one(
    book: &Portfolio,
    risk: usize,
    part: Part,
    coverage: &Coverage,
    relativities: &Relativities,
) -> Risk {
    let stage = match part.stage {
        Stage::Research => coverage.stages.research,
        Stage::Transformation => coverage.stages.transformation,
        Stage::Industrialisation => coverage.stages.industrialisation,
    };
    let (frequency, severity) = relativities.of(book, risk);
    let (frequency, severity) = (frequency * stage.frequency, severity * stage.severity);
    let exposure = book.exposure[risk];
    let bernoulli = coverage.is_bernoulli();
    let per_unit = coverage.frequency.as_ref().map_or(1.0, |f| f.mean) * frequency;
    let sum_insured = book.sum_insured[risk];
    let fraction = coverage.basis() == Basis::FractionOfSumInsured;
    let interest = book.interest[risk];
    let unit = interest * if fraction { sum_insured } else { 1.0 };
    let cap = coverage.severity.as_ref().and_then(|s| s.cap);
    let cap = cap.unwrap_or(if fraction { 1.0 } else { f64::INFINITY });
    let limit = book.limit[risk];
    let in_force = if coverage.exposure.annual { part.window.span / part.weight } else { 1.0 };
    let rate = match coverage.process {
        // The index is there whatever the exposure.
        Process::Index => per_unit,
        _ if bernoulli => per_unit * part.weight,
        _ => per_unit * exposure * part.weight,
    };
    Risk {
        index: risk as u32,
        event: book.object_id.code(risk).map_or(ALONE, |object| SHARED | object),
        entity: 0,
        rate,
        trials: if bernoulli { exposure as u64 } else { 1 },
        scale: unit * severity,
        ceiling: unit * cap,
        terms: ClaimTerms { deductible: book.deductible[risk], limit, share: book.share[risk] },
        window: part.window,
        units: if coverage.exposure.counted { exposure / in_force } else { 1.0 },
        at_stake: if limit.is_finite() { limit } else { sum_insured },
        exposure: exposure * part.weight,
        factors: Box::default(),
    }
}
