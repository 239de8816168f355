//! Normal–inverse-gamma: μ and σ² of lognormal losses.

use serde::{Deserialize, Serialize};

use super::improper;
use crate::error::{Faults, Issue, Result};
use crate::numeric::{gamma_q_inv, t_isf};
use crate::random::Stream;
use crate::severity::{LogNormal, LogT, Severity};

/// σ² ~ InverseGamma(`alpha`, `beta`), μ | σ² ~ Normal(`mu`, σ²/`kappa`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormalInverseGamma {
    pub mu: f64,
    /// Losses that the prior mean is worth; 0 is the flat end.
    pub kappa: f64,
    pub alpha: f64,
    pub beta: f64,
}

impl NormalInverseGamma {
    pub fn new(mu: f64, kappa: f64, alpha: f64, beta: f64) -> Result<Self> {
        Self { mu, kappa, alpha, beta }.validated()
    }

    pub fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.finite("NormalInverseGamma", "mu", self.mu);
        faults.non_negative("NormalInverseGamma", "kappa", self.kappa);
        faults.finite("NormalInverseGamma", "alpha", self.alpha);
        faults.non_negative("NormalInverseGamma", "beta", self.beta);
        faults.check(self.alpha >= -0.5, || {
            Issue::new("out_of_range", "NormalInverseGamma", "alpha")
                .value(self.alpha)
                .allowed("a number ≥ -1/2")
        });
        faults.finish()?;
        Ok(self)
    }

    /// The flat prior ∝ 1/σ², improper until two different losses are known: the posterior of σ² is that
    /// of the classical interval, χ² with n − 1 degrees of freedom.
    pub fn flat() -> Self {
        Self { mu: 0.0, kappa: 0.0, alpha: -0.5, beta: 0.0 }
    }

    /// Posterior after losses whose logarithms have mean m and sum of squares s about it:
    /// κ + n, (κμ + n m)/(κ + n), α + n/2, β + s/2 + κn(m − μ)²/(2(κ + n)).
    pub fn update(&self, losses: &[f64]) -> Result<Self> {
        let mut faults = Faults::new();
        for (row, x) in losses.iter().enumerate() {
            faults.check(x.is_finite() && *x > 0.0, || {
                Issue::new("out_of_range", "NormalInverseGamma.update", "losses")
                    .value(format!("{x} in row {row}"))
                    .allowed("finite amounts > 0")
            });
        }
        faults.finish()?;
        if losses.is_empty() {
            return Ok(self.clone());
        }
        let n = losses.len() as f64;
        let logs: Vec<f64> = losses.iter().map(|x| libm::log(*x)).collect();
        let m = logs.iter().sum::<f64>() / n;
        let squares: f64 = logs.iter().map(|y| (y - m) * (y - m)).sum();
        let kappa = self.kappa + n;
        let gap = m - self.mu;
        Self::new(
            self.mu + gap * (n / kappa),
            kappa,
            self.alpha + 0.5 * n,
            self.beta + 0.5 * squares + 0.5 * gap * gap * self.kappa * (n / kappa),
        )
    }

    fn proper(&self) -> Result<()> {
        if self.kappa > 0.0 && self.alpha > 0.0 && self.beta > 0.0 {
            Ok(())
        } else {
            Err(improper("NormalInverseGamma", "update it with two or more different losses"))
        }
    }

    /// Degrees of freedom, centre and scale of ln X, Student-t.
    pub fn student(&self) -> Result<(f64, f64, f64)> {
        self.proper()?;
        let spread = self.beta / self.alpha * (1.0 + 1.0 / self.kappa);
        Ok((2.0 * self.alpha, self.mu, spread.sqrt()))
    }

    /// The same for μ, whose posterior is Student-t.
    fn student_mean(&self) -> Result<(f64, f64, f64)> {
        self.proper()?;
        Ok((2.0 * self.alpha, self.mu, (self.beta / (self.alpha * self.kappa)).sqrt()))
    }

    pub fn mu_quantile(&self, p: f64) -> Result<f64> {
        let (freedom, centre, scale) = self.student_mean()?;
        Ok(centre - scale * t_isf(p, freedom))
    }

    pub fn sigma_quantile(&self, p: f64) -> Result<f64> {
        self.proper()?;
        // 1/σ² ~ Gamma(α, β)
        Ok((self.beta / gamma_q_inv(self.alpha, p)).sqrt())
    }

    /// The next loss: log-t, without a finite mean whatever the data.
    pub fn predictive(&self) -> Result<Severity> {
        let (freedom, centre, scale) = self.student()?;
        LogT::new(centre, scale, freedom).map(Into::into)
    }

    pub fn draw(&self, stream: &mut Stream) -> Result<Severity> {
        let precision = (stream.gamma(self.alpha) / self.beta).max(1e-200);
        let sigma = (1.0 / precision).sqrt();
        let mu = self.mu + stream.normal() * sigma / self.kappa.sqrt();
        LogNormal::new(mu, sigma).map(Into::into)
    }
}
