//! The adjustment for non-financial risk.

use super::curve::Curve;
use crate::measure::{Estimate, Tail};

/// VaR or TVaR at level `p` less the mean, with a standard error.
///
/// The error is that of the measure alone: the mean's is smaller by far, and positively correlated.
pub fn margin(outcomes: &[f64], p: f64, tail_mean: bool) -> Estimate {
    let tail = Tail::new(outcomes, p);
    let measure = if tail_mean { tail.tvar(p) } else { tail.var(p) };
    let mean = outcomes.iter().sum::<f64>() / outcomes.len() as f64;
    Estimate { value: measure.value - mean, standard_error: measure.standard_error }
}

/// rate · Σ capital(t) P(t + 1): capital held through each year, its cost paid at the end of it
/// (Solvency II, Delegated Regulation 2015/35, article 37).
pub fn cost_of_capital(capital: &[f64], rate: f64, curve: Option<&Curve>) -> f64 {
    let paid = |year: usize| curve.map_or(1.0, |curve| curve.discount(year as f64 + 1.0));
    rate * capital.iter().enumerate().map(|(year, held)| held * paid(year)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_of_the_first_integers() {
        let outcomes: Vec<f64> = (1..=1000).map(f64::from).collect();
        assert!((margin(&outcomes, 0.75, false).value - (750.0 - 500.5)).abs() < 1e-9);
        assert!((margin(&outcomes, 0.75, true).value - (875.5 - 500.5)).abs() < 1e-9);
    }

    #[test]
    fn capital_costs_at_the_end_of_its_year() {
        let curve = Curve::from_spot(&[1.0], &[0.03]).unwrap();
        let cost = cost_of_capital(&[100.0, 40.0], 0.06, Some(&curve));
        assert!((cost - 0.06 * (100.0 / 1.03 + 40.0 / 1.03f64.powi(2))).abs() < 1e-12);
        assert!((cost_of_capital(&[100.0, 40.0], 0.06, None) - 8.4).abs() < 1e-12);
    }
}
