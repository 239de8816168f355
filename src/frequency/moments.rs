//! Cumulants and factorial moments to the fourth order.

use super::Count;

/// f∘g to the fourth order, both given by their first four derivatives at 0 (Faà di Bruno).
pub(super) fn compose(f: [f64; 4], g: [f64; 4]) -> [f64; 4] {
    let [f1, f2, f3, f4] = f;
    let [g1, g2, g3, g4] = g;
    [
        f1 * g1,
        f1 * g2 + f2 * g1 * g1,
        f1 * g3 + 3.0 * f2 * g1 * g2 + f3 * g1 * g1 * g1,
        f1 * g4
            + f2 * (4.0 * g1 * g3 + 3.0 * g2 * g2)
            + 6.0 * f3 * g1 * g1 * g2
            + f4 * g1 * g1 * g1 * g1,
    ]
}

/// Factorial moments from factorial cumulants.
pub(super) fn from_log(cumulants: [f64; 4]) -> [f64; 4] {
    compose([1.0; 4], cumulants)
}

/// Factorial cumulants from factorial moments.
pub(super) fn to_log(moments: [f64; 4]) -> [f64; 4] {
    compose([1.0, -1.0, 2.0, -6.0], moments)
}

/// Cumulants from factorial cumulants: e^t − 1 inside.
pub(super) fn cumulants(factorial: [f64; 4]) -> [f64; 4] {
    let [c1, c2, c3, c4] = factorial;
    [c1, c1 + c2, c1 + 3.0 * c2 + c3, c1 + 7.0 * c2 + 6.0 * c3 + c4]
}

/// Factorial cumulants from cumulants: ln(1 + w) inside.
pub(super) fn factorial(cumulants: [f64; 4]) -> [f64; 4] {
    compose(cumulants, [1.0, -1.0, 2.0, -6.0])
}

/// Cumulants of variance and above by summing (k − mean)ʲ P(N = k), up to the count `last`.
pub(super) fn by_summation(count: &dyn Count, mean: f64, last: u64) -> [f64; 4] {
    let (mut second, mut third, mut fourth) = (0.0, 0.0, 0.0);
    for k in 0..=last {
        let (p, gap) = (count.pmf(k), k as f64 - mean);
        let square = gap * gap;
        second += p * square;
        third += p * square * gap;
        fourth += p * square * square;
    }
    [mean, second, third, fourth - 3.0 * second * second]
}
