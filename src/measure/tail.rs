//! Quantiles (VaR) and tail means (TVaR) with their standard errors.

use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::{CHOICE, choose};

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
        let mut top = candidates(values, first);
        // What was left out lies below; the rest of the lower part goes now.
        let lower = first.saturating_sub(count - top.len());
        if lower > 0 && lower < top.len() {
            top.select_nth_unstable(lower);
        }
        let top = sort(top.split_off(lower.min(top.len())));
        Self { count, top: top.into_iter().map(value).collect() }
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

/// Keys of all values but some that surely have a rank below `first`.
///
/// A sample tells about where that rank lies; one pass leaves out what is below it.
fn candidates(values: &[f64], first: usize) -> Vec<u64> {
    const SAMPLE: usize = 4096;
    let count = values.len();
    let share = first as f64 / count.max(1) as f64;
    // Five standard errors of the sample's share below the rank.
    let reach = share - 5.0 * (share * (1.0 - share) / SAMPLE as f64).sqrt();
    if count >= 16 * SAMPLE && reach > 0.0 {
        let mut sample: Vec<u64> = values.iter().step_by(count / SAMPLE).map(|x| key(*x)).collect();
        let place = (reach * sample.len() as f64) as usize;
        let least = value(*sample.select_nth_unstable(place).1);
        let most = count - first + count / 16;
        if let Some(top) = dispatch::run(NotBelow { values, least, most })
            && top.len() >= count - first
        {
            return top;
        }
    }
    values.iter().map(|x| key(*x)).collect()
}

/// Keys of the values that are not below `least`; it gives up above `most` of them.
struct NotBelow<'a> {
    values: &'a [f64],
    least: f64,
    most: usize,
}

impl Kernel for NotBelow<'_> {
    type Output = Option<Vec<u64>>;

    #[inline(always)]
    fn run(self) -> Option<Vec<u64>> {
        let Self { values, least, most } = self;
        let mut top = Vec::with_capacity(most + CHOICE);
        let (mut wanted, mut indices) = ([0; CHOICE], [0; CHOICE + 8]);
        for tile in values.chunks(CHOICE) {
            let groups = tile.len().next_multiple_of(8);
            wanted[tile.len()..groups].fill(0);
            for (wanted, x) in wanted.iter_mut().zip(tile) {
                // NaN stays.
                *wanted = u8::from(!(*x < least));
            }
            let count = choose(&wanted[..groups], &mut indices);
            if top.len() + count > most {
                return None;
            }
            top.extend(indices[..count].iter().map(|i| key(tile[*i as usize])));
        }
        Some(top)
    }
}

/// Sorts keys: dealt into piles by their highest bits that differ, then pile by pile, which asks for
/// fewer comparisons than sorting all of them at once.
fn sort(mut keys: Vec<u64>) -> Vec<u64> {
    const PILES: usize = 1 << 11;
    if keys.len() < 4 * PILES {
        keys.sort_unstable();
        return keys;
    }
    let least = keys.iter().min().copied().unwrap_or(0);
    let most = keys.iter().max().copied().unwrap_or(0);
    let shift = (u64::BITS - (most - least).leading_zeros()).saturating_sub(PILES.ilog2());
    let pile = |key: &u64| ((key - least) >> shift) as usize;
    let mut ends = vec![0; PILES];
    keys.iter().for_each(|key| ends[pile(key)] += 1);
    let mut start = 0;
    for end in &mut ends {
        // Where the pile begins, until its keys are dealt.
        start += std::mem::replace(end, start);
    }
    let mut sorted = vec![0; keys.len()];
    for key in &keys {
        let place = &mut ends[pile(key)];
        sorted[*place] = *key;
        *place += 1;
    }
    let mut start = 0;
    for end in ends {
        sorted[start..end].sort_unstable();
        start = end;
    }
    sorted
}

/// An integer in the order of [`f64::total_cmp`].
fn key(x: f64) -> u64 {
    let bits = x.to_bits();
    bits ^ (((bits as i64) >> 63) as u64 | (1 << 63))
}

/// The number of a [`key`].
fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key ^ (1 << 63) } else { !key })
}

/// ⌈n p⌉, not fooled by n·p falling a rounding error above an integer; at least 1.
pub(super) fn rank(n: usize, p: f64) -> f64 {
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
    fn the_tail_is_that_of_the_sorted_sample() {
        let mut stream = crate::random::Stream::new(3, crate::random::Purpose::Auxiliary, 0, 0);
        for (shape, atoms) in [(0.1, 0.0), (3.0, 0.0), (1.0, 0.5), (1.0, 0.95), (1.0, 1.0)] {
            let draw = |u: f64| if u < atoms { 0.0 } else { (1.0 - u).powf(-shape) - 4.0 };
            let mut values: Vec<f64> = (0..100_000).map(|_| draw(stream.uniform())).collect();
            // Rising and falling samples defeat the strided look.
            for order in 0..3 {
                match order {
                    1 => values.sort_by(f64::total_cmp),
                    2 => values.reverse(),
                    _ => {}
                }
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                for lowest in [0.0, 0.5, 0.9, 0.999] {
                    let tail = Tail::new(&values, lowest);
                    assert!(tail.top.len() as f64 >= 100_000.0 * (1.0 - lowest));
                    assert_eq!(tail.top, sorted[sorted.len() - tail.top.len()..]);
                }
            }
        }
        let with_nan: Vec<f64> =
            (0..100_000).map(|i| if i == 7 { f64::NAN } else { f64::from(i) }).collect();
        assert!(Tail::new(&with_nan, 0.99).top.last().is_some_and(|x| x.is_nan()));
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
