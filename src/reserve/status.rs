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
    /// Cells that the model cannot take (a logarithm of zero or less) were left out.
    CellsLeftOut = 5,
    /// Paid and incurred differ at the last age, where the model takes all claims for settled.
    NotSettled = 6,
    /// The chains of a sampler disagree: draw more.
    NotMixed = 7,
    /// Ultimates stand, but a variance needed for the errors cannot be estimated.
    ErrorsUndefined = 8,
    /// The method needs every cell up to one diagonal observed and positive.
    NotAStaircase = 9,
    /// The tail curve cannot be fitted, or does not fall.
    TailUndefined = 10,
    /// The exposure, or the prior, of an origin is missing, zero, negative or infinite.
    NoExposure = 11,
    /// A development factor that is needed has no usable link.
    NoFactor = 12,
    /// The model needs a positive sum or value where there is none.
    NotPositive = 13,
    /// Fewer cells than parameters, or cells that do not tell them apart.
    TooFewCells = 14,
    /// The fit did not reach its tolerance.
    NotConverged = 15,
    /// An origin has no observed cell.
    EmptyOrigin = 16,
    /// No two cells of any origin are adjacent: nothing develops.
    NoLinks = 17,
    /// A cell is infinite, or a result exceeds the range of a float.
    NotFinite = 18,
    /// No observed cell at all.
    Empty = 19,
}

impl Status {
    pub const ALL: [Self; 20] = [
        Self::Ok,
        Self::LinksLeftOut,
        Self::ZeroLatest,
        Self::SigmaReverted,
        Self::NonPositiveFactor,
        Self::CellsLeftOut,
        Self::NotSettled,
        Self::NotMixed,
        Self::ErrorsUndefined,
        Self::NotAStaircase,
        Self::TailUndefined,
        Self::NoExposure,
        Self::NoFactor,
        Self::NotPositive,
        Self::TooFewCells,
        Self::NotConverged,
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
            Self::CellsLeftOut => "cells_left_out",
            Self::NotSettled => "not_settled",
            Self::NotMixed => "not_mixed",
            Self::NoExposure => "no_exposure",
            Self::NotPositive => "not_positive",
            Self::TooFewCells => "too_few_cells",
            Self::NotConverged => "not_converged",
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
