//! Reading a coverage file: the schema first, then what no schema can say.

use super::coverage::{Coverage, Factor, FrequencyFamily, SCHEMA};
use super::process::{Process, Sources};
use crate::error::{Error, Faults, Issue, Result};
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
        Self::from_table(origin, table)
    }

    /// Reads a parsed file.
    pub fn from_table(origin: &str, table: Table) -> Result<Self> {
        let mut faults = Faults::new();
        let mut value = Value::Table(table);
        super::schema::check(origin, &mut value, &mut faults);
        levels(origin, &value, &mut faults);
        mixing(origin, &value, &mut faults);
        match Self::from_value(value) {
            Ok(coverage) => {
                coverage.rules(origin, &mut faults);
                faults.finish()?;
                Ok(coverage)
            }
            Err(error) => {
                faults.finish()?;
                Err(Issue::new("bad_value", origin, "").value(error).into_error())
            }
        }
    }

    fn from_value(value: Value) -> std::result::Result<Self, String> {
        value.try_into().map_err(|e: toml::de::Error| e.message().to_owned())
    }

    /// One parameter changed, by its path in the file (`frequency.mean`, `systemic.0.annual_rate`).
    ///
    /// # Errors
    ///
    /// A path or a value that the schema refuses.
    pub fn with_parameter(&self, path: &str, new: Value) -> Result<Self> {
        let mut value = Value::try_from(self)
            .map_err(|e| Error::numeric(&self.id, format!("cannot be written: {e}")))?;
        let mut here = &mut value;
        let mut walked = self.id.clone();
        for word in path.split('.') {
            let (object, field) = (walked.clone(), word);
            walked = format!("{walked}.{word}");
            // A word the table does not have is put there; whether it may, the schema says.
            let next = match here {
                Value::Table(table) => {
                    Some(table.entry(word.to_owned()).or_insert_with(|| Value::Table(Table::new())))
                }
                Value::Array(items) => word.parse().ok().and_then(|i: usize| items.get_mut(i)),
                _ => None,
            };
            let Some(next) = next else {
                return Err(Issue::new("unknown_name", object, "parameter")
                    .value(format!("'{field}'"))
                    .allowed("a name in a table or a place in a list")
                    .into_error());
            };
            here = next;
        }
        *here = new;
        match value {
            Value::Table(table) => Self::from_table(&self.id, table),
            _ => Err(Error::numeric(&self.id, "not a table")),
        }
    }

    /// What holds between fields.
    fn rules(&self, origin: &str, faults: &mut Faults) {
        faults.check(self.schema == SCHEMA, || {
            Issue::new("unknown_version", origin, "schema")
                .value(self.schema)
                .allowed(format!("{SCHEMA}, the version this release reads"))
        });
        faults.check(self.id.split('.').filter(|p| !p.is_empty()).count() == 2, || {
            Issue::new("bad_id", origin, "id")
                .value(format!("'{}'", self.id))
                .allowed("prefix.name")
        });
        self.parts(origin, faults);
        if let Some(frequency) = &self.frequency {
            let path = format!("{origin}.frequency");
            let bernoulli = frequency.family == FrequencyFamily::Bernoulli;
            faults.check(!bernoulli || frequency.mean <= 1.0, || {
                Issue::new("out_of_range", &path, "mean")
                    .value(frequency.mean)
                    .allowed("a probability")
            });
            faults.check(bernoulli || self.process == Process::Claims, || {
                Issue::new("contradiction", &path, "family")
                    .value(frequency.family.name())
                    .allowed("bernoulli: a project or a loan fails once")
            });
            known(&path, &frequency.sources, &["mean", "cv_of_mean", "mixing_shape"], faults);
        }
        if let Some(severity) = &self.severity {
            let path = format!("{origin}.severity");
            let fraction = severity.basis == super::coverage::Basis::FractionOfSumInsured;
            let cap = severity.cap.unwrap_or(1.0);
            faults.check(!fraction || cap <= 1.0, || {
                Issue::new("out_of_range", &path, "cap")
                    .value(cap)
                    .allowed("a fraction of the sum insured, at most 1")
            });
            known(&path, &severity.sources, &["cap", "cv_of_scale", "distribution"], faults);
        }
        let others: f64 = self.shares.values().sum();
        faults.check(
            self.shares.values().all(|s| (0.0..=1.0).contains(s))
                && (self.shares.is_empty() || (others + self.terms.share - 1.0).abs() < 1e-9),
            || {
                Issue::new("contradiction", origin, "shares")
                    .value(format!("{others} with the insurer's {}", self.terms.share))
                    .allowed("fractions that sum to 1 with terms.share")
            },
        );
        for name in self.alternatives.iter().flatten() {
            if self.factor(name).is_none() {
                let known = self.relativities.iter().map(|f| f.name.as_str());
                faults.push(Issue::unknown(origin, "alternatives", name, known));
            }
        }
        for (i, item) in self.systemic.iter().enumerate() {
            faults.check(self.systemic[..i].iter().all(|s| s.event != item.event), || {
                Issue::new("duplicate_event", origin, "systemic").value(format!("'{}'", item.event))
            });
        }
    }

    /// The tables that the process needs, and no others.
    fn parts(&self, origin: &str, faults: &mut Faults) {
        use Process::{Claims, Credit, Index, Maturity};
        for (name, given, wanted) in [
            ("frequency", self.frequency.is_some(), self.process != Index),
            ("severity", self.severity.is_some(), self.process != Index),
            ("maturity", self.maturity.is_some(), self.process == Maturity),
            ("index", self.index.is_some(), self.process == Index),
            ("credit", self.credit.is_some(), self.process == Credit),
        ] {
            let process = match self.process {
                Claims => "claims",
                Maturity => "maturity",
                Index => "index",
                Credit => "credit",
            };
            faults.check(given || !wanted, || {
                Issue::new("missing_field", origin, name)
                    .value("missing")
                    .hint(format!("process {process} needs it"))
            });
            faults.check(!given || wanted, || {
                Issue::new("contradiction", origin, name)
                    .value("given")
                    .allowed(format!("left out for process {process}"))
            });
        }
        if let Some(maturity) = &self.maturity {
            maturity.check(&format!("{origin}.maturity"), faults);
            known(&format!("{origin}.maturity"), &maturity.sources, &["insured", "phases"], faults);
        }
        if let Some(credit) = &self.credit {
            credit.check(&format!("{origin}.credit"), faults);
            let fields = ["factors", "waiting_days", "cure", "recovery", "recovery_years"];
            known(&format!("{origin}.credit"), &credit.sources, &fields, faults);
        }
        if let Some(index) = &self.index {
            index.check(&format!("{origin}.index"), faults);
            known(
                &format!("{origin}.index"),
                &index.sources,
                &["marginal", "payout", "factors"],
                faults,
            );
            let scales = |f: &Factor| f.frequency.iter().any(|x| *x != 1.0);
            for factor in self.relativities.iter().filter(|f| scales(f)) {
                faults.check(index.scales_with_rate(), || {
                    Issue::new("contradiction", format!("{origin}.relativities"), &factor.name)
                        .value("multiplies the frequency")
                        .allowed("severity only: this index has no frequency")
                });
            }
        }
    }
}

/// A mixing shape belongs to the negative binomial, and to it alone.
fn mixing(origin: &str, value: &Value, faults: &mut Faults) {
    let Some(frequency) = value.get("frequency") else { return };
    let mixed = frequency.get("family").and_then(Value::as_str) == Some("negative_binomial");
    let shape = frequency.get("mixing_shape");
    faults.check(mixed == shape.is_some(), || {
        let only = if mixed { "" } else { " only" };
        Issue::new("contradiction", format!("{origin}.frequency"), "mixing_shape")
            .value(shape.map_or("missing".to_owned(), ToString::to_string))
            .allowed(format!("given for negative_binomial{only}"))
    });
}

/// Factors list the same levels for frequency and severity, and at least one of the two.
fn levels(origin: &str, value: &Value, faults: &mut Faults) {
    let Some(Value::Table(factors)) = value.get("relativities") else { return };
    for (name, factor) in factors {
        let path = format!("{origin}.relativities.{name}");
        let table = |side: &str| factor.get(side).and_then(Value::as_table);
        match (table("frequency"), table("severity")) {
            (None, None) => faults.push(
                Issue::new("missing_field", &path, "frequency")
                    .value("missing")
                    .hint("give a table 'frequency' or 'severity' of levels"),
            ),
            (Some(frequency), Some(severity)) => {
                let missing = |from: &Table, other: &Table| -> Vec<String> {
                    from.keys().filter(|k| !other.contains_key(*k)).cloned().collect()
                };
                let mut gaps = missing(frequency, severity);
                gaps.extend(missing(severity, frequency));
                for level in gaps {
                    faults.push(
                        Issue::new("missing_level", &path, &level)
                            .value("missing")
                            .hint("frequency and severity must list the same levels"),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Sources of single parameters name parameters of their group.
fn known(path: &str, sources: &Sources, fields: &[&str], faults: &mut Faults) {
    for name in sources.keys() {
        if !fields.contains(&name.as_str()) {
            faults.push(Issue::unknown(path, "sources", name, fields.iter().copied()));
        }
    }
}
