//! Quantiles (VaR) and tail means (TVaR) with their standard errors.

/// A number and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Estimate {
    pub value: f64,
    pub standard_error: f64,
}

/// The upper part of a sample, sorted: answers every question at or above its level.
#[derive(Debug, Clone)]
pub struct Tail {
    count: usize,
    /// Sorted ascending: the largest values, from rank `count − top.len()`.
    top: Vec<f64>,
}

/// Normal quantile of a two-sided 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

impl Tail {
    /// Keeps what is needed for levels p ≥ `lowest`, by selection: only the tail is sorted.
    pub fn new(values: &[f64], lowest: f64) -> Self {
        let count = values.len();
        // A quantile's interval reaches below its level.
        let rank = count as f64 * lowest;
        let reach = (Z95 + 2.0) * (rank * (1.0 - lowest)).max(1.0).sqrt() + 2.0;
        let first = (rank - reach).clamp(0.0, count as f64) as usize;
        let mut all = values.to_vec();
        if first > 0 && first < count {
            all.select_nth_unstable_by(first, f64::total_cmp);
        }
        let mut top = all.split_off(first.min(count));
        top.sort_unstable_by(f64::total_cmp);
        Self { count, top }
    }

    /// The value of rank k (1 is the smallest); the lowest kept value below the tail.
    fn order(&self, k: f64) -> f64 {
        let first = self.count - self.top.len();
        let k = (k.max(1.0) as usize).min(self.count);
        self.top[(k - 1).saturating_sub(first)]
    }

    /// q(p) = x₍⌈np⌉₎, standard error from the order statistics at np ± 1.96 √(np(1−p)).
    pub fn var(&self, p: f64) -> Estimate {
        if self.top.is_empty() {
            return Estimate { value: f64::NAN, standard_error: f64::NAN };
        }
        let (low, high) = self.var_interval(p);
        Estimate {
            value: self.order(rank(self.count, p)),
            standard_error: (high - low) / (2.0 * Z95),
        }
    }

    /// A 95 % interval of q(p) by order statistics, which supposes nothing about the distribution.
    pub fn var_interval(&self, p: f64) -> (f64, f64) {
        if self.top.is_empty() {
            return (f64::NAN, f64::NAN);
        }
        let n = self.count as f64;
        let half = Z95 * (n * p * (1.0 - p)).sqrt();
        (self.order((n * p - half).floor()), self.order((n * p + half).ceil() + 1.0))
    }

    /// TVaR(p), with the standard error of Manistre and Hancock (2005, NAAJ 9(2), eq. 5):
    /// [σ²_tail + p (TVaR − VaR)²] / (n (1 − p)).
    pub fn tvar(&self, p: f64) -> Estimate {
        if self.top.is_empty() || p >= 1.0 {
            return Estimate {
                value: self.top.last().copied().unwrap_or(f64::NAN),
                standard_error: f64::NAN,
            };
        }
        let n = self.count as f64;
        let k = rank(self.count, p);
        let var = self.order(k);
        let first = self.count - self.top.len();
        let above = &self.top[(k as usize).saturating_sub(first).min(self.top.len())..];
        let excess: f64 = above.iter().map(|x| x - var).sum::<f64>() / n / (1.0 - p);
        let value = var + excess;
        let spread = if above.is_empty() {
            0.0
        } else {
            let m = above.len() as f64;
            above.iter().map(|x| (x - value) * (x - value)).sum::<f64>() / m
        };
        let standard_error = ((spread + p * excess * excess) / (n * (1.0 - p))).sqrt();
        Estimate { value, standard_error }
    }
}

/// ⌈n p⌉, not fooled by n·p falling a rounding error above an integer; at least 1.
fn rank(n: usize, p: f64) -> f64 {
    let x = n as f64 * p;
    let nearest = x.round();
    if (x - nearest).abs() < 1e-9 * x.max(1.0) { nearest.max(1.0) } else { x.ceil().max(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gold_atoms_are_split() {
        // X = 0 with probability 0.9, 100 with 0.1 (numerics 5).
        let values: Vec<f64> = (0..1000).map(|i| if i % 10 == 0 { 100.0 } else { 0.0 }).collect();
        let tail = Tail::new(&values, 0.5);
        assert_eq!(tail.var(0.9).value, 0.0);
        assert!((tail.tvar(0.9).value - 100.0).abs() < 1e-12);
        assert!((tail.tvar(0.8).value - 50.0).abs() < 1e-12);
        assert_eq!(tail.var(0.95).value, 100.0);
    }

    #[test]
    fn of_the_first_integers() {
        let values: Vec<f64> = (1..=1000).rev().map(f64::from).collect();
        let tail = Tail::new(&values, 0.9);
        assert_eq!(tail.var(0.99).value, 990.0);
        assert!((tail.tvar(0.99).value - 995.5).abs() < 1e-12);
        // between two ranks: ∫ over (0.9905, 1)
        assert_eq!(tail.var(0.9905).value, 991.0);
        assert!((tail.tvar(0.9905).value - (0.5 * 991.0 + 992.0 * 9.0 + 36.0) / 9.5).abs() < 1e-9);
    }

    #[test]
    fn errors_match_theory_for_a_uniform() {
        // sd of the sample quantile: √(p(1−p)/n)/f
        let n = 40_000;
        let values: Vec<f64> = (0..n).map(|i| (f64::from(i) + 0.5) / f64::from(n)).collect();
        let tail = Tail::new(&values, 0.9);
        let theory = (0.99f64 * 0.01 / f64::from(n)).sqrt();
        assert!((tail.var(0.99).standard_error / theory - 1.0).abs() < 0.05);
        // tail uniform on (0.99, 1): σ² = 0.01²/12, TVaR − VaR = 0.005
        let theory = ((1e-4 / 12.0 + 0.99 * 2.5e-5) / (f64::from(n) * 0.01)).sqrt();
        assert!((tail.tvar(0.99).standard_error / theory - 1.0).abs() < 0.02);
    }
}
