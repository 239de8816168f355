//! Quadrature: a fixed rule for smooth integrands, an adaptive one with an error estimate.

/// Gauss–Legendre nodes and weights of order 20 on [−1, 1], the positive half.
const LEGENDRE_20: [(f64, f64); 10] = [
    (0.076526521133497333755, 0.1527533871307258507),
    (0.22778585114164507808, 0.14917298647260374679),
    (0.37370608871541956067, 0.14209610931838205133),
    (0.510867001950827098, 0.1316886384491766269),
    (0.63605368072651502545, 0.11819453196151841731),
    (0.74633190646015079261, 0.10193011981724043504),
    (0.83911697182221882339, 0.083276741576704748725),
    (0.91223442825132590587, 0.06267204833410906357),
    (0.96397192727791379127, 0.040601429800386941331),
    (0.99312859918509492479, 0.017614007139152118312),
];

/// Gauss–Hermite nodes and weights of order 32 for the standard normal, the positive half.
const NORMAL_32: [(f64, f64); 16] = [
    (0.27554641923027580801, 0.21170556988047931757),
    (0.82728490377976519178, 0.15653899375759844489),
    (1.3809801992721441616, 0.08534480827208076015),
    (1.9380049059257173503, 0.034109847726092050511),
    (2.4998404151873952454, 0.0099034617023205918768),
    (3.0681351690131213054, 0.0020620510513078847176),
    (3.6447812498808331112, 0.00030255702581706249216),
    (4.2320211099954097951, 0.000030559803060896301541),
    (4.8326046132444886126, 2.0596221039534288761e-6),
    (5.45003327362342807, 8.8812907131058950894e-8),
    (6.088964309076986814, 2.312518412074240541e-9),
    (6.7559308305407047448, 3.3475012398012070049e-11),
    (7.4607557541215187579, 2.3780648557778086759e-13),
    (8.2197287653822454014, 6.7552902236701187406e-16),
    (9.0643992107024061748, 5.2084495919608612944e-19),
    (10.077422674229465946, 4.1246074890182693364e-23),
];

/// Nodes on [−1, 1] and weights of the 20-point Gauss–Legendre rule.
pub fn legendre_20() -> impl Iterator<Item = (f64, f64)> {
    LEGENDRE_20.iter().flat_map(|(x, w)| [(-x, *w), (*x, *w)])
}

/// Panels that [`adaptive`] may split.
const MOST_PANELS: usize = 4096;

/// ∫ f over [low, high] by the 20-point Gauss–Legendre rule.
pub fn gauss_legendre(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (centre, half) = (0.5 * (low + high), 0.5 * (high - low));
    half * LEGENDRE_20
        .iter()
        .map(|(x, w)| w * (f(centre - half * x) + f(centre + half * x)))
        .sum::<f64>()
}

/// E f(Z), Z standard normal, by the 32-point Gauss–Hermite rule.
pub fn normal_mean(f: impl Fn(f64) -> f64) -> f64 {
    NORMAL_32.iter().map(|(z, w)| w * (f(-z) + f(*z))).sum()
}

/// The places and weights of [`normal_mean`].
pub fn normal_nodes() -> impl Iterator<Item = (f64, f64)> {
    NORMAL_32.iter().flat_map(|(z, w)| [(-z, *w), (*z, *w)])
}

/// ∫ e^(−f) over (0, reach), f(0) = 0, f convex with the slope (≥ 0 or nearly) and the curvature given at 0.
///
/// Panels end where a parabola of that slope and curvature reaches 50/9, 200/9 and 50.
pub(super) fn tail_integral(slope: f64, curvature: f64, reach: f64, f: impl Fn(f64) -> f64) -> f64 {
    let edge = |v: f64| {
        let h = 2.0 * v / (slope + libm::sqrt(slope * slope + 2.0 * curvature * v));
        if h < reach { h } else { reach }
    };
    let mut from = 0.0;
    [50.0 / 9.0, 200.0 / 9.0, 50.0]
        .into_iter()
        .map(|v| {
            let low = std::mem::replace(&mut from, edge(v));
            gauss_legendre(low, from, |h| libm::exp(-f(h)))
        })
        .sum()
}

/// ∫ f over [low, high], halved where the 20-point rule and its two halves disagree.
///
/// Returns the integral and an estimate of its absolute error. What is not finite is not refined, and
/// no integrand, however rough, takes more than a few thousand panels.
pub fn adaptive(low: f64, high: f64, relative: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut panels = vec![(low, high, gauss_legendre(low, high, &f), 0u32)];
    let (mut total, mut error) = (0.0, 0.0);
    let mut scale = panels[0].2.abs();
    let mut split = 0;
    while let Some((a, b, whole, depth)) = panels.pop() {
        let middle = 0.5 * (a + b);
        let (left, right) = (gauss_legendre(a, middle, &f), gauss_legendre(middle, b, &f));
        let gap = (left + right - whole).abs();
        scale = scale.max((total + left + right).abs());
        let settled = gap <= relative * scale || !gap.is_finite();
        split += 1;
        if settled || depth >= 40 || split > MOST_PANELS {
            total += left + right;
            error += gap;
        } else {
            panels.push((middle, b, right, depth + 1));
            panels.push((a, middle, left, depth + 1));
        }
    }
    (total, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_exact_for_polynomials() {
        let power = |n: i32| gauss_legendre(0.0, 2.0, |x| x.powi(n));
        for n in 0..39 {
            let exact = 2f64.powi(n + 1) / f64::from(n + 1);
            assert!((power(n) / exact - 1.0).abs() < 1e-13, "{n}");
        }
        for (n, moment) in [(0, 1.0), (2, 1.0), (4, 3.0), (6, 15.0), (8, 105.0)] {
            assert!((normal_mean(|z| z.powi(n)) / moment - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_kink_is_found() {
        let (value, error) = adaptive(0.0, 1.0, 1e-13, |x| (x - 0.3).abs());
        assert!((value - 0.29).abs() < 1e-12 && error < 1e-11);
    }
}
