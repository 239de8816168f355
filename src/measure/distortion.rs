//! Distortions: what a unit of risk costs, by how remote it is.
//!
//! A distortion g is concave and rises from g(0) = 0 to g(1) = 1; the spectral measure of a loss is
//! ∫ g(S(x)) dx, the mean of the loss with the weight φ(u) = g′(1 − u) at its u-quantile (Yaari 1987;
//! Wang 1996, ASTIN Bulletin 26(1); Acerbi 2002).

use crate::error::{Issue, Result};
use crate::numeric::{norm_sf, normal_isf};

/// A distortion function; each is a coherent measure of risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distortion {
    /// g(s) = s: the mean.
    Mean,
    /// g(s) = min(s/(1 − level), 1).
    Tvar { level: f64 },
    /// Proportional hazard: g(s) = s^exponent, exponent in (0, 1] (Wang 1995).
    ProportionalHazard { exponent: f64 },
    /// g(s) = Φ(Φ⁻¹(s) + shift), shift ≥ 0 (Wang 2000, J. Risk and Insurance 67(1), eq. 3).
    Wang { shift: f64 },
    /// Dual power: g(s) = 1 − (1 − s)^exponent, exponent ≥ 1: the mean of the largest of so many.
    Dual { exponent: f64 },
    /// Constant cost of capital: g(s) = (s + rate)/(1 + rate) for s > 0; capital up to the largest
    /// loss, at the yearly rate (Mildenhall and Major 2022, Pricing Insurance Risk, 11.2).
    CostOfCapital { rate: f64 },
}

impl Distortion {
    /// # Errors
    /// A parameter outside its range.
    pub fn validated(self) -> Result<Self> {
        let refuse = |field: &str, value: f64, allowed: &str| {
            Err(Issue::new("out_of_range", "Distortion", field)
                .value(value)
                .allowed(allowed)
                .into())
        };
        match self {
            Self::Tvar { level } if !(0.0..1.0).contains(&level) => {
                refuse("level", level, "a probability in [0, 1)")
            }
            Self::ProportionalHazard { exponent } if !(exponent > 0.0 && exponent <= 1.0) => {
                refuse("exponent", exponent, "a number in (0, 1]")
            }
            Self::Wang { shift } if !(shift >= 0.0 && shift.is_finite()) => {
                refuse("shift", shift, "a finite number ≥ 0")
            }
            Self::Dual { exponent } if !(exponent >= 1.0 && exponent.is_finite()) => {
                refuse("exponent", exponent, "a finite number ≥ 1")
            }
            Self::CostOfCapital { rate } if !(rate >= 0.0 && rate.is_finite()) => {
                refuse("rate", rate, "a finite number ≥ 0")
            }
            good => Ok(good),
        }
    }

    /// g(s), s in [0, 1].
    pub fn g(&self, s: f64) -> f64 {
        if s <= 0.0 {
            return 0.0;
        }
        if s >= 1.0 {
            return 1.0;
        }
        match *self {
            Self::Mean => s,
            Self::Tvar { level } => (s / (1.0 - level)).min(1.0),
            Self::ProportionalHazard { exponent } => libm::pow(s, exponent),
            Self::Wang { shift } => norm_sf(normal_isf(s) - shift),
            Self::Dual { exponent } => -libm::expm1(exponent * libm::log1p(-s)),
            Self::CostOfCapital { rate } => (s + rate) / (1.0 + rate),
        }
    }

    /// Rank-quantile below which a loss has no weight.
    pub fn lowest(&self) -> f64 {
        match *self {
            Self::Tvar { level } => level,
            _ => 0.0,
        }
    }

    /// Whether some weight lies on the largest loss alone, whose error no sample tells.
    pub fn weighs_the_largest(&self) -> bool {
        matches!(self, Self::CostOfCapital { rate } if *rate > 0.0)
    }

    /// n·[g((n − k + 1)/n) − g((n − k)/n)], the weight of rank k of n (k = 1 is the smallest).
    pub(super) fn weight(&self, k: usize, n: usize) -> f64 {
        let (n, k) = (n as f64, k as f64);
        n * (self.g((n - k + 1.0) / n) - self.g((n - k) / n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rise_from_nothing_to_one_and_are_concave() {
        for g in [
            Distortion::Mean,
            Distortion::Tvar { level: 0.9 },
            Distortion::ProportionalHazard { exponent: 0.6 },
            Distortion::Wang { shift: 0.5 },
            Distortion::Dual { exponent: 2.5 },
            Distortion::CostOfCapital { rate: 0.1 },
        ] {
            assert_eq!((g.g(0.0), g.g(1.0)), (0.0, 1.0));
            let at: Vec<f64> = (1..=1000).map(|i| g.g(f64::from(i) / 1000.0)).collect();
            assert!(at.windows(2).all(|w| w[1] >= w[0] - 1e-15), "{g:?}");
            assert!(at.windows(3).all(|w| w[1] - w[0] >= w[2] - w[1] - 1e-12), "{g:?}");
            let whole: f64 = (1..=500).map(|k| g.weight(k, 500)).sum();
            assert!((whole - 500.0).abs() < 1e-9);
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        for bad in [
            Distortion::Tvar { level: 1.0 },
            Distortion::ProportionalHazard { exponent: 0.0 },
            Distortion::Wang { shift: f64::NAN },
            Distortion::Dual { exponent: 0.5 },
            Distortion::CostOfCapital { rate: -0.1 },
        ] {
            assert!(bad.validated().is_err(), "{bad:?}");
        }
    }
}
