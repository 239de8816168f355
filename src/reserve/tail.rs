//! What develops after the last observed age, and the error of assuming it.

/// Development beyond the triangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Tail {
    /// The last age is the ultimate.
    #[default]
    None,
    /// A factor of the user's, with the standard error of the factor and its sigma if known.
    Constant { factor: f64, standard_error: Option<f64>, sigma: Option<f64> },
    /// f(k) − 1 = exp(a + b k), continued for `periods` ages.
    ExponentialDecay { periods: u32 },
    /// f(k) − 1 = exp(a) k^b, continued for `periods` ages: Sherman (1984), "Extrapolating,
    /// smoothing and interpolating development factors", PCAS 71.
    InversePower { periods: u32 },
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

/// ln y = intercept + slope · x by least squares, with the number of points.
pub(super) struct Line {
    pub intercept: f64,
    pub slope: f64,
    pub points: usize,
    /// t statistic of the slope.
    pub t: f64,
}

impl Line {
    /// Fits the points with y > 0; `None` when fewer than two remain.
    pub fn log_fit(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let points = points.filter(|(_, y)| *y > 0.0).map(|(x, y)| (x, libm::log(y)));
        let (mut n, mut sum_x, mut sum_y) = (0usize, 0.0, 0.0);
        for (x, y) in points.clone() {
            n += 1;
            sum_x += x;
            sum_y += y;
        }
        if n < 2 {
            return None;
        }
        let (mean_x, mean_y) = (sum_x / n as f64, sum_y / n as f64);
        let (mut xx, mut xy) = (0.0, 0.0);
        for (x, y) in points.clone() {
            xx += (x - mean_x).powi(2);
            xy += (x - mean_x) * (y - mean_y);
        }
        let slope = xy / xx;
        let intercept = mean_y - slope * mean_x;
        let residual: f64 = points.map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
        let t = slope / (residual / (n - 2) as f64 / xx).sqrt();
        Some(Self { intercept, slope, points: n, t })
    }

    pub fn at(&self, x: f64) -> f64 {
        libm::exp(self.intercept + self.slope * x)
    }
}

impl Tail {
    /// The tail of the factors `factor`; errors from `standard_error` and `sigma` of the links,
    /// read off at the age where the fitted curve has the height of the tail.
    ///
    /// Mack (1999, section 3) asks for values between those of the two links whose factors
    /// enclose the tail factor; the log-linear lines through all links do that smoothly.
    pub(super) fn resolve(
        self,
        factor: &[f64],
        standard_error: &[f64],
        sigma: &[f64],
    ) -> TailFactor {
        let none = TailFactor { factor: 1.0, standard_error: 0.0, sigma: 0.0 };
        let ages = |column: &[f64]| -> Vec<(f64, f64)> {
            column.iter().enumerate().map(|(k, y)| ((k + 1) as f64, *y)).collect()
        };
        let excess: Vec<f64> = factor.iter().map(|f| f - 1.0).collect();
        let first = factor.len() + 1;
        let power = matches!(self, Self::InversePower { .. });
        let scale = |k: f64| if power { libm::log(k) } else { k };
        let curve = || {
            let points = ages(&excess);
            Line::log_fit(points.iter().map(|(k, y)| (scale(*k), *y)))
        };
        let (tail, curve) = match self {
            Self::None => return none,
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
            Self::Constant { factor, .. } => (factor, curve()),
            Self::ExponentialDecay { periods } | Self::InversePower { periods } => {
                let line = curve().filter(|line| line.slope < 0.0);
                let product = line.as_ref().map_or(f64::NAN, |line| {
                    (first..first + periods as usize)
                        .map(|k| 1.0 + line.at(scale(k as f64)))
                        .product()
                });
                (product, line)
            }
        };
        // The age at which the curve passes through the tail factor.
        let position = curve.filter(|line| line.slope < 0.0 && tail > 1.0).map(|line| {
            let x = (libm::log(tail - 1.0) - line.intercept) / line.slope;
            if power { libm::exp(x) } else { x }
        });
        let read = |column: &[f64]| {
            let line = Line::log_fit(ages(column).into_iter());
            match (position, line) {
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
            standard_error: given_error.unwrap_or_else(|| read(standard_error)),
            sigma: given_sigma.unwrap_or_else(|| read(sigma)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_continue_exact_decays() {
        // f(k) = 1 + 0.5 · 0.4^k: the tail of the first four links is the product of the rest.
        let exponential: Vec<f64> = (1..=4).map(|k| 1.0 + 0.5 * 0.4f64.powi(k)).collect();
        let rest: f64 = (5..=104).map(|k| 1.0 + 0.5 * 0.4f64.powi(k)).product();
        let tail = Tail::ExponentialDecay { periods: 100 }.resolve(&exponential, &[], &[]);
        assert!((tail.factor / rest - 1.0).abs() < 1e-13);

        // f(k) = 1 + 0.3 k^-2.5.
        let power: Vec<f64> = (1..=5).map(|k| 1.0 + 0.3 * f64::from(k).powf(-2.5)).collect();
        let rest: f64 = (6..=105).map(|k| 1.0 + 0.3 * f64::from(k).powf(-2.5)).product();
        let tail = Tail::InversePower { periods: 100 }.resolve(&power, &[], &[]);
        assert!((tail.factor / rest - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_curve_that_does_not_fall_has_no_tail() {
        let rising = [1.1, 1.2, 1.3];
        assert!(Tail::ExponentialDecay { periods: 100 }.resolve(&rising, &[], &[]).factor.is_nan());
        assert!(Tail::InversePower { periods: 100 }.resolve(&[1.0, 0.9], &[], &[]).factor.is_nan());
    }

    #[test]
    fn errors_of_the_tail_are_read_where_the_curve_has_its_height() {
        // With f − 1, se and sigma all exact exponentials, a tail equal to f(6) has se(6), sigma(6).
        let f: Vec<f64> = (1..=5).map(|k| 1.0 + 0.5f64.powi(k)).collect();
        let se: Vec<f64> = (1..=5).map(|k| 0.2 * 0.6f64.powi(k)).collect();
        let sigma: Vec<f64> = (1..=5).map(|k| 40.0 * 0.7f64.powi(k)).collect();
        let tail =
            Tail::Constant { factor: 1.0 + 0.5f64.powi(6), standard_error: None, sigma: None }
                .resolve(&f, &se, &sigma);
        assert!((tail.standard_error / (0.2 * 0.6f64.powi(6)) - 1.0).abs() < 1e-12);
        assert!((tail.sigma / (40.0 * 0.7f64.powi(6)) - 1.0).abs() < 1e-12);
    }
}
