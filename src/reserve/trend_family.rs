//! Calendar-year trend: the probabilistic trend family of Barnett and Zehnwirth.
//!
//! Barnett and Zehnwirth (2000), "Best estimates for reserves", PCAS 87: logarithms of increments per
//! exposure are normal with variance σ² and mean level(origin) + Σ γ over the development steps up
//! to the age + Σ ι over the calendar steps up to the diagonal. Neighbouring steps may share a trend;
//! the last calendar trend goes on. Least squares; with x the row of a future cell, V the covariance
//! of the estimates and m = x'b, the cell has mean E exp(m + (σ² + x'Vx) / 2) and two cells the
//! covariance of log-normals: exp(x'Vy) − 1 times their means, with σ² added for a cell alone.

use super::development::Cells;
use super::fitted::{Fitted, One, each, usable};
use super::paid_incurred::form;
use super::status::Status;
use crate::numeric::Cholesky;

/// Which origins share a level and which steps share a trend: groups counted from 0 in order.
#[derive(Debug, Clone)]
pub struct Trends {
    /// By origin.
    pub level: Vec<usize>,
    /// By development step, from each age to the next.
    pub development: Vec<usize>,
    /// By calendar step, in development periods from the first diagonal; the last one goes on.
    pub calendar: Vec<usize>,
    /// Development periods of an origin period.
    pub per_origin: usize,
}

/// Applies the family to every triangle, with exposures by triangle and origin. Columns: `level`,
/// `development_trend`, `calendar_trend` (by group) and the same with `_error`, `sigma`, `residual`
/// (standardised, origin × age).
pub fn trend_family(
    values: &[f64],
    origins: usize,
    ages: usize,
    exposure: &[f64],
    trends: &Trends,
) -> Fitted {
    let groups = |of: &[usize]| of.iter().max().map_or(0, |last| last + 1);
    let sizes = [&trends.level, &trends.development, &trends.calendar].map(|of| groups(of));
    each(values, origins, ages, true, |triangle, cells, one| {
        let exposure = &exposure[triangle * origins..(triangle + 1) * origins];
        for (origin, exposure) in exposure.iter().enumerate() {
            if !usable(*exposure) {
                one.tell(Status::NoExposure, Some(origin), None);
            } else if cells.latest_age(origin).is_none() && one.worst() < Status::NotFinite {
                one.tell(Status::EmptyOrigin, Some(origin), None);
            }
        }
        let family = Family { trends, sizes, exposure };
        let (mut sigma, mut residual) = (f64::NAN, vec![f64::NAN; origins * ages]);
        let size: usize = sizes.iter().sum();
        let (mut estimate, mut error) = (vec![f64::NAN; size], vec![f64::NAN; size]);
        if let Some((fitted, covariance, variance)) = family.fit(cells, one, &mut residual) {
            family.forecast(cells, &fitted, &covariance, variance, one);
            error = (0..size).map(|k| covariance[k * size + k].sqrt()).collect();
            estimate = fitted;
            sigma = variance.sqrt();
        }
        let mut from = 0;
        let names = [
            ("level", "level_error"),
            ("development_trend", "development_trend_error"),
            ("calendar_trend", "calendar_trend_error"),
        ];
        for (size, (name, with_error)) in sizes.into_iter().zip(names) {
            one.column(name, &[size], estimate[from..from + size].to_vec());
            one.column(with_error, &[size], error[from..from + size].to_vec());
            from += size;
        }
        one.number("sigma", sigma);
        one.column("residual", &[origins, ages], residual);
    })
}

struct Family<'a> {
    trends: &'a Trends,
    sizes: [usize; 3],
    exposure: &'a [f64],
}

impl Family<'_> {
    fn row(&self, origin: usize, age: usize) -> Vec<f64> {
        let [levels, steps, _] = self.sizes;
        let mut row = vec![0.0; self.sizes.iter().sum()];
        row[self.trends.level[origin]] = 1.0;
        for group in &self.trends.development[..age] {
            row[levels + group] += 1.0;
        }
        let last = self.trends.calendar.len().saturating_sub(1);
        for step in 0..origin * self.trends.per_origin + age {
            if let Some(group) = self.trends.calendar.get(step.min(last)) {
                row[levels + steps + group] += 1.0;
            }
        }
        row
    }

    /// Estimates, their covariance and σ².
    fn fit(
        &self,
        cells: Cells<'_>,
        one: &mut One,
        residual: &mut [f64],
    ) -> Option<(Vec<f64>, Vec<f64>, f64)> {
        let size: usize = self.sizes.iter().sum();
        let (mut normal, mut estimate) = (vec![0.0; size * size], vec![0.0; size]);
        let mut seen = Vec::new();
        for (origin, age, amount) in cells.increments() {
            if !usable(self.exposure[origin]) {
                continue;
            }
            if !(amount > 0.0 && amount.is_finite()) {
                one.tell(Status::CellsLeftOut, Some(origin), Some(age));
                continue;
            }
            let (row, y) = (self.row(origin, age), libm::log(amount / self.exposure[origin]));
            for i in 0..size {
                estimate[i] += row[i] * y;
                for k in 0..size {
                    normal[i * size + k] += row[i] * row[k];
                }
            }
            seen.push((origin, age, row, y));
        }
        let factor = Cholesky::new(&normal, size).filter(|_| seen.len() > size);
        let Some(factor) = factor else {
            if one.worst() < Status::TooFewCells {
                one.tell(Status::TooFewCells, None, None);
            }
            return None;
        };
        factor.solve(&mut estimate);
        let miss =
            |row: &[f64], y: f64| y - row.iter().zip(&estimate).map(|(x, b)| x * b).sum::<f64>();
        let squares: f64 = seen.iter().map(|(_, _, row, y)| miss(row, *y).powi(2)).sum();
        let variance = squares / (seen.len() - size) as f64;
        for (origin, age, row, y) in &seen {
            residual[origin * cells.ages + age] = miss(row, *y) / variance.sqrt();
        }
        let mut covariance = factor.inverse();
        covariance.iter_mut().for_each(|value| *value *= variance);
        Some((estimate, covariance, variance))
    }

    fn forecast(
        &self,
        cells: Cells<'_>,
        estimate: &[f64],
        covariance: &[f64],
        variance: f64,
        one: &mut One,
    ) {
        let mut future: Vec<(usize, Vec<f64>, f64)> = Vec::new();
        for origin in 0..cells.origins {
            let Some(latest) = cells.latest_age(origin) else { continue };
            if !usable(self.exposure[origin]) {
                continue;
            }
            one.ultimate[origin] = one.latest[origin];
            (one.process[origin], one.parameter[origin]) = (0.0, 0.0);
            for age in latest + 1..cells.ages {
                let row = self.row(origin, age);
                let log: f64 = row.iter().zip(estimate).map(|(x, b)| x * b).sum();
                let spread = form(&row, &row, covariance);
                let mean = self.exposure[origin] * libm::exp(log + f64::midpoint(variance, spread));
                one.ultimate[origin] += mean;
                // σ² given the trends, and what the trends add.
                let process = mean * mean * libm::exp(spread) * libm::expm1(variance);
                one.process[origin] += process;
                future.push((origin, row, mean));
            }
        }
        one.total_process = one.process.iter().filter(|value| !value.is_nan()).sum();
        one.total_parameter = 0.0;
        for (origin, row, mean) in &future {
            for (other, column, other_mean) in &future {
                let common = mean * other_mean * libm::expm1(form(row, column, covariance));
                one.total_parameter += common;
                if origin == other {
                    one.parameter[*origin] += common;
                }
            }
        }
    }
}
