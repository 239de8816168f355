//! Rank correlations and tail dependence of normal variables with mixing variables.

use crate::error::{Error, Result};
use crate::numeric::{
    adaptive, gamma_p_inv, gamma_q_inv, legendre_20, norm_cdf, norm_pdf, norm_sf, t_sf,
};

/// √W of a t variable √W Z at the nodes of two quadrature rules over the probability.
pub(super) struct Mixing([Vec<f64>; 2]);

/// Panels of the two rules, of 20 nodes each; their difference is the error.
const PANELS: [usize; 2] = [6, 8];
/// Normal scores that hold all but 1e-17 of the probability.
const REACH: f64 = 8.5;

/// (normal score, weight) of a rule.
fn nodes(panels: usize) -> impl Iterator<Item = (f64, f64)> {
    let half = REACH / panels as f64;
    (0..panels).flat_map(move |panel| {
        let middle = (2 * panel + 1) as f64 * half - REACH;
        legendre_20().map(move |(x, w)| {
            let z = middle + half * x;
            (z, half * w * norm_pdf(z))
        })
    })
}

impl Mixing {
    /// Of `df` degrees of freedom: W = df / χ².
    pub(super) fn of(df: f64) -> Self {
        Self(PANELS.map(|panels| {
            let shape = 0.5 * df;
            nodes(panels)
                .map(|(z, _)| {
                    let half_chi2 = if z > 0.0 {
                        gamma_q_inv(shape, norm_sf(z))
                    } else {
                        gamma_p_inv(shape, norm_cdf(z))
                    };
                    (shape / half_chi2).sqrt()
                })
                .collect()
        }))
    }
}

pub(super) struct RankMeasures {
    pub kendall: f64,
    pub spearman: f64,
}

/// Kendall's τ and Spearman's ρ of √W₁ Z₁ and √W₂ Z₂, W₁ and W₂ comonotone.
///
/// Both compare with independent copies, whose differences are normal given the mixing variables
/// (Heinen and Valdesogo 2020, Journal of Multivariate Analysis 179, for one mixing variable): with V = √W,
/// τ = (2/π) E asin ρ (V₁V₂ + V₁′V₂′)/√((V₁² + V₁′²)(V₂² + V₂′²)),
/// ρ_S = (6/π) E asin ρ V₁V₂/√((V₁² + V₁′²)(V₂² + V₂″²)).
///
/// # Errors
/// If two quadrature rules differ by more than 1e-7.
pub(super) fn rank_measures(object: &str, mixing: &[Mixing; 2], rho: f64) -> Result<RankMeasures> {
    let [coarse, fine] = [0, 1].map(|rule| by_rule(mixing, rule, rho));
    let error = (coarse.kendall - fine.kendall).abs().max((coarse.spearman - fine.spearman).abs());
    if !(error <= 1e-7) {
        let reason = format!("rank correlations are only known to {error:.1e}");
        return Err(Error::numeric(object, reason));
    }
    Ok(fine)
}

fn by_rule(mixing: &[Mixing; 2], rule: usize, rho: f64) -> RankMeasures {
    let weights: Vec<f64> = nodes(PANELS[rule]).map(|(_, weight)| weight).collect();
    let (first, second) = (&mixing[0].0[rule], &mixing[1].0[rule]);
    let n = weights.len();
    let (mut kendall, mut spearman) = (0.0, 0.0);
    // share[b] = V/√(V² + V_b²), without squares that overflow.
    let share = |of: &[f64], a: usize| -> Vec<f64> {
        of.iter().map(|other| 1.0 / libm::hypot(1.0, other / of[a])).collect()
    };
    for a in 0..n {
        let (s1, s2) = (share(first, a), share(second, a));
        for b in 0..n {
            let back1 = 1.0 / libm::hypot(1.0, first[a] / first[b]);
            let back2 = 1.0 / libm::hypot(1.0, second[a] / second[b]);
            let both = (rho * (s1[b] * s2[b] + back1 * back2)).clamp(-1.0, 1.0);
            kendall += weights[a] * weights[b] * libm::asin(both);
        }
        spearman += weights[a] * mean_arcsine(&weights, s1, s2, rho);
    }
    let pi = std::f64::consts::PI;
    RankMeasures { kendall: 2.0 * kendall / pi, spearman: 6.0 * spearman / pi }
}

/// Correlation up to which the series of the arcsine is short.
const SHORT: f64 = 0.98;

/// E asin(ρ X Y) of independent X and Y, values in [0, 1] with the same weights: by the power series of the
/// arcsine, whose terms are products of moments, or pair by pair.
fn mean_arcsine(weights: &[f64], x: Vec<f64>, y: Vec<f64>, rho: f64) -> f64 {
    if rho.abs() > SHORT {
        let row = |x: &f64| -> f64 {
            y.iter().zip(weights).map(|(y, w)| w * libm::asin(rho * x * y)).sum()
        };
        return x.iter().zip(weights).map(|(x, w)| w * row(x)).sum();
    }
    let squares = |x: &[f64]| -> Vec<f64> { x.iter().map(|x| x * x).collect() };
    let (x2, y2) = (squares(&x), squares(&y));
    let (mut x, mut y) = (x, y);
    let moment = |x: &[f64]| -> f64 { x.iter().zip(weights).map(|(x, w)| x * w).sum() };
    let (mut coefficient, mut power, mut sum) = (1.0, rho, 0.0);
    for k in 1.. {
        let term = coefficient * power;
        if term.abs() < 1e-17 {
            break;
        }
        sum += term * moment(&x) * moment(&y);
        x.iter_mut().zip(&x2).for_each(|(x, square)| *x *= square);
        y.iter_mut().zip(&y2).for_each(|(y, square)| *y *= square);
        let even = 2.0 * f64::from(k);
        coefficient *= (even - 1.0) * (even - 1.0) / (even * (even + 1.0));
        power *= rho * rho;
    }
    sum
}

/// λ of t variables of correlation `rho`, their mixing variables comonotone.
///
/// For equal degrees of freedom 2 P(T > √((df + 1)(1 − ρ)/(1 + ρ))) with df + 1 degrees (Embrechts,
/// McNeil and Straumann 2002). For different ones √W_k grows as s^(−1/df_k) when the common probability s of
/// a larger one falls, so λ = E min(Z₁⁺^df₁ / E Z⁺^df₁, Z₂⁺^df₂ / E Z⁺^df₂), integrated over the smaller.
pub(super) fn tail_dependence(df: [f64; 2], rho: f64) -> f64 {
    if df[0] == df[1] {
        let df = df[0];
        if rho <= -1.0 {
            return 0.0;
        }
        return 2.0 * t_sf(((df + 1.0) * (1.0 - rho) / (1.0 + rho)).sqrt(), df + 1.0);
    }
    // ln E Z⁺^df = ln(2^(df/2 − 1) Γ((df + 1)/2) / √π)
    let ln_moment = df.map(|df| {
        (0.5 * df - 1.0) * std::f64::consts::LN_2 + libm::lgamma(0.5 * (df + 1.0))
            - 0.5 * libm::log(std::f64::consts::PI)
    });
    let rest = (1.0 - rho * rho).max(0.0).sqrt();
    let part = |one: usize, other: usize| {
        let integrand = |z: f64| {
            let ln_value = df[one] * libm::log(z) - ln_moment[one];
            // The other exceeds what gives it the same value.
            let edge = libm::exp((ln_value + ln_moment[other]) / df[other]);
            let beyond = if rest > 0.0 {
                norm_sf((edge - rho * z) / rest)
            } else {
                f64::from(u8::from(rho * z > edge))
            };
            libm::exp(ln_value - 0.5 * z * z) * beyond
        };
        let end = 40.0_f64.max(3.0 * df[one].sqrt() + 12.0);
        adaptive(0.0, end, 1e-12, integrand).0 / (2.0 * std::f64::consts::PI).sqrt()
    };
    (part(0, 1) + part(1, 0)).clamp(0.0, 1.0)
}
