//! The triangle: origin × development by segment and measure.

use super::development::Cells;
use super::period::Grain;
use crate::error::{Faults, Issue, Result};

/// Cells a triangle may hold; more is taken for a wrong date.
pub(super) const MAX_CELLS: usize = 50_000_000;

/// Values by segment × measure × origin × age. Cells without a value are NaN, never zero; values
/// are kept cumulative, and shown as `cumulative` says.
#[derive(Debug, Clone, Default)]
pub struct Triangle {
    /// Names of the index columns that tell segments apart; none for a single segment.
    pub index: Vec<String>,
    /// Labels of each segment, one for each index column.
    pub segments: Vec<Vec<String>>,
    pub measures: Vec<String>,
    pub origin_grain: Grain,
    pub development_grain: Grain,
    /// Number of the first origin period, counted from year 0.
    pub first_origin: i32,
    pub origins: usize,
    /// First age in months, from the start of the origin period to the valuation.
    pub first_age: i32,
    pub ages: usize,
    /// How the user gave the values, and sees them.
    pub cumulative: bool,
    /// Cumulative values.
    pub values: Vec<f64>,
    pub reconciliation: Reconciliation,
}

/// What became of the rows that came in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reconciliation {
    pub rows: usize,
    pub used: usize,
    /// By measure.
    pub amounts: Vec<Amounts>,
    pub rejects: Vec<Reject>,
    /// Cells lower than the age before: legitimate for recoveries, else a fault of the data.
    pub decreasing: Vec<Decrease>,
}

/// Sums of one measure; text counts as nothing. For cumulative cells a checksum, else money.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Amounts {
    pub total: f64,
    pub used: f64,
    pub rejected: f64,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// Row of the input, from 0.
    pub row: usize,
    /// Stable code, such as `valuation_before_origin`.
    pub reason: &'static str,
    pub field: String,
    pub value: String,
}

/// A cumulative cell lower than the observed cell before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decrease {
    pub segment: usize,
    pub measure: usize,
    pub origin: usize,
    pub age: usize,
    pub from: f64,
    pub to: f64,
}

impl Reconciliation {
    pub fn rejected(&self) -> usize {
        self.rows - self.used
    }
}

impl Triangle {
    /// A triangle of one segment and one measure from an array, origin × age in rows.
    pub fn from_wide(
        measure: &str,
        grain: Grain,
        first_origin: i32,
        origins: usize,
        ages: usize,
        cumulative: bool,
        mut values: Vec<f64>,
    ) -> Result<Self> {
        let mut faults = Faults::new();
        let years = 0..10_000 * 12 / grain.months();
        if !years.contains(&first_origin) {
            let issue = Issue::new("out_of_range", "Triangle", "first_origin").value(first_origin);
            return Err(issue.allowed("a period of the years 0 to 9999").into_error());
        }
        if values.len() != origins * ages || values.is_empty() {
            faults.push(
                Issue::new("wrong_shape", "Triangle", measure)
                    .value(format!("{} values", values.len()))
                    .allowed(format!("{origins} origins × {ages} ages, at least one of each")),
            );
        }
        for (at, value) in values.iter().enumerate().filter(|(_, value)| value.is_infinite()) {
            let cell = format!(
                "origin {}, column {}",
                grain.label(first_origin + (at / ages) as i32),
                at % ages
            );
            faults.push(
                Issue::new("not_finite", "Triangle", cell)
                    .value(value)
                    .allowed("a finite number, or NaN where nothing is observed"),
            );
        }
        if !cumulative && faults.is_empty() {
            for (origin, row) in values.chunks_exact_mut(ages).enumerate() {
                if let Some(gap) = cumulate(row) {
                    let cell = format!(
                        "origin {}, column {gap}",
                        grain.label(first_origin + origin as i32)
                    );
                    faults.push(gap_issue("Triangle", &cell));
                }
            }
        }
        faults.finish()?;
        let mut triangle = Self {
            segments: vec![Vec::new()],
            measures: vec![measure.to_owned()],
            origin_grain: grain,
            development_grain: grain,
            first_origin,
            origins,
            first_age: grain.months(),
            ages,
            cumulative,
            values,
            ..Self::default()
        };
        triangle.note_decreases();
        Ok(triangle)
    }

    pub fn origin_labels(&self) -> Vec<String> {
        (0..self.origins).map(|origin| self.origin_label(origin)).collect()
    }

    pub fn origin_label(&self, origin: usize) -> String {
        self.origin_grain.label(self.first_origin + origin as i32)
    }

    /// Ages in months.
    pub fn age_months(&self) -> Vec<i32> {
        (0..self.ages).map(|age| self.age_month(age)).collect()
    }

    pub fn age_month(&self, age: usize) -> i32 {
        self.first_age + age as i32 * self.development_grain.months()
    }

    pub fn cells(&self, segment: usize, measure: usize) -> Cells<'_> {
        let size = self.origins * self.ages;
        let at = (segment * self.measures.len() + measure) * size;
        Cells { origins: self.origins, ages: self.ages, values: &self.values[at..at + size] }
    }

    /// The cell's place in words.
    pub fn place(&self, segment: usize, measure: usize, origin: usize, age: usize) -> String {
        let mut parts = self.segments.get(segment).cloned().unwrap_or_default();
        parts.push(self.measures[measure].clone());
        parts.push(format!("origin {}", self.origin_label(origin)));
        parts.push(format!("age {}", self.age_month(age)));
        parts.join(", ")
    }

    /// Only the named measures, in the order asked for.
    #[must_use]
    pub fn select(&self, measures: &[usize]) -> Self {
        let size = self.origins * self.ages;
        let mut values = Vec::with_capacity(self.segments.len() * measures.len() * size);
        for segment in 0..self.segments.len() {
            for measure in measures {
                values.extend_from_slice(self.cells(segment, *measure).values);
            }
        }
        let mut picked = Self { values, ..self.without_values() };
        picked.measures = measures.iter().map(|at| self.measures[*at].clone()).collect();
        picked.reconciliation.amounts = measures
            .iter()
            .filter_map(|at| self.reconciliation.amounts.get(*at).copied())
            .collect();
        picked.note_decreases();
        picked
    }

    /// Only the given segments.
    #[must_use]
    pub fn pick(&self, segments: &[usize]) -> Self {
        let size = self.measures.len() * self.origins * self.ages;
        let values = segments
            .iter()
            .flat_map(|at| &self.values[at * size..(at + 1) * size])
            .copied()
            .collect();
        let mut picked = Self { values, ..self.without_values() };
        picked.segments = segments.iter().map(|at| self.segments[*at].clone()).collect();
        picked.note_decreases();
        picked
    }

    /// The triangle as it stood `diagonals` development periods before its latest valuation.
    #[must_use]
    pub fn as_of(&self, diagonals: usize) -> Self {
        let mut past = self.clone();
        let back = diagonals.min(MAX_CELLS) as i32 * self.development_grain.months();
        let latest = self.latest_valuation() - back;
        for (at, value) in past.values.iter_mut().enumerate() {
            let (origin, age) = (at / self.ages % self.origins, at % self.ages);
            if self.valuation(origin, age) > latest {
                *value = f64::NAN;
            }
        }
        past.note_decreases();
        past
    }

    /// Month in which a cell is valued, counted from year 0 (its last month).
    pub(super) fn valuation(&self, origin: usize, age: usize) -> i32 {
        (self.first_origin + origin as i32) * self.origin_grain.months() + self.age_month(age) - 1
    }

    /// Label of the diagonal that holds a cell: its valuation, in development periods.
    pub fn diagonal(&self, origin: usize, age: usize) -> String {
        let grain = self.development_grain;
        grain.label(self.valuation(origin, age).div_euclid(grain.months()))
    }

    /// The latest valuation of any observed cell.
    pub(super) fn latest_valuation(&self) -> i32 {
        let at =
            |(at, _): (usize, &f64)| self.valuation(at / self.ages % self.origins, at % self.ages);
        self.values.iter().enumerate().filter(|(_, v)| !v.is_nan()).map(at).max().unwrap_or(0)
    }

    /// Values as the user sees them.
    pub fn shown(&self) -> Vec<f64> {
        let mut values = self.values.clone();
        if !self.cumulative {
            for row in values.chunks_exact_mut(self.ages.max(1)) {
                for age in (1..row.len()).rev() {
                    row[age] -= row[age - 1];
                }
            }
        }
        values
    }

    /// Latest observed value of each segment × measure × origin; NaN for an empty origin.
    pub fn latest(&self) -> Vec<f64> {
        self.values
            .chunks_exact(self.ages.max(1))
            .map(|row| row.iter().rev().copied().find(|value| !value.is_nan()).unwrap_or(f64::NAN))
            .collect()
    }

    /// Ratios of neighbouring ages, segment × measure × origin × (ages − 1); NaN where either is
    /// missing or the first is zero.
    pub fn link_ratios(&self) -> Vec<f64> {
        self.values
            .chunks_exact(self.ages.max(1))
            .flat_map(|row| row.windows(2))
            .map(|pair| if pair[0] == 0.0 { f64::NAN } else { pair[1] / pair[0] })
            .collect()
    }

    fn without_values(&self) -> Self {
        Self { values: Vec::new(), ..self.clone() }
    }

    pub(super) fn note_decreases(&mut self) {
        let mut found = Vec::new();
        for segment in 0..self.segments.len() {
            for measure in 0..self.measures.len() {
                let cells = self.cells(segment, measure);
                for origin in 0..self.origins {
                    let mut before = f64::NAN;
                    for (age, to) in cells.row(origin).iter().copied().enumerate() {
                        if to < before {
                            found.push(Decrease {
                                segment,
                                measure,
                                origin,
                                age,
                                from: before,
                                to,
                            });
                        }
                        if !to.is_nan() {
                            before = to;
                        }
                    }
                }
            }
        }
        self.reconciliation.decreasing = found;
    }
}

/// Increments to running totals; the first age missing before an observed one makes the rest
/// unknown, and is returned.
pub(super) fn cumulate(row: &mut [f64]) -> Option<usize> {
    let first = row.iter().position(|value| !value.is_nan())?;
    let last = row.iter().rposition(|value| !value.is_nan())?;
    let gap = (first..last).find(|age| row[*age].is_nan());
    let mut sum = 0.0;
    for value in &mut row[first..] {
        sum += *value;
        *value = sum;
    }
    // Increments that start late would leave out what came before.
    if first > 0 {
        row.fill(f64::NAN);
        return Some(0);
    }
    gap
}

pub(super) fn gap_issue(object: &str, cell: &str) -> Issue {
    Issue::new("gap", object, cell)
        .value("no increment, but later ones are given")
        .hint("give 0 where nothing happened; errors='reject' leaves the later cells missing")
}
