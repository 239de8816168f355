//! What a family of severities gives; what it need not give follows from the rest.

use super::Severity;
use super::derivative::by_differences;
use super::integral::{
    central_moment, default_layer_mean, layer_moment_by_quadrature, visible_end,
};
use crate::error::Result;

/// What a severity family gives; everything else follows from it.
pub trait Family {
    /// P(X > x).
    fn sf(&self, x: f64) -> f64;

    /// P(X ≤ x); override where `1 − sf` would cancel.
    fn cdf(&self, x: f64) -> f64 {
        1.0 - self.sf(x)
    }

    /// Density of the continuous part.
    fn pdf(&self, x: f64) -> f64;

    /// ln P(X > x); override where P(X > x) underflows before its logarithm is large.
    fn log_sf(&self, x: f64) -> f64 {
        let below = self.cdf(x);
        if below < 0.5 { libm::log1p(-below) } else { libm::log(self.sf(x)) }
    }

    /// ln of [`Family::pdf`]; override where the density underflows.
    fn log_pdf(&self, x: f64) -> f64 {
        libm::log(self.pdf(x))
    }

    /// ∂ P(X > x) / ∂ parameter for each of [`Family::parameters`], in their order.
    ///
    /// Exact where a family overrides it; otherwise by extrapolated differences of the smaller of sf
    /// and cdf, to about 1e-10 of it.
    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        by_differences(self, x)
    }

    /// Smallest x with P(X > x) ≤ q, q in [0, 1].
    fn isf(&self, q: f64) -> f64;

    /// Smallest x with P(X ≤ x) ≥ p; override where `isf(1 − p)` would cancel.
    fn quantile(&self, p: f64) -> f64 {
        self.isf(1.0 - p)
    }

    /// E Xᵏ, `inf` where it does not exist.
    fn moment(&self, k: u32) -> f64;

    /// Var X, `inf` where it does not exist; by quadrature where E X² − (E X)² would cancel.
    fn variance(&self) -> f64 {
        let (m1, m2) = (self.moment(1), self.moment(2));
        if !m2.is_finite() {
            return m2;
        }
        let variance = m2 - m1 * m1;
        if variance > 0.01 * m2 { variance } else { central_moment(self, 2) }
    }

    /// Third central moment over sd³, `inf` where it does not exist.
    fn skewness(&self) -> f64 {
        let (m1, m2, m3) = (self.moment(1), self.moment(2), self.moment(3));
        if !m3.is_finite() {
            return m3;
        }
        let variance = m2 - m1 * m1;
        if !(variance > 0.01 * m2) {
            let variance = self.variance();
            return central_moment(self, 3) / (variance * variance.sqrt());
        }
        (m3 - 3.0 * m1 * m2 + 2.0 * m1 * m1 * m1) / (variance * variance.sqrt())
    }

    /// E (X − d)₊ = ∫ S over (d, ∞), `inf` where the mean does not exist.
    fn excess(&self, d: f64) -> f64;

    /// E (X − d)₊ᵏ = k ∫ (x − d)ᵏ⁻¹ S over (d, ∞), k ≥ 1, `inf` where it does not exist.
    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        match k {
            1 => self.excess(d),
            _ if d <= 0.0 => self.moment(k),
            _ if !self.moment(k).is_finite() => f64::INFINITY,
            _ => layer_moment_by_quadrature(self, k, visible_end(self) - d, d),
        }
    }

    /// Limited expected value E min(X, d).
    fn lev(&self, d: f64) -> f64;

    /// E min(X, d)ᵏ = k ∫ xᵏ⁻¹ S over (0, d), d finite.
    fn limited_moment(&self, k: u32, d: f64) -> f64 {
        match k {
            0 => 1.0,
            _ if d <= 0.0 => 0.0,
            1 => self.lev(d),
            _ => layer_moment_by_quadrature(self, k, d, 0.0),
        }
    }

    /// Smallest and largest possible loss.
    fn support(&self) -> (f64, f64);

    /// Points where the survival function has a kink or a jump: quadrature splits there.
    fn breaks(&self, into: &mut Vec<f64>) {
        let (low, high) = self.support();
        into.extend([low, high].into_iter().filter(|x| x.is_finite()));
    }

    /// Expected loss to the layer `limit` xs `attachment`.
    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        default_layer_mean(self, limit, attachment)
    }

    /// [`Family::sf`] of each element, in place; override where a column is quicker than its elements.
    fn sf_in_place(&self, x: &mut [f64]) {
        for x in x {
            *x = self.sf(*x);
        }
    }

    /// Turns survival probabilities in (0, 1) into losses, in place.
    fn sample(&self, u: &mut [f64]) {
        for u in u {
            *u = self.isf(*u);
        }
    }

    /// Parameters that are plain numbers, by name.
    fn parameters(&self) -> Vec<(String, f64)>;

    /// The same distribution with one of [`Family::parameters`] changed.
    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity>;
}
