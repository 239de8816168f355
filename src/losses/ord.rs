//! Loss tables of the Open Results Data standard: by period (SPLT, MPLT) and by event (SELT, MELT).

use std::collections::HashMap;

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
    let time = |row: usize| time_of([&month, &day, &hour, &minute], row);
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

/// Fraction of the year of a date in months, days, hours and minutes.
fn time_of(columns: [&[i64]; 4], row: usize) -> f64 {
    let [month, day, hour, minute] =
        columns.map(|column| column.get(row).copied().unwrap_or(0) as f64);
    let days = BEFORE[(month as usize).clamp(1, 12) - 1] + day - 1.0;
    let minutes = days * 1440.0 + hour * 60.0 + minute;
    // Half a minute in, so that a date survives writing and reading.
    ((minutes + 0.5) / (365.0 * 1440.0)).clamp(0.0, 1.0 - 1e-9)
}

/// A table in Arrow's form: what messages call it, its columns, and where a row stands.
pub struct Given<'a> {
    pub origin: &'a str,
    pub schema: &'a Schema,
    pub batches: &'a [RecordBatch],
    pub place: &'a dyn Fn(usize) -> String,
}

impl Given<'_> {
    fn find(&self, name: &str) -> Option<Reader<'_>> {
        let (index, _) = self.schema.column_with_name(name)?;
        let parts = self.batches.iter().map(|batch| batch.column(index)).collect();
        Some(Reader { name: name.to_owned(), parts, place: self.place })
    }

    fn whole(&self, name: &str, faults: &mut Faults) -> Vec<i64> {
        self.find(name).map(|column| column.whole(faults)).unwrap_or_default()
    }

    fn needs(&self, names: &[&str], allowed: &str, faults: &mut Faults) {
        for name in names {
            faults.check(self.find(name).is_some(), || {
                let issue = Issue::new("missing_column", self.origin, *name).value("absent");
                let others = self.schema.fields().iter().map(|field| field.name().as_str());
                match nearest(name, others) {
                    Some(other) => issue.allowed(allowed).hint(format!("is it '{other}'?")),
                    None => issue.allowed(allowed),
                }
            });
        }
    }
}

/// Reads an SELT or an MELT, whose events happen in the periods that `occurrence` says (columns
/// `EventId`, `Period` and, where known, `Month`, `Day`, `Hour`, `Minute`).
///
/// As for [`read_ord`], each sample of each period is a year; rows of statistics, and rows of events
/// that happen in no period, are left out and counted. An event that happens twice is two events.
///
/// # Errors
/// Missing columns, bad cells with their places, periods out of range.
pub fn read_elt(
    losses: &Given<'_>,
    occurrence: &Given<'_>,
    periods: i64,
) -> Result<(Read, i64, usize)> {
    let mut faults = Faults::new();
    losses.needs(&["EventId"], "the columns of an SELT or an MELT", &mut faults);
    let amount = losses.find("Loss").or_else(|| losses.find("MeanLoss"));
    if amount.is_none() {
        losses.needs(&["Loss"], "the columns of an SELT or an MELT", &mut faults);
    }
    occurrence.needs(&["EventId", "Period"], "the columns of an occurrence table", &mut faults);
    let event = losses.whole("EventId", &mut faults);
    let sample = losses.whole("SampleId", &mut faults);
    let amount = amount.map(|column| column.numbers(&mut faults)).unwrap_or_default();
    let (risk, risk_ids) =
        losses.find("SummaryId").map(|column| column.labels(&mut faults)).unwrap_or_default();
    let (happens, period) =
        (occurrence.whole("EventId", &mut faults), occurrence.whole("Period", &mut faults));
    let date = ["Month", "Day", "Hour", "Minute"].map(|name| occurrence.whole(name, &mut faults));
    for (row, value) in period.iter().enumerate() {
        faults.check((1..=periods).contains(value), || {
            Issue::new("out_of_range", (occurrence.place)(row), "Period")
                .value(value)
                .allowed(format!("1 to {periods}"))
        });
    }
    let dated = !date[0].is_empty() && !date[1].is_empty();
    for (row, (month, day)) in date[0].iter().zip(&date[1]).enumerate() {
        faults.check((1..=12).contains(month) && (1..=31).contains(day), || {
            let date = format!("month {month}, day {day}");
            Issue::new("out_of_range", (occurrence.place)(row), "Month")
                .value(date)
                .allowed("a date")
        });
    }
    faults.finish()?;
    let mut when: HashMap<i64, Vec<usize>> = HashMap::new();
    for (row, event) in happens.iter().enumerate() {
        when.entry(*event).or_default().push(row);
    }
    let (mut columns, mut left_out, mut samples) = (LossColumns::default(), 0, 1);
    for (row, event) in event.iter().enumerate() {
        let number = sample.get(row).copied().unwrap_or(1);
        let Some(rows) = when.get(event).filter(|_| number > 0) else {
            left_out += 1;
            continue;
        };
        samples = samples.max(number);
        for &at in rows {
            columns.year.push((number - 1) * periods + period[at]);
            columns.event.push(at as i64 + 1);
            columns.loss.push(amount[row]);
            columns.risk.extend(risk.get(row));
            if dated {
                columns.time.push(time_of([&date[0], &date[1], &date[2], &date[3]], at));
            }
        }
    }
    let names = ["year", "time", "event", "risk_id", "loss"];
    let names = names
        .into_iter()
        .filter(|name| (dated || *name != "time") && (!risk_ids.is_empty() || *name != "risk_id"))
        .map(str::to_owned)
        .collect();
    Ok((Read { columns, names, risk_ids, ..Read::default() }, samples, left_out))
}
