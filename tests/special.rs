//! The special functions against mpmath (tests/gold/make_special.py), and on any bits at all.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use _kebao::numeric::{
    beta_density, beta_inv, beta_pq, gamma_p_inv, gamma_pq, gamma_q_inv, ln_norm_sf, norm_cdf,
    norm_pdf, norm_sf, normal_isf, poisson_density,
};
use proptest::prelude::*;

struct Row {
    function: String,
    a: f64,
    b: f64,
    x: f64,
    value: f64,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gold/special.csv");
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |i: usize| fields[i].parse().unwrap();
            Row {
                function: fields[0].to_owned(),
                a: number(1),
                b: number(2),
                x: number(3),
                value: number(4),
            }
        })
        .collect()
}

/// The computed value, and how much a relative change of the argument by 1 changes it.
fn compute(row: &Row) -> (f64, f64) {
    let (a, b, x) = (row.a, row.b, row.x);
    match row.function.as_str() {
        "gamma_p" => (gamma_pq(a, x).0, 0.0),
        "gamma_q" => (gamma_pq(a, x).1, 0.0),
        "poisson_density" => (poisson_density(a, x), 0.0),
        "beta_i" => (beta_pq(a, b, x, 1.0 - x).0, 0.0),
        "beta_c" => (beta_pq(a, b, x, 1.0 - x).1, 0.0),
        "norm_sf" => (norm_sf(x), 0.0),
        "normal_isf" => (normal_isf(x), 0.0),
        "gamma_p_inv" => (gamma_p_inv(a, x), x / (a * poisson_density(a, row.value))),
        "gamma_q_inv" => (gamma_q_inv(a, x), x / (a * poisson_density(a, row.value))),
        "beta_i_inv" | "beta_c_inv" => {
            let lower = row.function == "beta_i_inv";
            let found = if lower { beta_inv(a, b, x, 1.0 - x) } else { beta_inv(a, b, 1.0 - x, x) };
            let y = 1.0 - row.value;
            (found.0, x * y / beta_density(a, b, row.value, y))
        }
        other => panic!("unknown function {other}"),
    }
}

/// Largest relative error allowed.
fn allowed(function: &str, condition: f64) -> f64 {
    match function {
        "norm_sf" | "normal_isf" => 2e-15,
        "poisson_density" => 2e-14,
        "gamma_p" | "gamma_q" | "beta_i" | "beta_c" => 1e-13,
        // A probability known to an ulp fixes its quantile to `condition` ulps, no better.
        _ => 5e-14 + 8.0 * f64::EPSILON * condition,
    }
}

#[test]
fn agrees_with_mpmath() {
    let mut worst: BTreeMap<String, (f64, usize, String)> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in rows() {
        let (value, condition) = compute(&row);
        let error = (value / row.value - 1.0).abs();
        let what = format!(
            "{}({}, {}, {}) = {value:e}, mpmath {:e}, off by {error:.1e}, condition {condition:.1e}",
            row.function, row.a, row.b, row.x, row.value
        );
        let entry = worst.entry(row.function.clone()).or_default();
        entry.1 += 1;
        if !(error <= entry.0) {
            (entry.0, entry.2) = (error, what.clone());
        }
        if !(error <= allowed(&row.function, condition)) {
            faults.push(what);
        }
    }
    for (function, (error, points, at)) in &worst {
        println!("{function:16} {points:5} points, worst {error:.1e}: {at}");
        assert!(*points >= 300, "{function}: only {points} points");
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Any double at all, the strange ones often.
fn bits() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<u64>().prop_map(f64::from_bits),
        2 => 0.0..1.0f64,
        2 => (-320.0..308.0f64).prop_map(|e| 10f64.powf(e)),
        1 => (0.0..20.0f64).prop_map(|e| 1.0 - 10f64.powf(-e)),
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE,
            f64::from_bits(1), f64::MAX, f64::EPSILON, 0.5, 1e100, 4e3,
        ]),
    ]
}

/// NaN, or a probability.
fn probability(p: f64) -> bool {
    p.is_nan() || (0.0..=1.0).contains(&p)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn nothing_panics_or_hangs(a in bits(), b in bits(), x in bits(), y in bits()) {
        let start = Instant::now();
        let (p, q) = gamma_pq(a, x);
        prop_assert!(probability(p) && probability(q), "gamma_pq({a:e}, {x:e}) = {p} {q}");
        for (i, q) in [beta_pq(a, b, x, 1.0 - x), beta_pq(a, b, x, y)].into_iter().enumerate() {
            prop_assert!(probability(q.0) && probability(q.1), "{i} beta_pq({a:e}, {b:e}, {x:e}, {y:e}) = {q:?}");
        }
        let value = poisson_density(a, x);
        prop_assert!(value.is_nan() || value >= 0.0, "poisson_density({a:e}, {x:e}) = {value}");
        let density = beta_density(a, b, x, 1.0 - x);
        prop_assert!(density.is_nan() || density >= 0.0, "beta_density({a:e}, {b:e}, {x:e}) = {density}");
        for value in [gamma_p_inv(a, x), gamma_q_inv(a, x)] {
            prop_assert!(value.is_nan() || value >= 0.0, "gamma_inv({a:e}, {x:e}) = {value}");
            prop_assert!(!(a > 0.0 && (0.0..=1.0).contains(&x) && value.is_nan()), "gamma_inv({a:e}, {x:e})");
        }
        let (low, high) = beta_inv(a, b, x, 1.0 - x);
        prop_assert!(probability(low) && probability(high), "beta_inv({a:e}, {b:e}, {x:e}) = {low} {high}");
        let _ = (beta_inv(a, b, x, y), norm_pdf(x), ln_norm_sf(x), normal_isf(x));
        prop_assert!(probability(norm_sf(x)) && probability(norm_cdf(x)));
        prop_assert!(start.elapsed() < Duration::from_millis(500), "({a:e}, {b:e}, {x:e}, {y:e}) took {:?}", start.elapsed());
    }

    #[test]
    fn distributions_rise_and_complement(a in -3.0..9.0f64, b in -3.0..9.0f64, x in 0.0..1.0f64, step in -16.0..0.0f64) {
        let (a, b) = (10f64.powf(a), 10f64.powf(b));
        let next = (x * (1.0 + 10f64.powf(step))).min(1.0);
        let slack = |v: f64| v * 2e-13;
        let (p, q) = beta_pq(a, b, x, 1.0 - x);
        prop_assert!((p + q - 1.0).abs() < 4e-15);
        let (p1, q1) = beta_pq(a, b, next, 1.0 - next);
        prop_assert!(p1 >= p - slack(p) && q1 <= q + slack(q), "beta({a:e}, {b:e}) {x:e} {p:e} {p1:e}");
        let scale = a * (0.5 + x);
        let (p, q) = gamma_pq(a, scale);
        let (p1, q1) = gamma_pq(a, a * (0.5 + next));
        prop_assert!((p + q - 1.0).abs() < 4e-15);
        prop_assert!(p1 >= p - slack(p) && q1 <= q + slack(q), "gamma({a:e}) {scale:e} {p:e} {p1:e}");
    }

    #[test]
    fn quantiles_invert(a in -3.0..9.0f64, b in -3.0..9.0f64, e in -300.0..0.0f64, u in 0.0..1.0f64) {
        let (a, b) = (10f64.powf(a), 10f64.powf(b));
        for q in [10f64.powf(e), u] {
            let x = gamma_q_inv(a, q);
            if x > f64::MIN_POSITIVE {
                let back = gamma_pq(a, x).1;
                // What the rounding of x may change.
                let condition = a * poisson_density(a, x) / q;
                prop_assert!((back / q - 1.0).abs() < 1e-13 + 1e-15 * condition, "gamma({a:e}) {q:e}: {x:e} {back:e}");
            }
            let (x, y) = beta_inv(a, b, 1.0 - q, q);
            if x.min(y) > f64::MIN_POSITIVE {
                let back = beta_pq(a, b, x, y).1;
                let condition = beta_density(a, b, x, y) / (q * y.min(x));
                prop_assert!((back / q - 1.0).abs() < 1e-13 + 1e-15 * condition, "beta({a:e}, {b:e}) {q:e}: {x:e} {back:e}");
            }
        }
    }
}
