//! The layer: `limit xs attachment`, with an optional franchise.

/// `min(max(x − attachment, 0), limit)` of losses that reach the franchise, zero of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// Most that is recovered from one loss; infinite when unlimited.
    pub limit: f64,
    /// Loss from which the layer pays.
    pub attachment: f64,
    /// Losses below it recover nothing; those that reach it recover as if it were not there.
    pub franchise: f64,
}

impl Layer {
    /// The layer that pays everything.
    pub const FULL: Self = Self { limit: f64::INFINITY, attachment: 0.0, franchise: 0.0 };

    /// Recovery from one loss.
    #[inline(always)]
    pub fn recovery(&self, loss: f64) -> f64 {
        let reached = if loss >= self.franchise { loss } else { 0.0 };
        band(reached, self.limit, self.attachment)
    }

    /// Recoveries from a column of losses, into `out`.
    #[inline(always)]
    pub(super) fn recoveries(&self, losses: &[f64], out: &mut Vec<f64>) {
        out.clear();
        if self.franchise > self.attachment {
            out.extend(losses.iter().map(|&x| self.recovery(x)));
        } else {
            out.extend(losses.iter().map(|&x| band(x, self.limit, self.attachment)));
        }
    }
}

/// `min(max(x − below, 0), most)`, written so that it compiles without a branch. Not for NaN.
#[inline(always)]
pub(super) fn band(x: f64, most: f64, below: f64) -> f64 {
    let over = x - below;
    let over = if over > 0.0 { over } else { 0.0 };
    if over < most { over } else { most }
}

/// Lanes of [`sum`]; part of the promise of equal bits.
pub(super) const LANES: usize = 4;

/// Sum of a year's column, in one fixed order on every machine.
#[inline(always)]
pub(super) fn sum(values: &[f64]) -> f64 {
    sum_of(values, |x| x)
}

/// Sum of `f(x)` in the order of [`sum`]: element i goes to lane i mod 4.
#[inline(always)]
pub(super) fn sum_of(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane += f(x);
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}

/// Largest value of a column of values ≥ 0; zero when it is empty.
#[inline(always)]
pub(super) fn largest(values: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = if x > *lane { x } else { *lane };
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = if x > *lane { x } else { *lane };
    }
    let pair = |a: f64, b: f64| if a > b { a } else { b };
    pair(pair(lanes[0], lanes[2]), pair(lanes[1], lanes[3]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn recovers_between_attachment_and_exhaustion() {
        let layer = Layer { limit: 10.0, attachment: 10.0, franchise: 0.0 };
        let got: Vec<f64> =
            [0.0, 10.0, 14.0, 20.0, 25.0].iter().map(|&x| layer.recovery(x)).collect();
        assert_eq!(got, [0.0, 0.0, 4.0, 10.0, 10.0]);
        assert_eq!(Layer::FULL.recovery(7.5), 7.5);
    }

    #[test]
    fn a_franchise_pays_all_or_nothing() {
        let layer = Layer { franchise: 5.0, ..Layer::FULL };
        assert_eq!((layer.recovery(4.999), layer.recovery(5.0)), (0.0, 5.0));
    }

    proptest! {
        /// Adjacent layers are additive: (l1 + l2) xs a = l1 xs a + l2 xs (a + l1).
        #[test]
        fn layers_stack(x in 0f64..1e9, a in 0f64..1e8, l1 in 1f64..1e8, l2 in 1f64..1e8) {
            let whole = band(x, l1 + l2, a);
            let parts = band(x, l1, a) + band(x, l2, a + l1);
            prop_assert!((whole - parts).abs() <= 1e-6);
        }

        #[test]
        fn sums_agree_with_the_plain_sum(values in prop::collection::vec(0f64..1e6, 0..40)) {
            let plain: f64 = values.iter().sum();
            prop_assert!((sum(&values) - plain).abs() <= 1e-9 * plain.max(1.0));
            prop_assert_eq!(largest(&values), values.iter().copied().fold(0.0, f64::max));
        }
    }
}
