//! Every closed family against mpmath with 60 digits (tests/gold/make_severity.py): distribution and
//! survival function, quantile and inverse survival, layer means.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use _kebao::severity::{Family, Severity};
use serde_json::Value;

/// Worst error and number of points.
#[derive(Default)]
struct Worst(BTreeMap<(String, &'static str), (f64, usize)>);

impl Worst {
    fn see(&mut self, family: &str, function: &'static str, error: f64) {
        let entry = self.0.entry((family.to_owned(), function)).or_default();
        entry.1 += 1;
        if !(error <= entry.0) {
            entry.0 = error;
        }
    }
}

#[test]
fn agree_with_mpmath() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gold/severity.json");
    let models: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (mut worst, mut faults) = (Worst::default(), Vec::new());
    for model in &models {
        let x = Severity::from_json(&model["severity"].to_string()).unwrap();
        let family = x.family();
        let mut check = |function: &'static str, at: f64, found: f64, exact: f64, allowed: f64| {
            let error = if found == exact { 0.0 } else { (found / exact - 1.0).abs() };
            worst.see(family, function, error);
            if !(error <= allowed) {
                faults.push(format!(
                    "{function}({at:e}) of {x:?}: {found:e}, mpmath {exact:e}, off by {error:.1e}"
                ));
            }
        };
        for row in model["points"].as_array().unwrap() {
            let number = |i: usize| row[i].as_f64().unwrap();
            let (v, below, above, q, root) =
                (number(0), number(1), number(2), number(3), number(4));
            check("cdf", v, x.cdf(v), below, 1e-13);
            check("sf", v, x.sf(v), above, 1e-13);
            if row[5].as_bool().unwrap() {
                // A probability known to an ulp fixes its quantile to `condition` ulps, no better.
                let condition = q / (root * x.pdf(root));
                check("isf", q, x.isf(q), root, 5e-14 + 8.0 * f64::EPSILON * condition);
            } else {
                let condition = q / (root * x.pdf(root));
                check("quantile", q, x.quantile(q), root, 5e-14 + 8.0 * f64::EPSILON * condition);
            }
        }
        for row in model["layers"].as_array().unwrap() {
            let number = |i: usize| row[i].as_f64().unwrap();
            check("layer_mean", number(1), x.layer_mean(number(0), number(1)), number(2), 1e-12);
        }
    }
    for ((family, function), (error, points)) in &worst.0 {
        println!("{family:16} {function:10} {points:5} points, worst {error:.1e}");
        let enough = match *function {
            "cdf" | "sf" => 300,
            "isf" => 200,
            "layer_mean" => 20,
            _ => 40,
        };
        assert!(*points >= enough, "{family} {function}: only {points} points");
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
