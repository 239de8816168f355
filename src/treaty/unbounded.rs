//! Which amounts have no variance, or no mean, because one loss without bound has none.
//!
//! Limits cut the largest losses off; what is left of them goes to whoever pays without a limit. The
//! part of each treaty in one loss that grows beyond every bound says whose amounts are as heavy as
//! the losses: a treaty's where that part is above 0, the net where the treaties leave some.

use super::plan::{Plan, Resolved};
use super::terms::Basis;
use crate::losses::TailWeight;

/// Part of a loss beyond every bound that an amount has, at least and at most: they differ where the
/// cover depends on the risk, on the number of events or on the year.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Part {
    pub least: f64,
    pub most: f64,
}

impl Part {
    pub const NONE: Self = Self { least: 0.0, most: 0.0 };
    pub const WHOLE: Self = Self { least: 1.0, most: 1.0 };

    fn times(self, share: f64) -> Self {
        Self { least: share * self.least, most: share * self.most }
    }

    fn plus(self, other: Self) -> Self {
        Self { least: self.least + other.least, most: self.most + other.most }
    }

    /// What is left of the loss; shares that sum to one leave nothing.
    fn rest(self) -> Self {
        let left = |part: f64| if part > 1.0 - 1e-9 { 0.0 } else { 1.0 - part };
        Self { least: left(self.most), most: left(self.least) }
    }

    /// Weight of an amount that has this part of losses of weight `losses`.
    pub fn weight(self, losses: TailWeight) -> TailWeight {
        if self.most > 0.0 { losses } else { TailWeight::Light }
    }

    /// Weight of the difference of two amounts: where both have the same part, it is bounded.
    pub fn weight_of_difference(self, other: Self, losses: TailWeight) -> TailWeight {
        let known = self.least == self.most && other.least == other.most;
        if known && (self.most - other.most).abs() < 1e-9 { TailWeight::Light } else { losses }
    }
}

/// Parts of every treaty, of all of them together and of what is left.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// By treaty, as in the programme.
    pub treaties: Vec<Part>,
    pub ceded: Part,
    pub net: Part,
}

impl Plan {
    /// Who pays of a loss beyond every bound.
    pub fn unbounded_parts(&self) -> Parts {
        let mut treaties = vec![Part::NONE; self.names.len()];
        // What a treaty with an annual limit, but none on a loss, does not pay of it.
        let mut lost = vec![Part::NONE; self.names.len()];
        let all = |of: &[usize], treaties: &[Part]| {
            of.iter().fold(Part::NONE, |sum, treaty| sum.plus(treaties[*treaty]))
        };
        for step in &self.steps {
            let subject = step
                .backup_of
                .map_or_else(|| all(&step.net_of, &treaties).rest(), |backed| lost[backed]);
            let paid = subject.times(step.participation);
            let paid = if step.always_covers() { paid } else { Part { least: 0.0, ..paid } };
            if step.layer.limit < f64::INFINITY {
                continue;
            }
            let capped = step.annual.capacity() < f64::INFINITY
                || step.term.is_some_and(|term| term.limit < f64::INFINITY)
                || (step.event_limit < f64::INFINITY && step.basis != Basis::Annual);
            if capped {
                lost[step.treaty] = Part { least: 0.0, ..subject };
            } else {
                treaties[step.treaty] = paid;
            }
        }
        let everyone: Vec<usize> = (0..treaties.len()).collect();
        let ceded = all(&everyone, &treaties);
        Parts { net: ceded.rest(), ceded, treaties }
    }
}

impl Resolved {
    /// Whether every loss is covered alike: whatever its risk, its date and its place in the year.
    fn always_covers(&self) -> bool {
        self.cession.is_none()
            && !self.is_attaching()
            && self.backup_of.is_none()
            && self.counted.as_ref().is_none_or(|counted| counted.first.is_some())
    }
}

#[cfg(test)]
mod tests {
    use crate::treaty::{Options, Plan, Programme};

    /// Parts (least, most) of the treaties, then of the net.
    fn parts(text: &str) -> Vec<(f64, f64)> {
        let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
        let options = Options { horizon: Some(3), ..Options::default() };
        let found = Plan::new(&programme, options).unwrap().unbounded_parts();
        found.treaties.iter().chain([&found.net]).map(|part| (part.least, part.most)).collect()
    }

    #[test]
    fn who_pays_of_a_loss_beyond_every_bound() {
        let (none, whole) = ((0.0, 0.0), (1.0, 1.0));
        for (text, expected) in [
            ("a: 20 xs 10", vec![none, whole]),
            ("a: unlimited xs 10", vec![whole, none]),
            ("a: unlimited xs 10, placed 75%", vec![(0.75, 0.75), (0.25, 0.25)]),
            ("a: unlimited xs 10, aal 50", vec![none, whole]),
            ("a: unlimited xs 10 annual", vec![whole, none]),
            ("a: unlimited xs 10 per risk, event limit 90", vec![none, whole]),
            ("a: 40% quota share, loss ratio cap 300%", vec![none, whole]),
            (
                "a: 40% quota share\nb: unlimited xs 5 on net of a",
                vec![(0.4, 0.4), (0.6, 0.6), none],
            ),
            // Of five tenths and five tenths nothing is left, whatever the last bit says.
            ("a: 30% quota share\nb: 70% quota share", vec![(0.3, 0.3), (0.7, 0.7), none]),
            ("a: unlimited xs 1, from event 2", vec![(0.0, 1.0), (0.0, 1.0)]),
            ("a: unlimited xs 9, term 3 years, term limit 30", vec![none, whole]),
            (
                "a: unlimited xs 1, aal 9\nb: unlimited xs 0 on backup of a",
                vec![none, (0.0, 1.0), (0.0, 1.0)],
            ),
            ("a: unlimited xs 1, risks attaching", vec![(0.0, 1.0), (0.0, 1.0)]),
            ("a: 5 xs 1\nb: 40% quota share on net of a", vec![none, (0.4, 0.4), (0.6, 0.6)]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }
}
