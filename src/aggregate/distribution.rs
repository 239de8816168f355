//! The distribution of a year's total on a grid, with the errors of what it says.

use std::sync::OnceLock;

use super::fft::{CHECK, CHECK_SHORT, DIRECT, PADDED, SHORT, Scheme};
use super::grid::{Discretisation, Grid, MAX_LOG2};
use super::model::{Model, Solver};
use super::running::Running;
use super::{Aggregate, Lines};
use crate::error::{Error, Issue, Result};
use crate::exec::Control;

/// A number between two rigorous bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bracket {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What is wrong with the numbers of a grid, in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorReport {
    pub step: f64,
    pub buckets: usize,
    /// P(S ≥ end of the grid): not part of the grid, and not spread over it.
    pub truncated_mass: f64,
    /// Largest error of a probability by aliasing and round-off, from the difference to another
    /// transform, padded and tilted more.
    pub numerical: f64,
    /// E S in closed form, `inf` where it does not exist.
    pub exact_mean: f64,
    /// |mean on the grid ÷ exact mean − 1|, the tail beyond the grid included where it is known.
    pub mean_error: f64,
    /// Standard deviation on the grid ÷ exact one − 1: a coarse grid spreads the total, a short one
    /// cuts it; NaN where there is none.
    pub sd_error: f64,
}

impl ErrorReport {
    /// One sentence for a reader in a hurry.
    pub fn verdict(&self) -> String {
        if self.truncated_mass > 1e-3 {
            format!(
                "grid too short: P(beyond) = {:.1e}; raise log2 or the step",
                self.truncated_mass
            )
        } else if self.exact_mean.is_infinite() {
            "the mean is infinite: only probabilities and quantiles below the end are meaningful"
                .to_owned()
        } else if self.mean_error > 1e-3 {
            format!("grid too coarse: the mean is off by {:.1e}; raise log2", self.mean_error)
        } else if self.sd_error > SPREAD {
            format!("grid too coarse: sd {:.1e} too large; raise log2", self.sd_error)
        } else {
            format!(
                "ok: mean within {:.1e}, numerical error {:.1e}, P(beyond) = {:.1e}",
                self.mean_error.max(1e-16),
                self.numerical,
                self.truncated_mass
            )
        }
    }
}

/// Probabilities of 0, h, 2h, …
#[derive(Debug, Clone)]
pub struct GridDistribution {
    pub grid: Grid,
    pub solver: Solver,
    pub discretisation: Discretisation,
    /// P(S ≥ end of the grid).
    truncated_mass: f64,
    exact_mean: f64,
    /// Made when it is first asked for: it costs a transform of its own.
    numerical: OnceLock<f64>,
    pmf: Vec<f64>,
    running: Running,
    model: Model,
}

/// Mass that an automatic grid may leave beyond its end,
const NEGLIGIBLE: f64 = 1e-9;
/// unless widening it would leave fewer steps than this below the mean.
const COARSE: f64 = 8.0;

/// Buckets, as a power of 2, of the grid that looks for the range.
const SKETCH: u32 = 12;

/// A grid that makes the standard deviation larger by more is called coarse,
const SPREAD: f64 = 0.01;
/// and one that was not asked for is refused.
const MOST_SPREAD: f64 = 0.1;

/// Refused above this difference between two tilts.
const TOLERANCE: f64 = 1e-9;

impl GridDistribution {
    pub fn new(aggregate: &Aggregate, grid: Grid) -> Result<Self> {
        Self::by(aggregate, grid, Solver::Fft, Discretisation::MeanPreserving, &Control::default())
    }

    /// By a chosen solver, the severity put on the grid in a chosen way.
    pub fn by(
        aggregate: &Aggregate,
        grid: Grid,
        solver: Solver,
        how: Discretisation,
        control: &Control,
    ) -> Result<Self> {
        Self::of(Model::One(aggregate.clone()), grid, solver, how, control)
    }

    /// On a grid that ends just beyond `end`, whatever lies farther out.
    pub fn reaching(
        aggregate: &Aggregate,
        end: f64,
        log2: u32,
        solver: Solver,
        how: Discretisation,
        control: &Control,
    ) -> Result<Self> {
        let model = Model::One(aggregate.clone());
        let grid = Grid::reaching(&model, end, log2)?;
        Self::of(model, grid, solver, how, control)
    }

    /// The total over lines.
    pub fn of_lines(
        lines: &Lines,
        log2: u32,
        step: Option<f64>,
        control: &Control,
    ) -> Result<Self> {
        let model = Model::Lines(lines.clone());
        match step {
            Some(step) => {
                let grid = Grid::new(step, log2)?;
                Self::of(model, grid, Solver::Fft, Discretisation::MeanPreserving, control)
            }
            None => {
                Self::widening(model, log2, Solver::Fft, Discretisation::MeanPreserving, control)
            }
        }
    }

    fn of(
        model: Model,
        grid: Grid,
        solver: Solver,
        how: Discretisation,
        control: &Control,
    ) -> Result<Self> {
        let (pmf, running) = probabilities(&model, grid, solver, how, control)?;
        let made = Self {
            grid,
            solver,
            discretisation: how,
            truncated_mass: running.beyond(),
            exact_mean: model.mean(),
            numerical: OnceLock::new(),
            pmf,
            running,
            model,
        };
        if solver == Solver::Fft && PADDED.wrapped(made.truncated_mass) > TOLERANCE {
            // Much beyond the end is safe only if two tilts agree.
            let numerical = made.measure(control)?;
            if numerical.is_nan() || numerical > TOLERANCE {
                return Err(Error::numeric(
                    "Aggregate.fft",
                    format!(
                        "two tilts differ by {numerical:.1e}; use more buckets or a larger step"
                    ),
                ));
            }
            let _ = made.numerical.set(numerical);
        }
        Ok(made)
    }

    /// What is wrong with the numbers; takes about as long as making them, the first time.
    pub fn report(&self) -> ErrorReport {
        let numerical =
            *self.numerical.get_or_init(|| self.measure(&Control::default()).unwrap_or(f64::NAN));
        let on_grid = self.running.lev(&self.pmf, self.last());
        let mean_error = if self.exact_mean > 0.0 {
            (self.exact_mean - on_grid) / self.exact_mean
        } else {
            on_grid
        };
        ErrorReport {
            step: self.grid.step,
            buckets: self.grid.buckets,
            truncated_mass: self.truncated_mass,
            numerical,
            exact_mean: self.exact_mean,
            mean_error: mean_error.abs(),
            sd_error: self.sd_error(),
        }
    }

    fn sd_error(&self) -> f64 {
        let (exact, mean, step) = (self.model.sd(), self.exact_mean, self.grid.step);
        if !(exact > 0.0 && exact.is_finite() && mean.is_finite()) {
            return f64::NAN;
        }
        let far = |(k, p): (usize, &f64)| p * (k as f64 * step - mean).powi(2);
        self.pmf.iter().enumerate().map(far).sum::<f64>().max(0.0).sqrt() / exact - 1.0
    }

    /// Largest difference to the probabilities of another transform, also of a recursion; NaN if one is
    /// NaN.
    fn measure(&self, control: &Control) -> Result<f64> {
        let short = PADDED.wrapped(self.truncated_mass) > TOLERANCE;
        let scheme = if short { CHECK_SHORT } else { CHECK };
        let check = self.model.transform(self.grid, self.discretisation, scheme, control)?;
        let gaps = self.pmf.iter().zip(&check).map(|(a, b)| (a - b).abs());
        let most = gaps.fold(0.0, |most, gap| if gap > most || gap.is_nan() { gap } else { most });
        // Both schemes in use have the same tilt; the smallest probabilities differ by round-off.
        Ok(most / PADDED.seen() + 4.0 * f64::EPSILON * self.pmf.iter().copied().fold(0.0, f64::max))
    }

    /// On a grid chosen for the model: widened until almost nothing lies beyond its end.
    pub fn automatic(aggregate: &Aggregate, log2: u32) -> Result<Self> {
        let how = Discretisation::MeanPreserving;
        Self::automatic_by(aggregate, log2, Solver::Fft, how, &Control::default())
    }

    /// [`GridDistribution::automatic`] by a chosen solver and discretisation.
    pub fn automatic_by(
        aggregate: &Aggregate,
        log2: u32,
        solver: Solver,
        how: Discretisation,
        control: &Control,
    ) -> Result<Self> {
        Self::widening(Model::One(aggregate.clone()), log2, solver, how, control)
    }

    fn widening(
        model: Model,
        log2: u32,
        solver: Solver,
        how: Discretisation,
        control: &Control,
    ) -> Result<Self> {
        let mut grid = Grid::automatic(&model, log2)?;
        // Whether the range is wide enough shows on a smaller grid of the same range already.
        while log2 > SKETCH && worth_widening(&model, grid) {
            let sketch = grid.over_the_same_range(SKETCH, &model);
            let (_, running) = direct(&model, sketch, Discretisation::MeanPreserving, control)?;
            if running.beyond() <= NEGLIGIBLE {
                break;
            }
            grid = grid.widened(&model);
        }
        loop {
            let distribution = Self::of(model.clone(), grid, solver, how, control)?;
            distribution.refuse_spread()?;
            if distribution.truncated_mass <= NEGLIGIBLE || !worth_widening(&model, grid) {
                return Ok(distribution);
            }
            grid = grid.widened(&model);
        }
    }

    /// Many losses, each far below the step, are spread by the grid beyond recognition.
    fn refuse_spread(&self) -> Result<()> {
        let error = self.sd_error();
        if !(error > MOST_SPREAD) {
            return Ok(());
        }
        // The variance that steps add is about in proportion to them.
        let more = libm::log2(((1.0 + error).powi(2) - 1.0) / (2.0 * SPREAD)).ceil();
        let log2 = f64::from(self.grid.buckets.ilog2()) + more;
        let advice = if log2 <= f64::from(MAX_LOG2) {
            format!("use fft(log2={log2})")
        } else {
            "a sum of so many is nearly normal".to_owned()
        };
        Err(Error::numeric(
            "Aggregate.fft",
            format!(
                "2^{} steps of {:.3e} are too coarse for a total of sd {:.3e}: on the grid it is {:.2} times as much; {advice}",
                self.grid.buckets.ilog2(),
                self.grid.step,
                self.model.sd(),
                1.0 + error
            ),
        ))
    }

    fn last(&self) -> usize {
        self.pmf.len() - 1
    }

    pub fn pmf(&self) -> &[f64] {
        &self.pmf
    }

    /// P(S ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        let k = ((x / self.grid.step * (1.0 + 1e-14)) as usize).min(self.last());
        self.running.cdf(&self.pmf, k).clamp(0.0, 1.0)
    }

    pub fn sf(&self, x: f64) -> f64 {
        1.0 - self.cdf(x)
    }

    /// inf{x : F(x) ≥ p} on the grid; refused beyond its end.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        level(p)?;
        let k = self.running.first(&self.pmf, p).ok_or_else(|| self.beyond(p))?;
        Ok(k as f64 * self.grid.step)
    }

    /// TVaR(p) = q + E(S − q)₊/(1 − p); the tail beyond the grid enters through the exact mean.
    pub fn tvar(&self, p: f64) -> Result<f64> {
        level(p)?;
        let q = self.quantile(p)?;
        Ok(q + self.excess(q) / (1.0 - p))
    }

    /// E min(S, d), linear between grid points.
    pub fn lev(&self, d: f64) -> f64 {
        let x = (d / self.grid.step).clamp(0.0, self.last() as f64);
        let k = (x as usize).min(self.last() - 1);
        let (low, high) = (self.running.lev(&self.pmf, k), self.running.lev(&self.pmf, k + 1));
        low + (x - k as f64) * (high - low)
    }

    /// E (S − d)₊.
    pub fn excess(&self, d: f64) -> f64 {
        (self.exact_mean - self.lev(d)).max(0.0)
    }

    /// Expected loss to `limit` xs `attachment` of the year.
    pub fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit == f64::INFINITY {
            return self.excess(attachment);
        }
        self.lev(attachment + limit) - self.lev(attachment)
    }

    /// E g(S) over the grid, for bounded g; what is beyond the end counts as at the end.
    pub fn expect(&self, g: impl Fn(f64) -> f64) -> f64 {
        let inside: f64 =
            self.pmf.iter().enumerate().map(|(k, p)| p * g(k as f64 * self.grid.step)).sum();
        inside + self.truncated_mass * g(self.grid.end())
    }

    /// Quantiles with rigorous bounds: the same compound with every severity rounded down, and up.
    pub fn bracketed_quantiles(&self, levels: &[f64]) -> Result<Vec<Bracket>> {
        let control = Control::default();
        let at = |how| probabilities(&self.model, self.grid, self.solver, how, &control);
        let (below, above) = (at(Discretisation::Lower)?, at(Discretisation::Upper)?);
        let step = self.grid.step;
        let quantile = |(pmf, running): &(Vec<f64>, Running), p| {
            running.first(pmf, p).map(|k| k as f64 * step)
        };
        levels
            .iter()
            .map(|p| {
                Ok(Bracket {
                    value: self.quantile(*p)?,
                    low: quantile(&below, *p).ok_or_else(|| self.beyond(*p))?,
                    high: quantile(&above, *p).unwrap_or(f64::INFINITY),
                })
            })
            .collect()
    }

    /// P(S > x) with rigorous bounds.
    pub fn bracketed_sf(&self, x: f64) -> Result<Bracket> {
        let control = Control::default();
        let at = |how| -> Result<f64> {
            let (pmf, running) = probabilities(&self.model, self.grid, self.solver, how, &control)?;
            let k = ((x / self.grid.step * (1.0 + 1e-14)) as usize).min(pmf.len() - 1);
            Ok((1.0 - running.cdf(&pmf, k)).max(0.0))
        };
        Ok(Bracket {
            value: self.sf(x),
            low: at(Discretisation::Lower)?,
            high: at(Discretisation::Upper)?,
        })
    }

    fn beyond(&self, p: f64) -> Error {
        Error::numeric(
            "Aggregate.quantile",
            format!(
                "p = {p} lies beyond the grid, which ends at {} with P(beyond) = {:.1e}",
                self.grid.end(),
                self.truncated_mass
            ),
        )
    }

    /// Mean count, for reports.
    pub fn expected_count(&self) -> f64 {
        self.model.count()
    }

    /// The largest loss that one event can bring.
    pub fn largest_loss(&self) -> f64 {
        self.model.largest()
    }
}

/// Probabilities of the compound: padded, and tilted more, only if too much lies beyond the end of the
/// grid.
///
/// The direct transform wraps at most 2.5e-3 of that around, so what it misses of 1 tells how much
/// lies there.
fn probabilities(
    model: &Model,
    grid: Grid,
    solver: Solver,
    how: Discretisation,
    control: &Control,
) -> Result<(Vec<f64>, Running)> {
    if solver == Solver::Panjer {
        let pmf = model.recursion(grid, how, control)?;
        let running = Running::new(&pmf, grid.step, control)?;
        return Ok((pmf, running));
    }
    let found = direct(model, grid, how, control)?;
    if found.1.beyond() <= NEGLIGIBLE {
        return Ok(found);
    }
    let pmf = model.transform(grid, how, padded(found.1.beyond()), control)?;
    let running = Running::new(&pmf, grid.step, control)?;
    Ok((pmf, running))
}

/// The scheme for a grid with so much beyond its end.
fn padded(beyond: f64) -> Scheme {
    if PADDED.wrapped(beyond) > TOLERANCE { SHORT } else { PADDED }
}

fn direct(
    model: &Model,
    grid: Grid,
    how: Discretisation,
    control: &Control,
) -> Result<(Vec<f64>, Running)> {
    let pmf = model.transform(grid, how, DIRECT, control)?;
    let running = Running::new(&pmf, grid.step, control)?;
    Ok((pmf, running))
}

fn worth_widening(model: &Model, grid: Grid) -> bool {
    model.mean() / grid.step > COARSE
}

fn level(p: f64) -> Result<()> {
    if (0.0..1.0).contains(&p) {
        return Ok(());
    }
    Err(Issue::new("out_of_range", "quantile", "p")
        .value(p)
        .allowed("a probability in [0, 1)")
        .into())
}
