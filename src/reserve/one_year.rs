//! The claims development result of the coming year and of every year after, at the present.
//!
//! Merz and Wüthrich (2008), "Modelling the claims development result for solvency purposes", CAS
//! E-Forum, Fall 2008, results 3.2 and 3.3 (linearised), and for the later years (2014), "Claims
//! run-off uncertainty: the full picture", Swiss Finance Institute research paper 14-69. In year k
//! an origin develops from age a; with U its ultimate, q = σ² / f², C(a) its expected value there,
//! S the expected sum of the values that f has been estimated from by then, D the value that year k
//! adds to a later age, and S' = S + D:
//!
//! msep = U² (q(a) / C(a) + Φ + q(a) / S(a) + Σ (D/S')² q / S), Φ = Σ (D/S')² q / D over later ages.
//! The total adds, for each pair, 2 U U' (Φ + q(a) / S'(a) + (D/S') q(a) / S(a) + Σ (D/S')² q / S)
//! with the sums of the older origin.
//!
//! A tail is one age more. It is learned as the other factors are, from a prior volume
//! S = σ² / se² that has the error of the given factor. So are factors of a selection other than all
//! links by volume; C stands for C^alpha, as the variance of a ratio is σ² / C^alpha.

use super::development::{Cells, Development};
use super::mack::{Fit, Method, Mse, fit};
use super::status::{Finding, Status};
use super::tail::Tail;

/// Standard errors of claims development results, by triangle.
#[derive(Debug, Clone, Default)]
pub struct OneYear {
    /// Years until the last origin is run off.
    pub years: usize,
    /// By triangle, year and origin.
    pub cdr: Vec<f64>,
    /// By triangle and year.
    pub total_cdr: Vec<f64>,
    pub status: Vec<Status>,
    pub findings: Vec<Finding>,
    /// The Mack fit that it stands on.
    pub mack: Fit,
}

/// The one-year views of every triangle of `values`, laid out as for [`fit`].
///
/// It needs a staircase: every cell up to one latest diagonal observed and positive. A triangle
/// that is not one gets the status [`Status::NotAStaircase`] and the first cell at fault.
pub fn one_year(values: &[f64], origins: usize, ages: usize, development: &Development) -> OneYear {
    let errors = Some(Mse::Mack);
    let mack = fit(values, origins, ages, &Method { development: development.clone(), errors });
    let tail = development.tail;
    let steps = ages.saturating_sub(1).min(origins.saturating_sub(1));
    // A triangle that is run off has a year all the same, of nothing.
    let years = (steps + usize::from(tail != Tail::None)).max(1);
    let mut all = OneYear { years, findings: mack.findings.clone(), ..OneYear::default() };
    all.cdr = vec![f64::NAN; mack.triangles * years * origins];
    all.total_cdr = vec![f64::NAN; mack.triangles * years];
    let mut scratch = Scratch::default();
    for (triangle, values) in values.chunks_exact((origins * ages).max(1)).enumerate() {
        let cells = Cells { origins, ages, values };
        let mut status = mack.status[triangle];
        if status < Status::ErrorsUndefined {
            if let Some((origin, age)) = off_staircase(cells) {
                status = Status::NotAStaircase;
                let (origin, age) = (Some(origin), Some(age));
                all.findings.push(Finding { triangle, status, origin, age });
            } else {
                let links = triangle * ages..(triangle + 1) * ages;
                let basis = Basis {
                    cells,
                    development,
                    factor: &mack.factor[links.clone()],
                    sigma: &mack.sigma[links.clone()],
                    error: &mack.factor_error[links],
                    ultimate: &mack.ultimate[triangle * origins..(triangle + 1) * origins],
                    steps: if tail == Tail::None { steps } else { ages },
                };
                scratch.prepare(&basis);
                for year in 0..years {
                    let at = triangle * years + year;
                    let cdr = &mut all.cdr[at * origins..(at + 1) * origins];
                    all.total_cdr[at] = basis.year(year, &scratch, cdr);
                }
            }
        }
        all.status.push(status);
    }
    all.mack = mack;
    all
}

/// The first cell that should or should not be there, or is not positive.
fn off_staircase(cells: Cells<'_>) -> Option<(usize, usize)> {
    // The youngest origin is at the first age.
    for origin in 0..cells.origins {
        for age in 0..cells.ages {
            let known = origin + age < cells.origins;
            let value = cells.row(origin)[age];
            if known == value.is_nan() || value <= 0.0 {
                return Some((origin, age));
            }
        }
    }
    None
}

struct Basis<'a> {
    cells: Cells<'a>,
    development: &'a Development,
    factor: &'a [f64],
    sigma: &'a [f64],
    error: &'a [f64],
    ultimate: &'a [f64],
    /// Ages that develop.
    steps: usize,
}

#[derive(Debug, Default)]
struct Scratch {
    /// By age and origin: the weight C^alpha of the value, observed or expected.
    value: Vec<f64>,
    /// By age and origin: the sum of the older origins, and of the prior volume.
    older: Vec<f64>,
    q: Vec<f64>,
    current: Vec<f64>,
}

impl Scratch {
    fn prepare(&mut self, of: &Basis<'_>) {
        let (origins, ages) = (of.cells.origins, of.cells.ages);
        self.value.clear();
        self.older.clear();
        self.q.clear();
        self.current.clear();
        self.current.resize(origins, f64::NAN);
        let plain = of.development.is_plain();
        for age in 0..of.steps {
            let average = of.development.choice(age).average;
            let (sigma, error) = (of.sigma[age], of.error[age]);
            let from = self.value.len();
            let mut observed_sum = 0.0;
            for origin in 0..origins {
                let observed = of.cells.row(origin)[age];
                if observed.is_nan() {
                    self.current[origin] *= of.factor[age - 1];
                } else {
                    self.current[origin] = observed;
                }
                let weight = average.weight(self.current[origin]);
                self.value.push(weight);
                // A link is there when its end is.
                if age + 1 < ages && origin + age + 1 < origins {
                    observed_sum += weight;
                }
            }
            // What the factor stands on now, less what is counted below.
            let stands = (sigma / error).powi(2);
            let own = if plain || stands.is_nan() { 0.0 } else { stands - observed_sum };
            let mut sum = own;
            for weight in &self.value[from..] {
                self.older.push(sum);
                sum += weight;
            }
            self.q.push((sigma / of.factor[age]).powi(2));
        }
    }
}

impl Basis<'_> {
    /// Fills `cdr` with the errors of year `year` (0 is the coming one); returns that of the total.
    fn year(&self, year: usize, scratch: &Scratch, cdr: &mut [f64]) -> f64 {
        let (origins, ages) = (self.cells.origins, self.cells.ages);
        // Sums over later ages, filled from the last: Σ (D/S')² q / D and Σ (D/S')² q / S.
        let (mut phi, mut late) = (0.0, 0.0);
        let (mut msep, mut covariance) = (0.0, 0.0);
        cdr.fill(0.0);
        // In this year the origin `origins − 1 − age + year` develops from `age`, if there is one.
        let at = |age: usize| (origins + year).checked_sub(age + 1).filter(|at| *at < origins);
        // Origins are met from the oldest to the youngest; an origin pairs with all younger ones.
        let mut younger: f64 = (0..self.steps).filter_map(at).map(|i| self.ultimate[i]).sum();
        for age in (0..self.steps).rev() {
            let Some(origin) = at(age) else { continue };
            let place = age * origins + origin;
            let diagonal = scratch.value[place];
            let before = scratch.older[place];
            let q = scratch.q[age];
            let with = before + diagonal;
            let share = if before == f64::INFINITY { 0.0 } else { diagonal / with };
            let (own_error, learned) = if q > 0.0 {
                (q / before, q / with)
            } else if age + 1 == ages && before == 0.0 {
                // A tail without variance of its own: the first outcome tells it.
                let error = (self.error[age] / self.factor[age]).powi(2);
                (error, 0.0)
            } else {
                (0.0, 0.0)
            };
            let own = self.ultimate[origin];
            younger -= own;
            let error = own * own * (q / diagonal + phi + own_error + late);
            cdr[origin] = error.sqrt();
            msep += error;
            covariance += own * younger * (phi + learned + share * own_error + late);
            let square = share * share;
            phi += square * q / diagonal;
            late += square * own_error;
        }
        (msep + 2.0 * covariance).sqrt()
    }
}
