//! Numbers that carry their gradient and Hessian: exact scores and observed information.
//!
//! A log-likelihood written once with [`Jet`]s gives its value and its first two derivatives in the
//! parameters, each by the chain rule in closed form, to rounding (Griewank and Walther 2008,
//! "Evaluating Derivatives", ch. 13).

use std::ops::{Add, Mul, Neg, Sub};

use libm::{exp, expm1, log, log1p};

/// A value with its first and second derivatives in `N` parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jet<const N: usize> {
    pub v: f64,
    pub g: [f64; N],
    pub h: [[f64; N]; N],
}

/// A function of two variables: value, first derivatives, second derivatives (xx, xy, yy).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Two {
    pub v: f64,
    pub x: f64,
    pub y: f64,
    pub xx: f64,
    pub xy: f64,
    pub yy: f64,
}

impl<const N: usize> Jet<N> {
    pub fn constant(v: f64) -> Self {
        Self { v, g: [0.0; N], h: [[0.0; N]; N] }
    }

    /// Parameter number `i` at `v`.
    pub fn parameter(v: f64, i: usize) -> Self {
        let mut jet = Self::constant(v);
        jet.g[i] = 1.0;
        jet
    }

    /// All parameters at `eta`.
    pub fn parameters(eta: &[f64; N]) -> [Self; N] {
        std::array::from_fn(|i| Self::parameter(eta[i], i))
    }

    /// f(self) from value, first and second derivative of f.
    #[inline]
    pub fn map(self, f: f64, f1: f64, f2: f64) -> Self {
        let mut out = Self { v: f, g: [0.0; N], h: [[0.0; N]; N] };
        for i in 0..N {
            out.g[i] = f1 * self.g[i];
            for j in 0..N {
                out.h[i][j] = f1 * self.h[i][j] + f2 * self.g[i] * self.g[j];
            }
        }
        out
    }

    /// f(self, other) from the derivatives of f.
    #[inline]
    pub fn map2(self, other: Self, f: Two) -> Self {
        let mut out = Self { v: f.v, g: [0.0; N], h: [[0.0; N]; N] };
        let (a, b) = (&self, &other);
        for i in 0..N {
            out.g[i] = f.x * a.g[i] + f.y * b.g[i];
            for j in 0..N {
                out.h[i][j] = f.x * a.h[i][j]
                    + f.y * b.h[i][j]
                    + f.xx * a.g[i] * a.g[j]
                    + f.yy * b.g[i] * b.g[j]
                    + f.xy * (a.g[i] * b.g[j] + a.g[j] * b.g[i]);
            }
        }
        out
    }

    pub fn exp(self) -> Self {
        let e = exp(self.v);
        self.map(e, e, e)
    }

    pub fn ln(self) -> Self {
        self.map(log(self.v), 1.0 / self.v, -1.0 / (self.v * self.v))
    }

    /// ln(1 + eˣ).
    pub fn softplus(self) -> Self {
        let e = exp(-self.v.abs());
        let value = self.v.max(0.0) + log1p(e);
        let s = if self.v > 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
        self.map(value, s, e / ((1.0 + e) * (1.0 + e)))
    }

    /// ln(1 − eˣ), x < 0.
    pub fn ln_less_exp(self) -> Self {
        let x = self.v;
        // e^x / (1 − e^x), without overflow for any x < 0.
        let odds = -exp(x) / expm1(x);
        let value = if x > -0.69 { log(-expm1(x)) } else { log1p(-exp(x)) };
        self.map(value, -odds, -odds * (1.0 + odds))
    }

    pub fn square(self) -> Self {
        self.map(self.v * self.v, 2.0 * self.v, 2.0)
    }

    /// Adds `w` times this jet to a sum.
    #[inline]
    pub fn add_to(&self, w: f64, sum: &mut Self) {
        sum.v += w * self.v;
        for i in 0..N {
            sum.g[i] += w * self.g[i];
            for j in 0..N {
                sum.h[i][j] += w * self.h[i][j];
            }
        }
    }
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        let mut out = self;
        other.add_to(1.0, &mut out);
        out
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        let mut out = self;
        other.add_to(-1.0, &mut out);
        out
    }
}

impl<const N: usize> Mul for Jet<N> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let v = self.v * other.v;
        self.map2(other, Two { v, x: other.v, y: self.v, xx: 0.0, xy: 1.0, yy: 0.0 })
    }
}

impl<const N: usize> Neg for Jet<N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self * -1.0
    }
}

impl<const N: usize> Add<f64> for Jet<N> {
    type Output = Self;
    #[inline]
    fn add(mut self, c: f64) -> Self {
        self.v += c;
        self
    }
}

impl<const N: usize> Sub<f64> for Jet<N> {
    type Output = Self;
    #[inline]
    fn sub(mut self, c: f64) -> Self {
        self.v -= c;
        self
    }
}

impl<const N: usize> Mul<f64> for Jet<N> {
    type Output = Self;
    #[inline]
    fn mul(self, c: f64) -> Self {
        self.map(self.v * c, c, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln(1 − e^−(e^a b)) + softplus(a − b) ln(b) at (0.3, 0.7); derivatives by differences of values.
    #[test]
    fn derivatives_agree_with_differences() {
        let f = |eta: [f64; 2]| {
            let [a, b] = Jet::parameters(&eta);
            (-(a.exp() * b)).ln_less_exp() + (a - b).softplus() * b.ln() + (a * b).square()
        };
        let at = [0.3, 0.7];
        let jet = f(at);
        let h = 1e-4;
        for i in 0..2 {
            let step = |sign: f64| {
                let mut eta = at;
                eta[i] += sign * h;
                f(eta)
            };
            let (up, down) = (step(1.0), step(-1.0));
            assert!((jet.g[i] - (up.v - down.v) / (2.0 * h)).abs() < 1e-7);
            for j in 0..2 {
                assert!((jet.h[i][j] - (up.g[j] - down.g[j]) / (2.0 * h)).abs() < 1e-7);
                assert_eq!(jet.h[i][j], jet.h[j][i]);
            }
        }
    }
}
