//! Programmes compared under common random numbers: differences and their paired errors.

use super::summary::{LEVELS, mean_of, sd_of};
use crate::losses::TailWeight;
use crate::measure::{Estimate, Moments};
use crate::treaty::Outcome;

/// One number of one programme beside that of the base.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `ceded`, `net`, `reinstatement_premium` …
    pub what: &'static str,
    /// `mean`, `sd`, `var_99`, `tvar_99` …
    pub measure: String,
    pub base: f64,
    pub value: f64,
    pub difference: Estimate,
}

/// Differences of two outcomes over the same years and draws.
///
/// Each measure is a mean of its influence function over years, so the error of a difference is the
/// standard deviation of the yearly differences of influences over √n: for the mean x − μ; for the
/// standard deviation ((x − μ)² − σ²) / 2σ; for VaR (p − 1{x ≤ q}) / f(q), f from order statistics;
/// for TVaR q + (x − q)₊ / (1 − p) − TVaR (Hampel 1974, JASA 69; Manistre and Hancock 2005).
/// Amounts without a variance have infinite standard deviations; the difference of two means has an
/// error where what is beyond every bound is the same part of both.
pub fn changes(base: &Outcome, other: &Outcome) -> Vec<Change> {
    let premium = |outcome: &Outcome| -> Vec<f64> {
        let years = 0..outcome.gross.len();
        let of = |y: usize| outcome.treaties.iter().map(|t| t.reinstatement_premium[y]).sum();
        years.map(of).collect()
    };
    let columns: [(&'static str, Vec<f64>, Vec<f64>); 3] = [
        ("net", base.net.clone(), other.net.clone()),
        ("ceded", base.ceded(), other.ceded()),
        ("reinstatement_premium", premium(base), premium(other)),
    ];
    let mut found = Vec::new();
    for (what, a, b) in columns {
        let measures: &[Measure] = if what == "reinstatement_premium" { &ALL[..1] } else { &ALL };
        // Reinstatement premiums are of limited recoveries.
        let weights = if what == "reinstatement_premium" {
            [TailWeight::Light; 3]
        } else {
            let (a, b) = (base.part(what), other.part(what));
            let losses = base.tail_weight;
            [a.weight(losses), b.weight(losses), a.weight_of_difference(b, losses)]
        };
        for measure in measures {
            let (base, mut influence) = measure.of(&a);
            let (value, other) = measure.of(&b);
            for (x, y) in influence.iter_mut().zip(other) {
                *x = y - *x;
            }
            let standard_error = Moments::of(&influence).standard_error();
            let difference = Estimate { value: value - base, standard_error };
            let (base, value, difference) = measure.judged(weights, (base, value, difference));
            found.push(Change { what, measure: measure.name(), base, value, difference });
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Measure {
    Mean,
    Sd,
    Var(f64),
    Tvar(f64),
}

const ALL: [Measure; 6] = [
    Measure::Mean,
    Measure::Sd,
    Measure::Var(LEVELS[1]),
    Measure::Tvar(LEVELS[1]),
    Measure::Var(LEVELS[2]),
    Measure::Tvar(LEVELS[2]),
];

impl Measure {
    fn name(self) -> String {
        let level = |p: f64| format!("{}", (p * 1000.0).round() / 10.0).replace('.', "_");
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Sd => "sd".to_owned(),
            Self::Var(p) => format!("var_{}", level(p)),
            Self::Tvar(p) => format!("tvar_{}", level(p)),
        }
    }

    /// A measure of two amounts and its difference, as the weights of the two and of their
    /// difference allow.
    fn judged(
        self,
        [base, other, paired]: [TailWeight; 3],
        (a, b, difference): (f64, f64, Estimate),
    ) -> (f64, f64, Estimate) {
        let alone = |value: f64| Estimate { value, standard_error: f64::NAN };
        let (a, b, error) = match self {
            Self::Var(_) => return (a, b, difference),
            Self::Sd => (sd_of(base, alone(a)), sd_of(other, alone(b)), base.max(other)),
            // Beyond each VaR the parts differ by constants: paired tail means differ boundedly too.
            Self::Mean | Self::Tvar(_) => {
                (mean_of(base, alone(a)), mean_of(other, alone(b)), paired)
            }
        };
        let difference = match error {
            TailWeight::Light => difference,
            _ => alone(if a.value.is_finite() || b.value.is_finite() {
                b.value - a.value
            } else {
                f64::NAN
            }),
        };
        (a.value, b.value, difference)
    }

    /// The measure of a column, and its influence function at each value.
    fn of(self, values: &[f64]) -> (f64, Vec<f64>) {
        let moments = Moments::of(values);
        match self {
            Self::Mean => (moments.mean, values.iter().map(|x| x - moments.mean).collect()),
            Self::Sd => {
                let sd = moments.sd;
                let of = |x: &f64| {
                    let d = x - moments.mean;
                    if sd > 0.0 { (d * d - sd * sd) / (2.0 * sd) } else { 0.0 }
                };
                (sd, values.iter().map(of).collect())
            }
            Self::Var(p) => {
                let sorted = sorted(values);
                let q = order(&sorted, p);
                let n = values.len() as f64;
                let reach = (p * (1.0 - p) / n).sqrt().max(1.0 / n).min(1.0 - p);
                let slope = (order(&sorted, (p + reach).min(1.0)) - order(&sorted, p - reach))
                    / (2.0 * reach);
                (q, values.iter().map(|x| slope * (p - f64::from(*x <= q))).collect())
            }
            Self::Tvar(p) => {
                let q = order(&sorted(values), p);
                let excess = Moments::of(
                    &values.iter().map(|x| (x - q).max(0.0) / (1.0 - p)).collect::<Vec<f64>>(),
                );
                let tvar = q + excess.mean;
                (tvar, values.iter().map(|x| q + (x - q).max(0.0) / (1.0 - p) - tvar).collect())
            }
        }
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The order statistic of rank ⌈n p⌉.
fn order(sorted: &[f64], p: f64) -> f64 {
    let n = sorted.len();
    let rank = (n as f64 * p - 1e-9).ceil().max(1.0) as usize;
    sorted.get(rank.min(n).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    fn outcome(net: Vec<f64>) -> Outcome {
        Outcome { years: net.len() as u64, gross: net.clone(), net, ..Outcome::default() }
    }

    /// Over many pairs of correlated samples the differences spread as their errors say.
    #[test]
    fn paired_errors_are_the_spread_of_repeated_differences() {
        let (runs, years) = (300, 4000);
        let mut stream = Stream::new(9, Purpose::Auxiliary, 1, 0);
        let mut all: Vec<Vec<Change>> = Vec::new();
        for _ in 0..runs {
            let draws: Vec<f64> =
                (0..years).map(|_| stream.uniform().max(1e-12).powf(-0.1)).collect();
            let less = draws.iter().map(|x| x - 0.5 * (x - 1.2).max(0.0)).collect();
            all.push(changes(&outcome(draws), &outcome(less)));
        }
        for at in 0..6 {
            let values: Vec<f64> = all.iter().map(|run| run[at].difference.value).collect();
            let told = all.iter().map(|run| run[at].difference.standard_error).sum::<f64>()
                / f64::from(runs);
            let spread = Moments::of(&values).sd;
            let ratio = told / spread;
            assert!((0.75..1.33).contains(&ratio), "{}: {ratio}", all[0][at].measure);
        }
    }
}
