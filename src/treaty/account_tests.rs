use super::*;
use crate::treaty::{Options, Plan, Programme};

fn of(text: &str, losses: &[f64], horizon: u64) -> Account {
    let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    let ceded: Vec<f64> = losses.iter().map(|x| x * plan.steps()[0].participation).collect();
    account(&plan.steps()[0], &ceded, &vec![0.0; losses.len()], horizon).unwrap()
}

fn near(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (a, b) in got.iter().zip(expected) {
        assert!((a - b).abs() < 1e-10, "{got:?} {expected:?}");
    }
}

/// 24 % at 71 % or more, 46 % at 49 % or less, a point for a point between.
#[test]
fn a_scale_slides_a_point_for_a_point() {
    let out = of(
        "a: 100% quota share, sliding 24% to 46% at 71% to 49%",
        &[90.0, 71.0, 60.0, 49.0, 20.0],
        1,
    );
    near(&out.commission, &[24.0, 24.0, 35.0, 46.0, 46.0]);
    let kinked = "a: 100% quota share, sliding 25% to 35% to 45% at 65% to 55% to 35%";
    near(
        &of(kinked, &[70.0, 60.0, 55.0, 45.0, 30.0], 1).commission,
        &[25.0, 30.0, 35.0, 40.0, 45.0],
    );
}

/// Clark (1996): 50 % after a margin of 10 %; with 25 % commission a loss ratio of 55 % leaves 10
/// points of profit, of which half comes back.
#[test]
fn profit_is_shared_after_a_margin_and_the_deficit() {
    let text = "a: 100% quota share, commission 25%, profit commission 50% after 10%";
    near(&of(text, &[55.0, 65.0, 80.0], 3).profit_commission, &[5.0, 0.0, 0.0]);
    let carried = format!("{text}, deficit carried");
    let out = of(&carried, &[80.0, 55.0, 55.0, 55.0], 4);
    // A deficit of 15, of which profits of 10, 10 and 10 use 10 and then 5.
    near(&out.profit_commission, &[0.0, 0.0, 2.5, 5.0]);
    near(&out.deficit, &[15.0, 5.0, 0.0, 0.0]);
    let one_year = format!("{text}, deficit carried 1 years");
    near(&of(&one_year, &[80.0, 65.0, 55.0], 3).profit_commission, &[0.0, 0.0, 5.0]);
    // A new run of years begins afresh.
    near(&of(&carried, &[80.0, 55.0], 1).profit_commission, &[0.0, 5.0]);
}

#[test]
fn deficits_and_credits_shift_the_scale() {
    let text =
        "a: 100% quota share, sliding 20% to 40% at 70% to 50%, deficit carried, credit carried";
    // 80: 10 points above the scale; 60 then counts as 70. 40: 10 below; 65 then counts as 55.
    near(&of(text, &[80.0, 60.0, 40.0, 65.0], 4).commission, &[20.0, 20.0, 40.0, 35.0]);
}

#[test]
fn swing_and_bonus() {
    let out = of(
        "a: 50 xs 0, swing 10% to 25% load 125%, no claims bonus 10%",
        &[0.0, 12.0, 16.0, 40.0],
        1,
    );
    near(&out.premium, &[10.0, 15.0, 20.0, 25.0]);
    near(&out.no_claims_bonus, &[1.0, 0.0, 0.0, 0.0]);
    near(&out.balance, &[9.0, 3.0, 4.0, -15.0]);
    let half = of("a: 50% of 50 xs 0, premium 20, no claims bonus 10%", &[0.0, 12.0], 1);
    near(&half.balance, &[9.0, 4.0]);
}
