//! Variance split into process, parameter and systemic parts, with errors.

use super::moments::Moments;

/// Parts of the variance of an annual result, each with a standard error.
///
/// Found by differences of simulations that share every random stream: all effects on, parameters
/// held at their means, systemic events off as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VarianceSplit {
    pub total: f64,
    pub process: f64,
    pub systemic: f64,
    pub parameter: f64,
    pub process_error: f64,
    pub systemic_error: f64,
    pub parameter_error: f64,
}

/// `all`: parameters and systemic events on; `fixed`: parameters off; `attritional`: both off.
///
/// Errors come from blocks of consecutive years, paired between the runs.
pub fn variance_split(
    all: &[f64],
    fixed: &[f64],
    attritional: &[f64],
    block: usize,
) -> VarianceSplit {
    let variance = |values: &[f64]| {
        let sd = Moments::of(values).sd;
        sd * sd
    };
    let (total, with_systemic, process) = (variance(all), variance(fixed), variance(attritional));
    let paired_error = |a: &[f64], b: Option<&[f64]>| {
        // Squared deviations from the run's own mean, block by block.
        let (ma, mb) = (Moments::of(a).mean, b.map_or(0.0, |b| Moments::of(b).mean));
        let parts: Vec<f64> = (0..a.len() / block)
            .map(|i| {
                let range = i * block..(i + 1) * block;
                let square = |values: &[f64], m: f64| {
                    values[range.clone()].iter().map(|x| (x - m) * (x - m)).sum::<f64>()
                        / block as f64
                };
                square(a, ma) - b.map_or(0.0, |b| square(b, mb))
            })
            .collect();
        Moments::of(&parts).standard_error()
    };
    VarianceSplit {
        total,
        process,
        systemic: with_systemic - process,
        parameter: total - with_systemic,
        process_error: paired_error(attritional, None),
        systemic_error: paired_error(fixed, Some(attritional)),
        parameter_error: paired_error(all, Some(fixed)),
    }
}

/// Process and parameter variance of years in groups of `inner` that share their parameters.
///
/// One-way analysis of variance: process is the mean variance within groups, parameter the variance of
/// the group means less process / inner; errors by the jackknife over groups.
pub fn two_level_split(annual: &[f64], inner: usize) -> [(f64, f64); 2] {
    let groups: Vec<(f64, f64)> = annual
        .chunks_exact(inner.max(1))
        .map(|years| {
            let m = Moments::of(years);
            (m.mean, m.sd * m.sd)
        })
        .collect();
    let n = groups.len() as f64;
    let within: f64 = groups.iter().map(|g| g.1).sum::<f64>();
    let (sum, squares) = groups.iter().fold((0.0, 0.0), |(s, q), g| (s + g.0, q + g.0 * g.0));
    let split = |n: f64, within: f64, sum: f64, squares: f64| {
        let process = within / n;
        let between = (squares - sum * sum / n) / (n - 1.0);
        [process, between - process / inner as f64]
    };
    let whole = split(n, within, sum, squares);
    let mut spread = [0.0; 2];
    for (mean, variance) in &groups {
        let part = split(n - 1.0, within - variance, sum - mean, squares - mean * mean);
        for k in 0..2 {
            spread[k] += (part[k] - whole[k]) * (part[k] - whole[k]);
        }
    }
    [0, 1].map(|k| (whole[k], (spread[k] * (n - 1.0) / n).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups 1, 3 and 5, 7: within 2 and 2, means 2 and 6, so between 8 and parameter 8 − 2/2.
    #[test]
    fn two_levels_by_hand() {
        let [process, parameter] = two_level_split(&[1.0, 3.0, 5.0, 7.0], 2);
        assert!((process.0 - 2.0).abs() < 1e-12 && (parameter.0 - 7.0).abs() < 1e-12);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let base: Vec<f64> =
            (0..8192u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 16)).collect();
        let more: Vec<f64> = base.iter().map(|x| 1.1 * x).collect();
        let most: Vec<f64> = base.iter().map(|x| 1.5 * x).collect();
        let split = variance_split(&most, &more, &base, 1024);
        let sum = split.process + split.systemic + split.parameter;
        assert!((sum / split.total - 1.0).abs() < 1e-12);
        assert!((split.total / split.process - 2.25).abs() < 1e-9);
        assert!(split.parameter_error > 0.0 && split.parameter_error < split.parameter);
    }
}
