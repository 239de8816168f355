//! A programme run over a source, block by block, on all threads.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::apply::{Annuals, Scratch};
use super::plan::Plan;
use super::proportional::Cession;
use crate::error::{Faults, Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::losses::{Groups, LossBlock, Source};

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
}

#[derive(Default)]
struct Memory<S> {
    source: S,
    block: LossBlock,
    part: LossBlock,
    scratch: Scratch,
    annuals: Annuals,
}

/// Rows applied at a time: working memory stays in the cache, whatever a block holds.
pub(super) const PART_ROWS: usize = 1 << 16;

/// Applies a plan to every year of a source.
///
/// A cancelled control keeps the years done so far, a prefix. The result depends on the plan and
/// the source alone, not on threads.
///
/// # Errors
/// Those of the source and of [`Plan::apply`]; a group that the source does not have.
pub fn run<S: Source>(plan: &Plan, source: &S, control: &Control) -> Result<Outcome> {
    let bound = plan.bind(source)?;
    let plan = bound.as_ref();
    let mut outcome = Outcome::blank(plan, source.years() as usize);
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
    let block = |memory: &mut Memory<S::Scratch>, number: u64| -> Result<Vec<(u64, u64)>> {
        let Memory { source: scratch, block, part, scratch: applied, annuals } = memory;
        source.fill(number, control, scratch, block)?;
        let mut counts = vec![(0, 0); plan.names().len()];
        let mut apply = |rows: &LossBlock, first: usize| -> Result<()> {
            plan.apply(rows, applied, annuals)?;
            if let Some(place) = places.get(number as usize) {
                let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
                for (place, column) in place.iter_mut().zip(annuals.columns()) {
                    place[first..first + column.len()].copy_from_slice(column);
                }
            }
            for ((attached, exhausted), treaty) in counts.iter_mut().zip(&annuals.treaties) {
                *attached += treaty.attached;
                *exhausted += treaty.exhausted;
            }
            Ok(())
        };
        if block.rows() <= 2 * PART_ROWS {
            apply(block, 0)?;
        } else {
            let years = block.years();
            let step = (years * PART_ROWS / block.rows()).max(1);
            for first in (0..years).step_by(step) {
                control.check()?;
                block.copy_years(first..(first + step).min(years), part);
                apply(part, first)?;
            }
        }
        Ok(counts)
    };
    // Where terms of years go across blocks, one thread does those blocks in order.
    let together = plan.in_order(source);
    let work = |memory: &mut Memory<S::Scratch>, number: u64| {
        let mut counts = vec![(0, 0); plan.names().len()];
        for number in together[number as usize].clone() {
            for ((attached, exhausted), more) in counts.iter_mut().zip(block(memory, number)?) {
                *attached += more.0;
                *exhausted += more.1;
            }
        }
        Ok(counts)
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
    for counts in done.done {
        for (treaty, (attached, exhausted)) in outcome.treaties.iter_mut().zip(counts) {
            treaty.attached += attached;
            treaty.exhausted += exhausted;
        }
    }
    Ok(outcome)
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

    /// Whether a treaty needs the sums insured of the risks.
    pub fn needs_sums_insured(&self) -> bool {
        self.steps.iter().any(|step| step.cession.is_some())
    }

    /// The plan for a source whose risks are known: ceded shares by sum insured are resolved.
    ///
    /// # Errors
    /// Sums insured that are missing or not positive; classes of a table of lines that no risk has.
    pub fn for_risks(&self, sums_insured: &[f64], groups: &[Groups]) -> Result<Self> {
        let mut bound = self.clone();
        let mut faults = Faults::new();
        for step in &mut bound.steps {
            let Some(cession) = &step.cession else { continue };
            let place = format!("programme.{}", self.names[step.treaty]);
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
            step.shares = cession.shares(sums_insured, groups).into();
        }
        faults.finish()?;
        Ok(bound)
    }

    /// The plan with what it needs to know of the source's risks.
    pub(super) fn bind<S: Source>(&self, source: &S) -> Result<Cow<'_, Self>> {
        if self.needs_sums_insured() {
            return Ok(Cow::Owned(self.for_risks(source.sums_insured(), source.groups())?));
        }
        Ok(Cow::Borrowed(self))
    }
}

impl Outcome {
    /// Columns of zeros, which cost no memory before they are written to.
    fn blank(plan: &Plan, years: usize) -> Self {
        let column = || vec![0.0; years];
        let events = || if plan.options().largest_events { column() } else { Vec::new() };
        let treaty = |name: &String| TreatyColumns {
            name: name.clone(),
            ceded: column(),
            reinstatement_premium: column(),
            ..TreatyColumns::default()
        };
        Self {
            gross: column(),
            net: column(),
            treaties: plan.names().iter().map(treaty).collect(),
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
