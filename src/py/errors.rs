//! Errors of the core become the exceptions of `kebao.errors`.

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyType};

use crate::error::{Error, Issue};

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        Python::attach(|py| exception(py, &error).unwrap_or_else(|failure| failure))
    }
}

/// A defect of ours, told as `kebao.InternalError` so that no panic reaches the user.
pub fn internal(py: Python<'_>, message: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let text = format!("internal error: {message}; please report it");
    let build = || CLASS.import(py, "kebao.errors", "InternalError")?.call1((text,));
    build().map_or_else(|failure| failure, PyErr::from_value)
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    static INPUT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static NUMERIC: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static FILE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = |cell: &'static PyOnceLock<Py<PyType>>, name| cell.import(py, "kebao.errors", name);
    let text = error.to_string();
    let value = match error {
        Error::Input(issues) => {
            class(&INPUT, "InputError")?.call1((text, issue_list(py, issues)?))?
        }
        Error::Numeric { .. } => class(&NUMERIC, "NumericError")?.call1((text,))?,
        Error::File { path, .. } => class(&FILE, "FileError")?.call1((text, path))?,
        Error::Cancelled => return Ok(PyKeyboardInterrupt::new_err(text)),
    };
    Ok(PyErr::from_value(value))
}

/// The issues as `kebao.errors.Issue` objects.
pub fn issue_list<'py>(py: Python<'py>, issues: &[Issue]) -> PyResult<Bound<'py, PyList>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "kebao.errors", "Issue")?;
    let list = PyList::empty(py);
    for issue in issues {
        let fields = PyDict::new(py);
        fields.set_item("code", issue.code)?;
        fields.set_item("object", &issue.object)?;
        fields.set_item("field", &issue.field)?;
        fields.set_item("value", &issue.value)?;
        fields.set_item("allowed", &issue.allowed)?;
        fields.set_item("hint", &issue.hint)?;
        list.append(class.call((), Some(&fields))?)?;
    }
    Ok(list)
}
