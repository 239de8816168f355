//! What every method hands back: results by origin and in total, and columns of its own.

use super::development::Cells;
use super::mack::Fit;
use super::status::{Finding, Status};

/// A fit with the columns that only its method has.
#[derive(Debug, Clone, Default)]
pub struct Fitted {
    pub fit: Fit,
    pub columns: Vec<Column>,
}

/// Values by triangle; each triangle has an array of `shape` (empty for a single number).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

impl Fitted {
    /// The values of a column, all triangles after one another.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find(|column| column.name == name).map(|column| &*column.values)
    }
}

/// The result for one triangle, to be filled in by a method. What is not filled in stays NaN.
#[derive(Debug, Clone, Default)]
pub(super) struct One {
    pub latest: Vec<f64>,
    pub ultimate: Vec<f64>,
    /// Variances, by origin and in total; unused by methods without errors.
    pub process: Vec<f64>,
    pub parameter: Vec<f64>,
    pub total_process: f64,
    pub total_parameter: f64,
    /// Factors of the links and the tail.
    pub factor: Vec<f64>,
    pub findings: Vec<(Status, Option<usize>, Option<usize>)>,
    pub columns: Vec<(&'static str, Vec<usize>, Vec<f64>)>,
}

impl One {
    pub fn tell(&mut self, status: Status, origin: Option<usize>, age: Option<usize>) {
        self.findings.push((status, origin, age));
    }

    pub fn worst(&self) -> Status {
        self.findings.iter().map(|finding| finding.0).max().unwrap_or_default()
    }

    /// A column of single numbers.
    pub fn number(&mut self, name: &'static str, value: f64) {
        self.columns.push((name, Vec::new(), vec![value]));
    }

    pub fn column(&mut self, name: &'static str, shape: &[usize], values: Vec<f64>) {
        self.columns.push((name, shape.to_vec(), values));
    }
}

/// Runs `method` on each triangle of `values`, laid out as for [`super::fit`]; `errors` says
/// whether it fills in variances. A triangle gets a status from its own findings alone.
///
/// `method` must add the same columns for every triangle, whatever it finds.
pub(super) fn each(
    values: &[f64],
    origins: usize,
    ages: usize,
    errors: bool,
    mut method: impl FnMut(usize, Cells<'_>, &mut One),
) -> Fitted {
    let mut all = Fitted { fit: Fit { origins, ages, ..Fit::default() }, columns: Vec::new() };
    for (triangle, values) in values.chunks_exact((origins * ages).max(1)).enumerate() {
        let cells = Cells { origins, ages, values };
        let mut one = One {
            latest: (0..origins).map(|origin| cells.latest(origin)).collect(),
            ultimate: vec![f64::NAN; origins],
            process: vec![f64::NAN; origins],
            parameter: vec![f64::NAN; origins],
            total_process: f64::NAN,
            total_parameter: f64::NAN,
            factor: vec![f64::NAN; ages],
            ..One::default()
        };
        if one.latest.iter().all(|latest| latest.is_nan()) {
            one.tell(Status::Empty, None, None);
        } else if let Some(at) = values.iter().position(|value| value.is_infinite()) {
            one.tell(Status::NotFinite, Some(at / ages), Some(at % ages));
        }
        let broken = one.worst() >= Status::NotFinite;
        method(triangle, cells, &mut one);
        if broken {
            one.ultimate.fill(f64::NAN);
            one.process.fill(f64::NAN);
            one.parameter.fill(f64::NAN);
        }
        all.push(triangle, errors, one);
    }
    all
}

impl Fitted {
    fn push(&mut self, triangle: usize, errors: bool, mut one: One) {
        let fit = &mut self.fit;
        // Anything that is not a number must have been told.
        if one.worst().has_ultimates()
            && let Some(origin) = one.ultimate.iter().position(|value| !value.is_finite())
        {
            one.tell(Status::NotFinite, Some(origin), None);
        }
        fit.triangles += 1;
        fit.latest.extend_from_slice(&one.latest);
        fit.ultimate.extend_from_slice(&one.ultimate);
        fit.factor.extend_from_slice(&one.factor);
        fit.total_latest.push(one.latest.iter().sum());
        fit.total_ultimate.push(one.ultimate.iter().sum());
        if errors {
            let gap = one.ultimate.iter().any(|value| value.is_nan());
            let keep = |ultimate: f64, variance: f64| {
                if ultimate.is_nan() { f64::NAN } else { variance.sqrt() }
            };
            let mut lost = None;
            for origin in 0..fit.origins {
                let (process, parameter) = (one.process[origin], one.parameter[origin]);
                let ultimate = one.ultimate[origin];
                fit.process_error.push(keep(ultimate, process));
                fit.parameter_error.push(keep(ultimate, parameter));
                fit.standard_error.push(keep(ultimate, process + parameter));
                let sound = process >= 0.0 && parameter >= 0.0 && (process + parameter).is_finite();
                if !sound && !ultimate.is_nan() {
                    lost = lost.or(Some(Some(origin)));
                }
            }
            let total = |variance: f64| if gap { f64::NAN } else { variance.sqrt() };
            let (process, parameter) = (one.total_process, one.total_parameter);
            fit.total_process_error.push(total(process));
            fit.total_parameter_error.push(total(parameter));
            fit.total_standard_error.push(total(process + parameter));
            if !((process + parameter).is_finite() && process >= 0.0 && parameter >= 0.0) {
                lost = lost.or(Some(None));
            }
            if let Some(origin) = lost
                && one.worst() < Status::ErrorsUndefined
            {
                one.tell(Status::ErrorsUndefined, origin, None);
            }
        }
        fit.status.push(one.worst());
        let told = one.findings.iter();
        fit.findings
            .extend(told.map(|(status, origin, age)| finding(triangle, *status, *origin, *age)));
        for (at, (name, shape, values)) in one.columns.into_iter().enumerate() {
            if self.columns.len() <= at {
                self.columns.push(Column { name, shape, values: Vec::new() });
            }
            self.columns[at].values.extend(values);
        }
    }
}

fn finding(triangle: usize, status: Status, origin: Option<usize>, age: Option<usize>) -> Finding {
    Finding { triangle, status, origin, age }
}

impl Cells<'_> {
    /// Latest observed value of an origin; NaN when there is none.
    pub fn latest(&self, origin: usize) -> f64 {
        self.latest_age(origin).map_or(f64::NAN, |age| self.row(origin)[age])
    }

    /// Amount that emerged at an age since the one before; NaN unless both are observed.
    pub fn increment(&self, origin: usize, age: usize) -> f64 {
        let row = self.row(origin);
        if age == 0 { row[0] } else { row[age] - row[age - 1] }
    }

    /// Observed increments: origin, age, amount.
    pub fn increments(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        (0..self.origins)
            .flat_map(move |origin| (0..self.ages).map(move |age| (origin, age)))
            .map(|(origin, age)| (origin, age, self.increment(origin, age)))
            .filter(|(_, _, amount)| !amount.is_nan())
    }
}

/// Whether an exposure or a prior can be used.
pub(super) fn usable(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}
