//! The reserving kernels against published results, and against whatever input may come.

#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

use std::fs;

use _kebao::reserve::{
    Average, Choice, Curve, Development, Method, Mse, Sigma, Span, Status, Tail, fit, one_year,
};
use proptest::prelude::*;
use serde_json::Value;

/// Reads a shipped triangle: values by origin × age, NaN where nothing is observed.
fn dataset(name: &str) -> (Vec<f64>, usize, usize) {
    let (file, measure) = name.split_once('_').unwrap_or((name, ""));
    let text = fs::read_to_string(format!("python/kebao/datasets/{file}.csv")).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let column = header.iter().position(|name| *name == measure).unwrap_or(2);
    let rows: Vec<(usize, usize, f64)> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|row| (row[0].parse().unwrap(), row[1].parse().unwrap(), row[column].parse().unwrap()))
        .collect();
    let first = rows.iter().map(|row| row.0).min().unwrap();
    let origins = rows.iter().map(|row| row.0).max().unwrap() - first + 1;
    let ages = rows.iter().map(|row| row.1).max().unwrap() / 12;
    let mut values = vec![f64::NAN; origins * ages];
    for (origin, age, value) in rows {
        values[(origin - first) * ages + age / 12 - 1] = value;
    }
    (values, origins, ages)
}

fn gold(name: &str) -> serde_json::Map<String, Value> {
    let text = fs::read_to_string(format!("tests/gold/{name}.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all["results"].as_object().unwrap().clone()
}

fn agree(what: &str, ours: &[f64], theirs: &Value) {
    let theirs: Vec<f64> = match theirs {
        Value::Array(values) => values.iter().map(|value| value.as_f64().unwrap()).collect(),
        value => vec![value.as_f64().unwrap()],
    };
    assert!(ours.len() >= theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!((ours - theirs).abs() <= 2e-12 * theirs.abs(), "{what}: {ours} against {theirs}");
    }
}

#[test]
fn mack_agrees_with_every_published_row() {
    let rows = gold("mack");
    assert_eq!(rows.len(), 47);
    for (key, expected) in &rows {
        let parts: Vec<&str> = key.split('|').collect();
        let (values, origins, ages) = dataset(parts[0]);
        let mut method = Method::mack();
        let mut sigma = if parts[1] == "Mack" { Sigma::Mack } else { Sigma::LogLinear };
        method.development.all.average = match parts[2] {
            "alpha0" => Average::Simple,
            "alpha1" => Average::Volume,
            _ => Average::Regression,
        };
        let mut mse = Mse::Mack;
        match parts.get(3) {
            None => {}
            Some(&"Independence") => mse = Mse::Independence,
            Some(&"tail1.05") => {
                method.development.tail =
                    Tail::Constant { factor: 1.05, standard_error: None, sigma: None };
            }
            Some(&"tailTRUE") => {
                method.development.tail = Tail::curve(Curve::Exponential);
                sigma = Sigma::LogLinear;
            }
            // Five diagonals hold four links of each origin.
            Some(&"last5diagonals_weights") => method.development.all.last = Some(4),
            Some(other) => panic!("{other}"),
        }
        method.development.sigma = sigma;
        method.errors = Some(mse);
        let ours = fit(&values, origins, ages, &method);
        for (field, column) in [
            ("latest", &ours.latest),
            ("ultimate", &ours.ultimate),
            ("process_se", &ours.process_error),
            ("parameter_se", &ours.parameter_error),
            ("mack_se", &ours.standard_error),
            ("f", &ours.factor),
            ("f_se", &ours.factor_error),
            ("sigma", &ours.sigma),
        ] {
            agree(&format!("{key} {field}"), column, &expected[field]);
        }
        let total = &expected["total"];
        agree(key, &ours.total_latest, &total["latest"]);
        agree(key, &ours.total_ultimate, &total["ultimate"]);
        agree(key, &ours.total_process_error, &total["process_se"]);
        agree(key, &ours.total_parameter_error, &total["parameter_se"]);
        agree(key, &ours.total_standard_error, &total["mack_se"]);
    }
}

#[test]
fn the_one_year_view_agrees_with_every_published_row() {
    for (name, expected) in &gold("merz_wuthrich") {
        let (values, origins, ages) = match name.as_str() {
            "mw2014" => continue,
            name => dataset(name),
        };
        let ours = one_year(&values, origins, ages, &Development::default());
        let falls = ours.mack.factor.iter().any(|factor| *factor < 1.0);
        let told = if falls { Status::FallingAge } else { Status::Ok };
        assert_eq!(ours.status, [told], "{name}");
        for (year, expected) in
            expected["cdr_by_year_by_origin"].as_array().unwrap().iter().enumerate()
        {
            agree(name, &ours.cdr[year * origins..(year + 1) * origins], expected);
        }
        agree(name, &ours.total_cdr, &expected["cdr_by_year_total"]);
        agree(name, &ours.mack.total_standard_error, &expected["total_mack"]);
    }
    let (mut values, origins, ages) = dataset("genins");
    values[ages] = f64::NAN;
    let ours = one_year(&values, origins, ages, &Development::default());
    assert_eq!(ours.status, [Status::NotAStaircase]);
    assert!(ours.total_cdr[0].is_nan());
    assert_eq!(ours.findings.last().map(|f| (f.origin, f.age)), Some((Some(1), Some(0))));
}

#[test]
fn one_bad_triangle_does_not_touch_another() {
    let (good, origins, ages) = dataset("genins");
    let alone = fit(&good, origins, ages, &Method::mack());
    let mut bad = good.clone();
    bad[3] = f64::INFINITY;
    let empty = vec![f64::NAN; good.len()];
    let mut column = good.clone();
    column.iter_mut().step_by(ages).for_each(|value| *value = 0.0);
    let batch: Vec<f64> =
        [&good, &bad, &empty, &column, &good].into_iter().flatten().copied().collect();
    let all = fit(&batch, origins, ages, &Method::mack());
    assert_eq!(
        all.status,
        [Status::Ok, Status::NotFinite, Status::Empty, Status::NoFactor, Status::Ok]
    );
    assert_eq!(all.total_standard_error[0], alone.total_standard_error[0]);
    assert_eq!(all.total_standard_error[4], alone.total_standard_error[0]);
    assert!(all.total_ultimate[1].is_nan() && all.total_ultimate[2].is_nan());
    // Only the youngest origin needs the factor that has no link.
    let column = &all.ultimate[3 * origins..4 * origins];
    assert!(column[..origins - 1].iter().all(|value| value.is_finite()));
    assert!(column[origins - 1].is_nan());
}

#[test]
fn too_little_to_go_on_is_said() {
    let nan = f64::NAN;
    let diagonal = fit(&[nan, nan, 3.0, nan, 2.0, nan, 1.0, nan, nan], 3, 3, &Method::mack());
    assert_eq!(diagonal.status, [Status::NoLinks]);
    let small = fit(&[1.0, 2.0, 3.0, 1.0, 2.5, nan, 1.2, nan, nan], 3, 3, &Method::mack());
    assert_eq!(small.status, [Status::ErrorsUndefined]);
    assert!((small.ultimate[2] - 1.2 * 4.5 / 2.0 * 1.5).abs() < 1e-14);
    let zero = fit(&[0.0, 0.0, 0.0, 0.0, 0.0, nan, 0.0, nan, nan], 3, 3, &Method::mack());
    assert_eq!(zero.status, [Status::NoLinks]);
    let gap = fit(&[1.0, nan, 3.0, nan, nan, nan, 1.2, 1.5, nan], 3, 3, &Method::mack());
    assert!(gap.findings.iter().any(|f| f.status == Status::EmptyOrigin && f.origin == Some(1)));
    assert!(gap.findings.iter().any(|f| f.status == Status::NoFactor && f.age == Some(1)));
}

/// Mack's formulas in closed form (1993, p. 219–220), for full triangles and alpha = 1: sums over
/// ages and pairs of origins rather than recursions.
fn mack_1993(values: &[f64], n: usize) -> (Vec<f64>, f64) {
    let c = |i: usize, k: usize| values[i * n + k];
    let mut f = vec![0.0; n];
    let mut s2 = vec![0.0; n];
    let column = |k: usize| (0..n - 1 - k).map(|i| c(i, k)).sum::<f64>();
    for k in 0..n - 1 {
        f[k] = (0..n - 1 - k).map(|i| c(i, k + 1)).sum::<f64>() / column(k);
        s2[k] = if k < n - 2 {
            let sum: f64 =
                (0..n - 1 - k).map(|i| c(i, k) * (c(i, k + 1) / c(i, k) - f[k]).powi(2)).sum();
            sum / (n - k - 2) as f64
        } else {
            (s2[k - 1] * s2[k - 1] / s2[k - 2]).min(s2[k - 1]).min(s2[k - 2])
        };
    }
    let full = |i: usize, k: usize| {
        let latest = n - 1 - i;
        if k <= latest {
            c(i, k)
        } else {
            (latest..k).map(|j| f[j]).product::<f64>() * c(i, latest)
        }
    };
    let ultimate = |i: usize| full(i, n - 1);
    let term = |i: usize, k: usize| s2[k] / f[k].powi(2) * (1.0 / full(i, k) + 1.0 / column(k));
    let mse = |i: usize| ultimate(i).powi(2) * (n - 1 - i..n - 1).map(|k| term(i, k)).sum::<f64>();
    let mut total = 0.0;
    for i in 1..n {
        let later: f64 = (i + 1..n).map(ultimate).sum();
        let covariance: f64 =
            (n - 1 - i..n - 1).map(|k| 2.0 * s2[k] / f[k].powi(2) / column(k)).sum();
        total += mse(i) + ultimate(i) * later * covariance;
    }
    ((0..n).map(|i| mse(i).sqrt()).collect(), total.sqrt())
}

fn any_cell() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 0.1..1e7f64,
        1 => Just(0.0),
        1 => Just(f64::NAN),
        1 => -1e6..0.0f64,
        1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(1e300), Just(5e-324)],
    ]
}

fn any_method() -> impl Strategy<Value = Method> {
    let tail = prop_oneof![
        Just(Tail::None),
        (0usize..Curve::ALL.len())
            .prop_map(|at| Tail::Curve { curve: Curve::ALL[at], span: Span::default() }),
        Just(Tail::Constant { factor: 1.05, standard_error: None, sigma: None }),
    ];
    let sigma = prop_oneof![Just(Sigma::Mack), Just(Sigma::LogLinear)];
    let last = proptest::option::of(0usize..4);
    let average = 0usize..Average::ALL.len();
    (average, last, 0usize..2, tail, sigma).prop_map(|(average, last, high, tail, sigma)| Method {
        development: Development {
            all: Choice { average: Average::ALL[average], last, high, ..Choice::default() },
            sigma,
            tail,
            ..Development::default()
        },
        errors: Some(Mse::Mack),
    })
}

proptest! {
    #[test]
    fn recursion_equals_the_closed_form(
        n in 4usize..9,
        increments in proptest::collection::vec(1.0..1e4f64, 81),
    ) {
        let mut values = vec![f64::NAN; n * n];
        for i in 0..n {
            let mut sum = 0.0;
            for k in 0..n - i {
                sum += increments[i * n + k];
                values[i * n + k] = sum;
            }
        }
        let ours = fit(&values, n, n, &Method::mack());
        let (by_origin, total) = mack_1993(&values, n);
        for (ours, theirs) in ours.standard_error.iter().zip(&by_origin) {
            prop_assert!((ours - theirs).abs() <= 1e-10 * theirs);
        }
        prop_assert!((ours.total_standard_error[0] - total).abs() <= 1e-10 * total);
    }

    #[test]
    fn any_input_gets_a_status_and_no_number_goes_missing_in_silence(
        origins in 1usize..6,
        ages in 1usize..6,
        cells in proptest::collection::vec(any_cell(), 25),
        method in any_method(),
    ) {
        let ours = fit(&cells[..origins * ages], origins, ages, &method);
        let status = ours.status[0];
        let sound = |column: &[f64]| column.iter().all(|value| value.is_finite());
        prop_assert_eq!(status.has_ultimates(), sound(&ours.ultimate), "{:?}", ours);
        if !sound(&ours.standard_error) || !sound(&ours.total_standard_error) {
            prop_assert!(status >= Status::ErrorsUndefined, "{:?}", ours);
        }
        for finding in &ours.findings {
            prop_assert!(finding.origin.is_none_or(|origin| origin < origins));
            prop_assert!(finding.age.is_none_or(|age| age < ages));
        }
    }

    #[test]
    fn errors_scale_with_the_currency(scale in 1e-3..1e3f64) {
        let (values, origins, ages) = dataset("raa");
        let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
        let one = fit(&values, origins, ages, &Method::mack()).total_standard_error[0];
        let other = fit(&scaled, origins, ages, &Method::mack()).total_standard_error[0];
        prop_assert!((other / (one * scale) - 1.0).abs() < 1e-12);
    }
}
