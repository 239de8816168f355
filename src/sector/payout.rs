//! Payout functions of an index: the part of the sum insured that is paid at each value.

use crate::error::{Faults, Issue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of a tiered payout.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Value of the index at which it pays.
    pub trigger: f64,
    /// Part of the sum insured paid from there on, in place of the tier before.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub pays: f64,
}

/// Part of the sum insured paid at each value of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Payout {
    /// From nothing at the strike to all at the exit; a shortfall cover where exit < strike.
    Linear { strike: f64, exit: f64 },
    /// A fixed part when the trigger is reached, from above or from below.
    Binary {
        trigger: f64,
        #[schemars(range(min = 0.0, max = 1.0))]
        pays: f64,
        /// Pays at and above the trigger, instead of at and below it.
        above: bool,
    },
    /// Steps; the furthest one reached pays.
    Tiers { tiers: Vec<Tier>, above: bool },
    /// A part for each trigger day, up to a most.
    PerDay {
        #[schemars(range(min = 0.0, max = 1.0))]
        pays: f64,
        #[schemars(range(min = 0.0, max = 1.0))]
        most: f64,
    },
}

impl Payout {
    pub fn at(&self, index: f64) -> f64 {
        match self {
            Self::Linear { strike, exit } => ((strike - index) / (strike - exit)).clamp(0.0, 1.0),
            Self::Binary { trigger, pays, above } => {
                if reached(index, *trigger, *above) {
                    *pays
                } else {
                    0.0
                }
            }
            Self::Tiers { tiers, above } => tiers
                .iter()
                .filter(|t| reached(index, t.trigger, *above))
                .map(|t| t.pays)
                .fold(0.0, f64::max),
            Self::PerDay { pays, most } => (pays * index).clamp(0.0, *most),
        }
    }

    /// Where the payout bends or jumps.
    pub fn breaks(&self) -> Vec<f64> {
        match self {
            Self::Linear { strike, exit } => vec![*strike, *exit],
            Self::Binary { trigger, .. } => vec![*trigger],
            Self::Tiers { tiers, .. } => tiers.iter().map(|t| t.trigger).collect(),
            Self::PerDay { pays, most } => vec![0.0, most / pays],
        }
    }

    /// Tells what cannot be paid.
    pub fn check(&self, path: &str, faults: &mut Faults) {
        match self {
            Self::Linear { strike, exit } => {
                faults.finite(path, "strike", *strike);
                faults.finite(path, "exit", *exit);
                faults.check(strike != exit, || {
                    Issue::new("contradiction", path, "exit")
                        .value(exit)
                        .allowed("apart from the strike")
                        .hint("kind = \"binary\" pays all at once")
                });
            }
            Self::Tiers { tiers, .. } => {
                faults.check(!tiers.is_empty(), || {
                    Issue::new("missing_value", path, "tiers").allowed("at least one tier")
                });
            }
            Self::PerDay { pays, .. } => {
                faults.positive(path, "pays", *pays);
            }
            Self::Binary { trigger, .. } => {
                faults.finite(path, "trigger", *trigger);
            }
        }
    }
}

fn reached(index: f64, trigger: f64, above: bool) -> bool {
    if above { index >= trigger } else { index <= trigger }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payouts_by_hand() {
        let shortfall = Payout::Linear { strike: 0.9, exit: 0.7 };
        assert_eq!([0.95, 0.9, 0.6].map(|x| shortfall.at(x)), [0.0, 0.0, 1.0]);
        assert!((shortfall.at(0.8) - 0.5).abs() < 1e-12);
        let excess = Payout::Linear { strike: 100.0, exit: 200.0 };
        assert_eq!([50.0, 150.0, 300.0].map(|x| excess.at(x)), [0.0, 0.5, 1.0]);
        let tiers =
            |t: &[(f64, f64)]| t.iter().map(|&(trigger, pays)| Tier { trigger, pays }).collect();
        let steps = Payout::Tiers { tiers: tiers(&[(1.0, 0.1), (3.0, 0.5)]), above: true };
        assert_eq!([0.0, 1.0, 2.9, 3.0].map(|x| steps.at(x)), [0.0, 0.1, 0.1, 0.5]);
        let days = Payout::PerDay { pays: 0.15, most: 0.4 };
        assert_eq!([0.0, 1.0, 3.0].map(|x| days.at(x)), [0.0, 0.15, 0.4]);
        let binary = Payout::Binary { trigger: 0.8, pays: 0.3, above: false };
        assert_eq!([0.8, 0.9].map(|x| binary.at(x)), [0.3, 0.0]);
        let mut faults = Faults::new();
        Payout::Linear { strike: 1.0, exit: 1.0 }.check("x", &mut faults);
        assert_eq!(faults.issues().len(), 1);
    }
}
