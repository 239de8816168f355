//! Results as tables of the Open Results Data standard, with its column names.
//!
//! A simulated year is a period and each year is one sample: `SampleId` and `SummaryId` are 1, the
//! calendar has 365 days, dates go to the minute. Numbers that kebao does not have, such as impacted
//! exposure, are NaN.

use crate::error::{Issue, Result};
use crate::measure::{Moments, Tail};
use crate::output::Table;
use crate::treaty::{Events, Outcome};

/// Tables that can be asked for.
pub const ORD_TABLES: [&str; 5] = ["SPLT", "MPLT", "SELT", "EPT", "PALT"];

const RETURN_PERIODS: [f64; 15] = [
    2.0, 5.0, 10.0, 20.0, 25.0, 30.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1000.0, 2000.0, 5000.0,
    10000.0,
];

/// EPCalc of the full uncertainty of all samples, SampleType of sampled losses.
const FULL_UNCERTAINTY: i64 = 2;
const SAMPLED: i64 = 2;

/// Days before each month.
const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// One ORD table of the amounts `of` (`gross`, `ceded`, `net` or a treaty).
///
/// # Errors
/// Unknown tables and amounts.
pub fn ord(kind: &str, outcome: &Outcome, events: &Events, of: &str) -> Result<Table> {
    let by_event = of_events(outcome, events, of)?;
    let rows = by_event.len();
    let one = || vec![1i64; rows];
    let none = || vec![f64::NAN; rows];
    let ids = || events.event.iter().map(|event| *event as i64).collect::<Vec<i64>>();
    Ok(match kind {
        "SELT" => Table::new("SELT")
            .integer("EventId", ids())
            .integer("SummaryId", one())
            .integer("SampleId", one())
            .float("Loss", by_event)
            .float("ImpactedExposure", none()),
        "SPLT" => dated(Table::new("SPLT"), outcome, events)
            .integer("SummaryId", one())
            .integer("SampleId", one())
            .float("Loss", by_event)
            .float("ImpactedExposure", none()),
        "MPLT" => dated(Table::new("MPLT"), outcome, events)
            .integer("SummaryId", one())
            .integer("SampleType", vec![SAMPLED; rows])
            .float("ChanceOfLoss", by_event.iter().map(|x| f64::from(*x > 0.0)).collect())
            .float("MeanLoss", by_event.clone())
            .float("SDLoss", vec![0.0; rows])
            .float("MaxLoss", by_event)
            .float("FootprintExposure", none())
            .float("MeanImpactedExposure", none())
            .float("MaxImpactedExposure", none()),
        "PALT" => {
            let moments = Moments::of(&of_years(outcome, of)?);
            Table::new("PALT")
                .integer("SummaryId", vec![1])
                .integer("SampleType", vec![SAMPLED])
                .float("MeanLoss", vec![moments.mean])
                .float("SDLoss", vec![moments.sd])
        }
        "EPT" => {
            let mut largest = vec![0.0_f64; outcome.years as usize];
            for (year, amount) in events.year.iter().zip(&by_event) {
                if let Some(most) = largest.get_mut(*year as usize) {
                    *most = most.max(*amount);
                }
            }
            exceedance(&largest, &of_years(outcome, of)?)
        }
        other => return Err(Issue::unknown("ord", "table", other, ORD_TABLES).into_error()),
    })
}

/// Year, number and date of each event: the columns that amounts by event follow.
pub fn event_table(events: &Events) -> Table {
    let whole = |column: &[u64]| column.iter().map(|x| *x as i64).collect::<Vec<i64>>();
    let table = Table::new("events")
        .integer("year", whole(&events.year))
        .integer("event", whole(&events.event));
    if events.time.is_empty() { table } else { table.float("time", events.time.clone()) }
}

fn unknown(outcome: &Outcome, of: &str) -> crate::error::Error {
    let names = outcome.treaties.iter().map(|treaty| treaty.name.as_str());
    Issue::unknown("ord", "of", of, ["gross", "ceded", "net"].into_iter().chain(names)).into_error()
}

fn of_events(outcome: &Outcome, events: &Events, of: &str) -> Result<Vec<f64>> {
    let treaty = outcome.treaties.iter().position(|treaty| treaty.name == of);
    Ok(match (of, treaty) {
        ("gross", _) => events.gross.clone(),
        ("ceded", _) => events.all_ceded(),
        ("net", _) => events
            .gross
            .iter()
            .zip(events.all_ceded())
            .map(|(gross, ceded)| gross - ceded)
            .collect(),
        (_, Some(index)) => events.ceded[index].clone(),
        _ => return Err(unknown(outcome, of)),
    })
}

fn of_years(outcome: &Outcome, of: &str) -> Result<Vec<f64>> {
    Ok(match of {
        "gross" => outcome.gross.clone(),
        "ceded" => outcome.ceded(),
        "net" => outcome.net.clone(),
        _ => match outcome.treaties.iter().find(|treaty| treaty.name == of) {
            Some(treaty) => treaty.ceded.clone(),
            None => return Err(unknown(outcome, of)),
        },
    })
}

fn dated(table: Table, outcome: &Outcome, events: &Events) -> Table {
    let rows = events.year.len();
    let period = || events.year.iter().map(|year| *year as i64 + 1).collect::<Vec<i64>>();
    let minute = |row: usize| {
        let time = events.time.get(row).copied().unwrap_or(0.0);
        ((time * 365.0 * 1440.0) as u32).min(365 * 1440 - 1)
    };
    let month = |row: usize| BEFORE.partition_point(|before| *before <= minute(row) / 1440);
    let column = |f: &dyn Fn(usize) -> u32| (0..rows).map(|row| i64::from(f(row))).collect();
    table
        .integer("Period", period())
        .float("PeriodWeight", vec![1.0 / outcome.years as f64; rows])
        .integer("EventId", events.event.iter().map(|event| *event as i64).collect())
        .integer("Year", period())
        .integer("Month", column(&|row| month(row) as u32))
        .integer("Day", column(&|row| minute(row) / 1440 - BEFORE[month(row) - 1] + 1))
        .integer("Hour", column(&|row| minute(row) / 60 % 24))
        .integer("Minute", column(&|row| minute(row) % 60))
}

fn exceedance(largest: &[f64], annual: &[f64]) -> Table {
    let (mut kinds, mut periods, mut losses) = (Vec::new(), Vec::new(), Vec::new());
    for (first, values) in [(1, largest), (3, annual)] {
        let tail = Tail::new(values, 0.5);
        for period in RETURN_PERIODS.into_iter().filter(|t| *t <= values.len() as f64) {
            let p = 1.0 - 1.0 / period;
            for (kind, loss) in [(first, tail.var(p).value), (first + 1, tail.tvar(p).value)] {
                kinds.push(kind);
                periods.push(period);
                losses.push(loss);
            }
        }
    }
    let rows = kinds.len();
    Table::new("EPT")
        .integer("SummaryId", vec![1; rows])
        .integer("EPCalc", vec![FULL_UNCERTAINTY; rows])
        .integer("EPType", kinds)
        .float("ReturnPeriod", periods)
        .float("Loss", losses)
}
