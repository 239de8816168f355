//! Beta damage ratio with a mass at total loss: X = 1 with probability `total_loss`, else Beta(a, b).

use serde::{Deserialize, Serialize};

use super::{Family, QuantileTable, integrate, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{beta_c_by_parameters, beta_density, beta_inv, beta_pq};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beta {
    pub a: f64,
    pub b: f64,
    #[serde(default)]
    pub total_loss: f64,
}

impl Beta {
    /// From mean m < 1 and coefficient of variation c < √((1 − m) / m), without total losses:
    /// a + b = (1 − m) / (m c²) − 1.
    pub fn from_mean_cv(mean: f64, cv: f64) -> Result<Self> {
        let mut faults = Faults::new();
        let inside = faults.check(mean > 0.0 && mean < 1.0, || {
            Issue::new("out_of_range", "Beta", "mean").value(mean).allowed("in (0, 1)")
        });
        let top = ((1.0 - mean) / mean).sqrt();
        faults.check(!inside || (cv > 0.0 && cv < top), || {
            Issue::new("out_of_range", "Beta", "cv").value(cv).allowed(format!("in (0, {top})"))
        });
        faults.finish()?;
        let both = (1.0 - mean) / (mean * cv * cv) - 1.0;
        Self::new(mean * both, (1.0 - mean) * both, 0.0)
    }

    pub fn new(a: f64, b: f64, total_loss: f64) -> Result<Self> {
        Self { a, b, total_loss }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.positive("Beta", "a", self.a);
        faults.positive("Beta", "b", self.b);
        faults.fraction("Beta", "total_loss", self.total_loss);
        faults.finish()?;
        Ok(self)
    }

    fn partial(&self) -> f64 {
        1.0 - self.total_loss
    }
}

impl Beta {
    /// E (X − d)₊ of the continuous part.
    fn partial_excess(&self, d: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let y = 1.0 - d;
        let all = a / (a + b) * beta_pq(a + 1.0, b, d, y).1;
        let excess = all - d * beta_pq(a, b, d, y).1;
        if excess > 0.1 * all {
            return excess;
        }
        if y * (a - 1.0).abs() > 1.0 {
            let partial = Self { total_loss: 0.0, ..self.clone() };
            return integrate(&partial, d, y, |x, _| partial.sf(x));
        }
        // ∫ (y − v) v^(b−1) (1 − v)^(a−1) dv / B(a, b), the last power expanded.
        let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
        while k < 200.0 {
            let next = term / ((b + k) * (b + k + 1.0));
            sum += next;
            if f64::abs(next) <= 1e-17 * f64::abs(sum) {
                break;
            }
            k += 1.0;
            term *= (k - a) / k * y;
        }
        beta_density(a, b, d, y) * libm::pow(d, -a) * y * sum
    }
}

impl Family for Beta {
    fn sf(&self, x: f64) -> f64 {
        match x {
            x if x < 0.0 => 1.0,
            x if x >= 1.0 => 0.0,
            x => self.total_loss + self.partial() * beta_pq(self.a, self.b, x, 1.0 - x).1,
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        match x {
            x if x < 0.0 => 0.0,
            x if x >= 1.0 => 1.0,
            x => self.partial() * beta_pq(self.a, self.b, x, 1.0 - x).0,
        }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 {
            return 0.0;
        }
        self.partial() * beta_density(self.a, self.b, x, 1.0 - x) / (x * (1.0 - x))
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        if !(x > 0.0 && x < 1.0) {
            return vec![0.0; 3];
        }
        let (by_a, by_b) = beta_c_by_parameters(self.a, self.b, x, 1.0 - x);
        let below = beta_pq(self.a, self.b, x, 1.0 - x).0;
        vec![self.partial() * by_a, self.partial() * by_b, below]
    }

    fn isf(&self, q: f64) -> f64 {
        if q < self.total_loss || self.partial() == 0.0 {
            return 1.0;
        }
        let upper = (q - self.total_loss) / self.partial();
        beta_inv(self.a, self.b, 1.0 - upper, upper).0
    }

    fn quantile(&self, p: f64) -> f64 {
        let lower = p / self.partial();
        if lower >= 0.5 || self.partial() == 0.0 {
            return self.isf(1.0 - p);
        }
        beta_inv(self.a, self.b, lower, 1.0 - lower).0
    }

    fn variance(&self) -> f64 {
        let (n, p) = (self.a + self.b, self.partial());
        let mean = self.a / n;
        // Within the continuous part, and between it and total loss.
        let miss = self.b / n;
        p * (mean * miss / (n + 1.0)) + p * self.total_loss * miss * miss
    }

    fn skewness(&self) -> f64 {
        let (a, b, p, w) = (self.a, self.b, self.partial(), self.total_loss);
        let n = a + b;
        let (mean, miss) = (a / n, b / n);
        let spread = mean * miss / (n + 1.0);
        let third = 2.0 * (b - a) / (n + 2.0) / n * spread;
        // About the overall mean: the part lies w·miss below it, total loss p·miss above.
        let (below, above) = (w * miss, p * miss);
        let central = p * (third - 3.0 * below * spread - below.powi(3)) + w * above.powi(3);
        let variance = self.variance();
        central / (variance * variance.sqrt())
    }

    fn moment(&self, k: u32) -> f64 {
        let (a, n) = (self.a, self.a + self.b);
        let raw = (0..k).fold(1.0, |m, i| m * (a + f64::from(i)) / (n + f64::from(i)));
        self.total_loss + self.partial() * raw
    }

    fn excess(&self, d: f64) -> f64 {
        if d >= 1.0 {
            return 0.0;
        }
        if d <= 0.0 {
            return self.moment(1);
        }
        self.total_loss * (1.0 - d) + self.partial() * self.partial_excess(d)
    }

    fn lev(&self, d: f64) -> f64 {
        if d >= 1.0 {
            return self.moment(1);
        }
        let mean = self.a / (self.a + self.b);
        let body = mean * beta_pq(self.a + 1.0, self.b, d, 1.0 - d).0;
        self.total_loss * d + self.partial() * (body + d * beta_pq(self.a, self.b, d, 1.0 - d).1)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn sample(&self, u: &mut [f64]) {
        let (total, partial) = (self.total_loss, self.partial());
        if total > 0.0 {
            // What is below the mass at 1 becomes 0, whose quantile is 1.
            for q in u.iter_mut() {
                *q = if *q < total { 0.0 } else { (*q - total) / partial };
            }
        }
        QuantileTable::beta(self.a, self.b).sample(u);
    }

    plain_parameters!(Beta { a, b, total_loss });
}
