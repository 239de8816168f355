//! Methods that lean on a prior: Bornhuetter–Ferguson, Benktander, Cape Cod, with the errors of an
//! over-dispersed Poisson model.
//!
//! With C the latest value of an origin, z = 1 / (product of later factors) its emerged share,
//! p = 1 − z and ν the prior ultimate, n iterations of Bornhuetter–Ferguson give
//! U = g C + pⁿ ν, g = 1 + p + … + pⁿ⁻¹: n = 1 is Bornhuetter and Ferguson (1972), PCAS 59; n = 2
//! Benktander (1976), n → ∞ the chain ladder (Mack 2000, "Credible claims reserves: the Benktander
//! method", ASTIN Bulletin 30(2)).
//!
//! Cape Cod takes ν(i) = E(i) κ(i) / t(i), κ(i) = Σ w t C / Σ w E z over origins k, with exposure E,
//! trend t to the latest origin and w = decay^|i − k| (Gluck 1997, "Balancing development and trend in
//! loss reserve analysis", PCAS 84; decay 1 is Stanard's and Bühlmann's method).
//!
//! # Errors
//!
//! Increments are independent with Var = φ · mean. Then the reciprocal factors 1 / f(j) are
//! independent proportions, uncorrelated with the latest values, with
//! Var(ln f(j)) = φ (f(j) − 1) / (f(j) S(j)), S(j) the sum that f(j) starts from, so that
//! Cov(z(i), z(k)) = z(i) z(k) Σ Var(ln f(j)) over the ages j that both still have to pass: the
//! Fisher information of Alai, Merz and Wüthrich (2009, 2010), "Mean square error of prediction in
//! the Bornhuetter–Ferguson claims reserving method", Annals of Actuarial Science 4(1) and 5(1), in
//! closed form. The reserve R(C, z, ν) has
//! process² = φ R, parameter² = Σ (∂R/∂C)² φ z U + Σ ∂R/∂z Cov(z, z) ∂R/∂z + Σ ∂R/∂ν Cov(ν, ν) ∂R/∂ν,
//! which is theirs for n = 1, and that of the Poisson model itself for n → ∞.

use super::development::Cells;
use super::fitted::{Fitted, One, each, usable};
use super::mack::{Fit, Method, fit};
use super::status::Status;

/// Where the prior ultimates come from; all by triangle and origin.
#[derive(Debug, Clone)]
pub enum Expected<'a> {
    /// Prior ultimates, their standard errors, and one correlation between any two origins.
    Prior { ultimate: &'a [f64], error: &'a [f64], correlation: f64, iterations: u32 },
    /// Estimated from all origins: exposure, weight lost per origin, trend per origin.
    CapeCod { exposure: &'a [f64], decay: f64, trend: f64 },
}

/// Applies the method to every triangle; `chain` selects the development factors.
///
/// Columns: `prior` (ultimates expected at the start), `emerged` (share by origin), `dispersion`, and
/// for Cape Cod `loss_ratio` (at each origin's level) and `trended_loss_ratio`.
pub fn apriori(
    values: &[f64],
    origins: usize,
    ages: usize,
    chain: &Method,
    expected: &Expected<'_>,
) -> Fitted {
    let ladder = fit(values, origins, ages, chain);
    each(values, origins, ages, true, |triangle, cells, one| {
        let by_origin = triangle * origins..(triangle + 1) * origins;
        let model = Poisson::new(triangle, cells, &ladder);
        one.factor.copy_from_slice(model.factor);
        let carried = ladder.findings.iter().filter(|finding| finding.triangle == triangle);
        for finding in carried {
            // A zero latest value is no fault here: it does not fix the ultimate.
            if !matches!(finding.status, Status::ZeroLatest | Status::ErrorsUndefined) {
                one.tell(finding.status, finding.origin, finding.age);
            }
        }
        let mut gradient = Gradient::new(origins);
        let prior = match expected {
            Expected::Prior { ultimate, error, correlation, iterations } => {
                let (prior, error) = (&ultimate[by_origin.clone()], &error[by_origin]);
                for origin in 0..origins {
                    if !(prior[origin] >= 0.0 && prior[origin].is_finite()) {
                        one.tell(Status::NoExposure, Some(origin), None);
                        continue;
                    }
                    benktander(&model, &mut gradient, one, origin, prior[origin], *iterations);
                }
                gradient.prior_variance(error, *correlation, one);
                prior.to_vec()
            }
            Expected::CapeCod { exposure, decay, trend } => {
                cape_cod(&model, &mut gradient, one, &exposure[by_origin], *decay, *trend)
            }
        };
        gradient.errors(&model, one);
        one.column("prior", &[origins], prior);
        one.column("emerged", &[origins], model.emerged);
        one.number("dispersion", model.dispersion);
    })
}

/// U = g C + pⁿ ν and its derivatives.
fn benktander(
    model: &Poisson<'_>,
    gradient: &mut Gradient,
    one: &mut One,
    origin: usize,
    prior: f64,
    iterations: u32,
) {
    let (latest, z) = (one.latest[origin], model.emerged[origin]);
    let p = 1.0 - z;
    let n = f64::from(iterations);
    let power = |k: u32| if k == 0 { 1.0 } else { p.powi(i32::try_from(k).unwrap_or(i32::MAX)) };
    let (last, before) = (power(iterations), power(iterations.saturating_sub(1)));
    // g = (1 − pⁿ) / z and its derivative, by the series where z is small.
    let (mut g, mut slope) = ((1.0 - last) / z, 0.0);
    if iterations <= 16 {
        g = (0..iterations).map(power).sum();
        slope = -(1..iterations).map(|m| f64::from(m) * power(m - 1)).sum::<f64>();
    } else if z != 0.0 {
        slope = -(g - n * before) / z;
    }
    one.ultimate[origin] = g * latest + last * prior;
    gradient.latest[origin] = g - 1.0;
    let own = origin * gradient.origins + origin;
    gradient.emerged[own] = latest * slope - n * before * prior;
    gradient.prior[origin] = last;
}

/// ν of Cape Cod, U = C + p ν and its derivatives; returns ν.
fn cape_cod(
    model: &Poisson<'_>,
    gradient: &mut Gradient,
    one: &mut One,
    exposure: &[f64],
    decay: f64,
    trend: f64,
) -> Vec<f64> {
    let origins = exposure.len();
    let known = |k: usize| usable(exposure[k]) && !model.emerged[k].is_nan();
    for (origin, exposure) in exposure.iter().enumerate() {
        if !usable(*exposure) {
            one.tell(Status::NoExposure, Some(origin), None);
        }
    }
    let to_latest = |k: usize| trend.powi((origins - 1 - k) as i32);
    let weight = |i: usize, k: usize| {
        // 0⁰ = 1: without any memory each origin stands on itself.
        if i == k { 1.0 } else { decay.powi(i.abs_diff(k) as i32) }
    };
    let (mut prior, mut ratio) = (vec![f64::NAN; origins], vec![f64::NAN; origins]);
    let mut used = vec![f64::NAN; origins];
    gradient.dense = true;
    for i in 0..origins {
        let (mut loss, mut used_up) = (0.0, 0.0);
        for k in (0..origins).filter(|k| known(*k)) {
            loss += weight(i, k) * to_latest(k) * one.latest[k];
            used_up += weight(i, k) * exposure[k] * model.emerged[k];
        }
        used[i] = used_up;
        ratio[i] = loss / used_up;
        if !known(i) {
            continue;
        }
        let p = 1.0 - model.emerged[i];
        let per_ratio = exposure[i] / to_latest(i);
        prior[i] = per_ratio * ratio[i];
        one.ultimate[i] = one.latest[i] + p * prior[i];
        for k in (0..origins).filter(|k| known(*k)) {
            let share = p * per_ratio * weight(i, k) / used_up;
            gradient.by_latest[i * origins + k] = share * to_latest(k);
            gradient.emerged[i * origins + k] = -share * ratio[i] * exposure[k];
        }
        gradient.emerged[i * origins + i] -= prior[i];
    }
    if !used.iter().any(|used| *used > 0.0) && one.worst().has_ultimates() {
        one.tell(Status::NotPositive, None, None);
    }
    let own: Vec<f64> = (0..origins).map(|i| ratio[i] / to_latest(i)).collect();
    one.column("trended_loss_ratio", &[origins], ratio);
    one.column("loss_ratio", &[origins], own);
    prior
}

/// The over-dispersed Poisson model behind a chain ladder.
pub(super) struct Poisson<'a> {
    factor: &'a [f64],
    /// z by origin.
    emerged: Vec<f64>,
    latest_age: Vec<Option<usize>>,
    /// Σ Var(ln f) over this and later ages.
    spread: Vec<f64>,
    dispersion: f64,
}

impl<'a> Poisson<'a> {
    fn new(triangle: usize, cells: Cells<'_>, ladder: &'a Fit) -> Self {
        Self::with(triangle, cells, ladder, None)
    }

    fn with(triangle: usize, cells: Cells<'_>, ladder: &'a Fit, dispersion: Option<f64>) -> Self {
        let (origins, ages) = (cells.origins, cells.ages);
        let links = triangle * ages..(triangle + 1) * ages;
        let factor = &ladder.factor[links.clone()];
        let latest_age: Vec<Option<usize>> = (0..origins).map(|i| cells.latest_age(i)).collect();
        let mut to_ultimate = vec![1.0; ages + 1];
        for age in (0..ages).rev() {
            to_ultimate[age] = to_ultimate[age + 1] * factor[age];
        }
        let share = |age: usize| 1.0 / to_ultimate[age];
        let emerged = latest_age.iter().map(|age| age.map_or(f64::NAN, share)).collect();

        // Pearson's φ over the cells that the factors fit backwards from the latest values.
        let (mut pearson, mut count) = (0.0, 0usize);
        for (origin, age, amount) in cells.increments() {
            let Some(last) = latest_age[origin].filter(|last| *last >= age) else { continue };
            let ultimate = cells.row(origin)[last] * to_ultimate[last];
            let before = if age == 0 { 0.0 } else { share(age - 1) };
            let mean = ultimate * (share(age) - before);
            count += 1;
            // A mean of zero is met by an amount of zero alone.
            if mean != 0.0 || amount != 0.0 {
                pearson += (amount - mean).powi(2) / mean;
            }
        }
        let rows = latest_age.iter().flatten().count();
        let columns = latest_age.iter().flatten().max().map_or(0, |age| age + 1);
        let freedom = (count + 1).saturating_sub(rows + columns);
        let found = if freedom == 0 { f64::NAN } else { pearson / freedom as f64 };
        let dispersion = dispersion.unwrap_or(found);

        let starts = |age: usize| -> f64 {
            let links =
                (0..origins).map(|origin| cells.row(origin)).map(|row| (row[age], row[age + 1]));
            links.filter(|(start, end)| !start.is_nan() && !end.is_nan()).map(|link| link.0).sum()
        };
        let mut spread = vec![0.0; ages + 1];
        for age in (0..ages).rev() {
            let own = if age + 1 == ages {
                // The tail brings the error that was given or read for it.
                let error = ladder.factor_error.get(links.end - 1).copied().unwrap_or(0.0);
                (error / factor[age]).powi(2)
            } else if factor[age] == 1.0 {
                0.0
            } else {
                dispersion * (factor[age] - 1.0) / (factor[age] * starts(age))
            };
            spread[age] = spread[age + 1] + own;
        }
        Self { factor, emerged, latest_age, spread, dispersion }
    }

    /// Counts: a dispersion of one, and the spread that goes with it.
    pub fn of_counts(triangle: usize, cells: Cells<'_>, ladder: &'a Fit) -> Self {
        Self::with(triangle, cells, ladder, Some(1.0))
    }

    pub fn factor(&self) -> &'a [f64] {
        self.factor
    }

    pub fn emerged(&self) -> &[f64] {
        &self.emerged
    }

    /// Cov(z(i), z(k)).
    pub fn covariance(&self, i: usize, k: usize) -> f64 {
        match (self.latest_age[i], self.latest_age[k]) {
            (Some(a), Some(b)) => self.emerged[i] * self.emerged[k] * self.spread[a.max(b)],
            _ => 0.0,
        }
    }
}

/// Derivatives of the reserves.
struct Gradient {
    origins: usize,
    /// ∂R(i)/∂C(i), when no other origin matters.
    latest: Vec<f64>,
    /// ∂R(i)/∂C(k), origins × origins, when others do.
    by_latest: Vec<f64>,
    dense: bool,
    /// ∂R(i)/∂z(k).
    emerged: Vec<f64>,
    /// ∂R(i)/∂ν(i).
    prior: Vec<f64>,
}

impl Gradient {
    fn new(origins: usize) -> Self {
        let square = || vec![0.0; origins * origins];
        Self {
            origins,
            latest: vec![0.0; origins],
            by_latest: square(),
            dense: false,
            emerged: square(),
            prior: vec![0.0; origins],
        }
    }

    /// Starts the parameter variances with those that the priors bring.
    fn prior_variance(&self, error: &[f64], correlation: f64, one: &mut One) {
        one.parameter.fill(0.0);
        one.total_parameter = 0.0;
        for i in 0..self.origins {
            let own = self.prior[i] * error[i];
            if own == 0.0 {
                continue;
            }
            one.parameter[i] = own * own;
            for k in 0..self.origins {
                let common = if i == k { 1.0 } else { correlation };
                one.total_parameter += common * own * self.prior[k] * error[k];
            }
        }
    }

    fn errors(mut self, model: &Poisson<'_>, one: &mut One) {
        let origins = self.origins;
        if !self.dense {
            for origin in 0..origins {
                self.by_latest[origin * origins + origin] = self.latest[origin];
            }
        }
        if one.total_parameter.is_nan() {
            one.parameter.fill(0.0);
            one.total_parameter = 0.0;
        }
        let zero_by_nan = |by: f64, value: f64| if by == 0.0 { 0.0 } else { by * value };
        // Var(C(k)) = φ E C(k).
        let own: Vec<f64> =
            (0..origins).map(|k| model.dispersion * model.emerged[k] * one.ultimate[k]).collect();
        let variance = |latest: &[f64], emerged: &[f64]| -> f64 {
            let mut sum = 0.0;
            for k in 0..origins {
                sum += zero_by_nan(latest[k] * latest[k], own[k]);
                for l in 0..origins {
                    sum += zero_by_nan(emerged[k] * emerged[l], model.covariance(k, l));
                }
            }
            sum
        };
        let (mut total_latest, mut total_emerged) = (vec![0.0; origins], vec![0.0; origins]);
        one.total_process = 0.0;
        for i in 0..origins {
            let row = i * origins..(i + 1) * origins;
            let (latest, emerged) = (&self.by_latest[row.clone()], &self.emerged[row]);
            one.parameter[i] += variance(latest, emerged);
            let reserve = one.ultimate[i] - one.latest[i];
            one.process[i] = zero_by_nan(reserve, model.dispersion);
            if !reserve.is_nan() {
                one.total_process += one.process[i];
            }
            for k in 0..origins {
                total_latest[k] += latest[k];
                total_emerged[k] += emerged[k];
            }
        }
        one.total_parameter += variance(&total_latest, &total_emerged);
    }
}
