//! From counts to a frequency and its uncertainty, and from a prior frequency to an updated one.

use crate::error::{Faults, Issue, Result};

/// A frequency after the evidence.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Posterior {
    /// Mean per unit of exposure.
    pub mean: f64,
    /// Coefficient of variation of the mean: what the evidence leaves uncertain.
    pub cv: f64,
    /// Weight of the evidence in the mean, in [0, 1].
    pub credibility: f64,
}

/// Failures per trial under a Beta(a, b) prior: the posterior is Beta(a + x, b + n − x).
///
/// Its mean is (a + x) / (a + b + n), its squared cv (b + n − x) / ((a + x)(a + b + n + 1)); the
/// credibility is n / (a + b + n) (Klugman, Panjer and Willmot, *Loss Models*, example on the
/// binomial–beta pair).
///
/// # Errors
///
/// `a`, `b` not > 0, or failures not whole numbers in [0, trials].
pub fn beta_binomial(a: f64, b: f64, failures: f64, trials: f64) -> Result<Posterior> {
    let mut faults = Faults::new();
    faults.positive("beta_binomial", "a", a);
    faults.positive("beta_binomial", "b", b);
    counts(&mut faults, failures, trials);
    faults.check(trials.fract() == 0.0 || !trials.is_finite(), || {
        Issue::new("out_of_range", "update", "exposure").value(trials).allowed("a whole number")
    });
    faults.check(failures <= trials, || {
        Issue::new("out_of_range", "update", "failures")
            .value(failures)
            .allowed(format!("at most the exposure {trials}"))
    });
    faults.finish()?;
    let (a1, b1, n) = (a + failures, b + trials - failures, a + b + trials);
    Ok(Posterior { mean: a1 / n, cv: (b1 / (a1 * (n + 1.0))).sqrt(), credibility: trials / n })
}

/// Failures per trial with Jeffreys' prior Beta(½, ½).
pub fn jeffreys(failures: f64, trials: f64) -> Result<Posterior> {
    beta_binomial(0.5, 0.5, failures, trials)
}

/// Claims per unit of exposure under a gamma prior of the given mean and cv.
///
/// With α = 1/cv² and β = α/mean the posterior is Gamma(α + x, β + e): mean (α + x)/(β + e), cv
/// 1/√(α + x), credibility e/(β + e), which is Bühlmann's Z (Klugman, Panjer and Willmot, *Loss
/// Models*, Poisson–gamma). The counts are taken as Poisson given the mean: over-dispersion between
/// years is not removed from the evidence.
pub fn gamma_poisson(mean: f64, cv: f64, claims: f64, exposure: f64) -> Result<Posterior> {
    let mut faults = Faults::new();
    faults.positive("gamma_poisson", "mean", mean);
    faults.positive("gamma_poisson", "cv", cv);
    counts(&mut faults, claims, exposure);
    faults.finish()?;
    let alpha = 1.0 / (cv * cv);
    let beta = alpha / mean;
    Ok(Posterior {
        mean: (alpha + claims) / (beta + exposure),
        cv: 1.0 / (alpha + claims).sqrt(),
        credibility: exposure / (beta + exposure),
    })
}

fn counts(faults: &mut Faults, failures: f64, exposure: f64) {
    faults.non_negative("update", "exposure", exposure);
    faults.check(failures.is_finite() && failures >= 0.0 && failures.fract() == 0.0, || {
        Issue::new("out_of_range", "update", "failures")
            .value(failures)
            .allowed("a whole number ≥ 0")
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} {b}");
    }

    #[test]
    fn jeffreys_by_hand() {
        // 13 of 311: Beta(13.5, 298.5).
        let p = jeffreys(13.0, 311.0).unwrap();
        close(p.mean, 13.5 / 312.0);
        let variance = 13.5 * 298.5 / (312.0f64.powi(2) * 313.0);
        close(p.cv, variance.sqrt() / p.mean);
    }

    #[test]
    fn the_posterior_mean_is_the_credibility_mixture() {
        let p = gamma_poisson(0.02, 0.5, 3.0, 80.0).unwrap();
        close(p.mean, p.credibility * 3.0 / 80.0 + (1.0 - p.credibility) * 0.02);
        let q = beta_binomial(2.0, 48.0, 3.0, 31.0).unwrap();
        close(q.mean, q.credibility * 3.0 / 31.0 + (1.0 - q.credibility) * 0.04);
        let none = gamma_poisson(0.02, 0.5, 0.0, 0.0).unwrap();
        close(none.mean, 0.02);
        close(none.cv, 0.5);
        assert_eq!(none.credibility, 0.0);
    }

    #[test]
    fn bad_counts_are_refused_together() {
        let error = beta_binomial(0.5, -1.0, 3.5, 2.0).unwrap_err();
        assert_eq!(error.issues().len(), 3, "{error}");
    }
}
