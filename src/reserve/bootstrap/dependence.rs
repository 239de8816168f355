//! Dependence between segments that were simulated apart.
//!
//! Each segment's outcomes are put into another order, so that the ranks of its totals are those of
//! one margin of a normal copula (Iman and Conover 1982, Communications in Statistics B11(3)):
//! every segment keeps its distribution to the last outcome, and its cells stay together.

use super::residual::cholesky;
use crate::error::{Issue, Result};
use crate::random::{LANES, Lanes, Purpose};

/// Orders of the outcomes by segment: `order[segment][k]` is the outcome that takes place k.
///
/// `rank_correlation` is that of Spearman, segment × segment; the normal correlation is
/// 2 sin(π r / 6) (Pearson 1907).
pub(super) fn orders(
    totals: &[&[f64]],
    rank_correlation: &[f64],
    seed: u64,
) -> Result<Vec<Vec<u32>>> {
    let segments = totals.len();
    let outcomes = totals.first().map_or(0, |values| values.len());
    let to_normal = |r: &f64| 2.0 * libm::sin(std::f64::consts::PI / 6.0 * r);
    let mut root: Vec<f64> = rank_correlation.iter().map(to_normal).collect();
    for at in 0..segments {
        root[at * segments + at] = 1.0;
    }
    if !cholesky(&mut root, segments) {
        return Err(Issue::new("not_positive_definite", "ODPBootstrap", "correlation")
            .allowed("a positive definite matrix of rank correlations")
            .hint("correlations between three or more segments cannot be chosen freely")
            .into_error());
    }
    let blocks = outcomes.div_ceil(LANES);
    let mut normal = vec![0.0; segments * blocks * LANES];
    for block in 0..blocks {
        let draws = Lanes {
            seed,
            purpose: Purpose::Dependence,
            entity: 0,
            block: block as u64,
            columns: segments,
        };
        let mut own = vec![0.0; segments * LANES];
        draws.normal(0, &mut own);
        for segment in 0..segments {
            let to = &mut normal[(segment * blocks + block) * LANES..][..LANES];
            for other in 0..=segment {
                let weight = root[segment * segments + other];
                for lane in 0..LANES {
                    to[lane] += weight * own[other * LANES + lane];
                }
            }
        }
    }
    let sorted = |values: &[f64]| {
        let mut order: Vec<u32> = (0..outcomes as u32).collect();
        order.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
        order
    };
    Ok(totals
        .iter()
        .enumerate()
        .map(|(segment, totals)| {
            let score = &normal[segment * blocks * LANES..][..outcomes];
            let mut order = vec![0; outcomes];
            for (place, outcome) in sorted(score).into_iter().zip(sorted(totals)) {
                order[place as usize] = outcome;
            }
            order
        })
        .collect())
}
