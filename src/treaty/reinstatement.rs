//! Reinstatements: what it costs to make a used limit whole again.

use serde::{Deserialize, Serialize};

use super::clause::Clause;

pub(super) const PREPAID: Clause = Clause {
    words: "prepaid",
    fields: &["prepaid"],
    form: "prepaid",
    about: "reinstatement premium is paid in advance, whatever is used",
    read: |_, treaty| {
        treaty.prepaid = true;
        Some(())
    },
    write: |treaty| treaty.prepaid.then(|| "prepaid".into()),
};

/// How often a limit is reinstated, and at which fractions of the treaty's premium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reinstatements {
    /// One rate for each reinstatement; none when empty.
    Rates(Vec<f64>),
    /// Any number of times, all at this rate.
    Unlimited { unlimited: f64 },
}

impl Reinstatements {
    /// Annual capacity they give to a layer: (1 + N) limits.
    pub fn capacity(&self, limit: f64) -> f64 {
        match self {
            Self::Rates(rates) => (1 + rates.len()) as f64 * limit,
            Self::Unlimited { .. } => f64::INFINITY,
        }
    }

    pub fn rates(&self) -> &[f64] {
        match self {
            Self::Rates(rates) => rates,
            Self::Unlimited { unlimited } => std::slice::from_ref(unlimited),
        }
    }
}

/// Reinstatement premium of one treaty.
///
/// With R the year's recoveries, l the limit, P the premium and c₁ … c_N the rates, the k-th
/// reinstated amount is min(max(R − (k − 1) l, 0), l) and the premium P Σ cₖ · (amount / l); pro
/// rata as to time, each piece is multiplied by the fraction of the period left at the event that
/// uses it (Sundt 1991, ASTIN Bulletin 21(1), for the annual form).
#[derive(Debug, Clone, PartialEq)]
pub struct Reinstatement {
    pub limit: f64,
    pub premium: f64,
    pub terms: Reinstatements,
    pub pro_rata_time: bool,
    /// Paid in advance, whatever is used.
    pub prepaid: bool,
}

impl Reinstatement {
    /// Premium of all reinstatements, as a multiple of the treaty's.
    fn in_advance(&self) -> f64 {
        self.terms.rates().iter().sum()
    }

    /// Premium, as a multiple of the treaty's, to reinstate what recoveries from `before` to `after` used.
    #[inline(always)]
    pub fn charge(&self, before: f64, after: f64) -> f64 {
        match &self.terms {
            Reinstatements::Unlimited { unlimited } => unlimited * ((after - before) / self.limit),
            Reinstatements::Rates(rates) => {
                let mut charge = 0.0;
                let mut floor = 0.0;
                for rate in rates {
                    let top = floor + self.limit;
                    let piece = after.min(top) - before.max(floor);
                    // No branch: what is not used costs nothing.
                    let piece = if piece > 0.0 { piece } else { 0.0 };
                    charge += rate * (piece / self.limit);
                    floor = top;
                }
                charge
            }
        }
    }

    /// Amount reinstated by then: the recoveries that a reinstatement replaces.
    pub fn reinstated(&self, recoveries: f64) -> f64 {
        match &self.terms {
            Reinstatements::Rates(rates) => recoveries.min(rates.len() as f64 * self.limit),
            Reinstatements::Unlimited { .. } => recoveries,
        }
    }

    /// Premium of a year, pro rata as to amount only.
    #[inline(always)]
    pub fn of_year(&self, recoveries: f64) -> f64 {
        if self.prepaid {
            self.premium * self.in_advance()
        } else if recoveries > 0.0 {
            self.premium * self.charge(0.0, recoveries)
        } else {
            0.0
        }
    }

    /// Turns the recoveries of years into their premiums, in place: [`Self::of_year`] of each.
    #[inline(always)]
    pub fn of_years(&self, recoveries: &mut [f64]) {
        if self.prepaid {
            recoveries.fill(self.premium * self.in_advance());
            return;
        }
        let Reinstatements::Rates(rates) = &self.terms else {
            for recovery in recoveries {
                *recovery = self.of_year(*recovery);
            }
            return;
        };
        let mut charges = [0.0; 64];
        for part in recoveries.chunks_mut(charges.len()) {
            charges.fill(0.0);
            let mut floor = 0.0;
            for rate in rates {
                let top = floor + self.limit;
                for (charge, &recovery) in charges.iter_mut().zip(&*part) {
                    let most = if recovery < top { recovery } else { top };
                    let piece = most - floor;
                    let piece = if piece > 0.0 { piece } else { 0.0 };
                    *charge += rate * (piece / self.limit);
                }
                floor = top;
            }
            for (to, charge) in part.iter_mut().zip(&charges) {
                *to = self.premium * charge;
            }
        }
    }

    /// Premium of a year pro rata as to time too, from its recoveries in date order and their dates.
    pub fn of_events(&self, events: impl Iterator<Item = (f64, f64)>) -> f64 {
        let mut recovered = 0.0;
        let mut charge = 0.0;
        for (recovery, time) in events {
            if recovery > 0.0 {
                charge += self.charge(recovered, recovered + recovery) * (1.0 - time);
                recovered += recovery;
            }
        }
        self.premium * charge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten_xs_ten(pro_rata_time: bool) -> Reinstatement {
        Reinstatement {
            limit: 10.0,
            premium: 2.0,
            terms: Reinstatements::Rates(vec![1.0, 0.5]),
            pro_rata_time,
            prepaid: false,
        }
    }

    #[test]
    fn pro_rata_as_to_amount() {
        // 10 xs 10, P = 2, rates 100 % and 50 %: recoveries 10, 15, 30, 4 pay 2, 2.5, 3, 0.8.
        let reinstatement = ten_xs_ten(false);
        let paid: Vec<f64> =
            [10.0, 15.0, 30.0, 4.0].iter().map(|&r| reinstatement.of_year(r)).collect();
        assert_eq!(paid, [2.0, 2.5, 3.0, 0.8]);
        assert_eq!(reinstatement.reinstated(30.0), 20.0);
    }

    #[test]
    fn pro_rata_as_to_time() {
        // 22 at t = 0.25 then 12 at t = 0.5: 2 (1 · 0.75 + 0.5 · 0.2 · 0.5) = 1.6.
        let paid = ten_xs_ten(true).of_events([(10.0, 0.25), (2.0, 0.5)].into_iter());
        assert_eq!(paid, 1.6);
    }

    #[test]
    fn prepaid_is_paid_in_every_year() {
        let reinstatement = Reinstatement { prepaid: true, ..ten_xs_ten(false) };
        assert_eq!([0.0, 4.0, 30.0].map(|r| reinstatement.of_year(r)), [3.0; 3]);
    }

    #[test]
    fn columns_of_years_are_years_one_by_one() {
        let free = Reinstatements::Unlimited { unlimited: 0.4 };
        for terms in [ten_xs_ten(false).terms, Reinstatements::Rates(Vec::new()), free] {
            for prepaid in [false, true] {
                let reinstatement =
                    Reinstatement { terms: terms.clone(), prepaid, ..ten_xs_ten(false) };
                let years: Vec<f64> =
                    (0..300).map(|year| f64::from(year % 37) * (31.0 / 36.0)).collect();
                let mut column = years.clone();
                reinstatement.of_years(&mut column);
                let one_by_one: Vec<f64> =
                    years.iter().map(|&year| reinstatement.of_year(year)).collect();
                assert_eq!(column, one_by_one);
            }
        }
    }

    #[test]
    fn an_event_may_use_two_reinstatements() {
        // 7 used, then 8 more: 3 at 100 % and 5 at 50 %.
        assert!((ten_xs_ten(false).charge(7.0, 15.0) - (0.3 + 0.25)).abs() < 1e-15);
    }

    #[test]
    fn without_end_every_unit_pays() {
        let reinstatement = Reinstatement {
            terms: Reinstatements::Unlimited { unlimited: 1.0 },
            ..ten_xs_ten(false)
        };
        assert_eq!(reinstatement.of_year(45.0), 9.0);
        assert_eq!(reinstatement.terms.capacity(10.0), f64::INFINITY);
    }
}
