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
    /// A development factor is below one: the age falls on average.
    FallingAge = 1,
    /// Links that start at zero or below carry no ratio and were left out of the averages.
    LinksLeftOut = 2,
    /// An origin stands at zero, so that a ratio method must project zero.
    ZeroLatest = 3,
    /// The log-linear fit of sigma was not significant at 5%; Mack's rule was used instead.
    SigmaReverted = 4,
    /// A development factor is zero or negative.
    NonPositiveFactor = 5,
    /// Cells that the model cannot take (a logarithm of zero or less) were left out.
    CellsLeftOut = 6,
    /// Paid and incurred differ at the last age, where the model takes all claims for settled.
    NotSettled = 7,
    /// The chains of a sampler disagree: draw more.
    NotMixed = 8,
    /// Ultimates stand, but a variance needed for the errors cannot be estimated.
    ErrorsUndefined = 9,
    /// The method needs every cell up to one diagonal observed and positive.
    NotAStaircase = 10,
    /// The tail curve cannot be fitted, or does not fall.
    TailUndefined = 11,
    /// The exposure, or the prior, of an origin is missing, zero, negative or infinite.
    NoExposure = 12,
    /// A development factor that is needed has no usable link.
    NoFactor = 13,
    /// The model needs a positive sum or value where there is none.
    NotPositive = 14,
    /// Fewer cells than parameters, or cells that do not tell them apart.
    TooFewCells = 15,
    /// The fit did not reach its tolerance.
    NotConverged = 16,
    /// An origin has no observed cell.
    EmptyOrigin = 17,
    /// No two cells of any origin are adjacent: nothing develops.
    NoLinks = 18,
    /// A cell is infinite, or a result exceeds the range of a float.
    NotFinite = 19,
    /// No observed cell at all.
    Empty = 20,
}

impl Status {
    pub const ALL: [Self; 21] = [
        Self::Ok,
        Self::FallingAge,
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
            Self::FallingAge => "falling_age",
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
