//! The distribution of a year's total on a grid, with the errors of what it says.

use super::Aggregate;
use super::fft::{CHECK_TILT, TILT, compound};
use super::grid::{Discretisation, Grid, discretise};
use crate::error::{Error, Issue, Result};
use crate::frequency::Count;
use crate::severity::Family;

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
    /// Largest difference of a probability between two tilts: round-off and aliasing.
    pub numerical: f64,
    /// E S in closed form, `inf` where it does not exist.
    pub exact_mean: f64,
    /// |mean on the grid ÷ exact mean − 1|, the tail beyond the grid included where it is known.
    pub mean_error: f64,
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

/// Probabilities of 0, h, 2h, … with their running sums.
#[derive(Debug, Clone)]
pub struct GridDistribution {
    pub grid: Grid,
    pub report: ErrorReport,
    pmf: Vec<f64>,
    cdf: Vec<f64>,
    /// E min(S, kh).
    lev: Vec<f64>,
    aggregate: Aggregate,
}

/// Mass that an automatic grid may leave beyond its end,
const NEGLIGIBLE: f64 = 1e-9;
/// unless widening it would leave fewer steps than this below the mean.
const COARSE: f64 = 8.0;

/// Refused above this difference between two tilts.
const TOLERANCE: f64 = 1e-9;

impl GridDistribution {
    pub fn new(aggregate: &Aggregate, grid: Grid) -> Result<Self> {
        let severity = discretise(&aggregate.severity, grid, Discretisation::MeanPreserving);
        let pmf = compound(&aggregate.frequency, &severity, TILT, false)?;
        let check = compound(&aggregate.frequency, &severity, CHECK_TILT, false)?;
        let numerical = pmf.iter().zip(&check).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if numerical.is_nan() || numerical > TOLERANCE {
            return Err(Error::numeric(
                "Aggregate.fft",
                format!("two tilts differ by {numerical:.1e}; use more buckets or a larger step"),
            ));
        }
        let (cdf, lev) = running(&pmf, grid.step);
        let covered = cdf.last().copied().unwrap_or(0.0);
        let exact_mean = aggregate.mean();
        let on_grid = lev.last().copied().unwrap_or(0.0);
        let mean_error =
            if exact_mean > 0.0 { (exact_mean - on_grid) / exact_mean } else { on_grid };
        let report = ErrorReport {
            step: grid.step,
            buckets: grid.buckets,
            truncated_mass: (1.0 - covered).max(0.0),
            numerical,
            exact_mean,
            mean_error: mean_error.abs(),
        };
        Ok(Self { grid, report, pmf, cdf, lev, aggregate: aggregate.clone() })
    }

    /// On a grid chosen for the model: widened until almost nothing lies beyond its end.
    pub fn automatic(aggregate: &Aggregate, log2: u32) -> Result<Self> {
        let mut grid = Grid::automatic(aggregate, log2)?;
        loop {
            let distribution = Self::new(aggregate, grid)?;
            let steps_to_mean = aggregate.mean() / grid.step;
            if distribution.report.truncated_mass <= NEGLIGIBLE || !(steps_to_mean > COARSE) {
                return Ok(distribution);
            }
            grid = grid.widened(aggregate);
        }
    }

    pub fn pmf(&self) -> &[f64] {
        &self.pmf
    }

    /// P(S ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        let k = ((x / self.grid.step * (1.0 + 1e-14)) as usize).min(self.cdf.len() - 1);
        self.cdf[k].clamp(0.0, 1.0)
    }

    pub fn sf(&self, x: f64) -> f64 {
        1.0 - self.cdf(x)
    }

    /// inf{x : F(x) ≥ p} on the grid; refused beyond its end.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        level(p)?;
        quantile_of(&self.cdf, p, self.grid.step).ok_or_else(|| self.beyond(p))
    }

    /// TVaR(p) = q + E(S − q)₊/(1 − p); the tail beyond the grid enters through the exact mean.
    pub fn tvar(&self, p: f64) -> Result<f64> {
        level(p)?;
        let q = self.quantile(p)?;
        Ok(q + self.excess(q) / (1.0 - p))
    }

    /// E min(S, d), linear between grid points.
    pub fn lev(&self, d: f64) -> f64 {
        let x = (d / self.grid.step).clamp(0.0, (self.lev.len() - 1) as f64);
        let k = (x as usize).min(self.lev.len() - 2);
        let part = x - k as f64;
        self.lev[k] + part * (self.lev[k + 1] - self.lev[k])
    }

    /// E (S − d)₊.
    pub fn excess(&self, d: f64) -> f64 {
        (self.report.exact_mean - self.lev(d)).max(0.0)
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
        inside + self.report.truncated_mass * g(self.grid.end())
    }

    /// Quantiles with rigorous bounds: the same compound with every severity rounded down, and up.
    pub fn bracketed_quantiles(&self, levels: &[f64]) -> Result<Vec<Bracket>> {
        let lower = discretise(&self.aggregate.severity, self.grid, Discretisation::Lower);
        let below = compound(&self.aggregate.frequency, &lower, TILT, false)?;
        let upper = discretise(&self.aggregate.severity, self.grid, Discretisation::Upper);
        let above = compound(&self.aggregate.frequency, &upper, TILT, false)?;
        let (below, _) = running(&below, self.grid.step);
        let (above, _) = running(&above, self.grid.step);
        levels
            .iter()
            .map(|p| {
                Ok(Bracket {
                    value: self.quantile(*p)?,
                    low: quantile_of(&below, *p, self.grid.step).ok_or_else(|| self.beyond(*p))?,
                    high: quantile_of(&above, *p, self.grid.step).unwrap_or(f64::INFINITY),
                })
            })
            .collect()
    }

    /// P(S > x) with rigorous bounds.
    pub fn bracketed_sf(&self, x: f64) -> Result<Bracket> {
        let at = |how| -> Result<f64> {
            let severity = discretise(&self.aggregate.severity, self.grid, how);
            let pmf = compound(&self.aggregate.frequency, &severity, TILT, false)?;
            let k = ((x / self.grid.step * (1.0 + 1e-14)) as usize).min(pmf.len() - 1);
            Ok((1.0 - pmf[..=k].iter().sum::<f64>()).max(0.0))
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
                self.report.truncated_mass
            ),
        )
    }

    /// Mean count, for reports.
    pub fn expected_count(&self) -> f64 {
        self.aggregate.frequency.mean()
    }

    /// The largest loss that one event can bring.
    pub fn largest_loss(&self) -> f64 {
        self.aggregate.severity.support().1
    }
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

/// Running sums of the probabilities and of h·P(S > kh).
fn running(pmf: &[f64], step: f64) -> (Vec<f64>, Vec<f64>) {
    let mut cdf = Vec::with_capacity(pmf.len());
    let mut lev = Vec::with_capacity(pmf.len());
    let (mut total, mut limited) = (0.0, 0.0);
    for p in pmf {
        lev.push(limited);
        total += p;
        cdf.push(total);
        limited += step * (1.0 - total);
    }
    (cdf, lev)
}

fn quantile_of(cdf: &[f64], p: f64, step: f64) -> Option<f64> {
    // Rounding may leave the running sum an ulp under a level that it reaches.
    let k = cdf.partition_point(|f| *f < p - 1e-15);
    (k < cdf.len()).then_some(k as f64 * step)
}
