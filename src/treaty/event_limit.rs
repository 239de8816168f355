//! The event limit of a cover that works risk by risk: one event recovers no more than this.

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
