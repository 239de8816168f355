//! The loops of a long transform, over a few columns or a piece of a row at a time.

use super::{COLUMNS, FINE, Long, TILE};
use crate::numeric::C64;
use crate::numeric::dispatch::Kernel;
use crate::numeric::kernel::exp;

/// Factors of the reals, from one of the row and two of the column: scale·e^{θk}.
pub struct Factors {
    pub row: Vec<f64>,
    pub column: Vec<[f64; 2]>,
}

impl Factors {
    pub fn new(plan: &Long, theta: f64, scale: f64) -> Self {
        let factor = |k: usize| exp(theta * k as f64);
        Self {
            row: (0..plan.rows).map(|r| scale * factor(2 * r * plan.columns)).collect(),
            column: (0..plan.columns).map(|j| [factor(2 * j), factor(2 * j + 1)]).collect(),
        }
    }
}

/// Columns from `first` on, `at` where the rows at hand begin, each `stride` elements after the one
/// before.
pub struct Block<'a> {
    pub at: usize,
    pub first: usize,
    pub stride: usize,
    pub factors: &'a Factors,
}

pub struct Gather<'a> {
    pub rows: &'a [&'a mut [C64]],
    pub some: &'a mut [C64],
    pub of: Block<'a>,
}

impl Kernel for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows, some, of: Block { at, first, stride, factors } } = self;
        let of_columns = &factors.column[first..first + COLUMNS];
        for (i, (row, of_row)) in rows.iter().zip(&factors.row).enumerate() {
            for (j, (z, f)) in row[at..at + COLUMNS].iter().zip(of_columns).enumerate() {
                some[j * stride + i] = C64::new(z.re * (of_row * f[0]), z.im * (of_row * f[1]));
            }
        }
    }
}

pub struct Scatter<'a, 'b> {
    pub rows: &'a mut [&'b mut [C64]],
    pub some: &'a [C64],
    pub of: Block<'a>,
}

impl Kernel for Scatter<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows, some, of: Block { at, first, stride, factors } } = self;
        let of_columns = &factors.column[first..first + COLUMNS];
        for (i, (row, of_row)) in rows.iter_mut().zip(&factors.row).enumerate() {
            for (j, (z, f)) in row[at..at + COLUMNS].iter_mut().zip(of_columns).enumerate() {
                let w = some[j * stride + i];
                *z = C64::new(w.re * (of_row * f[0]), w.im * (of_row * f[1]));
            }
        }
    }
}

pub struct Turn<'a> {
    pub row: &'a mut [C64],
    pub fine: &'a [C64],
    pub coarse: &'a [C64],
    /// −1 turns back.
    pub sign: f64,
}

impl Kernel for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { row, fine, coarse, sign } = self;
        let mut parts = [[0.0; FINE]; 2];
        for (b, factor) in fine.iter().enumerate() {
            (parts[0][b], parts[1][b]) = (factor.re, sign * factor.im);
        }
        for (part, factor) in row.chunks_exact_mut(FINE).zip(coarse) {
            let (re, im) = (factor.re, sign * factor.im);
            for (b, z) in part.iter_mut().enumerate() {
                let (fine_re, fine_im) = (parts[0][b], parts[1][b]);
                let (c, s) = (re * fine_re - im * fine_im, re * fine_im + im * fine_re);
                *z = C64::new(z.re * c - z.im * s, z.re * s + z.im * c);
            }
        }
    }
}

/// With Z the frequencies of the complex numbers, Z* the conjugate of the mirrored one and ω the root:
/// E = (Z + Z*)/2 and W = ω(Z − Z*)/2i give E + W, that of the reals, and E − W, the conjugate of its
/// mirror.
pub struct Split<'a> {
    pub row: &'a [C64],
    pub mirrored: &'a [C64],
    pub of_row: C64,
    pub of_place: &'a [C64],
    pub roots: &'a mut [[f64; TILE]; 2],
    pub re: &'a mut [f64; 2 * TILE],
    pub im: &'a mut [f64; 2 * TILE],
}

impl Kernel for Split<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { row, mirrored, of_row, of_place, roots: [c, s], re, im } = self;
        let (row, mirrored, of_place) = (&row[..TILE], &mirrored[..TILE], &of_place[..TILE]);
        for i in 0..TILE {
            let (z, mirror, place) = (row[i], mirrored[TILE - 1 - i], of_place[i]);
            c[i] = of_row.re * place.re - of_row.im * place.im;
            s[i] = of_row.re * place.im + of_row.im * place.re;
            let (even_re, even_im) = (0.5 * (z.re + mirror.re), 0.5 * (z.im - mirror.im));
            let (odd_re, odd_im) = (0.5 * (z.im + mirror.im), 0.5 * (mirror.re - z.re));
            let turned_re = odd_re * c[i] - odd_im * s[i];
            let turned_im = odd_re * s[i] + odd_im * c[i];
            (re[i], im[i]) = (even_re + turned_re, even_im + turned_im);
            (re[TILE + i], im[TILE + i]) = (even_re - turned_re, even_im - turned_im);
        }
    }
}

/// The way back, times 2.
pub struct Join<'a> {
    pub row: &'a mut [C64],
    pub mirrored: &'a mut [C64],
    pub roots: &'a [[f64; TILE]; 2],
    pub re: &'a [f64; 2 * TILE],
    pub im: &'a [f64; 2 * TILE],
}

impl Kernel for Join<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { row, mirrored, roots: [c, s], re, im } = self;
        let (row, mirrored) = (&mut row[..TILE], &mut mirrored[..TILE]);
        for i in 0..TILE {
            let (even_re, even_im) = (re[i] + re[TILE + i], im[i] + im[TILE + i]);
            let (turned_re, turned_im) = (re[i] - re[TILE + i], im[i] - im[TILE + i]);
            let odd_re = turned_re * c[i] + turned_im * s[i];
            let odd_im = turned_im * c[i] - turned_re * s[i];
            row[i] = C64::new(even_re - odd_im, even_im + odd_re);
            mirrored[TILE - 1 - i] = C64::new(even_re + odd_im, odd_re - even_im);
        }
    }
}
