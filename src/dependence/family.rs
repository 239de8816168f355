//! What a copula family must tell.

use super::{Draws, Scratch};
use crate::error::Result;

/// A copula. Indices of components are in range and apart, probabilities in (0, 1]: [`Copula`](super::Copula)
/// sees to it.
pub trait Family {
    /// Number of components.
    fn dim(&self) -> usize;

    /// Fills a block of rows, `columns[j]` for component j; all are of one length.
    ///
    /// # Errors
    /// When cancelled.
    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], scratch: &mut Scratch) -> Result<()>;

    /// P(U ≤ u).
    ///
    /// # Errors
    /// Where there is no closed form.
    fn cdf(&self, u: &[f64]) -> Result<f64>;

    /// Kendall's τ of two components.
    ///
    /// # Errors
    /// Where it is not known.
    fn kendall_tau(&self, i: usize, j: usize) -> Result<f64>;

    /// Spearman's ρ of two components.
    ///
    /// # Errors
    /// Where it is not known.
    fn spearman_rho(&self, i: usize, j: usize) -> Result<f64>;

    /// (lower, upper) tail dependence of two components.
    ///
    /// # Errors
    /// Where it is not known.
    fn tail_dependence(&self, i: usize, j: usize) -> Result<(f64, f64)>;
}
