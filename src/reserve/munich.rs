//! Munich chain ladder: paid and incurred projected together.
//!
//! Quarg and Mack (2004), "Munich chain ladder", Blätter der DGVFM 26(4). With f, σ the chain ladder of
//! each, q = Σ P / Σ I and ρ² the variance parameter of the ratio (P/I around q with weights I, I/P
//! around 1/q with weights P), and λ the slope of the residuals of the links on those of the ratios:
//!
//! P(k+1) = P (f + λ σ/ρ (I/P − 1/q)) and the same for I with its own f, σ, ρ, λ and P/I − q.

use super::bf_mack::single_values;
use super::development::Cells;
use super::fitted::{Fitted, One, each};
use super::mack::{Fit, Method, fit};
use super::status::Status;

/// The projections of paid and of incurred; columns on both: `projected` (origin × age), `ratio` (q by
/// age), `rho`, and `correlation` (λ).
pub fn munich(
    paid: &[f64],
    incurred: &[f64],
    origins: usize,
    ages: usize,
    method: &Method,
    last_sigma: Option<(f64, f64)>,
) -> (Fitted, Fitted) {
    let mut ladders = (fit(paid, origins, ages, method), fit(incurred, origins, ages, method));
    if let Some((of_paid, of_incurred)) = last_sigma {
        // The sigma of an age with a single link, as the user has it.
        for (ladder, sigma, values) in
            [(&mut ladders.0, of_paid, paid), (&mut ladders.1, of_incurred, incurred)]
        {
            for (at, values) in values.chunks_exact((origins * ages).max(1)).enumerate() {
                let cells = Cells { origins, ages, values };
                for age in 0..ages.saturating_sub(1) {
                    if (0..origins).filter(|i| !cells.increment(*i, age + 1).is_nan()).count() == 1
                    {
                        ladder.sigma[at * ages + age] = sigma;
                    }
                }
            }
        }
    }
    let size = (origins * ages).max(1);
    let mut both: Vec<Pair> = Vec::new();
    let first = each(paid, origins, ages, false, |triangle, paid, one| {
        let values = &incurred[triangle * size..(triangle + 1) * size];
        let incurred = Cells { origins, ages, values };
        let at = triangle * ages..(triangle + 1) * ages;
        let side = |cells, ladder: &Fit| Side {
            cells,
            factor: ladder.factor[at.clone()].to_vec(),
            sigma: ladder.sigma[at.clone()].to_vec(),
        };
        let pair = Pair::new(side(paid, &ladders.0), side(incurred, &ladders.1));
        pair.fill(one, &ladders.0, triangle, true);
        both.push(pair);
    });
    let second = each(incurred, origins, ages, false, |triangle, _, one| {
        both[triangle].fill(one, &ladders.1, triangle, false);
    });
    (first, second)
}

struct Side<'a> {
    cells: Cells<'a>,
    factor: Vec<f64>,
    sigma: Vec<f64>,
}

/// What was found for one triangle.
struct Pair {
    ages: usize,
    factor: [Vec<f64>; 2],
    lambda: [f64; 2],
    ratio: Vec<f64>,
    rho: [Vec<f64>; 2],
    projected: [Vec<f64>; 2],
    /// An origin at which paid and incurred stop at different ages, or are not positive.
    fault: Option<(Status, usize, Option<usize>)>,
}

impl Pair {
    fn new(paid: Side<'_>, incurred: Side<'_>) -> Self {
        let (origins, ages) = (paid.cells.origins, paid.cells.ages);
        let (p, i) = (paid.cells, incurred.cells);
        let both = |origin: usize, age: usize| {
            let (p, i) = (p.row(origin)[age], i.row(origin)[age]);
            (p > 0.0 && i > 0.0).then_some((p, i))
        };
        let (mut ratio, mut rho) =
            (vec![f64::NAN; ages], [vec![f64::NAN; ages], vec![f64::NAN; ages]]);
        for age in 0..ages {
            let seen = || (0..origins).filter_map(|origin| both(origin, age));
            let (sum_p, sum_i) =
                seen().fold((0.0, 0.0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
            let q = sum_p / sum_i;
            ratio[age] = q;
            let n = seen().count();
            if n > 1 {
                let by_paid: f64 = seen().map(|(p, i)| p * (i / p - 1.0 / q).powi(2)).sum();
                let by_incurred: f64 = seen().map(|(p, i)| i * (p / i - q).powi(2)).sum();
                rho[0][age] = by_paid / (n - 1) as f64;
                rho[1][age] = by_incurred / (n - 1) as f64;
            }
        }
        for rho in &mut rho {
            single_values(rho);
            rho.iter_mut().for_each(|value| *value = value.sqrt());
        }
        let mut lambda = [0.0; 2];
        for (which, side) in [&paid, &incurred].into_iter().enumerate() {
            let (mut cross, mut square) = (0.0, 0.0);
            for age in 0..ages.saturating_sub(1) {
                for origin in 0..origins {
                    let Some((p, i)) = both(origin, age) else { continue };
                    let row = side.cells.row(origin);
                    let (start, end) = (row[age], row[age + 1]);
                    let away =
                        if which == 0 { i / p - 1.0 / ratio[age] } else { p / i - ratio[age] };
                    let of_ratio = away * start.sqrt() / rho[which][age];
                    let of_link = (end / start - side.factor[age]) * start.sqrt() / side.sigma[age];
                    // A link alone at its age has no residual.
                    let alone = (0..origins)
                        .filter(|o| !side.cells.increment(*o, age + 1).is_nan())
                        .count()
                        < 2;
                    if of_ratio.is_finite() && of_link.is_finite() && !alone {
                        cross += of_ratio * of_link;
                        square += of_ratio * of_ratio;
                    }
                }
            }
            lambda[which] = if square > 0.0 { cross / square } else { 0.0 };
        }
        let mut pair = Self {
            ages,
            lambda,
            ratio,
            rho,
            projected: [p.values.to_vec(), i.values.to_vec()],
            fault: None,
            factor: [paid.factor, incurred.factor],
        };
        pair.project(origins, [&paid.sigma, &incurred.sigma], [p, i]);
        pair
    }

    fn project(&mut self, origins: usize, sigma: [&Vec<f64>; 2], cells: [Cells<'_>; 2]) {
        for origin in 0..origins {
            let latest = [cells[0].latest_age(origin), cells[1].latest_age(origin)];
            let at = |age: usize| origin * self.ages + age;
            let (Some(a), Some(b)) = (latest[0], latest[1]) else {
                let status = Status::EmptyOrigin;
                self.fault = self.fault.or(Some((status, origin, None)));
                continue;
            };
            if a != b {
                self.fault = self.fault.or(Some((Status::NotAStaircase, origin, Some(a.min(b)))));
            }
            for age in a.min(b)..self.ages.saturating_sub(1) {
                let (p, i) = (self.projected[0][at(age)], self.projected[1][at(age)]);
                let away = [i / p - 1.0 / self.ratio[age], p / i - self.ratio[age]];
                for which in 0..2 {
                    if latest[which].is_some_and(|latest| latest > age) {
                        continue;
                    }
                    let slope = self.lambda[which] * sigma[which][age] / self.rho[which][age];
                    // Without any spread there is nothing to lean on.
                    let slope = if slope.is_finite() { slope } else { 0.0 };
                    let factor = self.factor[which][age] + slope * away[which];
                    self.projected[which][at(age + 1)] = self.projected[which][at(age)] * factor;
                }
                if !(p > 0.0 && i > 0.0) {
                    self.fault = self.fault.or(Some((Status::NotPositive, origin, Some(age))));
                }
            }
        }
    }

    fn fill(&self, one: &mut One, ladder: &Fit, triangle: usize, paid: bool) {
        let which = usize::from(!paid);
        for finding in ladder.findings.iter().filter(|finding| finding.triangle == triangle) {
            if finding.status != Status::ErrorsUndefined && finding.status < Status::NotFinite {
                one.tell(finding.status, finding.origin, finding.age);
            }
        }
        if let Some((status, origin, age)) = self.fault {
            one.tell(status, Some(origin), age);
        }
        let origins = one.latest.len();
        let tail = self.factor[which].last().copied().unwrap_or(1.0);
        one.factor.copy_from_slice(&self.factor[which]);
        for origin in 0..origins {
            one.ultimate[origin] = self.projected[which][(origin + 1) * self.ages - 1] * tail;
        }
        let ages = self.ages;
        one.column("projected", &[origins, ages], self.projected[which].clone());
        one.column("ratio", &[ages], self.ratio.clone());
        one.column("rho", &[ages], self.rho[which].clone());
        one.number("correlation", self.lambda[which]);
    }
}
