//! Piecewise: Σ slope · (what a layer pays of X), any continuous non-decreasing piecewise linear map.
//!
//! The net of shares and layers of each loss is one, so that what follows them is as exact as the loss.

use serde::{Deserialize, Serialize};

use super::{Family, Severity, nested, no_parameter};
use crate::error::{Faults, Issue, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piecewise {
    pub base: Box<Severity>,
    /// Where the slope changes: ascending, from 0.
    pub knots: Vec<f64>,
    /// Slope from each knot to the next, the last without end; ≥ 0.
    pub slopes: Vec<f64>,
}

impl Piecewise {
    pub fn new(base: Severity, knots: Vec<f64>, slopes: Vec<f64>) -> Result<Self> {
        Self { base: Box::new(base), knots, slopes }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let ascending = self.knots.first() == Some(&0.0)
            && self.knots.iter().all(|k| k.is_finite())
            && self.knots.windows(2).all(|w| w[0] < w[1]);
        faults.check(ascending, || {
            Issue::new("out_of_range", "Piecewise", "knots")
                .value(format!("{:?}", self.knots))
                .allowed("ascending finite numbers from 0")
        });
        let one_each = self.slopes.len() == self.knots.len()
            && self.slopes.iter().all(|s| s.is_finite() && *s >= 0.0);
        faults.check(one_each, || {
            Issue::new("out_of_range", "Piecewise", "slopes")
                .value(format!("{:?}", self.slopes))
                .allowed("one finite number ≥ 0 for each knot")
        });
        faults.take(self.base.check())?;
        faults.finish()?;
        Ok(self)
    }

    fn end(&self, j: usize) -> f64 {
        self.knots.get(j + 1).copied().unwrap_or(f64::INFINITY)
    }

    fn pays(&self, x: f64) -> f64 {
        let mut total = 0.0;
        for (j, (knot, slope)) in self.knots.iter().zip(&self.slopes).enumerate() {
            if x <= *knot {
                break;
            }
            if *slope > 0.0 {
                total += slope * (x.min(self.end(j)) - knot);
            }
        }
        total
    }

    /// Largest x with `pays(x)` ≤ y.
    fn inverse(&self, y: f64) -> f64 {
        let mut left = y;
        for (j, (knot, slope)) in self.knots.iter().zip(&self.slopes).enumerate() {
            let width = self.end(j) - knot;
            let rise = if *slope > 0.0 { slope * width } else { 0.0 };
            if left < rise {
                return knot + left / slope;
            }
            left -= rise;
        }
        f64::INFINITY
    }

    /// ∫ of the survival function over (attachment, attachment + limit), piece by piece.
    fn area(&self, limit: f64, attachment: f64) -> f64 {
        let (mut total, mut from) = (0.0, 0.0);
        for (j, (knot, slope)) in self.knots.iter().zip(&self.slopes).enumerate() {
            if *slope == 0.0 {
                continue;
            }
            let rise = slope * (self.end(j) - knot);
            // How far into the piece the layer starts, and what of it lies there.
            let into = (attachment - from).max(0.0);
            let taken = (from - attachment).max(0.0);
            let width = (rise - into).min(limit - taken);
            if width > 0.0 {
                total += slope * self.base.layer_mean(width / slope, knot + into / slope);
            }
            from += rise;
        }
        total
    }
}

impl Family for Piecewise {
    fn sf(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { self.base.sf(self.inverse(x)) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.base.cdf(self.inverse(x)) }
    }

    fn pdf(&self, y: f64) -> f64 {
        if y <= 0.0 {
            return 0.0;
        }
        let x = self.inverse(y);
        let j = self.knots.partition_point(|k| *k <= x).saturating_sub(1);
        if self.slopes[j] > 0.0 && x.is_finite() { self.base.pdf(x) / self.slopes[j] } else { 0.0 }
    }

    fn isf(&self, q: f64) -> f64 {
        self.pays(self.base.isf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.pays(self.base.quantile(p))
    }

    fn moment(&self, k: u32) -> f64 {
        let top = self.support().1;
        match k {
            0 => 1.0,
            1 => self.area(f64::INFINITY, 0.0),
            _ if top.is_finite() => self.limited_moment(k, top),
            _ if !self.base.moment(k).is_finite() => f64::INFINITY,
            // Beyond what quadrature can see nothing is left of a finite moment.
            _ => self.limited_moment(k, self.isf(1e-300).min(1e300)),
        }
    }

    fn excess(&self, d: f64) -> f64 {
        self.area(f64::INFINITY, d)
    }

    fn lev(&self, d: f64) -> f64 {
        self.area(d, 0.0)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        self.area(limit, attachment)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        (self.pays(low), self.pays(high))
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        let from = into.len();
        self.base.breaks(into);
        for x in &mut into[from..] {
            *x = self.pays(*x);
        }
        into.extend(self.knots.iter().map(|k| self.pays(*k)));
    }

    fn sample(&self, u: &mut [f64]) {
        self.base.sample(u);
        for x in u {
            *x = self.pays(*x);
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        nested(&[("base", &self.base)])
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        match name.split_once('.') {
            Some(("base", rest)) => {
                let base = self.base.with_parameter(rest, value)?;
                Self::new(base, self.knots.clone(), self.slopes.clone()).map(Into::into)
            }
            _ => Err(no_parameter("Piecewise", name, &self.parameters())),
        }
    }
}
