//! Fitting counts by maximum likelihood, each with an exposure of its own.
//!
//! An observation of exposure e has mean rate·e. What else a family has does not depend on exposure:
//! the shape of a negative binomial, the relative shape of a Poisson–inverse Gaussian (mixing variable
//! of mean 1), the share of risks that can have losses at all. The log-likelihood is maximised by
//! Newton's method with exact scores in logarithms of the parameters; their differences give the
//! observed information, the likelihood itself the intervals (profile likelihood, Wilks 1938).

use std::collections::HashMap;

use super::{
    Binomial, Count, Frequency, Geometric, MOST, NegativeBinomial, Poisson, PoissonInverseGaussian,
    ZeroModified,
};
use crate::error::{Error, Faults, Issue, Result};
use crate::numeric::{brent, gamma_pq, gamma_q_inv};

/// Families that can be fitted; `+ zeros` has another probability of no loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountFamily {
    Poisson,
    Geometric,
    NegativeBinomial,
    PoissonInverseGaussian,
    ZeroModifiedPoisson,
    ZeroModifiedNegativeBinomial,
    Binomial,
}

use CountFamily as Is;

impl CountFamily {
    pub const ALL: [Self; 7] = [
        Is::Poisson,
        Is::Geometric,
        Is::NegativeBinomial,
        Is::PoissonInverseGaussian,
        Is::ZeroModifiedPoisson,
        Is::ZeroModifiedNegativeBinomial,
        Is::Binomial,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Is::Poisson => "Poisson",
            Is::Geometric => "Geometric",
            Is::NegativeBinomial => "NegativeBinomial",
            Is::PoissonInverseGaussian => "PoissonInverseGaussian",
            Is::ZeroModifiedPoisson => "ZeroModifiedPoisson",
            Is::ZeroModifiedNegativeBinomial => "ZeroModifiedNegativeBinomial",
            Is::Binomial => "Binomial",
        }
    }

    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name).ok_or_else(|| {
            Issue::unknown("fit.frequency", "families", name, Self::ALL.map(Self::name))
                .into_error()
        })
    }

    /// Names of the parameters.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Is::Poisson | Is::Geometric => &["rate"],
            Is::NegativeBinomial | Is::PoissonInverseGaussian => &["rate", "shape"],
            Is::ZeroModifiedPoisson => &["rate", "exposed"],
            Is::ZeroModifiedNegativeBinomial => &["rate", "shape", "exposed"],
            Is::Binomial => &["p"],
        }
    }

    fn zeros(self) -> bool {
        matches!(self, Is::ZeroModifiedPoisson | Is::ZeroModifiedNegativeBinomial)
    }

    /// The family below the modified zeros, at parameters and an exposure.
    fn base(self, at: &[f64], exposure: f64) -> Option<Frequency> {
        let mean = at[0] * exposure;
        let made = match self {
            Is::Poisson | Is::ZeroModifiedPoisson => Poisson::new(mean).map(Into::into),
            Is::Geometric => Geometric::new(mean).map(Into::into),
            Is::NegativeBinomial | Is::ZeroModifiedNegativeBinomial => {
                NegativeBinomial::new(mean, at[1]).map(Into::into)
            }
            Is::PoissonInverseGaussian => {
                PoissonInverseGaussian::new(mean, at[1] * mean).map(Into::into)
            }
            Is::Binomial if exposure.fract() != 0.0 || exposure < 0.0 => return None,
            Is::Binomial => Binomial::new(exposure as u64, at[0]).map(Into::into),
        };
        made.ok()
    }

    /// The count of a given exposure at given parameters.
    pub fn frequency(self, at: &[f64], exposure: f64) -> Result<Frequency> {
        let refused = || {
            Error::numeric(
                format!("fit.{}", self.name()),
                format!("no such count at exposure {exposure}"),
            )
        };
        let base = self.base(at, exposure).ok_or_else(refused)?;
        if !self.zeros() || base.sf(0) <= 0.0 {
            return Ok(base);
        }
        let exposed = at[at.len() - 1];
        let positive = exposed * base.sf(0);
        if positive > 1.0 {
            return Err(refused());
        }
        ZeroModified::with_positive(base, 1.0 - positive, positive).map(Into::into)
    }

    /// ln P(N = k) and its derivatives by the logarithms of the parameters (the logit of p).
    fn term(self, at: &[f64], k: u64, exposure: f64) -> Option<(f64, [f64; 3])> {
        let base = self.base(at, exposure)?;
        let score = base.score(k);
        let mean = at[0] * exposure;
        let mut slopes = match self {
            Is::Poisson | Is::Geometric | Is::ZeroModifiedPoisson => [score[0] * mean, 0.0, 0.0],
            Is::NegativeBinomial | Is::ZeroModifiedNegativeBinomial => {
                [score[0] * mean, score[1] * at[1], 0.0]
            }
            Is::PoissonInverseGaussian => {
                let shape = score[1] * at[1] * mean;
                [score[0] * mean + shape, shape, 0.0]
            }
            Is::Binomial => [score[1] * at[0] * (1.0 - at[0]), 0.0, 0.0],
        };
        if !self.zeros() {
            return Some((base.ln_pmf(k), slopes));
        }
        let (last, exposed) = (at.len() - 1, at[at.len() - 1]);
        // No distribution, whatever was seen.
        if exposed * base.sf(0) > 1.0 {
            return None;
        }
        if k > 0 {
            slopes[last] = 1.0;
            return Some((base.ln_pmf(k) + libm::log(exposed), slopes));
        }
        let (some, none) = (exposed * base.sf(0), exposed * base.pmf(0));
        let zero = 1.0 - some;
        if zero <= 0.0 {
            return None;
        }
        for slope in &mut slopes[..last] {
            *slope *= none / zero;
        }
        slopes[last] = -some / zero;
        Some((libm::log1p(-some), slopes))
    }
}

/// Counts with their exposures, equal ones together.
#[derive(Debug, Clone)]
pub struct Counts {
    /// Count, exposure, how often.
    cells: Vec<(u64, f64, f64)>,
    pub observations: usize,
    pub claims: f64,
    pub exposure: f64,
}

impl Counts {
    /// Checks every count and exposure; one exposure serves all.
    pub fn new(counts: &[f64], exposure: &[f64]) -> Result<Self> {
        let mut faults = Faults::new();
        let at = |field: &str, value: String| {
            Issue::new("out_of_range", "fit.frequency", field).value(value)
        };
        faults.check(!counts.is_empty(), || {
            at("counts", "none".into()).allowed("at least one count")
        });
        faults.check(exposure.len() == 1 || exposure.len() == counts.len(), || {
            at("exposure", format!("{} numbers for {} counts", exposure.len(), counts.len()))
                .allowed("one number, or one for each count")
        });
        for (row, k) in counts.iter().enumerate() {
            faults.check((0.0..=MOST).contains(k) && k.fract() == 0.0, || {
                at("counts", format!("{k} in row {row}")).allowed("whole numbers ≥ 0")
            });
        }
        for (row, e) in exposure.iter().enumerate() {
            faults.check(e.is_finite() && *e >= 0.0, || {
                at("exposure", format!("{e} in row {row}")).allowed("finite numbers ≥ 0")
            });
        }
        faults.finish()?;
        let exposure_of = |i: usize| if exposure.len() == 1 { exposure[0] } else { exposure[i] };
        let mut cells: HashMap<(u64, u64), f64> = HashMap::new();
        for (row, k) in counts.iter().enumerate() {
            let e = exposure_of(row);
            faults_without_exposure(*k, e, row)?;
            if e > 0.0 {
                *cells.entry((*k as u64, e.to_bits())).or_default() += 1.0;
            }
        }
        let mut cells: Vec<(u64, f64, f64)> =
            cells.into_iter().map(|((k, e), n)| (k, f64::from_bits(e), n)).collect();
        cells.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let total = |f: fn(&(u64, f64, f64)) -> f64| cells.iter().map(f).sum::<f64>();
        let (claims, exposed) = (total(|c| c.0 as f64 * c.2), total(|c| c.1 * c.2));
        if exposed == 0.0 {
            return Err(at("exposure", "0 in all".into()).allowed("some exposure").into());
        }
        let observations = total(|c| c.2) as usize;
        Ok(Self { cells, observations, claims, exposure: exposed })
    }

    /// Pearson's Σ (k − μ)²/μ of the Poisson, its degrees of freedom and P(χ² above it).
    pub fn dispersion(&self) -> (f64, f64, f64) {
        let rate = self.claims / self.exposure;
        let chi2: f64 = self
            .cells
            .iter()
            .map(|(k, e, n)| n * (*k as f64 - rate * e).powi(2) / (rate * e))
            .sum();
        let df = self.observations as f64 - 1.0;
        (chi2, df, if df > 0.0 { gamma_pq(0.5 * df, 0.5 * chi2).1 } else { f64::NAN })
    }

    /// Number of observations with each count up to `most`, the last one with all above.
    pub fn observed(&self, most: u64) -> Vec<f64> {
        let mut all = vec![0.0; most as usize + 1];
        for (k, _, n) in &self.cells {
            all[(*k).min(most) as usize] += n;
        }
        all
    }

    /// Expected numbers beside [`Counts::observed`].
    pub fn expected(&self, fit: &CountFit, most: u64) -> Result<Vec<f64>> {
        let mut all = vec![0.0; most as usize + 1];
        let mut exposures: HashMap<u64, f64> = HashMap::new();
        for (_, e, n) in &self.cells {
            *exposures.entry(e.to_bits()).or_default() += n;
        }
        let mut exposures: Vec<(u64, f64)> = exposures.into_iter().collect();
        exposures.sort_unstable_by_key(|(e, _)| *e);
        for (e, n) in exposures {
            let frequency = fit.family.frequency(&fit.parameters, f64::from_bits(e))?;
            for (k, all) in (0..most).zip(all.iter_mut()) {
                *all += n * frequency.pmf(k);
            }
            let above = if most == 0 { 1.0 } else { frequency.sf(most - 1) };
            all[most as usize] += n * above;
        }
        Ok(all)
    }
}

fn faults_without_exposure(k: f64, e: f64, row: usize) -> Result<()> {
    if e == 0.0 && k > 0.0 {
        return Err(Issue::new("out_of_range", "fit.frequency", "exposure")
            .value(format!("0 in row {row} with {k} losses"))
            .allowed("a number > 0 where there are losses")
            .into());
    }
    Ok(())
}

/// One family fitted.
#[derive(Debug, Clone)]
pub struct CountFit {
    pub family: CountFamily,
    pub parameters: Vec<f64>,
    /// NaN where the likelihood has no maximum inside.
    pub standard_errors: Vec<f64>,
    pub log_likelihood: f64,
    /// `converged`, or why not.
    pub status: String,
    observations: usize,
}

impl CountFit {
    pub fn aic(&self) -> f64 {
        2.0 * (self.parameters.len() as f64 - self.log_likelihood)
    }

    pub fn bic(&self) -> f64 {
        self.parameters.len() as f64 * (self.observations as f64).ln() - 2.0 * self.log_likelihood
    }
}

/// Parameters from the scale of the search, and back.
fn outside(family: CountFamily, theta: &[f64]) -> Vec<f64> {
    let natural = |t: f64| {
        if family == Is::Binomial { 1.0 / (1.0 + libm::exp(-t)) } else { libm::exp(t) }
    };
    theta.iter().map(|t| natural(*t)).collect()
}

/// Log-likelihood and gradient on the scale of the search; `None` outside the parameters' range.
fn likelihood(family: CountFamily, data: &Counts, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
    let at = outside(family, theta);
    let (mut total, mut gradient) = (0.0, vec![0.0; theta.len()]);
    for (k, e, n) in &data.cells {
        let (log, slopes) = family.term(&at, *k, *e)?;
        total += n * log;
        for (sum, slope) in gradient.iter_mut().zip(slopes) {
            *sum += n * slope;
        }
    }
    (total.is_finite() && gradient.iter().all(|g| g.is_finite())).then_some((total, gradient))
}

/// Relative gain of the log-likelihood that cannot be told from rounding.
const GAIN: f64 = 1e-13;

/// The free coordinates of a search: those that are not held.
fn maximise(
    family: CountFamily,
    data: &Counts,
    start: &[f64],
    held: Option<usize>,
) -> Option<(Vec<f64>, f64, Vec<Vec<f64>>)> {
    let free: Vec<usize> = (0..start.len()).filter(|i| Some(*i) != held).collect();
    let mut theta = start.to_vec();
    let (mut best, mut gradient) = likelihood(family, data, &theta)?;
    let mut damping = 0.0;
    let mut information = vec![vec![0.0; free.len()]; free.len()];
    for _ in 0..100 {
        information = negative_hessian(family, data, &theta, &free)?;
        let g: Vec<f64> = free.iter().map(|i| gradient[*i]).collect();
        let mut moved = false;
        for _ in 0..40 {
            let mut damped = information.clone();
            for (i, row) in damped.iter_mut().enumerate() {
                row[i] += damping * (row[i].abs() + 1e-8);
            }
            let step = solve(damped, g.clone());
            let ascent = step.as_ref().map_or(-1.0, |s| s.iter().zip(&g).map(|(s, g)| s * g).sum());
            if let Some(step) = step.filter(|_| ascent >= 0.0) {
                let largest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
                let shrink = if largest > 3.0 { 3.0 / largest } else { 1.0 };
                let mut next = theta.clone();
                for (i, s) in free.iter().zip(&step) {
                    next[*i] += shrink * s;
                }
                if let Some((value, slope)) = likelihood(family, data, &next)
                    && value >= best - 1e-12 * best.abs()
                {
                    moved = true;
                    damping *= 0.2;
                    if damping < 1e-6 {
                        damping = 0.0;
                    }
                    (theta, best, gradient) = (next, value, slope);
                    if ascent * shrink <= 1e-16 * (1.0 + best.abs()) || largest < 1e-11 {
                        return Some((theta, best, information));
                    }
                    break;
                }
            }
            if ascent >= 0.0 && ascent <= GAIN * (1.0 + best.abs()) {
                // What it promises is less than rounding hides.
                return Some((theta, best, information));
            }
            damping = (damping * 4.0).max(1e-3);
        }
        if !moved {
            break;
        }
    }
    Some((theta, best, information))
}

/// Minus the second derivatives, from differences of exact scores.
fn negative_hessian(
    family: CountFamily,
    data: &Counts,
    theta: &[f64],
    free: &[usize],
) -> Option<Vec<Vec<f64>>> {
    let mut rows = vec![vec![0.0; free.len()]; free.len()];
    for (column, i) in free.iter().enumerate() {
        let h = 1e-4;
        let moved = |by: f64| {
            let mut at = theta.to_vec();
            at[*i] += by;
            likelihood(family, data, &at).map(|(_, gradient)| gradient)
        };
        let (up, down) = (moved(h), moved(-h));
        let here = || likelihood(family, data, theta).map(|(_, gradient)| gradient);
        let (up, down, width) = match (up, down) {
            (Some(up), Some(down)) => (up, down, 2.0 * h),
            (Some(up), None) => (up, here()?, h),
            (None, Some(down)) => (here()?, down, h),
            (None, None) => return None,
        };
        for (row, j) in free.iter().enumerate() {
            rows[row][column] = -(up[*j] - down[*j]) / width;
        }
    }
    for i in 0..free.len() {
        for j in 0..i {
            let mean = 0.5 * (rows[i][j] + rows[j][i]);
            (rows[i][j], rows[j][i]) = (mean, mean);
        }
    }
    Some(rows)
}

/// Gauss' elimination of a system of at most three equations.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|x, y| a[*x][i].abs().total_cmp(&a[*y][i].abs()))?;
        a.swap(i, pivot);
        b.swap(i, pivot);
        if !(a[i][i].abs() > 1e-300) {
            return None;
        }
        for j in i + 1..n {
            let factor = a[j][i] / a[i][i];
            for k in i..n {
                a[j][k] -= factor * a[i][k];
            }
            b[j] -= factor * b[i];
        }
    }
    for i in (0..n).rev() {
        let above: f64 = (i + 1..n).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - above) / a[i][i];
    }
    Some(b)
}

/// Logarithm beyond which a parameter has run away.
const RUNAWAY: f64 = 16.0;

/// Fits one family.
pub fn fit_counts(family: CountFamily, data: &Counts) -> Result<CountFit> {
    let refused = |reason: &str| Error::numeric(format!("fit.{}", family.name()), reason);
    if data.claims == 0.0 {
        return Err(refused(
            "no losses were observed: there is no maximum inside; see kebao.credibility.zero_claims",
        ));
    }
    let rate = data.claims / data.exposure;
    let n = data.observations as f64;
    let start = if family == Is::Binomial {
        if data.cells.iter().any(|(k, e, _)| e.fract() != 0.0 || *k as f64 > *e) {
            return Err(refused("exposures must be whole numbers of trials, at least the counts"));
        }
        if data.claims >= data.exposure {
            return Err(refused("every trial was a loss: there is no maximum inside"));
        }
        vec![libm::log(rate / (1.0 - rate))]
    } else {
        // Moments: variance = mean + mean²/shape.
        let excess: f64 = data
            .cells
            .iter()
            .map(|(k, e, n)| n * ((*k as f64 - rate * e).powi(2) - rate * e))
            .sum();
        let squares: f64 = data.cells.iter().map(|(_, e, n)| n * (rate * e).powi(2)).sum();
        let shape = if excess > 0.0 { (squares / excess).clamp(0.02, 50.0) } else { 50.0 };
        match family.parameters().len() {
            1 => vec![libm::log(rate)],
            2 if family.zeros() => vec![libm::log(rate) + 0.3, -0.3],
            2 => vec![libm::log(rate), libm::log(shape)],
            _ => vec![libm::log(rate) + 0.2, libm::log(2.0 * shape), -0.2],
        }
    };
    if n <= family.parameters().len() as f64 - 1.0 {
        return Err(refused("fewer observations than parameters"));
    }
    let (theta, best, information) = maximise(family, data, &start, None)
        .ok_or_else(|| refused("no start with a likelihood"))?;
    let parameters = outside(family, &theta);
    let mut status = "converged".to_owned();
    let runaway = theta.iter().skip(1).any(|t| t.abs() > RUNAWAY);
    let errors = (0..theta.len()).map(|i| {
        let mut unit = vec![0.0; theta.len()];
        unit[i] = 1.0;
        let variance = solve(information.clone(), unit).map_or(f64::NAN, |column| column[i]);
        let slope = if family == Is::Binomial {
            parameters[i] * (1.0 - parameters[i])
        } else {
            parameters[i]
        };
        if variance > 0.0 { slope * variance.sqrt() } else { f64::NAN }
    });
    let mut standard_errors: Vec<f64> = errors.collect();
    let flat = standard_errors.iter().any(|e| e.is_nan());
    if runaway || flat {
        status = if family.parameters().len() > 1 && theta[1] > 8.0 && !family.zeros() {
            "boundary: no over-dispersion, the likelihood rises to that of the Poisson".to_owned()
        } else {
            "not identified: the likelihood has no maximum inside".to_owned()
        };
        for error in standard_errors.iter_mut().skip(1) {
            *error = f64::NAN;
        }
    }
    Ok(CountFit {
        family,
        parameters,
        standard_errors,
        log_likelihood: best,
        status,
        observations: data.observations,
    })
}

/// Profile-likelihood interval of each parameter: all values that twice the loss in log-likelihood
/// does not reject at 1 − `level`. An end at 0 or `inf` means that the data do not exclude it.
pub fn profile_intervals(fit: &CountFit, data: &Counts, level: f64) -> Result<Vec<(f64, f64)>> {
    let mut faults = Faults::new();
    faults.check(level > 0.0 && level < 1.0, || {
        Issue::new("out_of_range", "intervals", "level").value(level).allowed("between 0 and 1")
    });
    faults.finish()?;
    // χ²(1) quantile.
    let drop = gamma_q_inv(0.5, 1.0 - level);
    let family = fit.family;
    let inside = |x: f64| {
        if family == Is::Binomial { libm::log(x / (1.0 - x)) } else { libm::log(x) }
    };
    let top: Vec<f64> = fit.parameters.iter().map(|x| inside(*x)).collect();
    // What the likelihood loses beyond the drop; `start` is left where the other parameters went.
    let loss = |start: &mut Vec<f64>, index: usize, value: f64| -> f64 {
        start[index] = value;
        let best = if start.len() == 1 {
            likelihood(family, data, start).map(|(value, _)| value)
        } else {
            maximise(family, data, start, Some(index)).map(|(found, best, _)| {
                *start = found;
                best
            })
        };
        best.map_or(1e9, |best| fit.log_likelihood - best - drop)
    };
    let natural = |t: f64| outside(family, &[t])[0];
    Ok((0..top.len())
        .map(|index| {
            let end = |sign: f64| {
                let (mut from, mut step) = (top[index], 0.1);
                // Each search begins where the last one ended.
                let mut start = top.clone();
                loop {
                    let to = from + sign * step;
                    if to.abs() > 2.0 * RUNAWAY {
                        return if sign > 0.0 { f64::INFINITY } else { 0.0 };
                    }
                    let mut near = start.clone();
                    if loss(&mut start, index, to) >= 0.0 {
                        let lost = |t: f64| loss(&mut near, index, t);
                        let root = brent(from.min(to), from.max(to), 1e-9, lost);
                        return natural(root.unwrap_or(to));
                    }
                    (from, step) = (to, step * 2.0);
                }
            };
            (end(-1.0), end(1.0))
        })
        .collect())
}
