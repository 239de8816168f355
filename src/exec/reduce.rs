//! Sums whose shape is fixed, so that a result never depends on how the work was shared out.

use crate::numeric::dispatch::{self, Kernel};

/// Lanes of [`sum`]: enough to hide the latency of the additions, a whole number of vectors.
const LANES: usize = 32;

/// a + b as a rounded sum and its exact error (Knuth, TAOCP 2, 4.2.2, theorem B).
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let t = s - a;
    (s, (a - (s - t)) + (b - t))
}

/// A running sum that carries the rounding errors along: about twice the working precision.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    value: f64,
    error: f64,
}

impl Sum {
    #[inline(always)]
    pub fn add(&mut self, x: f64) {
        let (value, error) = two_sum(self.value, x);
        self.value = value;
        self.error += error;
    }

    /// Adds another sum; the order of merging is part of the result.
    #[inline(always)]
    pub fn merge(&mut self, other: Self) {
        self.add(other.value);
        self.error += other.error;
    }

    pub fn value(self) -> f64 {
        let total = self.value + self.error;
        // Infinite terms leave an undefined error behind.
        if total.is_nan() { self.value } else { total }
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut sum = Self::default();
        for term in terms {
            sum.add(term);
        }
        sum
    }
}

/// Compensated sum of a column: 32 lanes by position, merged in order.
pub fn sum(values: &[f64]) -> f64 {
    column(values).value()
}

/// [`sum`] before its final rounding, to merge with others.
pub fn column(values: &[f64]) -> Sum {
    dispatch::run(Column(values))
}

struct Column<'a>(&'a [f64]);

impl Kernel for Column<'_> {
    type Output = Sum;

    #[inline(always)]
    fn run(self) -> Sum {
        let mut value = [0.0; LANES];
        let mut error = [0.0; LANES];
        let (rows, rest) = self.0.as_chunks::<LANES>();
        for row in rows {
            for lane in 0..LANES {
                let (s, e) = two_sum(value[lane], row[lane]);
                value[lane] = s;
                error[lane] += e;
            }
        }
        let mut total = Sum::default();
        for lane in 0..LANES {
            total.merge(Sum { value: value[lane], error: error[lane] });
        }
        for x in rest {
            total.add(*x);
        }
        total
    }
}

/// Count, mean and sum of squared deviations of a column, mergeable.
///
/// Chan, Golub, LeVeque (1983), "Algorithms for computing the sample variance", The American
/// Statistician 37(3): merging in block order gives the same bits for any number of threads.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    pub n: u64,
    pub mean: f64,
    /// Σ (x − mean)².
    pub m2: f64,
}

impl Moments {
    /// Of a column, by two passes.
    pub fn of(values: &[f64]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let n = values.len() as f64;
        let mean = sum(values) / n;
        let m2 = dispatch::run(Squares(values, mean));
        Self { n: values.len() as u64, mean, m2 }
    }

    /// Of `zeros` further observations equal to 0.
    pub fn zeros(zeros: u64) -> Self {
        Self { n: zeros, mean: 0.0, m2: 0.0 }
    }

    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.n == 0 {
            return other;
        }
        if other.n == 0 {
            return self;
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let n = a + b;
        let delta = other.mean - self.mean;
        Self {
            n: self.n + other.n,
            mean: self.mean + delta * (b / n),
            m2: self.m2 + other.m2 + delta * delta * (a * b / n),
        }
    }

    /// Unbiased variance; NaN below two observations.
    pub fn variance(self) -> f64 {
        if self.n < 2 { f64::NAN } else { self.m2 / (self.n - 1) as f64 }
    }

    pub fn sd(self) -> f64 {
        self.variance().sqrt()
    }

    /// Standard error of the mean.
    pub fn standard_error(self) -> f64 {
        (self.variance() / self.n as f64).sqrt()
    }
}

/// Σ (x − mean)².
struct Squares<'a>(&'a [f64], f64);

impl Kernel for Squares<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Self(values, mean) = self;
        let mut lanes = [0.0; LANES];
        let (rows, rest) = values.as_chunks::<LANES>();
        for row in rows {
            for lane in 0..LANES {
                let d = row[lane] - mean;
                lanes[lane] += d * d;
            }
        }
        let mut total: Sum = lanes.into_iter().collect();
        for x in rest {
            total.add((x - mean) * (x - mean));
        }
        total.value()
    }
}

/// Merges results pairwise, neighbours first, in a tree whose shape depends on their number only.
pub fn tree<T>(items: impl IntoIterator<Item = T>, merge: impl Fn(T, T) -> T) -> Option<T> {
    let mut level: Vec<T> = items.into_iter().collect();
    while level.len() > 1 {
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        let mut items = level.into_iter();
        while let Some(left) = items.next() {
            above.push(match items.next() {
                Some(right) => merge(left, right),
                None => left,
            });
        }
        level = above;
    }
    level.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::dispatch::{available, run_at};
    use crate::random::{Purpose, Stream};

    #[test]
    fn two_sum_loses_nothing() {
        assert_eq!(two_sum(1e16, 1.0), (1e16, 1.0));
        assert_eq!(two_sum(1.0, 1e16), (1e16, 1.0));
        assert_eq!(two_sum(0.1, 0.2), (0.30000000000000004, -2.7755575615628914e-17));
    }

    #[test]
    fn a_column_sums_as_if_exactly() {
        // Multiples of 2^−20 of mixed size and sign, summed exactly as integers.
        let mut stream = Stream::new(5, Purpose::Auxiliary, 0, 0);
        for length in [0, 1, 31, 32, 33, 1000, 100_003] {
            let whole: Vec<i64> = (0..length)
                .map(|_| {
                    let sign = if stream.uniform() < 0.5 { -1.0 } else { 1.0 };
                    (sign * 2f64.powf(52.0 * stream.uniform())) as i64
                })
                .collect();
            let scale = 2f64.powi(-20);
            let values: Vec<f64> = whole.iter().map(|k| *k as f64 * scale).collect();
            let exact = whole.iter().map(|k| i128::from(*k)).sum::<i128>() as f64 * scale;
            assert_eq!(sum(&values), exact, "{length}");
            for level in available() {
                assert_eq!(run_at(level, Column(&values)), column(&values), "{level:?}");
            }
        }
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(&[1.0, f64::INFINITY]), f64::INFINITY);
        assert!(sum(&[1.0, f64::NAN]).is_nan());
    }

    #[test]
    fn moments_of_the_nist_accuracy_columns() {
        // NIST StRD univariate NumAcc3 and NumAcc4: certified mean c + 0.2, sd 0.1, 1001 values.
        for (centre, digits) in [(1e6, 1e-9), (1e7, 1e-8)] {
            let mut values = vec![centre + 0.2];
            for _ in 0..500 {
                values.extend([centre + 0.1, centre + 0.3]);
            }
            for cut in [0, 1, 7, 500, 1001] {
                let (left, right) = values.split_at(cut);
                let moments = Moments::of(left).merge(Moments::of(right));
                assert_eq!(moments.n, 1001);
                assert!((moments.mean / (centre + 0.2) - 1.0).abs() < 1e-15, "{cut}");
                assert!((moments.sd() / 0.1 - 1.0).abs() < digits, "{cut}: {}", moments.sd());
            }
        }
    }

    #[test]
    fn zeros_count_as_observations() {
        let some = [3.0, 5.0];
        let merged = Moments::of(&some).merge(Moments::zeros(6));
        // 3, 5 and six zeros: mean 1, Σ (x − 1)² = 4 + 16 + 6.
        assert_eq!((merged.n, merged.mean, merged.m2), (8, 1.0, 26.0));
        assert!((merged.standard_error() - (26.0 / 7.0_f64 / 8.0).sqrt()).abs() < 1e-15);
        assert!(Moments::of(&[1.0]).variance().is_nan());
    }

    #[test]
    fn the_tree_depends_on_the_number_of_items_only() {
        let names = "abcde".chars().map(String::from);
        let shape = tree(names, |a, b| format!("({a}{b})"));
        assert_eq!(shape.as_deref(), Some("(((ab)(cd))e)"));
        assert_eq!(tree(Vec::<u8>::new(), |a, _| a), None);
    }
}
