//! What stands at one value of an accumulation key: exposed limits, and what one event there costs.

use super::model::{Build, Options, Risk};
use crate::error::{Faults, Issue, Result};
use crate::portfolio::Portfolio;
use crate::sector::{Library, Systemic};
use crate::severity::{Beta, Family};
use std::collections::BTreeMap;

/// One value of a key under one kind of event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Accumulation {
    pub event: String,
    pub key: String,
    pub value: String,
    pub annual_rate: f64,
    pub risks: usize,
    /// Units times what an event damages times the insurer's share.
    pub exposed_limit: f64,
    /// Expected loss of one event there.
    pub event_loss: f64,
    /// Loss when share hit and damage are both at the level asked for.
    pub scenario_loss: f64,
    /// Annual rate × expected loss of one event.
    pub expected_loss: f64,
}

/// Every value of every key under every event that strikes it, the largest scenario first.
///
/// `level` is the probability at which share hit and damage are taken together, since one survival
/// level each drives all risks of an event.
pub fn accumulations(
    book: &Portfolio,
    library: &Library,
    options: &Options,
    level: f64,
) -> Result<Vec<Accumulation>> {
    let mut faults = Faults::new();
    faults.check(level > 0.0 && level < 1.0, || {
        Issue::new("out_of_range", "accumulation", "level")
            .value(level)
            .allowed("a probability between 0 and 1")
    });
    faults.finish()?;
    let build = Build::new(book, library, options)?;
    let mut rows: BTreeMap<(String, String), Accumulation> = BTreeMap::new();
    for index in 0..book.len() {
        for (k, risk) in build.risks_unnamed(index) {
            for event in &library.coverages()[k].systemic {
                let value = super::systemic::value_of(book, &event.key, index);
                let row = rows.entry((event.event.clone(), value.clone())).or_insert_with(|| {
                    Accumulation {
                        event: event.event.clone(),
                        key: event.key.clone(),
                        value,
                        annual_rate: event.annual_rate,
                        ..Accumulation::default()
                    }
                });
                let (mean, at_level) = costs(event, &risk, level)?;
                row.risks += 1;
                row.exposed_limit += risk.units * risk.at_stake * risk.terms.share;
                row.event_loss += mean;
                row.scenario_loss += at_level;
                row.expected_loss += event.annual_rate * risk.window.span * mean;
            }
        }
    }
    let mut rows: Vec<Accumulation> = rows.into_values().collect();
    rows.sort_by(|a, b| b.scenario_loss.total_cmp(&a.scenario_loss));
    Ok(rows)
}

/// Expected cost of one event to a risk, and the cost at a level of share and damage.
fn costs(event: &Systemic, risk: &Risk, level: f64) -> Result<(f64, f64)> {
    let damage = Beta::new(event.damage.a, event.damage.b, 0.0)?;
    let share = Beta::new(event.share_hit.a, event.share_hit.b, 0.0)?;
    let (stake, terms) = (risk.at_stake, risk.terms);
    let width = terms.limit.min(stake - terms.deductible);
    let mean = if width > 0.0 {
        terms.share * stake * damage.layer_mean(width / stake, terms.deductible / stake)
    } else {
        0.0
    };
    let struck = risk.units * event.share_hit.mean() * mean;
    let worst = risk.units * share.quantile(level) * terms.apply(damage.quantile(level) * stake);
    Ok((struck, worst))
}

/// A scenario of the user's: who is struck, and how hard.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Values of keys; a risk is struck when it has one of the values of one of the keys.
    pub keys: Vec<(String, Vec<String>)>,
    /// Struck only when it matches every key.
    pub all: bool,
    /// Share of the units struck.
    pub share_hit: f64,
    /// Fraction of the limit (or sum insured) lost.
    pub damage: f64,
}

/// Loss of each risk under a scenario, after its terms.
pub fn scenario(
    book: &Portfolio,
    library: &Library,
    options: &Options,
    scenario: &Scenario,
) -> Result<Vec<f64>> {
    let mut faults = Faults::new();
    faults.fraction("scenario", "share_hit", scenario.share_hit);
    faults.fraction("scenario", "damage", scenario.damage);
    for (key, values) in &scenario.keys {
        let Some(column) = book.keys.iter().find(|k| k.name == *key) else {
            let known = book.keys.iter().map(|k| k.name.as_str());
            faults.push(Issue::unknown("scenario", "key", key, known));
            continue;
        };
        for value in values.iter().filter(|v| !column.levels.contains(v)) {
            let known = column.levels.iter().map(String::as_str);
            faults.push(Issue::unknown("scenario", format!("key.{key}"), value, known));
        }
    }
    faults.finish()?;
    let build = Build::new(book, library, options)?;
    let struck = |index: usize| {
        let mut matches = scenario.keys.iter().map(|(key, values)| {
            let column = book.keys.iter().find(|k| k.name == *key);
            column.and_then(|k| k.get(index)).is_some_and(|v| values.iter().any(|w| w == v))
        });
        if scenario.all { matches.all(|m| m) } else { matches.any(|m| m) }
    };
    Ok((0..book.len())
        .map(|index| {
            if !struck(index) {
                return 0.0;
            }
            let loss = |r: &Risk| {
                let whole =
                    r.units * scenario.share_hit * r.terms.apply(scenario.damage * r.at_stake);
                whole * r.window.span
            };
            let parts: Vec<Risk> = build.risks_unnamed(index).map(|(_, r)| r).collect();
            let span: f64 = parts.iter().map(|r| r.window.span).sum();
            if span > 0.0 { parts.iter().map(loss).sum::<f64>() / span } else { 0.0 }
        })
        .collect())
}
