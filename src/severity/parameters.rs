//! Parameters by name, for changes, derivatives and reports.

use super::{Family, Severity};
use crate::error::{Error, Issue, Result};

/// The error of `with_parameter` for a name the family does not have.
pub(super) fn no_parameter(family: &str, name: &str, known: &[(String, f64)]) -> Error {
    Issue::unknown(family, "parameter", name, known.iter().map(|(n, _)| n.as_str())).into_error()
}

/// Implements `parameters` and `with_parameter` for a family whose fields are all numbers.
macro_rules! plain_parameters {
    ($name:ident { $($field:ident),* }) => {
        fn parameters(&self) -> Vec<(String, f64)> {
            vec![$((stringify!($field).to_owned(), self.$field)),*]
        }
        fn with_parameter(&self, name: &str, value: f64) -> crate::error::Result<super::Severity> {
            let mut changed = self.clone();
            match name {
                $(stringify!($field) => changed.$field = value,)*
                _ => return Err(super::no_parameter(stringify!($name), name, &self.parameters())),
            }
            Ok(changed.into())
        }
    };
}
pub(super) use plain_parameters;

/// Parameters of a transform: its own numbers, then those of its parts under their names.
pub(super) fn nested(parts: &[(&str, &Severity)]) -> Vec<(String, f64)> {
    parts
        .iter()
        .flat_map(|(part, severity)| {
            severity
                .parameters()
                .into_iter()
                .map(move |(name, value)| (format!("{part}.{name}"), value))
        })
        .collect()
}

/// Parameters of numbered parts: `parts.0.alpha`.
pub(super) fn part_parameters(parts: &[Severity]) -> Vec<(String, f64)> {
    parts
        .iter()
        .enumerate()
        .flat_map(|(i, part)| {
            part.parameters()
                .into_iter()
                .map(move |(name, value)| (format!("parts.{i}.{name}"), value))
        })
        .collect()
}

/// The parts with one of [`part_parameters`] changed.
pub(super) fn with_part_parameter(
    family: &str,
    parts: &[Severity],
    name: &str,
    value: f64,
) -> Result<Vec<Severity>> {
    let place = name.strip_prefix("parts.").and_then(|rest| rest.split_once('.'));
    let found = place.and_then(|(i, rest)| Some((i.parse::<usize>().ok()?, rest)));
    let Some((i, rest)) = found.filter(|(i, _)| *i < parts.len()) else {
        return Err(no_parameter(family, name, &part_parameters(parts)));
    };
    let mut changed = parts.to_vec();
    changed[i] = parts[i].with_parameter(rest, value)?;
    Ok(changed)
}
