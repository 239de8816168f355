//! The bindings: they convert, and know no numbers.

mod errors;
mod frame;
mod probe;
mod reserve;
mod watch;

use pyo3::prelude::*;

#[pymodule]
mod _kebao {
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "a Python dunder name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use super::probe::_probe;

    #[pymodule_export]
    use super::reserve::{OneYearFit, PyTriangle, ReserveFit};
}
