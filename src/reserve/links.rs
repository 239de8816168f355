//! Estimates of the links of one triangle under a [`Development`].

use super::curve::Line;
use super::development::{Average, Cells, Choice, Credibility, Development, Given, Sigma};
use super::status::Status;

/// Estimates of one triangle, by age; the last entry is the tail. Reused from triangle to triangle,
/// so that nothing is allocated.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Factor to the next age.
    pub factor: Vec<f64>,
    /// σ², so that Var\[C(k+1)\] = σ² C(k)^(2 − alpha); NaN where it cannot be had.
    pub variance: Vec<f64>,
    /// Var(factor).
    pub factor_variance: Vec<f64>,
    /// Whether any ratio was observed.
    pub any: bool,
    /// Var(average) = σ² / weight.
    weight: Vec<f64>,
    ratios: Vec<Link>,
}

/// One link.
#[derive(Debug, Clone, Copy, Default)]
struct Link {
    /// The user's weight.
    own: f64,
    /// The user's weight times start^alpha.
    weight: f64,
    start: f64,
    end: f64,
    ratio: f64,
}

impl Links {
    /// Replays `development` on `cells`: fills `factor`, `variance` and `factor_variance`, the
    /// tail last. `tell` hears of findings with origin and column.
    pub fn select(
        &mut self,
        cells: Cells<'_>,
        development: &Development,
        mut tell: impl FnMut(Status, Option<usize>, Option<usize>),
    ) {
        self.average(cells, development, &mut tell);
        if !extrapolate(&mut self.variance, development.sigma) {
            tell(Status::SigmaReverted, None, None);
        }
        let pairs = self.variance.iter().zip(&self.weight);
        self.factor_variance.extend(pairs.map(|(variance, weight)| variance / weight));
        self.blend(development);
        let tail = development.tail.resolve(&self.factor, &self.factor_variance, &self.variance);
        self.factor.push(tail.factor);
        self.variance.push(tail.sigma * tail.sigma);
        self.factor_variance.push(tail.standard_error * tail.standard_error);
    }

    /// The factors alone, the tail last: what a replay on a pseudo triangle needs.
    ///
    /// `variance` and `factor_variance` are left empty, unless credibility needs them.
    pub fn factors(&mut self, cells: Cells<'_>, development: &Development) -> &[f64] {
        if development.needs_variance() {
            self.select(cells, development, |_, _, _| ());
            return &self.factor;
        }
        self.average(cells, development, |_, _, _| ());
        self.variance.clear();
        self.blend(development);
        let tail = development.tail.resolve(&self.factor, &[], &[]);
        self.factor.push(tail.factor);
        &self.factor
    }

    /// The averages of every age, before judgement and tail.
    fn average(
        &mut self,
        cells: Cells<'_>,
        development: &Development,
        mut tell: impl FnMut(Status, Option<usize>, Option<usize>),
    ) {
        for column in
            [&mut self.factor, &mut self.variance, &mut self.factor_variance, &mut self.weight]
        {
            column.clear();
        }
        self.any = false;
        for age in 0..cells.ages.saturating_sub(1) {
            let choice = development.choice(age);
            self.ratios.clear();
            for origin in (0..cells.origins).rev() {
                if choice.last.is_some_and(|last| self.ratios.len() >= last) {
                    break;
                }
                let at = origin * cells.ages + age;
                let (start, end) = (cells.values[at], cells.values[at + 1]);
                let own = development.weight(cells.ages, origin, age);
                if start.is_nan() || end.is_nan() || own == 0.0 {
                    continue;
                }
                let geometric = choice.average == Average::Geometric;
                if start <= 0.0 || (geometric && end <= 0.0) {
                    tell(Status::LinksLeftOut, Some(origin), Some(age));
                    continue;
                }
                let weight = own * choice.average.weight(start);
                self.ratios.push(Link { own, weight, start, end, ratio: end / start });
            }
            self.any |= !self.ratios.is_empty();
            let (factor, weight) = averaged(&mut self.ratios, choice);
            let spread = |each: &Link| each.weight * (each.ratio - factor).powi(2);
            self.factor.push(factor);
            self.weight.push(weight);
            self.variance.push(match self.ratios.len() {
                0 | 1 => f64::NAN,
                n => self.ratios.iter().map(spread).sum::<f64>() / (n - 1) as f64,
            });
        }
    }

    /// Brings in the factors that the user gives.
    fn blend(&mut self, development: &Development) {
        if development.all.given.is_none() && development.by_age.is_empty() {
            return;
        }
        for (age, factor) in self.factor.iter_mut().enumerate() {
            let Some(given) = development.choice(age).given else { continue };
            let known = self.factor_variance.get(age).copied();
            let z = if factor.is_nan() { 0.0 } else { given.weight(known) };
            *factor = if z == 0.0 { given.factor } else { z * *factor + (1.0 - z) * given.factor };
            if let (Some(variance), Some(error)) =
                (self.factor_variance.get_mut(age), given.standard_error)
            {
                let own = if z == 0.0 { 0.0 } else { z * z * *variance };
                *variance = own + ((1.0 - z) * error).powi(2);
            }
        }
    }
}

impl Given {
    /// The weight of the average whose variance is `known`.
    fn weight(self, known: Option<f64>) -> f64 {
        match (self.credibility, self.standard_error, known) {
            (Credibility::Fixed(z), ..) => z,
            (Credibility::Precision, Some(error), Some(variance)) if !variance.is_nan() => {
                let own = error * error;
                if own + variance > 0.0 { own / (own + variance) } else { 1.0 }
            }
            (Credibility::Precision, ..) => 0.0,
        }
    }
}

impl Development {
    fn needs_variance(&self) -> bool {
        let choices = self.by_age.iter().map(|(_, choice)| choice).chain([&self.all]);
        let mut given = choices.filter_map(|choice| choice.given);
        given.any(|given| given.credibility == Credibility::Precision)
    }
}

/// The average of the ratios, and the weight by which σ² is divided for its variance.
fn averaged(ratios: &mut [Link], choice: Choice) -> (f64, f64) {
    let trimmed = choice.high + choice.low;
    let mut kept = &*ratios;
    if (trimmed > 0 && ratios.len() > trimmed) || choice.average == Average::Median {
        // Latest origins first among equals, as the rows came.
        ratios.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
        kept = &*ratios;
        if ratios.len() > trimmed {
            kept = &ratios[choice.low..ratios.len() - choice.high];
        }
    }
    let sum = |of: fn(&Link) -> f64| kept.iter().map(of).sum::<f64>();
    let weight = sum(|each| each.weight);
    match choice.average {
        Average::Volume => (sum(|each| each.own * each.end) / weight, weight),
        Average::Simple => (sum(|each| each.own * each.ratio) / weight, weight),
        Average::Regression => (sum(|each| each.own * each.start * each.end) / weight, weight),
        Average::Geometric => {
            (libm::exp(sum(|each| each.own * libm::log(each.ratio)) / weight), weight)
        }
        Average::Median => {
            let loss = if kept.len() > 2 { std::f64::consts::FRAC_2_PI } else { 1.0 };
            (median(kept, weight), weight * loss)
        }
    }
}

/// The point with half of the weight on either side; the middle of two where it lies between.
fn median(sorted: &[Link], total: f64) -> f64 {
    let mut below = 0.0;
    for (at, each) in sorted.iter().enumerate() {
        below += each.weight;
        if below * 2.0 > total * (1.0 + 1e-12) {
            return each.ratio;
        }
        if below * 2.0 >= total * (1.0 - 1e-12) {
            let next = sorted.get(at + 1).map_or(each.ratio, |next| next.ratio);
            return f64::midpoint(each.ratio, next);
        }
    }
    f64::NAN
}

/// Fills in the σ² that single ratios cannot give; false when the log-linear rule was wanted but
/// Mack's was used.
fn extrapolate(variance: &mut [f64], rule: Sigma) -> bool {
    if !variance.iter().any(|value| value.is_nan()) {
        return true;
    }
    if rule == Sigma::LogLinear {
        let points = variance.iter().enumerate().map(|(k, v)| ((k + 1) as f64, v.sqrt()));
        let line = Line::log_fit(points.filter(|(_, sigma)| !sigma.is_nan()))
            .filter(|line| line.points > 2 && two_sided_p(line.t, line.points - 2) <= 0.05);
        if let Some(line) = line {
            for (k, value) in variance.iter_mut().enumerate().filter(|(_, v)| v.is_nan()) {
                *value = line.at((k + 1) as f64).powi(2);
            }
            return true;
        }
    }
    for k in 2..variance.len() {
        if variance[k].is_nan() {
            let (one, two) = (variance[k - 1], variance[k - 2]);
            if one.is_nan() || two.is_nan() {
                continue;
            }
            let ratio = one * one / two;
            variance[k] = if ratio.is_finite() { ratio.min(one).min(two) } else { one.min(two) };
        }
    }
    rule == Sigma::Mack
}

/// Two-sided p-value of Student's t for whole degrees of freedom, by the finite series of
/// Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.
fn two_sided_p(t: f64, freedom: usize) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    let theta = libm::atan(t.abs() / (freedom as f64).sqrt());
    let (sin, cos) = (libm::sin(theta), libm::cos(theta));
    let odd = freedom % 2 == 1;
    let mut term = if odd { cos } else { 1.0 };
    let mut sum = if freedom == 1 { 0.0 } else { term };
    let mut k = if odd { 3 } else { 2 };
    while k < freedom {
        term *= cos * cos * (k - 1) as f64 / k as f64;
        sum += term;
        k += 2;
    }
    let inside = if odd { std::f64::consts::FRAC_2_PI * (theta + sin * sum) } else { sin * sum };
    1.0 - inside
}
