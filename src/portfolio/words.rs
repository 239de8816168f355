//! Cells that hold a word of the library: coverage, sector, stage.

use super::dates::Date;
use super::risks::Stage;
use super::rules::{Row, Vocabulary, stage, text};
use super::table::Cell;
use crate::error::Issue;
use std::borrow::Cow;

pub(super) fn read_stage(column: &str, cell: Cell<'_>, faults: &mut Row<'_>) -> Option<Stage> {
    let name = text(cell)?;
    let found = stage(&name);
    if found.is_none() {
        let known = Stage::ALL.map(Stage::name);
        faults.issues.push(Issue::unknown(faults.place(), column, &name, known));
    }
    found
}

/// The stage a risk moves to, and when: both or neither, and within the term.
pub(super) fn read_change(
    (after, date): (Cell<'_>, Option<Date>),
    (before, inception, expiry): (Stage, Option<Date>, Option<Date>),
    faults: &mut Row<'_>,
) -> Option<(Stage, Date)> {
    let empty = matches!(after, Cell::Empty);
    let after = read_stage("stage_after", after, faults);
    match (after, date) {
        (Some(after), Some(date)) => {
            let outside = inception.is_some_and(|d| date < d) || expiry.is_some_and(|d| date >= d);
            if outside {
                let issue = faults.fault("out_of_range", "stage_date");
                issue.value = date.to_string();
                "within the term of the policy".clone_into(&mut issue.allowed);
            }
            (!outside && after != before).then_some((after, date))
        }
        (Some(_), None) => {
            let issue = faults.fault("missing_value", "stage_date");
            "the day of the change, beside stage_after".clone_into(&mut issue.allowed);
            None
        }
        (None, Some(_)) if empty => {
            let issue = faults.fault("missing_value", "stage_after");
            "the stage from stage_date on".clone_into(&mut issue.allowed);
            None
        }
        _ => None,
    }
}

pub(super) fn find_coverage(
    coverage: Option<Cow<'_, str>>,
    sector: Option<Cow<'_, str>>,
    words: &Vocabulary,
    faults: &mut Row<'_>,
) -> Option<usize> {
    let Some(name) = coverage else {
        "the id of a coverage, such as uav.tpl"
            .clone_into(&mut faults.fault("missing_value", "coverage").allowed);
        return None;
    };
    let known_sector = |s: &str| {
        words.coverages.iter().any(|c| c.sector == s || c.id.split('.').next() == Some(s))
    };
    if let Some(sector) = sector.as_deref().filter(|s| !known_sector(s)) {
        let mut known: Vec<&str> = words.coverages.iter().map(|c| c.sector.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        faults.issues.push(Issue::unknown(faults.place(), "sector", sector, known));
    }
    let Some(found) = words.find(&name, sector.as_deref()) else {
        let known = words.coverages.iter().map(|c| c.id.as_str());
        faults.issues.push(Issue::unknown(faults.place(), "coverage", &name, known));
        return None;
    };
    let rules = &words.coverages[found];
    if let Some(sector) = sector.filter(|s| known_sector(s))
        && *sector != rules.sector
        && rules.id.split('.').next() != Some(&*sector)
    {
        let issue = faults.fault("contradiction", "sector");
        issue.value = format!("'{sector}'");
        issue.allowed = format!("'{}', the sector of {}", rules.sector, rules.id);
        return None;
    }
    Some(found)
}
