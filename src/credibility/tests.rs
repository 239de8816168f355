use super::*;
use crate::exec::Control;
use crate::frequency::{Binomial, Count, Frequency, Poisson};
use crate::losses::{LossBlock, Source};
use crate::numeric::adaptive;
use crate::severity::{Capped, Family, Pareto, Severity};

fn near(a: f64, b: f64, relative: f64) {
    assert!((a - b).abs() <= relative * b.abs(), "{a} {b}");
}

#[test]
fn updates_follow_the_conjugate_formulas_in_any_order() {
    let prior = GammaPoisson::from_mean_cv(0.02, 0.5).unwrap();
    near(prior.mean(), 0.02, 1e-15);
    near(prior.variance().sqrt() / prior.mean(), 0.5, 1e-15);
    let at_once = prior.update(3.0, 80.0).unwrap();
    near(at_once.mean(), (4.0 + 3.0) / (200.0 + 80.0), 1e-15);
    let by_parts = prior.update(1.0, 30.0).unwrap().update(2.0, 50.0).unwrap();
    assert_eq!(at_once, by_parts);
    let z = prior.credibility(80.0);
    near(at_once.mean(), z * 3.0 / 80.0 + (1.0 - z) * 0.02, 1e-14);
    let launches = BetaBernoulli::jeffreys().update(13.0, 311.0).unwrap();
    near(launches.mean(), 13.5 / 312.0, 1e-15);
    let index = GammaPareto::new(2.0, 1.0, 1e6).unwrap();
    let index = index.update(&[2e6, 5e6], &[8e6]).unwrap();
    near(index.shape, 4.0, 1e-15);
    near(index.rate, 1.0 + (2.0f64 * 5.0 * 8.0).ln(), 1e-14);
    let prior = NormalInverseGamma::new(12.0, 2.0, 3.0, 4.0).unwrap();
    let (a, b) = ([2e5, 9e4, 4e6], [1e5, 7e5]);
    let all: Vec<f64> = a.iter().chain(&b).copied().collect();
    let (one, two) = (prior.update(&all).unwrap(), prior.update(&a).unwrap().update(&b).unwrap());
    near(one.mu, two.mu, 1e-14);
    near(one.beta, two.beta, 1e-13);
}

#[test]
fn predictive_distributions_are_posterior_means() {
    let rate = GammaPoisson::new(2.5, 40.0).unwrap();
    let counts = rate.predictive(60.0).unwrap();
    for k in [0, 1, 3, 9] {
        let mixed = adaptive(0.0, 1.0, 1e-13, |p| {
            Poisson { mean: 60.0 * rate.quantile(p).unwrap() }.pmf(k)
        });
        near(counts.pmf(k), mixed.0, 1e-9);
    }
    let launch = BetaBernoulli::new(1.5, 30.5).unwrap();
    let counts = launch.predictive(20).unwrap();
    for k in [0, 1, 4] {
        let mixed =
            adaptive(0.0, 1.0, 1e-13, |p| Binomial::new(20, launch.quantile(p)).unwrap().pmf(k));
        near(counts.pmf(k), mixed.0, 1e-9);
    }
    let index = GammaPareto::new(6.0, 4.0, 1e6).unwrap();
    let next = index.predictive().unwrap();
    assert_eq!(next.mean(), f64::INFINITY);
    for x in [1.1e6, 1e7, 1e10] {
        let mixed = adaptive(0.0, 1.0, 1e-13, |p| {
            Pareto::new(index.quantile(p).unwrap(), 1e6).unwrap().sf(x)
        });
        near(next.sf(x), mixed.0, 1e-8);
        near(next.isf(next.sf(x)), x, 1e-13);
    }
    // A layer of the predictive is the mean of the layers.
    let mixed = adaptive(0.0, 1.0, 1e-13, |p| {
        Pareto::new(index.quantile(p).unwrap(), 1e6).unwrap().layer_mean(4e6, 2e6)
    });
    near(next.layer_mean(4e6, 2e6), mixed.0, 1e-8);
}

#[test]
fn records_without_claims() {
    // Hanley and Lippman-Hand (1983): −ln 0.05 = 2.9957; χ²(1) of 0.95 is 3.841459 (NIST tables).
    let bound = zero_claims(120.0, 0.95).unwrap();
    near(bound.rule_of_three * 120.0, 2.995_732_273_553_991, 1e-14);
    near(bound.jeffreys * 240.0, 3.841_458_820_694_124, 1e-12);
    near(bound.mean, 1.0 / 240.0, 1e-15);
    let (classical, jeffreys) = exposure_needed(0.01, 0.95).unwrap();
    near(classical, 299.573_227_355_399, 1e-12);
    near(zero_claims(jeffreys, 0.95).unwrap().jeffreys, 0.01, 1e-12);
    let error = zero_claims(-1.0, 2.0).unwrap_err();
    assert_eq!(error.issues().len(), 2);
}

#[test]
fn what_is_improper_says_so() {
    assert!(GammaPoisson::jeffreys().quantile(0.5).is_err());
    assert!(GammaPoisson::jeffreys().update(0.0, 10.0).unwrap().quantile(0.5).is_ok());
    let flat = NormalInverseGamma::flat();
    assert!(flat.update(&[1e6]).unwrap().student().is_err());
    // Two losses: the classical t with one degree of freedom.
    let two = flat.update(&[1e6, 4e6]).unwrap();
    let (freedom, centre, scale) = two.student().unwrap();
    near(freedom, 1.0, 1e-14);
    near(centre, (2e6f64).ln(), 1e-14);
    let s = (4.0f64).ln() / 2.0f64.sqrt();
    near(scale, s * 1.5f64.sqrt(), 1e-14);
    near(two.predictive().unwrap().quantile(0.75), (centre + scale).exp(), 1e-12);
    assert!(GammaPareto::new(1.0, 1.0, 1e6).unwrap().update(&[5e5, f64::NAN], &[]).is_err());
}

#[test]
fn simulated_years_have_the_predictive_moments_and_shared_parameters() {
    let rate = GammaPoisson::new(4.0, 2.0).unwrap();
    let index = SizePosterior::Pareto(GammaPareto::new(20.0, 8.0, 1.0).unwrap());
    let bare: Severity = Pareto::new(1.0, 1.0).unwrap().into();
    let capped: Severity = Capped::new(bare, 10.0).unwrap().into();
    let size = SizeModel { template: capped, posterior: Some(index) };
    let model = UncertainAggregate::new(CountModel::Rate(rate), size.clone(), 3.0).unwrap();
    let years = 40_000;
    let sampler = UncertainSampler::new(model.clone(), years, 5, false).unwrap();
    let (control, mut block) = (Control::new(None), LossBlock::default());
    let (mut totals, mut counts) = (Vec::new(), Vec::new());
    for b in 0..sampler.blocks() {
        sampler.fill(b, &control, &mut (), &mut block).unwrap();
        for y in 0..block.years() {
            let losses = &block.loss[block.year(y)];
            totals.push(losses.iter().sum::<f64>());
            counts.push(losses.len() as f64);
        }
    }
    let moments = |xs: &[f64]| {
        let n = xs.len() as f64;
        let mean = xs.iter().sum::<f64>() / n;
        let second = xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let fourth = xs.iter().map(|x| (x - mean).powi(4)).sum::<f64>() / n;
        (mean, second, (second / n).sqrt(), ((fourth - second * second) / n).sqrt())
    };
    let (mean, variance, error, spread) = moments(&counts);
    let predictive = model.predictive_count().unwrap();
    assert!((mean - predictive.mean()).abs() < 4.0 * error);
    assert!((variance - predictive.variance()).abs() < 4.0 * spread);
    let (mean, variance, error, spread) = moments(&totals);
    let exact = model.mean().unwrap();
    assert!((mean - exact).abs() < 4.0 * error, "{mean} {exact}");
    // Var S = Var E + E Var with the parameters of the year shared; here by quadrature.
    let posterior = GammaPareto::new(20.0, 8.0, 1.0).unwrap();
    let over = |f: &dyn Fn(&Severity) -> f64| {
        adaptive(0.0, 1.0, 1e-12, |p| {
            let base = Pareto::new(posterior.quantile(p).unwrap(), 1.0).unwrap().into();
            f(&Capped::new(base, 10.0).unwrap().into())
        })
        .0
    };
    let (n, vn) = (predictive.mean(), predictive.variance());
    let (first, second) = (over(&|x| x.mean().powi(2)), over(&|x| x.moment(2)));
    let shared = n * (second - first) + (vn + n * n) * first - exact * exact;
    assert!((variance - shared).abs() < 4.0 * spread, "{variance} {shared}");
    let unlimited = SizeModel::uncertain(size.posterior.unwrap()).unwrap();
    let count = CountModel::Known(Frequency::from(Poisson::new(1.0).unwrap()));
    let model = UncertainAggregate::new(count.clone(), unlimited, 1.0).unwrap();
    assert_eq!(model.mean().unwrap(), f64::INFINITY);
    let wrong = SizeModel {
        template: crate::severity::Gamma::new(1.0, 1.0).unwrap().into(),
        posterior: Some(SizePosterior::Pareto(posterior)),
    };
    assert!(UncertainAggregate::new(count, wrong, 1.0).is_err());
}
