//! Log-densities and log-survival functions of the families, as jets in unconstrained coordinates.
//!
//! Positive parameters enter by their logarithm. Each family is a struct of what depends on the
//! parameters only, made once for each evaluation of a likelihood, and two functions of ln x.

use libm::log;

use super::generic::cumulative_hazard;
use super::jet::Jet;
use super::special::{ln_gamma, ln_gamma_tails, ln_normal_tail};

pub use super::generic::{Beta, GB2, GEV, LogT, MBBEFD};

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_741_78;

/// ln f and ln S of a family at given parameters; `fixed` is a known scale or 0.
pub trait Density<const N: usize> {
    fn at(eta: &[f64; N], fixed: f64) -> Self;
    fn ln_pdf(&self, ln_x: f64) -> Jet<N>;
    fn ln_sf(&self, ln_x: f64) -> Jet<N>;
}

/// ln f = −z²/2 − ln σ − ln x − ln √(2π), z = (ln x − μ)/σ.
pub struct LogNormal {
    mu: Jet<2>,
    ln_sigma: Jet<2>,
    precision: Jet<2>,
}

impl LogNormal {
    fn z(&self, ln_x: f64) -> Jet<2> {
        (-self.mu + ln_x) * self.precision
    }
}

impl Density<2> for LogNormal {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [mu, ln_sigma] = Jet::parameters(eta);
        Self { mu, ln_sigma, precision: (-ln_sigma).exp() }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        self.z(ln_x).square() * -0.5 - self.ln_sigma - (ln_x + LN_SQRT_2PI)
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        ln_normal_tail(self.z(ln_x))
    }
}

/// ln f = a t − eᵗ − ln Γ(a) − ln x, t = ln(x/scale); S = Q(a, eᵗ).
pub struct Gamma {
    shape: Jet<2>,
    ln_scale: Jet<2>,
    norm: Jet<2>,
}

impl Gamma {
    /// With derivatives in ln(1/scale) instead of ln(scale).
    fn reversed(mut self) -> Self {
        self.ln_scale.g[1] = -self.ln_scale.g[1];
        self
    }
}

impl Density<2> for Gamma {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [ln_shape, ln_scale] = Jet::parameters(eta);
        let shape = ln_shape.exp();
        Self { shape, ln_scale, norm: ln_gamma(shape) }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        let t = -self.ln_scale + ln_x;
        self.shape * t - t.exp() - self.norm - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        let t = -self.ln_scale + ln_x;
        self.shape.map2(t, ln_gamma_tails(self.shape.v, t.v).1)
    }
}

/// scale/X is gamma: ln f = a t − eᵗ − ln Γ(a) − ln x, t = ln(scale/x); S = P(a, eᵗ).
pub struct InverseGamma(Gamma);

impl Density<2> for InverseGamma {
    fn at(eta: &[f64; 2], fixed: f64) -> Self {
        Self(Gamma::at(eta, fixed))
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        let t = self.0.ln_scale - ln_x;
        self.0.shape * t - t.exp() - self.0.norm - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        let t = self.0.ln_scale - ln_x;
        self.0.shape.map2(t, ln_gamma_tails(self.0.shape.v, t.v).0)
    }
}

/// ln X is gamma; losses above 1.
pub struct LogGamma(Gamma);

impl LogGamma {
    /// ln ln x, NaN where there is none: outside the support.
    fn inner(ln_x: f64) -> f64 {
        if ln_x > 0.0 { log(ln_x) } else { f64::NAN }
    }
}

impl Density<2> for LogGamma {
    fn at(eta: &[f64; 2], fixed: f64) -> Self {
        Self(Gamma::at(&[eta[0], -eta[1]], fixed).reversed())
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        self.0.ln_pdf(Self::inner(ln_x)) - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        if ln_x <= 0.0 { Jet::constant(0.0) } else { self.0.ln_sf(log(ln_x)) }
    }
}

/// ln S = −eᵗ, ln f = ln k + t − eᵗ − ln x, t = k ln(x/scale).
pub struct Weibull {
    ln_shape: Jet<2>,
    shape: Jet<2>,
    ln_scale: Jet<2>,
}

impl Density<2> for Weibull {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [ln_shape, ln_scale] = Jet::parameters(eta);
        Self { ln_shape, shape: ln_shape.exp(), ln_scale }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        let t = self.shape * (-self.ln_scale + ln_x);
        self.ln_shape + t - t.exp() - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        -(self.shape * (-self.ln_scale + ln_x)).exp()
    }
}

/// ln S = −x/mean.
pub struct Exponential {
    ln_mean: Jet<1>,
}

impl Density<1> for Exponential {
    fn at(eta: &[f64; 1], _: f64) -> Self {
        Self { ln_mean: Jet::parameter(eta[0], 0) }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<1> {
        let t = -self.ln_mean + ln_x;
        t - t.exp() - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<1> {
        -(-self.ln_mean + ln_x).exp()
    }
}

/// Type I from the known scale: ln S = −α ln(x/scale).
pub struct Pareto {
    ln_alpha: Jet<1>,
    alpha: Jet<1>,
    ln_scale: f64,
}

impl Density<1> for Pareto {
    fn at(eta: &[f64; 1], fixed: f64) -> Self {
        let ln_alpha = Jet::parameter(eta[0], 0);
        Self { ln_alpha, alpha: ln_alpha.exp(), ln_scale: log(fixed) }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<1> {
        self.ln_alpha + self.ln_sf(ln_x) - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<1> {
        self.alpha * -(ln_x - self.ln_scale).max(0.0)
    }
}

/// What Burr, Lomax and log-logistic share:
/// ln S = −α L, L = ln(1 + eᵗ), t = γ ln(x/scale); ln f = ln α γ + t − (α + 1) L − ln x.
struct Power<const N: usize> {
    ln_alpha: Jet<N>,
    alpha: Jet<N>,
    ln_gamma: Jet<N>,
    gamma: Jet<N>,
    ln_scale: Jet<N>,
}

impl<const N: usize> Power<N> {
    fn of(ln_alpha: Jet<N>, ln_gamma: Jet<N>, ln_scale: Jet<N>) -> Self {
        Self { ln_alpha, alpha: ln_alpha.exp(), ln_gamma, gamma: ln_gamma.exp(), ln_scale }
    }
    fn t(&self, ln_x: f64) -> Jet<N> {
        self.gamma * (-self.ln_scale + ln_x)
    }
    fn pdf(&self, ln_x: f64) -> Jet<N> {
        let t = self.t(ln_x);
        self.ln_alpha + self.ln_gamma + t - (self.alpha + 1.0) * t.softplus() - ln_x
    }
    fn sf(&self, ln_x: f64) -> Jet<N> {
        -(self.alpha * self.t(ln_x).softplus())
    }
}

/// Burr XII.
pub struct Burr(Power<3>);

impl Density<3> for Burr {
    fn at(eta: &[f64; 3], _: f64) -> Self {
        let [ln_alpha, ln_gamma, ln_scale] = Jet::parameters(eta);
        Self(Power::of(ln_alpha, ln_gamma, ln_scale))
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<3> {
        self.0.pdf(ln_x)
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<3> {
        self.0.sf(ln_x)
    }
}

/// Burr with γ = 1.
pub struct Lomax(Power<2>);

impl Density<2> for Lomax {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [ln_alpha, ln_scale] = Jet::parameters(eta);
        Self(Power::of(ln_alpha, Jet::constant(0.0), ln_scale))
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        self.0.pdf(ln_x)
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        self.0.sf(ln_x)
    }
}

/// Burr with α = 1.
pub struct LogLogistic(Power<2>);

impl Density<2> for LogLogistic {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [ln_gamma, ln_scale] = Jet::parameters(eta);
        Self(Power::of(Jet::constant(0.0), ln_gamma, ln_scale))
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        self.0.pdf(ln_x)
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        self.0.sf(ln_x)
    }
}

/// Generalised Pareto of the excess y: ln S = −A, A = ln(1 + ξw)/ξ, w = y/scale; ln f = −ln scale −
/// (1 + ξ) A, with the exponential limit at ξ = 0.
pub struct GPD {
    xi: Jet<2>,
    ln_scale: Jet<2>,
}

impl GPD {
    fn cumulative_hazard(&self, ln_y: f64) -> Jet<2> {
        cumulative_hazard(self.xi, (-self.ln_scale + ln_y).exp())
    }
}

impl Density<2> for GPD {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [xi, ln_scale] = Jet::parameters(eta);
        Self { xi, ln_scale }
    }
    fn ln_pdf(&self, ln_y: f64) -> Jet<2> {
        -self.ln_scale - (self.xi + 1.0) * self.cumulative_hazard(ln_y)
    }
    fn ln_sf(&self, ln_y: f64) -> Jet<2> {
        -self.cumulative_hazard(ln_y)
    }
}

/// ln f = ½ (ln λ − ln 2π − 3 ln x) − λ (x − m)²/(2 m² x); S = Φ(−z₁) − e^(2λ/m) Φ(−z₂).
pub struct InverseGaussian {
    ln_mean: Jet<2>,
    ln_shape: Jet<2>,
}

impl Density<2> for InverseGaussian {
    fn at(eta: &[f64; 2], _: f64) -> Self {
        let [ln_mean, ln_shape] = Jet::parameters(eta);
        Self { ln_mean, ln_shape }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        // (x − m)²/(m² x) = (e^(t/2) − e^(−t/2))²/m, t = ln(x/m).
        let t = (-self.ln_mean + ln_x) * 0.5;
        let sinh = t.exp() - (-t).exp();
        let ratio = (self.ln_shape - self.ln_mean).exp();
        self.ln_shape * 0.5 - (LN_SQRT_2PI + 1.5 * ln_x) - ratio * sinh.square() * 0.5
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        // z = √(λ/x) (x/m ∓ 1) = √(λ/m) (e^(t/2) ∓ e^(−t/2)).
        let t = (-self.ln_mean + ln_x) * 0.5;
        let ratio = self.ln_shape - self.ln_mean;
        let root = (ratio * 0.5).exp();
        let (up, down) = (t.exp(), (-t).exp());
        let near = ln_normal_tail(root * (up - down));
        let far = ln_normal_tail(root * (up + down)) + ratio.exp() * 2.0;
        near + (far - near).ln_less_exp()
    }
}

/// ln S = ln(1 − e^(−e^t)), t = k ln(scale/x).
pub struct Frechet(Weibull);

impl Density<2> for Frechet {
    fn at(eta: &[f64; 2], fixed: f64) -> Self {
        Self(Weibull::at(eta, fixed))
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<2> {
        let t = self.0.shape * (self.0.ln_scale - ln_x);
        self.0.ln_shape + t - t.exp() - ln_x
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<2> {
        let t = self.0.shape * (self.0.ln_scale - ln_x);
        if t.v < -700.0 {
            return t; // e^(−e^t) = 1 − e^t
        }
        (-t.exp()).ln_less_exp()
    }
}
