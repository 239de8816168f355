//! Copulas and rearranged samples as Python sees them.

use numpy::ndarray::Axis;
use numpy::{AllowTypeChange, PyArray1, PyArray2, PyArrayLike1, PyArrayLike2, PyArrayMethods};
use pyo3::PyClass;
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Dim, Draws, Place, Seed, Threads, control, hash, repr};
use super::watch::watched;
use crate::dependence::{self, Child, Copula as Core, Correlation, Generator, Node, Smoothing};
use crate::error::Issue;
use crate::exec::Control;

/// The dependence of several variables, apart from their margins: a distribution on the unit cube with uniform
/// margins.
///
/// Every family has `sample`, `cdf`, `kendall_tau`, `spearman_rho` and `tail_dependence`.
#[pyclass(frozen, subclass, module = "kebao", name = "Copula")]
pub struct Copula {
    pub core: Core,
    repaired: f64,
}

/// A class for each family of the list; `to_python` picks the one that belongs to a copula.
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[pyclass(frozen, extends = Copula, module = "kebao")]
        pub struct $name;)*

        fn to_python(py: Python<'_>, core: Core) -> PyResult<Bound<'_, Copula>> {
            match core {
                $(Core::$name(_) => {
                    let made = PyClassInitializer::from(Copula { core, repaired: 0.0 });
                    Ok(Bound::new(py, made.add_subclass($name))?.into_super())
                })*
            }
        }
    };
}

classes! {
    /// The copula of normal variables: C(u) = Φ_R(Φ⁻¹(u₁), …, Φ⁻¹(u_d)).
    ///
    /// `correlation` is a correlation matrix, or one number for two components. A matrix with a negative
    /// eigenvalue is refused, or with `repair=True` replaced by the nearest correlation matrix (Higham 2002);
    /// `repair_distance` is then the Frobenius norm of the change.
    ///
    /// >>> import kebao as kb
    /// >>> copula = kb.GaussianCopula(0.5)
    /// >>> round(copula.spearman_rho(), 10), round(copula.kendall_tau(), 6)
    /// (0.4825837395, 0.333333)
    GaussianCopula;
    /// The copula of Student's t variables of `df` ≥ 0.2 degrees of freedom (Demarta and McNeil 2005).
    ///
    /// Tail dependence 2 P(T > √((df + 1)(1 − ρ)/(1 + ρ))), T with df + 1 degrees. `correlation`, `repair` as for
    /// `GaussianCopula`; it is the correlation of the t variables where df > 2.
    ///
    /// >>> import kebao as kb
    /// >>> kb.TCopula(0.5, df=5).tail_dependence()
    /// (0.20703..., 0.20703...)
    TCopula;
    /// The grouped t copula: degrees of freedom for each group of components, their mixing variables
    /// comonotone (Daul, De Giorgi, Lindskog and McNeil 2003).
    ///
    /// `groups[i]` is the group of component i, `df[g]` the degrees of freedom of group g.
    ///
    /// >>> import kebao as kb
    /// >>> copula = kb.GroupedTCopula([[1, 0.5], [0.5, 1]], groups=[0, 1], df=[3, 10])
    /// >>> 0 < copula.tail_dependence()[1] < kb.TCopula(0.5, df=3).tail_dependence()[1]
    /// True
    GroupedTCopula;
    /// Clayton's copula: C(u) = (Σ uᵢ^−theta − d + 1)^(−1/theta), lower tail dependence 2^(−1/theta).
    ///
    /// theta ≥ 0, with two components also down to −1; 0 is independence. Kendall's τ = theta/(theta + 2).
    ///
    /// >>> import kebao as kb
    /// >>> kb.ClaytonCopula.from_kendall_tau(0.5, dim=3)
    /// ClaytonCopula(theta=2, dim=3)
    ClaytonCopula;
    /// Gumbel's copula: C(u) = exp(−(Σ (−ln uᵢ)^theta)^(1/theta)), upper tail dependence 2 − 2^(1/theta).
    ///
    /// theta ≥ 1; 1 is independence. Kendall's τ = 1 − 1/theta.
    ///
    /// >>> import kebao as kb
    /// >>> kb.GumbelCopula(2).kendall_tau()
    /// 0.5
    GumbelCopula;
    /// Frank's copula: C(u) = −ln(1 + Π(e^(−theta uᵢ) − 1)/(e^−theta − 1)^(d−1))/theta; no tail dependence.
    ///
    /// theta in [0, 700], with two components also negative; 0 is independence.
    ///
    /// >>> import kebao as kb
    /// >>> round(kb.FrankCopula(5.736).kendall_tau(), 4)
    /// 0.5
    FrankCopula;
    /// Joe's copula: C(u) = 1 − (1 − Π(1 − (1 − uᵢ)^theta))^(1/theta), upper tail dependence 2 − 2^(1/theta).
    ///
    /// theta ≥ 1; 1 is independence.
    ///
    /// >>> import kebao as kb
    /// >>> round(kb.JoeCopula(2).kendall_tau(), 6)
    /// 0.355066
    JoeCopula;
    /// A nested Archimedean copula: a tree of thetas of one generator, which must not fall inwards (Hofert
    /// 2011).
    ///
    /// `generator` is "Clayton", "Gumbel", "Frank" or "Joe"; `tree` a pair (theta, children), each child
    /// the number of a component or a pair of its own.
    ///
    /// >>> import kebao as kb
    /// >>> copula = kb.NestedCopula("Gumbel", (1.2, [0, (2.0, [1, 2])]))
    /// >>> round(copula.kendall_tau(0, 1), 4), copula.kendall_tau(1, 2)
    /// (0.1667, 0.5)
    NestedCopula;
    /// The copula of observed data: a row of its ranks at random, smoothed.
    ///
    /// `data` has shape (observations, components). `smoothing` "checkerboard" spreads rank r of n evenly
    /// over ((r − 1)/n, r/n); "beta" draws Beta(r, n + 1 − r), the Bernstein copula of degree n
    /// (Segers, Sibuya and Tsukahara 2017). Margins are uniform either way.
    ///
    /// >>> import kebao as kb
    /// >>> copula = kb.EmpiricalCopula([[1, 10], [2, 30], [3, 20], [4, 40]])
    /// >>> copula.kendall_tau()
    /// 0.5
    EmpiricalCopula;
    /// Independent components.
    ///
    /// >>> import kebao as kb
    /// >>> kb.IndependenceCopula(2).cdf([0.5, 0.5])
    /// 0.25
    IndependenceCopula;
    /// Components that are one variable: C(u) = min uᵢ, the upper Fréchet bound.
    ///
    /// >>> import kebao as kb
    /// >>> kb.ComonotoneCopula(3).cdf([0.5, 0.2, 0.9])
    /// 0.2
    ComonotoneCopula;
}

type New<T> = PyResult<PyClassInitializer<T>>;

#[expect(clippy::unnecessary_wraps, reason = "what a constructor returns")]
fn made<T: PyClass<BaseType = Copula>>(class: T, core: impl Into<Core>, repaired: f64) -> New<T> {
    Ok(PyClassInitializer::from(Copula { core: core.into(), repaired }).add_subclass(class))
}

#[pymethods]
impl Copula {
    /// Number of components.
    #[getter]
    fn dim(&self) -> usize {
        self.core.dim()
    }

    /// Frobenius distance that the correlation matrix was moved by `repair=True`; 0 if it was not.
    #[getter]
    fn repair_distance(&self) -> f64 {
        self.repaired
    }

    /// `n` rows of the copula, an array of shape (n, dim) in Fortran order, each number in (0, 1).
    ///
    /// The numbers depend on the copula and `seed` only, not on `threads`; a larger sample begins with a smaller.
    ///
    /// >>> import kebao as kb
    /// >>> kb.GaussianCopula(0.8).sample(100_000, seed=1).shape
    /// (100000, 2)
    #[pyo3(signature = (n, *, seed, threads=None))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        n: Draws,
        seed: Seed,
        threads: Option<Threads>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let n = n.0;
        let array = columns(py, "Copula.sample", n, self.core.dim())?;
        {
            let mut writable = array.readwrite();
            let out = writable.as_slice_mut()?;
            let control = control(threads);
            let entity = dependence::entity("");
            let work = || dependence::sample(&self.core, n, seed.0, entity, &control, out);
            watched(py, None, &control, work, |py, ()| Ok(py.None()))?;
        }
        Ok(array)
    }

    /// P(U₁ ≤ u₁, …, U_d ≤ u_d) for `u` of shape (dim,) or (n, dim).
    ///
    /// Gaussian and t copulas: two components below 1 at most, to 1e-10; else NumericError.
    fn cdf<'py>(&self, py: Python<'py>, u: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(row) = u.extract::<PyArrayLike1<'py, f64, AllowTypeChange>>() {
            let row: Vec<f64> = row.as_array().iter().copied().collect();
            return Ok(self.core.cdf(&row)?.into_pyobject(py)?.into_any());
        }
        let rows: Vec<Vec<f64>> = matrix("Copula.cdf", "u", u)?;
        let control = Control::new(Some(1));
        let work = || {
            let cdf = |row: &Vec<f64>| control.check().and_then(|()| self.core.cdf(row));
            rows.iter().map(cdf).collect()
        };
        let values = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
        Ok(PyArray1::<f64>::from_vec(py, values).into_any())
    }

    /// Kendall's τ of components i and j.
    #[pyo3(signature = (i=Place(0), j=Place(1)), text_signature = "($self, i=0, j=1)")]
    fn kendall_tau(&self, i: Place, j: Place) -> PyResult<f64> {
        let (i, j) = (i.0, j.0);
        Ok(self.core.kendall_tau(i, j)?)
    }

    /// Spearman's ρ of components i and j; in closed form or by quadrature to 1e-7.
    #[pyo3(signature = (i=Place(0), j=Place(1)), text_signature = "($self, i=0, j=1)")]
    fn spearman_rho(&self, i: Place, j: Place) -> PyResult<f64> {
        let (i, j) = (i.0, j.0);
        Ok(self.core.spearman_rho(i, j)?)
    }

    /// Coefficients (lower, upper) of tail dependence of components i and j: the limits of P(U ≤ q | V ≤ q) for
    /// q → 0 and of P(U > q | V > q) for q → 1.
    #[pyo3(signature = (i=Place(0), j=Place(1)), text_signature = "($self, i=0, j=1)")]
    fn tail_dependence(&self, i: Place, j: Place) -> PyResult<(f64, f64)> {
        let (i, j) = (i.0, j.0);
        Ok(self.core.tail_dependence(i, j)?)
    }

    /// Parameters by name.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let loads = py.import("json")?.getattr("loads")?;
        let all = loads.call1((self.core.to_json(),))?.cast_into::<PyDict>()?;
        all.del_item("family")?;
        Ok(all)
    }

    /// The JSON form, read back by `Copula.from_json`.
    fn to_json(&self) -> String {
        self.core.to_json()
    }

    /// A copula from its JSON form; all faults are told at once.
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, Self>> {
        to_python(py, Core::from_json(text)?)
    }

    fn __repr__(&self) -> String {
        let value = serde_json::to_value(&self.core);
        let text = value.map_or_else(|_| self.core.family().to_owned(), |value| repr(&value));
        if text.len() <= 200 {
            return text;
        }
        format!("{}(dim={})", self.core.family(), self.core.dim())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.core == other.core
    }

    fn __hash__(&self) -> u64 {
        hash(&self.core.to_json())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.core.to_json(),)))
    }
}

/// An array of columns, touched by nobody yet, or the error that says that it does not fit.
pub(super) fn columns<'py>(
    py: Python<'py>,
    object: &str,
    rows: usize,
    columns: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let numpy = py.import("numpy")?;
    let options = PyDict::new(py);
    options.set_item("order", "F")?;
    // NumPy's own memory comes in large pages, which are quicker to touch.
    let made = numpy.getattr("empty")?.call(((rows, columns),), Some(&options));
    let too_large = |error: &PyErr| {
        error.is_instance_of::<PyMemoryError>(py)
            || error.is_instance_of::<pyo3::exceptions::PyValueError>(py)
            || error.is_instance_of::<pyo3::exceptions::PyOverflowError>(py)
    };
    match made {
        Ok(array) => Ok(array.cast_into::<PyArray2<f64>>()?),
        Err(error) if too_large(&error) => Err(Issue::new("too_large", object, "n")
            .value(rows)
            .allowed("what fits in memory")
            .into_error()
            .into()),
        Err(error) => Err(error),
    }
}

/// Rows of a matrix of numbers, ragged ones as well.
pub(super) fn matrix(
    object: &str,
    field: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<Vec<Vec<f64>>> {
    if let Ok(array) = value.extract::<PyArrayLike2<'_, f64, AllowTypeChange>>() {
        return Ok(array.as_array().outer_iter().map(|row| row.to_vec()).collect());
    }
    value.extract::<Vec<Vec<f64>>>().map_err(|_| {
        Issue::new("wrong_type", object, field)
            .value(value.get_type().to_string())
            .allowed("a matrix of numbers")
            .into_error()
            .into()
    })
}

/// A correlation matrix, or one number for two components; mapped, and repaired if that is allowed.
pub(super) fn correlation(
    object: &str,
    value: &Bound<'_, PyAny>,
    repair: bool,
    map: impl Fn(f64) -> f64,
) -> PyResult<(Correlation, f64)> {
    let mut rows = match value.extract::<f64>() {
        Ok(rho) => vec![vec![1.0, rho], vec![rho, 1.0]],
        Err(_) => matrix(object, "correlation", value)?,
    };
    for (i, row) in rows.iter_mut().enumerate() {
        for (j, x) in row.iter_mut().enumerate() {
            // What is out of range is told as it was given.
            *x = if i == j || !(x.abs() <= 1.0) { *x } else { map(*x) };
        }
    }
    if repair {
        return Ok(Correlation::repaired(&rows, object)?);
    }
    Ok((Correlation::new(&rows, object)?, 0.0))
}

/// ρ of an elliptical copula with this Kendall's τ.
fn from_tau(tau: f64) -> f64 {
    libm::sin(std::f64::consts::FRAC_PI_2 * tau)
}

#[pymethods]
impl GaussianCopula {
    #[new]
    #[pyo3(signature = (correlation, *, repair=false))]
    fn new(correlation: &Bound<'_, PyAny>, repair: bool) -> New<Self> {
        let (matrix, moved) = self::correlation("GaussianCopula", correlation, repair, |x| x)?;
        made(Self, dependence::GaussianCopula::new(matrix), moved)
    }

    /// The copula with these Kendall's τ, a matrix or one number: ρ = sin(πτ/2).
    #[staticmethod]
    #[pyo3(signature = (tau, *, repair=false))]
    fn from_kendall_tau(
        py: Python<'_>,
        tau: &Bound<'_, PyAny>,
        repair: bool,
    ) -> PyResult<Py<Self>> {
        let (matrix, moved) = correlation("GaussianCopula", tau, repair, from_tau)?;
        Py::new(py, made(Self, dependence::GaussianCopula::new(matrix), moved)?)
    }

    /// The copula with these Spearman's ρ, a matrix or one number: ρ = 2 sin(πρ_S/6).
    #[staticmethod]
    #[pyo3(signature = (rho, *, repair=false))]
    fn from_spearman_rho(
        py: Python<'_>,
        rho: &Bound<'_, PyAny>,
        repair: bool,
    ) -> PyResult<Py<Self>> {
        let convert = |rho: f64| 2.0 * libm::sin(std::f64::consts::PI * rho / 6.0);
        let (matrix, moved) = correlation("GaussianCopula", rho, repair, convert)?;
        Py::new(py, made(Self, dependence::GaussianCopula::new(matrix), moved)?)
    }
}

#[pymethods]
impl TCopula {
    #[new]
    #[pyo3(signature = (correlation, df, *, repair=false))]
    fn new(correlation: &Bound<'_, PyAny>, df: f64, repair: bool) -> New<Self> {
        let (matrix, moved) = self::correlation("TCopula", correlation, repair, |x| x)?;
        made(Self, dependence::TCopula::new(matrix, df)?, moved)
    }

    /// The copula with these Kendall's τ, a matrix or one number: ρ = sin(πτ/2).
    #[staticmethod]
    #[pyo3(signature = (tau, df, *, repair=false))]
    fn from_kendall_tau(
        py: Python<'_>,
        tau: &Bound<'_, PyAny>,
        df: f64,
        repair: bool,
    ) -> PyResult<Py<Self>> {
        let (matrix, moved) = correlation("TCopula", tau, repair, from_tau)?;
        Py::new(py, made(Self, dependence::TCopula::new(matrix, df)?, moved)?)
    }
}

#[pymethods]
impl GroupedTCopula {
    #[new]
    #[pyo3(signature = (correlation, groups, df, *, repair=false))]
    fn new(
        correlation: &Bound<'_, PyAny>,
        groups: Vec<usize>,
        df: Vec<f64>,
        repair: bool,
    ) -> New<Self> {
        let (matrix, moved) = self::correlation("GroupedTCopula", correlation, repair, |x| x)?;
        made(Self, dependence::GroupedTCopula::new(matrix, groups, df)?, moved)
    }
}

macro_rules! archimedean {
    ($($name:ident)*) => {$(
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (theta, dim=Dim(2)), text_signature = "(theta, dim=2)")]
            fn new(theta: f64, dim: Dim) -> New<Self> {
                made(Self, dependence::$name::new(theta, dim.0)?, 0.0)
            }

            /// The copula with this Kendall's τ.
            #[staticmethod]
            #[pyo3(signature = (tau, dim=Dim(2)), text_signature = "(tau, dim=2)")]
            fn from_kendall_tau(py: Python<'_>, tau: f64, dim: Dim) -> PyResult<Py<Self>> {
                Py::new(py, made(Self, dependence::$name::from_kendall_tau(tau, dim.0)?, 0.0)?)
            }
        }
    )*};
}
archimedean!(ClaytonCopula GumbelCopula FrankCopula JoeCopula);

#[pymethods]
impl NestedCopula {
    #[new]
    fn new(generator: &str, tree: &Bound<'_, PyAny>) -> New<Self> {
        let lower = generator.to_lowercase();
        let named = Generator::ALL.into_iter().find(|g| g.name().to_lowercase() == lower);
        let Some(named) = named else {
            let known = Generator::ALL.map(Generator::name);
            let issue = Issue::unknown("NestedCopula", "generator", generator, known);
            return Err(issue.into_error().into());
        };
        made(Self, dependence::NestedCopula::new(named, node(tree, 0)?)?, 0.0)
    }
}

/// Pairs in pairs that are read; deeper ones are refused.
pub(super) const DEEPEST: usize = 40;

pub(super) fn wrong_tree(object: &str, allowed: &str, found: &Bound<'_, PyAny>) -> PyErr {
    let issue = Issue::new("wrong_type", object, "tree").value(found.get_type().to_string());
    issue.allowed(allowed).into_error().into()
}

fn node(tree: &Bound<'_, PyAny>, depth: usize) -> PyResult<Node> {
    let object = "NestedCopula";
    let allowed = "a pair (theta, children), children being components or pairs";
    let pair = tree.extract::<(f64, Vec<Bound<'_, PyAny>>)>();
    let (Ok((theta, children)), true) = (pair, depth < DEEPEST) else {
        return Err(wrong_tree(object, allowed, tree));
    };
    let children = children.iter().map(|child| match child.extract::<usize>() {
        Ok(component) => Ok(Child::Component(component)),
        Err(_) => Ok(Child::Node(node(child, depth + 1)?)),
    });
    Ok(Node { theta, children: children.collect::<PyResult<_>>()? })
}

#[pymethods]
impl EmpiricalCopula {
    #[new]
    #[pyo3(signature = (data, *, smoothing="checkerboard"))]
    fn new(data: &Bound<'_, PyAny>, smoothing: &str) -> New<Self> {
        let kind = match smoothing {
            "checkerboard" => Smoothing::Checkerboard,
            "beta" => Smoothing::Beta,
            other => {
                let known = ["checkerboard", "beta"];
                let issue = Issue::unknown("EmpiricalCopula", "smoothing", other, known);
                return Err(issue.into_error().into());
            }
        };
        let data = data.extract::<PyArrayLike2<'_, f64, AllowTypeChange>>()?;
        let columns: Vec<Vec<f64>> =
            data.as_array().axis_iter(Axis(1)).map(|c| c.to_vec()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        made(Self, dependence::EmpiricalCopula::from_data(&columns, kind)?, 0.0)
    }
}

#[pymethods]
impl IndependenceCopula {
    #[new]
    #[pyo3(signature = (dim=Dim(2)), text_signature = "(dim=2)")]
    fn new(dim: Dim) -> New<Self> {
        made(Self, dependence::IndependenceCopula::new(dim.0)?, 0.0)
    }
}

#[pymethods]
impl ComonotoneCopula {
    #[new]
    #[pyo3(signature = (dim=Dim(2)), text_signature = "(dim=2)")]
    fn new(dim: Dim) -> New<Self> {
        made(Self, dependence::ComonotoneCopula::new(dim.0)?, 0.0)
    }
}
