//! Mixtures of Erlangs of a common scale by the EM algorithm.
//!
//! Dense among distributions on (0, ∞) (Tijms 1994), with closed limited expected values. Censored
//! losses, groups and deductibles enter by conditional expectations (Verbelen, Gong, Antonio, Badescu
//! and Lin 2015, ASTIN Bulletin 45(3), 729–758).

use libm::{exp, lgamma, log};

use super::mixture::MixtureFit;
use super::sample::Sample;
use super::terms::Terms;
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::gamma_pq;

#[derive(Debug, Clone, PartialEq)]
struct Mixture {
    shapes: Vec<f64>,
    weights: Vec<f64>,
    scale: f64,
    value: f64,
    steps: u32,
    converged: bool,
}

/// Sums of the E-step: weight and Σ loss of each part, and the log-likelihood.
struct Sums {
    weight: Vec<f64>,
    amount: Vec<f64>,
    value: f64,
}

impl Mixture {
    /// P(X > x) of each part, and E(X; X > x).
    fn above(&self, k: usize, x: f64) -> (f64, f64) {
        let (r, z) = (self.shapes[k], x / self.scale);
        (gamma_pq(r, z).1, r * self.scale * gamma_pq(r + 1.0, z).1)
    }

    fn below(&self, k: usize, x: f64) -> (f64, f64) {
        let (r, z) = (self.shapes[k], x / self.scale);
        (gamma_pq(r, z).0, r * self.scale * gamma_pq(r + 1.0, z).0)
    }

    fn expect(&self, terms: &Terms) -> Sums {
        let n = self.shapes.len();
        let mut sums = Sums { weight: vec![0.0; n], amount: vec![0.0; n], value: 0.0 };
        let norm: Vec<f64> = (0..n)
            .map(|k| {
                log(self.weights[k]) - self.shapes[k] * log(self.scale) - lgamma(self.shapes[k])
            })
            .collect();
        let mut logs = vec![0.0; n];
        for (l, w) in terms.known.ln_x.iter().zip(&terms.known.weight) {
            let x = exp(*l);
            for k in 0..n {
                logs[k] = norm[k] + (self.shapes[k] - 1.0) * l - x / self.scale;
            }
            sums.value += w * super::mixture::shares(&mut logs);
            for k in 0..n {
                sums.weight[k] += w * logs[k];
                sums.amount[k] += w * logs[k] * x;
            }
        }
        // A region with the conditional expectation of what lies in it.
        let region = |w: f64, part: &dyn Fn(usize) -> (f64, f64), seen: f64, sums: &mut Sums| {
            for k in 0..n {
                let (p, amount) = part(k);
                sums.weight[k] += w * self.weights[k] * p / seen;
                sums.amount[k] += w * self.weights[k] * amount / seen;
            }
        };
        let whole = |part: &dyn Fn(usize) -> (f64, f64)| -> f64 {
            (0..n).map(|k| self.weights[k] * part(k).0).sum()
        };
        for (l, w) in terms.censored.ln_x.iter().zip(&terms.censored.weight) {
            let part = |k: usize| self.above(k, exp(*l));
            let seen = whole(&part);
            sums.value += w * log(seen);
            region(*w, &part, seen, &mut sums);
        }
        for (l, w) in terms.entry.ln_x.iter().zip(&terms.entry.weight) {
            let part = |k: usize| self.below(k, exp(*l));
            let seen = whole(&|k| self.above(k, exp(*l)));
            sums.value -= w * log(seen);
            region(*w, &part, seen, &mut sums);
        }
        for cell in &terms.cells {
            let part = |k: usize| {
                let low =
                    if cell.low.is_finite() { self.below(k, exp(cell.low)) } else { (0.0, 0.0) };
                let high = if cell.high.is_finite() {
                    self.below(k, exp(cell.high))
                } else {
                    (1.0, self.shapes[k] * self.scale)
                };
                (high.0 - low.0, high.1 - low.1)
            };
            let seen = whole(&part);
            sums.value += cell.weight * log(seen);
            region(cell.weight, &part, seen, &mut sums);
        }
        sums
    }

    fn climb(mut self, terms: &Terms, most: u32) -> Self {
        for step in 0..most {
            let sums = self.expect(terms);
            let gain = sums.value - self.value;
            self.value = sums.value;
            self.steps += 1;
            if step > 0 && gain.abs() < 1e-9 * sums.value.abs().max(1.0) {
                self.converged = true;
                break;
            }
            let total: f64 = sums.weight.iter().sum();
            let units: f64 = sums.weight.iter().zip(&self.shapes).map(|(w, r)| w * r).sum();
            self.scale = sums.amount.iter().sum::<f64>() / units;
            for (weight, sum) in self.weights.iter_mut().zip(&sums.weight) {
                *weight = (sum / total).max(1e-300);
            }
        }
        self
    }
}

/// A mixture of at most `parts` Erlangs; the number that is used has the least BIC.
pub fn erlang_mixture(sample: &Sample, parts: usize) -> Result<MixtureFit> {
    let mut faults = Faults::new();
    faults.check((1..=10).contains(&parts), || {
        Issue::new("out_of_range", "mixture", "parts").value(parts).allowed("from 1 to 10")
    });
    faults.finish()?;
    let terms = Terms::new(sample, 0.0, true);
    if terms.distinct < 2 {
        return Err(Error::numeric("mixture", "not identifiable: fewer than 2 different losses"));
    }
    let mut best: Option<(f64, Mixture)> = None;
    for count in 1..=parts {
        let Some(found) = best_with(&terms, count) else { continue };
        // Weights less one, shapes and the scale.
        let bic = (2 * found.shapes.len()) as f64 * log(terms.total) - 2.0 * found.value;
        if bic.is_finite() && best.as_ref().is_none_or(|(old, _)| bic < *old) {
            best = Some((bic, found));
        }
    }
    let (_, found) =
        best.ok_or_else(|| Error::numeric("mixture", "the likelihood is 0 at every start"))?;
    Ok(MixtureFit {
        parts: found.shapes.iter().map(|r| (*r, found.scale)).collect(),
        erlang: true,
        log_likelihood: found.value,
        estimated: 2 * found.shapes.len(),
        observations: terms.total,
        converged: found.converged,
        iterations: found.steps,
        weights: found.weights,
        weight_se: Vec::new(),
        part_se: Vec::new(),
    })
}

/// The best of some starts with `count` parts, its shapes moved by one while that helps.
fn best_with(terms: &Terms, count: usize) -> Option<Mixture> {
    let s = &terms.summary;
    let quantile = |j: usize| {
        let z = crate::numeric::normal_isf(1.0 - (j as f64 + 0.5) / count as f64);
        exp(s.mean_ln + s.sd_ln * z)
    };
    let cv2 = (s.variance / (s.mean * s.mean)).max(1e-4);
    let mut best: Option<Mixture> = None;
    for fineness in [1.0, 2.0, 5.0, 15.0] {
        // A single Erlang of the same mean and variance has shape 1/cv².
        let scale =
            if count == 1 { s.mean / (fineness / cv2).max(1.0) } else { quantile(0) / fineness };
        let mut shapes: Vec<f64> =
            (0..count)
                .map(|j| {
                    if count == 1 {
                        (s.mean / scale).round()
                    } else {
                        (quantile(j) / scale).round()
                    }
                })
                .map(|r| r.clamp(1.0, 1e5))
                .collect();
        shapes.dedup();
        let n = shapes.len();
        let start = Mixture {
            shapes,
            weights: vec![1.0 / n as f64; n],
            scale,
            value: f64::NEG_INFINITY,
            steps: 0,
            converged: false,
        };
        let found = start.climb(terms, 150);
        if found.value.is_finite() && best.as_ref().is_none_or(|b| found.value > b.value) {
            best = Some(found);
        }
    }
    let mut best = best?;
    for _ in 0..30 {
        let mut moved = false;
        for k in 0..best.shapes.len() {
            for step in [1.0, -1.0, 5.0, -5.0] {
                let mut next = best.clone();
                let shape = next.shapes[k] + step;
                if shape < 1.0 || next.shapes.contains(&shape) {
                    continue;
                }
                next.shapes[k] = shape;
                let next = next.climb(terms, 60);
                if next.value > best.value + 1e-6 * best.value.abs() {
                    (best, moved) = (next, true);
                }
            }
        }
        if !moved {
            break;
        }
    }
    Some(best.climb(terms, 2_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Columns;
    use crate::random::{Purpose, Stream};

    fn erlangs(size: usize, deductible: f64, limit: f64) -> Sample {
        let mut stream = Stream::new(21, Purpose::Auxiliary, 0, 0);
        let lower: Vec<f64> = (0..size)
            .map(|_| {
                let shape = if stream.uniform() < 0.7 { 2.0 } else { 12.0 };
                3.0 * stream.gamma(shape)
            })
            .filter(|x| *x > deductible)
            .collect();
        let n = lower.len();
        Sample::new(
            Columns {
                lower,
                deductible: vec![deductible; n],
                limit: vec![limit; n],
                ..Columns::default()
            },
            true,
        )
        .unwrap()
    }

    #[test]
    fn finds_two_erlangs_through_deductibles_and_limits() {
        let data = erlangs(4000, 2.0, 40.0);
        let fit = erlang_mixture(&data, 3).unwrap();
        assert!(fit.converged);
        assert_eq!(fit.parts.len(), 2, "{fit:?}");
        assert!(
            (fit.parts[0].0 - 2.0).abs() <= 1.0 && (fit.parts[1].0 - 12.0).abs() <= 3.0,
            "{fit:?}"
        );
        assert!((fit.weights[0] - 0.7).abs() < 0.05, "{fit:?}");
    }

    #[test]
    fn every_step_goes_up_and_ends_where_the_score_vanishes() {
        let data = erlangs(300, 1.0, 30.0);
        let terms = Terms::new(&data, 0.0, true);
        let mut now = Mixture {
            shapes: vec![2.0, 9.0],
            weights: vec![0.5, 0.5],
            scale: 4.0,
            value: f64::NEG_INFINITY,
            steps: 0,
            converged: false,
        };
        for _ in 0..50 {
            let before = now.value;
            now = now.climb(&terms, 1);
            assert!(now.value >= before - 1e-9);
        }
        let top = now.climb(&terms, 5_000);
        let value = |scale: f64, w: f64| {
            Mixture { scale, weights: vec![w, 1.0 - w], ..top.clone() }.expect(&terms).value
        };
        let (s, w) = (top.scale, top.weights[0]);
        assert!(((value(s * 1.001, w) - value(s / 1.001, w)) / 0.002).abs() < 0.05);
        assert!(((value(s, w + 1e-3) - value(s, w - 1e-3)) / 2e-3).abs() < 0.05);
    }
}
