use proptest::prelude::*;

use super::*;
use crate::exec::Control;
use crate::losses::{Groups, LossColumns, LossTable};
use crate::treaty::{Attribution, Options, Outcome, Programme, explain, run};

/// Years as lists of (time, event, risk, loss).
type Row = (f64, u32, u32, f64);

fn block(years: &[Vec<Row>]) -> LossBlock {
    let mut block = LossBlock { offsets: vec![0], ..LossBlock::default() };
    for year in years {
        for &(time, event, risk, loss) in year {
            block.time.push(time);
            block.event.push(event);
            block.risk.push(risk);
            block.loss.push(loss);
        }
        block.offsets.push(block.loss.len() as u32);
    }
    block
}

/// Years of events without number, date or risk.
fn plain(years: &[&[f64]]) -> LossBlock {
    let mut block = LossBlock { offsets: vec![0], ..LossBlock::default() };
    for year in years {
        block.loss.extend_from_slice(year);
        block.offsets.push(block.loss.len() as u32);
    }
    block
}

fn applied_with(text: &str, block: &LossBlock, options: Options) -> Annuals {
    let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
    let plan = Plan::new(&programme, options).unwrap();
    let (mut scratch, mut out) = (Scratch::default(), Annuals::default());
    plan.apply(block, &mut scratch, &mut out).unwrap();
    out
}

fn applied(text: &str, block: &LossBlock) -> Annuals {
    applied_with(text, block, Options::default())
}

#[test]
fn reinstatements_as_published() {
    // 10 xs 10, P = 2, rates 100 % and 50 %.
    let text = "xl: 10 xs 10, reinstatements 100%, 50%, premium 2";
    let losses = plain(&[&[25.0], &[22.0, 15.0], &[22.0, 22.0, 22.0], &[14.0], &[]]);
    let out = applied(text, &losses);
    assert_eq!(out.treaties[0].ceded, [10.0, 15.0, 30.0, 4.0, 0.0]);
    assert_eq!(out.treaties[0].reinstatement_premium, [2.0, 2.5, 3.0, 0.8, 0.0]);
    assert_eq!((out.treaties[0].attached, out.treaties[0].exhausted), (4, 1));
    assert_eq!(out.net, [15.0, 22.0, 36.0, 10.0, 0.0]);
    assert_eq!(out.largest_gross, [25.0, 22.0, 22.0, 14.0, 0.0]);
    assert_eq!(out.largest_net, [15.0, 12.0, 12.0, 10.0, 0.0]);
}

#[test]
fn reinstatements_pro_rata_as_to_time() {
    let text = "xl: 10 xs 10, reinstatements 100%, 50%, pro rata time, premium 2";
    let out = applied(text, &block(&[vec![(0.25, 0, 0, 22.0), (0.5, 1, 0, 12.0)]]));
    assert_eq!(out.treaties[0].ceded, [12.0]);
    assert_eq!(out.treaties[0].reinstatement_premium, [1.6]);
    let programme = Programme::from_text(text, None, None).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    let undated = plain(&[&[22.0]]);
    let error = plan.apply(&undated, &mut Scratch::default(), &mut Annuals::default());
    assert_eq!(error.unwrap_err().issues()[0].code, "missing_column");
}

/// The one-pass path and the general one, which numbered events go through, give the same bits.
#[test]
fn a_tower_read_in_one_pass_gives_the_same_bits() {
    let text = "a: 10 xs 10, 2 @ 100%, rate 5%, placed 60%\nb: 20 xs 20, 1 @ 100%, aad 3, rate 1%
        c: 40 xs 40, aal 50\nd: 5 xs 80\ne: 20 xs 85 per risk, placed 50%, 1 @ 50%, rate 1%
        s: 60 xs 90 annual on net of a, b, c, d, e\nt: stop loss 40% xs 80%, placed 10%";
    let mut stream = crate::random::Stream::new(3, crate::random::Purpose::Auxiliary, 1, 0);
    let mut losses = plain(&[]);
    for year in 0..500 {
        let rows = year % 17;
        losses.loss.extend((0..rows).map(|_| 3.0 / stream.uniform().max(1e-2)));
        losses.offsets.push(losses.loss.len() as u32);
    }
    let numbered = LossBlock { event: (0..losses.loss.len() as u32).collect(), ..losses.clone() };
    for attribution in [Attribution::EventOrder, Attribution::ProRata] {
        let options = Options { attribution, ..Options::default() };
        let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
        assert!(Plan::new(&programme, options).unwrap().tower);
        let fast = applied_with(text, &losses, options);
        let general = applied_with(text, &numbered, options);
        assert_eq!(fast.gross, general.gross);
        assert_eq!(fast.net, general.net);
        assert_eq!(fast.treaties, general.treaties);
        for (a, b) in fast.largest_net.iter().zip(&general.largest_net) {
            assert!((a - b).abs() <= 1e-12 * a.max(1.0), "{a} {b}");
        }
    }
}

/// Losses read where they lie, block by block and on any threads, are those of one block.
#[test]
fn a_table_read_in_place_gives_the_same_bits() {
    let text = "a: 10 xs 10, 2 @ 100%, rate 5%\nb: 20 xs 20, aad 3\nc: 40 xs 40\nd: 5 xs 80
        e: 9 xs 120, placed 50%\nf: 1 xs 600\ns: 60 xs 90 annual on net of a, b, c, d, e, f";
    let mut stream = crate::random::Stream::new(4, crate::random::Purpose::Auxiliary, 1, 0);
    let (mut year, mut loss) = (Vec::new(), Vec::new());
    for label in 0..3000_i64 {
        for _ in 0..label % 41 {
            year.push(label);
            loss.push(3.0 / stream.uniform().max(1e-2));
        }
    }
    let columns = LossColumns { year, loss, ..LossColumns::default() };
    let table = LossTable::new(columns, 0..3000).unwrap();
    let whole = applied_with(text, &table.block(0..3000).unwrap(), Options::default());
    for threads in [1, 3] {
        let found = outcome(text, &table, threads);
        assert_eq!((&found.gross, &found.net), (&whole.gross, &whole.net));
        for (a, b) in found.treaties.iter().zip(&whole.treaties) {
            assert_eq!(a.ceded, b.ceded);
            assert_eq!(a.reinstatement_premium, b.reinstatement_premium);
            assert_eq!((a.attached, a.exhausted), (b.attached, b.exhausted));
        }
    }
}

#[test]
fn an_annual_limit_is_given_back_to_events() {
    // AAL 20 on recoveries 10, 10, 5: event order 10, 10, 0; pro rata 8, 8, 4. What is left of the
    // third event, 15 or 11, is the subject of the layer above.
    let text = "a: 10 xs 10, aal 20\nb: 100 xs 0 on net of a, aal 100\n";
    let losses = plain(&[&[20.0, 20.0, 15.0]]);
    let in_order = applied(text, &losses);
    assert_eq!((in_order.treaties[0].ceded[0], in_order.largest_net[0]), (20.0, 0.0));
    let text = "a: 10 xs 10, aal 20\nb: 100 xs 14 on net of a";
    assert_eq!(applied(text, &losses).treaties[1].ceded, [1.0]);
    let pro_rata = Options { attribution: Attribution::ProRata, ..Options::default() };
    assert_eq!(applied_with(text, &losses, pro_rata).treaties[1].ceded, [0.0]);
    assert_eq!(applied_with("a: 10 xs 10, aal 20", &losses, pro_rata).largest_net, [12.0]);
    assert_eq!(applied("a: 10 xs 10, aal 20", &losses).largest_net, [15.0]);
}

#[test]
fn per_risk_and_per_event_see_their_own_sums() {
    // One event on three risks, one of them hit in two rows; then a second event.
    let losses = block(&[vec![
        (0.1, 0, 7, 6.0),
        (0.1, 0, 7, 6.0),
        (0.1, 0, 8, 15.0),
        (0.1, 0, 9, 3.0),
        (0.6, 1, 7, 25.0),
    ]]);
    let per_risk = applied("a: 10 xs 10 per risk", &losses);
    assert_eq!(per_risk.treaties[0].ceded, [2.0 + 5.0 + 10.0]);
    assert_eq!(per_risk.largest_net, [23.0]);
    assert_eq!(applied("a: 10 xs 10", &losses).treaties[0].ceded, [20.0]);
    assert_eq!(applied("a: 10 xs 10 per risk, event limit 4", &losses).treaties[0].ceded, [8.0]);
    assert_eq!(applied("a: 50% quota share, event limit 20", &losses).treaties[0].ceded, [20.0]);
    // The per-risk cover leaves 10 + 10 + 3 and 15 for the cover per event.
    let out = applied("a: 10 xs 10 per risk\nb: 100 xs 12 on net of a", &losses);
    assert_eq!(out.treaties[1].ceded, [11.0 + 3.0]);
    assert_eq!(out.net, [55.0 - 17.0 - 14.0]);
}

#[test]
fn shares_caps_and_loss_ratios() {
    let losses = plain(&[&[100.0, 300.0]]);
    // 40 % of 400 is 160; the cap, 300 % of the premium of 100, leaves 40 % of 300.
    assert_eq!(applied("qs: 40% quota share", &losses).treaties[0].ceded, [160.0]);
    assert_eq!(
        applied("qs: 40% quota share, loss ratio cap 300%", &losses).treaties[0].ceded,
        [120.0]
    );
    // 75 % placed of 90 % of 40 xs 80.
    let out =
        applied("a: 40 xs 80, placed 75%, co-participation 10%, 1 @ 100%, premium 4", &losses);
    assert!((out.treaties[0].ceded[0] - 60.0 * 0.75 * 0.9).abs() < 1e-12);
    assert!((out.treaties[0].reinstatement_premium[0] - 4.0 * 0.75 * 0.9).abs() < 1e-12);
    assert_eq!(applied("a: unlimited xs 0, franchise 200", &losses).treaties[0].ceded, [300.0]);
    // Stop loss 40 % xs 80 % of the premium left after a quota share of half: 20 xs 40.
    let out = applied(
        "qs: 50% quota share\nsl: stop loss 40% xs 80% on net of qs",
        &plain(&[&[90.0], &[500.0]]),
    );
    assert_eq!(out.treaties[1].ceded, [5.0, 20.0]);
    assert_eq!((out.treaties[1].attached, out.treaties[1].exhausted), (2, 1));
    // Without a premium there is no loss ratio.
    let programme: Programme = "sl: stop loss 40% xs 80%".parse().unwrap();
    let error = Plan::new(&programme, Options::default()).unwrap_err();
    assert_eq!(error.issues()[0].code, "missing_premium");
}

#[test]
fn the_journey_year_by_hand() {
    let text = "qs:  40% quota share, commission 27.5%, loss ratio cap 300%
        xl1: 20 xs 10 on net of qs, 2 @ 100%
        xl2: 50 xs 30 on net of qs, 1 @ 100%, aad 5, placed 75%
        sl:  60 xs 80 annual on net of qs, xl1, xl2";
    // Net of the quota share: 60, 24, 90. xl1: 20, 14, 20. xl2: 30 + 50 = 80, less 5, placed 56.25.
    // Left: 174 − 54 − 56.25 = 63.75.
    let out = applied(text, &plain(&[&[100.0, 40.0, 150.0]]));
    let ceded: Vec<f64> = out.treaties.iter().map(|t| t.ceded[0]).collect();
    for (got, want) in ceded.iter().zip([116.0, 54.0, 56.25, 0.0]) {
        assert!((got - want).abs() < 1e-12, "{ceded:?}");
    }
    assert!((out.net[0] - 63.75).abs() < 1e-12);
    // Net events: 60 − 20 − 0.75 · 25 = 21.25, 10, 90 − 20 − 37.5 = 32.5.
    assert!((out.largest_net[0] - 32.5).abs() < 1e-12);
}

#[test]
fn infinite_losses_are_refused() {
    let losses = plain(&[&[1.0], &[f64::INFINITY]]);
    for text in ["a: 5 xs 5", "a: 5 xs 5\nb: 5 xs 5 on net of a"] {
        let programme: Programme = text.parse().unwrap();
        let plan = Plan::new(&programme, Options::default()).unwrap();
        let error = plan.apply(&losses, &mut Scratch::default(), &mut Annuals::default());
        assert!(error.unwrap_err().to_string().starts_with("year 1:"));
    }
}

/// Sundt 1991: the pure premium of 100 xs 0 with two reinstatements at 100 % on Poisson(0.5) losses
/// uniform on (0, 100) is 20.0136029; E min(S, 300) = 24.9969501 and E min(S, 200) = 24.8998004.
///
/// The number of losses is exact to 1e-12 by enumeration; given n losses, the years are the midpoints
/// of equal cells of (0, 100)ⁿ, n ≤ 3 by product grids, and S ≥ 300 for certain or nearly never beyond
/// by the Irwin–Hall distribution, evaluated as exact discrete years of quantiles.
#[test]
fn sundts_pure_premium() {
    let text = "xl: 100 xs 0, 2 @ 100%, premium 1";
    let mut probability = (-0.5f64).exp();
    let (mut capped, mut charged) = (0.0, 0.0);
    for n in 1..=14u32 {
        probability *= 0.5 / f64::from(n);
        // 4,000 equally likely values of the sum of n uniforms, split into n equal losses: each is
        // below 100, so the layer pays them in full and only the annual terms matter.
        let cells = 4000;
        let mut block = LossBlock { offsets: vec![0], ..LossBlock::default() };
        for cell in 0..cells {
            let total = irwin_hall_quantile(n, (f64::from(cell) + 0.5) / f64::from(cells)) * 100.0;
            block.loss.extend(std::iter::repeat_n(total / f64::from(n), n as usize));
            block.offsets.push(block.loss.len() as u32);
        }
        let out = applied(text, &block);
        let mean = |column: &[f64]| column.iter().sum::<f64>() / f64::from(cells);
        capped += probability * mean(&out.treaties[0].ceded);
        charged += probability * mean(&out.treaties[0].reinstatement_premium);
    }
    assert!((capped - 24.9969501).abs() < 2e-5, "{capped}");
    assert!((charged * 100.0 - 24.8998004).abs() < 2e-5, "{charged}");
    assert!((capped / (1.0 + charged) - 20.0136029).abs() < 2e-5);
}

fn irwin_hall_quantile(n: u32, p: f64) -> f64 {
    let cdf = |x: f64| {
        let mut sum = 0.0;
        let mut term = 1.0; // C(n, k) / n!
        for k in 1..=n {
            term /= f64::from(k);
        }
        for k in 0..=n {
            if x > f64::from(k) {
                let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
                sum += sign * term * (x - f64::from(k)).powi(n as i32);
            }
            term *= f64::from(n - k) / f64::from(k + 1);
        }
        sum
    };
    let (mut low, mut high) = (0.0, f64::from(n));
    for _ in 0..60 {
        let mid = f64::midpoint(low, high);
        if cdf(mid) < p { low = mid } else { high = mid }
    }
    f64::midpoint(low, high)
}

#[test]
fn explaining_agrees_with_applying() {
    let text = "qs: 25% quota share
        xl: 10 xs 10 on net of qs, reinstatements 100%, 50%, pro rata time, aad 3, placed 80%, premium 2
        sl: 20 xs 15 annual on net of qs, xl";
    let losses = block(&[
        vec![],
        vec![(0.1, 3, 0, 20.0), (0.1, 3, 1, 8.0), (0.4, 4, 0, 40.0), (0.9, 5, 2, 26.0)],
    ]);
    let programme = Programme::from_text(text, None, None).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    let mut out = Annuals::default();
    plan.apply(&losses, &mut Scratch::default(), &mut out).unwrap();
    for (treaty, name) in ["qs", "xl", "sl"].iter().enumerate() {
        let explanation = explain(&programme, name, &losses, 1).unwrap();
        let last = explanation.steps.last().unwrap();
        assert!((last.ceded_so_far - out.treaties[treaty].ceded[1]).abs() < 1e-12, "{name}");
        let premium: f64 = explanation.steps.iter().map(|s| s.reinstatement_premium).sum();
        assert!((premium - out.treaties[treaty].reinstatement_premium[1]).abs() < 1e-12);
    }
    let xl = explain(&programme, "xl", &losses, 1).unwrap();
    let recoveries: Vec<f64> = xl.steps.iter().map(|s| s.layer_recovery).collect();
    assert_eq!(recoveries, [10.0, 10.0, 9.5]);
    let after: Vec<f64> = xl.steps.iter().map(|s| s.after_aad).collect();
    assert_eq!(after, [7.0, 10.0, 9.5]);
    assert_eq!(xl.steps[2].remaining, Some(3.5));
    assert_eq!(
        explain(&programme, "xll", &losses, 1).unwrap_err().issues()[0].hint,
        "did you mean 'xl'?"
    );
    assert_eq!(explain(&programme, "xl", &losses, 2).unwrap_err().issues()[0].code, "out_of_range");
}

fn outcome(text: &str, table: &LossTable, threads: usize) -> Outcome {
    let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    run(&plan, table, &Control::new(Some(threads))).unwrap()
}

/// 20,000 years of pseudo-random losses on six risks in two groups.
fn table() -> LossTable {
    let mut state = 1u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut columns = LossColumns::default();
    for _ in 0..60_000 {
        columns.year.push(1 + (draw() * 20_000.0) as i64);
        columns.loss.push(1.0 / (draw() + 0.01));
        columns.event.push((draw() * 5.0) as i64);
        columns.time.push(draw());
        columns.risk.push((draw() * 6.0) as u32);
    }
    let groups = Groups {
        label: "sector".into(),
        names: vec!["a".into(), "b".into()],
        of_risk: vec![0, 0, 0, 1, 1, 1],
    };
    LossTable::new(columns, 1..20_001).unwrap().with_groups(vec![groups]).unwrap()
}

const WHOLE: &str = "qs: 30% quota share, event limit 90
    risk: 20 xs 10 per risk on net of qs, aal 40
    event: 30 xs 10 on net of qs, risk, 1 @ 100%, pro rata time, premium 5
    cat: 30 xs 40 on net of qs, risk, unlimited @ 50%, aad 10, placed 60%, rate 2%
    sl: stop loss 50% xs 40% on net of qs, risk, event, cat";

#[test]
fn a_heavy_block_is_applied_in_parts_with_the_same_result() {
    use crate::losses::Source;
    let mut columns = LossColumns::default();
    for row in 0..200_000u64 {
        columns.year.push(1 + (row % 4096) as i64);
        columns.loss.push(1.0 + (row.wrapping_mul(2_654_435_761) % 97) as f64);
        columns.event.push((row % 7) as i64);
        columns.time.push((row % 101) as f64 / 101.0);
        columns.risk.push((row % 6) as u32);
    }
    let table = LossTable::new(columns, 1..4097).unwrap();
    let programme = Programme::from_text(WHOLE, None, Some(100.0)).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    let mut whole = Annuals::default();
    assert!(table.blocks() > 1);
    let rows = table.block(0..4096).unwrap();
    plan.apply(&rows, &mut Scratch::default(), &mut whole).unwrap();
    let parts = run(&plan, &table, &Control::new(Some(1))).unwrap();
    assert_eq!(parts.net, whole.net);
    assert_eq!(parts.largest_net, whole.largest_net);
    for (part, treaty) in parts.treaties.iter().zip(&whole.treaties) {
        assert_eq!(part.ceded, treaty.ceded);
        assert_eq!(part.reinstatement_premium, treaty.reinstatement_premium);
        assert_eq!((part.attached, part.exhausted), (treaty.attached, treaty.exhausted));
    }
}

#[test]
fn same_bits_on_any_number_of_threads_and_all_is_accounted_for() {
    let table = table();
    let one = outcome(WHOLE, &table, 1);
    assert_eq!(one, outcome(WHOLE, &table, 3));
    assert_eq!(one.digest(), outcome(WHOLE, &table, 2).digest());
    assert_eq!(one.years, 20_000);
    let ceded = one.ceded();
    for year in 0..20_000 {
        assert_eq!((ceded[year] + one.net[year]).to_bits(), one.gross[year].to_bits());
        assert!(one.largest_net[year] <= one.largest_gross[year]);
    }
}

#[test]
fn the_one_pass_path_gives_the_bits_of_the_general_one() {
    let table = table();
    let mut block = table.block(0..4096).unwrap();
    let mut events = block.clone();
    block.event.clear();
    // Numbered events of one row each take the general path.
    events.event = (0..events.rows() as u32).collect();
    events.risk.clear();
    for text in [
        "a: 20 xs 5, 1 @ 100%, aad 4, placed 70%, premium 3",
        "a: 20 xs 5",
        "a: 20 xs 5 per risk, aal 30",
        "a: 30% quota share, aal 60",
    ] {
        let fast = applied(text, &block);
        let general = applied(text, &events);
        assert_eq!(fast.gross, general.gross);
        assert_eq!(fast.net, general.net);
        assert_eq!(fast.treaties, general.treaties, "{text}");
        assert_eq!(fast.largest_gross, general.largest_gross);
        for (a, b) in fast.largest_net.iter().zip(&general.largest_net) {
            assert!((a - b).abs() <= 1e-12 * a.max(1.0), "{text}: {a} {b}");
        }
    }
}

proptest! {
    #[test]
    fn more_limit_recovers_more_and_more_attachment_less(
        losses in prop::collection::vec(0f64..100.0, 0..12),
        limit in 1f64..50.0, attachment in 0f64..50.0, aad in 0f64..30.0, n in 0usize..3, more in 0f64..20.0,
    ) {
        let year = plain(&[&losses]);
        let ceded = |limit: f64, attachment: f64, aad: f64, n: usize| {
            let terms = if n == 0 { "no reinstatements".into() } else { format!("{n} @ 100%") };
            applied(&format!("a: {limit} xs {attachment}, {terms}, aad {aad}"), &year).treaties[0].ceded[0]
        };
        let base = ceded(limit, attachment, aad, n);
        prop_assert!(base >= 0.0 && base <= losses.iter().sum::<f64>() + 1e-9);
        prop_assert!(ceded(limit + more, attachment, aad, n) >= base - 1e-9);
        prop_assert!(ceded(limit, attachment + more, aad, n) <= base + 1e-9);
        prop_assert!(ceded(limit, attachment, aad + more, n) <= base + 1e-9);
        prop_assert!(ceded(limit, attachment, aad, n + 1) >= base - 1e-9);
    }

    /// Layers that stand on one another recover what the layer over both recovers.
    #[test]
    fn towers_add_up(losses in prop::collection::vec(0f64..100.0, 1..12)) {
        let year = plain(&[&losses]);
        let split = applied("a: 10 xs 10\nb: 30 xs 20\nc: unlimited xs 50", &year);
        let whole = applied("a: unlimited xs 10", &year);
        let sum: f64 = split.treaties.iter().map(|t| t.ceded[0]).sum();
        prop_assert!((sum - whole.treaties[0].ceded[0]).abs() < 1e-9);
        prop_assert!((split.largest_net[0] - whole.largest_net[0]).abs() < 1e-9);
    }
}

fn with_risks(text: &str, losses: &LossBlock, sums: &[f64]) -> Annuals {
    let programme = Programme::from_text(text, None, Some(100.0)).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    let plan = plan.for_risks(sums, &[], &[]).unwrap();
    let (mut scratch, mut out) = (Scratch::default(), Annuals::default());
    plan.apply(losses, &mut scratch, &mut out).unwrap();
    out
}

/// Retention 2 and 5 lines: sums insured of 1, 4, 20 cede 0, 1/2, 1/2 of every loss.
#[test]
fn surplus_and_bands_cede_by_sum_insured() {
    let losses = block(&[vec![(0.1, 0, 0, 1.0), (0.1, 0, 1, 4.0), (0.6, 1, 2, 10.0)]]);
    let sums = [1.0, 4.0, 20.0];
    let out = with_risks("s: surplus of 5 lines, retention 2", &losses, &sums);
    assert_eq!((out.treaties[0].ceded[0], out.net[0], out.largest_net[0]), (7.0, 8.0, 5.0));
    let capped = with_risks("s: surplus of 5 lines, retention 2, event limit 4", &losses, &sums);
    assert_eq!(capped.treaties[0].ceded, [6.0]);
    let bands = "v: variable quota share 10% to 1, 50% to 10, 80% above";
    let out = with_risks(bands, &losses, &sums);
    assert!((out.treaties[0].ceded[0] - (0.1 + 2.0 + 8.0)).abs() < 1e-12);
    let programme: Programme = bands.parse().unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    assert_eq!(plan.for_risks(&[], &[], &[]).unwrap_err().issues()[0].field, "sum_insured");
    let unbound = plan.apply(&losses, &mut Scratch::default(), &mut Annuals::default());
    assert!(unbound.is_err());
}

#[test]
fn second_event_drop_and_backup() {
    let losses = plain(&[&[15.0, 8.0, 18.0, 25.0], &[30.0]]);
    let of = |text: &str| applied(text, &losses).treaties.pop().unwrap().ceded;
    assert_eq!(of("a: 10 xs 10, from event 2"), [18.0, 0.0]);
    assert_eq!(of("a: 10 xs 10, from event 2 over 20"), [0.0, 0.0]);
    assert_eq!(of("a: 10 xs 20, drop to 10 from event 2"), [8.0 + 10.0, 10.0]);
    // One limit for both positions.
    assert_eq!(of("a: 10 xs 20, top and drop to 10 from event 2"), [10.0, 10.0]);
    // 10 xs 10 with one reinstatement pays 5, 8, 7 of 5, 8, 10: the backup pays the last 3.
    assert_eq!(
        of("a: 10 xs 10, no reinstatements\nb: 10 xs 0 on backup of a"),
        [5.0 + 8.0, 0.0 + 0.0]
    );
}

/// A term of three years shares 30 after 5 (see `term`), also across blocks.
#[test]
fn a_term_of_years_shares_its_limit() {
    let programme: Programme =
        "a: unlimited xs 0, term deductible 5, term limit 30, term 3 years".parse().unwrap();
    let years: Vec<i64> = (0..9000).collect();
    let columns = LossColumns {
        loss: years.iter().map(|y| [12.0, 20.0, 20.0][*y as usize % 3]).collect(),
        year: years,
        ..LossColumns::default()
    };
    let table = LossTable::new(columns, 0..9000).unwrap();
    let plan = Plan::new(&programme, Options::default()).unwrap();
    assert_eq!(plan.horizon(), 3);
    for threads in [1, 2] {
        let out = run(&plan, &table, &Control::new(Some(threads))).unwrap();
        for year in 0..9000 {
            assert_eq!(out.treaties[0].ceded[year], [7.0, 20.0, 3.0][year % 3], "{year}");
        }
    }
    let told = crate::treaty::explain_source(&programme, "a", &table, 4097, None).unwrap();
    assert_eq!(told.steps[0].ceded, 3.0);
}

#[test]
fn indexed_amounts_grow_over_the_run() {
    let programme: Programme = "a: 10 xs 10, indexed 10%, 1 @ 100%, premium 2".parse().unwrap();
    let options = Options { horizon: Some(2), ..Options::default() };
    let plan = Plan::new(&programme, options).unwrap();
    let losses = plain(&[&[15.0], &[15.0, 30.0], &[15.0]]);
    let (mut scratch, mut out) = (Scratch::default(), Annuals::default());
    plan.apply(&losses, &mut scratch, &mut out).unwrap();
    let paid = &out.treaties[0].ceded;
    for (paid, expected) in paid.iter().zip([5.0, 4.0 + 11.0, 5.0]) {
        assert!((paid - expected).abs() < 1e-12, "{paid} {expected}");
    }
    assert!((out.treaties[0].reinstatement_premium[1] - 2.0).abs() < 1e-12);
    assert_eq!(
        Plan::new(&programme, Options::default()).unwrap_err().issues()[0].code,
        "missing_horizon"
    );
}

#[test]
fn hours_franchise_corridor_and_stability() {
    let hour = 1.0 / 8760.0;
    let storm =
        block(&[vec![(0.0, 0, 0, 30.0), (50.0 * hour, 1, 0, 60.0), (100.0 * hour, 2, 0, 60.0)]]);
    assert_eq!(applied("a: 1000 xs 100, hours 72", &storm).treaties[0].ceded, [20.0]);
    assert_eq!(applied("a: 1000 xs 100", &storm).treaties[0].ceded, [0.0]);
    let out = applied("a: 50% quota share, event franchise 40", &storm);
    assert_eq!(out.treaties[0].ceded, [60.0]);
    // 75 % of the corridor from 80 % to 90 % of a premium of 100: 95 becomes 87.5.
    let out = applied(
        "a: 100% quota share, corridor 75% from 80% to 90%",
        &plain(&[&[60.0, 35.0], &[70.0]]),
    );
    assert_eq!(out.treaties[0].ceded, [87.5, 70.0]);
    // All is paid after half a year of 21 % growth: limit and attachment grow by 10 %.
    let out = applied("a: 10 xs 10, stability 21% paid 100%", &plain(&[&[15.0, 30.0]]));
    assert!((out.treaties[0].ceded[0] - (4.0 + 11.0)).abs() < 1e-12);
}
