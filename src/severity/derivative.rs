//! Derivatives of survival functions by their parameters.

use super::{Family, Severity};

/// ∂ sf / ∂ parameter by central differences, extrapolated to step 0 (Ridders 1982, Advances in
/// Engineering Software 4(2), 75–76).
///
/// Differences are taken of the smaller of sf and cdf, so that both tails keep their digits.
pub(super) fn by_differences<F: Family + ?Sized>(family: &F, x: f64) -> Vec<f64> {
    let upper = family.sf(x) < 0.5;
    let small = |changed: &Severity| if upper { changed.sf(x) } else { -changed.cdf(x) };
    family
        .parameters()
        .into_iter()
        .map(|(name, value)| {
            let at = |v: f64| {
                let changed = family.with_parameter(&name, v).ok()?;
                changed.check().ok()?;
                Some(small(&changed))
            };
            extrapolated(value, at)
        })
        .collect()
}

/// f′(value), where `f` may refuse arguments outside its domain: then steps are shortened.
fn extrapolated(value: f64, f: impl Fn(f64) -> Option<f64>) -> f64 {
    const SHRINK: f64 = 1.4;
    const ROWS: usize = 10;
    let difference = |h: f64| Some((f(value + h)? - f(value - h)?) / ((value + h) - (value - h)));
    let mut h = 0.01 * if value == 0.0 { 1.0 } else { value.abs() };
    let mut tries = 0;
    let first = loop {
        if let Some(d) = difference(h) {
            break d;
        }
        tries += 1;
        if tries > 60 {
            // Only one side exists.
            let h = 1e-7 * if value == 0.0 { 1.0 } else { value.abs() };
            let side = |h: f64| Some((f(value + h)? - f(value)?) / h);
            return side(h).or_else(|| side(-h)).unwrap_or(f64::NAN);
        }
        h *= 0.5;
    };
    let (mut last, mut best, mut error) = (vec![first], first, f64::INFINITY);
    for _ in 1..ROWS {
        h /= SHRINK;
        let Some(d) = difference(h) else { break };
        let mut row = vec![d];
        let mut power = SHRINK * SHRINK;
        for j in 0..last.len() {
            let next = (row[j] * power - last[j]) / (power - 1.0);
            let gap = f64::max((next - row[j]).abs(), (next - last[j]).abs());
            if gap <= error {
                (best, error) = (next, gap);
            }
            row.push(next);
            power *= SHRINK * SHRINK;
        }
        last = row;
    }
    best
}
