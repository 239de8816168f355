//! Numbers carried in two doubles, for exponents: e^−700 to 15 digits needs 700 to 18.
//!
//! Dekker (1971), "A floating-point technique for extending the available precision", Numer. Math. 18.

use libm::exp;

/// `hi + lo`, |lo| at most half an ulp of `hi`: about 31 digits, for magnitudes of 1e-140 to 1e140.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Double {
    pub hi: f64,
    pub lo: f64,
}

const LN_2: Double = Double { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };
const THIRD: Double = Double { hi: 1.0 / 3.0, lo: 1.850_371_707_708_594e-17 };
const FIFTH: Double = Double { hi: 0.2, lo: -1.110_223_024_625_156_6e-17 };

impl Double {
    pub const fn new(x: f64) -> Self {
        Self { hi: x, lo: 0.0 }
    }

    /// a + b exactly.
    pub fn sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        let part = hi - a;
        Self { hi, lo: (a - (hi - part)) + (b - part) }
    }

    /// a · b exactly, by splitting both into halves of 26 bits.
    pub fn product(a: f64, b: f64) -> Self {
        const SPLIT: f64 = 134_217_729.0;
        let halves = |x: f64| {
            let t = SPLIT * x;
            let high = t - (t - x);
            (high, x - high)
        };
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        let hi = a * b;
        Self { hi, lo: ((a1 * b1 - hi) + a1 * b2 + a2 * b1) + a2 * b2 }
    }

    fn normal(hi: f64, lo: f64) -> Self {
        let sum = hi + lo;
        Self { hi: sum, lo: lo - (sum - hi) }
    }

    /// The product with a double; infinite or vanishing magnitudes keep one double.
    #[must_use]
    pub fn times(self, k: f64) -> Self {
        let hi = self.hi * k;
        if ordinary(self.hi) && ordinary(k) { self.mul(Self::new(k)) } else { Self::new(hi) }
    }

    /// The quotient by a double.
    #[must_use]
    pub fn over(self, k: f64) -> Self {
        let hi = self.hi / k;
        if ordinary(self.hi) && ordinary(k) { self.div(Self::new(k)) } else { Self::new(hi) }
    }

    /// x / s of two positive doubles of any magnitude; (x − a) / s is `Double::sum(x, -a).over(s)`.
    pub fn ratio(x: f64, s: f64) -> Self {
        let (_, k) = libm::frexp(s);
        let (x, s) = (libm::scalbn(x, -k), libm::scalbn(s, -k));
        Self::new(x).over(s)
    }

    /// ln of a positive number; `−inf` at 0.
    #[must_use]
    pub fn ln(self) -> Self {
        if self.hi > 0.0 && self.hi < f64::INFINITY {
            ln(self)
        } else {
            Self::new(libm::log(self.hi))
        }
    }

    /// ln(x / s) of two positive doubles.
    pub fn ln_ratio(x: f64, s: f64) -> Self {
        let (top, bottom) = (Self::new(x).ln(), Self::new(s).ln());
        if top.hi.is_finite() && bottom.hi.is_finite() {
            top.add(bottom.neg())
        } else {
            Self::new(top.hi - bottom.hi)
        }
    }

    /// ln(1 + self), self ≥ −1.
    #[must_use]
    pub fn ln_1p(self) -> Self {
        let u = self.hi;
        if u.abs() < 1e-10 {
            return Self::normal(u, self.lo - 0.5 * u * u);
        }
        if u > 1e20 { self.ln() } else { self.add(Self::new(1.0)).ln() }
    }

    /// e^self.
    #[must_use]
    pub fn exp(self) -> Self {
        let first = exp(self.hi);
        if !(first > 1e-290 && first < f64::INFINITY) {
            return Self::new(first);
        }
        // One step of Newton's method for ln.
        let gap = self.add(ln(Self::new(first)).neg());
        Self::normal(first, first * gap.hi)
    }

    /// e^self to one rounding.
    pub fn exp_value(self) -> f64 {
        let value = exp(self.hi);
        if value < f64::INFINITY && self.lo.is_finite() { value * (1.0 + self.lo) } else { value }
    }

    /// e^self − 1, to full relative accuracy.
    pub fn exp_m1(self) -> f64 {
        let value = libm::expm1(self.hi);
        if value < f64::INFINITY && self.lo.is_finite() {
            value + (value + 1.0) * self.lo
        } else {
            value
        }
    }

    #[must_use]
    pub fn add(self, other: Self) -> Self {
        let high = Self::sum(self.hi, other.hi);
        let low = Self::sum(self.lo, other.lo);
        let first = Self::normal(high.hi, high.lo + low.hi);
        Self::normal(first.hi, first.lo + low.lo)
    }

    #[must_use]
    pub fn neg(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }

    #[must_use]
    pub fn mul(self, other: Self) -> Self {
        let p = Self::product(self.hi, other.hi);
        Self::normal(p.hi, p.lo + (self.hi * other.lo + self.lo * other.hi))
    }

    #[must_use]
    pub fn div(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        let rest = self.add(other.mul(Self::new(first)).neg());
        let second = rest.hi / other.hi;
        let rest = rest.add(other.mul(Self::new(second)).neg());
        Self::normal(first, second).add(Self::new(rest.hi / other.hi))
    }

    /// e^−self; relative error of one rounding, whatever the size.
    pub fn exp_neg(self) -> f64 {
        exp(-self.hi) * (1.0 - self.lo)
    }
}

/// Whether products of such numbers neither overflow nor lose their low parts.
fn ordinary(x: f64) -> bool {
    (1e-140..1e140).contains(&x.abs())
}

/// atanh(r)/r − 1 = r²/3 + r⁴/5 + …, |r| < 0.18.
fn atanh_rest(y: Double) -> Double {
    let mut rest = 0.0;
    let mut k = 29.0;
    while k >= 7.0 {
        rest = rest * y.hi + 1.0 / k;
        k -= 2.0;
    }
    let inner = FIFTH.add(y.mul(Double::new(rest)));
    y.mul(THIRD.add(y.mul(inner)))
}

/// ln of a positive number.
fn ln(x: Double) -> Double {
    // x = 2^k m, m within a factor √2 of 1.
    let (mut m, mut k) = libm::frexp(x.hi);
    if m < std::f64::consts::FRAC_1_SQRT_2 {
        m *= 2.0;
        k -= 1;
    }
    let m = Double { hi: m, lo: libm::scalbn(x.lo, -k) };
    let r = m.add(Double::new(-1.0)).div(m.add(Double::new(1.0)));
    let twice = r.add(r);
    LN_2.mul(Double::new(f64::from(k))).add(twice).add(twice.mul(atanh_rest(r.mul(r))))
}

/// ln x − y, x > 0: keeps its digits where the two are close.
pub fn ln_less(x: f64, y: f64) -> f64 {
    if !(x > 0.0 && x < f64::INFINITY && y.abs() < 1e100) {
        return libm::log(x) - y;
    }
    ln(Double::new(x)).add(Double::new(-y)).hi
}

/// Loader's deviance `a·ln(a/m) + m − a` ≥ 0, to full relative accuracy also next to a = m.
pub(super) fn deviance(a: f64, m: Double) -> Double {
    let a = Double::new(a);
    let gap = m.add(a.neg());
    let ratio = m.hi / a.hi;
    if !(0.72..1.4).contains(&ratio) {
        return gap.add(a.mul(ln(m.div(a))).neg());
    }
    // With u = m/a − 1 and r = u/(2 + u): u − ln(1 + u) = r·u − 2r(r²/3 + r⁴/5 + …).
    let u = gap.div(a);
    let r = gap.div(m.add(a));
    let twice = r.add(r);
    a.mul(r.mul(u).add(twice.mul(atanh_rest(r.mul(r))).neg()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviance_has_more_digits_than_a_double() {
        // mpmath, 50 digits: (a, m, a·ln(a/m) + m − a)
        for (a, m, hi, lo) in [
            (3.0, 700.0, 680.642_595_860_874_2, -5.159_191_953_156_523e-14),
            (1e9, 1.001e9, 499.666_916_466_833_2, 4.650_843_535_648_415e-15),
            (2.5, 1e-30, 172.484_608_804_238_8, 1.049_689_918_974_268_5e-14),
            (20.0, 23.0, 0.204_761_152_496_826_05, -1.778_363_380_936_742e-18),
        ] {
            let d = deviance(a, Double::new(m));
            let error = (d.hi - hi) + (d.lo - lo);
            assert!(error.abs() < 1e-18 * hi, "{a} {m}: {d:?} off by {error:e}");
        }
    }

    #[test]
    fn division_and_products_are_exact_to_30_digits() {
        let third = Double::new(1.0).div(Double::new(3.0));
        assert_eq!((third.hi, third.lo), (THIRD.hi, THIRD.lo));
        let one = third.mul(Double::new(3.0));
        assert!((one.hi - 1.0 + one.lo).abs() < 1e-31);
    }
}
