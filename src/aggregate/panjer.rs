//! Compounding by recursion: exact to relative rounding where all its terms are positive.
//!
//! Panjer (1981, ASTIN Bulletin 12(1)); classes (a, b, 1) after Sundt and Jewell (1981). Terms of a
//! Poisson or negative binomial count are positive and the recursion is stable in every component
//! (Panjer and Wang 1993), so tails keep their relative accuracy, which no transform can give; the
//! binomial's terms alternate and may lose everything, which is refused. The start P(f₀) may
//! underflow, so it is carried as a logarithm.

use crate::error::{Error, Result};
use crate::frequency::{Count, Frequency, Panjer};
use crate::numeric::C64;
use crate::numeric::dispatch::{self, Kernel};

/// Values above this are scaled down,
const HIGH: f64 = 1e200;
/// by this factor.
const DOWN: f64 = 1e-200;
/// More probability than there is, or less than none, by rounding alone.
const TOLERANCE: f64 = 1e-9;

/// Probabilities of the compound on the grid of `severity`.
///
/// # Errors
/// A count without a recursion, or one whose recursion has lost its accuracy.
pub(super) fn compound(frequency: &Frequency, severity: &[f64]) -> Result<Vec<f64>> {
    let refuse = |why: String| Error::numeric("Aggregate.panjer", why);
    let Some(class) = frequency.panjer() else {
        return Err(refuse(format!(
            "a {} count has no (a, b) recursion; evaluate by fft",
            frequency.family()
        )));
    };
    let pmf = match frequency {
        // Starting from p(1) cancels where zeros were added; the base does not, and differs by a factor.
        Frequency::ZeroModified(n) => scaled(frequency, &n.base, severity)?,
        Frequency::ZeroTruncated(n) => scaled(frequency, &n.base, severity)?,
        _ => recursion(frequency, class, severity),
    };
    let (mut total, mut least) = (0.0, 0.0f64);
    for p in &pmf {
        total += p;
        least = least.min(*p);
    }
    if !(total <= 1.0 + TOLERANCE && least >= -TOLERANCE) {
        return Err(refuse(format!(
            "the recursion of this {} count is unstable (total {total}, least {least:.1e}); evaluate by fft",
            frequency.family()
        )));
    }
    Ok(pmf)
}

/// The compound of a count whose zeros alone differ from those of `base`.
fn scaled(frequency: &Frequency, base: &Frequency, severity: &[f64]) -> Result<Vec<f64>> {
    let mut pmf = compound(base, severity)?;
    let factor = frequency.sf(0) / base.sf(0);
    pmf.iter_mut().for_each(|p| *p *= factor);
    if let (Some(none), Some(zero)) = (pmf.first_mut(), severity.first()) {
        *none = frequency.ln_pgf(C64::new(zero - 1.0, 0.0)).exp().re;
    }
    Ok(pmf)
}

fn recursion(frequency: &Frequency, Panjer { a, b, class }: Panjer, severity: &[f64]) -> Vec<f64> {
    let n = severity.len();
    let used = severity.iter().rposition(|p| *p != 0.0).map_or(0, |last| last + 1);
    let zero = severity.first().copied().unwrap_or(0.0);
    let kept = 1.0 / (1.0 - a * zero);

    // g_k = (Σ_j (a + b j/k) f_j g_{k−j} + c f_k)/(1 − a f₀), all over e^scale.
    let start = frequency.ln_pgf(C64::new(zero - 1.0, 0.0)).re;
    let (from_one, from_zero) = (frequency.ln_pmf(1), frequency.ln_pmf(0));
    let higher = from_one.max(from_zero);
    let lead = if class == 0 || higher == f64::NEG_INFINITY {
        0.0
    } else {
        libm::exp(from_one - higher) - (a + b) * libm::exp(from_zero - higher)
    };
    let lead_log = if lead == 0.0 { f64::NEG_INFINITY } else { libm::log(lead.abs()) + higher };
    let mut scale = start.max(lead_log);
    if scale == f64::NEG_INFINITY {
        return vec![0.0; n];
    }
    let mut lead = lead.signum() * libm::exp(lead_log - scale);

    // The past is kept backwards, so that both factors of the sums run forwards.
    let by_place: Vec<f64> =
        severity[..used].iter().zip(0..).map(|(f, j)| f64::from(j) * f).collect();
    let mut past = vec![0.0; n];
    past[n - 1] = libm::exp(start - scale);
    for k in 1..n {
        let terms = k.min(used.saturating_sub(1));
        let earlier = &past[n - k..n - k + terms];
        let weighted = dispatch::run(Dot(&by_place[1..=terms], earlier));
        let plain = if a == 0.0 { 0.0 } else { dispatch::run(Dot(&severity[1..=terms], earlier)) };
        let value = kept * (a * plain + b / k as f64 * weighted + lead * severity[k]);
        past[n - 1 - k] = value;
        if value > HIGH {
            for p in &mut past[n - 1 - k..] {
                *p *= DOWN;
            }
            lead *= DOWN;
            scale -= libm::log(DOWN);
        }
    }
    // One factor may underflow although the product does not.
    let half = libm::exp(0.5 * scale);
    past.iter_mut().for_each(|p| *p = *p * half * half);
    past.reverse();
    past
}

/// Σ xᵢ yᵢ in lanes, the same sum on every instruction set.
struct Dot<'a>(&'a [f64], &'a [f64]);

const LANES: usize = 32;

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Self(x, y) = self;
        let mut lanes = [0.0; LANES];
        let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        for (x, y) in xs.iter().zip(ys) {
            for lane in 0..LANES {
                lanes[lane] += x[lane] * y[lane];
            }
        }
        for ((lane, x), y) in lanes.iter_mut().zip(x_rest).zip(y_rest) {
            *lane += x * y;
        }
        let mut width = LANES / 2;
        while width > 0 {
            for lane in 0..width {
                lanes[lane] += lanes[lane + width];
            }
            width /= 2;
        }
        lanes[0]
    }
}
