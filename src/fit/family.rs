//! The families that can be fitted: names, coordinates, starts, and sums of their terms.

use libm::{exp, log};

use super::density::{self, Density};
use super::jet::Jet;
use super::newton::{Evaluation, MOST};
use super::terms::{Points, Summary, Terms};
use crate::error::{Error, Issue, Result};
use crate::severity::Severity;

/// How a parameter and its unconstrained coordinate belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Real,
    Log,
    /// The logarithm of what it is above 1.
    AboveOne,
}

impl Scale {
    pub fn natural(self, eta: f64) -> f64 {
        match self {
            Self::Real => eta,
            Self::Log => exp(eta),
            Self::AboveOne => 1.0 + exp(eta),
        }
    }

    pub fn eta(self, natural: f64) -> f64 {
        match self {
            Self::Real => natural,
            Self::Log => log(natural),
            Self::AboveOne => log(natural - 1.0),
        }
    }

    /// d natural / d eta.
    pub fn slope(self, eta: f64) -> f64 {
        match self {
            Self::Real => 1.0,
            Self::Log | Self::AboveOne => exp(eta),
        }
    }
}

/// One line a family: its name, its parameters with their scales, its density.
macro_rules! fitted {
    ($($name:ident($n:literal): $($parameter:literal $scale:ident),+;)*) => {
        /// A family that can be fitted by maximum likelihood.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FitFamily { $(#[allow(missing_docs, reason = "named after the family")] $name,)* }

        impl FitFamily {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Names and scales of the parameters that are estimated.
            pub fn parameters(self) -> &'static [(&'static str, Scale)] {
                match self { $(Self::$name => &[$(($parameter, Scale::$scale)),+],)* }
            }

            /// Log-likelihood of `terms` with its derivatives.
            pub fn evaluate(self, eta: &[f64], fixed: f64, terms: &Terms) -> Evaluation {
                match self { $(Self::$name => {
                    let mut at = [0.0; $n];
                    at.copy_from_slice(&eta[..$n]);
                    sum::<density::$name, $n>(&at, fixed, terms)
                })* }
            }

            /// ln f and ln S at ln x, for tests and checks.
            pub fn logarithms(self, eta: &[f64], fixed: f64, ln_x: f64) -> (f64, f64) {
                match self { $(Self::$name => {
                    let mut at = [0.0; $n];
                    at.copy_from_slice(&eta[..$n]);
                    let density = <density::$name as Density<$n>>::at(&at, fixed);
                    (density.ln_pdf(ln_x).v, density.ln_sf(ln_x).v)
                })* }
            }
        }
    };
}

fitted! {
    Exponential(1): "mean" Log;
    Gamma(2): "shape" Log, "scale" Log;
    Weibull(2): "shape" Log, "scale" Log;
    LogNormal(2): "mu" Real, "sigma" Log;
    InverseGaussian(2): "mean" Log, "shape" Log;
    LogLogistic(2): "shape" Log, "scale" Log;
    Lomax(2): "alpha" Log, "scale" Log;
    InverseGamma(2): "shape" Log, "scale" Log;
    Frechet(2): "shape" Log, "scale" Log;
    Burr(3): "alpha" Log, "gamma" Log, "scale" Log;
    LogGamma(2): "shape" Log, "rate" Log;
    GPD(2): "shape" Real, "scale" Log;
    Pareto(1): "alpha" Log;
    GEV(3): "shape" Real, "location" Log, "scale" Log;
    GB2(4): "alpha" Log, "tau" Log, "scale" Log, "gamma" Log;
    LogT(3): "mu" Real, "sigma" Log, "df" Log;
    Beta(2): "a" Log, "b" Log;
    MBBEFD(2): "b" Log, "g" AboveOne;
}

impl FitFamily {
    pub fn from_name(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|f| f.name() == name && f.available());
        found.copied().ok_or_else(|| {
            let known = Self::ALL.iter().filter(|f| f.available()).map(|f| f.name());
            Issue::unknown("fit", "families", name, known).into_error()
        })
    }

    /// What "auto" means: the families for a whole severity from 0, of up to three parameters.
    pub fn auto() -> Vec<Self> {
        let part = [Self::GPD, Self::Pareto, Self::LogGamma];
        let asked = [Self::GEV, Self::GB2, Self::LogT, Self::Beta, Self::MBBEFD];
        let whole = |f: &&Self| !part.contains(f) && !asked.contains(f) && f.available();
        Self::ALL.iter().filter(whole).copied().collect()
    }

    /// Whether ln f is smooth over all losses: no end near the data, no mass.
    pub(super) fn is_smooth(self) -> bool {
        !matches!(self, Self::GPD | Self::GEV | Self::Beta | Self::MBBEFD)
    }

    /// All that can be fitted.
    pub fn all_available() -> Vec<Self> {
        Self::ALL.iter().filter(|f| f.available()).copied().collect()
    }

    fn available(self) -> bool {
        let ones: Vec<f64> = self.parameters().iter().map(|_| 1.0).collect();
        self.severity(&ones, 1.0).is_ok()
    }

    /// Whether the terms are measured from a threshold.
    pub fn is_excess(self) -> bool {
        self == Self::GPD
    }

    /// The name of the parameter that is given and not estimated.
    pub fn fixed_name(self) -> Option<&'static str> {
        match self {
            Self::GPD => Some("threshold"),
            Self::Pareto => Some("scale"),
            Self::Beta => Some("total_loss"),
            _ => None,
        }
    }

    /// The distribution with these natural parameters.
    pub fn severity(self, natural: &[f64], fixed: f64) -> Result<Severity> {
        let mut fields = serde_json::Map::new();
        fields.insert("family".to_owned(), self.name().into());
        for ((name, _), value) in self.parameters().iter().zip(natural) {
            fields.insert((*name).to_owned(), (*value).into());
        }
        if let Some(name) = self.fixed_name() {
            fields.insert(name.to_owned(), fixed.into());
        }
        Severity::from_json(&serde_json::Value::Object(fields).to_string())
            .map_err(|e| Error::numeric(self.name(), e.to_string()))
    }

    pub fn natural(self, eta: &[f64]) -> Vec<f64> {
        self.parameters().iter().zip(eta).map(|((_, scale), e)| scale.natural(*e)).collect()
    }

    /// Where to start from, in unconstrained coordinates; the best of them is taken.
    pub fn starts(self, s: &Summary, fixed: f64) -> Vec<Vec<f64>> {
        let sd = s.sd_ln.max(1e-6);
        let ln_mean = log(s.mean);
        // Minka (2002): the gamma shape from ln of the mean less the mean of the logarithms.
        let shape = |gap: f64| {
            let gap = gap.max(1e-12);
            (3.0 - gap + ((gap - 3.0) * (gap - 3.0) + 24.0 * gap).sqrt()) / (12.0 * gap)
        };
        match self {
            Self::LogNormal => vec![vec![s.mean_ln, log(sd)]],
            Self::Exponential => vec![vec![ln_mean]],
            Self::Gamma => {
                let a = shape(ln_mean - s.mean_ln);
                vec![vec![log(a), ln_mean - log(a)]]
            }
            Self::InverseGamma => {
                let a = shape(log(s.mean_inverse) + s.mean_ln);
                vec![vec![log(a), log(a / s.mean_inverse)]]
            }
            Self::Weibull => {
                let k = 1.282_549_830_161_864 / sd;
                vec![vec![log(k), s.mean_ln + 0.577_215_664_901_532_9 / k]]
            }
            Self::Frechet => {
                let k = 1.282_549_830_161_864 / sd;
                vec![vec![log(k), s.mean_ln - 0.577_215_664_901_532_9 / k]]
            }
            Self::LogLogistic => vec![vec![log(1.813_799_364_234_217_8 / sd), s.mean_ln]],
            Self::Burr => [1.0, 0.3, 4.0, 50.0]
                .iter()
                .flat_map(|alpha: &f64| {
                    let gamma = 1.8 / sd;
                    [gamma, 0.6 * gamma, 2.0 * gamma].map(|g| {
                        // The median of the logarithms stays where it is.
                        let at = libm::expm1(std::f64::consts::LN_2 / alpha);
                        vec![log(*alpha), log(g), s.mean_ln - log(at) / g]
                    })
                })
                .collect(),
            Self::Lomax => [0.8, 1.5, 3.0, 20.0]
                .iter()
                .map(|alpha: &f64| {
                    let at = libm::expm1(std::f64::consts::LN_2 / alpha);
                    vec![log(*alpha), s.mean_ln - log(at)]
                })
                .collect(),
            Self::InverseGaussian => {
                let inverse = (s.mean_inverse - 1.0 / s.mean).max(1e-12 / s.mean);
                vec![vec![ln_mean, -log(inverse)]]
            }
            Self::LogGamma => {
                let (mean, variance) = (s.mean_ln.max(1e-3), (s.sd_ln * s.sd_ln).max(1e-9));
                vec![vec![log(mean * mean / variance), log(mean / variance)]]
            }
            Self::GPD => [0.5, 0.1, 1.0, -0.2]
                .iter()
                .map(|xi: &f64| {
                    // The median of an excess is β (2^ξ − 1)/ξ; an end must lie beyond the data.
                    let unit = libm::expm1(xi * std::f64::consts::LN_2) / xi;
                    let scale = exp(s.mean_ln + 0.3) / unit;
                    let scale = if *xi < 0.0 { scale.max(-1.05 * xi * s.most) } else { scale };
                    vec![*xi, log(scale)]
                })
                .collect(),
            Self::Pareto => vec![vec![-log((s.mean_ln - log(fixed)).max(1e-9))]],
            Self::GEV => {
                let scale = 0.78 * s.variance.max(1e-12 * s.mean * s.mean).sqrt();
                let k = 1.282_549_830_161_864 / sd;
                let median = exp(s.mean_ln);
                let mut starts = vec![vec![1.0 / k, s.mean_ln, log(median / k)]];
                let location = log((s.mean - 0.5772 * scale).max(0.1 * median));
                starts.extend([0.1, -0.1].map(|xi| vec![xi, location, log(scale)]));
                starts
            }
            Self::GB2 => [(1.0, 1.0), (3.0, 1.0), (1.0, 3.0), (0.4, 0.8), (5.0, 5.0)]
                .iter()
                .map(|(alpha, tau): &(f64, f64)| {
                    // ln X varies by ψ′(α) + ψ′(τ) over γ², about 1/α + 1/τ + ½ (1/α² + 1/τ²).
                    let part = |a: f64| 1.0 / a + 0.5 / (a * a);
                    let gamma = (part(*alpha) + part(*tau)).sqrt() / sd;
                    vec![log(*alpha), log(*tau), s.mean_ln - log(tau / alpha) / gamma, log(gamma)]
                })
                .collect(),
            Self::LogT => [4.0, 20.0, 2.0]
                .iter()
                .map(|df: &f64| vec![s.mean_ln, log(0.8 * sd), log(*df)])
                .collect(),
            Self::Beta => {
                let mean = s.mean.clamp(1e-6, 1.0 - 1e-6);
                let both = (mean * (1.0 - mean) / s.variance.max(1e-12) - 1.0).max(0.1);
                vec![vec![log(mean * both), log((1.0 - mean) * both)], vec![0.0, 0.0]]
            }
            // The Swiss Re curves and a flat one.
            Self::MBBEFD => [0.5, 1.5, 3.0, 5.0]
                .iter()
                .map(|c: &f64| {
                    let g = exp(c * (0.78 + 0.12 * c));
                    vec![3.1 - 0.15 * c * (1.0 + c), log(g - 1.0)]
                })
                .collect(),
        }
    }
}

/// Σ w ln f + Σ w ln S − Σ w ln S(d) + Σ w ln(S(l) − S(u)).
pub(super) fn sum<D: Density<N>, const N: usize>(
    eta: &[f64; N],
    fixed: f64,
    terms: &Terms,
) -> Evaluation {
    let density = D::at(eta, fixed);
    let mut total = Jet::<N>::constant(0.0);
    let mut column = |points: &Points, sign: f64, f: &dyn Fn(f64) -> Jet<N>| {
        for (l, w) in points.ln_x.iter().zip(&points.weight) {
            f(*l).add_to(sign * w, &mut total);
        }
    };
    column(&terms.known, 1.0, &|l| density.ln_pdf(l));
    column(&terms.censored, 1.0, &|l| density.ln_sf(l));
    column(&terms.entry, -1.0, &|l| density.ln_sf(l));
    for cell in &terms.cells {
        ln_cell(&density, cell.low, cell.high).add_to(cell.weight, &mut total);
    }
    widen(&total)
}

/// ln P(l < X ≤ u).
fn ln_cell<D: Density<N>, const N: usize>(density: &D, low: f64, high: f64) -> Jet<N> {
    let above = |l: f64| match l {
        f64::NEG_INFINITY => Jet::constant(0.0),
        _ => density.ln_sf(l),
    };
    let low = above(low);
    if high == f64::INFINITY {
        return low;
    }
    low + (above(high) - low).ln_less_exp()
}

fn widen<const N: usize>(jet: &Jet<N>) -> Evaluation {
    let mut out = Evaluation::impossible();
    if !jet.v.is_finite() {
        return out;
    }
    out.value = jet.v;
    for i in 0..N.min(MOST) {
        out.gradient[i] = jet.g[i];
        out.hessian[i][..N].copy_from_slice(&jet.h[i]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::Family;

    fn example(family: FitFamily) -> (Vec<f64>, f64) {
        let eta = match family {
            FitFamily::Exponential => vec![1.1],
            FitFamily::LogNormal => vec![0.8, 0.2],
            FitFamily::Burr => vec![0.4, 0.6, 1.2],
            FitFamily::GPD => vec![0.3, 0.9],
            FitFamily::Pareto => vec![0.4],
            FitFamily::LogGamma => vec![1.0, 0.2],
            FitFamily::GEV => vec![0.3, -0.5, 0.4],
            FitFamily::GB2 => vec![0.4, -0.2, 0.9, 0.3],
            FitFamily::LogT => vec![0.8, 0.2, 1.1],
            _ => vec![0.3, 0.7],
        };
        let fixed = match family {
            FitFamily::Pareto => 0.05,
            FitFamily::Beta => 0.2,
            _ => 0.0,
        };
        (eta, fixed)
    }

    /// A log-gamma begins at 1, damage ratios end there.
    fn shift(family: FitFamily, x: f64) -> f64 {
        match family {
            FitFamily::LogGamma => x + 1.0,
            FitFamily::Beta | FitFamily::MBBEFD => x / (x + 1.0),
            _ => x,
        }
    }

    #[test]
    fn logarithms_are_those_of_the_severities() {
        for family in FitFamily::ALL.iter().filter(|f| f.available()) {
            let (eta, fixed) = example(*family);
            let severity = family.severity(&family.natural(&eta), fixed).unwrap();
            for x in [0.07, 0.4, 1.0, 2.6, 9.0, 30.0].map(|x| shift(*family, x)) {
                let (pdf, sf) = family.logarithms(&eta, fixed, log(x));
                let (want_pdf, want_sf) = (log(severity.pdf(x)), log(severity.sf(x)));
                assert!(
                    (pdf - want_pdf).abs() < 1e-12 * (1.0 + pdf.abs()),
                    "{family:?} {x} {pdf} {want_pdf}"
                );
                assert!(
                    (sf - want_sf).abs() < 1e-12 * (1.0 + sf.abs()),
                    "{family:?} {x} {sf} {want_sf}"
                );
            }
        }
    }

    #[test]
    fn scores_and_information_agree_with_differences() {
        let points = |x: &[f64]| Points {
            ln_x: x.iter().map(|x| log(*x)).collect(),
            weight: vec![1.5; x.len()],
        };
        let cell = |low: f64, high: f64| super::super::terms::Cell {
            low: log(low),
            high: log(high),
            weight: 0.7,
        };
        let terms = Terms {
            known: points(&[0.3, 0.9, 2.0, 7.0, 20.0]),
            censored: points(&[1.0, 12.0]),
            entry: points(&[0.1, 0.8]),
            cells: vec![cell(0.0, 1.0), cell(1.0, 4.0), cell(5.0, f64::INFINITY)],
            ..Terms::default()
        };
        let inside =
            |f: &FitFamily| !matches!(f, FitFamily::LogGamma | FitFamily::Beta | FitFamily::MBBEFD);
        for family in FitFamily::ALL.iter().filter(|f| inside(f)) {
            let (eta, fixed) = example(*family);
            let here = family.evaluate(&eta, fixed, &terms);
            assert!(here.value.is_finite());
            for i in 0..eta.len() {
                let at = |s: f64| {
                    let mut eta = eta.clone();
                    eta[i] += s;
                    family.evaluate(&eta, fixed, &terms)
                };
                // Four points: the error is of order h⁴.
                let h = 1e-3;
                let (a, b, c, d) = (at(-2.0 * h), at(-h), at(h), at(2.0 * h));
                let slope = |f: &dyn Fn(&Evaluation) -> f64| {
                    (f(&a) - 8.0 * f(&b) + 8.0 * f(&c) - f(&d)) / (12.0 * h)
                };
                let gradient = slope(&|e| e.value);
                assert!(
                    (here.gradient[i] - gradient).abs() < 1e-8 * (1.0 + gradient.abs()),
                    "{family:?} {i}"
                );
                for j in 0..eta.len() {
                    let hessian = slope(&|e| e.gradient[j]);
                    assert!(
                        (here.hessian[j][i] - hessian).abs() < 1e-8 * (1.0 + hessian.abs()),
                        "{family:?} {i} {j}: {} {hessian}",
                        here.hessian[j][i]
                    );
                }
            }
        }
    }
}
