//! Mack's tests of the chain ladder's assumptions: correlation of successive link ratios, and
//! calendar year effects.
//!
//! Mack (1994), "Measuring the variability of chain ladder reserve estimates", CAS Forum, Spring
//! 1994, appendices G and H.

use super::development::Cells;
use super::fitted::{Fitted, each};
use super::status::Status;
use crate::numeric::normal_isf;

/// Columns: `correlation` (T), `correlation_variance`, `correlation_bound` (|T| beyond it rejects),
/// `calendar` (Z), `calendar_mean`, `calendar_variance`, `calendar_low`, `calendar_high`.
///
/// `levels` are the probabilities of the acceptance ranges; Mack takes 50% and 95%.
pub fn mack_tests(values: &[f64], origins: usize, ages: usize, levels: (f64, f64)) -> Fitted {
    let links = ages.saturating_sub(1);
    each(values, origins, ages, false, |_, cells, one| {
        let ratio = |origin: usize, age: usize| {
            let row = cells.row(origin);
            if row[age] > 0.0 { row[age + 1] / row[age] } else { f64::NAN }
        };
        let (mut weighted, mut weights) = (0.0, 0.0);
        for age in 1..links {
            let pairs: Vec<(f64, f64)> = (0..origins)
                .map(|origin| (ratio(origin, age - 1), ratio(origin, age)))
                .filter(|(one, two)| !one.is_nan() && !two.is_nan())
                .collect();
            let n = pairs.len() as f64;
            if n < 2.0 {
                continue;
            }
            let (one, two): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let squares: f64 =
                ranks(&one).iter().zip(ranks(&two)).map(|(r, s)| (r - s).powi(2)).sum();
            let spearman = 1.0 - 6.0 * squares / (n * n * n - n);
            weighted += (n - 1.0) * spearman;
            weights += n - 1.0;
        }
        let quantile = |level: f64| normal_isf((1.0 - level) / 2.0);
        let variance = 1.0 / weights;
        let (z, mean, spread) = calendar(cells, links, ratio);
        if weights == 0.0 && one.worst() < Status::TooFewCells {
            one.tell(Status::TooFewCells, None, None);
        }
        one.ultimate.copy_from_slice(&one.latest);
        one.number("correlation", weighted / weights);
        one.number("correlation_variance", variance);
        one.number("correlation_bound", quantile(levels.0) * variance.sqrt());
        one.number("calendar", z);
        one.number("calendar_mean", mean);
        one.number("calendar_variance", spread);
        let width = quantile(levels.1) * spread.sqrt();
        one.number("calendar_low", mean - width);
        one.number("calendar_high", mean + width);
    })
}

/// Ranks from 1, the mean rank for ties.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let same = values.iter().filter(|other| *other == value).count();
        below as f64 + (same as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Z, its mean and variance: on each diagonal the smaller of the numbers of ratios above and below
/// the median of their age.
fn calendar(
    cells: Cells<'_>,
    links: usize,
    ratio: impl Fn(usize, usize) -> f64,
) -> (f64, f64, f64) {
    let mut counts = vec![(0usize, 0usize); cells.origins + links];
    for age in 0..links {
        let mut sorted: Vec<f64> =
            (0..cells.origins).map(|i| ratio(i, age)).filter(|f| !f.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        if n == 0 {
            continue;
        }
        let median = if n % 2 == 1 {
            sorted[n / 2]
        } else {
            f64::midpoint(sorted[n / 2 - 1], sorted[n / 2])
        };
        for origin in 0..cells.origins {
            let value = ratio(origin, age);
            let count = &mut counts[origin + age];
            count.0 += usize::from(value > median);
            count.1 += usize::from(value < median);
        }
    }
    let (mut z, mut mean, mut variance) = (0.0, 0.0, 0.0);
    for (large, small) in counts {
        let n = large + small;
        if n == 0 {
            continue;
        }
        let half = (n - 1) / 2;
        // C(n − 1, half) / 2ⁿ.
        let mut share = 0.5f64.powi(n as i32);
        for k in 0..half {
            share *= (n - 1 - k) as f64 / (k + 1) as f64;
        }
        let count = n as f64;
        let own = count / 2.0 - share * count;
        z += large.min(small) as f64;
        mean += own;
        variance += count * (count - 1.0) * (0.25 - share) + own - own * own;
    }
    (z, mean, variance)
}
