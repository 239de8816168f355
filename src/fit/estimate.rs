//! One family fitted to one sample: estimates, their errors, and what kept the fit from being whole.

use super::family::FitFamily;
use super::newton::{Evaluation, Optimum, inverse, maximise};
use super::sample::{Sample, Seen};
use super::terms::Terms;
use crate::error::{Error, Issue, Result};
use crate::numeric::{brent, normal_isf};
use crate::severity::{Family, Severity};

/// What came of a fit.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    Converged,
    /// The likelihood keeps growing towards the edge of the family: what lies there.
    Boundary(String),
    /// There is no estimate: why.
    Failed(String),
}

impl Status {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::Boundary(_) => "boundary",
            Self::Failed(_) => "failed",
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Converged => "",
            Self::Boundary(reason) | Self::Failed(reason) => reason,
        }
    }
}

/// A fitted family.
#[derive(Debug, Clone)]
pub struct Fit {
    pub family: FitFamily,
    /// Threshold of a GPD, scale of a Pareto; 0 for the others.
    pub fixed: f64,
    /// Estimates in unconstrained coordinates (logarithms of positive parameters).
    pub eta: Vec<f64>,
    pub log_likelihood: f64,
    /// Parameters that were estimated, a Pareto scale taken from the data included.
    pub estimated: usize,
    /// Sum of the weights of the observations used.
    pub observations: f64,
    pub status: Status,
    /// Inverse of the observed information in unconstrained coordinates.
    pub covariance: Option<Vec<Vec<f64>>>,
    pub iterations: u32,
    pub notes: Vec<String>,
    /// The fixed number was taken from the data.
    from_data: bool,
    terms: Terms,
}

impl Fit {
    /// By maximum likelihood; `fixed` is the threshold of a GPD or the scale of a Pareto (by default 0
    /// and the least loss).
    pub fn maximum_likelihood(family: FitFamily, sample: &Sample, fixed: Option<f64>) -> Self {
        let (terms, fixed, notes) = prepare(family, sample, fixed);
        let mut fit = Self::of_terms(family, terms, fixed.0, None);
        fit.estimated += usize::from(fixed.1);
        fit.from_data = fixed.1;
        fit.notes.extend(notes);
        fit
    }

    /// The same family fitted to another sample, from where this one ended.
    pub(super) fn again(&self, sample: &Sample) -> Self {
        if self.from_data {
            return Self::maximum_likelihood(self.family, sample, None);
        }
        let threshold = if self.family.is_excess() { self.fixed } else { 0.0 };
        let terms = Terms::new(sample, threshold, false);
        Self::of_terms(self.family, terms, self.fixed, Some(&self.eta))
    }

    /// From prepared terms, at `start` if given.
    pub(super) fn of_terms(
        family: FitFamily,
        terms: Terms,
        fixed: f64,
        start: Option<&[f64]>,
    ) -> Self {
        let n = family.parameters().len();
        let mut fit = Self { fixed, ..Self::unfitted(family, terms) };
        if fit.terms.distinct < n {
            let found = match fit.terms.distinct {
                0 => "no known loss".to_owned(),
                1 => "all known losses are equal".to_owned(),
                k => format!("{k} different losses"),
            };
            fit.status = Status::Failed(format!(
                "not identifiable: {found}, and {} has {n} parameters",
                family.name()
            ));
            return fit;
        }
        let evaluate = |eta: &[f64]| family.evaluate(eta, fixed, &fit.terms);
        let starts = match start {
            Some(start) => vec![start.to_vec()],
            None => family.starts(&fit.terms.summary, fixed),
        };
        let found = best_of(starts, &evaluate);
        fit.settle(found);
        fit
    }

    /// Nothing estimated yet.
    pub(super) fn unfitted(family: FitFamily, terms: Terms) -> Self {
        let n = family.parameters().len();
        Self {
            family,
            fixed: 0.0,
            eta: vec![f64::NAN; n],
            log_likelihood: f64::NAN,
            estimated: n,
            observations: terms.total,
            status: Status::Converged,
            covariance: None,
            iterations: 0,
            notes: Vec::new(),
            from_data: false,
            terms,
        }
    }

    pub(super) fn starts(&self) -> Vec<Vec<f64>> {
        self.family.starts(&self.terms.summary, self.fixed)
    }

    /// Takes estimates made elsewhere; they have a likelihood but no standard errors.
    pub(super) fn place(&mut self, eta: &[f64]) {
        self.eta = eta.to_vec();
        self.log_likelihood = self.family.evaluate(eta, self.fixed, &self.terms).value;
        self.notes.push("not by maximum likelihood: no standard errors".to_owned());
    }

    fn settle(&mut self, found: Optimum) {
        let n = self.eta.len();
        self.iterations = found.iterations;
        self.log_likelihood = found.evaluation.value;
        self.eta.clone_from(&found.at);
        if !found.evaluation.value.is_finite() {
            self.status = Status::Failed("the likelihood is 0 at every start".to_owned());
            return;
        }
        self.covariance = inverse(&information(&found.evaluation, n)).filter(|_| found.converged);
        let edge = self.edge();
        if let Some(edge) = edge {
            self.status = Status::Boundary(edge);
            self.covariance = None;
        } else if self.covariance.is_none() {
            self.status = Status::Failed(if found.converged {
                "the information matrix is singular: the parameters are not identifiable".to_owned()
            } else {
                format!("no maximum found after {} steps", found.iterations)
            });
        }
    }

    /// Limits in which families become others; there the likelihood is flat and has no maximum.
    fn edge(&self) -> Option<String> {
        let natural = self.natural();
        let names = self.family.parameters();
        let get = |name: &str| {
            names.iter().position(|(n, _)| *n == name).map_or(f64::NAN, |i| natural[i])
        };
        let text = |text: &str| Some(text.to_owned());
        match self.family {
            FitFamily::Lomax if get("alpha") > 1e4 => {
                text("alpha → ∞: the exponential distribution fits as well")
            }
            FitFamily::Burr if get("alpha") > 1e4 => {
                text("alpha → ∞: the Weibull distribution fits as well")
            }
            FitFamily::Gamma | FitFamily::Weibull if get("shape") < 1e-4 => {
                text("shape → 0: only the tail is seen, and a Pareto-like tail fits as well")
            }
            FitFamily::LogNormal if get("mu") < self.terms.summary.mean_ln - 50.0 => {
                text("mu → −∞, sigma → ∞: only the tail is seen, and a Pareto fits as well")
            }
            FitFamily::Burr if get("alpha") < 1e-3 => {
                text("alpha → 0, gamma → ∞: a Pareto tail from a point fits as well")
            }
            FitFamily::GB2 if get("alpha") > 1e4 || get("tau") > 1e4 => {
                text("alpha or tau → ∞: a generalised gamma or its inverse fits as well")
            }
            FitFamily::GB2 if get("alpha") > 30.0 && get("tau") > 30.0 => {
                text("alpha and tau → ∞, gamma → 0: the lognormal distribution fits as well")
            }
            FitFamily::LogT if get("df") > 1e4 => {
                text("df → ∞: the lognormal distribution fits as well")
            }
            FitFamily::MBBEFD if get("g") > 1e12 || get("g") < 1.0 + 1e-9 => {
                text("g runs to its edge: total losses are never or always")
            }
            FitFamily::GPD | FitFamily::GEV if get("shape") <= -0.5 => {
                text("shape ≤ −1/2: the end of the distribution is at the data; no standard errors")
            }
            FitFamily::InverseGaussian if get("mean") > 1e6 * self.terms.summary.most => {
                text("mean → ∞: a distribution without a finite mean fits as well")
            }
            _ if self.terms.summary.sd_ln > 0.0
                && names
                    .iter()
                    .zip(&self.eta)
                    .any(|((_, s), e)| *s != super::family::Scale::Real && !(e.abs() < 300.0)) =>
            {
                text("a parameter runs to 0 or to infinity")
            }
            _ => None,
        }
    }

    pub fn natural(&self) -> Vec<f64> {
        self.family.natural(&self.eta)
    }

    /// Names of the estimated parameters.
    pub fn names(&self) -> Vec<&'static str> {
        self.family.parameters().iter().map(|(name, _)| *name).collect()
    }

    /// Standard errors of the natural parameters; NaN where there are none.
    pub fn standard_errors(&self) -> Vec<f64> {
        let slope = self.slopes();
        (0..self.eta.len())
            .map(|i| self.covariance.as_ref().map_or(f64::NAN, |c| slope[i].abs() * c[i][i].sqrt()))
            .collect()
    }

    /// Covariance of the natural parameters.
    pub fn natural_covariance(&self) -> Option<Vec<Vec<f64>>> {
        let slope = self.slopes();
        let n = self.eta.len();
        let covariance = self.covariance.as_ref()?;
        Some(
            (0..n)
                .map(|i| (0..n).map(|j| slope[i] * slope[j] * covariance[i][j]).collect())
                .collect(),
        )
    }

    fn slopes(&self) -> Vec<f64> {
        let scales = self.family.parameters();
        scales.iter().zip(&self.eta).map(|((_, s), e)| s.slope(*e)).collect()
    }

    pub fn aic(&self) -> f64 {
        2.0 * self.estimated as f64 - 2.0 * self.log_likelihood
    }

    pub fn bic(&self) -> f64 {
        self.estimated as f64 * libm::log(self.observations) - 2.0 * self.log_likelihood
    }

    pub fn severity(&self) -> Result<Severity> {
        if let Status::Failed(reason) = &self.status {
            return Err(Error::numeric(format!("fit of {}", self.family.name()), reason));
        }
        self.family.severity(&self.natural(), self.fixed)
    }

    /// f of the fitted distribution with its standard error by the delta method.
    ///
    /// √(∇f′ Σ ∇f), ∇f by five-point differences in unconstrained coordinates, a hundredth of a
    /// standard error apart.
    pub fn delta(&self, f: &dyn Fn(&Severity) -> f64) -> Result<(f64, f64)> {
        let value = f(&self.severity()?);
        let Some(covariance) = &self.covariance else { return Ok((value, f64::NAN)) };
        if !value.is_finite() {
            return Ok((value, f64::NAN));
        }
        let n = self.eta.len();
        let mut gradient = vec![0.0; n];
        for i in 0..n {
            let h = (0.01 * covariance[i][i].sqrt()).min(0.01);
            let at = |k: f64| -> Result<f64> {
                let mut eta = self.eta.clone();
                eta[i] += k * h;
                Ok(f(&self.family.severity(&self.family.natural(&eta), self.fixed)?))
            };
            gradient[i] = (at(-2.0)? - 8.0 * at(-1.0)? + 8.0 * at(1.0)? - at(2.0)?) / (12.0 * h);
        }
        let variance: f64 = (0..n)
            .map(|i| (0..n).map(|j| gradient[i] * covariance[i][j] * gradient[j]).sum::<f64>())
            .sum();
        Ok((value, variance.max(0.0).sqrt()))
    }

    /// Interval of a parameter from its normal approximation on the unconstrained scale.
    pub fn wald(&self, parameter: usize, level: f64) -> (f64, f64) {
        let z = normal_isf(0.5 * (1.0 - level));
        let scale = self.family.parameters()[parameter].1;
        let half =
            self.covariance.as_ref().map_or(f64::NAN, |c| z * c[parameter][parameter].sqrt());
        let centre = self.eta[parameter];
        (scale.natural(centre - half), scale.natural(centre + half))
    }

    /// Interval of a parameter from its profile likelihood: where twice the loss of likelihood
    /// reaches the quantile of χ² with one degree of freedom (Klugman, Panjer, Willmot 4th ed., 13.4;
    /// Venzon and Moolgavkar 1988). An end that is not reached is 0 or ±inf.
    pub fn profile(&self, parameter: usize, level: f64) -> (f64, f64) {
        let z = normal_isf(0.5 * (1.0 - level));
        let scale = self.family.parameters()[parameter].1;
        let Some(covariance) = &self.covariance else { return (f64::NAN, f64::NAN) };
        let se = covariance[parameter][parameter].sqrt();
        let free: Vec<usize> = (0..self.eta.len()).filter(|i| *i != parameter).collect();
        let end = |sign: f64| {
            // The best of the others at each value, from where the last one was.
            let last = std::cell::RefCell::new(self.eta.clone());
            let gap = |steps: f64| {
                let mut start = last.borrow().clone();
                start[parameter] = self.eta[parameter] + sign * steps * se;
                let evaluate = |eta: &[f64]| self.family.evaluate(eta, self.fixed, &self.terms);
                let found = maximise(&start, &free, &evaluate);
                if found.evaluation.value.is_finite() {
                    last.replace(found.at);
                }
                (2.0 * (self.log_likelihood - found.evaluation.value)).max(0.0).sqrt() - z
            };
            let mut far = z;
            while gap(far) < 0.0 {
                far *= 1.5;
                if far > 60.0 * z {
                    return None;
                }
            }
            last.replace(self.eta.clone());
            brent(0.0, far, 1e-9, gap).map(|steps| self.eta[parameter] + sign * steps * se)
        };
        let open = |sign: f64| match scale {
            super::family::Scale::Log if sign < 0.0 => 0.0,
            super::family::Scale::AboveOne if sign < 0.0 => 1.0,
            _ => sign * f64::INFINITY,
        };
        (
            end(-1.0).map_or_else(|| open(-1.0), |eta| scale.natural(eta)),
            end(1.0).map_or_else(|| open(1.0), |eta| scale.natural(eta)),
        )
    }

    /// Number of a parameter by name.
    pub fn parameter(&self, name: &str) -> Result<usize> {
        let names = self.names();
        names.iter().position(|n| *n == name).ok_or_else(|| {
            Issue::unknown(self.family.name(), "parameter", name, names.iter().copied())
                .into_error()
        })
    }
}

/// Terms, the fixed number with whether it was taken from the data, and what to tell.
fn prepare(
    family: FitFamily,
    sample: &Sample,
    fixed: Option<f64>,
) -> (Terms, (f64, bool), Vec<String>) {
    let mut notes = Vec::new();
    let mut from_data = false;
    let fixed = match family {
        FitFamily::GPD => fixed.unwrap_or(0.0),
        FitFamily::Pareto => fixed.unwrap_or_else(|| {
            from_data = true;
            notes.push(
                "scale is the least loss (no regular estimate, no standard error)".to_owned(),
            );
            let least = (0..sample.len()).filter_map(|row| match sample.seen(row) {
                _ if sample.weight(row) == 0.0 => None,
                Seen::Exactly(x) | Seen::Between(x, _) => Some(x).filter(|x| *x > 0.0),
                Seen::AtLeast(_) => None,
            });
            least.fold(f64::INFINITY, f64::min)
        }),
        FitFamily::Beta => {
            let share = total_losses(sample);
            if share > 0.0 {
                from_data = true;
                notes.push("total_loss is the share of losses of 1".to_owned());
            }
            share
        }
        _ => 0.0,
    };
    let threshold = if family.is_excess() { fixed } else { 0.0 };
    // A finite end can come close to the largest loss, where nothing may be smoothed.
    let terms = Terms::new(sample, threshold, family.is_smooth());
    if terms.compressed {
        notes.push(format!("{} rows compressed to {} nodes", sample.len(), terms.known.ln_x.len()));
    }
    (terms, (fixed, from_data), notes)
}

/// The weight of known losses of 1 among all known: of damage ratios, total losses.
fn total_losses(sample: &Sample) -> f64 {
    let (mut total, mut all) = (0.0, 0.0);
    for row in 0..sample.len() {
        if let Seen::Exactly(x) = sample.seen(row) {
            all += sample.weight(row);
            total += if x == 1.0 { sample.weight(row) } else { 0.0 };
        }
    }
    if total > 0.0 { total / all } else { 0.0 }
}

pub(super) fn information(evaluation: &Evaluation, n: usize) -> Vec<Vec<f64>> {
    (0..n).map(|i| (0..n).map(|j| -evaluation.hessian[i][j]).collect()).collect()
}

/// The highest of the maxima reached from the starts; starts far below the best are not tried.
pub(super) fn best_of(starts: Vec<Vec<f64>>, evaluate: &dyn Fn(&[f64]) -> Evaluation) -> Optimum {
    let mut ranked: Vec<(f64, Vec<f64>)> =
        starts.into_iter().map(|start| (evaluate(&start).value, start)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best: Option<Optimum> = None;
    for (_, start) in ranked.iter().filter(|(value, _)| value.is_finite()).take(3) {
        let free: Vec<usize> = (0..start.len()).collect();
        let found = maximise(start, &free, evaluate);
        let better = best.as_ref().is_none_or(|old| {
            let rounding = 1e-9 * old.evaluation.value.abs().max(1.0);
            found.evaluation.value > old.evaluation.value + rounding
                || (found.converged
                    && !old.converged
                    && found.evaluation.value > old.evaluation.value - rounding)
        });
        if better {
            best = Some(found);
        }
        if best.as_ref().is_some_and(|b| b.converged && start.len() <= 2) && ranked.len() == 1 {
            break;
        }
    }
    best.unwrap_or_else(|| Optimum {
        at: ranked.first().map(|(_, s)| s.clone()).unwrap_or_default(),
        evaluation: Evaluation::impossible(),
        converged: false,
        iterations: 0,
    })
}

/// Convenience for tests and callers with a severity in hand.
pub fn log_likelihood(severity: &Severity, sample: &Sample) -> f64 {
    let terms = (0..sample.len()).map(|row| {
        let seen = match sample.seen(row) {
            Seen::Exactly(x) => severity.log_pdf(x),
            Seen::AtLeast(c) => severity.log_sf(c),
            Seen::Between(l, u) => libm::log(severity.sf(l) - severity.sf(u)),
        };
        let entry = sample.entry(row);
        sample.weight(row) * (seen - if entry > 0.0 { severity.log_sf(entry) } else { 0.0 })
    });
    terms.collect::<crate::exec::reduce::Sum>().value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Columns;

    /// Klugman, Panjer and Willmot, Loss Models, data set B.
    pub const DATA_SET_B: [f64; 20] = [
        27.0, 82.0, 115.0, 126.0, 155.0, 161.0, 243.0, 294.0, 340.0, 384.0, 457.0, 680.0, 855.0,
        877.0, 974.0, 1193.0, 1340.0, 1884.0, 2558.0, 15743.0,
    ];

    fn sample(columns: Columns) -> Sample {
        Sample::new(columns, true).unwrap()
    }

    fn fit(family: FitFamily, columns: Columns) -> Fit {
        Fit::maximum_likelihood(family, &sample(columns), None)
    }

    #[test]
    fn loss_models_examples() {
        let b = || Columns { lower: DATA_SET_B.to_vec(), ..Columns::default() };
        // Example 13.3 (4th ed.): exponential 1,424.4; gamma 0.55616 and 2,561.1.
        let exponential = fit(FitFamily::Exponential, b());
        assert!((exponential.natural()[0] - 1424.4).abs() < 1e-9);
        let gamma = fit(FitFamily::Gamma, b());
        assert!((gamma.natural()[0] - 0.55616).abs() < 5e-6, "{:?}", gamma.natural());
        assert!((gamma.natural()[1] - 2561.1).abs() < 0.05);
        // Example 13.5: data set B censored at 250: 7 known, 13 at least 250: 594.14.
        let censored = Columns { limit: vec![250.0; 20], ..b() };
        let fit_250 = fit(FitFamily::Exponential, censored);
        assert!((fit_250.natural()[0] - 594.14).abs() < 0.005, "{:?}", fit_250.natural());
        // Example 13.4: data set C, 227 claims in seven groups: 29,721.
        let grouped = Columns {
            lower: vec![0.0, 7500.0, 17500.0, 32500.0, 67500.0, 125_000.0, 300_000.0],
            upper: vec![7500.0, 17500.0, 32500.0, 67500.0, 125_000.0, 300_000.0, f64::INFINITY],
            weight: vec![99.0, 42.0, 29.0, 28.0, 17.0, 9.0, 3.0],
            ..Columns::default()
        };
        let c = fit(FitFamily::Exponential, grouped);
        assert!((c.natural()[0] - 29721.0).abs() < 0.5, "{:?}", c.natural());
        assert!((c.log_likelihood + 406.03).abs() < 0.005);
    }

    #[test]
    fn every_family_reaches_a_stationary_point_of_the_plain_likelihood() {
        let columns = Columns {
            lower: DATA_SET_B.to_vec(),
            deductible: vec![20.0; 20],
            limit: vec![2000.0; 20],
            ..Columns::default()
        };
        let sample = sample(columns);
        for family in FitFamily::auto() {
            let fit = Fit::maximum_likelihood(family, &sample, None);
            if fit.status != Status::Converged {
                assert_eq!(fit.status.name(), "boundary", "{family:?} {:?}", fit.status);
                continue;
            }
            let severity = fit.severity().unwrap();
            let plain = log_likelihood(&severity, &sample);
            assert!((plain - fit.log_likelihood).abs() < 1e-9 * plain.abs(), "{family:?}");
            let covariance = fit.covariance.as_ref().unwrap();
            for i in 0..fit.eta.len() {
                for sign in [-0.1, 0.1] {
                    let mut eta = fit.eta.clone();
                    eta[i] += sign * covariance[i][i].sqrt();
                    let other = family.severity(&family.natural(&eta), 0.0).unwrap();
                    assert!(log_likelihood(&other, &sample) < plain, "{family:?} {i}");
                }
            }
        }
    }

    #[test]
    fn thin_and_degenerate_data_are_told() {
        let one = || Columns { lower: vec![5.0], ..Columns::default() };
        assert_eq!(fit(FitFamily::Exponential, one()).status, Status::Converged);
        let gamma = fit(FitFamily::Gamma, one());
        assert!(gamma.status.reason().contains("not identifiable"));
        assert!(gamma.severity().is_err() && gamma.standard_errors()[0].is_nan());
        let constant = Columns { lower: vec![5.0; 30], ..Columns::default() };
        assert!(fit(FitFamily::LogNormal, constant).status.reason().contains("equal"));
        // An increasing hazard has no Lomax: the likelihood grows towards the exponential.
        let even = Columns { lower: (1..40).map(f64::from).collect(), ..Columns::default() };
        let lomax = fit(FitFamily::Lomax, even);
        assert_eq!(lomax.status.name(), "boundary", "{:?} {:?}", lomax.status, lomax.natural());
    }

    #[test]
    fn profile_and_wald_of_an_exponential() {
        let b = Columns { lower: DATA_SET_B.to_vec(), ..Columns::default() };
        let fit = fit(FitFamily::Exponential, b);
        let (low, high) = fit.profile(0, 0.95);
        // 2 n (θ̂/θ − 1 − ln(θ̂/θ)) = 3.8415 by the definition.
        for theta in [low, high] {
            let r = 1424.4 / theta;
            assert!((40.0 * (r - 1.0 - r.ln()) - 3.841_458_820_694_124).abs() < 1e-6);
        }
        let (mean, se) = fit.delta(&|s| s.mean()).unwrap();
        assert!((mean - 1424.4).abs() < 1e-9 && (se - 1424.4 / 20f64.sqrt()).abs() < 1e-6);
        let (a, b) = fit.wald(0, 0.95);
        assert!(a < 1424.4 && b > 1424.4 && ((a * b).sqrt() - 1424.4).abs() < 1e-6);
    }
}
