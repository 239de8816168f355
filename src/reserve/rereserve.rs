//! The actuary in the box: the triangle as it may stand after the coming period, many times.
//!
//! Ohlsson and Lauzeningks (2009), "The one-year non-life insurance risk", Insurance: Mathematics
//! and Economics 45(2). A method fitted to each of these triangles gives next year's ultimates; this
//! year's less next year's is the claims development result.

use super::bootstrap::Simulated;
use super::development::Cells;

/// The triangle with each simulated next diagonal, outcome × origin × age; empty unless the
/// simulation kept its cells.
pub fn next_diagonals(cells: Cells<'_>, simulated: &Simulated, triangle: usize) -> Vec<f64> {
    let size = cells.origins * cells.ages;
    let n = simulated.simulations;
    let (Some(future), Some(outcomes)) =
        (simulated.future.get(triangle), simulated.cells.get(triangle))
    else {
        return Vec::new();
    };
    if outcomes.len() != future.len() * n || future.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::with_capacity(n * size);
    for outcome in 0..n {
        let start = all.len();
        all.extend_from_slice(cells.values);
        let own: &mut [f64] = &mut all[start..];
        for (at, cell) in future.iter().enumerate() {
            if cell.step == 0 && cell.age + 1 < cells.ages {
                let place = cell.origin * cells.ages + cell.age;
                own[place + 1] = own[place] + outcomes[at * n + outcome];
            }
        }
    }
    all
}
