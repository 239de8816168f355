//! What is estimated.

use crate::error::{Faults, Issue, Result};

/// A function of the year's total whose mean is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// E min(max(S − attachment, 0), limit).
    Layer { limit: f64, attachment: f64 },
    /// P(S > x).
    Exceeds(f64),
}

impl Target {
    pub(super) fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        match *self {
            Self::Layer { limit, attachment } => {
                faults.non_negative("estimate", "attachment", attachment);
                faults.check(limit > 0.0, || {
                    Issue::new("out_of_range", "estimate", "limit").value(limit).allowed("above 0")
                });
            }
            Self::Exceeds(x) => {
                faults.non_negative("estimate", "exceeds", x);
            }
        }
        faults.finish()
    }

    /// f(s); 0 at 0 for every target.
    #[inline(always)]
    pub fn of(&self, s: f64) -> f64 {
        match *self {
            Self::Layer { limit, attachment } => (s - attachment).max(0.0).min(limit),
            Self::Exceeds(x) => f64::from(u8::from(s > x)),
        }
    }

    /// f'(s) where it exists.
    pub fn slope(&self, s: f64) -> f64 {
        match *self {
            Self::Layer { limit, attachment } => {
                f64::from(u8::from(s > attachment && s - attachment < limit))
            }
            Self::Exceeds(_) => 0.0,
        }
    }

    /// Whether f is bounded.
    pub(super) fn bounded(&self) -> bool {
        !matches!(self, Self::Layer { limit, .. } if *limit == f64::INFINITY)
    }

    /// The total from which f is above 0.
    pub(super) fn start(&self) -> f64 {
        match *self {
            Self::Layer { attachment, .. } => attachment,
            Self::Exceeds(x) => x,
        }
    }
}
