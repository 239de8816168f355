//! The coverages at hand: those shipped, and those the user adds or overrides.

use super::coverage::{Basis, Coverage, Status};
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
    "ai.training_data_ip",
    "ai.compute_outage_bi",
    "ai.gpu_hardware",
    "cyber.first_party",
    "cyber.data_liability",
    "ic.fab_property_bi",
    "ic.process_contamination",
    "ic.tapeout",
    "ic.chip_quality_liability",
    "quantum.system_breakdown",
    "quantum.rd_loss",
    "biomfg.batch",
    "biomfg.facility_shutdown",
    "hydrogen.station",
    "hydrogen.electrolyser_performance",
    "fusion.device",
    "bci.implant_liability",
    "robot.hull",
    "robot.tpl",
    "uav.tpl",
    "uav.hull",
    "uav.logistics",
    "evtol.hull_pax",
    "space.launch",
    "space.inorbit",
    "space.tpl",
    "nev.own_damage",
    "nev.tpl",
    "nev.ridehail_variable",
    "nev.battery_separate",
    "nev.adas_liability",
    "nev.battery_recall",
    "bio.clinical_trial",
    "bio.product_liability",
    "bio.trial_cost_failure",
    "avi.new_type",
    "equip.first_of_kind",
    "material.first_batch",
    "software.first_version",
    "idx.wind",
    "idx.solar",
    "idx.agri",
    "green.storage_fire",
    "rd.expense_loss",
    "rd.interruption",
    "rd.product_rd_liability",
    "transf.expense_loss",
    "seed.fund_compensation",
    "ip.infringement_liability",
    "ip.enforcement_cost",
    "ip.overseas_liability",
    "ip.pledge_guarantee",
    "credit.export_st",
    "credit.export_mlt",
    "credit.cbec",
    "credit.tech_loan",
    "credit.use_first_pay_later",
    "talent.key_person",
    "lab.instruments",
];
const PATTERNS: &str = include_str!("../../python/kebao/sectors/patterns.toml");
const SECTORS: &str = include_str!("../../python/kebao/sectors/_sectors.toml");

/// Cumulative shares of the ultimate by year of development.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    #[serde(default)]
    pub id: String,
    pub status: Status,
    pub source: String,
    /// Length of a step of development.
    pub unit: String,
    pub paid_cumulative: Vec<f64>,
    pub reported_cumulative: Vec<f64>,
}

/// A sector and its names.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectorName {
    #[serde(default)]
    pub id: String,
    /// In English.
    pub name: String,
    /// In Chinese.
    pub name_zh: String,
}

/// Names of the shipped sectors.
pub fn sector_names() -> Result<Vec<SectorName>> {
    let found: indexmap::IndexMap<String, SectorName> =
        toml::from_str(SECTORS).map_err(|e| Error::file("sectors/_sectors.toml", e.message()))?;
    Ok(found.into_iter().map(|(id, sector)| SectorName { id, ..sector }).collect())
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
        let mut library = Self { coverages: Vec::new(), patterns: patterns()? };
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
            unit: c.exposure.unit.clone(),
            needs_sum_insured: c.basis() == Basis::FractionOfSumInsured,
            needs_whole_exposure: c.is_bernoulli(),
            factors: c.relativities.iter().map(|f| (f.name.clone(), f.levels.clone())).collect(),
            alternatives: c.alternatives.clone(),
            keys: keys(c),
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

/// Accumulation keys a coverage reads: those of its events and of its common factors.
fn keys(coverage: &Coverage) -> Vec<String> {
    let events = coverage.systemic.iter().map(|s| &s.key);
    let loadings = coverage.index.iter().flat_map(|i| &i.factors);
    let loadings = loadings.chain(coverage.credit.iter().flat_map(|c| &c.factors));
    let mut keys: Vec<String> = events
        .chain(loadings.map(|l| &l.key))
        .flat_map(|k| k.split('+'))
        .map(|k| k.trim().to_owned())
        .filter(|k| !k.is_empty())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn patterns() -> Result<Vec<Pattern>> {
    let found: indexmap::IndexMap<String, Pattern> =
        toml::from_str(PATTERNS).map_err(|e| Error::file("sectors/patterns.toml", e.message()))?;
    Ok(found.into_iter().map(|(id, pattern)| Pattern { id, ..pattern }).collect())
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
