//! A kernel that only waits, counts and fails on demand: the tests of interruption, progress and
//! errors drive it.

use std::time::Duration;

use pyo3::prelude::*;

use super::convert::{Threads, control};
use super::watch::watched;
use crate::error::{Error, Faults, Result};
use crate::exec::run_blocks;

/// Waits through `steps` blocks of one millisecond, then returns how many were done, or fails as
/// `fault` says.
#[pyfunction]
#[pyo3(signature = (steps, *, fault="", threads=None, progress=None))]
pub fn _probe(
    py: Python<'_>,
    steps: u64,
    fault: &str,
    threads: Option<Threads>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<usize> {
    let control = control(threads);
    let wait = |(): &mut (), block: u64| {
        std::thread::sleep(Duration::from_millis(1));
        if block + 1 == steps { fail(fault) } else { Ok(()) }
    };
    let work = || run_blocks(0..steps, &control, wait).map(|run| run.done.len());
    watched(py, progress, &control, work, |py, done| {
        Ok(done.into_pyobject(py)?.into_any().unbind())
    })
}

fn fail(fault: &str) -> Result<()> {
    match fault {
        "" => Ok(()),
        "panic" => panic!("asked to panic"),
        "numeric" => Err(Error::numeric("probe", "asked to fail")),
        "file" => Err(Error::file("nowhere.csv", "asked to fail")),
        "cancelled" => Err(Error::Cancelled),
        _ => {
            let mut faults = Faults::new();
            faults.fraction("xl1", "placed", 30.0);
            faults.positive("Pareto", "alpha", -1.0);
            faults.finish()
        }
    }
}
