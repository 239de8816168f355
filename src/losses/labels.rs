//! Risks, their partitions and causes of a file that is read in parts: numbered over the whole file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Groups, Read};
use crate::error::{Error, Faults, Issue, Result};

/// Id of a risk, and its labels in the partitions.
type Key = (String, Vec<String>);

/// What the parts of a file name, as it is gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    partitions: Vec<String>,
    /// Sum insured by risk; NaN where it is not told.
    risks: BTreeMap<Key, f64>,
    causes: BTreeSet<String>,
}

/// The numbers of all names of a file, the same as those of the whole table.
#[derive(Debug, Default)]
pub(super) struct Labels {
    risks: HashMap<Key, u32>,
    pub ids: Vec<String>,
    pub groups: Vec<Groups>,
    pub sums_insured: Vec<f64>,
    pub causes: Vec<String>,
}

/// The keys of the risks of a part, by their numbers in it.
fn keys(read: &Read) -> impl Iterator<Item = Key> {
    read.risk_ids.iter().enumerate().map(|(risk, id)| {
        let label = |groups: &Groups| groups.names[usize::from(groups.of_risk[risk])].clone();
        (id.clone(), read.groups.iter().map(label).collect())
    })
}

impl Gathered {
    /// Takes the names of a part.
    ///
    /// # Errors
    /// Risks whose sum insured differs from that of another part.
    pub fn add(&mut self, read: &Read, origin: &str) -> Result<()> {
        let mut faults = Faults::new();
        self.partitions = read.groups.iter().map(|groups| groups.label.clone()).collect();
        for (risk, key) in keys(read).enumerate() {
            let sum = read.sums_insured.get(risk).copied().unwrap_or(f64::NAN);
            let id = key.0.clone();
            let known = self.risks.entry(key).or_insert(sum);
            faults.check(known.is_nan() || *known == sum, || {
                Issue::new("bad_cell", format!("{origin}, risk {id}"), "sum_insured")
                    .value(sum)
                    .allowed(format!("{known}, as in another row of the same risk"))
            });
        }
        self.causes.extend(read.causes.iter().cloned());
        faults.finish()
    }

    pub fn number(self) -> Labels {
        let names = |at: usize| -> Vec<String> {
            let names: BTreeSet<&String> = self.risks.keys().map(|key| &key.1[at]).collect();
            names.into_iter().cloned().collect()
        };
        let groups = self.partitions.iter().enumerate().map(|(at, label)| {
            let names = names(at);
            let group = |key: &Key| names.binary_search(&key.1[at]).unwrap_or(0) as u16;
            let of_risk = self.risks.keys().map(group).collect();
            Groups { label: label.clone(), names, of_risk }
        });
        let groups = groups.collect();
        let told = self.risks.values().any(|sum| !sum.is_nan());
        Labels {
            groups,
            ids: self.risks.keys().map(|key| key.0.clone()).collect(),
            sums_insured: if told { self.risks.values().copied().collect() } else { Vec::new() },
            risks: self.risks.into_keys().zip(0..).collect(),
            causes: self.causes.into_iter().collect(),
        }
    }
}

impl Labels {
    /// Turns the numbers of a part into those of the file.
    ///
    /// # Errors
    /// A name that was not there when the file was opened.
    pub fn translate(&self, read: &mut Read) -> Result<()> {
        let changed = || Error::numeric("losses", "the file has changed since it was opened");
        let risks: Vec<u32> = keys(read)
            .map(|key| self.risks.get(&key).copied().ok_or_else(changed))
            .collect::<Result<_>>()?;
        for risk in &mut read.columns.risk {
            *risk = *risks.get(*risk as usize).ok_or_else(changed)?;
        }
        let cause = |name: &String| self.causes.binary_search(name).map_err(|_| changed());
        let causes: Vec<usize> = read.causes.iter().map(cause).collect::<Result<_>>()?;
        for cause in &mut read.columns.cause {
            *cause = *causes.get(usize::from(*cause)).ok_or_else(changed)? as u16;
        }
        Ok(())
    }
}
