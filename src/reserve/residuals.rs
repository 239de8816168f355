//! How far each link lies from its factor.

use super::development::{Cells, Development};
use super::mack::Fit;

/// Standardised residuals of the links, (F − f) √(w C^alpha) / σ (Mack 1993, section 6): triangle ×
/// origin × (ages − 1), NaN where there is no link, its weight is zero or σ is not known.
pub fn residuals(values: &[f64], fit: &Fit, development: &Development) -> Vec<f64> {
    let (origins, ages) = (fit.origins, fit.ages);
    let mut all = Vec::new();
    for (triangle, values) in values.chunks_exact((origins * ages).max(1)).enumerate() {
        let cells = Cells { origins, ages, values };
        for origin in 0..origins {
            for age in 0..ages.saturating_sub(1) {
                let at = triangle * ages + age;
                let (start, end) = (cells.row(origin)[age], cells.row(origin)[age + 1]);
                let own = development.weight(ages, origin, age);
                let sigma = fit.sigma.get(at).copied().unwrap_or(f64::NAN);
                all.push(if own > 0.0 && start > 0.0 && sigma > 0.0 {
                    let weight = own * development.choice(age).average.weight(start);
                    (end / start - fit.factor[at]) * weight.sqrt() / sigma
                } else {
                    f64::NAN
                });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reserve::{Method, fit};

    #[test]
    fn squares_of_an_age_sum_to_its_degrees_of_freedom() {
        let nan = f64::NAN;
        let values = [100., 180., 200., 120., 190., nan, 90., 170., nan, 80., nan, nan];
        let method = Method::mack();
        let fitted = fit(&values, 4, 3, &method);
        let found = residuals(&values, &fitted, &method.development);
        let sum: f64 = [0, 2, 4].map(|at: usize| found[at]).iter().map(|r| r * r).sum();
        assert!((sum - 2.0).abs() < 1e-12, "{sum}");
        assert!(found[6].is_nan());
    }
}
