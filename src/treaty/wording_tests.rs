use proptest::prelude::*;

use super::*;
use crate::error::Issue;
use crate::treaty::{Limit, ProRata, Reinstatements};

const JOURNEY: &str = "
    qs:  40% quota share, commission 27.5%, loss ratio cap 300%
    xl1: 20m xs 10m on net of qs, 2 @ 100%
    xl2: 50m xs 30m on net of qs, 1 @ 100%, aad 5m, placed 75%
    sl:  60m xs 80m annual on net of qs, xl1, xl2
";

fn one(text: &str) -> Treaty {
    Programme::from_text(text, None, None).unwrap().treaties()[0].clone()
}

fn refused(text: &str) -> Vec<Issue> {
    Programme::from_text(text, None, Some(90e6)).unwrap_err().issues().to_vec()
}

#[test]
fn reads_the_programme_of_the_pricing_actuary() {
    let programme = Programme::from_text(JOURNEY, Some("CNY"), Some(90e6)).unwrap();
    let treaties = programme.treaties();
    assert_eq!(
        treaties[0],
        Treaty {
            commission: Some(0.275),
            loss_ratio_cap: Some(3.0),
            ..Treaty::quota_share("qs", 0.4)
        }
    );
    assert_eq!(
        treaties[2],
        Treaty {
            net_of: vec!["qs".into()],
            reinstatements: Some(Reinstatements::Rates(vec![1.0])),
            aad: 5e6,
            placed: 0.75,
            ..Treaty::excess("xl2", Basis::Event, 50e6, 30e6)
        }
    );
    assert_eq!(treaties[3].net_of, ["qs", "xl1", "xl2"]);
    assert_eq!(
        programme.to_string(),
        "qs: 40% quota share, loss ratio cap 300%, commission 27.5%\n\
         xl1: 20m xs 10m on net of qs, 2 @ 100%\n\
         xl2: 50m xs 30m on net of qs, 1 @ 100%, aad 5m, placed 75%\n\
         sl: 60m xs 80m annual on net of qs, xl1, xl2"
    );
}

#[test]
fn every_clause_reads_as_its_example_says() {
    for clause in CLAUSES {
        let (cover, with, after) = match clause.words {
            "event limit" | "event franchise" => ("9m xs 1m per risk", "", ""),
            "retention" => ("surplus of 5 lines", "", ""),
            "pro rata time" | "prepaid" => ("9m xs 1m", ", 1 @ 100%", ""),
            "term deductible" | "term limit" => ("9m xs 1m", "", ", term 3 years"),
            "interlocking" => ("9m xs 1m", ", risks attaching", ""),
            "term" => ("9m xs 1m", ", term limit 50m", ""),
            "deficit carried" => ("9m xs 1m", ", profit commission 20% after 10%", ""),
            "credit carried" => ("9m xs 1m", ", sliding 24% to 46% at 71% to 49%", ""),
            _ => ("9m xs 1m", "", ""),
        };
        let text = format!("a: {cover}{with}, {}{after}", clause.form);
        let treaty = one(&text);
        assert_eq!(treaty.to_string(), text, "{}", clause.words);
        let json = treaty.to_json().unwrap();
        assert_eq!(Treaty::from_json(&json).unwrap(), treaty, "{json}");
        let programme: Programme = text.parse().unwrap();
        let toml = programme.to_toml().unwrap();
        assert_eq!(Programme::from_toml(&toml).unwrap(), programme, "{toml}");
    }
}

#[test]
fn reads_what_people_write() {
    let free = Some(Reinstatements::Rates(vec![0.0, 0.0]));
    assert_eq!(one("a: 5亿 xs 800万, 2 @ free").reinstatements, free);
    assert_eq!(one("a: 5亿 xs 800万, 2 free").reinstatements, free);
    assert_eq!(one("a: 1,500,000 xs 500,000").limit, Limit::Amount(1.5e6));
    assert_eq!(one("a: 20 m xs 10 m per risk # the first").attachment, 10e6);
    let rates = Some(Reinstatements::Rates(vec![1.0, 0.5, 0.0]));
    assert_eq!(one("a: 9 xs 1, reinstatements 100%, 50%, free, aad 2").reinstatements, rates);
    assert_eq!(one("a: 9 xs 1, reinstatements 1, 0.5, free").reinstatements, rates);
    let rates = Some(Reinstatements::Rates(vec![0.0, 1.0]));
    assert_eq!(one("a: 9 xs 1, reinstatements free, 100%").reinstatements, rates);
    assert_eq!(one("a: 9 xs 1, unlimited @ free").to_string(), "a: 9 xs 1, unlimited @ free");
    assert_eq!(
        one("a: 9 xs 1, unlimited @ 100%, pro rata time"),
        Treaty {
            reinstatements: Some(Reinstatements::Unlimited { unlimited: 1.0 }),
            pro_rata: ProRata::Time,
            ..Treaty::excess("a", Basis::Event, 9.0, 1.0)
        }
    );
    assert_eq!(one("sl: stop loss 40% xs 80%"), Treaty::stop_loss("sl", 0.4, 0.8));
    assert_eq!(one("sl: stop loss 40m xs 80m").to_string(), "sl: 40m xs 80m annual");
    assert_eq!(one("a：unlimited xs 1m，placed 50%").placed, 0.5);
    let two = "a: 10% quota share\nb: 9 xs 1 on net of a\nc: 9 xs 1 on net of a and b, aad 1";
    assert_eq!(two.parse::<Programme>().unwrap().treaties()[2].net_of, ["a", "b"]);
}

#[test]
fn all_faults_at_once_with_their_places() {
    let issues = refused(
        "qs:  40% qouta share\n\
         xl1: 20m xs 10m on nett of qs, 2 @ 100\n\
         xl2: 20mm xs 10m, placed 75\n\
         xl3: 5m xs 1m on net of q, commutation, aad 1m, aad 2m\n\
         hello\n\
         xl4: 5m xs 1m 2 @ 100%\n\
         xl5: 5m xs 1m, plcaed 50%",
    );
    let codes: Vec<&str> = issues.iter().map(|issue| issue.code).collect();
    assert_eq!(
        codes,
        [
            "unexpected_word", // qouta
            "unexpected_word", // nett
            "out_of_range",    // 100
            "not_an_amount",   // 20mm
            "out_of_range",    // 75
            "unsupported_clause",
            "repeated_clause",
            "no_name",
            "unexpected_word", // 2 @ without a comma
            "unexpected_word", // plcaed
        ]
    );
    let all = Error::Input(issues).to_string();
    for part in [
        "did you mean 'quota share'?",
        "did you mean 'net of'?",
        "did you mean 100%?",
        "did you mean 75%?",
        "'commutation'",
        "did you mean 'placed'?",
        "    2 | xl1: 20m xs 10m on nett of qs, 2 @ 100\n                           ^^^^",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
}

#[test]
fn a_caret_stands_under_its_word_in_chinese_too() {
    let all = Error::Input(refused("a: 5亿 xs 800万, aal 三")).to_string();
    assert!(
        all.contains("    1 | a: 5亿 xs 800万, aal 三\n                             ^^"),
        "{all}"
    );
}

#[test]
fn sound_lines_are_checked_even_beside_broken_ones() {
    let issues = refused("a: 5m xs\nb: 5m xs 1m on net of c, placed 130%\nb: 1m xs 1m");
    let codes: Vec<&str> = issues.iter().map(|issue| issue.code).collect();
    assert_eq!(codes, ["missing_word", "over_placed", "unknown_name", "duplicate_name"]);
    assert_eq!(issues[1].object, "line 2, b");
}

#[test]
fn covers_by_sum_insured_and_backups_read_as_written() {
    for text in [
        "a: surplus of 5 lines, retention 2m",
        "a: surplus of 7.5 lines, placed 80%, retention 2m, 1m for space.launch, 500k for uav.hull",
        "a: variable quota share 20% to 1m, 40% to 5m, 60% above, commission 25%",
        "a: variable quota share 20% to 1m, 40% to 5m",
        "a: 10m xs 10m, 1 @ 100%\nb: 10m xs 0 on backup of a, premium 1m",
    ] {
        let programme: Programme = text.parse().unwrap();
        assert_eq!(programme.to_string(), text);
        assert_eq!(Programme::from_json(&programme.to_json().unwrap()).unwrap(), programme);
        assert_eq!(Programme::from_toml(&programme.to_toml().unwrap()).unwrap(), programme);
    }
    let shown = one("a: surplus of 5 lines, retention 2 m, 500 k for uav.hull");
    assert_eq!((shown.retention, shown.retentions["uav.hull"]), (Some(2e6), 5e5));
}

fn fraction() -> impl Strategy<Value = f64> {
    prop_oneof![(1u32..=1000).prop_map(|n| f64::from(n) / 1000.0), 0.0001f64..1.0]
}

fn amounts() -> impl Strategy<Value = f64> {
    prop_oneof![(1u32..2000).prop_map(|n| f64::from(n) * 1e5), 1f64..1e9]
}

fn rates() -> impl Strategy<Value = Reinstatements> {
    let rate = || prop_oneof![Just(0.0), Just(1.0), fraction(), 1.0f64..1.5];
    prop_oneof![
        prop::collection::vec(rate(), 0..4).prop_map(Reinstatements::Rates),
        (0usize..4, rate()).prop_map(|(n, rate)| Reinstatements::Rates(vec![rate; n])),
        rate().prop_map(|unlimited| Reinstatements::Unlimited { unlimited }),
    ]
}

prop_compose! {
    fn treaty()(
        kind in 0usize..5, share in fraction(), limit in amounts(), attachment in amounts(),
        placed in prop_oneof![Just(1.0), fraction()], co in prop_oneof![Just(0.0), 0.01f64..0.9],
        aad in prop_oneof![Just(0.0), amounts()], franchise in prop_oneof![Just(0.0), amounts()],
        reinstatements in prop::option::of(rates()), time in any::<bool>(),
        event_limit in prop::option::of(amounts()), cap in prop::option::of(0.1f64..9.0),
        commission in prop::option::of(fraction()), premium in prop::option::of(amounts()),
        rate in prop::option::of(fraction()), whole in any::<bool>(), aal in prop::option::of(amounts()),
    ) -> Treaty {
        let mut treaty = match kind {
            0 => Treaty::quota_share("", share),
            1 => Treaty::excess("", Basis::Risk, limit, attachment),
            2 => Treaty::excess("", Basis::Event, limit, attachment),
            3 => Treaty::excess("", Basis::Annual, limit, attachment),
            _ => Treaty::stop_loss("", limit / 1e9, attachment / 1e9),
        };
        treaty.placed = placed;
        treaty.co_participation = co;
        treaty.franchise = franchise;
        treaty.loss_ratio_cap = cap;
        treaty.commission = commission;
        if treaty.basis == Basis::Risk {
            treaty.event_limit = event_limit.into_iter().next().map_or(Limit::Unlimited, Limit::from);
        }
        if treaty.basis != Basis::Annual {
            treaty.aad = aad;
            if treaty.limit.is_unlimited() {
                treaty.aal = aal.map_or(Limit::Unlimited, Limit::from);
            } else {
                treaty.reinstatements = reinstatements;
                if time && treaty.reinstatements.is_some() {
                    treaty.pro_rata = ProRata::Time;
                }
            }
        }
        if !treaty.is_proportional() {
            if !whole {
                treaty.share = share;
            }
            (treaty.premium, treaty.rate) = if time { (premium, None) } else { (None, rate) };
        }
        treaty
    }
}

proptest! {
    #[test]
    fn reading_what_is_written_is_the_identity(mut treaties in prop::collection::vec(treaty(), 1..6)) {
        for index in 0..treaties.len() {
            treaties[index].name = format!("t{index}");
            let occurrence = treaties[index].basis != Basis::Annual;
            treaties[index].net_of = (0..index)
                .filter(|&other| !occurrence || treaties[other].basis != Basis::Annual)
                .map(|other| format!("t{other}"))
                .collect();
        }
        let programme = Programme::new(treaties, Some("CNY".into()), None).unwrap();
        let again = Programme::from_text(&programme.to_string(), Some("CNY"), None);
        prop_assert_eq!(&again.unwrap(), &programme, "{}", programme);
        prop_assert_eq!(&Programme::from_json(&programme.to_json().unwrap()).unwrap(), &programme);
        prop_assert_eq!(&Programme::from_toml(&programme.to_toml().unwrap()).unwrap(), &programme);
    }

    #[test]
    fn any_percentage_reads_back(rate in 0f64..3.0) {
        prop_assert_eq!(one(&format!("a: 1 xs 1, loss ratio cap {}", percent_text(rate.max(1e-9)))).loss_ratio_cap, Some(rate.max(1e-9)));
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,40}") {
        let _ = Programme::from_text(&text, None, None);
    }

    #[test]
    fn words_in_any_order_do_not_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "a:", "b", ":", ",", "，", "：", "20m", "xs", "40%", "quota", "share", "on", "net", "of",
                "gross", "2", "@", "free", "reinstatements", "aad", "stop", "loss", "per", "risk", "五亿", "\n",
                "unlimited", "event", "limit", "no", "surplus", "1,000", "亿",
            ]),
            0..14,
        )
    ) {
        let _ = Programme::from_text(&words.join(" "), None, Some(1e6));
    }
}
