//! Compounding by recursion: exact to relative rounding where all its terms are positive.
//!
//! Panjer (1981, ASTIN Bulletin 12(1)); classes (a, b, 1) after Sundt and Jewell (1981). Terms of a
//! Poisson or negative binomial count are positive and the recursion is stable in every component
//! (Panjer and Wang 1993), so tails keep their relative accuracy, which no transform can give; the
//! binomial's terms alternate and may lose everything, which is refused. The start P(f₀) may
//! underflow, so it is carried as a logarithm.

use crate::error::{Error, Result};
use crate::exec::Control;
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
pub(super) fn compound(
    frequency: &Frequency,
    severity: &[f64],
    control: &Control,
) -> Result<Vec<f64>> {
    let refuse = |why: String| Error::numeric("Aggregate.panjer", why);
    let Some(class) = frequency.panjer() else {
        return Err(refuse(format!(
            "a {} count has no (a, b) recursion; evaluate by fft",
            frequency.family()
        )));
    };
    let pmf = match frequency {
        // Starting from p(1) cancels where zeros were added; the base does not, and differs by a factor.
        Frequency::ZeroModified(n) => scaled(frequency, &n.base, severity, control)?,
        Frequency::ZeroTruncated(n) => scaled(frequency, &n.base, severity, control)?,
        _ => recursion(frequency, class, severity, control)?,
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
fn scaled(
    frequency: &Frequency,
    base: &Frequency,
    severity: &[f64],
    control: &Control,
) -> Result<Vec<f64>> {
    let mut pmf = compound(base, severity, control)?;
    let factor = frequency.sf(0) / base.sf(0);
    pmf.iter_mut().for_each(|p| *p *= factor);
    if let (Some(none), Some(zero)) = (pmf.first_mut(), severity.first()) {
        *none = frequency.ln_pgf(C64::new(zero - 1.0, 0.0)).exp().re;
    }
    Ok(pmf)
}

fn recursion(
    frequency: &Frequency,
    Panjer { a, b, class }: Panjer,
    severity: &[f64],
    control: &Control,
) -> Result<Vec<f64>> {
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
        return Ok(vec![0.0; n]);
    }
    let mut lead = lead.signum() * libm::exp(lead_log - scale);

    // Sums over what is known before a batch are made for the whole batch, so that the past is read
    // once for all of it.
    let plain_factors =
        if a == 0.0 { Factors::default() } else { Factors::new(severity, used, |_| 1.0) };
    let place_factors = Factors::new(severity, used, |j| j as f64);
    let mut pmf = vec![0.0; n];
    pmf[0] = libm::exp(start - scale);
    let mut first = 1;
    while first < n {
        control.check()?;
        let known = (first + 1).saturating_sub(used)..first;
        let mut weighted = place_factors.sums(&pmf, known.clone());
        let mut plain = plain_factors.sums(&pmf, known);
        for i in 0..BATCH.min(n - first) {
            let k = first + i;
            // What the batch itself has brought.
            for j in 1..=i.min(used.saturating_sub(1)) {
                let term = severity[j] * pmf[k - j];
                plain[i] += term;
                weighted[i] += j as f64 * term;
            }
            let value = kept * (a * plain[i] + b / k as f64 * weighted[i] + lead * severity[k]);
            pmf[k] = value;
            if value > HIGH {
                let all = pmf[..=k].iter_mut().chain(&mut weighted).chain(&mut plain);
                all.for_each(|p| *p *= DOWN);
                lead *= DOWN;
                scale -= libm::log(DOWN);
            }
        }
        first += BATCH;
    }
    // One factor may underflow although the product does not.
    let half = libm::exp(0.5 * scale);
    pmf.iter_mut().for_each(|p| *p = *p * half * half);
    Ok(pmf)
}

/// Values made at a time.
const BATCH: usize = 16;
/// Terms added up before they join the others: the sum of many small terms keeps its places.
const CHUNK: usize = 1024;

/// w(j) f_j, zeros behind.
#[derive(Default)]
struct Factors(Vec<f64>);

impl Factors {
    fn new(severity: &[f64], used: usize, weight: impl Fn(usize) -> f64) -> Self {
        let mut factors: Vec<f64> =
            severity[..used].iter().enumerate().map(|(j, f)| weight(j) * f).collect();
        factors.resize(used + BATCH, 0.0);
        Self(factors)
    }

    /// Σₘ w f_{k+i−m} g_m over the known m, k the end of `known`, for each i of the batch.
    fn sums(&self, pmf: &[f64], known: std::ops::Range<usize>) -> [f64; BATCH] {
        if self.0.is_empty() || known.is_empty() {
            return [0.0; BATCH];
        }
        dispatch::run(Sums { factors: &self.0, known: &pmf[known] })
    }
}

/// The sums of a batch, each in the same order on every instruction set: the values of the batch lie
/// side by side in the lanes, the known ones are read from the last to the first.
struct Sums<'a> {
    factors: &'a [f64],
    known: &'a [f64],
}

impl Kernel for Sums<'_> {
    type Output = [f64; BATCH];

    #[inline(always)]
    fn run(self) -> [f64; BATCH] {
        let mut total = [0.0; BATCH];
        let mut distance = 1;
        for part in self.known.rchunks(CHUNK) {
            let mut sums = [0.0; BATCH];
            for (g, f) in part.iter().rev().zip(self.factors[distance..].windows(BATCH)) {
                for i in 0..BATCH {
                    sums[i] += g * f[i];
                }
            }
            for i in 0..BATCH {
                total[i] += sums[i];
            }
            distance += part.len();
        }
        total
    }
}
