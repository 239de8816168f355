//! Generalised linear models of the increments: over-dispersed Poisson, gamma, and powers between.
//!
//! ln E[X(i, k)] = a(i) + b(k), Var[X] = φ μ^power, fitted by Fisher scoring on the quasi-likelihood; φ
//! is Pearson's. The reserve is the sum of the future means; process² = φ Σ μ^power and
//! parameter² = gᵀ Cov g with g the derivatives of that sum (England and Verrall 1999, "Analytic and
//! bootstrap estimates of prediction errors in claims reserving", IME 25(3); Renshaw and Verrall 1998,
//! BAJ 4(4)). With power 1 the reserves are those of the chain ladder.

use super::development::Cells;
use super::fitted::{Fitted, One, each};
use super::status::Status;
use crate::numeric::Cholesky;

/// Columns: `dispersion`, `fitted` (means by origin × age, past and future), `residual` (Pearson's, NaN
/// where nothing is observed).
pub fn glm(values: &[f64], origins: usize, ages: usize, power: f64) -> Fitted {
    each(values, origins, ages, true, |_, cells, one| {
        let size = origins * ages;
        let (mut fitted, mut residual) = (vec![f64::NAN; size], vec![f64::NAN; size]);
        let mut dispersion = f64::NAN;
        if one.worst() < Status::NotFinite
            && let Some(model) = Model::new(cells, power, one)
            && let Some((effects, information)) = model.solve(one)
        {
            dispersion = model.results(&effects, &information, one, &mut fitted);
            for cell in &model.cells {
                let at = cell.origin * ages + cell.age;
                residual[at] = (cell.amount - fitted[at]) / deviation(fitted[at], power);
            }
        }
        one.number("dispersion", dispersion);
        one.column("fitted", &[origins, ages], fitted);
        one.column("residual", &[origins, ages], residual);
    })
}

fn deviation(mean: f64, power: f64) -> f64 {
    variance(mean, power).sqrt()
}

fn variance(mean: f64, power: f64) -> f64 {
    if power == 1.0 {
        mean
    } else if power == 2.0 {
        mean * mean
    } else {
        libm::pow(mean, power)
    }
}

struct Cell {
    origin: usize,
    age: usize,
    amount: f64,
}

struct Model {
    power: f64,
    origins: usize,
    ages: usize,
    cells: Vec<Cell>,
    /// Place of the effect of an origin or age among the parameters; the first age has none.
    row: Vec<Option<usize>>,
    column: Vec<Column>,
    parameters: usize,
    latest_age: Vec<Option<usize>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Column {
    /// Nothing observed.
    Unknown,
    /// All increments are zero, and so are the means.
    Zero,
    First,
    Effect(usize),
}

impl Model {
    fn new(cells: Cells<'_>, power: f64, one: &mut One) -> Option<Self> {
        let (origins, ages) = (cells.origins, cells.ages);
        let all: Vec<Cell> =
            cells.increments().map(|(origin, age, amount)| Cell { origin, age, amount }).collect();
        let sum = |pick: &dyn Fn(&Cell) -> bool| -> (f64, bool, bool) {
            let amounts = || all.iter().filter(|cell| pick(cell)).map(|cell| cell.amount);
            (amounts().sum(), amounts().all(|amount| amount == 0.0), amounts().next().is_some())
        };
        let mut parameters = 0;
        let mut next = || {
            parameters += 1;
            parameters - 1
        };
        let latest_age: Vec<Option<usize>> = (0..origins).map(|i| cells.latest_age(i)).collect();
        let mut row = vec![None; origins];
        for origin in 0..origins {
            match sum(&|cell| cell.origin == origin) {
                (_, _, false) => one.tell(Status::EmptyOrigin, Some(origin), None),
                (_, true, _) => one.tell(Status::ZeroLatest, Some(origin), None),
                (sum, ..) if sum <= 0.0 => one.tell(Status::NotPositive, Some(origin), None),
                _ => row[origin] = Some(next()),
            }
        }
        let mut column = vec![Column::Unknown; ages];
        for age in 0..ages {
            column[age] = match sum(&|cell| cell.age == age && row[cell.origin].is_some()) {
                (_, _, false) => Column::Unknown,
                (_, true, _) => {
                    one.tell(Status::CellsLeftOut, None, Some(age));
                    Column::Zero
                }
                (sum, ..) if sum <= 0.0 => {
                    one.tell(Status::NotPositive, None, Some(age));
                    Column::Unknown
                }
                _ if column.contains(&Column::First) => Column::Effect(next()),
                _ => Column::First,
            };
        }
        let used = |cell: &Cell| {
            row[cell.origin].is_some()
                && matches!(column[cell.age], Column::First | Column::Effect(_))
        };
        let cells: Vec<Cell> = all.into_iter().filter(used).collect();
        if cells.len() < parameters || parameters == 0 {
            one.tell(Status::TooFewCells, None, None);
        }
        let fatal = one.worst() > Status::TailUndefined && one.worst() != Status::EmptyOrigin;
        (!fatal).then_some(Self {
            power,
            origins,
            ages,
            cells,
            row,
            column,
            parameters,
            latest_age,
        })
    }

    /// The parameters that the linear predictor of a cell adds up.
    fn places(&self, origin: usize, age: usize) -> Option<[Option<usize>; 2]> {
        let second = match self.column[age] {
            Column::Effect(at) => Some(at),
            Column::First => None,
            _ => return None,
        };
        Some([Some(self.row[origin]?), second])
    }

    fn mean(&self, effects: &[f64], origin: usize, age: usize) -> f64 {
        if self.column[age] == Column::Zero {
            return 0.0;
        }
        if self.row[origin].is_none() && self.latest_age[origin].is_some() {
            return 0.0; // all its increments are zero
        }
        self.places(origin, age).map_or(f64::NAN, |places| {
            libm::exp(places.iter().flatten().map(|at| effects[*at]).sum())
        })
    }

    /// Effects and information / φ.
    fn solve(&self, one: &mut One) -> Option<(Vec<f64>, Vec<f64>)> {
        let size = self.parameters;
        let scale =
            self.cells.iter().map(|cell| cell.amount).sum::<f64>() / self.cells.len() as f64;
        // Start: means between the amounts and their average.
        let mut predictors: Vec<f64> = self
            .cells
            .iter()
            .map(|cell| libm::log(f64::midpoint(cell.amount, scale).max(0.1 * scale)))
            .collect();
        let mut effects = vec![0.0; size];
        for round in 0..200 {
            let mut information = vec![0.0; size * size];
            let mut score = vec![0.0; size];
            for (cell, predictor) in self.cells.iter().zip(&predictors) {
                let mean = libm::exp(*predictor);
                let weight = mean * mean / variance(mean, self.power);
                let response = predictor + (cell.amount - mean) / mean;
                let places = self.places(cell.origin, cell.age)?;
                for a in places.iter().flatten() {
                    score[*a] += weight * response;
                    for b in places.iter().flatten() {
                        information[a * size + b] += weight;
                    }
                }
            }
            let Some(factor) = Cholesky::new(&information, size) else {
                let status = if round == 0 { Status::TooFewCells } else { Status::NotConverged };
                one.tell(status, None, None);
                return None;
            };
            factor.solve(&mut score);
            let change = effects
                .iter()
                .zip(&score)
                .map(|(old, new)| (old - new).abs() / (1.0 + new.abs()))
                .fold(0.0, f64::max);
            effects = score;
            for (cell, predictor) in self.cells.iter().zip(&mut predictors) {
                let places = self.places(cell.origin, cell.age)?;
                *predictor = places.iter().flatten().map(|at| effects[*at]).sum();
            }
            if !change.is_finite() {
                break;
            }
            if change < 1e-14 || (round > 30 && change < 1e-12) {
                return Some((effects, information));
            }
        }
        one.tell(Status::NotConverged, None, None);
        None
    }

    /// Fills in means, reserves and variances; returns φ.
    fn results(
        &self,
        effects: &[f64],
        information: &[f64],
        one: &mut One,
        fitted: &mut [f64],
    ) -> f64 {
        let size = self.parameters;
        for origin in 0..self.origins {
            for age in 0..self.ages {
                fitted[origin * self.ages + age] = self.mean(effects, origin, age);
            }
        }
        let pearson: f64 = self
            .cells
            .iter()
            .map(|cell| (cell.amount, fitted[cell.origin * self.ages + cell.age]))
            .map(|(amount, mean)| (amount - mean).powi(2) / variance(mean, self.power))
            .sum();
        let freedom = self.cells.len() - size;
        let dispersion = if freedom == 0 { f64::NAN } else { pearson / freedom as f64 };
        let Some(factor) = Cholesky::new(information, size) else { return f64::NAN };
        let spread = |gradient: &[f64]| {
            let mut solved = gradient.to_vec();
            factor.solve(&mut solved);
            let form = gradient.iter().zip(&solved).map(|(g, s)| g * s).sum::<f64>();
            if form == 0.0 { 0.0 } else { dispersion * form }
        };
        let mut total = vec![0.0; size];
        one.total_process = 0.0;
        for origin in 0..self.origins {
            let Some(last) = self.latest_age[origin] else { continue };
            let mut gradient = vec![0.0; size];
            let (mut reserve, mut process) = (0.0, 0.0);
            for age in last + 1..self.ages {
                let mean = fitted[origin * self.ages + age];
                if mean.is_nan() {
                    one.tell(Status::NoFactor, Some(origin), Some(age));
                }
                reserve += mean;
                process += variance(mean, self.power);
                if let Some(places) = self.places(origin, age) {
                    places.iter().flatten().for_each(|at| gradient[*at] += mean);
                }
            }
            one.ultimate[origin] = one.latest[origin] + reserve;
            one.process[origin] = if process == 0.0 { 0.0 } else { dispersion * process };
            one.parameter[origin] = spread(&gradient);
            if !reserve.is_nan() {
                one.total_process += one.process[origin];
                total.iter_mut().zip(&gradient).for_each(|(total, g)| *total += g);
            }
        }
        one.total_parameter = spread(&total);
        // Shares of the ages, as factors.
        let mut emerged = 0.0;
        let effect = |age: usize| match self.column[age] {
            Column::Unknown => f64::NAN,
            Column::Zero => 0.0,
            Column::First => 1.0,
            Column::Effect(at) => libm::exp(effects[at]),
        };
        for age in 0..self.ages {
            emerged += effect(age);
            one.factor[age] =
                if age + 1 == self.ages { 1.0 } else { 1.0 + effect(age + 1) / emerged };
        }
        dispersion
    }
}
