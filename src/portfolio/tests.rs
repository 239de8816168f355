use super::*;
use crate::portfolio::{CoverageRules, read_csv};
use proptest::prelude::*;

fn words() -> Vocabulary {
    let factor = |name: &str, levels: &[&str]| {
        (name.to_owned(), levels.iter().map(|l| (*l).to_owned()).collect())
    };
    Vocabulary {
        coverages: vec![
            CoverageRules {
                id: "uav.tpl".into(),
                sector: "low_altitude".into(),
                currency: "CNY".into(),
                factors: vec![factor("caac_class", &["micro", "light"])],
                keys: vec!["firmware".into()],
                ..CoverageRules::default()
            },
            CoverageRules {
                id: "space.launch".into(),
                sector: "commercial_aerospace".into(),
                currency: "CNY".into(),
                needs_sum_insured: true,
                needs_whole_exposure: true,
                factors: vec![factor("flight", &["n1"]), factor("developer_flight", &["n1"])],
                alternatives: vec![vec!["flight".into(), "developer_flight".into()]],
                ..CoverageRules::default()
            },
        ],
    }
}

fn read(text: &str, strict: bool) -> Result<Portfolio> {
    let table = read_csv("book.csv", text.as_bytes())?;
    Portfolio::new(&table, &words(), &Options { strict, ..Options::default() })
}

fn codes(result: Result<Portfolio>) -> Vec<&'static str> {
    result.unwrap_err().issues().iter().map(|i| i.code).collect()
}

#[test]
fn a_book_is_read_with_its_defaults() {
    let book = read(
        "risk_id,sector,coverage,sum_insured,limit,caac_class,key.firmware,flight\n\
         A,,uav.tpl,,1m,micro,px@1,\n\
         B,space,launch,5亿,,,,n1\n",
        true,
    )
    .unwrap();
    assert_eq!(book.len(), 2);
    assert_eq!(book.coverage_of(1), "space.launch");
    assert_eq!(book.limit, [1e6, 5e8]);
    assert!(book.sum_insured[0].is_nan());
    assert_eq!(book.factors[0].get(0), Some("micro"));
    assert_eq!(book.factors[1].get(1), Some("n1"));
    assert_eq!(book.keys[0].get(0), Some("px@1"));
    assert_eq!(book.keys[0].get(1), None);
    assert_eq!(
        (book.exposure[0], book.share[0], book.aggregate_limit[0]),
        (1.0, 1.0, f64::INFINITY)
    );
    assert_eq!(book.check().sum_insured_used, 5e8);
}

#[test]
fn every_fault_is_told_with_its_cell() {
    let text = "risk_id,sector,coverage,exposure,sum_insured,deductible,limit,share,stage,inception,expiry,caac_class,flight,developer_flight\n\
        A,low_altitude,uav.tpl,two,,0,-1m,30,researh,2026-01-01,2025-01-01,micra,,\n\
        A,,uav.tlp,1,1m,2m,,,,,,,,\n\
        ,low_altitud,space.launch,1.5,,0,1m,,,someday,,,n1,n1\n\
        D,space,uav.tpl,1,1m,,,,,,,,,\n\
        E,,uav.tpl,1,,,,,,,,,,\n\
        F,,uav.tpl,1,1m,,,,,,,,,\n";
    let found = codes(read(text, true));
    for code in [
        "not_a_number",
        "out_of_range",
        "unknown_name",
        "dates_reversed",
        "duplicate_risk",
        "deductible_too_high",
        "missing_value",
        "not_a_date",
        "alternatives",
        "contradiction",
    ] {
        assert!(found.contains(&code), "{code} not in {found:?}");
    }
    let text_of = read(text, true).unwrap_err().to_string();
    for part in [
        "book.csv line 2: exposure must be a number or an amount such as 40m, 5亿, 30%, got 'two'",
        "line 2: limit must be a number > 0 (empty or inf for unlimited), got '-1m'; did you mean 1000000?",
        "line 2: share must be a fraction in (0, 1], got '30'; did you mean 0.3 (30%)?",
        "did you mean 'research'?",
        "did you mean 'micro'?",
        "line 3: coverage must be one of uav.tpl, space.launch, got 'uav.tlp'; did you mean 'uav.tpl'?",
        "line 3: risk_id must be unique; it is first used at book.csv line 2, got 'A'",
        "line 4: developer_flight must be one of flight, developer_flight for a risk",
        "did you mean 'low_altitude'?",
    ] {
        assert!(text_of.contains(part), "{part}\nnot in\n{text_of}");
    }
    let book = read(text, false).unwrap();
    let check = book.check();
    assert_eq!((check.rows_in, check.rows_used, check.rows_rejected), (6, 1, 5));
    assert_eq!(*book.risk_id, ["F"]);
    assert_eq!(check.sum_insured_in, check.sum_insured_used + check.sum_insured_rejected);
    assert_eq!(check.sum_insured_in, 3e6);
    assert_eq!(check.rejects[1].row, 3);
}

#[test]
fn faults_of_the_whole_table_are_errors_always() {
    assert_eq!(codes(read("risk_id,coverage,limit\n", false)), ["empty_book"]);
    assert_eq!(codes(read("", false)), ["missing_column", "missing_column", "missing_column"]);
    assert_eq!(codes(read("risk_id,coverge,limit\nA,uav.tpl,1\n", false)), ["unknown_column"]);
    assert_eq!(
        codes(read("risk_id,coverage,limit,currency\nA,uav.tpl,1,CNY\nB,uav.tpl,1,USD\n", false)),
        ["mixed_currencies"]
    );
    assert_eq!(
        codes(read("risk_id,coverage,limit,currency\nA,uav.tpl,1,USD\n", true)),
        ["currency_mismatch"]
    );
    assert_eq!(
        codes(read("risk_id,coverage,limit,key.firmwre\nA,uav.tpl,1,x\n", true)),
        ["unknown_column"]
    );
}

#[test]
fn a_column_of_no_known_name_is_noted_not_refused() {
    let book = read("risk_id,coverage,limit,underwriter\nA,uav.tpl,1,Li\n", true).unwrap();
    assert!(book.check().notes.iter().any(|n| n == "columns not used: underwriter"));
}

proptest! {
    #[test]
    fn rows_in_are_used_or_rejected(cells in proptest::collection::vec(("[ABC]{1,2}", "(uav[.]tpl|space[.]launch|x)", "(1m|-1|ten|30%|)"), 1..20)) {
        let mut text = String::from("risk_id,coverage,sum_insured\n");
        for (id, coverage, amount) in &cells {
            let row = format!("{id},{coverage},{amount}\n");
            text.push_str(&row);
        }
        if let Ok(book) = read(&text, false) {
            let check = book.check();
            prop_assert_eq!(check.rows_in, cells.len());
            prop_assert_eq!(check.rows_in, check.rows_used + check.rows_rejected);
            prop_assert_eq!(check.rows_used, book.len());
            prop_assert_eq!(check.rejects.len(), check.rows_rejected);
            prop_assert!((check.sum_insured_in - check.sum_insured_used - check.sum_insured_rejected).abs() < 1e-6);
        }
    }
}
