//! How well a predictive distribution met the outcome.

use crate::numeric::norm_cdf;

/// Scores of one forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Continuous ranked probability score, in the unit of the outcome: ∫ (F(x) − 1{x ≥ y})² dx.
    pub crps: f64,
    /// Probability integral transform F(y).
    pub pit: f64,
}

const MISSING: Score = Score { crps: f64::NAN, pit: f64::NAN };

/// A lognormal with the given mean and standard deviation: the usual reading of an ultimate and
/// its root mean squared error (Mack 1993, section 5). Without spread, the point forecast.
///
/// CRPS = y (2 F(y) − 1) − 2 m (F(y e^−σ²) + Φ(σ / √2) − 1), m the mean (Baran and Lerch 2015, QJRMS
/// 141, with the mean written out).
pub fn lognormal(mean: f64, sd: f64, outcome: f64) -> Score {
    if !(mean.is_finite() && sd.is_finite() && outcome.is_finite() && mean > 0.0 && sd >= 0.0) {
        return MISSING;
    }
    if sd == 0.0 {
        let pit = if outcome < mean { 0.0 } else { 1.0 };
        return Score { crps: (outcome - mean).abs(), pit };
    }
    let variance = libm::log1p((sd / mean).powi(2));
    let (mu, sigma) = (libm::log(mean) - variance / 2.0, variance.sqrt());
    let cdf = |x: f64| if x > 0.0 { norm_cdf((libm::log(x) - mu) / sigma) } else { 0.0 };
    let pit = cdf(outcome);
    let shifted = cdf(outcome * libm::exp(-variance));
    let half = norm_cdf(sigma * std::f64::consts::FRAC_1_SQRT_2);
    Score { crps: outcome * (2.0 * pit - 1.0) - 2.0 * mean * (shifted + half - 1.0), pit }
}

/// A sample, sorted or not: CRPS of its empirical distribution, and the mid-rank transform, in which
/// ties count by half.
pub fn sampled(sample: &[f64], outcome: f64) -> Score {
    if sample.is_empty() || !outcome.is_finite() || sample.iter().any(|x| !x.is_finite()) {
        return MISSING;
    }
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    // E|X − y| − E|X − X'| / 2 with E|X − X'| = 2 / n² · Σ (2 i − n − 1) x(i).
    let distance: f64 = sorted.iter().map(|x| (x - outcome).abs()).sum();
    let spread: f64 =
        sorted.iter().enumerate().map(|(i, x)| (2.0 * (i as f64 + 1.0) - n - 1.0) * x).sum();
    let below = sorted.iter().filter(|x| **x < outcome).count() as f64;
    let equal = sorted.iter().filter(|x| **x == outcome).count() as f64;
    Score { crps: distance / n - spread / (n * n), pit: (below + equal / 2.0) / n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lognormal_score_is_its_integral() {
        for (mean, sd, y) in [(100.0, 30.0, 80.0), (100.0, 120.0, 250.0), (5.0, 0.1, 5.3)] {
            let score = lognormal(mean, sd, y);
            let steps = 400_000;
            let high = mean + 60.0 * sd + y;
            let h = high / f64::from(steps);
            let mut sum = 0.0;
            for i in 0..steps {
                let x = (f64::from(i) + 0.5) * h;
                let f = lognormal(mean, sd, x).pit;
                sum += (f - if x >= y { 1.0 } else { 0.0 }).powi(2) * h;
            }
            assert!((score.crps / sum - 1.0).abs() < 1e-3, "{} against {sum}", score.crps);
        }
        assert_eq!(lognormal(10.0, 0.0, 7.0).crps, 3.0);
        assert!(lognormal(f64::NAN, 1.0, 1.0).crps.is_nan());
    }

    #[test]
    fn the_score_of_a_sample_is_the_area_of_its_steps() {
        // {1, 3} against 2: F is ½ on [1, 3), so ¼ on [1, 2) and ¼ on [2, 3).
        assert!((sampled(&[3.0, 1.0], 2.0).crps - 0.5).abs() < 1e-15);
        assert_eq!(sampled(&[3.0, 1.0], 2.0).pit, 0.5);
        assert_eq!(sampled(&[2.0, 2.0], 2.0), Score { crps: 0.0, pit: 0.5 });
        // One point is the absolute error; F = ¼, ½, ¾ on unit steps below 5: (1 + 4 + 9 + 16)/16.
        assert_eq!(sampled(&[4.0], 1.0).crps, 3.0);
        assert!((sampled(&[1.0, 2.0, 3.0, 4.0], 5.0).crps - 30.0 / 16.0).abs() < 1e-15);
    }
}
