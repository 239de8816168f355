//! The two ends: independent components, and components that are one.

use serde::{Deserialize, Serialize};

use super::{Draws, Family, Scratch};
use crate::error::{Faults, Issue, Result};

/// At least two components.
pub(super) fn check_dim(faults: &mut Faults, object: &str, dim: usize) {
    faults.check((2..=MOST).contains(&dim), || {
        Issue::new("out_of_range", object, "dim")
            .value(dim)
            .allowed("a whole number from 2 to 10000")
    });
}

/// More components than this are a mistake.
const MOST: usize = 10_000;

/// Independent components: C(u) = Π uᵢ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndependenceCopula {
    pub dim: usize,
}

/// All components are one: C(u) = min uᵢ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComonotoneCopula {
    pub dim: usize,
}

impl IndependenceCopula {
    /// # Errors
    /// Unless there are at least two components.
    pub fn new(dim: usize) -> Result<Self> {
        Self { dim }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        check_dim(&mut faults, "IndependenceCopula", self.dim);
        faults.finish().map(|()| self)
    }
}

impl ComonotoneCopula {
    /// # Errors
    /// Unless there are at least two components.
    pub fn new(dim: usize) -> Result<Self> {
        Self { dim }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        check_dim(&mut faults, "ComonotoneCopula", self.dim);
        faults.finish().map(|()| self)
    }
}

impl Family for IndependenceCopula {
    fn dim(&self) -> usize {
        self.dim
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], _: &mut Scratch) -> Result<()> {
        for (at, column) in columns.iter_mut().enumerate() {
            draws.uniform(at, column);
        }
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        Ok(u.iter().product())
    }

    fn kendall_tau(&self, _: usize, _: usize) -> Result<f64> {
        Ok(0.0)
    }

    fn spearman_rho(&self, _: usize, _: usize) -> Result<f64> {
        Ok(0.0)
    }

    fn tail_dependence(&self, _: usize, _: usize) -> Result<(f64, f64)> {
        Ok((0.0, 0.0))
    }
}

impl Family for ComonotoneCopula {
    fn dim(&self) -> usize {
        self.dim
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], _: &mut Scratch) -> Result<()> {
        for column in columns.iter_mut() {
            draws.uniform(0, column);
        }
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        Ok(u.iter().copied().fold(1.0, f64::min))
    }

    fn kendall_tau(&self, _: usize, _: usize) -> Result<f64> {
        Ok(1.0)
    }

    fn spearman_rho(&self, _: usize, _: usize) -> Result<f64> {
        Ok(1.0)
    }

    fn tail_dependence(&self, _: usize, _: usize) -> Result<(f64, f64)> {
        Ok((1.0, 1.0))
    }
}
