//! A special risk reserve that accrues in good years and is released in bad ones, by rule.

use serde::{Deserialize, Serialize};

use super::data::amount;
use crate::error::{Faults, Issue};

/// A condition of release.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The loss ratio of the year is above this.
    LossRatio(f64),
    /// The largest event of the year is above this amount.
    Event(f64),
}

/// Whether all triggers must pull, or one is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    #[default]
    All,
    Any,
}

fn three_quarters() -> f64 {
    0.75
}

fn unlimited() -> f64 {
    f64::INFINITY
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_infinite(value: &f64) -> bool {
    value.is_infinite()
}

/// When the reserve accrues and when it is released.
///
/// Bₜ₊₁ = Bₜ (1 + i) + a max(0, profitₜ) + c Pₜ 1[Bₜ < cap Pₜ] − releaseₜ, with the release
/// min(Bₜ, max(0, Lₜ − release_above Pₜ)) in years in which the triggers pull, else 0. Accruals fill
/// the reserve to its cap and no further.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// a: share of the underwriting profit.
    #[serde(default = "three_quarters", deserialize_with = "amount")]
    pub profit_share: f64,
    /// c: share of the premium.
    #[serde(default, deserialize_with = "amount", skip_serializing_if = "is_default")]
    pub premium_share: f64,
    /// In years' premiums.
    #[serde(
        default = "unlimited",
        deserialize_with = "amount",
        skip_serializing_if = "is_infinite"
    )]
    pub cap: f64,
    /// i: yearly investment income.
    #[serde(default, deserialize_with = "amount", skip_serializing_if = "is_default")]
    pub interest: f64,
    /// Balance at the start.
    #[serde(default, deserialize_with = "amount", skip_serializing_if = "is_default")]
    pub initial: f64,
    pub triggers: Vec<Trigger>,
    #[serde(default)]
    pub when: When,
    /// Loss ratio above which losses are met; by default that of the trigger, or 100 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_above: Option<f64>,
}

impl Rule {
    /// As in the nuclear pool: three quarters of the profit; a release needs an event over 300m and a
    /// loss ratio over 150 %. Kept without end.
    pub fn nuclear() -> Self {
        Self {
            profit_share: 0.75,
            premium_share: 0.0,
            cap: f64::INFINITY,
            interest: 0.0,
            initial: 0.0,
            triggers: vec![Trigger::Event(300e6), Trigger::LossRatio(1.5)],
            when: When::All,
            release_above: None,
        }
    }

    /// As in agriculture (财金〔2013〕129号): a share of the premium until a year's premium is reached
    /// and three quarters of the profit; released above a loss ratio of 75 %. The premium share, by
    /// line and province, is an expert prior.
    pub fn agriculture() -> Self {
        Self {
            premium_share: 0.04,
            cap: 1.0,
            triggers: vec![Trigger::LossRatio(0.75)],
            ..Self::nuclear()
        }
    }

    pub(super) fn check(&self, place: &str, faults: &mut Faults) {
        faults.fraction(place, "profit_share", self.profit_share);
        faults.fraction(place, "premium_share", self.premium_share);
        faults.limit(place, "cap", self.cap);
        faults.fraction(place, "interest", self.interest);
        faults.non_negative(place, "initial", self.initial);
        faults.check(!self.triggers.is_empty(), || {
            Issue::new("no_trigger", place, "triggers")
                .value("none")
                .allowed("at least one, such as {loss_ratio = 1.5} or {event = 300e6}")
        });
        for trigger in &self.triggers {
            let (Trigger::LossRatio(value) | Trigger::Event(value)) = *trigger;
            faults.positive(place, "triggers", value);
        }
        if let Some(above) = self.release_above {
            faults.non_negative(place, "release_above", above);
        }
    }

    /// Loss ratio above which losses are met.
    fn above(&self) -> f64 {
        let ratios = self.triggers.iter().filter_map(|trigger| match trigger {
            Trigger::LossRatio(ratio) => Some(*ratio),
            Trigger::Event(_) => None,
        });
        self.release_above.or_else(|| ratios.reduce(f64::min)).unwrap_or(1.0)
    }

    fn pulls(&self, loss_ratio: f64, event: f64) -> bool {
        let pulled = |trigger: &Trigger| match *trigger {
            Trigger::LossRatio(above) => loss_ratio > above,
            Trigger::Event(above) => event > above,
        };
        match self.when {
            When::All => self.triggers.iter().all(pulled),
            When::Any => self.triggers.iter().any(pulled),
        }
    }
}

/// The reserve over paths of consecutive years, row by row: path, then year.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpecialReserve {
    pub paths: usize,
    pub years: usize,
    /// At the end of each year.
    pub balance: Vec<f64>,
    pub accrual: Vec<f64>,
    pub interest: Vec<f64>,
    pub release: Vec<f64>,
}

/// Runs the reserve over annual losses and largest events, `years` at a time, years left over at the
/// end unused. `expenses` is a share of the premium: profit is premium less expenses less losses.
pub fn run(
    rule: &Rule,
    losses: &[f64],
    events: &[f64],
    premium: f64,
    expenses: f64,
    years: usize,
) -> SpecialReserve {
    let mut out = SpecialReserve { years, ..SpecialReserve::default() };
    let cap = rule.cap * premium;
    for (losses, events) in losses.chunks_exact(years.max(1)).zip(events.chunks_exact(years.max(1)))
    {
        out.paths += 1;
        let mut balance = rule.initial;
        for (&loss, &event) in losses.iter().zip(events) {
            let interest = balance * rule.interest;
            let release = if rule.pulls(loss / premium, event) {
                (loss - rule.above() * premium).max(0.0).min(balance)
            } else {
                0.0
            };
            let profit = premium * (1.0 - expenses) - loss;
            let room = (cap - balance).max(0.0);
            let accrual =
                (rule.profit_share * profit.max(0.0) + rule.premium_share * premium).min(room);
            balance = balance + interest + accrual - release;
            out.balance.push(balance);
            out.accrual.push(accrual);
            out.interest.push(interest);
            out.release.push(release);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nuclear_reserve_needs_both_triggers() {
        let rule = Rule { initial: 100e6, ..Rule::nuclear() };
        let premium = 200e6;
        // 400m: loss ratio 200 %, but no event above 300m; then both; then a good year.
        let losses = [400e6, 400e6, 100e6];
        let events = [200e6, 350e6, 90e6];
        let out = run(&rule, &losses, &events, premium, 0.1, 3);
        assert_eq!(out.release, [0.0, 100e6, 0.0]);
        assert_eq!(out.accrual, [0.0, 0.0, 0.75 * 80e6]);
        assert_eq!(out.balance, [100e6, 0.0, 60e6]);
    }

    #[test]
    fn the_agriculture_reserve_fills_to_its_cap_and_pays_the_excess() {
        let rule = Rule { interest: 0.02, ..Rule::agriculture() };
        let out = run(&rule, &[0.0, 0.0, 90.0], &[0.0; 3], 100.0, 0.2, 3);
        // 60 of profit and 4 of premium; then no more than 100; then 90 is 15 above 75 %.
        assert_eq!(out.accrual[0], 64.0);
        assert!((out.balance[1] - (100.0 + 64.0 * 0.02)).abs() < 1e-12);
        assert_eq!(out.release[2], 15.0);
        assert_eq!(out.accrual[2], 0.0);
    }

    #[test]
    fn paths_start_afresh_and_years_left_over_are_unused() {
        let out = run(&Rule::nuclear(), &[0.0; 7], &[0.0; 7], 1.0, 0.0, 3);
        assert_eq!((out.paths, out.balance.len()), (2, 6));
        assert_eq!(out.balance[0], out.balance[3]);
    }
}
