//! Generalised extreme value: P(X ≤ x) = exp(−(1 + shape (x − location) / scale)^(−1/shape)) for x ≥ 0.
//!
//! Gumbel for shape 0, Fréchet for shape > 0, a finite end for shape < 0 (Jenkinson 1955, Quarterly
//! Journal of the Royal Meteorological Society 81, 158–171). A loss is not negative: what the formula
//! puts below 0 is at 0.

use libm::{log, tgamma};
use serde::{Deserialize, Serialize};

use super::gpd::{hazard, hazard_by_shape};
use super::integral::visible_end;
use super::{
    Family, closed_or, columns, excess_by_quadrature, integrate, lev_by_quadrature,
    plain_parameters,
};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{Double, Hazard, adaptive, gamma_pq};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GEV {
    pub shape: f64,
    pub location: f64,
    pub scale: f64,
}

impl GEV {
    pub fn new(shape: f64, location: f64, scale: f64) -> Result<Self> {
        Self { shape, location, scale }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.finite("GEV", "shape", self.shape);
        faults.finite("GEV", "location", self.location);
        faults.positive("GEV", "scale", self.scale);
        faults.check(!(self.ends().1 <= 0.0), || {
            Issue::new("out_of_range", "GEV", "location")
                .value(self.location)
                .allowed("such that losses above 0 are possible")
        });
        faults.finish()?;
        Ok(self)
    }

    /// Ends of the support before losses below 0 are put at 0.
    fn ends(&self) -> (f64, f64) {
        let end = self.location - self.scale / self.shape;
        match self.shape {
            x if x > 0.0 => (end, f64::INFINITY),
            x if x < 0.0 => (f64::NEG_INFINITY, end),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    fn z(&self, x: f64) -> Double {
        Double::sum(x, -self.location).over(self.scale)
    }

    /// −ln P(X ≤ x), x ≥ 0.
    fn reverse(&self, x: f64) -> Hazard {
        let (low, high) = self.ends();
        match x {
            x if x <= low => Hazard(Double::new(f64::INFINITY)),
            x if x >= high => Hazard(Double::new(0.0)),
            x => Hazard(hazard(self.shape, self.z(x)).neg().exp()),
        }
    }

    fn at(&self, reverse: Hazard) -> f64 {
        let (low, high) = self.ends();
        let y = reverse.0.ln().neg();
        let z = match y.hi {
            f64::INFINITY => return high,
            f64::NEG_INFINITY => return low.max(0.0),
            _ if self.shape.abs() < 1e-20 => y.hi,
            _ => y.times(self.shape).exp_m1() / self.shape,
        };
        (self.location + self.scale * z).max(0.0)
    }
}

impl GEV {
    /// A finite end, and the layer in the upper tail before it.
    fn ends_beyond(&self, x: f64) -> bool {
        self.shape < -0.01 && x > self.location && x < self.ends().1
    }

    /// ∫ S over a layer in v = 1 + shape z, which falls to 0 at the end and keeps its digits there:
    /// σ/|ξ| ∫ (1 − exp(−v^(1/|ξ|))) dv.
    fn up_to_end(&self, limit: f64, attachment: f64) -> f64 {
        let first = self.z(attachment).times(self.shape).add(Double::new(1.0)).hi;
        let (unit, power) = (-self.scale / self.shape, -1.0 / self.shape);
        let width = (limit / unit).min(first);
        let s = |down: f64| -libm::expm1(-libm::pow((first - down).max(0.0), power));
        unit * adaptive(0.0, width, 1e-15, s).0
    }
}

impl Family for GEV {
    fn sf(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { self.reverse(x).cdf() }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.reverse(x).sf() }
    }

    fn pdf(&self, x: f64) -> f64 {
        let (low, high) = self.ends();
        if x <= 0.0 || x <= low || x >= high {
            return 0.0;
        }
        let t = self.reverse(x);
        let width = self.scale + self.shape * (x - self.location);
        if t.0.hi > 800.0 { 0.0 } else { t.0.hi / width * t.sf() }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        let (low, high) = self.ends();
        if x <= 0.0 || x <= low || x >= high {
            return f64::NEG_INFINITY;
        }
        let h = hazard(self.shape, self.z(x)).hi;
        -h - libm::exp(-h) - log(self.scale + self.shape * (x - self.location))
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let t = if x >= 0.0 { self.reverse(x) } else { Hazard(Double::new(f64::INFINITY)) };
        if !(t.0.hi > 0.0 && t.0.hi < 800.0) {
            return vec![0.0; 3];
        }
        // S = 1 − e^−t, ln t = −H(ξ, z).
        let (slope, z) = (t.0.hi * t.sf(), self.z(x).hi);
        let by_location = slope / (self.scale + self.shape * (x - self.location));
        vec![-slope * hazard_by_shape(self.shape, z), by_location, by_location * z]
    }

    fn isf(&self, q: f64) -> f64 {
        self.at(Hazard::of_cdf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(Hazard::of_sf(p))
    }

    fn moment(&self, k: u32) -> f64 {
        match k {
            0 => 1.0,
            _ if self.shape * f64::from(k) >= 1.0 => f64::INFINITY,
            1 => self.excess(0.0),
            _ => {
                let end = visible_end(self);
                let beyond = if self.shape > 0.0 {
                    // What is left of a power tail.
                    f64::from(k) * libm::pow(end, f64::from(k)) * self.sf(end)
                        / (1.0 / self.shape - f64::from(k))
                } else {
                    0.0
                };
                self.limited_moment(k, end) + beyond
            }
        }
    }

    /// σ/ξ (γ(1 − ξ, t) − t^−ξ (1 − e^−t)) beyond d, t = −ln P(X ≤ d).
    fn excess(&self, d: f64) -> f64 {
        let xi = self.shape;
        if xi >= 1.0 {
            return f64::INFINITY;
        }
        let from = d.max(0.0).max(self.ends().0);
        let below = from - d.max(0.0);
        let s = self.sf(from);
        if s == 0.0 {
            return below;
        }
        if self.ends_beyond(from) {
            return below + self.up_to_end(f64::INFINITY, from);
        }
        if xi > 0.05 {
            let t = self.reverse(from).0.hi;
            let power = 1.0 + xi * self.z(from).hi;
            let all = tgamma(1.0 - xi) * gamma_pq(1.0 - xi, t).0;
            let closed = all - if power > 0.0 { power * s } else { 0.0 };
            if closed > 0.04 * all && t < 1e300 {
                return below + self.scale / xi * closed;
            }
        }
        below + closed_or(0.0, 1.0, || excess_by_quadrature(self, from))
    }

    fn lev(&self, d: f64) -> f64 {
        if d == f64::INFINITY { self.moment(1) } else { lev_by_quadrature(self, d) }
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            0.0
        } else if limit == f64::INFINITY {
            self.excess(attachment)
        } else if attachment <= 0.0 {
            self.lev(limit)
        } else if self.ends_beyond(attachment) {
            self.up_to_end(limit, attachment)
        } else {
            integrate(self, attachment, limit, |x, _| self.sf(x))
        }
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.ends();
        (low.max(0.0), high)
    }

    fn sample(&self, u: &mut [f64]) {
        let (shape, scale, location) = (self.shape, self.scale, self.location);
        columns::tiles(u, |tile| {
            columns::ln_hazard_of_cdf(tile);
            if shape.abs() < 1e-20 {
                columns::affine(tile, -scale, location);
            } else {
                columns::times(tile, -shape);
                columns::exp_m1(tile);
                columns::affine(tile, scale / shape, location);
            }
            for x in tile {
                *x = x.max(0.0);
            }
        });
    }

    plain_parameters!(GEV { shape, location, scale });
}
