//! Faults of single clauses, and of clauses that do not go together.

use super::reinstatement::Reinstatements;
use super::terms::{Basis, Limit, ProRata, Treaty, Unit};
use crate::error::{Faults, Issue};

pub(super) fn check(treaty: &Treaty, place: &str, faults: &mut Faults) {
    values(treaty, place, faults);
    scales(treaty, place, faults);
    let occurrence = treaty.basis != Basis::Annual;
    let share = treaty.by_sum_insured();
    let mut refuse = |bad: bool, code: &'static str, field: &str, value: &str, fix: &str| {
        faults.check(!bad, || Issue::new(code, place, field).value(value).hint(fix));
    };
    refuse(
        treaty.lines.is_some() && treaty.retention.is_none(),
        "surplus_without_retention",
        "retention",
        "a surplus cedes lines above a retention",
        "add `retention 2m`",
    );
    refuse(
        treaty.lines.is_none() && (treaty.retention.is_some() || !treaty.retentions.is_empty()),
        "retention_without_surplus",
        "retention",
        "only a surplus has a retention",
        "write `surplus of 5 lines`",
    );
    refuse(
        treaty.lines.is_some() && !treaty.bands.is_empty(),
        "surplus_and_bands",
        "lines, bands",
        "both are stated",
        "make them two treaties",
    );
    refuse(
        share
            && (treaty.basis != Basis::Risk
                || !treaty.limit.is_unlimited()
                || treaty.attachment > 0.0),
        "share_of_a_layer",
        "limit, attachment",
        "a surplus and a variable quota share take a share of every risk",
        "drop the layer, or put it on the net of the surplus",
    );
    refuse(
        !treaty.risks.is_empty() && (share || !occurrence || treaty.backup_of.is_some()),
        "risks_of_what",
        "risks",
        "risks are named of a share or a layer per risk or per event",
        "drop them",
    );
    refuse(
        treaty.event_franchise > 0.0 && treaty.basis != Basis::Risk,
        "event_franchise_not_per_risk",
        "event_franchise",
        "the loss of a cover per event is that of the event",
        "use `franchise`",
    );
    refuse(
        !occurrence && (treaty.from_event.is_some() || treaty.drop.is_some()),
        "event_clause_on_annual",
        "from_event, drop",
        "an annual cover knows no events",
        "make the layer per event",
    );
    refuse(
        treaty.from_event.is_some() && treaty.drop.is_some(),
        "from_event_and_drop",
        "from_event, drop",
        "both are stated",
        "make them two treaties",
    );
    refuse(
        treaty.drop.is_some_and(|drop| drop.to >= treaty.attachment),
        "drop_upwards",
        "drop",
        "the attachment does not drop",
        "state a lower one",
    );
    refuse(
        treaty.hours.is_some() && treaty.basis != Basis::Event,
        "hours_not_per_event",
        "hours",
        "only events are grouped into occurrences",
        "make the layer per event",
    );
    refuse(
        treaty.backup_of.is_some()
            && (share
                || treaty.from_event.is_some()
                || treaty.drop.is_some()
                || treaty.hours.is_some()),
        "clause_of_backup",
        "backup_of",
        "a backup pays what its treaty could not",
        "drop its surplus, event and hours clauses",
    );
    refuse(
        treaty.backup_of.is_some() && !treaty.net_of.is_empty(),
        "backup_and_net_of",
        "net_of",
        "the subject of a backup is what its treaty could not pay",
        "drop `on net of`",
    );
    let attaching = treaty.is_attaching();
    refuse(
        attaching
            && (treaty.hours.is_some()
                || treaty.from_event.is_some()
                || treaty.drop.is_some()
                || treaty.backup_of.is_some()
                || treaty.term.is_some()
                || treaty.indexed != 0.0
                || treaty.pro_rata == ProRata::Time),
        "clause_by_treaty_year",
        "attaches",
        "risks attaching and claims made do not go with hours, event, backup, term, index and time clauses",
        "drop that clause, or make the treaty losses occurring",
    );
    refuse(
        attaching
            && (!treaty.sliding.is_empty()
                || treaty.profit_commission.is_some()
                || treaty.swing.is_some()
                || treaty.no_claims_bonus != 0.0),
        "account_by_treaty_year",
        "attaches",
        "accounts that follow the losses are drawn up by year of loss",
        "drop the scale, the profit commission, the swing rate or the bonus",
    );
    refuse(
        treaty.interlocking && (!attaching || treaty.basis != Basis::Event),
        "interlocking_what",
        "interlocking",
        "only the treaty years of a cover per event interlock",
        "write `risks attaching, interlocking` on a layer per event",
    );
    let term = treaty.term_deductible > 0.0 || !treaty.term_limit.is_unlimited();
    refuse(
        term != treaty.term.is_some(),
        "term_incomplete",
        "term",
        "the years of a term go with its limit or deductible",
        "write `term limit 50m, term 3 years`",
    );
    refuse(
        treaty.indexed != 0.0
            && (treaty.unit == Unit::LossRatio
                || treaty.loss_ratio_cap.is_some()
                || treaty.corridor.is_some()
                || treaty.backup_of.is_some()
                || treaty.is_proportional()
                || share),
        "indexed_ratio",
        "indexed",
        "only amounts of a layer are indexed",
        "drop it, or state amounts",
    );
    refuse(
        treaty.stability.is_some() && (!occurrence || treaty.limit.is_unlimited()),
        "stability_without_layer",
        "stability",
        "a stability clause keeps the value of a layer per risk or per event",
        "drop it",
    );
    let counted = matches!(&treaty.reinstatements, Some(Reinstatements::Rates(r)) if !r.is_empty());
    refuse(
        treaty.prepaid && (!counted || treaty.pro_rata == ProRata::Time),
        "prepaid_what",
        "prepaid",
        "what is paid in advance is a number of reinstatements, whatever their time",
        "add `1 @ 100%`, drop `pro rata time`",
    );
    refuse(
        treaty.swing.is_some() && (treaty.premium.is_some() || treaty.rate.is_some()),
        "swing_and_premium",
        "swing",
        "a swing rate is the premium",
        "drop `premium` and `rate`",
    );
    refuse(
        treaty.swing.is_some() && (treaty.loss_ratio_cap.is_some() || treaty.corridor.is_some()),
        "ratio_of_swing",
        "swing",
        "loss ratios of a premium that follows the losses go in a circle",
        "state `aal`",
    );
    refuse(
        !treaty.sliding.is_empty() && treaty.commission.is_some(),
        "two_commissions",
        "commission, sliding",
        "both are stated",
        "state one of them",
    );
    refuse(
        treaty.deficit_carried.is_some()
            && treaty.profit_commission.is_none()
            && treaty.sliding.is_empty(),
        "deficit_of_nothing",
        "deficit_carried",
        "a deficit is carried into a profit commission or a sliding scale",
        "add one, or drop it",
    );
    refuse(
        treaty.credit_carried.is_some() && treaty.sliding.is_empty(),
        "credit_of_nothing",
        "credit_carried",
        "a credit is carried into a sliding scale",
        "add one, or drop it",
    );
}

/// Each value by itself.
fn values(treaty: &Treaty, place: &str, faults: &mut Faults) {
    for (field, value) in [("lines", treaty.lines), ("retention", treaty.retention)] {
        if let Some(value) = value {
            faults.positive(place, field, value);
        }
    }
    for (name, retention) in &treaty.retentions {
        faults.positive(place, &format!("retention for {name}"), *retention);
    }
    for (name, share) in &treaty.risks {
        faults.fraction(place, &format!("risks, {name}"), *share);
        let sound =
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || ",，@".contains(c));
        faults.check(sound, || {
            Issue::new("invalid_name", place, "risks")
                .value(format!("'{name}'"))
                .allowed("ids without blanks, commas and @")
        });
    }
    let mut below = 0.0;
    for band in &treaty.bands {
        faults.fraction(place, "bands, share", band.share);
        faults.check(band.up_to.amount() > below, || {
            Issue::new("out_of_order", place, "bands, up_to")
                .value(band.up_to.amount())
                .allowed("ascending")
        });
        below = band.up_to.amount();
    }
    faults.non_negative(place, "event_franchise", treaty.event_franchise);
    faults.non_negative(place, "term_deductible", treaty.term_deductible);
    faults.limit(place, "term_limit", treaty.term_limit.amount());
    if let Some(hours) = treaty.hours {
        faults.positive(place, "hours", hours);
    }
    faults.fraction(place, "indexed", treaty.indexed);
    faults.fraction(place, "no_claims_bonus", treaty.no_claims_bonus);
    let mut event = |field: &str, number: u32, over: Option<f64>| {
        faults.check(number >= 2, || {
            Issue::new("out_of_range", place, field)
                .value(number)
                .allowed("2 or more: before the first event there is none")
        });
        if let Some(over) = over {
            faults.non_negative(place, &format!("{field}, over"), over);
        }
    };
    if let Some(nth) = treaty.from_event {
        event("from_event", nth.number, nth.over);
    }
    if let Some(drop) = treaty.drop {
        event("drop", drop.number, drop.over);
        faults.non_negative(place, "drop, to", drop.to);
    }
    if let Some(term) = treaty.term {
        faults.check((1..=100).contains(&term), || {
            Issue::new("out_of_range", place, "term").value(term).allowed("1 to 100 years")
        });
    }
    if let Some(clause) = &treaty.stability {
        faults.fraction(place, "stability, rate", clause.rate);
        faults.fraction(place, "stability, beyond", clause.beyond);
        let total: f64 = clause.pattern.iter().sum();
        let sound = clause.pattern.iter().all(|p| (0.0..=1.0).contains(p));
        faults.check(sound && (total - 1.0).abs() < 1e-9, || {
            Issue::new("shares_do_not_sum", place, "stability, pattern")
                .value(format!("{}%", total * 100.0))
                .allowed("fractions that sum to 100%")
        });
    }
    if let Limit::Amount(limit) = treaty.term_limit {
        faults.check(limit.is_finite(), || {
            Issue::new("out_of_range", place, "term_limit").value(limit)
        });
    }
}

/// Loss ratios, commissions and rates that come in order.
fn scales(treaty: &Treaty, place: &str, faults: &mut Faults) {
    let mut order = |ok: bool, field: &str, value: String, allowed: &str| {
        faults.check(ok, || Issue::new("out_of_order", place, field).value(value).allowed(allowed));
    };
    if let Some(corridor) = treaty.corridor {
        order(
            corridor.from >= 0.0 && corridor.from < corridor.to,
            "corridor",
            format!("{} to {}", corridor.from, corridor.to),
            "from a lower to a higher loss ratio",
        );
    }
    if let Some(swing) = treaty.swing {
        order(
            swing.minimum >= 0.0 && swing.minimum < swing.maximum && swing.load > 0.0,
            "swing",
            format!("{} to {} load {}", swing.minimum, swing.maximum, swing.load),
            "from a lower to a higher rate, with a load above 0",
        );
    }
    let falling = treaty.sliding.windows(2).all(|pair| pair[0].0 > pair[1].0);
    let rising = treaty.sliding.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    order(
        falling && rising && treaty.sliding.iter().all(|p| p.0 >= 0.0 && p.0 <= 20.0),
        "sliding",
        format!("{:?}", treaty.sliding),
        "commissions that rise while loss ratios fall",
    );
    for (_, commission) in &treaty.sliding {
        faults.fraction(place, "sliding", *commission);
    }
    if let Some(corridor) = treaty.corridor {
        faults.fraction(place, "corridor, share", corridor.share);
    }
    if let Some(swing) = treaty.swing {
        faults.fraction(place, "swing, maximum", swing.maximum);
    }
    if let Some(profit) = treaty.profit_commission {
        faults.fraction(place, "profit_commission, share", profit.share);
        faults.fraction(place, "profit_commission, after", profit.after);
    }
}
