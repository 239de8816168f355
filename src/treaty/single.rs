//! The one-pass path: one cover per event or per risk, where every row is an event.
//!
//! Gross, layer and largest event come from one reading of the rows, with the same sums in the same
//! order as the general path, so that both give the same bits.

use super::annual::Attribution;
use super::apply::{Annuals, not_finite};
use super::layer::{LANES, band};
use super::plan::{Plan, Resolved};
use crate::error::Result;
use crate::losses::LossBlock;

/// Whether the path applies to a plan, given that rows are events.
pub(super) fn applies(plan: &Plan) -> bool {
    plan.single && {
        let step = &plan.steps[0];
        step.layer.franchise <= step.layer.attachment
            && step.event_limit == f64::INFINITY
            && step.reinstatement.as_ref().is_none_or(|r| !r.pro_rata_time)
    }
}

pub(super) fn apply(plan: &Plan, block: &LossBlock, out: &mut Annuals) -> Result<()> {
    let step = &plan.steps[0];
    let columns = &mut out.treaties[step.treaty];
    for year in 0..block.years() {
        let losses = &block.loss[block.year(year)];
        let Pass { gross, layered, largest } =
            pass(losses, step.layer.limit, step.layer.attachment);
        if !gross.is_finite() {
            return Err(not_finite(block, year));
        }
        let recovery = step.annual.recovery(layered);
        step.book(columns, year, gross, recovery);
        if let Some(reinstatement) = &step.reinstatement {
            columns.reinstatement_premium[year] =
                step.participation * reinstatement.of_year(recovery);
        }
        out.gross[year] = gross;
        out.net[year] = gross - columns.ceded[year];
        if plan.options.largest_events {
            out.largest_gross[year] = largest;
            out.largest_net[year] = if step.annual.leaves(layered) {
                // x − p · L(x) grows with x: the largest gross event stays the largest.
                net(step, largest, band(largest, step.layer.limit, step.layer.attachment))
            } else {
                largest_net(step, losses, layered, plan.options.attribution)
            };
        }
    }
    Ok(())
}

fn net(step: &Resolved, loss: f64, recovery: f64) -> f64 {
    (loss - step.participation * recovery).max(0.0)
}

/// Largest net event of a year whose annual terms bite.
fn largest_net(step: &Resolved, losses: &[f64], total: f64, attribution: Attribution) -> f64 {
    let ratio = step.annual.recovery(total) / total;
    let (mut occurrences, mut paid, mut most) = (0.0, 0.0, 0.0);
    for &loss in losses {
        let recovery = step.layer.recovery(loss);
        let share = match attribution {
            Attribution::EventOrder => {
                occurrences += recovery;
                let now = step.annual.recovery(occurrences);
                now - std::mem::replace(&mut paid, now)
            }
            Attribution::ProRata if total > 0.0 => recovery * ratio,
            Attribution::ProRata => 0.0,
        };
        most = net(step, loss, share).max(most);
    }
    most
}

struct Pass {
    gross: f64,
    layered: f64,
    largest: f64,
}

#[inline(always)]
fn pass(losses: &[f64], limit: f64, attachment: f64) -> Pass {
    let mut gross = [0.0; LANES];
    let mut layered = [0.0; LANES];
    let mut largest = [0.0; LANES];
    let mut visit = |lane: usize, x: f64| {
        gross[lane] += x;
        layered[lane] += band(x, limit, attachment);
        largest[lane] = if x > largest[lane] { x } else { largest[lane] };
    };
    let (chunks, rest) = losses.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            visit(lane, chunk[lane]);
        }
    }
    for (lane, &x) in rest.iter().enumerate().take(LANES) {
        visit(lane, x);
    }
    let total = |lanes: [f64; LANES]| (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    Pass {
        gross: total(gross),
        layered: total(layered),
        largest: largest.into_iter().fold(0.0, f64::max),
    }
}
