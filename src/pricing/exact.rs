//! Expected results without simulation, where the programme allows it, and the reason where not.
//!
//! A treaty on an aggregate is exact when its subject is a function of each loss by itself: the treaties
//! it is net of take a share or a layer of every loss, and none of them stops for an annual term.
//! Then the layered loss is a severity, its annual sum a compound distribution on a grid, and the
//! annual terms a function of that sum. Where that does not hold, a treaty may still be a function of
//! the year's total (`exact_year`).

use crate::aggregate::{Aggregate, GridDistribution};
use crate::error::Result;
use crate::frequency::Count;
use crate::measure::Estimate;
use crate::severity::{Piecewise, Severity};
use crate::treaty::{Basis, Plan, Resolved};

use super::exact_year::{of_year, year_row};
use super::summary::LEVELS;

/// Exact numbers of one row, or why there are none.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactRow {
    pub name: String,
    /// `closed form`, `fft`, or empty.
    pub method: &'static str,
    /// Why not exact; empty when it is.
    pub reason: String,
    pub expected_loss: f64,
    pub sd: f64,
    pub prob_attach: f64,
    pub prob_exhaust: f64,
    /// Per unit of the treaty's premium.
    pub reinstatement_rate: f64,
    /// VaR and TVaR at [`LEVELS`].
    pub tail: [(f64, f64); 3],
    /// Verdict of the grid.
    pub grid: String,
}

impl ExactRow {
    pub(super) fn none(name: &str, reason: String) -> Self {
        Self {
            name: name.to_owned(),
            method: "",
            reason,
            expected_loss: f64::NAN,
            sd: f64::NAN,
            prob_attach: f64::NAN,
            prob_exhaust: f64::NAN,
            reinstatement_rate: f64::NAN,
            tail: [(f64::NAN, f64::NAN); 3],
            grid: String::new(),
        }
    }

    /// Distance of a simulated mean from the exact one in standard errors.
    pub fn z_score(&self, simulated: Estimate) -> f64 {
        (simulated.value - self.expected_loss) / simulated.standard_error
    }
}

/// A non-decreasing piecewise linear function of one loss: slopes between ascending knots from 0.
#[derive(Debug, Clone)]
pub(super) struct Map {
    knots: Vec<f64>,
    slopes: Vec<f64>,
}

impl Map {
    pub fn identity() -> Self {
        Self { knots: vec![0.0], slopes: vec![1.0] }
    }

    pub fn at(&self, x: f64) -> f64 {
        self.knots
            .iter()
            .zip(&self.slopes)
            .enumerate()
            .map(|(j, (knot, slope))| {
                let end = self.knots.get(j + 1).copied().unwrap_or(f64::INFINITY);
                if x > *knot { slope * (x.min(end) - knot) } else { 0.0 }
            })
            .sum()
    }

    /// All x where this function reaches a level, for the layers put on top of it.
    pub fn reach(&self, y: f64) -> Option<f64> {
        let mut below = 0.0;
        for (j, (knot, slope)) in self.knots.iter().zip(&self.slopes).enumerate() {
            let end = self.knots.get(j + 1).copied().unwrap_or(f64::INFINITY);
            let rise = if *slope > 0.0 { slope * (end - knot) } else { 0.0 };
            if y < below + rise {
                return Some(knot + (y - below) / slope);
            }
            below += rise;
        }
        None
    }

    /// factor · min(max(self − attachment, 0), limit).
    pub fn layered(&self, limit: f64, attachment: f64, factor: f64) -> Self {
        let mut knots = self.knots.clone();
        knots.extend(self.reach(attachment));
        if limit.is_finite() {
            knots.extend(self.reach(attachment + limit));
        }
        Self::through(knots, |x| factor * (self.at(x) - attachment).max(0.0).min(limit))
    }

    /// Where it reaches its largest value; none when it grows without bound.
    pub fn full(&self) -> Option<f64> {
        let last = self.slopes.iter().rposition(|slope| *slope != 0.0)?;
        self.knots.get(last + 1).copied()
    }

    pub fn never_falls(&self) -> bool {
        self.slopes.iter().all(|slope| *slope >= 0.0)
    }

    pub fn minus(&self, other: &Self) -> Self {
        let knots = [self.knots.clone(), other.knots.clone()].concat();
        Self::through(knots, |x| self.at(x) - other.at(x))
    }

    /// The function with these knots, by its values there and beyond the last.
    fn through(mut knots: Vec<f64>, f: impl Fn(f64) -> f64) -> Self {
        knots.sort_by(f64::total_cmp);
        knots.dedup();
        let slopes = (0..knots.len())
            .map(|j| {
                let low = knots[j];
                let high = knots.get(j + 1).copied().unwrap_or(2.0 * low + 1.0);
                let slope = (f(high) - f(low)) / (high - low);
                // Differences of equal amounts leave dust.
                if slope.abs() < 1e-12 { 0.0 } else { slope }
            })
            .collect();
        Self { knots, slopes }
    }

    fn of(&self, severity: &Severity) -> Result<Severity> {
        if self.knots.len() == 1 && self.slopes[0] == 1.0 {
            return Ok(severity.clone());
        }
        Ok(Piecewise::new(severity.clone(), self.knots.clone(), self.slopes.clone())?.into())
    }
}

/// Exact rows for each treaty, then `gross`, `ceded` and `net`, on grids of 2^`log2` buckets.
pub fn exact(plan: &Plan, aggregate: &Aggregate, log2: u32) -> Result<Vec<ExactRow>> {
    let names = plan.names();
    let mut maps: Vec<std::result::Result<Map, String>> = vec![Err(String::new()); names.len()];
    // The same as functions of the year's total.
    let mut years = maps.clone();
    let mut rows: Vec<ExactRow> = names.iter().map(|n| ExactRow::none(n, String::new())).collect();
    for step in plan.steps() {
        let name = &names[step.treaty];
        years[step.treaty] = of_year(step, &years, names);
        let row = match subject(step, &maps, names) {
            Err(reason) => {
                maps[step.treaty] = Err(reason.clone());
                match &years[step.treaty] {
                    Ok(map) => year_row(Some(step), map, name, aggregate, log2)?,
                    Err(_) => ExactRow::none(name, reason),
                }
            }
            Ok(subject) => {
                maps[step.treaty] = pointwise(step, &subject, name);
                treaty_row(step, &subject, name, aggregate, log2)?
            }
        };
        rows[step.treaty] = row;
    }
    rows.push(total_row("gross", &Map::identity(), aggregate, log2)?);
    let ceded = (0..names.len()).try_fold(Map::identity(), |net, i| match &maps[i] {
        Ok(map) => Ok(net.minus(map)),
        Err(reason) => Err(format!("'{}' is not a function of each loss: {reason}", names[i])),
    });
    match ceded {
        Ok(net) => {
            rows.push(total_row("ceded", &Map::identity().minus(&net), aggregate, log2)?);
            rows.push(total_row("net", &net, aggregate, log2)?);
        }
        Err(reason) => {
            let net = years
                .iter()
                .try_fold(Map::identity(), |net, map| map.as_ref().map(|map| net.minus(map)));
            if let Ok(net) = net {
                let ceded = Map::identity().minus(&net);
                rows.push(year_row(None, &ceded, "ceded", aggregate, log2)?);
                rows.push(year_row(None, &net, "net", aggregate, log2)?);
            } else {
                rows.push(ExactRow::none("ceded", reason.clone()));
                rows.push(ExactRow::none("net", reason));
            }
        }
    }
    Ok(rows)
}

/// The subject as a function of each loss.
fn subject(
    step: &Resolved,
    maps: &[std::result::Result<Map, String>],
    names: &[String],
) -> std::result::Result<Map, String> {
    if let Some(why) = step.why_not_plain() {
        return Err(why.to_owned());
    }
    if step.layer.franchise > 0.0 {
        return Err("a franchise makes the recovery jump".to_owned());
    }
    step.net_of.iter().try_fold(Map::identity(), |net, index| match &maps[*index] {
        Ok(map) => Ok(net.minus(map)),
        Err(reason) => Err(format!("net of '{}': {reason}", names[*index])),
    })
}

/// What a treaty takes of each loss, where it is the same in every year.
fn pointwise(step: &Resolved, subject: &Map, name: &str) -> std::result::Result<Map, String> {
    if step.basis == Basis::Annual {
        return Err(format!("'{name}' covers the year, not each loss"));
    }
    if step.annual.deductible > 0.0 {
        return Err(format!("the annual deductible of '{name}' depends on the year so far"));
    }
    if step.annual.limit.is_finite() {
        return Err(format!("the annual limit of '{name}' depends on the year so far"));
    }
    let limit = step.layer.limit.min(step.event_limit);
    Ok(subject.layered(limit, step.layer.attachment, step.participation))
}

fn treaty_row(
    step: &Resolved,
    subject: &Map,
    name: &str,
    aggregate: &Aggregate,
    log2: u32,
) -> Result<ExactRow> {
    let occurrence = step.basis != Basis::Annual;
    let map = if occurrence {
        let limit = step.layer.limit.min(step.event_limit);
        subject.layered(limit, step.layer.attachment, 1.0)
    } else {
        subject.clone()
    };
    let total = Aggregate::new(aggregate.frequency.clone(), map.of(&aggregate.severity)?);
    if total.mean() == 0.0 {
        return Ok(ExactRow::none(name, "its layer is never reached".to_owned()));
    }
    let grid = GridDistribution::automatic(&total, log2)?;
    // The year's recovery for 100 % is a layer of the annual sum.
    let (limit, attachment) = if occurrence {
        (step.annual.limit, step.annual.deductible)
    } else {
        (step.layer.limit.min(step.annual.limit), step.layer.attachment + step.annual.deductible)
    };
    let part = step.participation;
    let pays = |s: f64| part * (s - attachment).max(0.0).min(limit);
    let free = attachment == 0.0 && limit == f64::INFINITY;
    let mean = if free { total.mean() } else { grid.layer_mean(limit, attachment) };
    let second = grid.expect(|s| pays(s) * pays(s));
    let sd =
        if free { part * total.sd() } else { (second - (part * mean).powi(2)).max(0.0).sqrt() };
    // P(S > 0) has an atom to respect: no loss, or none that reaches the layer.
    let attach = if attachment > 0.0 { grid.sf(attachment) } else { positive(&total) };
    let exhaust = if limit.is_finite() {
        let top = attachment + limit;
        1.0 - grid.cdf(top - 0.5 * grid.grid.step)
    } else {
        f64::NAN
    };
    let rate = match &step.reinstatement {
        Some(terms) => grid.expect(|s| terms.charge(0.0, pays(s) / part)),
        None => 0.0,
    };
    let tail = LEVELS.map(|p| match grid.quantile(p) {
        Ok(q) => {
            let var = pays(q);
            // E (recovery − var)₊ is a layer of the annual sum above q.
            let above = if q < attachment + limit {
                let low = q.max(attachment);
                part * grid.layer_mean(attachment + limit - low, low)
            } else {
                0.0
            };
            (var, var + above / (1.0 - p))
        }
        Err(_) => (f64::NAN, f64::NAN),
    });
    Ok(ExactRow {
        name: name.to_owned(),
        method: if free { "closed form" } else { "fft" },
        reason: String::new(),
        expected_loss: part * mean,
        sd,
        prob_attach: attach,
        prob_exhaust: exhaust,
        reinstatement_rate: rate,
        tail,
        grid: grid.report().verdict(),
    })
}

/// P(S > 0).
pub(super) fn positive(aggregate: &Aggregate) -> f64 {
    use crate::severity::Family;
    let none = num_complex::Complex::new(-aggregate.severity.sf(0.0), 0.0);
    1.0 - aggregate.frequency.ln_pgf(none).exp().re
}

/// Gross, ceded or net: the compound of a function of each loss.
fn total_row(name: &str, map: &Map, aggregate: &Aggregate, log2: u32) -> Result<ExactRow> {
    let free = Resolved::whole(0);
    let mut row = treaty_row(&free, map, name, aggregate, log2)?;
    row.prob_exhaust = f64::NAN;
    row.reinstatement_rate = f64::NAN;
    Ok(row)
}
