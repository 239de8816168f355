//! Triangles put together from their parts, added, divided, scaled, made coarser and trended.

use super::period::{Grain, When};
use super::triangle::{MAX_CELLS, Triangle, cumulate, gap_issue};
use crate::error::{Faults, Issue, Result};
use crate::portfolio::Cell;

/// All that makes a triangle; values by segment × measure × origin × age.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    pub index: Vec<String>,
    pub segments: Vec<Vec<String>>,
    pub measures: Vec<String>,
    pub origin_grain: Grain,
    pub development_grain: Grain,
    pub first_origin: i32,
    pub origins: usize,
    pub first_age: i32,
    pub ages: usize,
    pub cumulative: bool,
    /// Increments unless `cumulative`.
    pub values: Vec<f64>,
}

/// What is done cell by cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// By what a trend runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// From the middle of each origin period to that of the last one.
    Origin,
    /// Each increment, from the end of its development period to the latest valuation.
    Valuation,
}

impl Operation {
    #[inline]
    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide if b == 0.0 => f64::NAN,
            Self::Divide => a / b,
        }
    }
}

impl Triangle {
    /// Puts a triangle together; every fault of the parts is told.
    pub fn assemble(parts: Parts) -> Result<Self> {
        let mut faults = Faults::new();
        let object = "Triangle";
        let size = [parts.segments.len(), parts.measures.len(), parts.origins, parts.ages]
            .iter()
            .try_fold(1usize, |product, n| product.checked_mul(*n));
        faults.check(size == Some(parts.values.len()) && size.is_some_and(|n| n > 0), || {
            Issue::new("wrong_shape", object, "values")
                .value(format!("{} values", parts.values.len()))
                .allowed("segments × measures × origins × ages, at least one of each")
        });
        faults.check(size.is_none_or(|size| size <= MAX_CELLS), || {
            Issue::new("too_large", object, "values").allowed(format!("at most {MAX_CELLS} cells"))
        });
        let years = 0..10_000 * 12 / parts.origin_grain.months();
        faults.check(years.contains(&parts.first_origin), || {
            Issue::new("out_of_range", object, "first_origin")
                .value(parts.first_origin)
                .allowed("a period of the years 0 to 9999")
        });
        faults.check((1..=100_000).contains(&parts.first_age), || {
            Issue::new("out_of_range", object, "first_age")
                .value(parts.first_age)
                .allowed("an age of 1 month or more")
        });
        faults.check(parts.segments.iter().all(|labels| labels.len() == parts.index.len()), || {
            Issue::new("wrong_shape", object, "segments")
                .allowed(format!("{} labels each, one for each index column", parts.index.len()))
        });
        for (field, names) in [("measures", &parts.measures), ("index", &parts.index)] {
            for (at, name) in names.iter().enumerate().filter(|(at, n)| names[..*at].contains(n)) {
                let issue = Issue::new("duplicate_column", object, field).value(name);
                faults.push(issue.allowed(format!("different names, not twice the {at}th")));
            }
        }
        let mut seen = parts.segments.clone();
        seen.sort();
        seen.dedup();
        faults.check(seen.len() == parts.segments.len(), || {
            Issue::new("duplicate_segment", object, "segments").allowed("different labels")
        });
        faults.finish()?;
        let mut triangle = Self {
            index: parts.index,
            segments: parts.segments,
            measures: parts.measures,
            origin_grain: parts.origin_grain,
            development_grain: parts.development_grain,
            first_origin: parts.first_origin,
            origins: parts.origins,
            first_age: parts.first_age,
            ages: parts.ages,
            cumulative: parts.cumulative,
            values: parts.values,
            ..Self::default()
        };
        let mut faults = Faults::new();
        let (origins, ages, measures) = (triangle.origins, triangle.ages, triangle.measures.len());
        let place = |triangle: &Self, at: usize, age: usize| {
            let (origin, rest) = (at % origins, at / origins);
            triangle.place(rest / measures, rest % measures, origin, age)
        };
        for at in 0..triangle.values.len() {
            if triangle.values[at].is_infinite() {
                faults.push(
                    Issue::new("not_finite", object, place(&triangle, at / ages, at % ages))
                        .value(triangle.values[at])
                        .allowed("a finite number, or NaN where nothing is observed"),
                );
            }
        }
        if !triangle.cumulative {
            for at in 0..triangle.values.len() / ages {
                if let Some(gap) = cumulate(&mut triangle.values[at * ages..(at + 1) * ages]) {
                    faults.push(gap_issue(object, &place(&triangle, at, gap)));
                }
            }
        }
        faults.finish()?;
        triangle.note_decreases();
        Ok(triangle)
    }

    /// Cell by cell with another triangle of the same grains, over the origins and ages of both; a
    /// cell that either misses is missing. One segment or measure goes with all of the other's.
    /// Cumulative values are added and divided; a cell over zero is missing.
    pub fn with(&self, other: &Self, operation: Operation) -> Result<Self> {
        let mut faults = Faults::new();
        let object = "Triangle";
        let grains = |t: &Self| (t.origin_grain, t.development_grain);
        let shown =
            |t: &Self| format!("{} by {}", t.origin_grain.name(), t.development_grain.name());
        let step = self.development_grain.months();
        faults.check(
            grains(self) == grains(other) && (self.first_age - other.first_age) % step == 0,
            || {
                Issue::new("different_grain", object, "grain")
                    .value(format!("{} and {}", shown(self), shown(other)))
                    .allowed("the same grains and ages in both")
            },
        );
        let (one, two) = (self.segments.len() == 1, other.segments.len() == 1);
        faults.check(one || two || self.segments == other.segments, || {
            let lost = self.segments.iter().find(|segment| !other.segments.contains(segment));
            let lost = lost.or_else(|| other.segments.iter().find(|s| !self.segments.contains(s)));
            Issue::new("different_segments", object, "segments")
                .value(lost.map_or_else(String::new, |labels| labels.join(", ")))
                .allowed("the same segments in both, or one")
        });
        let (m, n) = (self.measures.len(), other.measures.len());
        faults.check(m == n || m == 1 || n == 1, || {
            Issue::new("different_measures", object, "measures")
                .value(format!("{m} and {n}"))
                .allowed("as many in both, or one")
        });
        let ratio = matches!(operation, Operation::Multiply | Operation::Divide);
        faults.check(!ratio || (self.cumulative && other.cumulative), || {
            Issue::new("not_cumulative", object, "values")
                .value("incremental")
                .allowed("cumulative triangles for * and /")
                .hint("use .cumulative()")
        });
        faults.finish()?;

        let first_origin = self.first_origin.min(other.first_origin);
        let end = |t: &Self| t.first_origin + t.origins as i32;
        let first_age = self.first_age.min(other.first_age);
        let last_age = |t: &Self| t.age_month(t.ages.saturating_sub(1));
        let like = if self.segments.len() >= other.segments.len() { self } else { other };
        let mut result = Self {
            index: like.index.clone(),
            segments: like.segments.clone(),
            measures: if m >= n { self.measures.clone() } else { other.measures.clone() },
            first_origin,
            origins: (end(self).max(end(other)) - first_origin) as usize,
            first_age,
            ages: ((last_age(self).max(last_age(other)) - first_age) / step) as usize + 1,
            values: Vec::new(),
            reconciliation: super::Reconciliation::default(),
            ..self.clone()
        };
        let sizes = [result.segments.len(), result.measures.len(), result.origins, result.ages];
        if sizes.iter().try_fold(1usize, |a, b| a.checked_mul(*b)).is_none_or(|n| n > MAX_CELLS) {
            let issue = Issue::new("too_large", object, "values");
            return Err(issue.allowed(format!("at most {MAX_CELLS} cells")).into_error());
        }
        for segment in 0..result.segments.len() {
            for measure in 0..result.measures.len() {
                for origin in 0..result.origins {
                    for age in 0..result.ages {
                        let at = |t: &Self| {
                            let segment = if t.segments.len() == 1 { 0 } else { segment };
                            let measure = if t.measures.len() == 1 { 0 } else { measure };
                            let o = first_origin + origin as i32 - t.first_origin;
                            let a = (result.age_month(age) - t.first_age) / step;
                            let inside = (0..t.origins as i32).contains(&o)
                                && (0..t.ages as i32).contains(&a);
                            if !inside {
                                return f64::NAN;
                            }
                            t.cells(segment, measure).row(o as usize)[a as usize]
                        };
                        result.values.push(operation.apply(at(self), at(other)));
                    }
                }
            }
        }
        result.note_decreases();
        Ok(result)
    }

    /// Every value multiplied by a factor of its segment and origin (segment-major), or of its
    /// origin.
    #[must_use]
    pub fn scaled(&self, factors: &[f64]) -> Self {
        let mut scaled = self.clone();
        let wide = factors.len() > self.origins;
        for (at, row) in scaled.values.chunks_exact_mut(self.ages.max(1)).enumerate() {
            let (origin, segment) = (at % self.origins, at / self.origins / self.measures.len());
            let factor = match factors {
                [one] => *one,
                _ if wide => factors[segment * self.origins + origin],
                _ => factors[origin],
            };
            for value in row {
                *value *= factor;
            }
        }
        scaled.note_decreases();
        scaled
    }

    /// The triangle as it stood at a date; development periods that end later are missing.
    pub fn valued_at(&self, date: &str) -> Result<Self> {
        let limit = When::read(Cell::Text(date)).ok_or_else(|| {
            Issue::new("not_a_date", "as_of", "date")
                .value(format!("'{date}'"))
                .allowed("a date such as 2024, 2024Q3, 2024-09 or 2024-09-30")
        })?;
        let mut past = self.clone();
        for (at, value) in past.values.iter_mut().enumerate() {
            let (origin, age) = (at / self.ages % self.origins, at % self.ages);
            if self.valuation(origin, age) > limit.last_month() {
                *value = f64::NAN;
            }
        }
        past.note_decreases();
        Ok(past)
    }

    /// Longer origin and development periods. A cell is the sum of the origins within it, each at
    /// the valuation of the cell, and missing when one of those that had begun is missing.
    pub fn coarser(&self, origin: Grain, development: Grain) -> Result<Self> {
        let mut faults = Faults::new();
        for (field, from, to) in [
            ("grain", self.origin_grain, origin),
            ("development_grain", self.development_grain, development),
        ] {
            faults.check(to.months() % from.months() == 0, || {
                Issue::new("out_of_range", "to_grain", field)
                    .value(to.name())
                    .allowed(format!("a grain made of whole periods of {}", from.name()))
            });
        }
        faults.finish()?;
        let (fine, long) = (self.origin_grain.months(), origin.months());
        let start = self.first_origin * fine;
        let first_origin = start.div_euclid(long);
        let last = (start + (self.origins as i32 - 1) * fine).div_euclid(long);
        let origins = (last - first_origin) as usize + 1;
        let step = development.months();
        let oldest = self.age_month(self.ages - 1) + start - first_origin * long;
        let ages = (oldest / step).max(1) as usize;
        let mut values = Vec::new();
        for segment in 0..self.segments.len() {
            for measure in 0..self.measures.len() {
                let cells = self.cells(segment, measure);
                for coarse in 0..origins {
                    let begin = (first_origin + coarse as i32) * long;
                    for age in 1..=ages as i32 {
                        let (mut sum, mut any) = (0.0, false);
                        for part in 0..long / fine {
                            // Months from the start of the finer origin to the valuation.
                            let from = begin + part * fine;
                            let own = begin + age * step - from;
                            let row = (from - start).div_euclid(fine);
                            if own <= 0 || !(0..self.origins as i32).contains(&row) {
                                continue;
                            }
                            let at = own - self.first_age;
                            any = true;
                            // Between ages, and before the first, nothing is known.
                            sum += if at < 0 || at % self.development_grain.months() != 0 {
                                f64::NAN
                            } else {
                                let at = (at / self.development_grain.months()) as usize;
                                cells.row(row as usize).get(at).copied().unwrap_or(f64::NAN)
                            };
                        }
                        values.push(if any { sum } else { f64::NAN });
                    }
                }
            }
        }
        let mut coarse = Self {
            origin_grain: origin,
            development_grain: development,
            first_origin,
            origins,
            first_age: step,
            ages,
            values,
            ..self.clone()
        };
        coarse.note_decreases();
        Ok(coarse)
    }

    /// Values brought to the level of the last origin or latest valuation at `rate` a year.
    pub fn trended(&self, rate: f64, trend: Trend) -> Result<Self> {
        if !(rate > -1.0 && rate.is_finite()) {
            let issue = Issue::new("out_of_range", "trend", "rate").value(rate);
            return Err(issue.allowed("a rate a year above -1, such as 0.03").into_error());
        }
        let power = |months: i32| libm::pow(1.0 + rate, f64::from(months) / 12.0);
        if trend == Trend::Origin {
            let months = self.origin_grain.months();
            let left = |origin: usize| (self.origins - 1 - origin) as i32 * months;
            let factors: Vec<f64> = (0..self.origins).map(|o| power(left(o))).collect();
            return Ok(self.scaled(&factors));
        }
        let latest = self.latest_valuation();
        let mut trended = self.clone();
        for (at, row) in trended.values.chunks_exact_mut(self.ages.max(1)).enumerate() {
            let origin = at % self.origins;
            let (mut before, mut sum) = (0.0, 0.0);
            for (age, value) in row.iter_mut().enumerate().filter(|(_, value)| !value.is_nan()) {
                sum += (*value - before) * power(latest - self.valuation(origin, age));
                before = *value;
                *value = sum;
            }
        }
        trended.note_decreases();
        Ok(trended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarters() -> Triangle {
        // Eight quarters; each gains 10 · origin + 1 a quarter, so that sums are told apart.
        let values = (0..64)
            .map(|at| {
                let (origin, age) = (at / 8, at % 8);
                if origin + age < 8 { f64::from((10 * origin + 1) * (age + 1)) } else { f64::NAN }
            })
            .collect();
        Triangle::from_wide("paid", Grain::Quarter, 2020 * 4, 8, 8, true, values).unwrap()
    }

    #[test]
    fn years_are_sums_of_their_quarters_at_the_same_date() {
        let years = quarters().coarser(Grain::Year, Grain::Year).unwrap();
        assert_eq!((years.origins, years.ages), (2, 2));
        // End of 2020: quarters are 4, 3, 2, 1 quarters old; a year later 8, 7, 6, 5.
        let at = |ages: [i32; 4], from: i32| -> f64 {
            (0..4).map(|q| f64::from((10 * (from + q) + 1) * ages[q as usize])).sum()
        };
        assert_eq!(years.values[0], at([4, 3, 2, 1], 0));
        assert_eq!(years.values[1], at([8, 7, 6, 5], 0));
        assert_eq!(years.values[2], at([4, 3, 2, 1], 4));
        assert!(years.values[3].is_nan());
        let mixed = quarters().coarser(Grain::Year, Grain::Quarter).unwrap();
        assert_eq!(mixed.ages, 8);
        assert_eq!((mixed.values[0], mixed.values[3]), (1.0, years.values[0]));
        assert!(years.coarser(Grain::Quarter, Grain::Year).is_err());
    }

    #[test]
    fn triangles_add_and_divide_over_the_cells_of_both() {
        let q = quarters();
        let twice = q.with(&q, Operation::Add).unwrap();
        let ratio = twice.with(&q, Operation::Divide).unwrap();
        assert!(ratio.values.iter().all(|v| v.is_nan() || *v == 2.0));
        assert_eq!(ratio.values.iter().filter(|v| !v.is_nan()).count(), 36);
        let later = Triangle { first_origin: q.first_origin + 2, ..q.clone() };
        let sum = q.with(&later, Operation::Add).unwrap();
        assert_eq!(sum.origins, 10);
        assert!(sum.values[0].is_nan());
        assert_eq!(sum.values[2 * 8], q.values[2 * 8] + q.values[0]);
        let years = q.coarser(Grain::Year, Grain::Year).unwrap();
        assert!(q.with(&years, Operation::Add).is_err());
    }

    #[test]
    fn a_trend_by_valuation_moves_each_increment() {
        let values = vec![100.0, 150.0, 80.0, f64::NAN];
        let tri = Triangle::from_wide("paid", Grain::Year, 2020, 2, 2, true, values).unwrap();
        let moved = tri.trended(0.1, Trend::Valuation).unwrap();
        assert!((moved.values[1] - (110.0 + 50.0)).abs() < 1e-12);
        assert!((moved.values[2] - 80.0).abs() < 1e-12);
        let origin = tri.trended(0.1, Trend::Origin).unwrap();
        assert!((origin.values[1] - 165.0).abs() < 1e-12);
        assert!(tri.trended(-1.0, Trend::Origin).is_err());
    }

    #[test]
    fn a_date_cuts_what_came_later() {
        let past = quarters().valued_at("2021Q1").unwrap();
        assert_eq!(past.values.iter().filter(|v| !v.is_nan()).count(), 15);
        assert!(quarters().valued_at("soon").is_err());
    }
}
