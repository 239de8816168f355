//! What became of each triangle: a code, and the cells at fault.

/// Outcome of a method on one triangle, from harmless to fatal; the worst finding is the status.
///
/// Values that are not affected by a finding stand; those that are, are NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Status {
    /// Nothing to tell.
    #[default]
    Ok = 0,
    /// Links that start at zero or below carry no ratio and were left out of the averages.
    LinksLeftOut = 1,
    /// An origin stands at zero, so that a ratio method must project zero.
    ZeroLatest = 2,
    /// The log-linear fit of sigma was not significant at 5%; Mack's rule was used instead.
    SigmaReverted = 3,
    /// A development factor is zero or negative.
    NonPositiveFactor = 4,
    /// Ultimates stand, but a variance needed for the errors cannot be estimated.
    ErrorsUndefined = 5,
    /// The method needs every cell up to one diagonal observed and positive.
    NotAStaircase = 6,
    /// The tail curve cannot be fitted, or does not fall.
    TailUndefined = 7,
    /// A development factor that is needed has no usable link.
    NoFactor = 8,
    /// An origin has no observed cell.
    EmptyOrigin = 9,
    /// No two cells of any origin are adjacent: nothing develops.
    NoLinks = 10,
    /// A cell is infinite, or a result exceeds the range of a float.
    NotFinite = 11,
    /// No observed cell at all.
    Empty = 12,
}

impl Status {
    pub const ALL: [Self; 13] = [
        Self::Ok,
        Self::LinksLeftOut,
        Self::ZeroLatest,
        Self::SigmaReverted,
        Self::NonPositiveFactor,
        Self::ErrorsUndefined,
        Self::NotAStaircase,
        Self::TailUndefined,
        Self::NoFactor,
        Self::EmptyOrigin,
        Self::NoLinks,
        Self::NotFinite,
        Self::Empty,
    ];

    /// The name that users see; stable.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::LinksLeftOut => "links_left_out",
            Self::ZeroLatest => "zero_latest",
            Self::SigmaReverted => "sigma_reverted",
            Self::NonPositiveFactor => "non_positive_factor",
            Self::ErrorsUndefined => "errors_undefined",
            Self::NotAStaircase => "not_a_staircase",
            Self::TailUndefined => "tail_undefined",
            Self::NoFactor => "no_factor",
            Self::EmptyOrigin => "empty_origin",
            Self::NoLinks => "no_links",
            Self::NotFinite => "not_finite",
            Self::Empty => "empty",
        }
    }

    /// Whether every ultimate is a number.
    pub fn has_ultimates(self) -> bool {
        self < Self::TailUndefined
    }
}

/// One reason for a status, with its cell: `age` is the column where a link starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub triangle: usize,
    pub status: Status,
    pub origin: Option<usize>,
    pub age: Option<usize>,
}
