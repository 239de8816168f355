//! Draws for a block of outcomes side by side: columns of [`LANES`] lanes, one lane an outcome.
//!
//! Element e of column c in block b belongs to outcome 64 b + e. What a lane draws depends on its
//! address alone, so an outcome has the same bits however many others there are.

use super::{Purpose, Stream};
use crate::numeric::dispatch::{self, Kernel};
use crate::numeric::kernel::{exp, ln, normal_isf_in_place};

/// Outcomes of one block.
pub const LANES: usize = 64;

/// Where the draws of a block are: `columns` is the number of columns that the purpose may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Lanes {
    pub seed: u64,
    pub purpose: Purpose,
    pub entity: u64,
    pub block: u64,
    pub columns: usize,
}

/// Working memory of [`Lanes::gamma`].
#[derive(Debug, Default)]
pub struct GammaScratch {
    normal: Vec<f64>,
    uniform: Vec<f64>,
    rejected: Vec<u8>,
    few: Few,
}

/// Lanes that need more than the others, side by side.
#[derive(Debug, Default)]
struct Few {
    place: Vec<u32>,
    shape: Vec<f64>,
    value: Vec<f64>,
    uniform: Vec<f64>,
    rejected: Vec<u8>,
}

impl Few {
    /// Takes the places from `first` on where `wanted` holds, without a branch that nobody can guess.
    fn choose(&mut self, first: usize, wanted: impl ExactSizeIterator<Item = bool>) {
        let mut count = self.place.len();
        self.place.resize(count + wanted.len(), 0);
        for (at, wanted) in wanted.enumerate() {
            self.place[count] = (first + at) as u32;
            count += usize::from(wanted);
        }
        self.place.truncate(count);
    }
}

impl Lanes {
    /// Uniforms of the columns from `first` on.
    pub fn uniform(&self, first: usize, out: &mut [f64]) {
        self.region(0, first).fill(out);
    }

    /// Standard normal deviates of the columns from `first` on.
    pub fn normal(&self, first: usize, out: &mut [f64]) {
        self.uniform(first, out);
        normal_isf_in_place(out);
    }

    /// Replaces each shape by a gamma deviate of scale 1; 0 for a shape that is not positive.
    ///
    /// The method of Marsaglia and Tsang (2000) with their boost below shape 1; the few lanes that
    /// are rejected draw again, each from a stream of its own.
    pub fn gamma(&self, first: usize, shape: &mut [f64], scratch: &mut GammaScratch) {
        let GammaScratch { normal, uniform, rejected, few } = scratch;
        normal.resize(shape.len(), 0.0);
        uniform.resize(shape.len(), 0.0);
        rejected.resize(shape.len(), 0);
        self.normal(first, normal);
        self.region(1, first).fill(uniform);
        let (some_small, some_rejected) = dispatch::run(Try { shape, normal, uniform, rejected });
        if some_rejected {
            self.settle(first, shape, normal, (uniform, rejected), few);
        }
        if some_small {
            self.boost(first, shape, normal, uniform, few);
        }
        shape.copy_from_slice(normal);
    }

    /// The exact test of the lanes that the squeeze left open, and further draws where it fails.
    fn settle(
        &self,
        first: usize,
        shape: &[f64],
        normal: &mut [f64],
        (uniform, rejected): (&[f64], &[u8]),
        few: &mut Few,
    ) {
        few.place.clear();
        few.choose(0, rejected.iter().map(|rejected| *rejected != 0));
        let Few { place, shape: own, value, uniform: u, rejected } = few;
        own.clear();
        own.extend(place.iter().map(|at| {
            let shape = shape[*at as usize];
            if shape < 1.0 { shape + 1.0 } else { shape }
        }));
        value.clear();
        value.extend(place.iter().map(|at| normal[*at as usize]));
        u.clear();
        u.extend(place.iter().map(|at| uniform[*at as usize]));
        rejected.resize(place.len(), 0);
        dispatch::run(Exact { shape: own, value, uniform: u, rejected });
        for (((at, shape), value), rejected) in place.iter().zip(own).zip(value).zip(rejected) {
            let at = *at as usize;
            normal[at] = if *rejected == 0 { *value } else { self.again(first, at, *shape) };
        }
    }

    /// A gamma deviate from a stream of the lane's own.
    fn again(&self, first: usize, at: usize, shape: f64) -> f64 {
        if !(shape > 0.0 && shape < f64::INFINITY) {
            return if shape == f64::INFINITY { shape } else { 0.0 };
        }
        let outcome = self.block.wrapping_mul(LANES as u64).wrapping_add((at % LANES) as u64);
        let column = (first + at / LANES) as u64;
        // A tile a column: that 32 candidates are all rejected does not happen.
        let tile = (u64::from(self.purpose as u32) << 40) | column;
        let stream = Stream::new(self.seed, Purpose::Auxiliary, self.entity, outcome);
        stream.at(tile * LANES as u64).gamma(shape)
    }

    /// G(a) = G(a + 1) U^(1/a) for the shapes below 1.
    fn boost(
        &self,
        first: usize,
        shape: &[f64],
        value: &mut [f64],
        uniform: &mut [f64],
        few: &mut Few,
    ) {
        few.place.clear();
        for (column, shapes) in shape.chunks(LANES).enumerate() {
            let before = few.place.len();
            few.choose(column * LANES, shapes.iter().map(|shape| *shape < 1.0));
            if few.place.len() > before {
                let range = column * LANES..column * LANES + shapes.len();
                self.region(2, first + column).fill(&mut uniform[range]);
            }
        }
        let Few { place, shape: own, uniform: u, .. } = few;
        own.clear();
        own.extend(place.iter().map(|at| shape[*at as usize]));
        u.clear();
        u.extend(place.iter().map(|at| uniform[*at as usize]));
        dispatch::run(Power { shape: own, uniform: u });
        for (at, power) in place.iter().zip(u) {
            value[*at as usize] *= *power;
        }
    }

    fn region(&self, region: u64, column: usize) -> Stream {
        let at = (region * self.columns as u64 + column as u64) * LANES as u64;
        Stream::new(self.seed, self.purpose, self.entity, self.block).at(at)
    }
}

/// One candidate for every lane; those that the squeeze does not accept keep their normal deviate.
/// Returns whether any shape is below 1 and whether any lane was rejected.
struct Try<'a> {
    shape: &'a [f64],
    normal: &'a mut [f64],
    uniform: &'a [f64],
    rejected: &'a mut [u8],
}

impl Kernel for Try<'_> {
    type Output = (bool, bool);

    #[inline(always)]
    fn run(self) -> (bool, bool) {
        let (mut small, mut again) = (0_u8, 0_u8);
        let lanes = self.shape.iter().zip(self.uniform).zip(self.normal).zip(self.rejected);
        for (((shape, u), x), rejected) in lanes {
            let below = *shape < 1.0;
            let wide = if below { *shape + 1.0 } else { *shape };
            let d = wide - 1.0 / 3.0;
            let root = 1.0 + *x / (9.0 * d).sqrt();
            let square = *x * *x;
            let good = (root > 0.0) && (*u < 1.0 - 0.0331 * (square * square)) && (d < f64::MAX);
            *rejected = u8::from(!good);
            *x = if good { d * (root * root * root) } else { *x };
            small |= u8::from(below);
            again |= u8::from(!good);
        }
        (small != 0, again != 0)
    }
}

/// The test that the squeeze saves most lanes: accepts, or flags.
struct Exact<'a> {
    shape: &'a [f64],
    /// Normal deviates, replaced by what is accepted.
    value: &'a mut [f64],
    uniform: &'a [f64],
    rejected: &'a mut [u8],
}

impl Kernel for Exact<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let lanes = self.shape.iter().zip(self.uniform).zip(self.value).zip(self.rejected);
        for (((shape, u), x), rejected) in lanes {
            let d = *shape - 1.0 / 3.0;
            let root = 1.0 + *x / (9.0 * d).sqrt();
            let v = root * root * root;
            // Computed before it is asked for, so that no branch stands in the way of vectors.
            let inside = ln(*u) < 0.5 * *x * *x + d * (1.0 - v + ln(v));
            let good = inside && root > 0.0 && *shape > 0.0 && *shape < f64::INFINITY;
            *rejected = u8::from(!good);
            *x = d * v;
        }
    }
}

/// U^(1/a), in the place of U; 0 for a shape that is not positive.
struct Power<'a> {
    shape: &'a [f64],
    uniform: &'a mut [f64],
}

impl Kernel for Power<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (shape, u) in self.shape.iter().zip(self.uniform) {
            let power = exp(ln(*u) / *shape);
            *u = if *shape > 0.0 { power } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::gamma_pq;

    fn draws(shape: f64, blocks: u64) -> Vec<f64> {
        let mut all = Vec::new();
        let mut scratch = GammaScratch::default();
        for block in 0..blocks {
            let lanes = Lanes { seed: 5, purpose: Purpose::Process, entity: 9, block, columns: 8 };
            let mut column = vec![shape; 3 * LANES];
            lanes.gamma(2, &mut column, &mut scratch);
            all.extend(column);
        }
        all
    }

    #[test]
    fn gammas_follow_their_distribution() {
        // Kolmogorov: √n D below 1.95 with probability 0.999.
        for shape in [0.01, 0.3, 0.999, 1.0, 1.8, 7.0, 400.0] {
            let mut values = draws(shape, 200);
            values.sort_by(f64::total_cmp);
            let n = values.len() as f64;
            let distance = values.iter().enumerate().map(|(i, x)| {
                let p = gamma_pq(shape, *x).0;
                (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs())
            });
            let distance = distance.fold(0.0, f64::max);
            assert!(n.sqrt() * distance < 1.95, "{shape}: {}", n.sqrt() * distance);
        }
    }

    #[test]
    fn a_lane_does_not_know_its_neighbours() {
        let lanes = Lanes { seed: 5, purpose: Purpose::Process, entity: 9, block: 3, columns: 8 };
        let mut scratch = GammaScratch::default();
        let mut together: Vec<f64> = (0..4 * LANES).map(|at| 0.2 + 0.05 * at as f64).collect();
        let shapes = together.clone();
        lanes.gamma(1, &mut together, &mut scratch);
        for column in 0..4 {
            let range = column * LANES..(column + 1) * LANES;
            let mut alone = shapes[range.clone()].to_vec();
            lanes.gamma(1 + column, &mut alone, &mut scratch);
            assert_eq!(alone, together[range]);
        }
    }

    #[test]
    fn odd_shapes_have_limits() {
        let lanes = Lanes { seed: 1, purpose: Purpose::Process, entity: 0, block: 0, columns: 1 };
        let mut column = vec![2.0; LANES];
        (column[0], column[1], column[2], column[3]) = (0.0, f64::INFINITY, f64::NAN, -1.0);
        lanes.gamma(0, &mut column, &mut GammaScratch::default());
        assert_eq!(column[..4], [0.0, f64::INFINITY, 0.0, 0.0]);
        assert!(column[4..].iter().all(|x| *x > 0.0));
    }
}
