//! What crosses the border: amounts as people write them, numbers or arrays of numbers.

use numpy::{AllowTypeChange, PyArrayDyn, PyArrayLikeDyn};
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union; // it calls itself by its bare name
use pyo3::types::PyString;

use crate::error::Issue;
use crate::numeric::parse_amount;

/// A number, or an amount as text: `40_000_000`, `"40m"`, `"5亿"`, `"30%"`.
#[derive(Debug, Clone, Copy)]
pub struct Amount(pub f64);

impl<'py> FromPyObject<'_, 'py> for Amount {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr =
        type_hint_union!(f64::INPUT_TYPE, <&str as FromPyObject<'_, '_>>::INPUT_TYPE);

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            let text = text.to_cow()?;
            return parse_amount(&text).map(Self).ok_or_else(|| {
                Issue::new("not_an_amount", "", "amount")
                    .value(format!("'{text}'"))
                    .allowed("a number or an amount such as '40m', '5亿' or '30%'")
                    .into_error()
                    .into()
            });
        }
        object.extract::<f64>().map(Self)
    }
}

/// Applies `f` to a number (giving a number) or to each element of an array (giving an array).
pub fn map<'py>(x: &Bound<'py, PyAny>, f: impl Fn(f64) -> f64) -> PyResult<Bound<'py, PyAny>> {
    let py = x.py();
    if let Ok(Amount(value)) = x.extract::<Amount>() {
        return Ok(f(value).into_pyobject(py)?.into_any());
    }
    let array: PyArrayLikeDyn<'py, f64, AllowTypeChange> = x.extract()?;
    let out = array.as_array().mapv(&f);
    Ok(PyArrayDyn::from_owned_array(py, out).into_any())
}

/// `LogNormal(mu=12.6, sigma=1.7)` from the JSON form, nested families in turn.
pub fn repr(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let name = fields.get("family").and_then(Value::as_str).unwrap_or("");
            let arguments: Vec<String> =
                fields
                    .iter()
                    .filter(|(key, _)| *key != "family")
                    .map(|(key, value)| {
                        if value.is_object() {
                            repr(value)
                        } else {
                            format!("{key}={}", repr(value))
                        }
                    })
                    .collect();
            format!("{name}({})", arguments.join(", "))
        }
        Value::Number(number) => number.as_f64().map_or_else(String::new, |x| format!("{x}")),
        other => other.to_string(),
    }
}
