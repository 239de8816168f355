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

mod jet;
mod special;
