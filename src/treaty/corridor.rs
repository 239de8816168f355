//! The loss corridor: a band of loss ratios of which the cedant takes a share back.

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::layer::band;
use super::wording::percent_text;

/// The cedant takes `share` of what lies between the loss ratios `from` and `to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corridor {
    pub share: f64,
    pub from: f64,
    pub to: f64,
}

impl Corridor {
    /// Recovery left of a year's recovery `r`, the corridor stated in amounts.
    #[inline(always)]
    pub fn recovery(&self, r: f64) -> f64 {
        r - self.share * band(r, self.to - self.from, self.from)
    }

    /// The corridor in amounts, loss ratios being of `premium`.
    #[must_use]
    pub fn of(self, premium: f64) -> Self {
        Self { from: self.from * premium, to: self.to * premium, ..self }
    }
}

pub(super) const CLAUSE: Clause = Clause {
    words: "corridor",
    fields: &["corridor"],
    form: "corridor 75% from 80% to 90%",
    about: "loss corridor: the cedant takes this share back of recoveries between two loss ratios",
    read: |reader, treaty| {
        let share = reader.rate("the share that the cedant takes back")?;
        reader.expect("from")?;
        let from = reader.rate("the loss ratio where the corridor begins")?;
        reader.expect("to")?;
        let to = reader.rate("the loss ratio where the corridor ends")?;
        treaty.corridor = Some(Corridor { share, from, to });
        Some(())
    },
    write: |treaty| {
        let Corridor { share, from, to } = treaty.corridor?;
        let [share, from, to] = [share, from, to].map(percent_text);
        Some(format!("corridor {share} from {from} to {to}"))
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Clark (Basics of Reinsurance Pricing, 1996): 75 % of the corridor from 80 % to 90 % comes back;
    /// a loss ratio of 95 % then costs the reinsurer 87.5 %.
    #[test]
    fn three_quarters_of_ten_points() {
        let corridor = Corridor { share: 0.75, from: 0.8, to: 0.9 }.of(100.0);
        for (before, after) in
            [(70.0, 70.0), (80.0, 80.0), (84.0, 81.0), (90.0, 82.5), (95.0, 87.5)]
        {
            assert!((corridor.recovery(before) - after).abs() < 1e-12, "{before}");
        }
    }
}
