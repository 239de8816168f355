//! What stands at one value of an accumulation key: exposed limits, and what one event there costs.

use super::model::{Build, Options, Risk};
use super::systemic::Key;
use crate::error::{Faults, Issue, Result};
use crate::portfolio::Portfolio;
use crate::sector::{Library, Systemic};
use crate::severity::{Beta, Family};
use std::collections::{BTreeMap, HashMap};

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
    let mut events: Vec<Vec<Event>> = library
        .coverages()
        .iter()
        .map(|c| c.systemic.iter().map(|law| Event::new(book, law, level)).collect())
        .collect::<Result<_>>()?;
    let mut rows: BTreeMap<(String, String), Accumulation> = BTreeMap::new();
    for index in 0..book.len() {
        let parts: Vec<(usize, Risk)> = build.risks_unnamed(index).collect();
        let whole: f64 = parts.iter().map(|(_, r)| r.window.span).sum();
        for (first, (k, risk)) in (0..).zip(&parts) {
            // A risk whose stage changes is there once, in one part after the other.
            let weight = risk.window.span / whole;
            for event in &mut events[*k] {
                let value = event.key.value(index);
                let law = event.law;
                let row = rows.entry((law.event.clone(), value.clone())).or_insert_with(|| {
                    Accumulation {
                        event: law.event.clone(),
                        key: law.key.clone(),
                        value,
                        annual_rate: law.annual_rate,
                        ..Accumulation::default()
                    }
                });
                let (mean, at_level) = event.costs(risk);
                row.risks += usize::from(first == 0);
                row.exposed_limit += weight * risk.units * risk.at_stake * risk.terms.share;
                row.event_loss += weight * mean;
                row.scenario_loss += weight * at_level;
                row.expected_loss += law.annual_rate * risk.window.span * mean;
            }
        }
    }
    let mut rows: Vec<Accumulation> = rows.into_values().collect();
    rows.sort_by(|a, b| b.scenario_loss.total_cmp(&a.scenario_loss));
    Ok(rows)
}

/// An event of a coverage, ready to cost.
struct Event<'a> {
    law: &'a Systemic,
    key: Key<'a>,
    damage: Beta,
    /// Share hit and damage at the level.
    share_at: f64,
    damage_at: f64,
    /// Mean damage of a layer, by the bits of its width and attachment over what is at stake.
    known: HashMap<[u64; 2], f64>,
}

impl<'a> Event<'a> {
    fn new(book: &'a Portfolio, law: &'a Systemic, level: f64) -> Result<Self> {
        let damage = Beta::new(law.damage.a, law.damage.b, 0.0)?;
        let share_at = Beta::new(law.share_hit.a, law.share_hit.b, 0.0)?.quantile(level);
        let (key, damage_at) = (Key::new(book, &law.key), damage.quantile(level));
        Ok(Self { law, key, damage, share_at, damage_at, known: HashMap::new() })
    }

    /// Expected cost of one event to a risk, and the cost at the level of share and damage.
    fn costs(&mut self, risk: &Risk) -> (f64, f64) {
        let (stake, terms) = (risk.at_stake, risk.terms);
        let width = terms.limit.min(stake - terms.deductible);
        let mean = if width > 0.0 {
            let [width, low] = [width / stake, terms.deductible / stake];
            let known = self.known.entry([width.to_bits(), low.to_bits()]);
            stake * terms.share * *known.or_insert_with(|| self.damage.layer_mean(width, low))
        } else {
            0.0
        };
        let worst = risk.units * self.share_at * terms.apply(self.damage_at * stake);
        (risk.units * self.law.share_hit.mean() * mean, worst)
    }
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
