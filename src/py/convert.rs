//! What crosses the border: amounts as people write them, numbers or arrays of numbers.

use numpy::{AllowTypeChange, PyArray1, PyArrayDyn, PyArrayLikeDyn, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union; // it calls itself by its bare name
use pyo3::types::PyString;

use crate::error::{Issue, Result};
use crate::exec::Control;
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

/// Whole numbers from 0, by what they are called: a negative or too large one is bad input, not an
/// overflow.
macro_rules! whole_numbers {
    ($($(#[$doc:meta])* $name:ident($kind:ty) = $field:literal, $most:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(pub $kind);

        impl<'py> FromPyObject<'_, 'py> for $name {
            type Error = PyErr;

            #[cfg(feature = "stubs")]
            const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <$kind>::INPUT_TYPE;

            fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                object.extract::<$kind>().map(Self).or_else(|error| {
                    if !error.is_instance_of::<PyOverflowError>(object.py()) {
                        return Err(error);
                    }
                    Err(Issue::new("out_of_range", "", $field)
                        .value(object.str()?)
                        .allowed(concat!("a whole number from 0 to ", $most))
                        .into_error()
                        .into())
                })
            }
        }
    )*};
}

whole_numbers! {
    Seed(u64) = "seed", "2^64 − 1";
    /// Simulated years.
    Years(u64) = "years", "2^64 − 1";
    Threads(usize) = "threads", "what the machine has";
    /// How many draws.
    Size(usize) = "size", "what fits in memory";
    /// The same where it is called n.
    Draws(usize) = "n", "what fits in memory";
    /// One of several, from 0.
    Place(usize) = "component", "that of the last";
    Dim(usize) = "dim", "what fits in memory";
    /// Buckets, as a power of 2.
    Log2(u32) = "log2", "24";
    /// Order of a moment.
    Order(u32) = "k", "100";
    /// A count of losses.
    Claims(u64) = "n", "2^64 − 1";
    Trials(u64) = "trials", "2^64 − 1";
    /// One of the simulated years.
    Year(u64) = "year", "the last one";
    Horizon(u64) = "horizon", "2^64 − 1";
    Replicates(u64) = "replicates", "2^64 − 1";
}

/// Control of work on so many threads.
pub fn control(threads: Option<Threads>) -> Control {
    Control::new(threads.map(|threads| threads.0))
}

/// Applies `f` to a number (giving a number) or to each element of an array (giving an array).
pub fn map<'py>(x: &Bound<'py, PyAny>, f: impl Fn(f64) -> f64) -> PyResult<Bound<'py, PyAny>> {
    let py = x.py();
    // An array of one element is an array, though Python would take it for a number.
    let is_text = x.is_instance_of::<PyString>();
    if is_text || !x.hasattr("__len__")? {
        return Ok(f(x.extract::<Amount>()?.0).into_pyobject(py)?.into_any());
    }
    match x.extract::<PyArrayLikeDyn<'py, f64, AllowTypeChange>>() {
        Ok(array) if array.ndim() == 0 => {
            let value = array.as_array().first().map_or(f64::NAN, |x| f(*x));
            Ok(value.into_pyobject(py)?.into_any())
        }
        Ok(array) => Ok(PyArrayDyn::from_owned_array(py, array.as_array().mapv(&f)).into_any()),
        Err(error) => match x.extract::<Vec<Amount>>() {
            Ok(amounts) => {
                let values = amounts.into_iter().map(|x| f(x.0)).collect();
                Ok(PyArray1::from_vec(py, values).into_any())
            }
            // A text among them is no amount: the error that names it.
            Err(bad) if bad.is_instance_of::<PyValueError>(py) => Err(bad),
            Err(_) => Err(error),
        },
    }
}

/// An empty column for `rows` numbers, or the error that says that they do not fit in memory.
pub fn reserve<T>(object: &str, field: &str, rows: usize) -> Result<Vec<T>> {
    let mut column = Vec::new();
    column.try_reserve_exact(rows).map_err(|_| {
        Issue::new("too_large", object, field).value(rows).allowed("what fits in memory")
    })?;
    Ok(column)
}

/// A hash that is equal for equal objects: minus zero is zero.
pub fn hash(json: &str) -> u64 {
    fn plain(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => fields.values_mut().for_each(plain),
            serde_json::Value::Array(values) => values.iter_mut().for_each(plain),
            serde_json::Value::Number(number) if number.as_f64() == Some(0.0) => {
                *value = serde_json::json!(0.0);
            }
            _ => {}
        }
    }
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    plain(&mut value);
    crate::random::entity_id(&value.to_string())
}

/// `LogNormal(mu=12.6, sigma=1.7)` from the JSON form, nested families in turn.
pub fn repr(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let name = fields.get("family").and_then(Value::as_str).unwrap_or("");
            let mut arguments: Vec<String> =
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
            if name == "Layered" && !fields.contains_key("limit") {
                arguments.push("limit='unlimited'".to_owned());
            }
            format!("{name}({})", arguments.join(", "))
        }
        Value::Number(number) => number.as_f64().map_or_else(String::new, |x| {
            let short = x == 0.0 || (1e-5..1e16).contains(&x.abs());
            if short { format!("{x}") } else { format!("{x:e}") }
        }),
        Value::Array(values) => {
            let all: Vec<String> = values.iter().map(repr).collect();
            format!("[{}]", all.join(", "))
        }
        other => other.to_string(),
    }
}
