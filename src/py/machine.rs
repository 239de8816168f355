//! The machine that the kernels run on.

use pyo3::prelude::*;

use crate::numeric::dispatch;

/// Instruction set in use: `sse2`, `avx2` or `avx512`; the variable `KEBAO_ISA` lowers it.
#[pyfunction]
pub fn instruction_set() -> &'static str {
    dispatch::level().name()
}
