//! Future payments by time.

use super::curve::Curve;

/// A payment: its time in years from the valuation, and the amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    pub time: f64,
    pub amount: f64,
}

/// Spreads the reserve of each origin over what a pattern still has to come after the origin's age.
///
/// `ages` (months) and `cumulative` are the pattern; a payment falls in the middle of its age
/// period, and what remains after the last age is paid evenly over `tail_years` more. Where nothing
/// is to come by the pattern, the reserve is due at once. Payments at the same time are one flow;
/// the flows sum to the reserves.
pub fn from_pattern(
    ages: &[f64],
    cumulative: &[f64],
    reserves: &[(f64, f64)],
    tail_years: f64,
) -> Vec<Flow> {
    let mut flows: Vec<Flow> = Vec::new();
    let period = ages.windows(2).next().map_or(12.0, |pair| pair[1] - pair[0]);
    let last = ages.last().copied().unwrap_or(0.0);
    let mut edges: Vec<(f64, f64)> = ages.iter().copied().zip(cumulative.iter().copied()).collect();
    let left = 1.0 - cumulative.last().copied().unwrap_or(0.0);
    if tail_years > 0.0 && left > 0.0 {
        let steps = (tail_years * 12.0 / period).ceil().max(1.0);
        for step in 1..=steps as usize {
            let share = step as f64 / steps;
            edges.push((last + share * tail_years * 12.0, 1.0 - left * (1.0 - share)));
        }
    }
    for (age, reserve) in reserves.iter().filter(|(_, reserve)| *reserve != 0.0) {
        let emerged = at(&edges, *age);
        let to_come = edges.last().map_or(0.0, |edge| edge.1) - emerged;
        if !(to_come > 0.0) {
            flows.push(Flow { time: 0.0, amount: *reserve });
            continue;
        }
        let (mut from, mut share) = (*age, emerged);
        for (edge, next) in edges.iter().filter(|edge| edge.0 > *age) {
            let time = ((from + edge) / 2.0 - age) / 12.0;
            flows.push(Flow { time, amount: reserve * (next - share) / to_come });
            (from, share) = (*edge, *next);
        }
    }
    flows.sort_by(|a, b| a.time.total_cmp(&b.time));
    let mut merged: Vec<Flow> = Vec::new();
    for flow in flows {
        match merged.last_mut() {
            Some(before) if (flow.time - before.time).abs() < 1e-9 => before.amount += flow.amount,
            _ => merged.push(flow),
        }
    }
    merged
}

/// The share emerged by an age, linear between those of the pattern and from 0 at age 0.
fn at(edges: &[(f64, f64)], age: f64) -> f64 {
    let mut before = (0.0, 0.0);
    for edge in edges {
        if age <= edge.0 {
            let width = edge.0 - before.0;
            let part = if width > 0.0 { (age - before.0) / width } else { 1.0 };
            return before.1 + (edge.1 - before.1) * part;
        }
        before = *edge;
    }
    before.1
}

/// Present value of flows.
pub fn present_value(flows: &[Flow], curve: &Curve) -> f64 {
    flows.iter().map(|flow| flow.amount * curve.discount(flow.time)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_sum_to_the_reserves_and_stand_in_the_middle_of_their_years() {
        let (ages, shares) = ([12.0, 24.0, 36.0], [0.5, 0.8, 0.9]);
        let flows = from_pattern(&ages, &shares, &[(12.0, 100.0), (24.0, 60.0)], 2.0);
        let total: f64 = flows.iter().map(|flow| flow.amount).sum();
        assert!((total - 160.0).abs() < 1e-12);
        // First year: 0.3 / 0.5 of 100 and 0.1 / 0.2 of 60.
        assert_eq!(flows[0].time, 0.5);
        assert!((flows[0].amount - (60.0 + 30.0)).abs() < 1e-12);
        assert_eq!(flows.last().unwrap().time, 3.5);
        // A pattern that is done pays at once.
        let done = from_pattern(&[12.0], &[1.0], &[(12.0, 5.0)], 0.0);
        assert_eq!(done, [Flow { time: 0.0, amount: 5.0 }]);
    }
}
