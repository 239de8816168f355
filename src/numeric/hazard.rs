//! The cumulative hazard −ln S in two doubles: a survival probability of 1e-300 has the exponent 690,
//! which must be known to 18 digits for 15 of the probability.

use libm::{expm1, log};

use super::double::Double;

/// H = −ln P(X > x) ≥ 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hazard(pub Double);

impl Hazard {
    /// The hazard at survival probability `q`.
    pub fn of_sf(q: f64) -> Self {
        Self(Double::new(q).ln().neg())
    }

    /// The hazard at probability `p`: −ln(1 − p).
    pub fn of_cdf(p: f64) -> Self {
        Self(Double::new(-p).ln_1p().neg())
    }

    /// P(X > x) = e^−H.
    pub fn sf(self) -> f64 {
        match self.0.hi {
            h if h > 800.0 => 0.0,
            h if h <= 0.0 => 1.0,
            _ => self.0.exp_neg(),
        }
    }

    /// P(X ≤ x) = 1 − e^−H.
    pub fn cdf(self) -> f64 {
        match self.0.hi {
            h if h > 800.0 => 1.0,
            h if h <= 0.0 => 0.0,
            h => -expm1(-h),
        }
    }

    /// ln P(X > x).
    pub fn log_sf(self) -> f64 {
        0.0 - self.0.hi.max(0.0)
    }

    /// ln P(X ≤ x).
    pub fn log_cdf(self) -> f64 {
        let h = self.0.hi;
        if h > 0.5 { libm::log1p(-libm::exp(-h)) } else { log(self.cdf()) }
    }
}

/// (eˣ − 1)/x, 1 at 0.
pub(crate) fn expm1_over(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { expm1(x) / x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_keep_their_digits_far_out() {
        // mpmath, 40 digits: e^−(x/s)^k and (1 + x/s)^−α.
        let weibull = |x, s, k: f64| Hazard(Double::ln_ratio(x, s).times(k).exp()).sf();
        let lomax = |x, s, a: f64| Hazard(Double::ratio(x, s).ln_1p().times(a)).sf();
        for (value, exact) in [
            (weibull(3.7, 1.0, 5.0), 6.966_605_457_098_419_370_3e-302),
            (weibull(12.3, 0.7, 2.25), 2.906_820_653_473_324_245_6e-275),
            (lomax(1.0, 1.0, 996.0), 1.493_221_789_605_150_206_4e-300),
            (lomax(1e150, 2.0, 2.0), 4.000_000_000_000_000_153e-300),
        ] {
            assert!(f64::abs(value / exact - 1.0) < 1e-15, "{value:e} {exact:e}");
        }
    }
}
