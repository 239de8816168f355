//! Premium subsidies: a share of the premium of new products, up to a rate, for some years, from a
//! budget.

use serde::{Deserialize, Serialize};

use crate::error::{Faults, Issue, Result};

/// What happens to a policy whose rate is above the cap: the two readings of "over the cap".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverCap {
    /// It is subsidised up to the cap.
    #[default]
    UpToCap,
    /// It is not subsidised at all.
    Ineligible,
}

/// How a budget that does not suffice is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rationing {
    /// In the order of the policies, the last one in part.
    #[default]
    FirstCome,
    /// All by one factor.
    ProRata,
}

/// The rule: subsidy = min(rate, `rate_cap`) × sum insured × `share` in the first `years` years.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Subsidy {
    pub rate_cap: f64,
    pub share: f64,
    /// Years for which a policy is subsidised.
    pub years: u32,
    /// Of one year; infinite when unlimited.
    pub budget: f64,
    pub over_cap: OverCap,
    pub rationing: Rationing,
}

/// A policy that asks for the subsidy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    pub rate: f64,
    pub sum_insured: f64,
    /// Year of the policy, from 1.
    pub year: u32,
}

/// What a policy gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supported {
    pub premium: f64,
    /// Before the budget.
    pub claimed: f64,
    pub subsidy: f64,
    /// Premium that the insured pays; with the subsidy it adds up to the premium.
    pub insured: f64,
}

impl Subsidy {
    /// # Errors
    /// All faults of the rule.
    pub fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        if faults.positive("Subsidy", "rate_cap", self.rate_cap) {
            faults.fraction("Subsidy", "rate_cap", self.rate_cap);
        }
        faults.fraction("Subsidy", "share", self.share);
        faults.limit("Subsidy", "budget", self.budget);
        faults.check(self.years > 0, || {
            Issue::new("out_of_range", "Subsidy", "years").value(0).allowed("1 or more")
        });
        faults.finish()
    }

    /// Subsidy before the budget.
    pub fn claimed(&self, policy: &Policy) -> f64 {
        if policy.year > self.years
            || (self.over_cap == OverCap::Ineligible && policy.rate > self.rate_cap)
        {
            return 0.0;
        }
        policy.rate.min(self.rate_cap) * policy.sum_insured * self.share
    }

    /// Subsidies of the policies of one year.
    ///
    /// # Errors
    /// Rates outside [0, 1], sums insured that are negative, years below 1, with their row.
    pub fn apply(&self, policies: &[Policy]) -> Result<Vec<Supported>> {
        let mut faults = Faults::new();
        for (row, policy) in policies.iter().enumerate() {
            let place = format!("policies, row {row}");
            faults.fraction(&place, "rate", policy.rate);
            faults.non_negative(&place, "sum_insured", policy.sum_insured);
            faults.check(policy.year > 0, || {
                Issue::new("out_of_range", &place, "year").value(0).allowed("1 or more")
            });
        }
        faults.finish()?;
        let claimed: Vec<f64> = policies.iter().map(|policy| self.claimed(policy)).collect();
        let total: f64 = claimed.iter().sum();
        let factor = if total > self.budget { self.budget / total } else { 1.0 };
        let mut left = self.budget;
        let row = |(policy, &claimed): (&Policy, &f64)| {
            let premium = policy.rate * policy.sum_insured;
            let subsidy = match self.rationing {
                Rationing::ProRata => claimed * factor,
                Rationing::FirstCome => claimed.min(left),
            };
            left -= subsidy;
            Supported { premium, claimed, subsidy, insured: premium - subsidy }
        };
        Ok(policies.iter().zip(&claimed).map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Subsidy = Subsidy {
        rate_cap: 0.03,
        share: 0.8,
        years: 3,
        budget: f64::INFINITY,
        over_cap: OverCap::UpToCap,
        rationing: Rationing::FirstCome,
    };

    /// 20m at 3.5 % with a cap of 3 %: 700k of premium, 480k of subsidy, 220k for the insured.
    #[test]
    fn both_readings_of_over_the_cap() {
        let policy = Policy { rate: 0.035, sum_insured: 20e6, year: 1 };
        let paid = RULE.apply(&[policy]).unwrap()[0];
        assert!((paid.premium - 700e3).abs() < 1e-6 && (paid.subsidy - 480e3).abs() < 1e-6);
        assert!((paid.insured - 220e3).abs() < 1e-6);
        let strict = Subsidy { over_cap: OverCap::Ineligible, ..RULE };
        assert_eq!(strict.apply(&[policy]).unwrap()[0].subsidy, 0.0);
        assert_eq!(RULE.claimed(&Policy { year: 4, ..policy }), 0.0);
    }

    #[test]
    fn a_budget_is_first_come_or_shared() {
        let policy = Policy { rate: 0.03, sum_insured: 1000.0, year: 1 };
        let paid = |rationing| {
            let rule = Subsidy { budget: 36.0, rationing, ..RULE };
            let all = rule.apply(&[policy; 3]).unwrap();
            all.iter().map(|row| row.subsidy).collect::<Vec<f64>>()
        };
        assert_eq!(paid(Rationing::FirstCome), [24.0, 12.0, 0.0]);
        for subsidy in paid(Rationing::ProRata) {
            assert!((subsidy - 12.0).abs() < 1e-12);
        }
        assert_eq!(RULE.apply(&[Policy { rate: 30.0, ..policy }]).unwrap_err().issues().len(), 1);
    }
}
