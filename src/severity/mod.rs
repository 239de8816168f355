//! Severity distributions: what one loss may cost.
//!
//! A family is a file that implements [`Family`] plus one line in the list [`severities!`]; the list
//! makes the enum, its JSON form, the dispatch, the Python classes and the stubs. Transforms
//! (capped, scaled, spliced, …) are families whose parameters hold other severities, so
//! they nest without special cases.
//!
//! Conventions: losses are ≥ 0; survival probabilities are the primary scale (a double is dense near
//! 0, not near 1); moments that do not exist are `inf`; layer means are differences of *excess*
//! integrals, never of limited expected values, because the latter cancel (100 % wrong for
//! 10¹⁰ xs 10¹⁴ of a lognormal(10, 2)).

mod beta;
mod capped;
mod gamma;
mod layered;
mod log_pareto;
mod lognormal;
mod mbbefd;
mod pareto;
mod piecewise;
mod quantile;
mod scaled;
mod spliced;

use serde::{Deserialize, Serialize};

pub use beta::Beta;
pub use capped::Capped;
pub use gamma::Gamma;
pub use layered::Layered;
pub use log_pareto::LogPareto;
pub use lognormal::LogNormal;
pub use mbbefd::MBBEFD;
pub use pareto::Pareto;
pub use piecewise::Piecewise;
pub use quantile::QuantileTable;
pub use scaled::Scaled;
pub use spliced::Spliced;

use crate::error::{Error, Issue, Result};
use crate::numeric::adaptive;

/// What a severity family gives; everything else follows from it.
pub trait Family {
    /// P(X > x).
    fn sf(&self, x: f64) -> f64;

    /// P(X ≤ x); override where `1 − sf` would cancel.
    fn cdf(&self, x: f64) -> f64 {
        1.0 - self.sf(x)
    }

    /// Density of the continuous part.
    fn pdf(&self, x: f64) -> f64;

    /// Smallest x with P(X > x) ≤ q, q in [0, 1].
    fn isf(&self, q: f64) -> f64;

    /// Smallest x with P(X ≤ x) ≥ p; override where `isf(1 − p)` would cancel.
    fn quantile(&self, p: f64) -> f64 {
        self.isf(1.0 - p)
    }

    /// E Xᵏ, `inf` where it does not exist.
    fn moment(&self, k: u32) -> f64;

    /// Var X, `inf` where it does not exist; override where E X² − (E X)² would cancel.
    fn variance(&self) -> f64 {
        let (m1, m2) = (self.moment(1), self.moment(2));
        if m2.is_finite() { (m2 - m1 * m1).max(0.0) } else { m2 }
    }

    /// Third central moment over sd³, `inf` where it does not exist; override as for the variance.
    fn skewness(&self) -> f64 {
        let (m1, m2, m3) = (self.moment(1), self.moment(2), self.moment(3));
        if !m3.is_finite() {
            return m3;
        }
        let variance = m2 - m1 * m1;
        (m3 - 3.0 * m1 * m2 + 2.0 * m1 * m1 * m1) / (variance * variance.sqrt())
    }

    /// E (X − d)₊ = ∫ S over (d, ∞), `inf` where the mean does not exist.
    fn excess(&self, d: f64) -> f64;

    /// E (X − d)₊ᵏ = k ∫ (x − d)ᵏ⁻¹ S over (d, ∞), k ≥ 1, `inf` where it does not exist.
    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        match k {
            1 => self.excess(d),
            _ if d <= 0.0 => self.moment(k),
            _ if !self.moment(k).is_finite() => f64::INFINITY,
            _ => layer_moment_by_quadrature(self, k, visible_end(self) - d, d),
        }
    }

    /// Limited expected value E min(X, d).
    fn lev(&self, d: f64) -> f64;

    /// E min(X, d)ᵏ = k ∫ xᵏ⁻¹ S over (0, d), d finite.
    fn limited_moment(&self, k: u32, d: f64) -> f64 {
        match k {
            0 => 1.0,
            _ if d <= 0.0 => 0.0,
            1 => self.lev(d),
            _ => layer_moment_by_quadrature(self, k, d, 0.0),
        }
    }

    /// Smallest and largest possible loss.
    fn support(&self) -> (f64, f64);

    /// Points where the survival function has a kink or a jump: quadrature splits there.
    fn breaks(&self, into: &mut Vec<f64>) {
        let (low, high) = self.support();
        into.extend([low, high].into_iter().filter(|x| x.is_finite()));
    }

    /// Expected loss to the layer `limit` xs `attachment`.
    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        default_layer_mean(self, limit, attachment)
    }

    /// [`Family::sf`] of each element, in place; override where a column is quicker than its elements.
    fn sf_in_place(&self, x: &mut [f64]) {
        for x in x {
            *x = self.sf(*x);
        }
    }

    /// Turns survival probabilities in (0, 1) into losses, in place.
    fn sample(&self, u: &mut [f64]) {
        for u in u {
            *u = self.isf(*u);
        }
    }

    /// Parameters that are plain numbers, by name.
    fn parameters(&self) -> Vec<(String, f64)>;

    /// The same distribution with one of [`Family::parameters`] changed.
    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity>;
}

/// The layer mean from `excess`, or by quadrature where even that would cancel.
fn default_layer_mean<F: Family + ?Sized>(family: &F, limit: f64, attachment: f64) -> f64 {
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
        if difference > 1e-3 * family.lev(top) {
            return difference;
        }
    }
    integrate(family, attachment, limit, |x, _| family.sf(x))
}

/// Where nothing is left for quadrature to see, of a family whose moment exists.
fn visible_end<F: Family + ?Sized>(family: &F) -> f64 {
    family.support().1.min(family.isf(1e-300)).min(1e300)
}

/// E (X − d)₊ by quadrature, for families whose closed form cancels far out.
fn excess_by_quadrature<F: Family + ?Sized>(family: &F, d: f64) -> f64 {
    let q = family.sf(d);
    if q <= 0.0 {
        return 0.0;
    }
    let end = family.isf((q * 1e-18).max(f64::from_bits(1))).min(f64::MAX);
    integrate(family, d, end - d, |x, _| family.sf(x))
}

/// E min((X − attachment)₊, limit)ᵏ = k ∫ yᵏ⁻¹ S(attachment + y) over (0, limit), limit finite.
fn layer_moment_by_quadrature<F: Family + ?Sized>(
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
fn shifted(k: u32, c: f64, moment: impl Fn(u32) -> f64) -> f64 {
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
/// is taken as constant.
fn integrate<F: Family + ?Sized>(
    family: &F,
    low: f64,
    width: f64,
    g: impl Fn(f64, f64) -> f64,
) -> f64 {
    if !(width > 0.0 && width < f64::INFINITY && low >= 0.0) {
        return if width > 0.0 { f64::NAN } else { 0.0 };
    }
    let start = if low == 0.0 { width * 1e-18 } else { 0.0 };
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

/// One list makes the enum, its JSON tags, the dispatch and, in `py`, the Python classes.
///
/// `$apply! { (Name, "tag"), … }`; a new family is its file, its `mod` line and a line here.
macro_rules! severities {
    ($apply:ident) => {
        $apply! {
            LogNormal,
            LogPareto,
            Pareto,
            Gamma,
            Beta,
            MBBEFD,
            Spliced,
            Capped,
            Layered,
            Piecewise,
            Scaled,
        }
    };
}

macro_rules! make_enum {
    ($($name:ident),* $(,)?) => {
        /// Any severity distribution.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "family")]
        pub enum Severity {
            $(#[allow(missing_docs, reason = "named after the family")] $name($name),)*
        }

        impl Severity {
            /// Names of all families, in the order of the list.
            pub const FAMILIES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Name of the family.
            pub fn family(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            fn inner(&self) -> &dyn Family {
                match self { $(Self::$name(family) => family,)* }
            }

            fn check(&self) -> Result<()> {
                match self { $(Self::$name(family) => family.clone().validated().map(|_| ()),)* }
            }
        }

        $(impl From<$name> for Severity {
            fn from(family: $name) -> Self { Self::$name(family) }
        })*
    };
}
severities!(make_enum);

impl Family for Severity {
    fn sf(&self, x: f64) -> f64 {
        self.inner().sf(x)
    }
    fn cdf(&self, x: f64) -> f64 {
        self.inner().cdf(x)
    }
    fn pdf(&self, x: f64) -> f64 {
        self.inner().pdf(x)
    }
    fn isf(&self, q: f64) -> f64 {
        if (0.0..=1.0).contains(&q) { self.inner().isf(q) } else { f64::NAN }
    }
    fn quantile(&self, p: f64) -> f64 {
        if (0.0..=1.0).contains(&p) { self.inner().quantile(p) } else { f64::NAN }
    }
    fn moment(&self, k: u32) -> f64 {
        self.inner().moment(k)
    }
    fn variance(&self) -> f64 {
        self.inner().variance()
    }
    fn skewness(&self) -> f64 {
        self.inner().skewness()
    }
    fn excess(&self, d: f64) -> f64 {
        self.inner().excess(d.max(0.0))
    }
    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        self.inner().excess_moment(k, d)
    }
    fn lev(&self, d: f64) -> f64 {
        if d <= 0.0 { 0.0 } else { self.inner().lev(d) }
    }
    fn limited_moment(&self, k: u32, d: f64) -> f64 {
        self.inner().limited_moment(k, d)
    }
    fn support(&self) -> (f64, f64) {
        self.inner().support()
    }
    fn breaks(&self, into: &mut Vec<f64>) {
        self.inner().breaks(into);
    }
    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        self.inner().layer_mean(limit, attachment.max(0.0))
    }
    fn sf_in_place(&self, x: &mut [f64]) {
        self.inner().sf_in_place(x);
    }
    fn sample(&self, u: &mut [f64]) {
        self.inner().sample(u);
    }
    fn parameters(&self) -> Vec<(String, f64)> {
        self.inner().parameters()
    }
    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        let changed = self.inner().with_parameter(name, value)?;
        changed.check()?;
        Ok(changed)
    }
}

impl Severity {
    pub fn mean(&self) -> f64 {
        self.moment(1)
    }

    /// E of the squared loss to the layer: 2 ∫ (x − a) S(x) dx.
    pub fn layer_moment2(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        // The width of the layer must not be taken from its ends, which are rounded.
        let limit = limit.min(self.support().1 - attachment);
        match limit {
            _ if limit <= 0.0 => 0.0,
            f64::INFINITY => self.excess_moment(2, attachment),
            _ if attachment <= 0.0 => self.limited_moment(2, limit),
            _ => layer_moment_by_quadrature(self, 2, limit, attachment),
        }
    }

    /// Reads the JSON form and checks every parameter in it.
    pub fn from_json(text: &str) -> Result<Self> {
        let severity: Self = serde_json::from_str(text).map_err(|e| {
            Issue::new("bad_json", "severity", "json").value(e.to_string()).into_error()
        })?;
        severity.check()?;
        Ok(severity)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The error of `with_parameter` for a name the family does not have.
fn no_parameter(family: &str, name: &str, known: &[(String, f64)]) -> Error {
    Issue::unknown(family, "parameter", name, known.iter().map(|(n, _)| n.as_str())).into_error()
}

/// Implements `parameters` and `with_parameter` for a family whose fields are all numbers.
macro_rules! plain_parameters {
    ($name:ident { $($field:ident),* }) => {
        fn parameters(&self) -> Vec<(String, f64)> {
            vec![$((stringify!($field).to_owned(), self.$field)),*]
        }
        fn with_parameter(&self, name: &str, value: f64) -> crate::error::Result<super::Severity> {
            let mut changed = self.clone();
            match name {
                $(stringify!($field) => changed.$field = value,)*
                _ => return Err(super::no_parameter(stringify!($name), name, &self.parameters())),
            }
            Ok(changed.into())
        }
    };
}
use plain_parameters;

/// Parameters of a transform: its own numbers, then those of its parts under their names.
fn nested(parts: &[(&str, &Severity)]) -> Vec<(String, f64)> {
    parts
        .iter()
        .flat_map(|(part, severity)| {
            severity
                .parameters()
                .into_iter()
                .map(move |(name, value)| (format!("{part}.{name}"), value))
        })
        .collect()
}

#[cfg(test)]
mod tests;
