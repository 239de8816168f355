//! Questions about whole columns, answered in one pass without a branch.

use crate::numeric::dispatch::{self, Kernel};

/// Whether all values are in `[low, high)`.
pub(super) fn within(values: &[i64], low: i64, high: i64) -> bool {
    struct Within<'a>(&'a [i64], i64, i64);
    impl Kernel for Within<'_> {
        type Output = bool;
        #[inline(always)]
        fn run(self) -> bool {
            let Self(values, low, high) = self;
            values.iter().fold(true, |ok, x| ok & (*x >= low) & (*x < high))
        }
    }
    dispatch::run(Within(values, low, high))
}

/// Whether all amounts are finite and not negative.
pub(super) fn amounts(values: &[f64]) -> bool {
    struct Amounts<'a>(&'a [f64]);
    impl Kernel for Amounts<'_> {
        type Output = bool;
        #[inline(always)]
        fn run(self) -> bool {
            self.0.iter().fold(true, |ok, x| ok & (*x >= 0.0) & (*x < f64::INFINITY))
        }
    }
    dispatch::run(Amounts(values))
}

/// Whether each value is above the one before, or as high where `strictly` is not asked for.
pub(super) fn rising<T: PartialOrd + Copy>(values: &[T], strictly: bool) -> bool {
    struct Rising<'a, T>(&'a [T], bool);
    impl<T: PartialOrd + Copy> Kernel for Rising<'_, T> {
        type Output = bool;
        #[inline(always)]
        fn run(self) -> bool {
            let Self(values, strictly) = self;
            let pairs = values.iter().zip(values.get(1..).unwrap_or(&[]));
            if strictly {
                pairs.fold(true, |ok, (a, b)| ok & (a < b))
            } else {
                pairs.fold(true, |ok, (a, b)| ok & (a <= b))
            }
        }
    }
    dispatch::run(Rising(values, strictly))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_judged_as_their_parts_are() {
        let years: Vec<i64> = (0..100).collect();
        assert!(within(&years, 0, 100) && !within(&years, 0, 99) && !within(&years, 1, 100));
        assert!(rising(&years, true) && rising(&[1, 1, 2], false) && !rising(&[1, 1, 2], true));
        assert!(!rising(&[0.1, f64::NAN, 0.3], false) && rising::<f64>(&[], true));
        assert!(amounts(&[0.0, 1e300]));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let mut losses = vec![1.0; 37];
            losses[29] = bad;
            assert!(!amounts(&losses));
        }
    }
}
