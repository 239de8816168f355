//! Mixtures of lognormals by the EM algorithm.

use libm::{exp, log};

use super::density::Density;
use super::estimate::information;
use super::family::sum;
use super::jet::Jet;
use super::newton::{Evaluation, Optimum, inverse, maximise};
use super::sample::Sample;
use super::special::ln_normal_tail;
use super::terms::{Points, Terms};
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::{ln_norm_sf, mills, norm_sf};
use crate::severity::Severity;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_741_78;

/// A mixture of `K` lognormals in N = 3K − 1 coordinates: K − 1 logits, K means, K ln sigmas.
pub struct LogNormals<const K: usize, const N: usize> {
    ln_weight: [Jet<N>; K],
    mu: [Jet<N>; K],
    ln_sigma: [Jet<N>; K],
}

impl<const K: usize, const N: usize> LogNormals<K, N> {
    fn mix(parts: [Jet<N>; K]) -> Jet<N> {
        let top = parts.iter().fold(f64::NEG_INFINITY, |m, p| m.max(p.v));
        let sum = parts.iter().fold(Jet::constant(0.0), |s, p| s + (*p - top).exp());
        sum.ln() + top
    }
}

impl<const K: usize, const N: usize> Density<N> for LogNormals<K, N> {
    fn at(eta: &[f64; N], _: f64) -> Self {
        let all = Jet::parameters(eta);
        let logit: [Jet<N>; K] =
            std::array::from_fn(|k| if k == 0 { Jet::constant(0.0) } else { all[k - 1] });
        let whole = Self::mix(logit);
        Self {
            ln_weight: logit.map(|a| a - whole),
            mu: std::array::from_fn(|k| all[K - 1 + k]),
            ln_sigma: std::array::from_fn(|k| all[2 * K - 1 + k]),
        }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<N> {
        Self::mix(std::array::from_fn(|k| {
            let z = (-self.mu[k] + ln_x) * (-self.ln_sigma[k]).exp();
            self.ln_weight[k] + z.square() * -0.5 - self.ln_sigma[k] - (ln_x + LN_SQRT_2PI)
        }))
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<N> {
        Self::mix(std::array::from_fn(|k| {
            let z = (-self.mu[k] + ln_x) * (-self.ln_sigma[k]).exp();
            self.ln_weight[k] + ln_normal_tail(z)
        }))
    }
}

/// A mixture fitted by EM.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureFit {
    /// Lognormal (mu, sigma), or Erlang (shape, scale), of each part; ascending.
    pub parts: Vec<(f64, f64)>,
    pub weights: Vec<f64>,
    /// Of Erlangs, not of lognormals.
    pub erlang: bool,
    pub log_likelihood: f64,
    pub estimated: usize,
    pub observations: f64,
    pub converged: bool,
    pub iterations: u32,
    /// Standard errors of the weights and of both parameters; empty where there are none.
    pub weight_se: Vec<f64>,
    pub part_se: Vec<(f64, f64)>,
}

impl MixtureFit {
    pub fn aic(&self) -> f64 {
        2.0 * self.estimated as f64 - 2.0 * self.log_likelihood
    }

    pub fn bic(&self) -> f64 {
        self.estimated as f64 * libm::log(self.observations) - 2.0 * self.log_likelihood
    }

    /// The mixture as a distribution.
    pub fn severity(&self) -> Result<Severity> {
        let form = if self.erlang {
            // Weights by shape, from 1 on.
            let most = self.parts.iter().map(|p| p.0 as usize).max().unwrap_or(1);
            let mut weights = vec![0.0; most];
            for ((shape, _), weight) in self.parts.iter().zip(&self.weights) {
                weights[(*shape as usize).clamp(1, most) - 1] += weight;
            }
            let scale = self.parts.first().map_or(f64::NAN, |p| p.1);
            serde_json::json!({"family": "MixedErlang", "weights": weights, "scale": scale})
        } else {
            let parts: Vec<serde_json::Value> = self
                .parts
                .iter()
                .map(|(mu, sigma)| {
                    serde_json::json!({"family": "LogNormal", "mu": mu, "sigma": sigma})
                })
                .collect();
            serde_json::json!({"family": "Mixture", "parts": parts, "weights": self.weights})
        };
        Severity::from_json(&form.to_string()).map_err(|e| Error::numeric("mixture", e.to_string()))
    }
}

/// What the EM algorithm adds up for one part: weight, Σ statistic, Σ statistic².
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    weight: f64,
    first: f64,
    second: f64,
}

impl Part {
    fn add(&mut self, weight: f64, first: f64, second: f64) {
        self.weight += weight;
        self.first += weight * first;
        self.second += weight * second;
    }
}

/// Shares of the parts from their logarithms; returns the logarithm of their sum.
pub(super) fn shares(logs: &mut [f64]) -> f64 {
    let top = logs.iter().fold(f64::NEG_INFINITY, |m, l| m.max(*l));
    let total: f64 = logs.iter().map(|l| exp(l - top)).sum();
    for l in logs.iter_mut() {
        *l = exp(*l - top) / total;
    }
    top + log(total)
}

/// A mixture of lognormals (2 or 3 parts) by EM from several starts, then Newton's method.
///
/// Censored losses enter by their conditional moments; what a deductible hid is imputed below it
/// (Dempster, Laird and Rubin 1977, 4.2). Groups take part from the Newton steps on. The likelihood
/// is unbounded where a part shrinks onto one loss: such ends are not taken.
pub fn lognormal_mixture(sample: &Sample, parts: usize) -> Result<MixtureFit> {
    let mut faults = Faults::new();
    faults.check(matches!(parts, 2 | 3), || {
        Issue::new("out_of_range", "mixture", "parts").value(parts).allowed("2 or 3")
    });
    faults.finish()?;
    let terms = Terms::new(sample, 0.0, true);
    if terms.distinct < 3 * parts - 1 {
        return Err(Error::numeric(
            "mixture",
            format!(
                "not identifiable: {} different losses for {} parameters",
                terms.distinct,
                3 * parts - 1
            ),
        ));
    }
    let splits: &[&[f64]] = if parts == 2 {
        &[&[0.5], &[0.8], &[0.2], &[0.95]]
    } else {
        &[&[0.33, 0.67], &[0.6, 0.9], &[0.2, 0.8]]
    };
    let mut best: Option<(f64, Optimum)> = None;
    for split in splits {
        let Some(eta) = lognormal_em(&terms, parts, split) else { continue };
        let evaluate = |eta: &[f64]| match parts {
            2 => sum_at::<LogNormals<2, 5>, 5>(eta, &terms),
            _ => sum_at::<LogNormals<3, 8>, 8>(eta, &terms),
        };
        let free: Vec<usize> = (0..eta.len()).collect();
        let found = maximise(&eta, &free, &evaluate);
        let narrow = found.at[2 * parts - 1..].iter().any(|s| exp(*s) < 1e-3 * terms.summary.sd_ln);
        let value = found.evaluation.value;
        if !narrow && found.converged && best.as_ref().is_none_or(|(b, _)| value > *b) {
            best = Some((value, found));
        }
    }
    let (value, found) = best.ok_or_else(|| {
        Error::numeric(
            "mixture",
            "no maximum: the parts are not told apart, or one shrinks onto a single loss",
        )
    })?;
    Ok(lognormals_of(&found, parts, value, terms.total))
}

fn lognormals_of(found: &Optimum, parts: usize, value: f64, total: f64) -> MixtureFit {
    let eta = &found.at;
    let n = eta.len();
    let mut weights: Vec<f64> = (0..parts).map(|k| if k == 0 { 0.0 } else { eta[k - 1] }).collect();
    shares(&mut weights);
    let covariance = inverse(&information(&found.evaluation, n));
    let variance = |gradient: &[f64]| {
        let Some(c) = &covariance else { return f64::NAN };
        let sum: f64 =
            (0..n).map(|i| (0..n).map(|j| gradient[i] * c[i][j] * gradient[j]).sum::<f64>()).sum();
        sum.max(0.0).sqrt()
    };
    let unit = |i: usize, value: f64| {
        let mut gradient = vec![0.0; n];
        gradient[i] = value;
        gradient
    };
    let part = |k: usize| (eta[parts - 1 + k], exp(eta[2 * parts - 1 + k]));
    let mut order: Vec<usize> = (0..parts).collect();
    order.sort_by(|a, b| part(*a).0.total_cmp(&part(*b).0));
    let weight_se = |k: usize| {
        // ∂w_k/∂a_j = w_k (δ_kj − w_j).
        let mut gradient = vec![0.0; n];
        for j in 1..parts {
            gradient[j - 1] = weights[k] * (f64::from(u8::from(j == k)) - weights[j]);
        }
        variance(&gradient)
    };
    MixtureFit {
        parts: order.iter().map(|k| part(*k)).collect(),
        weights: order.iter().map(|k| weights[*k]).collect(),
        erlang: false,
        log_likelihood: value,
        estimated: n,
        observations: total,
        converged: found.converged,
        iterations: found.iterations,
        weight_se: order.iter().map(|k| weight_se(*k)).collect(),
        part_se: order
            .iter()
            .map(|k| {
                let mu = variance(&unit(parts - 1 + k, 1.0));
                (mu, variance(&unit(2 * parts - 1 + k, part(*k).1)))
            })
            .collect(),
    }
}

fn sum_at<D: Density<N>, const N: usize>(eta: &[f64], terms: &Terms) -> Evaluation {
    let mut at = [0.0; N];
    at.copy_from_slice(&eta[..N]);
    sum::<D, N>(&at, 0.0, terms)
}

/// EM from a split of the ordered losses; the end in the coordinates of [`LogNormals`].
fn lognormal_em(terms: &Terms, parts: usize, split: &[f64]) -> Option<Vec<f64>> {
    let (mut weight, mut mu, mut sigma) = split_start(terms, split)?;
    let least = 1e-3 * terms.summary.sd_ln;
    let mut logs = vec![0.0; parts];
    let mut before = f64::NEG_INFINITY;
    for _ in 0..400 {
        let mut sums = vec![Part::default(); parts];
        let mut value = 0.0;
        let z = |l: f64, k: usize, mu: &[f64], sigma: &[f64]| (l - mu[k]) / sigma[k];
        for (l, w) in terms.known.ln_x.iter().zip(&terms.known.weight) {
            for k in 0..parts {
                let z = z(*l, k, &mu, &sigma);
                logs[k] = log(weight[k]) - 0.5 * z * z - log(sigma[k]);
            }
            value += w * shares(&mut logs);
            for k in 0..parts {
                sums[k].add(w * logs[k], *l, l * l);
            }
        }
        for (points, sign) in [(&terms.censored, 1.0), (&terms.entry, -1.0)] {
            for (l, w) in points.ln_x.iter().zip(&points.weight) {
                for k in 0..parts {
                    logs[k] = log(weight[k]) + ln_norm_sf(z(*l, k, &mu, &sigma));
                }
                let ln_sf = shares(&mut logs);
                value += sign * w * ln_sf;
                for k in 0..parts {
                    let z = z(*l, k, &mu, &sigma);
                    // Above: E Z = h, E Z² = 1 + z h; below with the reversed hazard.
                    let (share, mean, square) = if sign > 0.0 {
                        let h = 1.0 / mills(z);
                        (w * logs[k], h, 1.0 + z * h)
                    } else {
                        let h = -1.0 / mills(-z);
                        (w * weight[k] * norm_sf(-z) * exp(-ln_sf), h, 1.0 + z * h)
                    };
                    if share > 0.0 && mean.is_finite() {
                        let (m, s) = (mu[k], sigma[k]);
                        sums[k].add(
                            share,
                            m + s * mean,
                            m * m + 2.0 * m * s * mean + s * s * square,
                        );
                    }
                }
            }
        }
        let total: f64 = sums.iter().map(|s| s.weight).sum();
        for k in 0..parts {
            let n = sums[k].weight;
            if !(n > 1e-8 * total) {
                return None;
            }
            weight[k] = n / total;
            mu[k] = sums[k].first / n;
            sigma[k] = (sums[k].second / n - mu[k] * mu[k]).max(least * least).sqrt();
        }
        if value - before < 1e-6 * value.abs().max(1.0) * 1e-3 && value >= before {
            break;
        }
        before = value;
    }
    let mut eta: Vec<f64> = (1..parts).map(|k| log(weight[k] / weight[0])).collect();
    eta.extend(&mu);
    eta.extend(sigma.iter().map(|s| log(*s)));
    Some(eta)
}

type Start = (Vec<f64>, Vec<f64>, Vec<f64>);

/// Weights, means and deviations of the parts between quantiles of ln x.
fn split_start(terms: &Terms, split: &[f64]) -> Option<Start> {
    let mut all: Vec<(f64, f64)> = pairs(&terms.known).chain(pairs(&terms.censored)).collect();
    all.extend(terms.cells.iter().filter(|c| c.high.is_finite()).map(|c| {
        let low = if c.low.is_finite() { c.low } else { c.high - 1.0 };
        (0.5 * (low + c.high), c.weight)
    }));
    all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = all.iter().map(|p| p.1).sum();
    let mut sums = vec![Part::default(); split.len() + 1];
    let mut before = 0.0;
    for (l, w) in all {
        before += w;
        let k = split.iter().filter(|s| before > **s * total).count();
        sums[k].add(w, l, l * l);
    }
    if sums.iter().any(|s| !(s.weight > 0.0)) {
        return None;
    }
    let mean: Vec<f64> = sums.iter().map(|s| s.first / s.weight).collect();
    let sigma = sums
        .iter()
        .zip(&mean)
        .map(|(s, m)| (s.second / s.weight - m * m).max(1e-2 * terms.summary.sd_ln.powi(2)).sqrt())
        .collect();
    Some((sums.iter().map(|s| s.weight / total).collect(), mean, sigma))
}

fn pairs(points: &Points) -> impl Iterator<Item = (f64, f64)> {
    points.ln_x.iter().copied().zip(points.weight.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Columns;
    use crate::random::{Purpose, Stream};

    fn data(deductible: f64, limit: f64) -> Sample {
        let mut stream = Stream::new(8, Purpose::Auxiliary, 0, 0);
        let lower: Vec<f64> = (0..3000)
            .map(|_| {
                let large = stream.uniform() < 0.3;
                let z = stream.normal();
                if large { (4.0 + 0.5 * z).exp() } else { (1.0 + 0.7 * z).exp() }
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
    fn two_lognormals_are_told_apart_through_deductible_and_limit() {
        for (deductible, limit) in [(0.0, f64::INFINITY), (1.5, 90.0)] {
            let fit = lognormal_mixture(&data(deductible, limit), 2).unwrap();
            assert!(fit.converged);
            let near = |found: f64, se: f64, truth: f64| (found - truth).abs() < 3.5 * se;
            assert!(near(fit.weights[1], fit.weight_se[1], 0.3), "{fit:?}");
            assert!(near(fit.parts[0].0, fit.part_se[0].0, 1.0), "{fit:?}");
            assert!(near(fit.parts[1].0, fit.part_se[1].0, 4.0), "{fit:?}");
            assert!(near(fit.parts[0].1, fit.part_se[0].1, 0.7), "{fit:?}");
            assert!(near(fit.parts[1].1, fit.part_se[1].1, 0.5), "{fit:?}");
        }
    }

    #[test]
    fn scores_agree_with_differences() {
        let terms = Terms::new(&data(1.5, 90.0), 0.0, true);
        let eta = [-0.8, 1.1, 3.9, -0.4, -0.6];
        let at = |eta: &[f64]| sum_at::<LogNormals<2, 5>, 5>(eta, &terms);
        let here = at(&eta);
        for i in 0..5 {
            let step = |s: f64| {
                let mut eta = eta;
                eta[i] += s;
                at(&eta)
            };
            let (up, down) = (step(1e-4), step(-1e-4));
            let gradient = (up.value - down.value) / 2e-4;
            assert!((here.gradient[i] - gradient).abs() < 1e-5 * (100.0 + gradient.abs()));
            for j in 0..5 {
                let bend = (up.gradient[j] - down.gradient[j]) / 2e-4;
                assert!((here.hessian[i][j] - bend).abs() < 1e-5 * (100.0 + bend.abs()));
            }
        }
        assert!(lognormal_mixture(&data(0.0, f64::INFINITY), 7).is_err());
    }
}
