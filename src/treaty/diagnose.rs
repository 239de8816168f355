//! Warnings: a programme that is sound and may still not be what was meant.

use serde::Serialize;

use super::premium::participation;
use super::programme::Programme;
use super::reinstatement::Reinstatements;
use super::terms::{Basis, Treaty, Unit};
use crate::numeric::format_amount;

/// A warning, with what would mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable identifier: `gap`, `overlap`, `inuring_not_named`, …
    pub code: &'static str,
    pub treaties: Vec<String>,
    pub message: String,
    pub fix: String,
}

impl Programme {
    /// Gaps and overlaps between layers, capacity never used, inuring treaties left out.
    pub fn diagnose(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        self.towers(&mut found);
        self.side_by_side(&mut found);
        for (index, treaty) in self.treaties().iter().enumerate() {
            self.inuring(index, treaty, &mut found);
            self.unreachable(index, treaty, &mut found);
            clauses(treaty, &mut found);
        }
        found
    }

    /// Layers on one subject and basis, from the ground up.
    fn towers(&self, found: &mut Vec<Diagnostic>) {
        let layers = |treaty: &&Treaty| {
            !treaty.is_proportional()
                && !treaty.by_sum_insured()
                && treaty.risks.is_empty()
                && treaty.backup_of.is_none()
        };
        let key =
            |t: &'_ Treaty| (t.net_of.clone(), t.basis, t.unit, t.attaches.unwrap_or_default());
        let mut done = Vec::new();
        for treaty in self.treaties().iter().filter(layers) {
            let this = key(treaty);
            if done.contains(&this) {
                continue;
            }
            let mut tower: Vec<&Treaty> =
                self.treaties().iter().filter(layers).filter(|other| key(other) == this).collect();
            done.push(this);
            tower.sort_by(|a, b| a.attachment.total_cmp(&b.attachment));
            // Layers of which only shares are sold may lie side by side.
            let mut below: Option<&Treaty> = None;
            for &above in &tower {
                if let Some(below) = below.filter(|below| !same_layer(below, above)) {
                    let top = below.attachment + below.limit.amount();
                    pair(below, above, top, found);
                }
                if below.is_none_or(|b| {
                    b.attachment + b.limit.amount() < above.attachment + above.limit.amount()
                }) {
                    below = Some(above);
                }
            }
        }
    }

    /// Equal layers are shares of one: together no more than all of it.
    fn side_by_side(&self, found: &mut Vec<Diagnostic>) {
        let treaties = self.treaties();
        for (index, treaty) in treaties.iter().enumerate() {
            let same = |other: &&Treaty| same_layer(treaty, other);
            let first = treaties.iter().position(|other| same(&other)) == Some(index);
            let all: Vec<&Treaty> = treaties.iter().filter(same).collect();
            let total: f64 = all.iter().map(|t| participation(t)).sum();
            if first && all.len() > 1 && total > 1.0 + 1e-9 {
                let names: Vec<String> = all.iter().map(|t| t.name.clone()).collect();
                found.push(Diagnostic {
                    code: "over_placed",
                    message: format!(
                        "{} take {}% of one layer together",
                        names.join(" and "),
                        total * 100.0
                    ),
                    fix: "lower `placed`, or put one on the net of the other".into(),
                    treaties: names,
                });
            }
        }
    }

    /// Layers that no loss can reach, because a treaty they are net of takes all above a lower point.
    fn unreachable(&self, index: usize, treaty: &Treaty, found: &mut Vec<Diagnostic>) {
        if treaty.backup_of.is_some() {
            return;
        }
        for &named in &self.net_of()[index] {
            let other = &self.treaties()[named];
            let endless = other.limit.is_unlimited()
                && participation(other) >= 1.0
                && other.aal.is_unlimited()
                && other.event_limit.is_unlimited()
                && other.loss_ratio_cap.is_none()
                && other.term_limit.is_unlimited()
                && other.aad == 0.0
                && other.term_deductible == 0.0
                && other.franchise == 0.0
                && other.event_franchise == 0.0
                && other.from_event.is_none()
                && other.corridor.is_none()
                && other.indexed == 0.0
                && !other.by_sum_insured()
                && other.risks.is_empty()
                && other.hours == treaty.hours
                && !other.is_attaching();
            let one_basis = other.basis == treaty.basis || other.is_proportional();
            if endless
                && one_basis
                && other.unit == treaty.unit
                && treaty.attachment >= other.attachment
            {
                found.push(Diagnostic {
                    code: "unreachable",
                    treaties: vec![other.name.clone(), treaty.name.clone()],
                    message: format!(
                        "{} is never reached: {} takes all above {}",
                        treaty.name,
                        other.name,
                        format_amount(other.attachment)
                    ),
                    fix: format!("drop {}, or give {} a limit", treaty.name, other.name),
                });
            }
        }
    }

    /// Treaties that inure to one it is net of, and are not taken off here.
    fn inuring(&self, index: usize, treaty: &Treaty, found: &mut Vec<Diagnostic>) {
        let net_of = self.net_of();
        let mut missing: Vec<&str> = Vec::new();
        for &named in &net_of[index] {
            for &inner in &net_of[named] {
                let name = self.treaties()[inner].name.as_str();
                if !net_of[index].contains(&inner) && !missing.contains(&name) {
                    missing.push(name);
                }
            }
        }
        if !missing.is_empty() {
            let list = missing.join(", ");
            found.push(Diagnostic {
                code: "inuring_not_named",
                treaties: vec![treaty.name.clone()],
                message: format!(
                    "{} is net of {} but not of {list}, which come first: its subject still holds what they ceded",
                    treaty.name,
                    treaty.net_of.join(", ")
                ),
                fix: format!("on net of {list}, {}", treaty.net_of.join(", ")),
            });
        }
    }
}

/// Whether two treaties cover the same layer of the same subject.
fn same_layer(a: &Treaty, b: &Treaty) -> bool {
    let layer = |t: &Treaty| {
        !t.is_proportional()
            && !t.by_sum_insured()
            && t.risks.is_empty()
            && t.backup_of.is_none()
            && t.from_event.is_none()
    };
    layer(a)
        && layer(b)
        && (&a.net_of, a.basis, a.unit) == (&b.net_of, b.basis, b.unit)
        && (a.limit, a.attachment, a.drop, a.hours) == (b.limit, b.attachment, b.drop, b.hours)
        && a.attaches.unwrap_or_default() == b.attaches.unwrap_or_default()
}

fn pair(below: &Treaty, above: &Treaty, top: f64, found: &mut Vec<Diagnostic>) {
    let names = || vec![below.name.clone(), above.name.clone()];
    let text = |x: f64| {
        if below.unit == Unit::LossRatio { format!("{}%", x * 100.0) } else { format_amount(x) }
    };
    if above.attachment > top {
        found.push(Diagnostic {
            code: "gap",
            treaties: names(),
            message: format!(
                "nothing covers {} to {} between {} and {}",
                text(top),
                text(above.attachment),
                below.name,
                above.name
            ),
            fix: format!("{}: attach at {}", above.name, text(top)),
        });
    } else if above.attachment < top {
        found.push(Diagnostic {
            code: "overlap",
            treaties: names(),
            message: format!(
                "{} and {} both recover from {} to {}",
                below.name,
                above.name,
                text(above.attachment),
                text(top.min(above.attachment + above.limit.amount()))
            ),
            fix: format!("{}: attach at {}, or on net of {}", above.name, text(top), below.name),
        });
    }
}

fn clauses(treaty: &Treaty, found: &mut Vec<Diagnostic>) {
    let mut warn = |bad: bool, code: &'static str, message: String, fix: &str| {
        if bad {
            found.push(Diagnostic {
                code,
                treaties: vec![treaty.name.clone()],
                message: format!("{}: {message}", treaty.name),
                fix: fix.to_owned(),
            });
        }
    };
    let premium = treaty.premium.is_some() || treaty.rate.is_some();
    let priced =
        treaty.reinstatements.iter().flat_map(Reinstatements::rates).any(|rate| *rate > 0.0);
    warn(
        priced && !premium,
        "reinstatement_premium_unknown",
        "reinstatements are charged and no premium is stated: they cost an unknown premium".into(),
        "add `premium 2m` or `rate 3%`",
    );
    warn(
        treaty.reinstatements.is_none()
            && treaty.aal.is_unlimited()
            && treaty.basis == Basis::Event
            && !treaty.limit.is_unlimited(),
        "unlimited_reinstatements",
        "no reinstatements stated: the limit is there for every event of the year".into(),
        "add `1 @ 100%`, `no reinstatements`, `unlimited @ free` or `aal`",
    );
    warn(
        treaty.reinstatements.is_none()
            && treaty.aal.amount() < treaty.limit.amount()
            && !treaty.limit.is_unlimited(),
        "aal_below_limit",
        "the annual limit is below the limit, which is then never paid in full".into(),
        "raise `aal` or lower the limit",
    );
    warn(
        treaty.franchise > 0.0 && treaty.franchise <= treaty.attachment,
        "franchise_without_effect",
        "the franchise is not above the attachment".into(),
        "drop it or raise it",
    );
}
