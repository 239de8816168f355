//! Spectral measures of a sample and their natural allocation, with errors.
//!
//! The allocation to a unit is A = E[Xᵤ φ(F(X))], X the total: the derivative of the measure in the
//! unit's size (Euler), the only one that makes no unit better off alone (Tasche 1999; Mildenhall and
//! Major 2022, 14.1). Years with equal totals share their weight equally, which is the *linear*
//! natural allocation; [`Ties::Lifted`] gives each year the weight of its place, earlier years first.

use super::distortion::Distortion;
use super::tail::{Estimate, Tail};

/// What is done with years of equal totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ties {
    /// They share their weight equally.
    #[default]
    Linear,
    /// Each has the weight of its own place.
    Lifted,
}

/// Ranks that matter to a measure: their years and their weights.
#[derive(Debug)]
pub struct Weighted {
    count: usize,
    /// Years by total, ascending, from rank `count − years.len()`; ties by year.
    years: Vec<u32>,
    /// φ of each of `years`, ties shared out.
    weights: Vec<f64>,
    /// φ by rank as it falls, for the errors.
    by_rank: Vec<f64>,
    certain: bool,
}

impl Weighted {
    /// Finds the years that a measure weighs, of annual totals without NaN.
    pub fn new(totals: &[f64], measure: &Distortion, ties: Ties) -> Self {
        let count = totals.len();
        // Errors look at the years around the one where the weight begins.
        let first_rank = ((measure.lowest() * count as f64) as usize).saturating_sub(window(count));
        let mut years: Vec<u32> = if first_rank == 0 {
            (0..count as u32).collect()
        } else {
            let least = Tail::new(totals, first_rank as f64 / count as f64)
                .var(first_rank as f64 / count as f64)
                .value;
            (0..count as u32).filter(|y| totals[*y as usize] >= least).collect()
        };
        years.sort_unstable_by(|a, b| {
            totals[*a as usize].total_cmp(&totals[*b as usize]).then(a.cmp(b))
        });
        let before = count - years.len();
        let by_rank: Vec<f64> =
            (0..years.len()).map(|i| measure.weight(before + i + 1, count)).collect();
        let mut weights = by_rank.clone();
        if ties == Ties::Linear {
            let mut start = 0;
            while start < years.len() {
                let total = totals[years[start] as usize];
                let same =
                    years[start..].iter().take_while(|y| totals[**y as usize] == total).count();
                let mean = by_rank[start..start + same].iter().sum::<f64>() / same as f64;
                weights[start..start + same].fill(mean);
                start += same;
            }
        }
        Self { count, years, weights, by_rank, certain: !measure.weighs_the_largest() }
    }

    /// E[X φ(F)] of one unit, given its loss of a year, with the standard error by the influence
    /// function of the sample (Hampel 1974): it counts the error of the ranks as well.
    pub fn of(&self, loss: impl Fn(usize) -> f64) -> Estimate {
        let n = self.count as f64;
        if self.count == 0 {
            return Estimate { value: f64::NAN, standard_error: f64::NAN };
        }
        let values: Vec<f64> = self.years.iter().map(|y| loss(*y as usize)).collect();
        let value = values.iter().zip(&self.weights).map(|(x, w)| x * w).sum::<f64>() / n;
        let (mut shift, mut first, mut second) = (0.0, 0.0, 0.0);
        let level = Around::new(&values, window(self.count));
        for (i, (x, weight)) in values.iter().zip(&self.weights).enumerate() {
            let influence = x * weight - shift;
            first += influence;
            second += influence * influence;
            if let Some(next) = self.by_rank.get(i + 1) {
                let step = next - self.by_rank[i];
                if step != 0.0 {
                    shift += step * level.mean(i);
                }
            }
        }
        let variance = (second / n - (first / n) * (first / n)).max(0.0);
        let standard_error = if self.certain { (variance / n).sqrt() } else { f64::NAN };
        Estimate { value, standard_error }
    }
}

/// Ranks to either side whose mean stands for the expected loss of a unit at a rank.
fn window(count: usize) -> usize {
    (libm::pow(count as f64, 0.6) / 2.0) as usize + 1
}

/// Means of a column around a place, from its running sums.
struct Around {
    running: Vec<f64>,
    reach: usize,
}

impl Around {
    fn new(values: &[f64], reach: usize) -> Self {
        let mut running = Vec::with_capacity(values.len() + 1);
        let mut total = 0.0;
        running.push(total);
        running.extend(values.iter().map(|x| {
            total += x;
            total
        }));
        Self { running, reach }
    }

    /// Of places `i − r + 1 ..= i + r`, r as wide as both sides allow.
    fn mean(&self, i: usize) -> f64 {
        let places = self.running.len() - 1;
        let reach = self.reach.min(i + 1).min(places - 1 - i).max(1);
        let (low, high) = (i + 1 - reach, (i + 1 + reach).min(places));
        (self.running[high] - self.running[low]) / (high - low) as f64
    }
}

/// The spectral measure of a sample.
pub fn spectral(values: &[f64], measure: &Distortion) -> Estimate {
    Weighted::new(values, measure, Ties::Linear).of(|year| values[year])
}

/// Least and largest price of a loss among all spectral measures that price a reference at `premium`.
///
/// The extremes are reached by mixtures of two TVaRs (Mildenhall and Major 2022, 7.6; Kusuoka 2001),
/// here of the levels 0, 1/m, …, (m − 1)/m. `None` when no measure gives the premium: it is below the mean
/// or above the largest loss of the reference.
pub fn premium_bounds(
    reference: &[f64],
    loss: &[f64],
    premium: f64,
    levels: usize,
) -> Option<(f64, f64)> {
    let curve = |values: &[f64]| -> Vec<f64> {
        let tail = Tail::new(values, 0.0);
        let mut curve: Vec<f64> =
            (0..levels).map(|k| tail.tvar(k as f64 / levels as f64).value).collect();
        curve.push(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        curve
    };
    let (of_reference, of_loss) = (curve(reference), curve(loss));
    let split = of_reference.iter().position(|price| *price >= premium)?;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for below in 0..=split {
        for above in split..of_reference.len() {
            let (cheap, dear) = (of_reference[below], of_reference[above]);
            if cheap > premium {
                continue;
            }
            let weight = if dear > cheap { (premium - cheap) / (dear - cheap) } else { 0.0 };
            let price = (1.0 - weight) * of_loss[below] + weight * of_loss[above];
            low = low.min(price);
            high = high.max(price);
        }
    }
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    const MEASURES: [Distortion; 6] = [
        Distortion::Mean,
        Distortion::Tvar { level: 0.95 },
        Distortion::ProportionalHazard { exponent: 0.7 },
        Distortion::Wang { shift: 0.4 },
        Distortion::Dual { exponent: 3.0 },
        Distortion::CostOfCapital { rate: 0.1 },
    ];

    fn exponentials(seed: u64, n: usize) -> Vec<f64> {
        let mut stream = Stream::new(seed, Purpose::Auxiliary, 0, 0);
        (0..n).map(|_| stream.exponential()).collect()
    }

    /// ∫ g(e⁻ˣ) dx of a unit exponential in closed form.
    fn of_an_exponential(measure: &Distortion) -> f64 {
        match *measure {
            Distortion::Tvar { level } => 1.0 - (1.0 - level).ln(),
            Distortion::ProportionalHazard { exponent } => 1.0 / exponent,
            // The mean of the largest of three.
            Distortion::Dual { .. } => 1.0 + 0.5 + 1.0 / 3.0,
            _ => 1.0,
        }
    }

    #[test]
    fn exponential_within_its_errors_and_the_errors_are_true() {
        for measure in [MEASURES[0], MEASURES[1], MEASURES[2], MEASURES[4]] {
            let exact = of_an_exponential(&measure);
            let (mut scores, runs) = (0.0, 60);
            for seed in 0..runs {
                let found = spectral(&exponentials(seed, 20_000), &measure);
                let z = (found.value - exact) / found.standard_error;
                assert!(z.abs() < 4.5, "{measure:?} {z}");
                scores += z * z;
            }
            // Mean square of z: 1 ± 4·√(2/60).
            let ratio = scores / runs as f64;
            assert!((0.4..1.75).contains(&ratio), "{measure:?} {ratio}");
        }
    }

    #[test]
    fn tvar_is_that_of_the_tail_with_its_error() {
        let values = exponentials(7, 50_000);
        for level in [0.5, 0.9, 0.99] {
            let found = spectral(&values, &Distortion::Tvar { level });
            let known = Tail::new(&values, level).tvar(level);
            assert!((found.value / known.value - 1.0).abs() < 1e-12);
            assert!((found.standard_error / known.standard_error - 1.0).abs() < 0.05);
        }
    }

    #[test]
    fn units_add_up_to_the_whole_and_ties_are_shared() {
        let a = exponentials(1, 9_000);
        let mut b = exponentials(2, 9_000);
        // Many years without a loss, many at a limit.
        b.iter_mut().for_each(|x| *x = (*x - 1.0).clamp(0.0, 0.5));
        let c: Vec<f64> = a.iter().map(|x| if *x < 2.0 { 0.0 } else { 1.0 }).collect();
        let total: Vec<f64> = (0..a.len()).map(|y| b[y] + c[y]).collect();
        for measure in &MEASURES {
            for ties in [Ties::Linear, Ties::Lifted] {
                let weighted = Weighted::new(&total, measure, ties);
                let whole = weighted.of(|y| total[y]).value;
                let parts = weighted.of(|y| b[y]).value + weighted.of(|y| c[y]).value;
                assert!((whole / parts - 1.0).abs() < 1e-10, "{measure:?}");
                assert!((whole / spectral(&total, measure).value - 1.0).abs() < 1e-10);
            }
        }
        // All years equal: linear shares are the means, whatever the measure.
        let same = vec![1.0; a.len()];
        let weighted = Weighted::new(&same, &MEASURES[3], Ties::Linear);
        let mean = a.iter().sum::<f64>() / a.len() as f64;
        assert!((weighted.of(|y| a[y]).value / mean - 1.0).abs() < 1e-12);
    }

    #[test]
    fn allocation_errors_are_true() {
        // X = A + B, both exponential: each has half of the measure.
        for measure in [MEASURES[1], MEASURES[3]] {
            let (mut scores, runs) = (0.0, 60);
            for seed in 0..runs {
                let a = exponentials(100 + seed, 20_000);
                let b = exponentials(900 + seed, 20_000);
                let total: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
                let weighted = Weighted::new(&total, &measure, Ties::Linear);
                // A − B has allocation 0.
                let found = weighted.of(|y| a[y] - b[y]);
                scores += (found.value / found.standard_error).powi(2);
            }
            let ratio = scores / runs as f64;
            assert!((0.4..1.75).contains(&ratio), "{measure:?} {ratio}");
        }
    }

    #[test]
    fn bounds_hold_every_measure_and_close_on_the_reference() {
        let reference = exponentials(3, 4_000);
        let loss: Vec<f64> = exponentials(4, 4_000).iter().map(|x| x * x).collect();
        for measure in &MEASURES[1..5] {
            let premium = spectral(&reference, measure).value;
            let price = spectral(&loss, measure).value;
            let (low, high) = premium_bounds(&reference, &loss, premium, 400).unwrap();
            assert!(low * 0.999 <= price && price <= high * 1.001, "{low} {price} {high}");
            let (low, high) = premium_bounds(&reference, &reference, premium, 400).unwrap();
            assert!((high - low).abs() < 1e-9 * premium);
        }
        assert_eq!(premium_bounds(&reference, &loss, 0.5, 100), None);
        assert_eq!(premium_bounds(&reference, &loss, 1e9, 100), None);
    }

    #[test]
    fn nothing_and_one_year() {
        assert!(spectral(&[], &MEASURES[1]).value.is_nan());
        let one = spectral(&[7.0], &MEASURES[1]);
        assert_eq!((one.value, one.standard_error), (7.0, 0.0));
        assert!(spectral(&[1.0, 2.0, 3.0], &MEASURES[5]).standard_error.is_nan());
    }
}
