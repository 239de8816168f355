//! Chain ladder with Mack's standard errors, for many triangles at once.
//!
//! Mack (1993), "Distribution-free calculation of the standard error of chain ladder reserve
//! estimates", ASTIN Bulletin 23(2); Mack (1999), "The standard error of chain ladder reserve
//! estimates: recursive calculation and inclusion of a tail factor", ASTIN Bulletin 29(2).
//!
//! With C the cumulative value or its projection, per origin
//! process²(k+1) = f² process²(k) + σ² C(k)^(2−alpha) and
//! parameter²(k+1) = f² parameter²(k) + C(k)² Var(f);
//! in total, the projected values of an age share one estimated factor, so that
//! parameter²(k+1) = f² parameter²(k) + (Σ C(k))² Var(f) over the origins projected there.

use super::development::{Cells, Development};
use super::links::Links;
use super::status::{Finding, Status};

/// How the estimation error of successive factors is combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mse {
    /// Mack's formula.
    #[default]
    Mack,
    /// Adds the product of the errors of two factors, as under conditional resampling (Buchwalder,
    /// Bühlmann, Merz and Wüthrich 2006, ASTIN Bulletin 36(2)).
    Independence,
}

/// What [`fit`] computes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Method {
    pub development: Development,
    /// Errors as well, or the chain ladder alone.
    pub errors: Option<Mse>,
}

impl Method {
    /// Mack's method with its defaults.
    pub fn mack() -> Self {
        Self { errors: Some(Mse::Mack), ..Self::default() }
    }
}

/// Results by triangle; columns are triangle-major. Error columns are empty without errors.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    pub triangles: usize,
    pub origins: usize,
    pub ages: usize,
    /// By triangle and origin.
    pub latest: Vec<f64>,
    pub ultimate: Vec<f64>,
    pub process_error: Vec<f64>,
    pub parameter_error: Vec<f64>,
    pub standard_error: Vec<f64>,
    /// By triangle and link, the tail last: `ages` entries a triangle.
    pub factor: Vec<f64>,
    pub factor_error: Vec<f64>,
    pub sigma: Vec<f64>,
    /// By triangle.
    pub total_latest: Vec<f64>,
    pub total_ultimate: Vec<f64>,
    pub total_process_error: Vec<f64>,
    pub total_parameter_error: Vec<f64>,
    pub total_standard_error: Vec<f64>,
    pub status: Vec<Status>,
    /// In the order of the triangles.
    pub findings: Vec<Finding>,
}

/// Working memory of one thread.
#[derive(Debug, Default)]
struct Scratch {
    links: Links,
    latest_age: Vec<Option<usize>>,
    current: Vec<f64>,
    process: Vec<f64>,
    parameter: Vec<f64>,
}

/// Applies `method` to every triangle of `values` (triangle × origin × age, cumulative, NaN where
/// nothing is observed). Each triangle gets a status; none can affect another.
pub fn fit(values: &[f64], origins: usize, ages: usize, method: &Method) -> Fit {
    let size = origins * ages;
    let triangles = values.len().checked_div(size).unwrap_or(0);
    let mut fit = Fit { triangles, origins, ages, ..Fit::default() };
    let by_origin = || Vec::with_capacity(triangles * origins);
    let by_link = || Vec::with_capacity(triangles * ages);
    fit.latest = by_origin();
    fit.ultimate = by_origin();
    fit.factor = by_link();
    if method.errors.is_some() {
        fit.process_error = by_origin();
        fit.parameter_error = by_origin();
        fit.standard_error = by_origin();
        fit.factor_error = by_link();
        fit.sigma = by_link();
    }
    let mut scratch = Scratch::default();
    for (triangle, values) in values.chunks_exact(size.max(1)).enumerate() {
        let before = fit.findings.len();
        one(triangle, Cells { origins, ages, values }, method, &mut scratch, &mut fit);
        let worst = fit.findings[before..].iter().map(|finding| finding.status).max();
        fit.status.push(worst.unwrap_or_default());
    }
    fit
}

fn one(triangle: usize, cells: Cells<'_>, method: &Method, scratch: &mut Scratch, fit: &mut Fit) {
    let Scratch { links, latest_age, current, process, parameter } = scratch;
    let (origins, ages) = (cells.origins, cells.ages);
    let findings = &mut fit.findings;
    let before = findings.len();
    let mut tell = |status, origin, age| findings.push(Finding { triangle, status, origin, age });

    latest_age.clear();
    latest_age.extend((0..origins).map(|origin| cells.latest_age(origin)));
    if method.errors.is_some() {
        links.select(cells, &method.development, &mut tell);
    } else {
        links.select(cells, &method.development, |status, origin, age| {
            if status != Status::SigmaReverted {
                tell(status, origin, age);
            }
        });
    }
    let any = links.any;
    let needed = |age: usize| latest_age.iter().any(|latest| latest.is_some_and(|at| at <= age));
    let mut broken = false;
    if latest_age.iter().all(Option::is_none) {
        tell(Status::Empty, None, None);
        broken = true;
    } else {
        if let Some(at) = cells.values.iter().position(|value| value.is_infinite()) {
            tell(Status::NotFinite, Some(at / ages), Some(at % ages));
            broken = true;
        }
        if !any && ages > 1 && needed(ages - 2) {
            tell(Status::NoLinks, None, None);
        }
        for (origin, latest) in latest_age.iter().enumerate() {
            match latest {
                None => tell(Status::EmptyOrigin, Some(origin), None),
                Some(age) if cells.row(origin)[*age] == 0.0 => {
                    tell(Status::ZeroLatest, Some(origin), Some(*age));
                }
                Some(_) => {}
            }
        }
        for (age, factor) in links.factor.iter().take(ages.saturating_sub(1)).enumerate() {
            if needed(age) && factor.is_nan() && any {
                tell(Status::NoFactor, None, Some(age));
            } else if *factor <= 0.0 {
                tell(Status::NonPositiveFactor, None, Some(age));
            } else if *factor < 1.0 {
                tell(Status::FallingAge, None, Some(age));
            }
        }
    }

    if links.factor.last().is_some_and(|tail| tail.is_nan()) && !broken && any {
        tell(Status::TailUndefined, None, Some(ages - 1));
    }
    if method.errors.is_some() {
        fit.factor_error.extend(links.factor_variance.iter().map(|variance| variance.sqrt()));
        fit.sigma.extend(links.variance.iter().map(|variance| variance.sqrt()));
    }
    fit.factor.extend_from_slice(&links.factor);

    // Projection, one age at a time.
    for column in [&mut *current, process, parameter] {
        column.clear();
        column.resize(origins, 0.0);
    }
    for (origin, latest) in latest_age.iter().enumerate() {
        current[origin] = latest.map_or(f64::NAN, |age| cells.row(origin)[age]);
    }
    if broken {
        current.fill(f64::NAN);
    }
    let latest_from = fit.latest.len();
    fit.latest.extend_from_slice(current);
    let mut total_parameter = 0.0;
    let mut undefined = None;
    for age in 0..ages {
        let factor = links.factor[age];
        if let Some(mse) = method.errors {
            let (variance, factor_variance) = (links.variance[age], links.factor_variance[age]);
            let average = method.development.choice(age).average;
            let cross = if mse == Mse::Independence { factor_variance } else { 0.0 };
            let growth = factor * factor;
            let mut sum = 0.0;
            for origin in 0..origins {
                if latest_age[origin].is_none_or(|latest| latest > age) {
                    continue;
                }
                let value = current[origin];
                sum += value;
                // A factor of one without error leaves everything as it is, zero times NaN too.
                let spread = if variance == 0.0 { 0.0 } else { variance * average.variance(value) };
                if spread.is_nan() || spread < 0.0 {
                    process[origin] = f64::NAN;
                    undefined = undefined.or(Some((origin, age)));
                }
                process[origin] = growth * process[origin] + spread;
                parameter[origin] =
                    (growth + cross) * parameter[origin] + value * value * factor_variance;
                current[origin] = value * factor;
            }
            total_parameter = (growth + cross) * total_parameter + sum * sum * factor_variance;
        } else {
            for origin in 0..origins {
                if latest_age[origin].is_some_and(|latest| latest <= age) {
                    current[origin] *= factor;
                }
            }
        }
    }

    // Anything that is not a number must have been told.
    let worst = |findings: &[Finding]| findings[before..].iter().map(|f| f.status).max();
    let fatal = worst(findings).is_some_and(|status| !status.has_ultimates());
    if !fatal && let Some(origin) = current.iter().position(|value| !value.is_finite()) {
        findings.push(Finding {
            triangle,
            status: Status::NotFinite,
            origin: Some(origin),
            age: None,
        });
    }
    fit.ultimate.extend_from_slice(current);
    fit.total_latest.push(fit.latest[latest_from..].iter().sum());
    fit.total_ultimate.push(current.iter().sum());
    if method.errors.is_none() {
        return;
    }
    let total_process: f64 = process.iter().sum();
    let missing = |origin: usize| current[origin].is_nan();
    for origin in 0..origins {
        let gap = missing(origin);
        let keep = |value: f64| if gap { f64::NAN } else { value };
        fit.process_error.push(keep(process[origin].sqrt()));
        fit.parameter_error.push(keep(parameter[origin].sqrt()));
        fit.standard_error.push(keep((process[origin] + parameter[origin]).sqrt()));
    }
    let gap = (0..origins).any(missing);
    let total = |variance: f64| if gap { f64::NAN } else { variance.sqrt() };
    fit.total_process_error.push(total(total_process));
    fit.total_parameter_error.push(total(total_parameter));
    fit.total_standard_error.push(total(total_process + total_parameter));
    let lost = !(total_process + total_parameter).is_finite();
    if lost && worst(findings).is_none_or(|status| status < Status::ErrorsUndefined) {
        let (origin, age) = undefined.map_or((None, None), |(o, a)| (Some(o), Some(a)));
        findings.push(Finding { triangle, status: Status::ErrorsUndefined, origin, age });
    }
}
