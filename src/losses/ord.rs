//! Period loss tables of the Open Results Data standard: SPLT and MPLT.

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use super::LossColumns;
use super::arrow::{Read, Reader};
use crate::error::{Faults, Issue, Result, nearest};

/// Days before each month.
const BEFORE: [f64; 12] =
    [0.0, 31.0, 59.0, 90.0, 120.0, 151.0, 181.0, 212.0, 243.0, 273.0, 304.0, 334.0];

/// Reads an SPLT or an MPLT over `periods` periods; says how many samples there are.
///
/// Each sample of each period is a year of its own, periods running fastest, so there are
/// samples × periods years from 1. Rows of statistics (`SampleId` ≤ 0) are left out and counted.
/// `SummaryId` becomes the risk.
///
/// # Errors
/// Missing columns, bad cells with their places, and periods of unequal weight.
pub fn read_ord(
    origin: &str,
    schema: &Schema,
    batches: &[RecordBatch],
    periods: i64,
    place: &dyn Fn(usize) -> String,
) -> Result<(Read, i64, usize)> {
    let mut faults = Faults::new();
    let find = |name: &str| {
        let (index, _) = schema.column_with_name(name)?;
        let parts = batches.iter().map(|batch| batch.column(index)).collect();
        Some(Reader { name: name.to_owned(), parts, place })
    };
    let loss = find("Loss").or_else(|| find("MeanLoss"));
    for (needed, there) in [
        ("Period", find("Period").is_some()),
        ("EventId", find("EventId").is_some()),
        ("Loss", loss.is_some()),
    ] {
        faults.check(there, || {
            let issue = Issue::new("missing_column", origin, needed)
                .value("absent")
                .allowed("the columns of an SPLT or an MPLT");
            let others = schema.fields().iter().map(|field| field.name().as_str());
            match nearest(needed, others) {
                Some(name) => issue.hint(format!("is it '{name}'? rename it")),
                None => issue,
            }
        });
    }
    let mut whole =
        |name: &str| find(name).map(|column| column.whole(&mut faults)).unwrap_or_default();
    let (period, event, sample) = (whole("Period"), whole("EventId"), whole("SampleId"));
    let (month, day) = (whole("Month"), whole("Day"));
    let (hour, minute) = (whole("Hour"), whole("Minute"));
    let loss = loss.map(|column| column.numbers(&mut faults)).unwrap_or_default();
    let weight = find("PeriodWeight").map(|c| c.numbers(&mut faults)).unwrap_or_default();
    let (risk, risk_ids) =
        find("SummaryId").map(|column| column.labels(&mut faults)).unwrap_or_default();
    let (low, high) =
        weight.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), w| (low.min(*w), high.max(*w)));
    faults.check(weight.is_empty() || high - low <= 1e-6 * high, || {
        Issue::new("not_supported", origin, "PeriodWeight")
            .value(format!("{low} to {high}"))
            .allowed("equal weights: years are equally likely")
    });
    for (row, value) in period.iter().enumerate() {
        faults.check((1..=periods).contains(value), || {
            Issue::new("out_of_range", place(row), "Period")
                .value(value)
                .allowed(format!("1 to {periods}"))
        });
    }
    let dated = !day.is_empty() && day.len() == month.len();
    for (row, (month, day)) in month.iter().zip(&day).enumerate() {
        faults.check((1..=12).contains(month) && (1..=31).contains(day), || {
            let date = format!("month {month}, day {day}");
            Issue::new("out_of_range", place(row), "Month").value(date).allowed("a date")
        });
    }
    faults.finish()?;
    let kept: Vec<usize> =
        (0..loss.len()).filter(|row| sample.get(*row).is_none_or(|s| *s > 0)).collect();
    let left_out = loss.len() - kept.len();
    let samples = kept.iter().filter_map(|row| sample.get(*row)).copied().max().unwrap_or(1);
    let of = |row: usize| sample.get(row).map_or(0, |s| s - 1);
    let time = |row: usize| {
        let part = |column: &[i64]| column.get(row).copied().unwrap_or(0) as f64;
        let days = BEFORE[(month[row] - 1) as usize] + part(&day) - 1.0;
        let minutes = days * 1440.0 + part(&hour) * 60.0 + part(&minute);
        // Half a minute in, so that a date survives writing and reading.
        ((minutes + 0.5) / (365.0 * 1440.0)).clamp(0.0, 1.0 - 1e-9)
    };
    let columns = LossColumns {
        year: kept.iter().map(|&row| of(row) * periods + period[row]).collect(),
        loss: kept.iter().map(|&row| loss[row]).collect(),
        event: kept.iter().map(|&row| event[row]).collect(),
        time: if dated { kept.iter().map(|&row| time(row)).collect() } else { Vec::new() },
        risk: if risk.is_empty() { risk } else { kept.iter().map(|&row| risk[row]).collect() },
        ..LossColumns::default()
    };
    let names = ["year", "time", "event", "risk_id", "loss"];
    let names = names
        .into_iter()
        .filter(|name| (dated || *name != "time") && (!risk_ids.is_empty() || *name != "risk_id"))
        .map(str::to_owned)
        .collect();
    let read = Read { columns, names, risk_ids, ..Read::default() };
    Ok((read, samples, left_out))
}
