//! Growth curves by maximum likelihood: Clark's LDF and Cape Cod methods.
//!
//! Clark (2003), "LDF curve-fitting and stochastic reserving: a maximum likelihood approach", CAS
//! Forum, Fall 2003. Increments between average ages x are over-dispersed Poisson with mean U ΔG(x),
//! U free by origin (LDF) or exposure × one loss ratio (Cape Cod), and with u = ω (ln x − ln θ)
//! G = 1 / (1 + e⁻ᵘ) (loglogistic) or 1 − exp(−eᵘ) (Weibull). The scale σ² is Pearson's; the reserve
//! R = U (G(max) − G(x)) has process² = σ² R, and parameter² by the delta method from σ² times the
//! inverse of the information, observed or expected.

use super::development::Cells;
use super::fitted::{Fitted, One, each, usable};
use super::status::Status;
use super::tail::Span;
use crate::numeric::Cholesky;

/// The growth curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Growth {
    #[default]
    LogLogistic,
    Weibull,
}

/// How the curve is fitted.
#[derive(Debug, Clone)]
pub struct Clark<'a> {
    pub growth: Growth,
    /// By triangle and origin; the Cape Cod method when given.
    pub exposure: Option<&'a [f64]>,
    /// Average age of the losses at each age of the triangle, and where development ends (may be
    /// infinite), both in months.
    pub average_age: &'a [f64],
    pub last_age: f64,
    /// The information at its expectation, or as observed.
    pub expected_information: bool,
}

/// A curve at a point: G and its derivatives to ω and b = ln θ.
#[derive(Debug, Clone, Copy, Default)]
struct Point {
    value: f64,
    first: [f64; 2],
    /// ωω, ωb, bb.
    second: [f64; 3],
}

impl Growth {
    fn at(self, age: f64, omega: f64, b: f64) -> Point {
        if age <= 0.0 {
            return Point::default();
        }
        if age.is_infinite() {
            return Point { value: 1.0, ..Point::default() };
        }
        let x = libm::log(age) - b;
        let u = omega * x;
        let (value, first, second) = match self {
            Self::LogLogistic => {
                let (value, rest) = (1.0 / (1.0 + libm::exp(-u)), 1.0 / (1.0 + libm::exp(u)));
                (value, value * rest, value * rest * (rest - value))
            }
            Self::Weibull => {
                let e = libm::exp(u);
                let rest = libm::exp(-e);
                let first = if rest == 0.0 { 0.0 } else { e * rest };
                (-libm::expm1(-e), first, first * (1.0 - e))
            }
        };
        let second = if first == 0.0 { 0.0 } else { second };
        Point {
            value,
            first: [first * x, -omega * first],
            second: [second * x * x, -second * u - first, omega * omega * second],
        }
    }
}

impl Point {
    fn less(self, other: Self) -> Self {
        let first = [0, 1].map(|k| self.first[k] - other.first[k]);
        let second = [0, 1, 2].map(|k| self.second[k] - other.second[k]);
        Self { value: self.value - other.value, first, second }
    }
}

/// Columns: `omega`, `theta`, `scale`, `loss_ratio` (NaN for LDF), `growth` (G by age), `growth_last`.
pub fn clark(values: &[f64], origins: usize, ages: usize, how: &Clark<'_>) -> Fitted {
    each(values, origins, ages, true, |triangle, cells, one| {
        let exposure = how.exposure.map(|all| &all[triangle * origins..(triangle + 1) * origins]);
        let found = Problem::new(cells, exposure, how, one).and_then(|problem| {
            let curve = problem.maximise();
            if curve.is_none() {
                one.tell(Status::NotConverged, None, None);
            }
            curve.map(|curve| (problem, curve))
        });
        let (mut omega, mut theta, mut scale, mut ratio) = (f64::NAN, f64::NAN, f64::NAN, f64::NAN);
        let (mut growth, mut last) = (vec![f64::NAN; ages], f64::NAN);
        if let Some((problem, (w, b))) = found {
            (omega, theta) = (w, libm::exp(b));
            growth = how.average_age.iter().map(|x| how.growth.at(*x, w, b).value).collect();
            last = how.growth.at(how.last_age, w, b).value;
            for age in 0..ages {
                let next = if age + 1 == ages { last } else { growth[age + 1] };
                one.factor[age] = next / growth[age];
            }
            scale = problem.results(w, b, one);
            if problem.base.is_some() {
                ratio = problem.means(w, b).1;
            }
        }
        one.number("omega", omega);
        one.number("theta", theta);
        one.number("scale", scale);
        one.number("loss_ratio", ratio);
        one.column("growth", &[ages], growth);
        one.number("growth_last", last);
    })
}

/// The tail of selected factors by the loglogistic curve, put through their average development as
/// through a single origin: the increments d of the product of the factors have the likelihood
/// Σ d ln(ΔG / G(last)), at the average ages k − ½ in periods. Development before the span is one increment.
pub(super) fn tail(factor: &[f64], span: Span) -> f64 {
    let ages = factor.len() + 1;
    let to = span.to.min(factor.len());
    let from = span.from.min(to);
    let average_age: Vec<f64> = (0..ages).map(|age| age as f64 + 0.5).collect();
    let mut developed = vec![1.0];
    for f in factor {
        developed.push(developed[developed.len() - 1] * f);
    }
    if to - from < 2 || developed.iter().any(|value| !(value.is_finite() && *value > 0.0)) {
        return f64::NAN;
    }
    let start = Step { row: 0, from: 0.0, to: average_age[from], amount: developed[from] };
    let later = (from..to).map(|age| Step {
        row: 0,
        from: average_age[age],
        to: average_age[age + 1],
        amount: developed[age + 1] - developed[age],
    });
    let how = Clark {
        growth: Growth::LogLogistic,
        exposure: None,
        average_age: &average_age,
        last_age: f64::INFINITY,
        expected_information: false,
    };
    let problem = Problem {
        how: &how,
        origins: vec![0],
        latest: vec![developed[to]],
        latest_age: vec![average_age[to]],
        base: None,
        steps: std::iter::once(start).chain(later).collect(),
    };
    problem.maximise().map_or(f64::NAN, |(omega, b)| {
        let grown = |age: f64| how.growth.at(age, omega, b).value;
        let last = average_age[ages - 1];
        grown(last + f64::from(span.periods)) / grown(last)
    })
}

struct Step {
    row: usize,
    /// Average ages between which the amount emerged; 0 at the start.
    from: f64,
    to: f64,
    amount: f64,
}

struct Problem<'a> {
    how: &'a Clark<'a>,
    /// Origins in use, their latest value and average age.
    origins: Vec<usize>,
    latest: Vec<f64>,
    latest_age: Vec<f64>,
    base: Option<Vec<f64>>,
    steps: Vec<Step>,
}

impl<'a> Problem<'a> {
    fn new(
        cells: Cells<'_>,
        exposure: Option<&[f64]>,
        how: &'a Clark<'a>,
        one: &mut One,
    ) -> Option<Self> {
        let mut problem = Self {
            how,
            origins: Vec::new(),
            latest: Vec::new(),
            latest_age: Vec::new(),
            base: exposure.map(|_| Vec::new()),
            steps: Vec::new(),
        };
        for origin in 0..cells.origins {
            let known = exposure.is_none_or(|exposure| usable(exposure[origin]));
            if !known {
                one.tell(Status::NoExposure, Some(origin), None);
            }
            let Some(last) = cells.latest_age(origin) else {
                one.tell(Status::EmptyOrigin, Some(origin), None);
                continue;
            };
            let latest = cells.row(origin)[last];
            if exposure.is_none() && latest <= 0.0 {
                one.tell(Status::NotPositive, Some(origin), Some(last));
                continue;
            }
            if !known {
                continue;
            }
            let row = problem.origins.len();
            let (mut from, mut before) = (0.0, 0.0);
            for (age, value) in cells.row(origin).iter().enumerate().filter(|(_, v)| !v.is_nan()) {
                let to = how.average_age[age];
                problem.steps.push(Step { row, from, to, amount: value - before });
                (from, before) = (to, *value);
            }
            problem.origins.push(origin);
            problem.latest.push(latest);
            problem.latest_age.push(from);
            if let (Some(base), Some(exposure)) = (&mut problem.base, exposure) {
                base.push(exposure[origin]);
            }
        }
        if problem.base.is_some() && problem.latest.iter().sum::<f64>() <= 0.0 {
            one.tell(Status::NotPositive, None, None);
        }
        if problem.steps.len() <= problem.parameters() {
            one.tell(Status::TooFewCells, None, None);
        }
        one.worst().has_ultimates().then_some(problem)
    }

    fn parameters(&self) -> usize {
        2 + if self.base.is_some() { 1 } else { self.origins.len() }
    }

    /// U by origin at its best for the curve, and the loss ratio.
    fn means(&self, omega: f64, b: f64) -> (Vec<f64>, f64) {
        let growth = |age: &f64| self.how.growth.at(*age, omega, b).value;
        let grown = self.latest_age.iter().map(growth);
        match &self.base {
            None => (self.latest.iter().zip(grown).map(|(c, g)| c / g).collect(), f64::NAN),
            Some(base) => {
                let used: f64 = base.iter().zip(grown).map(|(e, g)| e * g).sum();
                let ratio = self.latest.iter().sum::<f64>() / used;
                (base.iter().map(|e| e * ratio).collect(), ratio)
            }
        }
    }

    /// Σ X ln(U ΔG), up to a constant: Σ U G = Σ C at the best U.
    fn likelihood(&self, omega: f64, b: f64) -> f64 {
        let (means, _) = self.means(omega, b);
        let growth = |age: f64| self.how.growth.at(age, omega, b).value;
        let part = |step: &Step| {
            let mean = means[step.row] * (growth(step.to) - growth(step.from));
            if step.amount == 0.0 { 0.0 } else { step.amount * libm::log(mean) }
        };
        self.steps.iter().map(part).sum()
    }

    /// Gradient to (ω, b) and the information of all parameters, U or the loss ratio first.
    fn information(&self, omega: f64, b: f64, expected: bool) -> ([f64; 2], Vec<f64>) {
        let (means, ratio) = self.means(omega, b);
        let at = |age: f64| self.how.growth.at(age, omega, b);
        let size = self.parameters();
        let mut information = vec![0.0; size * size];
        let mut gradient = [0.0; 2];
        let head = size - 2;
        for (row, age) in self.latest_age.iter().enumerate() {
            let point = at(*age);
            let (place, per_unit) = self.base.as_ref().map_or((row, 1.0), |base| (0, base[row]));
            for k in 0..2 {
                information[place * size + head + k] += per_unit * point.first[k];
                information[(head + k) * size + place] += per_unit * point.first[k];
            }
            let head_mean = if self.base.is_some() { ratio } else { means[row] };
            let amount = if expected { means[row] * point.value } else { self.latest[row] };
            information[place * size + place] += amount / (head_mean * head_mean);
        }
        for step in &self.steps {
            let growth = at(step.to).less(at(step.from));
            let mean = means[step.row];
            let weight = step.amount / growth.value;
            let amount = if expected { mean * growth.value } else { step.amount };
            for k in 0..2 {
                gradient[k] += (weight - mean) * growth.first[k];
                for l in 0..2 {
                    let second =
                        if expected { 0.0 } else { (mean - weight) * growth.second[k + l] };
                    information[(head + k) * size + head + l] +=
                        amount * growth.first[k] * growth.first[l] / growth.value.powi(2) + second;
                }
            }
        }
        (gradient, information)
    }

    /// Newton's method on the profile likelihood, by the expected information where the observed
    /// one is not positive definite.
    fn maximise(&self) -> Option<(f64, f64)> {
        let middle = self.how.average_age.iter().sum::<f64>() / self.how.average_age.len() as f64;
        let (mut omega, mut b) = (1.5, libm::log(middle));
        let mut best = self.likelihood(omega, b);
        let size = self.parameters();
        for _ in 0..200 {
            let step = [false, true].into_iter().find_map(|expected| {
                let (gradient, information) = self.information(omega, b, expected);
                let factor = Cholesky::new(&information, size)?;
                let mut step = vec![0.0; size];
                step[size - 2..].copy_from_slice(&gradient);
                factor.solve(&mut step);
                let rise = step[size - 2] * gradient[0] + step[size - 1] * gradient[1];
                (rise >= 0.0).then(|| (step[size - 2], step[size - 1]))
            })?;
            let small = step.0.abs() <= 1e-12 * omega && step.1.abs() <= 1e-12;
            let mut share = 1.0;
            loop {
                let (w, t) = (omega + share * step.0, b + share * step.1);
                let value = if w > 0.0 { self.likelihood(w, t) } else { f64::NAN };
                // At the top a step moves within rounding only.
                if value >= best - 1e-13 * best.abs() {
                    (omega, b, best) = (w, t, value);
                    break;
                }
                share /= 2.0;
                if share < 1e-10 {
                    return (step.0.abs() <= 1e-6 * omega && step.1.abs() <= 1e-6)
                        .then_some((omega, b));
                }
            }
            if !(omega < 100.0 && b.abs() < 50.0) {
                return None;
            }
            if small {
                return Some((omega, b));
            }
        }
        None
    }

    /// Fills in reserves and variances; returns σ².
    fn results(&self, omega: f64, b: f64, one: &mut One) -> f64 {
        let (means, _) = self.means(omega, b);
        let at = |age: f64| self.how.growth.at(age, omega, b);
        let size = self.parameters();
        let pearson: f64 = self
            .steps
            .iter()
            .map(|step| (step.amount, means[step.row] * at(step.to).less(at(step.from)).value))
            .map(|(amount, mean)| (amount - mean).powi(2) / mean)
            .sum();
        let scale = pearson / (self.steps.len() - size) as f64;
        let (_, information) = self.information(omega, b, self.how.expected_information);
        let factor = Cholesky::new(&information, size);
        let variance = |gradient: &[f64]| {
            let Some(factor) = &factor else { return f64::NAN };
            let mut solved = gradient.to_vec();
            factor.solve(&mut solved);
            scale * gradient.iter().zip(&solved).map(|(g, s)| g * s).sum::<f64>()
        };
        let end = at(self.how.last_age);
        let mut total = vec![0.0; size];
        one.total_process = 0.0;
        for (row, origin) in self.origins.iter().enumerate() {
            let left = end.less(at(self.latest_age[row]));
            let reserve = means[row] * left.value;
            let mut gradient = vec![0.0; size];
            match &self.base {
                Some(base) => gradient[0] = base[row] * left.value,
                None => gradient[row] = left.value,
            }
            for k in 0..2 {
                gradient[size - 2 + k] = means[row] * left.first[k];
            }
            one.ultimate[*origin] = self.latest[row] + reserve;
            one.process[*origin] = scale * reserve;
            one.parameter[*origin] = variance(&gradient);
            one.total_process += scale * reserve;
            total.iter_mut().zip(&gradient).for_each(|(total, g)| *total += g);
        }
        one.total_parameter = variance(&total);
        scale
    }
}
