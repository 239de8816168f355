//! Unearned premium, and what is missing from it.

/// How premium is earned over the term of a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Earning {
    /// In proportion to time.
    Time,
    /// In proportion to use: kilometres, flight hours, launches, subjects.
    Usage { used: f64, expected: f64 },
    /// As the risk runs: the cumulative share of the expected losses at equal steps of the term,
    /// from the first step to 1 at its end, linear between.
    Risk(Vec<f64>),
}

/// Premium of the part that is still to run, for a share `elapsed` of the term.
pub fn unearned(premium: f64, elapsed: f64, earning: &Earning) -> f64 {
    let elapsed = elapsed.clamp(0.0, 1.0);
    let earned = match earning {
        Earning::Time => elapsed,
        // What is past its term is earned, however little was used.
        Earning::Usage { .. } if elapsed >= 1.0 => 1.0,
        Earning::Usage { used, expected } => (used / expected).clamp(0.0, 1.0),
        Earning::Risk(shares) => {
            let steps = shares.len() as f64;
            let place = elapsed * steps;
            let at = (place as usize).min(shares.len().saturating_sub(1));
            let share = |at: usize| shares.get(at).copied().unwrap_or(1.0);
            let before = if at == 0 { 0.0 } else { share(at - 1) };
            before + (share(at) - before) * (place - at as f64)
        }
    };
    premium * (1.0 - earned)
}

/// Premium deficiency of a group: what expected claims, claims expenses and maintenance exceed the
/// unearned premium less deferred acquisition costs by; never below zero, so that the profit of one
/// group does not hide the loss of another.
pub fn deficiency(unearned: f64, deferred_costs: f64, expected_outgo: f64) -> f64 {
    (expected_outgo - (unearned - deferred_costs)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn premium_is_earned_by_time_use_or_risk() {
        assert_eq!(unearned(100.0, 0.25, &Earning::Time), 75.0);
        assert_eq!(unearned(100.0, 1.5, &Earning::Time), 0.0);
        let usage = Earning::Usage { used: 300.0, expected: 1000.0 };
        assert_eq!(unearned(100.0, 0.9, &usage), 70.0);
        assert_eq!(unearned(100.0, 1.0, &usage), 0.0);
        // A launch: most of the risk is in the first quarter of the term.
        let risk = Earning::Risk(vec![0.7, 0.8, 0.9, 1.0]);
        assert!((unearned(100.0, 0.25, &risk) - 30.0).abs() < 1e-12);
        assert!((unearned(100.0, 0.125, &risk) - 65.0).abs() < 1e-12);
        assert!((unearned(100.0, 0.375, &risk) - 25.0).abs() < 1e-12);
        assert_eq!(unearned(100.0, 1.0, &risk), 0.0);
    }

    #[test]
    fn a_deficiency_is_what_premium_does_not_cover() {
        assert_eq!(deficiency(100.0, 20.0, 95.0), 15.0);
        assert_eq!(deficiency(100.0, 20.0, 70.0), 0.0);
    }
}
