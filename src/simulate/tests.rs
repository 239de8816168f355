use super::*;
use crate::exec::reduce::Moments;
use crate::exec::{Control, run_blocks};
use crate::portfolio::{self, read_csv};
use crate::simulate::{Expected, Parameters};
use std::collections::HashMap;

pub(super) fn read(text: &str) -> Portfolio {
    let words = Library::shipped().unwrap().vocabulary();
    let table = read_csv("book.csv", text.as_bytes()).unwrap();
    Portfolio::new(&table, &words, &portfolio::Options::default()).unwrap()
}

/// Three risks of a coverage at its usual terms, some with factors of their own.
fn usual(coverage: &str) -> Portfolio {
    let library = Library::shipped().unwrap();
    let c = library.get(coverage).unwrap();
    let si = c.terms.sum_insured.map_or(String::new(), |s| s.to_string());
    let factor = c.relativities.first();
    let rules = library.vocabulary().coverages.into_iter().find(|r| r.id == coverage).unwrap();
    let keys: Vec<String> = rules.keys.iter().map(|key| format!("key.{key}")).collect();
    // Few of what claims by the dozen.
    let few = if c.frequency.as_ref().is_some_and(|f| f.mean > 1.0) { 0.02 } else { 1.0 };
    let mut text = format!(
        "risk_id,coverage,exposure,sum_insured,deductible,limit,share,stage,inception,expiry,{}",
        factor.map_or("note", |f| f.name.as_str())
    );
    for key in &keys {
        text.push(',');
        text.push_str(key);
    }
    let level = factor.and_then(|f| f.levels.last()).map_or("", String::as_str);
    for (id, exposure, stage, to, value) in [
        ("A", 1.0, "industrialisation", "2027-01-01", ""),
        ("B", 3.0, "transformation", "2026-04-01", level),
        ("C", 20.0, "industrialisation", "2027-01-01", ""),
    ] {
        let row = format!(
            "\n{id},{coverage},{},{si},{},{},{},{stage},2026-01-01,{to},{value}",
            exposure * few,
            c.terms.deductible,
            c.terms.limit,
            c.terms.share
        );
        text.push_str(&row);
        for _ in &keys {
            text.push_str(if id == "C" { ",y" } else { ",x" });
        }
    }
    read(&text)
}

pub(super) fn simulator(book: &Portfolio, options: Options) -> Simulator {
    Simulator::new(book, &Library::shipped().unwrap(), options).unwrap()
}

pub(super) fn blocks(simulator: &Simulator, threads: usize) -> Vec<LossBlock> {
    let control = Control::new(Some(threads));
    run_blocks(0..simulator.blocks(), &control, |scratch, block| {
        let mut out = LossBlock::default();
        simulator.fill(block, &control, scratch, &mut out)?;
        Ok(out)
    })
    .unwrap()
    .complete()
    .unwrap()
}

#[test]
fn a_cancelled_block_is_left() {
    let simulator = simulator(&usual("uav.hull"), Options::new(10_000, 1));
    let control = Control::default();
    control.cancel();
    let (mut scratch, mut out) = Default::default();
    let left = simulator.fill(0, &control, &mut scratch, &mut out);
    assert!(matches!(left, Err(crate::error::Error::Cancelled)));
    assert_eq!(out.rows(), 0);
}

/// Annual totals of claims and of systemic events, and the number of claims.
pub(super) fn annual(simulator: &Simulator) -> [Moments; 3] {
    let control = Control::default();
    let parts = run_blocks(0..simulator.blocks(), &control, |scratch, block| {
        let mut out = LossBlock::default();
        simulator.fill(block, &control, scratch, &mut out)?;
        let mut columns = [(); 3].map(|()| vec![0.0; out.years()]);
        for year in 0..out.years() {
            for row in out.year(year) {
                let systemic = usize::from(out.cause[row] > 0);
                columns[systemic][year] += out.loss[row];
                columns[2][year] += 1.0 - systemic as f64;
            }
        }
        Ok(columns.map(|c| Moments::of(&c)))
    });
    parts
        .unwrap()
        .complete()
        .unwrap()
        .into_iter()
        .reduce(|a, b| [a[0].merge(b[0]), a[1].merge(b[1]), a[2].merge(b[2])])
        .unwrap()
}

pub(super) fn within(name: &str, simulated: Moments, expected: f64) {
    let z = (simulated.mean - expected) / simulated.standard_error().max(1e-300);
    if std::env::var_os("KEBAO_SHOW").is_some() {
        eprintln!(
            "| {name} | {expected:.6e} | {:.6e} | {:.2e} | {z:+.2} |",
            simulated.mean,
            simulated.standard_error()
        );
    }
    assert!(
        z.abs() < 4.0,
        "{name}: {} ± {} vs {expected}",
        simulated.mean,
        simulated.standard_error()
    );
}

fn total(expected: &[Expected], part: impl Fn(&Expected) -> f64) -> f64 {
    expected.iter().map(part).sum()
}

#[test]
fn the_simulated_mean_is_the_closed_form_for_every_coverage() {
    for coverage in Library::shipped().unwrap().names() {
        let book = usual(coverage);
        for parameters in [Parameters::PerYear, Parameters::Off] {
            let options = Options { parameters, ..Options::new(60_000, 2026) };
            let simulator = simulator(&book, options);
            let expected = simulator.expected().unwrap();
            let [claims, systemic, _] = annual(&simulator);
            let how = if parameters == Parameters::Off { "certain" } else { "per year" };
            within(
                &format!("{coverage}, claims, {how}"),
                claims,
                total(&expected, |e| e.attritional),
            );
            within(
                &format!("{coverage}, systemic, {how}"),
                systemic,
                total(&expected, |e| e.systemic),
            );
        }
    }
}

/// Counts of a coverage-year: Poisson, mixed by gamma and by the lognormal of the parameters.
#[test]
fn counts_have_the_variance_of_the_mixture() {
    let book = read("risk_id,coverage,exposure,limit\nA,uav.tpl,300,1e12\nB,uav.tpl,700,1e12\n");
    let options = Options { systemic: false, ..Options::new(200_000, 5) };
    for (parameters, factor) in
        [(Parameters::Off, 1.0 + 1.0 / 3.0), (Parameters::PerYear, 1.25 * (1.0 + 1.0 / 3.0))]
    {
        let simulator = simulator(&book, Options { parameters, ..options });
        let [_, _, counts] = annual(&simulator);
        let mean: f64 = 1000.0 * 0.006;
        within("claims", counts, mean);
        let variance = mean + mean * mean * (factor - 1.0);
        assert!(
            (counts.variance() / variance - 1.0).abs() < 0.05,
            "{} {variance}",
            counts.variance()
        );
    }
}

#[test]
fn bernoulli_units_fail_at_most_once_a_year() {
    let book = read(
        "risk_id,coverage,exposure,sum_insured,variant_flight_no,stage\nA,space.launch,2,1e8,n1,research\n",
    );
    let simulator = simulator(&book, Options { systemic: false, ..Options::new(50_000, 3) });
    let mut most = 0;
    for block in blocks(&simulator, 2) {
        most = (0..block.years()).map(|y| block.year(y).len()).fold(most, usize::max);
    }
    assert_eq!(most, 2);
    // p = 0.0433 × 4.72 × 5 > 1 with all multipliers 1.
    let certain = Options { parameters: Parameters::Off, systemic: false, ..Options::new(4096, 3) };
    let simulator = super::Simulator::new(&book, &Library::shipped().unwrap(), certain).unwrap();
    assert!(blocks(&simulator, 1).iter().all(|b| (0..b.years()).all(|y| b.year(y).len() == 2)));
}

pub(super) type Rows = Vec<(u64, u64, u64, u16)>;

/// Rows of each risk: year, bits of time and loss, cause.
pub(super) fn by_risk(simulator: &Simulator) -> HashMap<String, Rows> {
    let mut all: HashMap<String, Rows> = HashMap::new();
    for block in blocks(simulator, 2) {
        for year in 0..block.years() {
            for row in block.year(year) {
                let id = simulator.risk_ids()[block.risk[row] as usize].clone();
                let (time, loss) = (block.time[row].to_bits(), block.loss[row].to_bits());
                let cause = block.cause[row];
                all.entry(id).or_default().push((
                    block.first_year + year as u64,
                    time,
                    loss,
                    cause,
                ));
            }
        }
    }
    all
}

pub(super) const MIXED: &str = "risk_id,coverage,exposure,sum_insured,deductible,limit,aggregate_limit,share,key.base_model,key.cloud_region,key.city,key.firmware\n\
    A,ai.output_liability,30,,100k,20m,40m,0.9,m1,,,\n\
    B,ai.performance_warranty,1,5m,500k,5m,,0.8,m1,,,\n\
    C,ai.compute_outage_bi,3,,500k,50m,,1,,east,,\n\
    D,cyber.first_party,1,,50k,5m,6m,1,,east,,\n\
    E,cyber.first_party,1,,50k,5m,,1,,west,,\n\
    F,nev.own_damage,120.5,180k,0,180k,,1,,,sz,v1\n\
    G,nev.tpl,120,,0,3m,,1,,,sz,v1\n\
    H,space.launch,1,3e8,0,,,1,,,,\n\
    I,ic.fab_property_bi,1,3e10,2e7,1.3e10,,1,,,sz,\n";

#[test]
fn a_risk_depends_on_the_seed_and_itself_only() {
    let options = Options::new(20_000, 11);
    let whole = by_risk(&simulator(&read(MIXED), options));
    let header = MIXED.lines().next().unwrap();
    let mut compared = 0;
    for drop in 1..MIXED.lines().count() {
        let rest: Vec<&str> =
            MIXED.lines().enumerate().filter(|(i, _)| *i != drop).map(|(_, l)| l).collect();
        for (id, rows) in by_risk(&simulator(&read(&rest.join("\n")), options)) {
            // Causes are numbered by the events at hand; the rest must be the same bits.
            let bare = |rows: &Rows| rows.iter().map(|r| (r.0, r.1, r.2)).collect::<Vec<_>>();
            assert_eq!(bare(&rows), bare(&whole[&id]), "{id} without row {drop}");
            compared += rows.len();
        }
        let alone = format!("{header}\n{}", MIXED.lines().nth(drop).unwrap());
        for (id, rows) in by_risk(&simulator(&read(&alone), options)) {
            assert_eq!(rows.len(), whole[&id].len(), "{id} alone");
        }
    }
    assert!(compared > 100_000, "{compared}");
    let other = by_risk(&simulator(&read(MIXED), Options::new(20_000, 12)));
    assert_ne!(other["A"], whole["A"]);
}

#[test]
fn a_shorter_run_is_a_prefix_and_threads_change_nothing() {
    let book = read(MIXED);
    let long = simulator(&book, Options::new(10_000, 1));
    let short = simulator(&book, Options::new(5_000, 1));
    let (long_rows, short_rows) = (by_risk(&long), by_risk(&short));
    for (id, rows) in &short_rows {
        assert!(long_rows[id].starts_with(rows), "{id}");
    }
    for threads in [1, 2, 4] {
        for (a, b) in blocks(&long, threads).iter().zip(blocks(&long, 3)) {
            assert_eq!((&a.loss, &a.event, &a.offsets), (&b.loss, &b.event, &b.offsets));
        }
    }
    let last = blocks(&short, 1).pop().unwrap();
    assert_eq!(last.years(), 5_000 - BLOCK_YEARS);
}

/// A block drawn in tiles has the same rows and events, and annual totals need no rows at all.
#[test]
fn tiles_and_totals_change_nothing() {
    for limited in [true, false] {
        let text = if limited {
            MIXED.to_owned()
        } else {
            MIXED.replace("40m,0.9", ",0.9").replace("6m,", ",")
        };
        let whole = simulator(&read(&text), Options::new(5_000, 1));
        assert_eq!((whole.tiles, whole.aggregate_limits.is_some()), (1, limited));
        let tiled = Simulator { tiles: 7, ..whole.clone() };
        let sums: Vec<f64> = blocks(&whole, 1)
            .iter()
            .zip(blocks(&tiled, 2))
            .flat_map(|(a, b)| {
                assert_eq!((&a.loss, &a.event, &a.offsets), (&b.loss, &b.event, &b.offsets));
                assert_eq!((&a.time, &a.cause, &a.risk), (&b.time, &b.cause, &b.risk));
                (0..a.years()).map(|y| a.loss[a.year(y)].iter().sum::<f64>()).collect::<Vec<_>>()
            })
            .collect();
        for simulator in [&whole, &tiled] {
            let annual = crate::simulate::annual_losses(simulator, &Control::new(Some(2))).unwrap();
            assert_eq!(annual.len(), 5_000);
            for (a, b) in annual.iter().zip(&sums) {
                assert!((a - b).abs() <= 1e-13 * b, "{a} {b}");
            }
        }
        let (mut work, mut rows) = (Parts::default(), 0);
        let control = Control::default();
        let first = blocks(&whole, 1).remove(0);
        tiled
            .parts(0, 100, &control, &mut work, &mut |part| {
                assert_eq!(part.loss, first.loss[rows..rows + part.rows()]);
                let year = part.first_year as usize;
                assert_eq!(first.offsets[year] as usize, rows);
                rows += part.rows();
                Ok(())
            })
            .unwrap();
        assert_eq!(rows, first.rows());
    }
}

/// A fleet with more claims than are sampled at once, and events beyond all measure.
#[test]
fn large_fleets_are_drawn_in_pieces_and_floods_of_events_refused() {
    let book = read("risk_id,coverage,exposure,limit,deductible\nA,nev.own_damage,2000,180k,0\n");
    let options = Options { systemic: false, ..Options::new(4_096, 1) };
    let fleet = simulator(&book, options);
    let [claims, _, _] = annual(&fleet);
    within("fleet", claims, fleet.expected().unwrap()[0].attritional);
    let mut library = Library::shipped().unwrap();
    let mut wild = library.get("uav.tpl").unwrap().clone();
    wild.systemic.iter_mut().for_each(|s| s.event.push_str(" wild"));
    wild.systemic[0].annual_rate = 1e9;
    library.add(wild).unwrap();
    let book = read("risk_id,coverage,exposure,limit\nA,uav.tpl,1,1m\n");
    let error = Simulator::new(&book, &library, Options::new(1, 1)).unwrap_err().to_string();
    assert!(error.contains("systemic events a year"), "{error}");
}

#[test]
fn one_event_number_across_sectors_and_its_rows_together() {
    let simulator = simulator(&read(MIXED), Options::new(60_000, 4));
    let outage =
        simulator.causes().iter().position(|c| c == "cloud_region_3day_outage").unwrap() as u16;
    let coverage = &simulator.groups()[1];
    let mut both = 0;
    for block in blocks(&simulator, 2) {
        let mut seen = std::collections::HashSet::new();
        let mut start = 0;
        while start < block.rows() {
            let event = block.event[start];
            assert!(seen.insert(event), "rows of event {event} are apart");
            let end = (start..block.rows()).find(|&i| block.event[i] != event);
            let end = end.unwrap_or(block.rows());
            assert!(block.time[start..end].iter().all(|t| *t == block.time[start]));
            assert!(block.cause[start..end].iter().all(|c| *c == block.cause[start]));
            if block.cause[start] == outage {
                let mut names: Vec<u16> =
                    block.risk[start..end].iter().map(|r| coverage.of_risk[*r as usize]).collect();
                names.dedup();
                both += usize::from(names.len() > 1);
            }
            start = end;
        }
    }
    assert!(both > 5, "{both}");
}

#[test]
fn annual_aggregates_hold_and_losses_stay_within_terms() {
    let book = read(MIXED);
    let simulator = simulator(&book, Options::new(40_000, 8));
    assert!(simulator.expected().unwrap()[0].aggregate_limited);
    for block in blocks(&simulator, 2) {
        for year in 0..block.years() {
            let mut of_risk = vec![0.0; book.len()];
            for row in block.year(year) {
                let risk = block.risk[row] as usize;
                let loss = block.loss[row];
                assert!(loss > 0.0 && (0.0..1.0).contains(&block.time[row]));
                if block.cause[row] == 0 {
                    assert!(loss <= book.share[risk] * book.limit[risk]);
                }
                of_risk[risk] += loss;
            }
            for (sum, limit) in of_risk.iter().zip(&book.aggregate_limit) {
                assert!(*sum <= limit * (1.0 + 1e-12));
            }
        }
    }
}

#[test]
fn a_short_policy_claims_in_its_term() {
    let book = read(
        "risk_id,coverage,exposure,limit,inception,expiry,key.city\n\
         A,uav.tpl,5000,1m,2026-11-01,2027-01-30,sz\n",
    );
    let simulator = simulator(&book, Options::new(4096, 8));
    let start = 304.0 / 365.0;
    let end = start + 90.0 / 365.0 - 1.0;
    for block in blocks(&simulator, 1) {
        assert!(block.cause.iter().any(|c| *c > 0));
        assert!(block.time.iter().all(|t| *t >= start - 1e-9 || *t < end + 1e-9));
    }
}

#[test]
fn impossible_requests_are_refused() {
    let library = Library::shipped().unwrap();
    let book = read(MIXED);
    assert!(Simulator::new(&book, &library, Options::new(0, 1)).is_err());
    let some = library.select(["ai.*"]).unwrap();
    let error = Simulator::new(&book, &some, Options::new(1, 1)).unwrap_err();
    assert_eq!(error.issues().len(), 5, "{error}");
    let huge = read("risk_id,coverage,exposure,limit\nA,uav.tpl,1e12,1m\n");
    assert!(Simulator::new(&huge, &library, Options::new(1, 1)).is_err());
}

#[test]
fn the_table_has_every_row() {
    let simulator = simulator(&read(MIXED), Options::new(9_000, 4));
    let batches = crate::simulate::loss_table(&simulator, &Control::new(Some(2))).unwrap();
    let rows: usize = batches.iter().map(arrow_array::RecordBatch::num_rows).sum();
    assert_eq!(rows, blocks(&simulator, 1).iter().map(LossBlock::rows).sum::<usize>());
    let schema = batches[0].schema();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    assert_eq!(names, ["year", "time", "event", "cause", "risk_id", "sector", "coverage", "loss"]);
}
