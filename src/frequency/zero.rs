//! Zero-modified and zero-truncated counts: another probability of no loss at all.
//!
//! With p₀ that of the base and c = P(N > 0)/(1 − p₀): P(N = k) = c·p_k for k ≥ 1, E z^N = 1 − c +
//! c·E z^M (Klugman, Panjer and Willmot, *Loss Models*, 6.6).

use serde::{Deserialize, Serialize};

use super::{C64, Count, Frequency, Panjer, moments, nested, no_parameter, score_by_differences};
use crate::error::{Faults, Issue, Result};
use crate::numeric::{complex_expm1, complex_ln1p};
use crate::random::Stream;

/// The base with P(N = 0) = `zero`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZeroModified {
    pub base: Box<Frequency>,
    pub zero: f64,
    /// P(N > 0), where 1 − zero would round it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<f64>,
}

/// The base given that it is not 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZeroTruncated {
    pub base: Box<Frequency>,
}

impl ZeroModified {
    pub fn new(base: Frequency, zero: f64) -> Result<Self> {
        Self { base: Box::new(base), zero, positive: None }.validated()
    }

    /// Both probabilities given, so that neither is rounded by the other.
    pub fn with_positive(base: Frequency, zero: f64, positive: f64) -> Result<Self> {
        let positive = (positive != 1.0 - zero).then_some(positive);
        Self { base: Box::new(base), zero, positive }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.fraction("ZeroModified", "zero", self.zero);
        if let Some(positive) = self.positive {
            faults.check((self.zero + positive - 1.0).abs() <= 1e-12, || {
                Issue::new("out_of_range", "ZeroModified", "positive")
                    .value(positive)
                    .allowed("1 − zero")
            });
        }
        base(&mut faults, "ZeroModified", &self.base)?;
        faults.finish()?;
        Ok(self)
    }

    fn view(&self) -> View<'_> {
        View::new(&self.base, self.zero, self.positive.unwrap_or(1.0 - self.zero))
    }
}

impl ZeroTruncated {
    pub fn new(base: Frequency) -> Result<Self> {
        Self { base: Box::new(base) }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        base(&mut faults, "ZeroTruncated", &self.base)?;
        faults.finish()?;
        Ok(self)
    }

    fn view(&self) -> View<'_> {
        View::new(&self.base, 0.0, 1.0)
    }
}

fn base(faults: &mut Faults, family: &str, base: &Frequency) -> Result<()> {
    if faults.take(base.check())?.is_some() {
        faults.check(base.sf(0) > 0.0, || {
            Issue::new("out_of_range", family, "base")
                .value("a count that is always 0")
                .allowed("a count that can be positive")
        });
    }
    Ok(())
}

/// What both have in common.
struct View<'a> {
    base: &'a Frequency,
    zero: f64,
    positive: f64,
    /// c.
    factor: f64,
}

/// Largest count to which moments are summed.
const SUMMED: f64 = 4096.0;

impl<'a> View<'a> {
    fn new(base: &'a Frequency, zero: f64, positive: f64) -> Self {
        Self { base, zero, positive, factor: positive / base.sf(0) }
    }

    /// 1 − c, without cancellation.
    fn rest(&self) -> f64 {
        // 1 − c = (P(M > 0) − P(N > 0))/P(M > 0), from the smaller probabilities.
        let some = self.base.sf(0);
        let gap = if some < 0.5 { some - self.positive } else { self.zero - self.base.pmf(0) };
        gap / some
    }

    fn cumulants(&self) -> [f64; 4] {
        let (c, rest) = (self.factor, self.rest());
        let [m, v, third, fourth] = self.base.cumulants();
        let mean = c * m;
        let last = if m < 100.0 { self.base.isf(1e-30) } else { f64::INFINITY };
        if last <= SUMMED {
            return moments::by_summation(self, mean, last as u64);
        }
        // A mixture of 0 and the base.
        let spread = c * rest * m * m;
        let second = c * v + spread;
        let mixed = c * third + 3.0 * rest * c * m * v + spread * (rest - c) * m;
        let central = c * (fourth + 3.0 * v * v)
            + 4.0 * c * rest * m * third
            + 6.0 * c * rest * rest * m * m * v
            + spread * m * m * (c * c + rest * rest - c * rest);
        [mean, second, mixed, central - 3.0 * second * second]
    }
}

impl Count for View<'_> {
    fn pmf(&self, k: u64) -> f64 {
        if k == 0 { self.zero } else { self.factor * self.base.pmf(k) }
    }

    fn ln_pmf(&self, k: u64) -> f64 {
        if k == 0 { libm::log(self.zero) } else { libm::log(self.factor) + self.base.ln_pmf(k) }
    }

    fn sf(&self, k: u64) -> f64 {
        if k == 0 { self.positive } else { self.factor * self.base.sf(k) }
    }

    fn cdf(&self, k: u64) -> f64 {
        let sf = self.sf(k);
        if sf < 0.5 {
            return 1.0 - sf;
        }
        // The difference of the two larger numbers would cancel.
        let (below, none) = (self.base.cdf(k), self.base.pmf(0));
        let some =
            if below > 2.0 * none { below - none } else { self.base.sf(0) - self.base.sf(k) };
        self.zero + self.factor * some
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        moments::factorial(self.cumulants())
    }

    fn cumulants(&self) -> [f64; 4] {
        View::cumulants(self)
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        complex_ln1p(complex_expm1(self.base.ln_pgf(w)) * self.factor)
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        let thin = self.base.thinned(v)?;
        if thin.sf(0) <= 0.0 {
            return Ok(thin);
        }
        let positive = (self.factor * thin.sf(0)).min(1.0);
        // Both terms are positive, or the sum would cancel.
        let zero = if self.factor <= 1.0 {
            (self.rest() + self.factor * thin.pmf(0)).clamp(0.0, 1.0)
        } else {
            1.0 - positive
        };
        ZeroModified::with_positive(thin, zero, positive).map(Into::into)
    }

    fn panjer(&self) -> Option<Panjer> {
        self.base.panjer().map(|panjer| Panjer { class: 1, ..panjer })
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        if self.zero > 0.0 && stream.uniform() < self.zero {
            return 0;
        }
        if self.base.sf(0) > 0.1 {
            loop {
                let n = self.base.draw(stream);
                if n > 0 {
                    return n;
                }
            }
        }
        (self.base.isf(stream.uniform() * self.base.sf(0)) as u64).max(1)
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        nested("base", self.base)
    }

    fn with_parameter(&self, name: &str, _: f64) -> Result<Frequency> {
        Err(no_parameter("ZeroModified", name, &self.parameters()))
    }

    fn score(&self, _: u64) -> Vec<f64> {
        Vec::new()
    }
}

/// What the two hand on to their view.
macro_rules! viewed {
    () => {
        fn pmf(&self, k: u64) -> f64 {
            self.view().pmf(k)
        }
        fn ln_pmf(&self, k: u64) -> f64 {
            self.view().ln_pmf(k)
        }
        fn sf(&self, k: u64) -> f64 {
            self.view().sf(k)
        }
        fn cdf(&self, k: u64) -> f64 {
            self.view().cdf(k)
        }
        fn largest(&self) -> Option<u64> {
            self.base.largest()
        }
        fn factorial_cumulants(&self) -> [f64; 4] {
            self.view().factorial_cumulants()
        }
        fn cumulants(&self) -> [f64; 4] {
            self.view().cumulants()
        }
        fn ln_pgf(&self, w: C64) -> C64 {
            self.view().ln_pgf(w)
        }
        fn thinned(&self, v: f64) -> Result<Frequency> {
            self.view().thinned(v)
        }
        fn panjer(&self) -> Option<Panjer> {
            self.view().panjer()
        }
        fn draw(&self, stream: &mut Stream) -> u64 {
            self.view().draw(stream)
        }
        fn score(&self, n: u64) -> Vec<f64> {
            score_by_differences(self, n)
        }
    };
}

impl Count for ZeroModified {
    viewed!();

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = vec![("zero".to_owned(), self.zero)];
        all.extend(nested("base", &self.base));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name.split_once('.') {
            None if name == "zero" => Self::new((*self.base).clone(), value).map(Into::into),
            Some(("base", rest)) => {
                let base = Box::new(self.base.with_parameter(rest, value)?);
                Self { base, ..self.clone() }.validated().map(Into::into)
            }
            _ => Err(no_parameter("ZeroModified", name, &self.parameters())),
        }
    }
}

impl Count for ZeroTruncated {
    viewed!();

    fn parameters(&self) -> Vec<(String, f64)> {
        nested("base", &self.base)
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        match name.split_once('.') {
            Some(("base", rest)) => {
                Self::new(self.base.with_parameter(rest, value)?).map(Into::into)
            }
            _ => Err(no_parameter("ZeroTruncated", name, &self.parameters())),
        }
    }
}
