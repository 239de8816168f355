//! Rank correlation by rearrangement: Iman and Conover (1982), "A distribution-free approach to inducing
//! rank correlation among input variables", Communications in Statistics B 11(3).

use super::correlation::cholesky;
use super::ranks::{Ties, order, pearson};
use super::reorder::{check_columns, place};
use super::sample::entity;
use super::{Correlation, Draws};
use crate::error::{Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::numeric::normal_isf;

/// What is to have the target correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Spearman's rank correlation: scores are given 2 sin(πρ/6), as normal variables have.
    Rank,
    /// The normal scores themselves, as in the paper: Pearson's correlation of normal margins.
    Score,
}

/// What came out, and the correlation that scores were given.
pub struct Rearranged {
    pub columns: Vec<Vec<f64>>,
    /// Frobenius distance of the correlation of scores to the nearest positive semidefinite one.
    pub distance: f64,
}

/// Rearranges each margin so that normal scores, permuted at random and given the target's correlation
/// exactly, lead the ranks.
///
/// # Errors
/// Faults of the samples, of the target, or fewer rows than the scores need to be independent; when
/// cancelled.
pub fn iman_conover(
    margins: &[&[f64]],
    target: &Correlation,
    kind: Target,
    seed: u64,
    control: &Control,
) -> Result<Rearranged> {
    check_columns(margins, "iman_conover", "samples")?;
    let (rows, size) = (margins[0].len(), margins.len());
    if target.size() != size {
        return Err(Issue::new("wrong_shape", "iman_conover", "correlation")
            .value(format!("{0} × {0}", target.size()))
            .allowed(format!("{size} × {size}, as the samples have columns"))
            .into_error());
    }
    let (of_scores, distance) = match kind {
        Target::Score => (target.clone(), 0.0),
        Target::Rank => {
            let convert = |rho: f64| 2.0 * libm::sin(std::f64::consts::PI * rho / 6.0);
            let mut wanted = target.rows();
            for (i, row) in wanted.iter_mut().enumerate() {
                for (j, rho) in row.iter_mut().enumerate() {
                    *rho = if i == j { 1.0 } else { convert(*rho) };
                }
            }
            Correlation::repaired(&wanted, "iman_conover")?
        }
    };
    let entity = entity("iman_conover");
    let step = 1.0 / (rows as f64 + 1.0);
    let scores = run_blocks(0..size as u64, control, |(): &mut (), at| {
        let mut keys = vec![0.0; rows];
        Draws { seed, entity, block: 0 }.row(0, at).fill(&mut keys);
        let places = order(&keys, Ties { seed, entity, column: at })?;
        let mut column = vec![0.0; rows];
        for (k, row) in places.iter().enumerate() {
            // Lower half by symmetry, so that scores are antisymmetric to the last bit.
            let upper = rows - 1 - k;
            column[*row as usize] = if k < upper {
                -normal_isf((k + 1) as f64 * step)
            } else {
                normal_isf((upper + 1) as f64 * step)
            };
        }
        Ok(column)
    })?
    .complete()?;
    let views: Vec<&[f64]> = scores.iter().map(Vec::as_slice).collect();
    let found = pearson(&views, control)?;
    let Some(own) = cholesky(&found, size) else {
        return Err(Issue::new("too_few", "iman_conover", "rows")
            .value(rows)
            .allowed(format!("enough for {size} columns of scores to be independent"))
            .into_error());
    };
    let map = left_quotient(of_scores.lower(), &own, size);
    let columns = run_blocks(0..size as u64, control, |(): &mut (), at| {
        let at = at as usize;
        let mut mixed = vec![0.0; rows];
        for (weight, score) in map[at * size..=at * size + at].iter().zip(&views) {
            for (sum, x) in mixed.iter_mut().zip(*score) {
                *sum += weight * x;
            }
        }
        control.check()?;
        let places = order(&mixed, Ties { seed, entity, column: (size + at) as u64 })?;
        Ok(place(margins[at], &places))
    })?
    .complete()?;
    Ok(Rearranged { columns, distance })
}

/// P Q⁻¹ of lower triangular matrices.
fn left_quotient(p: &[f64], q: &[f64], size: usize) -> Vec<f64> {
    let mut m = vec![0.0; size * size];
    for i in 0..size {
        for j in (0..=i).rev() {
            let known: f64 = (j + 1..=i).map(|k| m[i * size + k] * q[k * size + j]).sum();
            m[i * size + j] = (p[i * size + j] - known) / q[j * size + j];
        }
    }
    m
}
