use super::*;
use crate::frequency::{Bernoulli, Binomial, Count, NegativeBinomial, Poisson};
use crate::severity::{Capped, Family, Layered, LogNormal, Lomax, Pareto, Severity};

fn job<'a>(aggregate: &'a Aggregate, target: Target, years: u64, control: &'a Control) -> Job<'a> {
    Job { aggregate, target, years, seed: 11, precision: 1e-3, control }
}

fn asmussen() -> Aggregate {
    // Poisson(5) × Lomax(1.5, 1), numerics 2.9 and 5.
    Aggregate::new(Poisson::new(5.0).unwrap().into(), Lomax::new(1.5, 1.0).unwrap().into())
}

#[test]
fn gold_asmussen_kroese() {
    let (aggregate, control) = (asmussen(), Control::default());
    for (x, exact, within) in [(1e4, 5.006_639e-6, 1e-10), (1e6, 5.000_068e-9, 2e-15)] {
        let found = job(&aggregate, Target::Exceeds(x), 200_000, &control)
            .run(Method::Conditional)
            .unwrap();
        let error = found.standard_error.hypot(0.5 * within);
        assert!((found.value - exact).abs() < 4.0 * error, "{x}: {found:?}");
        assert!(found.standard_error < 1e-4 * exact, "{x}: {found:?}");
    }
}

#[test]
fn the_published_layer_by_every_method() {
    // Poisson(10) × lognormal(13, 1.5), 9m xs 1m each, 30m xs 1m of the year: 5,537,861.63 (numerics 2.2).
    let gross = Aggregate::new(
        Poisson::new(10.0).unwrap().into(),
        LogNormal::new(13.0, 1.5).unwrap().into(),
    );
    let aggregate = gross.layered(9e6, 1e6).unwrap();
    let control = Control::default();
    let target = Target::Layer { limit: 30e6, attachment: 1e6 };
    let exact = 5_537_861.63;
    for method in Method::ALL {
        if method == Method::Closed {
            continue;
        }
        let found = job(&aggregate, target, 100_000, &control).run(method).unwrap();
        let error = if found.bound.is_nan() { 4.0 * found.standard_error } else { found.bound };
        assert!((found.value - exact).abs() < error + 0.01, "{found:?}");
        if method == Method::Control {
            assert!(found.variance_factor > 5.0, "{found:?}");
        }
        if method == Method::Sobol {
            assert!(found.variance_factor > 50.0, "{found:?}");
        }
    }
}

/// Models whose methods must agree, with a layer and an amount for each.
fn matrix() -> Vec<(Aggregate, Target)> {
    let lognormal: Severity = LogNormal::new(10.0, 2.0).unwrap().into();
    let capped: Severity = Capped::new(Pareto::new(1.2, 1e4).unwrap().into(), 2e5).unwrap().into();
    let layered: Severity = Layered::new(lognormal.clone(), 4e6, 1e6).unwrap().into();
    let layer = |limit, attachment| Target::Layer { limit, attachment };
    let of = |frequency, severity: &Severity| Aggregate::new(frequency, severity.clone());
    vec![
        (of(Poisson::new(3.0).unwrap().into(), &capped), layer(3e5, 2e5)),
        (of(Poisson::new(3.0).unwrap().into(), &capped), Target::Exceeds(4e5)),
        (of(Poisson::new(0.02).unwrap().into(), &capped), layer(1e5, 5e4)),
        (of(NegativeBinomial::new(4.0, 0.7).unwrap().into(), &capped), layer(5e5, 5e5)),
        (of(NegativeBinomial::new(10.0, 1.5).unwrap().into(), &layered), layer(8e6, 0.0)),
        (of(NegativeBinomial::new(10.0, 1.5).unwrap().into(), &layered), Target::Exceeds(5e6)),
        (of(Binomial::new(6, 0.3).unwrap().into(), &capped), layer(f64::INFINITY, 3e5)),
        (of(Poisson::new(60.0).unwrap().into(), &layered), layer(1e7, 1e7)),
    ]
}

#[test]
fn methods_agree_with_the_grid() {
    let control = Control::default();
    for (aggregate, target) in matrix() {
        let exact = job(&aggregate, target, 1000, &control).run(Method::Fft).unwrap();
        for method in [
            Method::Simulation,
            Method::Control,
            Method::Stratified,
            Method::Sobol,
            Method::Conditional,
            Method::Importance,
        ] {
            let found = job(&aggregate, target, 60_000, &control).run(method).unwrap();
            let error = found.standard_error.hypot(exact.bound / 4.0);
            let z = (found.value - exact.value) / error;
            assert!(z.abs() < 4.0, "z = {z}: {aggregate:?} {target:?}\n{found:?}\n{exact:?}");
            assert!(found.relative_error() < 0.2, "{found:?}");
        }
    }
}

#[test]
fn a_billion_sparse_years_cost_by_their_losses() {
    // P(a year reaches 50m) of Poisson(0.001): exact 1 − exp(−λ S).
    let severity: Severity = Pareto::new(1.3, 1e6).unwrap().into();
    let aggregate = Aggregate::new(Poisson::new(1e-3).unwrap().into(), severity.clone());
    let layered = aggregate.layered(1e12, 5e7).unwrap();
    let control = Control::default();
    let found = job(&layered, Target::Exceeds(1e6), 1_000_000_000, &control)
        .run(Method::Simulation)
        .unwrap();
    let exact = -(-1e-3 * severity.sf(5.1e7)).exp_m1();
    assert!((found.value - exact).abs() < 4.0 * found.standard_error, "{found:?} {exact}");
    assert!(found.relative_error() < 0.03);
}

#[test]
fn threads_and_blocks_give_the_same_bits() {
    let (aggregate, target) = matrix().remove(3);
    let run = |threads, method| {
        let control = Control::new(Some(threads));
        job(&aggregate, target, 30_000, &control).run(method).unwrap()
    };
    for method in [
        Method::Simulation,
        Method::Control,
        Method::Stratified,
        Method::Sobol,
        Method::Conditional,
        Method::Importance,
    ] {
        let (one, three) = (run(1, method), run(3, method));
        assert_eq!(one.value.to_bits(), three.value.to_bits(), "{method:?}");
        assert_eq!(one.standard_error.to_bits(), three.standard_error.to_bits(), "{method:?}");
    }
}

#[test]
fn what_has_no_variance_has_no_standard_error() {
    // Lomax(1.5): a mean, no variance. Conditioning integrates the tail and has one.
    let (aggregate, control) = (asmussen(), Control::default());
    let target = Target::Layer { limit: f64::INFINITY, attachment: 10.0 };
    let plain = job(&aggregate, target, 20_000, &control).run(Method::Simulation).unwrap();
    assert!(plain.standard_error.is_nan() && plain.reason.contains("infinite"), "{plain:?}");
    let found = job(&aggregate, target, 200_000, &control).run(Method::Conditional).unwrap();
    let exact = job(&aggregate, target, 100, &control).run(Method::Fft).unwrap();
    let error = found.standard_error.hypot(exact.bound);
    assert!((found.value - exact.value).abs() < 4.0 * error, "{found:?} {exact:?}");
}

#[test]
fn awkward_questions_are_answered_or_refused() {
    let control = Control::default();
    let severity: Severity = LogNormal::new(10.0, 1.0).unwrap().into();
    let layer = Target::Layer { limit: 1e6, attachment: 1e5 };
    let none = Aggregate::new(Poisson::new(0.0).unwrap().into(), severity.clone());
    assert_eq!(job(&none, layer, 1000, &control).run(Method::Auto).unwrap().value, 0.0);
    // At most one loss: exact.
    let one = Aggregate::new(Bernoulli::new(0.1).unwrap().into(), severity.clone());
    let found = job(&one, layer, 1000, &control).run(Method::Importance).unwrap();
    assert_eq!(found.method, Method::Closed);
    assert_eq!(found.value, 0.1 * severity.layer_mean(1e6, 1e5));
    // No mean.
    let heavy =
        Aggregate::new(Poisson::new(1.0).unwrap().into(), Pareto::new(0.8, 1.0).unwrap().into());
    let whole = Target::Layer { limit: f64::INFINITY, attachment: 10.0 };
    assert_eq!(job(&heavy, whole, 1000, &control).run(Method::Auto).unwrap().value, f64::INFINITY);
    // Too many to draw, but not for the grid.
    let crowd = Aggregate::new(Poisson::new(1e9).unwrap().into(), severity.clone());
    let target = Target::Layer { limit: 1e13, attachment: crowd.mean() };
    let error = job(&crowd, target, 1000, &control).run(Method::Simulation).unwrap_err();
    assert!(error.to_string().contains("too many"), "{error}");
    // E(S − m)₊ of nearly a normal total is sd/√(2π), far below the step: the bound says so.
    let found = job(&crowd, target, 1000, &control).run(Method::Fft).unwrap();
    let normal = crowd.sd() / (2.0 * std::f64::consts::PI).sqrt();
    assert!((found.value - normal).abs() <= found.bound && found.relative_error() > 0.1);
    // All faults at once.
    let bad = Job {
        aggregate: &one,
        target: Target::Layer { limit: -1.0, attachment: f64::NAN },
        years: 3,
        seed: 0,
        precision: 2.0,
        control: &control,
    };
    let text = bad.run(Method::Auto).unwrap_err().to_string();
    for word in ["limit", "attachment", "years", "precision"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // A rare event without enough draws is refused, not guessed.
    let far = job(&one_of_many(), Target::Exceeds(1e12), 200, &control).run(Method::Importance);
    assert!(far.unwrap_err().to_string().contains("effective"));
    // A table of counts that does not end is not cut off: r = 0.01 reaches beyond a million.
    let long = NegativeBinomial::new(1e5, 0.01).unwrap();
    let beyond = long.sf((1 << 20) - 1);
    assert!(beyond > 1e-3, "{beyond}");
    let long = Aggregate::new(long.into(), severity);
    let error = job(&long, target, 1000, &control).run(Method::Control).unwrap_err();
    assert!(error.to_string().contains("have more than 1048576 losses"), "{error}");
}

#[test]
fn dense_years_are_drawn_a_few_at_a_time() {
    // 50,000 losses a year: a block is one year, and the mean and variance are those of the model.
    let one: Severity = LogNormal::new(0.0, 0.5).unwrap().into();
    let dense = Aggregate::new(Poisson::new(5e4).unwrap().into(), one);
    let control = Control::default();
    let whole = Target::Layer { limit: f64::INFINITY, attachment: 0.0 };
    let halfway = Target::Layer { limit: f64::INFINITY, attachment: dense.mean() };
    assert_eq!(
        job(&dense, whole, 100, &control).run(Method::Simulation).unwrap().value,
        dense.mean()
    );
    let found = job(&dense, halfway, 400, &control).run(Method::Simulation).unwrap();
    let normal = dense.sd() / (2.0 * std::f64::consts::PI).sqrt();
    assert!((found.value - normal).abs() < 4.0 * found.standard_error, "{found:?} {normal}");
}

fn one_of_many() -> Aggregate {
    Aggregate::new(Poisson::new(5.0).unwrap().into(), LogNormal::new(10.0, 1.0).unwrap().into())
}

#[test]
fn the_choice_says_why() {
    let control = Control::default();
    let (aggregate, target) = matrix().remove(0);
    let found = job(&aggregate, target, 10_000, &control).run(Method::Auto).unwrap();
    assert_eq!(found.method, Method::Fft);
    assert!(found.reason.contains("bound"), "{found:?}");
    let far = asmussen();
    let found = job(&far, Target::Exceeds(1e9), 10_000, &control).run(Method::Auto).unwrap();
    assert_eq!(found.method, Method::Conditional);
    assert!(found.reason.contains("because"), "{found:?}");
    // 5 S̄(x) to first order: (1 + x)^−1.5.
    assert!((found.value / (5.0 * 1e9f64.powf(-1.5)) - 1.0).abs() < 1e-3);
}

#[test]
fn counts_are_seen_from_their_losses() {
    let model = Thinned::new(&asmussen()).unwrap();
    let biased = model.size_biased();
    assert!((biased[0] - Poisson::new(5.0).unwrap().pmf(1) / 5.0).abs() < 1e-15);
    assert_eq!(model.count_of(1e-9), 1);
}

#[test]
fn derivatives_on_the_grid_and_by_simulation_agree() {
    let control = Control::default();
    let severity: Severity =
        Layered::new(LogNormal::new(10.0, 2.0).unwrap().into(), 4e6, 1e6).unwrap().into();
    let poisson = Aggregate::new(Poisson::new(10.0).unwrap().into(), severity.clone());
    let mixed = Aggregate::new(NegativeBinomial::new(10.0, 1.5).unwrap().into(), severity);
    let lomax = asmussen();
    let layer = |limit, attachment| Target::Layer { limit, attachment };
    for (aggregate, target) in [
        (&poisson, layer(8e6, 1e6)),
        (&mixed, layer(12e6, 0.0)),
        (&lomax, layer(50.0, 20.0)),
        (&lomax, Target::Exceeds(40.0)),
    ] {
        let rows = job(aggregate, target, 100_000, &control).sensitivity().unwrap();
        assert!(rows.len() >= 3);
        for row in rows {
            // A finite difference of the value on the grid, where the parameter is the model's.
            if let Some((part, name)) = row.parameter.split_once('.') {
                let at = |to: f64| {
                    let mut moved = aggregate.clone();
                    if part == "severity" {
                        moved.severity = aggregate.severity.with_parameter(name, to).unwrap();
                    } else {
                        moved.frequency = aggregate.frequency.with_parameter(name, to).unwrap();
                    }
                    job(&moved, target, 100, &control).run(Method::Fft).unwrap().value
                };
                let step = 0.01 * row.value.abs();
                let difference = (at(row.value + step) - at(row.value - step)) / (2.0 * step);
                let scale = difference.abs().max(1e-3 * at(row.value) / row.value.abs());
                assert!((row.exact - difference).abs() < 0.02 * scale, "{row:?} {difference}");
            }
            let error = row.simulated.standard_error.hypot(row.bound);
            let z = (row.simulated.value - row.exact) / error;
            assert!(z.abs() < 4.0 || row.simulated.value.is_nan(), "z = {z} {target:?} {row:?}");
        }
    }
}
