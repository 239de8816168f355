//! The event limit of a cover that works risk by risk: one event recovers no more than this.

use super::clause::Clause;
use super::wording::amount_text;

/// Caps the recoveries of the risks of one event, in proportion, in place.
pub fn cap(recoveries: &mut [f64], limit: f64) {
    let total = super::layer::sum(recoveries);
    if total > limit {
        let ratio = limit / total;
        for recovery in recoveries {
            *recovery *= ratio;
        }
    }
}

/// Event franchise: an event whose subject loss is below it recovers nothing.
pub fn franchise(recoveries: &mut [f64], losses: &[f64], franchise: f64) {
    if super::layer::sum(losses) < franchise {
        recoveries.fill(0.0);
    }
}

pub(super) const FRANCHISE: Clause = Clause {
    words: "event franchise",
    fields: &["event_franchise"],
    form: "event franchise 5m",
    about: "an event below it recovers nothing, of a cover per risk",
    read: |reader, treaty| {
        treaty.event_franchise = reader.amount("the event franchise")?;
        Some(())
    },
    write: |treaty| {
        (treaty.event_franchise != 0.0)
            .then(|| format!("event franchise {}", amount_text(treaty.event_franchise)))
    },
};

#[cfg(test)]
mod tests {
    use super::cap;

    #[test]
    fn caps_in_proportion() {
        let mut recoveries = [30.0, 10.0];
        cap(&mut recoveries, 20.0);
        assert_eq!(recoveries, [15.0, 5.0]);
        cap(&mut recoveries, 20.0);
        assert_eq!(recoveries, [15.0, 5.0]);
    }
}
