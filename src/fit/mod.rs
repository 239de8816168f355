//! Fitting severities: maximum likelihood with deductibles, limits, weights and groups, tails beyond
//! a threshold, mixtures, and how well all of it fits.
//!
//! An observation contributes one of three terms to the log-likelihood, and every deductible d that
//! hid smaller losses takes ln S(d) away (Klugman, Panjer and Willmot, Loss Models, 4th ed., 13.2):
//!
//! | known | term |
//! |---|---|
//! | the loss x | ln f(x) |
//! | at least c (limit, open claim) | ln S(c) |
//! | between l and u (a group) | ln (S(l) − S(u)) |

mod density;
mod empirical;
mod erlang;
mod estimate;
mod family;
mod generic;
mod goodness;
mod jet;
mod matching;
mod mixture;
mod newton;
mod sample;
mod special;
mod tail;
mod terms;

pub use empirical::{MeanExcess, Steps, conditional_lev, grouped_lev, kaplan_meier, mean_excess};
pub use erlang::erlang_mixture;
pub use estimate::{Fit, Status, log_likelihood};
pub use family::{FitFamily, Scale};
pub use goodness::{Goodness, distances, goodness};
pub use matching::{Matching, matched};
pub use mixture::{MixtureFit, lognormal_mixture};
pub use sample::{Columns, Sample, Seen};
pub use tail::{
    SpliceFit, ThresholdRow, candidates, mean_excess_threshold, splice, threshold_table,
};
