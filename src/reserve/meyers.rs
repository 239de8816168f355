//! Meyers' Bayesian models of cumulative losses, by a sampler of their own.
//!
//! Meyers (2019), "Stochastic loss reserving using Bayesian MCMC models", 2nd ed., CAS Monograph 8:
//! ln C(w, d) ~ N(μ(w, d), σ²(d)), with m = ln premium + logelr + α(w) + β(d), α(1) = β(D) = 0, and
//!
//! - changing settlement rate (CSR): β(d) is multiplied by (1 − γ)^(w−1), γ ~ N(0, 0.05);
//! - correlated accident years (CAY; the correlated chain ladder of the first edition):
//!   μ(w, d) = m + ρ (ln C(w−1, d) − μ(w−1, d)), (1 + ρ) / 2 ~ Beta(2, 2).
//!
//! logelr ~ N(−0.4, √10), α, β ~ N(0, √10), σ²(d) = a(d) + … + a(D), a ~ U(0, 1).
//!
//! # Sampler
//!
//! Given σ and γ or ρ, the errors e(w) = ln C(w) − μ(w) are linear in θ = (logelr, α, β): for CAY
//! e(w) = r(w) − ρ e(w−1) with r the error without correlation. So γ or ρ is drawn with θ integrated
//! out (slice sampling: Neal 2003, Annals of Statistics 31(3)), then θ from its normal distribution,
//! then each ln a by slice sampling. Chains start apart and run in streams of their own.

use super::development::Cells;
use crate::numeric::{Cholesky, exp, ln};
use crate::random::{Purpose, Stream};

/// Which of the two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    CorrelatedChainLadder,
    ChangingSettlementRate,
}

/// Length of a run.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    pub chains: usize,
    pub warmup: usize,
    /// Kept from each chain, one of every `thin`.
    pub draws: usize,
    pub thin: usize,
}

/// The log losses of one triangle that the model can take.
#[derive(Debug)]
pub(super) struct Data {
    pub model: Model,
    pub origins: usize,
    pub ages: usize,
    /// (origin, age, ln C − ln premium), by age and then origin.
    cells: Vec<(usize, usize, f64)>,
    ln_premium: Vec<f64>,
    /// ln C at the last age, where observed.
    settled: Vec<Option<f64>>,
}

/// What one chain kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// By draw: logelr, γ or ρ, α by origin, β by age, σ by age.
    pub parameters: Vec<f64>,
    /// By draw and origin: simulated ultimate, and its mean given the parameters.
    pub ultimate: Vec<f64>,
    pub mean: Vec<f64>,
}

const PRIOR_VARIANCE: f64 = 10.0;
const PRIOR_LOGELR: f64 = -0.4;
const GAMMA_SD: f64 = 0.05;

impl Data {
    /// `None` where nothing can be estimated; cells that are not positive go to `refused`.
    pub fn new(
        model: Model,
        cells: Cells<'_>,
        premium: &[f64],
        mut refused: impl FnMut(usize, usize),
    ) -> Option<Self> {
        let (origins, ages) = (cells.origins, cells.ages);
        let mut data = Self {
            model,
            origins,
            ages,
            cells: Vec::new(),
            ln_premium: premium.iter().map(|p| ln(*p)).collect(),
            settled: vec![None; origins],
        };
        for age in 0..ages {
            for origin in 0..origins {
                let value = cells.row(origin)[age];
                if value.is_nan() {
                    continue;
                }
                if !(value > 0.0 && value.is_finite()) {
                    refused(origin, age);
                    continue;
                }
                data.cells.push((origin, age, ln(value) - data.ln_premium[origin]));
                if age + 1 == ages {
                    data.settled[origin] = Some(ln(value));
                }
            }
        }
        (data.cells.len() > ages).then_some(data)
    }

    /// Number of linear parameters.
    fn linear(&self) -> usize {
        self.origins + self.ages - 1
    }

    /// Width of a draw in [`Trace::parameters`].
    pub fn width(&self) -> usize {
        2 + self.origins + 2 * self.ages
    }

    /// Precision and shift of θ, and the log likelihood with θ integrated out, given γ or ρ and σ².
    fn integrate(&self, special: f64, variance: &[f64], work: &mut Work) -> f64 {
        let size = self.linear();
        let alpha = 1;
        let beta = self.origins;
        work.precision.clear();
        work.precision.resize(size * size, 0.0);
        work.shift.clear();
        work.shift.resize(size, 0.0);
        for k in 0..size {
            work.precision[k * size + k] = 1.0 / PRIOR_VARIANCE;
        }
        work.shift[0] = PRIOR_LOGELR / PRIOR_VARIANCE;
        let mut square = PRIOR_LOGELR * PRIOR_LOGELR / PRIOR_VARIANCE;
        let mut logs = 0.0;
        work.row.clear();
        work.row.resize(size, 0.0);
        let (mut value, mut before) = (0.0, None);
        for (origin, age, y) in &self.cells {
            let correlated = self.model == Model::CorrelatedChainLadder
                && before.is_some_and(|(o, a)| a == *age && o + 1 == *origin);
            if correlated {
                work.row.iter_mut().for_each(|x| *x *= -special);
                value *= -special;
            } else {
                work.row.fill(0.0);
                value = 0.0;
            }
            value += y;
            work.row[0] += 1.0;
            if *origin > 0 {
                work.row[alpha + origin - 1] += 1.0;
            }
            if age + 1 < self.ages {
                work.row[beta + age] += self.speed(special, *origin);
            }
            before = Some((*origin, *age));
            let weight = 1.0 / variance[*age];
            square += value * value * weight;
            logs += ln(variance[*age]);
            for i in 0..size {
                if work.row[i] == 0.0 {
                    continue;
                }
                let scaled = work.row[i] * weight;
                work.shift[i] += scaled * value;
                for k in 0..=i {
                    work.precision[i * size + k] += scaled * work.row[k];
                }
            }
        }
        let Some(factor) = Cholesky::new(&work.precision, size) else { return f64::NEG_INFINITY };
        work.mean.clear();
        work.mean.extend_from_slice(&work.shift);
        factor.solve(&mut work.mean);
        let fit: f64 = work.mean.iter().zip(&work.shift).map(|(m, s)| m * s).sum();
        let result = -0.5 * (logs + square - fit) - 0.5 * factor.ln_determinant();
        work.factor = Some(factor);
        result
    }

    /// Multiplier of β for an origin.
    fn speed(&self, special: f64, origin: usize) -> f64 {
        match self.model {
            Model::CorrelatedChainLadder => 1.0,
            Model::ChangingSettlementRate => (1.0 - special).powi(origin as i32),
        }
    }

    fn ln_prior(&self, special: f64) -> f64 {
        match self.model {
            Model::CorrelatedChainLadder if special.abs() < 1.0 => ln(1.0 - special * special),
            Model::CorrelatedChainLadder => f64::NEG_INFINITY,
            Model::ChangingSettlementRate => -0.5 * (special / GAMMA_SD).powi(2),
        }
    }

    /// Errors of all cells, in their order.
    fn errors(&self, special: f64, theta: &[f64], errors: &mut Vec<f64>) {
        errors.clear();
        let mut before: Option<(usize, usize)> = None;
        for (origin, age, y) in &self.cells {
            let mut error = y - self.mean(special, theta, *origin, *age);
            if self.model == Model::CorrelatedChainLadder
                && before.is_some_and(|(o, a)| a == *age && o + 1 == *origin)
            {
                error -= special * errors.last().copied().unwrap_or(0.0);
            }
            before = Some((*origin, *age));
            errors.push(error);
        }
    }

    /// logelr + α + β, without correlation.
    fn mean(&self, special: f64, theta: &[f64], origin: usize, age: usize) -> f64 {
        let alpha = if origin == 0 { 0.0 } else { theta[origin] };
        let beta = if age + 1 == self.ages { 0.0 } else { theta[self.origins + age] };
        theta[0] + alpha + beta * self.speed(special, origin)
    }

    /// Runs one chain. Streams: parameters of `entity` in block `chain`.
    pub fn run(
        &self,
        length: Length,
        seed: u64,
        entity: u64,
        chain: u64,
        stop: impl Fn() -> bool,
    ) -> Trace {
        let mut draws = Stream::new(seed, Purpose::Parameter, entity, chain);
        let mut process = Stream::new(seed, Purpose::Process, entity, chain);
        let mut work = Work::default();
        // Starts apart from one another: σ from 0.01 to 0.5 and a random γ or ρ.
        let mut ln_a: Vec<f64> = (0..self.ages)
            .map(|_| ln(1e-4) + draws.uniform() * (ln(0.25) - ln(1e-4)))
            .map(|value| value - ln(self.ages as f64))
            .collect();
        let mut special = match self.model {
            Model::CorrelatedChainLadder => 1.6 * draws.uniform() - 0.8,
            Model::ChangingSettlementRate => 0.2 * draws.uniform() - 0.1,
        };
        let mut variance = vec![0.0; self.ages];
        sums(&ln_a, &mut variance);
        let mut trace = Trace::default();
        let (mut theta, mut errors) = (vec![0.0; self.linear()], Vec::new());
        let (mut squares, mut counts) = (vec![0.0; self.ages], vec![0.0; self.ages]);
        for (_, age, _) in &self.cells {
            counts[*age] += 1.0;
        }
        for sweep in 0..length.warmup + length.draws * length.thin {
            if stop() {
                break;
            }
            let width = match self.model {
                Model::CorrelatedChainLadder => 0.5,
                Model::ChangingSettlementRate => 0.05,
            };
            special = slice(special, width, &mut draws, |x| {
                let prior = self.ln_prior(x);
                if prior == f64::NEG_INFINITY {
                    prior
                } else {
                    prior + self.integrate(x, &variance, &mut work)
                }
            });
            self.integrate(special, &variance, &mut work);
            if let Some(factor) = &work.factor {
                theta.iter_mut().for_each(|value| *value = draws.normal());
                factor.solve_transposed(&mut theta);
                theta.iter_mut().zip(&work.mean).for_each(|(value, mean)| *value += mean);
            }
            self.errors(special, &theta, &mut errors);
            squares.fill(0.0);
            for ((_, age, _), error) in self.cells.iter().zip(&errors) {
                squares[*age] += error * error;
            }
            for at in 0..self.ages {
                let start = ln_a[at];
                ln_a[at] = slice(start, 1.0, &mut draws, |x| {
                    if !(-60.0..=0.0).contains(&x) {
                        return f64::NEG_INFINITY;
                    }
                    // a uniform on (0, 1): its logarithm has density a.
                    let others: f64 = ln_a[at + 1..].iter().map(|x| exp(*x)).sum();
                    let mut sum = others + exp(x);
                    let mut value = x;
                    for age in (0..=at).rev() {
                        if age < at {
                            sum += exp(ln_a[age]);
                        }
                        value -= 0.5 * (counts[age] * ln(sum) + squares[age] / sum);
                    }
                    value
                });
            }
            sums(&ln_a, &mut variance);
            if sweep >= length.warmup && (sweep - length.warmup) % length.thin == 0 {
                self.keep(special, &theta, &variance, &mut process, &mut trace);
            }
        }
        trace
    }

    fn keep(
        &self,
        special: f64,
        theta: &[f64],
        variance: &[f64],
        process: &mut Stream,
        trace: &mut Trace,
    ) {
        trace.parameters.extend([theta[0], special, 0.0]);
        trace.parameters.extend_from_slice(&theta[1..]);
        trace.parameters.push(0.0);
        trace.parameters.extend(variance.iter().map(|v| v.sqrt()));
        let last = variance[self.ages - 1];
        // The error of the origin before, and the variance it would have if not drawn.
        let (mut before, mut unknown) = (0.0, 0.0);
        for origin in 0..self.origins {
            let plain = self.ln_premium[origin] + self.mean(special, theta, origin, self.ages - 1);
            let rho = match self.model {
                Model::CorrelatedChainLadder if origin > 0 => special,
                _ => 0.0,
            };
            if let Some(settled) = self.settled[origin] {
                before = settled - plain - rho * before;
                unknown = 0.0;
                trace.ultimate.push(exp(settled));
                trace.mean.push(exp(settled));
                continue;
            }
            // Of the error before, what is known enters the mean, what is drawn its variance.
            let known = if unknown == 0.0 { rho * before } else { 0.0 };
            trace.mean.push(exp(plain + known + 0.5 * (last + rho * rho * unknown)));
            let error = last.sqrt() * process.normal();
            trace.ultimate.push(exp(plain + rho * before + error));
            before = error;
            unknown = last;
        }
    }
}

/// Memory of a chain.
#[derive(Debug, Default)]
struct Work {
    precision: Vec<f64>,
    shift: Vec<f64>,
    mean: Vec<f64>,
    row: Vec<f64>,
    factor: Option<Cholesky>,
}

/// σ²(d) = a(d) + … + a(D).
fn sums(ln_a: &[f64], variance: &mut [f64]) {
    let mut sum = 0.0;
    for (ln_a, variance) in ln_a.iter().zip(variance).rev() {
        sum += exp(*ln_a);
        *variance = sum;
    }
}

/// One step of slice sampling: stepping out by `width`, then shrinking.
fn slice(
    start: f64,
    width: f64,
    draws: &mut Stream,
    mut ln_density: impl FnMut(f64) -> f64,
) -> f64 {
    const STEPS: usize = 20;
    let level = ln_density(start) - draws.exponential();
    let mut low = start - width * draws.uniform();
    let mut high = low + width;
    for _ in 0..STEPS {
        if ln_density(low) < level {
            break;
        }
        low -= width;
    }
    for _ in 0..STEPS {
        if ln_density(high) < level {
            break;
        }
        high += width;
    }
    for _ in 0..200 {
        let next = low + (high - low) * draws.uniform();
        if ln_density(next) >= level {
            return next;
        }
        if next < start {
            low = next;
        } else {
            high = next;
        }
    }
    start
}
