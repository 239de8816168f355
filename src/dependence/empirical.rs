//! The copula of observed data: resampled rows of ranks, smoothed within their cells.

use serde::{Deserialize, Serialize};

use super::ranks::{Ties, order, spearman};
use super::reorder::check_columns;
use super::sample::entity;
use super::{Draws, Family, Scratch};
use crate::error::{Error, Faults, Issue, Result};
use crate::exec::Control;
use crate::numeric::beta_pq;

/// What becomes of a resampled rank r of n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smoothing {
    /// Uniform between (r − 1)/n and r/n: the checkerboard copula.
    Checkerboard,
    /// Beta(r, n + 1 − r): the empirical beta copula, which is the Bernstein copula of degree n (Segers, Sibuya
    /// and Tsukahara 2017, Journal of Multivariate Analysis 155).
    Beta,
}

/// A copula from data: a row of observed ranks at random, smoothed. Margins are uniform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmpiricalCopula {
    /// Ranks from 1 of each component, one list a component.
    pub ranks: Vec<Vec<u32>>,
    pub smoothing: Smoothing,
}

const OBJECT: &str = "EmpiricalCopula";

impl EmpiricalCopula {
    /// Ranks the columns of `data`, ties in an order that is random but always the same.
    ///
    /// # Errors
    /// Numbers that are not finite, fewer than two columns or rows.
    pub fn from_data(data: &[&[f64]], smoothing: Smoothing) -> Result<Self> {
        check_columns(data, OBJECT, "data")?;
        let entity = entity(".ties");
        let mut ranks = Vec::with_capacity(data.len());
        for (at, column) in data.iter().enumerate() {
            let order = order(column, Ties { seed: 0, entity, column: at as u64 })?;
            let mut own = vec![0; column.len()];
            for (rank, row) in (1..).zip(order) {
                own[row as usize] = rank;
            }
            ranks.push(own);
        }
        Self { ranks, smoothing }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(self.ranks.len() >= 2, || {
            Issue::new("wrong_shape", OBJECT, "data")
                .value(format!("{} columns", self.ranks.len()))
                .allowed("two columns at least")
        });
        let rows = self.rows();
        faults.check(rows >= 2, || {
            Issue::new("too_few", OBJECT, "data").value(rows).allowed("two rows at least")
        });
        for (at, column) in self.ranks.iter().enumerate() {
            let mut seen = vec![false; rows];
            for rank in column {
                if let Some(seen) = seen.get_mut((*rank as usize).wrapping_sub(1)) {
                    *seen = true;
                }
            }
            faults.check(column.len() == rows && seen.into_iter().all(|seen| seen), || {
                Issue::new("wrong_ranks", OBJECT, format!("ranks[{at}]"))
                    .allowed(format!("each of 1 to {rows} once"))
            });
        }
        faults.finish().map(|()| self)
    }

    /// Number of observations.
    pub fn rows(&self) -> usize {
        self.ranks.first().map_or(0, Vec::len)
    }

    fn columns(&self, i: usize, j: usize) -> [Vec<f64>; 2] {
        [i, j].map(|at| self.ranks[at].iter().map(|rank| f64::from(*rank)).collect())
    }
}

impl Family for EmpiricalCopula {
    fn dim(&self) -> usize {
        self.ranks.len()
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], scratch: &mut Scratch) -> Result<()> {
        let length = columns.first().map_or(0, |column| column.len());
        let n = self.rows() as f64;
        let chosen = &mut scratch.columns(1, length)[0];
        draws.uniform(columns.len(), chosen);
        for (at, (column, ranks)) in columns.iter_mut().zip(&self.ranks).enumerate() {
            draws.uniform(at, column);
            for (row, (u, chosen)) in column.iter_mut().zip(chosen.iter()).enumerate() {
                let rank = f64::from(ranks[((chosen * n) as usize).min(ranks.len() - 1)]);
                *u = match self.smoothing {
                    Smoothing::Checkerboard => (rank - 1.0 + *u) / n,
                    Smoothing::Beta => draws.row(row, at as u64).beta(rank, n + 1.0 - rank),
                };
            }
        }
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        let n = self.rows();
        // P(component ≤ u) for each rank of each component.
        let below: Vec<Vec<f64>> = u
            .iter()
            .map(|u| {
                let of_rank = |rank: usize| match self.smoothing {
                    Smoothing::Checkerboard => (n as f64 * u - (rank - 1) as f64).clamp(0.0, 1.0),
                    Smoothing::Beta => beta_pq(rank as f64, (n + 1 - rank) as f64, *u, 1.0 - u).0,
                };
                (1..=n).map(of_rank).collect()
            })
            .collect();
        let rows = (0..n).map(|row| {
            let parts = below.iter().zip(&self.ranks);
            parts.map(|(below, ranks)| below[ranks[row] as usize - 1]).product::<f64>()
        });
        Ok(rows.sum::<f64>() / n as f64)
    }

    fn kendall_tau(&self, i: usize, j: usize) -> Result<f64> {
        if self.smoothing == Smoothing::Beta {
            let reason = "Kendall's tau of a beta smoothed copula has no short form: sample";
            return Err(Error::numeric(OBJECT, reason));
        }
        // Pairs drawn from the same row are neither concordant nor discordant.
        let [a, b] = self.columns(i, j);
        let n = self.rows() as f64;
        let tau = super::kendall_tau(&[&a, &b], &Control::default())?[1];
        Ok(tau * (n - 1.0) / n)
    }

    fn spearman_rho(&self, i: usize, j: usize) -> Result<f64> {
        let [a, b] = self.columns(i, j);
        let n = self.rows() as f64;
        let rho = spearman(&[&a, &b], &Control::default())?[1];
        // 12 Cov of the rows' means: (r − ½)/n, or r/(n + 1).
        let variance = rho * (n * n - 1.0);
        Ok(match self.smoothing {
            Smoothing::Checkerboard => variance / (n * n),
            Smoothing::Beta => variance / ((n + 1.0) * (n + 1.0)),
        })
    }

    fn tail_dependence(&self, _: usize, _: usize) -> Result<(f64, f64)> {
        // Bounded densities have none.
        Ok((0.0, 0.0))
    }
}
