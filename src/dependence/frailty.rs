//! Frailties: V with Laplace transform ψ, so that ψ(Eᵢ/V) with exponential Eᵢ has the Archimedean copula
//! of ψ (Marshall and Olkin 1988, JASA 83). Held as ln V, which no θ makes overflow.

use super::{Draws, Generator};
use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::kernel::{exp_lane, exp_m1_lane, ln_1p_lane, ln_lane};
use crate::numeric::polar::sin_cos_lane;
use crate::severity::QuantileTable;

const PI: f64 = std::f64::consts::PI;
const LN_2: f64 = std::f64::consts::LN_2;

/// Fills `out` with ln V from the draws of columns `first` and `first + 1`; θ is not independence.
///
/// Clayton: Gamma(1/θ) as Gamma(1 + 1/θ) U^θ. Gumbel: positive stable of index 1/θ (Kanter 1975, Annals of
/// Probability 3). Frank: logarithmic (Kemp 1981, Applied Statistics 30). Joe: Sibuya, as a geometric
/// with a Beta(1/θ, 1 − 1/θ) probability (Devroye 1993, Statistics & Probability Letters 18).
pub(super) fn ln_frailty(
    generator: Generator,
    theta: f64,
    draws: &Draws,
    first: usize,
    out: &mut [f64],
) {
    let mut second = vec![0.0; out.len()];
    draws.uniform(first, out);
    draws.uniform(first + 1, &mut second);
    let second = second.as_slice();
    match generator {
        Generator::Clayton => {
            QuantileTable::gamma(1.0 + 1.0 / theta).sample(out);
            dispatch::run(Boost { out, second, theta });
        }
        Generator::Gumbel => dispatch::run(Stable { out, second, theta }),
        Generator::Frank => dispatch::run(Logarithmic { out, second, theta }),
        Generator::Joe => {
            let alpha = 1.0 / theta;
            let lower: Vec<f64> = out.iter().map(|u| 1.0 - u).collect();
            QuantileTable::beta(alpha, 1.0 - alpha).sample(out);
            // P(B < b) → b^α sin(πα)/(πα) for b → 0.
            let constant = libm::log(PI * alpha / libm::sin(PI * (1.0 - alpha)));
            dispatch::run(Sibuya { out, lower: &lower, second, theta, constant });
        }
    }
}

struct Boost<'a> {
    out: &'a mut [f64],
    second: &'a [f64],
    theta: f64,
}

impl Kernel for Boost<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (x, u) in self.out.iter_mut().zip(self.second) {
            *x = ln_lane(*x) + self.theta * ln_lane(*u);
        }
    }
}

struct Stable<'a> {
    out: &'a mut [f64],
    second: &'a [f64],
    theta: f64,
}

impl Kernel for Stable<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let alpha = 1.0 / self.theta;
        for (x, u) in self.out.iter_mut().zip(self.second) {
            *x = ln_stable_lane(*x, *u, alpha);
        }
    }
}

/// ln S of a positive stable variable, E exp(−tS) = exp(−t^α), 0 < α < 1, from two uniforms.
#[inline(always)]
pub(super) fn ln_stable_lane(u: f64, v: f64, alpha: f64) -> f64 {
    let near = if u < 0.5 { u } else { 1.0 - u };
    let whole = ln_lane(sin_cos_lane(PI * near).0);
    let part = ln_lane(sin_cos_lane((alpha * PI) * u).0);
    let rest = ln_lane(sin_cos_lane(((1.0 - alpha) * PI) * u).0);
    let exponential = ln_lane(-ln_lane(v));
    (alpha * part - whole + (1.0 - alpha) * (rest - exponential)) / alpha
}

struct Logarithmic<'a> {
    out: &'a mut [f64],
    second: &'a [f64],
    theta: f64,
}

impl Kernel for Logarithmic<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (x, u) in self.out.iter_mut().zip(self.second) {
            let count = (ln_lane(*u) / ln_1m_exp_lane(self.theta * *x)).floor() + 1.0;
            *x = ln_lane(count);
        }
    }
}

struct Sibuya<'a> {
    out: &'a mut [f64],
    lower: &'a [f64],
    second: &'a [f64],
    theta: f64,
    constant: f64,
}

impl Kernel for Sibuya<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for ((x, p), u) in self.out.iter_mut().zip(self.lower).zip(self.second) {
            let far = (ln_lane(*p) + self.constant) * self.theta;
            let near = ln_lane(*x);
            let ln_b = if far < -70.0 { far } else { near };
            let ln_u = ln_lane(*u);
            let count = (ln_u / ln_1p_lane(-*x)).floor() + 1.0;
            *x = if ln_b < -36.0 { ln_lane(-ln_u) - ln_b } else { ln_lane(count) };
        }
    }
}

/// ln(1 − e^−x), x > 0.
#[inline(always)]
fn ln_1m_exp_lane(x: f64) -> f64 {
    let large = ln_1p_lane(-exp_lane(-x));
    let small = ln_lane(-exp_m1_lane(-x));
    if x > LN_2 { large } else { small }
}

/// Replaces uniforms by ψ(E/V), E their exponentials.
pub(super) fn couple(generator: Generator, theta: f64, column: &mut [f64], ln_v: &[f64]) {
    match generator {
        Generator::Clayton => dispatch::run(Couple { psi: Clayton { theta }, column, ln_v }),
        Generator::Gumbel => dispatch::run(Couple { psi: Gumbel { theta }, column, ln_v }),
        Generator::Frank => {
            let rest = libm::exp(-theta);
            let psi = Frank { theta, rest, weight: -libm::expm1(-theta) };
            dispatch::run(Couple { psi, column, ln_v });
        }
        Generator::Joe => dispatch::run(Couple { psi: Joe { theta }, column, ln_v }),
    }
}

/// ψ(e^x), x = ln t.
trait Psi {
    fn at(&self, x: f64) -> f64;
}

struct Couple<'a, P> {
    psi: P,
    column: &'a mut [f64],
    ln_v: &'a [f64],
}

impl<P: Psi> Kernel for Couple<'_, P> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (u, ln_v) in self.column.iter_mut().zip(self.ln_v) {
            *u = self.psi.at(ln_lane(-ln_lane(*u)) - ln_v);
        }
    }
}

struct Clayton {
    theta: f64,
}

impl Psi for Clayton {
    #[inline(always)]
    fn at(&self, x: f64) -> f64 {
        let above = if x > 0.0 { x } else { 0.0 };
        exp_lane(-(above + ln_1p_lane(exp_lane(-x.abs()))) / self.theta)
    }
}

struct Gumbel {
    theta: f64,
}

impl Psi for Gumbel {
    #[inline(always)]
    fn at(&self, x: f64) -> f64 {
        exp_lane(-exp_lane(x / self.theta))
    }
}

struct Frank {
    theta: f64,
    /// e^−θ and 1 − e^−θ.
    rest: f64,
    weight: f64,
}

impl Psi for Frank {
    #[inline(always)]
    fn at(&self, x: f64) -> f64 {
        let t = exp_lane(x);
        let decay = exp_lane(-t);
        let lost = self.weight * decay;
        let large = -ln_lane(self.rest * decay - exp_m1_lane(-t));
        let small = -ln_1p_lane(-lost);
        (if lost < 0.5 { small } else { large }) / self.theta
    }
}

struct Joe {
    theta: f64,
}

impl Psi for Joe {
    #[inline(always)]
    fn at(&self, x: f64) -> f64 {
        let t = exp_lane(if x < -36.0 { -36.0 } else { x });
        let inside = ln_1m_exp_lane(t);
        let inside = if x < -36.0 { x } else { inside };
        -exp_m1_lane(inside / self.theta)
    }
}

/// The second of two components by inversion of its conditional distribution, for the negative θ that
/// have no frailty; `second` holds uniforms.
pub(super) fn negative_clayton(theta: f64, first: &[f64], second: &mut [f64]) {
    dispatch::run(Conditional { s: -theta, first, second });
}

struct Conditional<'a> {
    s: f64,
    first: &'a [f64],
    second: &'a mut [f64],
}

impl Kernel for Conditional<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (s, power) = (self.s, self.s / (1.0 - self.s));
        for (u, v) in self.first.iter().zip(self.second) {
            // [1 + u^s (v^(s/(1−s)) − 1)]^(1/s); for s = 1 that is 1 − u.
            let scale = exp_lane(s * ln_lane(*u));
            let x = if power < f64::INFINITY { exp_m1_lane(power * ln_lane(*v)) } else { -1.0 };
            *v = exp_lane(ln_1p_lane(scale * x) / s);
        }
    }
}
