//! Compound counts: a primary number of events, each with a secondary number of losses.
//!
//! Probabilities come from a table, made once: by Panjer's recursion where the primary has a stable
//! one (relative accuracy, Panjer and Wang 1993), else by inverting the generating function on a
//! tilted circle (absolute accuracy, Embrechts and Frei 2009). What lies beyond it counts as 0.

use realfft::RealFftPlanner;
use serde::{Deserialize, Serialize};

use super::finite::Finite;
use super::sums::Cache;
use super::{C64, Count, Frequency, moments, nested, no_parameter};
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::complex_expm1;
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompoundCount {
    pub primary: Box<Frequency>,
    pub secondary: Box<Frequency>,
    #[serde(skip)]
    table: Cache<Finite>,
}

/// Longest table, and the shortest that is worth the FFT.
const LONGEST: usize = 1 << 20;
const RECURSIVE: usize = 1 << 14;
/// What the transform may leave of a probability that is 0.
const NOISE: f64 = 2e-16;
/// Refused above this sum of mean and 40 standard deviations.
const WIDEST: f64 = LONGEST as f64;

impl CompoundCount {
    pub fn new(primary: Frequency, secondary: Frequency) -> Result<Self> {
        let (primary, secondary) = (Box::new(primary), Box::new(secondary));
        Self { primary, secondary, table: Cache::default() }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        faults.take(self.primary.check())?;
        faults.take(self.secondary.check())?;
        if faults.is_empty() {
            let reach = self.mean() + 40.0 * self.variance().max(0.0).sqrt();
            faults.check(reach <= WIDEST, || {
                Issue::new("too_large", "CompoundCount", "primary")
                    .value(format!("a mean plus 40 standard deviations of {reach:.4e}"))
                    .allowed("at most 1,048,576")
                    .hint("so many losses are as well described by a NegativeBinomial")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    fn table(&self) -> &Finite {
        self.table.get(|| self.make())
    }

    fn make(&self) -> Finite {
        let sd = self.variance().max(0.0).sqrt();
        let mut n = 256.max((self.mean() + 12.0 * sd) as usize).next_power_of_two();
        let most = self.largest().map_or(f64::INFINITY, |most| most as f64);
        loop {
            let (pmf, exact) = match self.recursion(n) {
                Some(pmf) => (pmf, true),
                None => (self.inversion(n), false),
            };
            let quarter: f64 = pmf[n - n / 4..].iter().sum();
            let total: f64 = pmf.iter().sum();
            let enough = if exact { 1e-40 } else { 0.0 };
            let whole = quarter <= enough && (total - 1.0).abs() < 1e-11;
            if whole || n >= LONGEST || (n as f64) > most {
                return Finite::new(pmf, 0.0);
            }
            n *= 2;
        }
    }

    /// Panjer's recursion of the first n probabilities, if all its terms are positive.
    fn recursion(&self, n: usize) -> Option<Vec<f64>> {
        let panjer = self.primary.panjer().filter(|p| p.a >= 0.0 && p.a + p.b >= 0.0)?;
        let weights: Vec<f64> =
            (0..n.min(RECURSIVE)).map(|k| self.secondary.pmf(k as u64)).collect();
        if n > RECURSIVE {
            return None;
        }
        let none = -self.secondary.sf(0);
        let mut g = vec![0.0; n];
        g[0] = self.primary.ln_pgf(C64::new(none, 0.0)).exp().re;
        if g[0] < 1e-280 {
            return None;
        }
        let extra = if panjer.class == 1 {
            self.primary.pmf(1) - (panjer.a + panjer.b) * self.primary.pmf(0)
        } else {
            0.0
        };
        if extra < 0.0 {
            return None;
        }
        let last = weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
        let scale = 1.0 / (1.0 - panjer.a * weights[0]);
        for k in 1..n {
            let mut sum = extra * weights[k];
            for j in 1..=k.min(last) {
                sum += (panjer.a + panjer.b * (j as f64 / k as f64)) * weights[j] * g[k - j];
            }
            g[k] = scale * sum;
        }
        Some(g)
    }

    /// The first n probabilities from the generating function at 2n points of a circle.
    fn inversion(&self, n: usize) -> Vec<f64> {
        let length = 2 * n;
        let tilt = 6.0 / length as f64;
        let mut spectrum: Vec<C64> = (0..=n)
            .map(|j| {
                let angle = -std::f64::consts::TAU * (j as f64 / length as f64);
                let less = C64::new(-tilt, angle);
                self.ln_pgf(complex_expm1(less)).exp()
            })
            .collect();
        if let [first, .., last] = spectrum.as_mut_slice() {
            (first.im, last.im) = (0.0, 0.0);
        }
        let mut values = vec![0.0; length];
        let plan = RealFftPlanner::<f64>::new().plan_fft_inverse(length);
        if plan.process(&mut spectrum, &mut values).is_err() {
            return vec![f64::NAN; n];
        }
        values.truncate(n);
        for (k, value) in values.iter_mut().enumerate() {
            let p = *value * libm::exp(tilt * k as f64) / length as f64;
            *value = if p > NOISE { p } else { 0.0 };
        }
        values
    }
}

impl Count for CompoundCount {
    fn pmf(&self, k: u64) -> f64 {
        self.table().pmf(k)
    }

    fn sf(&self, k: u64) -> f64 {
        if k == 0 {
            let none = C64::new(-self.secondary.sf(0), 0.0);
            return -libm::expm1(self.primary.ln_pgf(none).re);
        }
        self.table().sf(k)
    }

    fn cdf(&self, k: u64) -> f64 {
        self.table().cdf(k)
    }

    fn largest(&self) -> Option<u64> {
        let (m, k) = (self.primary.largest(), self.secondary.largest());
        if m == Some(0) || k == Some(0) { Some(0) } else { m?.checked_mul(k?) }
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let inner = moments::from_log(self.secondary.factorial_cumulants());
        moments::compose(self.primary.factorial_cumulants(), inner)
    }

    fn cumulants(&self) -> [f64; 4] {
        // ln E e^{tN} is that of the primary at ln E e^{tK}.
        moments::compose(self.primary.cumulants(), self.secondary.cumulants())
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        self.primary.ln_pgf(complex_expm1(self.secondary.ln_pgf(w)))
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new((*self.primary).clone(), self.secondary.thinned(v)?).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let events = self.primary.draw(stream);
        (0..events).map(|_| self.secondary.draw(stream)).sum()
    }

    fn parameters(&self) -> Vec<(String, f64)> {
        let mut all = nested("primary", &self.primary);
        all.extend(nested("secondary", &self.secondary));
        all
    }

    fn with_parameter(&self, name: &str, value: f64) -> Result<Frequency> {
        let (primary, secondary) = (&*self.primary, &*self.secondary);
        match name.split_once('.') {
            Some(("primary", rest)) => {
                Self::new(primary.with_parameter(rest, value)?, secondary.clone())
            }
            Some(("secondary", rest)) => {
                Self::new(primary.clone(), secondary.with_parameter(rest, value)?)
            }
            _ => Err::<Self, Error>(no_parameter("CompoundCount", name, &self.parameters())),
        }
        .map(Into::into)
    }

    fn score(&self, n: u64) -> Vec<f64> {
        self.scores(&[n]).into_iter().map(|column| column[0]).collect()
    }

    fn scores(&self, counts: &[u64]) -> Vec<Vec<f64>> {
        super::scores_by_differences(self, counts)
    }
}
