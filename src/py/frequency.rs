//! Claim counts as Python classes.

use num_complex::Complex64;
use numpy::{AllowTypeChange, PyArray1, PyArrayDyn, PyArrayLikeDyn, PyArrayMethods};
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyDict};

use super::convert::{Amount, Claims, Seed, Size, hash, map, repr, reserve};
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
        map(k, |k| match whole(k) {
            Some(k) => self.core.pmf(k),
            None => nan_or(k, 0.0),
        })
    }

    /// ln P(N = k), also where the probability underflows; a number or an array.
    fn log_pmf<'py>(&self, k: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(k, |k| match whole(k) {
            Some(k) => self.core.ln_pmf(k),
            None => nan_or(k, f64::NEG_INFINITY),
        })
    }

    /// P(N ≤ x); a number or an array.
    fn cdf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| match whole(x.floor()) {
            Some(k) => self.core.cdf(k),
            None => nan_or(x, if x > 0.0 { 1.0 } else { 0.0 }),
        })
    }

    /// P(N > x), to full relative accuracy; a number or an array.
    fn sf<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(x, |x| match whole(x.floor()) {
            Some(k) => self.core.sf(k),
            None => nan_or(x, if x > 0.0 { 0.0 } else { 1.0 }),
        })
    }

    /// The smallest k with P(N ≤ k) ≥ p, `inf` where there is none; a number or an array.
    fn quantile<'py>(&self, p: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(p, |p| self.core.quantile(p))
    }

    /// The smallest k with P(N > k) ≤ q, `inf` where there is none; a number or an array.
    fn isf<'py>(&self, q: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        map(q, |q| self.core.isf(q))
    }

    /// Generating function E z^N, abs(z) ≤ 1; a number or an array, complex if `z` is.
    fn pgf<'py>(&self, z: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        complex(z, |z| self.core.ln_pgf(z - 1.0).exp())
    }

    /// ln E (1 + w)^N, abs(1 + w) ≤ 1: stable where w is near 0, as in transforms of remote layers.
    fn log_pgf<'py>(&self, w: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        complex(w, |w| self.core.ln_pgf(w))
    }

    /// Panjer's (a, b, class): p(k) = (a + b/k) p(k − 1) for k > class; None where there is no such.
    fn panjer(&self) -> Option<(f64, f64, u8)> {
        self.core.panjer().map(|panjer| (panjer.a, panjer.b, panjer.class))
    }

    /// d ln P(N = n) / d parameter, for each of `parameters`.
    fn score<'py>(&self, py: Python<'py>, n: Claims) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for ((name, _), score) in self.core.parameters().into_iter().zip(self.core.score(n.0)) {
            all.set_item(name, score)?;
        }
        Ok(all)
    }

    /// Expected value; `inf` where it does not exist.
    #[getter]
    fn mean(&self) -> f64 {
        self.core.mean()
    }

    /// Variance; `inf` where it does not exist.
    #[getter]
    fn variance(&self) -> f64 {
        self.core.variance()
    }

    /// Standard deviation.
    #[getter]
    fn sd(&self) -> f64 {
        self.core.variance().sqrt()
    }

    /// Coefficient of variation: standard deviation over mean.
    #[getter]
    fn cv(&self) -> f64 {
        self.core.variance().sqrt() / self.core.mean()
    }

    /// Third central moment over the cube of the standard deviation.
    #[getter]
    fn skewness(&self) -> f64 {
        self.core.skewness()
    }

    /// Fourth central moment over variance², less 3.
    #[getter]
    fn kurtosis(&self) -> f64 {
        self.core.kurtosis()
    }

    /// Parameters by name.
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
        size: Size,
        seed: Seed,
    ) -> PyResult<Bound<'py, PyArray1<u64>>> {
        let size = size.0;
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

    /// The JSON form, from which `from_json` makes an equal object.
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

/// A count, if it is one.
fn whole(k: f64) -> Option<u64> {
    (k >= 0.0 && k.fract() == 0.0 && k < 1.8e19).then_some(k as u64)
}

fn nan_or(k: f64, other: f64) -> f64 {
    if k.is_nan() { k } else { other }
}

/// Applies `f` to a number or an array, giving real numbers for real ones.
fn complex<'py>(
    z: &Bound<'py, PyAny>,
    f: impl Fn(Complex64) -> Complex64,
) -> PyResult<Bound<'py, PyAny>> {
    let py = z.py();
    if z.is_instance_of::<PyComplex>() || z.hasattr("imag")? && !z.hasattr("__len__")? {
        let part = |name: &str| z.getattr(name)?.extract::<f64>();
        let value = f(Complex64::new(part("real")?, part("imag")?));
        return if z.is_instance_of::<PyComplex>() {
            Ok(PyComplex::from_doubles(py, value.re, value.im).into_any())
        } else {
            Ok(value.re.into_pyobject(py)?.into_any())
        };
    }
    let numpy = py.import("numpy")?;
    if numpy.call_method1("iscomplexobj", (z,))?.is_truthy()? {
        let array = numpy.call_method1("asarray", (z, "complex128"))?;
        let values = array.cast::<PyArrayDyn<Complex64>>()?.readonly().as_array().mapv(&f);
        return Ok(PyArrayDyn::from_owned_array(py, values).into_any());
    }
    let array = z.extract::<PyArrayLikeDyn<'py, f64, AllowTypeChange>>()?;
    let values = array.as_array().mapv(|x| f(Complex64::new(x, 0.0)).re);
    Ok(PyArrayDyn::from_owned_array(py, values).into_any())
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
    /// Losses among `n` independent chances of probability `p` each.
    ///
    /// >>> import kebao as kb
    /// >>> kb.Binomial(n=3, p=0.5).pmf(1)
    /// 0.375
    Binomial;
    /// Geometric counts from 0: P(N = k) = meanᵏ/(1 + mean)^(k+1), the negative binomial of shape 1.
    Geometric;
    /// Logarithmic series on 1, 2, …: P(N = k) = pᵏ/(−k ln(1 − p)), 0 < p < 1.
    Logarithmic;
    /// A binomial of `n` trials whose probability is drawn from Beta(a, b), n up to 1,048,576.
    BetaBinomial;
    /// The count whose probabilities of 0, 1, 2, … are given.
    ///
    /// >>> import kebao as kb
    /// >>> kb.EmpiricalCount([0.5, 0.3, 0.2]).mean
    /// 0.7
    EmpiricalCount;
    /// The count `base` with another probability of no loss: P(N = 0) = zero.
    ///
    /// P(N = k) for k ≥ 1 is that of the base times (1 − zero)/(1 − p₀) (Klugman, Panjer and Willmot,
    /// Loss Models, 6.6). `positive` = 1 − zero may be given where that would round.
    ///
    /// >>> import kebao as kb
    /// >>> kb.ZeroModified(kb.Poisson(2), zero=0.6).pmf(0)
    /// 0.6
    ZeroModified;
    /// The count `base` given that it is not 0.
    ZeroTruncated;
    /// Poisson counts whose mean is one of `means`, with probabilities `weights`.
    ///
    /// >>> import kebao as kb
    /// >>> kb.MixedPoisson([1, 5], weights=[0.75, 0.25]).variance
    /// 5.0
    MixedPoisson;
    /// Poisson counts whose mean is inverse Gaussian with `mean` and `shape`: variance mean + mean³/shape.
    ///
    /// `dpoisinvgauss(x, mean, shape)` of R's actuar (Willmot 1987, Scandinavian Actuarial Journal).
    PoissonInverseGaussian;
    /// Poisson counts whose mean is generalised inverse Gaussian (Sichel 1971).
    ///
    /// SICHEL(mu, sigma, nu) of R's gamlss: mean, dispersion, order (Rigby, Stasinopoulos and
    /// Akantziliotou 2008, Computational Statistics & Data Analysis 53). Order −½ is the
    /// Poisson–inverse Gaussian of shape mean/dispersion.
    Sichel;
    /// Poisson counts whose mean is shift + Gamma(shape, scale): the α, β, λ of R's Delaporte.
    ///
    /// The counts that all suffer (`shift`) and those of a risk's own propensity.
    Delaporte;
    /// Neyman type A: a Poisson number of `clusters`, each with a Poisson number of losses of mean `size`.
    NeymanA;
    /// A number `primary` of events, each with its own number `secondary` of losses.
    ///
    /// Probabilities come from a table: relative accuracy where the primary has a stable Panjer
    /// recursion, else 1e-15 absolute. Refused if mean + 40 sd exceeds 1,048,576.
    ///
    /// >>> import kebao as kb
    /// >>> kb.CompoundCount(kb.Poisson(2), kb.Poisson(3)).variance
    /// 24.0
    CompoundCount;
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

#[pymethods]
impl Binomial {
    #[new]
    fn new(n: f64, p: f64) -> New<Self> {
        made(Self, frequency::whole("Binomial", n).and_then(|n| frequency::Binomial::new(n, p)))
    }
}

#[pymethods]
impl Geometric {
    #[new]
    fn new(mean: f64) -> New<Self> {
        made(Self, frequency::Geometric::new(mean))
    }
}

#[pymethods]
impl Logarithmic {
    #[new]
    fn new(p: f64) -> New<Self> {
        made(Self, frequency::Logarithmic::new(p))
    }
}

#[pymethods]
impl BetaBinomial {
    #[new]
    fn new(n: f64, a: f64, b: f64) -> New<Self> {
        let trials = frequency::whole("BetaBinomial", n);
        made(Self, trials.and_then(|n| frequency::BetaBinomial::new(n, a, b)))
    }
}

#[pymethods]
impl EmpiricalCount {
    #[new]
    fn new(probabilities: Vec<f64>) -> New<Self> {
        made(Self, frequency::EmpiricalCount::new(probabilities))
    }
}

#[pymethods]
impl ZeroModified {
    #[new]
    #[pyo3(signature = (base, zero, *, positive=None))]
    fn new(base: PyRef<'_, Frequency>, zero: Amount, positive: Option<f64>) -> New<Self> {
        let base = base.core.clone();
        made(
            Self,
            match positive {
                Some(positive) => frequency::ZeroModified::with_positive(base, zero.0, positive),
                None => frequency::ZeroModified::new(base, zero.0),
            },
        )
    }
}

#[pymethods]
impl ZeroTruncated {
    #[new]
    fn new(base: PyRef<'_, Frequency>) -> New<Self> {
        made(Self, frequency::ZeroTruncated::new(base.core.clone()))
    }
}

#[pymethods]
impl MixedPoisson {
    #[new]
    fn new(means: Vec<f64>, weights: Vec<f64>) -> New<Self> {
        made(Self, frequency::MixedPoisson::new(means, weights))
    }
}

#[pymethods]
impl PoissonInverseGaussian {
    #[new]
    fn new(mean: f64, shape: f64) -> New<Self> {
        made(Self, frequency::PoissonInverseGaussian::new(mean, shape))
    }
}

#[pymethods]
impl Sichel {
    #[new]
    fn new(mean: f64, dispersion: f64, order: f64) -> New<Self> {
        made(Self, frequency::Sichel::new(mean, dispersion, order))
    }
}

#[pymethods]
impl Delaporte {
    #[new]
    fn new(shape: f64, scale: f64, shift: f64) -> New<Self> {
        made(Self, frequency::Delaporte::new(shape, scale, shift))
    }
}

#[pymethods]
impl NeymanA {
    #[new]
    fn new(clusters: f64, size: f64) -> New<Self> {
        made(Self, frequency::NeymanA::new(clusters, size))
    }
}

#[pymethods]
impl CompoundCount {
    #[new]
    fn new(primary: PyRef<'_, Frequency>, secondary: PyRef<'_, Frequency>) -> New<Self> {
        let (primary, secondary) = (primary.core.clone(), secondary.core.clone());
        made(Self, frequency::CompoundCount::new(primary, secondary))
    }
}
