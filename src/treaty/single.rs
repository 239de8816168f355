//! The one-pass path: one cover per event or per risk, where every row is an event.
//!
//! Gross, layer and largest event come from one reading of the rows, with the same sums in the same
//! order as the general path, so that both give the same bits.

use std::ops::Range;

use super::annual::Attribution;
use super::apply::{Annuals, TreatyAnnuals, not_finite};
use super::layer::{LANES, band};
use super::plan::{Plan, Resolved};
use super::reinstatement::Reinstatement;
use super::share::to_the_places_of;
use crate::error::Result;
use crate::losses::LossBlock;
use crate::numeric::dispatch::{self, Kernel};

/// Whether the path applies to a plan, given that rows are events.
pub(super) fn applies(plan: &Plan) -> bool {
    plan.single && {
        let step = &plan.steps[0];
        step.layer.franchise <= step.layer.attachment
            && step.event_limit == f64::INFINITY
            && step.is_plain()
            && step.reinstatement.as_ref().is_none_or(|r| !r.pro_rata_time)
    }
}

pub(super) fn apply(plan: &Plan, block: &LossBlock, out: &mut Annuals) -> Result<()> {
    let step = &plan.steps[0];
    let Annuals { gross, net, treaties, largest_gross, largest_net, .. } = out;
    let TreatyAnnuals { ceded, reinstatement_premium, attached, exhausted } =
        &mut treaties[step.treaty];
    // Until the end, the column of premiums holds the sums of the layered losses.
    let layered = &mut reinstatement_premium[..];
    dispatch::run(Rows { step, block, gross, layered, largest: largest_gross });
    if let Some(year) = gross.iter().position(|x| !x.is_finite()) {
        return Err(not_finite(block, year));
    }
    (*attached, *exhausted) = dispatch::run(Terms { step, gross, layered, ceded, net });
    if plan.options.largest_events {
        // x − p · L(x) grows with x: the largest gross event stays the largest,
        dispatch::run(LargestNet { step, largest: largest_gross, net: largest_net });
        // but for years in which the annual terms bite.
        for (year, &layered) in layered.iter().enumerate().filter(|(_, x)| !step.annual.leaves(**x))
        {
            let losses = &block.loss[block.year(year)];
            largest_net[year] = of_bitten_year(step, losses, layered, plan.options.attribution);
        }
    }
    if let Some(reinstatement) = &step.reinstatement {
        dispatch::run(Premiums { step, reinstatement, column: layered });
    } else {
        layered.fill(0.0);
    }
    Ok(())
}

/// Sums and maxima of the rows of each year.
struct Rows<'a> {
    step: &'a Resolved,
    block: &'a LossBlock,
    gross: &'a mut [f64],
    layered: &'a mut [f64],
    /// Empty when it is not asked for.
    largest: &'a mut [f64],
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { step, block, gross, layered, largest } = self;
        let (limit, attachment) = (step.layer.limit, step.layer.attachment);
        for year in 0..gross.len().min(layered.len()) {
            let pass = pass(&block.loss, block.year(year), limit, attachment);
            (gross[year], layered[year]) = (pass.gross, pass.layered);
            if let Some(largest) = largest.get_mut(year) {
                *largest = pass.largest;
            }
        }
    }
}

/// Annual terms and the books of each year; counts years with a recovery and those exhausted.
struct Terms<'a> {
    step: &'a Resolved,
    gross: &'a [f64],
    layered: &'a [f64],
    ceded: &'a mut [f64],
    net: &'a mut [f64],
}

impl Kernel for Terms<'_> {
    type Output = (u64, u64);

    #[inline(always)]
    fn run(self) -> (u64, u64) {
        let Self { step, gross, layered, ceded, net } = self;
        let capacity = step.capacity();
        let (mut attached, mut exhausted) = (0, 0);
        let years = gross.iter().zip(layered).zip(ceded).zip(net);
        for (((&gross, &layered), ceded), net) in years {
            let recovery = step.annual.plain(layered);
            *ceded = to_the_places_of(gross, step.participation * recovery);
            *net = gross - *ceded;
            attached += u64::from(recovery > 0.0);
            exhausted += u64::from(recovery >= capacity);
        }
        (attached, exhausted)
    }
}

struct LargestNet<'a> {
    step: &'a Resolved,
    largest: &'a [f64],
    net: &'a mut [f64],
}

impl Kernel for LargestNet<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let layer = self.step.layer;
        for (largest, to) in self.largest.iter().zip(self.net) {
            *to = net(self.step, *largest, band(*largest, layer.limit, layer.attachment));
        }
    }
}

/// Turns sums of layered losses into reinstatement premiums, in place.
struct Premiums<'a> {
    step: &'a Resolved,
    reinstatement: &'a Reinstatement,
    column: &'a mut [f64],
}

impl Kernel for Premiums<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { step, reinstatement, column } = self;
        for value in column {
            let recovery = step.annual.plain(*value);
            *value = step.participation * reinstatement.of_year(recovery);
        }
    }
}

#[inline(always)]
fn net(step: &Resolved, loss: f64, recovery: f64) -> f64 {
    (loss - step.participation * recovery).max(0.0)
}

/// Largest net event of a year whose annual terms bite.
fn of_bitten_year(step: &Resolved, losses: &[f64], total: f64, attribution: Attribution) -> f64 {
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

/// One reading of a year's rows: element i goes to lane i mod [`LANES`].
///
/// The last chunk is read whole, into the next year, and what is not of this year counts as 0: that
/// adds nothing, and no branch depends on how many rows are left.
#[inline(always)]
fn pass(losses: &[f64], year: Range<usize>, limit: f64, attachment: f64) -> Pass {
    let mut gross = [0.0; LANES];
    let mut layered = [0.0; LANES];
    let mut largest = [0.0; LANES];
    let mut visit = |chunk: &[f64; LANES]| {
        for (lane, &x) in chunk.iter().enumerate() {
            gross[lane] += x;
            layered[lane] += band(x, limit, attachment);
            largest[lane] = larger(x, largest[lane]);
        }
    };
    let (chunks, rest) = losses[year.clone()].as_chunks::<LANES>();
    for chunk in chunks {
        visit(chunk);
    }
    let mut last = [0.0; LANES];
    if let Some(chunk) = losses[year.end - rest.len()..].first_chunk::<LANES>() {
        for (lane, to) in last.iter_mut().enumerate() {
            *to = if lane < rest.len() { chunk[lane] } else { 0.0 };
        }
    } else {
        last[..rest.len()].copy_from_slice(rest);
    }
    visit(&last);
    let total = |lanes: [f64; LANES]| (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    Pass {
        gross: total(gross),
        layered: total(layered),
        largest: larger(larger(largest[0], largest[2]), larger(largest[1], largest[3])),
    }
}

/// The larger of two numbers, none of them NaN: `f64::max` would look for it.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
