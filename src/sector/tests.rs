use super::*;
use crate::sector::{Frequency, jeffreys};
use crate::severity::{Family, MBBEFD, Severity};

fn frequency(coverage: &Coverage) -> &Frequency {
    coverage.frequency.as_ref().unwrap()
}

fn severity(coverage: &Coverage) -> &Severity {
    &coverage.severity.as_ref().unwrap().distribution
}

fn close(a: f64, b: f64, relative: f64) {
    assert!((a - b).abs() <= relative * b.abs(), "{a} {b}");
}

#[test]
fn every_shipped_file_is_read_and_written_back_the_same() {
    let library = Library::shipped().unwrap();
    assert_eq!(library.names().len(), SHIPPED.len());
    for (coverage, (id, _)) in library.coverages().iter().zip(SHIPPED) {
        assert_eq!(coverage.id, *id);
        let text = coverage.to_toml().unwrap();
        assert_eq!(&Coverage::from_toml("again", &text).unwrap(), coverage, "{text}");
    }
}

#[test]
fn the_list_names_every_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/kebao/sectors");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .filter(|name| name != "patterns" && !name.starts_with('_'))
        .collect();
    files.sort();
    let mut listed: Vec<&str> = SHIPPED.iter().map(|(id, _)| *id).collect();
    listed.sort_unstable();
    assert_eq!(files, listed);
}

/// The launch file says what the counts of the orbital record give.
#[test]
fn the_launch_model_is_the_posterior_of_the_orbital_record() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("python/kebao/datasets/orbital_launches.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
    let row = |axis: &str, class: &str| {
        rows.iter().find(|r| &r[0] == axis && &r[1] == class).unwrap().clone()
    };
    let library = Library::shipped().unwrap();
    let launch = library.get("space.launch").unwrap();
    let base = row("variant_flight_no", "n11_20");
    let base = jeffreys(base[2].parse().unwrap(), base[3].parse().unwrap()).unwrap();
    close(frequency(launch).mean, base.mean, 1e-12);
    close(frequency(launch).cv_of_mean, base.cv, 1e-12);
    let mut seen = 0;
    for axis in ["variant_flight_no", "new_developer_flight_no"] {
        let factor = launch.factor(axis).unwrap();
        for (level, relativity) in factor.levels.iter().zip(&factor.frequency) {
            let row = row(axis, level);
            let rate = match (row[2].parse::<f64>(), row[3].parse::<f64>()) {
                (Ok(x), Ok(n)) => {
                    close(row[4].parse().unwrap(), x / n, 0.015);
                    jeffreys(x, n).unwrap().mean
                }
                _ => row[4].parse().unwrap(),
            };
            close(frequency(launch).mean * relativity, rate, 1e-12);
            seen += 1;
        }
    }
    assert_eq!(seen, 11);
}

#[test]
fn severities_have_the_means_and_shares_their_sources_state() {
    let library = Library::shipped().unwrap();
    let mean = |id: &str| severity(library.get(id).unwrap()).mean();
    // MBBEFD c = 6: mean damage ratio 0.53 %, total loss 0.012 %.
    close(mean("ic.fab_property_bi"), 0.0053, 5e-3);
    close(1.0 / MBBEFD::swiss_re(6.0).unwrap().g, 0.000123, 5e-3);
    assert_eq!(
        *severity(library.get("ic.fab_property_bi").unwrap()),
        MBBEFD::swiss_re(6.0).unwrap().into()
    );
    // Uptime: P(> US$0.1m) = 54 %, P(> US$1m) = 16 %, at 7.1 CNY.
    let outage = severity(library.get("ai.compute_outage_bi").unwrap());
    close(outage.sf(0.1e6 * 7.1), 0.54, 2e-3);
    close(outage.sf(1e6 * 7.1), 0.16, 5e-3);
    // Small firms: mean US$175k, median US$36k before the fatter tail.
    let cyber = severity(library.get("cyber.first_party").unwrap());
    close(cyber.quantile(0.5), 36e3 * 7.1, 0.02);
    close(mean("space.launch"), 0.83 + 0.17 * 0.5, 1e-12);
}

#[test]
fn one_event_strikes_several_coverages() {
    let library = Library::shipped().unwrap();
    for (event, ids) in [
        ("cloud_region_3day_outage", ["ai.compute_outage_bi", "cyber.first_party"]),
        ("foundation_model_failure", ["ai.output_liability", "ai.performance_warranty"]),
        ("vehicle_update_defect", ["nev.own_damage", "nev.tpl"]),
        ("gait_controller_update_defect", ["robot.hull", "robot.tpl"]),
    ] {
        for id in ids {
            assert!(library.get(id).unwrap().systemic.iter().any(|s| s.event == event), "{id}");
        }
    }
    let mut changed = library.get("cyber.first_party").unwrap().clone();
    changed.systemic[1].annual_rate = 0.03;
    let error = library.clone().add(changed).unwrap_err().to_string();
    assert!(error.contains("one event has one key and one rate"), "{error}");
}

/// The split of an outage in two keeps the expected loss of the prior it came from.
#[test]
fn the_two_outages_cost_what_the_one_prior_did() {
    let library = Library::shipped().unwrap();
    let cost: f64 = library.get("ai.compute_outage_bi").unwrap().systemic[..2]
        .iter()
        .map(|s| s.annual_rate * s.share_hit.mean() * s.damage.mean())
        .sum();
    close(cost, 0.15 * (1.5 / 7.5) * (1.0 / 21.0), 1e-5);
}

#[test]
fn selection_by_pattern() {
    let library = Library::shipped().unwrap();
    assert_eq!(
        library.select(["ic.*", "uav.tpl"]).unwrap().names(),
        [
            "ic.fab_property_bi",
            "ic.process_contamination",
            "ic.tapeout",
            "ic.chip_quality_liability",
            "uav.tpl"
        ]
    );
    assert_eq!(library.select(["*.hull"]).unwrap().names(), ["robot.hull", "uav.hull"]);
    assert_eq!(library.select(["*"]).unwrap().names().len(), SHIPPED.len());
    let error = library.select(["space.lunch"]).unwrap_err().to_string();
    assert!(error.contains("did you mean 'space.launch'?"), "{error}");
}

#[test]
fn experience_moves_the_mean_by_its_credibility() {
    let library = Library::shipped().unwrap();
    let launch = library.get("space.launch").unwrap();
    let (updated, posterior) = launch.update(2.0, 31.0).unwrap();
    // The prior is Beta(13.5, 298.5), so the posterior is Beta(15.5, 327.5).
    close(posterior.mean, 15.5 / 343.0, 1e-9);
    close(frequency(&updated).mean, posterior.mean, 0.0);
    assert!(frequency(&updated).cv_of_mean < frequency(launch).cv_of_mean);
    assert!(launch.update(5.0, 3.0).is_err());
    let (uav, _) = library.get("uav.tpl").unwrap().update(0.0, 1000.0).unwrap();
    // Gamma(4, 4/0.006): 4 / (4/0.006 + 1000).
    close(frequency(&uav).mean, 4.0 / (4.0 / 0.006 + 1000.0), 1e-12);
}

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let text = SHIPPED[0]
        .1
        .replace("cv_of_mean = 0.6", "cv_of_mean = -0.6\nmeen = 1")
        .replace("status = \"expert\"", "status = \"exprt\"")
        .replace("share = 0.9", "share = 90")
        .replace("family = \"Spliced\"", "family = \"Splice\"")
        .replace("family = \"negative_binomial\"", "family = \"poisson\"")
        .replace("limit = 20_000_000", "");
    let error = Coverage::from_toml("mine.toml", &text).unwrap_err();
    let text = error.to_string();
    for part in [
        "mine.toml.frequency: cv_of_mean must be a finite number ≥ 0, got -0.6",
        "mine.toml.frequency: field must be one of",
        "got 'meen'; did you mean 'mean'?",
        "did you mean 'expert'?",
        "did you mean 0.9 (90%)?",
        "did you mean 'Spliced'?",
        "mixing_shape must be given for negative_binomial only",
        "mine.toml.terms: limit: missing",
    ] {
        assert!(text.contains(part), "{part}\nnot in\n{text}");
    }
    assert!(Coverage::from_toml("mine.toml", "id = [").is_err());
    assert!(Coverage::from_toml("mine.toml", "").unwrap_err().issues().len() > 10);
}
