//! Neyman type A: a Poisson number of clusters, each with a Poisson number of losses.
//!
//! (Neyman 1939, Annals of Mathematical Statistics 10; Johnson, Kemp and Kotz 2005, 9.6.)

use libm::{expm1, log, sqrt};
use serde::{Deserialize, Serialize};

use super::sums::peak_sum;
use super::{C64, Count, Frequency, MOST, Poisson, count_mean, plain_parameters};
use crate::error::{Faults, Issue, Result};
use crate::numeric::complex_expm1;
use crate::random::Stream;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeymanA {
    /// Mean number of clusters.
    pub clusters: f64,
    /// Mean number of losses in each.
    pub size: f64,
}

impl NeymanA {
    pub fn new(clusters: f64, size: f64) -> Result<Self> {
        Self { clusters, size }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        count_mean(&mut faults, "NeymanA", "clusters", self.clusters);
        count_mean(&mut faults, "NeymanA", "size", self.size);
        if faults.is_empty() {
            faults.check(self.clusters * self.size <= MOST, || {
                Issue::new("out_of_range", "NeymanA", "size")
                    .value(self.size)
                    .allowed("clusters · size at most 9e15")
            });
        }
        faults.finish()?;
        Ok(self)
    }

    /// Σ P(j clusters) · f(losses of j clusters), which peaks where their logarithms balance.
    fn mix(&self, k: f64, f: impl Fn(&Poisson) -> f64) -> f64 {
        let (l, s) = (self.clusters, self.size);
        let term = |j: f64| Poisson { mean: l }.pmf(j as u64) * f(&Poisson { mean: j * s });
        if l == 0.0 || s == 0.0 {
            return f(&Poisson { mean: 0.0 });
        }
        // j ln(l/j) + k − s j falls through 0 at the peak.
        let (mut low, mut high) = (0.0, l + k / s + 1.0);
        for _ in 0..60 {
            let j = 0.5 * (low + high);
            if j * log(l / j) + k > s * j {
                low = j;
            } else {
                high = j;
            }
        }
        let peak = low.max(1.0);
        let width = 1.0 / sqrt(1.0 / peak + k / (peak * peak));
        term(0.0) + peak_sum(1.0, f64::INFINITY, peak, width, term)
    }
}

impl Count for NeymanA {
    fn pmf(&self, k: u64) -> f64 {
        if k == 0 {
            return libm::exp(self.clusters * expm1(-self.size));
        }
        self.mix(k as f64, |losses| losses.pmf(k))
    }

    fn sf(&self, k: u64) -> f64 {
        if k == 0 {
            return -expm1(self.clusters * expm1(-self.size));
        }
        if k as f64 > self.mean() {
            return self.mix(k as f64 + 1.0, |losses| losses.sf(k));
        }
        1.0 - self.cdf(k)
    }

    fn cdf(&self, k: u64) -> f64 {
        if k as f64 > self.mean() {
            return 1.0 - self.sf(k);
        }
        self.mix(k as f64, |losses| losses.cdf(k))
    }

    fn factorial_cumulants(&self) -> [f64; 4] {
        let (l, s) = (self.clusters, self.size);
        [l * s, l * s * s, l * s * s * s, l * s * s * s * s]
    }

    fn ln_pgf(&self, w: C64) -> C64 {
        complex_expm1(w * self.size) * self.clusters
    }

    fn thinned(&self, v: f64) -> Result<Frequency> {
        Self::new(self.clusters, self.size * v).map(Into::into)
    }

    fn draw(&self, stream: &mut Stream) -> u64 {
        let clusters = stream.poisson(self.clusters);
        stream.poisson(clusters as f64 * self.size)
    }

    plain_parameters!(NeymanA { clusters, size });

    /// From the posterior mean of the number of clusters.
    fn score(&self, n: u64) -> Vec<f64> {
        let (l, s, k) = (self.clusters, self.size, n as f64);
        let clusters = (k + 1.0) * self.pmf(n + 1) / (s * self.pmf(n));
        vec![clusters / l - 1.0, k / s - clusters]
    }
}
