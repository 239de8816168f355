//! Column steps that sampling by inverse survival is made of, tile by tile while the tile stays in the
//! first-level cache. Every step gives the same bits at every instruction set.

use crate::numeric::kernel::{exp_in_place, exp_m1_in_place, ln_in_place};

pub(super) const TILE: usize = 512;

/// Runs `steps` over tiles of the column.
pub(super) fn tiles(u: &mut [f64], steps: impl Fn(&mut [f64])) {
    for tile in u.chunks_mut(TILE) {
        steps(tile);
    }
}

pub(super) fn ln(tile: &mut [f64]) {
    ln_in_place(tile);
}

pub(super) fn exp(tile: &mut [f64]) {
    exp_in_place(tile);
}

/// ln(1 + x), with the digits of a small x.
pub(super) fn ln_1p(tile: &mut [f64]) {
    let mut lost = [0.0; TILE];
    for (x, lost) in tile.iter_mut().zip(&mut lost) {
        let sum = 1.0 + *x;
        *lost = if sum < f64::MAX { (*x - (sum - 1.0)) / sum } else { 0.0 };
        *x = sum;
    }
    ln_in_place(tile);
    for (x, lost) in tile.iter_mut().zip(&lost) {
        *x += *lost;
    }
}

pub(super) fn exp_m1(tile: &mut [f64]) {
    exp_m1_in_place(tile);
}

pub(super) fn times(tile: &mut [f64], factor: f64) {
    for x in tile {
        *x *= factor;
    }
}

/// factor · x + shift.
pub(super) fn affine(tile: &mut [f64], factor: f64, shift: f64) {
    for x in tile {
        *x = *x * factor + shift;
    }
}

/// scale · x^power.
pub(super) fn power(tile: &mut [f64], power: f64, scale: f64) {
    ln_in_place(tile);
    times(tile, power);
    exp_in_place(tile);
    times(tile, scale);
}

/// ln(−ln(1 − u)): the lower tail of `u` keeps its digits.
pub(super) fn ln_hazard_of_cdf(tile: &mut [f64]) {
    let mut lost = [0.0; TILE];
    for (u, lost) in tile.iter_mut().zip(&mut lost) {
        let rest = 1.0 - *u;
        // ln(1 − u) = ln(rest) + (1 − u − rest) / rest.
        *lost = ((1.0 - rest) - *u) / rest;
        *u = rest;
    }
    ln_in_place(tile);
    for (u, lost) in tile.iter_mut().zip(&lost) {
        *u = -(*u + *lost);
    }
    ln_in_place(tile);
}
