//! What must hold for any family at any argument.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::tests::{examples, near};
use super::*;

/// Any severity of plain parameters that takes these numbers.
fn made(family: usize, p: [f64; 4]) -> Option<Severity> {
    let [a, b, c, d] = p;
    let made = match family % 24 {
        0 => LogNormal::new(a, b).map(Into::into),
        1 => Exponential::new(a).map(Into::into),
        2 => Weibull::new(a, b).map(Into::into),
        3 => Pareto::new(a, b).map(Into::into),
        4 => Lomax::new(a, b).map(Into::into),
        5 => GPD::new(a, b, c).map(Into::into),
        6 => GEV::new(a, b, c).map(Into::into),
        7 => Frechet::new(a, b).map(Into::into),
        8 => Burr::new(a, b, c).map(Into::into),
        9 => LogLogistic::new(a, b).map(Into::into),
        10 => Gamma::new(a, b).map(Into::into),
        11 => InverseGamma::new(a, b).map(Into::into),
        12 => InverseGaussian::new(a, b).map(Into::into),
        13 => GB2::new(a, b, c, d).map(Into::into),
        14 => LogGamma::new(a, b, c).map(Into::into),
        15 => LogPareto::new(a, b, c).map(Into::into),
        16 => LogT::new(a, b, c).map(Into::into),
        17 => Uniform::new(a, b).map(Into::into),
        18 => Beta::new(a, b, c).map(Into::into),
        19 => MBBEFD::new(a, b).map(Into::into),
        20 => MixedErlang::new(vec![0.5, 0.5], a).map(Into::into),
        21 => PiecewisePareto::new(vec![a, b], &[c, d]).map(Into::into),
        22 => Empirical::new(&p, None).map(Into::into),
        _ => LogNormal::new(1.0, 1.0)
            .and_then(|x| Shifted::new(Truncated::new(x.into(), a, b)?.into(), c).map(Into::into)),
    };
    made.ok()
}

/// Every function at these arguments; how long the slowest of them took.
fn everything(x: &Severity, at: [f64; 2]) -> Duration {
    let [u, v] = at;
    let asked: [&dyn Fn() -> f64; 12] = [
        &|| x.sf(v),
        &|| x.cdf(v),
        &|| x.pdf(v),
        &|| x.isf(u),
        &|| x.quantile(u),
        &|| x.lev(v),
        &|| x.layer_mean(u, v),
        &|| x.excess(v),
        &|| x.log_sf(v),
        &|| x.log_pdf(v),
        &|| x.moment(2) + x.variance(),
        &|| {
            let mut draws = [u.abs().fract(), 0.3];
            x.sample(&mut draws);
            draws[0] + x.sf_derivatives(v).iter().sum::<f64>()
        },
    ];
    let mut slowest = Duration::ZERO;
    for f in asked {
        let start = Instant::now();
        let _ = f();
        slowest = slowest.max(start.elapsed());
    }
    slowest
}

proptest! {
    #[test]
    fn quantile_inverts_the_distribution(i in any::<prop::sample::Index>(), p in 1e-12f64..1.0) {
        let x = &i.get(&examples()).clone();
        let v = x.isf(p);
        prop_assert!(x.sf(v) <= p * (1.0 + 1e-11), "{:?} isf({p}) = {v}, sf = {}", x, x.sf(v));
        let below = v * (1.0 - 1e-9);
        prop_assert!(v == 0.0 || x.sf(below) >= p * (1.0 - 1e-11), "{:?}", x);
    }

    #[test]
    fn layers_add_up(i in any::<prop::sample::Index>(), a in 0.0f64..1e7, l in 1.0f64..1e7, m in 1.0f64..1e7) {
        let x = &i.get(&examples()).clone();
        let whole = x.layer_mean(l + m, a);
        let parts = x.layer_mean(l, a) + x.layer_mean(m, a + l);
        prop_assert!(near(whole, parts, 1e-10) || whole < 1e-280, "{:?} {whole} {parts}", x);
        prop_assert!(x.layer_mean(l, a) <= l * x.sf(a) * (1.0 + 1e-12));
    }


    #[test]
    fn limited_means_rise_and_bend_down(
        i in any::<prop::sample::Index>(),
        a in 0.0f64..3e6,
        step in 1.0f64..3e6,
    ) {
        let x = &i.get(&examples()).clone();
        let [low, middle, high] = [0.0, 1.0, 2.0].map(|k| x.lev(a + k * step));
        let slack = 1e-12 * high;
        prop_assert!(low <= middle + slack && middle <= high + slack, "{:?} {low} {middle} {high}", x);
        prop_assert!(low + high <= 2.0 * middle + slack, "{:?} {low} {middle} {high}", x);
        prop_assert!(high <= (a + 2.0 * step) * (1.0 + 1e-12));
    }

    #[test]
    fn splices_integrate_to_one(
        sigma in 0.2f64..3.0,
        alpha in 0.5f64..5.0,
        at in 0.05f64..0.95,
        further in 1.1f64..50.0,
        weight in 0.0f64..1.0,
        continuous in any::<bool>(),
    ) {
        let body: Severity = LogNormal::new(10.0, sigma).unwrap().into();
        let first = body.isf(at);
        let pieces = vec![
            body,
            Lomax::new(alpha, 2e4).unwrap().into(),
            Pareto::new(alpha, first * further).unwrap().into(),
        ];
        let weights = [1.0 - weight, 0.5 * weight, 0.5 * weight];
        let weights = (!continuous).then_some(&weights[..]);
        let x = Spliced::of(pieces, &[first, first * further], weights).unwrap();
        let (low, high) = (x.quantile(1e-9), x.isf(1e-9));
        let inside = integrate(&x, low, high - low, |t, _| x.pdf(t));
        let whole = inside + x.sf(high) + x.cdf(low);
        prop_assert!((whole - 1.0).abs() < 1e-10, "{:?} {whole}", x);
    }

    #[test]
    fn quantiles_of_probabilities_come_back(
        i in any::<prop::sample::Index>(),
        q in 1e-12f64..1.0,
    ) {
        let x = &i.get(&examples()).clone();
        let v = x.isf(q);
        let (s, p) = (x.sf(v), x.cdf(v));
        // Where there is no atom, q comes back; everywhere the quantile of what comes back is v.
        let smooth = x.sf(v * (1.0 - 1e-9)) - s < 1e-6 * q.min(1.0 - q) && v > 0.0;
        prop_assert!(!smooth || (s - q).abs() < 1e-10 * q, "{:?} {q} {v} {s}", x);
        if smooth && v < x.support().1 {
            let condition = p.min(1.0 - p) / (v * x.pdf(v));
            let allowed = 1e-12 + 1e-14 * condition.min(1e6);
            let back = x.quantile(p);
            prop_assert!(near(back, v, allowed) || condition > 1e6, "{:?} {p} {v} {back}", x);
        }
    }

    #[test]
    fn nothing_panics_or_hangs(
        i in any::<prop::sample::Index>(),
        family in any::<usize>(),
        wild in any::<[u64; 4]>(),
        tame in prop::array::uniform4(-12.0f64..12.0),
        bits in any::<[u64; 2]>(),
        probability in 0.0f64..1.0,
    ) {
        let at = bits.map(f64::from_bits);
        let wild = made(family, wild.map(f64::from_bits));
        let tame = made(family, tame.map(f64::exp));
        let known = Some(i.get(&examples()).clone());
        for x in [known, wild, tame].into_iter().flatten() {
            for at in [at, [probability, at[0].abs()]] {
                let slowest = everything(&x, at);
                prop_assert!(slowest < Duration::from_secs(5), "{:?} at {at:?}: {slowest:?}", x);
            }
        }
    }
}
