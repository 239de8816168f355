//! Amounts as people write them.

use pyo3::prelude::*;

use crate::numeric;

/// The number that a text such as `"40m"`, `"5亿"` or `"30%"` stands for; None when it is none.
#[pyfunction]
pub fn parse_amount(text: &str) -> Option<f64> {
    numeric::parse_amount(text)
}
