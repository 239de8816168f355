//! What develops after the last observed age, and the error of assuming it.

use super::curve::{self, Line};

/// Development beyond the triangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Tail {
    /// The last age is the ultimate.
    #[default]
    None,
    /// A factor of the user's, with the standard error of the factor and its sigma if known.
    Constant { factor: f64, standard_error: Option<f64>, sigma: Option<f64> },
    /// A curve through the selected factors.
    Curve { curve: Curve, span: Span },
}

/// Curves for factors f(k), k = 1, 2, … counting ages from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// f − 1 = exp(a + b k): ln(f − 1) by least squares.
    Exponential,
    /// f − 1 = exp(a) k^b: Sherman (1984), "Extrapolating, smoothing and interpolating development
    /// factors", PCAS 71, without shift.
    InversePower,
    /// f − 1 = exp(a) (k + c)^b with the shift c > −1 of the least squares in ln(f − 1): Sherman
    /// (1984).
    Sherman,
    /// f = 1 / (1 − exp(−a k^b)): ln(−ln(1 − 1/f)) by least squares on ln k; Sherman (1984).
    Weibull,
    /// The last link ratio once more: ln f halves from age to age.
    Bondy,
    /// ln f(k) = L b^k with L and b by least squares, so that the tail is f(last)^(b / (1 − b)) at
    /// the fitted f(last).
    GeneralizedBondy,
    /// Increments of the average development fall as exp(a + b k): McClenahan (1975), "A
    /// mathematical model for loss reserve analysis", PCAS 62. The level is that of the increments.
    McClenahan,
    /// The loglogistic growth curve of Clark (2003), "LDF curve-fitting and stochastic reserving: a
    /// maximum likelihood approach", CAS Forum, Fall 2003, by maximum likelihood through the average
    /// development.
    Clark,
}

impl Curve {
    pub const ALL: [Self; 8] = [
        Self::Exponential,
        Self::InversePower,
        Self::Sherman,
        Self::Weibull,
        Self::Bondy,
        Self::GeneralizedBondy,
        Self::McClenahan,
        Self::Clark,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Exponential => "exponential",
            Self::InversePower => "inverse_power",
            Self::Sherman => "sherman",
            Self::Weibull => "weibull",
            Self::Bondy => "bondy",
            Self::GeneralizedBondy => "generalized_bondy",
            Self::McClenahan => "mcclenahan",
            Self::Clark => "clark",
        }
    }
}

/// Which factors a curve is put through, and how far it is continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First column and the one after the last; factors outside do not shape the curve.
    pub from: usize,
    pub to: usize,
    /// Ages for which the curve is continued; Bondy and McClenahan go to the end.
    pub periods: u32,
}

impl Default for Span {
    fn default() -> Self {
        Self { from: 0, to: usize::MAX, periods: TAIL_PERIODS }
    }
}

/// Ages for which a tail curve is continued unless told otherwise.
pub const TAIL_PERIODS: u32 = 100;

/// A tail factor with what Mack needs for its error; NaN where it cannot be had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TailFactor {
    pub factor: f64,
    pub standard_error: f64,
    pub sigma: f64,
}

impl Tail {
    /// A curve through all factors.
    pub fn curve(curve: Curve) -> Self {
        Self::Curve { curve, span: Span::default() }
    }

    /// The tail of the factors `factor`; errors from Var(factor) and σ² of the links, their roots
    /// read off at the age where the fitted curve has the height of the tail.
    ///
    /// Mack (1999, section 3) asks for values between those of the two links whose factors
    /// enclose the tail factor; the log-linear lines through all links do that smoothly. Curves
    /// without a line of ln(f − 1) borrow the exponential one for that age.
    pub(super) fn resolve(
        self,
        factor: &[f64],
        factor_variance: &[f64],
        variance: &[f64],
    ) -> TailFactor {
        let (tail, position) = match self {
            Self::None => return TailFactor { factor: 1.0, standard_error: 0.0, sigma: 0.0 },
            Self::Constant { factor, standard_error: Some(standard_error), sigma: Some(sigma) } => {
                return TailFactor { factor, standard_error, sigma };
            }
            Self::Constant { factor: 1.0, standard_error, sigma } => {
                return TailFactor {
                    factor: 1.0,
                    standard_error: standard_error.unwrap_or(0.0),
                    sigma: sigma.unwrap_or(0.0),
                };
            }
            Self::Constant { factor: tail, .. } => {
                (tail, curve::height(factor, Curve::Exponential, Span::default(), tail))
            }
            Self::Curve { curve, span } => {
                let tail = curve::tail(factor, curve, span);
                if factor_variance.is_empty() {
                    return TailFactor { factor: tail, standard_error: f64::NAN, sigma: f64::NAN };
                }
                (tail, curve::height(factor, curve, span, tail))
            }
        };
        let read = |column: &[f64]| {
            let roots = column.iter().enumerate().map(|(k, v)| ((k + 1) as f64, v.sqrt()));
            match (position, Line::log_fit(roots)) {
                (Some(x), Some(line)) => line.at(x),
                _ => f64::NAN,
            }
        };
        let (given_error, given_sigma) = match self {
            Self::Constant { standard_error, sigma, .. } => (standard_error, sigma),
            _ => (None, None),
        };
        TailFactor {
            factor: tail,
            standard_error: given_error.unwrap_or_else(|| read(factor_variance)),
            sigma: given_sigma.unwrap_or_else(|| read(variance)),
        }
    }
}
