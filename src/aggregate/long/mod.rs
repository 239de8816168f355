//! A long column of reals to its frequencies and back, by steps that stay in the cache.
//!
//! 2N reals are taken as N complex numbers, and these as a matrix. Its columns are transformed, each
//! element is turned by its share, and then its rows: that is the transform of the whole (Gentleman
//! and Sande 1966), only in another order. The order is no matter here, as the way back undoes it and
//! each frequency is worked on by itself; so nothing is ever transposed, and a row, with the row of
//! the mirrored frequencies that makes it one of reals, goes there and back while it is in the cache.

mod kernels;

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::sync::{Arc, Mutex, PoisonError};

use rustfft::{Fft, FftPlanner};

use kernels::{Block, Factors, Gather, Join, Scatter, Split, Turn};

use crate::error::Result;
use crate::exec::{Control, run_each};
use crate::numeric::{C64, dispatch};

/// From this many reals on the steps are faster than one transform of the whole.
pub(super) const LEAST: usize = 1 << 16;

/// Most rows, a power of 2: so many elements of a column are in the cache for several columns.
const MOST_ROWS: u32 = 8;
/// Columns transformed together: whole cache lines are read.
const COLUMNS: usize = 16;
/// Elements between two of them, so that they do not compete for the same places of the cache.
const APART: usize = 4;
/// Elements of a row that are turned by one coarse and one fine factor.
const FINE: usize = 64;
/// Pairs of frequencies worked on while they stay in the first-level cache.
const TILE: usize = 128;

/// Parts of the columns that threads take.
const PARTS: usize = 16;
/// From this many reals on more than one thread is worth it.
const SHARED: usize = 1 << 18;

/// Working memory of a thread.
#[derive(Default)]
struct Room {
    some: Vec<C64>,
    scratch: Vec<C64>,
}

/// A plan for columns of one length.
pub(super) struct Long {
    rows: usize,
    columns: usize,
    /// Transforms of a column and of a row, there and back.
    column: [Arc<dyn Fft<f64>>; 2],
    row: [Arc<dyn Fft<f64>>; 2],
    /// e^{−2πi·rb/N} of row r and b below [`FINE`],
    fine: Vec<C64>,
    /// e^{−2πi·ra/N} of row r and each multiple a of it.
    coarse: Vec<C64>,
    /// e^{−2πi·k/2N} of frequency k: a factor of its row, and one of its place there.
    of_row: Vec<C64>,
    of_place: Vec<C64>,
}

/// The way of a transform.
#[derive(Clone, Copy)]
enum Way {
    There,
    Back,
}

/// e^{−2πi·k/n}.
fn root(k: usize, n: usize) -> C64 {
    let k = k % n;
    let angle = |k: usize| 2.0 * PI * k as f64 / n as f64;
    if 2 * k > n {
        let (sin, cos) = libm::sincos(angle(n - k));
        return C64::new(cos, sin);
    }
    let (sin, cos) = libm::sincos(angle(k));
    C64::new(cos, -sin)
}

impl Long {
    /// The plan for `length` reals, a power of 2 of at least [`LEAST`]; the process keeps it.
    pub fn plan(length: usize) -> Arc<Self> {
        static PLANS: Mutex<BTreeMap<usize, Arc<Long>>> = Mutex::new(BTreeMap::new());
        let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(plans.entry(length).or_insert_with(|| Arc::new(Self::new(length))))
    }

    fn new(length: usize) -> Self {
        let n = length / 2;
        let rows = 1 << ((n.ilog2() - 1) / 2).min(MOST_ROWS);
        let columns = n / rows;
        let mut planner = FftPlanner::new();
        let mut both = |n| [planner.plan_fft_forward(n), planner.plan_fft_inverse(n)];
        let turns = |step: usize, many: usize| -> Vec<C64> {
            (0..rows).flat_map(|r| (0..many).map(move |i| root(r * i * step, n))).collect()
        };
        Self {
            rows,
            columns,
            column: both(rows),
            row: both(columns),
            fine: turns(1, FINE),
            coarse: turns(FINE, columns / FINE),
            of_row: (0..rows).map(|r| root(r, length)).collect(),
            of_place: (0..columns).map(|j| root(j, 2 * columns)).collect(),
        }
    }

    /// Replaces the frequencies of `values`·e^{−θk} by what `change` makes of their real and
    /// imaginary parts, goes back and undoes the tilt.
    ///
    /// What it makes of a conjugate must be the conjugate. Only the first `used` values are read, and
    /// only those are written.
    pub fn there_and_back(
        &self,
        values: &mut [f64],
        used: usize,
        theta: f64,
        control: &Control,
        change: impl Fn(&mut [f64], &mut [f64]) + Sync,
    ) -> Result<()> {
        // Shorter ones are done before another thread is awake.
        let alone = Control::new(Some(1));
        let control = if values.len() < SHARED { &alone } else { control };
        let scale = 1.0 / values.len() as f64;
        let used = used.div_ceil(2 * self.columns);
        let mut rows: Vec<&mut [C64]> =
            bytemuck::cast_slice_mut(values).chunks_mut(self.columns).collect();

        let plain = Factors::new(self, 0.0, 1.0);
        let tilted = Factors::new(self, -theta, 1.0);
        self.columns(Way::There, &mut rows, [used, self.rows], [&tilted, &plain], control)?;
        self.rows(&mut rows, control, change)?;
        let level = Factors::new(self, theta, scale);
        self.columns(Way::Back, &mut rows, [self.rows, used], [&plain, &level], control)
    }

    /// Transforms the columns: the first rows are read times some factors, the others are zeros, and
    /// the first rows are written times others.
    fn columns(
        &self,
        way: Way,
        rows: &mut [&mut [C64]],
        used: [usize; 2],
        factors: [&Factors; 2],
        control: &Control,
    ) -> Result<()> {
        let width = self.columns / PARTS;
        let mut parts: Vec<Vec<&mut [C64]>> = (0..PARTS).map(|_| Vec::new()).collect();
        for row in rows {
            parts.iter_mut().zip(row.chunks_mut(width)).for_each(|(part, row)| part.push(row));
        }
        let (stride, fft) = (self.rows + APART, &self.column[way as usize]);
        let work = |room: &mut Room, (part, mut rows): (usize, Vec<&mut [C64]>)| {
            let Room { some, scratch } = room;
            some.resize(COLUMNS * stride, C64::default());
            scratch.resize(fft.get_inplace_scratch_len(), C64::default());
            for at in (0..width).step_by(COLUMNS) {
                let [read, written] =
                    factors.map(|factors| Block { at, first: part * width + at, stride, factors });
                dispatch::run(Gather { rows: &rows[..used[0]], some, of: read });
                for column in some.chunks_mut(stride) {
                    column[used[0]..self.rows].fill(C64::default());
                    fft.process_with_scratch(&mut column[..self.rows], scratch);
                }
                dispatch::run(Scatter { rows: &mut rows[..used[1]], some, of: written });
            }
            Ok(())
        };
        run_each(parts.into_iter().enumerate().collect(), control, work)
    }

    /// Takes each row, together with that of the mirrored frequencies, to its frequencies and back.
    fn rows(
        &self,
        rows: &mut [&mut [C64]],
        control: &Control,
        change: impl Fn(&mut [f64], &mut [f64]) + Sync,
    ) -> Result<()> {
        let middle = self.rows / 2;
        let ([first, low @ ..], [half, high @ ..]) = rows.split_at_mut(middle) else {
            return Ok(());
        };
        let pairs = low.iter_mut().zip(high.iter_mut().rev());
        let pairs = pairs.map(|(row, mirrored)| (&mut **row, Some(&mut **mirrored)));
        // The first row mirrors itself, and so does the middle one.
        let alone = [(0, (&mut **first, None)), (middle, (&mut **half, None))];
        let work =
            |room: &mut Room, (r, (row, mirrored)): (usize, (&mut [C64], Option<&mut [C64]>))| {
                let Room { some, scratch } = room;
                let lengths = self.row.each_ref().map(|fft| fft.get_inplace_scratch_len());
                scratch.resize(lengths[0].max(lengths[1]), C64::default());
                self.there(r, row, scratch);
                if let Some(mirrored) = mirrored {
                    let other = self.rows - r;
                    self.there(other, mirrored, scratch);
                    self.pair(r, row, mirrored, &change);
                    self.back(other, mirrored, scratch);
                } else {
                    some.clear();
                    some.extend_from_slice(row);
                    if r == 0 {
                        some.rotate_left(1);
                    }
                    self.pair(r, row, some, &change);
                }
                self.back(r, row, scratch);
                Ok(())
            };
        run_each(alone.into_iter().chain((1..).zip(pairs)).collect(), control, work)
    }

    fn there(&self, r: usize, row: &mut [C64], scratch: &mut [C64]) {
        self.turn(r, row, 1.0);
        self.row[Way::There as usize].process_with_scratch(row, scratch);
    }

    fn back(&self, r: usize, row: &mut [C64], scratch: &mut [C64]) {
        self.row[Way::Back as usize].process_with_scratch(row, scratch);
        self.turn(r, row, -1.0);
    }

    /// Turns element j of a row by e^{∓2πi·rj/N}.
    fn turn(&self, r: usize, row: &mut [C64], sign: f64) {
        let many = self.columns / FINE;
        let (fine, coarse) = (&self.fine[r * FINE..][..FINE], &self.coarse[r * many..][..many]);
        dispatch::run(Turn { row, fine, coarse, sign });
    }

    /// From the frequencies of the complex numbers to those of the reals, `change`, and back, for
    /// place j of a row and place −1 − j of its mirror.
    fn pair(
        &self,
        r: usize,
        row: &mut [C64],
        mirrored: &mut [C64],
        change: impl Fn(&mut [f64], &mut [f64]),
    ) {
        let (mut re, mut im) = ([0.0; 2 * TILE], [0.0; 2 * TILE]);
        let mut roots = [[0.0; TILE]; 2];
        let tiles = row.chunks_exact_mut(TILE).zip(mirrored.rchunks_exact_mut(TILE));
        for ((row, mirrored), of_place) in tiles.zip(self.of_place.chunks_exact(TILE)) {
            let of_row = self.of_row[r];
            let roots = &mut roots;
            let (re, im) = (&mut re, &mut im);
            dispatch::run(Split { row, mirrored, of_row, of_place, roots, re, im });
            change(&mut re[..], &mut im[..]);
            dispatch::run(Join { row, mirrored, roots, re, im });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a:e} {b:e}");
    }

    fn change(
        values: &mut [f64],
        used: usize,
        theta: f64,
        with: impl Fn(&mut [f64], &mut [f64]) + Sync,
    ) {
        let plan = Long::plan(values.len());
        plan.there_and_back(values, used, theta, &Control::default(), with).unwrap();
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let length = SHARED;
        let by = |threads| {
            let mut values: Vec<f64> = (0..length).map(|k| ((k * k) % 1009) as f64).collect();
            let (plan, control) = (Long::plan(length), Control::new(Some(threads)));
            let halve = |re: &mut [f64], _: &mut [f64]| re.iter_mut().for_each(|re| *re *= 0.5);
            plan.there_and_back(&mut values, length, 1e-5, &control, halve).unwrap();
            values
        };
        let one = by(1);
        assert!(one.iter().zip(by(3)).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn a_stop_is_heard() {
        let control = Control::default();
        control.cancel();
        let mut values = vec![0.0; SHARED];
        let stopped =
            Long::plan(SHARED).there_and_back(&mut values, SHARED, 0.0, &control, |_, _| ());
        assert!(matches!(stopped, Err(crate::error::Error::Cancelled)));
    }

    #[test]
    fn nothing_changed_comes_back() {
        for length in [LEAST, 2 * LEAST, 4 * LEAST] {
            let values: Vec<f64> = (0..length).map(|k| ((k * k) % 1009) as f64).collect();
            let mut back = values.clone();
            change(&mut back, length, 0.0, |_, _| ());
            for (a, b) in back.iter().zip(&values) {
                close(*a, *b, 1e-11);
            }
        }
    }

    #[test]
    fn a_square_is_the_convolution_with_itself() {
        // Two lumps: their places add up, around the circle with the tilt.
        let length = LEAST;
        let (near, far, theta) = (3, length - 2, 6.0 / length as f64);
        let mut values = vec![0.0; length];
        (values[near], values[far]) = (0.25, 0.5);
        let square = |re: &mut [f64], im: &mut [f64]| {
            for (re, im) in re.iter_mut().zip(im) {
                (*re, *im) = (*re * *re - *im * *im, 2.0 * *re * *im);
            }
        };
        change(&mut values, length, theta, square);
        let around = libm::exp(-6.0);
        for (k, value) in values.iter().enumerate() {
            let expected = match k {
                6 => 0.0625,
                1 => 0.25 * around,
                _ if k == length - 4 => 0.25 * around,
                _ => 0.0,
            };
            close(*value, expected, 1e-15 * libm::exp(theta * k as f64));
        }
    }

    #[test]
    fn what_is_not_used_is_neither_read_nor_written() {
        let length = 2 * LEAST;
        let used = length / 2;
        let mut values: Vec<f64> = (0..length).map(|k| (k % 7) as f64).collect();
        change(&mut values, used, 1e-6, |_, _| ());
        for (k, value) in values[..used].iter().enumerate() {
            close(*value, (k % 7) as f64, 1e-13);
        }
    }
}
