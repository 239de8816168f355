//! When a claim is reported and settled, from cumulative reported and paid shares.
//!
//! A claim passes from unreported to open to settled, as in Hesselager (1994), "A Markov model for loss
//! reserving", ASTIN Bulletin 24(2). With reported share R and paid share P, by age and linear between
//! the ages given, the rates are R' / (1 − R) and P' / (R − P): then claims are reported by R and
//! settled by P, and what is still to happen to an open claim depends on its age alone.

use crate::error::{Faults, Issue, Result};
use crate::numeric::{exp, ln};

/// Longest tail, in years.
const MOST_TAIL: f64 = 200.0;

/// Reported and paid share of the claims of an origin by age in years.
#[derive(Debug, Clone, PartialEq)]
pub struct Delay {
    at: Vec<f64>,
    reported: Vec<f64>,
    paid: Vec<f64>,
    /// ∫ P' / (R − P) from the first year's end to each age; infinite from where all are settled on.
    passed: Vec<f64>,
}

impl Delay {
    /// Shares by year of development; what is left after the last year follows evenly over
    /// `tail_years`.
    ///
    /// Reported shares are those of amounts: where they exceed 1 or fall, cases were set too high, so
    /// that the highest before counts, at most 1; and what is paid is reported.
    ///
    /// # Errors
    /// Paid shares that fall or exceed 1: recoveries are no claims.
    pub fn new(reported: &[f64], paid: &[f64], tail_years: f64) -> Result<Self> {
        let object = "IndividualClaims";
        let mut faults = Faults::new();
        faults.check(!paid.is_empty() && paid.len() == reported.len(), || {
            Issue::new("wrong_shape", object, "pattern")
                .value(format!("{} paid and {} reported shares", paid.len(), reported.len()))
                .allowed("a paid and a reported share for each year of development")
        });
        faults.check(tail_years > 0.0 && tail_years <= MOST_TAIL, || {
            Issue::new("out_of_range", object, "tail_years")
                .value(tail_years)
                .allowed(format!("years above 0, at most {MOST_TAIL}"))
        });
        let mut before = 0.0;
        for (year, share) in paid.iter().enumerate() {
            faults.check(*share >= before && *share <= 1.0, || {
                Issue::new("out_of_range", object, "pattern")
                    .value(format!("paid share {share} in year {}", year + 1))
                    .allowed(format!("a share from {before} (the year before) to 1"))
                    .hint("payments that flow back are no claims: reserve for recoveries apart")
            });
            before = *share;
        }
        faults.check(reported.iter().all(|share| share.is_finite() && *share >= 0.0), || {
            Issue::new("out_of_range", object, "pattern").allowed("reported shares ≥ 0")
        });
        faults.finish()?;
        let (mut at, mut r, mut p) = (vec![0.0], vec![0.0], vec![0.0]);
        let mut highest: f64 = 0.0;
        for (year, (share, paid)) in reported.iter().zip(paid).enumerate() {
            highest = highest.max(share.min(1.0)).max(*paid);
            at.push((year + 1) as f64);
            r.push(highest);
            p.push(*paid);
        }
        if before < 1.0 {
            at.push(paid.len() as f64 + tail_years);
            r.push(1.0);
            p.push(1.0);
        }
        let mut delay = Self { at, reported: r, paid: p, passed: Vec::new() };
        let mut sum = 0.0;
        let steps = delay.pieces(1.0).map(|(_, width, open, paid, grown)| {
            sum += passed(open, paid, grown, width);
            sum
        });
        let passed: Vec<f64> = [0.0, 0.0].into_iter().chain(steps).collect();
        delay.passed = passed;
        Ok(delay)
    }

    /// Age by which all is settled.
    pub fn end(&self) -> f64 {
        self.at.last().copied().unwrap_or(0.0)
    }

    pub fn reported(&self, age: f64) -> f64 {
        self.share(&self.reported, age)
    }

    pub fn paid(&self, age: f64) -> f64 {
        self.share(&self.paid, age)
    }

    fn share(&self, shares: &[f64], age: f64) -> f64 {
        let next = self.at.partition_point(|at| *at <= age);
        match (next, shares.get(next)) {
            (0, _) => 0.0,
            (_, None) => 1.0,
            (_, Some(high)) => {
                let (from, to) = (self.at[next - 1], self.at[next]);
                let low = shares[next - 1];
                low + (high - low) * ((age - from) / (to - from))
            }
        }
    }

    /// Age at which a claim unreported at `age` is reported, where the share 1 − `u` of such claims
    /// has been.
    pub fn report(&self, age: f64, u: f64) -> f64 {
        let known = self.reported(age);
        let target = 1.0 - u * (1.0 - known);
        let next = self.reported.partition_point(|share| *share < target);
        match (next, self.reported.get(next)) {
            (0, _) => age,
            (_, None) => self.end(),
            (_, Some(high)) => {
                let low = self.reported[next - 1];
                let (from, to) = (self.at[next - 1], self.at[next]);
                (from + (to - from) * ((target - low) / (high - low))).max(age)
            }
        }
    }

    /// The pieces after `age`, each: where it starts, its length, what is open there, its payments
    /// and the growth of what is open, both per year.
    fn pieces(&self, age: f64) -> impl Iterator<Item = (f64, f64, f64, f64, f64)> {
        let first = self.at.partition_point(|at| *at <= age).saturating_sub(1);
        (first..self.at.len().saturating_sub(1)).map(move |k| {
            let (from, to) = (self.at[k], self.at[k + 1]);
            let paid = (self.paid[k + 1] - self.paid[k]) / (to - from);
            let grown = (self.reported[k + 1] - self.reported[k]) / (to - from) - paid;
            let start = from.max(age);
            let open = self.reported[k] - self.paid[k] + grown * (start - from);
            (start, to - start, open.max(0.0), paid, grown)
        })
    }

    /// ∫ P' / (R − P) from `age` to `until`: − ln of the probability to stay open.
    pub fn hazard(&self, age: f64, until: f64) -> f64 {
        if until >= self.end() {
            return f64::INFINITY;
        }
        let mut sum = 0.0;
        for (start, width, open, paid, grown) in self.pieces(age) {
            if start >= until {
                break;
            }
            sum += passed(open, paid, grown, width.min(until - start));
        }
        sum
    }

    /// Age at which a claim open at `age` is settled, `e` being a standard exponential.
    pub fn settle(&self, age: f64, e: f64) -> f64 {
        let Some((start, width, open, paid, grown)) = self.pieces(age).next() else {
            return age;
        };
        // Within the piece of `age` itself.
        let here = passed(open, paid, grown, width);
        if e < here {
            return inverse((start, width, open, paid, grown), e);
        }
        // Later, by the sums over whole pieces, as long as these can be told apart.
        let next = self.at.partition_point(|at| *at <= age);
        let known = self.passed.get(next).copied().unwrap_or(f64::INFINITY);
        if known == f64::INFINITY {
            return self.settle_later(start + width, e - here);
        }
        let target = e - here + known;
        let end = next + self.passed[next..].partition_point(|passed| *passed <= target);
        if end >= self.at.len() {
            return self.end().max(age);
        }
        let from = self.at[end - 1];
        self.pieces(from).next().map_or(from, |piece| inverse(piece, target - self.passed[end - 1]))
    }

    /// The same, piece by piece.
    fn settle_later(&self, age: f64, e: f64) -> f64 {
        let mut left = e;
        for piece in self.pieces(age) {
            let (_, width, open, paid, grown) = piece;
            let all = passed(open, paid, grown, width);
            if left < all {
                return inverse(piece, left);
            }
            left -= all;
        }
        self.end().max(age)
    }

    /// Share of the claims unreported at `age` that is settled by `until`.
    pub fn settled_of_unreported(&self, age: f64, until: f64) -> f64 {
        let open = self.reported(age) - self.paid(age);
        let gone = -libm::expm1(-self.hazard(age, until));
        let unreported = 1.0 - self.reported(age);
        if unreported <= 0.0 {
            return 0.0;
        }
        ((self.paid(until) - self.paid(age) - open * gone) / unreported).clamp(0.0, 1.0)
    }
}

/// The age in a piece by which the hazard e has passed: open(t) = open · exp(grown · e / paid), and
/// t − start by its rise.
fn inverse((start, width, open, paid, grown): (f64, f64, f64, f64, f64), e: f64) -> f64 {
    if open <= 0.0 {
        return start;
    }
    let x = e / paid;
    start + (open * x * expm1_ratio(grown * x)).min(width)
}

/// ∫ paid / (open + grown · t) over (0, width).
fn passed(open: f64, paid: f64, grown: f64, width: f64) -> f64 {
    if paid <= 0.0 {
        0.0
    } else if open <= 0.0 {
        f64::INFINITY
    } else {
        paid * width / open * ln1p_ratio(grown * width / open)
    }
}

/// ln(1 + y) / y.
fn ln1p_ratio(y: f64) -> f64 {
    if y.abs() < 1e-4 {
        1.0 - y * (0.5 - y * (1.0 / 3.0 - 0.25 * y))
    } else if y <= -1.0 {
        f64::INFINITY
    } else {
        ln(1.0 + y) / y
    }
}

/// (eʸ − 1) / y.
fn expm1_ratio(y: f64) -> f64 {
    if y.abs() < 1e-4 { 1.0 + y * (0.5 + y * (1.0 / 6.0 + y / 24.0)) } else { (exp(y) - 1.0) / y }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::gauss_legendre;

    fn clinical() -> Delay {
        let paid = [0.014, 0.093, 0.228, 0.392, 0.547, 0.701, 0.792, 0.845, 0.902, 0.934];
        let reported = [0.27, 0.514, 0.771, 0.941, 1.006, 1.055, 1.035, 1.014, 1.013, 1.004];
        Delay::new(&reported, &paid, 5.0).unwrap()
    }

    #[test]
    fn claims_reported_by_r_and_settled_at_the_rate_are_open_by_r_less_p() {
        let delay = clinical();
        for until in [0.5, 1.0, 2.3, 4.0, 7.5, 12.0] {
            // Open at `until`: reported at d, and not settled since.
            let stay = |d: f64| {
                let rate = (delay.reported(d + 1e-6) - delay.reported(d - 1e-6)) / 2e-6;
                rate * libm::exp(-delay.hazard(d, until))
            };
            let mut open = 0.0;
            let mut from = 0.0;
            while from < until {
                let to = f64::min(from + 0.05, until);
                open += gauss_legendre(from + 2e-6, to - 2e-6, stay);
                from = to;
            }
            let expected = delay.reported(until) - delay.paid(until);
            assert!((open - expected).abs() < 2e-3, "{until}: {open} {expected}");
        }
    }

    #[test]
    fn settling_inverts_the_hazard_and_reporting_the_share() {
        let delay = clinical();
        for age in [0.0, 0.4, 1.0, 3.7, 9.0, 11.0, 14.9] {
            for e in [1e-9, 0.01, 0.5, 1.0, 5.0, 40.0] {
                let at = delay.settle(age, e);
                assert!((age..=delay.end()).contains(&at));
                if at < delay.end() && age > 0.0 {
                    assert!((delay.hazard(age, at) - e).abs() < 1e-9 * e.max(1.0), "{age} {e}");
                }
            }
            for u in [1e-9, 0.2, 0.7, 1.0 - 1e-9] {
                let at = delay.report(age, u);
                let share = 1.0 - u * (1.0 - delay.reported(age));
                assert!(at >= age && (delay.reported(at) - share).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_reported_and_the_unreported_pay_what_the_pattern_pays() {
        let delay = clinical();
        for (age, until) in [(1.0, 2.0), (1.0, 8.3), (2.5, 6.0), (4.5, 14.0)] {
            let open = delay.reported(age) - delay.paid(age);
            let of_open = open * -libm::expm1(-delay.hazard(age, until));
            let of_new = (1.0 - delay.reported(age)) * delay.settled_of_unreported(age, until);
            assert!((of_open + of_new - (delay.paid(until) - delay.paid(age))).abs() < 1e-12);
        }
    }

    #[test]
    fn payment_on_report_is_at_once_and_falling_payments_are_refused() {
        let at_once = Delay::new(&[0.4, 1.0], &[0.4, 1.0], 5.0).unwrap();
        assert_eq!(at_once.end(), 2.0);
        assert_eq!(at_once.settle(0.7, 3.0), 0.7);
        // All open ones are settled in year two, and those reported after it with delay again.
        let twice = Delay::new(&[0.3, 0.5, 0.8, 1.0], &[0.1, 0.5, 0.6, 1.0], 5.0).unwrap();
        for age in [0.2, 0.9, 1.5, 2.0, 2.5, 3.9] {
            for e in [0.01, 0.3, 1.0, 9.0] {
                let at = twice.settle(age, e);
                assert!((age..=twice.end()).contains(&at) && (age >= 2.0 || at <= 2.0));
                let hazard = twice.hazard(age, at);
                assert!(at == twice.end() || at == 2.0 || (hazard - e).abs() < 1e-9 * e.max(1.0));
            }
        }
        let error = Delay::new(&[0.9, 1.0, 1.0], &[0.5, 1.05, 0.97], 5.0).unwrap_err();
        assert_eq!(error.issues().len(), 2);
        assert!(Delay::new(&[1.0], &[], 0.0).unwrap_err().issues().len() == 2);
    }
}
