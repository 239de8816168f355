//! Derivatives of one number to every parameter, exactly on a grid and by simulation, side by side.
//!
//! Simulation: parameters of the severity move the losses themselves (pathwise: x = isf(u; θ), so
//! ∂x/∂θ = (∂S/∂θ)/f(x)), the mean of a Poisson count adds a loss (weak derivative:
//! ∂E f/∂λ = E[f(S + X) − f(S)]), other counts weigh years by their score. A probability jumps, so its
//! severity parameters take the score of the losses (Glasserman 2004, 7.2 and 7.3; Heidergott and
//! Leahu 2010, Math. Programming 125).

use super::report::Tally;
use super::{Job, Target};
use crate::aggregate::derivatives;
use crate::error::{Error, Result};
use crate::exec::run_blocks;
use crate::frequency::{Count, Frequency};
use crate::losses::BLOCK_YEARS;
use crate::measure::Estimate;
use crate::random::{Purpose, Stream};
use crate::severity::{Family, Severity};

/// One derivative, twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// `severity.mu`, `frequency.mean`, `attachment`, `limit`, `share`, …
    pub parameter: String,
    pub value: f64,
    /// On the grid, and how much a grid of twice the step differs.
    pub exact: f64,
    pub bound: f64,
    /// By simulation; NaN where no estimator applies.
    pub simulated: Estimate,
    pub estimator: &'static str,
}

/// Buckets of the grid, as a power of 2.
const LOG2: u32 = 14;
/// Years that are simulated at most: losses are drawn one by one, with all their derivatives.
const MOST: f64 = 1e8;

impl Job<'_> {
    /// All derivatives of the target's expected value.
    pub fn sensitivity(&self) -> Result<Vec<Sensitivity>> {
        self.target.check()?;
        let fine = on_grid(self, LOG2)?;
        let coarse = on_grid(self, LOG2 - 1)?;
        let simulated = simulated(self)?;
        Ok(fine
            .into_iter()
            .zip(coarse)
            .map(|((parameter, value, exact), (_, _, other))| {
                let (_, estimate, estimator) = simulated
                    .iter()
                    .find(|(name, _, _)| *name == parameter)
                    .cloned()
                    .unwrap_or((String::new(), NONE, "none"));
                let bound = (exact - other).abs();
                Sensitivity { parameter, value, exact, bound, simulated: estimate, estimator }
            })
            .collect())
    }
}

const NONE: Estimate = Estimate { value: f64::NAN, standard_error: f64::NAN };

fn on_grid(job: &Job<'_>, log2: u32) -> Result<Vec<(String, f64, f64)>> {
    let grid = super::grid::covering(job, log2)?;
    let (h, end) = (grid.grid.step, grid.grid.end());
    let mut found: Vec<(String, f64, f64)> = derivatives(job.aggregate, grid.grid)?
        .into_iter()
        .map(|d| {
            let lost: f64 = -d.pmf.iter().sum::<f64>();
            let along = |g: &dyn Fn(f64) -> f64| {
                let inside: f64 = d.pmf.iter().enumerate().map(|(k, p)| p * g(k as f64 * h)).sum();
                inside + lost * g(end)
            };
            let slope = match job.target {
                // The mean is exact, and what is limited is on the grid.
                Target::Layer { limit: f64::INFINITY, attachment } => {
                    d.mean - along(&|s| s.min(attachment))
                }
                target => along(&|s| target.of(s)),
            };
            (d.parameter, d.value, slope)
        })
        .collect();
    if let Target::Layer { limit, attachment } = job.target {
        let top = if attachment + limit < end { grid.sf(attachment + limit) } else { 0.0 };
        found.push(("attachment".to_owned(), attachment, top - grid.sf(attachment)));
        if limit.is_finite() {
            found.push(("limit".to_owned(), limit, top));
        }
        found.push(("share".to_owned(), 1.0, grid.layer_mean(limit, attachment)));
    }
    Ok(found)
}

type Simulated = (String, Estimate, &'static str);

fn simulated(job: &Job<'_>) -> Result<Vec<Simulated>> {
    let Job { aggregate, target, years, seed, control, .. } = *job;
    let expected = aggregate.frequency.mean() * years as f64;
    if expected > MOST {
        return Err(Error::numeric(
            "sensitivity",
            format!("{expected:.1e} losses are too many to follow; ask for fewer years"),
        ));
    }
    let names: Vec<String> = aggregate.severity.parameters().into_iter().map(|(n, _)| n).collect();
    let counts: Vec<String> =
        aggregate.frequency.parameters().into_iter().map(|(n, _)| n).collect();
    let poisson = matches!(aggregate.frequency, Frequency::Poisson(_));
    let paths = Paths::new(&aggregate.severity, target);
    let table = crate::frequency::CountTable::new(&aggregate.frequency);
    // Severity parameters, count parameters, attachment, limit, value.
    let columns = names.len() + counts.len() + 3;
    let work = |scratch: &mut (Vec<f64>, Vec<u64>), block: u64| {
        let (uniforms, drawn) = scratch;
        uniforms.resize(BLOCK_YEARS, 0.0);
        drawn.resize(BLOCK_YEARS, 0);
        let mut stream = Stream::new(seed, Purpose::Count, 0, block);
        table.draw(&mut stream, uniforms, drawn);
        let mut sizes = Stream::new(seed, Purpose::Severity, 0, block);
        let mut extra = Stream::new(seed, Purpose::Auxiliary, 0, block);
        let here = (BLOCK_YEARS as u64).min(years - block * BLOCK_YEARS as u64) as usize;
        let mut tallies = vec![Tally::default(); columns];
        let (mut u, mut x, mut moved) = (Vec::new(), Vec::new(), vec![0.0; names.len()]);
        for n in &drawn[..here] {
            control.check()?;
            u.resize(*n as usize, 0.0);
            sizes.fill(&mut u);
            x.clone_from(&u);
            aggregate.severity.sample(&mut x);
            let s = x.iter().fold(0.0, |sum, x| sum + x);
            let f = target.of(s);
            let slope = target.slope(s);
            moved.fill(0.0);
            if slope != 0.0 || (paths.score && f != 0.0) {
                for (x, u) in x.iter().zip(&u) {
                    paths.add(*x, *u, &mut moved);
                }
            }
            let weight = if paths.score { f } else { slope };
            let (by_severity, rest) = tallies.split_at_mut(names.len());
            for (tally, moved) in by_severity.iter_mut().zip(&moved) {
                tally.add(if weight == 0.0 { 0.0 } else { weight * moved }, 0.0);
            }
            let (by_count, rest) = rest.split_at_mut(counts.len());
            if poisson {
                let one = aggregate.severity.isf(extra.uniform());
                by_count[0].add(target.of(s + one) - f, 0.0);
            } else if f != 0.0 {
                for (tally, score) in by_count.iter_mut().zip(aggregate.frequency.score(*n)) {
                    tally.add(f * score, 0.0);
                }
            } else {
                by_count.iter_mut().for_each(|tally| tally.add(0.0, 0.0));
            }
            let (over, out) = match target {
                Target::Layer { limit, attachment } => (s > attachment, s > attachment + limit),
                Target::Exceeds(_) => (false, false),
            };
            let indicator = |yes: bool| f64::from(u8::from(yes));
            rest[0].add(indicator(out) - indicator(over), 0.0);
            rest[1].add(indicator(out), 0.0);
            rest[2].add(f, 0.0);
        }
        Ok(tallies)
    };
    let blocks = years.div_ceil(BLOCK_YEARS as u64);
    let parts = run_blocks(0..blocks, control, work)?.complete()?;
    let estimate = |column: usize| {
        let tally = Tally::total(parts.iter().map(|part: &Vec<Tally>| &part[column]));
        let standard_error = (tally.variance() / tally.n as f64).sqrt();
        Estimate { value: tally.mean(), standard_error }
    };
    let by_severity = if paths.score { "score of the losses" } else { "pathwise" };
    let by_count = if poisson { "weak derivative" } else { "score of the count" };
    let rows = names.iter().map(|n| (format!("severity.{n}"), by_severity));
    let rows = rows.chain(counts.iter().map(|n| (format!("frequency.{n}"), by_count)));
    let rows =
        rows.chain(["attachment", "limit", "share"].map(|name| (name.to_owned(), "pathwise")));
    Ok(rows
        .enumerate()
        .map(|(column, (name, how))| {
            let found = estimate(column);
            if found.value.is_nan() { (name, NONE, "none") } else { (name, found, how) }
        })
        .collect())
}

/// How a loss moves with each parameter of its distribution.
struct Paths<'a> {
    severity: &'a Severity,
    /// The distribution with each parameter a little lower and higher, and twice the step.
    moved: Vec<Option<(Severity, Severity, f64)>>,
    score: bool,
}

impl<'a> Paths<'a> {
    fn new(severity: &'a Severity, target: Target) -> Self {
        let moved = severity
            .parameters()
            .into_iter()
            .map(|(name, value)| {
                let step = if value == 0.0 { 1e-5 } else { 1e-5 * value.abs() };
                let low = severity.with_parameter(&name, value - step).ok()?;
                let high = severity.with_parameter(&name, value + step).ok()?;
                Some((low, high, 2.0 * step))
            })
            .collect();
        Self { severity, moved, score: matches!(target, Target::Exceeds(_)) }
    }

    /// Adds ∂x/∂θ, or ∂ ln f(x)/∂θ, of a loss x of survival probability u.
    fn add(&self, x: f64, u: f64, into: &mut [f64]) {
        let density = self.severity.pdf(x);
        let smooth = density > 0.0 && density.is_finite();
        // On an atom the loss moves with the atom, and a score would need its mass.
        let by_density =
            smooth && !self.score && (self.severity.sf(x) - u).abs() <= 1e-9 * u.max(1e-300);
        let slopes = if by_density { self.severity.sf_derivatives(x) } else { Vec::new() };
        for (place, (sum, moved)) in into.iter_mut().zip(&self.moved).enumerate() {
            let Some((low, high, width)) = moved else {
                *sum = f64::NAN;
                continue;
            };
            *sum += if self.score {
                let change = high.log_pdf(x) - low.log_pdf(x);
                if smooth && change.is_finite() { change / width } else { f64::NAN }
            } else if by_density {
                slopes[place] / density
            } else {
                (high.isf(u) - low.isf(u)) / width
            };
        }
    }
}
