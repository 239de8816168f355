//! Limited means of a predictive severity, E s · LEV(x/s) over the uncertain scale s, read quickly.
//!
//! The axis is cut at the powers of two and each octave into equal cells, so that the bits of x are its
//! place. Only the cells that are asked for are there. Inside a cell Hermite's cubic runs through the
//! values and slopes of its ends; it errs by h⁴/384 times the fourth derivative, h at most x/64. Where
//! the density jumps it would err more, and is not used.

use crate::numeric::{exp, normal_nodes};
use crate::sector::process::unit_lognormal;
use crate::severity::{Family, Severity};

/// Cells an octave, as a power of two.
const CELL_BITS: u32 = 6;
/// Bits of a number below those that tell its cell.
const REST: u32 = 52 - CELL_BITS;
/// Cells of all numbers, in words of 64.
const WORDS: usize = (2048 << CELL_BITS) / 64;
/// Relative error of a cubic in the middle of its cell above which it is not used.
const MISS: f64 = 1e-9;
/// Cells above which they are mixed from one fine curve of the severity itself.
const MANY: usize = 48;

/// The cell of a number; none for 0 and what is not finite.
fn cell(x: f64) -> Option<usize> {
    (x > 0.0 && x.is_finite()).then(|| (x.to_bits() >> REST) as usize)
}

/// Lower end of a cell.
fn edge(cell: usize) -> f64 {
    f64::from_bits((cell as u64) << REST)
}

/// The cells that are asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Used(Vec<u64>);

impl Used {
    pub fn add(&mut self, x: f64) {
        let Some(cell) = cell(x) else { return };
        if self.0.is_empty() {
            self.0.resize(WORDS, 0);
        }
        self.0[cell / 64] |= 1 << (cell % 64);
    }

    /// Those of all parts together.
    pub fn all<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for part in parts.filter(|part| !part.0.is_empty()) {
            all.0.resize(WORDS, 0);
            all.0.iter_mut().zip(&part.0).for_each(|(word, other)| *word |= other);
        }
        all
    }

    fn between(first: f64, last: f64) -> Self {
        let mut all = Self::default();
        if let (Some(first), Some(last)) = (cell(first), cell(last)) {
            all.0.resize(WORDS, 0);
            (first..=last).for_each(|cell| all.0[cell / 64] |= 1 << (cell % 64));
        }
        all
    }

    fn cells(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate().filter(|(_, word)| **word > 0);
        words.flat_map(|(at, word)| {
            (0..64).filter(move |bit| word >> bit & 1 > 0).map(move |bit| 64 * at + bit)
        })
    }
}

/// Value and slope at an end of a cell.
type Node = (f64, f64);

/// A cubic in each of some cells.
#[derive(Debug, Default)]
struct Cubics {
    /// First cell that has a place.
    first: usize,
    /// Place of each cell's lower end among the nodes; its upper end is the next.
    places: Vec<u32>,
    nodes: Vec<Node>,
}

impl Cubics {
    /// Without the cells whose middle the cubic misses: there the density jumps.
    fn new(used: &Used, node: impl Fn(f64) -> Node) -> Self {
        let mut all = Self::default();
        for cell in used.cells() {
            if all.places.is_empty() {
                all.first = cell;
            }
            // The upper end of the cell below is the lower end of this one.
            if all.places.len() != cell - all.first || all.nodes.is_empty() {
                all.nodes.push(node(edge(cell)));
            }
            all.places.resize(cell - all.first, u32::MAX);
            all.places.push(all.nodes.len() as u32 - 1);
            all.nodes.push(node(edge(cell + 1)));
            let middle = 0.5 * (edge(cell) + edge(cell + 1));
            let (got, want) = (all.at(middle).map_or(0.0, |n| n.0), node(middle).0);
            if !((got - want).abs() <= MISS * want) {
                let last = all.places.len() - 1;
                all.places[last] = u32::MAX;
            }
        }
        all
    }

    /// Value and slope; none where there is no cubic.
    #[inline(always)]
    fn at(&self, x: f64) -> Option<Node> {
        let cell = (x.to_bits() >> REST) as usize;
        let place = *self.places.get(cell.wrapping_sub(self.first))? as usize;
        let ((y0, d0), (y1, d1)) = (*self.nodes.get(place)?, *self.nodes.get(place + 1)?);
        let t = (x.to_bits() & ((1 << REST) - 1)) as f64 / (1u64 << REST) as f64;
        let width = edge(cell + 1) - edge(cell);
        let (d0, d1, rise) = (d0 * width, d1 * width, y1 - y0);
        let (c2, c3) = (3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise);
        let slope = (d0 + t * (2.0 * c2 + t * 3.0 * c3)) / width;
        Some((y0 + t * (d0 + t * (c2 + t * c3)), slope))
    }
}

/// Limited means of a predictive severity.
pub(super) struct Curve {
    severity: Severity,
    /// Scales and their weights.
    scales: Vec<(f64, f64)>,
    /// Of the severity itself.
    fine: Cubics,
    mixed: Cubics,
}

impl Curve {
    /// Of min(X, x) where X = s · `severity`, s lognormal with mean 1 and the cv.
    pub fn new(severity: &Severity, cv: f64, used: &Used) -> Self {
        let (mu, sigma) = unit_lognormal(cv);
        let scales: Vec<(f64, f64)> = if cv > 0.0 {
            normal_nodes().map(|(z, weight)| (exp(mu + sigma * z), weight)).collect()
        } else {
            vec![(1.0, 1.0)]
        };
        let (fine, mixed) = Default::default();
        let mut curve = Self { severity: severity.clone(), scales, fine, mixed };
        let ends = used.cells().next().zip(used.cells().last());
        if let Some((least, most)) = ends.filter(|_| used.cells().nth(MANY).is_some()) {
            let far = |pick: fn(f64, f64) -> f64| {
                curve.scales.iter().map(|(s, _)| *s).reduce(pick).unwrap_or(1.0)
            };
            let reach = Used::between(edge(least) / far(f64::max), edge(most + 1) / far(f64::min));
            curve.fine = Cubics::new(&reach, |x| curve.plain(x));
        }
        curve.mixed = Cubics::new(used, |x| curve.mix(x));
        curve
    }

    /// Of the severity itself.
    fn plain(&self, x: f64) -> Node {
        self.fine.at(x).unwrap_or_else(|| (self.severity.lev(x), self.severity.sf(x)))
    }

    fn mix(&self, x: f64) -> Node {
        self.scales.iter().fold((0.0, 0.0), |(value, slope), (s, weight)| {
            let (v, d) = self.plain(x / s);
            (value + weight * s * v, slope + weight * d)
        })
    }

    /// The limited mean of x.
    #[inline(always)]
    pub fn at(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        self.mixed.at(x).map_or_else(|| self.mix(x).0, |node| node.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::normal_mean;
    use crate::severity::{LogNormal, Pareto, Spliced};

    /// Against the quadrature of the closed form, from few nodes and from many.
    #[test]
    fn the_curve_is_the_closed_form() {
        let body = LogNormal::new(11.0, 1.6).unwrap().into();
        let tail = Pareto::new(1.3, 2e6).unwrap().into();
        let spliced: Severity = Spliced::new(body, tail, 2e6, 0.03).unwrap().into();
        let plain: Severity = LogNormal::new(12.0, 1.5).unwrap().into();
        for (severity, cv) in [(&plain, 0.0), (&plain, 0.5), (&spliced, 0.0), (&spliced, 0.6)] {
            let (mu, sigma) = unit_lognormal(cv);
            let closed = |x: f64| {
                if cv > 0.0 {
                    normal_mean(|z| {
                        let s = exp(mu + sigma * z);
                        s * severity.lev(x / s)
                    })
                } else {
                    severity.lev(x)
                }
            };
            for count in [3, 4_000] {
                let points: Vec<f64> = (0..count)
                    .map(|i| 1e2 * 1e8f64.powf(f64::from(i) / f64::from(count)))
                    .collect();
                let mut used = Used::default();
                points.iter().for_each(|x| used.add(*x));
                let curve = Curve::new(severity, cv, &used);
                for x in &points {
                    let (got, want) = (curve.at(*x), closed(*x));
                    assert!((got / want - 1.0).abs() < 4e-9, "{cv} {x}: {got} {want}");
                }
                // Elsewhere too, more slowly.
                for x in [0.0, 1e-9, 1e12, f64::INFINITY] {
                    assert!((curve.at(x) - closed(x)).abs() <= 1e-12 * closed(x), "{cv} {x}");
                }
            }
        }
    }

    #[test]
    fn cells_that_were_not_asked_for_are_not_there() {
        let severity: Severity = LogNormal::new(0.0, 1.0).unwrap().into();
        let mut used = Used::default();
        [f64::NAN, f64::INFINITY, 0.0, 1.0, 1.01, 3.0].into_iter().for_each(|x| used.add(x));
        let curve = Curve::new(&severity, 0.0, &used);
        assert_eq!((curve.mixed.nodes.len(), curve.mixed.at(1.5)), (4, None));
        assert!(curve.mixed.at(1.012).is_some());
    }
}
