//! Our own exponential, logarithm and normal quantile: against 60-digit references, over columns
//! of every length, and with the same bits at every instruction set.

#![expect(clippy::approx_constant, reason = "tables of references")]

use _kebao::numeric::dispatch::{Level, available, level, run_at};
use _kebao::numeric::kernel::{
    Exp, Ln, LogNormal, NormalIsf, Pareto, exp, exp_in_place, ln, ln_in_place, lognormal_in_place,
    lognormal_isf, normal_isf, normal_isf_in_place, pareto_in_place, pareto_isf,
};
use _kebao::numeric::norm_sf;
use _kebao::random::{Purpose, Stream};

/// The largest relative error and where it is.
fn worst(table: &[(f64, f64)], f: impl Fn(f64) -> f64) -> (f64, f64) {
    let errors = table.iter().map(|(x, want)| (((f(*x) - want) / want).abs(), *x));
    errors.fold(
        (0.0, 0.0),
        |worst, next| {
            if next.0.total_cmp(&worst.0).is_gt() { next } else { worst }
        },
    )
}

#[test]
fn against_sixty_digit_references() {
    let (error, at) = worst(EXP, exp);
    assert!(error <= 2.5e-16, "exp({at}): {error:e}");
    let (error, at) = worst(LN, ln);
    assert!(error <= 2.5e-16, "ln({at}): {error:e}");
    let (error, at) = worst(NORMAL_ISF, normal_isf);
    assert!(error <= 1e-15, "normal_isf({at}): {error:e}");
}

#[test]
fn exp_ends() {
    let least = f64::from_bits(1);
    assert_eq!(exp(0.0), 1.0);
    assert_eq!(exp(-0.0), 1.0);
    assert_eq!(exp(709.782712893384), 1.7976931348622732e308);
    assert_eq!(exp(709.7827128933841), f64::INFINITY);
    assert_eq!(exp(1e308), f64::INFINITY);
    assert_eq!(exp(f64::INFINITY), f64::INFINITY);
    // Gradual underflow: e^−745.13 is just above half the least number, e^−745.14 just below.
    assert_eq!(exp(-745.13), least);
    assert_eq!(exp(-745.14), 0.0);
    assert_eq!(exp(-740.0), 4.2e-322);
    assert_eq!(exp(f64::NEG_INFINITY), 0.0);
    assert_eq!(exp(-1e308), 0.0);
    assert!(exp(f64::NAN).is_nan());
}

#[test]
fn ln_ends() {
    assert_eq!(ln(1.0), 0.0);
    assert_eq!(ln(0.0), f64::NEG_INFINITY);
    assert_eq!(ln(-0.0), f64::NEG_INFINITY);
    assert_eq!(ln(f64::INFINITY), f64::INFINITY);
    for x in [f64::NAN, -1.0, -1e-320, f64::NEG_INFINITY] {
        assert!(ln(x).is_nan(), "{x}");
    }
}

#[test]
fn normal_isf_ends() {
    assert_eq!(normal_isf(0.5), 0.0);
    assert_eq!(normal_isf(0.0), f64::INFINITY);
    assert_eq!(normal_isf(1.0), f64::NEG_INFINITY);
    for q in [f64::NAN, -1e-300, -2.0, 1.0000000000000002, f64::INFINITY] {
        assert!(normal_isf(q).is_nan(), "{q}");
    }
}

#[test]
fn the_quantile_falls_and_inverts_the_survival_function() {
    let mut previous = f64::INFINITY;
    for i in 0..40_000 {
        let q = exp(-709.0 * (1.0 - f64::from(i) / 40_000.0).powi(2)).min(1.0 - 1e-15);
        let z = normal_isf(q);
        assert!(z < previous, "not falling at {q}");
        previous = z;
        // A relative step in q moves z by 1/(z² + …): the tolerance grows with z².
        let back = norm_sf(z);
        assert!(((back - q) / q).abs() < 3e-15 * (1.0 + z * z), "{q}: {back}");
    }
    // Symmetric: q and 1 − q are both exact for these.
    for i in 1..1024 {
        let q = f64::from(i) / 2048.0;
        assert_eq!(normal_isf(q), -normal_isf(1.0 - q));
    }
}

/// Ordinary uniforms, extremes and nonsense.
fn inputs(length: usize) -> Vec<f64> {
    let mut stream = Stream::new(11, Purpose::Auxiliary, 22, 33);
    let odd = [
        0.0,
        -0.0,
        1.0,
        0.5,
        5e-324,
        1e-310,
        1e-200,
        1e-12,
        0.075,
        0.925,
        1.0 - 1e-16,
        -1.0,
        2.0,
        800.0,
        -720.0,
        -744.0,
        -800.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    (0..length)
        .map(|i| if i % 7 == 3 { odd[i / 7 % odd.len()] } else { stream.uniform() })
        .collect()
}

/// Bits, all NaN alike: the language leaves their payload open.
fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| if v.is_nan() { u64::MAX } else { v.to_bits() }).collect()
}

fn check(
    name: &str,
    kernel: impl Fn(&mut [f64], Level),
    whole: impl Fn(&mut [f64]),
    scalar: impl Fn(f64) -> f64,
) {
    for length in [0, 1, 7, 8, 63, 511, 512, 513, 4099] {
        let input = inputs(length);
        let want: Vec<f64> = input.iter().map(|x| scalar(*x)).collect();
        let mut column = input.clone();
        whole(&mut column);
        assert!(bits(&column) == bits(&want), "{name} at {:?}, {length}", level());
        for level in available() {
            let mut column = input.clone();
            kernel(&mut column, level);
            assert!(bits(&column) == bits(&want), "{name} at {level:?}, {length}");
        }
    }
}

#[test]
fn scalars_columns_and_instruction_sets_agree_to_the_bit() {
    check("exp", |x, l| run_at(l, Exp(x)), exp_in_place, exp);
    check("ln", |x, l| run_at(l, Ln(x)), ln_in_place, ln);
    check("normal_isf", |x, l| run_at(l, NormalIsf(x)), normal_isf_in_place, normal_isf);
    let (mu, sigma) = (12.6, 1.7);
    check(
        "lognormal",
        |u, l| run_at(l, LogNormal { u, mu, sigma }),
        |u| lognormal_in_place(u, mu, sigma),
        |u| lognormal_isf(u, mu, sigma),
    );
    let (alpha, scale) = (1.4, 5e6);
    check(
        "Pareto",
        |u, l| run_at(l, Pareto { u, alpha, scale }),
        |u| pareto_in_place(u, alpha, scale),
        |u| pareto_isf(u, alpha, scale),
    );
}

#[test]
fn quantiles_of_losses_by_hand() {
    // Median e^mu; survival 0.158655… is one standard deviation up.
    assert!((lognormal_isf(0.5, 2.0, 1.5) / exp(2.0) - 1.0).abs() < 1e-15);
    assert!((lognormal_isf(norm_sf(1.0), 2.0, 1.5) / exp(3.5) - 1.0).abs() < 1e-15);
    // scale · u^(−1/alpha): u = 2^−10, alpha = 2 gives 2^5.
    assert!((pareto_isf(2f64.powi(-10), 2.0, 3.0) / 96.0 - 1.0).abs() < 1e-15);
    assert_eq!(pareto_isf(1.0, 1.4, 5e6), 5e6);
    assert_eq!(pareto_isf(0.0, 1.4, 5e6), f64::INFINITY);
}

/// (x, e^x), mpmath with 60 digits.
const EXP: &[(f64, f64)] = &[
    (-708.0, 3.307553003638408e-308),
    (-700.5, 5.980196118639791e-305),
    (-650.25, 3.9811921806329143e-283),
    (-512.3, 3.242925121119957e-223),
    (-400.0, 1.9151695967140057e-174),
    (-300.7, 2.556520571425501e-131),
    (-200.1, 1.252201360081409e-87),
    (-100.0, 3.720075976020836e-44),
    (-87.33654475, 1.175494351472462e-38),
    (-50.5, 1.1698459177061964e-22),
    (-36.7, 1.1518409493076097e-16),
    (-20.0, 2.061153622438558e-09),
    (-10.1, 4.1079555225300724e-05),
    (-5.0, 0.006737946999085467),
    (-2.302585092994046, 0.09999999999999998),
    (-1.0, 0.36787944117144233),
    (-0.6931471805599453, 0.5),
    (-0.34657359027997264, 0.7071067811865476),
    (-0.1, 0.9048374180359595),
    (-0.001, 0.999000499833375),
    (-1e-08, 0.9999999900000001),
    (-1e-17, 1.0),
    (1e-300, 1.0),
    (5e-324, 1.0),
    (1e-16, 1.0),
    (1e-05, 1.00001000005),
    (0.01, 1.010050167084168),
    (0.34657359027997264, 1.414213562373095),
    (0.3465735902799727, 1.4142135623730951),
    (0.5, 1.6487212707001282),
    (0.6931471805599453, 2.0),
    (1.0, 2.718281828459045),
    (1.0397207708399179, 2.82842712474619),
    (2.0, 7.38905609893065),
    (3.141592653589793, 23.140692632779267),
    (7.7, 2208.347991887209),
    (13.1, 488942.41461545986),
    (16.2, 10853519.89906441),
    (25.0, 72004899337.38588),
    (42.42, 2.6471095956450545e+18),
    (88.7, 3.325986980250579e+38),
    (123.456, 4.132944352778106e+53),
    (250.5, 6.176859412643206e+108),
    (333.33, 5.7993544454977664e+144),
    (500.0, 1.4035922178528375e+217),
    (600.125, 4.2753921173884926e+260),
    (700.0, 1.0142320547350045e+304),
    (709.0, 8.218407461554972e+307),
    (709.78, 1.7928227943945155e+308),
];

/// (x, ln x), mpmath with 60 digits.
const LN: &[(f64, f64)] = &[
    (5e-324, -744.4400719213812),
    (1e-323, -743.7469247408213),
    (3.5e-310, -712.5486158596588),
    (2.225073858507201e-308, -708.3964185322641),
    (2.2250738585072014e-308, -708.3964185322641),
    (1e-300, -690.7755278982137),
    (1e-200, -460.51701859880916),
    (1.3e-100, -229.9961450349371),
    (1e-50, -115.12925464970229),
    (1e-20, -46.051701859880914),
    (1.1102230246251565e-16, -36.7368005696771),
    (1e-10, -23.025850929940457),
    (1e-05, -11.512925464970229),
    (0.001, -6.907755278982137),
    (0.1, -2.3025850929940455),
    (0.25, -1.3862943611198906),
    (0.5, -0.6931471805599453),
    (0.7071067811865475, -0.34657359027997275),
    (0.7071067811865476, -0.3465735902799726),
    (0.75, -0.2876820724517809),
    (0.9, -0.10536051565782628),
    (0.99, -0.01005033585350145),
    (0.999999, -1.000000500029089e-06),
    (0.9999999999999999, -1.1102230246251565e-16),
    (1.0000000000000002, 2.2204460492503128e-16),
    (1.000001, 9.999994999180668e-07),
    (1.01, 0.009950330853168092),
    (1.1, 0.09531017980432493),
    (1.4142135623730951, 0.3465735902799727),
    (1.414213562373095, 0.3465735902799726),
    (1.5, 0.4054651081081644),
    (2.0, 0.6931471805599453),
    (2.718281828459045, 1.0),
    (3.0, 1.0986122886681098),
    (10.0, 2.302585092994046),
    (100.0, 4.605170185988092),
    (12345.678, 9.421061321291832),
    (10000000000.0, 23.025850929940457),
    (1e+20, 46.051701859880914),
    (1e+100, 230.25850929940458),
    (1e+200, 460.51701859880916),
    (1e+300, 690.7755278982137),
    (1.7976931348623157e+308, 709.782712893384),
];

/// (q, z with P(Z > z) = q): roots of `erfc(z/√2)/2 = q`, mpmath with 60 digits.
const NORMAL_ISF: &[(f64, f64)] = &[
    (5e-324, 38.467405617144344),
    (1e-310, 37.663060331949524),
    (2.2250738585072014e-308, 37.5193793471445),
    (1e-300, 37.0470962993612),
    (1e-250, 33.79958617269484),
    (1e-200, 30.20559417957964),
    (1e-150, 26.122961190593983),
    (1e-100, 21.273453560965326),
    (1e-50, 14.933337534788489),
    (1e-30, 11.464024688443615),
    (1e-20, 9.262340089798407),
    (1e-18, 8.757290348782314),
    (1e-16, 8.222082216130435),
    (1.1102230246251565e-16, 8.209536151601387),
    (1e-14, 7.650628092935269),
    (1e-12, 7.034483825301132),
    (1.388794386496402e-11, 6.657904643501103),
    (1.4e-11, 6.656723091518184),
    (1e-10, 6.361340902404057),
    (1e-08, 5.612001244174789),
    (1e-06, 4.753424308822899),
    (1e-05, 4.264890793922825),
    (0.0001, 3.7190164854556804),
    (0.001, 3.0902323061678136),
    (0.005, 2.575829303548901),
    (0.01, 2.326347874040841),
    (0.025, 1.9599639845400543),
    (0.05, 1.6448536269514726),
    (0.0749999, 1.4395321773759007),
    (0.075, 1.439531470938456),
    (0.07500000001, 1.4395314708678122),
    (0.1, 1.2815515655446004),
    (0.25, 0.6744897501960817),
    (0.3, 0.5244005127080408),
    (0.4, 0.2533471031357997),
    (0.49, 0.025068908258711057),
    (0.4999, 0.00025066283008800747),
    (0.499999999, 2.5066283428845328e-09),
    (0.49999999999999994, 1.3914582123358836e-16),
    (0.5000000000000001, -2.782916424671767e-16),
    (0.5000001, -2.506628273311648e-07),
    (0.6, -0.2533471031357997),
    (0.75, -0.6744897501960817),
    (0.9, -1.2815515655446006),
    (0.925, -1.4395314709384561),
    (0.92500001, -1.439531541582168),
    (0.95, -1.6448536269514722),
    (0.99, -2.3263478740408408),
    (0.999, -3.090232306167813),
    (0.99999, -4.264890793923841),
    (0.9999999999, -6.361340889697422),
    (0.9999999999999, -7.3487545403000425),
    (0.9999999999999999, -8.209536151601387),
];
