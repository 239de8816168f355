//! A discount curve.

use crate::error::{Faults, Issue, Result};

/// Discount factors at times in years: between them the forward rate is constant; before the first
/// the spot rate is, after the last the last forward rate is.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    times: Vec<f64>,
    /// ln of the discount factor, negative where rates are positive.
    logs: Vec<f64>,
}

impl Curve {
    /// From annual spot rates: the factor at t is (1 + rate)^(−t).
    pub fn from_spot(times: &[f64], rates: &[f64]) -> Result<Self> {
        let logs = check(times, rates)?;
        let logs = logs.iter().zip(times).map(|(log, t)| -log * t).collect();
        Ok(Self { times: times.to_vec(), logs })
    }

    /// From annual forward rates, each from the time before (0 at first) to its own.
    pub fn from_forward(times: &[f64], rates: &[f64]) -> Result<Self> {
        let (mut before, mut sum) = (0.0, 0.0);
        let mut logs = check(times, rates)?;
        for (log, t) in logs.iter_mut().zip(times) {
            sum -= *log * (t - before);
            before = *t;
            *log = sum;
        }
        Ok(Self { times: times.to_vec(), logs })
    }

    /// Price now of 1 at time `t`; 1 for a time that has passed.
    pub fn discount(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 1.0;
        }
        let n = self.times.len();
        let at = self.times.partition_point(|time| *time < t).min(n - 1);
        let point = |at: usize| (self.times[at], self.logs[at]);
        let (low, high) = match (at, n) {
            (0, _) => ((0.0, 0.0), point(0)),
            _ => (point(at - 1), point(at)),
        };
        libm::exp(low.1 + (high.1 - low.1) / (high.0 - low.0) * (t - low.0))
    }

    /// Annual spot rate to time `t`.
    pub fn spot(&self, t: f64) -> f64 {
        let t = t.max(1e-9);
        libm::pow(self.discount(t), -1.0 / t) - 1.0
    }

    /// Annual forward rate between two times.
    pub fn forward(&self, from: f64, to: f64) -> f64 {
        libm::pow(self.discount(from) / self.discount(to), 1.0 / (to - from)) - 1.0
    }
}

/// ln(1 + rate) of each, when times rise from above zero and rates are above −1.
fn check(times: &[f64], rates: &[f64]) -> Result<Vec<f64>> {
    let mut faults = Faults::new();
    faults.check(!times.is_empty() && times.len() == rates.len(), || {
        Issue::new("wrong_shape", "Curve", "rates")
            .value(format!("{} rates for {} times", rates.len(), times.len()))
            .allowed("a rate for each time, at least one")
    });
    let rising = times.windows(2).all(|pair| pair[0] < pair[1]);
    faults.check(rising && times.iter().all(|t| t.is_finite() && *t > 0.0), || {
        Issue::new("out_of_range", "Curve", "times").allowed("rising numbers of years above 0")
    });
    for rate in rates {
        faults.check(*rate > -1.0 && *rate < 1.0, || {
            let issue = Issue::new("out_of_range", "Curve", "rate")
                .value(rate)
                .allowed("an annual rate as a fraction, above −1 and below 1");
            let percent = (1.0..=100.0).contains(rate);
            if percent { issue.hint(format!("did you mean {}?", rate / 100.0)) } else { issue }
        });
    }
    faults.finish()?;
    Ok(rates.iter().map(|rate| libm::log1p(*rate)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spot_and_forward_rates_tell_the_same_curve() {
        // Spot 2 % for one year and 3 % for two: the forward is 1.03² / 1.02 − 1.
        let forward = 1.03f64.powi(2) / 1.02 - 1.0;
        let spot = Curve::from_spot(&[1.0, 2.0], &[0.02, 0.03]).unwrap();
        let same = Curve::from_forward(&[1.0, 2.0], &[0.02, forward]).unwrap();
        for t in [0.25, 0.5, 1.0, 1.7, 2.0, 5.0] {
            assert!((spot.discount(t) / same.discount(t) - 1.0).abs() < 1e-14);
        }
        assert!((spot.discount(2.0) - 1.03f64.powi(-2)).abs() < 1e-15);
        assert!((spot.discount(0.5) - 1.02f64.powf(-0.5)).abs() < 1e-15);
        // Beyond the last time the last forward rate goes on.
        assert!((spot.discount(3.0) - 1.03f64.powi(-2) / (1.0 + forward)).abs() < 1e-15);
        assert!((spot.forward(1.0, 2.0) - forward).abs() < 1e-13);
        assert!((spot.spot(2.0) - 0.03).abs() < 1e-13);
        assert_eq!(spot.discount(-1.0), 1.0);
    }

    #[test]
    fn all_faults_are_told() {
        let issues = |curve: Result<Curve>| curve.unwrap_err().issues().len();
        assert_eq!(issues(Curve::from_spot(&[2.0, 1.0], &[0.02, 3.0])), 2);
        assert_eq!(issues(Curve::from_spot(&[], &[])), 1);
    }
}
