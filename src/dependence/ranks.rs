//! Ranks of columns and the correlations of ranks.

use crate::error::{Error, Issue, Result};
use crate::exec::reduce::{self, Sum};
use crate::exec::{Control, run_blocks};
use crate::random::{Purpose, Stream};

/// Where ties are broken at random: the stream of the column that has them.
#[derive(Debug, Clone, Copy)]
pub struct Ties {
    pub seed: u64,
    pub entity: u64,
    pub column: u64,
}

/// Rows in ascending order of their values, ties at random.
///
/// # Errors
/// More than 2³² − 1 rows.
pub fn order(values: &[f64], ties: Ties) -> Result<Vec<u32>> {
    let rows = u32::try_from(values.len()).map_err(|_| {
        Issue::new("too_large", "ranks", "rows").value(values.len()).allowed("below 2^32")
    })?;
    let mut stream = Stream::new(ties.seed, Purpose::Auxiliary, ties.entity, ties.column);
    let key = |x: f64| {
        // Minus zero is zero; then the order of floats is that of integers.
        let bits = (x + 0.0).to_bits();
        if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
    };
    let mut keys: Vec<u128> = (0..rows)
        .zip(values)
        .map(|(row, x)| {
            let tie = (stream.uniform() * 4_294_967_296.0) as u32;
            (u128::from(key(*x)) << 64) | (u128::from(tie) << 32) | u128::from(row)
        })
        .collect();
    keys.sort_unstable();
    Ok(keys.into_iter().map(|key| key as u32).collect())
}

/// Mid-ranks from 1 of values that `order` puts in ascending order: ties share their mean.
pub(super) fn mid_ranks(values: &[f64], order: &[u32]) -> Vec<f64> {
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let value = values[order[first] as usize];
        let same = order[first..].iter().take_while(|row| values[**row as usize] == value).count();
        let rank = first as f64 + 0.5 * (same + 1) as f64;
        for row in &order[first..first + same] {
            ranks[*row as usize] = rank;
        }
        first += same;
    }
    ranks
}

/// Rows summed at a time.
const STRIP: usize = 4096;

/// Correlations of columns of equal length, in rows; NaN for a column that does not vary.
///
/// # Errors
/// When cancelled.
pub fn pearson(columns: &[&[f64]], control: &Control) -> Result<Vec<f64>> {
    let centred = run_blocks(0..columns.len() as u64, control, |(): &mut (), at| {
        let column = columns[at as usize];
        // Scaled first, so that squares stay in range.
        let largest = column.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let scale = if largest > 0.0 { largest } else { 1.0 };
        let mut own: Vec<f64> = column.iter().map(|x| x / scale).collect();
        let mean = reduce::sum(&own) / own.len() as f64;
        let constant = column.iter().all(|x| *x == column[0]);
        own.iter_mut().for_each(|x| *x -= mean);
        let length = if constant { 0.0 } else { dot(&own, &own).sqrt() };
        own.iter_mut().for_each(|x| *x /= length);
        Ok(own)
    })?
    .complete()?;
    let size = columns.len();
    let pairs = (size * size) as u64;
    let found = run_blocks(0..pairs, control, |(): &mut (), pair| {
        let (i, j) = (pair as usize / size, pair as usize % size);
        Ok(if j < i { dot(&centred[i], &centred[j]).clamp(-1.0, 1.0) } else { 1.0 })
    })?
    .complete()?;
    let mut matrix = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..size {
            let at = if j < i { i * size + j } else { j * size + i };
            let same = if centred[i].first().is_some_and(|x| x.is_nan()) { f64::NAN } else { 1.0 };
            matrix[i * size + j] = if i == j { same } else { found[at] };
        }
    }
    Ok(matrix)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let strips = a.chunks(STRIP).zip(b.chunks(STRIP)).map(|(a, b)| {
        let (whole_a, rest_a) = a.as_chunks::<16>();
        let (whole_b, rest_b) = b.as_chunks::<16>();
        let mut lanes = [0.0; 16];
        for (a, b) in whole_a.iter().zip(whole_b) {
            for lane in 0..16 {
                lanes[lane] += a[lane] * b[lane];
            }
        }
        let rest: f64 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
        lanes.iter().sum::<f64>() + rest
    });
    strips.collect::<Sum>().value()
}

/// Spearman's rank correlations of columns, in rows, ties sharing their ranks.
///
/// # Errors
/// When cancelled; too many rows.
pub fn spearman(columns: &[&[f64]], control: &Control) -> Result<Vec<f64>> {
    let ranks = run_blocks(0..columns.len() as u64, control, |(): &mut (), at| {
        let column = columns[at as usize];
        let order = order(column, Ties { seed: 0, entity: 0, column: at })?;
        Ok(mid_ranks(column, &order))
    })?
    .complete()?;
    let ranks: Vec<&[f64]> = ranks.iter().map(Vec::as_slice).collect();
    pearson(&ranks, control)
}

/// Kendall's τ_b of columns, in rows: (concordant − discordant) over the geometric mean of the pairs not tied
/// in each; by Knight's algorithm (1966, JASA 61), n log n for a pair.
///
/// # Errors
/// When cancelled; too many rows.
pub fn kendall_tau(columns: &[&[f64]], control: &Control) -> Result<Vec<f64>> {
    let size = columns.len();
    let found = run_blocks(0..(size * size) as u64, control, |(): &mut (), pair| {
        let (i, j) = (pair as usize / size, pair as usize % size);
        if j <= i { Ok(tau_b(columns[i], columns[j])) } else { Ok(f64::NAN) }
    })?
    .complete()?;
    Ok((0..size * size)
        .map(|at| found[(at / size).max(at % size) * size + (at / size).min(at % size)])
        .collect())
}

fn tau_b(x: &[f64], y: &[f64]) -> f64 {
    let pairs = |n: usize| n as f64 * (n as f64 - 1.0) / 2.0;
    // Minus zero is zero.
    let mut rows: Vec<(f64, f64)> = x.iter().zip(y).map(|(x, y)| (x + 0.0, y + 0.0)).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let tied = |same: &dyn Fn(usize, usize) -> bool, n: usize| {
        let (mut total, mut run) = (0.0, 1);
        for at in 1..=n {
            if at < n && same(at - 1, at) {
                run += 1;
            } else {
                total += pairs(run);
                run = 1;
            }
        }
        total
    };
    let n = rows.len();
    let in_x = tied(&|a, b| rows[a].0 == rows[b].0, n);
    let in_both = tied(&|a, b| rows[a] == rows[b], n);
    let mut second: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let swaps = exchanges(&mut second);
    let in_y = tied(&|a, b| second[a] == second[b], n);
    let all = pairs(n);
    let score = all - in_x - in_y + in_both - 2.0 * swaps;
    score / ((all - in_x).sqrt() * (all - in_y).sqrt())
}

/// Exchanges that a merge sort of neighbours makes.
fn exchanges(values: &mut Vec<f64>) -> f64 {
    let n = values.len();
    let mut spare = vec![0.0; n];
    let (mut width, mut total) = (1, 0_u64);
    while width < n {
        for start in (0..n).step_by(2 * width) {
            let (middle, end) = ((start + width).min(n), (start + 2 * width).min(n));
            let (mut a, mut b) = (start, middle);
            for slot in &mut spare[start..end] {
                let left = a < middle && (b >= end || values[a] <= values[b]);
                if left {
                    *slot = values[a];
                    a += 1;
                } else {
                    *slot = values[b];
                    b += 1;
                    total += (middle - a) as u64;
                }
            }
        }
        std::mem::swap(values, &mut spare);
        width *= 2;
    }
    total as f64
}

/// # Errors
/// Unless there are two rows.
pub(super) fn enough(rows: usize, object: &str) -> Result<()> {
    if rows >= 2 {
        return Ok(());
    }
    Err(Error::from(Issue::new("too_few", object, "rows").value(rows).allowed("two rows at least")))
}
