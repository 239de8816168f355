//! Who pays how much of a recovery, and how the year's books are made to balance.

/// Fraction of each recovery that the reinsurers pay: the ceded share, less what the cedant keeps by
/// co-participation, of what was placed.
pub fn participation(share: f64, co_participation: f64, placed: f64) -> f64 {
    share * (1.0 - co_participation) * placed
}

/// `ceded` rounded to a multiple of the last place of `gross`.
///
/// When every ceded amount of a year is such a multiple, their sums and `net = gross − ceded` are
/// exact, in any order, as long as no more than twice the gross is ceded: gross = ceded + net holds
/// to the last bit. The rounding moves an amount by at most one last place of the gross.
#[inline(always)]
pub fn to_the_places_of(gross: f64, ceded: f64) -> f64 {
    (gross + ceded) - gross
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_multiply() {
        assert_eq!(participation(0.5, 0.2, 0.75), 0.5 * 0.8 * 0.75);
    }

    proptest! {
        #[test]
        fn the_year_balances_to_the_last_bit(
            gross in 1e-3f64..1e12,
            shares in prop::collection::vec(0f64..0.25, 1..8),
        ) {
            let ceded: Vec<f64> =
                shares.iter().map(|s| to_the_places_of(gross, s * gross)).collect();
            let total: f64 = ceded.iter().sum();
            let backwards: f64 = ceded.iter().rev().sum();
            let net = gross - total;
            prop_assert_eq!(total.to_bits(), backwards.to_bits());
            prop_assert_eq!((total + net).to_bits(), gross.to_bits());
            for (c, s) in ceded.iter().zip(&shares) {
                prop_assert!((c - s * gross).abs() <= gross * f64::EPSILON);
            }
        }
    }
}
