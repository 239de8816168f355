//! Curves through development factors, and where they lead.

use super::tail::{Curve, Span};

/// ln y = intercept + slope · x by least squares, with the number of points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub intercept: f64,
    pub slope: f64,
    pub points: usize,
    /// t statistic of the slope.
    pub t: f64,
    /// Sum of squared residuals of ln y.
    pub residual: f64,
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
        Some(Self { intercept, slope, points: n, t, residual })
    }

    pub fn at(&self, x: f64) -> f64 {
        libm::exp(self.intercept + self.slope * x)
    }
}

/// The tail of `factor` by a curve; NaN when the curve cannot be fitted or does not fall.
pub(super) fn tail(factor: &[f64], curve: Curve, span: Span) -> f64 {
    let first = factor.len() + 1;
    let ages = || (first..first + span.periods as usize).map(|k| k as f64);
    match curve {
        Curve::Exponential | Curve::InversePower | Curve::Sherman => falling(factor, curve, span)
            .map_or(f64::NAN, |(line, shift)| {
                ages().map(|k| 1.0 + line.at(scale(curve, k, shift))).product()
            }),
        Curve::Weibull => {
            // 1 − 1/f falls with k: −ln(1 − 1/f) = a k^b grows.
            let grown = |f: f64| if f > 1.0 { -libm::log(1.0 - 1.0 / f) } else { f64::NAN };
            let points = used(factor, span).map(|(k, f)| (libm::log(k), grown(f)));
            Line::log_fit(points).filter(|line| line.slope > 0.0).map_or(f64::NAN, |line| {
                ages().map(|k| 1.0 / -libm::expm1(-line.at(libm::log(k)))).product()
            })
        }
        Curve::Bondy => used(factor, span).map(|(_, f)| f).rfind(|f| *f >= 1.0).unwrap_or(f64::NAN),
        Curve::GeneralizedBondy => bondy(factor, span),
        Curve::Clark => super::clark::tail(factor, span),
        Curve::McClenahan => {
            // C(1) = 1, C(k + 1) = f(k) C(k); increments d(k) = C(k + 1) − C(k) fall by r an age.
            let mut at = 1.0;
            let mut increments = Vec::with_capacity(factor.len());
            for (k, f) in factor.iter().enumerate() {
                let next = at * f;
                if (span.from..span.to).contains(&k) {
                    increments.push(((k + 1) as f64, next - at));
                }
                at = next;
            }
            let line = Line::log_fit(increments.iter().copied()).filter(|line| line.slope < 0.0);
            // Σ d(k) for k = first, first + 1, … is d(first) / (1 − r).
            line.map_or(f64::NAN, |line| {
                1.0 + line.at(first as f64) / -libm::expm1(line.slope) / at
            })
        }
    }
}

/// The age, counted as x of ln(f − 1), at which the curve has the height of `tail`.
pub(super) fn height(factor: &[f64], curve: Curve, span: Span, tail: f64) -> Option<f64> {
    let curve = match curve {
        Curve::InversePower | Curve::Sherman => curve,
        _ => Curve::Exponential,
    };
    let (line, shift) = falling(factor, curve, span).filter(|_| tail > 1.0)?;
    let x = (libm::log(tail - 1.0) - line.intercept) / line.slope;
    Some(if curve == Curve::Exponential { x } else { libm::exp(x) - shift })
}

/// Factors that shape the curve, with k from 1.
fn used(factor: &[f64], span: Span) -> impl DoubleEndedIterator<Item = (f64, f64)> + Clone {
    let to = span.to.min(factor.len());
    let from = span.from.min(to);
    factor[from..to].iter().enumerate().map(move |(at, f)| ((from + at + 1) as f64, *f))
}

fn scale(curve: Curve, k: f64, shift: f64) -> f64 {
    if curve == Curve::Exponential { k } else { libm::log(k + shift) }
}

/// The line of ln(f − 1), if it falls, and the shift of ages.
fn falling(factor: &[f64], curve: Curve, span: Span) -> Option<(Line, f64)> {
    let line = |shift: f64| {
        let points = used(factor, span).map(|(k, f)| (scale(curve, k, shift), f - 1.0));
        Line::log_fit(points)
    };
    let shift = if curve == Curve::Sherman {
        if used(factor, span).filter(|(_, f)| *f > 1.0).count() < 3 {
            return None;
        }
        // Shifts from −1 + e^−6 to e^6; far beyond, the curve is an exponential.
        let cost = |t: f64| line(libm::exp(t) - 1.0).map_or(f64::INFINITY, |line| line.residual);
        libm::exp(minimum(cost, -6.0, 6.0)) - 1.0
    } else {
        0.0
    };
    line(shift).filter(|line| line.slope < 0.0).map(|line| (line, shift))
}

/// f(last)^(b / (1 − b)) with ln f(k) = L b^k by least squares.
fn bondy(factor: &[f64], span: Span) -> f64 {
    let points = used(factor, span).filter(|(_, f)| *f > 0.0).map(|(k, f)| (k, libm::log(f)));
    if points.clone().count() < 2 {
        return f64::NAN;
    }
    let level = |b: f64| {
        let (mut xx, mut xy) = (0.0, 0.0);
        for (k, y) in points.clone() {
            let x = libm::pow(b, k);
            xx += x * x;
            xy += x * y;
        }
        xy / xx
    };
    let cost = |b: f64| {
        let l = level(b);
        points.clone().map(|(k, y)| (y - l * libm::pow(b, k)).powi(2)).sum()
    };
    let b = minimum(cost, 1e-3, 1.0 - 1e-3);
    if !(2e-3..1.0 - 2e-3).contains(&b) {
        return f64::NAN;
    }
    let last = level(b) * libm::pow(b, factor.len() as f64);
    if last > 0.0 { libm::exp(last * b / (1.0 - b)) } else { f64::NAN }
}

/// The least value of a function on an interval: the best of a coarse grid, then golden sections.
fn minimum(cost: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const STEPS: usize = 64;
    let golden = f64::midpoint(-1.0, 5f64.sqrt());
    let step = (high - low) / STEPS as f64;
    let mut best = (f64::INFINITY, low);
    for at in 0..=STEPS {
        let x = low + step * at as f64;
        let value = cost(x);
        if value < best.0 {
            best = (value, x);
        }
    }
    let (mut a, mut b) = ((best.1 - step).max(low), (best.1 + step).min(high));
    for _ in 0..80 {
        let (c, d) = (b - golden * (b - a), a + golden * (b - a));
        if cost(c) < cost(d) {
            b = d;
        } else {
            a = c;
        }
    }
    f64::midpoint(a, b)
}

#[cfg(test)]
mod tests {
    use super::super::tail::Tail;
    use super::*;

    fn through(curve: Curve, factor: &[f64]) -> f64 {
        Tail::curve(curve).resolve(factor, &[], &[]).factor
    }

    fn near(value: f64, exact: f64, tolerance: f64) {
        assert!((value / exact - 1.0).abs() < tolerance, "{value} against {exact}");
    }

    /// The tail of the first `n` factors is the product of the next hundred.
    fn continues(curve: Curve, f: impl Fn(i32) -> f64, n: i32, tolerance: f64) {
        let factor: Vec<f64> = (1..=n).map(&f).collect();
        near(through(curve, &factor), (n + 1..=n + 100).map(&f).product(), tolerance);
    }

    #[test]
    fn curves_continue_what_they_describe() {
        continues(Curve::Exponential, |k| 1.0 + 0.5 * 0.4f64.powi(k), 4, 1e-13);
        continues(Curve::InversePower, |k| 1.0 + 0.3 * f64::from(k).powf(-2.5), 5, 1e-12);
        continues(Curve::Sherman, |k| 1.0 + 0.9 * (f64::from(k) + 1.7).powf(-2.2), 9, 1e-6);
        let weibull = |k: i32| 1.0 / (1.0 - (-0.6 * f64::from(k).powf(0.9)).exp());
        continues(Curve::Weibull, weibull, 7, 1e-12);
        continues(Curve::GeneralizedBondy, |k| (0.9 * 0.55f64.powi(k)).exp(), 6, 1e-7);
        let share = |k: i32| 1.0 - 0.8 * 0.6f64.powi(k);
        continues(Curve::McClenahan, |k| share(k + 1) / share(k), 6, 1e-12);
        let growth = |x: f64| 1.0 / (1.0 + (6.0 / x).powf(1.4));
        let loglogistic = |k: i32| growth(f64::from(k) + 0.5) / growth(f64::from(k) - 0.5);
        continues(Curve::Clark, loglogistic, 9, 1e-9);
        assert_eq!(through(Curve::Bondy, &[1.5, 1.2, 1.1]), 1.1);
    }

    #[test]
    fn a_curve_that_does_not_fall_has_no_tail() {
        for curve in Curve::ALL.into_iter().filter(|curve| *curve != Curve::Bondy) {
            // The growth of a loglogistic curve may rise before it falls.
            let may_rise = curve == Curve::Clark;
            assert!(may_rise || through(curve, &[1.1, 1.2, 1.5]).is_nan(), "{}", curve.name());
            assert!(through(curve, &[1.1]).is_nan(), "{}", curve.name());
            assert!(through(curve, &[]).is_nan(), "{}", curve.name());
        }
    }

    #[test]
    fn a_curve_is_put_through_the_factors_asked_for() {
        let factor: Vec<f64> = (1..=6).map(|k| 1.0 + 0.5 * 0.4f64.powi(k)).collect();
        let mut odd = factor.clone();
        odd[0] = 9.0;
        let span = Span { from: 1, ..Span::default() };
        near(tail(&odd, Curve::Exponential, span), through(Curve::Exponential, &factor), 1e-13);
    }

    #[test]
    fn errors_of_the_tail_are_read_where_the_curve_has_its_height() {
        // With f − 1, se and sigma all exact exponentials, a tail equal to f(6) has se(6), sigma(6).
        let f: Vec<f64> = (1..=5).map(|k| 1.0 + 0.5f64.powi(k)).collect();
        let se: Vec<f64> = (1..=5).map(|k| (0.2 * 0.6f64.powi(k)).powi(2)).collect();
        let sigma: Vec<f64> = (1..=5).map(|k| (40.0 * 0.7f64.powi(k)).powi(2)).collect();
        let tail =
            Tail::Constant { factor: 1.0 + 0.5f64.powi(6), standard_error: None, sigma: None }
                .resolve(&f, &se, &sigma);
        near(tail.standard_error, 0.2 * 0.6f64.powi(6), 1e-12);
        near(tail.sigma, 40.0 * 0.7f64.powi(6), 1e-12);
    }
}
