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

use super::development::{Cells, Development, Links, finding};
use super::status::{Finding, Status};
use super::tail::{Line, Tail};

/// How σ² of a link with a single ratio is had from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sigma {
    /// min(σ⁴(k−1) / σ²(k−2), σ²(k−2), σ²(k−1)): Mack (1993), p. 217.
    #[default]
    Mack,
    /// ln σ(k) linear in k; where the slope is not significant at 5%, Mack's rule, and the status
    /// says so. (R's ChainLadder reverts in the same case.)
    LogLinear,
}

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
    pub tail: Tail,
    /// Errors as well, or the chain ladder alone.
    pub errors: Option<(Sigma, Mse)>,
}

impl Method {
    /// Mack's method with its defaults.
    pub fn mack() -> Self {
        Self { errors: Some((Sigma::Mack, Mse::Mack)), ..Self::default() }
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
    error: Vec<f64>,
    sigma: Vec<f64>,
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
    let Scratch { links, latest_age, current, process, parameter, error, sigma } = scratch;
    let (origins, ages) = (cells.origins, cells.ages);
    let findings = &mut fit.findings;
    let before = findings.len();
    let mut tell = |status, origin, age| findings.push(finding(triangle, status, origin, age));

    latest_age.clear();
    latest_age.extend((0..origins).map(|origin| cells.latest_age(origin)));
    let any = links.estimate(cells, &method.development, &mut tell);
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
        for (age, factor) in links.factor.iter().enumerate() {
            if needed(age) && factor.is_nan() && any {
                tell(Status::NoFactor, None, Some(age));
            } else if *factor <= 0.0 {
                tell(Status::NonPositiveFactor, None, Some(age));
            }
        }
    }

    // Factors, their errors, and the tail.
    sigma.clear();
    error.clear();
    if let Some((rule, _)) = method.errors {
        if !extrapolate(&mut links.variance, rule) {
            tell(Status::SigmaReverted, None, None);
        }
        sigma.extend(links.variance.iter().map(|variance| variance.sqrt()));
        error.extend(sigma.iter().zip(&links.weight).map(|(sigma, weight)| sigma / weight.sqrt()));
    }
    let tail = method.tail.resolve(&links.factor, error, sigma);
    if tail.factor.is_nan() && !broken && any {
        tell(Status::TailUndefined, None, Some(ages - 1));
    }
    links.factor.push(tail.factor);
    links.variance.push(tail.sigma * tail.sigma);
    if method.errors.is_some() {
        sigma.push(tail.sigma);
        error.push(tail.standard_error);
        fit.factor_error.extend_from_slice(error);
        fit.sigma.extend_from_slice(sigma);
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
        if let Some((_, mse)) = method.errors {
            let (variance, factor_variance) = (links.variance[age], error[age] * error[age]);
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
                let spread = if variance == 0.0 {
                    0.0
                } else {
                    variance * method.development.average.variance(value)
                };
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
        findings.push(finding(triangle, Status::NotFinite, Some(origin), None));
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
        findings.push(finding(triangle, Status::ErrorsUndefined, origin, age));
    }
}

/// Fills in the σ² that single ratios cannot give; false when the log-linear rule was wanted but
/// Mack's was used.
fn extrapolate(variance: &mut [f64], rule: Sigma) -> bool {
    if !variance.iter().any(|value| value.is_nan()) {
        return true;
    }
    if rule == Sigma::LogLinear {
        let points = variance.iter().enumerate().map(|(k, v)| ((k + 1) as f64, v.sqrt()));
        let line = Line::log_fit(points.filter(|(_, sigma)| !sigma.is_nan()))
            .filter(|line| line.points > 2 && two_sided_p(line.t, line.points - 2) <= 0.05);
        if let Some(line) = line {
            for (k, value) in variance.iter_mut().enumerate().filter(|(_, v)| v.is_nan()) {
                *value = line.at((k + 1) as f64).powi(2);
            }
            return true;
        }
    }
    for k in 2..variance.len() {
        if variance[k].is_nan() {
            let (one, two) = (variance[k - 1], variance[k - 2]);
            if one.is_nan() || two.is_nan() {
                continue;
            }
            let ratio = one * one / two;
            variance[k] = if ratio.is_finite() { ratio.min(one).min(two) } else { one.min(two) };
        }
    }
    rule == Sigma::Mack
}

/// Two-sided p-value of Student's t for whole degrees of freedom, by the finite series of
/// Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.
fn two_sided_p(t: f64, freedom: usize) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    let theta = libm::atan(t.abs() / (freedom as f64).sqrt());
    let (sin, cos) = (libm::sin(theta), libm::cos(theta));
    let odd = freedom % 2 == 1;
    let mut term = if odd { cos } else { 1.0 };
    let mut sum = if freedom == 1 { 0.0 } else { term };
    let mut k = if odd { 3 } else { 2 };
    while k < freedom {
        term *= cos * cos * (k - 1) as f64 / k as f64;
        sum += term;
        k += 2;
    }
    let inside = if odd { std::f64::consts::FRAC_2_PI * (theta + sin * sum) } else { sin * sum };
    1.0 - inside
}
