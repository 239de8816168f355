//! Individual claims: those reported and open (RBNS) and those not yet reported (IBNR), by
//! simulation from a sector's own frequency, severity and development pattern.
//!
//! Norberg (1993), "Prediction of outstanding liabilities in non-life insurance", ASTIN Bulletin
//! 23(1): the unreported claims of an origin are a thinned process of their own, independent of the
//! reported ones given the parameters. An open claim costs its case estimate times a lognormal error,
//! or, without one, min(s X, ceiling) given that it exceeds what was paid; a claim is settled by one payment.
//!
//! Draws are those of (seed, claim), (seed, origin, outcome) and (seed, coverage), so that an outcome has
//! the same bits for any threads, number of outcomes or other claims.

mod delay;
mod input;
mod rate;
mod run;

pub use delay::Delay;
pub use input::{Choices, Columns, origins, reported};
pub use rate::{Law, Multiplier, Seen};
pub use run::{Outcomes, Settled, simulate_claims};

use crate::numeric::{exp, ln, norm_cdf, norm_sf, normal_mean};
use crate::severity::{Family, Severity};

/// The claims reported so far, in columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reported {
    /// Number of the origin.
    pub origin: Vec<usize>,
    pub open: Vec<bool>,
    pub paid: Vec<f64>,
    /// Case estimate of what is outstanding; NaN where there is none.
    pub case: Vec<f64>,
    /// By which streams know the claim.
    pub entity: Vec<u64>,
}

/// An origin period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Origin {
    pub exposure: f64,
    /// Years since its start.
    pub age: f64,
    /// By which streams know it.
    pub entity: u64,
}

/// What the claims follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub delay: Delay,
    pub frequency: Law,
    pub severity: Severity,
    /// Coefficient of variation of the lognormal multiplier s of all losses.
    pub cv_of_scale: f64,
    /// Most that one claim costs.
    pub ceiling: f64,
    /// Coefficient of variation of the outstanding amount over its case estimate.
    pub case_cv: f64,
    /// Whether parameters are drawn in every outcome.
    pub uncertain: bool,
    /// By which streams know the coverage.
    pub entity: (u64, u64),
}

/// E min(case · L, most), L lognormal of mean 1.
fn limited_case(case: f64, cv: f64, most: f64) -> f64 {
    if cv == 0.0 || case == 0.0 || most == 0.0 || most == f64::INFINITY {
        return case.min(most);
    }
    let sigma = ln(1.0 + cv * cv).sqrt();
    let z = (ln(most) - ln(case)) / sigma;
    case * norm_cdf(z - 0.5 * sigma) + most * norm_sf(z + 0.5 * sigma)
}

/// Expected values, by origin and by future year.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    pub reported: Vec<f64>,
    pub unreported: Vec<f64>,
    /// Mean number of unreported claims.
    pub count: Vec<f64>,
    pub by_year: Vec<f64>,
}

impl Model {
    /// E f(s).
    fn over_scale(&self, f: impl Fn(f64) -> f64) -> f64 {
        if !self.uncertain || self.cv_of_scale <= 0.0 {
            return f(1.0);
        }
        let variance = ln(1.0 + self.cv_of_scale * self.cv_of_scale);
        normal_mean(|z| f(exp(variance.sqrt() * z - 0.5 * variance)))
    }

    /// Expected cost of a new claim.
    fn mean_claim(&self) -> f64 {
        self.over_scale(|s| {
            let top = self.ceiling / s;
            s * if top < f64::INFINITY { self.severity.lev(top) } else { self.severity.mean() }
        })
    }

    /// Expected outstanding amount of a claim of which `paid` was paid.
    fn mean_open(&self, paid: f64, case: f64) -> f64 {
        if !case.is_nan() {
            return limited_case(case, self.case_cv, (self.ceiling - paid).max(0.0));
        }
        self.over_scale(|s| {
            let from = paid / s;
            let above = self.severity.sf(from);
            let width = (self.ceiling - paid) / s;
            if !(above > 0.0 && width > 0.0) {
                return 0.0;
            }
            let layer = if width < f64::INFINITY {
                self.severity.layer_mean(width, from)
            } else {
                self.severity.excess(from)
            };
            s * layer / above
        })
    }

    /// What was seen of each origin.
    pub fn seen(&self, claims: &Reported, origins: &[Origin]) -> Vec<Seen> {
        let mut seen: Vec<Seen> = origins
            .iter()
            .map(|origin| Seen {
                exposure: origin.exposure,
                emerged: self.delay.reported(origin.age),
                reported: 0.0,
            })
            .collect();
        for origin in &claims.origin {
            seen[*origin].reported += 1.0;
        }
        seen
    }

    /// Future years until all is settled.
    pub fn years(&self, origins: &[Origin]) -> usize {
        let longest =
            origins.iter().map(|origin| self.delay.end() - origin.age).fold(0.0, f64::max);
        (longest.ceil() as usize).max(1)
    }

    /// Means in closed form, but for the 32-point rule over s and the grid over the frequency.
    pub fn expected(&self, claims: &Reported, origins: &[Origin]) -> Expected {
        let seen = self.seen(claims, origins);
        let multiplier = Multiplier::new(&self.frequency, &seen, self.uncertain);
        let each = self.mean_claim();
        let of = |seen: &Seen| multiplier.mean(|m| self.frequency.mean_unreported(seen, m));
        let count: Vec<f64> = seen.iter().map(of).collect();
        let unreported: Vec<f64> =
            count.iter().map(|n| if *n > 0.0 { n * each } else { 0.0 }).collect();
        let mut reported = vec![0.0; origins.len()];
        for at in (0..claims.origin.len()).filter(|at| claims.open[*at]) {
            reported[claims.origin[at]] += self.mean_open(claims.paid[at], claims.case[at]);
        }
        let mut by_year = vec![0.0; self.years(origins)];
        for (at, origin) in origins.iter().enumerate() {
            let by = |year: usize| {
                let until = origin.age + year as f64;
                let open = -libm::expm1(-self.delay.hazard(origin.age, until));
                let new = if until >= self.delay.end() {
                    1.0
                } else {
                    self.delay.settled_of_unreported(origin.age, until)
                };
                let part = |amount: f64, share: f64| if share > 0.0 { amount * share } else { 0.0 };
                part(reported[at], open) + part(unreported[at], new)
            };
            let mut before = 0.0;
            let last = by_year.len();
            for (year, amount) in by_year.iter_mut().enumerate() {
                let until =
                    if year + 1 == last { reported[at] + unreported[at] } else { by(year + 1) };
                *amount += until - before;
                before = until;
            }
        }
        Expected { reported, unreported, count, by_year }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Control;
    use crate::sector::Library;

    fn line() -> (Model, Reported, Vec<Origin>) {
        let library = Library::shipped().unwrap();
        let coverage = library.get("bio.clinical_trial").unwrap();
        let pattern = library.pattern(&coverage.development).unwrap();
        let shares = (&pattern.reported_cumulative[..], &pattern.paid_cumulative[..]);
        let choices = Choices { tail_years: 5.0, uncertain: true, ..Choices::default() };
        let model = Model::of(coverage, shares, &choices).unwrap();
        let labels = ["2024".to_owned(), "2025".to_owned()];
        let origins = origins(&labels, &[8_000.0, 9_000.0], &[24.0, 12.0]).unwrap();
        let columns = Columns {
            claim: vec!["a".into(), "b".into(), "c".into()],
            origin: vec!["2024".into(), "2024".into(), "2025".into()],
            open: vec![true, false, true],
            paid: vec![30_000.0, 90_000.0, 0.0],
            case: vec![f64::NAN; 3],
        };
        let claims = reported(columns, &labels, &origins, &model, false).unwrap();
        (model, claims, origins)
    }

    #[test]
    fn outcomes_have_the_means_in_closed_form_and_every_claim_is_there() {
        let (model, claims, origins) = line();
        let control = Control::new(Some(2));
        let n = 4_000;
        let done = simulate_claims(&model, &claims, &origins, (n, 3), true, &control).unwrap();
        let expected = model.expected(&claims, &origins);
        for (values, means) in
            [(&done.reported, &expected.reported), (&done.unreported, &expected.unreported)]
        {
            for (own, mean) in values.chunks_exact(n).zip(means) {
                let found = own.iter().sum::<f64>() / n as f64;
                let square = own.iter().map(|x| (x - found).powi(2)).sum::<f64>() / n as f64;
                assert!((found - mean).abs() < 4.5 * (square / n as f64).sqrt() + 1e-9 * mean);
            }
        }
        let all: f64 = done.claims.iter().map(|claim| claim.amount).sum();
        let flows: f64 = done.by_year.iter().sum();
        let sums: f64 = done.reported.iter().chain(&done.unreported).sum();
        assert!((all / sums - 1.0).abs() < 1e-12 && (flows / sums - 1.0).abs() < 1e-12);
        assert!(
            (expected.by_year.iter().sum::<f64>()
                / (expected.reported.iter().sum::<f64>()
                    + expected.unreported.iter().sum::<f64>())
                - 1.0)
                .abs()
                < 1e-12
        );
    }

    #[test]
    fn outcomes_are_the_same_for_any_threads_and_number() {
        let (model, claims, origins) = line();
        let run = |n: usize, threads: usize| {
            let control = Control::new(Some(threads));
            simulate_claims(&model, &claims, &origins, (n, 8), false, &control).unwrap()
        };
        let (short, long) = (run(300, 1), run(1_000, 2));
        for (short, long) in
            [(&short.reported, &long.reported), (&short.unreported, &long.unreported)]
        {
            for (a, b) in short.chunks_exact(300).zip(long.chunks_exact(1_000)) {
                assert!(a == &b[..300]);
            }
        }
    }
}
