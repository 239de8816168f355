//! Rearranged samples and correlation matrices as Python sees them.

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::convert::{Seed, Threads, control};
use super::dependence::{Copula, DEEPEST, wrong_tree};
use super::watch::watched;
use crate::dependence::{self, Branch, Rearranged, Target, Tree};
use crate::error::{Issue, Result};
use crate::exec::Control;

/// Columns of an array in Fortran order.
fn views<'a>(array: &'a PyReadonlyArray2<'_, f64>) -> PyResult<Vec<&'a [f64]>> {
    let (rows, width) = (array.shape()[0], array.shape()[1]);
    if rows == 0 || width == 0 {
        let issue = Issue::new("empty", "dependence", "samples").value(format!("{rows} × {width}"));
        return Err(issue.allowed("two rows and a column at least").into_error().into());
    }
    if !array.is_fortran_contiguous() {
        let issue = Issue::new("wrong_order", "dependence", "samples");
        return Err(issue.allowed("an array in Fortran order").into_error().into());
    }
    Ok(array.as_slice()?.chunks(rows).collect())
}

fn to_array(py: Python<'_>, columns: Vec<Vec<f64>>) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let (rows, width) = (columns.first().map_or(0, Vec::len), columns.len());
    let array = super::dependence::columns(py, "dependence", rows, width)?;
    {
        let mut writable = array.readwrite();
        for (out, column) in writable.as_slice_mut()?.chunks_mut(rows.max(1)).zip(&columns) {
            out.copy_from_slice(column);
        }
    }
    Ok(array)
}

fn square<'py>(py: Python<'py>, values: &[f64]) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let size = (values.len() as f64).sqrt().round() as usize;
    PyArray1::from_slice(py, values).reshape([size, size])
}

/// Samples rearranged to the ranks of uniforms.
#[pyfunction]
#[pyo3(signature = (samples, pattern, *, seed, threads))]
pub fn dependence_reorder<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray2<'py, f64>,
    pattern: PyReadonlyArray2<'py, f64>,
    seed: Seed,
    threads: Option<Threads>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (margins, pattern) = (views(&samples)?, views(&pattern)?);
    let control = control(threads);
    let entity = dependence::entity(".reorder");
    let work = || dependence::by_uniforms(&margins, &pattern, seed.0, entity, &control);
    let found = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
    to_array(py, found)
}

/// Samples rearranged, the target as it was taken, its distance to what was given, and that of scores.
#[pyfunction]
#[pyo3(signature = (samples, correlation, *, scores, seed, repair, threads))]
pub fn dependence_iman_conover<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray2<'py, f64>,
    correlation: &Bound<'py, PyAny>,
    scores: bool,
    seed: Seed,
    repair: bool,
    threads: Option<Threads>,
) -> PyResult<Bound<'py, PyTuple>> {
    let margins = views(&samples)?;
    let (target, moved) =
        super::dependence::correlation("iman_conover", correlation, repair, |x| x)?;
    let kind = if scores { Target::Score } else { Target::Rank };
    let control = control(threads);
    let work = || dependence::iman_conover(&margins, &target, kind, seed.0, &control);
    let found: Rearranged = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
    let rows: Vec<f64> = target.rows().concat();
    (to_array(py, found.columns)?, square(py, &rows)?, moved, found.distance).into_pyobject(py)
}

/// Samples rearranged bottom-up by a tree of pairs (copula, children).
#[pyfunction]
#[pyo3(signature = (samples, tree, *, seed, threads))]
pub fn dependence_aggregate<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray2<'py, f64>,
    tree: &Bound<'py, PyAny>,
    seed: Seed,
    threads: Option<Threads>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let margins = views(&samples)?;
    let tree = group(tree, 0)?;
    let control = control(threads);
    let work = || dependence::aggregate(&margins, &tree, seed.0, &control);
    let found = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
    to_array(py, found)
}

fn group(tree: &Bound<'_, PyAny>, depth: usize) -> PyResult<Tree> {
    let allowed = "a pair (copula, children), children being columns or pairs";
    let pair = tree.extract::<(Bound<'_, Copula>, Vec<Bound<'_, PyAny>>)>();
    let (Ok((copula, children)), true) = (pair, depth < DEEPEST) else {
        return Err(wrong_tree("aggregate", allowed, tree));
    };
    let children = children.iter().map(|child| match child.extract::<usize>() {
        Ok(column) => Ok(Branch::Column(column)),
        Err(_) => Ok(Branch::Group(Box::new(group(child, depth + 1)?))),
    });
    Ok(Tree { copula: copula.get().core.clone(), children: children.collect::<PyResult<_>>()? })
}

/// A matrix of correlations: "pearson", "spearman" or "kendall".
#[pyfunction]
#[pyo3(signature = (samples, kind, *, threads))]
pub fn dependence_correlation<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray2<'py, f64>,
    kind: &str,
    threads: Option<Threads>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let columns = views(&samples)?;
    dependence::check_columns(&columns, "correlation", "samples")?;
    type Measure = fn(&[&[f64]], &Control) -> Result<Vec<f64>>;
    let measure: Measure = match kind {
        "pearson" => dependence::pearson,
        "spearman" => dependence::spearman,
        "kendall" => dependence::kendall_tau,
        other => {
            let known = ["pearson", "spearman", "kendall"];
            return Err(Issue::unknown("correlation", "kind", other, known).into_error().into());
        }
    };
    let control = control(threads);
    let found = watched(py, None, &control, || measure(&columns, &control), |py, _| Ok(py.None()))?;
    square(py, &found)
}

/// (nearest correlation matrix, Frobenius distance, iterations).
#[pyfunction]
pub fn dependence_nearest<'py>(
    py: Python<'py>,
    matrix: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyTuple>> {
    let object = "nearest_correlation";
    let rows = super::dependence::matrix(object, "matrix", matrix)?;
    let size = rows.len();
    let issue = |code, text: &str| Issue::new(code, object, "matrix").allowed(text);
    if size < 2 || rows.iter().any(|row| row.len() != size) {
        let found = format!("{size} rows of {:?} numbers", rows.iter().map(Vec::len).max());
        return Err(issue("wrong_shape", "a square matrix").value(found).into_error().into());
    }
    let flat = rows.concat();
    if flat.iter().any(|x| !x.is_finite()) {
        return Err(issue("not_finite", "finite numbers").into_error().into());
    }
    let apart = |i: usize, j: usize| (flat[i * size + j] - flat[j * size + i]).abs();
    if (0..size).any(|i| (0..i).any(|j| apart(i, j) > 1e-10)) {
        return Err(issue("not_symmetric", "a symmetric matrix").into_error().into());
    }
    let control = Control::new(Some(1));
    let work = || dependence::nearest_correlation(&flat, size, &control);
    let found = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
    (square(py, &found.values)?, found.distance, found.iterations).into_pyobject(py)
}
