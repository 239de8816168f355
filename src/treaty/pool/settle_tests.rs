use proptest::prelude::*;

use super::*;
use crate::losses::{LossColumns, LossTable};

const POOL: &str = r#"
premium = "100"
band_unit = 100
[insured]
retention = 1
share = "10%"
[[members]]
name = "a"
share = 0.5
maximum_line = 40
[[members]]
name = "b"
share = 0.3
default_probability = 0.1
recovery = 0.4
[[members]]
name = "c"
share = 0.2
maximum_line = 100
[[bands]]
from = 0
to = "30%"
shares = {government = 0.4}
[[bands]]
from = 0.8
to = 2
shares = {government = 0.5, bank = 0.25}
[circuit_breaker]
above = 1.5
stops = ["government"]
"#;

fn table(years: &[Vec<(u32, f64)>], sums: &[f64]) -> LossTable {
    let rows: Vec<(i64, u32, f64)> = years
        .iter()
        .enumerate()
        .flat_map(|(year, rows)| rows.iter().map(move |(risk, loss)| (year as i64, *risk, *loss)))
        .collect();
    let columns = LossColumns {
        year: rows.iter().map(|r| r.0).collect(),
        risk: rows.iter().map(|r| r.1).collect(),
        loss: rows.iter().map(|r| r.2).collect(),
        ..LossColumns::default()
    };
    let years = years.len() as i64;
    LossTable::new(columns, 0..years).unwrap().with_sums_insured(sums.to_vec())
}

fn of(pool: &str, years: &[Vec<(u32, f64)>], sums: &[f64], horizon: Option<u64>) -> Settlement {
    let pool = Pool::from_toml(pool).unwrap();
    settle(&pool, &table(years, sums), 7, horizon, true, &Control::new(None)).unwrap()
}

fn losses(out: &Settlement, party: &str) -> Vec<f64> {
    out.parties.iter().find(|p| p.name == party).unwrap().losses.clone()
}

/// Lines of 50 %, 30 %, 20 % with maxima of 40, none and 100 on sums insured of 60 and 200: a takes
/// 30 and then 40 of them, b 18 and 60, c 12 and 40, and 0 and 60 overflow.
#[test]
fn lines_have_maxima_and_overflow() {
    let text = r#"
members = [{name = "a", share = 0.5, maximum_line = 40}, {name = "b", share = 0.3},
           {name = "c", share = 0.2, maximum_line = 100}]"#;
    let out = of(text, &[vec![(0, 60.0)], vec![(1, 100.0)]], &[60.0, 200.0], None);
    for (party, expected) in [
        ("a", [30.0, 20.0]),
        ("b", [18.0, 30.0]),
        ("c", [12.0, 20.0]),
        ("facultative", [0.0, 30.0]),
    ] {
        for (got, expected) in losses(&out, party).iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{party} {got} {expected}");
        }
    }
}

#[test]
fn bands_breaker_and_suspension() {
    let text = r#"
band_unit = 100
members = [{name = "a", share = 1}]
bands = [{from = 0, to = 0.3, shares = {government = 1}},
         {from = 0.3, to = 2, shares = {government = 0.4, bank = 0.3}}]
circuit_breaker = {above = 1, stops = ["government"], suspends = 1}"#;
    let years = [20.0, 130.0, 50.0, 50.0].map(|x| vec![(0, x)]);
    let out = of(text, &years, &[], Some(4));
    let near = |party: &str, expected: [f64; 4]| {
        for (got, expected) in losses(&out, party).iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{party} {got} {expected}");
        }
    };
    // Above 100 the government pays nothing, and the year after is without cover.
    near("government", [20.0, 30.0 + 0.4 * 70.0, 0.0, 30.0 + 8.0]);
    near("bank", [0.0, 30.0, 0.0, 6.0]);
    near("a", [0.0, 42.0, 0.0, 6.0]);
    near("insured", [0.0, 0.0, 50.0, 0.0]);
    assert_eq!(out.suspended, [false, false, true, false]);
}

#[test]
fn every_fault_of_a_pool_is_told() {
    let text = r#"
members = [{name = "a", share = 0.5}, {name = "a", share = 0.4, maximum_line = -1}]
reinsurance = "xl: 5m xs 1m, plcaed 50%"
[insured]
share = 30
[[bands]]
to = 5
shares = {a = 0.5, government = 0.7}
[[bands]]
from = 4
shares = {government = 0.2}
[circuit_breaker]
above = 1
stops = ["goverment"]
"#;
    let issues = Pool::from_toml(text).unwrap_err().issues().to_vec();
    let codes: Vec<&str> = issues.iter().map(|issue| issue.code).collect();
    for code in [
        "out_of_range",
        "duplicate_name",
        "shares_do_not_sum",
        "member_in_band",
        "over_placed",
        "overlap",
        "unknown_name",
        "unexpected_word",
    ] {
        assert!(codes.contains(&code), "{code} {codes:?}");
    }
    assert!(Pool::from_toml("membrs = []").unwrap_err().to_string().contains("membrs"));
    let suspends =
        "members = [{name = 'a', share = 1}]\ncircuit_breaker = {above = 1, suspends = 1}";
    let pool = Pool::from_toml(suspends).unwrap();
    let error = settle(&pool, &table(&[vec![]], &[]), 1, None, false, &Control::new(None));
    assert_eq!(error.unwrap_err().issues()[0].code, "missing_horizon");
    assert_eq!(Pool::from_toml(&pool.to_toml().unwrap()).unwrap(), pool);
    assert_eq!(Pool::from_json(&pool.to_json().unwrap()).unwrap(), pool);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Every year, the parties' columns sum to the loss to the last bit, in any order.
    #[test]
    fn columns_sum_to_the_loss(
        years in prop::collection::vec(prop::collection::vec((0u32..3, 0.0f64..150.0), 0..6), 1..20),
        reinsured in any::<bool>(),
    ) {
        let re = "reinsurance = \"xl: 20 xs 15, 1 @ 100%, premium 3\\nsl: stop loss 50% xs 60% on net of xl\"\n";
        let text = format!("{}{POOL}", if reinsured { re } else { "" });
        let out = of(&text, &years, &[50.0, 90.0, 300.0], None);
        for year in 0..years.len() {
            let forth: f64 = out.parties.iter().map(|p| p.losses[year]).sum();
            let back: f64 = out.parties.iter().rev().map(|p| p.losses[year]).sum();
            prop_assert_eq!(forth.to_bits(), out.gross[year].to_bits());
            prop_assert_eq!(back.to_bits(), out.gross[year].to_bits());
            for party in &out.parties {
                prop_assert!(party.losses[year] >= -1e-12);
            }
        }
    }
}
