//! Every family and every transform against mpmath with 60 digits (tests/gold/make_severity.py):
//! distribution and survival function, quantile and inverse survival, layer means.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use _kebao::severity::{Family, Severity};
use serde_json::Value;

/// Worst error and number of points, by family and function; what is beyond its bar.
#[derive(Default)]
struct Seen {
    worst: BTreeMap<(&'static str, &'static str), (f64, usize)>,
    faults: Vec<String>,
}

impl Seen {
    fn check(&mut self, x: &Severity, what: &'static str, at: f64, both: [f64; 2], allowed: f64) {
        let [found, exact] = both;
        let error = if found == exact { 0.0 } else { (found / exact - 1.0).abs() };
        let entry = self.worst.entry((x.family(), what)).or_default();
        entry.1 += 1;
        if !(error <= entry.0) {
            entry.0 = error;
        }
        if !(error <= allowed) {
            self.faults.push(format!(
                "{what}({at:e}) of {x:?}: {found:e}, mpmath {exact:e}, off by {error:.1e} > {allowed:.1e}"
            ));
        }
    }

    /// The inverse of one probability: known to an ulp, it fixes its quantile to `condition` ulps.
    fn invert(&mut self, x: &Severity, upper: bool, p: f64, root: f64) {
        let condition = p.min(1.0 - p) / (root * x.pdf(root));
        let allowed = 5e-14 + 8.0 * f64::EPSILON * condition;
        let (what, found) = if upper { ("isf", x.isf(p)) } else { ("quantile", x.quantile(p)) };
        self.check(x, what, p, [found, root], allowed);
    }
}

fn column(model: &Value, name: &str) -> Vec<f64> {
    let numbers = model[name].as_array().unwrap();
    numbers.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

#[test]
fn agree_with_mpmath() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gold/severity.json");
    let models: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut seen = Seen::default();
    for model in &models {
        let x = Severity::from_json(&model["severity"].to_string()).unwrap();
        let [at, cdf, sf, isf, quantile] =
            ["x", "cdf", "sf", "isf", "quantile"].map(|name| column(model, name));
        for i in 0..at.len() {
            let v = at[i];
            seen.check(&x, "cdf", v, [x.cdf(v), cdf[i]], 1e-13);
            seen.check(&x, "sf", v, [x.sf(v), sf[i]], 1e-13);
            if !isf[i].is_nan() {
                seen.invert(&x, true, sf[i], isf[i]);
            }
            if !quantile[i].is_nan() {
                seen.invert(&x, false, cdf[i], quantile[i]);
            }
        }
        for atom in model["atoms"].as_array().unwrap() {
            let [v, above, before] = [0, 1, 2].map(|i| atom[i].as_f64().unwrap());
            for share in [0.003, 0.5, 0.997] {
                let q = above + share * (before - above);
                assert!(q <= above || q >= before || x.isf(q) == v, "isf({q}) of {x:?}");
                let p = 1.0 - q;
                let inside = 1.0 - p > above && 1.0 - p < before;
                assert!(!inside || x.quantile(p) == v, "quantile({p}) of {x:?}");
                for what in ["isf", "quantile"] {
                    seen.worst.entry((x.family(), what)).or_default().1 += 1;
                }
            }
        }
        let [attachment, limit, mean] =
            ["attachment", "limit", "layer_mean"].map(|name| column(model, name));
        for i in 0..mean.len() {
            let found = x.layer_mean(limit[i], attachment[i]);
            seen.check(&x, "layer_mean", attachment[i], [found, mean[i]], 1e-12);
        }
    }
    for ((family, what), (error, points)) in &seen.worst {
        println!("{family:16} {what:10} {points:5} points, worst {error:.1e}");
        assert!(*points >= 300, "{family} {what}: only {points} points");
    }
    let families: Vec<&str> = seen.worst.keys().map(|(family, _)| *family).collect();
    for family in Severity::FAMILIES {
        assert!(families.contains(family), "no reference for {family}");
    }
    let faults = &seen.faults;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
