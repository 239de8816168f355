//! Terms of several years: a deductible and a limit that consecutive years share.

use super::annual::Annual;
use super::clause::Clause;
use super::layer::band;
use super::terms::Limit;
use super::wording::amount_text;

/// Deductible and limit of a term, applied to what annual terms leave, in the order of the years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    pub years: u64,
    pub deductible: f64,
    pub limit: f64,
}

impl Term {
    /// Recovery of the term so far, from the sum of its annual recoveries.
    pub fn recovery(&self, annual: f64) -> f64 {
        band(annual, self.limit, self.deductible)
    }

    /// Annual terms of a year after annual recoveries that sum to `before`: the deductible and the
    /// limit that are left are a second band over the year's recovery.
    pub fn left(&self, annual: Annual, before: f64) -> Annual {
        Annual {
            left_deductible: (self.deductible - before).max(0.0),
            left_limit: self.limit - self.recovery(before),
            ..annual
        }
    }
}

pub(super) const DEDUCTIBLE: Clause = Clause {
    words: "term deductible",
    fields: &["term_deductible"],
    form: "term deductible 5m",
    about: "eats the first recoveries of a term of years, after the annual terms",
    read: |reader, treaty| {
        treaty.term_deductible = reader.amount("the deductible of the term")?;
        Some(())
    },
    write: |treaty| {
        (treaty.term_deductible != 0.0)
            .then(|| format!("term deductible {}", amount_text(treaty.term_deductible)))
    },
};

pub(super) const LIMIT: Clause = Clause {
    words: "term limit",
    fields: &["term_limit"],
    form: "term limit 50m",
    about: "most that a term of years recovers",
    read: |reader, treaty| {
        treaty.term_limit = reader.amount("the limit of the term")?.into();
        Some(())
    },
    write: |treaty| match treaty.term_limit {
        Limit::Unlimited => None,
        Limit::Amount(limit) => Some(format!("term limit {}", amount_text(limit))),
    },
};

pub(super) const YEARS: Clause = Clause {
    words: "term",
    fields: &["term"],
    form: "term 3 years",
    about: "consecutive years that share the term's deductible and limit",
    read: |reader, treaty| {
        treaty.term = Some(reader.whole("the number of years of the term")?);
        let _ = reader.eat("years") || reader.eat("year");
        Some(())
    },
    write: |treaty| treaty.term.map(|years| format!("term {years} years")),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_years_share_a_limit_of_30_after_5() {
        let term = Term { years: 3, deductible: 5.0, limit: 30.0 };
        let mut before = 0.0;
        let mut paid = Vec::new();
        for year in [12.0, 20.0, 20.0] {
            paid.push(term.left(Annual::NONE, before).recovery(year));
            before += year;
        }
        assert_eq!(paid, [7.0, 20.0, 3.0]);
    }
}
