//! A pool settled: every party's losses by year, which sum to the loss.

use super::data::{Member, Pool};
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;
use crate::losses::{BLOCK_YEARS, Source, TailWeight};
use crate::random::{Purpose, Stream, entity_id};
use crate::treaty::layer::Layer;
use crate::treaty::plan::{Options, Plan, Resolved};
use crate::treaty::proportional::{Cession, Line};
use crate::treaty::run::run;
use crate::treaty::share::to_the_places_of;
use crate::treaty::terms::Basis;

/// One party's losses.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    pub name: String,
    /// `insured`, `facultative`, `reinsurance`, `band`, `member` or `unpaid`.
    pub role: &'static str,
    /// By year.
    pub losses: Vec<f64>,
    /// Which moments of its losses exist.
    pub weight: TailWeight,
}

/// A pool settled over the years of a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settlement {
    /// Years done: fewer than asked for when the run was interrupted.
    pub years: u64,
    pub interrupted: bool,
    pub gross: Vec<f64>,
    /// Which moments of the gross loss exist.
    pub weight: TailWeight,
    /// Their losses sum to the gross loss of each year to the last bit, in any order.
    pub parties: Vec<Party>,
    /// What the members owe, paid or not.
    pub retained: Vec<f64>,
    /// Largest event of each year after the insured, overflow and reinsurance; empty unless asked for.
    pub largest: Vec<f64>,
    /// Years without cover; empty where none can be.
    pub suspended: Vec<bool>,
    /// Of the members' defaults.
    pub seed: u64,
}

/// The treaties of a pool and whose they are: (party, role) by treaty.
pub(super) struct Compiled {
    pub plan: Plan,
    pub parties: Vec<(String, &'static str)>,
}

/// Settles a pool. Defaults are drawn from `seed`; `horizon` years are one run, in which suspensions
/// and terms of years are carried; `events` asks for the largest retained event of each year.
///
/// # Errors
/// Those of the source and of the reinsurance; sums insured missing where lines have a maximum.
pub fn settle<S: Source>(
    pool: &Pool,
    source: &S,
    seed: u64,
    horizon: Option<u64>,
    events: bool,
    control: &Control,
) -> Result<Settlement> {
    let suspends = pool.circuit_breaker.as_ref().map_or(0, |breaker| breaker.suspends);
    let mut faults = Faults::new();
    faults.check(suspends == 0 || horizon.is_some(), || {
        Issue::new("missing_horizon", "pool.circuit_breaker", "suspends")
            .value("years follow each other, and the years of a run are not stated")
            .hint("state them: `settle(…, horizon=10)`")
    });
    faults.finish()?;
    let compiled = compile(pool, horizon, true)?;
    let outcome = run(&compiled.plan, source, control)?;
    let mut out = Settlement {
        weight: outcome.tail_weight,
        years: outcome.years,
        interrupted: outcome.interrupted,
        gross: outcome.gross,
        seed,
        ..Settlement::default()
    };
    for ((name, role), treaty) in compiled.parties.into_iter().zip(outcome.treaties) {
        let weight = treaty.part.weight(out.weight);
        match out.parties.iter_mut().find(|party| party.name == name) {
            Some(party) => {
                party.weight = party.weight.max(weight);
                for (all, more) in party.losses.iter_mut().zip(&treaty.ceded) {
                    *all += more;
                }
            }
            None => out.parties.push(Party { name, role, losses: treaty.ceded, weight }),
        }
    }
    out.give_out(&outcome.net);
    if events {
        let without = compile(pool, horizon, false)?;
        let again = run(&without.plan, source, control)?;
        out.interrupted |= again.interrupted;
        out.largest = again.largest_net;
        out.truncate(out.years.min(again.years));
    }
    if let Some(breaker) = &pool.circuit_breaker {
        out.suspend(breaker.above * pool.unit(), breaker.suspends, horizon.unwrap_or(1));
    }
    out.apply_defaults(pool);
    Ok(out)
}

pub(super) fn compile(pool: &Pool, horizon: Option<u64>, members: bool) -> Result<Compiled> {
    let mut options = Options { largest_events: !members, horizon, ..Options::default() };
    let mut steps: Vec<Resolved> = Vec::new();
    let mut parties = Vec::new();
    let mut names = Vec::new();
    let mut add = |step: Resolved, name: &str, party: &str, role: &'static str| {
        steps.push(step);
        names.push(name.to_owned());
        parties.push((party.to_owned(), role));
    };
    let mut before: Vec<usize> = Vec::new();
    let share = |index: usize, net_of: &[usize], share: f64| Resolved {
        basis: Basis::Risk,
        net_of: net_of.to_vec(),
        participation: share,
        ..Resolved::whole(index)
    };
    if pool.insured.retention > 0.0 {
        let layer = Layer { limit: pool.insured.retention, ..Layer::FULL };
        add(Resolved { layer, ..share(0, &[], 1.0) }, "retention", "insured", "insured");
        before.push(0);
    }
    if pool.insured.share > 0.0 {
        let index = before.len();
        add(share(index, &before, pool.insured.share), "insured share", "insured", "insured");
        before.push(index);
    }
    let lines: Vec<Line> = pool
        .members
        .iter()
        .map(|m| Line { share: m.share, maximum: m.maximum_line.unwrap_or(f64::INFINITY) })
        .collect();
    let bounded = lines.iter().any(|line| line.maximum.is_finite());
    if bounded {
        let index = before.len();
        let cession = Some(Cession::Overflow(lines.clone()));
        let step = Resolved { cession, ..share(index, &before, 1.0) };
        add(step, "overflow", "facultative", "facultative");
        before.push(index);
    }
    if let Some(programme) = pool.programme()? {
        let inner = Plan::new(&programme, options)?;
        options.horizon = Some(inner.horizon());
        let offset = before.len();
        for step in inner.steps() {
            let mut step = step.clone();
            let name = &programme.treaties()[step.treaty].name;
            step.treaty += offset;
            let own = step.net_of.iter().map(|named| named + offset);
            step.net_of = (0..offset).chain(own).collect();
            step.backup_of = step.backup_of.map(|named| named + offset);
            add(step, name, name, "reinsurance");
        }
        before.extend(offset..offset + inner.steps().len());
    }
    // Steps stand in an order that can be run; treaties are numbered as in the reinsurance.
    let retained = before.clone();
    for (at, band) in pool.bands.iter().enumerate() {
        for (party, part) in &band.shares {
            let stopped = pool.circuit_breaker.as_ref().filter(|b| b.stops.contains(party));
            let to = stopped.map_or(band.to, |breaker| band.to.min(breaker.above));
            if to <= band.from || *part == 0.0 {
                continue;
            }
            let index = before.len();
            let layer = Layer {
                limit: (to - band.from) * pool.unit(),
                attachment: band.from * pool.unit(),
                franchise: 0.0,
            };
            let step = Resolved {
                net_of: retained.clone(),
                layer,
                participation: *part,
                ..Resolved::whole(index)
            };
            let role = if party == "insured" { "insured" } else { "band" };
            add(step, &format!("{party} band {}", at + 1), party, role);
            before.push(index);
        }
    }
    if members {
        let left = before.clone();
        for (at, member) in pool.members.iter().enumerate() {
            let step = share(left.len() + at, &left, member.share);
            let step = if bounded {
                let cession = Some(Cession::Line { lines: lines.clone(), member: at });
                Resolved { cession, participation: 1.0, ..step }
            } else {
                step
            };
            add(step, &member.name, &member.name, "member");
        }
    }
    // Parties by treaty, as the columns of the outcome are.
    let mut by_treaty = vec![(String::new(), "insured"); steps.len()];
    let mut by_name = vec![String::new(); steps.len()];
    for ((step, name), party) in steps.iter().zip(names).zip(parties) {
        by_treaty[step.treaty] = party;
        by_name[step.treaty] = name;
    }
    let plan = Plan::of_steps(by_name, steps, options);
    Ok(Compiled { plan, parties: by_treaty })
}

impl Settlement {
    /// Gives what rounding leaves of each year to its largest party: columns sum to the loss.
    fn give_out(&mut self, left: &[f64]) {
        for (year, &left) in left.iter().enumerate() {
            if left == 0.0 {
                continue;
            }
            let largest = self.parties.iter_mut().filter(|party| party.role == "member");
            let largest = largest.max_by(|a, b| a.losses[year].total_cmp(&b.losses[year]));
            if let Some(party) = largest {
                party.losses[year] += left;
            }
        }
        let members = self.parties.iter().filter(|party| party.role == "member");
        self.retained = vec![0.0; self.gross.len()];
        for party in members {
            for (all, loss) in self.retained.iter_mut().zip(&party.losses) {
                *all += loss;
            }
        }
    }

    fn truncate(&mut self, years: u64) {
        self.years = years;
        let years = years as usize;
        self.gross.truncate(years);
        self.retained.truncate(years);
        self.largest.truncate(years);
        for party in &mut self.parties {
            party.losses.truncate(years);
        }
    }

    /// After a year whose loss to bands and members is above `above`, `years` years without cover.
    fn suspend(&mut self, above: f64, years: u32, horizon: u64) {
        self.suspended = vec![false; self.gross.len()];
        if years == 0 {
            return;
        }
        if !self.parties.iter().any(|party| party.name == "insured") {
            let losses = vec![0.0; self.gross.len()];
            let (name, weight) = ("insured".into(), self.weight);
            self.parties.insert(0, Party { name, role: "insured", losses, weight });
        }
        for insured in self.parties.iter_mut().filter(|party| party.name == "insured") {
            insured.weight = self.weight;
        }
        let mut left = 0;
        for year in 0..self.gross.len() {
            if (year as u64).is_multiple_of(horizon) {
                left = 0;
            }
            if left > 0 {
                left -= 1;
                self.suspended[year] = true;
                for party in &mut self.parties {
                    let insured = party.name == "insured";
                    party.losses[year] = if insured { self.gross[year] } else { 0.0 };
                }
                self.retained[year] = 0.0;
                if let Some(largest) = self.largest.get_mut(year) {
                    *largest = 0.0;
                }
                continue;
            }
            let bands = self.parties.iter().filter(|party| party.role == "band");
            let seen: f64 =
                bands.map(|party| party.losses[year]).sum::<f64>() + self.retained[year];
            if seen > above {
                left = years;
            }
        }
    }

    /// Members in default pay their recovery; the rest nobody pays.
    fn apply_defaults(&mut self, pool: &Pool) {
        let at_risk = || pool.members.iter().filter(|member| member.default_probability > 0.0);
        if at_risk().next().is_none() {
            return;
        }
        let mut unpaid = vec![0.0; self.gross.len()];
        let mut weight = TailWeight::Light;
        for member in at_risk() {
            let Some(party) = self.parties.iter_mut().find(|party| party.name == member.name)
            else {
                continue;
            };
            weight = weight.max(party.weight);
            for (year, (loss, failed)) in
                party.losses.iter_mut().zip(member.defaults(self.seed)).enumerate()
            {
                if failed {
                    let paid = to_the_places_of(self.gross[year], member.recovery * *loss);
                    unpaid[year] += *loss - paid;
                    *loss = paid;
                }
            }
        }
        let name = "unpaid".into();
        self.parties.push(Party { name, role: "unpaid", losses: unpaid, weight });
    }
}

impl Member {
    /// Whether the member is in default, year by year.
    pub(super) fn defaults(&self, seed: u64) -> impl Iterator<Item = bool> {
        let entity = entity_id(&format!("pool member {}", self.name));
        let mut stream = Stream::new(seed, Purpose::Credit, entity, 0);
        (0_u64..).map(move |year| {
            if year.is_multiple_of(BLOCK_YEARS as u64) {
                stream = Stream::new(seed, Purpose::Credit, entity, year / BLOCK_YEARS as u64);
            }
            stream.uniform() < self.default_probability
        })
    }
}

#[cfg(test)]
#[path = "settle_tests.rs"]
mod tests;
