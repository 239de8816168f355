//! The one-pass path: covers per event or per risk on the gross losses, where every row is an event.
//!
//! Gross, largest event and layers come from the rows as they lie in memory, four layers at a time and
//! only in years that reach them, with the same sums in the same order as the general path: both
//! give the same bits.

use super::annual::Attribution;
use super::apply::{Annuals, TreatyAnnuals, not_finite, too_large};
use super::cover::layered;
use super::layer::{LANES, Layer, band};
use super::plan::{Options, Plan, Resolved};
use super::reinstatement::Reinstatement;
use super::share::to_the_places_of;
use super::terms::Basis;
use crate::error::Result;
use crate::losses::Years;
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

/// Layers read together: as many as there are lanes in a sum.
const TOGETHER: usize = LANES;
/// Years whose sums are held before they go to the columns.
const YEARS: usize = 128;

pub(super) fn apply(plan: &Plan, losses: Years<'_>, out: &mut Annuals) -> Result<()> {
    let years = losses.years();
    out.resize(years, plan.names.len(), plan.options.largest_events);
    let covers: Vec<&Resolved> =
        plan.steps.iter().filter(|step| step.basis != Basis::Annual).collect();
    let Annuals { gross, net, treaties, largest_gross, largest_net } = out;
    let mut columns: Vec<Option<&mut TreatyAnnuals>> = treaties.iter_mut().map(Some).collect();
    let mut of: Vec<(&Resolved, &mut TreatyAnnuals)> = covers
        .iter()
        .filter_map(|step| Some((*step, columns.get_mut(step.treaty)?.take()?)))
        .collect();
    columns.into_iter().flatten().for_each(TreatyAnnuals::clear);
    // Until the end, the column of nets holds the largest events, and those of premiums the sums of
    // the layered losses.
    let largest = net;
    let mut layers: Vec<(Layer, &mut [f64])> = of
        .iter_mut()
        .map(|(step, column)| (step.layer, column.reinstatement_premium.as_mut_slice()))
        .collect();
    layers.sort_by(|(a, _), (b, _)| a.attachment.total_cmp(&b.attachment));
    // One layer is summed with the rest: to ask whether a year reaches it would cost more.
    let one = if let [(layer, column)] = layers.as_mut_slice() {
        Some((*layer, std::mem::take(column)))
    } else {
        None
    };
    let others = if one.is_some() { &mut [] } else { layers.as_mut_slice() };
    dispatch::run(Totals { losses, gross, largest, layer: one });
    if let Some(year) = gross.iter().position(|x| too_large(*x)) {
        return Err(not_finite(losses.first_year + year as u64));
    }
    for part in others.chunks_mut(TOGETHER) {
        dispatch::run(Layered { losses, largest, part });
    }
    for (step, column) in &mut of {
        let TreatyAnnuals { ceded, reinstatement_premium: layered, attached, exhausted } = column;
        (*attached, *exhausted) = dispatch::run(Terms { step, gross, layered, ceded });
    }
    if plan.options.largest_events {
        largest_gross.copy_from_slice(largest);
        largest_net.copy_from_slice(largest);
        dispatch::run(LargestNet { covers: &covers, largest: largest_net });
        // But for years in which annual terms bite.
        for (year, largest_net) in largest_net.iter_mut().enumerate() {
            let bitten =
                of.iter().any(|(step, c)| !step.annual.leaves(c.reinstatement_premium[year]));
            if bitten {
                let totals: Vec<f64> =
                    of.iter().map(|(_, c)| c.reinstatement_premium[year]).collect();
                *largest_net =
                    of_bitten_year(&covers, losses.of(year), &totals, plan.options.attribution);
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
        plan.annual(step, &[], losses, &mut Vec::new(), &mut 0.0, out);
    }
    let Annuals { gross, net, treaties, .. } = out;
    dispatch::run(LessAll { gross, treaties, net });
    Ok(())
}

/// Sums and maxima of the rows of each year, and sums of what a layer takes of them.
pub(super) struct Totals<'a> {
    pub losses: Years<'a>,
    pub gross: &'a mut [f64],
    pub largest: &'a mut [f64],
    pub layer: Option<(Layer, &'a mut [f64])>,
}

impl Kernel for Totals<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { losses, gross, largest, layer } = self;
        if let Some((layer, layered)) = layer {
            for (year, ((gross, largest), layered)) in
                gross.iter_mut().zip(largest).zip(layered).enumerate()
            {
                (*gross, *largest, *layered) = of_year::<true>(losses, year, layer);
            }
        } else {
            for (year, (gross, largest)) in gross.iter_mut().zip(largest).enumerate() {
                (*gross, *largest, _) = of_year::<false>(losses, year, Layer::FULL);
            }
        }
    }
}

/// Sum, maximum and, where `LAYERED`, sum of what the layer takes.
#[inline(always)]
fn of_year<const LAYERED: bool>(losses: Years<'_>, year: usize, layer: Layer) -> (f64, f64, f64) {
    let (mut sum, mut most, mut layered) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    losses.windows(year, |window| {
        for chunk in window.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                sum[lane] += chunk[lane];
                most[lane] = larger(chunk[lane], most[lane]);
                if LAYERED {
                    layered[lane] += band(chunk[lane], layer.limit, layer.attachment);
                }
            }
        }
    });
    let added = |lanes: [f64; LANES]| (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    let most = larger(larger(most[0], most[2]), larger(most[1], most[3]));
    (added(sum), most, added(layered))
}

/// Sums of the layered losses of each year, for up to [`TOGETHER`] layers by ascending attachment.
///
/// Years whose largest loss does not reach the lowest of them are not read: nothing is added there.
struct Layered<'a, 'b> {
    losses: Years<'a>,
    largest: &'a [f64],
    part: &'a mut [(Layer, &'b mut [f64])],
}

impl Kernel for Layered<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { losses, largest, part } = self;
        if let [(layer, column)] = part {
            for (year, (to, &largest)) in column.iter_mut().zip(largest).enumerate() {
                *to =
                    if largest > layer.attachment { layered(layer, losses.of(year)) } else { 0.0 };
            }
            return;
        }
        // A layer that is not there pays nothing.
        let (mut limits, mut attachments) = ([0.0; TOGETHER], [f64::INFINITY; TOGETHER]);
        for (at, (layer, _)) in part.iter().enumerate() {
            (limits[at], attachments[at]) = (layer.limit, layer.attachment);
        }
        let mut sums = [[0.0; TOGETHER]; YEARS];
        for (number, largest) in largest.chunks(YEARS).enumerate() {
            let first = number * YEARS;
            for (at, (sums, &largest)) in sums.iter_mut().zip(largest).enumerate() {
                *sums = if largest > attachments[0] {
                    four(losses.of(first + at), &limits, &attachments)
                } else {
                    [0.0; TOGETHER]
                };
            }
            for (at, (_, column)) in part.iter_mut().enumerate() {
                for (to, sums) in column[first..first + largest.len()].iter_mut().zip(&sums) {
                    *to = sums[at];
                }
            }
        }
    }
}

/// Sums of four layers over the rows of a year: the layers are the lanes of a vector, and row i is
/// added to sum i mod [`LANES`], as in [`super::layer::sum_of`].
#[inline(always)]
fn four(
    losses: &[f64],
    limits: &[f64; TOGETHER],
    attachments: &[f64; TOGETHER],
) -> [f64; TOGETHER] {
    let mut sums = [[0.0; TOGETHER]; LANES];
    let (chunks, rest) = losses.as_chunks::<LANES>();
    for chunk in chunks {
        for (sums, &x) in sums.iter_mut().zip(chunk) {
            for at in 0..TOGETHER {
                sums[at] += band(x, limits[at], attachments[at]);
            }
        }
    }
    for (sums, &x) in sums.iter_mut().zip(rest) {
        for at in 0..TOGETHER {
            sums[at] += band(x, limits[at], attachments[at]);
        }
    }
    let mut out = [0.0; TOGETHER];
    for (at, out) in out.iter_mut().enumerate() {
        *out = (sums[0][at] + sums[2][at]) + (sums[1][at] + sums[3][at]);
    }
    out
}

/// Gross less all ceded, treaty by treaty.
pub(super) struct LessAll<'a> {
    pub gross: &'a [f64],
    pub treaties: &'a [TreatyAnnuals],
    pub net: &'a mut [f64],
}

impl Kernel for LessAll<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { gross, treaties, net } = self;
        if let Some((first, others)) = treaties.split_first() {
            net.copy_from_slice(&first.ceded);
            for treaty in others {
                for (all, ceded) in net.iter_mut().zip(&treaty.ceded) {
                    *all += ceded;
                }
            }
        } else {
            net.fill(0.0);
        }
        for (net, gross) in net.iter_mut().zip(gross) {
            *net = gross - *net;
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
        for value in &mut *column {
            *value = step.annual.plain(*value);
        }
        reinstatement.of_years(column);
        for value in column {
            *value *= step.participation;
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

/// The larger of two numbers, none of them NaN: `f64::max` would look for it.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
