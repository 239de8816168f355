//! What the data say without a family: Kaplan–Meier, limited expected values, mean excess.

use super::sample::{Sample, Seen};
use crate::severity::{Family, Severity};

/// A survival function of steps: (x, S(x)), conditional on exceeding `from`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    pub from: f64,
    pub x: Vec<f64>,
    pub survival: Vec<f64>,
    /// Largest amount seen, also if censored: beyond it nothing is known unless survival is 0.
    pub last: f64,
}

/// Product-limit estimate with left truncation (Kaplan and Meier 1958; Klugman, Panjer and Willmot,
/// 4th ed., 12.1); groups are not used.
///
/// With `of_censoring` the roles change: the distribution of the censoring points.
pub fn kaplan_meier(sample: &Sample, of_censoring: bool) -> Steps {
    // Exits in order, events before others at the same place.
    let mut exits: Vec<(f64, bool, f64)> = (0..sample.len())
        .filter_map(|row| match sample.seen(row) {
            Seen::Exactly(x) => Some((x, !of_censoring, sample.weight(row))),
            Seen::AtLeast(c) => Some((c, of_censoring, sample.weight(row))),
            Seen::Between(..) => None,
        })
        .collect();
    exits.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut entries: Vec<(f64, f64)> = (0..sample.entry.len())
        .filter(|row| !matches!(sample.seen(*row), Seen::Between(..)))
        .map(|row| (sample.entry(row), sample.weight(row)))
        .collect();
    entries.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps = Steps {
        from: sample.lowest_entry(),
        last: exits.last().map_or(0.0, |e| e.0),
        ..Steps::default()
    };
    let mut at_risk = if entries.is_empty() { exits.iter().map(|e| e.2).sum() } else { 0.0 };
    let (mut survival, mut entered, mut i) = (1.0, 0, 0);
    while i < exits.len() {
        let x = exits[i].0;
        while entered < entries.len() && entries[entered].0 < x {
            at_risk += entries[entered].1;
            entered += 1;
        }
        let (mut events, mut left) = (0.0, 0.0);
        while i < exits.len() && exits[i].0 == x {
            events += if exits[i].1 { exits[i].2 } else { 0.0 };
            left += exits[i].2;
            i += 1;
        }
        if events > 0.0 {
            // The last of them leaves nothing, whatever rounding says.
            let rest = 1.0 - events / at_risk;
            survival *= if rest < 1e-12 { 0.0 } else { rest };
            steps.x.push(x);
            steps.survival.push(survival);
        }
        at_risk -= left;
    }
    steps
}

impl Steps {
    /// P(X > x | X > from).
    pub fn sf(&self, x: f64) -> f64 {
        match self.x.partition_point(|step| *step <= x) {
            0 => 1.0,
            k => self.survival[k - 1],
        }
    }

    /// ∫ S over (low, high).
    fn area(&self, low: f64, high: f64) -> f64 {
        let mut k = self.x.partition_point(|step| *step <= low);
        let (mut at, mut area) = (low, 0.0);
        while at < high {
            let s = if k == 0 { 1.0 } else { self.survival[k - 1] };
            let next = self.x.get(k).copied().unwrap_or(f64::INFINITY).min(high);
            if s > 0.0 {
                area += s * (next - at);
            }
            (at, k) = (next, k + 1);
        }
        area
    }

    /// E (min(X, limit) | X > from); NaN where the data do not reach.
    pub fn lev(&self, limit: f64) -> f64 {
        let known = limit <= self.last || self.survival.last() == Some(&0.0);
        if known {
            self.from.min(limit) + self.area(self.from, limit.max(self.from))
        } else {
            f64::NAN
        }
    }

    /// E (X − u | X > u) up to the largest amount seen.
    pub fn mean_excess(&self, threshold: f64) -> f64 {
        self.area(threshold, self.last) / self.sf(threshold)
    }

    /// Smallest x with S(x) ≤ q; `inf` if the steps do not come so low.
    pub fn isf(&self, q: f64) -> f64 {
        let k = self.survival.partition_point(|s| *s > q);
        self.x.get(k).copied().unwrap_or(f64::INFINITY)
    }
}

/// E (min(X, limit) | X > from) of a fitted distribution, to stand beside [`Steps::lev`].
pub fn conditional_lev(severity: &Severity, from: f64, limit: f64) -> f64 {
    if from <= 0.0 {
        return severity.lev(limit);
    }
    if limit <= from {
        return limit;
    }
    from + severity.layer_mean(limit - from, from) / severity.sf(from)
}

/// Limited expected value of grouped data, uniform inside each group (the ogive); NaN beyond the
/// first amount that is only known to be larger.
pub fn grouped_lev(sample: &Sample, limit: f64) -> f64 {
    let mut total = 0.0;
    for row in 0..sample.len() {
        total += sample.weight(row)
            * match sample.seen(row) {
                Seen::Exactly(x) => x.min(limit),
                Seen::AtLeast(c) if limit <= c => limit,
                Seen::AtLeast(_) => return f64::NAN,
                Seen::Between(low, high) if limit >= high => 0.5 * (low + high),
                Seen::Between(low, _) if limit <= low => limit,
                Seen::Between(low, high) => {
                    let inside = (limit - low) / (high - low);
                    limit - 0.5 * inside * (limit - low)
                }
            };
    }
    total / sample.total()
}

/// Mean excess of the known losses above each threshold, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanExcess {
    pub threshold: f64,
    pub count: f64,
    pub value: f64,
    pub standard_error: f64,
}

/// Mean excess over each threshold; with censoring by the Kaplan–Meier curve, without an error.
pub fn mean_excess(sample: &Sample, thresholds: &[f64]) -> Vec<MeanExcess> {
    let plain = sample.censored() == 0 && sample.entry.is_empty() && sample.weight.is_empty();
    let known = if plain { sample.known() } else { Vec::new() };
    let steps = if plain { Steps::default() } else { kaplan_meier(sample, false) };
    thresholds
        .iter()
        .map(|u| {
            if !plain {
                let count = (0..sample.len())
                    .filter(|row| sample.lower[*row] > *u)
                    .map(|row| sample.weight(row))
                    .sum();
                return MeanExcess {
                    threshold: *u,
                    count,
                    value: steps.mean_excess(*u),
                    standard_error: f64::NAN,
                };
            }
            let above = &known[known.partition_point(|x| x <= u)..];
            let n = above.len() as f64;
            let mean = above.iter().map(|x| x - u).sum::<f64>() / n;
            let squares: f64 = above.iter().map(|x| (x - u - mean) * (x - u - mean)).sum();
            MeanExcess {
                threshold: *u,
                count: n,
                value: mean,
                standard_error: (squares / (n - 1.0) / n).sqrt(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Columns;

    #[test]
    fn product_limit_by_hand() {
        // 1, 2+, 3, 3, 5+ ; entries 0, 0, 0, 2.5, 2.5.
        let sample = Sample::new(
            Columns {
                lower: vec![1.0, 2.0, 3.0, 3.0, 5.0],
                censored: vec![false, true, false, false, true],
                deductible: vec![0.0, 0.0, 0.0, 2.5, 2.5],
                ..Columns::default()
            },
            true,
        )
        .unwrap();
        let steps = kaplan_meier(&sample, false);
        // At 1: 3 at risk, one event. At 3: one left of the first three, two entered: 3 at risk.
        assert_eq!(steps.x, [1.0, 3.0]);
        assert!((steps.survival[0] - 2.0 / 3.0).abs() < 1e-15);
        assert!((steps.survival[1] - 2.0 / 9.0).abs() < 1e-15);
        assert!((steps.lev(4.0) - (1.0 + 4.0 / 3.0 + 2.0 / 9.0)).abs() < 1e-15);
        assert!(steps.lev(6.0).is_nan());
        assert_eq!(steps.isf(0.5), 3.0);
        assert_eq!(steps.isf(0.1), f64::INFINITY);
    }

    #[test]
    fn complete_data_give_their_means() {
        let x = vec![4.0, 1.0, 7.0, 2.0];
        let sample = Sample::new(Columns { lower: x, ..Columns::default() }, true).unwrap();
        let steps = kaplan_meier(&sample, false);
        assert!((steps.lev(100.0) - 3.5).abs() < 1e-15);
        assert!((steps.lev(3.0) - 9.0 / 4.0).abs() < 1e-15);
        let e = mean_excess(&sample, &[1.5])[0];
        assert!((e.value - (13.0 / 3.0 - 1.5)).abs() < 1e-15);
        assert!((steps.mean_excess(1.5) - e.value).abs() < 1e-14);
        assert!((grouped_lev(&sample, 3.0) - 9.0 / 4.0).abs() < 1e-15);
    }
}
