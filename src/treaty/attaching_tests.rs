use super::*;
use crate::treaty::{Options, Programme, Scratch};

/// Years of rows (event, years since the policy began, years until the report, loss).
fn block(years: &[&[(u32, i16, i16, f64)]]) -> LossBlock {
    let mut block = LossBlock { offsets: vec![0], ..LossBlock::default() };
    for rows in years {
        for &(event, inception, reported, loss) in *rows {
            block.event.push(event);
            block.inception.push(inception);
            block.reported.push(reported);
            block.loss.push(loss);
        }
        block.offsets.push(block.loss.len() as u32);
    }
    block
}

fn ceded(text: &str, years: &[&[(u32, i16, i16, f64)]]) -> (Vec<f64>, Vec<f64>) {
    let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
    let options = Options { horizon: Some(years.len() as u64), ..Options::default() };
    let plan = Plan::new(&programme, options).unwrap();
    let mut out = Annuals::default();
    plan.apply(&block(years), &mut Scratch::default(), &mut out).unwrap();
    for (net, gross) in out.net.iter().zip(&out.gross) {
        let ceded: f64 = gross - net;
        assert!(ceded >= 0.0 && *net >= 0.0);
    }
    (out.treaties[0].ceded.clone(), out.treaties[0].reinstatement_premium.clone())
}

#[test]
fn a_treaty_year_has_one_annual_limit_wherever_its_losses_fall() {
    // The treaty of year 0 pays 10 in year 0, then the last 5 of its 15 in year 1; the policies
    // before the run are not covered; the treaty of year 1 has a limit of its own.
    let years: [&[_]; 2] = [
        &[(0, 0, 0, 30.0), (1, -1, 0, 30.0)],
        &[(2, -1, 0, 30.0), (3, 0, 0, 18.0), (4, -2, 0, 99.0)],
    ];
    assert_eq!(ceded("a: 10 xs 10, aal 15, risks attaching", &years).0, [10.0, 13.0]);
    assert_eq!(ceded("a: 10 xs 10, aal 15", &years).0, [15.0, 15.0]);
    let (_, premium) = ceded("a: 10 xs 10, 1 @ 100%, premium 2, risks attaching", &years);
    assert_eq!(premium, [2.0, 1.6]);
    // A stop loss on the policy year: 30 + 30 of year 0, of which 40 xs 20.
    assert_eq!(ceded("a: 40 xs 20 annual, risks attaching", &years).0, [10.0, 30.0]);
    // What the policy year takes of the event of the calendar year.
    assert_eq!(ceded("a: 50% quota share, risks attaching", &years).0, [15.0, 24.0]);
}

#[test]
fn claims_made_follows_the_report() {
    let years: [&[_]; 2] =
        [&[(0, 0, 1, 30.0), (1, 0, 0, 14.0)], &[(2, 0, 0, 25.0), (3, 0, 1, 99.0)]];
    assert_eq!(ceded("a: 10 xs 10, aal 12, claims made", &years).0, [14.0, 2.0]);
}

#[test]
fn interlocking_shares_one_retention_and_one_limit() {
    // An event of 60 + 40 of two treaty years: alone 60 − 50 and nothing; together 50 of 100.
    let years: [&[_]; 2] = [&[(0, 0, 0, 1.0)], &[(1, -1, 0, 60.0), (1, 0, 0, 40.0)]];
    assert_eq!(ceded("a: 80 xs 50, risks attaching", &years).0, [0.0, 10.0]);
    assert_eq!(ceded("a: 80 xs 50, risks attaching, interlocking", &years).0, [0.0, 50.0]);
    // The part of a treaty before the run counts for the event, and is not paid.
    let years: [&[_]; 1] = [&[(1, -1, 0, 60.0), (1, 0, 0, 40.0)]];
    assert_eq!(ceded("a: 80 xs 50, risks attaching, interlocking", &years).0, [20.0]);
}
