//! Streams and samplers as random numbers: moments, goodness of fit against exact distribution
//! functions, independence across addresses. Seeds are fixed, so a failure is a change of code.
//!
//! A statistic passes within 4 standard errors, or at a p-value above 1e-4.

use _kebao::numeric::{beta_pq, gamma_pq, norm_cdf};
use _kebao::random::{Purpose, Stream, entity_id};

const N: usize = 200_000;

fn stream(entity: u64) -> Stream {
    Stream::new(2026, Purpose::Auxiliary, entity, 0)
}

/// Mean and variance within 4 standard errors of the exact ones; `kurtosis` is the exact
/// standardised fourth moment.
fn moments(name: &str, draws: &[f64], mean: f64, variance: f64, kurtosis: f64) {
    let n = draws.len() as f64;
    let got = draws.iter().sum::<f64>() / n;
    let z = (got - mean) / (variance / n).sqrt();
    assert!(z.abs() < 4.0, "{name}: mean {got}, expected {mean}, z {z:.2}");
    let got = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let z = (got / variance - 1.0) / ((kurtosis - 1.0) / n).sqrt();
    assert!(z.abs() < 4.0, "{name}: variance {got}, expected {variance}, z {z:.2}");
}

/// Kolmogorov–Smirnov against an exact distribution function; √n D > 2.23 has probability 1e-4.
fn ks(name: &str, draws: &[f64], cdf: impl Fn(f64) -> f64) {
    ks_below(f64::INFINITY, name, draws, cdf);
}

/// The same, looking no higher than `top`.
fn ks_below(top: f64, name: &str, draws: &[f64], cdf: impl Fn(f64) -> f64) {
    let mut sorted = draws.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let looked_at = sorted.iter().take_while(|x| **x <= top).enumerate();
    let distance = looked_at.fold(0.0_f64, |worst, (i, x)| {
        let f = cdf(*x);
        worst.max(f - i as f64 / n).max((i + 1) as f64 / n - f)
    });
    assert!(distance * n.sqrt() < 2.23, "{name}: √n D = {}", distance * n.sqrt());
}

/// Chi-square of counts against expected ones, cells merged to at least 10 expected.
fn chi_square(name: &str, cells: impl IntoIterator<Item = (f64, f64)>) {
    let (mut statistic, mut freedom, mut seen, mut expected) = (0.0, -1.0, 0.0, 0.0);
    for (count, wanted) in cells {
        seen += count;
        expected += wanted;
        if expected >= 10.0 {
            statistic += (seen - expected) * (seen - expected) / expected;
            freedom += 1.0;
            (seen, expected) = (0.0, 0.0);
        }
    }
    assert!(freedom >= 1.0, "{name}: too few cells");
    let (lower, upper) = gamma_pq(freedom / 2.0, statistic / 2.0);
    assert!(upper > 1e-4, "{name}: χ² {statistic:.1} on {freedom}, p {upper:e}");
    assert!(lower > 1e-4, "{name}: χ² {statistic:.1} on {freedom} is too good, p {lower:e}");
}

/// Counts against exact probabilities, by `cdf(k)` = P(N ≤ k).
fn counts(name: &str, draws: &[u64], from: u64, to: u64, cdf: impl Fn(u64) -> f64) {
    let n = draws.len() as f64;
    let mut seen = vec![0.0; (to - from + 2) as usize];
    for k in draws {
        seen[(*k).clamp(from, to + 1).saturating_sub(from) as usize] += 1.0;
    }
    let mut below = 0.0;
    let cells = (from..=to + 1).map(|k| {
        let up_to = if k > to { 1.0 } else { cdf(k) };
        let expected = n * (up_to - below);
        below = up_to;
        (seen[(k - from) as usize], expected)
    });
    chi_square(name, cells.collect::<Vec<_>>());
}

fn poisson_cdf(k: u64, mean: f64) -> f64 {
    gamma_pq(k as f64 + 1.0, mean).1
}

fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_pq((n - k) as f64, k as f64 + 1.0, 1.0 - p, p).0 }
}

#[test]
fn uniforms_are_uniform() {
    let mut u = vec![0.0; 1 << 20];
    stream(1).fill(&mut u);
    moments("uniform", &u, 0.5, 1.0 / 12.0, 1.8);
    ks("uniform", &u, |x| x);
    let mut cells = vec![0.0; 4096];
    for x in &u {
        cells[(x * 4096.0) as usize] += 1.0;
    }
    chi_square("uniform", cells.into_iter().map(|c| (c, 256.0)));
    // Low bits: the last 8 of the 52.
    let mut cells = vec![0.0; 256];
    for x in &u {
        cells[((x * 2f64.powi(52)) as u64 % 256) as usize] += 1.0;
    }
    chi_square("low bits", cells.into_iter().map(|c| (c, 4096.0)));
}

/// Correlation of two columns, in standard errors.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let products = a.iter().zip(b).map(|(x, y)| (x - 0.5) * (y - 0.5));
    products.sum::<f64>() * 12.0 / (a.len() as f64).sqrt()
}

#[test]
fn neighbours_in_a_stream_are_uncorrelated() {
    let mut u = vec![0.0; 1 << 18];
    stream(2).fill(&mut u);
    // 32 and 64 are the distances at which the tile layout repeats.
    for lag in [1, 2, 3, 8, 16, 31, 32, 33, 63, 64, 65, 128, 2048] {
        let z = correlation(&u[..u.len() - lag], &u[lag..]);
        assert!(z.abs() < 4.0, "lag {lag}: {z:.2}");
    }
    let mut cells = vec![0.0; 64 * 64];
    for pair in u.chunks_exact(2) {
        cells[(pair[0] * 64.0) as usize * 64 + (pair[1] * 64.0) as usize] += 1.0;
    }
    chi_square("pairs", cells.into_iter().map(|c| (c, 32.0)));
}

#[test]
fn neighbouring_addresses_are_independent() {
    let draw = |seed, purpose, entity, block| {
        let mut u = vec![0.0; 1 << 14];
        Stream::new(seed, purpose, entity, block).fill(&mut u);
        u
    };
    let base = draw(1, Purpose::Count, 1, 1);
    let others = [
        draw(2, Purpose::Count, 1, 1),
        draw(1, Purpose::Severity, 1, 1),
        draw(1, Purpose::Count, 2, 1),
        draw(1, Purpose::Count, 1 + (1 << 32), 1),
        draw(1, Purpose::Count, 1, 2),
        draw(1, Purpose::Count, 1, 1 + (1 << 32)),
        draw(0, Purpose::Count, 1, 1),
        draw(u64::MAX, Purpose::Count, 1, 1),
    ];
    for (i, other) in others.iter().enumerate() {
        let z = correlation(&base, other);
        assert!(z.abs() < 4.0, "address {i}: {z:.2}");
        assert!(base.iter().zip(other).all(|(a, b)| a != b), "address {i} shares a draw");
    }
    assert!(base == draw(1, Purpose::Count, 1, 1));
}

#[test]
fn the_first_draws_of_many_streams_are_uniform() {
    // What a loop over risks or blocks sees: one short stream after another.
    let first = |make: &dyn Fn(u64) -> Stream| -> Vec<f64> {
        (0..N as u64).map(|i| make(i).uniform()).collect()
    };
    let entities = first(&|i| Stream::new(7, Purpose::Count, i, 0));
    let blocks = first(&|i| Stream::new(7, Purpose::Count, 0, i));
    let seeds = first(&|i| Stream::new(i, Purpose::Count, 0, 0));
    let distant = first(&|i| Stream::new(7, Purpose::Count, 0, i << 32));
    for (name, u) in
        [("entities", entities), ("blocks", blocks), ("seeds", seeds), ("high blocks", distant)]
    {
        moments(name, &u, 0.5, 1.0 / 12.0, 1.8);
        ks(name, &u, |x| x);
        let z = correlation(&u[1..], &u[..u.len() - 1]);
        assert!(z.abs() < 4.0, "{name}: serial {z:.2}");
    }
}

#[test]
fn normals_and_exponentials() {
    let mut s = stream(3);
    let draws: Vec<f64> = (0..N).map(|_| s.normal()).collect();
    moments("normal", &draws, 0.0, 1.0, 3.0);
    ks("normal", &draws, norm_cdf);
    let draws: Vec<f64> = (0..N).map(|_| s.exponential()).collect();
    moments("exponential", &draws, 1.0, 1.0, 9.0);
    ks("exponential", &draws, |x| -(-x).exp_m1());
}

#[test]
fn gammas() {
    for (i, shape) in [0.05, 0.3, 0.999, 1.0, 1.5, 2.5, 30.0, 1e6].into_iter().enumerate() {
        let mut s = stream(100 + i as u64);
        let draws: Vec<f64> = (0..N).map(|_| s.gamma(shape)).collect();
        let name = format!("gamma({shape})");
        moments(&name, &draws, shape, shape, 3.0 + 6.0 / shape);
        ks(&name, &draws, |x| gamma_pq(shape, x).0);
    }
}

#[test]
fn betas() {
    for (i, (a, b)) in
        [(2.0, 5.0), (0.5, 0.5), (0.1, 3.0), (1.0, 1.0), (0.02, 0.03), (200.0, 0.7), (50.0, 800.0)]
            .into_iter()
            .enumerate()
    {
        let mut s = stream(200 + i as u64);
        let draws: Vec<f64> = (0..N).map(|_| s.beta(a, b)).collect();
        let name = format!("beta({a}, {b})");
        let total: f64 = a + b;
        let variance = a * b / (total * total * (total + 1.0));
        let excess = 6.0 * ((a - b) * (a - b) * (total + 1.0) - a * b * (total + 2.0))
            / (a * b * (total + 2.0) * (total + 3.0));
        moments(&name, &draws, a / total, variance, 3.0 + excess);
        // A small b has much of its mass nearer to 1 than doubles can tell apart.
        let top = if b < 0.5 { 0.999 } else { 1.0 };
        ks_below(top, &name, &draws, |x| beta_pq(a, b, x, 1.0 - x).0);
    }
}

#[test]
fn poissons() {
    for (i, mean) in [0.01, 1.0, 9.99, 10.0, 10.5, 37.3, 1000.0, 1e5].into_iter().enumerate() {
        let mut s = stream(300 + i as u64);
        let draws: Vec<u64> = (0..N).map(|_| s.poisson(mean)).collect();
        let floats: Vec<f64> = draws.iter().map(|k| *k as f64).collect();
        let name = format!("Poisson({mean})");
        moments(&name, &floats, mean, mean, 3.0 + 1.0 / mean);
        let reach = 6.0 * mean.sqrt() + 6.0;
        let (from, to) = ((mean - reach).max(0.0) as u64, (mean + reach) as u64);
        counts(&name, &draws, from, to, |k| poisson_cdf(k, mean));
    }
}

#[test]
fn large_poissons_are_normal_to_their_skewness() {
    // Beyond 1e9 the counts, standardised, follow the normal law with the first Cornish–Fisher
    // term; √n D stays below the threshold only if the rejection uses exact probabilities.
    for (i, mean) in [1e7_f64, 1e9, 3e12, 1e15].into_iter().enumerate() {
        let mut s = stream(400 + i as u64);
        let draws: Vec<f64> = (0..N).map(|_| s.poisson(mean) as f64).collect();
        let name = format!("Poisson({mean:e})");
        moments(&name, &draws, mean, mean, 3.0);
        ks(&name, &draws, |k| {
            let z = (k + 0.5 - mean) / mean.sqrt();
            norm_cdf(z - (z * z - 1.0) / (6.0 * mean.sqrt()))
        });
    }
}

#[test]
fn binomials() {
    let cases = [
        (1, 0.3),
        (10, 0.5),
        (20, 0.95),
        (100, 0.0999),
        (100, 0.1001),
        (100, 0.5),
        (1000, 0.7),
        (100_000, 0.25),
        (1_000_000_000, 1e-9),
        (1_000_000_000, 3e-7),
    ];
    for (i, (n, p)) in cases.into_iter().enumerate() {
        let mut s = stream(500 + i as u64);
        let draws: Vec<u64> = (0..N).map(|_| s.binomial(n, p)).collect();
        assert!(draws.iter().all(|k| *k <= n));
        let floats: Vec<f64> = draws.iter().map(|k| *k as f64).collect();
        let name = format!("binomial({n}, {p})");
        let mean = n as f64 * p;
        let variance = mean * (1.0 - p);
        let kurtosis = 3.0 + (1.0 - 6.0 * p * (1.0 - p)) / variance;
        moments(&name, &floats, mean, variance, kurtosis);
        let reach = 6.0 * variance.sqrt() + 6.0;
        let (from, to) = ((mean - reach).max(0.0) as u64, ((mean + reach) as u64).min(n));
        counts(&name, &draws, from, to, |k| binomial_cdf(k, n, p));
    }
}

#[test]
fn geometrics() {
    for (i, p) in [0.9_f64, 0.3, 0.01].into_iter().enumerate() {
        let mut s = stream(600 + i as u64);
        let draws: Vec<u64> = (0..N).map(|_| s.geometric(p)).collect();
        let name = format!("geometric({p})");
        let to = (20.0 / p) as u64;
        counts(&name, &draws, 0, to, |k| 1.0 - (1.0 - p).powf(k as f64 + 1.0));
    }
    // So rare that 1 − p rounds to 1.
    let mut s = stream(650);
    let draws: Vec<f64> = (0..N).map(|_| s.geometric(1e-17) as f64 * 1e-17).collect();
    ks("geometric(1e-17)", &draws, |x| -(-x).exp_m1());
}

#[test]
fn parameters_out_of_range_give_the_nearest_limit() {
    let mut s = stream(700);
    for bad in [0.0, -1.0, f64::NAN] {
        assert_eq!(s.gamma(bad), 0.0);
        assert_eq!(s.poisson(bad), 0);
        assert_eq!(s.binomial(10, bad), 0);
        assert_eq!(s.geometric(bad), u64::MAX);
        assert_eq!(s.beta(bad, 1.0), 0.0);
        assert_eq!(s.beta(1.0, bad), 1.0);
    }
    assert_eq!(s.position(), 0);
    assert_eq!(s.gamma(f64::INFINITY), f64::INFINITY);
    assert_eq!(s.poisson(f64::INFINITY), u64::MAX);
    assert_eq!(s.binomial(10, 1.5), 10);
    assert_eq!(s.binomial(0, 0.5), 0);
    assert_eq!(s.geometric(1.0), 0);
    // Extreme but valid: finite work, values in range.
    for _ in 0..1000 {
        assert!(s.gamma(1e-300) >= 0.0);
        assert!(s.gamma(1e300).is_finite());
        assert!((0.0..=1.0).contains(&s.beta(1e-5, 1e-5)));
        assert!((0.0..=1.0).contains(&s.beta(1e300, 1e300)));
        assert!(s.poisson(1e-300) <= 1);
        assert!(s.poisson(1e19) > 9_900_000_000_000_000_000);
        assert!(s.binomial(u64::MAX, 0.5) > u64::MAX / 4);
        assert!(s.binomial(u64::MAX, 1e-19) < 50);
    }
}

#[test]
fn entity_ids_are_the_first_bytes_of_sha256() {
    // SHA-256 of "" is e3b0c44298fc1c14…, of "abc" ba7816bf8f01cfea… (FIPS 180-4 examples).
    assert_eq!(entity_id(""), u64::from_le_bytes([0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14]));
    assert_eq!(
        entity_id("abc"),
        u64::from_le_bytes([0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea])
    );
}
