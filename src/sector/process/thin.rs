//! Rare successes among many trials whose probability changes from year to year.

use crate::random::Stream;

/// Multipliers of the years of a block, grouped by their binary exponent.
#[derive(Debug, Clone, Default)]
pub struct Octaves {
    pub multiplier: Vec<f64>,
    order: Vec<u16>,
    ends: Vec<usize>,
}

impl Octaves {
    pub fn new(multiplier: Vec<f64>) -> Self {
        let exponent = |year: &u16| multiplier[usize::from(*year)].to_bits() >> 52;
        let mut order: Vec<u16> = (0..multiplier.len() as u16).collect();
        order.sort_by_key(exponent);
        let ends = (1..=order.len())
            .filter(|&i| i == order.len() || exponent(&order[i]) != exponent(&order[i - 1]))
            .collect();
        Self { multiplier, order, ends }
    }

    /// Years whose multipliers differ by a factor of 2 at most, with the largest of each group.
    fn groups(&self) -> impl Iterator<Item = (f64, &[u16])> {
        self.ends.iter().scan(0, |start, &end| {
            let years = &self.order[*start..end];
            *start = end;
            let largest =
                years.iter().map(|y| self.multiplier[usize::from(*y)]).fold(0.0, f64::max);
            Some((largest, years))
        })
    }

    /// Calls `hit` with the year of each success among `trials` a year of probability
    /// min(1, rate · multiplier), until it is false: candidates at the largest probability of a group are found by
    /// geometric jumps and kept with the ratio of the year's probability to it.
    pub fn thin(
        &self,
        rate: f64,
        trials: u64,
        stream: &mut Stream,
        mut hit: impl FnMut(usize) -> bool,
    ) {
        let probability = |m: f64| (rate * m).min(1.0);
        for (largest, group) in self.groups() {
            let largest = probability(largest);
            let all = trials.saturating_mul(group.len() as u64);
            if !(largest > 0.0) || all == 0 {
                continue;
            }
            // With probability 1 every trial is a candidate: the hazard is infinite and the jump 0.
            let hazard = -libm::log1p(-largest);
            let mut trial = 0u64;
            loop {
                let jump = stream.exponential() / hazard;
                if jump >= (all - trial) as f64 {
                    break;
                }
                trial += jump as u64;
                let year = usize::from(group[(trial / trials) as usize]);
                let success = stream.uniform() * largest < probability(self.multiplier[year]);
                if success && !hit(year) {
                    return;
                }
                trial += 1;
                if trial >= all {
                    break;
                }
            }
        }
    }
}
