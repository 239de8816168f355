//! The bindings: they convert, and know no numbers.

mod amount;
mod errors;
mod probe;
mod watch;

use pyo3::prelude::*;

#[pymodule]
mod _kebao {
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "a Python dunder name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use super::amount::parse_amount;
    #[pymodule_export]
    use super::probe::_probe;
}
