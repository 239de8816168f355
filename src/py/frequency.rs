//! Claim counts as Python classes.

use numpy::PyArray1;
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::convert::{Seed, hash, map, repr, reserve};
use super::watch::watched;
use crate::error::{Error, Result};
use crate::exec::Control;
use crate::frequency::{self, Count, CountTable, Frequency as Core};
use crate::losses::BLOCK_YEARS;
use crate::random::{Purpose, Stream};

/// A distribution of the number of losses in a year.
#[pyclass(frozen, subclass, module = "kebao", name = "Frequency", eq)]
#[derive(PartialEq)]
pub struct Frequency {
    pub core: Core,
}

#[pymethods]
impl Frequency {
    /// P(N = k); a number or an array.
    fn pmf<'py>(&self, k: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(k, |k| match k {
            k if k.is_nan() => k,
            k if k >= 0.0 && k.fract() == 0.0 => self.core.pmf(k as u64),
            _ => 0.0,
        })
    }

    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    #[getter]
    fn variance(&self) -> f64 {
        self.core.variance()
    }

    #[getter]
    fn sd(&self) -> f64 {
        self.core.variance().sqrt()
    }

    #[getter]
    fn cv(&self) -> f64 {
        self.core.variance().sqrt() / self.core.mean()
    }

    #[getter]
    fn skewness(&self) -> f64 {
        self.core.skewness()
    }

    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for (name, value) in self.core.parameters() {
            all.set_item(name, value)?;
        }
        Ok(all)
    }

    /// The count of losses that each pass a filter with probability `v`, such as exceeding an attachment.
    fn thinned<'py>(&self, py: Python<'py>, v: f64) -> PyResult<Bound<'py, Self>> {
        to_python(py, self.core.thinned(v)?)
    }

    /// Counts of `size` independent years from the keyed stream of `seed`; a larger sample begins with them.
    #[pyo3(signature = (size, *, seed))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        size: usize,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<u64>>> {
        let mut counts = reserve("Frequency.sample", "size", size)?;
        let control = Control::new(Some(1));
        let work = || {
            let table = CountTable::new(&self.core);
            let mut uniforms = vec![0.0; BLOCK_YEARS];
            while counts.len() < size {
                if control.is_cancelled() {
                    return Err(Error::Cancelled);
                }
                let from = counts.len();
                counts.resize(size.min(from + BLOCK_YEARS), 0);
                let block = (from / BLOCK_YEARS) as u64;
                let mut stream = Stream::new(seed.0, Purpose::Count, 0, block);
                table.draw(&mut stream, &mut uniforms, &mut counts[from..]);
            }
            Ok(counts)
        };
        let counts = watched(py, None, &control, work, |py, _| Ok(py.None()))?;
        Ok(PyArray1::from_vec(py, counts))
    }

    fn to_json(&self) -> String {
        self.core.to_json()
    }

    /// A frequency from its JSON form; all faults are told at once.
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, Self>> {
        to_python(py, Core::from_json(text)?)
    }

    fn __repr__(&self) -> String {
        serde_json::to_value(&self.core)
            .map_or_else(|_| self.core.family().to_owned(), |v| repr(&v))
    }

    fn __hash__(&self) -> u64 {
        hash(&self.core.to_json())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.core.to_json(),)))
    }
}

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[pyclass(frozen, extends = Frequency, module = "kebao")]
        pub struct $name;)*

        /// The Python object of the right class.
        pub fn to_python(py: Python<'_>, core: Core) -> PyResult<Bound<'_, Frequency>> {
            match core {
                $(Core::$name(_) => {
                    let made = PyClassInitializer::from(Frequency { core }).add_subclass($name);
                    Ok(Bound::new(py, made)?.into_super())
                })*
            }
        }
    };
}

classes! {
    /// Poisson counts.
    ///
    /// >>> import kebao as kb
    /// >>> kb.Poisson(mean=2.0).pmf(0).__round__(6)
    /// 0.135335
    Poisson;
    /// Poisson counts with a gamma-mixed mean: variance mean + mean²/shape.
    NegativeBinomial;
    /// One loss with probability `p`, else none.
    Bernoulli;
}

type New<T> = PyResult<PyClassInitializer<T>>;

fn made<T: PyClass<BaseType = Frequency>>(class: T, core: Result<impl Into<Core>>) -> New<T> {
    Ok(PyClassInitializer::from(Frequency { core: core?.into() }).add_subclass(class))
}

#[pymethods]
impl Poisson {
    #[new]
    fn new(mean: f64) -> New<Self> {
        made(Self, frequency::Poisson::new(mean))
    }
}

#[pymethods]
impl NegativeBinomial {
    #[new]
    fn new(mean: f64, shape: f64) -> New<Self> {
        made(Self, frequency::NegativeBinomial::new(mean, shape))
    }
}

#[pymethods]
impl Bernoulli {
    #[new]
    fn new(p: f64) -> New<Self> {
        made(Self, frequency::Bernoulli::new(p))
    }
}
