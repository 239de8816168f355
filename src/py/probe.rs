//! A kernel that only waits, counts and fails on demand: the tests of interruption, progress and
//! errors drive it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use pyo3::prelude::*;

use super::watch::{Watch, watched};
use crate::error::{Error, Faults};

struct Steps {
    done: AtomicU64,
    total: u64,
    cancelled: AtomicBool,
}

impl Watch for Steps {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total)
    }
}

/// Waits `steps` times one millisecond, then returns the number of steps or fails as `fault` says.
#[pyfunction]
#[pyo3(signature = (steps, *, fault="", progress=None))]
pub fn _probe(
    py: Python<'_>,
    steps: u64,
    fault: &str,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<u64> {
    let control =
        Steps { done: AtomicU64::new(0), total: steps, cancelled: AtomicBool::new(false) };
    let work = || {
        while control.done.load(Ordering::Relaxed) < steps
            && !control.cancelled.load(Ordering::Relaxed)
        {
            std::thread::sleep(Duration::from_millis(1));
            control.done.fetch_add(1, Ordering::Relaxed);
        }
        match fault {
            "" => Ok(control.done.load(Ordering::Relaxed)),
            "panic" => panic!("asked to panic"),
            "numeric" => Err(Error::numeric("probe", "asked to fail")),
            "file" => Err(Error::file("nowhere.csv", "asked to fail")),
            "cancelled" => Err(Error::Cancelled),
            _ => {
                let mut faults = Faults::new();
                faults.fraction("xl1", "placed", 30.0);
                faults.positive("Pareto", "alpha", -1.0);
                faults.finish().map(|()| 0)
            }
        }
    };
    watched(py, progress, &control, work, |py, done| {
        Ok(done.into_pyobject(py)?.into_any().unbind())
    })
}
