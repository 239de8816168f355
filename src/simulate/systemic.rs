//! Events that strike the risks of an accumulation key together.

use super::model::{CoverageModel, Risk};
use super::order::{Rows, moment};
use super::quantile::BetaQuantile;
use crate::error::Result;
use crate::losses::BLOCK_YEARS;
use crate::portfolio::Portfolio;
use crate::random::{Purpose, Stream, entity_id};
use crate::sector::Library;
use std::collections::BTreeMap;

/// One kind of event and the risks it can strike.
#[derive(Debug, Clone)]
pub(super) struct EventModel {
    pub cause: u16,
    annual_rate: f64,
    /// Share and damage, one pair for each coverage that lists the event.
    laws: Vec<(BetaQuantile, BetaQuantile)>,
    /// By value of the key.
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    /// The event at this value of the key, in the streams.
    entity: u64,
    members: Vec<Member>,
}

#[derive(Debug, Clone)]
struct Member {
    law: usize,
    /// Risk and event together, in the streams.
    entity: u64,
    risk: Risk,
}

/// The events of the coverages in hand, and their names.
pub(super) fn build(
    book: &Portfolio,
    library: &Library,
    models: &[CoverageModel],
) -> Result<(Vec<EventModel>, Vec<String>)> {
    let mut events: Vec<EventModel> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut members: Vec<BTreeMap<String, Vec<Member>>> = Vec::new();
    for model in models {
        for systemic in &library.get(&model.id)?.systemic {
            let at = if let Some(at) = names.iter().position(|n| *n == systemic.event) {
                at
            } else {
                names.push(systemic.event.clone());
                members.push(BTreeMap::new());
                events.push(EventModel {
                    cause: names.len() as u16,
                    annual_rate: systemic.annual_rate,
                    laws: Vec::new(),
                    groups: Vec::new(),
                });
                names.len() - 1
            };
            let (share, damage) = (systemic.share_hit, systemic.damage);
            let law = events[at].laws.len();
            events[at].laws.push((
                BetaQuantile::new(share.a, share.b, 0.0)?,
                BetaQuantile::new(damage.a, damage.b, 0.0)?,
            ));
            let key = book.keys.iter().find(|k| k.name == systemic.key);
            for risk in &model.risks {
                let index = risk.index as usize;
                let value = key.and_then(|k| k.get(index)).unwrap_or("");
                members[at].entry(value.to_owned()).or_default().push(Member {
                    law,
                    entity: entity_id(&format!("{}|{}", book.risk_id[index], systemic.event)),
                    risk: risk.clone(),
                });
            }
        }
    }
    for ((event, name), groups) in events.iter_mut().zip(&names).zip(members) {
        for (value, mut members) in groups {
            members.sort_by_key(|m| m.risk.index);
            let entity = entity_id(&format!("{name}|{value}"));
            event.groups.push(Group { entity, members });
        }
    }
    Ok((events, names))
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
pub(super) fn draw(
    event: &EventModel,
    (seed, block): (u64, u64),
    work: &mut Arrivals,
    rows: &mut Rows,
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
        let number = rows.causes.len() as u32;
        rows.causes.resize(rows.causes.len() + count, event.cause);
        for member in &group.members {
            let (share_law, damage_law) = &event.laws[member.law];
            let share = &mut work.share[member.law];
            if share.is_empty() {
                share.extend(work.share_level.iter().map(|u| share_law.isf(*u)));
                work.damage[member.law].resize(count, f64::NAN);
            }
            let damage = &mut work.damage[member.law];
            let risk = &member.risk;
            let mut stream = Stream::new(seed, Purpose::Struck, member.entity, block);
            let mut strike = |i: usize, units: f64| {
                let year = work.when[i] as usize;
                let time = work.when[i] - year as f64;
                if !risk.window.covers(time) {
                    return;
                }
                if damage[i].is_nan() {
                    damage[i] = damage_law.isf(work.damage_level[i]);
                }
                let loss = units * risk.terms.apply(damage[i] * risk.at_stake);
                if loss > 0.0 {
                    rows.push(moment(year as f64, time), loss, risk.index, number + i as u32);
                }
            };
            if risk.units == 1.0 {
                work.chance.clear();
                work.chance.resize(count, 0.0);
                stream.fill(&mut work.chance);
                for (i, (u, q)) in work.chance.iter().zip(&*share).enumerate() {
                    if u < q {
                        strike(i, 1.0);
                    }
                }
            } else {
                // Whole units one by one; the last part of a unit is struck with its part of q.
                let (whole, part) = (risk.units as u64, risk.units.fract());
                for (i, &q) in share.iter().enumerate() {
                    let mut struck = stream.binomial(whole, q);
                    if part > 0.0 {
                        struck += u64::from(stream.uniform() < part * q);
                    }
                    if struck > 0 {
                        strike(i, struck as f64);
                    }
                }
            }
        }
    }
}
