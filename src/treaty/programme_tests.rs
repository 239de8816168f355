use super::*;

fn codes(text: &str, premium: Option<f64>) -> Vec<&'static str> {
    match Programme::from_text(text, None, premium) {
        Ok(_) => Vec::new(),
        Err(error) => error.issues().iter().map(|issue| issue.code).collect(),
    }
}

#[test]
fn contradictions_are_refused() {
    for (text, code) in [
        ("a: 9 xs 1 on net of b\nb: 9 xs 1 on net of a", "cycle"),
        ("a: 9 xs 1 on net of a", "cycle"),
        ("a: 40% quota share, 1 @ 100%", "reinstatement_without_limit"),
        ("a: 9 xs 1 annual, 1 @ 100%", "annual_reinstatement"),
        ("a: 9 xs 1 annual, aad 2", "annual_terms_on_annual"),
        ("a: 9 xs 1, pro rata time", "time_without_reinstatement"),
        ("a: 9 xs 1, event limit 5", "event_limit_not_per_risk"),
        ("a: 9 xs 1, premium 1, rate 1%", "premium_and_rate"),
        ("a: 40% quota share, premium 2m", "premium_of_quota_share"),
        ("a: 9 xs 1, 1 @ 100%, aal 8", "aal_below_limit"),
        ("a: 9 xs 1, 1 @ 100%, aal 19", "aal_above_capacity"),
        ("a: 9 xs 1, placed 120%", "over_placed"),
        ("a: 60% quota share\nb: 50% quota share", "over_ceded"),
        ("a: 9 xs 1 annual\nb: 9 xs 1 on net of a", "occurrence_on_annual"),
        ("a: 9 xs 1, premium 200\nb: 9 xs 1 on net of a", "no_premium_left"),
        ("a: 0 xs 1", "out_of_range"),
        ("a: 9 xs -1", "out_of_range"),
        ("# nothing", "empty_programme"),
        ("aad: 9 xs 1", "reserved_name"),
        ("a: surplus of 5 lines", "surplus_without_retention"),
        ("a: 9 xs 1, retention 2", "retention_without_surplus"),
        ("a: variable quota share 20% to 5, 40% to 3", "out_of_order"),
        ("a: 9 xs 1, event franchise 2", "event_franchise_not_per_risk"),
        ("a: 9 xs 1 annual, from event 2", "event_clause_on_annual"),
        ("a: 9 xs 1, from event 1", "out_of_range"),
        ("a: 9 xs 1, drop to 1 from event 2", "drop_upwards"),
        ("a: 9 xs 1 per risk, hours 72", "hours_not_per_event"),
        ("a: 9 xs 1, term limit 5", "term_incomplete"),
        ("a: 9 xs 1, term 3 years", "term_incomplete"),
        ("a: stop loss 40% xs 80%, indexed 3%", "indexed_ratio"),
        ("a: 9 xs 1 annual, stability 3% paid 100%", "stability_without_layer"),
        ("a: 9 xs 1, stability 3% paid 50%, 40%", "shares_do_not_sum"),
        ("a: 9 xs 1, prepaid", "prepaid_what"),
        ("a: 9 xs 1, premium 1, corridor 50% from 90% to 80%", "out_of_order"),
        ("a: 9 xs 1, premium 1, swing 10% to 20%", "swing_and_premium"),
        ("a: 40% quota share, sliding 40% to 20% at 70% to 50%", "out_of_order"),
        ("a: 40% quota share, commission 10%, sliding 20% to 40% at 70% to 50%", "two_commissions"),
        ("a: 40% quota share, deficit carried", "deficit_of_nothing"),
        ("a: 40% quota share, credit carried", "credit_of_nothing"),
        ("a: 9 xs 1\nb: 9 xs 0 on backup of a", "backup_of_what"),
        ("a: 9 xs 1 on backup of b\nb: 9 xs 1 on net of a, aal 20", "cycle"),
    ] {
        assert_eq!(codes(text, Some(100.0)), [code], "{text}");
    }
    assert!(codes("a: 60% quota share\nb: 50% quota share on net of a", None).is_empty());
}

#[test]
fn a_later_line_may_come_first() {
    let text = "c: 9 xs 1 on net of a, b\na: 10% quota share\nb: 5 xs 1 on net of a";
    let programme: Programme = text.parse().unwrap();
    assert_eq!(programme.order(), [1, 2, 0]);
    assert_eq!(programme.to_string(), text);
}

#[test]
fn files_with_faults_say_which() {
    let error = Programme::from_toml("[[treaties]]\nname = 'a'\nlimt = 5").unwrap_err();
    assert!(error.to_string().contains("limt"), "{error}");
    let toml = "premium = 9e7\n[[treaties]]\nname = 'xl'\nlimit = '20m'\nattachment = '10m'\nreinstatements = [1.0]";
    let text = "xl: 20m xs 10m, 1 @ 100%";
    assert_eq!(
        Programme::from_toml(toml).unwrap(),
        Programme::from_text(text, None, Some(9e7)).unwrap()
    );
}

#[test]
fn warnings_do_not_refuse() {
    let programme: Programme = "qs: 40% quota share
        a: 10 xs 10 on net of qs, 1 @ 100%
        b: 10 xs 25 on net of qs, 1 @ free
        c: 10 xs 30 on net of qs
        d: 10 xs 5 per risk on net of a, aal 5, franchise 2"
        .parse()
        .unwrap();
    let found = programme.diagnose();
    let codes: Vec<&str> = found.iter().map(|d| d.code).collect();
    assert_eq!(
        codes,
        [
            "gap",
            "overlap",
            "reinstatement_premium_unknown",
            "unlimited_reinstatements",
            "inuring_not_named",
            "aal_below_limit",
            "franchise_without_effect",
        ]
    );
    assert_eq!(found[0].message, "nothing covers 20 to 25 between a and b");
    assert_eq!(found[4].fix, "on net of qs, a");
}

#[test]
fn shares_of_one_layer_and_layers_out_of_reach() {
    let codes = |text: &str| -> Vec<&'static str> {
        text.parse::<Programme>().unwrap().diagnose().iter().map(|d| d.code).collect()
    };
    let shares = |a: &str, b: &str| {
        codes(&format!("a: 9 xs 1, 1 @ free, placed {a}\nb: 9 xs 1, 1 @ free, placed {b}"))
    };
    assert!(shares("60%", "40%").is_empty());
    assert_eq!(shares("60%", "50%"), ["over_placed"]);
    assert_eq!(
        codes("a: unlimited xs 10 per risk\nb: 5 xs 10 per risk on net of a"),
        ["unreachable"]
    );
    assert_eq!(codes("a: 100% quota share\nb: 5 xs 0 on net of a, 1 @ free"), ["unreachable"]);
    assert!(codes("a: unlimited xs 10 per risk\nb: 5 xs 10 on net of a, 1 @ free").is_empty());
}
