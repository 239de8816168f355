//! The normal distribution function and its relatives.

use libm::{erfc, exp, log, log1p};

use super::double::Double;

const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
const SQRT_2PI: f64 = 2.506_628_274_631_000_502_42;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_741_78;

/// P(Z > z), to full relative accuracy down to the smallest numbers.
pub fn norm_sf(z: f64) -> f64 {
    if z < 1.0 { 0.5 * erfc(z * SQRT_HALF) } else { norm_pdf(z) * mills(z) }
}

/// P(Z ≤ z).
pub fn norm_cdf(z: f64) -> f64 {
    norm_sf(-z)
}

/// Density of the standard normal.
pub fn norm_pdf(z: f64) -> f64 {
    if z.abs() > 40.0 {
        return 0.0;
    }
    let square = Double::product(z, z);
    Double { hi: 0.5 * square.hi, lo: 0.5 * square.lo }.exp_neg() / SQRT_2PI
}

/// Mills' ratio P(Z > z) ÷ density: as smooth as 1/z where both of them vanish.
///
/// For z ≥ 1.77 the rational approximations of Sun's fdlibm (`s_erf.c`, 1993) without their e^(−x²).
pub fn mills(z: f64) -> f64 {
    const RA: [f64; 8] = [
        -9.86494403484714822705e-03,
        -6.93858572707181764372e-01,
        -1.05586262253232909814e+01,
        -6.23753324503260060396e+01,
        -1.62396669462573470355e+02,
        -1.84605092906711035994e+02,
        -8.12874355063065934246e+01,
        -9.81432934416914548592e+00,
    ];
    const SA: [f64; 9] = [
        1.0,
        1.96512716674392571292e+01,
        1.37657754143519042600e+02,
        4.34565877475229228821e+02,
        6.45387271733267880336e+02,
        4.29008140027567833386e+02,
        1.08635005541779435134e+02,
        6.57024977031928170135e+00,
        -6.04244152148580987438e-02,
    ];
    const RB: [f64; 7] = [
        -9.86494292470009928597e-03,
        -7.99283237680523006574e-01,
        -1.77579549177547519889e+01,
        -1.60636384855821916062e+02,
        -6.37566443368389627722e+02,
        -1.02509513161107724954e+03,
        -4.83519191608651397019e+02,
    ];
    const SB: [f64; 8] = [
        1.0,
        3.03380607434824582924e+01,
        3.25792512996573918826e+02,
        1.53672958608443695994e+03,
        3.19985821950859553908e+03,
        2.55305040643316442583e+03,
        4.74528541206955367215e+02,
        -2.24409524465858183362e+01,
    ];
    let horner = |c: &[f64], y: f64| c.iter().rev().fold(0.0, |sum, c| sum * y + c);
    let x = z * SQRT_HALF;
    if x < 1.25 {
        return 0.5 * erfc(x) / norm_pdf(z);
    }
    let y = 1.0 / (x * x);
    let rest = if x < 1.0 / 0.35 {
        horner(&RA, y) / horner(&SA, y)
    } else if x < 28.0 {
        horner(&RB, y) / horner(&SB, y)
    } else {
        // √π x erfcx(x) = 1 − y/2 + 3y²/4 − 15y³/8 …
        return (1.0 - 0.5 * y * (1.0 - 1.5 * y * (1.0 - 2.5 * y * (1.0 - 3.5 * y)))) / z;
    };
    SQRT_2PI * 0.5 * exp(rest - 0.5625) / x
}

/// ln P(Z > z), also where P(Z > z) underflows.
pub fn ln_norm_sf(z: f64) -> f64 {
    if z < 1.0 {
        return if z < -1.0 { log1p(-norm_sf(-z)) } else { log(norm_sf(z)) };
    }
    log(mills(z)) - 0.5 * z * z - LN_SQRT_2PI
}
