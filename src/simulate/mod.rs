//! A book and its sector models as a [`Source`](crate::losses::Source) of losses.
//!
//! # How a year is made
//!
//! The simulated year is the year of the book: each risk carries its exposure in it, and renewals
//! replace expiries, so an annual policy is at risk all year; a shorter one only from its inception
//! for its term. `time` is the fraction of the calendar year.
//!
//! *Claims.* For coverage c and year y the frequency multiplier is m = Λ·G: Λ lognormal with mean 1
//! and the file's `cv_of_mean` (parameter uncertainty), G gamma with mean 1 and shape `mixing_shape`
//! (negative binomial); both are common to all risks of the coverage. A risk with rate λ has
//! Poisson(λ m) claims, or one per unit with probability min(1, λ m) (Bernoulli). A claim costs
//! min(s·r·X, cap): X from the file, r the product of relativities and stage, s lognormal with mean 1
//! and the file's `cv_of_scale`, common to the coverage in the year; a fraction is of the sum
//! insured and at most 1. Then deductible, limit, share, and in date order the annual aggregate
//! limit.
//!
//! *Systemic events.* Each value of an accumulation key has its own Poisson arrivals at the file's
//! annual rate; the rate is per value of the key, so the expected loss of a risk does not depend on
//! how many values there are. Risks without the key share the empty value. One event draws one
//! survival level for the share hit and one for the damage; each coverage turns them into its own
//! share q and damage d (so an event is bad for all of them at once). A risk is struck with
//! probability q, or a Binomial(units, q) number of its units where exposure counts things; each
//! costs d × (limit, or sum insured without one), through the same terms. All rows of the event
//! share one event number and time.
//!
//! # Draws
//!
//! Every draw is addressed by (seed, purpose, name, block of years), the name being that of the risk,
//! the coverage or the event and its key value. Hence a risk's losses before its neighbours' are known
//! depend on the seed and its own row only, and the first n years are the same however many are
//! simulated.

mod accumulation;
mod attritional;
mod curve;
mod expected;
mod model;
mod order;
mod process;
mod quantile;
mod rating;
mod rows;
mod source;
mod systemic;
mod table;
mod term;
mod years;

pub use accumulation::{Accumulation, Scenario, accumulations, scenario};
pub use expected::Expected;
pub use model::{Options, Parameters};
pub use rating::rate;
pub use source::{CommonFactor, Scratch, Simulator};
pub use table::{annual_losses, loss_table};
