//! Treaties that are functions of the year's total: shares with annual terms, and annual covers after
//! them.
//!
//! A quota share takes the same part of every loss, so what it takes of a year, after its annual
//! terms, follows from the total alone; so does an annual cover on what such treaties leave. Their
//! numbers are then expectations over the compound distribution of the gross losses.

use super::exact::{ExactRow, Map, positive};
use super::summary::LEVELS;
use crate::aggregate::{Aggregate, GridDistribution};
use crate::error::Result;
use crate::treaty::{Basis, Resolved};

/// What a treaty takes of a year, as a function of the gross total.
pub(super) fn of_year(
    step: &Resolved,
    known: &[std::result::Result<Map, String>],
    names: &[String],
) -> std::result::Result<Map, String> {
    let name = &names[step.treaty];
    if let Some(why) = step.why_not_plain() {
        return Err(why.to_owned());
    }
    if step.layer.franchise > 0.0 {
        return Err("a franchise makes the recovery jump".to_owned());
    }
    let subject = step.net_of.iter().try_fold(Map::identity(), |net, index| {
        known[*index].as_ref().map(|map| net.minus(map)).map_err(Clone::clone)
    })?;
    let layer = step.layer;
    let share = layer.limit == f64::INFINITY && layer.attachment == 0.0;
    let layered = if step.basis == Basis::Annual {
        subject.layered(layer.limit, layer.attachment, 1.0)
    } else if share && step.event_limit == f64::INFINITY {
        subject
    } else {
        return Err(format!("'{name}' covers each loss, not their sum"));
    };
    Ok(layered.layered(step.annual.limit, step.annual.deductible, step.participation))
}

/// The numbers of an amount that is a function of the gross total.
pub(super) fn year_row(
    step: Option<&Resolved>,
    map: &Map,
    name: &str,
    aggregate: &Aggregate,
    log2: u32,
) -> Result<ExactRow> {
    let grid = GridDistribution::automatic(aggregate, log2)?;
    let mean = grid.expect(|s| map.at(s));
    let second = grid.expect(|s| map.at(s) * map.at(s));
    let Some(from) = map.reach(0.0) else {
        return Ok(ExactRow::none(name, "its layer is never reached".to_owned()));
    };
    let attach = if from > 0.0 { grid.sf(from) } else { positive(aggregate) };
    let exhaust = match (step, map.full()) {
        (Some(step), Some(top)) if step.capacity().is_finite() => {
            1.0 - grid.cdf(top - 0.5 * grid.grid.step)
        }
        _ => f64::NAN,
    };
    let rate = step.and_then(|step| Some((step.participation, step.reinstatement.as_ref()?)));
    let rate =
        rate.map_or(0.0, |(part, terms)| grid.expect(|s| terms.charge(0.0, map.at(s) / part)));
    // Quantiles go through a function that never falls.
    let tail = LEVELS.map(|p| match grid.quantile(p) {
        Ok(q) if map.never_falls() => {
            let var = map.at(q);
            (var, var + grid.expect(|s| (map.at(s) - var).max(0.0)) / (1.0 - p))
        }
        _ => (f64::NAN, f64::NAN),
    });
    Ok(ExactRow {
        name: name.to_owned(),
        method: "fft",
        reason: String::new(),
        expected_loss: mean,
        sd: (second - mean * mean).max(0.0).sqrt(),
        prob_attach: attach,
        prob_exhaust: exhaust,
        reinstatement_rate: if step.is_some() { rate } else { f64::NAN },
        tail,
        grid: grid.report().verdict(),
    })
}
