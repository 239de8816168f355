//! A programme run over a source, block by block, on all threads.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::apply::{Annuals, Scratch};
use super::attaching::Attaches;
use super::plan::{Plan, Resolved};
use super::proportional::Cession;
use super::shares::{By, Gathering, Share, known, merge};
use super::tower;
use super::unbounded::Part;
use crate::error::{Faults, Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::losses::{Groups, LossBlock, Parts, Source, TailWeight, room};

/// Annual columns of a run: memory is O(block) a thread and these.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Years done: fewer than asked for when the run was interrupted.
    pub years: u64,
    pub interrupted: bool,
    pub gross: Vec<f64>,
    /// Gross less all ceded; `ceded + net = gross` to the last bit.
    pub net: Vec<f64>,
    /// By treaty, as in the programme.
    pub treaties: Vec<TreatyColumns>,
    /// Largest event of each year, gross; empty unless asked for.
    pub largest_gross: Vec<f64>,
    /// The same net of the covers per risk and per event.
    pub largest_net: Vec<f64>,
    /// How heavy one loss is.
    pub tail_weight: TailWeight,
    /// Parts that all treaties, and the net, have of a loss beyond every bound.
    pub ceded_part: Part,
    pub net_part: Part,
}

/// Annual columns of one treaty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TreatyColumns {
    pub name: String,
    /// What its reinsurers pay, by year.
    pub ceded: Vec<f64>,
    /// What they are paid to reinstate, by year; per unit of premium where the treaty's is not known.
    pub reinstatement_premium: Vec<f64>,
    /// Years with a recovery.
    pub attached: u64,
    /// Years in which the annual capacity was used up; never, when there is no annual capacity.
    pub exhausted: u64,
    /// Part of a loss beyond every bound.
    pub part: Part,
}

#[derive(Default)]
struct Memory<S> {
    parts: Parts<S>,
    scratch: Scratch,
    annuals: Annuals,
    gathering: Gathering,
}

/// Rows applied at a time: the columns in hand stay in the cache, whatever a block holds.
pub(super) const PART_ROWS: usize = 1 << 11;
/// The same where one pass needs one column.
const TOWER_ROWS: usize = 1 << 15;

/// Applies a plan to every year of a source.
///
/// A cancelled control keeps the years done so far, a prefix. The result depends on the plan and
/// the source alone, not on threads.
///
/// # Errors
/// Those of the source and of [`Plan::apply`]; a group that the source does not have.
pub fn run<S: Source>(plan: &Plan, source: &S, control: &Control) -> Result<Outcome> {
    Ok(run_and_gather(plan, source, &[], control)?.0)
}

/// The same, and what groups of the risks bear in the mean, in the same pass.
///
/// # Errors
/// Those of [`run`] and of [`super::shares`].
pub fn run_and_gather<S: Source>(
    plan: &Plan,
    source: &S,
    by: &[By],
    control: &Control,
) -> Result<(Outcome, Vec<Vec<Share>>)> {
    let mut bound = plan.bind(source)?;
    if !by.is_empty() {
        let mut plan = bound.by_row();
        plan.options.largest_events = bound.options.largest_events;
        bound = Cow::Owned(plan);
    }
    let plan = bound.as_ref();
    let rows = if plan.tower { TOWER_ROWS } else { PART_ROWS };
    let events = if plan.options.largest_events { 2 } else { 0 };
    let columns = 2 + events + 2 * plan.names.len() as u64;
    room("apply", source.years().saturating_mul(columns))?;
    let mut outcome = Outcome::blank(plan, source.years() as usize);
    outcome.tail_weight = source.tail_weight();
    // Each block's part of every column: a thread writes to its place, in memory that is touched
    // for the first time there.
    let mut places: Vec<Mutex<Vec<&mut [f64]>>> = Vec::new();
    places.resize_with(source.blocks() as usize, Mutex::default);
    for column in outcome.columns() {
        let mut rest = column.as_mut_slice();
        for (number, place) in places.iter_mut().enumerate() {
            let years = source.block_years(number as u64).min(rest.len());
            let (part, after) = std::mem::take(&mut rest).split_at_mut(years);
            place.get_mut().unwrap_or_else(PoisonError::into_inner).push(part);
            rest = after;
        }
    }
    let block = |memory: &mut Memory<S::Scratch>, number: u64, done: &mut Done| -> Result<()> {
        let Memory { parts, scratch: applied, annuals, gathering } = memory;
        let start = source.span(number).start;
        let mut keep = |first_year: u64, annuals: &Annuals| {
            let first = (first_year - start) as usize;
            if let Some(place) = places.get(number as usize) {
                let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
                for (place, column) in place.iter_mut().zip(annuals.columns()) {
                    place[first..first + column.len()].copy_from_slice(column);
                }
            }
            for ((attached, exhausted), treaty) in done.counts.iter_mut().zip(&annuals.treaties) {
                *attached += treaty.attached;
                *exhausted += treaty.exhausted;
            }
        };
        if plan.tower
            && let Some(losses) = source.held(number, &mut parts.part.offsets)
        {
            control.check()?;
            tower::apply(plan, losses, annuals)?;
            keep(losses.first_year, annuals);
            return Ok(());
        }
        let mut apply = |rows: &LossBlock| -> Result<()> {
            plan.apply(rows, applied, annuals)?;
            keep(rows.first_year, annuals);
            for (by, sums) in by.iter().zip(&mut done.groups) {
                for year in 0..rows.years() {
                    gathering.year((rows, year), &applied.by_row, source, *by, &[1.0], sums)?;
                }
            }
            Ok(())
        };
        source.parts(number, rows, control, parts, &mut apply)
    };
    // Where terms of years go across blocks, one thread does those blocks in order.
    let together = plan.in_order(source);
    let work = |memory: &mut Memory<S::Scratch>, number: u64| {
        let mut done = Done::new(plan, source, by);
        for number in together[number as usize].clone() {
            block(memory, number, &mut done)?;
        }
        Ok(done)
    };
    let done = run_blocks(0..together.len() as u64, control, work)?;
    drop(places);
    let years = match done.done.len() {
        0 => 0,
        some => source.span(together[some - 1].end - 1).end,
    };
    outcome.years = years;
    outcome.interrupted = done.cancelled;
    for column in outcome.columns() {
        column.truncate(years as usize);
    }
    let mut total = Done::new(plan, source, by);
    for done in done.done {
        for (treaty, (attached, exhausted)) in outcome.treaties.iter_mut().zip(done.counts) {
            treaty.attached += attached;
            treaty.exhausted += exhausted;
        }
        for (total, more) in total.groups.iter_mut().zip(&done.groups) {
            merge(total, more);
        }
    }
    Ok((outcome, total.groups.into_iter().flatten().collect()))
}

/// What a block leaves beside its columns.
struct Done {
    /// Years attached and exhausted, by treaty.
    counts: Vec<(u64, u64)>,
    /// By partition, with one set of weights.
    groups: Vec<Vec<Vec<Share>>>,
}

impl Done {
    fn new<S: Source>(plan: &Plan, source: &S, by: &[By]) -> Self {
        let blank = |by: &By| vec![vec![Share::default(); known(source, *by)]];
        let groups = by.iter().map(blank).collect();
        Self { counts: vec![(0, 0); plan.names().len()], groups }
    }
}

impl Plan {
    /// Blocks that one thread does in order: one by one, but where terms of years go across their
    /// borders.
    pub(super) fn in_order<S: Source>(&self, source: &S) -> Vec<Range<u64>> {
        let mut all = Vec::new();
        let mut first = 0;
        for block in 0..source.blocks() {
            if !self.carries() || self.year_of_run(source.span(block).end) == 0 {
                all.push(first..block + 1);
                first = block + 1;
            }
        }
        if first < source.blocks() {
            all.push(first..source.blocks());
        }
        all
    }

    /// Whether the ceded share of a treaty depends on the risk.
    pub fn needs_risks(&self) -> bool {
        self.steps.iter().any(|step| step.cession.is_some())
    }

    /// The plan for a source whose risks are known: ceded shares by risk are resolved.
    ///
    /// # Errors
    /// Sums insured that are missing or not positive; classes of a table of lines, and named risks,
    /// that do not occur.
    pub fn for_risks(
        &self,
        sums_insured: &[f64],
        groups: &[Groups],
        ids: &[String],
    ) -> Result<Self> {
        let mut bound = self.clone();
        let mut faults = Faults::new();
        for step in &mut bound.steps {
            let Some(cession) = &step.cession else { continue };
            let place = format!("programme.{}", self.names[step.treaty]);
            if let Cession::Risks(risks) = cession {
                faults.check(!ids.is_empty(), || {
                    Issue::new("missing_column", "losses", "risk_id")
                        .value("absent")
                        .allowed("the id of the risk in every row")
                        .hint(format!("{place} covers named risks"))
                });
                let known: HashSet<&str> = ids.iter().map(String::as_str).collect();
                for name in risks.keys().filter(|name| !known.contains(name.as_str())) {
                    let issue = Issue::new("unknown_name", &place, "for risks").value(name);
                    let nearest = crate::error::nearest(name, ids.iter().map(String::as_str));
                    let hint = nearest.map(|found| format!("did you mean '{found}'?"));
                    let issue = issue.allowed("the id of a risk of the losses");
                    faults.push(if let Some(hint) = hint { issue.hint(hint) } else { issue });
                }
                step.shares = cession.shares(sums_insured, groups, ids).into();
                continue;
            }
            faults.check(!sums_insured.is_empty(), || {
                Issue::new("missing_column", "losses", "sum_insured")
                    .value("absent")
                    .allowed("the sum insured of each risk")
                    .hint(format!("{place} cedes by sum insured"))
            });
            let bad = sums_insured.iter().position(|sum| !(sum.is_finite() && *sum > 0.0));
            if let Some(risk) = bad {
                faults.push(
                    Issue::new("out_of_range", format!("losses, risk {risk}"), "sum_insured")
                        .value(sums_insured[risk])
                        .allowed("a finite number > 0")
                        .hint(format!("{place} cedes by sum insured")),
                );
            }
            if let Cession::Surplus { retentions, .. } = cession {
                let known = || groups.iter().flat_map(|g| g.names.iter().map(String::as_str));
                for name in retentions.keys() {
                    if !known().any(|other| other == name) {
                        faults.push(Issue::unknown(&place, "retention for", name, known()));
                    }
                }
            }
            step.shares = cession.shares(sums_insured, groups, ids).into();
        }
        faults.finish()?;
        Ok(bound)
    }

    /// The plan with what it needs to know of the source's risks.
    pub(super) fn bind<S: Source>(&self, source: &S) -> Result<Cow<'_, Self>> {
        let mut plan = Cow::Borrowed(self);
        if self.needs_risks() {
            let (sums, groups) = (source.sums_insured(), source.groups());
            plan = Cow::Owned(self.for_risks(sums, groups, source.risk_ids())?);
        }
        let by_policy = |step: &Resolved| step.attaches == Attaches::RisksAttaching;
        if self.steps.iter().any(by_policy) && !source.renewals().is_empty() {
            plan.to_mut().with_renewals(source.renewals())?;
        }
        Ok(plan)
    }
}

impl Outcome {
    /// Columns of zeros, which cost no memory before they are written to.
    fn blank(plan: &Plan, years: usize) -> Self {
        let column = || vec![0.0; years];
        let events = || if plan.options().largest_events { column() } else { Vec::new() };
        let parts = plan.unbounded_parts();
        let treaty = |(name, part): (&String, Part)| TreatyColumns {
            name: name.clone(),
            ceded: column(),
            reinstatement_premium: column(),
            part,
            ..TreatyColumns::default()
        };
        Self {
            gross: column(),
            net: column(),
            treaties: plan.names().iter().zip(parts.treaties).map(treaty).collect(),
            ceded_part: parts.ceded,
            net_part: parts.net,
            largest_gross: events(),
            largest_net: events(),
            ..Self::default()
        }
    }

    /// The columns that are wanted, in the order of [`Annuals::columns`].
    fn columns(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let first =
            [&mut self.gross, &mut self.net, &mut self.largest_gross, &mut self.largest_net];
        let treaties = self.treaties.iter_mut();
        first
            .into_iter()
            .chain(treaties.flat_map(|t| [&mut t.ceded, &mut t.reinstatement_premium]))
            .filter(|column| !column.is_empty())
    }

    /// Part that `gross`, `ceded`, `net` or a treaty has of a loss beyond every bound.
    pub fn part(&self, of: &str) -> Part {
        let treaty = self.treaties.iter().find(|treaty| treaty.name == of);
        match (of, treaty) {
            ("ceded", _) => self.ceded_part,
            ("net", _) => self.net_part,
            (_, Some(treaty)) => treaty.part,
            _ => Part::WHOLE,
        }
    }

    /// Which moments of the annual amounts of `gross`, `ceded`, `net` or a treaty exist.
    pub fn weight(&self, of: &str) -> TailWeight {
        self.part(of).weight(self.tail_weight)
    }

    /// All ceded, by year.
    pub fn ceded(&self) -> Vec<f64> {
        (0..self.gross.len())
            .map(|year| self.treaties.iter().map(|treaty| treaty.ceded[year]).sum())
            .collect()
    }

    /// SHA-256 of the annual columns: gross, net, then each treaty's name, ceded and reinstatement
    /// premium; numbers as little-endian bits. Equal digests mean equal bits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut bytes = Vec::new();
        let mut column = |hash: &mut Sha256, values: &[f64]| {
            for part in values.chunks(4096) {
                bytes.clear();
                bytes.extend(part.iter().flat_map(|value| value.to_le_bytes()));
                hash.update(&bytes);
            }
        };
        hash.update(b"kebao annual columns 1");
        hash.update(self.years.to_le_bytes());
        column(&mut hash, &self.gross);
        column(&mut hash, &self.net);
        for treaty in &self.treaties {
            hash.update((treaty.name.len() as u64).to_le_bytes());
            hash.update(treaty.name.as_bytes());
            column(&mut hash, &treaty.ceded);
            column(&mut hash, &treaty.reinstatement_premium);
        }
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
