//! The stability clause: limit and attachment keep their value while a loss is paid over years.

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::wording::percent_text;

/// Limit and attachment are multiplied by what is paid over what it is worth at the prices of the
/// base date: 1 / Σ pₖ / I(k), pₖ paid in the middle of year k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stability {
    /// Yearly growth of the index.
    pub rate: f64,
    /// Severe inflation clause: growth of the index up to this is not indexed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub beyond: f64,
    /// Fractions paid in each year; their sum is one.
    pub pattern: Vec<f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Stability {
    /// Factor of limit and attachment.
    ///
    /// With a severe inflation clause the index that counts is I / (1 + beyond) once I passes
    /// 1 + beyond, and 1 before.
    pub fn factor(&self) -> f64 {
        let mut deflated = 0.0;
        let mut index = (1.0 + self.rate).sqrt();
        for paid in &self.pattern {
            deflated += paid / (index / (1.0 + self.beyond)).max(1.0);
            index *= 1.0 + self.rate;
        }
        1.0 / deflated
    }
}

pub(super) const INDEXED: Clause = Clause {
    words: "indexed",
    fields: &["indexed"],
    form: "indexed 3%",
    about: "all amounts of the treaty but its premium grow by this each year of a run of years",
    read: |reader, treaty| {
        treaty.indexed = reader.rate("the yearly growth")?;
        Some(())
    },
    write: |treaty| {
        (treaty.indexed != 0.0).then(|| format!("indexed {}", percent_text(treaty.indexed)))
    },
};

pub(super) const STABILITY: Clause = Clause {
    words: "stability",
    fields: &["stability"],
    form: "stability 4% beyond 10% paid 20%, 50%, 30%",
    about: "limit and attachment follow an index over the years in which a loss is paid, once it has grown beyond 10%",
    read: |reader, treaty| {
        let rate = reader.rate("the yearly growth of the index")?;
        let beyond =
            if reader.eat("beyond") { reader.rate("the growth that is not indexed")? } else { 0.0 };
        reader.expect("paid")?;
        let mut pattern = vec![reader.rate("the fraction paid in a year")?];
        while reader.another_rate() {
            pattern.push(reader.rate("the fraction paid in a year")?);
        }
        treaty.stability = Some(Stability { rate, beyond, pattern });
        Some(())
    },
    write: |treaty| {
        let Stability { rate, beyond, pattern } = treaty.stability.as_ref()?;
        let beyond = if *beyond == 0.0 {
            String::new()
        } else {
            format!(" beyond {}", percent_text(*beyond))
        };
        let pattern: Vec<String> = pattern.iter().map(|p| percent_text(*p)).collect();
        Some(format!("stability {}{beyond} paid {}", percent_text(*rate), pattern.join(", ")))
    },
};

/// Index of year `year` of a run of years, 1 in its first.
pub fn index(rate: f64, year: u64) -> f64 {
    (0..year).fold(1.0, |index, _| index * (1.0 + rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_payment_is_indexed_by_the_index() {
        let clause = Stability { rate: 0.1, beyond: 0.0, pattern: vec![0.0, 1.0] };
        assert!((clause.factor() - 1.1f64.powf(1.5)).abs() < 1e-14);
        let half = Stability { pattern: vec![0.5, 0.5], ..clause.clone() };
        let by_hand = 1.0 / (0.5 / 1.1f64.powf(0.5) + 0.5 / 1.1f64.powf(1.5));
        assert!((half.factor() - by_hand).abs() < 1e-14);
        let severe = Stability { beyond: 0.1, ..clause };
        assert!((severe.factor() - 1.1f64.powf(0.5)).abs() < 1e-14);
    }

    #[test]
    fn no_inflation_changes_nothing() {
        let clause = Stability { rate: 0.0, beyond: 0.0, pattern: vec![0.3, 0.7] };
        assert_eq!(clause.factor(), 1.0);
    }
}
