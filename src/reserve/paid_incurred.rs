//! Paid–incurred chain: one log-normal model for both, paid forwards and incurred backwards from a
//! common ultimate.
//!
//! Merz and Wüthrich (2010), "Paid-incurred chain claims reserving method", IME 46(3):
//! ln(P(j) / P(j−1)) ~ N(Φ(j), σ²(j)), ln(I(j) / I(j+1)) ~ N(Ψ(j), τ²(j)), I = P at the last age, with
//! flat priors for Φ and Ψ and σ, τ plugged in. Given the data, ln of the gap B = ln(I / P) of an
//! origin at age a is the sum of the Φ still to come and the Ψ from a on, so that all observed links
//! and gaps are independent normals that are linear in (Φ, Ψ): their posterior is normal, exactly,
//! and the ultimate P exp(D) has, with V(D) = Σ σ², V = V(D) + Σ τ², β = V(D) / V,
//! E[D] = (1 − β) Σ Φ + β (B − Σ Ψ) and Var(D | Φ, Ψ) = V(D) (1 − β).
//!
//! Where paid and incurred differ at the last age, one more step of paid leads to the incurred value.

use super::bf_mack::single_values;
use super::development::Cells;
use super::fitted::{Fitted, One, each};
use super::status::Status;
use crate::numeric::Cholesky;

/// Sigmas of the log links by the user, instead of those of the data: of paid from each age to the
/// next, of incurred likewise.
#[derive(Debug, Clone, Default)]
pub struct Sigmas {
    pub paid: Option<Vec<f64>>,
    pub incurred: Option<Vec<f64>>,
}

/// Below this a variance of logarithms is rounding noise.
const TINY: f64 = 1e-16;

/// Results stand on `paid`. Columns: `paid_sigma` and `incurred_sigma` by link (the step beyond the
/// last age as the last entry of paid, NaN when all is settled), `paid_mean`, `incurred_mean`
/// (posterior means of Φ and −Ψ, laid out alike).
pub fn paid_incurred(
    paid: &[f64],
    incurred: &[f64],
    origins: usize,
    ages: usize,
    sigmas: &Sigmas,
) -> Fitted {
    let size = (origins * ages).max(1);
    each(paid, origins, ages, true, |triangle, paid, one| {
        let values = &incurred[triangle * size..(triangle + 1) * size];
        let incurred = Cells { origins, ages, values };
        let chain = Chain::new(paid, incurred, sigmas, one);
        let mut columns = vec![vec![f64::NAN; ages]; 4];
        if let Some((chain, posterior)) = chain.and_then(|chain| {
            let posterior = chain.posterior();
            if posterior.is_none() {
                one.tell(Status::TooFewCells, None, None);
            }
            posterior.map(|posterior| (chain, posterior))
        }) {
            chain.results(&posterior, one);
            for step in 0..chain.paid_steps {
                columns[0][step] = chain.variance[step].sqrt();
                columns[1][step] = posterior.mean[step];
            }
            for step in 0..ages - 1 {
                columns[2][step] = chain.variance[chain.paid_steps + step].sqrt();
                columns[3][step] = -posterior.mean[chain.paid_steps + step];
            }
        }
        let names = ["paid_sigma", "paid_mean", "incurred_sigma", "incurred_mean"];
        for (name, values) in names.into_iter().zip(columns) {
            one.column(name, &[ages], values);
        }
    })
}

struct Chain<'a> {
    paid: Cells<'a>,
    incurred: Cells<'a>,
    /// Age of each origin in use.
    age: Vec<Option<usize>>,
    /// Steps of paid from one age to the next, with one beyond the last age unless settled.
    paid_steps: usize,
    /// Of the steps of paid, then of incurred.
    variance: Vec<f64>,
}

struct Posterior {
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

impl<'a> Chain<'a> {
    fn new(paid: Cells<'a>, incurred: Cells<'a>, sigmas: &Sigmas, one: &mut One) -> Option<Self> {
        let (origins, ages) = (paid.origins, paid.ages);
        let mut age = vec![None; origins];
        for origin in 0..origins {
            match (paid.latest_age(origin), incurred.latest_age(origin)) {
                (Some(a), Some(b)) if a == b => {
                    let bad = (0..=a)
                        .find(|k| !(paid.row(origin)[*k] > 0.0 && incurred.row(origin)[*k] > 0.0));
                    if let Some(k) = bad {
                        one.tell(Status::NotPositive, Some(origin), Some(k));
                    }
                    age[origin] = Some(a);
                }
                (Some(a), Some(b)) => {
                    one.tell(Status::NoFactor, Some(origin), Some(a.min(b)));
                }
                _ => one.tell(Status::EmptyOrigin, Some(origin), None),
            }
        }
        if !one.worst().has_ultimates() || ages < 2 {
            if ages < 2 {
                one.tell(Status::TooFewCells, None, None);
            }
            return None;
        }
        let open = (0..origins).find(|origin| {
            age[*origin] == Some(ages - 1)
                && paid.row(*origin)[ages - 1] != incurred.row(*origin)[ages - 1]
        });
        if let Some(origin) = open {
            one.tell(Status::NotSettled, Some(origin), Some(ages - 1));
        }
        let paid_steps = ages - 1 + usize::from(open.is_some());
        let chain = Self { paid, incurred, age, paid_steps, variance: Vec::new() };
        let mut of_paid: Vec<f64> = (0..paid_steps).map(|step| chain.spread(true, step)).collect();
        let mut of_incurred: Vec<f64> =
            (0..ages - 1).map(|step| chain.spread(false, step)).collect();
        for (variance, given) in
            [(&mut of_paid, &sigmas.paid), (&mut of_incurred, &sigmas.incurred)]
        {
            for (variance, sigma) in variance.iter_mut().zip(given.iter().flatten()) {
                *variance = sigma * sigma;
            }
            single_values(variance);
            variance.iter_mut().for_each(|variance| *variance = variance.max(TINY));
        }
        of_paid.extend(of_incurred);
        if of_paid.iter().any(|variance| variance.is_nan()) {
            one.tell(Status::TooFewCells, None, None);
            return None;
        }
        Some(Self { variance: of_paid, ..chain })
    }

    /// The log link of an origin, if observed: paid step k leads from age k to k + 1, or to the
    /// incurred value; incurred step k from age k + 1 back to k.
    fn link(&self, paid: bool, origin: usize, step: usize) -> Option<f64> {
        let last = self.age[origin]?;
        let (p, i) = (self.paid.row(origin), self.incurred.row(origin));
        let ages = self.paid.ages;
        let (from, to) = match (paid, step + 1 < ages) {
            (true, true) if last > step => (p[step], p[step + 1]),
            (true, false) if last == ages - 1 => (p[ages - 1], i[ages - 1]),
            (false, true) if last > step => (i[step + 1], i[step]),
            _ => return None,
        };
        Some(libm::log(to / from))
    }

    /// Sample variance of a step; NaN with fewer than two links.
    fn spread(&self, paid: bool, step: usize) -> f64 {
        let links: Vec<f64> =
            (0..self.paid.origins).filter_map(|origin| self.link(paid, origin, step)).collect();
        let n = links.len() as f64;
        let mean = links.iter().sum::<f64>() / n;
        if n < 2.0 {
            return f64::NAN;
        }
        links.iter().map(|link| (link - mean).powi(2)).sum::<f64>() / (n - 1.0)
    }

    /// Steps that an origin at `age` has still to take: paid, then incurred.
    fn ahead(&self, age: usize) -> impl Iterator<Item = usize> + use<> {
        let (paid, all) = (self.paid_steps, self.variance.len());
        (age..paid).chain(paid + age..all)
    }

    /// ln(I / P) at the latest age.
    fn gap(&self, origin: usize, age: usize) -> f64 {
        libm::log(self.incurred.row(origin)[age] / self.paid.row(origin)[age])
    }

    fn posterior(&self) -> Option<Posterior> {
        let size = self.variance.len();
        let (mut precision, mut mean) = (vec![0.0; size * size], vec![0.0; size]);
        for step in 0..size {
            let paid = step < self.paid_steps;
            let own = if paid { step } else { step - self.paid_steps };
            // The step beyond the last age is seen as a gap, below.
            let beyond = paid && own + 1 == self.paid.ages;
            for link in (0..self.paid.origins).filter_map(|o| self.link(paid, o, own)) {
                if !beyond {
                    precision[step * size + step] += 1.0 / self.variance[step];
                    mean[step] += link / self.variance[step];
                }
            }
        }
        for (origin, age) in self.age.iter().enumerate() {
            let Some(age) = *age else { continue };
            let variance: f64 = self.ahead(age).map(|step| self.variance[step]).sum();
            let gap = self.gap(origin, age);
            for one in self.ahead(age) {
                mean[one] += gap / variance;
                for two in self.ahead(age) {
                    precision[one * size + two] += 1.0 / variance;
                }
            }
        }
        let factor = Cholesky::new(&precision, size)?;
        factor.solve(&mut mean);
        Some(Posterior { mean, covariance: factor.inverse() })
    }

    fn results(&self, posterior: &Posterior, one: &mut One) {
        let size = self.variance.len();
        let mut known: Vec<(usize, Vec<f64>)> = Vec::new();
        for (origin, age) in self.age.iter().enumerate() {
            let Some(age) = *age else { continue };
            let all: f64 = self.ahead(age).map(|step| self.variance[step]).sum();
            let of_paid: f64 = (age..self.paid_steps).map(|step| self.variance[step]).sum();
            let share = if all == 0.0 { 0.0 } else { of_paid / all };
            let mut weight = vec![0.0; size];
            for step in self.ahead(age) {
                weight[step] = if step < self.paid_steps { 1.0 - share } else { -share };
            }
            let log = share * self.gap(origin, age)
                + weight.iter().zip(&posterior.mean).map(|(w, m)| w * m).sum::<f64>();
            let process = of_paid * (1.0 - share);
            let parameter = form(&weight, &weight, &posterior.covariance);
            let ultimate =
                self.paid.row(origin)[age] * libm::exp(log + f64::midpoint(process, parameter));
            let square = ultimate * ultimate;
            one.ultimate[origin] = ultimate;
            one.process[origin] = square * libm::expm1(process);
            one.parameter[origin] =
                square * (libm::expm1(process + parameter) - libm::expm1(process));
            known.push((origin, weight));
        }
        one.total_process = known.iter().map(|(origin, _)| one.process[*origin]).sum();
        one.total_parameter = 0.0;
        for (i, one_weight) in &known {
            one.total_parameter += one.parameter[*i];
            for (k, two_weight) in known.iter().filter(|(k, _)| k != i) {
                one.total_parameter += one.ultimate[*i]
                    * one.ultimate[*k]
                    * libm::expm1(form(one_weight, two_weight, &posterior.covariance));
            }
        }
        for age in 0..self.paid.ages {
            let mean = posterior.mean.get(age).filter(|_| age < self.paid_steps);
            one.factor[age] = mean.map_or(1.0, |mean| libm::exp(*mean));
        }
    }
}

/// aᵀ S b.
pub(super) fn form(a: &[f64], b: &[f64], covariance: &[f64]) -> f64 {
    let size = a.len();
    let mut sum = 0.0;
    for (i, a) in a.iter().enumerate().filter(|(_, a)| **a != 0.0) {
        for (k, b) in b.iter().enumerate() {
            sum += a * b * covariance[i * size + k];
        }
    }
    sum
}
