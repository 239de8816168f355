//! Means by group of the risks, and tail means allocated to them.

use super::summary::sd_of;
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;
use crate::losses::{Source, TailWeight};
use crate::measure::Estimate;
use crate::output::Table;
use crate::treaty::{By, Outcome, Plan, Share, Weighted, run_and_gather, shares};

/// What `by` names, and the names of its groups; numbers where the source has no names.
///
/// # Errors
/// Unknown groups.
pub fn find<S: Source>(source: &S, by: &str) -> Result<(By, Vec<String>)> {
    let labels = source.groups().iter().map(|groups| groups.label.as_str());
    match by {
        "risk" => Ok((By::Risk, source.risk_ids().to_vec())),
        "cause" if !source.causes().is_empty() => Ok((By::Cause, source.causes().to_vec())),
        _ => match source.groups().iter().position(|groups| groups.label == by) {
            Some(index) => Ok((By::Groups(index), source.groups()[index].names.clone())),
            None => {
                let known = labels.chain(["risk", "cause"]);
                Err(Issue::unknown("result", "by", by, known).into_error())
            }
        },
    }
}

/// Names of `count` groups: numbers where there are no more names.
pub fn names(mut names: Vec<String>, count: usize) -> Vec<String> {
    names.extend((names.len()..count).map(|number| number.to_string()));
    names
}

/// Mean annual gross, ceded (in all and by treaty) and net of each group, with standard errors.
///
/// # Errors
/// Unknown groups, and those of the source.
pub fn groups<S: Source>(
    outcome: &Outcome,
    plan: &Plan,
    source: &S,
    by: &str,
    control: &Control,
) -> Result<Table> {
    let (what, labels) = find(source, by)?;
    // An interrupted run has fewer years than its source.
    let some = vec![1.0; outcome.years as usize];
    let weights: &[f64] = if outcome.years == source.years() { &[] } else { &some };
    let found = shares(plan, source, what, &[weights], control)?.pop().unwrap_or_default();
    Ok(table_of(by, outcome, plan, names(labels, found.len()), &found))
}

/// Runs a programme and takes the means of some groups in the same pass.
///
/// # Errors
/// Unknown groups, groups by risk, and those of the run.
pub fn run_with_groups<S: Source>(
    plan: &Plan,
    source: &S,
    by: &[String],
    control: &Control,
) -> Result<(Outcome, Vec<(String, Table)>)> {
    let mut faults = Faults::new();
    let mut found = Vec::new();
    for by in by {
        faults.check(by != "risk", || {
            Issue::new("out_of_range", "apply", "keep")
                .value("risk")
                .allowed("groups that are few: sector, coverage, cause")
                .hint("ask `result.by(\"risk\")`, which reads the losses again")
        });
        found.extend(faults.take(find(source, by))?);
    }
    faults.finish()?;
    let what: Vec<By> = found.iter().map(|(what, _)| *what).collect();
    let (outcome, groups) = run_and_gather(plan, source, &what, control)?;
    let mut tables = Vec::new();
    // Of an interrupted run the groups may miss years: they are then asked for again.
    if !outcome.interrupted {
        for ((by, (_, labels)), found) in by.iter().zip(found).zip(&groups) {
            let table = table_of(by, &outcome, plan, names(labels, found.len()), found);
            tables.push((by.clone(), table));
        }
    }
    Ok((outcome, tables))
}

fn table_of(
    by: &str,
    outcome: &Outcome,
    plan: &Plan,
    labels: Vec<String>,
    found: &[Share],
) -> Table {
    let n = outcome.years as f64;
    let variance = |w: Weighted| ((w.squares - w.sum * w.sum / n) / (n - 1.0)).max(0.0);
    let column = |f: &dyn Fn(&Share) -> f64| found.iter().map(f).collect::<Vec<f64>>();
    let error = |of: &str, f: fn(&Share) -> Weighted| {
        let known = outcome.weight(of) == TailWeight::Light;
        column(&|s| if known { (variance(f(s)) / n).sqrt() } else { f64::NAN })
    };
    let gross = outcome.weight("gross");
    let sd = |s: &Share| {
        let value = variance(s.gross).sqrt();
        sd_of(gross, Estimate { value, standard_error: f64::NAN }).value
    };
    let mut table = Table::new(by)
        .text(by, labels)
        .float("expected_loss", column(&|s| s.gross.sum / n))
        .float("standard_error", error("gross", |s| s.gross))
        .float("sd", column(&sd))
        .float("ceded", column(&|s| s.ceded.sum / n))
        .float("ceded_se", error("ceded", |s| s.ceded))
        .float("net", column(&|s| s.net.sum / n))
        .float("net_se", error("net", |s| s.net));
    for (index, name) in plan.names().iter().enumerate() {
        let of = |s: &Share| s.treaties.get(index).map_or(0.0, |w| w.sum / n);
        table = table.float(&format!("ceded.{name}"), column(&of));
    }
    table
}

/// The tail mean of the annual amounts `of` (`gross`, `ceded`, `net` or a treaty) given to groups.
///
/// Euler's allocation: the part of group i is E[Xᵢ | S beyond its VaR], the atom at the VaR split, so
/// that parts add up to TVaR(p) (Tasche 1999; McNeil, Frey and Embrechts 2005, 6.3). Standard errors
/// as of Manistre and Hancock (2005, NAAJ 9(2), eq. 5), the group's mean near the VaR in place of it:
/// [Var(Xᵢ | tail) + p (aᵢ − E[Xᵢ | S ≈ VaR])²] / (n (1 − p)).
///
/// # Errors
/// Unknown names, a level outside (0, 1), and those of the source.
#[expect(clippy::too_many_arguments, reason = "one question")]
pub fn allocate<S: Source>(
    outcome: &Outcome,
    plan: &Plan,
    source: &S,
    measure: &str,
    level: f64,
    to: &str,
    of: &str,
    control: &Control,
) -> Result<Table> {
    if measure != "tvar" {
        return Err(Issue::unknown("allocate", "measure", measure, ["tvar"]).into_error());
    }
    let n = outcome.years as f64;
    if !(level > 0.0 && level < 1.0) || n * (1.0 - level) < 1.0 {
        let most = 1.0 - 1.0 / n;
        return Err(Issue::new("out_of_range", "allocate", "level")
            .value(level)
            .allowed(format!("above 0 and at most {most} with {n} years"))
            .into_error());
    }
    let treaty = outcome.treaties.iter().position(|treaty| treaty.name == of);
    let all;
    let totals: &[f64] = match (of, treaty) {
        ("gross", _) => &outcome.gross,
        ("net", _) => &outcome.net,
        ("ceded", _) => {
            all = outcome.ceded();
            &all
        }
        (_, Some(index)) => &outcome.treaties[index].ceded,
        _ => {
            let names = outcome.treaties.iter().map(|treaty| treaty.name.as_str());
            let known = ["gross", "ceded", "net"].into_iter().chain(names);
            return Err(Issue::unknown("allocate", "of", of, known).into_error());
        }
    };
    let (what, labels) = find(source, to)?;
    let (tail, near) = weights(totals, level);
    let mut found = shares(plan, source, what, &[&tail, &near], control)?.into_iter();
    let (tail, near) = (found.next().unwrap_or_default(), found.next().unwrap_or_default());
    let of_share = |share: &Share| match (of, treaty) {
        ("gross", _) => share.gross,
        ("net", _) => share.net,
        ("ceded", _) => share.ceded,
        (_, index) => index.and_then(|i| share.treaties.get(i).copied()).unwrap_or_default(),
    };
    let count = tail.len().max(near.len());
    let at = |shares: &[Share], i: usize| shares.get(i).map(of_share).unwrap_or_default();
    let total: f64 = tail.iter().map(|share| of_share(share).sum).sum();
    let known = outcome.weight(of) == TailWeight::Light;
    let parts: Vec<(f64, f64)> = (0..count)
        .map(|i| {
            let (share, near) = (at(&tail, i), at(&near, i));
            let spread = (share.squares - share.sum * share.sum).max(0.0);
            let away = share.sum - near.sum;
            let error = ((spread + level * away * away) / (n * (1.0 - level))).sqrt();
            (share.sum, if known { error } else { f64::NAN })
        })
        .collect();
    Ok(Table::new("allocation")
        .text(to, names(labels, count))
        .float("allocated", parts.iter().map(|part| part.0).collect())
        .float("standard_error", parts.iter().map(|part| part.1).collect())
        .float("share", parts.iter().map(|part| part.0 / total).collect()))
}

/// Weights of the years in the tail mean, and of the years about the quantile.
fn weights(totals: &[f64], level: f64) -> (Vec<f64>, Vec<f64>) {
    let n = totals.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| totals[a].total_cmp(&totals[b]).then(a.cmp(&b)));
    let rank = ((n as f64 * level - 1e-9).ceil().max(1.0) as usize).min(n) - 1;
    let var = totals[order[rank]];
    let above = totals.iter().filter(|x| **x > var).count() as f64;
    let equal = totals.iter().filter(|x| **x == var).count() as f64;
    let each = 1.0 / (n as f64 * (1.0 - level));
    let rest = (1.0 - above * each).max(0.0) / equal;
    let tail = totals
        .iter()
        .map(|x| {
            if *x > var {
                each
            } else if *x == var {
                rest
            } else {
                0.0
            }
        })
        .collect();
    let reach = (n as f64 * (1.0 - level)).sqrt().ceil() as usize;
    let (low, high) = (rank.saturating_sub(reach), (rank + reach).min(n - 1));
    let mut near = vec![0.0; n];
    for &year in &order[low..=high] {
        near[year] = 1.0 / (high - low + 1) as f64;
    }
    (tail, near)
}
