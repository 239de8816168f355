//! Natural allocation on a grid, where every line's part of each total is known.

use super::distortion::Distortion;

/// aⱼ = Σₓ E[Xⱼ; S = x]/P(S = x) · (g(S(x−)) − g(S(x))), `parts` holding E[Xⱼ; S = x] by line.
///
/// What lies beyond the grid is one more cell, its parts what the exact `means` leave. Cells whose
/// probability is lost in rounding are left out; survival is summed from the top, where it is small.
/// Mildenhall and Major (2022), Pricing Insurance Risk, 14.3.
pub fn natural(measure: &Distortion, pmf: &[f64], parts: &[Vec<f64>], means: &[f64]) -> Vec<f64> {
    let beyond = (1.0 - pmf.iter().sum::<f64>()).max(0.0);
    let mut survival = beyond;
    let mut above = measure.g(survival.min(1.0));
    let last = |(part, mean): (&Vec<f64>, &f64)| {
        let left = (mean - part.iter().sum::<f64>()).max(0.0);
        if beyond > LOST_BEYOND && above > 0.0 { left / beyond * above } else { 0.0 }
    };
    let mut values: Vec<f64> = parts.iter().zip(means).map(last).collect();
    for (k, p) in pmf.iter().enumerate().rev() {
        survival += p.max(0.0);
        let here = measure.g(survival.min(1.0));
        let weight = here - above;
        above = here;
        if *p > LOST {
            for (value, part) in values.iter_mut().zip(parts) {
                *value += part[k] / p * weight;
            }
        }
    }
    values
}

/// Probabilities below this are rounding of the transform,
const LOST: f64 = 1e-15;
/// and sums of all of them that are this near to 1.
const LOST_BEYOND: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_to_the_measure_of_the_total() {
        // Two independent lines on {0, 1}: S in {0, 1, 2}.
        let (p, q) = (0.3, 0.6);
        let pmf = [(1.0 - p) * (1.0 - q), p * (1.0 - q) + q * (1.0 - p), p * q];
        let parts = [vec![0.0, p * (1.0 - q), p * q], vec![0.0, q * (1.0 - p), p * q]];
        for measure in [
            Distortion::Mean,
            Distortion::Tvar { level: 0.7 },
            Distortion::Wang { shift: 0.5 },
            Distortion::Dual { exponent: 3.0 },
        ] {
            let whole = measure.g(pmf[1] + pmf[2]) + measure.g(pmf[2]);
            let values = natural(&measure, &pmf, &parts, &[p, q]);
            assert!((values.iter().sum::<f64>() - whole).abs() < 1e-14, "{measure:?}");
        }
        let means = natural(&Distortion::Mean, &pmf, &parts, &[p, q]);
        assert!((means[0] - p).abs() < 1e-15 && (means[1] - q).abs() < 1e-15);
        // The same on a grid that ends below the total of 2.
        let short = |parts: &Vec<f64>| parts[..2].to_vec();
        let cut: Vec<Vec<f64>> = parts.iter().map(short).collect();
        for measure in [Distortion::Mean, Distortion::Tvar { level: 0.7 }] {
            let whole = natural(&measure, &pmf, &parts, &[p, q]);
            let values = natural(&measure, &pmf[..2], &cut, &[p, q]);
            for (a, b) in values.iter().zip(whole) {
                assert!((a - b).abs() < 1e-14, "{measure:?}");
            }
        }
    }
}
