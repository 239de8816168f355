//! Layered: min(max(X − attachment, 0), limit), what a layer pays of one loss.
//!
//! Keeps the mass of everything below at 0 and of everything above at the limit; a deductible is a
//! layer without a limit.

use serde::{Deserialize, Serialize};

use super::atoms::{across, may_have};
use super::{Family, Severity, layer_moment_by_quadrature, nested, no_parameter};
use crate::error::{Faults, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layered {
    pub base: Box<Severity>,
    pub attachment: f64,
    /// `None` is unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
}

impl Layered {
    /// A `limit` of infinity is unlimited.
    pub fn new(base: Severity, limit: f64, attachment: f64) -> Result<Self> {
        let limit = (limit != f64::INFINITY).then_some(limit);
        Self { base: Box::new(base), attachment, limit }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.non_negative("Layered", "attachment", self.attachment);
        if let Some(limit) = self.limit {
            faults.positive("Layered", "limit", limit);
        }
        faults.take(self.base.check())?;
        faults.finish()?;
        Ok(self)
    }

    fn limit(&self) -> f64 {
        self.limit.unwrap_or(f64::INFINITY)
    }

    /// x + attachment, on the right side of an atom.
    fn back(&self, x: f64) -> f64 {
        let at = x + self.attachment;
        let other = if at.next_up() - self.attachment <= x {
            at.next_up()
        } else if at - self.attachment > x {
            at.next_down()
        } else {
            at
        };
        across(&self.base, at, other)
    }

    fn pays(&self, x: f64) -> f64 {
        (x - self.attachment).max(0.0).min(self.limit())
    }
}

impl Family for Layered {
    fn sf(&self, x: f64) -> f64 {
        match x {
            x if x < 0.0 => 1.0,
            x if x >= self.limit() => 0.0,
            x => self.base.sf(self.back(x)),
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        match x {
            x if x < 0.0 => 0.0,
            x if x >= self.limit() => 1.0,
            x => self.base.cdf(self.back(x)),
        }
    }

    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= self.limit() { 0.0 } else { self.base.pdf(x + self.attachment) }
    }

    fn log_sf(&self, x: f64) -> f64 {
        if x >= 0.0 && x < self.limit() {
            self.base.log_sf(x + self.attachment)
        } else {
            libm::log(self.sf(x))
        }
    }

    fn log_pdf(&self, x: f64) -> f64 {
        if x > 0.0 && x < self.limit() {
            self.base.log_pdf(x + self.attachment)
        } else {
            f64::NEG_INFINITY
        }
    }

    fn sf_derivatives(&self, x: f64) -> Vec<f64> {
        let inside = x >= 0.0 && x < self.limit();
        let at = x.max(0.0).min(self.limit()) + self.attachment;
        let mut all = vec![-self.base.pdf(at)];
        all.extend(self.limit.map(|_| 0.0));
        all.extend(self.base.sf_derivatives(at));
        if !inside {
            all.fill(0.0);
        }
        all
    }

    fn isf(&self, q: f64) -> f64 {
        self.pays(self.base.isf(q))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.pays(self.base.quantile(p))
    }

    fn moment(&self, k: u32) -> f64 {
        match (k, self.limit) {
            (0, _) => 1.0,
            (1, _) => self.base.layer_mean(self.limit(), self.attachment),
            (2, _) => self.base.layer_moment2(self.limit(), self.attachment),
            (_, Some(limit)) => self.limited_moment(k, limit),
            (_, None) => self.base.excess_moment(k, self.attachment),
        }
    }

    fn excess_moment(&self, k: u32, d: f64) -> f64 {
        match self.limit {
            None => self.base.excess_moment(k, self.attachment + d),
            Some(limit) if d < limit => {
                layer_moment_by_quadrature(self.base.as_ref(), k, limit - d, self.attachment + d)
            }
            Some(_) => 0.0,
        }
    }

    fn excess(&self, d: f64) -> f64 {
        self.base.layer_mean((self.limit() - d).max(0.0), self.attachment + d)
    }

    fn lev(&self, d: f64) -> f64 {
        self.base.layer_mean(d.min(self.limit()), self.attachment)
    }

    fn layer_mean(&self, limit: f64, attachment: f64) -> f64 {
        let limit = limit.min(self.limit() - attachment).max(0.0);
        self.base.layer_mean(limit, self.attachment + attachment)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.base.support();
        (self.pays(low), self.pays(high))
    }

    fn breaks(&self, into: &mut Vec<f64>) {
        let from = into.len();
        self.base.breaks(into);
        for x in &mut into[from..] {
            *x -= self.attachment;
        }
        into.extend(self.limit);
    }

    fn sf_in_place(&self, x: &mut [f64]) {
        let limit = self.limit();
        if !may_have(&self.base) && x.iter().all(|x| (0.0..limit).contains(x)) {
            for x in x.iter_mut() {
                *x += self.attachment;
            }
            self.base.sf_in_place(x);
        } else {
            for x in x {
                *x = self.sf(*x);
            }
        }
    }

    fn sample(&self, u: &mut [f64]) {
        self.base.sample(u);
        for x in u {
            *x = self.pays(*x);
        }
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("attachment".to_owned(), self.attachment)];
        all.extend(self.limit.map(|limit| ("limit".to_owned(), limit)));
        all.extend(nested(&[("base", &self.base)]));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Severity> {
        let mut changed = self.clone();
        match name.split_once('.') {
            None if name == "attachment" => changed.attachment = value,
            None if name == "limit" => changed.limit = Some(value),
            Some(("base", rest)) => changed.base = Box::new(self.base.with_parameter(rest, value)?),
            _ => return Err(no_parameter("Layered", name, &self.parameters())),
        }
        changed.validated().map(Into::into)
    }
}
