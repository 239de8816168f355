//! Development factors: which links are averaged, and how.

use super::status::{Finding, Status};

/// A cumulative triangle: origin × age in rows, NaN where nothing is observed.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    pub origins: usize,
    pub ages: usize,
    pub values: &'a [f64],
}

impl Cells<'_> {
    pub fn row(&self, origin: usize) -> &[f64] {
        &self.values[origin * self.ages..(origin + 1) * self.ages]
    }

    /// Column of the last observed cell of an origin; gaps before it do not matter.
    pub fn latest_age(&self, origin: usize) -> Option<usize> {
        self.row(origin).iter().rposition(|value| !value.is_nan())
    }
}

/// How the link ratios F = C(k+1) / C(k) of one age are averaged: weights C(k)^alpha.
///
/// Each is the best linear unbiased estimator under Var\[C(k+1)\] = σ² C(k)^(2 − alpha)
/// (Mack 1999, ASTIN Bulletin 29(2), section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Average {
    /// alpha = 1: Mack's (1993) chain ladder.
    #[default]
    Volume,
    /// alpha = 0: the plain mean of the ratios.
    Simple,
    /// alpha = 2: regression through the origin.
    Regression,
}

impl Average {
    pub const ALL: [Self; 3] = [Self::Volume, Self::Simple, Self::Regression];

    pub fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Simple => "simple",
            Self::Regression => "regression",
        }
    }

    /// Weight of a ratio that starts at `start`.
    #[inline]
    pub(super) fn weight(self, start: f64) -> f64 {
        match self {
            Self::Volume => start,
            Self::Simple => 1.0,
            Self::Regression => start * start,
        }
    }

    /// Variance of the next value per σ²: start^(2 − alpha).
    #[inline]
    pub(super) fn variance(self, start: f64) -> f64 {
        match self {
            Self::Volume => start,
            Self::Simple => start * start,
            Self::Regression => 1.0,
        }
    }
}

/// A selection of development factors, the same in every method that uses it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Development {
    pub average: Average,
    /// Only the latest `last` usable links of each age; all when `None`.
    pub last: Option<usize>,
    /// Links left out, by (origin, column where the link starts).
    pub exclude: Vec<(usize, usize)>,
}

/// Estimates of one triangle, by link: factor, σ² (NaN with fewer than two links) and the weight
/// total, so that Var(f) = σ² / weight.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    pub factor: Vec<f64>,
    pub variance: Vec<f64>,
    pub weight: Vec<f64>,
    ratios: Vec<(f64, f64)>,
}

impl Links {
    /// Reads every link of `cells`; returns whether any ratio was observed.
    pub fn estimate(
        &mut self,
        cells: Cells<'_>,
        development: &Development,
        mut tell: impl FnMut(Status, Option<usize>, Option<usize>),
    ) -> bool {
        let links = cells.ages.saturating_sub(1);
        for column in [&mut self.factor, &mut self.variance, &mut self.weight] {
            column.clear();
        }
        let mut any = false;
        for age in 0..links {
            self.ratios.clear();
            let (mut weights, mut weighted) = (0.0, 0.0);
            for origin in (0..cells.origins).rev() {
                if development.last.is_some_and(|last| self.ratios.len() >= last) {
                    break;
                }
                let at = origin * cells.ages + age;
                let (start, end) = (cells.values[at], cells.values[at + 1]);
                if start.is_nan() || end.is_nan() || development.excludes(origin, age) {
                    continue;
                }
                if start <= 0.0 {
                    tell(Status::LinksLeftOut, Some(origin), Some(age));
                    continue;
                }
                let (weight, ratio) = (development.average.weight(start), end / start);
                weights += weight;
                weighted += match development.average {
                    Average::Volume => end,
                    Average::Simple => ratio,
                    Average::Regression => start * end,
                };
                self.ratios.push((weight, ratio));
            }
            any |= !self.ratios.is_empty();
            let factor = weighted / weights;
            let squares: f64 = self.ratios.iter().map(|(w, r)| w * (r - factor).powi(2)).sum();
            self.factor.push(factor);
            self.weight.push(weights);
            self.variance.push(match self.ratios.len() {
                0 | 1 => f64::NAN,
                n => squares / (n - 1) as f64,
            });
        }
        any
    }
}

impl Development {
    #[inline]
    fn excludes(&self, origin: usize, age: usize) -> bool {
        !self.exclude.is_empty() && self.exclude.contains(&(origin, age))
    }
}

/// A finding of triangle number `triangle`.
pub(super) fn finding(
    triangle: usize,
    status: Status,
    origin: Option<usize>,
    age: Option<usize>,
) -> Finding {
    Finding { triangle, status, origin, age }
}
