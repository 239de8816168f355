use super::*;

fn all() -> Vec<Frequency> {
    vec![
        Poisson::new(0.3).unwrap().into(),
        Poisson::new(40.0).unwrap().into(),
        NegativeBinomial::new(12.0, 1.5).unwrap().into(),
        NegativeBinomial::new(3.0, 0.2).unwrap().into(),
        Bernoulli::new(0.04).unwrap().into(),
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
        assert!((variance / f.variance() - 1.0).abs() < 1e-10, "{f:?}");
        assert!((skewness / f.skewness() - 1.0).abs() < 1e-9, "{f:?}");
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
                if f.pmf(n) == 0.0 {
                    continue;
                }
                let h = value * 1e-5;
                let up = f.with_parameter(name, value + h).unwrap().pmf(n).ln();
                let down = f.with_parameter(name, value - h).unwrap().pmf(n).ln();
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
        assert!((thin.ln_pgf(w) - f.ln_pgf(w * v)).norm() < 1e-12, "{f:?}");
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
