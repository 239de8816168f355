//! The bindings: they convert, and know no numbers.

use pyo3::prelude::*;

#[pymodule]
mod _kebao {
    use super::*;
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "a Python dunder name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
