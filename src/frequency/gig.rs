//! Poisson counts mixed by a generalised inverse Gaussian: what Sichel and Poisson–inverse Gaussian share.
//!
//! The mixing density is ∝ λ^{ν−1} exp(−bλ − c/λ). In t = ln λ that and its product with a Poisson
//! probability are log-concave, so that both integrate to the last digit by the trapezoidal rule from
//! their peaks; every factor is taken relative to its peak, where nothing cancels.

use libm::{exp, log, sqrt};

use super::finite::Finite;
use crate::numeric::{adaptive, expm1_less, ln_poisson_density, poisson_density, saddle_integral};
use crate::random::Stream;

#[derive(Debug, Clone, Copy)]
pub(super) struct Gig {
    pub order: f64,
    pub b: f64,
    pub c: f64,
}

/// The peak in t of exp(at − be^t − ce^{−t}): its λ, and the two exponents there.
struct Peak {
    at: f64,
    rise: f64,
    fall: f64,
}

impl Peak {
    fn new(a: f64, b: f64, c: f64) -> Self {
        // bλ − c/λ = a
        let root = sqrt(a * a + 4.0 * b * c);
        let at = if a >= 0.0 { (a + root) / (2.0 * b) } else { 2.0 * c / (root - a) };
        Self { at, rise: b * at, fall: c / at }
    }

    fn integral(&self) -> f64 {
        saddle_integral(self.rise, self.fall)
    }
}

/// Counts kept in a table: those above are spread widely enough for a sum to be an integral.
const TABLE: u64 = 1 << 13;

impl Gig {
    /// What the mixing density at `at` lacks of its peak, as an exponent, and the peak's integral.
    fn below_peak(&self, at: f64) -> (f64, f64) {
        let peak = Peak::new(self.order, self.b, self.c);
        let y = log(at / peak.at);
        (peak.rise * expm1_less(y) + peak.fall * expm1_less(-y), peak.integral())
    }

    /// P(N = k), also between whole k.
    pub fn pmf(&self, k: f64) -> f64 {
        let peak = Peak::new(k + self.order, 1.0 + self.b, self.c);
        let (below, whole) = self.below_peak(peak.at);
        poisson_density(k, peak.at) * exp(-below) * (peak.integral() / whole)
    }

    pub fn ln_pmf(&self, k: f64) -> f64 {
        let peak = Peak::new(k + self.order, 1.0 + self.b, self.c);
        let (below, whole) = self.below_peak(peak.at);
        ln_poisson_density(k, peak.at) + (log(peak.integral() / whole) - below)
    }

    /// Σ P(N = j) over `low` ≤ j < `high` far from 0: Euler and Maclaurin's midpoint rule.
    fn sum(&self, low: f64, high: f64) -> f64 {
        let f = |x: f64| self.pmf(x);
        let (a, b) = (low - 0.5, high - 0.5);
        let end = if b.is_finite() {
            b
        } else {
            let (mut end, first) = (a * 1.1, f(a));
            // The sum is at least what is near its start, and decays like a geometric series.
            while f(end) * end > 1e-18 * first && f(end) > 0.0 {
                end *= 1.3;
            }
            end
        };
        let whole = adaptive(log(a), log(end), 1e-15, |y| {
            let x = exp(y);
            x * f(x)
        })
        .0;
        // − [f′]/24 + 7 [f‴]/5760
        let slopes = |x: f64| {
            let h = 0.05 * sqrt(x);
            let odd = |n: f64| f(x + n * h) - f(x - n * h);
            let (one, two, three) = (odd(1.0), odd(2.0), odd(3.0));
            let first = (45.0 * one - 9.0 * two + three) / (60.0 * h);
            let third = (two - 2.0 * one) / (2.0 * h * h * h);
            -first / 24.0 + 7.0 * third / 5760.0
        };
        let top = if b.is_finite() { slopes(b) } else { 0.0 };
        whole + top - slopes(a)
    }

    pub fn table(&self) -> Finite {
        let pmf = (0..TABLE).map(|k| self.pmf(k as f64)).collect();
        Finite::new(pmf, self.sum(TABLE as f64, f64::INFINITY))
    }

    /// P(N ≤ k), P(N > k), the smaller one computed.
    pub fn both(&self, k: u64, mean: f64, table: &Finite) -> (f64, f64) {
        if k < TABLE {
            let (cdf, sf) = (table.cdf(k), table.sf(k));
            return if cdf < sf { (cdf, 1.0 - cdf) } else { (1.0 - sf, sf) };
        }
        let next = k as f64 + 1.0;
        if (k as f64) < mean {
            let cdf = table.cdf(TABLE - 1) + self.sum(TABLE as f64, next);
            (cdf, 1.0 - cdf)
        } else {
            let sf = self.sum(next, f64::INFINITY);
            (1.0 - sf, sf)
        }
    }

    /// A draw of the mixing variable by rejection from Devroye's universal envelope of a log-concave
    /// density with its peak at 0 (Devroye 1986, *Non-uniform random variate generation*, VII.2).
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        let peak = Peak::new(self.order, self.b, self.c);
        let height = 1.0 / peak.integral();
        loop {
            let (side, place) = (stream.uniform(), stream.uniform());
            let (distance, envelope) =
                if side < 0.5 { (place, 1.0) } else { (1.0 - log(place), place) };
            let sign = if ((side * 4.0) as u32).is_multiple_of(2) { 1.0 } else { -1.0 };
            let y = sign * distance / height;
            let below = peak.rise * expm1_less(y) + peak.fall * expm1_less(-y);
            if stream.uniform() * envelope <= exp(-below) {
                return peak.at * exp(y);
            }
        }
    }
}
