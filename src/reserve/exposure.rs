//! Premium at today's rates: on-level factors by the parallelogram method, integrated exactly.

use super::period::Grain;
use crate::error::{Faults, Issue, Result};

/// A change of rates for policies that start at `time` (years, such as 2024.5) or later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub time: f64,
    /// 0.05 for five per cent more.
    pub rate: f64,
}

/// On-level factors by origin period: the rate level after all changes over the mean level at which
/// the period's premium was earned, with policies of `term` years written and earned evenly.
///
/// At time t the premium in force was written evenly over (t − term, t], so that a change at c has
/// reached the share min(max(t − c, 0), term) / term; its mean over the period is a difference of
/// integrals of that ramp. (Werner and Modlin 2016, Basic Ratemaking, 5th ed., CAS, ch. 5.)
/// With `written`, premium is taken as written in the period instead of earned.
pub fn on_level(
    changes: &[Change],
    grain: Grain,
    first_origin: i32,
    origins: usize,
    term: f64,
    written: bool,
) -> Result<Vec<f64>> {
    let mut faults = Faults::new();
    faults.positive("on_level", "term", term);
    for change in changes {
        faults.finite("on_level", "date", change.time);
        faults.check(change.rate > -1.0 && change.rate.is_finite(), || {
            Issue::new("out_of_range", "on_level", "rate")
                .value(change.rate)
                .allowed("a change above -1, such as 0.05")
        });
    }
    faults.finish()?;
    let mut changes = changes.to_vec();
    changes.sort_by(|a, b| a.time.total_cmp(&b.time));
    let current: f64 = changes.iter().map(|change| 1.0 + change.rate).product();
    let length = f64::from(grain.months()) / 12.0;
    // ∫₀ˣ of the share reached, 0 before the change.
    let reached = |x: f64| {
        let x = x.max(0.0);
        if written {
            x
        } else if x < term {
            x * x / (2.0 * term)
        } else {
            x - term / 2.0
        }
    };
    let level = |origin: usize| {
        let start = f64::from(first_origin + origin as i32) * length;
        let (mut level, mut mean) = (1.0, 1.0);
        for change in &changes {
            let jump = level * change.rate;
            level += jump;
            let share =
                (reached(start + length - change.time) - reached(start - change.time)) / length;
            mean += jump * share;
        }
        mean
    };
    Ok((0..origins).map(|origin| current / level(origin)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_mid_year_has_reached_an_eighth() {
        // Annual policies, +10% at mid 2020: the new rate earns ½ · ½ · ½ = 1/8 of 2020's premium,
        // 7/8 of 2021's, all of 2022's.
        let changes = [Change { time: 2020.5, rate: 0.1 }];
        let factors = on_level(&changes, Grain::Year, 2019, 4, 1.0, false).unwrap();
        for (factor, share) in factors.iter().zip([0.0, 0.125, 0.875, 1.0]) {
            assert!((factor - 1.1 / (1.0 + 0.1 * share)).abs() < 1e-12, "{factor}");
        }
        let written = on_level(&changes, Grain::Year, 2020, 1, 1.0, true).unwrap();
        assert!((written[0] - 1.1 / 1.05).abs() < 1e-12);
    }

    #[test]
    fn two_changes_agree_with_a_sum_over_days() {
        let changes = [Change { time: 2020.75, rate: -0.05 }, Change { time: 2020.25, rate: 0.1 }];
        let exact = on_level(&changes, Grain::Quarter, 2020 * 4 + 2, 1, 0.5, false).unwrap()[0];
        let steps = 400;
        let mut mean = 0.0;
        for i in 0..steps {
            for j in 0..steps {
                let t = 2020.5 + 0.25 * (f64::from(i) + 0.5) / f64::from(steps);
                let s = t - 0.5 * (f64::from(j) + 0.5) / f64::from(steps);
                let level = changes.iter().filter(|c| s >= c.time).map(|c| 1.0 + c.rate);
                mean += level.product::<f64>() / f64::from(steps * steps);
            }
        }
        assert!((exact - 1.1 * 0.95 / mean).abs() < 1e-3, "{exact}");
        assert!(on_level(&changes, Grain::Year, 2020, 1, 0.0, false).is_err());
    }
}
