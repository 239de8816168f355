//! From reserves to the balance sheet: cash flows and their present value, risk adjustment,
//! unearned premium, expenses, roll-forward tables, and the insurance risk capital of C-ROSS II.

mod c_ross;
mod cash_flow;
mod claims;
mod curve;
mod ifrs17;
mod risk_adjustment;
mod ulae;
mod unearned;

pub use c_ross::{Capital, Factors, Line, SciTech, factors};
pub use cash_flow::{Flow, from_pattern, present_value};
pub use claims::split;
pub use curve::Curve;
pub use ifrs17::{Gmm, GmmPeriod, Lic, LicPeriod, Lrc, LrcPeriod, csm_roll, lic_roll, lrc_roll};
pub use risk_adjustment::{cost_of_capital, margin};
pub use ulae::{Basis, Projection, conger_nolibos, kittel, paid_to_paid};
pub use unearned::{Earning, deficiency, unearned};
