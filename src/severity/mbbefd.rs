//! MBBEFD damage ratios of property risks (Bernegger 1997, ASTIN Bulletin 27(1), 99–111).
//!
//! S(x) = (1 − b) / ((g − 1) b^(1−x) + 1 − g b) for x < 1 and a mass 1/g at total loss; the limited
//! expected value is the mean times the exposure curve G.

use libm::{exp, expm1, log, log1p, pow};
use serde::{Deserialize, Serialize};

use super::{Family, columns, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::adaptive;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MBBEFD {
    pub b: f64,
    pub g: f64,
}

impl MBBEFD {
    pub fn new(b: f64, g: f64) -> Result<Self> {
        Self { b, g }.validated()
    }

    /// The one-parameter family of the Swiss Re curves: b = e^(3.1−0.15c(1+c)), g = e^(c(0.78+0.12c)).
    ///
    /// c = 1.5, 2, 3, 4 approximate Y1–Y4 and c = 5 the Lloyd's curve (Bernegger 1997, section 4.3).
    pub fn swiss_re(c: f64) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("MBBEFD", "c", c);
        faults.finish()?;
        Self::new(exp(3.1 - 0.15 * c * (1.0 + c)), exp(c * (0.78 + 0.12 * c)))
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("MBBEFD", "b", self.b);
        faults.check(self.g.is_finite() && self.g >= 1.0, || {
            Issue::new("out_of_range", "MBBEFD", "g").value(self.g).allowed("a finite number ≥ 1")
        });
        faults.finish()?;
        Ok(self)
    }

    /// Every loss is total.
    fn always_total(&self) -> bool {
        self.g == 1.0 || self.b == 0.0
    }

    /// Exposure curve G(x): share of the risk premium for losses up to x of the sum insured.
    pub fn exposure_curve(&self, x: f64) -> f64 {
        let (b, g) = (self.b, self.g);
        match x {
            x if x <= 0.0 => 0.0,
            x if x >= 1.0 => 1.0,
            x if self.always_total() => x,
            x if b == 1.0 => log1p((g - 1.0) * x) / log(g),
            x if g * b == 1.0 => expm1(x * log(b)) / (b - 1.0),
            x => log1p((1.0 - g * b) * expm1(x * log(b)) / (1.0 - b)) / log(g * b),
        }
    }

    /// P(X ≤ x) / P(X > x), x in [0, 1), for losses that are not always total.
    fn odds(&self, x: f64) -> f64 {
        let (b, g) = (self.b, self.g);
        if b == 1.0 { (g - 1.0) * x } else { (g - 1.0) * b * (expm1(-x * log(b)) / (1.0 - b)) }
    }

    /// The smallest x with these odds.
    fn at_odds(&self, odds: f64) -> f64 {
        let (b, g) = (self.b, self.g);
        if b == 1.0 {
            return odds / (g - 1.0);
        }
        (-log1p((1.0 - b) * odds / (b * (g - 1.0))) / log(b)).clamp(0.0, 1.0)
    }

    fn mean(&self) -> f64 {
        let (b, g) = (self.b, self.g);
        if self.always_total() {
            1.0
        } else if b == 1.0 {
            log(g) / (g - 1.0)
        } else if g * b == 1.0 {
            (b - 1.0) / log(b)
        } else {
            log(g * b) * (1.0 - b) / (log(b) * (1.0 - g * b))
        }
    }
}

impl Family for MBBEFD {
    fn sf(&self, x: f64) -> f64 {
        match x {
            x if x < 0.0 => 1.0,
            x if x >= 1.0 => 0.0,
            _ if self.always_total() => 1.0,
            // The formula above without its cancellation next to b = 1.
            x => 1.0 / (1.0 + self.odds(x)),
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if !(0.0..1.0).contains(&x) || self.always_total() {
            return 1.0 - self.sf(x);
        }
        let odds = self.odds(x);
        if odds < f64::INFINITY { odds / (1.0 + odds) } else { 1.0 }
    }

    fn pdf(&self, x: f64) -> f64 {
        let (b, g) = (self.b, self.g);
        if !(0.0..1.0).contains(&x) || self.always_total() {
            return 0.0;
        }
        let s = self.sf(x);
        if b == 1.0 {
            return (g - 1.0) * s * s;
        }
        -(g - 1.0) * log(b) * pow(b, 1.0 - x) * s * s / (1.0 - b)
    }

    fn isf(&self, q: f64) -> f64 {
        if self.always_total() || q * self.g <= 1.0 {
            return if q >= 1.0 { 0.0 } else { 1.0 };
        }
        self.at_odds((1.0 - q) / q)
    }

    fn quantile(&self, p: f64) -> f64 {
        if p >= 0.5 || self.always_total() || (1.0 - p) * self.g <= 1.0 {
            return self.isf(1.0 - p);
        }
        self.at_odds(p / (1.0 - p))
    }

    fn moment(&self, k: u32) -> f64 {
        if k == 1 {
            return self.mean();
        }
        self.limited_moment(k, 1.0)
    }

    fn excess(&self, d: f64) -> f64 {
        if d >= 1.0 {
            0.0
        } else if d > 0.5 {
            // mean·(1 − G) would cancel near the top.
            let y = 1.0 - d;
            adaptive(0.0, y, 1e-15, |t| self.sf((d + t).min(1f64.next_down()))).0
        } else {
            self.mean() * (1.0 - self.exposure_curve(d))
        }
    }

    fn lev(&self, d: f64) -> f64 {
        self.mean() * self.exposure_curve(d)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn sample(&self, u: &mut [f64]) {
        let (b, g) = (self.b, self.g);
        if self.always_total() {
            return u.fill(1.0);
        }
        // x of the odds, less than 1 unless the loss is total; see `at_odds`.
        let top = g - 1.0;
        let (factor, rate) = if b == 1.0 {
            (1.0 / (g - 1.0), 1.0)
        } else {
            ((1.0 - b) / (b * (g - 1.0)), -1.0 / log(b))
        };
        columns::tiles(u, |tile| {
            let mut total = [false; columns::TILE];
            for (u, total) in tile.iter_mut().zip(&mut total) {
                let odds = (1.0 - *u) / *u;
                *total = odds >= top;
                *u = if *total { 0.0 } else { odds * factor };
            }
            if b != 1.0 {
                columns::ln_1p(tile);
            }
            for (x, total) in tile.iter_mut().zip(&total) {
                *x = if *total { 1.0 } else { (*x * rate).clamp(0.0, 1.0) };
            }
        });
    }

    plain_parameters!(MBBEFD { b, g });
}
