use super::*;

pub(super) fn near(a: f64, b: f64, relative: f64) -> bool {
    a == b || (a - b).abs() <= relative * b.abs()
}

pub(super) fn examples() -> Vec<Severity> {
    let lognormal: Severity = LogNormal::new(12.6, 1.7).unwrap().into();
    let pareto: Severity = Pareto::new(1.4, 5e6).unwrap().into();
    let spliced: Severity =
        Spliced::new(lognormal.clone(), pareto.clone(), 5e6, 0.049).unwrap().into();
    vec![
        lognormal.clone(),
        pareto.clone(),
        Gamma::new(0.4, 2e5).unwrap().into(),
        Gamma::new(9.0, 1e4).unwrap().into(),
        Beta::new(2.0, 2.0, 0.83).unwrap().into(),
        Beta::new(0.6, 14.0, 0.0).unwrap().into(),
        MBBEFD::swiss_re(6.0).unwrap().into(),
        MBBEFD::new(1.0, 4.0).unwrap().into(),
        MBBEFD::new(0.25, 4.0).unwrap().into(),
        Capped::new(spliced.clone(), 5e8).unwrap().into(),
        Scaled::new(spliced.clone(), 0.6).unwrap().into(),
        Layered::new(spliced.clone(), 4e6, 1e6).unwrap().into(),
        Layered::new(spliced.clone(), f64::INFINITY, 1e5).unwrap().into(),
        Piecewise::new(spliced.clone(), vec![0.0, 1e6, 5e6, 9e6], vec![0.6, 0.0, 0.3, 0.6])
            .unwrap()
            .into(),
        spliced,
        Exponential::new(3e5).unwrap().into(),
        Weibull::new(0.6, 2e5).unwrap().into(),
        Weibull::new(3.0, 2e5).unwrap().into(),
        Lomax::new(1.3, 4e5).unwrap().into(),
        GPD::new(0.7, 3e5, 1e5).unwrap().into(),
        GPD::new(-0.2, 3e5, 0.0).unwrap().into(),
        GPD::new(0.0, 3e5, 2e4).unwrap().into(),
        GEV::new(0.3, 4e5, 1e5).unwrap().into(),
        GEV::new(-0.1, 4e5, 1e5).unwrap().into(),
        GEV::new(0.0, 2e5, 1e5).unwrap().into(),
        Frechet::new(1.8, 3e5).unwrap().into(),
        Burr::new(1.7, 1.3, 2e5).unwrap().into(),
        LogLogistic::new(2.4, 3e5).unwrap().into(),
        InverseGaussian::new(3e5, 2e5).unwrap().into(),
        InverseGaussian::new(3e5, 3e7).unwrap().into(),
        InverseGamma::new(2.6, 5e5).unwrap().into(),
        GB2::new(2.2, 0.8, 3e5, 1.4).unwrap().into(),
        GB2::new(3.0, 2.0, 3e5, 1.0).unwrap().into(),
        LogGamma::new(2.5, 3.1, 1e4).unwrap().into(),
        LogT::new(12.0, 0.9, 5.0).unwrap().into(),
        Uniform::new(1e5, 4e5).unwrap().into(),
        MixedErlang::new(vec![0.5, 0.0, 0.2, 0.3], 1e5).unwrap().into(),
        PiecewisePareto::new(vec![1e5, 3e5, 2e6], &[0.9, 1.4, 2.2]).unwrap().into(),
        Empirical::new(&[3e5, 1e5, 3e5, 7e5, 2e6], None).unwrap().into(),
        Mixture::new(vec![lognormal.clone(), Gamma::new(2.0, 1e5).unwrap().into()], vec![0.3, 0.7])
            .unwrap()
            .into(),
        Maximum::new(vec![lognormal.clone(), Weibull::new(0.8, 4e5).unwrap().into()])
            .unwrap()
            .into(),
        Minimum::new(vec![lognormal.clone(), pareto.clone()]).unwrap().into(),
        Truncated::new(lognormal.clone(), 1e5, 3e6).unwrap().into(),
        Truncated::new(lognormal.clone(), 1e5, f64::INFINITY).unwrap().into(),
        Shifted::new(lognormal.clone(), 5e4).unwrap().into(),
        Shifted::new(pareto.clone(), -4e6).unwrap().into(),
        Franchise::new(lognormal.clone(), 2e5).unwrap().into(),
        Spliced::of(
            vec![lognormal.clone(), Lomax::new(1.6, 1e6).unwrap().into(), pareto.clone()],
            &[4e5, 6e6],
            None,
        )
        .unwrap(),
        Spliced::of(
            vec![Gamma::new(0.8, 1e5).unwrap().into(), lognormal, pareto],
            &[4e5, 6e6],
            Some(&[0.7, 0.25, 0.05]),
        )
        .unwrap(),
    ]
}

#[test]
fn gold_g1_layer_of_a_lognormal() {
    // G1: Poisson(10), lognormal(10, 2), 4m xs 1m.
    let x: Severity = LogNormal::new(10.0, 2.0).unwrap().into();
    assert!(near(10.0 * x.layer_mean(4e6, 1e6), 370_930.883_318_940_7, 1e-13));
    assert!(near(x.sf(1e6), 0.028_211_426_664_5, 1e-11));
    assert!(near(x.sf(5e6), 0.003_339_148_65, 1e-8));
    assert!(near(10.0 * x.mean(), 1_627_547.914_190, 1e-12));
}

#[test]
fn limited_means_exist_where_the_mean_is_beyond_the_doubles() {
    // mpmath, 40 digits: (mu, sigma, E min(X, 1e7))
    for (mu, sigma, exact) in [
        (12.0, 38.0, 4673103.1516005767179),
        (12.0, 60.0, 4792792.5291134848384),
        (-500.0, 40.0, 3.201944095781125267e-31),
        (0.0, 1000.0, 4939689.8506726406934),
    ] {
        let value = LogNormal::new(mu, sigma).unwrap().lev(1e7);
        assert!(near(value, exact, 1e-12), "{mu} {sigma}: {value} {exact}");
    }
}

#[test]
fn far_layers_keep_their_digits() {
    // Values by mpmath (50 digits): ∫ S over the layer.
    let x = LogNormal::new(10.0, 2.0).unwrap();
    for (limit, attachment, exact) in [
        (1e8, 1e9, 3.615_604_219_386_542),
        (1e10, 1e12, 5.826_467_913_012_827e-9),
        (1e10, 1e14, 5.120_321_127_556_858_6e-19),
    ] {
        let value = x.layer_mean(limit, attachment);
        assert!(near(value, exact, 2e-12), "{limit} xs {attachment}: {value} {exact}");
    }
}

#[test]
fn gold_g8_exposure_curves() {
    // Bernegger 1997; c, b, g, mean, G(.05) G(.1) G(.25) G(.5) G(.75)
    for (c, b, g, mean, curve) in [
        (
            1.5,
            12.64801138,
            4.22069582,
            0.34854766,
            [0.11947563, 0.20929733, 0.40382023, 0.63493677, 0.82547846],
        ),
        (
            2.0,
            9.02501350,
            7.69060920,
            0.22609085,
            [0.16243719, 0.26666042, 0.46723326, 0.68279173, 0.85074823],
        ),
        (
            5.0,
            0.24659696,
            992.27471561,
            0.01214565,
            [0.56903982, 0.68493685, 0.83086386, 0.92706206, 0.97329405],
        ),
    ] {
        let m = MBBEFD::swiss_re(c).unwrap();
        assert!(near(m.b, b, 2e-8) && near(m.g, g, 1e-8) && near(m.moment(1), mean, 1e-6));
        for (x, value) in [0.05, 0.1, 0.25, 0.5, 0.75].into_iter().zip(curve) {
            assert!(near(m.exposure_curve(x), value, 1e-7), "{c} {x}");
        }
    }
    // Edge cases of the same paper.
    let x = 0.3;
    assert_eq!(MBBEFD::new(3.0, 1.0).unwrap().exposure_curve(x), x);
    assert_eq!(MBBEFD::new(0.0, 5.0).unwrap().exposure_curve(x), x);
    assert!(near(MBBEFD::new(1.0, 4.0).unwrap().exposure_curve(x), 1.9f64.ln() / 4f64.ln(), 1e-15));
    assert!(near(
        MBBEFD::new(0.25, 4.0).unwrap().exposure_curve(x),
        (1.0 - 0.25f64.powf(x)) / 0.75,
        1e-14
    ));
}

#[test]
fn limited_expected_values_are_integrals_of_the_survival_function() {
    for x in examples() {
        for q in [0.9, 0.5, 0.1, 1e-3] {
            let d = x.isf(q);
            if d <= 0.0 {
                continue;
            }
            let by_quadrature = integrate(&x, 0.0, d, |t, _| x.sf(t));
            assert!(
                near(x.lev(d), by_quadrature, 1e-10),
                "{x:?} {q}: {} {by_quadrature}",
                x.lev(d)
            );
            if x.mean().is_finite() {
                let (parts, mean) = (x.lev(d) + x.excess(d), x.mean());
                assert!(near(parts, mean, 1e-10), "{x:?} {q}: {parts} {mean}");
            }
        }
    }
}

#[test]
fn densities_integrate_to_the_distribution_function() {
    for x in examples() {
        let (low, high) = (x.isf(0.97).max(1e-12), x.isf(0.01));
        // The flat piece of the example is an atom between the two.
        if low >= high || ["Piecewise", "Empirical"].contains(&x.family()) {
            continue;
        }
        let mass = integrate(&x, low, high.next_down() - low, |t, _| x.pdf(t));
        assert!(near(mass, x.sf(low) - x.sf(high.next_down()), 1e-9), "{x:?}");
    }
}

#[test]
fn sampling_is_inverse_survival() {
    for x in examples() {
        let u: Vec<f64> = (1..400).map(|i| f64::from(i) / 400.0).chain([1e-9, 1e-15]).collect();
        let mut sample = u.clone();
        x.sample(&mut sample);
        for (q, v) in u.iter().zip(&sample) {
            assert!(near(*v, x.isf(*q), 1e-9), "{x:?} {q}: {v} {}", x.isf(*q));
        }
    }
}

#[test]
fn a_break_next_to_the_end_of_a_layer_is_no_layer() {
    let x: Severity = Scaled::new(Beta::new(1.0, 1.0, 0.0).unwrap().into(), 100.0).unwrap().into();
    for top in [100f64.next_down(), 100.0, 100f64.next_up()] {
        let layer = x.layer_mean(top - 99.9, 99.9);
        assert!(near(layer, 0.1 * 0.1 / 200.0, 1e-9), "{layer}");
    }
}

#[test]
fn moments_that_do_not_exist_are_infinite() {
    let x: Severity = Pareto::new(0.9, 1.0).unwrap().into();
    assert_eq!(x.mean(), f64::INFINITY);
    let x: Severity = Pareto::new(1.5, 1.0).unwrap().into();
    assert!(x.mean().is_finite() && x.variance() == f64::INFINITY);
    assert!(Capped::new(x, 10.0).unwrap().moment(2).is_finite());
    // numerics 5: α near 1 keeps its digits
    let layer = |alpha| Pareto::new(alpha, 1.0).unwrap().layer_mean(99.0, 1.0);
    assert!(near(layer(1.0), 100f64.ln(), 1e-14));
    assert!(near(layer(1.0 + 1e-9), 100f64.ln() * (1.0 - 0.5e-9 * 100f64.ln()), 1e-13));
}

#[test]
fn parameters_are_named_and_can_be_changed() {
    let x = &examples()[9];
    let names: Vec<String> = x.parameters().into_iter().map(|(n, _)| n).collect();
    assert_eq!(
        names,
        [
            "limit",
            "base.threshold",
            "base.tail_weight",
            "base.body.mu",
            "base.body.sigma",
            "base.tail.alpha",
            "base.tail.scale"
        ]
    );
    let changed = x.with_parameter("base.tail.alpha", 2.0).unwrap();
    assert!(changed.mean() < x.mean());
    assert!(x.with_parameter("base.tail.alpha", -2.0).is_err());
    let error = x.with_parameter("base.tail.alhpa", 2.0).unwrap_err().to_string();
    assert!(error.contains("did you mean 'alpha'"), "{error}");
}

#[test]
fn json_round_trips_and_is_checked() {
    for x in examples() {
        assert_eq!(Severity::from_json(&x.to_json()).unwrap(), x);
    }
    let bad = r#"{"family":"Capped","limit":-1,"base":{"family":"LogNormal","mu":1,"sigma":-2}}"#;
    assert_eq!(Severity::from_json(bad).unwrap_err().issues().len(), 2);
}

#[test]
fn derivatives_are_the_slopes_of_the_survival_function() {
    for x in examples() {
        for q in [0.97, 0.7, 0.2, 1e-3, 1e-9] {
            let v = x.isf(q);
            let (exact, differences) = (x.sf_derivatives(v), derivative::by_differences(&x, v));
            assert_eq!(exact.len(), x.parameters().len(), "{x:?}");
            // Steps across the end of the support would see a kink.
            if v > 0.98 * x.support().1 {
                continue;
            }
            for ((name, p), (a, b)) in x.parameters().iter().zip(exact.iter().zip(&differences)) {
                let size = q.min(1.0 - q) / p.abs().max(1e-300);
                assert!(
                    (a - b).abs() <= 1e-7 * (b.abs() + size) || v == x.support().1,
                    "{x:?} {name} at {q}: {a:e} {b:e}"
                );
            }
        }
    }
}

#[test]
fn logarithms_agree_and_go_beyond_underflow() {
    for x in examples() {
        for q in [0.999, 0.5, 1e-6, 1e-100] {
            let v = x.isf(q);
            if v > 0.999 * x.support().1 {
                continue;
            }
            assert!(near(x.log_sf(v), x.sf(v).ln(), 1e-12) || x.sf(v) > 0.9, "{x:?} {q}");
            assert!(
                near(x.log_pdf(v), x.pdf(v).ln(), 1e-11) || x.pdf(v).ln().abs() < 1e-3,
                "{x:?} {q}"
            );
        }
    }
}

#[test]
fn columns_follow_the_families() {
    let log_normal = LogNormal::new(10.0, 2.0).unwrap();
    let pareto = Pareto::new(1.4, 5e3).unwrap();
    let amounts: Vec<f64> = (-400..1200).map(|i| libm::exp(0.05 * f64::from(i))).collect();
    for family in [&log_normal as &dyn Family, &pareto] {
        let mut column = amounts.clone();
        family.sf_in_place(&mut column);
        for (x, sf) in amounts.iter().zip(column) {
            let want = family.sf(*x);
            assert!((sf - want).abs() <= 1e-13 * want, "{x}: {sf:e} {want:e}");
        }
        let mut odd = [0.0, -1.0, f64::INFINITY, 5e-324];
        family.sf_in_place(&mut odd);
        assert_eq!(odd, [1.0, 1.0, 0.0, 1.0]);
    }
}

#[test]
fn columns_of_composites_follow_their_parts() {
    let body = || Severity::from(LogNormal::new(10.0, 2.0).unwrap());
    let tail = || Severity::from(Pareto::new(1.4, 5e3).unwrap());
    // Much of the body below the threshold, and next to nothing.
    let spliced = |at: f64| Spliced::new(body(), tail(), at, 0.08).unwrap();
    let mixture = Mixture::new(vec![body(), body(), tail()], vec![0.3, 0.0, 0.7]).unwrap();
    let amounts: Vec<f64> = (-400..1200).map(|i| libm::exp(0.05 * f64::from(i))).collect();
    for family in [&spliced(1e5) as &dyn Family, &spliced(6e3), &mixture] {
        // Pieces on one side of the threshold, one across it, and all in one.
        for piece in [64, 1600] {
            for amounts in amounts.chunks(piece) {
                let mut column = amounts.to_vec();
                family.sf_in_place(&mut column);
                for (x, sf) in amounts.iter().zip(column) {
                    let want = family.sf(*x);
                    assert!((sf - want).abs() <= 2e-13 * want, "{x}: {sf:e} {want:e}");
                }
            }
        }
    }
}

#[test]
fn a_limit_tames_any_sigma() {
    // By mpmath with 50 digits.
    for (sigma, want) in
        [(40.0, 4788894.38568875703), (100.0, 4915509.42151333967), (1e6, 4999991.55002090899)]
    {
        let found = LogNormal::new(13.0, sigma).unwrap().lev(1e7);
        assert!((found / want - 1.0).abs() < 1e-13, "{sigma}: {found:e} {want:e}");
    }
}
