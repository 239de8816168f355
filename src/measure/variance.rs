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

#[cfg(test)]
mod tests {
    use super::*;

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
