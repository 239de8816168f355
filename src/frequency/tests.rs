use super::*;

fn of(frequency: impl Into<Frequency>) -> Frequency {
    frequency.into()
}

fn all() -> Vec<Frequency> {
    let poisson = |mean| of(Poisson::new(mean).unwrap());
    let logarithmic = |p| of(Logarithmic::new(p).unwrap());
    vec![
        poisson(0.3),
        poisson(40.0),
        of(NegativeBinomial::new(12.0, 1.5).unwrap()),
        of(NegativeBinomial::new(3.0, 0.2).unwrap()),
        of(Bernoulli::new(0.04).unwrap()),
        of(Binomial::new(25, 0.3).unwrap()),
        of(Binomial::new(7, 0.99).unwrap()),
        of(Geometric::new(0.2).unwrap()),
        of(Geometric::new(30.0).unwrap()),
        logarithmic(0.2),
        logarithmic(0.97),
        of(BetaBinomial::new(40, 0.7, 3.5).unwrap()),
        of(EmpiricalCount::new(vec![0.05, 0.1, 0.15, 0.2, 0.25, 0.15, 0.06, 0.03, 0.01]).unwrap()),
        of(ZeroModified::new(poisson(2.0), 0.6).unwrap()),
        of(ZeroModified::new(logarithmic(0.5), 0.1).unwrap()),
        of(ZeroTruncated::new(of(NegativeBinomial::new(1.0, 2.5).unwrap())).unwrap()),
        of(ZeroTruncated::new(poisson(1e-6)).unwrap()),
        of(MixedPoisson::new(vec![0.5, 3.0, 40.0], vec![0.7, 0.25, 0.05]).unwrap()),
        of(PoissonInverseGaussian::new(2.0, 0.8).unwrap()),
        of(PoissonInverseGaussian::new(30.0, 200.0).unwrap()),
        of(Sichel::new(4.0, 0.9, 1.3).unwrap()),
        of(Sichel::new(4.0, 2.0, -2.6).unwrap()),
        of(Delaporte::new(0.4, 6.0, 2.0).unwrap()),
        of(Delaporte::new(9.0, 0.2, 11.0).unwrap()),
        of(NeymanA::new(2.0, 5.0).unwrap()),
        of(NeymanA::new(30.0, 0.1).unwrap()),
        of(CompoundCount::new(poisson(3.0), logarithmic(0.6)).unwrap()),
        of(CompoundCount::new(
            of(Binomial::new(5, 0.4).unwrap()),
            of(Geometric::new(2.0).unwrap()),
        )
        .unwrap()),
    ]
}

#[test]
fn probabilities_and_moments_agree_with_the_definitions() {
    for f in all() {
        let (mut total, mut m1, mut m2, mut m3) = (0.0, 0.0, 0.0, 0.0);
        for k in 0..4000u64 {
            let (p, x) = (f.pmf(k), k as f64);
            total += p;
            m1 += p * x;
            m2 += p * x * x;
            m3 += p * x * x * x;
        }
        let variance = m2 - m1 * m1;
        let skewness = (m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3)) / variance.powf(1.5);
        assert!((total - 1.0).abs() < 1e-12, "{f:?}: {total}");
        assert!((m1 / f.mean() - 1.0).abs() < 1e-12, "{f:?}");
        assert!(
            (variance - f.variance()).abs() < 1e-10 * (variance + m1 * m1 * 1e-5),
            "{f:?} {variance} {}",
            f.variance()
        );
        assert!((skewness / f.skewness() - 1.0).abs() < 1e-9 * (1.0 + m1 * m1 / variance), "{f:?}");
    }
}

#[test]
fn the_generating_function_is_the_transform_of_the_probabilities() {
    let z = C64::from_polar(1.0, 0.7);
    for f in all() {
        let direct: C64 = (0..4000u64).map(|k| z.powu(k as u32) * f.pmf(k)).sum();
        assert!((f.ln_pgf(z - 1.0).exp() - direct).norm() < 1e-12, "{f:?}");
    }
}

#[test]
fn a_huge_shape_is_a_poisson() {
    // numerics: the naive power is wrong by 0.56 at shape 1e16
    let w = C64::new(-0.3, 0.4);
    let poisson = Poisson::new(5.0).unwrap();
    for shape in [1e10, 1e14, 1e16] {
        let nb = NegativeBinomial::new(5.0, shape).unwrap();
        let gap = (nb.ln_pgf(w) - poisson.ln_pgf(w)).norm();
        assert!(gap < 30.0 / shape + 1e-14, "{shape}: {gap}");
        assert!((nb.pmf(7) / poisson.pmf(7) - 1.0).abs() < 30.0 / shape + 1e-13);
    }
}

#[test]
fn scores_are_the_derivatives_of_the_log_probability() {
    for f in all() {
        for (i, (name, value)) in f.parameters().into_iter().enumerate() {
            for n in [0, 1, 5] {
                // Where a parameter is tiny so are the steps, and rounding shows.
                if f.pmf(n) == 0.0
                    || name == "n"
                    || name.rsplit('.').next() == Some("n")
                    || value < 1e-3
                {
                    continue;
                }
                let h = value * 1e-5;
                let up = f.with_parameter(&name, value + h).unwrap().ln_pmf(n);
                let down = f.with_parameter(&name, value - h).unwrap().ln_pmf(n);
                let slope = (up - down) / (2.0 * h);
                let score = f.score(n)[i];
                assert!((score - slope).abs() < 1e-5 * (1.0 + slope.abs()), "{f:?} {name} {n}");
            }
        }
    }
}

#[test]
fn thinning_agrees_with_the_generating_function() {
    let (v, w) = (0.13, C64::new(-0.5, 0.2));
    for f in all() {
        let thin = f.thinned(v).unwrap();
        let floor = if f.largest().is_some() { 1e-11 } else { 1e-12 };
        assert!((thin.ln_pgf(w) - f.ln_pgf(w * v)).norm() < floor, "{f:?}");
    }
}

#[test]
fn json_round_trips_and_bad_json_is_refused() {
    for f in all() {
        assert_eq!(Frequency::from_json(&f.to_json()).unwrap(), f);
    }
    assert!(Frequency::from_json(r#"{"family":"Poisson","mean":-1}"#).is_err());
    assert!(Frequency::from_json(r#"{"family":"Poison","mean":1}"#).is_err());
}

#[test]
fn tails_are_sums_of_probabilities() {
    for f in all() {
        let end = f.isf(1e-40).min(4000.0) as u64;
        for k in [0, 1, 2, 5, 17, 60, 200] {
            let above: f64 = (k + 1..=end).rev().map(|j| f.pmf(j)).sum();
            let below: f64 = (0..=k).map(|j| f.pmf(j)).sum();
            let floor = if f.family() == "CompoundCount" { 1e-15 } else { 1e-38 };
            assert!(
                (f.sf(k) - above).abs() < 2e-13 * above + floor,
                "{f:?} {k}: {} {above}",
                f.sf(k)
            );
            assert!((f.cdf(k) - below).abs() < 2e-13 * below + 1e-300, "{f:?} {k}: {below}");
            let p = f.cdf(k);
            if f.pmf(k) > 1e-10 && p < 1.0 {
                assert_eq!(f.quantile(p), k as f64, "{f:?}");
            }
        }
        assert!(f.quantile(f64::NAN).is_nan() && f.quantile(-0.1).is_nan());
    }
}

#[test]
fn logarithms_of_probabilities_go_on_where_these_underflow() {
    for f in all() {
        for k in [0, 1, 3, 30] {
            let (p, log) = (f.pmf(k), f.ln_pmf(k));
            if p > 1e-300 {
                assert!((libm::exp(log) / p - 1.0).abs() < 1e-12, "{f:?} {k}");
            }
        }
    }
    assert!(Poisson::new(1.0).unwrap().ln_pmf(1000) < -5000.0);
    assert!(NegativeBinomial::new(1.0, 2.0).unwrap().ln_pmf(10_000) < -5000.0);
    assert!(PoissonInverseGaussian::new(1.0, 5.0).unwrap().ln_pmf(2000) < -1000.0);
}

#[test]
fn panjer_s_recursion_holds() {
    for f in all() {
        let Some(Panjer { a, b, class }) = f.panjer() else { continue };
        for k in u64::from(class) + 1..20 {
            let (p, last) = (f.pmf(k), f.pmf(k - 1));
            let next = (a + b / k as f64) * last;
            assert!((p - next).abs() <= 1e-12 * p + 1e-14 * last, "{f:?} {k}: {p:e} {next:e}");
        }
    }
}

#[test]
fn the_poisson_inverse_gaussian_follows_its_own_recursion() {
    // Willmot (1987): p(k) = 2β/(1 + 2β)·(1 − 3/(2k)) p(k − 1) + μ²/((1 + 2β) k (k − 1)) p(k − 2).
    for (mean, shape) in [(2.0f64, 0.8f64), (30.0, 200.0), (0.01, 5.0), (100.0, 0.5)] {
        let f = PoissonInverseGaussian::new(mean, shape).unwrap();
        let beta = mean * mean / shape;
        let root = (1.0 + 2.0 * beta).sqrt();
        let (mut older, mut old) = ((-2.0 * mean / (1.0 + root)).exp(), 0.0);
        old += mean * older / root;
        for k in 2..300 {
            let n = f64::from(k);
            let next = (2.0 * beta * (1.0 - 1.5 / n) * old + mean * mean / (n * (n - 1.0)) * older)
                / (1.0 + 2.0 * beta);
            (older, old) = (old, next);
            if next < 1e-290 {
                break;
            }
            assert!((f.pmf(k as u64) / next - 1.0).abs() < 1e-12, "{mean} {shape} {k}");
        }
        // Sichel of order −½ is the same: dispersion mean/shape.
        let sichel = Sichel::new(mean, mean / shape, -0.5).unwrap();
        for k in [0, 3, 70] {
            assert!((sichel.pmf(k) / f.pmf(k) - 1.0).abs() < 1e-12);
            assert!((sichel.sf(k) / f.sf(k) - 1.0).abs() < 1e-11);
        }
        let w = C64::new(-0.7, 0.6);
        assert!((sichel.ln_pgf(w) - f.ln_pgf(w)).norm() < 1e-12 * (1.0 + f.ln_pgf(w).norm()));
    }
}

#[test]
fn identities_between_families() {
    let same = |a: &Frequency, b: &Frequency| {
        for k in [0, 1, 4, 11, 30] {
            let (p, q) = (a.pmf(k), b.pmf(k));
            assert!((p - q).abs() < 1e-12 * q + 1e-300, "{a:?} {b:?} {k}: {p:e} {q:e}");
        }
    };
    let poisson = |mean| of(Poisson::new(mean).unwrap());
    let negative = |mean, shape| of(NegativeBinomial::new(mean, shape).unwrap());
    same(&of(Geometric::new(3.0).unwrap()), &negative(3.0, 1.0));
    // Quenouille (1949): a Poisson of logarithmics is a negative binomial of shape −λ/ln(1 − p).
    let (p, shape) = (0.6f64, 2.5);
    let clusters = poisson(-shape * (1.0 - p).ln());
    let secondary = of(Logarithmic::new(p).unwrap());
    same(
        &of(CompoundCount::new(clusters, secondary).unwrap()),
        &negative(shape * p / (1.0 - p), shape),
    );
    let clusters = of(CompoundCount::new(poisson(2.0), poisson(5.0)).unwrap());
    same(&clusters, &of(NeymanA::new(2.0, 5.0).unwrap()));
    let mixed = of(MixedPoisson::new(vec![3.0], vec![1.0]).unwrap());
    same(&mixed, &poisson(3.0));
    let uniform = of(BetaBinomial::new(30, 1.0, 1.0).unwrap());
    assert!((uniform.pmf(17) - 1.0 / 31.0).abs() < 1e-15);
    let truncated = of(ZeroTruncated::new(negative(1.0, 1e-9)).unwrap());
    let logarithmic = of(Logarithmic::new(1.0 / (1.0 + 1e-9)).unwrap());
    assert!((truncated.pmf(3) / logarithmic.pmf(3) - 1.0).abs() < 1e-7);
}

#[test]
fn hard_parameters_are_right_or_refused() {
    for f in [
        of(Poisson::new(1e9).unwrap()),
        of(NegativeBinomial::new(1e9, 1e16).unwrap()),
        of(NegativeBinomial::new(1e9, 0.1).unwrap()),
        of(NegativeBinomial::new(1e9, 1e-3).unwrap()),
        of(Binomial::new(1_000_000_000_000, 1e-3).unwrap()),
        of(Geometric::new(1e9).unwrap()),
        of(Logarithmic::new(1.0 - 1e-12).unwrap()),
        of(Logarithmic::new(1e-12).unwrap()),
        of(PoissonInverseGaussian::new(1e9, 1e9).unwrap()),
        of(Sichel::new(1e9, 1e-3, 2.0).unwrap()),
        of(Delaporte::new(100.0, 1e6, 1e9).unwrap()),
        of(Delaporte::new(0.01, 1e6, 1e9).unwrap()),
        of(NeymanA::new(1e9, 1.0).unwrap()),
        of(NeymanA::new(3.0, 1e6).unwrap()),
        of(ZeroModified::new(of(Poisson::new(1e9).unwrap()), 0.3).unwrap()),
        of(ZeroTruncated::new(of(Poisson::new(1e-9).unwrap())).unwrap()),
        of(Bernoulli::new(0.0).unwrap()),
        of(Bernoulli::new(1.0).unwrap()),
        of(Binomial::new(0, 0.5).unwrap()),
        of(Binomial::new(9, 1.0).unwrap()),
    ] {
        let (mean, sd) = (f.mean(), f.variance().sqrt());
        assert!(mean.is_finite() && sd.is_finite() && sd >= 0.0, "{f:?}: {mean} {sd}");
        for p in [0.01, 0.5, 0.99, 1.0 - 1e-9] {
            let k = f.quantile(p);
            assert!(k >= 0.0 && f.cdf(k as u64) >= p * (1.0 - 1e-12), "{f:?} {p}: {k}");
            assert!(k == 0.0 || f.cdf(k as u64 - 1) <= p * (1.0 + 1e-12), "{f:?} {p}: {k}");
        }
        let mut stream = crate::random::Stream::new(1, crate::random::Purpose::Count, 0, 0);
        let drawn: f64 = (0..2000).map(|_| f.draw(&mut stream) as f64).sum::<f64>() / 2000.0;
        // NaN counts as heavy: the moment overflows.
        let heavy = !(f.kurtosis() <= 1e3);
        assert!(heavy || (drawn - mean).abs() <= 5.0 * sd / 2000f64.sqrt() + 1e-9 * mean, "{f:?}");
        let slope = f.ln_pgf(C64::new(-1e-12 / mean.max(1.0), 0.0)).re / (-1e-12 / mean.max(1.0));
        assert!(heavy || (slope - mean).abs() <= 1e-9 * mean, "{f:?}: {slope} {mean}");
        let (k, h) = (mean.round() as u64, 1u64);
        let (below, at) = (f.cdf(k.saturating_sub(h)), f.cdf(k));
        assert!((at - below - if k > 0 { f.pmf(k) } else { 0.0 }).abs() < 1e-13, "{f:?}");
    }
    assert!(Poisson::new(1e17).is_err() && Logarithmic::new(0.0).is_err());
    assert!(Logarithmic::new(1.0).is_err() && Geometric::new(f64::INFINITY).is_err());
    assert!(Binomial::new(u64::MAX, 0.5).is_err() && Sichel::new(1.0, 0.0, 1.0).is_err());
    assert!(EmpiricalCount::new(vec![0.5, 0.6]).is_err() && EmpiricalCount::new(vec![]).is_err());
    assert!(ZeroTruncated::new(of(Poisson::new(0.0).unwrap())).is_err());
    let crowd = of(Poisson::new(1e6).unwrap());
    assert!(CompoundCount::new(crowd.clone(), crowd).is_err());
    assert!(of(Poisson::new(2.0).unwrap()).thinned(1.5).is_err());
}
