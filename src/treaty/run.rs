//! A programme run over a source, block by block, on all threads.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::apply::{Annuals, GroupAnnuals, Scratch};
use super::plan::Plan;
use crate::error::{Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::losses::{BLOCK_YEARS, Groups, LossBlock, Source};

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
    pub groups: Option<GroupColumns>,
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

/// Annual columns by group of the risks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupColumns {
    /// What the groups are: `sector`, `coverage`.
    pub label: String,
    pub names: Vec<String>,
    pub columns: Vec<GroupAnnuals>,
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
const PART_ROWS: usize = 1 << 16;

/// Applies a plan to every year of a source.
///
/// A cancelled control keeps the years done so far, a prefix. The result depends on the plan and
/// the source alone, not on threads.
///
/// # Errors
/// Those of the source and of [`Plan::apply`]; a group that the source does not have.
pub fn run<S: Source>(plan: &Plan, source: &S, control: &Control) -> Result<Outcome> {
    let groups = match plan.options().groups {
        None => None,
        Some(index) => Some(source.groups().get(index).ok_or_else(|| {
            Issue::new("missing_groups", "losses", "groups")
                .value(index)
                .allowed("one of the source's partitions")
                .into_error()
        })?),
    };
    let mut outcome = Outcome::blank(plan, source.years() as usize, groups);
    // Each block's part of every column: a thread writes to its place, in memory that is touched
    // for the first time there.
    let mut places: Vec<Mutex<Vec<&mut [f64]>>> = Vec::new();
    places.resize_with(source.blocks() as usize, Mutex::default);
    for column in outcome.columns() {
        for (place, part) in places.iter_mut().zip(column.chunks_mut(BLOCK_YEARS)) {
            place.get_mut().unwrap_or_else(PoisonError::into_inner).push(part);
        }
    }
    let work = |memory: &mut Memory<S::Scratch>, number: u64| {
        let Memory { source: scratch, block, part, scratch: applied, annuals } = memory;
        source.fill(number, control, scratch, block)?;
        let mut counts = vec![(0, 0); plan.names().len()];
        let mut apply = |rows: &LossBlock, first: usize| -> Result<()> {
            plan.apply(rows, groups, applied, annuals)?;
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
    let done = run_blocks(0..source.blocks(), control, work)?;
    drop(places);
    let years = source.years().min(done.done.len() as u64 * BLOCK_YEARS as u64);
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

impl Outcome {
    /// Columns of zeros, which cost no memory before they are written to.
    fn blank(plan: &Plan, years: usize, groups: Option<&Groups>) -> Self {
        let column = || vec![0.0; years];
        let events = || if plan.options().largest_events { column() } else { Vec::new() };
        let treaty = |name: &String| TreatyColumns {
            name: name.clone(),
            ceded: column(),
            reinstatement_premium: column(),
            ..TreatyColumns::default()
        };
        let group = || GroupAnnuals { gross: column(), ceded: column(), net: column() };
        Self {
            gross: column(),
            net: column(),
            treaties: plan.names().iter().map(treaty).collect(),
            largest_gross: events(),
            largest_net: events(),
            groups: groups.map(|groups| GroupColumns {
                label: groups.label.clone(),
                names: groups.names.clone(),
                columns: groups.names.iter().map(|_| group()).collect(),
            }),
            ..Self::default()
        }
    }

    /// The columns that are wanted, in the order of [`Annuals::columns`].
    fn columns(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let first =
            [&mut self.gross, &mut self.net, &mut self.largest_gross, &mut self.largest_net];
        let treaties = self.treaties.iter_mut();
        let groups = self.groups.iter_mut().flat_map(|groups| &mut groups.columns);
        first
            .into_iter()
            .chain(treaties.flat_map(|t| [&mut t.ceded, &mut t.reinstatement_premium]))
            .chain(groups.flat_map(|g| [&mut g.gross, &mut g.ceded, &mut g.net]))
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
