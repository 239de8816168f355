//! The incomplete beta function and its inverse, for parameters from 1e-300 to 1e100.

use libm::{exp, expm1, lgamma, log, log1p, pow, sqrt};

use super::double::{Double, deviance};
use super::gamma::{HUGE, ln_factorial, log1pmx, stirling_ratio, stirling_series};
use super::normal_isf;
use super::quadrature::tail_integral;
use super::roots::invert_log;

/// Where both parameters are above this the density is integrated: the fraction would need √a terms.
const INTEGRATE_FROM: f64 = 4e3;

/// A point of a beta distribution, described so that nothing cancels.
struct Point {
    /// (a + b)·x and (a + b)·y.
    scaled_x: Double,
    scaled_y: Double,
    /// (a + b)·x − a: how far beyond the mean.
    beyond: f64,
}

impl Point {
    /// Only the smaller of x and y is taken at its word: the other may be rounded.
    fn new(a: f64, b: f64, x: f64, y: f64) -> Self {
        let n = Double::sum(a, b);
        let minus = |v: f64| Double::new(-v);
        if x <= y {
            let scaled_x = n.mul(Double::new(x));
            let gap = scaled_x.add(minus(a));
            Self { scaled_x, scaled_y: Double::new(b).add(gap.neg()), beyond: gap.hi }
        } else {
            let scaled_y = n.mul(Double::new(y));
            let gap = scaled_y.add(minus(b));
            Self { scaled_x: Double::new(a).add(gap.neg()), scaled_y, beyond: -gap.hi }
        }
    }

    fn swapped(self) -> Self {
        Self { scaled_x: self.scaled_y, scaled_y: self.scaled_x, beyond: -self.beyond }
    }
}

/// `x^a y^b / B(a, b)` with y = 1 − x given apart, so that neither end loses digits.
pub fn beta_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if !usable(a, b, x, y) {
        return f64::NAN;
    }
    if x <= 0.0 || y <= 0.0 || a > HUGE || b > HUGE {
        return 0.0;
    }
    density_at(a, b, x, y, &Point::new(a, b, x, y))
}

fn usable(a: f64, b: f64, x: f64, y: f64) -> bool {
    a > 0.0 && b > 0.0 && !x.is_nan() && !y.is_nan() && (x <= 0.0 || y <= 0.0 || adds_up(x, y))
}

/// Whether y is 1 − x but for rounding.
fn adds_up(x: f64, y: f64) -> bool {
    (x + y - 1.0).abs() < 1e-12
}

fn density_at(a: f64, b: f64, x: f64, y: f64, at: &Point) -> f64 {
    if a.min(b) < 1e-20 {
        // 1/B(a, b) → ab/(a+b) as either parameter vanishes.
        let (x_power, y_power) =
            if x < y { (pow(x, a), exp(b * log1p(-x))) } else { (exp(a * log1p(-y)), pow(y, b)) };
        return x_power * y_power * (a / (a + b) * b);
    }
    // Loader's saddle-point form: relative accuracy at any size.
    let n = a + b;
    let spread = sqrt(a / n * b / std::f64::consts::TAU);
    let stirling = stirling_ratio(n) / (stirling_ratio(a) * stirling_ratio(b));
    let exponent = deviance(a, at.scaled_x).add(deviance(b, at.scaled_y));
    spread * stirling * exponent.exp_neg()
}

/// Regularised incomplete beta functions (I_x(a, b), 1 − I_x(a, b)), y = 1 − x.
pub fn beta_pq(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if !usable(a, b, x, y) {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if a > HUGE || b > HUGE {
        // A step at the mean.
        return if x / y < a / b { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let at = Point::new(a, b, x, y);
    let density = density_at(a, b, x, y, &at);
    if at.beyond <= 0.0 {
        let p = lower(a, b, x, y, density, &at);
        (p, small_upper(a, b, x).filter(|_| p > 0.5).unwrap_or(1.0 - p))
    } else {
        let rest = || lower(b, a, y, x, density, &at.swapped());
        let q = small_upper(a, b, x).unwrap_or_else(rest);
        (small_upper(b, a, y).filter(|_| q > 0.5).unwrap_or(1.0 - q), q)
    }
}

/// I_x(a, b) for x up to the mean.
fn lower(a: f64, b: f64, x: f64, y: f64, density: f64, at: &Point) -> f64 {
    let value = if a.min(b) > INTEGRATE_FROM {
        density * density_integral(a, b, x, y, at.beyond)
    } else {
        density * fraction(a, b, x, y, -at.beyond)
    };
    value.min(1.0)
}

/// 1 − I_x(a, b) where a and x are so small that I_x(a, b) is near 1 below the mean, and the fraction
/// slow above it: from the power series x^a (1 + a Σ …) / (a B(a, b)).
fn small_upper(a: f64, b: f64, x: f64) -> Option<f64> {
    if !(1e-300..1.0).contains(&a) || x * b.max(1.0) > 0.6 {
        return None;
    }
    let exponent = a * log(x) - ln_factorial(a) + ln_gamma_rise(b, a);
    let (mut sum, mut power, mut k) = (0.0, 1.0, 0.0);
    while k < 500.0 {
        k += 1.0;
        power *= (k - b) / k * x;
        let term = power / (a + k);
        sum += term;
        if f64::abs(term) <= 1e-17 * f64::abs(sum) {
            break;
        }
    }
    Some((-expm1(exponent) - exp(exponent) * a * sum).clamp(0.0, 1.0))
}

/// ln Γ(b + a) − ln Γ(b) for 0 < a < 1, to full relative accuracy.
fn ln_gamma_rise(b: f64, a: f64) -> f64 {
    // Upwards by Γ(x + 1) = x Γ(x), to where Stirling's series has all digits.
    let (mut rise, mut b) = (0.0, b);
    while b < 10.0 {
        rise -= log1p(a / b);
        b += 1.0;
    }
    let series = stirling_series(b + a) - stirling_series(b);
    rise + (b - 0.5) * log1p(a / b) + a * (log(b + a) - 1.0) + series
}

/// ∫ of the density below x, over `x^a y^b / B(a, b)`.
fn density_integral(a: f64, b: f64, x: f64, y: f64, beyond: f64) -> f64 {
    // In units of h/(x y): u = h/x, v = h/y, and the slope is (a−1)/x − (b−1)/y.
    let slope = -beyond + (x - y);
    tail_integral(slope, (a - 1.0) * y * y + (b - 1.0) * x * x, 1.0 / y, |h| {
        let (u, v) = (h * y, h * x);
        h * slope - (a - 1.0) * log1pmx(-u) - (b - 1.0) * log1pmx(v)
    })
}

/// I_x(a, b) over `x^a y^b / B(a, b)`: the continued fraction of Didonato and Morris (1992,
/// Algorithm 708, ACM TOMS 18(3), function BFRAC), in terms of `lambda` = a − (a + b) x ≥ 0.
fn fraction(a: f64, b: f64, x: f64, y: f64, lambda: f64) -> f64 {
    let c = 1.0 + lambda;
    let c0 = b / a;
    let c1 = 1.0 + 1.0 / a;
    let (mut p, mut s) = (1.0, a + 1.0);
    let (mut an, mut bn, mut anp1, mut bnp1) = (0.0, 1.0, 1.0, c / c1);
    let mut r = c1 / c;
    for n in 1..200_000 {
        let n = f64::from(n);
        let t = n / a;
        let w = n * (b - n) * x;
        let e = a / s;
        let alpha = p * (p + c0) * e * e * (w * x);
        let e = (t + 1.0) / (c1 + t + t);
        let beta = n + w / s + e * (c + n * (y + 1.0));
        p = t + 1.0;
        s += 2.0;
        (an, anp1) = (anp1, alpha * an + beta * anp1);
        (bn, bnp1) = (bnp1, alpha * bn + beta * bnp1);
        let last = r;
        r = anp1 / bnp1;
        if !((r - last).abs() > f64::EPSILON / 2.0 * r) {
            break;
        }
        // Only ratios matter.
        an /= bnp1;
        bn /= bnp1;
        anp1 = r;
        bnp1 = 1.0;
    }
    r
}

/// (x, 1 − x) with I_x(a, b) = p, where q = 1 − p is given apart: each to full relative accuracy.
pub fn beta_inv(a: f64, b: f64, p: f64, q: f64) -> (f64, f64) {
    if !usable(a, b, p, q) || p < 0.0 || q < 0.0 || p > 1.0 || q > 1.0 {
        return (f64::NAN, f64::NAN);
    }
    if p == 0.0 {
        return (0.0, 1.0);
    }
    if q == 0.0 {
        return (1.0, 0.0);
    }
    if a > HUGE || b > HUGE {
        return (1.0 / (1.0 + b / a), 1.0 / (1.0 + a / b));
    }
    // Solve in whichever of x and 1 − x is small, from whichever of p and q is small.
    let half = beta_pq(a, b, 0.5, 0.5);
    let lower = if half.0 < half.1 { p < half.0 } else { q > half.1 };
    let (a, b, p, q) = if lower { (a, b, p, q) } else { (b, a, q, p) };
    let upper = q < p;
    let guess = guess(a, b, p, q).min(0.5);
    if guess == 0.0 {
        return if lower { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let x = invert_log(guess, if upper { q } else { p }, upper, |x| {
        // The bracket may try beyond the support; there the answer is known.
        let y = 1.0 - x;
        if y <= 0.0 {
            return (if upper { 0.0 } else { 1.0 }, 1.0);
        }
        let (low, high) = beta_pq(a, b, x, y);
        (if upper { high } else { low }, beta_density(a, b, x, y) / y)
    });
    let x = x.min(1.0);
    if lower { (x, 1.0 - x) } else { (1.0 - x, x) }
}

fn ln_beta(a: f64, b: f64) -> f64 {
    lgamma(a) + lgamma(b) - lgamma(a + b)
}

fn guess(a: f64, b: f64, p: f64, q: f64) -> f64 {
    if a > 1.0 && b > 1.0 {
        // 26.5.22 of Abramowitz and Stegun: Wilson and Hilferty for the logarithm of the odds.
        let z = if p < q { normal_isf(p) } else { -normal_isf(q) };
        let lambda = (z * z - 3.0) / 6.0;
        let (ra, rb) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
        let h = 2.0 / (ra + rb);
        if h + lambda > 0.0 {
            let w = z * sqrt(h + lambda) / h - (rb - ra) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
            let x = a / (a + b * exp(2.0 * w));
            if x > 0.0 && (p > 1e-3 || x > 0.1 * a / (a + b)) {
                return x;
            }
        }
    }
    let small = exp((log(p) + log(a) + ln_beta(a, b)) / a);
    if small < 0.3 || a > 1.0 {
        return small.max(f64::MIN_POSITIVE * f64::from(u8::from(small > 0.0)));
    }
    // p = 1 − q near 1: 1 − x ≈ (q·b·B)^(1/b).
    let y = exp((log(q) + log(b) + ln_beta(a, b)) / b);
    if y < 1.0 { -expm1(log(y)) } else { small }
}
