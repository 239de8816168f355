//! A run of a programme as numbers, each with its standard error.

use arrow_array::RecordBatch;

use crate::error::Result;
use crate::exec::{Control, Run, run_blocks};
use crate::losses::{BLOCK_YEARS, TailWeight};
use crate::measure::{Estimate, Moments, Tail, VarianceSplit, exceedance_curve, variance_split};
use crate::output::Table;
use crate::treaty::{Basis, Outcome, Plan};

/// Levels of VaR and TVaR in every table.
pub const LEVELS: [f64; 3] = [0.90, 0.99, 0.995];

/// VaR and TVaR at one of [`LEVELS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailRow {
    pub var: Estimate,
    pub tvar: Estimate,
}

/// One treaty, or one of gross, ceded and net. NaN where a number does not apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub name: String,
    pub expected_loss: Estimate,
    pub sd: Estimate,
    pub prob_attach: Estimate,
    pub prob_exhaust: Estimate,
    /// Expected loss over the reinsurers' part of the limit.
    pub rate_on_line: f64,
    /// Expected premium to reinstate; NaN for a treaty whose premium is not known.
    pub reinstatement_premium: Estimate,
    /// The same per unit of the treaty's premium.
    pub reinstatement_rate: f64,
    pub tail: [TailRow; 3],
    /// Which moments exist: without a variance no mean has a standard error.
    pub weight: TailWeight,
}

/// A mean, or a tail mean, of amounts of some weight: its error is known where they have a variance.
pub fn mean_of(weight: TailWeight, found: Estimate) -> Estimate {
    match weight {
        TailWeight::Light => found,
        TailWeight::NoVariance => Estimate { standard_error: f64::NAN, ..found },
        TailWeight::NoMean => Estimate { value: f64::INFINITY, standard_error: f64::NAN },
    }
}

/// A standard deviation of amounts of some weight.
pub fn sd_of(weight: TailWeight, found: Estimate) -> Estimate {
    match weight {
        TailWeight::Light => found,
        _ => Estimate { value: f64::INFINITY, standard_error: f64::NAN },
    }
}

/// Names without a variance or a mean, by what they lack, and what can be done about it.
pub fn notes(rows: &[Row]) -> Vec<String> {
    let note = |(weight, what): (TailWeight, &str)| {
        let of = rows.iter().filter(|row| row.weight == weight);
        let names: Vec<&str> = of.map(|row| row.name.as_str()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "{}: {what}; cap the severity or limit the cover, or ask for a quantile or a layer",
                names.join(", ")
            )
        })
    };
    let kinds = [
        (TailWeight::NoVariance, "the variance is infinite: no standard error"),
        (TailWeight::NoMean, "the mean is infinite"),
    ];
    kinds.into_iter().filter_map(note).collect()
}

const NONE: Estimate = Estimate { value: f64::NAN, standard_error: f64::NAN };

/// A row for each treaty as in the programme, then `gross`, `ceded` and `net`.
pub fn summarise(outcome: &Outcome, plan: &Plan, threads: Option<usize>) -> Vec<Row> {
    let years = outcome.years as f64;
    let single = outcome.treaties.len() == 1;
    let all_ceded = if single { Vec::new() } else { outcome.ceded() };
    let mut columns: Vec<(&str, &[f64])> = outcome
        .treaties
        .iter()
        .map(|treaty| (treaty.name.as_str(), treaty.ceded.as_slice()))
        .collect();
    columns.push(("gross", &outcome.gross));
    if !single {
        columns.push(("ceded", &all_ceded));
    }
    columns.push(("net", &outcome.net));
    // Columns side by side: each takes some milliseconds for a million years.
    let work = |(): &mut (), place: u64| Ok(column(outcome, columns[place as usize]));
    let run = run_blocks(0..columns.len() as u64, &Control::new(threads), work);
    // Nobody cancels it; where no thread can be had, this one does them.
    let mut rows = run
        .and_then(Run::complete)
        .unwrap_or_else(|_| columns.iter().map(|named| column(outcome, *named)).collect());
    if single {
        rows.insert(2, Row { name: "ceded".to_owned(), ..rows[0].clone() });
    }
    for (index, (treaty, row)) in outcome.treaties.iter().zip(&mut rows).enumerate() {
        row.prob_attach = probability(treaty.attached as f64, years);
        let Some(step) = plan.steps().iter().find(|step| step.treaty == index) else { continue };
        let line = step.layer.limit * step.participation;
        row.rate_on_line = if line.is_finite() { row.expected_loss.value / line } else { f64::NAN };
        row.prob_exhaust = if step.capacity().is_finite() {
            probability(treaty.exhausted as f64, years)
        } else {
            NONE
        };
        if let Some(terms) = &step.reinstatement {
            let premium = mean(&treaty.reinstatement_premium);
            row.reinstatement_rate = premium.value / (terms.premium * step.participation);
            row.reinstatement_premium = if step.premiums.treaty.is_some() { premium } else { NONE };
        } else if step.basis != Basis::Annual {
            row.reinstatement_premium = Estimate::default();
            row.reinstatement_rate = 0.0;
        }
    }
    rows
}

fn mean(values: &[f64]) -> Estimate {
    let moments = Moments::of(values);
    Estimate { value: moments.mean, standard_error: moments.standard_error() }
}

fn column(outcome: &Outcome, (name, values): (&str, &[f64])) -> Row {
    let moments = Moments::of(values);
    let tail = Tail::new(values, LEVELS[0]);
    let weight = outcome.weight(name);
    let mean = Estimate { value: moments.mean, standard_error: moments.standard_error() };
    let sd = Estimate { value: moments.sd, standard_error: moments.sd_error };
    let positive = values.iter().filter(|x| **x > 0.0).count() as f64;
    Row {
        name: name.to_owned(),
        expected_loss: mean_of(weight, mean),
        sd: sd_of(weight, sd),
        prob_attach: probability(positive, values.len() as f64),
        prob_exhaust: NONE,
        rate_on_line: f64::NAN,
        reinstatement_premium: NONE,
        reinstatement_rate: f64::NAN,
        tail: LEVELS.map(|p| TailRow { var: tail.var(p), tvar: mean_of(weight, tail.tvar(p)) }),
        weight,
    }
}

fn probability(hits: f64, years: f64) -> Estimate {
    let p = hits / years;
    Estimate { value: p, standard_error: (p * (1.0 - p) / years).sqrt() }
}

/// Exceedance curves of gross and net: annual totals (AEP) and largest events (OEP), the latter by
/// year in `largest`, gross and net.
pub fn curves(outcome: &Outcome, largest: (&[f64], &[f64]), return_periods: &[f64]) -> Table {
    let (mut names, mut periods) = (Vec::new(), Vec::new());
    let mut columns: [Vec<f64>; 4] = Default::default();
    for (name, values) in [
        ("gross AEP", outcome.gross.as_slice()),
        ("net AEP", outcome.net.as_slice()),
        ("gross OEP", largest.0),
        ("net OEP", largest.1),
    ] {
        for point in exceedance_curve(values, return_periods) {
            names.push(name.to_owned());
            periods.push(point.return_period);
            for (column, value) in
                columns.iter_mut().zip([point.loss, point.low, point.high, point.tvar])
            {
                column.push(value);
            }
        }
    }
    let [loss, low, high, mut tvar] = columns;
    for (tvar, name) in tvar.iter_mut().zip(&names) {
        let of = if name.starts_with("gross") { "gross" } else { "net" };
        if outcome.weight(of) == TailWeight::NoMean {
            *tvar = f64::INFINITY;
        }
    }
    Table::new("exceedance")
        .text("curve", names)
        .float("return_period", periods)
        .float("loss", loss)
        .float("low_95", low)
        .float("high_95", high)
        .float("tvar", tvar)
}

/// Splits the variance of each treaty, gross, ceded and net, from three runs with common draws:
/// everything on, parameters fixed, and systemic events off as well.
pub fn variance(
    all: &Outcome,
    fixed: &Outcome,
    attritional: &Outcome,
) -> Vec<(String, VarianceSplit)> {
    // The further runs may be shorter: their years are the first of the longer one.
    let split = |a: &[f64], b: &[f64], c: &[f64]| variance_split(&a[..b.len()], b, c, BLOCK_YEARS);
    let mut rows: Vec<(String, VarianceSplit)> = vec![
        ("gross".to_owned(), split(&all.gross, &fixed.gross, &attritional.gross)),
        ("ceded".to_owned(), split(&all.ceded(), &fixed.ceded(), &attritional.ceded())),
        ("net".to_owned(), split(&all.net, &fixed.net, &attritional.net)),
    ];
    for ((a, b), c) in all.treaties.iter().zip(&fixed.treaties).zip(&attritional.treaties) {
        rows.push((a.name.clone(), split(&a.ceded, &b.ceded, &c.ceded)));
    }
    rows
}

/// Annual results in long form, `year, treaty, gross, ceded, reinstatement_premium, net`, one batch
/// a treaty: a year's gross is the sum of its ceded and its net.
///
/// The last batch is `total`, all treaties together.
pub fn annual(outcome: &Outcome, plan: &Plan) -> impl Iterator<Item = Result<RecordBatch>> {
    let ceded = outcome.ceded();
    let total = (0..outcome.gross.len())
        .map(|y| outcome.treaties.iter().map(|t| t.reinstatement_premium[y]).sum())
        .collect();
    let known = |index: usize| {
        let step = plan.steps().iter().find(|step| step.treaty == index);
        step.is_none_or(|s| s.reinstatement.is_none() || s.premiums.treaty.is_some())
    };
    let all_known = (0..outcome.treaties.len()).all(known);
    let parts: Vec<(String, Vec<f64>, Vec<f64>, bool)> = outcome
        .treaties
        .iter()
        .enumerate()
        .map(|(i, t)| (t.name.clone(), t.ceded.clone(), t.reinstatement_premium.clone(), known(i)))
        .chain([("total".to_owned(), ceded, total, all_known)])
        .collect();
    let (gross, net) = (outcome.gross.clone(), outcome.net.clone());
    parts.into_iter().map(move |(name, ceded, premium, known)| {
        let years = gross.len();
        Table::new("annual")
            .integer("year", (0..years as i64).collect())
            .text("treaty", vec![name; years])
            .float("gross", gross.clone())
            .float("ceded", ceded)
            .float("reinstatement_premium", if known { premium } else { vec![f64::NAN; years] })
            .float("net", net.clone())
            .to_batch()
    })
}
