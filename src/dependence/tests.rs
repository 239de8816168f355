use super::ranks::mid_ranks;
use super::*;
use crate::exec::Control;
use crate::numeric::dispatch;

fn rows(size: usize, rho: f64) -> Vec<Vec<f64>> {
    (0..size).map(|i| (0..size).map(|j| if i == j { 1.0 } else { rho }).collect()).collect()
}

fn uniform_correlation(size: usize, rho: f64) -> Correlation {
    Correlation::new(&rows(size, rho), "test").unwrap()
}

fn component(at: usize) -> Child {
    Child::Component(at)
}

fn nested(generator: Generator, outer: f64, inner: f64) -> Copula {
    let inside = Node { theta: inner, children: vec![component(1), component(2)] };
    let root = Node { theta: outer, children: vec![component(0), Child::Node(inside)] };
    NestedCopula::new(generator, root).unwrap().into()
}

/// A copula of each kind, limits included.
fn examples() -> Vec<Copula> {
    let data: Vec<Vec<f64>> = vec![
        vec![0.3, 2.0, 5.0, 1.0, 4.0, 9.0, 2.5, 3.0],
        vec![1.3, 2.0, 4.0, 1.0, 5.0, 7.0, 9.5, 0.0],
    ];
    let data: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
    let grouped = |df: Vec<f64>| {
        GroupedTCopula::new(uniform_correlation(3, 0.5), vec![0, 1, 1], df).unwrap().into()
    };
    let mut all: Vec<Copula> = vec![
        GaussianCopula::new(uniform_correlation(3, 0.5)).into(),
        GaussianCopula::new(uniform_correlation(2, -0.8)).into(),
        TCopula::new(uniform_correlation(3, 0.5), 4.5).unwrap().into(),
        TCopula::new(uniform_correlation(2, 0.3), 0.7).unwrap().into(),
        grouped(vec![3.0, 12.0]),
        EmpiricalCopula::from_data(&data, Smoothing::Checkerboard).unwrap().into(),
        EmpiricalCopula::from_data(&data, Smoothing::Beta).unwrap().into(),
        IndependenceCopula::new(2).unwrap().into(),
        ComonotoneCopula::new(3).unwrap().into(),
    ];
    for theta in [-1.0, -0.4, 1e-8, 0.5, 3.0, 60.0] {
        all.push(ClaytonCopula::new(theta, 2).unwrap().into());
    }
    for theta in [1.0, 1.0 + 1e-8, 1.5, 4.0, 80.0] {
        all.push(GumbelCopula::new(theta, 3).unwrap().into());
        all.push(JoeCopula::new(theta, 2).unwrap().into());
    }
    for theta in [-9.0, 1e-7, 0.4, 5.0, 600.0] {
        all.push(FrankCopula::new(theta, 2).unwrap().into());
    }
    for (generator, outer, inner) in [
        (Generator::Clayton, 0.5, 2.0),
        (Generator::Clayton, 0.0, 2.0),
        (Generator::Clayton, 5.0, 30.0),
        (Generator::Gumbel, 1.3, 2.5),
        (Generator::Gumbel, 1.0, 2.5),
        (Generator::Frank, 1.0, 6.0),
        (Generator::Frank, 0.0, 6.0),
        (Generator::Joe, 1.4, 3.0),
        (Generator::Joe, 2.0, 2.0),
    ] {
        all.push(nested(generator, outer, inner));
    }
    all
}

fn drawn(copula: &Copula, rows: usize, seed: u64, threads: usize) -> Vec<Vec<f64>> {
    let mut out = vec![0.0; rows * copula.dim()];
    sample(copula, rows, seed, entity(""), &Control::new(Some(threads)), &mut out).unwrap();
    out.chunks(rows).map(<[f64]>::to_vec).collect()
}

#[test]
fn margins_are_uniform() {
    // Kolmogorov: √n D below 2.2 with probability 0.99988.
    let n = 20_000;
    for copula in examples() {
        for mut column in drawn(&copula, n, 11, 1) {
            assert!(column.iter().all(|u| *u > 0.0 && *u < 1.0), "{}", copula.to_json());
            column.sort_by(f64::total_cmp);
            let distance = column.iter().enumerate().map(|(i, u)| {
                (u - i as f64 / n as f64).abs().max(((i + 1) as f64 / n as f64 - u).abs())
            });
            let distance = distance.fold(0.0, f64::max) * (n as f64).sqrt();
            assert!(distance < 2.2, "{}: {distance}", copula.to_json());
        }
    }
}

#[test]
fn samples_have_the_rank_correlations_of_closed_form() {
    // Standard errors by batches: 40 of 1,000 rows.
    let (batches, size) = (40, 1000);
    for copula in examples() {
        let columns = drawn(&copula, batches * size, 5, 2);
        let dim = copula.dim();
        for i in 0..dim {
            for j in 0..i {
                let control = Control::new(Some(1));
                let batch = |at: usize| {
                    let part = [i, j].map(|c| &columns[c][at * size..(at + 1) * size]);
                    (
                        kendall_tau(&part, &control).unwrap()[1],
                        spearman(&part, &control).unwrap()[1],
                    )
                };
                let found: Vec<(f64, f64)> = (0..batches).map(batch).collect();
                let check = |name: &str, values: Vec<f64>, exact: f64| {
                    let mean = values.iter().sum::<f64>() / batches as f64;
                    let m2: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
                    let se = (m2 / (batches * (batches - 1)) as f64).sqrt();
                    let gap = (mean - exact).abs();
                    assert!(
                        gap < 4.5 * se + 1e-9,
                        "{name} of {i}, {j} in {}: {mean} for {exact} ± {se}",
                        copula.to_json()
                    );
                };
                if let Ok(exact) = copula.kendall_tau(i, j) {
                    check("tau", found.iter().map(|x| x.0).collect(), exact);
                }
                let exact = copula.spearman_rho(i, j).unwrap();
                let bias = 3.0 / (size as f64 + 1.0);
                let tau = copula.kendall_tau(i, j).unwrap_or(exact);
                // E r_S = ((n − 2) ρ_S + 3 τ)/(n + 1) (Kendall and Gibbons 1990).
                let expected = exact * (size as f64 - 2.0) / (size as f64 + 1.0) + bias * tau;
                check("rho", found.iter().map(|x| x.1).collect(), expected);
            }
        }
    }
}

#[test]
fn shares_below_a_corner_are_the_cdf() {
    let n = 40_000;
    for copula in examples() {
        let columns = drawn(&copula, n, 23, 2);
        for corner in [0.02, 0.1, 0.5, 0.9, 0.98] {
            for spread in [1.0, 0.8] {
                let u: Vec<f64> =
                    (0..copula.dim()).map(|at| corner * f64::powi(spread, at as i32)).collect();
                let Ok(exact) = copula.cdf(&u) else { continue };
                let below = (0..n).filter(|row| columns.iter().zip(&u).all(|(c, u)| c[*row] <= *u));
                let share = below.count() as f64 / n as f64;
                let se = (exact * (1.0 - exact) / n as f64).sqrt();
                let gap = (share - exact).abs();
                assert!(gap < 4.5 * se + 1e-9, "{} {u:?}: {share} {exact}", copula.to_json());
            }
        }
    }
}

#[test]
fn a_sample_is_the_same_for_any_threads_and_begins_a_larger_one() {
    for copula in examples() {
        let large = drawn(&copula, 3000, 9, 1);
        let threads = drawn(&copula, 3000, 9, 3);
        let small = drawn(&copula, 700, 9, 2);
        for ((large, threads), small) in large.iter().zip(&threads).zip(&small) {
            assert!(large == threads && large[..700] == small[..], "{}", copula.to_json());
        }
        let other = drawn(&copula, 700, 10, 1);
        assert!(other != small);
    }
    assert!(dispatch::available().count() >= 1);
}

#[test]
fn the_gold_values_of_correlation_one_half() {
    let gaussian = Copula::from(GaussianCopula::new(uniform_correlation(2, 0.5)));
    assert!((gaussian.spearman_rho(0, 1).unwrap() - 0.4825837395).abs() < 5e-11);
    assert!((gaussian.kendall_tau(0, 1).unwrap() - 1.0 / 3.0).abs() < 1e-15);
    let t = Copula::from(TCopula::new(uniform_correlation(2, 0.5), 5.0).unwrap());
    assert!((t.tail_dependence(0, 1).unwrap().0 - 0.20703125).abs() < 1e-13);
    assert!((t.kendall_tau(0, 1).unwrap() - 1.0 / 3.0).abs() < 1e-15);
    // Sheppard 1899: P(both below their medians) = 1/4 + arcsin(ρ)/2π, for all elliptical copulas.
    for (copula, rho) in [(&gaussian, 0.5_f64), (&t, 0.5)] {
        let quadrant = 0.25 + rho.asin() / (2.0 * std::f64::consts::PI);
        assert!((copula.cdf(&[0.5, 0.5]).unwrap() - quadrant).abs() < 1e-14);
    }
}

#[test]
fn a_grouped_t_of_equal_degrees_is_a_t() {
    let correlation = || uniform_correlation(2, 0.35);
    let near = |a: f64, b: f64, tolerance: f64| assert!((a - b).abs() < tolerance, "{a} {b}");
    let t = Copula::from(TCopula::new(correlation(), 4.0).unwrap());
    let grouped = |df: [f64; 2]| {
        Copula::from(GroupedTCopula::new(correlation(), vec![0, 1], df.to_vec()).unwrap())
    };
    // The general integrals, at degrees that differ in the twelfth digit.
    let almost = grouped([4.0, 4.0 + 4e-12]);
    near(almost.kendall_tau(0, 1).unwrap(), t.kendall_tau(0, 1).unwrap(), 1e-9);
    near(almost.spearman_rho(0, 1).unwrap(), t.spearman_rho(0, 1).unwrap(), 1e-9);
    let tails = (almost.tail_dependence(0, 1).unwrap().1, t.tail_dependence(0, 1).unwrap().1);
    near(tails.0, tails.1, 1e-9);
    // And many degrees are nearly a Gaussian.
    let far = grouped([1e7, 1e7 + 1.0]);
    let gaussian = Copula::from(GaussianCopula::new(correlation()));
    near(far.spearman_rho(0, 1).unwrap(), gaussian.spearman_rho(0, 1).unwrap(), 1e-6);
    assert_eq!(drawn(&grouped([4.0, 4.0]), 600, 3, 1), drawn(&t, 600, 3, 1));
}

#[test]
fn tail_dependence_is_the_limit_of_the_cdf() {
    let near = |a: f64, b: f64, far: f64, copula: &Copula| {
        assert!((a - b).abs() < far, "{}: {a} {b}", copula.to_json());
    };
    let clayton = Copula::from(ClaytonCopula::new(2.0, 2).unwrap());
    near(clayton.cdf(&[1e-9, 1e-9]).unwrap() / 1e-9, 0.5_f64.sqrt(), 1e-9, &clayton);
    let gumbel = Copula::from(GumbelCopula::new(2.0, 2).unwrap());
    let joe = Copula::from(JoeCopula::new(2.0, 2).unwrap());
    for copula in [&clayton, &gumbel, &joe] {
        let (lower, upper) = copula.tail_dependence(0, 1).unwrap();
        let q = 1e-6;
        near(copula.cdf(&[q * q, q * q]).unwrap() / (q * q), lower, 2e-3, copula);
        let above = (2.0 * q - 1.0 + copula.cdf(&[1.0 - q, 1.0 - q]).unwrap()) / q;
        near(above, upper, 2e-3, copula);
    }
}

#[test]
fn parameters_of_one_tau_return_to_it() {
    // Nelsen 2006, section 5.1; Joe at θ = 2 by hand: 1 − ψ′(2) = 2 − π²/6.
    let joe = Generator::Joe.kendall_tau(2.0);
    assert!((joe - (2.0 - std::f64::consts::PI.powi(2) / 6.0)).abs() < 1e-14);
    for (below, above) in [(1.95, 1.9500001), (2.0808, 2.0809)] {
        // The two branches meet.
        let slope = (Generator::Joe.kendall_tau(above) - Generator::Joe.kendall_tau(below))
            / (above - below);
        assert!((0.1..0.3).contains(&slope), "{slope}");
    }
    for generator in Generator::ALL {
        for tau in [0.0, 1e-6, 0.1, 0.3333, 0.5, 0.9] {
            let theta = generator.from_kendall_tau(tau, 3, "test").unwrap();
            let back = generator.kendall_tau(theta);
            assert!((back - tau).abs() < 1e-9, "{generator:?} {tau} {theta}");
        }
    }
    for generator in [Generator::Clayton, Generator::Frank] {
        let theta = generator.from_kendall_tau(-0.4, 2, "test").unwrap();
        assert!((generator.kendall_tau(theta) + 0.4).abs() < 1e-9);
        assert!(generator.from_kendall_tau(-0.4, 3, "test").is_err());
    }
}

#[test]
fn frank_by_debye_functions() {
    // Genest 1987 (Biometrika 74): τ = 1 − 4 (1 − D₁)/θ, ρ_S = 1 − 12 (D₁ − D₂)/θ.
    for theta in [0.2, 2.0, 14.0] {
        let debye = |k: i32| {
            let steps = 200_000;
            let h = theta / f64::from(steps);
            let f = |i: i32| {
                let t = (f64::from(i) + 0.5) * h;
                t.powi(k) / t.exp_m1()
            };
            f64::from(k) / theta.powi(k) * h * (0..steps).map(f).sum::<f64>()
        };
        let tau = 1.0 - 4.0 / theta * (1.0 - debye(1));
        let rho = 1.0 - 12.0 / theta * (debye(1) - debye(2));
        assert!((Generator::Frank.kendall_tau(theta) - tau).abs() < 1e-9);
        assert!((Generator::Frank.spearman_rho(theta).unwrap() - rho).abs() < 1e-8);
    }
}

#[test]
fn singular_and_repaired_matrices_have_factors() {
    let multiplied = |c: &Correlation| {
        let n = c.size();
        for i in 0..n {
            for j in 0..n {
                let product: f64 =
                    (0..n).map(|k| c.lower()[i * n + k] * c.lower()[j * n + k]).sum();
                assert!((product - c.at(i, j)).abs() < 1e-7, "{i} {j}");
                assert!(j <= i || c.lower()[i * n + j] == 0.0);
            }
        }
    };
    multiplied(&uniform_correlation(4, 1.0));
    multiplied(&uniform_correlation(3, -0.5));
    let impossible = vec![vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]];
    let fault = Correlation::new(&impossible, "test").unwrap_err().to_string();
    assert!(fault.contains("not_positive_semidefinite") && fault.contains("repair"), "{fault}");
    let (repaired, distance) = Correlation::repaired(&impossible, "test").unwrap();
    assert!(distance > 0.1);
    multiplied(&repaired);
    // Higham 2002, section 4: the matrix with 1 beside the diagonal and 0 in the corner.
    let example = [1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let nearest = nearest_correlation(&example, 3, &Control::default()).unwrap();
    assert!((nearest.values[1] - 0.7607).abs() < 5e-5 && (nearest.values[2] - 0.1573).abs() < 5e-5);
    assert!((nearest.distance - 0.5278).abs() < 5e-5, "{}", nearest.distance);
}

#[test]
fn all_faults_of_a_matrix_are_told() {
    let bad = vec![vec![0.9, 1.5, 0.2], vec![0.3, 1.0, f64::NAN], vec![0.1, 0.0, 1.0]];
    let fault = Correlation::new(&bad, "test").unwrap_err();
    let codes: Vec<_> = fault.issues().iter().map(|issue| issue.code).collect();
    assert_eq!(codes.iter().filter(|code| **code == "out_of_range").count(), 3, "{fault}");
    assert!(codes.contains(&"not_symmetric"));
    assert!(Correlation::new(&[vec![1.0, 0.0], vec![0.0]], "test").is_err());
    assert!(Correlation::new(&[], "test").is_err());
}

#[test]
fn ranks_with_ties() {
    let values = [3.0, -0.0, 0.0, 7.0, 3.0, 3.0];
    let order = order(&values, Ties { seed: 1, entity: 2, column: 3 }).unwrap();
    assert_eq!(mid_ranks(&values, &order), [4.0, 1.5, 1.5, 6.0, 4.0, 4.0]);
    // τ_b by all pairs.
    let (x, y) = ([1.0, 2.0, 2.0, 3.0, 5.0, 0.0], [2.0, 2.0, 1.0, 4.0, 4.0, 1.0]);
    let (mut score, mut in_x, mut in_y) = (0.0, 0.0, 0.0);
    for i in 0..6 {
        for j in 0..i {
            let sign = |a: f64| if a == 0.0 { 0.0 } else { a.signum() };
            let (a, b) = (sign(x[i] - x[j]), sign(y[i] - y[j]));
            score += a * b;
            in_x += a * a;
            in_y += b * b;
        }
    }
    let tau = kendall_tau(&[&x, &y], &Control::default()).unwrap()[1];
    assert!((tau - score / f64::sqrt(in_x * in_y)).abs() < 1e-15);
}

#[test]
fn json_round_trips_and_bad_json_is_refused() {
    for copula in examples() {
        assert_eq!(Copula::from_json(&copula.to_json()).unwrap(), copula);
        assert!(Copula::FAMILIES.contains(&copula.family()));
    }
    for bad in [
        r#"{"family":"ClaytonCopula","theta":-2,"dim":2}"#,
        r#"{"family":"ClaytonCopula","theta":-0.5,"dim":3}"#,
        r#"{"family":"GumbelCopula","theta":0.5,"dim":1}"#,
        r#"{"family":"FrankCopula","theta":1e9,"dim":2}"#,
        r#"{"family":"TCopula","correlation":[[1,0],[0,1]],"df":0}"#,
        r#"{"family":"GaussianCopula","correlation":[[1,2],[2,1]]}"#,
        r#"{"family":"EmpiricalCopula","ranks":[[1,2],[1,1]],"smoothing":"beta"}"#,
        r#"{"family":"NestedCopula","generator":"Joe","root":{"theta":3,"children":[0,{"theta":2,"children":[1,2]}]}}"#,
        r#"{"family":"NestedCopula","generator":"Joe","root":{"theta":3,"children":[0,0]}}"#,
    ] {
        assert!(Copula::from_json(bad).is_err(), "{bad}");
    }
}
