//! Tails: peaks over a threshold, which threshold, and splices of a body and a tail.

use super::estimate::{Fit, Status};
use super::family::FitFamily;
use super::sample::{Sample, Seen};
use super::terms::{Cell, Terms};
use crate::error::{Error, Faults, Issue, Result};
use crate::severity::{Severity, Spliced};

/// A generalised Pareto distribution fitted above one threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdRow {
    pub threshold: f64,
    /// Weight of the losses above it.
    pub above: f64,
    pub shape: f64,
    pub shape_se: f64,
    pub scale: f64,
    pub scale_se: f64,
    /// scale − shape · threshold: constant above a threshold that is high enough.
    pub modified_scale: f64,
    pub modified_scale_se: f64,
    /// Hill's (1975) estimate of 1/shape, n / Σ ln(x/u).
    pub hill: f64,
    pub status: Status,
}

/// GPD fits above each threshold: shape and modified scale are stable from the right one on
/// (Coles 2001, An Introduction to Statistical Modeling of Extreme Values, 4.3.4).
pub fn threshold_table(sample: &Sample, thresholds: &[f64]) -> Vec<ThresholdRow> {
    thresholds
        .iter()
        .map(|u| {
            let fit = Fit::maximum_likelihood(FitFamily::GPD, sample, Some(*u));
            let natural = fit.natural();
            let se = fit.standard_errors();
            let modified_variance = fit
                .natural_covariance()
                .map_or(f64::NAN, |c| c[1][1] + u * u * c[0][0] - 2.0 * u * c[0][1]);
            ThresholdRow {
                threshold: *u,
                above: fit.observations,
                shape: natural[0],
                shape_se: se[0],
                scale: natural[1],
                scale_se: se[1],
                modified_scale: natural[1] - natural[0] * u,
                modified_scale_se: modified_variance.max(0.0).sqrt(),
                hill: hill(sample, *u),
                status: fit.status,
            }
        })
        .collect()
}

/// Hill's estimate with censoring: events over Σ ln(x/u), the likelihood of a Pareto from u.
fn hill(sample: &Sample, threshold: f64) -> f64 {
    let (mut events, mut logs) = (0.0, 0.0);
    for row in 0..sample.len() {
        let (x, known) = match sample.seen(row) {
            Seen::Exactly(x) => (x, 1.0),
            Seen::AtLeast(c) => (c, 0.0),
            Seen::Between(..) => continue,
        };
        if x > threshold {
            let from = sample.entry(row).max(threshold);
            events += known * sample.weight(row);
            logs += sample.weight(row) * libm::log(x / from);
        }
    }
    events / logs
}

/// Thresholds to try: at most `most` known losses between the middle and the last `least` of them.
pub fn candidates(sample: &Sample, most: usize, least: usize) -> Vec<f64> {
    let mut known = sample.known();
    known.dedup();
    let (from, to) = (known.len() / 2, known.len().saturating_sub(least));
    if from >= to {
        return Vec::new();
    }
    let step = ((to - from) as f64 / most as f64).max(1.0);
    let mut found: Vec<f64> = (0..most)
        .map(|i| from + (i as f64 * step) as usize)
        .take_while(|i| *i < to)
        .map(|i| known[i])
        .collect();
    found.dedup();
    found
}

/// The lowest threshold from which the mean excess is as straight as it gets.
///
/// For each candidate a weighted line is fitted to the mean excesses from there on, weights n/s²;
/// the first local minimum of its mean squared error is taken (Langousis, Mamalakis, Puliga and
/// Deidda 2016, Water Resources Research 52, section 3.1).
pub fn mean_excess_threshold(sample: &Sample, thresholds: &[f64]) -> Result<f64> {
    let rows: Vec<_> = super::empirical::mean_excess(sample, thresholds)
        .into_iter()
        .filter(|r| r.standard_error > 0.0 && r.value.is_finite())
        .collect();
    if rows.len() < 6 {
        return Err(Issue::new("too_few", "splice", "thresholds")
            .value(format!("{} with a mean excess and its error", rows.len()))
            .allowed("at least 6")
            .hint("the mean excess needs losses without censoring or deductibles")
            .into_error());
    }
    let errors: Vec<f64> = (0..rows.len() - 3)
        .map(|from| {
            let part = &rows[from..];
            let weight =
                |r: &super::empirical::MeanExcess| 1.0 / (r.standard_error * r.standard_error);
            let total: f64 = part.iter().map(weight).sum();
            let mean = |f: &dyn Fn(&super::empirical::MeanExcess) -> f64| {
                part.iter().map(|r| weight(r) * f(r)).sum::<f64>() / total
            };
            let (x, y) = (mean(&|r| r.threshold), mean(&|r| r.value));
            let xx = mean(&|r| (r.threshold - x) * (r.threshold - x));
            let xy = mean(&|r| (r.threshold - x) * (r.value - y));
            let slope = if xx > 0.0 { xy / xx } else { 0.0 };
            // In standard errors, per point.
            part.iter()
                .map(|r| {
                    let gap = r.value - y - slope * (r.threshold - x);
                    weight(r) * gap * gap
                })
                .sum::<f64>()
                / (part.len() - 2) as f64
        })
        .collect();
    let least = (1..errors.len().saturating_sub(1))
        .find(|i| errors[*i] <= errors[i - 1] && errors[*i] < errors[i + 1])
        .or_else(|| (0..errors.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b])))
        .unwrap_or(0);
    Ok(rows[least].threshold)
}

/// A body below a threshold, a tail above it.
#[derive(Debug, Clone)]
pub struct SpliceFit {
    pub threshold: f64,
    /// P(X > threshold), with its standard error.
    pub tail_weight: f64,
    pub tail_weight_se: f64,
    pub body: Fit,
    pub tail: Fit,
    pub log_likelihood: f64,
    /// The threshold counts when the likelihood chose it.
    pub estimated: usize,
    pub observations: f64,
    /// Log-likelihood at each threshold tried; −inf where a part could not be fitted.
    pub tried: Vec<(f64, f64)>,
}

impl SpliceFit {
    pub fn aic(&self) -> f64 {
        2.0 * self.estimated as f64 - 2.0 * self.log_likelihood
    }

    pub fn bic(&self) -> f64 {
        self.estimated as f64 * libm::log(self.observations) - 2.0 * self.log_likelihood
    }

    pub fn severity(&self) -> Result<Severity> {
        let (body, tail) = (self.body.severity()?, self.tail.severity()?);
        Ok(Spliced::new(body, tail, self.threshold, self.tail_weight)?.into())
    }
}

/// The splice of highest likelihood among `thresholds`.
///
/// ln f = ln(1 − p) + ln body(x)/Body(u) below u, ln p + ln tail(x) above; p, body and tail are
/// estimated apart, for the likelihood is their product. Losses censored below a threshold, groups
/// and deductibles are refused: there it is not.
pub fn splice(
    sample: &Sample,
    body: FitFamily,
    tail: FitFamily,
    thresholds: &[f64],
) -> Result<SpliceFit> {
    let lowest = thresholds.iter().copied().fold(f64::INFINITY, f64::min);
    let mut faults = Faults::new();
    faults.check(tail.fixed_name().is_some(), || {
        Issue::new("unknown_name", "splice", "tail").value(tail.name()).allowed("GPD or Pareto")
    });
    faults.check(body.fixed_name().is_none(), || {
        Issue::new("unknown_name", "splice", "body")
            .value(body.name())
            .allowed("a family with support from 0")
    });
    faults.check(!thresholds.is_empty() && thresholds.iter().all(|u| u.is_finite()), || {
        Issue::new("empty", "splice", "thresholds")
            .allowed("at least one amount")
            .hint("data this thin have no candidates of their own: 20 different losses are needed")
    });
    faults.check(
        sample.grouped() == 0
            && sample.lowest_entry() == 0.0
            && !sample.entry.iter().any(|d| *d > 0.0),
        || Issue::new("unsupported", "splice", "data").allowed("without groups and deductibles"),
    );
    let early =
        (0..sample.len()).find(|row| matches!(sample.seen(*row), Seen::AtLeast(c) if c <= lowest));
    faults.check(early.is_none(), || {
        Issue::new("unsupported", "splice", "censored")
            .value(format!("row {}", early.unwrap_or(0)))
            .allowed("losses censored above the thresholds only")
    });
    faults.finish()?;
    let mut best: Option<SpliceFit> = None;
    let mut tried = Vec::new();
    for u in thresholds {
        let found = splice_at(sample, body, tail, *u);
        tried.push((*u, found.as_ref().map_or(f64::NEG_INFINITY, |f| f.log_likelihood)));
        let Some(found) = found else { continue };
        if best.as_ref().is_none_or(|b| found.log_likelihood > b.log_likelihood) {
            best = Some(found);
        }
    }
    let mut best = best.ok_or_else(|| {
        Error::numeric("splice", "body or tail could not be fitted at any of the thresholds")
    })?;
    best.estimated += usize::from(thresholds.len() > 1);
    best.tried = tried;
    Ok(best)
}

fn splice_at(sample: &Sample, body: FitFamily, tail: FitFamily, u: f64) -> Option<SpliceFit> {
    let mut below = Sample { rows_in: sample.rows_in, ..Sample::default() };
    let (mut under, mut over) = (0.0, 0.0);
    for row in 0..sample.len() {
        let weight = sample.weight(row);
        match sample.seen(row) {
            Seen::Exactly(x) if x <= u => {
                below.lower.push(x);
                below.upper.push(x);
                below.weight.push(weight);
                under += weight;
            }
            // Open below the threshold, a loss may end on either side of it.
            Seen::AtLeast(c) if c <= u => return None,
            _ => over += weight,
        }
    }
    if !(under > 0.0 && over > 0.0) {
        return None;
    }
    let mut terms = Terms::new(&below, 0.0, true);
    // Conditional on not exceeding the threshold.
    terms.cells.push(Cell { low: f64::NEG_INFINITY, high: libm::log(u), weight: -under });
    let body = Fit::of_terms(body, terms, 0.0, None);
    let above = sample.exceeding(u).ok()?;
    let tail = Fit::maximum_likelihood(tail, &above, Some(u));
    if matches!(body.status, Status::Failed(_)) || matches!(tail.status, Status::Failed(_)) {
        return None;
    }
    let n = under + over;
    let p = over / n;
    let log_likelihood =
        under * libm::log1p(-p) + over * libm::log(p) + body.log_likelihood + tail.log_likelihood;
    Some(SpliceFit {
        threshold: u,
        tail_weight: p,
        tail_weight_se: (p * (1.0 - p) / n).sqrt(),
        estimated: body.estimated + tail.estimated + 1,
        body,
        tail,
        log_likelihood,
        observations: n,
        tried: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Columns, log_likelihood};
    use crate::random::{Purpose, Stream};
    use crate::severity::{Family, GPD, LogNormal};

    fn spliced_sample(size: usize) -> Sample {
        let body = LogNormal::new(1.0, 0.8).unwrap();
        let tail = GPD::new(0.4, 5.0, 10.0).unwrap();
        let truth: Severity = Spliced::new(body.into(), tail.into(), 10.0, 0.15).unwrap().into();
        let mut stream = Stream::new(11, Purpose::Severity, 0, 0);
        let lower = (0..size).map(|_| truth.isf(stream.uniform())).collect();
        Sample::new(Columns { lower, ..Columns::default() }, true).unwrap()
    }

    #[test]
    fn thresholds_of_an_exact_tail_are_stable() {
        let data = spliced_sample(4000);
        let rows = threshold_table(&data, &[10.0, 14.0, 20.0]);
        for row in &rows {
            assert_eq!(row.status, Status::Converged);
            assert!((row.shape - 0.4).abs() < 3.5 * row.shape_se, "{row:?}");
            // scale − shape · threshold = 5 − 4 above every threshold.
            assert!((row.modified_scale - 1.0).abs() < 3.5 * row.modified_scale_se, "{row:?}");
        }
    }

    #[test]
    fn the_splice_finds_its_threshold_and_its_likelihood_is_that_of_the_severity() {
        let data = spliced_sample(4000);
        let thresholds: Vec<f64> = (0..12).map(|i| 6.0 + f64::from(i)).collect();
        let found = splice(&data, FitFamily::LogNormal, FitFamily::GPD, &thresholds).unwrap();
        assert!((found.threshold - 10.0).abs() < 2.5, "{:?}", found.tried);
        let severity = found.severity().unwrap();
        let plain = log_likelihood(&severity, &data);
        assert!((plain - found.log_likelihood).abs() < 1e-9 * plain.abs());
        assert!((found.tail_weight - 0.15).abs() < 0.05);
        let bad = splice(&data, FitFamily::GPD, FitFamily::Gamma, &[]).unwrap_err();
        assert_eq!(bad.issues().len(), 3);
    }

    #[test]
    fn mean_excess_of_a_gpd_is_straight_from_the_start() {
        let data = spliced_sample(4000);
        let u = mean_excess_threshold(&data, &candidates(&data, 40, 20)).unwrap();
        assert!(u > 3.0 && u < 30.0, "{u}");
    }
}
