//! Bootstraps and re-reserving for Python.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;

use super::super::convert::Seed;
use super::super::watch::{detached, watched};
use super::{PySelection, PyTriangle, ReserveFit, Shaped, named, shaped};
use crate::error::{Error, Faults, Issue};
use crate::exec::Control;
use crate::measure::Tail as Upper;
use crate::random::entity_id;
use crate::reserve::{
    self, Adjustment, BootstrapOptions, FactorError, Keep, Method, Mse, Negatives, Process,
    Projection, Resampling, Residuals, Simulated, Triangles,
};

/// Simulated reserves, by segment.
#[pyclass(frozen, module = "kebao._kebao")]
pub struct BootstrapFit {
    core: Simulated,
    origins: Vec<String>,
    ages: Vec<i32>,
}

/// Choices of both bootstraps that are names or numbers.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct BootstrapChoices {
    simulations: i64,
    seed: Seed,
    process: String,
    negatives: String,
    keep: String,
    synchronised: bool,
    correlation: Option<Vec<Vec<f64>>>,
    threads: Option<usize>,
    /// Of the over-dispersed Poisson bootstrap.
    adjustment: Option<String>,
    centre: bool,
    zones: Option<Vec<i64>>,
    /// Of Mack's.
    errors: Option<String>,
    /// How the future follows: by name, with its numbers by segment and origin.
    projection: String,
    exposure: Option<Vec<f64>>,
    prior_cv: f64,
    decay: f64,
    trend: f64,
    /// By segment, future cell and outcome: means that another method found.
    means: Option<Vec<Vec<f64>>>,
}

/// What a bootstrap needs, checked.
struct Ready {
    method: Method,
    resampling: Resampling,
    options: BootstrapOptions,
    entities: Vec<u64>,
    control: Control,
}

impl Ready {
    fn triangles<'a>(&'a self, core: &'a reserve::Triangle) -> Triangles<'a> {
        Triangles {
            values: &core.values,
            origins: core.origins,
            ages: core.ages,
            entities: &self.entities,
            lag: (core.origin_grain.months() / core.development_grain.months()).max(1) as usize,
        }
    }
}

/// Simulates the reserves of every segment of a triangle of one measure.
#[pyfunction]
#[pyo3(signature = (triangle, method, selection, choices, progress=None))]
pub fn run_bootstrap(
    py: Python<'_>,
    triangle: PyRef<'_, PyTriangle>,
    method: &str,
    selection: PyRef<'_, PySelection>,
    choices: BootstrapChoices,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<BootstrapFit> {
    let ready = ready(&triangle, method, &selection, choices)?;
    let core = &triangle.0;
    let work = || {
        let Ready { method, resampling, options, control, .. } = &ready;
        reserve::bootstrap(ready.triangles(core), method, resampling, options, control)
    };
    let done = if ready.options.simulations * core.segments.len() <= SHORT {
        detached(py, work)?
    } else {
        watched(py, progress, &ready.control, work, |py, _| Ok(py.None()))?
    };
    Ok(BootstrapFit { core: done, origins: core.origin_labels(), ages: core.age_months() })
}

/// The resampled triangles of a segment, a segment each; none when it has no model.
#[pyfunction]
pub fn bootstrap_triangles(
    py: Python<'_>,
    triangle: PyRef<'_, PyTriangle>,
    method: &str,
    selection: PyRef<'_, PySelection>,
    choices: BootstrapChoices,
    segment: usize,
) -> PyResult<Option<PyTriangle>> {
    let ready = ready(&triangle, method, &selection, choices)?;
    let core = &triangle.0;
    let work = || {
        let Ready { method, resampling, options, control, .. } = &ready;
        let triangles = ready.triangles(core);
        reserve::pseudo_triangles(triangles, segment, method, resampling, options, control)
    };
    let values = watched(py, None, &ready.control, work, |py, _| Ok(py.None()))?;
    if values.is_empty() {
        return Ok(None);
    }
    let mut many = core.pick(&[segment]);
    many.index = vec!["simulation".to_owned()];
    many.segments = (0..ready.options.simulations).map(|at| vec![at.to_string()]).collect();
    many.values = values;
    Ok(Some(PyTriangle(many)))
}

fn ready(
    triangle: &PyTriangle,
    method: &str,
    selection: &PySelection,
    choices: BootstrapChoices,
) -> PyResult<Ready> {
    let mut faults = Faults::new();
    triangle.one_measure(&mut faults, method);
    let core = &triangle.0;
    let segments = core.segments.len();
    let whole = |faults: &mut Faults, field: &str, value: i64| {
        faults.check(value >= 1, || {
            Issue::new("out_of_range", method, field).value(value).allowed("a whole number ≥ 1")
        });
        value.max(1) as usize
    };
    let development = faults.take(selection.0.resolve(method, core))?.unwrap_or_default();
    let correlation = correlation(&mut faults, method, choices.correlation, segments);
    let options = BootstrapOptions {
        simulations: whole(&mut faults, "n", choices.simulations),
        seed: choices.seed.0,
        process: named(&mut faults, method, "process", &choices.process, &Process::ALL),
        negatives: named(&mut faults, method, "negatives", &choices.negatives, &Negatives::ALL),
        keep: named(&mut faults, method, "keep", &choices.keep, &Keep::ALL),
        synchronised: choices.synchronised,
        correlation,
    };
    let zones = choices.zones.unwrap_or_default();
    faults.check(zones.is_empty() || zones.len() == core.ages, || {
        Issue::new("wrong_shape", method, "zones")
            .value(format!("{} numbers", zones.len()))
            .allowed(format!("a group number for each of the {} ages", core.ages))
    });
    faults.check(zones.iter().all(|zone| (0..1000).contains(zone)), || {
        Issue::new("out_of_range", method, "zones").allowed("group numbers from 0 to 999")
    });
    let zones = zones.iter().map(|zone| (*zone).clamp(0, 999) as usize).collect();
    let resampling = if let Some(adjustment) = &choices.adjustment {
        let adjustment = named(&mut faults, method, "adjustment", adjustment, &Adjustment::ALL);
        let cells = segments * core.origins;
        let numbers = choices.exposure.unwrap_or_default();
        faults.check(numbers.is_empty() || numbers.len() == cells, || {
            Issue::new("wrong_shape", method, "exposure")
                .value(format!("{} numbers", numbers.len()))
                .allowed(format!("{segments} segments × {} origins", core.origins))
        });
        for value in numbers.iter().filter(|value| !value.is_finite() || **value < 0.0) {
            faults.non_negative(method, "exposure", *value);
        }
        faults.check((0.0..=1e6).contains(&choices.prior_cv), || {
            Issue::new("out_of_range", method, "prior_cv")
                .value(choices.prior_cv)
                .allowed("from 0 to 1e6")
        });
        for (segment, numbers) in numbers.chunks(core.origins.max(1)).enumerate() {
            let cape_cod = choices.projection == "cape_cod";
            faults.check(!cape_cod || numbers.iter().any(|exposure| *exposure > 0.0), || {
                Issue::new("out_of_range", method, format!("exposure of segment {segment}"))
                    .value(0)
                    .allowed("an exposure above 0 in one origin at least")
            });
        }
        faults.fraction(method, "decay", choices.decay);
        faults.check(choices.trend > -1.0 && choices.trend.is_finite(), || {
            Issue::new("out_of_range", method, "trend")
                .value(choices.trend)
                .allowed("a growth rate above −1, such as 0.03")
        });
        let names = ["chain_ladder", "bornhuetter_ferguson", "cape_cod"];
        let projection = match choices.projection.as_str() {
            "chain_ladder" => Projection::ChainLadder,
            "bornhuetter_ferguson" => {
                Projection::BornhuetterFerguson { prior: numbers, cv: choices.prior_cv }
            }
            "cape_cod" => Projection::CapeCod {
                exposure: numbers,
                decay: choices.decay,
                trend: choices.trend,
            },
            "given" => Projection::Given { means: choices.means.unwrap_or_default() },
            other => {
                faults.push(Issue::unknown(method, "method", other, names));
                Projection::ChainLadder
            }
        };
        let needs = match &projection {
            Projection::ChainLadder | Projection::Given { .. } => false,
            Projection::BornhuetterFerguson { prior, .. } => prior.is_empty(),
            Projection::CapeCod { exposure, .. } => exposure.is_empty(),
        };
        faults.check(!needs, || {
            Issue::new("missing", method, "exposure").allowed("given to fit for this method")
        });
        let residuals = Residuals { adjustment, centre: choices.centre, zones };
        Resampling::Odp { residuals, projection }
    } else {
        let errors = choices.errors.as_deref().unwrap_or("resampled");
        let errors = named(&mut faults, method, "factors", errors, &FactorError::ALL);
        Resampling::Mack { errors, centre: choices.centre }
    };
    let mack = matches!(resampling, Resampling::Mack { .. });
    let errors = mack.then_some(Mse::Mack);
    faults.finish().map_err(PyErr::from)?;

    let labels = core.segments.iter().map(|labels| entity_id(&labels.join("\u{1f}")));
    let entities: Vec<u64> = labels.collect();
    let method = Method { development, errors };
    Ok(Ready { method, resampling, options, entities, control: Control::new(choices.threads) })
}

/// Outcomes that are done before a watch would look.
const SHORT: usize = 20_000;

fn correlation(
    faults: &mut Faults,
    method: &str,
    rows: Option<Vec<Vec<f64>>>,
    segments: usize,
) -> Option<Vec<f64>> {
    let rows = rows?;
    let square = rows.len() == segments && rows.iter().all(|row| row.len() == segments);
    let sound = square
        && (0..segments).all(|i| {
            rows[i][i] == 1.0
                && (0..segments)
                    .all(|j| rows[i][j] == rows[j][i] && (-1.0..=1.0).contains(&rows[i][j]))
        });
    faults.check(sound, || {
        Issue::new("wrong_shape", method, "correlation").allowed(format!(
            "a symmetric {segments} × {segments} matrix of rank correlations in [−1, 1], 1 on the \
             diagonal"
        ))
    });
    sound.then(|| rows.concat())
}

#[pymethods]
impl BootstrapFit {
    #[getter]
    fn simulations(&self) -> usize {
        self.core.simulations
    }

    /// Calendar periods to come.
    #[getter]
    fn periods(&self) -> usize {
        self.core.steps
    }

    /// Segment × outcome.
    #[getter]
    fn total<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        shaped(py, self.core.total.clone(), &[self.core.triangles, self.core.simulations])
    }

    /// Segment × origin × outcome; no origins unless kept.
    #[getter]
    fn by_origin<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        let origins = if self.core.by_origin.is_empty() { 0 } else { self.core.origins };
        let shape = [self.core.triangles, origins, self.core.simulations];
        shaped(py, self.core.by_origin.clone(), &shape)
    }

    /// Segment × calendar period × outcome; no periods unless kept.
    #[getter]
    fn by_period<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        let periods = if self.core.by_step.is_empty() { 0 } else { self.core.steps };
        let shape = [self.core.triangles, periods, self.core.simulations];
        shaped(py, self.core.by_step.clone(), &shape)
    }

    /// Future cell × outcome of a segment; no cells unless kept.
    fn cells<'py>(&self, py: Python<'py>, segment: usize) -> Shaped<'py> {
        let values = self.core.cells.get(segment).cloned().unwrap_or_default();
        let n = self.core.simulations;
        let count = values.len().checked_div(n).unwrap_or(0);
        shaped(py, values, &[count, n])
    }

    /// Origin, age in months where the development starts, and calendar period of future cells.
    fn future(&self, segment: usize) -> Vec<(String, i32, usize)> {
        let cells = self.core.future.get(segment).map_or(&[][..], Vec::as_slice);
        cells
            .iter()
            .filter_map(|cell| {
                let origin = self.origins.get(cell.origin)?.clone();
                Some((origin, *self.ages.get(cell.age)?, cell.step))
            })
            .collect()
    }

    /// Mean by segment and origin.
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        shaped(py, self.core.mean.clone(), &[self.core.triangles, self.core.origins])
    }

    /// Standard deviation by segment and origin.
    #[getter]
    fn sd<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        shaped(py, self.core.sd.clone(), &[self.core.triangles, self.core.origins])
    }

    /// Mean, standard deviation and standard error of the mean of each segment's total.
    #[getter]
    fn total_moments(&self) -> Vec<(f64, f64, f64)> {
        (0..self.core.triangles)
            .map(|triangle| {
                let moments = self.core.total_moments(triangle);
                (moments.mean, moments.sd, moments.standard_error())
            })
            .collect()
    }

    /// Sum over all segments, by outcome.
    #[getter]
    fn portfolio<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        shaped(py, self.core.portfolio(), &[self.core.simulations])
    }

    /// Scale of the over-dispersed Poisson model by segment and age.
    #[getter]
    fn scale<'py>(&self, py: Python<'py>) -> Shaped<'py> {
        shaped(py, self.core.scale.clone(), &[self.core.triangles, self.ages.len()])
    }

    /// Negative future means, latest values at zero or below, factors replaced; by segment.
    #[getter]
    fn counts(&self) -> Vec<(u64, u64, u64)> {
        let told = |c: &reserve::Counts| (c.negative_means, c.negative_latest, c.factors_replaced);
        self.core.counts.iter().map(told).collect()
    }

    /// The chain ladder below, with the status and findings of the bootstrap.
    #[getter]
    fn basis(&self) -> ReserveFit {
        ReserveFit {
            fit: self.core.basis.clone(),
            origins: self.origins.clone(),
            ages: self.ages.clone(),
        }
    }

    /// A triangle of a segment for each outcome, with its next diagonal.
    fn next_diagonals(
        &self,
        py: Python<'_>,
        triangle: PyRef<'_, PyTriangle>,
        segment: usize,
    ) -> PyResult<PyTriangle> {
        let core = &triangle.0;
        if segment >= core.segments.len() || core.origins != self.core.origins {
            let issue = Issue::new("out_of_range", "rereserve", "segment").value(segment);
            return Err(Error::from(issue).into());
        }
        let values =
            py.detach(|| reserve::next_diagonals(core.cells(segment, 0), &self.core, segment));
        if values.is_empty() {
            let issue = Issue::new("missing", "rereserve", "keep")
                .allowed("'cells' when the bootstrap was fitted")
                .hint("the next diagonal needs every simulated cell");
            return Err(Error::from(issue).into());
        }
        let mut many = core.pick(&[segment]);
        many.index = vec!["simulation".to_owned()];
        many.segments = (0..self.core.simulations).map(|at| vec![at.to_string()]).collect();
        many.values = values;
        Ok(PyTriangle(many))
    }
}

/// VaR, its error, TVaR and its error at each level.
#[pyfunction]
pub fn tail_measures<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    levels: Vec<f64>,
) -> PyResult<(Shaped0<'py>, Shaped0<'py>, Shaped0<'py>, Shaped0<'py>)> {
    let mut faults = Faults::new();
    for level in &levels {
        faults.fraction("measures", "level", *level);
    }
    faults.finish().map_err(PyErr::from)?;
    let values = values.as_array().to_vec();
    let found = py.detach(|| {
        let lowest = levels.iter().copied().fold(1.0, f64::min);
        let upper = Upper::new(&values, lowest);
        levels.iter().map(|p| (upper.var(*p), upper.tvar(*p))).collect::<Vec<_>>()
    });
    let column = |f: &dyn Fn(&(crate::measure::Estimate, crate::measure::Estimate)) -> f64| {
        found.iter().map(f).collect::<Vec<f64>>().into_pyarray(py)
    };
    Ok((
        column(&|f| f.0.value),
        column(&|f| f.0.standard_error),
        column(&|f| f.1.value),
        column(&|f| f.1.standard_error),
    ))
}

type Shaped0<'py> = Bound<'py, numpy::PyArray1<f64>>;
