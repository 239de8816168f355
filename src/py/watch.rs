//! Long kernels under watch: the GIL released, progress told, Ctrl-C heard, panics caught.
//!
//! The kernel runs on a scoped thread and never touches Python. The calling thread wakes every
//! [`TICK`], looks for signals and calls the progress callback; so no lock can be held on both
//! sides, and nothing outlives the call.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

use super::errors::internal;
use crate::error::{Error, Result};
use crate::exec::Control;

const TICK: Duration = Duration::from_millis(10);

/// Runs `work` with the GIL released and returns its result.
///
/// `progress`, if given, is called on this thread as `progress(done, total)`, at most every [`TICK`]
/// and once at the end; what it raises stops the kernel and is raised here. Ctrl-C stops the kernel
/// and raises `KeyboardInterrupt`, whose attribute `partial` is what `partial` makes of the result
/// when the kernel could still hand back the part that was done.
pub fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    control: &Control,
    work: impl FnOnce() -> Result<T> + Send,
    partial: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>>,
) -> PyResult<T> {
    let mut stopped: Option<PyErr> = None;
    let mut last = (u64::MAX, u64::MAX);
    let mut look = |stopped: &mut Option<PyErr>, end: bool| {
        if stopped.is_some() {
            return;
        }
        let mut check = || {
            py.check_signals()?;
            let now = (control.done(), control.total());
            if let Some(callback) = progress.filter(|_| now != last && (now.1 > 0 || end)) {
                last = now;
                callback.call1(now)?;
            }
            Ok(())
        };
        if let Err(error) = check() {
            control.cancel();
            *stopped = Some(error);
        }
    };
    let outcome = std::thread::scope(|scope| {
        let (send, mut receive) = sync_channel(1);
        scope.spawn(move || {
            // The receiver is dropped only after this message, so it cannot be refused.
            let _ = send.send(catch_unwind(AssertUnwindSafe(work)));
        });
        loop {
            let (message, handed_back) = py.detach({
                let receive = receive;
                move || (receive.recv_timeout(TICK), receive)
            });
            receive = handed_back;
            match message {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) => look(&mut stopped, false),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(
                        Box::new("the kernel ended without an answer") as Box<dyn Any + Send>
                    );
                }
            }
        }
    });
    look(&mut stopped, true);
    let result = outcome.map_err(|panic| internal(py, &panic_text(&*panic)))?;
    match (stopped, result) {
        (None, result) => Ok(result?),
        (Some(error), Ok(value)) if error.is_instance_of::<PyKeyboardInterrupt>(py) => {
            let kept = partial(py, value)?;
            error.value(py).setattr("partial", kept)?;
            Err(error)
        }
        (Some(error), Ok(_) | Err(Error::Cancelled)) => Err(error),
        (Some(_), Err(error)) => Err(error.into()),
    }
}

/// Runs a short kernel with the GIL released; a panic becomes `InternalError`.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(result) => Ok(result?),
        Err(panic) => Err(internal(py, &panic_text(&*panic))),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned())
}
