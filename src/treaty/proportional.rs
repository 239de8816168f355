//! Proportional covers whose share depends on the risk: surplus, and quota share by band.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::reader::Reader;
use super::terms::{Limit, Treaty};
use super::wording::{amount_text, percent_text};
use crate::losses::Groups;

/// Risks with a sum insured up to `up_to` cede `share`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    #[serde(default)]
    pub up_to: Limit,
    pub share: f64,
}

/// How the ceded share of a risk follows from its sum insured S.
#[derive(Debug, Clone, PartialEq)]
pub enum Cession {
    /// min(max(S − R, 0), k R) / S with k lines of retention R.
    Surplus { lines: f64, retention: f64, retentions: BTreeMap<String, f64> },
    /// The share of the first band that reaches S; nothing above the last.
    Bands(Vec<Band>),
    /// Shares by id of the risk; nothing of the others.
    Risks(BTreeMap<String, f64>),
    /// What the lines of a pool leave: 1 − Σ min(sᵢ, Mᵢ / S).
    Overflow(Vec<Line>),
    /// One member's part of what the lines take: min(sᵢ, Mᵢ / S) / Σ min(sⱼ, Mⱼ / S).
    Line { lines: Vec<Line>, member: usize },
}

/// A member's line on each risk: a share, up to a maximum of the sum insured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub share: f64,
    pub maximum: f64,
}

impl Line {
    /// Share of a risk that the line takes.
    pub fn of(&self, sum_insured: f64) -> f64 {
        self.share.min(self.maximum / sum_insured)
    }
}

impl Cession {
    pub(super) fn of(treaty: &Treaty) -> Option<Self> {
        if let Some(lines) = treaty.lines {
            let retention = treaty.retention.unwrap_or(f64::INFINITY);
            return Some(Self::Surplus { lines, retention, retentions: treaty.retentions.clone() });
        }
        if !treaty.risks.is_empty() {
            return Some(Self::Risks(treaty.risks.clone()));
        }
        (!treaty.bands.is_empty()).then(|| Self::Bands(treaty.bands.clone()))
    }

    /// Whether it follows from the sum insured of the risk.
    pub fn by_sum_insured(&self) -> bool {
        !matches!(self, Self::Risks(_))
    }

    /// Ceded share of a risk; `retention` is that of its class, where it has one.
    pub fn share(&self, sum_insured: f64, class: Option<f64>) -> f64 {
        match self {
            Self::Surplus { lines, retention, .. } => {
                surplus(sum_insured, class.unwrap_or(*retention), *lines)
            }
            Self::Bands(bands) => bands
                .iter()
                .find(|band| sum_insured <= band.up_to.amount())
                .map_or(0.0, |band| band.share),
            Self::Risks(_) => 0.0,
            Self::Overflow(lines) => (1.0 - taken(lines, sum_insured)).max(0.0),
            Self::Line { lines, member } => {
                lines.get(*member).map_or(0.0, |line| line.of(sum_insured))
                    / taken(lines, sum_insured)
            }
        }
    }

    /// Ceded shares of all risks.
    pub(super) fn shares(
        &self,
        sums_insured: &[f64],
        groups: &[Groups],
        ids: &[String],
    ) -> Vec<f64> {
        if let Self::Risks(risks) = self {
            return ids.iter().map(|id| risks.get(id).copied().unwrap_or(0.0)).collect();
        }
        let classes: Vec<(&Groups, Vec<Option<f64>>)> = match self {
            Self::Surplus { retentions, .. } if !retentions.is_empty() => groups
                .iter()
                .map(|g| (g, g.names.iter().map(|name| retentions.get(name).copied()).collect()))
                .collect(),
            _ => Vec::new(),
        };
        let class = |risk: usize| {
            classes.iter().find_map(|(groups, by_name)| {
                let group = *groups.of_risk.get(risk)?;
                *by_name.get(usize::from(group))?
            })
        };
        sums_insured.iter().enumerate().map(|(risk, sum)| self.share(*sum, class(risk))).collect()
    }
}

fn taken(lines: &[Line], sum_insured: f64) -> f64 {
    lines.iter().map(|line| line.of(sum_insured)).sum()
}

/// Share of a sum insured that `lines` lines above `retention` take.
pub fn surplus(sum_insured: f64, retention: f64, lines: f64) -> f64 {
    if sum_insured > retention {
        (sum_insured - retention).min(lines * retention) / sum_insured
    } else {
        0.0
    }
}

pub(super) const RETENTION: Clause = Clause {
    words: "retention",
    fields: &["retention", "retentions"],
    form: "retention 2m, 500k for uav.hull",
    about: "one line of a surplus; a table of lines by sector or coverage may follow",
    read: |reader, treaty| {
        treaty.retention = Some(reader.amount("the retention of the surplus")?);
        while reader.another_for() {
            let amount = reader.amount("the retention of a sector or coverage")?;
            reader.expect("for")?;
            let name = reader.word("a sector or coverage")?;
            treaty.retentions.insert(name, amount);
        }
        Some(())
    },
    write: |treaty| {
        let mut text = format!("retention {}", amount_text(treaty.retention?));
        for (name, amount) in &treaty.retentions {
            text.push_str(&format!(", {} for {name}", amount_text(*amount)));
        }
        Some(text)
    },
};

pub(super) const RISKS: Clause = Clause {
    words: "for risks",
    fields: &["risks"],
    form: "for risks P17 40%, P23 100%",
    about: "covers these risks only, each with its ceded share: facultative covers, shares of a scope",
    read: |reader, treaty| {
        loop {
            let name = reader.word("the id of a risk")?;
            let share = reader.rate("the ceded share of the risk")?;
            treaty.risks.insert(name, share);
            if !reader.another_share() {
                return Some(());
            }
        }
    },
    write: |treaty| {
        let share = |(name, share): (&String, &f64)| format!("{name} {}", percent_text(*share));
        let shares: Vec<String> = treaty.risks.iter().map(share).collect();
        (!shares.is_empty()).then(|| format!("for risks {}", shares.join(", ")))
    },
};

/// `20% to 1m, 40% to 5m, 60% above`, after the words `variable quota share`.
pub(super) fn read_bands(reader: &mut Reader<'_>) -> Option<Vec<Band>> {
    let mut bands = Vec::new();
    loop {
        let share = reader.rate("the ceded share of a band")?;
        let up_to = if reader.eat("above") {
            Limit::Unlimited
        } else {
            reader.expect("to")?;
            reader.amount("the sum insured up to which it holds")?.into()
        };
        bands.push(Band { up_to, share });
        if !reader.another_band() {
            return Some(bands);
        }
    }
}

pub(super) fn bands_text(bands: &[Band]) -> String {
    let texts: Vec<String> = bands
        .iter()
        .map(|band| match band.up_to {
            Limit::Unlimited => format!("{} above", percent_text(band.share)),
            Limit::Amount(top) => format!("{} to {}", percent_text(band.share), amount_text(top)),
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Retention 100,000 and 5 lines, the arithmetic of every textbook (Clark 1996, section 2).
    #[test]
    fn lines_above_the_retention() {
        assert_eq!(surplus(50e3, 100e3, 5.0), 0.0);
        assert_eq!(surplus(100e3, 100e3, 5.0), 0.0);
        assert_eq!(surplus(200e3, 100e3, 5.0), 0.5);
        assert_eq!(surplus(500e3, 100e3, 5.0), 0.8);
        assert_eq!(surplus(1e6, 100e3, 5.0), 0.5);
    }

    #[test]
    fn a_class_has_its_own_line() {
        let retentions = BTreeMap::from([("uav".to_owned(), 50.0)]);
        let cession = Cession::Surplus { lines: 2.0, retention: 100.0, retentions };
        let groups = Groups {
            label: "sector".into(),
            names: vec!["ic".into(), "uav".into()],
            of_risk: vec![0, 1],
        };
        assert_eq!(cession.shares(&[200.0, 200.0], &[groups], &[]), [0.5, 0.5]);
        assert_eq!(cession.share(400.0, Some(50.0)), 0.25);
    }

    #[test]
    fn bands_by_sum_insured() {
        let bands = vec![
            Band { up_to: Limit::Amount(1e6), share: 0.2 },
            Band { up_to: Limit::Amount(5e6), share: 0.4 },
        ];
        let cession = Cession::Bands(bands);
        let shares: Vec<f64> =
            [5e5, 1e6, 2e6, 9e6].iter().map(|s| cession.share(*s, None)).collect();
        assert_eq!(shares, [0.2, 0.2, 0.4, 0.0]);
    }
}
