//! Development: which links are averaged, how, and what judgement adds.
//!
//! A [`Development`] is plain data. Every method asks [`super::links::Links`] to replay it on its
//! triangle: Mack once, a bootstrap on each pseudo triangle, re-reserving on each future diagonal.

use super::tail::Tail;

/// A cumulative triangle: origin × age in rows, NaN where nothing is observed.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    pub origins: usize,
    pub ages: usize,
    pub values: &'a [f64],
}

impl<'a> Cells<'a> {
    pub fn row(&self, origin: usize) -> &'a [f64] {
        &self.values[origin * self.ages..(origin + 1) * self.ages]
    }

    /// Column of the last observed cell of an origin; gaps before it do not matter.
    pub fn latest_age(&self, origin: usize) -> Option<usize> {
        self.row(origin).iter().rposition(|value| !value.is_nan())
    }
}

/// How the link ratios F = C(k+1) / C(k) of one age are averaged.
///
/// The first three have weights C(k)^alpha, each the best linear unbiased estimator under
/// Var\[C(k+1)\] = σ² C(k)^(2 − alpha) (Mack 1999, ASTIN Bulletin 29(2), section 2). The others
/// stand on alpha = 0: ratios of equal variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Average {
    /// alpha = 1: Mack's (1993) chain ladder.
    #[default]
    Volume,
    /// alpha = 0: the plain mean of the ratios.
    Simple,
    /// alpha = 2: regression through the origin.
    Regression,
    /// exp of the mean of ln F; links with a ratio ≤ 0 are left out.
    Geometric,
    /// The (weighted) median. Its variance is π/2 times that of the mean from three links on, the
    /// value for many normal ratios (Cramér 1946, Mathematical Methods of Statistics, 28.5).
    Median,
}

impl Average {
    pub const ALL: [Self; 5] =
        [Self::Volume, Self::Simple, Self::Regression, Self::Geometric, Self::Median];

    pub fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Simple => "simple",
            Self::Regression => "regression",
            Self::Geometric => "geometric",
            Self::Median => "median",
        }
    }

    /// Weight of a ratio that starts at `start`: start^alpha.
    #[inline]
    pub fn weight(self, start: f64) -> f64 {
        match self {
            Self::Volume => start,
            Self::Simple | Self::Geometric | Self::Median => 1.0,
            Self::Regression => start * start,
        }
    }

    /// Variance of the next value per σ²: start^(2 − alpha).
    #[inline]
    pub fn variance(self, start: f64) -> f64 {
        match self {
            Self::Volume => start,
            Self::Simple | Self::Geometric | Self::Median => start * start,
            Self::Regression => 1.0,
        }
    }
}

/// How the factor of one age is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Choice {
    pub average: Average,
    /// Only the latest `last` usable links; all when `None`.
    pub last: Option<usize>,
    /// The highest and lowest ratios left out of the average ("medial", "ex high/low"), where more
    /// links than these are there. σ² is still that of all links: a trimmed link was an outcome of
    /// the process. The variance of the trimmed average is that of an average of the rest.
    pub high: usize,
    pub low: usize,
    pub given: Option<Given>,
}

/// A factor that the user gives, alone or blended with the average: z · average + (1 − z) · factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given {
    pub factor: f64,
    /// Standard error e of the given factor. With it, Var(f) = z² Var(average) + (1 − z)² e²;
    /// without, judgement takes over the error of the average that it replaces.
    pub standard_error: Option<f64>,
    pub credibility: Credibility,
}

/// The weight z of the average against a given factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Credibility {
    Fixed(f64),
    /// z = e² / (e² + Var(average)): Gisler and Wüthrich (2008), "Credibility for the chain ladder
    /// reserving method", ASTIN Bulletin 38(2).
    Precision,
}

impl Default for Credibility {
    fn default() -> Self {
        Self::Fixed(0.0)
    }
}

/// How σ² of a link with a single ratio is had from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sigma {
    /// min(σ⁴(k−1) / σ²(k−2), σ²(k−2), σ²(k−1)): Mack (1993), p. 217.
    #[default]
    Mack,
    /// ln σ(k) linear in k; where the slope is not significant at 5%, Mack's rule, and the status
    /// says so. (R's ChainLadder reverts in the same case.)
    LogLinear,
}

/// A selection of development factors, the same in every method that uses it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Development {
    /// For every age that `by_age` does not name.
    pub all: Choice,
    /// By column where the link starts, in any order.
    pub by_age: Vec<(usize, Choice)>,
    /// Weight w of each link, origin × (ages − 1), under Var\[F\] = σ² / (w C^alpha); zero leaves the
    /// link out. Empty: all one.
    pub weights: Vec<f64>,
    pub sigma: Sigma,
    pub tail: Tail,
}

impl Development {
    /// The choice for links that start in column `age`.
    pub fn choice(&self, age: usize) -> Choice {
        self.by_age.iter().find(|(at, _)| *at == age).map_or(self.all, |(_, choice)| *choice)
    }

    /// Weight of the link of `origin` that starts in column `age` of a triangle with `ages` columns.
    #[inline]
    pub fn weight(&self, ages: usize, origin: usize, age: usize) -> f64 {
        if self.weights.is_empty() {
            return 1.0;
        }
        self.weights.get(origin * (ages - 1) + age).copied().unwrap_or(1.0)
    }

    /// Multiplies the weight of a link of a triangle of the given size; zero leaves it out.
    pub fn weigh(&mut self, origins: usize, ages: usize, origin: usize, age: usize, weight: f64) {
        let links = ages.saturating_sub(1);
        self.weights.resize(origins * links, 1.0);
        if let Some(own) = self.weights.get_mut(origin * links + age) {
            *own *= weight;
        }
    }

    /// Whether every factor is the plain volume average of all links and there is no tail: the
    /// case for which a kernel may have a shorter way.
    pub fn is_plain(&self) -> bool {
        self.all == Choice::default()
            && self.by_age.is_empty()
            && self.weights.is_empty()
            && self.tail == Tail::None
    }
}
