//! Risks attaching, claims made, interlocking: covers whose year is not that of the loss.
//!
//! A treaty year covers the policies that begin in it, or the claims reported in it, whenever the
//! loss happens. Each occurrence falls into pieces, one a treaty year; layer, event terms and annual
//! terms work on the pieces of one treaty year, and its annual terms go on from year to year of a
//! run. What belongs to a treaty year before the run or after it is not covered. Recoveries are
//! booked in the year of the loss, so that gross = ceded + net in every year.

use serde::{Deserialize, Serialize};

use super::annual::Attribution;
use super::apply::Annuals;
use super::clause::Clause;
use super::cover::Work;
use super::event_limit;
use super::layer::sum;
use super::plan::{Plan, Resolved};
use super::terms::{Basis, Treaty};
use super::units::Units;
use crate::error::{Issue, Result};
use crate::losses::LossBlock;

/// Which year of the treaty a loss belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attaches {
    /// That in which it occurs.
    #[default]
    LossesOccurring,
    /// That in which its policy begins.
    RisksAttaching,
    /// That in which it is reported.
    ClaimsMade,
}

impl Attaches {
    pub fn words(self) -> &'static str {
        match self {
            Self::LossesOccurring => "losses occurring",
            Self::RisksAttaching => "risks attaching",
            Self::ClaimsMade => "claims made",
        }
    }
}

/// The part of one occurrence that belongs to one treaty year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// Unit of the basis, and its event.
    pub unit: usize,
    event: usize,
    /// Year of the run.
    pub year: usize,
    pub loss: f64,
    /// Recovery before annual terms, then after them.
    pub layered: f64,
    /// Of the treaty year: recoveries before annual terms up to this piece, it included.
    pub so_far: f64,
    pub paid: f64,
}

/// Recoveries before annual terms of the treaty years of a run.
pub(super) type TreatyYears = Vec<f64>;

const UNCOVERED: u32 = u32::MAX;

impl Resolved {
    /// Whether the treaty's year is another than that of the loss.
    pub(super) fn is_attaching(&self) -> bool {
        self.attaches != Attaches::LossesOccurring
    }

    /// What a treaty year recovers in all from the sum of its occurrences.
    pub(super) fn of_treaty_year(&self, occurrences: f64) -> f64 {
        let annual = self.basis == Basis::Annual;
        self.annual.recovery(if annual { self.layer.recovery(occurrences) } else { occurrences })
    }

    /// Years from that of the loss to the treaty year of a row.
    fn years_away(&self, block: &LossBlock, row: usize) -> i64 {
        match self.attaches {
            Attaches::LossesOccurring => 0,
            Attaches::ClaimsMade => i64::from(block.reported[row]),
            Attaches::RisksAttaching => match block.inception.get(row) {
                Some(years) => i64::from(*years),
                // Renewed every year on the same day.
                None => -i64::from(block.time[row] < self.renewals[block.risk[row] as usize]),
            },
        }
    }
}

impl Plan {
    /// Whether the block says what a treaty year is made of.
    pub(super) fn check_dates(&self, step: &Resolved, block: &LossBlock) -> Result<()> {
        let by_risk = !block.time.is_empty()
            && !block.risk.is_empty()
            && block.risk.iter().all(|risk| (*risk as usize) < step.renewals.len());
        let (known, field, allowed) = match step.attaches {
            Attaches::LossesOccurring => return Ok(()),
            Attaches::ClaimsMade => {
                (!block.reported.is_empty(), "reported", "the date at which each loss was reported")
            }
            Attaches::RisksAttaching => (
                !block.inception.is_empty() || by_risk,
                "inception",
                "the date at which the policy of each loss began",
            ),
        };
        if known {
            return Ok(());
        }
        let hint = format!("'{}' is {}", self.names[step.treaty], step.attaches.words());
        let issue = Issue::new("missing_column", "losses", field).value("absent");
        Err(issue.allowed(allowed).hint(hint).into_error())
    }

    /// Takes the dates of renewal of a source whose rows do not state their inception.
    pub(super) fn with_renewals(&mut self, renewals: &[f64]) -> Result<()> {
        let unknown = renewals.iter().filter(|date| date.is_nan()).count();
        if unknown > 0 {
            return Err(Issue::new("missing_cells", "portfolio", "inception")
                .value(format!("{unknown} risks without"))
                .allowed("a date for each risk, where a treaty is `risks attaching`")
                .into_error());
        }
        let renewals: std::sync::Arc<[f64]> = renewals.into();
        for step in &mut self.steps {
            step.renewals = renewals.clone();
        }
        Ok(())
    }

    /// The pieces of one year, by unit and treaty year, and the piece of each of its rows.
    pub(super) fn pieces(
        &self,
        step: &Resolved,
        rows: &[f64],
        block: &LossBlock,
        units: &Units,
        year: usize,
    ) -> (Vec<Piece>, Vec<u32>) {
        let spans = units.spans(step.basis, block);
        let now = self.year_of_run(block.first_year + year as u64) as i64;
        let (mut pieces, mut of_row): (Vec<Piece>, Vec<u32>) = Default::default();
        let mut whole: Vec<f64> = Vec::new();
        for unit in spans.year(year) {
            let first = pieces.len();
            let range = spans.rows(unit);
            for row in range.clone() {
                let year = now + step.years_away(block, row);
                if year < 0 || year >= self.horizon as i64 {
                    of_row.push(UNCOVERED);
                    continue;
                }
                let year = year as usize;
                let known = pieces[first..].iter().position(|piece| piece.year == year);
                let at = known.map_or(pieces.len(), |at| first + at);
                if known.is_none() {
                    let event = block.event.get(row).map_or(unit, |event| *event as usize);
                    let (loss, layered, so_far, paid) = (0.0, 0.0, 0.0, 0.0);
                    pieces.push(Piece { unit, event, year, loss, layered, so_far, paid });
                    whole.push(sum(&rows[range.clone()]));
                }
                pieces[at].loss += rows[row];
                of_row.push(at as u32);
            }
        }
        for (piece, whole) in pieces.iter_mut().zip(&whole) {
            piece.layered = if step.basis == Basis::Annual {
                piece.loss
            } else if step.interlocking && piece.loss > 0.0 {
                // Retention and limit in proportion to the treaty year's part of the event.
                step.layer.recovery(*whole) * (piece.loss / whole)
            } else {
                step.layer.recovery(piece.loss)
            };
        }
        if step.event_franchise > 0.0 || step.event_limit < f64::INFINITY {
            event_terms(step, &mut pieces);
        }
        (pieces, of_row)
    }

    /// Annual terms of the treaty years that the pieces of one year belong to.
    pub(super) fn annual_of_pieces(
        &self,
        step: &Resolved,
        pieces: &mut [Piece],
        carried: &mut TreatyYears,
    ) {
        let before = carried.clone();
        for piece in &mut *pieces {
            let so_far = &mut carried[piece.year];
            let paid = step.of_treaty_year(*so_far);
            *so_far += piece.layered;
            piece.so_far = *so_far;
            piece.paid = step.of_treaty_year(*so_far) - paid;
        }
        if self.options().attribution == Attribution::ProRata {
            for piece in pieces {
                let (from, to) = (before[piece.year], carried[piece.year]);
                let whole = step.of_treaty_year(to) - step.of_treaty_year(from);
                piece.paid = if to > from { piece.layered * (whole / (to - from)) } else { 0.0 };
            }
        }
    }

    /// Applies a cover by treaty year to a block.
    pub(super) fn attaching(
        &self,
        step: &Resolved,
        work: Work<'_>,
        block: &LossBlock,
        units: &Units,
        carried: &mut TreatyYears,
        out: &mut Annuals,
    ) {
        let Work { rows, mut target, .. } = work;
        if let Some(target) = &mut target {
            target.clear();
        }
        carried.resize(self.horizon as usize, 0.0);
        let most = step.of_treaty_year(f64::INFINITY);
        for year in 0..block.years() {
            if self.year_of_run(block.first_year + year as u64) == 0 {
                carried.fill(0.0);
            }
            let before = carried.clone();
            let (mut pieces, of_row) = self.pieces(step, rows, block, units, year);
            self.annual_of_pieces(step, &mut pieces, carried);
            let (mut recovery, mut premium, mut exhausted) = (0.0, 0.0, false);
            for (from, to) in before.iter().zip(&*carried) {
                let (from, to) = (step.of_treaty_year(*from), step.of_treaty_year(*to));
                recovery += to - from;
                exhausted |= to > from && to >= most;
                if let Some(reinstatement) = step.reinstatement.as_ref().filter(|r| !r.prepaid) {
                    premium += reinstatement.premium * reinstatement.charge(from, to);
                }
            }
            if let Some(prepaid) = step.reinstatement.as_ref().filter(|r| r.prepaid) {
                premium = prepaid.of_year(0.0);
            }
            let columns = &mut out.treaties[step.treaty];
            columns.reinstatement_premium[year] = step.participation * premium;
            step.book(columns, year, out.gross[year], recovery, exhausted);
            if let Some(target) = &mut target {
                let of_year = &rows[block.year(year)];
                target.extend(of_year.iter().zip(of_row).map(|(row, at)| {
                    let Some(piece) = pieces.get(at as usize) else { return 0.0 };
                    let share = if piece.loss > 0.0 { row / piece.loss } else { 0.0 };
                    step.participation * piece.paid * share
                }));
            }
        }
    }
}

/// Event franchise and event limit of a cover per risk, for each treaty year of each event.
fn event_terms(step: &Resolved, pieces: &mut [Piece]) {
    let mut start = 0;
    while start < pieces.len() {
        let event = pieces[start].event;
        let end = start + pieces[start..].partition_point(|piece| piece.event == event);
        let mut years: Vec<usize> = pieces[start..end].iter().map(|piece| piece.year).collect();
        years.sort_unstable();
        years.dedup();
        for year in years {
            let of_year: Vec<usize> = (start..end).filter(|&i| pieces[i].year == year).collect();
            let losses: Vec<f64> = of_year.iter().map(|&i| pieces[i].loss).collect();
            let mut paid: Vec<f64> = of_year.iter().map(|&i| pieces[i].layered).collect();
            if step.event_franchise > 0.0 {
                event_limit::franchise(&mut paid, &losses, step.event_franchise);
            }
            if step.event_limit < f64::INFINITY {
                event_limit::cap(&mut paid, step.event_limit);
            }
            for (&i, paid) in of_year.iter().zip(paid) {
                pieces[i].layered = paid;
            }
        }
        start = end;
    }
}

fn attaching_text(treaty: &Treaty, which: Attaches) -> Option<String> {
    (treaty.attaches == Some(which)).then(|| which.words().to_owned())
}

pub(super) const OCCURRING: Clause = Clause {
    words: "losses occurring",
    fields: &["attaches"],
    form: "losses occurring",
    about: "covers the losses that occur in the treaty year; what holds when nothing is said",
    read: |_, treaty| {
        treaty.attaches = Some(Attaches::LossesOccurring);
        Some(())
    },
    write: |treaty| attaching_text(treaty, Attaches::LossesOccurring),
};

pub(super) const ATTACHING: Clause = Clause {
    words: "risks attaching",
    fields: &["attaches"],
    form: "risks attaching",
    about: "covers the policies that begin in the treaty year, whenever their losses occur",
    read: |_, treaty| {
        treaty.attaches = Some(Attaches::RisksAttaching);
        Some(())
    },
    write: |treaty| attaching_text(treaty, Attaches::RisksAttaching),
};

pub(super) const CLAIMS_MADE: Clause = Clause {
    words: "claims made",
    fields: &["attaches"],
    form: "claims made",
    about: "covers the losses reported in the treaty year",
    read: |_, treaty| {
        treaty.attaches = Some(Attaches::ClaimsMade);
        Some(())
    },
    write: |treaty| attaching_text(treaty, Attaches::ClaimsMade),
};

pub(super) const INTERLOCKING: Clause = Clause {
    words: "interlocking",
    fields: &["interlocking"],
    form: "interlocking",
    about: "an event of several treaty years has one retention and one limit, shared by its losses",
    read: |_, treaty| {
        treaty.interlocking = true;
        Some(())
    },
    write: |treaty| treaty.interlocking.then(|| "interlocking".into()),
};

#[cfg(test)]
#[path = "attaching_tests.rs"]
mod tests;
