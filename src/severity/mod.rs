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

mod atoms;
mod beta;
mod burr;
mod capped;
mod columns;
mod derivative;
mod empirical;
mod exponential;
mod extreme;
mod family;
mod franchise;
mod frechet;
mod gamma;
mod gb2;
mod gev;
mod gpd;
mod integral;
mod inverse_gamma;
mod inverse_gaussian;
mod layered;
mod log_pareto;
mod loggamma;
mod loglogistic;
mod lognormal;
mod logt;
mod lomax;
mod mbbefd;
mod mixed_erlang;
mod mixture;
mod parameters;
mod pareto;
mod piecewise;
mod piecewise_pareto;
mod quantile;
mod scaled;
mod shifted;
mod solve;
mod spliced;
mod truncated;
mod uniform;
mod weibull;

use serde::{Deserialize, Serialize};

pub use beta::Beta;
pub use burr::Burr;
pub use capped::Capped;
pub use empirical::Empirical;
pub use exponential::Exponential;
pub use extreme::{Maximum, Minimum};
pub use family::Family;
pub use franchise::Franchise;
pub use frechet::Frechet;
pub use gamma::Gamma;
pub use gb2::GB2;
pub use gev::GEV;
pub use gpd::GPD;
pub use inverse_gamma::InverseGamma;
pub use inverse_gaussian::InverseGaussian;
pub use layered::Layered;
pub use log_pareto::LogPareto;
pub use loggamma::LogGamma;
pub use loglogistic::LogLogistic;
pub use lognormal::LogNormal;
pub use logt::LogT;
pub use lomax::Lomax;
pub use mbbefd::MBBEFD;
pub use mixed_erlang::MixedErlang;
pub use mixture::Mixture;
pub use pareto::Pareto;
pub use piecewise::Piecewise;
pub use piecewise_pareto::PiecewisePareto;
pub use quantile::QuantileTable;
pub use scaled::Scaled;
pub use shifted::Shifted;
pub use spliced::Spliced;
pub use truncated::Truncated;
pub use uniform::Uniform;
pub use weibull::Weibull;

use crate::error::{Issue, Result};
use integral::{
    closed_or, excess_by_quadrature, integrate, layer_moment_by_quadrature, lev_by_quadrature,
    shifted,
};
use parameters::{nested, no_parameter, plain_parameters};

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
            Exponential,
            Weibull,
            Lomax,
            GPD,
            GEV,
            Frechet,
            Burr,
            LogLogistic,
            InverseGaussian,
            InverseGamma,
            GB2,
            LogGamma,
            LogT,
            Uniform,
            MixedErlang,
            PiecewisePareto,
            Empirical,
            Beta,
            MBBEFD,
            Spliced,
            Mixture,
            Maximum,
            Minimum,
            Capped,
            Truncated,
            Shifted,
            Franchise,
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
    fn log_sf(&self, x: f64) -> f64 {
        self.inner().log_sf(x)
    }
    fn log_pdf(&self, x: f64) -> f64 {
        self.inner().log_pdf(x)
    }
    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        self.inner().sf_derivatives(x)
    }
    fn isf(&self, q: f64) -> f64 {
        match q {
            // 1 − q is exact, and the lower tail has the digits.
            q if q > 0.5 && q < 1.0 => self.inner().quantile(1.0 - q),
            q if (0.0..=1.0).contains(&q) => self.inner().isf(q),
            _ => f64::NAN,
        }
    }
    fn quantile(&self, p: f64) -> f64 {
        match p {
            p if p > 0.5 && p < 1.0 => self.inner().isf(1.0 - p),
            p if (0.0..=1.0).contains(&p) => self.inner().quantile(p),
            _ => f64::NAN,
        }
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

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
