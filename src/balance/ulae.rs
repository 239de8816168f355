//! Reserves for claims expenses that belong to no claim (ULAE).

use crate::error::{Faults, Issue, Result};

/// Classical paid-to-paid: w = paid ULAE / paid losses; w (½ case + IBNR).
///
/// Half of the work is done when a claim is opened, half when it is closed (Friedland 2010,
/// Estimating unpaid claims using basic techniques, chapter 17).
pub fn paid_to_paid(paid_ulae: f64, paid: f64, case: f64, ibnr: f64) -> Result<(f64, f64)> {
    reserve(paid_ulae, paid, case, ibnr)
}

/// Kittel (1981), "Unallocated loss adjustment expense reserves in an inflationary economic
/// environment": the ratio is to the mean of paid and reported losses of the period.
pub fn kittel(
    paid_ulae: f64,
    paid: f64,
    reported: f64,
    case: f64,
    ibnr: f64,
) -> Result<(f64, f64)> {
    reserve(paid_ulae, 0.5 * (paid + reported), case, ibnr)
}

fn reserve(paid_ulae: f64, basis: f64, case: f64, ibnr: f64) -> Result<(f64, f64)> {
    let mut faults = Faults::new();
    for (field, value) in [("paid_ulae", paid_ulae), ("case", case), ("ibnr", ibnr)] {
        faults.finite("ulae", field, value);
    }
    faults.finish()?;
    let ratio = paid_ulae / positive(basis)?;
    Ok((ratio, ratio * (0.5 * case + ibnr)))
}

/// Effort in opening, maintaining and closing claims, and the losses that each follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    /// Shares of the effort; they sum to 1.
    pub opening: f64,
    pub maintaining: f64,
    pub closing: f64,
    /// Ultimate of claims reported so far, losses paid so far, ultimate of claims closed so far.
    pub reported_ultimate: f64,
    pub paid: f64,
    pub closed_ultimate: f64,
}

/// How unpaid expenses follow from the ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Projection {
    /// w (L − B).
    #[default]
    BornhuetterFerguson,
    /// w L − M.
    Expected,
    /// M (L / B − 1).
    Development,
}

/// Conger and Nolibos (2003), "Estimating ULAE liabilities: rediscovering and expanding Kittel's
/// approach", CAS Forum, Fall: B = u₁ R + u₂ P + u₃ C of the effort done so far, w = M / B of the
/// expenses paid M, and the unpaid part against the ultimate losses L. `ratio`, if given, is w.
pub fn conger_nolibos(
    paid_ulae: f64,
    basis: &Basis,
    ultimate: f64,
    ratio: Option<f64>,
    projection: Projection,
) -> Result<(f64, f64)> {
    let mut faults = Faults::new();
    let given = [("paid_ulae", paid_ulae), ("ultimate", ultimate), ("ratio", ratio.unwrap_or(0.0))];
    for (field, value) in given {
        faults.finite("ulae", field, value);
    }
    faults.finish()?;
    let shares = basis.opening + basis.maintaining + basis.closing;
    if (shares - 1.0).abs() > 1e-9 {
        return Err(Issue::new("out_of_range", "ulae", "opening, maintaining, closing")
            .value(shares)
            .allowed("shares of the effort that sum to 1")
            .into_error());
    }
    let done = positive(
        basis.opening * basis.reported_ultimate
            + basis.maintaining * basis.paid
            + basis.closing * basis.closed_ultimate,
    )?;
    let ratio = ratio.unwrap_or(paid_ulae / done);
    let unpaid = match projection {
        Projection::BornhuetterFerguson => ratio * (ultimate - done),
        Projection::Expected => ratio * ultimate - paid_ulae,
        Projection::Development => paid_ulae * (ultimate / done - 1.0),
    };
    Ok((ratio, unpaid))
}

fn positive(basis: f64) -> Result<f64> {
    if basis > 0.0 && basis.is_finite() {
        return Ok(basis);
    }
    let issue = Issue::new("out_of_range", "ulae", "losses").value(basis);
    Err(issue.allowed("losses > 0, on which the ratio stands").into_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classical_ratio_takes_half_of_case_and_all_of_ibnr() {
        let (ratio, unpaid) = paid_to_paid(12.0, 100.0, 300.0, 200.0).unwrap();
        assert!((ratio - 0.12).abs() < 1e-15 && (unpaid - 0.12 * 350.0).abs() < 1e-12);
        let (ratio, _) = kittel(12.0, 100.0, 140.0, 300.0, 200.0).unwrap();
        assert!((ratio - 0.1).abs() < 1e-15);
        assert!(paid_to_paid(12.0, 0.0, 300.0, 200.0).is_err());
    }

    #[test]
    fn the_three_projections_agree_when_the_ratio_is_that_of_experience() {
        let basis = Basis {
            opening: 0.6,
            maintaining: 0.4,
            closing: 0.0,
            reported_ultimate: 900.0,
            paid: 500.0,
            closed_ultimate: 0.0,
        };
        let by = |projection| conger_nolibos(37.0, &basis, 1000.0, None, projection).unwrap().1;
        let want = 37.0 / 740.0 * 260.0;
        for projection in
            [Projection::BornhuetterFerguson, Projection::Expected, Projection::Development]
        {
            assert!((by(projection) - want).abs() < 1e-12);
        }
    }
}
