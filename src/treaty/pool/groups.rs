//! A pool's parties by group of the losses and by event, in a settlement that is known.
//!
//! A year's suspension and its defaults fall on every loss of the year alike: in a year without cover
//! each loss is the insured's, and a member in default pays its recovery of each. Annual covers and
//! bands take the same part of every row of the year.

use super::data::Pool;
use super::settle::{Settlement, compile};
use crate::error::Result;
use crate::exec::Control;
use crate::losses::Source;
use crate::treaty::events::{Events, events};
use crate::treaty::share::to_the_places_of;
use crate::treaty::shares::{By, shares};

/// Columns by name, one a party.
pub type Columns = Vec<(String, Vec<f64>)>;

/// What a party gets of each year: of the treaties of covered years, of what a member pays.
struct Years {
    /// 1 in years with cover, 0 in those without.
    covered: Vec<f64>,
    /// By member that may default: its name, and the fraction it pays of the covered years.
    paid: Vec<(String, Vec<f64>)>,
}

impl Years {
    fn of(pool: &Pool, settled: &Settlement) -> Self {
        let years = settled.years as usize;
        let suspended = |year: usize| settled.suspended.get(year).copied().unwrap_or(false);
        let covered: Vec<f64> = (0..years).map(|y| f64::from(!suspended(y))).collect();
        let at_risk = pool.members.iter().filter(|member| member.default_probability > 0.0);
        let paid = at_risk.map(|member| {
            let defaults = member.defaults(settled.seed);
            let part = |(failed, covered): (bool, &f64)| {
                if failed { member.recovery * covered } else { *covered }
            };
            (member.name.clone(), defaults.zip(&covered).map(part).collect())
        });
        Self { paid: paid.collect(), covered }
    }

    /// Position among those that may default.
    fn at_risk(&self, party: &str) -> Option<usize> {
        self.paid.iter().position(|(name, _)| name == party)
    }
}

/// Means of every party by sector, coverage, cause or risk: a row a group, `expected_loss` and a
/// column a party, which sum to it.
///
/// # Errors
/// Those of the source; rows without the column that is grouped by.
pub fn settle_by<S: Source>(
    pool: &Pool,
    settled: &Settlement,
    source: &S,
    by: By,
    horizon: Option<u64>,
    control: &Control,
) -> Result<Columns> {
    let compiled = compile(pool, horizon, true)?;
    let of = Years::of(pool, settled);
    let all = vec![1.0; of.covered.len()];
    let mut weights: Vec<&[f64]> = vec![&all, &of.covered];
    weights.extend(of.paid.iter().map(|(_, paid)| paid.as_slice()));
    let found = shares(&compiled.plan, source, by, &weights, control)?;
    let groups = found.iter().map(Vec::len).max().unwrap_or(0);
    let years = settled.years.max(1) as f64;
    // Mean of the gross, or of a treaty, by group, under a set of weights.
    let mean = |set: usize, treaty: Option<usize>| -> Vec<f64> {
        let sum = |group: usize| {
            let share = found[set].get(group)?;
            Some(treaty.map_or(share.gross.sum, |at| share.treaties.get(at).map_or(0.0, |t| t.sum)))
        };
        (0..groups).map(|group| sum(group).unwrap_or(0.0) / years).collect()
    };
    let mut columns: Columns = vec![("expected_loss".into(), mean(0, None))];
    columns.extend(settled.parties.iter().map(|party| (party.name.clone(), vec![0.0; groups])));
    let mut add = |party: &str, amounts: &[f64], sign: f64| {
        if let Some((_, column)) = columns.iter_mut().skip(1).find(|(name, _)| name == party) {
            column.iter_mut().zip(amounts).for_each(|(all, more)| *all += sign * more);
        }
    };
    for (at, (party, _)) in compiled.parties.iter().enumerate() {
        let owed = mean(1, Some(at));
        let Some(member) = of.at_risk(party) else {
            add(party, &owed, 1.0);
            continue;
        };
        let paid = mean(2 + member, Some(at));
        add(party, &paid, 1.0);
        add("unpaid", &owed, 1.0);
        add("unpaid", &paid, -1.0);
    }
    if !settled.suspended.is_empty() {
        add("insured", &mean(0, None), 1.0);
        add("insured", &mean(1, None), -1.0);
    }
    Ok(columns)
}

/// What every event costs every party: the events, and a column a party, which sum to the gross loss
/// of each event to the last bit.
///
/// # Errors
/// Those of the source; an interrupt.
pub fn settle_events<S: Source>(
    pool: &Pool,
    settled: &Settlement,
    source: &S,
    horizon: Option<u64>,
    control: &Control,
) -> Result<(Events, Columns)> {
    let compiled = compile(pool, horizon, true)?;
    let of = Years::of(pool, settled);
    let mut found = events(&compiled.plan, source, control)?;
    found.truncate(settled.years);
    let rows = found.gross.len();
    let year = |row: usize| found.year[row] as usize;
    let mut columns: Columns =
        settled.parties.iter().map(|party| (party.name.clone(), vec![0.0; rows])).collect();
    let place = |name: &str| settled.parties.iter().position(|party| party.name == name);
    for ((party, _), ceded) in compiled.parties.iter().zip(&found.ceded) {
        let (Some(at), member) = (place(party), of.at_risk(party)) else { continue };
        for (row, ceded) in ceded.iter().enumerate() {
            let part = member.map_or(&of.covered, |member| &of.paid[member].1)[year(row)];
            columns[at].1[row] += to_the_places_of(found.gross[row], part * ceded);
            if let (Some(_), Some(unpaid)) = (member, place("unpaid")) {
                let rest = (of.covered[year(row)] - part) * ceded;
                columns[unpaid].1[row] += to_the_places_of(found.gross[row], rest);
            }
        }
    }
    // What rounding leaves, and the losses of years without cover.
    let members: Vec<usize> =
        (0..columns.len()).filter(|at| settled.parties[*at].role == "member").collect();
    for row in 0..rows {
        let left = found.gross[row] - columns.iter().map(|(_, column)| column[row]).sum::<f64>();
        let largest = members
            .iter()
            .copied()
            .max_by(|a, b| columns[*a].1[row].total_cmp(&columns[*b].1[row]));
        let taker = if of.covered[year(row)] == 0.0 { place("insured") } else { largest };
        if let Some(at) = taker {
            columns[at].1[row] += left;
        }
    }
    Ok((found, columns))
}
