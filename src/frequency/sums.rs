//! Sums over counts, and tables kept beside parameters.

use std::sync::{Arc, OnceLock};

/// Σ term(j) over whole j in [low, high] of a positive term that rises to `peak` and falls after it,
/// about as wide as `width` there.
///
/// Where the peak is wide and clear of both ends every sixth part of a width is enough: the sum of a
/// smooth peak is its integral to e^{−2π²·36} (Poisson's summation formula).
pub(super) fn peak_sum(
    low: f64,
    high: f64,
    peak: f64,
    width: f64,
    term: impl Fn(f64) -> f64,
) -> f64 {
    let clear = peak - low > 12.0 * width && high - peak > 12.0 * width;
    let stride = if clear { (width / 6.0).floor().max(1.0) } else { 1.0 };
    let centre = peak.round().clamp(low, high);
    let mut sum = term(centre);
    for sign in [-1.0, 1.0] {
        for i in 1..=MOST {
            let j = centre + sign * stride * f64::from(i);
            if j < low || j > high {
                break;
            }
            let next = term(j);
            sum += next;
            if next <= 1e-18 * sum {
                break;
            }
        }
    }
    sum * stride
}

/// Terms to each side: a bound for the unforeseen.
const MOST: u32 = 10_000_000;

/// Something computed once from the parameters it stands beside; copies share it.
pub struct Cache<T>(OnceLock<Arc<T>>);

impl<T> Cache<T> {
    pub fn get(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Arc::new(make()))
    }
}

impl<T> Clone for Cache<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> std::fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What is computed from equal parameters is equal.
impl<T> PartialEq for Cache<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
