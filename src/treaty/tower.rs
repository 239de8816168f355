//! The one-pass path: covers per event or per risk on the gross losses, where every row is an event.
//!
//! Gross, the layers and the largest event come from one reading of the rows, with the same sums in
//! the same order as the general path, so that both give the same bits.

use std::ops::Range;

use super::annual::Attribution;
use super::apply::{Annuals, TreatyAnnuals, not_finite};
use super::layer::{LANES, band};
use super::plan::{Options, Plan, Resolved};
use super::reinstatement::Reinstatement;
use super::share::to_the_places_of;
use super::terms::Basis;
use crate::error::Result;
use crate::losses::LossBlock;
use crate::numeric::dispatch::{self, Kernel};

/// Whether the path applies to the steps of a plan, given that rows are events.
pub(super) fn applies(steps: &[Resolved], options: Options) -> bool {
    let (covers, annual): (Vec<&Resolved>, Vec<&Resolved>) =
        steps.iter().partition(|step| step.basis != Basis::Annual);
    let on_gross = covers.iter().all(|step| {
        step.net_of.is_empty()
            && step.layer.franchise <= step.layer.attachment
            && step.event_limit == f64::INFINITY
            && step.is_plain()
            && step.reinstatement.as_ref().is_none_or(|r| !r.pro_rata_time)
    });
    let after = annual.iter().all(|step| step.is_plain());
    // The largest net event is that of the largest gross event where no more than all is ceded.
    let whole = covers.iter().all(|step| {
        let at = step.layer.attachment;
        let over = |other: &&&Resolved| {
            let layer = other.layer;
            layer.attachment <= at && at < layer.attachment + layer.limit
        };
        covers.iter().filter(over).map(|other| other.participation).sum::<f64>() <= 1.0
    });
    !covers.is_empty() && on_gross && after && (whole || !options.largest_events)
}

/// Layers read together.
const TOGETHER: usize = 4;

pub(super) fn apply(plan: &Plan, block: &LossBlock, out: &mut Annuals) -> Result<()> {
    let covers: Vec<&Resolved> =
        plan.steps.iter().filter(|step| step.basis != Basis::Annual).collect();
    let Annuals { gross, treaties, largest_gross, largest_net, .. } = out;
    let mut columns: Vec<Option<&mut TreatyAnnuals>> = treaties.iter_mut().map(Some).collect();
    let mut of: Vec<(&Resolved, &mut TreatyAnnuals)> = covers
        .iter()
        .filter_map(|step| Some((*step, columns.get_mut(step.treaty)?.take()?)))
        .collect();
    // Until the end, the column of premiums holds the sums of the layered losses.
    let mut first = true;
    for part in of.chunks_mut(TOGETHER) {
        let layers: Vec<(f64, f64)> =
            part.iter().map(|(step, _)| (step.layer.limit, step.layer.attachment)).collect();
        let to: Vec<&mut [f64]> = part
            .iter_mut()
            .map(|(_, column)| column.reinstatement_premium.as_mut_slice())
            .collect();
        let totals = first.then_some((gross.as_mut_slice(), largest_gross.as_mut_slice()));
        read(block, &layers, to, totals);
        first = false;
    }
    if let Some(year) = gross.iter().position(|x| !x.is_finite()) {
        return Err(not_finite(block, year));
    }
    for (step, column) in &mut of {
        let TreatyAnnuals { ceded, reinstatement_premium: layered, attached, exhausted } = column;
        (*attached, *exhausted) = dispatch::run(Terms { step, gross, layered, ceded });
    }
    if plan.options.largest_events {
        largest_net.copy_from_slice(largest_gross);
        dispatch::run(LargestNet { covers: &covers, largest: largest_net });
        // But for years in which annual terms bite.
        for year in 0..block.years() {
            let bitten =
                of.iter().any(|(step, c)| !step.annual.leaves(c.reinstatement_premium[year]));
            if bitten {
                let totals: Vec<f64> =
                    of.iter().map(|(_, c)| c.reinstatement_premium[year]).collect();
                let losses = &block.loss[block.year(year)];
                largest_net[year] =
                    of_bitten_year(&covers, losses, &totals, plan.options.attribution);
            }
        }
    }
    for (step, column) in of {
        if let Some(reinstatement) = &step.reinstatement {
            let column = &mut column.reinstatement_premium;
            dispatch::run(Premiums { step, reinstatement, column });
        } else {
            column.reinstatement_premium.fill(0.0);
        }
    }
    for step in plan.steps.iter().filter(|step| step.basis == Basis::Annual) {
        plan.annual(step, &[], block, &mut Vec::new(), &mut 0.0, out);
    }
    let Annuals { gross, net, treaties, .. } = out;
    for (year, net) in net.iter_mut().enumerate() {
        *net = gross[year] - treaties.iter().map(|treaty| treaty.ceded[year]).sum::<f64>();
    }
    Ok(())
}

/// Reads the rows once for some layers, and for the totals with the first of them.
fn read(
    block: &LossBlock,
    layers: &[(f64, f64)],
    layered: Vec<&mut [f64]>,
    totals: Option<(&mut [f64], &mut [f64])>,
) {
    macro_rules! rows {
        ($($n:literal)*) => {
            match layers.len() {
                $($n => {
                    let (Ok(layers), Ok(layered)) = (layers.try_into(), layered.try_into()) else {
                        return;
                    };
                    dispatch::run(Rows::<$n> { block, layers, layered, totals });
                })*
                _ => {}
            }
        };
    }
    rows!(1 2 3 4);
}

/// Sums and maxima of the rows of each year.
struct Rows<'a, const N: usize> {
    block: &'a LossBlock,
    /// Limit and attachment.
    layers: [(f64, f64); N],
    layered: [&'a mut [f64]; N],
    /// Gross and largest event; the latter is empty when it is not asked for.
    totals: Option<(&'a mut [f64], &'a mut [f64])>,
}

impl<const N: usize> Kernel for Rows<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { block, layers, mut layered, totals } = self;
        let years = block.years();
        match totals {
            Some((gross, largest)) => {
                for year in 0..years.min(gross.len()) {
                    let pass = pass::<N, true>(&block.loss, block.year(year), &layers);
                    for (to, sum) in layered.iter_mut().zip(pass.layered) {
                        to[year] = sum;
                    }
                    gross[year] = pass.gross;
                    if let Some(largest) = largest.get_mut(year) {
                        *largest = pass.largest;
                    }
                }
            }
            None => {
                for year in 0..years {
                    let pass = pass::<N, false>(&block.loss, block.year(year), &layers);
                    for (to, sum) in layered.iter_mut().zip(pass.layered) {
                        to[year] = sum;
                    }
                }
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
}

impl Kernel for Terms<'_> {
    type Output = (u64, u64);

    #[inline(always)]
    fn run(self) -> (u64, u64) {
        let Self { step, gross, layered, ceded } = self;
        let capacity = step.capacity();
        let (mut attached, mut exhausted) = (0, 0);
        for ((&gross, &layered), ceded) in gross.iter().zip(layered).zip(ceded) {
            let recovery = step.annual.plain(layered);
            *ceded = to_the_places_of(gross, step.participation * recovery);
            attached += u64::from(recovery > 0.0);
            exhausted += u64::from(recovery >= capacity);
        }
        (attached, exhausted)
    }
}

/// Largest gross events become largest net events, in place.
struct LargestNet<'a> {
    covers: &'a [&'a Resolved],
    largest: &'a mut [f64],
}

impl Kernel for LargestNet<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for value in self.largest {
            let mut net = *value;
            for step in self.covers {
                let recovery = band(*value, step.layer.limit, step.layer.attachment);
                net -= step.participation * recovery;
            }
            *value = net.max(0.0);
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

/// Largest net event of a year in which annual terms bite.
fn of_bitten_year(
    covers: &[&Resolved],
    losses: &[f64],
    totals: &[f64],
    attribution: Attribution,
) -> f64 {
    // Recoveries so far before annual terms, and after them.
    let mut so_far = vec![(0.0, 0.0); covers.len()];
    let mut most = 0.0_f64;
    for &loss in losses {
        let mut net = loss;
        for ((step, total), (occurrences, paid)) in covers.iter().zip(totals).zip(&mut so_far) {
            let recovery = step.layer.recovery(loss);
            let share = if step.annual.leaves(*total) {
                recovery
            } else if attribution == Attribution::EventOrder {
                *occurrences += recovery;
                let now = step.annual.recovery(*occurrences);
                now - std::mem::replace(paid, now)
            } else if *total > 0.0 {
                recovery * (step.annual.recovery(*total) / total)
            } else {
                0.0
            };
            net -= step.participation * share;
        }
        most = net.max(most);
    }
    most
}

struct Pass<const N: usize> {
    gross: f64,
    layered: [f64; N],
    largest: f64,
}

/// One reading of a year's rows: element i goes to lane i mod [`LANES`].
///
/// The last chunk is read whole, into the next year, and what is not of this year counts as 0: that
/// adds nothing, and no branch depends on how many rows are left.
#[inline(always)]
fn pass<const N: usize, const TOTALS: bool>(
    losses: &[f64],
    year: Range<usize>,
    layers: &[(f64, f64); N],
) -> Pass<N> {
    let mut gross = [0.0; LANES];
    let mut layered = [[0.0; LANES]; N];
    let mut largest = [0.0; LANES];
    let mut visit = |chunk: &[f64; LANES]| {
        for (layered, (limit, attachment)) in layered.iter_mut().zip(layers) {
            for (lane, &x) in chunk.iter().enumerate() {
                layered[lane] += band(x, *limit, *attachment);
            }
        }
        if TOTALS {
            for (lane, &x) in chunk.iter().enumerate() {
                gross[lane] += x;
                largest[lane] = larger(x, largest[lane]);
            }
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
        layered: layered.map(total),
        largest: larger(larger(largest[0], largest[2]), larger(largest[1], largest[3])),
    }
}

/// The larger of two numbers, none of them NaN: `f64::max` would look for it.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
