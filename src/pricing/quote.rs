//! Technical premiums: expected loss, cost of capital, expenses and brokerage.

use super::summary::{Row, mean_of};
use crate::error::{Error, Faults, Result};
use crate::measure::Tail;
use crate::treaty::{Outcome, Plan};

/// What capital is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// TVaR(p) less the expected loss.
    Tvar,
    /// VaR(p) less the expected loss.
    Var,
    /// One standard deviation.
    Sd,
}

/// Cost of capital: `rate` a year on the capital that a treaty needs by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capital {
    pub measure: Measure,
    pub level: f64,
    pub rate: f64,
}

/// What a premium carries beside the expected loss, as fractions of the premium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loadings {
    pub expenses: f64,
    pub brokerage: f64,
    pub capital: Capital,
}

impl Loadings {
    fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        faults.fraction("quote", "expenses", self.expenses);
        faults.fraction("quote", "brokerage", self.brokerage);
        faults.fraction("capital", "level", self.capital.level);
        faults.fraction("capital", "rate", self.capital.rate);
        faults.check(self.expenses + self.brokerage < 1.0, || {
            crate::error::Issue::new("out_of_range", "quote", "expenses + brokerage")
                .value(self.expenses + self.brokerage)
                .allowed("less than 1: something must be left for losses")
        });
        faults.finish()
    }
}

/// A treaty's technical premium and its parts; all amounts for the reinsurers' part.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    pub treaty: String,
    pub expected_loss: f64,
    pub standard_error: f64,
    pub capital: f64,
    pub capital_cost: f64,
    pub expenses: f64,
    pub brokerage: f64,
    pub commission: f64,
    pub reinstatement_rate: f64,
    /// Premium before reinstatements that covers everything.
    pub technical_premium: f64,
    /// Error of the technical premium from that of the expected loss alone.
    pub technical_premium_error: f64,
    /// Premium expected for reinstatements.
    pub reinstatement_premium: f64,
    /// Technical premium over the reinsurers' part of the limit.
    pub rate_on_line: f64,
    /// Premium stated in the programme; NaN when there is none.
    pub premium: f64,
}

/// Technical premium of each treaty:
///
/// P (1 + φ) (1 − e − b) − P c = E L + r · (ρ(L) − E L)
///
/// with φ the expected reinstatement premium per unit of P, e expenses and b brokerage on all premium,
/// c the ceding commission on P, and ρ the measure of capital.
pub fn quote(
    outcome: &Outcome,
    plan: &Plan,
    rows: &[Row],
    loadings: &Loadings,
) -> Result<Vec<Quote>> {
    loadings.check()?;
    let kept = 1.0 - loadings.expenses - loadings.brokerage;
    outcome
        .treaties
        .iter()
        .zip(rows)
        .enumerate()
        .map(|(index, (treaty, row))| {
            let step = plan.steps().iter().find(|step| step.treaty == index);
            let Some(step) = step else {
                return Err(Error::numeric(&treaty.name, "is not part of the plan"));
            };
            let expected = row.expected_loss.value;
            let tail = Tail::new(&treaty.ceded, loadings.capital.level);
            let capital = match loadings.capital.measure {
                Measure::Tvar => {
                    mean_of(row.weight, tail.tvar(loadings.capital.level)).value - expected
                }
                Measure::Var => tail.var(loadings.capital.level).value - expected,
                Measure::Sd => row.sd.value,
            };
            let capital = if expected.is_finite() { capital.max(0.0) } else { f64::INFINITY };
            let capital_cost = loadings.capital.rate * capital;
            let reinstatement_rate =
                if row.reinstatement_rate.is_finite() { row.reinstatement_rate } else { 0.0 };
            let commission = step.commission;
            let share = (1.0 + reinstatement_rate) * kept - commission;
            if share <= 0.0 {
                return Err(Error::numeric(
                    format!("programme.{}", treaty.name),
                    format!("commission {commission} and loadings leave nothing of the premium for losses"),
                ));
            }
            let premium = (expected + capital_cost) / share;
            let all = premium * (1.0 + reinstatement_rate);
            let line = step.layer.limit * step.participation;
            Ok(Quote {
                treaty: treaty.name.clone(),
                expected_loss: expected,
                standard_error: row.expected_loss.standard_error,
                capital,
                capital_cost,
                expenses: loadings.expenses * all,
                brokerage: loadings.brokerage * all,
                commission: commission * premium,
                reinstatement_rate,
                technical_premium: premium,
                technical_premium_error: row.expected_loss.standard_error / share,
                reinstatement_premium: premium * reinstatement_rate,
                rate_on_line: if line.is_finite() { premium / line } else { f64::NAN },
                premium: step.premiums.treaty.map_or(f64::NAN, |p| p * step.participation),
            })
        })
        .collect()
}
