//! Events that strike the risks of an accumulation key together.

use super::model::{CoverageModel, Risk};
use super::quantile::BetaQuantile;
use super::rows::{Moment, Sink};
use super::years::LAST;
use crate::error::{Issue, Result};
use crate::losses::BLOCK_YEARS;
use crate::numeric::exp;
use crate::portfolio::{Labels, Portfolio};
use crate::random::{Purpose, Stream, entity_id};
use crate::sector::Library;
use std::collections::{BTreeMap, HashMap};

/// One kind of event and the risks it can strike.
#[derive(Debug, Clone)]
pub(super) struct EventModel {
    pub cause: u16,
    annual_rate: f64,
    /// One for each coverage that lists the event.
    laws: Vec<Law>,
    /// By value of the key.
    groups: Vec<Group>,
}

/// What the event does to the risks of a coverage.
#[derive(Debug, Clone)]
struct Law {
    share: BetaQuantile,
    damage: BetaQuantile,
    /// Place of the coverage among the models.
    model: usize,
}

#[derive(Debug, Clone)]
struct Group {
    /// The event at this value of the key, in the streams.
    entity: u64,
    members: Vec<Member>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    /// Risk and event together, in the streams.
    entity: u64,
    law: u32,
    /// Place of the risk in its coverage.
    place: u32,
}

/// Arrivals in a block above which memory, not patience, is the limit.
const MAX_ARRIVALS: f64 = 1e7;

/// The events of the coverages in hand, their names, and the rows that a block of them is expected to
/// have.
pub(super) fn build(
    book: &Portfolio,
    library: &Library,
    models: &[CoverageModel],
) -> Result<(Vec<EventModel>, Vec<String>, f64)> {
    let mut events: Vec<EventModel> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut values: Vec<BTreeMap<String, usize>> = Vec::new();
    let (mut rows, mut arrivals) = (0.0, 0.0);
    for (place, model) in models.iter().enumerate() {
        for systemic in &library.get(&model.id)?.systemic {
            let at = if let Some(at) = names.iter().position(|n| *n == systemic.event) {
                at
            } else {
                names.push(systemic.event.clone());
                values.push(BTreeMap::new());
                events.push(EventModel {
                    cause: names.len() as u16,
                    annual_rate: systemic.annual_rate,
                    laws: Vec::new(),
                    groups: Vec::new(),
                });
                names.len() - 1
            };
            let (share, damage) = (systemic.share_hit, systemic.damage);
            let EventModel { laws, groups, .. } = &mut events[at];
            let law = laws.len() as u32;
            laws.push(Law {
                share: BetaQuantile::new(share.a, share.b, 0.0)?,
                damage: BetaQuantile::new(damage.a, damage.b, 0.0)?,
                model: place,
            });
            let key = Key::new(book, &systemic.key);
            let mut known: HashMap<u128, usize> = HashMap::new();
            let mut name = String::new();
            for (place, risk) in model.risks.iter().enumerate() {
                let index = risk.index as usize;
                let group = *known.entry(key.code(index)).or_insert_with(|| {
                    *values[at].entry(key.value(index)).or_insert_with_key(|value| {
                        arrivals += systemic.annual_rate * BLOCK_YEARS as f64;
                        let entity = entity_id(&format!("{}|{value}", systemic.event));
                        groups.push(Group { entity, members: Vec::new() });
                        groups.len() - 1
                    })
                });
                name.clear();
                name.push_str(book.object(index));
                name.push('|');
                name.push_str(&systemic.event);
                let entity = entity_id(&name);
                groups[group].members.push(Member { entity, law, place: place as u32 });
                rows += systemic.annual_rate * (risk.units * share.mean()).min(1.0);
            }
        }
    }
    if arrivals > MAX_ARRIVALS {
        return Err(Issue::new("too_many_events", "simulate", "annual_rate")
            .value(format!("{:.0} systemic events a year", arrivals / BLOCK_YEARS as f64))
            .allowed(format!("at most {:.0}", MAX_ARRIVALS / BLOCK_YEARS as f64))
            .hint("fewer values of the keys, or a smaller annual rate")
            .into());
    }
    for (event, values) in events.iter_mut().zip(values) {
        // In the order of the values, whoever comes first in the book.
        let mut groups: Vec<Option<Group>> = event.groups.drain(..).map(Some).collect();
        event.groups.extend(values.into_values().filter_map(|group| groups[group].take()));
        let EventModel { laws, groups, .. } = event;
        for group in groups {
            let index =
                |m: &Member| models[laws[m.law as usize].model].risks[m.place as usize].index;
            group.members.sort_by_key(index);
            group.members.shrink_to_fit();
        }
    }
    Ok((events, names, rows * BLOCK_YEARS as f64))
}

/// A key, or several joined by `+`, in a book.
pub(super) struct Key<'a> {
    /// None where the book has no such column.
    columns: Vec<Option<&'a Labels>>,
}

impl<'a> Key<'a> {
    pub fn new(book: &'a Portfolio, key: &str) -> Self {
        let column = |name: &str| book.keys.iter().find(|k| k.name == name.trim());
        Self { columns: key.split('+').map(column).collect() }
    }

    /// A number for the value of a risk, different for different values.
    fn code(&self, risk: usize) -> u128 {
        self.columns.iter().flatten().fold(0, |code: u128, column| {
            let own = column.code(risk).map_or(0, |level| u128::from(level) + 1);
            code.wrapping_mul(column.levels.len() as u128 + 1).wrapping_add(own)
        })
    }

    /// Value of a risk; empty where it has none.
    pub fn value(&self, risk: usize) -> String {
        let one = |column: Option<&'a Labels>| column.and_then(|k| k.get(risk)).unwrap_or("");
        self.columns.iter().copied().map(one).collect::<Vec<_>>().join(" + ")
    }
}

/// Working memory of one group.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    when: Vec<f64>,
    share_level: Vec<f64>,
    damage_level: Vec<f64>,
    /// By law: the share struck, and the damage once somebody was struck.
    share: Vec<Vec<f64>>,
    damage: Vec<Vec<f64>>,
    chance: Vec<f64>,
}

/// Draws the events of the block; arrivals are numbered over all kinds of event.
pub(super) fn draw<S: Sink>(
    event: &EventModel,
    models: &[CoverageModel],
    (seed, block): (u64, u64),
    work: &mut Arrivals,
    rows: &mut S,
) {
    for group in &event.groups {
        let mean = event.annual_rate * BLOCK_YEARS as f64;
        let count =
            Stream::new(seed, Purpose::SystemicCount, group.entity, block).poisson(mean) as usize;
        if count == 0 {
            continue;
        }
        let fill = |out: &mut Vec<f64>, purpose: Purpose| {
            out.clear();
            out.resize(count, 0.0);
            Stream::new(seed, purpose, group.entity, block).fill(out);
        };
        fill(&mut work.when, Purpose::SystemicTime);
        fill(&mut work.share_level, Purpose::SystemicShare);
        fill(&mut work.damage_level, Purpose::SystemicDamage);
        for when in &mut work.when {
            *when *= BLOCK_YEARS as f64;
        }
        work.share.resize_with(event.laws.len().max(work.share.len()), Vec::new);
        work.damage.resize_with(event.laws.len().max(work.damage.len()), Vec::new);
        for law in 0..event.laws.len() {
            work.share[law].clear();
            work.damage[law].clear();
        }
        let number = rows.arrive(count, event.cause);
        for member in &group.members {
            let number_of_law = member.law as usize;
            let law = &event.laws[number_of_law];
            let share = &mut work.share[number_of_law];
            if share.is_empty() {
                share.extend(work.share_level.iter().map(|u| law.share.isf(*u)));
                work.damage[number_of_law].resize(count, f64::NAN);
            }
            let damage = &mut work.damage[number_of_law];
            let risk: &Risk = &models[law.model].risks[member.place as usize];
            let mut stream = Stream::new(seed, Purpose::Struck, member.entity, block);
            let mut strike = |i: usize, units: f64| {
                let year = work.when[i] as usize;
                let time = work.when[i] - year as f64;
                if !risk.window.covers(time) {
                    return;
                }
                if damage[i].is_nan() {
                    damage[i] = law.damage.isf(work.damage_level[i]);
                }
                let loss = units * risk.terms.apply(damage[i] * risk.at_stake);
                if loss > 0.0 {
                    rows.push(
                        Moment::new(year, time.min(LAST)),
                        loss,
                        risk.index,
                        number + i as u32,
                    );
                }
            };
            work.chance.clear();
            work.chance.resize(count, 0.0);
            stream.fill(&mut work.chance);
            if risk.units <= 1.0 {
                for (i, (u, q)) in work.chance.iter().zip(&*share).enumerate() {
                    if *u < risk.units * q {
                        strike(i, 1.0);
                    }
                }
            } else {
                for (i, (u, q)) in work.chance.iter().zip(&*share).enumerate() {
                    // P(none) is at least 1 − units·q.
                    if *u < risk.units * q {
                        let extra = || {
                            let at = (i as u64) << 32;
                            Stream::new(seed, Purpose::Auxiliary, member.entity, block).at(at)
                        };
                        let struck = units_struck(1.0 - u, risk.units, *q, extra);
                        if struck > 0 {
                            strike(i, struck as f64);
                        }
                    }
                }
            }
        }
    }
}

/// Expected units struck above which inversion gives way to another method.
const MANY: f64 = 30.0;

/// A Binomial(units, q) number by inversion of the uniform `u`; a last part of a unit counts as a
/// unit struck with its part of q. `extra` gives further draws where they are needed.
fn units_struck(u: f64, units: f64, q: f64, extra: impl Fn() -> Stream) -> u64 {
    let (whole, part) = (units as u64, units.fract());
    if whole as f64 * q > MANY {
        let mut stream = extra();
        return stream.binomial(whole, q) + u64::from(stream.uniform() < part * q);
    }
    inverse(u, whole, q, part * q)
}

/// Smallest k with P(Binomial(n, q) + Bernoulli(last) ≤ k) ≥ u.
fn inverse(u: f64, n: u64, q: f64, last: f64) -> u64 {
    if q >= 1.0 {
        return n + u64::from(last > 0.0);
    }
    let odds = q / (1.0 - q);
    let (mut before, mut here) = (0.0, exp(n as f64 * libm::log1p(-q)));
    let (mut left, mut k) = (u, 0u64);
    loop {
        let probability = here * (1.0 - last) + before * last;
        if left <= probability || k > n || (here == 0.0 && before == 0.0) {
            return k.min(n + u64::from(last > 0.0));
        }
        left -= probability;
        before = here;
        here *= odds * (n.saturating_sub(k) as f64 / (k + 1) as f64);
        k += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_struck_are_binomial() {
        let mut stream = Stream::new(1, Purpose::Struck, 1, 0);
        for (units, q) in [(1.0, 0.3), (7.0, 0.05), (40.0, 0.6), (900.0, 0.2), (3.5, 0.2)] {
            let n = 40_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let extra = || Stream::new(1, Purpose::Auxiliary, 1, 0).at(i << 32);
                let k = units_struck(stream.uniform(), units, q, extra) as f64;
                (sum, squares) = (sum + k, squares + k * k);
            }
            let (mean, n) = (sum / n as f64, n as f64);
            let part = units.fract() * q;
            let variance = units.floor() * q * (1.0 - q) + part * (1.0 - part);
            assert!((mean - units * q).abs() < 4.0 * (variance / n).sqrt(), "{units} {q}: {mean}");
            assert!(((squares / n - mean * mean) / variance - 1.0).abs() < 0.05, "{units} {q}");
        }
    }
}
