//! From a coverage and columns to a model and claims, with every fault told.

use super::{Delay, Law, Model, Origin, Reported};
use crate::error::{Faults, Issue, Result};
use crate::random::entity_id;
use crate::sector::{Basis, Coverage, FrequencyFamily, Process};
use crate::severity::Severity;
use std::collections::HashMap;

/// What takes the place of the coverage's own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choices {
    pub severity: Option<Severity>,
    /// Most that one claim costs the insurer.
    pub limit: Option<f64>,
    pub sum_insured: Option<f64>,
    pub case_cv: Option<f64>,
    pub tail_years: f64,
    pub uncertain: bool,
}

const OBJECT: &str = "IndividualClaims";
/// Largest coefficient of variation of a case estimate.
const MOST_CV: f64 = 1e6;

impl Model {
    /// The model of a coverage with cumulative reported and paid shares by year.
    ///
    /// # Errors
    /// A pattern that does not fit, a severity by fraction without sum insured, a bad choice.
    pub fn of(
        coverage: &Coverage,
        (reported, paid): (&[f64], &[f64]),
        choices: &Choices,
    ) -> Result<Self> {
        let claims = coverage.frequency.as_ref().zip(coverage.severity.as_ref());
        let Some((frequency, size)) = claims.filter(|_| coverage.process == Process::Claims) else {
            return Err(Issue::new("wrong_process", OBJECT, "coverage")
                .value(format!("'{}'", coverage.id))
                .allowed("a coverage of the process claims: counts and severities")
                .into_error());
        };
        let mut faults = Faults::new();
        let delay = || Delay::new(reported, paid, choices.tail_years);
        faults.take(delay())?;
        let fraction = size.basis == Basis::FractionOfSumInsured;
        let own = choices.severity.is_none();
        faults.check(!(fraction && own) || choices.sum_insured.is_some(), || {
            Issue::new("missing", OBJECT, "sum_insured")
                .allowed(format!("given, since the losses of {} are fractions of it", coverage.id))
                .hint("or give severity=, in amounts")
        });
        for (name, value) in [("limit", choices.limit), ("sum_insured", choices.sum_insured)] {
            if let Some(value) = value {
                faults.positive(OBJECT, name, value);
            }
        }
        if let Some(cv) = choices.case_cv {
            faults.check((0.0..=MOST_CV).contains(&cv), || {
                Issue::new("out_of_range", OBJECT, "case_cv")
                    .value(cv)
                    .allowed(format!("from 0 to {MOST_CV}"))
            });
        }
        let unit = if fraction && own { choices.sum_insured.unwrap_or(1.0) } else { 1.0 };
        let severity = match &choices.severity {
            Some(severity) => severity.clone(),
            None if unit == 1.0 => size.distribution.clone(),
            None => scaled(&size.distribution, unit)?,
        };
        let top = if fraction { Some(1.0) } else { None };
        let cap = if own { size.cap.or(top) } else { None };
        let cap = cap.map_or(f64::INFINITY, |cap| cap * unit);
        faults.finish()?;
        let delay = delay()?;
        let entity = |what: &str| entity_id(&format!("{}/{what}", coverage.id));
        Ok(Self {
            delay,
            frequency: Law {
                family: frequency.family,
                mean: frequency.mean,
                cv_of_mean: frequency.cv_of_mean,
                mixing_shape: frequency.mixing_shape,
            },
            severity,
            cv_of_scale: size.cv_of_scale,
            ceiling: cap.min(choices.limit.unwrap_or(f64::INFINITY)),
            case_cv: choices.case_cv.unwrap_or(0.0),
            uncertain: choices.uncertain,
            entity: (entity("frequency"), entity("severity")),
        })
    }
}

fn scaled(severity: &Severity, unit: f64) -> Result<Severity> {
    Ok(Severity::from(crate::severity::Scaled::new(severity.clone(), unit)?))
}

/// Origins by label, in order.
///
/// # Errors
/// An exposure or an age that is negative or no number.
pub fn origins(labels: &[String], exposure: &[f64], months: &[f64]) -> Result<Vec<Origin>> {
    let mut faults = Faults::new();
    let mut all = Vec::new();
    for ((label, exposure), months) in labels.iter().zip(exposure).zip(months) {
        let object = format!("{OBJECT}, origin {label}");
        faults.non_negative(&object, "exposure", *exposure);
        faults.non_negative(&object, "age", *months);
        let entity = entity_id(&format!("origin/{label}"));
        all.push(Origin { exposure: *exposure, age: months / 12.0, entity });
    }
    faults.finish()?;
    Ok(all)
}

/// Columns of the claims reported so far; a case estimate that is missing is NaN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    pub claim: Vec<String>,
    pub origin: Vec<String>,
    pub open: Vec<bool>,
    pub paid: Vec<f64>,
    pub case: Vec<f64>,
}

/// The claims, by number of the origin.
///
/// # Errors
/// Every row at fault, with its column.
pub fn reported(
    columns: Columns,
    labels: &[String],
    origins: &[Origin],
    model: &Model,
    has_case_cv: bool,
) -> Result<Reported> {
    let mut faults = Faults::new();
    let known: HashMap<&str, usize> =
        labels.iter().enumerate().map(|(at, label)| (label.as_str(), at)).collect();
    let mut rows: HashMap<&str, usize> = HashMap::new();
    let mut claims = Reported::default();
    for (row, claim) in columns.claim.iter().enumerate() {
        let object = format!("{OBJECT}, claims, row {row}");
        let (paid, case) = (columns.paid[row], columns.case[row]);
        faults.non_negative(&object, "paid", paid);
        if !case.is_nan() {
            faults.non_negative(&object, "case", case);
        }
        if let Some(first) = rows.insert(claim, row) {
            faults.push(
                Issue::new("duplicate", &object, "claim")
                    .value(format!("'{claim}', as in row {first}"))
                    .allowed("an identifier of its own"),
            );
        }
        let label = columns.origin[row].as_str();
        match known.get(label) {
            Some(origin) => claims.origin.push(*origin),
            None => {
                let known = labels.iter().map(String::as_str);
                faults.push(Issue::unknown(&object, "origin", label, known));
            }
        }
        claims.entity.push(entity_id(&format!("claim/{claim}")));
    }
    let with_case = columns.case.iter().any(|case| !case.is_nan());
    faults.check(!with_case || has_case_cv, || {
        Issue::new("missing", OBJECT, "case_cv")
            .allowed("the coefficient of variation of the outstanding cost over its case estimate")
            .hint("0 takes the estimates as they are; leave out the column case to draw sizes")
    });
    if claims.origin.len() == columns.claim.len() {
        let mut count = vec![0.0; origins.len()];
        for origin in &claims.origin {
            count[*origin] += 1.0;
        }
        let bernoulli = model.frequency.family == FrequencyFamily::Bernoulli;
        for ((label, origin), count) in labels.iter().zip(origins).zip(count) {
            let enough = if bernoulli { origin.exposure >= count } else { origin.exposure > 0.0 };
            faults.check(count == 0.0 || enough, || {
                Issue::new("out_of_range", format!("{OBJECT}, origin {label}"), "exposure")
                    .value(origin.exposure)
                    .allowed(if bernoulli {
                        format!("at least {count}, a unit for each claim")
                    } else {
                        "a number > 0 where claims were reported".to_owned()
                    })
            });
            faults.check(count == 0.0 || model.delay.reported(origin.age) > 0.0, || {
                Issue::new("out_of_range", format!("{OBJECT}, origin {label}"), "age")
                    .value(12.0 * origin.age)
                    .allowed("above 0 months where claims were reported")
            });
            faults.check(!bernoulli || origin.exposure.fract() == 0.0, || {
                Issue::new("out_of_range", format!("{OBJECT}, origin {label}"), "exposure")
                    .value(origin.exposure)
                    .allowed("a whole number of units, each of which has one claim at most")
            });
        }
    }
    faults.finish()?;
    (claims.open, claims.paid, claims.case) = (columns.open, columns.paid, columns.case);
    Ok(claims)
}
