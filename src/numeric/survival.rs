//! Survival functions over columns: the grids of the FFT ask for hundreds of thousands of values.
//!
//! Built like the kernels of [`kernel`](super::kernel): the same bits at every instruction set.
//!
//! | function | largest relative error | where |
//! |---|---|---|
//! | [`normal_sf_in_place`] | 7e-16 | from −40 to 37.5; gradual underflow beyond |
//! | [`lognormal_sf_in_place`] | that of the argument, magnified by z² | |

use super::choose::TILE;
use super::dispatch::{self, Kernel};
use super::kernel::{all_normal, exp_lane, ln_lane, ln_normal};

/// P(Z > z) of each element.
pub fn normal_sf_in_place(z: &mut [f64]) {
    dispatch::run(NormalSf(z));
}

/// P(X > x) of each element, ln X normal with mean `mu` and standard deviation `sigma`.
pub fn lognormal_sf_in_place(x: &mut [f64], mu: f64, sigma: f64) {
    dispatch::run(LogNormalSf { x, mu, sigma });
}

/// (x / scale)^−alpha, at most 1, of each element.
pub fn pareto_sf_in_place(x: &mut [f64], alpha: f64, scale: f64) {
    dispatch::run(ParetoSf { x, alpha, scale });
}

/// Kernel of [`normal_sf_in_place`], to run at a chosen level.
pub struct NormalSf<'a>(pub &'a mut [f64]);
/// Kernel of [`lognormal_sf_in_place`].
pub struct LogNormalSf<'a> {
    pub x: &'a mut [f64],
    pub mu: f64,
    pub sigma: f64,
}
/// Kernel of [`pareto_sf_in_place`].
pub struct ParetoSf<'a> {
    pub x: &'a mut [f64],
    pub alpha: f64,
    pub scale: f64,
}

impl Kernel for NormalSf<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for z in self.0 {
            *z = normal_sf_lane(*z);
        }
    }
}

impl Kernel for LogNormalSf<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (mu, precision) = (self.mu, 1.0 / self.sigma);
        for tile in self.x.chunks_mut(TILE) {
            if all_normal(tile) {
                for x in tile.iter_mut() {
                    *x = (ln_normal(*x, 0.0) - mu) * precision;
                }
            } else {
                for x in tile.iter_mut() {
                    // What is not above 0, NaN apart, is below every loss.
                    let logarithm = if *x <= 0.0 { f64::NEG_INFINITY } else { ln_lane(*x) };
                    *x = (logarithm - mu) * precision;
                }
            }
            NormalSf(tile).run();
        }
    }
}

impl Kernel for ParetoSf<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (power, scale) = (-self.alpha, self.scale);
        for x in self.x {
            let ratio = *x / scale;
            // Comparisons are written so that NaN passes.
            *x = exp_lane(ln_lane(if ratio < 1.0 { 1.0 } else { ratio }) * power);
        }
    }
}

/// (z + 4) P(Z > z) e^{z²/2} as a polynomial in t = (z − 4)/(z + 4) for z from 0 to 38.7, lowest
/// power first: relative error 7e-17. Interpolated with 70 digits at Chebyshev points; the variable
/// is that of Shepherd and Laframboise (1981, Mathematics of Computation 36(153), 249–253).
const MILLS: [f64; 24] = [
    0.7552851304157515,
    -0.6078966419718921,
    0.38713740074221453,
    -0.1865218579596572,
    0.0603965748909362,
    -0.0075401889667287714,
    -0.0034796923673873254,
    0.0016308184576210975,
    0.0001333443123583318,
    -0.0002310949354574026,
    -1.9082582831354833e-06,
    3.5144687570134536e-05,
    7.166661591640473e-07,
    -5.920178241679992e-06,
    -6.296980030308233e-07,
    1.0215638215212544e-06,
    2.718105105103556e-07,
    -1.549761910235767e-07,
    -8.541885045168615e-08,
    1.328693942556704e-08,
    1.9628553467234974e-08,
    1.9182109244726687e-09,
    -2.5251787017671715e-09,
    -7.272138524353013e-10,
];

/// P(Z > z); NaN passes.
#[inline(always)]
fn normal_sf_lane(z: f64) -> f64 {
    /// Beyond it the result is 0 to the last bit.
    const END: f64 = 38.7;
    /// Leaves 26 bits, so that the square of what is left is exact.
    const HIGH: u64 = !((1 << 27) - 1);

    let x = z.abs();
    let x = if x > END { END } else { x };
    let reciprocal = 1.0 / (x + 4.0);
    let t = (x - 4.0) * reciprocal;
    let t2 = t * t;
    // Even and odd powers apart: two short chains instead of a long one.
    let (mut even, mut odd) = (MILLS[22], MILLS[23]);
    for k in (0..11).rev() {
        even = even * t2 + MILLS[2 * k];
        odd = odd * t2 + MILLS[2 * k + 1];
    }
    let mills = (even + t * odd) * reciprocal;
    // e^{−x²/2} with the rounding of x² carried along.
    let high = f64::from_bits(x.to_bits() & HIGH);
    let rest = 0.5 * (x - high) * (x + high);
    let correction = 1.0 - rest * (1.0 - rest * (0.5 - rest * (1.0 / 6.0)));
    let tail = mills * (exp_lane(-0.5 * high * high) * correction);
    if z < 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::dispatch::{available, run_at};

    /// P(Z > z) by mpmath with 60 digits.
    const NORMAL_SF: [(f64, f64); 28] = [
        (-37.5, 1.0),
        (-8.25, 0.9999999999999999208),
        (-5.0, 0.99999971334842812081),
        (-2.3, 0.98927588997832418958),
        (-1.0, 0.84134474606854294859),
        (-0.5, 0.69146246127401310364),
        (-0.001, 0.50039894221391106259),
        (0.0, 0.5),
        (1e-09, 0.4999999996010577196),
        (0.01, 0.49601064368536839622),
        (0.3, 0.38208857781104736693),
        (0.75, 0.22662735237686819933),
        (1.0, 0.15865525393145705141),
        (1.5, 0.066807201268858066004),
        (2.0, 0.0227501319481792072),
        (2.75, 0.0029797632350545567543),
        (3.5, 0.00023262907903552503635),
        (4.0, 0.000031671241833119921254),
        (5.0, 2.8665157187919391167e-7),
        (6.5, 4.0160005838591178083e-11),
        (8.0, 6.2209605742717841235e-16),
        (11.3, 6.5608999409041561842e-30),
        (15.0, 3.6709661993127508858e-51),
        (20.0, 2.7536241186062336951e-89),
        (26.6, 3.3940245817743702788e-156),
        (31.0, 2.6952500812005000786e-211),
        (35.0, 1.124910706472406244e-268),
        (37.4, 1.953681561648992248e-306),
    ];

    fn one(z: f64) -> f64 {
        let mut z = [z];
        normal_sf_in_place(&mut z);
        z[0]
    }

    #[test]
    fn normal_against_sixty_digit_references() {
        for (z, want) in NORMAL_SF {
            let error = (one(z) / want - 1.0).abs();
            assert!(error <= 1e-15, "{z}: {error:e}");
        }
        for i in 0..40_000 {
            let z = -9.0 + 46.0 * f64::from(i) / 40_000.0;
            let error = (one(z) / crate::numeric::norm_sf(z) - 1.0).abs();
            assert!(error <= 3e-15, "{z}: {error:e}");
        }
    }

    #[test]
    fn normal_ends() {
        assert_eq!(one(f64::INFINITY), 0.0);
        assert_eq!(one(f64::NEG_INFINITY), 1.0);
        assert_eq!(one(1e300), 0.0);
        assert!(one(f64::NAN).is_nan());
        // Gradual underflow.
        assert!(one(38.4) > 0.0 && one(38.4) < f64::MIN_POSITIVE);
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let amounts: Vec<f64> = (0..1000)
            .map(|i| if i % 97 == 5 { 0.0 } else { libm::exp(0.04 * f64::from(i) - 3.0) })
            .collect();
        let at = |level| {
            let mut all = [amounts.clone(), amounts.clone(), amounts.clone()];
            let [z, x, y] = &mut all;
            run_at(level, NormalSf(z));
            run_at(level, LogNormalSf { x, mu: 10.0, sigma: 2.0 });
            run_at(level, ParetoSf { x: y, alpha: 1.4, scale: 5e3 });
            all.map(|column| column.into_iter().map(f64::to_bits).collect::<Vec<_>>())
        };
        let mut levels = available();
        let first = levels.next().map(at);
        assert!(levels.all(|level| Some(at(level)) == first));
    }
}
