//! Bornhuetter–Ferguson with a pattern of its own and Mack's errors.
//!
//! Mack (2008), "The prediction error of Bornhuetter/Ferguson", ASTIN Bulletin 38(1): increments
//! S(i, k) are independent with mean x(i) y(k) and variance x(i) s²(k). With prior ultimates U,
//! y(k) = Σ S(i, k) / Σ U(i) over the origins observed at k, s²(k) = Σ (S − U y)² / U / (n − 1), the y
//! scaled so that they and the tail sum to one, z = y(1) + … + y(a):
//!
//! reserve R = U (1 − z); process² = U Σ s²(k) over k > a;
//! parameter² = (U² + se²(U)) se²(z) + se²(U) (1 − z)²,
//! se²(z) the smaller of the sums of se²(y(k)) = s²(k) / Σ U up to a and beyond it.
//! Two origins, the first further developed, have correlation √(z' (1 − z) / (z (1 − z'))) of z.

use super::fitted::{Fitted, each};
use super::status::Status;

/// Prior ultimates by triangle and origin with their standard errors, one correlation between
/// any two, and the factor beyond the last age.
#[derive(Debug, Clone)]
pub struct Priors<'a> {
    pub ultimate: &'a [f64],
    pub error: &'a [f64],
    pub correlation: f64,
    pub tail: f64,
}

/// Applies the method to every triangle. Columns: `prior`, `emerged` (share by origin).
pub fn bornhuetter_mack(
    values: &[f64],
    origins: usize,
    ages: usize,
    priors: &Priors<'_>,
) -> Fitted {
    each(values, origins, ages, true, |triangle, cells, one| {
        let by_origin = triangle * origins..(triangle + 1) * origins;
        let (prior, error) = (&priors.ultimate[by_origin.clone()], &priors.error[by_origin]);
        let sound = |origin: usize| prior[origin] > 0.0 && prior[origin].is_finite();
        let latest_age: Vec<Option<usize>> = (0..origins).map(|i| cells.latest_age(i)).collect();
        for (origin, latest) in latest_age.iter().enumerate() {
            if !sound(origin) {
                one.tell(Status::NoExposure, Some(origin), None);
            }
            if latest.is_none() && one.worst() < Status::NotFinite {
                one.tell(Status::EmptyOrigin, Some(origin), None);
            }
        }
        // The pattern, its variances, and the prior amounts they stand on; the tail last.
        let (mut y, mut s2, mut base) = (vec![0.0; ages], vec![0.0; ages], vec![0.0; ages]);
        for age in 0..ages {
            let seen = || {
                let amounts =
                    (0..origins).filter(|i| sound(*i)).map(|i| (prior[i], cells.increment(i, age)));
                amounts.filter(|(_, amount)| !amount.is_nan())
            };
            base[age] = seen().map(|(prior, _)| prior).sum();
            y[age] = seen().map(|(_, amount)| amount).sum::<f64>() / base[age];
            let squares: f64 =
                seen().map(|(prior, amount)| (amount - prior * y[age]).powi(2) / prior).sum();
            s2[age] = match seen().count() {
                0 | 1 => f64::NAN,
                n => squares / (n - 1) as f64,
            };
            if y[age].is_nan() && one.worst() < Status::NotFinite {
                one.tell(Status::NoFactor, None, Some(age));
            }
        }
        single_values(&mut s2);
        let sum: f64 = y.iter().sum();
        let scale = 1.0 / (sum * priors.tail);
        for y in &mut y {
            *y *= scale;
        }
        let rest = 1.0 - 1.0 / priors.tail;
        if sum <= 0.0 {
            one.tell(Status::NotPositive, None, None);
        }
        if rest != 0.0 {
            // Beyond the triangle the variance keeps its ratio to the share, as if estimated once.
            let last = ages - 1;
            s2.push(s2[last] * (rest / y[last]).abs());
            base.push(base[last]);
            y.push(rest);
        }
        let mut z = vec![0.0; y.len() + 1];
        let (mut early, mut late) = (vec![0.0; y.len() + 1], vec![0.0; y.len() + 1]);
        let mut to_come = vec![0.0; y.len() + 1];
        for k in 0..y.len() {
            z[k + 1] = z[k] + y[k];
            early[k + 1] = early[k] + s2[k] / base[k];
        }
        for k in (0..y.len()).rev() {
            late[k] = late[k + 1] + s2[k] / base[k];
            to_come[k] = to_come[k + 1] + s2[k];
        }
        if rest == 0.0 {
            z[ages] = 1.0;
        }
        for age in 0..ages {
            one.factor[age] = if age + 1 == ages { priors.tail } else { z[age + 2] / z[age + 1] };
        }
        let mut emerged = vec![f64::NAN; origins];
        let mut known = Vec::new();
        for (origin, age) in latest_age.iter().enumerate() {
            let (Some(age), true) = (age, sound(origin)) else { continue };
            let (share, spread) = (z[age + 1], early[age + 1].min(late[age + 1]));
            emerged[origin] = share;
            let (mean, error2) = (prior[origin], error[origin].powi(2));
            one.ultimate[origin] = one.latest[origin] + mean * (1.0 - share);
            one.process[origin] = mean * to_come[age + 1];
            one.parameter[origin] =
                (mean * mean + error2) * spread + error2 * (1.0 - share).powi(2);
            known.push((origin, share, spread.sqrt()));
        }
        one.total_process = known.iter().map(|(origin, ..)| one.process[*origin]).sum();
        let mut total = 0.0;
        for (i, share, spread) in &known {
            total += one.parameter[*i];
            for (k, other, other_spread) in known.iter().filter(|(k, ..)| k != i) {
                let (less, more) = (share.min(*other), share.max(*other));
                let both = (less * (1.0 - more) / (more * (1.0 - less))).max(0.0).sqrt();
                let both = if both.is_nan() { 0.0 } else { both };
                let shares = both * spread * other_spread;
                let priors = priors.correlation * error[*i] * error[*k];
                total += shares * (prior[*i] * prior[*k] + priors)
                    + priors * (1.0 - share) * (1.0 - other);
            }
        }
        one.total_parameter = total;
        one.column("prior", &[origins], prior.to_vec());
        one.column("emerged", &[origins], emerged);
    })
}

/// Fills in variances that single values cannot give: min(s⁴(k−1) / s²(k−2), s²(k−2), s²(k−1)).
pub(super) fn single_values(variance: &mut [f64]) {
    for k in 2..variance.len() {
        let (one, two) = (variance[k - 1], variance[k - 2]);
        if variance[k].is_nan() && !one.is_nan() && !two.is_nan() {
            let ratio = one * one / two;
            variance[k] = if ratio.is_finite() { ratio.min(one).min(two) } else { one.min(two) };
        }
    }
}
