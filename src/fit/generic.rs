//! Densities without derivatives of their own: jets from differences of ln f and ln S.
//!
//! Five points in each coordinate and four on each diagonal, 1/500 apart, so that the first two
//! derivatives have errors of order h⁴: about 1e-10 of a score, 1e-8 of the information.

use libm::{exp, log};

use super::density::Density;
use super::family::FitFamily;
use super::jet::{Jet, Two};
use super::special::log1p_ratio;
use crate::severity::{Family, Severity};

const STEP: f64 = 2e-3;

/// The same severity at all points around the parameters.
pub struct Differences<const N: usize> {
    centre: Option<Severity>,
    /// At −2, −1, 1, 2 steps in each coordinate.
    along: [[Option<Severity>; 4]; N],
    /// The same along the diagonal of two coordinates, the lower first.
    across: Vec<[Option<Severity>; 4]>,
}

impl<const N: usize> Differences<N> {
    fn of(family: FitFamily, eta: &[f64; N], fixed: f64) -> Self {
        let around = |i: usize, j: Option<usize>| {
            [-2.0, -1.0, 1.0, 2.0].map(|k| {
                let mut at = *eta;
                at[i] += k * STEP;
                if let Some(j) = j {
                    at[j] += k * STEP;
                }
                family.severity(&family.natural(&at), fixed).ok()
            })
        };
        let pairs = (0..N).flat_map(|i| (0..i).map(move |j| (i, j)));
        Self {
            centre: family.severity(&family.natural(eta), fixed).ok(),
            along: std::array::from_fn(|i| around(i, None)),
            across: pairs.map(|(i, j)| around(i, Some(j))).collect(),
        }
    }

    fn jet(&self, f: impl Fn(&Severity) -> f64) -> Jet<N> {
        let at = |severity: &Option<Severity>| severity.as_ref().map_or(f64::NAN, &f);
        let middle = at(&self.centre);
        let slope = |v: [f64; 4]| ((v[0] - v[3]) + 8.0 * (v[2] - v[1])) / (12.0 * STEP);
        let bend = |v: [f64; 4]| {
            (16.0 * (v[1] + v[2]) - (v[0] + v[3]) - 30.0 * middle) / (12.0 * STEP * STEP)
        };
        let mut jet = Jet::constant(middle);
        for i in 0..N {
            let v = self.along[i].each_ref().map(at);
            (jet.g[i], jet.h[i][i]) = (slope(v), bend(v));
        }
        // Along a diagonal the second derivative is h_ii + 2 h_ij + h_jj.
        let mut across = self.across.iter();
        for i in 0..N {
            for j in 0..i {
                let Some(points) = across.next() else { continue };
                let mixed = 0.5 * (bend(points.each_ref().map(at)) - jet.h[i][i] - jet.h[j][j]);
                (jet.h[i][j], jet.h[j][i]) = (mixed, mixed);
            }
        }
        jet
    }

    fn ln_pdf(&self, ln_x: f64) -> Jet<N> {
        let x = exp(ln_x);
        self.jet(|severity| {
            let end = severity.support().1;
            // The mass at the end, as of a total loss.
            if x == end { log(severity.sf(end.next_down())) } else { severity.log_pdf(x) }
        })
    }

    fn ln_sf(&self, ln_x: f64) -> Jet<N> {
        let x = exp(ln_x);
        self.jet(|severity| severity.log_sf(x))
    }
}

macro_rules! by_differences {
    ($($name:ident($n:literal))*) => {$(
        pub struct $name(Differences<$n>);

        impl Density<$n> for $name {
            fn at(eta: &[f64; $n], fixed: f64) -> Self {
                Self(Differences::of(FitFamily::$name, eta, fixed))
            }
            fn ln_pdf(&self, ln_x: f64) -> Jet<$n> {
                self.0.ln_pdf(ln_x)
            }
            fn ln_sf(&self, ln_x: f64) -> Jet<$n> {
                self.0.ln_sf(ln_x)
            }
        }
    )*};
}

by_differences! { GB2(4) LogT(3) Beta(2) MBBEFD(2) }

/// ln F = −e^−A, ln f = −ln scale − (1 + ξ) A − e^−A, A = ln(1 + ξw)/ξ, w = (x − location)/scale.
pub struct GEV {
    xi: Jet<3>,
    location: Jet<3>,
    ln_scale: Jet<3>,
}

impl GEV {
    fn reduced(&self, ln_x: f64) -> Jet<3> {
        let w = (-self.location + exp(ln_x)) * (-self.ln_scale).exp();
        cumulative_hazard(self.xi, w)
    }
}

impl Density<3> for GEV {
    fn at(eta: &[f64; 3], _: f64) -> Self {
        let [xi, ln_location, ln_scale] = Jet::parameters(eta);
        Self { xi, location: ln_location.exp(), ln_scale }
    }
    fn ln_pdf(&self, ln_x: f64) -> Jet<3> {
        let a = self.reduced(ln_x);
        -self.ln_scale - (self.xi + 1.0) * a - (-a).exp()
    }
    fn ln_sf(&self, ln_x: f64) -> Jet<3> {
        let a = self.reduced(ln_x);
        if a.v.is_nan() && self.xi.v > 0.0 {
            return Jet::constant(0.0);
        }
        (-(-a).exp()).ln_less_exp()
    }
}

/// A(ξ, w) = w g(ξw), g(p) = ln(1 + p)/p; NaN outside the support.
pub(super) fn cumulative_hazard<const N: usize>(xi: Jet<N>, w: Jet<N>) -> Jet<N> {
    let p = xi.v * w.v;
    if p <= -1.0 {
        return Jet::constant(f64::NAN);
    }
    let (g, g1, g2) = log1p_ratio(p);
    let r = 1.0 / (1.0 + p);
    let two = Two {
        v: w.v * g,
        x: w.v * w.v * g1,
        y: r,
        xx: w.v * w.v * w.v * g2,
        xy: -w.v * r * r,
        yy: -xi.v * r * r,
    };
    xi.map2(w, two)
}
