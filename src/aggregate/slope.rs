//! Derivatives of generating functions.

use crate::error::Result;
use crate::frequency::{Count, Frequency};
use crate::numeric::C64;

/// d ln P(z)/dz at z = 1 + w: P′/P.
///
/// Closed for the usual counts; for the others by central differences of fourth order with a step of
/// a thousandth of |w|, no farther than that from where P may be singular: relative error 1e-12.
pub(super) fn log_slope(frequency: &Frequency, w: C64) -> C64 {
    let ratio = |rate: f64, q: f64| C64::new(rate, 0.0) / (C64::new(1.0, 0.0) + w * q);
    match frequency {
        Frequency::Poisson(n) => C64::new(n.mean, 0.0),
        Frequency::NegativeBinomial(n) => ratio(n.mean, -n.mean / n.shape),
        Frequency::Binomial(n) => ratio(n.n as f64 * n.p, n.p),
        Frequency::Bernoulli(n) => ratio(n.p, n.p),
        _ if w == C64::default() => C64::new(frequency.mean(), 0.0),
        _ => {
            let step = w * (1e-3f64.min(0.1 / (frequency.mean() * w.norm())));
            let at = |k: f64| frequency.ln_pgf(w + step * k);
            four_points(at(-2.0), at(-1.0), at(1.0), at(2.0)) / step
        }
    }
}

/// ∂ ln P(1 + w)/∂θ for one parameter of the count.
pub(super) fn parameter_slope(frequency: &Frequency, name: &str, value: f64) -> Result<Moved> {
    let step = if value == 0.0 { STEP } else { STEP * value.abs() };
    let at = |k: f64| frequency.with_parameter(name, value + k * step);
    Ok(Moved { moved: [at(-2.0)?, at(-1.0)?, at(1.0)?, at(2.0)?], step })
}

/// Relative step of a parameter.
const STEP: f64 = 1e-3;

/// A count with one parameter moved a little, down and up.
pub(super) struct Moved {
    moved: [Frequency; 4],
    step: f64,
}

impl Moved {
    pub fn slope(&self, w: C64) -> C64 {
        let [a, b, c, d] = self.moved.each_ref().map(|f| f.ln_pgf(w));
        four_points(a, b, c, d) / self.step
    }

    /// ∂ E N.
    pub fn mean_slope(&self) -> f64 {
        let [a, b, c, d] = self.moved.each_ref().map(Count::mean);
        (8.0 * (c - b) - (d - a)) / (12.0 * self.step)
    }
}

/// f′ h from f at −2h, −h, h, 2h; the imaginary parts of logarithms may have jumped by whole turns.
fn four_points(a: C64, b: C64, c: C64, d: C64) -> C64 {
    let near = |x: C64| {
        let turns = ((x.im - b.im) / std::f64::consts::TAU).round();
        C64::new(x.re, x.im - turns * std::f64::consts::TAU)
    };
    let (a, c, d) = (near(a), near(c), near(d));
    ((c - b) * 8.0 - (d - a)) / 12.0
}
