//! The coverages at hand: those shipped, and those the user adds or overrides.

use super::coverage::{Basis, Coverage, FrequencyFamily, Status};
use super::fields::{Fields, Range};
use crate::error::{Error, Faults, Issue, Result};
use crate::portfolio::{CoverageRules, Vocabulary};
use std::path::Path;
use std::sync::OnceLock;

macro_rules! shipped {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../python/kebao/sectors/", $id, ".toml")))),*]
    };
}

/// The shipped files; a new sector is its file and its line here.
const SHIPPED: &[(&str, &str)] = shipped![
    "ai.output_liability",
    "ai.performance_warranty",
    "ai.compute_outage_bi",
    "cyber.first_party",
    "ic.fab_property_bi",
    "ic.tapeout",
    "uav.tpl",
    "uav.hull",
    "robot.hull",
    "robot.tpl",
    "nev.own_damage",
    "nev.tpl",
    "nev.battery_separate",
    "space.launch",
    "space.inorbit",
    "bio.clinical_trial",
    "bio.product_liability",
    "equip.first_of_kind",
];
const PATTERNS: &str = include_str!("../../python/kebao/sectors/patterns.toml");

/// Cumulative shares of the ultimate by year of development.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Pattern {
    pub id: String,
    pub status: Status,
    pub source: String,
    pub paid_cumulative: Vec<f64>,
    pub reported_cumulative: Vec<f64>,
}

/// Coverages by id, in the order they were added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    coverages: Vec<Coverage>,
    patterns: Vec<Pattern>,
}

impl Library {
    /// The coverages and patterns that come with kebao.
    pub fn shipped() -> Result<Self> {
        static CACHE: OnceLock<Library> = OnceLock::new();
        if let Some(library) = CACHE.get() {
            return Ok(library.clone());
        }
        let mut faults = Faults::new();
        let mut library = Self { coverages: Vec::new(), patterns: patterns(&mut faults)? };
        for (id, text) in SHIPPED {
            if let Some(coverage) =
                faults.take(Coverage::from_toml(&format!("sectors/{id}.toml"), text))?
            {
                library.coverages.push(coverage);
            }
        }
        faults.finish()?;
        library.check()?;
        Ok(CACHE.get_or_init(|| library).clone())
    }

    /// Adds a coverage, or puts it in the place of the one with the same id.
    ///
    /// # Errors
    ///
    /// An unknown development pattern, or a systemic event that another coverage has under another
    /// key or rate.
    pub fn add(&mut self, coverage: Coverage) -> Result<()> {
        let mut next = self.clone();
        match next.coverages.iter_mut().find(|c| c.id == coverage.id) {
            Some(old) => *old = coverage,
            None => next.coverages.push(coverage),
        }
        next.check()?;
        *self = next;
        Ok(())
    }

    /// Reads a coverage file and adds it; returns its id.
    pub fn add_file(&mut self, path: &Path) -> Result<String> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| Error::file(&shown, e))?;
        let coverage = Coverage::from_toml(&shown, &text)?;
        let id = coverage.id.clone();
        self.add(coverage)?;
        Ok(id)
    }

    pub fn coverages(&self) -> &[Coverage] {
        &self.coverages
    }

    pub fn names(&self) -> Vec<&str> {
        self.coverages.iter().map(|c| c.id.as_str()).collect()
    }

    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    pub fn pattern(&self, id: &str) -> Option<&Pattern> {
        self.patterns.iter().find(|p| p.id == id)
    }

    pub fn get(&self, id: &str) -> Result<&Coverage> {
        self.coverages.iter().find(|c| c.id == id).ok_or_else(|| {
            let known = self.coverages.iter().map(|c| c.id.as_str());
            Issue::unknown("sectors", "id", id, known).into_error()
        })
    }

    /// The coverages whose id matches any of the patterns: `space.launch`, `ic.*`, `*`.
    pub fn select<'a>(&self, patterns: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut keep = vec![false; self.coverages.len()];
        let mut faults = Faults::new();
        for pattern in patterns {
            let mut any = false;
            for (kept, coverage) in keep.iter_mut().zip(&self.coverages) {
                if matches(pattern, &coverage.id) {
                    (*kept, any) = (true, true);
                }
            }
            faults.check(any, || {
                let known = self.coverages.iter().map(|c| c.id.as_str());
                Issue::unknown("sectors", "pattern", pattern, known)
            });
        }
        faults.finish()?;
        let coverages =
            self.coverages.iter().zip(keep).filter(|(_, k)| *k).map(|(c, _)| c.clone()).collect();
        Ok(Self { coverages, patterns: self.patterns.clone() })
    }

    /// The words a book may use.
    pub fn vocabulary(&self) -> Vocabulary {
        let coverages = self.coverages.iter().map(|c| CoverageRules {
            id: c.id.clone(),
            sector: c.sector.clone(),
            currency: c.currency.clone(),
            needs_sum_insured: c.severity.basis == Basis::FractionOfSumInsured,
            needs_whole_exposure: c.frequency.family == FrequencyFamily::Bernoulli,
            factors: c.relativities.iter().map(|f| (f.name.clone(), f.levels.clone())).collect(),
            alternatives: c.alternatives.clone(),
            keys: c.systemic.iter().filter(|s| !s.key.is_empty()).map(|s| s.key.clone()).collect(),
        });
        Vocabulary { coverages: coverages.collect() }
    }

    fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        let events = || self.coverages.iter().flat_map(|c| c.systemic.iter().map(move |s| (c, s)));
        for (i, (coverage, event)) in events().enumerate() {
            if let Some((other, first)) = events().take(i).find(|(_, s)| s.event == event.event) {
                faults.check(
                    first.key == event.key && first.annual_rate == event.annual_rate,
                    || {
                        Issue::new("contradiction", &coverage.id, "systemic")
                            .value(format!(
                                "event '{}' with key '{}' and rate {}",
                                event.event, event.key, event.annual_rate
                            ))
                            .allowed(format!(
                                "key '{}' and rate {}, as in {}",
                                first.key, first.annual_rate, other.id
                            ))
                            .hint("one event has one key and one rate; or give it another name")
                    },
                );
            }
        }
        for coverage in &self.coverages {
            faults.check(self.pattern(&coverage.development).is_some(), || {
                let known = self.patterns.iter().map(|p| p.id.as_str());
                Issue::unknown(&coverage.id, "development", &coverage.development, known)
            });
        }
        faults.finish()
    }
}

fn patterns(faults: &mut Faults) -> Result<Vec<Pattern>> {
    let table: toml::Table = PATTERNS
        .parse()
        .map_err(|e: toml::de::Error| Error::file("sectors/patterns.toml", e.message()))?;
    let mut found = Vec::new();
    for (id, value) in &table {
        let Some(table) = value.as_table() else { continue };
        let mut f = Fields::new(format!("patterns.{id}"), table);
        let status = f.one_of("status", &Status::NAMES, faults);
        let source = f.text("source", faults);
        f.text("unit", faults);
        let mut shares = |name: &'static str| -> Vec<f64> {
            let items = f.value(name).and_then(toml::Value::as_array).cloned().unwrap_or_default();
            items.iter().map(|v| f.in_range(name, v, Range::NonNegative, faults)).collect()
        };
        let (paid_cumulative, reported_cumulative) =
            (shares("paid_cumulative"), shares("reported_cumulative"));
        f.finish(faults);
        if let Some(status) = status {
            let id = id.clone();
            found.push(Pattern { id, status, source, paid_cumulative, reported_cumulative });
        }
    }
    Ok(found)
}

/// `*` stands for any text.
fn matches(pattern: &str, id: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == id,
        Some((head, rest)) => id.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices()
                .map(|(i, _)| i)
                .chain([tail.len()])
                .any(|i| matches(rest, &tail[i..]))
        }),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
