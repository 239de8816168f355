//! Losses that were drawn elsewhere and are kept.

use super::{Groups, LossBlock, Parts, Source};
use crate::error::{Error, Result};
use crate::exec::Control;

/// The blocks of a source, kept, with the names that belong to them.
#[derive(Debug, Clone, Default)]
pub struct StoredLosses {
    years: u64,
    blocks: Vec<LossBlock>,
    groups: Vec<Groups>,
    causes: Vec<String>,
    risk_ids: Vec<String>,
    sums_insured: Vec<f64>,
    renewals: Vec<f64>,
}

impl StoredLosses {
    /// # Errors
    /// Blocks that are missing, or whose years or rows are not those of the source.
    pub fn new<S: Source>(source: &S, mut blocks: Vec<LossBlock>) -> Result<Self> {
        let wrong = |number: usize| {
            Error::numeric(format!("block {number}"), "is missing, or is not of this simulation")
        };
        if blocks.len() as u64 != source.blocks() {
            return Err(wrong(blocks.len()));
        }
        for (number, block) in blocks.iter_mut().enumerate() {
            block.first_year = source.span(number as u64).start;
            let rows = block.rows();
            let lengths =
                [block.event.len(), block.time.len(), block.risk.len(), block.cause.len()];
            let whole = block.years() == source.block_years(number as u64)
                && block.offsets.is_sorted()
                && block.offsets.first() == Some(&0)
                && block.offsets.last().is_some_and(|last| *last as usize == rows)
                && lengths.iter().all(|length| *length == rows || *length == 0)
                && block.risk.iter().all(|risk| (*risk as usize) < source.risk_ids().len());
            if !whole {
                return Err(wrong(number));
            }
        }
        Ok(Self {
            years: source.years(),
            blocks,
            groups: source.groups().to_vec(),
            causes: source.causes().to_vec(),
            risk_ids: source.risk_ids().to_vec(),
            sums_insured: source.sums_insured().to_vec(),
            renewals: source.renewals().to_vec(),
        })
    }

    fn kept(&self, block: u64) -> Result<&LossBlock> {
        let kept = self.blocks.get(block as usize);
        kept.ok_or_else(|| Error::numeric(format!("block {block}"), "is missing"))
    }
}

impl Source for StoredLosses {
    type Scratch = ();

    fn years(&self) -> u64 {
        self.years
    }

    fn fill(&self, block: u64, _: &Control, (): &mut (), out: &mut LossBlock) -> Result<()> {
        let kept = self.kept(block)?;
        kept.copy_years(0..kept.years(), out);
        Ok(())
    }

    fn parts(
        &self,
        block: u64,
        rows: usize,
        control: &Control,
        work: &mut Parts<()>,
        each: &mut dyn FnMut(&LossBlock) -> Result<()>,
    ) -> Result<()> {
        self.kept(block)?.in_parts(rows, control, &mut work.part, each)
    }

    fn groups(&self) -> &[Groups] {
        &self.groups
    }

    fn causes(&self) -> &[String] {
        &self.causes
    }

    fn sums_insured(&self) -> &[f64] {
        &self.sums_insured
    }

    fn renewals(&self) -> &[f64] {
        &self.renewals
    }

    fn risk_ids(&self) -> &[String] {
        &self.risk_ids
    }
}
