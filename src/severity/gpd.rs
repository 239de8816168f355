//! Generalised Pareto beyond a threshold: S(x) = (1 + shape (x − threshold) / scale)^(−1/shape).
//!
//! Exponential for shape 0, a finite end for shape < 0 (Pickands 1975; Embrechts, Klüppelberg and
//! Mikosch 1997, *Modelling Extremal Events*, definition 3.4.9).

use libm::{log, log1p};
use serde::{Deserialize, Serialize};

use super::{Family, columns, plain_parameters, shifted};
use crate::error::{Faults, Result};
use crate::numeric::{Double, Hazard, expm1_over};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GPD {
    pub shape: f64,
    pub scale: f64,
    #[serde(default)]
    pub threshold: f64,
}

impl GPD {
    pub fn new(shape: f64, scale: f64, threshold: f64) -> Result<Self> {
        Self { shape, scale, threshold }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.finite("GPD", "shape", self.shape);
        faults.positive("GPD", "scale", self.scale);
        faults.non_negative("GPD", "threshold", self.threshold);
        faults.finish()?;
        Ok(self)
    }

    fn hazard(&self, x: f64) -> Hazard {
        if x >= self.support().1 {
            return Hazard(Double::new(f64::INFINITY));
        }
        let z = Double::sum(x.max(self.threshold), -self.threshold).over(self.scale);
        Hazard(hazard(self.shape, z))
    }

    fn at(&self, hazard: Hazard) -> f64 {
        let h = hazard.0;
        let z =
            if self.shape.abs() < 1e-20 { h.hi } else { h.times(self.shape).exp_m1() / self.shape };
        self.threshold + self.scale * z
    }

    /// The scale of what exceeds x.
    fn scale_at(&self, x: f64) -> f64 {
        let beyond = Double::sum(x.max(self.threshold), -self.threshold);
        if x == f64::INFINITY {
            return if self.shape > 0.0 { x } else { self.scale };
        }
        beyond.times(self.shape).add(Double::new(self.scale)).hi.max(0.0)
    }

    /// E (X − d)ᵏ given X > d, d ≥ threshold: k! σᵏ / ((1 − ξ) … (1 − kξ)).
    fn beyond(&self, k: u32, d: f64) -> f64 {
        if self.shape * f64::from(k) >= 1.0 {
            return f64::INFINITY;
        }
        let scale = self.scale_at(d);
        (1..=k).fold(1.0, |m, i| m * (f64::from(i) * scale / (1.0 - f64::from(i) * self.shape)))
    }
}

/// ln(1 + ξ z) / ξ.
pub(super) fn hazard(shape: f64, z: Double) -> Double {
    let v = z.times(shape);
    if v.hi.abs() < 1e-10 { z.times(1.0 - 0.5 * v.hi) } else { v.ln_1p().over(shape) }
}

/// ∂/∂ξ of ln(1 + ξ z) / ξ = z² (v/(1 + v) − ln(1 + v)) / v², v = ξ z.
pub(super) fn hazard_by_shape(shape: f64, z: f64) -> f64 {
    let v = shape * z;
    if v.abs() > 0.05 {
        return (z / (1.0 + v) - log1p(v) / shape) / shape;
    }
    let (mut sum, mut power, mut n) = (0.0, -1.0, 1.0);
    while f64::abs(power) > 1e-18 {
        sum += power * n / (n + 1.0);
        power *= -v;
        n += 1.0;
    }
    z * z * sum
}

impl Family for GPD {
    fn sf(&self, x: f64) -> f64 {
        self.hazard(x).sf()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.hazard(x).cdf()
    }

    fn pdf(&self, x: f64) -> f64 {
        let scale = self.scale_at(x);
        if x < self.threshold || scale == 0.0 { 0.0 } else { self.sf(x) / scale }
    }

    fn log_sf(&self, x: f64) -> f64 {
        self.hazard(x).log_sf()
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x < self.threshold { f64::NEG_INFINITY } else { self.log_sf(x) - log(self.scale_at(x)) }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let (s, z) = (self.sf(x), (x - self.threshold) / self.scale);
        if !(s > 0.0 && z > 0.0) {
            return vec![0.0; 3];
        }
        let density = self.pdf(x);
        vec![-s * hazard_by_shape(self.shape, z), density * z, density]
    }

    fn isf(&self, q: f64) -> f64 {
        if q == 0.0 { self.support().1 } else { self.at(Hazard::of_sf(q)) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p == 1.0 { self.support().1 } else { self.at(Hazard::of_cdf(p)) }
    }

    fn moment(&self, k: u32) -> f64 {
        self.excess_moment(k, 0.0)
    }

    fn variance(&self) -> f64 {
        if self.shape >= 0.5 {
            return f64::INFINITY;
        }
        let unit = self.scale / (1.0 - self.shape);
        unit * unit / (1.0 - 2.0 * self.shape)
    }

    fn skewness(&self) -> f64 {
        let xi = self.shape;
        if xi >= 1.0 / 3.0 {
            return f64::INFINITY;
        }
        2.0 * (1.0 + xi) * (1.0 - 2.0 * xi).sqrt() / (1.0 - 3.0 * xi)
    }

    fn excess(&self, d: f64) -> f64 {
        self.excess_moment(1, d)
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        if d >= self.threshold {
            let s = self.sf(d);
            return if s > 0.0 { s * self.beyond(k, d) } else { 0.0 };
        }
        shifted(k, self.threshold - d.max(0.0), |j| self.beyond(j, self.threshold))
    }

    fn lev(&self, d: f64) -> f64 {
        self.layer_mean(d, 0.0)
    }

    /// σ S(a) H expm1((ξ − 1) H) / ((ξ − 1) H), H = ln(1 + ξ l / σ) / ξ and σ the scale beyond a.
    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        if limit <= 0.0 {
            return 0.0;
        }
        let below = (self.threshold - attachment).max(0.0);
        if limit <= below {
            return limit;
        }
        let from = attachment.max(self.threshold);
        let (scale, s) = (self.scale_at(from), self.sf(from));
        if !(scale > 0.0 && s > 0.0) {
            return below;
        }
        let width = (limit - below).min(self.support().1 - from);
        if width == f64::INFINITY {
            return below + self.excess(from);
        }
        if self.shape * (width / scale) <= -1.0 {
            return below + s * self.beyond(1, from);
        }
        let h = hazard(self.shape, Double::ratio(width, scale)).hi;
        below + scale * s * h * expm1_over((self.shape - 1.0) * h)
    }

    fn support(&self) -> (f64, f64) {
        let end =
            if self.shape < 0.0 { self.threshold - self.scale / self.shape } else { f64::INFINITY };
        (self.threshold, end)
    }

    fn sample(&self, u: &mut [f64]) {
        let (shape, scale, threshold) = (self.shape, self.scale, self.threshold);
        columns::tiles(u, |tile| {
            columns::ln(tile);
            if shape.abs() < 1e-20 {
                columns::affine(tile, -scale, threshold);
            } else {
                columns::times(tile, -shape);
                columns::exp_m1(tile);
                columns::affine(tile, scale / shape, threshold);
            }
        });
    }

    plain_parameters!(GPD { shape, scale, threshold });
}
