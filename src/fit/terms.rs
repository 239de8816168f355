//! A sample in the form that a log-likelihood sums over, compressed when it is large.
//!
//! Every term is a smooth function g of ln x. A large column is cut into panels of ln x, and in each
//! panel the points are replaced by weights at eight Chebyshev nodes that integrate every polynomial
//! of degree 7 exactly as the points do; so Σ w g(ln x) over a million points is a sum over a few
//! thousand nodes, to about 1e-13 for g as smooth as a log-density, for every family and every
//! parameter (Clenshaw and Curtis 1960, Numerische Mathematik 2, for the interpolation).

use super::sample::{Sample, Seen};
use crate::numeric::kernel::ln_in_place;

/// Points up to which a column is used as it is.
const RAW: usize = 16_384;
/// Distinct values up to which equal points are merged first (policy limits, deductibles).
const DISTINCT: usize = 4_096;
const PANELS: usize = 512;
const NODES: usize = 8;

/// Weighted points, by the logarithm of the amount.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Points {
    pub ln_x: Vec<f64>,
    pub weight: Vec<f64>,
}

/// A group: ln of its ends (−inf for 0) and its weight; negative weights condition on the group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    pub low: f64,
    pub high: f64,
    pub weight: f64,
}

/// What the log-likelihood sums over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    pub known: Points,
    pub censored: Points,
    /// Truncation points: their ln S is subtracted.
    pub entry: Points,
    pub cells: Vec<Cell>,
    /// Sum of the weights of all observations.
    pub total: f64,
    /// Rough location and spread for starts: amounts and weights as they stand.
    pub summary: Summary,
    /// Distinct pieces of information, counted up to 8.
    pub distinct: usize,
    pub compressed: bool,
}

/// Moments of what was seen, censored losses and group middles counted as if they were losses.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Summary {
    pub mean_ln: f64,
    pub sd_ln: f64,
    pub mean: f64,
    pub mean_inverse: f64,
    pub variance: f64,
    pub least: f64,
    pub most: f64,
}

impl Points {
    fn push(&mut self, x: f64, weight: f64) {
        self.ln_x.push(x);
        self.weight.push(weight);
    }

    /// From amounts (not yet logarithms), merged or compressed where there are many.
    fn finish(mut self, compress: bool) -> (Self, bool) {
        ln_in_place(&mut self.ln_x);
        if self.ln_x.len() <= 64 {
            return (self, false);
        }
        if let Some(merged) = self.merged() {
            return (merged, false);
        }
        if compress && self.ln_x.len() > RAW { (self.compressed(), true) } else { (self, false) }
    }

    /// Equal points as one, when few are distinct.
    fn merged(&self) -> Option<Self> {
        let mut seen: std::collections::HashMap<u64, f64> = std::collections::HashMap::new();
        let mut last: Option<(u64, f64)> = None;
        for (l, w) in self.ln_x.iter().zip(&self.weight) {
            match &mut last {
                Some((bits, sum)) if *bits == l.to_bits() => *sum += w,
                _ => {
                    if let Some((bits, sum)) = last.replace((l.to_bits(), *w)) {
                        *seen.entry(bits).or_insert(0.0) += sum;
                    }
                    if seen.len() > DISTINCT.min(self.ln_x.len() / 2) {
                        return None;
                    }
                }
            }
        }
        if let Some((bits, sum)) = last {
            *seen.entry(bits).or_insert(0.0) += sum;
        }
        let mut pairs: Vec<(f64, f64)> =
            seen.into_iter().map(|(bits, w)| (f64::from_bits(bits), w)).collect();
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (ln_x, weight) = pairs.into_iter().unzip();
        Some(Self { ln_x, weight })
    }

    fn compressed(&self) -> Self {
        let (low, high) = self
            .ln_x
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), l| (a.min(*l), b.max(*l)));
        let per_unit = PANELS as f64 / (high - low);
        let panel = |l: f64| (((l - low) * per_unit) as usize).min(PANELS - 1);
        let mut count = vec![0_u32; PANELS];
        for l in &self.ln_x {
            count[panel(*l)] += 1;
        }
        let mut out = Self::default();
        let mut moments = vec![[0.0; NODES]; PANELS];
        for (l, w) in self.ln_x.iter().zip(&self.weight) {
            let k = panel(*l);
            if count[k] as usize <= 2 * NODES {
                out.push(*l, *w);
                continue;
            }
            // Chebyshev moments on [−1, 1].
            let u = 2.0 * ((l - low) * per_unit - k as f64) - 1.0;
            let into = &mut moments[k];
            let (mut before, mut now) = (*w, w * u);
            into[0] += before;
            into[1] += now;
            for slot in &mut into[2..] {
                let next = 2.0 * u * now - before;
                (before, now) = (now, next);
                *slot += next;
            }
        }
        // Weight of node j: (1 + 2 Σ T_k(node j) m_k) / n, discrete orthogonality.
        let angle = |j: usize| std::f64::consts::PI * (j as f64 + 0.5) / NODES as f64;
        let width = 1.0 / per_unit;
        for (k, moment) in moments.iter().enumerate() {
            if count[k] as usize <= 2 * NODES {
                continue;
            }
            for j in 0..NODES {
                let sum: f64 = (1..NODES)
                    .map(|degree| moment[degree] * libm::cos(degree as f64 * angle(j)))
                    .sum();
                let weight = (moment[0] + 2.0 * sum) / NODES as f64;
                out.push(low + width * (k as f64 + 0.5 * (1.0 + libm::cos(angle(j)))), weight);
            }
        }
        out
    }
}

impl Terms {
    /// The terms of a sample, of what exceeds `threshold` and measured from there.
    ///
    /// Rows known only to lie below or across the threshold say nothing about what is above it.
    pub fn new(sample: &Sample, threshold: f64, compress: bool) -> Self {
        let mut terms = Self::default();
        let (mut known, mut censored, mut entry) =
            (Points::default(), Points::default(), Points::default());
        let (mut pool, mut few) = (Pool::default(), Vec::new());
        // Starts need no more than some thousands of rows.
        let stride = (sample.len() / RAW).max(1);
        let shifted = |x: f64| if threshold > 0.0 { x - threshold } else { x };
        if sample.grouped() == 0 && threshold == 0.0 {
            known.ln_x.reserve(sample.len());
            known.weight.reserve(sample.len());
        }
        for row in 0..sample.len() {
            let weight = sample.weight(row);
            if weight == 0.0 {
                continue;
            }
            let middle = match sample.seen(row) {
                Seen::Exactly(x) if x > threshold => {
                    known.push(shifted(x), weight);
                    note(&mut few, x);
                    shifted(x)
                }
                Seen::AtLeast(c) if c > threshold => {
                    censored.push(shifted(c), weight);
                    shifted(c)
                }
                Seen::Between(low, high) if low >= threshold => {
                    let (low, high) = (shifted(low), shifted(high));
                    let cell = Cell { low: libm::log(low), high: libm::log(high), weight };
                    terms.cells.push(cell);
                    note(&mut few, low);
                    if low > 0.0 { (low * high).sqrt() } else { 0.5 * high }
                }
                _ => continue,
            };
            pool.see(middle, weight);
            if row % stride == 0 || pool.sampled == 0.0 {
                pool.add(middle, weight);
            }
            let from = sample.entry(row);
            if from > threshold {
                entry.push(shifted(from), weight);
            }
        }
        terms.total = pool.weight;
        terms.summary = pool.summary();
        let compressed;
        (terms.known, compressed) = known.finish(compress);
        terms.censored = censored.finish(compress).0;
        terms.entry = entry.finish(compress).0;
        terms.compressed = compressed;
        terms.merge_cells();
        terms.distinct = few.len();
        terms
    }

    fn merge_cells(&mut self) {
        self.cells.sort_unstable_by(|a, b| a.low.total_cmp(&b.low).then(a.high.total_cmp(&b.high)));
        self.cells.dedup_by(|next, kept| {
            let same = next.low == kept.low && next.high == kept.high;
            if same {
                kept.weight += next.weight;
            }
            same
        });
    }
}

/// Keeps distinct values as they come; only the first few matter.
fn note(few: &mut Vec<f64>, x: f64) {
    if few.len() < 8 && !few.contains(&x) {
        few.push(x);
    }
}

#[derive(Default)]
struct Pool {
    weight: f64,
    sampled: f64,
    mean: f64,
    m2: f64,
    ln: f64,
    ln2: f64,
    inverse: f64,
    least: f64,
    most: f64,
    pivot: f64,
}

impl Pool {
    fn see(&mut self, x: f64, w: f64) {
        if self.weight == 0.0 {
            (self.least, self.most) = (x, x);
        }
        self.weight += w;
        self.least = self.least.min(x);
        self.most = self.most.max(x);
    }

    fn add(&mut self, x: f64, w: f64) {
        let l = crate::numeric::ln(x.max(f64::MIN_POSITIVE));
        if self.sampled == 0.0 {
            self.pivot = l;
        }
        self.sampled += w;
        let gap = x - self.mean;
        self.mean += gap * (w / self.sampled);
        self.m2 += w * gap * (x - self.mean);
        self.ln += w * (l - self.pivot);
        self.ln2 += w * (l - self.pivot) * (l - self.pivot);
        self.inverse += w / x;
    }

    fn summary(&self) -> Summary {
        let n = self.sampled;
        let shift = self.ln / n;
        Summary {
            mean_ln: self.pivot + shift,
            sd_ln: (self.ln2 / n - shift * shift).max(0.0).sqrt(),
            mean: self.mean,
            mean_inverse: self.inverse / n,
            variance: self.m2 / n,
            least: self.least,
            most: self.most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn compression_keeps_smooth_sums() {
        let mut stream = Stream::new(1, Purpose::Auxiliary, 0, 0);
        let ln_x: Vec<f64> = (0..40_000).map(|_| 10.0 + 1.7 * stream.normal()).collect();
        let weight: Vec<f64> = (0..40_000).map(|_| stream.uniform()).collect();
        let points = Points { ln_x, weight };
        let small = points.compressed();
        assert!(small.ln_x.len() < 5_000, "{}", small.ln_x.len());
        let sum = |p: &Points, g: &dyn Fn(f64) -> f64| -> f64 {
            p.ln_x.iter().zip(&p.weight).map(|(l, w)| w * g(*l)).sum()
        };
        let cases: [&dyn Fn(f64) -> f64; 6] = [
            &|_| 1.0,
            &|l| l * l,
            &|l| (2.0 * (l - 12.0)).exp(),
            &|l| (3.0 * (l - 9.0)).exp().ln_1p(),
            &|l| crate::numeric::ln_norm_sf((l - 10.0) / 0.7),
            &|l| super::super::special::ln_gamma_tails(0.6, l - 9.0).1.v,
        ];
        for (i, g) in cases.iter().enumerate() {
            let (whole, less) = (sum(&points, g), sum(&small, g));
            assert!((whole - less).abs() < 2e-12 * whole.abs(), "{i}: {whole} {less}");
        }
    }

    #[test]
    fn equal_points_are_one() {
        let x: Vec<f64> = (0..1000).map(|i| f64::from(i % 3) + 1.0).collect();
        let points = Points { ln_x: x, weight: vec![0.5; 1000] };
        let (merged, compressed) = points.finish(true);
        assert!(!compressed);
        assert_eq!(merged.weight, [167.0, 166.5, 166.5]);
        assert!((merged.ln_x[2] - 3f64.ln()).abs() < 1e-15);
    }
}
