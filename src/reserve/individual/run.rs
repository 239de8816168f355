//! The outcomes, block by block.

use super::rate::unit_lognormal;
use super::{Model, Multiplier, Origin, Reported, Seen};
use crate::error::{Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::numeric::ln;
use crate::random::{Purpose, Stream};
use crate::severity::Family;

/// Outcomes that one thread works on before it looks up.
const BLOCK: usize = 256;
/// Most claims of an origin in one outcome.
const MOST: f64 = 1e8;

/// A claim of an outcome that is still to be settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    pub outcome: u32,
    pub origin: u32,
    /// Row among the reported claims; none for one that is still unreported.
    pub row: Option<u32>,
    /// Amount still to be paid.
    pub amount: f64,
    /// Years from now to its report (0 for a known one) and its settlement.
    pub reported: f64,
    pub settled: f64,
}

/// Amounts still to be paid; outcomes last.
#[derive(Debug, Clone, Default)]
pub struct Outcomes {
    pub simulations: usize,
    /// By origin and outcome: claims that are known.
    pub reported: Vec<f64>,
    /// By origin and outcome: claims that are not.
    pub unreported: Vec<f64>,
    /// By origin and outcome: number of claims that are not known.
    pub count: Vec<f64>,
    /// By future year and outcome.
    pub by_year: Vec<f64>,
    /// All claims, if they are kept, in the order of outcomes.
    pub claims: Vec<Settled>,
    /// Open claims without case estimate of which more was paid than the severity can cost.
    pub beyond: usize,
}

#[derive(Debug, Default)]
struct Scratch {
    multiplier: Vec<f64>,
    scale: Vec<f64>,
    draw: Vec<f64>,
    when: Vec<f64>,
}

/// Outcomes `first..first + len`, columns outcome last.
struct Part {
    len: usize,
    reported: Vec<f64>,
    unreported: Vec<f64>,
    count: Vec<f64>,
    by_year: Vec<f64>,
    claims: Vec<Settled>,
}

/// Simulates what is still to be paid for the claims of `origins`.
///
/// # Errors
/// A severity without a mean, or more claims in an origin than can be drawn.
pub fn simulate_claims(
    model: &Model,
    claims: &Reported,
    origins: &[Origin],
    (simulations, seed): (usize, u64),
    keep: bool,
    control: &Control,
) -> Result<Outcomes> {
    let expected = model.expected(claims, origins);
    if !(model.mean_claim().is_finite() && expected.reported.iter().all(|mean| mean.is_finite())) {
        return Err(Issue::new("infinite_moment", "IndividualClaims", "severity")
            .allowed("a severity of finite mean")
            .hint("cap it: limit=...")
            .into_error());
    }
    if let Some(most) = expected.count.iter().copied().find(|n| !(*n <= MOST)) {
        return Err(Issue::new("too_many_claims", "IndividualClaims", "exposure")
            .value(format!("{most:.0} expected unreported claims of an origin"))
            .allowed(format!("at most {MOST:.0}"))
            .hint("is an exposure in the wrong unit?")
            .into_error());
    }
    let seen = model.seen(claims, origins);
    let multiplier = Multiplier::new(&model.frequency, &seen, model.uncertain);
    let years = model.years(origins);
    let simulator =
        Simulator { model, claims, origins, seen: &seen, multiplier, years, seed, keep };
    let work = |scratch: &mut Scratch, block: u64| {
        control.check()?;
        let first = block as usize * BLOCK;
        simulator.block(first, BLOCK.min(simulations - first), scratch, control)
    };
    let blocks = simulations.div_ceil(BLOCK) as u64;
    let parts = run_blocks(0..blocks, control, work)?.complete()?;

    let mut all = Outcomes { simulations, ..Outcomes::default() };
    let column = |from: fn(&Part) -> &[f64], rows: usize| {
        let mut to = vec![0.0; rows * simulations];
        let mut first = 0;
        for part in &parts {
            for (row, values) in from(part).chunks_exact(part.len).enumerate() {
                to[row * simulations + first..][..part.len].copy_from_slice(values);
            }
            first += part.len;
        }
        to
    };
    all.reported = column(|part| &part.reported, origins.len());
    all.unreported = column(|part| &part.unreported, origins.len());
    all.count = column(|part| &part.count, origins.len());
    all.by_year = column(|part| &part.by_year, years);
    all.claims = parts.into_iter().flat_map(|part| part.claims).collect();
    all.beyond = (0..claims.origin.len())
        .filter(|at| claims.open[*at] && claims.case[*at].is_nan())
        .filter(|at| {
            claims.paid[*at] >= model.ceiling || model.severity.sf(claims.paid[*at]) <= 0.0
        })
        .count();
    Ok(all)
}

struct Simulator<'a> {
    model: &'a Model,
    claims: &'a Reported,
    origins: &'a [Origin],
    seen: &'a [Seen],
    multiplier: Multiplier,
    years: usize,
    seed: u64,
    keep: bool,
}

impl Simulator<'_> {
    fn block(
        &self,
        first: usize,
        len: usize,
        scratch: &mut Scratch,
        control: &Control,
    ) -> Result<Part> {
        let column = |rows: usize| vec![0.0; rows * len];
        let mut part = Part {
            len,
            reported: column(self.origins.len()),
            unreported: column(self.origins.len()),
            count: column(self.origins.len()),
            by_year: column(self.years),
            claims: Vec::new(),
        };
        let Scratch { multiplier, scale, draw, when } = scratch;
        let model = self.model;
        let fill = |column: &mut Vec<f64>, purpose: Purpose, entity: u64| {
            column.resize(len, 0.0);
            Stream::new(self.seed, purpose, entity, 0).at(first as u64).fill(column);
        };
        fill(multiplier, Purpose::Parameter, model.entity.0);
        for u in &mut *multiplier {
            *u = self.multiplier.quantile(*u);
        }
        fill(scale, Purpose::Parameter, model.entity.1);
        for u in &mut *scale {
            *u = if model.uncertain { unit_lognormal(model.cv_of_scale, *u) } else { 1.0 };
        }

        for row in (0..self.claims.origin.len()).filter(|row| self.claims.open[*row]) {
            control.check()?;
            let origin = self.claims.origin[row];
            let (paid, case) = (self.claims.paid[row], self.claims.case[row]);
            fill(draw, Purpose::Severity, self.claims.entity[row]);
            if case.is_nan() {
                if paid > 0.0 {
                    when.clear();
                    when.extend(scale.iter().map(|s| paid / s));
                    model.severity.sf_in_place(when);
                    for (u, above) in draw.iter_mut().zip(&*when) {
                        *u *= above;
                    }
                }
                model.severity.sample(draw);
                for (x, s) in draw.iter_mut().zip(&*scale) {
                    // Of a claim beyond what the severity can cost, nothing more is paid.
                    let cost = if x.is_finite() { (*x * s).min(model.ceiling) } else { paid };
                    *x = (cost - paid).max(0.0);
                }
            } else {
                let most = (model.ceiling - paid).max(0.0);
                for u in &mut *draw {
                    *u = (case * unit_lognormal(model.case_cv, *u)).min(most);
                }
            }
            fill(when, Purpose::Time, self.claims.entity[row]);
            let age = self.origins[origin].age;
            for (at, (amount, u)) in draw.iter().zip(&*when).enumerate() {
                let settled = model.delay.settle(age, -ln(*u)) - age;
                part.reported[origin * len + at] += amount;
                part.by_year[self.year(settled) * len + at] += amount;
                if self.keep {
                    let outcome = (first + at) as u32;
                    let (origin, row) = (origin as u32, Some(row as u32));
                    let amount = *amount;
                    part.claims.push(Settled {
                        outcome,
                        origin,
                        row,
                        amount,
                        reported: 0.0,
                        settled,
                    });
                }
            }
        }

        for (number, origin) in self.origins.iter().enumerate() {
            for at in 0..len {
                control.check()?;
                let outcome = (first + at) as u64;
                let address = (self.seed, origin.entity, outcome);
                let seen = &self.seen[number];
                let count = model.frequency.draw(seen, multiplier[at], address) as usize;
                if count == 0 {
                    continue;
                }
                part.count[number * len + at] = count as f64;
                draw.resize(count, 0.0);
                Stream::new(self.seed, Purpose::Severity, origin.entity, outcome).fill(draw);
                model.severity.sample(draw);
                when.resize(2 * count, 0.0);
                Stream::new(self.seed, Purpose::Time, origin.entity, outcome).fill(when);
                for (x, u) in draw.iter().zip(when.as_chunks::<2>().0) {
                    let amount = (x * scale[at]).min(model.ceiling);
                    let report = model.delay.report(origin.age, u[0]);
                    let settled = model.delay.settle(report, -ln(u[1])) - origin.age;
                    part.unreported[number * len + at] += amount;
                    part.by_year[self.year(settled) * len + at] += amount;
                    if self.keep {
                        let reported = report - origin.age;
                        let (outcome, origin) = (outcome as u32, number as u32);
                        part.claims.push(Settled {
                            outcome,
                            origin,
                            row: None,
                            amount,
                            reported,
                            settled,
                        });
                    }
                }
            }
        }
        part.claims.sort_by_key(|claim| (claim.outcome, claim.origin));
        Ok(part)
    }

    fn year(&self, settled: f64) -> usize {
        (settled as usize).min(self.years - 1)
    }
}
