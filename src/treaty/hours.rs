//! The hours clause: events of one cause within so many hours are one occurrence.

use super::clause::Clause;

/// Hours of the year whose fractions are the dates of losses.
pub const HOURS_A_YEAR: f64 = 8760.0;

/// Groups the events of a year into occurrences: the occurrence of each event, numbered by the
/// date of its first event.
///
/// `events` are (time, cause, loss) in date order. An occurrence is a run of consecutive events of
/// one cause, none later than `window` (a fraction of the year) after the first. Of all such
/// partitions the one is taken that recovers most by `recovery`, the layer before annual terms; of
/// equals the one with fewer occurrences, and then the one whose later occurrences are longer.
pub fn occurrences(
    events: &[(f64, u16, f64)],
    window: f64,
    recovery: impl Fn(f64) -> f64,
) -> Vec<usize> {
    let mut causes: Vec<u16> = events.iter().map(|event| event.1).collect();
    causes.sort_unstable();
    causes.dedup();
    // First event of the run of each event.
    let mut first = vec![0; events.len()];
    for cause in causes {
        let of: Vec<usize> = (0..events.len()).filter(|&i| events[i].1 == cause).collect();
        // Best partition of the first j events: recovery, number of runs, start of the last run.
        let mut best: Vec<(f64, usize, usize)> = vec![(0.0, 0, 0)];
        for j in 0..of.len() {
            let mut loss = 0.0;
            let mut found: Option<(f64, usize, usize)> = None;
            for i in (0..=j).rev() {
                if events[of[j]].0 - events[of[i]].0 > window {
                    break;
                }
                loss += events[of[i]].2;
                let (paid, runs, _) = best[i];
                let (paid, runs) = (paid + recovery(loss), runs + 1);
                let better = found.is_none_or(|(most, fewest, _)| {
                    let dust = 1e-12 * most.abs().max(1.0);
                    paid > most + dust || (paid >= most - dust && runs <= fewest)
                });
                if better {
                    found = Some((paid, runs, i));
                }
            }
            best.push(found.unwrap_or((0.0, 0, j)));
        }
        let mut end = of.len();
        while end > 0 {
            let start = best[end].2;
            for &event in &of[start..end] {
                first[event] = of[start];
            }
            end = start;
        }
    }
    let mut starts: Vec<usize> = (0..events.len()).filter(|&i| first[i] == i).collect();
    starts.sort_unstable();
    first.iter().map(|start| starts.binary_search(start).unwrap_or(0)).collect()
}

pub(super) const CLAUSE: Clause = Clause {
    words: "hours",
    fields: &["hours"],
    form: "hours 72",
    about: "hours clause: events of one cause within 72 hours are one occurrence, cut as recovers most",
    read: |reader, treaty| {
        treaty.hours = Some(f64::from(reader.whole("the number of hours")?));
        Some(())
    },
    write: |treaty| treaty.hours.map(|hours| format!("hours {hours}")),
};

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 1.0 / HOURS_A_YEAR;

    fn grouped(hours: &[(f64, u16, f64)], window: f64, attachment: f64, limit: f64) -> Vec<usize> {
        let events: Vec<_> = hours.iter().map(|(h, c, x)| (h * HOUR, *c, *x)).collect();
        occurrences(&events, window * HOUR, |x| (x - attachment).max(0.0).min(limit))
    }

    #[test]
    fn the_cedant_chooses_the_best_72_hours() {
        // 30 at hour 0, 60 at 50, 60 at 100: the window that starts at 50 recovers 120 − 100.
        let storm = [(0.0, 1, 30.0), (50.0, 1, 60.0), (100.0, 1, 60.0)];
        assert_eq!(grouped(&storm, 72.0, 100.0, 1000.0), [0, 1, 1]);
        // With a low attachment one retention instead of three still wants the long windows.
        assert_eq!(grouped(&storm, 200.0, 20.0, 1000.0), [0, 0, 0]);
        // With a low limit the cedant prefers two occurrences.
        assert_eq!(grouped(&storm, 72.0, 20.0, 40.0), [0, 1, 2]);
    }

    #[test]
    fn causes_do_not_mix_and_time_is_a_bound() {
        let both = [(0.0, 1, 60.0), (1.0, 2, 60.0), (2.0, 1, 60.0), (80.0, 2, 60.0)];
        assert_eq!(grouped(&both, 72.0, 50.0, 1000.0), [0, 1, 0, 2]);
    }
}
