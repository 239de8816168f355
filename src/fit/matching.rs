//! Estimates that match moments or percentiles, quick and without a likelihood.

use super::empirical::kaplan_meier;
use super::estimate::{Fit, Status};
use super::family::FitFamily;
use super::sample::Sample;
use super::terms::Terms;
use crate::error::{Issue, Result};
use crate::severity::{Family, Severity};

/// What is matched.
#[derive(Debug, Clone, PartialEq)]
pub enum Matching {
    /// As many moments as parameters.
    Moments,
    /// These probabilities, as many as parameters; the usual ones when empty.
    Percentiles(Vec<f64>),
}

/// The family whose moments or percentiles are those of the data (Klugman, Panjer and Willmot, 4th
/// ed., 13.1); percentiles are smoothed where losses are complete, else of the Kaplan–Meier curve.
pub fn matched(family: FitFamily, sample: &Sample, matching: &Matching) -> Result<Fit> {
    let n = family.parameters().len();
    let complete = sample.censored() == 0 && sample.grouped() == 0 && sample.lowest_entry() == 0.0;
    let refuse = |what: &str| {
        Issue::new("unsupported", "fit", "method")
            .value(what)
            .allowed("for complete data; censored, truncated or grouped losses need the likelihood")
            .into_error()
    };
    if family.fixed_name().is_some() {
        return Err(Issue::new("unsupported", "fit", "families")
            .value(family.name())
            .allowed("families with support from 0 for this method")
            .into_error());
    }
    let (targets, probabilities) = match matching {
        Matching::Moments if !complete => return Err(refuse("moments")),
        Matching::Moments => (moments(sample, n), Vec::new()),
        Matching::Percentiles(_) if sample.grouped() > 0 => return Err(refuse("percentiles")),
        Matching::Percentiles(asked) => {
            let usual: &[f64] = match n {
                1 => &[0.5],
                2 => &[0.25, 0.75],
                3 => &[0.1, 0.5, 0.9],
                _ => &[0.1, 0.35, 0.65, 0.9],
            };
            let p = if asked.is_empty() { usual.to_vec() } else { asked.clone() };
            let fine = p.len() == n && p.iter().all(|p| *p > 0.0 && *p < 1.0);
            if !fine {
                return Err(Issue::new("out_of_range", "fit", "percentiles")
                    .value(format!("{p:?}"))
                    .allowed(format!("{n} different fractions in (0, 1), as many as parameters"))
                    .into_error());
            }
            (percentiles(sample, &p, complete), p)
        }
    };
    let from = sample.lowest_entry();
    let of = |severity: &Severity| -> Vec<f64> {
        if probabilities.is_empty() {
            (1..=n as u32).map(|k| severity.moment(k)).collect()
        } else {
            let all = if from > 0.0 { severity.sf(from) } else { 1.0 };
            probabilities.iter().map(|p| severity.isf((1.0 - p) * all)).collect()
        }
    };
    let mut fit = Fit::unfitted(family, Terms::new(sample, 0.0, true));
    if targets.iter().any(|t| !(t.is_finite() && *t > 0.0)) {
        fit.status =
            Status::Failed("the data have no such percentile: too many are censored".into());
        return Ok(fit);
    }
    let gap = |eta: &[f64]| -> Option<Vec<f64>> {
        let severity = family.severity(&family.natural(eta), 0.0).ok()?;
        let gaps: Vec<f64> =
            of(&severity).iter().zip(&targets).map(|(v, t)| libm::log(v / t)).collect();
        gaps.iter().all(|g| g.is_finite()).then_some(gaps)
    };
    match fit.starts().into_iter().find_map(|start| solve(start, &gap)) {
        Some(eta) => fit.place(&eta),
        None => fit.status = Status::Failed("no parameters match: the family cannot be so".into()),
    }
    Ok(fit)
}

fn moments(sample: &Sample, n: usize) -> Vec<f64> {
    (1..=n as i32)
        .map(|k| {
            let rows = 0..sample.len();
            rows.map(|row| sample.weight(row) * sample.lower[row].powi(k)).sum::<f64>()
                / sample.total()
        })
        .collect()
}

fn percentiles(sample: &Sample, p: &[f64], complete: bool) -> Vec<f64> {
    if complete && sample.weight.is_empty() {
        // Smoothed: x at place (n + 1) p, between neighbours on a line.
        let known = sample.known();
        let at = |p: f64| {
            let place = (p * (known.len() + 1) as f64).clamp(1.0, known.len() as f64);
            let (low, share) = (place.floor() as usize, place.fract());
            let next = known[low.min(known.len() - 1)];
            known[low - 1] + share * (next - known[low - 1])
        };
        return p.iter().map(|p| at(*p)).collect();
    }
    let steps = kaplan_meier(sample, false);
    p.iter().map(|p| steps.isf(1.0 - p)).collect()
}

/// Newton's method for as many equations as unknowns, with differences and shortened steps.
fn solve(start: Vec<f64>, gap: &dyn Fn(&[f64]) -> Option<Vec<f64>>) -> Option<Vec<f64>> {
    let size = |g: &[f64]| g.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let mut at = start;
    let mut now = gap(&at)?;
    for _ in 0..200 {
        if size(&now) < 1e-12 {
            return Some(at);
        }
        let columns: Option<Vec<Vec<f64>>> = (0..at.len())
            .map(|j| {
                let h = 1e-6;
                let mut other = at.clone();
                other[j] += h;
                Some(gap(&other)?.iter().zip(&now).map(|(a, b)| (a - b) / h).collect())
            })
            .collect();
        let step = eliminate(&columns?, &now)?;
        let mut share = (1.0 / size(&step).max(1.0)).min(1.0);
        loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a - share * s).collect();
            if let Some(g) = gap(&next).filter(|g| size(g) < size(&now)) {
                (at, now) = (next, g);
                break;
            }
            share *= 0.5;
            if share < 1e-10 {
                return (size(&now) < 1e-9).then_some(at);
            }
        }
    }
    (size(&now) < 1e-9).then_some(at)
}

/// x with Σ x_j column_j = b, by elimination with pivots.
fn eliminate(columns: &[Vec<f64>], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|i| columns.iter().map(|c| c[i]).chain(std::iter::once(b[i])).collect())
        .collect();
    for i in 0..n {
        let pivot = (i..n).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs()))?;
        rows.swap(i, pivot);
        if !(rows[i][i].abs() > 1e-300) {
            return None;
        }
        for k in i + 1..n {
            let factor = rows[k][i] / rows[i][i];
            for j in i..=n {
                rows[k][j] -= factor * rows[i][j];
            }
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|j| rows[i][j] * x[j]).sum();
        x[i] = (rows[i][n] - dot) / rows[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Columns;

    const DATA_SET_B: [f64; 20] = [
        27.0, 82.0, 115.0, 126.0, 155.0, 161.0, 243.0, 294.0, 340.0, 384.0, 457.0, 680.0, 855.0,
        877.0, 974.0, 1193.0, 1340.0, 1884.0, 2558.0, 15743.0,
    ];

    fn data() -> Sample {
        Sample::new(Columns { lower: DATA_SET_B.to_vec(), ..Columns::default() }, true).unwrap()
    }

    #[test]
    fn loss_models_moments_and_percentiles() {
        // Klugman, Panjer and Willmot, examples 13.1 and 13.2 on data set B: gamma moments
        // from mean 1,424.4 and second moment 13,238,441.9, Lomax moments (2.442, 2,053.985).
        let gamma = matched(FitFamily::Gamma, &data(), &Matching::Moments).unwrap().natural();
        let variance = 13_238_441.9 - 1_424.4_f64.powi(2);
        assert!((gamma[0] / (1_424.4_f64.powi(2) / variance) - 1.0).abs() < 1e-8, "{gamma:?}");
        assert!((gamma[1] / (variance / 1_424.4) - 1.0).abs() < 1e-8, "{gamma:?}");
        let lomax = matched(FitFamily::Lomax, &data(), &Matching::Moments).unwrap().natural();
        assert!((lomax[0] - 2.442).abs() < 5e-4 && (lomax[1] - 2053.985).abs() < 5e-3, "{lomax:?}");
        // Smoothed percentiles: place 8.4 → 294 + 0.4 (340 − 294), place 16.8 → 1,193 + 0.8 · 147.
        let asked = Matching::Percentiles(vec![0.4, 0.8]);
        let lomax = matched(FitFamily::Lomax, &data(), &asked).unwrap();
        let severity = lomax.severity().unwrap();
        assert!((severity.quantile(0.4) - 312.4).abs() < 1e-6);
        assert!((severity.quantile(0.8) - 1310.6).abs() < 1e-6);
        assert!(matched(FitFamily::Lomax, &data(), &Matching::Percentiles(vec![0.4])).is_err());
    }

    #[test]
    fn what_cannot_match_says_so() {
        let even: Vec<f64> = (1..30).map(f64::from).collect();
        let sample = Sample::new(Columns { lower: even, ..Columns::default() }, true).unwrap();
        // A Lomax has a coefficient of variation above 1.
        let lomax = matched(FitFamily::Lomax, &sample, &Matching::Moments).unwrap();
        assert_eq!(lomax.status.name(), "failed");
        let open =
            Columns { lower: vec![1.0, 2.0], censored: vec![false, true], ..Columns::default() };
        let open = Sample::new(open, true).unwrap();
        assert!(matched(FitFamily::Gamma, &open, &Matching::Moments).is_err());
    }
}
