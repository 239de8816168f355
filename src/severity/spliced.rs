//! Spliced: a body below a threshold, a tail above it, joined by the weight of the tail.
//!
//! X ≤ T with probability 1 − w, distributed as the body given body ≤ T; X > T with probability w,
//! distributed as the tail given tail > T (Klugman, Panjer and Willmot, *Loss Models*, 5.2.6).

use serde::{Deserialize, Serialize};

use super::mixed_erlang::check_weights;
use super::{
    Family, Severity, Truncated, integrate, layer_moment_by_quadrature, nested, no_parameter,
};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spliced {
    pub body: Box<Severity>,
    pub tail: Box<Severity>,
    pub threshold: f64,
    pub tail_weight: f64,
}

impl Spliced {
    pub fn new(body: Severity, tail: Severity, threshold: f64, tail_weight: f64) -> Result<Self> {
        Self { body: Box::new(body), tail: Box::new(tail), threshold, tail_weight }.validated()
    }

    /// Any number of pieces, joined at ascending thresholds: each is conditioned on its own stretch.
    ///
    /// `weights` are the probabilities of the pieces; without them the density is made continuous at
    /// every threshold. The result is a splice of splices.
    pub fn of(
        pieces: Vec<Severity>,
        thresholds: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Severity> {
        let mut faults = Faults::new();
        faults.check(!pieces.is_empty() && thresholds.len() + 1 == pieces.len(), || {
            Issue::new("out_of_range", "Spliced", "thresholds")
                .value(thresholds.len())
                .allowed(format!("one fewer than the {} pieces", pieces.len()))
        });
        faults.check(thresholds.windows(2).all(|w| w[0] < w[1]), || {
            Issue::new("out_of_range", "Spliced", "thresholds")
                .value(format!("{thresholds:?}"))
                .allowed("ascending numbers")
        });
        if let Some(weights) = weights
            && check_weights(&mut faults, "Spliced", weights)
        {
            faults.check(weights.len() == pieces.len(), || {
                Issue::new("out_of_range", "Spliced", "weights")
                    .value(weights.len())
                    .allowed(format!("one for each of {} pieces", pieces.len()))
            });
        }
        faults.finish()?;
        let mut pieces = pieces.into_iter();
        let mut whole =
            pieces.next().ok_or_else(|| Issue::new("out_of_range", "Spliced", "pieces"))?;
        for (i, (piece, threshold)) in pieces.zip(thresholds).enumerate() {
            // What a piece has beyond the next threshold is not its own.
            let piece = match thresholds.get(i + 1) {
                Some(next) => Truncated::new(piece, 0.0, *next)?.into(),
                None => piece,
            };
            whole = match weights {
                Some(w) => {
                    let up_to: f64 = w[..i + 2].iter().sum();
                    let share = if up_to > 0.0 { (w[i + 1] / up_to).clamp(0.0, 1.0) } else { 0.0 };
                    Self::new(whole, piece, *threshold, share)?.into()
                }
                None => Self::continuous(whole, piece, *threshold)?.into(),
            };
        }
        Ok(whole)
    }

    /// The splice whose density is continuous at the threshold: (1 − w) f(T) / F(T) of the body is
    /// w f(T) / S(T) of the tail.
    pub fn continuous(body: Severity, tail: Severity, threshold: f64) -> Result<Self> {
        let trial = Self::new(body, tail, threshold, 0.5)?;
        let before = trial.body.pdf(threshold.next_down()) / trial.body_at().0;
        // A tail that starts at the threshold has its density just above it.
        let after = trial.tail.pdf(threshold.next_up()) / trial.tail_at();
        let tail_weight = before / (before + after);
        if !(tail_weight > 0.0 && tail_weight < 1.0) {
            return Err(Issue::new("out_of_range", "Spliced", "threshold")
                .value(threshold)
                .allowed("a value where body and tail both have a density, to be continuous")
                .into_error());
        }
        Self { tail_weight, ..trial }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let whole =
            faults.take(self.body.check())?.is_some() & faults.take(self.tail.check())?.is_some();
        let threshold = faults.positive("Spliced", "threshold", self.threshold);
        faults.fraction("Spliced", "tail_weight", self.tail_weight);
        if whole && threshold {
            faults.check(self.body.cdf(self.threshold) > 0.0, || {
                Issue::new("out_of_range", "Spliced", "threshold")
                    .value(self.threshold)
                    .allowed("a value that the body can fall below")
            });
            faults.check(self.tail.sf(self.threshold) > 0.0, || {
                Issue::new("out_of_range", "Spliced", "threshold")
                    .value(self.threshold)
                    .allowed("a value that the tail can exceed")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    /// P(body ≤ T) and P(body > T).
    fn body_at(&self) -> (f64, f64) {
        (self.body.cdf(self.threshold), self.body.sf(self.threshold))
    }

    fn tail_at(&self) -> f64 {
        self.tail.sf(self.threshold)
    }

    /// ∫ S over (low, low + width) below T.
    fn body_layer(&self, low: f64, width: f64) -> f64 {
        if width <= 0.0 {
            return 0.0;
        }
        let (below, above) = self.body_at();
        let whole = self.body.layer_mean(width, low);
        let body = (whole - width * above).max(0.0);
        let value = self.tail_weight * width + (1.0 - self.tail_weight) * body / below;
        if body > 1e-3 * whole || (1.0 - self.tail_weight) * whole < 1e3 * value {
            return value;
        }
        // Next to the threshold the body's difference cancels, and no tail makes up for it.
        integrate(self, low, width, |x, _| self.sf(x))
    }

    /// ∫ S over (low, low + width), low ≥ T.
    fn tail_layer(&self, width: f64, low: f64) -> f64 {
        if self.tail_weight == 0.0 {
            return 0.0;
        }
        self.tail_weight * self.tail.layer_mean(width, low) / self.tail_at()
    }
}

/// With so much of the body below the threshold its survival serves there as well as its distribution
/// function does.
const COMPLEMENTS: f64 = 0.25;

impl Family for Spliced {
    fn sf(&self, x: f64) -> f64 {
        if x >= self.threshold {
            return self.tail_weight * self.tail.sf(x) / self.tail_at();
        }
        let (below, above) = self.body_at();
        let p = self.body.cdf(x);
        let q = if p < 0.5 * below { 1.0 - p / below } else { (self.body.sf(x) - above) / below };
        self.tail_weight + (1.0 - self.tail_weight) * q.max(0.0)
    }

    /// By the columns of the body and of the tail where all points lie on one side.
    fn sf_in_place(&self, x: &mut [f64]) {
        let (below, above) = self.body_at();
        if x.iter().all(|x| *x >= self.threshold) {
            let at = self.tail_at();
            self.tail.sf_in_place(x);
            x.iter_mut().for_each(|s| *s = self.tail_weight * *s / at);
        } else if below >= COMPLEMENTS && x.iter().all(|x| *x < self.threshold) {
            self.body.sf_in_place(x);
            let weight = 1.0 - self.tail_weight;
            for s in x {
                *s = self.tail_weight + weight * ((*s - above) / below).clamp(0.0, 1.0);
            }
        } else {
            x.iter_mut().for_each(|x| *x = self.sf(*x));
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x >= self.threshold {
            return 1.0 - self.sf(x);
        }
        (1.0 - self.tail_weight) * self.body.cdf(x) / self.body_at().0
    }

    fn pdf(&self, x: f64) -> f64 {
        if x >= self.threshold {
            self.tail_weight * self.tail.pdf(x) / self.tail_at()
        } else {
            (1.0 - self.tail_weight) * self.body.pdf(x) / self.body_at().0
        }
    }

    fn isf(&self, q: f64) -> f64 {
        if q < self.tail_weight || self.tail_weight == 1.0 || q == 0.0 {
            return if q == 0.0 && self.tail_weight == 0.0 {
                self.threshold
            } else {
                self.tail.isf(q / self.tail_weight * self.tail_at())
            };
        }
        if q >= 0.5 {
            return self.quantile(1.0 - q);
        }
        let (below, above) = self.body_at();
        let part = (q - self.tail_weight) / (1.0 - self.tail_weight);
        self.body.isf((above + part * below).min(1.0)).min(self.threshold)
    }

    fn quantile(&self, p: f64) -> f64 {
        let body = 1.0 - self.tail_weight;
        if p > body || body == 0.0 {
            return if self.tail_weight == 0.0 { self.threshold } else { self.isf(1.0 - p) };
        }
        self.body.quantile(p / body * self.body_at().0).min(self.threshold)
    }

    fn moment(&self, k: u32) -> f64 {
        if k == 0 { 1.0 } else { self.excess_moment(k, 0.0) }
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        if k == 1 {
            return self.excess(d);
        }
        let tail = |k: u32, d: f64| match self.tail_weight {
            0.0 => 0.0,
            w => w / self.tail_at() * self.tail.excess_moment(k, d),
        };
        if d >= self.threshold {
            return tail(k, d);
        }
        // k ∫ yᵏ⁻¹ S: up to the threshold by quadrature, then E (c + Y)ᵏ − cᵏ of the tail, without the atom.
        let c = self.threshold - d;
        layer_moment_by_quadrature(self, k, c, d)
            + (1..=k)
                .scan(1.0, |binomial, j| {
                    *binomial *= f64::from(k - j + 1) / f64::from(j);
                    Some(*binomial * libm::pow(c, f64::from(k - j)) * tail(j, self.threshold))
                })
                .sum::<f64>()
    }

    fn excess(&self, d: f64) -> f64 {
        self.body_layer(d, self.threshold - d)
            + self.tail_layer(f64::INFINITY, d.max(self.threshold))
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        let below = (self.threshold - attachment).max(0.0);
        let body = self.body_layer(attachment, limit.min(below));
        if limit <= below {
            return body;
        }
        body + self.tail_layer(limit - below, attachment.max(self.threshold))
    }

    fn support(&self) -> (f64, f64) {
        (self.body.support().0.min(self.threshold), self.tail.support().1)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        self.body.breaks(into);
        self.tail.breaks(into);
        into.push(self.threshold);
    }

    fn sample(&self, u: &mut [f64]) {
        let w = self.tail_weight;
        let (below, above) = self.body_at();
        let (to_body, to_tail) = (below / (1.0 - w), self.tail_at() / w);
        // Gather the few tail draws, map the rest onto the body's survival scale, sample both in bulk.
        let mut places = Vec::with_capacity((u.len() as f64 * w * 1.5) as usize + 16);
        let mut tails = Vec::with_capacity(places.capacity());
        for (i, q) in u.iter_mut().enumerate() {
            if *q < w {
                places.push(i);
                tails.push(*q * to_tail);
                *q = 0.5;
            } else {
                *q = above + (*q - w) * to_body;
            }
        }
        self.body.sample(u);
        self.tail.sample(&mut tails);
        for (i, x) in places.into_iter().zip(tails) {
            u[i] = x;
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![
            ("threshold".to_owned(), self.threshold),
            ("tail_weight".to_owned(), self.tail_weight),
        ];
        all.extend(nested(&[("body", &self.body), ("tail", &self.tail)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        let mut changed = self.clone();
        match name.split_once('.') {
            None if name == "threshold" => changed.threshold = value,
            None if name == "tail_weight" => changed.tail_weight = value,
            Some(("body", rest)) => changed.body = Box::new(self.body.with_parameter(rest, value)?),
            Some(("tail", rest)) => changed.tail = Box::new(self.tail.with_parameter(rest, value)?),
            _ => return Err(no_parameter("Spliced", name, &self.parameters())),
        }
        changed.validated().map(Into::into)
    }
}
