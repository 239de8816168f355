//! Processes, rates, accumulations and dependence of simulated books.

use super::tests::{MIXED, Rows, annual, by_risk, read, simulator, within};
use super::*;
use crate::exec::Control;
use crate::exec::reduce::Moments;
use crate::simulate::Parameters;
use std::collections::HashMap;

/// A book with every process: removing a risk leaves the rest bit-identical, common factors included.
const PROCESSES: &str = "risk_id,coverage,exposure,sum_insured,limit,key.region,key.province,key.buyer_country\n\
    W1,idx.wind,1,3e7,,north,,\n\
    W2,idx.wind,1,2e7,,north,,\n\
    S1,idx.agri,40,3e4,,south,,\n\
    L1,credit.tech_loan,200,1e6,,,gd,\n\
    L2,credit.tech_loan,100,2e6,,,zj,\n\
    P1,ip.pledge_guarantee,50,1e6,,,gd,\n\
    X1,credit.export_mlt,30,1e6,,,,ke\n\
    R1,rd.expense_loss,30,3e6,,,,\n\
    Q1,quantum.rd_loss,30,1e7,,,,\n\
    N1,nev.own_damage,50,180k,180k,,,\n";

#[test]
fn processes_depend_on_the_seed_and_the_risk_only() {
    let options = Options::new(9_000, 21);
    let whole = by_risk(&simulator(&read(PROCESSES), options));
    assert_eq!(whole.len(), 10);
    for drop in 1..PROCESSES.lines().count() {
        let rest: Vec<&str> =
            PROCESSES.lines().enumerate().filter(|(i, _)| *i != drop).map(|(_, l)| l).collect();
        for (id, rows) in by_risk(&simulator(&read(&rest.join("\n")), options)) {
            let bare = |rows: &Rows| rows.iter().map(|r| (r.0, r.1, r.2)).collect::<Vec<_>>();
            assert_eq!(bare(&rows), bare(&whole[&id]), "{id} without row {drop}");
        }
    }
}

/// Annual losses of each risk.
fn yearly(simulator: &Simulator) -> HashMap<String, Vec<f64>> {
    let mut all: HashMap<String, Vec<f64>> = HashMap::new();
    for (id, rows) in by_risk(simulator) {
        let years = all.entry(id).or_insert_with(|| vec![0.0; simulator.years() as usize]);
        for (year, _, loss, _) in rows {
            years[year as usize] += f64::from_bits(loss);
        }
    }
    all
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let cov = |x: &[f64], y: &[f64], mx: f64, my: f64| {
        x.iter().zip(y).map(|(p, q)| (p - mx) * (q - my)).sum::<f64>() / n
    };
    cov(a, b, ma, mb) / (cov(a, a, ma, ma) * cov(b, b, mb, mb)).sqrt()
}

/// A large loan book has the law of Vasicek: mean, and the loss exceeded once in 200 years.
#[test]
fn many_loans_approach_vasicek() {
    let library = Library::shipped().unwrap();
    let mut loan = library.get("credit.tech_loan").unwrap().clone();
    loan.credit.as_mut().unwrap().factors[0].share = 0.1;
    loan.credit.as_mut().unwrap().factors.truncate(1);
    let mut mine = library.clone();
    mine.add(loan).unwrap();
    let mut text = "risk_id,coverage,exposure,sum_insured,limit,share\n".to_owned();
    for k in 0..20 {
        text.push_str(&format!("L{k},credit.tech_loan,500,1,1,1\n"));
    }
    let book = read(&text);
    let options = Options { parameters: Parameters::Off, ..Options::new(40_000, 5) };
    let simulator = Simulator::new(&book, &mine, options).unwrap();
    let mut years = crate::simulate::annual_losses(&simulator, &Control::default()).unwrap();
    years.iter_mut().for_each(|x| *x /= 10_000.0);
    let law = crate::sector::Vasicek::new(0.025, 0.625, 0.1).unwrap();
    within("mean", Moments::of(&years), law.mean());
    years.sort_by(f64::total_cmp);
    let q = years[(0.995 * years.len() as f64) as usize];
    assert!((q / law.quantile(0.995) - 1.0).abs() < 0.04, "{q} {}", law.quantile(0.995));
    let junior = years.iter().map(|x| x.min(0.02)).sum::<f64>() / years.len() as f64;
    assert!((junior / law.mean() - 0.793).abs() < 0.01, "{}", junior / law.mean());
}

/// Two plants of a region pay together more often than plants apart; with all variance in the factor
/// they are one plant.
#[test]
fn a_region_correlates_its_plants() {
    let library = Library::shipped().unwrap();
    let book = read(
        "risk_id,coverage,exposure,sum_insured,key.region\nA,idx.wind,1,1e6,n\nB,idx.wind,1,1e6,n\nC,idx.wind,1,1e6,s\n",
    );
    let run = |share: f64| {
        let mut wind = library.get("idx.wind").unwrap().clone();
        wind.index.as_mut().unwrap().factors[0].share = share;
        let mut mine = library.clone();
        mine.add(wind).unwrap();
        let options = Options { parameters: Parameters::Off, ..Options::new(40_000, 5) };
        yearly(&Simulator::new(&book, &mine, options).unwrap())
    };
    let half = run(0.5);
    let (together, apart) =
        (correlation(&half["A"], &half["B"]), correlation(&half["A"], &half["C"]));
    // By quadrature: E g² over Var, g the payout given the factor.
    assert!((together - 0.2854).abs() < 0.04 && apart.abs() < 0.03, "{together} {apart}");
    let whole = run(1.0 - 1e-12);
    assert!(correlation(&whole["A"], &whole["B"]) > 0.999_99);
}

/// Half a year in research, half in industrialisation: the mean is in between, and so are the dates.
#[test]
fn a_stage_changes_within_the_term() {
    let header = "risk_id,coverage,exposure,limit,stage,stage_after,stage_date,inception,expiry\n";
    let book =
        |row: &str| read(&format!("{header}A,uav.tpl,1000,1m,{row},2026-01-01,2027-01-01\n"));
    let options = Options { systemic: false, ..Options::new(30_000, 3) };
    let cost = |row: &str| simulator(&book(row), options).expected().unwrap()[0].attritional;
    let (before, after) = (cost("research,,"), cost("industrialisation,,"));
    let mixed = cost("research,industrialisation,2026-07-02");
    let share = 182.0 / 365.0;
    assert!((mixed / (share * before + (1.0 - share) * after) - 1.0).abs() < 1e-12);
    let simulator = simulator(&book("research,industrialisation,2026-07-02"), options);
    let [claims, _, _] = annual(&simulator);
    within("stages", claims, mixed);
    assert_eq!(simulator.risks(), 2, "two parts");
}

/// Of two years, one and a half in research: the share of the term counts, not days of one year; and
/// what stands at a key stands there once.
#[test]
fn a_stage_changes_late_in_a_long_term() {
    let header =
        "risk_id,coverage,exposure,limit,stage,stage_after,stage_date,inception,expiry,key.city\n";
    let book =
        |row: &str| read(&format!("{header}A,uav.tpl,1000,1m,{row},2026-01-01,2028-01-01,sz\n"));
    let options = Options::new(1, 3);
    let cost = |row: &str| simulator(&book(row), options).expected().unwrap()[0];
    let (before, after) = (cost("research,,"), cost("industrialisation,,"));
    let mixed = cost("research,industrialisation,2027-07-02");
    let share = 547.0 / 730.0;
    let want = share * before.attritional + (1.0 - share) * after.attritional;
    assert!((mixed.attritional / want - 1.0).abs() < 1e-12, "{mixed:?} {want}");
    assert!((mixed.systemic / before.systemic - 1.0).abs() < 1e-12);
    let library = Library::shipped().unwrap();
    let at =
        |row: &str| crate::simulate::accumulations(&book(row), &library, &options, 0.99).unwrap();
    let (one, two) = (at("research,,"), at("research,industrialisation,2027-07-02"));
    assert_eq!(one.len(), two.len());
    for (a, b) in one.iter().zip(&two) {
        assert_eq!((a.risks, &a.event), (b.risks, &b.event));
        for (x, y) in [
            (a.exposed_limit, b.exposed_limit),
            (a.event_loss, b.event_loss),
            (a.scenario_loss, b.scenario_loss),
            (a.expected_loss, b.expected_loss),
        ] {
            assert!((x - y).abs() <= 1e-12 * x, "{a:?} {b:?}");
        }
    }
}

/// Body and battery of one car share its collisions; together they are the car.
#[test]
fn interests_share_the_losses_of_their_object() {
    let book = read(
        "risk_id,coverage,exposure,limit,object_id,interest\n\
         car,nev.own_damage,1,180k,,1\n\
         body,nev.own_damage,1,180k,car,0.65\n\
         battery,nev.own_damage,1,180k,car,0.35\n",
    );
    let options = Options { systemic: false, ..Options::new(20_000, 3) };
    let years = yearly(&simulator(&book, options));
    let mut seen = 0;
    for (k, whole) in years["car"].iter().enumerate() {
        let parts = years["body"][k] + years["battery"][k];
        assert!((parts - whole).abs() <= 1e-9 * whole, "{k}: {parts} {whole}");
        seen += usize::from(*whole > 0.0);
    }
    assert!(seen > 1_000);
}

/// Rows of body and battery of one collision are one event; those of other cars are not.
#[test]
fn interests_share_the_events_of_their_object() {
    let book = read(
        "risk_id,coverage,exposure,limit,object_id,interest\n\
         body,nev.own_damage,1,180k,car,0.65\n\
         other,nev.own_damage,1,180k,van,1\n\
         third,nev.own_damage,1,180k,,1\n\
         battery,nev.own_damage,1,180k,car,0.35\n",
    );
    let simulator = simulator(&book, Options { systemic: false, ..Options::new(9_000, 3) });
    let mut whole = 0;
    for block in super::tests::blocks(&simulator, 2) {
        let mut first = 0;
        for rows in block.event.chunk_by(|a, b| a == b).map(<[u32]>::len) {
            let risks = &block.risk[first..first + rows];
            assert!(matches!(risks, [0, 3] | [1 | 2]), "{risks:?}");
            whole += usize::from(rows == 2);
            first += rows;
        }
        assert_eq!(
            block.event.last().map(|e| *e as usize + 1),
            Some(block.rows() - block.risk.iter().filter(|r| **r == 3).count())
        );
    }
    assert!(whole > 1_000, "{whole}");
}

#[test]
fn quick_rates_are_the_closed_form() {
    for book in [read(MIXED), read(PROCESSES)] {
        for (parameters, systemic) in [(Parameters::PerYear, true), (Parameters::Off, false)] {
            let options = Options { parameters, systemic, ..Options::new(1, 1) };
            let exact = simulator(&book, options).expected().unwrap();
            let library = Library::shipped().unwrap();
            let quick =
                crate::simulate::rate(&book, &library, &options, &Control::default()).unwrap();
            for (risk, (a, b)) in quick.iter().zip(&exact).enumerate() {
                let id = book.coverage_of(risk);
                for (x, y) in
                    [(a.claims, b.claims), (a.attritional, b.attritional), (a.systemic, b.systemic)]
                {
                    assert!((x - y).abs() <= 1e-6 * y, "{id}: {x} {y}");
                }
                assert_eq!(a.aggregate_limited, b.aggregate_limited);
            }
        }
    }
}

/// Two levels: years of a group share their parameters, so their means differ more than by chance.
#[test]
fn two_levels_share_parameters() {
    let book = read("risk_id,coverage,exposure,limit\nA,uav.tpl,20000,1m\n");
    let inner = 50;
    let parameters = Parameters::TwoLevel { inner };
    let options = Options { systemic: false, parameters, ..Options::new(200_000, 9) };
    let two = simulator(&book, options);
    let expected = two.expected().unwrap()[0].attritional;
    let years = crate::simulate::annual_losses(&two, &Control::default()).unwrap();
    let means: Vec<f64> =
        years.chunks(inner as usize).map(|c| c.iter().sum::<f64>() / c.len() as f64).collect();
    within("outer means", Moments::of(&means), expected);
    let [_, parameter] = crate::measure::two_level_split(&years, inner as usize);
    let off = Options { parameters: Parameters::Off, ..options };
    let certain =
        crate::simulate::annual_losses(&simulator(&book, off), &Control::default()).unwrap();
    let [_, none] = crate::measure::two_level_split(&certain, inner as usize);
    assert!(none.0.abs() < 5.0 * none.1, "{none:?}");
    assert!(parameter.0 > 10.0 * parameter.1, "{parameter:?}");
    // Frequency cv 0.5 and scale cv 0.5 at least make cv² (1.25 × 1.2 − 1) of the mean's square.
    assert!(parameter.0 > 0.25 * expected * expected, "{parameter:?} {expected}");
}

#[test]
fn a_common_factor_ties_sectors_and_keeps_means() {
    let book = read(
        "risk_id,coverage,exposure,limit\nA,uav.tpl,20000,1m\nB,nev.tpl,2000,1m\nC,robot.tpl,5000,1m\n",
    );
    let options =
        Options { systemic: false, parameters: Parameters::Off, ..Options::new(40_000, 9) };
    let factor = super::CommonFactor {
        name: "economy".to_owned(),
        sectors: vec![("low_altitude".to_owned(), 0.6), ("smart_nev".to_owned(), 0.6)],
    };
    let plain = simulator(&book, options);
    let tied = simulator(&book, options).with_common(std::slice::from_ref(&factor)).unwrap();
    let (a, b) = (yearly(&plain), yearly(&tied));
    assert!(correlation(&a["A"], &a["B"]).abs() < 0.03);
    assert!(correlation(&b["A"], &b["B"]) > 0.2, "{}", correlation(&b["A"], &b["B"]));
    assert!(correlation(&b["A"], &b["C"]).abs() < 0.03);
    assert_eq!(a["C"], b["C"]);
    let expected = tied.expected().unwrap();
    within("tied mean", Moments::of(&b["B"]), expected[1].attritional);
    let wrong = super::CommonFactor { sectors: vec![("low_atitude".to_owned(), 0.6)], ..factor };
    let error = plain.with_common(&[wrong]).unwrap_err().to_string();
    assert!(error.contains("did you mean 'low_altitude'"), "{error}");
}

/// Scenario and expected event loss of a key against the closed form of the simulator.
#[test]
fn accumulations_add_up_to_the_systemic_cost() {
    let book = read(MIXED);
    let library = Library::shipped().unwrap();
    let options = Options::new(1, 1);
    let rows = crate::simulate::accumulations(&book, &library, &options, 0.99).unwrap();
    let systemic: f64 =
        simulator(&book, options).expected().unwrap().iter().map(|e| e.systemic).sum();
    let sum: f64 = rows.iter().map(|r| r.expected_loss).sum();
    assert!((sum / systemic - 1.0).abs() < 1e-12, "{sum} {systemic}");
    assert!(rows.windows(2).all(|w| w[0].scenario_loss >= w[1].scenario_loss));
    let east = rows.iter().find(|r| r.event == "cloud_region_3day_outage" && r.value == "east");
    assert_eq!(east.unwrap().risks, 2);
    let keys = vec![
        ("cloud_region".to_owned(), vec!["east".to_owned()]),
        ("city".to_owned(), vec!["sz".to_owned()]),
    ];
    let scenario = crate::simulate::Scenario { keys, all: false, share_hit: 0.5, damage: 0.2 };
    let losses = crate::simulate::scenario(&book, &library, &options, &scenario).unwrap();
    // D: one firm, limit 5m: 0.5 × (0.2 × 5m − 50k).
    assert!((losses[3] - 0.5 * (1e6 - 5e4)).abs() < 1e-6, "{losses:?}");
    assert_eq!(losses[4], 0.0);
    assert!(losses[8] > 0.0);
    let none = crate::simulate::Scenario { all: true, ..scenario.clone() };
    let losses = crate::simulate::scenario(&book, &library, &options, &none).unwrap();
    assert!(losses.iter().all(|l| *l == 0.0));
    let mut wrong = scenario;
    wrong.keys[0].1[0] = "esat".to_owned();
    let error = crate::simulate::scenario(&book, &library, &options, &wrong).unwrap_err();
    assert!(error.to_string().contains("did you mean 'east'"), "{error}");
}

/// Pure premium of a unit by the draft's own simulation of usual policies: claims, systemic (domain
/// table 2c). Its errors are those of few draws of uncertain parameters.
const DRAFT: &[(&str, f64, f64)] = &[
    ("ai.output_liability", 3740.0, 870.0),
    ("ai.performance_warranty", 52700.0, 34100.0),
    ("ai.training_data_ip", 122000.0, 52600.0),
    ("ai.compute_outage_bi", 353000.0, 96100.0),
    ("ai.gpu_hardware", 1100.0, 57.1),
    ("cyber.first_party", 15300.0, 6130.0),
    ("cyber.data_liability", 7470.0, 2430.0),
    ("ic.fab_property_bi", 16500000.0, 3120000.0),
    ("ic.process_contamination", 4640000.0, 952000.0),
    ("ic.tapeout", 701000.0, 58700.0),
    ("ic.chip_quality_liability", 2530.0, 111.0),
    ("quantum.system_breakdown", 194000.0, 32299.999999999996),
    ("quantum.rd_loss", 640000.0, 23800.0),
    ("biomfg.batch", 59100.0, 7830.0),
    ("biomfg.facility_shutdown", 1320000.0, 90900.0),
    ("hydrogen.station", 47300.0, 51300.0),
    ("hydrogen.electrolyser_performance", 58800.0, 20000.0),
    ("fusion.device", 1730000.0, 207000.0),
    ("bci.implant_liability", 2130.0, 900.0),
    ("robot.hull", 3770.0, 96.2),
    ("robot.tpl", 335.0, 305.0),
    ("uav.tpl", 112.0, 147.0),
    ("uav.hull", 1870.0, 65.5),
    ("uav.logistics", 31.0, 6.49),
    ("evtol.hull_pax", 132000.0, 9260.0),
    ("space.launch", 11500000.0, 357000.0),
    ("space.inorbit", 1010000.0, 531000.0),
    ("space.tpl", 29400.0, 0.0),
    ("nev.own_damage", 1450.0, 75.4),
    ("nev.tpl", 1050.0, 15.9),
    ("nev.ridehail_variable", 57.1, 2.2),
    ("nev.battery_separate", 461.0, 35.7),
    ("nev.adas_liability", 100.0, 3.73),
    ("nev.battery_recall", 1040000.0, 714000.0),
    ("bio.clinical_trial", 320.0, 283.0),
    ("bio.product_liability", 380.0, 21.7),
    ("bio.trial_cost_failure", 802000.0, 58700.0),
    ("avi.new_type", 681000.0, 915000.0),
    ("equip.first_of_kind", 277000.0, 75000.0),
    ("material.first_batch", 148000.0, 30000.0),
    ("software.first_version", 44200.0, 9110.0),
    ("idx.wind", 822000.0, 0.0),
    ("idx.solar", 275000.0, 0.0),
    ("idx.agri", 3000.0, 0.0),
    ("green.storage_fire", 227000.0, 74100.0),
    ("rd.expense_loss", 112000.0, 11600.0),
    ("rd.interruption", 24600.0, 4000.0),
    ("rd.product_rd_liability", 5830.0, 0.0),
    ("transf.expense_loss", 216000.0, 11400.0),
    ("seed.fund_compensation", 765000.0, 47600.0),
    ("ip.infringement_liability", 6020.0, 4230.0),
    ("ip.enforcement_cost", 300.0, 0.0),
    ("ip.overseas_liability", 141000.0, 18200.0),
    ("ip.pledge_guarantee", 6000.0, 1130.0),
    ("credit.export_st", 1590.0, 330.0),
    ("credit.export_mlt", 6220.0, 2080.0),
    ("credit.cbec", 2250.0, 60.6),
    ("credit.tech_loan", 4690.0, 1130.0),
    ("credit.use_first_pay_later", 56000.0, 2640.0),
    ("talent.key_person", 9360.0, 278.0),
    ("lab.instruments", 115000.0, 10400.0),
];

/// What was changed in review, told in the notes of the files: the sum insured follows the spend, the
/// index mean is known from 20 years only, launch rates are posteriors, the limit of a hull.
const REVIEWED: &[&str] = &[
    "quantum.rd_loss",
    "rd.expense_loss",
    "transf.expense_loss",
    "bio.trial_cost_failure",
    "idx.wind",
    "idx.solar",
    "avi.new_type",
    "space.launch",
];

#[test]
fn indicated_premiums_are_those_of_the_draft_or_reviewed() {
    let library = Library::shipped().unwrap();
    assert_eq!(DRAFT.len(), library.names().len());
    let mut apart = Vec::new();
    for (id, claims, systemic) in DRAFT {
        let c = library.get(id).unwrap();
        let t = &c.terms;
        let si = t.sum_insured.map_or(String::new(), |s| s.to_string());
        let book = read(&format!(
            "risk_id,coverage,exposure,sum_insured,deductible,limit,share,stage\nA,{id},{},{si},{},{},{},{}\n",
            t.exposure,
            t.deductible,
            t.limit,
            t.share,
            t.stage.name()
        ));
        let options = Options::new(1, 1);
        let rated =
            crate::simulate::rate(&book, &library, &options, &Control::default()).unwrap()[0];
        let got = (rated.attritional / t.exposure, rated.systemic / t.exposure);
        let near = (got.0 / claims - 1.0).abs() < 0.09;
        // The draft's events know no deductible or share, and no cover is dearer than it.
        let below = got.1 <= 1.03 * systemic + 1e-9;
        if !(REVIEWED.contains(id) || near) || !below {
            apart.push(format!("{id}: {:.4e} {claims:.4e} | {:.4e} {systemic:.4e}", got.0, got.1));
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
}
