//! Several lines that share what makes them bad: one event that strikes them all, one mixing variable
//! that raises all their counts.
//!
//! With φⱼ the transform of a line's severity and Pⱼ the generating function of its count, the total is
//! exp{Σ ln Pⱼ(φⱼ) + λ₀(Πⱼ(1 − qⱼ + qⱼφⱼ) − 1)}: a shock comes λ₀ times a year and brings each line a
//! loss with probability qⱼ. A gamma variable of mean 1 and variance b that multiplies the means of
//! Poisson counts makes of their part (1 + b Σ λⱼ(1 − φⱼ))^(−1/b) (Wang 1998, PCAS 85). So
//! Cov(Nⱼ, Nₖ) = λ₀ qⱼ qₖ + b λⱼ λₖ.

use serde::{Deserialize, Serialize};

use super::Aggregate;
use super::fft::{Scheme, Spectra};
use super::grid::{Discretisation, Grid, discretise};
use super::slope::log_slope;
use crate::error::{Faults, Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::frequency::{Count, Frequency};
use crate::numeric::{C64, complex_ln1p};
use crate::severity::Family;

/// One line of business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub name: String,
    pub aggregate: Aggregate,
}

/// Events that may strike every line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shock {
    /// Events a year.
    pub rate: f64,
    /// Probability that an event brings a loss to a line, by line.
    pub shares: Vec<f64>,
}

/// The total over lines with common shocks and a common mixing variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    pub lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shock: Option<Shock>,
    /// Variance of the common factor of the counts.
    #[serde(default)]
    pub mixing: f64,
}

/// Lines in one sum: their transforms are kept side by side.
const MOST: usize = 256;

impl Lines {
    pub fn new(lines: Vec<Line>, shock: Option<Shock>, mixing: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check((1..=MOST).contains(&lines.len()), || {
            Issue::new("out_of_range", "Lines", "lines")
                .value(lines.len())
                .allowed(format!("1 to {MOST} lines"))
        });
        for (place, line) in lines.iter().enumerate() {
            faults.check(lines[..place].iter().all(|other| other.name != line.name), || {
                Issue::new("duplicate", "Lines", "name").value(&line.name).allowed("each name once")
            });
            let poisson = matches!(line.aggregate.frequency, Frequency::Poisson(_));
            faults.check(mixing == 0.0 || poisson, || {
                Issue::new("not_poisson", "Lines", format!("{}.frequency", line.name))
                    .value(line.aggregate.frequency.family())
                    .allowed("Poisson counts, where a common variable mixes them")
                    .hint("give the line its own mixing by shock or leave mixing at 0")
            });
        }
        faults.non_negative("Lines", "mixing", mixing);
        if let Some(shock) = &shock {
            faults.non_negative("Lines", "shock.rate", shock.rate);
            faults.check(shock.shares.len() == lines.len(), || {
                Issue::new("wrong_length", "Lines", "shock.shares")
                    .value(shock.shares.len())
                    .allowed(format!("one for each of the {} lines", lines.len()))
            });
            for (place, share) in shock.shares.iter().enumerate() {
                faults.check((0.0..=1.0).contains(share), || {
                    Issue::new("out_of_range", "Lines", format!("shock.shares[{place}]"))
                        .value(share)
                        .allowed("a probability in [0, 1]")
                });
            }
        }
        faults.finish()?;
        Ok(Self { lines, shock, mixing })
    }

    /// Checks what JSON brought.
    pub fn from_json(text: &str) -> Result<Self> {
        let read: Self = serde_json::from_str(text).map_err(|e| {
            Issue::new("bad_json", "Lines", "json").value(e.to_string()).into_error()
        })?;
        let mut faults = Faults::new();
        for line in &read.lines {
            let Aggregate { frequency, severity } = &line.aggregate;
            faults.take(Frequency::from_json(&frequency.to_json()))?;
            faults.take(crate::severity::Severity::from_json(&severity.to_json()))?;
        }
        faults.finish()?;
        Self::new(read.lines, read.shock, read.mixing)
    }

    fn rate(&self) -> f64 {
        self.shock.as_ref().map_or(0.0, |shock| shock.rate)
    }

    fn share(&self, line: usize) -> f64 {
        self.shock.as_ref().map_or(0.0, |shock| shock.shares[line])
    }

    /// Expected losses of a line in a year.
    pub fn count(&self, line: usize) -> f64 {
        self.lines[line].aggregate.frequency.mean() + self.rate() * self.share(line)
    }

    /// Expected loss of each line.
    pub fn means(&self) -> Vec<f64> {
        self.lines
            .iter()
            .enumerate()
            .map(|(j, line)| match self.count(j) {
                0.0 => 0.0,
                count => count * line.aggregate.severity.mean(),
            })
            .collect()
    }

    pub fn mean(&self) -> f64 {
        self.means().iter().sum()
    }

    /// Covariances of the lines' totals.
    pub fn covariance(&self) -> Vec<Vec<f64>> {
        let one: Vec<f64> = self.lines.iter().map(|l| l.aggregate.severity.mean()).collect();
        let own: Vec<f64> = self.lines.iter().map(|l| l.aggregate.frequency.mean()).collect();
        let both = |j: usize, k: usize| {
            let counts =
                self.rate() * self.share(j) * self.share(k) + self.mixing * own[j] * own[k];
            if counts == 0.0 { 0.0 } else { counts * one[j] * one[k] }
        };
        let of = |j: usize, k: usize| {
            if j != k {
                return both(j, k);
            }
            let aggregate = &self.lines[j].aggregate;
            let struck = self.rate() * self.share(j);
            let shocked = if struck == 0.0 { 0.0 } else { struck * aggregate.severity.moment(2) };
            let mixed = self.mixing * own[j] * own[j];
            let mixed = if mixed == 0.0 { 0.0 } else { mixed * one[j] * one[j] };
            aggregate.variance() + shocked + mixed
        };
        let places = 0..self.lines.len();
        places.clone().map(|j| places.clone().map(|k| of(j, k)).collect()).collect()
    }

    pub fn sd(&self) -> f64 {
        self.covariance().iter().flatten().sum::<f64>().sqrt()
    }

    pub(super) fn pmf(
        &self,
        grid: Grid,
        how: Discretisation,
        scheme: Scheme,
        control: &Control,
    ) -> Result<Vec<f64>> {
        let spectra = Spectra::new(grid.buckets, scheme);
        let each = self.transforms(&spectra, grid, how, control)?;
        spectra.back(self.total(&each, control)?)
    }

    fn transforms(
        &self,
        spectra: &Spectra,
        grid: Grid,
        how: Discretisation,
        control: &Control,
    ) -> Result<Vec<Vec<C64>>> {
        let severities = self.lines.iter().map(|line| &line.aggregate.severity);
        severities
            .map(|severity| spectra.forward(discretise(severity, grid, how, control)?))
            .collect()
    }

    /// The transform of the total from those of the lines.
    fn total(&self, each: &[Vec<C64>], control: &Control) -> Result<Vec<C64>> {
        const PIECE: usize = 1 << 14;
        let places = each[0].len();
        let one = |(): &mut (), piece: u64| {
            let from = piece as usize * PIECE;
            let to = places.min(from + PIECE);
            Ok((from..to).map(|at| self.log_at(&column(each, at)).exp()).collect::<Vec<C64>>())
        };
        Ok(run_blocks(0..places.div_ceil(PIECE) as u64, control, one)?.complete()?.concat())
    }

    /// ln Φ of the total from w = φ − 1 of each line.
    fn log_at(&self, w: &[C64]) -> C64 {
        let frequencies = self.lines.iter().map(|line| &line.aggregate.frequency);
        let own: C64 = if self.mixing > 0.0 {
            complex_ln1p(-self.exponent(w) * self.mixing) * (-1.0 / self.mixing)
        } else {
            frequencies.zip(w).map(|(frequency, w)| frequency.ln_pgf(*w)).sum()
        };
        // Π(1 + qⱼwⱼ) − 1 without cancelling: p ← p + qw(1 + p).
        let mut struck = C64::default();
        for (j, w) in w.iter().enumerate() {
            let term = w * self.share(j);
            struck += term + term * struck;
        }
        own + struck * self.rate()
    }

    /// Σ λⱼ wⱼ
    fn exponent(&self, w: &[C64]) -> C64 {
        self.lines.iter().zip(w).map(|(line, w)| w * line.aggregate.frequency.mean()).sum()
    }

    /// E[Xⱼ; S = kh] for each line and grid point: what a line brings to each total.
    ///
    /// The transform of it is Φ·(∂ ln Φ/∂φⱼ)·Σ x fⱼ(x) zˣ.
    pub fn contributions(&self, grid: Grid) -> Result<Vec<Vec<f64>>> {
        let how = Discretisation::MeanPreserving;
        let spectra = Spectra::new(grid.buckets, super::fft::PADDED);
        let control = Control::default();
        let each = self.transforms(&spectra, grid, how, &control)?;
        let one = C64::new(1.0, 0.0);
        let total = self.total(&each, &control)?;
        let mut found = Vec::with_capacity(self.lines.len());
        for (j, line) in self.lines.iter().enumerate() {
            let mut sized = discretise(&line.aggregate.severity, grid, how, &control)?;
            for (k, p) in sized.iter_mut().enumerate() {
                *p *= k as f64 * grid.step;
            }
            let mut sized = spectra.forward(sized)?;
            for (place, value) in sized.iter_mut().enumerate() {
                let w = column(&each, place);
                let own = if self.mixing > 0.0 {
                    let all = one - self.exponent(&w) * self.mixing;
                    C64::new(line.aggregate.frequency.mean(), 0.0) / all
                } else {
                    log_slope(&line.aggregate.frequency, w[j])
                };
                let others: C64 =
                    (0..w.len()).filter(|k| *k != j).map(|k| one + w[k] * self.share(k)).product();
                let slope = own + others * (self.rate() * self.share(j));
                *value *= slope * total[place];
            }
            found.push(spectra.back(sized)?);
        }
        Ok(found)
    }
}

/// φ − 1 of every line at one point.
fn column(each: &[Vec<C64>], place: usize) -> Vec<C64> {
    each.iter().map(|spectrum| spectrum[place] - 1.0).collect()
}
