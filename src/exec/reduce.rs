//! Sums whose shape is fixed, so that a result never depends on how the work was shared out.

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
    let mut value = [0.0; LANES];
    let mut error = [0.0; LANES];
    let (rows, rest) = values.as_chunks::<LANES>();
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
        let m2 = squares(values, mean);
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

fn squares(values: &[f64], mean: f64) -> f64 {
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
