//! Case outstanding development: what the case reserves of an age become by the next.
//!
//! Of the case outstanding at an age, a share is paid by the next age and a share stands as case
//! outstanding then, which includes claims reported in between: p(k) = Σ paid(k+1) / Σ case(k) and
//! c(k) = Σ case(k+1) / Σ case(k). Friedland (2010), "Estimating unpaid claims using basic
//! techniques", CAS, chapter 12.

use super::development::Cells;
use super::fitted::{Fitted, each};
use super::status::Status;

/// Results stand on `paid`, with `incurred` at the same cells; at the last age the case reserves
/// are paid at the ratio `last`. Columns: `paid_ratio`, `case_ratio` by age, the last entries being
/// `last` and 0.
pub fn case_outstanding(
    paid: &[f64],
    incurred: &[f64],
    origins: usize,
    ages: usize,
    last: f64,
) -> Fitted {
    let size = (origins * ages).max(1);
    each(paid, origins, ages, false, |triangle, paid, one| {
        let values = &incurred[triangle * size..(triangle + 1) * size];
        let incurred = Cells { origins, ages, values };
        let case = |origin: usize, age: usize| incurred.row(origin)[age] - paid.row(origin)[age];
        let (mut of_paid, mut of_case) = (vec![last; ages], vec![0.0; ages]);
        for age in 0..ages.saturating_sub(1) {
            let links = || {
                (0..origins)
                    .map(move |o| (case(o, age), paid.increment(o, age + 1), case(o, age + 1)))
                    .filter(|(from, paid, to)| !(from + paid + to).is_nan())
            };
            let from: f64 = links().map(|link| link.0).sum();
            of_paid[age] = links().map(|link| link.1).sum::<f64>() / from;
            of_case[age] = links().map(|link| link.2).sum::<f64>() / from;
            if from <= 0.0 && links().next().is_some() {
                // Nothing outstanding: it stays so, or a ratio to nothing is undefined.
                let moved = links().any(|link| link.1 != 0.0 || link.2 != 0.0);
                if from < 0.0 || moved {
                    one.tell(Status::NotPositive, None, Some(age));
                } else {
                    (of_paid[age], of_case[age]) = (0.0, 0.0);
                }
            }
        }
        for origin in 0..origins {
            let Some(latest) = paid.latest_age(origin) else {
                one.tell(Status::EmptyOrigin, Some(origin), None);
                continue;
            };
            let (mut sum, mut open) = (paid.row(origin)[latest], case(origin, latest));
            for age in latest..ages {
                if open != 0.0 && of_paid[age].is_nan() {
                    one.tell(Status::NoFactor, Some(origin), Some(age));
                }
                if open != 0.0 {
                    sum += open * of_paid[age];
                    open *= of_case[age];
                }
            }
            if open.is_nan() && one.worst() < Status::NotPositive {
                one.tell(Status::NoFactor, Some(origin), Some(latest));
            }
            one.ultimate[origin] = if open.is_nan() { f64::NAN } else { sum };
        }
        one.column("paid_ratio", &[ages], of_paid);
        one.column("case_ratio", &[ages], of_case);
    })
}
