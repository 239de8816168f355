//! Incremental additive method (complementary loss ratios) with its exact errors.
//!
//! Increments S(i, k) are independent with mean E(i) m(k) and variance E(i) σ²(k):
//! m(k) = Σ S / Σ E over the origins observed at k, σ²(k) = Σ E (S/E − m)² / (n − 1);
//! reserve R(i) = E(i) Σ m(k), process² = E Σ σ²(k), parameter² = E² Σ σ²(k) / Σ E, and in total
//! (Σ E)² σ²(k) / Σ E over the origins that still pass k. Mack (2002), Schadenversicherungsmathematik,
//! 2nd ed.; Merz and Wüthrich (2009), "Prediction error of the multivariate additive loss
//! reserving method for dependent lines of business", Variance 3(1), for one line.

use super::bf_mack::single_values;
use super::fitted::{Fitted, each, usable};
use super::status::Status;

/// Applies the method to every triangle, with exposures by triangle and origin, amounts trended
/// by the factor `trend` for each origin period, and the last `last` increments of each age.
///
/// Columns: `incremental_ratio`, `incremental_ratio_error`, `sigma`, all by age.
pub fn additive(
    values: &[f64],
    origins: usize,
    ages: usize,
    exposure: &[f64],
    trend: f64,
    last: Option<usize>,
) -> Fitted {
    each(values, origins, ages, true, |triangle, cells, one| {
        let exposure = &exposure[triangle * origins..(triangle + 1) * origins];
        // Exposures at the level of the latest origin.
        let level: Vec<f64> = exposure
            .iter()
            .enumerate()
            .map(|(i, exposure)| exposure / trend.powi((origins - 1 - i) as i32))
            .collect();
        let (mut ratio, mut variance) = (vec![f64::NAN; ages], vec![f64::NAN; ages]);
        let mut base = vec![0.0; ages];
        for (origin, exposure) in exposure.iter().enumerate() {
            if !usable(*exposure) {
                one.tell(Status::NoExposure, Some(origin), None);
            } else if cells.latest_age(origin).is_none() {
                one.tell(Status::EmptyOrigin, Some(origin), None);
            }
        }
        for age in 0..ages {
            let mut seen: Vec<(f64, f64)> = (0..origins)
                .rev()
                .filter(|i| usable(exposure[*i]))
                .map(|i| (level[i], cells.increment(i, age)))
                .filter(|(_, amount)| !amount.is_nan())
                .take(last.unwrap_or(usize::MAX))
                .collect();
            seen.reverse();
            base[age] = seen.iter().map(|seen| seen.0).sum();
            if !seen.is_empty() {
                ratio[age] = seen.iter().map(|seen| seen.1).sum::<f64>() / base[age];
            }
            if seen.len() > 1 {
                let squares: f64 = seen.iter().map(|(e, s)| e * (s / e - ratio[age]).powi(2)).sum();
                variance[age] = squares / (seen.len() - 1) as f64;
            }
        }
        single_values(&mut variance);
        let emerged: Vec<f64> = ratio
            .iter()
            .scan(0.0, |sum, m| {
                *sum += m;
                Some(*sum)
            })
            .collect();
        for age in 0..ages {
            one.factor[age] = if age + 1 == ages { 1.0 } else { emerged[age + 1] / emerged[age] };
        }
        let mut passing = vec![0.0; ages];
        one.total_process = 0.0;
        one.total_parameter = 0.0;
        for origin in 0..origins {
            let Some(latest) = cells.latest_age(origin).filter(|_| usable(exposure[origin])) else {
                continue;
            };
            let e = level[origin];
            let (mut reserve, mut process, mut parameter) = (0.0, 0.0, 0.0);
            for age in latest + 1..ages {
                reserve += e * ratio[age];
                process += e * variance[age];
                parameter += e * e * variance[age] / base[age];
                passing[age] += e;
                if ratio[age].is_nan() {
                    one.tell(Status::NoFactor, Some(origin), Some(age));
                }
            }
            one.ultimate[origin] = one.latest[origin] + reserve;
            one.process[origin] = process;
            one.parameter[origin] = parameter;
            one.total_process += process;
        }
        for age in 0..ages {
            if passing[age] > 0.0 {
                one.total_parameter += passing[age].powi(2) * variance[age] / base[age];
            }
        }
        let error = variance.iter().zip(&base).map(|(v, base)| (v / base).sqrt()).collect();
        one.column("incremental_ratio", &[ages], ratio);
        one.column("incremental_ratio_error", &[ages], error);
        one.column("sigma", &[ages], variance.iter().map(|v| v.sqrt()).collect());
    })
}
