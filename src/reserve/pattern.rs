//! Payment patterns: the share of the ultimate that has emerged by each age.

/// Cumulative share of the ultimate at each age, from development factors with the tail last:
/// share(k) = 1 / (f(k) · f(k+1) · … · tail). The last share is 1 / tail.
pub fn emerged(factors: &[f64]) -> Vec<f64> {
    let mut shares = vec![0.0; factors.len()];
    let mut to_ultimate = 1.0;
    for (share, factor) in shares.iter_mut().zip(factors).rev() {
        to_ultimate *= factor;
        *share = 1.0 / to_ultimate;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_factors() {
        assert_eq!(emerged(&[2.0, 1.25, 1.0]), [0.4, 0.8, 1.0]);
        assert_eq!(emerged(&[2.0, 1.25]), [0.4, 0.8]);
        assert!(emerged(&[]).is_empty());
    }
}
