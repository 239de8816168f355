//! Claim counts seen through the reporting delay, and frequency times severity.
//!
//! *Nowcast*. The N claims of an origin are Poisson with a gamma-distributed mean (shape k, mean ν = E κ),
//! each reported by an age with probability z, independently. The delay distribution under right
//! truncation has the chain ladder of the counts for maximum likelihood (Lawless 1994, "Adjustments for
//! reporting delays and the prediction of occurred but not reported events", Canadian Journal of
//! Statistics 22(1)). Given C reported, the unreported are negative binomial with shape k + C and mean
//! m = (1 − z) ν (k + C) / (k + ν z): from exposure alone (k → ∞) to the chain ladder (k = 0).
//! κ is that of Cape Cod; 1/k = Σ ((C − ν z)² − ν z) / Σ (ν z)², at least 0.
//!
//! *Frequency–severity*. Average costs S are developed by chain ladder, counts N by chain ladder or, with
//! exposure, by the nowcast; with the errors of both taken as independent, Var(N S) = N² Var S + S² Var N +
//! Var N Var S, and origins have the relative covariance Σ Var(f)/f² of the factors that they share, and
//! that of the nowcast.

use super::apriori::Poisson;
use super::fitted::{Fitted, each, usable};
use super::mack::{Fit, Method, fit};
use super::status::{Finding, Status};

/// Reported counts to all counts. Without exposure every origin stands on its own (k = 0); with it
/// the shape k may be given. Columns: `emerged`, `frequency` (κ), `shape` (k), `predictive_shape` (k + C),
/// `covariance` of the estimated means.
pub fn nowcast(
    values: &[f64],
    origins: usize,
    ages: usize,
    chain: &Method,
    exposure: Option<&[f64]>,
    shape: Option<f64>,
) -> Fitted {
    let ladder = fit(values, origins, ages, chain);
    each(values, origins, ages, true, |triangle, cells, one| {
        let model = Poisson::of_counts(triangle, cells, &ladder);
        one.factor.copy_from_slice(model.factor());
        let z = model.emerged().to_vec();
        one.findings.extend(carried(&ladder, triangle));
        let exposure = exposure.map(|all| &all[triangle * origins..(triangle + 1) * origins]);
        let (mut rate, mut k) = (f64::NAN, 0.0);
        let mut rate_variance = 0.0;
        if let Some(exposure) = exposure {
            let known: Vec<usize> = (0..origins)
                .filter(|i| usable(exposure[*i]) && z[*i] > 0.0 && one.latest[*i] >= 0.0)
                .collect();
            let used: f64 = known.iter().map(|i| exposure[*i] * z[*i]).sum();
            rate = known.iter().map(|i| one.latest[*i]).sum::<f64>() / used;
            let mean = |i: usize| exposure[i] * rate * z[i];
            let over: f64 =
                known.iter().map(|i| (one.latest[*i] - mean(*i)).powi(2) - mean(*i)).sum();
            let squares: f64 = known.iter().map(|i| mean(*i).powi(2)).sum();
            k = shape.unwrap_or_else(|| 1.0 / (over / squares).max(0.0));
            let of_counts = |i: &usize| mean(*i) + mean(*i).powi(2) / k;
            rate_variance = known.iter().map(of_counts).sum::<f64>() / (used * used);
        }
        let (mut slope, mut by_rate) = (vec![0.0; origins], vec![0.0; origins]);
        one.total_process = 0.0;
        let mut predictive = vec![f64::NAN; origins];
        for origin in 0..origins {
            let (c, z) = (one.latest[origin], z[origin]);
            if c.is_nan() {
                continue;
            }
            if c < 0.0 {
                one.tell(Status::NotPositive, Some(origin), None);
                continue;
            }
            let (mean, steep);
            if let Some(exposure) = exposure {
                if !usable(exposure[origin]) {
                    one.tell(Status::NoExposure, Some(origin), None);
                    continue;
                }
                let nu = exposure[origin] * rate;
                let (weight, lean) = if k == f64::INFINITY {
                    (1.0, 1.0)
                } else {
                    ((k + c) / (k + nu * z), k / (k + nu * z))
                };
                mean = (1.0 - z) * nu * weight;
                steep =
                    -nu * weight * if k == f64::INFINITY { 1.0 } else { (k + nu) / (k + nu * z) };
                by_rate[origin] = (1.0 - z) * weight * lean * exposure[origin];
            } else {
                mean = c * (1.0 - z) / z;
                steep = -c / (z * z);
            }
            predictive[origin] = k + c;
            one.ultimate[origin] = c + mean;
            one.process[origin] = mean + if mean == 0.0 { 0.0 } else { mean * mean / (k + c) };
            one.total_process += one.process[origin];
            slope[origin] = steep;
        }
        one.total_parameter = 0.0;
        let mut covariance = vec![0.0; origins * origins];
        for i in 0..origins {
            let mut own = 0.0;
            for l in 0..origins {
                let common = if slope[i] == 0.0 || slope[l] == 0.0 {
                    0.0
                } else {
                    slope[i] * slope[l] * model.covariance(i, l)
                } + by_rate[i] * by_rate[l] * rate_variance;
                one.total_parameter += common;
                covariance[i * origins + l] = common;
                if i == l {
                    own = common;
                }
            }
            one.parameter[i] = own;
        }
        one.column("emerged", &[origins], z);
        one.number("frequency", rate);
        one.number("shape", k);
        one.column("predictive_shape", &[origins], predictive);
        one.column("covariance", &[origins, origins], covariance);
    })
}

/// What the chain ladder below found, without its errors.
fn carried(
    ladder: &Fit,
    triangle: usize,
) -> impl Iterator<Item = (Status, Option<usize>, Option<usize>)> {
    ladder
        .findings
        .iter()
        .filter(move |finding: &&Finding| finding.triangle == triangle)
        .filter(|finding| !matches!(finding.status, Status::ZeroLatest | Status::ErrorsUndefined))
        .map(|finding| (finding.status, finding.origin, finding.age))
}

/// Amounts over counts developed to an average cost, counts to their ultimate; with exposure (and
/// perhaps the shape of the nowcast) counts are nowcast. Results stand on `amounts`. Columns: `count`,
/// `count_error`, `severity`, `severity_error` by origin.
pub fn frequency_severity(
    amounts: &[f64],
    counts: &[f64],
    (origins, ages): (usize, usize),
    chain: &Method,
    exposure: Option<&[f64]>,
    shape: Option<f64>,
) -> Fitted {
    // No average without claims: an amount of nothing is an unknown average.
    let average =
        |(amount, count): (&f64, &f64)| if *count > 0.0 { amount / count } else { f64::NAN };
    let costs: Vec<f64> = amounts.iter().zip(counts).map(average).collect();
    let cost = fit(&costs, origins, ages, chain);
    let (number, covariance) = match exposure {
        None => (fit(counts, origins, ages, chain), None),
        Some(_) => {
            let Fitted { fit, columns } = nowcast(counts, origins, ages, chain, exposure, shape);
            let column = columns.into_iter().find(|column| column.name == "covariance");
            (fit, Some(column.map_or_else(Vec::new, |column| column.values)))
        }
    };
    let size = (origins * ages).max(1);
    each(amounts, origins, ages, true, |triangle, cells, one| {
        one.findings.extend(carried(&number, triangle));
        one.findings.extend(carried(&cost, triangle));
        let at = triangle * origins;
        let own = triangle * size..(triangle + 1) * size;
        let costs = super::development::Cells { origins, ages, values: &costs[own] };
        let (mut total_process, mut total_parameter) = (0.0, 0.0);
        let shared = |fit: &Fit, age: usize| -> f64 {
            let links = triangle * ages + age..(triangle + 1) * ages;
            let (error, factor) = (&fit.factor_error[links.clone()], &fit.factor[links]);
            error.iter().zip(factor).map(|(e, f)| (e / f).powi(2)).sum()
        };
        for i in 0..origins {
            let (n, s) = (number.ultimate[at + i], cost.ultimate[at + i]);
            one.ultimate[i] = n * s;
            let (np, sp) = (number.process_error[at + i], cost.process_error[at + i]);
            let (nq, sq) = (number.parameter_error[at + i], cost.parameter_error[at + i]);
            one.process[i] = (n * sp).powi(2) + (s * np).powi(2) + (np * sp).powi(2);
            one.parameter[i] = (n * sq).powi(2) + (s * nq).powi(2) + (nq * sq).powi(2);
            total_process += one.process[i];
            total_parameter += one.parameter[i];
            for l in 0..i {
                let (Some(a), Some(b)) = (cells.latest_age(i), cells.latest_age(l)) else {
                    continue;
                };
                let (c, d) = (costs.latest_age(i).unwrap_or(a), costs.latest_age(l).unwrap_or(b));
                let of_counts = match &covariance {
                    None => shared(&number, a.max(b)),
                    Some(all) => {
                        let at = (triangle * origins + i) * origins + l;
                        let own = all.get(at).copied().unwrap_or(f64::NAN);
                        if own == 0.0 {
                            0.0
                        } else {
                            own / (n * number.ultimate[triangle * origins + l])
                        }
                    }
                };
                let common = of_counts + shared(&cost, c.max(d));
                let other = number.ultimate[at + l] * cost.ultimate[at + l];
                total_parameter += 2.0 * n * s * other * common;
            }
        }
        (one.total_process, one.total_parameter) = (total_process, total_parameter);
        let by = |values: &[f64]| values[at..at + origins].to_vec();
        one.column("count", &[origins], by(&number.ultimate));
        one.column("count_error", &[origins], by(&number.standard_error));
        one.column("severity", &[origins], by(&cost.ultimate));
        one.column("severity_error", &[origins], by(&cost.standard_error));
    })
}
