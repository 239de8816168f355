//! Credibility between groups: Bühlmann–Straub, and Jewell's hierarchy of classes of groups.

use crate::error::{Faults, Issue, Result};
use std::collections::BTreeMap;

/// One observation: a rate seen in a group of a class, and its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    pub class: String,
    pub group: String,
    pub weight: f64,
    /// Claims, or losses: the rate is this over the weight.
    pub amount: f64,
}

/// The estimate of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupEstimate {
    pub class: String,
    pub group: String,
    pub weight: f64,
    /// Rate of the group alone.
    pub own: f64,
    pub credibility: f64,
    /// What it is mixed with: the class, or all.
    pub complement: f64,
    pub estimate: f64,
}

/// Estimates with their structure.
#[derive(Debug, Clone, PartialEq)]
pub struct Credibility {
    /// Mean of all.
    pub collective: f64,
    /// σ²: variance of an observation of weight 1 within a group.
    pub within: f64,
    /// Variance between groups (of a class).
    pub between_groups: f64,
    /// Variance between classes; 0 without classes.
    pub between_classes: f64,
    pub classes: Vec<(String, f64, f64)>,
    pub groups: Vec<GroupEstimate>,
}

/// Sums of a group.
#[derive(Debug, Default, Clone)]
struct Sums {
    weight: f64,
    amount: f64,
    seen: Vec<(f64, f64)>,
}

/// Bühlmann–Straub where there is one class, Jewell's hierarchy where there are more.
///
/// Unbiased estimators of the structure (Bühlmann and Gisler 2005, *A Course in Credibility Theory*,
/// 4.8 and 6.6; Klugman, Panjer and Willmot, *Loss Models*, 18.4 and 19.2): σ² from the spread within
/// groups, the variance between groups and between classes from what is left, at least 0. Class and
/// collective means are credibility-weighted.
///
/// # Errors
///
/// Weights that are not positive, amounts below 0, or no group with two observations.
pub fn buhlmann_straub(observed: &[Observed]) -> Result<Credibility> {
    let mut faults = Faults::new();
    for (k, row) in observed.iter().enumerate() {
        let path = format!("credibility[{k}]");
        faults.positive(&path, "weight", row.weight);
        faults.non_negative(&path, "amount", row.amount);
    }
    let mut tree: BTreeMap<&str, BTreeMap<&str, Sums>> = BTreeMap::new();
    for row in observed {
        let sums = tree.entry(&row.class).or_default().entry(&row.group).or_default();
        sums.weight += row.weight;
        sums.amount += row.amount;
        sums.seen.push((row.weight, row.amount / row.weight));
    }
    let groups = || tree.values().flat_map(BTreeMap::values);
    let freedom: usize = groups().map(|g| g.seen.len() - 1).sum();
    faults.check(freedom > 0, || {
        Issue::new("too_few", "credibility", "groups")
            .value(observed.len())
            .allowed("a group with at least two observations")
    });
    faults.check(groups().count() > 1, || {
        Issue::new("too_few", "credibility", "groups").value(groups().count()).allowed("two groups")
    });
    faults.finish()?;
    let within = groups()
        .map(|g| {
            let mean = g.amount / g.weight;
            g.seen.iter().map(|(w, x)| w * (x - mean) * (x - mean)).sum::<f64>()
        })
        .sum::<f64>()
        / freedom as f64;
    // Between groups of a class, pooled over classes.
    let (mut top, mut bottom) = (0.0, 0.0);
    for class in tree.values() {
        let all: f64 = class.values().map(|g| g.weight).sum();
        let mean = class.values().map(|g| g.amount).sum::<f64>() / all;
        let spread: f64 =
            class.values().map(|g| g.weight * (g.amount / g.weight - mean).powi(2)).sum();
        top += spread - within * (class.len() - 1) as f64;
        bottom += all - class.values().map(|g| g.weight * g.weight).sum::<f64>() / all;
    }
    let between_groups = if bottom > 0.0 { (top / bottom).max(0.0) } else { 0.0 };
    let trust = |weight: f64| {
        if between_groups > 0.0 { weight / (weight + within / between_groups) } else { 0.0 }
    };
    // Class means: credibility-weighted, or weighted by volume where groups do not differ.
    let parts: Vec<(&str, f64, f64)> = tree
        .iter()
        .map(|(name, class)| {
            let z: f64 = class.values().map(|g| trust(g.weight)).sum();
            if z > 0.0 {
                let sum: f64 = class.values().map(|g| trust(g.weight) * g.amount / g.weight).sum();
                (*name, z, sum / z)
            } else {
                let weight: f64 = class.values().map(|g| g.weight).sum();
                let amount: f64 = class.values().map(|g| g.amount).sum();
                (*name, weight, amount / weight)
            }
        })
        .collect();
    // Variance of a class mean of weight 1: of its groups, or of the observations.
    let noise = if between_groups > 0.0 { between_groups } else { within };
    let all: f64 = parts.iter().map(|p| p.1).sum();
    let mean = parts.iter().map(|p| p.1 * p.2).sum::<f64>() / all;
    let between_classes = if parts.len() > 1 {
        let spread: f64 = parts.iter().map(|p| p.1 * (p.2 - mean).powi(2)).sum();
        let left = all - parts.iter().map(|p| p.1 * p.1).sum::<f64>() / all;
        ((spread - noise * (parts.len() - 1) as f64) / left).max(0.0)
    } else {
        0.0
    };
    let class_trust =
        |q: f64| if between_classes > 0.0 { q / (q + noise / between_classes) } else { 0.0 };
    let z: f64 = parts.iter().map(|p| class_trust(p.1)).sum();
    let collective =
        if z > 0.0 { parts.iter().map(|p| class_trust(p.1) * p.2).sum::<f64>() / z } else { mean };
    let classes: Vec<(String, f64, f64)> = parts
        .iter()
        .map(|(name, q, own)| {
            let z = class_trust(*q);
            ((*name).to_owned(), z, z * own + (1.0 - z) * collective)
        })
        .collect();
    let groups = tree.iter().zip(&classes).flat_map(|((class, groups), (_, _, estimate))| {
        groups.iter().map(move |(group, sums)| {
            let (z, own) = (trust(sums.weight), sums.amount / sums.weight);
            GroupEstimate {
                class: (*class).to_owned(),
                group: (*group).to_owned(),
                weight: sums.weight,
                own,
                credibility: z,
                complement: *estimate,
                estimate: z * own + (1.0 - z) * estimate,
            }
        })
    });
    let groups = groups.collect();
    Ok(Credibility { collective, within, between_groups, between_classes, classes, groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(class: &str, group: &str, weight: f64, amount: f64) -> Observed {
        Observed { class: class.to_owned(), group: group.to_owned(), weight, amount }
    }

    /// In exact fractions: v = 3,370,000/189, a = 548,787,500/1,440,747.
    #[test]
    fn two_groups_by_hand() {
        let rows = [
            row("", "1", 50.0, 10_000.0),
            row("", "1", 60.0, 13_000.0),
            row("", "2", 100.0, 18_000.0),
            row("", "2", 110.0, 21_000.0),
            row("", "2", 105.0, 17_000.0),
        ];
        let c = buhlmann_straub(&rows).unwrap();
        let (v, a): (f64, f64) = (3_370_000.0 / 189.0, 548_787_500.0 / 1_440_747.0);
        assert!((c.within / v - 1.0).abs() < 1e-12 && (c.between_groups / a - 1.0).abs() < 1e-12);
        for (group, weight) in c.groups.iter().zip([110.0, 315.0]) {
            assert!((group.credibility - weight / (weight + v / a)).abs() < 1e-12);
        }
    }

    /// The estimates reproduce the total (Bühlmann and Gisler, theorem 4.5), with classes too.
    #[test]
    fn the_total_is_kept() {
        let mut rows = Vec::new();
        for (c, level) in [("a", 1.0), ("b", 2.0), ("c", 4.0)] {
            for (g, more) in [("1", 0.6), ("2", 1.0), ("3", 1.7)] {
                for (year, noise) in [(1.0, 0.9), (2.0, 1.2), (3.0, 0.95)] {
                    let weight = 10.0 * year * more;
                    rows.push(row(c, &format!("{c}{g}"), weight, weight * level * more * noise));
                }
            }
        }
        let c = buhlmann_straub(&rows).unwrap();
        assert!(c.between_classes > 0.0 && c.between_groups > 0.0, "{c:?}");
        let total: f64 = rows.iter().map(|r| r.amount).sum();
        let kept: f64 = c.groups.iter().map(|g| g.weight * g.estimate).sum();
        assert!((kept / total - 1.0).abs() < 1e-12, "{kept} {total}");
        for g in &c.groups {
            let (low, high) = (g.own.min(g.complement), g.own.max(g.complement));
            assert!((low..=high).contains(&g.estimate) && (0.0..1.0).contains(&g.credibility));
        }
        assert!(buhlmann_straub(&rows[..1]).unwrap_err().issues().len() == 2);
    }
}
