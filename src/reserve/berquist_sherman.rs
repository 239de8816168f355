//! Berquist and Sherman's adjustments of past diagonals to the practice of the latest one.
//!
//! Berquist and Sherman (1977), "Loss reserve adequacy testing: a comprehensive, systematic approach",
//! PCAS 64. *Case adequacy*: the average case reserve of an open claim on past diagonals is that of the
//! latest diagonal at the same age, taken back by the severity trend; adjusted incurred = that × open
//! claims + paid. *Settlement rate*: with the disposal rates (closed / ultimate counts) of the latest
//! diagonal at every origin, adjusted closed counts = rate × ultimate counts, and adjusted paid is read
//! off the curve paid = a exp(b · closed) through the two observed points around.

use super::development::Cells;
use super::status::{Finding, Status};

/// Paid, incurred, reported and closed counts, each laid out as for [`super::fit`].
#[derive(Debug, Clone)]
pub struct Claims {
    pub paid: Vec<f64>,
    pub incurred: Vec<f64>,
    pub reported: Vec<f64>,
    pub closed: Vec<f64>,
}

/// The same cells as they would have been; `trend` is the factor of severity for a development
/// period, of which an origin period has `per_origin`; `ultimate_counts` by triangle and origin.
pub fn berquist_sherman(
    claims: &Claims,
    origins: usize,
    ages: usize,
    (trend, per_origin): (f64, usize),
    ultimate_counts: &[f64],
) -> (Claims, Vec<Finding>) {
    let mut adjusted = claims.clone();
    let mut findings = Vec::new();
    let size = (origins * ages).max(1);
    for triangle in 0..claims.paid.len() / size {
        let at = triangle * size..(triangle + 1) * size;
        let cells = |values: &'_ [f64]| values[at.clone()].to_vec();
        let values =
            [&claims.paid, &claims.incurred, &claims.reported, &claims.closed].map(|v| cells(v));
        let [paid, incurred, reported, closed] =
            [0, 1, 2, 3].map(|k| Cells { origins, ages, values: &values[k] });
        let mut tell = |status, origin, age| {
            findings.push(Finding { triangle, status, origin: Some(origin), age: Some(age) });
        };
        // The latest diagonal at each age, by the youngest origin that has reached it last.
        let diagonal: Vec<Option<usize>> = (0..ages)
            .map(|age| (0..origins).rev().find(|origin| paid.latest_age(*origin) == Some(age)))
            .collect();
        let newest = (0..origins)
            .filter_map(|origin| paid.latest_age(origin).map(|age| origin * per_origin + age))
            .max()
            .unwrap_or(0);
        for origin in 0..origins {
            let Some(latest) = paid.latest_age(origin) else { continue };
            let ultimate = ultimate_counts[triangle * origins + origin];
            for age in 0..=latest {
                let cell = triangle * size + origin * ages + age;
                let Some(newer) = diagonal[age] else {
                    tell(Status::NoFactor, origin, age);
                    continue;
                };
                // Case adequacy.
                let open = |o: usize| reported.row(o)[age] - closed.row(o)[age];
                let average = (incurred.row(newer)[age] - paid.row(newer)[age]) / open(newer);
                let back = (newest - (origin * per_origin + age)) as i32;
                let case = average / trend.powi(back) * open(origin);
                if case.is_finite() {
                    adjusted.incurred[cell] = case + paid.row(origin)[age];
                } else if open(origin) == 0.0 {
                    adjusted.incurred[cell] = paid.row(origin)[age];
                } else {
                    adjusted.incurred[cell] = f64::NAN;
                    tell(Status::NotPositive, newer, age);
                }
                // Settlement rate; the latest diagonal stands as it is.
                if age == latest {
                    continue;
                }
                let newer_ultimate = ultimate_counts[triangle * origins + newer];
                let count = closed.row(newer)[age] / newer_ultimate * ultimate;
                adjusted.closed[cell] = count;
                let amount = between(closed, paid, origin, latest, count);
                adjusted.paid[cell] = amount.unwrap_or(f64::NAN);
                if amount.is_none() {
                    tell(Status::NotPositive, origin, age);
                }
            }
        }
    }
    (adjusted, findings)
}

/// Paid at `count` closed claims, on the exponential through the observed points around; beyond
/// them the nearest pair is continued.
fn between(
    closed: Cells<'_>,
    paid: Cells<'_>,
    origin: usize,
    latest: usize,
    count: f64,
) -> Option<f64> {
    let (x, y) = (closed.row(origin), paid.row(origin));
    let below = (0..=latest).filter(|age| x[*age] < count).count();
    let low = below.saturating_sub(1).min(latest.checked_sub(1)?);
    let (from, to) = (x[low], x[low + 1]);
    if !(y[low] > 0.0 && y[low + 1] > 0.0) || from == to {
        return None;
    }
    let slope = libm::log(y[low + 1] / y[low]) / (to - from);
    let value = y[low] * libm::exp(slope * (count - from));
    value.is_finite().then_some(value)
}
