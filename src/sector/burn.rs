//! Index history: detrending, historical burn, fitted law, basis risk.

use super::coverage::Status;
use super::payout::Payout;
use super::process::{Index, Marginal, Sources};
use crate::error::{Faults, Issue, Result};

/// A straight line through a history of an index, by least squares.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    pub slope: f64,
    /// Standard error of the slope; NaN with two years.
    pub slope_error: f64,
    /// The line at the year asked for.
    pub level: f64,
    /// Deviations from the line.
    pub residuals: Vec<f64>,
    /// Standard deviation of the residuals, n − 2 degrees of freedom.
    pub sd: f64,
}

/// Historical burn of a payout function.
#[derive(Debug, Clone, PartialEq)]
pub struct Burn {
    /// Payout of each year as it was.
    pub payouts: Vec<f64>,
    /// Payout of each year moved to the level of the year asked for.
    pub detrended: Vec<f64>,
    pub trend: Trend,
    /// Mean of the payouts as they were and moved, with standard errors.
    pub mean: f64,
    pub mean_error: f64,
    pub detrended_mean: f64,
    pub detrended_error: f64,
    /// Mean payout of the normal law fitted to the residuals at the level, certain and predictive.
    pub fitted_mean: f64,
    pub predictive_mean: f64,
    /// The fitted index.
    pub fitted: Index,
}

/// Fits a line to the index and asks for its level in `year`.
pub fn trend(years: &[f64], values: &[f64], year: f64) -> Result<Trend> {
    let mut faults = Faults::new();
    faults.check(years.len() == values.len(), || {
        Issue::new("length_mismatch", "burn", "values")
            .value(values.len())
            .allowed(format!("{} values, one a year", years.len()))
    });
    faults.check(years.len() > 2, || {
        Issue::new("too_few", "burn", "years").value(years.len()).allowed("at least three years")
    });
    for (name, column) in [("years", years), ("values", values)] {
        if let Some(k) = column.iter().position(|x| !x.is_finite()) {
            faults.finite("burn", &format!("{name}[{k}]"), column[k]);
        }
    }
    faults.finite("burn", "year", year);
    faults.finish()?;
    let n = years.len() as f64;
    let (t, x) = (years.iter().sum::<f64>() / n, values.iter().sum::<f64>() / n);
    let spread: f64 = years.iter().map(|y| (y - t) * (y - t)).sum();
    if spread == 0.0 {
        return Err(Issue::new("contradiction", "burn", "years")
            .value("all the same")
            .into_error());
    }
    let slope = years.iter().zip(values).map(|(y, v)| (y - t) * (v - x)).sum::<f64>() / spread;
    let residuals: Vec<f64> =
        years.iter().zip(values).map(|(y, v)| v - x - slope * (y - t)).collect();
    let sd = (residuals.iter().map(|r| r * r).sum::<f64>() / (n - 2.0)).sqrt();
    let slope_error = sd / spread.sqrt();
    Ok(Trend { slope, slope_error, level: x + slope * (year - t), residuals, sd })
}

/// The burn of a payout function over a history, moved to the level of `year`.
pub fn burn(years: &[f64], values: &[f64], payout: &Payout, year: f64) -> Result<Burn> {
    let mut faults = Faults::new();
    payout.check("burn.payout", &mut faults);
    let trend = trend(years, values, year);
    let Some(trend) = faults.take(trend)? else {
        faults.finish()?;
        return Err(crate::error::Error::numeric("burn", "no trend"));
    };
    faults.finish()?;
    let payouts: Vec<f64> = values.iter().map(|x| payout.at(*x)).collect();
    let detrended: Vec<f64> = trend.residuals.iter().map(|r| payout.at(trend.level + r)).collect();
    let (mean, mean_error) = mean_and_error(&payouts);
    let (detrended_mean, detrended_error) = mean_and_error(&detrended);
    let fitted = Index {
        marginal: Marginal::Normal {
            mean: trend.level,
            sd: trend.sd.max(f64::MIN_POSITIVE),
            history_years: Some(years.len() as f64),
        },
        payout: payout.clone(),
        factors: Vec::new(),
        status: Status::Derived,
        source: format!("least-squares line through {} years", years.len()),
        sources: Sources::default(),
    };
    let (fitted_mean, predictive_mean) = (fitted.mean_payout(false), fitted.mean_payout(true));
    Ok(Burn {
        payouts,
        detrended,
        trend,
        mean,
        mean_error,
        detrended_mean,
        detrended_error,
        fitted_mean,
        predictive_mean,
        fitted,
    })
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// How far an index payout is from the loss it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BasisRisk {
    /// Mean and standard deviation of loss − payout.
    pub mean: f64,
    pub sd: f64,
    pub correlation: f64,
    /// P(loss > 0 and payout = 0).
    pub unpaid: f64,
    /// P(loss = 0 and payout > 0).
    pub unneeded: f64,
    /// E (loss − payout)₊ / E loss.
    pub shortfall: f64,
}

/// Compares losses with the payouts of the same years.
pub fn basis_risk(loss: &[f64], payout: &[f64]) -> Result<BasisRisk> {
    let mut faults = Faults::new();
    faults.check(loss.len() == payout.len() && loss.len() > 1, || {
        Issue::new("length_mismatch", "basis_risk", "payout")
            .value(payout.len())
            .allowed(format!("{} payouts, one a loss, at least two", loss.len()))
    });
    for (name, column) in [("loss", loss), ("payout", payout)] {
        if let Some(k) = column.iter().position(|x| !(x.is_finite() && *x >= 0.0)) {
            faults.non_negative("basis_risk", &format!("{name}[{k}]"), column[k]);
        }
    }
    faults.finish()?;
    let n = loss.len() as f64;
    let mean = |f: &dyn Fn(f64, f64) -> f64| {
        loss.iter().zip(payout).map(|(l, p)| f(*l, *p)).sum::<f64>() / n
    };
    let share = |f: &dyn Fn(f64, f64) -> bool| mean(&|l, p| f64::from(u8::from(f(l, p))));
    let (ml, mp) = (mean(&|l, _| l), mean(&|_, p| p));
    let (vl, vp) = (mean(&|l, _| (l - ml) * (l - ml)), mean(&|_, p| (p - mp) * (p - mp)));
    let covariance = mean(&|l, p| (l - ml) * (p - mp));
    Ok(BasisRisk {
        mean: ml - mp,
        sd: ((vl + vp - 2.0 * covariance).max(0.0) * n / (n - 1.0)).sqrt(),
        correlation: covariance / (vl * vp).sqrt(),
        unpaid: share(&|l, p| l > 0.0 && p == 0.0),
        unneeded: share(&|l, p| l == 0.0 && p > 0.0),
        shortfall: mean(&|l, p| (l - p).max(0.0)) / ml,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{a} {b}");
    }

    #[test]
    fn a_trend_by_hand() {
        // 1, 2, 4 at 0, 1, 2: slope 1.5, level at 3 = 7/3 + 3, residuals 1/6, −1/3, 1/6.
        let t = trend(&[0.0, 1.0, 2.0], &[1.0, 2.0, 4.0], 3.0).unwrap();
        close(t.slope, 1.5);
        close(t.level, 7.0 / 3.0 + 3.0);
        close(t.sd, (1.0f64 / 6.0).sqrt());
        close(t.slope_error, (1.0f64 / 12.0).sqrt());
        assert!(trend(&[1.0], &[1.0, f64::NAN], 0.0).unwrap_err().issues().len() == 3);
    }

    #[test]
    fn the_burn_moves_with_the_trend() {
        let years: Vec<f64> = (0..20).map(f64::from).collect();
        let values: Vec<f64> =
            years.iter().map(|t| 1.0 - 0.005 * t + 0.05 * (t * 2.4).sin()).collect();
        let payout = Payout::Linear { strike: 0.93, exit: 0.80 };
        let now = burn(&years, &values, &payout, 20.0).unwrap();
        let then = burn(&years, &values, &payout, 0.0).unwrap();
        assert!(now.detrended_mean > now.mean && then.detrended_mean < then.mean);
        // Without noise the whole burn is the payout of the line.
        let line: Vec<f64> = years.iter().map(|t| 1.0 - 0.005 * t).collect();
        let flat = burn(&years, &line, &payout, 30.0).unwrap();
        close(flat.detrended_mean, payout.at(0.85));
        assert!(now.predictive_mean > now.fitted_mean);
    }

    #[test]
    fn basis_by_hand() {
        let b = basis_risk(&[0.0, 10.0, 4.0, 0.0], &[0.0, 6.0, 0.0, 2.0]).unwrap();
        close(b.mean, 1.5);
        close(b.unpaid, 0.25);
        close(b.unneeded, 0.25);
        close(b.shortfall, 8.0 / 14.0);
        // Differences 0, 4, 4, −2: mean 1.5, squares 36 → (36 − 9)/3.
        close(b.sd, 3.0);
    }
}
