//! How well a fit describes the data: Kolmogorov–Smirnov, Anderson–Darling, χ² for groups.

use super::empirical::{Steps, kaplan_meier};
use super::estimate::{Fit, Status};
use super::sample::{Columns, Sample, Seen};
use crate::error::Result;
use crate::exec::{Control, run_blocks};
use crate::numeric::gamma_pq;
use crate::random::{Purpose, Stream, entity_id};
use crate::severity::{Family, Severity};

/// Rows of a simulated sample at most: the statistics have their limiting law by then.
const MOST_ROWS: usize = 1_000;

/// Distances between data and fit, and how often chance alone makes larger ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goodness {
    pub ks: f64,
    pub ad: f64,
    pub ks_p: f64,
    pub ad_p: f64,
    /// Simulated samples that could be fitted; the error of a p-value is √(p (1 − p)/replicates).
    pub replicates: u64,
    pub failures: u64,
    pub chi2: f64,
    pub chi2_freedom: f64,
    pub chi2_p: f64,
}

impl Goodness {
    fn none() -> Self {
        Self {
            ks: f64::NAN,
            ad: f64::NAN,
            ks_p: f64::NAN,
            ad_p: f64::NAN,
            replicates: 0,
            failures: 0,
            chi2: f64::NAN,
            chi2_freedom: f64::NAN,
            chi2_p: f64::NAN,
        }
    }
}

/// One transformed observation: F and S of it given that it exceeds its deductible.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// F and S just below it: another pair at an atom, such as a total loss.
    before: (f64, f64),
    below: f64,
    above: f64,
    known: bool,
    weight: f64,
}

/// The Kolmogorov–Smirnov distance and the Anderson–Darling statistic of fitted against observed.
///
/// Each loss is turned into its conditional probability F(x | X > d); the empirical distribution of
/// those is the product-limit estimate F*. D = sup |F* − u|, A² = n ∫ (F* − u)²/(u (1 − u)) du, both
/// over what was seen (for common d and limit those of Klugman, Panjer and Willmot, 4th ed., 16.4).
/// D does not depend on n; A² is scaled by it.
pub fn distances(severity: &Severity, sample: &Sample, threshold: f64) -> (f64, f64) {
    let mut places = transformed(severity, sample, threshold);
    places.sort_unstable_by(|a, b| b.above.total_cmp(&a.above).then(b.known.cmp(&a.known)));
    let total: f64 = places.iter().map(|p| p.weight).sum();
    let (mut at_risk, mut f, mut ks, mut ad) = (total, 0.0_f64, 0.0_f64, 0.0);
    let (mut u, mut v) = (0.0, 1.0);
    // ∫ (c − u)²/(u (1 − u)) du = c² ln u − (1 − c)² ln(1 − u) − u.
    let panel = |c: f64, (u0, v0): (f64, f64), (u1, v1): (f64, f64)| {
        let rise = if c > 0.0 { c * c * libm::log(u1 / u0) } else { 0.0 };
        let fall = if c < 1.0 { (1.0 - c) * (1.0 - c) * libm::log(v1 / v0) } else { 0.0 };
        rise - fall - (u1 - u0)
    };
    let mut i = 0;
    while i < places.len() {
        let here = (places[i].below, places[i].above);
        let before = places[i].before;
        ad += panel(f, (u, v), before);
        ks = ks.max((before.0 - f).abs());
        let (mut events, mut left) = (0.0, 0.0);
        while i < places.len() && places[i].above == here.1 {
            events += if places[i].known { places[i].weight } else { 0.0 };
            left += places[i].weight;
            i += 1;
        }
        if events > 0.0 {
            let rest = 1.0 - events / at_risk;
            f = if rest < 1e-12 { 1.0 } else { 1.0 - (1.0 - f) * rest };
            ks = ks.max((here.0 - f).abs());
        }
        at_risk -= left;
        (u, v) = here;
    }
    if f >= 1.0 && v > 0.0 {
        ad += panel(1.0, (u, v), (1.0, 0.0));
    }
    (ks, total * ad)
}

fn transformed(severity: &Severity, sample: &Sample, threshold: f64) -> Vec<Place> {
    let plain = sample.entry.is_empty() && threshold <= 0.0;
    // Fitted families have an atom at their end only.
    let end = severity.support().1;
    let place = |row: usize, x: f64, known: bool| {
        if x <= threshold {
            return None;
        }
        let weight = sample.weight(row);
        if plain {
            let at = |x: f64| (severity.cdf(x), severity.sf(x));
            let (below, above) = at(x);
            let before = if x == end { at(x.next_down()) } else { (below, above) };
            return Some(Place { before, below, above, known, weight });
        }
        let entry = sample.entry(row).max(threshold);
        let all = severity.sf(entry);
        let at = |x: f64| {
            let above = (severity.sf(x) / all).min(1.0);
            let below = if all == 1.0 {
                severity.cdf(x)
            } else {
                (severity.cdf(x) - severity.cdf(entry)) / all
            };
            (below.max(0.0), above)
        };
        let (below, above) = at(x);
        let before = if x == end { at(x.next_down()) } else { (below, above) };
        Some(Place { before, below, above, known, weight })
    };
    (0..sample.len())
        .filter_map(|row| match sample.seen(row) {
            Seen::Exactly(x) => place(row, x, true),
            Seen::AtLeast(c) => place(row, c, false),
            Seen::Between(..) => None,
        })
        .collect()
}

/// Distances of a fit with p-values from `replicates` simulated samples, each fitted again: the
/// law of D and A² depends on the family and on having estimated its parameters (Stute, González
/// Manteiga and Presedo Quindimil 1993, Metrika 40). A simulated sample has the deductibles, limits
/// and censoring of the data.
pub fn goodness(
    fit: &Fit,
    sample: &Sample,
    replicates: u64,
    seed: u64,
    control: &Control,
) -> Result<Goodness> {
    let mut out = Goodness::none();
    let Ok(severity) = fit.severity() else { return Ok(out) };
    let threshold = if fit.family.is_excess() { fit.fixed } else { 0.0 };
    if sample.grouped() > 0 {
        chi_squared(&severity, fit, sample, &mut out);
        return Ok(out);
    }
    (out.ks, out.ad) = distances(&severity, sample, threshold);
    if replicates == 0 {
        return Ok(out);
    }
    let design = Design::new(sample, threshold);
    let size = design.rows.len() as f64;
    let entity = entity_id(fit.family.name());
    let work = |(): &mut (), replicate: u64| {
        let mut stream = Stream::new(seed, Purpose::Bootstrap, entity, replicate);
        let Ok(again) = design.simulate(&severity, threshold, &mut stream) else { return Ok(None) };
        let refit = fit.again(&again);
        if matches!(refit.status, Status::Failed(_)) {
            return Ok(None);
        }
        Ok(refit.severity().ok().map(|s| distances(&s, &again, threshold)))
    };
    let drawn = run_blocks(0..replicates, control, work)?.complete()?;
    let n: f64 = fit.observations;
    let (mut larger_ks, mut larger_ad) = (1.0, 1.0);
    for (ks, ad) in drawn.iter().flatten() {
        larger_ks += f64::from(u8::from(ks * size.sqrt() >= out.ks * n.sqrt()));
        larger_ad += f64::from(u8::from(*ad >= out.ad));
        out.replicates += 1;
    }
    out.failures = replicates - out.replicates;
    if out.replicates > 0 {
        // Davison and Hinkley (1997), 4.2: the data count as one more sample.
        let all = (out.replicates + 1) as f64;
        (out.ks_p, out.ad_p) = (larger_ks / all, larger_ad / all);
    }
    Ok(out)
}

/// Deductible, limit and random censoring of the rows of a simulated sample.
struct Design {
    rows: Vec<(f64, f64)>,
    /// Distribution of the censoring points that are not limits.
    open: Option<Steps>,
}

impl Design {
    fn new(sample: &Sample, threshold: f64) -> Self {
        let used: Vec<usize> =
            (0..sample.len()).filter(|row| sample.lower[*row] > threshold).collect();
        let total: f64 = used.iter().map(|row| sample.weight(*row)).sum();
        let size = (total.round() as usize).clamp(1, MOST_ROWS);
        let (mut rows, mut before) = (Vec::with_capacity(size), 0.0);
        // Row j stands at the middle of the j-th of `size` equal shares of the weight.
        for row in &used {
            before += sample.weight(*row);
            while rows.len() < size && (rows.len() as f64 + 0.5) * total <= before * size as f64 {
                rows.push((sample.entry(*row).max(threshold), sample.limit(*row)));
            }
        }
        let open = used
            .iter()
            .any(|row| matches!(sample.seen(*row), Seen::AtLeast(c) if c < sample.limit(*row)));
        Self { rows, open: open.then(|| kaplan_meier(sample, true)) }
    }

    fn simulate(&self, severity: &Severity, threshold: f64, stream: &mut Stream) -> Result<Sample> {
        let mut columns = Columns::default();
        let hidden = self.rows.iter().any(|(entry, _)| *entry > threshold);
        let limited = self.rows.iter().any(|(_, limit)| limit.is_finite());
        for (entry, limit) in &self.rows {
            let mut x = severity.isf(stream.uniform() * severity.sf(*entry));
            // Rounding may put it on the deductible.
            if x <= *entry {
                x = entry.next_up();
            }
            let mut censored = false;
            if let Some(open) = &self.open {
                let c = open.isf(stream.uniform() * open.sf(*entry));
                censored = c < x;
                x = x.min(c);
            }
            columns.lower.push(x.min(1e300));
            columns.censored.push(censored);
            if hidden {
                columns.deductible.push(if *entry > threshold { *entry } else { 0.0 });
            }
            if limited {
                columns.limit.push(*limit);
            }
        }
        Sample::new(columns, false)
    }
}

/// Pearson's χ² over the groups; its law holds for estimates from the same groups (Cramér 1946,
/// 30.3), with groups less one less parameters degrees of freedom.
fn chi_squared(severity: &Severity, fit: &Fit, sample: &Sample, out: &mut Goodness) {
    let mut cells: Vec<(f64, f64, f64)> = Vec::new();
    for row in 0..sample.len() {
        let (low, high) = (sample.lower[row], sample.upper[row]);
        if low == high || sample.entry(row) != sample.entry(0) {
            return;
        }
        match cells.iter_mut().find(|(l, h, _)| *l == low && *h == high) {
            Some(cell) => cell.2 += sample.weight(row),
            None => cells.push((low, high, sample.weight(row))),
        }
    }
    cells.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Groups that leave gaps or overlap are no partition.
    if !cells.windows(2).all(|pair| pair[0].1 == pair[1].0) {
        return;
    }
    // What no group holds was seen 0 times.
    let entry = sample.entry(0);
    if let Some((low, _, _)) = cells.first().copied().filter(|(low, _, _)| *low > entry) {
        cells.insert(0, (entry, low, 0.0));
    }
    if let Some((_, high, _)) = cells.last().copied().filter(|(_, high, _)| high.is_finite()) {
        cells.push((high, f64::INFINITY, 0.0));
    }
    cells.retain(|(low, high, seen)| *seen > 0.0 || severity.sf(*low) > severity.sf(*high));
    let base = severity.sf(entry);
    let n = sample.total();
    out.chi2 = cells
        .iter()
        .map(|(low, high, seen)| {
            let expected = n * (severity.sf(*low) - severity.sf(*high)) / base;
            (seen - expected) * (seen - expected) / expected
        })
        .sum();
    out.chi2_freedom = cells.len() as f64 - 1.0 - fit.estimated as f64;
    if out.chi2_freedom > 0.0 {
        out.chi2_p = gamma_pq(0.5 * out.chi2_freedom, 0.5 * out.chi2).1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::FitFamily;

    fn sample(lower: Vec<f64>) -> Sample {
        Sample::new(Columns { lower, ..Columns::default() }, true).unwrap()
    }

    #[test]
    fn distances_are_the_classical_ones() {
        let x = vec![0.3, 0.1, 2.2, 0.9, 1.4, 0.05, 4.1];
        let severity: Severity = crate::severity::Exponential::new(1.1).unwrap().into();
        let (ks, ad) = distances(&severity, &sample(x.clone()), 0.0);
        let mut u: Vec<f64> = x.iter().map(|x| severity.cdf(*x)).collect();
        u.sort_by(f64::total_cmp);
        let n = u.len() as f64;
        let (mut d, mut a) = (0.0_f64, 0.0);
        for (i, p) in u.iter().enumerate() {
            let i = i as f64;
            d = d.max((i + 1.0) / n - p).max(p - i / n);
            a -= (2.0 * i + 1.0) / n * (p.ln() + (1.0 - u[u.len() - 1 - i as usize]).ln());
        }
        assert!((ks - d).abs() < 1e-15);
        assert!((ad - (a - n)).abs() < 1e-12, "{ad} {}", a - n);
    }

    #[test]
    fn p_values_of_an_exponential_are_stephens() {
        // Stephens (1974): for an exponential with estimated mean the upper 5% point of
        // A² (1 + 0.6/n) is 1.321 (D'Agostino and Stephens 1986, table 4.14).
        let mut stream = Stream::new(3, Purpose::Auxiliary, 0, 0);
        let x: Vec<f64> = (0..50).map(|_| stream.exponential()).collect();
        let data = sample(x);
        let fit = Fit::maximum_likelihood(FitFamily::Exponential, &data, None);
        let severity = fit.severity().unwrap();
        let design = Design::new(&data, 0.0);
        let mut all: Vec<f64> = (0..2000)
            .map(|replicate| {
                let mut stream = Stream::new(7, Purpose::Bootstrap, 1, replicate);
                let again = design.simulate(&severity, 0.0, &mut stream).unwrap();
                let refit = fit.again(&again).severity().unwrap();
                distances(&refit, &again, 0.0).1 * (1.0 + 0.6 / 50.0)
            })
            .collect();
        all.sort_by(f64::total_cmp);
        let share = all.iter().filter(|a| **a > 1.321).count() as f64 / 2000.0;
        // Four standard errors of a share of 5% among 2000.
        assert!((share - 0.05).abs() < 4.0 * (0.05_f64 * 0.95 / 2000.0).sqrt(), "{share}");
        let control = Control::new(Some(1));
        let one = goodness(&fit, &data, 99, 5, &control).unwrap();
        let two = goodness(&fit, &data, 99, 5, &Control::new(Some(3))).unwrap();
        assert_eq!(
            (one.ks_p.to_bits(), one.ad_p.to_bits()),
            (two.ks_p.to_bits(), two.ad_p.to_bits())
        );
        assert!(one.ad_p > 0.0 && one.ad_p <= 1.0 && one.replicates == 99);
    }

    #[test]
    fn grouped_data_have_a_chi_squared() {
        // Klugman, Panjer and Willmot, data set C with the exponential of mean 29,721.
        let grouped = Columns {
            lower: vec![0.0, 7500.0, 17500.0, 32500.0, 67500.0, 125_000.0, 300_000.0],
            upper: vec![7500.0, 17500.0, 32500.0, 67500.0, 125_000.0, 300_000.0, f64::INFINITY],
            weight: vec![99.0, 42.0, 29.0, 28.0, 17.0, 9.0, 3.0],
            ..Columns::default()
        };
        let data = Sample::new(grouped, true).unwrap();
        let fit = Fit::maximum_likelihood(FitFamily::Exponential, &data, None);
        let found = goodness(&fit, &data, 0, 0, &Control::new(Some(1))).unwrap();
        assert!(found.ks.is_nan() && found.chi2_freedom == 5.0);
        assert!(found.chi2 > 50.0 && found.chi2_p < 1e-8, "{found:?}");
        let lognormal = Fit::maximum_likelihood(FitFamily::LogNormal, &data, None);
        let better = goodness(&lognormal, &data, 0, 0, &Control::new(Some(1))).unwrap();
        assert!(better.chi2_p > 0.5, "{better:?}");
    }
}
