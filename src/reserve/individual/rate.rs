//! The number of claims to come, after those reported.
//!
//! Claims of an origin of exposure w are Poisson, negative binomial or one at most per unit, with mean
//! w λ m; m is the uncertain parameter, lognormal with mean 1, the same for all origins. The reported
//! ones, a share z of all, update it, and a gamma multiplier of the origin: given m and C reported, the
//! unreported have mean (1 − z) w λ m (k + C) / (k + w λ m z), as in [`nowcast`](super::super::nowcast).

use crate::numeric::{exp, ln};
use crate::random::{Purpose, Stream};
use crate::sector::FrequencyFamily;

/// The law of the number of claims of an origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    pub family: FrequencyFamily,
    /// Claims per unit of exposure.
    pub mean: f64,
    /// Coefficient of variation of the lognormal multiplier of the mean.
    pub cv_of_mean: f64,
    /// Shape of the gamma multiplier of an origin, for the negative binomial.
    pub mixing_shape: Option<f64>,
}

/// What is known of an origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    pub exposure: f64,
    /// Share of the claims that has been reported.
    pub emerged: f64,
    /// Number of claims reported.
    pub reported: f64,
}

impl Law {
    fn shape(&self) -> f64 {
        match self.family {
            FrequencyFamily::NegativeBinomial => self.mixing_shape.unwrap_or(f64::INFINITY),
            _ => f64::INFINITY,
        }
    }

    /// ln P(reported | m), but for what does not depend on m.
    fn ln_likelihood(&self, seen: &Seen, m: f64) -> f64 {
        let (c, z) = (seen.reported, seen.emerged);
        if self.family == FrequencyFamily::Bernoulli {
            let p = (self.mean * m).min(1.0) * z;
            let hit = if c > 0.0 { c * libm::log(p) } else { 0.0 };
            let none = seen.exposure - c;
            return hit + if none > 0.0 { none * libm::log1p(-p) } else { 0.0 };
        }
        let mean = seen.exposure * self.mean * m * z;
        let hit = if c > 0.0 { c * libm::log(mean) } else { 0.0 };
        let k = self.shape();
        if k == f64::INFINITY { hit - mean } else { hit - (k + c) * libm::log1p(mean / k) }
    }

    /// Mean number of unreported claims of an origin, given m.
    pub fn mean_unreported(&self, seen: &Seen, m: f64) -> f64 {
        let rest = 1.0 - seen.emerged;
        if self.family == FrequencyFamily::Bernoulli {
            return (seen.exposure - seen.reported).max(0.0) * self.unseen(seen, m);
        }
        let mean = seen.exposure * self.mean * m;
        let k = self.shape();
        let lean =
            if k == f64::INFINITY { 1.0 } else { (k + seen.reported) / (k + mean * seen.emerged) };
        rest * mean * lean
    }

    /// Probability that a unit without a reported claim has an unreported one.
    fn unseen(&self, seen: &Seen, m: f64) -> f64 {
        let p = (self.mean * m).min(1.0);
        let silent = 1.0 - p * seen.emerged;
        if silent > 0.0 { p * (1.0 - seen.emerged) / silent } else { 0.0 }
    }

    /// Draws the number of unreported claims of an origin, given m.
    pub fn draw(&self, seen: &Seen, m: f64, (seed, entity, block): (u64, u64, u64)) -> u64 {
        let mut stream = Stream::new(seed, Purpose::Count, entity, block);
        if self.family == FrequencyFamily::Bernoulli {
            let units = (seen.exposure - seen.reported).max(0.0) as u64;
            return stream.binomial(units, self.unseen(seen, m));
        }
        let mean = seen.exposure * self.mean * m;
        let k = self.shape();
        let theta = if k == f64::INFINITY {
            1.0
        } else {
            let rate = k + mean * seen.emerged;
            Stream::new(seed, Purpose::Mixing, entity, block).gamma(k + seen.reported) / rate
        };
        stream.poisson((1.0 - seen.emerged) * mean * theta)
    }
}

/// Distribution of the uncertain multiplier m, given what was reported: points with weights for means
/// (the trapezoidal rule, which is exact to rounding for such densities) and cumulative probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Multiplier {
    m: Vec<f64>,
    weight: Vec<f64>,
    below: Vec<f64>,
}

/// Points of a grid; a grid is narrowed to where the density is until it stays.
const POINTS: usize = 2001;
const NARROWINGS: usize = 12;
/// Standard deviations of the prior that are looked at.
const REACH: f64 = 12.0;

impl Multiplier {
    /// Of `law` after `seen`; with `uncertain` false it is 1.
    pub fn new(law: &Law, seen: &[Seen], uncertain: bool) -> Self {
        let one = Self { m: vec![1.0], weight: vec![1.0], below: vec![1.0] };
        if !uncertain || law.cv_of_mean <= 0.0 {
            return one;
        }
        let variance = ln(1.0 + law.cv_of_mean * law.cv_of_mean);
        let (mu, sigma) = (-0.5 * variance, variance.sqrt());
        let m = |z: f64| libm::exp(mu + sigma * z);
        let log = |z: f64| {
            -0.5 * z * z + seen.iter().map(|each| law.ln_likelihood(each, m(z))).sum::<f64>()
        };
        let (mut low, mut high) = (-REACH, REACH);
        let (mut z, mut density) = (Vec::new(), Vec::new());
        for _ in 0..NARROWINGS {
            let step = (high - low) / (POINTS - 1) as f64;
            z = (0..POINTS).map(|i| low + step * i as f64).collect();
            density = z.iter().map(|z| log(*z)).collect();
            let top = density.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if !top.is_finite() {
                return one;
            }
            for value in &mut density {
                *value = libm::exp(*value - top);
            }
            let seen = |value: &f64| *value > 1e-16;
            let first = density.iter().position(seen).unwrap_or(0).saturating_sub(1);
            let last = (density.iter().rposition(seen).unwrap_or(POINTS - 1) + 1).min(POINTS - 1);
            if last - first > POINTS / 4 {
                break;
            }
            (low, high) = (z[first], z[last]);
        }
        let mut below = Vec::with_capacity(POINTS);
        let mut sum = 0.0;
        for (at, value) in density.iter().enumerate() {
            sum += if at == 0 { 0.0 } else { 0.5 * (value + density[at - 1]) };
            below.push(sum);
        }
        for value in &mut below {
            *value /= sum;
        }
        let total: f64 = density.iter().sum();
        for value in &mut density {
            *value /= total;
        }
        Self { m: z.into_iter().map(m).collect(), weight: density, below }
    }

    /// The multiplier below which it is with probability `u`.
    pub fn quantile(&self, u: f64) -> f64 {
        let next = self.below.partition_point(|below| *below < u);
        match (next, self.m.get(next)) {
            (0, _) => self.m[0],
            (_, None) => self.m[self.m.len() - 1],
            (_, Some(high)) => {
                let (from, to) = (self.below[next - 1], self.below[next]);
                let low = self.m[next - 1];
                low + (high - low) * ((u - from) / (to - from))
            }
        }
    }

    /// E f(m).
    pub fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.m.iter().zip(&self.weight).map(|(m, weight)| weight * f(*m)).sum()
    }
}

/// A lognormal factor of mean 1 and coefficient of variation `cv`, by inversion.
pub(super) fn unit_lognormal(cv: f64, u: f64) -> f64 {
    if cv <= 0.0 {
        return 1.0;
    }
    let variance = ln(1.0 + cv * cv);
    exp(variance.sqrt() * crate::numeric::normal_isf(u) - 0.5 * variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(family: FrequencyFamily, cv: f64, shape: Option<f64>) -> Law {
        Law { family, mean: 0.02, cv_of_mean: cv, mixing_shape: shape }
    }

    #[test]
    fn without_claims_seen_the_multiplier_is_the_prior() {
        let law = law(FrequencyFamily::Poisson, 0.5, None);
        let nothing = Seen { exposure: 1000.0, emerged: 0.0, reported: 0.0 };
        let m = Multiplier::new(&law, &[nothing], true);
        assert!((m.mean(|m| m) - 1.0).abs() < 1e-5);
        assert!((m.mean(|m| m * m) - 1.25).abs() < 1e-5);
        // Median of a lognormal of mean 1: 1 / √(1 + cv²).
        assert!((m.quantile(0.5) - 1.0 / 1.25f64.sqrt()).abs() < 1e-5);
        assert_eq!(Multiplier::new(&law, &[nothing], false).quantile(0.9), 1.0);
    }

    #[test]
    fn much_experience_takes_over_and_its_error_is_that_of_the_count() {
        let law = law(FrequencyFamily::Poisson, 0.5, None);
        let seen = Seen { exposure: 1e8, emerged: 0.8, reported: 3.2e6 };
        let m = Multiplier::new(&law, &[seen], true);
        let mean = m.mean(|m| m);
        assert!((mean - 2.0).abs() < 1e-5);
        let sd = m.mean(|m| (m - mean).powi(2)).sqrt();
        assert!((sd / mean * 3.2e6f64.sqrt() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_small_posterior_is_that_of_numerical_integration() {
        let law = law(FrequencyFamily::NegativeBinomial, 0.6, Some(1.5));
        let seen = [
            Seen { exposure: 900.0, emerged: 0.9, reported: 25.0 },
            Seen { exposure: 1100.0, emerged: 0.3, reported: 2.0 },
        ];
        let m = Multiplier::new(&law, &seen, true);
        // The same by Riemann sums over m, with the whole densities.
        let s2 = 1.36f64.ln();
        let weight = |m: f64| {
            let prior = (-(m.ln() + 0.5 * s2).powi(2) / (2.0 * s2)).exp() / m;
            seen.iter().fold(prior, |w, each| {
                let mean = each.exposure * 0.02 * m * each.emerged;
                w * mean.powf(each.reported) * (1.0 + mean / 1.5).powf(-1.5 - each.reported)
            })
        };
        let points = (1..200_000).map(|i| f64::from(i) * 1e-4);
        let (mut total, mut first) = (0.0, 0.0);
        for x in points {
            total += weight(x);
            first += x * weight(x);
        }
        assert!((m.mean(|m| m) - first / total).abs() < 1e-5);
    }

    #[test]
    fn draws_have_the_mean_of_the_law() {
        let seen = Seen { exposure: 2000.0, emerged: 0.4, reported: 11.0 };
        for law in [
            law(FrequencyFamily::Poisson, 0.0, None),
            law(FrequencyFamily::NegativeBinomial, 0.0, Some(2.0)),
            law(FrequencyFamily::Bernoulli, 0.0, None),
        ] {
            let n = 40_000;
            let draws: Vec<f64> =
                (0..n).map(|block| law.draw(&seen, 1.2, (5, 9, block)) as f64).collect();
            let mean = draws.iter().sum::<f64>() / n as f64;
            let sd = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            let expected = law.mean_unreported(&seen, 1.2);
            assert!((mean - expected).abs() < 4.5 * sd / (n as f64).sqrt(), "{law:?}");
        }
    }
}
