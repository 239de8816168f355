//! Maximum and Minimum of independent losses.

use libm::{exp, expm1, log, log1p, pow};
use serde::{Deserialize, Serialize};

use super::integral::{layer_moment_by_quadrature, lev_by_quadrature, visible_end};
use super::parameters::{part_parameters, with_part_parameter};
use super::solve::invert;
use super::{Family, QuantileTable, Severity};
use crate::error::{Faults, Issue, Result};

/// The largest of independent losses: F = Π Fᵢ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maximum {
    pub parts: Vec<Severity>,
}

/// The smallest of independent losses: S = Π Sᵢ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    pub parts: Vec<Severity>,
}

fn check(family: &str, parts: &[Severity]) -> Result<()> {
    let mut faults = Faults::new();
    for part in parts {
        faults.take(part.check())?;
    }
    faults.check(!parts.is_empty(), || {
        Issue::new("out_of_range", family, "parts").value(0).allowed("at least one severity")
    });
    faults.finish()
}

fn bounds(parts: &[Severity], f: impl Fn(&Severity) -> f64) -> (f64, f64) {
    parts
        .iter()
        .map(f)
        .fold((f64::INFINITY, 0.0), |(low, high), x| (f64::min(low, x), f64::max(high, x)))
}

/// ln F, with its digits on both sides.
fn log_cdf(part: &Severity, x: f64) -> f64 {
    let above = part.sf(x);
    if above < 0.5 { log1p(-above) } else { log(part.cdf(x)) }
}

/// Σ densityᵢ Π of the others' `value`, which may be 0.
fn product_rule(parts: &[Severity], x: f64, value: impl Fn(&Severity) -> f64) -> f64 {
    let values: Vec<f64> = parts.iter().map(value).collect();
    (0..parts.len())
        .map(|i| {
            let others: f64 =
                values.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| v).product();
            parts[i].pdf(x) * others
        })
        .sum()
}

fn chain(parts: &[Severity], x: f64, value: impl Fn(&Severity) -> f64) -> Vec<f64> {
    let values: Vec<f64> = parts.iter().map(value).collect();
    parts
        .iter()
        .enumerate()
        .flat_map(|(i, part)| {
            let others: f64 =
                values.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| v).product();
            part.sf_derivatives(x).into_iter().map(move |d| d * others).collect::<Vec<_>>()
        })
        .collect()
}

/// E Xᵏ by quadrature to where nothing is seen any more, and the rest of a power tail beyond.
fn moment<F: Family>(family: &F, k: u32, d: f64) -> f64 {
    let end = visible_end(family);
    let inside = layer_moment_by_quadrature(family, k, end - d, d);
    let s = family.sf(end);
    if s == 0.0 || end >= family.support().1 {
        return inside;
    }
    match tail_index(family) {
        a if a <= f64::from(k) * (1.0 + 1e-9) => f64::INFINITY,
        a if a < 300.0 => {
            inside + f64::from(k) * pow(end - d, f64::from(k)) * s / (a - f64::from(k))
        }
        _ => inside,
    }
}

/// −d ln S / d ln x far out: finite for power tails, large for lighter ones.
fn tail_index<F: Family>(family: &F) -> f64 {
    let (near, far) = (family.isf(1e-200), family.isf(1e-280));
    if far == f64::INFINITY {
        return 0.0;
    }
    (log(1e-200) - log(1e-280)) / (log(far) - log(near))
}

impl Maximum {
    pub fn new(parts: Vec<Severity>) -> Result<Self> {
        Self { parts }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        check("Maximum", &self.parts)?;
        Ok(self)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.parts.iter().map(|part| log_cdf(part, x)).sum()
    }
}

impl Minimum {
    pub fn new(parts: Vec<Severity>) -> Result<Self> {
        Self { parts }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        check("Minimum", &self.parts)?;
        Ok(self)
    }
}

impl Family for Maximum {
    fn sf(&self, x: f64) -> f64 {
        -expm1(self.log_cdf(x))
    }

    fn cdf(&self, x: f64) -> f64 {
        exp(self.log_cdf(x))
    }

    fn pdf(&self, x: f64) -> f64 {
        product_rule(&self.parts, x, |part| part.cdf(x))
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        chain(&self.parts, x, |part| part.cdf(x))
    }

    fn isf(&self, q: f64) -> f64 {
        // 1 − S is at least Π: each part may have all of q, or an even share of it.
        let share = -expm1(log1p(-q) / self.parts.len() as f64);
        let low = bounds(&self.parts, |part| part.isf(q)).1;
        let high = bounds(&self.parts, |part| part.isf(if q < 1.0 { share } else { 1.0 })).1;
        invert(self, q, true, low, high * (1.0 + 1e-12))
    }

    fn quantile(&self, p: f64) -> f64 {
        let low = bounds(&self.parts, |part| part.quantile(p)).1;
        let root = pow(p, 1.0 / self.parts.len() as f64);
        let high = bounds(&self.parts, |part| part.quantile(root)).1;
        invert(self, p, false, low, high * (1.0 + 1e-12))
    }

    fn moment(&self, k: u32) -> f64 {
        match k {
            0 => 1.0,
            _ if self.parts.iter().any(|part| part.moment(k) == f64::INFINITY) => f64::INFINITY,
            _ => moment(self, k, 0.0),
        }
    }

    fn excess(&self, d: f64) -> f64 {
        if self.parts.iter().any(|part| part.mean() == f64::INFINITY) {
            return f64::INFINITY;
        }
        moment(self, 1, d)
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY { self.moment(1) } else { lev_by_quadrature(self, d) }
    }

    fn support(&self) -> (f64, f64) {
        (bounds(&self.parts, |p| p.support().0).1, bounds(&self.parts, |p| p.support().1).1)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        for part in &self.parts {
            part.breaks(into);
        }
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::of(self.clone().into()).sample(u);
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        part_parameters(&self.parts)
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        with_part_parameter("Maximum", &self.parts, name, value).and_then(Self::new).map(Into::into)
    }
}

impl Family for Minimum {
    fn sf(&self, x: f64) -> f64 {
        self.parts.iter().map(|part| part.sf(x)).product()
    }

    fn cdf(&self, x: f64) -> f64 {
        -expm1(self.log_sf(x))
    }

    fn pdf(&self, x: f64) -> f64 {
        product_rule(&self.parts, x, |part| part.sf(x))
    }

    fn log_sf(&self, x: f64) -> f64 {
        self.parts.iter().map(|part| part.log_sf(x)).sum()
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        chain(&self.parts, x, |part| part.sf(x))
    }

    fn isf(&self, q: f64) -> f64 {
        let root = pow(q, 1.0 / self.parts.len() as f64);
        let low = bounds(&self.parts, |part| part.isf(root)).0;
        let high = bounds(&self.parts, |part| part.isf(q)).0;
        invert(self, q, true, low * (1.0 - 1e-12), high)
    }

    fn quantile(&self, p: f64) -> f64 {
        let share = -expm1(log1p(-p) / self.parts.len() as f64);
        let low = bounds(&self.parts, |part| part.quantile(if p < 1.0 { share } else { 1.0 })).0;
        let high = bounds(&self.parts, |part| part.quantile(p)).0;
        invert(self, p, false, low * (1.0 - 1e-12), high)
    }

    fn moment(&self, k: u32) -> f64 {
        if k == 0 { 1.0 } else { moment(self, k, 0.0) }
    }

    fn excess(&self, d: f64) -> f64 {
        moment(self, 1, d)
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY { self.moment(1) } else { lev_by_quadrature(self, d) }
    }

    fn support(&self) -> (f64, f64) {
        (bounds(&self.parts, |p| p.support().0).0, bounds(&self.parts, |p| p.support().1).0)
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        for part in &self.parts {
            part.breaks(into);
        }
    }

    fn sample(&self, u: &mut [f64]) {
        QuantileTable::of(self.clone().into()).sample(u);
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        part_parameters(&self.parts)
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        with_part_parameter("Minimum", &self.parts, name, value).and_then(Self::new).map(Into::into)
    }
}
