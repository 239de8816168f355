//! Natural allocation on a grid, where every line's part of each total is known.

use super::distortion::Distortion;

/// aⱼ = Σₓ E[Xⱼ; S = x]/P(S = x) · (g(S(x−)) − g(S(x))), `parts` holding E[Xⱼ; S = x] by line.
///
/// Cells whose probability is lost in rounding are left out; survival is summed from the top, where it
/// is small. Mildenhall and Major (2022), Pricing Insurance Risk, 14.3.
pub fn natural(measure: &Distortion, pmf: &[f64], parts: &[Vec<f64>]) -> Vec<f64> {
    let beyond = (1.0 - pmf.iter().sum::<f64>()).max(0.0);
    let mut values = vec![0.0; parts.len()];
    let mut survival = beyond;
    let mut above = measure.g(survival.min(1.0));
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

/// Probabilities below this are rounding of the transform.
const LOST: f64 = 1e-15;

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
            let values = natural(&measure, &pmf, &parts);
            assert!((values.iter().sum::<f64>() - whole).abs() < 1e-14, "{measure:?}");
        }
        let means = natural(&Distortion::Mean, &pmf, &parts);
        assert!((means[0] - p).abs() < 1e-15 && (means[1] - q).abs() < 1e-15);
    }
}
