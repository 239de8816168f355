//! Premiums: what each treaty's rates, loss ratios and caps refer to.

use super::terms::Treaty;

/// Premiums of one treaty, where the programme says enough to know them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Premiums {
    /// Premium of the subject: the gross premium less what the treaties it is net of were ceded.
    pub subject: Option<f64>,
    /// Premium for 100 % of the treaty: the subject premium of a quota share, else as stated.
    pub treaty: Option<f64>,
}

/// Premiums of all treaties. `order` lists each treaty after those it is net of, `net_of` their indices.
pub fn premiums(
    treaties: &[Treaty],
    order: &[usize],
    net_of: &[Vec<usize>],
    gross: Option<f64>,
) -> Vec<Premiums> {
    let mut all = vec![Premiums::default(); treaties.len()];
    for &index in order {
        let treaty = &treaties[index];
        let subject = gross.map(|gross| {
            let ceded: f64 = net_of[index]
                .iter()
                .map(|&named| all[named].treaty.unwrap_or(0.0) * participation(&treaties[named]))
                .sum();
            gross - ceded
        });
        let stated = treaty.premium.or_else(|| Some(treaty.rate? * subject?));
        let treaty = if treaty.is_proportional() { stated.or(subject) } else { stated };
        all[index] = Premiums { subject, treaty };
    }
    all
}

/// Fraction of a treaty's amounts and premium that reinsurers take.
pub fn participation(treaty: &Treaty) -> f64 {
    super::share::participation(treaty.share, treaty.co_participation, treaty.placed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::treaty::Basis;

    #[test]
    fn inuring_premium_is_taken_off_the_subject() {
        let treaties = [
            Treaty::quota_share("qs", 0.4),
            Treaty { rate: Some(0.05), ..Treaty::excess("xl", Basis::Event, 10.0, 5.0) },
            Treaty::stop_loss("sl", 0.4, 0.8),
        ];
        let net_of = [vec![], vec![0], vec![0, 1]];
        let all = premiums(&treaties, &[0, 1, 2], &net_of, Some(100.0));
        assert_eq!(all[0].treaty, Some(100.0));
        assert_eq!(all[1], Premiums { subject: Some(60.0), treaty: Some(3.0) });
        assert_eq!(all[2], Premiums { subject: Some(57.0), treaty: None });
    }
}
