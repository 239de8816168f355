//! Annual terms of an occurrence cover: the deductible eats the first recoveries of the year, the
//! limit caps the rest.

use serde::{Deserialize, Serialize};

use super::corridor::Corridor;
use super::layer::band;

/// How a year's capped recovery is given back to its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// In date order: the first events of the year bear the deductible, the last find the limit used.
    #[default]
    EventOrder,
    /// In proportion to the recovery of each event before annual terms.
    ProRata,
}

/// Annual aggregate deductible and limit, for 100 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annual {
    pub deductible: f64,
    /// Annual capacity; infinite when unlimited.
    pub limit: f64,
    /// In amounts.
    pub corridor: Option<Corridor>,
    /// What is left of the deductible of a term of years.
    pub left_deductible: f64,
    /// What is left of the limit of a term of years.
    pub left_limit: f64,
}

impl Annual {
    pub const NONE: Self = Self {
        deductible: 0.0,
        limit: f64::INFINITY,
        corridor: None,
        left_deductible: 0.0,
        left_limit: f64::INFINITY,
    };

    /// Whether there is no more than a deductible and a limit of the year.
    pub fn is_plain(&self) -> bool {
        self.corridor.is_none() && self.left_deductible == 0.0 && self.left_limit == f64::INFINITY
    }

    /// Recovery of the year from the sum of its occurrence recoveries, before what is left of a term.
    #[inline(always)]
    pub fn of_year(&self, occurrences: f64) -> f64 {
        let recovery = self.plain(occurrences);
        self.corridor.map_or(recovery, |corridor| corridor.recovery(recovery))
    }

    /// Recovery of the year from the sum of its occurrence recoveries.
    #[inline(always)]
    pub fn recovery(&self, occurrences: f64) -> f64 {
        band(self.of_year(occurrences), self.left_limit, self.left_deductible)
    }

    /// Deductible and limit of the year alone.
    #[inline(always)]
    pub fn plain(&self, occurrences: f64) -> f64 {
        band(occurrences, self.limit, self.deductible)
    }

    /// What no limit takes away: the recovery if every limit were infinite.
    pub fn without_limits(&self, occurrences: f64) -> f64 {
        (occurrences - self.deductible - self.left_deductible).max(0.0)
    }

    /// Most that the year can recover.
    pub fn capacity(&self) -> f64 {
        if self.limit == f64::INFINITY { self.left_limit } else { self.recovery(f64::INFINITY) }
    }

    /// Whether the terms leave a year with this sum of recoveries as it is: they never give, so
    /// when they take nothing of the whole, they take nothing of its parts.
    #[inline(always)]
    pub fn leaves(&self, occurrences: f64) -> bool {
        self.recovery(occurrences) >= occurrences
    }

    /// Attributes the year's recovery to its occurrences, in place.
    pub fn attribute(&self, recoveries: &mut [f64], total: f64, attribution: Attribution) {
        if self.leaves(total) {
            return;
        }
        match attribution {
            Attribution::EventOrder => {
                let mut occurrences = 0.0;
                let mut paid = 0.0;
                for recovery in recoveries {
                    occurrences += *recovery;
                    let now = self.recovery(occurrences);
                    *recovery = now - paid;
                    paid = now;
                }
            }
            Attribution::ProRata => {
                let ratio = if total > 0.0 { self.recovery(total) / total } else { 0.0 };
                for recovery in recoveries {
                    *recovery *= ratio;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attributed(terms: Annual, recoveries: &[f64], attribution: Attribution) -> Vec<f64> {
        let mut out = recoveries.to_vec();
        terms.attribute(&mut out, recoveries.iter().sum(), attribution);
        out
    }

    #[test]
    fn limit_of_20_on_recoveries_10_10_5() {
        let terms = Annual { limit: 20.0, ..Annual::NONE };
        let recoveries = [10.0, 10.0, 5.0];
        assert_eq!(attributed(terms, &recoveries, Attribution::EventOrder), [10.0, 10.0, 0.0]);
        assert_eq!(attributed(terms, &recoveries, Attribution::ProRata), [8.0, 8.0, 4.0]);
    }

    #[test]
    fn the_deductible_eats_the_first_recoveries() {
        let terms = Annual { deductible: 12.0, limit: 9.0, ..Annual::NONE };
        let recoveries = [10.0, 10.0, 5.0];
        assert_eq!(attributed(terms, &recoveries, Attribution::EventOrder), [0.0, 8.0, 1.0]);
        assert_eq!(terms.recovery(25.0), 9.0);
    }

    proptest! {
        #[test]
        fn attribution_adds_up(
            recoveries in prop::collection::vec(0f64..1e6, 0..12),
            deductible in 0f64..1e6,
            limit in 1f64..2e6,
        ) {
            let terms = Annual { deductible, limit, ..Annual::NONE };
            let total: f64 = recoveries.iter().sum();
            for attribution in [Attribution::EventOrder, Attribution::ProRata] {
                let parts = attributed(terms, &recoveries, attribution);
                prop_assert!((parts.iter().sum::<f64>() - terms.recovery(total)).abs() <= 1e-6);
                for (part, whole) in parts.iter().zip(&recoveries) {
                    prop_assert!(*part >= 0.0 && *part <= whole + 1e-9);
                }
            }
        }
    }
}
