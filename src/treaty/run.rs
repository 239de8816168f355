//! A programme run over a source, block by block, on all threads.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::apply::{Annuals, GroupAnnuals, Scratch, TreatyAnnuals};
use super::plan::Plan;
use crate::error::{Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::losses::{LossBlock, Source};

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
    let work = |memory: &mut Memory<S::Scratch>, number: u64| {
        let Memory { source: scratch, block, part, scratch: applied } = memory;
        source.fill(number, scratch, block)?;
        let years = block.years();
        if block.rows() <= 2 * PART_ROWS {
            let mut annuals = Annuals::default();
            plan.apply(block, groups, applied, &mut annuals)?;
            return Ok(vec![annuals]);
        }
        let step = (years * PART_ROWS / block.rows()).max(1);
        (0..years)
            .step_by(step)
            .map(|first| {
                let mut annuals = Annuals::default();
                block.copy_years(first..(first + step).min(years), part);
                plan.apply(part, groups, applied, &mut annuals)?;
                Ok(annuals)
            })
            .collect()
    };
    let done = run_blocks(0..source.blocks(), control, work)?;
    let mut outcome = Outcome::empty(plan, source.years());
    outcome.interrupted = done.cancelled;
    if let Some(groups) = groups {
        outcome.groups = Some(GroupColumns {
            label: groups.label.clone(),
            names: groups.names.clone(),
            columns: vec![GroupAnnuals::default(); groups.names.len()],
        });
    }
    for annuals in done.done.into_iter().flatten() {
        outcome.append(annuals);
    }
    Ok(outcome)
}

impl Outcome {
    fn empty(plan: &Plan, years: u64) -> Self {
        let room = || Vec::with_capacity(years as usize);
        let treaty = |name: &String| TreatyColumns {
            name: name.clone(),
            ceded: room(),
            reinstatement_premium: room(),
            ..TreatyColumns::default()
        };
        let (gross, net) = (room(), room());
        Self { gross, net, treaties: plan.names().iter().map(treaty).collect(), ..Self::default() }
    }

    fn append(&mut self, block: Annuals) {
        self.years += block.gross.len() as u64;
        self.gross.extend(block.gross);
        self.net.extend(block.net);
        self.largest_gross.extend(block.largest_gross);
        self.largest_net.extend(block.largest_net);
        for (columns, treaty) in self.treaties.iter_mut().zip(block.treaties) {
            let TreatyAnnuals { ceded, reinstatement_premium, attached, exhausted } = treaty;
            columns.ceded.extend(ceded);
            columns.reinstatement_premium.extend(reinstatement_premium);
            columns.attached += attached;
            columns.exhausted += exhausted;
        }
        let columns = self.groups.iter_mut().flat_map(|groups| &mut groups.columns);
        for (columns, group) in columns.zip(block.groups) {
            columns.gross.extend(group.gross);
            columns.ceded.extend(group.ceded);
            columns.net.extend(group.net);
        }
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
