//! Piecewise Pareto: between thresholds a Pareto of its own alpha each, beyond the last the last alpha.
//!
//! ln S is linear in ln x between the thresholds (Riegel 2018, European Actuarial Journal 8, 1–25),
//! so the same family holds any table of survival probabilities.

use libm::{exp, log};
use serde::{Deserialize, Serialize};

use super::{Family, Pareto, Severity, columns, no_parameter};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PiecewisePareto {
    /// Ascending; the least loss is the first.
    pub thresholds: Vec<f64>,
    /// P(X > threshold), descending from 1.
    pub survival: Vec<f64>,
    /// Beyond the last threshold.
    pub alpha: f64,
}

impl PiecewisePareto {
    /// From an alpha for each threshold, valid up to the next.
    pub fn new(thresholds: Vec<f64>, alphas: &[f64]) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(alphas.len() == thresholds.len() && !alphas.is_empty(), || {
            Issue::new("out_of_range", "PiecewisePareto", "alphas")
                .value(alphas.len())
                .allowed(format!("one for each of {} thresholds", thresholds.len()))
        });
        for alpha in alphas {
            faults.positive("PiecewisePareto", "alphas", *alpha);
        }
        faults.finish()?;
        let mut survival = vec![1.0];
        let mut ln_s = 0.0;
        for (w, alpha) in thresholds.windows(2).zip(alphas) {
            ln_s -= alpha * log(w[1] / w[0]);
            survival.push(exp(ln_s));
        }
        Self { alpha: alphas[alphas.len() - 1], survival, thresholds }.validated()
    }

    /// Through these survival probabilities, and on with `alpha`.
    pub fn through(thresholds: Vec<f64>, survival: Vec<f64>, alpha: f64) -> Result<Self> {
        Self { thresholds, survival, alpha }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("PiecewisePareto", "alpha", self.alpha);
        let ascending = !self.thresholds.is_empty()
            && self.thresholds.iter().all(|t| t.is_finite() && *t > 0.0)
            && self.thresholds.windows(2).all(|w| w[0] < w[1]);
        faults.check(ascending, || {
            Issue::new("out_of_range", "PiecewisePareto", "thresholds")
                .allowed("ascending finite numbers > 0")
        });
        let falling = self.survival.len() == self.thresholds.len()
            && self.survival.first() == Some(&1.0)
            && self.survival.iter().all(|s| *s > 0.0)
            && self.survival.windows(2).all(|w| w[0] >= w[1]);
        faults.check(falling, || {
            Issue::new("out_of_range", "PiecewisePareto", "survival")
                .allowed("a probability > 0 for each threshold, descending from 1")
        });
        faults.finish()?;
        Ok(self)
    }

    fn end(&self, j: usize) -> f64 {
        self.thresholds.get(j + 1).copied().unwrap_or(f64::INFINITY)
    }

    /// The Pareto of piece j, which holds there given that the loss exceeds its threshold.
    fn piece(&self, j: usize) -> Pareto {
        let alpha = match self.thresholds.get(j + 1) {
            None => self.alpha,
            Some(next) => {
                log(self.survival[j] / self.survival[j + 1]) / log(next / self.thresholds[j])
            }
        };
        Pareto { alpha, scale: self.thresholds[j] }
    }

    /// The piece that holds x, if x is above the first threshold.
    fn place(&self, x: f64) -> Option<usize> {
        self.thresholds.partition_point(|t| *t <= x).checked_sub(1)
    }

    /// E of (X − a)₊ᵏ capped at l, summed over the pieces.
    fn pieces(&self, limit: f64, attachment: f64) -> f64 {
        let top = attachment + limit;
        let first = self.thresholds[0];
        let below = (first.min(top) - attachment).max(0.0);
        let mut total = below;
        for j in self.place(attachment).unwrap_or(0)..self.thresholds.len() {
            let (from, to) = (self.thresholds[j].max(attachment), self.end(j).min(top));
            if from >= top {
                break;
            }
            if to > from {
                // A thin layer keeps its width.
                let width = if from == attachment && to == top { limit } else { to - from };
                total += self.survival[j] * self.piece(j).layer_mean(width, from);
            }
        }
        total
    }
}

impl Family for PiecewisePareto {
    fn sf(&self, x: f64) -> f64 {
        self.place(x)
            .map_or(if x.is_nan() { x } else { 1.0 }, |j| self.survival[j] * self.piece(j).sf(x))
    }

    fn cdf(&self, x: f64) -> f64 {
        match self.place(x) {
            None => 0.0,
            Some(0) => self.piece(0).cdf(x),
            Some(_) => 1.0 - self.sf(x),
        }
    }

    fn pdf(&self, x: f64) -> f64 {
        self.place(x).map_or(0.0, |j| self.survival[j] * self.piece(j).pdf(x))
    }

    fn isf(&self, q: f64) -> f64 {
        let j = self.survival.partition_point(|s| *s > q).saturating_sub(1);
        self.piece(j).isf((q / self.survival[j]).min(1.0)).min(self.end(j))
    }

    fn quantile(&self, p: f64) -> f64 {
        if self.survival.get(1).is_none_or(|s| p < 1.0 - s) {
            return self.piece(0).quantile(p);
        }
        self.isf(1.0 - p)
    }

    fn moment(&self, k: u32) -> f64 {
        match k {
            0 => 1.0,
            1 => self.pieces(f64::INFINITY, 0.0),
            _ => self.excess_moment(k, 0.0),
        }
    }

    fn excess(&self, d: f64) -> f64 {
        if self.alpha <= 1.0 { f64::INFINITY } else { self.pieces(f64::INFINITY, d.max(0.0)) }
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        if self.alpha <= f64::from(k) {
            return f64::INFINITY;
        }
        if k == 1 {
            return self.excess(d);
        }
        let last = self.thresholds.len() - 1;
        let (d, from) = (d.max(0.0), self.thresholds[last]);
        let tail = |k: u32, d: f64| self.survival[last] * self.piece(last).excess_moment(k, d);
        if d >= from {
            return tail(k, d);
        }
        // Up to the last threshold by quadrature, then the binomial theorem, without its first term.
        let c = from - d;
        let (mut total, mut binomial) = (super::layer_moment_by_quadrature(self, k, c, d), 1.0);
        for j in 1..=k {
            binomial *= f64::from(k - j + 1) / f64::from(j);
            total += binomial * libm::pow(c, f64::from(k - j)) * tail(j, from);
        }
        total
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        match limit {
            l if l <= 0.0 => 0.0,
            f64::INFINITY => self.excess(attachment),
            l => self.pieces(l, attachment.max(0.0)),
        }
    }

    fn support(&self) -> (f64, f64) {
        (self.thresholds[0], f64::INFINITY)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        into.extend(&self.thresholds);
    }

    fn sample(&self, u: &mut [f64]) {
        // ln x = start + slope · ln u on each piece.
        let lines: Vec<(f64, f64, f64)> = (0..self.thresholds.len())
            .map(|j| {
                let slope = -1.0 / self.piece(j).alpha;
                (self.survival[j], log(self.thresholds[j]) - slope * log(self.survival[j]), slope)
            })
            .collect();
        columns::tiles(u, |tile| {
            let mut place = [0_usize; columns::TILE];
            for (place, u) in place.iter_mut().zip(tile.iter()) {
                *place = lines[1..].iter().map(|(s, _, _)| usize::from(*s > *u)).sum();
            }
            columns::ln(tile);
            for (x, place) in tile.iter_mut().zip(&place) {
                let (_, start, slope) = lines[*place];
                *x = start + slope * *x;
            }
            columns::exp(tile);
            for x in tile {
                *x = x.max(self.thresholds[0]);
            }
        });
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        vec![("alpha".to_owned(), self.alpha)]
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        if name != "alpha" {
            return Err(no_parameter("PiecewisePareto", name, &self.parameters()));
        }
        Ok(Self { alpha: value, ..self.clone() }.into())
    }
}
