//! Annual losses by unit: totals, and the natural allocation of a measure of the total.

use super::distortion::Distortion;
use super::spectral::{Ties, Weighted};
use super::tail::Estimate;
use crate::error::{Faults, Issue, Result};
use crate::exec::{Control, run_blocks};
use crate::numeric::dispatch::{self, Kernel};

/// A matrix of years and units, in either memory order.
#[derive(Debug, Clone, Copy)]
pub struct Units<'a> {
    pub values: &'a [f64],
    pub years: usize,
    pub width: usize,
    /// The units of a year lie together.
    pub by_year: bool,
}

/// Years whose totals are made at a time.
const STRIP: usize = 1024;
/// Partial sums of a year: unit u goes to lane u mod 8, so that both memory orders add alike.
const LANES: usize = 8;

impl Units<'_> {
    fn at(&self, year: usize, unit: usize) -> f64 {
        let place = if self.by_year { year * self.width + unit } else { unit * self.years + year };
        self.values[place]
    }

    /// Total of each year; the same bits in both memory orders.
    fn totals(&self, control: &Control) -> Result<Vec<f64>> {
        let strips = self.years.div_ceil(STRIP) as u64;
        let run = run_blocks(0..strips, control, |lanes: &mut Vec<[f64; LANES]>, strip| {
            let first = strip as usize * STRIP;
            let years = STRIP.min(self.years - first);
            let mut totals = vec![0.0; years];
            if self.by_year && self.width > 0 {
                let values = &self.values[first * self.width..(first + years) * self.width];
                dispatch::run(Rows { values, width: self.width, totals: &mut totals });
            } else {
                lanes.clear();
                lanes.resize(years, [0.0; LANES]);
                for unit in 0..self.width {
                    let column = &self.values[unit * self.years + first..][..years];
                    for (lanes, x) in lanes.iter_mut().zip(column) {
                        lanes[unit % LANES] += x;
                    }
                }
                for (total, lanes) in totals.iter_mut().zip(lanes.iter()) {
                    *total = together(*lanes);
                }
            }
            Ok(totals)
        })?;
        Ok(run.complete()?.concat())
    }

    /// What each unit brings to a measure of the total, and the measure itself as the last one.
    ///
    /// # Errors
    /// A total that is not finite; no years.
    pub fn allocate(
        &self,
        measure: &Distortion,
        ties: Ties,
        control: &Control,
    ) -> Result<Vec<Estimate>> {
        let totals = self.totals(control)?;
        let mut faults = Faults::new();
        finite(&mut faults, "allocate", "total", &totals);
        faults.finish()?;
        let weighted = Weighted::new(&totals, measure, ties);
        let run = run_blocks(0..self.width as u64, control, |(): &mut (), unit| {
            Ok(weighted.of(|year| self.at(year, unit as usize)))
        })?;
        let mut found = run.complete()?;
        found.push(weighted.of(|year| totals[year]));
        Ok(found)
    }
}

/// Annual amounts must be there, and finite.
pub fn finite(faults: &mut Faults, object: &str, field: &str, values: &[f64]) {
    faults.check(!values.is_empty(), || {
        Issue::new("empty", object, field).value("no years").allowed("at least one year")
    });
    if let Some(at) = values.iter().position(|x| !x.is_finite()) {
        faults.push(
            Issue::new("not_finite", object, format!("{field}[{at}]"))
                .value(values[at])
                .allowed("a finite amount"),
        );
    }
}

fn together([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Sums of rows.
struct Rows<'a> {
    values: &'a [f64],
    width: usize,
    totals: &'a mut [f64],
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (total, row) in self.totals.iter_mut().zip(self.values.chunks_exact(self.width)) {
            let (chunks, rest) = row.as_chunks::<LANES>();
            let mut lanes = [0.0; LANES];
            for chunk in chunks {
                for lane in 0..LANES {
                    lanes[lane] += chunk[lane];
                }
            }
            for (lane, x) in rest.iter().enumerate() {
                lanes[lane] += x;
            }
            *total = together(lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn both_memory_orders_and_any_threads_give_the_same_bits() {
        let (years, width) = (3000, 13);
        let mut rows = vec![0.0; years * width];
        Stream::new(4, Purpose::Auxiliary, 0, 0).fill(&mut rows);
        let columns: Vec<f64> =
            (0..width).flat_map(|u| rows.iter().skip(u).step_by(width).copied()).collect();
        let of = |values: &[f64], by_year, threads| {
            let units = Units { values, years, width, by_year };
            let control = Control::new(Some(threads));
            let totals = units.totals(&control).unwrap();
            let measure = Distortion::Tvar { level: 0.9 };
            let found = units.allocate(&measure, Ties::Linear, &control).unwrap();
            (totals, found)
        };
        let one = of(&rows, true, 1);
        assert_eq!(one, of(&columns, false, 1));
        assert_eq!(one, of(&rows, true, 3));
        for (year, total) in one.0.iter().enumerate() {
            let plain: f64 = rows[year * width..(year + 1) * width].iter().sum();
            assert!((total - plain).abs() < 1e-13);
        }
        // The parts are the whole.
        let (whole, parts) = one.1.split_last().unwrap();
        let sum: f64 = parts.iter().map(|part| part.value).sum();
        assert!((sum - whole.value).abs() < 1e-12);
    }
}
