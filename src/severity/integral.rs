//! Integrals of survival functions: layers and moments where closed forms would cancel.

use super::Family;
use crate::numeric::adaptive;

/// The layer mean from `excess`, or by quadrature where even that would cancel.
pub(super) fn default_layer_mean<F: Family + ?Sized>(
    family: &F,
    limit: f64,
    attachment: f64,
) -> f64 {
    if limit <= 0.0 {
        return 0.0;
    }
    let top = attachment + limit;
    if attachment <= 0.0 {
        return family.lev(top);
    }
    if top == f64::INFINITY {
        return family.excess(attachment);
    }
    let remote = family.sf(attachment) < 1e-3;
    let thin = limit < 0.1 * attachment;
    if !remote && !thin {
        let difference = family.lev(top) - family.lev(attachment);
        if difference > 0.03 * family.lev(top) {
            return difference;
        }
    }
    integrate(family, attachment, limit, |x, _| family.sf(x))
}

/// Where nothing is left for quadrature to see, of a family whose moment exists.
pub(super) fn visible_end<F: Family + ?Sized>(family: &F) -> f64 {
    family.support().1.min(family.isf(1e-300)).min(1e300)
}

/// E (X − d)₊ by quadrature, for families whose closed form cancels far out.
pub(super) fn excess_by_quadrature<F: Family + ?Sized>(family: &F, d: f64) -> f64 {
    let q = family.sf(d);
    if q <= 0.0 {
        return 0.0;
    }
    let end = family.isf((q * 1e-18).max(f64::from_bits(1))).min(f64::MAX);
    integrate(family, d, end - d, |x, _| family.sf(x))
}

/// E min((X − attachment)₊, limit)ᵏ = k ∫ yᵏ⁻¹ S(attachment + y) over (0, limit), limit finite.
pub(super) fn layer_moment_by_quadrature<F: Family + ?Sized>(
    family: &F,
    k: u32,
    limit: f64,
    attachment: f64,
) -> f64 {
    let power = f64::from(k) - 1.0;
    f64::from(k)
        * integrate(family, attachment, limit, |x, y| {
            let weight = if k == 2 { y } else { libm::pow(y, power) };
            weight * family.sf(x)
        })
}

/// E (c + Y)ᵏ = Σ binomial(k, j) cᵏ⁻ʲ E Yʲ, from the moments of Y ≥ 0.
pub(super) fn shifted(k: u32, c: f64, moment: impl Fn(u32) -> f64) -> f64 {
    let (mut total, mut binomial) = (0.0, 1.0);
    for j in 0..=k {
        let power = libm::pow(c, f64::from(k - j));
        if power > 0.0 {
            total += binomial * power * if j == 0 { 1.0 } else { moment(j) };
        }
        binomial *= f64::from(k - j) / f64::from(j + 1);
    }
    total
}

/// ∫ g(low + y, y) dy over (0, width), split at the breaks of the family.
///
/// Inside a panel that starts at x₀ the variable is ln(x/x₀), in which tails are smooth; y is carried
/// beside x, so that a thin layer far out keeps its width. From 0, what is below 10⁻¹⁸ of the width
/// and of the median is taken as constant.
pub(super) fn integrate<F: Family + ?Sized>(
    family: &F,
    low: f64,
    width: f64,
    g: impl Fn(f64, f64) -> f64,
) -> f64 {
    if !(width > 0.0 && width < f64::INFINITY && low >= 0.0) {
        return if width > 0.0 { f64::NAN } else { 0.0 };
    }
    let start = if low == 0.0 {
        let half = family.quantile(0.5);
        1e-18 * if half > 0.0 { width.min(half) } else { width }
    } else {
        0.0
    };
    let mut breaks = Vec::new();
    family.breaks(&mut breaks);
    let mut points = vec![start, width];
    points.extend(breaks.into_iter().map(|x| x - low).filter(|y| *y > start && *y < width));
    points.sort_by(f64::total_cmp);
    points.dedup();
    let first = if start > 0.0 { start * g(low + 0.5 * start, 0.5 * start) } else { 0.0 };
    first
        + points
            .windows(2)
            .map(|w| {
                let from = low + w[0];
                // Before the end of the panel, so that a jump there belongs to the next one.
                let end = (low + w[1]).next_down();
                let inside = |y: f64| (low + y).min(end).max(from);
                adaptive(0.0, libm::log1p((w[1] - w[0]) / from), 1e-14, |s| {
                    let y = w[0] + from * libm::expm1(s);
                    (low + y) * g(inside(y), y)
                })
                .0
            })
            .sum::<f64>()
}

/// E (X − E X)ᵏ for k = 2, 3 from the areas above and below the mean: nothing cancels for k = 2.
pub(super) fn central_moment<F: Family + ?Sized>(family: &F, k: u32) -> f64 {
    let mean = family.moment(1);
    let above = layer_moment_by_quadrature(family, k, visible_end(family) - mean, mean);
    // Below the mean, from where there is anything to see.
    let low = family.quantile(1e-20).min(mean).max(0.0);
    let power = f64::from(k) - 1.0;
    let below = f64::from(k)
        * integrate(family, low, mean - low, |x, _| libm::pow(mean - x, power) * family.cdf(x));
    above + if k.is_multiple_of(2) { below } else { -below }
}

/// A moment in closed form, or by quadrature where its terms nearly cancel: `closed` against the
/// largest of them, `all`.
pub(super) fn closed_or(closed: f64, all: f64, quadrature: impl FnOnce() -> f64) -> f64 {
    if closed > 0.1 * all { closed } else { quadrature() }
}

/// E min(X, d) by quadrature.
pub(super) fn lev_by_quadrature<F: Family + ?Sized>(family: &F, d: f64) -> f64 {
    let low = family.support().0.max(0.0).min(d);
    low + integrate(family, low, d - low, |x, _| family.sf(x))
}
