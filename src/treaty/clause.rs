//! The list of clauses. A line here gives a clause its words, its fields and its meaning; the
//! wording, its errors and the documentation follow from it.

use super::reader::Reader;
use super::reinstatement::{self, Reinstatements};
use super::terms::{Basis, Limit, ProRata, Treaty};
use super::wording::{amount_text, percent_text};
use super::{
    account, attaching, corridor, event_limit, hours, nth_event, proportional, stability, term,
};

/// One clause of the wording.
pub struct Clause {
    /// Words it starts with; for a clause that starts with a number, the sign that follows it.
    pub words: &'static str,
    /// Fields of [`Treaty`] it sets.
    pub fields: &'static [&'static str],
    /// An example.
    pub form: &'static str,
    /// What it means.
    pub about: &'static str,
    pub(super) read: fn(&mut Reader<'_>, &mut Treaty) -> Option<()>,
    pub(super) write: fn(&Treaty) -> Option<String>,
}

/// The clauses after the cover, in the order in which they are written.
pub const CLAUSES: &[Clause] = &[
    Clause {
        words: "@",
        fields: &["reinstatements"],
        form: "2 @ 100%",
        about: "number of reinstatements, all at one rate; `unlimited @ 100%`; `2 @ free`",
        read: |reader, treaty| {
            let count = reader.count("the number of reinstatements")?;
            reader.eat("@");
            let rate = reader.rate_or_free("the rate of a reinstatement")?;
            treaty.reinstatements = Some(match count {
                Some(count) => Reinstatements::Rates(vec![rate; count]),
                None => Reinstatements::Unlimited { unlimited: rate },
            });
            Some(())
        },
        write: |treaty| match treaty.reinstatements.as_ref()? {
            Reinstatements::Unlimited { unlimited } => {
                Some(format!("unlimited @ {}", reinstatement_text(*unlimited)))
            }
            Reinstatements::Rates(rates) => {
                let first = rates.first()?;
                rates
                    .iter()
                    .all(|rate| rate == first)
                    .then(|| format!("{} @ {}", rates.len(), reinstatement_text(*first)))
            }
        },
    },
    Clause {
        words: "reinstatements",
        fields: &["reinstatements"],
        form: "reinstatements 100%, 50%",
        about: "a rate for each reinstatement; `free` is 0%",
        read: |reader, treaty| {
            let mut rates = vec![reader.rate_or_free("the rate of a reinstatement")?];
            while reader.another_rate() {
                rates.push(reader.rate_or_free("the rate of a reinstatement")?);
            }
            treaty.reinstatements = Some(Reinstatements::Rates(rates));
            Some(())
        },
        write: |treaty| match treaty.reinstatements.as_ref()? {
            Reinstatements::Rates(rates) if rates.windows(2).any(|pair| pair[0] != pair[1]) => {
                let rates: Vec<String> =
                    rates.iter().map(|rate| reinstatement_text(*rate)).collect();
                Some(format!("reinstatements {}", rates.join(", ")))
            }
            _ => None,
        },
    },
    Clause {
        words: "no reinstatements",
        fields: &["reinstatements"],
        form: "no reinstatements",
        about: "the limit is there once a year",
        read: |_, treaty| {
            treaty.reinstatements = Some(Reinstatements::Rates(Vec::new()));
            Some(())
        },
        write: |treaty| match treaty.reinstatements.as_ref()? {
            Reinstatements::Rates(rates) if rates.is_empty() => Some("no reinstatements".into()),
            _ => None,
        },
    },
    Clause {
        words: "pro rata time",
        fields: &["pro_rata"],
        form: "pro rata time",
        about: "reinstatement premium also in proportion to the time left in the period",
        read: |_, treaty| {
            treaty.pro_rata = ProRata::Time;
            Some(())
        },
        write: |treaty| (treaty.pro_rata == ProRata::Time).then(|| "pro rata time".into()),
    },
    Clause {
        words: "aad",
        fields: &["aad"],
        form: "aad 5m",
        about: "annual aggregate deductible: eats the first recoveries of the year",
        read: |reader, treaty| {
            treaty.aad = reader.amount("the annual aggregate deductible")?;
            Some(())
        },
        write: |treaty| (treaty.aad != 0.0).then(|| format!("aad {}", amount_text(treaty.aad))),
    },
    Clause {
        words: "aal",
        fields: &["aal"],
        form: "aal 30m",
        about: "annual aggregate limit: most that a year recovers",
        read: |reader, treaty| {
            treaty.aal = reader.amount("the annual aggregate limit")?.into();
            Some(())
        },
        write: |treaty| limit_text("aal", treaty.aal),
    },
    Clause {
        words: "placed",
        fields: &["placed"],
        form: "placed 75%",
        about: "share of the treaty that found reinsurers",
        read: |reader, treaty| {
            treaty.placed = reader.rate("the placed share")?;
            Some(())
        },
        write: |treaty| {
            (treaty.placed != 1.0).then(|| format!("placed {}", percent_text(treaty.placed)))
        },
    },
    Clause {
        words: "co-participation",
        fields: &["co_participation"],
        form: "co-participation 10%",
        about: "share of each recovery that the cedant keeps",
        read: |reader, treaty| {
            treaty.co_participation = reader.rate("the co-participation")?;
            Some(())
        },
        write: |treaty| {
            (treaty.co_participation != 0.0)
                .then(|| format!("co-participation {}", percent_text(treaty.co_participation)))
        },
    },
    Clause {
        words: "franchise",
        fields: &["franchise"],
        form: "franchise 1m",
        about: "losses below it recover nothing, losses that reach it recover in full",
        read: |reader, treaty| {
            treaty.franchise = reader.amount("the franchise")?;
            Some(())
        },
        write: |treaty| {
            (treaty.franchise != 0.0)
                .then(|| format!("franchise {}", amount_text(treaty.franchise)))
        },
    },
    Clause {
        words: "event limit",
        fields: &["event_limit"],
        form: "event limit 50m",
        about: "most that one event recovers, of a cover per risk",
        read: |reader, treaty| {
            treaty.event_limit = reader.amount("the event limit")?.into();
            Some(())
        },
        write: |treaty| limit_text("event limit", treaty.event_limit),
    },
    Clause {
        words: "loss ratio cap",
        fields: &["loss_ratio_cap"],
        form: "loss ratio cap 300%",
        about: "most that a year recovers, as a multiple of the treaty's premium",
        read: |reader, treaty| {
            treaty.loss_ratio_cap = Some(reader.rate("the loss ratio cap")?);
            Some(())
        },
        write: |treaty| {
            treaty.loss_ratio_cap.map(|cap| format!("loss ratio cap {}", percent_text(cap)))
        },
    },
    Clause {
        words: "commission",
        fields: &["commission"],
        form: "commission 27.5%",
        about: "ceding commission, a fraction of the ceded premium",
        read: |reader, treaty| {
            treaty.commission = Some(reader.rate("the commission")?);
            Some(())
        },
        write: |treaty| treaty.commission.map(|rate| format!("commission {}", percent_text(rate))),
    },
    Clause {
        words: "premium",
        fields: &["premium"],
        form: "premium 2m",
        about: "premium for 100 % of the treaty",
        read: |reader, treaty| {
            treaty.premium = Some(reader.amount("the premium")?);
            Some(())
        },
        write: |treaty| treaty.premium.map(|premium| format!("premium {}", amount_text(premium))),
    },
    Clause {
        words: "rate",
        fields: &["rate"],
        form: "rate 3%",
        about: "the same as a fraction of the subject premium",
        read: |reader, treaty| {
            treaty.rate = Some(reader.rate("the rate")?);
            Some(())
        },
        write: |treaty| treaty.rate.map(|rate| format!("rate {}", percent_text(rate))),
    },
    proportional::RETENTION,
    proportional::RISKS,
    event_limit::FRANCHISE,
    nth_event::FROM_EVENT,
    nth_event::TOP_AND_DROP,
    nth_event::DROP,
    hours::CLAUSE,
    attaching::OCCURRING,
    attaching::ATTACHING,
    attaching::CLAIMS_MADE,
    attaching::INTERLOCKING,
    stability::INDEXED,
    stability::STABILITY,
    term::DEDUCTIBLE,
    term::LIMIT,
    term::YEARS,
    reinstatement::PREPAID,
    corridor::CLAUSE,
    account::SLIDING,
    account::PROFIT,
    account::DEFICIT,
    account::CREDIT,
    account::SWING,
    account::BONUS,
];

/// Words of clauses that exist in the market and not yet here: refused by name, never ignored.
pub const UNSUPPORTED: &[&str] = &["portfolio transfer", "commutation"];

fn reinstatement_text(rate: f64) -> String {
    if rate == 0.0 { "free".to_owned() } else { percent_text(rate) }
}

fn limit_text(words: &str, limit: Limit) -> Option<String> {
    match limit {
        Limit::Unlimited => None,
        Limit::Amount(amount) => Some(format!("{words} {}", amount_text(amount))),
    }
}

/// The cover in words: `40% quota share`, `20m xs 10m per risk`, `stop loss 40% xs 80%`.
pub(super) fn cover_text(treaty: &Treaty) -> String {
    use super::terms::Unit;
    if !treaty.bands.is_empty() {
        return format!("variable quota share {}", proportional::bands_text(&treaty.bands));
    }
    if let Some(lines) = treaty.lines {
        return format!("surplus of {lines} lines");
    }
    let whole = Treaty { risks: std::collections::BTreeMap::new(), ..treaty.clone() };
    if whole.is_proportional() && treaty.unit == Unit::Amount {
        return format!("{} quota share", percent_text(treaty.share));
    }
    let share = if treaty.share == 1.0 {
        String::new()
    } else {
        format!("{} of ", percent_text(treaty.share))
    };
    if treaty.unit == Unit::LossRatio {
        let limit = match treaty.limit {
            Limit::Amount(ratio) => percent_text(ratio),
            Limit::Unlimited => "unlimited".into(),
        };
        return format!("{share}stop loss {limit} xs {}", percent_text(treaty.attachment));
    }
    let basis = match treaty.basis {
        Basis::Risk => " per risk",
        Basis::Event => "",
        Basis::Annual => " annual",
    };
    let limit = amount_text(treaty.limit.amount());
    format!("{share}{limit} xs {}{basis}", amount_text(treaty.attachment))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field of the data can be said in words, and every clause names a field of the data.
    #[test]
    fn the_list_and_the_data_agree() {
        let full = Treaty {
            net_of: vec!["a".into()],
            share: 0.5,
            unit: super::super::terms::Unit::LossRatio,
            franchise: 1.0,
            event_limit: Limit::Amount(1.0),
            aad: 1.0,
            aal: Limit::Amount(1.0),
            reinstatements: Some(Reinstatements::Rates(vec![])),
            pro_rata: ProRata::Time,
            placed: 0.5,
            co_participation: 0.5,
            loss_ratio_cap: Some(1.0),
            commission: Some(0.1),
            premium: Some(1.0),
            rate: Some(0.1),
            lines: Some(1.0),
            retention: Some(1.0),
            retentions: [("a".to_owned(), 1.0)].into(),
            bands: vec![proportional::Band { up_to: Limit::Unlimited, share: 0.1 }],
            risks: [("a".to_owned(), 1.0)].into(),
            backup_of: Some("a".into()),
            event_franchise: 1.0,
            from_event: Some(nth_event::NthEvent { number: 2, over: None }),
            drop: Some(nth_event::Drop { to: 1.0, number: 2, over: None, top: false }),
            hours: Some(72.0),
            term: Some(3),
            term_deductible: 1.0,
            term_limit: Limit::Amount(1.0),
            indexed: 0.1,
            stability: Some(stability::Stability { rate: 0.1, beyond: 0.0, pattern: vec![1.0] }),
            attaches: Some(attaching::Attaches::RisksAttaching),
            interlocking: true,
            prepaid: true,
            corridor: Some(corridor::Corridor { share: 0.1, from: 0.1, to: 0.2 }),
            sliding: vec![(0.5, 0.2), (0.4, 0.3)],
            profit_commission: Some(account::Profit { share: 0.1, after: 0.1 }),
            deficit_carried: Some(3),
            credit_carried: Some(3),
            swing: Some(account::Swing { minimum: 0.1, maximum: 0.2, load: 1.0 }),
            no_claims_bonus: 0.1,
            ..Treaty::default()
        };
        let value = serde_json::to_value(&full).unwrap();
        let mut known: Vec<&str> = super::super::parts::COVER.to_vec();
        known.extend(CLAUSES.iter().flat_map(|clause| clause.fields));
        for field in value.as_object().unwrap().keys() {
            assert!(known.contains(&field.as_str()), "no clause for {field}");
        }
        for field in known {
            assert!(value.get(field).is_some(), "no field {field}");
        }
    }
}
