//! Quantiles of distributions whose inverse has no closed form, between bounds known beforehand.

use libm::{exp, log, sqrt};

use super::Family;

/// The smallest x in [low, high] with sf(x) ≤ target (`upper`), or with cdf(x) ≥ target.
///
/// Newton's method on the logarithms of probability and loss, kept inside the bracket; at a jump it
/// ends by halving the bracket.
pub(super) fn invert<F: Family + ?Sized>(
    family: &F,
    target: f64,
    upper: bool,
    low: f64,
    high: f64,
) -> f64 {
    let value = |x: f64| if upper { family.sf(x) } else { family.cdf(x) };
    let reached = |v: f64| if upper { v <= target } else { v >= target };
    if !(low < high) || reached(value(low)) {
        return low;
    }
    if high == f64::INFINITY && target == if upper { 0.0 } else { 1.0 } {
        return high;
    }
    let (mut low, mut high) = (low, high);
    let middle = |low: f64, high: f64| {
        if low > 0.0 { sqrt(low) * sqrt(high.min(f64::MAX)) } else { 0.5 * high.min(f64::MAX) }
    };
    let mut x = middle(low, high);
    for _ in 0..400 {
        if !(x > low && x < high) {
            break;
        }
        let v = value(x);
        let error = log(v) - log(target);
        if reached(v) {
            high = x;
        } else {
            low = x;
        }
        let slope = x * family.pdf(x) / v;
        let step = if upper { error / slope } else { -error / slope };
        let next = x * exp(step);
        if error.abs() <= 1e-7 && step.abs() <= 1e-7 && next.is_finite() {
            // Once more from here, where Newton's method squares the error.
            let v = value(next);
            let last = ((v - target) / target) * v / (next * family.pdf(next));
            let found = next * exp(if upper { last } else { -last });
            return if found.is_finite() {
                found.clamp(low.min(next), high.max(next))
            } else {
                next
            };
        }
        let narrow = high - low <= 4.0 * f64::EPSILON * high;
        if narrow {
            break;
        }
        x = if next > low && next < high && step.abs() < 5.0 { next } else { middle(low, high) };
        if !(x > low && x < high) {
            x = 0.5 * (low + high);
        }
    }
    // At a jump the bracket has closed around an atom: it is that, to the last bit.
    let mut points = Vec::new();
    family.breaks(&mut points);
    let inside = points.into_iter().filter(|b| *b > low && *b < high && reached(value(*b)));
    inside.fold(high, f64::min)
}
