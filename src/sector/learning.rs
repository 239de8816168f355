//! Learning by attempt: failure rates that fall with the number of flights, and survival in orbit.

use super::credibility::{Posterior, beta_binomial};
use crate::error::{Faults, Issue, Result};
use crate::numeric::brent;

/// Failures among trials at attempts `first` to `last` of their kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attempts {
    pub first: f64,
    /// `inf` for "and later".
    pub last: f64,
    pub failures: f64,
    pub trials: f64,
}

impl Attempts {
    /// The attempt that stands for the class: the geometric middle, twice the first for an open one.
    fn middle(&self) -> f64 {
        if self.last.is_finite() { (self.first * self.last).sqrt() } else { 2.0 * self.first }
    }
}

/// Failure probability of attempt n: p₁ n⁻ᵇ, a power law of learning.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurve {
    /// Failure probability of the first attempt.
    pub first: f64,
    /// Exponent: 0 is no learning.
    pub rate: f64,
    pub log_likelihood: f64,
    /// Pearson's χ² over the classes, and its degrees of freedom.
    pub chi_square: f64,
    pub degrees: usize,
}

impl LearningCurve {
    /// Maximum likelihood from classes of attempts, binomial in each.
    ///
    /// # Errors
    ///
    /// Fewer than two classes, or counts that are not counts.
    pub fn fit(classes: &[Attempts]) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(classes.len() > 1, || {
            Issue::new("too_few", "LearningCurve", "classes")
                .value(classes.len())
                .allowed("at least two")
        });
        for (k, c) in classes.iter().enumerate() {
            let path = format!("LearningCurve.classes[{k}]");
            faults.check(c.first >= 1.0 && c.last >= c.first, || {
                Issue::new("out_of_range", &path, "first")
                    .value(c.first)
                    .allowed("1 ≤ first ≤ last")
            });
            faults.positive(&path, "trials", c.trials);
            faults.check(c.failures >= 0.0 && c.failures <= c.trials, || {
                Issue::new("out_of_range", &path, "failures")
                    .value(c.failures)
                    .allowed(format!("between 0 and the trials {}", c.trials))
            });
        }
        let failures: f64 = classes.iter().map(|c| c.failures).sum();
        faults.check(failures > 0.0, || {
            Issue::new("too_few", "LearningCurve", "failures").value(0).allowed("at least one")
        });
        faults.finish()?;
        // For each exponent the first probability solves its score equation; then the profile.
        let at = |b: f64| {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..200 {
                let p1 = 0.5 * (low + high);
                let score: f64 = classes
                    .iter()
                    .map(|c| {
                        let p = probability(p1, b, c.middle());
                        (c.failures - c.trials * p) / (1.0 - p).max(1e-12)
                    })
                    .sum();
                if score > 0.0 { low = p1 } else { high = p1 }
            }
            let p1 = 0.5 * (low + high);
            (likelihood(classes, p1, b), p1)
        };
        let slope = |b: f64| {
            let h = 1e-4;
            at(b + h).0 - at(b - h).0
        };
        let rate = brent(-1.0, 3.0, 1e-9, slope).unwrap_or(0.0);
        let (log_likelihood, first) = at(rate);
        let chi_square = classes
            .iter()
            .map(|c| {
                let p = probability(first, rate, c.middle());
                let d = c.failures - c.trials * p;
                d * d / (c.trials * p * (1.0 - p))
            })
            .sum();
        Ok(Self { first, rate, log_likelihood, chi_square, degrees: classes.len() - 2 })
    }

    /// Failure probability of attempt `n`.
    pub fn at(&self, n: f64) -> f64 {
        probability(self.first, self.rate, n)
    }

    /// The curve as prior, worth `weight` attempts, after `failures` in `attempts` own attempts.
    pub fn posterior(
        &self,
        n: f64,
        weight: f64,
        failures: f64,
        attempts: f64,
    ) -> Result<Posterior> {
        let p = self.at(n);
        beta_binomial(p * weight, (1.0 - p) * weight, failures, attempts)
    }
}

fn probability(first: f64, rate: f64, n: f64) -> f64 {
    (first * libm::pow(n, -rate)).clamp(1e-12, 1.0 - 1e-12)
}

fn likelihood(classes: &[Attempts], first: f64, rate: f64) -> f64 {
    classes
        .iter()
        .map(|c| {
            let p = probability(first, rate, c.middle());
            c.failures * libm::log(p) + (c.trials - c.failures) * libm::log1p(-p)
        })
        .sum()
}

/// Survival exp(−(t/scale)^shape) of a satellite, t in years after launch; shape < 1 is infant
/// mortality (Castet and Saleh 2009, *Satellite reliability*, find such shapes).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    pub shape: f64,
    pub scale: f64,
}

impl Survival {
    /// From the probability to fail within one year and the shape.
    pub fn from_first_year(failure: f64, shape: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.check(failure > 0.0 && failure < 1.0, || {
            Issue::new("out_of_range", "Survival", "failure").value(failure).allowed("in (0, 1)")
        });
        faults.positive("Survival", "shape", shape);
        faults.finish()?;
        Ok(Self { shape, scale: libm::pow(-libm::log1p(-failure), -1.0 / shape) })
    }

    /// P(alive at t).
    pub fn at(&self, years: f64) -> f64 {
        libm::exp(-libm::pow(years.max(0.0) / self.scale, self.shape))
    }

    /// Probability to fail between `from` and `to`, alive at `from`.
    pub fn failure(&self, from: f64, to: f64) -> f64 {
        let h = |t: f64| libm::pow(t.max(0.0) / self.scale, self.shape);
        -libm::expm1(h(from) - h(to))
    }

    /// Probability to lose a launch or, once in orbit, the satellite within `years`: launch plus
    /// in-orbit less their overlap.
    pub fn launch_plus(&self, launch: f64, years: f64) -> f64 {
        launch + (1.0 - launch) * self.failure(0.0, years)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(first: f64, last: f64, failures: f64, trials: f64) -> Attempts {
        Attempts { first, last, failures, trials }
    }

    #[test]
    fn a_power_law_is_found_again() {
        let classes: Vec<Attempts> =
            [(1.0, 1.0), (2.0, 2.0), (4.0, 4.0), (16.0, 16.0), (64.0, 64.0)]
                .map(|(a, b)| class(a, b, 0.4 * f64::powf(a, -0.6) * 1e6, 1e6))
                .to_vec();
        let curve = LearningCurve::fit(&classes).unwrap();
        assert!((curve.first - 0.4).abs() < 1e-6 && (curve.rate - 0.6).abs() < 1e-6, "{curve:?}");
        assert!(curve.chi_square < 1e-6);
        assert!(LearningCurve::fit(&[class(2.0, 1.0, 3.0, 2.0)]).unwrap_err().issues().len() == 3);
    }

    /// Prior Beta(2.4, 3.6), mean 40 %, worth six attempts; two successes → Beta(2.4, 5.6), 30 %.
    #[test]
    fn two_own_successes() {
        let curve = LearningCurve {
            first: 0.4,
            rate: 0.0,
            log_likelihood: 0.0,
            chi_square: 0.0,
            degrees: 0,
        };
        let p = curve.posterior(3.0, 6.0, 0.0, 2.0).unwrap();
        assert!((p.mean - 0.30).abs() < 1e-12, "{p:?}");
    }

    #[test]
    fn survival_by_hand() {
        let s = Survival::from_first_year(0.07, 0.5).unwrap();
        assert!((s.failure(0.0, 1.0) - 0.07).abs() < 1e-14);
        // H(t) = 0.07257 √t.
        let h = -(0.93f64).ln();
        let want = 1.0 - (-h * (2f64.sqrt() - 1.0)).exp();
        assert!((s.failure(1.0, 2.0) - want).abs() < 1e-13);
        assert!((s.at(4.0) - (-2.0 * h).exp()).abs() < 1e-13);
        assert!((s.launch_plus(0.042, 1.0) - (0.042 + 0.958 * 0.07)).abs() < 1e-14);
    }
}
