//! Exceedance curves: the loss of a return period, with its interval.

use super::tail::Tail;

/// One point of an exceedance curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    pub return_period: f64,
    pub loss: f64,
    /// 95 % interval by order statistics.
    pub low: f64,
    pub high: f64,
    /// Tail mean beyond the return period.
    pub tvar: f64,
}

/// Losses at the given return periods (years, > 1): p = 1 − 1/T.
///
/// `values` are annual totals for the aggregate curve (AEP) or annual maxima for the occurrence
/// curve (OEP). Periods longer than the sample are left out.
pub fn exceedance_curve(values: &[f64], return_periods: &[f64]) -> Vec<CurvePoint> {
    let lowest = return_periods.iter().map(|t| 1.0 - 1.0 / t).fold(1.0, f64::min).max(0.0);
    let tail = Tail::new(values, lowest);
    return_periods
        .iter()
        .filter(|t| **t > 1.0 && **t <= values.len() as f64)
        .map(|t| {
            let p = 1.0 - 1.0 / t;
            let (low, high) = tail.var_interval(p);
            CurvePoint {
                return_period: *t,
                loss: tail.var(p).value,
                low,
                high,
                tvar: tail.tvar(p).value,
            }
        })
        .collect()
}
