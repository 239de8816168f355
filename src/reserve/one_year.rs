//! The claims development result of the coming year: its standard error at the present.
//!
//! Merz and Wüthrich (2008), "Modelling the claims development result for solvency purposes", CAS
//! E-Forum, Fall 2008, result 3.2 and 3.3 (linearised). With a the latest age of an origin, U its
//! ultimate, q = σ² / f², S the sum of the values that f is estimated from and S' that sum with the
//! value D on the latest diagonal:
//!
//! msep = U² (q(a) / C(a) + Φ + q(a) / S(a) + Σ (D/S')² q / S), Φ = Σ (D/S')² q / D over later ages.
//! The total adds, for each pair, 2 U U' (Φ + q(a) / S'(a) + (D/S') q(a) / S(a) + Σ (D/S')² q / S)
//! with the sums of the older origin.

use super::development::Cells;
use super::mack::{Fit, Method, fit};
use super::status::{Finding, Status};

/// Standard errors of next year's claims development result, by triangle.
#[derive(Debug, Clone, Default)]
pub struct OneYear {
    /// By triangle and origin.
    pub cdr: Vec<f64>,
    /// By triangle.
    pub total_cdr: Vec<f64>,
    pub status: Vec<Status>,
    pub findings: Vec<Finding>,
    /// The Mack fit (volume weights, no tail) that it stands on.
    pub mack: Fit,
}

/// The one-year view of every triangle of `values`, laid out as for [`fit`].
///
/// It needs a staircase: every cell up to one latest diagonal observed and positive. A triangle
/// that is not one gets the status [`Status::NotAStaircase`] and the first cell at fault.
pub fn one_year(values: &[f64], origins: usize, ages: usize) -> OneYear {
    let mack = fit(values, origins, ages, &Method::mack());
    let mut all = OneYear { findings: mack.findings.clone(), ..OneYear::default() };
    for (triangle, values) in values.chunks_exact((origins * ages).max(1)).enumerate() {
        let cells = Cells { origins, ages, values };
        let mut status = mack.status[triangle];
        let from = all.cdr.len();
        all.cdr.resize(from + origins, f64::NAN);
        all.total_cdr.push(f64::NAN);
        if status < Status::ErrorsUndefined {
            if let Some((origin, age)) = off_staircase(cells) {
                status = Status::NotAStaircase;
                let (origin, age) = (Some(origin), Some(age));
                all.findings.push(Finding { triangle, status, origin, age });
            } else {
                let links = triangle * ages..(triangle + 1) * ages;
                let ultimate = &mack.ultimate[triangle * origins..(triangle + 1) * origins];
                let (factor, sigma) = (&mack.factor[links.clone()], &mack.sigma[links]);
                all.total_cdr[triangle] =
                    staircase(cells, factor, sigma, ultimate, &mut all.cdr[from..]);
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

/// Fills `cdr` and returns the error of the total.
fn staircase(
    cells: Cells<'_>,
    factor: &[f64],
    sigma: &[f64],
    ultimate: &[f64],
    cdr: &mut [f64],
) -> f64 {
    let (origins, ages) = (cells.origins, cells.ages);
    let links = ages.saturating_sub(1).min(origins.saturating_sub(1));
    // Sums over later ages, filled from the last: Σ (D/S')² q / D and Σ (D/S')² q / S.
    let (mut phi, mut late) = (0.0, 0.0);
    let (mut msep, mut covariance) = (0.0, 0.0);
    cdr.fill(0.0);
    // Origins are met from the oldest to the youngest; an origin pairs with all younger ones.
    let mut younger: f64 = (0..links).map(|age| ultimate[origins - 1 - age]).sum();
    for age in (0..links).rev() {
        let origin = origins - 1 - age;
        let diagonal = cells.row(origin)[age];
        let before: f64 = (0..origin).map(|i| cells.row(i)[age]).sum();
        let with = before + diagonal;
        let q = (sigma[age] / factor[age]).powi(2);
        let own = ultimate[origin];
        younger -= own;
        let error = own * own * (q / diagonal + phi + q / before + late);
        cdr[origin] = error.sqrt();
        msep += error;
        covariance += own * younger * (phi + q / with + diagonal / with * q / before + late);
        let share = (diagonal / with).powi(2) * q;
        phi += share / diagonal;
        late += share / before;
    }
    (msep + 2.0 * covariance).sqrt()
}
