//! Reserves split into claims, where no individual claims are known.

use crate::error::{Faults, Issue, Result};
use crate::random::{Purpose, Stream};
use crate::severity::{Family, Severity};

/// Most claims that one reserve is split into.
const MOST: f64 = 1e6;

/// Each reserve becomes claims of the given severity, scaled to sum to it: as many as the nearest
/// whole number to reserve / mean, at least one. Returns the place of the reserve and the size of
/// each claim; a reserve of zero or below has none.
///
/// The draws of a reserve are those of its place, whatever the others are.
pub fn split(reserves: &[f64], severity: &Severity, seed: u64) -> Result<(Vec<u64>, Vec<f64>)> {
    let mean = severity.moment(1);
    if !(mean > 0.0 && mean.is_finite()) {
        return Err(Issue::new("infinite_moment", "split_into_claims", "severity")
            .value(mean)
            .allowed("a severity of finite mean > 0")
            .hint("cap it: severity.capped(limit)")
            .into_error());
    }
    let mut faults = Faults::new();
    for (place, reserve) in reserves.iter().enumerate() {
        faults.finite("split_into_claims", &format!("reserves[{place}]"), *reserve);
    }
    faults.finish()?;
    let (mut places, mut sizes) = (Vec::new(), Vec::new());
    let mut own = Vec::new();
    for (place, reserve) in reserves.iter().enumerate() {
        if *reserve <= 0.0 {
            continue;
        }
        let count = (reserve / mean).round().clamp(1.0, MOST) as usize;
        own.clear();
        own.resize(count, 0.0);
        Stream::new(seed, Purpose::Severity, place as u64, 0).fill(&mut own);
        severity.sample(&mut own);
        let sum: f64 = own.iter().sum();
        let even = reserve / count as f64;
        places.resize(places.len() + count, place as u64);
        sizes.extend(own.iter().map(|size| if sum > 0.0 { size / sum * reserve } else { even }));
    }
    Ok((places, sizes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::LogNormal;

    #[test]
    fn claims_sum_to_the_reserve_and_stand_alone() {
        let severity = Severity::from(LogNormal::from_mean_cv(10.0, 1.0).unwrap());
        let (places, sizes) = split(&[1000.0, -5.0, 3.0], &severity, 7).unwrap();
        let sum = |place: u64| -> f64 {
            places.iter().zip(&sizes).filter(|(p, _)| **p == place).map(|(_, size)| size).sum()
        };
        assert_eq!(places.iter().filter(|place| **place == 0).count(), 100);
        assert!((sum(0) - 1000.0).abs() < 1e-9);
        assert_eq!((sum(1), sum(2)), (0.0, 3.0));
        let (_, alone) = split(&[1000.0], &severity, 7).unwrap();
        assert_eq!(alone, sizes[..100]);
    }
}
