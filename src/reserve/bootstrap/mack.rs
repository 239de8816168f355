//! One block of the bootstrap of Mack's model: 64 outcomes side by side.
//!
//! England and Verrall (2006), "Predictive distributions of outstanding liabilities in general
//! insurance", Annals of Actuarial Science 1(2), section 5. The residuals of the link ratios
//! r = √w (F − f) / σ, w = C^alpha, enlarged by √(n / (n − 1)) for the n links of an age, are drawn
//! for new ratios, whose average is a new factor; the future develops from the observed diagonal,
//! each step with mean f C and variance σ² C^(2 − alpha).

use super::super::development::{Average, Cells, Development};
use super::odp::{Address, Counts};
use super::plan::Future;
use super::process::{self, Negatives, Process};
use super::refit::Lane;
use crate::random::{LANES, Lanes, Purpose};

/// How the factors vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FactorError {
    /// Averages of resampled link ratios.
    #[default]
    Resampled,
    /// Normal around the estimate, with its standard error.
    Normal,
}

impl FactorError {
    pub const ALL: [(&str, Self); 2] = [("resampled", Self::Resampled), ("normal", Self::Normal)];
}

/// A link that takes part in the average of its age.
#[derive(Debug, Clone, Copy)]
struct Link {
    age: usize,
    weight: f64,
}

/// All that the blocks of one triangle share.
#[derive(Debug)]
pub(super) struct MackModel<'a> {
    pub cells: Cells<'a>,
    pub development: &'a Development,
    pub factor: &'a [f64],
    pub factor_error: &'a [f64],
    pub sigma: &'a [f64],
    links: Vec<Link>,
    weights: Vec<f64>,
    pub pool: Vec<f64>,
    pub future: Vec<Future>,
    pub errors: FactorError,
    pub process: Process,
    pub negatives: Negatives,
}

/// Working memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    uniform: Vec<f64>,
    factors: Vec<Lane>,
    pub increment: Vec<f64>,
    process: process::Scratch,
}

/// What the model stands on: the fit, its factors with the tail last, and the choices.
pub(super) struct Basis<'a> {
    pub cells: Cells<'a>,
    pub development: &'a Development,
    pub factor: &'a [f64],
    pub factor_error: &'a [f64],
    pub sigma: &'a [f64],
    pub links: Vec<Vec<usize>>,
    pub future: Vec<Future>,
}

/// Whether every factor is a weighted mean of ratios, and nothing else.
fn is_weighted(development: &Development) -> bool {
    let mean = |average| matches!(average, Average::Volume | Average::Simple | Average::Regression);
    let choices = development.by_age.iter().map(|(_, choice)| choice).chain([&development.all]);
    choices.into_iter().all(|choice| {
        mean(choice.average) && choice.high == 0 && choice.low == 0 && choice.given.is_none()
    })
}

impl<'a> MackModel<'a> {
    /// `None` when no residual can be had.
    pub fn new(
        basis: Basis<'a>,
        errors: FactorError,
        process: Process,
        negatives: Negatives,
        centre: bool,
    ) -> Option<Self> {
        let Basis { cells, development, factor, factor_error, sigma, links: used, future } = basis;
        // An average that judgement touches is no longer a sum of weighted ratios.
        let errors = if is_weighted(development) { errors } else { FactorError::Normal };
        let mut links = Vec::new();
        let mut pool = Vec::new();
        let mut weights = vec![0.0; used.len()];
        for (age, origins) in used.iter().enumerate() {
            let grow = (origins.len() as f64 / (origins.len() as f64 - 1.0)).sqrt();
            for origin in origins {
                let (start, end) = (cells.row(*origin)[age], cells.row(*origin)[age + 1]);
                let average = development.choice(age).average;
                let weight = average.weight(start) * development.weight(cells.ages, *origin, age);
                links.push(Link { age, weight });
                weights[age] += weight;
                let residual = weight.sqrt() * (end / start - factor[age]) / sigma[age] * grow;
                if origins.len() > 1 && residual.is_finite() {
                    pool.push(residual);
                }
            }
        }
        if centre && !pool.is_empty() {
            let mean = pool.iter().sum::<f64>() / pool.len() as f64;
            for residual in &mut pool {
                *residual -= mean;
            }
        }
        let silent = pool.is_empty() && sigma.iter().any(|sigma| *sigma > 0.0);
        if silent && errors == FactorError::Resampled {
            return None;
        }
        Some(Self {
            cells,
            development,
            factor,
            factor_error,
            sigma,
            links,
            weights,
            pool,
            future,
            errors,
            process,
            negatives,
        })
    }

    /// Fills `scratch.increment` with the future cells of 64 outcomes.
    pub fn block(&self, address: Address, lanes: usize, scratch: &mut Scratch) -> Counts {
        let Address { seed, entity, resample, block } = address;
        let mut counts = Counts::default();
        let ages = self.cells.ages;
        let Scratch { uniform, factors, increment, process } = scratch;
        factors.clear();
        factors.extend(self.factor.iter().map(|factor| [*factor; LANES]));

        let columns = self.links.len() + ages;
        let draws = Lanes { seed, purpose: Purpose::Bootstrap, entity: resample, block, columns };
        match self.errors {
            FactorError::Resampled if !self.pool.is_empty() => {
                uniform.resize(self.links.len() * LANES, 0.0);
                draws.uniform(0, uniform);
                let count = self.pool.len() as f64;
                for (link, uniform) in self.links.iter().zip(uniform.as_chunks::<LANES>().0) {
                    // w F* = w f + √w σ r: its sum over all weights is the new factor.
                    let (sigma, total) = (self.sigma[link.age], self.weights[link.age]);
                    let unit = sigma * link.weight.sqrt() / total;
                    let factor = &mut factors[link.age];
                    for lane in 0..LANES {
                        let at = (uniform[lane] * count) as u32 as usize;
                        factor[lane] += unit * self.pool.get(at).copied().unwrap_or(0.0);
                    }
                }
            }
            _ => self.shift(&draws, 0..ages - 1, uniform, factors),
        }
        // The tail is no average of links.
        if self.factor_error[ages - 1] > 0.0 {
            self.shift(&draws, ages - 1..ages, uniform, factors);
        }
        for (factor, fitted) in factors.iter_mut().zip(self.factor) {
            for factor in &mut factor[..lanes] {
                if *factor <= 0.0 {
                    counts.factors_replaced += 1;
                    *factor = *fitted;
                }
            }
        }

        increment.resize(self.future.len() * LANES, 0.0);
        let columns = self.future.len();
        let draws = Lanes { seed, purpose: Purpose::Process, entity, block, columns };
        let mut current = [0.0; LANES];
        let mut variance = [0.0; LANES];
        let mut next = [0.0; LANES];
        for (at, cell) in self.future.iter().enumerate() {
            if cell.first {
                current.fill(self.cells.row(cell.origin)[cell.age]);
            }
            let average = self.development.choice(cell.age).average;
            let square = self.sigma[cell.age] * self.sigma[cell.age];
            for lane in 0..LANES {
                next[lane] = current[lane] * factors[cell.age][lane];
                let spread = square * average.variance(current[lane].abs());
                variance[lane] = if square > 0.0 { spread } else { 0.0 };
            }
            counts.negative_means += process::apply(
                self.process,
                self.negatives,
                &draws,
                at,
                &mut next,
                &variance,
                process,
            );
            let out = &mut increment[at * LANES..(at + 1) * LANES];
            for lane in 0..LANES {
                out[lane] = next[lane] - current[lane];
                current[lane] = next[lane];
            }
        }
        counts
    }

    /// Moves factors by normal errors; their draws stand after those of the links.
    fn shift(
        &self,
        draws: &Lanes,
        ages: std::ops::Range<usize>,
        normal: &mut Vec<f64>,
        factors: &mut [Lane],
    ) {
        normal.resize(LANES, 0.0);
        for age in ages {
            draws.normal(self.links.len() + age, &mut normal[..LANES]);
            for lane in 0..LANES {
                factors[age][lane] += self.factor_error[age] * normal[lane];
            }
        }
    }
}
