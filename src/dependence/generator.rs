//! The four Archimedean generators: closed forms of one parameter.

use libm::{exp, expm1, log, log1p};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::{adaptive, brent, digamma};

/// C(u) = ψ(Σ ψ⁻¹(uᵢ)); formulas as in Nelsen (2006), An Introduction to Copulas, table 4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Generator {
    /// ψ(t) = (1 + t)^(−1/θ).
    Clayton,
    /// ψ(t) = exp(−t^(1/θ)).
    Gumbel,
    /// ψ(t) = −ln(1 − (1 − e^−θ) e^−t)/θ.
    Frank,
    /// ψ(t) = 1 − (1 − e^−t)^(1/θ).
    Joe,
}

/// Frank's θ beyond which e^−θ is lost.
const FRANK: f64 = 700.0;
/// Largest θ of Joe: above it counts of its frailty have no neighbours.
const JOE: f64 = 1e12;
/// θ of Clayton and Frank nearer to 0 than this is independence, to all digits of a sample.
pub(super) const NEAR_ZERO: f64 = 1e-9;

/// ln(1 − e^−x), x > 0.
fn ln_1m_exp(x: f64) -> f64 {
    if x > std::f64::consts::LN_2 { log1p(-exp(-x)) } else { log(-expm1(-x)) }
}

impl Generator {
    pub const ALL: [Self; 4] = [Self::Clayton, Self::Gumbel, Self::Frank, Self::Joe];

    pub fn name(self) -> &'static str {
        match self {
            Self::Clayton => "Clayton",
            Self::Gumbel => "Gumbel",
            Self::Frank => "Frank",
            Self::Joe => "Joe",
        }
    }

    /// θ at which components are independent.
    pub fn independence(self) -> f64 {
        match self {
            Self::Clayton | Self::Frank => 0.0,
            Self::Gumbel | Self::Joe => 1.0,
        }
    }

    pub(super) fn is_independent(self, theta: f64) -> bool {
        match self {
            Self::Clayton | Self::Frank => theta.abs() < NEAR_ZERO,
            Self::Gumbel | Self::Joe => theta == 1.0,
        }
    }

    /// Records a θ that is no copula of `dim` components.
    pub fn check(self, faults: &mut Faults, object: &str, theta: f64, dim: usize) {
        let (ok, allowed) = match (self, dim) {
            (Self::Clayton, 2) => (theta >= -1.0, "a finite number ≥ −1"),
            (Self::Clayton, _) => {
                (theta >= 0.0, "a finite number ≥ 0 (negative ones with 2 components only)")
            }
            (Self::Frank, 2) => (theta.abs() <= FRANK, "in [−700, 700]"),
            (Self::Frank, _) => (
                (0.0..=FRANK).contains(&theta),
                "in [0, 700] (negative ones with 2 components only)",
            ),
            (Self::Joe, _) => ((1.0..=JOE).contains(&theta), "in [1, 10¹²]"),
            (Self::Gumbel, _) => (theta >= 1.0, "a finite number ≥ 1"),
        };
        faults.check(ok && theta.is_finite(), || {
            let issue = Issue::new("out_of_range", object, "theta").value(theta).allowed(allowed);
            let comonotone = theta == f64::INFINITY || self == Self::Joe && theta > JOE;
            if comonotone { issue.hint("that is a ComonotoneCopula") } else { issue }
        });
    }

    /// C(u), arguments in (0, 1].
    pub fn cdf(self, theta: f64, u: &[f64]) -> f64 {
        if self.is_independent(theta) {
            return u.iter().product();
        }
        match self {
            Self::Clayton => clayton(theta, u),
            Self::Gumbel => {
                let largest = u.iter().map(|u| -log(*u)).fold(0.0, f64::max);
                if largest == 0.0 {
                    return 1.0;
                }
                let sum: f64 = u.iter().map(|u| libm::pow(-log(*u) / largest, theta)).sum();
                exp(-largest * libm::pow(sum, 1.0 / theta))
            }
            Self::Frank if theta < 0.0 => {
                (u[0] - Self::Frank.cdf(-theta, &[u[0], 1.0 - u[1]])).max(0.0)
            }
            Self::Frank => {
                let whole = ln_1m_exp(theta);
                let logs = u.iter().map(|u| ln_1m_exp(theta * u) - whole);
                let product: f64 = logs.filter(|x| x.is_finite()).sum();
                if u.contains(&0.0) {
                    return 0.0;
                }
                let lost = exp(product + whole);
                if lost < 0.5 {
                    return -log1p(-lost) / theta;
                }
                -log(-expm1(product) + exp(product - theta)) / theta
            }
            Self::Joe => joe(theta, u),
        }
    }

    /// Kendall's τ of two components (Nelsen 2006, section 5.1; Joe's by Hofert 2008 through digamma).
    pub fn kendall_tau(self, theta: f64) -> f64 {
        match self {
            Self::Clayton => theta / (theta + 2.0),
            Self::Gumbel => 1.0 - 1.0 / theta,
            Self::Frank if theta < 0.0 => -Self::Frank.kendall_tau(-theta),
            Self::Frank => {
                // 1 − (4/θ)(1 − D₁(θ)), its parts under one integral so that nothing cancels.
                let f = |t: f64| {
                    if t < 0.1 {
                        let t2 = t * t;
                        return t2 / 12.0 * (1.0 - t2 / 60.0 * (1.0 - t2 / 42.0));
                    }
                    0.5 * t - 1.0 + t / expm1(t)
                };
                if theta < 1e-3 {
                    return theta / 9.0 * (1.0 - theta * theta / 100.0);
                }
                4.0 * adaptive(0.0, theta, 1e-14, f).0 / (theta * theta)
            }
            Self::Joe => {
                // 1 + 2 (ψ(2) − ψ(1 + 2/θ))/(2 − θ) = 1 − (2/θ) (ψ(2) − ψ(2 − h))/h, h = 1 − 2/θ.
                let h = (theta - 2.0) / theta;
                let slope = if h.abs() < 0.02 {
                    // ζ(2) − 1, ζ(3) − 1, …
                    const ZETA: [f64; 8] = [
                        0.644934066848226436,
                        0.202056903159594285,
                        0.082323233711138192,
                        0.036927755143369926,
                        0.017343061984449140,
                        0.008349277381922827,
                        0.004077356197944339,
                        0.002008392826082214,
                    ];
                    ZETA.iter().rev().fold(0.0, |sum, z| sum * h + z)
                } else {
                    (digamma(2.0) - digamma(2.0 - h)) / h
                };
                1.0 - 2.0 / theta * slope
            }
        }
    }

    /// Spearman's ρ of two components: 12 ∬ C − 3 by adaptive quadrature; absolute error below 1e-8.
    ///
    /// # Errors
    /// If the quadrature cannot promise that.
    pub fn spearman_rho(self, theta: f64) -> Result<f64> {
        if self.is_independent(theta) {
            return Ok(0.0);
        }
        if theta < 0.0 && self == Self::Frank {
            return Ok(-self.spearman_rho(-theta)?);
        }
        // C is symmetric: twice the triangle v < u, v = u w.
        let (half, error) = adaptive(0.0, 1.0, 1e-11, |u| {
            u * adaptive(0.0, 1.0, 1e-12, |w| self.cdf(theta, &[u, u * w])).0
        });
        if !(24.0 * error < 1e-8) {
            let reason = format!("Spearman's rho is only known to {:.1e}", 24.0 * error);
            return Err(Error::numeric(self.name(), reason));
        }
        Ok((24.0 * half - 3.0).clamp(-1.0, 1.0))
    }

    /// (lower, upper) coefficients of tail dependence of two components.
    pub fn tail_dependence(self, theta: f64) -> (f64, f64) {
        match self {
            Self::Clayton if theta > 0.0 => (libm::exp2(-1.0 / theta), 0.0),
            Self::Gumbel | Self::Joe => (0.0, 2.0 - libm::exp2(1.0 / theta)),
            _ => (0.0, 0.0),
        }
    }

    /// θ with this Kendall's τ.
    ///
    /// # Errors
    /// If no θ of `dim` components has it.
    pub fn from_kendall_tau(self, tau: f64, dim: usize, object: &str) -> Result<f64> {
        let (low, both) = match (self, dim) {
            (Self::Clayton, 2) => (-1.0, "[−1, 1)"),
            (Self::Frank, 2) => (-0.99, "[−0.99, 0.99]"),
            (Self::Frank, _) => (0.0, "[0, 0.99]"),
            _ => (0.0, "[0, 1)"),
        };
        let high = if self == Self::Frank { 0.99 } else { 1.0 - 1e-9 };
        if !(low..=high).contains(&tau) {
            return Err(Issue::new("out_of_range", object, "tau")
                .value(tau)
                .allowed(format!("a Kendall's tau in {both}"))
                .into_error());
        }
        let solved = |low: f64, high: f64, f: &dyn Fn(f64) -> f64| {
            let root = brent(log(low), log(high), 1e-15, |x| f(exp(x)) - tau.abs());
            root.map(exp).ok_or_else(|| Error::numeric(object, "no theta has this Kendall's tau"))
        };
        match self {
            Self::Clayton => Ok(2.0 * tau / (1.0 - tau)),
            Self::Gumbel => Ok(1.0 / (1.0 - tau)),
            Self::Frank if tau.abs() < 1e-8 => Ok(9.0 * tau),
            Self::Frank => {
                solved(1e-9, FRANK, &|theta| self.kendall_tau(theta)).map(|x| x.copysign(tau))
            }
            Self::Joe if tau < 1e-12 => Ok(1.0),
            Self::Joe => {
                solved(1e-13, 1e10, &|above| self.kendall_tau(1.0 + above)).map(|x| 1.0 + x)
            }
        }
    }
}

fn clayton(theta: f64, u: &[f64]) -> f64 {
    let powers: Vec<f64> = u.iter().map(|u| -theta * log(*u)).collect();
    let largest = powers.iter().copied().fold(0.0, f64::max);
    if largest < 1.0 {
        // Σ u^−θ − d, each term without cancellation.
        let sum: f64 = powers.iter().map(|x| expm1(*x)).sum();
        return if sum <= -1.0 { 0.0 } else { exp(-log1p(sum) / theta) };
    }
    let sum: f64 = powers.iter().map(|x| exp(x - largest)).sum();
    let rest = sum - (u.len() - 1) as f64 * exp(-largest);
    exp(-(largest + log(rest)) / theta)
}

fn joe(theta: f64, u: &[f64]) -> f64 {
    // ln (1 − uᵢ)^θ
    let powers: Vec<f64> = u.iter().filter(|u| **u < 1.0).map(|u| theta * log1p(-*u)).collect();
    let largest = powers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return 1.0;
    }
    let inside = if largest < -36.0 {
        // 1 − Π (1 − x) is Σ x where all are that small.
        largest + log(powers.iter().map(|x| exp(x - largest)).sum())
    } else {
        ln_1m_exp(-powers.iter().map(|x| ln_1m_exp(-x)).sum::<f64>())
    };
    -expm1(inside / theta)
}
