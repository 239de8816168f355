//! The account of a treaty: its premium, commission and what they make of the year's losses.
//!
//! Premium and commission follow the losses of the year and what earlier years left over; they never
//! change a recovery. Years stand in runs of `horizon` consecutive years; each run starts with
//! nothing carried.

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::plan::Resolved;
use super::wording::percent_text;

/// The cedant gets `share` of the profit left after the losses, the commission and a margin of
/// `after` of the premium.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profit {
    pub share: f64,
    #[serde(default)]
    pub after: f64,
}

/// The premium is `load` times the losses, as a rate of the subject premium no less than `minimum`
/// and no more than `maximum`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swing {
    pub minimum: f64,
    pub maximum: f64,
    #[serde(default = "one")]
    pub load: f64,
}

fn one() -> f64 {
    1.0
}

/// What the account of a treaty needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountTerms {
    /// Points (loss ratio, commission), loss ratios descending.
    pub sliding: Vec<(f64, f64)>,
    pub profit: Option<Profit>,
    /// Years for which a deficit is carried; 0 is no end, none: not at all.
    pub deficit_carried: Option<u32>,
    pub credit_carried: Option<u32>,
    pub swing: Option<Swing>,
    pub no_claims_bonus: f64,
}

/// Annual columns of a treaty's account, for the reinsurers' part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    pub premium: Vec<f64>,
    pub reinstatement_premium: Vec<f64>,
    pub losses: Vec<f64>,
    pub commission: Vec<f64>,
    pub profit_commission: Vec<f64>,
    pub no_claims_bonus: Vec<f64>,
    /// Deficit carried into the next year.
    pub deficit: Vec<f64>,
    /// Premiums less losses, commissions and bonus: the result of the reinsurers.
    pub balance: Vec<f64>,
}

impl Account {
    /// The columns by name.
    pub fn columns(&self) -> [(&'static str, &[f64]); 8] {
        [
            ("premium", &self.premium),
            ("reinstatement_premium", &self.reinstatement_premium),
            ("losses", &self.losses),
            ("commission", &self.commission),
            ("profit_commission", &self.profit_commission),
            ("no_claims_bonus", &self.no_claims_bonus),
            ("deficit", &self.deficit),
            ("balance", &self.balance),
        ]
    }
}

/// Amounts carried forward, each for so many years; the oldest are used first.
#[derive(Debug, Default)]
struct Carried {
    amounts: Vec<(u32, f64)>,
}

impl Carried {
    fn total(&self) -> f64 {
        self.amounts.iter().map(|(_, amount)| amount).sum()
    }

    /// Makes `total` the amount carried: what is new is of this year, what is used is the oldest.
    /// Then a year passes, and what is older than `years` (0: never) is forgotten.
    fn carry(&mut self, total: f64, years: u32) {
        let mut used = self.total() - total;
        if used < 0.0 {
            self.amounts.push((0, -used));
        }
        for (_, amount) in &mut self.amounts {
            let now = amount.min(used.max(0.0));
            *amount -= now;
            used -= now;
        }
        for (age, _) in &mut self.amounts {
            *age += 1;
        }
        self.amounts.retain(|(age, amount)| *amount > 0.0 && (years == 0 || *age <= years));
    }
}

impl AccountTerms {
    /// Commission by the sliding scale: linear between the points, flat beyond.
    pub fn sliding(&self, loss_ratio: f64) -> f64 {
        let (Some(first), Some(last)) = (self.sliding.first(), self.sliding.last()) else {
            return 0.0;
        };
        if loss_ratio >= first.0 {
            return first.1;
        }
        for pair in self.sliding.windows(2) {
            let ((high, at_high), (low, at_low)) = (pair[0], pair[1]);
            if loss_ratio >= low {
                return at_low + (at_high - at_low) * ((loss_ratio - low) / (high - low));
            }
        }
        last.1
    }
}

/// The account of a treaty over the years of a run of the programme; none when its premium is not
/// known.
///
/// Profit commission: share × max(P − L − commission − after · P − deficit, 0), the deficit being
/// what earlier years fell short by (Clark 1996, Basics of Reinsurance Pricing). Sliding scale: the
/// loss ratio is of the losses plus the deficit above the scale and less the credit below it that
/// earlier years left, where they are carried.
pub fn account(
    step: &Resolved,
    ceded: &[f64],
    reinstatement_premium: &[f64],
    horizon: u64,
) -> Option<Account> {
    let terms = &step.account;
    let part = step.participation;
    let subject = step.premiums.subject;
    let fixed = step.premiums.treaty;
    let mut out = Account::default();
    let (mut debits, mut credits, mut deficits) =
        (Carried::default(), Carried::default(), Carried::default());
    for (year, (&ceded, &reinstated)) in ceded.iter().zip(reinstatement_premium).enumerate() {
        if (year as u64).is_multiple_of(horizon.max(1)) {
            (debits, credits, deficits) = Default::default();
        }
        let losses = ceded / part;
        let premium = match terms.swing {
            Some(swing) => {
                let subject = subject?;
                (swing.load * losses).clamp(swing.minimum * subject, swing.maximum * subject)
            }
            None => fixed?,
        };
        let rate = if let (Some(high), Some(low)) = (terms.sliding.first(), terms.sliding.last()) {
            let adjusted = losses + debits.total() - credits.total();
            if let Some(years) = terms.deficit_carried {
                debits.carry((adjusted - high.0 * premium).max(0.0), years);
            }
            if let Some(years) = terms.credit_carried {
                credits.carry((low.0 * premium - adjusted).max(0.0), years);
            }
            terms.sliding(adjusted / premium)
        } else {
            step.commission
        };
        let commission = rate * premium;
        let profit_commission = terms.profit.map_or(0.0, |profit| {
            let left = premium - losses - commission - profit.after * premium - deficits.total();
            if let Some(years) = terms.deficit_carried {
                deficits.carry((-left).max(0.0), years);
            }
            profit.share * left.max(0.0)
        });
        let bonus = if losses > 0.0 { 0.0 } else { terms.no_claims_bonus * premium };
        out.premium.push(part * premium);
        out.reinstatement_premium.push(reinstated);
        out.losses.push(ceded);
        out.commission.push(part * commission);
        out.profit_commission.push(part * profit_commission);
        out.no_claims_bonus.push(part * bonus);
        out.deficit.push(part * (deficits.total() + debits.total()));
        out.balance
            .push(part * (premium - commission - profit_commission - bonus) + reinstated - ceded);
    }
    Some(out)
}

pub(super) const SLIDING: Clause = Clause {
    words: "sliding",
    fields: &["sliding"],
    form: "sliding 24% to 46% at 71% to 49%",
    about: "sliding scale commission: 24% at a loss ratio of 71% or more, 46% at 49% or less, linear between; more points may stand between",
    read: |reader, treaty| {
        let at = reader.at;
        let rates = reader.rates_to("a commission of the scale")?;
        reader.expect("at")?;
        let ratios = reader.rates_to("a loss ratio of the scale")?;
        if rates.len() != ratios.len() {
            let allowed = "as many loss ratios as commissions, such as 24% to 46% at 71% to 49%";
            reader.fault(at, "unequal_scale", allowed, "");
            return None;
        }
        treaty.sliding = ratios.into_iter().zip(rates).collect();
        Some(())
    },
    write: |treaty| {
        let text = |pick: fn(&(f64, f64)) -> f64| {
            let all: Vec<String> = treaty.sliding.iter().map(|p| percent_text(pick(p))).collect();
            all.join(" to ")
        };
        (!treaty.sliding.is_empty())
            .then(|| format!("sliding {} at {}", text(|p| p.1), text(|p| p.0)))
    },
};

pub(super) const PROFIT: Clause = Clause {
    words: "profit commission",
    fields: &["profit_commission"],
    form: "profit commission 20% after 10%",
    about: "share of the reinsurers' profit after losses, commission and a margin of the premium",
    read: |reader, treaty| {
        let share = reader.rate("the share of the profit")?;
        let after = if reader.eat("after") { reader.rate("the reinsurers' margin")? } else { 0.0 };
        treaty.profit_commission = Some(Profit { share, after });
        Some(())
    },
    write: |treaty| {
        let Profit { share, after } = treaty.profit_commission?;
        let after =
            if after == 0.0 { String::new() } else { format!(" after {}", percent_text(after)) };
        Some(format!("profit commission {}{after}", percent_text(share)))
    },
};

fn read_years(reader: &mut super::reader::Reader<'_>) -> Option<u32> {
    let number = reader.peek().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    if !number {
        return Some(0);
    }
    let years = reader.whole("the number of years it is carried")?;
    let _ = reader.eat("years") || reader.eat("year");
    Some(years)
}

fn years_text(words: &str, years: Option<u32>) -> Option<String> {
    Some(match years? {
        0 => words.to_owned(),
        years => format!("{words} {years} years"),
    })
}

pub(super) const DEFICIT: Clause = Clause {
    words: "deficit carried",
    fields: &["deficit_carried"],
    form: "deficit carried 3 years",
    about: "a deficit is set against the profits of the next years, or of all later ones when no number is said",
    read: |reader, treaty| {
        treaty.deficit_carried = Some(read_years(reader)?);
        Some(())
    },
    write: |treaty| years_text("deficit carried", treaty.deficit_carried),
};

pub(super) const CREDIT: Clause = Clause {
    words: "credit carried",
    fields: &["credit_carried"],
    form: "credit carried 3 years",
    about: "a loss ratio below the sliding scale lowers those of the next years",
    read: |reader, treaty| {
        treaty.credit_carried = Some(read_years(reader)?);
        Some(())
    },
    write: |treaty| years_text("credit carried", treaty.credit_carried),
};

pub(super) const SWING: Clause = Clause {
    words: "swing",
    fields: &["swing"],
    form: "swing 10% to 25% load 125%",
    about: "swing rating: the premium is 125% of the losses, no less than 10% and no more than 25% of the subject premium",
    read: |reader, treaty| {
        let minimum = reader.rate("the lowest rate")?;
        reader.expect("to")?;
        let maximum = reader.rate("the highest rate")?;
        let load = if reader.eat("load") { reader.rate("the load of the losses")? } else { 1.0 };
        treaty.swing = Some(Swing { minimum, maximum, load });
        Some(())
    },
    write: |treaty| {
        let Swing { minimum, maximum, load } = treaty.swing?;
        let load =
            if load == 1.0 { String::new() } else { format!(" load {}", percent_text(load)) };
        Some(format!("swing {} to {}{load}", percent_text(minimum), percent_text(maximum)))
    },
};

pub(super) const BONUS: Clause = Clause {
    words: "no claims bonus",
    fields: &["no_claims_bonus"],
    form: "no claims bonus 15%",
    about: "share of the premium that comes back after a year without recovery",
    read: |reader, treaty| {
        treaty.no_claims_bonus = reader.rate("the bonus")?;
        Some(())
    },
    write: |treaty| {
        (treaty.no_claims_bonus != 0.0)
            .then(|| format!("no claims bonus {}", percent_text(treaty.no_claims_bonus)))
    },
};

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
