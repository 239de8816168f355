//! Frailties of the inner nodes of nested Archimedean copulas.

use super::frailty::{ln_frailty, ln_stable_lane};
use super::{Draws, Generator};
use crate::numeric::{exp, ln};
use crate::random::Stream;

/// Terms of a sum beyond which its limit law takes over: a relative error of 1/(2 · 10⁴) in the exponent of the
/// Laplace transform.
const MANY: f64 = 1e4;

/// ln V₀₁ given ln V₀: E exp(−t V₀₁) = exp(−V₀ ψ₀⁻¹(ψ₁(t))) (McNeil 2008, J. Statist. Comput. Simul. 78;
/// Hofert 2011, Computational Statistics & Data Analysis 55), for inner θ ≥ outer θ, both not
/// independence.
///
/// Gumbel: positive stable. Clayton: exponentially tilted stable by rejection, V₀ split into about V₀ parts.
/// Frank and Joe: a sum of V₀ counts, above 10,000 terms its stable or tilted stable limit.
pub(super) fn ln_inner(
    generator: Generator,
    (outer, inner): (f64, f64),
    draws: &Draws,
    (node, first): (u64, usize),
    ln_v0: &[f64],
    out: &mut [f64],
) {
    if outer == inner {
        out.copy_from_slice(ln_v0);
        return;
    }
    let alpha = outer / inner;
    if generator == Generator::Gumbel {
        ln_frailty(generator, inner / outer, draws, first, out);
        for (x, ln_v0) in out.iter_mut().zip(ln_v0) {
            *x += ln_v0 / alpha;
        }
        return;
    }
    for (row, (x, ln_v0)) in out.iter_mut().zip(ln_v0).enumerate() {
        let mut stream = draws.row(row, node);
        *x = match generator {
            Generator::Joe => joe(&mut stream, alpha, *ln_v0),
            Generator::Frank => frank(&mut stream, (outer, inner), *ln_v0),
            _ => ln_tilted(&mut stream, alpha, *ln_v0),
        };
    }
}

/// ln X, E exp(−tX) = exp(−v ((1 + t)^α − 1)).
fn ln_tilted(stream: &mut Stream, alpha: f64, ln_v: f64) -> f64 {
    if ln_v < -36.0 {
        return ln_stable(stream, alpha) + ln_v / alpha; // the tilt rejects nothing any more
    }
    let v = exp(ln_v);
    let parts = libm::round(v).max(1.0);
    let ln_scale = ln(v / parts) / alpha;
    // In logarithms: a small α spreads the parts over more than the range of numbers.
    let mut sum = f64::NEG_INFINITY;
    for _ in 0..parts as u64 {
        let part = loop {
            let x = ln_stable(stream, alpha) + ln_scale;
            if stream.uniform() <= exp(-exp(x.min(709.0))) {
                break x;
            }
        };
        let (less, more) = (sum.min(part), sum.max(part));
        sum = more + libm::log1p(libm::exp(less - more));
    }
    sum
}

fn ln_stable(stream: &mut Stream, alpha: f64) -> f64 {
    let (u, v) = (stream.uniform(), stream.uniform());
    ln_stable_lane(u, v, alpha)
}

/// The sum of V₀ Sibuya counts.
fn joe(stream: &mut Stream, alpha: f64, ln_v0: f64) -> f64 {
    if ln_v0 > ln(MANY) {
        return ln_stable(stream, alpha) + ln_v0 / alpha;
    }
    let terms = libm::round(exp(ln_v0)) as u64;
    ln((0..terms).map(|_| sibuya(stream, alpha)).sum())
}

/// The sum of V₀ counts of probability generating function (1 − (1 − c₁z)^α)/c₀, c = 1 − e^−θ.
fn frank(stream: &mut Stream, (outer, inner): (f64, f64), ln_v0: f64) -> f64 {
    let alpha = outer / inner;
    if ln_v0 > ln(MANY) {
        return ln_tilted(stream, alpha, ln_v0 - outer) + inner;
    }
    let ln_c1 = libm::log1p(-libm::exp(-inner));
    let mut sum = 0.0;
    for _ in 0..libm::round(exp(ln_v0)) as u64 {
        sum += loop {
            let count = sibuya(stream, alpha);
            if count == 1.0 || ln(stream.uniform()) <= (count - 1.0) * ln_c1 {
                break count;
            }
        };
    }
    ln(sum)
}

/// Counts tried one by one before the rest of the tail is drawn at once.
const SEARCHED: u32 = 8;

/// P(N > k) = Π (1 − α/j), j ≤ k: by search, then as a geometric with a beta probability.
fn sibuya(stream: &mut Stream, alpha: f64) -> f64 {
    let u = stream.uniform();
    let mut beyond = 1.0;
    for k in 1..=SEARCHED {
        beyond *= 1.0 - alpha / f64::from(k);
        if u > beyond {
            return f64::from(k);
        }
    }
    let searched = f64::from(SEARCHED);
    let p = stream.beta(alpha, searched + 1.0 - alpha);
    let more = (ln(stream.uniform()) / libm::log1p(-p)).floor() + 1.0;
    searched + more.min(1e300)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    /// Mean of e^(−tX) over draws within 4.5 standard errors.
    fn has_transform(name: &str, t: f64, exact: f64, draw: impl Fn(&mut Stream) -> f64) {
        let mut stream = Stream::new(7, Purpose::Auxiliary, 3, 0);
        let n = 40_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let y = (-t * draw(&mut stream)).exp();
            sum += y;
            squares += y * y;
        }
        let mean = sum / f64::from(n);
        let se = ((squares / f64::from(n) - mean * mean) / f64::from(n)).sqrt();
        assert!((mean - exact).abs() < 4.5 * se, "{name}: {mean} for {exact} ± {se}");
    }

    #[test]
    fn inner_frailties_have_their_laplace_transforms() {
        for t in [0.05_f64, 0.7, 4.0] {
            for alpha in [0.2_f64, 0.5, 0.9] {
                let exact = (-t.powf(alpha)).exp();
                has_transform("stable", t, exact, |s| exp(ln_stable(s, alpha)));
                for v in [0.3, 6.0] {
                    let exact = (-v * ((1.0 + t).powf(alpha) - 1.0)).exp();
                    has_transform("tilted", t, exact, |s| exp(ln_tilted(s, alpha, ln(v))));
                }
                let base = 1.0 - (1.0 - (-t).exp()).powf(alpha);
                has_transform("Sibuya", t, base, |s| sibuya(s, alpha));
                has_transform("Joe", t, base.powi(3), |s| exp(joe(s, alpha, ln(3.0))));
            }
            let (outer, inner) = (2.0_f64, 5.0_f64);
            let c = |theta: f64| 1.0 - (-theta).exp();
            let base = (1.0 - (1.0 - c(inner) * (-t).exp()).powf(outer / inner)) / c(outer);
            has_transform("Frank", t, base * base, |s| exp(frank(s, (outer, inner), ln(2.0))));
        }
    }

    #[test]
    fn the_limit_of_a_long_sum_is_near_its_transform() {
        // Exact transforms of sums of m counts beside those of the limits, m = 20,000.
        let m: f64 = 2e4;
        let alpha: f64 = 0.6;
        let t = m.powf(-1.0 / alpha);
        let exact = (m * (-(1.0 - (-t).exp()).powf(alpha)).ln_1p()).exp();
        assert!((exact / (-m * t.powf(alpha)).exp() - 1.0).abs() < 1e-4);
        has_transform("Joe", t, exact, |s| exp(joe(s, alpha, ln(m))));
        let (outer, inner) = (9.0_f64, 15.0_f64);
        let c = |theta: f64| 1.0 - (-theta).exp();
        let t = (-inner).exp();
        let base = (1.0 - (1.0 - c(inner) * (-t).exp()).powf(outer / inner)) / c(outer);
        has_transform("Frank", t, base.powf(m), |s| exp(frank(s, (outer, inner), ln(m))));
    }
}
