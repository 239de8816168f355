//! Samples of a copula, in blocks, from keyed streams.

use std::sync::{Mutex, PoisonError};

use super::Copula;
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::numeric::dispatch::{self, Kernel};
use crate::random::{Purpose, Stream, entity_id};

/// Rows of one block. Part of the layout of draws: column c of block b is at c · 512 of its stream.
pub const ROWS: usize = 512;

/// Where the draws of a block are.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    pub seed: u64,
    pub entity: u64,
    pub block: u64,
}

impl Draws {
    /// Uniforms of a column, as many as fit; columns are independent.
    pub fn uniform(&self, column: usize, out: &mut [f64]) {
        self.stream(column).fill(out);
    }

    /// The stream of a column at its first row.
    pub fn stream(&self, column: usize) -> Stream {
        Stream::new(self.seed, Purpose::Dependence, self.entity, self.block)
            .at((column * ROWS) as u64)
    }

    /// An endless stream for one row, for what takes as many draws as it needs; `node` tells apart
    /// several of them.
    pub fn row(&self, row: usize, node: u64) -> Stream {
        let row = self.block.wrapping_mul(ROWS as u64).wrapping_add(row as u64);
        Stream::new(self.seed, Purpose::Auxiliary, self.entity.wrapping_add(1 + node), row)
    }
}

/// Columns of working memory, kept by a thread.
#[derive(Debug, Default)]
pub struct Scratch(pub Vec<Vec<f64>>);

impl Scratch {
    /// `count` columns of `rows` numbers, whatever is in them.
    pub fn columns(&mut self, count: usize, rows: usize) -> &mut [Vec<f64>] {
        if self.0.len() < count {
            self.0.resize_with(count, Vec::new);
        }
        for column in &mut self.0[..count] {
            column.resize(rows, 0.0);
        }
        &mut self.0[..count]
    }
}

/// The streams of a sample, or of one that has a name among several under one seed.
pub fn entity(name: &str) -> u64 {
    entity_id(&format!("copula{name}"))
}

/// Fills `out`, `rows` numbers for each component one component after the other, with a sample.
///
/// # Errors
/// When cancelled.
pub fn sample(
    copula: &Copula,
    rows: usize,
    seed: u64,
    entity: u64,
    control: &Control,
    out: &mut [f64],
) -> Result<()> {
    if rows == 0 {
        return Ok(());
    }
    let count = rows.div_ceil(ROWS);
    let mut blocks: Vec<Vec<&mut [f64]>> =
        (0..count).map(|_| Vec::with_capacity(copula.dim())).collect();
    for column in out.chunks_mut(rows) {
        for (block, piece) in blocks.iter_mut().zip(column.chunks_mut(ROWS)) {
            block.push(piece);
        }
    }
    let blocks: Vec<_> = blocks.into_iter().map(Mutex::new).collect();
    run_blocks(0..count as u64, control, |scratch: &mut Scratch, block| {
        let mut columns = blocks[block as usize].lock().unwrap_or_else(PoisonError::into_inner);
        copula.inner().fill(&Draws { seed, entity, block }, &mut columns, scratch)?;
        for column in columns.iter_mut() {
            dispatch::run(Open(column));
        }
        Ok(())
    })?
    .complete()?;
    Ok(())
}

/// Keeps probabilities inside (0, 1), where rounding has left it.
struct Open<'a>(&'a mut [f64]);

impl Kernel for Open<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        const MOST: f64 = 1.0 - f64::EPSILON / 2.0;
        for u in self.0 {
            let low = if *u < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { *u };
            *u = if low > MOST { MOST } else { low };
        }
    }
}
