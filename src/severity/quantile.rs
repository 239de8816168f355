//! Quantiles of gamma and beta distributions, fast: Taylor polynomials in the normal quantile.
//!
//! Inverting an incomplete gamma or beta function costs a microsecond or more. With z the normal
//! quantile of the same probability, g = ln x (gamma) or ln(x/(1−x)) (beta) is an analytic function of
//! z that grows no faster than z² at either end, and it solves
//!
//! g′ = φ(z) / (density of g),  (ln g′)′ = −z − (a − x) g′ for a gamma, −z − (a − (a + b) x) g′ for a beta.
//!
//! So one exact quantile in the middle of a cell gives its whole Taylor series by recurrence. Cells that
//! disagree with their neighbours where they meet, and whatever lies outside all cells, are inverted
//! exactly.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use libm::{log, log1p};

use super::{Family, Severity};
use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::kernel::{NormalIsf, exp_lane};
use crate::numeric::{
    beta_density, beta_inv, gamma_p_inv, gamma_q_inv, norm_cdf, norm_pdf, norm_sf, poisson_density,
};

/// z from −8.5 to 8.5 holds every uniform of 53 bits, in cells of width ⅛.
const REACH: f64 = 8.5;
const CELLS_PER_UNIT: f64 = 8.0;
const CELLS: usize = 136;
/// Coefficients of a cell: (1/16 / 2.5)¹² is below the last digit, singularities being 2.5 away.
const TERMS: usize = 12;
/// Largest disagreement of neighbours in g, and so in ln x.
const TOLERANCE: f64 = 3e-14;
/// The same for quantiles that are themselves solved for.
const LOOSE: f64 = 1e-12;
/// Beyond it those are not tabulated: one draw in 10¹¹.
const WORTH: f64 = 6.75;
/// A cell whose quantile bends more is cut into halves, so often at most.
const HALVINGS: u32 = 5;
/// Parts that a table may try in all: what is rough everywhere is better inverted.
const TRIES: usize = 1500;
/// Elements worked on while they stay in the first-level cache.
const TILE: usize = 256;
/// Tables kept; a table is 13 kB.
const KEPT: usize = 1024;

/// Coefficients of g about the middle of a cell, the cell being 1 wide; NaN where it must be inverted
/// exactly.
type Cell = [f64; TERMS];
const UNKNOWN: Cell = [f64::NAN; TERMS];

/// The distribution of a table: a gamma of scale 1, a beta, or any other severity.
#[derive(Debug, Clone)]
enum Law {
    Gamma { shape: f64 },
    Beta { a: f64, b: f64 },
    Other(Box<Severity>),
}

impl Law {
    /// (x, 1 − x) exceeded with probability q, or reached with probability 1 − q = p.
    fn invert(&self, p: f64, q: f64) -> (f64, f64) {
        match *self {
            Self::Other(ref severity) => {
                let x = if q < 0.5 { severity.isf(q) } else { severity.quantile(p) };
                (x, 1.0 - x)
            }
            Self::Gamma { shape } => {
                let x = if q < 0.5 { gamma_q_inv(shape, q) } else { gamma_p_inv(shape, p) };
                (x, 1.0 - x)
            }
            Self::Beta { a, b } => beta_inv(a, b, p, q),
        }
    }
}

/// A shared table of quantiles.
#[derive(Debug, Clone)]
pub struct QuantileTable(Arc<Table>);

#[derive(Debug)]
struct Table {
    law: Law,
    /// Those of equal width, or where some are cut, the parts of all in their order. The last is unknown.
    cells: Vec<Cell>,
    /// Where some are cut: the first part of each cell, and how many.
    parts: Vec<(usize, f64)>,
}

/// What tells tables apart: the bits of parameters, none for a gamma's second, or the JSON form.
type Key = (u64, Option<u64>, String);
type Known = HashMap<Key, Arc<Table>>;

impl QuantileTable {
    /// The standard gamma of this shape.
    pub fn gamma(shape: f64) -> Self {
        Self::known((shape.to_bits(), None, String::new()), || Law::Gamma { shape })
    }

    /// The beta of these parameters.
    pub fn beta(a: f64, b: f64) -> Self {
        Self::known((a.to_bits(), Some(b.to_bits()), String::new()), || Law::Beta { a, b })
    }

    /// Any other distribution, its exact quantiles interpolated; for those that are slow to invert.
    pub(super) fn of(severity: Severity) -> Self {
        Self::known((0, None, severity.to_json()), || Law::Other(Box::new(severity)))
    }

    fn known(key: Key, law: impl FnOnce() -> Law) -> Self {
        static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);
        if let Some(table) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Self(table.clone());
        }
        let table = Arc::new(Table::new(law()));
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        Self(known.entry(key).or_insert(table).clone())
    }

    /// Turns survival probabilities into quantiles, in place.
    pub fn sample(&self, u: &mut [f64]) {
        for tile in u.chunks_mut(TILE) {
            self.0.sample(tile, 1.0, None);
        }
    }

    /// Turns probabilities of the lower tail into quantiles, in place.
    pub(super) fn sample_lower(&self, p: &mut [f64]) {
        for tile in p.chunks_mut(TILE) {
            self.0.sample(tile, -1.0, None);
        }
    }

    /// For a beta B: turns survival probabilities into scale · (B / (1 − B))^(1/power), in place.
    pub(super) fn sample_odds(&self, u: &mut [f64], power: f64, scale: f64) {
        for tile in u.chunks_mut(TILE) {
            self.0.sample(tile, 1.0, Some((power, scale)));
        }
    }
}

impl Table {
    fn new(law: Law) -> Self {
        let (mut cells, parts, tolerance) = match law {
            Law::Other(ref severity) => {
                let (cells, parts) = refined(severity);
                (cells, parts, LOOSE)
            }
            _ => {
                let cells = (0..CELLS).map(|i| expand(&law, middle(i)).unwrap_or(UNKNOWN));
                (cells.collect(), Vec::new(), TOLERANCE)
            }
        };
        let apart: Vec<bool> = cells
            .windows(2)
            .map(|w| !((value(&w[0], 0.5) - value(&w[1], -0.5)).abs() <= tolerance))
            .collect();
        for (i, apart) in apart.into_iter().enumerate() {
            if apart {
                cells[i] = UNKNOWN;
                cells[i + 1] = UNKNOWN;
            }
        }
        cells.push(UNKNOWN);
        Self { law, cells, parts }
    }

    /// `odds`, for a beta: the power and the scale of what its odds become.
    fn sample(&self, u: &mut [f64], side: f64, odds: Option<(f64, f64)>) {
        let mut found = [0.0; TILE];
        let found = &mut found[..u.len()];
        found.copy_from_slice(u);
        // What e^… is taken of: ln x, −ln of the odds, or their share of the power.
        let sign = match (&self.law, odds) {
            (_, Some((power, _))) => 1.0 / power,
            (Law::Beta { .. }, None) => -1.0,
            _ => 1.0,
        };
        let all = dispatch::run(Look { table: self, tile: found, side, sign });
        match (&self.law, odds) {
            (_, Some((_, scale))) => found.iter_mut().for_each(|e| *e *= scale),
            (Law::Beta { .. }, None) => found.iter_mut().for_each(|e| *e = 1.0 / (1.0 + *e)),
            _ => {}
        }
        if !all {
            for (x, u) in found.iter_mut().zip(u.iter()).filter(|(x, _)| x.is_nan()) {
                *x = self.exactly(*u, side, odds);
            }
        }
        u.copy_from_slice(found);
    }

    fn exactly(&self, u: f64, side: f64, odds: Option<(f64, f64)>) -> f64 {
        let (p, q) = if side > 0.0 { (1.0 - u, u) } else { (u, 1.0 - u) };
        let (x, rest) = self.law.invert(p, q);
        odds.map_or(x, |(power, scale)| scale * libm::pow(x / rest, 1.0 / power))
    }
}

/// Probabilities in, e^(sign g) out, NaN where g is not known; whether all are.
struct Look<'a> {
    table: &'a Table,
    tile: &'a mut [f64],
    side: f64,
    sign: f64,
}

impl Kernel for Look<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        /// Adding it rounds to an integer, which the low bits then hold.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let Self { table, tile, side, sign } = self;
        let mut index = [0_u32; TILE];
        NormalIsf(tile).run();
        for (z, index) in tile.iter_mut().zip(&mut index) {
            let place = (side * *z + REACH) * CELLS_PER_UNIT - 0.5;
            // Out of range, and NaN, fall behind the last cell.
            let known = (-0.5..CELLS as f64 - 0.5).contains(&place);
            let place = if known { place } else { CELLS as f64 };
            let cell = place + ROUND;
            *index = cell.to_bits() as u32 & 0xff;
            *z = place - (cell - ROUND);
        }
        if table.parts.is_empty() {
            for (t, index) in tile.iter_mut().zip(&index) {
                *t = sign * value(&table.cells[*index as usize], *t);
            }
        } else {
            for (t, index) in tile.iter_mut().zip(&index) {
                let (first, parts) = table.parts[*index as usize];
                let place = (*t + 0.5) * parts;
                let part = (place as usize).min(parts as usize - 1);
                *t = sign * value(&table.cells[first + part], place - part as f64 - 0.5);
            }
        }
        let mut unknown = 0_u64;
        for x in tile.iter_mut() {
            unknown |= u64::from(x.is_nan());
            *x = exp_lane(*x);
        }
        unknown == 0
    }
}

fn middle(cell: usize) -> f64 {
    (cell as f64 + 0.5) / CELLS_PER_UNIT - REACH
}

/// Four short chains side by side: fits vector registers, and every step is the same at each level.
#[inline(always)]
fn value(c: &Cell, t: f64) -> f64 {
    let square = t * t;
    let fourth = square * square;
    let chain: [f64; 4] = std::array::from_fn(|j| (c[8 + j] * fourth + c[4 + j]) * fourth + c[j]);
    (chain[0] + chain[1] * t) + (chain[2] + chain[3] * t) * square
}

/// Cells of any severity: interpolated, and cut where its quantile bends, from the middle outwards.
fn refined(severity: &Severity) -> (Vec<Cell>, Vec<(usize, f64)>) {
    let mut all: Vec<Vec<Cell>> = vec![vec![UNKNOWN]; CELLS];
    let mut order: Vec<usize> = (0..CELLS).filter(|i| middle(*i).abs() < WORTH).collect();
    order.sort_by(|a, b| middle(*a).abs().total_cmp(&middle(*b).abs()));
    let (mut left, mut cut) = (TRIES, false);
    for i in order {
        if flat(severity, middle(i)) {
            continue;
        }
        for halvings in 0..=HALVINGS {
            let n = 1_usize << halvings;
            let width = 1.0 / (CELLS_PER_UNIT * n as f64);
            let start = middle(i) - 0.5 / CELLS_PER_UNIT;
            let parts: Vec<Option<Cell>> = (0..n)
                .map(|j| interpolate(severity, start + (j as f64 + 0.5) * width, width))
                .collect();
            left = left.saturating_sub(n);
            let (whole, last) =
                (parts.iter().all(Option::is_some), halvings == HALVINGS || left == 0);
            if whole || last {
                cut |= n > 1;
                all[i] = parts.into_iter().map(|part| part.unwrap_or(UNKNOWN)).collect();
                break;
            }
        }
        if left == 0 {
            break;
        }
    }
    let mut places = Vec::new();
    if cut {
        let mut first = 0;
        for parts in &all {
            places.push((first, parts.len() as f64));
            first += parts.len();
        }
        places.push((first, 1.0));
    }
    (all.into_iter().flatten().collect(), places)
}

/// Whether a whole cell is one amount, an atom: its draws are made exactly.
fn flat(severity: &Severity, z: f64) -> bool {
    let half = 0.5 / CELLS_PER_UNIT;
    exact(severity, z - half) == exact(severity, z + half)
}

/// The quantile at a normal deviate.
fn exact(severity: &Severity, z: f64) -> f64 {
    if z > 0.0 { severity.isf(norm_sf(z)) } else { severity.quantile(norm_cdf(z)) }
}

/// Coefficients of ln x about z from exact quantiles at Chebyshev points, checked between them.
fn interpolate(severity: &Severity, z: f64, width: f64) -> Option<Cell> {
    let g = |t: f64| log(exact(severity, z + t * 0.5 * width));
    let angle = |i: usize| std::f64::consts::PI * (i as f64 + 0.5) / TERMS as f64;
    let values: Vec<f64> = (0..TERMS).map(|i| g(libm::cos(angle(i)))).collect();
    // Next to an atom the logarithm would part it from its amount: exact quantiles do there.
    if values.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    // Chebyshev coefficients, then those of powers by T_{n+1} = 2 t T_n − T_{n−1}.
    let mut c = [0.0; TERMS];
    let (mut before, mut now) = ([0.0; TERMS], [0.0; TERMS]);
    before[0] = 1.0;
    now[1] = 1.0;
    let mut weight = 0.0;
    for n in 0..TERMS {
        let sum: f64 = (0..TERMS).map(|i| values[i] * libm::cos(n as f64 * angle(i))).sum();
        weight = sum * if n == 0 { 1.0 } else { 2.0 } / TERMS as f64;
        for (c, t) in c.iter_mut().zip(&before) {
            *c += weight * t;
        }
        let mut next = [0.0; TERMS];
        for k in 0..TERMS {
            next[k] = if k > 0 { 2.0 * now[k - 1] } else { 0.0 } - before[k];
        }
        (before, now) = (now, next);
    }
    // The last weight tells what is left out; a cell that is not smooth is known by it.
    if !(weight.abs() <= LOOSE) {
        return None;
    }
    // From half widths to widths.
    let mut unit = 1.0;
    for c in &mut c {
        *c *= unit;
        unit *= 2.0;
    }
    let fits = [-0.97, -0.55, 0.05, 0.6, 0.98]
        .into_iter()
        .all(|t| (value(&c, 0.5 * t) - g(t)).abs() <= LOOSE);
    (fits && c.iter().all(|c| c.is_finite())).then_some(c)
}

/// Taylor coefficients of g about z, if x and its density are numbers there.
fn expand(law: &Law, z: f64) -> Option<Cell> {
    let (x, y) = law.invert(norm_cdf(z), norm_sf(z));
    let (g, density, pull, n) = match *law {
        Law::Other(_) => return None,
        Law::Gamma { shape } => (log(x), shape * poisson_density(shape, x), shape - x, 1.0),
        Law::Beta { a, b } => {
            let odds = if x < 0.5 { log(x) - log1p(-x) } else { log1p(-y) - log(y) };
            (odds, beta_density(a, b, x, y), a * y - b * x, a + b)
        }
    };
    let logistic = matches!(law, Law::Beta { .. });
    // Series of g′, of (ln g′)′, of x, of x′/g′ and of a − n x.
    let (mut d, mut w, mut xs) = ([0.0; TERMS], [0.0; TERMS], [0.0; TERMS]);
    let (mut rate, mut pulls) = ([0.0; TERMS], [0.0; TERMS]);
    (d[0], xs[0], pulls[0]) = (norm_pdf(z) / density, x, pull);
    rate[0] = if logistic { x * y } else { x };
    let convolve = |a: &[f64], b: &[f64], k: usize| (0..=k).map(|j| a[j] * b[k - j]).sum::<f64>();
    for k in 0..TERMS - 1 {
        let drift = [z, 1.0].get(k).copied().unwrap_or(0.0);
        w[k] = -drift - convolve(&pulls, &d, k);
        let next = (k + 1) as f64;
        d[k + 1] = convolve(&w, &d, k) / next;
        xs[k + 1] = convolve(&rate, &d, k) / next;
        pulls[k + 1] = -n * xs[k + 1];
        rate[k + 1] = if logistic {
            // x (1 − x), the first factor of the last term kept as y.
            xs[k + 1] * y - (1..=k + 1).map(|j| xs[j] * xs[k + 1 - j]).sum::<f64>()
        } else {
            xs[k + 1]
        };
    }
    let (mut c, mut unit) = ([0.0; TERMS], 1.0);
    c[0] = g;
    for k in 1..TERMS {
        unit /= CELLS_PER_UNIT;
        c[k] = d[k - 1] / k as f64 * unit;
    }
    (x > 0.0 && c.iter().all(|c| c.is_finite())).then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities at cell borders, in every octave, and spread evenly.
    fn probabilities() -> Vec<f64> {
        let borders = (0..=CELLS).map(|i| norm_sf(i as f64 / CELLS_PER_UNIT - REACH));
        let octaves = (1..53).flat_map(|k| {
            let t = 2f64.powi(-k);
            [t, t * (1.0 - 1e-12), 0.7 * t, 1.0 - t]
        });
        let even = (1..3000).map(|i| f64::from(i) / 3000.0);
        borders.chain(octaves).chain(even).chain([1e-20, 1e-100, 1e-300]).collect()
    }

    fn check(table: &QuantileTable, name: &str, allowed: f64) {
        let q = probabilities();
        let mut x = q.clone();
        table.sample(&mut x);
        for (q, x) in q.iter().zip(x) {
            let exact = table.0.law.invert(1.0 - q, *q).0;
            let error = (x - exact).abs();
            assert!(
                error <= allowed * exact,
                "{name} at {q:e}: {x:e}, exact {exact:e}, {:e}",
                error / exact
            );
        }
    }

    #[test]
    fn tables_agree_with_the_exact_quantile() {
        // The normal quantile has 7e-16, which a small shape a magnifies by z²/a.
        for shape in [0.02, 0.1, 0.4, 0.9, 1.0, 1.5, 2.5, 9.0, 40.0, 1e3, 1e6, 1e9] {
            check(
                &QuantileTable::gamma(shape),
                &format!("Gamma({shape})"),
                6e-14 / f64::min(shape, 1.0),
            );
        }
        for (a, b) in [
            (1.0, 60.0),
            (1.5, 8.0),
            (1.2, 150.0),
            (4.0, 3.0),
            (0.6, 0.7),
            (0.05, 0.3),
            (0.5, 0.5),
            (30.0, 2.0),
            (1e4, 3e5),
            (1e8, 2.0),
            (0.01, 0.02),
        ] {
            check(&QuantileTable::beta(a, b), &format!("Beta({a}, {b})"), 6e-14 / f64::min(a, 1.0));
        }
    }

    #[test]
    fn few_cells_are_left_to_exact_inversion() {
        for table in [
            QuantileTable::gamma(0.3),
            QuantileTable::gamma(2.5),
            QuantileTable::gamma(1e5),
            QuantileTable::beta(0.6, 0.7),
            QuantileTable::beta(2.0, 30.0),
        ] {
            // The last is none.
            let exact = table.0.cells.iter().filter(|c| c[0].is_nan()).count();
            assert_eq!(exact, 1, "{:?}", table.0.law);
        }
    }

    #[test]
    fn samples_do_not_depend_on_their_neighbours() {
        let table = QuantileTable::beta(1.5, 8.0);
        let q = probabilities();
        let mut whole = q.clone();
        table.sample(&mut whole);
        for (i, q) in q.iter().enumerate() {
            let mut one = [*q];
            table.sample(&mut one);
            assert_eq!(one[0].to_bits(), whole[i].to_bits());
        }
    }
}
