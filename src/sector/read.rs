//! Reading and checking a coverage file.

use super::coverage::{
    Basis, Coverage, Exposure, Factor, Frequency, FrequencyFamily, Pair, Process, SeverityModel,
    StageEffect, StageEffects, Status, Systemic, Terms,
};
use super::fields::{Fields, Range, number};
use crate::error::{Error, Faults, Issue, Result};
use crate::severity::Severity;
use toml::{Table, Value};

impl Coverage {
    /// Reads a coverage file; `origin` names it in messages.
    ///
    /// # Errors
    ///
    /// Text that is not TOML; otherwise every unknown, missing or impossible field at once.
    pub fn from_toml(origin: &str, text: &str) -> Result<Self> {
        let table: Table = text.parse().map_err(|e: toml::de::Error| {
            Error::from(
                Issue::new("bad_toml", origin, "").value(e.to_string().trim().replace('\n', " ")),
            )
        })?;
        let mut faults = Faults::new();
        let coverage = coverage(Fields::new(origin, &table), &mut faults);
        faults.finish()?;
        // Every `None` has left a fault behind.
        coverage.ok_or_else(|| Error::numeric(origin, "incomplete coverage file"))
    }
}

fn coverage(mut f: Fields<'_>, faults: &mut Faults) -> Option<Coverage> {
    let id = f.text("id", faults);
    let origin = f.path.clone();
    faults.check(id.is_empty() || id.split('.').filter(|p| !p.is_empty()).count() == 2, || {
        Issue::new("bad_id", &origin, "id").value(format!("'{id}'")).allowed("prefix.name")
    });
    let process = f.one_of("process", &[("claims", Process::Claims)], faults);
    let exposure = {
        let mut e = f.table("exposure", faults);
        let exposure = Exposure {
            base: e.text("base", faults),
            unit: e.text("unit", faults),
            counted: e.flag("counted", faults),
            annual: e.flag("annual", faults),
        };
        e.finish(faults);
        exposure
    };
    let frequency = frequency(f.table("frequency", faults), faults);
    let severity = severity(f.table("severity", faults), faults);
    let terms = {
        let mut t = f.table("terms", faults);
        let terms = Terms {
            sum_insured: t.optional_number("sum_insured", Range::Positive, faults),
            deductible: t.number("deductible", Range::NonNegative, faults),
            limit: t.number("limit", Range::Limit, faults),
            share: t.number("share", Range::Fraction, faults),
            aggregate_limit: t.optional_number("aggregate_limit", Range::Limit, faults),
        };
        t.finish(faults);
        terms
    };
    let relativities = relativities(f.table("relativities", faults), faults);
    let alternatives = alternatives(&mut f, &relativities, faults);
    let stages = stages(f.table("stages", faults), faults);
    let systemic: Vec<Option<Systemic>> =
        f.tables("systemic", faults).into_iter().map(|t| systemic(t, faults)).collect();
    for (i, item) in systemic.iter().flatten().enumerate() {
        faults.check(systemic.iter().flatten().take(i).all(|s| s.event != item.event), || {
            Issue::new("duplicate_event", &origin, "systemic").value(format!("'{}'", item.event))
        });
    }
    let coverage = Coverage {
        id,
        name: f.text("name", faults),
        name_zh: f.text("name_zh", faults),
        sector: f.text("sector", faults),
        version: f.text("version", faults),
        as_of: f.text("as_of", faults),
        currency: f.text("currency", faults),
        process: process?,
        trigger: f.text("trigger", faults),
        development: f.text("development", faults),
        note: f.optional_text("note", faults),
        alternatives,
        exposure,
        frequency: frequency?,
        severity: severity?,
        terms,
        stages: stages?,
        relativities,
        systemic: systemic.into_iter().collect::<Option<_>>()?,
    };
    f.finish(faults);
    Some(coverage)
}

fn frequency(mut f: Fields<'_>, faults: &mut Faults) -> Option<Frequency> {
    let family = f.one_of("family", &FrequencyFamily::NAMES, faults);
    let mean = f.number("mean", Range::Positive, faults);
    let cv_of_mean = f.number("cv_of_mean", Range::NonNegative, faults);
    let mixing_shape = f.optional_number("mixing_shape", Range::Positive, faults);
    if let Some(family) = family {
        let mixed = family == FrequencyFamily::NegativeBinomial;
        faults.check(mixed == mixing_shape.is_some(), || {
            Issue::new("contradiction", &f.path, "mixing_shape")
                .value(mixing_shape.map_or("missing".to_owned(), |k| k.to_string()))
                .allowed(if mixed {
                    "given for negative_binomial"
                } else {
                    "given for negative_binomial only"
                })
        });
        let path = f.path.clone();
        faults.check(family != FrequencyFamily::Bernoulli || mean.is_nan() || mean <= 1.0, || {
            Issue::new("out_of_range", path, "mean").value(mean).allowed("a probability")
        });
    }
    let (status, source) = provenance(&mut f, faults);
    f.finish(faults);
    Some(Frequency { family: family?, mean, cv_of_mean, mixing_shape, status: status?, source })
}

fn severity(mut f: Fields<'_>, faults: &mut Faults) -> Option<SeverityModel> {
    let basis = f.one_of("basis", &Basis::NAMES, faults);
    let cap = f.optional_number("cap", Range::Positive, faults);
    faults.check(
        basis != Some(Basis::FractionOfSumInsured) || cap.is_none_or(|c| c <= 1.0),
        || {
            Issue::new("out_of_range", &f.path, "cap")
                .value(cap.unwrap_or(f64::NAN))
                .allowed("a fraction of the sum insured, at most 1")
        },
    );
    let cv_of_scale = f.number("cv_of_scale", Range::NonNegative, faults);
    let (status, source) = provenance(&mut f, faults);
    let distribution = match f.value("distribution") {
        None => {
            faults.push(Issue::new("missing_field", &f.path, "distribution").value("missing"));
            None
        }
        Some(value) => distribution(&f.path, value, faults),
    };
    f.finish(faults);
    Some(SeverityModel {
        basis: basis?,
        cap,
        cv_of_scale,
        status: status?,
        source,
        distribution: distribution?,
    })
}

fn distribution(path: &str, value: &Value, faults: &mut Faults) -> Option<Severity> {
    if let Some(Value::String(family)) = value.get("family")
        && !Severity::FAMILIES.contains(&family.as_str())
    {
        let known = Severity::FAMILIES.iter().copied();
        faults.push(Issue::unknown(path, "distribution.family", family, known));
        return None;
    }
    let json = match serde_json::to_string(value) {
        Ok(json) => json,
        Err(e) => {
            let issue = Issue::new("bad_value", path, "distribution").value(e.to_string());
            faults.push(issue);
            return None;
        }
    };
    match Severity::from_json(&json) {
        Ok(severity) => Some(severity),
        Err(error) => {
            for issue in error.issues() {
                let mut issue = issue.clone();
                issue.object = format!("{path}.distribution: {}", issue.object);
                faults.push(issue);
            }
            if error.issues().is_empty() {
                let text = error.to_string();
                faults.push(Issue::new("bad_value", path, "distribution").value(text));
            }
            None
        }
    }
}

fn relativities(f: Fields<'_>, faults: &mut Faults) -> Vec<Factor> {
    let mut factors = Vec::new();
    for (name, value) in f.entries() {
        let path = format!("{}.{name}", f.path);
        let Value::Table(table) = value else {
            faults.push(
                Issue::new("wrong_type", &f.path, name)
                    .value(value.to_string())
                    .allowed("a table with frequency or severity levels"),
            );
            continue;
        };
        let mut t = Fields::new(&path, table);
        let mut levels: Vec<String> = Vec::new();
        let mut read = |field: &'static str, faults: &mut Faults| -> Option<Vec<(String, f64)>> {
            let value = t.value(field)?;
            let Value::Table(entries) = value else {
                faults.push(
                    Issue::new("wrong_type", &path, field)
                        .value(value.to_string())
                        .allowed("a table of levels"),
                );
                return None;
            };
            let mut found = Vec::new();
            for (level, value) in entries {
                let x = number(value).unwrap_or(f64::NAN);
                faults.positive(&format!("{path}.{field}"), level, x);
                if !levels.contains(level) {
                    levels.push(level.clone());
                }
                found.push((level.clone(), x));
            }
            Some(found)
        };
        let frequency = read("frequency", faults);
        let severity = read("severity", faults);
        if frequency.is_none() && severity.is_none() {
            let hint = "give a table 'frequency' or 'severity' of levels";
            faults
                .push(Issue::new("missing_field", &path, "frequency").value("missing").hint(hint));
        }
        let spread = |found: Option<Vec<(String, f64)>>, faults: &mut Faults| match found {
            None => vec![1.0; levels.len()],
            Some(found) => levels
                .iter()
                .map(|level| {
                    let x = found.iter().find(|(l, _)| l == level).map(|(_, x)| *x);
                    faults.check(x.is_some(), || {
                        Issue::new("missing_level", &path, level)
                            .value("missing")
                            .hint("frequency and severity must list the same levels")
                    });
                    x.unwrap_or(f64::NAN)
                })
                .collect(),
        };
        let (frequency, severity) = (spread(frequency, faults), spread(severity, faults));
        let (status, source) = provenance(&mut t, faults);
        t.finish(faults);
        if let Some(status) = status {
            factors.push(Factor {
                name: name.clone(),
                levels,
                frequency,
                severity,
                status,
                source,
            });
        }
    }
    factors
}

fn alternatives(f: &mut Fields<'_>, factors: &[Factor], faults: &mut Faults) -> Vec<Vec<String>> {
    let Some(value) = f.value("alternatives") else { return Vec::new() };
    let groups: Option<Vec<Vec<String>>> = value.as_array().and_then(|groups| {
        groups
            .iter()
            .map(|group| group.as_array()?.iter().map(|n| n.as_str().map(str::to_owned)).collect())
            .collect()
    });
    let Some(groups) = groups else {
        faults.push(
            Issue::new("wrong_type", &f.path, "alternatives")
                .value(value.to_string())
                .allowed("a list of lists of factor names"),
        );
        return Vec::new();
    };
    for name in groups.iter().flatten() {
        if !factors.iter().any(|f| f.name == *name) {
            let known = factors.iter().map(|f| f.name.as_str());
            faults.push(Issue::unknown(&f.path, "alternatives", name, known));
        }
    }
    groups
}

fn stages(mut f: Fields<'_>, faults: &mut Faults) -> Option<StageEffects> {
    let mut effect = |name: &'static str, faults: &mut Faults| {
        let mut t = f.table(name, faults);
        let effect = StageEffect {
            frequency: t.number("frequency", Range::Positive, faults),
            severity: t.number("severity", Range::Positive, faults),
        };
        t.finish(faults);
        effect
    };
    let research = effect("research", faults);
    let transformation = effect("transformation", faults);
    let industrialisation = effect("industrialisation", faults);
    let (status, source) = provenance(&mut f, faults);
    f.finish(faults);
    Some(StageEffects { status: status?, source, research, transformation, industrialisation })
}

fn systemic(mut f: Fields<'_>, faults: &mut Faults) -> Option<Systemic> {
    let mut pair = |name: &'static str, faults: &mut Faults| {
        let mut t = f.table(name, faults);
        let pair = Pair {
            a: t.number("a", Range::Positive, faults),
            b: t.number("b", Range::Positive, faults),
        };
        t.finish(faults);
        pair
    };
    let share_hit = pair("share_hit", faults);
    let damage = pair("damage", faults);
    let event = f.text("event", faults);
    let key = f.optional_text("key", faults);
    let annual_rate = f.number("annual_rate", Range::NonNegative, faults);
    let (status, source) = provenance(&mut f, faults);
    f.finish(faults);
    Some(Systemic { event, key, annual_rate, share_hit, damage, status: status?, source })
}

fn provenance(f: &mut Fields<'_>, faults: &mut Faults) -> (Option<Status>, String) {
    (f.one_of("status", &Status::NAMES, faults), f.text("source", faults))
}
