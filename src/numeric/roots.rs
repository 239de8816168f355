//! Roots of monotone functions, always bracketed: no start and no input can make them run away.

use libm::{exp, log, log1p, sqrt};

/// Solves `f(x) = target` for x > 0, f a survival (`decreasing`) or distribution function.
///
/// `value(x)` returns f(x) and `x·|f′(x)|`. Newton's method on ln f against ln x, where tails are
/// nearly straight lines, kept inside a bracket that halves when a step leaves it. Steps multiply x,
/// so that the root keeps its digits however far it is from 1.
pub fn invert_log(
    guess: f64,
    target: f64,
    decreasing: bool,
    value: impl Fn(f64) -> (f64, f64),
) -> f64 {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut x = if guess > 0.0 && guess.is_finite() { guess } else { 1.0 };
    for _ in 0..200 {
        let (f, slope) = value(x);
        let gap = (f - target) / target;
        let error = if gap.abs() < 0.5 { log1p(gap) } else { log(f) - log(target) };
        // A positive error means that x is too small for a survival function.
        if (error > 0.0) == decreasing {
            low = x;
        } else {
            high = x;
        }
        let step = error / (slope / f);
        let next = x * exp(if decreasing { step } else { -step });
        if error.abs() <= 1e-9 && next.is_finite() {
            // Newton's method squares the error.
            return next;
        }
        let next = if next > low && next < high { next } else { middle(low, high) };
        if next == x || !(next > low && next < high) {
            break;
        }
        x = next;
    }
    x
}

/// Half-way between two bounds on the scale of the logarithm.
fn middle(low: f64, high: f64) -> f64 {
    sqrt(low.max(f64::from_bits(1))) * sqrt(high.min(f64::MAX))
}

/// A zero of `f` in [low, high] by Brent's method (Brent 1973, ch. 4); `None` without a sign change.
pub fn brent(
    mut low: f64,
    mut high: f64,
    tolerance: f64,
    mut f: impl FnMut(f64) -> f64,
) -> Option<f64> {
    let (mut fl, mut fh) = (f(low), f(high));
    if !(fl * fh <= 0.0) {
        return None;
    }
    if fl.abs() < fh.abs() {
        (low, high, fl, fh) = (high, low, fh, fl);
    }
    let (mut c, mut fc, mut d, mut bisected) = (low, fl, low, true);
    for _ in 0..200 {
        if fh == 0.0 || (high - low).abs() <= tolerance {
            break;
        }
        let mut s = if fl != fc && fh != fc {
            low * fh * fc / ((fl - fh) * (fl - fc))
                + high * fl * fc / ((fh - fl) * (fh - fc))
                + c * fl * fh / ((fc - fl) * (fc - fh))
        } else {
            high - fh * (high - low) / (fh - fl)
        };
        let middle = (3.0 * low + high) / 4.0;
        let outside = !(s > middle.min(high) && s < middle.max(high));
        let last = if bisected { (high - c).abs() } else { (c - d).abs() };
        bisected = outside || (s - high).abs() >= last / 2.0 || last < tolerance;
        if bisected {
            s = 0.5 * (low + high);
        }
        let fs = f(s);
        d = c;
        (c, fc) = (high, fh);
        if fl * fs < 0.0 {
            (high, fh) = (s, fs);
        } else {
            (low, fl) = (s, fs);
        }
        if fl.abs() < fh.abs() {
            (low, high, fl, fh) = (high, low, fh, fl);
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverts_a_power_law_far_out() {
        // S(x) = x^{−1.5}
        for q in [0.3, 1e-10, 1e-200] {
            let x = invert_log(1.0, q, true, |x| {
                let s = libm::pow(x, -1.5);
                (s, 1.5 * s)
            });
            assert!((x / libm::pow(q, -1.0 / 1.5) - 1.0).abs() < 1e-13, "{q}: {x}");
        }
    }

    #[test]
    fn brent_finds_a_root_or_says_none() {
        let root = brent(0.0, 2.0, 1e-15, |x| x * x - 2.0).unwrap();
        assert!((root - 2f64.sqrt()).abs() < 1e-14);
        assert!(brent(2.0, 3.0, 1e-15, |x| x * x - 2.0).is_none());
    }
}
