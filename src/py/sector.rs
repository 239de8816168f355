//! The sector library for Python.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;

use crate::error::Result;
use crate::sector::{Coverage, Library};

/// Id, status, source, paid and reported cumulative shares.
type PatternRow = (String, String, String, Vec<f64>, Vec<f64>);

/// Coverages by id; changing one makes a new library.
#[pyclass(frozen, from_py_object, name = "Library", module = "kebao._kebao")]
#[derive(Clone)]
pub struct PyLibrary {
    pub core: Arc<Library>,
}

impl PyLibrary {
    fn of(core: Library) -> Self {
        Self { core: Arc::new(core) }
    }
}

#[pymethods]
impl PyLibrary {
    /// The coverages that come with kebao.
    #[staticmethod]
    fn shipped() -> PyResult<Self> {
        Ok(Self::of(Library::shipped()?))
    }

    fn names(&self) -> Vec<String> {
        self.core.names().into_iter().map(str::to_owned).collect()
    }

    /// A coverage as JSON text.
    fn json(&self, id: &str) -> PyResult<String> {
        Ok(serde_json::to_string(self.core.get(id)?).unwrap_or_default())
    }

    /// A coverage as the TOML file it would be read from.
    fn toml(&self, id: &str) -> PyResult<String> {
        Ok(self.core.get(id)?.to_toml()?)
    }

    /// Groups of parameters of a coverage: what, status, source.
    fn sources(&self, id: &str) -> PyResult<Vec<(String, String, String)>> {
        let rows = self.core.get(id)?.sources();
        Ok(rows.into_iter().map(|(what, s, source)| (what, s.name().to_owned(), source)).collect())
    }

    /// The development pattern of a coverage: id, status, source, paid, reported.
    fn pattern(&self, id: &str) -> PyResult<Option<PatternRow>> {
        let coverage = self.core.get(id)?;
        Ok(self.core.pattern(&coverage.development).cloned().map(|p| {
            let status = p.status.name().to_owned();
            (p.id, status, p.source, p.paid_cumulative, p.reported_cumulative)
        }))
    }

    /// Mean severity from the ground up, of the distribution alone.
    fn mean_severity(&self, id: &str) -> PyResult<f64> {
        Ok(self.core.get(id)?.severity.distribution.mean())
    }

    /// The coverages whose id matches any pattern.
    fn select(&self, patterns: Vec<String>) -> PyResult<Self> {
        Ok(Self::of(self.core.select(patterns.iter().map(String::as_str))?))
    }

    /// With the coverage of the file added, or put in the place of the one of its id.
    fn with_file(&self, path: PathBuf) -> PyResult<(Self, String)> {
        let mut core = (*self.core).clone();
        let id = core.add_file(&path)?;
        Ok((Self::of(core), id))
    }

    /// With the coverage of a TOML text added, or put in the place of the one of its id.
    fn with_toml(&self, origin: &str, text: &str) -> PyResult<(Self, String)> {
        let coverage = Coverage::from_toml(origin, text)?;
        let id = coverage.id.clone();
        let mut core = (*self.core).clone();
        core.add(coverage)?;
        Ok((Self::of(core), id))
    }

    /// The coverage after own experience: library, posterior mean, cv, credibility.
    fn update(&self, id: &str, failures: f64, exposure: f64) -> PyResult<(Self, f64, f64, f64)> {
        let updated: Result<_> = (|| {
            let (coverage, posterior) = self.core.get(id)?.update(failures, exposure)?;
            let mut core = (*self.core).clone();
            core.add(coverage)?;
            Ok((core, posterior))
        })();
        let (core, p) = updated?;
        Ok((Self::of(core), p.mean, p.cv, p.credibility))
    }
}
