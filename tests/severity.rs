//! Moments of layers against quadrature with 40 digits (tests/gold/make_layers.py).

#![allow(clippy::unwrap_used, reason = "a test")]

use _kebao::severity::{Family, Severity};
use serde_json::Value;

#[test]
fn layers_agree_with_mpmath() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gold/layers.json");
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(rows.len() > 150);
    let (mut faults, mut worst) = (Vec::new(), [0.0f64; 2]);
    for row in rows {
        let x = Severity::from_json(&row["severity"].to_string()).unwrap();
        let limit = row["limit"].as_f64().unwrap_or(f64::INFINITY);
        let (attachment, value) =
            (row["attachment"].as_f64().unwrap(), row["value"].as_f64().unwrap());
        let first = row["k"] == 1;
        let found = if first {
            x.layer_mean(limit, attachment)
        } else {
            x.layer_moment2(limit, attachment)
        };
        let error = (found / value - 1.0).abs();
        worst[usize::from(!first)] = worst[usize::from(!first)].max(error);
        if !(error < 1e-12) {
            faults.push(format!(
                "{} of {limit:e} xs {attachment:e} of {x:?}: {found:e}, mpmath {value:e}, off by {error:.1e}",
                if first { "mean" } else { "second moment" }
            ));
        }
        if first && limit == f64::INFINITY {
            assert_eq!(x.excess(attachment), found);
        }
    }
    println!("worst of means {:.1e}, of second moments {:.1e}", worst[0], worst[1]);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
