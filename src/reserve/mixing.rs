//! Whether chains of a sampler agree, and how many independent draws they are worth.
//!
//! Gelman et al. (2013), "Bayesian data analysis", 3rd ed., section 11.4: each chain split in halves;
//! R-hat = √(((n − 1)/n W + B/n) / W) with W the mean variance within and B/n that of the means;
//! effective size m n / (1 + 2 Σ ρ(t)) over initial pairs of autocorrelations with positive sums.

/// R-hat and effective size of `chains`, each of the same length.
pub(super) fn mixing(chains: &[Vec<f64>]) -> (f64, f64) {
    let half = chains.first().map_or(0, Vec::len) / 2;
    if half < 2 {
        return (f64::NAN, f64::NAN);
    }
    let halves: Vec<&[f64]> =
        chains.iter().flat_map(|chain| [&chain[..half], &chain[chain.len() - half..]]).collect();
    let (n, m) = (half as f64, halves.len() as f64);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means: Vec<f64> = halves.iter().map(|half| mean(half)).collect();
    let grand = mean(&means);
    let between = means.iter().map(|value| (value - grand).powi(2)).sum::<f64>() / (m - 1.0);
    let within = halves
        .iter()
        .zip(&means)
        .map(|(half, mean)| half.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0))
        .sum::<f64>()
        / m;
    if within == 0.0 {
        return if between == 0.0 { (1.0, m * n) } else { (f64::INFINITY, 1.0) };
    }
    let pooled = (n - 1.0) / n * within + between;
    let correlation = |lag: usize| {
        let moved: f64 = halves
            .iter()
            .zip(&means)
            .map(|(half, mean)| {
                half.iter().zip(&half[lag..]).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>() / n
            })
            .sum::<f64>()
            / m;
        1.0 - (within - moved) / pooled
    };
    let mut sum = 0.0;
    let mut least = f64::INFINITY;
    for lag in (0..half - 1).step_by(2) {
        // The first pair holds ρ(0) = 1; pairs are made to fall.
        let first = if lag == 0 { 1.0 } else { correlation(lag) };
        let pair = first + correlation(lag + 1);
        if pair <= 0.0 {
            break;
        }
        least = least.min(pair);
        sum += least;
    }
    let size = m * n / (2.0 * sum - 1.0).max(1.0 / (m * n));
    ((pooled / within).sqrt(), size.min(m * n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn an_autoregression_has_the_effective_size_of_theory() {
        // AR(1) with coefficient c: n (1 − c) / (1 + c) independent draws.
        let chains: Vec<Vec<f64>> = (0..4)
            .map(|chain| {
                let mut stream = Stream::new(5, Purpose::Parameter, 0, chain);
                let mut x = stream.normal();
                (0..20_000)
                    .map(|_| {
                        x = 0.8 * x + 0.6 * stream.normal();
                        x
                    })
                    .collect()
            })
            .collect();
        let (r_hat, size) = mixing(&chains);
        assert!((r_hat - 1.0).abs() < 0.01, "{r_hat}");
        assert!((size / (80_000.0 / 9.0) - 1.0).abs() < 0.1, "{size}");
        let shifted: Vec<Vec<f64>> =
            (0..2).map(|k| chains[k].iter().map(|x| x + 3.0 * k as f64).collect()).collect();
        assert!(mixing(&shifted).0 > 1.5);
    }
}
